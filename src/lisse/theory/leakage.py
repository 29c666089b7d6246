"""Electronic conduction (Mode 2): lithium chemical potential inside the electrolyte, and the leak it costs.

What belongs here: Wagner's one-dimensional transport of ions and electrons between two lithium faces. The plating face
is x = 0, the stripping face x = L; the potential counts from lithium metal. What does not: internal deposits in a
microstructure (models).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lisse.errors import InvalidInput
from lisse.theory.domain import Array, Values, nonnegative, one_of, plain, positive, real
from lisse.units import FARADAY, GAS_CONSTANT, LITHIUM_MOLAR_VOLUME

__all__ = [
    "internal_plating_threshold",
    "leakage_current",
    "lithium_potential_n_type",
    "lithium_potential_profile",
]


def lithium_potential_profile(
    position: ArrayLike,
    voltage: ArrayLike,
    thicknesses: ArrayLike,
    ionic_conductivities: ArrayLike,
    electronic_conductivities: ArrayLike,
    ionic_interface_resistance: ArrayLike = 0.0,
    electronic_interface_resistance: ArrayLike = 0.0,
) -> Values:
    """Lithium chemical potential, as a voltage, inside a layered mixed conductor between two lithium electrodes.

    ::

        mu(x)/F = I_i (r_i + int_0^x dx/sig_i) - I_e (r_e + int_0^x dx/sig_e),   I_i = U/R_i,  I_e = U/R_e

    Parameters
    ----------
    position : array_like, m. Distance x from the plating face.
    voltage : array_like, V. Cell voltage U, positive when x = 0 is plated.
    thicknesses : (n,) array, m. Thickness of each layer, from the plating face.
    ionic_conductivities : (n,) array, S/m. Ionic conductivity of each layer.
    electronic_conductivities : (n,) array, S/m. Electronic conductivity of each layer.
    ionic_interface_resistance : (2,) array, ohm m^2. At the plating and stripping face; one number serves both.
    electronic_interface_resistance : (2,) array, ohm m^2. At the plating and stripping face; one number serves both.

    Returns
    -------
    float or array, V
        mu/F against lithium metal; lithium can precipitate inside where it exceeds
        :func:`internal_plating_threshold`.

    Notes
    -----
    R_i and R_e are the series resistances with both interfaces. With uniform transport numbers and reversible
    electrodes mu is zero everywhere, however high the electronic conductivity is: internal lithium needs an ionic
    interface resistance or a change of sig_e/sig_i along the way.
    Validity: steady state, conductivities constant within a layer. Confidence: S.
    Source: wagner1975, dejonghe1981, han2019

    Examples
    --------
    >>> round(lithium_potential_profile(0.0, 0.1, [1e-4], [0.1], [1e-7], 1e-3), 5)
    0.03333
    """
    layers = [
        np.atleast_1d(positive(name, value))
        for name, value in (
            ("thicknesses", thicknesses),
            ("ionic_conductivities", ionic_conductivities),
            ("electronic_conductivities", electronic_conductivities),
        )
    ]
    for name, layer in zip(("ionic_conductivities", "electronic_conductivities"), layers[1:], strict=True):
        if layer.shape != layers[0].shape or layer.ndim != 1:
            raise InvalidInput(name, layer.tolist(), "one number for each of the thicknesses, in a flat list")
    faces = np.concatenate([[0.0], np.cumsum(layers[0])])
    x = nonnegative("position", position)
    if (x > faces[-1] * (1 + 1e-12)).any():
        raise InvalidInput("position", float(x.max()), f"from 0 to the total thickness, {faces[-1]:.6g} m")
    ionic = _share(x, faces, layers[1], _pair("ionic_interface_resistance", ionic_interface_resistance))
    electronic = _share(x, faces, layers[2], _pair("electronic_interface_resistance", electronic_interface_resistance))
    return plain(real("voltage", voltage) * (ionic - electronic))


def lithium_potential_n_type(
    position: ArrayLike,
    voltage: ArrayLike,
    thickness: ArrayLike,
    ionic_conductivity: ArrayLike,
    ionic_interface_resistance: ArrayLike = 0.0,
    temperature: ArrayLike = 298.15,
) -> Values:
    """Lithium chemical potential, as a voltage, in an n-type conductor whose electrons follow the lithium activity.

    ::

        sig_e = s0 y,  y = exp(mu/(R T));   y = y0 (1 - w) + yL w,   w = [exp(k x) - 1]/[exp(k L) - 1]
        k = F I_i/(R T sig_i),  I_i = U/(2 r_i + L/sig_i),  y0 = 1/yL = exp(F I_i r_i/(R T))

    Parameters
    ----------
    position : array_like, m. Distance x from the plating face.
    voltage : array_like, V. Cell voltage U, positive when x = 0 is plated.
    thickness : array_like, m. Thickness of the electrolyte, L.
    ionic_conductivity : array_like, S/m. Ionic conductivity.
    ionic_interface_resistance : array_like, ohm m^2. Of each interface, r_i.
    temperature : array_like, K. Temperature.

    Returns
    -------
    float or array, V
        mu/F against lithium metal. The profile does not depend on s0, only the leak does.

    Notes
    -----
    Validity: steady state, dilute electrons, electronically reversible electrodes. Confidence: S.
    Source: wagner1975, dejonghe1981

    Examples
    --------
    >>> round(lithium_potential_n_type(50e-6, 0.1, 1e-4, 0.1, 1e-3), 5)
    0.02351
    """
    length, sigma = positive("thickness", thickness), positive("ionic_conductivity", ionic_conductivity)
    x = nonnegative("position", position)
    if (x > length * (1 + 1e-12)).any():
        raise InvalidInput("position", float(x.max()), "from 0 to the thickness")
    resistance = nonnegative("ionic_interface_resistance", ionic_interface_resistance)
    thermal = GAS_CONSTANT * positive("temperature", temperature) / FARADAY
    current = real("voltage", voltage) / (2 * resistance + length / sigma)
    face = current * resistance / thermal
    near, far = _weights(current * length / (thermal * sigma), np.minimum(x / length, 1.0))
    with np.errstate(divide="ignore"):
        return plain(thermal * np.logaddexp(face + np.log(near), -face + np.log(far)))


def leakage_current(
    voltage: ArrayLike,
    thickness: ArrayLike,
    ionic_conductivity: ArrayLike,
    electronic_conductivity: ArrayLike,
    model: str = "constant",
    temperature: ArrayLike = 298.15,
) -> Values:
    """Current that leaks through an electrolyte at open circuit because it also conducts electrons.

    ::

        constant  I = (E/L) sig_e sig_i/(sig_e + sig_i)
        n-type    I = sig_i R T/(F L) ln[(sig_i + s0)/(sig_i + s0 exp(-F E/(R T)))]

    Parameters
    ----------
    voltage : array_like, V. Cell voltage E, not below zero.
    thickness : array_like, m. Thickness of the electrolyte, L.
    ionic_conductivity : array_like, S/m. Ionic conductivity sig_i.
    electronic_conductivity : array_like, S/m. Electronic conductivity; for n-type its value s0 next to lithium.
    model : {"constant", "n-type"}. Electronic conductivity the same everywhere, or following the lithium activity.
    temperature : array_like, K. Temperature; only the n-type form uses it.

    Returns
    -------
    float or array, A/m^2
        Leakage current density.

    Notes
    -----
    Validity: steady state, reversible electrodes. Confidence: S.
    Source: wagner1975

    Examples
    --------
    >>> round(leakage_current(4.0, 1e-4, 0.1, 1e-7) * 1e3, 3)
    4.0
    """
    e, length = nonnegative("voltage", voltage), positive("thickness", thickness)
    ionic = positive("ionic_conductivity", ionic_conductivity)
    electronic = nonnegative("electronic_conductivity", electronic_conductivity)
    thermal = GAS_CONSTANT * positive("temperature", temperature) / FARADAY
    if one_of("model", model, ("constant", "n-type")) == "constant":
        return plain(e / length * electronic * ionic / (electronic + ionic))
    x = e / thermal
    lost = electronic * -np.expm1(-x) / (ionic + electronic)
    small = -np.log1p(-np.minimum(lost, 0.5))
    large = np.log((ionic + electronic) / (ionic + electronic * np.exp(-x)))
    return plain(ionic * thermal / length * np.where(lost < 0.5, small, large))


def internal_plating_threshold(
    confining_pressure: ArrayLike,
    surface_energy: ArrayLike,
    nucleus_radius: ArrayLike,
    molar_volume: ArrayLike = LITHIUM_MOLAR_VOLUME,
) -> Values:
    """Lithium potential above which lithium precipitates in a pore or at a boundary inside the electrolyte.

    ::

        mu/F = V (p + 2 gamma/r) / F

    Parameters
    ----------
    confining_pressure : array_like, Pa. Pressure p that the deposit works against.
    surface_energy : array_like, J/m^2. Energy of the new lithium surface, gamma.
    nucleus_radius : array_like, m. Radius r of the deposit.
    molar_volume : array_like, m^3/mol. Molar volume of lithium.

    Returns
    -------
    float or array, V
        Threshold of mu/F.

    Notes
    -----
    Validity: spherical nucleus, no nucleation kinetics. Confidence: S.
    Source: dejonghe1981

    Examples
    --------
    >>> round(internal_plating_threshold(1e9, 0.5, 10e-9) * 1e3, 1)
    148.2
    """
    pressure = nonnegative("confining_pressure", confining_pressure)
    capillary = 2 * nonnegative("surface_energy", surface_energy) / positive("nucleus_radius", nucleus_radius)
    return plain(positive("molar_volume", molar_volume) * (pressure + capillary) / FARADAY)


def _pair(name: str, resistance: ArrayLike) -> Array:
    pair = nonnegative(name, resistance)
    if pair.shape not in ((), (1,), (2,)):
        raise InvalidInput(name, pair.tolist(), "one number, or two: plating and stripping face")
    return np.broadcast_to(pair, (2,))


def _share(x: Array, faces: Array, conductivities: Array, interfaces: Array) -> Array:
    """Part of the whole series resistance that lies between the plating electrode and x."""
    ladder = np.concatenate([[0.0], np.cumsum(np.diff(faces) / conductivities)])
    return np.asarray((interfaces[0] + np.interp(x, faces, ladder)) / (ladder[-1] + interfaces.sum()))


def _weights(drive: Array, place: Array) -> tuple[Array, Array]:
    """1 - w and w for w = [exp(drive place) - 1]/[exp(drive) - 1], free of overflow; drive = 0 gives w = place."""
    size = np.abs(drive)
    whole = -np.expm1(-np.where(size > 0, size, 1.0))
    far = np.where(drive > 0, np.exp(-size * (1 - place)) * -np.expm1(-size * place), -np.expm1(-size * place)) / whole
    near = (
        np.where(drive > 0, -np.expm1(-size * (1 - place)), np.exp(-size * place) * -np.expm1(-size * (1 - place)))
        / whole
    )
    return np.where(size > 0, near, 1 - place), np.where(size > 0, far, place)
