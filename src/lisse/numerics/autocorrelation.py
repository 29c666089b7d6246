"""Autocorrelation of a field on a grid by the fast Fourier transform, periodic or not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

__all__ = ["autocorrelation", "radial_average"]

_Floats = np.ndarray[Any, np.dtype[np.floating[Any]]]
_DOUBLE = 3_000_000  # padded values up to which the transform is done in double precision


def autocorrelation(values: Any, longest: Sequence[int], periodic: Sequence[bool] | None = None) -> _Floats:
    """Mean of the product of a field with itself a lag apart, over all places where both ends lie on the grid.

    ::

        S(k) = sum over x of f(x) f(x + k) / number of x with x and x + k on the grid

    Along axes that are not periodic the field is padded with zeros up to the longest lag, so that nothing wraps around.

    Parameters
    ----------
    values : (nx, ny[, nz]) array. The field.
    longest : sequence of integers, one per axis. Largest lag wanted, below the number of voxels.
    periodic : sequence of booleans, one per axis, optional. Axes along which the grid closes on itself.

    Returns
    -------
    (2 lx + 1, ..., lz + 1) array. Lags -l ... l along every axis but the last, 0 ... l along the last; the others
    follow from S(-k) = S(k). Beyond 3e6 padded values the transform is done in single precision, with errors of
    about 1e-7. Peak memory is about 17 bytes per padded value then.

    Examples
    --------
    >>> autocorrelation([[1.0, 0.0, 1.0]], (0, 2)).round(12).tolist()
    [[0.6666666666666666, 0.0, 1.0]]
    """
    from scipy import fft

    field = np.asarray(values)
    closed = tuple(periodic or (False,) * field.ndim)
    padded = tuple(
        count if around else fft.next_fast_len(count + lag, real=True)
        for count, lag, around in zip(field.shape, longest, closed, strict=True)
    )
    kind = np.float64 if np.prod(padded, dtype=float) <= _DOUBLE else np.float32
    spectrum = fft.rfftn(field.astype(kind), s=padded, workers=-1)
    np.multiply(spectrum, spectrum.conj(), out=spectrum)
    sums = fft.irfftn(spectrum, s=padded, workers=-1, overwrite_x=True)
    del spectrum
    for axis, lag in enumerate(longest):
        sums = sums.take(range(0 if axis == field.ndim - 1 else -lag, lag + 1), axis=axis, mode="wrap")
    for axis, (count, lag, around) in enumerate(zip(field.shape, longest, closed, strict=True)):
        lags = np.arange(0 if axis == field.ndim - 1 else -lag, lag + 1)
        pairs = np.full(len(lags), count) if around else count - np.abs(lags)
        sums /= pairs.astype(kind).reshape([-1 if one == axis else 1 for one in range(field.ndim)])
    return np.asarray(sums)


def radial_average(
    correlation: Any, longest: Sequence[int], spacing: Sequence[float], width: float
) -> tuple[_Floats, _Floats]:
    """Mean of a correlation over all directions, in rings (shells) of equal width around lag 0.

    Parameters
    ----------
    correlation : array. What `autocorrelation` returns.
    longest : sequence of integers, one per axis. The lags that it was asked for.
    spacing : sequence of floats, one per axis. Distance between centres.
    width : float. Thickness of a ring; the first one is centred on 0.

    Returns
    -------
    distance, mean : (m,) arrays. Mean distance of the lags in each ring, out to where a whole ring still fits, and the
    mean correlation there. Empty rings are left out.
    """
    table = np.asarray(correlation)
    last = table.ndim - 1
    squares = np.zeros(table.shape)
    for axis, (lag, step) in enumerate(zip(longest, spacing, strict=True)):
        lags = np.arange(0 if axis == last else -lag, lag + 1) * step
        squares += (lags**2).reshape([-1 if one == axis else 1 for one in range(table.ndim)])
    distance = np.sqrt(squares)
    # lags off the plane 0 of the last axis stand for two
    weight = np.where(np.arange(table.shape[last]) == 0, 1.0, 2.0)
    weights = np.broadcast_to(weight, table.shape).ravel()
    ring = np.floor(distance.ravel() / width + 0.5).astype(np.int64)
    rings = int(np.floor(min(lag * step for lag, step in zip(longest, spacing, strict=True)) / width)) + 1
    inside = ring < rings
    ring, weights = ring[inside], weights[inside]
    total = np.bincount(ring, weights, minlength=rings)
    radius = np.bincount(ring, weights * distance.ravel()[inside], minlength=rings)
    mean = np.bincount(ring, weights * table.ravel()[inside], minlength=rings)
    filled = total > 0
    return radius[filled] / total[filled], mean[filled] / total[filled]
