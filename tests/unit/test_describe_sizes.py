"""Chords, local thickness and pieces of bodies of known size."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.microstructure.describe_sizes import (
    chord_lengths,
    equivalent_diameter,
    local_thickness,
    piece_sizes,
    pore_sizes,
)
from lisse.microstructure.volume import Volume

H = 1e-6


def two_phases(labels: np.ndarray, voxel_size: float | tuple[float, ...] = H) -> Volume:
    return Volume(labels.astype(np.uint8), voxel_size, {0: "pore", 1: "electrolyte"})


def cubes(edge: int, gap: int, number: int) -> np.ndarray:
    """A grid of cubes, each in the corner of its cell."""
    cell = np.zeros((edge + gap,) * 3, dtype=bool)
    cell[:edge, :edge, :edge] = True
    return np.tile(cell, (number,) * 3)


class TestChords:
    def test_grid_of_cubes_with_periodic_sides(self) -> None:
        found = chord_lengths(two_phases(cubes(4, 3, 2)), "electrolyte", axis=1, periodic=True)
        assert found.mean == pytest.approx(4 * H)
        assert found.count[3] == found.count.sum() == 2 * 2 * 2 * 16
        assert found.density.sum() * H == pytest.approx(1.0)

    def test_a_cut_end_counts_half_a_chord(self) -> None:
        line = np.array([[1, 1, 0, 1, 1, 1, 1, 0, 1]])
        found = chord_lengths(two_phases(line), "electrolyte", axis=1)
        assert found.count.sum() == 1
        assert found.cut.sum() == 2
        assert found.mean == pytest.approx(7 / 2 * H)

    def test_no_end_at_all(self) -> None:
        found = chord_lengths(two_phases(np.ones((3, 4))), "electrolyte")
        assert math.isinf(found.mean)
        assert not found.density.any()

    def test_window_does_not_bias_the_mean(self) -> None:
        stripes = np.tile(np.repeat([1, 0], [30, 10]), (200, 5))
        moved = np.array([np.roll(row, 7 * index) for index, row in enumerate(stripes)])[:, :50]
        assert chord_lengths(two_phases(moved), "electrolyte", axis=1).mean == pytest.approx(30 * H, rel=0.03)


class TestLocalThickness:
    def test_slit_and_wide_voxels(self) -> None:
        slit = np.zeros((10, 12, 8), dtype=bool)
        slit[3:7] = True
        found = local_thickness(two_phases(slit, (2e-6, 1e-6, 1e-6)), "electrolyte")
        assert found[slit] == pytest.approx(8e-6)
        assert not found[~slit].any()

    def test_needs_a_boundary(self) -> None:
        with pytest.raises(InvalidInput, match="a phase that has a boundary"):
            local_thickness(two_phases(np.ones((3, 3))), "electrolyte")

    def test_two_slits_make_two_sizes(self) -> None:
        slits = np.zeros((20, 30), dtype=bool)
        slits[2:4] = slits[8:16] = True
        found = pore_sizes(two_phases(slits), "electrolyte")
        assert found.largest == pytest.approx(8 * H)
        assert found.share[1] == pytest.approx(0.2)  # 1.5 to 2.5 voxels
        assert found.share[7] == pytest.approx(0.8)
        assert found.edges[[1, 2]] == pytest.approx([1.5 * H, 2.5 * H])
        assert found.share.sum() == pytest.approx(1.0)
        assert (found.d10, found.d50, found.d90) == pytest.approx((2 * H, 8 * H, 8 * H))


class TestPieces:
    def test_grid_of_cubes(self) -> None:
        found = piece_sizes(two_phases(cubes(3, 2, 2)), "electrolyte")
        assert found.count == 8
        assert found.volumes == pytest.approx(27 * H**3)
        assert found.mean == pytest.approx(found.volume_weighted_mean)
        assert found.mean == pytest.approx((6 * 27 / math.pi) ** (1 / 3) * H)

    def test_pieces_that_meet_through_periodic_sides_are_one(self) -> None:
        ends = np.array([[1, 0, 0, 1]])
        assert piece_sizes(two_phases(ends), "electrolyte").count == 2
        assert piece_sizes(two_phases(ends), "electrolyte", periodic=True).volumes == pytest.approx([2 * H**2])

    def test_volume_weights_favour_the_large(self) -> None:
        line = np.array([[1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1]])
        found = piece_sizes(two_phases(line), "electrolyte")
        assert found.diameters == pytest.approx(equivalent_diameter([9 * H**2, H**2], 2))
        assert found.volume_weighted_mean == pytest.approx((0.9 * 3.0 + 0.1 * 1.0) * 2.0 / math.sqrt(math.pi) * H)
