"""Voids under the metal of one interface, column by column: the contact law of the lumped model on a lateral map.

State: the void volume per area w of each column. In a step current and pressure of each column are constant and

::

    dw/dt = gathered(j) - closure(w, p),   w >= 0          (`lisse.models.contact.ContactLaw`)
    dw/dt = ... + D lap w                                   surface diffusion along the interface

are taken one after the other. The first is a scalar equation of its own in each column. It is integrated by the
linearly implicit Euler method, extrapolated over 1, 2, 3 and 4 parts of a stride to order four (Deuflhard's scheme),
with a stride of its own in each column: stable at any step, and accurate to `TOLERANCE`. Since the equation is
autonomous its solutions are monotone, so that a column that closes within the step stays closed to its end. The second
is implicit Euler with fluxes between columns, so that it moves voids but makes none.

The closure of a step is what the balance leaves, gathered - change/dt: void volume and charge agree to rounding.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lisse.errors import InvalidInput, SolveFailed
from lisse.models.contact import ContactLaw

__all__ = ["TOLERANCE", "VoidStep", "Voids"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

TOLERANCE = 1e-6
"""Of a void height over a stride, relative to the height itself and to a thousandth of that of lost contact.

It bounds the error of the scheme of one order less; what is kept is a hundred times better.
"""
_ORDER = 4
_MOST_STRIDES = 20_000


@dataclass(frozen=True, eq=False)
class VoidStep:
    """What a step did to the voids; lateral arrays.

    Attributes
    ----------
    height : array, m
        Void volume per area at the end.
    contact : array, 1
        Contact fraction at the end.
    closure : array, m/s
        Mean rate at which pressure and capillarity closed voids (below zero where a pull opened them).
    spreading : array, m
        Height that surface diffusion brought; its sum is zero.
    growth : array, m
        Metal that the interface gained: what was plated, less what filled voids, plus what opened them. Of the metal
        that is stripped, what becomes void is not in it: ``growth = height change - stripped volume``.
    strides : int
        Largest number in a column.
    """

    height: Floats
    contact: Floats
    closure: Floats
    spreading: Floats
    growth: Floats
    strides: int


class Voids:
    """Voids of one interface on a periodic lateral grid.

    Parameters
    ----------
    law : ContactLaw
        Its numbers may be lateral arrays.
    spacing : float, m
        Edge of a column.
    closure : lateral array or float, 1
        Diffusional closure over that of the law.
    smoothing : float, m2/s
        D; 0 leaves every column to itself.
    metal : lateral mask, optional
        Columns where metal meets electrolyte; all by default. Elsewhere there are no voids.
    """

    def __init__(
        self,
        law: ContactLaw,
        spacing: float,
        closure: ArrayLike = 1.0,
        smoothing: float = 0.0,
        metal: Mask | None = None,
    ) -> None:
        if not (math.isfinite(spacing) and spacing > 0.0):
            raise InvalidInput("spacing", spacing, "a length above 0")
        if not (math.isfinite(smoothing) and smoothing >= 0.0):
            raise InvalidInput("smoothing", smoothing, "0 or above, in m2/s")
        share = np.asarray(closure, dtype=float)
        if not (np.isfinite(share) & (share >= 0.0)).all():
            raise InvalidInput("closure", "not all of them are", "finite, 0 or above")
        velocity: Any = law.closure_velocity * share
        self.law = replace(law, closure_velocity=velocity[()])
        self.spacing, self.smoothing, self.metal = spacing, smoothing, metal
        self._factor: tuple[float, Any] | None = None

    def contact(self, height: Floats) -> Floats:
        """1. Contact fraction of each column."""
        return self.law.fractions(height)

    def lost(self, height: Floats, limit: float) -> Mask:
        """Columns whose contact fraction has fallen below a limit."""
        below = np.asarray(self.law.fractions(height) < limit)
        return below if self.metal is None else below & self.metal

    def gathered(self, stripped: ArrayLike) -> Floats:
        """m/s. Void volume per area that a stripping current density (A/m2, below zero plated) makes, without closure.

        The areal rate is that of the current density of the column, not of the share in contact.
        """
        j = np.asarray(stripped, dtype=float)
        made = np.maximum(self.law.injection * j - self.law.vacancy_current, 0.0)
        return np.asarray(np.where(j >= 0.0, made, self.law.refill * j) * self.law.volume_per_charge)

    def rate(self, height: Floats, stripped: ArrayLike, pressure: ArrayLike) -> Floats:
        """m/s. Rate of change of the void height, without surface diffusion; closed voids stay closed below zero."""
        closure = self.law.closure(np.maximum(height, 0.0), np.asarray(pressure, dtype=float))
        net = self.gathered(stripped) - closure
        net = np.where(np.asarray(height) > 0.0, net, np.maximum(net, 0.0))
        return net if self.metal is None else np.where(self.metal, net, 0.0)

    def advance(self, height: Floats, stripped: ArrayLike, pressure: ArrayLike, duration: float) -> VoidStep:
        """The voids at the end of a step.

        Parameters
        ----------
        height : lateral array, m
            Void volume per area at the start.
        stripped : lateral array or float, A/m2
            Current density of each column, above zero where the metal is stripped, below where it is plated.
        pressure : lateral array or float, Pa
            On the metal of each column, compression positive.
        duration : float, s

        Returns
        -------
        VoidStep
        """
        before = np.array(height, dtype=float)
        j, p = (np.broadcast_to(np.asarray(one, dtype=float), before.shape) for one in (stripped, pressure))
        self._check(before, j, p, duration)
        gathered = self.gathered(j)
        after, strides = self._integrated(before, gathered, p, duration)
        if self.metal is not None:
            after = np.where(self.metal, after, before)
            gathered = np.where(self.metal, gathered, 0.0)
        spread = self._spread(after, duration)
        closure = gathered - (after - before) / duration if duration > 0.0 else np.zeros_like(before)
        growth = (spread - before) - duration * j * self.law.volume_per_charge
        return VoidStep(spread, self.contact(spread), closure, spread - after, growth, strides)

    def suggested_duration(
        self, height: Floats, stripped: ArrayLike, pressure: ArrayLike, change: float = 0.05
    ) -> float:
        """s. Step in which no column's contact fraction changes by more than `change`, at the rates of its start.

        Voids that need less than that to close do not limit it.
        """
        w, a = np.asarray(height, dtype=float), self.law.fractions(height)
        rate = self.rate(w, stripped, pressure)
        opened = self.law.height(np.maximum(a - change, 0.0))
        closed = self.law.height(np.minimum(a + change, 1.0))
        room = np.where(rate > 0.0, np.maximum(opened - w, 0.0), w - closed)
        limits = (rate > 0.0) | ((rate < 0.0) & (a + change < 1.0))
        gone = self.law.contact_coefficient * np.maximum(w, 0.0) ** (2.0 / 3.0) >= 1.0  # nothing left to lose
        limits &= ~(gone & (rate > 0.0))
        if not limits.any():
            return math.inf
        return float((room[limits] / np.abs(rate[limits])).min())

    def _check(self, height: Floats, stripped: Floats, pressure: Floats, duration: float) -> None:
        if not (math.isfinite(duration) and duration >= 0.0):
            raise InvalidInput("duration", duration, "0 or above, in s")
        for name, values, good in (
            ("height", height, height >= 0.0),
            ("stripped", stripped, True),
            ("pressure", pressure, True),
        ):
            right = np.isfinite(values) & good
            if not right.all():
                first = np.unravel_index(int(np.argmin(right)), values.shape)
                place = tuple(int(n) for n in first)
                allowed = "finite, 0 or above" if name == "height" else "finite"
                raise InvalidInput(name, f"{values[first]} in column {place}", allowed)

    # -- each column ---------------------------------------------------------------------------------------------------

    def _integrated(self, before: Floats, gathered: Floats, p: Floats, duration: float) -> tuple[Floats, int]:
        """Heights after a time, and the largest number of strides."""
        if duration == 0.0:
            return before, 0
        out = before.reshape(-1).copy()
        place = np.arange(out.size)
        law = _of_columns(self.law, place, before.shape)
        w, gathered, p = out.copy(), gathered.reshape(-1), p.reshape(-1)
        left, strides = np.full(out.size, float(duration)), 0
        stride = left.copy()
        while place.size:
            if strides >= _MOST_STRIDES:
                text = f"voids: {strides} strides did not end a step of {duration:.3g} s"
                raise SolveFailed(f"{text} (void height {float(w.max()):.3g} m)")
            stride = np.minimum(stride, left)
            new, error = _stride(law, w, gathered, p, stride)
            error = error / (TOLERANCE * (np.abs(w) + 1e-3 * law.height(0.0)))
            taken = error <= 1.0
            w = np.asarray(np.where(taken, new, w), dtype=float)
            left = np.where(taken, left - stride, left)
            done = left <= 0.0
            done |= taken & (w <= 0.0) & (gathered <= law.closure(np.zeros_like(w), p))  # closed to the end
            stride = stride * np.clip(0.9 * np.maximum(error, 1e-12) ** (-1.0 / _ORDER), 0.1, 5.0)
            strides += 1
            if done.any():
                out[place[done]] = w[done]
                on = ~done
                place = place[on]
                w, left, stride, gathered, p = (each[on] for each in (w, left, stride, gathered, p))
                law = _of_columns(self.law, place, before.shape)
        return out.reshape(before.shape), strides

    # -- along the interface -------------------------------------------------------------------------------------------

    def _spread(self, height: Floats, duration: float) -> Floats:
        """Heights after surface diffusion."""
        if self.smoothing == 0.0 or duration == 0.0 or height.size == 1:
            return height
        if self._factor is None or self._factor[0] != duration:
            self._factor = duration, self._factored(height.shape, duration)
        flat = height.reshape(-1)
        found: Floats = np.asarray(self._factor[1].solve(flat))
        found += (flat.sum() - found.sum()) * found / max(float(found.sum()), 1e-300)  # rounding
        return np.maximum(found, 0.0).reshape(height.shape)

    def _factored(self, shape: tuple[int, ...], duration: float) -> Any:
        """LU of 1 - dt D lap with no flux to columns without metal."""
        from scipy.sparse import coo_array, eye_array
        from scipy.sparse.linalg import splu

        number = np.arange(math.prod(shape)).reshape(shape)
        metal = np.ones(shape, dtype=bool) if self.metal is None else self.metal
        weight = duration * self.smoothing / self.spacing**2
        matrix = eye_array(number.size, format="csc")
        for axis in range(len(shape)):
            there = np.roll(number, -1, axis)
            open_ = metal & np.roll(metal, -1, axis) & (there != number)
            a, b = number[open_], there[open_]
            value = np.full(len(a), weight)
            rows = np.concatenate([a, b, a, b]), np.concatenate([a, b, b, a])
            matrix = matrix + coo_array((np.concatenate([value, value, -value, -value]), rows), matrix.shape)
        return splu(matrix.tocsc())


def _stride(law: ContactLaw, w: Floats, gathered: Floats, p: Floats, stride: Floats) -> tuple[Floats, Floats]:
    """Heights after one stride, and their error, m."""
    nudge = 1e-6 * (w + law.height(0.0) * 1e-6)
    at_start = law.closure(w, p)
    stiffness = np.maximum((law.closure(w + nudge, p) - at_start) / nudge, 0.0)
    row: list[Floats] = []
    closed = np.ones(w.shape, dtype=bool)  # in every one of the four ways
    for parts in range(1, _ORDER + 1):
        part = stride / parts
        damping = 1.0 / (1.0 + part * stiffness)
        x = w + part * (gathered - at_start) * damping
        for _ in range(parts - 1):
            x = x + part * (gathered - law.closure(np.maximum(x, 0.0), p)) * damping
        closed &= x <= 0.0
        above = row
        row = [x]
        for k, value in enumerate(above, start=1):
            row.append(row[-1] + (row[-1] - value) * ((parts - k) / k))
    error = np.where(closed, 0.0, np.abs(row[-1] - row[-2]))
    return np.where(closed, 0.0, np.maximum(row[-1], 0.0)), np.where(np.isfinite(error), error, np.inf)


def _of_columns(law: ContactLaw, place: NDArray[np.int64], shape: tuple[int, ...]) -> ContactLaw:
    """The law of some columns (flat numbers) of a lateral grid."""
    maps: dict[str, Any] = {name: value for name, value in vars(law).items() if np.ndim(value) and name != "form"}
    if not maps:
        return law
    some: dict[str, Any] = {name: np.broadcast_to(value, shape).reshape(-1)[place] for name, value in maps.items()}
    return replace(law, **some)
