"""``lisse analyse``: cycler and impedance files to half-cycles, resistances and a verdict; of one cell, or of many.

The area is only ever taken from the command line or from a test record, never from the file of the instrument.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lisse.cli.progress import bar
from lisse.errors import InvalidInput, suggest
from lisse.files import output_folder
from lisse.units import format_quantity

if TYPE_CHECKING:
    from collections.abc import Callable

    from lisse.measurement import Batch, Finding
    from lisse.records import Measurement

__all__ = ["add_parser", "run", "said_columns"]


def add_parser(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Put the verb and its options into the command line."""
    parser = verbs.add_parser(
        "analyse",
        help="half-cycles, resistances, spectra and the verdict of measured files",
        description="Read the files of one cell (several are put one after the other) and say what they mean; with "
        "--cells, each FILE is a cell of its own, and so is a folder of files or a test record that names its files.",
    )
    parser.add_argument("files", nargs="*", metavar="FILE", help="a file of a cycler or an impedance analyser")
    parser.add_argument("--cells", action="store_true", help="compare cells: each FILE, folder or record is one")
    parser.add_argument(
        "--area",
        metavar="AREA[,...]",
        help="area that divides the current, such as '0.785 cm^2', or the diameter of a disc, such as '6 mm'; with "
        "--cells one for each",
    )
    parser.add_argument("--record", metavar="RECORD.toml", help="test record that states the area, and may name files")
    parser.add_argument(
        "--column",
        metavar="NAME=MEANING",
        action="append",
        default=[],
        help="for a table that no format knows: a column's name in the file, what it is and its unit, such as "
        "'t=Test Time / h', 'E=Voltage / mV', 'I=Current / mA'; once for each, time, voltage and current at least",
    )
    words = "kind of the cell: symmetric, lithium-copper or other; found from the data when not given"
    parser.add_argument("--kind", metavar="KIND", help=words)
    parser.add_argument("--no-fit", action="store_true", help="read only the two ends of each spectrum, faster")
    words = "print the table for a paper and nothing else: csv, markdown or latex"
    parser.add_argument("--table", metavar="STYLE", help=words)
    parser.add_argument(
        "-o",
        "--output",
        metavar="DIR",
        help="folder for finding.json, half_cycles.csv and report.html; with --cells "
        "for cells.json, the table in every style, a page of all and a folder for each cell",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object (SI units) and nothing else")
    parser.set_defaults(run=run)


@dataclass(frozen=True)
class _Cell:
    """A cell as the command line names it: its files, and the area with who stated it."""

    name: str
    files: tuple[Path, ...]
    area: float | None
    source: str | None


def run(args: argparse.Namespace) -> int:
    """Read, analyse, write and print; returns the exit code."""
    _check(args)
    cells = _cells(args) if args.cells else [_one_cell(args)]
    if args.output is not None:
        output_folder(args.output, "-o")
    return _run_cells(args, cells) if args.cells else _run_one(args, cells[0])


def _check(args: argparse.Namespace) -> None:
    """Refuse what no cell could mend, before a file is opened."""
    from lisse.measurement.analysis.analyse import CELL_KINDS
    from lisse.report import TABLE_STYLES

    if args.json and args.table:
        raise InvalidInput("--table", args.table, "one of --json and --table")
    for option, value, known in (("--kind", args.kind, CELL_KINDS), ("--table", args.table, TABLE_STYLES)):
        if value is not None and value not in known:
            raise InvalidInput(option, value, ", ".join(known), suggest(value, known))


def _run_one(args: argparse.Namespace, cell: _Cell) -> int:
    with bar("analyse", quiet=args.json) as progress:
        measurement, finding = _analysed(args, cell, progress)
    if args.output is not None:
        _write(Path(args.output), finding, measurement)
    if args.table:
        sys.stdout.write(_table(_compared([cell], [finding]), args.table))
    elif args.json:
        sys.stdout.write(_as_json(finding.to_dict()))
    else:
        from lisse.cli.analyse_text import finding_text

        sys.stdout.write(finding_text(finding))
    return 0


def _run_cells(args: argparse.Namespace, cells: Sequence[_Cell]) -> int:
    findings = []
    with bar("analyse", quiet=args.json) as progress:
        for number, cell in enumerate(cells, start=1):
            measurement, finding = _analysed(args, cell, None)
            findings.append(finding)
            if args.output is not None:
                _write(Path(args.output) / cell.name, finding, measurement)
            if progress is not None:
                progress(number / len(cells), cell.name)
    batch = _compared(cells, findings)
    if args.output is not None:
        _write_batch(Path(args.output), batch)
    if args.json:
        sys.stdout.write(_as_json(batch.to_dict()))
    elif args.table:
        sys.stdout.write(_table(batch, args.table))
    else:
        warnings = "".join(f"  - {text}\n" for text in batch.warnings)
        sys.stdout.write(_table(batch, "markdown") + (f"\nWarnings\n{warnings}" if warnings else ""))
    return 0


def _analysed(
    args: argparse.Namespace, cell: _Cell, progress: Callable[[float, str], None] | None
) -> tuple[Measurement, Finding]:
    from lisse.measurement import analyse, join, read

    columns = said_columns(args.column)
    measurement = join([read(path, columns=columns) for path in cell.files])
    finding = analyse(
        measurement,
        area=cell.area,
        area_source=cell.source,
        cell=args.kind,
        fit_spectra=not args.no_fit,
        progress=progress,
    )
    return measurement, finding


def said_columns(words: Sequence[str]) -> dict[str, str] | None:
    """From a column's name in the file to what it is; ``None`` where nothing is said of columns."""
    said: dict[str, str] = {}
    for text in words:
        name, equals, meaning = (part.strip() for part in text.rpartition("="))
        if not (equals and name and meaning):
            raise InvalidInput("--column", text, "NAME=MEANING, such as 'I=Current / mA'")
        if name in said:
            raise InvalidInput("--column", text, "each column once", f"It was said to be {said[name]!r} before")
        said[name] = meaning
    return said or None


def _compared(cells: Sequence[_Cell], findings: Sequence[Finding]) -> Batch:
    from lisse.measurement import compare_cells

    return compare_cells(findings, [cell.name for cell in cells])


def _table(batch: Batch, style: str) -> str:
    from lisse.report import cells_table

    return cells_table(batch, style)


# -- which cells -----------------------------------------------------------------------------------------------------


def _one_cell(args: argparse.Namespace) -> _Cell:
    """The cell of all files together; those that its record names where no file is given."""
    given = [_area(text) for text in _split(args.area)]
    if len(given) > 1:
        raise InvalidInput("--area", args.area, "one area", "Several cells are compared with --cells")
    stated, named = (None, ()) if args.record is None else _of_record(Path(args.record))
    if not args.files and not named:
        advice = "" if args.record is None else f"{args.record} names none"
        raise InvalidInput("FILE", None, "one file at least, or a record that names its files", advice)
    area, source = _settled(given[0] if given else None, stated, args.area, args.record)
    files = tuple(Path(name) for name in args.files) or named
    folder = next((path for path in files if path.is_dir()), None)
    if folder is not None:
        raise InvalidInput("FILE", str(folder), "a file", "This is a folder; with --cells, a folder is one cell")
    return _Cell(files[0].stem, files, area, source)


def _cells(args: argparse.Namespace) -> list[_Cell]:
    if args.record is not None:
        raise InvalidInput("--record", args.record, "no --record with --cells", "Give the record in place of its files")
    if not args.files:
        raise InvalidInput("FILE", None, "one cell at least: a file, a folder of files, or a record")
    areas = [_area(text) for text in _split(args.area)]
    if len(areas) not in (0, 1, len(args.files)):
        raise InvalidInput("--area", args.area, f"one area for all cells, or {len(args.files)}, one for each")
    given = areas * len(args.files) if len(areas) == 1 else areas
    each: list[float | None] = [*given] or [None] * len(args.files)
    names = _names([Path(name) for name in args.files])
    return [_cell(name, Path(path), area) for name, path, area in zip(names, args.files, each, strict=True)]


def _cell(name: str, path: Path, area: float | None) -> _Cell:
    if path.is_dir():
        files = tuple(sorted(each for each in path.iterdir() if each.is_file() and not each.name.startswith(".")))
        if not files:
            raise InvalidInput("FILE", str(path), "a folder with the files of a cell", "The folder is empty")
        return _Cell(name, files, area, "given" if area is not None else None)
    if path.suffix.lower() == ".toml":
        stated, files = _of_record(path)
        if not files:
            raise InvalidInput("FILE", str(path), "a record that names its files", "Add files = [...] to it")
        return _Cell(name, files, *_settled(area, stated, "--area", str(path)))
    return _Cell(name, (path,), area, "given" if area is not None else None)


def _names(paths: Sequence[Path]) -> list[str]:
    """A short name for each cell; the folder goes in front where two would have the same."""
    short = [path.name if path.is_dir() else path.stem for path in paths]
    found = [
        f"{path.absolute().parent.name}_{name}" if short.count(name) > 1 else name
        for path, name in zip(paths, short, strict=True)
    ]
    return [f"{name}_{found[:k].count(name) + 1}" if found.count(name) > 1 else name for k, name in enumerate(found)]


def _split(text: str | None) -> list[str]:
    if text is not None and re.fullmatch(r"\s*\d*,\d+\s*[^\W\d].*", text):
        advice = f"Write {text.strip().replace(',', '.', 1)!r}; a comma stands between the areas of several cells"
        raise InvalidInput("--area", text, "a decimal point", advice)
    return [] if text is None else [part.strip() for part in text.split(",")]


def _area(text: str) -> float:
    from lisse.measurement.record.kinds import ElectrodeSize

    return ElectrodeSize("").read(text, "--area")


def _settled(
    given: float | None, stated: float | None, text: str | None, record: str | None
) -> tuple[float | None, str | None]:
    """The area in m2, and who stated it."""
    if given is not None and stated is not None and abs(given - stated) > 1e-6 * stated:
        allowed = f"the {format_quantity('area', stated, 6)} of {record}, or no --area"
        raise InvalidInput("--area", text, allowed, "Mend the record or leave one of the two out")
    if given is not None:
        return given, "given"
    return (stated, "record") if stated is not None else (None, None)


def _of_record(path: Path) -> tuple[float | None, tuple[Path, ...]]:
    """The area and the data files that a test record states."""
    from lisse.measurement import load_record

    record = load_record(path)
    return record.area, record.files


# -- what is written -------------------------------------------------------------------------------------------------


def _as_json(content: Any) -> str:
    return json.dumps(content, indent=2, allow_nan=False) + "\n"


def _write(folder: Path, finding: Finding, measurement: Measurement) -> None:
    """Write finding.json, half_cycles.csv and report.html into the folder."""
    from lisse.records import write_atomically
    from lisse.report import write_finding_report

    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / "finding.json", _as_json(finding.to_dict()))
    write_atomically(folder / "half_cycles.csv", _half_cycle_table(finding))
    write_finding_report(folder / "report.html", finding, measurement)


def _write_batch(folder: Path, batch: Batch) -> None:
    """Write cells.json, the table in every style and the page of all cells into the folder."""
    from lisse.records import write_atomically
    from lisse.report import TABLE_STYLES, write_cells_report

    write_atomically(folder / "cells.json", _as_json(batch.to_dict()))
    for style, ending in TABLE_STYLES.items():
        write_atomically(folder / f"cells.{ending}", _table(batch, style))
    write_cells_report(folder / "report.html", batch)


def _half_cycle_table(finding: Finding) -> str:
    """Every half-cycle as CSV in the units of the field, named in the headings; an unknown number is an empty cell."""
    from lisse.report.field_units import field_unit

    content = finding.to_dict()
    units, rows = content["units"], content["half_cycles"]
    names = list(rows[0]) if rows else ["start", "end", "sign"]
    scales = {name: field_unit(units[name]) for name in names if units.get(name, "1") != "1"}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([f"{name} / {scales[name][1]}" if name in scales else name for name in names])
    for row in rows:
        shown = {name: f"{scales[name][0] * row[name]:.9g}" for name in scales if row[name] is not None}
        writer.writerow([shown.get(name, "" if row[name] is None else row[name]) for name in names])
    return text.getvalue()
