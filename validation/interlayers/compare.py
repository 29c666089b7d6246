"""Measured effects of interlayers on garnet against the closed forms, untuned. Prints the tables.

python validation/interlayers/compare.py
"""

from __future__ import annotations

import copy
import tomllib
from pathlib import Path
from typing import Any

from lisse.models.charge_transfer import charge_transfer
from lisse.models.criteria import choose_criteria
from lisse.models.limits import limits
from lisse.study import read_case
from lisse.units import parse_quantity

HERE = Path(__file__).parent
DATA: dict[str, Any] = tomllib.loads((HERE / "data.toml").read_text(encoding="utf-8"))
OHM_CM2, MA_CM2 = 1e-4, 10.0
CRACK = "crack overpotential of the longest flaw"


def case_of(resistance: str | None, interlayer: dict[str, Any] | None = None) -> Any:
    """The cell of data.toml with an interface of one resistance, and with a layer."""
    raw = copy.deepcopy(DATA["case"])
    raw["cell"]["interface"] = {} if resistance is None else {"resistance": resistance}
    if interlayer is not None:
        raw["cell"]["interface"]["interlayer"] = copy.deepcopy(interlayer)
    return read_case(raw)


def resistance_of(case: Any) -> float:
    """ohm m2. Small-signal resistance of one interface in full contact."""
    return charge_transfer(case.cell.interface, case.cell.temperature).small_signal_resistance


def critical_current(case: Any) -> float:
    """A/m2. Closed form of the longest flaw, the lowest limit of these cells."""
    asked = choose_criteria(interlayer=case.cell.interface.interlayer is not None)
    found = limits(case.cell, case.protocol, asked)
    return next(float(each.current_density or 0.0) for each in found if each.criterion == CRACK)


def predicted_resistances(point: dict[str, Any]) -> tuple[float, float]:
    """ohm m2. With the layer on the surface as it was, and on a clean one (library)."""
    layer = {name: point[name] for name in ("material", "carries", "thickness")}
    as_it_was = layer | {"resistance": point["without"]}
    clean = layer | {"resistance": f"{case_of(None).cell.interface.resistance / OHM_CM2} ohm cm^2"}
    return resistance_of(case_of(point["without"], as_it_was)), resistance_of(case_of(None, clean))


def resistance_lines() -> list[str]:
    """The first table of README.md."""
    found = [
        "| row | layer | measured without | measured with | lisse, surface as it was | lisse, clean surface |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for point in DATA["resistances"]:
        kept, clean = predicted_resistances(point)
        numbers = f"{kept / OHM_CM2:.4g} ohm cm2 | {clean / OHM_CM2:.2g} ohm cm2"
        without, after = (point[name].replace("^", "") for name in ("without", "with"))
        found.append(f"| {point['row']} [{point['mark']}] | {point['layer']} | {without} | {after} | {numbers} |")
    return found


def factors() -> list[tuple[str, str, str, str, float | None, float]]:
    """Row, what, measured without and with, measured factor and ours, of critical and local currents."""
    silver = {"material": DATA["silver"], "thickness": "10 nm"}
    found = []
    for point in DATA["critical_currents"]:
        if "resistances" in point:
            before, after = (critical_current(case_of(each)) for each in point["resistances"])
        else:
            before, after = critical_current(case_of(None)), critical_current(case_of(None, silver))
        measured = _factor(point)
        what = f"critical current, {point['layer']}"
        found.append((point["row"], what, *_shown(point), measured, after / before))
    for point in DATA["local_currents"]:
        before, after = critical_current(case_of(None)), critical_current(case_of(None, silver))
        what = f"current at a filament, {point['layer']}"
        found.append((point["row"], what, *_shown(point), _factor(point), after / before))
    return found


def _factor(point: dict[str, Any]) -> float | None:
    if "without" not in point:
        return None
    return parse_quantity(point["with"], "A/m^2") / parse_quantity(point["without"], "A/m^2")


def _shown(point: dict[str, Any]) -> tuple[str, str]:
    before, after = (point.get(name, "not told").replace("^", "") for name in ("without", "with"))
    return before, after


def factor_lines() -> list[str]:
    """The second table of README.md."""
    found = [
        "| row | what | without | with | measured factor | lisse |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for row, what, without, after, measured, ours in factors():
        ratio = "-" if measured is None else f"x{measured:.2g}"
        found.append(f"| {row} | {what} | {without} | {after} | {ratio} | x{ours:.2g} |")
    return found


def size_lines() -> list[str]:
    """The third table of README.md: critical currents themselves."""
    found = ["| row | resistance | measured | lisse, flaws assumed |", "| --- | --- | --- | --- |"]
    for point in DATA["critical_currents"]:
        for resistance, name in zip(point.get("resistances", ()), ("without", "with"), strict=False):
            measured = point.get(name, "not told").replace("^", "")
            ours = critical_current(case_of(resistance)) / MA_CM2
            found.append(f"| {point['row']} | {resistance.replace('^', '')} | {measured} | {ours:.2g} mA/cm2 |")
    return found


def lines() -> list[str]:
    """The tables of README.md."""
    return [*resistance_lines(), "", *factor_lines(), "", *size_lines()]


if __name__ == "__main__":
    print("\n".join(lines()))
