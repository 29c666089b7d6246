"""The folder that a run leaves behind: the case as run, the solution, its summary and the page."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from lisse.files import output_folder
from lisse.records import Solution, write_atomically
from lisse.report.page import report_html
from lisse.report.summary import summary
from lisse.study.distribution import CriticalCurrentDistribution
from lisse.study.interlayer_table import InterlayerTable
from lisse.study.measures import FourNumbers

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["write_results"]


def write_results(
    folder: str | os.PathLike[str],
    solution: Solution,
    title: str,
    case_toml: str,
    numbers: FourNumbers | None = None,
    distribution: CriticalCurrentDistribution | None = None,
    fields: xr.Dataset | None = None,
    interlayer: InterlayerTable | None = None,
) -> Path:
    """Write ``case.toml``, ``solution.nc``, ``summary.json`` and ``report.html`` into a folder; returns the folder.

    The folder is made where it is missing. Each file is the old one or the new one, whole, whatever stops the writer;
    nothing is written before everything has been made.

    Parameters
    ----------
    folder : str or path
    solution : Solution
    title : str
    case_toml : str
        The case as it was run, with every default.
    numbers : FourNumbers or None
    distribution : CriticalCurrentDistribution or None
        What else the summary and the page tell of the cell.
    fields : xarray.Dataset or None
        From `lisse.load_fields`, of a resolved run: its section of the page, and ``animation.gif`` beside it.
    interlayer : InterlayerTable or None
        What the interlayer of the cell moves.

    Raises
    ------
    InvalidInput
        When the folder cannot be made or written to.
    """
    target = output_folder(folder)
    content = summary(solution, title, numbers, distribution, interlayer)
    resolved = None
    if fields is not None:
        from lisse.report.resolved_moments import fields_summary
        from lisse.report.resolved_section import resolved_section

        content["fields"] = fields_summary(fields, solution.verdict.time)
        resolved = resolved_section(fields, content["fields"])
    page = report_html(solution, content, resolved)
    write_atomically(target / "case.toml", case_toml)
    solution.save(target / "solution.nc")
    write_atomically(target / "summary.json", json.dumps(content, indent=1, allow_nan=False) + "\n")
    if resolved is not None and resolved["film"]:
        write_atomically(target / "animation.gif", resolved["film"]["bytes"])
    write_atomically(target / "report.html", page)
    return target
