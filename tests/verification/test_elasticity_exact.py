"""Voxel elasticity against answers known in closed form."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.microstructure.stiffness import beside_grain_boundary, effective_stiffness
from lisse.microstructure.volume import Volume
from lisse.numerics.convergence import observed_order
from lisse.numerics.elasticity import Support, Traction, VoxelElasticity
from lisse.numerics.elasticity_stiffness import VoxelStiffness
from lisse.numerics.elasticity_tensor import isotropic_projection, isotropic_stiffness, rotated_stiffness

HARD, SOFT = (100e9, 0.3), (5e9, 0.2)
CUBIC = isotropic_stiffness(150e9, 0.26)
CUBIC[[3, 4, 5], [3, 4, 5]] *= 1.6


@pytest.mark.parametrize("shape", [(5, 6, 9), (11, 6)])
def test_patch(shape: tuple[int, ...]) -> None:
    """Any linear displacement of the surface of a homogeneous body is its displacement inside."""
    d = len(shape)
    spacing = (1.0, 1.4, 0.8)[:d]
    gradient = np.random.default_rng(2).standard_normal((d, d)) * 1e-3
    places = np.meshgrid(*(np.arange(n + 1) * h for n, h in zip(shape, spacing, strict=True)), indexing="ij")
    linear = np.stack([sum(gradient[c, j] * places[j] for j in range(d)) for c in range(d)])
    supports = [
        Support(axis, end, [linear[c].take(0 if end == "low" else -1, axis=axis) for c in range(d)])
        for axis in range(d)
        for end in ("low", "high")
    ]
    stiffness = VoxelStiffness.of_materials(np.zeros(shape, int), [rotated_stiffness(CUBIC, (0.7, 0.2, 0.5, -0.1))])
    solution = VoxelElasticity(stiffness, spacing, supports).solve(tolerance=1e-12)
    assert np.abs(solution.displacement - linear).max() < 1e-10 * np.abs(linear).max()
    assert np.ptp(solution.stress.reshape(6, -1), axis=1).max() < 1e-9 * np.abs(solution.stress).max()


@pytest.mark.parametrize("axis", [0, 2])
def test_laminate(axis: int) -> None:
    """Layers: stress across them and strain along them are uniform (Backus), exactly so on voxels."""
    shape = [4, 5, 4]
    shape[axis] = 8
    labels = np.zeros(shape, int)
    labels[tuple(slice(3, None) if a == axis else slice(None) for a in range(3))] = 1
    result = effective_stiffness(
        Volume(labels, 1e-6, {0: "hard", 1: "soft"}), {"hard": HARD, "soft": SOFT}, tolerance=1e-11
    )
    a, b, share = isotropic_stiffness(*HARD), isotropic_stiffness(*SOFT), 3 / 8
    across = 1 / (share / a[0, 0] + (1 - share) / b[0, 0])
    ratio = share * a[0, 1] / a[0, 0] + (1 - share) * b[0, 1] / b[0, 0]
    along = share * (a[0, 0] - a[0, 1] ** 2 / a[0, 0]) + (1 - share) * (b[0, 0] - b[0, 1] ** 2 / b[0, 0])
    side = 1 if axis == 0 else 0
    tensor = result.tensor
    assert tensor[axis, axis] == pytest.approx(across, rel=1e-9)
    assert tensor[axis, side] == pytest.approx(across * ratio, rel=1e-9)
    assert tensor[side, side] == pytest.approx(along + across * ratio**2, rel=1e-9)
    slip = 1 / (share / a[3, 3] + (1 - share) / b[3, 3])
    shears = [share * a[3, 3] + (1 - share) * b[3, 3] if n == axis else slip for n in range(3)]
    assert np.diag(tensor)[3:] == pytest.approx(shears, rel=1e-9)
    assert result.energy_error < 1e-9
    assert np.linalg.eigvalsh(result.voigt - tensor).min() > -1e-3
    assert np.linalg.eigvalsh(tensor - result.reuss).min() > -1e-3


def test_turned_crystal_and_its_grains() -> None:
    """One crystal has its own stiffness in the axes of the sample; grains of one orientation are one crystal."""
    grains = np.ones((4, 4, 4), int)
    grains[2:] = 2
    turn = np.array([0.9, 0.1, 0.3, 0.3]) / math.sqrt(1.0)
    turn /= np.linalg.norm(turn)
    volume = Volume(np.zeros((4, 4, 4), int), 1e-6, {0: "grain"}, grains, np.stack([[1, 0, 0, 0], turn, turn]))
    result = effective_stiffness(volume, {0: CUBIC})
    np.testing.assert_allclose(result.tensor, rotated_stiffness(CUBIC, turn), atol=1e-9 * CUBIC.max())
    assert (result.bulk_modulus, result.shear_modulus) == pytest.approx(isotropic_projection(CUBIC))
    softened = effective_stiffness(volume, {0: CUBIC}, boundary_softening=0.5)
    assert beside_grain_boundary(volume).mean() == 0.5
    assert 0.5 * result.bulk_modulus < softened.bulk_modulus < result.bulk_modulus


def test_plane_strain_moduli() -> None:
    result = effective_stiffness(
        Volume(np.zeros((5, 3), int), (1e-6, 2e-6), {0: "a"}),
        {"a": SimpleNamespace(youngs_modulus=150e9, poisson_ratio=0.26)},
    )
    np.testing.assert_allclose(result.tensor, isotropic_stiffness(150e9, 0.26)[np.ix_([0, 1, 5], [0, 1, 5])], atol=1.0)
    assert (result.youngs_modulus, result.poisson_ratio) == pytest.approx((150e9, 0.26))
    assert result.zener_ratio == pytest.approx(1)


def sphere(n: int, radius: float) -> np.ndarray:
    x = np.arange(n) + 0.5 - n / 2
    return (x[:, None, None] ** 2 + x[None, :, None] ** 2 + x[None, None, :] ** 2 < radius**2).astype(int)


def dilute_error(n: int, inclusion: float) -> tuple[float, float, float]:
    """Relative error of the slopes of K and G over the volume fraction against Eshelby's; K over its bound."""
    labels = sphere(n, n * 3.7 / 24)
    c = float(labels.mean())
    values = {"matrix": (100e9, 0.25), "sphere": (inclusion, 0.25)}
    result = effective_stiffness(Volume(labels, 1e-6, {0: "matrix", 1: "sphere"}), values, tolerance=1e-6)
    k, g = isotropic_projection(isotropic_stiffness(100e9, 0.25))
    ki, gi = isotropic_projection(isotropic_stiffness(inclusion, 0.25))
    alpha, beta = 3 * k / (3 * k + 4 * g), 6 * (k + 2 * g) / (5 * (3 * k + 4 * g))
    bulk_slope = (ki - k) / (1 + alpha * (ki / k - 1))
    shear_slope = (gi - g) / (1 + beta * (gi / g - 1))
    bound = k + c / (1 / (ki - k) + 3 * (1 - c) / (3 * k + 4 * g))
    return (
        (result.bulk_modulus - k) / c / bulk_slope - 1,
        (result.shear_modulus - g) / c / shear_slope - 1,
        (result.bulk_modulus - bound) / (k * c),
    )


@pytest.mark.parametrize(("inclusion", "tolerance"), [(0.0, 0.04), (500e9, 0.12)])
def test_dilute_spheres(inclusion: float, tolerance: float) -> None:
    """Eshelby's dilute sphere, ``K = K_m + c (K_i - K_m) / (1 + a (K_i/K_m - 1))``, and for G alike.

    At c = 1.5 % and a radius of 3.7 voxels the staircase makes a stiff sphere too stiff by a tenth. Hashin and
    Shtrikman: a stiff inclusion lies above the lower bound of K; a void's bound is an upper one, which a sphere nearly
    reaches (to the error of the grid).
    """
    bulk, shear, over_bound = dilute_error(24, inclusion)
    assert abs(bulk) < tolerance
    assert abs(shear) < tolerance
    assert over_bound > 0 if inclusion else over_bound < 0.02


@pytest.mark.slow
def test_dilute_spheres_converge() -> None:
    """First order in the voxel over the radius: the staircase surface is the error."""
    errors = [dilute_error(n, 500e9)[1] for n in (12, 24, 48)]
    assert 0.6 < observed_order([1 / 12, 1 / 24, 1 / 48], errors) < 1.4
    assert errors[2] < 0.065


def test_void_floor() -> None:
    """A void of exactly zero is the limit of small stiffnesses, once the load touches solid only."""
    labels = (np.random.default_rng(4).random((10, 10, 10)) < 0.15).astype(int)
    stiff = isotropic_stiffness(150e9, 0.26)
    answers = []
    for floor in (1e-4, 1e-6, 1e-8, 0.0):
        stiffness = VoxelStiffness.of_materials(labels, [stiff, floor * stiff])
        problem = VoxelElasticity(stiffness, (1e-6,) * 3, [Support(2, "low", (0, 0, 0))])
        load = Traction(2, "high", (0, 0, 1e6), where=labels[:, :, -1] == 0)
        answers.append(problem.solve([load], tolerance=1e-10).stored_energy)
    errors = [abs(answer / answers[-1] - 1) for answer in answers[:-1]]
    assert errors[0] < 1e-2
    assert errors[1] < 1e-4
    assert errors[2] < 1e-6


def test_hole_in_a_plate() -> None:
    """Kirsch: a hole under biaxial tension p has hoop stress 2 p at its edge and p (1 + a^2/r^2) outside (Lame)."""
    n, radius = 96, 9.5
    x = np.arange(n) + 0.5
    r = np.hypot(x[:, None], x[None, :])  # a quarter, rollers on the two planes of symmetry
    stiffness = VoxelStiffness.of_materials(
        (r < radius).astype(int), [isotropic_stiffness(100e9, 0.3), np.zeros((6, 6))]
    )
    problem = VoxelElasticity(stiffness, (1e-6, 1e-6), [Support(0, "low", (0, None)), Support(1, "low", (None, 0))])
    solution = problem.solve([Traction(0, "high", (1e6, 0)), Traction(1, "high", (0, 1e6))])
    hoop = solution.stress[0][0]  # sigma_xx along the y axis
    for j in range(14, 30):
        assert hoop[j] / 1e6 == pytest.approx(1 + (radius / x[j]) ** 2, rel=0.04)
    assert solution.node_stress[0][0, 12:].max() / 1e6 < 2.1


@pytest.mark.parametrize(("voxels", "expected"), [(4, 1.06), (8, 1.00)])
def test_bonded_incompressible_block(voxels: int, expected: float) -> None:
    """A block W wide and H thick between rigid plates has the stiffness 4 G (1 + S^2), S = W / 2H, if incompressible.

    Full integration gives hundreds of times as much; the factors are those of a trial of the same element.
    """
    wide = 10 * voxels
    bulk, shear = 1e6, 1.0
    stiffness = VoxelStiffness.of_moduli(np.full((wide, voxels), bulk), np.full((wide, voxels), shear))
    problem = VoxelElasticity(
        stiffness, (1.0, 1.0), [Support(1, "low", (0, 0)), Support(1, "high", (0, -1e-3 * voxels))], method="direct"
    )
    solution = problem.solve(tolerance=1e-6)
    force = -float(solution.reactions[1][:, -1].sum())
    apparent = force / wide / 1e-3
    assert apparent / (4 * shear * (1 + 5.0**2)) == pytest.approx(expected, abs=0.015)


def test_order_of_a_smooth_solution() -> None:
    """Manufactured ``u = sin(pi x) sin(pi y) (1, 0)`` on the unit square: errors fall as the spacing squared."""
    lam, mu = 1.3, 0.7
    matrix = isotropic_stiffness(mu * (3 * lam + 2 * mu) / (lam + mu), lam / (2 * (lam + mu)))
    sizes, errors = [8, 16, 32], []
    for n in sizes:
        x = (np.arange(n) + 0.5) / n
        sx, sy, cx, cy = (
            np.sin(np.pi * x)[:, None],
            np.sin(np.pi * x)[None],
            np.cos(np.pi * x)[:, None],
            np.cos(np.pi * x)[None],
        )
        body = np.pi**2 * np.stack([(lam + 3 * mu) * sx * sy, -(lam + mu) * cx * cy])
        held = [Support(a, end, (0, 0)) for a in (0, 1) for end in ("low", "high")]
        problem = VoxelElasticity(VoxelStiffness.of_materials(np.zeros((n, n), int), [matrix]), (1 / n, 1 / n), held)
        solution = problem.solve(body_force=body, tolerance=1e-10)
        node = np.sin(np.pi * np.arange(n + 1) / n)
        errors.append(float(np.sqrt(np.mean((solution.displacement[0] - node[:, None] * node[None]) ** 2))))
    assert observed_order([1 / n for n in sizes], errors) == pytest.approx(2, abs=0.1)


def test_threads_and_odd_sizes_change_nothing() -> None:
    """Large enough for several threads, with odd and periodic axes; the result balances and repeats to the bit."""
    labels = (np.random.default_rng(1).random((29, 27, 31)) < 0.1).astype(int)
    stiffness = VoxelStiffness.of_materials(labels, [isotropic_stiffness(*HARD), np.zeros((6, 6))])
    periodic = (True, False, False)
    problem = VoxelElasticity(stiffness, (1e-6,) * 3, [Support(2, "low", (0, 0, 0))], periodic)
    load = [Traction(2, "high", (0, 1e6, 1e6))]
    first, second = problem.solve(load), problem.solve(load)
    assert np.array_equal(first.repeating, second.repeating)
    assert first.iterations <= 30
    assert first.work == pytest.approx(first.stored_energy, rel=1e-7)
    assert first.reactions.sum(axis=(1, 2, 3)) == pytest.approx(
        -first.external.sum(axis=(1, 2, 3)), abs=1e-6 * np.abs(first.external).sum()
    )


def refused(**changes: Any) -> None:
    labels = np.zeros((3, 3, 3), int)
    labels[0] = 1
    volume = Volume(labels, 1e-6, {0: "a", 1: "b"})
    effective_stiffness(**{"volume": volume, "stiffnesses": {"a": HARD, "b": SOFT}, **changes})


def test_bad_stiffnesses_are_refused() -> None:
    for stiffnesses, text in (
        ({"a": HARD}, "one for every phase"),
        ({"a": HARD, "c": SOFT}, "phase"),
        ({"a": (-1e9, 0.3), "b": SOFT}, "youngs_modulus"),
        ({"a": (1e9, 0.5), "b": SOFT}, "poisson_ratio"),
        ({"a": -np.eye(6), "b": SOFT}, "positive definite"),
        ({"a": "hard", "b": SOFT}, "6 x 6 array in Pa"),
        ({"a": (1, 2, 3), "b": SOFT}, "6 x 6 array in Pa"),
        ({"a": 0, "b": 0}, "voids only"),
    ):
        with pytest.raises(InvalidInput, match=text):
            refused(stiffnesses=stiffnesses)
    with pytest.raises(InvalidInput, match="periodic"):
        refused(sides="free")
    with pytest.raises(InvalidInput, match="above 0"):
        refused(boundary_softening=0.0)
    with pytest.raises(InvalidInput, match="a volume with grains"):
        refused(boundary_softening=0.5)
