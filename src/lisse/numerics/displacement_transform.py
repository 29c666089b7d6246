"""From the mean-square displacement at some times to the diffusivity at any frequency.

::

    D(s) = s^2/2  integral_0^inf exp(-s t) <x^2>(t) dt = D(0+) + 1/2 integral_0^inf exp(-s t) <x^2>''(t) dt

with s real (Laplace) or i omega. Everything is linear in the displacements, so that weights do it: errors follow from
those of the displacements without more ado. Late slopes tell nothing about early ones but noise: what changes many
periods after the start averages out in the integral, and is left out smoothly (0.3 % of what relaxes at most).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lisse.errors import InvalidInput

__all__ = ["transform_weights"]

Array = np.ndarray[Any, np.dtype[Any]]
_FINE = 24  # pieces between two times
_KEPT, _LEFT_OUT = 4.0, 40.0  # phases up to which changes of slope count fully, and from which they do not


def transform_weights(times: Sequence[float] | Array, s: complex) -> Array:
    """Weights that turn a mean-square displacement into D(s).

    Parameters
    ----------
    times : (n,) array. Rising from 0 (excluded), at least 4, spaced evenly in their logarithm and ending with at least
        two octaves; after the last the displacement is taken to grow as in the last octave, before the first as a
        parabola that starts with the diffusivity at time 0.
    s : complex, 1/time. Real part at least 0; 0 gives the slope of the last octave.

    Returns
    -------
    (n + 1,) complex array
        For D(0+), the diffusivity at time 0, and the n values of <x^2>.

    Examples
    --------
    >>> times = 400.0 * 2.0 ** (np.arange(-60, 1) / 4)
    >>> squares = 2.0 * times + 2.0 * (1.0 - np.exp(-times))
    >>> found = transform_weights(times, 1j) @ np.concatenate(([2.0], squares))  # D(s) = 1 + s/(1 + s)
    >>> bool(abs(found - (1.5 + 0.5j)) < 1e-3)
    True
    """
    t = np.asarray(times, dtype=float)
    if t.ndim != 1 or t.size < 4 or not (t[0] > 0.0 and np.all(np.diff(t) > 0.0)) or t[0] * 4.0 > t[-1]:
        raise InvalidInput("times", f"shape {t.shape}", "at least four rising times above 0 over two octaves")
    if not (np.isfinite(s) and np.real(s) >= 0.0):
        raise InvalidInput("s", s, "a finite number with a real part of at least 0")
    fine, slopes = _slopes(t)
    phases = complex(s) * fine
    steps = np.diff(phases)
    decays = np.exp(-phases[:-1])
    small = np.abs(steps) < 1e-6
    safe = np.where(small, 1.0, steps)
    means = np.where(small, decays * (1.0 - 0.5 * steps), decays * -np.expm1(-safe) / safe)
    turns = np.abs(phases.imag)
    weights: Array = 0.5 * (slopes[0] + (means * _taper(0.5 * (turns[:-1] + turns[1:]))) @ np.diff(slopes, axis=0))
    return weights


def _taper(phase: Array) -> Array:
    """1 up to a phase of 4, 0 from 40 on, smooth in the logarithm between."""
    share = np.clip(np.log(np.maximum(phase, 1e-300) / _KEPT) / np.log(_LEFT_OUT / _KEPT), 0.0, 1.0)
    out: Array = 1.0 - share**3 * (10.0 - 15.0 * share + 6.0 * share**2)
    return out


def _slopes(t: Array) -> tuple[Array, Array]:
    """Fine times from 0 on, and the slopes of <x^2> there as (fine, n + 1) weights."""
    from scipy.interpolate import CubicSpline

    unit = np.eye(t.size + 1)
    mean = unit.copy()
    mean[1:] /= 2.0 * t[:, None]  # <x^2>/(2 t), whose value at time 0 is D(0+)
    half = np.searchsorted(t, 0.5 * t[-1] * (1.0 + 1e-9)) - 1
    end = (unit[-1] - unit[half + 1]) / (2.0 * (t[-1] - t[half]))
    ends = (1, mean[1] - mean[0]), (1, end - mean[-1])
    spline = CubicSpline(np.log(t), mean[1:], bc_type=ends)
    u = np.log(t)
    parts = [np.linspace(a, b, _FINE, endpoint=False) for a, b in zip(u[:-1], u[1:], strict=True)]
    fine = np.concatenate([*parts, u[-1:]])
    after = 2.0 * (spline(fine) + spline(fine, 1))
    return np.concatenate(([0.0], np.exp(fine))), np.concatenate((2.0 * mean[:1], after))
