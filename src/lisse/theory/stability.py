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
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lisse.errors import InvalidInput
from lisse.theory.domain import Array, Values, nonnegative, one_of, plain, poisson_ratio, positive, real, together
from lisse.units import LITHIUM_MOLAR_VOLUME

__all__ = [
    "Stability",
    "critical_shear_ratio",
    "critical_wavenumber",
    "interface_stability",
    "interface_stability_anisotropic",
]

CONVENTIONS = ("published", "thermodynamic")
BLOCK = 200  # orientations at a time, so that the directions of one block stay in the cache
MOST_DIRECTIONS = 2**14

Complex: TypeAlias = NDArray[np.complex128]


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
    gamma = nonnegative("surface_energy", surface_energy)
    return stability_of_stress(k, hydro, dev, ratio, gamma, volume, convention)


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
    across: str = "free",
) -> Stability:
    """Stability of a wavy lithium interface between two anisotropic solids.

    ::

        traction = -k M u (electrolyte), +k conj(M) u (metal),   M = H^-1 (1 + i S)
        hydrostatic = V (1 - v)/2 (p_e + p_s),   deviatoric = V (1 + v)/2 (tau_e - tau_s)

    Parameters
    ----------
    wavenumber : array_like, 1/m. Wavenumber k of the interface.
    stiffness_electrolyte : (..., 6, 6) array, Pa. Stiffness in Voigt order 11, 22, 33, 23, 13, 12, common axes.
    stiffness_metal : (..., 6, 6) array, Pa. Stiffness of lithium, in the same axes.
    normal : (..., 3) array, 1. Normals of the interface, from lithium to electrolyte.
    direction : (..., 3) array, 1. Directions of the wave in the interface, at right angles to the normals.
    molar_volume_ratio : array_like, 1. Molar volume of Li+ in the electrolyte over that of lithium, v.
    surface_energy : array_like, J/m^2. Energy of the interface, gamma.
    molar_volume : array_like, m^3/mol. Molar volume of lithium, V.
    pressure : {"in-plane", "trace"}. p from the two stresses in the plane of the wave, or from all three.
    convention : {"published", "thermodynamic"}. Sign of the capillary part and of the verdict; see the module.
    across : {"free", "held"}. Displacement across the wave: from continuous shear traction, or held at zero.

    Returns
    -------
    Stability: hydrostatic J/mol/m; deviatoric J/mol/m; surface J/mol/m; total J/mol/m; stable 1
        The three parts, their sum, and whether the interface is stable.

    Notes
    -----
    M is the surface impedance from the Barnett-Lothe integrals S and H over directions in the plane of the wave. The
    normal displacement A cos kx is imposed on both solids; the two tangential displacements, equal on both sides,
    follow from continuous shear traction. tau is the normal stress plus p. Parts in quadrature with the wave move it
    sideways and are left out. The published screening holds the displacement across the wave at zero (`across="held"`);
    where the plane of the wave is a mirror plane of both crystals the two agree.
    Orientations and solids broadcast with each other and with the other arguments: `normal` of shape (100, 3) and
    `wavenumber` of shape (100,) give 100 values, and so do stiffnesses of shape (100, 6, 6).
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
    one_of("across", across, ("free", "held"))
    k = positive("wavenumber", wavenumber)
    volume, ratio = positive("molar_volume", molar_volume), nonnegative("molar_volume_ratio", molar_volume_ratio)
    gamma = nonnegative("surface_energy", surface_energy)
    frame = _frame(normal, direction)
    electrolyte = _stiffness("stiffness_electrolyte", stiffness_electrolyte)
    metal = _stiffness("stiffness_metal", stiffness_metal)
    _fit(
        normal=frame.shape[:-2],
        stiffness_electrolyte=electrolyte.shape[:-4],
        stiffness_metal=metal.shape[:-4],
        wavenumber=k.shape,
        molar_volume_ratio=ratio.shape,
        surface_energy=gamma.shape,
        molar_volume=volume.shape,
    )
    electrolyte, metal = _rotated(electrolyte, frame), _rotated(metal, frame)
    above, below = -surface_impedance(electrolyte), surface_impedance(metal).conj()
    u = _displacement(above - below, across)
    p_s, tau_s = _pressure(electrolyte, u, _times(above, u), pressure)
    p_e, tau_e = _pressure(metal, u, _times(below, u), pressure)
    return stability_of_stress(k, (p_e + p_s) / 2, (tau_e - tau_s) / 2, ratio, gamma, volume, convention)


def surface_impedance(stiffness: Array) -> Complex:
    """Impedance M [Pa] of the half space y > 0 for waves along x: traction on planes y is -k M u (Barnett-Lothe).

    `stiffness` holds (..., 3, 3, 3, 3) tensors in axes x (wave), y (normal), z; the result is (..., 3, 3).
    """
    tensors = stiffness.reshape(-1, 3, 3, 3, 3)
    blocks = [_impedances(tensors[start : start + BLOCK]) for start in range(0, len(tensors), BLOCK)]
    return np.concatenate(blocks or [np.empty((0, 3, 3), complex)]).reshape(*stiffness.shape[:-4], 3, 3)


def _impedances(tensors: Array) -> Complex:
    # The integrands have period pi and are analytic, so that the mean over N equal steps errs by about rho^N, with
    # rho = max |(p - i)/(p + i)| over the roots p of Stroh's equation. Isotropic solids have rho = 0; for lithium with
    # a Zener ratio of 8.5 (12.1) rho reaches 0.63 (0.68), so that 128 steps leave rounding only; a solid next to losing
    # its stability needs many more. Doubling N squares the error: a last step of 1e-8 leaves about 1e-16.
    steps = 16
    inverse, product, condition = _means(tensors, np.pi * np.arange(steps) / steps)
    while steps < MOST_DIRECTIONS:
        inverse_between, product_between, _ = _means(tensors, np.pi * (np.arange(steps) + 0.5) / steps)
        change = max(_step(inverse, inverse_between, inverse), _step(product, product_between, np.ones(1)))
        inverse, product = 0.5 * (inverse + inverse_between), 0.5 * (product + product_between)
        if change < 1e-8 + 10 * np.finfo(float).eps * condition:
            impedance = np.linalg.solve(inverse, np.eye(3) - 1j * product)
            return np.asarray(0.5 * (impedance + impedance.conj().swapaxes(-1, -2)))
        steps *= 2
    raise InvalidInput(
        "stiffness",
        f"a solid whose half-space integrals do not settle with {MOST_DIRECTIONS} directions",
        "a stiffness further from losing its positive definiteness",
        "Check the elastic constants and their order",
    )


def _means(tensors: Array, angle: Array) -> tuple[Array, Array, float]:
    """Means over the angles of (nn)^-1 and (nn)^-1 (nm), and the worst condition; n, m lie in the plane of the wave."""
    c, s = np.cos(angle), np.sin(angle)
    # components first, so that every operation runs over orientations and angles together
    q, r, t = (np.moveaxis(tensors[:, :, i, :, j], 0, -1)[..., np.newaxis] for i, j in ((0, 0), (0, 1), (1, 1)))
    transposed = r.swapaxes(0, 1)
    matrix = c**2 * t - s * c * (r + transposed) + s**2 * q
    coupling = c**2 * transposed - s**2 * r + s * c * (t - q)
    inverse = _inverse(matrix)
    condition = float((np.abs(matrix).max(axis=(0, 1)) * np.abs(inverse).max(axis=(0, 1))).max())
    if condition > 1e3:  # nearly incompressible: cofactors lose digits with the square of the condition
        exact = np.asarray(np.linalg.inv(np.moveaxis(matrix, (0, 1), (-2, -1))), dtype=np.float64)
        inverse = np.moveaxis(exact, (-2, -1), (0, 1))
    product = _product(inverse, coupling)
    if condition > 1e3:  # one step of refinement, for the same reason
        product += _product(inverse, coupling - _product(matrix, product))
    return np.moveaxis(inverse.mean(axis=-1), -1, 0), np.moveaxis(product.mean(axis=-1), -1, 0), condition


def _product(first: Array, second: Array) -> Array:
    """Products of 3 x 3 matrices, components first."""
    return np.asarray(sum(first[:, j, np.newaxis] * second[np.newaxis, j] for j in range(3)))


def _inverse(matrix: Array) -> Array:
    """Inverses of 3 x 3 matrices, components first, by cofactors: for many, far faster than the general routine."""
    after, before = np.array([1, 2, 0]), np.array([2, 0, 1])
    cofactors = (
        matrix[after][:, after] * matrix[before][:, before] - matrix[after][:, before] * matrix[before][:, after]
    )
    return np.asarray(cofactors.swapaxes(0, 1) / (matrix[0] * cofactors[0]).sum(axis=0))


def _step(mean: Array, between: Array, scale: Array) -> float:
    """Largest change of a mean when the directions in between come in, over the largest entry of the scale."""
    change = 0.5 * np.abs(between - mean).reshape(len(mean), -1).max(axis=-1)
    return float((change / np.abs(scale).reshape(len(scale), -1).max(axis=-1)).max())


def _displacement(jump: Complex, across: str) -> Complex:
    """Displacement for unit normal displacement, from the difference of the tractions of the two solids."""
    u = np.zeros(jump.shape[:-1], dtype=complex)
    u[..., 1] = 1.0
    if across == "held":
        u[..., 0] = -jump[..., 0, 1] / jump[..., 0, 0]
        return u
    tangent = np.array([0, 2])
    shear = jump[..., tangent[:, np.newaxis], tangent]
    u[..., tangent] = -np.linalg.solve(shear, jump[..., tangent, 1, np.newaxis])[..., 0]
    return u


def _times(matrix: Array | Complex, vector: Complex) -> Complex:
    return np.asarray((matrix @ vector[..., np.newaxis])[..., 0])


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


def stability_of_stress(
    k: Array, hydro: Array, dev: Array, ratio: Array, gamma: Array, volume: Array, convention: str
) -> Stability:
    """The three parts from (p_e + p_s)/2 and (tau_e - tau_s)/2 over A k [Pa], whatever solids make the stress."""
    surface = 0.5 * volume * (1 + ratio) * gamma * k**2
    return Stability(
        hydrostatic=plain(volume * (1 - ratio) * hydro * k),
        deviatoric=plain(volume * (1 + ratio) * dev * k),
        surface=plain(surface if convention == "thermodynamic" else -surface),
        convention=convention,
    )


def _poisson(electrolyte: ArrayLike, metal: ArrayLike) -> tuple[Array, Array]:
    return poisson_ratio("poisson_ratio_electrolyte", electrolyte), poisson_ratio("poisson_ratio_metal", metal)


_VOIGT = np.array([[0, 5, 4], [5, 1, 3], [4, 3, 2]])  # row of the 6 x 6 matrix for each pair of axes


def _stiffness(name: str, value: ArrayLike) -> Array:
    """The (..., 3, 3, 3, 3) tensors of the (..., 6, 6) matrices."""
    matrix = real(name, value)
    if matrix.shape[-2:] != (6, 6):
        raise InvalidInput(name, list(matrix.shape), "a 6 x 6 matrix in Voigt order, or an array of them")
    transposed = matrix.swapaxes(-1, -2)
    scale = np.abs(matrix).max(axis=(-1, -2), keepdims=True)
    skew = (np.abs(matrix - transposed) > 1e-6 * scale).any(axis=(-1, -2))
    if skew.any():
        raise InvalidInput(name, matrix[skew][0].tolist(), "a symmetric matrix")
    soft = np.linalg.eigvalsh(0.5 * (matrix + transposed))[..., 0] <= 0
    if soft.any():
        raise InvalidInput(name, matrix[soft][0].tolist(), "a positive definite matrix (a mechanically stable solid)")
    return matrix[..., _VOIGT[:, :, np.newaxis, np.newaxis], _VOIGT]


def _frame(normal: ArrayLike, direction: ArrayLike) -> Array:
    """Rows: wave direction, normal, and the third axis of a right-handed frame."""
    vectors = {"direction": real("direction", direction), "normal": real("normal", normal)}
    for name, vector in vectors.items():
        if vector.ndim == 0 or vector.shape[-1] != 3:
            raise InvalidInput(name, vector.tolist(), "three numbers, or rows of three numbers")
        if not vector.any(axis=-1).all():
            raise InvalidInput(name, _first(vector, ~vector.any(axis=-1)), "three numbers that are not all zero")
    along, upward = together("direction", vectors["direction"], "normal", vectors["normal"])
    along, upward = (v / np.linalg.norm(v, axis=-1, keepdims=True) for v in (along, upward))
    tilted = np.abs((along * upward).sum(axis=-1)) > 1e-6
    if tilted.any():
        raise InvalidInput("direction", _first(along, tilted), "a direction at right angles to the normal")
    return np.stack([along, upward, np.cross(along, upward)], axis=-2)


def _first(vectors: Array, bad: ArrayLike) -> list[float]:
    return [float(number) for number in vectors[np.asarray(bad)][0]]


def _fit(**shapes: tuple[int, ...]) -> None:
    """Complain about the first argument whose shape does not broadcast with those before it."""
    common: tuple[int, ...] = ()
    for name, shape in shapes.items():
        try:
            common = np.broadcast_shapes(common, shape)
        except ValueError:
            raise InvalidInput(name, f"shape {shape}", f"a shape that fits the arguments before it, {common}") from None


def _rotated(tensor: Array, frame: Array) -> Array:
    """The tensor in the axes that are the rows of each frame, (..., 3, 3, 3, 3)."""
    for _ in range(4):  # each turn moves one rotated index to the end
        tensor = np.einsum("...ai,...ijkl->...jkla", frame, tensor)
    return tensor


def _pressure(tensor: Array, u: Complex, traction: Complex, kind: str) -> tuple[Array, Array]:
    """Pressure and deviatoric normal stress in phase with the wave, for unit amplitude and wavenumber [Pa]."""
    along = 1j * u
    normal_stiffness, coupling = tensor[..., :, 1, :, 1], tensor[..., :, 0, :, 1]
    rest: Complex = traction - _times(coupling.swapaxes(-1, -2), along)
    across = np.linalg.solve(normal_stiffness.astype(complex), rest[..., np.newaxis])
    gradient = np.stack([along, across[..., 0]], axis=-1)
    diagonal = np.einsum("...iikl,...kl->...i", tensor[..., :2], gradient).real
    p = -(diagonal[..., 0] + diagonal[..., 1]) / 2 if kind == "in-plane" else -diagonal.sum(axis=-1) / 3
    return p, diagonal[..., 1] + p
