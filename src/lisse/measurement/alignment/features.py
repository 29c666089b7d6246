"""Features of pictures that appear and grow: voxels that leave what they were by more than noise, and stay.

A voxel has changed from the frame on in which it differs from the first frame by more than five standard deviations
of the difference between frames, and in all later ones. Voxels that touch are one feature; it appears when its first
ones change and grows afterwards.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lisse.measurement.alignment.channel import Channel
from lisse.measurement.alignment.events import Event
from lisse.measurement.virtual.frames import Frames

__all__ = ["changed_size", "first_changes", "image_events"]

Floats = NDArray[np.float64]

_LEAST = 5.0  # standard deviations of a difference of two frames
_RANGE = 0.02  # of the range of the picture: smaller is no change
_FEWEST = 3  # voxels of a feature
_GROWTH = 0.05  # of its final size in one frame, to be told as an event, and
_FASTER = 2.0  # times faster than the median of its growth


def first_changes(frames: Frames) -> NDArray[np.int64]:
    """Number of the first frame in which each voxel has changed for good; as many as frames where it has not."""
    pictures = np.asarray(frames.picture.values, dtype=float)
    limit = _limit(pictures)
    changed = np.abs(pictures - pictures[0]) > limit
    later = np.logical_and.accumulate(changed[::-1], axis=0)[::-1]
    return np.asarray(len(pictures) - later.sum(axis=0), dtype=np.int64)


def _limit(pictures: Floats) -> float:
    """Change that counts."""
    from scipy.stats import median_abs_deviation

    if len(pictures) < 2:
        return math.inf
    sigma = min(float(median_abs_deviation((b - a).ravel(), scale="normal")) for a, b in _neighbours(pictures))
    return max(_LEAST * sigma, _RANGE * float(np.ptp(pictures[0])), 1e-12)


def _neighbours(pictures: Floats) -> Any:
    return zip(pictures[:-1], pictures[1:], strict=True)


def image_events(frames: Frames, source: str) -> list[Event]:
    """Features that appear, and their large steps of growth, in order of time; none for pictures without places.

    Parameters
    ----------
    frames : Frames
    source : str
        Name of the record.
    """
    if not _is_spatial(frames):
        return []
    first = first_changes(frames)
    labels = _labels(first < frames.picture.sizes["time"])
    found: list[Event] = []
    for label in range(1, int(labels.max(initial=0)) + 1):
        own = labels == label
        if own.sum() >= _FEWEST:
            found += _events_of(own, first, frames, source)
    return sorted(found, key=lambda event: event.time)


def _is_spatial(frames: Frames) -> bool:
    spatial = tuple(str(dim) for dim in frames.picture.dims if dim != "time")
    return bool(spatial) and spatial == frames.places


def _events_of(own: NDArray[np.bool_], first: NDArray[np.int64], frames: Frames, source: str) -> list[Event]:
    """One feature: the frame in which it appears, and those in which it grows much and faster than it uses to."""
    edges = np.array(frames.voxel_size)
    unit = f"m{len(edges)}" if len(edges) > 1 else "m"
    start, end = (np.asarray(frames.data[f"exposure_{name}"].values, dtype=float) for name in ("start", "end"))
    middle, total = 0.5 * (start + end), int(own.sum())
    steps = np.unique(first[own]).tolist()
    sizes = {k: int((own & (first == k)).sum()) for k in steps}
    speeds = {k: sizes[k] / (middle[k] - middle[k - 1]) for k in steps}
    usual = float(np.median([speeds[k] for k in steps[1:]])) if len(steps) > 1 else 0.0
    found = []
    for k in steps:
        born = k == steps[0]
        if not born and (sizes[k] < max(_FEWEST, _GROWTH * total) or speeds[k] < _FASTER * usual):
            continue
        new = np.nonzero(own & (first == k))
        place = tuple(float(frames.data[name].values[at].mean()) for name, at in zip(frames.places, new, strict=True))
        # what is there in frame k and was not in frame k - 1 came between the middles of their exposures
        time, error = 0.5 * float(middle[k - 1] + middle[k]), 0.5 * float(middle[k] - middle[k - 1])
        kind, size = "appears" if born else "grows", sizes[k] * float(np.prod(edges))
        found.append(Event(source, frames.signal, kind, time, error, size, unit, total / _FEWEST, place=place))
    return found


def _labels(mask: NDArray[np.bool_]) -> NDArray[Any]:
    """Number of the feature of each voxel, from 1; voxels hang together over faces and corners."""
    from scipy.ndimage import generate_binary_structure, label

    numbers, _ = label(mask, structure=generate_binary_structure(mask.ndim, mask.ndim))
    return np.asarray(numbers)


def changed_size(frames: Frames, source: str) -> Channel | None:
    """How much has changed for good, over time (m, m2 or m3); ``None`` for pictures without places."""
    if not _is_spatial(frames):
        return None
    first = first_changes(frames)
    voxel = float(np.prod(frames.voxel_size))
    size = np.array([float((first <= k).sum()) * voxel for k in range(frames.picture.sizes["time"])])
    unit = f"m{len(frames.places)}" if len(frames.places) > 1 else "m"
    return Channel(source, f"changed {frames.signal}", np.asarray(frames.data["time"].values, dtype=float), size, unit)
