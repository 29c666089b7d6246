"""Element, law and linear solvers of the lithium body, each against another way to the same numbers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq

from lisse.errors import InvalidInput, SolveFailed
from lisse.models.resolved.lithium_body import LithiumBody, graded_layers
from lisse.models.resolved.lithium_contact import Touching
from lisse.models.resolved.voxel_nodes import mean_at_nodes
from lisse.numerics.elasticity_element import brick_stiffness
from lisse.numerics.layered_fourier import LayeredFourier, conjugate_gradients
from lisse.numerics.periodic_band import PeriodicBand
from lisse.numerics.power_law_element import LayeredMesh, PowerLaw
from lisse.numerics.power_law_kernels import relax

LAW = PowerLaw(shear=3.0, bulk=20.0, prefactor=0.3, exponent=6.55)


def meshes() -> list[LayeredMesh]:
    return [LayeredMesh((0.5, 0.7, 1.0), 0.6, lateral) for lateral in ((7,), (8,), (2,), (1,), (4, 5), (6, 2))]


def moved(mesh: LayeredMesh, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=mesh.node_shape) * 0.5


def rest(mesh: LayeredMesh) -> tuple[np.ndarray, np.ndarray]:
    return np.zeros(mesh.point_shape), np.zeros(mesh.point_shape[0])


@pytest.mark.parametrize("exponent", [1.0, 3.0, 6.55, 20.0])
def test_relaxed_stress_is_the_root(exponent: float) -> None:
    trials = 10.0 ** np.arange(-12, 13, 2.0)
    for factor in 10.0 ** np.arange(-60.0, 61.0, 10.0):
        ratios, slopes = np.empty_like(trials), np.empty_like(trials)
        relax(trials, factor, exponent, ratios, slopes)

        def short(x: float, goal: float, factor: float = factor) -> float:
            return float(np.logaddexp(x, np.log(factor) + exponent * x) - goal)

        for trial, ratio, slope in zip(trials, ratios, slopes, strict=True):
            goal = np.log(trial)
            x = brentq(short, -400, goal + 1e-9, args=(goal,), xtol=1e-13, rtol=1e-14)
            assert ratio == pytest.approx(np.exp(x - goal), rel=1e-10)
            flow = np.exp(np.log(factor) + (exponent - 1) * x)
            assert slope == pytest.approx(1 / (1 + exponent * flow), rel=1e-8)


def test_no_flow_and_no_stress() -> None:
    ratios, slopes = np.empty(2), np.empty(2)
    relax(np.array([0.0, 5.0]), 0.0, 6.55, ratios, slopes)
    assert ratios.tolist() == slopes.tolist() == [1.0, 1.0]


@pytest.mark.parametrize("dimension", [2, 3])
def test_elastic_limit_is_the_element_of_the_electrolyte(dimension: int) -> None:
    mesh = LayeredMesh((0.7,), 0.5, (1,) * (dimension - 1))
    elastic = PowerLaw(LAW.shear, LAW.bulk, 0.0, 6.55)
    matrices = mesh.tangents(elastic, mesh.flow(elastic, 1.0, moved(mesh), *rest(mesh)))
    full = np.zeros((6, 6))
    full[:3, :3] = LAW.bulk - 2 / 3 * LAW.shear
    full += np.diag([2 * LAW.shear] * 3 + [LAW.shear] * 3)
    known = brick_stiffness(full[None], (0.7, *[0.5] * (dimension - 1)))[0]
    np.testing.assert_allclose(matrices[0], known[np.tril_indices(len(known))], atol=1e-13 * abs(known).max())


@pytest.mark.parametrize("mesh", meshes(), ids=str)
def test_tangent_is_the_derivative_of_the_force(mesh: LayeredMesh) -> None:
    u, change, e = moved(mesh), moved(mesh, 1), 1e-6
    old = np.random.default_rng(2).normal(size=mesh.point_shape), rest(mesh)[1]
    old[0][..., 2] = -old[0][..., 0] - old[0][..., 1]
    after, before = (mesh.flow(LAW, 1.0, u + sign * e * change, *old).force for sign in (1, -1))
    matrices = mesh.tangents(LAW, mesh.flow(LAW, 1.0, u, *old))
    slope = (after - before) / (2 * e)
    np.testing.assert_allclose(mesh.multiply(matrices, change), slope, atol=1e-8 * abs(slope).max())
    np.testing.assert_allclose(mesh.multiply(matrices, np.ones_like(u)), 0.0, atol=1e-11 * abs(slope).max())


def dense_solution(
    mesh: LayeredMesh, matrices: np.ndarray, fixed: np.ndarray, load: np.ndarray, rigid: bool, springs: np.ndarray
) -> np.ndarray:
    units = np.eye(load.size).reshape(-1, *mesh.node_shape)
    full = np.stack([mesh.multiply(matrices, unit).reshape(-1) for unit in units], axis=1)
    low = np.arange(load.size).reshape(mesh.node_shape)[0, 0].reshape(-1)
    full[low, low] += springs.reshape(-1)
    tie = np.eye(load.size)
    if rigid:
        ends = np.arange(load.size).reshape(mesh.node_shape)[:, -1].reshape(mesh.dimension, -1)
        for group in ends:
            tie[group, group[0]] = 1.0
        fixed = fixed.copy()
        fixed.reshape(-1)[ends[:, 1:]] = True
    free = ~fixed.reshape(-1)
    tie = tie[:, free]
    return (tie @ np.linalg.solve(tie.T @ full @ tie, tie.T @ load.reshape(-1))).reshape(mesh.node_shape)


@pytest.mark.parametrize("rigid", [True, False])
@pytest.mark.parametrize("mesh", meshes(), ids=str)
def test_linear_solvers_against_a_dense_one(mesh: LayeredMesh, rigid: bool) -> None:
    flow = mesh.flow(LAW, 1.0, moved(mesh), *rest(mesh))
    matrices, load = mesh.tangents(LAW, flow), moved(mesh, 3)
    fixed = np.zeros(mesh.node_shape, bool)
    fixed[:, 0] = True
    if mesh.columns > 2:  # and some open nodes
        fixed[:, 0].reshape(mesh.dimension, -1)[:, :2] = False
        fixed[:, 0] = fixed[:, 0].all(axis=0)
    springs = np.where(fixed[0, 0], 0.0, np.random.default_rng(4).uniform(0.5, 2.0, mesh.lateral) * LAW.shear)
    exact = dense_solution(mesh, matrices, fixed, load, rigid, springs)
    fourier = LayeredFourier(mesh, rigid, 1e-12)
    fourier.prepare(LAW.bulk, np.full(mesh.layers, LAW.shear * flow.ratio.mean()))
    solvers: list[LayeredFourier | PeriodicBand] = [fourier]
    if mesh.dimension == 2:
        solvers.append(PeriodicBand(mesh, rigid))
    for solver in solvers:
        solver.factor(matrices, fixed, springs)
        np.testing.assert_allclose(solver.solve(load), exact, atol=1e-9 * abs(exact).max())


@pytest.mark.parametrize("lateral", [(9,), (4, 6)])
def test_fourier_modes_solve_a_layered_body_at_once(lateral: tuple[int, ...]) -> None:
    """Without lateral differences the preconditioner is the inverse."""
    mesh = LayeredMesh((0.5, 0.7, 1.0), 0.6, lateral)
    flow = mesh.flow(PowerLaw(LAW.shear, LAW.bulk, 0.0, 1.0), 1.0, np.zeros(mesh.node_shape), *rest(mesh))
    ratios = np.repeat([1.0, 0.3, 0.01], mesh.columns)[:, None] * np.ones_like(flow.ratio)
    matrices = mesh.tangents(LAW, type(flow)(flow.force, flow.deviator, flow.mean, ratios, ratios, flow.direction))
    fixed = np.zeros(mesh.node_shape, bool)
    fixed[:, 0] = True
    solver = LayeredFourier(mesh, True, 1e-11)
    solver.prepare(LAW.bulk, LAW.shear * np.array([1.0, 0.3, 0.01]))
    solver.factor(matrices, fixed, np.zeros(mesh.lateral))
    solver.solve(moved(mesh, 3))
    assert solver.iterations == 1


def test_solvers_that_cannot() -> None:
    with pytest.raises(SolveFailed, match="without stiffness"):
        conjugate_gradients(lambda u: -u, lambda u: u, np.ones(3), 1e-6)
    spread = np.geomspace(1, 1e8, 40)
    with pytest.raises(SolveFailed, match="did not reach 1e-12 in 5 iterations"):
        conjugate_gradients(lambda u: spread * u, lambda u: u, np.ones(40), 1e-12, most=5)
    assert conjugate_gradients(lambda u: u, lambda u: u, np.zeros(3), 1e-6)[1] == 0
    with pytest.raises(InvalidInput, match="one periodic axis"):
        PeriodicBand(LayeredMesh((1.0,), 1.0, (2, 2)), rigid=True)
    mesh = LayeredMesh((1.0,), 1.0, (3,))
    band = PeriodicBand(mesh, rigid=False)
    with pytest.raises(SolveFailed, match="not positive definite"):
        band.factor(-np.ones((3, 36)), np.zeros(mesh.node_shape, bool), np.zeros(3))


@pytest.mark.parametrize("shape", [(7,), (4, 5)])
def test_nodes_share_what_faces_have(shape: tuple[int, ...]) -> None:
    values = np.random.default_rng(5).normal(size=shape)
    assert mean_at_nodes(values).mean() == pytest.approx(values.mean())
    np.testing.assert_allclose(mean_at_nodes(np.full(shape, 3.0)), 3.0)


def test_which_columns_open_and_close() -> None:
    touching = Touching(np.array([True, True, False, False, True]), 2.0, 1.0)
    closed = np.array([True, True, True, True, False])
    force = np.array([-1.9, -2.1, -0.9, 0.1, 0.0])  # N; a face that adheres holds 2 N
    gap = np.array([0.0, 0.0, 0.0, 0.0, -1e-6])
    none = np.zeros(5, bool)
    assert touching.changed(closed, force, gap, 1e-9, none).tolist() == [True, False, False, True, True]
    assert touching.changed(closed, force, gap, 1e-9, ~none).tolist() == [True] * 5
    assert touching.changed(closed, force, gap, 1e-5, none).tolist() == [True, False, False, True, False]
    forever = Touching(touching.bonded, 2.0, np.inf)
    assert forever.changed(closed, 1e9 * force, gap, 1e-9, none).tolist() == [True, True, False, True, True]


def test_graded_layers() -> None:
    heights = graded_layers(30e-6, 0.5e-6, 1.4)
    assert sum(heights) == pytest.approx(30e-6)
    assert heights[0] <= 0.5e-6
    np.testing.assert_allclose(np.divide(heights[1:], heights[:-1]), 1.4)
    assert len(graded_layers(0.1e-6, 0.5e-6)) == 4
    assert graded_layers(3e-6, 0.5e-6, 1.0) == pytest.approx([0.5e-6] * 6)
    for arguments, what in (((0.0, 1e-6), "thickness"), ((1e-6, -1.0), "voxel"), ((1e-6, 1e-6, 0.9), "ratio")):
        with pytest.raises(InvalidInput, match=what):
            graded_layers(*arguments)


def body(**changes: object) -> LithiumBody:
    given: dict[str, object] = {
        "lateral_shape": (4,), "voxel": 1e-6, "layers": 3, "youngs_modulus": 7.8e9, "poisson_ratio": 0.38,
        "creep_prefactor": 1e-42, "creep_exponent": 6.55,
    }  # fmt: skip
    return LithiumBody(**(given | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {"lateral_shape": (4, 4, 4)}, {"lateral_shape": (0,)}, {"voxel": 0.0}, {"layers": 0}, {"layers": (1e-6, -1e-6)},
        {"youngs_modulus": np.nan}, {"poisson_ratio": 0.5}, {"poisson_ratio": -1.0}, {"creep_prefactor": -1.0},
        {"creep_exponent": 0.9}, {"collector": "glue"}, {"adhesion_strength": -1.0}, {"outward": 0}, {"route": "fast"},
        {"tolerance": 0.0},
    ],
    ids=str,
)  # fmt: skip
def test_wrong_bodies(changes: dict[str, object]) -> None:
    with pytest.raises(InvalidInput, match=f"^{next(iter(changes))}"):
        body(**changes)


def test_band_is_for_two_dimensions() -> None:
    with pytest.raises(InvalidInput, match="route"):
        body(lateral_shape=(4, 4), route="band")


def test_wrong_steps() -> None:
    metal = body()
    state, growth, surface = metal.start(1e6), np.zeros(4), np.zeros((2, 4))
    with pytest.raises(InvalidInput, match="growth"):
        metal.step(state, np.zeros(5), surface, 1e6, 1.0)
    with pytest.raises(InvalidInput, match=r"surface: got '1 values not finite'"):
        metal.step(state, growth, np.where(np.arange(8).reshape(2, 4) == 3, np.nan, 0.0), 1e6, 1.0)
    with pytest.raises(InvalidInput, match="dt"):
        metal.step(state, growth, surface, 1e6, 0.0)
    with pytest.raises(InvalidInput, match="pressure"):
        metal.step(state, growth, surface, np.inf, 1.0)
    with pytest.raises(InvalidInput, match="bonded"):
        metal.step(state, growth, surface, 1e6, 1.0, np.ones(3, bool))
    with pytest.raises(InvalidInput, match="state"):
        metal.step(body(layers=4).start(1e6), growth, surface, 1e6, 1.0)
    with pytest.raises(InvalidInput, match="gap"):
        metal.start(1e6, gap=np.full(4, -1e-9))


def test_stress_of_a_layer() -> None:
    metal = body(lateral_shape=(4, 5))
    assert metal.stress(metal.start(2e6)).shape == (6, 3, 4, 5)
    np.testing.assert_allclose(metal.stress(metal.start(2e6))[:3], -2e6)
    assert metal.thickness == pytest.approx(3e-6)
