"""From a matplotlib figure to SVG that lives inside a page.

Text stays text, colours become variables of the page's style sheet (so that light, dark and print each have their
own), ids are unique in the page, and nothing points to the network.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["COLOURS", "drawing", "inline_svg"]

_ROLES = (
    "ink",
    "muted",
    "grid",
    "surface",
    "voltage",
    "current",
    "working",
    "counter",
    "fail",
    "pass",
    *(f"part-{number}" for number in range(1, 7)),
    *(f"step-{number}" for number in range(1, 9)),
)

COLOURS: Mapping[str, str] = MappingProxyType({role: f"#a0b0{number:02x}" for number, role in enumerate(_ROLES, 1)})
"""Stand-ins to draw with, by role; `inline_svg` turns each into ``var(--role)``."""

_SETTINGS = {
    "svg.fonttype": "none",
    "svg.hashsalt": "lisse",
    "text.usetex": False,
    "path.sketch": None,
    "font.family": "sans-serif",
    "axes.unicode_minus": True,
    "axes.linewidth": 0.8,
    "axes.edgecolor": COLOURS["muted"],
    "axes.labelcolor": COLOURS["ink"],
    "text.color": COLOURS["ink"],
    "xtick.color": COLOURS["muted"],
    "xtick.labelcolor": COLOURS["ink"],
    "ytick.color": COLOURS["muted"],
    "ytick.labelcolor": COLOURS["ink"],
    "grid.color": COLOURS["grid"],
}


@contextmanager
def drawing(font_size: float) -> Iterator[None]:
    """Settings to draw and write figures with, whatever the user's own settings are; put back afterwards."""
    import matplotlib

    settings: Any = {**_SETTINGS, "font.size": font_size}
    with matplotlib.rc_context(settings):
        yield


def inline_svg(figure: Figure, name: str, title: str, description: str) -> Markup:
    """The figure as an ``<svg>`` element.

    Parameters
    ----------
    figure : Figure
    name : str
        Prefix of all ids; different for every figure of a page.
    title, description : str
        What a screen reader says.
    """
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    text = io.StringIO()
    canvas: Any = FigureCanvasSVG(figure)
    canvas.print_svg(text, metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    body = text.getvalue()
    body = body[body.index("<svg") :]
    body = _DROPPED.sub("", body)
    body = _own_ids(body, name)
    for role, stand_in in COLOURS.items():
        body = body.replace(stand_in, f"var(--{role})")
    body = _LINE.sub(lambda line: _LONG_NUMBER.sub("", line[0]), body)
    body = _SPACE.sub(" ", body).replace("> <", "><")
    head, _, rest = body.partition(">")
    box = re.search(r'viewBox="[^"]*"', head)
    opening = (
        f'<svg {box[0] if box else ""} role="img" aria-labelledby="{name}-title {name}-description">'
        f'<title id="{name}-title">{escape(title)}</title>'
        f'<desc id="{name}-description">{escape(description)}</desc>'
    )
    return Markup(opening + rest)  # matplotlib escapes its text; the two texts are escaped here


_DROPPED = re.compile(
    r"<metadata>.*?</metadata>|<style .*?</style>|<!--.*?-->|\s*font-family: [^;\"]*;?"
    r"| transform=\"rotate\(-0 [^)]*\)\"",
    re.DOTALL,
)
_LINE = re.compile(r' d="[^"]*"')
_LONG_NUMBER = re.compile(r"(?<=\.\d\d)\d+")
_SPACE = re.compile(r"\s+")
_ID = re.compile(r'\s+id="([^"]*)"')
_USED_ID = re.compile(r'url\(#([^)]*)\)|xlink:href="#([^"]*)"')


def _own_ids(body: str, name: str) -> str:
    """Keep only the ids that something in the figure refers to, each with the figure's name in front."""
    used = {one or other for one, other in _USED_ID.findall(body)}
    body = _ID.sub(lambda found: f' id="{name}-{found[1]}"' if found[1] in used else "", body)
    body = body.replace("url(#", f"url(#{name}-")
    return body.replace('xlink:href="#', f'href="#{name}-')
