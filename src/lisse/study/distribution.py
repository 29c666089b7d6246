"""The critical current density of a batch: what the spread of flaws and properties makes of one test of one cell.

Cells that nominally are the same fail at currents that differ by a factor of three to ten. Here such a batch is drawn
(`lisse.study.draws`), run (`lisse.study.batch`) and described as people describe strengths: by its median with an
interval, by quantiles, and by a Weibull distribution. A cell that outlives the protocol is censored, not left out.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from lisse import __version__ as version
from lisse.cell import Cell
from lisse.errors import InvalidInput
from lisse.models.analytic import Analytic
from lisse.models.base import Model, Progress
from lisse.models.inputs import Spread
from lisse.numerics.survival import FailedShare, WeibullFit, failed_share, quantile, quantile_bounds, weibull_fit
from lisse.protocol import Protocol
from lisse.study.batch import BatchRun, solve_many
from lisse.study.draws import Draw, draw_cells

__all__ = ["CriticalCurrentDistribution", "DrawnCell", "critical_current_distribution"]

MOST_DRAWS = 100_000
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
CONFIDENCE = 0.95
_WHERE = "critical_current_distribution"


@dataclass(frozen=True)
class DrawnCell:
    """One cell of the batch and what became of it.

    Attributes
    ----------
    number : int
    seed : int or None
        Of its flaws.
    values : mapping of str to float
        What was drawn, by name of the input (SI).
    status, mode : str
        Of its run, and of its verdict.
    critical_current_density : float or None
        A/m2. At which it failed; ``None`` for a cell that did not.
    passed : float or None
        A/m2. What it had stood until then: the largest current that every half-cycle of was passed; ``None`` where none
        was.
    """

    number: int
    seed: int | None
    values: Mapping[str, float]
    status: str
    mode: str
    critical_current_density: float | None
    passed: float | None

    @property
    def censored(self) -> bool:
        """Whether the cell outlived its test, or the solver gave up before it failed."""
        return self.critical_current_density is None and self.passed is not None


@dataclass(frozen=True, eq=False)
class CriticalCurrentDistribution:
    """The critical current density of a batch of cells.

    Attributes
    ----------
    model, version : str
    seed : int
    confidence : float, 1
        Of all intervals.
    protocol : mapping
        The test as plain data, without its list of steps.
    cells : tuple of DrawnCell
    share : FailedShare
        Share of the cells that fail at or below a current density (A/m2), with its interval.
    median : float or None, A/m2
        ``None`` where fewer than half failed.
    median_low, median_high : float or None, A/m2
        Its interval; ``None`` where there is no bound on that side.
    quantiles : mapping of float to (float or None), A/m2
    weibull : WeibullFit or None
        ``None`` where the failures lie within one or two steps of the current, which leave the shape open.
    modes : mapping of str to int
        How many cells failed by what; ``"none"`` for those that did not.
    censored, without_result : int
        Cells that had not failed; cells of which nothing is known.
    varied : mapping of str to Spread
        What was drawn, besides the flaws.
    flaws : bool
        Whether flaws were drawn.
    warnings : tuple of str
    levels : tuple of float, A/m2
        Magnitudes of the currents of the test, rising. One alone tells which share of the cells fails at it, and
        nothing of how their critical currents are distributed.
    """

    model: str
    version: str
    seed: int
    confidence: float
    protocol: Mapping[str, Any]
    cells: tuple[DrawnCell, ...]
    share: FailedShare
    median: float | None
    median_low: float | None
    median_high: float | None
    quantiles: Mapping[float, float | None]
    weibull: WeibullFit | None
    modes: Mapping[str, int]
    censored: int
    without_result: int
    varied: Mapping[str, Spread]
    flaws: bool
    warnings: tuple[str, ...] = ()
    levels: tuple[float, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain data (SI)."""
        fit = self.weibull
        return {
            "model": self.model,
            "seed": self.seed,
            "confidence": self.confidence,
            "protocol": dict(self.protocol),
            "levels": list(self.levels),
            "draws": len(self.cells),
            "censored": self.censored,
            "without_result": self.without_result,
            "modes": dict(self.modes),
            "median": self.median,
            "median_low": self.median_low,
            "median_high": self.median_high,
            "quantiles": {f"{share:g}": value for share, value in self.quantiles.items()},
            "weibull": None if fit is None else dict(vars(fit)),
            "failed_share": {
                "current_density": self.share.value.tolist(),
                "share": self.share.share.tolist(),
                "low": self.share.low.tolist(),
                "high": self.share.high.tolist(),
            },
            "flaws": self.flaws,
            "varied": {name: {"low": s.low, "high": s.high, "source": s.source} for name, s in self.varied.items()},
            "cells": [
                {
                    "number": cell.number,
                    "seed": cell.seed,
                    "status": cell.status,
                    "mode": cell.mode,
                    "critical_current_density": cell.critical_current_density,
                    "passed": cell.passed,
                    "values": dict(cell.values),
                }
                for cell in self.cells
            ],
            "warnings": list(self.warnings),
        }


def critical_current_distribution(
    cell: Cell,
    protocol: Protocol,
    model: Model,
    draws: int = 100,
    seed: int = 0,
    *,
    properties: bool = True,
    workers: int | None = 1,
    progress: Progress | None = None,
) -> CriticalCurrentDistribution:
    """Draw a batch of cells, test each, and describe the currents at which they fail.

    Parameters
    ----------
    cell : Cell
    protocol : Protocol
        A ramp, as a rule.
    model : Model
        One that draws flaws by a seed, such as `lisse.models.Lumped`.
    draws : int
        Cells.
    seed : int
        The same seed gives the same cells, whatever their number and that of the processes.
    properties : bool
        Whether the numbers of the library are drawn from their spreads, besides the flaws.
    workers : int or None
        Processes, as in `solve_many`.
    progress : callable or None
        Called with the share done and a few words.

    Returns
    -------
    CriticalCurrentDistribution

    Raises
    ------
    InvalidInput
        For a model without draws of its own flaws, a cell of which nothing can be drawn, or impossible numbers.
    """
    if isinstance(model, Analytic):
        advice = "The analytic model has a Monte Carlo of its own: model.analytic.samples"
        raise InvalidInput("model", model.name, "a model that draws flaws, such as lumped", advice, where=_WHERE)
    if not _levels(protocol):
        advice = "A ramp of the current (ccd-ramp or one-way) gives the distribution of the critical current density"
        raise InvalidInput("protocol", protocol.name, "a protocol that sets a current", advice, where=_WHERE)
    _check_whole("draws", draws, 1, MOST_DRAWS)
    _check_whole("seed", seed, 0, 2**32 - 1)
    flaws = model.draws(cell)
    batch, varied = draw_cells(cell, protocol, draws, seed, properties, flaws)
    if not varied and not flaws:
        advice = "Give the electrolyte flaws, or numbers with low and high"
        raise InvalidInput(
            "cell", None, "a cell with flaws or with numbers whose sources give a spread", advice, where=_WHERE
        )
    runs = solve_many(
        model,
        [draw.cell for draw in batch],
        protocol,
        workers=workers,
        progress=progress,
        seeds=[draw.seed for draw in batch],
    )
    tested = tuple(_tested(draw, run, protocol) for draw, run in zip(batch, runs, strict=True))
    return _described(model, protocol, seed, tested, varied, flaws, runs)


def _check_whole(name: str, value: object, least: int, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise InvalidInput(name, value, f"a whole number from {least} to {most}", where=_WHERE)


def _tested(draw: Draw, run: BatchRun, protocol: Protocol) -> DrawnCell:
    verdict, critical, passed = run.verdict, None, run.verdict.highest_current_density_passed
    if run.ran and verdict.mode != "none":
        critical = verdict.critical_current_density
        below = [level for level in _levels(protocol) if critical is not None and level < critical * (1.0 - 1e-9)]
        passed = max(below, default=None)
    if critical == 0.0:
        critical = None
    return DrawnCell(draw.number, draw.seed, draw.values, run.status, verdict.mode, critical, passed)


def _levels(protocol: Protocol) -> list[float]:
    """A/m2. Magnitudes of the set currents."""
    return sorted({abs(step.current_density) for step in protocol.steps if step.current_density})


def _described(
    model: Model,
    protocol: Protocol,
    seed: int,
    cells: tuple[DrawnCell, ...],
    varied: Mapping[str, Spread],
    flaws: bool,
    runs: Sequence[BatchRun],
) -> CriticalCurrentDistribution:
    known = [cell for cell in cells if cell.critical_current_density is not None or cell.censored]
    if not known:
        reasons = Counter(run.status_text for run in runs)
        advice = f"Most often: {reasons.most_common(1)[0][0]}"
        raise InvalidInput("cell and protocol", None, "a batch in which some cell fails or lasts", advice, where=_WHERE)
    failed = np.array([cell.critical_current_density is not None for cell in known])
    value = np.array([cell.critical_current_density or cell.passed or 0.0 for cell in known])
    stood = np.array([cell.passed or 0.0 for cell in known])
    share = failed_share(value, failed, CONFIDENCE)
    low, high = quantile_bounds(value, failed, 0.5, CONFIDENCE)
    return CriticalCurrentDistribution(
        model=model.name,
        version=version,
        seed=seed,
        confidence=CONFIDENCE,
        protocol=MappingProxyType({key: part for key, part in protocol.to_dict().items() if key != "steps"}),
        cells=cells,
        share=share,
        median=_bounded(quantile(share, 0.5)),
        median_low=_bounded(low),
        median_high=_bounded(high),
        quantiles=MappingProxyType({each: _bounded(quantile(share, each)) for each in QUANTILES}),
        weibull=weibull_fit(stood, np.where(failed, value, np.inf), CONFIDENCE),
        modes=MappingProxyType(dict(Counter(cell.mode for cell in known).most_common())),
        censored=int(np.sum(~failed)),
        without_result=len(cells) - len(known),
        varied=MappingProxyType(dict(varied)),
        flaws=flaws,
        warnings=_warnings(runs),
        levels=tuple(_levels(protocol)),
    )


def _bounded(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _warnings(runs: Sequence[BatchRun]) -> tuple[str, ...]:
    """How many runs did not come to their own end, by status, and the first reason of each."""
    found = []
    for status, words in (
        ("failed", "failed numerically and count as lasting what they had passed"),
        ("refused", "could not be run and are left out"),
        ("killed", "were killed and are left out"),
    ):
        those = [run for run in runs if run.status == status]
        if those:
            found.append(f"{len(those)} of {len(runs)} runs {words}: {those[0].status_text}")
    return tuple(found)
