"""Koerver and others (2018): the stack pressure of a stiff press breathes with the charge. Prints the tables.

python validation/koerver_2018/compare.py
"""

from __future__ import annotations

import copy
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
MPA, MAH_CM2 = 1e6, 36000.0


def run(stiffness: str, pressure: str = "", **cell: Any) -> Any:
    """The solution of the cycling in data.toml with a fixture of one stiffness."""
    raw = copy.deepcopy(DATA["case"])
    raw["cell"]["stack"]["stiffness"] = stiffness
    if pressure:
        raw["cell"]["stack"]["pressure"] = pressure
    raw["cell"] |= cell
    case = read_case(raw)
    return lisse.solve(case.model, case.cell, case.protocol)


def swing(solution: Any) -> tuple[float, float, float]:
    """Pa for each mAh/cm2 on the second charge, its departure from a line (1), and the drift of a cycle (Pa)."""
    charge, pressure = solution["charge"].values, solution["stack_pressure"].values
    current = solution["current_density"].values
    starts = np.flatnonzero((current[1:] > 0) & (current[:-1] <= 0)) + 1
    second = slice(starts[-1], starts[-1] + int(np.argmax(charge[starts[-1] :])) + 1)
    q, p = charge[second] / MAH_CM2, pressure[second]
    slope, start = np.polyfit(q, p, 1)
    departure = float(np.abs(p - (slope * q + start)).max() / np.ptp(p))
    return float(slope), departure, float(p[0] - pressure[0])


def amplitude_lines() -> list[str]:
    """The first table of README.md."""
    low, high = (parse_quantity(text, "Pa") / MPA for text in DATA["amplitude"])
    found = [
        "| stiffness | start | rim of lithium | published swing | lisse, a mAh/cm2 | off a line | drift in cycle 1 |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for stiffness in DATA["assumed"]["stiffnesses"]:
        for pressure in ("10 MPa", "50 MPa"):
            for rim, changes in {"free": {}, "walls": {"anode": DATA["assumed"]["walls"]}}.items():
                slope, departure, drift = swing(run(stiffness, pressure, **changes))
                numbers = f"{slope / MPA:+.2g} MPa | {departure:.1%} | {drift / MPA:+.2g} MPa"
                found.append(f"| {stiffness} | {pressure} | {rim} | {low:g} to {high:g} MPa | {numbers} |")
    return found


def net_volumes() -> list[tuple[str, str, float]]:
    """Anode, cathode and net volume (m3/mol) of the stack for each lithium that moves on charge."""
    found = []
    for anode in DATA["order"]:
        for name in DATA["assumed"]["cathodes"]:
            cathode = load(name).value("active_volume_change")
            found.append((anode, name, parse_quantity(DATA["anodes"][anode], "m^3/mol") + cathode))
    return found


def order_lines() -> list[str]:
    """The second table of README.md."""
    volumes = net_volumes()
    largest = volumes[0][2]
    found = ["| anode | cathode | net volume on charge | over lithium with NMC811 |", "| --- | --- | --- | --- |"]
    return found + [f"| {a} | {c} | {v * 1e6:+.2f} cm3/mol | {v / largest:+.2f} |" for a, c, v in volumes]


def lines() -> list[str]:
    """The tables of README.md."""
    return [*amplitude_lines(), "", *order_lines()]


def rows() -> list[tuple[str, str, str, str, str]]:
    """For the table over all papers: what, published, lisse, ratio, status."""
    stiffness = DATA["assumed"]["stiffnesses"][1]
    found = []
    for pressure in ("10 MPa", "50 MPa"):
        slope = swing(run(stiffness, pressure))[0]
        what = f"swing of {pressure} for a mAh/cm2, stiffness {stiffness} assumed"
        found.append((what, "0.1 to 1 MPa", f"{slope / MPA:+.2g} MPa", "-", f"sign only [{DATA['mark']}]"))
    return found


if __name__ == "__main__":
    print("\n".join(lines()))
