"""What ``lisse image`` leaves in a folder: the numbers as JSON and CSV, the pictures as PNG, the volume.

Every number is SI and is in the JSON file; the CSV table is the same for a spreadsheet.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lisse.files import output_folder, write_atomically
from lisse.microstructure.describe_current import Spot
from lisse.microstructure.volume import Volume

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["png", "write_conductivity", "write_description", "write_segmentation"]

_DOTS = 150


def png(figure: Figure, dots: int = _DOTS) -> bytes:
    """The picture as a PNG file.

    Parameters
    ----------
    figure : Figure
    dots : int, 1/inch. Pixels per inch.
    """
    written = io.BytesIO()
    figure.savefig(written, format="png", dpi=dots)
    return written.getvalue()


def write_description(
    folder: Path, content: Mapping[str, Any], rows: Sequence[Sequence[Any]], picture: Figure, page: str
) -> Path:
    """Write ``description.json``, ``description.csv``, ``slices.png`` and ``report.html``; returns the folder.

    Parameters
    ----------
    folder : Path. Made where it is absent.
    content : mapping. Ready for JSON.
    rows : sequence of (part, of, quantity, value, unit). The table.
    picture : Figure
    page : str. The report.
    """
    output_folder(folder)
    head = ("part", "of", "quantity", "value", "unit")
    write_atomically(folder / "description.json", _json(content))
    write_atomically(folder / "description.csv", _csv(head, rows))
    write_atomically(folder / "slices.png", png(picture))
    write_atomically(folder / "report.html", page)
    return folder


def write_segmentation(folder: Path, volume: Volume, content: Mapping[str, Any], picture: Figure, page: str) -> Path:
    """Write ``volume.h5``, ``segmentation.json``, ``slices.png`` and ``report.html``; returns the folder.

    Parameters
    ----------
    folder : Path. Made where it is absent.
    volume : Volume
    content : mapping. Ready for JSON.
    picture : Figure
    page : str. The report.
    """
    output_folder(folder)
    volume.save(folder / "volume.h5")
    write_atomically(folder / "segmentation.json", _json(content))
    write_atomically(folder / "slices.png", png(picture))
    write_atomically(folder / "report.html", page)
    return folder


def write_conductivity(
    folder: Path, content: Mapping[str, Any], spots: Sequence[Spot], picture: Figure | None, page: str
) -> Path:
    """Write ``conductivity.json``, ``report.html`` and, where a current flows, ``hot_spots.csv`` and ``current.png``.

    Parameters
    ----------
    folder : Path. Made where it is absent.
    content : mapping. Ready for JSON.
    spots : sequence of Spot. The hottest places.
    picture : Figure or None. The current.
    page : str. The report.

    Returns
    -------
    Path
        The folder.
    """
    output_folder(folder)
    write_atomically(folder / "conductivity.json", _json(content))
    if spots:
        axes = "xyz"[: len(spots[0].place)]
        head = ("number", *(f"{axis} / m" for axis in axes), "normal", "current density over mean")
        rows = [
            (number, *one.place, "" if one.normal is None else axes[one.normal], one.relative)
            for number, one in enumerate(spots, start=1)
        ]
        write_atomically(folder / "hot_spots.csv", _csv(head, rows))
    if picture is not None:
        write_atomically(folder / "current.png", png(picture))
    write_atomically(folder / "report.html", page)
    return folder


def _csv(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([head, *rows])
    return text.getvalue()


def _json(content: Mapping[str, Any]) -> str:
    return json.dumps(content, indent=1, allow_nan=False) + "\n"
