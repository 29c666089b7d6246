"""The examples and the validation of interlayers: one number of each is what its text says."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import lisse
from example_scripts import as_module, example
from lisse.cli.main import main
from lisse.study.interlayer_table import interlayer_table
from lisse.units import parse_quantity


def test_an_alloy_moves_the_cell_from_filaments_to_diffusion(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = str(repository / "examples" / "interlayer_alloy.toml")
    closed_forms = ["--model", "analytic", "--set", "model.analytic.samples=0"]
    assert main(["run", case, "-o", str(tmp_path), *closed_forms]) == 0
    said = capsys.readouterr().out
    assert "Without the interlayer: a filament short at 2.3 mA/cm2; with it: exhaustion of the lithium" in said
    found = json.loads((tmp_path / "summary.json").read_text())["interlayer"]
    runs = found["runs"]
    assert runs["bare"]["mode"] == "filament-short"
    assert runs["layered"]["mode"] == "lithium-exhausted"
    new = {row["criterion"] for row in found["moves"] if row["factor"] == 0.0}
    assert new == {"lithium diffusion through the interlayer"}
    page = (tmp_path / "report.html").read_text()
    assert "What the interlayer moves" in page
    assert "Properties of the interlayer, Li-Mg" in page
    assert 'carries = "lithium"' in (tmp_path / "case.toml").read_text()


@pytest.mark.slow
def test_the_lumped_model_says_it_sooner_because_the_alloy_does_not_fill_up_in_between(repository: Path) -> None:
    case = lisse.load_case(repository / "examples" / "interlayer_alloy.toml")
    table = interlayer_table(case.cell, case.protocol, case.model)
    assert table.bare_run is not None
    assert table.layered_run is not None
    bare, layered = table.bare_run.verdict, table.layered_run.verdict
    assert (bare.mode, bare.critical_current_density) == ("filament-short", pytest.approx(17.5))
    assert (layered.mode, layered.critical_current_density) == ("lithium-exhausted", pytest.approx(4.5))
    limit = next(m.layered for m in table.moves if m.layered.criterion.startswith("lithium diffusion"))
    assert limit.current_density is not None
    assert limit.inputs["steady_limiting_current_density"] < 4.5 < limit.current_density


def test_the_summary_of_a_cell_without_a_layer_does_not_know_the_key(repository: Path, tmp_path: Path) -> None:
    example_file = str(repository / "examples" / "ccd_llzo.toml")
    assert main(["run", example_file, "--model", "analytic", "-o", str(tmp_path), "--json"]) == 0
    assert "interlayer" not in json.loads((tmp_path / "summary.json").read_text())


@pytest.mark.parametrize(("name", "mode"), [("polymer", "contact-loss"), ("glass", "filament-short")])
def test_layers_of_ions_take_the_first_failure_away(repository: Path, name: str, mode: str) -> None:
    case = lisse.load_case(
        repository / "examples" / f"interlayer_{name}.toml", ["model.analytic.samples=0", "model.name=analytic"]
    )
    bare, layered = (
        lisse.solve(case.model, cell, case.protocol) for cell in (case.cell.without_interlayer(), case.cell)
    )
    assert bare.verdict.mode == mode
    assert layered.verdict.mode == "none"


def test_the_map_shows_what_its_text_says(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    figure = example(repository, "interlayer_map")
    monkeypatch.setattr(figure, "POINTS", 21)
    target = tmp_path / "map.png"
    drawn = figure.draw(target)
    assert target.read_bytes().startswith(b"\x89PNG")
    names = np.array([criterion.name for criterion in drawn.criteria])
    thickness, modulus = drawn.x.values, drawn.y.values
    stiff = names[drawn.criterion[-1]]
    assert set(stiff[thickness < 45e-9]) == {"crack overpotential of the longest flaw"}
    assert set(stiff[thickness > 1.5e-6]) == {"salt depletion in the interlayer"}
    unstable = np.array(["stability" in name for name in names[drawn.criterion].ravel()]).reshape(drawn.mode.shape)
    least = np.array([modulus[~column].min() for column in unstable.T])
    assert (np.diff(least) >= 0.0).all()  # the modulus that holds long waves rises with the thickness
    assert {names[each] for each in drawn.criterion[unstable]} == {"interface stability, published convention"}
    assert 20.0 < least[-1] / least[len(least) // 2] < 2e3


@pytest.fixture(scope="module")
def compare(repository: Path) -> ModuleType:
    """The comparison with measurements."""
    return as_module(repository / "validation" / "interlayers" / "compare.py", "compare_interlayers")


def test_the_tables_of_the_validation_page_are_those_of_the_script(repository: Path, compare: ModuleType) -> None:
    page = (repository / "validation" / "interlayers" / "README.md").read_text()
    for line in compare.lines():
        assert line in page


def test_resistances_follow_from_the_surface_and_not_from_the_layer(compare: ModuleType) -> None:
    point = compare.DATA["resistances"][0]
    kept, clean = compare.predicted_resistances(point)
    before, after = (parse_quantity(point[name], "ohm m^2") for name in ("without", "with"))
    assert kept == pytest.approx(before, rel=2e-3)
    assert 1.0 < clean / after < 4.0
