"""The TOML on the page Write a case file, and the generated reference page."""

from __future__ import annotations

import copy
import re
import runpy
import tomllib
from pathlib import Path
from typing import Any

import pytest

from lisse.study import read_case
from lisse.study.schema import PROTOCOLS, STEP, TABLES

ROOT = Path(__file__).resolve().parents[2]
BLOCKS = re.findall(r"```toml\n(.*?)```", (ROOT / "docs/howto/write_a_case_file.md").read_text("utf-8"), re.DOTALL)
CASE: dict[str, Any] = {
    "cell": {
        "area": "1 cm^2",
        "electrolyte": {"material": "LLZO", "thickness": "300 um"},
        "anode": {"material": "lithium", "thickness": "50 um"},
        "stack": {"pressure": "3 MPa"},
    },
    "protocol": {"name": "rest", "duration": "1 h"},
}


@pytest.mark.parametrize("number", range(1, len(BLOCKS)))
def test_every_piece_of_the_page_can_stand_in_a_case(number: int) -> None:
    given, case = tomllib.loads(BLOCKS[number]), copy.deepcopy(CASE)
    for part, table in given.get("cell", {}).items():
        case["cell"][part] = case["cell"].get(part, {}) | table if isinstance(table, dict) else table
    read_case(case | {name: table for name, table in given.items() if name != "cell"})


def test_the_defaults_that_the_page_shows_are_those_of_the_package() -> None:
    first, second = BLOCKS[0].splitlines()
    assert first in read_case(CASE).to_toml()
    sulfide = copy.deepcopy(CASE)
    sulfide["cell"]["electrolyte"]["material"] = "Li6PS5Cl"
    sulfide["cell"]["interface"] = {"exchange_current_density": "1 mA/cm^2"}
    assert second in read_case(sulfide).to_toml()


def test_the_reference_page_has_every_key() -> None:
    page = runpy.run_path(str(ROOT / "docs/generate_reference.py"))["case_file_page"]()
    for name in {name for fields in (*TABLES.values(), *PROTOCOLS.values(), STEP) for name in fields}:
        assert f"| `{name}` |" in page


def test_the_toml_of_the_page_on_the_resolved_model_can_stand_in_a_case() -> None:
    """The scan is not there, so that its part is read as the settings of a model that is not run."""
    text = (ROOT / "docs/howto/resolved_model.md").read_text("utf-8")
    first, second = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    given, case = tomllib.loads(first), copy.deepcopy(CASE)
    case["cell"]["electrolyte"] |= given["cell"]["electrolyte"]
    assert read_case(case | {"model": given["model"]}).model.name == "resolved"
    settings = tomllib.loads(second)["model"]["resolved"]
    assert read_case(case | {"model": {"name": "lumped", "resolved": settings}}).as_run["model"]["resolved"]["phases"]
