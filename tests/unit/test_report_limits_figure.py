from __future__ import annotations

import dataclasses

import pytest
from report_solutions import DRAWN, INFINITE, LIMITS, REPORTED, distribution, drawn, made_up

from lisse.report import limits_figure, summary
from lisse.report.limits_figure import limits_panel

CRACK = "crack overpotential"
DECIDING = dataclasses.replace(REPORTED[0], decides=True)


@pytest.fixture
def kept(monkeypatch):
    """The axes that are drawn."""
    found = []
    original = limits_figure.inline_svg

    def spy(figure, *words):
        found.extend(figure.axes)
        return original(figure, *words)

    monkeypatch.setattr(limits_figure, "inline_svg", spy)
    return found


def draw(solution):
    content = summary(solution, "")
    return limits_panel(content["limits"], content["uncertainty"])


def lines_at(axes, height):
    """Ends along the axis and markers of the lines at a height."""
    return [(tuple(line.get_xdata()), line.get_marker()) for line in axes.lines if line.get_ydata()[0] == height]


def spread(**found):
    return {**DRAWN, "criteria": {CRACK: distribution(**found)}}


def test_a_limit_of_zero_is_drawn_to_the_edge(kept):
    draw(drawn(limits=(DECIDING, *LIMITS), uncertainty={}))
    (axes,) = kept
    left, right = axes.get_xlim()
    assert 0.0 < left < 0.755
    assert 24.0 < right < 1000.0
    assert ((left,), "<") in lines_at(axes, limits_figure._MARGIN)
    assert "0×" in [text.get_text() for text in axes.texts]


def test_only_limits_of_zero_can_be_drawn(kept):
    draw(made_up(limits=(DECIDING,)))
    left, right = kept[0].get_xlim()
    assert 0.0 < left < 1.0 < right


def test_a_deciding_limit_without_bound_is_drawn_to_the_other_edge(kept):
    draw(made_up(limits=LIMITS[2:]))
    (axes,) = kept
    assert ((axes.get_xlim()[1],), ">") in lines_at(axes, 1 + limits_figure._MARGIN)
    assert "no bound" in [text.get_text() for text in axes.texts]


def test_the_interval_of_the_draws_lies_under_the_bar(kept):
    draw(drawn(uncertainty=spread(low=16.5, median=23.9, high=39.0)))
    line, low, high = lines_at(kept[0], limits_figure._SPREAD)
    scale = 0.755 / 22.6
    assert line[0] == pytest.approx((16.5 * scale, 39.0 * scale), rel=0.01)
    assert (low[1], high[1]) == ("|", "|")


@pytest.mark.parametrize("high", [INFINITE, 1e9])
def test_an_interval_that_leaves_the_axis_ends_in_an_arrow(kept, high):
    draw(drawn(uncertainty=spread(low=0.0, median=23.9, high=high)))
    axes = kept[0]
    line, start, end = lines_at(axes, limits_figure._SPREAD)
    assert line[0] == axes.get_xlim()
    assert (start[1], end[1]) == ("<", ">")


def test_criteria_that_do_not_decide_are_not_drawn(kept):
    panel = draw(drawn())
    words = " ".join(text.get_text() for text in kept[0].texts)
    assert "convention" not in words
    assert "bulk creep" not in words
    assert "draws" in panel.caption


def test_without_draws_there_are_bars_alone(kept):
    panel = draw(made_up())
    assert lines_at(kept[0], limits_figure._SPREAD) == []
    assert "draws" not in panel.caption
    assert panel.caption.endswith("whose bars point to the left.")
