"""A case with a microstructure mixes as the composite does: the interface resistance acts on the true area."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lisse.materials import load
from lisse.materials.hybrid import Filler
from lisse.microstructure import Volume, composite_conductivity
from lisse.microstructure.interface_area import mean_stair_factor
from lisse.models.hybrid_voxels import VoxelMixing


def balls(voxels: int, count: int) -> Volume:
    """Cubes with a sphere in each, side by side along x."""
    x = (np.arange(voxels) + 0.5) / voxels - 0.5
    one = x[:, None, None] ** 2 + x[None, :, None] ** 2 + x[None, None, :] ** 2 <= 0.09
    return Volume(np.tile(one, (count, 1, 1)).astype(np.uint8), 1e-6 / voxels, {0: "matrix", 1: "filler"})


def test_faces_of_a_sphere_count_one_and_a_half_times() -> None:
    volume = balls(32, 1)
    factor = mean_stair_factor(volume.mask("filler"), volume.mask("matrix"), volume.voxel_size)
    assert factor == pytest.approx(1.5, rel=0.02)
    assert mean_stair_factor(volume.mask("filler"), ~volume.mask("filler"), volume.voxel_size) == factor


@pytest.mark.parametrize("resistance", [1e-4, 1e-2])
def test_the_mixing_of_a_case_agrees_with_the_composite(resistance: float) -> None:
    """Between two electrodes through the matrix, where the periodic cell problem has the same solution by symmetry."""
    volume = balls(24, 2)
    filler = Filler(load("LLZO"), float(volume.mask("filler").mean()), 0.3e-6, resistance)
    mixed = VoxelMixing(volume, "matrix", {"filler": filler}).ions(1e-3, [1e-1])
    composite = composite_conductivity(
        volume, {"matrix": 1e-3, "filler": 1e-1}, 0, {("filler", "matrix"): resistance}, tolerance=1e-8
    )
    assert mixed == pytest.approx(composite.value, rel=2e-3)
    assert not math.isclose(
        mixed, composite_conductivity(volume, {"matrix": 1e-3, "filler": 1e-1}, 0).value, rel_tol=0.05
    )
