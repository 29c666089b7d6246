"""``lisse image conductivity``: the current through a segmented image, its numbers and its picture."""

from __future__ import annotations

import argparse
import math
import numbers
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lisse.cli.image_options import add_image_options, axis_of, output_folder, pairs
from lisse.cli.image_output import add_outputs, heard_warnings, of_volume, opened, patience, told
from lisse.errors import InvalidInput

if TYPE_CHECKING:
    from lisse.microstructure.volume import Volume

__all__ = ["add_conductivity", "conductivity"]


def add_conductivity(actions: Any) -> None:
    """Add the action."""
    parser = actions.add_parser(
        "conductivity",
        help="effective conductivity, tortuosity and where the current crowds",
        description="Solve for the current through a segmented image between two opposite faces. Writes "
        "conductivity.json and, for one axis, current.png.",
        epilog='lisse image conductivity scan.tif --voxel-size "0.5 um" --phases "0=pore,1=electrolyte" '
        '--conductivity "electrolyte=0.46 mS/cm"',
    )
    add_image_options(parser)
    each = 'of each phase, "electrolyte=0.46 mS/cm,pore=0 S/m"; phases called pore or void are 0 if not said'
    parser.add_argument("--conductivity", metavar="PHASE=VALUE,...", help=each)
    parser.add_argument("--grain-boundary-resistance", metavar="VALUE", help='area resistance, such as "10 ohm cm^2"')
    parser.add_argument("--axis", metavar="x|y|z|all", default="x", help="direction of the current (default x)")
    parser.add_argument("--sides", metavar="KIND", default="no-flux", help="no-flux (default) or periodic")
    parser.add_argument(
        "--tolerance", metavar="NUMBER", type=float, default=1e-8, help="of the residual (default 1e-8)"
    )
    parser.add_argument("--fields", metavar="FILE", help="also write potential and current density as .vti or .xdmf")
    add_outputs(parser, conductivity)


def conductivity(arguments: argparse.Namespace) -> int:
    """Read, solve, write; 0 when done."""
    from lisse.microstructure import effective_conductivity
    from lisse.microstructure.cost import estimate, require
    from lisse.report.image_crowding import crowding
    from lisse.report.image_files import write_conductivity
    from lisse.units import parse_quantity

    folder = output_folder(arguments, "conductivity")
    resistance = arguments.grain_boundary_resistance
    if resistance is not None:
        resistance = parse_quantity(resistance, "ohm m^2", "--grain-boundary-resistance")
    with heard_warnings() as heard:
        volume = opened(arguments)
        axis = None if arguments.axis == "all" else axis_of(arguments.axis, volume.dimensions)
        if axis is None and arguments.fields:
            raise InvalidInput(
                "--fields", arguments.fields, "together with one --axis", "Fields belong to one direction"
            )
        values = _conductivities(arguments.conductivity, volume)
        cost = estimate("conduction", volume.size, volume.dimensions if axis is None else 1)
        require(f"conductivity of {arguments.file}", cost)
        patience(f"solving, about {cost}", cost.time, arguments.json)
        start = time.perf_counter()
        found = effective_conductivity(
            volume,
            values,
            axis=axis,
            grain_boundary_resistance=resistance,
            sides=arguments.sides,
            tolerance=arguments.tolerance,
        )
        seconds = time.perf_counter() - start
    content = {
        "file": arguments.file,
        **of_volume(volume),
        "conductivities": values,
        "grain_boundary_resistance": resistance,
        "axis": arguments.axis,
        "sides": arguments.sides,
        **_numbers(found),
        "seconds": seconds,
        "warnings": [*heard, *getattr(found, "warnings", ())],
    }
    current = found.current if axis is not None and found.value else None
    if current is not None and axis is not None:
        content |= crowding(volume, current, axis).to_dict()
    write_conductivity(folder, volume, content, current, axis or 0, Path(arguments.file).name)
    if arguments.fields:
        from lisse.microstructure import export

        export.write(volume, arguments.fields, {"potential": found.potential, "current density": found.current})
    name = "current.png" if current is not None else "conductivity.json"
    return told(content, _conduction_words(found, arguments.axis), folder / name, arguments.json)


def _conduction_words(found: Any, axis: str) -> str:
    if axis == "all":
        rows = [[float(one) for one in row] for row in found.tensor]
        table = "\n".join("  " + "  ".join(f"{one:12.6g}" for one in row) for row in rows)
        return f"effective conductivity tensor / S/m\n{table}"
    if not found.value:
        return f"effective conductivity along {axis}: 0, no conducting path reaches from one face to the other"
    lines = [f"effective conductivity along {axis}: {found.value:.6g} S/m ({found.value * 10.0:.4g} mS/cm)"]
    lines.append(f"tortuosity: {found.tortuosity:.5g}")
    lines.append(f"{found.iterations} iterations, residual {found.residual:.1e}")
    return "\n".join(lines)


def _numbers(found: Any) -> dict[str, Any]:
    """What JSON can hold of the result; a blocked path has no tortuosity."""
    parts = ("value", "tensor", "tortuosity", "iterations", "residual")
    return {**{part: _plain(getattr(found, part)) for part in parts}, "unit": "S/m"}


def _plain(given: Any) -> Any:
    """A number, or rows of them, as JSON has them; what is not finite is null."""
    if given is None or isinstance(given, numbers.Integral):
        return given if given is None else int(given)
    if isinstance(given, numbers.Real):
        return float(given) if math.isfinite(given) else None
    return [_plain(one) for one in given]


def _conductivities(text: str | None, volume: Volume) -> dict[str, float]:
    from lisse.units import parse_quantity

    allowed = 'a value for every phase, such as "electrolyte=0.46 mS/cm"'
    if text is None:
        raise InvalidInput("--conductivity", None, allowed, f"Phases: {', '.join(volume.phases.values())}")
    found: dict[str, float] = {}
    for name, value in pairs("--conductivity", text).items():
        label = int(name) if name.isdecimal() and name not in volume.phases.values() else name
        phase = volume.phases[volume.label_of(label)]
        found[phase] = parse_quantity(value, "S/m", f"--conductivity {name}")
    for phase, share in volume.phase_fractions().items():
        if phase not in found and (phase in ("pore", "void") or share == 0.0):
            found[phase] = 0.0
        elif phase not in found:
            raise InvalidInput(
                "--conductivity", text, allowed, f"{phase!r} is missing; say {phase}=0 S/m if it insulates"
            )
    return found
