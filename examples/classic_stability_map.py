"""Does a smooth lithium interface stay flat? The four-region map of molar-volume ratio against shear ratio.

    python examples/classic_stability_map.py            draws docs/images/classic_stability_map.png
    python examples/classic_stability_map.py FILE.svg   draws elsewhere

Ahmad and Viswanathan (ahmad2017) found two ways to a flat interface. With v > 1, as in the polymer of Monroe and
Newman, an electrolyte stiffer than the boundary holds the metal back: pressure-driven stability. With v < 1 one softer
than the boundary does: density-driven stability. Ceramics (stiff, v near 0) miss both. That is the published sign; a
sign audit of the electron's chemical potential leaves the boundary where it is and swaps the labels (the
"thermodynamic" convention of lisse.theory.interface_stability).

How far to trust it: waves of small amplitude, long against capillarity, on a surface without flaws. Hardly any v is
measured; those of the garnets (0, debated) and PEO (input of a model) are marked as such in the library. Substances
without v stand in the side panel: all lie above the highest boundary that v < 1 has. LAGP, LATP and glassy Li3PS4 are
missing because the library has Young's modulus but no Poisson ratio of them. Bars span all rows of the library,
whatever the temperature; points are the rows in use. Shear moduli are taken over that of lithium at room temperature
(sodium for beta''-alumina).
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from lisse.materials import Material, load, names
from lisse.theory import critical_shear_ratio, interface_stability

HERE = Path(__file__).parent
METAL = {"Na-beta-alumina": "sodium"}  # all others face lithium
LABELS = {
    "Li10GeP2S12": "Li$_{10}$GeP$_2$S$_{12}$",
    "Li3PS4-crystal": "β-Li$_3$PS$_4$",
    "Li6PS5Cl": "Li$_6$PS$_5$Cl",
    "Li7P3S11": "Li$_7$P$_3$S$_{11}$",
    "Na-beta-alumina": "Na-β″-Al$_2$O$_3$ (over Na)",
}
SAME_ROW = {"LLZTO": "LLZO", "Li3PS4-beta": "Li3PS4-crystal"}  # one modulus for both in the library: drawn once
LONG_WAVE = 1.0  # 1/m; capillarity has vanished there
BLUE, ORANGE = "#0072B2", "#D55E00"
ARROW = {"arrowstyle": "->", "color": ORANGE, "lw": 2.2, "shrinkA": 0, "shrinkB": 0}


def poisson_ratio(material: Material) -> float | None:
    """Of the library, or of the bulk and shear modulus of the same source; None when neither is known."""
    if material.has("poisson_ratio"):
        return material.value("poisson_ratio")
    if material.has("bulk_modulus") and material.has("shear_modulus"):
        bulk, shear = material.value("bulk_modulus"), material.value("shear_modulus")
        return (3 * bulk - 2 * shear) / (6 * bulk + 2 * shear)
    return None


def place(name: str) -> dict[str, Any] | None:
    """Where a substance stands on the map, and its verdict if its v is known; None without a shear modulus."""
    material, metal, nu = load(name), load(METAL.get(name, "lithium")), poisson_ratio(load(name))
    if not material.has("shear_modulus"):
        return None
    shear = material.value("shear_modulus", material.reference_temperature)
    rows = material.properties["shear_modulus"].entries
    every = [(x, e.temperature) for e in rows for x in (e.low, e.at(e.temperature), e.high) if x is not None]
    ratios = [g / metal.value("shear_modulus") for g in (shear, min(every)[0], max(every)[0])]
    found: dict[str, Any] = dict(zip(("ratio", "low", "high"), ratios, strict=True), nu=nu, v=None, metal=metal.name)
    found["celsius"] = [t - 273.15 for t in (material.reference_temperature, max(every)[1])]  # of the point, the top
    if material.has("molar_volume_ratio") and nu is not None:
        entry = material.entry("molar_volume_ratio")
        found["v"] = entry.at()
        found["v_high"] = found["v"] if entry.high is None else entry.high
        found["stable"] = stable(found["v"], found["ratio"], nu, metal)
    return found


def stable(v: float, ratio: float, nu: float, metal: Material, convention: str = "published") -> bool:
    """Whether a long wave dies out."""
    shear = metal.value("shear_modulus")
    energy = load("lithium").value("surface_energy")  # does not matter for long waves
    solids = ratio * shear, nu, shear, metal.value("poisson_ratio")
    return bool(interface_stability(LONG_WAVE, *solids, v, energy, convention=convention).stable)


def draw(path: Path) -> dict[str, dict[str, Any]]:
    """Draw the figure; returns what is in it."""
    candidates = [name for name in names() if load(name).kind in ("electrolyte", "polymer")]
    places = {name: where for name in candidates if (where := place(name)) is not None}
    figure = Figure(figsize=(7.4, 4.7), layout="constrained")
    panel, side = figure.subplots(1, 2, sharey=True, width_ratios=(2.6, 1))
    _regions(panel, [where["nu"] for where in places.values() if where["nu"] is not None])
    for name, where in places.items():
        if where["v"] is not None and name not in SAME_ROW:
            _point(panel, LABELS.get(name, name), where)
    unknown = [name for name, where in places.items() if where["v"] is None and name not in SAME_ROW]
    unknown.sort(key=lambda name: places[name]["ratio"])
    for column, name in enumerate(unknown):
        where = places[name]
        side.plot([column] * 2, [where["low"], where["high"]], color=ORANGE, lw=2, alpha=0.5)
        side.plot(column, where["ratio"], "o", color=ORANGE, ms=5)
        side.text(column, 0.45 * where["low"], LABELS.get(name, name), rotation=90, ha="center", va="top", fontsize=8)
    side.set(xlim=(-0.7, len(unknown) - 0.3), xticks=[], xlabel="$v$ not measured")
    message = "all stand above the\nhighest boundary of\n$v$ < 1: unstable there;\nfor $v$ > 1 it is $v$ that\ndecides"
    side.text(0.05, 0.06, message, transform=side.transAxes, fontsize=8.5, color="0.25", linespacing=1.35)
    side.set_title("height without a place", fontsize=9)
    side.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=150)
    return places


def _regions(panel: Any, poisson_ratios: list[float]) -> None:
    """Boundary as a band over the Poisson ratios of the library, regions, labels."""
    nu_metal = load("lithium").value("poisson_ratio")
    bottom, top, low, high = 1e-6, 1e3, min(poisson_ratios), max(poisson_ratios)
    for v in (1 - np.geomspace(1e-7, 0.99, 600), 1 + np.geomspace(1e-7, 99, 600)):
        curves = [np.asarray(critical_shear_ratio(v, nu, nu_metal)) for nu in (low, high, 0.3)]
        panel.fill_between(v, curves[0], curves[1], color="0.55", lw=0)
        panel.plot(v, curves[2], color="0.1", lw=1.2)
        panel.fill_between(v, curves[2], bottom if v[0] < 1 else top, color=BLUE, alpha=0.13, lw=0)
    panel.axvline(1, color="0.1", lw=0.8, ls=":")
    panel.text(4, 3.0, f"band: $\\nu_s$ = {low:.2f}–{high:.2f}", fontsize=8, color="0.2")
    panel.text(0.05, 2e-4, "stable\n(density-driven)", ha="center", color=BLUE, fontsize=10)
    panel.text(13, 110, "stable\n(pressure-driven)", ha="center", color=BLUE, fontsize=10)
    panel.text(0.25, 180, "unstable", ha="center", color="0.25", fontsize=10)
    panel.text(3, 2e-4, "unstable", ha="center", color="0.25", fontsize=10)
    panel.set(xscale="log", yscale="log", xlim=(1e-2, 1e2), ylim=(bottom, top))
    panel.set_xlabel(r"Molar-volume ratio $v = V_{\mathrm{Li}^+}/V_{\mathrm{Li}}$ / 1")
    panel.set_ylabel(r"Shear ratio $G_s/G_{\mathrm{metal}}$ / 1")
    panel.set_title("published sign; the thermodynamic sign swaps the labels", fontsize=9)
    panel.spines[["top", "right"]].set_visible(False)


def _point(panel: Any, label: str, where: dict[str, Any]) -> None:
    v, edge = where["v"], panel.get_xlim()[0]
    if v < edge:  # v = 0 cannot stand on a logarithmic axis: a bar from its upper bound out of the picture
        panel.annotate("", (edge, where["ratio"]), (where["v_high"], where["ratio"]), arrowprops=ARROW)
        text = ", ".join([label, *(n for n, same in SAME_ROW.items() if same == label)])
        panel.text(1.15 * edge, 0.5 * where["ratio"], f"{text}: $v$ = 0–{where['v_high']:g}", va="top", fontsize=8.5)
        return
    panel.plot([v, v], [where["low"], where["high"]], color=ORANGE, lw=2, alpha=0.5)
    panel.plot(v, where["ratio"], "o", color=ORANGE, ms=6)
    point, top = (f"{temperature:.0f} °C" for temperature in where["celsius"])
    panel.text(1.25 * v, where["ratio"], f"{label}\n{point}", va="center", fontsize=8.5)
    panel.text(1.25 * v, where["high"], top, va="center", fontsize=8.5)


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / "docs" / "images" / "classic_stability_map.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    draw(target)
    print(target)
