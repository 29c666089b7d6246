"""Follow the flaws of one interface along the contact of one step.

While no flaw is critical the filling of each obeys a linear equation, solved exactly from one recorded time to the
next. Where K passes K_IC the filling and the depth are integrated together (CVODE's BDF, SUNDIALS) to the end of the
step, or until a flaw spans the electrolyte.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lisse.models.flaws import FlawLaw
from lisse.models.lumped.integrator import falling, integrate

__all__ = ["FlawPath", "Mouth", "follow_flaws"]

Mouth = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
"""Times (s, from the start of the step) to the current density at this interface (A/m2, above zero where it is plated)
and to the drop between metal and electrolyte at the mouth of a flaw (V, of the same sign)."""


@dataclass(frozen=True)
class FlawPath:
    """Flaws of one interface through one step.

    Attributes
    ----------
    time : (n,) array, s
        Those of the contact, with those of the growth put in between, up to a short.
    filling, depth : (n, m) array
        Scaled state.
    short : float or None
        s. When a flaw spanned the electrolyte.
    trouble : str
        Why the integrator stopped, or an empty string.
    """

    time: np.ndarray
    filling: np.ndarray
    depth: np.ndarray
    short: float | None = None
    trouble: str = ""


def follow_flaws(
    law: FlawLaw,
    time: np.ndarray,
    mouth: Mouth,
    filling: np.ndarray,
    depth: np.ndarray,
    thickness: float,
    tolerance: float,
) -> FlawPath:
    """Run the flaws of one interface.

    Parameters
    ----------
    law : FlawLaw
    time : (n,) array
        s, from the start of the step.
    mouth : callable
        What the flaws see at any times of the step.
    filling, depth : (m,) array
        At the start.
    thickness : float
        m. Of the electrolyte.
    tolerance : float
        Relative tolerance of the integration of growth.
    """
    plating, drop = mouth(time)
    spans = depth * law.initial_depth >= thickness
    if spans.any() and plating[0] > 0.0:  # plated full at once: lithium needs no crack to cross a hole
        full = np.where(spans, np.maximum(filling, depth**1.5), filling)
        return FlawPath(time[:1], full[np.newaxis], depth[np.newaxis], short=float(time[0]))
    drive = law.drive(depth, plating[:, np.newaxis], drop[:, np.newaxis])
    fillings = law.relax(filling, depth, time, drive)
    quiet = FlawPath(time, fillings, np.broadcast_to(depth, fillings.shape))
    bound = np.maximum(filling, drive.max(axis=0) * depth**2)
    if law.intensity(bound, depth).max() <= 1.0:
        return quiet
    peak = law.peak(fillings, depth, time, drive)
    critical = (law.intensity(peak, depth).max(axis=1) > 1.0) & (plating[1:] > 0.0)
    if not critical.any():
        return quiet
    k = 1 + int(np.argmax(critical))
    before = FlawPath(time[:k], fillings[:k], np.broadcast_to(depth, (k, len(depth))))
    return _join(before, _grow(law, mouth, before, float(time[-1]), thickness, tolerance))


def _grow(law: FlawLaw, mouth: Mouth, before: FlawPath, end: float, thickness: float, tolerance: float) -> FlawPath:
    """Integrate filling and depth from the last time of `before` to the end of the step."""
    from sksundae.cvode import CVODE

    m = len(law.initial_depth)
    span = law.initial_depth / thickness

    def rates(t: float, state: np.ndarray, out: np.ndarray) -> None:
        filling, depth = state[:m], state[m:]
        plating, drop = mouth(np.array([t]))
        drive = law.drive(depth, float(plating[0]), float(drop[0]))
        out[:m], out[m:] = law.rates(filling, depth, drive)

    def spanned(_: float, state: np.ndarray, out: np.ndarray) -> None:
        out[0] = 1.0 - (state[m:] * span).max()

    start = np.concatenate([before.filling[-1], before.depth[-1]])
    solver = CVODE(
        rates,
        rtol=tolerance,
        atol=tolerance,
        max_num_steps=50_000,
        eventsfn=falling(spanned, 1),
        num_events=1,
        sparsity=_pattern(m),
    )
    found = integrate(solver, np.array([before.time[-1], end]), start)
    short = float(found.time[-1]) if found.event is not None else None
    depth = np.maximum.accumulate(found.state[:, m:])
    trouble = f"growth of a flaw: {found.trouble}" if found.trouble else ""
    return FlawPath(found.time, found.state[:, :m], depth, short, trouble)


def _pattern(m: int) -> np.ndarray:
    """Filling and depth of one flaw know each other and no other flaw."""
    return np.tile(np.eye(m), (2, 2))


def _join(before: FlawPath, after: FlawPath) -> FlawPath:
    return FlawPath(
        np.concatenate([before.time, after.time[1:]]),
        np.concatenate([before.filling, after.filling[1:]]),
        np.concatenate([before.depth, after.depth[1:]]),
        after.short,
        after.trouble,
    )
