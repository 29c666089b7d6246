"""Autolab impedance saved for ZView (``Z60W Data File``, ``.txt`` or ``.z``): quoted header lines, then the table.

Tables that Nova exports with names such as ``-Z'' (ohm)`` are read by `impedance_table`.
"""

from __future__ import annotations

from lisse.measurement.readers.format import Format, Source
from lisse.measurement.readers.impedance_rows import text_lines
from lisse.measurement.readers.zview import zview_measurement
from lisse.records import Measurement

__all__ = ["AUTOLAB", "parse_autolab"]

_MAGIC = "Z60W Data File"


def parse_autolab(source: Source) -> Measurement:
    """Turn a ``Z60W`` file into a Measurement."""
    warnings: list[str] = []
    lines = text_lines(source, warnings)
    names = next((k for k, line in enumerate(lines) if "Freq" in line and "Z'" in line), None)
    if names is None:
        advice = "The file seems to be cut off; export it again"
        raise source.error("column names", None, "a line with Freq (Hz) ... Z'(a) Z''(b)", advice, len(lines))
    count = lines[names - 1].strip() if names else ""
    promised = (int(count), names) if count.isdigit() else None
    comments = [text for text in (line.strip().strip('"') for line in lines[1:names]) if text]
    return zview_measurement(
        source, "autolab", "Autolab", lines, names + 1, lines[names], warnings, {"header": comments}, promised=promised
    )


AUTOLAB = Format(
    name="autolab",
    description="Autolab impedance saved for ZView (Z60W, .txt)",
    recognise=lambda source: source.head.lstrip('"').startswith(_MAGIC),
    parse=parse_autolab,
    extensions=(".txt", ".z"),
)
