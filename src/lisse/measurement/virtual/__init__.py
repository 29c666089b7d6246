"""What an instrument would have recorded of a simulated cell, with its detection limits.

A virtual instrument takes a `lisse.records.Solution`, for pictures with the fields of its run, and gives a
`lisse.records.Measurement` (the same thing that a reader makes of a file) or `Frames`. It knows no model.
`can_see` compares what the techniques declare of themselves.
"""

from __future__ import annotations

from lisse.measurement.virtual.cycler import Cycler
from lisse.measurement.virtual.declaration import Contrast, Declaration, Instrument, Stated
from lisse.measurement.virtual.frames import Frames, load_frames, write_tiff
from lisse.measurement.virtual.impedance_analyser import ImpedanceAnalyser
from lisse.measurement.virtual.magnetic_resonance import ChemicalShiftImager
from lisse.measurement.virtual.microscope import OpticalMicroscope
from lisse.measurement.virtual.neutrons import NeutronDepthProfiler
from lisse.measurement.virtual.observing import INSTRUMENTS, observe
from lisse.measurement.virtual.pressure_cell import PressureCell
from lisse.measurement.virtual.techniques import Sight, can_see, techniques
from lisse.measurement.virtual.tomograph import XRayTomograph

__all__ = [
    "INSTRUMENTS",
    "ChemicalShiftImager",
    "Contrast",
    "Cycler",
    "Declaration",
    "Frames",
    "ImpedanceAnalyser",
    "Instrument",
    "NeutronDepthProfiler",
    "OpticalMicroscope",
    "PressureCell",
    "Sight",
    "Stated",
    "XRayTomograph",
    "can_see",
    "load_frames",
    "observe",
    "techniques",
    "write_tiff",
]
