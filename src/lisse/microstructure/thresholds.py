"""Thresholds between grey values, and how uncertain they are.

Works on the histogram, so that a scan larger than memory needs one pass. A voxel belongs to the class above a threshold
if its value is greater than it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lisse.errors import InvalidInput
from lisse.microstructure.extras import scikit_image
from lisse.microstructure.volume import slabs

__all__ = ["GivenRange", "Histogram", "SlabBootstrap", "VarianceDrop", "histogram_of", "otsu_thresholds"]

_Array = np.ndarray[Any, np.dtype[Any]]
_BINS = 256
Ranges = tuple[tuple[float, float], ...]


@dataclass(frozen=True, eq=False)
class Histogram:
    """How often each grey value occurs, in slabs of the image.

    Attributes
    ----------
    centres : (m,) array, grey value. Middle of each class.
    counts : (k, m) array of integers, 1. One row per slab along the first axis.
    """

    centres: _Array
    counts: _Array

    @property
    def total(self) -> _Array:
        """Counts of the whole image, (m,)."""
        return np.asarray(self.counts.sum(axis=0))


def histogram_of(values: _Array, parts: int = 32) -> Histogram:
    """Histogram of an image in up to `parts` slabs along its first axis.

    Integers that span less than 2^16 values get one class per 256th of their span, but at least one per value; all
    others 256 classes.
    """
    lows, highs = zip(*((slab.min(), slab.max()) for slab in slabs(values)), strict=True)
    low, high = min(lows), max(highs)
    if low == high:
        raise InvalidInput("image", f"the value {low} everywhere", "at least two grey values", "Nothing to segment")
    if values.dtype.kind in "biu" and int(high) - int(low) < _BINS:
        edges = np.arange(int(low), int(high) + 2) - 0.5
    else:
        edges = np.linspace(float(low), float(high), _BINS + 1)
    starts = np.linspace(0, len(values), min(parts, len(values)) + 1).astype(int)
    rows = [
        sum(np.histogram(piece, edges)[0] for piece in slabs(values[start:end]))
        for start, end in zip(starts[:-1], starts[1:], strict=True)
    ]
    return Histogram((edges[1:] + edges[:-1]) / 2.0, np.array(rows))


def otsu_thresholds(histogram: Histogram, classes: int = 2) -> tuple[float, ...]:
    """Thresholds that make the variance between the classes largest (Otsu 1979), one fewer than classes.

    Parameters
    ----------
    histogram : Histogram. Of the image.
    classes : int. 2 to 5.

    Returns
    -------
    tuple of floats, grey value. Between two bins; in the middle of the gap where bins between the classes are empty.
    """
    if not 2 <= classes <= 5:
        raise InvalidInput("classes", classes, "2 to 5", "More classes take hours; give the thresholds instead")
    return _otsu(histogram.total, histogram.centres, classes)


def _otsu(counts: _Array, centres: _Array, classes: int) -> tuple[float, ...]:
    filters = scikit_image("filters", "Otsu's method")
    used = np.flatnonzero(counts)
    if used.size < classes:
        raise InvalidInput("image", f"{used.size} grey values", f"at least {classes} for {classes} classes")
    if classes == 2:
        found = [filters.threshold_otsu(hist=(counts, centres))]
    else:
        found = filters.threshold_multiotsu(classes=classes, hist=(counts, centres))
    # the class below ends with the bin that is returned, or with the last one before it that is not empty
    ends = [int(np.searchsorted(used, np.argmin(np.abs(centres - one)), side="right")) - 1 for one in found]
    half = (centres[1] - centres[0]) / 2.0
    edges = zip(centres[used[ends]] + half, centres[used[np.add(ends, 1)]] - half, strict=True)
    return tuple(float(low + high) / 2.0 for low, high in edges)


@dataclass(frozen=True)
class VarianceDrop:
    """Range of a threshold within which the variance between classes stays within a share of its maximum.

    Parameters
    ----------
    share : float, 1. How far the variance may drop: 0.01 is 1 %. The range tells how flat the choice is, not how
        likely a value: it is wide where peaks are far apart, but there the volume hardly changes with the threshold.
    """

    share: float = 0.01

    def ranges(self, histogram: Histogram, thresholds: Sequence[float], _found: bool) -> Ranges:
        """Range of each threshold with the others held."""
        if not 0.0 < self.share < 1.0:
            raise InvalidInput("share", self.share, "between 0 and 1, such as 0.01")
        centres = histogram.centres
        edges = (centres[1:] + centres[:-1]) / 2.0
        best = _between_variance(histogram.total, centres, thresholds)
        return tuple(self._range(histogram, edges, tuple(thresholds), index, best) for index in range(len(thresholds)))

    def _range(
        self, histogram: Histogram, edges: _Array, thresholds: tuple[float, ...], index: int, best: float
    ) -> tuple[float, float]:
        counts, centres = histogram.total, histogram.centres
        lowest = thresholds[index - 1] if index else -math.inf
        highest = thresholds[index + 1] if index + 1 < len(thresholds) else math.inf
        kept = [thresholds[index]]
        for way in (edges[edges > thresholds[index]], edges[edges < thresholds[index]][::-1]):
            for trial in way:
                moved = (*thresholds[:index], float(trial), *thresholds[index + 1 :])
                inside = lowest < trial < highest
                if not inside or _between_variance(counts, centres, moved) < (1.0 - self.share) * best:
                    break
                kept.append(float(trial))
        return min(kept), max(kept)


@dataclass(frozen=True)
class SlabBootstrap:
    """Range of Otsu thresholds over images put together from random slabs of the image.

    Slabs rather than voxels are drawn, because neighbouring voxels are not independent: drawing voxels would make the
    range a hundred times too narrow.

    Parameters
    ----------
    draws : int. Number of images.
    coverage : float, 1. Share of the thresholds that the range covers.
    seed : int. Of the random numbers.
    """

    draws: int = 200
    coverage: float = 0.95
    seed: int = 0

    def ranges(self, histogram: Histogram, thresholds: Sequence[float], found: bool) -> Ranges:
        """Quantiles of the thresholds of all draws; the threshold itself is always inside."""
        if not found:
            raise InvalidInput("uncertainty", self, "GivenRange or VarianceDrop for given thresholds")
        if self.draws < 2 or not 0.0 < self.coverage < 1.0:
            raise InvalidInput("uncertainty", self, "2 or more draws and a coverage between 0 and 1")
        slabs_here = len(histogram.counts)
        if slabs_here < 8:
            raise InvalidInput("image", f"{slabs_here} layers along the first axis", "8 or more for a bootstrap")
        generator = np.random.default_rng(self.seed)
        drawn = generator.integers(0, slabs_here, (self.draws, slabs_here))
        sums = [histogram.counts[rows].sum(axis=0) for rows in drawn]
        table = np.array([_otsu(counts, histogram.centres, len(thresholds) + 1) for counts in sums])
        tail = (1.0 - self.coverage) / 2.0
        low, high = np.quantile(table, tail, axis=0), np.quantile(table, 1.0 - tail, axis=0)
        return tuple(
            (float(min(one, at)), float(max(other, at))) for one, other, at in zip(low, high, thresholds, strict=True)
        )


@dataclass(frozen=True)
class GivenRange:
    """Ranges of the thresholds as the user knows them.

    Parameters
    ----------
    limits : sequence of (low, high), grey value. One pair per threshold.
    """

    limits: Sequence[tuple[float, float]]

    def ranges(self, _histogram: Histogram, thresholds: Sequence[float], _found: bool) -> Ranges:
        """The limits, if each holds its threshold."""
        pairs = [tuple(map(float, pair)) for pair in self.limits]
        fits = len(pairs) == len(thresholds) and all(
            len(pair) == 2 and pair[0] <= at <= pair[1] for pair, at in zip(pairs, thresholds, strict=False)
        )
        if not fits:
            raise InvalidInput("limits", self.limits, f"a low and a high value around each of {list(thresholds)}")
        return tuple((pair[0], pair[1]) for pair in pairs)


def _between_variance(counts: _Array, centres: _Array, thresholds: Sequence[float]) -> float:
    """Variance between the classes, relative to the number of voxels."""
    group = np.searchsorted(np.asarray(thresholds), centres, side="left")
    weight = np.bincount(group, counts, minlength=len(thresholds) + 1)
    total = np.bincount(group, counts * centres, minlength=len(thresholds) + 1)
    filled = weight > 0
    mean = total.sum() / weight.sum()
    return float(np.sum(weight[filled] * (total[filled] / weight[filled] - mean) ** 2) / weight.sum())
