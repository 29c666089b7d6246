"""Which formula is right when: every formula of a hybrid electrolyte against voxels, for six structures.

    python examples/hybrid_formulas.py            draws docs/images/hybrid_formulas.png and prints the table of the docs
    python examples/hybrid_formulas.py FILE.svg   draws elsewhere

The filler conducts thirty times as well as the polymer, in which one ion moves. "Closed" is behind ten times the
critical interface resistance. Marks stand where a formula says more (right) or less (left) than the voxels; the bar is
the error of the voxels, and the band is 5 %.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.figure import Figure

from lisse.study.hybrid_chain import Transport, VoxelChain, hybrid_conductivity
from lisse.study.hybrid_composite import Composite
from lisse.study.hybrid_formulas import formula_conductivities

HERE = Path(__file__).parent
FORMULAS = {  # name: heading, colour, mark
    "Hasselman-Johnson": ("Hasselman-Johnson", "#009E73", "o"),
    "Hanai": ("Hanai", "#0072B2", "s"),
    "Bruggeman": ("Bruggeman", "#D55E00", "D"),
    "general effective media": ("McLachlan", "#CC79A7", "^"),
}
RATIO = 30.0
CLOSED = 10.0 * 0.5 * (1.0 - 1.0 / RATIO)  # interface resistance x matrix / diameter, ten times the critical one
SPHERES = Composite(voxels=48, across=12)
OVERLAPPING = Composite("overlapping-spheres", 48, 12)
FIBRES = Composite("fibres", 64, 8, slenderness=6.0)
WALLS = Composite("network", 64, 16)
POCKETS = Composite("polymer-in-ceramic", 48, 12)


@dataclass(frozen=True)
class Case:
    """One row: a structure at one loading, with an interface or without."""

    name: str
    composite: Composite
    loading: float
    resistance: float = 0.0


@dataclass(frozen=True)
class Row:
    """What the voxels say, over the matrix, and the deviations of the formulas from it."""

    case: Case
    voxels: float
    error: float
    deviations: dict[str, float]


CASES = (
    *(Case("spheres apart", SPHERES, loading) for loading in (0.1, 0.3, 0.5)),
    *(Case("spheres apart, closed", SPHERES, loading, CLOSED) for loading in (0.3, 0.5)),
    *(Case("overlapping spheres", OVERLAPPING, loading) for loading in (0.3, 0.5)),
    Case("overlapping, closed", OVERLAPPING, 0.5, CLOSED),
    *(Case("crossing fibres, 6 : 1", FIBRES, loading) for loading in (0.1, 0.3)),
    Case("crossing fibres, closed", FIBRES, 0.3, CLOSED),
    Case("walls", WALLS, 0.3),
    Case("walls, closed", WALLS, 0.3, CLOSED),
    *(Case("polymer in ceramic", POCKETS, loading) for loading in (0.5, 0.7)),
    Case("polymer in ceramic, closed", POCKETS, 0.7, CLOSED),
)


def compared(cases: Sequence[Case], samples: int = 3) -> list[Row]:
    """Solve each on voxels and set the formulas beside it."""
    rows = []
    for case in cases:
        transport = Transport(333.15, 1.0, 0.0, RATIO, case.resistance)
        found = hybrid_conductivity(VoxelChain(case.composite, samples), transport, case.loading, 1.0)
        every = formula_conductivities(case.composite, transport, case.loading, 1.0, found.area)
        off = {name: every[name] / found.conductivity - 1.0 for name in FORMULAS if name in every}
        rows.append(Row(case, found.conductivity, (found.error or 0.0) / found.conductivity, off))
    return rows


def table(rows: Sequence[Row]) -> str:
    """Markdown, in per cent."""
    heads = ["", "loading", "voxels over matrix", *(head for head, *_ in FORMULAS.values())]
    lines = [heads, ["---"] * len(heads)]
    last = ""
    for row in rows:
        off = [f"{100.0 * row.deviations[n]:+.0f}".replace("-", "−") if n in row.deviations else "" for n in FORMULAS]
        name = "" if row.case.name == last else row.case.name
        value = f"{row.voxels:.3g} ± {100.0 * row.error:.1g} %"
        lines.append([name, f"{row.case.loading:.0%}".replace("%", " %"), value, *off])
        last = row.case.name
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def draw(path: Path, cases: Sequence[Case] = CASES, samples: int = 3) -> list[Row]:
    """Draw the deviations; returns the rows."""
    rows = compared(cases, samples)
    figure = Figure(figsize=(9.0, 0.36 * len(rows) + 1.6), layout="constrained")
    axes = figure.subplots()
    heights = [-place for place, _ in enumerate(rows)]
    axes.axvspan(0.95, 1.05, color="0.9", linewidth=0)
    axes.axvline(1.0, color="0.4", linewidth=1.0)
    axes.errorbar([1.0] * len(rows), heights, xerr=[row.error for row in rows], fmt="none", color="0.1", capsize=3)
    for name, (head, colour, mark) in FORMULAS.items():
        ratios = [1.0 + row.deviations.get(name, math.nan) for row in rows]
        axes.plot(ratios, heights, mark, color=colour, label=head, markersize=6, alpha=0.85)
    ticks = (0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0)
    axes.set_xscale("log")
    axes.set_xlim(0.05, 2.4)
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
    axes.set_yticks(heights, [f"{row.case.name}, {row.case.loading:.0%}" for row in rows])
    axes.set_ylim(heights[-1] - 0.6, 0.6)
    axes.grid(axis="y", color="0.92", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_xlabel("Formula over voxels")
    figure.legend(loc="outside upper center", ncols=len(FORMULAS), frameon=False)
    figure.savefig(path, dpi=150)
    return rows


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / "docs" / "images" / "hybrid_formulas.png"
    print(table(draw(target)))
