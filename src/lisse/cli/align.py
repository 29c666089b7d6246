"""``lisse align``: several measurements of one cell on one clock and in one frame, and the table of what happened."""

from __future__ import annotations

import argparse
import csv
import io
import json
import math
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lisse.cli.analyse import said_columns
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
    words = "two or more: of a cycler or camera, logs such as of the pressure; the first keeps its clock"
    parser.add_argument("files", nargs="+", metavar="FILE", help=words)
    words = "'time': clocks as they are; or the channel to compare, such as voltage (default: the best in common)"
    parser.add_argument("--on", metavar="NAME", help=words)
    words = "own time of a moment that is known in every file, such as 'film=12 s', where film is the name of a file "
    words += "without its ending; the n-th mark of every file is the same moment"
    parser.add_argument("--mark", metavar="NAME=TIME", action="append", default=[], help=words)
    words = "for a table that no format knows: a column's name in the file, what it is and its unit, such as "
    words += "'log: P=Applied Pressure / bar'; once for each, the time at least; without 'log: ' of every table"
    parser.add_argument("--column", metavar="[NAME:]COLUMN=MEANING", action="append", default=[], help=words)
    words = "how pictures are put into the frame of the first: shift, rigid (default), affine or none"
    parser.add_argument("--register", metavar="KIND", default="rigid", help=words)
    words = "folder for alignment.json, the tables events.csv and pairs.csv, alignment.png and the records on the "
    words += "common clock"
    parser.add_argument("-o", "--output", metavar="DIR", help=words)
    parser.add_argument("--json", action="store_true", help="print one JSON object (SI units) and nothing else")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Read, align, write and print; returns the exit code."""
    kinds = ("shift", "rigid", "affine", "none")
    if args.register not in kinds:
        raise InvalidInput("--register", args.register, ", ".join(kinds), suggest(args.register, kinds))
    names = _names(args.files)
    marks, columns = _marks(args.mark, names), _columns(args.column, names)
    if args.output is not None:
        output_folder(args.output, "-o")
    from lisse.measurement.alignment import align

    records = {name: _opened(file, columns.get(name)) for name, file in zip(names, args.files, strict=True)}
    found = align(records, args.on, marks, None if args.register == "none" else args.register)
    written = {} if args.output is None else _write(Path(args.output), found, records)
    content = {"files": dict(zip(names, args.files, strict=True)), **found.to_dict(), "written": written}
    sys.stdout.write(_as_json(content) if args.json else _words(found, written))
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


def _columns(given: Sequence[str], names: Sequence[str]) -> dict[str, dict[str, str]]:
    """What is said of the columns of each file; what is said of none in particular holds for all but netCDF files."""
    own: dict[str, list[str]] = {name: [] for name in names}
    for text in given:
        name, colon, rest = text.partition(":")
        if colon and name.strip() in own:
            own[name.strip()].append(rest)
        else:
            for words in own.values():
                words.append(text)
    said = {name: said_columns(words) for name, words in own.items()}
    return {name: columns for name, columns in said.items() if columns is not None}


def _opened(file: str, columns: Mapping[str, str] | None = None) -> Record:
    """A record of our own, a file of an instrument, or a log."""
    path = Path(file)
    if path.suffix.lower() == ".nc":
        return _own_record(path)
    from lisse.measurement.readers import read
    from lisse.measurement.readers.log import is_log, read_log

    return read_log(path, columns) if is_log(path, columns) else read(path, columns=columns)


def _own_record(path: Path) -> Record:
    """What `lisse run`, `lisse observe` or `lisse align` wrote."""
    import h5py

    from lisse.measurement.virtual import load_frames
    from lisse.records import load_measurement, load_solution

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


def _as_json(content: Mapping[str, Any]) -> str:
    from lisse.report.summary import finite

    return json.dumps(finite(content), indent=2, allow_nan=False) + "\n"


def _write(folder: Path, found: Alignment, records: dict[str, Record]) -> dict[str, str]:
    from lisse.measurement.alignment import on_common_clock
    from lisse.report.alignment_figure import write_alignment_figure

    written = {
        "alignment": str(write_atomically(folder / "alignment.json", _as_json(found.to_dict()))),
        "events": str(write_atomically(folder / "events.csv", _event_table(found.events))),
        "pairs": str(write_atomically(folder / "pairs.csv", _pair_table(found.pairs))),
        "picture": str(write_alignment_figure(folder / "alignment.png", found, records)),
    }
    for name, record in records.items():
        target = folder / f"aligned_{name.replace('/', '_')}.nc"
        written[name] = str(on_common_clock(record, found.clock(name)).save(target))
    return written


def _event_table(events: Sequence[Event]) -> str:
    """Every event, in the units of the field; those of sizes differ and have a column of their own."""
    from lisse.report.field_units import field_unit

    hour, _ = field_unit("s")
    micron, _ = field_unit("m")
    head = ["time / h", "error / s", "source", "channel", "kind", "size", "unit", "strength", "switch"]
    rows = []
    for e in events:
        factor, unit = field_unit(e.unit)
        place = [*(micron * value for value in e.place or ()), "", "", ""][:3]
        row = [hour * e.time, e.error, e.source, e.channel, e.kind, factor * e.size, unit, e.strength, e.switch]
        rows.append([*row, *place])
    return _table([*head, "x / um", "y / um", "z / um"], rows)


def _pair_table(pairs: Sequence[Pair]) -> str:
    from lisse.report.field_units import field_unit

    hour, _ = field_unit("s")
    head = ["first", "first time / h", "second", "second time / h", "apart / s", "tolerance / s", "chance"]
    rows = [
        [_event(p.first), hour * p.first.time, _event(p.second), hour * p.second.time, p.apart, p.tolerance, p.chance,
         p.corrected, p.significant]
        for p in pairs
    ]  # fmt: skip
    return _table([*head, "corrected chance", "significant"], rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([f"{each:.9g}" if isinstance(each, float) else each for each in row] for row in rows)
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
    counted = f"{len(news)} event{'' if len(news) == 1 else 's'} that nobody asked for, {len(alone)} of them without a"
    parts.append(f"{counted} partner in another record; {len(found.events) - len(news)} from switches of the current")
    if found.correlations:
        rows = [
            f"  {one.first} with {one.second}: rank correlation {one.rank:+.2f}, of the steps {one.rank_of_steps:+.2f} "
            f"({_chance(one)}, {one.frames} frames)"
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
    error = "" if clock.error is None else f" +- {_two_digits(clock.error)}"
    drift = "" if clock.drift_error is None else f" +- {_two_digits(clock.drift_error * 1e6)}"
    by = f"{clock.method} of {' and '.join(dict.fromkeys(clock.channels))}" if clock.channels else clock.method
    offset, rate = (round(value, 9) + 0.0 for value in (clock.offset, clock.drift))  # without the dust of a fit
    told = f"  {clock.source}: offset {offset:.6g}{error} s, drift {rate * 1e6:.4g}{drift} ppm, by {by}"
    return told + (" (one of several places, see the warning)" if clock.ambiguous else "")


def _two_digits(error: float) -> str:
    """An uncertainty without an exponent where it can be read, such as ``"240"``."""
    return f"{float(f'{error:.2g}'):g}"


def _frame(name: str, found: Any) -> str:
    pairs = zip(found.shift, found.shift_error, strict=True)
    shift = ", ".join(f"{s * 1e6:.3g} +- {_two_digits(e * 1e6)}" for s, e in pairs)
    turned = f", turned by {math.degrees(found.angle):.3g} degrees" if found.kind != "shift" else ""
    fit = f"correlation {found.correlation_before:.3f} -> {found.correlation:.3f}"
    return f"  {name}: {found.kind}, shift ({shift}) um{turned}, {fit}"


def _series(one: Any) -> str:
    counts = f"{one.first} ({one.first_count} events) and {one.second} ({one.second_count})"
    return f"  {counts}: nearest {duration(one.distance)} apart in the mean; {_chance(one)}"


def _chance(one: Any) -> str:
    """By itself, and in a table of several."""
    return f"chance {one.chance:.2g}" + (f", of all {one.corrected:.2g}" if one.corrected > one.chance else "")


def _pairs(pairs: Sequence[Pair]) -> str:
    rows = []
    for pair in pairs[:_MOST_ROWS]:
        sure = "yes" if pair.significant else "no "
        chance = f"chance {pair.chance:.2g}, of the whole table {pair.corrected:.2g}"
        apart = f"{'-' if pair.apart < 0 else '+'}{duration(abs(pair.apart))} apart (+- {duration(pair.tolerance)})"
        both = f"{_event(pair.first)}  =  {_event(pair.second)}"
        rows.append(f"  {sure}  {duration(pair.first.time):>8}  {both}, {apart}; {chance}")
    more = len(pairs) - _MOST_ROWS
    return "\n".join(rows) + (f"\n  ... and {more} more (-o DIR writes all)" if more > 0 else "")
