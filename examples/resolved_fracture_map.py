"""How a lithium-filled crack runs through a polycrystal with voids: along grain boundaries, from void to void.

    python examples/resolved_fracture_map.py            draws docs/images/resolved_fracture_map.png (a minute)
    python examples/resolved_fracture_map.py FILE.svg   draws elsewhere

A garnet of 8 um grains with 3 % of voids at its boundaries is plated at 3 mA/cm2, far above what its 4 um flaw stands.
Lithium plated into the flaw cannot leave it: it presses on the walls until the boundary ahead breaks. Where the crack
meets a void, its pressure is gone until the void is full; then it starts again, on the other side of the void. The stack
pressure is 3 MPa, the interfaces have 20 ohm cm2, boundaries have 0.63 of the grains' fracture toughness.

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
from lisse.models.resolved.domain import boundary_band
from lisse.models.resolved.model import Resolved
from lisse.study import read_case

HERE = Path(__file__).parent
VOXEL, SIZE, SECONDS = 0.5e-6, "32 um", 150
STRUCTURE_SEED, FLAW_SEED = 2, 0
CRACKED = 0.95  # damage
CRACK, PORE, LITHIUM = "#D55E00", "#16181C", "#56B4E9"


def run(directory: str) -> Any:
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
            "protocol": {"steps": [{"current_density": "3 mA/cm^2", "duration": f"{SECONDS} s"}]},
            "model": {"name": "lumped"},
        }
    )
    grains = {"generate": "polycrystal", "size": [SIZE, SIZE], "grain": "8 um", "porosity": 0.03, "periodic": True}
    model = Resolved(
        voxel=VOXEL,
        microstructure={**grains, "seed": STRUCTURE_SEED},
        flaws={"count": 1, "length": 4e-6, "spread": 0.0, "along_boundaries": True, "seed": FLAW_SEED},
        lithium="fluid",
        saved_times=60,
        directory=directory,
    )
    return lisse.solve(model, case.cell, case.protocol)


def results() -> dict[str, Any]:
    """Solution and fields, and where the crack went."""
    with tempfile.TemporaryDirectory() as directory:
        solution = run(directory)
        fields = lisse.load_fields(directory).load()
    cracked = fields["damage"].values >= CRACKED
    grains, pores = fields["grain"].values, fields["phase"].values[0] == 0
    grown = cracked[-1] & ~cracked[0]
    boundary = boundary_band(grains, ~pores)
    return {
        "solution": solution,
        "fields": fields,
        "cracked": cracked,
        "pores": pores,
        "grown": int(grown.sum()),
        "on_boundaries": float(boundary[grown].mean()) if grown.any() else float("nan"),
        "boundary_share": float(boundary[~pores].mean()),
        "filled": fields["lithium_fraction"].values > 0.5,
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


def draw(path: Path) -> dict[str, Any]:
    """Draw the figure; returns what is in it."""
    found = results()
    fields, data = found["fields"], found["solution"].data
    time, count = fields["time"].values, found["cracked"].sum(axis=(1, 2))
    figure = Figure(figsize=(10.5, 6.6), layout="constrained")
    panels = figure.subplots(2, 3)
    for panel, number in zip(panels[0], (0, int(np.argmin(abs(time - 0.66 * time[-1]))), len(time) - 1), strict=True):
        structure(panel, found, number)
    panels[0, 0].set(ylabel="x / μm, from the plated electrode")
    keys = {"crack, full of lithium": CRACK, "void": PORE, "void full of lithium": LITHIUM}
    panels[0, 1].legend([Patch(color=c) for c in keys.values()], keys, fontsize=8, loc="upper right", framealpha=0.9)
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
    shares = [100 * found["boundary_share"], 100 * found["on_boundaries"]]
    panels[1, 2].bar(["of the solid", "of the new crack"], shares, color=["0.7", CRACK], width=0.6)
    for place, share in enumerate(shares):
        panels[1, 2].text(place, share + 1.5, f"{share:.0f} %", ha="center", fontsize=9)
    panels[1, 2].set(ylabel="Share along grain boundaries / %", ylim=(0, 110))
    for panel in panels[1, 1:]:
        panel.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=110)
    return found


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / "docs" / "images" / "resolved_fracture_map.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    draw(target)
    print(target)
