"""Krauskopf and others (2019): interface resistance of lithium on LLZO against pressure. Prints the tables.

python validation/krauskopf_2019/compare.py
"""

from __future__ import annotations

import copy
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import brentq

import lisse
from lisse import theory
from lisse.materials import load
from lisse.study import read_case
from lisse.units import BOLTZMANN, ELEMENTARY_CHARGE, parse_quantity

HERE = Path(__file__).parent
DATA: dict[str, Any] = tomllib.loads((HERE / "data.toml").read_text(encoding="utf-8"))
OHM_CM2 = 1e-4


def resistance(
    pressure: str, forming: str | None = None, temperature: str = "25 degC", rest: str = "", **interface: Any
) -> dict[str, float]:
    """ohm m2 of one interface by its parts, from one small step of the lumped model, at once or after a rest."""
    raw = copy.deepcopy(DATA["case"])
    raw["cell"] |= {"temperature": temperature, "interface": interface}
    raw["cell"]["stack"] = {"pressure": pressure, "forming_pressure": forming or pressure}
    steps = [{"current_density": DATA["assumed"]["small_current"], "duration": "1e-6 s"}]
    if rest:
        steps.insert(0, {"current_density": "0 mA/cm^2", "duration": rest})
    case = read_case(raw | {"protocol": {"name": "steps", "steps": steps}})
    run = lisse.solve(case.model, case.cell, case.protocol)
    current = float(run["current_density"][-1])
    parts = {n: float(run[f"{n}_drop"][-1]) / current / 2 for n in ("charge_transfer", "film", "constriction")}
    return parts | {"contact": float(run["contact_fraction"][-1, 0])}


def total(parts: dict[str, float]) -> float:
    """ohm m2. All of one interface."""
    return parts["charge_transfer"] + parts["film"] + parts["constriction"]


def pressure_lines() -> list[str]:
    """The first table of README.md."""
    found = [
        "| pressure | published | lisse | ratio | contact | constriction | film |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for point in DATA["points"]:
        parts = resistance(point["pressure"])
        published = parse_quantity(point["resistance"], "ohm m^2") / OHM_CM2
        here, bound = total(parts) / OHM_CM2, "< " if point.get("bound") else ""
        split = f"{parts['contact']:.0%} | {parts['constriction'] / OHM_CM2:.2g} | {parts['film'] / OHM_CM2:.2g}"
        numbers = f"{bound}{published:g} ohm cm2 | {here:.2g} ohm cm2 | {here / published:.2g} | {split}"
        found.append(f"| {point['pressure']} | {numbers} |")
    released = resistance(DATA["assumed"]["released_pressure"], forming="400 MPa")
    limit = parse_quantity(DATA["after_release"], "ohm m^2")
    numbers = f"< {limit / OHM_CM2:g} ohm cm2 | {total(released) / OHM_CM2:.2g} ohm cm2 | {total(released) / limit:.2g}"
    split = f"{released['contact']:.0%} | {released['constriction'] / OHM_CM2:.2g} | {released['film'] / OHM_CM2:.2g}"
    return [*found, f"| 400 MPa, then {DATA['assumed']['released_pressure']} | {numbers} | {split} |"]


def steepness(first: float, second: float, low: float, high: float) -> float:
    """1. Exponent between two values."""
    return float(np.log(second / first) / np.log(high / low))


def pressure_exponent(*pressures: str, part: str = "") -> float:
    """1. Of the resistance, or of one part of it, between two pressures."""
    a, b = (resistance(p)[part] if part else total(resistance(p)) for p in pressures)
    low, high = (parse_quantity(p, "Pa") for p in pressures)
    return steepness(a, b, low, high)


def published_exponent() -> float:
    """1. Between the first two points."""
    first, second = DATA["points"][:2]
    numbers = (parse_quantity(first["resistance"], "ohm m^2"), parse_quantity(second["resistance"], "ohm m^2"))
    return steepness(*numbers, *(parse_quantity(p["pressure"], "Pa") for p in (first, second)))


def activation_energy(part: str) -> float:
    """eV. Of the constriction, or of the electrolyte, between two temperatures, as ln(R/T) against 1/T."""
    temperatures = DATA["assumed"]["temperatures"]
    kelvin = [parse_quantity(t, "K") for t in temperatures]
    values = [resistance("10 MPa", temperature=t)[part] for t in temperatures]
    slope = np.log(values[0] / values[1]) / (1 / kelvin[0] - 1 / kelvin[1])
    return float(slope * BOLTZMANN / ELEMENTARY_CHARGE)


def area_exponent() -> float:
    """1. Of the constriction with contact area, by more spots of one size (far apart)."""
    conductivity, spot = 0.2, 1e-6
    values = theory.constriction_resistance(spot, np.array([1e-4, 2e-4]), conductivity)
    return steepness(values[0], values[1], 1.0, 2.0)


def shape_lines() -> list[str]:
    """The third table of README.md."""
    energies = {name: parse_quantity(text, "J") / ELEMENTARY_CHARGE for name, text in DATA["activation_energy"].items()}
    here, machined = activation_energy("constriction"), DATA["machined"]
    small = pressure_exponent("0.1 MPa", "1 MPa", part="constriction")
    steep = pressure_exponent("10 MPa", "41 MPa")
    return [
        "| shape | published | lisse |",
        "| --- | --- | --- |",
        f"| exponent of R from 10 to 41 MPa | {published_exponent():.2f} | {steep:.2f} |",
        f"| activation energy of the constriction | {energies['interface']:.2f} eV (bulk {energies['bulk']:.2f}) | "
        f"{here:.2f} eV |",
        f"| exponent of p, few spots (I2) | {machined['pressure_exponent']} | {small:.2f} |",
        f"| exponent of contact area (I2) | {machined['area_exponent']} | {area_exponent():.2f} |",
    ]


def closing() -> tuple[float, float]:
    """What the first two points ask for without a film: pores per area (1/m2) and hardness (Pa)."""
    conductivity = load(DATA["case"]["cell"]["electrolyte"]["material"]).value("ionic_conductivity", 298.15)
    targets = [parse_quantity(point["resistance"], "ohm m^2") for point in DATA["points"][:2]]
    pressures = [parse_quantity(point["pressure"], "Pa") for point in DATA["points"][:2]]

    def constriction(density: float, hardness: float, pressure: float) -> float:
        contact = min(1.0, pressure / hardness)
        spot = np.sqrt(contact / (np.pi * density))
        return float(theory.constriction_resistance(spot, contact, conductivity))

    def ratio(log_hardness: float) -> float:
        h = float(np.exp(log_hardness))
        return constriction(1e10, h, pressures[0]) / constriction(1e10, h, pressures[1]) - targets[0] / targets[1]

    hardness = float(np.exp(brentq(ratio, np.log(pressures[1] * 1.0001), np.log(1e10))))
    density = 1e10 * (constriction(1e10, hardness, pressures[0]) / targets[0]) ** 2
    return density, hardness


def closing_lines() -> list[str]:
    """The last table of README.md: what would close the gap, through the whole model."""
    density, hardness = closing()
    found = [
        f"void_density {density:.2g} 1/m2 (spots {density**-0.5 * 1e3:.2g} mm apart), contact_hardness "
        f"{hardness / 1e6:.3g} MPa, no film:",
        "",
        "| pressure | published | lisse |",
        "| --- | --- | --- |",
    ]
    numbers = {"void_density": f"{density} 1/m^2", "contact_hardness": f"{hardness} Pa", "resistance": "0 ohm cm^2"}
    for point in DATA["points"]:
        here = total(resistance(point["pressure"], **numbers)) / OHM_CM2
        bound = "< " if point.get("bound") else ""
        published = parse_quantity(point["resistance"], "ohm m^2") / OHM_CM2
        found.append(f"| {point['pressure']} | {bound}{published:g} ohm cm2 | {here:.2g} ohm cm2 |")
    return found


def held_lines() -> list[str]:
    """The second table of README.md: what creep makes of the contact while the pressure is held."""
    rests = DATA["assumed"]["rests"]
    found = [
        f"| pressure held | published | at once | {' | '.join(f'after {rest}' for rest in rests)} |",
        "| --- | --- | --- |" + " --- |" * len(rests),
    ]
    for point in DATA["points"][:2]:
        published = parse_quantity(point["resistance"], "ohm m^2") / OHM_CM2
        here = [total(resistance(point["pressure"], rest=rest)) / OHM_CM2 for rest in ("", *rests)]
        numbers = " | ".join(f"{value:.2g} ohm cm2" for value in here)
        found.append(f"| {point['pressure']} | {published:g} ohm cm2 | {numbers} |")
    return found


def lines() -> list[str]:
    """The tables of README.md."""
    return [*pressure_lines(), "", *held_lines(), "", *shape_lines(), "", *closing_lines()]


def rows() -> list[tuple[str, str, str, str, str]]:
    """For the table over all papers: what, published, lisse, ratio, status."""
    found = []
    for point in DATA["points"]:
        published = parse_quantity(point["resistance"], "ohm m^2")
        here, bound = total(resistance(point["pressure"])), "< " if point.get("bound") else ""
        numbers = (
            f"{bound}{published / OHM_CM2:g} ohm cm2",
            f"{here / OHM_CM2:.2g} ohm cm2",
            f"{here / published:.2g}",
        )
        found.append((f"LLZO, interface resistance, {point['pressure']}", *numbers, f"prediction [{DATA['mark']}]"))
    return found


if __name__ == "__main__":
    print("\n".join(lines()))
