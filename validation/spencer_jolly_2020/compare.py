"""Spencer Jolly and others (2020): the pressure that sodium needs rises linearly with current. Prints the table.

python validation/spencer_jolly_2020/compare.py
"""

from __future__ import annotations

import copy
import tomllib
from pathlib import Path
from typing import Any

import numpy as np

import lisse
from lisse.study import read_case
from lisse.units import parse_quantity

HERE = Path(__file__).parent
DATA: dict[str, Any] = tomllib.loads((HERE / "data.toml").read_text(encoding="utf-8"))
MPA = 1e6


def survives(pressure: float, current: str, interface: dict[str, Any]) -> bool:
    """Whether the lumped model keeps contact while 10 mAh/cm2 are stripped."""
    raw = copy.deepcopy(DATA["case"])
    raw["cell"]["stack"]["pressure"] = f"{pressure} Pa"
    raw["cell"]["interface"] |= interface
    step = {"current_density": f"-{current}", "charge": "10 mAh/cm^2"}
    case = read_case(raw | {"protocol": {"name": "steps", "voltage_limit": "100 V", "steps": [step]}})
    return lisse.solve(case.model, case.cell, case.protocol).verdict.mode != "contact-loss"


def critical_pressure(current: str, interface: dict[str, Any]) -> float:
    """Pa. Least stack pressure that keeps contact, halved down to 1 %."""
    low, high = 1e3, 1e9
    while high / low > 1.01:
        middle = (low * high) ** 0.5
        low, high = (low, middle) if survives(middle, current, interface) else (middle, high)
    return float((low * high) ** 0.5)


def laws() -> dict[str, dict[str, Any]]:
    """What the library knows of sodium, and that with the closure numbers of lithium."""
    borrowed = DATA["assumed"]["borrowed"]
    return {
        "library: creep alone": {},
        "diffusional closure of lithium": {"void_closure_coefficient": borrowed["void_closure_coefficient"]},
        "strength factor of lithium": {"small_scale_strength_factor": borrowed["small_scale_strength_factor"]},
        "both": borrowed,
    }


def pressures(interface: dict[str, Any]) -> tuple[list[float], float]:
    """Pa at each current, and the exponent of p ~ j^m through them."""
    found = [critical_pressure(current, interface) for current in DATA["currents"]]
    currents = [parse_quantity(current, "A/m^2") for current in DATA["currents"]]
    return found, float(np.polyfit(np.log(currents), np.log(found), 1)[0])


def lines() -> list[str]:
    """The table of README.md."""
    heads = " | ".join(f"MPa at {current.replace('^', '')}" for current in DATA["currents"])
    published = parse_quantity(DATA["pressure"], "Pa")
    found = [f"| law | {heads} | ratio at the last | exponent |", "| --- | --- | --- | --- | --- | --- |"]
    found.append(f"| published [{DATA['mark']}] | | | > {published / MPA:g} | | {DATA['exponent']:g} |")
    for name, interface in laws().items():
        here, m = pressures(interface)
        numbers = " | ".join(f"{p / MPA:.2g}" for p in here)
        found.append(f"| {name} | {numbers} | {here[-1] / published:.2g} | {m:.2f} |")
    return found


def rows() -> list[tuple[str, str, str, str, str]]:
    """For the table over all papers: what, published, lisse, ratio, status."""
    here, m = pressures({})
    published = parse_quantity(DATA["pressure"], "Pa")
    last = (f"> {published / MPA:g} MPa", f"{here[-1] / MPA:.2g} MPa", f"< {here[-1] / published:.2g}")
    return [
        (f"Na on beta''-alumina, critical pressure at {DATA['current_density'].replace('^', '')}", *last, "fails [S]"),
        ("Na on beta''-alumina, exponent m of p ~ j^m", f"{DATA['exponent']:g}", f"{m:.2f}", "-", "fails [S]"),
    ]


if __name__ == "__main__":
    print("\n".join(lines()))
