"""What a measurement means: steps, resistances, spectra, failure. One idea per file; `analyse` puts them in order.

Analysis sees only a Measurement, so that one piece of code judges a lab cell and a simulated one.
"""

from __future__ import annotations

from lisse.measurement.analysis.analyse import analyse
from lisse.measurement.analysis.cells import Batch, compare_cells
from lisse.measurement.analysis.circuit import parse_circuit
from lisse.measurement.analysis.circuit_choice import choose_circuit
from lisse.measurement.analysis.circuit_fit import fit_circuit
from lisse.measurement.analysis.finding import FINDING_MODES, FailureEvent, Finding
from lisse.measurement.analysis.kramers_kronig import kramers_kronig
from lisse.measurement.analysis.relaxation_peaks import relaxation_peaks
from lisse.measurement.analysis.relaxation_times import relaxation_times
from lisse.measurement.analysis.spectrum_reading import read_spectrum
from lisse.measurement.analysis.spectrum_series import read_series

__all__ = [
    "FINDING_MODES",
    "Batch",
    "FailureEvent",
    "Finding",
    "analyse",
    "choose_circuit",
    "compare_cells",
    "fit_circuit",
    "kramers_kronig",
    "parse_circuit",
    "read_series",
    "read_spectrum",
    "relaxation_peaks",
    "relaxation_times",
]
