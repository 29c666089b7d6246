"""Charge balance on voxels: exact cells, ten decades and more of exchange current, conservation, parts and symmetry."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from lisse import theory
from lisse.errors import InvalidInput, SolveFailed
from lisse.models.resolved import charge_newton
from lisse.models.resolved.charge import ChargeBalance, equilibrium_potential
from lisse.numerics.conduction import FaceOperator, face_conductances
from lisse.units import FARADAY, GAS_CONSTANT
from resolved_charge_cases import area_of, between_planes, charge_faces, polycrystal

H = 0.5e-6
THERMAL = GAS_CONSTANT * 298.15 / FARADAY


@pytest.mark.parametrize("i0", [10.0, 1e-9])
@pytest.mark.parametrize("current", [1.0, -1e4])
@pytest.mark.parametrize("anodic", [0.5, 0.3])
def test_flat_cell_with_grain_boundary_and_films(i0: float, current: float, anodic: float) -> None:
    """Voltage to 1e-11: bulk, one boundary, two films and the overpotentials of plating and stripping."""
    shape, film, boundary = (12, 8), 2e-3, 1e-3
    grains = np.ones(shape, dtype=int)
    grains[5:] = 2
    balance, faces = between_planes(
        np.full(shape, 0.05), H, boundary, grains, film=film, exchange=i0, anodic=(anodic, anodic)
    )
    found = balance.solve(faces, current * area_of(shape, H), tolerance=1e-12)
    kinetic = [theory.overpotential(sign * current, i0, 298.15, anodic) for sign in (1, -1)]
    expected = current * (12 * H / 0.05 + boundary + 2 * film) + kinetic[0] - kinetic[1]
    assert found.voltage == pytest.approx(expected, rel=1e-11)
    assert math.copysign(1.0, found.voltage) == math.copysign(1.0, current)
    assert found.converged
    assert found.iterations <= 4
    assert found.current_density == pytest.approx(np.where(faces.electrode == 0, current, -current), rel=1e-10)


def test_layered_conduction_without_interface_drops() -> None:
    layers = np.random.default_rng(0).uniform(0.01, 1.0, 20)
    shape = (20, 3, 4)
    balance, faces = between_planes(np.broadcast_to(layers[:, None, None], shape).copy(), H, film=0.0, exchange=np.inf)
    found = balance.solve(faces, area_of(shape, H))
    assert found.voltage == pytest.approx((H / layers).sum(), rel=1e-12)
    depth = np.cumsum(H / layers) - 0.5 * H / layers  # the working metal lies at -voltage
    assert found.potential[:, 1, 2] == pytest.approx(depth - found.voltage, rel=1e-11)


def test_checkerboard_of_contrast_two_converges_at_the_order_of_its_corners() -> None:
    """Exact sqrt(s1 s2); error of order 2 lambda = 1.57, lambda = (4/pi) atan sqrt(1/2), electrodes at mid-block."""
    errors = []
    for n in (16, 32, 64):
        x, y = np.meshgrid(np.arange(n), np.arange(n), indexing="ij")
        odd = ((x + n // 4) // (n // 2) + y // (n // 2)) % 2
        balance, faces = between_planes(np.where(odd, 2.0, 1.0), 1.0, film=0.0, exchange=np.inf)
        errors.append(abs(n / n / balance.solve(faces, 1.0).voltage / math.sqrt(2.0) - 1.0))
    orders = np.log2(np.divide(errors[:-1], errors[1:]))
    assert errors[0] == pytest.approx(4.5e-3, rel=0.1)
    assert orders == pytest.approx(8.0 / math.pi * math.atan(math.sqrt(0.5)), abs=0.15)


def test_contact_on_strips_has_the_spreading_resistance_of_strips() -> None:
    """-ln sin(pi a/2b)/(pi sigma) per electrode for contact of half-width a in a period 2b; first order at edges."""
    errors = []
    for n in (32, 64, 128):
        contact = np.where(np.arange(2 * n) % n < n // 4, 1.0, 0.0)
        balance, faces = between_planes(np.ones((2 * n, n)), 1.0 / n, film=0.0, exchange=np.inf, contact=contact)
        found = balance.solve(faces, 1.0)
        errors.append(found.voltage - 2.0 + 2.0 * math.log(math.sin(math.pi / 8.0)) / math.pi)
    assert abs(2.0 * errors[-1] - errors[-2]) < 1e-3
    assert abs(errors[-1]) < 0.03 * 0.61  # of the spreading resistance of both
    assert np.log2(np.divide(errors[:-1], errors[1:])) == pytest.approx(1.0, abs=0.15)


@pytest.mark.parametrize("film", [0.0, 1e-5, 2e-3])
def test_fourteen_decades_of_exchange_current_between_faces_take_six_iterations(film: float) -> None:
    """i0 1e-9 to 1e5 A/m2 face by face, 1e-2 to 1e4 A/m2 through the cell; charge to 1e-10 of the current.

    Rarely more, up to ten, where 30 % of pores leave faces behind necks of single voxels.
    """
    counts = []
    for seed in range(25):
        random = np.random.default_rng(seed)
        sigma = polycrystal((32, 40), seed, pores=random.choice([0.0, 0.03, 0.3]))
        balance, faces = between_planes(sigma, H, film=film)
        faces = dataclasses.replace(faces, exchange=10.0 ** random.uniform(-9, 5, faces.count))
        current = 10.0 ** random.uniform(-2, 4) * random.choice([-1, 1]) * area_of(sigma.shape, H)
        found = balance.solve(faces, current)
        assert found.converged
        assert found.residual <= 1e-9
        assert found.electrode_current == pytest.approx([current, -current], rel=1e-10)
        counts.append(found.iterations)
        assert found.iterations <= (6 if (sigma > 0.0).mean() > 0.9 else 10)
    assert np.quantile(counts, 0.9) <= 6


def test_every_voxel_and_every_face_is_in_balance() -> None:
    sigma = polycrystal((40, 30), 3, pores=0.2)
    balance, faces = between_planes(sigma, H)
    random = np.random.default_rng(4)
    faces = dataclasses.replace(faces, contact=random.uniform(0.05, 1.0, faces.count))
    current = 30.0 * area_of(sigma.shape, H)
    found = balance.solve(faces, current)
    between = face_conductances(sigma, (H, H), periodic=(False, True))
    inside = ~np.isnan(found.potential)
    leaving = FaceOperator(between, np.zeros(sigma.shape)).apply(np.where(inside, found.potential, 0.0))
    leaving += np.bincount(faces.cell, faces.area * found.current_density, sigma.size).reshape(sigma.shape)
    assert np.abs(leaving[inside]).max() < 1e-9 * current
    metal = np.where(faces.electrode == 0, -found.voltage, 0.0)
    driving = found.potential.reshape(-1)[faces.cell] - metal
    met = ~np.isnan(driving)
    assert faces.drop(found.current_density)[met] == pytest.approx(driving[met], rel=1e-9, abs=1e-12)
    assert found.slope == pytest.approx(1.0 / faces.slope(found.current_density))


@pytest.mark.parametrize(("exchange", "current"), [(1e-12, 100.0), (1e-12, 1e-2)])
def test_most_faces_blocked_by_their_kinetics(exchange: float, current: float) -> None:
    sigma = polycrystal((48, 48), 5)
    balance, faces = between_planes(sigma, H)
    blocked = np.random.default_rng(6).random(faces.count) < 0.7
    faces = dataclasses.replace(faces, exchange=np.where(blocked, exchange, 10.0))
    found = balance.solve(faces, current * area_of(sigma.shape, H))
    assert found.iterations <= 4
    share = np.abs(found.current_density[blocked]).sum() / np.abs(found.current_density).sum()
    assert share < 1e-9 if current < 1.0 else share < 0.1


def test_pressure_under_a_current_and_at_rest() -> None:
    sigma = np.full((10, 6), 0.05)
    balance, faces = between_planes(sigma, H, film=0.0)
    v = 13.0e-6 / FARADAY
    for place, sign in ((0, 1.0), (1, -1.0)):
        squeezed = np.where(faces.electrode == place, 100e6, 0.0)
        found = balance.solve(dataclasses.replace(faces, shift=equilibrium_potential(squeezed, v)), 0.0)
        assert found.voltage == pytest.approx(sign * v * 100e6, rel=1e-9)  # as the lumped model: harder to plate
        assert np.abs(found.current_density).max() < 1e-9
    uneven = np.where(np.arange(faces.count) == 2, 200e6, 0.0)
    found = balance.solve(dataclasses.replace(faces, shift=equilibrium_potential(uneven, v)), 0.0)
    assert found.converged
    assert found.current_density[2] < 0.0  # the squeezed spot dissolves and plates beside
    assert found.electrode_current == pytest.approx([0.0, 0.0], abs=1e-10 * abs(found.current_density[2]) * H)


def test_full_cell_at_rest_has_its_open_circuit_voltage_and_a_held_voltage_gives_the_current_back() -> None:
    sigma = polycrystal((24, 20), 7)
    balance, faces = between_planes(sigma, H)
    ocv = np.where(faces.electrode == 1, 3.8, 0.0)
    faces = dataclasses.replace(faces, shift=ocv, exchange=np.where(faces.electrode == 1, np.inf, 2.0))
    assert balance.solve(faces, 0.0).voltage == pytest.approx(3.8, rel=1e-12)
    for current in (1e-3, -20.0, 3e3):
        given = current * area_of(sigma.shape, H)
        found = balance.solve(faces, given)
        held = balance.solve_at(faces, found.voltage)
        assert held.converged
        assert held.voltage == found.voltage
        assert held.electrode_current == pytest.approx([given, -given], rel=1e-7)
        again = balance.solve_at(faces, found.voltage, start=held)
        assert again.electrode_current == pytest.approx(held.electrode_current, rel=1e-7)
        assert again.iterations <= 2


def test_islands_are_left_out_and_a_part_at_one_metal_carries_no_net_current() -> None:
    sigma = np.full((12, 12), 0.05)
    sigma[0:5, 3] = sigma[0:5, 7] = sigma[4, 3:8] = 0.0  # a pocket of 4 x 3 voxels open to the working metal only
    sigma[8, 9], sigma[7, 9], sigma[9, 9], sigma[8, 8], sigma[8, 10] = 0.05, 0.0, 0.0, 0.0, 0.0
    balance, faces = between_planes(sigma, H)
    pocket = (faces.electrode == 0) & (faces.cell % 12 > 3) & (faces.cell % 12 < 7)
    shift = np.where(pocket, [0.0, 0.0, 0.0, 0.0, 0.01, 0.0, *([0.0] * (faces.count - 6))], 0.0)
    found = balance.solve(dataclasses.replace(faces, shift=shift), 20.0 * area_of(sigma.shape, H))
    assert pocket.sum() == 3
    assert np.isnan(found.potential[8, 9])
    assert np.isnan(found.potential[sigma == 0.0]).all()
    assert np.isfinite(found.potential[sigma > 0.0]).sum() == (sigma > 0.0).sum() - 1
    assert abs(found.current_density[pocket].sum()) < 1e-9 * np.abs(found.current_density[pocket]).max()
    assert np.abs(found.current_density[pocket]).max() > 1e-3  # the shift drives a current around in it
    even = balance.solve(faces, 20.0 * area_of(sigma.shape, H))
    assert np.abs(even.current_density[pocket]).max() < 1e-9
    assert found.electrode_current[0] == pytest.approx(-found.electrode_current[1], rel=1e-10)


def test_what_does_not_percolate_or_has_no_contact_is_named() -> None:
    sigma = np.full((8, 8), 0.05)
    balance, faces = between_planes(sigma, H)
    with pytest.raises(SolveFailed, match="counter electrode"):
        balance.solve(dataclasses.replace(faces, contact=np.where(faces.electrode == 1, 0.0, 1.0)), 1e-6)
    sigma[4] = 0.0
    balance, faces = between_planes(sigma, H)
    with pytest.raises(SolveFailed, match="does not percolate"):
        balance.solve(faces, 1e-6)
    with pytest.raises(SolveFailed, match="does not percolate"):
        balance.solve_at(faces, 0.1)


def test_bad_input_is_named() -> None:
    balance, faces = between_planes(np.full((4, 4), 0.05), H)
    with pytest.raises(InvalidInput, match="current"):
        balance.solve(faces, math.nan)
    with pytest.raises(InvalidInput, match="voltage"):
        balance.solve_at(faces, math.inf)
    with pytest.raises(InvalidInput, match="cell"):
        balance.solve(dataclasses.replace(faces, cell=faces.cell + 10), 1e-6)
    with pytest.raises(InvalidInput, match="spacing"):
        ChargeBalance((np.ones((3, 3)),) * 2, 0.0)
    with pytest.raises(InvalidInput, match="axis 1"):
        ChargeBalance((np.zeros((3, 3)), np.full((3, 3), np.nan)), H)
    with pytest.raises(InvalidInput, match="shape"):
        balance.update((np.zeros((3, 3)),) * 2)


def test_mirror_and_shift_of_the_cell_do_the_same_to_the_answer() -> None:
    sigma = polycrystal((30, 24), 8, pores=0.1)
    current = 50.0 * area_of(sigma.shape, H)
    balance, faces = between_planes(sigma, H)
    found = balance.solve(faces, current)
    balance, faces = between_planes(sigma[::-1].copy(), H)
    turned = balance.solve(faces, -current)
    assert turned.voltage == pytest.approx(-found.voltage, rel=1e-10)
    assert turned.potential[::-1] == pytest.approx(found.potential + found.voltage, rel=1e-8, nan_ok=True)
    balance, faces = between_planes(np.roll(sigma, 5, axis=1), H)
    rolled = balance.solve(faces, current)
    assert rolled.voltage == pytest.approx(found.voltage, rel=1e-11)
    assert rolled.potential == pytest.approx(np.roll(found.potential, 5, axis=1), rel=1e-9, nan_ok=True)


def test_space_repeats_the_plane() -> None:
    sigma = polycrystal((16, 12), 9)
    plane, faces = between_planes(sigma, H)
    flat = plane.solve(faces, 40.0 * area_of(sigma.shape, H))
    deep = np.repeat(sigma[..., None], 5, axis=2)
    space, faces = between_planes(deep, H)
    found = space.solve(faces, 40.0 * area_of(deep.shape, H))
    assert found.voltage == pytest.approx(flat.voltage, rel=1e-9)
    assert found.potential[..., 3] == pytest.approx(flat.potential, rel=1e-7, nan_ok=True)
    assert found.electrode_current.sum() == pytest.approx(0.0, abs=1e-10 * found.electrode_current[0])


def test_kept_work_does_not_change_the_answer() -> None:
    """Damage, other faces and a start: the same as a balance made anew."""
    sigma = polycrystal((40, 32), 10)
    between = face_conductances(sigma, (H, H), periodic=(False, True))
    balance, faces = ChargeBalance(between, H), charge_faces(sigma, H)
    current = 20.0 * area_of(sigma.shape, H)
    before = balance.solve(faces, current)
    damage = np.zeros(sigma.shape)
    damage[3:20, 7] = 1.0
    left = [np.maximum((1.0 - np.maximum(damage, np.roll(damage, -1, axis))) ** 2, 1e-6) for axis in (0, 1)]
    cracked = [face * share for face, share in zip(between, left, strict=True)]
    lost = faces.chosen(faces.cell != faces.cell[2])
    balance.update(cracked)
    kept = balance.solve(lost, 1.1 * current, start=before)
    fresh = ChargeBalance(cracked, H).solve(lost, 1.1 * current)
    assert kept.voltage == pytest.approx(fresh.voltage, rel=1e-9)
    assert kept.current_density == pytest.approx(fresh.current_density, rel=1e-7)
    assert kept.voltage > 1.1 * before.voltage
    assert kept.iterations <= 4


@pytest.mark.parametrize("kinetics", ["butler-volmer", "tafel"])
@pytest.mark.parametrize("held", [False, True])
def test_the_safeguard_alone_comes_to_the_same_balance(
    kinetics: str, held: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    sigma = polycrystal((20, 20), 11)
    balance, faces = between_planes(sigma, H, film=0.0, kinetics=(kinetics, kinetics), anodic=(0.3, 0.5))
    faces = dataclasses.replace(faces, exchange=10.0 ** np.random.default_rng(12).uniform(-6, 3, faces.count))
    current = 300.0 * area_of(sigma.shape, H)
    found = balance.solve(faces, current)
    monkeypatch.setattr(charge_newton, "PLAIN", 0)
    again = balance.solve_at(faces, found.voltage) if held else balance.solve(faces, current)
    assert again.converged
    assert again.voltage == pytest.approx(found.voltage, rel=1e-9)
    assert again.current_density == pytest.approx(found.current_density, rel=1e-6, abs=1e-6)


def test_an_iteration_cut_short_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    sigma = polycrystal((20, 20), 11)
    balance, faces = between_planes(sigma, H)
    faces = dataclasses.replace(faces, exchange=10.0 ** np.random.default_rng(12).uniform(-9, 5, faces.count))
    monkeypatch.setattr(charge_newton, "_MOST", 1)
    found = balance.solve(faces, 100.0 * area_of(sigma.shape, H))
    assert not found.converged
    assert "no balance after 1 iterations" in found.message
    assert np.isfinite(found.potential[sigma > 0.0]).any()
