"""An interlayer under patches of contamination: what it does for the current that enters the garnet.

    python examples/resolved_interlayer.py            draws docs/images/resolved_interlayer.png
    python examples/resolved_interlayer.py FILE.svg   draws elsewhere

A quarter of the metal's surface is contaminated, in patches of 1 to 6 um. Between metal and garnet lies nothing, or
4 um of an ion conductor with ten times, the same, or a tenth of the garnet's conductivity; the interface to the metal
has 0.5 ohm cm2 everywhere. Two places matter: the metal, where the current density decides about voids and plating, and
the surface of the garnet below the layer, where flaws are.

Any layer that conducts ions evens out the current at the garnet, because the current has its thickness to spread in.
The better conductor also lowers the peak at the rims of the patches, the worse one raises it: what counts there is the
length of resistance times conductivity of the layer.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

import lisse
from lisse.materials import Material, load
from lisse.microstructure import Volume
from lisse.models import Resolved
from lisse.study import read_case

HERE = Path(__file__).parent
VOXEL, THICK, WIDE, LAYER = 0.5e-6, 64, 128, 8  # m and voxels
PATCH, SHARE = 8e-6, 0.25
LAYERS = {None: "#000000", 10.0: "#0072B2", 1.0: "#999999", 0.1: "#D55E00"}  # conductivity over the garnet's


def words(ratio: float | None) -> str:
    """Name of a case."""
    if ratio is None:
        return "no interlayer"
    return "same conductivity" if ratio == 1.0 else f"{ratio:g} times the conductivity"


def interlayer(ratio: float) -> Material:
    """The garnet with another conductivity."""
    garnet = load("LLZO")
    return garnet.with_value("ionic_conductivity", ratio * garnet.value("ionic_conductivity"))


def run(ratio: float | None, directory: str) -> Any:
    """The Solution; its fields are in the directory."""
    rows = THICK if ratio is None else THICK + LAYER
    labels = np.zeros((rows, WIDE), dtype=np.uint8)
    if ratio is not None:
        labels[:LAYER] = 1
    case = read_case(
        {
            "cell": {
                "area": "1 cm^2",
                "electrolyte": {"material": "LLZO", "thickness": f"{1e6 * VOXEL * rows} um"},
                "anode": {"material": "lithium", "thickness": "50 um"},
                "interface": {
                    "resistance": "0.5 ohm cm^2",
                    "exchange_current_density": "1e6 mA/cm^2",  # no charge-transfer resistance
                    "contamination": SHARE,
                },
                "stack": {"pressure": "3 MPa", "forming_pressure": "400 MPa"},
            },
            "protocol": {"steps": [{"current_density": "1 mA/cm^2", "duration": "1 s"}]},
            "model": {"name": "lumped"},
        }
    )
    model = Resolved(
        voxel=VOXEL,
        microstructure=Volume(labels, VOXEL, {0: "electrolyte", 1: "interlayer"}),
        phases=None if ratio is None else {"interlayer": interlayer(ratio)},
        lithium="fluid",
        fracture=False,
        patch_size=PATCH,
        directory=directory,
    )
    return lisse.solve(model, case.cell, case.protocol, seed=3)


def results() -> dict[float | None, dict[str, Any]]:
    """For each case: current density at the metal and into the garnet, and in between, all over their mean."""
    found = {}
    for ratio in LAYERS:
        with tempfile.TemporaryDirectory() as directory:
            solution = run(ratio, directory)
            fields = lisse.load_fields(directory).isel(time=0).load()
        metal = fields["local_current_density"].sel(electrode="working").values
        through = fields["current_density"].values / metal.mean()
        garnet = metal / metal.mean() if ratio is None else -through[0, LAYER]
        found[ratio] = {
            "solution": solution,
            "metal": metal / metal.mean(),
            "garnet": garnet,
            "through": np.sqrt((through**2).sum(axis=0)),
        }
    return found


def draw(path: Path) -> dict[float | None, dict[str, Any]]:
    """Draw the figure; returns what is in it."""
    found = results()
    figure = Figure(figsize=(10.0, 6.0), layout="constrained")
    top, bottom = figure.subfigures(2, 1)
    panels = top.subplots(1, 4, sharey=True)
    wide = 1e6 * VOXEL * WIDE
    deep = 3 * LAYER
    for panel, (ratio, one) in zip(panels, found.items(), strict=True):
        low = 0 if ratio is None else -1e6 * VOXEL * LAYER
        rows = deep if ratio is None else deep + LAYER
        image = panel.imshow(
            one["through"][:rows], origin="lower", cmap="cividis", vmin=0, vmax=2, aspect="auto",
            extent=(0, wide, low, 1e6 * VOXEL * deep),
        )  # fmt: skip
        panel.set_title(words(ratio), fontsize=10, color=LAYERS[ratio])
        panel.axhline(0, color="white", lw=0.8)
        panel.set(xlabel="y / μm", ylim=(-1e6 * VOXEL * LAYER, 1e6 * VOXEL * deep))
    panels[0].set_ylabel("Depth in the garnet / μm")
    top.colorbar(image, ax=panels, label="Current density\nover the mean", shrink=0.9)
    left, right = bottom.subplots(1, 2, width_ratios=(2, 1))
    place = (np.arange(WIDE) + 0.5) * 1e6 * VOXEL
    for ratio, one in found.items():
        left.plot(place, one["garnet"], color=LAYERS[ratio], lw=1.3, label=words(ratio))
    left.set(xlabel="y / μm", ylabel="Current density into the garnet\nover the mean", ylim=(0, None))
    names = ["none", *(f"x {ratio:g}" for ratio in LAYERS if ratio is not None)]
    where = np.arange(len(names))
    for shift, part, hatch in ((-0.2, "metal", ""), (0.2, "garnet", "///")):
        peaks = [float(one[part].max()) for one in found.values()]
        right.bar(where + shift, peaks, width=0.38, color=list(LAYERS.values()), alpha=0.85, hatch=hatch, ec="white")
        for x, peak in zip(where + shift, peaks, strict=True):
            right.text(x, peak + 0.05, f"{peak:.1f}", ha="center", fontsize=8)
    right.bar(0, 0, color="0.6", label="at the metal")
    right.bar(0, 0, color="0.6", hatch="///", ec="white", label="into the garnet")
    right.legend(frameon=False, fontsize=8)
    right.set_xticks(where, names)
    right.set(ylabel="Largest over the mean", ylim=(0, None))
    for panel in (left, right):
        panel.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=110)
    return found


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / "docs" / "images" / "resolved_interlayer.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    draw(target)
    print(target)
