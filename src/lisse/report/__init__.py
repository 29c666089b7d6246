"""Results as people read them: one sentence, one JSON object, one self-contained HTML page.

Everything that a page shows as a number is in `summary`. Nothing here computes physics or knows a model: a report is
made from a `lisse.records.Solution`, from a `lisse.measurement.Finding` with its `Measurement`, or from a
`lisse.study.FailureMap`, from a `lisse.study.Screening`, and from nothing else. Pages need no network; only that of a
screening has a script, its own.
"""

from __future__ import annotations

from lisse.report.cells_page import write_cells_report
from lisse.report.cells_table import TABLE_STYLES, cells_table
from lisse.report.filler_map_figure import filler_map_figure
from lisse.report.finding_page import write_finding_report
from lisse.report.hybrid_files import loading_table, write_hybrid
from lisse.report.map_figure import map_figure
from lisse.report.map_files import map_summary, write_map
from lisse.report.page import write_report
from lisse.report.results import write_results
from lisse.report.screen_files import screening_table, write_screening
from lisse.report.summary import summary
from lisse.report.verdict import verdict_sentence

__all__ = [
    "TABLE_STYLES",
    "cells_table",
    "filler_map_figure",
    "loading_table",
    "map_figure",
    "map_summary",
    "screening_table",
    "summary",
    "verdict_sentence",
    "write_cells_report",
    "write_finding_report",
    "write_hybrid",
    "write_map",
    "write_report",
    "write_results",
    "write_screening",
]
