"""The image of a point: Gaussian blur and voxels of another size, both of which keep the sum.

The blur is exact for a truth that is constant within each voxel: the weight between two voxels at distance k d is the
Gaussian averaged over both, the second difference of its second integral

    w_k = [B((k + 1) d) - 2 B(k d) + B((k - 1) d)] / d,   B(x) = x Phi(x/s) + s phi(x/s),   s = FWHM / 2.3548

so that a blur far below a voxel does nothing and the variances of blur and voxels add.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lisse.errors import InvalidInput

__all__ = ["FWHM", "blur", "kernel", "rebin"]

Floats = NDArray[np.float64]

FWHM = 2.0 * math.sqrt(2.0 * math.log(2.0))
"""Full width at half maximum of a Gaussian over its standard deviation."""
_CUT = 5.0  # standard deviations
_FLAT = 4.0  # standard deviation over the picture, above which nothing but the mean is left (exp(-79))


def kernel(width: float, edge: float) -> Floats:
    """Weights of the neighbours, (2 k + 1,); their sum is 1.

    Parameters
    ----------
    width : float, m. Full width at half maximum of the image of a point.
    edge : float, m. Of a voxel.
    """
    from scipy.special import ndtr

    if width <= 0.0:
        return np.ones(1)
    sigma = width / FWHM
    reach = math.ceil(_CUT * sigma / edge) + 1
    x = np.arange(-reach - 1, reach + 2) * edge
    twice = x * ndtr(x / sigma) + sigma / math.sqrt(2.0 * math.pi) * np.exp(-0.5 * (x / sigma) ** 2)
    weights = np.diff(twice, 2)
    found: Floats = weights / weights.sum()
    return found


def blur(truth: Any, widths: Sequence[float], edges: Sequence[float], periodic: Sequence[bool]) -> Floats:
    """The truth as the point spread leaves it; the sum over all voxels is kept.

    Parameters
    ----------
    truth : (n, ...) array
    widths, edges : one per axis, m
        Full widths at half maximum, and edges of a voxel.
    periodic : one per axis
        Whether the picture repeats; otherwise it is mirrored at its ends.
    """
    from scipy.ndimage import correlate1d

    out = np.asarray(truth, dtype=float)
    for axis, (width, edge, repeats) in enumerate(zip(widths, edges, periodic, strict=True)):
        if width / FWHM > _FLAT * out.shape[axis] * edge:
            out = np.broadcast_to(out.mean(axis=axis, keepdims=True), out.shape)
            continue
        weights = kernel(width, edge)
        if len(weights) > 1:
            out = correlate1d(out, weights, axis=axis, mode="wrap" if repeats else "reflect")
    return out


def rebin(truth: Any, axis: int, edge: float, wanted: float, what: str = "voxel", start: float = 0.0) -> Floats:
    """Means over voxels of another edge along one axis, by overlap; what fills no whole voxel at the end is left out.

    Parameters
    ----------
    truth : (n, ...) array
    edge, wanted : float, m
    what : str. Name of the setting, for the message.
    start : float, m. Where the first new voxel begins.

    Raises
    ------
    InvalidInput
        When not even one fits.
    """
    values = np.asarray(truth, dtype=float)
    n = values.shape[axis]
    count = int((n * edge - start) / wanted * (1.0 + 1e-9))
    if count < 1:
        got = f"{wanted * 1e6:g} um"
        raise InvalidInput(what, got, f"up to the {n * edge * 1e6:g} um of what is looked at", "Take a smaller one")
    if start == 0.0 and abs(wanted - edge) < 1e-9 * edge:
        return values
    total = np.concatenate([np.zeros_like(values.take([0], axis)), np.cumsum(values, axis=axis)], axis=axis)
    places = np.clip((start + np.arange(count + 1) * wanted) / edge, 0.0, n)
    low = np.minimum(places.astype(int), n - 1)
    share = (places - low).reshape(-1, *(1,) * (values.ndim - 1 - axis))
    at = total.take(low, axis) * (1.0 - share) + total.take(low + 1, axis) * share
    return np.asarray(np.diff(at, axis=axis) * (edge / wanted))
