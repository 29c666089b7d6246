"""A CIF as estimates need it: atoms counted by symmetry and occupancy, and errors that name the line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cif_texts import P3, cif, face_centred_cubic, garnet, lithium_fluoride
from lisse.errors import InvalidInput
from lisse.materials.estimates.cif import CifCrystal, read_cif
from lisse.materials.estimates.cif_symmetry import read_operation
from lisse.materials.estimates.cif_text import read_blocks
from lisse.materials.estimates.formula import parse_formula

CUBE = (4.03, 4.03, 4.03, 90, 90, 90)


def crystal(tmp_path: Path, text: str) -> CifCrystal:
    file = tmp_path / "a.cif"
    file.write_text(text, encoding="utf-8")
    return read_cif(file)


def test_rock_salt_has_four_formula_units(tmp_path: Path) -> None:
    found = crystal(tmp_path, lithium_fluoride())
    assert (found.formula, found.atoms, found.disordered, found.warnings) == ("LiF", 8.0, False, ())
    assert found.lattice is not None
    assert found.lattice.formula_units == 4.0
    assert found.lattice.volume == pytest.approx(4.03e-10**3)


def test_the_conventional_and_the_listed_cell_say_the_same(tmp_path: Path) -> None:
    """Antifluorite Li2O: eight lithium in the cube, by 192 operations or one by one."""
    short = cif(CUBE, ["Li1 Li 0.25 0.25 0.25 1", "O1 O 0 0 0 1"], face_centred_cubic())
    quarters = [(x, y, z) for x in (0.25, 0.75) for y in (0.25, 0.75) for z in (0.25, 0.75)]
    corners = [(0, 0, 0), (0, 0.5, 0.5), (0.5, 0, 0.5), (0.5, 0.5, 0)]
    rows = [f"Li{n} Li {x} {y} {z} 1" for n, (x, y, z) in enumerate(quarters)]
    rows += [f"O{n} O {x} {y} {z} 1" for n, (x, y, z) in enumerate(corners)]
    one, other = crystal(tmp_path, short), crystal(tmp_path, cif(CUBE, rows))
    assert one == other
    assert one.formula == "Li2O"


def test_a_disordered_crystal_has_its_average_composition(tmp_path: Path) -> None:
    found = crystal(tmp_path, garnet())
    assert found.disordered
    assert found.formula == "Li6.4La3Zr1.4Ta0.6O12"
    assert found.lattice is not None
    assert (found.lattice.formula_units, found.lattice.space_group) == (1.0, None)
    assert found.warnings == ("the file says P1, as a list of atoms does: the space group is taken as not known",)


STRUCTURES = {
    "LLZO-tetragonal": ({"Li": 7, "La": 3, "Zr": 2, "O": 12}, 8.0, 142),
    "Li3PS4-beta": ({"Li": 3, "P": 1, "S": 4}, 4.0, 62),
    "Li2S": ({"Li": 2, "S": 1}, 4.0, None),
}


@pytest.mark.parametrize("name", STRUCTURES)
def test_a_structure_of_the_examples_is_that_of_its_name(name: str) -> None:
    amounts, units, group = STRUCTURES[name]
    found = read_cif(Path(__file__).resolve().parents[2] / "examples/structures" / f"{name}.cif")
    assert dict(parse_formula(found.formula)) == amounts
    assert found.lattice is not None
    assert (found.lattice.formula_units, found.lattice.space_group) == (units, group)
    assert found.atoms == units * sum(amounts.values())


def test_rounded_thirds_are_one_atom(tmp_path: Path) -> None:
    rows = ["Y1 Y 0 0 0 1", "Y2 Y 0.333 0.667 0.49 1", "Li1 Li 0.3397 0 0 1", "Cl1 Cl 0.11 0.2 0.3 1"]
    found = crystal(tmp_path, cif((11.2, 11.2, 6.04, 90, 90, 120), rows, P3))
    assert found.atoms == 8.0
    assert found.formula == "Li3Y2Cl3"


def test_numbers_may_have_uncertainties_and_labels_may_stand_for_elements(tmp_path: Path) -> None:
    text = lithium_fluoride().replace("_cell_length_a 4.03", "_cell_length_a 4.0300(12)")
    text = text.replace("_atom_site_type_symbol\n", "").replace("Li1 Li 0 0 0", "LI1A 0.0(1) 0 0").replace("F1 F", "F1")
    assert crystal(tmp_path, text).formula == "LiF"


def test_dotted_tags_text_fields_and_capitals_are_read(tmp_path: Path) -> None:
    text = lithium_fluoride().replace("_cell_length_", "_CELL.length_")
    text = text.replace("data_test", "DATA_test\n_publ_section_title\n;\nloop_ data_no _cell\n;")
    assert crystal(tmp_path, text).formula == "LiF"


@pytest.mark.parametrize("name", ["Li4 F4", "F Li", "Li1 F1", "Li1.0 F"])
def test_the_formula_of_the_file_agrees_whatever_its_multiple(tmp_path: Path, name: str) -> None:
    text = lithium_fluoride().replace(
        "data_test", f"data_test\n_chemical_formula_sum '{name}'\n_cell_formula_units_Z 4"
    )
    found = crystal(tmp_path, text)
    assert (found.formula, found.warnings) == ("LiF", ())
    assert found.lattice is not None
    assert found.lattice.formula_units == 4.0


def test_a_formula_that_its_atoms_contradict_is_told_of(tmp_path: Path) -> None:
    found = crystal(tmp_path, lithium_fluoride().replace("data_test", "data_test\n_chemical_formula_sum 'Li2 F'"))
    assert found.formula == "LiF"
    assert "the formula of the file is Li2F, its atoms make LiF" in found.warnings[0]


def test_a_count_of_formula_units_that_its_atoms_contradict_is_told_of(tmp_path: Path) -> None:
    head = "data_test\n_chemical_formula_sum 'Li F'\n_cell_formula_units_Z 3"
    found = crystal(tmp_path, lithium_fluoride().replace("data_test", head))
    assert found.lattice is not None
    assert found.lattice.formula_units == 4.0
    assert "the file says 3 formula units in the cell, its atoms make 4" in found.warnings[0]


def test_atoms_that_overlap_are_refused_and_split_sites_are_not(tmp_path: Path) -> None:
    """0.4 angstrom apart, across the edge of a skewed cell; half filled they are one atom in two places."""
    cell = (4.03, 6.1, 5.2, 70, 80, 100)
    rows = ["Li1 Li 0.98 0.5 0.5 1", "Li2 Li 0.08 0.5 0.5 1", "F1 F 0.5 0.5 0.5 1", "F2 F 0.5 0 0 1"]
    with pytest.raises(InvalidInput, match=r"Li1 and Li2, 0\.40 angstrom away, hold 2 atoms together"):
        crystal(tmp_path, cif(cell, rows))
    split = [row.replace("0.5 0.5 1", "0.5 0.5 0.5") if row.startswith("Li") else row for row in rows[:3]]
    assert crystal(tmp_path, cif(cell, split)).formula == "LiF"


def test_thousands_of_atoms_at_one_place_are_refused_before_any_pairing(tmp_path: Path) -> None:
    rows = [f"Li{n} Li 0.5 0.5 {0.5 + 1e-6 * n} 0.0001" for n in range(4000)]
    with pytest.raises(InvalidInput, match="4000 places nearly on top of each other"):
        crystal(tmp_path, cif(CUBE, rows))


def test_a_site_without_a_position_needs_the_formula(tmp_path: Path) -> None:
    text = lithium_fluoride().replace("F1 F 0.5 0.5 0.5 1", "F1 F ? ? ? 1")
    with pytest.raises(InvalidInput, match=r"sites without a position: F1'; allowed: a position for every site, or"):
        crystal(tmp_path, text)


def test_formula_units_that_break_whole_atoms_are_not_taken(tmp_path: Path) -> None:
    found = crystal(tmp_path, lithium_fluoride().replace("data_test", "data_test\n_cell_formula_units_Z 7"))
    assert found.formula == "LiF"
    assert found.warnings == ("the file says 7 formula units in the cell, its atoms make 4",)


def test_hydrogen_without_a_site_is_taken_from_the_formula(tmp_path: Path) -> None:
    """Li(OH) as X-rays see it: the hydrogen is in the formula only."""
    rows = ["Li1 Li 0 0 0 1", "Li2 Li 0.5 0.5 0 1", "O1 O 0.5 0 0.2 1", "O2 O 0 0.5 0.8 1", "H1 H . . . 1"]
    head = "_chemical_formula_sum 'Li O H'"
    found = crystal(tmp_path, cif((3.55, 3.55, 4.33, 90, 90, 90), rows, head=head))
    assert found.formula == "LiOH"
    assert found.lattice is not None
    assert found.lattice.formula_units == 2.0
    assert any("hydrogen stands in the formula" in text for text in found.warnings)
    assert any("sites without a position: H1: they are not counted" in text for text in found.warnings)


def test_without_operations_the_formula_is_taken(tmp_path: Path) -> None:
    head = "_chemical_formula_sum 'Li F'\n_symmetry_Int_Tables_number 225"
    rows = ["Li1 Li 0 0 0 1", "F1 F 0.5 0.5 0.5 1"]
    with_units = crystal(tmp_path, cif(CUBE, rows, (), f"{head}\n_cell_formula_units_Z 4"))
    assert with_units.lattice is not None
    assert (with_units.lattice.formula_units, with_units.lattice.space_group) == (4.0, 225)
    assert "its atoms are not counted" in with_units.warnings[0]
    without = crystal(tmp_path, cif(CUBE, rows, (), head))
    assert (without.formula, without.lattice) == ("LiF", None)
    assert any("the cell is not used" in text for text in without.warnings)
    with pytest.raises(InvalidInput, match="atom sites with the symmetry operations"):
        crystal(tmp_path, cif(CUBE, rows, ()))


def test_operations_by_the_thousand_are_refused_before_any_counting(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="CIF: got '5000 symmetry operations'; allowed: at most 1000"):
        crystal(tmp_path, cif(CUBE, ["Li1 Li 0 0 0 1"], ["x, y, z"] * 5000))


BROKEN = [
    ("_cell_length_a 4.03", "_cell_length_a four", r"line 3: _cell_length_a: got 'four'; allowed: a number"),
    ("_cell_length_a 4.03", "_cell_length_a -4.03", r"line 3: _cell_length_a: got '-4.03'; allowed: 0.5 to 1000"),
    ("_cell_length_b 4.03", "_cell_length_b", r"line 4: CIF: allowed: .*a value after _cell_length_b"),
    ("_cell_length_c 4.03\n", "", r"line 2: _cell_length_c: .* The item is missing"),
    ("_cell_angle_gamma 90", "_cell_angle_gamma 190", r"line 8: _cell_angle_gamma: got '190'"),
    ("angle_beta 90\n_cell_angle_gamma 90", "angle_beta 40\n_cell_angle_gamma 40", r"line 3: lattice angles: .*span"),
    ("F1 F 0.5 0.5 0.5 1", "F1 F 0.5 0.5 1", r"line 211: CIF: got '11 values for 6 columns of the loop of line 203'"),
    ("F1 F 0.5 0.5 0.5 1", "F1 F 0.5 0.5 x 1", r"line 211: _atom_site_fract_z: got 'x'"),
    ("F1 F 0.5 0.5 0.5 1", "F1 F 0.5 0.5 1e999 1", r"line 211: _atom_site_fract_z: got '1e999'"),
    ("F1 F 0.5 0.5 0.5 1", "F1 Xx 0.5 0.5 0.5 1", r"line 211: _atom_site_type_symbol: got 'Xx'; allowed: an element"),
    ("F1 F 0.5 0.5 0.5 1", "F1 F 0.5 0.5 0.5 1.7", r"line 211: _atom_site_occupancy: got '1.7'"),
    (
        "F1 F 0.5 0.5 0.5 1",
        "F1 F 0 0 0 1",
        r"line 210: _atom_site_occupancy: got 2.0; .*at the same place hold 2 atoms",
    ),
    ("'x, y, z'", "'x, y'", r"line 11: _symmetry_equiv_pos_as_xyz: got 'x, y'; allowed: an operation"),
    ("'x, y, z'", "'x, y, w'", r"line 11: _symmetry_equiv_pos_as_xyz: got 'x, y, w'"),
    ("'x, y, z'", "'x, x, z'", r"line 11: _symmetry_equiv_pos_as_xyz: got 'x, x, z'"),
    ("'x, y, z'", "'x+1/0, y, z'", r"line 11: _symmetry_equiv_pos_as_xyz: got 'x\+1/0, y, z'"),
    ("_cell_length_a", "_space_group_IT_number 231\n_cell_length_a", r"line 3: space group number: got '231'"),
    ("'x, y, z'", "'x, y, z", r"line 11: CIF: .*a quotation mark at either end"),
    ("data_test", "", r"line 3: CIF: got '_cell_length_a'; allowed: .*a data_ line"),
    ("# a comment", "stray", r"line 1: CIF: got 'stray'; allowed: .*a value after its _tag"),
    ("# a comment", "data_a\n_title\n;\nno end", r"line 3: CIF: allowed: a text between two lines that begin with ;"),
    ("_cell_angle_beta 90", "_cell_angle_alpha 90", r"line 7: CIF: got '_cell_angle_alpha'; allowed: each tag once"),
]


@pytest.mark.parametrize(("old", "new", "message"), BROKEN, ids=[f"{number}" for number in range(len(BROKEN))])
def test_a_broken_file_is_refused_with_the_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = lithium_fluoride()
    assert old in text
    with pytest.raises(InvalidInput, match=rf"a\.cif, {message}"):
        crystal(tmp_path, text.replace(old, new, 1))


def test_a_cell_that_its_atoms_cannot_fill_is_refused(tmp_path: Path) -> None:
    huge = lithium_fluoride().replace("4.03", "40.3")
    with pytest.raises(InvalidInput, match=r"line 3: cell: got '8\.18e\+03 cubic angstrom'; allowed: 4 to 120"):
        crystal(tmp_path, huge)


def test_a_file_has_one_crystal(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"got '2 crystals: test \(line 2\), test \(line \d+\)'; allowed: one"):
        crystal(tmp_path, lithium_fluoride() + lithium_fluoride())
    with pytest.raises(InvalidInput, match="a file with a unit cell"):
        crystal(tmp_path, "data_empty\n_title 'nothing'\n")
    with pytest.raises(InvalidInput, match="There is no such file"):
        read_cif(tmp_path / "absent.cif")
    with pytest.raises(InvalidInput, match="a readable file"):
        read_cif(tmp_path)


def test_columns_of_two_lengths_are_refused(tmp_path: Path) -> None:
    text = lithium_fluoride().replace("_atom_site_occupancy\n", "").replace(" 1\n", "\n")
    with pytest.raises(InvalidInput, match="columns of one length"):
        crystal(tmp_path, text + "loop_\n_atom_site_occupancy\n1\n0.5\n0.5\n")


SIGNED = st.tuples(
    st.permutations([0, 1, 2]),
    st.tuples(*[st.sampled_from([-1, 1])] * 3),
    st.tuples(*[st.sampled_from([0, 1, 2, 3, 4, 6, 8, 9])] * 3),
    st.booleans(),
)


@given(SIGNED)
def test_an_operation_survives_being_written(case: tuple[list[int], tuple[int, ...], tuple[int, ...], bool]) -> None:
    axes, signs, twelfths, first = case
    rotation = np.zeros((3, 3))
    parts = []
    for row, (axis, sign, shift) in enumerate(zip(axes, signs, twelfths, strict=True)):
        rotation[row, axis] = sign
        letter, number = f"{'-' if sign < 0 else '+'}{'xyz'[axis]}", f"+{shift}/12"
        parts.append(f"{number}{letter}" if first else f"{letter}{number}")
    read, moved = read_operation(", ".join(parts), "tag", "file")
    assert np.array_equal(read, rotation)
    assert moved == pytest.approx([shift / 12.0 for shift in twelfths])


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_damage_to_a_file_is_more_than_bad_input(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Cut, doubled or replaced pieces: a crystal or an `InvalidInput`, and nothing else."""
    text = garnet()
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start, min(len(text), start + 60)))
    piece = data.draw(st.one_of(st.just(""), st.just(text[start:end] * 2), st.text(max_size=12)))
    file = tmp_path_factory.mktemp("cif") / "damaged.cif"
    file.write_bytes((text[:start] + piece + text[end:]).encode("utf-8", errors="replace"))
    try:
        found = read_cif(file)
    except InvalidInput:
        return
    assert found.formula


def test_values_keep_their_lines() -> None:
    block = read_blocks("data_a\n_one 'two words'\nloop_\n_b\n_c\n1 2\n3 \"4\"\n", "file")[0]
    assert block.items["_one"][0] == ("two words", 2)
    assert [item.line for item in block.items["_c"]] == [6, 7]
    assert block.one("_none") is None
