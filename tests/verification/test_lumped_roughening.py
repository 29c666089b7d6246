"""Waves between the flaws: the rate against a perturbed field solved by hand, its limits, and whole runs."""

import numpy as np
import pytest

from cells import llzo_case
from lisse.errors import InvalidInput
from lisse.models import Lumped
from lisse.models.lumped.roughening import RougheningLaw, roughening_law
from lisse.units import FARADAY


def law(shift: float, wavenumber: float, conductivity: float = 0.05) -> RougheningLaw:
    return RougheningLaw(np.array([wavenumber]), np.array([shift]), conductivity, 13e-6 / FARADAY, 5.0)


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
    grown = law(0.0, 1e5).follow(0.0, time, plating, slope)
    assert grown[4] > 0.0
    assert (grown[6:] == grown[6]).all()
    assert (law(-1e9, 1e5).follow(0.0, time, plating, slope) == 0.0).all()


@pytest.mark.parametrize(("stability", "grows"), [("reported", False), ("published", True), ("thermodynamic", False)])
def test_a_stiff_ceramic_roughens_at_once_as_published_and_never_by_thermodynamics(stability: str, grows: bool) -> None:
    case = llzo_case()
    found = Lumped(stability=stability).solve(case.cell, case.protocol)
    assert found.verdict.mode == "filament-short"
    assert (found.verdict.time < 1.0) == grows
    assert found.inputs["model"]["stability"] == stability


def test_time_to_span_follows_from_the_rate() -> None:
    """A constant current: ln(L/A_0) over the rate of the fastest wave."""
    case = llzo_case()
    waves = roughening_law(case.cell, 0, "published", case.cell.temperature)
    found = Lumped(stability="published").solve(case.cell, case.protocol)
    from lisse.models.charge_transfer import charge_transfer

    transfer = charge_transfer(case.cell.interface, case.cell.temperature)
    slope = (transfer.kinetic_drop(2.0 + 1e-3) - transfer.kinetic_drop(2.0 - 1e-3)) / 2e-3 + transfer.film_resistance
    rate = waves.growth_rate(np.array([2.0]), np.array([slope]))[0]
    assert waves.decades == pytest.approx(np.log(300e-6 / 10e-9))
    assert found.verdict.time == pytest.approx(waves.decades / rate, rel=1e-3)


def test_a_convention_that_nobody_has_is_refused() -> None:
    with pytest.raises(InvalidInput, match="stability: got 'true'"):
        Lumped(stability="true")
