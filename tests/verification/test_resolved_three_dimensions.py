"""Cracks in space, by the code of the plane: against the plane, against Sneddon's penny, turned, and up to a short."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from lisse.models.resolved.cracks import advance
from resolved_bodies import PLANE, TOUGHNESS, VOXEL, free, squeezed, uniform_body, uniform_field
from resolved_cells import Run, check_balances, flaw, flow, resolved_case, run_on

CURRENT = 20.0  # mA/cm2: cracks load in half a second
LLZO, BRITTLE = 0.97, 0.2  # MPa m^0.5; the second needs fewer steps until a crack grows


def run_of(labels: NDArray[np.uint8], time: float, lithium: str = "fluid", toughness: float = BRITTLE) -> Run:
    """A crystal with flaws at a high current, with its balances checked."""
    material = {"material": "LLZO", "override": {"fracture_toughness": f"{toughness} MPa m^0.5"}}
    electrolyte = {"material": material, "thickness": f"{len(labels) * VOXEL * 1e6} um"}
    run = run_on(labels, resolved_case(flow(CURRENT, time), cell__electrolyte=electrolyte), lithium=lithium)
    check_balances(run)
    return run


def half_penny(shape: tuple[int, int, int], radius: float, normal: int) -> NDArray[np.uint8]:
    """A flaw of half a disc into the surface of the working electrode, with its normal along axis 1 or 2."""
    depth, across, along = np.ogrid[: shape[0], : shape[1], : shape[2]]
    if normal == 2:
        across, along = along, across
    away = (depth + 0.5) ** 2 + (along - (shape[3 - normal] - 1) / 2) ** 2
    labels = np.zeros(shape, np.uint8)
    labels[(away < radius**2) & (across == shape[normal] // 2)] = 2
    return labels


@cache
def in_space_and_in_the_plane(lithium: str) -> tuple[Run, Run]:
    """A flaw that grows and is the same all along axis 2, and a cut through it."""
    shape, time = (8, 12, 3), 0.16
    return tuple(run_of(flaw(size, 3, 6), time, lithium) for size in (shape, shape[:2]))  # type: ignore[return-value]


def check_against_the_plane(lithium: str, tolerance: float) -> None:
    """Steps, pressure, voltage and damage of both; so the onset and the growth that follows it."""
    space, plane = in_space_and_in_the_plane(lithium)
    grown = np.round(plane["flaw_length"][:, 0] / VOXEL)
    assert grown[-1] > grown[0]
    np.testing.assert_array_equal(space["flaw_length"], plane["flaw_length"])
    np.testing.assert_allclose(space["time"], plane["time"], rtol=1e-12)
    np.testing.assert_allclose(space.pressure, plane.pressure, rtol=tolerance, atol=1.0)
    np.testing.assert_allclose(space["voltage"], plane["voltage"], rtol=tolerance)
    damage = space.outcomes[-1].state.damage
    np.testing.assert_allclose(damage, np.repeat(plane.outcomes[-1].state.damage[..., None], 3, -1), atol=tolerance)


def test_a_flaw_without_an_end_grows_as_in_the_plane() -> None:
    """Plane strain comes out: an iterated 3-D solve and a factored 2-D one, to the tolerance of the solver."""
    check_against_the_plane("fluid", 1e-7)


@pytest.mark.slow
def test_a_flaw_without_an_end_under_a_metal_that_flows() -> None:
    """The same with viscous electrodes, whose solves in space are iterated too."""
    check_against_the_plane("viscous", 1e-5)


def test_a_front_counts_as_far_as_it_runs() -> None:
    """The same along axis 2, a front of any length counts as its cut does; nothing before it, all voxels count."""
    before, after = np.zeros((9, 8)), np.zeros((9, 8))
    before[:3, 4] = after[:6, 4] = 1.0
    assert advance(before, after) == 3
    deep = [np.repeat(each[..., None], 7, -1) for each in (before, after)]
    assert advance(*deep) == 3
    deep[1][3:6, 4, 1:] = 0.0  # one line of it ran, the rest stayed
    assert advance(*deep) == 3
    assert advance(deep[1], deep[1]) == 0
    assert advance(np.zeros((9, 8, 7)), deep[1]) == np.count_nonzero(deep[1])


def penny(size: int, radius: float, volumes: list[float]) -> tuple[float, float]:
    """Compliance over Sneddon's, and the largest pressure over the critical one, of a penny amid a cube.

    Lithium is forced in up to each volume, over that at the critical pressure.
    """
    place = np.arange(size) - (size - 1) / 2
    crack = np.zeros((size,) * 3)
    crack[size // 2] = place[:, None] ** 2 + place**2 < radius**2
    a = VOXEL * math.sqrt(crack.sum() / math.pi)
    critical, sneddon = math.sqrt(math.pi * PLANE * TOUGHNESS / (4.0 * a)), 16.0 * a**3 / (3.0 * PLANE)
    body, field, pressures = uniform_body(crack.shape), uniform_field(crack.shape), []
    damage = field.advance(np.zeros(crack.shape), crack)
    response = body.respond(damage, free(body), free(body), [crack > 0])
    ratio, before = float(response.compliance[0, 0]) / sneddon, damage
    for volume in volumes:
        for _ in range(60):
            response = body.respond(damage, free(body), free(body), [damage >= 0.95])
            pressure = (volume * sneddon * critical - response.base_volume[0]) / response.compliance[0, 0]
            step = field.advance(response.strain_energy([pressure]), before) - damage
            damage, change = np.clip(damage + 1.4 * step, before, 1.0), float(np.abs(step).max())
            if change < 1e-3:
                break
        assert change < 1e-3
        before = damage
        pressures.append(float(pressure))
    assert pressures[-1] < max(pressures)  # past the peak
    return ratio, max(pressures) / critical


def test_a_penny_grows_at_the_pressure_of_griffith() -> None:
    """sqrt(pi E' Gc/(4 a)), at a radius of four voxels; its skirt makes the volume larger by a quarter of a voxel."""
    ratio, peak = penny(24, 4.0, [2.0, 2.3])
    assert ratio == pytest.approx((1.0 + 0.28 / 4.07) ** 3, abs=0.02)
    assert peak == pytest.approx(0.993, abs=0.01)


@pytest.mark.slow
def test_a_larger_penny_grows_at_the_pressure_of_griffith() -> None:
    """With twice the radius in twice the cube, so that the voxels are finer."""
    ratio, peak = penny(48, 8.0, [1.4, 1.7, 2.0])
    assert ratio < penny(24, 4.0, [2.0, 2.3])[0] - 0.04
    assert peak == pytest.approx(1.01, abs=0.015)


def check_turned(first: Run, other: Run) -> None:
    """The same steps, pressures, voltages, and damage with the lateral axes swapped."""
    np.testing.assert_allclose(other["time"], first["time"], rtol=1e-12)
    np.testing.assert_allclose(other.pressure, first.pressure, rtol=1e-6, atol=1.0)
    np.testing.assert_allclose(other["voltage"], first["voltage"], rtol=1e-6)
    damage = [run.outcomes[-1].state.damage for run in (first, other)]
    np.testing.assert_allclose(damage[1], damage[0].transpose(0, 2, 1), atol=1e-5)


def test_a_flaw_and_the_same_flaw_turned() -> None:
    """Across axis 1 or across axis 2, until the damage around it has grown."""
    first, other = (run_of(half_penny((6, 10, 10), 2.6, normal), 0.1) for normal in (1, 2))
    assert first.outcomes[-1].state.damage.sum() > 1.1 * first.outcomes[0].state.damage.sum()
    check_turned(first, other)


@cache
def to_a_short(lithium: str, normal: int) -> Run:
    """LLZO of ten voxels behind half a penny three voxels deep."""
    return run_of(half_penny((10, 16, 16), 3.0, normal), 5.0, lithium, LLZO)


@pytest.mark.slow
@pytest.mark.parametrize("lithium", ["fluid", "viscous"])
def test_a_flaw_grows_to_the_other_electrode_and_shorts_the_cell(lithium: str) -> None:
    """One crack in one plane, as symmetric as the flaw, whose lithium then conducts beside the cell."""
    run = to_a_short(lithium, 1)
    assert run.solution.verdict.mode == "filament-short"
    (crack,) = run.outcomes[-1].state.clusters
    assert crack.spans
    assert set(np.argwhere(crack.crack)[:, 1]) == {8}
    np.testing.assert_array_equal(crack.crack, crack.crack[:, :, ::-1])
    assert run.pressure.max() > 1.2 * run.outcomes[-1].state.cluster_pressure[0]  # it starts hard and runs easily
    assert max(value or 0.0 for value in run.solution.conservation.values()) < 1e-6
    assert run["short_conductance"][-1] > 0.0


@pytest.mark.slow
def test_a_flaw_turned_shorts_the_cell_at_the_same_time() -> None:
    """All of the growth as well, by the steps and the damage of the other orientation."""
    check_turned(to_a_short("fluid", 1), to_a_short("fluid", 2))


def test_a_cycle_that_had_nothing_to_do_follows_the_damage_too() -> None:
    """Made for a body with a cracked block, started at the answer, and then asked for the body without the block."""
    block = np.zeros((10, 12, 12))
    block[2:7, 3:8, 4:9] = 1.0
    none = np.zeros_like(block)
    none[5, 5, 5] = 0.5
    first, body, fresh = (uniform_body(block.shape) for _ in range(3))
    loads = squeezed(body, 3e6)
    at_block = first.respond(block, *loads)
    assert body.respond(block, *loads, start=at_block).iterations <= 1
    found, expected = body.respond(none, *loads), fresh.respond(none, *loads)
    assert found.iterations < 10 * expected.iterations
    np.testing.assert_allclose(found.base, expected.base, atol=1e-6 * float(np.abs(expected.base).max()))
