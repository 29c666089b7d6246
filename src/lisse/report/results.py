"""The folder that a run leaves behind: the case as run, the solution, its summary and the page."""

from __future__ import annotations

import json
import os
from pathlib import Path

from lisse.files import output_folder
from lisse.records import Solution, write_atomically
from lisse.report.page import report_html
from lisse.report.summary import summary
from lisse.study.distribution import CriticalCurrentDistribution
from lisse.study.measures import FourNumbers

__all__ = ["write_results"]


def write_results(
    folder: str | os.PathLike[str],
    solution: Solution,
    title: str,
    case_toml: str,
    numbers: FourNumbers | None = None,
    distribution: CriticalCurrentDistribution | None = None,
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

    Raises
    ------
    InvalidInput
        When the folder cannot be made or written to.
    """
    target = output_folder(folder)
    content = summary(solution, title, numbers, distribution)
    page = report_html(solution, content)
    write_atomically(target / "case.toml", case_toml)
    solution.save(target / "solution.nc")
    write_atomically(target / "summary.json", json.dumps(content, indent=1, allow_nan=False) + "\n")
    write_atomically(target / "report.html", page)
    return target
