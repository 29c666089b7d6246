"""Squared displacements of many walks, in blocks: diffusivities and what chance leaves open about them.

Every block holds walks of its own, independent of those of all other blocks, so the scatter between blocks is an
honest standard error of everything that is linear in the squared displacements: slopes, tensors, transforms.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["OCTAVE", "Displacements", "lag_times", "mean_and_error", "octave_times", "record_plan"]

Array = np.ndarray[Any, np.dtype[Any]]
OCTAVE = 4
"""Times at which displacements are recorded per factor of two."""
_MOST_TIMES = 160
_MOST_WINDOWS, _RECORDS = 32, 0.1  # origins of a walk for one lag; records of a walk over its hops, about
_ENTRIES = ((0, 5, 4), (5, 1, 3), (4, 3, 2))  # place in xx, yy, zz, yz, xz, xy of each entry of a tensor


def lag_times(duration: float, fastest: float) -> Array:
    """Times at which displacements are recorded: up to `duration`, four per octave, from 1/20 of the fastest wait.

    Parameters
    ----------
    duration : float, s. The last time.
    fastest : float, 1/s. Largest rate at which a site is left.

    Returns
    -------
    (n,) array, s
        At least 13 times (three octaves), at most 160.
    """
    octaves = np.log2(max(8.0, 20.0 * duration * fastest))
    count = min(int(np.ceil(OCTAVE * octaves)) + 1, _MOST_TIMES)
    times: Array = duration * 2.0 ** (np.arange(1 - count, 1) / OCTAVE)
    return times


def record_plan(times: Array, hops: float) -> tuple[Array, Array, Array, Array]:
    """When a walk takes which displacement: short ones several times, one after the other.

    Those of half the duration and less are taken twice, of a quarter and less four times and so on, up to 32 times as
    long as this costs little beside the hops.

    Parameters
    ----------
    times : (n,) array, s. As `lag_times` gives them.
    hops : float. Of a walk, about.

    Returns
    -------
    three (events,) arrays
        Time, number of the origin, number of the lag; ``-1 - lag`` where the origin then moves there.
    (n,) array
        How often a walk takes each lag.
    """
    duration, events, often = times[-1], [], np.empty(len(times), dtype=np.int64)
    most = int(np.log2(np.clip(_RECORDS * hops / len(times), 2.0, _MOST_WINDOWS)))
    for lag in range(len(times)):
        before = (len(times) - 1 - lag) // OCTAVE
        slot = min(before, most)
        windows = 2**slot
        often[lag] = windows
        ends = (len(times) - 1 - lag) % OCTAVE == 0 and before == slot  # as long as the window
        for window in range(windows):
            start = duration * window / windows
            events.append((start + times[lag], slot, -1 - lag if ends else lag))
    events.sort(key=lambda event: event[0])
    when, slots, lags = (np.array(column) for column in zip(*events, strict=True))
    return when, slots, lags, often


def octave_times(duration: float, fastest: float) -> Array:
    """Every fourth of `lag_times`: one per octave, for slopes alone."""
    times: Array = lag_times(duration, fastest)[::-OCTAVE][::-1]
    return times


@dataclass(frozen=True, eq=False)
class Displacements:
    """Mean products of displacements at some times, by blocks.

    Attributes
    ----------
    times : (n,) array, s. As `lag_times` gives them.
    blocks : (blocks, n, 6) array, m2. Means of xx, yy, zz, yz, xz, xy over the walks of each block.
    start : (3,) array, m2/s. Diffusivities at time 0, known exactly.
    octave : int. Times per factor of two.
    """

    times: Array
    blocks: Array
    start: Array
    octave: int = OCTAVE

    def slopes(self, before: int = 0) -> Array:
        """Half the slope over the last octave of times, or over the one that is `before` octaves earlier.

        Returns
        -------
        (blocks, 6) array, m2/s
        """
        late = len(self.times) - 1 - before * self.octave
        early = late - self.octave
        between = self.times[late] - self.times[early]
        slopes: Array = (self.blocks[:, late] - self.blocks[:, early]) / (2.0 * between)
        return slopes

    def tensor(self) -> tuple[Array, Array]:
        """Diffusivity tensor from the last octave and its standard errors: (3, 3) arrays, m2/s."""
        mean, error = mean_and_error(self.slopes())
        return mean[np.array(_ENTRIES)], error[np.array(_ENTRIES)]

    def squares(self) -> tuple[Array, Array]:
        """Mean-square displacement along x, y and z and its standard errors: (n, 3) arrays, m2."""
        return mean_and_error(self.blocks[:, :, :3])

    def transformed(self, s: complex, axes: tuple[int, ...]) -> tuple[complex, complex]:
        """D(s), m2/s, mean over some axes, and the standard errors of its real and of its imaginary part."""
        from lisse.numerics.displacement_transform import transform_weights

        weights = transform_weights(self.times, s)
        start = weights[0] * self.start[list(axes)].mean()
        values = start + self.blocks[:, :, list(axes)].mean(axis=2) @ weights[1:]
        real, real_error = mean_and_error(values.real)
        imaginary, imaginary_error = mean_and_error(values.imag)
        return complex(real, imaginary), complex(real_error, imaginary_error)


def mean_and_error(values: Array) -> tuple[Any, Any]:
    """Mean over the first axis and its standard error."""
    return values.mean(axis=0), values.std(axis=0, ddof=1) / np.sqrt(len(values))
