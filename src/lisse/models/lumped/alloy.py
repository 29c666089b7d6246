"""Lithium in a solid-solution anode such as Li-Mg: diffusion through a slab, by finite volumes.

Place X runs from the face at the electrolyte (0) to the collector (h), in the slab as it was at the start. The state y
is lithium per atom that was there at the start; stripping takes it out through the face:

    dy/dt = d/dX (D_X dy/dX),   D_X dy/dX = j V/F at the face (j > 0 strips),   dy/dX = 0 at the collector

    sites stay       D_X = D,                     x = y
    face recedes     D_X = D/(y + 1 - x_0)^2,     x = y/(y + 1 - x_0)

with the lithium fraction x, the molar volume V per atom and the diffusivity D. Either the lithium leaves sites behind,
and the slab keeps its volume, or the slab shrinks by what leaves it: then X is carried along by the other metal, and
the moving boundary is treated exactly. docs/explanation/salt_and_alloy.md derives both and says when each holds.

The potential of the anode rises as lithium at the face becomes scarce. Contact is kept; kinetics belongs elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lisse.cell import LithiumElectrode
from lisse.errors import InvalidInput
from lisse.materials import Material
from lisse.numerics.line import Line, Relaxation, graded_edges
from lisse.units import FARADAY, GAS_CONSTANT

__all__ = ["ALLOY_CELLS", "LEAST_FRACTION", "Activity", "AlloyLaw", "alloy_law", "lithium_fraction_of"]

_Array = NDArray[np.float64]

Activity = Callable[[Any], Any]
"""Activity of lithium (1 in the pure metal) for a lithium fraction, numbers or arrays."""

ALLOY_CELLS = 40
LEAST_FRACTION = 1e-6
"""Lithium fraction below which the logarithm is not evaluated: the solver may look there, but never stays."""

_STRETCH = 7.0
_ELEMENT = re.compile(r"([A-Z][a-z]?)(\d+(?:\.\d*)?|\.\d+)?")
_NOTICEABLE = 0.05  # change of the surface fraction from which the frame matters more than the diffusivity is known


@dataclass(frozen=True, eq=False)
class AlloyLaw:
    """The lithium of one alloy anode at one temperature. Its state is lithium per atom at the start in each cell, (n,).

    A state may have more dimensions in front, (..., n), for the current densities (...): then so has what is returned.

    Attributes
    ----------
    line : Line
        m, from the face at the electrolyte to the collector.
    temperature : float, K
    lithium_fraction : float, 1
        At the start, x_0.
    diffusivity : float, m2/s
        Chemical diffusivity of lithium, D.
    molar_volume : float, m3/mol
        Per mole of atoms, V.
    recedes : bool
        Whether the face recedes by the volume that leaves, or sites stay.
    activity : Activity or None
        ``None`` for an ideal solution, a = x.
    """

    line: Line
    temperature: float
    lithium_fraction: float
    diffusivity: float
    molar_volume: float
    recedes: bool = False
    activity: Activity | None = None

    def __post_init__(self) -> None:
        """Check the ranges."""
        for name in ("temperature", "diffusivity", "molar_volume"):
            if not (np.isfinite(getattr(self, name)) and getattr(self, name) > 0.0):
                raise InvalidInput(name, getattr(self, name), "a finite number above zero")
        if not 0.0 < self.lithium_fraction < 1.0:
            raise InvalidInput("lithium_fraction", self.lithium_fraction, "a number between 0 and 1")

    # -- state -----------------------------------------------------------------------------------------------------

    @property
    def shape(self) -> tuple[int]:
        """Of the state."""
        return (self.line.count,)

    @property
    def edges(self) -> _Array:
        """(n + 1,) array, m. Of the cells at the start; from the face at the electrolyte (0) to the collector."""
        return self.line.edges

    def initial(self) -> _Array:
        """(n,) array. A uniform alloy."""
        return np.full(self.line.count, self.lithium_fraction)

    def amount(self, state: _Array) -> _Array:
        """mol/m2. Lithium in the slab."""
        return self.line.amount(state) / self.molar_volume

    def fractions(self, state: _Array) -> _Array:
        """1. Lithium fraction x for any state; below zero where the state is, beyond depletion."""
        return np.asarray(state / (np.maximum(state, 0.0) + self._other) if self.recedes else state)

    # -- change in time --------------------------------------------------------------------------------------------

    @property
    def linear(self) -> bool:
        """Whether the rates are linear in the state."""
        return not self.recedes

    @cached_property
    def jacobian(self) -> _Array:
        """(n, n) array, 1/s. Derivative of the rates by the state, where they are linear."""
        self._needs_linear()
        return self.diffusivity * self.line.curvature[0]

    @cached_property
    def source(self) -> _Array:
        """(n,) array, m2/(A s). Rates of a uniform alloy for each A/m2, where they are linear."""
        self._needs_linear()
        return self.molar_volume / FARADAY * self.line.curvature[1][:, 0]

    def sparsity(self) -> NDArray[np.bool_]:
        """(n, n) array. Which rates depend on which cells at a set current: themselves and two on each side."""
        return np.asarray(self.line.curvature[0] != 0.0)

    def rates(self, state: _Array, stripping_current: Any) -> _Array:
        """(..., n) array, 1/s. Rates of change.

        Parameters
        ----------
        state : (..., n) array
        stripping_current : float or (...) array, A/m2
            Above zero where this electrode is stripped.
        """
        if self.linear:
            return np.asarray(state @ self.jacobian.T + np.multiply.outer(stripping_current, self.source))
        of_means, of_ends = self.line.values
        slope = ((self._face(state, stripping_current) - state @ of_means[0]) / of_ends[0, 0])[..., None]
        value = state @ of_means.T + slope * of_ends[:, 0]
        of_means, of_ends = self.line.slopes
        flux = -self._diffusivity(value) * (state @ of_means.T + slope * of_ends[:, 0])
        flux[..., 0], flux[..., -1] = -np.asarray(stripping_current) * (self.molar_volume / FARADAY), 0.0
        return self.line.gain(flux)

    def advance(self, state: _Array, stripping_current: float, times: ArrayLike) -> _Array:
        """The alloy after some times (m,) s at one current density, exact in time: (m, n) array.

        Raises
        ------
        InvalidInput
            Where the face recedes, which makes the rates nonlinear.
        """
        self._needs_linear()
        ends = np.array([self._slope * stripping_current, 0.0])
        return self._relaxation.advance(state, ends, np.asarray(times, dtype=float))

    # -- what the rest of the cell sees ----------------------------------------------------------------------------

    def surface(self, state: _Array, stripping_current: Any) -> Any:
        """1. Lithium fraction at the face, (...); the electrode is exhausted there where it falls through zero.

        It follows from the three cells next to the face and from the slope that the current sets there.
        """
        return self.fractions(self._face(state, stripping_current))[()]

    def overpotential(self, surface_fraction: Any) -> Any:
        """V. How far depletion raises the potential of this electrode, -(R T/F) ln(a/a_0); number or array.

        Where more lithium arrives than the alloy takes up, it is the pure metal with a = 1.
        """
        fraction = np.clip(surface_fraction, LEAST_FRACTION, 1.0)
        ratio = fraction / self.lithium_fraction
        if self.activity is not None:
            ratio = self.activity(fraction) / self.activity(self.lithium_fraction)
        return -GAS_CONSTANT * self.temperature / FARADAY * np.log(ratio)

    def drop(self, surface_fraction: Any) -> Any:
        """V. Minus the overpotential: as all drops of an interface, above zero where plating needs more voltage."""
        return -self.overpotential(surface_fraction)

    def validity_warnings(self, surface_fraction: ArrayLike) -> tuple[str, ...]:
        """What to tell the user who has seen these lithium fractions at the face (array)."""
        found = []
        lowest, highest = float(np.min(surface_fraction)), float(np.max(surface_fraction))
        change = max(self.lithium_fraction - lowest, highest - self.lithium_fraction)
        if not self.recedes and change > _NOTICEABLE:
            reached = lowest if self.lithium_fraction - lowest >= change else highest
            found.append(
                f"alloy anode: at its face, lithium went from {_percent(self.lithium_fraction)} to {_percent(reached)} "
                "of the atoms. The model keeps the face where it is; were the face to recede as lithium leaves, this "
                f"would be {1.0 / self._other:.2g} times slower at first, and the cell would last longer"
            )
        if highest >= 1.0:
            found.append(
                "alloy anode: lithium was plated faster than it diffused into the alloy; what its face could not take "
                "up counts as pure lithium metal"
            )
        return tuple(found)

    # -- inside ----------------------------------------------------------------------------------------------------

    @property
    def _other(self) -> float:
        """1. Atoms of the other metal per atom at the start."""
        return 1.0 - self.lithium_fraction

    def _needs_linear(self) -> None:
        if not self.linear:
            raise InvalidInput("alloy law", "a face that recedes", "sites that stay", "Integrate `rates` instead")

    @property
    def _slope(self) -> float:
        """m/A. Slope of the state at the face of the alloy as made, for each A/m2."""
        return self.molar_volume / (FARADAY * self.diffusivity)

    @cached_property
    def _relaxation(self) -> Relaxation:
        return Relaxation(self.line, self.diffusivity)

    def _diffusivity(self, state: Any) -> Any:
        """m2/s. D_X; an atom of the slab has become y + 1 - x_0 atoms thick."""
        if not self.recedes:
            return self.diffusivity
        return self.diffusivity / (np.maximum(state, 0.0) + self._other) ** 2

    def _face(self, state: _Array, stripping_current: Any) -> Any:
        """1. State at the face, (...)."""
        of_means, of_ends = self.line.values
        nearby = state @ of_means[0]
        slope = np.asarray(stripping_current) * self._slope
        if not self.recedes:
            return nearby + of_ends[0, 0] * slope
        # the slope grows with the square of z = y + 1 - x_0 at the face: z = z_near - k z^2. Plated faster than the
        # first cell can show, z stays at twice z_near, which is pure metal already
        near, k = nearby + self._other, -of_ends[0, 0] * slope
        return 2.0 * near / (1.0 + np.sqrt(np.maximum(1.0 + 4.0 * k * near, 0.0))) - self._other


def _percent(fraction: float) -> str:
    return f"{100.0 * min(max(fraction, 0.0), 1.0):.3g} %"


def alloy_law(
    electrode: LithiumElectrode,
    temperature: float,
    cells: int = ALLOY_CELLS,
    *,
    recedes: bool = False,
    activity: Activity | None = None,
) -> AlloyLaw | None:
    """The lithium of an anode at a temperature; ``None`` where the activity at its face does not change.

    That is so in a pure metal, and in a compound such as InLi, whose two phases hold the potential.

    Parameters
    ----------
    electrode : LithiumElectrode
    temperature : float, K
    cells : int
        6 or more.
    recedes : bool
        Whether the face recedes by the volume stripped, or sites stay.
    activity : Activity or None
        ``None`` for an ideal solution.

    Raises
    ------
    MissingValue
        When the material lacks a number that is needed.
    InvalidInput
        When the slab has no thickness, or the formula does not say how much lithium is in it.
    """
    material = electrode.material
    fraction = lithium_fraction_of(material)
    if fraction is None:
        return None
    if electrode.thickness <= 0.0:
        raise InvalidInput("thickness", electrode.thickness, f"above zero for an anode of {material.name}")
    return AlloyLaw(
        line=Line(graded_edges(electrode.thickness, cells, _STRETCH, both_ends=False)),
        temperature=temperature,
        lithium_fraction=fraction,
        diffusivity=material.value("solid_diffusivity", temperature),
        molar_volume=material.value("molar_volume", temperature),
        recedes=recedes,
        activity=activity,
    )


def lithium_fraction_of(material: Material) -> float | None:
    """1. Of a solid solution, whose formula counts one atom in all, such as Li0.9Mg0.1; None for anything else."""
    formula = material.formula
    found = _ELEMENT.findall(formula)
    if not formula and not material.has("solid_diffusivity"):
        return None
    if not found or _ELEMENT.sub("", formula):
        allowed = "elements and amounts, such as 'Li', or 'Li0.9Mg0.1' for a solid solution"
        raise InvalidInput(f"formula of {material.name}", formula, allowed)
    amounts = {element: float(amount or 1.0) for element, amount in found}
    if len(amounts) == 1 or abs(sum(amounts.values()) - 1.0) > 1e-3:
        return None
    if "Li" not in amounts:
        raise InvalidInput(f"formula of {material.name}", formula, "a solid solution with lithium")
    return amounts["Li"] / sum(amounts.values())
