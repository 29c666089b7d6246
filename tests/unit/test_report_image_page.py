"""The pages about a microstructure: units, drawings, and what each page says."""

from __future__ import annotations

import html
import re
from typing import Any

import numpy as np
import pytest

from lisse.microstructure import Volume, describe, effective_conductivity, interface_current, segment
from lisse.microstructure.generate import polycrystal
from lisse.report.image_crowding import crowding, hot_places
from lisse.report.image_current_views import current_slices, interface_body, map_panel
from lisse.report.image_drawings import colour_key, sheet_drawing
from lisse.report.image_plots import grey_panel
from lisse.report.image_reports import conductivity_page, description_page, generated_page, segmentation_page
from lisse.report.image_segmentation_views import doubt_panels
from lisse.report.image_views import body_panels, slice_panels, view_panels
from lisse.report.image_words import box, percent, shown, shown_words

PHASES = {0: "void", 1: "lithium", 2: "electrolyte"}
SIGMA = {"void": 0.0, "lithium": 1e4, "electrolyte": 0.05}


@pytest.fixture(autouse=True)
def small_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bodies of few pixels: what is in them is tested with the scene."""
    monkeypatch.setattr("lisse.report.image_scene.WIDTH", 90)


def a_cell(name: str = "electrolyte") -> Volume:
    rng = np.random.default_rng(1)
    labels = np.full((10, 12, 8), 2, np.uint8)
    labels[:3] = 1
    labels[3] = np.where(rng.random((12, 8)) < 0.5, 0, 2)
    return Volume(labels, 1e-6, {**PHASES, 2: name})


def words_of(page: str) -> str:
    """The text of a page."""
    body = re.sub(r"<(style|svg).*?</\1>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", body)))


def content_of(volume: Volume, **more: Any) -> dict[str, Any]:
    return {"file": "a/scan.tif", "phase_fractions": volume.phase_fractions(), "warnings": [], **more}


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (2.4e-6, "m", "2.4 µm"),
        (5e-7, "m", "0.5 µm"),
        (3e-8, "m", "30 nm"),
        (2.5e-3, "m", "2.5 mm"),
        (0.0, "m", "0 µm"),
        (2e5, "1/m", "0.2 1/µm"),
        (0.046, "S/m", "0.46 mS/cm"),
        (1e-3, "ohm m2", "10 Ω cm²"),
        (10.0, "A/m2", "1 mA/cm²"),
        (np.pi / 2, "rad", "90 °"),
        (1e-12, "m2", "1 µm²"),
        (np.inf, "1", "∞"),
        (None, "1", "–"),
        (9.97e-5, "1", "9.97×10⁻⁵"),
    ],
)
def test_numbers_as_the_field_writes_them(value: float, unit: str, expected: str) -> None:
    assert shown_words(value, unit) == expected


def test_sizes_and_shares() -> None:
    assert shown(2.4e-6, "m") == ("2.4", "µm")
    assert box((50e-6, 40e-6, 2e-6)) == "50 × 40 × 2 µm"
    assert percent(0.39831) == "39.8 %"


def test_a_slice_is_drawn_the_right_way_up_and_marks_lie_where_they_are() -> None:
    drawing = sheet_drawing(np.zeros((4, 2, 3)), (8e-6, 4e-6), "yz", "a <slice>", [(2e-6, 1e-6)])
    assert 'width="300" height="150.00"' in drawing
    assert 'cx="75.0" cy="112.5"' in drawing  # a quarter to the right, a quarter up
    assert "2 µm" in drawing
    assert "y → z ↑" in drawing
    assert "a &lt;slice&gt;" in drawing


def test_a_key_has_three_numbers() -> None:
    drawing = colour_key(np.zeros((5, 3)), ("0", "5", "20"), "current")
    assert [number for number in ("0", "5", "20") if f">{number}</text>" in drawing] == ["0", "5", "20"]


def test_views_slices_and_bodies_of_a_volume_and_of_a_plane() -> None:
    volume = a_cell()
    assert [panel.title for panel in view_panels(volume)] == ["z = 4.5 µm", "y = 6.5 µm", "x = 5.5 µm"]
    assert len(slice_panels(volume)) == 6
    assert [panel.title for panel in body_panels(volume)] == ["Lithium and electrolyte", "Void"]
    plane = Volume(volume.labels[:, :, 0], 1e-6, PHASES)
    assert len(view_panels(plane)) == 1
    assert slice_panels(plane) == body_panels(plane) == []


def test_currents_are_drawn_through_the_hottest_place() -> None:
    volume = a_cell()
    solved = effective_conductivity(volume, SIGMA)
    found = crowding(volume, solved.current, 0)
    spots = hot_places(volume, found)
    assert spots[0].relative == pytest.approx(found.largest)
    assert spots[0].density == pytest.approx(found.largest * solved.value / 10e-6, rel=1e-6)
    assert spots[0].place == pytest.approx([(index + 0.5) * 1e-6 for index in found.place])
    apart = np.array([one.place for one in spots])
    gaps = np.linalg.norm(apart[:, None] - apart[None], axis=-1)[np.triu_indices(len(apart), 1)]
    assert gaps.min() > 0.05 * 12e-6
    titles = [panel.title for panel in current_slices(volume, found, spots)]
    assert titles[2] == f"x = {found.place[0] + 0.5:.4g} µm"
    through = interface_current(volume, SIGMA, solved, "lithium", "electrolyte")
    assert "grey: nothing touches" in map_panel(volume, through, through.hottest()).caption
    (body,) = interface_body(volume, through, through.hottest())
    assert body.title == "Lithium, from the other side"


def test_the_page_of_a_current_escapes_names_and_tells_its_conventions() -> None:
    volume = a_cell("<b>LPS & co</b>")
    sigma = {0: 0.0, 1: 1e4, 2: 0.05}
    solved = effective_conductivity(volume, sigma)
    through = interface_current(volume, sigma, solved, 1, 2)
    content = content_of(
        volume,
        conductivities={volume.phases[label]: value for label, value in sigma.items()},
        grain_boundary_resistance=1e-3,
        sides="no-flux",
        value=solved.value,
        tensor=None,
        tortuosity=solved.tortuosity,
        iterations=solved.iterations,
        residual=solved.residual,
        seconds=0.1,
    )
    found = crowding(volume, solved.current, 0)
    page = conductivity_page(content, volume, 0, found, through.hottest(), through)
    assert "<b>LPS" not in page
    words = words_of(page)
    for part in (
        "Hot spots between lithium and <b>LPS & co</b>",
        f"{10 * solved.value:.4g} mS/cm along x",
        f"Area resistance {10e-6 / solved.value * 1e4:.4g} Ω cm²",
        "Ends (half-voxel) the potential is given on the outer faces",
        "Sides (no-flux) nothing passes the sides",
        "Grain boundary 10 Ω cm²",
        "1 3 ",
    ):
        assert part in words
    assert "tortuosity" not in words.split("Conventions")[0].lower()  # two phases conduct


def test_the_page_of_a_tensor() -> None:
    volume = Volume(np.random.default_rng(0).integers(0, 2, (6, 6, 6)) * 2, 1e-6, PHASES)
    solved = effective_conductivity(volume, {**SIGMA, "void": 0.01}, axis=None)
    content = content_of(
        volume, conductivities={"void": 0.01, "electrolyte": 0.05}, grain_boundary_resistance=None, sides="no-flux",
        value=solved.value, tensor=solved.tensor.tolist(), tortuosity=solved.tortuosity, iterations=9, residual=1e-9,
        seconds=0.1,
    )  # fmt: skip
    words = words_of(conductivity_page(content, volume, None, None, (), None))
    assert "on average over the axes" in words
    assert f"x {10 * solved.tensor[0, 0]:.4g}" in words


def test_the_page_of_a_description() -> None:
    volume = polycrystal((12e-6, 12e-6, 12e-6), 0.5e-6, 4e-6, seed=1).volume
    labels = volume.labels.copy()
    labels[10:14, 10:14, 10:14] = max(volume.phases) + 1
    volume = volume.replace(labels=labels, phases={**volume.phases, max(volume.phases) + 1: "pore"})
    found = describe(volume)
    words = words_of(description_page(content_of(volume, warnings=["a warning"]), volume, found, 0))
    for part in (
        "scan.tif",
        "24 × 24 × 24 voxels of 0.5 µm",
        "Warnings a warning",
        "Grain sizes",
        "Thickness",
        "Chords",
    ):
        assert part in words
    size = found["grains", "sizes"].mean
    assert f"Mean grain {size * 1e6:.4g} µm" in words


def test_the_page_of_a_segmentation_tells_the_doubt() -> None:
    rng = np.random.default_rng(0)
    grey = np.where(rng.random((10, 10, 10)) > 0.4, 170.0, 70.0) + rng.normal(scale=15.0, size=(10, 10, 10))
    found = segment(grey, ["pore", "electrolyte"], voxel_size=1e-6)
    shares = found.spread(lambda volume: volume.phase_fractions())
    words = words_of(segmentation_page(content_of(found.volume), found, shares))
    low, high = found.ranges[0]
    assert f"pore | electrolyte {found.thresholds[0]:.6g} {low:.6g} {high:.6g}" in words
    assert f"pore {percent(shares.value['pore'])} {percent(shares.low['pore'])} {percent(shares.high['pore'])}" in words
    middle = grey[:, :, 5]
    unsure = float(np.mean((middle > low) & (middle <= high)))
    assert doubt_panels(found)[2].title == f"In doubt: {percent(unsure)}"
    assert "Otsu's method" in grey_panel(found).caption


def test_the_page_of_a_generated_plane() -> None:
    made = polycrystal((16e-6, 16e-6), 0.5e-6, 4e-6, seed=3)
    words = words_of(generated_page(content_of(made.volume, file="grains.npz"), made))
    for part in ("Polycrystal: 100 % electrolyte", "Seed 3.", "size x 16 µm 16 µm exact", "Recipe", "seed 3"):
        assert part in words
