"""Many cells together: how their critical currents and charges are distributed, early failures and survivors included.

The best cell of a batch says little: nominally identical cells differ by a factor of three to ten. Every cell counts
here, the ones that failed at the first current too; one that did not fail is censored, which means that its limit lies
above what it stood. The share that has failed is the product-limit estimate of Kaplan and Meier, the median has an
interval from order statistics, and the Weibull distribution is fitted to the intervals in which the cells failed
(between the last level that stood and the first that failed), not to points (`lisse.numerics.survival`).
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lisse.errors import InvalidInput
from lisse.measurement.analysis.critical_current import TEST_WORDS
from lisse.measurement.analysis.finding import UNITS, Finding
from lisse.measurement.analysis.resistance import HalfCycle
from lisse.measurement.analysis.trace import median
from lisse.numerics.survival import FailedShare, WeibullFit, failed_share, quantile, quantile_bounds, weibull_fit

__all__ = ["QUANTITIES", "Batch", "CellLimit", "LimitDistribution", "compare_cells"]

QUANTITIES = ("critical_current_density", "threshold_charge", "cumulative_charge")
"""What is compared; without areas ``critical_current``, ``threshold_electric_charge`` and so on."""
_WITHOUT_AREA = ("critical_current", "threshold_electric_charge", "cumulative_electric_charge")
_RAMPS = ("ccd-ramp", "one-way", "sweep", "other")
_FEW, _CONVERGED = 3, 30
_ALIKE = 1.2


@dataclass(frozen=True)
class CellLimit:
    """What one cell stood and what it failed at, of one quantity.

    Attributes
    ----------
    name : str
    stood : float
        Lower end of where its limit lies.
    failed_at : float or None
        Upper end; ``None`` where the cell did not fail.
    """

    name: str
    stood: float
    failed_at: float | None


@dataclass(frozen=True, eq=False)
class LimitDistribution:
    """One quantity over all cells.

    Attributes
    ----------
    quantity : str
    cells : tuple of CellLimit
    smallest, largest : float or None
        Of the cells that failed.
    median : float or None
        Value by which half of the cells have failed (Kaplan-Meier); ``None`` where fewer have.
    median_low, median_high : float or None
        Its interval; ``None`` where the cells are too few for a bound on that side.
    share : FailedShare
    weibull : WeibullFit or None
        ``None`` where the failures leave the shape open (fewer than three different values).
    """

    quantity: str
    cells: tuple[CellLimit, ...]
    smallest: float | None
    largest: float | None
    median: float | None
    median_low: float | None
    median_high: float | None
    share: FailedShare
    weibull: WeibullFit | None

    @property
    def failed(self) -> int:
        """Cells that failed."""
        return sum(cell.failed_at is not None for cell in self.cells)

    @property
    def censored(self) -> int:
        """Cells that did not."""
        return len(self.cells) - self.failed

    def to_dict(self) -> dict[str, Any]:
        """Plain data, in the unit of the quantity."""
        fit = self.weibull
        return {
            "cells": [dict(vars(cell)) for cell in self.cells],
            "failed": self.failed,
            "censored": self.censored,
            "smallest": self.smallest,
            "largest": self.largest,
            "median": self.median,
            "median_low": self.median_low,
            "median_high": self.median_high,
            "weibull": None if fit is None else dict(vars(fit)),
            "failed_share": {name: getattr(self.share, name).tolist() for name in ("value", "share", "low", "high")},
        }


@dataclass(frozen=True, eq=False)
class Batch:
    """Findings of many cells, and what they say together.

    Attributes
    ----------
    names : tuple of str
    findings : tuple of Finding
    confidence : float, 1
        Of all intervals.
    distributions : mapping of str to LimitDistribution
        By quantity; a quantity that no cell gives is not there.
    modes : mapping of str to int
        How many cells failed by what, ``"none"`` among them.
    early : tuple of str
        Cells that failed in their first half-cycle or at their first level; they are counted like all others.
    without_result : tuple of str
        Cells through which no current was passed.
    warnings : tuple of str
    """

    names: tuple[str, ...]
    findings: tuple[Finding, ...]
    confidence: float
    distributions: Mapping[str, LimitDistribution]
    modes: Mapping[str, int]
    early: tuple[str, ...] = ()
    without_result: tuple[str, ...] = ()
    warnings: tuple[str, ...] = field(default_factory=tuple)

    def to_dict(self) -> dict[str, Any]:
        """The object of ``lisse analyse --cells --json``: every finding, and the statistics."""
        return {
            "cells": [{"name": name, **found.to_dict()} for name, found in zip(self.names, self.findings, strict=True)],
            "statistics": {
                "confidence": self.confidence,
                "count": len(self.names),
                "modes": dict(self.modes),
                "early_failures": list(self.early),
                "without_result": list(self.without_result),
                "distributions": {name: found.to_dict() for name, found in self.distributions.items()},
            },
            "warnings": list(self.warnings),
            "units": {**UNITS, "count": "1", "share": "1", "shape": "1"},
        }


def compare_cells(findings: Sequence[Finding], names: Sequence[str] | None = None, confidence: float = 0.95) -> Batch:
    """Put the findings of several cells together.

    Parameters
    ----------
    findings : sequence of Finding
        One for each cell.
    names : sequence of str, optional
        One for each cell, all different; "1", "2" and so on by default.
    confidence : float, 1
        Of the intervals.

    Raises
    ------
    InvalidInput
        For no findings, and names that are too few or not all different.
    """
    if not findings:
        raise InvalidInput("findings", [], "at least one Finding")
    called = tuple(str(n) for n in range(1, len(findings) + 1)) if names is None else tuple(names)
    if len(called) != len(findings) or len(set(called)) != len(called):
        raise InvalidInput("names", list(called), f"{len(findings)} different names, one for each cell")
    if not 0.0 < confidence < 1.0:
        raise InvalidInput("confidence", confidence, "a number between 0 and 1")
    with_area = all(found.area is not None for found in findings)
    judged = [(name, found) for name, found in zip(called, findings, strict=True) if found.half_cycles]
    quantities = QUANTITIES if with_area else _WITHOUT_AREA
    limits = zip(quantities, (_currents, _thresholds, _cumulative), strict=True)
    distributions = {
        quantity: _distribution(quantity, cells, confidence)
        for quantity, limit in limits
        if (cells := [limit(name, found, with_area) for name, found in judged if _has(quantity, found)])
    }
    return Batch(
        names=called,
        findings=tuple(findings),
        confidence=confidence,
        distributions=distributions,
        modes=dict(Counter(found.verdict.mode for _, found in judged)),
        early=tuple(name for name, found in judged if _failed_early(found)),
        without_result=tuple(name for name in called if name not in {name for name, _ in judged}),
        warnings=tuple(_warnings(judged, len(called), with_area, findings)),
    )


# -- what each cell says ---------------------------------------------------------------------------------------------


def _has(quantity: str, found: Finding) -> bool:
    """Whether a cell says something of the quantity: a test at one current tells no critical current."""
    if quantity.startswith("critical"):
        return found.critical.kind in _RAMPS
    return True


def _scale(found: Finding, with_area: bool) -> float:
    return 1.0 / found.area if with_area and found.area else 1.0


def _currents(name: str, found: Finding, with_area: bool) -> CellLimit:
    critical, scale = found.critical, _scale(found, with_area)
    if critical.critical is None:
        return CellLimit(name, scale * (critical.highest_passed or 0.0), None)
    return CellLimit(name, scale * (critical.level_below or 0.0), scale * critical.critical)


def _thresholds(name: str, found: Finding, with_area: bool) -> CellLimit:
    if found.critical.threshold_charge is None:  # it stood the largest charge that was passed in one direction
        return CellLimit(name, _scale(found, with_area) * _most_in_one_direction(found.half_cycles), None)
    return _charge(name, found.critical.threshold_charge, found, with_area)


def _most_in_one_direction(cycles: Sequence[HalfCycle]) -> float:
    """Largest charge between two reversals of the current, C; half-cycles of one sign add up."""
    runs = itertools.groupby(cycles, key=lambda cycle: cycle.sign)
    return max(sum(abs(cycle.charge) for cycle in run) for _, run in runs)


def _cumulative(name: str, found: Finding, with_area: bool) -> CellLimit:
    return _charge(name, found.critical.cumulative_charge, found, with_area)


def _charge(name: str, charge: float | None, found: Finding, with_area: bool) -> CellLimit:
    value, scale = charge or 0.0, _scale(found, with_area)
    if found.critical.charge_error is None:
        return CellLimit(name, scale * value, None)
    error = max(found.critical.charge_error, 1e-6 * value, 1e-12)
    return CellLimit(name, scale * max(value - error, 0.0), scale * (value + error))


def _failed_early(found: Finding) -> bool:
    """Whether a cell failed at its first level or in its first half-cycle."""
    critical = found.critical
    return critical.critical is not None and (critical.highest_passed is None or critical.level_below == 0.0)


# -- all of them -----------------------------------------------------------------------------------------------------


def _distribution(quantity: str, cells: Sequence[CellLimit], confidence: float) -> LimitDistribution:
    failed = np.array([cell.failed_at is not None for cell in cells])
    charge = "charge" in quantity  # known to an interval around it, a current to the steps of its ramp
    values = np.array([_value(cell, charge) for cell in cells])
    fell = values[failed]
    share = failed_share(values, failed, confidence)
    low, high = quantile_bounds(values, failed, 0.5, confidence)
    middle = quantile(share, 0.5)
    stood = np.array([cell.stood for cell in cells])
    upper = np.array([math.inf if cell.failed_at is None else cell.failed_at for cell in cells])
    usable = upper > stood
    return LimitDistribution(
        quantity=quantity,
        cells=tuple(cells),
        smallest=float(fell.min()) if fell.size else None,
        largest=float(fell.max()) if fell.size else None,
        median=_finite(middle),
        median_low=_finite(low),
        median_high=_finite(high),
        share=share,
        weibull=weibull_fit(stood[usable], upper[usable], confidence) if fell.size else None,
    )


def _value(cell: CellLimit, charge: bool) -> float:
    if cell.failed_at is None:
        return cell.stood
    return 0.5 * (cell.stood + cell.failed_at) if charge else cell.failed_at


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _warnings(
    judged: Sequence[tuple[str, Finding]], count: int, with_area: bool, findings: Sequence[Finding]
) -> list[str]:
    found = []
    if not with_area and any(finding.area is not None for finding in findings):
        found.append("not all cells have an area: nothing is compared per area")
    if len(judged) < count:
        found.append(f"{count - len(judged)} of {count} cells passed no current and are in no statistic")
    if len(judged) < _FEW:
        counted = f"only {len(judged)} cell{'' if len(judged) == 1 else 's'}" if judged else "no cell"
        found.append(f"{counted} with a result: statistics need three at least")
    elif len(judged) < _CONVERGED:
        found.append(f"{len(judged)} cells: distributions of failures converge only from about thirty cells on")
    kinds = Counter(finding.critical.kind for _, finding in judged)
    if len(kinds) > 1:
        listed = "; ".join(f"{number} {TEST_WORDS[kind]}" for kind, number in kinds.items())
        found.append(f"the cells were tested in different ways ({listed}): their limits are not the same quantity")
    charges = [_half_cycle_charge(finding) for _, finding in judged]
    known = [charge for charge in charges if charge]
    if known and max(known) > _ALIKE * min(known):
        found.append(
            "the charge per half-cycle differs between the cells by a factor of "
            f"{max(known) / min(known):.3g}: critical currents depend on it"
        )
    return found


def _half_cycle_charge(finding: Finding) -> float:
    """Median charge of the whole half-cycles, C/m2 (C without an area)."""
    whole = finding.half_cycles[:-1] if finding.critical.critical is not None else finding.half_cycles
    sizes = [abs(cycle.charge) for cycle in whole or finding.half_cycles]
    return median(sizes) / (finding.area or 1.0)
