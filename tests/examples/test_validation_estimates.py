"""The figures in the text of the validation of the estimates are those that the code gives."""

import re
from pathlib import Path

import numpy as np
import pytest

from example_scripts import LARGEST_PICTURE, as_module
from lisse.materials import load, names
from lisse.materials.estimates.composition import composition
from lisse.materials.estimates.obelix import read_obelix
from lisse.materials.estimates.train_relations import TOUGHNESS_ROWS
from lisse.units import parse_quantity


@pytest.fixture(scope="module")
def compare(repository):
    return as_module(repository / "validation" / "estimates" / "compare.py", "compare_estimates")


@pytest.fixture(scope="module")
def page(repository) -> str:
    return (repository / "validation" / "estimates" / "README.md").read_text("utf-8")


@pytest.fixture(scope="module")
def found(compare):
    return compare.comparisons()


def of(found, name, *substances):
    return [each for each in found if each.property == name and (not substances or each.substance in substances)]


def test_tables_are_those_in_the_text(compare, page):
    for line in compare.lines():
        assert line in page


def test_update_leaves_a_fresh_page_alone(compare, page, tmp_path):
    copy = tmp_path / "README.md"
    copy.write_text(page, "utf-8")
    compare.update(copy)
    assert copy.read_text("utf-8") == page


def test_every_row_left_out_is_in_the_library(compare):
    rows = {
        f"{key} {entry.row}"
        for name in names()
        for key, kept in load(name).properties.items()
        for entry in kept.entries
    }
    assert compare.DATA["left_out"].keys() <= rows


def test_rows_of_the_table_have_units_of_their_properties(compare):
    for row in compare.DATA["rows"]:
        assert composition(row["formula"])
        assert row.keys() & set(compare.DATA["properties"])
    assert parse_quantity(compare.DATA["rows"][2]["density"][0], "kg/m3") == pytest.approx(1630.0)


def test_conductivities_are_of_compositions_without_training_data(compare, shared_data):
    known = [row.composition.fractions for row in read_obelix(shared_data).rows]
    for formula in compare.DATA["unseen"]:
        own = composition(formula).fractions
        nearest = min(sum(abs(own.get(s, 0.0) - each.get(s, 0.0)) for s in {*own, *each}) for each in known)
        assert nearest > 0.02, formula


def test_no_density_comes_from_the_cells_of_the_training_data(compare, found):
    for each in of(found, "density"):
        if each.substance in names():
            entry = next(e for e in load(each.substance).properties["density"].entries if e.row == each.row)
            assert entry.source != "therrien2025"


def test_a_toughness_is_estimated_from_the_other_substances(compare, found):
    """The factor goes up without the substance that is below the mean, and down without the one above it."""
    ratios = compare.toughness_ratios()
    mean = np.mean(list(ratios.values()))
    assert len(ratios) == len(TOUGHNESS_ROWS)
    for each in of(found, "fracture_toughness"):
        formula = next(formula for name, _, formula in TOUGHNESS_ROWS if name == each.substance)
        whole = compare.estimated("fracture_toughness", formula).value
        assert (each.estimate.value > whole) == (ratios[each.substance] < mean)


def test_sentences(found, page):
    text = " ".join(page.split())
    known = [each for each in of(found, "density") if each.estimate.applicability > 0.4]
    assert max(abs(np.expm1(each.error)) for each in known) == pytest.approx(0.12, abs=0.005)
    assert "right to 12 % where the elements are known" in text
    layered = of(found, "density", "LCO", "NMC811")
    assert [round(each.estimate.applicability, 2) for each in layered] == [0.27, 0.0]
    oxides = ("LLZO", "LLZTO", "LATP", "LAGP", "Li2O", "Li3PO4")
    moduli = [each for name in ("youngs_modulus", "shear_modulus") for each in of(found, name, *oxides)]
    assert max(abs(np.expm1(each.error)) for each in moduli) == pytest.approx(0.3, abs=0.02)
    soft = of(found, "shear_modulus", "Li10GeP2S12", "Li6PS5Cl", "Li3PS4-beta", "Li3PS4-crystal")
    ratios = [np.exp(-each.error) for each in soft]
    assert (round(min(ratios), 1), round(max(ratios), 1)) == (0.4, 1.2)
    both = [*of(found, "youngs_modulus"), *of(found, "shear_modulus")]
    inside, rows = sum(each.inside for each in both), len(both)
    assert f"cover {inside} of {rows} rows" in text
    missed = {each.row for each in both if not each.inside}
    assert missed == {"LGPS-M1a", "ARG-M1", "LPS-M2", "LCO-2", "CMP-1"}
    tough = {each.substance: np.exp(abs(each.error)) for each in of(found, "fracture_toughness")}
    assert round(tough["Li3PS4"], 1) == 1.8
    assert max(tough.values()) < 1.85
    salts = [each for each in of(found, "ionic_conductivity") if each.substance != "Li7P3S11"]
    assert all(each.inside and each.estimate.applicability < 0.01 for each in salts)
    new = [-each.error / np.log(10.0) for each in of(found, "ionic_conductivity", "Li7P3S11")]
    assert 1.5 < min(new) < max(new) < 3.5


def test_summary_of_all_pages_says_the_same(compare, found, repository):
    text = (repository / "validation" / "README.md").read_text("utf-8")
    line = next(line for line in text.splitlines() if "estimates/README.md" in line)
    both = [each for each in found if each.property in ("youngs_modulus", "shear_modulus")]
    assert f"{sum(each.inside for each in both)} of {len(both)} rows" in line


def test_picture(compare, tmp_path):
    compare.draw(tmp_path / "picture.png")
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "picture.png").stat().st_size < LARGEST_PICTURE


def test_examples_of_the_page_run(repository: Path, capsys):
    text = (repository / "docs" / "explanation" / "estimates_mechanics.md").read_text("utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        exec(compile(block, "page", "exec"), {})
    said = capsys.readouterr().out
    assert "fracture_toughness" in said
    assert re.search(r"Ea 0\.\d\d eV \(0\.\d\d to 0\.\d\d\)", said)
