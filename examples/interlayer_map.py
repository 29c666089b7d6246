"""What limits lithium on garnet behind a soft polymer, over the thickness and the stiffness of the polymer.

    python examples/interlayer_map.py            draws docs/images/interlayer_map.png
    python examples/interlayer_map.py FILE.svg   draws elsewhere

The same as

    lisse map examples/interlayer_polymer.toml \
        --x interlayer_thickness="10 nm..100 um" --y interlayer_modulus="1e-4..100 GPa" \
        --set model.analytic.stability="published"

A layer thinner than its own flaws (50 nm) shields nothing. A thicker one tears at a drop that rises with its stiffness;
from about 1 um on its salt runs out first. Where it is too soft for its thickness, long waves of the metal no longer
feel the garnet behind it, and grow in linear stability (convention of Monroe and Newman, with their molar volume of Li+
in the polymer; the thermodynamic convention says the opposite).
"""

from __future__ import annotations

import sys
from pathlib import Path

import lisse
from lisse.report import map_figure
from lisse.study import FailureMap, failure_map, parse_span

HERE = Path(__file__).parent
POINTS = 90


def draw(path: Path) -> FailureMap:
    """Draw the map; returns it."""
    changes = ['title="Li | polymer | LLZO"', 'model.analytic.stability="published"']
    case = lisse.load_case(HERE / "interlayer_polymer.toml", changes)
    x = parse_span("interlayer_thickness=10 nm..100 um", POINTS)
    y = parse_span("interlayer_modulus=1e-4..100 GPa", POINTS)
    drawn = failure_map(case, x, y)
    map_figure(drawn).savefig(path, dpi=150)
    return drawn


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / "docs" / "images" / "interlayer_map.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    draw(target)
    print(target)
