"""Four numbers that the field gives for one cell, each with its definition, its protocol and its resolution.

Critical current density, one-way critical current, threshold charge and cumulative charge are found by running the
protocols that define them; and again with other step times, charges, current steps and currents, because every one of
them is a number of a cell *and* a protocol. Any model can answer: only `lisse.solve` is asked.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from lisse import __version__ as version
from lisse.cell import Cathode, Cell
from lisse.models.analytic import Analytic
from lisse.models.base import Model, Progress
from lisse.protocol import Protocol
from lisse.study.batch import BatchRun, solve_many
from lisse.study.cathode_reserve import cathode_reserve, fits, limited, reserve_note
from lisse.study.measure_settings import AMOUNTS, MEASURES, Measure, MeasureSettings
from lisse.study.measured import Dependence, FourNumbers, Measured, read_measure

__all__ = ["MEASURES", "Dependence", "FourNumbers", "Measure", "MeasureSettings", "Measured", "four_numbers"]

FACTORS = (0.25, 0.5, 2.0, 4.0)
"""How far one setting of a test is changed in each direction to see what its number depends on."""
_HALF = 0.5  # of the critical current density: where plating and cycling are done unless a current is given
_RAMPS = ("critical_current_density", "one_way_critical_current")


def four_numbers(
    cell: Cell,
    model: Model,
    settings: MeasureSettings | Protocol | None = None,
    *,
    seed: int | None = None,
    factors: Sequence[float] = FACTORS,
    workers: int | None = 1,
    progress: Progress | None = None,
) -> FourNumbers:
    """Critical current density, one-way critical current, threshold charge and cumulative charge of one cell.

    Parameters
    ----------
    cell : Cell
    model : Model
    settings : MeasureSettings, Protocol or None
        With what to measure; a protocol gives what it says of itself (`MeasureSettings.of`).
    seed : int or None
        Draws the longest flaws; the same in every run.
    factors : sequence of float
        Times which each setting is changed to find what the numbers depend on; empty leaves that out.
    workers : int or None
        Processes, as in `solve_many`.
    progress : callable or None
        Called with the share done and a few words.

    Returns
    -------
    FourNumbers

    Raises
    ------
    InvalidInput, MissingValue
        When the model cannot treat the cell, or for impossible settings.
    """
    asked = (
        settings
        if isinstance(settings, MeasureSettings)
        else MeasureSettings.of(settings)
        if settings
        else MeasureSettings()
    )
    reserve = cathode_reserve(cell)
    asking = _Asking(cell, _bare(model), seed, workers, progress, len(factors))
    tests = {name: limited(name, asked, asked.stop, reserve) for name in _RAMPS}
    ramps = asking.find([(name, test, asked.stop) for name, test in tests.items()], workers=1)
    ramp = ramps[0]
    current = asked.current_density or _HALF * (ramp.value or ramp.at_least or asked.stop)
    asked = dataclasses.replace(asked, current_density=current)
    others = [name for name in MEASURES if name not in _RAMPS]
    tests |= {name: asked for name in others}
    tests = {name: dataclasses.replace(test, current_density=current) for name, test in tests.items()}
    tests = {name: limited(name, test, current, reserve) for name, test in tests.items()}
    if any(tests[name] != asked for name in tests):
        asking.warnings += reserve_note(reserve)
    plan = list(_variations(tests, {found.measure: found for found in ramps}, factors, reserve))
    wanted = [(name, tests[name], current) for name in others]
    wanted += [(row.measure, changed, changed.current_density or current) for row in plan for _, changed in row.changed]
    answers = iter(asking.find(wanted))
    numbers = {found.measure: found for found in (*ramps, *(next(answers) for _ in others))}
    dependences = tuple(_dependence(row, answers, numbers[row.measure]) for row in plan)
    return FourNumbers(
        model.name,
        version,
        seed,
        asked,
        MappingProxyType(numbers),
        dependences,
        tuple(dict.fromkeys(asking.warnings)),
    )


def _bare(model: Model) -> Model:
    """The model without what no number is made from: the draws of the analytic model."""
    return dataclasses.replace(model, samples=0) if isinstance(model, Analytic) else model


@dataclass(frozen=True)
class _Variation:
    """A measure, the setting that is changed, what it is without the change, and all settings with each change."""

    measure: str
    setting: str
    base: float
    changed: tuple[tuple[float, MeasureSettings], ...]


def _variations(
    tests: Mapping[str, MeasureSettings], ramps: Mapping[str, Measured], factors: Sequence[float], reserve: float | None
) -> Iterator[_Variation]:
    """One setting after the other changed by every factor, as far as a cathode can follow.

    A half-cycle that ends by time and one that ends by charge are compared where both pass the same charge at the
    current at which the ramp fails.
    """
    if not factors:
        return
    for measure in MEASURES.values():
        asked, ramp = tests[measure.name], ramps.get(measure.name)
        for setting in measure.settings:
            base = _base(setting, asked, ramp)
            own = setting not in AMOUNTS or getattr(asked, setting) is not None
            if measure.name == "cumulative_charge" and not own:
                continue  # at one current a time and a charge are the same
            values = [base * factor for factor in sorted(factors if own else {1.0, *factors})]
            changed = [(at, _with(asked, setting, at)) for at in values]
            kept = [(at, test) for at, test in changed if fits(measure.name, test, _level(test, ramp), reserve)]
            yield _Variation(measure.name, setting, base, tuple(kept))


def _level(test: MeasureSettings, ramp: Measured | None) -> float:
    """A/m2. The level that a ramp gets to, or the current of cycling."""
    return (None if ramp is None else ramp.value) or (test.current_density if ramp is None else None) or test.stop


def _base(setting: str, asked: MeasureSettings, ramp: Measured | None) -> float:
    level = (None if ramp is None else ramp.value) or asked.stop
    charge = asked.half_cycle_charge or (asked.half_cycle_time or 0.0) * level
    return {
        "half_cycle_charge": charge,
        "half_cycle_time": asked.half_cycle_time or charge / level,
        "current_step": asked.step,
        "current_density": asked.current_density or asked.stop,
    }[setting]


def _with(asked: MeasureSettings, setting: str, value: float) -> MeasureSettings:
    """The same settings with one of them changed."""
    changes: dict[str, Any] = {"step" if setting == "current_step" else setting: value}
    if setting in AMOUNTS:
        changes = dict.fromkeys(AMOUNTS) | changes
    return dataclasses.replace(asked, **changes)


def _dependence(row: _Variation, answers: Iterator[Measured], number: Measured) -> Dependence:
    """The runs of one measure over one setting, with the number itself among them where it belongs."""
    points = [(at, next(answers)) for at, _ in row.changed]
    if all(at != row.base for at, _ in points):
        points.append((row.base, number))
    points.sort(key=lambda point: point[0])
    return Dependence(
        row.measure, row.setting, row.base, tuple(at for at, _ in points), tuple(found for _, found in points)
    )


# -- asking the model --------------------------------------------------------------------------------------------------


@dataclass
class _Asking:
    """One cell and model, and what they could not answer."""

    cell: Cell
    model: Model
    seed: int | None
    workers: int | None
    progress: Progress | None
    factors: int

    def __post_init__(self) -> None:
        self.warnings: list[str] = []
        self._done = 0.0

    def find(self, wanted: Sequence[tuple[str, MeasureSettings, float]], workers: int | None = None) -> list[Measured]:
        """Run a few tests; the share done counts them as the part that they are of all runs."""
        tests = [settings.protocol(name, current) for name, settings, current in wanted]
        total = 4 + self.factors * sum(len(each.settings) for each in MEASURES.values())
        start, share = self._done, len(wanted) / total

        def tell(part: float, words: str) -> None:
            if self.progress is not None:
                self.progress(min(1.0, start + part * share), words)

        runs = solve_many(self.model, self.cell, tests, workers=workers or self.workers, seeds=self.seed, progress=tell)
        self._done = start + share
        return [self._measured(name, test, run) for (name, _, _), test, run in zip(wanted, tests, runs, strict=True)]

    def _measured(self, name: str, test: Protocol, run: BatchRun) -> Measured:
        if run.refusal is not None:
            raise run.refusal
        if not run.ran:
            self.warnings.append(f"{MEASURES[name].label}: a run had no result: {run.status_text}")
        return read_measure(name, test, run, isinstance(self.cell.counter, Cathode))
