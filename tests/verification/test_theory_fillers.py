"""When fillers help: neutral particles by two routes, voxels against fibres and against the bounds of coated cubes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import integrate

from lisse.microstructure import Volume, effective_conductivity
from lisse.theory import (
    brick_layer,
    critical_fibre_length,
    critical_interface_resistance,
    critical_radius,
    exchange_barrier,
    exchange_rate,
    exchange_resistance,
    fibres_across,
    fibres_along,
    interface_resistance_inclusion,
    maxwell_garnett,
)
from lisse.theory.fillers import _depolarisation, _share_carried

MATRIX, FILLER = 1e-3, 5e-2
STAIRCASE = {2: 4.0 / math.pi, 3: 1.5}  # area of a staircase of voxels over that of the disc or sphere it stands for


def voxels(mask: np.ndarray, size: float, resistance: float, axis: int = 0) -> float:
    """S/m. Particles where the mask is true, in a periodic array, with a resistance of the voxel faces."""
    labels = mask.astype(np.uint8)
    volume = Volume(labels, size, {0: "polymer", 1: "ceramic"}, grains=labels.astype(np.int32) + 1)
    values = {0: MATRIX, 1: FILLER}
    return effective_conductivity(volume, values, axis, resistance, sides="periodic", tolerance=1e-9).value


# -- the critical size ------------------------------------------------------------------------------------------------


def test_size_and_resistance_are_inverse() -> None:
    a = np.logspace(-8, -4, 9)
    area = critical_interface_resistance(MATRIX, FILLER, a)
    np.testing.assert_allclose(critical_radius(MATRIX, FILLER, area), a, rtol=1e-13)
    assert critical_radius(FILLER, MATRIX, 1e-3) == critical_radius(MATRIX, MATRIX, 0.0) == math.inf
    assert critical_radius(MATRIX, FILLER, 0.0) == 0.0
    assert critical_interface_resistance(FILLER, MATRIX, 1e-6) == 0.0
    assert critical_radius(MATRIX, 1e9, 1e-2) == pytest.approx(1e-2 * MATRIX, rel=1e-9), "even a perfect conductor"


def test_the_barrier_at_which_a_filler_stops_helping() -> None:
    radius, temperature, layer = 2e-6, 333.0, 5e-7
    barrier = exchange_barrier(critical_interface_resistance(MATRIX, FILLER, radius), layer, 1e12, temperature)
    for more, helps in ((-500.0, True), (500.0, False)):
        area = exchange_resistance(exchange_rate(1e12, barrier + more, temperature), layer, temperature)
        assert (interface_resistance_inclusion(MATRIX, FILLER, 0.3, radius, area) > MATRIX) is helps


@pytest.mark.parametrize("fraction", [0.05, 0.3, 0.7])
def test_at_the_critical_size_the_loading_does_not_matter(fraction: float) -> None:
    a = critical_radius(MATRIX, FILLER, 1e-2)
    assert interface_resistance_inclusion(MATRIX, FILLER, fraction, a, 1e-2) == pytest.approx(MATRIX, rel=1e-12)
    assert fibres_across(MATRIX, FILLER, fraction, a, 1e-2) == pytest.approx(MATRIX, rel=1e-12)


def test_a_neutral_particle_satisfies_the_laws_at_its_face() -> None:
    """Disc and sphere alike: outside -E x untouched, inside uniform; current and Ohm's law of the interface hold."""
    area, angle = 3e-3, np.linspace(0.0, math.pi, 7)
    a, field = critical_radius(MATRIX, FILLER, area), 40.0
    inside = field * MATRIX / FILLER
    current = MATRIX * field * np.cos(angle)
    np.testing.assert_allclose(FILLER * inside * np.cos(angle), current, rtol=1e-13)
    jump = (-inside * a + field * a) * np.cos(angle)  # potential inside less that outside
    np.testing.assert_allclose(jump, area * current, rtol=1e-12, atol=1e-18)


@pytest.mark.parametrize(("dimension", "edges"), [(2, (64, 128, 256)), (3, (24, 48))])
def test_neutral_discs_and_spheres_of_voxels_at_a_high_loading(dimension: int, edges: tuple[int, ...]) -> None:
    """Touching their images but for a tenth, 38 and 22 % of the volume: s stays s_m as the staircase gets finer."""
    off = []
    for n in edges:
        x = (np.indices((n,) * dimension) + 0.5) / n - 0.5
        radius = 0.35 if dimension == 2 else 0.375
        area = critical_interface_resistance(MATRIX, FILLER, radius) * STAIRCASE[dimension]
        off.append(abs(voxels((x**2).sum(axis=0) < radius**2, 1.0 / n, area) / MATRIX - 1))
    assert off[-1] < (0.005 if dimension == 2 else 0.012)
    assert off[-1] < 0.7 * off[0]


# -- fibres -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("half", "barrier"), [(3.0, 0.2), (5.0, 4.0), (0.05, 30.0), (100.0, 3.0)])
def test_what_a_fibre_carries_by_its_cable_equation(half: float, barrier: float) -> None:
    """psi'' = psi/T^2 for the step psi over the side, with the current through the end faces, solved numerically."""
    radius = 1.0
    transfer2 = radius * barrier / 2

    def slopes(_: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.vstack((y[1], y[0] / transfer2))

    def ends(low: np.ndarray, high: np.ndarray) -> np.ndarray:
        return np.array([low[0], high[0] / barrier - (1.0 - high[1])])  # psi odd; psi/R = s_p (E - psi') at the end

    x = np.linspace(0.0, half, 4000)
    run = integrate.solve_bvp(slopes, ends, x, np.zeros((2, x.size)), tol=1e-10, max_nodes=100_000)
    carried = 1.0 - run.sol(half)[0] / half
    assert _share_carried(np.array(half), np.array(radius), np.array(barrier)) == pytest.approx(carried, rel=1e-6)


def test_limits_of_fibres() -> None:
    volume = {"matrix": MATRIX, "inclusion": FILLER, "fraction": 0.2, "radius": 1e-7}
    parallel = 0.8 * MATRIX + 0.2 * FILLER
    assert fibres_along(**volume, length=math.inf, interface_resistance=1.0) == pytest.approx(parallel, rel=1e-12)
    assert fibres_along(**volume, length=1.0, interface_resistance=1e-2) == pytest.approx(parallel, rel=1e-3)
    assert fibres_along(**volume, length=math.inf, interface_resistance=0.0) == pytest.approx(parallel, rel=1e-12)
    round_ones = fibres_along(**volume, length=2e-7, interface_resistance=0.0)
    assert round_ones == pytest.approx(maxwell_garnett(MATRIX, FILLER, 0.2), rel=1e-12)
    nothing = fibres_along(MATRIX, 0.0, 0.2, 1e-7, 2e-7, 1.0)
    assert nothing == pytest.approx(maxwell_garnett(MATRIX, 0.0, 0.2), rel=1e-12)
    assert fibres_across(MATRIX, FILLER, 1.0, 1e-6, 0.0) == pytest.approx(FILLER, rel=1e-13)


def test_depolarisation_by_its_integral() -> None:
    """L = (p/2) int ds/[(s + p^2)^(3/2) (s + 1)], across 1/2 (1 - L); near the sphere from both sides of the series."""
    for aspect in (0.1, 0.9, 0.9951, 1.0, 1.0049, 1.0051, 3.0, 50.0):
        integral = integrate.quad(lambda s, p=aspect: 0.5 * p / ((s + p * p) ** 1.5 * (s + 1)), 0.0, math.inf)[0]
        assert _depolarisation(np.array(aspect)) == pytest.approx(integral, rel=1e-7)


def test_the_critical_length_of_fibres() -> None:
    area = 1e-2
    largest = critical_radius(MATRIX, FILLER, area)
    radius = np.array([1e-9, 1e-7, 1e-5, 1e-3, 1.0])
    length = critical_fibre_length(MATRIX, FILLER, radius, area)
    assert (np.diff(length) > 0).all()
    assert (length <= 2 * largest * (1 + 1e-12)).all()
    for fraction in (0.1, 0.4):
        along = fibres_along(MATRIX, FILLER, fraction, radius, length, area)
        np.testing.assert_allclose(along, MATRIX, rtol=1e-9)
    assert length[-1] == pytest.approx(2 * largest, rel=1e-4), "over the ends alone"
    thin = critical_fibre_length(1e-7, 1.0, 1e-12, area)  # s_p >> s_m, a << a_c
    assert thin == pytest.approx(2 * math.sqrt(1.5 * 1e-12 * 1e-9), rel=0.03)
    both = critical_fibre_length(1e-7, 1.0, 1e-9, area) / 2e-9
    assert both + 2 / 3 * both**2 == pytest.approx(1.0, rel=1e-6)
    assert critical_fibre_length(FILLER, MATRIX, 1e-7, area) == math.inf
    assert critical_fibre_length(MATRIX, FILLER, 1e-7, 0.0) == 0.0


@pytest.mark.parametrize(("edge", "length"), [(2, 20), (4, 16)])
def test_voxels_of_short_fibres(edge: int, length: int) -> None:
    """Square fibres, whose radius has the same area of sides per volume: at the critical length s is s_m within 1.6 %.

    Shorter ones lower it, longer ones raise it, as much as the formula says within a fifth.
    """
    mask = np.zeros((length + 8, edge + 6, edge + 6), dtype=bool)
    mask[4 : 4 + length, 3 : 3 + edge, 3 : 3 + edge] = True
    for factor in (0.25, 1.0, 4.0):
        low, high = 1e-3, 1e7
        for _ in range(60):
            area = math.sqrt(low * high)
            shorter = critical_fibre_length(MATRIX, FILLER, edge / 2, area) < factor * length
            low, high = (area, high) if shorter else (low, area)
        found = voxels(mask, 1.0, area) / MATRIX - 1
        said = fibres_along(MATRIX, FILLER, mask.mean(), edge / 2, float(length), area) / MATRIX - 1
        assert found == pytest.approx(said, rel=0.2, abs=0.016)


# -- grains in layers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("resistance", [0.0, 1.0, 100.0, 400.0, 5000.0])
@pytest.mark.parametrize("edge", [8, 14])
def test_coated_cubes_lie_between_their_bounds(edge: int, resistance: float) -> None:
    """Flat faces: voxels represent them exactly, so the bounds must hold."""
    n = 16
    mask = np.zeros((n, n, n), dtype=bool)
    mask[1 : 1 + edge, 1 : 1 + edge, 1 : 1 + edge] = True
    found = voxels(mask, 1.0 / n, resistance)
    bounds = brick_layer(MATRIX, FILLER, mask.mean(), edge / n, resistance)
    assert bounds.lower * (1 - 1e-9) < found < bounds.upper * (1 + 1e-9)


def test_grains_help_above_the_critical_half_size_whatever_the_layer() -> None:
    area = 1e-3
    critical = critical_radius(MATRIX, FILLER, area)
    fractions = np.array([0.05, 0.5, 0.95])
    for half, better in ((1.001 * critical, True), (0.999 * critical, False)):
        lower = brick_layer(MATRIX, FILLER, fractions, 2 * half, area).lower
        assert ((lower > MATRIX) == better).all()
    for half, worse in ((0.6005 * critical, False), (0.5995 * critical, True)):
        upper = brick_layer(MATRIX, FILLER, fractions, 2 * half, area).upper
        assert ((upper < MATRIX) == worse).all()


def test_limits_of_grains() -> None:
    assert brick_layer(MATRIX, FILLER, 0.0, 1e-6, 1e-3) == pytest.approx((MATRIX, MATRIX), rel=1e-12)
    assert brick_layer(MATRIX, FILLER, 1.0, 1e-6, 0.0) == pytest.approx((FILLER, FILLER), rel=1e-12)
    share = 0.9 ** (1 / 3)
    assert brick_layer(MATRIX, 0.0, 0.9, 1e-6, 0.0).lower == pytest.approx((1 - share**2) * MATRIX, rel=1e-12)
    assert brick_layer(MATRIX, 0.0, 1.0, 1e-6, 0.0) == (0.0, 0.0)
    thin = brick_layer(MATRIX, 1e6, 0.9999, 1e-6, 0.0)
    assert thin.lower == pytest.approx(thin.upper, rel=1e-3)
    assert thin.upper == pytest.approx(MATRIX / (1 - 0.9999 ** (1 / 3)), rel=1e-3)
