"""When an instrument looks, and how much of each saved state falls into an exposure.

A frame starts at every saved time at which the one before has ended. During the exposure the state goes linearly from
one saved time to the next; after the last it stands still. A slow instrument thus smears what moves.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["exposures", "weights"]

Floats = NDArray[np.float64]


def exposures(saved: Any, frame_time: float) -> Floats:
    """Start and end of every frame, (n, 2), s.

    Parameters
    ----------
    saved : (m,) array, s. Saved times, rising.
    frame_time : float, s. 0 for snapshots at the saved times.
    """
    found: list[tuple[float, float]] = []
    for time in np.asarray(saved, dtype=float):
        if not found or time >= found[-1][1]:
            found.append((float(time), float(time) + frame_time))
    return np.array(found)


def weights(saved: Any, shots: Floats) -> Floats:
    """Share of each saved state in each frame, (n, m); every row sums to 1."""
    times = np.asarray(saved, dtype=float)
    rows = np.zeros((len(shots), len(times)))
    for row, (start, end) in zip(rows, shots, strict=True):
        inside = times[(times > start) & (times < end)]
        moments = np.unique(np.concatenate([[start], inside, [end]]))
        if len(moments) == 1:
            share = np.ones(1)
        else:
            gaps = np.diff(moments)
            share = (np.append(gaps, 0.0) + np.append(0.0, gaps)) / (2.0 * (end - start))
        for moment, part in zip(moments, share, strict=True):
            _put(row, times, float(moment), float(part))
    return rows


def _put(row: Floats, times: Floats, moment: float, part: float) -> None:
    """Share a moment out to the saved times around it."""
    k = int(np.searchsorted(times, moment, side="right")) - 1
    if k < 0 or k >= len(times) - 1:
        row[min(max(k, 0), len(times) - 1)] += part
        return
    later = (moment - times[k]) / (times[k + 1] - times[k])
    row[k] += part * (1.0 - later)
    row[k + 1] += part * later
