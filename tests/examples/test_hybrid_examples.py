"""The studies of hybrid electrolytes in examples/ can be read, and come to what their text says."""

from __future__ import annotations

from pathlib import Path

import pytest

from example_scripts import drawn, example
from lisse.study import load_hybrid, loading_curve
from lisse.study.hybrid_chain import VoxelChain, hybrid_conductivity
from lisse.study.hybrid_composite import Composite
from lisse.study.hybrid_laws import transport_at
from lisse.units import FARADAY


def test_peo_llzo_hinders_the_sum_and_helps_the_cations(repository: Path) -> None:
    study = load_hybrid(repository / "examples" / "hybrid_peo_llzo.toml")
    assert [each.shape for each in study.maps] == ["spheres", "fibres-along", "grains"]
    at = study.temperatures[0]
    transport = transport_at(study.matrix, study.filler, study.interface, study.interphase, at, study.motion)
    chain = VoxelChain(Composite(voxels=32, across=8), samples=1)
    small, large = (hybrid_conductivity(chain, transport, 0.5, each) for each in study.diameters)
    matrix = transport.matrix
    assert small.conductivity / matrix == pytest.approx(0.36, abs=0.02)
    assert large.conductivity / matrix == pytest.approx(0.62, abs=0.02)
    assert large.cation / transport.cation == pytest.approx(1.88, abs=0.05)
    assert large.transference == pytest.approx(0.52, abs=0.02)
    barrier = study.interface.barrier(at)
    assert barrier is not None
    assert barrier / FARADAY == pytest.approx(0.68, abs=0.005)


def test_the_single_ion_polymer_follows_from_hops(repository: Path) -> None:
    study = load_hybrid(repository / "examples" / "hybrid_single_ion.toml")
    assert study.motion is not None
    ratios = [study.interphase.ratio_at(at, study.motion) for at in study.temperatures]
    assert all(0.2 < low < high < 1.0 for low, high in zip(ratios, ratios[1:], strict=False))
    resistances = [study.interface.at(at) for at in study.temperatures]
    assert resistances == sorted(resistances, reverse=True)


@pytest.mark.slow
def test_the_whole_study_of_peo_llzo(repository: Path) -> None:
    found = loading_curve(load_hybrid(repository / "examples" / "hybrid_peo_llzo.toml"))
    assert found.agreement[0].formula == "Hanai"
    assert found.agreement[0].right == found.agreement[0].points
    large = [cell for cell in found.cells if cell.diameter == found.study.diameters[1]]
    small = [cell for cell in found.cells if cell.diameter == found.study.diameters[0]]
    assert large[-1].critical_current_density == pytest.approx(53.0, abs=2.0)
    assert small[-1].critical_current_density == pytest.approx(23.0, abs=2.0)
    assert found.warnings == ()


@pytest.mark.slow
def test_the_picture_shows_what_its_text_says(repository: Path, tmp_path: Path) -> None:
    found = drawn(example(repository, "hybrid_loading"), tmp_path)
    for (size, _), point in found["sizes"].items():
        if size == 1.0:
            assert point.conductivity == pytest.approx(1e-3, rel=0.006)
        assert (point.conductivity > 1e-3) == (size > 1.0) or size == 1.0


def test_which_formula_is_right_comes_out_again(repository: Path, tmp_path: Path) -> None:
    """A cheap part of the table in the docs, on smaller voxels: every deviation within the errors of the two."""
    module = example(repository, "hybrid_formulas")
    spheres, pockets = Composite(voxels=32, across=8), Composite("polymer-in-ceramic", 32, 8)
    cases = (
        *(module.Case("spheres apart", spheres, loading) for loading in (0.1, 0.3, 0.5)),
        module.Case("spheres apart, closed", spheres, 0.5, module.CLOSED),
        module.Case("polymer in ceramic", pockets, 0.7),
    )
    target, said = tmp_path / "picture.png", table_of_the_docs(repository)
    rows = module.draw(target, cases, samples=2)
    assert target.read_bytes().startswith(b"\x89PNG")
    assert {(row.case.name, row.case.loading) for row in rows} < set(said)
    assert {(case.name, case.loading) for case in module.CASES} == set(said)
    for row in rows:
        for name, text in zip(module.FORMULAS, said[row.case.name, row.case.loading], strict=True):
            assert (text == "") == (name not in row.deviations)
            if text:
                assert 1.0 + row.deviations[name] == pytest.approx(1.0 + float(text) / 100.0, rel=0.06)


def table_of_the_docs(repository: Path) -> dict[tuple[str, float], list[str]]:
    """Deviations in per cent by name and loading."""
    page = (repository / "docs" / "explanation" / "hybrid_electrolytes.md").read_text(encoding="utf-8")
    lines = page.split("## Who is right when")[1].split("- **Particles apart")[0].splitlines()
    found, last = {}, ""
    for line in [each for each in lines if each.startswith("|")][2:]:
        name, loading, _, *off = (part.strip().replace("−", "-") for part in line.strip().strip("|").split("|"))
        last = name or last
        found[last, float(loading.rstrip(" %")) / 100.0] = off
    return found
