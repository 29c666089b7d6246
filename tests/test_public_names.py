"""The public names: a promise to other people's scripts. A new one is a line here; removing one needs a deprecation."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

import lisse

PUBLIC = [
    "Case",
    "Cell",
    "Measurement",
    "Protocol",
    "Solution",
    "__version__",
    "analyse",
    "cell",
    "errors",
    "lattice",
    "load_case",
    "load_fields",
    "load_measurement",
    "load_solution",
    "materials",
    "measurement",
    "microstructure",
    "models",
    "numerics",
    "observe",
    "protocol",
    "read",
    "records",
    "references",
    "report",
    "screen",
    "solve",
    "solve_many",
    "study",
    "theory",
    "units",
]
SOURCE = Path(lisse.__file__).parent
ROOMS = sorted(
    path.stem
    for path in SOURCE.iterdir()
    if path.stem != "__init__" and (path.suffix == ".py" or (path / "__init__.py").exists())
)


def test_the_public_names_are_these() -> None:
    assert lisse.__all__ == PUBLIC
    assert dir(lisse) == PUBLIC


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_resolves(name: str) -> None:
    value = getattr(lisse, name)
    assert value is not None
    assert getattr(lisse, name) is value


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'no_such_name'"):
        _ = lisse.no_such_name


def isort_style(name: str) -> tuple[int, str]:
    """Constants, then classes, then the rest; each by the alphabet (what ruff's RUF022 writes)."""
    rank = 0 if name.isupper() and len(name) > 1 else 1 if name[0].isupper() else 2
    return rank, name


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_says_what_is_public(room: str) -> None:
    module = importlib.import_module(f"lisse.{room}")
    assert module.__doc__
    names = module.__all__
    assert list(names) == sorted(set(names), key=isort_style)
    missing = [name for name in names if not hasattr(module, name)]
    assert not missing


def test_the_version_is_the_same_everywhere() -> None:
    root = SOURCE.parents[1]
    if not (root / "CITATION.cff").exists():
        pytest.skip("only the installed package is here, not the repository")
    cited = re.search(r"^version: (\S+)$", (root / "CITATION.cff").read_text("utf-8"), re.MULTILINE)
    assert cited
    assert cited[1] == lisse.__version__
    assert re.fullmatch(r"\d+\.\d+\.\d+", lisse.__version__)
