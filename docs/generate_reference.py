"""Write the reference pages that come from the code: python docs/generate_reference.py FOLDER.

The interface of each room, the command line, the vocabulary of quantities and the list of sources. scripts/docs calls
this; the pages are never edited by hand and never committed.
"""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import lisse
from lisse import units
from lisse.references import all_references

SOURCE = Path(lisse.__file__).parent
ROOMS = (
    "cell", "protocol", "materials", "study", "models", "records", "measurement", "microstructure", "theory",
    "numerics", "report", "units", "references", "errors",
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
    (folder / "quantities.md").write_text(quantities_page(), encoding="utf-8")
    (folder / "sources.md").write_text(sources_page(), encoding="utf-8")


if __name__ == "__main__":
    write_pages(Path(sys.argv[1]))
