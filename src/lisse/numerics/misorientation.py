"""Rotations between crystals as unit quaternions (w, x, y, z), up to the symmetry of the crystal.

The disorientation is the smallest angle among all rotations that carry one crystal into the other; for two crystals of
one symmetry it is found by one set of symmetry operators, because the angle does not change under conjugation.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

__all__ = ["SYMMETRIES", "disorientation_angle", "mackenzie_density", "multiply", "symmetry_operators"]

_Floats = np.ndarray[Any, np.dtype[np.float64]]
_HALF = np.sqrt(0.5)
_GENERATORS: dict[str, tuple[tuple[float, float, float, float], ...]] = {
    "none": (),
    "orthorhombic": ((0.0, 1.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0)),
    "tetragonal": ((0.0, 1.0, 0.0, 0.0), (_HALF, 0.0, 0.0, _HALF)),
    "hexagonal": ((0.0, 1.0, 0.0, 0.0), (np.sqrt(0.75), 0.0, 0.0, 0.5)),
    "cubic": ((_HALF, _HALF, 0.0, 0.0), (_HALF, 0.0, 0.0, _HALF)),
}
SYMMETRIES = tuple(_GENERATORS)
"""Names of the proper point groups known here; the principal axis is z."""


def multiply(first: Any, second: Any) -> _Floats:
    """Product of quaternions: the rotation `second`, then `first`. Leading axes broadcast."""
    a, b, c, d = np.moveaxis(np.asarray(first, dtype=float), -1, 0)
    e, f, g, h = np.moveaxis(np.asarray(second, dtype=float), -1, 0)
    parts = (
        a * e - b * f - c * g - d * h,
        a * f + b * e + c * h - d * g,
        a * g - b * h + c * e + d * f,
        a * h + b * g - c * f + d * e,
    )
    return np.stack(np.broadcast_arrays(*parts), axis=-1)


@lru_cache(maxsize=8)
def symmetry_operators(symmetry: str) -> _Floats:
    """Rotations that leave a crystal as it is: (n, 4) quaternions; 24 for cubic.

    Examples
    --------
    >>> [len(symmetry_operators(name)) for name in SYMMETRIES]
    [1, 4, 8, 12, 24]
    """
    found = [np.array([1.0, 0.0, 0.0, 0.0])]
    for member in found:  # grows while it is walked through
        for generator in _GENERATORS[symmetry]:
            new = multiply(member, generator)
            if not any(abs(float(new @ old)) > 1.0 - 1e-9 for old in found):
                found.append(new)
    operators = np.array(found)
    operators.flags.writeable = False
    return operators


def disorientation_angle(first: Any, second: Any, symmetry: str = "cubic") -> _Floats:
    """Smallest angle of a rotation between crystals, up to their symmetry.

    ::

        angle = min over s of 2 arccos |w component of (first^-1 second s)|

    Parameters
    ----------
    first, second : (..., 4) arrays. Unit quaternions from the axes of the crystal to those of the sample.
    symmetry : str. One of `SYMMETRIES`.

    Returns
    -------
    (...) array, rad. At most 62.80 degrees for cubic crystals.

    Examples
    --------
    >>> turned = [np.cos(np.pi / 4), np.sin(np.pi / 4), 0.0, 0.0]  # 90 degrees about x
    >>> round(float(disorientation_angle([1.0, 0.0, 0.0, 0.0], turned)), 6)
    0.0
    """
    conjugate = np.asarray(first, dtype=float) * np.array([1.0, -1.0, -1.0, -1.0])
    between = multiply(conjugate, second)
    # the scalar part of q s is the product of q with the conjugate of s, and the conjugates are the same group
    largest = np.zeros(between.shape[:-1])
    for operator in symmetry_operators(symmetry):
        np.maximum(largest, np.abs(between @ operator), out=largest)
    return np.asarray(2.0 * np.arccos(np.minimum(largest, 1.0)))


def mackenzie_density(angle: Any) -> _Floats:
    """Probability density of the disorientation of two random cubic crystals (Mackenzie 1958).

    Parameters
    ----------
    angle : array_like, rad. Disorientation; the density is 0 above 62.80 degrees.

    Returns
    -------
    array, 1/rad. Its mean is 40.74 degrees and its largest value lies at 45 degrees.
    """
    w = np.asarray(angle, dtype=float)
    t = np.sqrt(2.0) - 1.0
    cosine, sine = np.cos(w), np.sin(w)
    parts = [
        1.0 - cosine,
        3.0 * t * sine - 2.0 * (1.0 - cosine),
        (3.0 * t + 4.0 / np.sqrt(3.0)) * sine - 6.0 * (1.0 - cosine),
    ]
    edges = [np.pi / 4.0, np.pi / 3.0, 2.0 * np.arctan(np.sqrt(2.0) * t), 2.0 * np.arctan(t * np.sqrt(5 - 2 * 2**0.5))]
    parts.append(parts[2] + _mackenzie_end(np.clip(w, edges[2], edges[3])))
    chosen = np.select([w < 0.0, w <= edges[0], w <= edges[1], w <= edges[2], w <= edges[3]], [0.0 * w, *parts], 0.0)
    return np.asarray(np.maximum(chosen, 0.0) * 24.0 / np.pi)


def _mackenzie_end(w: _Floats) -> _Floats:
    """What the last piece of the density has more than the third."""
    t = np.sqrt(2.0) - 1.0
    cot = 1.0 / np.tan(w / 2.0)
    x = t / np.sqrt(1.0 - t**2 * cot**2)
    y = t**2 / np.sqrt(3.0 - cot**2)

    def arc(value: _Floats) -> _Floats:
        return np.asarray(np.arccos(np.clip(value, -1.0, 1.0)))

    edge = 2.0 * t * arc(x * cot) + arc(y * cot) / np.sqrt(3.0)
    corner = 2.0 * arc((np.sqrt(2.0) + 1.0) * x / np.sqrt(2.0)) + arc((np.sqrt(2.0) + 1.0) * y / np.sqrt(2.0))
    return np.asarray((corner * (1.0 - np.cos(w)) - edge * np.sin(w)) * 12.0 / np.pi)
