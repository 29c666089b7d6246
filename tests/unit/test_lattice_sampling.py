"""When sampling stops, what blocks hold after merging, and when walks take their displacements."""

from __future__ import annotations

import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.lattice.displacements import OCTAVE, lag_times, octave_times, record_plan
from lisse.lattice.sampling import sampled


def drawn(stream: int, count: int) -> np.ndarray:
    """Numbers of mean 1 and variance 4, one for each walk, the same for the same stream."""
    return np.array([1.0 + 2.0 * np.random.default_rng(n).standard_normal() for n in range(stream, stream + count)])


def walk(blocks: int, walks: int, stream: int) -> tuple[np.ndarray, int, int]:
    return drawn(stream, blocks * walks).reshape(blocks, walks).mean(axis=1), blocks * walks, 100 * blocks * walks


def error_of(blocks: np.ndarray) -> float:
    return float(blocks.std(ddof=1) / np.sqrt(len(blocks)) / blocks.mean())


def test_walks_go_on_until_the_error_is_reached_and_not_much_longer() -> None:
    found = sampled(walk, error_of, 0.02, 1e9, 4, None)
    assert 0.015 < found.error <= 0.02
    assert found.walks == pytest.approx((2.0 / 0.02) ** 2, rel=0.2)
    assert found.hops == found.walks
    assert found.blocks.mean() == pytest.approx(drawn(0, found.walks).mean(), rel=1e-12)


def test_blocks_are_merged_and_none_is_lost() -> None:
    found = sampled(walk, error_of, 0.012, 1e9, 2, None)
    assert found.walks > 2 * 2048
    assert len(found.blocks) < 2048 + 64
    size = found.walks // len(found.blocks)
    assert size in (8, 16, 32)
    expected = drawn(0, found.walks).reshape(-1, size).mean(axis=1)
    assert found.blocks == pytest.approx(expected, rel=1e-12)


def test_the_cap_holds() -> None:
    found = sampled(walk, error_of, 1e-3, 1e5, 4, None)
    assert found.error > 1e-3
    assert found.walks <= 1000 + 8
    with pytest.raises(InvalidInput, match="at least 6.4e\\+03 for 64 walks"):
        sampled(walk, error_of, 1e-3, 5e3, 4, None)


def test_times_end_at_the_duration_and_start_before_the_first_hop() -> None:
    times = lag_times(100.0, 7.0)
    assert times[-1] == 100.0
    assert times[0] * 7.0 <= 0.05
    assert times[OCTAVE:] == pytest.approx(2.0 * times[:-OCTAVE])
    assert octave_times(100.0, 7.0)[::-1] == pytest.approx(times[::-OCTAVE])
    assert len(lag_times(1.0, 1e60)) == 160


@pytest.mark.parametrize("hops", [0.0, 1e4, 1e9])
def test_plan_takes_every_lag_as_often_as_it_says_in_windows_that_do_not_overlap(hops: float) -> None:
    times = lag_times(64.0, 1.0)
    when, slots, lags, often = record_plan(times, hops)
    assert np.all(np.diff(when) >= 0.0)
    assert when[-1] == 64.0
    assert often[-1] == 1
    assert often[0] == {0.0: 2, 1e4: 16, 1e9: 32}[hops]
    origin = np.zeros(slots.max() + 1)
    taken = np.zeros(len(times), dtype=int)
    for time, slot, lag in zip(when, slots, lags, strict=True):
        number = lag if lag >= 0 else -1 - lag
        assert time - origin[slot] == pytest.approx(times[number])
        taken[number] += 1
        if lag < 0:
            origin[slot] = time
    assert taken.tolist() == often.tolist()
