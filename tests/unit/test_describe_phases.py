"""Surfaces and connectivity of phases whose answer can be counted."""

from __future__ import annotations

import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.microstructure.describe_phases import connectivity, specific_surface
from lisse.microstructure.volume import Volume

H = 0.5e-6
PHASES = {0: "pore", 1: "electrolyte", 2: "lithium"}


def volume_of(labels: object, voxel_size: float | tuple[float, ...] = H) -> Volume:
    return Volume(np.asarray(labels, dtype=np.uint8), voxel_size, PHASES)


class TestSpecificSurface:
    @pytest.mark.parametrize("periodic", [False, True])
    def test_faces_of_layers(self, periodic: bool) -> None:
        layers = np.zeros((8, 6, 5), dtype=np.uint8)
        layers[4:] = 1
        faces = 2 if periodic else 1
        found = specific_surface(volume_of(layers), "electrolyte", "faces", periodic)
        assert found == pytest.approx(faces / (8 * H))

    def test_faces_of_stretched_voxels(self) -> None:
        cube = np.zeros((4, 4, 4), dtype=np.uint8)
        cube[1, 1, 1] = 1
        stretched = volume_of(cube, (1e-6, 2e-6, 3e-6))
        area = 2.0 * (2.0 * 3.0 + 1.0 * 3.0 + 1.0 * 2.0) * 1e-12
        assert specific_surface(stretched, 1, "faces") == pytest.approx(area / (64 * 6e-18))

    def test_checkerboard_has_every_face(self) -> None:
        board = np.indices((6, 6)).sum(axis=0) % 2
        assert specific_surface(volume_of(board), 1, "faces", periodic=True) == pytest.approx(2.0 / H)

    @pytest.mark.parametrize("method", ["crofton", "faces", "marching-cubes"])
    def test_one_phase_only_has_no_surface(self, method: str) -> None:
        assert specific_surface(volume_of(np.ones((4, 4, 4))), 1, method) == 0.0

    def test_wrong_method(self) -> None:
        with pytest.raises(InvalidInput, match=r"method: got 'croften'.*Did you mean 'crofton'"):
            specific_surface(volume_of([[0, 1]]), 0, "croften")
        with pytest.raises(InvalidInput, match="crofton or faces for a 2-D volume"):
            specific_surface(volume_of([[0, 1]]), 0, "marching-cubes")


class TestConnectivity:
    def test_a_maze(self) -> None:
        maze = [
            [1, 1, 1, 0, 1],
            [0, 0, 1, 0, 1],
            [1, 0, 1, 0, 0],
            [1, 0, 1, 1, 1],
        ]
        along_x = connectivity(volume_of(maze), "electrolyte", axis=0)
        assert (along_x.low, along_x.high, along_x.both) == pytest.approx((10 / 12, 10 / 12, 8 / 12))
        assert along_x.isolated == 0.0
        assert along_x.pieces == 3
        assert along_x.largest == pytest.approx(8 / 12)
        assert along_x.percolates
        along_y = connectivity(volume_of(maze), "electrolyte", axis=1)
        assert (along_y.low, along_y.high, along_y.both) == pytest.approx((10 / 12, 10 / 12, 8 / 12))

    def test_isolated_pore(self) -> None:
        labels = np.ones((5, 5, 5), dtype=np.uint8)
        labels[2, 2, 2] = 0
        found = connectivity(volume_of(labels), "pore")
        assert (found.low, found.high, found.both, found.isolated) == (0.0, 0.0, 0.0, 1.0)
        assert not found.percolates

    def test_periodic_sides_can_make_the_path(self) -> None:
        spiral = [[1, 0, 0], [1, 0, 1], [0, 0, 1]]
        assert not connectivity(volume_of(spiral), 1, axis=0).percolates
        assert connectivity(volume_of(spiral), 1, axis=0, periodic=(False, True)).percolates

    def test_the_axis_itself_is_never_periodic(self) -> None:
        broken = [[1], [1], [0], [1]]
        found = connectivity(volume_of(broken), 1, axis=0, periodic=True)
        assert not found.percolates
        assert found.pieces == 2


class TestBadInput:
    def test_unknown_phase_with_suggestion(self) -> None:
        with pytest.raises(InvalidInput, match=r"phase: got 'electrolite'.*Did you mean 'electrolyte'"):
            connectivity(volume_of([[0, 1]]), "electrolite")

    def test_phase_without_voxels(self) -> None:
        with pytest.raises(InvalidInput, match=r"got 'lithium'; allowed: one that has voxels: pore, electrolyte"):
            connectivity(volume_of([[0, 1]]), "lithium")

    @pytest.mark.parametrize("axis", [2, -1, 0.5, True])
    def test_axis(self, axis: object) -> None:
        with pytest.raises(InvalidInput, match=r"axis: got .* allowed: 0 \(x\) or 1 \(y\)"):
            connectivity(volume_of([[0, 1]]), "pore", axis)  # type: ignore[arg-type]

    def test_periodic(self) -> None:
        with pytest.raises(InvalidInput, match=r"periodic: got \(True,\); allowed: true, false, or 2 of them"):
            connectivity(volume_of([[0, 1]]), "pore", periodic=(True,))
