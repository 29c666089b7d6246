"""A layer between lithium and electrolyte: how well it is wetted, how much lithium it lets through, what it holds flat.

What belongs here: closed forms of one uniform layer between two neighbours. Its resistance is thickness over
conductivity and needs no formula; what a layer does to a cell belongs to the models.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from lisse.errors import InvalidInput
from lisse.theory.domain import Array, Values, nonnegative, one_of, plain, poisson_ratio, positive
from lisse.theory.stability import CONVENTIONS, Stability, stability_of_stress
from lisse.units import FARADAY, LITHIUM_MOLAR_VOLUME

__all__ = [
    "contact_angle_from_adhesion",
    "interlayer_depletion_time",
    "interlayer_limited_current",
    "interlayer_stability",
]

_EARLY = 0.04  # D t/L^2 below which the far side is not felt, to 1e-11
_TERMS = 2.0 * np.arange(12) + 1.0  # of the series; exp(-23^2 pi^2 0.04/4) is below rounding


def contact_angle_from_adhesion(work_of_adhesion: ArrayLike, surface_energy: ArrayLike) -> Values:
    """Contact angle of a metal on a solid from their work of adhesion (Young and Dupre).

    ::

        W = gamma (1 + cos theta)

    Parameters
    ----------
    work_of_adhesion : array_like, J/m^2. Work W that parts metal and solid.
    surface_energy : array_like, J/m^2. Energy gamma of the surface of the metal.

    Returns
    -------
    float or array, rad
        Contact angle theta; 0 where W is 2 gamma or more: the metal spreads.

    Notes
    -----
    Validity: equilibrium of clean, flat surfaces. Confidence: S.
    Source: sharafi2017

    Examples
    --------
    >>> round(contact_angle_from_adhesion(0.67, 0.5) * 180 / 3.14159, 1)
    70.1
    """
    work, gamma = positive("work_of_adhesion", work_of_adhesion), positive("surface_energy", surface_energy)
    return plain(np.arccos(np.minimum(work / gamma - 1.0, 1.0)))


def interlayer_limited_current(
    diffusivity: ArrayLike,
    concentration: ArrayLike,
    thickness: ArrayLike,
    time: ArrayLike = np.inf,
    charge: ArrayLike = np.inf,
) -> Values:
    """Stripping current that an alloy layer just lets through to the end of a step, fed by lithium metal behind it.

    ::

        i = F D c/(L f(s)),   f(s) = 1 - (8/pi^2) sum over odd n of exp(-n^2 pi^2 s/4)/n^2
        s = D t/L^2 for a time,   s/f(s) = Q/(F c L) for a charge
        t -> inf: i = F D c/L,   early: i = F c sqrt(pi D/(4 t))  (Sand)

    Parameters
    ----------
    diffusivity : array_like, m^2/s. Chemical diffusivity D of lithium in the layer.
    concentration : array_like, mol/m^3. Lithium c in the layer next to lithium metal; all of it can leave.
    thickness : array_like, m. Thickness L.
    time : array_like, s. How long the current has to pass; inf for good.
    charge : array_like, C/m^2. How much has to pass; the step ends by what is reached first.

    Returns
    -------
    float or array, A/m^2
        Current density at which the face at the electrolyte has no lithium left at that end; inf at time or charge 0.

    Notes
    -----
    Validity: constant diffusivity, full at the start, the metal keeps the far face full. Confidence: S.
    Source: carslaw1959

    Examples
    --------
    >>> round(interlayer_limited_current(1e-12, 70e3, 1e-6), 1)
    6754.0
    """
    d, c = positive("diffusivity", diffusivity), positive("concentration", concentration)
    length, t = positive("thickness", thickness), nonnegative("time", time, infinite=True)
    share = nonnegative("charge", charge, infinite=True) / (FARADAY * c * length)
    age = np.minimum(d * t / length**2, _age_of_charge(share))
    with np.errstate(divide="ignore"):
        return plain(FARADAY * d * c / length / _drawn_down(age))


def _age_of_charge(share: Array) -> Array:
    """s with s/f(s) = q, the charge over the lithium of the layer."""
    low, high = np.zeros(share.shape), np.minimum(share, 1e9)  # f <= 1, so that s <= q
    for _ in range(80):
        middle = 0.5 * (low + high)
        beyond = middle > share * _drawn_down(middle)
        low, high = np.where(beyond, low, middle), np.where(beyond, middle, high)
    return np.where(np.isinf(share), np.inf, 0.5 * (low + high))


def interlayer_depletion_time(
    current_density: ArrayLike, diffusivity: ArrayLike, concentration: ArrayLike, thickness: ArrayLike
) -> Values:
    """Time after which stripping has emptied the face of an alloy layer at the electrolyte (a Sand's time).

    ::

        f(D t/L^2) = F D c/(j L),   f as for the current that the layer lets through
        j L >> F D c: t = pi D (F c/(2 j))^2

    Parameters
    ----------
    current_density : array_like, A/m^2. Stripping current density j.
    diffusivity : array_like, m^2/s. Chemical diffusivity D of lithium in the layer.
    concentration : array_like, mol/m^3. Lithium c in the layer next to lithium metal; all of it can leave.
    thickness : array_like, m. Thickness L.

    Returns
    -------
    float or array, s
        Time; inf where the layer lets the current through for good, j <= F D c/L.

    Notes
    -----
    Validity: constant diffusivity, full at the start, the metal keeps the far face full. Confidence: S.
    Source: carslaw1959, sand1901

    Examples
    --------
    >>> round(interlayer_depletion_time(10.0, 1e-15, 70e3, 1e-6), 1)
    370.9
    """
    j, d = positive("current_density", current_density), positive("diffusivity", diffusivity)
    c, length = positive("concentration", concentration), positive("thickness", thickness)
    wanted = FARADAY * d * c / (j * length)
    low, high = np.full(wanted.shape, np.log(_EARLY)), np.full(wanted.shape, np.log(20.0))  # f(20) is 1 to rounding
    for _ in range(60):
        middle = 0.5 * (low + high)
        above = _drawn_down(np.exp(middle)) > wanted
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    early = 0.25 * np.pi * wanted**2
    found = np.where(early < _EARLY, early, np.exp(0.5 * (low + high)))
    return plain(np.where(wanted < 1.0, found, np.inf) * length**2 / d)


def _drawn_down(age: Array) -> Array:
    """f of the two formulas above at D t/L^2: how far the face is drawn down, over that of the steady state."""
    late = np.maximum(age, _EARLY)[..., None]
    series = 1.0 - 8.0 / np.pi**2 * np.sum(np.exp(-(_TERMS**2) * np.pi**2 * late / 4.0) / _TERMS**2, axis=-1)
    return np.where(age < _EARLY, 2.0 * np.sqrt(np.minimum(age, _EARLY) / np.pi), series)


def interlayer_stability(
    wavenumber: ArrayLike,
    thickness: ArrayLike,
    shear_modulus_layer: ArrayLike,
    poisson_ratio_layer: ArrayLike,
    shear_modulus_electrolyte: ArrayLike,
    poisson_ratio_electrolyte: ArrayLike,
    shear_modulus_metal: ArrayLike,
    poisson_ratio_metal: ArrayLike,
    molar_volume_ratio: ArrayLike,
    surface_energy: ArrayLike,
    molar_volume: ArrayLike = LITHIUM_MOLAR_VOLUME,
    convention: str = "published",
) -> Stability:
    """Stability of a wavy lithium interface against a layer that lies on a thick electrolyte.

    ::

        in each solid   stress = second derivatives of phi,   phi = (a + b k y) e^(-k y) + (c + d k y) e^(k y)
        layer | electrolyte bonded;   metal | layer: u_y = A cos kx, u_x and shear stress the same on both sides
        hydrostatic = V (1 - v)/2 (p_e + p_s),   deviatoric = V (1 + v)/2 (tau_e - tau_s)

    Parameters
    ----------
    wavenumber : array_like, 1/m. Wavenumber k of the interface.
    thickness : array_like, m. Thickness of the layer, h.
    shear_modulus_layer : array_like, Pa. Shear modulus of the layer.
    poisson_ratio_layer : array_like, 1. Poisson ratio of the layer.
    shear_modulus_electrolyte : array_like, Pa. Shear modulus of the electrolyte.
    poisson_ratio_electrolyte : array_like, 1. Poisson ratio of the electrolyte.
    shear_modulus_metal : array_like, Pa. Shear modulus of lithium.
    poisson_ratio_metal : array_like, 1. Poisson ratio of lithium.
    molar_volume_ratio : array_like, 1. Molar volume of Li+ in the layer over that of lithium, v.
    surface_energy : array_like, J/m^2. Energy of the interface of metal and layer, gamma.
    molar_volume : array_like, m^3/mol. Molar volume of lithium, V.
    convention : {"published", "thermodynamic"}. Sign of the capillary part and of the verdict.

    Returns
    -------
    Stability: hydrostatic J/mol/m; deviatoric J/mol/m; surface J/mol/m; total J/mol/m; stable 1
        The three parts, their sum, and whether the interface is stable.

    Notes
    -----
    Long waves (k h << 1) push against the electrolyte through the layer, short ones (k h >> 1) against the layer alone,
    as :func:`interface_stability` has it. The pressure that counts is that in the layer, where the ions are, however
    thin it is: a layer of other moduli than the electrolyte keeps a difference of the stress in its plane.
    Validity: as for that one; plane strain, linear elasticity, a bonded layer. Confidence: S* (elasticity of layers put
    into the formula of ahmad2017), U (convention).
    Source: ahmad2017, monroe2005

    Examples
    --------
    >>> layer = (1e-9, 1e6, 0.45, 60e9, 0.26, 3.4e9, 0.42, 0.1, 0.5)
    >>> interlayer_stability(1e4, *layer).stable, interlayer_stability(1e8, *layer).stable
    (False, True)
    """
    one_of("convention", convention, CONVENTIONS)
    k, depth = positive("wavenumber", wavenumber), positive("thickness", thickness)
    solids = []
    for part, shear, ratio in (
        ("layer", shear_modulus_layer, poisson_ratio_layer),
        ("electrolyte", shear_modulus_electrolyte, poisson_ratio_electrolyte),
        ("metal", shear_modulus_metal, poisson_ratio_metal),
    ):
        solids.append((positive(f"shear_modulus_{part}", shear), poisson_ratio(f"poisson_ratio_{part}", ratio)))
    volume, v = positive("molar_volume", molar_volume), nonnegative("molar_volume_ratio", molar_volume_ratio)
    gamma = nonnegative("surface_energy", surface_energy)
    try:
        k, depth, volume, v, gamma, *flat = np.broadcast_arrays(k, depth, volume, v, gamma, *sum(solids, ()))
    except ValueError:
        raise InvalidInput("arguments", "arrays that do not fit each other", "shapes that broadcast") from None
    hydro, dev = _layered(k * depth, *flat)
    return stability_of_stress(k, hydro, dev, v, gamma, volume, convention)


def _layered(
    kh: Array, g_layer: Array, nu_layer: Array, g_base: Array, nu_base: Array, g_metal: Array, nu_metal: Array
) -> tuple[Array, Array]:
    """Pa. (p_e + p_s)/2 and (tau_e - tau_s)/2 over A k. Moduli are counted in that of the metal inside.

    Along the interface all is real in w = i u_x and q = i s_xy.
    """
    one = np.ones_like(g_metal)
    above = _surface_tractions(kh, g_layer / g_metal, nu_layer, g_base / g_metal, nu_base)
    below = _half_space(one, nu_metal, 1.0)
    slide = -(above[..., 0, 1] - below[..., 0, 1]) / (above[..., 0, 0] - below[..., 0, 0])  # w: q is the same
    p_s, tau_s = _pressures(above, slide, g_layer / g_metal, nu_layer)
    p_e, tau_e = _pressures(below, slide, one, nu_metal)
    return np.asarray(g_metal * (p_e + p_s) / 2), np.asarray(g_metal * (tau_e - tau_s) / 2)


def _pressures(tractions: Array, slide: Array, shear: Array, nu: Array) -> tuple[Array, Array]:
    """Pressure in the plane, -(s_xx + s_yy)/2, and normal stress plus that, for w = slide and u_y = 1."""
    normal = tractions[..., 1, 0] * slide + tractions[..., 1, 1]
    along = (2.0 * shear * slide + nu * normal) / (1.0 - nu)
    pressure = -0.5 * (along + normal)
    return np.asarray(pressure), np.asarray(normal + pressure)


def _surface_tractions(kh: Array, g_layer: Array, nu_layer: Array, g_base: Array, nu_base: Array) -> Array:
    """(..., 2, 2). q and s_yy over k at the surface y = 0 of layer on base, for w = 1 and for u_y = 1."""
    fall, zero = np.exp(-kh)[..., None, None], np.zeros(kh.shape)
    # falling terms are counted from the surface, rising ones from the base, where each is of order 1
    falling, rising = (partial(_terms, g_layer, nu_layer, sign) for sign in (-1.0, 1.0))
    top = np.concatenate([falling(zero), rising(-kh) * fall], axis=-1)
    bottom = np.concatenate([falling(kh) * fall, rising(zero)], axis=-1)
    under = _half_space(g_base, nu_base, -1.0)
    system = np.concatenate([top[..., :2, :], bottom[..., 2:, :] - under @ bottom[..., :2, :]], axis=-2)
    found = np.linalg.solve(system, np.broadcast_to(np.eye(4)[:, :2], (*kh.shape, 4, 2)))
    return np.asarray(top[..., 2:, :] @ found)


def _half_space(shear: Array, nu: Array, sign: float) -> Array:
    """(..., 2, 2). q and s_yy over k at the face of a half space with terms e^(sign k y), for w = 1 and for u_y = 1."""
    terms = _terms(shear, nu, sign, np.zeros(shear.shape))
    return np.asarray(terms[..., 2:, :] @ np.linalg.inv(terms[..., :2, :]))


def _terms(shear: Array, nu: Array, sign: float, place: Array) -> Array:
    """(..., 4, 2). w, u_y, q/k, s_yy/k of phi = e^(sign z) and z e^(sign z) at z = k y, without the exponential.

    With derivatives by z, s_yy = -phi, q = phi_1, 2 G w = (1 - nu) phi_2 + nu phi, 2 G u_y = (1 - nu) phi_3 - (2 - nu)
    phi_1.
    """
    one = np.ones(place.shape)
    orders = [np.stack([sign**n * one, sign**n * place + n * sign ** (n - 1)], axis=-1) for n in range(4)]
    g, v = shear[..., None], nu[..., None]
    w = ((1.0 - v) * orders[2] + v * orders[0]) / (2.0 * g)
    u_y = ((1.0 - v) * orders[3] - (2.0 - v) * orders[1]) / (2.0 * g)
    return np.stack([w, u_y, orders[1], -orders[0]], axis=-2)
