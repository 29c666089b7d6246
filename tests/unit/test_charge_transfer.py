"""The inner-loop kinetics against the closed form of `lisse.theory`, and its limits."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cells import llzo_case
from lisse import theory
from lisse.models.charge_transfer import ChargeTransfer, charge_transfer
from lisse.units import FARADAY, GAS_CONSTANT


@given(
    log_ratio=st.floats(-12, 60),
    sign=st.sampled_from([-1.0, 1.0]),
    alpha=st.floats(0.05, 0.95),
    temperature=st.floats(200, 500),
)
def test_kinetic_drop_is_the_inverse_of_butler_volmer(
    log_ratio: float, sign: float, alpha: float, temperature: float
) -> None:
    law = ChargeTransfer(10.0, alpha, 0.0, temperature)
    x = sign * math.exp(log_ratio)
    u = law.kinetic_drop(10.0 * x) * FARADAY / (GAS_CONSTANT * temperature)
    residual = math.exp(min(alpha * u, 700)) - math.exp(min(-(1 - alpha) * u, 700)) - x
    assert abs(residual) <= 1e-9 * max(abs(x), 1e-3)


@pytest.mark.parametrize("alpha", [0.3, 0.5, 0.72])
@pytest.mark.parametrize("current", [-300.0, -0.02, 0.0, 0.02, 5.0, 4e4])
def test_kinetic_drop_equals_the_theory_room(alpha: float, current: float) -> None:
    law = ChargeTransfer(3.0, alpha, 0.0, 310.0)
    expected = theory.overpotential(
        current_density=current, exchange_current_density=3.0, temperature=310.0, anodic_transfer_coefficient=alpha
    )
    assert law.kinetic_drop(current) == pytest.approx(expected, rel=1e-11, abs=1e-16)
    assert law.kinetic_drops(np.array([current])) == pytest.approx([expected], rel=1e-11, abs=1e-16)


def test_small_signal_resistance_is_the_slope_at_zero() -> None:
    law = ChargeTransfer(20.0, 0.4, 1e-3, 298.15)
    j = 1e-6
    slope = (law.kinetic_drop(j) + law.film_drop(j)) / j
    assert slope == pytest.approx(law.small_signal_resistance, rel=1e-6)


def test_very_large_currents_neither_overflow_nor_turn_around() -> None:
    law = ChargeTransfer(1e-9, 0.5, 0.0, 298.15)
    drops = [law.kinetic_drop(10.0**k) for k in range(0, 300, 30)]
    assert all(math.isfinite(d) for d in drops)
    assert drops == sorted(drops)


def law(**changes: object) -> ChargeTransfer:
    return ChargeTransfer(**({"exchange_current_density": 10.0, "transfer_coefficient": 0.35} | CELL | changes))  # type: ignore[arg-type]


CELL = {"film_resistance": 0.0, "temperature": 298.15}
THERMAL = GAS_CONSTANT * 298.15 / FARADAY


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_small_currents_are_linear_to_second_order(sign: float) -> None:
    """The error of the linear law falls with the square of the current, or with its cube in the symmetric case."""
    for alpha, order in ((0.35, 2.0), (0.5, 3.0)):
        exact, linear = law(transfer_coefficient=alpha), law(transfer_coefficient=alpha, kinetics="linear")
        errors = [abs(exact.kinetic_drop(sign * j) - linear.kinetic_drop(sign * j)) for j in (0.1, 0.05)]
        assert math.log2(errors[0] / errors[1]) == pytest.approx(order, abs=0.02)


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_large_currents_are_tafel_and_the_rest_dies_as_a_power(sign: float) -> None:
    """With x = j/i0 and the share s, what Tafel's law leaves out is (RT/F) x^(-1/s)/s."""
    exact, tafel = law(), law(kinetics="tafel")
    share = 0.35 if sign > 0 else 0.65
    for x in (50.0, 500.0):
        gap = sign * (exact.kinetic_drop(sign * 10.0 * x) - tafel.kinetic_drop(sign * 10.0 * x))
        assert gap == pytest.approx(THERMAL / share * x ** (-1.0 / share), rel=0.01)
    decade = abs(tafel.kinetic_drop(sign * 1e4)) - abs(tafel.kinetic_drop(sign * 1e3))
    assert decade == pytest.approx(math.log(10.0) * THERMAL / share, rel=1e-12)


def test_the_anodic_coefficient_of_an_interface_drives_stripping() -> None:
    """At a large current a drop of RT/(alpha F) per e-fold: alpha_a when stripped, 1 - alpha_a when plated."""
    case = llzo_case(cell__interface__anodic_transfer_coefficient=0.7)
    here = charge_transfer(case.cell.interface, 298.15)
    for sign, share in ((-1.0, 0.7), (1.0, 0.3)):
        low, high = (here.kinetic_drop(sign * j * here.exchange_current_density) for j in (1e6, math.e * 1e6))
        assert abs(high - low) == pytest.approx(THERMAL / share, rel=1e-6)


@pytest.mark.parametrize("kinetics", ["butler-volmer", "linear", "tafel"])
@pytest.mark.parametrize("alpha", [0.35, 0.5])
def test_scalars_and_arrays_agree_and_reversal_swaps_the_coefficients(kinetics: str, alpha: float) -> None:
    here = law(kinetics=kinetics, transfer_coefficient=alpha)
    mirrored = law(kinetics=kinetics, transfer_coefficient=1.0 - alpha)
    currents = np.array([-1e4, -3.0, 0.0, 1e-6, 20.0, 1e5])
    one_by_one = [here.kinetic_drop(j) for j in currents.tolist()]
    assert here.kinetic_drops(currents) == pytest.approx(one_by_one, rel=1e-11, abs=1e-16)
    assert mirrored.kinetic_drops(-currents) == pytest.approx(-here.kinetic_drops(currents), rel=1e-11, abs=1e-16)
    assert (np.diff(one_by_one) >= 0.0).all()
