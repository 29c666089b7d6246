"""Circuit strings: what is read, and where the finger points when it cannot be."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lisse.errors import InvalidInput
from lisse.measurement.analysis.circuit import Circuit, parse_circuit
from lisse.measurement.analysis.circuit_grammar import Element, Parallel, Series


def test_a_circuit_of_impedance_py_becomes_a_tree() -> None:
    circuit = parse_circuit("R0-p(R1,CPE1)-p(R2-Wo1,C2)")
    r0, arc, branch = circuit.tree.parts
    assert r0 == Element("R0", "R")
    assert arc == Parallel((Series((Element("R1", "R"),)), Series((Element("CPE1", "CPE"),))))
    assert isinstance(branch, Parallel)
    assert [part.name for part in branch.parts[0].parts] == ["R2", "Wo1"]
    assert circuit.names == ("R0", "R1", "CPE1_Q", "CPE1_alpha", "R2", "Wo1_Z0", "Wo1_tau", "C2")
    assert circuit.units == ("ohm", "ohm", "F s^(alpha-1)", "1", "ohm", "ohm", "s", "F")


@pytest.mark.parametrize(
    "text", [" R0 - p( R1 , CPE1 ) ", "R_0-p(R_1,CPE_1)", "R-p(R1,CPE)", "p(R1,C1)", "ZARC1-La0-G1"]
)
def test_spaces_underscores_and_bare_symbols_are_read(text: str) -> None:
    assert parse_circuit(text).names


@pytest.mark.parametrize(
    ("text", "character", "says"),
    [
        ("", 1, "The text is empty"),
        ("R0-p(R1,CPE1", 13, "The bracket of character 5 is still open"),
        ("R0-p(R1)", 8, "two branches or more"),
        ("R0-X1", 4, "one of R, C, L, CPE"),
        ("R0-cpe1", 4, "Did you mean 'CPE'"),
        ("R0-R0", 4, "R0 stands at character 1 already"),
        ("R0--R1", 4, "an element"),
        ("R0-", 4, "the end"),
        ("R0-p(R1,C1))", 12, "closes nothing"),
        ("R0,R1", 3, "only between the branches"),
        ("R0-(R1,C1)", 4, r"begins with p: p\(R1,CPE1\)"),
        ("p", 2, r"'\(' after p"),
        ("R0-p(R1,,C1)", 9, "an element"),
        ("__import__('os')", 1, "an element"),
        ("R0 R1", 4, "'-' and another element"),
    ],
)
def test_an_error_points_at_the_character(text: str, character: int, says: str) -> None:
    with pytest.raises(InvalidInput, match=says) as caught:
        parse_circuit(text)
    assert re.match(rf"circuit, character {character}:", str(caught.value))
    shown, pointer = str(caught.value).splitlines()[-2:]
    assert pointer.index("^") - 2 == character - 1 == min(character - 1, len(text))
    assert shown[2:] == text


def test_depth_and_length_are_limited() -> None:
    with pytest.raises(InvalidInput, match="at most 20 brackets"):
        parse_circuit("p(" * 500)
    with pytest.raises(InvalidInput, match="at most 2000 characters"):
        parse_circuit("R1-" * 1000)
    with pytest.raises(InvalidInput, match="a text such as"):
        parse_circuit(3)  # type: ignore[arg-type]


@given(st.text(alphabet="RCLWPEosZarcpG01_-(), \n", max_size=30))
def test_any_text_is_a_circuit_or_a_complaint(text: str) -> None:
    try:
        circuit = parse_circuit(text)
    except InvalidInput as error:
        complaint = error
    else:
        assert isinstance(circuit, Circuit)
        assert len(set(circuit.names)) == len(circuit.names)
        return
    assert str(complaint).startswith("circuit, character")
