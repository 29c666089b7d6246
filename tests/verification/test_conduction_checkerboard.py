"""Two-dimensional checkerboard: the exact conductivity is sqrt(s1 s2), whatever the contrast.

The corners, where four squares meet, make the field singular (r^lambda with lambda = 4/pi atan sqrt(s_min/s_max)), so
the error falls like h^(2 lambda): order 1.57 at contrast 2, 0.78 at contrast 10. The electrodes cut the squares at
mid-height; cutting them at their edges is another problem.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from lisse.microstructure import Volume, effective_conductivity
from lisse.numerics.convergence import observed_order


def error(n: int, contrast: float) -> float:
    """Relative error with n voxels along one period of two squares."""
    x, y = np.indices((n, n))
    labels = ((x + n // 4) // (n // 2) + y // (n // 2)) % 2
    board = Volume(labels.astype(np.uint8), 1.0 / n, {0: "a", 1: "b"})
    found = effective_conductivity(board, {"a": 1.0, "b": contrast}, axis=0, sides="periodic", tolerance=1e-10)
    return abs(found.value / math.sqrt(contrast) - 1.0)


def test_contrast_two() -> None:
    sizes = (8, 16, 32, 64, 128)
    errors = [error(n, 2.0) for n in sizes]
    assert errors == pytest.approx([1.24e-2, 4.5e-3, 1.6e-3, 5e-4, 2e-4], rel=0.2)
    order = 8.0 / math.pi * math.atan(math.sqrt(0.5))
    assert observed_order([1.0 / n for n in sizes], errors) == pytest.approx(order, abs=0.1)


def test_contrast_ten() -> None:
    sizes = (16, 32, 64, 128, 256)
    errors = [error(n, 10.0) for n in sizes]
    order = 8.0 / math.pi * math.atan(math.sqrt(0.1))
    assert observed_order([1.0 / n for n in sizes], errors) == pytest.approx(order, abs=0.05)


def test_both_axes_agree() -> None:
    x, y = np.indices((32, 32))
    labels = (((x + 4) // 8 + (y + 4) // 8) % 2).astype(np.uint8)
    board = Volume(labels, 1.0, {0: "a", 1: "b"})
    along = [effective_conductivity(board, {0: 1.0, 1: 5.0}, axis=axis, tolerance=1e-11).value for axis in (0, 1)]
    assert along[0] == pytest.approx(along[1], rel=1e-12)
