"""The analytic model: every closed-form criterion, in microseconds, and the voltage of the cell as formed.

It has no state: contact stays as the forming pressure left it, and whatever a state would be needed for is declared
not resolved. The verdict is the criterion with the lowest margin below one.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from lisse import __version__ as version
from lisse.cell import Cell, LithiumElectrode
from lisse.errors import InvalidInput
from lisse.models.base import Model, Progress, cell_numbers, series_resistance
from lisse.models.charge_transfer import charge_transfer
from lisse.models.criteria import Criterion, choose_criteria
from lisse.models.doubts import validity_warnings
from lisse.models.limits import at_condition, deciding_limits, formed_contact, limits, margins
from lisse.models.targets import targets
from lisse.models.uncertainty import MOST_SAMPLES, sample_limits
from lisse.protocol import Protocol
from lisse.records import Limit, Solution, Verdict, dataset

__all__ = ["Analytic"]


@dataclass(frozen=True)
class Analytic(Model):
    """All criteria that apply to a cell, with margins, and what the spread of its properties makes of them.

    Attributes
    ----------
    stability : str
        What the stability of the interface does: ``"reported"`` beside the other limits, or deciding in the
        ``"published"`` or the ``"thermodynamic"`` convention.
    samples : int
        Draws of the uncertain properties; 0 draws none.
    """

    stability: str = "reported"
    samples: int = 2000

    name: ClassVar[str] = "analytic"

    def __post_init__(self) -> None:
        """Check the choices."""
        choose_criteria(self.stability)
        if isinstance(self.samples, bool) or not isinstance(self.samples, int) or not 0 <= self.samples <= MOST_SAMPLES:
            raise InvalidInput("samples", self.samples, f"a whole number from 0 to {MOST_SAMPLES}")

    def solve(
        self, cell: Cell, protocol: Protocol, *, seed: int | None = None, progress: Progress | None = None
    ) -> Solution:
        """Evaluate the criteria; `seed` is that of the draws of uncertain properties (0 without one).

        Raises
        ------
        InvalidInput
            When the protocol sets no current that a limit could be compared with.
        MissingValue
            When a number that every criterion needs is not known.
        """
        if protocol.largest_current_density == 0.0:
            raise InvalidInput(
                "protocol",
                protocol.name,
                "at least one step of set current for the analytic model",
                "Use the lumped model",
            )
        asked = choose_criteria(self.stability)
        criteria = limits(cell, protocol, asked)
        found, end = _verdict(cell, protocol, asked)
        time, current, pressure, temperature = _steps(cell, protocol, end)
        arrays = {
            "current_density": (("time",), current),
            "charge": (("time",), _cumulative(time, current)),
            "stack_pressure": (("time",), pressure),
            "temperature": (("time",), temperature),
        }
        if isinstance(cell.counter, LithiumElectrode):
            arrays |= {name: (("time",), values) for name, values in _drops(cell, current, temperature).items()}
        if progress is not None:
            progress(1.0, "criteria")
        stopped = found.mode != "none"
        settings = {"name": self.name, "stability": self.stability, "samples": self.samples}
        drawn = sample_limits(cell, protocol, self.samples, seed or 0, asked).to_dict() if self.samples else {}
        return Solution(
            data=dataset(arrays, {"time": time}),
            inputs={"cell": cell.to_dict(), "protocol": protocol.to_dict(), "model": settings},
            status="stopped" if stopped else "completed",
            status_text=f"the protocol passes the limit of {found.mode}"
            if stopped
            else "the protocol stays below every limit",
            warnings=(*validity_warnings(cell, protocol, criteria), *_not_treated(protocol)),
            references=tuple(sorted({"hatzell2020", *(limit.reference for limit in criteria if limit.reference)})),
            version=version,
            model=self.name,
            verdict=dataclasses.replace(found, margins=margins(criteria)),
            limits=criteria,
            targets=targets(cell, protocol, found),
            conservation={"charge": None, "lithium": None},
            seed=seed,
            uncertainty=drawn,
        )


def _verdict(cell: Cell, protocol: Protocol, criteria: Sequence[Criterion]) -> tuple[Verdict, float | None]:
    """The first limit that the protocol passes, and when: each step against the limits at its own condition."""
    known: dict[tuple[float, float], tuple[Limit, ...]] = {}
    pressure, temperature = cell.stack.pressure, cell.temperature
    time = charge = net = 0.0
    passed: float | None = None
    for step in protocol.steps:
        pressure = pressure if step.stack_pressure is None else step.stack_pressure
        temperature = temperature if step.temperature is None else step.temperature
        if (pressure, temperature) not in known:
            there = at_condition(cell, pressure, temperature)
            known[pressure, temperature] = deciding_limits(there, protocol, criteria)
        current, duration = step.current_density or 0.0, step.time or 0.0
        late = [(_late(limit, current, time, net), limit.margin, limit) for limit in known[pressure, temperature]]
        broken = [entry for entry in late if entry[0] < duration]
        if broken:
            wait, _, worst = min(broken, key=lambda entry: entry[:2])
            critical = abs(current) if worst.current_density is None else worst.current_density
            return Verdict(worst.mechanism, time + wait, critical, passed, charge + abs(current) * wait), time + wait
        time, charge, net = time + duration, charge + abs(current) * duration, net + current * duration
        if current:
            passed = max(passed or 0.0, abs(current))
    return Verdict("none", highest_current_density_passed=passed, cumulative_charge=charge), None


def _late(limit: Limit, current: float, time: float, net: float) -> float:
    """s. How long a step at a current density (A/m2, signed) runs until it passes a limit; inf when it never does.

    `time` (s) and `net` charge (C/m2) are those at which the step starts.
    """
    if limit.current_density is not None:
        return 0.0 if abs(current) > limit.current_density else math.inf
    if "time_to_span" in limit.inputs:
        return max(limit.inputs["time_to_span"] - time, 0.0)
    sign = limit.inputs["sign"]
    if sign * current <= 0.0:
        return math.inf
    return (limit.inputs["capacity"] - sign * net) / abs(current)


def _steps(cell: Cell, protocol: Protocol, end: float | None) -> np.ndarray:
    """Start and end of every step up to the verdict, in columns: time, current density (nan where the voltage is
    held), stack pressure, temperature.
    """
    rows: list[tuple[float, float, float, float]] = []
    time, pressure, temperature = 0.0, cell.stack.pressure, cell.temperature
    for step in protocol.steps:
        pressure = pressure if step.stack_pressure is None else step.stack_pressure
        temperature = temperature if step.temperature is None else step.temperature
        current = np.nan if step.current_density is None else step.current_density
        rows.append((time, current, pressure, temperature))
        if end is not None and time >= end:
            break
        time += step.time or 0.0
        rows.append((time if end is None else min(time, end), current, pressure, temperature))
        if end is not None and time >= end:
            break
    return np.array(rows).T


def _cumulative(time: np.ndarray, current: np.ndarray) -> np.ndarray:
    return np.concatenate([[0.0], np.cumsum(np.diff(time) * current[:-1])])


def _drops(cell: Cell, current: np.ndarray, temperature: np.ndarray) -> dict[str, np.ndarray]:
    """V. Drops of the cell as formed."""
    contact = formed_contact(cell)
    ohmic, kinetic, film = (np.full(len(current), np.nan) for _ in range(3))
    for level in np.unique(temperature):
        numbers = cell_numbers(cell, float(level))
        law = charge_transfer(cell.interface, numbers.temperature)
        here = (temperature == level) & np.isfinite(current)
        local = current[here] / contact
        ohmic[here] = current[here] * series_resistance(cell, numbers)
        kinetic[here] = law.kinetic_drops(local) - law.kinetic_drops(-local)
        film[here] = 2 * law.film_drop(1.0) * local
    return {"ohmic_drop": ohmic, "charge_transfer_drop": kinetic, "film_drop": film, "voltage": ohmic + kinetic + film}


def _not_treated(protocol: Protocol) -> list[str]:
    if any(step.voltage is not None for step in protocol.steps):
        return ["steps of held voltage are not treated by the analytic model: their current is not resolved"]
    return []
