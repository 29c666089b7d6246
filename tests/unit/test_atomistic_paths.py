"""Distinct hops between lithium sites and which of them span a crystal; films that fit surfaces."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from lisse.materials.atomistic.matching import best_match
from lisse.materials.atomistic.paths import Hop, hop_families, spanned_directions

CUBIC = np.array(
    [
        np.diag(signs)[:, list(order)]
        for order in itertools.permutations(range(3))
        for signs in itertools.product((1, -1), repeat=3)
    ]
)
NONE = np.eye(3, dtype=int)[None]


def test_a_simple_cubic_lattice_has_one_shortest_hop_and_it_spans() -> None:
    families = hop_families(3.0 * np.eye(3), [[0, 0, 0]], CUBIC, np.zeros((48, 3)), 4.3)
    assert [round(each.length, 6) for each in families] == [3.0, round(3 * 2**0.5, 6)]
    assert [len(each.hops) for each in families] == [3, 6]  # of 6 and 12 neighbours, each hop counted once
    assert spanned_directions(families[0].hops, 1) == 3


def test_without_symmetry_every_direction_is_its_own_family() -> None:
    families = hop_families(3.0 * np.eye(3), [[0, 0, 0]], NONE, np.zeros((1, 3)), 3.1)
    assert [len(each.hops) for each in families] == [1, 1, 1]
    assert spanned_directions(families[0].hops, 1) == 1
    assert spanned_directions(families[0].hops + families[1].hops, 1) == 2


def test_a_hop_over_another_site_is_two_hops() -> None:
    families = hop_families(np.diag([2.5, 9.0, 9.0]), [[0, 0, 0]], NONE, np.zeros((1, 3)), 5.1)
    assert [each.length for each in families] == [2.5]


def test_the_same_crystal_in_a_doubled_cell_has_the_same_families() -> None:
    shifts = np.array([[0, 0, 0], [0.5, 0, 0]])
    tetragonal = np.array([r for r in CUBIC if abs(r[0, 0]) == 1])
    rotations = np.repeat(tetragonal, 2, axis=0)
    translations = np.tile(shifts, (len(tetragonal), 1))
    families = hop_families(np.diag([6.0, 3.0, 3.0]), shifts, rotations, translations, 3.1)
    assert sorted(len(each.hops) for each in families) == [2, 4]
    assert spanned_directions([hop for each in families for hop in each.hops], 2) == 3


def test_cages_do_not_span() -> None:
    pair = [Hop(0, 1, (0, 0, 0)), Hop(2, 3, (0, 0, 0))]
    assert spanned_directions(pair, 4) == 0
    assert spanned_directions([*pair, Hop(1, 0, (1, 0, 0))], 4) == 1
    assert spanned_directions([], 2) == 0


def test_a_hop_back_is_the_hop() -> None:
    hop = Hop(0, 1, (1, 0, -1))
    assert hop.back == Hop(1, 0, (-1, 0, 1))
    assert hop.back.back == hop


def test_a_film_fits_itself_without_strain_however_it_is_turned() -> None:
    film = np.array([[2.5, 0.0], [0.8, 2.4]])
    angle = 0.7
    turned = film @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    match = best_match(turned, film, 0.01, 50.0)
    assert match is not None
    assert match.strain < 1e-9
    assert match.repeats == (1, 1)
    assert match.film_cells == 1


def test_a_film_of_another_length_is_strained_by_the_difference() -> None:
    match = best_match(np.diag([3.1, 3.1]), np.diag([3.0, 3.0]), 0.05, 10.0)
    assert match is not None
    assert match.strain == pytest.approx(3.1 / 3.0 - 1)
    np.testing.assert_array_equal(np.abs(match.film), np.eye(2))


def test_a_larger_common_cell_buys_less_strain() -> None:
    surface, film = np.diag([4.0, 4.0]), np.diag([3.0, 3.0])
    small = best_match(surface, film, 0.01, 20.0)
    large = best_match(surface, film, 0.01, 150.0)
    assert small is not None
    assert large is not None
    assert small.strain > 0.05
    assert large.strain < 1e-9
    assert large.repeats == (3, 3)
    assert large.film_cells == 16


def test_no_match_when_one_cell_is_already_too_large() -> None:
    assert best_match(np.diag([30.0, 30.0]), np.diag([3.0, 3.0]), 0.05, 100.0) is None
