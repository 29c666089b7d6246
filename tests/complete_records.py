"""A record that states everything, for tests: the template with the mark of every line taken away."""

from __future__ import annotations

import copy
import functools
import re
import tomllib
from typing import Any

from lisse.measurement.record.writing import record_template

KINDS = (
    "ccd-ramp",
    "one-way",
    "cycle",
    "break-in",
    "full-cell",
    "pressure-steps",
    "temperature-steps",
    "hold",
    "eis",
    "rest",
)


@functools.cache
def complete_text(kind: str = "ccd-ramp") -> str:
    """The record of an invented cell, as TOML; its data file is not there."""
    return re.sub(r"^# (?=[a-z_]+ = )", "", record_template(kind), flags=re.MULTILINE)


def complete(kind: str = "ccd-ramp") -> dict[str, Any]:
    """The same as plain data, without a data file."""
    found = copy.deepcopy(_parsed(kind))
    del found["files"]
    return found


@functools.cache
def _parsed(kind: str) -> dict[str, Any]:
    return tomllib.loads(complete_text(kind))


def put(raw: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    """Set a dotted key of a record; returns the record."""
    *path, name = key.split(".")
    table = raw
    for part in path:
        table = table.setdefault(part, {})
    table[name] = value
    return raw


def without(raw: dict[str, Any], key: str) -> dict[str, Any]:
    """Take a dotted key out of a record; returns the record."""
    *path, name = key.split(".")
    table = raw
    for part in path:
        table = table[part]
    del table[name]
    return raw
