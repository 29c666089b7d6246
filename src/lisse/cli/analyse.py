"""``lisse analyse``: cycler and impedance files of one cell to half-cycles, resistances and a verdict.

The area is only ever taken from the command line or from a test record, never from the file of the instrument.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lisse.errors import InvalidInput, suggest
from lisse.files import output_folder
from lisse.units import format_quantity, parse_quantity

if TYPE_CHECKING:
    from lisse.measurement.analysis import Finding
    from lisse.records import Measurement

__all__ = ["add_parser", "run"]

_MOST_ROWS = 12
_RECORD_KEYS = ("area",)


def add_parser(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Put the verb and its options into the command line."""
    parser = verbs.add_parser(
        "analyse",
        help="half-cycles, resistances, spectra and the verdict of measured files",
        description="Read the files of one cell (several are put one after the other) and say what they mean.",
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="a file of a cycler or an impedance analyser")
    parser.add_argument("--area", metavar="AREA", help="area that the current is divided by, for example '0.785 cm^2'")
    parser.add_argument("--record", metavar="RECORD.toml", help="test record that states the area")
    parser.add_argument(
        "-o", "--output", metavar="DIR", help="folder for finding.json, half_cycles.csv and report.html"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object (SI units) and nothing else")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Read, analyse, write and print; returns the exit code."""
    area, source = _area(args.area, args.record)
    if args.output is not None:
        output_folder(args.output, "-o")
    from lisse.measurement import analyse, join, read

    measurement = join([read(name) for name in args.files])
    finding = analyse(measurement, area=area, area_source=source)
    if args.output is not None:
        _write(Path(args.output), finding, measurement)
    sys.stdout.write(_as_json(finding) if args.json else _as_text(finding))
    return 0


def _area(text: str | None, record: str | None) -> tuple[float | None, str | None]:
    """The area in m2, and who stated it."""
    given = _positive(parse_quantity(text, "m^2", "--area"), text, "--area") if text is not None else None
    stated = _area_of_record(Path(record)) if record is not None else None
    if given is not None and stated is not None and abs(given - stated) > 1e-6 * stated:
        allowed = f"the {format_quantity('area', stated, 6)} of {record}, or no --area"
        raise InvalidInput("--area", text, allowed, "Mend the record or leave one of the two out")
    if given is not None:
        return given, "given"
    return (stated, "record") if stated is not None else (None, None)


def _positive(area: float, got: Any, what: str) -> float:
    if area <= 0:
        raise InvalidInput(what, got, "an area above 0, such as '0.785 cm^2'")
    return area


def _area_of_record(path: Path) -> float | None:
    """The area in a test record; ``None`` when it states none.

    Raises
    ------
    InvalidInput
        For an absent or broken file, and for keys that are not known.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InvalidInput("--record", str(path), "an existing TOML file", "There is no such file") from None
    except OSError as error:
        raise InvalidInput("--record", str(path), "a readable TOML file", f"Reading failed: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInput("--record", str(path), "a TOML file", f"Reading failed: {error}") from None
    for key in table:
        if key not in _RECORD_KEYS:
            raise InvalidInput("key", key, ", ".join(_RECORD_KEYS), suggest(key, _RECORD_KEYS), where=str(path))
    if "area" not in table:
        return None
    try:
        return _positive(parse_quantity(table["area"], "m^2", "area"), table["area"], "area")
    except InvalidInput as error:
        raise error.at(str(path)) from None


def _as_json(finding: Finding) -> str:
    return json.dumps(finding.to_dict(), indent=2, allow_nan=False) + "\n"


def _write(folder: Path, finding: Finding, measurement: Measurement) -> None:
    """Write finding.json, half_cycles.csv and report.html into the folder."""
    from lisse.records import write_atomically
    from lisse.report import write_finding_report

    write_atomically(folder / "finding.json", _as_json(finding))
    write_atomically(folder / "half_cycles.csv", _half_cycle_table(finding))
    write_finding_report(folder / "report.html", finding, measurement)


def _half_cycle_table(finding: Finding) -> str:
    """Every half-cycle as CSV, in SI, with the unit in each column name; an unknown number is an empty cell."""
    content = finding.to_dict()
    units, rows = content["units"], content["half_cycles"]
    names = list(rows[0]) if rows else ["start", "end", "sign"]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([f"{name} / {units[name]}" for name in names])
    writer.writerows([["" if row[name] is None else row[name] for name in names] for row in rows])
    return text.getvalue()


def _as_text(finding: Finding) -> str:
    parts = [_heading(finding)]
    if finding.half_cycles:
        parts.append(_half_cycles(finding))
        parts.append(_summary(finding))
    if finding.spectra:
        parts.append(_spectra(finding))
    parts.append(finding.sentence)
    if finding.critical.critical is not None:
        parts.append(_critical(finding))
    if finding.warnings:
        parts.append("Warnings\n" + "\n".join(f"  - {text}" for text in finding.warnings))
    return "\n\n".join(parts) + "\n"


def _heading(finding: Finding) -> str:
    area = format_quantity("area", finding.area, 4) if finding.area is not None else "area not known"
    source = f" ({finding.area_source})" if finding.area_source else ""
    cycles, spectra = len(finding.half_cycles), len(finding.spectra)
    counts = f"{cycles} half-cycle{'' if cycles == 1 else 's'}, {spectra} {'spectrum' if spectra == 1 else 'spectra'}"
    return (
        f"{', '.join(finding.files)}\n{finding.instrument}, {finding.duration / 3600:.4g} h, {counts}, {area}{source}"
    )


def _half_cycles(finding: Finding) -> str:
    unit, factor = _current_unit(finding)
    head = ["", "start / h", "length / h", f"current / {unit}", "plateau / mV", "resistance / ohm"]
    known = finding.area is not None
    head += ["j / mA cm-2", "ASR / ohm cm2"] if known else []
    rows = []
    for number, cycle in enumerate(finding.half_cycles[:_MOST_ROWS], start=1):
        row = [
            str(number),
            f"{cycle.start / 3600:.3f}",
            f"{(cycle.end - cycle.start) / 3600:.3f}",
            f"{cycle.current * factor:.4g}",
        ]
        row += [f"{cycle.plateau_voltage * 1e3:.2f}", _number(cycle.resistance, 4)]
        if known:
            row += [
                _shown("current_density", finding.per_area(cycle.current)),
                _shown("area_resistance", finding.times_area(cycle.resistance)),
            ]
        rows.append(row)
    more = len(finding.half_cycles) - _MOST_ROWS
    return "Half-cycles\n" + _table(head, rows) + (f"\n  ... and {more} more (-o DIR writes all)" if more > 0 else "")


def _summary(finding: Finding) -> str:
    lines = []
    if finding.resistance is not None:
        area = format_quantity("area_resistance", finding.area_resistance, 4) if finding.area is not None else ""
        lines.append(
            f"Resistance from opposite half-cycles: {finding.resistance:.4g} ohm" + (f", {area}" if area else "")
        )
    if finding.resistance_trend is not None:
        trend = finding.resistance_trend
        lines.append(
            f"Trend over the half-cycles: {trend.value * 3600:+.2g} ohm/h (standard error {trend.error * 3600:.2g})"
        )
    if finding.open_circuit_voltage is not None:
        lines.append(f"Open-circuit voltage: {finding.open_circuit_voltage * 1e3:.3g} mV (not taken off the plateaus)")
    charge = finding.critical.cumulative_charge
    areal = f", {format_quantity('charge', finding.per_area(charge))}" if finding.area is not None else ""
    lines.append(f"Charge passed in both directions: {charge / 3.6:.4g} mAh{areal}")
    return "\n".join(lines)


def _spectra(finding: Finding) -> str:
    head = ["", "time / h", "points", "high-frequency end / ohm", "low-frequency end / ohm"]
    rows = [
        [
            str(number),
            f"{reading.time / 3600:.3f}",
            str(reading.points),
            ("<" if reading.low_is_bound else "") + _number(reading.resistance_low, 4),
            (">" if reading.high_is_bound else "") + _number(reading.resistance_high, 4),
        ]
        for number, reading in enumerate(finding.spectra[:_MOST_ROWS], start=1)
    ]
    more = len(finding.spectra) - _MOST_ROWS
    return "Spectra\n" + _table(head, rows) + (f"\n  ... and {more} more (-o DIR writes all)" if more > 0 else "")


def _critical(finding: Finding) -> str:
    found = finding.critical
    lines = [f"Critical current: {format_quantity('current', found.critical)}"]
    if found.threshold_charge is not None:
        error = f" +- {found.charge_error / 3.6:.2g}" if found.charge_error is not None else ""
        lines.append(f"Charge passed in the half-cycle of failure: {found.threshold_charge / 3.6:.4g}{error} mAh")
    if finding.area is not None:
        lines[0] += f", {format_quantity('current_density', finding.critical_current_density)}"
        lines[-1] += f", {format_quantity('charge', finding.per_area(found.threshold_charge))}"
    return "\n".join(lines)


def _current_unit(finding: Finding) -> tuple[str, float]:
    largest = max(abs(cycle.current) for cycle in finding.half_cycles)
    return ("uA", 1e6) if largest < 1e-4 else ("mA", 1e3)


def _number(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}g}"


def _shown(name: str, value: float | None) -> str:
    return "-" if value is None else format_quantity(name, value).split(" ")[0]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    return "\n".join(
        "  " + "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in (head, *rows)
    )
