"""A screening as plain data: numbers in SI, ``None`` for what is not known or has no bound.

Candidates stand in columns, one list for each quantity, because there may be many (the best 100,000 of more); the best
stand as records.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from lisse.study.screen_numbers import ORIGINS
from lisse.study.screen_quantities import ranked_quantity

if TYPE_CHECKING:
    from lisse.study.screening import Screening

__all__ = ["plain_screening"]

_DIGITS = 5
_MOST_ASIDE = 200
_MOST_IN_COLUMNS = 100_000
_MOST_SHOWN = 300  # candidates of a front that stand as records, from the best


def plain_screening(found: Screening) -> dict[str, Any]:
    """All of it.

    Parameters
    ----------
    found : Screening
    """
    ranking = found.study.ranking
    quantity = ranked_quantity(ranking.by)
    share = found.share
    return {
        "lisse_version": found.version,
        "title": found.study.title,
        "rows": found.rows,
        "judged": len(found.scores),
        "ranked_by": {"name": quantity.name, "unit": quantity.unit, "label": quantity.long_name},
        "top": ranking.top,
        "draws": ranking.draws,
        "seed": ranking.seed,
        "expected_right": found.expected_right,
        "best": [_record(found, int(candidate), share) for candidate in found.best],
        "likelier": [_record(found, int(candidate), share) for candidate in found.likelier[: ranking.top]],
        "capped": None if found.capped is None else {"criterion": found.capped[0], "share": found.capped[1]},
        "criteria": _criteria(found),
        "left_out": dict(found.left_out),
        "drawn": None
        if found.drawn is None
        else {
            "candidates": len(found.drawn.which),
            "audited": found.drawn.audited,
            "missed": found.drawn.missed,
        },
        "pareto": {
            "quantities": list(found.pareto),
            "count": int(found.front.sum()),
            "front": [_record(found, candidate, share) for candidate in _front(found)[:_MOST_SHOWN]],
        },
        "value": None if found.value is None else _value(found),
        "runs": [run.to_dict() for run in found.runs],
        "properties": {name: _property(found, name) for name in found.numbers.values},
        "set_aside": {
            "count": len(found.set_aside),
            "reasons": dict(Counter(reason for _, _, reason in found.set_aside).most_common(20)),
            "candidates": [
                {"name": name, "line": line, "reason": reason} for name, line, reason in found.set_aside[:_MOST_ASIDE]
            ],
        },
        "candidates": _columns(found, share),
        "study": found.study.to_dict(),
        "warnings": list(found.warnings),
    }


def _columns(found: Screening, share: Any) -> dict[str, list[Any]]:
    """Candidates in order of the table; of very many, the best."""
    which, by = np.sort(found.order[:_MOST_IN_COLUMNS]), found.study.ranking.by
    columns = {**found.pareto, **found.numbers.values}
    return {
        "name": [found.candidates.names[i] for i in which],
        "score": _numbers(found.scores[which]),
        "rank": found.ranks[which].tolist(),
        "share": _numbers(share[which]),
        "limiting": [found.deciding[place] if place >= 0 else None for place in found.limiting[which]],
        **{name: _numbers(values[which]) for name, values in columns.items() if name != by},
    }


def _front(found: Screening) -> list[int]:
    """The front from its best candidate to its worst."""
    return [int(candidate) for candidate in found.order if found.front[candidate]]


def _record(found: Screening, candidate: int, share: Any) -> dict[str, Any]:
    """One candidate with all that is known of it."""
    place = found.limiting[candidate]
    record: dict[str, Any] = {
        "name": found.candidates.names[candidate],
        "line": int(found.candidates.rows[candidate]),
        "formula": found.candidates.formulas[candidate] or None,
        "rank": int(found.ranks[candidate]),
        "score": _number(found.scores[candidate]),
        "limited_by": found.deciding[place] if place >= 0 else None,
        "numbers": {
            name: {
                "value": _number(array[candidate]),
                "low": _number(found.numbers.low[name][candidate]),
                "high": _number(found.numbers.high[name][candidate]),
                "origin": ORIGINS[found.numbers.origin[name][candidate]],
                "applicability": _number(found.numbers.applicability_of_used(name)[candidate]),
            }
            for name, array in found.numbers.values.items()
            if not math.isnan(array[candidate])
        },
        "front": bool(found.front[candidate]),
        "front_share": found.front_share.get(candidate),
        **{name: _number(values[candidate]) for name, values in found.pareto.items() if name != found.study.ranking.by},
    }
    drawn = found.drawn
    if drawn is not None and candidate in drawn.which:
        at = int(np.searchsorted(drawn.which, candidate))
        record |= {
            "low": _number(drawn.low[at]),
            "median": _number(drawn.median[at]),
            "high": _number(drawn.high[at]),
            "share": float(share[candidate]),
            "share_error": float(drawn.error[at]),
            "limiting": {
                name: float(part) for name, part in zip(found.deciding, drawn.limiting[at], strict=False) if part > 0.0
            },
        }
    return record


def _criteria(found: Screening) -> list[dict[str, Any]]:
    """Each criterion: whom it applies to, and whom it limits."""
    rows = []
    for criterion, limits in zip(found.criteria, found.limits, strict=True):
        decides = criterion.name in found.deciding
        applies = ~np.isnan(limits)
        if not decides and not applies.any():
            continue
        known = limits[applies & np.isfinite(limits)]
        edges = np.quantile(known, (0.05, 0.5, 0.95)) if known.size else (math.nan,) * 3
        first = int((found.limiting == found.deciding.index(criterion.name)).sum()) if decides else 0
        rows.append(
            {
                "mechanism": criterion.mechanism,
                "criterion": criterion.name,
                "reference": criterion.reference,
                "decides": decides,
                "applies_to": int(applies.sum()),
                "limits": first,
                "low": _number(edges[0]),
                "median": _number(edges[1]),
                "high": _number(edges[2]),
            }
        )
    return rows


def _property(found: Screening, name: str) -> dict[str, Any]:
    """Where the numbers of a property come from."""
    quantity, origin = ranked_quantity(name), found.numbers.origin[name]
    applicability = found.numbers.applicability.get(name)
    known = applicability[~np.isnan(applicability)] if applicability is not None else np.zeros(0)
    return {
        "unit": quantity.unit,
        "label": quantity.long_name,
        "origins": {word: int((origin == code).sum()) for code, word in enumerate(ORIGINS)},
        "uncertain": int((found.numbers.high[name] > found.numbers.low[name]).sum()),
        "shared": int(found.numbers.shared[name].sum()),
        "sources": list(found.numbers.sources.get(name, ())),
        "median_applicability": _number(np.median(known)) if known.size else None,
    }


def _value(found: Screening) -> dict[str, Any]:
    """What measurements would gain: of a property throughout, and of one property of one of the candidates."""
    value = found.value
    assert value is not None  # noqa: S101 - the caller asked
    single = [
        {"name": found.candidates.names[int(candidate)], "property": name, "gain": float(gains[place])}
        for name, gains in value.one.items()
        for place, candidate in enumerate(found.valued)
        if gains[place] > 2.0 * value.resolution_of_one
    ]
    single.sort(key=lambda each: -float(str(each["gain"])))
    return {**value.to_dict(), "single": single[:20]}


def _numbers(values: Any) -> list[float | None]:
    """A column with five digits."""
    return [float(f"{value:.{_DIGITS}g}") if math.isfinite(value) else None for value in np.asarray(values).tolist()]


def _number(value: Any) -> float | None:
    return float(value) if math.isfinite(value) else None
