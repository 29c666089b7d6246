"""Every closed-form criterion that can be asked of a cell, each as a limiting current density with its margin.

A criterion says its limit, or "does not apply, because". Criteria are never averaged: the report shows all of them,
lowest margin first. The laws are those of `lisse.theory`; here they only meet the numbers of one cell.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from lisse import theory
from lisse.cell import Cell, LithiumElectrode
from lisse.errors import MissingValue
from lisse.models.base import cell_numbers, series_resistance
from lisse.models.charge_transfer import charge_transfer
from lisse.models.contact import LEAST_CONTACT, contact_law
from lisse.protocol import Protocol
from lisse.records import Limit
from lisse.units import format_quantity

__all__ = ["formed_contact", "limits", "margins", "validity_warnings"]


def limits(cell: Cell, protocol: Protocol) -> tuple[Limit, ...]:
    """All criteria for a cell, lowest margin first, those that do not apply last.

    Parameters
    ----------
    cell : Cell
    protocol : Protocol
        Gives the largest current density, which margins are relative to, and the largest half-cycle charge.
    """
    found = [
        min((_limit(entry, there, protocol) for there in _conditions(cell, protocol)), key=_severity)
        for entry in _CRITERIA
    ]
    return tuple(sorted(found, key=_severity))


def margins(criteria: tuple[Limit, ...]) -> dict[str, float]:
    """Smallest margin of each mechanism that a criterion applies to."""
    found: dict[str, float] = {}
    for limit in criteria:
        if limit.applies and limit.margin is not None:
            found.setdefault(limit.mechanism, limit.margin)  # lowest margin first
    return found


def _severity(limit: Limit) -> tuple[bool, float]:
    return not limit.applies, math.inf if limit.margin is None else limit.margin


def _conditions(cell: Cell, protocol: Protocol) -> list[Cell]:
    """The cell at the lowest stack pressure and at every temperature under which current is passed."""
    pressure, temperature = cell.stack.pressure, cell.temperature
    pressures, temperatures = set(), set()
    for step in protocol.steps:
        pressure = pressure if step.stack_pressure is None else step.stack_pressure
        temperature = temperature if step.temperature is None else step.temperature
        if step.current_density != 0.0:
            pressures.add(pressure)
            temperatures.add(temperature)
    lowest = min(pressures, default=cell.stack.pressure)
    formed = max(cell.stack.forming_pressure, cell.stack.pressure)
    changes = {"stack__pressure": lowest, "stack__forming_pressure": formed}
    return [cell.replace(temperature=t, **changes) for t in sorted(temperatures or {cell.temperature})]


_Result = str | tuple[float | None, float | None, dict[str, float], str]
"""A reason not to apply; or limiting current density (A/m2), margin where it is no ratio of currents, inputs, doubt."""


def _limit(entry: _Criterion, cell: Cell, protocol: Protocol) -> Limit:
    mechanism, name, reference, criterion = entry
    try:
        result = criterion(cell, protocol)
    except MissingValue as error:
        result = str(error)
    if isinstance(result, str):
        return Limit(mechanism, name, None, None, applies=False, valid=False, reason=result, reference=reference)
    current, margin, inputs, doubt = result
    largest = protocol.largest_current_density
    if margin is None and current is not None and largest > 0:
        margin = current / largest
    return Limit(mechanism, name, current, margin, True, not doubt, doubt, reference, inputs)


def formed_contact(cell: Cell) -> float:
    """1. Contact fraction that the forming pressure leaves, a0 = min(1, p/H)."""
    pressure = max(cell.stack.forming_pressure, cell.stack.pressure)
    formed = float(theory.contact_fraction_plastic(pressure=pressure, hardness=cell.interface.contact_hardness))
    return max(formed, LEAST_CONTACT)


def _contact_loss(cell: Cell, protocol: Protocol) -> _Result:
    """Closure of voids against stripping, within one half-cycle and over many.

    Contact is lost in a half-cycle of charge Q when (j - j_c) Q/j beta V/F reaches the void height w_l at the contact
    limit: j = j_c/(1 - w_l F/(beta V Q)), with j_c the stripping current that closure balances. Where less is refilled
    than was injected, rho < beta, voids are carried over and grow from cycle to cycle above 2 j_c beta/(beta - rho).
    """
    numbers = cell_numbers(cell)
    law = contact_law(cell.interface, numbers)
    closure = law.critical_stripping_current(cell.stack.pressure, cell.interface.contact_limit)
    if not math.isfinite(closure):
        return "does not apply, because no stripped volume gathers in voids (injection = 0)"
    charge = protocol.largest_half_cycle_charge
    missing = law.height(cell.interface.contact_limit) - law.height(formed_contact(cell))
    needed = max(missing, 0.0) / (law.injection * law.volume_per_charge)
    inputs = {
        "stack_pressure": cell.stack.pressure,
        "closure_current_density": closure,
        "half_cycle_charge": charge,
        "charge_to_lose_contact": needed,
    }
    at_once = closure / (1.0 - needed / charge) if charge > needed else math.inf
    in_time = math.inf
    if law.refill < law.injection:
        in_time = 2.0 * closure * law.injection / (law.injection - law.refill)
    if not math.isfinite(min(at_once, in_time)):
        strips, takes = (format_quantity("charge", amount) for amount in (charge, needed))
        return f"does not apply, because one half-cycle strips {strips} and losing contact takes {takes}"
    doubt = ""
    if in_time < at_once:
        doubt = "voids are carried over from cycle to cycle: contact is lost only after many cycles"
    elif max(protocol.half_cycle_charges) > 1.001 * min(protocol.half_cycle_charges):
        doubt = "the half-cycles of the protocol differ in charge; the largest is used"
    return min(at_once, in_time), None, inputs, doubt


def _vacancy(cell: Cell, protocol: Protocol) -> _Result:
    """Vacancy diffusion into the metal, the only sink without pressure."""
    if cell.stack.pressure > 0:
        return "does not apply, because the stack pressure closes voids (see the contact criterion)"
    metal = cell.working.material
    inputs = {
        "diffusivity": metal.value("self_diffusivity", cell.temperature),
        "concentration_change": metal.value("site_concentration", cell.temperature),
        "thickness": cell.working.thickness,
    }
    if inputs["thickness"] <= 0:
        return "does not apply, because there is no metal to diffuse into"
    return float(theory.vacancy_limited_current(**inputs)), None, inputs, ""


def _crack(cell: Cell, protocol: Protocol) -> _Result:
    """Plating pressure in the longest flaw reaches fracture: V p/F = drop + head at K = K_IC, in the contact formed."""
    flaws = cell.electrolyte.flaws
    if flaws is None:
        return "does not apply, because the case has no flaws"
    numbers = cell_numbers(cell)
    if numbers.fracture_toughness is None:
        return "does not apply, because no fracture toughness is known"
    length = flaws.longest(cell.area)
    threshold = float(
        theory.crack_overpotential(
            fracture_toughness=numbers.fracture_toughness,
            flaw_length=length,
            geometry=flaws.geometry,
            molar_volume=numbers.molar_volume,
        )
    )
    transfer = charge_transfer(cell.interface, numbers.temperature)
    contact = formed_contact(cell)

    def drop(current: float) -> float:
        local = flaws.focusing * current / contact
        return transfer.kinetic_drop(local) + transfer.film_drop(local) + current * length / (2 * numbers.conductivity)

    inputs = {
        "fracture_toughness": numbers.fracture_toughness,
        "flaw_length": length,
        "crack_overpotential": threshold,
        "interface_resistance": transfer.small_signal_resistance,
        "contact_fraction": contact,
    }
    doubt = (
        ""
        if length < 0.1 * cell.electrolyte.thickness
        else "the longest flaw is not short against the electrolyte thickness"
    )
    return _current_at(drop, threshold), None, inputs, doubt


def _grain_boundary(cell: Cell, protocol: Protocol) -> _Result:
    """Pressure at one grain boundary reaches fracture (Raj and Wolfenstine).

    The resistance given for the electrolyte is that of all boundaries in series, L/d of them at a grain size d.
    """
    total, flaws = cell.electrolyte.grain_boundary_resistance, cell.electrolyte.flaws
    if total <= 0:
        return "does not apply, because no grain-boundary resistance is given"
    if flaws is None:
        return "does not apply, because the case has no flaws"
    numbers = cell_numbers(cell)
    length = flaws.longest(cell.area)
    toughness = numbers.fracture_toughness or math.nan
    grain_size = cell.electrolyte.material.value("grain_size", cell.temperature)
    count = max(cell.electrolyte.thickness / grain_size, 1.0)
    stress = float(theory.fracture_stress(fracture_toughness=toughness, flaw_length=length, geometry=flaws.geometry))
    inputs = {"fracture_stress": stress, "grain_boundary_resistance": total / count}
    current = float(theory.grain_boundary_current_limit(**inputs, molar_volume=numbers.molar_volume))
    return current, None, {**inputs, "grain_boundaries": count}, ""


def _molten(cell: Cell, protocol: Protocol) -> _Result:
    """Ansell's viscous limit, for a molten metal only."""
    metal = cell.working.material
    if not metal.has("melting_point") or cell.temperature < metal.value("melting_point"):
        return "does not apply, because the metal is solid (it creeps, it has no viscosity)"
    return "does not apply, because the library has no crack width for this cell"


def _salt(cell: Cell, protocol: Protocol) -> _Result:
    """Salt depletion of a binary polymer electrolyte."""
    material = cell.electrolyte.material
    if material.kind != "polymer":
        return "does not apply, because the electrolyte conducts one ion only"
    inputs = {
        "salt_concentration": material.value("salt_concentration", cell.temperature),
        "diffusivity": material.value("salt_diffusivity", cell.temperature),
        "transference_number": material.value("transference_number", cell.temperature),
        "thickness": cell.electrolyte.thickness,
    }
    return float(theory.limiting_current(**inputs)), None, inputs, ""


def _lithium(cell: Cell, protocol: Protocol) -> _Result:
    """Charge stripped from each metal electrode, net of what was plated on it, against the lithium that it has."""
    found = []
    for side, sign in (("working", -1.0), ("counter", 1.0)):
        electrode = getattr(cell, side)
        stripped = max(sign * charge for charge in protocol.net_charges)
        if isinstance(electrode, LithiumElectrode) and stripped > 0.0:
            volume = electrode.material.value("molar_volume", cell.temperature)
            capacity = electrode.thickness / float(theory.lithium_thickness(areal_charge=1.0, molar_volume=volume))
            found.append((capacity / stripped, {"capacity": capacity, "charge_stripped": stripped, "sign": sign}))
    if not found:
        return "does not apply, because no metal electrode is stripped by a set current"
    margin, inputs = min(found, key=lambda pair: pair[0])
    return None, margin, inputs, ""


def _voltage(cell: Cell, protocol: Protocol) -> _Result:
    """Ohmic and interface drops of the cell as formed reach the voltage limit."""
    if not isinstance(cell.counter, LithiumElectrode):
        return "does not apply, because a full cell's voltage is not that of its drops"
    numbers = cell_numbers(cell)
    transfer, contact = charge_transfer(cell.interface, numbers.temperature), formed_contact(cell)
    series = series_resistance(cell, numbers)

    def voltage(current: float) -> float:
        return current * series + 2 * (transfer.kinetic_drop(current / contact) + transfer.film_drop(current / contact))

    return (
        _current_at(voltage, protocol.voltage_limit),
        None,
        {"voltage_limit": protocol.voltage_limit, "series_resistance": series},
        "",
    )


def _current_at(drop: Callable[[float], float], target: float) -> float:
    """A/m2. Current density at which a rising drop reaches a target, by bisection in the logarithm."""
    low, high = 1e-9, 1e9
    if drop(high) < target:
        return math.inf
    for _ in range(200):
        middle = math.sqrt(low * high)
        low, high = (low, middle) if drop(middle) > target else (middle, high)
    return math.sqrt(low * high)


_Criterion = tuple[str, str, str, Callable[[Cell, Protocol], _Result]]
_CRITERIA: tuple[_Criterion, ...] = (
    ("contact-loss", "void closure under stack pressure", "kasemchainan2019", _contact_loss),
    ("contact-loss", "vacancy diffusion without pressure", "krauskopf2019", _vacancy),
    ("filament-short", "crack overpotential of the longest flaw", "porz2017", _crack),
    ("filament-short", "grain-boundary resistance", "raj2017", _grain_boundary),
    ("filament-short", "viscous flow in a crack", "ansell1986", _molten),
    ("salt-depletion", "steady salt depletion", "brissot1999", _salt),
    ("lithium-exhausted", "lithium of the stripped electrode", "hatzell2020", _lithium),
    ("voltage-limit", "drops of the cell as formed", "hatzell2020", _voltage),
)


def validity_warnings(cell: Cell, protocol: Protocol, criteria: tuple[Limit, ...]) -> tuple[str, ...]:
    """What a reader of the result should doubt, in words."""
    doubts = [f"{limit.criterion}: {limit.reason}" for limit in criteria if limit.applies and not limit.valid]
    return (*doubts, *_contact_warnings(cell), *_temperature_warnings(cell, protocol), *_input_warnings(cell))


def _contact_warnings(cell: Cell) -> list[str]:
    found = []
    thinnest = min((e.thickness for e in (cell.working, cell.counter) if isinstance(e, LithiumElectrode)), default=0.0)
    spacing = 1.0 / math.sqrt(cell.interface.void_density)
    if 0 < thinnest < spacing:
        thin, wide = (format_quantity("length", length) for length in (thinnest, spacing))
        found.append(f"contact law: the lithium ({thin}) is thinner than the spacing of the pores ({wide})")
    formed = formed_contact(cell)
    if formed < 0.5:
        below = ", which is below the contact limit" if formed < cell.interface.contact_limit else ""
        found.append(f"contact law: only {formed:.1%} contact after forming{below}; the pores of the law overlap there")
    flaws, thickness = cell.electrolyte.flaws, cell.electrolyte.thickness
    if flaws is not None and flaws.longest(cell.area) >= thickness:
        longest = format_quantity("length", flaws.longest(cell.area))
        found.append(f"flaws: the longest ({longest}) spans the electrolyte ({format_quantity('length', thickness)})")
    return found


def _temperature_warnings(cell: Cell, protocol: Protocol) -> list[str]:
    temperatures = sorted({cell.temperature, *(s.temperature for s in protocol.steps if s.temperature is not None)})
    found: dict[str, None] = {}
    for temperature in temperatures:
        for material in (cell.working.material, cell.electrolyte.material):
            names = tuple(name for name in (*_BULK, *_INTERFACE) if material.has(name))
            found.update(dict.fromkeys(material.validity_warnings(temperature, names)))
        metal = cell.working.material
        if metal.has("melting_point") and temperature > metal.value("melting_point"):
            found[
                f"{metal.name} is molten at {format_quantity('temperature', temperature)}: its creep law is meaningless"
            ] = None
    if len(temperatures) > 1:
        found[
            "interface resistance and exchange current density keep their values when a step changes the temperature"
        ] = None
    return list(found)


def _input_warnings(cell: Cell) -> list[str]:
    """Numbers in use that the library marks unsure; a number of the interface counts while it is the library's."""
    metal, ceramic = cell.working.material, cell.electrolyte.material
    used = [(m, n) for m in (metal, ceramic) for n in _BULK if m.has(n)]
    for name, (owner, field) in _INTERFACE.items():
        material = metal if owner == "metal" else ceramic
        if material.has(name):
            library = material.value(name, cell.temperature)
            if math.isclose(getattr(cell.interface, field), library, rel_tol=1e-9):
                used.append((material, name))
    unsure = [f"{m.name} {n.replace('_', ' ')} ({m.entry(n).row})" for m, n in used if m.entry(n).mark == "U"]
    if not unsure:
        return []
    return [f"inputs marked U (unsure), replace them by your own where you can: {', '.join(unsure)}"]


_BULK = (
    "creep",
    "molar_volume",
    "surface_energy",
    "ionic_conductivity",
    "fracture_toughness",
    "youngs_modulus",
    "poisson_ratio",
)
"""Properties that the models read from the materials."""

_INTERFACE = {
    "interface_resistance": ("electrolyte", "resistance"),
    "exchange_current_density": ("electrolyte", "exchange_current_density"),
    "contact_angle": ("electrolyte", "contact_angle"),
    "void_density": ("metal", "void_density"),
    "void_closure_coefficient": ("metal", "void_closure_coefficient"),
    "small_scale_strength_factor": ("metal", "small_scale_strength_factor"),
    "contact_hardness": ("metal", "contact_hardness"),
}
"""Properties from which the interface takes its defaults: whose they are, and the field of the interface."""
