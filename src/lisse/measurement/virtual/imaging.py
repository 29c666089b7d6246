"""The way from saved fields to recorded frames that all imaging instruments share.

Each saved state becomes an ideal picture once; exposures add these up; the point spread, the voxels and the noise of
the instrument come last.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lisse.errors import InvalidInput
from lisse.measurement.virtual.declaration import Instrument, settings_of
from lisse.measurement.virtual.exposure import exposures, weights
from lisse.measurement.virtual.frames import Frames
from lisse.measurement.virtual.scene import Scene, scene
from lisse.records import Solution
from lisse.units import duration

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["counted", "exposed", "origin", "recorded", "widest"]

Floats = NDArray[np.float64]
_MOST_COUNTS = 1e15  # far beyond any detector, and below what a float counts exactly


def exposed(
    fields: xr.Dataset, solution: Solution, frame_time: float, electrode: float, ideal: Callable[[Scene], Floats]
) -> tuple[Floats, Floats, tuple[int, int]]:
    """Ideal pictures averaged over each exposure.

    Parameters
    ----------
    fields, solution : of one run
    frame_time : float, s
    electrode : float, m. How much of each electrode is looked at, at most.
    ideal : from a Scene to its picture

    Returns
    -------
    (n, ...) array, (n, 2) array of exposures (s), and how many voxels of each electrode are in it.
    """
    saved = np.asarray(fields["time"].values, dtype=float)
    shots = exposures(saved, frame_time)
    share = weights(saved, shots)
    total: Floats | None = None
    shown = (0, 0)
    for k in np.flatnonzero(share.any(axis=0)).tolist():
        now = scene(fields, k, solution, electrode)
        wanted = (max(shown[0], now.shown[0]), max(shown[1], now.shown[1]))
        picture = _padded(ideal(now), now.shown, wanted)
        if total is None:
            total = np.zeros((len(shots), *picture.shape))
        elif wanted != shown:
            total = np.stack([_padded(each, shown, wanted) for each in total])
        shown = wanted
        for row in np.flatnonzero(share[:, k]):
            total[row] += share[row, k] * picture
    assert total is not None
    return total, shots, shown


def _padded(picture: Floats, has: tuple[int, int], wanted: tuple[int, int]) -> Floats:
    """Nothing beside an electrode that is thinner now than at another time."""
    if has == wanted:
        return picture
    ends = [(wanted[0] - has[0], wanted[1] - has[1]), *[(0, 0)] * (picture.ndim - 1)]
    return np.pad(picture, ends)


def recorded(
    instrument: Instrument,
    solution: Solution,
    data: xr.Dataset,
    signal: str,
    seed: int | None,
    warnings: tuple[str, ...] = (),
) -> Frames:
    """The record with its settings, its declaration and where it comes from."""
    declared = instrument.declaration
    start, end = float(data["exposure_start"][0]), float(data["exposure_end"][0])
    span = float(np.ptp(solution["time"].values))
    if len(data["time"]) == 1 and end - start > span > 0:
        taken = f"{duration(end - start)}, longer than all of the run ({duration(span)})"
        warnings = (*warnings, f"one scan takes {taken}: one blurred scan")
    return Frames(
        data=data,
        inputs={**settings_of(instrument), "declaration": declared.to_dict(), **origin(solution)},
        status=solution.status,
        status_text=solution.status_text,
        warnings=warnings,
        references=tuple(sorted({fact.source for fact in declared.facts if fact.source})),
        seed=seed,
        version=solution.version,
        instrument=f"virtual {declared.name}",
        signal=signal,
    )


def origin(solution: Solution) -> dict[str, Any]:
    """What a record keeps of the solution that it looks at."""
    return {"solution": dict(solution.inputs), "model": solution.model}


def widest(values: Floats, axis: int, edge: float, field_of_view: float) -> tuple[Floats, float]:
    """The middle of the picture along one axis, as much as fits into the field of view, and where it begins (m)."""
    count = values.shape[axis]
    fits = max(1, int(field_of_view / edge * (1.0 + 1e-9))) if math.isfinite(field_of_view) else count
    if fits >= count:
        return values, 0.0
    low = (count - fits) // 2
    return values.take(range(low, low + fits), axis), low * edge


def counted(mean: Floats, random: np.random.Generator, what: str) -> Floats:
    """Counts drawn from the Poisson law of that mean.

    Parameters
    ----------
    mean : array, 1. Of the counts; what rounding leaves below 0 is taken as 0.
    random : numpy.random.Generator
    what : str. Name of the setting that could lower the counts, for the message.
    """
    most = float(np.max(mean, initial=0.0))
    if not most <= _MOST_COUNTS:
        raise InvalidInput(what, f"{most:.3g} counts in one place", f"up to {_MOST_COUNTS:g} counts", "Lower it")
    return random.poisson(np.clip(mean, 0.0, None)).astype(float)
