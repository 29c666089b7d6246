"""``lisse image conductivity``: the current through a segmented image, its numbers and its picture."""

from __future__ import annotations

import argparse
import math
import numbers
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lisse.cli.image_options import add_image_options, axis_of, folder_of, pairs
from lisse.cli.image_output import add_outputs, heard_warnings, of_volume, opened, patience, several_phases, told
from lisse.errors import InvalidInput

if TYPE_CHECKING:
    from lisse.microstructure.describe_current import InterfaceCurrent, Spot
    from lisse.microstructure.volume import Volume

__all__ = ["add_conductivity", "conductivity"]


def add_conductivity(actions: Any) -> None:
    """Add the action."""
    parser = actions.add_parser(
        "conductivity",
        help="effective conductivity, tortuosity and where the current crowds",
        description="Solve for the current through a segmented image between two opposite faces. Writes "
        "report.html, conductivity.json and, for one axis, current.png and hot_spots.csv.",
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
    where = "hot spots between two phases, such as lithium,electrolyte, or on the face of the low or high electrode"
    parser.add_argument("--interface", metavar="PHASE,PHASE|low|high", help=where)
    ranks = "solve by so many processes on this machine, with PETSc and MPI; gives the numbers without the fields"
    parser.add_argument("--ranks", metavar="N", type=int, help=ranks)
    parser.add_argument("--fields", metavar="FILE", help="also write potential and current density as .vti or .xdmf")
    add_outputs(parser, conductivity)


def conductivity(arguments: argparse.Namespace) -> int:
    """Read, solve, write; 0 when done."""
    from lisse.microstructure import effective_conductivity
    from lisse.microstructure.cost import estimate, require
    from lisse.units import parse_quantity

    folder = folder_of(arguments, "conductivity")
    resistance = arguments.grain_boundary_resistance
    if resistance is not None:
        resistance = parse_quantity(resistance, "ohm m^2", "--grain-boundary-resistance")
    with heard_warnings() as heard:
        volume = opened(arguments)
        axis = None if arguments.axis == "all" else axis_of(arguments.axis, volume.dimensions)
        interface = _interface(arguments, volume)
        if axis is None and (arguments.fields or interface):
            option, given = ("--fields", arguments.fields) if arguments.fields else ("--interface", arguments.interface)
            raise InvalidInput(option, given, "together with one --axis", "Fields belong to one direction")
        _check_ranks(arguments, axis)
        repeats = volume.dimensions if axis is None else 1
        cost = estimate("conduction", volume.size, repeats, dimensions=volume.dimensions)
        if arguments.ranks is None:  # with ranks the solver knows what it needs
            require(f"conductivity of {arguments.file}", cost)
        several_phases(volume, arguments.file)
        values = _conductivities(arguments.conductivity, volume)
        patience(f"solving, about {cost}", cost.time, arguments.json)
        start = time.perf_counter()
        options = {"grain_boundary_resistance": resistance, "sides": arguments.sides, "tolerance": arguments.tolerance}
        if arguments.ranks is None:
            found = effective_conductivity(volume, values, axis=axis, **options)
        else:
            found = _on_ranks(volume, values, axis=axis, ranks=arguments.ranks, **options)
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
    through = None
    if interface is not None and found.value:
        through = _through(interface, volume, values, found, resistance)
    content = _written(arguments, folder, volume, content, found, through)
    if arguments.fields:
        from lisse.microstructure import export

        export.write(volume, arguments.fields, {"potential": found.potential, "current density": found.current})
    words = _conduction_words(found, arguments.axis, values) + ("" if through is None else _interface_words(through))
    return told(content, words, folder / "report.html", arguments.json)


def _check_ranks(arguments: argparse.Namespace, axis: int | None) -> None:
    """Ranks solve along one axis, and bring back numbers only."""
    if arguments.ranks is None:
        return
    if arguments.ranks < 1:
        raise InvalidInput("--ranks", arguments.ranks, "1 or more processes")
    if axis is None:
        raise InvalidInput("--ranks", arguments.ranks, "together with one --axis", "Ask once for each axis")
    for option, given in (("--fields", arguments.fields), ("--interface", arguments.interface)):
        if given:
            raise InvalidInput(option, given, "none with --ranks", "The fields stay with the processes; solve without")


def _on_ranks(volume: Volume, values: Mapping[str | int, float], **options: Any) -> Any:
    from lisse.microstructure.on_ranks import effective_conductivity_on_ranks

    return effective_conductivity_on_ranks(volume, values, **options)


def _written(
    arguments: argparse.Namespace,
    folder: Path,
    volume: Volume,
    content: dict[str, Any],
    found: Any,
    through: InterfaceCurrent | None,
) -> dict[str, Any]:
    """Write the folder; returns the content with what is known of the current."""
    from lisse.report.image_crowding import crowding, hot_places
    from lisse.report.image_figure import current_figure
    from lisse.report.image_files import write_conductivity
    from lisse.report.image_reports import conductivity_page

    axis = None if arguments.axis == "all" else axis_of(arguments.axis, volume.dimensions)
    crowd, picture = None, None
    spots: tuple[Spot, ...] = ()
    if axis is not None and found.value and arguments.ranks is None:
        current = found.current
        crowd = crowding(volume, current, axis)
        spots = hot_places(volume, crowd) if through is None else through.hottest()
        picture = current_figure(volume, current, axis, Path(arguments.file).name)
        content |= crowd.to_dict() | {"hot_spots": [one.to_dict() for one in spots]}
    if through is not None:
        content |= {"interface": through.to_dict()}
    page = conductivity_page(content, volume, axis, crowd, spots, through)
    write_conductivity(folder, content, spots, picture, page)
    return content


def _interface(arguments: argparse.Namespace, volume: Volume) -> tuple[str, ...] | None:
    """Two phases of the volume, or one end of it."""
    text = arguments.interface
    if text is None:
        return None
    parts = tuple(part.strip() for part in text.split(","))
    if parts in (("low",), ("high",)):
        return parts
    if len(parts) != 2 or not all(parts) or parts[0] == parts[1]:
        allowed = "two phases, such as lithium,electrolyte, or low or high for the face of an electrode"
        raise InvalidInput("--interface", text, allowed)
    for phase in parts:
        volume.label_of(phase)
    return parts


def _through(
    interface: tuple[str, ...], volume: Volume, values: dict[str | int, float], found: Any, resistance: float | None
) -> InterfaceCurrent:
    from lisse.microstructure.describe_current import electrode_current, interface_current

    if len(interface) == 1:
        return electrode_current(volume, values, found, "low" if interface[0] == "low" else "high")
    first, second = interface
    return interface_current(volume, values, found, first, second, resistance)


def _interface_words(through: InterfaceCurrent) -> str:
    """The hot-spot table in lines."""
    columns, faces = through.columns, through.faces
    lines = [
        f"hot spots between {through.between[0]} and {through.between[1]}, in units of the mean through the volume",
        f"{'':26s}{'by column':>12s}{'by face':>12s}",
    ]
    for name, words in (("mean", "mean"), ("percentile", "99.9th percentile"), ("largest", "largest")):
        pair = (getattr(one, name) / through.applied for one in (columns, faces))
        lines.append(f"  {words:24s}" + "".join(f"{one:12.4g}" for one in pair))
    for name, words in (("focusing", "largest over mean"), ("hot_area", "area above twice mean")):
        lines.append(f"  {words:24s}" + "".join(f"{getattr(one, name):12.4g}" for one in (columns, faces)))
    for number, one in enumerate(through.hottest(4), start=1):
        place = ", ".join(f"{length * 1e6:.4g}" for length in one.place)
        lines.append(f"  {number}. {one.relative:.4g} at ({place}) um")
    return "\n" + "\n".join(lines)


def _conduction_words(found: Any, axis: str, values: Mapping[str | int, float]) -> str:
    if axis == "all":
        rows = [[float(one) for one in row] for row in found.tensor]
        table = "\n".join("  " + "  ".join(f"{one:12.6g}" for one in row) for row in rows)
        return f"effective conductivity tensor / S/m\n{table}"
    if not found.value:
        return f"effective conductivity along {axis}: 0, no conducting path reaches from one face to the other"
    lines = [f"effective conductivity along {axis}: {found.value:.6g} S/m ({found.value * 10.0:.4g} mS/cm)"]
    one = len([value for value in values.values() if value > 0.0]) == 1
    words = "tortuosity" if one else "mean conductivity of the phases over the effective one"
    lines.append(f"{words}: {found.tortuosity:.5g}")
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


def _conductivities(text: str | None, volume: Volume) -> dict[str | int, float]:
    from lisse.units import parse_quantity

    allowed = 'a value for every phase, such as "electrolyte=0.46 mS/cm"'
    if text is None:
        raise InvalidInput("--conductivity", None, allowed, f"Phases: {', '.join(volume.phases.values())}")
    found: dict[str | int, float] = {}
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
