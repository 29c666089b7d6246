"""Alignment against known answers: clocks of known offset and drift, volumes under known maps, events by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from scipy.linalg import expm
from scipy.ndimage import gaussian_filter, map_coordinates

from lisse.errors import InvalidInput
from lisse.measurement.alignment import by_marks, by_shape, find_events, pair_events, register, resample
from lisse.measurement.alignment.channel import Channel
from lisse.measurement.alignment.events import Event
from lisse.measurement.alignment.pairing import holm, series_of
from lisse.microstructure import read_image

VOXEL = 1e-6


# --- clocks -----------------------------------------------------------------------------------------------------------


def smooth(t):
    return np.sin(t / 1500) + 0.5 * np.sin(t / 4700 + 1) + 0.3 * np.sin(t / 11000 + 2)


def ramp(t):
    k = np.floor(t / 3600)
    return np.where(k % 2 == 0, 1, -1) * (1 + 0.2 * k) * (1 + 0.1 * np.exp(-(t % 3600) / 300))


def two_records(world, offset, drift, noise, random, gain=1.0):
    """The same world on a clock of its own; neither starts nor ends when the other does."""
    t = np.arange(0, 40000, 10.0) + random.uniform(0, 10)
    u = np.arange(5000 - offset, 45000 - offset, 7.0)
    reference = Channel("a", "voltage", t, world(t) + noise * random.normal(size=t.size), "V")
    seen = gain * world(offset + (1 + drift) * u) + abs(gain) * noise * random.normal(size=u.size) + 0.3
    return reference, Channel("b", "voltage", u, seen, "V")


@pytest.mark.parametrize(("world", "accuracy"), [(smooth, 2.0), (ramp, 6.0)])
def test_offset_and_drift_come_back_within_their_error(world, accuracy):
    random = np.random.default_rng(0)
    of_time, of_drift = [], []
    for noise in (0.0, 1e-3, 1e-2, 5e-2) * 3:
        offset, drift = random.uniform(-3000, 3000), random.uniform(-3e-4, 3e-4)
        clock = by_shape(*two_records(world, offset, drift, noise, random))
        assert clock is not None
        off = clock(clock.middle) - (offset + (1 + drift) * clock.middle)
        assert abs(off) < accuracy or noise == 5e-2
        of_time.append(off / clock.error)
        of_drift.append((clock.drift - drift) / clock.drift_error)
    assert np.max(np.abs(of_time)) < 4.0
    assert np.max(np.abs(of_drift)) < 4.0
    assert np.mean(np.abs(of_time) < 2.0) >= 0.8


@pytest.mark.parametrize(("noise", "most"), [(0.02, 1.6), (0.1, 2.2), (0.2, 2.2)])
def test_the_error_of_a_clock_is_as_large_as_said_where_little_happens(noise, most):
    """One bump of 5000 s in noise up to a fifth of it: 16 pairs, root mean square of error over uncertainty."""
    t = np.arange(0.0, 4e4, 10.0)
    off = []
    for seed in range(16):
        random = np.random.default_rng(seed)
        both = [np.exp(-(((t - 2e4) / 5e3) ** 2)) + noise * random.normal(size=t.size) for _ in range(2)]
        clock = by_shape(*(Channel(name, "voltage", t, value, "V") for name, value in zip("ab", both, strict=True)))
        off.append((clock(clock.middle) - clock.middle) / clock.error)
    assert 0.4 < np.sqrt(np.mean(np.square(off))) < most


def test_without_noise_a_smooth_record_is_placed_to_a_hundredth_of_a_sample():
    clock = by_shape(*two_records(smooth, 1234.5, 2e-4, 0.0, np.random.default_rng(1)))
    assert clock(clock.middle) == pytest.approx(1234.5 + (1 + 2e-4) * clock.middle, abs=0.1)
    assert clock.drift == pytest.approx(2e-4, abs=1e-6)


def test_a_step_recorded_at_its_time_hides_nothing():
    edges = np.array([0.0, 3600.0, 9000.0, 10000.0, 19000.0, 22000.0, 31000.0, 40000.0])
    levels = np.array([1.0, -1.0, 2.0, -2.0, 3.0, -2.0, 1.0])
    t = np.concatenate([np.append(np.arange(a, b, 10.0), b) for a, b in zip(edges[:-1], edges[1:], strict=True)])
    v = np.concatenate(
        [np.full(len(np.arange(a, b, 10.0)) + 1, x) for a, b, x in zip(edges, edges[1:], levels, strict=False)]
    )
    reference = Channel("a", "current", t, v, "A")
    clock = by_shape(reference, Channel("b", "current", (t - 500.0) / (1 + 1e-4), v, "A"))
    assert clock(clock.middle) == pytest.approx(500.0 + (1 + 1e-4) * clock.middle, abs=0.5)
    assert clock.error < 0.5


def test_a_record_that_repeats_is_called_ambiguous_and_a_mark_decides():
    random = np.random.default_rng(2)
    clock = by_shape(*two_records(lambda t: np.where(np.floor(t / 3600) % 2 == 0, 1.0, -1.0), 0.0, 0.0, 0.0, random))
    assert clock.ambiguous
    assert clock.offset == pytest.approx(0.0, abs=10.0)  # of the many places that fit, that of the clock as recorded
    periods = (clock.second[0] - clock.offset) / 7200.0
    assert abs(periods - round(periods)) < 0.01
    assert round(periods) != 0
    assert by_marks("b", [7200.0], [10.0]).offset == 7190.0


def test_records_of_different_things_are_not_put_together():
    random = np.random.default_rng(3)
    t = np.arange(0.0, 40000.0, 10.0)
    one = Channel("a", "voltage", t, random.normal(size=t.size), "V")
    assert by_shape(one, Channel("b", "voltage", t, random.normal(size=t.size), "V")) is None


def test_marks_give_offset_drift_and_their_errors():
    clock = by_marks("b", [100.0, 1101.0], [0.0, 1000.0])
    assert (clock.offset, clock.drift, clock.error) == (pytest.approx(100.0), pytest.approx(1e-3), None)
    random = np.random.default_rng(4)
    wrong = []
    for _ in range(200):
        own = np.linspace(0.0, 1e4, 8)
        clock = by_marks("b", 50.0 + 1.0002 * own + random.normal(0.0, 2.0, 8), own)
        wrong.append((clock(clock.middle) - (50.0 + 1.0002 * clock.middle)) / clock.error)
    assert stats.kstest(wrong, stats.t(6).cdf).pvalue > 0.01  # Student's t, as six degrees of freedom are left


@pytest.mark.parametrize(
    ("reference", "own", "complaint"),
    [([1.0], [], "marks"), ([1.0, 2.0], [5.0, 5.0], "different moments"), ([1.0], [1.0, 2.0], "as many of one")],
)
def test_marks_that_do_not_match_are_refused(reference, own, complaint):
    with pytest.raises(InvalidInput, match=complaint):
        by_marks("b", reference, own)


# --- frames -----------------------------------------------------------------------------------------------------------


def tomogram(shared_data):
    file = shared_data / "tomo" / "SampleData_2Phase_stack_3d_1bit.tif"
    return gaussian_filter(np.asarray(read_image(file, voxel_size=VOXEL).values, dtype=float), 1.0)


def turned(whole, matrix, shift, low, n, random, noise=0.02):
    """What the moving picture shows when it is the fixed one (a box of the whole) under a map, in voxels."""
    dims = whole.ndim
    places = np.stack(np.meshgrid(*[np.arange(n) + 0.5] * dims, indexing="ij"), -1)
    fixed = (places - n / 2 - shift) @ np.linalg.inv(matrix).T + n / 2
    seen = map_coordinates(whole, np.moveaxis(fixed, -1, 0) - 0.5 + low, order=3, mode="nearest")
    return seen + noise * random.normal(size=seen.shape)


def rotation(*degrees):
    a = np.radians(degrees)
    if len(a) == 1:
        return expm(np.array([[0, -a[0]], [a[0], 0]]))
    return expm(np.array([[0, -a[0], -a[1]], [a[0], 0, -a[2]], [a[1], a[2], 0]]))


def largest_error(found, matrix, shift, n):
    """Voxels: of the corners of the inner box."""
    dims = len(shift)
    places = np.stack(np.meshgrid(*[[0.1 * n, 0.9 * n]] * dims, indexing="ij"), -1).reshape(-1, dims)
    true = (places - n / 2) @ matrix.T + n / 2 + shift
    return np.linalg.norm(found(places * VOXEL) / VOXEL - true, axis=1).max()


@pytest.mark.parametrize("kind", ["shift", "rigid", "affine"])
def test_a_known_map_of_a_tomogram_is_found_to_a_twentieth_of_a_voxel(kind, shared_data):
    whole, random = tomogram(shared_data), np.random.default_rng(1)
    n, low = 36, 32
    shift = np.array([2.3, -1.7, 3.1])
    matrix = np.eye(3) if kind == "shift" else rotation(3, -4, 5)
    if kind == "affine":
        matrix = matrix @ np.array([[1.03, 0.01, 0.0], [0.0, 0.98, 0.02], [0.0, 0.0, 1.01]])
    fixed = turned(whole, np.eye(3), np.zeros(3), low, n, random)
    moving = 1.0 - 3.0 * turned(whole, matrix, shift, low, n, random)  # other brightness, other sign
    found = register(fixed, moving, (VOXEL,) * 3, kind=kind)
    assert largest_error(found, matrix, shift, n) < 0.05
    assert found.converged
    assert found.correlation > 0.98 > found.correlation_before
    assert np.all(np.abs(np.array(found.shift) / VOXEL - shift) < 4 * np.array(found.shift_error) / VOXEL)


@pytest.mark.parametrize("noise", [0.05, 0.1, 0.2])
def test_the_error_of_a_shift_is_as_large_as_said(noise, shared_data):
    """Twelve noisy pairs of pictures: the root mean square of error over uncertainty is about one."""
    plane, random, n = tomogram(shared_data)[50], np.random.default_rng(0), 60
    off = []
    for _ in range(12):
        matrix, shift = rotation(random.uniform(-5, 5)), random.uniform(-4, 4, 2)
        fixed = turned(plane, np.eye(2), np.zeros(2), 20, n, random, noise)
        found = register(fixed, turned(plane, matrix, shift, 20, n, random, noise), (VOXEL,) * 2, kind="rigid")
        off.append((np.array(found.shift) / VOXEL - shift) * VOXEL / np.array(found.shift_error))
    assert 0.5 < np.sqrt(np.mean(np.square(off))) < 1.4


def test_voxels_of_another_size_and_a_picture_put_into_the_frame_of_the_first(shared_data):
    plane, random = tomogram(shared_data)[50], np.random.default_rng(2)
    matrix, shift, n = rotation(6.0), np.array([3.0, -4.0]), 60
    fixed = turned(plane, np.eye(2), np.zeros(2), 20, n, random)
    moving = turned(plane, matrix, shift, 20, n, random)
    coarse = moving.reshape(30, 2, 30, 2).mean(axis=(1, 3))
    found = register(fixed, coarse, (VOXEL,) * 2, (2 * VOXEL,) * 2, "rigid")
    assert largest_error(found, matrix, shift, n) < 0.15
    assert np.degrees(found.angle) == pytest.approx(6.0, abs=0.1)
    back = resample(moving, (VOXEL,) * 2, found, fixed.shape, (VOXEL,) * 2)
    there = np.isfinite(back)
    assert there.mean() > 0.8
    assert np.corrcoef(back[there], fixed[there])[0, 1] > 0.98


def test_pictures_of_different_things_are_refused():
    random = np.random.default_rng(5)
    one, other = (gaussian_filter(random.normal(size=(60, 60)), 1.0) for _ in range(2))
    with pytest.raises(InvalidInput, match="in which the same things show"):
        register(one, other, (VOXEL,) * 2, kind="rigid")


@pytest.mark.parametrize(
    ("one", "other", "kind", "complaint"),
    [
        (np.ones((20, 20)), np.eye(20), "rigid", "single value"),
        (np.eye(20), np.eye(4), "rigid", "8 voxels or more"),
        (np.eye(20), np.full((20, 20), np.nan), "rigid", "NaN"),
        (np.eye(20), np.eye(20), "ridgid", "Did you mean 'rigid'"),
    ],
)
def test_pictures_that_cannot_be_compared_are_refused(one, other, kind, complaint):
    with pytest.raises(InvalidInput, match=complaint):
        register(one, other, (VOXEL,) * 2, kind=kind)


# --- events -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("noise", [0.0, 2e-4, 1e-3])
def test_a_kink_and_a_jump_are_found_where_they_are(noise):
    random = np.random.default_rng(7)
    t = np.arange(0.0, 20000.0, 10.0)
    v = 0.05 + 1e-6 * t + np.where(t > 11520.0, -1e-5 * (t - 11520.0), 0.0) - np.where(t > 16000.0, 0.02, 0.0)
    found = find_events(Channel("a", "voltage", t, v + noise * random.normal(size=t.size), "V"))
    assert [event.kind for event in found] == ["kink", "jump"]
    kink, jump = found
    assert abs(kink.time - 11520.0) < max(20.0, 4 * kink.error)
    assert kink.size == pytest.approx(-1e-5, rel=0.35)
    assert jump.time == pytest.approx(16005.0)
    assert jump.size == pytest.approx(-0.02, abs=5 * noise + 1e-4)


def test_noise_and_smooth_curves_have_no_events():
    random = np.random.default_rng(8)
    t = np.arange(0.0, 20000.0, 10.0)
    assert find_events(Channel("a", "voltage", t, random.normal(size=t.size), "V")) == []
    bent = np.sin(t / 3000.0) + 0.3 * np.exp(-t / 4000.0)
    assert find_events(Channel("a", "voltage", t, bent, "V")) == []
    assert find_events(Channel("a", "voltage", t, bent + 1e-3 * random.normal(size=t.size), "V")) == []


def test_a_jump_at_a_switch_of_the_current_is_no_news():
    t = np.concatenate([np.arange(0.0, 1000.0, 10.0), [1000.0, 1000.0], np.arange(1010.0, 2000.0, 10.0)])
    current = np.where(np.arange(t.size) < 101, 1.0, -1.0)
    found = find_events(Channel("a", "voltage", t, 0.01 * current, "V"), Channel("a", "current", t, current, "A"))
    assert [(event.kind, event.switch, event.time) for event in found] == [("jump", True, 1000.0)]


def happened(source, times, error=1.0):
    return [Event(source, "channel", "kink", float(t), error, 1.0, "V/s", 10.0) for t in times]


def test_series_of_unrelated_events_have_an_even_chance():
    random = np.random.default_rng(9)
    spans = {"a": (0.0, 1e5), "b": (0.0, 1e5)}
    chances = []
    for _ in range(80):
        events = happened("a", random.uniform(0, 1e5, 5)) + happened("b", random.uniform(0, 1e5, 6))
        chances.append(series_of(events, spans)[0].chance)
    assert stats.kstest(chances, "uniform").pvalue > 0.01


@pytest.mark.parametrize(("first", "second"), [(5, 6), (20, 2), (2, 20), (40, 1)])
def test_pairs_of_unrelated_series_are_significant_in_five_of_a_hundred_at_most(first, second):
    random = np.random.default_rng(9)
    spans = {"a": (0.0, 1e5), "b": (0.0, 1e5)}
    alarms = 0
    for _ in range(600):
        events = happened("a", random.uniform(0, 1e5, first)) + happened("b", random.uniform(0, 1e5, second))
        alarms += any(pair.significant for pair in pair_events(events, spans))
    assert alarms <= stats.binom(600, 0.05).ppf(0.999)  # 48


def test_the_chance_of_a_pair_is_the_share_of_shifts_that_bring_one_as_near():
    spans = {"a": (0.0, 1000.0), "b": (0.0, 1000.0)}
    events = happened("a", [500.0]) + happened("b", [100.0, 104.0, 510.0, 995.0])
    (pair,) = pair_events(events, spans)
    shifts = (np.arange(100_000) + 0.5) / 100.0
    apart = (np.array([100.0, 104.0, 510.0, 995.0])[:, None] + shifts - 500.0) % 1000.0
    nearest = np.minimum(apart, 1000.0 - apart).min(axis=0)
    assert pair.apart == 10.0
    assert pair.chance == pytest.approx(np.mean(nearest <= 10.0), abs=1e-4)


def test_chances_of_one_table_are_corrected_as_holm_did():
    """Worked by hand: 4 x 0.01, 3 x 0.02, then not less."""
    assert holm([0.04, 0.01, 0.02, 0.03]) == pytest.approx([0.06, 0.04, 0.06, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


def test_with_three_records_the_chance_of_each_two_is_corrected_for_all_three_pairs():
    random = np.random.default_rng(12)
    events = [event for name in "abc" for event in happened(name, random.uniform(0, 1e5, 6))]
    found = series_of(events, dict.fromkeys("abc", (0.0, 1e5)))
    assert [one.corrected for one in found] == holm([one.chance for one in found])
    assert all(one.corrected >= one.chance for one in found)


def test_events_that_belong_together_are_told_from_those_that_do_not():
    random = np.random.default_rng(10)
    spans = {"voltage": (0.0, 1e5), "film": (0.0, 1e5)}
    true = np.array([11520.0, 40000.0, 71000.0])
    events = happened("voltage", [*true, 90000.0]) + happened("film", [*(true + random.normal(0, 3, 3)), 25000.0])
    pairs = pair_events(events, spans)
    assert {round(min(pair.first.time, pair.second.time), -3) for pair in pairs if pair.significant} == {
        12e3,
        40e3,
        71e3,
    }
    assert series_of(events, spans)[0].chance < 0.01
    assert not [pair for pair in pairs if pair.significant and abs(pair.apart) > 100.0]
