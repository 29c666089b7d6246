"""The inner-loop kinetics against the closed form of `lisse.theory`, and its limits."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lisse import theory
from lisse.models.charge_transfer import ChargeTransfer
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
