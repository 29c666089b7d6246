"""The figures in the texts about polymer with ceramic are those that the code gives, and its formulas are right."""

import math
import re
from pathlib import Path

import numpy as np
import pytest

from example_scripts import LARGEST_PICTURE, as_module
from lisse import theory
from lisse.references import reference
from lisse.units import FARADAY, parse_quantity

MARKS = {"S", "S*", "L", "U"}


@pytest.fixture(scope="module")
def interface(repository):
    return as_module(repository / "validation" / "interface_resistance" / "compare.py", "compare_interface_resistance")


@pytest.fixture(scope="module")
def loading(repository, interface):
    return as_module(repository / "validation" / "hybrid_loading" / "compare.py", "compare_hybrid_loading")


def page(repository: Path, folder: str) -> str:
    return (repository / "validation" / folder / "README.md").read_text("utf-8")


def words(text: str) -> str:
    return " ".join(text.split())


# pages ---------------------------------------------------------------------------------------------------------------


def test_tables_are_those_in_the_texts(interface, loading, repository):
    for module, folder in ((interface, "interface_resistance"), (loading, "hybrid_loading")):
        text = page(repository, folder).splitlines()
        missing = [line for line in module.lines() if line and line not in text]
        assert missing == []


def test_update_leaves_fresh_pages_alone(interface, loading, repository, tmp_path):
    evidence = repository / "docs" / "explanation" / "hybrid_evidence.md"
    for module, source in (
        (interface, interface.HERE / "README.md"),
        (loading, loading.HERE / "README.md"),
        (loading, evidence),
    ):
        copy = tmp_path / "page.md"
        copy.write_text(source.read_text("utf-8"), "utf-8")
        module.update(copy)
        assert copy.read_text("utf-8") == source.read_text("utf-8")
    held = evidence.read_text("utf-8").splitlines()
    assert set(interface.measured_lines()) | set(loading.sign_lines()) <= set(held)


def test_every_row_has_a_mark_and_a_source_that_says_how_it_was_read(interface, loading):
    rows = [*interface.DATA["measured"], *interface.DATA["barriers"], interface.DATA["segmental"]]
    rows += [*loading.DATA["sets"], *loading.DATA["signs"], *loading.DATA["said"]]
    for row in rows:
        assert row["mark"] in MARKS
        note = reference(row["reference"]).note
        assert ("memory" in note) if row["mark"] == "L" else ("read" in note), row["reference"]


def test_both_folders_stand_in_the_table_of_all_pages(repository):
    text = (repository / "validation" / "README.md").read_text("utf-8")
    assert "(interface_resistance/README.md)" in text
    assert "(hybrid_loading/README.md)" in text


def test_picture(loading, tmp_path):
    loading.draw(tmp_path / "picture.png")
    found = (tmp_path / "picture.png").read_bytes()
    assert found.startswith(b"\x89PNG")
    assert len(found) < LARGEST_PICTURE


# interface resistance ------------------------------------------------------------------------------------------------


def test_barrier_and_resistance_are_each_other_turned_round(interface):
    for *_, at, value in interface.resistances():
        assert interface.resistance_behind(interface.barrier(value, at), at) == pytest.approx(value, rel=1e-12)
        tenfold = interface.barrier(10.0 * value, at) - interface.barrier(value, at)
        assert tenfold == pytest.approx(8.314462618 * at * math.log(10.0) / FARADAY, rel=1e-12)
    assert interface.barrier(10.0, 303.15) - interface.barrier(1.0, 303.15) == pytest.approx(0.060, abs=5e-4)


def test_exchange_time_empties_a_sphere_by_the_exchange_current(interface):
    """Counted: the charge of the ions in a sphere over the current that crosses its surface."""
    radius, at, concentration, time = 4e-7, 320.0, 9000.0, 0.07
    value = interface.resistance_of_exchange(time, radius, at, concentration)
    charge = FARADAY * concentration * 4.0 / 3.0 * math.pi * radius**3
    current = interface.exchange_current(value, at) * 4.0 * math.pi * radius**2
    assert charge / current == pytest.approx(time, rel=1e-12)


def test_labelled_ions_leave_in_that_time(interface):
    """Ions drawn at random cross the surface each way: those that were inside decay as exp(-t/tau)."""
    rng = np.random.default_rng(5)
    ions, outside, step, tau = 2000, 200_000, 0.02, 1.0
    marked = np.zeros(ions + outside, dtype=bool)
    marked[:ions] = True
    for _ in range(round(1.0 / step)):
        count = rng.poisson(ions * step / tau)
        inner, outer = rng.integers(0, ions, count), ions + rng.integers(0, outside, count)
        marked[inner], marked[outer] = marked[outer], marked[inner]
    assert marked[:ions].mean() == pytest.approx(math.exp(-1.0), abs=4.0 * math.sqrt(0.23 / ions))


def test_break_even_of_the_cations_is_where_spheres_do_nothing(interface):
    whole, cations, _ = interface.polymer()
    for radius, _, even in interface.exchanges():
        sphere = theory.interface_resistance_inclusion(cations * whole, 0.29284881642396055, 0.3, radius, even)
        assert float(sphere) == pytest.approx(cations * whole, rel=1e-6)
    inside = interface.radius_of_indifference()
    assert inside == pytest.approx(0.17e-6, abs=0.005e-6)


def test_sentences_of_the_interfaces(interface, repository):
    text = words(page(repository, "interface_resistance"))
    found = {name: interface.barrier(value, at) for name, _, at, value in interface.resistances()}
    one, two = found["Chen, dry, as one interface"], found["Chen, dry, as two interfaces"]
    assert f"a barrier of {two:.2f} to {one:.2f} eV" in text
    assert f"asks for {found['Chen, with dimethyl carbonate']:.2f} eV or less" in text
    touching = [(value * 1e4, interface.barrier(value, at)) for name, _, at, value in interface.resistances()[-2:]]
    (low, first), (high, second) = touching
    assert f"{low:.0f} to {high:.0f} ohm cm2 and {first:.2f} to {second:.2f} eV" in text
    exchanged = [value * 1e4 for _, value, _ in interface.exchanges()]
    assert (max(exchanged), min(exchanged)) == pytest.approx((0.45, 0.009), rel=0.02)
    planar = [
        value * 1e4
        for name, _, _, value in interface.resistances()
        if name in ("Langer", "Chen, dry, as one interface")
    ]
    decades = (math.log10(min(planar) / max(exchanged)), math.log10(max(planar) / min(exchanged)))
    assert [round(each) for each in decades] == [3, 6]
    assert "three to six decades below the planar interfaces" in text
    assert interface.hidden_speed_up(0.4) == pytest.approx(2.0)
    assert "up to a factor of two" in text


# loading -------------------------------------------------------------------------------------------------------------


def test_a_third_of_the_current_is_the_least_for_few_perfect_spheres(loading):
    assert loading.least_cations(1e-4) == pytest.approx(1.0 / 3.0, abs=2e-4)
    found = [loading.least_cations(f) for f in (0.1, 0.2, 0.4)]
    assert found == sorted(found, reverse=True)
    fraction, cations = 1e-5, 0.25
    gain = loading.Mixture(1.0, cations, 1e9, fraction, 1.0).conducts() - 1.0
    assert gain / fraction == pytest.approx(3.0 * cations - 1.5 * (1.0 - cations), rel=1e-3)


def test_ways_to_mix_keep_their_order(loading):
    for _, case, _ in loading.sets():
        if case.matrix is not None:
            around = case.conducts(math.inf)
            assert around < case.conducts() <= case.fast.conducts() < case.bound()
            assert case.conducts(1e30) == pytest.approx(around, rel=1e-9)
    assert loading.Mixture(1.0, 0.3, 1.0, 0.2, 1.0).fast.conducts() == pytest.approx(1.0)


def test_what_is_needed_gives_what_was_published(loading):
    for row, case, published in loading.sets():
        joined, insulated = loading.polymers_needed(case, published)
        assert case.fast.conducts(0.0, joined) == pytest.approx(published, rel=1e-9)
        assert case.conducts(math.inf, insulated) == pytest.approx(published, rel=1e-9)
        for text in row.get("shells", []):
            thickness = parse_quantity(text, "m")
            least = loading.least_shell(case, published, thickness)
            coated = case.fraction * (1.0 + thickness / case.radius) ** 3
            shares = [1.0 - coated, case.fraction, coated - case.fraction]
            most = float(theory.hashin_shtrikman([case.polymer(), case.filler, least], shares).upper)
            assert (most == pytest.approx(published, rel=1e-9)) if least else (most > published)


def test_unknown_polymer_is_an_error(loading):
    case = next(case for _, case, _ in loading.sets() if case.matrix is None)
    with pytest.raises(ValueError, match="polymer is not known"):
        case.conducts()


def test_volume_fraction_from_the_weight(loading):
    row = next(row for row in loading.DATA["sets"] if "weight" in row)
    fraction = loading.volume_fraction(row)
    assert fraction * 2930.0 / (fraction * 2930.0 + (1.0 - fraction) * 1210.0) == pytest.approx(0.1, abs=1e-4)


def test_verdicts(loading):
    found = [loading.verdict(case, published) for _, case, published in loading.sets()]
    assert found == [
        "polymer not known",
        "polymer not known",
        "above all: an interphase",
        "above spheres: connected",
        "below: a slower polymer",
    ]
    case = loading.Mixture(1.0, 1.0, 10.0, 0.2, 1.0)
    assert loading.verdict(case, 1.0) == "between: a resistance"


def test_random_particles_connect_at_the_thickness_told(loading):
    """Coverage by penetrable coated spheres at that thickness is the known threshold, 0.2895."""
    case = loading.Mixture(1.0, 1.0, 1.0, 0.13, 2e-8)
    thick = loading.connecting_thickness(case)
    assert 1.0 - math.exp(-0.13 * (1.0 + thick / case.radius) ** 3) == pytest.approx(0.2895, rel=1e-12)


def test_sentences_of_the_loading(loading, repository):
    text = words(page(repository, "hybrid_loading"))
    rows = {row["name"]: (row, case, published) for row, case, published in loading.sets()}
    _, dry, published = rows["LICGC 40 vol%, dry"]
    joined, insulated = loading.polymers_needed(dry, published)
    assert (joined / 1e-5, insulated / 1e-5) == pytest.approx((0.33, 2.0), rel=0.02)  # 1e-7 S/cm
    spheres, most = loading.without_resistance(dry, insulated)
    assert f"spheres reach {spheres * 1e5:.0f}e-7 and any mixture whatever {most * 1e3:.1f}e-5 S/cm" in text
    assert most < rows["LICGC 40 vol%, with carbonates"][2] / 3.0
    row, garnet, published = rows["LLZTO 12.7 vol%, 40 nm, no salt"]
    assert garnet.bound() < published
    assert f"{loading.least_shell(garnet, published, 3e-9) / garnet.filler:.1f} times as well as the garnet" in text
    known = loading.computed()[row["name"]]
    assert f"they need {known['shell'] / garnet.filler:.1f} times the garnet" in text
    _, other, _ = rows["Ga-LLZO 16 vol%, no salt"]
    assert 3e-9 / loading.connecting_thickness(other) * other.radius == pytest.approx(10e-9, abs=0.5e-9)
    _, latp, _ = rows["LATP 10 wt%"]
    around = latp.conducts(math.inf)
    slow, fast = (100 * (value / around - 1.0) for value in (latp.conducts(), latp.fast.conducts()))
    assert f"a difference of {slow:.0f} % slow and {fast:.0f} % fast" in text


def test_sign_on_voxels_goes_with_the_formula(loading):
    """Few spheres: within 2 % of the formula; the anions below it and the cations above, as bounds must be."""
    for name, ways in loading.computed()["signs"].items():
        fraction, (fast, error, _), (slow, _, cations) = float(name), ways["fast"], ways["slow"]
        of = loading.sign(fraction)
        assert fast > of["fast"]  # the formula is the lower bound of a better filler
        assert slow * cations > of["slow"] * of["cations"]
        assert slow * (1.0 - cations) < of["slow"] * (1.0 - of["cations"])  # and the upper bound of the anions
        assert error < 0.04 * fast
        assert ways["slow, 50 ms"][0] < slow
        if fraction == 0.1:
            assert (fast, slow) == pytest.approx((of["fast"], of["slow"]), rel=0.02)


@pytest.mark.slow
def test_stored_sign_is_what_the_voxels_give(loading):
    """Within half the error: the chain may learn to extrapolate better, the table need not follow at once."""
    chain = loading.chain("spheres", loading.ASSUMED["sphere_boxes"])
    found, _, cations = loading.conducts_on_voxels(chain, loading.few_spheres(0.1))
    stored, error, share = loading.computed()["signs"]["0.1"]["slow"]
    assert found == pytest.approx(stored, abs=0.5 * error)
    assert cations == pytest.approx(share, abs=0.5 * error)


@pytest.mark.slow
def test_stored_shell_conducts_what_was_published(loading):
    row, case, published = next(each for each in loading.sets() if "shells" in each[0])
    known = loading.computed()[row["name"]]
    voxels = loading.chain("overlapping-spheres", loading.ASSUMED["shell_boxes"])
    of = {"interphase_ratio": known["shell"] / case.polymer(), "interphase_thickness": known["thickness"]}
    value, _, _ = loading.conducts_on_voxels(voxels, case, **of)
    assert value * case.polymer() == pytest.approx(published, rel=2e-3)


def test_published_numbers_of_the_page_of_the_docs(loading, interface, repository):
    text = words((repository / "docs" / "explanation" / "hybrid_evidence.md").read_text("utf-8"))
    assert re.search(r"reach at most a third of it", text)
    (thin, *_), (thick, *_) = interface.films()[0][1:], interface.films()[1][1:]
    assert (thin * 1e9, thick * 1e9) == pytest.approx((44, 89), abs=1)
    assert "A film of 40 to 90 nm" in text
