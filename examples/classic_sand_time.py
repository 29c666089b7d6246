"""When does the salt run out? Sand's time against current density for several transference numbers.

    python examples/classic_sand_time.py            draws docs/images/classic_sand_time.png
    python examples/classic_sand_time.py FILE.svg   draws elsewhere

In a polymer with two mobile ions the salt at the plated face runs out after t ~ [c0/(i (1 - t+))]^2 (sand1901,
brissot1999): slope -2 dashed, and four times the time for each halving of 1 - t+. In a cell of finite thickness the
other electrode feeds salt back, so below the limiting current 2 F D c0/((1 - t+) L) it never runs out and the solid
curves bend up to infinity there. Thin grey lines are the time that a half-cycle takes. They meet the curves of a
membrane of 50 um where these are all but vertical: not the charge but the limiting current decides, and it is what a
higher transference number raises.

How far to trust it: salt concentration and diffusivity are those of PEO-LiTFSI at 85-90 degC, taken as constant (they
are not: D falls with concentration); the transference numbers are varied and the one of the library (0.17, with a
spread from 0 to 0.34) lies among them. Experiments follow Sand's time at high current and last longer than it says at
low current, where other things end them.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from lisse.materials import load
from lisse.theory import limiting_current, sand_time

HERE = Path(__file__).parent
POLYMER = load("PEO-LiTFSI")
TEMPERATURE = POLYMER.reference_temperature
SALT = (POLYMER.value("salt_concentration", TEMPERATURE), POLYMER.value("salt_diffusivity", TEMPERATURE))
THICKNESS = 50e-6  # m
TRANSFERENCE = {0.0: "#000000", 0.2: "#0072B2", 0.4: "#009E73", 0.6: "#E69F00", 0.8: "#D55E00"}
CURRENTS = np.geomspace(10.0, 5000.0, 200)  # A/m2
CHARGES = (0.5, 1.0, 3.0)  # mAh/cm2
LONGEST = 1e5  # s, top of the picture
ALONG: dict[str, Any] = {"rotation": -14.9, "rotation_mode": "anchor"}  # a slope of -1 in this frame


def times(transference_number: float, thickness: float | None) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Current densities in A/m2, refined towards the limiting current, and Sand's times in s."""
    currents = CURRENTS
    if thickness is not None:
        limit = float(limiting_current(*SALT, transference_number, thickness))
        currents = np.concatenate([limit * (1 + np.geomspace(1e-9, 0.5, 120)), CURRENTS[1.5 * limit < CURRENTS]])
    return currents, np.asarray(sand_time(currents, *SALT, transference_number, thickness))


def draw(path: Path) -> dict[float, float]:
    """Draw the figure; returns the limiting current density in A/m2 of each transference number."""
    figure = Figure(figsize=(7.0, 4.5), layout="constrained")
    panel = figure.subplots()
    for charge in CHARGES:
        panel.plot(CURRENTS / 10, charge * 36000.0 / CURRENTS, color="0.7", lw=0.9, zorder=0)
        text = f"{'half-cycle of ' if charge == max(CHARGES) else ''}{charge:g} mAh cm$^{{-2}}$"
        panel.text(100, charge * 36.0 * 1.12, text, fontsize=8.5, color="0.4", **ALONG)
    limits = {}
    for number, colour in TRANSFERENCE.items():
        dashed, solid = times(number, None), times(number, THICKNESS)
        panel.plot(dashed[0] / 10, dashed[1], color=colour, lw=1.0, ls="--")
        limits[number] = float(limiting_current(*SALT, number, THICKNESS))
        upwards = np.append(limits[number], solid[0]), np.append(LONGEST, solid[1])  # infinite there
        panel.plot(upwards[0] / 10, upwards[1], color=colour, lw=1.8)
        panel.text(
            0.105 * limits[number], 3e4, f"$t_+$ = {number:g}", fontsize=9, color=colour, rotation=90, va="center"
        )
    panel.plot([], [], color="0.2", lw=1.8, label=f"cell of {1e6 * THICKNESS:g} μm")
    panel.plot([], [], color="0.2", lw=1.0, ls="--", label="semi-infinite, slope −2")
    panel.legend(frameon=False, fontsize=9, loc="lower left")
    panel.set(xscale="log", yscale="log", xlim=(1, 500), ylim=(0.1, LONGEST))
    panel.set(xlabel="Current density / mA cm$^{-2}$", ylabel="Sand's time / s")
    c0, diffusivity = SALT
    panel.set_title(
        f"PEO-LiTFSI, 85–90 °C: $c_0$ = {c0 / 1e3:.2g} mol dm$^{{-3}}$, "
        f"$D$ = {diffusivity * 1e12:.1f} × 10$^{{-12}}$ m$^2$ s$^{{-1}}$", fontsize=10,
    )  # fmt: skip
    panel.xaxis.set_major_formatter("{x:g}")
    panel.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=150)
    return limits


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / "docs" / "images" / "classic_sand_time.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    draw(target)
    print(target)
