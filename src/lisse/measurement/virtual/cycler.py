"""A virtual battery cycler: samples current and voltage of a simulated cell as a real one would.

It records at a fixed interval counted from the start of each step, and once more right before and right after each
switch of the current, as cyclers do. Its positive lead is on the counter electrode, so that signs are those of the
Solution. What it cannot resolve is lost: readings are rounded to its resolution and carry its noise.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from lisse.errors import InvalidInput
from lisse.measurement.columns import CURRENT, PRESSURE, TIME, VOLTAGE, bdf_dataset
from lisse.measurement.virtual.declaration import (
    FEATURES,
    Contrast,
    Declaration,
    Instrument,
    Stated,
    check_settings,
    settings_of,
)
from lisse.records import Measurement, Solution
from lisse.units import parse_quantity

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Cycler", "as_read", "cell_area", "no_place", "sampled"]

_MOST_READINGS = 1e8


@dataclass(frozen=True)
class Cycler(Instrument):
    """Detection limits of a cycler.

    Attributes
    ----------
    sampling_interval : float, s
    voltage_noise, current_noise : float, V and A
        Standard deviation of white noise on every reading; a seed is needed when either is above 0.
    voltage_resolution, current_resolution : float, V and A
        Smallest difference that is recorded; 0 for none.
    seed : int or None
    """

    sampling_interval: float = 10.0
    voltage_noise: float = 0.0
    current_noise: float = 0.0
    voltage_resolution: float = 0.0
    current_resolution: float = 0.0
    seed: int | None = None

    key: ClassVar[str] = "cycler"
    UNITS: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"sampling_interval": "s", "voltage_noise": "V", "current_noise": "A", "voltage_resolution": "V",
         "current_resolution": "A"}
    )  # fmt: skip

    def __post_init__(self) -> None:
        """Check the settings."""
        limits = ("voltage_noise", "current_noise", "voltage_resolution", "current_resolution")
        check_settings(self, ("sampling_interval",), limits)
        if (self.voltage_noise or self.current_noise) and self.seed is None:
            raise InvalidInput("seed", None, "an integer when there is noise", "A seed makes the noise repeatable")

    @property
    def declaration(self) -> Declaration:
        """What a cycler can and cannot see."""
        return Declaration(
            key=self.key,
            name="cycler",
            resolution=Stated(None, "L", "", "records no place"),
            field_of_view=Stated(None, "L", "", "the whole cell"),
            frame_time=Stated(self.sampling_interval, "U", "", "a setting"),
            depth=Stated(None, "L", "", "the whole cell"),
            environment="any cell, at any pressure and temperature; operando",
            contrast=no_place("moves the voltage, but the voltage does not tell where, nor what else moved it"),
            through="nothing",
            facts=(Stated(None, "S", "hatzell2020", "symmetric cells hide soft shorts behind thick lithium"),),
        )

    def observe(self, solution: Solution, area: float | None = None, fields: xr.Dataset | None = None) -> Measurement:
        """Record a simulated cell.

        Parameters
        ----------
        solution : Solution
            With time, current_density and voltage over ``time``; two records at one time mark a switch.
        area : float, m2, optional
            Of the cell; by default the one in the inputs of the solution.

        Raises
        ------
        InvalidInput
            When there is no area, or it is not a positive number.
        """
        surface = cell_area(solution) if area is None else area
        if not math.isfinite(surface) or surface <= 0:
            raise InvalidInput("area", surface, "a number above 0, in m2")
        time = np.asarray(solution["time"].values, dtype=float)
        current = np.asarray(solution["current_density"].values, dtype=float) * surface
        voltage = np.asarray(solution["voltage"].values, dtype=float)
        channels = {CURRENT: current, VOLTAGE: voltage}
        if "stack_pressure" in solution:
            channels[PRESSURE] = np.asarray(solution["stack_pressure"].values, dtype=float)
        columns = sampled(time, current, channels, self.sampling_interval)
        random = np.random.default_rng(self.seed)
        columns[CURRENT] = as_read(columns[CURRENT], self.current_noise, self.current_resolution, random)
        columns[VOLTAGE] = as_read(columns[VOLTAGE], self.voltage_noise, self.voltage_resolution, random)
        return Measurement(
            data=bdf_dataset(columns),
            inputs={
                "instrument": settings_of(self),
                "declaration": self.declaration.to_dict(),
                "solution": dict(solution.inputs),
                "model": solution.model,
                "area": surface,
            },
            status=solution.status,
            status_text=solution.status_text,
            seed=self.seed,
            version=solution.version,
            instrument="virtual cycler",
            area=surface,
        )


def no_place(reason: str) -> dict[str, Contrast]:
    """The answer of everything that records one number for the whole cell."""
    weak = ("void", "filament", "interphase")
    return {name: Contrast("weak" if name in weak else "no", f"it {reason}") for name in FEATURES}


def cell_area(solution: Solution) -> float:
    """m2. Area of the cell, from the inputs of a solution."""
    cell: Any = solution.inputs.get("cell")
    area = cell.get("area") if isinstance(cell, Mapping) else None
    if area is None:
        raise InvalidInput("area", None, "the area of the cell in m2", "This solution does not hold it; give area=...")
    return parse_quantity(area, "m^2", "area") if isinstance(area, str) else float(area)


def sampled(
    time: np.ndarray, current: np.ndarray, channels: Mapping[str, np.ndarray], interval: float
) -> dict[str, np.ndarray]:
    """Time and channels at the moments of recording.

    A switch lies between two records of the solution at one time that differ in current, or between any two that
    differ by more than 1 % of the largest current. Where only the voltage jumps, as in a short, the cycler does not
    know and keeps its rhythm. Between the records of the solution everything is linear.

    Raises
    ------
    InvalidInput
        When the interval asks for more than 1e8 readings.
    """
    if (time[-1] - time[0]) / interval > _MOST_READINGS:
        least = f"{(time[-1] - time[0]) / _MOST_READINGS:.3g} s or more"
        raise InvalidInput("sampling_interval", f"{interval:g} s", least, f"At most {_MOST_READINGS:g} readings")
    largest = float(np.max(np.abs(current), initial=0.0))
    change = np.abs(np.diff(current))
    jump = (change > 0.01 * largest) | ((np.diff(time) == 0) & (change > 1e-9 * largest))
    edges = [0, *(np.flatnonzero(jump) + 1).tolist(), len(time)]
    times: list[np.ndarray] = []
    values: dict[str, list[np.ndarray]] = {label: [] for label in channels}
    for a, b in zip(edges[:-1], edges[1:], strict=True):
        moments = _moments(float(time[a]), float(time[b - 1]), interval)
        times.append(moments)
        for label, series in channels.items():
            values[label].append(np.interp(moments, time[a:b], series[a:b]))
    return {TIME: np.concatenate(times), **{label: np.concatenate(parts) for label, parts in values.items()}}


def _moments(start: float, end: float, interval: float) -> np.ndarray:
    count = int((end - start) / interval)
    grid = np.minimum(start + interval * np.arange(count + 1), end)  # rounding must not lead past the end
    return np.append(grid, end) if end - grid[-1] > 1e-6 * interval else grid


def as_read(values: np.ndarray, sigma: float, resolution: float, random: np.random.Generator) -> np.ndarray:
    """Readings: white noise of a standard deviation, rounded to the resolution."""
    noisy = values + random.normal(0.0, sigma, values.size) if sigma else values
    return np.round(noisy / resolution) * resolution if resolution else noisy
