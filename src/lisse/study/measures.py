"""Four numbers that the field gives for one cell, each with its definition, its protocol and its resolution.

Critical current density, one-way critical current, threshold charge and cumulative charge are found by running the
protocols that define them; and again with other step times, charges, current steps and currents, because every one of
them is a number of a cell *and* a protocol. Any model can answer: only `lisse.solve` is asked.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from lisse import __version__ as version
from lisse.cell import Cell
from lisse.errors import InvalidInput
from lisse.models.analytic import Analytic
from lisse.models.base import Model, Progress
from lisse.protocol import Protocol, ccd_ramp, cycle, one_way
from lisse.records import Verdict
from lisse.study.batch import BatchRun, solve_many

__all__ = ["MEASURES", "Dependence", "FourNumbers", "Measure", "MeasureSettings", "Measured", "four_numbers"]

FACTORS = (0.25, 0.5, 2.0, 4.0)
"""How far one setting of a test is changed in each direction to see what its number depends on."""
_HALF = 0.5  # of the critical current density: where plating and cycling are done unless a current is given
_RAMPS = ("critical_current_density", "one_way_critical_current")
_RESERVE = "lithium-exhausted"


@dataclass(frozen=True)
class Measure:
    """One of the four numbers.

    Attributes
    ----------
    name, label : str
    quantity : str
        ``"current_density"`` or ``"charge"``, of the vocabulary.
    definition : str
        In words.
    settings : tuple of str
        Settings of its test that are varied.
    """

    name: str
    label: str
    quantity: str
    definition: str
    settings: tuple[str, ...]


_AMOUNTS = ("half_cycle_charge", "half_cycle_time")
MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        each.name: each
        for each in (
            Measure(
                "critical_current_density",
                "Critical current density",
                "current_density",
                "the current density at which the cell fails when it is plated and stripped in turn at a current that "
                "rises step by step",
                (*_AMOUNTS, "current_step"),
            ),
            Measure(
                "one_way_critical_current",
                "One-way critical current",
                "current_density",
                "the current density at which the cell fails when the current rises step by step in one direction, "
                "without reversal",
                (*_AMOUNTS, "current_step"),
            ),
            Measure(
                "threshold_charge",
                "Threshold areal capacity",
                "charge",
                "the charge that one current plates in one direction before the cell fails",
                ("current_density",),
            ),
            Measure(
                "cumulative_charge",
                "Cumulative areal capacity to failure",
                "charge",
                "the charge passed in both directions, all half-cycles added, until a cell cycled at one current fails",
                (*_AMOUNTS, "current_density"),
            ),
        )
    }
)
"""The four numbers, by name."""


@dataclass(frozen=True)
class MeasureSettings:
    """With what the four numbers are measured.

    Attributes
    ----------
    start, step, stop : float
        A/m2. Of both ramps.
    half_cycle_charge, half_cycle_time : float or None
        C/m2 or s. Of a half-cycle, and of one step of the one-way ramp. Exactly one of the two.
    rest : float
        s. After every half-cycle.
    current_density : float or None
        A/m2. Of plating and cycling; ``None`` takes half of the critical current density.
    longest_charge : float
        C/m2. Where plating in one direction is given up.
    cycles : int
        After so many, cycling is given up.
    cycles_per_step : int
        Of the ramp.
    voltage_limit : float
        V.
    """

    start: float = 0.5
    step: float = 0.5
    stop: float = 30.0
    half_cycle_charge: float | None = 9000.0
    half_cycle_time: float | None = None
    rest: float = 0.0
    current_density: float | None = None
    longest_charge: float = 3.6e6
    cycles: int = 100
    cycles_per_step: int = 1
    voltage_limit: float = 5.0

    def __post_init__(self) -> None:
        """Check by making every protocol once."""
        for name in MEASURES:
            self.protocol(name, self.current_density or self.stop)

    @classmethod
    def of(cls, protocol: Protocol) -> MeasureSettings:
        """The settings that a protocol has, and the defaults for what it does not say.

        Parameters
        ----------
        protocol : Protocol
            A ramp gives its levels, a ramp and cycling their half-cycles, cycling its current.
        """
        known = {field.name for field in dataclasses.fields(cls)}
        given = {name: value for name, value in protocol.settings.items() if name in known}
        if set(given) & set(_AMOUNTS):
            given = dict.fromkeys(_AMOUNTS) | given
        return cls(**{**given, "voltage_limit": protocol.voltage_limit})

    def protocol(self, measure: str, current_density: float) -> Protocol:
        """What is done to the cell for one of the four numbers.

        Parameters
        ----------
        measure : str
            A name of `MEASURES`.
        current_density : float
            A/m2. Of plating and cycling.
        """
        levels = (self.start, self.step, self.stop)
        half_cycle: dict[str, Any] = {
            "half_cycle_charge": self.half_cycle_charge,
            "half_cycle_time": self.half_cycle_time,
            "rest": self.rest,
            "voltage_limit": self.voltage_limit,
        }
        if measure == "critical_current_density":
            return ccd_ramp(*levels, **half_cycle, cycles_per_step=self.cycles_per_step)
        if measure == "one_way_critical_current":
            return one_way(*levels, **half_cycle)
        if measure == "threshold_charge":
            once = (current_density, current_density, current_density)
            return one_way(*once, self.longest_charge, voltage_limit=self.voltage_limit)
        if measure == "cumulative_charge":
            return cycle(current_density, self.cycles, **half_cycle)
        raise InvalidInput("measure", measure, ", ".join(MEASURES))


@dataclass(frozen=True)
class Measured:
    """One of the four numbers under one protocol.

    Attributes
    ----------
    measure : str
        A name of `MEASURES`.
    value : float or None
        A/m2 or C/m2; ``None`` where the test did not reach it.
    at_least : float or None
        What was reached without the failure that defines the number: for a ramp the current before the last, for a
        charge what had been passed when the test was given up.
    resolution : float or None
        `value` less `at_least` of a ramp, which a finer one would tell apart; ``None`` for a charge, which is counted
        and not stepped.
    mode : str
        Verdict mode of what ended the test.
    note : str
        Why there is no value, or why it is a bound only.
    protocol : mapping
        The test as plain data, without its list of steps.
    """

    measure: str
    value: float | None
    at_least: float | None
    resolution: float | None
    mode: str
    note: str
    protocol: Mapping[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {**{f.name: getattr(self, f.name) for f in dataclasses.fields(self)}, "protocol": dict(self.protocol)}


@dataclass(frozen=True)
class Dependence:
    """One of the four numbers over one setting of its test, everything else being equal.

    Attributes
    ----------
    measure : str
    setting : str
        ``"half_cycle_charge"`` (C/m2), ``"half_cycle_time"`` (s), ``"current_step"`` or ``"current_density"`` (A/m2).
    base : float
        The setting of the test of the number itself; for a half-cycle that it ends by the other of charge and time,
        what passes the same charge there.
    at : tuple of float
        Values of the setting, rising.
    found : tuple of Measured
    """

    measure: str
    setting: str
    base: float
    at: tuple[float, ...]
    found: tuple[Measured, ...]

    @property
    def ratio(self) -> float | None:
        """1. Largest over smallest of the values above zero; ``None`` for fewer than two. See `ratio_is_bound`."""
        known = [each.value if each.value is not None else each.at_least for each in self.found]
        values = [value for value in known if value]
        reached = [each.value for each in self.found if each.value]
        return max(values) / min(reached) if reached and len(values) > 1 else None

    @property
    def ratio_is_bound(self) -> bool:
        """Whether some value was not reached, so that the true ratio may be larger."""
        return any(each.value is None and each.at_least is not None for each in self.found)


@dataclass(frozen=True)
class FourNumbers:
    """Four numbers from one cell.

    Attributes
    ----------
    model, version : str
    seed : int or None
    settings : MeasureSettings
        With the current of plating and cycling filled in.
    numbers : mapping of str to Measured
        By name of `MEASURES`.
    dependences : tuple of Dependence
    warnings : tuple of str
        Runs without an answer.
    """

    model: str
    version: str
    seed: int | None
    settings: MeasureSettings
    numbers: Mapping[str, Measured]
    dependences: tuple[Dependence, ...]
    warnings: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Measured:
        """One of the four.

        Raises
        ------
        InvalidInput
            For a name that is none.
        """
        if name not in self.numbers:
            raise InvalidInput("measure", name, ", ".join(MEASURES))
        return self.numbers[name]

    def to_dict(self) -> dict[str, Any]:
        """Plain data (SI)."""
        return {
            "model": self.model,
            "seed": self.seed,
            "settings": dataclasses.asdict(self.settings),
            "numbers": {
                name: {
                    "label": MEASURES[name].label,
                    "quantity": MEASURES[name].quantity,
                    "definition": MEASURES[name].definition,
                    **found.to_dict(),
                }
                for name, found in self.numbers.items()
            },
            "dependences": [
                {
                    "measure": each.measure,
                    "setting": each.setting,
                    "base": each.base,
                    "ratio": each.ratio,
                    "ratio_is_bound": each.ratio_is_bound,
                    "points": [
                        {"at": at, "value": f.value, "at_least": f.at_least, "mode": f.mode}
                        for at, f in zip(each.at, each.found, strict=True)
                    ],
                }
                for each in self.dependences
            ],
            "warnings": list(self.warnings),
        }


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
    asking = _Asking(cell, _bare(model), seed, workers, progress, len(factors))
    ramps = asking.find([(name, asked, asked.stop) for name in _RAMPS], workers=1)
    ramp = ramps[0]
    current = asked.current_density or _HALF * (ramp.value or ramp.at_least or asked.stop)
    asked = dataclasses.replace(asked, current_density=current)
    others = [name for name in MEASURES if name not in _RAMPS]
    plan = list(_variations(asked, {found.measure: found for found in ramps}, factors))
    wanted = [(name, asked, current) for name in others]
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
    asked: MeasureSettings, ramps: Mapping[str, Measured], factors: Sequence[float]
) -> Iterator[_Variation]:
    """One setting after the other changed by every factor.

    A half-cycle that ends by time and one that ends by charge are compared where both pass the same charge at the
    current at which the ramp fails.
    """
    if not factors:
        return
    for measure in MEASURES.values():
        for setting in measure.settings:
            base = _base(setting, asked, ramps.get(measure.name))
            own = setting not in _AMOUNTS or getattr(asked, setting) is not None
            if measure.name == "cumulative_charge" and not own:
                continue  # at one current a time and a charge are the same
            values = [base * factor for factor in sorted(factors if own else {1.0, *factors})]
            yield _Variation(measure.name, setting, base, tuple((at, _with(asked, setting, at)) for at in values))


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
    if setting in _AMOUNTS:
        changes = dict.fromkeys(_AMOUNTS) | changes
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
        return _read(name, test, run)


def _read(name: str, test: Protocol, run: BatchRun) -> Measured:
    """The number that a run gives, from its test and the time of the failure alone, whatever the model."""
    mode, time = run.verdict.mode, run.verdict.time
    plain = {key: value for key, value in test.to_dict().items() if key != "steps"}
    is_ramp = MEASURES[name].quantity == "current_density"
    note = ""
    if not run.ran:
        mode, note, time = "none", run.status_text, run.end
    elif mode == "none":
        note = "the whole test was passed"
    elif time is None:
        note = "the model does not resolve when the cell fails"
    elif mode == _RESERVE and name in ("one_way_critical_current", "threshold_charge"):
        note = "the electrode that is stripped ran out of lithium before the cell failed"
    at = _course(test, math.inf if mode == "none" and run.ran else time or 0.0)
    if run.ran and mode != "none":
        at = _recorded(at, test, run.verdict)
    value, passed = {
        "critical_current_density": (at.level, at.passed),
        "one_way_critical_current": (at.level, at.passed),
        "threshold_charge": (at.half_cycle, at.half_cycle),
        "cumulative_charge": (at.charge, at.charge),
    }[name]
    if note:
        return Measured(name, None, passed, None, mode, note, plain)
    if not is_ramp:
        return Measured(name, value, None, None, mode, "", plain)
    first = "" if passed is not None else "the cell fails at the first current of the ramp: the number is a bound"
    return Measured(name, value, passed, value - (passed or 0.0), mode, first, plain)


@dataclass(frozen=True)
class _Course:
    """Where a test stands at a time.

    Attributes
    ----------
    level : float, A/m2
        Current density, in magnitude; in a rest that before it.
    passed : float or None, A/m2
        Largest current density that was left behind for a larger one.
    half_cycle, charge : float, C/m2
        Passed in the half-cycle, and in all.
    """

    level: float
    passed: float | None
    half_cycle: float
    charge: float


def _recorded(at: _Course, test: Protocol, verdict: Verdict) -> _Course:
    """With the level and the charges that the model recorded: its steps may have ended early, unlike those of the test.

    The time alone would then place the failure in an earlier step than that which met it.
    """
    level, half_cycle, charge = verdict.critical_current_density, verdict.threshold_charge, verdict.cumulative_charge
    if level is None or half_cycle is None or charge is None:
        return at
    set_levels = {abs(step.current_density) for step in test.steps if step.current_density}
    met = min(set_levels, key=lambda each: abs(each - level), default=level)
    begun = [each for each in set_levels if each < met]
    return _Course(met, max(begun, default=None), half_cycle, charge)


def _course(test: Protocol, time: float) -> _Course:
    begun = direction = half_cycle = charge = level = 0.0
    levels: set[float] = set()
    for step in test.steps:
        if begun > time * (1.0 + 1e-9):
            break
        current, length = step.current_density or 0.0, step.time or 0.0
        passed = abs(current) * max(0.0, min(length, time - begun))
        if current:
            half_cycle = passed if current * direction < 0.0 else half_cycle + passed
            level, direction = abs(current), current
            levels.add(level)
        charge += passed
        begun += length
    whole = begun <= time  # the end of the test: its last level was passed, too
    largest = max((each for each in levels if whole or each < level), default=0.0)
    return _Course(level, largest or None, half_cycle, charge)
