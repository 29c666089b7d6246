"""``lisse align``: several measurements of one cell on one clock and in one frame, and the table of what happened."""

from __future__ import annotations

import argparse
import csv
import io
import json
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lisse.errors import InvalidInput, suggest
from lisse.files import output_folder, write_atomically
from lisse.units import duration, parse_quantity

if TYPE_CHECKING:
    from lisse.measurement.alignment import Alignment, Event, Pair
    from lisse.records import Record

__all__ = ["add_parser", "run"]

_MOST_ROWS = 20


def add_parser(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Put the verb and its options into the command line."""
    parser = verbs.add_parser(
        "align",
        help="several measurements of one cell on one clock and in one frame; what happened in all of them",
        description="Put cycler files, pressure logs, pictures and profiles of one cell on the clock of the first, "
        "register the pictures, and list what happened: jumps, kinks, features that appear, and which belong together.",
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="two or more; the first keeps its clock")
    words = "'time': clocks as they are; or the channel to compare, such as voltage (default: the best in common)"
    parser.add_argument("--on", metavar="NAME", help=words)
    words = "own time of a moment that is known in every file, such as 'film=12 s', where film is the name of a file "
    words += "without its ending; the n-th mark of every file is the same moment"
    parser.add_argument("--mark", metavar="NAME=TIME", action="append", default=[], help=words)
    words = "how pictures are put into the frame of the first: shift, rigid (default), affine or none"
    parser.add_argument("--register", metavar="KIND", default="rigid", help=words)
    words = "folder for alignment.json, events.csv, pairs.csv, alignment.png and the records on the common clock"
    parser.add_argument("-o", "--output", metavar="DIR", help=words)
    parser.add_argument("--json", action="store_true", help="print one JSON object (SI units) and nothing else")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Read, align, write and print; returns the exit code."""
    kinds = ("shift", "rigid", "affine", "none")
    if args.register not in kinds:
        raise InvalidInput("--register", args.register, ", ".join(kinds), suggest(args.register, kinds))
    names = _names(args.files)
    marks = _marks(args.mark, names)
    if args.output is not None:
        output_folder(args.output, "-o")
    from lisse.measurement.alignment import align

    records = {name: _opened(file) for name, file in zip(names, args.files, strict=True)}
    found = align(records, args.on, marks, None if args.register == "none" else args.register)
    written = {} if args.output is None else _write(Path(args.output), found, records)
    content = {"files": dict(zip(names, args.files, strict=True)), **found.to_dict(), "written": written}
    text = json.dumps(_finite(content), indent=2, allow_nan=False) + "\n" if args.json else _words(found, written)
    sys.stdout.write(text)
    return 0


def _names(files: Sequence[str]) -> list[str]:
    """A short name for every file: without its ending, with it where two are alike, or with its folder."""
    names = [Path(file).stem for file in files]
    if len(set(names)) < len(names):
        names = [Path(file).name for file in files]
    if len(set(names)) < len(names):
        names = [f"{Path(file).parent.name}/{Path(file).name}" for file in files]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InvalidInput("FILE", twice, "files of different names", "Rename one, or give it once")
    return names


def _marks(given: Sequence[str], names: Sequence[str]) -> dict[str, list[float]]:
    marks: dict[str, list[float]] = {}
    for text in given:
        name, equals, value = text.rpartition("=")
        if not equals or name.strip() not in names:
            raise InvalidInput("--mark", text, f"NAME=TIME with {', '.join(names)}", suggest(name.strip(), names))
        marks.setdefault(name.strip(), []).append(parse_quantity(value.strip(), "s", f"--mark {name.strip()}"))
    return marks


def _opened(file: str) -> Record:
    """A record of our own, or a file of an instrument."""
    from lisse.measurement.readers import read
    from lisse.measurement.virtual import load_frames
    from lisse.records import load_measurement, load_solution

    path = Path(file)
    if path.suffix.lower() != ".nc":
        return read(path)
    import h5py

    try:
        with h5py.File(path, "r") as opened:
            kind = opened.attrs.get("lisse_kind", "")
    except OSError as error:
        raise InvalidInput(
            str(path), None, "a whole netCDF file written by lisse", f"Reading failed: {error}"
        ) from None
    kind = kind.decode() if isinstance(kind, bytes) else str(kind)
    readers: dict[str, Any] = {"measurement": load_measurement, "solution": load_solution, "frames": load_frames}
    if kind not in readers:
        raise InvalidInput(str(path), kind or "a netCDF file of another origin", ", ".join(readers))
    opened_record: Record = readers[kind](path)
    return opened_record


def _finite(value: Any) -> Any:
    """Plain data in which what is no number is null."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, (list, tuple)) else value


def _write(folder: Path, found: Alignment, records: dict[str, Record]) -> dict[str, str]:
    from lisse.measurement.alignment import on_common_clock
    from lisse.report.alignment_figure import write_alignment_figure

    written = {
        "alignment": str(
            write_atomically(folder / "alignment.json", json.dumps(_finite(found.to_dict()), indent=2) + "\n")
        ),
        "events": str(write_atomically(folder / "events.csv", _event_table(found.events))),
        "pairs": str(write_atomically(folder / "pairs.csv", _pair_table(found.pairs))),
        "picture": str(write_alignment_figure(folder / "alignment.png", found, records)),
    }
    for name, record in records.items():
        target = folder / f"aligned_{name.replace('/', '_')}.nc"
        written[name] = str(on_common_clock(record, found.clock(name)).save(target))
    return written


def _event_table(events: Sequence[Event]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    head = [
        "time / s",
        "error / s",
        "source",
        "channel",
        "kind",
        "size",
        "unit",
        "strength",
        "switch",
        "x / m",
        "y / m",
        "z / m",
    ]
    writer.writerow(head)
    for e in events:
        place = [*(e.place or ()), "", "", ""][:3]
        writer.writerow([e.time, e.error, e.source, e.channel, e.kind, e.size, e.unit, e.strength, e.switch, *place])
    return text.getvalue()


def _pair_table(pairs: Sequence[Pair]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["first", "first time / s", "second", "second time / s", "apart / s", "tolerance / s", "chance",
                     "corrected chance", "significant"])  # fmt: skip
    for p in pairs:
        row = [_event(p.first), p.first.time, _event(p.second), p.second.time, p.apart, p.tolerance]
        writer.writerow([*row, p.chance, p.corrected, p.significant])
    return text.getvalue()


def _event(event: Event) -> str:
    """What it is and where, in a few words."""
    words = f"{event.source}: {event.channel} {event.kind}"
    if event.place is None:
        return words
    where = ", ".join(f"{axis} {value * 1e6:.3g}" for axis, value in zip("xyz", event.place, strict=False))
    return f"{words} at {where} um"


def _words(found: Alignment, written: dict[str, str]) -> str:
    parts = [
        "Clocks (time on that of the first = offset + (1 + drift) x own time)\n" + "\n".join(map(_clock, found.clocks))
    ]
    if found.registrations:
        parts.append("Frames\n" + "\n".join(_frame(name, one) for name, one in found.registrations.items()))
    news = [event for event in found.events if not event.switch]
    if found.pairs:
        parts.append("What belongs together, most certain first\n" + _pairs(found.pairs))
    if found.series:
        parts.append("Do the events of two records know of each other?\n" + "\n".join(map(_series, found.series)))
    together = {id(event) for pair in found.pairs for event in (pair.first, pair.second)}
    alone = [event for event in news if id(event) not in together]
    switches = len(found.events) - len(news)
    counted = f"{len(news)} events beside {switches} that come from switches of the current"
    parts.append(f"{counted}; {len(alone)} of them stand alone")
    if found.correlations:
        rows = [
            f"  {one.first} with {one.second}: rank correlation {one.rank:+.2f}, of the steps {one.rank_of_steps:+.2f} "
            f"(chance {one.chance:.2g}, {one.frames} frames)"
            for one in found.correlations
        ]
        parts.append("Features of pictures with channels\n" + "\n".join(rows))
    if found.warnings:
        parts.append("Warnings\n" + "\n".join(f"  - {text}" for text in found.warnings))
    if written:
        parts.append("\n".join(f"{what}: {path}" for what, path in written.items()))
    return "\n\n".join(parts) + "\n"


def _clock(clock: Any) -> str:
    if clock.method in ("reference", "as recorded"):
        return f"  {clock.source}: {clock.method}"
    error = "" if clock.error is None else f" +- {clock.error:.2g}"
    drift = "" if clock.drift_error is None else f" +- {clock.drift_error * 1e6:.2g}"
    by = f"{clock.method} of {' and '.join(dict.fromkeys(clock.channels))}" if clock.channels else clock.method
    return f"  {clock.source}: offset {clock.offset:.6g}{error} s, drift {clock.drift * 1e6:.4g}{drift} ppm, by {by}"


def _frame(name: str, found: Any) -> str:
    pairs = zip(found.shift, found.shift_error, strict=True)
    shift = ", ".join(f"{s * 1e6:.3g} +- {e * 1e6:.2g}" for s, e in pairs)
    turned = f", turned by {math.degrees(found.angle):.3g} degrees" if found.kind != "shift" else ""
    fit = f"correlation {found.correlation_before:.3f} -> {found.correlation:.3f}"
    return f"  {name}: {found.kind}, shift ({shift}) um{turned}, {fit}"


def _series(one: Any) -> str:
    counts = f"{one.first} ({one.first_count} events) and {one.second} ({one.second_count})"
    return f"  {counts}: nearest {duration(one.distance)} apart in the mean; chance {one.chance:.2g}"


def _pairs(pairs: Sequence[Pair]) -> str:
    rows = []
    for pair in pairs[:_MOST_ROWS]:
        sure = "yes" if pair.significant else "no "
        chance = f"chance {pair.chance:.2g}, of the whole table {pair.corrected:.2g}"
        apart = f"{pair.apart:+.3g} s apart (+- {pair.tolerance:.2g})"
        both = f"{_event(pair.first)}  =  {_event(pair.second)}"
        rows.append(f"  {sure}  {duration(pair.first.time):>8}  {both}, {apart}; {chance}")
    more = len(pairs) - _MOST_ROWS
    return "\n".join(rows) + (f"\n  ... and {more} more (-o DIR writes all)" if more > 0 else "")
