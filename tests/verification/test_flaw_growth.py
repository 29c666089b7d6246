"""Flaws: the exact relaxation, the pressure that stops plating, and growth whose speed is set by supply."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from cells import llzo_case
from lisse import theory
from lisse.models.base import cell_numbers
from lisse.models.charge_transfer import charge_transfer
from lisse.models.flaws import FlawLaw, flaw_law
from lisse.models.lumped.flaw_path import Mouth, follow_flaws
from lisse.units import FARADAY

V = 13.0e-6


@pytest.fixture(scope="module")
def law() -> FlawLaw:
    cell = llzo_case().cell
    numbers = cell_numbers(cell)
    resistance = charge_transfer(cell.interface, numbers.temperature).small_signal_resistance
    found = flaw_law(cell, numbers, resistance, 4, None)
    assert found is not None
    return found


def mouth(plating: float, drop: float) -> Mouth:
    return lambda time: (np.full(len(time), plating), np.full(len(time), drop), 0.0)


def test_relaxation_is_the_solution_of_the_linear_equation(law: FlawLaw) -> None:
    depth, start = np.full(4, 1.1), np.array([0.0, 0.1, 0.2, 0.3])
    drive = np.array([[0.3, 0.25, 0.2, 0.1], [0.5, 0.2, 0.3, 0.15]])

    def rates(t: float, v: np.ndarray) -> np.ndarray:
        u = drive[0] + (drive[1] - drive[0]) * t / 7.0
        return law.supply * depth * (u - v / depth**2)

    exact = law.relax(start, depth, np.array([0.0, 7.0]), drive)[-1]
    numeric = solve_ivp(rates, (0, 7.0), start, method="LSODA", rtol=1e-10, atol=1e-12).y[:, -1]
    assert exact == pytest.approx(numeric, rel=1e-7)


def test_relaxation_does_not_depend_on_how_time_is_cut(law: FlawLaw) -> None:
    depth, start = np.ones(4), np.zeros(4)
    drive = np.linspace(0.1, 0.6, 2)[:, np.newaxis] * np.ones(4)
    fine = np.linspace(0.1, 0.6, 41)[:, np.newaxis] * np.ones(4)
    once = law.relax(start, depth, np.array([0.0, 20.0]), drive)[-1]
    often = law.relax(start, depth, np.linspace(0, 20, 41), fine)[-1]
    assert once == pytest.approx(often, rel=1e-12)


def test_the_peak_between_two_times_is_that_of_a_fine_cut(law: FlawLaw) -> None:
    """Filling against a falling drive: the largest value lies in between, where no time is recorded."""
    depth, start = np.full(4, 1.2), np.array([0.0, 0.1, 0.3, 0.6])
    drive = np.array([[0.7] * 4, [0.2] * 4])
    ends = np.array([0.0, 60.0])
    peak = law.peak(law.relax(start, depth, ends, drive), depth, ends, drive)
    share = np.linspace(0.0, 1.0, 20001)[:, np.newaxis]
    fine = law.relax(start, depth, 60.0 * share[:, 0], drive[0] + share * (drive[1] - drive[0]))
    assert peak[0] == pytest.approx(fine.max(axis=0), rel=1e-6)
    assert (peak[0] > np.maximum(start, fine[-1])).any()


def test_plating_stops_at_the_pressure_of_the_overpotential(law: FlawLaw) -> None:
    """V p/F = E is a result of the balance: the filling settles at the pressure of theory.plating_pressure."""
    drop = 0.4 * law.pressure_drop.min()
    path = follow_flaws(law, np.array([0.0, 1e5]), mouth(1e-9, drop), np.zeros(4), np.ones(4), 3e-4, 1e-6)
    expected = theory.plating_pressure(overpotential=drop, molar_volume=V)
    assert law.pressure(path.filling[-1], path.depth[-1]) == pytest.approx(expected, rel=1e-6)


def test_a_stripped_flaw_runs_empty_and_not_below(law: FlawLaw) -> None:
    path = follow_flaws(law, np.linspace(0, 1e4, 30), mouth(-5.0, -2e-3), np.full(4, 0.5), np.ones(4), 3e-4, 1e-6)
    assert (path.filling >= 0).all()
    assert path.filling[-1] == pytest.approx(np.zeros(4), abs=1e-12)
    assert (path.depth == 1.0).all()


def grown(law: FlawLaw) -> tuple[np.ndarray, object]:
    drop = 1.6 * float(law.pressure_drop[0])
    time = np.linspace(0.0, 4e3, 3)
    return drop, follow_flaws(law, time, mouth(1e-9, drop), np.zeros(4), np.ones(4), 3e-4, 1e-8)


def test_a_growing_flaw_keeps_k_at_the_toughness_and_spans_the_electrolyte(law: FlawLaw) -> None:
    _, path = grown(law)
    longest = path.depth[:, 0] > 1.01
    assert law.intensity(path.filling[longest, 0], path.depth[longest, 0]) == pytest.approx(1.0, abs=0.02)
    assert path.short is not None
    assert path.depth[-1, 0] * law.initial_depth[0] == pytest.approx(3e-4, rel=1e-4)
    assert (np.diff(path.depth, axis=0) >= 0).all()


def test_growth_speed_is_set_by_the_supply_of_lithium(law: FlawLaw) -> None:
    """ds/dt = (V/F) I_crack/(dA/ds at K = K_IC), from scratch in unscaled quantities."""
    drop, path = grown(law)
    depth = path.depth[:, 0] * law.initial_depth[0]
    middle = np.searchsorted(depth, 1.5e-4)
    speed = (depth[middle + 1] - depth[middle - 1]) / (path.time[middle + 1] - path.time[middle - 1])
    s = depth[middle]
    cell = llzo_case().cell
    numbers = cell_numbers(cell)
    resistance = charge_transfer(cell.interface, numbers.temperature).small_signal_resistance
    toughness, modulus, ratio = numbers.fracture_toughness, numbers.youngs_modulus, numbers.poisson_ratio
    geometry = 1.1215222
    pressure = toughness / (geometry * np.sqrt(np.pi * s))
    crack_current = 2 * s * (drop - V * pressure / FARADAY) / resistance
    area_slope = 1.5 * (1 - ratio**2) * geometry * np.sqrt(np.pi * s) * toughness / modulus
    assert speed == pytest.approx(V / FARADAY * crack_current / area_slope, rel=0.03)


def test_the_lithium_in_a_growing_flaw_is_the_charge_plated_in_it(law: FlawLaw) -> None:
    drop, path = grown(law)
    filling, depth = path.filling[:, 0], path.depth[:, 0]
    rate = law.supply[0] * depth * (drop / law.pressure_drop[0] - filling / depth**2)
    first = np.searchsorted(depth, 1.0001)
    plated = np.concatenate([[0.0], np.cumsum(np.diff(path.time) * 0.5 * (rate[1:] + rate[:-1]))])
    assert filling[-1] - filling[first] == pytest.approx(plated[-1] - plated[first], rel=2e-3)
