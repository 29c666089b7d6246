"""Units of the field against the vocabulary of quantities, which states the same factors."""

from __future__ import annotations

import pytest

from lisse.report.field_units import FIELD_UNITS, field_unit, time_unit
from lisse.units import QUANTITIES, convert


@pytest.mark.parametrize("unit", FIELD_UNITS)
def test_a_factor_is_that_of_the_units_themselves(unit):
    factor, shown = FIELD_UNITS[unit]
    assert convert(1.0, unit, shown) == pytest.approx(factor, rel=1e-12)


def test_areal_units_are_those_of_the_vocabulary():
    for name in ("current_density", "charge", "area_resistance", "stack_pressure", "time"):
        entry = QUANTITIES[name]
        assert field_unit(entry.unit)[0] == pytest.approx(entry.display_factor, rel=1e-12)


def test_a_rate_is_per_hour_and_what_has_no_habit_stays():
    assert field_unit("V/s") == (3.6e6, "mV h-1")
    assert field_unit("ohm/s") == (3600.0, "ohm h-1")
    assert field_unit("K") == (1.0, "K")


def test_times_read_well():
    assert [time_unit(span)[1] for span in (0.0, 599.0, 600.0, 7199.0, 7200.0)] == ["s", "s", "min", "min", "h"]
