"""``estimate = true`` in a case: what is missing is estimated, spelled out in the case as run, and doubted aloud."""

from __future__ import annotations

import copy
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from cells import LLZO, llzo_case
from cif_texts import garnet
from lisse.errors import InvalidInput, LisseError
from lisse.materials import PROPERTIES
from lisse.materials.estimates import METHODS, estimate
from lisse.materials.estimates.activation_energy import conductivity_law
from lisse.materials.laws import Arrhenius
from lisse.models.doubts import estimate_warnings, held_warning, validity_warnings
from lisse.models.uncertainty import sample_limits
from lisse.study import Case, load_case, read_case

OWN = {
    "name": "Li6PS5Br",
    "estimate": True,
    "fracture_toughness": "0.3 MPa m^0.5",
    "youngs_modulus": "25 GPa",
    "poisson_ratio": 0.35,
    "interface_resistance": "10 ohm cm^2",
    "exchange_current_density": "1 mA/cm^2",
}
ADVICE = "cell.electrolyte.material"


def estimated(**changes: Any) -> Case:
    """The LLZO cell with an electrolyte that nobody has measured; ``None`` takes a key away."""
    material = {name: value for name, value in (OWN | changes).items() if value is not None}
    return llzo_case(cell__electrolyte__material=material)


def warned(case: Case) -> list[str]:
    return [*validity_warnings(case.cell, case.protocol, ()), *held_warning(case.cell)]


def test_what_is_missing_is_estimated_and_what_is_given_is_kept() -> None:
    material = estimated().cell.electrolyte.material
    assert material.entry("youngs_modulus").mark == "given"
    assert material.value("youngs_modulus") == 25e9
    expected = estimate("Li6PS5Br")
    found = material.entry("ionic_conductivity")
    assert (found.mark, found.row, found.source) == ("estimated", expected.row, expected.references[0])
    assert found.at() == pytest.approx(expected.value, rel=1e-3)  # the case holds four digits
    assert (found.low, found.high) == pytest.approx((expected.lower, expected.upper), rel=1e-3)


def test_every_property_that_can_be_estimated_is_there() -> None:
    only = {name: None for name in ("fracture_toughness", "youngs_modulus", "poisson_ratio")}
    material = estimated(**only).cell.electrolyte.material
    assert {name for name in material.properties if material.entry(name).mark == "estimated"} == set(METHODS)


def test_without_the_key_nothing_is_estimated() -> None:
    for flag in (False, None):
        assert not estimated(estimate=flag).cell.electrolyte.material.has("ionic_conductivity")


def test_a_known_number_changes_what_is_estimated_from_it() -> None:
    """The density of the case reaches the estimates: what stands on the volume is no longer a guess of it."""
    free, held = estimated(youngs_modulus=None), estimated(youngs_modulus=None, density="2.0 g/cm^3")
    dense = estimated(youngs_modulus=None, density="2.3 g/cm^3")
    widths = []
    for case in (free, held):
        entry = case.cell.electrolyte.material.entry("youngs_modulus")
        assert entry.low is not None
        assert entry.high is not None
        widths.append(entry.high / entry.low)
    assert widths[1] <= widths[0]
    stiff = (case.cell.electrolyte.material.value("youngs_modulus") for case in (held, dense))
    assert next(stiff) < next(stiff)


def test_the_case_as_run_is_run_again_without_estimating(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = estimated()
    file = tmp_path / "case.toml"
    file.write_text(case.to_toml(), encoding="utf-8")

    def trap(*_: Any, **__: Any) -> None:
        raise AssertionError("estimated again")

    monkeypatch.setattr("lisse.study.case_estimates.estimated_material", trap)
    again = load_case(file)
    assert again == case
    assert warned(again) == warned(case)
    assert again.cell.electrolyte.material.entry("ionic_conductivity").mark == "estimated"


def test_the_case_as_run_spells_the_estimates_out() -> None:
    written = tomllib.loads(estimated().to_toml())["cell"]["electrolyte"]["material"]
    assert "estimate" not in written
    table = written["ionic_conductivity"]
    assert set(table) >= {"value", "low", "high", "unit", "mark", "row", "source", "conditions", "note"}
    assert (table["unit"], table["mark"]) == ("mS/cm", "estimated")
    assert table["low"] <= table["value"] <= table["high"]
    assert "applicability" in table["note"]
    assert "# estimated when the case was read" in estimated().to_toml()


def test_an_estimated_conductivity_follows_the_temperature_of_the_cell() -> None:
    """With the activation energy that goes with it, and the interval carried along."""
    warm = llzo_case(cell__electrolyte__material=OWN, cell__temperature="60 degC")
    entry = warm.cell.electrolyte.material.entry("ionic_conductivity")
    assert isinstance(entry.law, Arrhenius)
    expected = conductivity_law(estimate("Li6PS5Br").value).activation_energy
    assert entry.law.activation_energy == pytest.approx(expected, rel=1e-3)
    drawn = sample_limits(warm.cell, warm.protocol, samples=10).varied["ionic_conductivity"]
    assert entry.low is not None
    assert drawn.low / entry.low == pytest.approx(entry.at(333.15) / entry.at(298.15))
    assert read_case(tomllib.loads(warm.to_toml())) == warm


def test_a_substance_of_the_library_can_be_completed() -> None:
    changes: dict[str, Any] = {"material": "Li7P3S11", "estimate": True}
    numbers = {"exchange_current_density": "1 mA/cm^2", "resistance": "10 ohm cm^2"}
    case = llzo_case(cell__electrolyte__material=changes, cell__interface=numbers)
    material = case.cell.electrolyte.material
    filled = {name for name in material.properties if material.entry(name).mark == "estimated"}
    assert filled
    assert filled <= set(METHODS)
    assert material.entry("ionic_conductivity").mark != "estimated"  # measured, in the library
    raw = tomllib.loads(case.to_toml())
    assert set(raw["cell"]["electrolyte"]["material"]["override"]) == filled
    assert read_case(raw) == case


def test_a_cif_gives_formula_and_cell(tmp_path: Path) -> None:
    (tmp_path / "garnet.cif").write_text(garnet(), encoding="utf-8")
    case_file = tmp_path / "case.toml"
    raw = copy.deepcopy(LLZO)
    raw["cell"]["electrolyte"]["material"] = OWN | {"name": "our garnet", "cif": "garnet.cif"}
    case = read_case(raw, folder=tmp_path)
    assert case.cell.electrolyte.material.formula == "Li6.4La3Zr1.4Ta0.6O12"
    assert "from garnet.cif" in case.notes[f"{ADVICE}.formula"]
    case_file.write_text(case.to_toml(), encoding="utf-8")
    (tmp_path / "garnet.cif").unlink()
    assert load_case(case_file) == case


REFUSED = [
    ({"estimate": "yes"}, r"material\.estimate: got 'yes'; allowed: true or false"),
    ({"kind": "polymer"}, r"material\.estimate: got 'polymer'; allowed: an inorganic electrolyte"),
    ({"name": "batch 7"}, r"material\.formula: got 'batch 7'; allowed: a formula such as"),
    ({"formula": "Li3YCl5"}, r"material\.formula: got 'Li3YCl5'; allowed: charge-neutral"),
    ({"formula": "Na3PS4"}, r"material\.formula: got 'Na3PS4'; allowed: one with lithium"),
    ({"formula": "Li2PuO3"}, r"material\.formula \(element\): got 'Pu'"),
    ({"cif": "absent.cif"}, r"material\.cif \(CIF\): got '.*absent\.cif'.*There is no such file"),
    ({"cif": "absent.cif", "formula": "LiF"}, r"material\.cif: got 'absent\.cif'; allowed: either a formula or a CIF"),
    ({"cif": "absent.cif", "estimate": False}, r"material\.cif: .*a file beside estimate = true"),
    ({"estimat": True}, r"material\.estimat: .*Did you mean 'estimate'"),
    ({"density": {"value": 2.0, "unit": "g/cm^3", "mark": "S"}}, r"got 'S'; allowed: given, estimated"),
    (
        {"density": {"value": 2.0, "unit": "g/cm^3", "row": "mine", "mark": "estimated"}},
        r"got 'mine'; allowed: a name that begins with EST-",
    ),
    ({"density": {"value": 2.0, "unit": "g/cm^3", "row": "X"}}, r"got 'X'; allowed: nothing, unless mark"),
]


@pytest.mark.parametrize(("changes", "message"), REFUSED, ids=[message[:30] for _, message in REFUSED])
def test_what_cannot_be_estimated_is_refused_with_its_key(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        estimated(**changes)


def test_an_estimate_that_is_not_to_be_used_stands_in_no_cell() -> None:
    """Uranium: the conductivity is asked for; what depends on the volume is left out where it is not read."""
    with pytest.raises(InvalidInput, match=r"material\.ionic_conductivity: allowed: a number of your own.*hold no U"):
        estimated(formula="Li3UF7")
    case = estimated(formula="Li3UF7", ionic_conductivity="0.1 mS/cm")
    assert not case.cell.electrolyte.material.has("density")
    assert "density is left out: its estimate has an applicability of 0" in case.notes[ADVICE]
    assert read_case(tomllib.loads(case.to_toml())) == case


def test_a_metal_cannot_be_estimated() -> None:
    with pytest.raises(LisseError, match=r"cell\.anode\.material\.estimate: got 'metal'"):
        llzo_case(cell__anode__material={"name": "LiIn", "estimate": True})


# -- marks, doubts and spreads -----------------------------------------------------------------------------------------


def test_every_estimate_is_doubted_by_name_with_interval_method_and_applicability() -> None:
    case = estimated(youngs_modulus=None, poisson_ratio=None, fracture_toughness=None)
    told = [text for text in warned(case) if text.startswith("electrolyte: estimates for Li6PS5Br, not measured (")]
    material = case.cell.electrolyte.material
    read = {"ionic_conductivity", "youngs_modulus", "poisson_ratio", "shear_modulus", "fracture_toughness"}
    for name in read:
        entry = material.entry(name)
        (sentence,) = (text for text in told if f"not measured ({entry.conditions}): " in text)
        after = sentence.partition(f"{name.replace('_', ' ')} {entry.quoted} (")[2]
        assert re.match(r"90 %: \S+ to \S+; applicability [01]", after), name
    (rest,) = (text for text in warned(case) if "read by no criterion" in text)
    assert all(any(name.replace("_", " ") in text for text in (*told, rest)) for name in METHODS)


def test_numbers_from_phases_keep_their_own_sentence() -> None:
    case = llzo_case(cell__electrolyte__hybrid={"porosity": 0.1})
    assert any("are estimates from its phases (hanai" in text for text in warned(case))
    assert not any("not measured" in text for text in warned(case))


def test_a_phase_of_the_resolved_model_may_be_estimated() -> None:
    settings = {"microstructure": {"generate": "polycrystal", "size": ["32 um", "32 um"], "grain": "8 um"}}
    phases = {"phases": {"coating": {"name": "Li6PS5Br", "estimate": True}}}
    case = llzo_case(model={"name": "lumped", "resolved": {**settings, **phases}})
    written = case.as_run["model"]["resolved"]["phases"]["coating"]
    assert written["ionic_conductivity"]["mark"] == "estimated"
    assert read_case(tomllib.loads(case.to_toml())) == case
    coating = estimated().cell.electrolyte.material
    told = estimate_warnings("phase coating", coating)
    assert all(text.startswith("phase coating: ") for text in told)
    assert any("ionic conductivity" in text for text in told)


def test_a_mixture_of_estimates_says_what_it_rests_on() -> None:
    material = {name: value for name, value in OWN.items() if name != "youngs_modulus"}
    case = llzo_case(cell__electrolyte__material=material, cell__electrolyte__hybrid={"porosity": 0.1})
    text = (
        "electrolyte: ionic conductivity rests on estimates whose intervals are not carried on: ionic conductivity of"
    )
    assert any(told.startswith(f"{text} Li6PS5Br (") for told in warned(case))
    plain = llzo_case(cell__electrolyte__hybrid={"porosity": 0.1})
    assert not any("rests on estimates" in told for told in warned(plain))


def test_an_estimate_of_ones_own_is_marked_and_held_without_a_spread() -> None:
    own = {"value": 2.0, "unit": "mS/cm", "mark": "estimated", "note": "by hand"}
    case = estimated(estimate=None, ionic_conductivity=own)
    assert case.cell.electrolyte.material.entry("ionic_conductivity").row == "EST-own"
    told = warned(case)
    expected = "electrolyte: estimates for Li6PS5Br, not measured (by hand): ionic conductivity 2 mS/cm (no interval)"
    assert expected in told
    assert any("held at their value" in text and "EST-own" in text for text in told)
    assert read_case(tomllib.loads(case.to_toml())) == case


def test_the_uncertainty_of_a_run_draws_from_the_interval() -> None:
    case = estimated()
    entry = case.cell.electrolyte.material.entry("ionic_conductivity")
    drawn = sample_limits(case.cell, case.protocol, samples=50)
    spread = drawn.varied["ionic_conductivity"]
    assert (spread.low, spread.high) == (entry.low, entry.high)
    assert spread.source == f"Li6PS5Br {entry.row}"


def test_estimates_are_known_words_with_possible_numbers() -> None:
    material = estimated().cell.electrolyte.material
    for name in material.properties:
        PROPERTIES[name].check(material.value(name))
