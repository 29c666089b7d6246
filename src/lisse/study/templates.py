"""Case files to start from, for ``lisse new``.

Only the values that the user has to choose are written here. All else, that is every key with its help, unit, default
and source of the default, comes from the schema and from reading the case itself, so that a template cannot drift.
"""

from __future__ import annotations

import dataclasses
import json
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from lisse.errors import InvalidInput, suggest
from lisse.keys import OPTIONAL, Choice, Field
from lisse.materials import load
from lisse.protocol import community_protocols
from lisse.study.case import read_case
from lisse.study.fields import FromMaterial
from lisse.study.schema import (
    CATHODE,
    CRACKS,
    FILLER,
    MICROSTRUCTURE,
    PHASE_ROLES,
    PROTOCOLS,
    SCAN,
    TABLES,
)

__all__ = ["TEMPLATES", "Template", "template"]

_COLUMN = 44


@dataclass(frozen=True)
class Template:
    """What is particular to one kind of case.

    Attributes
    ----------
    title : str
    question : str
        What the case asks, in one line.
    cell, protocol : mapping
        Values that the file gives.
    model : str
    about : mapping
        What to say of a key in this kind of case, by dotted key.
    settings : mapping
        Of the model.
    """

    title: str
    question: str
    cell: Mapping[str, Any]
    protocol: Mapping[str, Any]
    model: str
    about: Mapping[str, str]
    settings: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def raw(self) -> dict[str, Any]:
        """The case as plain data."""
        model = {"name": self.model} | ({self.model: dict(self.settings)} if self.settings else {})
        return {"title": self.title, "cell": self.cell, "protocol": self.protocol, "model": model}


_FLAWS = {"mean_length": "5 um", "spread": 0.5, "density": "1e8 1/m^2"}
_RAMP = {
    "name": "ccd-ramp",
    "start": "0.05 mA/cm^2",
    "step": "0.05 mA/cm^2",
    "stop": "3 mA/cm^2",
    "half_cycle": "0.25 mAh/cm^2",
}
_CYCLE = {"name": "cycle", "current_density": "0.5 mA/cm^2", "half_cycle": "1 mAh/cm^2", "cycles": 50}
_FULL_CELL = {
    "name": "full-cell",
    "current_density": "0.5 mA/cm^2",
    "upper_voltage": "4.2 V",
    "lower_voltage": "3.6 V",
    "cutoff_current": "0.05 mA/cm^2",
    "half_cycle": "3 mAh/cm^2",
    "cycles": 20,
}
_GARNET = {"material": "LLZO", "thickness": "300 um", "flaws": _FLAWS}
_PRESSED = {"pressure": "3 MPa", "forming_pressure": "400 MPa"}
_RECIPE = {
    "generate": "polycrystal, spheres, layers, ...; each has its own keys",
    "size": "along x, from the working to the counter electrode, and y; three lengths make it a volume",
    "grain": "mean diameter of the grains",
    "columnar": "grains run through along this axis (0: x); without it they are compact",
    "periodic": "goes on across opposite faces, as the model does along y",
    "porosity": "share of pores",
    "pore_place": "boundary, junction, bulk or anywhere",
    "pore_diameter": "a quarter of a grain unless given",
    "seed": "another number gives another polycrystal of the same kind",
}
_LUMPED = {"model.name": "lumped follows contact, voids and flaws in time; analytic compares limits"}

TEMPLATES: Mapping[str, Template] = MappingProxyType(
    {
        "symmetric": Template(
            "CCD ramp of Li | LLZO | Li",
            "How large a current does a Li | LLZO | Li cell stand?",
            {
                "kind": "symmetric",
                "area": "1 cm^2",
                "temperature": "25 degC",
                "electrolyte": _GARNET,
                "anode": {"material": "lithium", "thickness": "50 um"},
                "stack": _PRESSED,
            },
            _RAMP,
            "lumped",
            _LUMPED,
        ),
        "full": Template(
            "Cycling of Li | LLZO | NMC811",
            "Which limits does the lithium of a Li | LLZO | NMC811 cell meet on cycling?",
            {
                "kind": "full",
                "area": "1 cm^2",
                "temperature": "25 degC",
                "electrolyte": _GARNET,
                "anode": {"material": "lithium", "thickness": "20 um"},
                "counter": {"material": "NMC811", "areal_capacity": "3 mAh/cm^2"},
                "stack": _PRESSED,
            },
            _FULL_CELL,
            "lumped",
            _LUMPED,
        ),
        "anode-free": Template(
            "Cycling of collector | LLZO | Li",
            "Which limits does lithium meet that is plated on a bare collector, against a lithium counter electrode?",
            {
                "kind": "anode-free",
                "area": "1 cm^2",
                "temperature": "25 degC",
                "electrolyte": _GARNET,
                "anode": {"material": "lithium", "thickness": "0 um"},
                "counter": {"thickness": "50 um"},
                "stack": _PRESSED,
            },
            _CYCLE,
            "lumped",
            _LUMPED,
        ),
        "polymer": Template(
            "Current ramp of Li | PEO-LiTFSI | Li at 90 degC",
            "At which current does the salt of a Li | PEO-LiTFSI | Li cell run out?",
            {
                "kind": "symmetric",
                "area": "1 cm^2",
                "temperature": "90 degC",
                "electrolyte": {"material": "PEO-LiTFSI", "thickness": "100 um"},
                "anode": {"material": "lithium", "thickness": "50 um"},
                "interface": {"contact_hardness": "0.1 MPa"},
                "stack": {"pressure": "0.1 MPa"},
            },
            {**_RAMP, "stop": "5 mA/cm^2"},
            "lumped",
            {
                "model.name": "lumped follows the salt and the contact in time; analytic compares limits",
                "cell.interface.contact_hardness": "assumed: a soft polymer flows into full contact [U]",
            },
        ),
        "resolved": Template(
            "Lithium through columnar grains of LLZO",
            "Where does lithium crack its way through a polycrystal of LLZO, and at which current?",
            {
                "kind": "symmetric",
                "area": "1 cm^2",
                "temperature": "25 degC",
                "electrolyte": {"material": "LLZO", "thickness": "32 um"},
                "anode": {"material": "lithium", "thickness": "20 um"},
                "interface": {"resistance": "20 ohm cm^2"},
                "stack": _PRESSED,
            },
            {
                "name": "ccd-ramp",
                "start": "1 mA/cm^2",
                "step": "1 mA/cm^2",
                "stop": "3 mA/cm^2",
                "half_cycle": "60 s",
            },
            "resolved",
            {
                "model.name": "resolved has voxels; lumped and analytic are quick, and do not read [model.resolved]",
                "cell.electrolyte.thickness": "the extent of the microstructure along x, from electrode to electrode",
                "protocol.half_cycle": "an areal charge, or a time; short here, so that the run takes about a minute",
            },
            {
                "voxel": "0.5 um",
                "microstructure": {
                    "generate": "polycrystal",
                    "size": ["32 um", "32 um"],
                    "grain": "8 um",
                    "columnar": 0,
                    "periodic": True,
                    "porosity": 0.01,
                    "pore_place": "bulk",
                    "pore_diameter": "1 um",
                    "seed": 1,
                },
                "flaws": {"count": 1, "length": "4 um", "along_boundaries": True, "seed": 2},
            },
        ),
    }
)
"""Kinds of case that ``lisse new`` knows."""


def template(kind: str) -> str:
    """A commented case file of that kind, ready to run.

    Parameters
    ----------
    kind : str
        A name of `TEMPLATES`.

    Raises
    ------
    InvalidInput
        For an unknown kind.
    """
    if kind not in TEMPLATES:
        raise InvalidInput("kind of case", kind, ", ".join(TEMPLATES), suggest(kind, TEMPLATES))
    return "\n".join(_Writer(TEMPLATES[kind]).lines()) + "\n"


class _Writer:
    """Writes one template, table by table."""

    def __init__(self, chosen: Template) -> None:
        self._chosen = chosen
        self._case = read_case(chosen.raw())

    def lines(self) -> Iterator[str]:
        """The file."""
        yield f"# {self._chosen.question}"
        yield "#"
        yield "#     lisse run FILE"
        yield "#"
        yield "# Quantities are text with a unit. A line such as `# key = value` shows what holds without it; take away"
        yield "# the # to change it. What a run used, default or not, is written to case.toml beside its results."
        yield ""
        yield from self._values("", {"title": self._chosen.title}, TABLES[""])
        yield from self._cell()
        yield from self._protocol()
        yield from self._table("model", {"name": self._chosen.model}, TABLES["model"])
        settings = f"model.{self._chosen.model}"
        if settings in TABLES:
            yield from self._table(settings, self._chosen.settings, TABLES[settings])
        if self._chosen.model == "resolved":
            yield from self._resolved(settings)

    def _cell(self) -> Iterator[str]:
        cell = self._chosen.cell
        yield from self._table("cell", cell, TABLES["cell"])
        for path in (path for path in TABLES if path.startswith("cell.")):
            _, part, *child = path.split(".")
            fields = CATHODE if part == "counter" and cell["kind"] == "full" else TABLES[path]
            given = cell.get(part, {})
            yield from self._table(path, given.get(child[0]) if child else given, fields)
            if path == "cell.interface.interlayer":
                words = "a library name, or a table with numbers of your own; needed"
                yield _line("material", "LiPON", words, comment=True)
            if path == "cell.electrolyte.hybrid":
                yield from self._fillers(path)

    def _fillers(self, path: str) -> Iterator[str]:
        """The tables below that of a hybrid electrolyte, which is the material above with fillers in it."""
        yield from ("", f"# [{path}.fillers.LLZTO]")
        yield _line("material", "LLZTO", "any number of such tables, each with a name of your own", comment=True)
        yield from (_line(name, _example(field), field.help, comment=True) for name, field in FILLER.items())
        yield from ("", f"# [{path}.microstructure]")
        yield "# a scan or a generated structure, whose phases have the names of the fillers, in place of the formula"
        words = "numbers of the labels, and their names; pores are called pore"
        yield _line("phases", {"0": "matrix", "1": "LLZTO"}, words, comment=True)
        recipe = {"generate": "spheres", "size": ["20 um"] * 3, "fraction": 0.3, "diameter": "4 um"}
        names = {"phases": ["matrix", "LLZTO"], "seed": 1}
        yield _line("recipe", recipe | names, "in place of a file", comment=True)
        yield from (_line(name, _example(field), field.help, comment=True) for name, field in MICROSTRUCTURE.items())

    def _resolved(self, path: str) -> Iterator[str]:
        """The tables below that of the resolved model."""
        yield from ("", f"[{path}.microstructure]")
        yield "# the electrolyte, made by a generator (as `lisse image generate`) or read from a file in its place"
        recipe = self._chosen.settings["microstructure"]
        yield from (_line(name, value, _RECIPE[name]) for name, value in recipe.items())
        yield from (
            _line(name, _example(field), f"{field.help}; not set", comment=True) for name, field in SCAN.items()
        )
        yield _line("phases", {"0": "pore", "1": "electrolyte"}, "labels of the file and their names; not set", True)
        words = "first voxel and the one after the last of each axis of the file; not set"
        yield _line("crop", [[0, 64], [0, 64]], words, comment=True)
        yield from ("", f"# [{path}.phases]")
        yield f"# phases with names of their own: {', '.join(PHASE_ROLES)}, or a material with its own numbers"
        yield _line("coating", "Li3PS4", "any number of such lines", comment=True)
        yield from self._table(f"{path}.flaws", self._chosen.settings["flaws"], CRACKS)

    def _protocol(self) -> Iterator[str]:
        given = self._chosen.protocol
        yield from ("", "[protocol]")
        known = f"name: {', '.join([*PROTOCOLS, *community_protocols()])}"
        yield from textwrap.wrap(
            known, 112, initial_indent="# ", subsequent_indent="#   ", break_on_hyphens=False, break_long_words=False
        )
        yield _line("name", given["name"], "which protocol")
        yield from self._values("protocol", given, PROTOCOLS[given["name"]])

    def _table(self, path: str, given: Mapping[str, Any] | None, fields: Mapping[str, Field]) -> Iterator[str]:
        """One table with its header; as a comment, with examples, when the case does without (`given` is None)."""
        if given is None:
            yield from ("", f"# [{path}]")
            yield "# the cell has none of it; for one, take away the # of the table's name and of the keys it needs"
            for name, field in fields.items():
                yield _line(name, _example(field), f"{field.help}{_choices(field)}", comment=True)
            return
        yield from ("", f"[{path}]")
        if "material" in given:
            yield from _material(given["material"])
        yield from self._values(path, given, fields)

    def _values(self, path: str, given: Mapping[str, Any], fields: Mapping[str, Field]) -> Iterator[str]:
        for name, field in fields.items():
            key = f"{path}.{name}" if path else name
            words = self._chosen.about.get(key, f"{field.help}{_choices(field)}")
            if name in given:
                yield _line(name, given[name], words)
            elif field.default is OPTIONAL:
                yield _line(name, field.example, f"{words}; not set", comment=True)
            else:
                source = self._case.notes[key].removeprefix("default").removeprefix(": ")
                yield _line(name, self._as_run(key), f"{words}; {source}" if source else words, comment=True)

    def _as_run(self, key: str) -> Any:
        value: Any = self._case.as_run
        for part in key.split("."):
            value = value[part]
        return value


def _material(name: str) -> Iterator[str]:
    """The library name, and below it the form that changes a number."""
    material = load(name)
    likely = ("ionic_conductivity", "surface_energy", *material.properties)
    property = next(p for p in likely if material.has(p) and material.entry(p).quoted_value is not None)
    yield _line("material", name, f"of the library; `lisse materials {name}` shows its numbers and sources")
    changed = f'{{ material = "{name}", override = {{ {property} = "{material.entry(property).quoted}" }} }}'
    yield f"# material = {changed}"
    if material.kind == "electrolyte":
        yield '# of what nobody has measured: { name = "Li6PS5Br", estimate = true }, with the numbers that you know'


def _line(name: str, value: Any, words: str, comment: bool = False) -> str:
    text = f"{'# ' if comment else ''}{name} = {_toml(value)}"
    return f"{text:<{_COLUMN}}  # {words}"


def _choices(field: Field) -> str:
    return f": {', '.join(field.choices)}" if isinstance(field, Choice) else ""


def _may_be_absent(field: Field) -> bool:
    return field.default is OPTIONAL or (isinstance(field.default, FromMaterial) and field.default.fallback is OPTIONAL)


def _example(field: Field) -> Any:
    """A value for a table that the case does without."""
    if field.example is not None:
        return field.example
    return field.default.fallback if isinstance(field.default, FromMaterial) else field.default


def _toml(value: Any) -> str:
    """A text, number or list as TOML (JSON writes them in the same way), or a table in one line."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{name} = {_toml(part)}" for name, part in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)
