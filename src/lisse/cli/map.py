"""``lisse map``: which mechanism limits a cell where, over two of its quantities."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from lisse.cli.progress import bar
from lisse.cli.run import located, output_folder

if TYPE_CHECKING:
    from lisse.study.maps import FailureMap

__all__ = ["add_parser", "run"]

CLOSED_FORM_POINTS = 120
MODEL_POINTS = 12
RESOLVED_POINTS = 4


def add_parser(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb."""
    parser = verbs.add_parser(
        "map",
        help="draw which mechanism limits a cell where, over any two of its quantities",
        description="Draw a failure map of a case over two of its quantities. Writes map.png, map.svg, map.csv and "
        "map.json. Units are written with the range: --x stack_pressure=\"0.1..30 MPa\".",
        epilog="Without --model the closed forms of the analytic model are used, whatever model the case names: they "
        "take a second or, where both axes change one number, twenty. With --model lumped or resolved every point is a "
        "run; a resolved one takes a minute or more. "
        "`lisse map --quantities` lists the axes.",
    )  # fmt: skip
    parser.add_argument("case", metavar="CASE.toml", nargs="?", help="the case file")
    parser.add_argument("--x", metavar="QUANTITY=LOW..HIGH", help="quantity along the map")
    parser.add_argument("--y", metavar="QUANTITY=LOW..HIGH", help="quantity up the map")
    points = f"points along each axis (default: {CLOSED_FORM_POINTS}; {MODEL_POINTS} where each is a lumped run, "
    points += f"{RESOLVED_POINTS} where each is a resolved one)"
    parser.add_argument("--points", type=int, metavar="N", help=points)
    parser.add_argument("--model", metavar="NAME", help="analytic (default), lumped or resolved")
    parser.add_argument("--workers", type=int, metavar="N", help="processes, where each point is a run (default: all)")
    change = 'change one value of the case, such as cell.stack.pressure="5 MPa"; may be repeated'
    parser.add_argument("--set", metavar='KEY.PATH="VALUE"', action="append", default=[], help=change)
    parser.add_argument(
        "-o", "--output", metavar="DIR", help="where to write (default: results/NAME-map beside the case)"
    )
    parser.add_argument("--quantities", action="store_true", help="list the quantities that can be an axis, and stop")
    parser.add_argument("--json", action="store_true", help="print map.json on standard output and nothing else")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Read, evaluate, write; 0 when done."""
    from lisse.errors import InvalidInput
    from lisse.study.axes import parse_span
    from lisse.study.case import read_case
    from lisse.study.case_source import read_source
    from lisse.study.maps import failure_map

    if arguments.quantities:
        return _list_quantities(arguments.json)
    for name in ("case", "x", "y"):
        if getattr(arguments, name) is None:
            what, advice = ("CASE.toml", "") if name == "case" else (f"--{name} QUANTITY=LOW..HIGH", _SEE)
            raise InvalidInput(f"argument of lisse map: {what}", None, "it is needed", advice)
    if arguments.workers is not None and arguments.workers < 1:
        raise InvalidInput("--workers", arguments.workers, "1 or more")
    source = read_source(arguments.case, [*arguments.set, *_model(arguments)])
    case = read_case(source.tables, source.where, source.folder)
    points = arguments.points
    if points is None:
        points = {"analytic": CLOSED_FORM_POINTS, "resolved": RESOLVED_POINTS}.get(case.model.name, MODEL_POINTS)
    x, y = parse_span(arguments.x, points), parse_span(arguments.y, points)
    path = Path(arguments.case)
    folder = output_folder(arguments.output, path, f"{path.stem}-map")
    with bar(f"map, {case.model.name} model", quiet=arguments.json) as progress, located(case, source):
        drawn = failure_map(case, x, y, progress=progress, workers=arguments.workers)
    return _written(drawn, folder, arguments.json)


def _model(arguments: argparse.Namespace) -> list[str]:
    """The change of the case that names the model: that of ``--model``, that of ``--set``, or analytic."""
    from lisse.errors import InvalidInput

    keys = [change.partition("=")[0].replace(" ", "") for change in arguments.set]
    if "model.name" not in keys and "model" not in keys:
        return [f"model.name={arguments.model or 'analytic'}"]
    if arguments.model is not None:
        given = next(change for change, key in zip(arguments.set, keys, strict=True) if key in ("model.name", "model"))
        raise InvalidInput("--model", arguments.model, f"the model once, not also as --set {given}")
    return []


_SEE = "See which there are: lisse map --quantities"


def _written(drawn: FailureMap, folder: Path, as_json: bool) -> int:
    from lisse.report import map_summary, write_map
    from lisse.report.words import MODES

    written = write_map(folder, drawn)
    if as_json:
        sys.stdout.write(json.dumps(map_summary(drawn), allow_nan=False) + "\n")
        return 0
    sys.stdout.write(f"{drawn.title}\n")
    for mode, share in sorted(drawn.shares.items(), key=lambda pair: -pair[1]):
        sys.stdout.write(f"  {share:6.1%}  {MODES[mode]}\n")
    sys.stdout.writelines(f"warning: {text}\n" for text in drawn.warnings)
    sys.stdout.write(f"map: {written / 'map.png'}\n")
    return 0


def _list_quantities(as_json: bool) -> int:
    from lisse.study.axes import AXES

    if as_json:
        rows = {name: {"unit": axis.quantity.unit, "label": axis.quantity.long_name} for name, axis in AXES.items()}
        sys.stdout.write(json.dumps(rows) + "\n")
        return 0
    for name, axis in AXES.items():
        sys.stdout.write(f"{name:28s}  {axis.quantity.display_unit or '1':12s}  {axis.quantity.long_name}\n")
    return 0
