"""A segmented tomogram as the electrolyte: where the current runs, how soon contact is lost, how a crack meets pores.

    python examples/resolved_tomogram.py SCAN.tif               draws docs/images/resolved_tomogram.png (half a minute)
    python examples/resolved_tomogram.py SCAN.tif FILE.svg      draws elsewhere

The scan is any two-phase volume that `lisse.microstructure` reads; label 0 is taken as the electrolyte, 1 as pores, and
a cube of it is cut out. The picture in the documentation is drawn from a public volume of 100 x 100 x 100 voxels with
60 % of label 0 (openImpala's sample data, BSD-3; it is not in this repository, and what it is a scan of is not said:
the size of a voxel is our choice).

No mesh is made: voxels are what the model works on. Three things are compared with a dense crystal of the same
thickness, at the same current: the resistance (tortuous paths), the current density inside (necks carry several times
the mean), and the loss of contact on stripping (electrolyte meets the metal on a part of the plane only).

Cracks are shown in a plane of 24 x 40 voxels of the scan, cut into four each, because a crack is one voxel wide. It was
chosen for a place where a flaw of 5 um has solid around it and a pore ahead: plated at 6 mA/cm2, the flaw grows into
the pore, its pressure is gone, and lithium fills the pore. Solid that does not hang together from electrode to
electrode and round the joined sides is taken out first, because nothing would hold it.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray
from scipy import ndimage

import lisse
from lisse.microstructure import Volume, read
from lisse.models import Resolved
from lisse.study import read_case

HERE = Path(__file__).parent
VOXEL, EDGE, HOURS = 1e-6, 40, 3  # m, voxels, h
PLANE, FINER = (slice(20, 44), 44, slice(30, 70)), 2  # piece of the scan that cracks, and voxels for one of the scan
FLAW_PLACE, FLAW_DEPTH = 10, 5  # in voxels of the scan
PLATING, SECONDS = 6.0, 25  # mA/cm2, s
COLOURS = {"tomogram": "#D55E00", "dense": "#0072B2"}
CRACKED = 0.95  # damage
SOLID, PORE, LITHIUM, FLAW, CRACK = "#C9C9C9", "#16181C", "#56B4E9", "#7A2E00", "#D55E00"

Mask = NDArray[np.bool_]


def cube(scan: Path) -> Volume:
    """The corner of a scan."""
    whole = read(scan, VOXEL, {0: "electrolyte", 1: "pore"})
    return Volume(np.array(whole.labels[:EDGE, :EDGE, :EDGE]), VOXEL, {0: "electrolyte", 1: "pore"})


def through(solid: Mask) -> Mask:
    """What of a plane bears load: solid that hangs together from electrode to electrode, and round the joined sides.

    Without a way round, it would turn under the pressure of the metal.
    """
    wide = solid.shape[1]
    pieces, _ = ndimage.label(np.concatenate([solid, solid], axis=1))
    first, second = pieces[:, :wide], pieces[:, wide:]
    both = np.intersect1d(pieces[0], pieces[-1])
    bears = np.intersect1d(both, np.unique(first[(first == second) & solid]))
    return np.asarray(np.isin(first, bears) | np.isin(second, bears))


def plane(scan: Path) -> Volume:
    """A piece of a plane of the scan, on finer voxels, with a flaw that has solid beside it and a pore ahead."""
    whole = read(scan, VOXEL, {0: "electrolyte", 1: "pore"})
    rows, number, columns = PLANE
    labels = np.where(through(whole.labels[rows, number, columns] == 0), 0, 1).astype(np.uint8)
    labels = labels.repeat(FINER, axis=0).repeat(FINER, axis=1)
    labels[: FLAW_DEPTH * FINER, FLAW_PLACE * FINER] = 2
    return Volume(labels, VOXEL / FINER, {0: "electrolyte", 1: "pore", 2: "crack"})


def run(volume: Volume, current: float, duration: str, fracture: bool) -> tuple[Any, Any]:
    """Solution, and fields: all that were saved with fracture, those at the start without."""
    case = read_case(
        {
            "cell": {
                "area": "1 cm^2",
                "electrolyte": {"material": "Li6PS5Cl", "thickness": f"{1e6 * volume.extent[0]} um"},
                "anode": {"material": "lithium", "thickness": "100 um"},
                "interface": {"resistance": "5 ohm cm^2"},
                "stack": {"pressure": "3 MPa", "forming_pressure": "100 MPa"},
            },
            "protocol": {"steps": [{"current_density": f"{current} mA/cm^2", "duration": duration}]},
            "model": {"name": "lumped"},
        }
    )
    with tempfile.TemporaryDirectory() as directory:
        model = Resolved(
            voxel=volume.voxel_size[0],
            microstructure=volume,
            lithium="fluid",
            fracture=fracture,
            tolerance=1e-5,
            time_tolerance=1e-2,
            saved_times=40 if fracture else 1,
            directory=directory,
        )
        solution = lisse.solve(model, case.cell, case.protocol)
        fields = lisse.load_fields(directory)
        return solution, (fields if fracture else fields.isel(time=0)).load()


def cracked(scan: Path) -> dict[str, Any]:
    """A flaw in a plane of the scan: Solution, cracks and filled pores in time."""
    volume = plane(scan)
    solution, fields = run(volume, PLATING, f"{SECONDS} s", True)
    damaged, pores = fields["damage"].values >= CRACKED, volume.labels == 1
    beside = ndimage.binary_dilation(pores, ndimage.generate_binary_structure(2, 1))
    meets = (damaged & ~damaged[0] & beside).any(axis=(1, 2))
    return {
        "solution": solution,
        "times": fields["time"].values,
        "cracked": damaged,
        "pores": pores,
        "extent": 1e6 * np.array(volume.extent),
        "filled": pores & (fields["lithium_fraction"].values > 0.5),
        "meets": int(np.argmax(meets)) if meets.any() else None,
    }


def results(scan: Path) -> dict[str, dict[str, Any]]:
    """For the tomogram and the dense crystal: Solution, contact plane and current density over the mean."""
    volume = cube(scan)
    dense = Volume(np.zeros((EDGE, 2, 2), dtype=np.uint8), VOXEL, {0: "electrolyte"})
    found = {}
    for name, given in (("tomogram", volume), ("dense", dense)):
        solution, fields = run(given, -0.5, f"{HOURS} h", False)
        mean = abs(float(solution.data["current_density"].values[0]))
        found[name] = {
            "solution": solution,
            "through": np.sqrt((fields["current_density"].values ** 2).sum(axis=0)) / mean,
            "plane": -fields["local_current_density"].sel(electrode="working").values / mean,
            "volume": given,
        }
    return found


def structure(panel: Any, one: dict[str, Any], number: int) -> None:
    """Solid, pores, lithium and cracks at one of the saved times."""
    picture = np.empty((*one["pores"].shape, 3))
    for mask, colour in (
        (~one["pores"], SOLID),
        (one["pores"], PORE),
        (one["filled"][number], LITHIUM),
        (one["cracked"][number], CRACK),
        (one["cracked"][0], FLAW),
    ):
        picture[mask] = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    high, wide = one["extent"]
    panel.imshow(picture, origin="lower", extent=(0, wide, 0, high), interpolation="nearest")
    panel.set_title(f"plated for {one['times'][number]:.3g} s", fontsize=10)
    panel.set(xlabel="y / μm", ylabel="x / μm")


def crack_panels(row: Any, panels: Any, one: dict[str, Any]) -> None:
    """The plane when the crack meets a pore and at the end, and the pressure of its lithium."""
    last = len(one["times"]) - 1
    met = last if one["meets"] is None else one["meets"]
    structure(panels[0], one, met)
    structure(panels[1], one, last)
    keys = {"pore": PORE, "flaw": FLAW, "crack": CRACK, "pore with lithium": LITHIUM}
    patches = [Patch(color=colour) for colour in keys.values()]
    row.legend(patches, keys, fontsize=9, loc="outside upper left", ncols=4, frameon=False)
    data = one["solution"].data
    panels[2].plot(data["time"], data["plating_pressure"].values[:, 0] / 1e6, color="black")
    panels[2].axvline(one["times"][met], color=CRACK, lw=1)
    panels[2].annotate(
        "meets a pore", (one["times"][met], 0.97), (4, 0), xycoords=("data", "axes fraction"), color=CRACK,
        textcoords="offset points", fontsize=8, va="top",
    )  # fmt: skip
    panels[2].set(xlabel="Time / s", ylabel="Pressure in\nthe crack / MPa", ylim=(0, None))


def draw(scan: Path, path: Path) -> dict[str, dict[str, Any]]:
    """Draw the figure; returns what is in it."""
    found = results(scan)
    found["crack"] = cracked(scan)
    figure = Figure(figsize=(10.5, 9.2), layout="constrained")
    rows = figure.subfigures(3, 1, height_ratios=(1, 0.95, 0.85))
    panels = np.array([row.subplots(1, 3) for row in rows])
    crack_panels(rows[2], panels[2], found["crack"])
    one, size = found["tomogram"], 1e6 * VOXEL * EDGE
    for panel, picture, title, words in (
        (panels[0, 0], one["through"][:, :, EDGE // 2], "through the middle", ("y / μm", "x / μm")),
        (panels[0, 1], np.where(one["plane"] > 0, one["plane"], np.nan), "stripped face", ("z / μm", "y / μm")),
    ):
        panel.set_facecolor("#16181C")
        image = panel.imshow(picture, origin="lower", cmap="cividis", vmin=0, vmax=4, extent=(0, size, 0, size))
        panel.set_title(title, fontsize=10)
        panel.set(xlabel=words[0], ylabel=words[1])
    rows[0].colorbar(image, ax=panels[0, :2], label="Current density over the mean", shrink=0.9)
    inside = one["through"][~np.isnan(one["through"])]
    panels[0, 2].hist(inside, np.linspace(0, 6, 61), color=COLOURS["tomogram"], density=True)
    panels[0, 2].axvline(1, color=COLOURS["dense"])
    panels[0, 2].set(xlabel="Current density over the mean", ylabel="Share of electrolyte per unit", xlim=(0, 6))
    for name, colour in COLOURS.items():
        data = found[name]["solution"].data
        hours = data["time"].values / 3600
        panels[1, 0].plot(hours, data["contact_fraction"].values[:, 0], color=colour, label=name)
        panels[1, 1].plot(hours, -1e3 * data["voltage"].values, color=colour, label=name)
    panels[1, 0].set(xlabel="Time / h", ylabel="Contact of what\nelectrolyte there is", ylim=(0, 1.02))
    panels[1, 1].set(xlabel="Time / h", ylabel="Cell voltage / mV", ylim=(0, None))
    panels[1, 0].legend(frameon=False, fontsize=9)
    parts = {"electrolyte": "ohmic_drop", "film": "film_drop", "kinetics": "charge_transfer_drop"}
    for shift, (name, colour) in zip((-0.2, 0.2), COLOURS.items(), strict=True):
        data = found[name]["solution"].data
        heights = [-1e3 * float(data[part].values[0]) for part in parts.values()]
        panels[1, 2].bar(np.arange(3) + shift, heights, width=0.38, color=colour)
    panels[1, 2].set_xticks(range(3), parts)
    panels[1, 2].set(ylabel="Part of the voltage\nat the start / mV")
    for panel in (panels[0, 2], *panels[1], panels[2, 2]):
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
