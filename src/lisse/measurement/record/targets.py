"""Device targets of one's own, from a file; those of the perspective are `lisse.theory.ALBERTUS_TARGETS`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lisse import theory
from lisse.errors import InvalidInput, suggest
from lisse.keys import parse_toml, quantity_text, read_text
from lisse.theory.energy import Target
from lisse.units import parse_quantity

__all__ = ["load_targets"]


def load_targets(path: str | os.PathLike[str]) -> Mapping[str, Target]:
    """Targets of one's own, from a TOML file with one table for each.

    Parameters
    ----------
    path : path
        ``[current_density]`` with ``value = "5 mA/cm^2"``, and optional ``text`` and ``reference``; likewise
        ``[cycled_charge]``, ``[cumulative_charge]`` and ``[fraction_passed]``. A target that is left out is not judged.

    Raises
    ------
    InvalidInput
        For a file that cannot be read, a target or a key that is not known, and a value of another kind.
    """
    name = Path(path).name
    text = read_text(path, "targets", "a TOML file", "There is no such file")
    tables = parse_toml(text, name, "targets")
    known = theory.ALBERTUS_TARGETS
    found = {}
    for key, table in tables.items():
        if key not in known:
            raise InvalidInput(key, None, ", ".join(known), suggest(key, known) or "There is no such target", name)
        found[key] = _target(known[key], table, name)
    if not found:
        raise InvalidInput("targets", None, f"at least one of [{'], ['.join(known)}]", "", name)
    return found


def _target(printed: Target, table: Any, where: str) -> Target:
    keys = ("value", "text", "note", "reference")
    if not isinstance(table, Mapping) or "value" not in table:
        raise InvalidInput(f"{printed.name}.value", None, quantity_text(printed.value, printed.unit), "", where)
    for key, value in table.items():
        if key not in keys:
            raise InvalidInput(f"{printed.name}.{key}", None, ", ".join(keys), suggest(key, keys), where)
        if key != "value" and not isinstance(value, str):
            raise InvalidInput(f"{printed.name}.{key}", value, "text in quotes", "", where)
    try:
        value = parse_quantity(table["value"], printed.unit, f"{printed.name}.value")
    except InvalidInput as error:
        raise error.at(where) from None
    shown = table.get("text", f"> {table['value']}")
    return Target(printed.name, value, printed.unit, shown, table.get("note", ""), table.get("reference", ""))
