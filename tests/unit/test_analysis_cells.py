"""Many cells together: nobody is left out."""

import csv
import json

import numpy as np
import pytest
from analysis_cells import AREA, RESISTANCE, measurement, ramp, ramp_levels, short_at, staircase

from lisse.errors import InvalidInput
from lisse.measurement import compare_cells
from lisse.measurement.analysis import analyse
from lisse.measurement.analysis.critical_current import TEST_KINDS, TEST_WORDS
from lisse.report import TABLE_STYLES, cells_table, write_cells_report

HOUR = 3600.0


def failed_at(level, area=AREA):
    """A cell that shorts in the middle of the first half-cycle of a level."""
    return analyse(ramp(short_at((2 * level - 1.5) * HOUR)), area=area)


def survivor(levels=10, area=AREA):
    return analyse(ramp(levels=ramp_levels(levels)), area=area)


def test_early_failures_and_survivors_are_counted():
    batch = compare_cells([failed_at(1), failed_at(3), failed_at(5), survivor()], ["a", "b", "c", "d"])
    found = batch.distributions["critical_current_density"]
    assert (found.failed, found.censored) == (3, 1)
    assert [cell.failed_at for cell in found.cells] == pytest.approx([1.0, 3.0, 5.0, None])
    assert [cell.stood for cell in found.cells] == pytest.approx([0.0, 2.0, 4.0, 10.0])
    assert (found.smallest, found.median, found.largest) == pytest.approx((1.0, 3.0, 5.0))
    assert batch.early == ("a",)
    assert batch.modes == {"hard-short": 3, "none": 1}


def test_share_that_failed_is_that_of_kaplan_and_meier():
    # Weak cells taken out early: 1 fails, 1 is censored at 2, then 1 of the remaining 2 fails: 1 - (3/4)(1/2).
    batch = compare_cells([failed_at(1), survivor(2), failed_at(5), survivor(8)])
    share = batch.distributions["critical_current_density"].share
    assert share.value == pytest.approx([1.0, 5.0])
    assert share.share == pytest.approx([0.25, 1.0 - 0.75 * 0.5])


def test_best_cell_does_not_move_the_median():
    cells = [failed_at(level) for level in (2, 3, 3, 4, 4)]
    best = [*cells[:-1], survivor()]
    one, two = (compare_cells(each).distributions["critical_current_density"] for each in (cells, best))
    assert one.median == two.median == pytest.approx(3.0)


def test_weibull_modulus_of_drawn_cells_is_recovered():
    random = np.random.default_rng(5)
    levels = np.clip(np.ceil(6.0 * random.weibull(3.0, 60)), 1, 10).astype(int)
    made = {level: failed_at(level) for level in sorted(set(levels.tolist()))}
    fit = compare_cells([made[level] for level in levels.tolist()]).distributions["critical_current_density"].weibull
    assert fit.shape_low < 3.0 < fit.shape_high
    assert fit.scale == pytest.approx(6.0, rel=0.12)


def test_charges_are_compared_too_and_survivors_are_a_lower_bound():
    batch = compare_cells([failed_at(2), failed_at(4), survivor(3)])
    cumulative = batch.distributions["cumulative_charge"]
    assert [cell.failed_at is None for cell in cumulative.cells] == [False, False, True]
    assert cumulative.cells[2].stood == pytest.approx(12.0 * HOUR)
    threshold = batch.distributions["threshold_charge"]
    assert threshold.cells[2].stood == pytest.approx(3.0 * HOUR)


def test_a_survivor_of_a_one_way_ramp_stood_all_that_passed_in_that_direction():
    ramps = [analyse(ramp(levels=[1e-4, 2e-4, 3e-4]), area=AREA), analyse(ramp(levels=ramp_levels(3)), area=AREA)]
    stood = [cell.stood for cell in compare_cells(ramps).distributions["threshold_charge"].cells]
    assert stood == pytest.approx([6.0 * HOUR, 3.0 * HOUR])


def test_what_cannot_be_compared_is_told():
    cycling = analyse(ramp(short_at(2.5 * HOUR), levels=[1e-4, -1e-4] * 4), area=AREA)
    idle = analyse(measurement([0.0, 1.0, 2.0], [0.0] * 3, [0.0] * 3), area=AREA)
    time, current = staircase(ramp_levels(3), length=7200.0)
    longer = analyse(measurement(time, current, RESISTANCE * current), area=AREA)
    batch = compare_cells([failed_at(2), cycling, idle, longer])
    assert batch.without_result == ("3",)
    assert len(batch.distributions["critical_current_density"].cells) == 2
    text = " ".join(batch.warnings)
    assert "1 of 4 cells passed no current" in text
    assert "tested in different ways (2 CCD ramp; 1 cycling)" in text
    assert "charge per half-cycle differs" in text
    mixed = compare_cells([failed_at(2), failed_at(3, area=None)])
    assert "critical_current" in mixed.distributions
    assert any("not all cells have an area" in warning for warning in mixed.warnings)
    assert any("only 2 cells with a result" in warning for warning in mixed.warnings)
    assert any("no cell with a result" in warning for warning in compare_cells([idle]).warnings)


def test_impossible_comparisons_are_refused():
    with pytest.raises(InvalidInput, match="at least one Finding"):
        compare_cells([])
    with pytest.raises(InvalidInput, match="names.*2 different names"):
        compare_cells([survivor(), survivor()], ["a", "a"])
    with pytest.raises(InvalidInput, match="confidence"):
        compare_cells([survivor()], confidence=1.0)
    with pytest.raises(InvalidInput, match="table.*Did you mean 'latex'"):
        cells_table(compare_cells([survivor()]), "latexx")


@pytest.fixture(scope="module")
def batch():
    return compare_cells(
        [failed_at(1), failed_at(3), failed_at(4), survivor()], ["Li_1", "Li|2", "50 % dense", "best & last"]
    )


def test_object_is_strict_json_with_a_unit_for_every_number(batch):
    content = batch.to_dict()
    assert json.loads(json.dumps(content, allow_nan=False)) == content
    assert content["statistics"]["early_failures"] == ["Li_1"]


def test_csv_holds_the_numbers_and_leaves_out_what_is_not_known(batch):
    rows = list(csv.DictReader(cells_table(batch, "csv").splitlines()))
    assert [row["Cell"] for row in rows] == list(batch.names)
    assert [row["CCD / mA cm-2"] for row in rows] == ["0.1", "0.3", "0.4", ""]
    assert [row["Cell did not fail"] for row in rows] == ["0", "0", "0", "1"]
    assert float(rows[1]["Cumulative capacity / mAh cm-2"]) == pytest.approx(0.6 + 0.15, abs=2e-3)


def test_markdown_shows_bounds_errors_and_statistics(batch):
    text = cells_table(batch, "markdown")
    assert text.count("\n|") == 5
    assert "> 1 " in text
    assert "0.749 ± 0.001" in text
    assert "Li\\|2" in text
    assert "Critical current density: 3 of 4 cells failed, at 0.1 to 0.4 mA/cm2" in text
    assert "Failed at the first level or in the first half-cycle, and counted: Li_1." in text


def test_latex_escapes_what_would_break_it(batch):
    text = cells_table(batch, "latex")
    body = text.split(r"\midrule")[1]
    assert r"50 \% dense" in body
    assert r"best \& last" in body
    assert r"Li\_1" in body
    lines = [line for line in body.splitlines() if line.strip().endswith(r"\\")]
    assert len(lines) == 4
    columns = text.split(r"\begin{tabular}{")[1].split("}")[0]
    assert all(line.replace(r"\&", "").count("&") == len(columns) - 1 for line in lines)


def test_without_an_area_the_table_is_of_the_cells_themselves():
    text = cells_table(compare_cells([failed_at(2, area=None)]), "csv")
    assert "Critical current / mA" in text.splitlines()[0]
    assert "cm-2" not in text


def test_a_cell_through_which_no_current_was_passed_has_no_cumulative_capacity():
    rested = analyse(measurement(np.arange(10.0), np.zeros(10), np.zeros(10)), area=AREA)
    batch = compare_cells([failed_at(2), rested], ["tested", "rested"])
    rows = list(csv.DictReader(cells_table(batch, "csv").splitlines()))
    assert rows[0]["Cumulative capacity / mAh cm-2"] != ""
    assert rows[1]["Cumulative capacity / mAh cm-2"] == ""
    assert cells_table(batch, "markdown").splitlines()[3].split("|")[-2].strip() == "-"


def test_every_kind_of_test_has_words():
    assert set(TEST_WORDS) == set(TEST_KINDS)


def test_every_style_has_a_table(batch):
    assert len({cells_table(batch, style) for style in TABLE_STYLES}) == 3


def test_page_of_all_cells(batch, tmp_path):
    text = write_cells_report(tmp_path / "cells.html", batch).read_text(encoding="utf-8")
    assert "3 of 4 cells failed: 3 by hard short" in text
    assert "best &amp; last" in text
    assert 'id="share-current_density' in text
    assert 'id="weibull-charge' in text
    assert "http://" not in text.replace("http://www.w3.org", "")
