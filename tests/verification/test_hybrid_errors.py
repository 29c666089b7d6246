"""Whether the error of a composite is honest, and its two grids show one structure."""

from __future__ import annotations

import numpy as np
import pytest

from lisse.study.hybrid_chain import Ratios, Transport, VoxelChain, hybrid_conductivity
from lisse.study.hybrid_composite import FILLER, SHAPES, Composite

CLOSED = Ratios(30.0, 10.0)


@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_the_coarse_grid_shows_the_same_structure(shape: str) -> None:
    composite = Composite(shape, 32, 8)
    fine, coarse = (composite.volume(0.5, 1, coarse=half).mask(FILLER) for half in (False, True))
    averaged = fine.reshape(16, 2, 16, 2, 16, 2).mean(axis=(1, 3, 5))
    assert coarse.mean() == pytest.approx(fine.mean(), abs=0.01)
    assert np.corrcoef(averaged.ravel(), coarse.ravel())[0, 1] > 0.7


@pytest.mark.parametrize(
    ("shape", "loading", "ratios"),
    [
        ("spheres", 0.5, Ratios(30.0)),
        ("spheres", 0.5, CLOSED),
        ("spheres", 0.5, Ratios(0.0)),
        ("overlapping-spheres", 0.4, CLOSED),
        ("fibres", 0.2, CLOSED),
        ("polymer-in-ceramic", 0.6, CLOSED),
    ],
)
def test_finer_voxels_change_a_composite_by_no_more_than_its_error_says(
    shape: str, loading: float, ratios: Ratios
) -> None:
    rough, fine = (
        VoxelChain(Composite(shape, voxels, voxels // 4), samples=1, seed=5).solve(loading, ratios)
        for voxels in (40, 80)
    )
    assert 0.0 < rough.left < 0.1 * rough.mean
    assert abs(rough.mean - fine.mean) < 2.5 * rough.left


def test_the_error_holds_that_of_the_voxels_and_that_of_the_structures() -> None:
    chain, transport = VoxelChain(Composite(voxels=32, across=8), samples=3), Transport(333.15, 2e-4, 8e-4, 1e-2)
    found = hybrid_conductivity(chain, transport, 0.4, 1e-6)
    plus, minus = (chain.solve(0.4, ratios) for ratios in (transport.cations(1e-6), transport.anions(1e-6)))
    random = float(np.std(2e-4 * plus.samples + 8e-4 * minus.samples, ddof=1)) / 3**0.5
    assert found.error == pytest.approx(np.hypot(random, 2e-4 * plus.left + 8e-4 * minus.left), rel=1e-9)


@pytest.mark.parametrize("interphase", [0.1, 10.0])
def test_an_interphase_that_thins_away_is_none(interphase: float) -> None:
    """Where particles touch, too."""
    chain = VoxelChain(Composite(voxels=32, across=8), samples=1)
    plain, thin = (chain.solve(0.5, ratios).mean for ratios in (Ratios(100.0), Ratios(100.0, 0.0, interphase, 1e-8)))
    assert thin == pytest.approx(plain, rel=1e-5)


def test_a_filler_that_hardly_conducts_insulates() -> None:
    transport = Transport(333.15, 1e-3, 0.0, 1e-30, 1e-2)
    assert transport.cations(1e-6).filler == 0.0
    chain = VoxelChain(Composite(voxels=32, across=8), samples=1)
    assert hybrid_conductivity(chain, transport, 0.3, 1e-6).cation == 1e-3 * chain.solve(0.3, Ratios(0.0)).mean
