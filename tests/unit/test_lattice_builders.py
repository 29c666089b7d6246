"""Lattices of sites: what they hold, what they refuse, and how composites and the layers in them are made."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.lattice import (
    Hopping,
    Interphase,
    IonLattice,
    composite_lattice,
    percolates,
    random_barrier_lattice,
    random_bond_lattice,
    random_site_lattice,
    uniform_lattice,
)
from lisse.microstructure import Volume
from lisse.theory import dynamic_bond_diffusivity, nernst_einstein_conductivity
from lisse.units import GAS_CONSTANT

GRID = (3e-10, 1e9)
IONS = (1000.0, 300.0)


def parts(**changes: Any) -> dict[str, Any]:
    """A chain of four sites on a ring, with some parts exchanged."""
    bonds = np.full((4, 1, 1), 1e9), np.zeros((4, 1, 1)), np.zeros((4, 1, 1))
    given = {
        "spacing": 3e-10,
        "weight": np.ones((4, 1, 1)),
        "exchange": bonds,
        "periodic": (True, False, False),
        "temperature": 300.0,
        "concentration": 1000.0,
    }
    return given | changes


def arrays(value: float) -> tuple[np.ndarray, ...]:
    return tuple(np.full((4, 1, 1), value) for _ in range(3))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"spacing": 0.0}, "spacing: got 0.0; allowed: a finite number above 0"),
        ({"temperature": float("nan")}, "temperature: got nan"),
        ({"weight": np.zeros((4, 1, 1))}, "weight: got '0 everywhere'"),
        ({"weight": np.ones(4)}, "weight: got 'shape (4,) of float64'"),
        ({"weight": -np.ones((4, 1, 1))}, "weight: got 'values from -1 to -1'"),
        ({"periodic": (True, False)}, "periodic: got (True, False); allowed: three booleans"),
        ({"periodic": (False, False, False)}, "exchange along x: got 'a bond beyond the last site'"),
        (
            {"weight": np.array([1.0, 0.0, 1.0, 1.0])[:, None, None]},
            "exchange along x: got 'a bond to a place of weight 0",
        ),
        ({"exchange": arrays(1.0)}, "exchange along y: got 'a site that is its own neighbour'"),
        ({"exchange": np.ones(3)}, "exchange: got 'ndarray'; allowed: three arrays"),
        ({"open_fraction": arrays(0.5)}, "open_fraction and renewal together"),
        ({"open_fraction": arrays(1.5), "renewal": arrays(1.0)}, "open_fraction: got 'values from 1.5 to 1.5'"),
        (
            {
                "open_fraction": arrays(0.5),
                "renewal": (*arrays(1.0)[:2], arrays(2.0)[0]),
                "renewal_together": True,
            },
            "renewal: got 'rates from 1 to 2'; allowed: one rate throughout",
        ),
    ],
)
def test_a_lattice_that_cannot_be_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput, match=re.escape(message)):
        IonLattice(**parts(**changes))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: uniform_lattice((4, 4), *GRID, *IONS), "shape: got (4, 4); allowed: three whole numbers"),
        (lambda: uniform_lattice((4, 4, 4), *GRID, *IONS, periodic=(True,)), "periodic: got (True,)"),
        (lambda: uniform_lattice((4, 4, 4), 3e-10, -1.0, *IONS), "hop_rate: got -1.0"),
        (lambda: random_site_lattice((4, 4, 4), *GRID, 0.0, *IONS, seed=1), "site_fraction: got 0.0"),
        (lambda: random_bond_lattice((4, 4, 4), *GRID, 1.2, *IONS, renewal=1.0), "open_fraction: got 1.2"),
        (lambda: random_barrier_lattice((4, 1, 1), *GRID, *IONS, 1, -5.0), "barrier_spread: got"),
        (
            lambda: random_barrier_lattice((4, 1, 1), *GRID, *IONS, 1, 1.0, 1e6),
            "site_spread: got 1000000.0; allowed: at",
        ),
        (lambda: random_barrier_lattice((4, 1, 1), *GRID, 1e3, 0.0, 1, 1.0), "temperature: got 0.0"),
        (lambda: uniform_lattice(4, *GRID, *IONS), "shape: got 4; allowed: three whole numbers"),  # type: ignore[arg-type]
        (lambda: uniform_lattice((10**5,) * 3, *GRID, *IONS), "memory for a lattice of 100000 x 100000 x 100000 sites"),
        (lambda: uniform_lattice((4, 4, 4), 3e-10, "fast", *IONS), "hop_rate: got 'fast'"),  # type: ignore[arg-type]
        (lambda: uniform_lattice((4, 4, 4), *GRID, *IONS, periodic="xyz"), "periodic: got 'xyz'"),
        (lambda: random_site_lattice((4, 4, 4), *GRID, 0.5, *IONS, seed=-1), "seed: got -1; allowed: a whole number"),
        (lambda: uniform_lattice((4, 4, 4), *GRID, *IONS).hop_rates(3), "axis: got 3; allowed: 0, 1 or 2"),
        (lambda: percolates("chain"), "lattice: got 'str'; allowed: an IonLattice"),  # type: ignore[arg-type]
    ],
)
def test_builders_refuse_what_they_cannot_make(call: Any, message: str) -> None:
    with pytest.raises(InvalidInput, match=re.escape(message)):
        call()


def test_detailed_balance_holds_to_machine_precision() -> None:
    rough = random_barrier_lattice((6, 5, 4), *GRID, *IONS, seed=3, barrier_spread=9e3, site_spread=7e3)
    composite = composite_lattice(balls(16), MOVES, 300.0, {("polymer", "ceramic"): 1e-5}, LAYERS)
    for lattice in (rough, composite):
        for axis in range(3):
            up, down = lattice.hop_rates(axis)
            there = lattice.weight * up
            back = np.roll(lattice.weight, -1, axis) * down
            assert np.abs(there - back).max() <= 4e-16 * there.max()
            np.testing.assert_allclose(there, back, rtol=4e-16)


def test_a_frozen_drawing_keeps_the_fraction_and_renewal_averages_it() -> None:
    moving = random_bond_lattice((24, 24, 24), *GRID, 0.3, *IONS, renewal=1e6)
    frozen, again, other = moving.frozen(5), moving.frozen(5), moving.frozen(6)
    share = np.mean([bonds > 0.0 for bonds in frozen.exchange])
    assert share == pytest.approx(0.3, abs=4 * np.sqrt(0.21 / (3 * 24**3)))
    assert all(np.array_equal(a, b) for a, b in zip(frozen.exchange, again.exchange, strict=True))
    assert not np.array_equal(frozen.exchange[0], other.exchange[0])
    assert moving.renews
    assert not frozen.renews
    assert moving.averaged().exchange[0].max() == 0.3e9
    assert frozen.averaged() is frozen.frozen(1) is frozen


def test_even_means_alike_but_for_open_and_closed() -> None:
    moving = random_bond_lattice((3, 4, 1), *GRID, 0.3, *IONS, renewal=1e6)
    assert moving.even
    assert moving.renewal is not None
    assert uniform_lattice((3, 3, 3), *GRID, *IONS).even
    assert not moving.frozen(1).even
    assert not uniform_lattice((3, 3, 3), *GRID, *IONS, periodic=(True, True, False)).even
    assert not random_barrier_lattice((4, 1, 1), *GRID, *IONS, 1, 0.0, 1e3).even
    unlike = moving.renewal[0].copy()
    unlike[0] *= 2.0
    assert not replace(moving, renewal=(unlike, *moving.renewal[1:])).even


def test_a_site_lattice_has_bonds_between_sites_only() -> None:
    lattice = random_site_lattice((8, 8, 8), *GRID, 0.4, *IONS, seed=2)
    site = lattice.weight > 0
    assert lattice.mean_weight == site.mean()
    np.testing.assert_array_equal(lattice.exchange[1] > 0, site & np.roll(site, -1, 1))


def test_a_chain_percolates_along_itself_only() -> None:
    assert percolates(uniform_lattice((5, 1, 1), *GRID, *IONS)) == (True, False, False)
    assert percolates(uniform_lattice((5, 4, 1), *GRID, *IONS, periodic=(False, True, True))) == (False, True, False)


# -- composites -----------------------------------------------------------------------------------------------------

MOVES = {"polymer": Hopping(1e9, 1e-9, 1000.0), "ceramic": Hopping(2e11, 1e-9, 20e3)}
LAYERS = [Interphase(2e-9, "polymer", "ceramic", rate_factor=0.5, energy=1e3)]


def balls(count: int) -> Volume:
    """A ball of ceramic in polymer, voxels of 1 nm."""
    place = np.indices((count,) * 3) - 0.5 * (count - 1)
    inside = (place**2).sum(axis=0) < (0.3 * count) ** 2
    return Volume(inside.astype(np.uint8), 1e-9, {0: "polymer", 1: "ceramic"})


def slab(count: int = 12) -> Volume:
    """Ceramic in the first half along x."""
    labels = np.zeros((count, 3, 3), np.uint8)
    labels[: count // 2] = 1
    return Volume(labels, 1e-9, {0: "polymer", 1: "ceramic"})


def test_weights_are_concentrations_over_their_mean() -> None:
    lattice = composite_lattice(slab(), MOVES, 300.0)
    assert lattice.concentration == pytest.approx(10500.0)
    assert lattice.mean_weight == pytest.approx(1.0)
    assert lattice.weight[0, 0, 0] / lattice.weight[-1, 0, 0] == pytest.approx(20.0)
    assert lattice.hop_rates(1)[0][0, 0, 0] == pytest.approx(2e11)
    assert lattice.hop_rates(1)[0][-1, 0, 0] == pytest.approx(1e9)


@pytest.mark.parametrize(("thickness", "layers"), [(0.6e-9, 1), (1e-9, 1), (2e-9, 2), (2.4e-9, 2), (2.6e-9, 3)])
def test_the_interphase_is_as_thick_as_asked(thickness: float, layers: int) -> None:
    one = Interphase(thickness, "polymer", "ceramic", energy=GAS_CONSTANT * 300.0)
    lattice = composite_lattice(slab(), MOVES, 300.0, interphases=[one], periodic=(False, True, True))
    line = lattice.weight[:, 0, 0] * lattice.concentration
    np.testing.assert_allclose(line[6 : 6 + layers], 1000.0 / np.e)
    np.testing.assert_allclose(line[6 + layers :], 1000.0)
    np.testing.assert_allclose(line[:6], 20e3)


def test_the_interphase_reaches_round_a_periodic_lattice() -> None:
    one = Interphase(1e-9, "polymer", "ceramic", rate_factor=0.5)
    rates = composite_lattice(slab(), MOVES, 300.0, interphases=[one]).hop_rates(1)[0][:, 0, 0]
    np.testing.assert_allclose(rates[[6, 11]], 0.5e9)
    np.testing.assert_allclose(rates[7:11], 1e9)


def test_the_first_of_two_interphases_holds() -> None:
    two = [Interphase(1e-9, "polymer", "ceramic", rate_factor=3.0), Interphase(2e-9, "polymer", "ceramic", 0.5)]
    rates = composite_lattice(slab(), MOVES, 300.0, interphases=two).hop_rates(1)[0][6:9, 0, 0]
    np.testing.assert_allclose(rates, [3e9, 0.5e9, 1e9])


def test_an_interface_resistance_is_in_series_with_two_half_voxels() -> None:
    lattice = composite_lattice(slab(), MOVES, 300.0, {("ceramic", "polymer"): 1e-7})
    sigma = [nernst_einstein_conductivity(rate * 1e-18, c, 300.0) for rate, c in ((1e9, 1000.0), (2e11, 20e3))]
    area_resistance = 0.5e-9 / sigma[0] + 1e-7 + 0.5e-9 / sigma[1]
    conductance = lattice.nernst_einstein * 1e-27 * lattice.exchange[0][5, 0, 0]  # of one face, S
    assert conductance == pytest.approx(1e-18 / area_resistance, rel=1e-12, abs=0)
    closed = composite_lattice(slab(), MOVES, 300.0, {("ceramic", "polymer"): float("inf")})
    assert percolates(closed) == (False, True, True)


def test_explicit_bonds_renew_in_the_polymer_only() -> None:
    soft = Hopping(1e9, 1e-9, 1000.0, open_fraction=0.3, renewal=1e7)
    slow = [Interphase(1e-9, "polymer", "ceramic", renewal_factor=0.1)]
    moves = {"polymer": soft, "ceramic": MOVES["ceramic"]}
    lattice = composite_lattice(slab(), moves, 300.0, None, slow, (False, True, True), explicit_bonds=True)
    assert lattice.open_fraction is not None
    assert lattice.renewal is not None
    np.testing.assert_allclose(lattice.open_fraction[0][4:8, 0, 0], [1.0, 0.3, 0.3, 0.3])
    np.testing.assert_allclose(lattice.renewal[0][4:9, 0, 0], [0.0, 1e6, 1e6, 1e7, 1e7])
    np.testing.assert_allclose(lattice.hop_rates(1)[0][[0, -1], 0, 0], [2e11, 1e9])
    still = composite_lattice(slab(), MOVES, 300.0, explicit_bonds=True)
    assert not still.renews


def test_large_voxels_have_the_diffusivity_of_renewing_bonds() -> None:
    soft = Hopping(1e9, 3e-10, 1000.0, open_fraction=0.3, renewal=1e7)
    expected = dynamic_bond_diffusivity(0.0, 1e7, 0.3, 1e9, 3e-10, renewal="apart").real
    assert soft.diffusivity == pytest.approx(float(expected))
    with pytest.warns(UserWarning, match=r"0\.3 open, renewed at 0\.01 of the hop rate: the diffusivity is too low"):
        lattice = composite_lattice(slab(), {"polymer": soft, "ceramic": None}, 300.0)
    assert lattice.hop_rates(1)[0][-1, 0, 0] == pytest.approx(soft.diffusivity / 1e-18)
    assert lattice.weight[0].max() == 0.0


def test_caution_is_for_slow_renewal_of_few_bonds_only() -> None:
    """Tests turn warnings into errors, so the lattice of the quick one is made without."""
    slow, frozen = (Hopping(1e9, 1e-9, 1000.0, 0.3, renewal) for renewal in (1e7, 0.0))
    assert slow.caution
    assert frozen.caution
    quick = Hopping(1e9, 1e-9, 1000.0, 0.3, 1e8)
    for one in (quick, Hopping(1e9, 1e-9, 1000.0, 0.4, 1e6), MOVES["polymer"]):
        assert not one.caution
    composite_lattice(slab(), {"polymer": quick, "ceramic": None}, 300.0)
    composite_lattice(slab(), {"polymer": slow, "ceramic": None}, 300.0, explicit_bonds=True)
    layer = [Interphase(1e-9, "polymer", "ceramic", renewal_factor=0.1)]
    with pytest.warns(UserWarning, match="renewed at 0.01 of the hop rate"):
        composite_lattice(slab(), {"polymer": quick, "ceramic": None}, 300.0, interphases=layer)


def test_hopping_of_a_conductivity() -> None:
    move = Hopping.of_conductivity(1e-2, 5e3, 300.0, hop_length=4e-10)
    assert nernst_einstein_conductivity(move.diffusivity, 5e3, 300.0) == pytest.approx(1e-2)


def test_a_plane_becomes_one_layer() -> None:
    plane = Volume(np.array([[0, 1], [0, 1]]), 1e-9, {0: "polymer", 1: "ceramic"})
    lattice = composite_lattice(plane, MOVES, 300.0)
    assert lattice.shape == (2, 2, 1)
    assert lattice.periodic == (True, True, False)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"hopping": {"polymer": MOVES["polymer"]}}, "hopping: got \"nothing for 'ceramic'\""),
        ({"hopping": MOVES | {"ceramics": None}}, "Did you mean 'ceramic'?"),
        ({"hopping": {"polymer": None, "ceramic": None}}, "hopping: got 'no phase with sites'"),
        ({"interface_resistance": {("polymer", "polymer"): 1.0}}, "pairs of two different phases"),
        ({"interface_resistance": {("polymer", "ceramik"): 1.0}}, "Did you mean 'ceramic'?"),
        ({"interface_resistance": {("polymer", "ceramic"): -1.0}}, "interface_resistance: got -1.0"),
        ({"interphases": [Interphase(1e-9, "polymer", "glass")]}, "interphase.near: got 'glass'"),
        ({"interphases": [Interphase(0.4e-9, "polymer", "ceramic")]}, "allowed: more than half a voxel, 5e-10 m"),
        ({"interphases": [Interphase(1e-9, "polymer", "ceramic", energy=1e6)]}, "at most 100 R T either way"),
        ({"interphases": ["slow"]}, "interphases: got 'slow'; allowed: Interphase objects"),
        ({"hopping": {"polymer": 1e-3, "ceramic": None}}, "Hopping.of_conductivity(...) makes one from S/m"),
        ({"hopping": None}, "a mapping of phase names"),
        ({"interface_resistance": 1e-3}, "a mapping of pairs of phases"),
        ({"interface_resistance": {("polymer", "ceramic"): "1 ohm"}}, "interface_resistance: got '1 ohm'"),
        ({"temperature": 0.0}, "temperature: got 0.0; allowed: a finite number above 0"),
        ({"periodic": True}, "periodic: got True; allowed: three booleans"),
        ({"hopping": MOVES | {"polymer": None}, "interphases": LAYERS}, "a phase in which the ion has sites"),
        (
            {"hopping": MOVES | {"polymer": Hopping(1.0, 3e-10, 1.0)}, "explicit_bonds": True},
            "voxels of the length of a hop",
        ),
        ({"volume": Volume(np.zeros((2, 2, 2), int), (1e-9, 1e-9, 2e-9), {0: "polymer"})}, "a Volume of cubic voxels"),
    ],
)
def test_composites_refuse_what_they_cannot_make(change: dict[str, Any], message: str) -> None:
    given = {"volume": slab(), "hopping": MOVES, "temperature": 300.0} | change
    with pytest.raises(InvalidInput, match=re.escape(message)):
        composite_lattice(**given)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Hopping(-1.0, 3e-10, 1.0), "hop_rate: got -1.0"),
        (lambda: Hopping(1.0, 0.0, 1.0), "hop_length: got 0.0; allowed: a finite number above 0"),
        (lambda: Hopping(1.0, 3e-10, 1.0, open_fraction=2.0), "open_fraction: got 2.0"),
        (lambda: Interphase(0.0, "a", "b"), "thickness: got 0.0"),
        (lambda: Interphase(1e-9, "a", "b", energy="1 eV"), "energy: got '1 eV'"),  # type: ignore[arg-type]
        (lambda: Hopping.of_conductivity(1e-3, 0.0, 300.0), "concentration: got 0.0"),
        (lambda: Hopping.of_conductivity(1e-3, 1e3, 0.0), "temperature: got 0.0"),
        (lambda: Hopping.of_conductivity(1e-3, 1e3, 300.0, 0.0), "hop_length: got 0.0"),
        (lambda: Interphase(1e-9, "a", "b", energy=float("inf")), "energy: got inf"),
        (lambda: Interphase(1e-9, "a", "a"), "near: got 'a'; allowed: another phase"),
    ],
)
def test_bad_numbers_are_refused(make: Any, message: str) -> None:
    with pytest.raises(InvalidInput, match=re.escape(message)):
        make()
