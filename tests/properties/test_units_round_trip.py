"""What is written in any unit comes back as the same SI number; what is no quantity is refused, whatever the text."""

from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lisse.errors import InvalidInput
from lisse.units import QUANTITIES, Quantity, convert, format_quantity, parse_quantity

NUMBERS = st.floats(-1e12, 1e12).filter(lambda x: x == 0 or abs(x) > 1e-12)
WITH_UNIT = [entry for entry in QUANTITIES.values() if entry.display_unit]


@given(st.sampled_from(WITH_UNIT), NUMBERS)
def test_shown_then_parsed_is_the_same_number(entry: Quantity, value: float) -> None:
    text = f"{entry.shown(value)!r} {entry.display_unit}"
    assert parse_quantity(text, entry.unit) == pytest.approx(value, rel=1e-12, abs=1e-9 if entry.display_offset else 0)


@given(st.sampled_from(WITH_UNIT), NUMBERS)
def test_conversion_there_and_back_changes_nothing(entry: Quantity, value: float) -> None:
    there = convert(value, entry.unit, entry.display_unit)
    back = convert(there, entry.display_unit, entry.unit)
    assert back == pytest.approx(value, rel=1e-12, abs=1e-9 if entry.display_offset else 0)


@given(st.sampled_from(WITH_UNIT), NUMBERS, st.integers(1, 17))
def test_formatted_text_can_be_read_back(entry: Quantity, value: float, digits: int) -> None:
    text = format_quantity(entry.name, value, digits)
    shown = entry.shown(value)
    assert float(text.split()[0]) == pytest.approx(shown, rel=0.51 * 10.0 ** (1 - digits))


@given(st.sampled_from(WITH_UNIT), NUMBERS, st.sampled_from(["{}{}", "{} {}", " {}  {} ", "{}\t{}"]))
def test_white_space_does_not_matter(entry: Quantity, value: float, form: str) -> None:
    plain = parse_quantity(f"{value!r} {entry.unit}", entry.unit) if entry.unit != "1" else value
    text = form.format(repr(value), entry.unit) if entry.unit != "1" else repr(value)
    assert parse_quantity(text, entry.unit) == plain


@given(
    st.one_of(
        st.text(max_size=200),
        st.from_regex(r"[-+]?\d{1,3}(\.\d*)?(e[-+]?\d{1,3})? ?[A-Za-z0-9µΩ°%^*/ ().,_+-]{0,30}", fullmatch=True),
    ),
    st.sampled_from(["m", "A/m^2", "K", "1", "1/m^2", "ohm m^2"]),
)
@example("5 degC degC", "K")
@example("5 dB m", "m")
@example("5 m^9.9 m^9.9 m^9.9 m^9.9 m^9.9", "m")
@example("1e308 1/um^9", "1/m^2")
@example("5 A^0", "m")
@example("5 ()", "m")
@example("5 ∞", "1")
@example("٣ m", "m")
def test_any_text_gives_a_finite_number_or_a_clear_refusal(text: str, unit: str) -> None:
    try:
        found = parse_quantity(text, unit, "key")
    except InvalidInput as error:
        found, refusal = 0.0, str(error)
    else:
        refusal = "key: none"
    assert math.isfinite(found)
    assert refusal.startswith("key: ")


@given(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.binary(), st.lists(st.floats()), st.complex_numbers()
    )
)
def test_anything_that_is_not_text_is_refused_where_a_unit_is_due(value: object) -> None:
    with pytest.raises(InvalidInput, match="key: .*text with a unit of the kind of 'Pa', such as '3 MPa'"):
        parse_quantity(value, "Pa", "key")
