"""Finished steps on disk, and the answers that potentials give together."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from lisse.errors import InvalidInput, MissingValue
from lisse.materials import PROPERTIES, Property
from lisse.materials.atomistic import ATOMISTIC_PROPERTIES, Found, Settings
from lisse.materials.atomistic.checkpoint import Checkpoint, fingerprint
from lisse.materials.atomistic.computed import combine
from lisse.materials.atomistic.cost import MOST_ATOMS, check_cost, expected_seconds


def never() -> dict[str, float]:
    raise AssertionError("done twice")


def test_a_step_is_done_once_and_read_back_to_the_last_digit(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "steps.jsonl"
    numbers = np.random.default_rng(0).normal(size=(4, 3)) * 1e-7
    made = Checkpoint(path).once("a", lambda: {"x": numbers, "n": np.int64(3), "ok": True})
    again = Checkpoint(path).once("a", never)
    assert again == made
    np.testing.assert_array_equal(again["x"], numbers)


@pytest.mark.parametrize("cut", [1, 7, 30])
def test_a_line_cut_short_by_a_kill_is_done_again(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "steps.jsonl"
    first = Checkpoint(path)
    first.once("a", lambda: {"x": 1.0})
    first.once("b", lambda: {"x": [1.0] * 20})
    path.write_bytes(path.read_bytes()[:-cut])
    second = Checkpoint(path)
    assert "a" in second
    assert "b" not in second
    second.once("b", lambda: {"x": 2.0})
    third = Checkpoint(path)
    assert third.once("a", never) == {"x": 1.0}
    assert third.once("b", never) == {"x": 2.0}


def test_a_kill_in_the_first_line_starts_afresh(tmp_path: Path) -> None:
    path = tmp_path / "steps.jsonl"
    Checkpoint(path)
    path.write_bytes(path.read_bytes()[:9])
    Checkpoint(path).once("a", lambda: {"x": 1})
    assert Checkpoint(path).once("a", never) == {"x": 1}


@pytest.mark.parametrize("text", ["data_LiF\n_cell_length_a 4\n", "no end of line", '{"lisse": "other"}\n'])
def test_another_file_is_not_overwritten(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mine.cif"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput, match="checkpoint"):
        Checkpoint(path)
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("damaged", ["{", '{"key": "b"}', "[1]", '{"key": "b", "result": 3}'])
def test_a_damaged_line_inside_is_named(tmp_path: Path, damaged: str) -> None:
    path = tmp_path / "steps.jsonl"
    Checkpoint(path).once("a", lambda: {"x": 1})
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole.splitlines()[0] + "\n" + damaged + "\n" + whole.splitlines()[1] + "\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match="line 2 is damaged"):
        Checkpoint(path)


def test_without_a_path_steps_are_kept_in_memory() -> None:
    steps = Checkpoint()
    assert steps.once("a", lambda: {"x": 1}) == steps.once("a", never)


def test_the_fingerprint_changes_with_every_part() -> None:
    kinds = [fingerprint(*parts) for parts in [([1.0], "a"), ([1.0], "b"), ([1.0 + 1e-15], "a"), ([1.0],)]]
    assert len(set(kinds)) == 4
    assert fingerprint(np.array([1.0]), "a") == kinds[0]


def test_the_error_bar_is_the_disagreement() -> None:
    computed = combine(
        "bulk_modulus", {"a": Found(20e9), "b": Found(26e9, 1e9)}, "Li3PS4", "0 K", ("park2024", "deng2023")
    )
    assert (computed.value, computed.lower, computed.upper, computed.spread) == (23e9, 20e9, 27e9, 6e9)
    assert computed.status == "completed"
    assert pickle.loads(pickle.dumps(computed)) == computed
    entry = computed.entry()
    assert (entry.mark, entry.low, entry.high, entry.at()) == ("estimated", 20e9, 27e9, 23e9)
    assert "a 2e+10" in entry.note
    assert Property("bulk_modulus", "Pa", (entry,), entry.row).chosen is entry


def test_bounds_of_an_entry_stay_where_values_can_be() -> None:
    computed = combine("molar_volume_ratio", {"a": Found(0.04, 0.1), "b": Found(0.1)}, "Li2O", "0 K", ("park2024",))
    assert computed.lower == pytest.approx(-0.06)
    assert computed.entry().low == 0.0


def test_one_potential_that_fails_is_said() -> None:
    found = {"a": Found(20e9), "b": Found(None, 0.0, ("not stable",))}
    computed = combine("shear_modulus", found, "Li3PS4", "0 K", ("park2024", "deng2023"))
    assert computed.status == "stopped"
    assert (computed.lower, computed.upper, computed.spread) == (None, None, None)
    assert (computed.entry().low, computed.entry().high) == (None, None)
    assert computed.warnings[0] == "b: not stable"
    assert "one potential only" in computed.warnings[-1]


def test_no_number_makes_no_entry() -> None:
    computed = combine("shear_modulus", {"a": Found(None, 0.0, ("not stable",))}, "LiF", "0 K", ("park2024",))
    assert computed.status == "failed"
    assert computed.value is None
    with pytest.raises(MissingValue, match="not stable"):
        computed.entry()


def test_a_word_that_the_library_lacks_makes_no_entry() -> None:
    computed = combine("migration_barrier", {"a": Found(4e-20)}, "LiF", "0 K", ("park2024",))
    with pytest.raises(InvalidInput, match="migration_barrier"):
        computed.entry()


def test_words_shared_with_the_library_have_its_units() -> None:
    shared = [word for word in ATOMISTIC_PROPERTIES.values() if word.in_library]
    assert len(shared) >= 11
    assert all(word.unit == PROPERTIES[word.name].unit for word in shared)


def test_two_thousand_atoms_are_refused_with_a_time() -> None:
    with pytest.raises(InvalidInput, match=r"2000 atoms.*about \d+(\.\d+)? h on one core"):
        check_cost(2000, ["relaxation", "elasticity"], 2)
    check_cost(MOST_ATOMS, ["elasticity"], 2)


def test_time_grows_with_atoms_potentials_and_tasks() -> None:
    base = expected_seconds(100, ["elasticity"], 1)
    assert expected_seconds(200, ["elasticity"], 1) == pytest.approx(2 * base)
    assert expected_seconds(100, ["elasticity"], 2) == pytest.approx(2 * base)
    assert expected_seconds(100, ["elasticity", "relaxation"], 1) > base
    assert expected_seconds(2, ["migration"], 1) > 60  # done in a supercell
    assert expected_seconds(60, ["dynamics"], 1, 4800) == pytest.approx(2 * expected_seconds(60, ["dynamics"], 1))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("strain", 0.5),
        ("strain", 0.0),
        ("timestep", 1e-12),
        ("images", 0),
        ("temperature", float("nan")),
        ("density", 0.0),
        ("settling", -1.0),
    ],
)
def test_settings_that_make_no_sense_are_refused(name: str, value: float) -> None:
    with pytest.raises(InvalidInput, match=name):
        Settings(**{name: value})  # type: ignore[arg-type]
