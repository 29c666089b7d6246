"""Ranges that the quantities of every file share. They are wide: they exclude what no cell has, a slip of the unit."""

from __future__ import annotations

from typing import Any

from lisse.keys.kinds import REQUIRED, Quantity

__all__ = ["current", "duration", "pressure", "temperature", "within"]


def within(
    low: float,
    high: float,
    unit: str,
    help: str,
    default: Any = REQUIRED,
    example: Any = None,
    *,
    is_open: bool = False,
) -> Quantity:
    """A quantity between two SI numbers, both allowed unless `is_open`."""
    return Quantity(help, default, example, unit, low, high, is_open, is_open)


def pressure(help: str, default: Any = REQUIRED, example: Any = None) -> Quantity:
    """A pressure in Pa, from none at all."""
    return within(0.0, 1e10, "Pa", help, default, example)


def current(help: str, default: Any = REQUIRED, example: Any = None) -> Quantity:
    """The magnitude of a current density in A/m2, above zero."""
    return within(1e-9, 1e8, "A/m^2", help, default, example)


def duration(low: float, help: str, default: Any = REQUIRED, example: Any = None) -> Quantity:
    """A time in s, from `low`."""
    return within(low, 1e10, "s", help, default, example)


def temperature(help: str, default: Any, example: Any = None) -> Quantity:
    """A temperature in K at which a cell can be."""
    return within(150.0, 600.0, "K", help, default, example)
