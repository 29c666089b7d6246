"""Gaussian random fields by the spectral method: white noise, coloured by the square root of a power spectrum.

Fields are periodic by construction; where that is not wanted they are drawn on a larger grid and cut out. What is made
of a field (a rough surface, patches, a network) has files of its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy import fft

__all__ = ["gaussian_field", "self_affine_field", "top_share"]

Floats = np.ndarray[Any, np.dtype[np.float64]]


def gaussian_field(
    shape: Sequence[int], spacing: Sequence[float], length: float, rng: np.random.Generator, periodic: bool = True
) -> Floats:
    """A smooth field of mean 0 and variance 1 with covariance exp(-(r / length)^2).

    Parameters
    ----------
    shape : ints. Points along each axis.
    spacing : floats, m. Between points.
    length : float, m. Distance at which the covariance has fallen to 1/e.
    """
    return _field(shape, spacing, lambda q2: np.exp(-q2 * (length**2 / 8.0)), 3.0 * length, rng, periodic)


def self_affine_field(
    shape: Sequence[int],
    spacing: Sequence[float],
    hurst: float,
    length: float,
    rng: np.random.Generator,
    periodic: bool = True,
) -> Floats:
    """A rough field of mean 0 and variance 1: power spectrum (1 + q^2 length^2)^-(hurst + d/2), d axes.

    Below `length` the mean square difference of heights grows as r^(2 hurst); above it the heights are independent.
    """
    power = -0.5 * (hurst + 0.5 * len(shape))
    return _field(shape, spacing, lambda q2: (1.0 + q2 * length**2) ** power, 4.0 * length, rng, periodic)


def top_share(field: Floats, fraction: float) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """The given share of the points (to one point) that have the highest values."""
    count = round(fraction * field.size)
    chosen = np.zeros(field.size, bool)
    if count:
        chosen[np.argpartition(field.ravel(), field.size - count)[field.size - count :]] = True
    return chosen.reshape(field.shape)


def _field(
    shape: Sequence[int],
    spacing: Sequence[float],
    amplitude: Callable[[Floats], Floats],
    margin: float,
    rng: np.random.Generator,
    periodic: bool,
) -> Floats:
    grid = [
        n if periodic else fft.next_fast_len(n + math.ceil(margin / h)) for n, h in zip(shape, spacing, strict=True)
    ]
    waves = [2.0 * math.pi * fft.fftfreq(n, h) for n, h in zip(grid, spacing, strict=True)]
    waves[-1] = 2.0 * math.pi * fft.rfftfreq(grid[-1], spacing[-1])
    q2 = np.zeros([len(wave) for wave in waves])
    for axis, wave in enumerate(waves):
        q2 += (wave**2).reshape([-1 if index == axis else 1 for index in range(len(waves))])
    spectrum = fft.rfftn(rng.standard_normal(grid))
    spectrum *= amplitude(q2)
    spectrum.flat[0] = 0.0
    field = fft.irfftn(spectrum, grid)[tuple(slice(0, n) for n in shape)]
    field = field - field.mean()
    return np.asarray(field / (field.std() or 1.0))
