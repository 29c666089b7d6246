from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from lisse.errors import InvalidInput
from lisse.numerics.survival import failed_share, quantile, quantile_bounds, weibull_fit


def test_without_censoring_it_is_the_share_of_the_sample() -> None:
    found = failed_share([3.0, 1.0, 2.0, 2.0], [True] * 4)
    assert found.value.tolist() == [1.0, 2.0, 3.0]
    assert found.share == pytest.approx([0.25, 0.75, 1.0])
    assert found.high[-1] == 1.0
    assert (found.low < found.share).all()
    assert (found.high[:-1] > found.share[:-1]).all()


def test_what_was_taken_away_counts_while_it_was_there() -> None:
    """Worked by hand: 5 at risk at 1, 3 at 3, 1 at 5."""
    found = failed_share([1.0, 2.0, 3.0, 4.0, 5.0], [True, False, True, False, True])
    assert found.value.tolist() == [1.0, 3.0, 5.0]
    assert found.share == pytest.approx([1 - 4 / 5, 1 - 4 / 5 * 2 / 3, 1.0])


def test_quantiles_are_reached_or_not() -> None:
    found = failed_share([1.0, 2.0, 3.0, 3.0], [True, True, False, False])
    assert quantile(found, 0.25) == 1.0
    assert quantile(found, 0.5) == 2.0
    assert quantile(found, 0.51) == math.inf


def test_bounds_of_the_median_are_the_order_statistics_of_the_tables() -> None:
    value = np.arange(1.0, 41.0)
    assert quantile_bounds(value, np.ones(40, bool)) == (14.0, 27.0)
    assert quantile_bounds(value[:5], np.ones(5, bool)) == (-math.inf, math.inf)
    assert quantile_bounds(value[:6], np.ones(6, bool)) == (1.0, 6.0)
    late = value <= 20.0
    assert quantile_bounds(np.minimum(value, 20.5), late) == (14.0, math.inf)


def test_bounds_hold_as_often_as_they_say() -> None:
    """500 batches of 30 with every third taken away early: the true median lies inside in at least 95 % of them."""
    generator = np.random.default_rng(1)
    inside = 0
    for _ in range(500):
        life, away = generator.weibull(3.0, 30), generator.uniform(0.0, 3.0, 30)
        low, high = quantile_bounds(np.minimum(life, away), life <= away)
        inside += low <= math.log(2.0) ** (1 / 3) <= high
    assert inside >= 0.95 * 500


def test_a_weibull_distribution_is_found_again_from_the_steps_of_a_ramp() -> None:
    generator = np.random.default_rng(2)
    life = 1.6 * generator.weibull(4.0, 2000)
    low = np.floor(life / 0.1) * 0.1
    high = np.where(low > 2.0, np.inf, low + 0.1)
    found = weibull_fit(np.minimum(low, 2.1), high)
    assert found is not None
    assert found.shape == pytest.approx(4.0, rel=0.04)
    assert found.scale == pytest.approx(1.6, rel=0.01)
    assert found.shape_low < 4.0 < found.shape_high
    assert found.shape_high / found.shape_low == pytest.approx(math.exp(2 * 1.96 * 0.78 / math.sqrt(2000)), rel=0.03)


def test_both_estimates_are_those_of_scipy() -> None:
    """Kaplan-Meier beside scipy.stats.ecdf; Weibull beside the fit of scipy to the same intervals."""
    generator = np.random.default_rng(3)
    life, away = 2.0 * generator.weibull(2.5, 60), generator.uniform(0.5, 4.0, 60)
    seen, dead = np.round(np.minimum(life, away), 1) + 0.1, life <= away
    theirs = stats.ecdf(stats.CensoredData.right_censored(seen, ~dead)).cdf
    ours = failed_share(seen, dead)
    assert ours.share == pytest.approx(theirs.evaluate(ours.value), abs=1e-12)

    low = np.floor(life / 0.25) * 0.25
    gone = low >= 2.5
    low, high = np.where(gone, 2.5, low), np.where(gone, np.inf, low + 0.25)
    fit = weibull_fit(low, high)
    known = np.stack([low[~gone], high[~gone]], axis=1)
    shape, _, scale = stats.weibull_min.fit(stats.CensoredData(interval=known, right=low[gone]), floc=0.0)
    assert gone.any()
    assert fit is not None
    assert (fit.shape, fit.scale) == pytest.approx((shape, scale), rel=1e-3)


@pytest.mark.parametrize("levels", [[1.0] * 8, [1.0] * 4 + [1.1] * 4])
def test_one_or_two_steps_leave_the_shape_open(levels: list[float]) -> None:
    assert weibull_fit(np.array(levels) - 0.1, levels) is None


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(InvalidInput, match="value, failed: .*two one-dimensional arrays of one length"):
        failed_share([1.0], [True, False])
    with pytest.raises(InvalidInput, match="value: allowed: finite numbers"):
        failed_share([math.inf], [True])
    with pytest.raises(InvalidInput, match="share: got 1.0"):
        quantile(failed_share([1.0], [True]), 1.0)
    with pytest.raises(InvalidInput, match="0 <= low < high"):
        weibull_fit([1.0, 1.0, 1.0], [1.0, 2.0, 3.0])
