"""Every number of every candidate: from the table, else estimated from the formula, else taken as the study says.

Where each came from is kept with it. A number that nobody gives stays unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lisse.errors import InvalidInput, MissingValue
from lisse.models.base import Progress
from lisse.study.candidates import Candidates
from lisse.study.screen_study import Prior, ScreenStudy

if TYPE_CHECKING:
    from lisse.materials.estimates import Estimate

__all__ = ["ASSUMED", "ESTIMATED", "GIVEN", "ORIGINS", "UNKNOWN", "Numbers", "all_numbers"]

Floats = NDArray[np.float64]
UNKNOWN, GIVEN, ESTIMATED, ASSUMED = range(4)
ORIGINS = ("unknown", "given", "estimated", "assumed")
"""Where a number of a candidate comes from, by its code: nowhere, the table, its formula, the study."""


@dataclass(frozen=True, eq=False)
class Numbers:
    """Numbers of all candidates by property, with their intervals.

    Attributes
    ----------
    values, low, high : mapping of str to (n,) array, SI
        NaN where not known; the interval is one of 90 %.
    origin : mapping of str to (n,) array of int
        Index into `ORIGINS`.
    shared : mapping of str to (n,) mask
        Where the unknown number is the same one for all candidates that take it.
    sources : mapping of str to tuple of str
        Where estimated and assumed numbers of a property come from, in words.
    applicability : mapping of str to (n,) array, 1
        Of estimates; NaN where there is none.
    estimates : mapping of (int, str) to Estimate
        By candidate and property.
    refused : mapping of (int, str) to str
        Why there is no estimate.
    """

    values: Mapping[str, Floats]
    low: Mapping[str, Floats]
    high: Mapping[str, Floats]
    origin: Mapping[str, NDArray[np.int8]]
    shared: Mapping[str, NDArray[np.bool_]]
    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    applicability: Mapping[str, Floats] = field(default_factory=dict)
    estimates: Mapping[tuple[int, str], Estimate] = field(default_factory=dict)
    refused: Mapping[tuple[int, str], str] = field(default_factory=dict)

    @property
    def uncertain(self) -> tuple[str, ...]:
        """Properties that have a spread for at least one candidate."""
        return tuple(name for name in self.values if bool((self.high[name] > self.low[name]).any()))

    def applicability_of_used(self, name: str) -> Floats:
        """(n,) array, 1. Applicability of the estimates that stand in `values`; NaN where the number is no estimate."""
        found = self.applicability.get(name, np.full(len(self.values[name]), np.nan))
        return np.where(self.origin[name] == ESTIMATED, found, np.nan)

    def alike(self, which: NDArray[np.int64] | None = None) -> list[NDArray[np.int64]]:
        """Places (in `which`) of candidates of which the same numbers are known, group by group."""
        arrays = [array if which is None else array[which] for array in self.values.values()]
        _, group = np.unique([~np.isnan(array) for array in arrays], axis=1, return_inverse=True)
        group = np.ravel(group)
        return [np.flatnonzero(group == number) for number in range(int(group.max()) + 1)]

    def known(self, alike: NDArray[np.int64]) -> dict[str, Floats]:
        """The central numbers of candidates of which the same are known, by property."""
        return {name: array[alike] for name, array in self.values.items() if not np.isnan(array[alike[0]])}

    def of(self, which: NDArray[np.int64]) -> Numbers:
        """Those of some candidates, in that order."""
        place = {int(candidate): number for number, candidate in enumerate(which)}

        def some(arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
            return {name: array[which] for name, array in arrays.items()}

        def kept(found: Mapping[tuple[int, str], Any]) -> dict[tuple[int, str], Any]:
            return {(place[row], name): value for (row, name), value in found.items() if row in place}

        return Numbers(
            some(self.values),
            some(self.low),
            some(self.high),
            some(self.origin),
            some(self.shared),
            self.sources,
            some(self.applicability),
            kept(self.estimates),
            kept(self.refused),
        )


def all_numbers(
    study: ScreenStudy, candidates: Candidates, wanted: Iterable[str], progress: Progress | None = None
) -> Numbers:
    """The numbers of the table, with what is missing filled in as the study says.

    Parameters
    ----------
    study : ScreenStudy
    candidates : Candidates
    wanted : iterable of str
        Properties that are estimated where they are missing.
    progress : callable or None
    """
    filled = _Filled(candidates, study)
    if study.missing.estimate:
        _estimate(study, candidates, list(wanted), filled, progress)
    for name, prior in study.missing.priors.items():
        filled.assume(name, prior)
    return filled.numbers()


class _Filled:
    """The numbers while they are filled in."""

    def __init__(self, candidates: Candidates, study: ScreenStudy) -> None:
        self.count = len(candidates)
        self.values, self.low, self.high = (
            {name: array.copy() for name, array in arrays.items()}
            for arrays in (candidates.values, candidates.low, candidates.high)
        )
        self.origin = {n: np.where(np.isnan(v), UNKNOWN, GIVEN).astype(np.int8) for n, v in self.values.items()}
        self.shared = {name: np.zeros(self.count, dtype=bool) for name in self.values}
        self.sources: dict[str, dict[str, None]] = {}
        self.applicability: dict[str, Floats] = {}
        self.estimates: dict[tuple[int, str], Estimate] = {}
        self.refused: dict[tuple[int, str], str] = {}

    def room(self, name: str) -> None:
        """Make place for a property that the table does not have."""
        if name not in self.values:
            for arrays in (self.values, self.low, self.high):
                arrays[name] = np.full(self.count, np.nan)
            self.origin[name] = np.zeros(self.count, dtype=np.int8)
            self.shared[name] = np.zeros(self.count, dtype=bool)

    def estimated(self, row: int, name: str, found: Estimate, temperature: float) -> None:
        """Take one estimate, at a temperature (K)."""
        self.room(name)
        entry = found.entry()
        value, (low, high) = entry.at(temperature), entry.spread_at(temperature)
        self.values[name][row] = value
        self.low[name][row], self.high[name][row] = (value if end is None else end for end in (low, high))
        self.origin[name][row] = ESTIMATED
        self.estimates[row, name] = found
        self.sources.setdefault(name, {})[f"{found.method}, trained on {found.trained_on}"] = None

    def assume(self, name: str, prior: Prior) -> None:
        """Take the prior of a study wherever there is no number yet."""
        self.room(name)
        empty = np.isnan(self.values[name])
        if empty.any():
            self.values[name][empty], self.low[name][empty], self.high[name][empty] = prior.value, prior.low, prior.high
            self.origin[name][empty], self.shared[name][empty] = ASSUMED, prior.shared
            self.sources.setdefault(name, {})[prior.source] = None

    def numbers(self) -> Numbers:
        """All of it."""
        return Numbers(
            self.values,
            self.low,
            self.high,
            self.origin,
            self.shared,
            {name: tuple(found) for name, found in self.sources.items()},
            self.applicability,
            self.estimates,
            self.refused,
        )


def _estimate(
    study: ScreenStudy, candidates: Candidates, wanted: list[str], filled: _Filled, progress: Progress | None
) -> None:
    """Estimate what is missing, candidate by candidate, with what is known of it."""
    from lisse.materials.estimates import METHODS, estimate

    count, temperature = len(candidates), study.case.cell.temperature
    possible = [name for name in wanted if name in METHODS]
    for row, formula in enumerate(candidates.formulas):
        known = {name: float(array[row]) for name, array in candidates.values.items() if not np.isnan(array[row])}
        if progress is not None and row % 20 == 0:
            progress(row / count, f"estimates, {row} of {count}")
        for name in possible:
            if name in known:
                continue
            try:
                found = estimate(formula, name, known=known, lattice=candidates.lattice(row))
            except (InvalidInput, MissingValue) as error:
                filled.refused[row, name] = f"no estimate: {error}"
                continue
            filled.applicability.setdefault(name, np.full(count, np.nan))[row] = found.applicability
            if found.applicability < study.missing.applicability:
                limit = f"{found.applicability:.2g}, less than {study.missing.applicability:g}"
                filled.refused[row, name] = f"its estimate from {formula!r} applies only {limit}"
            else:
                filled.estimated(row, name, found, temperature)
