"""From grey values to phases, with the uncertainty of the thresholds kept.

Where a threshold lies is a choice. A `Segmentation` keeps the range in which it may lie, and evaluates any descriptor
over that range, so that every number of a scan comes with a spread.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lisse.errors import InvalidInput
from lisse.microstructure.filters import grey_values
from lisse.microstructure.readers import Image
from lisse.microstructure.thresholds import (
    GivenRange,
    SlabBootstrap,
    VarianceDrop,
    histogram_of,
    otsu_thresholds,
)
from lisse.microstructure.volume import Volume

__all__ = ["Segmentation", "Spread", "over_thresholds", "segment"]

_Array = np.ndarray[Any, np.dtype[Any]]
Uncertainty = VarianceDrop | SlabBootstrap | GivenRange


@dataclass(frozen=True, eq=False)
class Spread:
    """A descriptor at the chosen thresholds, and between which values it lies over their range.

    Attributes
    ----------
    low, value, high : float, array, or mapping of names to floats. Smallest, chosen and largest value; for arrays and
        mappings entry by entry.
    thresholds : tuple of tuples, grey value. Where the descriptor was evaluated, the chosen thresholds first.
    values : tuple. What it was at each of `thresholds`.
    """

    low: Any
    value: Any
    high: Any
    thresholds: tuple[tuple[float, ...], ...]
    values: tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Segmentation:
    """A segmented image that remembers how it came about.

    Attributes
    ----------
    volume : Volume. Phases at the chosen thresholds.
    image : (nx, ny[, nz]) array. The (filtered) grey values; not copied.
    thresholds : tuple of floats, grey value. Between the phases, from dark to bright.
    ranges : tuple of (low, high), grey value. In which each threshold may lie.
    method : str. How the thresholds were found: otsu, multi-otsu or given.
    uncertainty : VarianceDrop, SlabBootstrap or GivenRange. Where the ranges come from.
    """

    volume: Volume
    image: _Array
    thresholds: tuple[float, ...]
    ranges: tuple[tuple[float, float], ...]
    method: str
    uncertainty: Uncertainty

    def spread(self, descriptor: Callable[[Volume], Any], points: int = 5) -> Spread:
        """Evaluate a descriptor over the range of the thresholds.

        Each threshold is moved through its range with the others held; with several thresholds all are also moved to
        their lower and to their upper ends together. Moves that would exchange the order of thresholds are left out.

        Parameters
        ----------
        descriptor : function of a Volume. Returns a number, an array of fixed shape, or a mapping of names to numbers,
            such as ``lambda volume: volume.phase_fractions()``.
        points : int. Values of each threshold, 2 (the ends) or more; the chosen one comes on top.
        """
        if points < 2:
            raise InvalidInput("points", points, "2 or more")
        chosen = [self.thresholds]
        for index, (low, high) in enumerate(self.ranges):
            for moved in np.linspace(low, high, points):
                chosen.append((*self.thresholds[:index], float(moved), *self.thresholds[index + 1 :]))
        chosen += [tuple(low for low, _ in self.ranges), tuple(high for _, high in self.ranges)]
        every = [one for one in dict.fromkeys(chosen) if all(a < b for a, b in itertools.pairwise(one))]
        names, edges = self.volume.phases, self.volume.voxel_size
        values = over_thresholds(self.image, every, descriptor, list(names.values()), edges)
        return Spread(_entrywise(np.min, values), values[0], _entrywise(np.max, values), tuple(every), values)


def segment(
    image: Any,
    phases: Sequence[str],
    thresholds: Sequence[float] | None = None,
    voxel_size: float | Sequence[float] | None = None,
    uncertainty: Uncertainty | None = None,
) -> Segmentation:
    """Assign a phase to every voxel of a grey image.

    Without thresholds they are found by Otsu's method (two phases) or its extension to several (Liao 2001). A voxel
    belongs to the brighter phase if its value is greater than the threshold.

    Parameters
    ----------
    image : Image or (nx, ny[, nz]) array. Grey values, filtered before if they need it.
    phases : sequence of str. Names from the darkest to the brightest phase, such as ``["pore", "electrolyte"]``.
    thresholds : sequence of floats, grey value, optional. One fewer than phases, ascending.
    voxel_size : float or one per axis, m. Needed unless the image knows it.
    uncertainty : VarianceDrop, SlabBootstrap or GivenRange, optional. Where the range of each threshold comes from; a
        drop of the between-class variance by 1 % if not given.

    Examples
    --------
    >>> found = segment(np.array([[10, 12, 90], [11, 88, 91]]), ["pore", "electrolyte"], voxel_size=1e-6)
    >>> found.volume.labels.tolist()
    [[0, 0, 1], [0, 1, 1]]
    """
    values = grey_values(image)
    names = _phase_names(phases)
    edges = voxel_size if voxel_size is not None else (image.voxel_size if isinstance(image, Image) else None)
    if edges is None:
        raise InvalidInput("voxel_size", None, "a length in m above 0, or one per axis", "The image does not know it")
    histogram = histogram_of(values)
    if thresholds is None:
        chosen, method = otsu_thresholds(histogram, len(names)), "otsu" if len(names) == 2 else "multi-otsu"
    else:
        chosen, method = _given(thresholds, len(names)), "given"
    doubt = VarianceDrop() if uncertainty is None else uncertainty
    ranges = doubt.ranges(histogram, chosen, thresholds is None)
    volume = Volume(_labels(values, chosen), edges, dict(enumerate(names)))
    empty = [name for name, share in volume.phase_fractions().items() if share == 0.0]
    if empty:
        span = f"thresholds between {values.min()} and {values.max()} with voxels on both sides"
        raise InvalidInput("thresholds", list(chosen), span, f"No voxel is {' or '.join(empty)}")
    return Segmentation(volume, values, chosen, ranges, method, doubt)


def over_thresholds(
    image: Any,
    thresholds: Sequence[float | Sequence[float]],
    descriptor: Callable[[Volume], Any],
    phases: Sequence[str],
    voxel_size: float | Sequence[float],
) -> tuple[Any, ...]:
    """Evaluate a descriptor of the segmented volume at several choices of the thresholds.

    Parameters
    ----------
    image : Image or (nx, ny[, nz]) array. Grey values.
    thresholds : sequence, grey value. Of numbers (two phases) or of sequences (one fewer than phases).
    descriptor : function of a Volume.
    phases : sequence of str. Names from the darkest to the brightest phase.
    voxel_size : float or one per axis, m.

    Returns
    -------
    tuple. What the descriptor returns for each choice.
    """
    values, names = grey_values(image), _phase_names(phases)
    found = []
    for one in thresholds:
        given = _given(one if isinstance(one, (Sequence, np.ndarray)) else (one,), len(names))
        found.append(descriptor(Volume(_labels(values, given), voxel_size, dict(enumerate(names)))))
    return tuple(found)


def _labels(values: _Array, thresholds: Sequence[float]) -> _Array:
    """Number of thresholds below each value, as bytes; no other array as large as the image is made."""
    labels = np.zeros(values.shape, dtype=np.uint8)
    for one in thresholds:
        labels += values > one
    return labels


def _phase_names(phases: Sequence[str]) -> list[str]:
    names = [] if isinstance(phases, str) else list(phases)
    if len(names) < 2 or not all(isinstance(name, str) and name for name in names) or len(set(names)) != len(names):
        raise InvalidInput("phases", phases, "two or more different names, from the darkest to the brightest phase")
    return names


def _given(thresholds: Any, classes: int) -> tuple[float, ...]:
    numbers = tuple(float(one) for one in np.ravel(thresholds))
    ascending = all(a < b for a, b in itertools.pairwise(numbers))
    if len(numbers) != classes - 1 or not ascending or not np.isfinite(numbers).all():
        raise InvalidInput("thresholds", thresholds, f"{classes - 1} ascending grey values for {classes} phases")
    return numbers


def _entrywise(reduce: Callable[..., Any], values: Sequence[Any]) -> Any:
    if isinstance(values[0], Mapping):
        return {name: _entrywise(reduce, [one[name] for one in values]) for name in values[0]}
    result = reduce(np.array([np.asarray(one, dtype=float) for one in values]), axis=0)
    return float(result) if np.ndim(result) == 0 else result
