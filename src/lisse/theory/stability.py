"""Does a small bump on a lithium interface grow? Linear stability with the stress of both solids.

What belongs here: the sinusoidal interface A cos kx between metal (below) and electrolyte (above) of Monroe and Newman,
with the molar-volume ratio of Ahmad and Viswanathan, for isotropic and anisotropic solids. What does not: kinetics
(kinetics), finite flaws (cracks).

Sign of the verdict, which the field argues about: `convention="published"` takes chi < 0 as stable, as the 2017 paper
labels its map. `convention="thermodynamic"` follows from z dmu_e = V_M dp_e - V_M+ dp_s with the interfacial force
balance: the two elastic terms come out as published, the capillary term with the opposite sign, and dmu_e > 0 at a
metal peak (the metal there is squeezed) suppresses plating on it, so chi > 0 is stable. Capillarity stabilises in both;
the boundary g_crit for long waves is the same; which side of it is stable swaps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lisse.errors import InvalidInput
from lisse.theory.domain import Array, Values, nonnegative, one_of, plain, poisson_ratio, positive, real
from lisse.units import LITHIUM_MOLAR_VOLUME

__all__ = [
    "Stability",
    "critical_shear_ratio",
    "critical_wavenumber",
    "interface_stability",
    "interface_stability_anisotropic",
]

CONVENTIONS = ("published", "thermodynamic")


@dataclass(frozen=True)
class Stability:
    """Shift of the electron's chemical potential at a peak for each metre of amplitude [J/mol/m], in three parts."""

    hydrostatic: Values
    deviatoric: Values
    surface: Values
    convention: str = "published"

    @property
    def total(self) -> Values:
        """Sum of the three parts [J/mol/m]."""
        return self.hydrostatic + self.deviatoric + self.surface

    @property
    def stable(self) -> Values:
        """True where a bump shrinks: total below zero (published) or above zero (thermodynamic)."""
        sign = 1.0 if self.convention == "published" else -1.0
        return plain(np.asarray(sign * self.total) < 0)


def interface_stability(
    wavenumber: ArrayLike,
    shear_modulus_electrolyte: ArrayLike,
    poisson_ratio_electrolyte: ArrayLike,
    shear_modulus_metal: ArrayLike,
    poisson_ratio_metal: ArrayLike,
    molar_volume_ratio: ArrayLike,
    surface_energy: ArrayLike,
    molar_volume: ArrayLike = LITHIUM_MOLAR_VOLUME,
    convention: str = "published",
) -> Stability:
    """Stability of a wavy lithium interface against an isotropic electrolyte (Monroe-Newman, Ahmad-Viswanathan).

    ::

        a = 3 - 4 nu_e,  b = 3 - 4 nu_s,  B = 2 - 3 nu_s - 3 nu_e + 4 nu_e nu_s
        D = G_s a (1 - nu_s) + G_e b (1 - nu_e)
        hydrostatic = V (1 - v) (G_s^2 a - G_e^2 b) k/(2 D)
        deviatoric  = 2 G_e G_s V (1 + v) B k/D
        surface     = -V (1 + v) gamma k^2/2      (plus in the thermodynamic convention)

    Parameters
    ----------
    wavenumber : array_like, 1/m. Wavenumber k of the interface, 2 pi over the wavelength.
    shear_modulus_electrolyte : array_like, Pa. Shear modulus of the electrolyte, G_s.
    poisson_ratio_electrolyte : array_like, 1. Poisson ratio of the electrolyte, nu_s.
    shear_modulus_metal : array_like, Pa. Shear modulus of lithium, G_e.
    poisson_ratio_metal : array_like, 1. Poisson ratio of lithium, nu_e.
    molar_volume_ratio : array_like, 1. Molar volume of Li+ in the electrolyte over that of lithium, v.
    surface_energy : array_like, J/m^2. Energy of the interface, gamma.
    molar_volume : array_like, m^3/mol. Molar volume of lithium, V.
    convention : {"published", "thermodynamic"}. Sign of the capillary part and of the verdict; see the module.

    Returns
    -------
    Stability: hydrostatic J/mol/m; deviatoric J/mol/m; surface J/mol/m; total J/mol/m; stable 1
        The three parts, their sum, and whether the interface is stable.

    Notes
    -----
    Validity: small amplitude, plane strain, linear elasticity, both interface displacements the same, uniform current
    otherwise. Says nothing of flaws. Confidence: S (formula), U (which convention describes an experiment).
    Source: ahmad2017, monroe2005, monroe2004

    Examples
    --------
    >>> s = interface_stability(1e8, 60e9, 0.26, 3.4e9, 0.42, 0.1, 0.5)
    >>> s.stable, round(s.total / 1e13, 2)
    (False, 4.8)
    """
    one_of("convention", convention, CONVENTIONS)
    k = positive("wavenumber", wavenumber)
    hydro, dev = _isotropic(
        shear_modulus_electrolyte, poisson_ratio_electrolyte, shear_modulus_metal, poisson_ratio_metal
    )
    volume, ratio = positive("molar_volume", molar_volume), nonnegative("molar_volume_ratio", molar_volume_ratio)
    return Stability(
        hydrostatic=plain(volume * (1 - ratio) * hydro * k),
        deviatoric=plain(volume * (1 + ratio) * dev * k),
        surface=plain(_capillary(k, ratio, surface_energy, volume, convention)),
        convention=convention,
    )


def critical_shear_ratio(
    molar_volume_ratio: ArrayLike, poisson_ratio_electrolyte: ArrayLike, poisson_ratio_metal: ArrayLike
) -> Values:
    """Shear modulus of the electrolyte over that of lithium at which long waves change from growing to shrinking.

    ::

        g = {-2 q B + sqrt(4 q^2 B^2 + a b)}/a,   q = (1 + v)/(1 - v)

    Parameters
    ----------
    molar_volume_ratio : array_like, 1. Molar volume of Li+ over that of lithium, v; inf is allowed.
    poisson_ratio_electrolyte : array_like, 1. Poisson ratio of the electrolyte.
    poisson_ratio_metal : array_like, 1. Poisson ratio of lithium.

    Returns
    -------
    float or array, 1
        Critical ratio G_s/G_e. For v = 1 there is none: NaN, except 1 when both solids are incompressible.

    Notes
    -----
    Published convention: v < 1 is stable below the ratio, v > 1 above it; the thermodynamic convention swaps the two.
    The "6 GPa", "7 GPa" and "twice lithium" of the literature are this one formula at different inputs.
    Validity: as for the stability of the interface, without capillarity. Confidence: S.
    Source: ahmad2017, monroe2005

    Examples
    --------
    >>> round(critical_shear_ratio(float("inf"), 0.33, 0.42), 2), round(critical_shear_ratio(0.0, 0.33, 0.42), 3)
    (1.68, 0.758)
    """
    v = nonnegative("molar_volume_ratio", molar_volume_ratio, infinite=True)
    nu_s, nu_e = _poisson(poisson_ratio_electrolyte, poisson_ratio_metal)
    a, b, mixed = 3 - 4 * nu_e, 3 - 4 * nu_s, _mixed(nu_s, nu_e)
    finite = np.where(np.isinf(v), 0.0, v)
    gap = np.where(finite == 1, np.nan, 1 - finite)
    slope = 2 * mixed * np.where(np.isinf(v), -1.0, (1 + finite) / gap)
    slope = np.where(mixed == 0, 0.0, slope)
    root = np.sqrt(slope**2 + a * b)
    # the form without cancellation: root + slope is the small difference when slope is negative
    return plain(np.where(slope > 0, b / (root + np.abs(slope)), (root - slope) / a))


def critical_wavenumber(
    shear_modulus_electrolyte: ArrayLike,
    poisson_ratio_electrolyte: ArrayLike,
    shear_modulus_metal: ArrayLike,
    poisson_ratio_metal: ArrayLike,
    molar_volume_ratio: ArrayLike,
    surface_energy: ArrayLike,
    molar_volume: ArrayLike = LITHIUM_MOLAR_VOLUME,
    convention: str = "published",
) -> Values:
    """Wavenumber above which capillarity keeps the interface flat.

    ::

        k = [(1 - v)(G_s^2 a - G_e^2 b) + 4 G_e G_s (1 + v) B]/[(1 + v) gamma D]

    Parameters
    ----------
    shear_modulus_electrolyte : array_like, Pa. Shear modulus of the electrolyte, G_s.
    poisson_ratio_electrolyte : array_like, 1. Poisson ratio of the electrolyte, nu_s.
    shear_modulus_metal : array_like, Pa. Shear modulus of lithium, G_e.
    poisson_ratio_metal : array_like, 1. Poisson ratio of lithium, nu_e.
    molar_volume_ratio : array_like, 1. Molar volume of Li+ in the electrolyte over that of lithium, v.
    surface_energy : array_like, J/m^2. Energy of the interface, gamma; 0 gives inf where waves can grow.
    molar_volume : array_like, m^3/mol. Molar volume of lithium; it cancels and is only checked.
    convention : {"published", "thermodynamic"}. As for the stability of the interface.

    Returns
    -------
    float or array, 1/m
        Critical wavenumber; 0 when the elastic part alone keeps every wave from growing.

    Notes
    -----
    Validity: as for the stability of the interface. Confidence: S (formula), U (convention).
    Source: ahmad2017, monroe2005

    Examples
    --------
    >>> round(critical_wavenumber(60e9, 0.26, 3.4e9, 0.42, 0.1, 0.5) / 1e9, 1)
    134.2
    """
    one_of("convention", convention, CONVENTIONS)
    positive("molar_volume", molar_volume)
    ratio, gamma = nonnegative("molar_volume_ratio", molar_volume_ratio), nonnegative("surface_energy", surface_energy)
    hydro, dev = _isotropic(
        shear_modulus_electrolyte, poisson_ratio_electrolyte, shear_modulus_metal, poisson_ratio_metal
    )
    elastic = ((1 - ratio) * hydro + (1 + ratio) * dev) * (1 if convention == "published" else -1)
    grows = np.maximum(elastic, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return plain(np.where(grows > 0, 2 * grows / ((1 + ratio) * gamma), 0.0))


def interface_stability_anisotropic(
    wavenumber: ArrayLike,
    stiffness_electrolyte: ArrayLike,
    stiffness_metal: ArrayLike,
    normal: ArrayLike,
    direction: ArrayLike,
    molar_volume_ratio: ArrayLike,
    surface_energy: ArrayLike,
    molar_volume: ArrayLike = LITHIUM_MOLAR_VOLUME,
    pressure: str = "in-plane",
    convention: str = "published",
) -> Stability:
    """Stability of a wavy lithium interface between two anisotropic solids.

    ::

        traction = -k M u (electrolyte), +k conj(M) u (metal),   M = H^-1 (1 + i S)
        hydrostatic = V (1 - v)/2 (p_e + p_s),   deviatoric = V (1 + v)/2 (tau_e - tau_s)

    Parameters
    ----------
    wavenumber : array_like, 1/m. Wavenumber k of the interface.
    stiffness_electrolyte : (6, 6) array, Pa. Stiffness in Voigt order 11, 22, 33, 23, 13, 12, common axes.
    stiffness_metal : (6, 6) array, Pa. Stiffness of lithium, in the same axes.
    normal : (3,) array, 1. Normal of the interface, from lithium to electrolyte.
    direction : (3,) array, 1. Direction of the wave in the interface, at right angles to the normal.
    molar_volume_ratio : array_like, 1. Molar volume of Li+ in the electrolyte over that of lithium, v.
    surface_energy : array_like, J/m^2. Energy of the interface, gamma.
    molar_volume : array_like, m^3/mol. Molar volume of lithium, V.
    pressure : {"in-plane", "trace"}. p from the two stresses in the plane of the wave, or from all three.
    convention : {"published", "thermodynamic"}. Sign of the capillary part and of the verdict; see the module.

    Returns
    -------
    Stability: hydrostatic J/mol/m; deviatoric J/mol/m; surface J/mol/m; total J/mol/m; stable 1
        The three parts, their sum, and whether the interface is stable.

    Notes
    -----
    M is the surface impedance from the Barnett-Lothe integrals S and H over directions in the plane of the wave. The
    normal displacement A cos kx is imposed on both solids; the two tangential displacements, equal on both sides,
    follow from continuous shear traction. tau is the normal stress plus p. Parts in quadrature with the wave move it
    sideways and are left out.
    Validity: as for the isotropic interface; with the in-plane pressure and isotropic stiffness it is the same.
    Confidence: S (elasticity), U (which pressure enters).
    Source: barnett1973, ahmad2017a

    Examples
    --------
    >>> li = np.diag([0.0, 0, 0, 8.8e9, 8.8e9, 8.8e9]); li[:3, :3] = 11.4e9; li += np.diag([2.1e9] * 3 + [0] * 3)
    >>> se = np.diag([0.0, 0, 0, 60e9, 60e9, 60e9]); se[:3, :3] = 65e9; se += np.diag([105e9] * 3 + [0] * 3)
    >>> interface_stability_anisotropic(1e8, se, li, [0, 0, 1], [1, 0, 0], 0.1, 0.5).stable
    False
    """
    one_of("convention", convention, CONVENTIONS)
    one_of("pressure", pressure, ("in-plane", "trace"))
    k = positive("wavenumber", wavenumber)
    volume, ratio = positive("molar_volume", molar_volume), nonnegative("molar_volume_ratio", molar_volume_ratio)
    frame = _frame(normal, direction)
    electrolyte = _rotated(_stiffness("stiffness_electrolyte", stiffness_electrolyte), frame)
    metal = _rotated(_stiffness("stiffness_metal", stiffness_metal), frame)
    above, below = -surface_impedance(electrolyte), surface_impedance(metal).conj()
    shear = (above - below)[[0, 2]]  # tractions along the wave and across it, for each metre of displacement and 1/k
    tangential = -np.linalg.solve(shear[:, [0, 2]], shear[:, 1])
    u = np.array([tangential[0], 1.0, tangential[1]])
    p_s, tau_s = _pressure(electrolyte, u, above @ u, pressure)
    p_e, tau_e = _pressure(metal, u, below @ u, pressure)
    return Stability(
        hydrostatic=plain(volume * (1 - ratio) / 2 * (p_e + p_s) * k),
        deviatoric=plain(volume * (1 + ratio) / 2 * (tau_e - tau_s) * k),
        surface=plain(_capillary(k, ratio, surface_energy, volume, convention)),
        convention=convention,
    )


def surface_impedance(stiffness: Array, directions: int = 256) -> NDArray[np.complex128]:
    """Impedance M [Pa] of the half space y > 0 for waves along x: traction on planes y is -k M u (Barnett-Lothe).

    `stiffness` is the (3, 3, 3, 3) tensor in axes x (wave), y (normal), z.
    """
    angle = np.pi * (np.arange(directions) + 0.5) / directions
    m = np.stack([np.cos(angle), np.sin(angle), 0 * angle], axis=-1)
    n = np.stack([-np.sin(angle), np.cos(angle), 0 * angle], axis=-1)
    inverse = np.linalg.inv(np.einsum("ijkl,aj,al->aik", stiffness, n, n))
    coupling = np.einsum("ijkl,aj,al->aik", stiffness, m, n)
    s = -(inverse @ coupling.transpose(0, 2, 1)).mean(axis=0)
    h = inverse.mean(axis=0)
    impedance = np.linalg.solve(h, np.eye(3) + 1j * s)
    return np.asarray(0.5 * (impedance + impedance.conj().T))


def _isotropic(
    shear_modulus_electrolyte: ArrayLike, nu_electrolyte: ArrayLike, shear_modulus_metal: ArrayLike, nu_metal: ArrayLike
) -> tuple[Array, Array]:
    """Hydrostatic and deviatoric stress [Pa] for each k V (1 -+ v)."""
    g_s = positive("shear_modulus_electrolyte", shear_modulus_electrolyte)
    g_e = positive("shear_modulus_metal", shear_modulus_metal)
    nu_s, nu_e = _poisson(nu_electrolyte, nu_metal)
    a, b = 3 - 4 * nu_e, 3 - 4 * nu_s
    scale = g_s * a * (1 - nu_s) + g_e * b * (1 - nu_e)
    return (g_s**2 * a - g_e**2 * b) / (2 * scale), 2 * g_e * g_s * _mixed(nu_s, nu_e) / scale


def _mixed(nu_s: Array, nu_e: Array) -> Array:
    """B = 2 - 3 nu_s - 3 nu_e + 4 nu_e nu_s in the form that is exactly 0 for two incompressible solids."""
    x, y = 1 - 2 * nu_s, 1 - 2 * nu_e
    return np.asarray(x * y + 0.5 * (x + y))


def _capillary(k: Array, ratio: Array, surface_energy: ArrayLike, volume: Array, convention: str) -> Array:
    part = 0.5 * volume * (1 + ratio) * nonnegative("surface_energy", surface_energy) * k**2
    return part if convention == "thermodynamic" else -part


def _poisson(electrolyte: ArrayLike, metal: ArrayLike) -> tuple[Array, Array]:
    return poisson_ratio("poisson_ratio_electrolyte", electrolyte), poisson_ratio("poisson_ratio_metal", metal)


_VOIGT = ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))


def _stiffness(name: str, value: ArrayLike) -> Array:
    matrix = real(name, value)
    if matrix.shape != (6, 6):
        raise InvalidInput(name, list(matrix.shape), "a 6 x 6 matrix in Voigt order")
    if not np.allclose(matrix, matrix.T, rtol=1e-6, atol=1e-6 * np.abs(matrix).max()):
        raise InvalidInput(name, matrix.tolist(), "a symmetric matrix")
    if np.linalg.eigvalsh(0.5 * (matrix + matrix.T))[0] <= 0:
        raise InvalidInput(name, matrix.tolist(), "a positive definite matrix (a mechanically stable solid)")
    tensor = np.empty((3, 3, 3, 3))
    for row, (i, j) in enumerate(_VOIGT):
        for column, (k, m) in enumerate(_VOIGT):
            tensor[i, j, k, m] = tensor[j, i, k, m] = tensor[i, j, m, k] = tensor[j, i, m, k] = matrix[row, column]
    return tensor


def _frame(normal: ArrayLike, direction: ArrayLike) -> Array:
    """Rows: wave direction, normal, and the third axis of a right-handed frame."""
    axes = []
    for name, value in (("direction", direction), ("normal", normal)):
        vector = real(name, value)
        if vector.shape != (3,) or not vector.any():
            raise InvalidInput(name, vector.tolist(), "three numbers that are not all zero")
        axes.append(vector / np.linalg.norm(vector))
    if abs(axes[0] @ axes[1]) > 1e-6:
        raise InvalidInput("direction", np.asarray(direction).tolist(), "a direction at right angles to the normal")
    return np.array([axes[0], axes[1], np.cross(axes[0], axes[1])])


def _rotated(tensor: Array, frame: Array) -> Array:
    return np.asarray(np.einsum("ai,bj,ck,dl,ijkl->abcd", frame, frame, frame, frame, tensor, optimize=True))


def _pressure(
    tensor: Array, u: NDArray[np.complex128], traction: NDArray[np.complex128], kind: str
) -> tuple[float, float]:
    """Pressure and deviatoric normal stress in phase with the wave, for unit amplitude and wavenumber [Pa]."""
    along = 1j * u
    normal_stiffness, coupling = tensor[:, 1, :, 1], tensor[:, 0, :, 1]
    across = np.linalg.solve(normal_stiffness, traction - coupling.T @ along)
    stress = tensor[:, :, :, 0] @ along + tensor[:, :, :, 1] @ across
    diagonal = np.diagonal(stress).real
    p = -(diagonal[0] + diagonal[1]) / 2 if kind == "in-plane" else -diagonal.sum() / 3
    return float(p), float(diagonal[1] + p)
