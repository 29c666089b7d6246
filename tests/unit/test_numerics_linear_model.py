"""Linear models: fit, leverage, predictions of groups left out, half-widths."""

import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.numerics.linear_model import (
    fit_linear_model,
    group_half_width,
    nested_coverage,
    pooled_half_width,
    predicted_without_group,
    student_half_width,
)


@pytest.fixture
def data():
    generator = np.random.default_rng(3)
    columns = np.column_stack([np.ones(40), generator.normal(size=(40, 3))])
    return columns, columns @ [1.0, -2.0, 0.5, 3.0] + 0.1 * generator.normal(size=40)


def test_without_penalty_it_is_least_squares(data):
    columns, targets = data
    expected = np.linalg.lstsq(columns, targets, rcond=None)[0]
    np.testing.assert_allclose(fit_linear_model(columns, targets, 0.0).coefficients, expected, rtol=1e-12)


def test_penalty_is_data_at_zero(data):
    """A penalty is one more row for each column, whose target is zero."""
    columns, targets = data
    penalty = np.array([0.0, 0.3, 2.0, 50.0])
    more = np.vstack([columns, np.diag(np.sqrt(penalty))])
    expected = np.linalg.lstsq(more, np.append(targets, np.zeros(4)), rcond=None)[0]
    np.testing.assert_allclose(fit_linear_model(columns, targets, penalty).coefficients, expected, rtol=1e-12)


def test_weight_of_two_is_a_row_twice(data):
    columns, targets = data
    weights = np.where(np.arange(40) < 10, 2.0, 1.0)
    twice = fit_linear_model(np.vstack([columns, columns[:10]]), np.append(targets, targets[:10]), 0.1)
    np.testing.assert_allclose(fit_linear_model(columns, targets, 0.1, weights).coefficients, twice.coefficients)


def test_leverages_of_the_data_sum_to_the_number_of_columns(data):
    columns, targets = data
    model = fit_linear_model(columns, targets, 0.0)
    assert model.leverage(columns).sum() == pytest.approx(4.0)
    assert model.leverage(100.0 * columns[0]) == pytest.approx(1e4 * model.leverage(columns[0]))


def test_scatter_of_predictions_is_the_leverage():
    """Fits of many noisy copies scatter about the truth with the variance that the leverage says."""
    generator = np.random.default_rng(5)
    columns = np.column_stack([np.ones(12), np.linspace(-1.0, 1.0, 12)])
    far = np.array([1.0, 3.0])
    model = fit_linear_model(columns, np.zeros(12), 0.0)
    found = [fit_linear_model(columns, generator.normal(size=12), 0.0).predict(far) for _ in range(4000)]
    assert np.var(found) == pytest.approx(float(model.leverage(far)), rel=0.06)


def test_columns_and_targets_must_agree():
    with pytest.raises(InvalidInput, match="n rows of columns and n targets"):
        fit_linear_model([[1.0], [2.0]], [1.0], 0.0)


def test_a_group_is_predicted_without_itself():
    values, groups = np.array([1.0, 2.0, 10.0, 20.0]), ["a", "a", "b", "b"]
    found = predicted_without_group(lambda kept: lambda out: np.full(len(out), values[kept].mean()), groups)
    assert found.tolist() == [15.0, 15.0, 1.5, 1.5]


def test_one_group_cannot_be_left_out():
    with pytest.raises(InvalidInput, match="two groups"):
        predicted_without_group(lambda kept: lambda out: np.zeros(len(out)), ["a", "a"])


def test_groups_count_alike():
    """Ninety small errors of one group do not hide the large ones of two others."""
    errors = np.array([*np.linspace(0.0, 0.1, 90), 1.0, 2.0])
    groups = ["many"] * 90 + ["one", "two"]
    assert group_half_width(errors, groups, 0.6) == pytest.approx(1.0)
    assert group_half_width(errors, ["same"] * 92, 0.6) < 0.1


def test_pooled_half_width_covers_one_value_about_its_mean():
    generator = np.random.default_rng(11)
    groups = [generator.normal(loc=place, scale=0.3, size=3) for place in range(400)]
    assert pooled_half_width([*groups, [7.0], []]) == pytest.approx(1.645 * 0.3, rel=0.05)
    with pytest.raises(InvalidInput, match="two values"):
        pooled_half_width([[1.0], [2.0]])


def test_student_half_width_covers_the_next_value():
    generator = np.random.default_rng(7)
    draws = generator.normal(size=(4000, 6))
    inside = [abs(row[5] - row[:5].mean()) <= student_half_width(row[:5]) for row in draws]
    assert np.mean(inside) == pytest.approx(0.9, abs=0.015)
    with pytest.raises(InvalidInput, match="at least 3"):
        student_half_width([1.0, 2.0])


def _line_through_all(columns, targets):
    def fit(kept):
        model = fit_linear_model(columns[kept], targets[kept], 0.0)
        return lambda out: model.predict(columns[out])

    return fit


def test_nested_coverage_is_what_was_asked_for_when_groups_are_alike():
    generator = np.random.default_rng(11)
    columns = np.column_stack([np.ones(400), generator.normal(size=400)])
    targets = columns @ [1.0, 2.0] + generator.normal(size=400)
    groups = [str(place % 20) for place in range(400)]
    found = nested_coverage(
        _line_through_all(columns, targets), lambda rows, said: (said - targets[rows])[:, None], groups
    )
    assert found.shape == (1,)
    assert found[0] == pytest.approx(0.9, abs=0.03)


def test_nested_coverage_sees_a_group_that_its_own_residuals_would_hide():
    """One of three groups of equal weight lies far off: with its own residuals in the width it would be inside."""
    columns, targets = np.ones((30, 1)), np.repeat([0.0, 0.1, 9.0], 10)
    groups = ["a"] * 10 + ["b"] * 10 + ["c"] * 10
    fit = _line_through_all(columns, targets)
    error = predicted_without_group(fit, groups) - targets
    assert (np.abs(error) <= group_half_width(error, groups)).all()
    found = nested_coverage(fit, lambda rows, said: (said - targets[rows])[:, None], groups)
    assert found[0] == pytest.approx(2.0 / 3.0)
    with pytest.raises(InvalidInput, match="three groups"):
        nested_coverage(fit, lambda rows, said: said[:, None], ["a", "b"] * 15)
