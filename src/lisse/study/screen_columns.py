"""What the columns of a table of candidates are: which property, in which unit, and how far its numbers may lie."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any, TypeAlias

from lisse.errors import InvalidInput, suggest
from lisse.keys import Flag, Text
from lisse.materials import PROPERTIES
from lisse.materials.reading import parse_unit
from lisse.study.case_tables import CaseTables
from lisse.units import convert, parse_quantity

__all__ = ["Column", "LatticeColumns", "Place", "read_columns", "read_lattice"]

Place: TypeAlias = str | int
"""A column of the table: its heading, or its number from 1."""

_COLUMN = {
    "unit": Text("unit of the column; not needed where the property has none", "1"),
    "log10": Flag("whether the column holds the decimal logarithm of the number in that unit", False),
}


@dataclass(frozen=True)
class Column:
    """Where one property stands in the table.

    Attributes
    ----------
    name : str
        Of the property.
    place : str or int
    factor, offset : float
        SI value = cell x factor + offset, or 10^cell x factor.
    log10 : bool
    spread : float or None
        One standard deviation, in decades where `by_factor`, otherwise in SI units.
    by_factor : bool
        Whether the spread is one of the logarithm: of a column of logarithms, or given in per cent.
    low, high : str, int or None
        Columns with the ends of an interval of 90 %, in the same unit.
    """

    name: str
    place: Place
    factor: float = 1.0
    offset: float = 0.0
    log10: bool = False
    spread: float | None = None
    by_factor: bool = False
    low: Place | None = None
    high: Place | None = None

    @property
    def places(self) -> tuple[Place, ...]:
        """All columns that it reads."""
        return tuple(place for place in (self.place, self.low, self.high) if place is not None)


@dataclass(frozen=True)
class LatticeColumns:
    """Where the unit cell of each candidate stands, which estimates from the formula may use.

    Attributes
    ----------
    places : mapping of str to str or int
        By name of `lisse.materials.estimates.Lattice`: three edges, three angles, formula units, perhaps a space group.
    length, angle : float
        m and rad of the units that the columns are in.
    """

    places: Mapping[str, Place]
    length: float = 1e-10
    angle: float = math.pi / 180.0


def read_columns(tables: CaseTables, header: bool) -> tuple[Place | None, Place | None, tuple[Column, ...]]:
    """The columns of the name and of the formula, and those of properties.

    Parameters
    ----------
    tables : CaseTables
        The study.
    header : bool
        Whether columns have headings.
    """
    given = tables.table("columns", required=True)
    allowed = [name for name, meant in PROPERTIES.items() if meant.law is None]
    head: dict[str, Place | None] = {"name": None, "formula": None}
    columns = []
    for key, value in given.items():
        path = f"columns.{key}"
        if key == "lattice":
            continue
        if key in head:
            head[key] = _place(tables, path, value, header)
        elif key in allowed:
            columns.append(_column(tables, path, key, value, header))
        else:
            advice = suggest(key[:80], (*head, "lattice", *allowed)) or "lisse.materials.PROPERTIES lists them"
            raise tables.error(path, None, "name, formula, lattice, or a property with one number", advice)
    if not columns:
        raise tables.error(
            "columns", None, "at least one property", 'Such as shear_modulus = {column = "G", unit = "GPa"}'
        )
    used: dict[Place, str] = {place: key for key, place in head.items() if place is not None and key == "name"}
    for column in columns:
        for place in column.places:
            if place in used:
                what = f"columns.{column.name}"
                raise tables.error(what, place, f"a column of its own: that one is {used[place]} already")
            used[place] = column.name
    return head["name"], head["formula"], tuple(columns)


_CELL = ("a", "b", "c", "alpha", "beta", "gamma", "formula_units")
_CELL_UNITS = {
    "length_unit": Text("unit of the edges", "angstrom"),
    "angle_unit": Text("unit of the angles", "deg"),
}


def read_lattice(tables: CaseTables, header: bool) -> LatticeColumns | None:
    """The columns of the unit cell, where the study names them; parameters as of `read_columns`."""
    path = "columns.lattice"
    if "lattice" not in tables.table("columns"):
        return None
    given = tables.table(path)
    units = tables.values(path, given, _CELL_UNITS, (*_CELL, "space_group"))
    absent = [name for name in _CELL if name not in given]
    if absent:
        raise tables.error(f"{path}.{absent[0]}", None, "the heading of a column, or its number", "The key is missing")
    places = {name: _place(tables, f"{path}.{name}", given[name], header) for name in given if name not in _CELL_UNITS}
    length, angle = (
        tables.at(f"{path}.{key}", partial(convert, 1.0, units[key], si, what=f"{path}.{key}", got=units[key]))
        for key, si in (("length_unit", "m"), ("angle_unit", "rad"))
    )
    return LatticeColumns(MappingProxyType(places), length, angle)


def _place(tables: CaseTables, path: str, value: Any, header: bool) -> Place:
    """A heading, or the number of a column."""
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 100_000:
        return value
    if not header:
        raise tables.error(path, value, "the number of a column, from 1", "The table has no headings (header = false)")
    if not isinstance(value, str) or not value.strip():
        raise tables.error(path, value, "the heading of a column, in quotes, or its number from 1")
    return value.strip()


def _column(tables: CaseTables, path: str, property: str, value: Any, header: bool) -> Column:
    if not isinstance(value, dict):
        value = {"column": value}
    children = ("column", "spread", "low", "high")
    settings = tables.values(path, value, _COLUMN, children)
    if "column" not in value:
        raise tables.error(f"{path}.column", None, "the heading of a column, or its number", "The key is missing")
    place = _place(tables, f"{path}.column", value["column"], header)
    low, high = (
        _place(tables, f"{path}.{end}", value[end], header) if end in value else None for end in ("low", "high")
    )
    if "spread" in value and (low is not None or high is not None):
        raise tables.error(f"{path}.spread", value["spread"], "one standard deviation, or low and high, not both")
    factor, offset = _scale(tables, path, property, settings["unit"], "unit" in value)
    if settings["log10"] and offset != 0.0:
        raise tables.error(f"{path}.unit", settings["unit"], "a unit without an offset, because log10 = true")
    spread, by_factor = None, False
    if "spread" in value:
        read = partial(_spread, value["spread"], property, settings["log10"], path)
        spread, by_factor = tables.at(f"{path}.spread", read)
    return Column(property, place, factor, offset, settings["log10"], spread, by_factor, low, high)


def _scale(tables: CaseTables, path: str, property: str, unit: str, given: bool) -> tuple[float, float]:
    """Factor and offset from the unit of a column to SI."""
    si = parse_unit(PROPERTIES[property].unit)
    if not given and si != "1":
        advice = f'Such as {property} = {{column = "HEADING", unit = "{si}"}}'
        raise tables.error(f"{path}.unit", None, f"a unit of the kind of {si!r}", f"The key is missing. {advice}")
    zero, one = (
        tables.at(f"{path}.unit", partial(convert, number, unit, si, what=f"{path}.unit", got=unit))
        for number in (0.0, 1.0)
    )
    return one - zero, zero


def _spread(value: Any, property: str, log10: bool, path: str) -> tuple[float, bool]:
    """One standard deviation in decades, and that it is, or in SI."""
    what = f"{path}.spread"
    per_cent = isinstance(value, str) and value.rstrip().endswith("%")
    if per_cent:
        number = parse_quantity(value.replace("%", ""), "1", what) / 100.0 / math.log(10.0)
    else:
        number = parse_quantity(value, "1" if log10 else parse_unit(PROPERTIES[property].unit), what)
    if number <= 0.0 or ((log10 or per_cent) and number > 5.0):
        raise InvalidInput(what, value, f"above zero{' and at most 5 decades' if log10 or per_cent else ''}")
    return number, log10 or per_cent
