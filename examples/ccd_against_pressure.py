"""Critical current density of one cell against stack pressure: which mechanism limits, and how far it scatters.

    python examples/ccd_against_pressure.py            draws docs/images/ccd_against_pressure.png
    python examples/ccd_against_pressure.py FILE.svg   draws elsewhere

Every dot is one cell: the same pellet and protocol, with the longest surface flaw drawn anew. A large capacity per
half-cycle shows contact loss at low pressure; a small one hides it. That is why a critical current density means
little without the capacity and the pressure it was measured at.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import lisse

HERE = Path(__file__).parent
PRESSURES = np.geomspace(0.3, 30.0, 9)  # MPa
CHARGES = ("0.25 mAh/cm^2", "2 mAh/cm^2")
SEEDS = range(6)
COLOURS = {"contact-loss": "#0072B2", "filament-short": "#D55E00", "none": "#999999"}
WORDS = {"contact-loss": "contact lost", "filament-short": "filament short", "none": "no failure up to 3 mA/cm$^2$"}


def critical_currents(charge: str) -> list[tuple[float, float, str]]:
    """Stack pressure (MPa), critical current density (mA/cm2) and mechanism, one row a cell."""
    found = []
    for pressure in PRESSURES:
        changes = [
            f'cell.stack.pressure="{pressure} MPa"',
            f'protocol.half_cycle="{charge}"',
            'protocol.step="0.1 mA/cm^2"',
        ]
        case = lisse.load_case(HERE / "ccd_llzo.toml", changes)
        for seed in SEEDS:
            verdict = lisse.solve(case.model, case.cell, case.protocol, seed=seed).verdict
            current = verdict.critical_current_density or verdict.highest_current_density_passed
            found.append((float(pressure), float(current) / 10, verdict.mode))
    return found


def draw(path: Path) -> dict[str, list[tuple[float, float, str]]]:
    """Draw the figure; returns what is in it."""
    figure = Figure(figsize=(8.0, 3.6), layout="constrained")
    panels = figure.subplots(1, 2, sharey=True)
    results = {charge: critical_currents(charge) for charge in CHARGES}
    for panel, (charge, rows) in zip(panels, results.items(), strict=True):
        for mode, colour in COLOURS.items():
            chosen = [(p, j) for p, j, m in rows if m == mode]
            if chosen:
                panel.plot(*zip(*chosen, strict=True), "o", color=colour, ms=5, alpha=0.75, mew=0, label=WORDS[mode])
        medians = [np.median([j for p, j, _ in rows if p == pressure]) for pressure in PRESSURES]
        panel.plot(PRESSURES, medians, color="0.25", lw=1.2, zorder=0)
        panel.set(xscale="log", xlabel="Stack pressure / MPa", ylim=(0, 3.15))
        panel.set_title(f"{charge.replace('^2', '$^2$')} per half-cycle", fontsize=10)
        panel.set_xticks([0.3, 1, 3, 10, 30], ["0.3", "1", "3", "10", "30"])
        panel.spines[["top", "right"]].set_visible(False)
    panels[0].set_ylabel("Critical current density / mA cm$^{-2}$")
    handles = {label: h for panel in panels for h, label in zip(*panel.get_legend_handles_labels(), strict=True)}
    panels[1].legend(handles.values(), handles.keys(), frameon=False, fontsize=9, loc="upper left")
    figure.savefig(path, dpi=150)
    return results


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / "docs" / "images" / "ccd_against_pressure.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    draw(target)
    print(target)
