"""How a lithium-filled crack runs through a polycrystal with voids: along grain boundaries, from void to void.

    python examples/resolved_fracture_map.py            draws docs/images/resolved_fracture_map.png (half a minute)
    python examples/resolved_fracture_map.py FILE.svg   draws elsewhere

A garnet of 8 um grains with 3 % of voids at its boundaries is plated at 3 mA/cm2, far above what its 4 um flaw stands.
Lithium plated into the flaw cannot leave it: it presses on the walls until the boundary ahead breaks. Where the crack
meets a void, its pressure is gone until the void is full; then it starts again, elsewhere on the wall of the void. The
stack pressure is 3 MPa, the interfaces have 20 ohm cm2, boundaries have 0.63 of the grains' fracture toughness. A crack
that starts from a void need not follow a boundary: the last part of the one that is drawn cuts through a grain.
The three structures were chosen for flaws that begin at the metal, touch no void and stand steeply; a slanting one
(seeds 1 and 3) turned back to the surface.

Voids do not start cracks by themselves: without lithium inside, stress around them is a few times the stack pressure.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch

import lisse
from lisse.fields.derived import largest_principal_stress
from lisse.models import Resolved
from lisse.models.resolved.domain import boundary_band
from lisse.study import read_case

HERE = Path(__file__).parent
VOXEL, SIZE = 0.5e-6, "32 um"
CELLS = ((2, 0, 140), (4, 2, 30), (1, 0, 30))  # seed of the grains, seed of the flaw, s; the first one is drawn
CRACKED = 0.95  # damage
CRACK, PORE, LITHIUM = "#D55E00", "#16181C", "#56B4E9"


def run(grain_seed: int, flaw_seed: int, seconds: int, directory: str) -> Any:
    """The Solution; its fields are in the directory."""
    case = read_case(
        {
            "cell": {
                "area": "1 cm^2",
                "electrolyte": {"material": "LLZO", "thickness": SIZE},
                "anode": {"material": "lithium", "thickness": "50 um"},
                "interface": {"resistance": "20 ohm cm^2"},
                "stack": {"pressure": "3 MPa", "forming_pressure": "400 MPa"},
            },
            "protocol": {"steps": [{"current_density": "3 mA/cm^2", "duration": f"{seconds} s"}]},
            "model": {"name": "lumped"},
        }
    )
    grains = {"generate": "polycrystal", "size": [SIZE, SIZE], "grain": "8 um", "porosity": 0.03, "periodic": True}
    model = Resolved(
        voxel=VOXEL,
        microstructure={**grains, "seed": grain_seed},
        flaws={"count": 1, "length": 4e-6, "spread": 0.0, "along_boundaries": True, "seed": flaw_seed},
        lithium="fluid",
        saved_times=60,
        directory=directory,
    )
    return lisse.solve(model, case.cell, case.protocol)


def results(grain_seed: int, flaw_seed: int, seconds: int) -> dict[str, Any]:
    """Solution and fields of one cell, and where the crack went."""
    with tempfile.TemporaryDirectory() as directory:
        solution = run(grain_seed, flaw_seed, seconds, directory)
        fields = lisse.load_fields(directory).load()
    cracked = fields["damage"].values >= CRACKED
    pores = fields["phase"].values[0] == 0
    grown, boundary = cracked[-1] & ~cracked[0], boundary_band(fields["grain"].values, ~pores)
    return {
        "solution": solution,
        "fields": fields,
        "cracked": cracked,
        "pores": pores,
        "filled": fields["lithium_fraction"].values > 0.5,
        "grown": int(grown.sum()),
        "on_boundaries": int((grown & boundary).sum()),
        "boundary_share": float(boundary[~pores].mean()),
    }


def structure(panel: Any, found: dict[str, Any], number: int) -> None:
    """Grains, voids, lithium and crack at one of the saved times."""
    fields, pores = found["fields"], found["pores"]
    shades = 0.62 + 0.045 * (fields["grain"].values * 5 % 8)
    picture = np.repeat(shades[..., None], 3, axis=2)
    for mask, colour in ((pores, PORE), (pores & found["filled"][number], LITHIUM), (found["cracked"][number], CRACK)):
        picture[mask] = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    edge = 1e6 * VOXEL * np.array(pores.shape)
    panel.imshow(picture, origin="lower", extent=(0, edge[1], 0, edge[0]), interpolation="nearest")
    panel.set_title(f"{float(fields['time'][number]):.0f} s", fontsize=10)
    panel.set(xlabel="y / μm")


def draw(path: Path) -> list[dict[str, Any]]:
    """Draw the figure; returns what is in it, one entry for each cell."""
    cells = [results(*seeds) for seeds in CELLS]
    found = cells[0]
    fields, data = found["fields"], found["solution"].data
    time, count = fields["time"].values, found["cracked"].sum(axis=(1, 2))
    figure = Figure(figsize=(10.5, 6.6), layout="constrained")
    panels = figure.subplots(2, 3)
    for panel, number in zip(panels[0], (0, int(np.argmin(abs(time - 0.66 * time[-1]))), len(time) - 1), strict=True):
        structure(panel, found, number)
    panels[0, 0].set(ylabel="x / μm, from the plated electrode")
    keys = {"crack, full of lithium": CRACK, "void": PORE, "void full of lithium": LITHIUM}
    figure.legend([Patch(color=c) for c in keys.values()], keys, loc="outside upper center", ncols=3, frameon=False)
    loaded = int(np.nanargmax(np.nanmax(fields["plating_pressure"].fillna(-1).values, axis=(1, 2))))
    stress = largest_principal_stress(fields["stress"].values[loaded])
    edge = 1e6 * VOXEL * np.array(stress.shape)
    image = panels[1, 0].imshow(
        np.where(found["pores"], np.nan, stress / 1e6), origin="lower", cmap="cividis", vmin=0,
        vmax=float(np.nanpercentile(stress, 99.5)) / 1e6, extent=(0, edge[1], 0, edge[0]),
    )  # fmt: skip
    figure.colorbar(image, ax=panels[1, 0], label="Largest principal stress / MPa", shrink=0.9)
    panels[1, 0].set(xlabel="y / μm", ylabel="x / μm")
    panels[1, 0].set_title(f"{time[loaded]:.0f} s", fontsize=10)
    panels[1, 1].plot(data["time"], data["plating_pressure"][:, 0] / 1e6, color="#0072B2")
    panels[1, 1].set(xlabel="Time / s", ylabel="Lithium pressure in the crack / MPa")
    twin = panels[1, 1].twinx()
    twin.step(time, count, where="post", color=CRACK)
    twin.set_ylabel("Cracked voxels", color=CRACK)
    new = sum(cell["grown"] for cell in cells)
    along = sum(cell["on_boundaries"] for cell in cells)
    shares = [100 * float(np.mean([cell["boundary_share"] for cell in cells])), 100 * along / max(new, 1)]
    panels[1, 2].bar(["solid", "new cracks"], shares, color=["0.7", CRACK], width=0.6)
    for place, share in enumerate(shares):
        panels[1, 2].text(place, share + 1.5, f"{share:.0f} %", ha="center", fontsize=9)
    panels[1, 2].set(ylabel="Share along grain boundaries / %", ylim=(0, 110))
    panels[1, 2].set_title(f"{len(cells)} structures, {new} voxels", fontsize=10)
    for panel in panels[1, 1:]:
        panel.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=110)
    return cells


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / "docs" / "images" / "resolved_fracture_map.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    draw(target)
    print(target)
