"""Bodies in parallel light: what is seen, where, and in which colour."""

from __future__ import annotations

import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.microstructure import Volume
from lisse.report.image_scene import render

PHASES = {0: "pore", 1: "solid", 2: "metal"}
H = 1e-6


def by_label(volume: Volume):
    table = np.array([[0.0, 0.0, 1.0], [1.0, 1.0, 1.0], [1.0, 0.0, 0.0]])
    return lambda voxels: table[volume.labels[tuple(voxels.T)]]


def pixel(scene, point) -> np.ndarray:
    column, row = scene.place(point)
    return scene.pixels[int(row), int(column)]


def test_a_full_block_fills_its_outline_and_shows_three_faces() -> None:
    volume = Volume(np.ones((8, 6, 4), np.uint8), H, PHASES)
    scene = render(volume, [1], by_label(volume), width=200)
    x, y, z = volume.extent
    for point in ((x / 2, y / 2, z), (x, y / 2, z / 2), (x / 2, y, z / 2)):
        assert pixel(scene, point)[3] == 255
        assert not scene.hidden(point)
    assert scene.hidden((0.0, 0.0, 0.0))
    top, front, side = (
        int(pixel(scene, point)[0]) for point in ((x / 2, y / 2, z), (x, y / 2, z / 2), (x / 2, y, z / 2))
    )
    assert top > front > side  # the light comes from above
    left, right = (scene.place(point)[0] for point in ((x, 0, 0), (0, y, 0)))
    seen = np.flatnonzero(scene.pixels[..., 3].any(axis=0))
    assert (seen[0], seen[-1]) == (pytest.approx(left, abs=1.5), pytest.approx(right, abs=1.5))
    assert scene.pixels[0, 0, 3] == 0


def test_what_is_not_shown_is_clear_and_colours_are_those_of_the_voxels() -> None:
    labels = np.zeros((20, 20, 20), np.uint8)
    labels[:10] = 2
    volume = Volume(labels, H, PHASES)
    scene = render(volume, [2], by_label(volume), width=200)
    red = pixel(scene, (10e-6, 10e-6, 10e-6))
    assert red[0] > 100
    assert red[1] == red[2] == 0
    assert pixel(scene, (19.5e-6, 19.5e-6, 0.5e-6))[3] == 0
    assert not scene.hidden((10e-6, 10e-6, 10e-6))  # seen through what is clear


def test_the_cut_opens_the_eighth_nearest_to_the_eye() -> None:
    labels = np.ones((16, 16, 16), np.uint8)
    labels[:8, :8, :8] = 2
    volume = Volume(labels, H, PHASES)
    middle = (8e-6, 8e-6, 8e-6)
    assert render(volume, [1, 2], by_label(volume), width=160).hidden(middle)
    scene = render(volume, [1, 2], by_label(volume), cut=True, width=160)
    assert not scene.hidden(middle)
    assert scene.cut == middle
    assert pixel(scene, (16e-6, 4e-6, 4e-6))[3] == 255


def test_a_ball_is_round_and_shaded() -> None:
    grid = np.indices((40, 40, 40)) - 19.5
    volume = Volume((np.sum(grid**2, axis=0) < 15.0**2).astype(np.uint8), H, PHASES)
    scene = render(volume, [1], by_label(volume), width=300)
    rows, columns = np.nonzero(scene.pixels[..., 3])
    scale = (scene.place((0, 40e-6, 0))[0] - scene.place((0, 0, 0))[0]) / (40 * np.cos(np.radians(38.0)))
    area = len(rows) / scale**2
    assert area == pytest.approx(np.pi * 15.0**2, rel=0.04)
    bright = scene.pixels[..., 0].astype(float)
    assert bright[rows.min() + 12 :, :].max() > 1.8 * bright[rows.max() - 4, int(columns.mean())]


def test_anisotropic_voxels_and_big_volumes_are_thinned() -> None:
    labels = np.ones((600, 8, 8), np.uint8)
    volume = Volume(labels, (0.1e-6, 5e-6, 5e-6), PHASES)
    scene = render(volume, [1], by_label(volume), width=120)
    assert scene.extent == pytest.approx((60e-6, 40e-6, 40e-6))
    assert pixel(scene, (30e-6, 20e-6, 40e-6))[3] == 255


def test_grains_are_outlined_on_flat_faces() -> None:
    grains = np.ones((12, 12, 12), int)
    grains[6:] = 2
    volume = Volume(np.ones((12, 12, 12), np.uint8), H, PHASES, grains)
    plain, lined = (render(volume, [1], by_label(volume), width=160, outlines=lines) for lines in (False, True))
    differ = np.any(plain.pixels != lined.pixels, axis=-1)
    assert 20 < differ.sum() < 600


def test_bad_input() -> None:
    flat = Volume(np.ones((4, 4), np.uint8), H, PHASES)
    with pytest.raises(InvalidInput, match="2 dimensions"):
        render(flat, [1], by_label(flat))
    full = Volume(np.ones((4, 4, 4), np.uint8), H, PHASES)
    with pytest.raises(InvalidInput, match="There is nothing to see"):
        render(full, [0], by_label(full))
