"""From the record of a test to the case that simulates it as reported.

The protocol is taken over as it stands: the case gives the same `lisse.protocol.Protocol` as the record. What a case
needs and the record does not state is an error, never a guess; what a model needs beyond a record (surface flaws, the
kinetics of the interface) keeps the defaults of a case, and the file says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lisse.errors import InvalidInput
from lisse.keys import quantity_text
from lisse.measurement.record import CellRecord
from lisse.measurement.record.schema import TABLES
from lisse.study.case import Case, read_case

__all__ = ["case_of_record", "case_toml_of_record"]

_NEEDED = {
    "lithium.area": "the area that the current is divided by",
    "lithium.thickness": "the thickness of the metal",
    "electrolyte.thickness": "the thickness of the electrolyte",
    "cell.stack_pressure": "the stack pressure",
    "cell.temperature": "the temperature",
}
_TEXTS_THAT_A_MODEL_LEAVES_OUT = ("alloy", "interlayer")


def case_of_record(record: CellRecord, material: str | None = None, model: str = "lumped") -> dict[str, Any]:
    """The tables of a case that simulates a test as reported.

    Parameters
    ----------
    record : CellRecord
        From `lisse.measurement.load_record`.
    material : str or None
        Name of the electrolyte in the library; that of the record (``electrolyte.material``) unless given. The
        conductivity is that of the record, where it states one.
    model : str
        Name of the model that is to run it.

    Raises
    ------
    InvalidInput
        For what a case needs and the record does not state, and for a full cell, whose cathode no record describes.
    """
    _complain_of_gaps(record, material)
    values = record.values
    kind = values.get("cell.kind", "symmetric")
    electrolyte: dict[str, Any] = {
        "material": material or values["electrolyte.material"],
        "thickness": _text(record, "electrolyte.thickness", "m"),
    }
    if "electrolyte.conductivity" in values:
        stated = _text(record, "electrolyte.conductivity", "S/m")
        electrolyte["material"] = {"material": electrolyte["material"], "override": {"ionic_conductivity": stated}}
    metal = values.get("lithium.material", "lithium")
    cell: dict[str, Any] = {
        "kind": kind,
        "area": quantity_text(values["lithium.area"], "m^2"),
        "temperature": _text(record, "cell.temperature", "K"),
        "electrolyte": electrolyte,
        "anode": {"material": metal, "thickness": _text(record, "lithium.thickness", "m")},
        "stack": _stack(record),
    }
    if "lithium.counter_thickness" in values:
        cell["counter"] = {"thickness": _text(record, "lithium.counter_thickness", "m")}
    return {
        "title": record.title,
        "cell": cell,
        "protocol": _protocol(record),
        "model": {"name": model},
    }


def case_toml_of_record(record: CellRecord, material: str | None = None, model: str = "lumped") -> str:
    """The case of `case_of_record` as a file that ``lisse run`` accepts; comments at its head say what it assumes."""
    import tomlkit

    tables = case_of_record(record, material, model)
    case = read_case(tables, lambda key: f"case made of {record.name}")
    head = "\n".join(f"# {line}" for line in _notes(record, case))
    return f"{head}\n\n{tomlkit.dumps(tables)}"


def _complain_of_gaps(record: CellRecord, material: str | None) -> None:
    def missing(key: str, what: str, advice: str = "") -> InvalidInput:
        return InvalidInput(
            key, None, what, advice or "The record does not state it, and it is not guessed", record.name
        )

    if record.values.get("cell.kind") == "full":
        advice = "Write the case by hand: no record describes a cathode"
        raise InvalidInput("cell.kind", "full", "symmetric or anode-free", advice, record.name)
    for key, words in _NEEDED.items():
        if key not in record.values:
            raise missing(key, words)
    if material is None and "electrolyte.material" not in record.values:
        advice = "Give it in the record, or with --material; `lisse materials` lists the names"
        raise missing("electrolyte.material", "the name of the electrolyte in the library", advice)
    if record.protocol is None:
        raise missing(record.protocol_gaps[0], "a whole protocol")


def _text(record: CellRecord, key: str, unit: str) -> str:
    """A quantity as the record gives it, with its own unit."""
    group, _, name = key.partition(".")
    given = record.given.get(group, {}).get(name)
    return given if isinstance(given, str) else quantity_text(record.values[key], unit)


def _stack(record: CellRecord) -> dict[str, Any]:
    """Pressures and fixture; a stiffness goes with a constant gap alone."""
    found = {"pressure": _text(record, "cell.stack_pressure", "Pa")}
    fixture = record.values.get("cell.fixture")
    sets_pressure = any(step.stack_pressure is not None for step in record.protocol.steps) if record.protocol else False
    if fixture is not None and not sets_pressure:
        found["fixture"] = fixture
    if fixture == "constant-gap" and "cell.stiffness" in record.values:
        found["stiffness"] = _text(record, "cell.stiffness", "Pa/m")
    for name, unit in (("forming_pressure", "Pa"), ("forming_temperature", "K"), ("forming_time", "s")):
        if f"cell.{name}" in record.values:
            found[name] = _text(record, f"cell.{name}", unit)
    return found


def _protocol(record: CellRecord) -> dict[str, Any]:
    """The table of the protocol without what a simulation has no use for."""
    given: Mapping[str, Any] = record.given["protocol"]
    left_out = {"impedance", *TABLES["protocol"]}
    kept = {"name": record.values["protocol.name"]}
    for name, value in given.items():
        if name not in left_out and f"protocol.{name}" in record.values:
            kept[name] = value
    return kept


def _notes(record: CellRecord, case: Case) -> list[str]:
    lines = [f"The test of {record.name}, to be simulated as reported: lisse run FILE"]
    lines += [f"Not stated in the record, default of a case: {key} = {value}" for key, value in record.assumed.items()]
    if "lithium.counter_thickness" not in record.values:
        lines.append("Not stated in the record: the counter electrode is taken to be like the working electrode")
    if case.cell.electrolyte.flaws is None:
        lines.append("No record describes surface flaws, so there are none here and no filament can start at one;")
        lines.append("add [cell.electrolyte.flaws] with mean_length, spread and density to let it")
    for name in _TEXTS_THAT_A_MODEL_LEAVES_OUT:
        stated = record.values.get(f"lithium.{name}", "none")
        if stated.lower() != "none":
            lines.append(f"Not simulated: lithium.{name} = {stated}")
    if "protocol.impedance.taken" in record.values:
        lines.append(f"Not simulated: impedance spectra ({record.values['protocol.impedance.taken']})")
    return lines
