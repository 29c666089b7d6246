"""A segmented tomogram as the electrolyte: where the current runs, what it costs, and how soon contact is lost.

    python examples/resolved_tomogram.py SCAN.tif               draws docs/images/resolved_tomogram.png (two minutes)
    python examples/resolved_tomogram.py SCAN.tif FILE.svg      draws elsewhere

The scan is any two-phase volume that `lisse.microstructure` reads; label 0 is taken as the electrolyte, 1 as pores, and
a cube of it is cut out. The picture in the documentation is drawn from a public volume of 100 x 100 x 100 voxels with
60 % of label 0 (openImpala's sample data, BSD-3; it is not in this repository, and what it is a scan of is not said:
the size of a voxel is our choice).

No mesh is made: voxels are what the model works on. Three things are compared with a dense crystal of the same
thickness, at the same current: the resistance (tortuous paths), the current density inside (necks carry several times
the mean), and the loss of contact on stripping (electrolyte meets the metal on a part of the plane only).
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

import lisse
from lisse.microstructure import Volume, read
from lisse.models import Resolved
from lisse.study import read_case

HERE = Path(__file__).parent
VOXEL, EDGE, HOURS = 1e-6, 40, 3  # m, voxels, h
COLOURS = {"tomogram": "#D55E00", "dense": "#0072B2"}


def cube(scan: Path) -> Volume:
    """The corner of a scan."""
    whole = read(scan, VOXEL, {0: "electrolyte", 1: "pore"})
    return Volume(np.array(whole.labels[:EDGE, :EDGE, :EDGE]), VOXEL, {0: "electrolyte", 1: "pore"})


def run(volume: Volume) -> tuple[Any, Any]:
    """Solution, and fields at the start."""
    case = read_case(
        {
            "cell": {
                "area": "1 cm^2",
                "electrolyte": {"material": "Li6PS5Cl", "thickness": f"{1e6 * VOXEL * volume.shape[0]} um"},
                "anode": {"material": "lithium", "thickness": "100 um"},
                "interface": {"resistance": "5 ohm cm^2"},
                "stack": {"pressure": "3 MPa", "forming_pressure": "100 MPa"},
            },
            "protocol": {"steps": [{"current_density": "-0.5 mA/cm^2", "duration": f"{HOURS} h"}]},
            "model": {"name": "lumped"},
        }
    )
    with tempfile.TemporaryDirectory() as directory:
        model = Resolved(
            voxel=VOXEL,
            microstructure=volume,
            lithium="fluid",
            fracture=False,
            tolerance=1e-5,
            time_tolerance=1e-2,
            saved_times=1,
            directory=directory,
        )
        solution = lisse.solve(model, case.cell, case.protocol)
        return solution, lisse.load_fields(directory).isel(time=0).load()


def results(scan: Path) -> dict[str, dict[str, Any]]:
    """For the tomogram and the dense crystal: Solution, contact plane and current density over the mean."""
    volume = cube(scan)
    dense = Volume(np.zeros((EDGE, 2, 2), dtype=np.uint8), VOXEL, {0: "electrolyte"})
    found = {}
    for name, given in (("tomogram", volume), ("dense", dense)):
        solution, fields = run(given)
        mean = abs(float(solution.data["current_density"].values[0]))
        found[name] = {
            "solution": solution,
            "through": np.sqrt((fields["current_density"].values ** 2).sum(axis=0)) / mean,
            "plane": -fields["local_current_density"].sel(electrode="working").values / mean,
            "volume": given,
        }
    return found


def draw(scan: Path, path: Path) -> dict[str, dict[str, Any]]:
    """Draw the figure; returns what is in it."""
    found = results(scan)
    figure = Figure(figsize=(10.0, 6.4), layout="constrained")
    panels = figure.subplots(2, 3)
    one, size = found["tomogram"], 1e6 * VOXEL * EDGE
    for panel, picture, title, words in (
        (panels[0, 0], one["through"][:, :, EDGE // 2], "through the middle", ("y / μm", "x / μm")),
        (panels[0, 1], np.where(one["plane"] > 0, one["plane"], np.nan), "stripped face", ("z / μm", "y / μm")),
    ):
        panel.set_facecolor("#16181C")
        image = panel.imshow(picture, origin="lower", cmap="cividis", vmin=0, vmax=4, extent=(0, size, 0, size))
        panel.set_title(title, fontsize=10)
        panel.set(xlabel=words[0], ylabel=words[1])
    figure.colorbar(image, ax=panels[0, :2], label="Current density over the mean", shrink=0.9)
    inside = one["through"][~np.isnan(one["through"])]
    panels[0, 2].hist(inside, np.linspace(0, 6, 61), color=COLOURS["tomogram"], density=True)
    panels[0, 2].axvline(1, color=COLOURS["dense"])
    panels[0, 2].set(xlabel="Current density over the mean", ylabel="Share of the electrolyte per unit", xlim=(0, 6))
    for name, colour in COLOURS.items():
        data = found[name]["solution"].data
        hours = data["time"].values / 3600
        panels[1, 0].plot(hours, data["contact_fraction"].values[:, 0], color=colour, label=name)
        panels[1, 1].plot(hours, -1e3 * data["voltage"].values, color=colour, label=name)
    panels[1, 0].set(xlabel="Time / h", ylabel="Contact of what electrolyte there is", ylim=(0, 1.02))
    panels[1, 1].set(xlabel="Time / h", ylabel="Cell voltage / mV", ylim=(0, None))
    panels[1, 0].legend(frameon=False, fontsize=9)
    parts = {"electrolyte": "ohmic_drop", "film": "film_drop", "kinetics": "charge_transfer_drop"}
    for shift, (name, colour) in zip((-0.2, 0.2), COLOURS.items(), strict=True):
        data = found[name]["solution"].data
        heights = [-1e3 * float(data[part].values[0]) for part in parts.values()]
        panels[1, 2].bar(np.arange(3) + shift, heights, width=0.38, color=colour)
    panels[1, 2].set_xticks(range(3), parts)
    panels[1, 2].set(ylabel="Part of the voltage at the start / mV")
    for panel in (panels[0, 2], *panels[1]):
        panel.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=110)
    return found


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("Give the file of a segmented scan: python examples/resolved_tomogram.py SCAN.tif")
    target = Path(sys.argv[2]) if len(sys.argv) > 2 else HERE.parent / "docs" / "images" / "resolved_tomogram.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    draw(Path(sys.argv[1]), target)
    print(target)
