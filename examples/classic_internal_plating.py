"""Where can lithium plate inside the electrolyte? The largest lithium potential in a map of two resistances.

    python examples/classic_internal_plating.py            draws docs/images/classic_internal_plating.png
    python examples/classic_internal_plating.py FILE.svg   draws elsewhere

An electrolyte that conducts some electrons is blamed for lithium inside it (han2019). Wagner's transport (wagner1975,
dejonghe1981) is more careful: lithium comes out in a pore where mu/F exceeds V (p + 2 gamma/r)/F (white lines, for
three pore radii), and mu needs an ionic drop that the electrons do not share. Left, electrodes without resistance to
electrons: the drop in the ionic interface resistance alone sets mu, and the conductivity of the electrons sets how
fast lithium comes, not whether, until they short the cell at the far right. Right, electrons meet a resistance at the
interfaces too: where r_e sig_e = r_i sig_i (blue) the transport numbers are uniform and mu is zero everywhere, however
leaky the electrolyte. Above that line mu is largest at the plating face (solid), below it at the stripping face
(dotted).

How far to trust it: steady state in one dimension with LLZO's ionic conductivity, 100 um thick, both conductivities
uniform, no gradient in them and no grain boundary. The electronic interface resistance of the right panel is chosen to
show the effect, no number is known. Bars above are the electronic conductivities that the library has, row in use
(dot) and all rows; they say nothing of the height. Current density 0.5 mA/cm2, confining pressure 3 MPa.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from numpy.typing import NDArray

from lisse.materials import load, names
from lisse.theory import internal_plating_threshold, lithium_potential_profile

HERE = Path(__file__).parent
IONIC = load("LLZO").value("ionic_conductivity")  # S/m
THICKNESS = 100e-6  # m
CURRENT = 5.0  # A/m2 through the cell, ions and electrons together
ELECTRONIC_INTERFACES = (0.0, 100.0)  # ohm m2 at each face, for the two panels
CONDUCTIVITIES = np.geomspace(1e-14, 1e-1, 105)  # S/m
RESISTANCES = np.geomspace(1e-5, 0.1, 65)  # ohm m2 at each face
RADII = {10e-9: "10 nm", 100e-9: "100 nm", 1e-6: "1 μm"}
PRESSURE = 3e6  # Pa
SQUARE_CM = 1e-4  # m2
LABELS = {"Li10GeP2S12": "Li$_{10}$GeP$_2$S$_{12}$", "Li3PS4": "Li$_3$PS$_4$", "Li6PS5Cl": "Li$_6$PS$_5$Cl"}


def potentials(electronic: float, ionic_interface: float, electronic_interface: float) -> NDArray[np.float64]:
    """mu/F in V at the plating and at the stripping face when `CURRENT` passes; between them it is a straight line."""
    paths = 2 * ionic_interface + THICKNESS / IONIC, 2 * electronic_interface + THICKNESS / electronic
    voltage = CURRENT / (1 / paths[0] + 1 / paths[1])
    resistances = ionic_interface, electronic_interface
    faces = [0.0, THICKNESS]
    return np.asarray(lithium_potential_profile(faces, voltage, [THICKNESS], [IONIC], [electronic], *resistances))


def maps(electronic_interface: float) -> NDArray[np.float64]:
    """mu/F in V at the two faces, (2, n, m): n ionic interface resistances, m electronic conductivities."""
    rows = [[potentials(s, r, electronic_interface) for s in CONDUCTIVITIES] for r in RESISTANCES]
    return np.moveaxis(np.array(rows), -1, 0)


def thresholds() -> dict[float, float]:
    """mu/F in V at which lithium precipitates, for each pore radius."""
    energy = load("lithium").value("surface_energy")
    return {radius: float(internal_plating_threshold(PRESSURE, energy, radius)) for radius in RADII}


def electrolytes() -> dict[str, tuple[float, float, float]]:
    """Lowest, chosen and highest electronic conductivity in S/m of the electrolytes that have one."""
    found = {}
    for material in (load(name) for name in names()):
        if material.kind in ("electrolyte", "polymer") and material.has("electronic_conductivity"):
            rows = material.properties["electronic_conductivity"].entries
            every = [x for row in rows for x in (row.low, row.at(), row.high) if x is not None]
            found[material.name] = (min(every), material.value("electronic_conductivity"), max(every))
    return found


def draw(path: Path) -> list[NDArray[np.float64]]:
    """Draw the figure; returns the two maps."""
    figure = Figure(figsize=(7.4, 4.8), layout="constrained")
    axes = figure.subplots(2, 2, sharex=True, sharey="row", height_ratios=(1, 2.9))
    results = [maps(resistance) for resistance in ELECTRONIC_INTERFACES]
    drawn: Any = None
    for panel, strip, potential in zip(axes[1], axes[0], results, strict=True):
        _substances(strip)
        x, y = CONDUCTIVITIES / 100, RESISTANCES / SQUARE_CM
        largest = np.clip(1e3 * potential.max(axis=0), 0.011, None)  # next to the line of zero it has no logarithm
        drawn = panel.contourf(
            x, y, largest, levels=np.geomspace(1e-2, 1e3, 11), norm=LogNorm(1e-2, 1e3), cmap="cividis"
        )
        for face, style in zip(potential, ("-", ":"), strict=True):
            panel.contour(
                x, y, face, levels=sorted(thresholds().values()), colors="white", linewidths=1.2, linestyles=style
            )
        for radius, level in thresholds().items():
            panel.text(
                3e-16, 1.12 * level / CURRENT / SQUARE_CM, f"pore radius {RADII[radius]}", fontsize=8, color="white"
            )
        panel.set(xscale="log", yscale="log", xlabel="Electronic conductivity / S cm$^{-1}$")
    for strip, resistance in zip(axes[0], ("0", "10$^6$ Ω cm$^2$"), strict=True):
        strip.set_title(f"electronic interface resistance $r_e$ = {resistance}", fontsize=9)
    matched = ELECTRONIC_INTERFACES[1] * CONDUCTIVITIES / IONIC
    inside = (matched > RESISTANCES[0]) & (matched < RESISTANCES[-1])
    axes[1, 1].plot(CONDUCTIVITIES[inside] / 100, matched[inside] / SQUARE_CM, color="#56B4E9", lw=1.5)
    words: dict[str, Any] = {"color": "white", "fontsize": 8}
    axes[1, 1].annotate(
        "$\\mu$ = 0 where\n$r_e\\sigma_e = r_i\\sigma_i$", (1.4e-8, 30), (1.5e-7, 45),
        arrowprops={"arrowstyle": "-", "color": "white", "lw": 0.8}, **words,
    )  # fmt: skip
    axes[1, 1].text(1.2e-8, 0.16, "dotted: at the\nstripping face", **words)
    axes[1, 0].set_ylabel("Ionic interface resistance / Ω cm$^2$")
    figure.colorbar(drawn, ax=axes[1, :], format="{x:g}", label="Largest $\\mu_{\\mathrm{Li}}/F$ / mV", pad=0.01)
    figure.savefig(path, dpi=150)
    return results


def _substances(strip: Any) -> None:
    for line, (name, (low, chosen, high)) in enumerate(electrolytes().items()):
        strip.plot([low / 100, high / 100], [line, line], color="#D55E00", lw=2, alpha=0.5)
        strip.plot(chosen / 100, line, "o", color="#D55E00", ms=3.5)
        strip.text(high / 100 * 2.5, line, LABELS.get(name, name), fontsize=7.5, va="center")
    strip.set(yticks=[], ylim=(-0.7, len(electrolytes()) - 0.3))
    strip.spines[["top", "right", "left", "bottom"]].set_visible(False)
    strip.tick_params(bottom=False, which="both")


if __name__ == "__main__":
    target = (
        Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / "docs" / "images" / "classic_internal_plating.png"
    )
    target.parent.mkdir(parents=True, exist_ok=True)
    draw(target)
    print(target)
