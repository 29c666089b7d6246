"""Lithium that hangs in lithium bears no force."""

from __future__ import annotations

import numpy as np
import pytest

from lisse.models.resolved.crack_walls import given_to_walls, strongest_around
from lisse.models.resolved.electrolyte_body import ElectrolyteBody
from lisse.models.resolved.phase_field import PhaseField
from lisse.numerics.elasticity_stiffness import VoxelStiffness

SOFT = 1e-6


def line(soft: int, nodes: int = 9) -> np.ndarray:
    """Strength of nodes along a plane, with some soft ones in the middle."""
    out = np.ones((nodes, 5))
    middle = nodes // 2
    out[middle - soft // 2 : middle - soft // 2 + soft] = SOFT
    return out


@pytest.mark.parametrize("soft", [1, 2, 3, 6])
def test_forces_move_to_the_walls_and_keep_their_sum(soft: int) -> None:
    strength = line(soft)
    force = np.random.default_rng(1).standard_normal(strength.shape)
    moved = given_to_walls(force, strength, (False, True))
    assert moved.sum() == pytest.approx(force.sum(), rel=1e-9)
    assert np.abs(moved[strength < 0.5]).max() < 1e-3 * np.abs(force).max()
    beside = np.pad(strength, [(1, 1), (0, 0)], constant_values=1.0)
    away = np.minimum.reduce([strength, beside[:-2], beside[2:]]) > 0.5
    np.testing.assert_array_equal(moved[away], force[away])


def test_what_holds_keeps_its_force() -> None:
    strength = np.random.default_rng(2).uniform(0.05, 1.0, (4, 5, 6))
    force = np.random.default_rng(3).standard_normal(strength.shape)
    np.testing.assert_allclose(given_to_walls(force, strength, (False, True, True)), force, rtol=1e-12)


def test_forces_inside_pores_stay_for_the_body_to_refuse() -> None:
    strength = line(3)
    strength[strength < 0.5] = 0.0
    force = np.random.default_rng(4).standard_normal(strength.shape)
    np.testing.assert_array_equal(given_to_walls(force, strength, (False, True)), force)


def test_the_strongest_voxel_around_a_node() -> None:
    field = np.zeros((3, 4))
    field[1, 0] = 2.0
    found = strongest_around(field, (False, True))
    assert found.shape == (4, 4)
    assert np.argwhere(found == 2.0).tolist() == [[1, 0], [1, 1], [2, 0], [2, 1]]


def inclined(count: int) -> tuple[float, float, float]:
    """m2/Pa: compliance of a crack at 45 degrees, 4 um deep in 24 um, by both ways to push; m/Pa: largest opening.

    `count` voxels a side. Steps of such a crack and its mouth leave nodes with cracked voxels only around them.
    """
    voxel, modulus, ratio = 24e-6 / count, 150e9, 0.26
    crack = np.zeros((count, count), dtype=bool)
    for row in range(count // 6):
        crack[row, [count // 2 - row, count // 2 - row - 1]] = True
    field = PhaseField(np.full(crack.shape, 6.0), 2 * voxel, voxel)
    damage = field.advance(np.zeros(crack.shape), crack.astype(float))
    bulk, shear = (np.full(crack.shape, modulus / part) for part in (3 * (1 - 2 * ratio), 2 * (1 + ratio)))
    responses = [
        ElectrolyteBody(VoxelStiffness.of_moduli(bulk, shear), voxel, push=push).respond(
            damage, np.zeros((2, count)), np.zeros((2, count)), [crack]
        )
        for push in ("across", "all round")
    ]
    return *(float(r.compliance[0, 0]) for r in responses), float(np.abs(responses[0].unit).max())


def test_both_ways_to_push_agree_on_an_inclined_crack() -> None:
    """They meet as voxels get finer; forces on hanging nodes would make one of them some hundred times softer."""
    coarse, fine = inclined(48), inclined(96)
    apart = [across / around for across, around, _ in (coarse, fine)]
    assert 1.0 < apart[1] < 1.4
    assert apart[1] - 1 < 0.6 * (apart[0] - 1)
    assert fine[0] == pytest.approx(coarse[0], rel=0.15)
    assert fine[2] < 1e-15  # 1 nm per MPa; walls that close on the wedge beside the crack
