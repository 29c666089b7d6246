"""Aktekin and others (2023), and others: how interphases grow and what they cost. Prints the tables.

python validation/aktekin_2023/compare.py
"""

from __future__ import annotations

import copy
import tomllib
from pathlib import Path
from typing import Any

import numpy as np

import lisse
from lisse.materials import load
from lisse.references import cite
from lisse.study import read_case
from lisse.units import parse_quantity

HERE = Path(__file__).parent
DATA: dict[str, Any] = tomllib.loads((HERE / "data.toml").read_text(encoding="utf-8"))
OHM_CM2 = 1e-4
ORIGIN = {"same": "fitted", "other": "prediction", "none": "no rate in the library"}


def rested(electrolyte: str, time: str, **interphase: Any) -> tuple[float, float]:
    """Thickness (m) and resistance (ohm m2) of one interphase after a rest, from the lumped model."""
    raw = copy.deepcopy(DATA["case"])
    raw["cell"]["electrolyte"]["material"] = electrolyte
    raw["cell"]["interface"]["interphase"] = {
        "kind": "mixed-conducting",
        "conductivity": DATA["assumed"]["conductivity"],
        **interphase,
    }
    probe = [
        {"current_density": "0 mA/cm^2", "duration": time},
        {"current_density": "0.001 mA/cm^2", "duration": "0.001 s"},
    ]
    case = read_case(raw | {"protocol": {"name": "steps", "steps": probe}})
    run = lisse.solve(case.model, case.cell, case.protocol)
    return float(run["interphase_thickness"][-1, 0]), float(run["film_drop"][-1] / run["current_density"][-1] / 2)


def thickness_lines() -> list[str]:
    """The first table of README.md."""
    found = [
        "| electrolyte, time | published | lisse | ratio | source | status |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for point in DATA["points"]:
        electrolyte, nm = point["electrolyte"], parse_quantity(point["thickness"], "m") * 1e9
        here, ratio = "-", "-"
        if point["origin"] != "none":
            grown = rested(electrolyte, point["time"])[0] * 1e9
            here, ratio = f"{grown:.4g} nm", f"{grown / nm:.2f}"
        shown = f"{point['low']} to {point['high']}" if "low" in point else point.get("about", f"{nm:.4g} nm")
        status = f"{ORIGIN[point['origin']]} [{point['mark']}]"
        found.append(
            f"| {electrolyte}, {point['time']} | {shown} | {here} | {ratio} | {cite(point['source'])} | {status} |"
        )
    return found


def exponent(values: tuple[float, float], times: tuple[float, float]) -> float:
    """1. Of time."""
    return float(np.log(values[1] / values[0]) / np.log(times[1] / times[0]))


def shapes() -> list[tuple[str, str, str, str]]:
    """What, published, lisse and their ratio."""
    first, second = DATA["points"][:2]
    times = parse_quantity(first["time"], "s"), parse_quantity(second["time"], "s")
    published = parse_quantity(first["thickness"], "m"), parse_quantity(second["thickness"], "m")
    one, two = (rested("Li6PS5Cl", point["time"]) for point in (first, second))
    fast = rested("Li10GeP2S12", first["time"])
    seen, grown, dearer = (exponent(pair, times) for pair in (published, (one[0], two[0]), (one[1], two[1])))
    ratio = fast[1] / one[1]
    return [
        ("Li6PS5Cl interphase, exponent of time, 168 to 400 h", f"{seen:.2f}", f"{grown:.2f}", "-"),
        ("its resistance, exponent of time (G4)", f"{DATA['resistance_exponent']}", f"{dearer:.2f}", "-"),
        (
            "interphase resistance, Li10GeP2S12 over Li6PS5Cl, at one conductivity (G4)",
            f"{DATA['resistance_ratio']:.0f}",
            f"{ratio:.2g}",
            f"{ratio / DATA['resistance_ratio']:.2g}",
        ),
    ]


def shape_lines() -> list[str]:
    """The second table of README.md."""
    found = ["| shape | published | lisse | ratio |", "| --- | --- | --- | --- |"]
    return found + [f"| {' | '.join(row)} |" for row in shapes()]


def crack_lines() -> list[str]:
    """The third table of README.md: LAGP, with the stiffness and toughness of the ceramic for the interphase."""
    ceramic, time = load("LAGP"), DATA["assumed"]["cracking_time"]
    stiff = {
        "youngs_modulus": f"{ceramic.value('youngs_modulus')} Pa",
        "fracture_toughness": f"{ceramic.value('fracture_toughness')} Pa m^0.5",
    }
    found = [f"| LAGP, volume change | ohm cm2 after {time} | over that without cracks |", "| --- | --- | --- |"]
    whole = rested("LAGP", time)[1]
    for change in DATA["assumed"]["volume_changes"]:
        here = rested("LAGP", time, volume_change=change, **stiff)[1]
        found.append(f"| {change:+.0%} | {here / OHM_CM2:.3g} | {here / whole:.2g} |")
    return found


def lines() -> list[str]:
    """The tables of README.md."""
    return [*thickness_lines(), "", *shape_lines(), "", *crack_lines()]


def rows() -> list[tuple[str, str, str, str, str]]:
    """For the table over all papers: what, published, lisse, ratio, status."""
    point = DATA["points"][2]
    grown = rested(point["electrolyte"], point["time"])[0]
    ratio = grown / parse_quantity(point["thickness"], "m")
    time, _, resistance = shapes()
    return [
        (
            "interphase of Li6PS5Cl after 168 h, vapour film",
            f"{point['low']} to {point['high']}",
            f"{grown * 1e9:.3g} nm",
            f"{ratio:.2g}",
            "prediction [S*]",
        ),
        (*time, "prediction [S]"),
        (*resistance, "prediction [L]"),
    ]


if __name__ == "__main__":
    print("\n".join(lines()))
