"""How many open bonds a network needs, and what it gains by being drawn anew.

    python examples/lattice_networks.py            draws docs/images/lattice_networks.png
    python examples/lattice_networks.py FILE.svg   draws elsewhere

Left: diffusivity on a cubic lattice a share f of whose bonds is open, over that with all bonds open; frozen, and with
all bonds drawn anew together at two rates (over that of a hop). Circles: exact solutions of the master equation
(`zero_field_conductivity`, `renewing_conductivity`), means of a few drawings with their standard errors. Crosses: ions
that walk at random (`tracer_diffusion`). Lines: the effective medium of single bonds, which percolates at 1/3, where
the lattice does at 0.249.

Right: the same share of open bonds, 0.2, at a frequency: a frozen network stops direct current, and renewal at the rate
lambda brings back what the frozen one had at that rate. Circles and lines as on the left.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from lisse.lattice import (
    ac_conductivity,
    random_bond_lattice,
    renewing_conductivity,
    tracer_diffusion,
    zero_field_conductivity,
)
from lisse.theory import dynamic_bond_diffusivity

HERE = Path(__file__).parent
HOP_RATE, HOP_LENGTH = 1e9, 3e-10  # 1/s, m
SALT, TEMPERATURE = 1000.0, 333.15  # mol/m3, K
FREE = HOP_RATE * HOP_LENGTH**2
SIZE, DRAWINGS = 24, 6
RENEWALS = {0.0: "#000000", 0.01: "#0072B2", 1.0: "#D55E00"}  # over the hop rate
FRACTIONS = (0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.65, 0.8, 1.0)
WALKED = {0.0: (0.5, 0.8), 0.01: (0.1, 0.3, 0.65), 1.0: (0.1, 0.3, 0.65)}
FRACTION = 0.2  # of the right panel
FREQUENCIES = np.logspace(-5, 2, 15) * HOP_RATE / (2.0 * np.pi)
THRESHOLD = 0.24881


def network(fraction: float, renewal: float) -> Any:
    """A lattice with a share of open bonds, all drawn anew together at a rate over that of a hop."""
    return random_bond_lattice(
        (SIZE,) * 3,
        HOP_LENGTH,
        HOP_RATE,
        fraction,
        SALT,
        TEMPERATURE,
        renewal=renewal * HOP_RATE,
        together=True,
    )


def diffusivity(fraction: float, renewal: float, seed: int = 1) -> tuple[float, float]:
    """Mean over drawings and axes with its standard error, over that of all bonds open."""
    moving = network(fraction, renewal)
    if renewal > 0.0:
        found = renewing_conductivity(moving, DRAWINGS, seed, tolerance=1e-5)
        return found.diffusivity / FREE, found.error / moving.nernst_einstein / FREE
    streams = np.random.default_rng(seed).spawn(DRAWINGS)
    each = [zero_field_conductivity(moving.frozen(one), None, 1e-5).diffusivity / FREE for one in streams]
    return float(np.mean(each)), float(np.std(each, ddof=1) / np.sqrt(DRAWINGS))


def walked(fraction: float, renewal: float) -> tuple[float, float]:
    """The same from ions that walk; on the frozen network, over one drawing."""
    moving = network(fraction, renewal)
    found = tracer_diffusion(moving if renewal > 0.0 else moving.frozen(1), 0.03, seed=1, largest_hops=2e8)
    return found.diffusivity / FREE, found.error / FREE


def spectrum(renewal: float) -> np.ndarray:
    """Complex diffusivity at the frequencies, over that of all bonds open."""
    moving = network(FRACTION, renewal)
    if renewal == 0.0:
        return ac_conductivity(moving.frozen(1), FREQUENCIES, 0, 1e-4) / (moving.nernst_einstein * FREE)
    found = [renewing_conductivity(moving, 2, 1, frequency, tolerance=1e-4).diffusivity for frequency in FREQUENCIES]
    return np.array(found) / FREE


def medium(fraction: Any, renewal: float, frequency: Any = 0.0) -> Any:
    """Real part by the effective medium of single bonds, over that of all bonds open."""
    omega = 2.0 * np.pi * np.asarray(frequency)
    found = dynamic_bond_diffusivity(omega, renewal * HOP_RATE, fraction, HOP_RATE, HOP_LENGTH)
    return np.asarray(found.real) / FREE


def draw(path: Path) -> dict[str, dict[tuple[float, float], tuple[float, float]]]:
    """Draw the figure; returns diffusivities and their errors by (renewal, fraction), solved and walked."""
    figure = Figure(figsize=(9.5, 4.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    solved: dict[tuple[float, float], tuple[float, float]] = {}
    walks: dict[tuple[float, float], tuple[float, float]] = {}
    for renewal, colour in RENEWALS.items():
        solved |= {(renewal, f): diffusivity(f, renewal) for f in FRACTIONS}
        walks |= {(renewal, f): walked(f, renewal) for f in WALKED[renewal]}
        fine = np.linspace(0.02, 1.0, 200)
        left.plot(fine, medium(fine, renewal), color=colour, lw=1.2)
        points(left, {f: solved[renewal, f] for f in FRACTIONS}, color=colour, marker="o", ms=4.5, mfc="white")
        points(left, {f: walks[renewal, f] for f in WALKED[renewal]}, color=colour, marker="x", ms=8)
        name = "frozen" if renewal == 0.0 else f"$\\lambda$ = {renewal:g} $w$"
        right.plot(2 * np.pi * FREQUENCIES / HOP_RATE, spectrum(renewal).real, "o", color=colour, mfc="white", ms=4.5)
        wide = np.logspace(-5, 2, 120) * HOP_RATE / (2.0 * np.pi)
        right.plot(2 * np.pi * wide / HOP_RATE, medium(FRACTION, renewal, wide), color=colour, lw=1.2, label=name)
    left.axvline(THRESHOLD, color="0.7", lw=0.9, ls="--", zorder=0)
    left.text(THRESHOLD - 0.01, 0.68, "threshold", fontsize=8.5, color="0.4", rotation=90, ha="right", va="top")
    left.plot([], [], "o", color="0.3", mfc="white", ms=4.5, label="master equation")
    left.plot([], [], "x", color="0.3", ms=8, label="random walks")
    left.plot([], [], color="0.3", lw=1.2, label="effective medium")
    left.set(xlabel="Share of open bonds, $f$", ylabel="Diffusivity / $w a^2$", xlim=(0, 1.02), ylim=(0, 1.02))
    right.set(xscale="log", yscale="log", ylim=(1e-6, 0.4))
    right.set(xlabel="Angular frequency / $w$", ylabel="Diffusivity, real part / $w a^2$")
    right.set_title(f"$f$ = {FRACTION:g}", fontsize=10)
    for panel in (left, right):
        panel.legend(frameon=False, fontsize=9, loc="upper left" if panel is left else "lower right")
        panel.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=150)
    return {"solved": solved, "walked": walks}


def points(panel: Any, found: dict[float, tuple[float, float]], **style: Any) -> None:
    """Points with error bars of one standard error."""
    values, errors = np.array(list(found.values())).T
    panel.errorbar(list(found), values, yerr=errors, ls="none", lw=1.0, zorder=3, **style)


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / "docs" / "images" / "lattice_networks.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    draw(target)
    print(target)
