"""Importing lisse stays quick because it pulls in nothing heavy. A question of structure, so no clock is read here;
``benchmarks/import_time.py`` reports the seconds."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {"h5netcdf", "h5py", "jinja2", "matplotlib", "pandas", "pint", "scipy", "sksundae", "tomlkit", "xarray"}

HELP = """
import sys
from lisse.cli.main import entry
sys.argv = ["lisse", "--help"]
try:
    entry()
except SystemExit:
    pass
"""


def modules_after(statement: str) -> set[str]:
    """The top-level modules that a fresh interpreter holds after `statement`."""
    code = f"{statement}\nimport sys\nsys.stderr.write(' '.join({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    return set(done.stderr.split())


@pytest.mark.parametrize(
    "statement",
    [
        "import lisse",
        "import lisse, lisse.errors, lisse.units, lisse.references, lisse.records",
        "from lisse.cli.main import entry",
        HELP,
    ],
    ids=["lisse", "base rooms", "command line", "help"],
)
def test_nothing_heavy_is_imported(statement: str) -> None:
    assert not modules_after(statement) & HEAVY


def test_the_package_alone_does_not_even_need_numpy() -> None:
    assert "numpy" not in modules_after("import lisse")


def test_the_check_can_fail() -> None:
    assert "xarray" in modules_after("import xarray") & HEAVY
