from __future__ import annotations

import numpy as np

from lisse.report.thinning import thin


def test_a_short_trace_is_left_alone():
    x, y = np.arange(10.0), np.arange(10.0) ** 2
    assert thin(x, y, 5)[1] is y


def test_a_spike_of_one_record_survives():
    x = np.linspace(0.0, 1.0, 100_000)
    y = np.zeros_like(x)
    y[[31_234, 77_777]] = 5.0, -3.0
    shown_x, shown_y = thin(x, y, 300)
    assert shown_x.size <= 5 * 300
    assert (shown_y.max(), shown_y.min()) == (5.0, -3.0)
    assert (shown_x[0], shown_x[-1]) == (0.0, 1.0)
    assert np.all(np.diff(shown_x) >= 0)


def test_a_gap_stays_a_gap():
    x = np.linspace(0.0, 1.0, 10_000)
    y = np.ones_like(x)
    y[5_000] = np.nan
    assert np.isnan(thin(x, y, 100)[1]).sum() == 1


def test_steps_at_one_time_keep_both_values():
    x = np.repeat(np.arange(5_000.0), 2)
    y = np.tile([0.0, 1.0], 5_000)
    shown = thin(x, y, 50)
    assert set(shown[1]) == {0.0, 1.0}


def test_a_trace_without_length_is_left_alone():
    x, y = np.zeros(1000), np.arange(1000.0)
    assert thin(x, y, 10)[0] is x
