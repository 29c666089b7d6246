"""A million records are analysed in about a second, however many half-cycles they make; reading is not counted here."""

from __future__ import annotations

import time

import numpy as np
import pytest

from lisse.measurement import analyse
from lisse.measurement.columns import CURRENT, TIME, VOLTAGE, bdf_dataset
from lisse.records import Measurement

RECORDS = 1_000_000


def long_test(half_cycles: int, noise: float) -> Measurement:
    """A ramp with a level for every twenty half-cycles, and a rest after every two."""
    number = np.minimum(np.arange(RECORDS) * half_cycles // RECORDS, half_cycles - 1)
    share = np.arange(RECORDS) * half_cycles / RECORDS % 1.0
    level = 1e-4 * (1 + number // 20)
    current = np.where(number % 3 == 2, 0.0, np.where(number % 3 == 1, -level, level))
    random = np.random.default_rng(1)
    voltage = 100.0 * current * (1.0 + 0.1 * share) + random.normal(0.0, noise, RECORDS)
    current = current + random.normal(0.0, 1e-8, RECORDS)
    return Measurement(data=bdf_dataset({TIME: np.arange(RECORDS) * 1.0, CURRENT: current, VOLTAGE: voltage}))


def seconds(measurement: Measurement) -> float:
    begin = time.perf_counter()
    analyse(measurement)
    return time.perf_counter() - begin


def unit() -> float:
    """Seconds that sorting these records in pieces takes here and now: about 0.1 s on a quiet core."""
    pieces = np.random.default_rng(2).normal(size=(20_000, 50))
    begin = time.perf_counter()
    for piece in pieces:
        np.median(piece)
    np.sort(pieces.ravel())
    return time.perf_counter() - begin


@pytest.mark.parametrize(("half_cycles", "noise"), [(60, 1e-5), (999, 1e-4), (999, 5e-2)])
def test_a_million_records_take_no_longer_than_some_medians(half_cycles: int, noise: float) -> None:
    measurement = long_test(half_cycles, noise)
    ratio = min(seconds(measurement) / unit() for _ in range(3))
    assert ratio < 4.0


def climbing_test(half_cycles: int = 6667) -> Measurement:
    """One current in both directions, and a climb in every half-cycle that follows neither law of `climb_law`."""
    number = np.minimum(np.arange(RECORDS) * half_cycles // RECORDS, half_cycles - 1)
    share = np.arange(RECORDS) * half_cycles / RECORDS % 1.0
    current = np.where(number % 2 == 1, -1e-3, 1e-3)
    voltage = 100.0 * current * (1.0 + 0.6 * share**3) + np.random.default_rng(1).normal(0.0, 1e-5, RECORDS)
    return Measurement(data=bdf_dataset({TIME: np.arange(RECORDS) * 1.0, CURRENT: current, VOLTAGE: voltage}))


@pytest.mark.slow
def test_thousands_of_half_cycles_that_all_climb_take_few_times_longer() -> None:
    """About 15 medians of everything; it was 35 when every climb was fitted by itself."""
    measurement = climbing_test()
    assert min(seconds(measurement) / unit() for _ in range(3)) < 30.0
