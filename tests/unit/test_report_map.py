"""The picture of a map: regions, lines and points are those of its numbers."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.text import Text

from cells import llzo_case
from lisse.records import VERDICT_MODES
from lisse.report.map_canvas import new_canvas
from lisse.report.map_figure import map_figure
from lisse.report.map_files import map_summary, write_map
from lisse.report.map_marks import Mark, label_marks
from lisse.report.map_points import MapPoint, map_points
from lisse.report.map_regions import COLOURS as REGIONS
from lisse.report.map_room import Board, text_size
from lisse.study.axes import parse_span
from lisse.study.maps import FailureMap, failure_map


def drawn(x: str, y: str, points: int = 40, **changes: object) -> FailureMap:
    case = llzo_case(**{"model": {"name": "analytic"}, "protocol__half_cycle": "2 mAh/cm^2", **changes})
    return failure_map(case, parse_span(x, points), parse_span(y, points))


def colours(made: FailureMap, places: list[tuple[float, float]]) -> list[str]:
    """Colour of the picture at places given in data units."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure = map_figure(made)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())
    found = []
    for place in places:
        x, y = figure.axes[0].transData.transform(place)
        found.append(to_hex(pixels[pixels.shape[0] - 1 - round(y), round(x), :3] / 255.0))
    return found


def test_every_verdict_has_a_colour_of_its_own() -> None:
    assert set(REGIONS) == set(VERDICT_MODES)
    assert len(set(REGIONS.values())) == len(REGIONS)


def test_regions_have_the_colour_of_their_mechanism() -> None:
    made = drawn("stack_pressure=0.1..50 MPa", "current_density=0.02..10 mA/cm^2")
    places, expected = [], []
    for row, column in ((3, 2), (37, 3), (37, 38), (3, 37), (25, 8)):
        places.append((made.x.shown[column], made.y.shown[row]))
        expected.append(REGIONS[made.modes[made.mode[row, column]]])
    assert colours(made, places) == expected
    assert len(set(expected)) > 2


def test_two_criteria_of_one_mechanism_are_two_regions_and_named() -> None:
    published = {"name": "analytic", "analytic": {"stability": "published"}}
    made = drawn(
        "molar_volume_ratio=0.01..30",
        "shear_modulus=0.1..300 GPa",
        model=published,
        protocol__half_cycle="0.25 mAh/cm^2",
    )
    words = [text.get_text().replace("\n", " ") for text in map_figure(made).axes[0].texts]
    assert "filament short: interface stability, published convention" in words
    assert any(text.startswith("filament short: crack overpotential of the longest flaw limit ") for text in words)
    left, right = colours(made, [(0.02, 0.2), (0.02, 20.0)])
    assert left == REGIONS["filament-short"] != right


def test_axes_are_labelled_with_unit_and_scaled_as_the_span() -> None:
    axes = map_figure(drawn("temperature=0..60 degC", "stack_pressure=0.1..50 MPa", 6)).axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("Temperature / °C", "Stack pressure / MPa")
    assert (axes.get_xscale(), axes.get_yscale()) == ("linear", "log")
    assert axes.get_xlim() == pytest.approx((0.0, 60.0))


def test_points_that_cannot_exist_are_blank() -> None:
    made = drawn("electrolyte_thickness=5..500 um", "flaw_length=1..100 um")
    assert colours(made, [(6.0, 80.0)]) == ["#ffffff"]
    assert "points are blank, such as electrolyte_thickness = 5 um and flaw_length" in made.warnings[0]


def test_no_line_stands_at_blank_points() -> None:
    made = drawn("electrolyte_thickness=30..500 um", "current_density=0.02..10 mA/cm^2", 20)
    half = np.arange(20) < 10
    blank = dataclasses.replace(
        made,
        mode=np.where(half, -1, made.mode),
        margin=np.where(half, np.nan, made.margin),
        limit=np.where(half, np.nan, made.limit),
    )
    for path in (path for lines in map_figure(blank).axes[0].collections[1:] for path in lines.get_paths()):
        vertices = path.vertices[:, 0]
        assert not vertices.size or vertices.min() >= made.x.shown[10] * (1 - 1e-9)


def texts(axes: Axes) -> list[str]:
    return [text.get_text().replace("\n", " ") for text in axes.texts]


@pytest.mark.parametrize("title", ["$x_1$ costs $5", r"\frac{$", "a $ b", "x" * 300, "50 % $^$"])
def test_the_words_of_the_user_are_no_formulas(title: str, tmp_path: Path) -> None:
    made = dataclasses.replace(drawn("stack_pressure=1..20 MPa", "temperature=0..60 degC", 4), title=title)
    write_map(tmp_path, made)
    figure = map_figure(made)
    assert figure.axes[0].get_title(loc="left").startswith(title[:10] if len(title) < 50 else "…: what limits")
    assert not any(text.get_parse_math() for text in words(figure.axes[0]))


def words(axes: Axes) -> list[Text]:
    legend = axes.figure.legends[0].get_texts() if axes.figure.legends else []
    return [*axes.texts, *legend, axes.xaxis.label, axes.yaxis.label]


def test_the_same_map_gives_the_same_files_whatever_the_users_style(tmp_path: Path) -> None:
    import matplotlib

    made = drawn("stack_pressure=0.1..50 MPa", "flaw_length=1..100 um", 12)
    first = write_map(tmp_path / "one", made)
    with matplotlib.rc_context({"svg.fonttype": "path", "lines.linewidth": 9, "axes.grid": True}):
        second = write_map(tmp_path / "two", made)
    for name in ("map.svg", "map.png", "map.csv", "map.json"):
        assert (first / name).read_bytes() == (second / name).read_bytes(), name


def test_a_limit_that_hardly_changes_is_written_and_one_that_does_has_contours() -> None:
    made = drawn("stack_pressure=0.1..50 MPa", "current_density=0.02..10 mA/cm^2")
    crack = next(c for c in made.criteria if c.name.startswith("crack"))
    axes = map_figure(made).axes[0]
    assert f"filament short limit {np.nanmin(crack.current_density) * 0.1:.2g} mA/cm²" in texts(axes)
    other = map_figure(drawn("stack_pressure=0.1..50 MPa", "flaw_length=1..100 um")).axes[0]
    assert not any("limit" in text for text in texts(other))
    assert {"0.1", "1", "10"} <= set(texts(other))


def test_contours_are_those_of_the_criterion_of_their_region() -> None:
    """On a contour of a number, the criterion that limits there has that limit."""
    made = drawn("flaw_length=1..100 um", "stack_pressure=0.1..50 MPa", 60)
    axes = map_figure(made).axes[0]
    seen = 0
    for lines in axes.collections:
        levels = getattr(lines, "levels", None)
        if levels is None or lines.filled or np.allclose(levels, 0.0):
            continue
        for level, path in zip(levels, lines.get_paths(), strict=True):
            for x, y in path.vertices[::7]:
                column, row = np.searchsorted(made.x.shown, x), np.searchsorted(made.y.shown, y)
                around = np.s_[max(row - 2, 0) : row + 2, max(column - 2, 0) : column + 2]
                near = np.log10(np.array([c.current_density[around] for c in made.criteria if c.decides]))
                assert (near.reshape(len(near), -1).min(axis=1) <= level + 1e-6).any()
                assert np.abs(near - level)[np.isfinite(near)].min() < 0.2
                seen += 1
    assert seen > 20


@pytest.mark.parametrize("points", [3, 8, 40])
def test_words_stand_inside_the_axes_and_not_over_each_other(points: int) -> None:
    made = drawn("stack_pressure=0.1..50 MPa", "current_density=0.02..10 mA/cm^2", points)
    figure = map_figure(made)
    figure.draw_without_rendering()
    axes = figure.axes[0]
    frame = axes.get_window_extent()
    boxes = [text.get_window_extent() for text in axes.texts]
    assert len(boxes) > 5
    for index, box in enumerate(boxes):
        assert frame.x0 <= box.x0
        assert frame.y0 <= box.y0
        assert box.x1 <= frame.x1
        assert box.y1 <= frame.y1
        for other in boxes[:index]:
            wide = min(box.x1, other.x1) - max(box.x0, other.x0)
            high = min(box.y1, other.y1) - max(box.y0, other.y0)
            assert wide < 2.0 or high < 2.0


def test_the_size_of_a_text_is_known_before_it_is_drawn() -> None:
    from matplotlib.figure import Figure

    figure = Figure()
    text = figure.text(0.5, 0.5, "filament short\nlimit 2.3", fontsize=10.5, fontweight="bold", linespacing=1.25)
    figure.draw_without_rendering()
    box = text.get_window_extent()
    wide, high = text_size(["filament short", "limit 2.3"], 10.5, "bold")
    assert wide == pytest.approx(box.width / figure.dpi, rel=0.05)
    assert high == pytest.approx(box.height / figure.dpi, rel=0.15)


def test_labels_evade_each_other_and_the_edge() -> None:
    board = Board(3.0, 2.0)
    board.take(1.0, 1.0, 0.12, 0.12)
    boxes = [board.place_beside(2.95, 1.95, 0.6, 0.15) for _ in range(6)]
    for index, box in enumerate(boxes):
        assert box.left >= 0.0
        assert box.right <= 3.0
        assert box.high <= 2.0
        assert sum(box.overlap(other) for other in boxes[:index]) == 0.0
    assert max(box.distance(2.95, 1.95) for box in boxes) > 0.16  # far enough for a line to its symbol


def test_a_name_that_was_moved_away_is_joined_to_its_symbol() -> None:
    canvas = new_canvas(drawn("temperature=20..30 degC", "current_density=0.02..10 mA/cm^2", 3))
    point = MapPoint(298.15, 10.0, "Someone 1999", "LLZO", "limit", same=True)
    label_marks(canvas, [Mark(point, 3.0 + 0.03 * number, 2.0) for number in range(12)])
    joined = [line for line in canvas.axes.lines if line.get_marker() == "None"]
    assert 0 < len(joined) < 12
    assert len(canvas.axes.texts) == 12


def test_cells_and_electrolytes_of_another_metal_are_left_out() -> None:
    made = drawn("stack_pressure=0.1..50 MPa", "current_density=0.02..10 mA/cm^2", 4)
    found = {point.material for point in map_points(made)}
    assert "LLZO" in found
    assert "Na-beta-alumina" not in found
    sodium = dataclasses.replace(made, metal="Na", electrolyte="Na-beta-alumina")
    found = {point.material for point in map_points(sodium)}
    assert "Na-beta-alumina" in found
    assert "LLZO" not in found


def test_a_number_beyond_the_map_is_an_arrow_and_the_legend_says_so() -> None:
    made = drawn("molar_volume_ratio=0.01..30", "shear_modulus=0.1..300 GPa", 10)
    beyond = [point for point in map_points(made) if point.x < made.x.values[0]]
    assert beyond
    axes = map_figure(made).axes[0]
    assert "<" in {line.get_marker() for line in axes.lines}
    explained = [text.get_text() for text in axes.figure.legends[0].get_texts()]
    assert "arrow: the number lies beyond the map, its spread reaches in" in explained
    assert any(text.startswith("electrolyte of the case") for text in explained)
    assert any(text.startswith("other electrolytes of the library") for text in explained)


def test_outcomes_that_coincide_stand_side_by_side() -> None:
    made = drawn("stack_pressure=0.1..50 MPa", "current_density=0.02..10 mA/cm^2", 10)
    at = [p for p in map_points(made) if p.same and (p.x, p.y) == (pytest.approx(2e6), pytest.approx(4.0))]
    assert {point.kind for point in at} == {"limit", "stable"}
    figure = map_figure(made)
    symbols = [line for line in figure.axes[0].lines if line.get_marker() in ("D", "o", "X", "s")]
    looks = {(*line.get_xydata()[0], line.get_marker(), line.get_color()) for line in symbols}
    assert len({look[:2] for look in looks}) == len(looks)


def test_an_author_that_is_not_known_is_called_so() -> None:
    made = drawn("stack_pressure=0.1..50 MPa", "current_density=0.02..10 mA/cm^2", 4, cell__temperature="80 degC")
    assert {point.label for point in map_points(made) if point.source == "layeredgarnet"} == {"unknown author, undated"}


def test_what_applies_nowhere_has_no_arrays() -> None:
    made = drawn("stack_pressure=0.1..50 MPa", "flaw_length=1..100 um", 5)
    rows = {row["criterion"]: row for row in map_summary(made)["criteria"]}
    assert rows["salt depletion within a half-cycle"]["applies"] is False
    assert rows["salt depletion within a half-cycle"]["margin"] is None
    assert rows["lithium of the stripped electrode"]["current_density"] is None
    assert rows["lithium of the stripped electrode"]["margin"] is not None


def test_observations_of_another_electrolyte_or_temperature_stand_behind() -> None:
    warm = drawn("stack_pressure=0.1..50 MPa", "current_density=0.02..10 mA/cm^2", 4, cell__temperature="80 degC")
    cold = drawn("stack_pressure=0.1..50 MPa", "current_density=0.02..10 mA/cm^2", 4)
    assert any(point.same for point in map_points(cold))
    assert not any(point.same and point.source == "wang2019" for point in map_points(warm))
    same = [point.same for point in map_points(cold)]
    assert same == sorted(same)
    for point in map_points(cold):
        assert point.material == "LLZO" or not point.same


def test_a_map_without_a_finite_limit_is_drawn_all_the_same() -> None:
    made = drawn(
        "stack_pressure=1..2 MPa",
        "temperature=20..30 degC",
        3,
        cell__electrolyte__flaws=None,
        cell__interface__injection=0.0,
    )
    assert set(made.modes) <= set(VERDICT_MODES)
    map_figure(made)
