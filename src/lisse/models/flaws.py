"""Lithium in the surface flaws of one interface (Mode 1).

Each flaw is an edge crack of depth s, seen per unit length along the surface. Its state is the area A of lithium in
it and its depth. Pressure follows from the opening compliance (theory.crack_opening_area):

    A = C s^2 p,     K = Y p sqrt(pi s)

Lithium plates on both flanks, driven by the local drop between metal and electrolyte E less the pressure term, so
that p <= F E/V comes out and is not put in:

    dA/dt = (V/F) 2 s i_f,    i_f = (E + j s/(2 sigma) - V p/F)/R,    R = small-signal resistance of the interface

j s/(2 sigma) is the mean ohmic head along the flaw. Where the interface is stripped, lithium leaves the flaw until it
is empty. Where K reaches K_IC the flaw grows and K stays there, so that the supply of lithium sets the speed,

    ds/dt = (dA/dt)/(dA/ds at K = K_IC).

A flaw never heals. Flaws take a negligible share of the current, so that they
follow the drop E(t) of the contact and do not change it.

A scratch is wider than its pressure would open it. It is a slot whose lithium is squeezed out through the mouth, at a
pressure p_ext(i) that plating on its faces keeps up (theory.extrusion_pressure): with the half width h of the mouth the
pressure in it never passes the p that solves p = p_ext((E - V p/F)/R). A crack, h = 0, has no such limit.
Sources: Porz and others 2017 (Griffith reading); docs/explanation/lumped_model.md.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from lisse import theory
from lisse.cell import Cell
from lisse.models.base import CellNumbers
from lisse.models.contact import wetting_angle
from lisse.theory.cracks import GEOMETRY_FACTORS
from lisse.units import FARADAY

__all__ = ["FlawLaw", "flaw_law"]

_FORGOTTEN = 1e-17  # share of a filling that no longer counts


@dataclass(frozen=True)
class FlawLaw:
    """The flaws of one interface, scaled: filling v = A/A_c and depth x = s/s_0, A_c the filling at which s_0 grows.

    Then p/p_c = v/x^2 and K/K_IC = v/x^1.5, and with u the driving voltage over V p_c/F

        dv/dt = k x (u - v/x^2),    x(t) = max(x(0), largest v^(2/3) until t).

    Attributes
    ----------
    initial_depth : (m,) array, m
    number : (m,) array, 1
        Flaws in each class.
    critical_pressure : (m,) array, Pa
    critical_area : (m,) array, m2
    pressure_drop : (m,) array, V
        V p_c/F.
    supply : (m,) array, 1/s
        k = 2 s_0 p_c (V/F)^2/(A_c R).
    head : (m,) array, ohm m2
        s_0/(2 sigma).
    height_per_filling : (m,) array, m
        Lithium per area of interface at v = 1; each flaw is as wide along the surface as 2 s_0.
    geometry : str
        Shape, for the stress intensity.
    extrusion : (m,) array or None
        p_ext over p_c at the flank current density of u = 1 without pressure; ``None`` for cracks.
    creep_exponent : float
    mouth_shift : float, V
        V gamma kappa/F of the meniscus in a scratch, kappa = -cos(theta)/h: what its curvature adds to the potential of
        the metal in it. 0 for cracks, whose faces bound the metal without a free surface.
    """

    initial_depth: np.ndarray
    number: np.ndarray
    critical_pressure: np.ndarray
    critical_area: np.ndarray
    pressure_drop: np.ndarray
    supply: np.ndarray
    head: np.ndarray
    height_per_filling: np.ndarray
    geometry: str = "edge"
    extrusion: np.ndarray | None = None
    creep_exponent: float = 1.0
    mouth_shift: float = 0.0

    def classes(self, which: np.ndarray) -> FlawLaw:
        """The law of some of the classes."""
        arrays = {name: value[which] for name, value in vars(self).items() if isinstance(value, np.ndarray)}
        return replace(self, **arrays)

    def drive(
        self,
        depth: np.ndarray,
        plating: np.ndarray | float,
        drop: np.ndarray | float,
        tension: np.ndarray | float = 0.0,
    ) -> np.ndarray:
        """1. Driving voltage over V p_c/F, (..., m).

        Parameters
        ----------
        depth : (m,) array
            Scaled depth.
        plating : float or (..., 1) array
            A/m2. Current density at this interface, above zero when it is plated.
        drop : float or (..., 1) array
            V. Drop between metal and electrolyte at the mouth, of the sign of `plating`.
        tension : float or (..., 1) array
            Pa. In the electrolyte across the flaw. It opens the flaw as a pressure inside does: K is that of the sum,
            and the lithium, which fills the opening, is under the pressure that is left of it.
        """
        driving = np.asarray((drop + plating * self.head * depth - self.mouth_shift) / self.pressure_drop)
        driving = driving if self.extrusion is None else self._squeezed(driving, depth)
        return driving if isinstance(tension, float) and tension == 0.0 else driving + tension / self.critical_pressure

    def _squeezed(self, driving: np.ndarray, depth: np.ndarray) -> np.ndarray:
        """The drive u that leaves the pressure at which plating and extrusion are in balance.

        Scaled, y = e x^(1+1/n) (u - y)^(1/n) with the pressure y over p_c; e at unit current density and first depth.
        The left side rises and the right one falls with y, so that there is one y between 0 and u.
        """
        strength = np.asarray(self.extrusion) * depth ** (1.0 + 1.0 / self.creep_exponent)
        low, high = np.zeros_like(driving), np.maximum(driving, 0.0)
        for _ in range(50):
            middle = 0.5 * (low + high)
            over = middle > strength * np.maximum(driving - middle, 0.0) ** (1.0 / self.creep_exponent)
            low, high = np.where(over, low, middle), np.where(over, middle, high)
        return np.where(driving > 0.0, high, driving)

    def relax(self, filling: np.ndarray, depth: np.ndarray, time: np.ndarray, drive: np.ndarray) -> np.ndarray:
        """Filling (n, m) at every time (s) at fixed depth, with the drive (n, m) linear in between; exact.

        dv/dt = (k/x)(e - v) with e = u x^2 has the solution v = e_0 + c z - c + b exp(-z), with z = k t/x, c the
        change of e per z and b = v_0 - e_0 + c. A flaw that runs empty stays empty.
        """
        end, span, change = self._course(depth, time, drive)
        kept = np.exp(-span)
        gained = end[1:] - change - (end[:-1] - change) * kept
        found = np.zeros_like(end)
        found[0] = filling
        drained = bool((end <= 0.0).all())
        slow = np.flatnonzero(kept.max(axis=1, initial=0.0) > _FORGOTTEN)
        last = int(slow[-1]) + 1 if len(slow) else 0
        for k in range(last):
            np.maximum(kept[k] * found[k] + gained[k], 0.0, out=found[k + 1])
            if drained and not found[k + 1].any():
                return found  # empty, and nothing drives lithium in: the rest is zero
        np.maximum(gained[last:], 0.0, out=found[last + 1 :])  # what was there before is forgotten
        return np.asarray(found)

    def peak(self, filling: np.ndarray, depth: np.ndarray, time: np.ndarray, drive: np.ndarray) -> np.ndarray:
        """Largest filling (n - 1, m) from one time to the next, for the filling (n, m) that `relax` found.

        Under a falling drive it can pass through e_0 + c z at z = ln(b/c), in the words of `relax`.
        """
        end, span, change = self._course(depth, time, drive)
        missing = filling[:-1] - end[:-1] + change
        found = np.maximum(filling[:-1], filling[1:])
        turns = (change < 0.0) & (missing < change) & (missing * np.exp(-span) > change)
        found[turns] = end[:-1][turns] + change[turns] * np.log(missing[turns] / change[turns])
        return np.asarray(found)

    def _course(self, depth: np.ndarray, time: np.ndarray, drive: np.ndarray) -> tuple[np.ndarray, ...]:
        """Of `relax`: e at every time, and z and c from one time to the next."""
        end = drive * depth**2
        span = (time[1:] - time[:-1])[:, np.newaxis] * (self.supply / depth)
        return end, span, (end[1:] - end[:-1]) / span

    def rate(self, filling: np.ndarray, depth: np.ndarray, drive: np.ndarray) -> np.ndarray:
        """1/s. Rate of filling where the interface is plated."""
        return np.asarray(self.supply * depth * (drive - filling / (depth * depth)))

    def intensity(self, filling: np.ndarray, depth: np.ndarray) -> np.ndarray:
        """1. Stress intensity over toughness."""
        return np.asarray(filling / depth**1.5)

    def intensity_under(self, stress: np.ndarray, length: float) -> np.ndarray:
        """Pa m^0.5. Stress intensity of a flaw of a length (m) under a remote tension (Pa), Y s sqrt(pi a)."""
        factor = GEOMETRY_FACTORS[self.geometry]
        return np.asarray(factor * np.maximum(stress, 0.0) * math.sqrt(math.pi * length))

    def pressure(self, filling: np.ndarray, depth: np.ndarray) -> np.ndarray:
        """Pa. Pressure of the lithium in each flaw."""
        return np.asarray(self.critical_pressure * filling / depth**2)


def flaw_law(
    cell: Cell, numbers: CellNumbers, resistance: float, classes: int, seed: Sequence[int] | None
) -> FlawLaw | None:
    """The flaws of one interface; ``None`` for a flawless surface.

    Parameters
    ----------
    cell : Cell
    numbers : CellNumbers
    resistance : float
        ohm m2. Small-signal resistance of true contact.
    classes : int
        Classes that stand for the population of one interface.
    seed : sequence of int or None
        Draws the longest flaw; ``None`` takes its median.
    """
    flaws = cell.electrolyte.flaws
    if (
        flaws is None
        or numbers.fracture_toughness is None
        or numbers.youngs_modulus is None
        or numbers.poisson_ratio is None
    ):
        return None
    depth, number = flaws.classes(cell.area, classes, seed)
    drop = np.asarray(
        theory.crack_overpotential(
            fracture_toughness=numbers.fracture_toughness,
            flaw_length=depth,
            geometry=flaws.geometry,
            molar_volume=numbers.molar_volume,
        )
    )
    pressure = np.asarray(theory.plating_pressure(overpotential=drop, molar_volume=numbers.molar_volume))
    area = np.asarray(
        theory.crack_opening_area(
            pressure=pressure,
            crack_length=depth,
            youngs_modulus=numbers.youngs_modulus,
            poisson_ratio=numbers.poisson_ratio,
            geometry=flaws.geometry,
        )
    )
    if flaws.geometry == "through":  # the formula counts both halves of a crack of length 2 s; a surface flaw is one
        area = 0.5 * area
    per_charge = numbers.molar_volume / FARADAY
    squeezed, shift = None, 0.0
    if flaws.mouth_half_width > 0.0:
        curvature = -math.cos(wetting_angle(cell.interface)) / flaws.mouth_half_width
        shift = per_charge * numbers.surface_energy * curvature
        pressed_out = theory.extrusion_pressure(
            current_density=drop / resistance,
            slot_half_width=flaws.mouth_half_width,
            slot_depth=depth,
            creep_prefactor=numbers.creep_prefactor,
            creep_exponent=numbers.creep_exponent,
            molar_volume=numbers.molar_volume,
        )
        squeezed = np.asarray(pressed_out / pressure)
    return FlawLaw(
        initial_depth=depth,
        number=number,
        critical_pressure=pressure,
        critical_area=area,
        pressure_drop=drop,
        supply=2.0 * depth * drop * per_charge / (area * resistance),
        head=depth / (2.0 * numbers.conductivity),
        height_per_filling=area * 2.0 * depth * number / cell.area,
        geometry=flaws.geometry,
        extrusion=squeezed,
        creep_exponent=numbers.creep_exponent,
        mouth_shift=shift,
    )
