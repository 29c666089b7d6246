"""Runs of many half-cycles: bands and two cycles in place of lines that would run together."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from lisse.records import Solution, Verdict, dataset
from lisse.report.envelope import MANY, band, half_cycles, of_cycles, whole_cycles
from lisse.report.run_figures import interface_panels
from lisse.report.run_voltage import cycles_panel, voltage_panel

EACH = 10
"""Records of a half-cycle; the last two of them are a rest."""


def cycled(count: int, failure: float | None = None) -> Solution:
    """Half-cycles of one hour, in which the voltage grows with their number and the contact falls and recovers."""
    number, place = np.divmod(np.arange(count * EACH), EACH)
    sign = np.where(number % 2 == 0, 1.0, -1.0) * (place < EACH - 2)
    time = 3600.0 * (number + place / EACH)
    contact = 1.0 - 0.05 * np.where(number % 2 == 0, place, EACH - 1 - place)
    traces = {
        "current_density": sign,
        "voltage": sign * (1e-3 * (number + 1.0) + 1e-4 * place),
        "contact_fraction": np.column_stack([contact, contact]),
    }
    arrays = {name: (("time", "interface")[: values.ndim], values) for name, values in traces.items()}
    data = dataset(arrays, {"time": time, "interface": ["working", "counter"]})
    verdict = Verdict("none") if failure is None else Verdict("soft-short", failure, 1.0)
    return Solution(data, model="made-up", verdict=verdict)


def test_half_cycles_begin_where_the_current_turns_round_and_rests_do_not_end_them() -> None:
    starts = half_cycles(cycled(MANY + 1))
    assert starts is not None
    assert starts.tolist() == list(range(0, (MANY + 1) * EACH, EACH))
    assert half_cycles(cycled(MANY)) is None


def test_a_band_is_the_least_and_the_greatest_of_each_bin() -> None:
    x, y = np.arange(6.0), np.array([3.0, 1.0, 2.0, np.nan, 7.0, np.nan])
    middle, low, high = band(x, y, np.array([0, 3, 5]))
    assert middle.tolist() == [1.0, 3.5, 5.0]
    np.testing.assert_array_equal(low, [1.0, 7.0, np.nan])
    np.testing.assert_array_equal(high, [3.0, 7.0, np.nan])


def test_bins_are_whole_cycles_and_no_more_than_a_plot_can_show() -> None:
    assert of_cycles(np.arange(100)).tolist() == list(range(0, 100, 2))
    crowded = of_cycles(np.arange(10_000))
    assert 200 <= crowded.size <= 400
    assert (crowded % 2 == 0).all()


@pytest.mark.parametrize("count", [MANY + 1, MANY + 2])
def test_the_last_cycle_is_a_whole_one(count: int) -> None:
    starts = half_cycles(cycled(count))
    assert starts is not None
    first, last = whole_cycles(starts, count * EACH)
    assert (first.start, first.stop) == (0, 2 * EACH)
    assert last.start == 2 * EACH * ((count // 2) - 1)
    assert last.stop - last.start == 2 * EACH


def test_panels_of_many_cycles_say_that_they_show_bands_and_stay_small() -> None:
    few, many = cycled(MANY), cycled(10 * MANY)
    assert cycles_panel(few) is None
    assert "Bands" not in voltage_panel(few).caption
    panel = voltage_panel(many)
    assert f"Bands: least to greatest in each of {10 * MANY} half-cycles" in panel.caption
    contact = {each.title: each for each in interface_panels(many)}["Contact"]
    assert contact.caption.endswith("Bands: least to greatest in each cycle.")
    assert contact.key == (("working", "both electrodes"),)
    assert max(len(drawing) for _, drawing in panel.drawings) < 120_000


def test_two_cycles_are_drawn_as_they_are_and_named_by_their_time() -> None:
    panel = cycles_panel(cycled(MANY + 4))
    assert panel is not None
    assert [words for _, words in panel.key] == ["first, from 0 h on", f"last, from {MANY + 2} h on"]
    failed = cycles_panel(cycled(MANY + 20, failure=3600.0 * (MANY + 10.5)))
    assert failed is not None
    assert failed.caption.endswith("before the failure.")
    assert failed.key[1][1] == f"last, from {MANY + 8} h on"


def test_the_open_circuit_voltage_is_left_out_of_bands_and_of_their_key() -> None:
    many = cycled(2 * MANY)
    rest = many.data.assign(open_circuit_voltage=("time", 3.6 + many["voltage"].values))
    rest["open_circuit_voltage"].attrs = dict(many["voltage"].attrs)
    full = dataclasses.replace(many, data=rest)
    assert [role for role, _ in voltage_panel(full).key] == ["voltage", "current"]
