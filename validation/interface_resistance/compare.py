"""Measured resistances between polymer and ceramic: what they mean for the hop of an ion. Prints the tables.

    python validation/interface_resistance/compare.py
    python validation/interface_resistance/compare.py --update   also puts the tables into README.md

With i0 the current that crosses each way at equilibrium, k = i0/(F n) the rate of each of n ions per area and E
the barrier of that hop (lisse.theory.exchange),

    R = RT/(F i0) = RT/(F^2 k n),   E = RT ln(nu/k)

and for particles of radius r that hold c mobile ions per volume and exchange them in the time tau,

    4 pi r^2 i0 tau = (4/3) pi r^3 F c,   R = 3 RT tau/(F^2 r c)
"""

from __future__ import annotations

import importlib.util
import math
import sys
import tomllib
from pathlib import Path
from typing import Any

from lisse import theory
from lisse.materials import load
from lisse.references import cite
from lisse.units import FARADAY, GAS_CONSTANT, parse_quantity

HERE = Path(__file__).parent
DATA: dict[str, Any] = tomllib.loads((HERE / "data.toml").read_text(encoding="utf-8"))
ASSUMED = DATA["assumed"]
OHM_CM2 = 1e4
VACUUM_PERMITTIVITY = 8.8541878128e-12


def ions() -> float:
    """mol/m2. Lithium ions of the polymer within a hop of the ceramic, assumed."""
    return parse_quantity(ASSUMED["last_layer"], "mol/m^2")


def exchange_current(resistance: float, temperature: float) -> float:
    """A/m2. Each way at equilibrium, through an interface of resistance R (ohm m2): RT/(F R)."""
    return GAS_CONSTANT * temperature / (FARADAY * resistance)


def rate(resistance: float, temperature: float) -> float:
    """1/s. Hops of one ion across."""
    return exchange_current(resistance, temperature) / (FARADAY * ions())


def barrier(resistance: float, temperature: float) -> float:
    """eV. Of the hop across, with the attempts and the ions assumed."""
    return float(theory.exchange_barrier(resistance, ions(), ASSUMED["attempt_frequency"], temperature)) / FARADAY


def resistance_behind(energy: float, temperature: float) -> float:
    """ohm m2. Of an interface with a barrier (eV)."""
    hops = theory.exchange_rate(ASSUMED["attempt_frequency"], energy * FARADAY, temperature)
    return float(theory.exchange_resistance(hops, ions(), temperature))


def resistance_of_exchange(time: float, radius: float, temperature: float, concentration: float) -> float:
    """ohm m2. Of spheres (radius in m) whose ions (mol/m3) are exchanged in a time (s)."""
    return 3.0 * GAS_CONSTANT * temperature * time / (FARADAY**2 * concentration * radius)


# what was measured ---------------------------------------------------------------------------------------------------


def measured(name: str) -> dict[str, Any]:
    """A row of data.toml."""
    return next(row for row in DATA["measured"] if row["name"] == name)


def resistances() -> list[tuple[str, str, float, float]]:
    """What, sign before the number, temperature (K) and resistance (ohm m2) of every number of the first table."""
    chen, langer = measured("Chen, dry"), measured("Langer")
    cold, warm = (parse_quantity(row["temperature"], "K") for row in (chen, langer))
    dry, hot = (parse_quantity(row["resistance"], "ohm m^2") for row in (chen, langer))
    found = [
        ("Chen, dry, as one interface", "", cold, dry),
        ("Chen, dry, as two interfaces", "", cold, dry / 2.0),
        ("Chen, with dimethyl carbonate", "< ", cold, ASSUMED["least_seen"] * dry / chen["share_of_total"]),
        ("Langer", "", warm, hot),
    ]
    low, high = sorted(contact_shares())
    return [
        *found,
        (f"Langer, if {low:.1%} of it touches", "", warm, low * hot),
        (f"Langer, if {high:.1%} of it touches", "", warm, high * hot),
    ]


def contact_shares() -> list[float]:
    """Share of the area in contact that the capacitance of Langer tells, for the double layers assumed."""
    capacitance = parse_quantity(measured("Langer")["capacitance"], "F/m^2")
    return [capacitance / parse_quantity(text, "F/m^2") for text in ASSUMED["double_layer"]]


def films() -> list[tuple[float, float, float]]:
    """Permittivity, thickness (m) and conductivity (S/m) of a film that is both R and C of Langer."""
    row = measured("Langer")
    capacitance, whole = parse_quantity(row["capacitance"], "F/m^2"), parse_quantity(row["resistance"], "ohm m^2")
    thick = [(e, VACUUM_PERMITTIVITY * e / capacitance) for e in ASSUMED["film_permittivity"]]
    return [(e, thickness, thickness / whole) for e, thickness in thick]


def polymer() -> tuple[float, float, float]:
    """Conductivity (S/m) and cation number of the library's polymer at the temperature of Boaretto, and that (K)."""
    at = parse_quantity(measured("Boaretto")["temperature"], "K")
    material = load("PEO-LiTFSI")
    return material.value("ionic_conductivity", at), material.value("transference_number", at), at


def exchanges() -> list[tuple[float, float, float]]:
    """Radius (m), resistance (ohm m2) that the exchange time of Boaretto means, and the break-even of the cations."""
    row, (whole, cations, at) = measured("Boaretto"), polymer()
    time, ceramic = parse_quantity(row["exchange_time"], "s"), load(row["ceramic"])
    held, filler = ceramic.value("lithium_concentration", at), ceramic.value("ionic_conductivity", at)
    radii = [parse_quantity(text, "m") for text in ASSUMED["radii"]]
    return [
        (
            r,
            resistance_of_exchange(time, r, at, held),
            float(theory.critical_interface_resistance(cations * whole, filler, r)),
        )
        for r in radii
    ]


def radius_of_indifference() -> float:
    """m. Where the resistance of the exchange time is the break-even of the cations: smaller particles hold them up."""
    radius, found, even = exchanges()[0]
    return radius * math.sqrt(found / even)  # the one goes as 1/r, the other as r


def each_ion_alone(radius: float, resistance: float, fraction: float) -> tuple[float, float]:
    """Conductivity over that of the polymer, and cation number, with LATP that no anion enters."""
    whole, cations, at = polymer()
    filler = load(measured("Boaretto")["ceramic"]).value("ionic_conductivity", at)
    plus = float(theory.interface_resistance_inclusion(cations * whole, filler, fraction, radius, resistance))
    minus = float(theory.maxwell_garnett((1.0 - cations) * whole, 0.0, fraction))
    return (plus + minus) / whole, plus / (plus + minus)


def hidden_speed_up(fraction: float) -> float:
    """1. How much faster all of the polymer must be for fillers that insulate to leave the conductivity as it was."""
    return 1.0 / float(theory.maxwell_garnett(1.0, 0.0, fraction))


# tables --------------------------------------------------------------------------------------------------------------


def lines() -> list[str]:
    """The tables of README.md."""
    return [
        *measured_lines(),
        "",
        *barrier_lines(),
        "",
        *exchange_lines(),
        "",
        *film_lines(),
        "",
        *segmental_lines(),
        "",
        *said_lines(),
    ]


def measured_lines() -> list[str]:
    """What the measured resistances mean for a hop."""
    found = [
        "| resistance | C | ohm cm2 | exchange current, uA/cm2 | hops of an ion, 1/s | barrier, eV |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, sign, at, value in resistances():
        other = {"< ": "> "}.get(sign, sign)
        found.append(
            f"| {name} | {at - 273.15:.0f} | {sign}{value * OHM_CM2:.3g} | {other}"
            f"{exchange_current(value, at) * 100:.3g} | {other}{rate(value, at):.2g} | {sign}{barrier(value, at):.2f} |"
        )
    return found


def barrier_lines() -> list[str]:
    """What the barriers out of liquids predict, not tuned."""
    dry = parse_quantity(measured("Chen, dry")["resistance"], "ohm m^2")
    at = parse_quantity(measured("Chen, dry")["temperature"], "K")
    found = [
        "| barrier out of | eV | predicted at 30 C, ohm cm2 | measured (Chen, dry) over it | still missing, eV |",
        "| --- | --- | --- | --- | --- |",
    ]
    for row in DATA["barriers"]:
        energy = parse_quantity(row["activation_energy"], "J/mol") / FARADAY
        predicted = resistance_behind(energy, at)
        missing = barrier(dry, at) - energy
        found.append(
            f"| {row['name']} | {energy:.2f} | {predicted * OHM_CM2:.2g} | {dry / predicted:.1g} | {missing:.2f} |"
        )
    return found


def exchange_lines() -> list[str]:
    """What the exchange time of LATP particles means, and what follows for a mixture."""
    at, fraction = polymer()[2], ASSUMED["fraction"]
    found = [
        "| LATP radius, um | resistance for 50 ms at 60 C, ohm cm2 | barrier, eV | break-even of the cations, ohm cm2 "
        f"| conductivity at {100 * fraction:g} vol% over the polymer's | t+ |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for radius, value, even in exchanges():
        whole, cations = each_ion_alone(radius, value, fraction)
        found.append(
            f"| {radius * 1e6:g} | {value * OHM_CM2:.2g} | {barrier(value, at):.2f} | {even * OHM_CM2:.2g} "
            f"| {whole:.2f} | {cations:.2f} |"
        )
    return found


def film_lines() -> list[str]:
    """What a film would have to be that is both the resistance and the capacitance of Langer."""
    found = ["| permittivity of a film | thickness, nm | conductivity at 70 C, S/cm |", "| --- | --- | --- |"]
    return [*found, *(f"| {e:g} | {thick * 1e9:.0f} | {s / 100:.1g} |" for e, thick, s in films())]


def segmental_lines() -> list[str]:
    """How much faster the polymer may be with a ceramic that insulates, and the whole still conducts less."""
    found = ["| ceramic, vol% | polymer faster by up to, and the whole conducts less |", "| --- | --- |"]
    return [*found, *(f"| {f:.0%} | {hidden_speed_up(f):.2f} |".replace("%", "") for f in (0.1, 0.2, 0.3, 0.4, 0.5))]


def said_lines() -> list[str]:
    """What was read as words."""
    found = ["| interface | source | said |", "| --- | --- | --- |"]
    return [
        *found,
        *(
            f"| {row['interface']} | {cite(row['reference'])} [{row['mark']}] | {row['said']} |"
            for row in DATA["measured"]
            if "said" in row
        ),
    ]


def update(page: Path) -> None:
    """Put the tables that are printed now in the place of those with the same heads."""
    path = HERE.parent / "run.py"
    spec = importlib.util.spec_from_file_location("validation_run", path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    run = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(run)
    page.write_text(run.updated(page.read_text(encoding="utf-8"), lines()), encoding="utf-8")


if __name__ == "__main__":
    print("\n".join(lines()))
    if sys.argv[1:] == ["--update"]:
        update(HERE / "README.md")
