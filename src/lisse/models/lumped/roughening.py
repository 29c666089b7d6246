"""Growth of a wavy interface between the flaws, in linear theory.

A bump A cos(kx) on a plated interface lies nearer to the other electrode, and it is stressed. The current density at
its peak is larger by

    dj = A (j/sigma + s chi/F)/(r + 1/(sigma k)),    dA/dt = (V/F) dj,

with the mean current density j (above zero when plated), the slope r of the interface's drop at that current, the
shift chi of the electron's chemical potential per amplitude (theory.interface_stability) and the sign s of its effect:
1 as published in 2017, -1 as thermodynamics has it. The first term is the head start of the peak, the second its
stress; 1/(sigma k) is what the electrolyte around the peak lets through. The fastest wave between the thickness of the
electrolyte and atoms is followed from the roughness at the start; where the interface is stable it returns to that.
A wave cannot grow faster than the lithium that is plated allows: if all of it goes to the peaks,

    dA/dt <= pi (V/F) j,

which takes over long before the wave spans the electrolyte. Amplitudes beyond the wavelength are outside of linear
theory: the time at which the electrolyte is spanned is the earliest that there can be.
Source: monroe2005, ahmad2017
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from lisse.cell import Cell
from lisse.models.inputs import shear_modulus
from lisse.models.interlayer import layer_moduli, layered_stability
from lisse.units import FARADAY

__all__ = ["RougheningLaw", "roughening_law"]

_WAVES = 60
_SHORTEST = 1e-9  # m


@dataclass(frozen=True)
class RougheningLaw:
    """The interface of one metal side at one temperature.

    Attributes
    ----------
    wavenumber : (n,) array, 1/m
    shift : (n,) array, V/m
        s chi/F: extra drive at a peak per amplitude, above zero where it grows.
    conductivity : float, S/m
    volume_per_charge : float, m3/C
    roughness : float, m
        Amplitude at the start, A_0.
    """

    wavenumber: np.ndarray
    shift: np.ndarray
    conductivity: float
    volume_per_charge: float
    roughness: float

    def growth_rate(self, plating: np.ndarray, slope: np.ndarray) -> np.ndarray:
        """1/s. Of the fastest wave.

        Parameters
        ----------
        plating : (m,) array, A/m2
            Above zero where the interface is plated.
        slope : (m,) array, ohm m2
            Of the drop of the interface at that current density.
        """
        drive = np.asarray(plating)[:, np.newaxis] / self.conductivity + self.shift
        resistance = np.asarray(slope)[:, np.newaxis] + 1.0 / (self.conductivity * self.wavenumber)
        return np.asarray((self.volume_per_charge * drive / resistance).max(axis=1))

    def follow(self, start: float, time: np.ndarray, plating: np.ndarray, slope: np.ndarray) -> np.ndarray:
        """m. Amplitude along time (s) from a start (m); not below the first one, and standing still without plating."""
        plated = np.maximum(np.asarray(plating, dtype=float), 0.0)
        rate = np.where(plated > 0.0, self.growth_rate(plating, slope), 0.0)
        supply = math.pi * self.volume_per_charge * plated
        found = np.empty(len(time))
        found[0] = start
        for k, span in enumerate(np.diff(time)):
            omega, most = 0.5 * (rate[k] + rate[k + 1]), 0.5 * (supply[k] + supply[k + 1])
            found[k + 1] = max(_grown(found[k], omega, most, span), self.roughness)
        return found


def roughening_law(cell: Cell, side: int, convention: str, temperature: float) -> RougheningLaw:
    """The law of one metal side (0 working, 1 counter) in one convention of `theory.interface_stability`.

    Raises
    ------
    MissingValue
        When an elastic number of the metal or the electrolyte is not known.
    """
    metal, ceramic = (cell.working, cell.counter)[side].material, cell.electrolyte.material
    poisson = ceramic.value("poisson_ratio", temperature)
    if ceramic.has("shear_modulus") or not ceramic.has("youngs_modulus"):
        stiffness = ceramic.value("shear_modulus", temperature)
    else:
        stiffness = shear_modulus(ceramic.value("youngs_modulus", temperature), poisson)
    layer = cell.interface.interlayer
    shortest, conductor = _SHORTEST, ceramic
    if layer is not None and layer.carries == "ions":  # shorter waves pierce it, but do not outgrow it
        shortest = min(max(_SHORTEST, 2.0 * math.pi * layer.thickness), 0.5 * cell.electrolyte.thickness)
        conductor = layer.material
    wavenumber = 2.0 * math.pi * np.geomspace(1.0 / cell.electrolyte.thickness, 1.0 / shortest, _WAVES)
    volume = metal.value("molar_volume", temperature)
    solids: dict[str, Any] = {
        "shear_modulus_electrolyte": stiffness,
        "poisson_ratio_electrolyte": poisson,
        "shear_modulus_metal": metal.value("shear_modulus", temperature),
        "poisson_ratio_metal": metal.value("poisson_ratio", temperature),
        "molar_volume_ratio": conductor.value("molar_volume_ratio", temperature),
        "surface_energy": metal.value("surface_energy", temperature),
        "molar_volume": volume,
        "convention": convention,
    }
    carries, own = "", {}
    if layer is not None:
        shear, ratio = layer_moduli(layer, temperature)
        carries, own = layer.carries, {"thickness": layer.thickness, "shear_modulus": shear, "poisson_ratio": ratio}
    shift = layered_stability(wavenumber, solids, carries, own).total
    sign = 1.0 if convention == "published" else -1.0
    return RougheningLaw(
        wavenumber=wavenumber,
        shift=sign * np.asarray(shift) / FARADAY,
        conductivity=ceramic.value("ionic_conductivity", temperature),
        volume_per_charge=volume / FARADAY,
        roughness=cell.interface.roughness,
    )


def _grown(amplitude: float, rate: float, most: float, time: float) -> float:
    """m. Amplitude after a time (s) at a relative rate (1/s), which a largest speed (m/s) bounds."""
    if rate <= 0.0 or rate * amplitude * math.exp(min(rate * time, 700.0)) <= most:
        return amplitude * math.exp(rate * time)
    bound = max(amplitude, most / rate)  # from there on the supply decides
    return bound + most * (time - math.log(bound / amplitude) / rate)
