"""Which mechanism limits a Li | LLZO | Li cell, over stack pressure and current density, with published cells on top.

    python examples/failure_map.py            draws docs/images/failure_map.png
    python examples/failure_map.py FILE.svg   draws elsewhere

The same as

    lisse map examples/ccd_llzo.toml --set protocol.half_cycle="2 mAh/cm^2" \
        --x stack_pressure="0.1..60 MPa" --y current_density="0.02..10 mA/cm^2"

All theories of the field are asked at every point; none is averaged. Below about 8 MPa voids limit, above that the
longest flaw does, at one current density whatever the pressure, because the contact formed at 400 MPa is full.

Observed cells were made and tested in different ways: they show the order of magnitude, not a fit. Three published
limits of LLZO and one cell that was stable lie inside the region of contact loss, above the limit there by factors of
2.0 to 2.5, and two more limits on its border: the law of contact is low for clean LLZO. The validation, of its closure
alone, finds the same.
"""

from __future__ import annotations

import sys
from pathlib import Path

import lisse
from lisse.report import map_figure
from lisse.study import FailureMap, failure_map, parse_span

HERE = Path(__file__).parent
POINTS = 150


def draw(path: Path) -> FailureMap:
    """Draw the map; returns it."""
    case = lisse.load_case(
        HERE / "ccd_llzo.toml", ["model.name=analytic", 'protocol.half_cycle="2 mAh/cm^2"', 'title="Li | LLZO | Li"']
    )
    x = parse_span("stack_pressure=0.1..60 MPa", POINTS)
    y = parse_span("current_density=0.02..10 mA/cm^2", POINTS)
    drawn = failure_map(case, x, y)
    map_figure(drawn).savefig(path, dpi=150)
    return drawn


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / "docs" / "images" / "failure_map.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    draw(target)
    print(target)
