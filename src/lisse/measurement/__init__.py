"""Observations of a cell, real or virtual, and what they mean.

``readers`` turns files into a `lisse.records.Measurement`, ``virtual`` turns a simulated cell into the same thing, and
``analysis`` sees only that thing: one piece of code finds the critical current of a lab cell and of a model. Nothing
here knows the models or the description of a cell, so that a lab can use this room alone.
"""

from __future__ import annotations

from lisse.measurement.analysis import (
    Batch,
    Finding,
    analyse,
    choose_circuit,
    compare_cells,
    fit_circuit,
    kramers_kronig,
    parse_circuit,
    read_series,
    read_spectrum,
    relaxation_peaks,
    relaxation_times,
)
from lisse.measurement.readers import join, read
from lisse.measurement.record import CellRecord, load_record
from lisse.measurement.virtual import Cycler, observe

__all__ = [
    "Batch",
    "CellRecord",
    "Cycler",
    "Finding",
    "analyse",
    "choose_circuit",
    "compare_cells",
    "fit_circuit",
    "join",
    "kramers_kronig",
    "load_record",
    "observe",
    "parse_circuit",
    "read",
    "read_series",
    "read_spectrum",
    "relaxation_peaks",
    "relaxation_times",
]
