"""What is said of the slope of volume against lithium content."""

from __future__ import annotations

import numpy as np
import pytest

from lisse.materials.atomistic.lithium_volume import _both, _slope
from lisse.units import LITHIUM_MOLAR_VOLUME


def test_a_clear_trend_is_given_as_it_is() -> None:
    found = _both(2e-6, 0.5e-6, (), {})
    assert found["lithium_partial_molar_volume"].value == 2e-6
    assert found["molar_volume_ratio"].value == pytest.approx(2e-6 / LITHIUM_MOLAR_VOLUME)
    assert found["molar_volume_ratio"].error == pytest.approx(0.5e-6 / LITHIUM_MOLAR_VOLUME)
    assert found["molar_volume_ratio"].warnings == ()


@pytest.mark.parametrize(("volume", "ratio"), [(0.6e-6, 0.6e-6 / LITHIUM_MOLAR_VOLUME), (-0.6e-6, 0.0)])
def test_a_slope_within_its_scatter_is_no_trend(volume: float, ratio: float) -> None:
    found = _both(volume, 0.5e-6, (), {})
    assert found["lithium_partial_molar_volume"].value == volume
    assert found["molar_volume_ratio"].value == pytest.approx(ratio)
    assert any("no trend" in text for text in found["molar_volume_ratio"].warnings)


def test_a_cell_that_clearly_grows_as_lithium_leaves_has_no_ratio() -> None:
    found = _both(-2e-6, 0.5e-6, (), {})
    assert found["lithium_partial_molar_volume"].value == -2e-6
    assert found["molar_volume_ratio"].value is None
    assert "grows as lithium leaves" in found["molar_volume_ratio"].warnings[-1]


def test_the_slope_is_exact_on_a_line_and_its_error_that_of_least_squares() -> None:
    contents = np.array([0.0, -1.0, -2.0, 1.0])
    assert _slope(contents, 5.0 + 3.0 * contents) == pytest.approx((3.0, 0.0), abs=1e-12)
    volumes = np.array([545.6, 552.4, 565.9, 562.7])
    fit, covariance = np.polyfit(contents, volumes, 1, cov=True)
    assert _slope(contents, volumes) == pytest.approx((fit[0], np.sqrt(covariance[0, 0])))
