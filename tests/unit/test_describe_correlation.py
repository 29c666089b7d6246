"""Two-point statistics of structures whose correlation is known in closed form."""

from __future__ import annotations

import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.microstructure.describe_correlation import lineal_path, two_point_correlation
from lisse.microstructure.volume import Volume

H = 2e-6


def two_phases(labels: np.ndarray, voxel_size: float | tuple[float, ...] = H) -> Volume:
    return Volume(labels.astype(np.uint8), voxel_size, {0: "pore", 1: "electrolyte"})


class TestTwoPointCorrelation:
    def test_checkerboard_alternates_along_an_axis(self) -> None:
        board = two_phases(np.indices((8, 8, 8)).sum(axis=0) % 2)
        found = two_point_correlation(board, "pore", periodic=True)
        for distance, probability in found.along:
            assert distance == pytest.approx(np.arange(5) * H)
            assert probability == pytest.approx([0.5, 0.0, 0.5, 0.0, 0.5], abs=1e-12)

    def test_layers(self) -> None:
        layers = np.zeros((20, 4), dtype=bool)
        layers[:10] = True
        found = two_point_correlation(two_phases(layers), "electrolyte", periodic=True)
        assert found.along[0][1] == pytest.approx(np.arange(10, -1, -1) / 20.0)
        assert found.along[1][1] == pytest.approx(0.5)

    def test_without_periodic_sides_the_border_leaves_no_bias(self) -> None:
        half = np.zeros((20, 3), dtype=bool)
        half[:10] = True
        found = two_point_correlation(two_phases(half), "electrolyte")
        # of the 20 - k pairs k apart, 10 - k lie in the half
        lags = np.arange(11)
        assert found.along[0][1] == pytest.approx((10.0 - lags) / (20.0 - lags))

    def test_noise_has_no_correlation(self) -> None:
        noise = np.random.default_rng(7).random((64, 64, 64)) < 0.3
        found = two_point_correlation(two_phases(noise), "electrolyte")
        assert found.fraction == pytest.approx(noise.mean())
        assert found.probability[1:] == pytest.approx(0.09, abs=2e-3)
        assert found.correlation_length < H

    def test_longest_and_stretched_voxels(self) -> None:
        noise = np.random.default_rng(8).random((30, 20)) < 0.5
        found = two_point_correlation(two_phases(noise, (1e-6, 2e-6)), "pore", longest=5e-6)
        assert [len(distance) for distance, _ in found.along] == [6, 4]
        assert found.along[1][0][-1] == pytest.approx(6e-6)

    def test_one_phase_only(self) -> None:
        found = two_point_correlation(two_phases(np.ones((6, 6))), "electrolyte")
        assert found.probability == pytest.approx(1.0)
        assert found.specific_surface == pytest.approx(0.0, abs=1e-6)
        assert np.isnan(found.correlation_length)

    @pytest.mark.parametrize("longest", [0.0, -1e-6, float("nan")])
    def test_longest_must_be_a_length(self, longest: float) -> None:
        with pytest.raises(InvalidInput, match="longest: got .*a length in m above 0"):
            two_point_correlation(two_phases(np.eye(4)), "pore", longest)


class TestLinealPath:
    def test_stripes(self) -> None:
        stripes = np.zeros((12, 2), dtype=bool)
        stripes[2:5] = stripes[8:11] = True
        found = lineal_path(two_phases(stripes), "electrolyte", axis=0)
        assert found.probability[:4] == pytest.approx([6 / 12, 4 / 11, 2 / 10, 0.0])
        assert found.distance[1] == H

    def test_lies_below_the_two_point_correlation(self) -> None:
        noise = two_phases(np.random.default_rng(9).random((20, 20, 20)) < 0.6)
        path = lineal_path(noise, "electrolyte", axis=2).probability
        pairs = two_point_correlation(noise, "electrolyte").along[2][1]
        assert (path[:11] <= pairs + 1e-12).all()
        assert path[:2] == pytest.approx(pairs[:2])
