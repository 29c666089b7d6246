"""``lisse estimate``: numbers with their interval, what is measured beside them, and bad input in one line."""

from __future__ import annotations

import json
import string
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cif_texts import garnet, large_salt, lithium_fluoride
from lisse.cli.main import main
from lisse.materials import PROPERTIES, load
from lisse.materials.estimates import METHODS, Estimate, composition, estimate
from lisse.materials.estimates.activation_energy import activation_energy
from lisse.materials.estimates.conductivity_model import load_model
from lisse.materials.estimates.elements import elements
from lisse.materials.estimates.measured import formula_of, measured_substances
from lisse.materials.estimates.words import applicability_words
from lisse.units import FARADAY

CELL = "a=11.2 angstrom, c=6.04 angstrom, gamma=120 deg, Z=3, space_group=164"


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main(["estimate", *arguments, "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_every_estimate_is_that_of_python(capsys: pytest.CaptureFixture[str]) -> None:
    found = told(capsys, "Li6PS5Br")
    assert set(found["estimates"]) == set(METHODS)
    for name, plain in found["estimates"].items():
        expected = estimate("Li6PS5Br", name)
        for key in ("value", "lower", "upper", "unit", "applicability", "method", "trained_on"):
            assert plain[key] == getattr(expected, key), name
        assert plain["mark"] == "estimated"
        assert plain["lower"] <= plain["value"] <= plain["upper"]


def test_the_table_has_value_interval_applicability_method_and_training(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["estimate", "Li6PS5Br", "--property", "ionic_conductivity"]) == 0
    text = capsys.readouterr().out
    expected = estimate("Li6PS5Br")
    row = next(line for line in text.splitlines() if line.startswith("ionic_conductivity "))
    assert f"{expected.value * 10.0:.3g} mS/cm" in row  # the unit of the field
    assert row.endswith(f"{expected.applicability:.2f} {applicability_words(expected.applicability)}")
    plain = " ".join(text.split())
    assert f"{expected.method}; trained on {expected.trained_on}" in plain
    assert all(len(line) <= 100 for line in text.splitlines())


def test_words_follow_the_applicability() -> None:
    words = [applicability_words(share) for share in (0.0, 0.1, 0.5, 1.0)]
    assert words == ["do not use", "far from them", "at their edge", "like the training data"]


def test_the_library_stands_beside_its_estimate_and_wins(capsys: pytest.CaptureFixture[str]) -> None:
    found = told(capsys, "Li12P2S10Cl2", "--property", "ionic_conductivity")  # two times Li6PS5Cl
    row = found["measured"]["Li6PS5Cl"]["ionic_conductivity"]
    entry = load("Li6PS5Cl").entry("ionic_conductivity")
    assert (row["value"], row["source"], row["mark"]) == (entry.at(entry.temperature), entry.source, entry.mark)
    assert main(["estimate", "Li6PS5Cl"]) == 0
    text = capsys.readouterr().out
    assert "  library: Li6PS5Cl" in text
    assert f"{entry.source} [{entry.mark}]" in text
    assert "A measured number wins" in " ".join(text.split())
    assert main(["estimate", "Li6PS5Br"]) == 0
    assert "library" not in capsys.readouterr().out


def test_a_formula_that_is_also_a_name_is_warned_of(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "LiPON")["warnings"] == [
        "LiPON is read as a formula; of the substance of that name tells `lisse materials LiPON`"
    ]
    assert told(capsys, "Li6PS5Cl")["warnings"] == []


def test_compositions_of_the_library_are_found_whatever_their_form() -> None:
    assert [m.name for m in measured_substances("Li3PS4")] == [
        "Li3PS4",
        "Li3PS4-beta",
        "Li3PS4-crystal",
        "Li3PS4-gamma",
    ]
    assert [m.name for m in measured_substances("Li14La6Zr4O24")] == ["LLZO-tetragonal"]
    assert measured_substances("Li3YCl6") == ()
    assert formula_of(load("LATP")) == "Li1.3Al0.3Ti1.7(PO4)3"
    assert formula_of(load("PEO-LiTFSI")) is None


def test_a_lattice_is_read_with_its_units(capsys: pytest.CaptureFixture[str]) -> None:
    lattice = told(capsys, "Li3YCl6", "--lattice", CELL)["lattice"]
    assert (lattice["a"], lattice["b"], lattice["c"]) == pytest.approx((11.2e-10, 11.2e-10, 6.04e-10))
    assert lattice["gamma"] == pytest.approx(2.0943951)
    assert (lattice["formula_units"], lattice["space_group"]) == (3.0, 164)


def test_a_known_number_is_not_estimated(capsys: pytest.CaptureFixture[str]) -> None:
    found = told(capsys, "Li6PS5Br", "--known", "ionic_conductivity=1 mS/cm")
    assert found["known"] == {"ionic_conductivity": pytest.approx(0.1)}
    assert "ionic_conductivity" not in found["estimates"]
    assert found["not_estimated"]["ionic_conductivity"] == "it is given"


def test_the_activation_energy_follows_the_conductivity(capsys: pytest.CaptureFixture[str]) -> None:
    """That of a known conductivity is narrower than that of an estimated one, and both lie on the rule."""
    free = told(capsys, "Li6PS5Br")["activation_energy"]
    held = told(capsys, "Li6PS5Br", "--known", "ionic_conductivity=1 mS/cm", "--property", "activation_energy")
    energy = held["activation_energy"]
    assert energy["value"] == activation_energy(0.1).value
    assert energy["unit"] == "J/mol"
    assert held["estimates"] == {}
    assert free["upper"] - free["lower"] > energy["upper"] - energy["lower"]
    assert told(capsys, "Li6PS5Br", "--property", "density")["activation_energy"] is None
    assert main(["estimate", "Li6PS5Br", "--property", "activation_energy"]) == 0
    assert f"{free['value'] / FARADAY:.3g} eV" in capsys.readouterr().out


def test_an_activation_energy_is_no_better_than_the_conductivity_behind_it(capsys: pytest.CaptureFixture[str]) -> None:
    far = told(capsys, "LiPF6", "--property", "ionic_conductivity", "activation_energy")
    assert far["estimates"]["ionic_conductivity"]["applicability"] < 0.2
    warnings = far["estimates"]["ionic_conductivity"]["warnings"]
    assert warnings
    assert set(warnings) <= set(far["activation_energy"]["warnings"])
    assert told(capsys, "Li6PS5Br")["activation_energy"]["warnings"] == []


def test_a_cif_is_an_average_formula_with_a_cell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "garnet.cif"
    file.write_text(garnet(), encoding="utf-8")
    found = told(capsys, str(file))
    assert found["formula"] == "Li6.4La3Zr1.4Ta0.6O12"
    assert found["lattice"]["formula_units"] == 1.0
    assert set(found["measured"]) == {"LLZTO"}
    exact = load("LLZTO").entry("density")
    assert found["estimates"]["density"]["value"] == pytest.approx(exact.at(exact.temperature), rel=0.02)


def test_what_a_file_contradicts_is_warned_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "salt.cif"
    file.write_text(lithium_fluoride().replace("data_test", "data_test\n_chemical_formula_sum 'Li2 F'"), "utf-8")
    assert main(["estimate", str(file), "--property", "density"]) == 0
    assert "warning: the formula of the file is Li2F, its atoms make LiF" in capsys.readouterr().out


BAD = [
    (["Li6PS5C1x"], "formula: got 'Li6PS5C1x'"),
    (["li6ps5cl"], "formula: got 'li6ps5cl'"),
    (["Li7La3Zr2O12 * H2O"], "without the dot"),
    (["Li3YCl5"], "charge-neutral under common oxidation states"),
    (["Na3PS4"], "one with lithium"),
    (["Li2PuO3"], "got 'Pu'; allowed: an element of the table"),
    (["LLZO"], "LLZO is measured: `lisse materials LLZO`; its formula is Li6.25Al0.25La3Zr2O12"),
    (["LAGP"], "LAGP is measured: `lisse materials LAGP`; its formula is Li1.5Al0.5Ge1.5(PO4)3"),
    (["Li6PS5Cl", "--property", "ionic_conductivty"], "Did you mean 'ionic_conductivity'?"),
    (["Li6PS5Cl", "--property", "contact_angle"], "There is no estimate of contact_angle: it must be measured"),
    (["Li6PS5Cl", "--known", "density"], "a property with its number"),
    (["Li6PS5Cl", "--known", "densty=2 g/cm^3"], "Did you mean 'density'?"),
    (["Li6PS5Cl", "--known", "density=2"], "The unit is missing"),
    (["Li6PS5Cl", "--known", "density=nan g/cm^3"], "a finite number"),
    (["Li6PS5Cl", "--known", "density=-2 g/cm^3"], "--known density"),
    (["Li6PS5Cl", "--known", "density=2 g/cm^3", "--known", "density=3 g/cm^3"], "one number for density"),
    (["Li6PS5Cl", "--lattice", "9.85"], "a, b, c, alpha, beta, gamma, Z, space_group, each once"),
    (["Li6PS5Cl", "--lattice", "a=9.85 angstrom"], "Z is missing"),
    (["Li6PS5Cl", "--lattice", "a=-9.85 angstrom, Z=4"], "lattice a is wrong"),
    (["Li6PS5Cl", "--lattice", "a=nan angstrom, Z=4"], "--lattice a: got 'nan angstrom'"),
    (["Li6PS5Cl", "--lattice", "a=9.85 angstrom, gamma=190 deg, Z=4"], "lattice gamma is wrong"),
    (["Li6PS5Cl", "--lattice", "a=9.85 angstrom, Z=4, space_group=F-43m"], "1 to 230"),
    (["Li6PS5Cl", "--lattice", "a=9.85 angstrom, Z=4, space_group=231"], "space_group is wrong"),
    (["Li6PS5Cl", "--lattice", "a=9.85, Z=4"], "The unit is missing"),
    (["absent.cif"], "There is no such file"),
    (["Li6PS5Cl", "--atomistic"], "a CIF: a formula has no atoms to compute from"),
    (["Li6PS5Cl", "--checkpoint", "a.json"], "only together with --atomistic"),
    ([], "FORMULA_OR_CIF"),
    (["Li" * 200], "at most 200 characters"),
]


@pytest.mark.parametrize(("arguments", "message"), BAD, ids=[message[:25] for _, message in BAD])
def test_bad_input_is_one_line(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["estimate", *arguments]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert message in printed.err


def test_a_broken_cif_is_refused_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "broken.cif"
    file.write_text(lithium_fluoride().replace("F1 F 0.5 0.5 0.5 1", "F1 F 0.5 0.5 1"), "utf-8")
    assert main(["estimate", str(file)]) == 2
    assert "broken.cif, line 211: CIF: got '11 values for 6 columns" in capsys.readouterr().err
    file.write_text(lithium_fluoride().replace(" F ", " Na "), "utf-8")
    assert main(["estimate", str(file)]) == 2
    assert "broken.cif: formula LiNa: got" in capsys.readouterr().err


def test_a_cell_beside_a_cif_and_a_text_file_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.cif"
    file.write_text(lithium_fluoride(), "utf-8")
    assert main(["estimate", str(file), "--lattice", CELL]) == 2
    assert "nothing beside a CIF" in capsys.readouterr().err
    notes = tmp_path / "notes.txt"
    notes.write_text("Li6PS5Cl", "utf-8")
    assert main(["estimate", str(notes)]) == 2
    assert "whose name ends in .cif" in capsys.readouterr().err


def test_what_cannot_be_computed_from_atoms_is_refused_before_any_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "garnet.cif"
    file.write_text(garnet(), "utf-8")
    assert main(["estimate", str(file), "--atomistic"]) == 2
    assert "disordered" in capsys.readouterr().err
    file.write_text(large_salt(), "utf-8")
    assert main(["estimate", str(file), "--atomistic"]) == 2
    printed = capsys.readouterr().err
    assert "2000 atoms" in printed
    assert printed.count("\n") == 1
    assert main(["estimate", str(file), "--property", "density"]) == 0  # estimates need no more than the formula


# -- whatever is typed -------------------------------------------------------------------------------------------------

SYMBOLS = sorted(elements())
PIECE = st.tuples(
    st.sampled_from(SYMBOLS + ["Li"] * 20 + ["O", "S", "Cl", "P"] * 5),
    st.sampled_from(["", "2", "3", "0.5", "1.25", "12", "7"]),
).map("".join)


def neutral(symbol: str, anion: str, lithium: int, amount: int) -> str:
    """A formula of lithium, any element in its first state and an anion, with the charges cancelled."""
    state, charge = elements()[symbol].states[0], elements()[anion].states[0]
    positive = lithium + (state * amount if state > 0 else 0)
    return f"Li{lithium}{symbol}{amount}{anion}{positive / abs(charge):.6g}"


TYPED = st.one_of(
    st.builds(
        neutral, st.sampled_from(SYMBOLS), st.sampled_from(["O", "S", "F", "Cl"]), st.integers(1, 40), st.integers(1, 9)
    ),
    st.text(max_size=12),
    st.text(string.ascii_letters + string.digits + "().- ", max_size=16),
    st.lists(PIECE, min_size=1, max_size=6).map("".join),
    st.builds("Li{}{}".format, st.integers(0, 99), st.lists(PIECE, min_size=1, max_size=3).map("".join)),
)


@settings(max_examples=120, deadline=None)
@example("Li0.0001Na0.9999Cl")
@example("Li2O2")
@example("LiH")
@example("Li99O49.5")
@example("Li9999.9F9999.9")
@example("Li3N")
@example("Li1e5O")
@example("--property")
@given(TYPED)
def test_no_formula_gives_a_traceback_or_a_confident_number(formula: str) -> None:
    """An error in one line, or estimates; confident only where the training data hold every element of the formula."""
    if main(["estimate", "--json", "--", formula]) != 0:
        return
    trained = load_model("composition").elements
    for name in METHODS:
        found = estimate(formula, name)
        assert_modest(found, name)
        if name == "ionic_conductivity" and not set(trained).issuperset(composition(formula).amounts):
            assert found.applicability == 0.0


@settings(max_examples=60, deadline=None)
@given(st.text(string.ascii_letters + string.digits + "=,.- ", max_size=40), st.text(max_size=20))
def test_no_cell_or_known_number_gives_a_traceback(cell: str, known: str) -> None:
    quick = ["estimate", "Li6PS5Cl", "--property", "density"]
    assert main([*quick, f"--lattice={cell}"]) in (0, 2)
    assert main([*quick, f"--lattice=a={cell}, Z=4"]) in (0, 2)
    assert main([*quick, f"--known={known}"]) in (0, 2)
    assert main([*quick, f"--known=youngs_modulus={known}"]) in (0, 2)


def assert_modest(found: Estimate, name: str) -> None:
    PROPERTIES[name].check(found.value)
    assert found.lower <= found.value <= found.upper
    assert 0.0 <= found.applicability <= 1.0
    if found.applicability < 0.2:
        assert found.warnings, name


@pytest.mark.parametrize("formula", ["Li3UF7", "LiRbCsAuF4", "Li2TcO3"])
def test_an_element_that_no_training_data_hold_has_no_applicability(formula: str) -> None:
    found = estimate(formula)
    assert found.applicability == 0.0
    assert "do not use" in " ".join(found.warnings)
