"""Grains of known shape and orientation."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.microstructure.describe_grains import grain_neighbours, grain_sizes, misorientations
from lisse.microstructure.volume import Volume

H = 1e-6


def bricks(shape: tuple[int, ...], number: tuple[int, ...], orientations: object = None) -> Volume:
    """A wall of bricks, numbered along the axes."""
    index = np.indices(tuple(a * b for a, b in zip(shape, number, strict=True)))
    place = [one // edge for one, edge in zip(index, shape, strict=True)]
    grains = np.ravel_multi_index(place, number) + 1
    return Volume(np.zeros(grains.shape, dtype=np.uint8), H, {0: "electrolyte"}, grains, orientations)


class TestSizes:
    def test_equal_bricks(self) -> None:
        found = grain_sizes(bricks((4, 4, 4), (2, 3, 2)))
        assert found.count == 12
        assert found.volumes == pytest.approx(64 * H**3)
        diameter = (6 * 64 / math.pi) ** (1 / 3) * H
        assert (found.mean, found.volume_weighted_mean, found.median) == pytest.approx((diameter,) * 3)
        assert found.log_spread == pytest.approx(0.0, abs=1e-12)
        assert found.cut.all()

    def test_only_whole_grains(self) -> None:
        found = grain_sizes(bricks((4, 4), (3, 3)), whole_only=True)
        assert found.grains.tolist() == [5]
        assert math.isnan(found.log_spread)
        with pytest.raises(InvalidInput, match="no whole grain"):
            grain_sizes(bricks((4, 4), (2, 2)), whole_only=True)

    def test_periodic_sides_cut_nothing(self) -> None:
        assert not grain_sizes(bricks((4, 4), (2, 2)), periodic=True).cut.any()

    def test_log_normal_fit(self) -> None:
        lengths = np.round(np.random.default_rng(10).lognormal(6.0, 0.3, 400)).astype(int)
        grains = np.repeat(np.arange(1, 401), lengths)[None]
        found = grain_sizes(Volume(np.zeros_like(grains), H, {0: "electrolyte"}, grains))
        # in 2-D the diameter goes with the root of the area
        logarithms = np.log(lengths) / 2.0
        assert found.median == pytest.approx(math.sqrt(4.0 / math.pi) * math.exp(logarithms.mean()) * H)
        assert found.log_spread == pytest.approx(logarithms.std(ddof=1))
        assert found.log_spread == pytest.approx(0.15, rel=0.1)


class TestNeighbours:
    def test_bricks_in_a_row_of_three(self) -> None:
        found = grain_neighbours(bricks((4, 5), (3, 1)))
        assert found.pairs.tolist() == [[1, 2], [2, 3]]
        assert found.counts.tolist() == [1, 2, 1]
        assert found.areas == pytest.approx(5 * H * math.pi / 4)

    def test_periodic_row_closes(self) -> None:
        found = grain_neighbours(bricks((4, 5), (3, 1)), periodic=True)
        assert found.pairs.tolist() == [[1, 2], [1, 3], [2, 3]]
        assert found.mean == 2.0

    def test_cubes_touch_six_others(self) -> None:
        found = grain_neighbours(bricks((16, 16, 16), (3, 3, 3)), periodic=True)
        assert found.counts.tolist() == [6] * 27
        # walls along the axes are the worst case of Crofton's formula, 7 % low; steps over edges of cubes count once
        assert 0.87 < found.area_per_volume * (16 * H) / 3.0 < 0.93

    def test_pores_between_grains_do_not_count(self) -> None:
        grains = np.array([[1, 1, 0, 2, 2]])
        found = grain_neighbours(Volume(np.zeros_like(grains), H, {0: "electrolyte"}, grains))
        assert len(found.pairs) == 0
        assert found.area_per_volume == 0.0


class TestMisorientations:
    def test_known_turns(self) -> None:
        def about_z(degrees: float) -> list[float]:
            half = math.radians(degrees) / 2.0
            return [math.cos(half), 0.0, 0.0, math.sin(half)]

        row = bricks((4, 5), (3, 1), {1: about_z(0.0), 2: about_z(20.0), 3: about_z(95.0)})
        found = misorientations(row)
        assert np.degrees(found.angles) == pytest.approx([20.0, 15.0])
        assert math.degrees(found.mean) == pytest.approx(17.5)
        assert math.degrees(found.largest) == pytest.approx(20.0)
        assert np.degrees(misorientations(row, symmetry="none").angles) == pytest.approx([20.0, 75.0])
        assert np.degrees(misorientations(row, symmetry="hexagonal").angles) == pytest.approx([20.0, 15.0])

    def test_histogram_has_the_random_one_beside_it(self) -> None:
        generator = np.random.default_rng(11)
        turns = generator.standard_normal((28, 4))
        turns /= np.linalg.norm(turns, axis=1)[:, None]
        found = misorientations(bricks((3, 3, 3), (3, 3, 3), turns))
        edges, density, random = found.histogram(18)
        assert np.sum(density * np.diff(edges)) == pytest.approx(1.0)
        assert random is not None
        assert np.sum(random * np.diff(edges)) == pytest.approx(1.0, abs=0.01)
        assert misorientations(bricks((3, 3, 3), (3, 3, 3), turns), symmetry="none").histogram()[2] is None


class TestBadInput:
    def test_no_grains(self) -> None:
        plain = Volume(np.zeros((2, 2), dtype=np.uint8), H, {0: "electrolyte"})
        with pytest.raises(InvalidInput, match="grains: got 'none'; allowed: a volume whose voxels belong to grains"):
            grain_sizes(plain)
        with pytest.raises(InvalidInput, match="grains"):
            grain_neighbours(plain.replace(grains=np.zeros((2, 2), dtype=int)))

    def test_no_orientations(self) -> None:
        with pytest.raises(InvalidInput, match="an orientation for every grain"):
            misorientations(bricks((2, 2), (2, 2)))

    def test_unknown_symmetry(self) -> None:
        wall = bricks((2, 2), (2, 1), {1: (1.0, 0.0, 0.0, 0.0), 2: (1.0, 0.0, 0.0, 0.0)})
        with pytest.raises(InvalidInput, match=r"symmetry: got 'cubik'.*Did you mean 'cubic'"):
            misorientations(wall, symmetry="cubik")

    def test_one_grain_has_no_boundary(self) -> None:
        with pytest.raises(InvalidInput, match="at least two grains that touch"):
            misorientations(bricks((2, 2), (1, 1), {1: (1.0, 0.0, 0.0, 0.0)}))
