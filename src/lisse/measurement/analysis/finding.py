"""What a measurement means: the Finding, and the one object that ``lisse analyse --json`` prints.

Areal numbers exist only when a person gave the area. Everything else is given in the units of the cell as well
(ampere, coulomb, ohm), so that nothing has to be guessed. How each number is found stands in the file that finds it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lisse.errors import InvalidInput, suggest
from lisse.measurement.analysis.critical_current import TEST_KINDS, CriticalCurrent
from lisse.measurement.analysis.efficiency import Efficiency
from lisse.measurement.analysis.events import Moment
from lisse.measurement.analysis.resistance import HalfCycle, Slope
from lisse.measurement.analysis.spectra import SpectrumReading
from lisse.units import format_quantity

__all__ = ["AREA_SOURCES", "FINDING_MODES", "UNITS", "FailureEvent", "Finding"]

FINDING_MODES = ("none", "hard-short", "soft-short", "contact-loss", "depletion")
"""What a record of voltage and current can be accused of."""
AREA_SOURCES = ("given", "record")
"""By whom the area was stated: with the call, or in a test record."""

UNITS: Mapping[str, str] = {
    "area": "m2",
    "time": "s",
    "start": "s",
    "end": "s",
    "duration": "s",
    "current_density": "A/m2",
    "critical_current_density": "A/m2",
    "critical_current_density_low": "A/m2",
    "highest_current_density_passed": "A/m2",
    "charge": "C/m2",
    "threshold_charge": "C/m2",
    "threshold_charge_error": "C/m2",
    "cumulative_charge": "C/m2",
    "cumulative_charge_error": "C/m2",
    "charge_plated": "C",
    "charge_stripped": "C",
    "reservoir_charge": "C",
    "cycles": "1",
    "value": "1",
    "error": "1",
    "coulombic_efficiency": "1",
    "asymmetry": "1",
    "shape_change": "1",
    "shape_peak": "1",
    "voltage": "V",
    "area_resistance": "ohm m2",
    "plateau_voltage": "V",
    "plateau_error": "V",
    "rest_voltage": "V",
    "open_circuit_voltage": "V",
    "plateau_trend": "V/s",
    "plateau_trend_error": "V/s",
    "current": "A",
    "critical_current": "A",
    "critical_current_low": "A",
    "highest_current_passed": "A",
    "electric_charge": "C",
    "threshold_electric_charge": "C",
    "threshold_electric_charge_error": "C",
    "cumulative_electric_charge": "C",
    "resistance": "ohm",
    "resistance_offset_corrected": "ohm",
    "resistance_high": "ohm",
    "resistance_low": "ohm",
    "resistance_trend": "ohm/s",
    "resistance_trend_error": "ohm/s",
    "time_resolution": "s",
    "confidence": "1",
    "sign": "1",
    "points": "1",
    "records": "1",
    "dropped": "1",
}
"""Unit of every number of `Finding.to_dict`, by its key."""


@dataclass(frozen=True)
class FailureEvent:
    """One failure, or none.

    Attributes
    ----------
    mode : str
        One of `FINDING_MODES`.
    time : float or None, s
        Of the first record that shows it.
    time_resolution : float or None, s
        It happened at most this long before.
    current : float or None, A
        Magnitude.
    electric_charge : float or None, C
        Passed in both directions until then.
    confidence : float
        0 to 1; defined in ``events.py``.
    evidence : tuple of str
        What was seen, in words.
    """

    mode: str = "none"
    time: float | None = None
    time_resolution: float | None = None
    current: float | None = None
    electric_charge: float | None = None
    confidence: float = 0.0
    evidence: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check the mode."""
        if self.mode not in FINDING_MODES:
            raise InvalidInput("mode", self.mode, ", ".join(FINDING_MODES), suggest(self.mode, FINDING_MODES))


@dataclass(frozen=True)
class Finding:
    """What one measurement (one or more files of one cell) means.

    Attributes
    ----------
    files : tuple of str
    instrument : str
    duration : float, s
    area : float or None, m2
        Only ever an area that a person gave.
    area_source : str or None
        One of `AREA_SOURCES`.
    verdict : FailureEvent
    half_cycles : tuple of HalfCycle
    spectra : tuple of SpectrumReading
    critical : CriticalCurrent
    resistance : float or None, ohm
        From pairs of opposite half-cycles before the failure; a constant offset drops out.
    resistance_trend : Slope or None, ohm/s
        Of the half-cycles before the failure, over time.
    open_circuit_voltage : float or None, V
    events : tuple of Moment
        What happened, in the order of time: rises, peaks, drops, transients, the failure.
    efficiencies : tuple of Efficiency
        Of a cell that plates a foreign metal; empty for others.
    warnings : tuple of str
    """

    files: tuple[str, ...]
    instrument: str
    duration: float
    area: float | None
    area_source: str | None
    verdict: FailureEvent
    half_cycles: tuple[HalfCycle, ...]
    spectra: tuple[SpectrumReading, ...]
    critical: CriticalCurrent
    resistance: float | None = None
    resistance_trend: Slope | None = None
    open_circuit_voltage: float | None = None
    events: tuple[Moment, ...] = ()
    efficiencies: tuple[Efficiency, ...] = ()
    warnings: tuple[str, ...] = field(default_factory=tuple)

    def per_area(self, value: float | None) -> float | None:
        """A current or charge per area; ``None`` when either is not known."""
        return None if value is None or self.area is None else value / self.area

    def times_area(self, value: float | None) -> float | None:
        """A resistance times the area; ``None`` when either is not known."""
        return None if value is None or self.area is None else value * self.area

    @property
    def critical_current_density(self) -> float | None:
        """A/m2, magnitude; ``None`` when the cell did not fail or the area is not known."""
        return self.per_area(self.critical.critical)

    @property
    def area_resistance(self) -> float | None:
        """Area-specific resistance from pairs of opposite half-cycles, ohm m2."""
        return self.times_area(self.resistance)

    @property
    def coulombic_efficiency(self) -> float | None:
        """All charge stripped over all charge plated in the blocks that were stripped to the cut-off."""
        plated = sum(block.plated for block in self.efficiencies)
        return sum(block.stripped for block in self.efficiencies) / plated if plated else None

    @property
    def sentence(self) -> str:
        """The verdict in words, in the units of the field."""
        verdict, passed = self.verdict, self.critical.highest_passed
        if not self.half_cycles and verdict.mode == "none":
            return "No current was passed, so there is no verdict."
        if verdict.mode == "none" or verdict.time is None:
            largest = f"; the largest current passed was {self._amount(passed)}" if passed is not None else ""
            count = f"{len(self.half_cycles)} half-cycle{'s' if len(self.half_cycles) > 1 else ''}"
            return f"No failure was found in {count} (confidence {verdict.confidence:.2f}){largest}."
        below, critical = self.critical.level_below, self.critical.critical
        if below and passed is not None and critical is not None and passed > 0.98 * critical:
            passed = below  # one direction stood the critical current, the other did not
        before = f", after {self._amount(passed)} had been passed" if passed is not None else ""
        return (
            f"The cell failed by {verdict.mode.replace('-', ' ')} at {format_quantity('time', verdict.time, 4)}, "
            f"at {self._amount(verdict.current)}{before} (confidence {verdict.confidence:.2f})."
        )

    def _amount(self, current: float | None) -> str:
        density = self.per_area(current)
        if density is not None:
            return format_quantity("current_density", density)
        if current is not None and abs(current) < 1e-4:
            return f"{current * 1e6:.3g} uA"
        return format_quantity("current", current)

    def to_dict(self) -> dict[str, Any]:
        """The object of ``lisse analyse --json``: plain data, SI, ``None`` for what is not known."""
        found = self.critical
        trend = self.resistance_trend
        return {
            "files": list(self.files),
            "instrument": self.instrument,
            "duration": self.duration,
            "area": self.area,
            "area_source": self.area_source,
            "verdict": self._verdict(),
            "half_cycles": [self._half_cycle(cycle) for cycle in self.half_cycles],
            "spectra": [_spectrum(reading) for reading in self.spectra],
            "critical_current_density": self.per_area(found.critical),
            "critical_current": found.critical,
            "critical_current_density_low": self.per_area(found.level_below),
            "critical_current_low": found.level_below,
            "highest_current_density_passed": self.per_area(found.highest_passed),
            "highest_current_passed": found.highest_passed,
            "threshold_charge": self.per_area(found.threshold_charge),
            "threshold_charge_error": self.per_area(found.charge_error),
            "threshold_electric_charge": found.threshold_charge,
            "threshold_electric_charge_error": found.charge_error,
            "cumulative_charge": self.per_area(found.cumulative_charge),
            "cumulative_charge_error": self.per_area(found.charge_error),
            "cumulative_electric_charge": found.cumulative_charge,
            "open_circuit_voltage": self.open_circuit_voltage,
            "resistance": self.resistance,
            "area_resistance": self.area_resistance,
            "resistance_trend": trend.value if trend else None,
            "resistance_trend_error": trend.error if trend else None,
            "test": {"kind": found.kind, "meaning": TEST_KINDS[found.kind]},
            "events": [dict(vars(moment)) for moment in self.events],
            "coulombic_efficiency": self.coulombic_efficiency,
            "efficiencies": [_efficiency(block) for block in self.efficiencies],
            "definitions": {**found.definitions, **(_EFFICIENCY if self.efficiencies else {})},
            "warnings": list(self.warnings),
            "units": dict(UNITS),
        }

    def _verdict(self) -> dict[str, Any]:
        verdict = self.verdict
        return {
            "mode": verdict.mode,
            "time": verdict.time,
            "time_resolution": verdict.time_resolution,
            "charge": self.per_area(verdict.electric_charge),
            "electric_charge": verdict.electric_charge,
            "current_density": self.per_area(verdict.current),
            "current": verdict.current,
            "confidence": verdict.confidence,
            "evidence": list(verdict.evidence),
        }

    def _half_cycle(self, cycle: HalfCycle) -> dict[str, Any]:
        return {
            "start": cycle.start,
            "end": cycle.end,
            "sign": cycle.sign,
            "current_density": self.per_area(cycle.current),
            "current": cycle.current,
            "charge": self.per_area(cycle.charge),
            "electric_charge": cycle.charge,
            "plateau_voltage": cycle.plateau_voltage,
            "plateau_error": cycle.plateau_error,
            "plateau_trend": cycle.trend.value if cycle.trend else None,
            "plateau_trend_error": cycle.trend.error if cycle.trend else None,
            "rest_voltage": cycle.rest_voltage,
            "area_resistance": self.times_area(cycle.resistance),
            "resistance": cycle.resistance,
            "resistance_offset_corrected": cycle.resistance_offset_corrected,
            "records": cycle.records,
            "control": cycle.control,
            "shape": cycle.shape.name if cycle.shape else None,
            "shape_change": cycle.shape.change if cycle.shape else None,
            "shape_peak": cycle.shape.peak if cycle.shape else None,
            "asymmetry": cycle.asymmetry,
        }


_EFFICIENCY = {
    "coulombic_efficiency": "Charge stripped from the foreign metal, to the cut-off, over the charge plated on it "
    "before; with a reservoir (n Q_C + Q_S)/(n Q_C + Q_T) of Adams and others (2018)."
}


def _efficiency(block: Efficiency) -> dict[str, Any]:
    return {
        "protocol": block.protocol,
        "start": block.start,
        "end": block.end,
        "charge_plated": block.plated,
        "charge_stripped": block.stripped,
        "reservoir_charge": block.reservoir,
        "cycles": block.cycles,
        "value": block.value,
        "error": block.error,
    }


def _spectrum(reading: SpectrumReading) -> dict[str, Any]:
    return {
        "time": reading.time,
        "points": reading.points,
        "resistance_low": reading.resistance_low,
        "resistance_high": reading.resistance_high,
        "low_is_bound": reading.low_is_bound,
        "high_is_bound": reading.high_is_bound,
        "dropped": reading.dropped,
        "fit": reading.fit.as_dict() if reading.fit else {},
    }
