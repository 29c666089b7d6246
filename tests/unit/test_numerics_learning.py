"""Mathematics of learning: folds of groups, robust fits with bounds, stored trees, bands of held-out errors."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lisse.numerics.conformal import ErrorBand, calibrate, weighted_quantile
from lisse.numerics.group_folds import folds_of_groups, leave_one_group_out
from lisse.numerics.robust_regression import huber_regression, huber_regressions
from lisse.numerics.tree_ensemble import TreeEnsemble


def test_each_group_is_left_out_once_and_whole() -> None:
    labels = ["b", "a", "b", "c", "a"]
    folds = list(leave_one_group_out(labels))
    assert [test.tolist() for _, test in folds] == [[1, 4], [0, 2], [3]]
    for train, test in folds:
        assert sorted([*train, *test]) == [0, 1, 2, 3, 4]


@given(st.lists(st.sampled_from("abcdefgh"), min_size=4, max_size=60), st.integers(2, 4))
@settings(max_examples=60, deadline=None)
def test_dealt_folds_keep_groups_whole(labels: list[str], count: int) -> None:
    fold = folds_of_groups(labels, count)
    for name in set(labels):
        assert len({fold[row] for row, label in enumerate(labels) if label == name}) == 1
    sizes = [int((fold == each).sum()) for each in np.unique(fold)]
    largest = max(labels.count(name) for name in set(labels))
    assert max(sizes) <= len(labels) / count + largest


def test_without_wild_points_it_is_the_line() -> None:
    x = np.linspace(-2.0, 3.0, 30)[:, None]
    fit = huber_regression(x, 1.5 - 2.0 * x[:, 0], np.zeros(30, bool), ridge=0.0)
    assert fit == pytest.approx([1.5, -2.0], abs=1e-8)


def test_wild_points_do_not_bend_it() -> None:
    x = np.linspace(0.0, 1.0, 41)[:, None]
    y = 2.0 * x[:, 0]
    y[[38, 39, 40]] += 100.0
    plain = np.polyfit(x[:, 0], y, 1)[0]
    robust = huber_regression(x, y, np.zeros(41, bool), ridge=0.0, threshold=0.05)
    assert plain > 20.0
    assert robust[1] == pytest.approx(2.0, abs=0.2)


def test_a_large_threshold_is_least_squares_and_a_small_one_the_median() -> None:
    target = np.array([0.0, 1.0, 2.0, 3.0, 94.0])
    nothing, exact = np.zeros((5, 0)), np.zeros(5, bool)
    assert huber_regression(nothing, target, exact, threshold=1e6)[0] == pytest.approx(20.0)
    assert huber_regression(nothing, target, exact, threshold=1e-6)[0] == pytest.approx(2.0, abs=1e-3)


def test_a_bound_counts_only_where_the_fit_lies_above() -> None:
    x = np.array([[0.0], [1.0], [2.0], [3.0]])
    y = np.array([0.0, 1.0, 2.0, 5.0])  # the last says only: at most 5
    free = huber_regression(x, y, np.array([False, False, False, True]), ridge=0.0, threshold=10.0)
    assert free == pytest.approx([0.0, 1.0], abs=1e-4)
    y[3] = 1.0
    pulled = huber_regression(x, y, np.array([False, False, False, True]), ridge=0.0, threshold=10.0)
    exact = huber_regression(x, y, np.zeros(4, bool), ridge=0.0, threshold=10.0)
    assert pulled == pytest.approx(exact)


def test_several_fits_at_once_are_those_of_their_rows() -> None:
    random = np.random.default_rng(4)
    x, y, bound = random.normal(size=(50, 3)), random.standard_t(2, 50), random.uniform(size=50) < 0.2
    rows = random.uniform(size=(6, 50)) < 0.7
    together = huber_regressions(x, y, bound, rows)
    for chosen, fit in zip(rows, together, strict=True):
        assert fit == pytest.approx(huber_regression(x[chosen], y[chosen], bound[chosen]), abs=1e-6)


def test_it_does_not_depend_on_the_units_of_the_features() -> None:
    x = np.random.default_rng(1).normal(size=(40, 3))
    y = x @ [1.0, -2.0, 0.5] + np.random.default_rng(2).standard_t(2, 40)
    exact, units = np.zeros(40, bool), np.array([1e3, 1e-6, 7.0])
    one, other = huber_regression(x, y, exact), huber_regression(x * units + 3.0, y, exact)
    at = np.array([0.3, 0.1, -0.7])
    assert other[0] + (at * units + 3.0) @ other[1:] == pytest.approx(one[0] + at @ one[1:], abs=1e-6)


def test_a_tree_by_hand() -> None:
    #        x0 <= 1 ? (x1 <= 5 ? 10 : 20) : 30,  and a tree of one leaf
    trees = TreeEnsemble(
        feature=np.array([0, 1, -1, -1, -1, -1], np.int16),
        number=np.array([1.0, 5.0, 10.0, 20.0, 30.0, 100.0]),
        right=np.array([4, 3, 0, 0, 0, 0], np.int32),
        roots=np.array([0, 5], np.int32),
    )
    rows = np.array([[0.0, 5.0], [1.0, 5.1], [1.1, 0.0]])
    assert trees.each(rows).tolist() == [[10.0, 100.0], [20.0, 100.0], [30.0, 100.0]]
    assert trees.predict(rows).tolist() == [55.0, 60.0, 65.0]
    again = TreeEnsemble.from_arrays(trees.to_arrays("t_"), "t_")
    assert again.predict(rows).tolist() == [55.0, 60.0, 65.0]


def test_stored_trees_say_what_the_grown_ones_said() -> None:
    ensemble = pytest.importorskip("sklearn.ensemble", reason="scikit-learn is needed to grow trees")
    random = np.random.default_rng(5)
    features, target = random.normal(size=(200, 6)), random.normal(size=200)
    for kind in (ensemble.ExtraTreesRegressor, ensemble.RandomForestRegressor):
        forest = kind(20, min_samples_leaf=2, random_state=0, n_jobs=1).fit(features.astype(np.float32), target)
        asked = random.normal(size=(500, 6))
        ours = TreeEnsemble.from_forest(forest).predict(asked)
        assert np.abs(ours - forest.predict(asked.astype(np.float32))).max() < 1e-12


def test_the_weighted_quantile_counts_the_row_to_come() -> None:
    values, even = np.arange(1.0, 20.0), np.ones(19)
    assert weighted_quantile(values, even, 0.95) == 19.0  # 0.95 of 20: the nineteenth
    assert weighted_quantile(values, even, 0.5) == 10.0
    assert weighted_quantile(values, even, 0.99) == 19.0  # too few rows for that: the largest
    heavy = np.where(values == 3.0, 1e6, 1.0)
    assert weighted_quantile(values, heavy, 0.5) == 3.0


def test_the_band_covers_rows_like_those_it_was_made_from() -> None:
    random = np.random.default_rng(3)
    knowledge = random.uniform(size=4000)
    error = random.normal(scale=np.where(knowledge < 0.5, 3.0, 1.0))
    labels = random.integers(0, 20, size=4000).astype(str).tolist()
    half = slice(0, 2000), slice(2000, 4000)
    band = calibrate(error[half[0]], knowledge[half[0]], labels[:2000], edges=(0.25, 0.5, 0.75))
    below, above = band.at(knowledge[half[1]])
    inside = (error[half[1]] >= -below) & (error[half[1]] <= above)
    assert inside.mean() == pytest.approx(0.9, abs=0.02)
    assert band.below[0] == pytest.approx(3.0 * 1.645, rel=0.1)
    assert band.above[-1] == pytest.approx(1.645, rel=0.1)


def test_a_small_group_counts_as_much_as_a_large_one() -> None:
    error = np.concatenate([np.zeros(990), np.full(10, -5.0)])
    labels = ["large"] * 990 + ["small"] * 10
    band = calibrate(error, np.zeros(1000), labels, edges=(0.5,))
    assert band.below.tolist() == [5.0]
    assert band.above.tolist() == [0.0]
    assert calibrate(error, np.zeros(1000), ["one"] * 1000, edges=(0.5,)).below.tolist() == [0.0]


def test_between_knots_the_band_is_straight() -> None:
    band = ErrorBand(np.array([0.0, 1.0]), np.array([4.0, 2.0]), np.array([1.0, 3.0]))
    below, above = band.at(np.array([-1.0, 0.25, 2.0]))
    assert below.tolist() == [4.0, 3.5, 2.0]
    assert above.tolist() == [1.0, 1.5, 3.0]
