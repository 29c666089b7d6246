"""Bonds that are drawn anew: walks against every state listed, and against frozen networks at a shifted frequency."""

from __future__ import annotations

import numpy as np
import pytest

from lattice_generators import renewing_plane, renewing_ring
from lisse.lattice import (
    Hopping,
    Interphase,
    IonLattice,
    composite_lattice,
    laplace_diffusivity,
    random_bond_lattice,
    renewing_conductivity,
    tracer_diffusion,
    zero_field_conductivity,
)
from lisse.microstructure import Volume

SPACING, RATE = 3e-10, 1e9  # m, 1/s
UNIT = SPACING**2 * RATE


def network(shape: tuple[int, int, int], share: float, renewal: float, together: bool) -> IonLattice:
    return random_bond_lattice(shape, SPACING, RATE, share, 1000.0, 300.0, renewal=renewal * RATE, together=together)


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize(("shape", "share", "renewal"), [((4, 1), 0.4, 0.3), ((2, 2), 0.4, 0.3), ((2, 2), 0.3, 0.1)])
def test_small_tori_agree_with_the_list_of_all_states(
    shape: tuple[int, int], share: float, renewal: float, together: bool
) -> None:
    """256 states at most, so the exact diffusivity is at hand, for bonds that renew one by one as well."""
    if shape[1] == 1:
        exact = renewing_chain(shape[0], share, renewal, together)
    else:
        exact = renewing_plane(shape, share, 1.0, renewal, together)
    found = tracer_diffusion(network((*shape, 1), share, renewal, together), 0.015, seed=2)
    assert found.converged
    assert abs(found.tensor[0, 0] / UNIT - exact) < 4.0 * found.tensor_error[0, 0] / UNIT < 0.1 * exact


def test_the_rate_of_renewal_of_single_bonds_is_met_closely() -> None:
    """Four standard errors are less than half of what 15 % slower renewal would change."""
    exact, slower = (renewing_chain(4, 0.2, renewal, together=False) for renewal in (1.0, 1.0 / 1.15))
    found = tracer_diffusion(network((4, 1, 1), 0.2, 1.0, together=False), 0.006, seed=2)
    error = found.tensor_error[0, 0] / UNIT
    assert abs(found.tensor[0, 0] / UNIT - exact) < 4.0 * error < 0.5 * (exact - slower)


def renewing_chain(sites: int, share: float, renewal: float, together: bool) -> float:
    """A torus one site wide: its bonds sideways lead nowhere and renew unseen."""
    return renewing_plane((sites, 1), share, 1.0, renewal, together)


@pytest.mark.parametrize("shape", [(2, 2), (4, 1)])
def test_renewal_of_all_bonds_at_once_shifts_the_frequency_of_frozen_networks(shape: tuple[int, int]) -> None:
    """D(0) = <D0(lambda)> over all networks, to rounding errors; with renewal one by one D is larger."""
    share, renewal = 0.4, 0.3
    count = shape[0] * (2 if shape[1] > 1 else 1) * shape[1]
    mean = 0.0
    for n in range(2**count):
        bits = np.array([n >> m & 1 for m in range(count)], dtype=float)
        bonds = [RATE * half.reshape(*shape, 1) for half in np.split(bits, 2 if shape[1] > 1 else 1)]
        bonds += [np.zeros((*shape, 1))] * (3 - len(bonds))
        around = tuple(size > 1 for size in (*shape, 1))
        frozen = IonLattice(SPACING, np.ones((*shape, 1)), tuple(bonds), around, 300.0, 1000.0)
        chance = share ** bits.sum() * (1.0 - share) ** (count - bits.sum())
        mean += chance * laplace_diffusivity(frozen, renewal * RATE, 0, tolerance=1e-12)
    together, one_by_one = (renewing_plane(shape, share, 1.0, renewal, one) for one in (True, False))
    assert mean / UNIT == pytest.approx(together, rel=1e-9)
    assert one_by_one > 1.01 * together


@pytest.mark.parametrize("frequency", [0.0, 0.02])
def test_large_network_agrees_with_frozen_drawings_at_a_shifted_frequency(frequency: float) -> None:
    """D(omega) = D0(omega - i lambda) below the threshold, where a frozen network does not conduct at all."""
    lattice = network((12, 12, 12), 0.2, 0.1, together=True)
    found = tracer_diffusion(lattice, 0.01, seed=5)
    value, error = found.ac_conductivity([frequency * RATE])
    exact = renewing_conductivity(lattice, 6, seed=3, frequency=frequency * RATE)
    for part in (np.real, np.imag):
        spread = np.hypot(part(error[0]), exact.error)
        assert abs(part(value[0] - exact.value)) < 4.0 * spread + 2e-3 * abs(exact.value)
    assert spread < 0.1 * abs(exact.value)


def test_fast_renewal_is_the_mean_field_and_slow_renewal_the_frozen_network() -> None:
    for together in (False, True):
        fast = tracer_diffusion(network((6, 6, 6), 0.2, 300.0, together), 0.02, seed=1)
        assert abs(fast.diffusivity - 0.2 * UNIT) < 4.0 * fast.error + 0.01 * 0.2 * UNIT
        slow = tracer_diffusion(network((6, 6, 6), 0.15, 0.02, together), 0.15, seed=1)
        assert 0.0 < slow.diffusivity < 0.03 * UNIT
    never = network((4, 4, 1), 0.5, 0.0, together=False)
    drawings = [laplace_diffusivity(never.frozen(n), 0.1 * RATE) for n in range(400)]
    mean, spread = np.mean(drawings), np.std(drawings) / 20.0
    value, error = tracer_diffusion(never, 0.02, seed=2).laplace_diffusivity(0.1 * RATE)
    assert abs(value - mean) < 4.0 * np.hypot(error, spread)


@pytest.mark.parametrize(
    ("share", "renewal", "low", "high"), [(0.2, 0.3, 0.9, 1.0), (0.2, 0.01, 0.5, 0.65), (0.4, 0.01, 0.85, 1.0)]
)
def test_effective_medium_is_as_far_off_as_its_caution_says(
    share: float, renewal: float, low: float, high: float
) -> None:
    """Over walks with bonds that renew one by one: good for fast renewal or many open bonds, else too low."""
    polymer = Hopping(RATE, SPACING, 1000.0, share, renewal * RATE)
    found = tracer_diffusion(network((16, 16, 16), share, renewal, together=False), 0.02, seed=7)
    assert low < polymer.diffusivity / found.diffusivity < high
    assert bool(polymer.caution) == (high < 0.8)


def test_bonds_that_are_always_open_are_an_ordinary_lattice() -> None:
    found = tracer_diffusion(network((5, 5, 5), 1.0, 0.7, together=False), 0.01, seed=3)
    assert abs(found.diffusivity - UNIT) < 4.0 * found.error
    assert found.tries == found.hops


def ring(values: list[float]) -> np.ndarray:
    return np.array(values).reshape(-1, 1, 1)


def test_unlike_bonds_renew_each_at_their_own_rate() -> None:
    """A ring of four sites that all differ, one of its bonds always open: against the list of all 64 states."""
    weight, exchange = ring([1.0, 0.4, 2.0, 0.7]), ring([1.0, 3.0, 0.5, 2.0])
    share, renewal = ring([0.3, 0.7, 1.0, 0.5]), ring([0.2, 2.0, 0.0, 0.6])
    none = np.zeros_like(weight)
    lattice = IonLattice(
        SPACING,
        weight,
        (RATE * exchange, none, none),
        (True, False, False),
        300.0,
        1000.0,
        (share, none, none),
        (RATE * renewal, none, none),
    )
    exact = UNIT * renewing_ring(*(one.ravel() for one in (weight, exchange, share, renewal)))
    found = tracer_diffusion(lattice, 0.015, seed=4)
    assert found.converged
    assert abs(found.diffusivity - exact) < 4.0 * found.error
    averaged = zero_field_conductivity(lattice.averaged()).diffusivity
    assert found.diffusivity < averaged - 4.0 * found.error


def test_polymer_layer_that_renews_slowly_holds_ions_up() -> None:
    """Sites with bonds of their own in polymer around ceramic: slow segments near it cost, fast ones are mean field."""
    labels = np.zeros((8, 8, 8), dtype=int)
    labels[2:6, 2:6, 2:6] = 1
    volume = Volume(labels, SPACING, {0: "polymer", 1: "ceramic"})
    found = []
    for factor, renewal in ((1.0, 0.3), (0.01, 0.3), (1.0, 100.0)):
        polymer = Hopping(RATE, SPACING, 1000.0, open_fraction=0.3, renewal=renewal * RATE)
        layer = Interphase(1.6 * SPACING, "polymer", "ceramic", renewal_factor=factor)
        lattice = composite_lattice(
            volume, {"polymer": polymer, "ceramic": None}, 300.0, interphases=[layer], explicit_bonds=True
        )
        found.append(tracer_diffusion(lattice, 0.03, seed=3))
    bulk, slow, fast = found
    assert slow.diffusivity < bulk.diffusivity - 4.0 * np.hypot(slow.error, bulk.error)
    mean_field = zero_field_conductivity(lattice.averaged(), None).diffusivity
    assert abs(fast.diffusivity - mean_field) < 4.0 * fast.error + 0.02 * mean_field
