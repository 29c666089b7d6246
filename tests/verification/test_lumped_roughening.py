"""Waves between the flaws: the rate against a perturbed field solved by hand, its limits, and whole runs."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from cells import llzo_case
from lisse.errors import InvalidInput
from lisse.models import Lumped
from lisse.models.lumped.roughening import RougheningLaw
from lisse.units import FARADAY


def law(shift: float, wavenumber: float, conductivity: float = 0.05) -> RougheningLaw:
    return RougheningLaw(np.array([wavenumber]), np.array([shift]), conductivity, 13e-6 / FARADAY, 1e-8)


@pytest.mark.parametrize("shift", [0.0, 3e3, -3e3])
def test_the_rate_is_that_of_the_perturbed_field(shift: float) -> None:
    """Unknown amplitudes of the potential and of the current at a peak, from their three linear conditions."""
    k, sigma, j, slope = 1e5, 0.05, 10.0, 2e-3
    # d_phi: electrolyte potential exp(-k z); d_eta: drive; d_j: current, per metre of amplitude
    matrix = np.array([[sigma * k, 0.0, 1.0], [-1.0, 1.0, 0.0], [0.0, -1.0, slope]])
    right = np.array([0.0, j / sigma, shift])
    _, _, more = np.linalg.solve(matrix, right)
    found = law(shift, k, sigma).growth_rate(np.array([j]), np.array([slope]))
    assert found[0] == pytest.approx(13e-6 / FARADAY * more, rel=1e-12)


def test_without_stress_a_resistive_interface_slows_the_head_start_of_the_peak() -> None:
    """V j k/F for an interface without resistance, V j/(F sigma r) for a resistive one: it knows no wavelength."""
    j = np.array([10.0])
    free, resistive = (law(0.0, 1e5).growth_rate(j, np.array([r]))[0] for r in (0.0, 10.0))
    assert free == pytest.approx(13e-6 / FARADAY * 10.0 * 1e5, rel=1e-12)
    assert resistive == pytest.approx(13e-6 / FARADAY * 10.0 / (0.05 * 10.0), rel=1e-3)


def test_waves_grow_where_the_interface_is_plated_only_and_never_shrink_below_the_start() -> None:
    time = np.linspace(0.0, 100.0, 11)
    plating, slope = np.where(time < 50.0, 10.0, -10.0), np.full(11, 1e-3)
    grown = law(0.0, 1e5).follow(1e-8, time, plating, slope)
    assert grown[4] > 1e-8
    assert (grown[6:] == grown[6]).all()
    assert (law(-1e9, 1e5).follow(1e-8, time, plating, slope) == 1e-8).all()


def test_a_wave_grows_exponentially_until_the_supply_of_lithium_decides() -> None:
    """Against a plain integration of dA/dt = min(w A, pi V j/F)."""
    time = np.linspace(0.0, 3600.0, 37)
    plating, slope = np.full(37, 10.0), np.full(37, 1e-3)
    waves = law(3e4, 1e5)
    rate, most = waves.growth_rate(plating[:1], slope[:1])[0], np.pi * 13e-6 / FARADAY * 10.0
    plain = solve_ivp(
        lambda t, a: [min(rate * a[0], most)], (0.0, 3600.0), [1e-8], t_eval=time, rtol=1e-10, atol=1e-16, max_step=1.0
    )
    assert rate * 3600.0 > 10.0
    assert waves.follow(1e-8, time, plating, slope) == pytest.approx(plain.y[0], rel=1e-5)


@pytest.mark.parametrize(("stability", "grows"), [("reported", False), ("published", True), ("thermodynamic", False)])
def test_a_stiff_ceramic_roughens_as_published_and_never_by_thermodynamics(stability: str, grows: bool) -> None:
    """A film of 3 um, plated from one side: spanned once pi V Q/F is its thickness, at any current."""
    for current in (1.0, 4.0):
        case = llzo_case(
            cell__electrolyte__flaws=None,
            cell__electrolyte__thickness="3 um",
            cell__stack__pressure="50 MPa",
            protocol={"steps": [{"current_density": f"{current} A/m^2", "charge": "0.5 mAh/cm^2"}]},
        )
        found = Lumped(stability=stability).solve(case.cell, case.protocol)
        assert found.verdict.mode == ("filament-short" if grows else "none")
        assert found.inputs["model"]["stability"] == stability
        if grows:
            charge = found["charge"].values[-1]
            assert np.pi * 1.3e-5 / FARADAY * charge == pytest.approx(3e-6, rel=1e-2)
            assert any("all of it goes to the peaks" in text for text in found.warnings)


def test_a_convention_that_nobody_has_is_refused() -> None:
    with pytest.raises(InvalidInput, match="stability: got 'true'"):
        Lumped(stability="true")
