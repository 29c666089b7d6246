"""Damage of the phase field: the bounded minimum, bounds, frozen voxels, pores and messages."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from lisse.errors import InvalidInput, SolveFailed
from lisse.models.resolved import phase_field
from lisse.models.resolved.fracture_calibration import effective_toughness, nominal_toughness
from lisse.models.resolved.phase_field import PhaseField


def total(field: PhaseField, psi: np.ndarray, damage: np.ndarray) -> float:
    """The functional, with unit voxels."""
    return float(np.sum((1 - damage) ** 2 * psi)) + field.energy(damage)


@pytest.mark.parametrize("shape", [(6, 5), (4, 3, 5)])
def test_the_damage_minimises_the_functional(shape: tuple[int, ...]) -> None:
    """A quasi-Newton method with bounds, which knows nothing of sets, finds the same."""
    random = np.random.default_rng(1)
    field = PhaseField(random.uniform(0.5, 2.0, shape), 1.7, 1.0)
    psi, before = random.exponential(0.3, shape), np.where(random.random(shape) < 0.2, random.random(shape), 0.0)
    damage = field.advance(psi, before)
    found = minimize(
        lambda flat: total(field, psi, flat.reshape(shape)),
        before.reshape(-1),
        bounds=[(low, 1.0) for low in before.reshape(-1)],
        method="L-BFGS-B",
        options={"ftol": 1e-15, "gtol": 1e-9, "maxiter": 5000, "maxfun": 10**6},
    )
    assert total(field, psi, damage) <= found.fun * (1 + 1e-12)
    np.testing.assert_allclose(damage.reshape(-1), found.x, atol=2e-5)
    assert (damage == before).any()
    assert (damage > before + 1e-3).any()


def test_cracks_do_not_heal() -> None:
    field = PhaseField(np.ones((12, 12)), 2.0, 1.0)
    psi = np.zeros((12, 12))
    psi[6, 4:8] = 5.0
    first = field.advance(psi, np.zeros((12, 12)))
    assert first.max() > 0.5
    np.testing.assert_array_equal(field.advance(np.zeros((12, 12)), first), first)
    second = field.advance(2 * psi, first)
    assert (second >= first).all()
    assert second.max() <= 1


def test_more_energy_makes_no_less_damage() -> None:
    random = np.random.default_rng(3)
    field = PhaseField(random.uniform(0.5, 2.0, (10, 9)), 2.0, 1.0)
    psi = random.exponential(0.2, (10, 9))
    low, high = field.advance(psi, np.zeros((10, 9))), field.advance(1.3 * psi, np.zeros((10, 9)))
    assert (high >= low - 1e-12).all()
    assert high.sum() > low.sum() + 0.1


def test_lateral_axes_close_and_end_planes_do_not() -> None:
    field = PhaseField(np.ones((9, 8, 7)), 2.0, 1.0)
    crack = np.zeros((9, 8, 7))
    crack[0, 0, 0] = 1
    damage = field.advance(np.zeros(crack.shape), crack)
    assert damage[0, -1, 0] == pytest.approx(damage[0, 1, 0])
    assert damage[0, 0, -1] == pytest.approx(damage[0, 0, 1])
    assert damage[1, 0, 0] > 0
    assert damage[-1, 0, 0] == 0


def test_frozen_voxels_keep_their_damage() -> None:
    """For good, or in one call; what is around them sees them."""
    psi, mask = np.full((8, 8), 0.5), np.zeros((8, 8), dtype=bool)
    mask[3, 3] = True
    plain = PhaseField(np.ones((8, 8)), 2.0, 1.0)
    damage = plain.advance(psi, np.zeros((8, 8)), mask)
    np.testing.assert_array_equal(damage, PhaseField(np.ones((8, 8)), 2.0, 1.0, mask).advance(psi, np.zeros((8, 8))))
    assert damage[3, 3] == 0
    assert 0 < damage[3, 4] < plain.advance(psi, np.zeros((8, 8)))[3, 4]


def test_pores_do_not_hold_damage_back() -> None:
    """A layer between two pores behaves as one on its own."""
    toughness = np.zeros((9, 4))
    toughness[3:6] = 1.0
    psi = np.zeros((9, 4))
    psi[3:6] = 0.6
    damage = PhaseField(toughness, 2.0, 1.0).advance(psi, np.zeros((9, 4)))
    alone = PhaseField(np.ones((3, 4)), 2.0, 1.0).advance(psi[3:6], np.zeros((3, 4)))
    np.testing.assert_allclose(damage[3:6], alone)
    assert alone.min() > 0.5
    assert not damage[:3].any()


def test_iterative_and_direct_solutions_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(8)
    field, psi = PhaseField(np.ones((7, 6, 5)), 2.0, 1.0), random.exponential(0.4, (7, 6, 5))
    direct = field.advance(psi, np.zeros(psi.shape))
    monkeypatch.setattr(phase_field, "_DIRECT_BELOW", {2: 0, 3: 0})
    np.testing.assert_allclose(field.advance(psi, np.zeros(psi.shape)), direct, atol=1e-10)


def test_giving_up_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phase_field, "MOST_SETS", 1)
    crack = np.zeros((12, 12))
    crack[6, 6] = 1
    with pytest.raises(SolveFailed, match="did not settle in 1 trials"):
        PhaseField(np.ones((12, 12)), 2.0, 1.0).advance(np.zeros((12, 12)), crack)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: PhaseField(np.ones(4), 2.0, 1.0), "toughness"),
        (lambda: PhaseField(-np.ones((4, 4)), 2.0, 1.0), "toughness"),
        (lambda: PhaseField(np.ones((4, 4)), 0.5, 1.0), "length.*one voxel or more"),
        (lambda: PhaseField(np.ones((4, 4)), 2.0, 0.0), "spacing"),
        (lambda: PhaseField(np.ones((4, 4)), 2.0, 1.0, np.ones((4, 4))), "frozen.*truth values"),
        (lambda: PhaseField(np.ones((4, 4)), 2.0, 1.0).advance(np.ones((4, 5)), np.zeros((4, 4))), "energy"),
        (lambda: PhaseField(np.ones((4, 4)), 2.0, 1.0).advance(np.full((4, 4), np.nan), np.zeros((4, 4))), "energy"),
        (
            lambda: PhaseField(np.ones((4, 4)), 2.0, 1.0).advance(np.ones((4, 4)), np.full((4, 4), 1.1)),
            "between 0 and 1",
        ),
        (lambda: nominal_toughness(1.2, 2.0), "effective toughness.*up to 1"),
        (lambda: nominal_toughness(-0.1, 2.0), "effective toughness"),
        (lambda: effective_toughness(0.0, 2.0), "nominal"),
        (lambda: effective_toughness(0.5, 2.0, 0), "band"),
    ],
)
def test_bad_input(make: object, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        make()  # type: ignore[operator]
