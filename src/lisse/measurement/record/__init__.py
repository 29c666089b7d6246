"""The record of a test: what a solid-state cell report must state, and what a given one leaves out.

A cycler file alone cannot say what the lithium was, how hard the cell was pressed or what counted as failure. The
record can, in TOML or JSON; ``lisse check`` reads it.
"""

from __future__ import annotations

from lisse.measurement.record.checklist import Check, check_record
from lisse.measurement.record.crate import write_crate
from lisse.measurement.record.item import Item
from lisse.measurement.record.measured import Measured, load_finding
from lisse.measurement.record.reading import CellRecord, load_record, read_record
from lisse.measurement.record.schema import GROUPS, SCHEMA_VERSION, TABLES
from lisse.measurement.record.score_card import Score, score_finding, score_record
from lisse.measurement.record.targets import load_targets
from lisse.measurement.record.writing import bdf_record, json_schema, record_json, record_template, record_toml

__all__ = [
    "GROUPS",
    "SCHEMA_VERSION",
    "TABLES",
    "CellRecord",
    "Check",
    "Item",
    "Measured",
    "Score",
    "bdf_record",
    "check_record",
    "json_schema",
    "load_finding",
    "load_record",
    "load_targets",
    "read_record",
    "record_json",
    "record_template",
    "record_toml",
    "score_finding",
    "score_record",
    "write_crate",
]
