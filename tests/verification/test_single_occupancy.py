"""Ions that exclude each other: against the list of all states, limits of the tracer correlation factor, symmetry."""

from __future__ import annotations

import numpy as np
import pytest

from lattice_generators import excluding_ions, one_hole
from lisse.errors import InvalidInput
from lisse.lattice import IonLattice, lattice_gas, random_bond_lattice, tracer_diffusion, uniform_lattice

SPACING, RATE = 3e-10, 1e9  # m, 1/s
UNIT = SPACING**2 * RATE


def rough_plane(seed: int = 3) -> IonLattice:
    """Nine sites that differ, on a torus."""
    random = np.random.default_rng(seed)
    weight = np.exp(random.normal(size=(3, 3, 1)))
    x, y = (RATE * np.exp(random.normal(size=(3, 3, 1))) for _ in range(2))
    return IonLattice(SPACING, weight, (x, y, np.zeros((3, 3, 1))), (True, True, False), 300.0, 1000.0)


@pytest.mark.parametrize("ions", [1, 3, 4, 5, 7, 8])
def test_nine_unlike_sites_agree_with_the_list_of_all_states(ions: int) -> None:
    """Ions are followed up to 4, holes from 5 on; tracer and charge diffusivity, mean over both axes."""
    lattice = rough_plane()
    found = lattice_gas(lattice, ions / 9, 0.03, seed=ions)
    assert found.converged
    assert found.ions == ions
    plane = lattice.weight[..., 0], (lattice.exchange[0][..., 0], lattice.exchange[1][..., 0])
    for charge, value, error in (
        (False, found.tracer_diffusivity, found.tracer_error),
        (True, found.charge_diffusivity, found.charge_error),
    ):
        exact = SPACING**2 * np.mean([excluding_ions(*plane, ions, axis, charge) for axis in (0, 1)])
        assert abs(value - exact) < 4.0 * error < 0.13 * exact
    assert found.haven_ratio == pytest.approx(found.tracer_diffusivity / found.charge_diffusivity)


def test_one_ion_is_an_independent_ion() -> None:
    lattice = rough_plane(5)
    alone, walk = lattice_gas(lattice, 1e-9, 0.03, seed=1), tracer_diffusion(lattice, 0.02, seed=1)
    assert alone.ions == 1
    assert alone.tracer_diffusivity == alone.charge_diffusivity
    assert alone.haven_ratio == 1.0
    assert abs(alone.tracer_diffusivity - walk.diffusivity) < 4.0 * np.hypot(alone.tracer_error, walk.error)


def test_charge_of_alike_sites_feels_blocking_alone() -> None:
    """(1 - c) a^2 k exactly, times N/(N - 1) of a finite lattice, at any filling; the tracer lags behind."""
    for filling in (0.2, 0.5, 0.8):
        found = lattice_gas(uniform_lattice((4, 4, 4), SPACING, RATE, 1000.0, 300.0), filling, 0.04, seed=2)
        free = (found.sites - found.ions) / (found.sites - 1)
        assert abs(found.charge_diffusivity - free * UNIT) < 4.0 * found.charge_error
        assert found.tracer_diffusivity < free * UNIT
        assert found.conductivity == pytest.approx(
            found.charge_diffusivity * 1000.0 * 96485.33212**2 / (8.314462618 * 300)
        )


def test_hole_limit_of_the_simple_cubic_lattice_is_known() -> None:
    """The list of states goes to 0.65311 as 1/N; the walks agree with it on a lattice of 216 sites."""
    sizes = np.array([8, 12, 16])
    factors = np.array([one_hole(int(size)) for size in sizes])
    slope, limit = np.polyfit(sizes[1:] ** -3.0, factors[1:], 1)
    assert limit == pytest.approx(0.65311, abs=1e-4)
    assert slope > 0.0
    found = lattice_gas(uniform_lattice((6, 6, 6), SPACING, RATE, 1000.0, 300.0), 215 / 216, 0.025, seed=3)
    factor, error = (one * 215.0 / UNIT for one in (found.tracer_diffusivity, found.tracer_error))
    assert abs(factor - one_hole(6)) < 4.0 * error < 0.03
    assert abs(found.haven_ratio - one_hole(6)) < 4.0 * found.haven_error


def test_factor_goes_to_one_for_few_ions_and_falls_with_filling() -> None:
    factors, errors = [], []
    for filling in (0.02, 0.3, 0.7, 0.98):
        found = lattice_gas(uniform_lattice((6, 6, 6), SPACING, RATE, 1000.0, 300.0), filling, 0.2, seed=5)
        free = (found.sites - found.ions) / (found.sites - 1)
        factors.append(found.tracer_diffusivity / (free * UNIT))
        errors.append(found.tracer_error / (free * UNIT))
    assert abs(factors[0] - 1.0) < 4.0 * errors[0] + 0.02
    for lower, upper, error in zip(factors[1:], factors[:-1], errors[1:], strict=True):
        assert lower < upper + 2.0 * error
    assert abs(factors[-1] - 0.66) < 4.0 * errors[-1] + 0.01


def test_in_single_file_tracers_stop_while_charge_goes_on() -> None:
    found = lattice_gas(uniform_lattice((12, 1, 1), SPACING, RATE, 1000.0, 300.0), 0.5, 0.05, seed=1)
    assert abs(found.charge_diffusivity - 6.0 / 11.0 * UNIT) < 4.0 * found.charge_error
    assert abs(found.haven_ratio - 1.0 / 6.0) < 4.0 * found.haven_error + 0.02  # ions move in one block: 1 over ions


def test_threads_do_not_change_a_digit() -> None:
    import numba

    before = numba.get_num_threads()
    found = []
    try:
        for threads in range(1, min(3, numba.config.NUMBA_NUM_THREADS) + 1):
            numba.set_num_threads(threads)
            found.append(lattice_gas(rough_plane(), 0.4, 0.1, seed=8))
    finally:
        numba.set_num_threads(before)
    for one in found[1:]:
        assert (one.tracer_diffusivity, one.charge_diffusivity) == (
            found[0].tracer_diffusivity,
            found[0].charge_diffusivity,
        )
        assert np.array_equal(one.tracer_squares, found[0].tracer_squares)


def test_the_cap_is_told() -> None:
    found = lattice_gas(rough_plane(), 0.4, 0.001, seed=1, largest_hops=1e6)
    assert not found.converged
    assert any("raise largest_hops" in text for text in found.warnings)


def test_ions_that_cannot_move_stay() -> None:
    found = lattice_gas(uniform_lattice((3, 3, 3), SPACING, 0.0, 1000.0, 300.0), 0.5)
    assert (found.tracer_diffusivity, found.charge_diffusivity, found.hops) == (0.0, 0.0, 0)
    assert np.isnan(found.haven_ratio)


@pytest.mark.parametrize("filling", [0.0, 1.0, -0.1, float("nan")])
def test_bad_filling_is_refused(filling: float) -> None:
    with pytest.raises(InvalidInput, match="filling"):
        lattice_gas(rough_plane(), filling)


def test_renewing_bonds_are_refused() -> None:
    moving = random_bond_lattice((4, 4, 1), SPACING, RATE, 0.5, 1000.0, 300.0, renewal=1e8)
    with pytest.raises(InvalidInput, match=r"frozen\(seed\)"):
        lattice_gas(moving, 0.5)
