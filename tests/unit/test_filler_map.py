"""The design map of fillers: scaling, the critical line, the barrier beside it, points on voxels, and the picture."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from example_scripts import example
from lisse import theory
from lisse.errors import InvalidInput
from lisse.report import filler_map_figure
from lisse.report.filler_map_figure import _TITLES
from lisse.study import FILLER_SHAPES, FillerMapSettings, filler_map

SMALL = FillerMapSettings(ratios=(5.0, 50.0), loadings=(0.1, 0.3), points=25)


def of_shape(shape: str, **changes: object) -> FillerMapSettings:
    return dataclasses.replace(SMALL, shape=shape, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("shape", FILLER_SHAPES)
def test_the_line_parts_help_from_harm(shape: str) -> None:
    drawn = filler_map(of_shape(shape))
    assert drawn.gain.shape == (2, 2, 25, 25)
    gain = drawn.gain if drawn.bounds is None else drawn.bounds[0]
    helps = drawn.resistances[:, None] < drawn.critical_resistance[:, None, None, :] * (1 - 1e-9)
    assert ((gain > 1.0) == helps).all()
    assert helps.any()
    assert not helps.all()
    assert (np.diff(gain, axis=2) < 0.0).all(), "more resistance, less gain"
    assert (np.diff(gain, axis=3) > 0.0).all(), "larger particles, more gain"
    if drawn.bounds is not None:
        assert (drawn.bounds[1] > drawn.bounds[0]).all()
        assert ((drawn.gain > drawn.bounds[0]) & (drawn.gain < drawn.bounds[1])).all()


@pytest.mark.parametrize("shape", FILLER_SHAPES)
def test_only_the_ratio_of_size_and_resistance_counts(shape: str) -> None:
    near = filler_map(of_shape(shape))
    s = near.settings
    far = filler_map(of_shape(shape, sizes=(100 * s.sizes[0], 100 * s.sizes[1]), resistances=(1e-4, 100.0)))
    np.testing.assert_allclose(far.gain, near.gain, rtol=1e-9)
    np.testing.assert_allclose(far.critical_resistance, 100 * near.critical_resistance, rtol=1e-9)


def test_fibres_along_stand_more_than_fibres_across_and_spheres_no_less() -> None:
    lines = {shape: filler_map(of_shape(shape)).critical_resistance for shape in FILLER_SHAPES}
    np.testing.assert_allclose(lines["spheres"], lines["fibres-across"], rtol=1e-14)
    np.testing.assert_allclose(lines["spheres"], lines["grains"], rtol=1e-14)
    assert (lines["fibres-along"] > 50 * lines["spheres"]).all()
    short = filler_map(of_shape("fibres-along", slenderness=1.0)).critical_resistance
    assert (short > lines["spheres"]).all(), "a short cylinder has its ends and its sides"


def test_the_barrier_is_the_one_that_makes_the_critical_resistance() -> None:
    drawn = filler_map(SMALL)
    s = drawn.settings
    rate = theory.exchange_rate(s.attempt_frequency, drawn.critical_barrier, s.temperature)
    area = theory.exchange_resistance(rate, s.areal_concentration, s.temperature)
    np.testing.assert_allclose(area, drawn.critical_resistance, rtol=1e-10)
    assert (np.diff(drawn.barriers) > 0.0).all()


def test_a_filler_no_better_than_the_polymer_never_helps() -> None:
    for shape in FILLER_SHAPES:
        drawn = filler_map(of_shape(shape, ratios=(1.0, 0.1), voxels=16))
        assert (drawn.gain < 1.0).all()
        assert (drawn.critical_resistance == 0.0).all()
        assert (drawn.critical_barrier == -np.inf).all()
        assert drawn.checks == ()


@pytest.mark.parametrize(
    ("shape", "loading", "voxels", "off"),
    [("spheres", 0.3, 32, 0.08), ("fibres-across", 0.3, 96, 0.06), ("fibres-along", 0.1, 16, 0.03)],
)
def test_voxels_agree_with_the_formula(shape: str, loading: float, voxels: int, off: float) -> None:
    drawn = filler_map(of_shape(shape, ratios=(20.0,), loadings=(loading,), voxels=voxels))
    assert len(drawn.checks) == 3
    for check, side in zip(drawn.checks, (1, 0, -1), strict=True):
        assert check.gain == pytest.approx(check.formula[0], rel=off)
        assert check.fraction == pytest.approx(loading, rel=0.15)
        if side:
            assert (check.gain > 1.0) == (side > 0)


def test_grains_of_voxels_lie_between_the_bounds() -> None:
    drawn = filler_map(of_shape("grains", ratios=(5.0, 50.0), loadings=(0.4, 0.8), voxels=20))
    assert len(drawn.checks) == 12
    for check in drawn.checks:
        assert check.formula[0] < check.gain < check.formula[1]


def test_arrays_are_read_only_and_plain_data_is_json() -> None:
    drawn = filler_map(of_shape("fibres-across", voxels=48, loadings=(0.2,)))
    with pytest.raises(ValueError, match="read-only"):
        drawn.gain[0] = 1.0
    plain = json.loads(json.dumps(drawn.as_plain(), allow_nan=False))
    assert plain["shape"] == "fibres-across"
    assert len(plain["checks"]) == 6
    assert len(plain["critical_resistance"][0]) == len(plain["sizes"]) == 25
    nothing = filler_map(of_shape("spheres", ratios=(0.5,)))
    assert json.loads(json.dumps(nothing.as_plain(), allow_nan=False))["critical_barrier"] == [[None] * 25]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"shape": "spheers"}, "shape: got 'spheers'.*Did you mean 'spheres'"),
        ({"matrix": 0.0}, "matrix: got 0.0; allowed: a number above 0"),
        ({"matrix": "1e-3"}, "matrix: got '1e-3'"),
        ({"ratios": ()}, "ratios: .*at least one number"),
        ({"loadings": (0.1, 1.0)}, "loadings: got 1.0; allowed: a number above 0 and below 1"),
        ({"sizes": (1e-6, 1e-7)}, "sizes: .*which is larger"),
        ({"resistances": (1e-6,)}, "resistances: .*which is larger"),
        ({"points": 1}, "points: got 1; allowed: a whole number from 2 to 2000"),
        ({"voxels": 8}, "voxels: got 8; allowed: 0, or at least 16"),
        ({"slenderness": 0.1}, "slenderness: got 0.1"),
        ({"temperature": float("nan")}, "temperature: got nan"),
    ],
)
def test_bad_settings_are_named(change: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        dataclasses.replace(SMALL, **change)


def test_the_picture_has_a_panel_for_every_loading_and_ratio() -> None:
    drawn = filler_map(of_shape("spheres", loadings=(0.1,)))
    figure = filler_map_figure(drawn)
    titles = [axes.get_title(loc="left") for axes in figure.axes if axes.get_title(loc="left")]
    assert titles == [
        "spheres\n10 % filler, bulk ratio 5",
        "spheres\n10 % filler, bulk ratio 50",
    ]
    first = next(axes for axes in figure.axes if axes.get_title(loc="left"))
    (line,) = first.get_lines()
    x, y = line.get_data()
    np.testing.assert_allclose(y * 1e-4, theory.critical_interface_resistance(1e-3, 5e-3, x * 1e-6), rtol=1e-9)


def test_every_shape_has_words_and_too_many_panels_are_refused() -> None:
    assert set(_TITLES) == set(FILLER_SHAPES)
    with pytest.raises(InvalidInput, match="maps: got '0 panels'"):
        filler_map_figure()
    many = filler_map(FillerMapSettings(ratios=tuple(range(2, 29)), loadings=(0.1,), points=3))
    with pytest.raises(InvalidInput, match="maps: got '27 panels'; allowed: 1 to 24"):
        filler_map_figure(many)


def test_the_example_shows_what_its_text_says(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    figure = example(repository, "filler_map")
    monkeypatch.setattr(figure, "POINTS", 31)
    monkeypatch.setattr(figure, "VOXELS", 16)
    target = tmp_path / "picture.png"
    spheres, across, along, grains = figure.draw(target)
    assert target.read_bytes().startswith(b"\x89PNG")
    np.testing.assert_allclose(spheres.critical_resistance, across.critical_resistance, rtol=1e-14)
    assert (along.critical_resistance > 70 * spheres.critical_resistance).all()
    assert grains.checks[1].gain > 1.0, "on the line of the lower bound grains help already"
    assert theory.critical_interface_resistance(1e-3, 5e-2, 1e-6) == pytest.approx(9.8e-4), "1 um: 9.8 ohm cm2"
