"""Partial molar volume of the lithium ion over that of lithium metal: an assumption with wide limits."""

from __future__ import annotations

import math

import numpy as np

from lisse.materials.estimates.result import Estimate
from lisse.materials.estimates.substance import Substance
from lisse.materials.estimates.volume import AVOGADRO
from lisse.units import LITHIUM_MOLAR_VOLUME

__all__ = ["ball_ratio", "molar_volume_ratio"]

_COORDINATION = (4.0, 6.0, 8.0)
_RADII = (0.59e-10, 0.76e-10, 0.92e-10)  # m, shannon1976
_USUAL, _LARGEST = 5.0, 8.0
_NO_DATA = 0.5  # there are no data to be near to or far from
_WARNING = (
    "an assumption (ball of the ionic radius), and its limits are not measured: from none at all, as in a stiff "
    "framework, to a ball with eight neighbours"
)


def ball_ratio(coordination: float) -> float:
    """Volume of a mole of balls with the radius of the lithium ion over the molar volume of lithium metal.

    The radius follows the straight line through the ionic radii at coordination 4, 6 and 8, the rule of the screening
    of ahmad2018.

    Parameters
    ----------
    coordination : float. Neighbours of the lithium ion.

    Examples
    --------
    >>> round(ball_ratio(6.0), 3)
    0.084
    """
    slope, radius = np.polyfit(_COORDINATION, _RADII, 1)
    return float(AVOGADRO * 4.0 / 3.0 * math.pi * (slope * coordination + radius) ** 3 / LITHIUM_MOLAR_VOLUME)


def molar_volume_ratio(substance: Substance) -> Estimate:
    """Partial molar volume of Li+ over that of the metal, 1: a ball with five neighbours, 0 to one with eight.

    Parameters
    ----------
    substance : Substance. Any: nothing about it enters.
    """
    return Estimate(
        property="molar_volume_ratio",
        value=ball_ratio(_USUAL),
        lower=0.0,
        upper=ball_ratio(_LARGEST),
        unit="1",
        applicability=_NO_DATA,
        method="ball of the ionic radius",
        trained_on="no data: a rule of a published screening",
        references=("ahmad2018", "shannon1976"),
        warnings=(*substance.composition.warnings, _WARNING),
        short_method="ball",
    )
