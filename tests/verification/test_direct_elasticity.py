"""The kept factor of the stiffness: the answer of the multigrid solver, along a growing crack, and its effort."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.linalg import splu

from lisse.numerics.dissection_cholesky import DissectionCholesky
from lisse.numerics.elasticity import Support, Traction, VoxelElasticity
from lisse.numerics.elasticity_assembly import StiffnessMatrix
from lisse.numerics.elasticity_direct import FactoredStiffness
from lisse.numerics.elasticity_stiffness import VoxelStiffness
from lisse.numerics.elasticity_tensor import isotropic_stiffness, rotated_stiffness

EDGE = 0.5e-6


def grains(shape: tuple[int, ...], seed: int = 0) -> VoxelStiffness:
    """Cubic grains of a few voxels, turned at random, with some voids."""
    random = np.random.default_rng(seed)
    cubic = isotropic_stiffness(150e9, 0.26)
    cubic[[3, 4, 5], [3, 4, 5]] *= 1.5
    table = [rotated_stiffness(cubic, turn) for turn in random.normal(size=(20, 4))]
    index = random.integers(0, 20, [-(-n // 4) for n in shape])
    for axis, n in enumerate(shape):
        index = np.repeat(index, 4, axis=axis).take(range(n), axis=axis)
    index[random.random(shape) < 0.03] = 20
    return VoxelStiffness.of_materials(index, [*table, np.zeros((6, 6))])


@pytest.mark.parametrize("shape", [(40, 52), (6, 18, 16)])
def test_same_answer_as_multigrid(shape: tuple[int, ...]) -> None:
    d = len(shape)
    periodic = (False,) + (True,) * (d - 1)
    supports = [Support(0, "low", (0,) * d)]
    answers = [
        VoxelElasticity(grains(shape), (EDGE,) * d, supports, periodic, method=method).solve(
            [Traction(0, "high", (-3e6,) + (1e6,) * (d - 1))], tolerance=1e-10
        )
        for method in ("direct", "multigrid")
    ]
    one, other = (answer.displacement for answer in answers)
    assert np.abs(one - other).max() < 1e-7 * np.abs(one).max()
    assert answers[0].stored_energy == pytest.approx(answers[0].work, rel=1e-10)


def plate(damage: np.ndarray) -> VoxelElasticity:
    """A plate pulled at both ends, with stiffness (1 - d)^2 + 1e-6."""
    shear = 60e9 * ((1 - damage) ** 2 + 1e-6)
    supports = [Support(0, "low", (0, None)), Support(1, "low", (None, 0))]
    return VoxelElasticity(VoxelStiffness.of_moduli(1.7 * shear, shear), (EDGE,) * 2, supports)


def test_along_a_growing_crack() -> None:
    """Energy released by each step as that of new problems; most of the plate is never eliminated again."""
    size = 64
    damage = np.zeros((size, size))
    problem = plate(damage)
    load = problem.external_forces([Traction(0, "high", (1e6, 0))], None).reshape(-1)
    factor = FactoredStiffness(problem.grid, problem.moving)
    compliance = []
    for tip in range(1, 30, 4):
        damage[size // 2, :tip] = 1.0
        damage[size // 2, tip : tip + 3] = (0.7, 0.4, 0.1)
        now = plate(damage)
        factor.update(now.grid.stiffness)
        u = factor.solve(load)
        force = np.zeros_like(u)
        now.grid.apply(u, force)
        assert np.linalg.norm((force - load)[now.moving]) < 1e-7 * np.linalg.norm(load)
        compliance.append(u @ load)
        fresh = FactoredStiffness(now.grid, now.moving).solve(load)
        assert np.array_equal(u, fresh)  # the same sums in the same order
    assert np.all(np.diff(compliance) > 0)  # a crack makes the plate softer


def best_of(times: int, work: Callable[[], object]) -> float:
    found = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return min(found)


@pytest.mark.slow
def test_effort_against_a_general_factor() -> None:
    """At 128 x 128 voxels: 8 times as fast as SuperLU here, a local change 3 times as fast again; half is asked."""
    damage = np.random.default_rng(0).uniform(0, 0.9, (128, 128))
    problem = plate(damage)
    load = problem.external_forces([Traction(0, "high", (1e6, 0))], None).reshape(-1)
    factor = FactoredStiffness(problem.grid, problem.moving)
    matrix = StiffnessMatrix(problem.grid, problem.moving).values(problem.grid.stiffness)
    general = splu(
        sparse.csc_array(matrix), permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True}
    )
    assert general.solve(load[problem.moving]) == pytest.approx(factor.solve(load)[problem.moving], rel=1e-6, abs=1e-12)
    reference = best_of(
        2, lambda: splu(sparse.csc_array(matrix), permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True})
    )
    stiffnesses = []
    for n in range(6):
        changed = damage * (1 - 0.01 * n)
        local = changed.copy()
        local[60:68, 30:40] = 1.0
        stiffnesses += [plate(changed).grid.stiffness, plate(local).grid.stiffness]
    times = [best_of(1, lambda: factor.update(stiffness)) for stiffness in stiffnesses]  # noqa: B023
    assert min(times[2::2]) < reference / 4
    assert min(times[3::2]) < min(times[2::2]) / 1.5
    assert best_of(5, lambda: factor.solve(load)) < 2 * best_of(5, lambda: general.solve(load[problem.moving]))


def test_effort_grows_like_the_cube_of_the_edge() -> None:
    """Sums of the elimination (George 1973): n^3 for n x n points, and n^2 log n numbers to keep."""
    sums, kept = [], []
    for n in (32, 64, 128):
        problem = plate(np.zeros((n, n)))
        matrix = StiffnessMatrix(problem.grid, problem.moving).values(problem.grid.stiffness)
        place = np.flatnonzero(problem.moving) % (n + 1) ** 2
        points = np.stack(np.unravel_index(place, (n + 1, n + 1)), axis=1)
        inner, later = DissectionCholesky(matrix, points).front_sizes.T
        sums.append(float((inner**3 / 3 + inner**2 * later + inner * later**2).sum()))
        kept.append(float((inner * (inner + later)).sum()))
    assert 2.5 < np.log2(sums[2] / sums[1]) < 3.05
    assert 2.0 < np.log2(kept[2] / kept[1]) < 2.5


def test_three_unknowns_on_a_slab() -> None:
    """A slab of four layers, closed along both lateral axes: the solution found from its own right-hand side."""
    problem = VoxelElasticity(grains((4, 20, 20), 1), (EDGE,) * 3, [Support(0, "low", (0, 0, 0))], (False, True, True))
    factor = FactoredStiffness(problem.grid, problem.moving)
    u = np.random.default_rng(0).normal(size=problem.grid.size) * problem.moving
    force = np.zeros_like(u)
    problem.grid.apply(u, force)
    assert np.abs(factor.solve(force) - u).max() < 1e-10 * np.abs(u).max()
