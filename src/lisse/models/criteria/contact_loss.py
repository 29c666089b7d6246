"""Loss of contact on stripping: closure of voids, vacancies, creep."""

from __future__ import annotations

import numpy as np

from lisse import theory
from lisse.models.contact import contact_law_of
from lisse.models.criteria.criterion import Finding, Notes, chosen, current_limit, everywhere, formed_contact
from lisse.models.inputs import Inputs
from lisse.units import FARADAY, format_quantity

__all__ = ["creep_alone", "vacancy", "void_closure"]


def void_closure(inputs: Inputs) -> Finding | str:
    """Closure of voids against stripping, within one half-cycle and over many.

    Contact is lost in a half-cycle of charge Q when (j - j_c) Q/j beta V/F reaches the void height w_l at the contact
    limit: j = j_c/(1 - w_l F/(beta V Q)), with j_c the stripping current that closure balances. Where less is refilled
    than was injected, rho < beta, voids are carried over and grow from cycle to cycle above 2 j_c beta/(beta - rho).
    """
    law = contact_law_of(inputs)
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

    excluded: Notes = (
        (
            np.asarray(law.injection) == 0.0,
            "does not apply, because no stripped volume gathers in voids (injection = 0)",
        ),
        (~np.isfinite(limit), too_little),
    )
    doubts: Notes = (
        (in_time < at_once, "voids are carried over from cycle to cycle: contact is lost only after many cycles"),
        (uneven & (in_time >= at_once), "the half-cycles of the protocol differ in charge; the largest is used"),
    )
    numbers = {
        **chosen(inputs, "stack_pressure", "half_cycle_charge"),
        "closure_current_density": closure,
        "charge_to_lose_contact": needed,
    }
    return current_limit(inputs, limit, numbers, excluded, doubts)


def vacancy(inputs: Inputs) -> Finding:
    """Vacancy diffusion into the metal, the only sink without pressure."""
    numbers = {
        "diffusivity": inputs["self_diffusivity"],
        "concentration_change": inputs["site_concentration"],
        "thickness": inputs["lithium_thickness"],
    }
    thin = numbers["thickness"] <= 0.0
    limit = theory.vacancy_limited_current(**{**numbers, "thickness": np.where(thin, 1.0, numbers["thickness"])})
    excluded: Notes = (
        (
            inputs["stack_pressure"] > 0.0,
            "does not apply, because the stack pressure closes voids (see the contact criterion)",
        ),
        (thin, "does not apply, because there is no metal to diffuse into"),
    )
    return current_limit(inputs, limit, numbers, excluded)


def creep_alone(inputs: Inputs) -> Finding:
    """Bulk creep of the lithium layer under the stack pressure replaces what is stripped, rate = j V/(F h)."""
    numbers = {
        "stack_pressure": inputs["stack_pressure"],
        "thickness": inputs["lithium_thickness"],
        **chosen(inputs, "creep_prefactor", "creep_exponent", "molar_volume"),
    }
    rate = numbers["creep_prefactor"] * numbers["stack_pressure"] ** numbers["creep_exponent"]
    limit = rate * numbers["thickness"] * FARADAY / numbers["molar_volume"]
    excluded: Notes = ((numbers["thickness"] <= 0.0, "does not apply, because there is no metal that could creep"),)
    doubt = "overrates the pressure far above the measured critical stack pressures: voids close locally"
    return current_limit(inputs, limit, numbers, excluded, ((everywhere(limit), doubt),))
