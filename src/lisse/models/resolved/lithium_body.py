"""A lithium electrode between the electrolyte and its collector: it is plated, moves, flows, and presses unevenly.

A strip of metal in layers, periodic laterally. It is elastic and creeps (power law); plating inserts metal between it
and the electrolyte, stripping takes metal away there. The mean of that moves the collector and makes no stress at
constant stack pressure; only what is uneven has to flow. Where the metal is pulled harder than it adheres, it opens.

Frame. Lateral axes are those of the electrolyte's grid; the nodes of the metal stand at the middles of its faces, so
that each column of the grid has one node, its own growth and its own pressure. `outward` tells which way along axis 0
the metal lies, seen from the electrolyte: -1 at its low end, +1 at its high end. Displacements and tractions that come
in and go out are in the grid's frame; inside, axis 0 points away from the electrolyte.

The mesh does not grow: metal that is plated pushes the rest through the layers, and its stress stays where it is. Make
another body when the thickness has changed much. Shear between metal and electrolyte is limited by the flow of the
metal, not by friction.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lisse.errors import InvalidInput
from lisse.models.resolved.lithium_balance import Balance, Motion
from lisse.models.resolved.lithium_contact import Touching
from lisse.models.resolved.lithium_state import LithiumState, LithiumStep, Yielding

__all__ = ["LithiumBody", "LithiumState", "LithiumStep", "Yielding", "graded_layers"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

MOST_CONTACT_CHANGES = 40
MOST_SPLITS = 6
LOOSE = 1e-2
"""Tolerance of the force balance while the set of closed nodes still changes."""
MOST_CLOSURES = 2
"""Times that a node may close in one step; then it stays. Metal sticks where it closes, so that a node can be pulled
when closed and overlap when open; one of the two must give way until the next step."""
DEPTH = 1e-9
"""Overlap that closes an open node, over the voxel's edge."""
RIGID = 1e-3
"""Growth that yields less than this share of a voxel of elastic metal does not yield."""


@dataclass(frozen=True, eq=False)
class _Push:
    """What moves the metal in a step: (d, lateral) motion of the interface, m, mean pressure on the collector, Pa, the
    length of the step, s, and springs, N/m, with their force, N, between that motion and the nodes.
    """

    moved: Floats
    pressure: float
    dt: float
    springs: Floats
    rest: Floats

    def half(self) -> _Push:
        """Of half the step."""
        return replace(self, moved=self.moved / 2, dt=self.dt / 2, springs=2.0 * self.springs)


@dataclass(frozen=True)
class LithiumBody:
    """Lithium in layers on the grid of the electrolyte's end plane.

    Attributes
    ----------
    lateral_shape : tuple of int
        Faces of the end plane: (ny,) in 2-D, (ny, nz) in 3-D.
    voxel : float, m
        Edge of a face.
    layers : int or sequence of float
        Number of layers of the voxel's height, or their heights (m) from the electrolyte on; see `graded_layers`.
    youngs_modulus : float, Pa
    poisson_ratio : float
        Above -1 and below 0.5.
    creep_prefactor : float, 1/s/Pa^n
        A in rate = A q^n at the temperature of the run; 0 for an elastic metal.
    creep_exponent : float
        n, 1 or more.
    collector : str
        ``"rigid"``: flat, sticks to the metal, free to move; ``"pressure"``: the pressure of a fluid.
    adhesion_strength : float, Pa
        Tension at which the interface opens; infinite for metal that never lets go.
    outward : int
        -1 or 1: side on which the metal lies.
    tolerance : float
        Forces left at the end of a step over the force on the interface.
    route : str
        ``"band"`` (2-D only), ``"fourier"``, or ``"auto"``: how linear systems are solved.

    Examples
    --------
    >>> body = LithiumBody((8,), 1e-6, 4, 7.8e9, 0.381, 1.2e-42, 6.55)
    >>> step = body.step(body.start(3e6), np.full(8, 1e-9), np.zeros((2, 8)), 3e6, 1.0)
    >>> step.status, round(step.lift * 1e9, 6), bool(abs(step.contact_pressure - 3e6).max() < 1.0)
    ('converged', 1.0, True)
    """

    lateral_shape: tuple[int, ...]
    voxel: float
    layers: int | Sequence[float]
    youngs_modulus: float
    poisson_ratio: float
    creep_prefactor: float
    creep_exponent: float
    collector: str = "rigid"
    adhesion_strength: float = 0.0
    outward: int = 1
    tolerance: float = 1e-8
    route: str = "auto"

    def __post_init__(self) -> None:
        shape = tuple(int(n) for n in self.lateral_shape)
        object.__setattr__(self, "lateral_shape", shape)
        if len(shape) not in (1, 2) or min(shape) < 1:
            raise InvalidInput("lateral_shape", self.lateral_shape, "one or two numbers of voxels, 1 or more")
        if not isinstance(self.layers, (int, np.integer)):
            object.__setattr__(self, "layers", tuple(float(height) for height in self.layers))
        for name, (least, open_end) in _LEAST.items():
            value = getattr(self, name)
            if not (math.isfinite(value) and (value > least if open_end else value >= least)):
                raise InvalidInput(name, value, f"a finite number {'above' if open_end else 'of at least'} {least:g}")
        if not self.poisson_ratio < 0.5:
            raise InvalidInput(
                "poisson_ratio", self.poisson_ratio, "below 0.5", "Lithium is compressible: 0.36 to 0.42"
            )
        if not self.adhesion_strength >= 0.0:
            raise InvalidInput("adhesion_strength", self.adhesion_strength, "0 Pa or more, or infinite")
        if not (self.heights and all(math.isfinite(height) and height > 0 for height in self.heights)):
            raise InvalidInput("layers", self.layers, "1 layer or more, of heights above 0 m")
        routes = ("auto", "fourier", "band") if len(shape) == 1 else ("auto", "fourier")
        choices = {"collector": ("rigid", "pressure"), "outward": (-1, 1), "route": routes}
        for name, allowed in choices.items():
            if getattr(self, name) not in allowed:
                raise InvalidInput(name, getattr(self, name), " or ".join(repr(choice) for choice in allowed))

    @property
    def heights(self) -> tuple[float, ...]:
        """m. Of the layers, from the electrolyte on."""
        if isinstance(self.layers, (int, np.integer)):
            return (self.voxel,) * int(self.layers)
        return tuple(self.layers)

    @property
    def thickness(self) -> float:
        """m."""
        return math.fsum(self.heights)

    @property
    def dimension(self) -> int:
        """2 or 3."""
        return 1 + len(self.lateral_shape)

    @cached_property
    def _balance(self) -> Balance:
        from lisse.numerics.power_law_element import LayeredMesh, PowerLaw

        shear = self.youngs_modulus / (2.0 * (1.0 + self.poisson_ratio))
        bulk = self.youngs_modulus / (3.0 * (1.0 - 2.0 * self.poisson_ratio))
        route = self.route if self.route != "auto" else "band" if self.dimension == 2 else "fourier"
        return Balance(
            LayeredMesh(self.heights, self.voxel, self.lateral_shape),
            PowerLaw(shear, bulk, self.creep_prefactor, self.creep_exponent),
            self.collector == "rigid",
            route,
        )

    def start(self, pressure: float = 0.0, gap: ArrayLike | None = None) -> LithiumState:
        """Metal at rest under a uniform pressure (Pa).

        In contact everywhere, or with a gap (lateral array, m), as over a pore; at a gap it carries no
        traction until it has flowed that far.
        """
        mesh = self._balance.mesh
        apart = np.zeros(self.lateral_shape) if gap is None else self._checked("gap", gap, self.lateral_shape)
        if (apart < 0.0).any():
            raise InvalidInput("gap", float(apart.min()), "0 m or more")
        return LithiumState(
            deviator=np.zeros(mesh.point_shape),
            mean_stress=np.full(mesh.point_shape[0], -float(pressure)),
            gap=apart,
            velocity=np.zeros(mesh.node_shape),
        )

    def step(
        self,
        state: LithiumState,
        growth: ArrayLike,
        surface: ArrayLike,
        pressure: float,
        dt: float,
        bonded: ArrayLike | None = None,
        guess: LithiumState | None = None,
        yielding: Yielding | None = None,
    ) -> LithiumStep:
        """One implicit time step.

        Parameters
        ----------
        state : LithiumState
        growth : lateral array, m
            Metal added at the faces in the step, below zero where stripped; what becomes void is not in it.
        surface : (d, lateral) array, m
            Displacement increment of the electrolyte's surface in each column, in the grid's frame.
        pressure : float, Pa
            Mean pressure on the collector at the end of the step.
        dt : float, s
        bonded : lateral bool array
            Faces where the metal adheres; all of them by default. The others push but do not pull.
        guess : LithiumState, optional
            The end of the same step under a similar growth: where the iteration starts. By default it starts from the
            motion of the step before.
        yielding : Yielding, optional
            How the growth depends on the pressure; not at all by default.

        Returns
        -------
        LithiumStep
        """
        mesh = self._balance.mesh
        if state.deviator.shape != mesh.point_shape or state.gap.shape != self.lateral_shape:
            raise InvalidInput(
                "state", state.deviator.shape, f"a state of this body, {mesh.point_shape}", "See `start`"
            )
        growth = self._checked("growth", growth, self.lateral_shape)
        surface = self._checked("surface", surface, (self.dimension, *self.lateral_shape))
        if not math.isfinite(pressure):
            raise InvalidInput("pressure", pressure, "a finite number of Pa")
        if not (math.isfinite(dt) and dt > 0.0):
            raise InvalidInput("dt", dt, "a time step above 0 s")
        faces = np.ones(self.lateral_shape, bool) if bonded is None else np.asarray(bonded, dtype=bool)
        if faces.shape != self.lateral_shape:
            raise InvalidInput("bonded", faces.shape, f"an array of shape {self.lateral_shape}")
        touching = Touching(faces, self.voxel ** (self.dimension - 1), self.adhesion_strength)
        moved = surface.copy()
        moved[0] *= self.outward
        moved[0] += growth
        if guess is not None and guess.velocity.shape != state.velocity.shape:
            raise InvalidInput("guess", guess.velocity.shape, f"a state of this body, {state.velocity.shape}")
        motion = state.velocity if guess is None else guess.velocity
        springs, rest = np.zeros((2, *self.lateral_shape))
        if yielding is not None:
            give = self._checked("yielding.compliance", yielding.compliance, self.lateral_shape) / touching.face_area
            stiff = give <= RIGID * self.voxel / self.youngs_modulus / touching.face_area
            springs = np.where(stiff, 0.0, 1.0 / np.where(stiff, 1.0, give))
            rest = self._checked("yielding.pressure", yielding.pressure, self.lateral_shape) * touching.face_area
        push = _Push(moved, float(pressure), float(dt), springs, rest)
        result = self._advance(state, push, touching, MOST_SPLITS, motion * dt)
        return result if result.converged else replace(result, state=state, gap=state.gap)

    def stress(self, state: LithiumState) -> Floats:
        """(voigt, layers, lateral) mean stress of each voxel, Pa; 11, 22, 33, 12 or 11, 22, 33, 23, 13, 12.

        Axis 0 points away from the electrolyte: shear components with axis 0 change sign in the grid's frame when
        `outward` is -1.
        """
        found = state.deviator.mean(axis=1)
        found[:, 3:] /= math.sqrt(2.0)
        found[:, :3] += state.mean_stress[:, None]
        return np.ascontiguousarray(found.T).reshape(-1, len(self.heights), *self.lateral_shape)

    def _checked(self, name: str, values: ArrayLike, shape: tuple[int, ...]) -> Floats:
        found = np.asarray(values, dtype=float)
        if found.shape != shape:
            raise InvalidInput(name, found.shape, f"an array of shape {shape}")
        if not np.isfinite(found).all():
            raise InvalidInput(name, f"{np.count_nonzero(~np.isfinite(found))} values not finite", "finite numbers, m")
        return found

    def _advance(self, state: LithiumState, push: _Push, touching: Touching, splits: int, start: Floats) -> LithiumStep:
        """The step in one go, or in two halves where that fails."""
        whole = self._attempt(state, push, touching, start)
        if not whole.converged and start.any():
            again = self._attempt(state, push, touching, np.zeros_like(state.velocity))
            whole = replace(again, iterations=whole.iterations + again.iterations)
        if whole.converged or splits == 0:
            return whole
        half = push.half()
        first = self._advance(state, half, touching, splits - 1, state.velocity * half.dt)
        if not first.converged:
            return replace(first, iterations=whole.iterations + first.iterations)
        second = self._advance(first.state, half, touching, splits - 1, first.state.velocity * half.dt)
        return replace(
            second,
            iterations=whole.iterations + first.iterations + second.iterations,
            steps=first.steps + second.steps,
            lift=first.lift + second.lift,
        )

    def _attempt(self, state: LithiumState, push: _Push, touching: Touching, start: Floats) -> LithiumStep:
        """Balance and contact together: the set of closed nodes is changed until nothing asks for a change."""
        closed = state.gap <= (max(0.0, float(state.gap.min())) if push.pressure > 0.0 else 0.0)
        given = push.moved.copy()
        given[0] -= state.gap
        stress, count, tolerance, trouble = (state.deviator, state.mean_stress), 0, LOOSE, "the contact does not settle"
        closures = np.zeros(self.lateral_shape, int)
        for _ in range(MOST_CONTACT_CHANGES):
            if not closed.any():
                trouble = "no node of the interface is in contact"
                break
            motion = self._balance.find(
                stress, push.dt, push.pressure, given, closed, start, tolerance, push.springs, push.rest
            )
            count += motion.iterations
            if motion.trouble:
                trouble = motion.trouble
                break
            start = motion.displacement
            gap = np.where(closed, 0.0, start[0, 0] - given[0])
            clinging = closures >= MOST_CLOSURES
            new = touching.changed(closed, motion.flow.force[0, 0], gap, DEPTH * self.voxel, clinging)
            settled = bool((new == closed).all())
            if settled and tolerance == self.tolerance:
                return self._result(motion, gap, closed, push, touching, count)
            closures += new & ~closed
            closed, tolerance = new, self.tolerance if settled else tolerance
        empty = np.zeros(self.lateral_shape)
        return LithiumStep(state, empty, np.zeros_like(push.moved), state.gap, 0.0, count, 1, trouble)

    def _result(
        self, motion: Motion, gap: Floats, closed: Mask, push: _Push, touching: Touching, count: int
    ) -> LithiumStep:
        u, flow, face = motion.displacement, motion.flow, touching.face_area
        force = np.where(closed, flow.force[:, 0], 0.0)
        total = np.zeros(self.dimension)
        total[0] = push.pressure * face * closed.size
        # what Newton's tolerance leaves goes to the closed nodes alike, so that the electrolyte is loaded exactly
        rest = (total - force.reshape(self.dimension, -1).sum(axis=1)) / np.count_nonzero(closed)
        force = np.where(closed, force + rest.reshape(-1, *[1] * closed.ndim), 0.0)
        traction = -force / face
        traction[0] *= self.outward
        state = LithiumState(flow.deviator, flow.mean, np.maximum(gap, 0.0), u / push.dt)
        lift = float(u[0, -1].mean())
        return LithiumStep(state, force[0] / face, traction, state.gap, lift, count, 1, "converged")


_LEAST = {
    "voxel": (0.0, True),
    "youngs_modulus": (0.0, True),
    "poisson_ratio": (-1.0, True),
    "creep_prefactor": (0.0, False),
    "creep_exponent": (1.0, False),
    "tolerance": (0.0, True),
}


def graded_layers(thickness: float, voxel: float, ratio: float = 1.5, least: int = 4) -> tuple[float, ...]:
    """m. Heights of layers that start at the voxel's edge (or less) and grow by at most `ratio` each.

    Uneven plating decays over its wavelength, so layers away from the electrolyte may be coarse.

    Parameters
    ----------
    thickness : float, m. Of the metal.
    voxel : float, m. Largest height of the layer at the electrolyte.
    ratio : float, 1. Height of a layer over that before it, 1 or more.
    least : int. Smallest number of layers: fewer lock.

    Examples
    --------
    >>> heights = graded_layers(20e-6, 0.5e-6)
    >>> len(heights), round(sum(heights) * 1e6, 9), heights[0] <= 0.5e-6
    (8, 20.0, True)
    """
    for name, value in (("thickness", thickness), ("voxel", voxel)):
        if not (math.isfinite(value) and value > 0.0):
            raise InvalidInput(name, value, "a length above 0 m")
    if not (math.isfinite(ratio) and ratio >= 1.0):
        raise InvalidInput("ratio", ratio, "1 or more")
    count = least
    while voxel * sum(ratio**k for k in range(count)) < thickness:
        count += 1
    shares = [ratio**k for k in range(count)]
    return tuple(thickness * share / sum(shares) for share in shares)
