"""The threshold of Monroe and Newman under the inputs in use: prints two tables.

python validation/monroe_newman_2005/compare.py
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from scipy.optimize import brentq

from lisse.references import cite
from lisse.theory import critical_shear_ratio, interface_stability
from lisse.units import parse_quantity

HERE = Path(__file__).parent
INPUTS: dict[str, Any] = tomllib.loads((HERE / "inputs.toml").read_text(encoding="utf-8"))
GIGAPASCAL = 1e9


def thresholds() -> list[tuple[str, float, float, float]]:
    """Lithium, Poisson ratio of the electrolyte, critical ratio, critical shear modulus (Pa); long waves."""
    electrolyte, found = INPUTS["electrolyte"], []
    for metal in INPUTS["lithium"]:
        for nu in electrolyte["poisson_ratios"]:
            ratio = critical_shear_ratio(electrolyte["molar_volume_ratio"], nu, metal["poisson_ratio"])
            found.append((metal["name"], nu, ratio, ratio * parse_quantity(metal["shear_modulus"], "Pa")))
    return found


def meets(claim: dict[str, Any], ratio: float, modulus: float) -> bool:
    """Whether a pair is what is said: inside the range of ratios, or the modulus within a tenth."""
    if "ratio" in claim:
        low, high = claim["ratio"]
        return bool(low <= round(ratio, 1) <= high)
    return abs(modulus / parse_quantity(claim["modulus"], "Pa") - 1) <= 0.1


def claims() -> list[tuple[str, list[tuple[str, float]]]]:
    """What a paper says, and the inputs (lithium, Poisson ratio of the electrolyte) that give it."""
    found = thresholds()
    return [
        (
            f"{claim['text']} ({cite(claim['source'])}) [{claim['mark']}]",
            [(name, nu) for name, nu, ratio, modulus in found if meets(claim, ratio, modulus)],
        )
        for claim in INPUTS["claims"]
    ]


def finite_waves() -> list[tuple[float, float, float]]:
    """Surface energy (J/m^2), wavenumber (1/m) and the ratio at which that wave turns stable, as published."""
    waves, found = INPUTS["finite_waves"], []
    metal = next(metal for metal in INPUTS["lithium"] if metal["name"] == waves["lithium"])
    shear, nu = parse_quantity(metal["shear_modulus"], "Pa"), metal["poisson_ratio"]
    volume_ratio = INPUTS["electrolyte"]["molar_volume_ratio"]
    for energy in (parse_quantity(text, "J/m^2") for text in waves["surface_energies"]):
        for k in (parse_quantity(text, "1/m") for text in waves["wavenumbers"]):

            def total(ratio: float, k: float = k, energy: float = energy) -> float:
                chi = interface_stability(
                    k, ratio * shear, waves["poisson_ratio"], shear, nu, volume_ratio, energy, convention="published"
                )
                return float(chi.total)

            found.append((energy, k, float(brentq(total, 0.5, 10.0))))
    return found


def lines() -> list[str]:
    """The tables of README.md."""
    table = [
        "| lithium: G, nu | electrolyte nu | critical ratio | critical shear modulus |",
        "| --- | --- | --- | --- |",
    ]
    table += [f"| {name} | {nu} | {ratio:.2f} | {pa / GIGAPASCAL:.1f} GPa |" for name, nu, ratio, pa in thresholds()]
    waves = ["", "| surface energy | wavenumber | critical ratio |", "| --- | --- | --- |"]
    waves += [f"| {energy} J/m2 | {k:.0e} 1/m | {ratio:.2f} |" for energy, k, ratio in finite_waves()]
    return table + waves


if __name__ == "__main__":
    print("\n".join(lines()))
    for text, inputs in claims():
        print(f"\n{text}:", *(f"\n  lithium {name}; electrolyte nu {nu}" for name, nu in inputs))
