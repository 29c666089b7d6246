"""Voxel elasticity: the operator against an independent assembly, refusals, and the exact small cases."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest

from lisse.errors import InvalidInput, SolveFailed
from lisse.numerics.convergence import observed_order, richardson
from lisse.numerics.elasticity import Support, Traction, VoxelElasticity
from lisse.numerics.elasticity_stiffness import VoxelStiffness, elasticity_cost
from lisse.numerics.elasticity_tensor import (
    checked_stiffness,
    is_isotropic,
    isotropic_projection,
    isotropic_stiffness,
    rotated_stiffness,
    universal_anisotropy,
    zener_ratio,
)

SOFT = isotropic_stiffness(5e9, 0.36)
STIFF = isotropic_stiffness(150e9, 0.26)
VOID = np.zeros((6, 6))
CUBIC = np.array(STIFF)
CUBIC[[3, 4, 5], [3, 4, 5]] *= 1.7
TURN = (0.8, 0.3, -0.4, 0.33)


def assembled_by_quadrature(
    index: np.ndarray, table: np.ndarray, spacing: Any, periodic: Any, full: bool
) -> np.ndarray:
    """Dense stiffness matrix from shape functions and 2-point Gauss quadrature; nothing is shared with the package."""
    d = index.ndim
    nodes = [n if p else n + 1 for n, p in zip(index.shape, periodic, strict=True)]
    total = math.prod(nodes)
    corners = list(itertools.product((0, 1), repeat=d))

    def strain_matrix(point: Any) -> np.ndarray:
        out = np.zeros((6, d * 2**d))
        for a, corner in enumerate(corners):
            s = [2 * c - 1 for c in corner]
            for axis in range(d):
                slope = s[axis] / spacing[axis]
                for other in range(d):
                    if other != axis:
                        slope *= (1 + s[other] * point[other]) / 2
                for c in range(d):
                    row = c if c == axis else {(0, 1): 5, (0, 2): 4, (1, 2): 3}[min(c, axis), max(c, axis)]
                    out[row, c * 2**d + a] += slope
        return out

    g = 1 / math.sqrt(3)
    points = list(itertools.product((-g, g), repeat=d))
    centre = strain_matrix([0] * d)
    elements = []
    for matrix in table:
        element = np.zeros((d * 2**d, d * 2**d))
        for point in points:
            b = strain_matrix(point)
            if not full:
                dilatation = (centre[:3].sum(axis=0) - b[:3].sum(axis=0)) / 3
                b = b.copy()
                b[:3] += dilatation
            element += b.T @ matrix @ b * math.prod(spacing) / 2**d
        elements.append(element)
    out = np.zeros((d * total, d * total))
    for voxel in itertools.product(*map(range, index.shape)):
        places = [
            np.ravel_multi_index([(v + c) % n for v, c, n in zip(voxel, corner, nodes, strict=True)], nodes)
            for corner in corners
        ]
        freedoms = [c * total + place for c in range(d) for place in places]
        np.add.at(out, np.ix_(freedoms, freedoms), elements[index[voxel]])
    return out


CASES = [
    ((3, 2, 4), (False, False, False), (1.0, 1.3, 0.7)),
    ((2, 3, 3), (True, False, True), (1.0, 1.0, 2.0)),
    ((4, 5), (False, True), (1.0, 0.6)),
]


@pytest.mark.parametrize(("shape", "periodic", "spacing"), CASES)
@pytest.mark.parametrize("kind", ["isotropic", "crystal"])
@pytest.mark.parametrize("integration", ["mean-dilatation", "full"])
def test_operator_is_the_assembled_matrix(shape: Any, periodic: Any, spacing: Any, kind: str, integration: str) -> None:
    rng = np.random.default_rng(3)
    turned = rotated_stiffness(CUBIC, TURN)
    table = np.stack(
        [SOFT, STIFF, VOID] if kind == "isotropic" else [turned, rotated_stiffness(CUBIC, (1, 1, 0, 0.2)), VOID]
    )
    index = rng.integers(0, 3, shape)
    problem = VoxelElasticity(
        VoxelStiffness.of_materials(index, table), spacing, periodic=periodic, integration=integration
    )
    matrix = assembled_by_quadrature(index, table, spacing, periodic, integration == "full")
    u, v, force = rng.standard_normal(len(matrix)), rng.standard_normal(len(matrix)), np.zeros(len(matrix))
    problem.grid.apply(u, force)
    expected = matrix @ u
    assert np.abs(force - expected).max() < 1e-12 * np.abs(expected).max()
    assert u @ force > 0
    other = np.zeros_like(force)
    problem.grid.apply(v, other)
    assert v @ force == pytest.approx(u @ other, rel=1e-10)


@pytest.mark.parametrize("shape", [(3, 4, 2), (4, 3)])
def test_rigid_motions_make_no_force(shape: tuple[int, ...]) -> None:
    problem = VoxelElasticity(
        VoxelStiffness.of_materials(np.random.default_rng(0).integers(0, 2, shape), [SOFT, STIFF]), (1.0,) * len(shape)
    )
    places = np.meshgrid(*(np.arange(n + 1.0) for n in shape), indexing="ij")
    turned = [places[1], -places[0], *([0 * places[0]] if len(shape) == 3 else [])]
    force = np.zeros(problem.grid.size)
    for motion in (turned, [1 + 0 * place for place in places]):
        problem.grid.apply(np.stack(motion).reshape(-1), force)
        assert np.abs(force).max() < 1e-12 * STIFF.max()


def test_moduli_per_voxel_are_the_same_as_a_table() -> None:
    index = np.random.default_rng(0).integers(0, 3, (4, 4, 4))
    bulk, shear = isotropic_projection(np.stack([SOFT, STIFF, VOID]))
    supports, load = [Support(0, "low", (0, 0, 0))], [Traction(0, "high", (1e6, 0, 0))]
    by_table = VoxelElasticity(VoxelStiffness.of_materials(index, [SOFT, STIFF, VOID]), (1e-6,) * 3, supports)
    by_voxel = VoxelElasticity(VoxelStiffness.of_moduli(bulk[index], shear[index]), (1e-6,) * 3, supports)
    first, second = by_table.solve(load, tolerance=1e-10), by_voxel.solve(load, tolerance=1e-10)
    assert np.abs(first.stress - second.stress).max() < 1e-6 * np.abs(first.stress).max()
    plane = VoxelElasticity(VoxelStiffness.of_moduli(bulk[index[0]], shear[index[0]]), (1e-6,) * 2)
    table = VoxelElasticity(VoxelStiffness.of_materials(index[0], [SOFT, STIFF, VOID]), (1e-6,) * 2)
    u = np.random.default_rng(1).standard_normal(plane.grid.size)
    a, b = np.zeros_like(u), np.zeros_like(u)
    plane.grid.apply(u, a)
    table.grid.apply(u, b)
    np.testing.assert_allclose(a, b, atol=1e-12 * np.abs(b).max())


@pytest.mark.parametrize("method", ["multigrid", "direct"])
@pytest.mark.parametrize("shape", [(5, 7), (9, 4)])
def test_both_methods_give_the_balanced_answer(method: str, shape: tuple[int, int]) -> None:
    index = np.zeros(shape, int)
    index[2:, 1:3] = 1
    stiffness = VoxelStiffness.of_materials(index, [STIFF, SOFT])
    problem = VoxelElasticity(
        stiffness, (1e-6, 2e-6), [Support(0, "low", (0, None)), Support(1, "low", (None, 0))], method=method
    )
    solution = problem.solve([Traction(0, "high", (2e6, 0)), Traction(1, "high", (0, 1e6))], tolerance=1e-10)
    assert solution.work == pytest.approx(solution.stored_energy, rel=1e-9)
    pulled = shape[1] * 2e-6 * 2e6
    assert solution.reactions[0].sum() == pytest.approx(-pulled, rel=1e-8)
    assert solution.residual < 1e-10
    assert problem.solve([Traction(0, "high", (2e6, 0))]).iterations >= 1  # the factor or the grids are kept


def test_free_thermal_strain_makes_no_stress_and_held_strain_does() -> None:
    grown = (1e-3, 1e-3, 1e-3, 0, 0, 0)
    stiffness = VoxelStiffness.of_materials(np.zeros((3, 4, 2), int), [STIFF])
    free = VoxelElasticity(
        stiffness, (1e-6,) * 3, [Support(a, "low", [0 if c == a else None for c in range(3)]) for a in range(3)]
    )
    solution = free.solve(eigenstrain=grown, tolerance=1e-11)
    assert np.abs(solution.stress).max() < 1e-8 * 1e-3 * STIFF[0, 0]
    assert solution.displacement[1][0, -1, 0] == pytest.approx(4e-9, rel=1e-9)
    held = VoxelElasticity(stiffness, (1e-6,) * 3, periodic=(True,) * 3).solve(eigenstrain=grown)
    bulk, _ = isotropic_projection(STIFF)
    assert held.mean_stress[:3] == pytest.approx(-3 * bulk * 1e-3, rel=1e-12)
    assert held.stored_energy == pytest.approx(0.5 * 9 * bulk * 1e-6 * 24e-18, rel=1e-9)


def test_loose_pieces_and_loads_on_voids_are_refused() -> None:
    index = np.zeros((4, 4, 5), int)
    index[:, :, 2] = 1
    stiffness = VoxelStiffness.of_materials(index, [STIFF, VOID])
    problem = VoxelElasticity(stiffness, (1e-6,) * 3, [Support(2, "low", (0, 0, 0))])
    with pytest.raises(InvalidInput, match="no support holds"):
        problem.solve([Traction(2, "high", (0, 0, 1e6))])
    index[:2, :, 2:] = [[0, 0, 1]]
    bridged = VoxelElasticity(
        VoxelStiffness.of_materials(index, [STIFF, VOID]), (1e-6,) * 3, [Support(2, "low", (0, 0, 0))]
    )
    face = np.zeros((4, 4))
    face[0] = 1e6
    with pytest.raises(InvalidInput, match="load on a void"):
        bridged.solve([Traction(2, "high", (0, 0, face))])
    with pytest.raises(InvalidInput, match="load on a void"):
        bridged.solve([Traction(2, "high", (0, 0, 1e6), where=np.ones((4, 4), bool))])
    gone = VoxelStiffness.of_materials(index * 0 + (np.arange(5) == 4), [STIFF, VOID])
    with pytest.raises(InvalidInput, match="touches solid"):
        VoxelElasticity(gone, (1e-6,) * 3).solve([Traction(2, "high", (0, 0, 1.0))])
    force = np.zeros((3, 4, 4, 5))
    force[2, :, :, 2] = 1.0
    with pytest.raises(InvalidInput, match="force in a void"):
        problem.solve(body_force=force)


def test_bad_input_is_refused_by_name() -> None:
    for young, poisson, text in (
        (-1.0, 0.3, "youngs_modulus"),
        (1e9, 0.5, "poisson_ratio"),
        (1e9, -1, "poisson_ratio"),
    ):
        with pytest.raises(InvalidInput, match=text):
            isotropic_stiffness(young, poisson)
    broken = np.array(STIFF)
    broken[3, 3] = -1.0
    with pytest.raises(InvalidInput, match="positive definite"):
        checked_stiffness("C", broken)
    broken[3, 3], broken[0, 1] = 1.0, 0.0
    with pytest.raises(InvalidInput, match="not symmetric"):
        checked_stiffness("C", broken)
    with pytest.raises(InvalidInput, match="6 x 6"):
        checked_stiffness("C", np.eye(3))
    cube = np.zeros((2, 2, 2), int)
    with pytest.raises(InvalidInput, match="rows of the stiffness table"):
        VoxelStiffness.of_materials(cube + 1, [STIFF])
    with pytest.raises(InvalidInput, match="0 Pa or more"):
        VoxelStiffness.of_moduli(cube - 1.0, cube + 1.0)
    with pytest.raises(InvalidInput, match="both 0"):
        VoxelStiffness.of_moduli(cube + 1.0, cube + 0.0)
    with pytest.raises(InvalidInput, match="voids only"):
        VoxelElasticity(VoxelStiffness.of_materials(cube, [VOID]), (1.0,) * 3)
    good = VoxelStiffness.of_materials(cube, [STIFF])
    for wrong, text in (
        ({"spacing": (1.0, 1.0)}, "3 lengths"),
        ({"periodic": (True,)}, "per axis"),
        ({"integration": "reduced"}, "mean-dilatation"),
        ({"method": "magic"}, "multigrid"),
        ({"supports": [Support(3, "low", (0, 0, 0))]}, "axis"),
        ({"supports": [Support(0, "left", (0, 0, 0))]}, "'low' or 'high'"),
        ({"supports": [Support(0, "low", (0, 0))]}, "3 entries"),
        ({"supports": [Support(0, "low", (0, 0, np.zeros(7)))]}, "array of"),
        ({"supports": [Support(0, "low", (0, 0, 0))], "periodic": (True,) * 3}, "not periodic"),
        ({"memory": 10.0}, "bytes at most"),
    ):
        with pytest.raises(InvalidInput, match=text):
            VoxelElasticity(**{"stiffness": good, "spacing": (1.0,) * 3, **wrong})
    problem = VoxelElasticity(good, (1.0,) * 3, [Support(0, "low", (0, 0, 0))])
    with pytest.raises(InvalidInput, match="eigenstrain"):
        problem.solve(eigenstrain=np.zeros(3))
    with pytest.raises(InvalidInput, match="same faces"):
        problem.solve(displacements=[Support(0, "high", (0, 0, 0))])
    with pytest.raises(InvalidInput, match="tolerance"):
        problem.solve(tolerance=0)


def test_giving_up_early_is_said() -> None:
    rng = np.random.default_rng(0)
    stiffness = VoxelStiffness.of_materials(rng.integers(0, 2, (12, 12, 12)), [SOFT, STIFF])
    problem = VoxelElasticity(stiffness, (1.0,) * 3, [Support(0, "low", (0, 0, 0))])
    load = [Traction(0, "high", (1e6, 0, 0))]
    with pytest.raises(SolveFailed, match="relative residual"):
        problem.solve(load, most_iterations=2)
    solution = problem.solve(load, most_iterations=2, throw=False)
    assert not solution.converged
    assert solution.iterations == 2


def test_cost_grows_with_voxels_and_materials() -> None:
    memory, seconds = elasticity_cost((64, 64, 64))
    assert 100 < memory / 64**3 < 600
    assert elasticity_cost((128, 128, 128))[1] == pytest.approx(8 * seconds)
    assert elasticity_cost((64, 64, 64), isotropic=False)[0] > memory


def test_turned_and_averaged_tensors() -> None:
    quarter = rotated_stiffness(CUBIC, (math.sqrt(0.5), 0, 0, math.sqrt(0.5)))
    np.testing.assert_allclose(quarter, CUBIC, atol=1e-9 * CUBIC.max())
    eighth = rotated_stiffness(CUBIC, (math.cos(math.pi / 8), 0, 0, math.sin(math.pi / 8)))
    assert eighth[0, 0] == pytest.approx((CUBIC[0, 0] + CUBIC[0, 1]) / 2 + CUBIC[5, 5], rel=1e-12)
    assert eighth[5, 5] == pytest.approx((CUBIC[0, 0] - CUBIC[0, 1]) / 2, rel=1e-12)
    np.testing.assert_allclose(rotated_stiffness(STIFF, TURN), STIFF, atol=1e-9 * STIFF.max())
    assert isotropic_projection(rotated_stiffness(CUBIC, TURN)) == pytest.approx(isotropic_projection(CUBIC))
    assert is_isotropic(STIFF)
    assert not is_isotropic(CUBIC)
    assert zener_ratio(CUBIC) == pytest.approx(1.7)
    assert universal_anisotropy(STIFF) == pytest.approx(0, abs=1e-9)
    a = 1.7
    assert universal_anisotropy(CUBIC) == pytest.approx(6 / 5 * (math.sqrt(a) - 1 / math.sqrt(a)) ** 2)


def test_observed_order_and_limit() -> None:
    assert observed_order([1.0, 0.5, 0.25], [3.0, 0.75, 0.1875]) == pytest.approx(2)
    assert richardson(1.16, 1.04, 1.01) == pytest.approx((2.0, 1.0))
    with pytest.raises(InvalidInput, match="no order"):
        observed_order([1.0, 0.5], [1.0, 0.0])
    with pytest.raises(InvalidInput, match="one sign"):
        richardson(1.0, 2.0, 1.0)
