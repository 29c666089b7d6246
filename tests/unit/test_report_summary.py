from __future__ import annotations

import json

import numpy as np
import pytest
from report_solutions import REPORTED, drawn, inputs, made_up

from lisse.materials import load
from lisse.records import Verdict, dataset, load_solution
from lisse.report import summary
from lisse.report.inputs import input_tables

PROMISED = {
    "lisse_version": str,
    "title": str,
    "model": str,
    "status": str,
    "status_text": str,
    "verdict": dict,
    "limits": list,
    "targets": list,
    "conservation": dict,
    "events": list,
    "warnings": list,
    "references": list,
    "units": dict,
}


def rows(tables, title):
    return {row["name"]: row for table in tables if table["title"] == title for row in table["rows"]}


@pytest.mark.parametrize("status", ["completed", "stopped", "failed"])
def test_the_promised_keys_are_there_and_json_takes_them(status):
    content = summary(made_up(status=status), "A title")
    assert json.loads(json.dumps(content, allow_nan=False)) == content
    assert {name: type(content[name]) for name in PROMISED} == PROMISED
    assert content["status"] == status
    assert {"mode", "time", "critical_current_density", "cumulative_charge", "threshold_charge"} <= set(
        content["verdict"]
    )
    assert content["units"]["time"] == "s"


def test_limits_are_sorted_by_margin_and_those_that_do_not_apply_come_last():
    limits = summary(made_up(), "")["limits"]
    assert [limit["mechanism"] for limit in limits] == [
        "filament-short",
        "voltage-limit",
        "contact-loss",
        "salt-depletion",
    ]
    assert limits[0]["inputs"] == {"flaw_length": 3e-5}
    assert limits[-1] | {"applies": False, "current_density": None, "margin": None} == limits[-1]


def test_an_infinite_limit_is_null_and_marked_unbounded():
    limit = summary(made_up(), "")["limits"][2]
    assert (limit["current_density"], limit["margin"], limit["unbounded"], limit["applies"]) == (None, None, True, True)


def test_what_is_not_resolved_is_null():
    content = summary(made_up(leave_out=("contact_fraction", "void_height"), conservation={}), "")
    assert content["not_resolved"] == ["contact_fraction", "void_height"]
    assert {"name": "contact_fraction", "what": "smallest", "interface": None, "value": None} in content["extremes"]
    assert content["conservation"] == {"charge": None, "lithium": None}


def test_extremes_are_magnitudes_of_each_interface():
    found = {(e["name"], e["what"], e["interface"]): e["value"] for e in summary(made_up(), "")["extremes"]}
    assert found["contact_fraction", "smallest", "working"] == pytest.approx(0.6)
    assert found["contact_fraction", "smallest", "counter"] == pytest.approx(0.8)
    assert found["voltage", "largest", None] == pytest.approx(17.5 * 7e-3)


def test_a_trace_of_nan_alone_has_no_extreme():
    silent = dataset({"voltage": (("time",), [np.nan, np.nan])}, {"time": [0.0, 1.0]})
    found = {e["name"]: e["value"] for e in summary(made_up(data=silent), "")["extremes"]}
    assert found["voltage"] is None


def test_protocol_is_summed_up_without_its_steps():
    protocol = summary(made_up(), "")["protocol"]
    assert (protocol["steps"], protocol["duration"]) == (4, 7200.0)
    assert protocol["words"].startswith("CCD ramp")


def test_a_solution_without_inputs_has_a_summary():
    content = summary(made_up(inputs={}), "")
    assert (content["inputs"], content["protocol"], content["settings"]) == ([], None, {})


def test_an_unknown_citation_key_is_kept_as_it_is():
    content = summary(made_up(references=("nobody1900",)), "")
    assert content["reference_texts"]["nobody1900"] == "nobody1900"


FROM_CASE = "case or default, see case.toml"


def test_interface_numbers_are_credited_to_the_row_that_holds_them():
    interface = rows(input_tables(inputs()), "Interfaces")
    entry = load("LLZO").entry("interface_resistance")
    assert interface["resistance"]["value"] == entry.at() == 2e-4
    assert (interface["resistance"]["row"], interface["resistance"]["mark"]) == (entry.row, entry.mark)
    assert interface["injection"]["source_short"] == FROM_CASE


def test_a_number_of_ones_own_is_not_credited_to_the_library():
    resistance = rows(input_tables(inputs(resistance=3e-4)), "Interfaces")["resistance"]
    assert (resistance["source"], resistance["row"], resistance["source_short"]) == ("", "", FROM_CASE)
    assert resistance["shown"] == "3 ohm cm2"


def test_materials_stand_once_with_the_properties_in_use_first():
    tables = input_tables(inputs())
    titles = [table["title"] for table in tables]
    assert titles.count("Properties of lithium") == 1
    used = [row["name"] for row in tables[titles.index("Properties of LLZO")]["rows"] if row["used"]]
    assert set(used) == {"ionic_conductivity", "fracture_toughness", "youngs_modulus", "poisson_ratio"}
    assert tables[titles.index("Properties of LLZO")]["rows"][0]["used"]


def test_properties_are_shown_at_the_temperature_of_the_cell():
    cold, hot = (rows(input_tables(inputs(T)), "Properties of LLZO")["ionic_conductivity"] for T in (298.15, 348.15))
    assert cold["shown"] == "4.6e-04 S/cm"
    assert hot["value"] == pytest.approx(load("LLZO").value("ionic_conductivity", 348.15))
    assert float(hot["shown"].split()[0]) == pytest.approx(hot["value"] / 100, rel=1e-2)


@pytest.mark.parametrize(
    ("property", "given", "shown"),
    [
        ("ionic_conductivity", "0.8 mS/cm", "0.8 mS/cm"),
        ("youngs_modulus", "140 GPa", "140 GPa"),
        ("fracture_toughness", "1.1 MPa m^0.5", "1.1 MPa m^0.5"),
        ("poisson_ratio", 0.25, "0.25"),
        ("specific_heat", "500 J/kg/K", "500 J/kg/K"),
    ],
)
def test_a_users_own_number_of_a_material_is_shown_with_its_unit(property, given, shown):
    own = load("LLZO").with_overrides({property: given})
    plain = inputs()
    plain["cell"]["electrolyte"]["material"] = own.chosen().to_dict()
    row = rows(input_tables(plain), "Properties of LLZO")[property]
    assert (row["shown"], row["mark"], row["row"]) == (shown, "given", "given")


def test_verdict_without_failure_has_null_numbers():
    verdict = summary(made_up(Verdict()), "")["verdict"]
    assert verdict["mode"] == "none"
    assert verdict["time"] is None
    assert verdict["critical_current_density"] is None


def test_limits_carry_their_range_and_whether_they_decide_and_the_reported_stand_behind():
    limits = [limit for limit in summary(drawn(), "")["limits"] if limit["applies"]]
    assert [limit["decides"] for limit in limits] == [True] * 4 + [False] * 3
    assert (
        limits[4] | {"current_density": 0.0, "margin": 0.0, "unbounded": False, "validity": "Linear waves."}
        == limits[4]
    )
    assert limits[6] | {"current_density": None, "margin": None, "unbounded": True} == limits[6]


def test_without_draws_there_is_no_uncertainty():
    assert summary(made_up(), "")["uncertainty"] is None


def test_the_draws_are_told_with_units_and_no_bound_is_not_unresolved():
    content = summary(drawn(), "")
    assert json.loads(json.dumps(content, allow_nan=False)) == content
    found = content["uncertainty"]
    assert (found["samples"], found["seed"]) == (2000, 7)
    crack, drops, lithium, unstable, stable = found["criteria"].values()
    assert (crack["unit"], crack["median"], crack["unbounded"]) == ("A/m2", 23.9, [])
    assert crack["margins"]["median"] == pytest.approx(23.9 / 30.0, rel=0.01)
    assert (drops["high"], drops["unbounded"], drops["applies"]) == (None, ["high"], 0.6)
    assert (lithium["unit"], lithium["margins"]["low"]) == ("1", 41.0)
    assert (unstable["low"], unstable["unbounded"]) == (0.0, ["high"])
    assert (stable["median"], stable["unbounded"]) == (None, ["low", "median", "high"])
    assert found["mechanisms"]["filament-short"]["unit"] == "A/m2"
    assert found["varied"]["fracture_toughness"] == {
        "low": 8.6e5,
        "high": 1.63e6,
        "unit": "Pa m^0.5",
        "source": "LLZO LLZO-K2a",
        "words": "fracture toughness",
    }
    assert {name: content["units"][name] for name in ("flaw_length", "passed", "lowest")} == {
        "flaw_length": "m",
        "passed": "1",
        "lowest": "1",
    }


def test_margins_of_draws_are_null_where_no_limit_tells_the_current_of_the_protocol():
    content = summary(drawn(limits=REPORTED[:1]), "")
    assert content["uncertainty"]["criteria"]["crack overpotential"]["margins"]["median"] is None


def test_a_saved_solution_gives_the_same_uncertainty(tmp_path):
    again = load_solution(drawn().save(tmp_path / "solution.nc"))
    assert summary(again, "")["uncertainty"] == summary(drawn(), "")["uncertainty"]
