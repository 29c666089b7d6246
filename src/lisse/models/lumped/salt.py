"""Salt in a binary polymer electrolyte between two electrodes: concentrated solution on a line of finite volumes.

Place x runs from the working electrode (0) to the counter electrode (L); j > 0 plates the working electrode, so that
lithium ions move towards it and the current in the direction of x is -j. Anions carry the rest and cannot leave:

    dc/dt = -dN/dx,   N = -D dc/dx + (1 - t+) j/F,   N = 0 at both electrodes
    dphi/dx = j/kappa + (2 R T/F) (1 - t+) (1 + dlnf/dlnc) dln c/dx

with the potential phi as a lithium electrode at that place would read it, so that neither interface adds a potential
of concentration. D, t+, kappa and the thermodynamic factor may depend on the salt concentration. Temperature is that
of the law; what the interfaces do belongs elsewhere. docs/explanation/salt_and_alloy.md derives the equations.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lisse.cell import Cell
from lisse.errors import InvalidInput
from lisse.numerics.line import Line, Relaxation, graded_edges
from lisse.units import FARADAY, GAS_CONSTANT

__all__ = ["LEAST_SALT", "SALT_CELLS", "SaltLaw", "SaltProperty", "exchange_current_factor", "salt_law"]

_Array = NDArray[np.float64]

SaltProperty = float | Callable[[_Array], _Array]
"""A number, or a smooth function of the salt concentration (array, mol/m3) that gives an array of the same shape."""

SALT_CELLS = 40
"""With these, Sand's series is met to 1e-4 of the mean concentration: docs/explanation/salt_and_alloy.md."""
LEAST_SALT = 1e-6
"""Share of the mean concentration below which properties and logarithms are not evaluated: the solver may look beyond
depletion, but never stays there."""

_STRETCH = 4.0
_POINTS, _WEIGHTS = np.polynomial.legendre.leggauss(24)
_FACE_SWEEPS = 4  # each gains one order in the width of the first cell


def exchange_current_factor(
    surface_concentration: ArrayLike, salt_concentration: float, anodic_transfer_coefficient: float = 0.5
) -> Any:
    """1. Exchange current density over that at the mean concentration, (c_s/c0)^alpha_a; sqrt(c_s/c0) for 1/2.

    Plating takes a lithium ion out of the electrolyte, stripping does not, so that of the rates at equilibrium a power
    alpha_a of the concentration remains. Number or array of `surface_concentration` (mol/m3).

    Examples
    --------
    >>> float(exchange_current_factor(250.0, 1000.0))
    0.5
    """
    share = np.maximum(np.asarray(surface_concentration, dtype=float) / salt_concentration, LEAST_SALT)
    return share**anodic_transfer_coefficient


@dataclass(frozen=True, eq=False)
class SaltLaw:
    """The salt of one electrolyte at one temperature. Its state is the concentration in each cell, (n,) mol/m3.

    A state may have more dimensions in front, (..., n), for the current densities (...): then so has what is returned.

    Attributes
    ----------
    line : Line
        m, from the working to the counter electrode.
    temperature : float, K
    salt_concentration : float, mol/m3
        Mean, c0.
    diffusivity : SaltProperty, m2/s
        Of the salt, D; contains the thermodynamic factor.
    transference_number : SaltProperty, 1
        Of the cation with respect to the solvent, t+; up to 1, may be negative.
    conductivity : SaltProperty, S/m
        kappa.
    thermodynamic_factor : SaltProperty, 1
        1 + dlnf/dlnc.
    """

    line: Line
    temperature: float
    salt_concentration: float
    diffusivity: SaltProperty
    transference_number: SaltProperty
    conductivity: SaltProperty
    thermodynamic_factor: SaltProperty

    def __post_init__(self) -> None:
        """Check the ranges, of functions at the mean concentration."""
        for name in ("temperature", "salt_concentration", "diffusivity", "conductivity", "thermodynamic_factor"):
            _check(name, self._at_mean(name), self._at_mean(name) > 0.0, "a finite number above zero")
        cation = self._at_mean("transference_number")
        _check("transference_number", cation, cation <= 1.0, "a finite number up to 1")

    # -- state -----------------------------------------------------------------------------------------------------

    @property
    def shape(self) -> tuple[int]:
        """Of the state."""
        return (self.line.count,)

    @property
    def edges(self) -> _Array:
        """(n + 1,) array, m. Of the cells; from the working electrode (0) to the counter electrode."""
        return self.line.edges

    def initial(self) -> _Array:
        """(n,) array, mol/m3. Salt at rest."""
        return np.full(self.line.count, self.salt_concentration)

    def amount(self, concentration: _Array) -> _Array:
        """mol/m2. Salt between the electrodes; it never changes."""
        return self.line.amount(concentration)

    # -- change in time --------------------------------------------------------------------------------------------

    @cached_property
    def linear(self) -> bool:
        """Whether the rates are linear in the state: constant D and t+."""
        return not (callable(self.diffusivity) or callable(self.transference_number))

    @cached_property
    def jacobian(self) -> _Array:
        """(n, n) array, 1/s. Derivative of the rates by the state, where they are linear."""
        return self._constant(self.diffusivity) * self.line.curvature[0]

    @cached_property
    def source(self) -> _Array:
        """(n,) array, mol/(A m s). Rates at rest for each A/m2, where they are linear."""
        return np.asarray(self._constant(self.diffusivity) * self._slope * self.line.curvature[1].sum(axis=1))

    def sparsity(self) -> NDArray[np.bool_]:
        """(n, n) array. Which rates depend on which cells at a set current: themselves and two on each side."""
        return np.asarray(self.line.curvature[0] != 0.0)

    def rates(self, concentration: _Array, current_density: Any) -> _Array:
        """(..., n) array, mol/m3/s. Rates of change.

        Parameters
        ----------
        concentration : (..., n) array, mol/m3
        current_density : float or (...) array, A/m2
            Above zero where the working electrode is plated.
        """
        if self.linear:
            of_state, of_current = self._linear_rates
            return np.asarray(concentration @ of_state + np.multiply.outer(current_density, of_current))
        anions = np.asarray(current_density)[..., None] / FARADAY
        ends = self._end_slopes(np.stack(self.at_electrodes(concentration, current_density), axis=-1), anions)
        value = self._at_edges(self.line.values, concentration, ends)
        slope = self._at_edges(self.line.slopes, concentration, ends)
        flux = self._anion_share(value) * anions - self._diffusivity(value) * slope
        flux[..., 0] = flux[..., -1] = 0.0
        return self.line.gain(flux)

    def advance(self, concentration: _Array, current_density: float, times: ArrayLike) -> _Array:
        """The salt after some times (m,) s at one current density, exact in time: (m, n) array, mol/m3.

        Raises
        ------
        InvalidInput
            Where D or t+ depends on the concentration.
        """
        ends = np.full(2, self._slope * current_density)
        return self._relaxation.advance(concentration, ends, np.asarray(times, dtype=float))

    # -- what the rest of the cell sees ----------------------------------------------------------------------------

    def at_electrodes(self, concentration: _Array, current_density: Any) -> tuple[Any, Any]:
        """mol/m3. Concentrations at the faces of the working and the counter electrode, (...) each.

        They follow from the three cells next to a face and from the slope that the current sets there.
        """
        weights, of_slope = self._faces
        if self.linear:
            faces = concentration @ weights + np.multiply.outer(current_density, self._faces_by_current)
            return faces[..., 0], faces[..., 1]
        nearby, faces = concentration @ weights, concentration[..., [0, -1]]
        anions = np.asarray(current_density)[..., None] / FARADAY
        for _ in range(_FACE_SWEEPS):
            faces = nearby + of_slope * self._end_slopes(faces, anions)
        return faces[..., 0], faces[..., 1]

    def least(self, concentration: _Array, current_density: Any) -> Any:
        """1. The smaller of both face concentrations over the mean; salt runs out where it falls through zero."""
        return np.minimum(*self.at_electrodes(concentration, current_density)) / self.salt_concentration

    def activities(
        self, concentration: _Array, current_density: Any, anodic_transfer_coefficient: float = 0.5
    ) -> _Array:
        """(..., 2) array, 1. Exchange current densities over those at the mean concentration, working and counter."""
        faces = np.stack(self.at_electrodes(concentration, current_density), axis=-1)
        return np.asarray(exchange_current_factor(faces, self.salt_concentration, anodic_transfer_coefficient))

    def drop(self, concentration: _Array, current_density: Any) -> Any:
        """V. Potential of the counter minus that of the working electrode: ohmic drop and diffusion potential.

        At uniform salt it is j L/kappa but for the salt that the first cell cannot resolve.
        """
        faces = self.at_electrodes(concentration, current_density)
        return self.ohmic(concentration, current_density) + self.diffusion_potential(*faces)

    def ohmic(self, concentration: _Array, current_density: Any) -> Any:
        """V. Integral of j/kappa from the working to the counter electrode."""
        if not callable(self.conductivity):
            return current_density * (self.line.length / self.conductivity)
        return self._ohmic_parts(concentration, current_density).sum(axis=-1)

    def diffusion_potential(self, working: Any, counter: Any) -> Any:
        """V. Of a place with the concentration `counter` over one with `working`, mol/m3; numbers or arrays.

        (2 R T/F) times the integral of (1 - t+)(1 + dlnf/dlnc) over ln c, which does not depend on the course between.
        """
        low, high = np.maximum(working, self._floor), np.maximum(counter, self._floor)
        span = np.log(high / low)
        mean: Any = self._mean_factor
        if mean is None:
            place = low[..., None] * np.exp(0.5 * span[..., None] * (1.0 + _POINTS))
            mean = 0.5 * (self._anion_share(place) * self._factor(place)) @ _WEIGHTS
        return (2.0 * GAS_CONSTANT * self.temperature / FARADAY) * mean * span

    # -- pictures --------------------------------------------------------------------------------------------------

    @property
    def places(self) -> _Array:
        """(n + 2,) array, m. Both faces and, between them, the middles of the cells."""
        return np.concatenate([self.edges[:1], self.line.centres, self.edges[-1:]])

    def profile(self, concentration: _Array, current_density: Any) -> _Array:
        """(..., n + 2) array, mol/m3. Salt concentration at `places`."""
        working, counter = self.at_electrodes(concentration, current_density)
        return np.concatenate([np.asarray(working)[..., None], concentration, np.asarray(counter)[..., None]], axis=-1)

    def potential(self, concentration: _Array, current_density: Any) -> _Array:
        """(..., n + 1) array, V. Of the electrolyte at `edges`, over that at the working electrode."""
        faces = np.stack(self.at_electrodes(concentration, current_density), axis=-1)
        ends = self._end_slopes(faces, np.asarray(current_density)[..., None] / FARADAY)
        value = self._at_edges(self.line.values, concentration, ends)
        value[..., [0, -1]] = faces
        parts = self._ohmic_parts(concentration, current_density)
        ohmic = np.concatenate([np.zeros_like(parts[..., :1]), np.cumsum(parts, axis=-1)], axis=-1)
        return np.asarray(ohmic + self.diffusion_potential(faces[..., :1], value))

    # -- inside ----------------------------------------------------------------------------------------------------

    @property
    def _floor(self) -> float:
        return LEAST_SALT * self.salt_concentration

    @cached_property
    def _relaxation(self) -> Relaxation:
        return Relaxation(self.line, self._constant(self.diffusivity))

    @cached_property
    def _faces(self) -> tuple[_Array, _Array]:
        """(n, 2) and (2,) arrays. Face concentrations from the cells, and from the slope at the same face."""
        of_means, of_ends = self.line.values
        return np.ascontiguousarray(of_means[[0, -1]].T), np.array([of_ends[0, 0], of_ends[-1, 1]])

    @cached_property
    def _slope(self) -> float:
        """mol/(A m2). Slope of the concentration at both electrodes for each A/m2, where D and t+ are constant."""
        return (1.0 - self._constant(self.transference_number)) / (FARADAY * self._constant(self.diffusivity))

    @cached_property
    def _faces_by_current(self) -> _Array:
        """(2,) array, mol/(A m). Face concentrations from the current density, where the rates are linear."""
        return self._faces[1] * self._slope

    @cached_property
    def _linear_rates(self) -> tuple[_Array, _Array]:
        return np.ascontiguousarray(self.jacobian.T), self.source

    @cached_property
    def _mean_factor(self) -> float | None:
        """1. (1 - t+)(1 + dlnf/dlnc) where it is constant."""
        if callable(self.transference_number) or callable(self.thermodynamic_factor):
            return None
        return (1.0 - self.transference_number) * self.thermodynamic_factor

    def _constant(self, value: SaltProperty) -> float:
        if callable(value) or not self.linear:
            advice = "Integrate `rates` in time instead"
            raise InvalidInput("salt law", "a function of the concentration", "constant D and t+", advice)
        return value

    def _diffusivity(self, value: _Array) -> Any:
        return _at(self.diffusivity, value, self._floor)

    def _anion_share(self, value: _Array) -> Any:
        return 1.0 - _at(self.transference_number, value, self._floor)

    def _factor(self, value: _Array) -> Any:
        return _at(self.thermodynamic_factor, value, self._floor)

    def _end_slopes(self, faces: _Array, anions: _Array) -> _Array:
        """(..., 2) array, mol/m4. Slopes that let no anion through, for j/F (..., 1)."""
        return np.asarray(self._anion_share(faces) / self._diffusivity(faces) * anions + np.zeros_like(faces))

    def _at_edges(self, stencils: tuple[_Array, _Array], concentration: _Array, ends: _Array) -> _Array:
        return np.asarray(concentration @ stencils[0].T + ends @ stencils[1].T)

    def _ohmic_parts(self, concentration: _Array, current_density: Any) -> _Array:
        """(..., n) array, V. Integral of j/kappa over each cell, by Simpson's rule."""
        current = np.asarray(current_density)[..., None]
        if not callable(self.conductivity):
            return np.asarray(current * self.line.widths / self.conductivity + np.zeros_like(concentration))
        faces = np.stack(self.at_electrodes(concentration, current_density), axis=-1)
        value = self._at_edges(self.line.values, concentration, self._end_slopes(faces, current / FARADAY))
        left, right = value[..., :-1], value[..., 1:]
        middle = 1.5 * concentration - 0.25 * (left + right)
        resistivity = [1.0 / _at(self.conductivity, place, self._floor) for place in (left, middle, right)]
        return np.asarray(current * self.line.widths * (resistivity[0] + 4.0 * resistivity[1] + resistivity[2]) / 6.0)

    def _at_mean(self, name: str) -> float:
        return float(np.max(_at(getattr(self, name), np.array([self.salt_concentration]), 0.0)))


def salt_law(
    cell: Cell,
    temperature: float,
    cells: int = SALT_CELLS,
    *,
    diffusivity: SaltProperty | None = None,
    transference_number: SaltProperty | None = None,
    conductivity: SaltProperty | None = None,
    thermodynamic_factor: SaltProperty | None = None,
) -> SaltLaw | None:
    """The salt of a cell at a temperature; ``None`` for an electrolyte that conducts one ion only.

    Parameters
    ----------
    cell : Cell
    temperature : float, K
    cells : int
        Even, 6 or more.
    diffusivity, transference_number, conductivity, thermodynamic_factor : SaltProperty or None
        In place of the numbers of the material, for example functions of the concentration.

    Raises
    ------
    MissingValue
        When the material lacks a number that is needed.
    """
    material = cell.electrolyte.material
    if material.kind != "polymer":
        return None

    def known(given: SaltProperty | None, name: str) -> SaltProperty:
        return material.value(name, temperature) if given is None else given

    return SaltLaw(
        line=Line(graded_edges(cell.electrolyte.thickness, cells, _STRETCH, both_ends=True)),
        temperature=temperature,
        salt_concentration=material.value("salt_concentration", temperature),
        diffusivity=known(diffusivity, "salt_diffusivity"),
        transference_number=known(transference_number, "transference_number"),
        conductivity=known(conductivity, "ionic_conductivity"),
        thermodynamic_factor=known(thermodynamic_factor, "thermodynamic_factor"),
    )


def _at(law: SaltProperty, concentration: _Array, floor: float) -> Any:
    return law(np.maximum(concentration, floor)) if callable(law) else law


def _check(name: str, value: float, good: bool, allowed: str) -> None:
    if not (np.isfinite(value) and good):
        raise InvalidInput(name, value, allowed)
