"""Which formula is right for a hybrid electrolyte, and from which size on ceramic helps: voxels beside the formulas.

    python examples/hybrid_loading.py            draws docs/images/hybrid_loading.png
    python examples/hybrid_loading.py FILE.svg   draws elsewhere

The filler conducts thirty times as well as the polymer's cations. Left: spheres without interface resistance. Middle:
spheres a tenth of the critical size, which act as obstacles. Right: what the cations gain against size; at the critical
diameter the filler changes nothing, at any loading. Points are composites of voxels with their error.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lisse import theory
from lisse.study.hybrid_chain import HybridConductivity, Transport, VoxelChain, hybrid_conductivity
from lisse.study.hybrid_composite import Composite
from lisse.study.hybrid_formulas import formula_conductivities

HERE = Path(__file__).parent
COLOURS = {
    "Hasselman-Johnson": "#009E73",
    "Hanai": "#0072B2",
    "Bruggeman": "#D55E00",
    "general effective media": "#CC79A7",
}
MATRIX, FILLER, RESISTANCE = 1e-3, 3e-2, 1e-2  # S/m, S/m, ohm m2: 0.01 mS/cm, 0.3 mS/cm and 100 ohm cm2
LOADINGS = (0.1, 0.2, 0.3, 0.4, 0.5)
SIZES = (0.1, 0.3, 1.0, 3.0, 10.0)  # over the critical diameter
SHOWN = (0.1, 0.3, 0.5)

Curve = dict[tuple[float, float], HybridConductivity]


def draw(path: Path) -> dict[str, Curve]:
    """Draw the three panels; returns the points by panel, each by size over the critical one and loading."""
    composite = Composite(voxels=48, across=12)
    chain = VoxelChain(composite, samples=2)
    open_one = Transport(333.15, MATRIX, 0.0, FILLER)
    behind = Transport(333.15, MATRIX, 0.0, FILLER, RESISTANCE)
    critical = 2.0 * float(theory.critical_radius(MATRIX, FILLER, RESISTANCE))
    found: dict[str, Curve] = {"open": {}, "small": {}, "sizes": {}}
    for loading in LOADINGS:
        found["open"][1.0, loading] = hybrid_conductivity(chain, open_one, loading, critical)
        for size in SIZES if loading in SHOWN else SIZES[:1]:
            point = hybrid_conductivity(chain, behind, loading, size * critical)
            found["sizes"][size, loading] = point
            if size == SIZES[0]:
                found["small"][size, loading] = point
        chain.forget_volumes()
    figure = Figure(figsize=(12.0, 4.0), layout="constrained")
    left, middle, right = figure.subplots(1, 3)
    against_loading(left, found["open"], composite, open_one, critical, "No interface resistance")
    against_loading(middle, found["small"], composite, behind, SIZES[0] * critical, "A tenth of the critical size")
    left.legend(frameon=False, fontsize=9)
    plain_decades(left, (1.0, 2.0, 5.0, 10.0))
    against_size(right, found["sizes"], behind, critical)
    figure.savefig(path, dpi=150)
    return found


def against_loading(
    axes: Axes, points: Curve, composite: Composite, transport: Transport, diameter: float, title: str
) -> None:
    """Voxels and formulas."""
    fine = np.linspace(0.0, 0.52, 53)
    lines: dict[str, list[float]] = {name: [] for name in COLOURS}
    for loading in fine:
        every = formula_conductivities(composite, transport, float(loading), diameter, 0.0)
        for name, line in lines.items():
            line.append(every[name] / MATRIX)
    for name, line in lines.items():
        axes.plot(100.0 * fine, line, color=COLOURS[name], label=name, linewidth=1.6)
    _voxels(axes, [loading for _, loading in points], list(points.values()))
    axes.set_title(title, fontsize=11)
    axes.set_xlabel("Loading (vol. %)")
    axes.set_ylabel("Conductivity over the polymer")


def against_size(axes: Axes, points: Curve, transport: Transport, critical: float) -> None:
    """What the cations gain, with the formula of spheres behind an interface."""
    fine = np.geomspace(0.05, 20.0, 80)
    for number, loading in enumerate(SHOWN):
        radius, colour = 0.5 * critical * fine, f"C{number}"
        formula = theory.interface_resistance_inclusion(
            transport.cation, transport.filler, loading, radius, transport.interface_resistance
        )
        axes.plot(1e6 * critical * fine, np.asarray(formula) / MATRIX, color=colour, linewidth=1.2)
        chosen = [(size, point) for (size, where), point in points.items() if where == loading]
        across = [1e6 * critical * size for size, _ in chosen]
        axes.plot(across, [point.cation / MATRIX for _, point in chosen], "o", color=colour, label=f"{loading:.0%}")
    axes.axvline(1e6 * critical, color="0.3", linewidth=1.0, linestyle=(0, (4, 3)))
    axes.axhline(1.0, color="0.3", linewidth=1.0, linestyle=(0, (4, 3)))
    axes.set_xscale("log")
    plain_decades(axes, (0.4, 0.6, 1.0, 2.0, 3.0))
    axes.annotate("critical", (1e6 * critical, 0.4), (4, 2), textcoords="offset points", fontsize=9, color="0.3")
    axes.legend(frameon=False, title="loading", fontsize=9)
    axes.set_title("Voxels beside Hasselman-Johnson", fontsize=11)
    axes.set_xlabel("Diameter (µm)")
    axes.set_ylabel("Conductivity over the polymer")


def plain_decades(axes: Axes, values: Sequence[float]) -> None:
    """A logarithmic axis with plain numbers."""
    axes.set_yscale("log")
    axes.set_yticks(values, [f"{value:g}" for value in values])
    axes.minorticks_off()


def _voxels(axes: Axes, loadings: Sequence[float], points: Sequence[HybridConductivity]) -> None:
    across = [100.0 * loading for loading in loadings]
    value = [point.conductivity / MATRIX for point in points]
    error = [(point.error or 0.0) / MATRIX for point in points]
    axes.errorbar(across, value, error, fmt="o", color="0.1", capsize=3, markersize=5, label="voxels", zorder=3)


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / "docs" / "images" / "hybrid_loading.png"
    draw(target)
