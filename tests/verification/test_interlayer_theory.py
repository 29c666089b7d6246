"""Closed forms of a layer between metal and electrolyte against their limits and against second routes."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lisse import theory
from lisse.errors import InvalidInput
from lisse.theory.interlayer import _surface_tractions
from lisse.units import FARADAY

D, C, L = 1e-15, 7e4, 1e-6
SOLIDS = (60e9, 0.26, 3.4e9, 0.42, 0.1, 0.5)


def test_young_and_dupre() -> None:
    assert theory.contact_angle_from_adhesion(0.5, 0.5) == pytest.approx(math.pi / 2)
    assert theory.contact_angle_from_adhesion([0.25, 1.0, 3.0], 0.5) == pytest.approx([2 * math.pi / 3, 0.0, 0.0])


def test_a_layer_lets_the_steady_current_through_for_good() -> None:
    steady = FARADAY * D * C / L
    assert theory.interlayer_limited_current(D, C, L) == pytest.approx(steady)
    assert theory.interlayer_depletion_time(0.999 * steady, D, C, L) == math.inf
    assert math.isfinite(theory.interlayer_depletion_time(1.001 * steady, D, C, L))


@pytest.mark.parametrize("over", [30.0, 100.0])
def test_a_large_current_empties_the_face_at_sands_time(over: float) -> None:
    j = over * FARADAY * D * C / L
    sand = math.pi * D * (FARADAY * C / (2.0 * j)) ** 2
    assert theory.interlayer_depletion_time(j, D, C, L) == pytest.approx(sand, rel=1e-10)


def test_time_and_current_are_inverse() -> None:
    currents = FARADAY * D * C / L * np.array([1.01, 1.5, 3.0, 4.4, 4.5, 4.6, 20.0])
    times = theory.interlayer_depletion_time(currents, D, C, L)
    assert theory.interlayer_limited_current(D, C, L, times) == pytest.approx(currents, rel=1e-9)
    assert theory.interlayer_limited_current(D, C, L, charge=currents * times) == pytest.approx(currents, rel=1e-9)
    assert theory.interlayer_limited_current(D, C, L, 0.0) == math.inf
    both = theory.interlayer_limited_current(D, C, L, times[0], currents[2] * times[2])
    assert both == pytest.approx(currents[2], rel=1e-9)  # what ends first


def test_depletion_against_finite_differences() -> None:
    j, n = 2.0 * FARADAY * D * C / L, 400
    dx = L / n
    y = np.ones(n + 1)  # face at 0, metal at n
    dt, time = 0.4 * dx**2 / D, 0.0
    taken = j * dx / (FARADAY * D * C)
    while y[0] > 0.0:
        before = y[0]
        new = y.copy()
        new[1:-1] += D * dt / dx**2 * (y[2:] - 2.0 * y[1:-1] + y[:-2])
        new[0] += 2.0 * D * dt / dx**2 * (y[1] - y[0] - taken)
        y, time = new, time + dt
    time -= dt * y[0] / (y[0] - before)
    assert theory.interlayer_depletion_time(j, D, C, L) == pytest.approx(time, rel=1e-4)


@pytest.mark.parametrize("convention", ["published", "thermodynamic"])
def test_a_layer_of_the_electrolyte_itself_is_no_layer(convention: str) -> None:
    k = np.array([1e5, 1e7, 1e9])
    layered = theory.interlayer_stability(k, 1e-7, SOLIDS[0], SOLIDS[1], *SOLIDS, convention=convention)
    bare = theory.interface_stability(k, *SOLIDS, convention=convention)
    for part in ("hydrostatic", "deviatoric", "surface"):
        assert getattr(layered, part) == pytest.approx(getattr(bare, part), rel=1e-9)


@pytest.mark.parametrize(("shear", "nu"), [(1e6, 0.45), (3e11, 0.2), (1e9, 0.5)])
def test_short_waves_feel_the_layer_alone(shear: float, nu: float) -> None:
    layered = theory.interlayer_stability(1e8, 1e-6, shear, nu, *SOLIDS)
    alone = theory.interface_stability(1e8, shear, nu, *SOLIDS[2:])
    assert layered.hydrostatic == pytest.approx(alone.hydrostatic, rel=1e-9)
    assert layered.deviatoric == pytest.approx(alone.deviatoric, rel=1e-9)


def test_long_waves_push_against_the_electrolyte() -> None:
    one = np.ones(1)
    thin = _surface_tractions(1e-9 * one, 0.01 * one, 0.45 * one, 17.0 * one, 0.26 * one)
    none = _surface_tractions(1e-9 * one, 17.0 * one, 0.26 * one, 17.0 * one, 0.26 * one)
    assert thin == pytest.approx(none, rel=1e-5)


@pytest.mark.parametrize("kh", [1e-3, 0.3, 3.0, 300.0])
def test_the_answer_to_displacements_is_reciprocal(kh: float) -> None:
    one = np.ones(1)
    tractions = _surface_tractions(kh * one, 0.3 * one, 0.45 * one, 17.0 * one, 0.26 * one)[0]
    assert tractions[0, 1] == pytest.approx(tractions[1, 0], rel=1e-8)
    assert -tractions[1, 1] > 0.0


def test_the_layer_turns_the_verdict_between_both() -> None:
    """Soft polymer on garnet: waves longer than h times the ratio of the moduli are held by the garnet."""
    signs = [
        theory.interlayer_stability(k, 1e-6, 1e7, 0.45, *SOLIDS, convention="thermodynamic").stable
        for k in (1e1, 1e3, 1e5, 1e7)
    ]
    assert signs == [True, True, False, False]


def test_impossible_numbers_are_refused() -> None:
    with pytest.raises(InvalidInput, match="thickness"):
        theory.interlayer_stability(1e8, 0.0, 1e6, 0.45, *SOLIDS)
    with pytest.raises(InvalidInput, match="broadcast"):
        theory.interlayer_stability([1e8, 1e7], [1e-6] * 3, 1e6, 0.45, *SOLIDS)
    with pytest.raises(InvalidInput, match="diffusivity"):
        theory.interlayer_limited_current(-1.0, C, L)
    with pytest.raises(InvalidInput, match="work_of_adhesion"):
        theory.contact_angle_from_adhesion(0.0, 0.5)
