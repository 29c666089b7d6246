"""Observations of a cell, real or virtual, and what they mean.

``readers`` turns files into a `lisse.records.Measurement`, ``virtual`` turns a simulated cell into the same thing, and
``analysis`` sees only that thing: one piece of code finds the critical current of a lab cell and of a model. Nothing
here knows the models or the description of a cell, so that a lab can use this room alone.
"""

from __future__ import annotations

from lisse.measurement.analysis import Finding, analyse
from lisse.measurement.readers import join, read
from lisse.measurement.virtual import Cycler, observe

__all__ = ["Cycler", "Finding", "analyse", "join", "observe", "read"]
