"""Which interface resistance makes a ceramic filler help a polymer, for four shapes of the filler.

    python examples/filler_map.py            draws docs/images/filler_map.png
    python examples/filler_map.py FILE.svg   draws elsewhere

A polymer of 0.01 mS/cm and a ceramic fifty times as conductive. On the thick line the filler changes nothing, whatever
its loading: below it ions gain by the ceramic more than they lose at its face. Spheres and fibres across the current
share one line; fibres along it stand a far larger resistance, because ions enter over their whole length; for grains in
layers of polymer the line lies in the grey band.

The axis on the right says which desolvation barrier a resistance stands for, at 60 degC, with 1 mol/L of salt and 1e12
attempts a second.
"""

from __future__ import annotations

import sys
from pathlib import Path

from lisse.report import filler_map_figure
from lisse.study import FillerMap, FillerMapSettings, filler_map

HERE = Path(__file__).parent
LOADINGS = {"spheres": 0.3, "fibres-across": 0.3, "fibres-along": 0.1, "grains": 0.85}
POINTS, VOXELS = 161, 48


def draw(path: Path) -> list[FillerMap]:
    """Draw the four maps; returns them."""
    maps = [
        filler_map(FillerMapSettings(shape, 1e-3, (50.0,), (loading,), points=POINTS, voxels=VOXELS))
        for shape, loading in LOADINGS.items()
    ]
    filler_map_figure(*maps).savefig(path, dpi=150)
    return maps


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / "docs" / "images" / "filler_map.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    draw(target)
    print(target)
