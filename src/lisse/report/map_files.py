"""The files of a failure map: picture, table and everything as one plain object."""

from __future__ import annotations

import csv
import io
import json
import math
import os
from pathlib import Path
from typing import Any

import numpy as np

from lisse.files import output_folder
from lisse.records import write_atomically
from lisse.references import cite
from lisse.report.map_canvas import style
from lisse.report.map_figure import map_figure
from lisse.report.map_points import map_points
from lisse.study.axes import Span
from lisse.study.maps import FailureMap

__all__ = ["map_summary", "write_map"]


def map_summary(drawn: FailureMap) -> dict[str, Any]:
    """The object of ``map.json``: SI numbers of four digits, ``null`` where a limit does not apply or has no bound.

    A criterion that applies nowhere on the map has ``null`` in place of its arrays, and so has the current density of
    one whose limit is a charge or a time.

    Parameters
    ----------
    drawn : FailureMap

    Returns
    -------
    dict
        Plain data.
    """
    points = [point.to_dict() for point in map_points(drawn)]
    keys = {criterion.reference for criterion in drawn.criteria} | {point["source"] for point in points}
    return {
        "lisse_version": drawn.version,
        "title": drawn.title,
        "model": drawn.model,
        "x": _axis(drawn.x),
        "y": _axis(drawn.y),
        "mechanism": [[drawn.modes[index] if index >= 0 else None for index in row] for row in drawn.mode.tolist()],
        "criterion": [
            [drawn.criteria[index].name if index >= 0 else None for index in row] for row in drawn.criterion.tolist()
        ],
        "current_density": _plain(drawn.limit),
        "margin": _plain(drawn.margin),
        "shares": drawn.shares,
        "largest_current_density": drawn.current_density,
        "criteria": [
            {
                "mechanism": criterion.mechanism,
                "criterion": criterion.name,
                "decides": criterion.decides,
                "reference": criterion.reference,
                "applies": criterion.applies,
                "current_density": _known(criterion.current_density),
                "margin": _known(criterion.margin),
            }
            for criterion in drawn.criteria
        ],
        "points": points,
        "case": drawn.case,
        "warnings": list(drawn.warnings),
        "references": {key: cite(key) for key in sorted(keys - {""})},
        "units": {
            "current_density": "A/m2",
            "largest_current_density": "A/m2",
            "margin": "1",
            drawn.x.axis.name: drawn.x.axis.quantity.unit,
            drawn.y.axis.name: drawn.y.axis.quantity.unit,
        },
    }


def write_map(folder: str | os.PathLike[str], drawn: FailureMap) -> Path:
    """Write ``map.png``, ``map.svg``, ``map.csv`` and ``map.json`` into a folder.

    Each file is the old one or the new one, whole; nothing is written before everything has been made. The same map
    gives the same files.

    Parameters
    ----------
    folder : str or path
        Made where it is missing.
    drawn : FailureMap

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    InvalidInput
        When the folder cannot be made or written to.
    """
    target = output_folder(folder)
    files: dict[str, str | bytes] = {
        "map.json": json.dumps(map_summary(drawn), allow_nan=False) + "\n",
        "map.csv": _table(drawn),
    }
    figure = map_figure(drawn)
    for kind, settings in (("png", {"dpi": 160}), ("svg", {"dpi": 160, "metadata": {"Date": None}})):
        stream = io.BytesIO()
        with style():
            figure.savefig(stream, format=kind, **settings)
        files[f"map.{kind}"] = stream.getvalue()
    for name, content in files.items():
        write_atomically(target / name, content)
    return target


def _axis(span: Span) -> dict[str, Any]:
    quantity = span.axis.quantity
    return {
        "name": quantity.name,
        "label": quantity.long_name,
        "unit": quantity.unit,
        "values": span.values.tolist(),
        "logarithmic": span.logarithmic,
    }


def _known(array: np.ndarray) -> list[list[float | None]] | None:
    """The rows; ``None`` for an array without a number."""
    return None if np.isnan(array).all() else _plain(array)


def _plain(array: np.ndarray) -> list[list[float | None]]:
    """Rows of numbers with four digits."""
    return [[float(f"{value:.4g}") if math.isfinite(value) else None for value in row] for row in array.tolist()]


def _table(drawn: FailureMap) -> str:
    """One row a point, in the units that people write; an empty field where a limit does not apply or has no bound."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    header = [drawn.x.axis.label, drawn.y.axis.label, "mechanism", "critical current density / mA/cm2", "margin"]
    writer.writerow([*header, *(f"{c.mechanism}: {c.name} / mA/cm2" for c in drawn.criteria)])
    for row, column in np.ndindex(drawn.mode.shape):
        index = drawn.mode[row, column]
        numbers = [drawn.limit[row, column] * 0.1, drawn.margin[row, column]]
        numbers += [criterion.current_density[row, column] * 0.1 for criterion in drawn.criteria]
        writer.writerow(
            [
                f"{drawn.x.shown[column]:.6g}",
                f"{drawn.y.shown[row]:.6g}",
                drawn.modes[index] if index >= 0 else "",
                *(f"{number:.6g}" if math.isfinite(number) else "" for number in numbers),
            ]
        )
    return text.getvalue()
