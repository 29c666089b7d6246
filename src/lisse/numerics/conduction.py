"""Conduction on a voxel grid by finite volumes: every face has its own conductance.

::

    sum over faces g (x - x_neighbour) + ground (x - given potential) = source      in every voxel

What belongs here: the network of faces (`face_conductances`, `end_conductances`), the operator, its solution by
conjugate gradients behind nested dissection (planes) or multigrid (space), and what a field of potentials implies
(power, mean currents, current density). Two and three dimensions, voxels with edges of different length, no-flux or
periodic sides, any resistance on faces, exactly insulating voxels. What does not belong here: phases, grains as
objects, units.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lisse.errors import InvalidInput
from lisse.numerics import conduction_kernels
from lisse.numerics.conduction_dissection import Dissection
from lisse.numerics.conduction_multigrid import Hierarchy
from lisse.numerics.surface_resistance import SurfaceResistance, resistance_law
from lisse.numerics.threads import share

__all__ = [
    "LARGEST_CONTRAST",
    "FaceOperator",
    "LinearSolution",
    "SurfaceResistance",
    "checked_tolerance",
    "conduction_cost",
    "current_density",
    "end_conductances",
    "face_conductances",
    "mean_currents",
    "solve",
]

Array = np.ndarray[Any, np.dtype[Any]]
LARGEST_CONTRAST = 1e14
"""Largest ratio of two conductivities, none of them 0: beyond, the potentials of parts that good conductors form within
poor ones are lost in the rounding errors of double precision. For conductances, which depend on the shape of voxels and
on boundaries too, ten times as much is let pass."""
_SLAB = 1 << 20  # voxels handled at once where temporary arrays are needed
_BYTES_PER_VOXEL = 150.0  # in space; measured: 115 with one conducting phase to 135 with many boundaries
_BYTES_OF_A_PLANE = 22.0  # and doubling of the voxels; measured: 268 to 342 bytes a voxel from 128 x 128 to 1024 x 1024
_SECONDS_PER_VOXEL = 1.5e-6, 3e-6  # in space, in a plane
_LARGEST_PLANE = 2**22  # voxels; beyond, nested dissection takes too much memory
_FLOOR = 64 * np.finfo(float).eps  # relative rounding error of a residual


def conduction_cost(shape: Sequence[int]) -> tuple[float, float]:
    """Largest memory and rough time (two cores) of one solve on a grid, before anything is allocated.

    Parameters
    ----------
    shape : (2,) or (3,) integers. Voxels along the axes.

    Returns
    -------
    tuple of float
        Bytes; seconds.

    Examples
    --------
    >>> round(conduction_cost((100, 100, 100))[0] / 1e6)
    150
    """
    voxels = math.prod(float(n) for n in shape)
    if (len(shape) == 2 or 1 in shape) and voxels <= _LARGEST_PLANE:
        return _BYTES_OF_A_PLANE * math.log2(voxels + 1.0) * voxels, _SECONDS_PER_VOXEL[1] * voxels
    return _BYTES_PER_VOXEL * voxels, _SECONDS_PER_VOXEL[0] * voxels


def face_conductances(
    conductivity: Any,
    spacing: Sequence[float],
    surface_resistance: SurfaceResistance | None = None,
    regions: Any = None,
    periodic: Sequence[bool] | None = None,
) -> tuple[Array, ...]:
    """Conductance of every face between two voxels.

    ::

        g = area / (h / (2 s1) + R + h / (2 s2))

    with the distance h of the centres, and 0 where one of the voxels has no conductivity.

    Parameters
    ----------
    conductivity : (nx, ny[, nz]) array. At least 0, finite.
    spacing : (2,) or (3,) floats. Edges of a voxel. In a plane the faces have depth 1.
    surface_resistance : optional. See `SurfaceResistance`; acts on faces between two different regions above 0.
    regions : (nx, ny[, nz]) integers, needed with `surface_resistance`. Region (grain) of each voxel, 0 for none.
    periodic : sequence of booleans, one per axis, optional. Axes whose two sides are joined.

    Returns
    -------
    tuple of (nx, ny[, nz]) float64 arrays, one per axis
        Entry i along the axis belongs to the face between voxels i and i + 1; the last to that between the last and
        the first voxel, 0 unless the axis is periodic.

    Examples
    --------
    >>> face_conductances([[1.0, 3.0, 0.0]], (1.0, 1.0))[1].tolist()
    [[1.5, 0.0, 0.0]]
    """
    values = _checked_conductivity(conductivity)
    edges = _checked_spacing(spacing, values.ndim)
    closed = _checked_periodic(periodic, values.ndim)
    cell = math.prod(edges)
    faces = []
    for axis, (edge, around) in enumerate(zip(edges, closed, strict=True)):
        faces.append(_series(values, axis, cell / edge**2, around))
    if surface_resistance is not None:
        numbers = _checked_regions(regions, values.shape)
        resistance = resistance_law(surface_resistance)
        for axis, edge in enumerate(edges):
            _add_resistance(faces[axis], numbers, axis, resistance, cell / edge)
    return tuple(faces)


def end_conductances(conductivity: Any, spacing: Sequence[float], axis: int) -> tuple[Array, Array]:
    """Conductance from the centres of the first and last layer to the outer faces: ``area / (h / 2 s)``.

    Returns
    -------
    tuple of two arrays
        For the low and the high end, with the shape of a layer.
    """
    values = np.asarray(conductivity)
    edges = _checked_spacing(spacing, values.ndim)
    factor = 2.0 * math.prod(edges) / edges[axis] ** 2
    low, high = (factor * np.take(values, end, axis=axis).astype(float) for end in (0, -1))
    return low, high


class FaceOperator:
    """The network of a voxel grid: conductances of its faces, and of each voxel to places of given potential.

    Parameters
    ----------
    faces : sequence of (nx, ny[, nz]) arrays, one per axis. As `face_conductances` gives them.
    ground : (nx, ny[, nz]) array. At least 0. Parts of the network that reach no ground have a potential up to a
        constant; `solve` then gives the one closest to the guess if the sources of each part balance.
    preconditioner : Dissection or Hierarchy, optional. That of a network on the same grid which differs little; without
        it one is made on first use.
    """

    def __init__(
        self, faces: Sequence[Array], ground: Array, preconditioner: Dissection | Hierarchy | None = None
    ) -> None:
        shape = np.shape(ground)
        if len(shape) not in (2, 3) or len(faces) != len(shape) or any(np.shape(face) != shape for face in faces):
            shapes = [np.shape(face) for face in faces]
            raise InvalidInput("faces", shapes, f"{len(shape)} arrays of the shape of the ground, {shape}")
        if any(shape[axis] == 1 and np.any(face) for axis, face in enumerate(faces)):
            raise InvalidInput("faces", "a voxel that is its own neighbour", "0 along axes of one voxel")
        self.shape: tuple[int, ...] = shape
        box = shape if len(shape) == 3 else (1, *shape)
        given = [np.ascontiguousarray(face, dtype=float).reshape(box) for face in faces]
        self._faces: list[Array] = given if len(shape) == 3 else [np.zeros(box), *given]
        self._ground: Array = np.ascontiguousarray(ground, dtype=float).reshape(box)
        self._preconditioner = preconditioner

    @property
    def faces(self) -> tuple[Array, ...]:
        """Conductances of the faces, one array of the shape of the grid per axis."""
        return tuple(face.reshape(self.shape) for face in self._faces[3 - len(self.shape) :])

    @property
    def ground(self) -> Array:
        """Conductances to ground, an array of the shape of the grid."""
        return self._ground.reshape(self.shape)

    @property
    def preconditioner(self) -> Dissection | Hierarchy:
        """Made on first use and kept: nested dissection for a plane, multigrid in space and for very large planes."""
        if self._preconditioner is None:
            self._check_contrast()
            box = self._ground.shape
            if 1 in box and self._ground.size <= _LARGEST_PLANE:
                flat = box.index(1)
                faces = [np.squeeze(face, flat) for axis, face in enumerate(self._faces) if axis != flat]
                self._preconditioner = Dissection(faces, np.squeeze(self._ground, flat))
            else:
                self._preconditioner = Hierarchy(self._faces, self._ground)
        return self._preconditioner

    def _check_contrast(self) -> None:
        count = -(-self._ground.size // conduction_kernels.CHUNK)
        found = np.empty((4, count, 2))
        for array, extremes in zip((*self._faces, self._ground), found, strict=True):
            share(conduction_kernels.extremes, count, array.size, array.reshape(-1), extremes)
        largest, least = float(found[..., 0].max()), float(found[..., 1].min())
        if largest > 10.0 * LARGEST_CONTRAST * least:
            text = f"conductances from {least:.3g} to {largest:.3g}, a contrast of {largest / least:.1e}"
            advice = "Let those that hardly conduct be exactly 0 (a resistance of inf)"
            raise InvalidInput("faces", text, f"0, or a contrast up to {10.0 * LARGEST_CONTRAST:.0e}", advice)

    def apply(self, x: Array, out: Array | None = None) -> Array:
        """``A x``: the current that leaves each voxel; `x` and `out` are float64 arrays of the shape of the grid."""
        y = np.empty(self.shape) if out is None else out
        box = self._ground.shape
        values = np.ascontiguousarray(x, dtype=float).reshape(box)
        share(conduction_kernels.apply, box[0] * box[1], x.size, *self._faces, self._ground, values, y.reshape(box))
        return y

    def apply_and_multiply(self, x: Array, out: Array) -> float:
        """``x . A x``, with A x written to `out`; both are flat float64 arrays."""
        box = self._ground.shape
        lines = np.empty(box[0] * box[1])
        arguments = (*self._faces, self._ground, x.reshape(box), out.reshape(box), lines)
        share(conduction_kernels.apply_and_multiply, lines.size, x.size, *arguments)
        return float(lines.sum())

    def diagonal(self) -> Array:
        """Sum of the conductances of each voxel."""
        box = self._ground.shape
        inverse = np.empty(box)
        rows = (*self._faces, self._ground, inverse)
        share(conduction_kernels.inverse_diagonal, box[0] * box[1], inverse.size, *rows)
        conducting = inverse > 0.0
        inverse[conducting] = 1.0 / inverse[conducting]
        return inverse.reshape(self.shape)

    def power(self, x: Array) -> tuple[float, tuple[float, ...]]:
        """Power lost on the faces, sum g (difference)^2, and the sums over all faces of the currents along the axes."""
        box = self._ground.shape
        sums = np.empty((box[0], 4))
        values = np.ascontiguousarray(x, dtype=float).reshape(box)
        share(conduction_kernels.power, box[0], x.size, *self._faces, values, sums)
        total, *currents = (float(one) for one in sums.sum(axis=0))
        return total, tuple(currents[3 - len(self.shape) :])


@dataclass(frozen=True)
class LinearSolution:
    """What `solve` found.

    Attributes
    ----------
    x : array of the shape of the grid. Potentials.
    iterations : int. Iterations of conjugate gradients.
    residual : float, 1. Norm of the true residual over that of the right-hand side.
    converged : bool. Whether the tolerance was met.
    """

    x: Array
    iterations: int
    residual: float
    converged: bool


def solve(
    operator: FaceOperator,
    right_hand_side: Array,
    tolerance: float = 1e-8,
    guess: Array | None = None,
    max_iterations: int = 1000,
    accepted: Callable[[Array], bool] | None = None,
) -> LinearSolution:
    """Solve ``A x = b`` by conjugate gradients in double precision behind the preconditioner of the operator.

    That is kept in `operator`, so that further right-hand sides cost the iterations only.

    Parameters
    ----------
    operator : FaceOperator
    right_hand_side : array of the shape of the grid. Sources; those of given potentials are ``ground * potential``.
    tolerance : float, 1. Norm of the residual over that of the right-hand side.
    guess : array of the shape of the grid, optional. Where to start, 0 by default.
    max_iterations : int. Iterations after which to give up.
    accepted : callable, optional. Asked about the potentials when the tolerance is met; the work goes on, at most to
        rounding errors, until it agrees (such as when the currents at both ends are equal).

    Returns
    -------
    LinearSolution
    """
    b = np.asarray(right_hand_side, dtype=float)
    checked_tolerance(tolerance)
    if b.shape != operator.shape or (guess is not None and np.shape(guess) != operator.shape):
        raise InvalidInput("right_hand_side", f"shape {b.shape}", f"the shape of the operator, {operator.shape}")
    if not np.isfinite(b).all():
        raise InvalidInput("right_hand_side", "not finite", "finite numbers")
    norm = _norm(b)
    x = np.zeros(b.shape) if guess is None else np.array(guess, dtype=float)
    if norm == 0.0:
        return LinearSolution(np.zeros(b.shape), 0, 0.0, True)
    r = np.subtract(b, operator.apply(x))
    return _conjugate_gradients(operator, b, x, r, norm, tolerance, max_iterations, accepted)


def _conjugate_gradients(
    operator: FaceOperator,
    b: Array,
    x: Array,
    r: Array,
    norm: float,
    tolerance: float,
    max_iterations: int,
    accepted: Callable[[Array], bool] | None,
) -> LinearSolution:
    """Flexible conjugate gradients (the cycle is symmetric up to single precision only)."""
    count = -(-x.size // conduction_kernels.CHUNK)
    sums, flat_x, flat_r = np.empty((count, 2)), x.reshape(-1), r.reshape(-1)
    p, q = np.zeros(x.size), np.empty(x.size)
    rest, step, product, iterations = _norm(r) / norm, 0.0, 0.0, 0
    target, levels = tolerance, operator.preconditioner
    np.multiply(flat_r, 1.0 / norm, out=levels.right_hand_side, casting="same_kind")
    while iterations < max_iterations:
        if rest <= target:
            if accepted is None or accepted(x):
                break
            if target <= _FLOOR:
                break
            target = max(0.1 * min(target, rest), _FLOOR)
        z = levels.cycle()
        share(conduction_kernels.two_products, count, x.size, z, flat_r, q, sums)
        new_product, against = (float(one) for one in sums.sum(axis=0))
        factor = -step * against / product if product > 0.0 and iterations else 0.0
        product = new_product
        share(conduction_kernels.update_direction, count, x.size, z, factor, p)
        curvature = operator.apply_and_multiply(p, q)
        if not curvature > 0.0:
            break
        step = product / curvature
        scale = 1.0 / norm
        vectors = (step, p, q, flat_x, flat_r, scale, levels.right_hand_side, sums)
        share(conduction_kernels.update_solution, count, x.size, *vectors)
        rest = math.sqrt(float(sums[:, 0].sum())) / norm
        iterations += 1
    true = _norm(np.subtract(b, operator.apply(x, q.reshape(operator.shape)))) / norm
    return LinearSolution(x, iterations, true, rest <= tolerance and (accepted is None or accepted(x)))


def _norm(vector: Array) -> float:
    """Euclidean norm, by our threads: those of the linear algebra library take longer to wake than to add up."""
    flat = vector.reshape(-1)
    count = -(-flat.size // conduction_kernels.CHUNK)
    sums = np.empty((count, 2))
    share(conduction_kernels.two_products, count, flat.size, flat, flat, flat, sums)
    return math.sqrt(float(sums[:, 0].sum()))


def mean_currents(operator: FaceOperator, x: Array, spacing: Sequence[float]) -> Array:
    """Mean over the volume of the current density along each axis, from the currents through inner faces."""
    _, currents = operator.power(x)
    edges = np.asarray(spacing, dtype=float)
    mean: Array = np.asarray(currents) * edges / (x.size * float(np.prod(edges)))
    return mean


def current_density(operator: FaceOperator, x: Array, spacing: Sequence[float]) -> Array:
    """Current density in every voxel: the mean of those through its two faces along each axis.

    Currents to ground are left out; add them in the layers that have some.

    Returns
    -------
    (nx, ny[, nz], dimensions) array
    """
    out = np.empty((*operator.shape, len(operator.shape)))
    edges = tuple(spacing)
    for axis, face in enumerate(operator.faces):
        flux = face * (x - np.roll(x, -1, axis=axis))
        flux /= math.prod(edges) / edges[axis]
        out[..., axis] = 0.5 * (flux + np.roll(flux, 1, axis=axis))
    return out


def checked_tolerance(tolerance: float) -> float:
    """A relative tolerance between rounding errors and 1."""
    number = isinstance(tolerance, (int, float, np.floating)) and not isinstance(tolerance, bool)
    if not number or not 1e-14 <= float(tolerance) < 1.0:
        raise InvalidInput("tolerance", tolerance, "a number from 1e-14 to below 1", "1e-8 suits most purposes")
    return float(tolerance)


def _series(values: Array, axis: int, factor: float, around: bool) -> Array:
    """Two half voxels in series for all faces along an axis."""
    out = np.empty(values.shape)
    count, step = values.shape[axis], math.prod(values.shape[axis + 1 :])
    arguments = (values.reshape(-1), count, step, around and count > 1, factor, out.reshape(-1))
    share(conduction_kernels.series, values.size // step, values.size, *arguments)
    return out


def _add_resistance(face: Array, regions: Array, axis: int, law: Callable[[Array, Array], Array], area: float) -> None:
    """Put the resistance of the boundary in series with each face between two regions, in place."""
    along, faces = np.moveaxis(regions, axis, 0), np.moveaxis(face, axis, 0)
    count = len(along)
    step = max(1, _SLAB // max(1, regions.size // count))
    for start in range(0, count, step):
        here = along[start : start + step]
        there = np.take(along, range(start + 1, start + 1 + len(here)), axis=0, mode="wrap")
        slab = faces[start : start + step]
        place = np.nonzero((here != there) & (here > 0) & (there > 0) & (slab > 0.0))
        if place[0].size:
            a, b = here[place], there[place]
            resistance = law(np.minimum(a, b), np.maximum(a, b))
            slab[place] = 1.0 / (1.0 / slab[place] + resistance / area)


def _checked_conductivity(given: Any) -> Array:
    values = np.asarray(given)
    if values.dtype.kind not in "fiub" or values.ndim not in (2, 3) or values.size == 0:
        raise InvalidInput(
            "conductivity", f"shape {values.shape} of {values.dtype}", "numbers along two or three axes, none empty"
        )
    if values.size >= 2**31 - 1:
        raise InvalidInput("conductivity", f"{values.size} values", f"fewer than {2**31 - 1}", "Distribute the volume")
    low, high = values.min(), values.max()
    if not (low >= 0 and np.isfinite(high)):
        wrong = np.unravel_index(int(np.argmin(np.isfinite(values) & (values >= 0))), values.shape)
        place = tuple(int(n) for n in wrong)
        raise InvalidInput("conductivity", f"{values[wrong]} in voxel {place}", "finite numbers, at least 0")
    return np.ascontiguousarray(values, dtype=float)


def _checked_spacing(given: Sequence[float], dimensions: int) -> tuple[float, ...]:
    edges = tuple(float(edge) for edge in np.atleast_1d(given))
    if len(edges) != dimensions or not all(math.isfinite(edge) and edge > 0.0 for edge in edges):
        raise InvalidInput("spacing", given, f"{dimensions} lengths above 0")
    return edges


def _checked_periodic(given: Sequence[bool] | None, dimensions: int) -> tuple[bool, ...]:
    closed = tuple(bool(one) for one in (given or (False,) * dimensions))
    if len(closed) != dimensions:
        raise InvalidInput("periodic", given, f"{dimensions} booleans, one per axis")
    return closed


def _checked_regions(given: Any, shape: tuple[int, ...]) -> Array:
    if given is None:
        raise InvalidInput("regions", None, "the region of each voxel", "A surface resistance acts between regions")
    numbers = np.asarray(given)
    if numbers.dtype.kind not in "iu" or numbers.shape != shape:
        raise InvalidInput("regions", f"shape {numbers.shape} of {numbers.dtype}", f"integers of shape {shape}")
    return numbers
