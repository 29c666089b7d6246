"""What the analysis of a cell's files found, as far as a record states the same.

The analysis comes as a `Finding` or as the ``finding.json`` that ``lisse analyse`` writes. Numbers stay in the units
of the cell (ampere, coulomb), so that the area of the record can divide them whatever area the analysis had.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lisse.errors import InvalidInput
from lisse.keys import parse_json, read_text
from lisse.measurement.analysis.finding import FINDING_MODES

if TYPE_CHECKING:
    from lisse.measurement.analysis import Finding

__all__ = ["Measured", "load_finding", "measured"]

_LARGEST_FILE = 100_000_000  # a half-cycle takes a kilobyte
_LARGEST = 1e30  # of anything in SI that a cell has


@dataclass(frozen=True)
class Measured:
    """The outcome of a test by its files.

    Attributes
    ----------
    area : float or None, m2
        That divided the current in the analysis.
    mode : str
        One of `lisse.measurement.analysis.FINDING_MODES`.
    current : float or None, A
        At failure.
    highest_passed : float or None, A
        Largest current of a whole half-cycle without failure.
    half_cycle_charge : float or None, C
        Largest of a whole half-cycle before the failure.
    cumulative_charge : float or None, C
        Passed in both directions until the failure, or in all.
    """

    area: float | None
    mode: str
    current: float | None
    highest_passed: float | None
    half_cycle_charge: float | None
    cumulative_charge: float | None


def measured(finding: Finding | Mapping[str, Any], where: str = "finding") -> Measured:
    """The outcome that a finding gives.

    Parameters
    ----------
    finding : Finding or mapping
        From `lisse.measurement.analyse`, or its ``to_dict()``.
    where : str
        Name of the file, for messages.

    Raises
    ------
    InvalidInput
        For a mapping that is no finding of one cell, with the key.
    """
    content = finding if isinstance(finding, Mapping) else finding.to_dict()
    verdict = _of_kind(content, "verdict", Mapping, where)
    mode = _of_kind(verdict, "mode", str, where)
    if mode not in FINDING_MODES:
        raise InvalidInput("verdict.mode", mode, ", ".join(FINDING_MODES), "", where)
    failed = _number(verdict, "time", where)
    half_cycles = _of_kind(content, "half_cycles", list, where)
    cycles = [(_number(each, "end", where), _number(each, "electric_charge", where)) for each in half_cycles]
    whole = [
        abs(charge)
        for end, charge in cycles
        if charge is not None and (failed is None or (end is not None and end <= failed))
    ]
    return Measured(
        _number(content, "area", where),
        mode,
        _number(verdict, "current", where),
        _number(content, "highest_current_passed", where),
        max(whole, default=None),
        _number(content, "cumulative_electric_charge", where),
    )


def load_finding(path: str | os.PathLike[str]) -> Measured:
    """The outcome in a ``finding.json`` that ``lisse analyse -o DIR`` wrote.

    Raises
    ------
    InvalidInput
        For a file that cannot be read or is no finding of one cell.
    """
    absent = "There is no such file; `lisse analyse DATA -o DIR` writes it"
    text = read_text(path, "finding", "a finding.json", absent, _LARGEST_FILE)
    name = Path(path).name
    return measured(parse_json(text, name, "finding"), name)


def _of_kind(content: Any, key: str, kind: Any, where: str) -> Any:
    value = content.get(key) if isinstance(content, Mapping) else None
    if not isinstance(value, kind):
        advice = "With --cells, each cell has a finding.json of its own, in its folder"
        raise InvalidInput(key, value, "what `lisse analyse DATA -o DIR` writes to finding.json", advice, where)
    return value


def _number(content: Any, key: str, where: str) -> float | None:
    if isinstance(content, Mapping) and key in content and content[key] is None:
        return None
    value = _of_kind(content, key, (int, float), where)
    if isinstance(value, bool) or not abs(value) <= _LARGEST or (key == "area" and value <= 0):
        raise InvalidInput(key, value, f"a number{' above zero' if key == 'area' else ''}, in SI", "", where)
    return float(value)
