"""The table of measured conductivities, how its conflicts are settled, and that training gives the shipped models."""

from __future__ import annotations

import json
import math
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.materials.estimates.conductivity_files import train
from lisse.materials.estimates.conductivity_model import Said
from lisse.materials.estimates.conductivity_training import Table, excess, harmless_width, table_of, train_model
from lisse.materials.estimates.conductivity_validation import scatter_between_sources, validate
from lisse.materials.estimates.obelix import FLOOR, Cleaning, read_obelix
from lisse.materials.estimates.train import main

HEAD = (
    "ID,Reduced Composition,Z,Ionic conductivity (S cm-1),IC (Total),IC (Bulk),Space group #,"
    "a,b,c,alpha,beta,gamma,Family,DOI\n"
)
CELL = "62,6,7,8,90,90,90"


@pytest.fixture(scope="module")
def cleaned(shared_data: Path) -> Cleaning:
    return read_obelix(shared_data)


def small(tmp_path: Path, *lines: str) -> Cleaning:
    (tmp_path / "se_obelix").mkdir()
    (tmp_path / "se_obelix/train.csv").write_text(HEAD + "\n".join(lines) + "\n", "utf-8")
    return read_obelix(tmp_path)


def test_what_the_rules_do_to_the_table(cleaned: Cleaning) -> None:
    assert dict(cleaned.counts) == {
        "read": 478,
        "bounds": 29,
        "below the floor": 3,
        "not neutral": 1,
        "with carbon": 1,
        "cell dropped": 3,
        "merged": 0,
        "used": 476,
    }
    assert sum(row.bound for row in cleaned.rows) == 29 + 3
    assert min(row.log_conductivity for row in cleaned.rows) > FLOOR - 1e-12
    families = {row.family for row in cleaned.rows}
    assert len(families) == 14
    assert all(sum(row.family == name for row in cleaned.rows) >= 6 for name in families)


def test_a_bound_stays_a_bound_and_an_impossible_value_becomes_one(tmp_path: Path) -> None:
    found = small(
        tmp_path,
        f"a,Li4P2O7,2,<1E-10,,,{CELL},diphosphate,10.1/x",
        f"b,Li3PO4,2,4.2e-18,,,{CELL},LISICON,10.1/y",
        f"c,Li3VO4,2,1e-5,,,{CELL},LISICON,10.1/z",
    )
    assert [(row.log_conductivity, row.bound) for row in found.rows] == [(-10.0, True), (-14.0, True), (-5.0, False)]
    assert [row.family for row in found.rows] == ["phosphates", "LISICON", "LISICON"]


def test_rows_of_one_source_and_substance_become_one_and_others_stay(tmp_path: Path) -> None:
    found = small(
        tmp_path,
        f"a,Li3VO4,2,1e-6,,,{CELL},LISICON,10.1/X",
        f"b,Li6V2O8,1,1e-8,,,{CELL},LISICON,10.1/x",
        f"c,Li3VO4,2,1e-4,,,{CELL},LISICON,10.1/other",
    )
    assert [row.log_conductivity for row in found.rows] == pytest.approx([-7.0, -4.0])
    assert found.counts["merged"] == 1


def test_rows_that_cannot_be_used(tmp_path: Path) -> None:
    found = small(
        tmp_path,
        f"a,LiGa2GeS6,4,1e-6,,,{CELL},sulfides,10.1/a",
        f"b,LiClC3H7NO,4,1e-6,,,{CELL},,10.1/b",
        f"c,Li3P,4,1e-3,,,{CELL},phosphates,10.1/c",
        "d,Li2VCl4,4,1e-5,,,216,11.7,11.7,11.7,90,90,90,cholorides,10.1/d",
        "e,Li7La3Zr2O12,8,1e-4,,,230,12.97,12.97,12.97,90,90,90,,10.1/e",
    )
    assert [row.composition.formula for row in found.rows] == ["Li3P", "Li2VCl4", "Li7La3Zr2O12"]
    assert [row.family for row in found.rows] == ["nitrides and phosphides", "halides", "garnet"]
    assert [row.lattice is None for row in found.rows] == [False, True, False]  # 4 Li2VCl4 would leave the cell empty


def test_without_the_file_it_says_where_it_should_be(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="the folder that holds se_obelix/train.csv"):
        read_obelix(tmp_path)


def test_the_total_conductivity_is_kept_where_both_are_given(shared_data: Path) -> None:
    import csv

    with (shared_data / "se_obelix/train.csv").open(encoding="utf-8") as stream:
        both = [row for row in csv.DictReader(stream) if row["IC (Total)"] and row["IC (Bulk)"]]
    assert len(both) == 27
    ratios = [float(row["Ionic conductivity (S cm-1)"]) / float(row["IC (Total)"]) for row in both]
    assert max(abs(math.log10(ratio)) for ratio in ratios) < 0.02


def test_laboratories_differ_by_half_a_decade(cleaned: Cleaning) -> None:
    found = scatter_between_sources(cleaned.rows)
    assert found["rows"] > 100
    assert 0.4 < found["mean_absolute_error"] < 0.8


def test_an_error_below_a_bound_is_none() -> None:
    truth, bound = np.array([-10.0, -10.0, -5.0]), np.array([True, True, False])
    assert excess(truth, bound, np.array([-12.0, -7.0, -7.0])).tolist() == [0.0, -3.0, 2.0]


def held_out(cleaned: Cleaning, harm: float) -> tuple[Table, dict[str, Said], float]:
    """Errors in which the correction takes all that the trend leaves, but harms the garnets when they are left out."""
    table = table_of(cleaned.rows, with_lattice=False)
    nothing, near = np.zeros(len(table.target)), np.full(len(table.target), 0.1)
    right = Said(table.target - 1.0, nothing + 1.0, nothing, nothing, near)
    garnet = table.family == "garnet"
    correction, trend = np.where(garnet, harm, 1.0), np.where(garnet, table.target, table.target - 1.0)
    unseen = Said(trend, correction, nothing, nothing, near)
    found = harmless_width(table, {"family": unseen, "elements": right, "source": right})
    return table, {"family": unseen}, found


def test_the_correction_reaches_as_far_as_it_harms_no_family(cleaned: Cleaning) -> None:
    """At a squared distance of 0.1 it counts by exp(-0.05/w^2): 0.8 at a width of 0.5."""
    assert held_out(cleaned, harm=0.0)[2] == 0.7
    table, errors, width = held_out(cleaned, harm=-3.0)
    by = [float(errors["family"].applicability(each)[0]) * 3.0 for each in (width, 0.2, 0.15)]
    assert width == 0.15
    assert by[0] <= 0.5 < by[1]


def some(cleaned: Cleaning) -> Table:
    """Every fourth row: enough families to leave one out."""
    return table_of(cleaned.rows[::4], with_lattice=True)


@pytest.mark.slow
def test_training_twice_gives_the_same_numbers(cleaned: Cleaning) -> None:
    pytest.importorskip("sklearn", reason="scikit-learn is needed to train")
    one, other = (train_model(some(cleaned)).to_arrays("m_") for _ in range(2))
    assert one.keys() == other.keys()
    for name, array in one.items():
        assert np.array_equal(array, other[name]), name


@pytest.mark.slow
def test_the_shipped_models_are_what_the_command_trains(shared_data: Path, tmp_path: Path) -> None:
    pytest.importorskip("sklearn", reason="scikit-learn is needed to train")
    assert main(["ionic_conductivity", "--data", str(shared_data), "--out", str(tmp_path)]) == 0
    package = resources.files("lisse.materials.estimates")
    with np.load(tmp_path / "conductivity.npz") as new, (package / "conductivity.npz").open("rb") as stream:
        old = np.load(stream)
        assert set(new) == set(old)
        for name in new:
            if new[name].dtype.kind == "f":
                np.testing.assert_allclose(new[name], old[name], rtol=1e-9, atol=1e-9, err_msg=name)
            else:
                assert np.array_equal(new[name], old[name]), name
    new_words = json.loads((tmp_path / "conductivity.json").read_text("utf-8"))
    old_words = json.loads((package / "conductivity.json").read_text("utf-8"))
    for words in (new_words, old_words):
        for model in words["models"].values():
            del model["validation"]
    assert new_words == old_words


@pytest.mark.slow
def test_one_family_of_the_stored_validation_comes_out_again(cleaned: Cleaning) -> None:
    pytest.importorskip("sklearn", reason="scikit-learn is needed to train")
    table = table_of(cleaned.rows, with_lattice=True)
    stored = json.loads((resources.files("lisse.materials.estimates") / "conductivity.json").read_text("utf-8"))
    expected = stored["models"]["lattice"]["validation"]["family"]["families"]
    train_rows, test_rows = (np.flatnonzero((table.family == "garnet") == left) for left in (False, True))
    said = train_model(table.rows(train_rows)).predict(table.described.rows(test_rows))
    garnets = table.rows(test_rows)
    error = np.abs(excess(garnets.target, garnets.bound, said.middle)).mean()
    assert error == pytest.approx(expected["garnet"]["mean_absolute_error"], abs=2e-3)


@pytest.mark.slow
def test_the_validation_reports_every_row_once(cleaned: Cleaning) -> None:
    pytest.importorskip("sklearn", reason="scikit-learn is needed to train")
    table = some(cleaned)
    told: list[str] = []
    found = validate(table, told.append)
    assert len(told) == len(set(table.family.tolist())) + 2 * 10
    for part in found.values():
        assert sum(each["rows"] for each in part["families"].values()) == len(table.target)
        assert sum(each["rows"] for each in part["by_applicability"].values()) == len(table.target)
        assert 0.0 <= part["coverage"] <= 1.0


def test_an_unknown_property_cannot_be_trained(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="Did you mean 'ionic_conductivity'"):
        main(["ionic_conductivty", "--data", str(tmp_path)])


def test_a_folder_without_data_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="training data"):
        train(tmp_path, tmp_path, False, lambda text: None)
