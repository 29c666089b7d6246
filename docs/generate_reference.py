"""Write the reference pages that come from the code: python docs/generate_reference.py FOLDER.

The interface of each room, the command line, the case file, the vocabulary of quantities and the list of sources.
scripts/docs calls this; the pages are never edited by hand and never committed.
"""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType

import lisse
from lisse import units
from lisse.keys import OPTIONAL, REQUIRED, Field, SameAs
from lisse.measurement import record
from lisse.measurement.record import schema as record_schema
from lisse.measurement.record.record_tables import NOT_STATED
from lisse.protocol import community_protocols
from lisse.references import all_references
from lisse.study import schema
from lisse.study.case_estimates import ESTIMATE_KEYS
from lisse.study.fields import FromMaterial, LithiumRich
from lisse.study.hybrid_composite import SHAPES
from lisse.study.hybrid_map import MAP
from lisse.study.hybrid_study import TABLES as HYBRID_TABLES
from lisse.study.screen_quantities import LESS_IS_BETTER, SCORES
from lisse.study.screen_study import TABLES as SCREEN_TABLES

SOURCE = Path(lisse.__file__).parent
ROOMS = (
    "cell", "protocol", "materials", "study", "models", "records", "measurement", "microstructure", "lattice", "fields",
    "keys", "theory", "numerics", "report", "units", "references", "errors",
)  # fmt: skip
CONSTANTS = {
    "FARADAY": "C/mol",
    "GAS_CONSTANT": "J/mol/K",
    "BOLTZMANN": "J/K",
    "ELEMENTARY_CHARGE": "C",
    "LITHIUM_MOLAR_VOLUME": "m3/mol",
}


def table(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [header, tuple("---" for _ in header), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |" for line in lines)


def modules(room: str) -> Iterator[ModuleType]:
    """The room itself and the modules in it, where they have public names."""
    top = importlib.import_module(f"lisse.{room}")
    yield top
    if hasattr(top, "__path__"):
        for found in sorted(pkgutil.walk_packages(top.__path__, f"{top.__name__}."), key=lambda item: item.name):
            if not found.name.rsplit(".", 1)[1].startswith("_"):
                module = importlib.import_module(found.name)
                if getattr(module, "__all__", ()):
                    yield module


def api_page(room: str) -> str:
    """One page: what the room says of itself, then every public name where it is defined."""
    title = f"``lisse.{room}``"
    parts = [f"{title}\n{'=' * len(title)}\n"]
    found = list(modules(room))
    for module in found:
        inner = {name for other in found if other.__name__.startswith(f"{module.__name__}.") for name in other.__all__}
        here = [name for name in getattr(module, "__all__", ()) if name not in inner and is_at_home(module, name)]
        if module.__name__.count(".") > 1:
            parts.append(f"{module.__name__}\n{'-' * len(module.__name__)}\n")
        members = f"   :members: {', '.join(here)}\n" if here else ""
        parts.append(f".. automodule:: {module.__name__}\n{members}")
    return "\n".join(parts)


def is_at_home(module: ModuleType, name: str) -> bool:
    """Whether a public name is defined in that module and not passed on from another one."""
    home = str(getattr(getattr(module, name), "__module__", module.__name__))
    return home == module.__name__ or not home.startswith("lisse.")


def command_line_page() -> str:
    """Every verb with its help text, from the same parsers that the program uses."""
    parser = argparse.ArgumentParser(prog="lisse")
    verbs = parser.add_subparsers()
    commands = importlib.import_module("lisse.cli")
    for found in sorted(pkgutil.iter_modules(commands.__path__), key=lambda item: item.name):
        module = importlib.import_module(f"lisse.cli.{found.name}")
        if hasattr(module, "add_parser"):
            module.add_parser(verbs)
    parts = [
        "# Command line",
        "Exit codes: 0 done; 2 bad input; 3 the solver could not go on (what it had is written); 1 a bug, please "
        "report it. With `--json`, exactly one JSON object is written to standard output, numbers in SI and `null` for "
        "what is not known.",
    ]
    for verb, one in verbs.choices.items():
        parts.append(f"## lisse {verb}\n\n```text\n{one.format_help().rstrip()}\n```")
    return "\n\n".join(parts) + "\n"


def quantities_page() -> str:
    """The vocabulary and the constants."""
    quantities = [
        (f"`{entry.name}`", entry.long_name, entry.unit, entry.display_unit or "1", entry.sign)
        for entry in units.QUANTITIES.values()
    ]
    constants = [(f"`{name}`", repr(getattr(units, name)), unit) for name, unit in CONSTANTS.items()]
    parts = (
        "# Quantities",
        "One name for one thing, in models, files, plots and exports. Inside the package and in every file "
        "numbers are SI; the display unit is used where people read. What the signs mean as a whole: "
        "[sign conventions](../explanation/sign_conventions.md).",
        table(("name", "meaning", "SI unit", "shown in", "sign"), quantities),
        "## Constants",
        table(("name in `lisse.units`", "value", "unit"), constants),
    )
    return "\n\n".join(parts) + "\n"


def case_file_page() -> str:
    """Every key of a case file, from the table that the reader itself follows."""
    parts = [
        "# Case file",
        "Every key that a case file may have. A quantity is text with a unit; the limits below are in the unit that "
        "people write, any other of the same kind is taken. An unknown key is an error. How to write one: "
        "[write a case file](../howto/write_a_case_file.md).",
        "A material is a library name, a table `{material, sources, override, estimate}`, or a table of properties "
        "with a `name`; `lisse materials` lists the library.",
        "## Materials that nobody has measured",
        "Keys of the table of an electrolyte beside its properties "
        "([how to use them](../howto/estimate.md)); `cif` only in a table with a `name`:",
        fields_table(ESTIMATE_KEYS),
        "In the case as run each estimate stands as a table with `value`, `low`, `high`, `unit`, "
        '`mark = "estimated"`, `row`, `source`, `conditions` and `note`; such a table may also be written by hand.',
    ]
    for path, fields in schema.TABLES.items():
        parts.append(f"## `[{path}]`" if path else "## At the top")
        if path in ("cell.electrolyte", "cell.anode", "cell.counter"):
            parts.append("`material`: see above.")
        parts.append(fields_table(fields))
        if path == "cell.electrolyte.hybrid":
            head = "Each of `[cell.electrolyte.hybrid.fillers.NAME]`, with a `material`:"
            parts += [head, fields_table(schema.FILLER)]
            parts.append(
                "`[cell.electrolyte.hybrid.microstructure]`, with the names of the labels in `phases`, or with a "
                "`recipe` as of `lisse image generate`; `override` holds measured numbers of the whole:"
            )
            parts.append(fields_table(schema.MICROSTRUCTURE))
        if path == "cell.counter":
            parts += ["In a full cell the table holds the cathode instead:", fields_table(schema.CATHODE)]
        if path == "model.resolved":
            parts += resolved_tables()
    parts.append("## `[protocol]`")
    parts.append("`name` is one of the following, or a protocol of the literature (below).")
    for name, fields in schema.PROTOCOLS.items():
        parts += [f"### {name}", fields_table(fields)]
    parts += ["Each of `[[protocol.steps]]`:", fields_table(schema.STEP), "### Protocols of the literature"]
    rows = []
    for name, entry in community_protocols().items():
        settings = ", ".join(f"{key} {value}" for key, value in entry.settings.items())
        rows.append((f"`{name}`", entry.builder, settings, f"`{entry.reference}` [{entry.mark}]", entry.note))
    parts.append(table(("name", "made with", "settings", "source", "note"), rows))
    return "\n\n".join(parts) + "\n"


def study_file_page() -> str:
    """Every key of the study file of a screening, from the tables that the reader follows."""
    scores = [(f"`{name}`", score.long_name, score.unit) for name, score in SCORES.items()]
    parts = [
        "# Study file of a screening",
        "What `lisse screen` reads. How to: [screen candidates](../howto/screen.md). Paths are taken from the folder "
        "of the study; an unknown key is an error.",
        "## At the top",
        fields_table(SCREEN_TABLES[""]),
        "## `[columns]`",
        "`name`: heading of the column of names, each once (without it candidates are called by their line). "
        "`formula`: that of the chemical formula. `lattice`: a table of the columns of the unit cell, `a`, `b`, `c`, "
        "`alpha`, `beta`, `gamma`, `formula_units` and perhaps `space_group`, with `length_unit` (angstrom) and "
        "`angle_unit` (deg). Every other key is a property of the materials library:",
        'PROPERTY = `{column = "HEADING", unit = "UNIT"}`, or the heading alone for a property without a unit. A '
        "column may be given by its number from 1. With `log10 = true` it holds the decimal logarithm of the number in "
        "that unit. How far a number may lie: `spread`, one standard deviation, as text with a unit, in per cent "
        '(`"30 %"`, of the logarithm) or in decades where `log10 = true`; or `low` and `high`, columns with the ends '
        "of an interval of 90 %. Numbers hold at the temperature of the cell.",
        "## `[missing]`",
        fields_table(SCREEN_TABLES["missing"]),
        'Every other key is a property: `{value, low, high}` with an interval of 90 %, a number alone, or `"case"` for '
        "that of the electrolyte of the case. With `shared = true` all candidates that take it have the same unknown "
        "number, which then changes no order among them; a number of the case is always shared. Estimates come first.",
        "## `[rank]`",
        fields_table(SCREEN_TABLES["rank"]),
        "`pareto`: two to six quantities of the front. `mechanisms`: only criteria of these count. A quantity is a "
        "property that candidates have, or one of",
        table(("name", "meaning", "SI unit"), scores),
        "More is better, except of " + ", ".join(f"`{name}`" for name in sorted(LESS_IS_BETTER)) + ", and of the "
        "stability parameter unless the case chooses the thermodynamic convention.",
        "## `[best]`",
        fields_table(SCREEN_TABLES["best"]),
    ]
    return "\n\n".join(parts) + "\n"


def hybrid_study_page() -> str:
    """Every key of the study file of a hybrid electrolyte, from the tables that the reader follows."""
    shapes = [(f"`{name}`", words, f"{low:g} to {high:g}") for name, (words, low, high) in SHAPES.items()]
    parts = [
        "# Study file of a hybrid",
        "What `lisse hybrid` reads. How to: [follow a hybrid electrolyte](../howto/hybrid.md). Paths are taken from "
        "the folder of the study; an unknown key is an error.",
        "## At the top",
        fields_table(HYBRID_TABLES[""]),
        "## `[matrix]` and `[filler]`",
        "`material`: a library name, a file, `{material, sources, override, estimate}`, or a table of properties with "
        "a name, as in a [case file](case_file.md). With a `case` there is no `[matrix]`.",
        "## `[loading]`",
        "`fractions`, `diameters` and `temperatures`: one quantity or a list of different ones. A fraction of 0 is "
        "added; the temperature is that of the case unless given.",
        "## `[structure]`",
        fields_table(HYBRID_TABLES["structure"]),
        table(("shape", "what it is", "loading"), shapes),
        "## `[interface]`",
        "A `resistance`, or a `desolvation_barrier`, or neither for none.",
        fields_table(HYBRID_TABLES["interface"]),
        "## `[interphase]`",
        fields_table(HYBRID_TABLES["interphase"]),
        "## `[hops]`",
        fields_table(HYBRID_TABLES["hops"]),
        "## `[cell]`",
        '`models`: a list of `"analytic"`, `"lumped"` and `"resolved"`; `["analytic"]` unless given. '
        "`resolved_loading`: the one fraction that the resolved model runs.",
        "## `[map]`",
        "`shapes`: a list of `spheres`, `fibres-across`, `fibres-along` and `grains`. `loadings` and `ratios` (of the "
        "conductivity of the filler to that of the cations of the matrix; that of the study unless given): one to four "
        "numbers. `sizes` and `resistances`: the smallest and the largest.",
        fields_table(MAP),
    ]
    return "\n\n".join(parts) + "\n"


def record_page() -> str:
    """Every key of the record of a test, from the table that the reader and the checklist follow."""
    parts = [
        "# Record of a test",
        f"Version {record.SCHEMA_VERSION}. What the report of a solid-state test must state, as TOML or JSON of the "
        "same form; `lisse check` goes through it and `lisse new record` writes one to fill in. How to: "
        "[report a test](../howto/report_a_test.md). `lisse check --schema` prints the form as a JSON Schema.",
        "A quantity is text with a unit, whatever unit of the kind. An unknown key is an error. A key that is absent, "
        f"or says {', '.join(repr(word) for word in NOT_STATED)}, is not stated. A key that makes no sense for a test "
        'says so and why: `"does not apply: polymer"`; it then counts as stated.',
        "*Needed*: without it the record cannot be published, and `lisse check` returns 2. A key with a condition is "
        "needed only there. *Where known*: stated if it is known.",
        "## At the top",
        items_table(record_schema.HEAD),
    ]
    for path, items in record.TABLES.items():
        parts += [f"## `[{path}]`", *([f"{record.GROUPS[path].capitalize()}."] if path in record.GROUPS else [])]
        if path == "protocol":
            parts.append(
                "`name` and the settings of that protocol are those of a [case file](case_file.md), so that "
                "`lisse check RECORD --case CASE` can write the case that simulates the test as reported. A setting "
                "that a case file may leave to its default has to be stated here: `rest`, `voltage_limit`, "
                "`cycles_per_step` and the like. Besides:"
            )
        parts.append(items_table(items))
    return "\n\n".join(parts) + "\n"


def items_table(items: Mapping[str, record.Item]) -> str:
    """Keys of a record with meaning, limits, whether they are needed, why, and who says so."""
    rows = []
    for name, item in items.items():
        needed = "needed" if item.needed else "where known"
        if item.only_if is not None:
            needed = f"needed where `{item.only_if[0]}` is {' or '.join(f'`{value}`' for value in item.only_if[1])}"
        why = f"{item.why} [`{item.source}`]" if item.source else item.why
        rows.append((f"`{name}`", item.field.help, item.field.allowed(), needed, why))
    return table(("key", "meaning", "allowed", "", "why"), rows)


def resolved_tables() -> list[str]:
    """What stands below the resolved model: its microstructure, phases and flaws."""
    roles = ", ".join(f"`{role}`" for role in schema.PHASE_ROLES)
    return [
        "## `[model.resolved.microstructure]`",
        "Either a recipe, `generate` with the keys of that generator (see [generate a microstructure]"
        "(../howto/generate_a_microstructure.md); the voxel size is that of the model), or a file:",
        fields_table(schema.SCAN),
        '`phases`: a table of labels and names, such as `{0 = "pore", 1 = "electrolyte"}`. `crop`: first voxel and '
        "the one after the last of each axis, such as `[[0, 64], [0, 64]]`. A file needs `model.resolved.voxel`.",
        "## `[model.resolved.phases]`",
        f"One line for each phase whose name is none of {roles}: one of these words, or a material as above.",
        "## `[model.resolved.flaws]`",
        fields_table(schema.CRACKS),
    ]


def fields_table(fields: Mapping[str, Field]) -> str:
    """Keys with meaning, limits and default."""
    rows = [(f"`{name}`", field.help, field.allowed(), default_text(field)) for name, field in fields.items()]
    return table(("key", "meaning", "allowed", "default"), rows)


def default_text(field: Field) -> str:
    """What holds when the key is not given, in words."""
    default = field.default
    if default is REQUIRED:
        return "none: must be given"
    if default is OPTIONAL:
        return "not set"
    if isinstance(default, SameAs):
        return f"same as `{default.path}`"
    if isinstance(default, FromMaterial):
        found = f"`{default.property}` of the {default.owner}"
        if isinstance(default.fallback, SameAs):
            return f"`{default.property}` of the {default.owner}, else same as `{default.fallback.path}` (assumed)"
        if default.fallback is OPTIONAL:
            return f"{found}, else not set"
        return found if default.fallback is None else f"{found}, else {default.fallback} (assumed)"
    if isinstance(default, LithiumRich):
        return f"lithium-rich end of the open-circuit voltage of the cathode, else {default.fallback:g} (assumed)"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def sources_page() -> str:
    """Every source that a number or formula of the package refers to."""
    rows = []
    for key, entry in sorted(all_references().items()):
        text = entry.text().replace("{", "").replace("}", "").replace("$", "\\$")
        doi = f"doi:{entry.doi}"
        rows.append((f"`{key}`", text.replace(doi, f"[{doi}](https://doi.org/{entry.doi})") if entry.doi else text))
    head = (
        "# Sources\n\nWhat the citation keys stand for. A note in square brackets says what has not been checked.\n\n"
    )
    return head + table(("key", "source"), rows) + "\n"


def write_pages(folder: Path) -> None:
    """Write every generated page below `folder`."""
    (folder / "api").mkdir(parents=True, exist_ok=True)
    for room in ROOMS:
        if (SOURCE / f"{room}.py").exists() or (SOURCE / room / "__init__.py").exists():
            (folder / "api" / f"{room}.rst").write_text(api_page(room), encoding="utf-8")
    (folder / "command_line.md").write_text(command_line_page(), encoding="utf-8")
    (folder / "case_file.md").write_text(case_file_page(), encoding="utf-8")
    (folder / "record.md").write_text(record_page(), encoding="utf-8")
    (folder / "study_file.md").write_text(study_file_page(), encoding="utf-8")
    (folder / "hybrid_study.md").write_text(hybrid_study_page(), encoding="utf-8")
    (folder / "quantities.md").write_text(quantities_page(), encoding="utf-8")
    (folder / "sources.md").write_text(sources_page(), encoding="utf-8")


if __name__ == "__main__":
    write_pages(Path(sys.argv[1]))
