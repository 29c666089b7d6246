"""Follow the flaws of one interface along the contact of one step.

While no flaw is critical the filling of each obeys a linear equation, solved exactly from one recorded time to the
next. Where K reaches K_IC the filling alone is integrated (CVODE's BDF, SUNDIALS) to the end of the step, or until a
flaw spans the electrolyte: a flaw that grows is as deep as its filling makes it at K = K_IC, so that lithium supply
sets its speed and nothing is stiff.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from lisse.models.flaws import FlawLaw
from lisse.models.lumped.integrator import Integration, falling, integrate

__all__ = ["FlawPath", "Mouth", "follow_flaws"]

_MOST_HALTS = 1000

Mouth = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray, np.ndarray | float]]
"""Times (s, from the start of the step) to the current density at this interface (A/m2, above zero where it is plated),
to the drop between metal and electrolyte at the mouth of a flaw (V, of the same sign), and to the tension across the
flaws (Pa; 0 where nothing pulls)."""


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
    filaments: Sequence[int] = (),
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
    filaments : sequence of int
        Classes that span the electrolyte and lead current past the cell: they stand still.
    """
    if filaments:
        return _beside(law, time, mouth, filling, depth, thickness, tolerance, filaments)
    plating, drop, tension = mouth(time)
    spans = depth * law.initial_depth >= thickness
    if spans.any() and plating[0] > 0.0:  # plated full at once: lithium needs no crack to cross a hole
        full = np.where(spans, np.maximum(filling, depth**1.5), filling)
        return FlawPath(time[:1], full[np.newaxis], depth[np.newaxis], short=float(time[0]))
    pulled = tension[:, np.newaxis] if isinstance(tension, np.ndarray) else tension
    drive = law.drive(depth, plating[:, np.newaxis], drop[:, np.newaxis], pulled)
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


def _beside(
    law: FlawLaw,
    time: np.ndarray,
    mouth: Mouth,
    filling: np.ndarray,
    depth: np.ndarray,
    thickness: float,
    tolerance: float,
    filaments: Sequence[int],
) -> FlawPath:
    """The flaws beside filaments."""
    others = np.setdiff1d(np.arange(len(filling)), filaments)
    still = FlawPath(time, np.tile(filling, (len(time), 1)), np.tile(depth, (len(time), 1)))
    if not len(others):
        return still
    found = follow_flaws(law.classes(others), time, mouth, filling[others], depth[others], thickness, tolerance)
    fillings, depths = np.tile(filling, (len(found.time), 1)), np.tile(depth, (len(found.time), 1))
    fillings[:, others], depths[:, others] = found.filling, found.depth
    return FlawPath(found.time, fillings, depths, found.short, found.trouble)


def _grow(law: FlawLaw, mouth: Mouth, before: FlawPath, end: float, thickness: float, tolerance: float) -> FlawPath:
    """Integrate the filling from the last time of `before` to the end of the step, from one halt of a flaw to the next.

    A flaw that grows is as deep as its filling at K = K_IC makes it, and one that halts keeps its depth.
    """
    growth = _Growth(law, mouth, before.depth[-1], thickness, tolerance)
    time, filling = float(before.time[-1]), before.filling[-1]
    times, fillings, depths = [np.array([time])], [filling[np.newaxis]], [growth.reached[np.newaxis]]
    short, trouble, halts = None, "", 0
    while end - time > 1e-12 * end and short is None and not trouble:
        found = growth.run(time, end, filling)
        time, filling = float(found.time[-1]), np.maximum(found.state[-1], 0.0)
        times.append(found.time[1:])
        fillings.append(np.maximum(found.state[1:], 0.0))
        depths.append(np.maximum.accumulate(growth.depth(found.state))[1:])
        growth.reached = growth.depth(found.state).max(axis=0)
        short, trouble, halts = time if found.event == 0 else None, found.trouble, halts + 1
        if halts > _MOST_HALTS:
            trouble = f"flaws halted more than {_MOST_HALTS} times within one step"
    said = f"growth of a flaw: {trouble}" if trouble else ""
    return FlawPath(np.concatenate(times), np.concatenate(fillings), np.concatenate(depths), short, said)


class _Growth:
    """The flaws of one interface while some of them grow; its state is their filling."""

    def __init__(self, law: FlawLaw, mouth: Mouth, reached: np.ndarray, thickness: float, tolerance: float) -> None:
        from sksundae.cvode import CVODE

        self.reached = reached
        self._law, self._mouth, self._span = law, mouth, law.initial_depth / thickness
        self._solver = CVODE(
            self._rates,
            rtol=tolerance,
            atol=tolerance,
            max_num_steps=20_000,
            max_conv_fails=100,
            eventsfn=falling(self._events, 2),
            num_events=2,
            linsolver="band",  # no flaw knows another
            lband=0,
            uband=0,
        )

    def depth(self, filling: np.ndarray) -> np.ndarray:
        """(..., m) array, 1. Scaled depth, at which K does not pass K_IC."""
        return np.asarray(np.maximum(self.reached, np.maximum(filling, 0.0) ** (2.0 / 3.0)))

    def run(self, start: float, end: float, filling: np.ndarray) -> Integration:
        """From one time (s) to another, to a short (event 0) or until one of the flaws halts (event 1)."""
        return integrate(self._solver, np.array([start, end]), filling)

    def _rates(self, time: float, filling: np.ndarray, out: np.ndarray) -> None:
        depth = self.depth(filling)
        plating, drop, tension = self._mouth(np.array([time]))
        pulled = float(tension[0]) if isinstance(tension, np.ndarray) else tension
        out[:] = self._law.rate(filling, depth, self._law.drive(depth, float(plating[0]), float(drop[0]), pulled))

    def _events(self, time: float, filling: np.ndarray, out: np.ndarray) -> None:
        rates = np.empty_like(filling)
        self._rates(time, filling, rates)
        out[0] = 1.0 - float((self.depth(filling) * self._span).max())
        grows = filling > self.reached**1.5 * (1.0 + 1e-9)
        out[1] = float(np.where(grows, rates, 1.0).min())


def _join(before: FlawPath, after: FlawPath) -> FlawPath:
    return FlawPath(
        np.concatenate([before.time, after.time[1:]]),
        np.concatenate([before.filling, after.filling[1:]]),
        np.concatenate([before.depth, after.depth[1:]]),
        after.short,
        after.trouble,
    )
