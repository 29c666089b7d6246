"""Diffusivity at a frequency from squared displacements: relaxations whose transform is known."""

from __future__ import annotations

import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.numerics.displacement_transform import transform_weights

TIMES = 400.0 * 2.0 ** (np.arange(-76, 1) / 4.0)


def relaxation(rate: float) -> tuple[np.ndarray, object]:
    """<x^2> = 2 D t + A (1 - exp(-rate t)) with D = 0.3 and A rate / 2 = 0.7, and its D(s)."""
    size, lasting = 1.4 / rate, 0.3
    squares = 2.0 * lasting * TIMES + size * -np.expm1(-rate * TIMES)
    return np.concatenate(([1.0], squares)), lambda s: lasting + 0.7 * s / (s + rate)


@pytest.mark.parametrize("rate", [0.1, 1.0, 10.0])
@pytest.mark.parametrize("s", [0.0, 1e-3, 0.5, 20.0, 1e-3j, 0.3j, 1j, 10j, 1000j, 0.5 + 2j])
def test_one_relaxation(rate: float, s: complex) -> None:
    values, exact = relaxation(rate)
    assert abs(transform_weights(TIMES, s) @ values - exact(s)) < (2e-3 if np.imag(s) else 5e-6)


def test_error_falls_with_the_spacing_of_times() -> None:
    errors = []
    for octave in (2, 4, 8):
        times = 400.0 * 2.0 ** (np.arange(-19 * octave, 1) / octave)
        values = np.concatenate(([1.0], 0.6 * times + 1.4 * -np.expm1(-times)))
        found = [transform_weights(times, s) @ values - (0.3 + 0.7 * s / (s + 1)) for s in (0.1, 1.0, 3.0)]
        errors.append(max(abs(one) for one in found))
    assert errors[0] > 3.5 * errors[1] > 12.0 * errors[2]


def test_straight_line_is_the_same_at_every_frequency() -> None:
    values = np.concatenate(([1.5], 3.0 * TIMES))
    for s in (0.0, 1e-4j, 1j, 1e5j, 3.0):
        assert transform_weights(TIMES, s) @ values == pytest.approx(1.5, rel=1e-10)


def test_bad_input_is_refused() -> None:
    with pytest.raises(InvalidInput, match="at least four rising times"):
        transform_weights([1.0, 2.0, 3.0], 1.0)
    with pytest.raises(InvalidInput, match="rising"):
        transform_weights([1.0, 3.0, 2.0, 40.0], 1.0)
    with pytest.raises(InvalidInput, match="real part of at least 0"):
        transform_weights(TIMES, -1.0)
