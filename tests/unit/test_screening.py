"""Screenings of small tables: who is judged by what, and what is said of the others."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

import lisse
from lisse.errors import InvalidInput
from lisse.models.criteria import CRITERIA
from lisse.models.limits import limits
from lisse.study import Screening, load_screen, screen
from lisse.study.screen_jury import NO_CURRENT
from lisse.study.screen_numbers import ASSUMED, ESTIMATED, GIVEN
from lisse.study.screen_runs import candidate_cell, candidate_material
from screens import CELL, COLUMNS, TABLE, study, study_file


def limit_of(found: Screening, criterion: str) -> np.ndarray:
    return found.limits[[each.name for each in found.criteria].index(criterion)]


def test_the_best_candidate_is_the_tough_one_that_conducts(tmp_path: Path) -> None:
    found = screen(study(tmp_path), workers=1)
    assert [found.candidates.names[i] for i in found.order] == ["hard", "soft", "slow"]
    assert found.scores[found.order].tolist() == sorted(found.scores, reverse=True)
    assert found.ranks.tolist() == [1, 2, 3]
    assert found.deciding == ("crack overpotential of the longest flaw", "drops of the cell as formed")
    assert found.best.tolist() == [0]
    assert found.share.sum() == pytest.approx(1.0)


PRESSURES = CELL[: CELL.index("[protocol]")].replace("[cell.stack]", '[cell.stack]\nfixture = "schedule"') + """
[protocol]
steps = [
  {current_density = "1 mA/cm^2", duration = "1 h"},
  {current_density = "-2 mA/cm^2", duration = "1 h", stack_pressure = "2 MPa"},
]
"""  # fmt: skip


@pytest.mark.parametrize("cell", [CELL, PRESSURES])
def test_every_limit_is_that_of_the_cell_with_the_candidate_in_it(tmp_path: Path, cell: str) -> None:
    """By arrays over candidates, and one cell at a time by `lisse.models.limits`."""
    columns = (
        COLUMNS
        + 'electronic_conductivity = {column = "e", unit = "S/cm"}\nyoungs_modulus = {column = "E", unit = "GPa"}\n'
    )
    columns += (
        'poisson_ratio = "nu"\nmolar_volume_ratio = "v"\ninterface_resistance = {column = "R", unit = "ohm cm^2"}\n'
    )
    rows = ("a,1,1.5,1e-9,150,0.25,0.1,2", "b,10,0.2,1e-7,20,0.35,0.2,50", "c,0.01,0.6,1e-5,60,0.3,0,1")
    table = "\n".join(["name,sigma,K,e,E,nu,v,R", *rows])
    path = study_file(tmp_path, table=table, columns=columns)
    (tmp_path / "cell.toml").write_text(cell)
    given = load_screen(path)
    found = screen(given, workers=1)
    for which in range(3):
        case = found.study.case
        alone = {
            each.criterion: each
            for each in limits(candidate_cell(case, found.candidates, found.numbers, which), case.protocol)
        }
        for row, criterion in enumerate(found.criteria):
            expected, got = alone[criterion.name].current_density, found.limits[row, which]
            if expected is None:
                assert np.isnan(got)
            else:
                assert got == pytest.approx(expected, rel=1e-12)
    assert np.isfinite(limit_of(found, "crack overpotential of the longest flaw")).all()
    assert (limit_of(found, "interface stability, published convention") == 0.0).all()


def test_the_mechanisms_without_a_current_are_these(tmp_path: Path) -> None:
    """The margin counts them, the critical current density does not."""
    case = study(tmp_path).case
    for each in limits(case.cell, case.protocol):
        if each.applies and each.current_density is None:
            assert each.mechanism in NO_CURRENT
        elif each.applies:
            assert each.mechanism not in NO_CURRENT
    assert {criterion.mechanism for criterion in CRITERIA} >= set(NO_CURRENT)


def test_the_margin_counts_limits_of_charge_and_the_current_does_not(tmp_path: Path) -> None:
    table, mechanisms = TABLE.replace("hard,1", "hard,100"), 'mechanisms = ["filament-short", "lithium-exhausted"]\n'
    by_margin = screen(study(tmp_path, table=table, rank=f'{mechanisms}by = "margin"\ndraws = 0\ntop = 1'), workers=1)
    assert by_margin.deciding[-1] == "lithium of the stripped electrode"
    by_current = screen(study(tmp_path, table=table, rank=f"{mechanisms}draws = 0\ntop = 1"), workers=1)
    assert by_current.deciding == ("crack overpotential of the longest flaw",)
    largest = by_current.study.case.protocol.largest_current_density
    np.testing.assert_allclose(by_margin.scores[1:], by_current.scores[1:] / largest)


def test_a_criterion_that_few_can_be_asked_is_asked_of_nobody(tmp_path: Path) -> None:
    columns = COLUMNS + 'electronic_conductivity = {column = "e", unit = "S/cm"}'
    table = "name,sigma,K,e\na,1,1,1e-9\nb,1,1,\nc,1,1,\n"
    rank = 'mechanisms = ["filament-short", "internal-plating"]\ntop = 1\ndraws = 0'
    found = screen(study(tmp_path, table=table, columns=columns, rank=rank), workers=1)
    name = "lithium potential above the threshold in pores"
    assert found.left_out == {name: "only 1 of 3 candidates have electronic conductivity"}
    assert name not in found.deciding
    assert any("asked of nobody" in text for text in found.warnings)
    assert len(found.scores) == 3


def test_a_candidate_that_lacks_what_most_have_is_set_aside_with_the_reason(tmp_path: Path) -> None:
    found = screen(study(tmp_path, table=TABLE + "new,3,\n"), workers=1)
    assert found.set_aside == (
        ("new", 5, "no fracture toughness, which crack overpotential of the longest flaw needs"),
    )
    assert (found.rows, len(found.scores)) == (4, 3)
    content = found.to_dict()
    assert content["set_aside"]["count"] == 1
    assert content["set_aside"]["candidates"][0]["name"] == "new"


def test_when_nobody_can_be_judged_the_study_is_refused_with_what_is_missing(tmp_path: Path) -> None:
    columns = '[columns]\nname = "name"\nshear_modulus = {column = "G", unit = "GPa"}'
    given = study(tmp_path, table="name,G\na,1\nb,2\n", columns=columns)
    with pytest.raises(InvalidInput, match=r"no candidate can be judged.*crack overpotential.*no candidate has"):
        screen(given, workers=1)
    path = study_file(tmp_path, table="name,G\na,1\n", columns=columns, rank='top = 1\nby = "stability_parameter"')
    with pytest.raises(InvalidInput, match=r"1 candidates: no poisson ratio, which stability parameter needs"):
        screen(load_screen(path), workers=1)


def test_mechanisms_that_limit_nothing_here_are_refused_by_name(tmp_path: Path) -> None:
    rank = 'mechanisms = ["interphase-growth"]\ntop = 1'
    with pytest.raises(InvalidInput, match=r"rank.mechanisms: got \['interphase-growth'\].*margin"):
        screen(study(tmp_path, rank=rank), workers=1)


def test_more_best_than_candidates_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"rank.top: got 4; allowed: at most 3, as many as can be judged"):
        screen(study(tmp_path, rank="top = 4"), workers=1)
    with pytest.raises(InvalidInput, match="workers: got 0"):
        screen(study(tmp_path), workers=0)
    with pytest.raises(InvalidInput, match="study: got 'str'; allowed: a ScreenStudy"):
        screen("study.toml")  # type: ignore[arg-type]


def test_the_electrolyte_of_the_case_gives_nothing_to_candidates(tmp_path: Path) -> None:
    """Its interface resistance is that of LLZO where the file does not say it: then candidates lack one."""
    path = study_file(tmp_path)
    bare = CELL.replace('resistance = "5 ohm cm^2"\n', "")
    (tmp_path / "cell.toml").write_text(bare)
    with pytest.raises(InvalidInput, match="no candidate has interface resistance"):
        screen(load_screen(path), workers=1)
    lent = study_file(tmp_path, more='[missing]\ninterface_resistance = "case"')
    (tmp_path / "cell.toml").write_text(bare)
    found = screen(load_screen(lent), workers=1)
    assert (found.numbers.origin["interface_resistance"] == ASSUMED).all()
    assert found.numbers.values["interface_resistance"].tolist() == [2e-4] * 3
    other = CELL.replace('material = "LLZO"', 'material = "Li6PS5Cl"')
    (tmp_path / "cell.toml").write_text(other)
    same = screen(load_screen(study_file(tmp_path)), workers=1)
    (tmp_path / "cell.toml").write_text(other)
    np.testing.assert_array_equal(screen(load_screen(tmp_path / "study.toml"), workers=1).scores, same.scores)


def test_what_limits_all_alike_is_said(tmp_path: Path) -> None:
    rank = 'mechanisms = ["filament-short", "contact-loss"]\ntop = 1\ndraws = 0'
    path = study_file(tmp_path, rank=rank, table=TABLE.replace("slow,0.001", "slow,1"))
    loose = CELL.replace("5 MPa", "0.01 MPa").replace("0.5 mAh", "5 mAh")
    (tmp_path / "cell.toml").write_text(loose)
    found = screen(load_screen(path), workers=1)
    assert found.capped is not None
    assert found.capped[0] == "void closure under stack pressure"
    assert found.capped[1] == pytest.approx(1.0)
    assert found.to_dict()["capped"] == {"criterion": found.capped[0], "share": found.capped[1]}


@pytest.mark.parametrize("stiff", ["a,60\nb,30\nc,20\n", "a,60\nb,30\nc,0.1\n"])
def test_a_criterion_of_yes_or_no_is_not_said_to_limit_all_alike(tmp_path: Path, stiff: str) -> None:
    """All are too stiff, or all but one, and a tenth less would change nothing: a much softer one is let through."""
    columns = '[columns]\nname = "name"\nshear_modulus = {column = "G", unit = "GPa"}\n'
    more = "[missing]\npoisson_ratio = 0.3\nmolar_volume_ratio = 0.1"
    rank = 'mechanisms = ["filament-short"]\ntop = 1\ndraws = 0'
    path = study_file(tmp_path, table=f"name,G\n{stiff}", columns=columns, rank=rank, more=more)
    chosen = '[model]\nname = "analytic"\n[model.analytic]\nstability = "published"\n'
    (tmp_path / "cell.toml").write_text(CELL + chosen)
    found = screen(load_screen(path), workers=1)
    assert found.scores.tolist()[:2] == [0.0, 0.0]
    assert np.isinf(found.scores[2]) == (stiff[-4:] == "0.1\n")
    assert found.unmoved == ()
    assert found.capped is None


def test_who_has_no_number_for_the_front_is_told_of(tmp_path: Path) -> None:
    columns = COLUMNS + 'reduction_potential = {column = "V", unit = "V"}\n'
    table = "name,sigma,K,V\na,1,1.5,0.1\nb,2,1.5,\nc,3,1.5,\n"
    rank = 'top = 1\ndraws = 0\npareto = ["ionic_conductivity", "reduction_potential"]'
    found = screen(study(tmp_path, table=table, columns=columns, rank=rank), workers=1)
    assert found.front.tolist() == [True, False, False]
    told = "2 of 3 candidates have no reduction_potential, and cannot be on the Pareto front"
    assert told in found.warnings


def test_the_likeliest_are_valued_first_and_of_alike_ones_the_better(tmp_path: Path) -> None:
    """Where less is better too."""
    columns = '[columns]\nname = "name"\ninterface_resistance = {column = "R", unit = "ohm cm^2", spread = "1 %"}\n'
    table = "name,R\n" + "".join(f"c{i},{i}\n" for i in (1, 9, 2, 5, 3))
    rank = 'by = "interface_resistance"\ntop = 1\ndraws = 64'
    found = screen(study(tmp_path, table=table, columns=columns, rank=rank), workers=1)
    assert [found.candidates.names[i] for i in found.valued] == ["c1", "c2", "c3", "c5", "c9"]


def test_a_property_ranks_by_itself_and_less_is_better_where_it_is(tmp_path: Path) -> None:
    most = screen(study(tmp_path, rank='by = "ionic_conductivity"\ntop = 1'), workers=1)
    assert most.candidates.names[most.order[0]] == "soft"
    assert most.scores.tolist() == pytest.approx([0.1, 1.0, 1e-4])
    columns = COLUMNS.replace("fracture_toughness", "electronic_conductivity").replace("MPa m^0.5", "S/m")
    least = screen(study(tmp_path, columns=columns, rank='by = "electronic_conductivity"\ntop = 1'), workers=1)
    assert least.candidates.names[least.order[0]] == "soft"
    assert least.scores.min() == least.scores[least.order[0]] == 0.2


def test_the_front_is_of_those_that_nothing_beats(tmp_path: Path) -> None:
    table = TABLE + "worse,1,1.4\n"
    rank = 'top = 1\npareto = ["ionic_conductivity", "fracture_toughness", "critical_current_density"]\ndraws = 64'
    found = screen(study(tmp_path, table=table, rank=rank), workers=1)
    assert found.front.tolist() == [True, True, False, False]
    assert found.front_share[0] == found.front_share[1] == 1.0
    assert 0.0 < found.front_share[3] < 1.0  # with some draws it conducts better than the hard one
    np.testing.assert_array_equal(found.pareto["critical_current_density"], found.scores)


def test_the_stability_parameter_is_the_elastic_part_of_the_theory(tmp_path: Path) -> None:
    columns = '[columns]\nname = "name"\nshear_modulus = {column = "G", unit = "GPa"}\n'
    more = "[missing]\npoisson_ratio = 0.26\nmolar_volume_ratio = 0.1"
    rank = 'by = "stability_parameter"\ntop = 1\ndraws = 0'
    found = screen(study(tmp_path, table="name,G\na,60\nb,2\n", columns=columns, rank=rank, more=more), workers=1)
    metal = found.study.case.cell.working.material
    waves = lisse.theory.interface_stability(
        1e8, [60e9, 2e9], 0.26, metal.value("shear_modulus"), metal.value("poisson_ratio"), 0.1, 0.0,
        metal.value("molar_volume"),
    )  # fmt: skip
    np.testing.assert_allclose(found.scores, np.asarray(waves.total) / 1e8)
    assert found.order.tolist() == [1, 0]  # published: less is better
    assert any("poisson_ratio is assumed for 2 candidates without a spread" in text for text in found.warnings)


def test_estimates_fill_what_is_missing_and_say_so(tmp_path: Path) -> None:
    columns = COLUMNS + 'formula = "formula"'
    table = "name,sigma,K,formula\na,1,1.5,Li6PS5Cl\nb,,0.2,Li6PS5Br\nc,,0.5,NaCl\nd,,0.5,rubbish(\n"
    more = "[missing]\nestimate = true"
    found = screen(study(tmp_path, table=table, columns=columns, more=more), workers=1)
    assert found.candidates.names == ("a", "b")
    assert found.numbers.origin["ionic_conductivity"].tolist() == [GIVEN, ESTIMATED]
    low, value, high = (
        each["ionic_conductivity"][1] for each in (found.numbers.low, found.numbers.values, found.numbers.high)
    )
    assert low < value < high
    assert {name for name, _, _ in found.set_aside} == {"c", "d"}
    assert all("no ionic conductivity" in reason and "estimate" in reason for _, _, reason in found.set_aside)
    material = candidate_material(found.candidates, found.numbers, 1)
    assert material.entry("ionic_conductivity").mark == "estimated"
    assert material.entry("fracture_toughness").mark == "given"
    strict = screen(
        study(
            tmp_path, table=table, columns=columns, more=f"{more}\napplicability = 1.0\nionic_conductivity = '1 mS/cm'"
        ),
        workers=1,
    )
    assert (strict.numbers.origin["ionic_conductivity"] == ASSUMED).any()


def test_a_screening_is_plain_data(tmp_path: Path) -> None:
    rank = 'top = 2\ndraws = 64\npareto = ["ionic_conductivity", "fracture_toughness"]'
    found = screen(study(tmp_path, rank=rank), workers=1)
    content = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert content["rows"] == content["judged"] == 3
    assert content["candidates"]["name"] == ["hard", "soft", "slow"]
    best = content["best"][0]
    assert (best["name"], best["rank"], best["line"]) == ("hard", 1, 2)
    assert best["low"] <= best["median"] <= best["high"]
    toughness = {"value": 1.5e6, "low": 1.5e6, "high": 1.5e6, "origin": "given", "applicability": None}
    assert best["numbers"]["fracture_toughness"] == toughness
    assert sum(content["candidates"]["share"]) == pytest.approx(2.0)
    assert content["value"]["unit"] == "decades"
    assert content["study"]["table"] == "table.csv"


def test_the_best_run_in_time_with_their_own_numbers(tmp_path: Path) -> None:
    more = '[missing]\nyoungs_modulus = "60 GPa"\npoisson_ratio = 0.3\n[best]\nruns = 2'
    found = screen(study(tmp_path, more=more), workers=1)
    assert [run.name for run in found.runs] == ["hard", "soft"]
    assert {run.status for run in found.runs} == {"stopped"}
    hard, soft = (run.critical_current_density for run in found.runs)
    assert hard is not None
    assert soft is not None
    assert hard > soft
    alone = screen(study(tmp_path, more="[best]\nruns = 1"), workers=1)
    assert alone.runs[0].status == "refused"
    assert "youngs_modulus" in alone.runs[0].status_text


def test_draws_do_not_depend_on_blocks_and_repeat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = screen(study(tmp_path), workers=1)
    monkeypatch.setattr("lisse.study.screen_draws._BLOCK", 64)
    again = screen(study(tmp_path), workers=1)
    assert first.drawn is not None
    assert again.drawn is not None
    for field in dataclasses.fields(first.drawn):
        np.testing.assert_array_equal(getattr(first.drawn, field.name), getattr(again.drawn, field.name))
    other = screen(study(tmp_path, rank="top = 1\ndraws = 64\nseed = 2"), workers=1)
    assert other.drawn is not None
    assert (other.drawn.median != first.drawn.median).any()


def test_candidates_with_different_gaps_stand_side_by_side(tmp_path: Path) -> None:
    """What one of them lacks, and nothing that decides needs, neither stops nor changes the others."""
    columns = COLUMNS + 'shear_modulus = {column = "G", unit = "GPa", spread = "20 %"}\n'
    table = "name,sigma,K,G\na,1,1.5,60\nb,10,0.2,\nc,0.01,0.6,20\nd,1,1.4,\n"
    more = "[missing]\npoisson_ratio = 0.3\nmolar_volume_ratio = {value = 0.1, low = 0, high = 0.3}"
    rank = 'top = 2\ndraws = 64\npareto = ["critical_current_density", "stability_parameter"]'
    found = screen(study(tmp_path, table=table, columns=columns, rank=rank, more=more), workers=1)
    assert len(found.scores) == 4
    assert np.isnan(found.pareto["stability_parameter"]).tolist() == [False, True, False, True]
    assert found.front.tolist() == [True, False, True, False]
    without = screen(study(tmp_path, rank="top = 2\ndraws = 64", table=table), workers=1)
    np.testing.assert_array_equal(found.scores, without.scores)
    stability = limit_of(found, "interface stability, thermodynamic convention")
    assert np.isnan(stability).tolist() == [False, True, False, True]


def test_numbers_with_spreads_beyond_what_is_possible_stay_possible(tmp_path: Path) -> None:
    columns = '[columns]\nname = "name"\nionic_conductivity = {column = "s", unit = "mS/cm", spread = "3 mS/cm"}\n'
    more = """[missing]
fracture_toughness = {value = "1 MPa m^0.5", low = "0.1 MPa m^0.5", high = "9 MPa m^0.5"}
shear_modulus = {value = "20 GPa", low = "1 GPa", high = "90 GPa"}
poisson_ratio = {value = 0.45, low = 0.3, high = 0.5}
molar_volume_ratio = {value = 0.1, low = 0.0, high = 3.0}
"""
    rank = 'top = 1\ndraws = 512\npareto = ["critical_current_density", "stability_parameter"]'
    found = screen(study(tmp_path, table="name,s\na,1\nb,2\nc,0.5\n", columns=columns, rank=rank, more=more), workers=1)
    assert found.drawn is not None
    assert (found.drawn.low > 0.0).all()
    assert np.isfinite(found.drawn.high).all()


FULL = """
[cell]
kind = "full"
area = "1 cm^2"
[cell.electrolyte]
material = "LLZO"
thickness = "30 um"
[cell.electrolyte.flaws]
mean_length = "1 um"
density = "1e8 1/m^2"
[cell.anode]
material = "lithium"
thickness = "30 um"
[cell.counter]
material = "NMC811"
areal_capacity = "3 mAh/cm^2"
[cell.interface]
resistance = "5 ohm cm^2"
exchange_current_density = "10 mA/cm^2"
contact_angle = "90 deg"
[cell.stack]
pressure = "5 MPa"
[protocol]
name = "full-cell"
current_density = "1 mA/cm^2"
half_cycle = "3 mAh/cm^2"
lower_voltage = "3 V"
upper_voltage = "4.2 V"
cutoff_current = "0.1 mA/cm^2"
cycles = 2
"""


def test_candidates_stand_in_a_full_cell_as_well(tmp_path: Path) -> None:
    path = study_file(tmp_path, rank="top = 1\ndraws = 32\nmechanisms = ['filament-short']")
    (tmp_path / "cell.toml").write_text(FULL)
    found = screen(load_screen(path), workers=1)
    assert [found.candidates.names[i] for i in found.order] == ["hard", "soft", "slow"]


def test_the_unit_cell_serves_the_estimates(tmp_path: Path) -> None:
    head = "name,sigma,K,formula,a,b,c,al,be,ga,Z\n"
    rows = "argyrodite,1,0.3,Li6PS5Cl,9.85,9.85,9.85,90,90,90,4\nhalf,1,0.3,Li6PS5Cl,9.85,,,90,90,90,4\n"
    lattice = 'lattice = {a = "a", b = "b", c = "c", alpha = "al", beta = "be", gamma = "ga", formula_units = "Z"}\n'
    columns = COLUMNS + 'formula = "formula"\n' + lattice
    more = "[missing]\nestimate = true"
    found = screen(study(tmp_path, table=head + rows, columns=columns, more=more), workers=1)
    cell, none = found.candidates.lattices
    assert none is None
    assert cell is not None
    assert cell.volume == pytest.approx(9.85e-10**3)
    low, high = (each["youngs_modulus"] for each in (found.numbers.low, found.numbers.high))
    assert high[0] / low[0] < high[1] / low[1]  # a known volume narrows the interval
    flat = rows.replace("90,90,90,4\nhalf", "90,90,200,4\nhalf")
    with pytest.raises(InvalidInput, match=r"table.csv: line 2: lattice"):
        screen(study(tmp_path, table=head + flat, columns=columns, more=more), workers=1)
    with pytest.raises(InvalidInput, match=r"columns.lattice.formula_units.*missing"):
        study(tmp_path, columns=columns.replace(', formula_units = "Z"', ""))


def test_of_very_many_candidates_the_plain_data_hold_the_best(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lisse.study.screen_plain._MOST_IN_COLUMNS", 2)
    content = screen(study(tmp_path), workers=1).to_dict()
    assert content["judged"] == 3
    assert content["candidates"]["name"] == ["hard", "soft"]
    assert content["candidates"]["rank"] == [1, 2]


def test_a_tie_for_the_last_place_is_said(tmp_path: Path) -> None:
    table = TABLE + "twin,1,1.5\nthird,1,1.5\n"
    found = screen(study(tmp_path, table=table), workers=1)
    assert found.warnings[0].startswith("3 candidates have the same score as the last of the best 1")
    assert screen(study(tmp_path), workers=1).warnings == ()
