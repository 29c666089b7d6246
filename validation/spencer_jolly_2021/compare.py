"""Spencer Jolly and others (2021): critical current of lithium on Li6PS5Cl at three temperatures. Prints the tables.

python validation/spencer_jolly_2021/compare.py
"""

from __future__ import annotations

import copy
import tomllib
from pathlib import Path
from typing import Any

import lisse
from lisse.study import read_case
from lisse.units import parse_quantity

HERE = Path(__file__).parent
DATA: dict[str, Any] = tomllib.loads((HERE / "data.toml").read_text(encoding="utf-8"))
MA = 10.0


def limit(point: dict[str, Any], charge: str) -> float:
    """A/m2. Largest current density at which the lumped model keeps contact while a charge is stripped, to 1 %."""
    low, high = 0.01, 1e4
    raw = copy.deepcopy(DATA["case"])
    raw["cell"] |= {"temperature": point["temperature"]}
    raw["cell"]["stack"]["pressure"] = point["pressure"]
    while high / low > 1.01:
        middle = (low * high) ** 0.5
        step = {"current_density": f"{-middle / MA} mA/cm^2", "charge": charge}
        case = read_case(raw | {"protocol": {"name": "steps", "voltage_limit": "1000 V", "steps": [step]}})
        lost = lisse.solve(case.model, case.cell, case.protocol).verdict.mode == "contact-loss"
        low, high = (low, middle) if lost else (middle, high)
    return float((low * high) ** 0.5)


def lines() -> list[str]:
    """The table of README.md."""
    charges = DATA["assumed"]["charges"]
    heads = " | ".join(f"{charge.replace('^', '')} stripped | ratio" for charge in charges)
    found = [f"| pressure, temperature | published | {heads} |", "| --- | --- |" + " --- | --- |" * len(charges)]
    for point in [DATA["cold"], *DATA["points"]]:
        published = parse_quantity(point["critical_stripping_current"], "A/m^2")
        bound = {"lower": "> ", "upper": "< "}.get(point.get("bound", ""), "")
        here = [limit(point, charge) for charge in charges]
        numbers = " | ".join(f"{j / MA:.2g} mA/cm2 | {j / published:.2g}" for j in here)
        found.append(f"| {point['pressure']}, {point['temperature']} | {bound}{published / MA:g} mA/cm2 | {numbers} |")
    return found


def rows() -> list[tuple[str, str, str, str, str]]:
    """For the table over all papers: what, published, lisse, ratio, status."""
    cold, hot = (limit(point, DATA["assumed"]["charges"][-1]) for point in DATA["points"][:2])
    return [
        ("Li6PS5Cl, 1 MPa, current at 80 over 60 C", "2", f"{hot / cold:.2g}", f"{hot / cold / 2:.2g}", "fails [S]")
    ]


if __name__ == "__main__":
    print("\n".join(lines()))
