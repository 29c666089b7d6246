"""The studies in examples/ run, and come to what their text says."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from example_scripts import drawn, example
from lisse import materials
from lisse.study import load_screen, screen

LIBRARY = {
    "LAGP": "LAGP", "LATP": "LATP", "LGPS": "Li10GeP2S12", "LPS glass": "Li3PS4", "LPS beta": "Li3PS4-beta",
    "LPS crystal": "Li3PS4-crystal", "LPS gamma": "Li3PS4-gamma", "argyrodite": "Li6PS5Cl", "LPS 7-3-11": "Li7P3S11",
    "LiPON": "LiPON", "LLZO": "LLZO", "LLZO tetragonal": "LLZO-tetragonal", "LLZTO": "LLZTO",
}  # fmt: skip


def test_the_library_in_a_thin_cell(repository: Path) -> None:
    found = screen(load_screen(repository / "examples" / "screen_library.toml"), workers=1)
    assert found.set_aside == ()
    names = [found.candidates.names[i] for i in found.order]
    assert names[0] == "LLZTO"
    assert set(names[-4:]) == {"LLZO tetragonal", "LiPON", "LPS crystal", "LPS gamma"}
    assert found.expected_right is not None
    assert 1.2 < found.expected_right < 2.6  # not certain, not hopeless
    assert {run.status for run in found.runs} == {"stopped"}
    assert {run.mode for run in found.runs} == {"filament-short"}
    assert found.value is not None
    assert next(iter(found.value.every)) == "interface_resistance"


def test_the_picture_shows_what_its_text_says(repository: Path, tmp_path: Path) -> None:
    found = drawn(example(repository, "screening"), tmp_path)
    assert found.drawn is not None
    median = found.drawn.median[found.order]
    assert (found.drawn.high[found.order] > 10.0 * found.drawn.low[found.order])[:5].all()
    assert median[0] < found.drawn.high[found.order[4]]
    assert (found.share[found.order[-4:]] < 0.01).all()
    gains = found.value.every
    assert gains["ionic_conductivity"] < 0.05 * gains["interface_resistance"]


def test_the_table_of_the_library_is_that_of_the_library(repository: Path) -> None:
    found = screen(load_screen(repository / "examples" / "screen_library.toml"), workers=1)
    columns = {column.name for column in found.study.columns}
    for place, name in enumerate(found.candidates.names):
        material = materials.load(LIBRARY[name])
        for property in columns:
            value = found.candidates.values[property][place]
            if material.has(property):
                assert value == pytest.approx(material.value(property), rel=2e-3)
            else:
                assert value != value  # the table leaves out what nobody measured


def test_a_study_of_measured_conductivities(repository: Path, shared_data: Path) -> None:
    found = screen(load_screen(repository / "examples" / "screen_conductivity.toml"), workers=1)
    assert found.rows == 478
    assert len(found.set_aside) == 29
    assert all("bound" in reason for _, _, reason in found.set_aside)
    assert found.expected_right is not None
    assert found.expected_right < 0.5 * found.study.ranking.top  # the spread swamps the ranking


@pytest.mark.slow
def test_a_study_of_sixty_thousand_shear_moduli(repository: Path, shared_data: Path) -> None:
    found = screen(load_screen(repository / "examples" / "screen_stiffness.toml"), workers=1)
    assert found.rows == len(found.scores) == 60_648
    assert (found.scores > 0.0).all()  # none is stable in the published convention
    assert found.drawn is not None
    assert len(found.drawn.which) < 6000
    assert found.drawn.missed == 0


def test_the_studies_name_files_beside_them(repository: Path) -> None:
    for path in sorted((repository / "examples").glob("screen_*.toml")):
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        if "case" in tables:
            assert (path.parent / tables["case"]).is_file()
