"""The analytic model: every closed-form criterion, in microseconds, and the voltage of the cell as formed.

It has no state: contact stays as the forming pressure left it, and whatever a state would be needed for is declared
not resolved. The verdict is the criterion with the lowest margin below one.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from lisse import __version__ as version
from lisse.cell import Cell, LithiumElectrode
from lisse.errors import InvalidInput
from lisse.models.base import Model, Progress, cell_numbers, series_resistance
from lisse.models.charge_transfer import charge_transfer
from lisse.models.criteria import formed_contact, limits, margins, validity_warnings
from lisse.models.targets import targets
from lisse.protocol import Protocol
from lisse.records import Limit, Solution, Verdict, dataset

__all__ = ["Analytic"]


@dataclass(frozen=True)
class Analytic(Model):
    """All criteria that apply to a cell, with margins."""

    name: ClassVar[str] = "analytic"

    def solve(
        self, cell: Cell, protocol: Protocol, *, seed: int | None = None, progress: Progress | None = None
    ) -> Solution:
        """Evaluate the criteria; `seed` is not used, because nothing is drawn.

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
        criteria = limits(cell, protocol)
        found, end = _verdict(criteria, protocol)
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
        return Solution(
            data=dataset(arrays, {"time": time}),
            inputs={"cell": cell.to_dict(), "protocol": protocol.to_dict(), "model": {"name": self.name}},
            status="stopped" if stopped else "completed",
            status_text=f"the protocol passes the limit of {found.mode}"
            if stopped
            else "the protocol stays below every limit",
            warnings=(*validity_warnings(cell, protocol, criteria), *_not_treated(protocol, seed)),
            references=tuple(sorted({"hatzell2020", *(limit.reference for limit in criteria if limit.reference)})),
            version=version,
            model=self.name,
            verdict=dataclasses.replace(found, margins=margins(criteria)),
            limits=criteria,
            targets=targets(cell, protocol, found),
            conservation={"charge": None, "lithium": None},
        )


def _verdict(criteria: tuple[Limit, ...], protocol: Protocol) -> tuple[Verdict, float | None]:
    """The first limit that the protocol passes, and when; limits are compared step by step, not only at the end."""
    time = charge = net = 0.0
    passed: float | None = None
    for step in protocol.steps:
        level = abs(step.current_density or 0.0)
        duration = step.time or 0.0
        after = net + (step.current_density or 0.0) * duration
        broken = [c for c in criteria if c.applies and c.margin is not None and level > 0 and _breaks(c, level, after)]
        if broken:
            worst = min(broken, key=lambda c: c.margin if c.margin is not None else np.inf)
            critical = level
            if worst.current_density is not None:
                critical = worst.current_density
            else:  # a charge: it runs out within the step
                late = (worst.inputs["capacity"] - worst.inputs["sign"] * net) / level
                time, charge = time + late, charge + level * late
            return Verdict(worst.mechanism, time, critical, passed, charge), time
        time, charge, net = time + duration, charge + level * duration, after
        if level > 0:
            passed = max(passed or 0.0, level)
    return Verdict("none", highest_current_density_passed=passed, cumulative_charge=charge), None


def _breaks(limit: Limit, level: float, charge: float) -> bool:
    """Whether a step at a current density (A/m2), which ends at a net charge (C/m2), passes a limit."""
    if limit.current_density is None:
        return limit.inputs["sign"] * charge > limit.inputs["capacity"]
    return level > limit.current_density


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


def _not_treated(protocol: Protocol, seed: int | None) -> list[str]:
    found = []
    if any(step.voltage is not None for step in protocol.steps):
        found.append("steps of held voltage are not treated by the analytic model: their current is not resolved")
    if seed is not None:
        found.append("the seed is not used by the analytic model: nothing is drawn")
    return found
