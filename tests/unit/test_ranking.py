"""Ranking of uncertain scores against what is known exactly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from lisse.errors import InvalidInput
from lisse.numerics.ranking import (
    conditional_means,
    gain_of_knowing_all,
    gain_of_knowing_one,
    pareto_front,
    top_share,
)

NAN = np.nan


def test_two_normal_scores_change_places_as_often_as_their_difference_is_below_zero() -> None:
    generator = np.random.default_rng(1)
    scores = np.array([[1.0], [0.5]]) + np.array([[0.3], [0.4]]) * generator.standard_normal((2, 40_000))
    found = top_share(scores, 1)
    expected = norm.cdf(0.5 / 0.5)
    assert found.share[0] == pytest.approx(expected, abs=4 * found.error[0])
    assert found.share.sum() == pytest.approx(1.0)


def test_places_sum_to_the_count_also_with_ties_and_gaps() -> None:
    scores = np.array([[1.0, 1.0, NAN], [1.0, 0.0, NAN], [1.0, 2.0, 5.0], [0.0, NAN, NAN]])
    found = top_share(scores, 2)
    np.testing.assert_allclose(found.share * 3, [2 / 3 + 1, 2 / 3, 2 / 3 + 1 + 1, 0.0])
    assert top_share(np.ones((4, 2)), 3).share == pytest.approx(0.75)


def test_what_all_share_moves_no_ranking() -> None:
    generator = np.random.default_rng(2)
    own, shared = generator.standard_normal((30, 200)), generator.standard_normal(200)
    np.testing.assert_array_equal(top_share(own, 5).share, top_share(own + shared, 5).share)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 4).flatmap(
        lambda m: st.lists(
            st.lists(st.one_of(st.integers(0, 4).map(float), st.just(NAN)), min_size=m, max_size=m),
            min_size=1,
            max_size=12,
        )
    )
)
def test_the_front_is_the_set_that_nothing_dominates(rows: list[list[float]]) -> None:
    values = np.array(rows)
    found = pareto_front(values)
    for index, here in enumerate(values):
        beaten = any((other >= here).all() and (other > here).any() for other in values)
        assert found[index] == (not beaten and not np.isnan(here).any())


def test_a_front_of_many_is_found_among_many() -> None:
    generator = np.random.default_rng(3)
    values = generator.standard_normal((5000, 2))
    front = values[pareto_front(values)]
    order = np.argsort(-front[:, 0])
    assert (np.diff(front[order, 1]) > 0).all()
    assert values[:, 0].max() in front[:, 0]


def test_the_conditional_mean_of_a_sum_is_its_part() -> None:
    generator = np.random.default_rng(4)
    x, y = generator.standard_normal((2, 20_000))
    scores = np.array([3.0 + 2.0 * x + y, x**2 + 0.3 * y**3])
    of_x, of_y = conditional_means(scores, [x, y])
    for found, expected in ((of_x[0], 3.0 + 2.0 * x), (of_x[1], x**2), (of_y[0], 3.0 + y), (of_y[1], 1.0 + 0.3 * y**3)):
        assert np.std(found - expected) < 0.05 * np.std(expected)


def test_an_input_that_does_not_vary_leaves_the_mean_and_harms_no_other() -> None:
    generator = np.random.default_rng(5)
    x = generator.standard_normal((2, 400))
    scores = 2.0 * x
    still, moving = conditional_means(scores, [np.ones(400), x])
    np.testing.assert_allclose(still, scores.mean(axis=1, keepdims=True) * np.ones(400))
    assert np.std(moving - scores) < 0.05 * np.std(scores)
    assert conditional_means(scores, []) == []


def test_an_input_that_does_nothing_gains_nothing_when_the_others_are_fitted_with_it() -> None:
    """Fitted alone, the noise of 500 candidates would look like knowledge; beside the true input it does not."""
    generator = np.random.default_rng(6)
    x, nothing = generator.standard_normal((2, 500, 256))
    alone = conditional_means(x, [nothing])[0]
    beside = conditional_means(x, [x, nothing])[1]
    assert gain_of_knowing_all(alone, 10) > 0.1
    assert gain_of_knowing_all(beside, 10) < 0.02


def test_few_draws_are_not_fitted_through_every_point() -> None:
    generator = np.random.default_rng(7)
    x, noise = generator.standard_normal((2, 50, 6))
    np.testing.assert_allclose(conditional_means(noise, [x])[0], noise.mean(axis=1, keepdims=True) * np.ones(6))


def test_the_gain_of_knowing_one_is_the_loss_function_of_a_normal() -> None:
    """Unit normal loss L(u) = phi(u) - u (1 - Phi(u)): a candidate 0.7 below the best, whose input carries 0.5."""
    generator = np.random.default_rng(5)
    x = generator.standard_normal((2, 100_000))
    conditional = np.array([[1.0], [0.3]]) + np.array([[0.0], [0.5]]) * x
    u = 0.7 / 0.5
    loss = 0.5 * (norm.pdf(u) - u * norm.sf(u))
    found = gain_of_knowing_one(conditional, 1)
    assert found[1] == pytest.approx(loss, rel=0.05)
    assert found[0] == 0.0
    assert gain_of_knowing_all(conditional, 1) == pytest.approx(loss, rel=0.05)


def test_knowing_what_all_share_gains_nothing_and_knowing_more_gains_more() -> None:
    generator = np.random.default_rng(6)
    mean, shared, own = generator.standard_normal((40, 1)), generator.standard_normal(500), np.empty((40, 500))
    own[:] = generator.standard_normal((40, 500))
    assert gain_of_knowing_all(mean + shared, 5) == pytest.approx(0.0, abs=1e-12)
    gains = [gain_of_knowing_all(mean + part * own, 5) for part in (0.0, 0.3, 1.0)]
    assert gains[0] == pytest.approx(0.0, abs=1e-12)
    assert gains[0] < gains[1] < gains[2]


@pytest.mark.parametrize("count", [0, 4, True, 1.5])
def test_an_impossible_count_is_refused(count: int) -> None:
    with pytest.raises(InvalidInput, match="1 to 3"):
        top_share(np.ones((3, 2)), count)


def test_scores_must_be_a_matrix() -> None:
    with pytest.raises(InvalidInput, match="candidates by draws"):
        top_share(np.ones(3), 1)
    with pytest.raises(InvalidInput, match="candidates by columns"):
        pareto_front(np.ones(3))
