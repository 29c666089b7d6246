"""The case file: read, check, fill in the defaults, and turn names into objects.

Nothing is defaulted in silence: a `Case` keeps every value with a note of where it came from, and writes them all.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lisse import materials
from lisse import protocol as protocols
from lisse.cell import Cathode, Cell, Electrolyte, FlawPopulation, Interface, LithiumElectrode, Stack
from lisse.errors import InvalidInput, MissingValue, suggest
from lisse.materials.laws import REFERENCE_TEMPERATURE
from lisse.materials.property import definition
from lisse.materials.reading import parse_unit, read_law
from lisse.models.analytic import Analytic
from lisse.models.base import Model
from lisse.models.lumped import Lumped
from lisse.protocol import Protocol, Step
from lisse.study.fields import OPTIONAL, REQUIRED, Field, FromMaterial, Quantity, SameAs
from lisse.study.schema import CATHODE, PROTOCOLS, STEP, TABLES
from lisse.study.toml_lines import key_lines
from lisse.units import parse_quantity

__all__ = ["Case", "load_case", "read_case"]

_LARGEST_FILE = 1_000_000


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
        For every value that the file did not give: where it came from, by dotted path.
    """

    title: str
    cell: Cell
    protocol: Protocol
    model: Model
    as_run: Mapping[str, Any]
    notes: Mapping[str, str]

    def to_toml(self) -> str:
        """The as-run case as TOML, each default marked as such."""
        from lisse.study.case_toml import write_case

        return write_case(self.as_run, self.notes)


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
    source = Path(path)
    try:
        raw_bytes = source.read_bytes()
    except FileNotFoundError:
        raise InvalidInput(
            str(path), None, "a case file", "There is no such file; `lisse new` writes one to start from"
        ) from None
    except OSError as error:
        raise InvalidInput(str(path), None, "a readable case file", error.strerror or "") from error
    if len(raw_bytes) > _LARGEST_FILE:
        raise InvalidInput(str(path), f"{len(raw_bytes)} bytes", f"a case file of at most {_LARGEST_FILE} bytes")
    try:
        text = raw_bytes.decode("utf-8")
        raw = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise InvalidInput(str(path), None, "text in UTF-8", f"Byte {error.start} is not") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InvalidInput(str(path), None, "a valid TOML file", f"{error}") from None
    lines = key_lines(text)
    given = [_apply_override(raw, override) for override in overrides]

    def where(key: str) -> str:
        if any(key == path or key.startswith(path + ".") for path in given):
            return "--set"
        while key and key not in lines:
            key = key.rpartition(".")[0]
        return f"{source.name}, line {lines[key]}" if key else source.name

    return read_case(raw, where)


def read_case(raw: Mapping[str, Any], where: Callable[[str], str] = lambda key: "case") -> Case:
    """Check a case given as plain data and build its objects.

    Parameters
    ----------
    raw : mapping
        As parsed from TOML.
    where : callable
        File and line of a dotted key, for messages.

    Raises
    ------
    InvalidInput
        Naming the key, where it stands, what was got and what is allowed.
    """
    return _CaseReader(raw, where).case()


def _apply_override(raw: dict[str, Any], override: str) -> str:
    path, equals, text = override.partition("=")
    parts = [part.strip() for part in path.split(".")]
    if not equals or not all(parts):
        raise InvalidInput("--set", override, 'key.path="value", such as cell.stack.pressure="5 MPa"')
    try:
        value = tomllib.loads(f"x = {text}")["x"]
    except tomllib.TOMLDecodeError:
        value = text.strip()
    table: Any = raw
    for part in parts[:-1]:
        table = table.setdefault(part, {})
        if not isinstance(table, dict):
            raise InvalidInput("--set", override, "a path through tables", f"{part!r} is a value, not a table")
    table[parts[-1]] = value
    return ".".join(parts)


class _CaseReader:
    """Walks one case from top to bottom, keeping the full text form and the notes as it goes."""

    def __init__(self, raw: Mapping[str, Any], where: Callable[[str], str]) -> None:
        self._raw, self._where = raw, where
        self._as_run: dict[str, Any] = {}
        self._notes: dict[str, str] = {}
        self._owners: dict[str, materials.Material] = {}

    def case(self) -> Case:
        top = self._values("", self._raw, TABLES[""], ("cell", "protocol", "model"))
        cell = self._at("cell", self._cell)
        protocol = self._at("protocol", self._protocol)
        model = self._at("model", self._model)
        if cell.stack.fixture != "schedule" and any(step.stack_pressure is not None for step in protocol.steps):
            raise self._error(
                "cell.stack.fixture",
                cell.stack.fixture,
                "'schedule', because steps of the protocol set the stack pressure",
            )
        return Case(top["title"], cell, protocol, model, self._as_run, self._notes)

    # -- parts ------------------------------------------------------------------------------------------------------

    def _cell(self) -> Cell:
        raw = self._table("cell", required=True)
        values = self._values("cell", raw, TABLES["cell"], ("electrolyte", "anode", "counter", "interface", "stack"))
        electrolyte = self._electrolyte()
        working, counter = self._electrodes(values["kind"])
        interface = Interface(**self._values("cell.interface", self._table("cell.interface"), TABLES["cell.interface"]))
        stack = Stack(**self._values("cell.stack", self._table("cell.stack", required=True), TABLES["cell.stack"]))
        return Cell(
            values["kind"], values["area"], values["temperature"], electrolyte, working, counter, interface, stack
        )

    def _electrolyte(self) -> Electrolyte:
        path = "cell.electrolyte"
        raw = self._table(path, required=True)
        material = self._material(f"{path}.material", raw.get("material", REQUIRED))
        if material.kind == "metal":
            raise self._error(f"{path}.material", material.name, "an electrolyte")
        self._owners["electrolyte"] = material
        values = self._values(path, raw, TABLES[path], ("material", "flaws"))
        flaws = None
        if "flaws" in raw:
            table = self._table(f"{path}.flaws")
            flaws = FlawPopulation(**self._values(f"{path}.flaws", table, TABLES[f"{path}.flaws"]))
        else:
            self._notes[f"{path}.flaws"] = "no table given: the surface has no flaws"
        return self._at(path, lambda: Electrolyte(material, flaws=flaws, **values))

    def _electrodes(self, kind: str) -> tuple[LithiumElectrode, LithiumElectrode | Cathode]:
        raw = self._table("cell.anode", required=True)
        material = self._material("cell.anode.material", raw.get("material", REQUIRED))
        self._owners["metal"] = material
        values = self._values("cell.anode", raw, TABLES["cell.anode"], ("material",))
        working = LithiumElectrode(material, **values)
        raw = self._table("cell.counter", required=kind == "full")
        if kind == "full":
            cathode = self._material("cell.counter.material", raw.get("material", REQUIRED))
            if cathode.kind != "cathode":
                raise self._error("cell.counter.material", cathode.name, "a cathode material, because kind = 'full'")
            return working, Cathode(cathode, **self._values("cell.counter", raw, CATHODE, ("material",)))
        if "material" in raw:
            counter_material = self._material("cell.counter.material", raw["material"])
        else:
            counter_material = material
            self._put("cell.counter.material", self._get("cell.anode.material"), "default: same as cell.anode.material")
        if counter_material.kind == "cathode":
            raise self._error("cell.counter.material", counter_material.name, "a metal; a cathode needs kind = 'full'")
        return working, LithiumElectrode(
            counter_material, **self._values("cell.counter", raw, TABLES["cell.counter"], ("material",))
        )

    def _material(self, path: str, value: Any) -> materials.Material:
        """A library name, an inline table of properties, or {material, sources, override}."""
        allowed = "a library name, a table of properties with a name, or {material, sources, override}"
        if value is REQUIRED:
            raise self._error(
                path, None, allowed, f"The key is missing; the library has {', '.join(materials.names())}"
            )
        if isinstance(value, str):
            value = {"material": value}
        if not isinstance(value, dict):
            raise self._error(path, value, allowed)
        if "material" not in value:
            return self._own_material(path, value, allowed)
        self._known(path, value, ("material", "sources", "override"))
        material = self._at(f"{path}.material", lambda: materials.load(_text(value["material"])))
        sources, override = self._text_table(f"{path}.sources", value), self._text_table(f"{path}.override", value)
        for name, key in sources.items():
            material = self._at(f"{path}.sources.{name}", lambda m=material, n=name, k=key: m.with_source(n, k))  # type: ignore[misc]
        for name, text in override.items():
            material = self._given_property(f"{path}.override.{name}", material, name, text)
        self._put(f"{path}.material", material.name)
        for name in material.properties:
            if name not in override:
                chosen = material.entry(name)
                note = _entry_text(chosen) if name in sources else f"default: {_entry_text(chosen)}"
                self._put(f"{path}.sources.{name}", chosen.row, note)
        for name, text in override.items():
            self._put(f"{path}.override.{name}", text)
        return material

    def _own_material(self, path: str, value: dict[str, Any], allowed: str) -> materials.Material:
        if "name" not in value:
            raise self._error(
                path,
                sorted(value),
                allowed,
                'Give `material = "LLZO"` for a library entry, or `name` for one of your own',
            )
        kinds = ("electrolyte", "polymer", "metal", "cathode")
        kind = value.get("kind", "metal" if path.startswith(("cell.anode", "cell.counter")) else "electrolyte")
        if kind not in kinds:
            raise self._error(f"{path}.kind", kind, ", ".join(kinds))
        material = materials.Material(
            name=_text(value["name"]), formula=_text(value.get("formula", value["name"])), kind=kind
        )
        self._put(f"{path}.name", material.name)
        self._put(f"{path}.kind", kind)
        for name, text in value.items():
            if name not in ("name", "formula", "kind"):
                material = self._given_property(f"{path}.{name}", material, name, text)
                self._put(f"{path}.{name}", text)
        return material

    def _given_property(self, path: str, material: materials.Material, name: str, value: Any) -> materials.Material:
        """A number with a unit, or ``{value, law}`` with the law written as in a library file."""

        def read() -> materials.Material:
            meant = definition(name)
            unit = parse_unit(meant.unit)
            if not isinstance(value, dict):
                number = parse_quantity(value, unit, name)
                meant.check(number)
                return material.with_value(name, number, "case file")
            self._known(path, value, ("value", "law"))
            number = parse_quantity(value["value"], unit, name) if "value" in value else None
            law = value.get("law", {})
            if not isinstance(law, dict):
                raise InvalidInput(f"{name} law", law, "a table with a kind, as in a library file")
            return material.with_value(
                name, read_law(law, number, unit, meant.unit, REFERENCE_TEMPERATURE), "case file"
            )

        return self._at(path, read)

    def _protocol(self) -> Protocol:
        raw = self._table("protocol", required=True)
        name = raw.get("name", "steps" if "steps" in raw else None)
        community = protocols.community_protocols()
        known = [*PROTOCOLS, *community]
        if not isinstance(name, str) or name not in known:
            near = suggest(name, known) if isinstance(name, str) else "The key is missing"
            raise self._error("protocol.name", name, ", ".join(known), near)
        reference = ""
        if name in community:
            entry = community[name]
            defaults = {key: value for key, value in entry.settings.items() if key not in raw}
            for key in defaults:
                self._notes[f"protocol.{key}"] = f"from {name} ({entry.reference}) [{entry.mark}]"
            raw, name, reference = {**raw, **defaults}, entry.builder, entry.reference
        extra = ("name", "steps") if name == "steps" else ("name",)
        values = self._values("protocol", raw, PROTOCOLS[name], extra)
        self._put("protocol.name", raw.get("name", name))
        if "half_cycle" in values:
            kind, amount = values.pop("half_cycle")
            values[f"half_cycle_{kind}"] = amount
        if name == "steps":
            built = protocols.steps(self._steps(raw), **values)
        else:
            builder: Callable[..., Protocol] = getattr(protocols, name.replace("-", "_"))
            built = builder(**values)
        title = self._raw["protocol"].get("name", name)
        return Protocol(title, built.steps, built.voltage_limit, reference, built.settings)

    def _steps(self, raw: Mapping[str, Any]) -> list[Step]:
        found = raw.get("steps", [])
        if not isinstance(found, list) or not found or not all(isinstance(step, dict) for step in found):
            raise self._error("protocol.steps", found, "a list of [[protocol.steps]] tables, at least one")
        built = []
        self._put("protocol.steps", [dict(step) for step in found])
        for index, step in enumerate(found):
            path = f"protocol.steps[{index}]"
            values = self._values(path, step, STEP, keep=False)
            built.append(self._at(path, lambda v=values: Step(**v)))  # type: ignore[misc]
        return built

    def _model(self) -> Model:
        raw = self._table("model")
        values = self._values("model", raw, TABLES["model"], ("lumped", "resolved"))
        if values["name"] == "analytic":
            return Analytic()
        return Lumped(**self._values("model.lumped", self._table("model.lumped"), TABLES["model.lumped"]))

    # -- one table --------------------------------------------------------------------------------------------------

    def _values(
        self,
        path: str,
        raw: Mapping[str, Any],
        fields: Mapping[str, Field],
        children: tuple[str, ...] = (),
        keep: bool = True,
    ) -> dict[str, Any]:
        """Check every key of one table against its fields; defaults are filled in and noted."""
        self._known(path, raw, (*fields, *children))
        values: dict[str, Any] = {}
        for name, spec in fields.items():
            key = f"{path}.{name}" if path else name
            if name in raw:
                values[name] = self._at(key, lambda s=spec, n=name, k=key: s.read(raw[n], k))  # type: ignore[misc]
                if keep:
                    self._put(key, raw[name])
            elif spec.default is OPTIONAL:
                continue
            else:
                text, note = self._default(key, spec)
                values[name] = spec.read(text, key)
                if keep:
                    self._put(key, text, note)
        return values

    def _default(self, key: str, spec: Field) -> tuple[Any, str]:
        default = spec.default
        if default is REQUIRED:
            allowed = spec.allowed() if isinstance(spec, Quantity) else spec.help
            raise self._error(key, None, allowed, f"The key is missing ({spec.help})")
        if isinstance(default, SameAs):
            return self._get(default.path), f"default: same as {default.path}"
        if isinstance(default, FromMaterial):
            return self._library_default(key, spec, default)
        return default, "default"

    def _library_default(self, key: str, spec: Field, default: FromMaterial) -> tuple[Any, str]:
        owner = self._owners[default.owner]
        temperature = TABLES["cell"]["temperature"].read(self._get("cell.temperature"), "cell.temperature")
        try:
            number = owner.value(default.property, temperature)
        except MissingValue:
            if default.fallback is None:
                text = f"The library has no {default.property} for {owner.name}: give {key} in the case file"
                raise self._error(key, None, spec.help, text) from None
            return default.fallback, f"assumed: the library has no {default.property} for {owner.name} [U]"
        unit = spec.unit if isinstance(spec, Quantity) else "1"
        return _quantity_text(number, unit), f"default: {owner.name}, {_entry_text(owner.entry(default.property))}"

    def _table(self, path: str, required: bool = False) -> dict[str, Any]:
        table: Any = self._raw
        for part in path.split("."):
            table = table.get(part) if isinstance(table, dict) else None
        if table is None and not required:
            return {}
        if not isinstance(table, dict):
            raise self._error(path, table, f"a table [{path}]", "" if table is not None else "The table is missing")
        return table

    def _text_table(self, path: str, parent: Mapping[str, Any]) -> dict[str, Any]:
        table = parent.get(path.rpartition(".")[2], {})
        if not isinstance(table, dict):
            raise self._error(path, table, "a table of property = value")
        return table

    def _known(self, path: str, raw: Mapping[str, Any], known: Iterable[str]) -> None:
        known = list(known)
        for key in raw:
            if key not in known:
                full = f"{path}.{key}" if path else key
                raise self._error(full, key, ", ".join(known), suggest(key, known) or "The key is not known")

    # -- notes and messages -----------------------------------------------------------------------------------------

    def _put(self, path: str, value: Any, note: str = "") -> None:
        table = self._as_run
        *parents, last = path.split(".")
        for part in parents:
            table = table.setdefault(part, {})
        table[last] = value
        if note:
            self._notes.setdefault(path, note)

    def _get(self, path: str) -> Any:
        table: Any = self._as_run
        for part in path.split("."):
            table = table[part]
        return table

    def _at(self, key: str, action: Callable[[], Any]) -> Any:
        """Run an action; a complaint from it gets the key and the line."""
        try:
            return action()
        except InvalidInput as error:
            if error.where:
                raise
            name = error.what if error.what.startswith(key) else key
            if error.what not in (key, name):
                name = f"{key} ({error.what})"
            raise error.at(self._where(key), name) from None

    def _error(self, key: str, got: Any, allowed: str, advice: str = "") -> InvalidInput:
        return InvalidInput(key, got, allowed, advice, self._where(key))


_SHOWN = {
    "ohm m^2": ("ohm cm^2", 1e4),
    "A/m^2": ("mA/cm^2", 0.1),
    "A/m^2/Pa": ("mA/cm^2/MPa", 1e5),
    "Pa": ("MPa", 1e-6),
    "m": ("um", 1e6),
    "rad": ("deg", 57.29577951308232),
}


def _quantity_text(number: float, unit: str) -> Any:
    """Text with the unit that people write."""
    if unit == "1":
        return number
    shown, factor = _SHOWN.get(unit, (unit, 1.0))
    return f"{number * factor:.12g} {shown}"


def _entry_text(entry: materials.Entry) -> str:
    return f"{entry.row}: {entry.quoted} ({entry.source}) [{entry.mark}]"


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise InvalidInput("material", value, "text")
    return value
