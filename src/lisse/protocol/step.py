"""One step of a protocol: a set current, a held voltage or a rest, how it ends, and what else it sets."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any

from lisse.errors import InvalidInput
from lisse.protocol.checks import MOST_POINTS, count, not_negative, positive

__all__ = ["Step"]


@dataclass(frozen=True)
class Step:
    """One step of a protocol.

    Attributes
    ----------
    current_density : float or None
        A/m2, signed. Zero is a rest; ``None`` when the voltage is held.
    voltage : float or None
        V, signed. Held voltage; ``None`` when the current is set.
    duration : float or None
        s. The step ends after this time, at the latest.
    charge : float or None
        C/m2, magnitude. The step ends after this areal charge, at the latest (set currents only).
    until_voltage : float or None
        V, signed. The step ends earlier, once the voltage has risen to this under a positive current, or fallen to it
        under a negative one (set currents only).
    until_current : float or None
        A/m2, magnitude. The step ends earlier, once the current has fallen to this (held voltages only).
    stack_pressure : float or None
        Pa. Stack pressure from this step on; ``None`` keeps it.
    temperature : float or None
        K. Temperature from this step on; ``None`` keeps it.
    frequency_from, frequency_to : float or None
        Hz. Highest and lowest frequency of an impedance spectrum, taken at the end of a rest (current zero).
    points_per_decade : int or None
        Frequencies of the spectrum in a decade.
    label : str
        Words for plots and tables.

    Raises
    ------
    InvalidInput
        Unless exactly one of current and voltage, and exactly one of duration and charge, is given and possible; and
        for an end or a spectrum that the step cannot have.
    """

    current_density: float | None = None
    voltage: float | None = None
    duration: float | None = None
    charge: float | None = None
    stack_pressure: float | None = None
    temperature: float | None = None
    label: str = ""
    until_voltage: float | None = None
    until_current: float | None = None
    frequency_from: float | None = None
    frequency_to: float | None = None
    points_per_decade: int | None = None

    def __post_init__(self) -> None:
        """Check that the step can be run and ends."""
        if (self.current_density is None) == (self.voltage is None):
            raise InvalidInput("current_density", self._given(), "exactly one of current_density and voltage")
        if (self.duration is None) == (self.charge is None):
            raise InvalidInput("duration", self._given(), "exactly one of duration and charge, to end the step")
        for name in ("current_density", "voltage", "until_voltage"):
            value = getattr(self, name)
            if value is not None and not math.isfinite(value):
                raise InvalidInput(name, value, "a finite number")
        for name in ("duration", "charge", "temperature", "until_current", "frequency_from", "frequency_to"):
            positive(name, getattr(self, name))
        if self.stack_pressure is not None:
            not_negative("stack_pressure", self.stack_pressure)
        if self.charge is not None and not self.current_density:
            allowed = "a duration instead: a rest or a held voltage passes no set charge"
            raise InvalidInput("charge", self.charge, allowed)
        if self.until_voltage is not None and not self.current_density:
            raise InvalidInput("until_voltage", self.until_voltage, "only with a set current that is not zero")
        if self.until_current is not None and self.voltage is None:
            raise InvalidInput("until_current", self.until_current, "only with a held voltage")
        self._check_spectrum()

    def _check_spectrum(self) -> None:
        sweep = {name: getattr(self, name) for name in ("frequency_from", "frequency_to", "points_per_decade")}
        missing = [name for name, value in sweep.items() if value is None]
        if len(missing) == len(sweep):
            return
        if missing:
            raise InvalidInput(missing[0], None, f"{', '.join(sweep)} together, or none of them")
        highest, lowest = sweep["frequency_from"], sweep["frequency_to"]
        if not lowest < highest:
            raise InvalidInput("frequency_to", lowest, f"less than frequency_from, {highest:g} Hz")
        count("points_per_decade", sweep["points_per_decade"], MOST_POINTS)
        if self.current_density != 0.0:
            raise InvalidInput("frequency_from", highest, "only in a rest: current_density = 0")

    def _given(self) -> str:
        return ", ".join(name for name, value in self.to_dict().items() if value is not None) or "neither"

    def to_dict(self) -> dict[str, Any]:
        """Plain data (SI): what the step sets, and nothing else."""
        found = {part.name: getattr(self, part.name) for part in dataclasses.fields(self)}
        return {name: value for name, value in found.items() if value not in (None, "")}

    @property
    def time(self) -> float | None:
        """s. How long the step lasts, at most; ``None`` never (a set current turns charge into time)."""
        if self.duration is not None:
            return self.duration
        if self.charge is not None and self.current_density:
            return self.charge / abs(self.current_density)
        return None

    @property
    def may_end_early(self) -> bool:
        """Whether a voltage or a current may end the step before its duration or charge does."""
        return self.until_voltage is not None or self.until_current is not None

    @property
    def frequencies(self) -> tuple[float, ...]:
        """Hz. Frequencies of the spectrum, from the highest down, evenly in the logarithm; empty without one."""
        if self.frequency_from is None or self.frequency_to is None or self.points_per_decade is None:
            return ()
        decades = math.log10(self.frequency_from / self.frequency_to)
        intervals = max(1, round(decades * self.points_per_decade))
        between = (self.frequency_from * 10 ** (-decades * k / intervals) for k in range(1, intervals))
        return (self.frequency_from, *between, self.frequency_to)
