"""A record as text: TOML, JSON, a template to fill in, a JSON Schema, and a flat list in the words of BDF.

What is written is what was given: units stay as a person wrote them, and nothing is filled in. Only the list in the
words of the Battery Data Format has SI numbers, because its labels name the unit.
"""

from __future__ import annotations

import datetime
import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from lisse.keys import Choice, Field, Flag, HalfCycle, Integer, Quantity, Text
from lisse.measurement.record.item import Item
from lisse.measurement.record.kinds import Date, ElectrodeSize, Names, Values
from lisse.measurement.record.reading import CellRecord
from lisse.measurement.record.record_tables import NOT_STATED, items_of
from lisse.measurement.record.schema import GROUPS, HEAD, SCHEMA_VERSION, TABLES
from lisse.measurement.record.schema_protocol import protocol_items
from lisse.protocol import PROTOCOLS, STEP, Protocol, community_protocols

__all__ = ["bdf_label", "bdf_record", "example_of", "json_schema", "record_json", "record_template", "record_toml"]

_COLUMN = 52
_BDF_TERMS = {
    "cell.stack_pressure": "Applied Pressure",
    "cell.temperature": "Ambient Temperature",
    "failure.current_density": "Failure Current Density",
    "failure.cumulative_charge": "Cumulative Areal Capacity",
}
_STEP_LABELS = {
    "current_density": "Set Current Density / A/m^2",
    "voltage": "Set Voltage / V",
    "duration": "Step Duration / s",
    "charge": "Step Areal Capacity / C/m^2",
    "until_voltage": "Cutoff Voltage / V",
    "until_current": "Cutoff Current Density / A/m^2",
    "stack_pressure": "Applied Pressure / Pa",
    "temperature": "Ambient Temperature / K",
    "frequency_from": "Highest Frequency / Hz",
    "frequency_to": "Lowest Frequency / Hz",
    "points_per_decade": "Points per Decade",
    "label": "Step Type",
}
_BY_UNIT = {"A/m^2": "0.5 mA/cm^2", "Pa": "1 MPa", "K": "25 degC", "s": "1 h", "V": "50 mV", "1": 0.5, "Hz": "1 kHz"}
_BY_NAME = {
    ("ccd-ramp", "start"): "0.05 mA/cm^2",
    ("ccd-ramp", "step"): "0.05 mA/cm^2",
    ("ccd-ramp", "stop"): "3 mA/cm^2",
    ("one-way", "start"): "0.05 mA/cm^2",
    ("one-way", "step"): "0.05 mA/cm^2",
    ("one-way", "stop"): "3 mA/cm^2",
    ("full-cell", "upper_voltage"): "4.2 V",
    ("full-cell", "lower_voltage"): "3 V",
    ("full-cell", "cutoff_current"): "0.05 mA/cm^2",
    ("full-cell", "half_cycle"): "3 mAh/cm^2",
    ("pressure-steps", "stop"): "5 MPa",
    ("temperature-steps", "step"): "10 K",
    ("temperature-steps", "stop"): "85 degC",
}


def record_json(record: CellRecord) -> str:
    """The record as JSON, as it was given; read again, it gives an equal record."""
    return json.dumps(_plain(record), indent=2, ensure_ascii=False) + "\n"


def record_toml(record: CellRecord) -> str:
    """The record as TOML, as it was given; read again, it gives an equal record."""
    import tomlkit

    return tomlkit.dumps(_plain(record))


def _plain(record: CellRecord) -> dict[str, Any]:
    """The given tables in the order of the schema, without empty keys, with days as text."""
    given = {"version": SCHEMA_VERSION, **record.given}
    return {name: _tidy(given[name]) for name in (*HEAD, *GROUPS) if given.get(name) is not None}


def _tidy(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _tidy(each) for name, each in value.items() if each is not None}
    if isinstance(value, (list, tuple)):
        return [_tidy(each) for each in value]
    return value.isoformat() if isinstance(value, (datetime.date, datetime.time)) else value


# -- the template --------------------------------------------------------------------------------------------------


def record_template(kind: str = "ccd-ramp") -> str:
    """A record to fill in: every key as a comment, with an invented example and what it means.

    Parameters
    ----------
    kind : str
        Name of the protocol whose settings are shown.
    """
    return "\n".join(_template_lines(kind)) + "\n"


def _template_lines(kind: str) -> Iterator[str]:
    yield "# What was done to a cell, for those who read about it. Take away the # of a line and put in your own value:"
    yield "# every value here is invented. Quantities are text with a unit. A key that makes no sense for a test says"
    yield '# so, and why, as in grain_size = "does not apply: polymer". Then:'
    yield "#"
    yield "#     lisse check FILE               what is missing, and why it matters"
    yield "#     lisse analyse DATA --record FILE"
    yield ""
    yield from (_line(name, item, kind) for name, item in HEAD.items())
    for path, items in TABLES.items():
        yield ""
        yield f"[{path}]"
        if path in GROUPS:
            yield f"# {GROUPS[path]}"
        if path == "protocol":
            others = ", ".join(name for name in (*PROTOCOLS, *community_protocols()) if name != kind)
            words = f"the settings below are those of {kind}; other names: {others}"
            yield from (f"# {line}" for line in textwrap.wrap(words, 112, break_on_hyphens=False))
            yield _comment_line("name", kind, "which protocol; ccd-ramp alternates, one-way does not")
            if kind == "steps":
                yield "# steps: one [[protocol.steps]] table for each step, as in a case file"
            yield from (_line(name, item, kind) for name, item in protocol_items(kind).items())
        yield from (_line(name, item, kind) for name, item in items.items())


def _line(name: str, item: Item, kind: str) -> str:
    choices = f": {', '.join(item.field.choices)}" if isinstance(item.field, Choice) else ""
    words = f"{item.field.help}{choices}"
    if item.only_if is not None:
        words += f"; only where {item.only_if[0]} is {' or '.join(item.only_if[1])}"
    elif not item.needed:
        words += " (where known)"
    return _comment_line(name, example_of(item.field, kind, name), words)


def _comment_line(name: str, value: Any, words: str) -> str:
    text = f"# {name} = {json.dumps(value, ensure_ascii=False)}"
    return f"{text:<{_COLUMN}}  # {words}"


def example_of(field: Field, kind: str = "", name: str = "") -> Any:
    """A value that could stand in a file: the field's own example, its default, or one of its kind.

    Parameters
    ----------
    field : Field
    kind, name : str
        Protocol and key, for settings of a protocol.
    """
    if (kind, name) in _BY_NAME:
        return _BY_NAME[kind, name]
    if field.example is not None:
        return field.example
    if isinstance(field.default, (str, int, float, bool)):
        return field.default
    if isinstance(field, Choice):
        return field.choices[0]
    if isinstance(field, Integer):
        return max(field.low, 10)
    if isinstance(field, Quantity):
        return _BY_UNIT[field.unit]
    return "1 mAh/cm^2"


# -- the words of BDF ----------------------------------------------------------------------------------------------


def bdf_label(key: str, field: Field) -> str:
    """Label of a key in the manner of the Battery Data Format: ``"Applied Pressure / Pa"``; texts have no unit.

    Stack pressure and temperature have the terms of the format's own columns; the others have no term there and are
    named by group and key.
    """
    group, _, name = key.rpartition(".")
    words = name if not group else f"{group.replace('.', '_')}_{name}"
    term = _BDF_TERMS.get(key, words.replace("_", " ").title())
    unit = "m^2" if isinstance(field, ElectrodeSize) else getattr(field, "unit", "1")
    return term if unit == "1" else f"{term} / {unit}"


def bdf_record(record: CellRecord) -> dict[str, Any]:
    """What the record states as one mapping of labels to SI numbers, texts and lists, and the steps of its protocol.

    ``None`` never stands in it: what is not stated is not there. Currents have the sign of the format: positive
    charges the positive electrode, which plates the working electrode.
    """
    found: dict[str, Any] = {"Record Version": SCHEMA_VERSION}
    items = items_of(record.values.get("protocol.name"))
    for key, value in record.values.items():
        if key in ("version", "protocol.steps"):
            continue
        label = bdf_label(key, items[key].field)
        if isinstance(items[key].field, HalfCycle):
            found[f"{label} {value[0].title()} / {'s' if value[0] == 'time' else 'C/m^2'}"] = value[1]
        elif isinstance(items[key].field, Values):
            found[label] = [each.value for each in value]
            found[f"{label.partition(' / ')[0]} Reached"] = [each.reached for each in value]
        else:
            found[label] = list(value) if isinstance(value, tuple) else value
    for key, reason in record.does_not_apply.items():
        found[f"{bdf_label(key, items[key].field).partition(' / ')[0]} Does Not Apply"] = reason
    if record.protocol is not None:
        found["Protocol Steps"] = _bdf_steps(record.protocol, record.area)
    return found


def _bdf_steps(protocol: Protocol, area: float | None) -> list[dict[str, Any]]:
    steps = []
    for number, step in enumerate(protocol.steps, start=1):
        row: dict[str, Any] = {"Step Count": number}
        row |= {_STEP_LABELS[name]: value for name, value in step.to_dict().items()}
        if area is not None and step.current_density is not None:
            row["Set Current / A"] = step.current_density * area
        steps.append(row)
    return steps


# -- JSON Schema ---------------------------------------------------------------------------------------------------

_NOTHING = "|".join(f"[{word[0]}{word[0].upper()}]{re.escape(word[1:])}" for word in NOT_STATED)
_REASON = {"type": "string", "pattern": rf"^\s*([dD]oes not apply[ :,;-]+\S.*|{_NOTHING})\s*$"}
_QUANTITY = r"^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*\S.*$"


def json_schema() -> dict[str, Any]:
    """The form of a record as a JSON Schema (draft 2020-12), for editors and other programs.

    It knows names, kinds and choices. Units and ranges, and which settings go with which protocol, are checked by
    `read_record` alone.
    """
    properties: dict[str, Any] = {name: _property(item) for name, item in HEAD.items()}
    for path, items in TABLES.items():
        table: dict[str, Any] = {
            "type": "object",
            "description": GROUPS.get(path, "impedance spectra"),
            "additionalProperties": False,
            "properties": {name: _property(item) for name, item in items.items()},
        }
        if path == "protocol":
            table["properties"] |= _protocol_properties()
        if "." in path:
            parent, _, name = path.partition(".")
            properties[parent]["properties"][name] = {"anyOf": [table, _REASON]}
        else:
            properties[path] = table
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Record of a solid-state cell test",
        "description": f"Version {SCHEMA_VERSION}. No key is required here: `lisse check` lists what a report lacks.",
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
    }


def _protocol_properties() -> dict[str, Any]:
    found: dict[str, Any] = {"name": {"type": "string", "enum": [*PROTOCOLS, *community_protocols()]}}
    for kind in PROTOCOLS:
        for name, item in protocol_items(kind).items():
            shape = _property(item)
            before = found.setdefault(name, shape)
            if before != shape:
                before["anyOf"] = [*before["anyOf"], *(each for each in shape["anyOf"] if each not in before["anyOf"])]
    steps = {name: _property(Item(field)) for name, field in STEP.items()}
    row = {"type": "object", "additionalProperties": False, "properties": steps}
    return found | {"steps": {"type": "array", "minItems": 1, "items": row}}


def _property(item: Item) -> dict[str, Any]:
    field = item.field
    found: dict[str, Any] = {"description": field.help, "anyOf": [_shape(field), _REASON]}
    if item.why:
        found["$comment"] = f"{item.why} [{item.source}]" if item.source else item.why
    return found


def _shape(field: Field) -> dict[str, Any]:
    text = {"type": "string", "pattern": _QUANTITY}
    if isinstance(field, Quantity):
        return {"anyOf": [text, {"type": "number"}, {"type": "string"}]} if field.unit == "1" else text
    if isinstance(field, Integer):
        return {"type": "integer", "minimum": field.low, "maximum": field.high}
    if isinstance(field, Choice):
        return {"type": "string", "enum": list(field.choices)}
    if isinstance(field, Flag):
        return {"type": "boolean"}
    if isinstance(field, Text):
        return {"type": "string", "minLength": 1, "maxLength": field.longest}
    if isinstance(field, Values):
        return {"type": "array", "minItems": 1, "items": {"type": "string"}}
    if isinstance(field, Names):
        return {"type": "array", "minItems": 1, "uniqueItems": True, "items": {"type": "string"}}
    if isinstance(field, Date):
        return {"type": "string", "format": "date"}
    return text  # a half-cycle or the size of an electrode: a quantity of one of two kinds
