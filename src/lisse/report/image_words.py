"""Numbers of a microstructure as the field writes them: um instead of m, mS/cm instead of S/m.

Only how SI numbers are shown; where the numbers come from is known to `lisse.microstructure`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from lisse.report.page import KeyFigure
from lisse.report.words import printed

__all__ = ["box", "figure", "figure_of", "length", "percent", "shown", "shown_words"]

_LENGTHS = ((1e-7, 1e9, "nm"), (1e-3, 1e6, "µm"), (1.0, 1e3, "mm"), (math.inf, 1.0, "m"))
_UNITS = {
    "1": (1.0, ""),
    "1/m": (1e-6, "1/µm"),
    "m2": (1e12, "µm²"),
    "m3": (1e18, "µm³"),
    "rad": (180.0 / math.pi, "°"),
    "S/m": (10.0, "mS/cm"),
    "ohm m2": (1e4, "ohm cm2"),
    "A/m2": (0.1, "mA/cm2"),
}


def shown(value: float | None, unit: str, digits: int = 4) -> tuple[str, str]:
    """A number and its unit as they are printed; an absent one is a dash.

    Parameters
    ----------
    value : float or None, SI.
    unit : str. Its SI unit.
    digits : int

    Examples
    --------
    >>> shown(2.4e-6, "m")
    ('2.4', 'µm')
    >>> shown(0.0146, "S/m")
    ('0.146', 'mS/cm')
    """
    if value is None or math.isnan(value):
        return "–", ""
    if math.isinf(value):
        return "∞", ""
    if unit == "m":
        factor, name = _length_unit(value)
    else:
        factor, name = _UNITS.get(unit, (1.0, unit))
    return printed(f"{value * factor:.{digits}g}"), printed(name)


def shown_words(value: float | None, unit: str, digits: int = 4) -> str:
    """The same as one text."""
    return " ".join(part for part in shown(value, unit, digits) if part)


def length(value: float) -> str:
    """A length, such as ``"2.4 µm"``."""
    return shown_words(value, "m")


def box(edges: Sequence[float]) -> str:
    """Edges in one unit, such as ``"50 × 50 × 20 µm"``.

    Parameters
    ----------
    edges : sequence of floats, m.
    """
    factor, name = _length_unit(max(edges))
    return f"{' × '.join(f'{edge * factor:.4g}' for edge in edges)} {printed(name)}"


def percent(share: float) -> str:
    """A share in per cent with three digits, such as ``"39.8 %"``."""
    return f"{100.0 * share:.3g} %"


def figure(
    label: str, value: float | None, unit: str, key: str, absent: str = "not found", digits: int = 4
) -> KeyFigure:
    """One number of the row at the top of a page, from SI."""
    if value is None or not math.isfinite(value):
        return {"label": label, "key": key, "value": None, "number": absent, "unit": ""}
    number, name = shown(value, unit, digits)
    return {"label": label, "key": key, "value": value, "number": number, "unit": name}


def figure_of(label: str, words: str, key: str, value: float, small: str = "") -> KeyFigure:
    """The same where the words are made already."""
    return {"label": label, "key": key, "value": value, "number": words, "unit": small}


def _length_unit(value: float) -> tuple[float, str]:
    size = abs(value)
    if size == 0.0:
        return 1e6, "µm"
    return next((factor, name) for below, factor, name in _LENGTHS if size < 0.9995 * below)
