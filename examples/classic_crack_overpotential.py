"""Which overpotential cracks the electrolyte? Crack overpotential against flaw length for a glass and a garnet.

    python examples/classic_crack_overpotential.py            draws docs/images/classic_crack_overpotential.png
    python examples/classic_crack_overpotential.py FILE.svg   draws elsewhere

Lithium that fills a flaw presses on its walls with up to F eta/V, 7.4 MPa for each millivolt; the flaw grows when the
stress intensity reaches the toughness (Griffith's criterion as Porz and others used it, porz2017). The overpotential
falls with the root of the flaw length: a 10 mV drop, common in cells, breaks flaws of a few micrometres in the glass
and takes flaws nearly twenty times longer in the garnet. Stiffness does not enter, toughness and flaw length do.

How far to trust it: an upper bound on the pressure (no lithium flows out) on one straight edge crack, small against
the body. Bands are the spread of the library row in use, Li2S-P2S5 glass (mcgrogan2017) and hot-pressed LLZO
(wolfenstine2013); other rows of LLZO lie as low as 0.5 MPa m^0.5. Toughness of a few grains may differ from that of
the pellet. Grey: order of the surface flaws of porz2017, from memory of the literature.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from lisse.materials import load
from lisse.theory import crack_overpotential, critical_flaw_length, plating_pressure

HERE = Path(__file__).parent
FLAWS = np.geomspace(0.1e-6, 300e-6, 100)  # m
SUBSTANCES = {"Li3PS4": ("Li$_3$PS$_4$ glass", "#D55E00"), "LLZO": ("LLZO", "#0072B2")}
MARK = 10e-3  # V, a drop that cells often see
OBSERVED = (5e-6, 50e-6)  # m, flaws that lithium went into, porz2017
ALONG: dict[str, Any] = {"rotation": -19.2, "rotation_mode": "anchor"}  # a slope of -1/2 in this frame


def curves(name: str) -> dict[str, NDArray[np.float64]]:
    """Crack overpotential in V along `FLAWS` for the toughness in use and the two ends of its spread."""
    entry = load(name).entry("fracture_toughness")
    rows = {"low": entry.low, "chosen": entry.at(), "high": entry.high}
    return {key: np.asarray(crack_overpotential(k, FLAWS, "edge")) for key, k in rows.items() if k is not None}


def draw(path: Path) -> dict[str, dict[str, NDArray[np.float64]]]:
    """Draw the figure; returns what is in it."""
    figure = Figure(figsize=(7.0, 4.5), layout="constrained")
    panel = figure.subplots()
    results = {name: curves(name) for name in SUBSTANCES}
    panel.axvspan(*(1e6 * flaw for flaw in OBSERVED), color="0.93", lw=0)
    panel.text(
        15.8, 0.56, "surface flaws that\nlet lithium in (Porz)", ha="center", va="bottom", fontsize=8.5, color="0.35"
    )
    panel.axhline(1e3 * MARK, color="0.4", lw=0.8, ls="--")
    panel.text(0.11, 1.06e3 * MARK, "10 mV", fontsize=8.5, color="0.3", va="bottom")
    for name, (label, colour) in SUBSTANCES.items():
        found, toughness = results[name], load(name).entry("fracture_toughness")
        panel.fill_between(1e6 * FLAWS, 1e3 * found["low"], 1e3 * found["high"], color=colour, alpha=0.22, lw=0)
        panel.plot(1e6 * FLAWS, 1e3 * found["chosen"], color=colour, lw=1.8)
        length = critical_flaw_length(MARK, toughness.at(), "edge")
        panel.plot(1e6 * length, 1e3 * MARK, "o", color=colour, ms=5)
        panel.plot([1e6 * length] * 2, [0, 1e3 * MARK], color=colour, lw=0.9, ls=":")
        panel.text(1.06e6 * length, 0.56, f"{1e6 * length:.2g} μm", fontsize=9, color=colour)
        spread = f"{toughness.low / 1e6:.2f}–{toughness.high / 1e6:.2f}"
        text = f"{label}, $K_{{IC}}$ = {toughness.at() / 1e6:.2f} ({spread}) MPa m$^{{1/2}}$"
        panel.text(0.13, 1.24e3 * np.interp(0.13e-6, FLAWS, found["high"]), text, fontsize=9, color=colour, **ALONG)
    panel.set(xscale="log", yscale="log", xlim=(0.1, 300), ylim=(0.5, 700))
    panel.set(xlabel="Flaw length (depth of an edge crack) / μm", ylabel="Crack overpotential / mV")
    factor = plating_pressure(1e-3) / 1e6  # MPa for each mV
    right = panel.secondary_yaxis("right", functions=(lambda mv: mv * factor, lambda mpa: mpa / factor))
    right.set_ylabel("Plating pressure $F\\eta/V_{\\mathrm{Li}}$ / MPa")
    for axis in (panel.xaxis, panel.yaxis, right.yaxis):
        axis.set_major_formatter("{x:g}")
    panel.spines[["top"]].set_visible(False)
    figure.savefig(path, dpi=150)
    return results


if __name__ == "__main__":
    images = HERE.parent / "docs" / "images"
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else images / "classic_crack_overpotential.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    draw(target)
    print(target)
