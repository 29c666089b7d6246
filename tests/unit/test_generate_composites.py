"""Spheres, fibres, networks, shells."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import ndimage

from lisse.errors import InvalidInput
from lisse.microstructure.generate import fibres, network, shell, spheres
from lisse.microstructure.generate.networks import percolation
from lisse.microstructure.volume import Volume

U = 1e-6


@pytest.mark.parametrize(
    ("size", "fraction", "overlap"),
    [((40 * U, 40 * U), 0.6, False), ((20 * U,) * 3, 0.45, False), ((20 * U,) * 3, 0.45, True)],
)
def test_spheres_fill_their_fraction_to_the_voxel(size: tuple[float, ...], fraction: float, overlap: bool) -> None:
    made = spheres(size, 0.5 * U, fraction, 5 * U, 0.2, overlap=overlap, seed=1)
    assert made.volume.mask("ceramic").sum() == round(fraction * made.volume.size)
    assert made.statistics["diameter"].error < 0.05
    assert abs(made.statistics["surface_shift"].reached) < 0.5 * U


def test_spheres_that_keep_apart_have_the_volume_of_a_ball() -> None:
    made = spheres((30 * U,) * 3, 0.5 * U, 0.2, 6 * U, 0.0, gap=1.5 * U, seed=1)
    tiled = np.pad(made.volume.mask("ceramic"), 20, mode="wrap")
    counts = np.bincount(made.volume.grains.ravel())[1:]
    assert counts.mean() * (0.5 * U) ** 3 == pytest.approx(math.pi / 6 * (6 * U) ** 3, rel=0.05)
    assert counts.std() / counts.mean() < 0.03
    assert np.bincount(ndimage.label(tiled, np.ones((3, 3, 3)))[0].ravel())[1:].max() <= counts.max()


def test_overlapping_spheres_percolate_above_their_threshold_only() -> None:
    def paths(fraction: float) -> float:
        made = spheres((40 * U,) * 3, 0.5 * U, fraction, 4 * U, overlap=True, seed=2)
        return sum(made.statistics[f"percolates_{axis}"].reached for axis in "xyz")

    assert paths(0.12) == 0
    assert paths(0.45) == 3


def test_random_fibres_point_everywhere_and_aligned_ones_along_one_direction() -> None:
    loose = fibres((24 * U,) * 3, 0.5 * U, 0.25, 1.5 * U, 10 * U, seed=1)
    aligned = fibres((24 * U,) * 3, 0.5 * U, 0.25, 1.5 * U, 10 * U, direction=(1, 0, 0), misalignment=0.2, seed=1)
    assert loose.volume.mask("ceramic").sum() == round(0.25 * 48**3)
    assert loose.statistics["alignment"].reached == pytest.approx(1 / 3, abs=0.1)
    expected = (1 + 1 / (1 + 4 * 0.2**2)) / 2  # mean of cos^2 for a Rayleigh angle, to the fourth order
    assert aligned.statistics["alignment"].reached == pytest.approx(expected, abs=0.03)
    chords = [
        (mask := aligned.volume.mask("ceramic")).sum() / (mask != np.roll(mask, 1, axis)).sum() for axis in (0, 1)
    ]
    assert chords[0] > 2 * chords[1]


def test_a_fibre_has_its_length_and_thickness() -> None:
    volume = fibres((40 * U, 40 * U), 0.25 * U, 0.019, 2 * U, 16 * U, direction=(1, 0), seed=2).volume
    mask = volume.mask("ceramic")
    assert mask.any(axis=1).sum() * 0.25 * U == pytest.approx(16 * U, abs=1.5 * U)
    assert mask.any(axis=0).sum() * 0.25 * U == pytest.approx(2 * U, abs=0.75 * U)


def test_the_two_point_probability_of_a_network_is_that_of_its_field() -> None:
    mask = network((200 * U, 200 * U), 0.5 * U, 0.5, 4 * U, seed=1).volume.mask("ceramic")
    for lag in (4, 8, 12):
        both = (mask & np.roll(mask, lag, 0)).mean()
        expected = 0.25 + math.asin(math.exp(-((lag * 0.5 / 4) ** 2))) / (2 * math.pi)
        assert both == pytest.approx(expected, abs=0.012)


def test_walls_percolate_where_blobs_do_not() -> None:
    blobs = network((40 * U,) * 3, 1 * U, 0.08, 4 * U, seed=3)
    walls = network((40 * U,) * 3, 1 * U, 0.3, 4 * U, kind="two-cut", seed=3)
    assert blobs.volume.mask("ceramic").sum() == round(0.08 * 40**3)
    assert sum(blobs.statistics[f"percolates_{axis}"].reached for axis in "xyz") == 0
    assert sum(walls.statistics[f"percolates_{axis}"].reached for axis in "xyz") == 3


def test_percolation_goes_through_faces_not_corners() -> None:
    assert [row.reached for row in percolation(np.eye(5, dtype=bool)).values()] == [0, 0]
    assert [row.reached for row in percolation(np.eye(5, dtype=bool) | np.eye(5, k=1, dtype=bool)).values()] == [1, 1]


def test_a_shell_on_a_plane_has_whole_voxels() -> None:
    labels = np.ones((20, 12), np.uint8)
    labels[:5] = 2
    flat = Volume(labels, 0.5 * U, {1: "polymer", 2: "ceramic"})
    assert shell(flat, "ceramic", 1 * U, "polymer", periodic=False).volume.mask("interphase").any(axis=1).sum() == 2
    assert shell(flat, "ceramic", 1 * U, "polymer", periodic=True).volume.mask("interphase").any(axis=1).sum() == 4


def test_a_shell_around_a_sphere_has_the_volume_of_a_shell() -> None:
    made = spheres((16 * U,) * 3, 0.25 * U, math.pi / 6 * 8**3 / 16**3, 8 * U, seed=1)
    coated = shell(made, "ceramic", 1 * U, "polymer")
    expected = math.pi / 6 * (10**3 - 8**3) / 16**3
    assert coated.statistics["interphase_fraction"].reached == pytest.approx(expected, rel=0.08)
    np.testing.assert_array_equal(coated.volume.mask("ceramic"), made.volume.mask("ceramic"))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: spheres((20 * U,) * 3, 0.5 * U, 0.7, 5 * U), "fraction: got 0.7.*overlap = true"),
        (lambda: spheres((20 * U,) * 3, 0.5 * U, 0.3, 1 * U), "diameter: .*at least 4 voxels across"),
        (lambda: spheres((20 * U,) * 3, 0.5 * U, 0.3, 15 * U), "diameter: .*half the box"),
        (lambda: fibres((20 * U,) * 3, 0.5 * U, 0.3, 3 * U, 2 * U), "length: got"),
        (lambda: fibres((20 * U,) * 3, 0.5 * U, 0.3, 3 * U, 9 * U, direction=(1, 0)), "direction: .*3 finite numbers"),
        (lambda: network((20 * U,) * 3, 0.5 * U, 0.3, 9 * U), "correlation_length: .*a quarter of the box"),
        (lambda: network((20 * U,) * 3, 0.5 * U, 0.3, 3 * U, kind="onecut"), "kind: got 'onecut'.*'one-cut'"),
        (lambda: shell(network((20 * U,) * 2, 0.5 * U, 0.3, 3 * U), "ceramic", 0.1 * U, "polymer"), "thickness: got"),
    ],
)
def test_wrong_parameters_are_refused(call: object, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        call()  # type: ignore[operator]
