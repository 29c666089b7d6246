"""Observed order of convergence of a sequence of answers on finer and finer grids.

Only the arithmetic of the orders belongs here; what is solved on the grids does not matter.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from lisse.errors import InvalidInput

__all__ = ["observed_order", "richardson"]


def observed_order(sizes: Sequence[float], errors: Sequence[float]) -> float:
    """Slope of log(error) over log(size) by least squares: 2 for a second-order method.

    Parameters
    ----------
    sizes : (n,) floats. Grid spacings, all different; n is at least 2.
    errors : (n,) floats. Magnitudes of the error on each grid, above 0.

    Returns
    -------
    float, 1

    Examples
    --------
    >>> round(observed_order([0.1, 0.05], [4e-3, 1e-3]), 12)
    2.0
    """
    if len(sizes) != len(errors) or len(sizes) < 2 or len(set(sizes)) != len(sizes):
        raise InvalidInput("sizes", list(sizes), "two or more different spacings, as many as errors")
    if not all(value > 0 and math.isfinite(value) for value in (*sizes, *errors)):
        raise InvalidInput("errors", list(errors), "finite numbers above 0", "An exact answer has no order")
    x, y = [math.log(h) for h in sizes], [math.log(e) for e in errors]
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    above = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True))
    return above / sum((a - mean_x) ** 2 for a in x)


def richardson(coarse: float, medium: float, fine: float, ratio: float = 2.0) -> tuple[float, float]:
    """Order and limit of three answers whose grid spacings fall by the same ratio.

    ``p = log((coarse - medium) / (medium - fine)) / log(ratio)``, ``limit = fine + (fine - medium) / (ratio^p - 1)``.

    Parameters
    ----------
    coarse, medium, fine : float. Answers on the three grids.
    ratio : float, 1. Spacing over the next finer spacing, above 1.

    Returns
    -------
    tuple of float
        The order (1) and the extrapolated answer.

    Raises
    ------
    InvalidInput
        When the answers do not approach a limit from one side.
    """
    if not ratio > 1:
        raise InvalidInput("ratio", ratio, "above 1")
    first, second = coarse - medium, medium - fine
    if second == 0 or not first / second > 1:
        raise InvalidInput(
            "answers", [coarse, medium, fine], "steps of one sign that become smaller", "Use finer grids"
        )
    order = math.log(first / second) / math.log(ratio)
    return order, fine - second / (ratio**order - 1)
