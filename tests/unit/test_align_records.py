"""`align` on whole records: clocks, features of pictures, warnings, and records on the common clock."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.measurement.alignment import align, by_shape, changed_size, channels_of, image_events, on_common_clock
from lisse.measurement.columns import CURRENT, PRESSURE, TIME, VOLTAGE, bdf_dataset
from lisse.measurement.virtual import OpticalMicroscope, observe
from lisse.records import Measurement, Spectrum, load_measurement
from virtual_scenes import EDGE, saved, solid, solution

CRACKED = 150.0  # s


def cell(offset=0.0, drift=0.0, pressure_only=False, seed=0):
    """A cell cycled irregularly; its voltage falls when the crack appears. Own time is (t - offset)/(1 + drift)."""
    t = np.arange(0.0, 400.0, 0.5)
    edges = np.array([0.0, 40.0, 95.0, 110.0, 190.0, 260.0, 290.0, 400.0])
    level = np.array([1.0, -1.0, 2.0, -1.5, 1.0, -2.0, 0.5])[np.searchsorted(edges, t, side="right") - 1] * 1e-3
    voltage = 50.0 * level - np.where(t > CRACKED, 2e-4 * (t - CRACKED) * (t < 190.0), 0.0)
    random = np.random.default_rng(seed)
    pressure = 3e6 + 1e7 * np.cumsum(level) * 0.5 + 2e2 * random.normal(size=t.size)
    own = (t - offset) / (1 + drift)
    columns = {TIME: own, PRESSURE: pressure} if pressure_only else {TIME: own, VOLTAGE: voltage, CURRENT: level}
    return Measurement(data=bdf_dataset(columns), instrument="made-up")


def film(folder, times=None):
    """Pictures in which a crack appears at the moment and grows afterwards."""
    frames = {}
    for time in np.arange(0.0, 400.0, 10.0) if times is None else times:
        crack = np.zeros((24, 24))
        if time >= CRACKED:
            crack[: min(24, 4 + int((time - CRACKED) / 20.0)), 12] = 1.0
        frames[float(time)] = {"damage": crack}
    fields = saved(folder, solid((24, 24)), frames)
    return observe(solution(), OpticalMicroscope(pixel=EDGE, frame_time=0.1, seed=3), fields=fields)


def test_a_crack_in_a_film_is_an_event_with_a_place(tmp_path):
    pictures = film(tmp_path)
    events = image_events(pictures, "film")
    assert [event.kind for event in events[:1]] == ["appears"]
    assert len([event for event in events if event.kind == "appears"]) == 1
    assert events[0].time == pytest.approx(145.05)
    assert events[0].error == pytest.approx(5.0)
    assert events[0].place[1] == pytest.approx(12.5 * EDGE, abs=EDGE)
    size = changed_size(pictures, "film")
    assert size.unit == "m2"
    assert np.all(np.diff(size.value) >= 0)
    assert size.value[-1] > 10 * EDGE**2


def test_pictures_of_noise_alone_have_no_features(tmp_path):
    fields = saved(tmp_path, solid((40, 40)), {float(k): {} for k in range(8)})
    pictures = observe(solution(), OpticalMicroscope(pixel=EDGE, frame_time=0.0, full_well=200.0), fields=fields)
    assert image_events(pictures, "film") == []


def test_the_kink_of_the_voltage_is_the_crack_of_the_film(tmp_path):
    found = align({"cell": cell(), "film": film(tmp_path)}, on="time")
    (pair,) = [p for p in found.pairs if p.first.kind == "kink" or p.second.kind == "kink"]
    events = {pair.first.source: pair.first, pair.second.source: pair.second}
    assert events["cell"].time == pytest.approx(CRACKED, abs=1.0)
    assert events["film"].kind == "appears"
    assert abs(pair.apart) <= pair.tolerance
    assert pair.chance < 0.1
    assert not [event for event in found.events if event.switch and event.kind == "kink"]
    assert [clock.method for clock in found.clocks] == ["reference", "as recorded"]


@pytest.mark.parametrize(("offset", "drift"), [(0.0, 0.0), (33.0, 5e-4), (-70.0, -5e-4)])
def test_two_loggers_of_one_cell_are_put_on_one_clock(offset, drift):
    found = align({"a": cell(), "b": cell(offset, drift)})
    clock = found.clock("b")
    assert clock.method == "shape"
    assert clock(clock.middle) == pytest.approx(offset + (1 + drift) * clock.middle, abs=0.3)
    assert abs(clock.drift - drift) < 4 * clock.drift_error


def test_a_pressure_log_follows_the_charge_of_the_cell():
    found = align({"cell": cell(), "press": cell(25.0, pressure_only=True)})
    clock = found.clock("press")
    assert clock.channels == ("charge", "pressure")
    assert clock(100.0) == pytest.approx(125.0, abs=1.0)


def test_what_shares_nothing_is_taken_as_recorded_and_said(tmp_path):
    found = align({"cell": cell(), "film": film(tmp_path, times=[0.0, 100.0, 200.0])})
    assert found.clock("film").method == "as recorded"
    assert any("film: its clock is taken as recorded" in text for text in found.warnings)


def test_a_few_switches_that_fit_anywhere_do_not_make_a_clock():
    t = np.arange(0.0, 200.0, 0.5)
    short = {TIME: t, CURRENT: np.where(t < 60.0, 1.0, -1.0) * (1.0 + (t > 120.0))}
    u = np.arange(0.0, 40000.0, 10.0)
    other = {TIME: u, CURRENT: np.where(np.floor(u / 3600.0) % 2 == 0, 1.0, -1.0)}
    records = {name: Measurement(data=bdf_dataset(columns)) for name, columns in (("a", short), ("b", other))}
    found = align(records)
    assert found.clock("b").method == "as recorded"
    assert "taken as recorded, for no two channels have the same shape" in found.warnings[0]


def test_marks_win_over_shape(tmp_path):
    found = align({"cell": cell(), "film": film(tmp_path)}, marks={"cell": [10.0, 210.0], "film": [0.0, 199.0]})
    clock = found.clock("film")
    assert (clock.method, clock(0.0)) == ("marks", pytest.approx(10.0))
    assert clock(199.0) == pytest.approx(210.0)
    assert any("film: two marks give no error of the clock" in text for text in found.warnings)


def test_one_mark_tells_no_drift_and_three_tell_the_error():
    one, three = ({"a": marks, "b": marks} for marks in ([10.0], [10.0, 100.0, 200.0]))
    records = {"a": cell(), "b": cell()}
    assert any("b: one mark gives no drift" in text for text in align(records, marks=one).warnings)
    found = align(records, marks=three)
    assert found.clock("b").error == pytest.approx(0.0, abs=1e-9)
    assert not [text for text in found.warnings if "mark" in text]


def test_pictures_of_two_instruments_are_put_into_one_frame(tmp_path):
    random = np.random.default_rng(11)
    labels = solid((40, 40))
    for x, y in random.integers(4, 36, (12, 2)):
        labels[x - 1 : x + 2, y - 1 : y + 2] = 0
    fields = saved(tmp_path, labels, {0.0: {}, 1.0: {}})
    pictures = observe(solution(), OpticalMicroscope(pixel=EDGE, frame_time=0.0), fields=fields)
    scan = observe(solution(), "xct", fields=fields)
    found = align({"film": pictures, "scan": scan}, on="time").registrations["scan"]
    assert np.abs(found.shift).max() < 0.3 * EDGE
    assert np.degrees(found.angle) < 0.5


def test_a_record_on_the_common_clock_keeps_all_but_its_times(tmp_path):
    record = cell(33.0, 1e-4)
    clock = align({"a": cell(), "b": record}).clock("b")
    moved = on_common_clock(record, clock)
    assert moved[TIME].values == pytest.approx(clock(record[TIME].values))
    assert np.array_equal(moved[VOLTAGE].values, record[VOLTAGE].values)
    assert moved.inputs["own_clock"]["offset"] == clock.offset
    assert load_measurement(moved.save(tmp_path / "moved.nc")) == moved
    pictures = on_common_clock(film(tmp_path / "film"), dataclasses.replace(clock, offset=5.0, drift=0.0))
    assert pictures.data["exposure_end"].values[0] == pytest.approx(5.1)
    made = on_common_clock(solution((0.0, 1.0)), dataclasses.replace(clock, offset=5.0, drift=0.0))
    assert made["time"].values.tolist() == [5.0, 6.0]


def test_what_cannot_be_aligned_is_refused(tmp_path):
    one, other = cell(), cell(5.0)
    with pytest.raises(InvalidInput, match="two or more of one cell"):
        align({"a": one})
    with pytest.raises(InvalidInput, match="Did you mean 'film'"):
        align({"a": one, "film": other}, marks={"flim": [1.0]})
    with pytest.raises(InvalidInput, match="whose clock is kept"):
        align({"a": one, "b": other}, marks={"b": [1.0]})
    with pytest.raises(InvalidInput, match="--on: got 'pressure'.*a and b share current, voltage"):
        align({"a": one, "b": other}, on="pressure")
    empty = dataclasses.replace(one, data=one.data.isel(record=slice(0)))
    with pytest.raises(InvalidInput, match="no readings"):
        channels_of(empty, "a")
    spectrum = Spectrum(0.0, np.array([1.0]), np.array([1.0 + 0.0j]))
    with pytest.raises(InvalidInput, match="Impedance alone has no course in time"):
        channels_of(dataclasses.replace(empty, spectra=(spectrum,)), "a")
    backwards = dataclasses.replace(one, data=one.data.assign({TIME: one.data[TIME][::-1].drop_vars([])}))
    with pytest.raises(InvalidInput, match="times that go back"):
        channels_of(backwards, "a")


def test_counters_flags_and_clocks_of_an_instrument_are_no_channels():
    t = np.arange(0.0, 100.0)
    columns = {TIME: t, VOLTAGE: np.sin(t), "Cycle Count": t // 10.0, "mode": t % 2.0, "Unix Time / s": 1e9 + t}
    columns |= {"Efficiency": 0.9 + 1e-3 * t, "Set Voltage / V": t // 50.0}
    found = channels_of(Measurement(data=bdf_dataset(columns)), "a")
    assert sorted(found) == ["Efficiency", "Set Voltage", "voltage"]


def test_where_the_same_quantity_has_another_shape_the_charge_is_tried():
    """Both recorded the temperature, each of its own room; the pressure follows the charge."""
    random = np.random.default_rng(5)
    one, other = cell(), cell(25.0, pressure_only=True)
    own_rooms = [
        dataclasses.replace(
            record, data=record.data.assign({"Ambient Temperature / K": ("record", 300.0 + random.normal(size=800))})
        )
        for record in (one, other)
    ]
    clock = align({"cell": own_rooms[0], "press": own_rooms[1]}).clock("press")
    assert clock.channels == ("charge", "pressure")
    assert clock(100.0) == pytest.approx(125.0, abs=1.0)


def test_a_log_without_a_current_turns_round_at_the_switches_of_another_record():
    found = align({"cell": cell(), "press": cell(25.0, pressure_only=True)})
    kinks = [event for event in found.events if event.source == "press" and event.kind == "kink"]
    assert len(kinks) >= 3
    assert all(event.switch for event in kinks)


def test_of_two_records_of_regular_cycling_the_nearest_other_place_is_named():
    t = np.arange(0.0, 4e4, 10.0)
    records = {
        name: Measurement(
            data=bdf_dataset({TIME: t + start, CURRENT: np.where(np.floor(t / 3600.0) % 2 == 0, 1.0, -1.0)})
        )
        for name, start in (("a", 0.0), ("b", 500.0))
    }
    found = align(records)
    clock = found.clock("b")
    assert clock.ambiguous
    assert clock.offset == pytest.approx(-500.0, abs=1.0)
    assert abs(clock.second[0] - clock.offset) == pytest.approx(7200.0, abs=10.0)
    assert any('--mark "a=TIME" --mark "b=TIME"' in text for text in found.warnings)


def test_a_channel_in_one_place_decides_between_the_places_of_one_that_repeats():
    """The current repeats and is sharp; the temperature of the room has one bump and is noisy."""
    random, t = np.random.default_rng(6), np.arange(0.0, 4e4, 10.0)
    current, bump = np.where(np.floor(t / 3600.0) % 2 == 0, 1.0, -1.0), np.exp(-(((t - 2e4) / 5e3) ** 2))
    records = {}
    for name, start in (("a", 0.0), ("b", 6500.0)):
        room = 298.0 + bump + 0.1 * random.normal(size=t.size)
        columns = {TIME: t + start, CURRENT: current, "Ambient Temperature / K": room}
        records[name] = Measurement(data=bdf_dataset(columns))
    rooms = by_shape(*(channels_of(record, name)["Ambient Temperature"] for name, record in records.items()))
    found = align(records)
    clock = found.clock("b")
    assert not rooms.ambiguous
    assert clock.channels == ("current", "current")
    assert clock.offset == pytest.approx(-6500.0, abs=0.1)  # not +700, the place nearest to the clock as recorded
    assert clock.error < 0.2 * rooms.error
    assert not clock.ambiguous
    assert not found.warnings
