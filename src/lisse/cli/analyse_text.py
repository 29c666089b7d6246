"""A finding as text in the units of the field, for the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from lisse.measurement import Finding
from lisse.units import format_quantity

__all__ = ["finding_text"]

_MOST_ROWS = 12


def finding_text(finding: Finding) -> str:
    """Half-cycles, spectra, verdict, critical current, efficiency and warnings."""
    parts = [_heading(finding)]
    if finding.half_cycles:
        parts.append(_half_cycles(finding))
        parts.append(_summary(finding))
    if finding.spectra:
        parts.append(_spectra(finding))
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
        lines.append(f"Open-circuit voltage: {_voltage(finding.open_circuit_voltage)} (not taken off the plateaus)")
    charge = finding.critical.cumulative_charge
    areal = f", {format_quantity('charge', finding.per_area(charge))}" if finding.area is not None else ""
    lines.append(f"Charge passed in both directions: {charge / 3.6:.4g} mAh{areal}")
    return "\n".join(lines)


def _spectra(finding: Finding) -> str:
    head = ["", "time / h", "points", "high-frequency end / ohm", "low-frequency end / ohm"]
    fits = [reading.fit.sentence for reading in finding.spectra[:_MOST_ROWS] if reading.fit]
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
    text = "Spectra\n" + _table(head, rows) + (f"\n  ... and {more} more (-o DIR writes all)" if more > 0 else "")
    return text + "".join(f"\n  {number}  {words}" for number, words in enumerate(fits, start=1))


def _events(finding: Finding) -> str:
    lines = [f"  {moment.time / 3600:.4g} h  {moment.text}" for moment in finding.events[:_MOST_ROWS]]
    more = len(finding.events) - _MOST_ROWS
    return "What happened\n" + "\n".join(lines) + (f"\n  ... and {more} more" if more > 0 else "")


def _efficiency(finding: Finding) -> str:
    blocks, mean = finding.efficiencies, finding.coulombic_efficiency
    lines = [
        f"  {number}  {block.protocol}, {block.cycles} cycle{'' if block.cycles == 1 else 's'}: "
        f"{100 * block.value:.2f} +- {100 * block.error:.2g} %"
        for number, block in enumerate(blocks[:_MOST_ROWS], start=1)
    ]
    more = len(blocks) - _MOST_ROWS
    lines += [f"  ... and {more} more"] if more > 0 else []
    lines += [f"  all: {100 * mean:.2f} %"] if mean is not None and len(blocks) > 1 else []
    return "Coulombic efficiency (stripped over plated)\n" + "\n".join(lines)


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


def _voltage(volts: float) -> str:
    return f"{volts:.4g} V" if abs(volts) >= 1.0 else f"{volts * 1e3:.3g} mV"


def _number(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}g}"


def _shown(name: str, value: float | None) -> str:
    return "-" if value is None else format_quantity(name, value).split(" ")[0]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    return "\n".join(
        "  " + "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in (head, *rows)
    )
