"""The loading curve of a hybrid: points beside formulas, cells, map, plain data, page."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from hybrids import RAW, changed, study_file
from lisse.errors import InvalidInput
from lisse.report import loading_table, write_hybrid
from lisse.study import LoadingCurve, load_hybrid, loading_curve, read_hybrid_study


@pytest.fixture(scope="module")
def curve(tmp_path_factory: pytest.TempPathFactory) -> LoadingCurve:
    return loading_curve(load_hybrid(study_file(tmp_path_factory.mktemp("hybrid"))))


def test_points_come_in_order_and_begin_with_the_matrix(curve: LoadingCurve) -> None:
    keys = [(each.temperature, each.diameter, each.loading) for each in curve.points]
    assert keys == sorted(keys)
    assert len(keys) == 2 * 2 * 2
    for each in curve.points:
        if each.loading == 0.0:
            assert each.gain == pytest.approx(1.0, rel=1e-12)
            assert all(value == pytest.approx(each.transport.matrix) for value in each.formulas.values())


def test_large_particles_help_the_cations_and_small_ones_hinder_them(curve: LoadingCurve) -> None:
    at = curve.study.temperatures[0]
    small, large = curve.study.diameters
    assert small < curve.critical_diameters[at] < large
    assert [each.cation_gain < 1.0 for each in curve.curve(at, small)] == [False, True]
    assert [each.cation_gain > 1.0 for each in curve.curve(at, large)] == [False, True]


def test_anions_go_round_the_filler_whatever_its_size(curve: LoadingCurve) -> None:
    at = curve.study.temperatures[0]
    small, large = (curve.curve(at, diameter)[-1].found for diameter in curve.study.diameters)
    assert small.anion == large.anion
    assert small.transference < large.transference


def test_bounds_hold_and_formulas_are_counted_right(curve: LoadingCurve) -> None:
    for each in curve.points:
        assert each.found.conductivity <= 1.001 * each.formulas["Hashin-Shtrikman upper, no interface"]
    loaded = [each for each in curve.points if each.loading > 0.0]
    for row in curve.agreement:
        assert row.right == sum(each.is_right(row.formula) for each in loaded)
        assert row.points == len(loaded)
    assert curve.agreement[0].right == max(row.right for row in curve.agreement)


def test_cells_take_the_conductivity_of_the_voxels(curve: LoadingCurve) -> None:
    own = curve.study.temperatures[1]  # that of the cell
    for cell in curve.cells:
        point = next(p for p in curve.curve(own, cell.diameter) if p.loading == cell.loading)
        assert cell.conductivity == pytest.approx(point.found.conductivity, rel=1e-6)
        assert cell.transference == pytest.approx(point.found.transference, rel=1e-6)
    small = [cell for cell in curve.cells if cell.diameter == curve.study.diameters[0]]
    moduli = [cell.shear_modulus for cell in small]
    assert moduli == sorted(moduli)  # type: ignore[type-var]
    currents = [cell.critical_current_density or cell.passed for cell in small]
    assert currents == sorted(currents, reverse=True)  # type: ignore[type-var]


def test_plain_data_is_json_and_complete(curve: LoadingCurve) -> None:
    content = json.loads(json.dumps(curve.to_dict(), allow_nan=False))
    assert len(content["points"]) == len(curve.points)
    assert content["study"]["matrix"] == "PEO-LiTFSI"
    assert content["best"]["gain"] == curve.best.gain
    assert content["maps"][0]["shape"] == "spheres"
    assert content["maps"][0]["matrix"] == curve.points[0].transport.cation


def test_the_files_hold_the_same_numbers(curve: LoadingCurve, tmp_path: Path) -> None:
    folder = write_hybrid(tmp_path / "out", curve)
    names = {path.name for path in folder.iterdir()}
    assert names == {"report.html", "hybrid.json", "loading.csv", "case.toml", "filler_map.png"}
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "LLZO in PEO" in page
    assert "http" not in page.replace("http://www.w3.org", "")
    rows = list(csv.reader(io.StringIO(loading_table(curve))))
    assert len(rows) == len(curve.points) + 1
    assert float(rows[2][3]) == pytest.approx(10.0 * curve.points[1].found.conductivity, rel=1e-4)


def test_progress_rises_to_the_end() -> None:
    told: list[float] = []
    study = read_hybrid_study(changed("structure", samples=1))
    found = loading_curve(study, progress=lambda share, words: told.append(share))
    assert told == sorted(told)
    assert found.cells == ()
    assert all(each.found.error is None for each in found.points)


def test_a_sentence_for_a_filler_that_helps() -> None:
    from lisse.report.hybrid_words import following, sentence, tone

    matrix = {"name": "poor", "kind": "polymer", "ionic_conductivity": "1e-4 mS/cm", "transference_number": 1.0}
    raw = {**RAW, "matrix": {"material": matrix}, "interface": {}}
    content = loading_curve(read_hybrid_study(raw)).to_dict()
    assert sentence(content).startswith("LLZO helps: with 30 % of 1 µm at 80 °C")
    assert "every size helps" in following(content)
    assert tone(content) == "good"


def test_only_a_study_is_taken() -> None:
    with pytest.raises(InvalidInput, match="a HybridStudy"):
        loading_curve("study.toml")  # type: ignore[arg-type]


def test_a_sentence_for_a_filler_that_only_hinders() -> None:
    from lisse.report.hybrid_words import sentence, tone

    content = loading_curve(read_hybrid_study(changed("structure", samples=1))).to_dict()
    assert sentence(content).startswith("LLZO does not help: no loading conducts better than PEO-LiTFSI, and 30 %")
    assert tone(content) == "warn"
