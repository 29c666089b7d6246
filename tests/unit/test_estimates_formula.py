"""Formulas as people write them: read, or refused with the reason."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lisse.errors import InvalidInput
from lisse.materials.estimates.elements import element, elements
from lisse.materials.estimates.formula import parse_formula


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("LiF", {"Li": 1, "F": 1}),
        ("Li6PS5Cl", {"Li": 6, "P": 1, "S": 5, "Cl": 1}),
        ("Li6.4La3Zr1.4Ta0.6O12", {"Li": 6.4, "La": 3, "Zr": 1.4, "Ta": 0.6, "O": 12}),
        ("Li1.3Al0.3Ti1.7(PO4)3", {"Li": 1.3, "Al": 0.3, "Ti": 1.7, "P": 3, "O": 12}),
        ("Li2(OH)0.9F0.1Cl", {"Li": 2, "O": 0.9, "H": 0.9, "F": 0.1, "Cl": 1}),
        ("Li0.6[Li0.2Sn0.8S2]", {"Li": 0.8, "Sn": 0.8, "S": 2}),
        ("Li3(N(H)2)2I", {"Li": 3, "N": 2, "H": 4, "I": 1}),
        ("La0.62 Li0.14(Mg0.5W0.5)O3", {"La": 0.62, "Li": 0.14, "Mg": 0.5, "W": 0.5, "O": 3}),
        (" Li₆PS₅Cl ", {"Li": 6, "P": 1, "S": 5, "Cl": 1}),
        ("Li.5La.5TiO3", {"Li": 0.5, "La": 0.5, "Ti": 1, "O": 3}),
    ],
)
def test_amounts(text: str, amounts: dict[str, float]) -> None:
    found = parse_formula(text)
    assert list(found) == list(amounts)
    assert found == pytest.approx(amounts, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "got ''"),
        ("   ", "at most 200 characters"),
        ("Li" * 101, "at most 200 characters"),
        (None, "allowed: a formula such as"),
        (3.0, r"got 3\.0"),
        ("Li2O.H2O", "without the dot"),
        ("Li2SO4.2H2O", "without the dot"),
        ("Li2SO4·H2O", "without the dot"),
        ("LiOH*H2O", "without the dot"),
        ("Li+", "'\\+' at character 3"),
        ("Lix", "'x' at character 3"),
        ("Li1e3", "'e' at character 4"),
        ("Li2-O", "'-' at character 4"),
        ("lithium", "'l' at character 1 is not understood .symbols begin with a capital letter"),
        ("LI6PS5CL", "L is no element; the second letter of a symbol is small, as in Li"),
        ("LiXx", "element: got 'Xx'"),
        ("LiPu", "element: got 'Pu'"),
        ("LiHe", "element: got 'He'"),
        ("Li2(OH", r"bracket '\(' is not closed"),
        ("Li2OH)", r"bracket '\)' does not match"),
        ("Li2(OH]", "bracket ']' does not match"),
        ("()", "no element"),
        ("2LiF", "number 2 follows nothing"),
        ("Li0F", "amount 0 is not above 0"),
        ("Li99999F", "amount 99999 is not above 0"),
        ("Li2 3F", "number 3 follows nothing"),
    ],
)
def test_what_is_refused(text: str, why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        parse_formula(text)


@given(
    st.dictionaries(st.sampled_from(sorted(elements())), st.integers(1, 99), min_size=1, max_size=6), st.integers(2, 9)
)
@settings(max_examples=100, deadline=None)
def test_brackets_multiply(amounts: dict[str, int], times: int) -> None:
    inner = "".join(f"{symbol}{count}" for symbol, count in amounts.items())
    assert parse_formula(f"({inner}){times}") == {symbol: count * times for symbol, count in amounts.items()}


@given(st.text(max_size=30))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_or_refused_politely(text: str) -> None:
    try:
        found = parse_formula(text)
    except InvalidInput as error:
        message = str(error)
    else:
        message = "allowed"
        assert found
        assert all(amount > 0.0 for amount in found.values())
    assert "allowed" in message


def test_the_table_of_elements() -> None:
    lithium = element("Li")
    assert lithium.molar_mass == pytest.approx(6.94e-3)
    assert lithium.states == (1,)
    assert lithium.radius(1) == pytest.approx(76e-12)
    assert lithium.polarisability * 1e30 == pytest.approx(24.32, abs=0.01)  # 164.1 atomic units
    assert element("Fe").radius(2.5) == pytest.approx((78e-12 + 64.5e-12) / 2)
    numbers = [each.number for each in elements().values()]
    assert numbers == sorted(numbers)
    assert len(numbers) == len(set(numbers))
    for each in elements().values():
        assert 0.5 < each.electronegativity < 4.0
        assert all(-20e-12 < radius < 270e-12 for radius in each.radii.values())
        assert not each.mixed_valence or sum(state > 0 for state in each.states) > 1
