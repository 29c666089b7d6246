"""Kinetic Monte Carlo of independent ions against the master equation: at rest, in time, at frequencies; its errors."""

from __future__ import annotations

import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.lattice import (
    Hopping,
    Interphase,
    IonLattice,
    ac_conductivity,
    composite_lattice,
    laplace_diffusivity,
    random_barrier_lattice,
    random_bond_lattice,
    random_site_lattice,
    tracer_diffusion,
    uniform_lattice,
    zero_field_conductivity,
)
from lisse.microstructure import Volume

SPACING, RATE = 3e-10, 1e9  # m, 1/s
UNIT = SPACING**2 * RATE
GIVEN = SPACING, RATE, 1000.0, 300.0


def barriers(shape: tuple[int, int, int] = (6, 6, 6), seed: int = 1) -> IonLattice:
    return random_barrier_lattice(shape, *GIVEN, seed, barrier_spread=4e3, site_spread=2e3)


def two_phases() -> IonLattice:
    """Fast sites in a block within slow ones, less taken by ions, behind a slow face."""
    weight, block = np.ones((6, 5, 4)), np.s_[2:5, 1:4, 1:3]
    weight[block] = 0.3
    bonds = []
    for axis in range(3):
        beside = np.roll(weight, -1, axis)
        inside = (weight < 1.0) & (beside < 1.0)
        across = (weight < 1.0) != (beside < 1.0)
        bonds.append(np.where(inside, 10.0 * RATE, np.where(across, 0.2 * RATE, RATE)))
    return IonLattice(SPACING, weight, tuple(bonds), (True, True, True), 330.0, 500.0)


def composite() -> IonLattice:
    """A ball with many slow ions in a polymer, behind an interface resistance, with a slow layer around it."""
    x = np.indices((6, 6, 6)) - 2.5
    volume = Volume((np.sum(x**2, axis=0) < 4.0).astype(int), 1e-7, {0: "polymer", 1: "ceramic"})
    moves = {
        "polymer": Hopping.of_conductivity(2e-3, 1.2e3, 333.15),
        "ceramic": Hopping.of_conductivity(5e-2, 5e3, 333.15),
    }
    layer = Interphase(1.2e-7, "polymer", "ceramic", rate_factor=0.3, energy=1e3)
    return composite_lattice(volume, moves, 333.15, {("polymer", "ceramic"): 1e-5}, [layer])


LATTICES = {
    "uniform": lambda: uniform_lattice((6, 6, 6), *GIVEN),
    "barriers": barriers,
    "chain": lambda: barriers((8, 1, 1), 3),
    "plane": lambda: barriers((7, 1, 6), 2),
    "two sites around": lambda: barriers((2, 3, 2), 4),
    "bonds left out": lambda: random_bond_lattice((8, 8, 8), SPACING, RATE, 0.5, 1000.0, 300.0, renewal=0.0).frozen(1),
    "sites left out": lambda: random_site_lattice((8, 8, 8), SPACING, RATE, 0.6, 1000.0, 300.0, 2),
    "two phases": two_phases,
    "composite": composite,
}


def axes_of(lattice: IonLattice) -> list[int]:
    return [axis for axis in range(3) if lattice.shape[axis] > 1]


def test_uniform_lattice_is_nernst_einstein_at_every_time_and_frequency() -> None:
    lattice = uniform_lattice((4, 4, 4), *GIVEN)
    found = tracer_diffusion(lattice, 0.01, seed=4)
    assert found.converged
    assert not found.warnings
    assert found.start == pytest.approx(np.full(3, UNIT), rel=1e-12)
    assert abs(found.diffusivity - UNIT) < 3.5 * found.error < 0.035 * UNIT
    expected = 2.0 * UNIT * found.times[:, None]
    assert np.all(np.abs(found.squares - expected)[10:] < 4.5 * found.squares_error[10:])
    assert found.conductivity == pytest.approx(lattice.nernst_einstein * found.diffusivity)
    off = ~np.eye(3, dtype=bool)
    assert np.all(np.abs(found.tensor)[off] < 4.0 * found.tensor_error[off])


@pytest.mark.parametrize("name", LATTICES)
def test_agrees_with_the_master_equation(name: str) -> None:
    """Within 4 standard errors at rest, at real and at imaginary rates; 0.1 and 0.2 % are allowed for the transform."""
    lattice = LATTICES[name]()
    found = tracer_diffusion(lattice, 0.025, seed=11)
    assert found.converged
    axes = axes_of(lattice)
    assert found.axes == tuple(axes)
    for axis in axes:
        exact = zero_field_conductivity(lattice, axis).diffusivity
        assert abs(found.tensor[axis, axis] - exact) < 4.0 * found.tensor_error[axis, axis] < 0.2 * exact
    pace = found.start[axes].mean() / lattice.spacing**2  # hops of a mean ion
    for rate in (0.05 * pace, pace):
        exact = float(np.mean([laplace_diffusivity(lattice, rate, axis) for axis in axes]))
        value, error = found.laplace_diffusivity(rate)
        assert abs(value - exact) < 4.0 * error + 1e-3 * exact
    frequencies = [0.02 * pace, 0.3 * pace]
    exact = np.mean([ac_conductivity(lattice, frequencies, axis) for axis in axes], axis=0)
    values, errors = found.ac_conductivity(frequencies)
    for part in (np.real, np.imag):
        assert np.all(np.abs(part(values - exact)) < 4.0 * part(errors) + 2e-3 * np.abs(exact))


def test_tensor_of_a_slanted_lattice_is_that_of_the_master_equation() -> None:
    """Fast diagonals through slow sites: a large entry off the diagonal."""
    weight = np.ones((4, 4, 1))
    i, j = np.indices((4, 4))
    x, y = (np.where(on, RATE, 0.02 * RATE)[..., None] for on in ((i - j) % 4 == 0, (i - j) % 4 == 1))
    lattice = IonLattice(SPACING, weight, (x, y, np.zeros_like(x)), (True, True, False), 300.0, 1000.0)
    exact = zero_field_conductivity(lattice, None)
    assert exact.tensor is not None
    found = tracer_diffusion(lattice, 0.02, seed=3)
    plane = np.s_[:2, :2]
    wanted = exact.tensor[plane] / lattice.nernst_einstein
    assert abs(wanted[0, 1]) > 0.3 * wanted[0, 0]
    assert np.all(np.abs(found.tensor[plane] - wanted) < 4.0 * found.tensor_error[plane])
    assert np.all(found.tensor_error[plane] < 0.05 * wanted[0, 0])
    assert not found.tensor[2].any()


def test_errors_are_honest() -> None:
    """Over 60 seeds the deviations from the exact value over the claimed errors have mean 0 and variance 1."""
    lattice = barriers((4, 4, 1), 5)
    exact = np.mean([zero_field_conductivity(lattice, axis).diffusivity for axis in (0, 1)])
    exact_ac = np.mean([ac_conductivity(lattice, [0.1 * RATE], axis)[0] for axis in (0, 1)])
    scores = []
    for seed in range(60):
        found = tracer_diffusion(lattice, 0.001, duration=60.0 / RATE, seed=seed, largest_hops=4e5)
        assert not found.converged
        value, error = found.ac_conductivity([0.1 * RATE])
        at_rest = (found.diffusivity - exact) / found.error
        scores.append([at_rest, *((part(value[0] - exact_ac) / part(error[0])) for part in (np.real, np.imag))])
    assert np.all(np.abs(np.mean(scores, axis=0)) < 0.5)
    assert np.all((np.mean(np.square(scores), axis=0) > 0.45) & (np.mean(np.square(scores), axis=0) < 1.8))


def test_stopping_by_the_error_leaves_no_bias() -> None:
    """Runs that end when they look good enough: over 120 seeds still mean 0 and variance 1 of the scores."""
    lattice = uniform_lattice((4, 4, 4), *GIVEN)
    runs = [tracer_diffusion(lattice, 0.06, duration=20.0 / RATE, seed=seed) for seed in range(120)]
    assert all(found.converged for found in runs)
    scores = np.array([(found.diffusivity - UNIT) / found.error for found in runs])
    assert abs(scores.mean()) < 3.5 / np.sqrt(len(runs))
    assert 0.6 < np.mean(scores**2) < 1.5


def test_threads_do_not_change_a_digit() -> None:
    import numba

    lattice = random_bond_lattice((5, 5, 5), *GIVEN[:2], 0.5, *GIVEN[2:], renewal=0.5 * RATE)
    before = numba.get_num_threads()
    found = []
    try:
        for threads in range(1, min(3, numba.config.NUMBA_NUM_THREADS) + 1):
            numba.set_num_threads(threads)
            found += [tracer_diffusion(one, 0.05, seed=8) for one in (lattice, lattice.frozen(1))]
    finally:
        numba.set_num_threads(before)
    for renewing, frozen in zip(found[2::2], found[3::2], strict=True):
        for one, first in ((renewing, found[0]), (frozen, found[1])):
            assert np.array_equal(one.squares, first.squares)
            assert (one.diffusivity, one.error, one.hops) == (first.diffusivity, first.error, first.hops)
    other = tracer_diffusion(lattice, 0.05, seed=9)
    assert other.diffusivity != found[0].diffusivity


def test_frozen_network_below_the_threshold_does_not_conduct() -> None:
    lattice = random_bond_lattice((10, 10, 10), *GIVEN[:2], 0.15, *GIVEN[2:], renewal=0.0).frozen(3)
    assert zero_field_conductivity(lattice, None).value == 0.0
    found = tracer_diffusion(lattice, 0.05, seed=1)
    assert found.converged
    assert abs(found.diffusivity) < 4.0 * found.error < 4e-4 * found.start.mean()


def test_ions_that_cannot_move_stay() -> None:
    lattice = uniform_lattice((3, 3, 3), SPACING, 0.0, 1000.0, 300.0)
    found = tracer_diffusion(lattice, seed=1)
    assert (found.diffusivity, found.error, found.hops) == (0.0, 0.0, 0)
    assert found.converged


def test_walls_stop_the_walk_across_them_only() -> None:
    lattice = uniform_lattice((6, 4, 1), *GIVEN, periodic=(True, False, False))
    found = tracer_diffusion(lattice, 0.02, seed=6)
    assert found.axes == (0,)
    assert abs(found.tensor[0, 0] - UNIT) < 4.0 * found.tensor_error[0, 0]
    assert abs(found.tensor[1, 1]) < 4.0 * found.tensor_error[1, 1] < 0.1 * UNIT
    assert found.squares[-1, 1] / SPACING**2 == pytest.approx((4**2 - 1) / 6.0, rel=0.1)


def test_the_cap_is_told_and_progress_too() -> None:
    told: list[tuple[float, str]] = []
    found = tracer_diffusion(
        barriers(),
        1e-5,
        duration=50.0 / RATE,
        largest_hops=2e6,
        progress=lambda share, text: told.append((share, text)),
    )
    assert not found.converged
    assert any("raise largest_hops" in text for text in found.warnings)
    assert 0.5e6 < found.tries < 3e6
    assert told
    assert all(0.0 <= share <= 1.0 and "hops tried" in text for share, text in told)
    shares = [share for share, _ in told]
    assert shares[-1] == 1.0
    assert max(shares[:-1]) < 1.0


def test_too_short_walks_are_told() -> None:
    found = tracer_diffusion(barriers((40, 1, 1), 7), 0.01, duration=3.0 / RATE)
    assert any("longer duration" in text for text in found.warnings)
    assert found.drift > 3.0 * found.drift_error


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"error": 0.0}, "error: got 0.0; allowed: a number from 1e-6"),
        ({"error": "small"}, "error: got 'small'"),
        ({"duration": -1.0}, "duration"),
        ({"largest_hops": float("nan")}, "largest_hops: got nan"),
        ({"seed": -1}, "seed: got -1; allowed: a whole number"),
        ({"seed": 1.5}, "seed"),
        ({"largest_hops": 0.0}, "largest_hops"),
        ({"largest_hops": 1e3, "duration": 50.0 / RATE}, "largest_hops: got 1000.0; allowed: at least .* for 64 walks"),
    ],
)
def test_bad_numbers_are_refused(change: dict[str, float], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        tracer_diffusion(barriers(), **change)  # type: ignore[arg-type]


def test_bad_lattices_are_refused() -> None:
    with pytest.raises(InvalidInput, match="an IonLattice"):
        tracer_diffusion("chain")  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="make an axis periodic"):
        tracer_diffusion(uniform_lattice((4, 4, 4), *GIVEN, periodic=(False, False, False)))


def test_frequencies_that_are_none_are_refused() -> None:
    found = tracer_diffusion(barriers((4, 1, 1)), 0.2)
    for frequency in (-1.0, float("nan"), "1 Hz"):
        with pytest.raises(InvalidInput, match="frequencies: got"):
            found.ac_conductivity([frequency])  # type: ignore[list-item]
        with pytest.raises(InvalidInput, match="s: got"):
            found.laplace_diffusivity(frequency)  # type: ignore[arg-type]
