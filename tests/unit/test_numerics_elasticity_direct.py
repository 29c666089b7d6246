"""The assembled stiffness matrix against the operator, and its factor kept over changes of the stiffness."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lisse.errors import InvalidInput, SolveFailed
from lisse.numerics import elasticity_direct
from lisse.numerics.elasticity import Support, Traction, VoxelElasticity
from lisse.numerics.elasticity_assembly import StiffnessMatrix
from lisse.numerics.elasticity_direct import FactoredStiffness
from lisse.numerics.elasticity_multigrid import GridStiffness
from lisse.numerics.elasticity_stiffness import VoxelStiffness
from lisse.numerics.elasticity_tensor import isotropic_stiffness, rotated_stiffness

CUBIC = isotropic_stiffness(150e9, 0.26)
CUBIC[[3, 4, 5], [3, 4, 5]] *= 1.7
TABLE = [isotropic_stiffness(5e9, 0.36), rotated_stiffness(CUBIC, (0.8, 0.3, -0.4, 0.33)), np.zeros((6, 6))]


def box(shape: tuple[int, ...], kind: str, periodic: tuple[bool, ...], voids: float = 0.2) -> VoxelElasticity:
    """Materials or moduli at random, with voids; held on the first end that is not periodic."""
    random = np.random.default_rng(0)
    void = random.random(shape) < voids
    if kind == "moduli":
        shear = 10 ** random.uniform(8, 10, shape) * ~void
        stiffness = VoxelStiffness.of_moduli(1.7 * shear, shear)
    else:
        table = TABLE if kind == "crystals" else TABLE[::2]
        index = np.where(void, len(table) - 1, random.integers(0, len(table) - 1, shape))
        stiffness = VoxelStiffness.of_materials(index, table)
    supports = [Support(a, "low", (0,) * len(shape)) for a, around in enumerate(periodic) if not around][:1]
    edges = (1e-6, 2e-6, 1.5e-6)[: len(shape)]
    return VoxelElasticity(stiffness, edges, supports, periodic=periodic)


@pytest.mark.parametrize("kind", ["moduli", "crystals", "isotropic"])
@pytest.mark.parametrize(
    ("shape", "periodic"),
    [
        ((6, 5), (False, False)),
        ((6, 5), (True, True)),
        ((1, 7), (False, True)),
        ((5, 1), (False, True)),
        ((4, 2), (False, True)),
        ((3, 4, 5), (False, True, False)),
        ((2, 3, 1), (False, True, True)),
    ],
)
@pytest.mark.parametrize("full", [False, True])
def test_matrix_is_the_operator(shape: Any, periodic: Any, kind: str, full: bool) -> None:
    problem = box(shape, kind, periodic)
    problem = VoxelElasticity(
        problem.stiffness,
        problem.spacing,
        problem.supports,
        periodic,
        integration="full" if full else "mean-dilatation",
    )
    moving, grid = problem.moving, problem.grid
    matrix = StiffnessMatrix(grid, moving).values(grid.stiffness)
    u = np.random.default_rng(1).normal(size=grid.size) * moving
    force = np.zeros_like(u)
    grid.apply(u, force)
    assert np.abs(matrix @ u[moving] - force[moving]).max(initial=0) < 1e-13 * np.abs(force).max(initial=1e-300)
    assert abs(matrix - matrix.T).max() <= 1e-15 * abs(matrix).max()


@pytest.mark.parametrize("kind", ["moduli", "crystals", "isotropic"])
@pytest.mark.parametrize(("shape", "periodic"), [((24, 20), (False, True)), ((4, 9, 8), (False, True, True))])
def test_another_stiffness_is_that_of_a_new_factor(shape: Any, periodic: Any, kind: str) -> None:
    """All voxels (or materials) softer by a factor of their own, then a few of them, then none."""
    problem = box(shape, kind, periodic, voids=0.0)
    grid, moving = problem.grid, problem.moving
    random = np.random.default_rng(2)
    load = random.normal(size=(grid.size, 2)) * moving[:, None]
    factor = FactoredStiffness(grid, moving)
    plain = grid.stiffness
    for step in range(4):
        change = random.uniform(0.1, 1.0, plain.coefficient.shape[1])
        if step == 2:
            change[random.random(change.size) < 0.9] = 1.0
        if step == 3:
            change[:] = 1.0
        changed = GridStiffness(plain.coefficient * change, plain.index)
        factor.update(changed)
        again = StiffnessMatrix(grid, moving).values(changed)
        found = factor.solve(load)
        assert np.abs(again @ found[moving] - load[moving]).max() < 1e-9 * np.abs(load).max()
        assert factor.solve(load[:, 0]) == pytest.approx(found[:, 0], rel=1e-9, abs=1e-12 * np.abs(found).max())


def test_a_voxel_may_become_a_void_but_no_void_a_voxel() -> None:
    """A bar that loses the voxels of one row: those nodes do not move, the rest is that of the bar without them."""
    shear = np.full((12, 8), 1e9)
    shear[5:7, 3:5] = 0
    supports = [Support(0, "low", (0, 0))]
    whole = VoxelElasticity(VoxelStiffness.of_moduli(2 * shear, shear), (1e-6,) * 2, supports)
    less = shear.copy()
    less[9:, 5:] = 0
    bitten = VoxelElasticity(VoxelStiffness.of_moduli(2 * less, less), (1e-6,) * 2, supports, method="direct")
    load = bitten.external_forces([Traction(0, "high", (1e6, 2e5))], None)
    factor = FactoredStiffness(whole.grid, whole.moving)
    factor.update(bitten.grid.stiffness)
    expected = bitten.solve([Traction(0, "high", (1e6, 2e5))], tolerance=1e-12).repeating.reshape(-1)
    assert factor.solve(load.reshape(-1)) == pytest.approx(expected, rel=1e-9, abs=1e-12 * np.abs(expected).max())
    solid = VoxelStiffness.of_moduli(np.full((12, 8), 2e9), np.full((12, 8), 1e9))
    with pytest.raises(InvalidInput, match="solid where there was a void"):
        factor.update(solid.coefficients())
    with pytest.raises(InvalidInput, match="coefficients"):
        factor.update(GridStiffness(np.ones((2, 96))))


@pytest.mark.parametrize("contrast", [1e2, 1e5, 1e8])
def test_only_rounding_is_left(contrast: float) -> None:
    """Forces on a stiff island in a soft matrix: what is left is rounding, times the contrast of the two."""
    shear = np.full((24, 24), 1e10 / contrast)
    shear[8:14, 9:15] = 1e10
    stiffness = VoxelStiffness.of_moduli(2 * shear, shear)
    problem = VoxelElasticity(stiffness, (1e-6,) * 2, [Support(0, "low", (0, 0))], method="direct")
    force = np.random.default_rng(0).normal(size=(2, 24, 24))
    assert problem.solve(body_force=force, throw=False, tolerance=1e-15).residual < 50 * 2.2e-16 * contrast


@pytest.mark.parametrize("size", [3, 16, 60])
@pytest.mark.parametrize("periodic", [(False, False), (False, True)])
def test_a_loose_plate_is_refused(size: int, periodic: tuple[bool, bool]) -> None:
    """What rounding leaves of a rigid motion counts as nothing; one voxel held is enough."""
    shear = 10 ** np.random.default_rng(size).uniform(8, 10, (size, size))
    problem = VoxelElasticity(VoxelStiffness.of_moduli(2 * shear, shear), (1e-6,) * 2, periodic=periodic)
    with pytest.raises(SolveFailed, match="held too little"):
        FactoredStiffness(problem.grid, problem.moving)
    held = problem.moving.reshape(2, -1).copy()
    held[:, 0] = False
    held[0, -1] = False
    assert FactoredStiffness(problem.grid, held.reshape(-1)).solve(problem.moving * 1.0).any()


def test_what_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = box((20, 20), "isotropic", (False, False))
    monkeypatch.setattr(elasticity_direct, "MOST_MEMORY", 1e3)
    with pytest.raises(InvalidInput, match="a factor of"):
        FactoredStiffness(problem.grid, problem.moving)
    monkeypatch.setattr(elasticity_direct, "MOST_FREEDOMS", {2: 500})
    with pytest.raises(InvalidInput, match="up to 500"):
        FactoredStiffness(problem.grid, problem.moving)
