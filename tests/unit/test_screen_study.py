"""The study file and the table of a screening: what they mean, and what is refused with its place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.materials import load
from lisse.study import load_screen, read_screen
from lisse.study.candidates import read_candidates
from lisse.study.screen_quantities import CANDIDATE_INPUTS, ranked_quantity
from screens import COLUMNS, study, study_file

EDGE = 1.6448536269514722
CELL_KEYS = ("a", "b", "c", "alpha", "beta", "gamma", "formula_units")


def test_a_study_is_read_with_its_units_and_defaults(tmp_path: Path) -> None:
    found = study(
        tmp_path, rank='top = 2\npareto = ["ionic_conductivity", "fracture_toughness"]', more="[best]\nruns = 1"
    )
    assert found.title == "Which?"
    conductivity, toughness = found.columns
    assert (conductivity.name, conductivity.factor, conductivity.by_factor) == (
        "ionic_conductivity",
        pytest.approx(0.1),
        True,
    )
    assert conductivity.spread == pytest.approx(0.3 / np.log(10.0))
    assert toughness.factor == pytest.approx(1e6)
    assert (found.ranking.top, found.ranking.draws, found.ranking.by) == (2, 256, "critical_current_density")
    assert found.best.runs == 1
    assert found.to_dict()["rank"]["pareto"] == ["ionic_conductivity", "fracture_toughness"]


def test_a_study_can_be_given_as_plain_data(tmp_path: Path) -> None:
    study_file(tmp_path)
    columns = {"ionic_conductivity": {"column": 2, "unit": "S/m"}}
    found = read_screen(
        {"case": "cell.toml", "table": "table.csv", "columns": columns, "rank": {"top": 1}}, folder=tmp_path
    )
    assert found.columns[0].place == 2
    assert read_candidates(found).names == ("row 2", "row 3", "row 4")


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"columns": COLUMNS.replace("toughness", "toughnes")}, r"line 9: columns.fracture_toughnes.*toughness'"),
        ({"columns": COLUMNS.replace('unit = "mS/cm", ', "")}, r"ionic_conductivity.unit.*kind of 'S/m'.*missing"),
        ({"columns": COLUMNS.replace("mS/cm", "GPa")}, r"columns.ionic_conductivity.unit: got 'GPa'"),
        ({"columns": COLUMNS.replace('"K"', '"sigma"')}, r"fracture_toughness: got 'sigma'.*one is ionic_conductivity"),
        ({"columns": COLUMNS.replace('"30 %"', '"-30 %"')}, r"columns.ionic_conductivity.spread.*above zero"),
        ({"columns": COLUMNS.replace('"30 %"', '"30 GPa"')}, r"columns.ionic_conductivity.spread: got '30 GPa'"),
        ({"columns": COLUMNS.replace('"30 %"', '"30 %", low = "K"')}, r"spread.*low and high, not both"),
        ({"columns": COLUMNS.replace("spread", "spraed")}, r"columns.ionic_conductivity.spraed.*Did you mean 'spread'"),
        ({"columns": "[columns]\n" + 'name = "name"'}, r"columns: allowed: at least one property"),
        ({"columns": COLUMNS.replace('"sigma"', "0")}, r"columns.ionic_conductivity.column: got 0.*number from 1"),
        ({"head": "header = false"}, r"columns.name: got 'name'.*number of a column.*no headings"),
        ({"head": 'bad_rows = "ignore"'}, r"bad_rows: got 'ignore'; allowed: refuse, set-aside"),
        ({"head": "unknwon = 1"}, r"line 4: unknwon"),
        ({"rank": 'top = 1\nby = "shear_modulus"'}, r"rank.by: got 'shear_modulus'.*no column of the study"),
        ({"rank": 'top = 1\nby = "critical_curent_density"'}, r"Did you mean 'critical_current_density'"),
        ({"rank": "top = 0"}, r"rank.top: got 0; allowed: a whole number from 1"),
        ({"rank": "draws = 1e6"}, r"rank.draws"),
        ({"rank": 'pareto = ["ionic_conductivity"]'}, r"rank.pareto.*two to six"),
        ({"rank": 'pareto = ["margin", "margin"]'}, r"rank.pareto.*different names"),
        ({"rank": 'mechanisms = ["filament"]'}, r"rank.mechanisms: got 'filament'.*'filament-short'"),
        ({"more": "[missing]\nestimate = true"}, r"missing.estimate.*column of formulas"),
        ({"more": '[missing]\nshear_modulus = "5"'}, r"missing.shear_modulus.value: got '5'"),
        ({"more": '[missing]\nshear_modulus = {value = "5 GPa", low = "6 GPa"}'}, r"low, value and high that rise"),
        ({"more": '[missing]\npoisson_ratio = {value = 0.9}'}, r"missing.poisson_ratio.value: got 0.9"),
        ({"more": '[missing]\nsalt_diffusivity = "case"'}, r"missing.salt_diffusivity: got 'case'.*LLZO has"),
        ({"more": '[missing]\npoisson_ratio = {value = 0.3, sahred = true}'}, r"poisson_ratio.sahred.*'shared'"),
        ({"more": '[best]\nmodel = "resolved"'}, r"best.model: got 'resolved'; allowed: lumped"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_study_is_named_with_its_key(tmp_path: Path, parts: dict[str, str], message: str) -> None:
    with pytest.raises(InvalidInput, match=message) as caught:
        study(tmp_path, **parts)
    assert "study.toml" in str(caught.value)


def test_files_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"study file: got .*nothing.toml.*no such file"):
        load_screen(tmp_path / "nothing.toml")
    path = study_file(tmp_path)
    (tmp_path / "table.csv").unlink()
    with pytest.raises(InvalidInput, match=r"table: got .*table.csv.*no such file"):
        read_candidates(load_screen(path))
    (tmp_path / "cell.toml").unlink()
    with pytest.raises(InvalidInput, match=r"case file: got .*cell.toml.*no such file"):
        load_screen(path)


def test_a_case_without_a_current_is_refused(tmp_path: Path) -> None:
    path = study_file(tmp_path)
    cell = (tmp_path / "cell.toml").read_text()
    hold = '[protocol]\nname = "hold"\nvoltage = "10 mV"\nduration = "1 h"\n'
    (tmp_path / "cell.toml").write_text(cell[: cell.index("[protocol]")] + hold)
    with pytest.raises(InvalidInput, match="case: got 'cell.toml'.*sets a current"):
        load_screen(path)


def test_the_case_can_lend_a_number_with_its_spread(tmp_path: Path) -> None:
    prior = study(tmp_path, more='[missing]\nfracture_toughness = "case"').missing.priors["fracture_toughness"]
    entry = load("LLZO").entry("fracture_toughness")
    assert (prior.value, prior.low, prior.high, prior.shared) == (entry.at(), entry.low, entry.high, True)
    assert prior.source.startswith("LLZO, ")


# -- the table ---------------------------------------------------------------------------------------------------------


def test_cells_become_si_numbers_with_intervals(tmp_path: Path) -> None:
    table = "name;sigma;K;lo;hi;G\na;1;0.9;0.8;1.2;1.5\nb;0.1;;;;n/a\n c ; 2e1 ;1;;1.5;2\n"
    columns = """[columns]
name = "name"
ionic_conductivity = {column = "sigma", unit = "mS/cm", spread = "0.2 mS/cm"}
fracture_toughness = {column = "K", unit = "MPa m^0.5", low = "lo", high = "hi"}
shear_modulus = {column = 6, unit = "GPa", log10 = true, spread = 0.1}
"""
    found = read_candidates(study(tmp_path, table=table, columns=columns))
    assert found.names == ("a", "b", "c")
    assert found.rows.tolist() == [2, 3, 4]
    np.testing.assert_allclose(found.values["ionic_conductivity"], [0.1, 0.01, 2.0])
    np.testing.assert_allclose(found.low["ionic_conductivity"], [0.1 - EDGE * 0.02, 0.0, 2.0 - EDGE * 0.02])
    np.testing.assert_allclose(
        found.high["ionic_conductivity"], [0.1 + EDGE * 0.02, 0.01 + EDGE * 0.02, 2 + EDGE * 0.02]
    )
    np.testing.assert_allclose(found.values["fracture_toughness"], [0.9e6, np.nan, 1e6])
    np.testing.assert_allclose(found.low["fracture_toughness"], [0.8e6, np.nan, 1e6])
    np.testing.assert_allclose(found.high["fracture_toughness"], [1.2e6, np.nan, 1.5e6])
    np.testing.assert_allclose(found.values["shear_modulus"], [10**1.5 * 1e9, np.nan, 1e11])
    np.testing.assert_allclose(found.high["shear_modulus"][0], 10 ** (1.5 + 0.1 * EDGE) * 1e9)


def test_a_table_without_headings_is_read_by_number(tmp_path: Path) -> None:
    columns = '[columns]\nname = 1\nshear_modulus = {column = 2, unit = "GPa", log10 = true}'
    rank = 'top = 1\nby = "shear_modulus"'
    found = read_candidates(
        study(tmp_path, table="mp-1,1.5\nmp-2,2\n", columns=columns, rank=rank, head="header = false")
    )
    assert found.names == ("mp-1", "mp-2")
    assert found.rows.tolist() == [1, 2]
    np.testing.assert_allclose(found.values["shear_modulus"], [10**10.5, 1e11])


def test_quoted_cells_may_hold_line_breaks_and_lines_are_counted(tmp_path: Path) -> None:
    table = 'name,sigma,K\n"two\nlines",1,1\n\nplain,2,oops\n'
    with pytest.raises(InvalidInput, match=r"table.csv: line 5: 'oops' in column 'K' is no number"):
        read_candidates(study(tmp_path, table=table))


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("", r"table.csv: table: got 'no rows'; allowed: at least one candidate"),
        ("name,sigma,K\n", r"table: got 'no rows'"),
        ("name,sigma,T\na,1,1\n", r"fracture_toughness: got 'K'; allowed: a heading of .*'sigma', 'T'"),
        ("name,sigma,K,K\na,1,1,1\n", r"columns.fracture_toughness: got 'K'.*comes once.*heads 2 columns"),
        ("name,sigma,K\na,1,1\nb,2\n", r"table.csv, line 3: table: got '2 cells'; allowed: 3 cells"),
        ("name,sigma,K\na,1,one\n", r"line 2: 'one' in column 'K' is no number"),
        ("name;sigma;K\na;1,5;1\n", r"line 2: '1,5' in column 'sigma' is no number: decimals take a point"),
        ("name,sigma,K\na,1_0,1\n", r"line 2: '1_0' in column 'sigma' is no number\. "),
        ("name,sigma,K\na,-1,1\n", r"line 2: '-1' in column 'sigma' is no ionic_conductivity: .*above 0 \[S/m\]"),
        ("name,sigma,K\na,inf,1\n", r"line 2: 'inf' in column 'sigma' is no ionic_conductivity"),
        ("name,sigma,K\na,1,1\nb,1,1\na,2,1\n", r"line 4: 'a' is the name of line 2 already"),
        ("name,sigma,K\n" + "".join(f"a{i},x,1\n" for i in range(9)), r"line 6: 'x' in .* and 4 more.*set-aside"),
        ("name,sigma,K\na,1,1\n".replace("a", "a" * 200_000), "field larger than field limit"),
    ],
)  # fmt: skip
def test_a_bad_table_is_refused_with_row_and_column(tmp_path: Path, table: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        read_candidates(study(tmp_path, table=table))


@pytest.mark.parametrize(
    "table",
    [
        "name;sigma;K;a, b, c, d, e\na;1;1;x, y\n",  # more commas than semicolons
        "name\tsigma\tK\na\t1\t1\n",
        'name,sigma,K,"a; b; c; d; e"\na,1,1,x\n',
        "\ufeffname;sigma;K\r\na;1;1\r\n",
    ],
)  # fmt: skip
def test_the_delimiter_is_that_of_the_rows(tmp_path: Path, table: str) -> None:
    found = read_candidates(study(tmp_path, table=table))
    assert found.names == ("a",)
    assert found.values["ionic_conductivity"].tolist() == pytest.approx([0.1])


@pytest.mark.parametrize("group", ["inf", "225.5", "-1", "231", "1e300"])
def test_a_space_group_that_is_none_is_refused_with_its_line(tmp_path: Path, group: str) -> None:
    cell = ", ".join(f'{key} = "{column}"' for key, column in zip(CELL_KEYS, "aaawwwz", strict=True))
    columns = COLUMNS + f'lattice = {{{cell}, space_group = "g"}}\n'
    table = f"name,sigma,K,a,w,z,g\nx,1,1,9.8,90,4,{group}\n"
    with pytest.raises(InvalidInput, match=r"line 2: space_group: got .*1 to 230"):
        read_candidates(study(tmp_path, table=table, columns=columns))


def test_bad_rows_can_be_set_aside_and_are_counted(tmp_path: Path) -> None:
    table = "name,sigma,K\na,1,1\nb,x,1\na,2,1\nc,<1e-10,1\nd,nan,1\n"
    found = read_candidates(study(tmp_path, table=table, head='bad_rows = "set-aside"'))
    assert found.names == ("a", "d")
    assert [(name, line) for name, line, _ in found.set_aside] == [("b", 3), ("a", 4), ("c", 5)]
    assert "bound" in found.set_aside[2][2]
    assert np.isnan(found.values["ionic_conductivity"][1])


def test_a_bound_is_no_number_and_no_mistake(tmp_path: Path) -> None:
    found = read_candidates(study(tmp_path, table="name,sigma,K\na,1,1\nc,<1E-10,1\n"))
    assert found.names == ("a",)
    assert found.set_aside[0][2] == "'<1E-10' in column 'sigma' is a bound, not a number"


def test_a_table_of_which_no_row_is_left_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="1 rows, all set aside"):
        read_candidates(study(tmp_path, table="name,sigma,K\nc,<1e-10,1\n"))


@pytest.mark.slow
def test_a_million_rows_are_read_in_seconds(tmp_path: Path) -> None:
    table = "name,sigma,K\n" + "".join(f"c{i},{1 + i % 7},1\n" for i in range(1_000_000))
    assert len(read_candidates(study(tmp_path, table=table))) == 1_000_000


def test_every_number_that_a_candidate_can_bring_can_be_shown() -> None:
    for name in CANDIDATE_INPUTS:
        assert ranked_quantity(name).long_name
    with pytest.raises(InvalidInput, match="Did you mean 'margin'"):
        ranked_quantity("marginn")
