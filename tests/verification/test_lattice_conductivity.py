"""Zero-field conductivity of a lattice against exact answers and against routes that share nothing with the solver."""

from __future__ import annotations

import re

import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.lattice import (
    Hopping,
    Interphase,
    IonLattice,
    composite_lattice,
    random_barrier_lattice,
    random_bond_lattice,
    random_site_lattice,
    transference,
    uniform_lattice,
    zero_field_conductivity,
)
from lisse.microstructure import Volume
from lisse.theory import hashin_shtrikman, nernst_einstein_conductivity

HOP, RATE = 3e-10, 1e9
IONS = (1000.0, 300.0)
FREE = HOP**2 * RATE


@pytest.mark.parametrize("shape", [(7, 1, 1), (5, 4, 1), (4, 5, 6), (2, 2, 2)])
@pytest.mark.parametrize("around", [True, False])
def test_a_uniform_lattice_gives_nernst_and_einstein(shape: tuple[int, int, int], around: bool) -> None:
    lattice = uniform_lattice(shape, HOP, RATE, *IONS, periodic=(around,) * 3)
    found = zero_field_conductivity(lattice)
    assert found.value == pytest.approx(nernst_einstein_conductivity(FREE, *IONS), rel=1e-13)
    assert found.diffusivity == pytest.approx(FREE, rel=1e-13, abs=0)
    assert found.percolates


def test_the_tensor_of_a_uniform_lattice_is_the_unit_tensor() -> None:
    lattice = uniform_lattice((4, 5, 6), HOP, RATE, *IONS)
    tensor = zero_field_conductivity(lattice, None).tensor
    np.testing.assert_allclose(tensor / nernst_einstein_conductivity(FREE, *IONS), np.eye(3), atol=1e-13)


@pytest.mark.parametrize("around", [True, False])
def test_a_chain_of_random_barriers_has_the_harmonic_mean(around: bool) -> None:
    chain = random_barrier_lattice((500, 1, 1), HOP, RATE, *IONS, 4, 8e3, 4e3, periodic=(around,) * 3)
    bonds = chain.exchange[0].ravel()[: 500 if around else 499]
    exact = HOP**2 / (chain.weight.mean() * np.mean(1.0 / bonds))
    # tolerance: the error of the value is the square of that of the potentials, 1e-8, times the length of the chain
    assert zero_field_conductivity(chain).diffusivity == pytest.approx(exact, rel=1e-10, abs=0)
    assert bonds.max() > 1e6 * bonds.min()


def rates_between(lattice: IonLattice, tilt: float, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """Dense matrix of hop rates, tilted by a field along an axis, and the displacement of each hop along it."""
    count = lattice.weight.size
    number = np.arange(count).reshape(lattice.shape)
    rates, moves = np.zeros((2, count, count))
    for direction in range(3):
        up, down = (rate.ravel() for rate in lattice.hop_rates(direction))
        here, there = number.ravel(), np.roll(number, -1, direction).ravel()
        factor = np.exp(0.5 * tilt) if direction == axis else 1.0
        np.add.at(rates, (here, there), up * factor)
        np.add.at(rates, (there, here), down / factor)
        if direction == axis:
            np.add.at(moves, (here, there), up * factor)
            np.add.at(moves, (there, here), -down / factor)
    return rates, moves


def drift(lattice: IonLattice, tilt: float, axis: int) -> float:
    """Mean velocity in hop lengths per second in the steady state of the tilted master equation, solved densely."""
    rates, moves = rates_between(lattice, tilt, axis)
    matrix = rates.T - np.diag(rates.sum(axis=1))
    matrix[0] = 1.0  # in place of one balance, which follows from the others: all occupations add up to 1
    right = np.zeros(len(matrix))
    right[0] = 1.0
    return float(np.linalg.solve(matrix, right) @ moves.sum(axis=1))


@pytest.mark.parametrize("axis", [0, 2])
def test_the_zero_field_value_is_the_limit_of_a_drift_in_a_field(axis: int) -> None:
    """Ions pulled by a field, whose occupations are not those of equilibrium: another calculation altogether."""
    lattice = random_barrier_lattice((5, 4, 6), HOP, RATE, *IONS, seed=8, barrier_spread=5e3, site_spread=4e3)
    mobility = zero_field_conductivity(lattice, axis).diffusivity / HOP**2
    errors = []
    for tilt in (0.4, 0.2, 0.1):  # e E a / (k T)
        odd = 0.5 * (drift(lattice, tilt, axis) - drift(lattice, -tilt, axis))
        errors.append(odd / tilt / mobility - 1.0)
    assert abs(errors[2]) < 1e-2
    orders = np.log2(np.abs(errors[:-1]) / np.abs(errors[1:]))
    np.testing.assert_allclose(orders, 2.0, atol=0.1)  # the odd part of the drift has cubic corrections


def test_equilibrium_is_the_steady_state_without_a_field() -> None:
    lattice = random_barrier_lattice((5, 4, 3), HOP, RATE, *IONS, seed=8, barrier_spread=5e3, site_spread=4e3)
    rates, _ = rates_between(lattice, 0.0, 0)
    weight = lattice.weight.ravel()
    change = weight @ rates - weight * rates.sum(axis=1)
    assert np.abs(change).max() < 1e-13 * (weight * rates.sum(axis=1)).max()


def test_the_tensor_is_symmetric_and_positive() -> None:
    labels = np.zeros((12, 12, 12), np.uint8)
    place = np.indices(labels.shape)
    labels[(place[0] + 2 * place[1]) % 12 < 5] = 1  # oblique layers
    volume = Volume(labels, 1e-9, {0: "polymer", 1: "ceramic"})
    moves = {"polymer": Hopping(1e8, 1e-9, 1000.0), "ceramic": Hopping(1e9, 1e-9, 20e3)}
    tensor = zero_field_conductivity(composite_lattice(volume, moves, 300.0), None).tensor
    assert tensor is not None
    assert abs(tensor[0, 1]) > 0.1 * tensor[1, 1]
    np.testing.assert_allclose(tensor, tensor.T, rtol=1e-12, atol=1e-12 * tensor[0, 0])
    assert np.linalg.eigvalsh(tensor).min() > 0.0


def test_the_dual_of_a_plane_has_the_dual_conductivity() -> None:
    """Each bond crossed by one of the inverse conductance: the tensor of the dual is s / det s (Keller, Mendelson)."""
    plane = random_barrier_lattice((24, 20, 1), 1.0, 1.0, *IONS, seed=5, barrier_spread=6e3)
    gx, gy, none = plane.exchange
    across = np.roll(1.0 / gy, -1, 0), np.roll(1.0 / gx, -1, 1), none
    dual = IonLattice(1.0, plane.weight, across, plane.periodic, plane.temperature, plane.concentration)
    here, there = (
        zero_field_conductivity(one, None, 1e-10).tensor[:2, :2] / one.nernst_einstein for one in (plane, dual)
    )
    np.testing.assert_allclose(there, here / np.linalg.det(here), rtol=1e-10)


def wavy(count: int, seed: int, fraction: float = 0.5) -> Volume:
    """Two phases of a random, periodic structure, voxels of 10 nm."""
    random = np.random.default_rng(seed)
    wave = np.fft.fftfreq(count)
    size = sum(axis**2 for axis in np.meshgrid(wave, wave, wave, indexing="ij"))
    field = np.fft.ifftn(np.fft.fftn(random.standard_normal((count,) * 3)) * np.exp(-120.0 * size)).real
    return Volume((field > np.quantile(field, 1.0 - fraction)).astype(np.uint8), 10e-9, {0: "a", 1: "b"})


def swapped(volume: Volume) -> Volume:
    return Volume(1 - volume.labels, volume.voxel_size, {0: "a", 1: "b"})


POOR, RICH = Hopping.of_conductivity(1e-3, 1e3, 300.0), Hopping.of_conductivity(1e-1, 2e4, 300.0)


def test_swapping_the_phases_changes_nothing() -> None:
    volume, resistance = wavy(20, seed=3), {("a", "b"): 1e-5}
    one = composite_lattice(volume, {"a": POOR, "b": RICH}, 300.0, resistance)
    other = composite_lattice(swapped(volume), {"a": RICH, "b": POOR}, 300.0, resistance)
    first, second = (zero_field_conductivity(lattice, None).tensor for lattice in (one, other))
    np.testing.assert_array_equal(first, second)


def test_a_field_turned_round_finds_the_same() -> None:
    lattice = composite_lattice(wavy(16, seed=4), {"a": POOR, "b": RICH}, 300.0)
    mirrored = composite_lattice(
        Volume(wavy(16, seed=4).labels[::-1].copy(), 10e-9, {0: "a", 1: "b"}), {"a": POOR, "b": RICH}, 300.0
    )
    values = [zero_field_conductivity(one).value for one in (lattice, mirrored)]
    assert values[0] == pytest.approx(values[1], rel=1e-12)


@pytest.mark.parametrize("around", [True, False])
def test_layers_add_up_with_their_interfaces(around: bool) -> None:
    """Across the layers resistances add up, those of the interfaces too; along them conductances."""
    labels = np.zeros((10, 3, 3), np.uint8)
    labels[3:7] = 1
    volume = Volume(labels, 1e-8, {0: "a", 1: "b"})
    lattice = composite_lattice(volume, {"a": POOR, "b": RICH}, 300.0, {("a", "b"): 1e-5}, (), (around, True, True))
    length = 10 if around else 9  # between ends, from the centre of the first layer to that of the last
    total = ((length - 4) * 1e-8) / 1e-3 + 4e-8 / 1e-1 + 2e-5
    assert zero_field_conductivity(lattice, 0).value == pytest.approx(length * 1e-8 / total, rel=1e-11)
    assert zero_field_conductivity(lattice, 1).value == pytest.approx(0.6 * 1e-3 + 0.4 * 1e-1, rel=1e-11)


def test_an_interphase_conducts_along_an_insulating_slab() -> None:
    labels = np.zeros((10, 3, 3), np.uint8)
    labels[:4] = 1
    volume = Volume(labels, 1e-8, {0: "a", 1: "b"})
    quick = Interphase(1e-8, "a", "b", rate_factor=30.0)
    lattice = composite_lattice(volume, {"a": POOR, "b": None}, 300.0, interphases=[quick])
    assert zero_field_conductivity(lattice, 2).value == pytest.approx((0.4 + 0.2 * 30.0) * 1e-3, rel=1e-11)
    assert zero_field_conductivity(lattice, 0).value == 0.0


def test_a_composite_lies_between_its_bounds() -> None:
    volume = wavy(24, seed=6, fraction=0.3)
    lattice = composite_lattice(volume, {"a": POOR, "b": RICH}, 300.0)
    low, high = hashin_shtrikman([1e-3, 1e-1], [0.7, 0.3])
    value = zero_field_conductivity(lattice, None).value
    assert low < value < high
    resisting = composite_lattice(volume, {"a": POOR, "b": RICH}, 300.0, {("a", "b"): 1e-5})
    blocked = composite_lattice(volume, {"a": POOR, "b": RICH}, 300.0, {("a", "b"): np.inf})
    alone = [composite_lattice(volume, moves, 300.0) for moves in ({"a": POOR, "b": None}, {"a": None, "b": RICH})]
    values = [zero_field_conductivity(one, 0).value for one in (lattice, resisting, blocked)]
    assert values[0] > values[1] > values[2]
    # behind closed interfaces both phases conduct side by side
    apart = sum(zero_field_conductivity(one, 0).value for one in alone)
    assert values[2] == pytest.approx(apart, rel=1e-12)


def test_below_the_threshold_a_frozen_network_carries_nothing() -> None:
    for around in (True, False):
        bonds = random_bond_lattice((32, 32, 32), HOP, RATE, 0.18, *IONS, (around,) * 3, renewal=0.0).frozen(2)
        sites = random_site_lattice((32, 32, 32), HOP, RATE, 0.24, *IONS, 2, (around,) * 3)
        for lattice in (bonds, sites):
            found = zero_field_conductivity(lattice)
            assert found.value == 0.0
            assert not found.percolates


def test_above_the_threshold_it_does_and_walls_are_exact() -> None:
    """Sites without neighbours, dead ends and closed bonds in a network that conducts, against a dense solution."""
    lattice = random_site_lattice((7, 6, 5), 1.0, 1.0, 0.6, *IONS, seed=3)
    count = lattice.weight.size
    number = np.arange(count).reshape(lattice.shape)
    matrix, right = np.zeros((count, count)), np.zeros(count)
    for axis, bonds in enumerate(lattice.exchange):
        here, there, flux = number.ravel(), np.roll(number, -1, axis).ravel(), bonds.ravel()
        for a, b in ((here, there), (there, here)):
            np.add.at(matrix, (a, a), flux)
            np.add.at(matrix, (a, b), -flux)
        if axis == 1:
            np.add.at(right, here, -flux)
            np.add.at(right, there, flux)
    exact = (lattice.exchange[1].sum() - right @ np.linalg.pinv(matrix) @ right) / lattice.weight.sum()
    found = zero_field_conductivity(lattice, 1, 1e-10)
    assert found.diffusivity == pytest.approx(exact, rel=1e-12)
    assert found.percolates


def test_effective_medium_is_close_where_few_bonds_are_missing() -> None:
    """D = (3 f - 1)/2 of the free one to first order in 1 - f (Kirkpatrick); exact slope 3/2 at f = 1."""
    values = []
    for seed in range(4):
        lattice = random_bond_lattice((32, 32, 32), HOP, RATE, 0.95, *IONS, renewal=0.0).frozen(seed)
        share = np.mean([bonds > 0.0 for bonds in lattice.exchange])
        values.append(zero_field_conductivity(lattice, None, 1e-5).diffusivity / FREE - (1.5 * share - 0.5))
    # second order in 1 - f: below (1 - f)^2
    assert abs(np.mean(values)) < 0.05**2


# -- two kinds of ion -----------------------------------------------------------------------------------------------


def test_transference_of_layers() -> None:
    labels = np.zeros((10, 3, 3), np.uint8)
    labels[:4] = 1
    volume = Volume(labels, 1e-8, {0: "polymer", 1: "ceramic"})
    plus, minus = (Hopping.of_conductivity(value, 1e3, 300.0) for value in (0.2e-3, 0.8e-3))
    ceramic = Hopping.of_conductivity(1e-2, 2e4, 300.0)
    cations = composite_lattice(volume, {"polymer": plus, "ceramic": ceramic}, 300.0)
    anions = composite_lattice(volume, {"polymer": minus, "ceramic": None}, 300.0)
    along = transference(cations, anions, 1)
    assert along.anions == pytest.approx(0.6 * 0.8e-3)
    assert along.number == pytest.approx((0.12e-3 + 4e-3) / (0.12e-3 + 4e-3 + 0.48e-3))
    across = transference(cations, anions, 0)
    assert (across.number, across.anions) == (1.0, 0.0)
    assert across.cations == pytest.approx(1.0 / (0.6 / 0.2e-3 + 0.4 / 1e-2))


def test_transference_refuses_lattices_that_do_not_belong_together() -> None:
    one, other = (uniform_lattice((n, 2, 2), HOP, RATE, *IONS) for n in (2, 3))
    with pytest.raises(InvalidInput, match="the grid of the cations"):
        transference(one, other)
    blocked = uniform_lattice((2, 2, 2), HOP, 0.0, *IONS)
    with pytest.raises(InvalidInput, match="no path for any ion"):
        transference(blocked, blocked)


# -- refusals -------------------------------------------------------------------------------------------------------


def test_what_cannot_be_solved_is_refused() -> None:
    moving = random_bond_lattice((4, 4, 4), HOP, RATE, 0.5, *IONS, renewal=1.0)
    with pytest.raises(InvalidInput, match=re.escape("Take lattice.frozen(seed), lattice.averaged()")):
        zero_field_conductivity(moving)
    with pytest.raises(InvalidInput, match="axis: got 1; allowed: 0, 1 or 2, along which there is more than one site"):
        zero_field_conductivity(uniform_lattice((4, 1, 1), HOP, RATE, *IONS), 1)
    with pytest.raises(InvalidInput, match="a lattice that is periodic along all"):
        zero_field_conductivity(uniform_lattice((4, 4, 4), HOP, RATE, *IONS, periodic=(True, False, True)), None)
    with pytest.raises(InvalidInput, match="tolerance: got 0"):
        zero_field_conductivity(uniform_lattice((4, 4, 4), HOP, RATE, *IONS), 0, 0.0)
    with pytest.raises(InvalidInput, match="lattice: got 'int'"):
        zero_field_conductivity(3)  # type: ignore[arg-type]
    steep = random_barrier_lattice((6, 6, 6), HOP, RATE, *IONS, seed=1, barrier_spread=5e4)
    with pytest.raises(InvalidInput, match="lattice: got 'fluxes from .* Let bonds that hardly carry anything"):
        zero_field_conductivity(steep)


def test_a_grid_beyond_the_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    lattice = uniform_lattice((8, 8, 8), HOP, RATE, *IONS)
    monkeypatch.setattr("lisse.microstructure.cost.available_memory", lambda: 1e4)
    with pytest.raises(InvalidInput, match="conductivity of the lattice"):
        zero_field_conductivity(lattice)
