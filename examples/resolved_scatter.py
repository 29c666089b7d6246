"""A batch of garnet cells that differ in nothing but their structure: at which current each of them fails.

    python examples/resolved_scatter.py            draws docs/images/resolved_scatter.png (six minutes)
    python examples/resolved_scatter.py FILE.svg   draws elsewhere

Every cell of examples/resolved_scatter.toml is a plane of 24 x 40 voxels, 12 um of LLZO between two electrodes, with
columnar grains of 5 um, 1 % of pores and one flaw in each surface. All flaws are 3 um deep; where they, the boundaries
and the pores are is drawn by the seed of the run. The current reverses every two minutes and rises by 0.125 mA/cm2
after each cycle. A cell that outlives the ramp is kept: it counts as lasting the last current, so that the curve then
ends below 100 %.

All cells end with a short along a boundary, most of them at the same current: flaws of one depth on straight boundaries
start at one pressure. A crack that runs into a pore stops there, and that of the other surface gets through. Below the
curve: some cells of the batch, run again with their seeds to see the cracks.
"""

from __future__ import annotations

import dataclasses
import math
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch

import lisse
from lisse.study import CriticalCurrentDistribution, critical_current_distribution, load_case

HERE = Path(__file__).parent
CASE, CHANGES = HERE / "resolved_scatter.toml", ()
DRAWS, SHOWN = 16, 4
CRACKED = 0.95  # damage
COLOURS = {
    "filament-short": "#D55E00",
    "soft-short": "#E69F00",
    "electrolyte-fracture": "#CC79A7",
    "voltage-limit": "#009E73",
    "contact-loss": "#F0E442",
    "none": "#0072B2",
}
WORDS = {"filament-short": "short", "electrolyte-fracture": "fracture", "none": "lasts"}
PORE, FLAW, GROWN = "#16181C", "#7A2E00", "#D55E00"


def per_square_centimetre(value: Any) -> Any:
    """A/m2 to mA/cm2."""
    return np.asarray(value) / 10.0


def batch() -> tuple[lisse.Case, CriticalCurrentDistribution]:
    """The case, and what became of its cells."""
    case = load_case(CASE, CHANGES)
    return case, critical_current_distribution(
        case.cell, case.protocol, case.model, draws=DRAWS, seed=0, properties=False, workers=1
    )


def chosen(found: CriticalCurrentDistribution) -> list[Any]:
    """Cells to look at, evenly through the batch: the first to fail, ..., one that lasts."""
    order = sorted(found.cells, key=lambda cell: (cell.critical_current_density or math.inf, cell.number))
    return [order[place] for place in np.linspace(0, len(order) - 1, SHOWN).round().astype(int)]


def pictured(case: lisse.Case, drawn: Any) -> dict[str, Any]:
    """One cell of the batch run again, with its fields."""
    with tempfile.TemporaryDirectory() as directory:
        model = dataclasses.replace(case.model, directory=directory)
        solution = lisse.solve(model, case.cell, case.protocol, seed=drawn.seed)
        fields = lisse.load_fields(directory).load()
    damage = fields["damage"].values
    return {
        "cell": drawn,
        "solution": solution,
        "grain": fields["grain"].values,
        "flaw": damage[0] >= CRACKED,
        "cracked": damage[-1] >= CRACKED,
        "voxel": case.model.voxel,
    }


def staircase(panel: Any, found: CriticalCurrentDistribution) -> None:
    """Share of the cells that have failed, its interval, a Weibull distribution, and every single cell."""
    levels = per_square_centimetre(found.levels)
    end = levels[-1] + 0.15
    x = np.concatenate([[levels[0] - 0.25], per_square_centimetre(found.share.value), [end]])
    edges = (found.share.share, found.share.low, found.share.high)
    share, low, high = (100 * np.concatenate([[0.0], edge, edge[-1:]]) for edge in edges)
    panel.fill_between(x, low, high, step="post", color="0.88", lw=0, label="95 % at each current")
    panel.step(x, share, where="post", color="black", lw=1.6, label="share that has failed")
    if found.weibull is not None:
        fine = np.linspace(x[0], end, 200)
        scale = float(per_square_centimetre(found.weibull.scale))
        words = f"Weibull, modulus {found.weibull.shape:.2g}"
        panel.plot(fine, 100 * -np.expm1(-((fine / scale) ** found.weibull.shape)), "--", color="0.45", label=words)
    order = sorted(found.cells, key=lambda cell: (cell.critical_current_density or math.inf, cell.number))
    for rank, cell in enumerate(order):
        at = cell.critical_current_density or cell.passed
        if at is not None:
            mark = "o" if cell.critical_current_density else ">"
            height = 100 * (rank + 0.5) / len(order)
            panel.plot(per_square_centimetre(at), height, mark, color=COLOURS[cell.mode], ms=5.5, zorder=3)
    panel.set(xlabel="Current density / mA/cm$^2$", ylabel="Cells / %", xlim=(x[0], end + 0.05), ylim=(0, 102))
    panel.legend(frameon=False, fontsize=8, loc="upper left")


def modes(panel: Any, found: CriticalCurrentDistribution) -> None:
    """How many cells fail by what at each current."""
    levels = list(per_square_centimetre(found.levels))
    bottom = np.zeros(len(levels) + 1)
    for mode in found.modes:
        those = [cell for cell in found.cells if cell.mode == mode]
        count = np.zeros(len(levels) + 1)
        for cell in those:
            at = cell.critical_current_density
            count[-1 if at is None else int(np.argmin(abs(np.array(levels) - at / 10.0)))] += 1
        label = f"{WORDS.get(mode, mode)}: {len(those)}"
        panel.bar(range(len(count)), count, bottom=bottom, width=0.75, color=COLOURS[mode], label=label)
        bottom += count
    panel.set_xticks(range(len(bottom)), [*(f"{level:.4g}" for level in levels), "more"], rotation=60, fontsize=8)
    panel.set(xlabel="Critical current density / mA/cm$^2$", ylabel="Cells", ylim=(0, bottom.max() + 1))
    panel.legend(frameon=False, fontsize=8)


def structure(panel: Any, one: dict[str, Any]) -> None:
    """Grains, pores, flaws and what grew of them."""
    picture = np.repeat((0.62 + 0.045 * (one["grain"] * 5 % 8))[..., None], 3, axis=2)
    for mask, colour in ((one["grain"] == 0, PORE), (one["cracked"], GROWN), (one["flaw"], FLAW)):
        picture[mask] = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    high, wide = (1e6 * one["voxel"] * n for n in picture.shape[:2])
    panel.imshow(picture, origin="lower", extent=(0, wide, 0, high), interpolation="nearest")
    cell = one["cell"]
    at = cell.critical_current_density
    words = f"lasts {cell.passed / 10:.4g}" if at is None else f"{WORDS.get(cell.mode, cell.mode)} at {at / 10:.4g}"
    panel.set_title(f"{words} mA/cm$^2$", fontsize=9, color=COLOURS[cell.mode])
    panel.set(xlabel="y / μm")


def draw(path: Path) -> dict[str, Any]:
    """Draw the figure; returns what is in it."""
    case, found = batch()
    shown = [pictured(case, cell) for cell in chosen(found)]
    figure = Figure(figsize=(10.0, 6.0), layout="constrained")
    top, bottom = figure.subfigures(2, 1, height_ratios=(1.55, 1))
    left, right = top.subplots(1, 2)
    staircase(left, found)
    modes(right, found)
    for panel in (left, right):
        panel.spines[["top", "right"]].set_visible(False)
    panels = bottom.subplots(1, len(shown), sharey=True, squeeze=False)[0]
    for panel, one in zip(panels, shown, strict=True):
        structure(panel, one)
    panels[0].set_ylabel("x / μm")
    keys = {"pore": PORE, "flaw": FLAW, "crack that grew": GROWN}
    bottom.legend([Patch(color=c) for c in keys.values()], keys, loc="outside lower center", ncols=3, frameon=False)
    figure.savefig(path, dpi=110)
    return {"distribution": found, "shown": shown}


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / "docs" / "images" / "resolved_scatter.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    made = draw(target)["distribution"]
    print(f"{made.modes}, median {made.median}, Weibull {made.weibull}")
    print(target)
