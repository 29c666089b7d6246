"""Loads, regions and refusals of the degraded electrolyte."""

from __future__ import annotations

import numpy as np
import pytest

from lisse.errors import InvalidInput, SolveFailed
from lisse.models.resolved.crack_normals import crack_normals, pressure_regions
from lisse.models.resolved.electrolyte_body import ElectrolyteBody
from lisse.models.resolved.strain_modes import strain_modes
from lisse.numerics.elasticity_element import brick_stiffness
from lisse.numerics.elasticity_stiffness import VoxelStiffness
from resolved_bodies import MATRIX, MODULUS, POISSON, VOXEL, free, squeezed, straight_crack, uniform_body, uniform_field


@pytest.mark.parametrize("dimension", [2, 3])
def test_the_modes_are_those_of_the_element(dimension: int) -> None:
    """Energy by modes is that of the element's matrix."""
    corners = np.random.default_rng(2).standard_normal(dimension * 2**dimension)
    element = brick_stiffness(MATRIX[None], (VOXEL,) * dimension)[0]
    energy = VOXEL**dimension * sum(
        weight * (matrix @ corners) @ MATRIX @ (matrix @ corners) for weight, matrix in strain_modes(dimension, VOXEL)
    )
    assert energy == pytest.approx(corners @ element @ corners, rel=1e-12, abs=0.0)


def test_tractions_on_faces_and_at_nodes() -> None:
    """One face's load goes to its corners in equal parts."""
    body = uniform_body((4, 5, 6))
    low, high = squeezed(body, 1e6)
    low[0, 2, 3] += 1e5
    high[0, 2, 3] -= 1e5
    intact = np.zeros(body.shape)
    faces = body.respond(intact, low, high, at="faces")
    spread_low, spread_high = squeezed(body, 1e6)
    for a, b in ((2, 3), (3, 3), (2, 4), (3, 4)):
        spread_low[0, a, b] += 0.25e5
        spread_high[0, a, b] -= 0.25e5
    nodes = body.respond(intact, spread_low, spread_high)
    np.testing.assert_allclose(faces.load, nodes.load, atol=1e-9 * np.abs(nodes.load).max())


def test_nothing_comes_of_nothing() -> None:
    body = uniform_body((5, 4))
    response = body.respond(np.zeros((5, 4)), free(body), free(body))
    assert not response.displacement([]).any()
    assert not response.strain_energy([]).any()
    assert response.compliance.shape == (0, 0)


def test_compression_of_volume_does_not_drive_damage() -> None:
    """Swelling by eigenstrain pulls as much as shrinking squeezes; only one of them drives."""
    body = uniform_body((5, 4))
    strain = np.zeros((6, 5, 4))
    strain[1:3] = 1e-3
    energies = []
    for sign in (1, -1):
        response = body.respond(np.zeros((5, 4)), free(body), free(body), eigenstrain=sign * strain)
        energies.append(response.strain_energy([]))
    elastic = body.respond(np.zeros((5, 4)), free(body), free(body), eigenstrain=strain)
    density = elastic.stored_energy([]) / (20 * VOXEL**2)
    np.testing.assert_allclose(energies[1], density, rtol=1e-6)  # shrunk and held: tension
    assert (energies[0] < 0.7 * energies[1]).all()


def test_a_crack_does_not_push_on_an_electrode() -> None:
    """No net force passes the body beyond the crack, and none along the crack itself when the push is across."""
    crack = straight_crack(24, 6, "edge")
    damage = uniform_field(crack.shape).advance(np.zeros(crack.shape), crack)
    for push in ("across", "all round"):
        body = uniform_body(crack.shape, push=push)
        response = body.respond(damage, free(body), free(body), [crack > 0])
        beyond = response.stress([1e8])[0, 12:].mean(axis=1)
        np.testing.assert_allclose(beyond, 0.0, atol=10.0)
        along = np.abs(response.lithium_stress[0][0, :2]).max()
        assert along < 0.03 if push == "across" else along > 0.99


def test_regions_share_the_damage_between_clusters() -> None:
    """Each damaged voxel near to a cluster goes to the nearest one, around the sides; owned voxels stay."""
    damaged = np.zeros((6, 12), dtype=bool)
    damaged[2] = True
    first, second = np.zeros((2, 6, 12), dtype=bool)
    first[2, 1], second[2, 6], second[5, 6] = True, True, True
    one, two = pressure_regions(damaged, [first, second], 3.0, 1.0)
    assert one[2].tolist() == [True, True, True, True, False, False, False, False, False, False, True, True]
    assert two[2].tolist() == [False, False, False, False, True, True, True, True, True, True, False, False]
    assert two[5, 6]
    assert not (one & two).any()
    with pytest.raises(InvalidInput, match="share no voxel"):
        pressure_regions(damaged, [first, first], 3.0, 1.0)


def test_normals_of_cracks() -> None:
    """Across a straight crack and a diagonal one; no direction where damage is even."""
    crack = np.zeros((24, 24))
    crack[:, 12] = 1
    damage = uniform_field(crack.shape).advance(np.zeros(crack.shape), crack)
    solid = np.ones(crack.shape, dtype=bool)
    here = np.zeros(crack.shape, dtype=bool)
    here[12, 12] = True
    np.testing.assert_allclose(crack_normals(damage, solid, 2.0, here)[:, 0], [0, 1, 0, 0, 0, 0], atol=1e-12)
    steps = np.arange(24)
    stairs = np.eye(24)
    stairs[steps[:-1], steps[1:]] = 1  # connected through faces
    damage = uniform_field(crack.shape).advance(np.zeros(crack.shape), stairs)
    tensor = crack_normals(damage, solid, 2.0, here)[:, 0]
    np.testing.assert_allclose(tensor, [0.5, 0.5, 0, 0, 0, -0.5], atol=0.06)
    even = crack_normals(np.full((6, 5, 4), 0.5), np.ones((6, 5, 4), dtype=bool), 2.0, np.ones((6, 5, 4), dtype=bool))
    np.testing.assert_array_equal(even, np.repeat([[1], [1], [1], [0], [0], [0]], 120, axis=1))
    plate = np.zeros((12, 8, 8))
    plate[6] = 1
    damage = uniform_field(plate.shape).advance(np.zeros(plate.shape), plate)
    tensor = crack_normals(damage, np.ones(plate.shape, dtype=bool), 2.0, plate > 0)
    np.testing.assert_allclose(tensor[0], 1.0)
    np.testing.assert_allclose(tensor[1:], 0.0, atol=1e-12)


def test_a_pore_that_a_crack_owns_is_pushed_open_as_a_whole() -> None:
    """A pore that the crack reaches and owns adds its own volume change; half of it is refused."""
    pores = np.zeros((24, 24), dtype=bool)
    pores[8:12, 10:14] = True
    crack = np.zeros((24, 24), dtype=bool)
    crack[:8, 12] = True
    damage = uniform_field(crack.shape).advance(np.zeros(crack.shape), crack.astype(float)) * ~pores
    body = uniform_body(crack.shape, pores)
    owned = body.respond(damage, free(body), free(body), [crack | pores])
    alone = body.respond(np.zeros(crack.shape), free(body), free(body), [pores])
    assert owned.compliance[0, 0] > 1.5 * alone.compliance[0, 0] > 0
    half = pores.copy()
    half[10:] = False
    with pytest.raises(InvalidInput, match="every voxel of each pore"):
        body.respond(damage, free(body), free(body), [crack | half])


def test_a_piece_that_pores_cut_off() -> None:
    """It may be there and be cracked, but nothing may push it."""
    pores = np.zeros((12, 12), dtype=bool)
    pores[3:9, 3:9] = True
    pores[5:7, 5:7] = False
    body = uniform_body(pores.shape, pores)
    damage = np.zeros(pores.shape)
    assert np.isfinite(body.respond(damage, *squeezed(body, 1e6)).displacement([])).all()
    surface = np.zeros((12, 12), dtype=bool)
    surface[:2, 3:5] = surface[:2, 8:10] = surface[2, 3:10] = True
    chip = uniform_body(surface.shape, surface)
    low = free(chip)
    low[0, 6] = 1e6
    high = -np.full_like(low, low.sum() / 12) * [[1], [0]]
    with pytest.raises(InvalidInput, match="piece that pores cut off"):
        chip.respond(damage, low, high)


def test_lithium_around_a_loose_piece() -> None:
    """Pushes evenly on it: the pore opens as one without the piece does, and the piece is squeezed."""
    hollow = np.zeros((24, 24), dtype=bool)
    hollow[8:16, 8:16] = True
    pores = hollow.copy()
    pores[11:13, 10:14] = False
    intact = np.zeros(pores.shape)
    empty, full = uniform_body(pores.shape, hollow), uniform_body(pores.shape, pores)
    opened = empty.respond(intact, free(empty), free(empty), [hollow])
    around = full.respond(intact, free(full), free(full), [pores])
    inside = around.stress([1e8])[:2, 11:13, 10:14]
    np.testing.assert_allclose(inside, -1e8, rtol=1e-5)
    squeezed_piece = 8 * VOXEL**2 * 2 * (1 + POISSON) * (1 - 2 * POISSON) / MODULUS
    expected = opened.compliance[0, 0] + squeezed_piece
    assert around.compliance[0, 0] == pytest.approx(expected, rel=1e-6, abs=0.0)


def test_a_block_that_cracks_cut_off_and_a_hinge() -> None:
    """Pushed, the block moves as far as the crack's stiffness lets it; what turns about an edge cannot be solved."""
    crack = np.zeros((16, 16))
    crack[:6, 4] = crack[:6, 12] = crack[5, 4:13] = 1
    body = uniform_body(crack.shape)
    response = body.respond(crack, *squeezed(body, 3e6))
    sunk = response.displacement([])[0, 0, 7] - response.displacement([])[0, 0, 0]
    assert 1e-5 * VOXEL < sunk < 1e2 * VOXEL
    pores = np.zeros((12, 12), dtype=bool)
    pores[3:9] = True
    pores[[3, 4, 5, 6, 7, 8], [3, 4, 5, 6, 7, 8]] = False  # a chain of voxels that meet at corners
    hinged = uniform_body(pores.shape, pores)
    low = free(hinged)
    low[1] = 1e5  # sideways
    with pytest.raises(SolveFailed, match=r"hang by an edge"):
        hinged.respond(np.zeros(pores.shape), low, -low)


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ({"damage": np.zeros((5, 5))}, {}, "damage"),
        ({"damage": np.full((5, 4), 1.2)}, {}, "damage.*between 0 and 1"),
        ({"low": np.zeros((2, 5))}, {}, "traction_low"),
        ({"low": np.full((2, 4), 1e6)}, {}, "tractions.*same total force"),
        ({"clusters": [np.zeros((5, 4))]}, {}, r"clusters\[0\].*truth values"),
        ({"eigenstrain": np.zeros(6)}, {}, "eigenstrain"),
        ({"at": "edges"}, {}, "at.*'nodes' or 'faces'"),
        ({}, {"method": "guess"}, "method"),
        ({}, {"push": "sideways"}, "push"),
        ({}, {"residual": 0.0}, "residual"),
        ({}, {"skirt": VOXEL / 2}, "skirt"),
    ],
)
def test_bad_input(arguments: dict[str, object], options: dict[str, object], message: str) -> None:
    def act() -> None:
        body = uniform_body((5, 4), **options)
        given = {"damage": np.zeros((5, 4)), "low": free(body), **arguments}
        damage, low = given.pop("damage"), given.pop("low")
        body.respond(damage, low, free(body), **given)

    with pytest.raises(InvalidInput, match=message):
        act()


def test_bodies_that_cannot_be() -> None:
    with pytest.raises(InvalidInput, match="voids only"):
        ElectrolyteBody(VoxelStiffness.of_materials(np.zeros((4, 4), int), [np.zeros((6, 6))]), VOXEL)
    with pytest.raises(InvalidInput, match="spacing"):
        ElectrolyteBody(VoxelStiffness.of_materials(np.zeros((4, 4), int), [MATRIX]), 0.0)
    open_end = np.zeros((6, 5), dtype=bool)
    open_end[0] = True
    body = uniform_body(open_end.shape, open_end)
    with pytest.raises(InvalidInput, match="end plane of pores only"):
        body.respond(np.zeros((6, 5)), free(body), free(body))
    some = np.zeros((6, 6), dtype=bool)
    some[0, 1:4] = True
    body = uniform_body(some.shape, some)
    with pytest.raises(InvalidInput, match="tractions on solid faces"):
        body.respond(np.zeros((6, 6)), *squeezed(body, 1e6))
    with pytest.raises(InvalidInput, match="one finite number per cluster"):
        body.respond(np.zeros((6, 6)), free(body), free(body)).strain_energy([1e6])
