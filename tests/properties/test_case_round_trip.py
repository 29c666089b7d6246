"""Any valid case, written as it was run and read again, is the same case."""

from __future__ import annotations

import tomllib
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lisse.keys import Choice, Field, Flag, HalfCycle, Integer, Quantity, Text
from lisse.study import read_case
from lisse.study.schema import CRACKS, PROTOCOLS, STEP, TABLES
from lisse.units import parse_quantity

SI_TEXT = {"K": ["K", "kelvin"], "A/m^2": ["A/m^2", "mA/cm^2"], "m": ["m", "um", "nm"], "Pa": ["Pa", "MPa"]}
INTERIOR = {  # values that go together whatever else is drawn
    "cell.kind": st.just("symmetric"),
    "cell.stack.fixture": st.sampled_from(["constant-pressure", "schedule"]),
    "cell.electrolyte.thickness": st.sampled_from(["1 mm", "20 mm", "0.1 m"]),
    "cell.electrolyte.flaws.mean_length": st.sampled_from(["5 um", "0.1 mm"]),
    "cell.temperature": st.sampled_from(["25 degC", "298.15 K", "60 degC", "77 degF"]),
}


def quantities(field: Quantity) -> st.SearchStrategy[Any]:
    """Text or number within the range of a field, bounds included where they are allowed."""
    low, high = max(field.low, -1e8), min(field.high, 1e8)
    numbers = st.floats(low, high, exclude_min=field.low_open, exclude_max=field.high_open, allow_subnormal=False)
    if field.unit == "1":
        return st.one_of(numbers, numbers.map(repr))
    units = st.sampled_from(SI_TEXT.get(field.unit, [field.unit]))
    return st.builds(_within, numbers, units, st.just(field))


def _within(number: float, unit: str, field: Quantity) -> str:
    """The number in that unit, or in SI where conversion would carry it over the edge."""
    scale = parse_quantity(f"1 {unit}", field.unit)
    text = f"{number / scale!r} {unit}"
    inside = field.low <= parse_quantity(text, field.unit) <= field.high
    return text if inside else f"{number!r} {field.unit}"


def values(key: str, field: Field) -> st.SearchStrategy[Any]:
    if key in INTERIOR:
        return INTERIOR[key]
    if isinstance(field, Quantity):
        return quantities(field)
    if isinstance(field, Choice):
        return st.sampled_from(field.choices)
    if isinstance(field, Integer):
        return st.integers(field.low, min(field.high, 20))
    if isinstance(field, HalfCycle):
        return st.sampled_from(["0.25 mAh/cm^2", "1 h", "3600 C/m^2", "1e-3 s"])
    if isinstance(field, Text):
        printable = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20)
        return st.one_of(printable, st.sampled_from(['# [cell] = "x"', "'''", '"""', "a\\b"]))
    assert isinstance(field, Flag)
    return st.booleans()


@st.composite
def tables(draw: Any, path: str, fields: dict[str, Field]) -> dict[str, Any]:
    """One table: what is required, and some of the rest."""
    found = {}
    for name, field in fields.items():
        if name == "stiffness":
            continue
        if not isinstance(field.default, (str, int, float)) or draw(st.booleans()):
            found[name] = draw(values(f"{path}.{name}".strip("."), field))
    return found


def some(draw: Any, path: str) -> dict[str, Any]:
    given = draw(tables(path, dict(TABLES[path])))
    return {name: value for name, value in given.items() if TABLES[path][name].default is not None}


@st.composite
def protocols(draw: Any) -> dict[str, Any]:
    name = draw(st.sampled_from(sorted(PROTOCOLS)))
    found = {"name": name, **draw(tables("protocol", dict(PROTOCOLS[name])))}
    if name in ("ccd-ramp", "one-way"):
        found |= {"start": "0.1 mA/cm^2", "step": "0.1 mA/cm^2", "stop": "0.35 mA/cm^2"}
    if name == "full-cell":
        found |= {"current_density": "1 mA/cm^2", "cutoff_current": "0.1 mA/cm^2"}
        found |= {"lower_voltage": "-1 V", "upper_voltage": "4.2 V", "voltage_limit": "5 V"}
    if name == "eis":
        found |= {"frequency_from": "1 MHz", "frequency_to": "1 Hz"}
    if name.endswith("-steps"):
        found |= {"start": "300 K", "step": "20 K", "stop": "350 K"} if name[0] == "t" else {}
        found |= {"start": "3 MPa", "step": "1 MPa", "stop": "0 MPa"} if name[0] == "p" else {}
    if name == "steps":
        found["steps"] = draw(st.lists(steps(), min_size=1, max_size=3))
    return found


@st.composite
def steps(draw: Any) -> dict[str, Any]:
    held = draw(st.booleans())
    found = {"voltage": draw(values("", STEP["voltage"]))} if held else {"current_density": "-1 mA/cm^2"}
    end = "duration" if held or draw(st.booleans()) else "charge"
    found[end] = draw(values("", STEP[end]))
    for name in ("temperature", "label"):
        if draw(st.booleans()):
            found[name] = draw(values("", STEP[name]))
    return found


MATERIALS = st.sampled_from(
    [
        "LLZO",
        {"material": "LLZO", "override": {"ionic_conductivity": "1 mS/cm", "poisson_ratio": 0.25}},
        {"material": "LLZO", "sources": {"youngs_modulus": "LLZO-M1b"}},
        {
            "name": "my oxide",
            "interface_resistance": {"value": 5.0, "unit": "ohm cm^2", "conditions": "after polishing"},
            "exchange_current_density": {
                "value": "1 mA/cm^2",
                "law": {"kind": "arrhenius", "activation_energy": "0.5 eV"},
            },
        },
    ]
)


RECIPES = st.sampled_from(
    [
        {"generate": "polycrystal", "size": ["32 um", "32 um"], "grain": "8 um", "seed": 1},
        {"generate": "pores", "of": {"generate": "spheres", "size": ["8 um"] * 3}, "porosity": 0.1},
        {"generate": "layers", "stack": [{"phase": "electrolyte", "thickness": "8 um"}], "cross_section": ["8 um"]},
    ]
)


@st.composite
def resolved(draw: Any) -> dict[str, Any]:
    """Settings of the resolved model with its tables."""
    found = some(draw, "model.resolved")
    if "boundary_electronic_conductivity" in found:
        found["internal_deposition"] = True
    if draw(st.booleans()):
        found["microstructure"] = draw(RECIPES)
    if draw(st.booleans()):
        found["phases"] = {"phase 1": draw(st.sampled_from(["pore", "electrolyte", "lithium", "crack"]))}
    if draw(st.booleans()):
        found["flaws"] = draw(tables("model.resolved.flaws", dict(CRACKS)))
    return found


@st.composite
def cases(draw: Any) -> dict[str, Any]:
    electrolyte = {"material": draw(MATERIALS), **some(draw, "cell.electrolyte")}
    if draw(st.booleans()):
        electrolyte["flaws"] = some(draw, "cell.electrolyte.flaws")
    cell = {
        **some(draw, "cell"),
        "electrolyte": electrolyte,
        "anode": {"material": "lithium", **some(draw, "cell.anode")},
        "stack": some(draw, "cell.stack"),
    }
    for part in ("counter", "interface"):
        if draw(st.booleans()):
            cell[part] = some(draw, f"cell.{part}")
    case: dict[str, Any] = {"cell": cell, "protocol": draw(protocols()), **some(draw, "")}
    if case["protocol"]["name"] == "pressure-steps":
        cell["stack"]["fixture"] = "schedule"
    if draw(st.booleans()):
        name = draw(st.sampled_from(["analytic", "lumped", "resolved"]))
        seed = {"seed": draw(values("model.seed", TABLES["model"]["seed"]))} if draw(st.booleans()) else {}
        settings = {"lumped": some(draw, "model.lumped"), "resolved": draw(resolved())}
        case["model"] = {"name": name, **seed, **settings}
    return case


WHOLE_TABLES = ("cell.electrolyte", "cell.interface", "model.resolved")
"""Where a note says that a table below was not given."""


@settings(max_examples=40)
@given(cases())
def test_a_case_written_as_it_was_run_is_the_same_case(raw: dict[str, Any]) -> None:
    case = read_case(raw)
    text = case.to_toml()
    again = read_case(tomllib.loads(text))
    assert again == case
    assert (again.cell, again.protocol, again.model) == (case.cell, case.protocol, case.model)
    assert not [n for key, n in again.notes.items() if n.startswith(("default", "assumed")) and key not in WHOLE_TABLES]


@settings(max_examples=20)
@given(cases())
def test_what_the_file_gives_is_kept_as_it_is(raw: dict[str, Any]) -> None:
    case = read_case(raw)

    def kept(given: Any, found: Any, path: str) -> None:
        for name, value in given.items():
            key = f"{path}.{name}" if path else name
            if isinstance(value, dict) and name != "material":
                kept(value, found[name], key)
            elif name != "material":
                assert found[name] == value
                assert not case.notes.get(key, "").startswith("default")

    kept(raw, case.as_run, "")
