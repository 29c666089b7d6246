"""What happened to a cell at one moment, and how sure that is. The kinds are told in files of their own.

Confidence, between 0 and 1, is ``(k + 1)/(n + 2)``, the rule of succession, for `k` of `n` observations that agree,
times the weight of the kind of evidence. Hard short, and a voltage below what the electrolyte needs: weight 1, `n`
records with current from the failure on (at most 20), `k` of them under the limit. A sudden step down of the voltage:
`STEP_WEIGHT`. Several weak signs together: `SIGNS_WEIGHT`. Contact loss and depletion: weight 1, `n` steps from bin
to bin of the climb, `k` of them upward. No failure: `n` half-cycles, all of them passed; 0 when no current was passed
at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lisse.measurement.analysis.segments import Step
from lisse.measurement.analysis.trace import Trace

__all__ = [
    "SIGNS_WEIGHT",
    "STEP_WEIGHT",
    "WITNESSES",
    "Event",
    "Moment",
    "agreement",
    "event_at",
    "records_with_current",
    "signed_voltage",
    "succession",
]

STEP_WEIGHT, SIGNS_WEIGHT = 0.8, 0.6
"""A lead that shifts makes a step too, and a cell that heals shows signs: a judgement, not a measurement."""
WITNESSES = 20
"""Most observations that a confidence counts."""


@dataclass(frozen=True)
class Event:
    """One failure.

    Attributes
    ----------
    mode : str
        ``"hard-short"``, ``"soft-short"``, ``"contact-loss"`` or ``"depletion"``.
    step : int
        Number of the step in which it happened.
    record : int
        First record after it.
    time : float, s
        Time of that record.
    resolution : float, s
        It happened at most this long before.
    confidence : float
        See the top of this file.
    evidence : tuple of str
        What was seen, in words.
    """

    mode: str
    step: int
    record: int
    time: float
    resolution: float
    confidence: float
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Moment:
    """One thing that happened, in the order of time.

    Attributes
    ----------
    time : float, s
    what : str
        ``"rise"``, ``"peak"``, ``"drop"``, ``"transient"``, ``"step-down"``, ``"below-electrolyte"``,
        ``"impedance-collapse"``, ``"erratic"``, ``"recovery"`` or a mode of failure.
    text : str
    voltage : float or None, V
    """

    time: float
    what: str
    text: str
    voltage: float | None = None


def succession(agreeing: int, total: int) -> float:
    """Laplace's rule of succession, ``(k + 1)/(n + 2)``."""
    return (agreeing + 1) / (total + 2)


def records_with_current(steps: Sequence[Step]) -> np.ndarray:
    """Numbers of all records in which current flows."""
    chosen = [np.arange(step.first, step.stop) for step in steps if step.sign]
    return np.concatenate(chosen) if chosen else np.array([], dtype=int)


def signed_voltage(trace: Trace, steps: Sequence[Step]) -> np.ndarray:
    """Voltage counted in the direction of the current, V; NaN in rests."""
    found = np.full(trace.time.size, np.nan)
    for step in steps:
        if step.sign:
            found[step.records] = step.sign * trace.voltage[step.records]
    return found


def agreement(low: np.ndarray, on: np.ndarray, record: int) -> float:
    """Confidence from how many of the next records with current are low.

    Parameters
    ----------
    low : (n,) array of bool
        Of every record.
    on : (m,) array of int
        Records with current.
    record : int
    """
    begin = int(np.searchsorted(on, record))
    witnesses = low[on[begin : begin + WITNESSES]]
    return succession(int(witnesses.sum()), witnesses.size)


def event_at(
    mode: str,
    trace: Trace,
    step: int,
    record: int,
    confidence: float,
    evidence: Sequence[str] = (),
    since: int | None = None,
) -> Event:
    """A failure that `record` is the first to show; the record `since` (the one before by default) showed none."""
    time = float(trace.time[record])
    earlier = max(record - 1, 0) if since is None else since
    return Event(mode, step, record, time, time - float(trace.time[earlier]), confidence, tuple(evidence))
