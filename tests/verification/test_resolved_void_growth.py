"""Voids in columns against a plain integration, closed forms, the critical stripping currents, and with the charge."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from cells import llzo_case
from lisse.models.base import cell_numbers
from lisse.models.contact import ContactLaw, contact_law
from lisse.models.resolved.voids import Voids
from resolved_charge_cases import area_of, between_planes

H = 1e-6
TRIAL = {
    "cell__interface__contact_angle": "90 deg",
    "cell__anode__material": {"material": "lithium", "override": {"surface_energy": "1e-9 J/m^2"}},
}


def law(**changes: object) -> ContactLaw:
    case = llzo_case(**changes)
    return contact_law(case.cell.interface, cell_numbers(case.cell))


@pytest.mark.parametrize("form", ["far-field", "contact-limited", "contact-pressure"])
@pytest.mark.parametrize("duration", [10.0, 300.0, 3000.0])
def test_every_form_follows_a_plain_integration(form: str, duration: float) -> None:
    """LSODA on the same balance at 80 degC and 8 MPa; error to 3e-7 of the height at lost contact."""

    def closed(_time: float, height: np.ndarray) -> float:
        return float(height[0])

    closed.terminal = True  # type: ignore[attr-defined]
    here = law(cell__interface__closure=form, cell__temperature="80 degC")
    j = np.array([-3.0, 0.0, 8.0, 20.0, 35.0, 60.0])
    found = Voids(here, H).advance(np.full(6, here.height(0.7)), j, 8e6, duration)
    for n, current in enumerate(j):
        start = [here.height(0.7)]
        plain = solve_ivp(
            lambda t, w, current=current: [here.balance(w[0], current, 8e6)],
            (0.0, duration),
            start,
            method="LSODA",
            rtol=1e-11,
            atol=1e-20,
            events=closed,
        )
        expected = 0.0 if plain.status == 1 else plain.y[0, -1]
        assert found.height[n] == pytest.approx(expected, abs=3e-7 * here.height(0.0))


def test_diffusional_closure_alone_is_a_straight_line_in_time() -> None:
    here = replace(law(), creep_coefficient=0.0)
    height, j, p = here.height(0.6), 4.0, 5e6
    speed = 4.0 * here.volume_per_charge - here.closure_velocity * p
    found = Voids(here, H).advance(np.array([height]), j, p, 500.0).height[0]
    assert found == pytest.approx(height + 500.0 * speed, rel=1e-12)
    until_closed = height / (here.closure_velocity * p)
    assert Voids(here, H).advance(np.array([height]), 0.0, p, 1.001 * until_closed).height[0] == 0.0
    left = Voids(here, H).advance(np.array([height]), 0.0, p, 0.999 * until_closed).height[0]
    assert left == pytest.approx(1e-3 * height, rel=1e-9)


@pytest.mark.parametrize(("pressure", "critical"), [(1e6, 0.66), (3e6, 2.0), (7e6, 8.9)])
def test_columns_lose_contact_above_the_critical_stripping_current_and_settle_below(
    pressure: float, critical: float
) -> None:
    """Far-field law, strength x3 (trial numbers: 0.066, 0.20, 0.89 mA/cm2 at 1, 3 and 7 MPa)."""
    here = law(**TRIAL)
    voids, share = Voids(here, H), np.array([0.96, 1.04])
    end = voids.advance(np.zeros(2), share * critical, pressure, 3e7)
    assert voids.lost(end.height, 0.05).tolist() == [False, True]
    lost = 3e7 if critical > 5.0 else 3e9  # weak closure settles slowly
    below = voids.advance(np.zeros(1), 0.96 * critical, pressure, lost)
    later = voids.advance(below.height, 0.96 * critical, pressure, lost)
    assert later.height == pytest.approx(below.height, rel=1e-6, abs=1e-15)


def test_current_moves_to_good_columns_as_voids_take_contact_away_from_poor_ones() -> None:
    """Charge and voids in turn, 1 mA/cm2 at 3 MPa: hot spots, a rising voltage, and loss within hours."""
    sigma, random = np.full((24, 48), 0.05), np.random.default_rng(1)
    here = replace(law(cell__interface__closure="contact-limited", **TRIAL), creep_coefficient=0.0)
    voids = Voids(here, H, closure=np.exp(0.5 * random.standard_normal(48)))
    current = 10.0 * area_of(sigma.shape, H)
    height, time, voltages, hottest, state = np.zeros(48), 0.0, [], 1.0, None
    stripped = np.full(48, 10.0)
    while time < 8000.0:
        balance, faces = between_planes(sigma, H)
        contact = np.concatenate([np.ones(48), voids.contact(height)])
        state = balance.solve(replace(faces, contact=contact), current, start=state)
        stripped = -state.current_density[48:]
        assert stripped.sum() * H == pytest.approx(current, rel=1e-10)
        voltages.append(state.voltage)
        hottest = max(hottest, stripped.max() / 10.0)
        if voids.lost(height, 0.05).mean() > 0.5:
            break
        step = min(voids.suggested_duration(height, stripped, 3e6), 200.0)
        height, time = voids.advance(height, stripped, 3e6, step).height, time + step
    assert 2000.0 < time < 5000.0
    assert voltages == sorted(voltages)
    assert voltages[-1] > 2.0 * voltages[0]
    assert 1.05 < hottest < 3.0
    best = np.argsort(voids.law.closure_velocity)[::-1][:8]
    assert voids.contact(height)[best].mean() > voids.contact(height).mean()
