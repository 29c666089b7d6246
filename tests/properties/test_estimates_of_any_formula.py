"""Whatever neutral formula is asked for: a sound estimate, or a polite refusal."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lisse.errors import InvalidInput
from lisse.materials import estimate
from lisse.materials.estimates.conductivity_model import HIGHEST, LOWEST, load_model
from lisse.materials.estimates.elements import element, elements

CATIONS = [symbol for symbol, each in elements().items() if each.states[0] > 0 and symbol != "Li"]
ANIONS = ["O", "S", "Se", "N", "F", "Cl", "Br", "I"]


@st.composite
def neutral(draw: st.DrawFn) -> str:
    """One or two cations and anions in their most common states, and as much lithium as that needs."""
    cations = draw(st.lists(st.sampled_from(CATIONS), max_size=2, unique=True))
    anions = draw(st.lists(st.sampled_from(ANIONS), min_size=1, max_size=2, unique=True))
    counts = {symbol: draw(st.integers(1, 4)) for symbol in cations} | {s: draw(st.integers(1, 12)) for s in anions}
    lithium = -sum(count * element(symbol).states[0] for symbol, count in counts.items())
    return "".join(f"{symbol}{count}" for symbol, count in ({"Li": max(lithium, 1)} | counts).items())


@given(neutral())
@settings(max_examples=150, deadline=None)
def test_an_estimate_is_sound(formula: str) -> None:
    try:
        found = estimate(formula)
    except InvalidInput as error:
        message = str(error)
        assert "charge-neutral" in message or "at most" in message
        return
    assert found.lower <= found.value <= found.upper
    assert math.log10(found.lower) >= LOWEST + 2.0 - 1e-9
    assert math.log10(found.upper) <= HIGHEST + 2.0 + 1e-9
    assert 0.0 <= found.applicability <= 1.0
    trained = set(load_model("composition").elements)
    asked = {symbol for symbol in elements() if symbol in _symbols(formula)}
    if not asked <= trained:
        assert found.applicability == 0.0
        assert any("training data hold no" in warning for warning in found.warnings)


@given(neutral(), st.integers(2, 5))
@settings(max_examples=40, deadline=None)
def test_the_size_of_the_formula_unit_changes_nothing(formula: str, times: int) -> None:
    try:
        once = estimate(formula)
    except InvalidInput:
        return
    often = estimate(f"({formula}){times}")
    assert often.value == pytest.approx(once.value, rel=1e-6)
    assert often.applicability == pytest.approx(once.applicability, abs=1e-6)


def _symbols(formula: str) -> set[str]:
    from lisse.materials.estimates.formula import parse_formula

    return set(parse_formula(formula))
