"""The law of a face between metal and electrolyte: what drives the current, and the current that it drives.

::

    e = phi_SE - phi_M + U_eq          what drives reduction
    e = j (R_half + R_spots + R_film/a) + eta(j/a)

with j the reduction current density of the whole face (above zero the metal grows there, at either electrode), a the
share of it in contact, R_half = h/2 sigma the half voxel of electrolyte in front of the face, R_spots what the spots of
contact add within that voxel, and eta the overpotential of the charge transfer, which has the sign of j. Kinetics and
film act on the share in contact. All signs of the charge balance are in this file:

    U_eq = U_oc - V_Li p/F             pressure in the metal makes plating into it harder, 100 MPa by 13.5 mV

so that at a given difference of potentials pressure takes from e and a cathode's open-circuit voltage adds to it.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lisse import theory
from lisse.cell import KINETICS
from lisse.errors import InvalidInput
from lisse.units import FARADAY, GAS_CONSTANT

__all__ = ["Faces", "equilibrium_potential"]

Floats = NDArray[np.float64]
_MOST_STEPS = 60


def equilibrium_potential(
    pressure: ArrayLike, volume_per_charge: float, open_circuit_voltage: ArrayLike = 0.0
) -> Floats:
    """Equilibrium potential of an electrode against stress-free lithium.

    ::

        U_eq = U_oc - (V_Li/F) p

    Parameters
    ----------
    pressure : array_like, Pa
        In the metal, compression positive.
    volume_per_charge : float, m3/C
        V_Li/F.
    open_circuit_voltage : array_like, V
        Of a cathode against lithium; 0 for lithium itself.

    Returns
    -------
    array, V
        For `Faces.shift`. Source: monroe2004.
    """
    return np.asarray(np.subtract(open_circuit_voltage, volume_per_charge * np.asarray(pressure, dtype=float)))


@dataclass(frozen=True, eq=False)
class Faces:
    """All faces between metal and electrolyte; the arrays have one entry per face.

    Attributes
    ----------
    cell : (m,) array of int
        Flat voxel of the electrolyte; a voxel may have several faces.
    electrode : (m,) array of int
        Which metal: 0 working, 1 counter.
    area : (m,) array, m2 (m per metre of depth in a plane)
    half : (m,) array, ohm m2
        h/2 sigma of the voxel; above zero.
    film : (m,) array, ohm m2
        Resistance of interphase and interlayer, in true contact.
    exchange : (m,) array, A/m2
        Exchange current density of true contact; 0 blocks the face, ``inf`` is a charge transfer without a drop.
    shift : (m,) array, V
        `equilibrium_potential`.
    contact : (m,) array, 1
        Share of the face in contact, 0 to 1; 0 blocks it.
    temperature : float, K
    anodic : tuple of two floats, 1
        Anodic transfer coefficients of the two electrodes.
    kinetics : tuple of two str
        Names of `lisse.cell.KINETICS`.
    constriction : (m,) array or None, ohm m2
        What spots smaller than a voxel add; for the whole face.
    """

    cell: NDArray[np.int64]
    electrode: NDArray[np.int64]
    area: Floats
    half: Floats
    film: Floats
    exchange: Floats
    shift: Floats
    contact: Floats
    temperature: float = 298.15
    anodic: tuple[float, float] = (0.5, 0.5)
    kinetics: tuple[str, str] = ("butler-volmer", "butler-volmer")
    constriction: Floats | None = None

    def __post_init__(self) -> None:
        """Check shapes and ranges; a number stands for all faces."""
        count = np.size(self.cell)
        for name, kind in (("cell", np.int64), ("electrode", np.int64)):
            object.__setattr__(self, name, _per_face(name, getattr(self, name), count, kind))
        if count and not np.isin(self.electrode, (0, 1)).all():
            raise InvalidInput("electrode", int(self.electrode.max()), "0 (working) or 1 (counter)")
        for name in ("area", "half", "film", "exchange", "shift", "contact", "constriction"):
            given = getattr(self, name)
            if given is not None:
                object.__setattr__(self, name, _per_face(name, given, count, np.float64))
        _check(self)

    @property
    def count(self) -> int:
        """Faces."""
        return len(self.cell)

    @cached_property
    def open(self) -> NDArray[np.bool_]:
        """Faces that can carry current."""
        return np.asarray((self.contact > 0.0) & (self.exchange > 0.0))

    @cached_property
    def series(self) -> Floats:
        """ohm m2. Resistance in series with the charge transfer, for the current density of the whole face.

        Infinite where a film has no contact.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            total = self.half + np.where(self.film > 0.0, self.film / self.contact, 0.0)
        return total if self.constriction is None else total + self.constriction

    @property
    def thermal(self) -> float:
        """V. R T/F."""
        return GAS_CONSTANT * self.temperature / FARADAY

    def chosen(self, which: NDArray[np.bool_]) -> Faces:
        """Some of the faces."""
        arrays = ("cell", "electrode", "area", "half", "film", "exchange", "shift", "contact")
        kept = {name: getattr(self, name)[which] for name in arrays}
        if self.constriction is not None:
            kept["constriction"] = self.constriction[which]
        return dataclasses.replace(self, **kept)

    def drop(self, current_density: Floats) -> Floats:
        """V. e that a reduction current density of the face (A/m2) needs; NaN on blocked faces."""
        out = np.full(self.count, np.nan)
        for which, law in self._laws:
            out[which] = current_density[which] * self.series[which] + law.drop(current_density[which])
        return out

    def slope(self, current_density: Floats) -> Floats:
        """ohm m2. de/dj, above zero; infinite on blocked faces."""
        out = np.full(self.count, np.inf)
        for which, law in self._laws:
            out[which] = self.series[which] + law.slope(current_density[which])
        return out

    def current(self, driving: Floats) -> Floats:
        """A/m2. Reduction current density of the face that e (V) drives, the inverse of `drop`; 0 on blocked faces."""
        out = np.zeros(self.count)
        for which, law in self._laws:
            out[which] = law.current(driving[which], self.series[which])
        return out

    @cached_property
    def _laws(self) -> list[tuple[NDArray[np.bool_], _Transfer]]:
        laws = []
        for place in (0, 1):
            which = (self.electrode == place) & self.open
            if which.any():
                strength = self.exchange[which] * self.contact[which]
                laws.append((which, _Transfer(strength, self.anodic[place], self.thermal, self.kinetics[place])))
        return laws


@dataclass(frozen=True, eq=False)
class _Transfer:
    """Charge transfer at the faces of one electrode, `strength` (A/m2) being the exchange current of the whole face."""

    strength: Floats
    anodic: float
    thermal: float
    kinetics: str

    def drop(self, j: Floats) -> Floats:
        """V. Overpotential that drives j, of its sign."""
        if self.kinetics == "linear":
            return np.asarray(self.thermal * (j / self.strength))
        if self.kinetics == "tafel":
            over = np.log(np.maximum(np.abs(j) / self.strength, 1.0))
            return np.asarray(np.copysign(self.thermal / self._driven(j) * over, j))
        finite = np.where(np.isfinite(self.strength), self.strength, 1.0)  # without a drop where it is infinite
        found = theory.overpotential(-j, finite, self.thermal * FARADAY / GAS_CONSTANT, self.anodic)
        return np.where(np.isfinite(self.strength), -np.asarray(found), 0.0)

    def slope(self, j: Floats) -> Floats:
        """ohm m2. Of `drop`."""
        if self.kinetics == "linear":
            return np.asarray(self.thermal / self.strength)
        size, driven = np.abs(j), self._driven(j)
        if self.kinetics == "tafel":
            above = size > self.strength
            return np.where(above, self.thermal / (driven * np.where(above, size, 1.0)), 0.0)
        with np.errstate(over="ignore"):
            reverse = self.strength * np.exp(-(1.0 - driven) * np.abs(self.drop(j)) / self.thermal)
        return np.where(np.isfinite(self.strength), self.thermal / (driven * size + reverse), 0.0)

    def current(self, driving: Floats, series: Floats) -> Floats:
        """A/m2. What a drop across transfer and series resistance drives.

        With x the overpotential over R T/F, Newton on x + series j(x) F/RT = size, from the smaller of two values that
        lie above the root: the whole drop, and the overpotential at the current of the series resistance alone.
        """
        if self.kinetics == "linear":
            return np.asarray(driving / (series + self.thermal / self.strength))
        ohmic = driving / series
        size, driven = np.abs(driving) / self.thermal, self._driven(driving)
        high = np.minimum(size, np.abs(self.drop(ohmic)) / self.thermal)
        weight = np.where(np.isfinite(self.strength), self.strength * series / self.thermal, 0.0)
        low, x = np.zeros_like(high), high
        for _ in range(_MOST_STEPS):
            flow, rise = self._flow(x, driven)
            excess = x + weight * flow - size
            low, high = np.where(excess <= 0.0, x, low), np.where(excess > 0.0, x, high)
            new = x - excess / (1.0 + weight * rise)
            new = np.where((new < low) | (new > high), 0.5 * (low + high), new)
            done = np.abs(new - x) <= 1e-15 * size
            x = new
            if done.all():
                break
        if self.kinetics == "tafel":
            x = np.where(np.abs(ohmic) <= self.strength, 0.0, x)
        rest = size - x  # what series resistance takes; from the kinetics where that rounds less
        kinetic = (rest < 0.5 * size) & np.isfinite(self.strength) & (x > 0.0)
        rest = np.where(kinetic, weight * self._flow(x, driven)[0], rest)
        return np.asarray(rest * np.sign(driving) * self.thermal / series)

    def _flow(self, x: Floats, driven: Floats) -> tuple[Floats, Floats]:
        """1. Current over the exchange current at an overpotential of x R T/F, x > 0, and its derivative by x."""
        if self.kinetics == "tafel":
            forward = np.exp(driven * x)
            return forward, driven * forward
        forward, reverse = np.expm1(driven * x), np.expm1((driven - 1.0) * x)
        return forward - reverse, 1.0 + driven * forward - (driven - 1.0) * reverse

    def _driven(self, sign: Floats) -> Floats:
        """1. Share of the overpotential that drives the reaction in its direction."""
        return np.where(sign > 0.0, 1.0 - self.anodic, self.anodic)


def _per_face(name: str, given: ArrayLike, count: int, kind: type) -> NDArray[np.generic]:
    values = np.asarray(given)
    if values.shape not in ((), (count,)):
        raise InvalidInput(name, f"shape {values.shape}", f"one number for each of the {count} faces, or one for all")
    if kind is np.int64 and values.dtype.kind not in "iu":
        raise InvalidInput(name, f"values of {values.dtype}", "integers")
    return np.ascontiguousarray(np.broadcast_to(values, (count,)), dtype=kind)


def _check(faces: Faces) -> None:
    ranges = {
        "area": faces.area > 0.0,
        "half": faces.half > 0.0,
        "film": faces.film >= 0.0,
        "exchange": faces.exchange >= 0.0,
        "shift": np.isfinite(faces.shift),
        "contact": (faces.contact >= 0.0) & (faces.contact <= 1.0),
    }
    if faces.constriction is not None:
        ranges["constriction"] = faces.constriction >= 0.0
    allowed = {"area": "above 0", "half": "above 0", "shift": "finite", "contact": "0 to 1"}
    for name, good in ranges.items():
        if name != "exchange":
            good = good & np.isfinite(getattr(faces, name))
        if not good.all():
            first = int(np.argmin(good))
            got = f"{getattr(faces, name)[first]} at face {first}"
            raise InvalidInput(name, got, f"finite numbers, {allowed.get(name, '0 or above')}")
    if not (np.isfinite(faces.temperature) and faces.temperature > 0.0):
        raise InvalidInput("temperature", faces.temperature, "above 0 K")
    for share, name in zip(faces.anodic, faces.kinetics, strict=True):
        if not 0.0 < share < 1.0:
            raise InvalidInput("anodic", share, "between 0 and 1")
        if name not in KINETICS:
            raise InvalidInput("kinetics", name, ", ".join(KINETICS))
