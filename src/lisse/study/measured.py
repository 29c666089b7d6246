"""What was measured: one number of one run, what it depends on, and all four of a cell."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lisse.errors import InvalidInput
from lisse.protocol import Protocol
from lisse.records import Verdict
from lisse.study.batch import BatchRun
from lisse.study.measure_settings import MEASURES, MeasureSettings

__all__ = ["Dependence", "FourNumbers", "Measured", "read_measure"]


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


# -- reading a run -----------------------------------------------------------------------------------------------------

_RESERVE = "lithium-exhausted"


def read_measure(name: str, test: Protocol, run: BatchRun, full_cell: bool = False) -> Measured:
    """The number that a run gives, from its test and the time of the failure alone, whatever the model.

    In a full cell an end of the lithium is one of the cathode, and no failure of the lithium electrode.
    """
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
    elif mode == _RESERVE and full_cell:
        note = "the cathode ran out of lithium, or of room for it, before the lithium electrode failed"
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
