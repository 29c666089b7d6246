"""Every closed-form criterion that can be asked of a cell, each as a limiting current density.

A criterion takes the table of inputs (`lisse.models.inputs`), whose entries may be arrays, and says its limit point by
point, or "does not apply, because". The laws are those of `lisse.theory`; here they only meet the numbers of one cell.
Criteria are never averaged. Those that `decides` is false for are reported beside the others, but do not choose the
mechanism of a verdict or a map; each says why in its validity.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lisse import theory
from lisse.errors import InvalidInput, MissingValue
from lisse.models.contact import LEAST_CONTACT, contact_law_of
from lisse.models.inputs import Inputs
from lisse.units import FARADAY, GAS_CONSTANT, format_quantity

__all__ = ["CRITERIA", "STABILITY_CHOICES", "Criterion", "Finding", "choose_criteria", "evaluate", "formed_contact"]

Array: TypeAlias = NDArray[np.float64]
_Text: TypeAlias = str | Callable[[], str]
_Notes: TypeAlias = tuple[tuple[NDArray[np.bool_], _Text], ...]

STABILITY_CHOICES = ("reported", "published", "thermodynamic")
"""Whether the stability of the interface only stands beside the other limits, or decides in one of its conventions."""


@dataclass(frozen=True)
class Finding:
    """What one criterion says of every point.

    Attributes
    ----------
    current_density : array or None, A/m2
        The limit; NaN where the criterion does not apply; ``None`` for a limit that is no current density.
    margin : array, 1
        Limit over the largest current density of the protocol, or what takes its place; NaN where it does not apply.
    numbers : mapping of str to array
        What went in and what came out on the way (SI).
    excluded, doubts : tuple of (mask, text)
        Where and why the criterion does not apply, or leaves its range of validity.
    sign : array or None
        For a limit that is either zero or without bound: above zero where it is zero, below where it has no bound.
    """

    current_density: Array | None
    margin: Array
    numbers: Mapping[str, Array] = field(default_factory=dict)
    excluded: _Notes = ()
    doubts: _Notes = ()
    sign: Array | None = None


@dataclass(frozen=True)
class Criterion:
    """One criterion: the verdict mode it belongs to, its name, source, range of validity, and the law.

    The law returns a `Finding`, or a sentence where the criterion does not apply to this cell at all.
    """

    mechanism: str
    name: str
    reference: str
    validity: str
    law: Callable[[Inputs], Finding | str]
    decides: bool = True
    is_charge: bool = False  # its limit is a charge or a time, so that it has a margin but no current density


def evaluate(criterion: Criterion, inputs: Inputs) -> Finding | str:
    """Ask one criterion; a missing number is a reason why it does not apply."""
    try:
        return criterion.law(inputs)
    except MissingValue as error:
        return str(error)


def choose_criteria(stability: str = "reported") -> tuple[Criterion, ...]:
    """The criteria, with the stability of the interface deciding in one convention if that is wanted.

    Parameters
    ----------
    stability : str
        One of `STABILITY_CHOICES`.
    """
    if stability not in STABILITY_CHOICES:
        raise InvalidInput("stability", stability, ", ".join(STABILITY_CHOICES))
    chosen = f"interface stability, {stability} convention"
    return tuple(dataclasses.replace(c, decides=True) if c.name == chosen else c for c in CRITERIA)


def formed_contact(inputs: Inputs) -> Array:
    """1. Contact fraction that the forming pressure leaves, a0 = min(1, p/H)."""
    pressure = np.maximum(inputs["forming_pressure"], inputs["stack_pressure"])
    formed = theory.contact_fraction_plastic(pressure=pressure, hardness=inputs["contact_hardness"])
    return np.asarray(np.maximum(formed, LEAST_CONTACT))


# -- how a finding is made -----------------------------------------------------------------------------------------


def _current_limit(
    inputs: Inputs, limit: ArrayLike, numbers: Mapping[str, Array], excluded: _Notes = (), doubts: _Notes = ()
) -> Finding:
    """A limiting current density; its margin is that over the largest current of the protocol."""
    limit = _outside(np.asarray(limit, dtype=float), excluded)
    with np.errstate(divide="ignore", invalid="ignore"):
        margin = limit / inputs["current_density"]
    return Finding(limit, margin, numbers, excluded, doubts)


def _outside(values: Array, excluded: _Notes) -> Array:
    for mask, _ in excluded:
        values = np.where(mask, np.nan, values)
    return values


def _chosen(inputs: Inputs, *names: str) -> dict[str, Array]:
    return {name: inputs[name] for name in names}


def _current_at_drop(
    inputs: Inputs, total: Array, interfaces: float, series: Array | float, focusing: Array | float = 1.0
) -> Array:
    """A/m2. Mean current density at which kinetics, film and series resistance together reach a drop in volt.

    With u the kinetic drop of one interface, the local current density is j_l = i0 (e^(c u F/RT) - e^(-(1-c) u F/RT)),
    c the cathodic transfer coefficient, the mean is j = j_l a0/focusing, and

        total = interfaces (u + R_film j_l) + series j

    rises with u between 0 and total/interfaces: Newton on its logarithm, halving where a step leaves the bracket.
    """
    i0, film = inputs["exchange_current_density"], inputs["interface_resistance"]
    thermal = GAS_CONSTANT * inputs["temperature"] / FARADAY
    forward = (1.0 - inputs["anodic_transfer_coefficient"]) / thermal
    backward = forward - 1.0 / thermal
    share = formed_contact(inputs) / focusing
    resistance = interfaces * film + series * share  # of the local current density
    target, *others = np.broadcast_arrays(np.asarray(total, dtype=float), i0, forward, backward, resistance)
    i0, forward, backward, resistance = others
    low, high = np.zeros(target.shape), np.minimum(target / interfaces, 600.0 / forward)
    u = np.minimum(high, target / (interfaces + resistance * i0 / thermal))  # exact for small drops
    for _ in range(100):
        up, down = i0 * np.exp(forward * u), i0 * np.exp(backward * u)
        drop = interfaces * u + resistance * (up - down)
        low, high = np.where(drop < target, u, low), np.where(drop < target, high, u)
        slope = interfaces + resistance * (forward * up - backward * down)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = u + np.log(target / drop) * drop / slope
        following = np.where((step > low) & (step < high), step, 0.5 * (low + high))
        if np.all(np.abs(following - u) <= 1e-14 * u):
            break
        u = following
    local = i0 * (np.expm1(forward * u) - np.expm1(backward * u))
    return np.asarray(local * share)


# -- contact -------------------------------------------------------------------------------------------------------


def _void_closure(inputs: Inputs) -> Finding | str:
    """Closure of voids against stripping, within one half-cycle and over many.

    Contact is lost in a half-cycle of charge Q when (j - j_c) Q/j beta V/F reaches the void height w_l at the contact
    limit: j = j_c/(1 - w_l F/(beta V Q)), with j_c the stripping current that closure balances. Where less is refilled
    than was injected, rho < beta, voids are carried over and grow from cycle to cycle above 2 j_c beta/(beta - rho).
    """
    law = contact_law_of(inputs)  # type: ignore[arg-type]
    pressure, charge = inputs["stack_pressure"], inputs["half_cycle_charge"]
    closure = law.critical_stripping_current(pressure, inputs["contact_limit"])
    missing = np.maximum(law.height(inputs["contact_limit"]) - law.height(formed_contact(inputs)), 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        needed = missing / (law.injection * law.volume_per_charge)
        at_once = np.where(charge > needed, closure / (1.0 - needed / charge), np.inf)
        kept = np.asarray(law.injection - law.refill)
        in_time = np.where(kept > 0, 2.0 * closure * law.injection / kept, np.inf)
    limit = np.minimum(at_once, in_time)
    uneven = inputs["half_cycle_charge"] > 1.001 * inputs["smallest_half_cycle_charge"]

    def too_little() -> str:
        strips, takes = (format_quantity("charge", float(amount)) for amount in (charge, needed))
        return f"does not apply, because one half-cycle strips {strips} and losing contact takes {takes}"

    excluded: _Notes = (
        (
            np.asarray(law.injection) == 0.0,
            "does not apply, because no stripped volume gathers in voids (injection = 0)",
        ),
        (~np.isfinite(limit), too_little),
    )
    doubts: _Notes = (
        (in_time < at_once, "voids are carried over from cycle to cycle: contact is lost only after many cycles"),
        (uneven & (in_time >= at_once), "the half-cycles of the protocol differ in charge; the largest is used"),
    )
    numbers = {
        **_chosen(inputs, "stack_pressure", "half_cycle_charge"),
        "closure_current_density": closure,
        "charge_to_lose_contact": needed,
    }
    return _current_limit(inputs, limit, numbers, excluded, doubts)


def _vacancy(inputs: Inputs) -> Finding:
    """Vacancy diffusion into the metal, the only sink without pressure."""
    numbers = {
        "diffusivity": inputs["self_diffusivity"],
        "concentration_change": inputs["site_concentration"],
        "thickness": inputs["lithium_thickness"],
    }
    thin = numbers["thickness"] <= 0.0
    limit = theory.vacancy_limited_current(**{**numbers, "thickness": np.where(thin, 1.0, numbers["thickness"])})
    excluded: _Notes = (
        (
            inputs["stack_pressure"] > 0.0,
            "does not apply, because the stack pressure closes voids (see the contact criterion)",
        ),
        (thin, "does not apply, because there is no metal to diffuse into"),
    )
    return _current_limit(inputs, limit, numbers, excluded)


def _creep_alone(inputs: Inputs) -> Finding:
    """Bulk creep of the lithium layer under the stack pressure replaces what is stripped, rate = j V/(F h)."""
    numbers = {
        "stack_pressure": inputs["stack_pressure"],
        "thickness": inputs["lithium_thickness"],
        **_chosen(inputs, "creep_prefactor", "creep_exponent", "molar_volume"),
    }
    rate = numbers["creep_prefactor"] * numbers["stack_pressure"] ** numbers["creep_exponent"]
    limit = rate * numbers["thickness"] * FARADAY / numbers["molar_volume"]
    thin = numbers["thickness"] <= 0.0
    return _current_limit(
        inputs, limit, numbers, ((thin, "does not apply, because there is no metal that could creep"),)
    )


# -- cracks --------------------------------------------------------------------------------------------------------


def _crack(inputs: Inputs) -> Finding | str:
    """Plating pressure in the longest flaw reaches fracture: V p/F = drop + head at K = K_IC, in the contact formed.

    The head is the mean ohmic drop along the flaw, j s/(2 sigma).
    """
    if inputs.flaw_geometry is None:
        return "does not apply, because the case has no flaws"
    length = inputs["flaw_length"]
    threshold = theory.crack_overpotential(
        fracture_toughness=inputs["fracture_toughness"],
        flaw_length=length,
        geometry=inputs.flaw_geometry,
        molar_volume=inputs["molar_volume"],
    )
    head = length / (2.0 * inputs["ionic_conductivity"])
    limit = _current_at_drop(inputs, threshold, 1.0, head, inputs["flaw_focusing"])
    numbers = {
        **_chosen(inputs, "fracture_toughness", "flaw_length", "interface_resistance", "exchange_current_density"),
        "crack_overpotential": threshold,
        "contact_fraction": formed_contact(inputs),
    }
    long = length >= 0.1 * inputs["electrolyte_thickness"]
    return _current_limit(
        inputs,
        limit,
        numbers,
        doubts=((long, "the longest flaw is not short against the electrolyte thickness"),),
    )


def _grain_boundary(inputs: Inputs) -> Finding | str:
    """Pressure at one grain boundary reaches fracture (Raj and Wolfenstine).

    The resistance given for the electrolyte is that of all boundaries in series, L/d of them at a grain size d.
    """
    if inputs.flaw_geometry is None:
        return "does not apply, because the case has no flaws"
    total = inputs["grain_boundary_resistance"]
    if not np.any(total > 0.0):
        return "does not apply, because no grain-boundary resistance is given"
    count = np.maximum(inputs["electrolyte_thickness"] / inputs["grain_size"], 1.0)
    stress = theory.fracture_stress(
        fracture_toughness=inputs["fracture_toughness"],
        flaw_length=inputs["flaw_length"],
        geometry=inputs.flaw_geometry,
    )
    one = np.where(total > 0.0, total, 1.0) / count
    limit = theory.grain_boundary_current_limit(
        fracture_stress=stress, grain_boundary_resistance=one, molar_volume=inputs["molar_volume"]
    )
    numbers = {"fracture_stress": stress, "grain_boundary_resistance": total / count, "grain_boundaries": count}
    excluded: _Notes = ((total <= 0.0, "does not apply, because no grain-boundary resistance is given"),)
    return _current_limit(inputs, limit, numbers, excluded)


def _molten(inputs: Inputs) -> str:
    """Ansell's viscous limit, for a molten metal only."""
    if np.all(inputs["temperature"] < inputs["melting_point"]):
        return "does not apply, because the metal is solid (it creeps, it has no viscosity)"
    return "does not apply, because the width of the cracks is not part of a cell"


# -- the interface and the inside of the electrolyte ---------------------------------------------------------------


def _stability(convention: str) -> Callable[[Inputs], Finding]:
    def law(inputs: Inputs) -> Finding:
        """Long waves of a flat, bonded interface: they grow at any current, or at none."""
        elastic = theory.interface_stability(
            wavenumber=2.0 * np.pi / inputs["electrolyte_thickness"],
            shear_modulus_electrolyte=inputs["shear_modulus"],
            poisson_ratio_electrolyte=inputs["poisson_ratio"],
            shear_modulus_metal=inputs["metal_shear_modulus"],
            poisson_ratio_metal=inputs["metal_poisson_ratio"],
            molar_volume_ratio=inputs["molar_volume_ratio"],
            surface_energy=inputs["surface_energy"],
            molar_volume=inputs["molar_volume"],
            convention=convention,
        )
        numbers = {
            **_chosen(inputs, "molar_volume_ratio", "poisson_ratio"),
            "shear_ratio": inputs["shear_modulus"] / inputs["metal_shear_modulus"],
            "critical_shear_ratio": np.asarray(
                theory.critical_shear_ratio(
                    inputs["molar_volume_ratio"], inputs["poisson_ratio"], inputs["metal_poisson_ratio"]
                )
            ),
        }
        said = _current_limit(inputs, np.where(elastic.stable, np.inf, 0.0), numbers)
        grows = elastic.total if convention == "published" else -elastic.total
        return dataclasses.replace(said, sign=np.asarray(grows))

    return law


def _internal_plating(inputs: Inputs) -> Finding:
    """Lithium in pores inside the electrolyte (Mode 2): the potential allows it, and electrons suffice for it.

    Behind the plated interface mu/F = j r_i, the drop of the interface, when electrons cross it freely (the profile of
    `theory.lithium_potential_profile` is highest there). A pore fills where that exceeds V p/F + 2 gamma V/(F r), and
    when the leak, I_e = U sigma_e/L, has brought as much lithium within the protocol as one pore radius of metal. U is
    the voltage of the cell as formed, with that of the cathode at mid-range in a full cell. The limit is the larger
    of the two current densities.
    """
    threshold = theory.internal_plating_threshold(
        confining_pressure=inputs["stack_pressure"],
        surface_energy=inputs["surface_energy"],
        nucleus_radius=inputs["pore_radius"],
        molar_volume=inputs["molar_volume"],
    )
    allowed = _current_at_drop(inputs, threshold, 1.0, 0.0)
    needed = inputs["pore_radius"] * FARADAY / inputs["molar_volume"]
    with np.errstate(divide="ignore"):
        voltage = needed * inputs["electrolyte_thickness"] / (inputs["electronic_conductivity"] * inputs["duration"])
    drops = np.maximum(voltage - inputs["open_circuit_voltage"], 0.0)
    supplied = _current_at_drop(inputs, drops, 2.0, _series(inputs))
    numbers = {
        **_chosen(inputs, "electronic_conductivity", "interface_resistance", "pore_radius", "duration"),
        "threshold": threshold,
        "current_density_of_threshold": allowed,
        "current_density_of_supply": supplied,
    }
    always = np.ones(np.shape(allowed), dtype=bool)
    doubt = "electrons are taken to cross the plated interface freely and to fill the pores alone (upper estimate)"
    excluded: _Notes = (
        (np.asarray(inputs.polymer), "does not apply, because a polymer has no pores that lithium could fill"),
    )
    return _current_limit(inputs, np.maximum(allowed, supplied), numbers, excluded, ((always, doubt),))


def _salt(inputs: Inputs) -> Finding | str:
    """Salt of a binary polymer electrolyte runs out at the plated face within the longest half-cycle.

    c(L, t = Q/j) = 0 for the largest half-cycle charge Q: Sand's time of the finite cell, which becomes the limiting
    current for long half-cycles.
    """
    if not inputs.polymer:
        return "does not apply, because the electrolyte conducts one ion only"
    salt = {
        "salt_concentration": inputs["salt_concentration"],
        "diffusivity": inputs["salt_diffusivity"],
        "transference_number": inputs["transference_number"],
        "thickness": inputs["electrolyte_thickness"],
    }
    steady = np.asarray(theory.limiting_current(**salt))
    charge = inputs["half_cycle_charge"]
    low, high = np.zeros(np.broadcast_shapes(steady.shape, charge.shape)), np.full((), 60.0)  # ln(j/steady)
    high = np.broadcast_to(high, low.shape)
    with np.errstate(divide="ignore"):
        for _ in range(60):
            middle = 0.5 * (low + high)
            current = steady * np.exp(middle)
            left = theory.polarisation_profile(
                position=salt["thickness"], time=charge / current, current_density=current, **salt
            )
            low, high = np.where(left > 0.0, middle, low), np.where(left > 0.0, high, middle)
    limit = steady * np.exp(0.5 * (low + high))
    return _current_limit(
        inputs, limit, {**salt, "half_cycle_charge": charge, "steady_limiting_current_density": steady}
    )


def _interphase(inputs: Inputs) -> Finding:
    """Interphase grown in the time of the protocol, L = sqrt(2 k t), against the thickness of the electrolyte."""
    rate, time = inputs["interphase_rate_constant"], inputs["duration"]
    grown = np.asarray(theory.interphase_thickness_parabolic(time=time, rate_constant=rate))
    with np.errstate(divide="ignore"):
        margin = inputs["electrolyte_thickness"] / (2.0 * grown)  # it grows from both electrodes
    numbers = {
        "interphase_rate_constant": rate,
        "interphase_thickness": grown,
        "time_to_span": (0.5 * inputs["electrolyte_thickness"]) ** 2 / (2.0 * rate),
    }
    return Finding(None, margin, numbers)


# -- the cell ------------------------------------------------------------------------------------------------------


def _lithium(inputs: Inputs) -> Finding:
    """Charge stripped from each metal electrode, net of what was plated on it, against the lithium that it has."""
    per_charge = inputs["molar_volume"] / FARADAY
    sides = [("working_stripped_charge", "lithium_thickness", -1.0)]
    if inputs.metal_counter:
        sides.append(("counter_stripped_charge", "counter_lithium_thickness", 1.0))
    margins, numbers = [], []
    for charge_name, thickness, sign in sides:
        charge, capacity = inputs[charge_name], inputs[thickness] / per_charge
        with np.errstate(divide="ignore", invalid="ignore"):
            margins.append(np.where(charge > 0.0, capacity / charge, np.inf))
        numbers.append({"capacity": capacity, "charge_stripped": charge, "sign": np.asarray(sign)})
    margin = np.minimum.reduce(np.broadcast_arrays(*margins))
    first = margins[0] <= margins[-1]
    shown = {name: np.where(first, numbers[0][name], numbers[-1][name]) for name in numbers[0]}
    excluded: _Notes = ((np.isinf(margin), "does not apply, because no metal electrode is stripped by a set current"),)
    return Finding(None, _outside(margin, excluded), shown, excluded)


def _voltage(inputs: Inputs) -> Finding | str:
    """Ohmic and interface drops of the cell as formed reach the voltage limit."""
    if not inputs.metal_counter:
        return "does not apply, because a full cell's voltage is not that of its drops"
    series = _series(inputs)
    limit = _current_at_drop(inputs, inputs["voltage_limit"], 2.0, series)
    return _current_limit(inputs, limit, {"voltage_limit": inputs["voltage_limit"], "series_resistance": series})


def _series(inputs: Inputs) -> Array:
    """ohm m2. Electrolyte and grain boundaries, L/sigma + R_gb."""
    ohmic: Array = inputs["electrolyte_thickness"] / inputs["ionic_conductivity"] + inputs["grain_boundary_resistance"]
    return ohmic


_LINEAR_STABILITY = (
    "Small waves on a flat, bonded interface without flaws, linear elasticity. The theory has no current in it: an "
    "unstable interface roughens at any, which is not yet a failure, and two conventions of sign swap the verdict. "
    "Reported; it decides only where the case asks for it."
)
CRITERIA: tuple[Criterion, ...] = (
    Criterion(
        "contact-loss",
        "void closure under stack pressure",
        "kasemchainan2019",
        "Isolated pores on an interface well in contact, metal thicker than their spacing, half-cycles alike.",
        _void_closure,
    ),
    Criterion(
        "contact-loss",
        "vacancy diffusion without pressure",
        "krauskopf2019",
        "No stack pressure, metal without creep; a steady gradient over the thickness of the metal.",
        _vacancy,
    ),
    Criterion(
        "contact-loss",
        "bulk creep of the lithium layer alone",
        "lepage2019",
        "Uniform flow of the whole layer with the bulk power law. It overrates pressure far above measured critical "
        "stack pressures (j ~ p^n), because voids close locally. Reported, it does not decide.",
        _creep_alone,
        decides=False,
    ),
    Criterion(
        "filament-short",
        "crack overpotential of the longest flaw",
        "porz2017",
        "Flaw short against the electrolyte, linear elastic, filled with lithium that does not flow out; contact as "
        "formed.",
        _crack,
    ),
    Criterion(
        "filament-short",
        "grain-boundary resistance",
        "raj2017",
        "Boundaries across the current, alike and evenly spaced, each with its share of the resistance.",
        _grain_boundary,
    ),
    Criterion(
        "filament-short", "viscous flow in a crack", "ansell1986", "Molten metal in a crack of known width.", _molten
    ),
    Criterion(
        "filament-short",
        "interface stability, published convention",
        "ahmad2017",
        _LINEAR_STABILITY,
        _stability("published"),
        decides=False,
    ),
    Criterion(
        "filament-short",
        "interface stability, thermodynamic convention",
        "monroe2004",
        _LINEAR_STABILITY,
        _stability("thermodynamic"),
        decides=False,
    ),
    Criterion(
        "internal-plating",
        "lithium potential above the threshold in pores",
        "han2019",
        "Uniform electrolyte; electrons cross the plated interface without resistance: an upper estimate.",
        _internal_plating,
    ),
    Criterion(
        "salt-depletion",
        "salt depletion within a half-cycle",
        "brissot1999",
        "Binary salt with constant diffusivity and transference number; smooth electrodes, each half-cycle from rest.",
        _salt,
    ),
    Criterion(
        "interphase-growth",
        "interphase through the electrolyte",
        "aktekin2023",
        "Growth by the square root of time at one rate; says nothing of its resistance or of cracking.",
        _interphase,
        is_charge=True,
    ),
    Criterion(
        "lithium-exhausted",
        "lithium of the stripped electrode",
        "hatzell2020",
        "All lithium can be stripped; none is lost to an interphase.",
        _lithium,
        is_charge=True,
    ),
    Criterion(
        "voltage-limit",
        "drops of the cell as formed",
        "hatzell2020",
        "Contact as formed, no polarisation of salt, no interphase.",
        _voltage,
    ),
)
"""All criteria."""
