"""Nine generated microstructures, each 48 um wide, and the statistics they were asked for and reached.

    python examples/microstructures.py            draws docs/images/microstructures.png
    python examples/microstructures.py FILE.svg   draws elsewhere

Grains are shaded by number; lithium, pores and added phases have one colour each. x runs upwards.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from lisse.microstructure import generate
from lisse.microstructure.generate import Generated, Layer

HERE = Path(__file__).parent
EDGE, VOXEL = 48e-6, 0.2e-6  # m
COLOURS = {
    "lithium": "#B8BFC6",
    "pore": "#16181C",
    "crack": "#D55E00",
    "contamination": "#CC79A7",
    "interphase": "#E69F00",
    "carbon": "#3A3F45",
    "polymer": "#F3E9D2",
    "ceramic": "#0072B2",
    "electrolyte": "#8FC4E3",
}


def structures() -> dict[str, Generated]:
    """Title and structure of every panel."""
    plane = (EDGE, EDGE)
    grains = generate.polycrystal(plane, VOXEL, 6e-6, 0.35, seed=3)
    pellet = generate.polycrystal((0.75 * EDGE, EDGE), VOXEL, 6e-6, 0.3, seed=5)
    porous = generate.pores(pellet, 0.03, 1.6e-6, place="junction", seed=2)
    cracked = generate.cracks(porous, 3, 14e-6, width=0.6e-6, along_boundaries=True, seed=4)
    slab = generate.polycrystal((35.4e-6, EDGE), VOXEL, 6e-6, 0.3, columnar=0, seed=7)
    rough_lithium = Layer("lithium", 4.8e-6, rms=0.5e-6, correlation_length=4e-6)
    cell = generate.cell_stack(slab, (0.0, 4.8e-6), [rough_lithium, Layer("carbon", 3e-6)], seed=1)
    balls = generate.spheres(plane, VOXEL, 0.55, 6e-6, 0.35, gap=0.8e-6, seed=1)
    return {
        "Laguerre grains, log-normal": grains,
        "Pores at grain boundaries": generate.pores(grains, 0.08, 1.4e-6, 0.4, place="boundary", seed=1),
        "Cracks along boundaries": generate.cell_stack(cracked, 0.125 * EDGE),
        "Partial contact, 30 %": generate.rough_interface(plane, VOXEL, 2e-6, 0.8, 6e-6, 0.3, seed=8),
        "Contaminated patches": generate.patches(generate.cell_stack(pellet, 0.125 * EDGE), 0.4, 6e-6, 1.2e-6, seed=3),
        "Interlayer on columnar grains": cell,
        "Coated spheres in a polymer": generate.shell(balls, "ceramic", 0.6e-6, "polymer"),
        "Aligned fibres": generate.fibres(
            plane, VOXEL, 0.3, 1.6e-6, 24e-6, direction=(1.0, 0.3), misalignment=0.25, seed=2
        ),
        "Percolating network": generate.network(plane, VOXEL, 0.62, 3e-6, seed=6),
    }


def picture(made: Generated) -> np.ndarray[Any, np.dtype[np.float64]]:
    """(nx, ny, 3) colours: one per phase, grains told apart by a shade, boundaries darker."""
    volume = made.volume
    image = np.zeros((*volume.shape, 3))
    for label, name in volume.phases.items():
        image[volume.labels == label] = to_rgb(COLOURS[name])
    if volume.grains is not None and "electrolyte" in volume.phases.values():
        shade = 0.80 + 0.32 * np.random.default_rng(1).random(volume.grain_count + 1)
        shade[0] = 1.0
        edge = np.zeros(volume.shape, bool)
        for axis in (0, 1):
            ahead = np.roll(volume.grains, -1, axis)
            edge |= (ahead != volume.grains) & (ahead > 0) & (volume.grains > 0)
        image *= (shade[volume.grains] * np.where(edge, 0.6, 1.0))[..., None]
    return np.clip(image, 0.0, 1.0)


def draw(path: Path) -> dict[str, Generated]:
    """Draw the figure; returns what is in it."""
    made = structures()
    figure = Figure(figsize=(8.4, 9.0), layout="constrained")
    for panel, (title, one) in zip(figure.subplots(3, 3).ravel(), made.items(), strict=True):
        width = one.volume.extent[1] * 1e6
        panel.imshow(
            picture(one), origin="lower", extent=(0, width, 0, one.volume.extent[0] * 1e6), interpolation="nearest"
        )
        panel.set_title(title, fontsize=10)
        panel.set(xticks=[], yticks=[], xlim=(0, EDGE * 1e6), ylim=(0, EDGE * 1e6))
        panel.plot([2, 12], [2, 2], color="white", lw=3.5, solid_capstyle="butt")
        panel.plot([2, 12], [2, 2], color="black", lw=1.8, solid_capstyle="butt")
    figure.supxlabel("Bars: 10 µm", fontsize=9)
    figure.savefig(path, dpi=150)
    return made


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / "docs" / "images" / "microstructures.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    draw(target)
    print(target)
