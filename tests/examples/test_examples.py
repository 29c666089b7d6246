"""Every example runs, and one number of each is what its text says."""

from pathlib import Path

import numpy as np
import pytest

import lisse
from example_scripts import as_module, example
from lisse.models.limits import limits
from lisse.report.map_points import map_points


def test_ccd_llzo_fails_by_a_filament_below_the_crack_limit_of_full_contact(repository: Path) -> None:
    case = lisse.load_case(repository / "examples" / "ccd_llzo.toml")
    solution = lisse.solve(case.model, case.cell, case.protocol)
    crack = next(c for c in limits(case.cell, case.protocol) if c.criterion.startswith("crack overpotential"))
    assert solution.verdict.mode == "filament-short"
    assert crack.current_density is not None
    assert 0.5 * crack.current_density < solution.verdict.critical_current_density < crack.current_density
    assert solution["contact_fraction"].values.min() == pytest.approx(0.5, abs=0.1)


def test_ccd_against_pressure_draws_its_picture(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    figure = example(repository, "ccd_against_pressure")
    monkeypatch.setattr(figure, "PRESSURES", [1.0, 20.0])
    monkeypatch.setattr(figure, "SEEDS", range(2))
    target = tmp_path / "picture.png"
    results = figure.draw(target)
    assert target.read_bytes().startswith(b"\x89PNG")
    small, large = (results[charge] for charge in figure.CHARGES)
    assert {mode for _, _, mode in small} == {"filament-short"}
    assert [mode for pressure, _, mode in large if pressure == 1.0] == ["contact-loss"] * 2
    assert max(j for p, j, _ in large if p == 1.0) < min(j for p, j, _ in large if p == 20.0)


def test_failure_map_shows_what_its_text_says(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    figure = example(repository, "failure_map")
    monkeypatch.setattr(figure, "POINTS", 30)
    target = tmp_path / "map.png"
    drawn = figure.draw(target)
    assert target.read_bytes().startswith(b"\x89PNG")
    high = [drawn.modes[index] for index in drawn.mode[-1]]
    assert {mode for mode, pressure in zip(high, drawn.x.values, strict=True) if pressure < 7e6} == {"contact-loss"}
    assert {mode for mode, pressure in zip(high, drawn.x.values, strict=True) if pressure > 10e6} == {"filament-short"}
    crack = drawn.limit[-1, drawn.x.values > 10e6]
    assert crack == pytest.approx(crack[0])
    assert set(drawn.modes) == {"contact-loss", "filament-short", "none"}
    seen = [point for point in map_points(drawn) if point.same]
    inside = []
    for point in seen:
        column, row = np.searchsorted(drawn.x.values, point.x), np.searchsorted(drawn.y.values, point.y)
        if drawn.modes[drawn.mode[row, column]] == "contact-loss":
            inside.append(point.kind)
            assert 1.8 < point.y / drawn.limit[row, column] < 2.8  # the law is low for clean LLZO
    assert sorted(inside) == ["limit", "limit", "limit", "stable"]
    at_border = [point for point in seen if (point.x, point.y) == (pytest.approx(3e6), pytest.approx(3.0))]
    column = int(np.argmin(np.abs(drawn.x.values - 3e6)))
    assert {point.kind for point in at_border} == {"limit"}
    assert drawn.limit[-1, column] == pytest.approx(3.0, rel=0.15)


def test_the_validation_table_in_the_text_is_the_one_that_the_code_gives(repository: Path) -> None:
    validation = as_module(repository / "validation" / "run.py")
    text = (repository / "validation" / "README.md").read_text(encoding="utf-8")
    rows = validation.rows()
    assert len(rows) == 7
    for paper, condition, published, predicted, status in rows:
        line = f"| {paper} | {condition} | {published / 10:.2g} mA/cm2 | {predicted / 10:.2g} mA/cm2 |"
        assert line in text
        assert status in text
