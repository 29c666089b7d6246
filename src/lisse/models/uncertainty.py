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
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from lisse.cell import Cell
from lisse.errors import InvalidInput
from lisse.models.criteria import CRITERIA, Criterion, evaluate
from lisse.models.inputs import Inputs, Spread, shear_modulus
from lisse.models.limits import tables
from lisse.protocol import Protocol

__all__ = ["MOST_SAMPLES", "Distribution", "Uncertainty", "sample_limits", "spread_out"]

Array: TypeAlias = NDArray[np.float64]
MOST_SAMPLES = 100_000
_BLOCK = 5_000  # samples at a time, which bounds the memory
_EDGE = 1.6448536269514722  # of a standard normal, 5 % lie beyond it on each side


@dataclass(frozen=True)
class Distribution:
    """What uncertain inputs make of one limit or mechanism.

    Attributes
    ----------
    low, median, high : float
        Quantiles of 5, 50 and 95 % over the samples in which it applies; inf where there is no bound.
    unit : str
        ``"A/m2"`` for a limiting current density; ``"1"`` for the margin of a limit that is a charge or a time.
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
    unit: str
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
        The lowest of all limiting current densities that decide.
    varied : mapping of str to Spread
        What was drawn, and how far.
    draws : mapping of str to (samples,) array, A/m2 or 1
        The limiting current density of each mechanism (the margin of one that is a charge or a time) in every draw;
        NaN where it does not apply. Not part of the plain data.
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

    Returns
    -------
    Uncertainty
        Limiting current densities in A/m2, margins in 1.

    Raises
    ------
    InvalidInput
        For an impossible number of samples or seed.
    """
    if isinstance(samples, bool) or not isinstance(samples, (int, np.integer)) or not 1 <= samples <= MOST_SAMPLES:
        raise InvalidInput("samples", samples, f"a whole number from 1 to {MOST_SAMPLES}")
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise InvalidInput("seed", seed, "a whole number, zero or more")
    there = tables(cell, protocol)
    varied = _varied(there, cell)
    generator = np.random.default_rng(seed)
    blocks = []
    for start in range(0, samples, _BLOCK):
        count = min(_BLOCK, samples - start)
        normal = {name: generator.standard_normal(count) for name in sorted(varied)}
        quantile = generator.uniform(size=count)
        drawn = [table.with_values(_draw(table, cell, normal, quantile)) for table in there]
        blocks.append(_evaluate(criteria, drawn, count))
    limits, margins = (np.concatenate(parts, axis=1) for parts in zip(*blocks, strict=True))
    return _summarise(criteria, (limits, margins), samples, seed, varied)


def _varied(there: Sequence[Inputs], cell: Cell) -> dict[str, Spread]:
    found = {name: spread for table in there for name, spread in table.spreads.items()}
    flaws = cell.electrolyte.flaws
    if flaws is not None:
        low, high = (float(flaws.longest_at(cell.area, edge)) for edge in (0.05, 0.95))
        found["flaw_length"] = Spread(low, high, 0.0, source="the longest of the flaws given")
    return found


def _draw(table: Inputs, cell: Cell, normal: Mapping[str, Array], quantile: Array) -> dict[str, Array]:
    found = {
        name: spread_out(float(table[name]), spread, normal[name])
        for name, spread in table.spreads.items()
        if name in table.values
    }
    if table.derived_shear_modulus:
        elastic = (found.get(name, table[name]) for name in ("youngs_modulus", "poisson_ratio"))
        found["shear_modulus"] = np.asarray(shear_modulus(*elastic))
    flaws = cell.electrolyte.flaws
    if flaws is not None:
        found["flaw_length"] = flaws.longest_at(cell.area, quantile)
    return found


def spread_out(value: float, spread: Spread, normal: Array) -> Array:
    """Samples of an input from samples of a standard normal."""
    q = normal / _EDGE
    if value > 0.0 and spread.low > 0.0:
        up, down = math.log(spread.high / value), math.log(value / spread.low)
        samples = value * np.exp(np.where(q > 0.0, q * up, q * down))
    else:
        samples = value + np.where(q > 0.0, q * (spread.high - value), q * (value - spread.low))
    return np.clip(samples, spread.least, spread.most)


_Draws: TypeAlias = tuple[Array, Array]
"""Limiting current density (A/m2) and margin (1) of each criterion in each sample; NaN where there is none. A limit
that is a charge or a time has margins only."""


def _evaluate(criteria: Sequence[Criterion], there: Sequence[Inputs], count: int) -> _Draws:
    """Each criterion at its worst condition."""
    limits, margins = (np.full((len(criteria), count), np.nan) for _ in range(2))
    for row, criterion in enumerate(criteria):
        for table in there:
            said = evaluate(criterion, table)
            if isinstance(said, str):
                continue
            margin = np.broadcast_to(said.margin, count)
            worse = ~(margins[row] <= margin) & ~np.isnan(margin)
            margins[row] = np.where(worse, margin, margins[row])
            if said.current_density is not None:
                limits[row] = np.where(worse, said.current_density, limits[row])
    return limits, margins


def _summarise(
    criteria: Sequence[Criterion], draws: _Draws, samples: int, seed: int, varied: Mapping[str, Spread]
) -> Uncertainty:
    limits, margins = draws
    deciding = np.array([criterion.decides for criterion in criteria])
    is_charge: NDArray[np.bool_] = np.all(np.isnan(limits), axis=1)
    contest = np.where(deciding[:, None] & ~np.isnan(margins), margins, np.inf)
    lowest = contest.min(axis=0, initial=np.inf)
    winner = np.where(np.isfinite(lowest), contest.argmin(axis=0), -1)
    by_criterion, by_mechanism, by_draw = {}, {}, {}
    for row, criterion in enumerate(criteria):
        if not np.isnan(margins[row]).all():
            share = float(np.mean(winner == row))
            by_criterion[criterion.name] = _distribution(limits[row], margins[row], bool(is_charge[row]), share)
    for mechanism in dict.fromkeys(c.mechanism for c in criteria if c.decides):
        rows = [row for row, c in enumerate(criteria) if c.decides and c.mechanism == mechanism]
        if np.isnan(margins[rows]).all():
            continue
        first = contest[rows].argmin(axis=0)
        limit, margin = (np.take_along_axis(array[rows], first[None], axis=0)[0] for array in (limits, margins))
        only_charges = bool(is_charge[rows].all())
        share = float(np.isin(winner, rows).mean())
        by_mechanism[mechanism] = _distribution(limit, margin, only_charges, share)
        by_draw[mechanism] = margin if only_charges else limit
    currents = deciding & ~is_charge
    best = np.where(currents[:, None] & ~np.isnan(margins), margins, np.inf).argmin(axis=0)
    critical, margin = (np.take_along_axis(array, best[None], axis=0)[0] for array in (limits, margins))
    return Uncertainty(
        samples,
        seed,
        by_criterion,
        by_mechanism,
        _distribution(critical, margin, False, float(np.isin(winner, np.flatnonzero(currents)).mean())),
        dict(varied),
        by_draw,
    )


def _distribution(limit: Array, margin: Array, is_charge: bool, lowest: float) -> Distribution:
    there = ~np.isnan(margin)
    values = (margin if is_charge else limit)[there]
    edges = np.quantile(values, (0.05, 0.5, 0.95), method="inverted_cdf") if values.size else (np.inf,) * 3
    low, median, high = (float(edge) for edge in edges)
    return Distribution(
        low,
        median,
        high,
        unit="1" if is_charge else "A/m2",
        applies=float(there.mean()),
        passed=float(np.sum(margin[there] < 1.0) / margin.size),
        lowest=lowest,
    )
