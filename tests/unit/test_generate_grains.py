"""Polycrystals and what they are made of: diagrams, sizes, textures."""

from __future__ import annotations

import math
import subprocess
import sys

import numpy as np
import pytest
from scipy import ndimage

from lisse.errors import InvalidInput
from lisse.microstructure.generate import FibreTexture, RandomTexture, SpreadTexture, polycrystal
from lisse.microstructure.generate.box import Box
from lisse.microstructure.generate.grain_sizes import grain_volumes, log_normal_sizes
from lisse.microstructure.generate.laguerre import tessellate
from lisse.microstructure.generate.texture import multiply, turned


@pytest.mark.parametrize("periodic", [True, False])
@pytest.mark.parametrize(("shape", "count"), [((19, 23), 1), ((40, 31), 25), ((17, 13, 11), 3), ((17, 13, 11), 40)])
def test_every_voxel_goes_to_the_seed_of_least_power(shape: tuple[int, ...], count: int, periodic: bool) -> None:
    rng = np.random.default_rng(4)
    box = Box(shape, tuple(rng.uniform(0.5, 1.5, len(shape))))
    seeds = rng.random((count, len(shape))) * box.extent
    weights = 0.3 * rng.random(count) * (box.content / count) ** (2 / len(shape))
    axes = [(np.arange(n) + 0.5) * h for n, h in zip(shape, box.voxel_size, strict=True)]
    away = np.stack(np.meshgrid(*axes, indexing="ij"), -1)[..., None, :] - seeds
    if periodic:
        away -= box.extent * np.round(away / box.extent)
    expected = ((away**2).sum(-1) - weights).argmin(-1) + 1
    np.testing.assert_array_equal(tessellate(box, seeds, weights, periodic), expected)


@pytest.mark.parametrize(
    ("size", "spread", "periodic"),
    [((64e-6, 64e-6), 0.35, True), ((64e-6, 64e-6), 0.0, False), ((30e-6,) * 3, 0.3, False), ((30e-6,) * 3, 0.5, True)],
)
def test_grain_size_and_spread_are_reached(size: tuple[float, ...], spread: float, periodic: bool) -> None:
    made = polycrystal(size, 0.5e-6, 6e-6, spread, periodic=periodic, seed=3)
    labels, counts = np.unique(made.volume.grains, return_counts=True)
    content = counts * 0.5e-6 ** len(size)
    diameter = 2 * np.sqrt(content / math.pi) if len(size) == 2 else np.cbrt(6 * content / math.pi)
    np.testing.assert_array_equal(labels, np.arange(1, len(labels) + 1))
    assert diameter.mean() == pytest.approx(6e-6, rel=0.03)
    assert diameter.std() / diameter.mean() == pytest.approx(spread, abs=0.02)
    assert made.statistics["grain"].reached == pytest.approx(diameter.mean())
    assert made.statistics["grain_count"].reached == len(labels)


def test_grains_hang_together() -> None:
    grains = polycrystal((24e-6,) * 3, 0.5e-6, 6e-6, seed=3).volume.grains
    assert grains is not None
    for number, window in enumerate(ndimage.find_objects(grains), start=1):
        assert ndimage.label(grains[window] == number, np.ones((3, 3, 3)))[1] == 1


def test_a_voronoi_structure_has_its_own_spread() -> None:
    made = polycrystal((100e-6, 100e-6), 0.5e-6, 5e-6, None, periodic=True, seed=2)
    assert made.statistics["grain"].error < 0.02
    assert made.statistics["grain_spread"].target is None
    assert 0.2 < made.statistics["grain_spread"].reached < 0.35  # area spread 0.53 of the Poisson-Voronoi diagram


def test_periodic_grains_go_on_across_the_faces() -> None:
    def boundary_share(periodic: bool) -> float:
        grains = polycrystal((60e-6, 60e-6), 0.5e-6, 6e-6, periodic=periodic, seed=1).volume.grains
        assert grains is not None
        inner = (np.diff(grains, axis=0) != 0).mean()
        return float((grains[0] != grains[-1]).mean() / inner)

    assert boundary_share(True) < 2.5
    assert boundary_share(False) > 4.0


def test_columns_run_through_the_box() -> None:
    made = polycrystal((10e-6, 30e-6, 30e-6), 0.5e-6, 6e-6, columnar=0, seed=1)
    grains = made.volume.grains
    assert grains is not None
    assert (grains == grains[:1]).all()
    assert made.statistics["grain"].error < 0.03


def test_a_random_texture_is_uniform_on_the_rotations() -> None:
    q = RandomTexture().draw(40_000, np.random.default_rng(0))
    np.testing.assert_allclose(np.linalg.norm(q, axis=1), 1.0)
    np.testing.assert_allclose(q.T @ q / len(q), np.eye(4) / 4, atol=0.01)
    trace = 4 * q[:, 0] ** 2 - 1  # of the rotation matrix: mean 0, mean square 1 on SO(3)
    assert trace.mean() == pytest.approx(0.0, abs=0.02)
    assert (trace**2).mean() == pytest.approx(1.0, abs=0.03)
    z = turned(q, np.array([0.0, 0.0, 1.0]))
    np.testing.assert_allclose(z.T @ z / len(z), np.eye(3) / 3, atol=0.01)


@pytest.mark.parametrize("crystal", [(0, 0, 1), (1, 1, 1), (-1, 0, 0)])
def test_a_fibre_texture_lines_up_one_direction_and_leaves_the_rest_free(crystal: tuple[float, ...]) -> None:
    texture = FibreTexture((1.0, 0.0, 0.0), crystal, 0.2)
    q = texture.draw(20_000, np.random.default_rng(0))
    assert texture.statistics(q)["texture_spread"].error < 0.02
    along = np.array(crystal) / np.linalg.norm(crystal)
    across = turned(q, np.cross(along, [0.3, 0.5, 0.2]))
    assert np.abs(across.mean(axis=0)).max() < 0.02


def test_a_spread_texture_stays_near_its_mean() -> None:
    mean = np.array([0.5, 0.5, -0.5, 0.5])
    texture = SpreadTexture(mean, 0.3)
    assert texture.statistics(texture.draw(20_000, np.random.default_rng(0)))["texture_spread"].error < 0.02
    np.testing.assert_allclose(np.abs(SpreadTexture(mean, 0.0).draw(3, np.random.default_rng(0)) @ mean), 1.0)


def test_quaternions_multiply_as_rotations() -> None:
    rng = np.random.default_rng(1)
    a, b = RandomTexture().draw(5, rng), RandomTexture().draw(5, rng)
    for first, second, both in zip(a, b, multiply(a, b), strict=True):
        v = np.array([0.2, -1.0, 0.4])
        np.testing.assert_allclose(turned(both[None], v)[0], turned(first[None], turned(second[None], v)[0])[0])


def test_log_normal_sizes_have_mean_and_spread_however_few() -> None:
    for count in (3, 10, 1000):
        sizes = log_normal_sizes(count, 5.0, 0.4)
        assert sizes.mean() == pytest.approx(5.0)
        assert sizes.std() / sizes.mean() == pytest.approx(0.4)
        assert np.log(sizes) == pytest.approx(2 * np.log(sizes).mean() - np.log(sizes)[::-1])  # symmetric in the log


def test_grain_volumes_fill_the_box() -> None:
    box = Box((80, 80, 80), (0.5e-6,) * 3)
    assert grain_volumes(box, 8e-6, 0.35).sum() == pytest.approx(box.content)


def test_same_seed_same_bytes_in_another_process() -> None:
    code = (
        "import zlib; from lisse.microstructure.generate import polycrystal, pores;"
        "made = pores(polycrystal((20e-6,) * 3, 1e-6, 6e-6, seed=7), 0.05, 2e-6, seed=7).volume;"
        "print(zlib.crc32(made.labels.tobytes() + made.grains.tobytes() + made.orientations.tobytes()))"
    )
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True) for _ in "ab"]
    assert runs[0].stdout == runs[1].stdout
    other = polycrystal((20e-6,) * 3, 1e-6, 6e-6, seed=8).volume.grains
    assert not np.array_equal(other, polycrystal((20e-6,) * 3, 1e-6, 6e-6, seed=7).volume.grains)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"grain": 1.5e-6}, "grain: got .*3 voxels of 5e-07 m.*at least 4 voxels across a grain"),
        ({"grain": 50e-6}, "grains no larger than the box"),
        ({"grain": "8 um"}, "8e-6 rather than '8 um'"),
        ({"grain": math.nan}, "grain: got nan"),
        ({"size": (20e-6,)}, "size: .*two or three edges"),
        ({"size": (20e-6, -1.0)}, "size: "),
        ({"size": (1e-6, 20e-6)}, "at least 4 voxels along every edge"),
        ({"size": (1.0, 1.0, 1.0)}, "size: .*Take larger voxels"),
        ({"spread": 2.0}, "spread: got 2.0"),
        ({"columnar": 2}, "columnar: got 2"),
        ({"seed": -1}, "seed: got -1"),
        ({"seed": 1.5}, "seed: got 1.5"),
    ],
)
def test_wrong_parameters_are_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        polycrystal(**{"size": (20e-6, 20e-6), "voxel_size": 0.5e-6, "grain": 5e-6, **changes})  # type: ignore[arg-type]


def test_a_texture_needs_directions() -> None:
    with pytest.raises(InvalidInput, match="direction: got .*3 finite numbers"):
        FibreTexture((0.0, 0.0, 0.0))
    with pytest.raises(InvalidInput, match="spread: got 2"):
        SpreadTexture(spread=2.0)
