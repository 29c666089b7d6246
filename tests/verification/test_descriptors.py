"""Descriptors of structures whose answer is known in closed form, and of a measured volume."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial import cKDTree

from lisse.microstructure.describe_correlation import lineal_path, two_point_correlation
from lisse.microstructure.describe_grains import grain_neighbours, grain_sizes, misorientations
from lisse.microstructure.describe_phases import connectivity, specific_surface
from lisse.microstructure.describe_sizes import chord_lengths, piece_sizes, pore_sizes
from lisse.microstructure.describe_tortuosity import geodesic_tortuosity, tortuosity
from lisse.microstructure.readers import read
from lisse.microstructure.segmentation import segment
from lisse.microstructure.volume import Volume
from lisse.numerics.misorientation import disorientation_angle, mackenzie_density

H = 1e-6
PHASES = {0: "matrix", 1: "sphere"}


def ball(radius: float, cells: int, spacing: tuple[float, float, float] = (1.0, 1.0, 1.0)) -> np.ndarray:
    """A ball in the middle of a cube of voxels."""
    axes = [(np.arange(round(cells / step)) + 0.5) * step - cells / 2.0 + 0.137 for step in spacing]
    return sum(axis**2 for axis in np.meshgrid(*axes, indexing="ij")) < radius**2


@pytest.fixture(scope="module")
def overlapping_spheres() -> Volume:
    """Spheres of radius 6 voxels at random in a periodic box."""
    cells, radius = 96, 6.0
    generator = np.random.default_rng(30)
    centres = generator.random((700, 3)) * cells
    places = np.moveaxis(np.indices((cells,) * 3), 0, -1).reshape(-1, 3) + 0.5
    distance, _ = cKDTree(centres, boxsize=cells).query(places, distance_upper_bound=radius)
    return Volume((distance < radius).reshape((cells,) * 3).astype(np.uint8), H, PHASES)


@pytest.fixture(scope="module")
def one_ball() -> Volume:
    return Volume(ball(24.0, 64).astype(np.uint8), H, PHASES)


class TestOverlappingSpheres:
    """Matrix between overlapping spheres: S2 = exp(-rho v2(r)), v2 the union of two spheres r apart."""

    def test_two_point_correlation(self, overlapping_spheres: Volume) -> None:
        found = two_point_correlation(overlapping_spheres, "matrix", periodic=True)
        ratio = found.distance / (6.0 * H)
        union = np.where(ratio < 2.0, 1.0 + 0.75 * ratio - ratio**3 / 16.0, 2.0)  # over the volume of one
        # the density that the fraction implies takes out most of the scatter of one realisation
        assert found.probability[:25] == pytest.approx(found.fraction ** union[:25], abs=0.008)

    def test_lineal_path(self, overlapping_spheres: Volume) -> None:
        found = lineal_path(overlapping_spheres, "matrix", periodic=True)
        union = 1.0 + 0.75 * found.distance / (6.0 * H)  # a stick is missed by the capsule around it
        assert found.probability[:13] == pytest.approx(found.probability[0] ** union[:13], abs=0.02)

    def test_specific_surface_three_ways(self, overlapping_spheres: Volume) -> None:
        fraction = overlapping_spheres.phase_fractions()["matrix"]
        exact = -3.0 * fraction * math.log(fraction) / (6.0 * H)
        slope = two_point_correlation(overlapping_spheres, "matrix", periodic=True).specific_surface
        crofton = specific_surface(overlapping_spheres, "matrix", periodic=True)
        faces = specific_surface(overlapping_spheres, "matrix", "faces", periodic=True)
        cubes = specific_surface(overlapping_spheres, "matrix", "marching-cubes", periodic=True)
        # the necks between spheres of 6 voxels are lost in the voxels
        assert slope == pytest.approx(exact, rel=0.05)
        assert crofton == pytest.approx(exact, rel=0.07)
        assert slope == pytest.approx(2.0 / 3.0 * faces)
        assert 1.0 < cubes / exact < 1.12


class TestOneBall:
    def test_surface(self, one_ball: Volume) -> None:
        exact = 4.0 * math.pi * 24.0**2 * H**2 / (64 * H) ** 3
        assert specific_surface(one_ball, "sphere", periodic=True) == pytest.approx(exact, rel=0.015)
        assert specific_surface(one_ball, "sphere", "faces") == pytest.approx(1.5 * exact, rel=0.015)
        assert 1.04 < specific_surface(one_ball, "sphere", "marching-cubes") / exact < 1.10

    def test_surface_in_stretched_voxels(self) -> None:
        flat = Volume(ball(24.0, 64, (1.0, 1.0, 2.0)).astype(np.uint8), (H, H, 2 * H), PHASES)
        exact = 4.0 * math.pi * 24.0**2 * H**2 / (64 * H) ** 3
        assert specific_surface(flat, "sphere", periodic=True) == pytest.approx(exact, rel=0.02)

    @pytest.mark.parametrize("axis", [0, 1, 2])
    def test_mean_chord_is_four_volumes_over_the_surface(self, one_ball: Volume, axis: int) -> None:
        found = chord_lengths(one_ball, "sphere", axis)
        assert found.mean == pytest.approx(4.0 * 24.0 / 3.0 * H, rel=0.01)
        # chords of a ball are distributed as l/(2 R^2)
        share = np.cumsum(found.count)[::8] / found.count.sum()
        assert share[:6] == pytest.approx((found.length[::8][:6] / (48.0 * H)) ** 2, abs=0.06)

    def test_sizes(self, one_ball: Volume) -> None:
        assert piece_sizes(one_ball, "sphere").mean == pytest.approx(48.0 * H, rel=0.002)
        found = pore_sizes(one_ball, "sphere")
        assert found.largest == pytest.approx(48.0 * H, rel=0.03)
        assert found.d10 > 0.95 * found.largest  # one ball fills nearly all of it

    def test_it_is_isolated(self, one_ball: Volume) -> None:
        assert connectivity(one_ball, "sphere").isolated == 1.0
        assert connectivity(one_ball, "matrix").both == 1.0


class TestGrains:
    @pytest.fixture(scope="class")
    @classmethod
    def flat(cls) -> Volume:
        """A periodic Voronoi tessellation of a square, with random orientations."""
        generator = np.random.default_rng(31)
        cells, number = 384, 300
        places = np.moveaxis(np.indices((cells, cells)), 0, -1).reshape(-1, 2) + 0.5
        _, nearest = cKDTree(generator.random((number, 2)) * cells, boxsize=cells).query(places)
        turns = generator.standard_normal((number + 1, 4))
        turns /= np.linalg.norm(turns, axis=1)[:, None]
        grains = nearest.reshape(cells, cells) + 1
        return Volume(np.zeros(grains.shape, dtype=np.uint8), H, {0: "electrolyte"}, grains, turns)

    def test_euler_gives_six_neighbours_in_the_plane(self, flat: Volume) -> None:
        assert grain_neighbours(flat, periodic=True).mean == pytest.approx(6.0, abs=0.1)

    def test_sizes_and_boundary_length(self, flat: Volume) -> None:
        sizes = grain_sizes(flat, periodic=True)
        assert sizes.count == 300
        assert sizes.volumes.sum() == pytest.approx((384 * H) ** 2)
        # Poisson-Voronoi in the plane: area variance 0.2802 of the mean squared, edge length 2 sqrt(density) per area
        assert np.var(sizes.volumes) / np.mean(sizes.volumes) ** 2 == pytest.approx(0.280, abs=0.06)
        found = grain_neighbours(flat, periodic=True)
        density = 300 / (384 * H) ** 2
        assert found.area_per_volume == pytest.approx(2.0 * math.sqrt(density), rel=0.03)
        assert found.areas.sum() / (384 * H) ** 2 == pytest.approx(found.area_per_volume, rel=0.04)

    def test_random_orientations_follow_mackenzie(self, flat: Volume) -> None:
        found = misorientations(flat, periodic=True)
        assert math.degrees(found.mean) == pytest.approx(40.74, abs=1.5)
        assert math.degrees(found.largest) < 62.81


class TestMackenzie:
    def test_the_distribution_itself(self) -> None:
        angle = np.radians(np.linspace(0.0, 63.0, 40_001))
        density = mackenzie_density(angle)
        assert np.trapezoid(density, angle) == pytest.approx(1.0, abs=1e-6)
        assert math.degrees(np.trapezoid(density * angle, angle)) == pytest.approx(40.736, abs=1e-3)
        assert math.degrees(angle[np.argmax(density)]) == pytest.approx(45.0, abs=0.01)
        assert mackenzie_density(np.radians([-1.0, 62.81, 180.0])).tolist() == [0.0, 0.0, 0.0]

    def test_random_pairs(self) -> None:
        turns = np.random.default_rng(32).standard_normal((2, 100_000, 4))
        turns /= np.linalg.norm(turns, axis=-1, keepdims=True)
        angles = disorientation_angle(*turns)
        assert math.degrees(angles.mean()) == pytest.approx(40.74, abs=0.1)
        assert 62.0 < math.degrees(angles.max()) < 62.80
        density, edges = np.histogram(angles, 21, (0.0, math.radians(63.0)), density=True)
        fine = mackenzie_density(np.linspace(0.0, edges[-1], 21 * 200 + 1)[:-1]).reshape(21, 200).mean(axis=1)
        assert density == pytest.approx(fine, abs=0.06)


class TestOtsu:
    def test_threshold_of_gaussians_of_unequal_weight(self) -> None:
        """The optimum satisfies t = (m0(t) + m1(t))/2, with the means of the two sides of t."""
        generator = np.random.default_rng(33)
        bright = generator.random((60, 60, 60)) < 0.25
        image = np.where(bright, 150.0, 90.0) + 15.0 * generator.standard_normal(bright.shape)
        found = segment(image, ["pore", "solid"], voxel_size=H).thresholds[0]
        assert found == pytest.approx((image[image <= found].mean() + image[image > found].mean()) / 2.0, abs=1.0)


class TestMeasuredVolume:
    @pytest.fixture(scope="class")
    @classmethod
    def scan(cls, shared_data: Path) -> Volume:
        path = shared_data / "tomo" / "SampleData_2Phase_stack_3d_1bit.tif"
        return read(path, voxel_size=H, phases={0: "solid", 1: "pore"})

    def test_fraction_and_connectivity(self, scan: Volume) -> None:
        assert scan.phase_fractions()["pore"] == pytest.approx(0.39831, abs=5e-6)
        found = connectivity(scan, "pore")
        assert found.percolates
        assert found.low + found.high - found.both + found.isolated == pytest.approx(1.0)

    def test_tortuosity(self, scan: Volume) -> None:
        # the file stores z, y, x; known values along those axes: 3.166, 3.099, 3.156
        found = tortuosity(scan, "pore", axis=0)
        assert found.value == pytest.approx(3.156, abs=1e-3)
        assert (found.ends, found.sides) == ("half-voxel", "no-flux")
        # shortest paths are another quantity: their square is far from the tortuosity
        assert geodesic_tortuosity(scan, "pore").mean ** 2 < 0.6 * found.value

    def test_surface_agrees_between_methods(self, scan: Volume) -> None:
        crofton = specific_surface(scan, "pore")
        assert specific_surface(scan, "solid") == pytest.approx(crofton)
        assert two_point_correlation(scan, "pore").specific_surface == pytest.approx(crofton, rel=0.05)
        chords = np.mean([chord_lengths(scan, "pore", axis).mean for axis in range(3)])
        assert 4.0 * 0.39831 / chords == pytest.approx(crofton, rel=0.05)
