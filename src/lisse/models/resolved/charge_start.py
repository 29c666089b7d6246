"""Where the charge balance starts: the electrolyte as one conductor with all resistance at its faces.

Each face has ten voxels of electrolyte in front of it, so that a few very active ones do not take all of the current
(measured: with half a voxel one start in eleven took Newton more than six iterations, up to 11, with ten none in 300).
One potential of the electrolyte against each metal then gives each electrode its current; for a held voltage, one
potential between both. Faces that differ by decades of exchange current already carry about what they will.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from lisse.models.resolved.face_law import Faces

__all__ = ["behind_electrolyte", "metals_at_current", "metals_at_voltage"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
_DEPTH = 20.0  # half voxels
_NEAR = 1e-3  # of the current: a start need not be better
_MOST_STEPS = 80


def behind_electrolyte(faces: Faces) -> Faces:
    """The faces with more electrolyte in front of them."""
    return dataclasses.replace(faces, half=_DEPTH * faces.half)


def metals_at_current(faces: Faces, joined: Mask, current: float) -> tuple[float, float]:
    """V. Potentials of both metals, that of the electrolyte being 0, at which a current passes each of them.

    Parameters
    ----------
    faces : Faces
        Open ones.
    joined : (m,) mask
        Faces on electrolyte that meets both electrodes.
    current : float, A (A/m in a plane)
        Above zero it plates the working electrode.
    """
    found = []
    for place, sign in ((0, 1.0), (1, -1.0)):
        some = faces.chosen(joined & (faces.electrode == place))
        found.append(_rising_root(partial(_excess, some, sign * current), some, abs(current)))
    return -found[0], -found[1]


def metals_at_voltage(faces: Faces, joined: Mask, voltage: float) -> tuple[float, float]:
    """V. Potentials of both metals, the electrolyte's being 0, that differ by a voltage and pass no net charge."""
    parts = [faces.chosen(joined & (faces.electrode == place)) for place in (0, 1)]
    both = faces.chosen(joined)

    def net(e: float) -> float:
        return _total(parts[0], e) + _total(parts[1], e - voltage)

    scale = abs(_total(parts[0], 0.5 * voltage)) + abs(_total(parts[1], -0.5 * voltage))
    middle = _rising_root(net, both, scale)
    return -middle, voltage - middle


def _excess(faces: Faces, target: float, driving: float) -> float:
    return _total(faces, driving) - target


def _total(faces: Faces, driving: float) -> float:
    return float(faces.area @ faces.current(driving + faces.shift))


def _rising_root(function: Callable[[float], float], faces: Faces, scale: float) -> float:
    """Root of a rising function of a potential, by doubling steps from between the shifts, then regula falsi."""
    low = high = -float(np.mean(faces.shift))
    at_low = at_high = function(low)
    step = faces.thermal
    while at_low > 0.0:
        high, at_high = low, at_low
        low, step = low - step, 2.0 * step
        at_low = function(low)
    while at_high < 0.0:
        low, at_low = high, at_high
        high, step = high + step, 2.0 * step
        at_high = function(high)
    for count in range(_MOST_STEPS):
        if at_high == at_low or high - low <= 1e-15 * (abs(low) + abs(high)):
            break
        share = -at_low / (at_high - at_low)
        middle = low + (high - low) * (0.5 if count % 3 == 2 else share)
        value = function(middle)
        if abs(value) <= _NEAR * scale:
            return middle
        low, at_low, high, at_high = (middle, value, high, at_high) if value < 0.0 else (low, at_low, middle, value)
    return 0.5 * (low + high)
