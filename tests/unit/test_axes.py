"""Axes of a map: how they are written, and that changing one changes the cell and nothing else."""

import pickle

import numpy as np
import pytest

from cells import llzo_case
from lisse.errors import InvalidInput
from lisse.models.inputs import read_inputs
from lisse.study.axes import AXES, Span, axis, parse_span
from lisse.units import parse_quantity

POLYMER = {"cell__electrolyte": {"material": "PEO-LiTFSI", "thickness": "50 um"}, "cell__temperature": "90 degC"}
OF_A_POLYMER = ("salt_concentration", "salt_diffusivity", "transference_number")
LAYERED = {
    "cell__interface__interlayer": {
        "material": {
            "material": "LiPON",
            "override": {"fracture_toughness": "1 MPa m^0.5", "solid_diffusivity": "1e-14 m^2/s"},
        },
        "carries": "ions",
        "thickness": "1 um",
        "flaw_length": "20 nm",
    }
}
OF_INPUTS = {"youngs_modulus": "shear_modulus", "flaw_length": "flaw_length"}


@pytest.mark.parametrize(
    ("text", "name", "low", "high", "logarithmic"),
    [
        ("stack_pressure=0.1 MPa..30 MPa", "stack_pressure", 1e5, 3e7, True),
        ("stack_pressure=0.1..30 MPa", "stack_pressure", 1e5, 3e7, True),
        ("stack-pressure = 100 kPa..30 MPa", "stack_pressure", 1e5, 3e7, True),
        ('temperature="0..60 degC"', "temperature", 273.15, 333.15, False),
        ("temperature=-20 degC..60 degC", "temperature", 253.15, 333.15, False),
        ("molar_volume_ratio=0..2", "molar_volume_ratio", 0.0, 2.0, False),
        ("current_density=1e-2..1e1 mA/cm2", "current_density", 0.1, 100.0, True),
        ("electronic_conductivity=1e-10..1e-5 S/cm", "electronic_conductivity", 1e-8, 1e-3, True),
        ("interphase_rate_constant=1e-2..1e3 nm^2/s", "interphase_rate_constant", 1e-20, 1e-15, True),
    ],
)
def test_spans_as_they_are_written(text: str, name: str, low: float, high: float, logarithmic: bool) -> None:
    span = parse_span(text, 5)
    assert (span.axis.name, span.logarithmic, span.values.size) == (name, logarithmic, 5)
    assert span.values[[0, -1]] == pytest.approx([low, high])
    steps = np.diff(np.log(span.values)) if logarithmic else np.diff(span.values)
    assert steps == pytest.approx(steps[0])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("stack_presure=1..3 MPa", "quantity of an axis: got 'stack_presure'.*Did you mean 'stack_pressure'"),
        ("stack_pressure", "axis: got 'stack_pressure'; allowed: QUANTITY=LOW..HIGH"),
        ("stack_pressure=1 MPa", "allowed: QUANTITY=LOW..HIGH"),
        ("stack_pressure=3..1 MPa", "stack_pressure: got '3..1 MPa'; allowed: LOW..HIGH with LOW below HIGH"),
        ("stack_pressure=1..3", "stack_pressure: got '3'; allowed: text with a unit"),
        ("stack_pressure=1..3 mA", "stack_pressure: got '3 mA'"),
        ("stack_pressure=..3 MPa", "stack_pressure: got ''; allowed: text with a unit"),
        ("stack_pressure=nan..3 MPa", "stack_pressure: got 'nan MPa'; allowed: a finite number"),
        ("__import__('os')=1..2", "quantity of an axis"),
    ],
)
def test_spans_that_cannot_be(text: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        parse_span(text, 5)


@pytest.mark.parametrize("text", [None, 3, b"temperature=0..60 degC"])
def test_a_span_is_written_as_text(text: object) -> None:
    with pytest.raises(InvalidInput, match=r"axis: .*allowed: QUANTITY=LOW\.\.HIGH"):
        parse_span(text, 5)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="quantity of an axis"):
        axis(text)  # type: ignore[arg-type]


def test_a_number_of_points_may_be_any_whole_number() -> None:
    assert parse_span("temperature=0..60 degC", np.int64(7)).values.size == 7


@pytest.mark.parametrize(
    ("values", "logarithmic", "message"),
    [
        ([1.0], False, "values of temperature: got 'an array of shape .1,.'; allowed: two or more numbers in a row"),
        ([[1.0, 2.0]], False, "two or more numbers in a row"),
        ([1.0, 1.0], False, "finite numbers that rise"),
        ([2.0, 1.0], False, "finite numbers that rise"),
        ([1.0, np.nan], False, "finite numbers that rise"),
        ([1.0, np.inf], False, "finite numbers that rise"),
        (["a", "b"], False, "allowed: numbers"),
        ([0.0, 1.0], True, "numbers above zero on a logarithmic axis"),
    ],
)
def test_values_that_make_no_span(values: list[object], logarithmic: bool, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        Span(AXES["temperature"], values, logarithmic)  # type: ignore[arg-type]


def test_a_span_needs_an_axis() -> None:
    with pytest.raises(InvalidInput, match="axis: got 'str'; allowed: an Axis"):
        Span("temperature", np.array([1.0, 2.0]), False)  # type: ignore[arg-type]


def test_the_values_of_a_span_are_its_own() -> None:
    given = np.array([1.0, 2.0])
    span = Span(AXES["temperature"], given, False)
    given[0] = 5.0
    assert span.values[0] == 1.0
    with pytest.raises(ValueError, match="read-only"):
        span.values[0] = 3.0


@pytest.mark.parametrize("name", AXES)
def test_every_axis_travels_to_another_process(name: str) -> None:
    span = pickle.loads(pickle.dumps(Span(AXES[name], np.array([1.0, 2.0]), True)))
    assert span.axis.quantity == AXES[name].quantity
    assert span.values.tolist() == [1.0, 2.0]
    case = llzo_case()
    if name == "stack_pressure":
        assert span.axis.change(case.cell, case.protocol, 5e6)[0].stack.pressure == 5e6


@pytest.mark.parametrize("points", [1, 0, -3, 1001, 2.5, True])
def test_impossible_numbers_of_points(points: object) -> None:
    with pytest.raises(InvalidInput, match="points: got .*; allowed: a whole number from 2 to 1000"):
        parse_span("temperature=0..60 degC", points)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", AXES)
def test_every_axis_sets_its_input_and_shows_it_in_its_unit(name: str) -> None:
    """Two routes to one number: the changed cell, read again, has the value in the table of inputs."""
    changes = POLYMER if name in OF_A_POLYMER else LAYERED if name.startswith("interlayer") else {}
    case = llzo_case(**changes)
    found = axis(name)
    before = read_inputs(case.cell, case.protocol)
    key = OF_INPUTS.get(name, name)
    value = 1.07 * (float(before[key]) if key in before.values else 1e-18) + (
        0.01 if name == "molar_volume_ratio" else 0
    )
    if name == "grain_boundary_resistance":
        value = 1e-3
    if name == "interlayer_modulus":
        cell, _ = found.change(case.cell, case.protocol, 5e9)
        assert float(read_inputs(cell, case.protocol)["interlayer_shear_modulus"]) == pytest.approx(2e9, rel=1e-12)
        return
    if name == "youngs_modulus":
        value = 1.6e11
        cell, protocol = found.change(case.cell, case.protocol, value)
        assert cell.electrolyte.material.value("youngs_modulus", cell.temperature) == value
        return
    after = read_inputs(*found.change(case.cell, case.protocol, value))
    assert float(after[key]) == pytest.approx(value, rel=1e-12)
    quantity = found.quantity
    if quantity.display_unit:
        text = f"{quantity.shown(value)!r} {quantity.display_unit}".replace("cm2", "cm^2")
        assert parse_quantity(text, quantity.unit.replace("m2", "m^2").replace("m3", "m^3")) == pytest.approx(value)


def test_temperature_takes_the_interface_along_where_it_is_the_librarys() -> None:
    case = llzo_case(cell__electrolyte__material="Li6PS5Cl", cell__interface__exchange_current_density="7 A/m^2")
    cell, _ = axis("temperature").change(case.cell, case.protocol, 333.15)
    assert cell.temperature == 333.15
    assert cell.interface.exchange_current_density == 7.0
    library = cell.electrolyte.material.value("interface_resistance", 333.15)
    assert cell.interface.resistance == library


def test_currents_and_charges_are_scaled_as_a_whole() -> None:
    case = llzo_case(protocol__rest="10 min")
    _, faster = axis("current_density").change(case.cell, case.protocol, 60.0)
    assert faster.largest_current_density == pytest.approx(60.0)
    assert faster.half_cycle_charges == pytest.approx(case.protocol.half_cycle_charges)
    _, longer = axis("half_cycle_charge").change(case.cell, case.protocol, 9000.0)
    assert longer.half_cycle_charges == pytest.approx([9000.0] * len(longer.half_cycle_charges))
    assert [s.current_density for s in longer.steps] == [s.current_density for s in case.protocol.steps]
    rests = [s.duration for s in longer.steps if s.current_density == 0]
    assert set(rests) == {600.0}
    timed = llzo_case(protocol__half_cycle="1 h").protocol
    assert timed.with_largest_current(60.0).half_cycle_charges[-1] == pytest.approx(60.0 * 3600)
    with pytest.raises(InvalidInput, match=r"current_density: got 'hold'; allowed: a protocol with at least one step"):
        llzo_case(protocol={"name": "hold", "voltage": "50 mV", "duration": "1 h"}).protocol.with_largest_current(1.0)


@pytest.mark.parametrize("name", ["flaw_length", "flaw_focusing"])
def test_an_axis_of_flaws_needs_flaws(name: str) -> None:
    case = llzo_case(cell__electrolyte__flaws=None)
    with pytest.raises(InvalidInput, match=rf"{name}: allowed: a case with flaws\. Add a table"):
        axis(name).change(case.cell, case.protocol, 2.0)
