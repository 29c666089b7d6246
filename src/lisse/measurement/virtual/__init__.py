"""What an instrument would have recorded of a simulated cell, with its detection limits.

A virtual instrument takes a `lisse.records.Solution` and gives a `lisse.records.Measurement`: the same thing that a
reader makes of a file. It knows no model.
"""

from __future__ import annotations

from lisse.measurement.virtual.cycler import Cycler, observe

__all__ = ["Cycler", "observe"]
