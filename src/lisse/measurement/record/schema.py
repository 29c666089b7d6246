"""What the report of a solid-state test must state: every key of a test record, why it matters and who says so.

Seven groups, in the order of a methods section: electrolyte, lithium, cell, protocol, failure, statistics, caveats.
The reader, the checklist, the template of ``lisse new record``, the reference page and the JSON Schema all follow this
one table. The keys of each protocol are those of a case file (`lisse.protocol.PROTOCOLS`), so that a reported test can
be simulated as reported.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from lisse.keys import Integer, Text
from lisse.measurement.record.item import Item, may, must, text
from lisse.measurement.record.kinds import Date, Names
from lisse.measurement.record.schema_cell import CELL, ELECTROLYTE, LITHIUM
from lisse.measurement.record.schema_protocol import IMPEDANCE, PROTOCOL
from lisse.measurement.record.schema_results import CAVEATS, FAILURE, STATISTICS

__all__ = ["GROUPS", "HEAD", "SCHEMA_VERSION", "TABLES"]

SCHEMA_VERSION = 1
"""Of the record. A reader refuses a newer one; a key that is renamed or removed makes a new version."""

GROUPS: Mapping[str, str] = MappingProxyType(
    {
        "electrolyte": "the electrolyte",
        "lithium": "the lithium, or other metal, and how it was attached",
        "cell": "die, pressures and temperature",
        "protocol": "what was done to the cell; the keys of each protocol are those of a case file",
        "failure": "what counted as failure, and what was seen",
        "statistics": "all cells, not the best",
        "caveats": "what a symmetric cell cannot show",
    }
)
"""The seven groups, with what each is about."""

HEAD: Mapping[str, Item] = MappingProxyType(
    {
        "version": may(Integer("of the record's own form", example=SCHEMA_VERSION, low=1, high=SCHEMA_VERSION)),
        "title": must(
            text("one line", "CCD of Li | LLZO | Li at 3 MPa"),
            "a record without a name cannot be cited",
            "hatzell2020",
        ),
        "authors": may(Names("who made the test", example=["A. Author"])),
        "laboratory": may(
            text("institute or company where the test was made", "Institute of Solid-State Ionics, Some University"),
            "cells of one recipe differ between laboratories",
            "puls2024",
        ),
        "date": may(Date("day of the test", example="2026-01-31")),
        "licence": may(
            text("licence of record and data, as an SPDX name or an address", "CC-BY-4.0"),
            "without one nobody may use the data again",
        ),
        "reference": may(text("where it is published, best a DOI", "10.1000/xyz123")),
        "note": may(Text("anything else", example="an invented cell", longest=5000, lines=True)),
        "files": may(
            Names("data files of the cell, from the folder of the record", example=["cell_07.mpt"]),
            "numbers that can be checked against the raw data convince",
        ),
    }
)
"""Keys above the first table. They say which record this is, and are no part of the seven groups."""

TABLES: Mapping[str, Mapping[str, Item]] = MappingProxyType(
    {
        "electrolyte": ELECTROLYTE,
        "lithium": LITHIUM,
        "cell": CELL,
        "protocol": PROTOCOL,
        "protocol.impedance": IMPEDANCE,
        "failure": FAILURE,
        "statistics": STATISTICS,
        "caveats": CAVEATS,
    }
)
"""Tables with fixed keys, by path. The settings of the protocol come besides, from `schema_protocol.protocol_items`."""
