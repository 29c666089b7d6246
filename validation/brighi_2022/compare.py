"""Brighi, Murgia, Cerny (2022): sodium on a hydroborate while the pressure is lowered. Prints the table.

python validation/brighi_2022/compare.py
"""

from __future__ import annotations

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


def stepped_down() -> tuple[np.ndarray, np.ndarray, str]:
    """Pressures (Pa), resistance of the cell (ohm) at the end of each, and how the run ended."""
    case = read_case(DATA["case"])
    run = lisse.solve(case.model, case.cell, case.protocol)
    pressure, resistance = run["stack_pressure"].values, run["voltage"].values / run["current_density"].values
    last = np.append(np.flatnonzero(np.diff(pressure)), len(pressure) - 1)
    return pressure[last], resistance[last] / case.cell.area, run.verdict.mode


def marks() -> tuple[float, float]:
    """Pa. Where the resistance is 5 % above its first value, and where contact is lost (NaN: neither)."""
    pressure, resistance, mode = stepped_down()
    risen = np.flatnonzero(resistance > 1.05 * resistance[0])
    return (
        float(pressure[risen[0]]) if len(risen) else np.nan,
        float(pressure[-1]) if mode == "contact-loss" else np.nan,
    )


def lines() -> list[str]:
    """The table of README.md."""
    _, resistance, _ = stepped_down()
    rises, lost = marks()
    published = parse_quantity(DATA["ohmic"], "ohm")
    below, fails = (parse_quantity(DATA[name], "Pa") / MPA for name in ("rises_below", "fails_at"))
    rise = "no rise before contact is lost | -"
    if not np.isnan(rises):
        rise = f"{rises / MPA:.1f} MPa | {rises / MPA / below:.2g}"
    numbers = f"{published:g} ohm | {resistance[0]:.3g} ohm | {resistance[0] / published:.2g}"
    return [
        "| stepped down from 1.5 MPa at 1 mA/cm2 | published | lisse | ratio |",
        "| --- | --- | --- | --- |",
        f"| resistance at 1.5 MPa | {numbers} |",
        f"| resistance rises below | {below:g} MPa | {rise} |",
        f"| fails at | {fails:g} MPa (dendrites) | {lost / MPA:.1f} MPa (contact lost) | {lost / MPA / fails:.2g} |",
    ]


def rows() -> list[tuple[str, str, str, str, str]]:
    """For the table over all papers: what, published, lisse, ratio, status."""
    _, lost = marks()
    fails = parse_quantity(DATA["fails_at"], "Pa")
    numbers = (f"{fails / MPA:g} MPa", f"{lost / MPA:.1f} MPa", f"{lost / fails:.2g}")
    return [("Na on a hydroborate, 1 mA/cm2, fails at", *numbers, "prediction [S]")]


if __name__ == "__main__":
    print("\n".join(lines()))
