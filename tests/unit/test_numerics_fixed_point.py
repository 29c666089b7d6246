"""Anderson acceleration: finite on linear maps, no worse than plain iteration, and shapes kept."""

from __future__ import annotations

import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.numerics.fixed_point import Anderson


def test_linear_map_of_three_unknowns_is_solved_in_five_steps_even_where_plain_iteration_diverges() -> None:
    matrix = np.array([[-3.0, 0.5, 0.0], [0.2, 0.4, 0.1], [0.0, -0.3, -1.5]])
    offset = np.array([1.0, -2.0, 0.5])
    exact = np.linalg.solve(np.eye(3) - matrix, offset)
    x, mix = np.zeros(3), Anderson(3)
    for _ in range(6):
        x = mix.next(x, matrix @ x + offset)
    assert np.abs(x - exact).max() < 1e-10


def test_without_memory_it_is_plain_iteration() -> None:
    x, mix = np.array([[1.0, 2.0]]), Anderson(0)
    for _ in range(3):
        image = 0.5 * x + 1.0
        x = mix.next(x, image)
        assert np.array_equal(x, image)
    assert x.shape == (1, 2)


def test_fewer_steps_than_plain_iteration_on_a_slow_contraction() -> None:
    rates = np.linspace(0.5, 0.99, 20)

    def steps(memory: int) -> int:
        x, mix = np.ones(20), Anderson(memory)
        for count in range(5000):
            image = rates * x
            if np.abs(image - x).max() < 1e-10:
                return count
            x = mix.next(x, image)
        return 5000

    assert steps(5) < steps(0) / 10


def test_refuses_a_negative_memory() -> None:
    with pytest.raises(InvalidInput, match="memory"):
        Anderson(-1)
