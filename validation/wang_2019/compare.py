"""Wang, Choudhury, Sakamoto (2019): the stack pressure is stepped down at constant current. Prints the tables.

python validation/wang_2019/compare.py
"""

from __future__ import annotations

import copy
import tomllib
from pathlib import Path
from typing import Any

import numpy as np

import lisse
from lisse.models.base import cell_numbers
from lisse.models.contact import contact_law
from lisse.study import read_case
from lisse.units import parse_quantity

HERE = Path(__file__).parent
DATA: dict[str, Any] = tomllib.loads((HERE / "data.toml").read_text(encoding="utf-8"))
POINTS = [
    (parse_quantity(point["critical_stripping_current"], "A/m^2"), parse_quantity(point["pressure"], "Pa"))
    for point in DATA["points"]
]
MPA, MA, OHM_CM2 = 1e6, 10.0, 1e-4


def stepped_down(current: float, duration: str) -> tuple[np.ndarray, np.ndarray, bool]:
    """Pressures (Pa) and the resistance (ohm m2) at the end of each; whether contact was lost at the last one."""
    raw = copy.deepcopy(DATA["case"])
    raw["protocol"] |= {"current_density": f"{current / MA} mA/cm^2", "duration": duration}
    case = read_case(raw)
    run = lisse.solve(case.model, case.cell, case.protocol)
    pressure, resistance = run["stack_pressure"].values, run["voltage"].values / run["current_density"].values
    last = np.append(np.flatnonzero(np.diff(pressure)), len(pressure) - 1)
    return pressure[last], resistance[last], run.verdict.mode == "contact-loss"


def knee(current: float, duration: str) -> tuple[str, str]:
    """MPa as text: where the resistance is a tenth above that at the start, and where contact is lost."""
    pressure, resistance, lost = stepped_down(current, duration)
    risen = np.flatnonzero(resistance > 1.1 * resistance[0])
    start = f"{pressure[risen[0]] / MPA:.1f}" if len(risen) else "none"
    end = f"{pressure[-1] / MPA:.1f}" if lost else "none"
    return start, (f"{end} (first step)" if lost and len(pressure) == 1 else end)


def balance(current: float) -> float:
    """Pa. Pressure at which closure balances the current for ever, with the library's law."""
    from scipy.optimize import brentq

    cell = read_case(DATA["case"] | {"protocol": {"name": "rest", "duration": "1 s"}}).cell
    law, limit = contact_law(cell.interface, cell_numbers(cell)), cell.interface.contact_limit
    return float(brentq(lambda p: float(law.critical_stripping_current(p, limit)) - current, 1e3, 1e9))


def exponent(pressures: list[float]) -> float:
    """1. m of p ~ j^m through both points."""
    (first, _), (second, _) = POINTS
    return float(np.log(pressures[1] / pressures[0]) / np.log(second / first))


def lines() -> list[str]:
    """The tables of README.md."""
    found = ["| critical stack pressure | published | lisse | ratio |", "| --- | --- | --- | --- |"]
    balances = [balance(current) for current, _ in POINTS]
    for (current, pressure), here in zip(POINTS, balances, strict=True):
        numbers = f"{pressure / MPA:.2g} MPa | {here / MPA:.2g} MPa | {here / pressure:.2g}"
        found.append(f"| of the balance, {current / MA:.2g} mA/cm2 | {numbers} |")
    m = exponent(balances)
    found.append(f"| exponent m of p ~ j^m | {DATA['exponent']} | {m:.2f} | {m / DATA['exponent']:.2g} |")
    found += ["", "| stepped down from 3 MPa by 0.1 MPa every | mA/cm2 | +10 % at MPa | lost at MPa | published MPa |"]
    found.append("| --- | --- | --- | --- | --- |")
    for duration in DATA["assumed"]["durations"]:
        for current, pressure in POINTS:
            start, end = knee(current, duration)
            found.append(f"| {duration} | {current / MA:.2g} | {start} | {end} | {pressure / MPA:.2g} |")
    return found + ["", *curve_lines()]


def curve_lines() -> list[str]:
    """The third table of README.md: R(p) with its knee, at the lower current and the middle duration."""
    duration = DATA["assumed"]["durations"][1]
    pressure, resistance, _ = stepped_down(POINTS[0][0], duration)
    shown = [round(p / MPA, 1) in (3.0, 2.0, 1.5, 1.0, 0.8, 0.7, 0.6, 0.5) for p in pressure]
    heads = " | ".join(f"{p / MPA:.1f}" for p in pressure[shown])
    values = " | ".join(f"{r / OHM_CM2:.0f}" for r in resistance[shown])
    rule = " --- |" * (1 + sum(shown))
    return [f"| MPa, {duration} each | {heads} |", f"|{rule}", f"| ohm cm2 | {values} |"]


def rows() -> list[tuple[str, str, str, str, str]]:
    """For the table over all papers: what, published, lisse, ratio, status."""
    m = exponent([balance(current) for current, _ in POINTS])
    what = "LLZO, exponent m of critical pressure ~ j^m"
    return [(what, f"{DATA['exponent']}", f"{m:.2f}", f"{m / DATA['exponent']:.2g}", f"prediction [{DATA['mark']}]")]


if __name__ == "__main__":
    print("\n".join(lines()))
