from __future__ import annotations

import re

import matplotlib as mpl
import numpy as np

from lisse.report.figures import new_axes
from lisse.report.svg import COLOURS, drawing, inline_svg


def draw(name: str = "one", title: str = "A title") -> str:
    with drawing(12):
        figure, axes = new_axes((400, 200), 40, 10, 10, 40)
        axes.plot(np.arange(5.0), np.arange(5.0) / 3, color=COLOURS["voltage"], marker="o")
        axes.set_xlabel("Time (h)")
        return inline_svg(figure, name, title, "What it shows")


def test_text_stays_text_and_colours_become_variables():
    svg = draw()
    assert ">Time (h)</text>" in svg
    assert "var(--voltage)" in svg
    assert "#a0b0" not in svg


def test_nothing_points_outside_the_page():
    svg = draw()
    assert "http" not in svg
    assert "<style" not in svg
    assert "font-family" not in svg


def test_ids_are_unique_between_figures_and_every_reference_is_met():
    both = draw("one") + draw("two")
    ids = re.findall(r'\bid="([^"]*)"', both)
    assert len(ids) == len(set(ids))
    assert all(name.startswith(("one-", "two-")) for name in ids)
    used = re.findall(r'url\(#([^)]*)\)|href="#([^"]*)"', both)
    assert used
    assert {a or b for a, b in used} <= set(ids)


def test_it_says_what_it_is_to_a_screen_reader():
    svg = draw(title="<script>alert(1)</script>")
    assert svg.startswith('<svg viewBox="0 0 400 200" role="img" aria-labelledby="one-title one-description">')
    assert "<script>" not in svg
    assert "&lt;script&gt;" in svg


def test_the_same_figure_gives_the_same_text():
    assert draw() == draw()


def test_settings_of_the_user_are_put_back_and_do_not_matter():
    before = draw()
    with mpl.rc_context({"font.size": 30.0, "svg.fonttype": "path", "savefig.bbox": "tight"}):
        assert draw() == before
        assert mpl.rcParams["font.size"] == 30.0
