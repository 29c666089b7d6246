"""One loading of a hybrid in all three models of a cell: from the voxels of the composite to a verdict."""

from __future__ import annotations

from pathlib import Path

import pytest

from hybrids import CELL as OF_POLYMER
from lisse.study import LoadingCurve, loading_curve, read_hybrid_study
from lisse.study.hybrid_cells import _model

CELL = """
title = "Li | sulfide with garnet | Li, until the metal loses contact"
[cell]
kind = "symmetric"
area = "1 cm^2"
temperature = "60 degC"
[cell.electrolyte]
material = "Li6PS5Cl"
thickness = "8 um"
[cell.anode]
material = "lithium"
thickness = "20 um"
[cell.stack]
pressure = "0.5 MPa"
[protocol]
name = "ccd-ramp"
start = "0.1 mA/cm^2"
step = "0.4 mA/cm^2"
stop = "4 mA/cm^2"
half_cycle = "0.5 mAh/cm^2"
[model]
name = "analytic"
[model.resolved]
voxel = "1 um"
width = "4 um"
fracture = false
"""
STUDY = {
    "case": "cell.toml",
    "filler": {"material": "LLZO"},
    "structure": {"voxels": 32, "across": 8, "samples": 1},
    "loading": {"fractions": [0.2, 0.4], "diameters": ["5 um"]},
    "interface": {"resistance": "10 ohm cm^2"},
    "cell": {"models": ["analytic", "lumped", "resolved"], "resolved_loading": 0.2},
}


@pytest.fixture(scope="module")
def curve(tmp_path_factory: pytest.TempPathFactory) -> LoadingCurve:
    folder = tmp_path_factory.mktemp("hybrid")
    (folder / "cell.toml").write_text(CELL, encoding="utf-8")
    return loading_curve(read_hybrid_study(STUDY, folder=Path(folder)))


def test_the_resolved_cell_of_the_chosen_loading_runs_to_its_verdict(curve: LoadingCurve) -> None:
    resolved = [cell for cell in curve.cells if cell.model == "resolved"]
    assert [cell.loading for cell in resolved] == [0.2]
    (cell,) = resolved
    lumped = next(each for each in curve.cells if each.model == "lumped" and each.loading == 0.2)
    assert cell.status == "stopped"
    assert cell.mode == lumped.mode == "contact-loss"
    assert cell.critical_current_density == pytest.approx(lumped.critical_current_density, rel=0.01)


def test_all_models_have_the_electrolyte_of_the_voxels(curve: LoadingCurve) -> None:
    point = next(each for each in curve.points if each.loading == 0.2)
    for cell in curve.cells:
        if cell.loading == 0.2:
            assert cell.conductivity == pytest.approx(point.found.conductivity, rel=1e-9)
            assert cell.transference == 1.0


def test_a_model_runs_as_its_table_in_the_case_says(curve: LoadingCurve) -> None:
    assert curve.study.case is not None
    model = _model(curve.study.case, "resolved")
    assert (model.voxel, model.width, model.fracture) == (pytest.approx(1e-6), pytest.approx(4e-6), False)  # type: ignore[attr-defined]


def test_a_polymer_of_one_ion_runs_with_filler(tmp_path: Path) -> None:
    """No salt to run out of: the electrolyte conducts as the voxels say, and all of it by cations."""
    override = '{material = "PEO-LiTFSI", override = {transference_number = 1.0}}'
    (tmp_path / "cell.toml").write_text(OF_POLYMER.replace('"PEO-LiTFSI"', override), encoding="utf-8")
    cell = {"models": ["analytic", "lumped"]}
    loading = {"fractions": [0.2], "diameters": ["5 um"]}
    found = loading_curve(read_hybrid_study({**STUDY, "cell": cell, "loading": loading}, folder=tmp_path))
    value = found.points[-1].found.conductivity
    loaded = [each for each in found.cells if each.loading == 0.2]
    assert [each.model for each in loaded] == ["analytic", "lumped"]
    for each in loaded:
        assert each.status != "refused"
        assert each.conductivity == pytest.approx(value, rel=1e-9)
        assert each.transference == 1.0
