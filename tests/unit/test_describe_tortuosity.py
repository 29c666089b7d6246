"""Tortuosity with both conventions of its ends, and shortest paths, on networks small enough to solve by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.microstructure.describe_tortuosity import geodesic_tortuosity, tortuosity
from lisse.microstructure.volume import Volume

PHASES = {0: "pore", 1: "electrolyte"}


def volume_of(labels: object, voxel_size: float | tuple[float, ...] = 1e-6) -> Volume:
    return Volume(np.asarray(labels, dtype=np.uint8), voxel_size, PHASES)


def between_centres(mask: np.ndarray, edges: tuple[float, float], periodic: bool) -> float:
    """Relative conductivity of a 2-D network along x whose first and last row are held at 1 and 0, by a dense solve."""
    n, m = mask.shape
    matrix, fixed = np.zeros((n * m, n * m)), np.zeros(n * m)
    links = [(i, j, i + 1, j, edges[1] / edges[0]) for i in range(n - 1) for j in range(m)]
    links += [(i, j, i, (j + 1) % m, edges[0] / edges[1]) for i in range(n) for j in range(m if periodic else m - 1)]
    for i, j, p, q, conductance in links:
        if mask[i, j] and mask[p, q]:
            a, b = i * m + j, p * m + q
            matrix[[a, b], [a, b]] += conductance
            matrix[[a, b], [b, a]] -= conductance
    held = np.zeros(n * m, dtype=bool)
    held[:m] = held[-m:] = True
    fixed[:m] = 1.0
    free = ~held & (np.diag(matrix) > 0)
    values = fixed.copy()
    values[free] = np.linalg.lstsq(matrix[np.ix_(free, free)], -matrix[np.ix_(free, held)] @ fixed[held], rcond=None)[0]
    current = (matrix @ values)[:m].sum()
    return float(current * (n - 1) * edges[0] / (m * edges[1]))


class TestTortuosity:
    @pytest.mark.parametrize("ends", ["half-voxel", "voxel-centre"])
    def test_straight_channels_have_none(self, ends: str) -> None:
        channels = np.zeros((6, 5, 4))
        channels[:, 1:3] = 1
        found = tortuosity(volume_of(channels), "electrolyte", ends=ends, tolerance=1e-10)  # type: ignore[arg-type]
        assert found.value == pytest.approx(1.0)
        assert found.relative_conductivity == pytest.approx(0.4)
        assert (found.fraction, found.ends, found.sides) == (pytest.approx(0.4), ends, "no-flux")

    @pytest.mark.parametrize("sides", ["no-flux", "periodic"])
    def test_voxel_centres_against_a_dense_solve(self, sides: str) -> None:
        mask = np.random.default_rng(50).random((9, 8)) < 0.75
        edges = (1e-6, 2e-6)
        found = tortuosity(volume_of(mask, edges), 1, 0, "voxel-centre", sides, 1e-12)  # type: ignore[arg-type]
        assert found.relative_conductivity == pytest.approx(between_centres(mask, edges, sides == "periodic"), rel=1e-6)

    def test_the_two_conventions_differ(self) -> None:
        mask = volume_of(np.random.default_rng(51).random((12, 12)) < 0.8)
        one, other = (tortuosity(mask, 1, 0, ends) for ends in ("half-voxel", "voxel-centre"))  # type: ignore[arg-type]
        assert one.value != pytest.approx(other.value, rel=1e-3)
        assert one.value == pytest.approx(other.value, rel=0.2)

    @pytest.mark.parametrize("ends", ["half-voxel", "voxel-centre"])
    def test_blocked(self, ends: str) -> None:
        wall = np.ones((6, 6))
        wall[3] = 0
        assert math.isinf(tortuosity(volume_of(wall), "electrolyte", ends=ends).value)  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({"ends": "half"}, r"ends: got 'half'; allowed: half-voxel, voxel-centre"),
            ({"sides": "periodc"}, r"sides: got 'periodc'.*Did you mean 'periodic'"),
            ({"axis": 2}, "axis: got 2"),
            ({"phase": "electrolite"}, "Did you mean 'electrolyte'"),
            ({"ends": "voxel-centre"}, "half-voxel for fewer than 3 layers"),
        ],
    )
    def test_bad_input(self, arguments: dict[str, object], message: str) -> None:
        with pytest.raises(InvalidInput, match=message):
            tortuosity(volume_of(np.ones((2, 4))), **{"phase": 1, **arguments})  # type: ignore[arg-type]


class TestGeodesic:
    def test_straight(self) -> None:
        found = geodesic_tortuosity(volume_of(np.ones((5, 4, 3))), "electrolyte", axis=1)
        assert (found.mean, found.spread, found.shortest, found.reached) == pytest.approx((1.0, 0.0, 1.0, 1.0))

    def test_serpentine(self) -> None:
        maze = np.ones((5, 6))
        maze[1, :5] = maze[3, 1:] = 0
        found = geodesic_tortuosity(volume_of(maze), "electrolyte")
        # in through the gap at the right, back through the one at the left
        assert found.shortest == pytest.approx((4 + 5) / 4)
        assert found.mean == pytest.approx((4 + 5 + np.mean(range(6))) / 4)

    def test_stretched_voxels(self) -> None:
        maze = np.ones((3, 4))
        maze[1, :3] = 0
        assert geodesic_tortuosity(volume_of(maze, (1e-6, 3e-6)), 1).shortest == pytest.approx(1.0)

    def test_no_path(self) -> None:
        wall = np.ones((3, 3))
        wall[1] = 0
        found = geodesic_tortuosity(volume_of(wall), "electrolyte")
        assert math.isinf(found.mean)
        assert found.reached == 0.0

    def test_one_layer(self) -> None:
        with pytest.raises(InvalidInput, match="1 layer along the axis"):
            geodesic_tortuosity(volume_of(np.ones((1, 3))), "electrolyte")
