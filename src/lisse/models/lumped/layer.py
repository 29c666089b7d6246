"""Lithium in an alloy between the metal and the electrolyte: diffusion through the layer, by finite volumes.

Place X runs from the electrolyte (0) to the metal (L), which keeps the alloy full, y = 1 of the lithium c that it has
next to lithium. What stripping takes at the electrolyte diffuses in from the metal:

    dy/dt = D d2y/dX2,   D dy/dX = j/(F c) at the electrolyte (j > 0 strips),   y = 1 at the metal

1 - y is odd about the metal, so that a slab of 2 L with the same slope at both ends is solved instead, on the lines of
`lisse.models.lumped.alloy`. The face is empty after `theory.interlayer_depletion_time`. A full alloy takes up no
more: what is plated stays at the electrolyte as metal, and does not count when it is stripped again, so that the layer
starts every stripping step as it was left.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lisse.cell import Interlayer
from lisse.models.interlayer import layer_number
from lisse.models.lumped.alloy import LEAST_FRACTION
from lisse.numerics.line import Line, Relaxation, graded_edges
from lisse.units import FARADAY, GAS_CONSTANT

__all__ = ["LAYER_CELLS", "LayerLaw", "layer_law"]

_Array = NDArray[np.float64]

LAYER_CELLS = 40
_STRETCH = 5.0


@dataclass(frozen=True, eq=False)
class LayerLaw:
    """The lithium of one alloy layer at one temperature. Its state is y in each cell of twice the layer, (n,).

    A state may have more dimensions in front, (..., n), for the current densities (...): then so has what is returned.

    Attributes
    ----------
    line : Line
        m, from the electrolyte through the layer and its mirror image.
    temperature : float, K
    diffusivity : float, m2/s
    concentration : float, mol/m3
        Lithium next to lithium metal.
    both_ways : bool
        Whether a full layer takes up more, as it does within the millivolts of a spectrum.
    """

    line: Line
    temperature: float
    diffusivity: float
    concentration: float
    both_ways: bool = False

    linear = True
    recedes = True  # the metal behind gives what is stripped, and its height follows the charge
    lithium_fraction = 1.0  # of that metal

    def initial(self) -> _Array:
        """(n,) array. A full layer."""
        return np.ones(self.line.count)

    def fractions(self, state: _Array) -> _Array:
        """1. Lithium over that of the full layer."""
        return np.asarray(state)

    def sparsity(self) -> NDArray[np.bool_]:
        """(n, n) array. Which rates depend on which cells at a set current."""
        return np.asarray(self.line.curvature[0] != 0.0)

    def rates(self, state: _Array, stripping_current: Any) -> _Array:
        """(..., n) array, 1/s. Rates of change; `stripping_current` in A/m2, above zero where the side is stripped."""
        drawn = np.multiply.outer(self._drawn(stripping_current), self._ends)
        return np.asarray(self.diffusivity * (state @ self.line.curvature[0].T + drawn))

    def advance(self, state: _Array, stripping_current: float, times: ArrayLike) -> _Array:
        """(m, n) array. The layer after some times (m,) s at one current density, exact in time."""
        slope = self._drawn(stripping_current)
        return self._relaxation.advance(state, np.array([slope, slope]), np.asarray(times, dtype=float))

    def surface(self, state: _Array, stripping_current: Any) -> Any:
        """1. Lithium at the electrolyte over that of the full layer, (...); empty where it falls through zero."""
        of_means, of_ends = self.line.values
        return np.asarray(state @ of_means[0] + of_ends[0, 0] * self._drawn(stripping_current))[()]

    def overpotential(self, surface_fraction: Any) -> Any:
        """V. How far depletion raises the potential of this side, -(R T/F) ln y; number or array."""
        fraction = np.clip(surface_fraction, LEAST_FRACTION, np.inf if self.both_ways else 1.0)
        return -GAS_CONSTANT * self.temperature / FARADAY * np.log(fraction)

    def drop(self, surface_fraction: Any) -> Any:
        """V. Minus the overpotential: as all drops of an interface, above zero where plating needs more voltage."""
        return -self.overpotential(surface_fraction)

    def validity_warnings(self, surface_fraction: ArrayLike) -> tuple[str, ...]:
        """What to tell the user who has seen these lithium contents at the electrolyte (array)."""
        if float(np.min(surface_fraction)) > 0.5:
            return ()
        return (
            "interlayer: at the electrolyte its lithium fell below half of that of the full alloy; the diffusivity is "
            "taken to be the same at every content",
        )

    def _drawn(self, stripping_current: Any) -> Any:
        """1/m. Slope of y at the electrolyte."""
        taken = stripping_current if self.both_ways else np.maximum(stripping_current, 0.0)
        return np.asarray(taken) / (FARADAY * self.diffusivity * self.concentration)

    @cached_property
    def _ends(self) -> _Array:
        """(n,) array, 1/m. What a slope of 1 at both ends adds to the curvature."""
        return np.asarray(self.line.curvature[1].sum(axis=1))

    @cached_property
    def _relaxation(self) -> Relaxation:
        return Relaxation(self.line, self.diffusivity)


def layer_law(layer: Interlayer | None, temperature: float, cells: int = LAYER_CELLS) -> LayerLaw | None:
    """The lithium of an alloy layer at a temperature (K); ``None`` without one.

    Parameters
    ----------
    layer : Interlayer or None
    temperature : float, K
    cells : int
        Of the layer and its mirror image; even.

    Raises
    ------
    MissingValue
        When the diffusivity or the lithium of the layer is not known.
    """
    if layer is None or layer.carries == "ions":
        return None
    return LayerLaw(
        line=Line(graded_edges(2.0 * layer.thickness, cells, _STRETCH, both_ends=True)),
        temperature=temperature,
        diffusivity=layer_number(layer.material, "interlayer_diffusivity", temperature),
        concentration=layer_number(layer.material, "interlayer_lithium", temperature),
    )
