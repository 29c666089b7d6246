"""Who may import whom: the table of CONTRIBUTING.md, read from the source with ``ast``.

Every import counts, at the top of a file, inside a function or under TYPE_CHECKING, except in ``lisse/__init__.py``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[1] / "src" / "lisse"

BASE = {"errors", "units"}
TOOLS = BASE | {"files", "keys", "references", "numerics"}
DESCRIPTIONS = TOOLS | {"theory", "records", "microstructure", "fields", "protocol"}
MODELS = DESCRIPTIONS | {"lattice", "materials", "cell"}
EVERYTHING = MODELS | {"measurement", "models", "study", "report"}
MAY_IMPORT = {
    "errors": set(),
    "units": {"errors"},
    "files": {"errors"},
    "keys": BASE,
    "references": {"errors"},
    "numerics": {"errors"},  # never units: it does not know what a battery is
    "theory": BASE,
    "records": BASE | {"files", "references"},
    "microstructure": BASE | {"files", "numerics"},
    "fields": BASE | {"files", "microstructure", "numerics"},
    "lattice": BASE | {"numerics", "theory", "microstructure"},
    "protocol": BASE | {"keys"},
    "materials": BASE | {"references", "numerics", "theory"},
    "measurement": DESCRIPTIONS,  # neither models nor cell: a lab can use it alone
    "cell": BASE | {"lattice", "materials", "microstructure"},
    "models": MODELS,  # not measurement: no model is tuned by knowing the data
    "study": MODELS | {"measurement", "models"},
    "report": EVERYTHING - {"models", "numerics", "report"},
    "web": EVERYTHING,
    "cli": EVERYTHING | {"web"},
}


def imports(tree: ast.AST, package: str) -> Iterator[tuple[int, str]]:
    """Line and full dotted name of everything of lisse that is imported; `package` resolves relative imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names if alias.name.split(".")[0] == "lisse")
        elif isinstance(node, ast.ImportFrom):
            home = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            names = ".".join([*home, *([node.module] if node.module else [])])
            if names.split(".")[0] == "lisse":
                yield from ((node.lineno, f"{names}.{alias.name}") for alias in node.names)


def wrong_imports(text: str, path: str) -> list[str]:
    """Complaints about the imports of one file; `path` is relative to ``src/lisse``."""
    room = path.split("/")[0].removesuffix(".py")
    package = ".".join(["lisse", *path.split("/")[:-1]])
    found = []
    for line, name in imports(ast.parse(text), package):
        target = (name.split(".") + [""])[1]
        if target == room or name == "lisse.__version__":
            continue
        if target not in MAY_IMPORT:
            found.append(f"{path}:{line}: {name}: write 'from lisse.room import name'")
        elif target not in MAY_IMPORT[room]:
            found.append(f"{path}:{line}: {room} may not import {target}")
    return found


def test_every_import_goes_the_right_way() -> None:
    files = [path for path in SOURCE.rglob("*.py") if path != SOURCE / "__init__.py"]
    assert len(files) > 10
    found = [
        line for path in files for line in wrong_imports(path.read_text("utf-8"), path.relative_to(SOURCE).as_posix())
    ]
    assert not found, "\n".join(found)


def test_every_room_is_in_the_table() -> None:
    rooms = {path.stem for path in SOURCE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert rooms - {"__init__"} <= MAY_IMPORT.keys()


def test_the_table_is_a_ladder() -> None:
    reached = {name: set(allowed) for name, allowed in MAY_IMPORT.items()}
    for _ in reached:
        for allowed in reached.values():
            allowed |= set().union(*(reached[name] for name in allowed))
    assert not [name for name, allowed in reached.items() if name in allowed]


@pytest.mark.parametrize(
    ("path", "text", "complaint"),
    [
        ("models/lumped/solve.py", "from lisse.measurement.readers import read", "models may not import measurement"),
        (
            "measurement/checklist.py",
            "def f():\n    from lisse.cell import Cell",
            "checklist.py:2: measurement may not import cell",
        ),
        ("measurement/virtual/cycler.py", "import lisse.models.run", "measurement may not import models"),
        ("numerics/newton.py", "from lisse.units import FARADAY", "numerics may not import units"),
        ("study/case.py", "from lisse.report.html import write", "study may not import report"),
        ("report/html.py", "from lisse.models.run import solve", "report may not import models"),
        ("theory/crack.py", "from ..records import Solution", "theory may not import records"),
        ("theory/crack.py", "if TYPE_CHECKING:\n    from lisse.cell import Cell", "theory may not import cell"),
        ("errors.py", "from . import units", "errors may not import units"),
        ("cli/run.py", "import lisse", "write 'from lisse.room import name'"),
        ("cli/run.py", "from lisse import solve", "write 'from lisse.room import name'"),
    ],
)
def test_a_wrong_import_is_found(path: str, text: str, complaint: str) -> None:
    (found,) = wrong_imports(text, path)
    assert complaint in found


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("cell.py", "from lisse.materials import Material\nfrom lisse.errors import InvalidInput"),
        (
            "models/lumped/solve.py",
            "from lisse.models.base import Model\nfrom .kinetics import rate\nfrom ..run import solve",
        ),
        ("records.py", "import numpy\nfrom lisse.references import cite"),
        ("cli/main.py", "from lisse import __version__\nfrom lisse.report.html import write"),
    ],
)
def test_a_right_import_passes(path: str, text: str) -> None:
    assert wrong_imports(text, path) == []
