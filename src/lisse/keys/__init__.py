"""Files that people write: the kinds of value their keys can have, and where in the file a key stands.

Case files, protocols and test records are read with these. Nothing here knows what a battery is; which keys a file has
is the business of the room that reads it.
"""

from __future__ import annotations

from lisse.keys.kinds import (
    OPTIONAL,
    REQUIRED,
    Choice,
    Field,
    Flag,
    HalfCycle,
    Integer,
    Quantity,
    SameAs,
    Text,
    quantity_text,
)
from lisse.keys.ranges import current, duration, pressure, temperature, within
from lisse.keys.source import Source, parse_json, parse_toml, read_text, read_toml
from lisse.keys.toml_lines import holds, key_line

__all__ = [
    "OPTIONAL",
    "REQUIRED",
    "Choice",
    "Field",
    "Flag",
    "HalfCycle",
    "Integer",
    "Quantity",
    "SameAs",
    "Source",
    "Text",
    "current",
    "duration",
    "holds",
    "key_line",
    "parse_json",
    "parse_toml",
    "pressure",
    "quantity_text",
    "read_text",
    "read_toml",
    "temperature",
    "within",
]
