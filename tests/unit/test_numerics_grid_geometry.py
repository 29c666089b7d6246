"""Distances, balls, paths, runs, pieces and directions on voxel grids, against what can be counted."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import ndimage

from lisse.numerics.autocorrelation import autocorrelation, radial_average
from lisse.numerics.components import label_components
from lisse.numerics.crofton import direction_weights, interface_density
from lisse.numerics.distance import distance_to_background
from lisse.numerics.maximal_spheres import local_radius
from lisse.numerics.misorientation import SYMMETRIES, disorientation_angle, multiply, symmetry_operators
from lisse.numerics.runs import run_lengths
from lisse.numerics.shortest_path import path_length_from_side


@pytest.fixture(scope="module")
def blobs() -> np.ndarray:
    noise = np.random.default_rng(1).standard_normal((24, 20, 22))
    return ndimage.gaussian_filter(noise, 1.5, mode="wrap") > 0.0


class TestDistance:
    def test_agrees_with_scipy(self, blobs: np.ndarray) -> None:
        expected = ndimage.distance_transform_edt(blobs, (1.0, 2.0, 0.5))
        assert distance_to_background(blobs, (1.0, 2.0, 0.5)) == pytest.approx(expected, rel=1e-6)

    def test_many_voxels_take_the_parallel_way_to_the_same_values(self) -> None:
        many = np.random.default_rng(2).random((40, 40, 40)) < 0.97
        assert distance_to_background(many) == pytest.approx(ndimage.distance_transform_edt(many), rel=1e-6)

    def test_periodic_is_the_middle_of_nine_copies(self) -> None:
        flat = np.random.default_rng(3).random((13, 17)) < 0.9
        copies = ndimage.distance_transform_edt(np.tile(flat, (3, 3)))
        assert distance_to_background(flat, periodic=(True, True)) == pytest.approx(copies[13:26, 17:34], rel=1e-6)

    def test_without_background_it_is_infinite(self) -> None:
        assert np.isinf(distance_to_background(np.ones((3, 4)))).all()


class TestMaximalSpheres:
    def test_lies_between_the_balls_and_the_balls_half_a_voxel_smaller(self, blobs: np.ndarray) -> None:
        small = blobs[:12, :12, :12]
        distance = ndimage.distance_transform_edt(small)
        grid = np.indices(small.shape)
        largest, least = np.zeros(small.shape), np.zeros(small.shape)
        for centre in np.argwhere(small):
            away = np.sqrt(((grid - centre.reshape(3, 1, 1, 1)) ** 2).sum(axis=0))
            radius = distance[tuple(centre)]
            largest[away < radius - 1e-5] = np.maximum(largest[away < radius - 1e-5], radius)
            least[away < radius - 0.5] = np.maximum(least[away < radius - 0.5], radius)
        found = local_radius(small)
        assert (found <= largest + 1e-5).all()
        assert (found >= least - 1e-5).all()
        assert ((found > 0.0) == small).all()

    @pytest.mark.parametrize(
        ("shape", "steps"), [((14, 13, 45), None), ((30, 70), None), ((9, 8, 40), (1.0, 2.0, 0.5))]
    )
    @pytest.mark.parametrize("share", [0.9, 0.99])
    def test_is_what_painting_ball_by_ball_gives(
        self, shape: tuple[int, ...], steps: tuple[float, ...] | None, share: float
    ) -> None:
        """The plain rule: from the largest ball down, skip those within a painted one but for half a smallest step."""
        mask = np.random.default_rng(4).random(shape) < share
        scale = np.array(steps or (1.0,) * len(shape))
        radii = distance_to_background(mask, steps).astype(float)
        places = np.moveaxis(np.indices(shape), 0, -1) * scale
        expected, depth = np.zeros(shape), np.zeros(shape)
        for centre in np.argsort(-radii, axis=None, kind="stable"):
            radius = radii.flat[centre]
            if radius > 0.0 and depth.flat[centre] < radius - 0.5 * scale.min() + 1e-6:
                away = np.sqrt(((places - places.reshape(-1, len(shape))[centre]) ** 2).sum(axis=-1))
                ball = away**2 < radius**2 * (1.0 - 1e-6)
                expected[ball & (expected == 0.0)] = radius
                depth[ball] = np.maximum(depth[ball], (radius - away)[ball])
        assert local_radius(mask, steps) == pytest.approx(expected, rel=1e-6)

    @pytest.mark.parametrize(("width", "diameter"), [(4, 4.0), (5, 6.0)])
    def test_slit(self, width: int, diameter: float) -> None:
        slit = np.zeros((12, 20), dtype=bool)
        slit[2 : 2 + width] = True
        assert 2.0 * local_radius(slit)[slit] == pytest.approx(diameter)

    def test_anisotropic_slit(self) -> None:
        slit = np.zeros((12, 20), dtype=bool)
        slit[:, 3:9] = True
        assert 2.0 * local_radius(slit, (1.0, 0.5))[slit] == pytest.approx(3.0)

    def test_without_background_it_is_infinite(self) -> None:
        assert np.isinf(local_radius(np.ones((3, 4)))).all()


class TestComponents:
    def test_corners_do_not_connect(self) -> None:
        assert label_components(np.eye(3, dtype=bool))[1] == 3

    def test_periodic_sides_join(self) -> None:
        mask = np.zeros((4, 5), dtype=bool)
        mask[0, 1:3] = mask[3, 2:4] = mask[:, 0] = mask[1, 4] = True
        assert label_components(mask)[1] == 3
        labels, count = label_components(mask, (True, True))
        assert count == 1
        assert set(labels[mask]) == {1}
        assert set(labels[~mask]) == {0}

    def test_periodic_count_agrees_with_the_copies(self, blobs: np.ndarray) -> None:
        labels, count = label_components(blobs, (True, True, True))
        assert sorted(np.unique(labels[blobs])) == list(range(1, count + 1))
        for axis in range(3):
            low, high = labels.take(0, axis=axis), labels.take(-1, axis=axis)
            both = (low > 0) & (high > 0)
            assert (low[both] == high[both]).all()

    def test_nothing(self) -> None:
        assert label_components(np.zeros((2, 2)), (True, True))[1] == 0


class TestRuns:
    def test_cut_and_whole(self) -> None:
        runs = run_lengths([[1, 0, 1, 1, 0, 1], [1, 1, 1, 1, 1, 1]], axis=1)
        assert runs.whole.tolist() == [0, 0, 1, 0, 0, 0, 0]
        assert runs.cut.tolist() == [0, 2, 0, 0, 0, 0, 1]

    def test_periodic_runs_close_over_the_border(self) -> None:
        runs = run_lengths([[1, 0, 1, 1, 0, 1], [1, 1, 1, 1, 1, 1], [0, 0, 0, 0, 1, 1]], axis=1, periodic=True)
        assert runs.whole.tolist() == [0, 0, 3, 0, 0, 0, 0]
        assert runs.cut[6] == 1

    @pytest.mark.parametrize("periodic", [False, True])
    def test_path_probability_by_brute_force(self, periodic: bool) -> None:
        mask = np.random.default_rng(4).random((7, 9)) < 0.7
        mask[0] = True
        found = run_lengths(mask, 1, periodic).path_probability()
        for k in range(9):
            starts = range(9) if periodic else range(9 - k)
            hits = [mask[i, [(s + m) % 9 for m in range(k + 1)]].all() for i in range(7) for s in starts]
            assert found[k] == pytest.approx(np.mean(hits))

    def test_along_the_first_axis(self) -> None:
        assert run_lengths([[0], [1], [1], [0]], axis=0).whole.tolist() == [0, 0, 1, 0, 0]


class TestAutocorrelation:
    @pytest.mark.parametrize("periodic", [(False, False), (True, False), (True, True)])
    def test_by_brute_force(self, periodic: tuple[bool, bool]) -> None:
        values = np.random.default_rng(5).random((6, 7))
        found = autocorrelation(values, (3, 4), periodic)
        assert found.shape == (7, 5)
        for p, q in itertools.product(range(-3, 4), range(5)):
            products = [
                values[i, j] * values[(i + p) % 6, (j + q) % 7]
                for i, j in itertools.product(range(6), range(7))
                if (periodic[0] or 0 <= i + p < 6) and (periodic[1] or 0 <= j + q < 7)
            ]
            assert found[p + 3, q] == pytest.approx(np.mean(products))

    def test_radial_average_of_the_distance_is_the_distance(self) -> None:
        lags = np.sqrt(np.add.outer(np.arange(-6, 7) ** 2, np.arange(7) ** 2)).astype(float)
        distance, mean = radial_average(lags, (6, 6), (1.0, 1.0), 1.0)
        assert mean == pytest.approx(distance)
        assert distance[:2] == pytest.approx([0.0, (4.0 + 4.0 * np.sqrt(2.0)) / 8.0])


class TestShortestPath:
    def test_around_a_wall(self) -> None:
        mask = np.ones((3, 5), dtype=bool)
        mask[1, :4] = False
        length = path_length_from_side(mask, 0)
        assert length[2, 4] == pytest.approx(2.0)
        assert length[2, 0] == pytest.approx(6.0)

    def test_does_not_cut_corners(self) -> None:
        assert np.isinf(path_length_from_side(np.eye(3, dtype=bool), 0)[2, 2])

    def test_steps_have_their_length(self) -> None:
        mask = np.ones((1, 4, 5), dtype=bool)
        assert path_length_from_side(mask, 2, (1.0, 1.0, 0.25))[0, :, 4] == pytest.approx(1.0)


class TestCrofton:
    def test_weights_are_shares(self) -> None:
        for spacing in [(1.0, 1.0), (1.0, 1.0, 1.0), (1.0, 2.0, 0.3)]:
            assert sum(weight for _, weight in direction_weights(spacing)) == pytest.approx(1.0)
        assert len(direction_weights((1.0, 1.0, 1.0))) == 13

    @pytest.mark.parametrize("periodic", [(False, False), (True, True)])
    def test_crossings_of_a_stripe(self, periodic: tuple[bool, bool]) -> None:
        stripe = np.zeros((40, 40), dtype=bool)
        stripe[:, 10:30] = True
        exact = 2.0 / 40.0
        assert interface_density([stripe], np.not_equal, (1.0, 1.0), periodic) == pytest.approx(exact, rel=0.07)


class TestMisorientation:
    @pytest.mark.parametrize("symmetry", SYMMETRIES)
    def test_turning_a_crystal_by_its_own_symmetry_changes_nothing(self, symmetry: str) -> None:
        crystal = np.array([0.5, -0.1, 0.7, 0.5])
        crystal /= np.linalg.norm(crystal)
        turned = multiply(crystal, symmetry_operators(symmetry))
        # the arc cosine turns rounding of 1e-16 into angles of 1e-8
        assert disorientation_angle(crystal, turned, symmetry) == pytest.approx(0.0, abs=1e-7)

    def test_symmetry_acts_on_both_sides(self) -> None:
        first, second = np.random.default_rng(6).standard_normal((2, 4))
        first, second = first / np.linalg.norm(first), second / np.linalg.norm(second)
        operators = symmetry_operators("cubic")
        between = multiply(multiply(operators[:, None], first * [1, -1, -1, -1]), multiply(second, operators)[None])
        smallest = 2.0 * np.arccos(np.abs(between[..., 0]).max())
        assert disorientation_angle(first, second) == pytest.approx(smallest)

    @pytest.mark.parametrize(("degrees", "expected"), [(30.0, 30.0), (45.0, 45.0), (60.0, 30.0), (90.0, 0.0)])
    def test_about_a_cube_axis(self, degrees: float, expected: float) -> None:
        half = np.radians(degrees) / 2.0
        angle = disorientation_angle([1.0, 0.0, 0.0, 0.0], [np.cos(half), 0.0, 0.0, np.sin(half)])
        assert np.degrees(angle) == pytest.approx(expected, abs=1e-5)
