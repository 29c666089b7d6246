"""What a process may be, by its capacitance: told apart where the ranges allow, and said so where not."""

from __future__ import annotations

import pytest

from lisse.errors import InvalidInput
from lisse.measurement.analysis.circuit_processes import Process
from lisse.measurement.analysis.spectrum_physics import CAPACITANCE_RANGES, bulk_capacitance, meaning
from lisse.references import reference

AREA, THICKNESS = 1e-4, 5e-4


def arc(
    capacitance: float,
    relative_error: float = 0.05,
    resistance: float = 100.0,
    surface: float = 1.0,
    alpha: float = 0.9,
) -> Process:
    error = relative_error * capacitance
    return Process(
        "R1+CPE1", "arc", resistance, 1.0, resistance * capacitance, 0.0, capacitance, error,
        surface * capacitance, surface * error, alpha,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("capacitance", "told"),
    [
        (bulk_capacitance(AREA, THICKNESS, 20), "bulk"),
        (5e-6, "charge transfer at the interface"),
        (1e-2, "electrode reaction or diffusion"),
    ],
)
def test_capacitances_inside_one_range_are_told(capacitance: float, told: str) -> None:
    found = meaning(arc(capacitance), AREA, THICKNESS)
    assert found.told
    assert found.text == told
    assert sum(found.weights.values()) <= 1 + 1e-12


def test_ranges_that_overlap_cannot_be_told_apart() -> None:
    found = meaning(arc(3e-9), AREA, THICKNESS)
    assert not found.told
    assert "cannot be told apart" in found.text
    for kind in ("grain boundary", "constriction or voids"):
        assert kind in found.text


def test_geometry_and_permittivity_sharpen() -> None:
    process = arc(bulk_capacitance(AREA, THICKNESS, 25))
    blind, known = meaning(process), meaning(process, AREA, THICKNESS)
    sharp = meaning(process, AREA, THICKNESS, permittivity=25.0)
    wrong = meaning(process, AREA, THICKNESS, permittivity=2500.0)
    assert blind.weights["bulk"] < known.weights["bulk"] < sharp.weights["bulk"]
    assert wrong.weights["bulk"] < 0.01
    assert known.notes[0] == "as the bulk it would have a relative permittivity of 25"
    assert known.notes[1] == "and a conductivity of 0.05 +- 0.0005 S/m"


def test_a_film_has_a_thickness() -> None:
    (note,) = meaning(arc(2e-8), AREA, THICKNESS).notes
    assert note == "as a film of relative permittivity 10 it would be 443 nm thick in all"


def test_a_spread_along_the_electrode_moves_what_lies_at_an_interface_only() -> None:
    """5e-8 F on 1 cm2 is a film; one tenth of it lies where constrictions do as well."""
    through, along = meaning(arc(5e-8), AREA, THICKNESS), meaning(arc(5e-8, surface=0.1), AREA, THICKNESS)
    ratios = {kind: along.weights[kind] / through.weights[kind] for kind in through.weights if through.weights[kind]}
    assert ratios["constriction or voids"] > ratios["grain boundary"]
    bulk = meaning(arc(bulk_capacitance(AREA, THICKNESS, 20), surface=0.5), AREA, THICKNESS)
    assert bulk.text == "bulk"


def test_an_exponent_near_a_half_is_nearer_to_diffusion() -> None:
    assert any("the capacitance is a formality" in note for note in meaning(arc(5e-6, alpha=0.35)).notes)
    assert not any("formality" in note for note in meaning(arc(5e-6, alpha=0.8)).notes)


def test_a_blocking_electrode_has_a_capacitance_of_its_area() -> None:
    blocking = Process("CPE2", "blocking", surface_capacitance=5e-6, exponent=0.9)
    (note,) = meaning(blocking, AREA).notes
    assert note == "as a blocking electrode it would have a capacitance of 5e-06 F (5 uF/cm2)"


def test_what_is_not_determined_is_not_read() -> None:
    assert "not determined" in meaning(arc(1e-9, float("inf"))).text
    assert "none of the usual kinds" in meaning(arc(1e-20), AREA, THICKNESS).text


def test_a_resistance_in_series_holds_all_that_is_faster() -> None:
    series = Process("R0", "series", 50.0, 0.1)
    found = meaning(series, AREA, THICKNESS, highest_frequency=1e6)
    assert "everything faster than 1 MHz" in found.text
    assert "cannot be told apart" in found.text
    assert found.notes[0] == "as the electrolyte alone it would have a conductivity of 0.1 +- 0.0002 S/m"
    untold = meaning(Process("R0", "series", 50.0, float("inf")), AREA, THICKNESS)
    assert untold.notes[0].endswith("a conductivity of 0.1 S/m")
    slow = meaning(Process("R0", "series", 5e4, 0.1), AREA, THICKNESS, highest_frequency=1e8)
    assert "in reach of the spectrum" in slow.notes[1]
    assert meaning(series).notes == ()


def test_elements_say_what_they_are() -> None:
    assert meaning(Process("L0", "inductance")).text == "inductance of leads and instrument"
    assert meaning(Process("Ws1", "diffusion", 5.0, 0.1, 1.0, 0.1)).text == "diffusion"
    assert "blocking electrode" in meaning(Process("CPE3", "blocking")).text


def test_sources_and_marks() -> None:
    assert "confidence mark S*" in reference("irvine1990").note
    for one in CAPACITANCE_RANGES.values():
        assert reference(one.source)
        assert one.mark in ("S*", "U")
        assert one.low < one.high


@pytest.mark.parametrize("name", ["area", "thickness", "permittivity"])
def test_geometry_must_be_positive(name: str) -> None:
    with pytest.raises(InvalidInput, match=f"{name}: got -1"):
        meaning(arc(1e-9), **{name: -1.0})
