"""Laws that the analysis obeys whatever the cell: scaling, mirror, shift of the clock."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lisse.measurement.analysis import analyse
from lisse.measurement.columns import CURRENT, TIME, VOLTAGE, bdf_dataset
from lisse.records import Measurement

LENGTH, INTERVAL = 600.0, 30.0


def ramp(resistance, first, count, short_step, scale_v=1.0, scale_i=1.0, later=0.0, area=1e-4):
    """A +j, -j ramp of an ohmic cell that shorts in the middle of the step of that number (or not at all)."""
    grid = np.arange(0.0, LENGTH + 1.0, INTERVAL)
    levels = [sign * first * k for k in range(1, count + 1) for sign in (1, -1)]
    time = np.concatenate([LENGTH * k + grid for k in range(len(levels))])
    current = np.repeat(levels, grid.size)
    alive = time < LENGTH * (short_step + 0.5)
    voltage = resistance * current * np.where(alive, 1.0, 1e-9)
    data = bdf_dataset({TIME: time + later, CURRENT: scale_i * current, VOLTAGE: scale_v * voltage})
    return analyse(Measurement(data=data), area=area)


cells = st.fixed_dictionaries({
    "resistance": st.floats(20.0, 1e5),
    "first": st.floats(3e-4, 1e-2),
    "count": st.integers(1, 8),
    "short_step": st.integers(0, 20),
})  # fmt: skip
factors = st.floats(0.2, 50.0)


@given(cells, factors, factors)
def test_scaling_voltage_and_current_scales_the_resistances(cell, scale_v, scale_i):
    one, two = ramp(**cell), ramp(**cell, scale_v=scale_v, scale_i=scale_i)
    assert one.verdict.mode == two.verdict.mode
    for first, second in zip(one.half_cycles, two.half_cycles, strict=True):
        np.testing.assert_allclose(second.resistance, first.resistance * scale_v / scale_i, rtol=1e-9)
        np.testing.assert_allclose(second.charge, first.charge * scale_i, rtol=1e-9)
    if one.critical.critical is not None:
        np.testing.assert_allclose(two.critical.critical, one.critical.critical * scale_i, rtol=1e-9)


@given(cells)
def test_exchanging_the_leads_flips_plateaus_and_leaves_the_critical_current(cell):
    one, two = ramp(**cell), ramp(**cell, scale_v=-1.0, scale_i=-1.0)
    assert [c.plateau_voltage for c in two.half_cycles] == [-c.plateau_voltage for c in one.half_cycles]
    assert [c.resistance for c in two.half_cycles] == [c.resistance for c in one.half_cycles]
    assert (two.critical, two.verdict) == (one.critical, one.verdict)


@given(cells)
def test_known_short_is_found_where_it_is_and_nowhere_else(cell):
    finding = ramp(**cell)
    if cell["short_step"] >= 2 * cell["count"]:
        assert finding.verdict.mode == "none"
        return
    assert finding.verdict.mode == "hard-short"
    np.testing.assert_allclose(finding.critical.critical, cell["first"] * (cell["short_step"] // 2 + 1), rtol=1e-9)
    assert finding.verdict.time == LENGTH * (cell["short_step"] + 0.5)


@given(cells, st.floats(0.0, 1e6))
def test_starting_the_clock_later_changes_only_times(cell, later):
    one, two = ramp(**cell), ramp(**cell, later=later)
    assert one.verdict.mode == two.verdict.mode
    np.testing.assert_allclose(two.critical.cumulative_charge, one.critical.cumulative_charge, rtol=1e-6)
    assert [c.plateau_voltage for c in two.half_cycles] == [c.plateau_voltage for c in one.half_cycles]


@given(cells, st.floats(1e-6, 1e-2))
def test_areal_numbers_follow_the_area(cell, area):
    found = ramp(**cell, area=area)
    assert found.per_area(found.critical.cumulative_charge) == found.critical.cumulative_charge / area
    content = found.to_dict()
    for cycle in content["half_cycles"]:
        np.testing.assert_allclose(
            cycle["area_resistance"] * cycle["current_density"], cycle["plateau_voltage"], rtol=1e-9
        )
