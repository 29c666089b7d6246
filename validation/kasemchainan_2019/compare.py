"""Kasemchainan and others (2019): what closes voids under lithium on Li6PS5Cl? Prints the tables, draws the picture.

    python validation/kasemchainan_2019/compare.py            draws docs/images/kasemchainan_2019.png
    python validation/kasemchainan_2019/compare.py FILE.svg   draws elsewhere

Each closure mechanism of the contact law alone, then together, against both published critical stripping currents; then
the whole lumped model with a one-way stripping and with the cycling of the paper.
"""

from __future__ import annotations

import copy
import dataclasses
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from scipy.optimize import brentq

import lisse
from lisse import theory
from lisse.models.base import cell_numbers
from lisse.models.contact import ContactLaw, contact_law, nucleated_density
from lisse.study import read_case
from lisse.units import parse_quantity

HERE = Path(__file__).parent
DATA: dict[str, Any] = tomllib.loads((HERE / "data.toml").read_text(encoding="utf-8"))
ASSUMED = DATA["assumed"]
POINTS = [
    (parse_quantity(point["pressure"], "Pa"), parse_quantity(point["critical_stripping_current"], "A/m^2"))
    for point in DATA["points"]
]
MA = 10.0  # A/m2 in 1 mA/cm2
Curve = Callable[[float], float]
"""Stack pressure (Pa) to critical stripping current density (A/m2)."""


def case(pressure: str, protocol: dict[str, Any], **interface: Any) -> Any:
    """The cell of data.toml at a stack pressure, under a protocol."""
    raw = copy.deepcopy(DATA["case"])
    raw["cell"]["stack"]["pressure"] = pressure
    raw["cell"]["interface"] |= interface
    return read_case(raw | {"protocol": protocol})


CELL = case("3 MPa", {"name": "rest", "duration": "1 s"}).cell
NUMBERS = cell_numbers(CELL)
LIBRARY = contact_law(CELL.interface, NUMBERS)


# mechanisms ----------------------------------------------------------------------------------------------------------


def critical(law: ContactLaw) -> Curve:
    """What closure balances before contact counts as lost."""
    return lambda pressure: float(law.critical_stripping_current(pressure, CELL.interface.contact_limit))


def with_strength(factor: float, **changes: Any) -> ContactLaw:
    """The law with the strength of lithium around a pore at a multiple of that of the bulk."""
    interface = dataclasses.replace(CELL.interface, small_scale_strength_factor=factor)
    return dataclasses.replace(contact_law(interface, NUMBERS), **changes)


def vacancies(_: float) -> float:
    """A/m2. Steady current that vacancies carry through the lithium; no pressure in it."""
    lithium = CELL.working.material
    return float(
        theory.vacancy_limited_current(
            lithium.value("self_diffusivity", NUMBERS.temperature),
            lithium.value("site_concentration", NUMBERS.temperature),
            parse_quantity(ASSUMED["vacancy_thickness"], "m"),
        )
    )


def nucleated(pressure: float) -> float:
    """A/m2. Where the critical current with the void density that it nucleates is the current itself."""
    interface = dataclasses.replace(
        CELL.interface,
        void_density_exponent=ASSUMED["nucleation_exponent"],
        void_density_current=parse_quantity(ASSUMED["nucleation_current"], "A/m^2"),
    )

    def missing(log_current: float) -> float:
        current = float(np.exp(log_current))
        law = LIBRARY.nucleated(nucleated_density(interface, current))
        return critical(law)(pressure) - current

    return float(np.exp(brentq(missing, np.log(1e-3), np.log(1e5))))


def mechanisms() -> dict[str, Curve]:
    """Every mechanism on its own, then what the library puts together, then the other forms."""
    alone = {"surface_energy": 0.0, "closure_velocity": 0.0}
    without_diffusion, bulk = {"closure_velocity": 0.0}, 1.0
    form = {name: dataclasses.replace(LIBRARY, form=name) for name in ("contact-limited", "contact-pressure")}
    small = CELL.interface.small_scale_strength_factor
    return {
        "creep, strength of the bulk": critical(with_strength(bulk, **alone)),
        f"creep, {small:g} times that strength": critical(with_strength(small, **alone)),
        f"creep, {small:g} times, and capillarity": critical(with_strength(small, **without_diffusion)),
        "diffusional": critical(dataclasses.replace(LIBRARY, creep_coefficient=0.0)),
        "vacancies into the bulk": vacancies,
        "**library: creep, capillarity, diffusional**": critical(LIBRARY),
        "library, closure `contact-limited`": critical(form["contact-limited"]),
        "library, closure `contact-pressure`": critical(form["contact-pressure"]),
        "library, void density N ~ j": nucleated,
    }


def steepness(curve: Curve) -> float:
    """1. Exponent of the pressure between both published points."""
    (low, _), (high, _) = POINTS
    return float(np.log(curve(high) / curve(low)) / np.log(high / low))


def mechanism_lines() -> list[str]:
    """The first table of README.md."""
    (low, at_low), (high, at_high) = POINTS
    published = np.log(at_high / at_low) / np.log(high / low)
    found = [
        "| mechanism | mA/cm2 at 3 MPa | ratio | mA/cm2 at 7 MPa | ratio | exponent |",
        "| --- | --- | --- | --- | --- | --- |",
        f"| published [{DATA['mark']}] | {at_low / MA:.2g} | | {at_high / MA:.2g} | | {published:.1f} |",
    ]
    for name, curve in mechanisms().items():
        a, b = curve(low), curve(high)
        numbers = f"{a / MA:.2g} | {a / at_low:.2g} | {b / MA:.2g} | {b / at_high:.2g} | {steepness(curve):.1f}"
        found.append(f"| {name} | {numbers} |")
    return [*found, "", strength_line()]


def strength_line() -> str:
    """Which strength around a pore creep alone would ask for, point by point."""
    curve = mechanisms()["creep, strength of the bulk"]
    first, second = ((curve(p) / j) ** (1.0 / NUMBERS.creep_exponent) for p, j in POINTS)
    return (
        f"Creep alone meets the first point at {first:.1f} times the strength of the bulk, the second at {second:.1f}."
    )


# the whole model -----------------------------------------------------------------------------------------------------


def survives(pressure: str, current: float) -> bool:
    """Whether the lumped model keeps contact while 10 mAh/cm2 are stripped at one current density (A/m2)."""
    step = {"current_density": f"{-current / MA} mA/cm^2", "charge": "10 mAh/cm^2"}
    run = case(pressure, {"name": "steps", "steps": [step]})
    return lisse.solve(run.model, run.cell, run.protocol).verdict.mode != "contact-loss"


def one_way_limit(pressure: str) -> float:
    """A/m2. Critical current of the lumped model, halved down to 1 %."""
    low, high = 0.05, 100.0
    while high / low > 1.01:
        middle = (low * high) ** 0.5
        low, high = (middle, high) if survives(pressure, middle) else (low, middle)
    return float((low * high) ** 0.5)


def strippings_until_lost(charge: str, refill: float) -> int | None:
    """How many strippings of the paper's cycling the contact lasts; ``None`` if it lasts for three times as many."""
    cycling = DATA["cycling"]
    protocol = {
        "name": "cycle",
        "current_density": cycling["current_density"],
        "half_cycle": charge,
        "cycles": 3 * cycling["strippings"],
    }
    run = case(cycling["pressure"], protocol, refill=refill)
    solution = lisse.solve(run.model, run.cell, run.protocol)
    if solution.verdict.mode != "contact-loss":
        return None
    passed = solution.verdict.cumulative_charge or 0.0
    half_cycles = int(passed // parse_quantity(charge, "C/m^2")) + 1
    return (half_cycles + 1) // 2  # both electrodes are stripped in turn


def whole_model_lines() -> list[str]:
    """The second table of README.md."""
    found = ["| lumped model | published | lisse | ratio |", "| --- | --- | --- | --- |"]
    for point, (_, published) in zip(DATA["points"], POINTS, strict=True):
        limit = one_way_limit(point["pressure"])
        numbers = f"{published / MA:.2g} mA/cm2 | {limit / MA:.2g} mA/cm2 | {limit / published:.2g}"
        found.append(f"| critical current, 10 mAh/cm2 one way, {point['pressure']} | {numbers} |")
    cycling = DATA["cycling"]
    for charge in ASSUMED["half_cycles"]:
        for refill in (1.0, 0.5):
            count = strippings_until_lost(charge, refill)
            words, ratio = ("never", "-") if count is None else (f"{count}", f"{count / cycling['strippings']:.2g}")
            what = f"strippings until contact is lost, {charge.replace('^', '')} a half-cycle, refill {refill:g}"
            found.append(f"| {what} | {cycling['strippings']} (void seen) | {words} | {ratio} |")
    return found


def lines() -> list[str]:
    """The tables of README.md."""
    return [*mechanism_lines(), "", *whole_model_lines()]


def rows() -> list[tuple[str, str, str, str, str]]:
    """For the table over all papers: what, published, lisse, ratio, status."""
    creep = mechanisms()["creep, strength of the bulk"]
    published = np.log(POINTS[1][1] / POINTS[0][1]) / np.log(POINTS[1][0] / POINTS[0][0])
    what = "exponent of pressure from 3 to 7 MPa, creep alone"
    found = [(what, f"{published:.1f}", f"{steepness(creep):.1f}", "-", "fails [L]")]
    for pressure, current in POINTS:
        here = creep(pressure)
        numbers = (f"{current / MA:.2g} mA/cm2", f"{here / MA:.2g} mA/cm2", f"{here / current:.2g}")
        found.append((f"Li6PS5Cl, {pressure / 1e6:g} MPa, creep alone", *numbers, "fails [L]"))
    return found


# picture -------------------------------------------------------------------------------------------------------------

STYLE = {
    "creep, strength": ("#0072B2", "--", "creep, strength of the bulk"),
    "creep, 3 times that": ("#0072B2", "-.", "creep, 3 x strength"),
    "creep, 3 times, and": ("#56B4E9", "-.", "creep, 3 x strength, capillarity"),
    "diffusional": ("#009E73", "--", "diffusional"),
    "vacancies": ("0.55", ":", "vacancies into the bulk"),
    "**library": ("black", "-", "library: creep 3 x, capillarity, diffusional"),
    "library, closure `contact-l": ("#D55E00", "-", "same, contact-limited"),
    "library, closure `contact-p": ("#CC79A7", "-", "same, contact-pressure"),
    "library, void": ("#E69F00", "-", "same, N ~ j"),
}


def draw(path: Path) -> dict[str, np.ndarray]:
    """Critical current density against stack pressure; returns the curves in mA/cm2 by name."""
    pressures = np.geomspace(0.5e6, 20e6, 60)
    figure = Figure(figsize=(6.4, 4.4), layout="constrained")
    axes = figure.subplots()
    curves = {}
    for name, curve in mechanisms().items():
        colour, dash, words = next(style for start, style in STYLE.items() if name.startswith(start))
        curves[name] = np.array([curve(float(p)) for p in pressures]) / MA
        axes.plot(pressures / 1e6, curves[name], color=colour, ls=dash, lw=2.2 if dash == "-" else 1.4, label=words)
    measured = np.array(POINTS) / [1e6, MA]
    axes.plot(*measured.T, "o", ms=8, mfc="white", mec="black", mew=1.6, zorder=5, label="Kasemchainan 2019 [L]")
    axes.set(xscale="log", yscale="log", xlim=(0.5, 20), ylim=(1e-2, 20))
    axes.set(xlabel="Stack pressure / MPa", ylabel="Critical stripping current density / mA cm$^{-2}$")
    axes.set_xticks([0.5, 1, 3, 7, 20], ["0.5", "1", "3", "7", "20"])
    axes.minorticks_off()
    axes.set_yticks([0.01, 0.1, 1, 10], ["0.01", "0.1", "1", "10"])
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(*axes.get_legend_handles_labels(), frameon=False, fontsize=8, loc="outside right center")
    figure.savefig(path, dpi=150)
    return curves


if __name__ == "__main__":
    print("\n".join(lines()))
    draw(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parents[1] / "docs" / "images" / "kasemchainan_2019.png")
