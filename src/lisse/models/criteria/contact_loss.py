"""Loss of contact on stripping: closure of voids, vacancies, creep."""

from __future__ import annotations

import numpy as np

from lisse import theory
from lisse.models.contact import ContactLaw, contact_law_of
from lisse.models.criteria.criterion import (
    Array,
    Finding,
    Notes,
    chosen,
    current_limit,
    everywhere,
    formed_contact,
    is_molten,
    not_stripped,
)
from lisse.models.inputs import Inputs
from lisse.units import FARADAY, format_quantity

__all__ = ["creep_alone", "vacancy", "void_closure"]

_MOLTEN = "does not apply, because the metal is molten"


def void_closure(inputs: Inputs) -> Finding:
    """Closure of voids against stripping, within one half-cycle and over many.

    Voids grow by dw/dt = beta j V/F - closure(w) from the height w_f of the contact formed. Contact is lost in a
    half-cycle when they reach the height w_l of the contact limit in its time: the limit is the j at which

        integral from w_f to w_l of dw/(beta j V/F - closure(w)) = Q/j      (half-cycles that end by charge Q)
                                                                 = t       (half-cycles that end by time t)

    It lies above j_c, the largest stripping current that closure balances on the way. Where less is refilled than was
    injected, rho < beta, voids are carried over: n half-cycles of charge Q reach w_l at

        j = 2 j_c beta/[beta - rho - (w_l - w_f) F/(n Q V)]
    """
    law = contact_law_of(inputs, inputs.closure)
    last = law.height(inputs["contact_limit"])
    first = np.minimum(law.height(formed_contact(inputs)), last)
    dimensions = max(np.ndim(value) for value in inputs.values.values())
    heights, closure = law.course(first, last, inputs["stack_pressure"], 48, dimensions)
    with np.errstate(divide="ignore", invalid="ignore"):
        balanced = np.asarray(closure.max(axis=0) / (law.injection * law.volume_per_charge))
        needed = np.asarray((last - first) / (law.injection * law.volume_per_charge))
    at_once = _within_half_cycle(inputs, law, heights, closure, balanced, needed)
    in_time = _over_half_cycles(inputs, law, balanced, np.asarray(last - first))
    limit = np.minimum(at_once, in_time)
    charge = inputs["stripped_charge"]

    def too_little() -> str:
        strips, takes = (format_quantity("charge", float(amount)) for amount in (charge, needed))
        return f"does not apply, because one half-cycle strips {strips} and losing contact takes {takes}"

    excluded: Notes = (
        not_stripped(inputs),
        (is_molten(inputs), _MOLTEN),
        (
            np.asarray(inputs.soft_contact),
            "does not apply, because a polymer yields to the metal: this law is that of a rigid electrolyte",
        ),
        (
            np.asarray(law.injection) == 0.0,
            "does not apply, because no stripped volume gathers in voids (injection = 0)",
        ),
        (~np.isfinite(limit), too_little),
    )
    uneven = charge > 1.001 * inputs["smallest_stripped_charge"]
    doubts: Notes = (
        (in_time < at_once, "voids are carried over from cycle to cycle: contact is lost only after many cycles"),
        (
            uneven & (inputs["timed_half_cycles"] == 0.0),
            "the half-cycles of the protocol differ in charge; the largest is used",
        ),
    )
    numbers = {
        **chosen(inputs, "stack_pressure", "stripped_charge"),
        "closure_current_density": balanced,
        "charge_to_lose_contact": needed,
    }
    return current_limit(inputs, limit, numbers, excluded, doubts, "stripping_current_density")


def _within_half_cycle(
    inputs: Inputs, law: ContactLaw, heights: Array, closure: Array, balanced: Array, needed: Array
) -> Array:
    """A/m2. Stripping current density at which one half-cycle loses contact; inf where no current does."""
    charge, largest = inputs["stripped_charge"], inputs["stripping_current_density"]
    timed = inputs["timed_half_cycles"] > 0.0
    gain = law.injection * law.volume_per_charge
    steps = np.diff(heights, axis=0)
    between = 0.5 * (closure[1:] + closure[:-1])
    with np.errstate(divide="ignore", invalid="ignore"):
        duration = charge / largest
        most = np.where(timed, balanced + needed / duration, balanced / np.maximum(1.0 - needed / charge, 0.0))
        most = np.where(needed == 0.0, balanced, most)
    reachable = np.isfinite(most) & (timed | (charge > needed))
    low, high = np.zeros(np.shape(most)), np.ones(np.shape(most))
    start = np.where(reachable, balanced, 0.0)
    span = np.where(reachable, most, 0.0) - start
    share = high  # of the span
    for _ in range(60):  # Newton on the inverse of the time that it takes, halving where a step leaves the bounds
        current = start + share * span
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            net = np.maximum(gain * current - between, 0.0)
            each = steps / net
            takes = np.nansum(each, axis=0)  # no speed: never, unless there is no way to go
            left = np.where(timed, duration, charge / current)
            late = takes > left
            slope = gain * np.nansum(each / net, axis=0) / takes**2 - np.where(timed, 0.0, 1.0 / charge)
            step = share - (1.0 / takes - 1.0 / left) / (slope * span)
        low, high = np.where(late, share, low), np.where(late, high, share)
        following = np.where((step >= low) & (step <= high), step, 0.5 * (low + high))
        if np.all(np.abs(following - share) * span <= 1e-12 * current):
            break
        share = following
    return np.where(reachable, start + share * span, np.inf)


def _over_half_cycles(inputs: Inputs, law: ContactLaw, balanced: Array, missing: Array) -> Array:
    """A/m2. Stripping current density at which voids carried over reach the limit in all half-cycles; inf if none."""
    count, charge = inputs["stripping_half_cycles"], inputs["stripped_charge"]
    with np.errstate(divide="ignore", invalid="ignore"):
        kept = law.injection - law.refill - missing / (count * charge * law.volume_per_charge)
        limit = np.asarray(2.0 * balanced * law.injection / kept)
    return np.where((kept > 0.0) & (count > 1.0), limit, np.inf)


def vacancy(inputs: Inputs) -> Finding:
    """Vacancies that diffuse into the metal through its whole thickness: a sink beside closure."""
    thickness = inputs["thickest_stripped_lithium"]
    numbers = {
        "diffusivity": inputs["self_diffusivity"],
        "concentration_change": inputs["site_concentration"],
        "thickness": thickness,
    }
    thin = thickness <= 0.0
    limit = theory.vacancy_limited_current(**{**numbers, "thickness": np.where(thin, 1.0, thickness)})
    excluded: Notes = (
        not_stripped(inputs),
        (is_molten(inputs), _MOLTEN),
        (thin, "does not apply, because there is no metal to diffuse into"),
    )
    doubt = "one sink of several, alone and at its steady best; the laws of contact do without it"
    return current_limit(
        inputs, limit, numbers, excluded, ((everywhere(np.asarray(limit)), doubt),), "stripping_current_density"
    )


def creep_alone(inputs: Inputs) -> Finding:
    """Bulk creep of the lithium layer under the stack pressure replaces what is stripped, rate = j V/(F h)."""
    numbers = {
        "stack_pressure": inputs["stack_pressure"],
        "thickness": inputs["thinnest_stripped_lithium"],
        **chosen(inputs, "creep_prefactor", "creep_exponent", "molar_volume"),
    }
    rate = numbers["creep_prefactor"] * numbers["stack_pressure"] ** numbers["creep_exponent"]
    limit = rate * numbers["thickness"] * FARADAY / numbers["molar_volume"]
    excluded: Notes = (
        not_stripped(inputs),
        (is_molten(inputs), _MOLTEN),
        (numbers["thickness"] <= 0.0, "does not apply, because there is no metal that could creep"),
    )
    doubt = "overrates the pressure far above the measured critical stack pressures: voids close locally"
    return current_limit(inputs, limit, numbers, excluded, ((everywhere(limit), doubt),), "stripping_current_density")
