"""What random walks of ions say that one solve of the master equation cannot, and where both must agree.

    python examples/lattice_walks.py            draws docs/images/lattice_walks.png
    python examples/lattice_walks.py FILE.svg   draws elsewhere

Left: a fifth of the bonds of a cubic lattice is open, too few to percolate, and bonds are drawn anew at the rate
lambda: all at the same moments, or each at its own. Circles with bars of two standard errors: walks. Lines: effective
medium of single bonds, for either kind of renewal. Crosses: frozen networks at the shifted frequency (the exact
result), which knows only renewal together.

Middle: conductivity at a frequency of a lattice with random barriers, real and imaginary part. Circles: the walks,
transformed; lines: the master equation.

Right: ions that keep off each other's sites, all sites alike: the factor f by which a tracer lags behind, which is the
Haven ratio, against the share of sites taken; it starts at 1 and ends at 0.6531.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from lisse.lattice import (
    ac_conductivity,
    lattice_gas,
    random_barrier_lattice,
    random_bond_lattice,
    renewing_conductivity,
    tracer_diffusion,
    uniform_lattice,
)
from lisse.theory import dynamic_bond_diffusivity

HERE = Path(__file__).parent
RATE, HOP = 1e9, 3e-10  # 1/s, m
SALT, TEMPERATURE = 1000.0, 300.0  # mol/m3, K
FREE = RATE * HOP**2
OPEN = 0.2
TOGETHER, APART, GREY = "#0072B2", "#D55E00", "#555555"
SIZE, ERROR, AC_ERROR, DRAWINGS = 16, 0.02, 0.004, 60
RENEWALS = np.logspace(-2.0, 1.5, 8)  # over the hop rate
FREQUENCIES = np.logspace(-3.0, 1.0, 13)  # over the hop rate
BARRIERS, BOX = 6e3, (10, 10, 10)  # J/mol
FILLINGS, SITES, GAS_ERROR = (0.02, 0.2, 0.4, 0.6, 0.8, 0.9, 0.98), 8, 0.1
HOLE_LIMIT = 0.6531


def renewing(axes: Any) -> dict[str, np.ndarray]:
    """Diffusivity against the rate of renewal; relative to all bonds open."""
    found = {}
    for together, colour, name in ((True, TOGETHER, "all together"), (False, APART, "each by itself")):
        walks = [
            tracer_diffusion(
                random_bond_lattice(
                    (SIZE,) * 3, HOP, RATE, OPEN, SALT, TEMPERATURE, renewal=rate * RATE, together=together
                ),
                ERROR,
                seed=1,
            )
            for rate in RENEWALS
        ]
        values = np.array([[one.diffusivity, one.error] for one in walks]) / FREE
        found[name] = values
        axes.errorbar(RENEWALS, values[:, 0], 2.0 * values[:, 1], fmt="o", color=colour, ms=4, capsize=2, label=name)
        fine = np.geomspace(RENEWALS[0], RENEWALS[-1], 60)
        kind = "together" if together else "apart"
        theory = dynamic_bond_diffusivity(0.0, fine * RATE, OPEN, RATE, HOP, renewal=kind)
        axes.plot(fine, theory.real / FREE, color=colour, lw=1)
    exact = [
        renewing_conductivity(
            random_bond_lattice((SIZE,) * 3, HOP, RATE, OPEN, SALT, TEMPERATURE, renewal=rate * RATE, together=True),
            DRAWINGS,
            seed=2,
        ).diffusivity
        / FREE
        for rate in RENEWALS
    ]
    found["frozen, shifted"] = np.array(exact)
    axes.plot(RENEWALS, exact, "x", color=GREY, ms=7, label="frozen, shifted")
    axes.axhline(OPEN, color=GREY, lw=0.8, ls=":")
    axes.set(xscale="log", yscale="log", xlabel="renewals per hop, $\\lambda/k$", ylabel="$D/(k a^2)$")
    axes.set_title("A fifth of the bonds open, drawn anew")
    axes.legend(frameon=False, loc="lower right", title="bonds are drawn anew")
    return found


def barriers(axes: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Complex conductivity against frequency: walks, their errors, master equation; S/m."""
    lattice = random_barrier_lattice(BOX, HOP, RATE, SALT, TEMPERATURE, 3, barrier_spread=BARRIERS)
    values, errors = tracer_diffusion(lattice, AC_ERROR, seed=1).ac_conductivity(FREQUENCIES * RATE)
    exact = np.mean([ac_conductivity(lattice, FREQUENCIES * RATE, axis) for axis in range(3)], axis=0)
    for part, colour, name in ((np.real, TOGETHER, "real"), (np.imag, APART, "imaginary")):
        bars = 2.0 * part(errors)
        axes.errorbar(FREQUENCIES, part(values), bars, fmt="o", color=colour, ms=4, capsize=2, label=name)
        axes.plot(FREQUENCIES, part(exact), color=colour, lw=1)
    axes.set(xscale="log", xlabel="frequency over hop rate", ylabel="conductivity of the hops, S/m")
    axes.set_title("Random barriers in a field that oscillates")
    axes.legend(frameon=False)
    return values, errors, exact


def crowded(axes: Any) -> dict[float, tuple[float, float]]:
    """Tracer correlation factor, by filling."""
    lattice = uniform_lattice((SITES,) * 3, HOP, RATE, SALT, TEMPERATURE)
    found = {}
    for filling in FILLINGS:
        gas = lattice_gas(lattice, filling, GAS_ERROR, seed=1)
        free = FREE * (gas.sites - gas.ions) / (gas.sites - 1)  # what all ions together have
        found[filling] = gas.tracer_diffusivity / free, gas.tracer_error / free
    values = np.array(list(found.values()))
    axes.errorbar(FILLINGS, values[:, 0], 2.0 * values[:, 1], fmt="o", color=TOGETHER, ms=4, capsize=2)
    axes.axhline(HOLE_LIMIT, color=GREY, lw=0.8, ls=":")
    axes.text(0.02, HOLE_LIMIT + 0.008, "few holes: 0.6531", color=GREY)
    axes.set(xlabel="share of sites taken", ylabel="tracer over charge diffusivity", xlim=(0, 1), ylim=(0.6, 1.04))
    axes.set_title("Ions that keep off each other's sites")
    return found


def draw(target: Path) -> tuple[Any, Any, Any]:
    """Draw the three panels; returns their numbers."""
    figure = Figure(figsize=(13.0, 4.2), layout="constrained")
    left, middle, right = figure.subplots(1, 3)
    found = renewing(left), barriers(middle), crowded(right)
    for axes in (left, middle, right):
        axes.spines[["top", "right"]].set_visible(False)
        axes.title.set_fontsize(10)
    figure.savefig(target, dpi=110)
    return found


if __name__ == "__main__":
    images = HERE.parent / "docs" / "images"
    draw(Path(sys.argv[1]) if len(sys.argv) > 1 else images / "lattice_walks.png")
