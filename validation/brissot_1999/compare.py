"""Brissot and others (1999): salt depletion of PEO cells against Sand's time. Prints the tables.

python validation/brissot_1999/compare.py
"""

from __future__ import annotations

import copy
import math
import tomllib
from pathlib import Path
from typing import Any

import numpy as np

import lisse
from lisse import theory
from lisse.materials import load
from lisse.study import read_case
from lisse.units import parse_quantity

HERE = Path(__file__).parent
DATA: dict[str, Any] = tomllib.loads((HERE / "data.toml").read_text(encoding="utf-8"))
MA = 10.0
NAMES = ("salt_concentration", "salt_diffusivity", "transference_number")


def salt() -> tuple[float, float, float]:
    """Concentration (mol/m3), diffusivity (m2/s) and transference number (1) of the library."""
    given = DATA["case"]["cell"]
    polymer, temperature = load(given["electrolyte"]["material"]), parse_quantity(given["temperature"], "K")
    c, d, t = (polymer.value(name, temperature) for name in NAMES)
    return c, d, t


def cell(thickness: str, protocol: dict[str, Any]) -> Any:
    """The case of data.toml with one thickness of the electrolyte, under a protocol."""
    raw = copy.deepcopy(DATA["case"])
    raw["cell"]["electrolyte"]["thickness"] = thickness
    return read_case(raw | {"protocol": protocol})


def depletion_time(current: float, thickness: str, longest: float) -> float:
    """s. When the lumped model runs out of salt at a current density (A/m2); infinite if not within `longest` (s)."""
    protocol = {
        "name": "steps",
        "voltage_limit": "1000 V",
        "steps": [{"current_density": f"{current / MA} mA/cm^2", "duration": f"{longest} s"}],
    }
    case = cell(thickness, protocol)
    verdict = lisse.solve(case.model, case.cell, case.protocol).verdict
    return verdict.time if verdict.mode == "salt-depletion" and verdict.time is not None else math.inf


def span(thickness: str) -> float:
    """s. L^2/D."""
    return float(parse_quantity(thickness, "m") ** 2 / salt()[1])


def times() -> list[tuple[float, float, float, float, float]]:
    """Current over the limiting one, current (A/m2), time (s) of Sand, of Sand in a finite cell, and of the model."""
    thickness = DATA["case"]["cell"]["electrolyte"]["thickness"]
    length = parse_quantity(thickness, "m")
    limit = float(theory.limiting_current(*salt(), length))
    found = []
    for ratio in DATA["assumed"]["ratios"]:
        current = ratio * limit
        sand, finite = (float(theory.sand_time(current, *salt(), thickness=part)) for part in (None, length))
        here = depletion_time(current, thickness, DATA["assumed"]["longest"] * span(thickness))
        found.append((ratio, current, sand, finite, here))
    return found


def words(time: float) -> str:
    """Seconds, or never."""
    return "never" if math.isinf(time) else f"{time:.3g} s"


def time_lines() -> list[str]:
    """The first table of README.md."""
    found = [
        "| i/i_lim | mA/cm2 | Sand | Sand, finite cell | lisse | lisse/Sand | observed |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for ratio, current, sand, finite, here in times():
        over = "-" if math.isinf(here) else f"{here / sand:.2f}"
        seen = DATA["high_current"] if ratio >= 2 else DATA["low_current"] if ratio < 1 else ""
        found.append(
            f"| {ratio:g} | {current / MA:.2g} | {words(sand)} | {words(finite)} | {words(here)} | {over} | {seen} |"
        )
    return found


def limiting_currents() -> list[tuple[str, float]]:
    """Thickness and the current density (A/m2) above which the model runs out of salt, halved down to 1 %."""
    found = []
    for thickness in DATA["assumed"]["thicknesses"]:
        low, high, longest = 1.0, 1000.0, DATA["assumed"]["longest"] * span(thickness)
        while high / low > 1.01:
            middle = math.sqrt(low * high)
            low, high = (middle, high) if math.isinf(depletion_time(middle, thickness, longest)) else (low, middle)
        found.append((thickness, math.sqrt(low * high)))
    return found


def thickness_lines() -> list[str]:
    """The second table of README.md."""
    pairs = limiting_currents()
    lengths = [parse_quantity(thickness, "m") for thickness, _ in pairs]
    slope = np.polyfit(np.log(lengths), np.log([current for _, current in pairs]), 1)[0]
    found = ["| electrolyte | limiting current, lisse | 2 F D c/((1 - t+) L) |", "| --- | --- | --- |"]
    for (thickness, current), length in zip(pairs, lengths, strict=True):
        closed = float(theory.limiting_current(*salt(), length))
        found.append(f"| {thickness} | {current / MA:.2g} mA/cm2 | {closed / MA:.2g} mA/cm2 |")
    published = DATA["thickness"]["limiting_current_exponent"]
    return [*found, f"| exponent of L, published {published} (M2) | {slope:.2f} | -1 |"]


def lines() -> list[str]:
    """The tables of README.md."""
    return [*time_lines(), "", *thickness_lines()]


def rows() -> list[tuple[str, str, str, str, str]]:
    """For the table over all papers: what, published, lisse, ratio, status."""
    _, _, sand, _, here = times()[0]
    below = times()[-1]
    return [
        ("PEO-LiTFSI, onset at 10 i_lim over Sand's time", "about 1", f"{here / sand:.2f}", "-", "trend [L]"),
        ("PEO-LiTFSI, onset at 0.9 i_lim", "late, but it comes", words(below[4]), "-", "missed [L]"),
    ]


if __name__ == "__main__":
    print("\n".join(lines()))
