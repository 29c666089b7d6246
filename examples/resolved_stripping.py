"""Stripping at three stack pressures: contact, voltage, and where on the interface the voids are.

    python examples/resolved_stripping.py            draws docs/images/resolved_stripping.png (a minute)
    python examples/resolved_stripping.py FILE.svg   draws elsewhere

Li | Li6PS5Cl | Li, stripped at 0.5 mA/cm2: an interface of 32 um x 32 um in three dimensions, whose exchange current
and void closure scatter from column to column (log-normal, 0.5). Metal that leaves faster than it flows back leaves
voids, and the current crowds on what is left. The stack pressure pushes metal back: more of it delays the loss of
contact, and above some pressure the voids stop growing. What a resolved interface adds is the spread: at the same time
some columns are open and others whole. The scatter has no correlation length: a finer grid draws finer speckles.

The numbers behind the closure of voids are the least sure ones of the library; see `lisse materials lithium`.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

import lisse
from lisse.microstructure import Volume
from lisse.models import Resolved
from lisse.study import read_case

HERE = Path(__file__).parent
VOXEL, THICK, WIDE = 1e-6, 8, 32  # m, and voxels through and along the electrolyte
SCATTER, HOURS = 0.5, 3
COLOURS = {1: "#D55E00", 3: "#0072B2", 7: "#009E73"}  # MPa


def run(pressure: float, directory: str) -> Any:
    """The Solution at a stack pressure (MPa); its fields are in the directory."""
    case = read_case(
        {
            "cell": {
                "area": "1 cm^2",
                "electrolyte": {"material": "Li6PS5Cl", "thickness": f"{1e6 * VOXEL * THICK} um"},
                "anode": {"material": "lithium", "thickness": "100 um"},
                "interface": {"resistance": "5 ohm cm^2"},
                "stack": {"pressure": f"{pressure} MPa", "forming_pressure": "100 MPa"},
            },
            "protocol": {"steps": [{"current_density": "-0.5 mA/cm^2", "duration": f"{HOURS} h"}]},
            "model": {"name": "lumped"},
        }
    )
    crystal = Volume(np.zeros((THICK, WIDE, WIDE), dtype=np.uint8), VOXEL, {0: "electrolyte"})
    model = Resolved(
        voxel=VOXEL,
        microstructure=crystal,
        lithium="fluid",
        fracture=False,
        scatter=SCATTER,
        tolerance=1e-5,
        time_tolerance=1e-2,
        saved_times=40,
        directory=directory,
    )
    return lisse.solve(model, case.cell, case.protocol, seed=1)


def results() -> dict[float, dict[str, Any]]:
    """For each stack pressure: the Solution, the times of the maps (s) and the contact of the stripped interface."""
    found = {}
    for pressure in COLOURS:
        with tempfile.TemporaryDirectory() as directory:
            solution = run(pressure, directory)
            fields = lisse.load_fields(directory)
            contact = fields["contact_fraction"].sel(electrode="working").load().values
            current = -fields["local_current_density"].sel(electrode="working").load().values
            times = fields["time"].values
        found[pressure] = {"solution": solution, "times": times, "contact": contact, "current": current}
    return found


def draw(path: Path) -> dict[float, dict[str, Any]]:
    """Draw the figure; returns what is in it."""
    found = results()
    figure = Figure(figsize=(10.0, 6.4), layout="constrained")
    panels = figure.subplots(2, 3)
    first = min(float(one["times"][-1]) for one in found.values())
    for pressure, one in found.items():
        data, colour = one["solution"].data, COLOURS[pressure]
        hours = data["time"].values / 3600
        panels[0, 0].plot(hours, data["contact_fraction"][:, 0], color=colour, label=f"{pressure} MPa")
        panels[0, 1].plot(hours, -1e3 * data["voltage"], color=colour, label=f"{pressure} MPa")
        number = int(np.argmin(abs(one["times"] - first)))
        values = np.sort(one["contact"][number].reshape(-1))
        panels[0, 2].plot(values, np.linspace(0, 100, values.size), color=colour, label=f"{pressure} MPa")
        if one["solution"].verdict.mode == "contact-loss":
            panels[0, 0].plot(hours[-1], data["contact_fraction"].values[-1, 0], "x", color=colour, ms=8, mew=2)
    panels[0, 0].axvline(first / 3600, color="0.75", lw=1, zorder=0)
    panels[0, 0].set(xlabel="Time / h", ylabel="Contact fraction", ylim=(0, 1.02))
    panels[0, 1].set(xlabel="Time / h", ylabel="Cell voltage / mV", ylim=(0, None))
    panels[0, 2].set(xlabel="Contact fraction of a column", ylabel="Share of the interface below / %", ylim=(0, 100))
    panels[0, 0].legend(frameon=False, fontsize=9)
    for panel in panels[0]:
        panel.spines[["top", "right"]].set_visible(False)
    edge = 1e6 * VOXEL * WIDE
    for panel, (pressure, one) in zip(panels[1], found.items(), strict=True):
        number = int(np.argmin(abs(one["times"] - first)))
        image = panel.imshow(one["contact"][number], vmin=0, vmax=1, cmap="cividis", extent=(0, edge, 0, edge))
        panel.set_title(f"{pressure} MPa, {one['times'][number] / 3600:.2g} h", fontsize=10, color=COLOURS[pressure])
        panel.set(xlabel="z / μm", ylabel="y / μm")
    figure.colorbar(image, ax=panels[1], label="Contact fraction", shrink=0.9)
    figure.savefig(path, dpi=110)
    return found


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / "docs" / "images" / "resolved_stripping.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    draw(target)
    print(target)
