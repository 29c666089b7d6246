"""A loading curve as files: the page, everything as JSON in SI, and the points as a table in the units people write."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path

from lisse.files import output_folder
from lisse.records import write_atomically
from lisse.report.filler_map_figure import filler_map_figure
from lisse.report.hybrid_page import hybrid_html
from lisse.report.map_canvas import style
from lisse.study import LoadingCurve

__all__ = ["loading_table", "write_hybrid"]


def write_hybrid(folder: str | os.PathLike[str], found: LoadingCurve) -> Path:
    """Write ``report.html``, ``hybrid.json`` and ``loading.csv``, each whole or not at all.

    A study with a case has ``case.toml`` beside them, one with ``[map]`` has ``filler_map.png``.

    Parameters
    ----------
    folder : str or path
        Made where it is missing.
    found : LoadingCurve

    Returns
    -------
    Path
        The folder.
    """
    target, content = output_folder(folder), found.to_dict()
    picture = _map_picture(found)
    files: dict[str, str | bytes] = {
        "hybrid.json": json.dumps(content, allow_nan=False) + "\n",
        "loading.csv": loading_table(found),
        "report.html": hybrid_html(content, picture),
    }
    if found.study.case is not None:
        files["case.toml"] = found.study.case.to_toml()
    if picture:
        files["filler_map.png"] = picture
    for name, text in files.items():
        write_atomically(target / name, text)
    return target


def _map_picture(found: LoadingCurve) -> bytes:
    """The design maps as PNG; nothing without one."""
    if not found.maps:
        return b""
    stream = io.BytesIO()
    figure = filler_map_figure(*found.maps)
    with style():
        figure.savefig(stream, format="png", dpi=130)
    return stream.getvalue()


def loading_table(found: LoadingCurve) -> str:
    """One row for each point.

    Parameters
    ----------
    found : LoadingCurve
    """
    names = list(dict.fromkeys(name for each in found.points for name in each.formulas))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(
        [
            "temperature / degC",
            "diameter / um",
            "loading / 1",
            "conductivity / mS/cm",
            "error / mS/cm",
            "change by voxel size / mS/cm",
            "over the matrix / 1",
            "transference number / 1",
            "power at interfaces / 1",
            *(f"{name} / mS/cm" for name in names),
        ]
    )
    for each in found.points:
        solved = each.found
        numbers: list[float | None] = [
            each.temperature - 273.15,
            1e6 * each.diameter,
            each.loading,
            10.0 * solved.conductivity,
            None if solved.error is None else 10.0 * solved.error,
            10.0 * solved.voxels,
            each.gain,
            solved.transference,
            solved.interface_share,
            *(10.0 * each.formulas[name] if name in each.formulas else None for name in names),
        ]
        writer.writerow(["" if number is None else f"{number:.6g}" for number in numbers])
    return text.getvalue()
