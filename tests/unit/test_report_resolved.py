"""The section of a resolved run: its moments, numbers, pictures, plots and film."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from report_solutions import made_up as made_up_solution

from lisse.errors import InvalidInput, NotResolved
from lisse.fields import FieldStore, crack_history, load_fields
from lisse.microstructure.volume import Volume
from lisse.records import Verdict
from lisse.report import write_results
from lisse.report.resolved_film import BESIDE, film, limits_of, write_film
from lisse.report.resolved_moments import fields_summary, moments
from lisse.report.resolved_pixels import (
    CRACK,
    DAMAGED,
    FILLED,
    NOTHING,
    PORE,
    empty_space,
    field_pixels,
    palette,
    plane,
    scaled,
    sheet,
    structure_pixels,
    with_electrodes,
)
from lisse.report.resolved_section import resolved_section
from resolved_fields import EDGE, made_up, polycrystal, saved_run

SHORT = Verdict("filament-short", 8.0, 17.5, 17.0, 1.0, 1.0, "working")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    saved_run(folder, 32, frames=7)
    return folder


def one_frame(folder: Path, **changes: Any) -> Any:
    volume = polycrystal(16)
    FieldStore(folder, volume).save(0.0, {**made_up(volume, 0.5), **changes})
    return load_fields(folder)


def test_the_moments_are_start_first_crack_failure_and_end(run: Path) -> None:
    fields = load_fields(run)
    found = moments(fields, crack_history(fields), 8.0)
    assert [(each.index, each.time) for each in found] == [(0, 0.0), (1, 2.5), (3, 7.5), (6, 15.0)]
    assert [each.words for each in found] == ["start", "first crack", "failure", "end, short"]


def test_without_crack_or_failure_the_span_is_halved(run: Path) -> None:
    fields = load_fields(run)
    assert [each.index for each in moments(fields)] == [0, 1, 3, 6]
    assert [each.index for each in moments(fields.isel(time=slice(0, 2)))] == [0, 1]
    assert [each.index for each in moments(fields.isel(time=slice(0, 1)))] == [0]
    assert moments(fields, None, 1e9)[-1].words == "failure, end, short"


def test_the_numbers_are_those_of_the_fields(run: Path) -> None:
    fields = load_fields(run)
    content = fields_summary(fields, 8.0)
    assert json.loads(json.dumps(content, allow_nan=False)) == content
    assert (content["saved_times"], content["last_time"], content["shape"]) == (7, 15.0, [32, 32])
    last = content["moments"][-1]
    assert last["crack_length"] == pytest.approx(int((fields["damage"][-1] >= 0.9).sum()) * EDGE)
    assert last["crack_depth_working"] == pytest.approx(32 * EDGE)
    assert last["crack_depth_counter"] == 0.0  # the crack came from the other electrode
    assert last["largest_local_current_density_working"] == pytest.approx(42.0)
    assert last["mean_void_height_counter"] == pytest.approx(float(fields["void_height"][-1, 1].mean()))
    assert last["largest_plating_pressure"] == pytest.approx(1.8e8 * 0.4)


def test_what_was_not_saved_is_not_told(tmp_path: Path) -> None:
    volume = polycrystal(12)
    FieldStore(tmp_path, volume).save(0.0, {"electrolyte_potential": np.zeros((12, 12))})
    fields = load_fields(tmp_path)
    content = fields_summary(fields)
    assert set(content["moments"][0]) == {"index", "time", "words"}
    section = resolved_section(fields, content)
    assert (section["numbers"], section["profiles"], section["cracks"]) == ([], [], [])
    assert section["paths"] is None
    assert section["film"] is None
    assert [row["title"] for row in section["folded"]] == ["Electrolyte potential"]
    FieldStore(tmp_path / "b", volume).save(0.0, {"plating_pressure": np.full((12, 12), np.nan)})
    assert fields_summary(load_fields(tmp_path / "b"))["moments"][0]["largest_plating_pressure"] is None


def test_a_structure_shows_pores_cracks_and_their_lithium(tmp_path: Path) -> None:
    damage, lithium = np.zeros((16, 16)), np.zeros((16, 16))
    volume = polycrystal(16)
    pore = tuple(np.argwhere(volume.labels == 0)[0])
    solid = [tuple(place) for place in np.argwhere(volume.labels == 1)[:3]]
    damage[solid[0]], damage[solid[1]], damage[solid[2]], lithium[solid[1]] = 1.0, 1.0, 0.5, 0.02
    frame = sheet(one_frame(tmp_path, damage=damage, lithium_fraction=lithium), 0, None)
    pixels = structure_pixels(frame)
    assert [pixels[place] for place in (pore, *solid)] == [PORE, CRACK, FILLED, DAMAGED]
    lithium[pore] = 1.0
    frame = sheet(one_frame(tmp_path / "b", lithium_fraction=lithium), 0, None)
    table = palette("viridis").astype(int)
    yellow = table[structure_pixels(frame)[pore]]
    assert yellow[0] > yellow[2] + 100
    bands = with_electrodes(frame, pixels)
    assert bands.shape == (20, 16)
    np.testing.assert_array_equal(bands[2:-2], pixels)
    np.testing.assert_array_equal(table[bands[0]], np.broadcast_to(yellow, (16, 3)))


def test_an_electrode_is_darker_where_contact_is_lost_and_grey_where_it_is_no_metal(tmp_path: Path) -> None:
    contact = np.stack([np.linspace(1.0, 0.0, 16), np.full(16, np.nan)])
    frame = sheet(one_frame(tmp_path, contact_fraction=contact), 0, None)
    bands = with_electrodes(frame, structure_pixels(frame))
    light = palette("viridis")[bands[0]].astype(int).sum(axis=-1)
    assert (np.diff(light) <= 0).all()
    assert light[0] > light[-1]
    assert (bands[-1] == NOTHING).all()


def test_numbers_become_colours_in_order() -> None:
    pixels = field_pixels(np.array([[-9.0, 0.0, 0.5, 1.0, 9.0, np.nan]]), 0.0, 1.0)
    assert pixels[0, 0] == pixels[0, 1] < pixels[0, 2] < pixels[0, 3] == pixels[0, 4]
    assert pixels[0, 5] == NOTHING
    assert field_pixels(np.zeros((2, 2)), 0.0, 0.0).max() == pixels[0, 0]


def test_a_scale_starts_at_zero_unless_all_numbers_are_close(tmp_path: Path) -> None:
    what, volume = BESIDE["electrolyte-potential"], polycrystal(16)
    scale = np.linspace(0.0, 1.0, 256).reshape(16, 16)
    for name, values, low in (
        ("a", 0.1 + 0.9 * scale, 0.0),
        ("b", 0.9 + 0.1 * scale, 900.5),
        ("c", scale - 2, -1995.0),
    ):
        FieldStore(tmp_path / name, volume).save(0.0, {"electrolyte_potential": values})
        found = limits_of(load_fields(tmp_path / name), what, [0], None)
        assert found[0] == pytest.approx(low, abs=8.0)
        assert found[1] == pytest.approx(-1005.0 if name == "c" else 997.0, abs=8.0)


def test_pictures_are_enlarged_in_whole_steps_or_thinned() -> None:
    small = np.arange(6, dtype=np.uint8).reshape(2, 3)
    assert scaled(small, 12, 100).shape == (8, 12)
    np.testing.assert_array_equal(scaled(small, 12, 100)[::4, ::4], small)
    assert scaled(np.zeros((1000, 400), np.uint8), 200, 300).shape == (250, 100)


def test_a_volume_is_shown_where_it_is_broken(tmp_path: Path) -> None:
    volume = polycrystal(10, 3)
    fields = made_up(volume, 0.5)
    damage = np.zeros(volume.shape)
    damage[:5, 4, 7] = 1.0
    FieldStore(tmp_path, volume).save(0.0, {**fields, "damage": damage})
    FieldStore(tmp_path, volume).save(1.0, {**fields, "damage": damage})
    opened = load_fields(tmp_path)
    assert plane(opened) == 7
    content = fields_summary(opened)
    assert content["moments"][0]["crack_area"] == pytest.approx(5 * EDGE**2)
    section = resolved_section(opened, content)
    assert "slice at z = 3.75" in section["sentence"]
    assert len(section["structure"]) == 2


def frames_of(content: bytes) -> list[np.ndarray]:
    with Image.open(io.BytesIO(content)) as opened:
        found = []
        for k in range(opened.n_frames):
            opened.seek(k)
            found.append(np.asarray(opened.convert("RGB")))
        return found


def test_the_film_has_a_frame_for_each_time_and_shows_the_crack(run: Path) -> None:
    fields = load_fields(run)
    frames = frames_of(film(fields))
    assert len(frames) == 7
    red = palette("RdBu_r")[FILLED]
    seen = [int((frame[:, : frame.shape[1] // 2] == red).all(axis=-1).sum()) for frame in frames]
    assert seen[0] > 0
    assert (np.diff(seen) > 0).all()
    broken = [int(((frame >= 0.9) & (fields["phase"][0] == 1)).sum()) for frame in fields["damage"]]
    np.testing.assert_allclose(np.array(seen) / seen[-1], np.array(broken) / broken[-1])
    assert film(fields) == film(fields)


@pytest.mark.parametrize("beside", BESIDE)
def test_every_quantity_can_stand_beside(run: Path, beside: str) -> None:
    frames = frames_of(film(load_fields(run).isel(time=[0, 6]), beside))
    assert (frames[0] != frames[1]).any()


def test_formats_size_and_complaints(run: Path, tmp_path: Path) -> None:
    fields = load_fields(run)
    for name, start in (("a.gif", b"GIF89a"), ("a.webp", b"RIFF"), ("a.apng", b"\x89PNG")):
        assert write_film(fields, tmp_path / name).read_bytes().startswith(start)
    whole = (tmp_path / "a.gif").stat().st_size
    small = write_film(fields, tmp_path / "b.gif", largest=whole // 2)
    assert small.stat().st_size <= whole // 2
    np.testing.assert_array_equal(frames_of(small.read_bytes())[-1], frames_of((tmp_path / "a.gif").read_bytes())[-1])
    with pytest.raises(InvalidInput, match=r"ends in \.gif"):
        write_film(fields, tmp_path / "a.mp4")
    with pytest.raises(InvalidInput, match="Did you mean 'damage'"):
        film(fields, "damages")
    with pytest.raises(NotResolved, match="stress"):
        film(fields.drop_vars("stress"))


def test_the_page_holds_everything_and_every_number(tmp_path: Path) -> None:
    volume = saved_run(tmp_path / "run", 24, frames=4)
    FieldStore(tmp_path / "run", volume).save(7.5, made_up(volume, 1.0), "<script>alert(1)</script>")
    fields = load_fields(tmp_path / "run")
    solution = made_up_solution(SHORT, model="resolved")
    folder = write_results(tmp_path / "out", solution, "A run", "", fields=fields)
    assert {path.name for path in folder.iterdir()} == {
        "case.toml", "solution.nc", "summary.json", "report.html", "animation.gif",
    }  # fmt: skip
    page = (folder / "report.html").read_text(encoding="utf-8")
    content = json.loads((folder / "summary.json").read_text(encoding="utf-8"))["fields"]
    assert content == fields_summary(fields, 8.0)
    assert "<script" not in page
    section = page[page.index('<section id="resolved">') : page.index('<section id="profiles">')]
    for words in ("first crack", "failure", "Largest principal stress", "Current density", "Crack paths", "Damage"):
        assert words in section
    assert len(re.findall(r'class="moments"', section)) == 7
    last = content["moments"][-1]
    row = re.search(r'<tr data-key="crack_length">.*?</tr>', section, re.DOTALL)
    assert row
    assert f"{last['crack_length'] * 1e6:.4g} µm" in row[0]
    assert "data:image/gif;base64," in section
    assert "prefers-reduced-motion" in section
    assert not re.search(r'(?:src|href)="(?:https?:|//)', page)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_what_does_not_vary_is_said_in_words(run: Path) -> None:
    fields = load_fields(run)
    section = resolved_section(fields, fields_summary(fields), animated=False)
    assert section["film"] is None
    texts = {panel.title: panel.text for panel in section["profiles"]}
    assert texts["Contact fraction, working electrode"] == "1 everywhere, at all of these times"
    assert texts["Local current density, working electrode"] == ""
    assert texts["Void volume per area, working electrode"].startswith("0")


def test_a_crack_that_was_there_from_the_start_is_drawn_as_one(tmp_path: Path) -> None:
    labels = np.ones((16, 16), dtype=int)
    labels[:4, 8] = 3
    damage = (labels == 3).astype(float)
    volume = Volume(labels, EDGE, {1: "electrolyte", 3: "crack"})
    FieldStore(tmp_path, volume).save(0.0, {"damage": damage, "lithium_fraction": 0.02 * damage})
    frame = sheet(load_fields(tmp_path), 0, None)
    np.testing.assert_array_equal(structure_pixels(frame) == FILLED, labels == 3)
    assert not empty_space(frame).any()
