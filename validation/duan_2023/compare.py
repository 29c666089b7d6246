"""Duan and others (2023): critical current, life, and how far the voltage falls at a short. Prints the tables.

python validation/duan_2023/compare.py
"""

from __future__ import annotations

import copy
import math
import tomllib
from pathlib import Path
from typing import Any

import numpy as np

import lisse
from lisse.materials import load
from lisse.study import read_case
from lisse.units import parse_quantity

HERE = Path(__file__).parent
DATA: dict[str, Any] = tomllib.loads((HERE / "data.toml").read_text(encoding="utf-8"))
MA, OHM_CM2, HOUR = 10.0, 1e-4, 3600.0
SHORTS = ("filament-short", "soft-short")


def steps() -> dict[str, Any]:
    """The stepped current of the paper, one cycle at each."""
    charge = DATA["assumed"]["charge"]
    parts = [
        {"current_density": f"{sign * level} mA/cm^2", "charge": charge}
        for level in DATA["steps"]["current_densities"]
        for sign in (1, -1)
    ]
    return {"name": "steps", "steps": parts}


def run(protocol: dict[str, Any], flaw: str = "5 um", lithium: str = "100 um") -> Any:
    """The lumped model on the cell of data.toml."""
    raw = copy.deepcopy(DATA["case"]) | {"protocol": protocol}
    raw["cell"]["electrolyte"]["flaws"]["mean_length"] = flaw
    raw["cell"]["anode"]["thickness"] = lithium
    case = read_case(raw)
    return lisse.solve(case.model, case.cell, case.protocol)


def drop(solution: Any) -> tuple[float, float, float]:
    """V, V and S/m2: voltage before and after the short, and conductance of what makes it."""
    conductance, voltage = solution["short_conductance"].values, np.abs(solution["voltage"].values)
    first = int(np.argmax(conductance > 0.0))
    return float(voltage[first - 1]), float(voltage[first]), float(conductance[first])


def limit_lines() -> list[str]:
    """The first table of README.md."""
    published = parse_quantity(DATA["critical_current"], "A/m^2")
    before = parse_quantity(DATA["voltage_before"], "V")
    life = parse_quantity(DATA["life"], "s")
    cycling = {"name": "cycle", "current_density": "0.3 mA/cm^2", "half_cycle": "0.3 mAh/cm^2", "cycles": 200}
    found = ["| quantity, mean flaw | published | lisse | ratio |", "| --- | --- | --- | --- |"]
    for flaw in DATA["assumed"]["flaw_lengths"]:
        ramp, long = run(steps(), flaw), run(cycling, flaw)
        current = ramp.verdict.critical_current_density
        found.append(
            f"| critical current, {flaw} | {published / MA:g} mA/cm2 | {current / MA:.2g} mA/cm2 | "
            f"{current / published:.2g} |"
        )
        volts = drop(ramp)[0]
        found.append(f"| voltage before the short, {flaw} | {before:g} V | {volts:.2g} V | {volts / before:.2g} |")
        time = long.verdict.time if long.verdict.mode in SHORTS else math.inf
        lasted, ratio = ("more than 400 h", "-") if math.isinf(time) else (f"{time / HOUR:.2g} h", f"{time / life:.2g}")
        found.append(f"| life at 0.3 mA/cm2, {flaw} | {life / HOUR:g} h | {lasted} | {ratio} |")
    return found


def drop_lines() -> list[str]:
    """The second table of README.md."""
    hard = DATA["hard_short"]
    before, after = parse_quantity(hard["before"], "V"), parse_quantity(hard["after"], "V")
    found = [
        "| mean flaw, lithium | mode | before | after | left | filament |",
        "| --- | --- | --- | --- | --- | --- |",
        f"| published, Na on NASICON (C19) | hard short | {before:g} V | < {after:g} V | < {after / before:.1%} | |",
    ]
    assumed = DATA["assumed"]
    cells = [("5 um", lithium) for lithium in assumed["lithium"]]
    cells += [(flaw, "100 um") for flaw in assumed["flaw_lengths"] if flaw != "5 um"]
    for flaw, lithium in cells:
        solution = run(steps(), flaw, lithium)
        first, last, conductance = drop(solution)
        ohm = 1.0 / (conductance * parse_quantity(DATA["case"]["cell"]["area"], "m^2"))
        numbers = f"{first * 1e3:.3g} mV | {last * 1e3:.2g} mV | {last / first:.1%} | {ohm:.2g} ohm"
        found.append(f"| {flaw}, {lithium} | {solution.verdict.mode} | {numbers} |")
    return found


def soft_line() -> str:
    """Which filament would leave most of the voltage."""
    solution = run(steps())
    voltage, _, _ = drop(solution)
    resistance = voltage / solution.verdict.critical_current_density
    share = DATA["assumed"]["soft_drop"]
    conductance = share / (1.0 - share) / resistance * parse_quantity(DATA["case"]["cell"]["area"], "m^2")
    length = parse_quantity(DATA["case"]["cell"]["electrolyte"]["thickness"], "m")
    side = math.sqrt(conductance * load("lithium").value("electrical_resistivity") * length)
    return (
        f"A drop of {share:.0%} asks for {1 / conductance:.2g} ohm: a straight filament of lithium "
        f"{side * 1e9:.2g} nm wide across {length * 1e3:g} mm."
    )


def lines() -> list[str]:
    """The tables of README.md."""
    return [*limit_lines(), "", *drop_lines(), "", soft_line()]


def rows() -> list[tuple[str, str, str, str, str]]:
    """For the table over all papers: what, published, lisse, ratio, status."""
    flaw = DATA["assumed"]["flaw_lengths"][-1]
    published, solution = parse_quantity(DATA["critical_current"], "A/m^2"), run(steps(), flaw)
    current = solution.verdict.critical_current_density
    first, last, _ = drop(solution)
    return [
        (
            f"Li6PS5Cl, critical current, 15 MPa, flaws of {flaw} assumed",
            f"{published / MA:g} mA/cm2",
            f"{current / MA:.2g} mA/cm2",
            f"{current / published:.2g}",
            "prediction [S]",
        ),
        ("voltage left after a short", "< 0.2% (C19)", f"{last / first:.1%}", "-", "prediction [S]"),
    ]


if __name__ == "__main__":
    print("\n".join(lines()))
