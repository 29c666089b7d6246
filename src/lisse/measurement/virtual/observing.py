"""`observe`: from a solution and the name of an instrument, or one with its settings, to what it would record."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from lisse.errors import InvalidInput, suggest
from lisse.fields import load_fields
from lisse.measurement.virtual.cycler import Cycler
from lisse.measurement.virtual.declaration import Instrument
from lisse.measurement.virtual.frames import Frames
from lisse.measurement.virtual.impedance_analyser import ImpedanceAnalyser
from lisse.measurement.virtual.magnetic_resonance import ChemicalShiftImager
from lisse.measurement.virtual.microscope import OpticalMicroscope
from lisse.measurement.virtual.neutrons import NeutronDepthProfiler
from lisse.measurement.virtual.pressure_cell import PressureCell
from lisse.measurement.virtual.tomograph import XRayTomograph
from lisse.records import Measurement, Solution

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["INSTRUMENTS", "instrument_of", "observe"]

INSTRUMENTS: Mapping[str, type[Instrument]] = {
    kind.key: kind
    for kind in (
        Cycler,
        ImpedanceAnalyser,
        XRayTomograph,
        NeutronDepthProfiler,
        ChemicalShiftImager,
        OpticalMicroscope,
        PressureCell,
    )
}
"""The virtual instruments by name."""


def instrument_of(name: str) -> type[Instrument]:
    """The kind of instrument of that name.

    Raises
    ------
    InvalidInput
        For a name that is not known.
    """
    if name not in INSTRUMENTS:
        raise InvalidInput("instrument", name, ", ".join(INSTRUMENTS), suggest(name, INSTRUMENTS))
    return INSTRUMENTS[name]


def observe(
    solution: Solution,
    instrument: str | Instrument = "cycler",
    area: float | None = None,
    fields: xr.Dataset | str | os.PathLike[str] | None = None,
) -> Measurement | Frames:
    """What an instrument would have recorded of a simulated cell.

    Parameters
    ----------
    solution : Solution
    instrument : str or Instrument
        One with its settings, or the name of one (see `INSTRUMENTS`) with its defaults.
    area : float, m2, optional
        Of the cell; by default the one in the inputs of the solution.
    fields : xarray.Dataset or path, optional
        Of a resolved run: what `lisse.load_fields` gives, or the folder. Imaging instruments need them.

    Returns
    -------
    Measurement or Frames
        The same kind of record that a reader makes of a file, or pictures over time.

    Raises
    ------
    NotResolved
        When the solution does not hold what the instrument would see; says which model does.
    """
    chosen = instrument_of(instrument)() if isinstance(instrument, str) else instrument
    held = load_fields(fields) if isinstance(fields, (str, os.PathLike)) else fields
    return chosen.observe(solution, area, held)
