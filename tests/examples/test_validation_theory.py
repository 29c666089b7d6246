"""The figures in the texts of the theory's validation folders are those that the code gives."""

from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from example_scripts import as_module
from lisse.references import cite


def script(repository: Path, folder: str) -> ModuleType:
    return as_module(repository / "validation" / folder / "compare.py", f"compare_{folder}")


def text(repository: Path, folder: str) -> str:
    return (repository / "validation" / folder / "README.md").read_text(encoding="utf-8")


# Ahmad and others 2018 -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def screening(repository):
    return script(repository, "ahmad_2018")


@pytest.fixture(scope="module")
def solids(screening, shared_data):
    folder = shared_data / screening.INPUTS["data"]
    if not folder.is_dir():
        pytest.skip(f"the released data of the paper are not in {folder}")
    return screening.read_solids(folder)


def test_every_published_value_of_a_cubic_solid_is_reproduced(screening, solids):
    found = screening.anisotropic(solids, "held")
    assert found.shape == (171, 7, 3)
    assert np.abs(found / solids.published - 1).max() == pytest.approx(6e-5, abs=0.5e-5)
    assert (solids.published > 0).all()


def test_table_of_the_screening_is_the_one_in_the_text(screening, solids, repository):
    page = text(repository, "ahmad_2018")
    for line in screening.lines(solids):
        assert line in page


def test_sentences_of_the_screening(screening, solids, shared_data, repository):
    page = " ".join(text(repository, "ahmad_2018").split())
    free, held = (screening.anisotropic(solids, across).reshape(171, -1) for across in ("free", "held"))
    change = np.abs(free - held).max(axis=1) / np.abs(held).max(axis=1)
    assert f"median change is {np.median(change):.1%}, the largest {change.max():.1%}".replace("%", " %") in page
    missed = screening.isotropic(solids)[:, np.newaxis, np.newaxis] / solids.published
    worst = solids.formulas[np.unravel_index(missed.argmax(), missed.shape)[0]]
    assert f"factor of {missed.max():.1f} ({worst})" in page
    ratios = dict(zip(solids.formulas, solids.molar_volume_ratio, strict=True))
    assert f"lithium {ratios['Li']:.3f}, LiBr {ratios['LiBr']:.4f}, Li2S {ratios['Li2S']:.3f}" in page
    (known, first), (predicted, second) = screening.rank_by_shear_modulus(shared_data / "se_ahmad_dendrite").values()
    assert f"{first:.2f} for {known} solids (`all-train`) and {second:.2f} for {predicted} solids (`all-pred`)" in page


def test_columns_are_faces_and_not_least_largest_and_mean(solids):
    np.testing.assert_array_equal(solids.published[:, 0], solids.published[:, 1])
    np.testing.assert_array_equal(solids.published[:, 0], solids.published[:, 2])


def test_picture_of_the_screening(screening, solids, tmp_path):
    screening.draw(solids, tmp_path / "picture.png")
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")


def test_absent_data_are_a_sentence(screening, tmp_path):
    with pytest.raises(SystemExit, match="not there. Put the released data"):
        screening.read_solids(tmp_path / "nothing")


@pytest.mark.parametrize(
    ("coordination", "ratio"), [(4.0, 4 / 3 * np.pi * 0.59167**3), (6.0, 4 / 3 * np.pi * 0.75667**3)]
)
def test_ion_is_a_ball(screening, coordination, ratio):
    assert screening.molar_volume_ratio(coordination) == pytest.approx(ratio * 0.602214 / 13.0, rel=1e-4)


def test_coordination_in_a_simple_cubic_lattice_is_six(screening):
    cell = "".join(f"_cell_length_{x} 3.0\n" for x in "abc")
    cell += "".join(f"_cell_angle_{x} 90.0\n" for x in ("alpha", "beta", "gamma"))
    atoms = "_atom_site_occupancy\n Li Li1 1 0.1 0.2 0.3 1\n"
    assert screening.coordination_number(cell + atoms) == pytest.approx(6.0, rel=1e-9)


def test_turning_a_face_keeps_an_isotropic_solid(screening):
    isotropic = screening.cubic(5.0, 1.0, 2.0)
    for face in screening.INPUTS["interface"]["electrolyte_faces"]:
        np.testing.assert_allclose(screening.turned(isotropic, face), isotropic, atol=1e-14)


# Monroe and Newman 2005 ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def threshold(repository):
    return script(repository, "monroe_newman_2005")


def test_tables_of_the_threshold_are_those_in_the_text(threshold, repository):
    page = text(repository, "monroe_newman_2005")
    for line in threshold.lines():
        assert line in page


def test_every_claim_is_the_formula_at_inputs_in_use(threshold):
    claims = threshold.claims()
    assert [bool(inputs) for _, inputs in claims] == [True, True, True]
    twice, six, seven = (inputs for _, inputs in claims)
    assert {nu for _, nu in twice} == {0.24, 0.33}
    assert ("3.4 GPa, 0.42 (stability theory)", 0.33) in six
    assert len(six) == 3
    assert seven == [("3.4 GPa, 0.42 (stability theory)", 0.24), ("4.2 GPa, 0.42", 0.33)]


def test_long_waves_have_the_threshold_of_the_formula(threshold):
    exact = next(ratio for name, nu, ratio, _ in threshold.thresholds() if name.startswith("3.4") and nu == 0.33)
    waves = threshold.finite_waves()
    assert waves[0][2] == pytest.approx(exact, rel=1e-3)
    assert [ratio for _, _, ratio in waves[:4]] == sorted((ratio for _, _, ratio in waves[:4]), reverse=True)
    largest = max(abs(ratio / exact - 1) for _, k, ratio in waves if k == 1e7)
    assert largest == pytest.approx(0.003, abs=0.0005)
    assert waves[-1][2] / exact - 1 == pytest.approx(-0.08, abs=0.005)


def test_sources_are_known(threshold, screening):
    for entry in (*threshold.INPUTS["claims"], *threshold.INPUTS["lithium"]):
        assert cite(entry["source"])
    assert cite(threshold.INPUTS["reference"])
    assert cite(screening.INPUTS["reference"])


# the example ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def example(repository: Path) -> ModuleType:
    return as_module(repository / "examples" / "anisotropic_stability.py")


def test_anisotropic_stability_draws_its_picture(example, tmp_path):
    curves = example.draw(tmp_path / "picture.png")
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")
    assert all(values.min() > 0 for plane in curves.values() for values in plane.values())
    for crystal in example.CRYSTALS:
        four, six = (curves[plane][crystal.name] / example.circle(crystal) for plane in ("(001)", "(111)"))
        np.testing.assert_allclose(four[45:], four[:-45], rtol=1e-10)  # steps of two degrees
        np.testing.assert_allclose(six[30:], six[:-30], rtol=1e-10)
        assert 0.905 < four.min() < four.max() < 0.965
        assert 1.025 < six.min() < six.max() < 1.065
    spread = {name: values.max() / values.min() for name, values in curves["(110)"].items()}
    assert spread["LLZO"] == pytest.approx(1.05, abs=0.005)
    assert spread["Li$_2$S"] == pytest.approx(1.20, abs=0.01)


def test_isotropic_crystals_give_the_circle(example, monkeypatch):
    def averaged(crystal):
        shear, nu = crystal.polycrystal
        longitudinal, lateral = 2 * shear * (1 - nu) / (1 - 2 * nu), 2 * shear * nu / (1 - 2 * nu)
        return example.Crystal(crystal.name, longitudinal, lateral, shear)

    garnet = averaged(example.CRYSTALS[0])
    assert garnet.polycrystal == pytest.approx(example.CRYSTALS[0].polycrystal, rel=1e-12)
    monkeypatch.setattr(example, "LITHIUM", averaged(example.LITHIUM))
    for plane in example.PLANES:
        np.testing.assert_allclose(example.around(garnet, plane), example.circle(garnet), rtol=1e-10)


def test_zener_ratios_are_those_of_the_text(example):
    ratios = [2 * c.c44 / (c.c11 - c.c12) for c in (example.LITHIUM, *example.CRYSTALS)]
    assert [round(ratio, 1) for ratio in ratios] == [8.5, 1.3, 1.4, 1.1]
