"""Our estimates from the formula alone against published rows that they were not trained on: tables and a picture.

    python validation/estimates/compare.py            draws docs/images/estimates.png
    python validation/estimates/compare.py FILE.svg   draws elsewhere
    python validation/estimates/compare.py --update   also puts the tables into README.md

Toughness and activation energy are scaled on the few measured rows that there are; each substance is estimated from the
others here.
"""

from __future__ import annotations

import math
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from lisse.materials import PROPERTIES, load, names
from lisse.materials.estimates import Estimate, estimate
from lisse.materials.estimates.measured import formula_of
from lisse.materials.estimates.stored import stored
from lisse.materials.estimates.train_relations import measured_pairs, toughness_ratios
from lisse.numerics.linear_model import fit_linear_model
from lisse.units import parse_quantity

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
DATA: dict[str, Any] = tomllib.loads((HERE / "data.toml").read_text(encoding="utf-8"))
SHOWN = {"Pa": ("GPa", 1e-9), "kg/m3": ("g/cm3", 1e-3), "S/m": ("S/cm", 1e-2), "Pa m^0.5": ("MPa m^0.5", 1e-6)}
COLOURS = {"S": "#0072B2", "S*": "#0072B2", "L": "#E69F00", "U": "#999999"}


@dataclass(frozen=True)
class Comparison:
    """A published number, SI, with its spread, and what we estimate."""

    property: str
    substance: str
    row: str
    mark: str
    low: float
    value: float
    high: float
    estimate: Estimate

    @property
    def error(self) -> float:
        """ln of estimate over published; for Poisson's ratio and the volume ratio their difference."""
        if self.property in ("poisson_ratio", "molar_volume_ratio"):
            return self.estimate.value - self.value
        return math.log(self.estimate.value / self.value)

    @property
    def inside(self) -> bool:
        """Whether the 90 % interval meets the published spread."""
        return self.estimate.lower <= self.high and self.low <= self.estimate.upper


# rows ----------------------------------------------------------------------------------------------------------------


def comparisons() -> list[Comparison]:
    """All published rows that are set against an estimate, by property."""
    found = [*_library(), *_table()]
    order = {name: place for place, name in enumerate(DATA["properties"])}
    return sorted(found, key=lambda each: order[each.property])


def _library() -> Iterator[Comparison]:
    seen = set()
    for name in names():
        material = load(name)
        formula = formula_of(material)
        if formula is None or "Li" not in formula or material.kind not in DATA["kinds"]:
            continue
        for key in DATA["properties"]:
            for entry in material.properties[key].entries if material.has(key) else ():
                if f"{key} {entry.row}" in DATA["left_out"] or (key, entry.row, formula) in seen:
                    continue
                if key == "ionic_conductivity" and formula not in DATA["unseen"]:
                    continue
                seen.add((key, entry.row, formula))
                value = entry.at()
                low, high = entry.low or value, entry.high or value
                yield Comparison(key, name, entry.row, entry.mark, low, value, high, estimated(key, formula, name))


def _table() -> Iterator[Comparison]:
    for row in DATA["rows"]:
        for key in DATA["properties"]:
            if key in row:
                numbers = [parse_quantity(text, PROPERTIES[key].unit) for text in row[key]]
                low, high = min(numbers), max(numbers)
                found = estimated(key, row["formula"])
                middle = math.sqrt(low * high)
                yield Comparison(key, row["formula"], row["row"], row["mark"], low, middle, high, found)


def estimated(key: str, formula: str, left_out: str = "") -> Estimate:
    """From the formula alone; a toughness with the factor of the other substances."""
    found = estimate(formula, key)
    ratios = toughness_ratios()
    if key != "fracture_toughness" or left_out not in ratios:
        return found
    others = np.mean([ratio for name, ratio in ratios.items() if name != left_out])
    change = float(np.exp(others)) / stored("relations")["toughness"]["factor"]
    return replace(found, value=found.value * change, lower=found.lower * change, upper=found.upper * change)


def activation_energies() -> list[tuple[str, str, float, float, float]]:
    """Substance, row, log10 of conductivity (S/m), published and estimated energy (eV): others give the line."""
    pairs = measured_pairs()
    found = []
    for each in pairs:
        rest = [pair for pair in pairs if pair.substance != each.substance]
        columns = [[1.0, pair.log_conductivity] for pair in rest]
        line = fit_linear_model(columns, [pair.activation_energy for pair in rest], 0.0)
        guess = float(line.predict([1.0, each.log_conductivity]))
        found.append((each.substance, each.row, each.log_conductivity, each.activation_energy, guess))
    return found


# tables --------------------------------------------------------------------------------------------------------------


def lines() -> list[str]:
    """The tables of README.md."""
    return [*summary(), "", *details()]


def summary() -> list[str]:
    """One line a property."""
    head = [
        "| property | rows | substances | mean absolute error | bias | published inside 90 % interval |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    found = comparisons()
    for key in DATA["properties"]:
        rows = [each for each in found if each.property == key]
        errors = np.array([each.error for each in rows])
        inside = sum(each.inside for each in rows)
        size, bias = _said(key, float(np.abs(errors).mean())), _said(key, float(errors.mean()), signed=True)
        head.append(
            f"| {_title(key)} | {len(rows)} | {len({each.substance for each in rows})} | {size} | {bias} | "
            f"{inside} of {len(rows)} |"
        )
    energies = activation_energies()
    errors = np.array([guess - published for *_, published, guess in energies])
    inside = (np.abs(errors) <= stored("relations")["activation"]["half_width"]).sum()
    head.append(
        f"| activation energy | {len(energies)} | {len({name for name, *_ in energies})} | "
        f"{np.abs(errors).mean():.2f} eV | {errors.mean():+.2f} eV | {inside} of {len(energies)} |"
    )
    return head


def _said(key: str, error: float, signed: bool = False) -> str:
    """An error as people read it."""
    if key in ("poisson_ratio", "molar_volume_ratio"):
        return f"{error:+.2f}" if signed else f"{error:.2f}"
    if key == "ionic_conductivity":
        return f"{error / math.log(10):+.1f} decades" if signed else f"{error / math.log(10):.1f} decades"
    return f"{100 * math.expm1(error):+.0f} %" if signed else f"{100 * math.expm1(error):.0f} %"


def _title(key: str) -> str:
    """Name of a property as people write it."""
    return key.replace("_", " ").replace("youngs", "Young's").replace("poisson", "Poisson's")


def details() -> list[str]:
    """One line a row."""
    head = [
        "| property | substance | row | published | estimate | 90 % interval | applicability | inside |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for each in comparisons():
        unit, factor = SHOWN.get(each.estimate.unit, (each.estimate.unit, 1.0))
        unit = "" if unit == "1" else f" {unit}"
        spread = "" if each.low == each.high else f" ({each.low * factor:.3g} to {each.high * factor:.3g})"
        guess = each.estimate
        head.append(
            f"| {_title(each.property)} | {each.substance} | {each.row} [{each.mark}] | "
            f"{each.value * factor:.3g}{spread}{unit} | {guess.value * factor:.3g}{unit} | "
            f"{guess.lower * factor:.2g} to {guess.upper * factor:.2g} | {guess.applicability:.2f} | "
            f"{'yes' if each.inside else 'no'} |"
        )
    return head


def update(page: Path) -> None:
    """Put the tables that are printed now in the place of those with the same heads."""
    text = page.read_text(encoding="utf-8").splitlines()
    for table in (summary(), details()):
        start = text.index(table[0])
        end = next((place for place in range(start, len(text)) if not text[place].startswith("|")), len(text))
        text[start:end] = table
    page.write_text("\n".join(text) + "\n", encoding="utf-8")


# picture -------------------------------------------------------------------------------------------------------------

PANELS = (
    ("density", "Density", (1.0, 2.0, 3.0, 5.0)),
    ("youngs_modulus", "Young's modulus", (20.0, 50.0, 100.0, 200.0, 500.0)),
    ("shear_modulus", "Shear modulus", (10.0, 20.0, 50.0, 100.0)),
    ("fracture_toughness", "Fracture toughness", (0.2, 0.5, 1.0, 2.0)),
    ("activation_energy", "Activation energy", (0.2, 0.4, 0.6, 0.8, 1.0)),
    ("ionic_conductivity", "Ionic conductivity", (1e-16, 1e-12, 1e-8, 1e-4)),
)


def draw(path: Path) -> None:
    """Estimate with its interval against the published number."""
    figure = Figure(figsize=(9.0, 6.2), layout="constrained")
    found = comparisons()
    for panel, (key, title, ticks) in zip(figure.subplots(2, 3).flat, PANELS, strict=True):
        if key == "activation_energy":
            _draw_energies(panel)
        else:
            _draw_property(panel, [each for each in found if each.property == key])
        labels = [f"{tick:g}" if tick > 1e-3 else f"$10^{{{math.log10(tick):.0f}}}$" for tick in ticks]
        limits = panel.get_xlim()
        panel.set_xticks(ticks, labels)
        panel.set_yticks(ticks, labels)
        panel.set(xlim=limits, ylim=limits)  # which ticks beyond them have moved
        panel.minorticks_off()
        panel.set_title(title, fontsize=10)
        panel.spines[["top", "right"]].set_visible(False)
    for mark, colour in (("S", "read in a source"), ("L", "from memory"), ("U", "unsure")):
        figure.axes[0].plot([], [], "o", ms=4, color=COLOURS[mark], label=colour)
    figure.axes[0].plot([], [], "o", ms=4, color="0.3", mfc="white", label="applicability below 0.2")
    figure.axes[0].legend(frameon=False, fontsize=7, loc="upper left")
    figure.savefig(path, dpi=130)


def _draw_property(panel: Any, rows: list[Comparison]) -> None:
    unit, factor = SHOWN[rows[0].estimate.unit]
    numbers = [
        number * factor
        for each in rows
        for number in (each.low, each.high, max(each.estimate.lower, 1e-17), each.estimate.upper)
    ]
    margin = (max(numbers) / min(numbers)) ** 0.04
    low, high = min(numbers) / margin, max(numbers) * margin
    for each in rows:
        guess, colour = each.estimate, COLOURS[each.mark]
        panel.plot([each.value * factor] * 2, [guess.lower * factor, guess.upper * factor], color=colour, lw=0.9)
        panel.plot([each.low * factor, each.high * factor], [guess.value * factor] * 2, color=colour, lw=0.9)
        hollow = "white" if guess.applicability < 0.2 else colour
        panel.plot(each.value * factor, guess.value * factor, "o", ms=4, color=colour, mfc=hollow)
    panel.plot([low, high], [low, high], color="0.3", lw=0.8, zorder=0)
    panel.set(xscale="log", yscale="log", xlim=(low, high), ylim=(low, high), aspect="equal")
    panel.set(xlabel=f"published / {unit.replace('^0.5', '$^{0.5}$')}", ylabel="estimate")


def _draw_energies(panel: Any) -> None:
    energies = activation_energies()
    published, guesses = (np.array([row[place] for row in energies]) for place in (3, 4))
    width = stored("relations")["activation"]["half_width"]
    panel.errorbar(published, guesses, yerr=width, fmt="o", ms=4, lw=0.9, color=COLOURS["S"], ls="none")
    panel.plot([0.1, 1.2], [0.1, 1.2], color="0.3", lw=0.8, zorder=0)
    panel.set(xlim=(0.1, 1.2), ylim=(0.1, 1.2), aspect="equal", xlabel="published / eV", ylabel="estimate")


if __name__ == "__main__":
    given = [argument for argument in sys.argv[1:] if argument != "--update"]
    target = Path(given[0]) if given else ROOT / "docs" / "images" / "estimates.png"
    print("\n".join(lines()))
    if "--update" in sys.argv:
        update(HERE / "README.md")
    draw(target)
    print(target)
