"""A screening as files: the page, everything as JSON in SI, and all candidates as a table in the units people write."""

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
from lisse.report.screen_page import screening_html
from lisse.study import Screening
from lisse.study.screen_numbers import GIVEN, ORIGINS
from lisse.study.screen_quantities import ranked_quantity

__all__ = ["screening_table", "write_screening"]


def write_screening(folder: str | os.PathLike[str], found: Screening) -> Path:
    """Write ``report.html``, ``screening.json``, ``candidates.csv`` and ``case.toml``, each whole or not at all.

    Parameters
    ----------
    folder : str or path
        Made where it is missing.
    found : Screening

    Returns
    -------
    Path
        The folder.
    """
    target, content = output_folder(folder), found.to_dict()
    files = {
        "screening.json": json.dumps(content, allow_nan=False) + "\n",
        "candidates.csv": screening_table(found),
        "report.html": screening_html(found, content),
        "case.toml": found.study.case.to_toml(),
    }
    for name, text in files.items():
        write_atomically(target / name, text)
    return target


def screening_table(found: Screening) -> str:
    """All candidates from the best to the worst, then those set aside with the reason.

    Parameters
    ----------
    found : Screening
    """
    ranking, numbers = found.study.ranking, found.numbers
    columns: list[tuple[str, Any]] = [
        ("rank", found.ranks),
        ("name", found.candidates.names),
        ("line", found.candidates.rows),
    ]
    if any(found.candidates.formulas):
        columns.append(("formula", found.candidates.formulas))
    columns.append((_heading(ranking.by), _shown(ranking.by, found.scores)))
    columns += _drawn_columns(found)
    if found.deciding:
        names = [*found.deciding, ""]
        columns.append(("limited by", [names[place] for place in found.limiting]))
    if found.pareto:
        columns.append(("on the front", ["yes" if there else "no" for there in found.front]))
    columns += [
        (_heading(name), _shown(name, values))
        for name, values in found.pareto.items()
        if name not in (ranking.by, *numbers.values)
    ]
    for name in numbers.values:
        columns += _number_columns(found, name)
    for criterion, limits in zip(found.criteria, found.limits, strict=True):
        if criterion.name in found.deciding:
            columns.append((f"{criterion.name} / mA/cm2", limits * 0.1))
    columns.append(("set aside because", [""] * len(found.scores)))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([heading for heading, _ in columns])
    plain = [[_text(value) for value in np.asarray(values)[found.order].tolist()] for _, values in columns]
    writer.writerows(zip(*plain, strict=True))
    for name, line, reason in found.set_aside:
        writer.writerow(["", name, line, *[""] * (len(columns) - 4), reason])
    return text.getvalue()


def _number_columns(found: Screening, name: str) -> list[tuple[str, Any]]:
    """A property with its interval, where it comes from, and how well an estimate applies, as far as there is any."""
    numbers, heading = found.numbers, _heading(name)
    columns: list[tuple[str, Any]] = [(heading, _shown(name, numbers.values[name]))]
    if name in numbers.uncertain:
        ends = (("5 %", numbers.low[name]), ("95 %", numbers.high[name]))
        columns += [(f"{end} of {heading}", _shown(name, values)) for end, values in ends]
    if (numbers.origin[name] != GIVEN).any():
        columns.append((f"{name} is", [ORIGINS[code] for code in numbers.origin[name]]))
    applicability = numbers.applicability_of_used(name)
    if not np.isnan(applicability).all():
        columns.append((f"applicability of {name}", applicability))
    return columns


def _drawn_columns(found: Screening) -> list[tuple[str, Any]]:
    drawn, by = found.drawn, found.study.ranking.by
    if drawn is None:
        return []
    columns: list[tuple[str, Any]] = []
    for name, values in (("5 %", drawn.low), ("95 %", drawn.high)):
        spread = np.full(len(found.scores), np.nan)
        spread[drawn.which] = _shown(by, values)
        columns.append((f"{name} of {_heading(by)}", spread))
    error = np.full(len(found.scores), np.nan)
    error[drawn.which] = drawn.error
    top = found.study.ranking.top
    return [*columns, (f"probability of the best {top}", found.share), ("standard error", error)]


def _heading(name: str) -> str:
    quantity = ranked_quantity(name)
    return f"{name} / {quantity.display_unit}" if quantity.display_unit else name


def _shown(name: str, values: Any) -> Any:
    return ranked_quantity(name).shown(np.asarray(values))


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}" if math.isfinite(value) else "inf" if value == math.inf else ""
    return str(value)
