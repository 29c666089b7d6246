"""The page about a microstructure: what it is made of, whatever it is about. One file, no network, no script.

The four pages themselves are in `lisse.report.image_reports`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from lisse import __version__
from lisse.report.figures import Panel
from lisse.report.image_words import percent
from lisse.report.page import KeyFigure, environment

__all__ = ["Section", "Table", "page_html", "phase_shares", "plain"]


@dataclass(frozen=True)
class Table:
    """Rows of text.

    Attributes
    ----------
    head : tuple of (str, bool). Words of each column, and whether it holds numbers.
    rows : sequence of sequences of str. A row of one cell is a heading inside the table.
    caption : str
    """

    head: tuple[tuple[str, bool], ...]
    rows: Sequence[Sequence[str]]
    caption: str = ""


@dataclass(frozen=True)
class Section:
    """A part of the page.

    Attributes
    ----------
    title : str
    panels : sequence of Panel
    kind : str. How they stand: ``"views"`` (three in a row), ``"strip"`` (six), ``"bodies"`` (two), ``"beside"`` (one,
        with the tables at its side), ``"grid"`` (two plots) or ``"plot"`` (one).
    tables : sequence of Table
    note : str
    phases : sequence of (colour, name, share). The key of the phases.
    key : Markup. The key of a colour scale.
    """

    title: str
    panels: Sequence[Panel] = ()
    kind: str = "views"
    tables: Sequence[Table] = ()
    note: str = ""
    phases: Sequence[tuple[str, str, str]] = ()
    key: Markup = Markup("")


def page_html(
    title: str,
    headline: str,
    following: str,
    figures: Sequence[KeyFigure],
    sections: Sequence[Section],
    warnings: Sequence[str],
    numbers: str,
    tone: str = "good",
) -> str:
    """The page as text.

    Parameters
    ----------
    title, headline, following : str. Name of the image; what was found; what else to know about it.
    figures : sequence of KeyFigure. The row of numbers at the top.
    sections : sequence of Section
    warnings : sequence of str
    numbers : str. Where all numbers are.
    tone : str. ``"good"``, ``"warn"`` or ``"bad"``.
    """
    template = environment().get_template("image.html")
    return template.render(
        title=title,
        headline=headline,
        following=following,
        key_figures=list(figures),
        sections=[one for one in sections if one.panels or (one.tables and one.kind != "beside")],
        warnings=list(warnings),
        numbers=numbers,
        tone=tone,
        version=__version__,
    )


def phase_shares(key: Sequence[tuple[str, str, float]]) -> list[tuple[str, str, str]]:
    """Colour, name and share in per cent of every phase."""
    return [(colour, name, percent(share)) for colour, name, share in key]


def plain(value: Any) -> str:
    """A value of a recipe as text."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name} = {plain(one)}" for name, one in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(plain(one) for one in value)
    return str(value)
