"""A finding as text in the units of the field, for the terminal."""

from __future__ import annotations

import math
from collections.abc import Sequence

from lisse.measurement import Finding
from lisse.units import duration, format_quantity

__all__ = ["finding_text"]

_MOST_ROWS = 12
_MOST_CIRCUITS = 3


def finding_text(finding: Finding) -> str:
    """Half-cycles, spectra, verdict, critical current, efficiency and warnings."""
    parts = [_heading(finding)]
    if finding.half_cycles:
        parts.append(_half_cycles(finding))
        parts.append(_summary(finding))
    if finding.spectra:
        parts.append(_spectra(finding))
    if any(reading.fit for reading in finding.spectra):
        parts.append(_circuits(finding))
    parts.append(finding.sentence)
    if finding.critical.critical is not None:
        parts.append(_critical(finding))
    if finding.events:
        parts.append(_events(finding))
    if finding.efficiencies:
        parts.append(_efficiency(finding))
    if finding.warnings:
        parts.append("Warnings\n" + "\n".join(f"  - {text}" for text in finding.warnings))
    return "\n\n".join(parts) + "\n"


def _heading(finding: Finding) -> str:
    area = format_quantity("area", finding.area, 4) if finding.area is not None else "area not known"
    source = f" ({finding.area_source})" if finding.area_source else ""
    return f"{', '.join(finding.files)}\n{finding.instrument}, {', '.join(_contents(finding))}, {area}{source}"


def _contents(finding: Finding) -> list[str]:
    """What the files hold, in a few words each."""
    cycles, spectra = len(finding.half_cycles), len(finding.spectra)
    found = []
    if cycles:
        found += [duration(finding.duration), f"{cycles} half-cycle{'' if cycles == 1 else 's'}"]
    elif finding.duration:
        found.append(f"{duration(finding.duration)} without current")
    if spectra:
        least, most = (f(reading.points for reading in finding.spectra) for f in (min, max))
        points = f"{most} point{'' if most == 1 else 's'}" if least == most else f"{least} to {most} points"
        found.append(f"{spectra} {'spectrum' if spectra == 1 else 'spectra'} of {points}")
    return found or ["one record"]


def _clock(finding: Finding) -> tuple[str, float]:
    """Unit in which the times of this record read well, and its length in s."""
    latest = max([finding.duration, *(reading.time for reading in finding.spectra)])
    return ("h", 3600.0) if latest >= 7200.0 else ("min", 60.0) if latest >= 120.0 else ("s", 1.0)


def _half_cycles(finding: Finding) -> str:
    (unit, factor), (clock, second) = _current_unit(finding), _clock(finding)
    head = ["", f"start / {clock}", f"length / {clock}", f"current / {unit}", "plateau / mV", "resistance / ohm"]
    known = finding.area is not None
    head += ["j / mA cm-2", "ASR / ohm cm2"] if known else []
    rows = []
    for number, cycle in enumerate(finding.half_cycles[:_MOST_ROWS], start=1):
        row = [
            str(number),
            f"{cycle.start / second:.3f}",
            f"{(cycle.end - cycle.start) / second:.3f}",
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
        lines.append(f"Open-circuit voltage: {_voltage(finding.open_circuit_voltage)} (not taken off the plateaus)")
    charge = finding.critical.cumulative_charge
    areal = f", {format_quantity('charge', finding.per_area(charge))}" if finding.area is not None else ""
    until = "" if finding.verdict.mode == "none" else " until the failure"
    lines.append(f"Charge passed in both directions{until}: {charge / 3.6:.4g} mAh{areal}")
    return "\n".join(lines)


def _spectra(finding: Finding) -> str:
    (clock, second), (unit, factor) = _clock(finding), _resistance_unit(finding)
    head = ["", f"time / {clock}", "points", f"high-frequency end / {unit}", f"low-frequency end / {unit}"]
    rows = [
        [
            str(number),
            f"{reading.time / second:.3f}",
            str(reading.points),
            ("<" if reading.low_is_bound else "") + _number(reading.resistance_low, 4, factor),
            (">" if reading.high_is_bound else "") + _number(reading.resistance_high, 4, factor),
        ]
        for number, reading in enumerate(finding.spectra[:_MOST_ROWS], start=1)
    ]
    more = len(finding.spectra) - _MOST_ROWS
    return "Spectra\n" + _table(head, rows) + (f"\n  ... and {more} more (-o DIR writes all)" if more > 0 else "")


def _circuits(finding: Finding) -> str:
    """The processes of each spectrum, and what is wrong with it; of many spectra the first and the last."""
    unit, factor = _resistance_unit(finding)
    numbered = list(enumerate(finding.spectra, start=1))
    chosen = numbered if len(numbered) <= _MOST_CIRCUITS else [numbered[0], numbered[-1]]
    lines = []
    for number, reading in chosen:
        fit = reading.fit
        if fit is None or fit.fit is None:
            lines.append(f"  {number}  {fit.sentence if fit else 'not analysed'}")
            continue
        test = fit.kramers_kronig.sentence if fit.kramers_kronig else "not tested"
        lines.append(f"  {number}  {fit.fit.circuit}: {test}")
        told = [(one.process, one.meaning.text) for one in fit.processes if one.process.kind != "inductance"]
        rows = [
            [one.name, _number(one.resistance, 4, factor), _error(one.resistance_error, factor), text]
            for one, text in told
        ]
        lines += [f"     {line}" for line in _table(["", unit, "+-", "what it may be"], rows, left=(0, 3)).splitlines()]
        lines += [f"       - {text}" for text in fit.warnings if text != test]
    words = "Circuits of the spectra" if len(chosen) == len(numbered) else "Circuits of the first and the last spectrum"
    return words + "\n" + "\n".join(lines)


def _events(finding: Finding) -> str:
    clock, second = _clock(finding)
    lines = [f"  {moment.time / second:.4g} {clock}  {moment.text}" for moment in finding.events[:_MOST_ROWS]]
    more = len(finding.events) - _MOST_ROWS
    return "What happened\n" + "\n".join(lines) + (f"\n  ... and {more} more" if more > 0 else "")


def _efficiency(finding: Finding) -> str:
    blocks, mean = finding.efficiencies, finding.coulombic_efficiency
    lines = [
        f"  {number}  {_protocol(block.protocol, block.cycles)}: {100 * block.value:.2f} +- {100 * block.error:.2g} %"
        for number, block in enumerate(blocks[:_MOST_ROWS], start=1)
    ]
    more = len(blocks) - _MOST_ROWS
    lines += [f"  ... and {more} more"] if more > 0 else []
    lines += [f"  all: {100 * mean:.2f} %"] if mean is not None and len(blocks) > 1 else []
    return "Coulombic efficiency (stripped over plated)\n" + "\n".join(lines)


def _protocol(name: str, cycles: int) -> str:
    count = f"{cycles} cycle{'' if cycles == 1 else 's'}"
    return count if name == "cycle" else f"{name} protocol, {count}"


def _critical(finding: Finding) -> str:
    found = finding.critical
    lines = [f"Critical current: {format_quantity('current', found.critical)}"]
    if found.threshold_charge is not None:
        error = f" +- {found.charge_error / 3.6:.2g}" if found.charge_error is not None else ""
        lines.append(f"Charge passed in the half-cycle of failure: {found.threshold_charge / 3.6:.4g}{error} mAh")
    if finding.area is not None:
        lines[0] += f", {format_quantity('current_density', finding.critical_current_density)}"
        lines[-1] += f", {format_quantity('charge', finding.per_area(found.threshold_charge))}"
    if found.level_below is not None:
        below = finding.per_area(found.level_below)
        stood = f"{found.level_below * 1e3:.3g} mA" if below is None else format_quantity("current_density", below)
        lines.insert(1, f"Last level that stood: {stood}; the true limit lies between the two")
    lines.append(found.definitions["critical_current_density"])
    return "\n".join(lines)


def _current_unit(finding: Finding) -> tuple[str, float]:
    largest = max(abs(cycle.current) for cycle in finding.half_cycles)
    return ("uA", 1e6) if largest < 1e-4 else ("mA", 1e3)


def _resistance_unit(finding: Finding) -> tuple[str, float]:
    """Per area where the area is known."""
    return ("ohm", 1.0) if finding.area is None else ("ohm cm2", 1e4 * finding.area)


def _voltage(volts: float) -> str:
    return f"{volts:.4g} V" if abs(volts) >= 1.0 else f"{volts * 1e3:.3g} mV"


def _number(value: float | None, digits: int, factor: float = 1.0) -> str:
    """A number without an exponent where it can be read; ``"-"`` for an unknown one."""
    return "-" if value is None else f"{float(f'{factor * value:.{digits}g}'):g}"


def _error(value: float | None, factor: float) -> str:
    return _number(value if value is not None and math.isfinite(value) else None, 2, factor)


def _shown(name: str, value: float | None) -> str:
    return "-" if value is None else format_quantity(name, value).split(" ")[0]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], left: Sequence[int] = ()) -> str:
    """Columns of equal width, flush right but for those named."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    lines = [
        [
            cell.ljust(width) if k in left else cell.rjust(width)
            for k, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        for row in (head, *rows)
    ]
    return "\n".join(("  " + "  ".join(cells)).rstrip() for cells in lines)
