"""The case file: from its tables to a cell, a protocol and a model.

Names become objects here and nowhere else. How one table is checked is in `lisse.study.case_tables`; which keys there
are, in `lisse.study.schema`.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from lisse import protocol as protocols
from lisse.cell import Cathode, Cell, Electrolyte, FlawPopulation, Interface, Interphase, LithiumElectrode, Stack
from lisse.errors import InvalidInput, suggest
from lisse.materials import Material
from lisse.models.analytic import Analytic
from lisse.models.base import Model
from lisse.models.lumped import Lumped
from lisse.models.lumped.alloy import lithium_fraction_of
from lisse.protocol import Protocol, Step
from lisse.study.case_hybrid import read_hybrid
from lisse.study.case_interlayer import read_interlayer
from lisse.study.case_materials import read_material
from lisse.study.case_resolved import read_resolved, resolved_key_of
from lisse.study.case_source import read_source
from lisse.study.case_tables import CaseTables
from lisse.study.schema import CATHODE, PROTOCOLS, STEP, TABLES

__all__ = ["Case", "load_case", "read_case"]


@dataclass(frozen=True)
class Case:
    """One fully specified job.

    Attributes
    ----------
    title : str
    cell : Cell
    protocol : Protocol
    model : Model
    as_run : mapping
        The case with every default filled in, as it would stand in a file.
    notes : mapping
        For every value that the file did not give: where it came from, by dotted key; and where a given value departs
        from a protocol that the file names. Two cases with the same values are equal, whoever gave them.
    seed : int or None
        Of what is drawn at random, for `lisse.solve`; ``None`` takes the median flaw in the lumped model.
    """

    title: str
    cell: Cell
    protocol: Protocol
    model: Model
    as_run: Mapping[str, Any]
    notes: Mapping[str, str] = field(compare=False)
    seed: int | None = None

    def to_toml(self) -> str:
        """The as-run case as TOML, each default marked as such; read again, it gives an equal case."""
        from lisse.study.case_toml import write_case

        return write_case(self.as_run, self.notes)

    def key_of(self, material: str, property: str) -> str:
        """Dotted key with which the case file can give a property that is not known of one of its materials.

        Parameters
        ----------
        material : str
            Its name.
        property : str
        """
        cell, layer = self.cell, self.cell.interface.interlayer
        if layer is not None and layer.material.name == material:
            table = self.as_run["cell"]["interface"]["interlayer"]["material"]
            return f"cell.interface.interlayer.material.{'override.' if 'material' in table else ''}{property}"
        owners = (cell.electrolyte.material, cell.working.material, cell.counter.material)
        for part, owner in zip(("electrolyte", "anode", "counter"), owners, strict=True):
            if owner.name == material and "hybrid" in self.as_run["cell"][part]:
                return f"cell.{part}.hybrid.override.{property}"
            if owner.name == material:
                table = self.as_run["cell"][part]["material"]
                return f"cell.{part}.material.{'override.' if 'material' in table else ''}{property}"
        phases = getattr(self.model, "phases", None) or {}
        if phases:
            start = resolved_key_of(phases, self.as_run["model"]["resolved"]["phases"], material)
            if start is not None:
                return f"{start}.{property}"
        raise InvalidInput("material", material, "a material of this case")


def load_case(path: str | os.PathLike[str], overrides: Iterable[str] = ()) -> Case:
    """Read a case file.

    Parameters
    ----------
    path : path
        A TOML file.
    overrides : iterable of str
        ``"key.path=value"`` each, as on the command line.

    Raises
    ------
    InvalidInput
        Naming the key, the line, what was got and what is allowed.
    """
    source = read_source(path, overrides)
    return read_case(source.tables, source.where, source.folder)


def read_case(
    raw: Mapping[str, Any],
    where: Callable[[str], str] = lambda key: "case",
    folder: str | os.PathLike[str] = ".",
) -> Case:
    """Check a case given as plain data and build its objects.

    Parameters
    ----------
    raw : mapping
        As parsed from TOML.
    where : callable
        File and line of a dotted key, for messages.
    folder : path
        Where the case file lies: a material file is looked for from there.

    Raises
    ------
    InvalidInput
        Naming the key, where it stands, what was got and what is allowed.
    """
    raw = copy.deepcopy(dict(raw))
    tables = CaseTables(raw, where, folder)
    title = tables.values("", raw, TABLES[""], ("cell", "protocol", "model"))["title"]
    cell = _cell(tables)
    protocol = _protocol(tables)
    model, seed = _model(tables)
    if cell.stack.fixture != "schedule" and any(step.stack_pressure is not None for step in protocol.steps):
        cell = _scheduled(tables, cell)
    return Case(title, cell, protocol, model, tables.as_run, tables.notes, seed)


# -- the cell ------------------------------------------------------------------------------------------------------


def _cell(tables: CaseTables) -> Cell:
    children = ("electrolyte", "anode", "counter", "interface", "stack")
    values = tables.values("cell", tables.table("cell", required=True), TABLES["cell"], children)
    tables.temperature = values["temperature"]
    electrolyte = _electrolyte(tables)
    working, counter = _electrodes(tables, values["kind"])
    interface = read_interlayer(tables, _interface(tables), [working, counter])
    stack_values = _fixed(tables, "cell.stack", required=True)
    stack = tables.build("cell.stack", partial(Stack, **stack_values))
    parts: dict[str, Any] = {"electrolyte": electrolyte, "interface": interface, "stack": stack}
    return tables.build("cell", partial(Cell, working=working, counter=counter, **parts, **values))


def _electrolyte(tables: CaseTables) -> Electrolyte:
    path = "cell.electrolyte"
    given = tables.table(path, required=True)
    material = read_material(tables, f"{path}.material", "electrolyte")
    if material.kind not in ("electrolyte", "polymer"):
        raise tables.error(f"{path}.material", material.name, "an electrolyte or a polymer")
    if "hybrid" in given:
        material = read_hybrid(tables, material)
    tables.owners["electrolyte"] = material
    values = tables.values(path, given, TABLES[path], ("material", "flaws", "hybrid"))
    flaws = None
    if "flaws" in given:
        flaws = FlawPopulation(**_fixed(tables, f"{path}.flaws"))
    else:
        tables.notes[path] = "default: no table of flaws is given, so the surfaces have none"
    return tables.build(path, partial(Electrolyte, material, flaws=flaws, **values))


def _electrodes(tables: CaseTables, kind: str) -> tuple[LithiumElectrode, LithiumElectrode | Cathode]:
    anode = read_material(tables, "cell.anode.material", "metal")
    if anode.kind != "metal":
        raise tables.error("cell.anode.material", anode.name, "a metal")
    tables.owners["metal"] = anode
    values = tables.values("cell.anode", tables.table("cell.anode", required=True), TABLES["cell.anode"], ("material",))
    _has_lithium(tables, "cell.anode.thickness", anode, values["thickness"])
    working = LithiumElectrode(anode, **values)
    given = tables.table("cell.counter", required=kind == "full")
    if kind == "full":
        cathode = read_material(tables, "cell.counter.material", "cathode")
        if cathode.kind != "cathode":
            raise tables.error("cell.counter.material", cathode.name, "a cathode, because cell.kind = 'full'")
        tables.owners["cathode"] = cathode
        values = tables.values("cell.counter", given, CATHODE, ("material",))
        return working, tables.build("cell.counter", partial(Cathode, cathode, **values))
    material = anode
    if "material" in given:
        material = read_material(tables, "cell.counter.material", "metal")
    else:
        tables.put("cell.counter.material", tables.get("cell.anode.material"), "default: same as cell.anode.material")
    if material.kind != "metal":
        raise tables.error("cell.counter.material", material.name, f"a metal, because cell.kind = {kind!r}")
    values = tables.values("cell.counter", given, TABLES["cell.counter"], ("material",))
    _has_lithium(tables, "cell.counter.thickness", material, values["thickness"])
    return working, LithiumElectrode(material, **values)


def _has_lithium(tables: CaseTables, key: str, metal: Material, thickness: float) -> None:
    """An alloy holds its lithium in its volume, so that it needs some; lithium may be plated on a bare collector."""
    if thickness == 0.0 and lithium_fraction_of(metal) is not None:
        advice = "A bare collector is written as lithium of no thickness"
        raise tables.error(key, tables.get(key), f"above zero, because {metal.name} is an alloy", advice)


def _interface(tables: CaseTables) -> Interface:
    path, part = "cell.interface", "cell.interface.interphase"
    given = tables.table(path)
    values = tables.values(path, given, TABLES[path], ("interphase", "interlayer"))
    if "interphase" not in given:
        tables.notes[path] = "default: no table of an interphase is given, so there is none"
        return Interface(**values)
    table = tables.table(part)
    unused = {"rate_constant"} if table.get("kind") == "passivating" else set()
    fields = {name: field for name, field in TABLES[part].items() if name in table or name not in unused}
    numbers = tables.values(part, table, fields, tuple(unused))
    return Interface(interphase=tables.build(part, partial(Interphase, **numbers)), **values)


def _fixed(tables: CaseTables, path: str, required: bool = False) -> dict[str, Any]:
    """A table whose keys are all in the schema."""
    return tables.values(path, tables.table(path, required), TABLES[path])


def _scheduled(tables: CaseTables, cell: Cell) -> Cell:
    """The cell in the fixture that a protocol with pressures needs, unless the file names another."""
    key = "cell.stack.fixture"
    if "fixture" in tables.table("cell.stack"):
        advice = 'Write fixture = "schedule" in [cell.stack], or leave the key out'
        raise tables.error(key, cell.stack.fixture, "'schedule', because the protocol sets the stack pressure", advice)
    tables.notes.pop(key)
    tables.put(key, "schedule", "default: the protocol sets the stack pressure")
    return cell.replace(stack__fixture="schedule")


# -- the protocol --------------------------------------------------------------------------------------------------


def _protocol(tables: CaseTables) -> Protocol:
    given = dict(tables.table("protocol", required=True))
    name = _protocol_name(tables, given)
    entry = protocols.community_protocols().get(name)
    kind, reference = (name, "") if entry is None else (entry.builder, entry.reference)
    tables.put("protocol.name", name, "" if "name" in given else "default: from the list of steps")
    if entry is not None:
        for key, value in entry.settings.items():
            if key not in given:
                given[key] = value
                tables.notes[f"protocol.{key}"] = f"default: {name} ({reference}) [{entry.mark}]"
            elif given[key] != value:
                tables.notes[f"protocol.{key}"] = f"given; {name} ({reference}) has {value}"
    values = tables.values("protocol", given, PROTOCOLS[kind], ("name", "steps") if kind == "steps" else ("name",))
    parts = _steps(tables, given.get("steps")) if kind == "steps" else []
    return tables.build("protocol", partial(protocols.from_settings, name, values, parts))


def _protocol_name(tables: CaseTables, given: Mapping[str, Any]) -> str:
    known = [*PROTOCOLS, *protocols.community_protocols()]
    name = given.get("name", "steps" if "steps" in given else None)
    if isinstance(name, str) and name in known:
        return name
    near = suggest(name, known) if isinstance(name, str) else "The key is missing" if name is None else ""
    raise tables.error("protocol.name", name, ", ".join(known), near)


def _steps(tables: CaseTables, given: Any) -> list[Step]:
    if not isinstance(given, list) or not given or not all(isinstance(step, dict) for step in given):
        raise tables.error("protocol.steps", given, "[[protocol.steps]] tables, at least one")
    built = []
    for index, step in enumerate(given):
        path = f"protocol.steps[{index}]"
        values = tables.values(path, step, STEP, keep=False)
        built.append(tables.build(path, partial(Step, **values)))
    tables.put("protocol.steps", [dict(step) for step in given])
    return built


# -- the model -----------------------------------------------------------------------------------------------------


def _model(tables: CaseTables) -> tuple[Model, int | None]:
    """The model that the case names, and its seed; tables of other models are checked and kept, but not read."""
    given = tables.table("model")
    others = [path.removeprefix("model.") for path in TABLES if path.startswith("model.")]
    values = tables.values("model", given, TABLES["model"], tuple(others))
    name = values["name"]
    settings = {}
    for other in others:
        path = f"model.{other}"
        if other == name or other in given:
            settings[other] = read_resolved(tables, other == name) if other == "resolved" else _fixed(tables, path)
            if other != name:
                tables.notes[path] = f"not read by the {name} model"
    return tables.build(f"model.{name}", partial(_model_class(name), **settings[name])), values.get("seed")


def _model_class(name: str) -> Callable[..., Model]:
    if name == "resolved":
        from lisse.models.resolved.model import Resolved  # the largest of them, loaded when it is asked for

        return Resolved
    return {"analytic": Analytic, "lumped": Lumped}[name]
