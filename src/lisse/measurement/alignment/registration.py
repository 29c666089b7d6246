"""One frame for two pictures: shift, rotation and affine map from one volume to another, with uncertainty.

    x_moving = centre + M (x_fixed - centre) + t

Phase correlation (scikit-image) of the edges in both finds the shift to start from. Then the sum of squares between the
fixed picture and a cubic in the grey value of the moved one is brought down by Gauss-Newton steps, from coarse to
fine. As the cubic is free, lithium may be dark in one and bright in the other. Both ways are tried, as what differs in
one picture may look alike in the other: lithium and pores are both dark in a tomogram. The better one is kept.
Rotations up to about 10 degrees are found; a larger one needs a turned picture to start from.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lisse.errors import InvalidInput, suggest
from lisse.microstructure.extras import scikit_image

__all__ = ["Registration", "register", "resample"]

Floats = NDArray[np.float64]

_KINDS = ("shift", "rigid", "affine")
_STRIDES = (4, 2, 1)
_STEPS = 25
_INTERPOLATION = 0.01  # voxels: what linear interpolation adds to the error of a shift
_TOGETHER = math.pi**0.25  # an axis: a blur of half a step makes the errors of neighbours hang together, exp(-k^2)
_LARGEST = 20_000_000  # voxels that are compared


@dataclass(frozen=True)
class Registration:
    """The map from places of the fixed picture to those of the moving one.

    Attributes
    ----------
    kind : str
        ``"shift"``, ``"rigid"`` or ``"affine"``.
    matrix : (n, n) tuple of tuples, 1
    shift : (n,) tuple, m
    centre : (n,) tuple, m
    shift_error : (n,) tuple, m
        Standard uncertainty from the misfit, neighbours of which are not independent, and a hundredth of a voxel for
        interpolation.
    angle : float, rad
        Of the rotation in the matrix.
    correlation_before, correlation : float, 1
        Of the fixed picture and the cubic in the other, where they overlap; not below 0.
    overlap : float, 1
        Share of the fixed picture that the moving one covers.
    converged : bool
    """

    kind: str
    matrix: tuple[tuple[float, ...], ...]
    shift: tuple[float, ...]
    centre: tuple[float, ...]
    shift_error: tuple[float, ...]
    angle: float
    correlation_before: float
    correlation: float
    overlap: float
    converged: bool

    def __call__(self, places: Any) -> Floats:
        """Places (..., n) of the fixed picture (m) in the moving one."""
        centre = np.array(self.centre)
        moved = (np.asarray(places, dtype=float) - centre) @ np.array(self.matrix).T
        return np.asarray(moved + centre + np.array(self.shift))


def register(
    fixed: Any,
    moving: Any,
    fixed_voxel: Sequence[float],
    moving_voxel: Sequence[float] | None = None,
    kind: str = "rigid",
) -> Registration:
    """Find the map between two pictures of one thing.

    Parameters
    ----------
    fixed, moving : (n, ...) arrays of two or three axes
        Both begin at the same corner, as far as is known.
    fixed_voxel, moving_voxel : one edge per axis, m
    kind : str
        ``"shift"``, ``"rigid"`` (and a rotation) or ``"affine"`` (and any linear map).

    Raises
    ------
    InvalidInput
        When the pictures cannot be compared, or nothing in them correlates.
    MissingExtra
        Without scikit-image.
    """
    one, other = np.asarray(fixed, dtype=float), np.asarray(moving, dtype=float)
    if kind not in _KINDS:
        raise InvalidInput("kind", kind, ", ".join(_KINDS), suggest(kind, _KINDS))
    if one.ndim != other.ndim or one.ndim not in (2, 3) or min(*one.shape, *other.shape) < 8:
        raise InvalidInput(
            "pictures", (one.shape, other.shape), "two of two or two of three axes, 8 voxels or more each"
        )
    if one.size > _LARGEST:
        raise InvalidInput("pictures", f"{one.size} voxels", f"up to {_LARGEST}", "Crop them, or make them coarser")
    if not (np.isfinite(one).all() and np.isfinite(other).all()):
        raise InvalidInput("pictures", "NaN or infinite voxels", "finite numbers", "Crop them")
    if np.ptp(one) == 0.0 or np.ptp(other) == 0.0:
        raise InvalidInput("pictures", "one of a single value", "pictures in which something shows")
    edges = np.asarray(fixed_voxel, dtype=float)
    edges_of_moving = edges if moving_voxel is None else np.asarray(moving_voxel, dtype=float)
    ways = [
        _Search(one, other, edges, edges_of_moving, kind).run(),
        _turned_round(_Search(other, one, edges_of_moving, edges, kind).run(), 0.5 * np.array(one.shape) * edges),
    ]
    found = min(ways, key=lambda way: (1.0 - way.correlation**2 + 1e-6) / max(way.overlap, 1e-6))
    if found.correlation < 0.3 or found.overlap < 0.2:
        got = f"correlation {found.correlation:.2f} on an overlap of {found.overlap:.2f}"
        advice = "Turn or shift one of them by hand first, or leave registration out"
        raise InvalidInput("pictures", got, "pictures in which the same things show", advice)
    return found


def _turned_round(found: Registration, centre: Floats) -> Registration:
    """The map the other way, about a centre of the other picture."""
    matrix = np.linalg.inv(np.array(found.matrix))
    old = np.array(found.centre)
    shift = old + matrix @ (centre - old - np.array(found.shift)) - centre
    error = np.sqrt((matrix**2) @ np.array(found.shift_error) ** 2)
    return replace(
        found,
        matrix=tuple(tuple(float(v) for v in row) for row in matrix),
        shift=tuple(float(v) for v in shift),
        centre=tuple(float(v) for v in centre),
        shift_error=tuple(float(v) for v in error),
    )


def resample(
    moving: Any, moving_voxel: Sequence[float], found: Registration, shape: Sequence[int], voxel: Any
) -> Floats:
    """The moving picture on the voxels of the fixed one; NaN where it does not reach.

    Parameters
    ----------
    moving : (n, ...) array
    moving_voxel : one edge per axis, m
    found : Registration
    shape, voxel : of the fixed picture; voxels and m
    """
    from scipy.ndimage import map_coordinates

    places = found(_centres(shape, np.asarray(voxel, dtype=float), 1))
    at = np.moveaxis(places, -1, 0) / np.asarray(moving_voxel).reshape(-1, *(1,) * len(shape)) - 0.5
    return np.asarray(map_coordinates(np.asarray(moving, dtype=float), at, order=1, cval=np.nan))


def _centres(shape: Sequence[int], edges: Floats, stride: int) -> Floats:
    """Centres of every so many voxels, (..., n), m."""
    axes = [(np.arange(stride // 2, count, stride) + 0.5) * edge for count, edge in zip(shape, edges, strict=True)]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)


class _Search:
    """Gauss-Newton from coarse to fine."""

    def __init__(self, fixed: Floats, moving: Floats, edges: Floats, edges_of_moving: Floats, kind: str) -> None:
        self.fixed, self.moving = ((a - a.mean()) / a.std() for a in (fixed, moving))
        self.edges, self.edges_of_moving, self.kind = edges, edges_of_moving, kind
        self.n = fixed.ndim
        self.centre = 0.5 * np.array(fixed.shape) * edges
        self.generators = _generators(kind, self.n)
        self.length = float(np.max(np.array(fixed.shape) * edges))

    def run(self) -> Registration:
        before = self._correlation(np.eye(self.n), np.zeros(self.n))
        matrix, shift = np.eye(self.n), self._start()
        converged, error = False, np.full(self.n, math.nan)
        strides = [s for s in _STRIDES if min(self.fixed.shape) // s >= 8]
        for stride in strides:
            matrix, shift, error, converged = self._refine(matrix, shift, stride)
        after, overlap = self._correlation(matrix, shift), self._overlap(matrix, shift)
        return Registration(
            self.kind,
            tuple(tuple(float(v) for v in row) for row in matrix),
            tuple(float(v) for v in shift),
            tuple(float(v) for v in self.centre),
            tuple(float(v) for v in np.hypot(error, _INTERPOLATION * self.edges)),
            _angle(matrix),
            before,
            after,
            overlap,
            converged,
        )

    def _start(self) -> Floats:
        """Shift by phase correlation of the edges, on the voxels of the fixed picture."""
        phase = scikit_image("registration", "Registration of pictures").phase_cross_correlation
        from scipy.ndimage import gaussian_gradient_magnitude, map_coordinates

        places = _centres(self.fixed.shape, self.edges, 1)
        at = np.moveaxis(places, -1, 0) / self.edges_of_moving.reshape(-1, *(1,) * self.n) - 0.5
        same = map_coordinates(self.moving, at, order=1, mode="nearest")
        edges = [gaussian_gradient_magnitude(picture, 1.5) for picture in (self.fixed, same)]
        trials = [np.zeros(self.n)]
        for normalisation in ("phase", None):
            found, _, _ = phase(edges[0], edges[1], normalization=normalisation)
            trials.append(-np.asarray(found) * self.edges)
        return max(trials, key=self._worth)

    def _worth(self, shift: Floats) -> float:
        """How well a shift fits; places with little overlap fit by chance."""
        overlap = self._overlap(np.eye(self.n), shift)
        return self._correlation(np.eye(self.n), shift) ** 2 * overlap if overlap > 0.3 else 0.0

    def _refine(self, matrix: Floats, shift: Floats, stride: int) -> tuple[Floats, Floats, Floats, bool]:
        from scipy.ndimage import gaussian_filter

        width = 0.5 * stride
        smooth = gaussian_filter(self.fixed, width)
        of_moving = gaussian_filter(self.moving, width * self.edges / self.edges_of_moving)
        slopes = [np.gradient(of_moving, edge, axis=axis) for axis, edge in enumerate(self.edges_of_moving)]
        places = _centres(self.fixed.shape, self.edges, stride)
        target = smooth[tuple(slice(stride // 2, None, stride) for _ in range(self.n))].ravel()
        places = places.reshape(-1, self.n)
        error, converged = np.full(self.n, math.nan), False
        for _ in range(_STEPS):
            step, error = self._step(matrix, shift, places, target, of_moving, slopes)
            matrix, shift = self._moved(matrix, shift, step)
            if (
                np.max(np.abs(step[: self.n])) < 1e-3 * self.edges.min()
                and np.max(np.abs(step[self.n :]), initial=0.0) < 1e-5
            ):
                converged = True
                break
        return matrix, shift, error, converged

    def _step(
        self, matrix: Floats, shift: Floats, places: Floats, target: Floats, moving: Floats, slopes: list[Floats]
    ) -> tuple[Floats, Floats]:
        """One Gauss-Newton step of shift (m) and of the generators (1), and the error of the shift."""
        from scipy.ndimage import map_coordinates

        arms = places - self.centre
        turned = arms @ matrix.T
        at = ((turned + self.centre + shift) / self.edges_of_moving - 0.5).T
        inside = np.all((at >= 0) & (at <= np.array(moving.shape)[:, None] - 1), axis=0)
        if inside.sum() < 0.1 * len(target):
            return np.zeros(self.n + len(self.generators)), np.full(self.n, math.nan)
        at, arms, turned = at[:, inside], arms[inside], turned[inside]
        value = map_coordinates(moving, at, order=1)
        slope = np.stack([map_coordinates(s, at, order=1) for s in slopes], axis=1)
        level = np.stack([value, value**2, value**3, np.ones_like(value)], axis=1)
        (linear, square, cube, _), *_ = np.linalg.lstsq(level, target[inside], rcond=None)
        gain = linear + 2.0 * square * value + 3.0 * cube * value**2
        base = turned if self.kind == "rigid" else arms
        columns = [gain * slope[:, axis] for axis in range(self.n)]
        columns += [gain * (slope * (base @ g.T)).sum(axis=1) for g in self.generators]
        system = np.column_stack([*columns, level])
        scale = np.linalg.norm(system, axis=0)
        scale[scale == 0.0] = 1.0
        normal = (system / scale).T @ (system / scale)
        inverse = np.linalg.pinv(normal)
        solved = inverse @ ((system / scale).T @ target[inside])
        rest = target[inside] - (system / scale) @ solved
        sigma2 = float(rest @ rest) / max(1, len(rest) - len(solved))
        error = _TOGETHER**self.n * np.sqrt(sigma2 * np.diag(inverse)) / scale
        return (solved / scale)[: self.n + len(self.generators)], error[: self.n]

    def _moved(self, matrix: Floats, shift: Floats, step: Floats) -> tuple[Floats, Floats]:
        from scipy.linalg import expm

        change: Any = sum(
            (a * g for a, g in zip(step[self.n :], self.generators, strict=True)), np.zeros((self.n, self.n))
        )
        new = expm(change) @ matrix if self.kind == "rigid" else matrix + change
        return np.asarray(new), shift + np.clip(step[: self.n], -0.1 * self.length, 0.1 * self.length)

    def _pair(self, matrix: Floats, shift: Floats) -> tuple[Floats, Floats, float]:
        """Both pictures where they overlap, and the share of that."""
        from scipy.ndimage import map_coordinates

        stride = max(1, round((self.fixed.size / 200_000) ** (1 / self.n)))
        places = _centres(self.fixed.shape, self.edges, stride)
        at = ((places - self.centre) @ matrix.T + self.centre + shift) / self.edges_of_moving - 0.5
        at = np.moveaxis(at, -1, 0)
        inside = np.all((at >= -0.5) & (at <= np.array(self.moving.shape).reshape(-1, *(1,) * self.n) - 0.5), axis=0)
        value = map_coordinates(self.moving, at, order=1, mode="nearest")
        target = self.fixed[tuple(slice(stride // 2, None, stride) for _ in range(self.n))]
        return target[inside], value[inside], float(inside.mean())

    def _correlation(self, matrix: Floats, shift: Floats) -> float:
        one, other, _ = self._pair(matrix, shift)
        if one.size < 8 or np.ptp(one) == 0.0 or np.ptp(other) == 0.0:
            return 0.0
        level = np.stack([other, other**2, other**3, np.ones_like(other)], axis=1)
        rest = one - level @ np.linalg.lstsq(level, one, rcond=None)[0]
        return math.sqrt(max(0.0, 1.0 - float(rest @ rest) / float(((one - one.mean()) ** 2).sum())))

    def _overlap(self, matrix: Floats, shift: Floats) -> float:
        return self._pair(matrix, shift)[2]


def _generators(kind: str, n: int) -> list[Floats]:
    """Small changes of the matrix: rotations in every plane, or every element."""
    found = []
    if kind == "rigid":
        for a in range(n):
            for b in range(a + 1, n):
                one = np.zeros((n, n))
                one[a, b], one[b, a] = -1.0, 1.0
                found.append(one)
    elif kind == "affine":
        for a in range(n):
            for b in range(n):
                one = np.zeros((n, n))
                one[a, b] = 1.0
                found.append(one)
    return found


def _angle(matrix: Floats) -> float:
    """rad. Of the rotation nearest to the matrix."""
    left, _, right = np.linalg.svd(matrix)
    turned = left @ right
    trace = float(np.trace(turned))
    cosine = trace / 2.0 if len(matrix) == 2 else (trace - 1.0) / 2.0
    return math.acos(min(1.0, max(-1.0, cosine)))
