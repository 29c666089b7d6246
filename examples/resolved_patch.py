"""A contaminated patch of the interface: how the current crowds at its rim, and how a resistance evens that out.

    python examples/resolved_patch.py            draws docs/images/resolved_patch.png
    python examples/resolved_patch.py FILE.svg   draws elsewhere

No current passes a contaminated strip; its neighbours take over. Without interface resistance the current density at
the rim is that of a crack under tension, x/sqrt(x^2 - 1) for one strip (`theory.patch_focusing`), and for the row of
strips that a periodic domain is, sin(u)/sqrt(sin(u)^2 - sin(a)^2). It is singular, so that both are averaged over
the voxels. An interface resistance R spreads the current over a length R times conductivity: the rim of a patch much
smaller than that is hardly felt. Where the length is 1 um (0.2 ohm cm2 on a garnet) the rim still has nearly three
times the mean.
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
from lisse.models import Resolved
from lisse.study import read_case
from lisse.theory import patch_focusing

HERE = Path(__file__).parent
VOXEL, WIDTH = 0.5e-6, 48e-6  # m; the electrolyte is as thick as it is wide
SHARE = 0.25
RESISTANCES = {0.0: "#000000", 0.2: "#D55E00", 2.0: "#0072B2", 20.0: "#009E73"}  # ohm cm2

Floats = NDArray[np.float64]


def run(resistance: float, directory: str) -> Any:
    """The Solution at an interface resistance (ohm cm2); its fields are in the directory."""
    case = read_case(
        {
            "cell": {
                "area": "1 cm^2",
                "electrolyte": {"material": "LLZO", "thickness": f"{1e6 * WIDTH} um"},
                "anode": {"material": "lithium", "thickness": "50 um"},
                "interface": {
                    "resistance": f"{resistance} ohm cm^2",
                    "exchange_current_density": "1e6 mA/cm^2",  # no charge-transfer resistance
                    "contamination": SHARE,
                },
                "stack": {"pressure": "3 MPa", "forming_pressure": "400 MPa"},
            },
            "protocol": {"steps": [{"current_density": "1 mA/cm^2", "duration": "1 s"}]},
            "model": {"name": "lumped"},
        }
    )
    model = Resolved(voxel=VOXEL, lithium="fluid", fracture=False, patch_size=WIDTH, directory=directory)
    return lisse.solve(model, case.cell, case.protocol, seed=1)


def results() -> dict[float, dict[str, Any]]:
    """For each resistance: currents of the plated faces over their mean, and of the electrolyte."""
    found = {}
    for resistance in RESISTANCES:
        with tempfile.TemporaryDirectory() as directory:
            solution = run(resistance, directory)
            fields = lisse.load_fields(directory).isel(time=0).load()
        local = fields["local_current_density"].sel(electrode="working").values
        through = np.sqrt((fields["current_density"].values ** 2).sum(axis=0)) / local.mean()
        found[resistance] = {"solution": solution, "local": local / local.mean(), "through": through}
    return found


def to_middle(local: Floats) -> int:
    """Voxels by which the only patch has to move to the middle of the array."""
    blocked = local < 1e-3
    rims = np.flatnonzero(blocked & ~np.roll(blocked, 1))
    if len(rims) != 1:
        raise ValueError(f"{len(rims)} patches in place of one; take another seed")
    return int(len(local) // 2 - (rims[0] + blocked.sum() // 2))


def expected(edges: Floats, half: float) -> tuple[Floats, Floats]:
    """Mean focusing between edges (m from the middle of a patch of a half-width): one patch, and a row of them."""
    x = np.maximum(np.abs(edges) / half, 1.0)
    one = np.sign(edges) * half * np.sqrt(x**2 - 1)
    cosine = np.clip(np.cos(math.pi * edges / WIDTH) / math.cos(math.pi * half / WIDTH), -1.0, 1.0)
    row = np.sign(edges) * np.arccos(cosine) * WIDTH / math.pi
    return np.diff(one) / np.diff(edges), np.diff(row) / np.diff(edges)


def draw(path: Path) -> dict[str, Any]:
    """Draw the figure; returns what is in it."""
    found = results()
    count = len(found[0.0]["local"])
    edges = (np.arange(count + 1) - count // 2) * VOXEL
    middle, half = 0.5 * (edges[1:] + edges[:-1]), 0.5 * round(SHARE * count) * VOXEL
    one, row = expected(edges, half)
    figure = Figure(figsize=(11.0, 3.6), layout="constrained")
    panels = figure.subplots(1, 3)
    shift = to_middle(found[0.0]["local"])
    low, high = 1e6 * edges[0], 1e6 * edges[-1]
    image = panels[0].imshow(
        np.roll(found[0.0]["through"], shift, axis=1), origin="lower", cmap="cividis", vmin=0, vmax=2,
        extent=(low, high, 0, 1e6 * WIDTH),
    )  # fmt: skip
    figure.colorbar(image, ax=panels[0], label="Current density over the mean", shrink=0.85, pad=0.04)
    panels[0].set(xlabel="y / μm", ylabel="x / μm, from the plated electrode")
    for resistance, colour in RESISTANCES.items():
        panels[1].plot(
            1e6 * middle, np.roll(found[resistance]["local"], shift), ".-", ms=4, lw=0.8, color=colour,
            label=f"{resistance:g} Ω cm$^2$",
        )  # fmt: skip
    panels[1].plot(1e6 * middle, row, color="0.6", lw=3, zorder=0, label="row of patches, exact")
    far = row[-1] / one[-1]
    panels[1].plot(1e6 * middle, far * one, color="0.5", lw=1, ls="--", zorder=0, label="one patch")
    panels[1].set(xlabel="y / μm", ylabel="Local current density over the mean", ylim=(0, 7.5), xlim=(low, high))
    panels[1].legend(frameon=False, fontsize=7.5, loc="upper center", ncols=2, handlelength=1.2, columnspacing=1.6)
    conductivity = lisse.materials.load("LLZO").value("ionic_conductivity")
    for resistance, colour in RESISTANCES.items():
        length = max(resistance * 1e-4 * conductivity, 0.5 * VOXEL)  # what no resistance amounts to on voxels
        panels[2].plot(1e6 * length, found[resistance]["local"].max(), "o", color=colour)
    panels[2].axhline(1 / (1 - SHARE), color="0.5", ls="--", lw=1)
    panels[2].text(12, 1 / (1 - SHARE) + 0.05, "even on what is clean", fontsize=8, ha="right")
    panels[2].set(xscale="log", xlabel="Resistance x conductivity / μm", ylabel="Largest current density over the mean")
    panels[2].set(ylim=(1, None))
    for panel in panels[1:]:
        panel.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=120)
    return {"runs": found, "row": row, "one": np.asarray(patch_focusing(np.abs(middle) / half, "strip")), "half": half}


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / "docs" / "images" / "resolved_patch.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    draw(target)
    print(target)
