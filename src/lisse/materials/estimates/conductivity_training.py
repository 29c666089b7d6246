"""Train the model of the ionic conductivity. Needs scikit-learn; using the model does not.

Everything that could be tuned is chosen on the rows that are trained on: the features of the trend by leaving out one
family after the other, the width of the applicability by the errors on left-out families, chemical systems and sources
together as long as it harms no family, and the 90 % band from the same errors. A validation
(`conductivity_validation.py`) repeats all of it inside every fold.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lisse.errors import MissingExtra
from lisse.materials.estimates.applicability import Neighbourhood
from lisse.materials.estimates.conductivity_model import (
    ConductivityModel,
    Described,
    Said,
    Trend,
    column_names,
    describe,
    say,
)
from lisse.materials.estimates.obelix import Measured
from lisse.numerics.conformal import ErrorBand, calibrate
from lisse.numerics.group_folds import folds_of_groups, leave_one_group_out
from lisse.numerics.robust_regression import huber_regression, huber_regressions
from lisse.numerics.tree_ensemble import TreeEnsemble

__all__ = ["Table", "excess", "groupings", "grow_trees", "harmless_width", "table_of", "train_model"]

TREND_CANDIDATES = (
    "anion_electronegativity_mean",
    "anion_polarisability_mean",
    "log_whole_formula",
    "framework_elements",
    "framework_charge_mean",
    "lithium_per_anion",
)
"""Features that the trend may use in either model; few, each with a physical reason."""
TREND_CANDIDATES_COMPOSITION = ("framework_entropy", "dopant_mismatch", "log_lithium_fraction")
TREND_CANDIDATES_LATTICE = ("high_symmetry", "log_volume_per_anion", "free_volume")
_AT_ONCE = 3
_FITS = 20
_WIDTHS = (0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7)
_MOST_HARM = 0.5  # decades, mean of a family; two laboratories differ by more
_FOLDS = 10
_EDGES = (0.2, 0.7, 0.95)
_SHARING = (1.0, 1.0, 0.5, 0.5)  # far from the data every family counts the same, near it larger ones count more
_TREES, _LEAF, _SHARE, _SEED = 60, 2, 0.4, 0


@dataclass(frozen=True)
class Table:
    """Training data as arrays.

    Attributes
    ----------
    described : Described
    target : (n,) array
        log10 of S/cm.
    bound : (n,) array of bool
        Whether the truth is at most the target.
    family, source : (n,) arrays of str
    elements : (n,) tuple of frozenset of str
    with_lattice : bool
    """

    described: Described
    target: np.ndarray
    bound: np.ndarray
    family: np.ndarray
    source: np.ndarray
    elements: tuple[frozenset[str], ...]
    with_lattice: bool

    def rows(self, chosen: np.ndarray) -> Table:
        """Some of the rows."""
        return Table(
            self.described.rows(chosen),
            self.target[chosen],
            self.bound[chosen],
            self.family[chosen],
            self.source[chosen],
            tuple(self.elements[row] for row in chosen),
            self.with_lattice,
        )


def table_of(measured: Sequence[Measured], with_lattice: bool) -> Table:
    """The rows that a model can use: all, or those with a lattice."""
    used = [row for row in measured if row.lattice is not None or not with_lattice]
    lattices = [row.lattice for row in used if row.lattice is not None] if with_lattice else None
    return Table(
        describe([row.composition for row in used], lattices),
        np.array([row.log_conductivity for row in used]),
        np.array([row.bound for row in used]),
        np.array([row.family for row in used], dtype=str),
        np.array([row.source for row in used], dtype=str),
        tuple(frozenset(row.composition.amounts) for row in used),
        with_lattice,
    )


def excess(truth: np.ndarray, bound: np.ndarray, prediction: np.ndarray) -> np.ndarray:
    """Truth minus prediction; zero where the truth is a bound and the prediction lies below it."""
    return np.asarray(np.where(bound, np.minimum(truth - prediction, 0.0), truth - prediction))


def groupings(table: Table) -> dict[str, list[str]]:
    """What is left out at once, from hard to mild.

    Returns
    -------
    dict of str to (n,) list of str. ``family``: one structural family at a time. ``elements``: ten folds of whole
    chemical systems (sets of elements). ``source``: ten folds of whole sources (DOI).
    """
    systems = [" ".join(sorted(each)) for each in table.elements]
    return {
        "family": table.family.tolist(),
        "elements": folds_of_groups(systems, _FOLDS).tolist(),
        "source": folds_of_groups(table.source.tolist(), _FOLDS).tolist(),
    }


@dataclass(frozen=True)
class _Parts:
    """Trend and correction, without knowing yet how far the correction reaches."""

    trend: Trend
    trees: TreeEnsemble
    neighbourhood: Neighbourhood
    left: np.ndarray


def train_model(table: Table) -> ConductivityModel:
    """Train on all rows of the table."""
    subsets = _choose_subsets(table)
    width, band = _reach_and_band(table, subsets)
    parts = _fit_parts(table, subsets)
    elements = tuple(sorted(frozenset().union(*table.elements)))
    return ConductivityModel(parts.trend, parts.trees, parts.neighbourhood, parts.left, width, band, elements)


def _candidates(with_lattice: bool) -> list[int]:
    names = column_names(with_lattice)
    more = TREND_CANDIDATES_LATTICE if with_lattice else TREND_CANDIDATES_COMPOSITION
    return [names.index(name) for name in TREND_CANDIDATES + more]


def _choose_subsets(table: Table) -> list[tuple[int, ...]]:
    """The sets of up to three features whose fits err least on families left out."""
    columns = _candidates(table.with_lattice)
    subsets = [s for size in range(1, _AT_ONCE + 1) for s in itertools.combinations(columns, size)]
    names, own = np.unique(table.family, return_inverse=True)
    others = own != np.arange(len(names))[:, None]
    errors = []
    for subset in subsets:
        features = table.described.features[:, subset]
        fits = huber_regressions(features, table.target, table.bound, others)[own]  # of each row: the fit without it
        prediction = fits[:, 0] + (features * fits[:, 1:]).sum(axis=1)
        errors.append(float(np.abs(excess(table.target, table.bound, prediction)).sum()))
    return [subsets[place] for place in np.argsort(errors, kind="stable")[:_FITS]]


def _fit_trend(table: Table, subsets: Sequence[tuple[int, ...]]) -> Trend:
    columns = np.array(sorted({column for subset in subsets for column in subset}))
    weights = np.zeros((len(subsets), len(columns) + 1))
    for row, subset in enumerate(subsets):
        fit = huber_regression(table.described.features[:, subset], table.target, table.bound)
        weights[row, 0] = fit[0]
        weights[row, 1 + np.searchsorted(columns, subset)] = fit[1:]
    return Trend(columns, weights)


def _fit_parts(table: Table, subsets: Sequence[tuple[int, ...]]) -> _Parts:
    """Trend, and trees on what it leaves; a bound that the trend respects leaves nothing."""
    trend = _fit_trend(table, subsets)
    left = excess(table.target, table.bound, trend.predict(table.described.features))
    around = Neighbourhood(table.described.points, table.described.groups)
    return _Parts(trend, grow_trees(table.described.features, left), around, left)


def grow_trees(features: np.ndarray, target: np.ndarray) -> TreeEnsemble:
    """Extremely randomised trees, always the same for the same rows.

    Parameters
    ----------
    features : (n, k) array.
    target : (n,) array.
    """
    try:
        from sklearn.ensemble import ExtraTreesRegressor
    except ImportError:
        raise MissingExtra("scikit-learn", "train", "training a model") from None
    forest = ExtraTreesRegressor(_TREES, min_samples_leaf=_LEAF, max_features=_SHARE, random_state=_SEED, n_jobs=1)
    forest.fit(features.astype(np.float32), target)
    return TreeEnsemble.from_forest(forest)


def _held_out(table: Table, subsets: Sequence[tuple[int, ...]], labels: Sequence[str]) -> Said:
    """What parts trained without a row say of it."""
    found = Said(*(np.zeros(len(table.target)) for _ in dataclasses.fields(Said)))
    for train, test in leave_one_group_out(labels):
        parts = _fit_parts(table.rows(train), subsets)
        said = say(parts.trend, parts.trees, parts.neighbourhood, parts.left, table.described.rows(test))
        for name in dataclasses.fields(Said):
            getattr(found, name.name)[test] = getattr(said, name.name)
    return found


def _reach_and_band(table: Table, subsets: Sequence[tuple[int, ...]]) -> tuple[float, ErrorBand]:
    """Width of the applicability and 90 % band, from families, chemical systems and sources left out."""
    held_out = {name: _held_out(table, subsets, labels) for name, labels in groupings(table).items()}
    width = harmless_width(table, held_out)
    known = np.concatenate([said.applicability(width) for said in held_out.values()])
    scatter = np.concatenate([said.scatter(said.applicability(width)) for said in held_out.values()])
    errors = np.concatenate([_error(table, said, width) for said in held_out.values()]) / scatter
    return width, calibrate(
        errors, known, np.tile(table.family, len(held_out)).tolist(), edges=_EDGES, sharing=_SHARING
    )


def harmless_width(table: Table, held_out: Mapping[str, Said]) -> float:
    """The width that errs least, of those with which no family left out fares much worse than by the trend alone.

    Parameters
    ----------
    table : Table
    held_out : mapping of str to Said. By the names of `groupings`: what is said of rows that were left out.

    Returns
    -------
    float. Where every width does harm, that which does least.
    """
    unseen = held_out["family"]
    families = [table.family == name for name in np.unique(table.family)]
    by_trend = np.abs(excess(table.target, table.bound, unseen.trend))

    def harm(width: float) -> float:
        more = np.abs(_error(table, unseen, width)) - by_trend
        return max(float(more[rows].mean()) for rows in families)

    def size(width: float) -> float:
        return sum(float(np.abs(_error(table, said, width)).mean()) for said in held_out.values())

    harmless = [width for width in _WIDTHS if harm(width) <= _MOST_HARM]
    return min(harmless, key=size) if harmless else min(_WIDTHS, key=harm)


def _error(table: Table, said: Said, width: float) -> np.ndarray:
    """Truth minus prediction with an applicability of that width, decades."""
    return excess(table.target, table.bound, said.trend + said.applicability(width) * said.correction)
