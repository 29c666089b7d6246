"""Lithium-filled cracks as bookkeeping: who feeds them, what they own, the order in which pores fill, what is loose."""

from __future__ import annotations

import numpy as np
import pytest

from lisse.microstructure import Volume
from lisse.models.resolved.clusters import find_clusters, in_one_piece, loose_blocks
from lisse.models.resolved.cracks import Filling, cluster_pressures
from lisse.models.resolved.domain import Domain, Solid, build_domain
from lisse.models.resolved.step_size import StepSize, Trial

GARNET = Solid(0.05, 150e9, 0.26, 6.2)


def domain(picture: str) -> Domain:
    """A plane drawn with `.` electrolyte, `o` pore and `x` crack; the working electrode lies above the first line."""
    rows = [line.strip() for line in picture.strip().splitlines()]
    labels = np.array([[".ox".index(sign) for sign in row] for row in rows])
    return build_domain(Volume(labels, 1e-6, {0: "electrolyte", 1: "pore", 2: "crack"}), {"electrolyte": GARNET})


def test_a_crack_owns_the_whole_pore_that_it_opens_and_fills_it_from_the_crack_on():
    place = domain(
        """
        .x....
        .x....
        .xoo..
        ..oo..
        ......
        """
    )
    (cluster,) = find_clusters(place, place.initial_damage, ())
    assert cluster.side == 0
    assert not cluster.spans
    assert sorted(cluster.pores) == [14, 15, 20, 21]
    assert cluster.pores[0] == 14
    assert cluster.pores[-1] == 21


def test_cracks_around_the_periodic_side_are_one_and_cracks_that_nothing_feeds_are_none():
    place = domain(
        """
        x....x
        ......
        ..x...
        ..x...
        ......
        """
    )
    (cluster,) = find_clusters(place, place.initial_damage, ())
    assert int(cluster.crack.sum()) == 2


def test_clusters_that_meet_add_their_lithium():
    apart = domain(
        """
        .x.x..
        .x.x..
        ......
        ......
        """
    )
    first, second = find_clusters(apart, apart.initial_damage, ())
    damage = apart.initial_damage.copy()
    damage[1, 2] = 1.0
    (joined,) = find_clusters(apart, damage, (first.holding(2e-13), second.holding(3e-13)))
    assert joined.lithium == pytest.approx(5e-13, rel=1e-15)


def test_a_pore_that_is_full_stays_full_when_the_crack_goes_on_to_another():
    place = domain(
        """
        .x......
        .xoo....
        ........
        ...oo...
        ........
        """
    )
    (cluster,) = find_clusters(place, place.initial_damage, ())
    full = cluster.holding(cluster.pore_volume(place.cell_volume))
    damage = place.initial_damage.copy()
    damage[2, 1:4] = 1.0  # now the second pore is as near as the far end of the first
    (further,) = find_clusters(place, damage, (full,))
    assert set(further.filled(place.cell_volume)) == set(cluster.pores)
    assert len(further.pores) == 4


def test_a_crack_from_side_to_side_cuts_the_electrolyte():
    whole = domain("......\n......\n......\n......")
    damage = np.zeros(whole.shape)
    damage[2, :5] = 1.0
    assert in_one_piece(whole, damage)
    damage[2, 5] = 1.0
    assert not in_one_piece(whole, damage)


def test_a_block_cut_loose_is_found_once():
    whole = domain("\n".join(["." * 12] * 10))
    damage = np.zeros(whole.shape)
    damage[4, 3:8] = damage[:5, 3] = damage[:5, 7] = 1.0
    nothing = np.zeros(whole.shape, dtype=bool)
    block = loose_blocks(whole, damage, nothing)
    assert block[:4, 4:7].all()
    assert not block[6:].any()
    assert not loose_blocks(whole, damage, block)[:4, 4:7].any()


def filling(before: list[float], pores: list[float]) -> Filling:
    none = np.zeros(len(before))
    return Filling(np.array(before), none, none, none, np.array(pores))


def test_pressures_make_volumes_equal_to_lithium_and_never_pull():
    compliance = np.array([[2.0, -0.5], [-0.5, 1.0]])
    base = np.array([0.1, 0.2])
    lithium = compliance @ np.array([3.0, 4.0]) + base
    assert cluster_pressures(base, compliance, filling(list(lithium), [0.0, 0.0])) == pytest.approx([3.0, 4.0])
    for amounts in ([0.0, 2.2], [3.0, 0.0], [0.05, 0.1]):
        found = cluster_pressures(base, compliance, filling(amounts, [0.0, 0.0]))
        assert found == pytest.approx(_pair(compliance, base, amounts))
    assert cluster_pressures(base, compliance, filling([50.0, 0.1], [100.0, 0.0])).tolist() == [0.0, 0.0]


def _pair(compliance: np.ndarray, base: np.ndarray, lithium: list[float]) -> list[float]:
    """The answer by trying every set of full cracks."""
    for full in ([True, True], [True, False], [False, True], [False, False]):
        mask = np.array(full)
        pressure = np.zeros(2)
        if mask.any():
            pressure[mask] = np.linalg.solve(compliance[np.ix_(mask, mask)], (np.array(lithium) - base)[mask])
        room = base + compliance @ pressure
        if (pressure >= 0).all() and (np.array(lithium)[~mask] <= room[~mask] + 1e-12).all():
            return pressure.tolist()
    raise AssertionError("no set of full cracks suits")


def test_a_calm_step_doubles_and_a_bent_one_is_made_shorter():
    sizes = StepSize(1e-3)
    assert sizes.judge(Trial(10.0)).next_length == 20.0
    bent = sizes.judge(Trial(10.0, contact_error=1.6e-2))
    assert not bent.accepted
    assert bent.next_length < 5.0


def test_a_step_that_cracks_as_much_at_half_its_length_is_a_jump():
    sizes = StepSize(1e-3)
    assert not sizes.judge(Trial(1.0, advance=9)).accepted
    again = sizes.judge(Trial(0.5, advance=8))
    assert again.accepted
    assert again.jump
    calm = StepSize(1e-3)
    assert not calm.judge(Trial(1.0, advance=9)).accepted
    assert calm.judge(Trial(0.5, advance=3)).jump is False
