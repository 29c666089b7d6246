"""One call of the time integrator (CVODE's BDF, SUNDIALS, through scikit-sundae), with its failures put into words."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Integration", "falling", "integrate"]


@dataclass(frozen=True)
class Integration:
    """What came of it.

    Attributes
    ----------
    time : (n,) array, s
        Strictly increasing.
    state : (n, m) array
        Finite.
    event : int or None
        The event that ended it.
    trouble : str
        Why it stopped before the end, or an empty string.
    """

    time: np.ndarray
    state: np.ndarray
    event: int | None
    trouble: str


def integrate(solver: Any, times: np.ndarray, state: np.ndarray) -> Integration:
    """Run a CVODE solver through the given times (s), or to its first event.

    Two times are a start and an end: the integrator's own steps are recorded. More are the times to record.
    """
    with contextlib.redirect_stdout(io.StringIO()):  # it prints its own errors, which go into `trouble` instead
        found = solver.solve(times, state)
    time, states = np.asarray(found.t), np.asarray(found.y)
    good = np.isfinite(states).all(axis=1)
    good[1:] &= np.diff(time) > 0.0
    broken = not good[0] or not np.isfinite(states).all()
    event = None if found.i_events is None else int(np.flatnonzero(np.asarray(found.i_events)[-1])[0])
    trouble = ""
    if broken or (not found.success and event is None):
        trouble = f"the time integrator stopped after {time[good][-1] - times[0]:.4g} s ({found.message})"
    return Integration(time[good], states[good], event, trouble)


def falling(events: Callable[..., None], count: int) -> Callable[..., None]:
    """Mark an event function: each of its values ends the run when it falls through zero."""

    def marked(t: float, y: np.ndarray, out: np.ndarray) -> None:
        events(t, y, out)

    marked.terminal, marked.direction = [True] * count, [-1] * count  # type: ignore[attr-defined]
    return marked
