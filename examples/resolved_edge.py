"""The edge of an electrode on a single crystal: current crowds there, and there a flaw starts first.

    python examples/resolved_edge.py            draws docs/images/resolved_edge.png (half a minute)
    python examples/resolved_edge.py FILE.svg   draws elsewhere

A strip of lithium on a garnet crystal without grain boundaries; beyond its edge the surface is insulated by a coat of
one voxel, and the counter electrode goes on. Left: without interface resistance the current density at a distance s
from the edge follows 1/sqrt(1 - exp(-pi s/L)) (`theory.edge_focusing`; L the thickness), averaged over the voxels. Only
the voxel at the edge itself has half of that, because the coat takes its side of the electrolyte.

Right: two cells with 2 ohm cm2 and one flaw of 6 um each, at the edge or in the middle of the strip, at the same
current. The pressure of the lithium in a flaw follows the local drop across the interface, so that the flaw at the edge
loads faster and starts to grow; the one in the middle stays below the pressure that it would need.
"""

from __future__ import annotations

import math
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

import lisse
from lisse.materials import load
from lisse.microstructure import Volume
from lisse.models import Resolved
from lisse.study import read_case

HERE = Path(__file__).parent
VOXEL = 1e-6  # m
FOCUSING = (64, 256)  # voxels through and along the electrolyte; the strip covers the middle half
FLAWED, FLAW = (48, 192), 6
CURRENT, SECONDS = 5.0, 8  # mA/cm2 of the whole plane; s
COLOURS = {"edge": "#D55E00", "middle": "#0072B2"}

Floats = NDArray[np.float64]


def crystal(shape: tuple[int, int], flaw: str | None = None) -> Volume:
    """The crystal with its coat, and with a flaw at the edge of the strip or in its middle."""
    wide = shape[1]
    labels = np.zeros(shape, dtype=np.uint8)
    labels[0, : wide // 4] = labels[0, 3 * wide // 4 :] = 1
    if flaw is not None:
        labels[:FLAW, wide // 4 if flaw == "edge" else wide // 2] = 2
    return Volume(labels, VOXEL, {0: "electrolyte", 1: "coat", 2: "crack"})


def run(volume: Volume, interface: dict[str, str], current: float, seconds: float, fracture: bool) -> Any:
    """Solution and fields."""
    case = read_case(
        {
            "cell": {
                "area": "1 cm^2",
                "electrolyte": {"material": "LLZO", "thickness": f"{1e6 * VOXEL * volume.shape[0]} um"},
                "anode": {"material": "lithium", "thickness": "50 um"},
                "interface": interface,
                "stack": {"pressure": "3 MPa", "forming_pressure": "400 MPa"},
            },
            "protocol": {"steps": [{"current_density": f"{current} mA/cm^2", "duration": f"{seconds} s"}]},
            "model": {"name": "lumped"},
        }
    )
    with tempfile.TemporaryDirectory() as directory:
        model = Resolved(
            voxel=VOXEL,
            microstructure=volume,
            phases={"coat": load("LLZO").with_value("ionic_conductivity", 1e-9)},
            lithium="fluid",
            fracture=fracture,
            tolerance=1e-5,
            saved_times=60 if fracture else 1,
            directory=directory,
        )
        solution = lisse.solve(model, case.cell, case.protocol)
        return solution, lisse.load_fields(directory).load()


def focusing() -> dict[str, Any]:
    """Current density from the edge to the middle of the strip, over that of the middle, and what theory says."""
    bare = {"resistance": "0 ohm cm^2", "exchange_current_density": "1e6 mA/cm^2"}
    solution, fields = run(crystal(FOCUSING), bare, 1.0, 1.0, False)
    first = fields.isel(time=0)
    local = first["local_current_density"].sel(electrode="working").values
    deep, wide = FOCUSING
    strip = local[wide // 4 : wide // 2]
    edges, thickness = np.arange(wide // 4 + 1) * VOXEL, deep * VOXEL
    passed = 2 * thickness / math.pi * np.arccosh(np.exp(0.5 * math.pi * edges / thickness))  # integral of the formula
    theory = np.diff(passed) / VOXEL
    through = np.sqrt((first["current_density"].values ** 2).sum(axis=0))
    return {
        "solution": solution,
        "distance": 0.5 * (edges[1:] + edges[:-1]),
        "local": strip / strip[-1] * theory[-1],
        "theory": theory,
        "through": through / local[wide // 2],
    }


def flawed(place: str) -> dict[str, Any]:
    """Pressure in the flaw and cracked voxels against time (s), for a flaw at the edge or in the middle."""
    interface = {"resistance": "2 ohm cm^2"}
    solution, fields = run(crystal(FLAWED, place), interface, CURRENT, SECONDS, True)
    data = solution.data
    damage = fields["damage"].values[-1]
    return {
        "solution": solution,
        "time": data["time"].values,
        "pressure": data["plating_pressure"].values[:, 0],
        "depth": data["flaw_length"].values[:, 0],
        "damage": damage,
    }


def draw(path: Path) -> dict[str, Any]:
    """Draw the figure; returns what is in it."""
    found: dict[str, Any] = {"focusing": focusing()} | {place: flawed(place) for place in COLOURS}
    figure = Figure(figsize=(8.5, 6.2), layout="constrained")
    drawn = figure.subplot_mosaic([["map", "map"], ["profile", "pressure"]], height_ratios=(0.8, 1))
    panels = [drawn[name] for name in ("map", "profile", "pressure")]
    one = found["focusing"]
    extent = (0, 1e6 * VOXEL * FOCUSING[1], 0, 1e6 * VOXEL * FOCUSING[0])
    image = panels[0].imshow(one["through"], origin="lower", cmap="cividis", vmin=0, vmax=2, extent=extent)
    figure.colorbar(image, ax=panels[0], label="Current density over that\nunder the middle", shrink=0.9)
    panels[0].plot([extent[1] / 4, 3 * extent[1] / 4], [0, 0], color="#D55E00", lw=5, solid_capstyle="butt")
    panels[0].set(xlabel="y / μm", ylabel="x / μm")
    panels[1].plot(1e6 * one["distance"], one["theory"], color="0.6", lw=3, label="theory, mean over a voxel")
    panels[1].plot(1e6 * one["distance"], one["local"], ".", color="black", ms=5, label="resolved")
    panels[1].set(xlabel="Distance from the edge / μm", ylabel="Current density\nover that far inside")
    panels[1].set(xscale="log", ylim=(0, None))
    panels[1].legend(frameon=False, fontsize=8)
    for place, words in (("edge", "flaw at the edge"), ("middle", "flaw in the middle")):
        time, pressure = found[place]["time"], found[place]["pressure"] / 1e6
        panels[2].plot(time, pressure, color=COLOURS[place], label=words)
        grown = np.flatnonzero(found[place]["depth"] > (FLAW + 0.5) * VOXEL)
        if len(grown):
            panels[2].plot(time[grown[0]], pressure[grown[0]], "v", color=COLOURS[place], label="first new voxel")
    panels[2].set(xlabel="Time / s", ylabel="Pressure in the flaw / MPa", ylim=(0, None))
    panels[2].legend(frameon=False, fontsize=8, loc="lower right")
    for panel in panels[1:]:
        panel.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=110)
    return found


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / "docs" / "images" / "resolved_edge.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    draw(target)
    print(target)
