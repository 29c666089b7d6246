"""Stability parameter of lithium against cubic crystals, for every direction of the wave in three interface planes.

    python examples/anisotropic_stability.py            draws docs/images/anisotropic_stability.png
    python examples/anisotropic_stability.py FILE.svg   draws elsewhere

Around each circle the wave turns within the interface plane. The radius is the stability parameter (wavenumber 1e8 1/m,
published convention) against that of the same pair as polycrystals, the dashed circle: closed form, Hill averages. Its
value stands in the legend; all are above zero, so unstable. The lithium crystal is oriented like the electrolyte, cube
on cube; it is the more anisotropic one (Zener ratio 8.5, against 1.3 of garnet, 1.4 of LiF and 1.1 of Li2S). A (001)
interface lies 4 to 9 % below the polycrystal, a (111) interface 3 to 6 % above it; on (110) the direction matters as
well, by 5 % for garnet and 20 % for soft Li2S.

Constants of lithium and garnet, surface energy and the molar-volume ratio (that of the garnet, 0, for all) are those
of the library. LiF and Li2S, which form between lithium and many electrolytes, are not in it: calculated constants of
the released screening data (ahmad2018).
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from lisse.materials import load
from lisse.theory import interface_stability, interface_stability_anisotropic

HERE = Path(__file__).parent
WAVENUMBER = 1e8  # 1/m
TO_PICTURE = 1e-12  # J/mol/m to kJ/(mol nm)
ANGLES = np.radians(np.arange(0, 361, 2))
# interface plane: normal, direction at 0 degrees, direction at 90 degrees
PLANES = {
    "(001)": ((0, 0, 1), (1, 0, 0), (0, 1, 0)),
    "(110)": ((1, 1, 0), (0, 0, 1), (1, -1, 0)),
    "(111)": ((1, 1, 1), (1, -1, 0), (1, 1, -2)),
}
DIRECTIONS = {
    "(001)": ("[100]", "[110]", "[010]"),
    "(110)": ("[001]", "", "[1$\\bar{1}$0]"),
    "(111)": ("[1$\\bar{1}$0]", "", "[11$\\bar{2}$]"),
}


@dataclass(frozen=True)
class Crystal:
    """Cubic crystal: its constants, Pa."""

    name: str
    c11: float
    c12: float
    c44: float
    colour: str = "black"

    @property
    def stiffness(self) -> NDArray[np.float64]:
        """Stiffness matrix, Pa."""
        matrix = np.diag([self.c11 - self.c12] * 3 + [self.c44] * 3)
        matrix[:3, :3] += self.c12
        return matrix

    @property
    def polycrystal(self) -> tuple[float, float]:
        """Shear modulus (Pa) and Poisson ratio, Hill average."""
        soft, stiff, bulk = self.c11 - self.c12, self.c44, (self.c11 + 2 * self.c12) / 3
        shear = ((soft + 3 * stiff) / 5 + 5 * soft * stiff / (4 * stiff + 3 * soft)) / 2
        return shear, (3 * bulk - 2 * shear) / (6 * bulk + 2 * shear)


def from_library(name: str, label: str, colour: str = "black") -> Crystal:
    """A crystal of the library."""
    material = load(name)
    return Crystal(label, *(material.value(f"stiffness_{constant}") for constant in ("c11", "c12", "c44")), colour)


LITHIUM = from_library("lithium", "Li")
CRYSTALS = (
    from_library("LLZO", "LLZO", "#0072B2"),
    Crystal("LiF", 124.6e9, 42.5e9, 58.9e9, "#D55E00"),
    Crystal("Li$_2$S", 82.9e9, 18.6e9, 33.8e9, "#009E73"),
)
COMMON = {
    "molar_volume_ratio": load("LLZO").value("molar_volume_ratio"),
    "surface_energy": load("lithium").value("surface_energy"),
    "molar_volume": load("lithium").value("molar_volume"),
}


def around(crystal: Crystal, plane: str) -> NDArray[np.float64]:
    """Stability parameter, kJ/(mol nm), for the wave at each of the angles."""
    normal, start, quarter = (np.array(vector, dtype=float) for vector in PLANES[plane])
    start, quarter = start / np.linalg.norm(start), quarter / np.linalg.norm(quarter)
    waves = np.cos(ANGLES)[:, np.newaxis] * start + np.sin(ANGLES)[:, np.newaxis] * quarter
    chi = interface_stability_anisotropic(WAVENUMBER, crystal.stiffness, LITHIUM.stiffness, normal, waves, **COMMON)
    return np.asarray(chi.total * TO_PICTURE)


def circle(crystal: Crystal) -> float:
    """Stability parameter, kJ/(mol nm), of the same pair as polycrystals."""
    return float(
        interface_stability(WAVENUMBER, *crystal.polycrystal, *LITHIUM.polycrystal, **COMMON).total * TO_PICTURE
    )


def draw(path: Path) -> dict[str, dict[str, NDArray[np.float64]]]:
    """Draw the figure; returns the curves by plane and crystal."""
    curves = {plane: {crystal.name: around(crystal, plane) for crystal in CRYSTALS} for plane in PLANES}
    figure = Figure(figsize=(10.5, 4.7), layout="constrained")
    figure.get_layout_engine().set(rect=(0, 0, 1, 0.95))
    panels = figure.subplots(1, 3, subplot_kw={"projection": "polar"})
    for panel, plane in zip(panels, PLANES, strict=True):
        panel.plot(ANGLES, np.zeros_like(ANGLES), "--", color="0.3", lw=1.2)
        for crystal in CRYSTALS:
            excess = 100 * (curves[plane][crystal.name] / circle(crystal) - 1)
            panel.plot(ANGLES, excess, color=crystal.colour, lw=2, label=f"{crystal.name} ({circle(crystal):.0f})")
        panel.set_thetagrids(range(0, 360, 45), [*DIRECTIONS[plane], *[""] * 5], fontsize=10)
        panel.set_rlim(-20, 20)
        panel.set_rgrids([-10, 0, 10], ["$-$10 %", "0", "+10 %"], angle=292, fontsize=8, color="0.3", ha="center")
        panel.grid(color="0.88", lw=0.7)
        panel.spines["polar"].set_color("0.8")
        panel.set_title(f"Interface plane {plane}", fontsize=11)
    legend = "$\\chi$ against that of polycrystals (dashed circle; in brackets: its value in kJ mol$^{-1}$ nm$^{-1}$)"
    figure.legend(
        *panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False, title=legend
    )
    figure.savefig(path, dpi=150)
    return curves


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / "docs" / "images" / "anisotropic_stability.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    for plane, crystals in draw(target).items():
        for name, values in crystals.items():
            print(f"{plane} {name}: {values.min():.1f} to {values.max():.1f}, ratio {values.max() / values.min():.2f}")
    print(target)
