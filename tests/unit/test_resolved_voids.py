"""Voids in columns: balance of volume, healing and refill, smoothing, steps, and what bad input says."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from cells import llzo_case
from lisse.errors import InvalidInput
from lisse.models.base import cell_numbers
from lisse.models.contact import ContactLaw, contact_law
from lisse.models.resolved.voids import Voids

H = 1e-6


def law(**changes: object) -> ContactLaw:
    case = llzo_case(**changes)
    return contact_law(case.cell.interface, cell_numbers(case.cell))


def test_void_volume_closes_with_charge_to_rounding() -> None:
    here = replace(law(), injection=0.8, refill=0.6, vacancy_current=0.3)
    random = np.random.default_rng(0)
    j = random.uniform(-20.0, 40.0, (16, 12))
    height = here.height(random.uniform(0.3, 1.0, (16, 12)))
    step = Voids(here, H, smoothing=1e-14).advance(height, j, random.uniform(0.0, 9e6, (16, 12)), 200.0)
    made = np.where(j > 0.0, np.maximum(0.8 * j - 0.3, 0.0), 0.6 * j) * here.volume_per_charge
    change = 200.0 * (made - step.closure)
    assert step.height.sum() - height.sum() == pytest.approx(change.sum(), abs=1e-12 * height.sum())
    assert step.height - height == pytest.approx(change + step.spreading, abs=1e-12 * height.max())
    metal = step.growth + 200.0 * j * here.volume_per_charge  # what was stripped came from metal or from voids' growth
    assert metal == pytest.approx(step.height - height, abs=1e-12 * height.max())
    assert (step.height >= 0.0).all()
    assert step.contact == pytest.approx(here.fractions(step.height))


def test_a_stripped_column_recedes_only_by_what_does_not_become_void() -> None:
    stiff = replace(law(), creep_coefficient=0.0, closure_velocity=0.0)
    open_ = Voids(stiff, H).advance(np.zeros(3), [5.0, 5.0, -5.0], 3e6, 100.0)
    plated = 5.0 * 100.0 * stiff.volume_per_charge
    assert open_.height == pytest.approx([plated, plated, 0.0], rel=1e-9)
    assert open_.growth == pytest.approx([0.0, 0.0, plated], abs=1e-9 * plated)


def test_rest_heals_plating_refills_and_more_current_at_less_contact_changes_nothing() -> None:
    voids = Voids(law(), H)
    height = np.full(3, law().height(0.8))
    step = voids.advance(height, [0.0, -2.0, 2.0], 5e6, 600.0)
    assert step.height[1] < step.height[0] < height[0]
    assert step.height[0] < step.height[2]
    rates = voids.rate(law().height(np.array([0.9, 0.3])), 50.0, 0.0)
    without = voids.rate(law().height(np.array([0.9, 0.3])), 0.0, 0.0)
    assert np.ptp(rates - without) < 1e-12 * rates.max()  # the areal rate is j, whatever is left of the contact


@pytest.mark.parametrize("shape", [(24,), (9, 7)])
def test_surface_diffusion_keeps_the_volume_and_decays_a_wave_as_it_should(shape: tuple[int, ...]) -> None:
    still = replace(law(), creep_coefficient=0.0, closure_velocity=0.0)
    wave = np.cos(2.0 * math.pi * np.arange(shape[0]) / shape[0]).reshape(-1, *(1,) * (len(shape) - 1))
    height = 1e-7 * (1.0 + 0.5 * wave) * np.ones(shape)
    diffusion, time = 1e-14, 40.0
    step = Voids(still, H, smoothing=diffusion).advance(height, 0.0, 0.0, time)
    eigenvalue = diffusion * (2.0 * math.sin(math.pi / shape[0]) / H) ** 2
    assert step.height == pytest.approx(
        1e-7 * (1.0 + 0.5 * wave / (1.0 + time * eigenvalue)) * np.ones(shape), rel=1e-10
    )
    assert step.height.sum() == pytest.approx(height.sum(), rel=1e-13)
    assert step.spreading.sum() == pytest.approx(0.0, abs=1e-13 * height.sum())
    spike = np.zeros(shape)
    spike.reshape(-1)[0] = 1e-6
    spread = Voids(still, H, smoothing=1e-6).advance(spike, 0.0, 0.0, 1e3).height
    assert spread == pytest.approx(np.full(shape, 1e-6 / spike.size), rel=1e-3)


def test_columns_without_metal_have_no_part() -> None:
    metal = np.ones(10, dtype=bool)
    metal[[3, 7]] = False
    still = replace(law(), creep_coefficient=0.0, closure_velocity=0.0)
    height = np.where(np.arange(10) == 5, 1e-6, 0.0)
    step = Voids(still, H, smoothing=1e-9, metal=metal).advance(height, 0.0, 0.0, 1e4)
    assert step.height[[4, 5, 6]] == pytest.approx(1e-6 / 3.0, rel=1e-3)
    assert not step.height[[0, 1, 2, 3, 7, 8, 9]].any()
    voids = Voids(law(), H, metal=metal)
    assert voids.advance(height, 10.0, 1e6, 10.0).height[3] == 0.0
    assert voids.lost(np.full(10, law().height(0.05)), 0.1).tolist() == metal.tolist()


def test_the_suggested_step_changes_contact_by_no_more_than_asked() -> None:
    voids = Voids(law(), H)
    for start, j in ((1.0, 30.0), (0.6, 30.0), (0.5, -20.0), (0.9, 2.0)):
        height = np.array([law().height(start)])
        step = voids.suggested_duration(height, j, 3e6, change=0.05)
        after = voids.advance(height, j, 3e6, step).contact[0]
        assert abs(after - start) <= 0.05 * 1.02
        assert abs(after - start) > 0.02
    assert voids.suggested_duration(np.zeros(4), -1.0, 3e6) == math.inf
    assert voids.suggested_duration(np.array([law().height(0.99)]), -1.0, 3e6) == math.inf  # it closes: no limit


def test_any_step_is_stable_and_comes_to_the_height_at_which_closure_balances() -> None:
    here = law()
    p = 7e6
    j = 0.9 * here.critical_stripping_current(p, 0.05)
    end = Voids(here, H).advance(here.height(np.array([1.0, 0.9, 0.5])), j, p, 1e12)
    moving = end.height > 0.0
    assert here.closure(end.height[moving], p) == pytest.approx(j * here.volume_per_charge, rel=1e-5)
    assert np.isfinite(end.height).all()
    pulled = Voids(here, H).advance(np.array([here.height(0.9)]), 0.0, -1e5, 1e4)
    assert pulled.height[0] > here.height(0.9)  # a pull opens


def test_maps_act_column_by_column() -> None:
    here = law()
    height, j, p = here.height(np.full(6, 0.8)), 10.0, 4e6
    share = np.linspace(0.2, 2.0, 6)
    angle = replace(here, contact_coefficient=here.contact_coefficient * np.linspace(1.0, 1.5, 6))  # type: ignore[arg-type]
    for given in (here, angle):
        together = Voids(given, H, closure=share).advance(height, j, p, 300.0).height
        for n in range(6):
            alone = replace(
                given,
                closure_velocity=here.closure_velocity * share[n],
                contact_coefficient=float(np.broadcast_to(given.contact_coefficient, 6)[n]),
            )
            one = Voids(alone, H).advance(height[n : n + 1], j, p, 300.0).height[0]
            assert together[n] == pytest.approx(one, rel=1e-9)
    assert (np.diff(Voids(here, H, closure=share).advance(height, j, p, 300.0).height) < 0.0).all()


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("height", {"height": [1e-7, -1e-9]}),
        ("stripped", {"stripped": [1.0, math.nan]}),
        ("pressure", {"pressure": math.inf}),
        ("duration", {"duration": -1.0}),
    ],
)
def test_bad_numbers_are_named(name: str, given: dict[str, object]) -> None:
    good: dict[str, object] = {"height": np.zeros(2), "stripped": 1.0, "pressure": 1e6, "duration": 1.0}
    with pytest.raises(InvalidInput, match=name):
        Voids(law(), H).advance(**(good | given))  # type: ignore[arg-type]


@pytest.mark.parametrize(("name", "value"), [("spacing", 0.0), ("smoothing", -1.0), ("closure", -0.1)])
def test_bad_settings_are_named(name: str, value: float) -> None:
    with pytest.raises(InvalidInput, match=name):
        Voids(**({"law": law(), "spacing": H} | {name: value}))  # type: ignore[arg-type]
