"""Every validation folder against the library: prints one line per published point."""

from __future__ import annotations

import tomllib
from pathlib import Path

from lisse.models.base import cell_numbers
from lisse.models.contact import contact_law
from lisse.references import cite
from lisse.study import read_case
from lisse.units import parse_quantity

HERE = Path(__file__).parent


def critical_stripping_current(electrolyte: str, pressure: float, temperature: float) -> float:
    """A/m2. Prediction with library values for a lithium cell; pressure in Pa, temperature in K."""
    case = read_case(
        {
            "cell": {
                "area": "1 cm^2",
                "electrolyte": {"material": electrolyte, "thickness": "1 mm"},
                "anode": {"material": "lithium", "thickness": "100 um"},
                "stack": {"pressure": f"{pressure} Pa"},
            },
            "protocol": {"name": "rest", "duration": "1 s"},
        }
    )
    law = contact_law(case.cell.interface, cell_numbers(case.cell, temperature))
    return law.critical_stripping_current(pressure, case.cell.interface.contact_limit)


def rows() -> list[tuple[str, str, float, float, str]]:
    """Paper, condition, published and predicted critical current (A/m2), status."""
    found = []
    for path in sorted(HERE.glob("*/data.toml")):
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        for point in data["points"]:
            pressure = parse_quantity(point["pressure"], "Pa")
            temperature = parse_quantity(point["temperature"], "K")
            published = parse_quantity(point["critical_stripping_current"], "A/m^2")
            predicted = critical_stripping_current(data["electrolyte"], pressure, temperature)
            bound = ", lower bound" if point.get("bound") == "lower" else ""
            condition = (
                f"{data['electrolyte']}, {point['pressure']}, {point['temperature'].replace('degC', 'C')}{bound}"
            )
            status = f"{data['status'].partition(':')[0]} [{data['mark']}]"
            found.append((cite(data["reference"]), condition, published, predicted, status))
    return found


if __name__ == "__main__":
    for paper, condition, published, predicted, status in rows():
        numbers = f"{published / 10:.2g} mA/cm2 | {predicted / 10:.2g} mA/cm2 | {predicted / published:.2g}"
        print(f"| {paper} | {condition} | {numbers} | {status} |")
