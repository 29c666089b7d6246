"""``summary.json``: everything that a report says as a number, as one plain object in SI units.

``None`` (``null``) means not resolved, not reached or without bound; never zero. The traces themselves are in the
netCDF file. A quantile without bound is ``null`` too, and its name stands in ``unbounded`` beside it.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from lisse.records import Limit, Solution
from lisse.references import all_references, reference
from lisse.report.input_words import INPUT_NAMES, input_unit, input_words
from lisse.report.inputs import input_tables, reference_short
from lisse.report.run_spectra import spectra_rows
from lisse.report.verdict import next_limit, verdict_sentence
from lisse.report.words import protocol_words
from lisse.study.distribution import CriticalCurrentDistribution
from lisse.study.interlayer_table import InterlayerTable
from lisse.study.measures import FourNumbers
from lisse.units import QUANTITIES

__all__ = ["EXTREMES", "finite", "summary"]

EXTREMES: tuple[tuple[str, str], ...] = (
    ("voltage", "largest"),
    ("largest_local_current_density", "largest"),
    ("contact_fraction", "smallest"),
    ("void_height", "largest"),
    ("stack_pressure", "smallest"),
    ("stack_pressure", "largest"),
    ("lithium_thickness", "smallest"),
    ("flaw_length", "largest"),
    ("plating_pressure", "largest"),
    ("short_conductance", "largest"),
)
"""Quantities of which the summary gives the extreme magnitude over time, one number for each interface it has."""

_OWN_UNITS = {
    "margin": "1",
    "ratio": "1",
    "samples": "1",
    "applies": "1",
    "passed": "1",
    "lowest": "1",
    "critical_current_density": "A/m2",
    "highest_current_density_passed": "A/m2",
    "cumulative_charge": "C/m2",
    "threshold_charge": "C/m2",
    "coulombic_efficiency": "1",
    "passed_charge": "C/m2",
    "high_frequency": "Hz",
    "low_frequency": "Hz",
    "high_frequency_resistance": "ohm m2",
    "low_frequency_resistance": "ohm m2",
    "duration": "s",
    "voltage_limit": "V",
}


def summary(
    solution: Solution,
    title: str,
    numbers: FourNumbers | None = None,
    distribution: CriticalCurrentDistribution | None = None,
    interlayer: InterlayerTable | None = None,
) -> dict[str, Any]:
    """The object of ``summary.json`` for one run.

    Parameters
    ----------
    solution : Solution
    title : str
    numbers : FourNumbers or None
        Four numbers of the cell of the run.
    distribution : CriticalCurrentDistribution or None
        Of a batch of cells around it.
    interlayer : InterlayerTable or None
        What the interlayer of the cell moves; the object has the key ``interlayer`` then.

    Returns
    -------
    dict
        Plain data that ``json.dumps(..., allow_nan=False)`` takes.
    """
    tables = input_tables(solution.inputs)
    keys = {*solution.references, *(limit.reference for limit in solution.limits if limit.reference)}
    cited = {row["source"] for table in tables for row in table["rows"] if row["used"] and row["source"]}
    content = {
        "lisse_version": solution.version,
        "title": title,
        "model": solution.model,
        "status": solution.status,
        "status_text": solution.status_text,
        "seed": solution.seed,
        "sentence": verdict_sentence(solution),
        "verdict": dataclasses.asdict(solution.verdict),
        "limits": [_limit(limit, _changing(solution)) for limit in sorted(solution.limits, key=_order)],
        "next_limit": _next_limit(solution),
        "uncertainty": _uncertainty(solution),
        "four_numbers": None if numbers is None else numbers.to_dict(),
        "critical_current_distribution": None if distribution is None else distribution.to_dict(),
        "targets": [dict(target) for target in solution.targets],
        "extremes": _extremes(solution),
        "spectra": spectra_rows(solution),
        "not_resolved": list(solution.not_resolved),
        "conservation": {"charge": None, "lithium": None, **solution.conservation},
        "protocol": _protocol(solution.inputs.get("protocol")),
        "inputs": tables,
        "settings": dict(solution.inputs.get("model", {})),
        "events": [dict(event) for event in solution.events],
        "warnings": list(solution.warnings),
        "references": sorted(keys),
        "reference_texts": {key: _reference_text(key) for key in sorted(keys | cited)},
        "units": {name: entry.unit for name, entry in QUANTITIES.items()} | dict(INPUT_NAMES) | _OWN_UNITS,
    }
    if interlayer is not None:
        content["interlayer"] = interlayer.to_dict()
    plain: dict[str, Any] = finite(content)
    return plain


def _order(limit: Limit) -> tuple[bool, bool, float]:
    margin = math.inf if limit.margin is None or math.isnan(limit.margin) else limit.margin
    return not limit.applies, not limit.decides, margin


def _changing(solution: Solution) -> list[str]:
    """Which of temperature and stack pressure the steps of the protocol change."""
    steps = (solution.inputs.get("protocol") or {}).get("steps", ())
    return [name for name in ("temperature", "stack_pressure") if len({s[name] for s in steps if name in s}) > 1]


def _limit(limit: Limit, changing: list[str]) -> dict[str, Any]:
    content = {field.name: getattr(limit, field.name) for field in dataclasses.fields(limit)}
    content["unbounded"] = limit.unbounded
    content["reference_short"] = reference_short(limit.reference)
    content["condition"] = {name: limit.inputs[name] for name in changing if name in limit.inputs}
    return content


def _next_limit(solution: Solution) -> dict[str, Any] | None:
    found = next_limit(solution)
    if found is None:
        return None
    limit = found.limit
    return {
        "mechanism": limit.mechanism,
        "criterion": limit.criterion,
        "current_density": limit.current_density,
        "ratio": found.ratio,
    }


_QUANTILES = ("low", "median", "high")


def _uncertainty(solution: Solution) -> dict[str, Any] | None:
    """Quantiles of 5, 50 and 95 %, each set with its unit; ``None`` where nothing was drawn."""
    drawn = solution.uncertainty
    if not drawn:
        return None
    criteria = {}
    for name, found in drawn["criteria"].items():
        scale = 1.0 if found["unit"] == "1" else _margin_per_current(solution, name)
        criteria[name] = _distribution(found) | {"margins": {each: found[each] * scale for each in _QUANTILES}}
    return {
        "samples": drawn["samples"],
        "seed": drawn["seed"],
        "criteria": criteria,
        "mechanisms": {mode: _distribution(found) for mode, found in drawn["mechanisms"].items()},
        "critical_current_density": _distribution(drawn["critical_current_density"]),
        "varied": {
            name: {**spread, "unit": input_unit(name), "words": input_words(name)}
            for name, spread in drawn["varied"].items()
        },
    }


def _distribution(found: Mapping[str, Any]) -> dict[str, Any]:
    return {**found, "unbounded": [each for each in _QUANTILES if math.isinf(found[each])]}


def _margin_per_current(solution: Solution, criterion: str) -> float:
    """m2/A. One over the current density that a criterion's margin refers to; NaN where no limit tells it."""
    for limit in sorted(solution.limits, key=lambda each: each.criterion != criterion):  # its own first
        current, margin = limit.current_density, limit.margin
        if current and margin and math.isfinite(current) and math.isfinite(margin):
            return margin / current
    return math.nan


def _extremes(solution: Solution) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for name, what in EXTREMES:
        if name not in solution:
            rows.append({"name": name, "what": what, "interface": None, "value": None})
            continue
        trace = solution[name]
        sides = [str(side) for side in trace["interface"].values] if "interface" in trace.dims else [None]
        for side in sides:
            values = np.abs(np.asarray((trace if side is None else trace.sel(interface=side)).values, dtype=float))
            values = values[np.isfinite(values)]
            extreme = None if not values.size else float(values.max() if what == "largest" else values.min())
            rows.append({"name": name, "what": what, "interface": side, "value": extreme})
    return rows


def _protocol(protocol: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The protocol without its list of steps, which case.toml makes again."""
    if not protocol:
        return None
    lengths = [_step_length(step) for step in protocol["steps"]]
    return {
        "name": protocol["name"],
        "words": protocol_words(protocol),
        "settings": dict(protocol["settings"]),
        "voltage_limit": protocol["voltage_limit"],
        "reference": protocol["reference"],
        "steps": len(lengths),
        "duration": None if None in lengths else math.fsum(length or 0.0 for length in lengths),
    }


def _step_length(step: Mapping[str, Any]) -> float | None:
    if step.get("duration") is not None:
        return float(step["duration"])
    return float(step["charge"]) / abs(float(step["current_density"])) if step.get("charge") is not None else None


def _reference_text(key: str) -> str:
    """The line of the reference list; the key itself where our list does not know it."""
    return reference(key).text() if key in all_references() else key


def finite(value: Any) -> Any:
    """Plain data without NaN and infinity, which JSON does not have."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(item) for item in value]
    return value
