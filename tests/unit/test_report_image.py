from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.microstructure import Volume
from lisse.microstructure.describe_current import Spot
from lisse.report.image_figure import (
    block_figure,
    current_figure,
    phase_colours,
    scale_bar_length,
    slices_figure,
)
from lisse.report.image_files import png, write_conductivity, write_description, write_segmentation

PHASES = {0: "pore", 1: "electrolyte", 2: "lithium"}


def a_volume(shape: tuple[int, ...] = (12, 10, 8), grains: bool = False) -> Volume:
    rng = np.random.default_rng(0)
    names = rng.integers(0, 4, shape) if grains else None
    return Volume(rng.integers(0, 2, shape), (0.5e-6,) * len(shape), PHASES, names)


def words_of(figure: Any) -> str:
    from matplotlib.text import Text

    return " | ".join(text.get_text() for text in figure.findobj(Text) if text.get_text())


def image_of(figure: Any, panel: int) -> np.ndarray:
    return np.asarray(figure.axes[panel].images[0].get_array())


def test_three_slices_and_the_block() -> None:
    volume = a_volume(grains=False)
    figure = slices_figure(volume, at=(3, 4, 5), title="a scan")
    words = words_of(figure)
    for part in (
        "a scan",
        "z = 2.75 µm",
        "x = 1.75 µm",
        "y = 2.25 µm",
        "2 µm",
        "electrolyte",
        "lithium  0 %",
        "x  6 µm",
    ):
        assert part in words
    assert len(figure.axes) == 4
    from matplotlib.colors import to_rgb

    pore = np.array(to_rgb(phase_colours(PHASES)[0]))
    for panel, shown in enumerate((volume.labels[:, :, 5], volume.labels[3].T, volume.labels[:, 4])):
        assert np.array_equal(np.all(image_of(figure, panel) == pore, axis=-1), shown.T == 0)


def test_a_film_has_no_room_for_the_block_and_a_flat_volume_is_one_panel() -> None:
    assert len(slices_figure(a_volume((20, 20, 4))).axes) == 3
    figure = slices_figure(a_volume((9, 7)))
    assert len(figure.axes) == 1
    assert image_of(figure, 0).shape == (7, 9, 3)


def test_grain_boundaries_are_pale() -> None:
    labels = np.ones((4, 4), int)
    grains = np.array([[1] * 4, [1] * 4, [2] * 4, [0] * 4])
    pixels = image_of(slices_figure(Volume(labels, 1e-6, PHASES, grains)), 0).swapaxes(0, 1)
    assert (pixels[1] > pixels[0]).all()
    assert np.array_equal(pixels[2], pixels[0])  # the border of no grain is none


def test_a_huge_slice_is_thinned() -> None:
    labels = np.broadcast_to(np.uint8(1), (4000, 10, 2))
    assert max(image_of(slices_figure(Volume(labels, 1e-6, PHASES)), 0).shape) <= 1000


def test_the_block_shows_three_faces_and_the_cut() -> None:
    figure = block_figure(a_volume(grains=True), title="a block")
    assert len(figure.axes[0].images) == 6
    assert "y  5 µm" in words_of(figure)
    assert len(png(figure, dots=50)) > 1000
    with pytest.raises(InvalidInput, match=r"volume: got '2 dimensions'.*Draw slices_figure instead"):
        block_figure(a_volume((4, 4)))


def test_the_hottest_voxel_is_marked() -> None:
    volume = a_volume()
    current = np.zeros((*volume.shape, 3))
    current[..., 0] = 1.0
    current[7, 2, 3] = (20.0, 0.0, 0.0)
    current[volume.labels == 0] *= 0.5
    figure = current_figure(volume, current * 1e-9, axis=0, title="a scan")
    mean = current[..., 0].mean()
    assert f"largest {np.linalg.norm(current[7, 2, 3]) / mean:.3g}, 99.9th percentile" in words_of(figure)
    assert "current along x, at z = 1.75 µm; grey: no current" in words_of(figure)
    mark = next(line for line in figure.axes[0].lines if line.get_marker() == "o")
    assert (mark.get_xdata()[0], mark.get_ydata()[0]) == pytest.approx((3.75, 1.25))
    assert image_of(figure, 0)[2, 7] == pytest.approx(np.linalg.norm(current[7, 2, 3]) / mean)


@pytest.mark.parametrize(
    ("current", "axis", "message"),
    [
        (np.ones((12, 10, 8)), 0, r"current: got 'shape \(12, 10, 8\)'; allowed: \(12, 10, 8, 3\)"),
        (np.zeros((12, 10, 8, 3)), 0, r"no current on average.*No phase spans it"),
        (np.ones((12, 10, 8, 3)), 3, "axis: got 3; allowed: 0 to 2"),
    ],
)
def test_currents_that_cannot_be_drawn(current: np.ndarray, axis: int, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        current_figure(a_volume(), current, axis)


def test_slices_outside_the_volume() -> None:
    with pytest.raises(InvalidInput, match=r"at: got \(3, 4, 8\); allowed: a voxel of \(12, 10, 8\)"):
        slices_figure(a_volume(), at=(3, 4, 8))


@pytest.mark.parametrize(
    ("width", "length"), [(50.0, 10.0), (60.0, 20.0), (160.0, 50.0), (3.0, 1.0), (0.61, 0.2), (1e4, 2e3)]
)
def test_scale_bars_are_round(width: float, length: float) -> None:
    assert scale_bar_length(width) == pytest.approx(length)


def test_colours_tell_empty_space_and_do_not_run_out() -> None:
    many = {0: "pore", 1: "void in polymer", **{label: f"phase {label}" for label in range(2, 14)}}
    colours = phase_colours(many)
    assert colours[0] == colours[1] == "#262626"
    assert len(set(list(colours.values())[2:10])) == 8


def test_files_of_a_folder(tmp_path: Path) -> None:
    volume = a_volume()
    content = {"value": 1.5, "warnings": []}
    write_description(
        tmp_path / "d", content, [("phases", "pore", "fraction", 0.5, "1")], slices_figure(volume), "page"
    )
    assert json.loads((tmp_path / "d" / "description.json").read_text()) == content
    with (tmp_path / "d" / "description.csv").open() as file:
        assert list(csv.DictReader(file)) == [
            {"part": "phases", "of": "pore", "quantity": "fraction", "value": "0.5", "unit": "1"}
        ]
    write_segmentation(tmp_path / "s", volume, content, slices_figure(volume), "page")
    assert np.array_equal(Volume.load(tmp_path / "s" / "volume.h5").labels, volume.labels)
    spot = Spot((1e-6, 2e-6, 3e-6), 1, 5.0, 2.5)
    write_conductivity(tmp_path / "c", content, [spot], current_figure(volume, np.ones((*volume.shape, 3))), "page")
    write_conductivity(tmp_path / "blocked", content, [], None, "page")
    for name in ("d/slices.png", "s/slices.png", "c/current.png"):
        assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")
    with (tmp_path / "c" / "hot_spots.csv").open() as file:
        assert list(csv.reader(file)) == [
            ["number", "x / m", "y / m", "z / m", "normal", "current density over mean"],
            ["1", "1e-06", "2e-06", "3e-06", "y", "2.5"],
        ]
    for name in ("current.png", "hot_spots.csv"):
        assert not (tmp_path / "blocked" / name).exists()
    for name in ("d", "s", "c", "blocked"):
        assert (tmp_path / name / "report.html").read_text() == "page"


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(InvalidInput, match="output folder: got .*taken.*a folder, new or existing"):
        write_conductivity(tmp_path / "taken", {}, [], None, "page")
