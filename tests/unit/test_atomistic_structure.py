"""Reading crystals, refusing what cannot be computed, and slabs of what can."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.materials.atomistic import ATOMISTIC_PROPERTIES, compute, crystal, estimated_time
from lisse.materials.atomistic.structure import formula_of

ase = pytest.importorskip("ase", reason="the extra atomistic is not installed")
pytest.importorskip("spglib", reason="the extra atomistic is not installed")

from ase.build import bulk  # noqa: E402

from lisse.materials.atomistic.crystal_symmetry import conventional_cell, primitive_cell, symmetry_of  # noqa: E402
from lisse.materials.atomistic.slabs import cuts, molecules, plane_basis, planes, slab  # noqa: E402
from lisse.materials.atomistic.supercell import largest_hole, plane_spacings, supercell  # noqa: E402

STRUCTURES = Path(__file__).parents[2] / "examples" / "structures"
SHIPPED = {
    "lithium": ("Li", 1, 229, 0.533),
    "LiF": ("LiF", 2, 225, 2.64),
    "Li2O": ("Li2O", 3, 225, 2.01),
    "Li2S": ("Li2S", 3, 225, 1.64),
    "Li3PS4-gamma": ("Li3PS4", 16, 31, 1.93),
    "Li3PS4-beta": ("Li3PS4", 32, 62, 1.85),
    "LLZO-tetragonal": ("La3Li7Zr2O12", 96, 142, 5.11),
}
CIF = """data_x
_cell_length_a 4
_cell_length_b 4
_cell_length_c 4
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 90
_symmetry_space_group_name_H-M 'P 1'
loop_
_atom_site_label
_atom_site_type_symbol
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
_atom_site_occupancy
{sites}
"""


def cif(folder: Path, *sites: str) -> Path:
    path = folder / "x.cif"
    path.write_text(CIF.format(sites="\n".join(sites)), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_structures_are_what_they_say(name: str) -> None:
    formula, atoms, number, density = SHIPPED[name]
    found = crystal(STRUCTURES / f"{name}.cif")
    primitive = primitive_cell(found)
    assert formula_of(found) == formula
    assert len(primitive) == atoms
    assert symmetry_of(primitive).number == number
    assert found.get_masses().sum() * 1.66053907 / found.get_volume() == pytest.approx(density, rel=0.005)


@pytest.mark.parametrize(
    ("sites", "match"),
    [
        (("Li1 Li 0 0 0 0.5", "F1 F 0.5 0.5 0.5 1"), "Li 0.5.*full sites only"),
        (("Li1 Li 0 0 0 0.7", "Na1 Na 0 0 0 0.3", "F1 F 0.5 0.5 0.5 1"), "Li 0.7, Na 0.3"),
        (("Na1 Na 0 0 0 1", "F1 F 0.5 0.5 0.5 1"), "NaF.*holds lithium"),
        (("Li1 Li 0 0 0 1", "F1 F 0.1 0 0 1"), "0.40 angstrom apart"),
        (("Li1 Li 0 0 0 1", "Li2 Li 0.25 0 0 1", "F1 F 0.5 0.5 0.5 1"), r"1.00 angstrom apart \(Li and Li\)"),
        (("Li1 Li 0 0 ? 1", "F1 F 0.5 0.5 0.5 1"), "whole CIF"),
    ],
)
def test_what_is_no_ordered_lithium_crystal_is_refused(tmp_path: Path, sites: tuple[str, ...], match: str) -> None:
    with pytest.raises(InvalidInput, match=match):
        crystal(cif(tmp_path, *sites))


def test_a_short_bond_is_no_overlap(tmp_path: Path) -> None:
    found = crystal(cif(tmp_path, "Li1 Li 0 0 0 1", "H1 H 0.5 0.5 0.5 1", "H2 H 0.685 0.5 0.5 1"))
    assert formula_of(found) == "LiH2"


@pytest.mark.parametrize("text", ["", "not a cif", CIF[:60], CIF.format(sites="Li1 Li 0"), "\x00\x01"])
def test_a_broken_file_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "broken.cif"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput, match="broken.cif"):
        crystal(path)


def test_a_missing_file_is_named() -> None:
    with pytest.raises(InvalidInput, match="no such file"):
        crystal("/nowhere/x.cif")


def test_a_molecule_is_not_a_crystal() -> None:
    with pytest.raises(InvalidInput, match="three-dimensional"):
        crystal(ase.Atoms("LiF", positions=[(0, 0, 0), (1.6, 0, 0)]))
    with pytest.raises(InvalidInput, match="slab or a molecule"):
        crystal(ase.Atoms("LiF", positions=[(0, 0, 0), (1.6, 0, 0)], cell=[20, 20, 20], pbc=True))


def test_a_crystal_comes_back_plain() -> None:
    from ase.calculators.lj import LennardJones

    given = bulk("Li")
    given.calc = LennardJones()
    assert crystal(given).calc is None
    assert given.calc is not None


def test_large_cells_are_refused_before_anything_is_loaded() -> None:
    big = bulk("LiF", "rocksalt", a=4.0).repeat(10)
    big.positions += np.random.default_rng(0).normal(scale=0.1, size=big.positions.shape)
    with pytest.raises(InvalidInput, match=r"2000 atoms in the primitive cell.*on one core"):
        compute(big, ["bulk_modulus"], ["sevennet", "chgnet"])


@pytest.mark.parametrize(
    ("properties", "potentials", "match"),
    [
        (["hardness"], ["sevennet"], "hardness"),
        ([], ["sevennet"], "at least one"),
        (["density"], [], "one or more"),
        (["density"], ["mace"], "sevennet, chgnet"),
        (["bulk_modulos"], ["sevennet"], "bulk_modulus"),
    ],
)
def test_unknown_words_are_refused(properties: list[str], potentials: list[str], match: str) -> None:
    with pytest.raises(InvalidInput, match=match):
        compute(STRUCTURES / "LiF.cif", properties, potentials)


def test_the_time_of_everything_is_estimated_beforehand() -> None:
    small = estimated_time(STRUCTURES / "LiF.cif", ["density"])
    large = estimated_time(STRUCTURES / "LLZO-tetragonal.cif", list(ATOMISTIC_PROPERTIES))
    assert small < 60
    assert large > 3600


def test_a_supercell_keeps_images_apart_with_few_atoms() -> None:
    cell = supercell(primitive_cell(crystal(STRUCTURES / "LiF.cif")), 7.5)
    assert plane_spacings(cell.cell).min() >= 7.5
    assert len(cell) <= 64


@pytest.mark.parametrize("name", ["LiF", "Li2O", "LLZO-tetragonal"])
def test_a_supercell_neither_turns_nor_moves_the_atoms(name: str) -> None:
    atoms = primitive_cell(crystal(STRUCTURES / f"{name}.cif"))
    atoms.positions += [0.3, -0.2, 0.7]
    cell = supercell(atoms, 7.5)
    inverse = np.linalg.inv(np.asarray(cell.cell))
    for number, place in zip(atoms.numbers, atoms.positions, strict=True):
        apart = (cell.positions - place) @ inverse
        nearest = np.linalg.norm((apart - np.round(apart)) @ np.asarray(cell.cell), axis=1)
        assert nearest.min() < 1e-6
        assert cell.numbers[nearest.argmin()] == number


def test_the_largest_hole_of_rock_salt_is_its_tetrahedral_site() -> None:
    cell = crystal(STRUCTURES / "LiF.cif")
    where, radius = largest_hole(cell, 0.2)
    assert radius == pytest.approx(4.026 * 3**0.5 / 4, abs=0.1)
    offset = where / 4.026 * 4 % 2
    np.testing.assert_allclose(offset, 1.0, atol=0.2)


def test_planes_of_a_cubic_crystal_are_distinct_and_the_widest_first() -> None:
    atoms = primitive_cell(crystal(STRUCTURES / "LiF.cif"))
    conventional = np.asarray(conventional_cell(atoms).cell)
    found = planes(atoms.cell, symmetry_of(atoms).rotations)
    normals = [np.linalg.inv(np.asarray(atoms.cell)) @ np.array(plane) for plane in found]
    indices = [tuple(sorted(np.abs(np.round(conventional @ n).astype(int)).tolist())) for n in normals]
    assert indices[:3] == [(1, 1, 1), (0, 0, 2), (0, 2, 2)]
    assert len(set(indices)) == len(indices)


@pytest.mark.parametrize("plane", [p for p in itertools.product((0, 1), (0, 1, -1), (0, 1)) if any(p)])
def test_the_basis_of_a_plane_spans_the_lattice(plane: tuple[int, int, int]) -> None:
    atoms = primitive_cell(crystal(STRUCTURES / "Li3PS4-gamma.cif"))
    basis = plane_basis(atoms.cell, plane)
    assert round(abs(np.linalg.det(basis))) == 1
    assert (basis @ np.array(plane)).tolist() == [0, 0, 1]
    assert np.linalg.det(basis @ np.asarray(atoms.cell)) > 0


@pytest.mark.parametrize("name", ["LiF", "Li3PS4-gamma", "Li3PS4-beta"])
def test_slabs_keep_the_composition_and_tear_no_molecule(name: str) -> None:
    atoms = primitive_cell(crystal(STRUCTURES / f"{name}.cif"))
    whole = sorted(np.unique(molecules(atoms)[0], return_counts=True)[1].tolist())
    made = 0
    for plane in planes(atoms.cell, symmetry_of(atoms).rotations)[:3]:
        for cut in cuts(atoms, plane):
            found = slab(atoms, cut, 8.0, 12.0)
            assert formula_of(found) == formula_of(atoms)
            assert np.ptp(found.positions[:, 2]) + 12.0 == pytest.approx(found.cell[2, 2])
            units = sorted(np.unique(molecules(found)[0], return_counts=True)[1].tolist())
            assert units == sorted(whole * (len(found) // len(atoms)))
            made += 1
    assert made >= 2


def test_bonds_stay_as_long_as_in_the_crystal() -> None:
    from ase.neighborlist import neighbor_list

    atoms = primitive_cell(crystal(STRUCTURES / "LiF.cif"))
    plane = planes(atoms.cell, symmetry_of(atoms).rotations)[1]
    found = slab(atoms, cuts(atoms, plane)[0], 8.0, 12.0)
    inside = neighbor_list("d", found, 2.9)
    np.testing.assert_allclose(np.unique(np.round(inside, 4)), [2.013, 2.8468], atol=2e-4)
    assert len(found) // 2 * 2 == len(found)
