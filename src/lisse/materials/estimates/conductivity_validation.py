"""How well the model of the ionic conductivity does on what it has not seen: nested cross-validation and baselines.

Every choice of the training is repeated inside every fold, so nothing is tuned on the rows that are reported.
Three questions, from hard to mild: a substance of a family that is not in the data (one family left out at a time), a
substance of elements that do not stand together in the data (ten folds of whole chemical systems), and a substance from
a source that is not in the data (ten folds of whole sources, DOI by DOI).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from lisse.materials.estimates.conductivity_model import Prediction
from lisse.materials.estimates.conductivity_training import Table, excess, groupings, grow_trees, train_model
from lisse.materials.estimates.obelix import Measured
from lisse.numerics.group_folds import leave_one_group_out

__all__ = ["scatter_between_sources", "validate"]

_NEIGHBOURS = (1, 5, 10)
_MEASURABLE = -10.0  # log10 of S/cm: below, the table itself mostly gives bounds


def validate(table: Table, progress: Callable[[str], None] = lambda text: None) -> dict[str, Any]:
    """Nested cross-validation of one model.

    Parameters
    ----------
    table : Table.
    progress : callable of str. Told about every fold.

    Returns
    -------
    dict. ``family``, ``elements`` and ``source``: errors, coverage and baselines in decades.
    """
    return {name: _grouped(table, labels, name, progress) for name, labels in groupings(table).items()}


def _grouped(table: Table, labels: Sequence[str], name: str, progress: Callable[[str], None]) -> dict[str, Any]:
    """One way of leaving out groups."""
    count = len(table.target)
    found = {key: np.zeros(count) for key in ("middle", "lower", "upper", "applicability")}
    others = ("median", *(f"nearest_{k}" for k in _NEIGHBOURS), "trees_alone", "trend_alone")
    baselines = {key: np.zeros(count) for key in others}
    for train, test in leave_one_group_out(labels):
        progress(f"{name} {labels[test[0]]}: {len(test)} rows left out")
        known = frozenset().union(*(table.elements[row] for row in train))
        inside = np.array([table.elements[row] <= known for row in test])
        model = train_model(table.rows(train))
        said = model.predict(table.described.rows(test), inside)
        for key in found:
            found[key][test] = getattr(said, key)
        baselines["median"][test] = np.median(table.target[train])
        baselines["trend_alone"][test] = model.trend.predict(table.described.features[test])
        trees = grow_trees(table.described.features[train], table.target[train])
        baselines["trees_alone"][test] = trees.predict(table.described.features[test])
        for k in _NEIGHBOURS:
            baselines[f"nearest_{k}"][test] = _nearest(table, train, test, k)
    return _report(table, Prediction(**found), baselines)


def _nearest(table: Table, train: np.ndarray, test: np.ndarray, count: int) -> np.ndarray:
    """Mean of the nearest rows in standardised features."""
    features = table.described.features
    mean, spread = features[train].mean(axis=0), features[train].std(axis=0)
    scaled = (features - mean) / np.where(spread > 0.0, spread, 1.0)
    apart = ((scaled[test][:, None, :] - scaled[train][None, :, :]) ** 2).sum(axis=2)
    near = np.argsort(apart, axis=1, kind="stable")[:, :count]
    return np.asarray(table.target[train][near].mean(axis=1))


def _report(table: Table, said: Prediction, baselines: dict[str, np.ndarray]) -> dict[str, Any]:
    """Errors, coverage and widths, overall, by family and by applicability."""

    def errors(prediction: np.ndarray) -> np.ndarray:
        return np.asarray(np.abs(excess(table.target, table.bound, prediction)))

    error = errors(said.middle)
    high_enough = table.bound | (table.target <= said.upper)
    covered = high_enough & (table.target >= said.lower)
    families = sorted(set(table.family.tolist()))

    def part(rows: np.ndarray) -> dict[str, Any]:
        return {
            "rows": int(rows.sum()),
            "mean_absolute_error": _round(error[rows].mean()),
            "median_absolute_error": _round(np.median(error[rows])),
            "coverage": _round(covered[rows].mean()),
            "mean_width": _round((said.upper - said.lower)[rows].mean()),
            "baselines": {name: _round(errors(value)[rows].mean()) for name, value in baselines.items()},
        }

    measured = ~table.bound
    by_family = {family: part(table.family == family) for family in families}
    edges = (0.0, 0.2, 0.7, 0.95, 1.0)
    classes = {
        f"{low:g} to {high:g}": part(rows)
        for low, high in zip(edges, edges[1:], strict=False)
        if (rows := (said.applicability >= low) & (said.applicability < high + (high == 1.0))).any()
    }
    lowest = _MEASURABLE
    low_truth, low_bound = np.maximum(table.target, lowest), table.bound | (table.target <= lowest)
    own_median = np.zeros(len(error))
    for family in families:
        rows = table.family == family
        own_median[rows] = np.median(table.target[rows])
    return {
        **part(np.ones(len(error), dtype=bool)),
        "mean_of_families": _round(np.mean([each["mean_absolute_error"] for each in by_family.values()])),
        "coverage_mean_of_families": _round(np.mean([each["coverage"] for each in by_family.values()])),
        "coverage_without_bounds": _round(covered[measured].mean()),
        "rank_correlation": _round(_rank_correlation(said.middle[measured], table.target[measured])),
        "error_above_1e-10": _round(np.abs(excess(low_truth, low_bound, said.middle)).mean()),
        "error_of_true_family_medians": _round(errors(own_median).mean()),
        "families": by_family,
        "by_applicability": classes,
    }


def _rank_correlation(one: np.ndarray, other: np.ndarray) -> float:
    from scipy.stats import spearmanr

    return float(spearmanr(one, other).statistic)


def _round(value: Any) -> float:
    return round(float(value), 3)


def scatter_between_sources(measured: Sequence[Measured]) -> dict[str, float]:
    """How far two laboratories differ: the error of the median of all other sources of the same crystal.

    Parameters
    ----------
    measured : sequence of Measured. Rows of one composition and space group but different sources are compared.
    """
    same: dict[tuple[object, ...], list[Measured]] = defaultdict(list)
    for row in measured:
        if row.lattice is not None and not row.bound:
            shares = tuple(sorted((name, round(share, 3)) for name, share in row.composition.fractions.items()))
            same[(shares, row.lattice.space_group)].append(row)
    errors = []
    for kin in same.values():
        for row in kin:
            others = [other.log_conductivity for other in kin if other.source != row.source]
            if others:
                errors.append(abs(row.log_conductivity - float(np.median(others))))
    return {
        "rows": len(errors),
        "mean_absolute_error": _round(np.mean(errors)),
        "ninety_percent": _round(np.quantile(errors, 0.9)),
    }
