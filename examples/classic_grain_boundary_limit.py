"""How much current can one resistive boundary stand? Critical current density against area-specific resistance.

    python examples/classic_grain_boundary_limit.py            draws docs/images/classic_grain_boundary_limit.png
    python examples/classic_grain_boundary_limit.py FILE.svg   draws elsewhere

Raj and Wolfenstine (raj2017) let the ohmic drop across one boundary press lithium into it until it fractures:
i_crit = sigma_F V/(F R). With sigma_F from a flaw by Griffith's criterion this is i_crit R = eta_c, the crack
overpotential of Porz: two theories, one line of slope -1 for each flaw length. On a log-log plot a measured pair of
resistance and critical current density is therefore a flaw length, to be compared with what a micrograph shows.

How far to trust it: the measured resistance is that of the whole interface to lithium, not of the one worst boundary,
and current is not uniform; a point far below the lines of plausible flaws says that the mean drop does not explain the
short. Points are those rows of our table of experiments where resistance and critical current density both stand. For
the open point the two numbers come from two papers of one group (resistance in sharafi2017, current as remembered of
both); those of sharafi2016 are from memory as well; zinclayer is an abstract whose authors and year we lack, and its
sample had a LiI/ZnLi buffer. Toughness is that of hot-pressed LLZO (wolfenstine2013) for all, LLZTO as well; its
spread moves each line by a factor of 0.9 to 1.7.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from lisse.materials import load
from lisse.theory import crack_overpotential, critical_flaw_length, fracture_stress, grain_boundary_current_limit

HERE = Path(__file__).parent
RESISTANCES = np.geomspace(1e-5, 0.3, 60)  # ohm m2
FLAWS = {1e-6: "#56B4E9", 5e-6: "#0072B2", 20e-6: "#009E73", 100e-6: "#CC79A7"}  # m
# citation key, what, ohm cm2, mA/cm2, whether both numbers surely belong together, where the text goes
MEASURED = (
    ("sharafi2016", "LLZO, air-exposed, 30 °C (Sharafi 2016)", 514.0, 0.05, True, (45, 1.7)),
    ("zinclayer", "LLZTO, LiI/ZnLi buffer (an abstract)", 10.3, 2.3, True, (20, 25)),
    ("sharafi2017", "LLZO, clean surface (Sharafi 2017)", 2.0, 0.3, False, (0.14, 0.02)),
)
SQUARE_CM = 1e-4  # m2


def limits() -> dict[float, NDArray[np.float64]]:
    """Critical current density in A/m2 along `RESISTANCES` for each flaw length."""
    toughness = load("LLZO").value("fracture_toughness")
    stress = {flaw: fracture_stress(toughness, flaw, "edge") for flaw in FLAWS}
    return {flaw: np.asarray(grain_boundary_current_limit(sigma, RESISTANCES)) for flaw, sigma in stress.items()}


def equivalent_flaw(resistance: float, current: float) -> float:
    """Length in m of the edge crack in LLZO that the drop i R [V] just opens."""
    toughness = load("LLZO").value("fracture_toughness")
    return float(critical_flaw_length(resistance * current, toughness, "edge"))


def draw(path: Path) -> dict[float, NDArray[np.float64]]:
    """Draw the figure; returns what is in it."""
    figure = Figure(figsize=(7.0, 4.5), layout="constrained")
    panel = figure.subplots()
    results, toughness = limits(), load("LLZO").value("fracture_toughness")
    for flaw, currents in results.items():
        panel.plot(RESISTANCES / SQUARE_CM, currents / 10, color=FLAWS[flaw], lw=1.8)
        drop = 1e3 * float(crack_overpotential(toughness, flaw, "edge"))
        panel.text(
            0.13, 1.17 / 0.13 * drop, f"{1e6 * flaw:g} μm, {drop:.1f} mV",
            color=FLAWS[flaw], fontsize=9, rotation=-26, rotation_mode="anchor",
        )  # fmt: skip
    for _, what, resistance, current, sure, where in MEASURED:
        flaw = equivalent_flaw(resistance * SQUARE_CM, current * 10)
        size = (
            f"{1e6 * flaw:.2g} μm" if flaw < 1e-3 else f"{1e3 * flaw:.0f} mm:\nthe mean drop does not explain the short"
        )
        text = f"{what}\n{resistance * current:.3g} mV opens a flaw of {size}"
        line = {"arrowstyle": "-", "color": "0.5", "lw": 0.8, "shrinkB": 4}
        panel.annotate(text, (resistance, current), where, fontsize=8.5, arrowprops=line)
        panel.plot(resistance, current, "o", ms=7, color="black", mfc="black" if sure else "white", zorder=3)
    panel.set(xscale="log", yscale="log", xlim=(0.1, 3e3), ylim=(3e-3, 1e3))
    panel.set(xlabel="Area-specific resistance of the boundary / Ω cm$^2$")
    panel.set(ylabel="Critical current density / mA cm$^{-2}$")
    panel.set_title("$i_{crit}R = \\eta_c$: lines for flaws in LLZO, points measured", fontsize=10)
    for axis in (panel.xaxis, panel.yaxis):
        axis.set_major_formatter("{x:g}")
    panel.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=150)
    return results


if __name__ == "__main__":
    images = HERE.parent / "docs" / "images"
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else images / "classic_grain_boundary_limit.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    draw(target)
    print(target)
