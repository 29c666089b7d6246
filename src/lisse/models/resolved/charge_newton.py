"""Newton's iteration for the charge balance, in the form that survives the exponentials of charge transfer.

The overpotential is linearised as a function of the face current, not the current as a function of the potential:
with j known on each face, e(j) + e'(j) (dj) = phi - phi_M + U_eq gives j in terms of the potentials, and the network of
voxels gets a conductance to ground, area/e'(j), that never exceeds that of the half voxel, whatever the exponent. The
potential of the working metal at a given current is one unknown more, for which one right-hand side more is solved.

From the tangent each face goes back to its curve at the same current or at the same e, whichever is the nearer point:
the curve of a rising exponential is left by the first and of a falling one by the second. Should that not settle, the
rest is done on the convex energy whose minimum is the balance, with a line search, which cannot fail to descend:

::

    1/2 sum g (phi - phi_neighbour)^2 + sum area integral j(e) de + current phi_M0
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lisse.models.resolved.face_law import Faces

if TYPE_CHECKING:
    from lisse.numerics.conduction import FaceOperator

__all__ = ["End", "Newton", "Point"]

Floats = NDArray[np.float64]
PLAIN = 20
"""Iterations in full steps, before those with a line search."""
_MOST = 120
_CLOSED = 1e-11  # of the current: how far the two electrodes may differ
_ROUNDING = (
    1e-13  # of what the faces exchange, where that is far more than the current: the same, as near as numbers allow
)
_LINEAR = 1e-7  # of the right-hand side: residual of a linear solution
_PER_DECADE = 1.5  # linear iterations per decade of the residual from which what is kept is made anew
_FLOOR = 1e-14  # of the largest conductance: less to ground is as good as none


@dataclass(frozen=True, eq=False)
class Point:
    """Potentials of voxels (n,) and of the two metals, V, and face currents (m,), A/m2."""

    potential: Floats
    metals: tuple[float, float]
    current_density: Floats

    def at_voltage(self, voltage: float) -> Point:
        """The same with the metals set apart by a voltage."""
        middle = 0.5 * (self.metals[0] + self.metals[1])
        return replace(self, metals=(middle - 0.5 * voltage, middle + 0.5 * voltage))


@dataclass(frozen=True, eq=False)
class End:
    """Where the iteration ended."""

    point: Point
    iterations: int
    residual: float
    converged: bool
    message: str


class Newton:
    """One charge balance.

    Parameters
    ----------
    bulk : FaceOperator
        Network of the voxels, without ground.
    faces : Faces
        Open ones.
    current : float or None, A (A/m)
        ``None`` where the voltage is held.
    kept : dict
        What one solution leaves for the next: preconditioner and border.
    """

    def __init__(self, bulk: FaceOperator, faces: Faces, current: float | None, kept: dict[str, Any]) -> None:
        self.bulk, self.faces, self.current, self.kept = bulk, faces, current, kept
        self.size = math.prod(bulk.shape)
        self.working = faces.electrode == 0
        self.stars = float(np.linalg.norm(bulk.diagonal()))
        self.total_area = max(float(faces.area[self.working].sum()), 1e-300)
        volts = max(float(np.abs(faces.shift).max(initial=0.0)), faces.thermal)
        self.least = 8.0 * np.finfo(float).eps * volts * float((faces.area / faces.series).sum())

    def run(self, point: Point, tolerance: float) -> End:
        """Iterate until the face laws are met to a tolerance and the currents of the electrodes agree."""
        best = math.inf
        for count in range(1, _MOST + 1):
            point, line_search = self._centred(point), count > PLAIN
            if line_search:
                point = self._on_curves(point)
            tangent = self._tangent(point)
            residual, closed = self._errors(tangent)
            if not math.isfinite(residual):
                return End(point, count, residual, False, "charge: the iteration left the range of numbers")
            if residual <= tolerance and closed:
                return End(tangent, count, residual, True, "")
            best = min(best, residual)
            point = self._searched(point, tangent) if line_search else self._nearer(point, tangent)
        text = f"charge: no balance after {_MOST} iterations (best mismatch {best:.1e} of the current density)"
        return End(tangent, _MOST, residual, False, text)

    # -- one iteration -------------------------------------------------------------------------------------------------

    def _centred(self, point: Point) -> Point:
        """The same with potentials around 0, where they round least."""
        level = float(np.mean(point.potential[self.faces.cell]))
        metals = point.metals[0] - level, point.metals[1] - level
        return replace(point, potential=point.potential - level, metals=metals)

    def _driving(self, potential: Floats, metals: tuple[float, float]) -> Floats:
        metal = np.array(metals)[self.faces.electrode]
        return np.asarray(potential[self.faces.cell] - metal + self.faces.shift)

    def _to_voxels(self, values: Floats) -> Floats:
        return np.asarray(np.bincount(self.faces.cell, values, self.size), dtype=float)

    def _tangent(self, point: Point) -> Point:
        """Solution of the balance with every face law replaced by its tangent."""
        faces, j = self.faces, point.current_density
        ground = faces.area / faces.slope(j)
        start = j + (self._driving(point.potential, point.metals) - faces.drop(j)) * ground / faces.area
        missing = self._missing(point.potential, start)
        step, border = self._linear(ground, missing, self._goal(start))
        shift = 0.0
        if self.current is not None:
            w = self.working
            flows = float(faces.area[w] @ start[w] + ground[w] @ step[faces.cell[w]])
            shift = (flows - self.current) / float(ground[w] @ (1.0 - border[faces.cell[w]]))
            step = step + shift * border
        moved = step[faces.cell] - np.where(self.working, shift, 0.0)
        metals = (point.metals[0] + shift, point.metals[1])
        return Point(point.potential + step, metals, start + moved * ground / faces.area)

    def _missing(self, potential: Floats, j: Floats) -> Floats:
        """A. What the faces of each voxel do not bring into it."""
        leaving = self.bulk.apply(potential.reshape(self.bulk.shape)).reshape(-1)
        leaving += self._to_voxels(self.faces.area * j)
        return np.negative(leaving)

    def _goal(self, j: Floats) -> float:
        """A. Norm of the missing currents of voxels that counts as nothing."""
        flow = self._flow(j)
        return 0.1 * max(_CLOSED * abs(self.current or flow), _ROUNDING * flow)

    def _flow(self, j: Floats) -> float:
        """A. The current, or half of what the faces exchange where that is more; at least what rounding drives."""
        return max(abs(self.current or 0.0), 0.5 * float(self.faces.area @ np.abs(j)), self.least / _ROUNDING)

    def _errors(self, tangent: Point) -> tuple[float, bool]:
        """Largest mismatch of a face law over the mean current density; whether the currents of all voxels close."""
        faces, j = self.faces, tangent.current_density
        driving = self._driving(tangent.potential, tangent.metals)
        gap = np.abs(faces.drop(j) - driving)
        levels = np.abs(tangent.potential).max() + max(abs(one) for one in tangent.metals)
        gap = np.where(gap <= 8.0 * np.finfo(float).eps * levels, 0.0, gap)  # that is rounding
        flow = self._flow(j)
        mismatch = float((gap / faces.slope(j)).max(initial=0.0))
        residual = 0.0 if mismatch == 0.0 else mismatch * self.total_area / max(flow, 1e-300)
        goal = 10.0 * self._goal(j)
        goal = max(goal, 4.0 * np.finfo(float).eps * self.stars * float(np.abs(tangent.potential).max()))  # rounding
        closed = abs(float(faces.area @ j)) <= goal and np.linalg.norm(self._missing(tangent.potential, j)) <= goal
        return residual, bool(closed)

    def _nearer(self, point: Point, tangent: Point) -> Point:
        """On the curve of each face, at the current or at the e of the tangent, whichever is nearer to before."""
        by_current = tangent.current_density
        by_driving = self.faces.current(self._driving(tangent.potential, tangent.metals))
        before = point.current_density
        nearer = np.abs(by_driving - before) < np.abs(by_current - before)
        return replace(tangent, current_density=np.where(nearer, by_driving, by_current))

    # -- safeguard -----------------------------------------------------------------------------------------------------

    def _on_curves(self, point: Point) -> Point:
        return replace(point, current_density=self.faces.current(self._driving(point.potential, point.metals)))

    def _searched(self, point: Point, tangent: Point) -> Point:
        """The lowest energy on the way to the tangent's solution."""
        step = tangent.potential - point.potential
        change = tangent.metals[0] - point.metals[0], tangent.metals[1] - point.metals[1]
        along = step[self.faces.cell] - np.array(change)[self.faces.electrode]
        bulk = self.bulk.apply(step.reshape(self.bulk.shape)).reshape(-1)
        first, second = float(bulk @ point.potential), float(bulk @ step)
        driving = self._driving(point.potential, point.metals)
        given = (self.current or 0.0) * change[0]

        def slope(share: float) -> float:
            j = self.faces.current(driving + share * along)
            return first + share * second + float(self.faces.area @ (j * along)) + given

        share, low, high, at_start = 1.0, 0.0, 1.0, abs(slope(0.0))
        value = slope(1.0)
        while value > 0.0 and abs(value) > 0.1 * at_start and high - low > 1e-12:
            share = 0.5 * (low + high)
            value = slope(share)
            low, high = (share, high) if value < 0.0 else (low, share)
            value = abs(value)
        metals = point.metals[0] + share * change[0], point.metals[1] + share * change[1]
        return self._on_curves(Point(point.potential + share * step, metals, point.current_density))

    # -- linear solutions ----------------------------------------------------------------------------------------------

    def _linear(self, ground: Floats, missing: Floats, goal: float) -> tuple[Floats, Floats]:
        """Potentials for the missing currents and, at a given current, for a unit of the working metal's potential."""
        diagonal = self._to_voxels(ground)
        largest = max(float(diagonal.max()), max(float(face.max()) for face in self.bulk.faces))
        diagonal[(diagonal > 0.0) & (diagonal < _FLOOR * largest)] = _FLOOR * largest
        border = np.zeros(0)
        if self.current is not None:
            load = self._to_voxels(np.where(self.working, ground, 0.0))
            border = self._solved(diagonal, load, _LINEAR, self.kept.get("border"))
            self.kept["border"] = border
        norm = float(np.linalg.norm(missing))
        if norm == 0.0:
            return np.zeros(self.size), border
        return self._solved(diagonal, missing, min(max(goal / norm, _LINEAR), 0.1), None), border

    def _solved(self, diagonal: Floats, load: Floats, tolerance: float, guess: Floats | None) -> Floats:
        """Conjugate gradients behind what was kept, which is made anew when it has become too far off."""
        from lisse.numerics.conduction import FaceOperator, solve

        shape, decades = self.bulk.shape, -math.log10(tolerance)
        ground, right = diagonal.reshape(shape), load.reshape(shape)
        before = None if guess is None else guess.reshape(shape)
        held, usual = self.kept.get("preconditioner"), float(self.kept.get("usual", 0.0))
        if held is not None:
            allowed = int((usual + _PER_DECADE) * decades) + 1
            found = solve(FaceOperator(self.bulk.faces, ground, held), right, tolerance, before, allowed)
            if found.converged:
                return np.asarray(found.x).reshape(-1)
            before = found.x
        operator = FaceOperator(self.bulk.faces, ground)
        found = solve(operator, right, tolerance, before)
        self.kept["preconditioner"] = operator.preconditioner
        self.kept["usual"] = max(usual, found.iterations / decades) if before is None else usual
        return np.asarray(found.x).reshape(-1)
