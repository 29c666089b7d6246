"""A virtual battery cycler: samples current and voltage of a simulated cell as a real one would.

It records at a fixed interval counted from the start of each step, and once more right before and right after each
switch of the current, as cyclers do. Its positive lead is on the counter electrode, so that signs are those of the
Solution. What it cannot resolve is lost: readings are rounded to its resolution and carry its noise.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from lisse.errors import InvalidInput, suggest
from lisse.measurement.columns import CURRENT, PRESSURE, TIME, VOLTAGE, bdf_dataset
from lisse.records import Measurement, Solution
from lisse.units import parse_quantity

__all__ = ["Cycler", "observe"]


@dataclass(frozen=True)
class Cycler:
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

    def __post_init__(self) -> None:
        """Check the limits."""
        for name in ("sampling_interval", "voltage_noise", "current_noise", "voltage_resolution", "current_resolution"):
            value = getattr(self, name)
            if not math.isfinite(value) or value < 0 or (name == "sampling_interval" and value == 0):
                raise InvalidInput(name, value, "a number above 0" if name == "sampling_interval" else "0 or more")
        if (self.voltage_noise or self.current_noise) and self.seed is None:
            raise InvalidInput("seed", None, "an integer when there is noise", "A seed makes the noise repeatable")

    def observe(self, solution: Solution, area: float | None = None) -> Measurement:
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
        cell_area = _cell_area(solution) if area is None else area
        if not math.isfinite(cell_area) or cell_area <= 0:
            raise InvalidInput("area", cell_area, "a number above 0, in m2")
        time = np.asarray(solution["time"].values, dtype=float)
        current = np.asarray(solution["current_density"].values, dtype=float) * cell_area
        voltage = np.asarray(solution["voltage"].values, dtype=float)
        channels = {CURRENT: current, VOLTAGE: voltage}
        if "stack_pressure" in solution:
            channels[PRESSURE] = np.asarray(solution["stack_pressure"].values, dtype=float)
        columns = _sample(time, current, channels, self.sampling_interval)
        random = np.random.default_rng(self.seed)
        columns[CURRENT] = _as_read(columns[CURRENT], self.current_noise, self.current_resolution, random)
        columns[VOLTAGE] = _as_read(columns[VOLTAGE], self.voltage_noise, self.voltage_resolution, random)
        return Measurement(
            data=bdf_dataset(columns),
            inputs={
                "instrument": asdict(self),
                "solution": dict(solution.inputs),
                "model": solution.model,
                "area": cell_area,
            },
            status=solution.status,
            status_text=solution.status_text,
            seed=self.seed,
            version=solution.version,
            instrument="virtual cycler",
            area=cell_area,
        )


_INSTRUMENTS: Mapping[str, type[Cycler]] = {"cycler": Cycler}


def observe(solution: Solution, instrument: str | Cycler = "cycler", area: float | None = None) -> Measurement:
    """What an instrument would have recorded of a simulated cell.

    Parameters
    ----------
    solution : Solution
    instrument : str or Cycler
        An instrument with its detection limits, or the name of one with its defaults.
    area : float, m2, optional
        Of the cell; by default the one in the inputs of the solution.

    Returns
    -------
    Measurement
        The same kind of record that a reader makes of a file.
    """
    if isinstance(instrument, str):
        if instrument not in _INSTRUMENTS:
            raise InvalidInput("instrument", instrument, ", ".join(_INSTRUMENTS), suggest(instrument, _INSTRUMENTS))
        instrument = _INSTRUMENTS[instrument]()
    return instrument.observe(solution, area)


def _cell_area(solution: Solution) -> float:
    cell: Any = solution.inputs.get("cell")
    area = cell.get("area") if isinstance(cell, Mapping) else None
    if area is None:
        raise InvalidInput("area", None, "the area of the cell in m2", "This solution does not hold it; give area=...")
    return parse_quantity(area, "m^2", "area") if isinstance(area, str) else float(area)


def _sample(
    time: np.ndarray, current: np.ndarray, channels: Mapping[str, np.ndarray], interval: float
) -> dict[str, np.ndarray]:
    """Time and channels at the moments of recording.

    A switch lies between two records of the solution at one time that differ in current, or between any two that
    differ by more than 1 % of the largest current. Where only the voltage jumps, as in a short, the cycler does not
    know and keeps its rhythm. Between the records of the solution everything is linear.
    """
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
    grid = start + interval * np.arange(count + 1)
    return np.append(grid, end) if end - grid[-1] > 1e-6 * interval else grid


def _as_read(values: np.ndarray, sigma: float, resolution: float, random: np.random.Generator) -> np.ndarray:
    noisy = values + random.normal(0.0, sigma, values.size) if sigma else values
    return np.round(noisy / resolution) * resolution if resolution else noisy
