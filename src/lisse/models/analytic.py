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
from lisse.models.base import Model, Progress
from lisse.models.charge_transfer import charge_transfer
from lisse.models.criteria import choose_criteria
from lisse.models.doubts import held_warning, validity_warnings
from lisse.models.first_passage import first_passage
from lisse.models.inputs import at_temperature
from lisse.models.limits import formed_contact, limits, margins
from lisse.models.targets import targets
from lisse.models.uncertainty import MOST_SAMPLES, sample_limits
from lisse.protocol import Protocol
from lisse.records import Solution, dataset

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
        asked = choose_criteria(self.stability, cell.interface.interlayer is not None)
        criteria = limits(cell, protocol, asked)
        found, end = first_passage(cell, protocol, asked)
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
            warnings=(
                *validity_warnings(cell, protocol, criteria),
                *_not_treated(protocol),
                *(held_warning(cell) if self.samples else ()),
            ),
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


def _steps(cell: Cell, protocol: Protocol, end: float | None) -> np.ndarray:
    """Start and end of every step up to the verdict, in columns: time, current density (nan where the voltage is
    held), stack pressure, temperature.
    """
    rows: list[tuple[float, float, float, float]] = []
    time = 0.0
    for step, condition in zip(protocol.steps, protocol.conditions, strict=True):
        pressure = cell.stack.pressure if condition[0] is None else condition[0]
        temperature = cell.temperature if condition[1] is None else condition[1]
        current = np.nan if step.current_density is None else step.current_density
        rows.append((time, current, pressure, temperature))
        if end is not None and time >= end:
            break
        time += step.time or 0.0
        rows.append((time if end is None else min(time, end), current, pressure, temperature))
        if end is not None and time > end:
            break
    return np.array(rows).T


def _cumulative(time: np.ndarray, current: np.ndarray) -> np.ndarray:
    return np.concatenate([[0.0], np.cumsum(np.diff(time) * current[:-1])])


def _drops(cell: Cell, current: np.ndarray, temperature: np.ndarray) -> dict[str, np.ndarray]:
    """V. Drops of the cell as formed."""
    contact = formed_contact(cell)
    ohmic, kinetic, film = (np.full(len(current), np.nan) for _ in range(3))
    for level in np.unique(temperature):
        law = charge_transfer(at_temperature(cell, float(level)).interface, float(level))
        sigma = cell.electrolyte.material.value("ionic_conductivity", float(level))
        here = (temperature == level) & np.isfinite(current)
        local = current[here] / contact
        ohmic[here] = current[here] * (cell.electrolyte.thickness / sigma + cell.electrolyte.grain_boundary_resistance)
        kinetic[here] = law.kinetic_drops(local) - law.kinetic_drops(-local)
        film[here] = 2 * law.film_drop(1.0) * local
    return {"ohmic_drop": ohmic, "charge_transfer_drop": kinetic, "film_drop": film, "voltage": ohmic + kinetic + film}


def _not_treated(protocol: Protocol) -> list[str]:
    notes = {
        "steps of held voltage are not treated by the analytic model: their current is not resolved": any(
            step.voltage is not None for step in protocol.steps
        ),
        "steps of set current that a voltage ends count with their longest charge or time in the analytic model": any(
            step.until_voltage is not None for step in protocol.steps
        ),
        "impedance spectra are not computed by the analytic model": any(step.frequencies for step in protocol.steps),
    }
    return [text for text, holds in notes.items() if holds]
