"""Pores, cracks and scratches."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from lisse.errors import InvalidInput
from lisse.microstructure.generate import Generated, cell_stack, cracks, polycrystal, pores, scratches
from lisse.microstructure.generate.porosity import boundary_voxels, junction_voxels
from lisse.microstructure.volume import Volume

U = 1e-6


@pytest.fixture(scope="module")
def pellet() -> Generated:
    return polycrystal((40 * U, 40 * U), 0.25 * U, 6 * U, 0.3, seed=1)


@pytest.fixture(scope="module")
def block() -> Generated:
    return polycrystal((20 * U, 20 * U, 20 * U), 0.5 * U, 6 * U, 0.3, seed=1)


def plain(shape: tuple[int, ...] = (60, 80)) -> Volume:
    return Volume(np.ones(shape, np.uint8), 0.5 * U, {1: "electrolyte"})


@pytest.mark.parametrize("place", ["boundary", "junction", "bulk", "anywhere"])
def test_porosity_is_met_to_the_voxel_in_2d(pellet: Generated, place: str) -> None:
    made = pores(pellet, 0.04, 1.2 * U, 0.3, place=place, seed=2)
    size = made.volume.size
    assert made.volume.mask("pore").sum() == round(0.04 * size)
    assert made.statistics["pore_diameter"].error < 0.05
    assert made.statistics["pore_spread"].reached == pytest.approx(0.3, abs=0.06)
    assert not made.volume.grains[made.volume.mask("pore")].any()


def test_porosity_is_met_to_the_voxel_in_3d(block: Generated) -> None:
    made = pores(block, 0.05, 2 * U, periodic=True, seed=2)
    assert made.volume.mask("pore").sum() == round(0.05 * made.volume.size)
    assert made.statistics["pore_diameter"].error < 0.05


def test_pores_sit_where_they_should(pellet: Generated) -> None:
    grains = pellet.volume.grains

    def centres(place: str) -> list[tuple[int, ...]]:
        made = pores(pellet, 0.02, 1.2 * U, 0.0, place=place, seed=2)
        parts, count = ndimage.label(made.volume.mask("pore"))
        middles = ndimage.center_of_mass(parts > 0, parts, range(1, count + 1))
        inner = [m for m in middles if min(m) > 4 and max(m) < 155]
        return [tuple(round(x) for x in m) for m in inner]

    for place, mask in (("boundary", boundary_voxels(grains)), ("junction", junction_voxels(grains))):
        near = ndimage.binary_dilation(mask, np.ones((3, 3)))
        assert all(near[index] for index in centres(place))
    assert not any(boundary_voxels(grains)[index] for index in centres("bulk"))


def test_pores_keep_apart_unless_they_may_overlap() -> None:
    apart = pores(plain(), 0.15, 3 * U, 0.0, place="anywhere", periodic=True, seed=1)
    merged = pores(plain(), 0.15, 3 * U, 0.0, place="anywhere", periodic=True, overlap=True, seed=1)
    assert merged.volume.mask("pore").sum() == apart.volume.mask("pore").sum() == round(0.15 * 60 * 80)
    tiled = np.tile(apart.volume.mask("pore"), (2, 2))
    sizes = np.bincount(ndimage.label(tiled)[0].ravel())[1:]
    assert sizes.max() <= np.ceil(np.pi * 9.0) + 1  # one pore of 3 um in voxels of 0.5 um


def test_pores_leave_the_lithium_alone(pellet: Generated) -> None:
    cell = cell_stack(pellet, 5 * U)
    made = pores(cell, 0.05, 2 * U, place="anywhere", seed=1)
    np.testing.assert_array_equal(made.volume.mask("lithium"), cell.volume.mask("lithium"))
    asked = pores(cell, 0.05, 2 * U, place="anywhere", host=["electrolyte", "lithium"], seed=1)
    assert asked.volume.mask("lithium").sum() < cell.volume.mask("lithium").sum()


def test_no_porosity_changes_nothing(pellet: Generated) -> None:
    np.testing.assert_array_equal(pores(pellet, 0.0, 2 * U).volume.labels, pellet.volume.labels)


def test_a_crack_has_its_length_and_cannot_be_crossed() -> None:
    made = cracks(plain(), 1, 15 * U, 0.0, tilt=0.4, seed=3)
    crack = made.volume.mask("crack")
    assert made.statistics["crack_length"].error < 0.05
    assert ndimage.label(crack, ndimage.generate_binary_structure(2, 1))[1] == 1
    assert crack[0].any()
    through = cracks(plain(), 1, 100 * U, 0.0, seed=3)
    assert ndimage.label(through.volume.mask("electrolyte"), np.ones((3, 3)))[1] == 2
    assert through.statistics["cracks_through"].reached == 1


def test_crack_lengths_have_their_distribution() -> None:
    made = cracks(plain((120, 400)), 12, 20 * U, 0.4, seed=1)
    assert made.statistics["crack_length"].error < 0.05
    assert made.statistics["crack_spread"].reached == pytest.approx(0.4, abs=0.05)


def test_one_crack_is_as_deep_as_its_seed_says() -> None:
    """Over many seeds the depths of single cracks are the distribution, and not all its mean."""
    depths = [
        cracks(plain((200, 40)), 1, 40 * U, 0.4, seed=n).statistics["crack_length"].reached / U for n in range(60)
    ]
    assert np.mean(depths) == pytest.approx(40.0, rel=0.15)
    assert np.std(depths) / np.mean(depths) == pytest.approx(0.4, abs=0.12)


def test_cracks_follow_grain_boundaries(pellet: Generated) -> None:
    made = cracks(pellet, 3, 12 * U, 0.2, along_boundaries=True, side="high", seed=2)
    near = ndimage.binary_dilation(boundary_voxels(pellet.volume.grains), np.ones((3, 3)))
    crack = made.volume.mask("crack")
    assert crack.any()
    assert near[crack].all()
    assert crack[-1].any()
    assert made.statistics["crack_length"].error < 0.15


@pytest.mark.parametrize("along", [False, True])
def test_cracks_in_3d_are_half_ellipses(block: Generated, along: bool) -> None:
    made = cracks(block, 1, 8 * U, 0.0, aspect=1.2, along_boundaries=along, seed=4)
    depths, *surface = np.nonzero(made.volume.mask("crack"))
    assert (depths.max() + 1) * 0.5 * U == pytest.approx(8 * U, abs=1.5 * U)
    assert np.ptp(surface, axis=1).max() * 0.5 * U <= 2 * 1.2 * 8 * U
    assert made.statistics["crack_length"].error < 0.15


def test_a_crack_tells_that_it_touches_a_pore(pellet: Generated) -> None:
    porous = pores(pellet, 0.2, 2 * U, place="anywhere", seed=1)
    assert cracks(porous, 3, 20 * U, seed=1).statistics["cracks_touching_pores"].reached == 3
    assert cracks(pellet, 3, 20 * U, seed=1).statistics["cracks_touching_pores"].reached == 0


def test_scratches_are_as_deep_as_asked() -> None:
    made = scratches(plain(), 2, 4 * U, 6 * U, side="high", seed=1)
    pore = made.volume.mask("pore")
    assert pore[-1].any()
    assert not pore[: 60 - 8].any()
    assert made.statistics["scratch_depth"].error < 0.15
    block = scratches(plain((20, 30, 30)), 1, 3 * U, 4 * U, length=6 * U, seed=2)
    assert 0 < block.statistics["scratched_area"].reached < 0.2


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda v: pores(v, 0.7, 2 * U, place="bulk"), "porosity: got 0.7; allowed: a number from 0 to 0.6"),
        (lambda v: pores(v, 0.1, 0.5 * U, place="bulk"), "diameter: .*at least 2 voxels across a pore.*Take voxels"),
        (lambda v: pores(v, 0.1, 2 * U, place="bulc"), "place: got 'bulc'.*Did you mean 'bulk'"),
        (lambda v: pores(v, 0.1, 2 * U), "place: got 'boundary'.*has no grains"),
        (lambda v: pores(v, 0.55, 3 * U, place="anywhere"), "porosity: got '0.* reached'.*overlap = true"),
        (lambda v: pores(v, 0.1, 2 * U, place="bulk", host="lithium"), "phase: got 'lithium'"),
        (lambda v: pores(v.labels, 0.1, 2 * U), "of: got 'ndarray'"),
        (lambda v: cracks(v, 0, 9 * U), "count: got 0"),
        (lambda v: cracks(v, 1, 0.5 * U), "length: got .*of at least 1.5e-06 m"),
        (lambda v: cracks(v, 1, 9 * U, along_boundaries=True), "along_boundaries: .*no grains"),
        (lambda v: cracks(v, 1, 9 * U, side="left"), "side: got 'left'"),
        (lambda v: scratches(v, 1, 0.1 * U, 4 * U), "depth: got .*at least 5e-07 m"),
    ],
)
def test_wrong_parameters_are_refused(call: object, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        call(plain())  # type: ignore[operator]


def test_the_host_must_be_named_where_it_is_not_plain() -> None:
    two = Volume(np.arange(80).reshape(8, 10) % 2, 1 * U, {0: "ceramic", 1: "polymer"})
    with pytest.raises(InvalidInput, match="host: allowed: one or more of ceramic, polymer"):
        pores(two, 0.1, 3 * U, place="anywhere")
