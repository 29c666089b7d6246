"""Every key of a case file: unit, range, default and one line of help.

The reader, the templates of ``lisse new``, the as-run file, the reference page and the fuzz test all follow this one
table. Ranges are wide: they exclude what no cell has, most often a slip of the unit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from lisse.cell import CELL_KINDS, FIXTURES, FLAW_GEOMETRIES
from lisse.study.fields import (
    OPTIONAL,
    REQUIRED,
    Choice,
    Field,
    FromMaterial,
    HalfCycle,
    Integer,
    Quantity,
    SameAs,
    Text,
    UnreadTable,
)

__all__ = ["CATHODE", "MODELS", "OWN_KINDS", "PROTOCOLS", "STEP", "TABLES", "Table"]

Table = Mapping[str, Field]

MODELS = ("analytic", "lumped")
"""Models of this version, by the name they have in a case file."""
OWN_KINDS = ("electrolyte", "polymer", "metal", "cathode")
"""What a material with inline properties may be."""


def _between(low: float, high: float, help: str, unit: str, default: Any = REQUIRED, example: Any = None) -> Quantity:
    """At least `low`, at most `high`; a `low` of zero is not included when the quantity must be above zero."""
    return Quantity(help, default, example, unit=unit, low=low, high=high)


def _not_negative(high: float, help: str, unit: str, default: Any = REQUIRED, example: Any = None) -> Quantity:
    return Quantity(help, default, example, unit=unit, low=0.0, high=high)


def _above_zero(high: float, help: str, unit: str, default: Any = REQUIRED, example: Any = None) -> Quantity:
    return Quantity(help, default, example, unit=unit, low=0.0, high=high, low_open=True)


def _inside(high: float, help: str, unit: str, default: Any) -> Quantity:
    return Quantity(help, default, unit=unit, low=0.0, high=high, low_open=True, high_open=True)


def _temperature(help: str, default: Any, example: Any = None) -> Quantity:
    return Quantity(help, default, example, unit="K", low=150.0, high=600.0)


def _held(help: str, default: Any = REQUIRED, example: Any = None) -> Quantity:
    return Quantity(help, default, example, unit="V", low=-10.0, high=10.0)
