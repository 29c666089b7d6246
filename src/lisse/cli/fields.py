"""``lisse fields``: what a resolved run saved; a series for ParaView; an animated picture."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lisse.cli.progress import bar
from lisse.errors import InvalidInput

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["add_parser", "run"]


def add_parser(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb."""
    parser = verbs.add_parser(
        "fields",
        help="fields of a resolved run: list them, export them to ParaView, animate them",
        description="List the fields that a resolved run saved. With --paraview write VTI files and fields.pvd, which "
        "ParaView opens as a series; with --animation an animated picture. In Python: lisse.load_fields(DIR).",
    )
    parser.add_argument("directory", metavar="DIR", help="the folder that the run wrote")
    parser.add_argument("--paraview", metavar="OUT", help="folder to write fields_000000.vti ... and fields.pvd to")
    parser.add_argument("--every", metavar="N", type=int, default=1, help="export every so many times (default: all)")
    parser.add_argument("--animation", metavar="FILE", help="animated picture to write: .gif, .webp or .apng")
    shown = "what stands beside the structure: largest-principal-stress (default), hydrostatic-stress, "
    shown += "current-density, damage, plating-pressure or electrolyte-potential"
    parser.add_argument("--show", metavar="NAME", help=shown)
    parser.add_argument("--json", action="store_true", help="print one JSON object, numbers in SI, and nothing else")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """List, and write what is asked for; returns 0."""
    from lisse.fields import load_fields, write_paraview
    from lisse.report.resolved_moments import fields_summary

    beside = arguments.show or "largest-principal-stress"
    if arguments.every < 1:
        raise InvalidInput("--every", arguments.every, "1 or more")
    if arguments.show is not None and not arguments.animation:
        raise InvalidInput("--show", arguments.show, "only together with --animation FILE")
    fields = load_fields(arguments.directory)
    written: dict[str, str] = {}
    if arguments.paraview:
        with bar("ParaView", quiet=arguments.json) as progress:
            written["paraview"] = str(write_paraview(fields, arguments.paraview, progress, arguments.every))
    if arguments.animation:
        from lisse.report.resolved_film import write_film

        with bar("animation", quiet=arguments.json) as progress:
            written["animation"] = str(write_film(fields, Path(arguments.animation), beside, progress))
    if arguments.json:
        content = {**fields_summary(fields), "fields": _table(fields), "times": _times(fields), "written": written}
        sys.stdout.write(json.dumps(content, allow_nan=False) + "\n")
        return 0
    sys.stdout.write(_words(fields))
    sys.stdout.writelines(f"{what}: {path}\n" for what, path in written.items())
    return 0


def _table(fields: xr.Dataset) -> list[dict[str, Any]]:
    return [
        {"name": str(name), "unit": held.attrs["units"], "dims": list(map(str, held.dims)), "shape": list(held.shape)}
        for name, held in fields.data_vars.items()
    ]


def _times(fields: xr.Dataset) -> list[dict[str, Any]]:
    pairs = zip(fields["time"].values, fields["event"].values, strict=True)
    return [{"time": float(time), "event": str(event)} for time, event in pairs]


def _words(fields: xr.Dataset) -> str:
    from lisse.report.words import duration

    times = _times(fields)
    shape = " x ".join(str(fields.sizes[axis]) for axis in "xyz" if axis in fields.sizes)
    edge = float(fields.attrs["voxel_size"]) * 1e6
    first, last = duration(times[0]["time"]), duration(times[-1]["time"])
    lines = [f"{len(times)} saved times from {first} to {last}, {shape} voxels of {edge:g} um"]
    rows = _table(fields)
    wide = max(len(row["name"]) for row in rows)
    lines += [f"  {row['name']:{wide}}  {row['unit']:5}  {', '.join(row['dims'])}" for row in rows]
    lines += [f"{duration(each['time'])}: {each['event']}" for each in times if each["event"]]
    return "\n".join(lines) + "\n"
