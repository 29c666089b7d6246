"""Spheres and pores in a matrix: Maxwell's formula for few spheres, exact insulation, symmetry, a smooth medium."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lisse.microstructure import Volume, effective_conductivity
from lisse.numerics.conduction import FaceOperator, end_conductances, face_conductances, solve
from lisse.numerics.convergence import observed_order

PHASES = {0: "matrix", 1: "sphere"}


def sphere_in_cube(n: int, radius: float) -> Volume:
    """A sphere of the given radius (edge of the cube 1) in the middle."""
    x = (np.indices((n, n, n)) + 0.5) / n - 0.5
    return Volume(((x**2).sum(axis=0) < radius**2).astype(np.uint8), 1.0 / n, PHASES)


@pytest.mark.parametrize("conductivity", [0.0, 0.2, 5.0, 1e6])
def test_dilute_spheres_against_maxwell(conductivity: float) -> None:
    """At 4 % a simple cubic array is Maxwell's formula to 1e-4; the staircase of voxels is an error of first order."""
    errors = []
    for n in (20, 40):
        volume = sphere_in_cube(n, 0.21)
        polar = volume.phase_fractions()["sphere"] * (conductivity - 1.0) / (conductivity + 2.0)
        expected = (1.0 + 2.0 * polar) / (1.0 - polar)
        found = effective_conductivity(volume, {0: 1.0, 1: conductivity}, sides="periodic").value
        errors.append((found - expected) / (expected - 1.0))
    assert abs(errors[1]) < 0.08
    assert 2.0 * errors[1] - errors[0] == pytest.approx(0.0, abs=0.025)


def test_the_floor_of_a_pore_converges_to_exactly_nothing() -> None:
    """A load or a face that still reaches into the pore would show as a value that depends on the floor."""
    random = np.random.default_rng(3)
    labels = (random.random((20, 20, 20)) < 0.3).astype(np.uint8)
    labels[5:9, 5:9, 5:9] = 1
    labels[6:8, 6:8, 6:8] = 0  # sealed inclusion of the conductor inside a pore
    volume = Volume(labels, 1e-6, PHASES)
    exact = effective_conductivity(volume, {0: 1.0, 1: 0.0}, tolerance=1e-10).value
    differences = []
    for floor in (1e-4, 1e-6, 1e-8, 1e-10):
        found = effective_conductivity(volume, {0: 1.0, 1: floor}, tolerance=1e-10)
        differences.append(found.value - exact)
    assert differences[0] > 0.0
    assert differences[1] == pytest.approx(1e-2 * differences[0], rel=0.02)
    assert differences[2] == pytest.approx(1e-4 * differences[0], rel=0.05)
    assert abs(differences[3]) < 1e-5 * differences[0]


def test_axes_and_mirrors() -> None:
    labels = (np.random.default_rng(2).random((12, 14, 10)) < 0.4).astype(np.uint8)
    values = {0: 1.0, 1: 0.01}

    def along(turned: np.ndarray, axis: int, edges: tuple[float, ...]) -> float:
        return effective_conductivity(Volume(turned, edges, PHASES), values, axis=axis, tolerance=1e-10).value

    edges = (1.0, 0.5, 2.0)
    base = along(labels, 0, edges)
    assert along(labels[::-1], 0, edges) == pytest.approx(base, rel=1e-11)
    assert along(labels[:, :, ::-1], 0, edges) == pytest.approx(base, rel=1e-11)
    assert along(labels.transpose(2, 0, 1), 1, (2.0, 1.0, 0.5)) == pytest.approx(base, rel=1e-11)
    assert along(labels.transpose(1, 2, 0), 2, (0.5, 2.0, 1.0)) == pytest.approx(base, rel=1e-11)


def test_bounds_of_wiener() -> None:
    labels = (np.random.default_rng(4).random((16, 16, 16)) < 0.5).astype(np.uint8)
    volume = Volume(labels, 1.0, PHASES)
    share = volume.phase_fractions()["sphere"]
    found = effective_conductivity(volume, {0: 1.0, 1: 100.0}).value
    assert 1.0 / (1.0 - share + share / 100.0) < found < 1.0 - share + 100.0 * share


@pytest.mark.parametrize("dimensions", [2, 3])
def test_second_order_for_a_smooth_medium(dimensions: int) -> None:
    """Manufactured: s = exp(x) and a given smooth potential, sources from the equation, ends at half a voxel."""
    sizes, errors = ((16, 32, 64, 128) if dimensions == 2 else (8, 16, 32)), []
    for n in sizes:
        h = 1.0 / n
        x, *others = (np.indices((n,) * dimensions) + 0.5) * h
        side = np.prod([np.cos(math.pi * y) for y in others], axis=0)
        wave = np.sin(math.pi * x)
        potential, conductivity = 1.0 - x + wave * side, np.exp(x)
        flat = (dimensions - 1) * math.pi**2 * wave * side
        slope, curvature = -1.0 + math.pi * np.cos(math.pi * x) * side, -(math.pi**2) * wave * side
        sources = -conductivity * (slope + curvature - flat) * h**dimensions
        faces = face_conductances(conductivity, (h,) * dimensions)
        low, high = end_conductances(conductivity, (h,) * dimensions, 0)
        ground = np.zeros(conductivity.shape)
        ground[0] += low
        ground[-1] += high
        sources[0] += low
        found = solve(FaceOperator(faces, ground), sources, 1e-10)
        errors.append(math.sqrt(np.mean((found.x - potential) ** 2)))
    assert observed_order([1.0 / n for n in sizes], errors) == pytest.approx(2.0, abs=0.15)
