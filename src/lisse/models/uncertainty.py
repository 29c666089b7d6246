"""Property uncertainties through the closed-form criteria: a distribution of each limit, and which is lowest how often.

Every input whose source gives a spread is drawn, all others stay. A spread from low to high is read as an interval of
90 % around the chosen value: with z standard normal,

    x = value (high/value)^(z/1.645) above the value, value (value/low)^(z/1.645) below it      (values above zero)

and linearly in z where the value or its lower end is not above zero; nothing leaves the range that the property allows.
Where the chosen value lies at one end of its interval, half of the draws stay on it.
The longest flaw of the interface is drawn from its own distribution. Inputs are drawn independently of each other.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from lisse.cell import Cell
from lisse.errors import InvalidInput
from lisse.models.criteria import CRITERIA, Criterion, evaluate
from lisse.models.inputs import Inputs, Spread, read_inputs
from lisse.models.limits import conditions
from lisse.protocol import Protocol

__all__ = ["MOST_SAMPLES", "Distribution", "Uncertainty", "sample_limits"]

Array: TypeAlias = NDArray[np.float64]
MOST_SAMPLES = 100_000
_BLOCK = 5_000  # samples at a time, which bounds the memory
_EDGE = 1.6448536269514722  # of a standard normal, 5 % lie beyond it on each side


@dataclass(frozen=True)
class Distribution:
    """What uncertain inputs make of one limit or mechanism.

    Attributes
    ----------
    low, median, high : float, A/m2 or 1
        Quantiles of 5, 50 and 95 % of the limiting current density (of the margin, for a limit that is none), over
        the samples in which it applies; inf where there is no bound.
    applies : float, 1
        Share of the samples in which it applies.
    passed : float, 1
        Share of the samples in which the protocol passes the limit.
    lowest : float, 1
        Share of the samples in which it has the lowest margin of all that decide.
    """

    low: float
    median: float
    high: float
    applies: float
    passed: float
    lowest: float


@dataclass(frozen=True)
class Uncertainty:
    """The outcome of a Monte Carlo over the inputs of a cell.

    Attributes
    ----------
    samples : int
    seed : int
    criteria : mapping of str to Distribution
        By name of the criterion, those that apply in at least one sample.
    mechanisms : mapping of str to Distribution
        By verdict mode: the lowest of its deciding criteria, as a limiting current density.
    critical_current_density : Distribution
        The lowest of all that decide.
    varied : mapping of str to Spread
        What was drawn, and how far.
    draws : mapping of str to (samples,) array, A/m2
        The limiting current density of each mechanism in every draw; NaN where it does not apply. Not part of the
        plain data.
    """

    samples: int
    seed: int
    criteria: Mapping[str, Distribution]
    mechanisms: Mapping[str, Distribution]
    critical_current_density: Distribution
    varied: Mapping[str, Spread]
    draws: Mapping[str, Array] = field(repr=False, compare=False, default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "samples": self.samples,
            "seed": self.seed,
            "criteria": {name: dict(vars(found)) for name, found in self.criteria.items()},
            "mechanisms": {name: dict(vars(found)) for name, found in self.mechanisms.items()},
            "critical_current_density": dict(vars(self.critical_current_density)),
            "varied": {name: {"low": s.low, "high": s.high, "source": s.source} for name, s in self.varied.items()},
        }


def sample_limits(
    cell: Cell, protocol: Protocol, samples: int = 2000, seed: int = 0, criteria: Sequence[Criterion] = CRITERIA
) -> Uncertainty:
    """Draw the inputs of a cell and evaluate every criterion for each draw.

    Parameters
    ----------
    cell : Cell
    protocol : Protocol
    samples : int
        Number of draws, up to `MOST_SAMPLES`; the error of a probability p is sqrt(p (1 - p)/samples).
    seed : int
        The same seed gives the same draws.
    criteria : sequence of Criterion

    Raises
    ------
    InvalidInput
        For an impossible number of samples.
    """
    if isinstance(samples, bool) or not isinstance(samples, int) or not 1 <= samples <= MOST_SAMPLES:
        raise InvalidInput("samples", samples, f"a whole number from 1 to {MOST_SAMPLES}")
    tables = [read_inputs(there, protocol) for there in conditions(cell, protocol)]
    varied = _varied(tables, cell)
    generator = np.random.default_rng(seed)
    blocks = []
    for start in range(0, samples, _BLOCK):
        count = min(_BLOCK, samples - start)
        normal = {name: generator.standard_normal(count) for name in sorted(varied)}
        quantile = generator.uniform(size=count)
        drawn = [table.with_values(_draw(table, cell, normal, quantile)) for table in tables]
        blocks.append(_margins(criteria, drawn, count))
    margin = np.concatenate(blocks, axis=1)
    largest = float(tables[0]["current_density"])
    return _summarise(criteria, margin, largest, samples, seed, varied)


def _varied(tables: Sequence[Inputs], cell: Cell) -> dict[str, Spread]:
    found = {name: spread for table in tables for name, spread in table.spreads.items()}
    flaws = cell.electrolyte.flaws
    if flaws is not None:
        low, high = (float(flaws.longest_at(cell.area, edge)) for edge in (0.05, 0.95))
        found["flaw_length"] = Spread(low, high, 0.0, source="the longest of the flaws given")
    return found


def _draw(table: Inputs, cell: Cell, normal: Mapping[str, Array], quantile: Array) -> dict[str, Array]:
    found = {
        name: _spread_out(float(table[name]), spread, normal[name])
        for name, spread in table.spreads.items()
        if name in table.values
    }
    flaws = cell.electrolyte.flaws
    if flaws is not None:
        found["flaw_length"] = flaws.longest_at(cell.area, quantile)
    return found


def _spread_out(value: float, spread: Spread, normal: Array) -> Array:
    """Samples of an input from samples of a standard normal."""
    q = normal / _EDGE
    if value > 0.0 and spread.low > 0.0:
        up, down = math.log(spread.high / value), math.log(value / spread.low)
        samples = value * np.exp(np.where(q > 0.0, q * up, q * down))
    else:
        samples = value + np.where(q > 0.0, q * (spread.high - value), q * (value - spread.low))
    return np.clip(samples, spread.least, spread.most)


def _margins(criteria: Sequence[Criterion], tables: Sequence[Inputs], count: int) -> Array:
    """1. Margin of each criterion in each sample at its worst condition; NaN where it does not apply."""
    rows = []
    for criterion in criteria:
        worst = np.full(count, np.nan)
        for table in tables:
            said = evaluate(criterion, table)
            if not isinstance(said, str):
                worst = np.fmin(worst, said.margin)
        rows.append(worst)
    return np.array(rows)


def _summarise(
    criteria: Sequence[Criterion], margin: Array, largest: float, samples: int, seed: int, varied: Mapping[str, Spread]
) -> Uncertainty:
    deciding = np.array([criterion.decides for criterion in criteria])
    filled = np.where(np.isnan(margin), np.inf, margin)
    contest = np.where(deciding[:, None], filled, np.inf)
    lowest = contest.min(axis=0, initial=np.inf)
    winner = np.where(np.isfinite(lowest), contest.argmin(axis=0), -1)
    by_criterion, by_mechanism, draws = {}, {}, {}
    for row, criterion in enumerate(criteria):
        if not np.isnan(margin[row]).all():
            scale = 1.0 if criterion.is_charge else largest
            by_criterion[criterion.name] = _distribution(margin[row], scale, float(np.mean(winner == row)))
    for mechanism in dict.fromkeys(c.mechanism for c in criteria if c.decides):
        rows = [row for row, c in enumerate(criteria) if c.decides and c.mechanism == mechanism]
        best = filled[rows].min(axis=0)
        applies = ~np.isnan(margin[rows]).all(axis=0)
        if applies.any():
            share = float(np.isin(winner, rows).mean())
            draws[mechanism] = np.where(applies, best, np.nan) * largest
            by_mechanism[mechanism] = _distribution(np.where(applies, best, np.nan), largest, share)
    return Uncertainty(
        samples,
        seed,
        MappingProxyType(by_criterion),
        MappingProxyType(by_mechanism),
        _distribution(lowest, largest, 1.0),
        MappingProxyType(varied),
        MappingProxyType(draws),
    )


def _distribution(margin: Array, scale: float, lowest: float) -> Distribution:
    applies = margin[~np.isnan(margin)]
    low, median, high = np.quantile(applies, (0.05, 0.5, 0.95), method="inverted_cdf") * scale
    return Distribution(
        float(low),
        float(median),
        float(high),
        applies=applies.size / margin.size,
        passed=float(np.sum(applies < 1.0) / margin.size),
        lowest=lowest,
    )
