"""How the crystals of the grains are turned: at random, as a fibre texture, or around one orientation.

Orientations are unit quaternions (w, x, y, z) that turn the axes of the crystal into those of the volume. What the
turned crystal does to stiffness or transport is not here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lisse.errors import InvalidInput
from lisse.microstructure.generate.generated import Statistic, share

__all__ = ["FibreTexture", "RandomTexture", "SpreadTexture", "Texture", "multiply", "turned"]

Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class RandomTexture:
    """Every orientation is as likely as any other."""

    def draw(self, count: int, rng: np.random.Generator) -> Floats:
        """(count, 4) unit quaternions, uniform on the rotations (normal numbers on the 3-sphere)."""
        drawn = rng.standard_normal((count, 4))
        return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True))

    def statistics(self, quaternions: Floats) -> dict[str, Statistic]:
        """Length of the mean of the turned x axis: 0 for a random texture, within 1/sqrt(grains)."""
        mean = turned(quaternions, np.array([1.0, 0.0, 0.0])).mean(axis=0)
        return {"texture_bias": Statistic(float(np.linalg.norm(mean)), 0.0)}

    def plain(self) -> dict[str, Any]:
        """As it stands in a recipe."""
        return {"kind": "random"}


@dataclass(frozen=True)
class FibreTexture:
    """One crystal direction along one direction of the volume; any turn about it is as likely as any other.

    Parameters
    ----------
    direction : (3,) floats. In the volume (x, y, z), for example (1, 0, 0) for growth along x.
    crystal : (3,) floats. In the crystal, for example (1, 1, 1).
    spread : float, rad. Root mean square of the angle between the two, up to about 0.6.
    """

    direction: Sequence[float] = (1.0, 0.0, 0.0)
    crystal: Sequence[float] = (0.0, 0.0, 1.0)
    spread: float = 0.0
    _axes: tuple[Any, Any] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_axes", (_unit("direction", self.direction), _unit("crystal", self.crystal)))
        share("spread", self.spread, 0.0, 0.6, "A wider fibre is close to a random texture")

    def draw(self, count: int, rng: np.random.Generator) -> Floats:
        """(count, 4) unit quaternions."""
        direction, crystal = self._axes
        spin = _about(crystal, rng.random(count) * 2.0 * math.pi)
        aligned = multiply(_from_to(crystal, direction)[None, :], spin)
        tilt = self.spread * np.sqrt(-np.log1p(-rng.random(count)))  # Rayleigh law: its mean square is spread^2
        sideways = _across(direction)
        around = rng.random(count) * 2.0 * math.pi
        axes = np.cos(around)[:, None] * sideways + np.sin(around)[:, None] * np.cross(direction, sideways)
        return multiply(_about(axes, np.minimum(tilt, math.pi)), aligned)

    def statistics(self, quaternions: Floats) -> dict[str, Statistic]:
        """Root mean square angle between crystal direction and direction of the volume."""
        direction, crystal = self._axes
        angle = np.arccos(np.clip(turned(quaternions, crystal) @ direction, -1.0, 1.0))
        return {"texture_spread": Statistic(float(np.sqrt(np.mean(angle**2))), self.spread, "rad")}

    def plain(self) -> dict[str, Any]:
        """As it stands in a recipe."""
        direction, crystal = [float(x) for x in self.direction], [float(x) for x in self.crystal]
        return {"kind": "fibre", "direction": direction, "crystal": crystal, "spread": f"{float(self.spread)!r} rad"}


@dataclass(frozen=True)
class SpreadTexture:
    """All grains near one orientation.

    Parameters
    ----------
    mean : (4,) floats. Unit quaternion (w, x, y, z).
    spread : float, rad. Root mean square of the angle of misorientation from it, up to about 1.
    """

    mean: Sequence[float] = (1.0, 0.0, 0.0, 0.0)
    spread: float = 0.1
    _mean: Any = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_mean", _unit("mean", self.mean, 4))
        share("spread", self.spread, 0.0, 1.0, "A wider spread is close to a random texture")

    def draw(self, count: int, rng: np.random.Generator) -> Floats:
        """(count, 4) unit quaternions: rotation vectors with normal components, on top of the mean."""
        vectors = rng.standard_normal((count, 3)) * (self.spread / math.sqrt(3.0))
        angle = np.linalg.norm(vectors, axis=1)
        axes = vectors / np.maximum(angle, 1e-300)[:, None]
        return multiply(_about(axes, np.minimum(angle, math.pi)), self._mean[None, :])

    def statistics(self, quaternions: Floats) -> dict[str, Statistic]:
        """Root mean square misorientation from the mean."""
        angle = 2.0 * np.arccos(np.clip(np.abs(quaternions @ self._mean), 0.0, 1.0))
        return {"texture_spread": Statistic(float(np.sqrt(np.mean(angle**2))), self.spread, "rad")}

    def plain(self) -> dict[str, Any]:
        """As it stands in a recipe."""
        return {"kind": "spread", "mean": [float(x) for x in self.mean], "spread": f"{float(self.spread)!r} rad"}


Texture = RandomTexture | FibreTexture | SpreadTexture


def multiply(first: Floats, second: Floats) -> Floats:
    """Product of quaternions (n, 4): turn by `second`, then by `first`."""
    a, b, c, d = np.moveaxis(first, -1, 0)
    e, f, g, h = np.moveaxis(second, -1, 0)
    parts = (
        a * e - b * f - c * g - d * h,
        a * f + b * e + c * h - d * g,
        a * g - b * h + c * e + d * f,
        a * h + b * g - c * f + d * e,
    )
    product = np.stack(np.broadcast_arrays(*parts), axis=-1)
    return np.asarray(product / np.linalg.norm(product, axis=-1, keepdims=True))


def turned(quaternions: Floats, vector: Floats) -> Floats:
    """(n, 3): a direction of the crystal seen in the volume."""
    w, axis = quaternions[:, :1], quaternions[:, 1:]
    cross = 2.0 * np.cross(axis, vector)
    return np.asarray(vector + w * cross + np.cross(axis, cross))


def _unit(what: str, given: Any, length: int = 3) -> Floats:
    try:
        vector = np.array([float(x) for x in given])
    except (TypeError, ValueError):
        vector = np.empty(0)
    if vector.shape != (length,) or not np.isfinite(vector).all() or np.linalg.norm(vector) == 0.0:
        raise InvalidInput(what, given, f"{length} finite numbers, not all of them 0")
    return np.asarray(vector / np.linalg.norm(vector))


def _about(axes: Floats, angles: Floats) -> Floats:
    """Quaternions of turns by `angles` (n,) about unit `axes` (3,) or (n, 3)."""
    half = 0.5 * np.asarray(angles)[:, None]
    return np.concatenate([np.cos(half), np.sin(half) * np.broadcast_to(axes, (len(half), 3))], axis=1)


def _across(vector: Floats) -> Floats:
    """A unit vector at right angles."""
    other = np.eye(3)[int(np.argmin(np.abs(vector)))]
    across = np.cross(vector, other)
    return np.asarray(across / np.linalg.norm(across))


def _from_to(start: Floats, end: Floats) -> Floats:
    """The quaternion of the shortest turn from one unit vector to another."""
    if float(start @ end) < -1.0 + 1e-12:
        return np.asarray(_about(_across(start), np.array([math.pi]))[0])
    raw = np.concatenate([[1.0 + float(start @ end)], np.cross(start, end)])
    return np.asarray(raw / np.linalg.norm(raw))
