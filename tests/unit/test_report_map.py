"""The picture of a map: regions, lines and points are those of its numbers."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from cells import llzo_case
from lisse.records import VERDICT_MODES
from lisse.report.map_figure import REGIONS, map_figure
from lisse.report.map_points import map_points
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
    assert "filament short: crack overpotential of the longest flaw" in words
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
    assert "cannot exist" in made.warnings[0]


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
