"""Made-up records of symmetric cells with known answers, for the tests of the analysis."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from lisse.measurement.columns import CURRENT, TIME, VOLTAGE, bdf_dataset
from lisse.records import Measurement, Spectrum

AREA = 1e-4
"""m2; with it 1 A/m2 is 0.1 mA."""
RESISTANCE = 100.0
"""ohm; 0.01 ohm m2."""


def measurement(time, current, voltage, spectra: Sequence[Spectrum] = ()) -> Measurement:
    columns = {TIME: np.asarray(time, float), CURRENT: np.asarray(current, float), VOLTAGE: np.asarray(voltage, float)}
    return Measurement(data=bdf_dataset(columns), files=("made-up",), spectra=tuple(spectra))


def staircase(levels: Sequence[float], length: float = 3600.0, interval: float = 30.0):
    """Time and current of steps of given currents (A), recorded at an interval and at both ends of each step."""
    times, currents = [], []
    for number, level in enumerate(levels):
        grid = number * length + np.arange(0.0, length + 0.5 * interval, interval)
        times.append(grid)
        currents.append(np.full(grid.size, level))
    return np.concatenate(times), np.concatenate(currents)


def ramp_levels(count: int = 10, step: float = 1e-4, rest: bool = False) -> list[float]:
    """A CCD ramp: +j, -j at every level, with a rest after each level if asked for."""
    levels = []
    for number in range(1, count + 1):
        levels += [number * step, -number * step] + ([0.0] if rest else [])
    return levels


def ramp(
    change: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray] | None = None,
    levels: Sequence[float] | None = None,
    noise: float = 0.0,
    interval: float = 30.0,
) -> Measurement:
    """A ramp of an ohmic cell; `change` makes another voltage of (time, current, voltage)."""
    time, current = staircase(ramp_levels() if levels is None else levels, interval=interval)
    voltage = RESISTANCE * current
    if change is not None:
        voltage = change(time, current, voltage.copy())
    if noise:
        voltage = voltage + np.random.default_rng(7).normal(0.0, noise, voltage.size)
    return measurement(time, current, voltage)


def short_at(moment: float, residual: float = 1e-4):
    """From `moment` (s) on, the voltage is that fraction of what it was."""
    return lambda time, current, voltage: np.where(time >= moment, residual * voltage, voltage)


def climb_in_step(number: int, ratio: float, power: float, length: float = 3600.0):
    """In the step of that number the voltage climbs to `ratio` times, as (share of the step)**power."""

    def change(time, current, voltage):
        share = np.clip(time / length - number, 0.0, 1.0)
        inside = (
            (time > number * length)
            & (time <= (number + 1) * length)
            & (np.sign(current) == np.sign(current[np.searchsorted(time, (number + 0.5) * length)]))
        )
        return np.where(inside, voltage * (1.0 + (ratio - 1.0) * share**power), voltage)

    return change
