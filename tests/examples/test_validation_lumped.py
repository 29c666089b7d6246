"""The measured cells of validation/: every script runs, its pages hold what it prints, and its sentences are true."""

from __future__ import annotations

import math
import tomllib
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from example_scripts import as_module
from lisse.references import cite


@pytest.fixture(scope="module")
def validation(repository: Path) -> ModuleType:
    return as_module(repository / "validation" / "run.py", "validation_run")


def page(repository: Path, folder: str) -> str:
    return (repository / "validation" / folder / "README.md").read_text(encoding="utf-8")


QUICK = ("krauskopf_2019", "wang_2019", "aktekin_2023", "brighi_2022")
SLOW = ("duan_2023", "kasemchainan_2019", "koerver_2018", "brissot_1999", "spencer_jolly_2020", "spencer_jolly_2021")


@pytest.mark.parametrize("folder", [*QUICK, *(pytest.param(name, marks=pytest.mark.slow) for name in SLOW)])
def test_tables_in_the_text_are_those_that_the_script_prints(
    validation: ModuleType, repository: Path, folder: str
) -> None:
    lines, text = validation.script(folder).lines(), page(repository, folder).splitlines()
    assert [line for line in lines if line and line not in text] == []
    tables = [line for line in text if line.startswith("|")]
    assert sorted(tables) == sorted(line for line in lines if line.startswith("|"))


@pytest.mark.slow
def test_the_table_over_all_papers_is_the_one_in_the_text(validation: ModuleType, repository: Path) -> None:
    text = page(repository, ".").splitlines()
    assert [line for line in validation.lines() if line not in text] == []


def test_every_folder_has_a_page_sources_and_a_mark(validation: ModuleType, repository: Path) -> None:
    text = page(repository, ".")
    for folder in validation.PAPERS:
        assert f"({folder}/README.md)" in text
        data = tomllib.loads((repository / "validation" / folder / "data.toml").read_text(encoding="utf-8"))
        assert data["mark"] in {"S", "S*", "L", "U"}
        keys = {data["reference"], data.get("via"), *(p.get("source") for p in data.get("points", []))}
        keys |= {part["reference"] for part in data.values() if isinstance(part, dict) and "reference" in part}
        for key in keys - {None}:
            assert cite(key)
        for words in ("**Data.**", "**What had to be assumed.**", "**Reading.**"):
            assert words in page(repository, folder)


def test_update_renews_tables_and_nothing_else(validation: ModuleType) -> None:
    text = "A\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n| 3 | 4 |\n\nB\n\n| c |\n| --- |\n"
    printed = ["| a | b |", "| --- | --- |", "| 5 | 6 |", "", "| d |"]
    assert validation.updated(text, printed) == "A\n\n| a | b |\n| --- | --- |\n| 5 | 6 |\n\nB\n\n| c |\n| --- |\n"


# what the readings say -----------------------------------------------------------------------------------------------


def test_pure_creep_fails_and_the_library_closes_it(validation: ModuleType) -> None:
    paper = validation.script("kasemchainan_2019")
    curves = paper.mechanisms()
    (low, at_low), (high, at_high) = paper.POINTS
    creep = curves["creep, strength of the bulk"]
    assert paper.steepness(creep) == pytest.approx(paper.NUMBERS.creep_exponent, rel=1e-6)
    assert creep(low) > 10 * at_low
    assert creep(high) > 100 * at_high
    assert paper.steepness(curves["diffusional"]) == pytest.approx(1.0, rel=1e-6)
    assert paper.steepness(curves["vacancies into the bulk"]) == 0.0
    library = curves["**library: creep, capillarity, diffusional**"]
    assert [library(low) / at_low, library(high) / at_high] == pytest.approx([1.0, 1.0], abs=0.05)
    parts = curves["diffusional"](high) + curves["creep, 3 times, and capillarity"](high)
    assert library(high) == pytest.approx(parts, rel=1e-6)
    assert curves["library, closure `contact-limited`"](high) < 0.6 * at_high
    assert curves["library, void density N ~ j"](high) < library(high)
    assert curves["library, closure `contact-pressure`"](low) > 1e4 * at_low


@pytest.mark.slow
def test_whole_model_has_the_critical_current_of_its_law(validation: ModuleType) -> None:
    paper = validation.script("kasemchainan_2019")
    for point, (pressure, _) in zip(paper.DATA["points"], paper.POINTS, strict=True):
        law = paper.critical(paper.LIBRARY)(pressure)
        assert 0.99 * law < paper.one_way_limit(point["pressure"]) < 1.1 * law


@pytest.mark.slow
def test_picture_of_the_closures(validation: ModuleType, tmp_path: Path) -> None:
    curves = validation.script("kasemchainan_2019").draw(tmp_path / "picture.png")
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")
    assert all((np.diff(curve) >= -1e-12 * curve[1:]).all() for curve in curves.values())


def test_resistance_of_garnet_has_the_shape_and_not_the_size(validation: ModuleType) -> None:
    paper = validation.script("krauskopf_2019")
    parts = paper.resistance("10 MPa")
    assert 0.03 / 300 / 3 < parts["constriction"] / 0.03 < 1 / 300  # 300 ohm cm2 are 0.03 ohm m2
    assert paper.activation_energy("constriction") == pytest.approx(0.34, abs=0.005)
    formed = paper.resistance("400 MPa")
    released = paper.resistance("1 MPa", forming="400 MPa")
    assert paper.total(released) == pytest.approx(paper.total(formed), rel=1e-6)
    assert paper.total(paper.resistance("1 MPa")) > 20 * paper.total(released)
    density, hardness = paper.closing()
    changes = {"void_density": f"{density} 1/m^2", "contact_hardness": f"{hardness} Pa", "resistance": "0 ohm cm^2"}
    found = [paper.resistance(point["pressure"], **changes)["constriction"] for point in paper.DATA["points"][:2]]
    assert found == pytest.approx([0.03, 0.005], rel=2e-3)
    held = paper.resistance("41 MPa", rest="1 s")
    assert held["contact"] == 1.0  # which is not what was measured


def test_pressure_of_a_gap_swings_with_the_net_volume(validation: ModuleType) -> None:
    paper = validation.script("koerver_2018")
    walls = {"anode": paper.DATA["assumed"]["walls"]}
    slope, departure, drift = paper.swing(paper.run("0.01 MPa/um", "10 MPa", **walls))
    net = paper.net_volumes()[0][2]
    soft = 0.01e6 / 1e-6 * net / 96485.33212 * 36000.0  # a stack much stiffer than the fixture
    assert slope == pytest.approx(soft, rel=0.01)
    assert departure < 1e-3
    assert abs(drift) < 1.0
    free = paper.run("0.1 MPa/um", "50 MPa")
    assert paper.swing(free)[2] < -30e6
    assert any("a free disc of 100 um of lithium flows" in warning for warning in free.warnings)
    assert not any("free disc" in warning for warning in paper.run("0.1 MPa/um", "10 MPa").warnings)


def test_salt_runs_out_at_sands_time_above_the_limiting_current_only(validation: ModuleType) -> None:
    paper = validation.script("brissot_1999")
    thickness, limit = "100 um", 28.39
    concentration, diffusivity, transference = paper.salt()
    closed = 2 * 96485.33212 * diffusivity * concentration / ((1 - transference) * 100e-6)
    assert closed == pytest.approx(limit, rel=0.01)
    sand = math.pi * diffusivity * (96485.33212 * concentration / (2 * 4 * closed * (1 - transference))) ** 2
    assert paper.depletion_time(4 * closed, thickness, 1e4) == pytest.approx(sand, rel=0.01)
    assert math.isinf(paper.depletion_time(0.9 * closed, thickness, 1e4))


def test_an_interphase_without_a_rate_is_refused(validation: ModuleType) -> None:
    from lisse.errors import InvalidInput

    with pytest.raises(InvalidInput, match="rate_constant"):
        validation.script("aktekin_2023").rested("LLZO", "1 h")


def test_drop_at_a_short_does_not_know_the_lithium(validation: ModuleType) -> None:
    paper = validation.script("duan_2023")
    drops = [paper.drop(paper.run(paper.steps(), "1 um", lithium)) for lithium in ("20 um", "500 um")]
    assert drops[0] == pytest.approx(drops[1], rel=1e-9)
    before, after, conductance = drops[0]
    solution = paper.run(paper.steps(), "1 um")
    resistance = before / solution.verdict.critical_current_density
    assert after == pytest.approx(before / (1 + conductance * resistance), rel=1e-6)


def test_far_from_room_temperature_the_model_says_what_it_keeps(validation: ModuleType) -> None:
    import lisse
    from lisse.study import read_case

    paper = validation.script("spencer_jolly_2021")
    case = dict(paper.DATA["case"])
    step = {"current_density": "-0.01 mA/cm^2", "duration": "1 min"}
    for temperature, told in (("80 degC", True), ("25 degC", False)):
        raw = {"cell": {**case["cell"], "temperature": temperature}, "protocol": {"name": "steps", "steps": [step]}}
        run = read_case(raw)
        warnings = lisse.solve(run.model, run.cell, run.protocol).warnings
        assert any("diffusional closure has no temperature law" in text for text in warnings) is told
        assert not any("interphase" in text for text in warnings)
        raw["cell"]["interface"] = {"interphase": {"kind": "mixed-conducting", "conductivity": "1e-6 S/cm"}}
        run = read_case(raw)
        warnings = lisse.solve(run.model, run.cell, run.protocol).warnings
        assert any("interphase: its growth has no temperature law" in text for text in warnings) is told
