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

from lisse.files import write_atomically
from lisse.microstructure.volume import Volume
from lisse.report.image_figure import current_figure

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


def write_description(folder: Path, content: Mapping[str, Any], rows: Sequence[Sequence[Any]], picture: Figure) -> Path:
    """Write ``description.json``, ``description.csv`` and ``slices.png``; returns the folder.

    Parameters
    ----------
    folder : Path. Made where it is absent.
    content : mapping. Ready for JSON.
    rows : sequence of (part, of, quantity, value, unit). The table.
    picture : Figure
    """
    folder.mkdir(parents=True, exist_ok=True)
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerows([("part", "of", "quantity", "value", "unit"), *rows])
    write_atomically(folder / "description.json", _json(content))
    write_atomically(folder / "description.csv", text.getvalue())
    write_atomically(folder / "slices.png", png(picture))
    return folder


def write_segmentation(folder: Path, volume: Volume, content: Mapping[str, Any], picture: Figure) -> Path:
    """Write ``volume.h5``, ``segmentation.json`` and ``slices.png``; returns the folder.

    Parameters
    ----------
    folder : Path. Made where it is absent.
    volume : Volume
    content : mapping. Ready for JSON.
    picture : Figure
    """
    folder.mkdir(parents=True, exist_ok=True)
    volume.save(folder / "volume.h5")
    write_atomically(folder / "segmentation.json", _json(content))
    write_atomically(folder / "slices.png", png(picture))
    return folder


def write_conductivity(
    folder: Path, volume: Volume, content: Mapping[str, Any], current: Any, axis: int, title: str
) -> Path:
    """Write ``conductivity.json`` and, where a current flows, ``current.png``; returns the folder.

    Parameters
    ----------
    folder : Path. Made where it is absent.
    volume : Volume
    content : mapping. Ready for JSON.
    current : (nx, ny[, nz], 2 or 3) array, A/m2, or None.
    axis : int. Direction in which the current was sent.
    title : str
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / "conductivity.json", _json(content))
    if current is not None:
        write_atomically(folder / "current.png", png(current_figure(volume, current, axis, title)))
    return folder


def _json(content: Mapping[str, Any]) -> str:
    return json.dumps(content, indent=1, allow_nan=False) + "\n"
