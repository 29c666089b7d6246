"""The diffusivity of paths against random walks of a known one."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from lisse.errors import InvalidInput
from lisse.materials.atomistic.random_walk import diffusivity

Array = NDArray[np.float64]


def walk(seed: int, frames: int, atoms: int, rattle: float = 0.0, memory: float = 0.0) -> Array:
    """Steps of unit variance an axis, D = 1/2; on top a rattle that forgets itself after `memory` frames."""
    random = np.random.default_rng(seed)
    path = np.cumsum(random.normal(size=(frames, atoms, 3)), axis=0)
    keep = np.exp(-1 / memory) if memory else 0.0
    shake = rattle * random.normal(size=(frames, atoms, 3))
    for k in range(1, frames if memory else 0):
        shake[k] = keep * shake[k - 1] + np.sqrt(1 - keep**2) * shake[k]
    return path + shake


@pytest.mark.parametrize(
    ("frames", "atoms", "rattle", "memory"), [(801, 12, 0.0, 0.0), (801, 12, 2.0, 0.0), (1201, 12, 1.5, 6.0)]
)
def test_the_mean_is_right_and_the_error_covers_it(frames: int, atoms: int, rattle: float, memory: float) -> None:
    found = [diffusivity(walk(seed, frames, atoms, rattle, memory), 1.0) for seed in range(100)]
    values = np.array([each.value for each in found])
    errors = np.array([each.error for each in found])
    assert abs(values.mean() - 0.5) < 3.5 * values.std() / 10 + 0.01
    assert 0.75 < np.sqrt(np.mean(errors**2)) / values.std() < 1.5
    assert np.mean(np.abs(values - 0.5) < 2 * errors) >= 0.86  # 95 of 100, and four standard errors of that


def test_units_are_lengths_squared_per_time() -> None:
    path = walk(1, 401, 8)
    first, second = diffusivity(path, 1.0), diffusivity(1e-10 * path, 1e-14)
    assert second.value == pytest.approx(first.value * 1e-20 / 1e-14)
    assert second.error == pytest.approx(first.error * 1e-20 / 1e-14)
    assert second.lag == pytest.approx(first.lag * 1e-14)


def test_atoms_in_cages_are_not_seen_to_diffuse() -> None:
    shakes = [np.random.default_rng(seed).normal(size=(801, 20, 3)) for seed in range(40)]
    found = [diffusivity(shake, 1.0) for shake in shakes]
    assert sum(each.seen for each in found) <= 4
    assert all(abs(each.value) < 4 * each.error for each in found)


def test_swinging_atoms_need_a_lag_of_several_periods() -> None:
    """Undamped swings of period 10 frames and a slow loss of phase: at short lags they look like a walk."""
    random = np.random.default_rng(0)
    phase = 2 * np.pi * np.arange(1601)[:, None, None] / 10 + 0.2 * np.cumsum(random.normal(size=(1601, 20, 3)), axis=0)
    found = diffusivity(np.sin(phase), 1.0, shortest_lag=50.0)
    assert found.lag >= 50.0
    assert abs(found.value) < 3 * found.error
    with pytest.raises(InvalidInput, match="Run longer"):
        diffusivity(np.sin(phase)[:700], 1.0, shortest_lag=50.0)


def test_a_drift_that_all_share_makes_the_error_large() -> None:
    steps = np.random.default_rng(0).normal(size=(801, 1, 3))
    together = np.repeat(np.cumsum(steps, axis=0), 30, axis=1)
    alone = diffusivity(walk(0, 801, 30), 1.0)
    assert diffusivity(together, 1.0).error > 3 * alone.error


@pytest.mark.parametrize(
    ("path", "interval", "match"),
    [
        (np.zeros((16, 3, 3)), 1.0, "at least 17"),
        (np.zeros((40, 0, 3)), 1.0, "frames, atoms, 3"),
        (np.zeros((40, 3)), 1.0, "frames, atoms, 3"),
        (np.full((40, 2, 3), np.nan), 1.0, "finite"),
        (np.zeros((40, 2, 3)), 0.0, "positive time"),
    ],
)
def test_bad_paths_are_refused(path: Array, interval: float, match: str) -> None:
    with pytest.raises(InvalidInput, match=match):
        diffusivity(path, interval)
