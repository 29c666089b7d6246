"""Conduction through periodic composites with interface resistances, and the true area behind voxel faces."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lisse import theory
from lisse.errors import InvalidInput
from lisse.microstructure import Volume, composite_conductivity
from lisse.microstructure.interface_area import stair_factors

PHASES = {0: "matrix", 1: "filler"}


def ball(voxels: int, radius: float = 0.25) -> Volume:
    """One sphere in a box of 1 m."""
    x = (np.arange(voxels) + 0.5) / voxels - 0.5
    square = x[:, None, None] ** 2 + x[None, :, None] ** 2 + x[None, None, :] ** 2
    return Volume((square <= radius**2).astype(np.uint8), 1.0 / voxels, PHASES)


def layers(thickness: int = 3, period: int = 8) -> Volume:
    labels = np.zeros((period, 4, 4), np.uint8)
    labels[:thickness] = 1
    return Volume(labels, 1e-6, PHASES)


def true_area(volume: Volume) -> float:
    edges, cell = volume.voxel_size, math.prod(volume.voxel_size)
    factors = stair_factors(volume.mask("filler"), edges)
    return sum(float((cell / edge / each).sum()) for edge, each in zip(edges, factors, strict=True))


# -- area ---------------------------------------------------------------------------------------------------------


def test_a_flat_face_along_the_grid_is_its_own_area() -> None:
    factors = stair_factors(layers().mask("filler"), (1.0, 1.0, 1.0))
    assert [len(each) for each in factors] == [32, 0, 0]
    assert factors[0] == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("edges", [(1.0, 1.0), (1.0, 2.0)])
def test_a_plane_across_the_diagonal_counts_for_its_own_length(edges: tuple[float, float]) -> None:
    n = 32
    mask = (np.arange(n)[:, None] + np.arange(n)[None, :]) % n < n // 2
    factors = stair_factors(mask, edges)
    length = sum(float((math.prod(edges) / edge / each).sum()) for edge, each in zip(edges, factors, strict=True))
    assert length == pytest.approx(2 * n * math.hypot(*edges), rel=1e-3)


def test_the_area_of_a_sphere_comes_to_two_per_cent_and_not_to_one_and_a_half_times() -> None:
    volume = ball(32)
    faces = sum(int((volume.labels != np.roll(volume.labels, -1, axis)).sum()) for axis in range(3)) / 32**2
    sphere = 4.0 * math.pi * 0.25**2
    assert faces / sphere == pytest.approx(1.5, rel=0.05)
    assert true_area(volume) == pytest.approx(sphere, rel=0.03)


# -- exact cases --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("resistance", [0.0, 4e-6])
def test_layers_are_in_series_and_side_by_side(resistance: float) -> None:
    volume, values, between = layers(), {"matrix": 1.0, "filler": 4.0}, {("filler", "matrix"): resistance}
    series = 8e-6 / (5e-6 / 1.0 + 3e-6 / 4.0 + 2.0 * resistance)
    assert composite_conductivity(volume, values, 0, between, tolerance=1e-10).value == pytest.approx(series, rel=1e-9)
    assert composite_conductivity(volume, values, 1, between).value == pytest.approx((5.0 + 12.0) / 8.0, rel=1e-9)


def test_one_phase_conducts_as_it_is_and_a_closed_interface_insulates() -> None:
    assert composite_conductivity(ball(16), {"matrix": 2.0, "filler": 2.0}).value == pytest.approx(2.0, rel=1e-12)
    closed = composite_conductivity(ball(16), {"matrix": 1.0, "filler": 5.0}, 0, {("filler", "matrix"): math.inf})
    empty = composite_conductivity(ball(16), {"matrix": 1.0, "filler": 0.0}, 0)
    assert closed.value == pytest.approx(empty.value, rel=1e-6)
    assert closed.shares["filler"] == pytest.approx(0.0, abs=1e-12)


def test_scaling_and_swapping_change_nothing_but_the_unit() -> None:
    volume, between = ball(16), {("filler", "matrix"): 0.1}
    one = composite_conductivity(volume, {"matrix": 1.0, "filler": 7.0}, 0, between)
    large = volume.replace(voxel_size=(1e-6 / 16,) * 3)
    small = composite_conductivity(
        large, {"matrix": 1e-3, "filler": 7e-3}, 0, {("filler", "matrix"): 0.1 * 1e-6 / 1e-3}
    )
    assert small.value == pytest.approx(1e-3 * one.value, rel=1e-9)
    other = volume.replace(labels=1 - volume.labels, phases={1: "matrix", 0: "filler"})
    swapped = composite_conductivity(other, {"matrix": 1.0, "filler": 7.0}, 0, {("matrix", "filler"): 0.1})
    assert swapped.value == pytest.approx(one.value, rel=1e-9)


# -- the power ----------------------------------------------------------------------------------------------------


def test_shares_of_the_power_add_up_and_are_sensitivities() -> None:
    volume, step, tight = ball(16), 1e-3, 1e-11

    def at(matrix: float, filler: float, resistance: float) -> float:
        between = {("filler", "matrix"): resistance}
        return composite_conductivity(volume, {"matrix": matrix, "filler": filler}, 0, between, tolerance=tight).value

    found = composite_conductivity(
        volume, {"matrix": 1.0, "filler": 5.0}, 0, {("filler", "matrix"): 0.1}, tolerance=tight
    )
    assert sum(found.shares.values()) == pytest.approx(1.0, rel=1e-9)
    up, down = math.exp(step), math.exp(-step)
    slope = {
        "matrix": math.log(at(up, 5.0, 0.1) / at(down, 5.0, 0.1)) / (2 * step),
        "filler": math.log(at(1.0, 5.0 * up, 0.1) / at(1.0, 5.0 * down, 0.1)) / (2 * step),
        "interfaces": -math.log(at(1.0, 5.0, 0.1 * up) / at(1.0, 5.0, 0.1 * down)) / (2 * step),
    }
    for name, value in slope.items():
        assert found.shares[name] == pytest.approx(value, rel=1e-4), name


# -- one sphere against Hasselman and Johnson ---------------------------------------------------------------------


@pytest.mark.parametrize("resistance", [0.0, 0.2, 5.0])
def test_one_sphere_goes_to_hasselman_and_johnson_at_first_order(resistance: float) -> None:
    exact = theory.interface_resistance_inclusion(1.0, 10.0, math.pi * 4 / 3 / 64, 0.25, resistance)
    errors = []
    for voxels in (16, 32, 64):
        between = {("filler", "matrix"): resistance}
        found = composite_conductivity(ball(voxels), {"matrix": 1.0, "filler": 10.0}, 0, between).value
        errors.append(found - exact)
    assert abs(errors[2]) < 0.0045
    order = math.log2(errors[0] / errors[2]) / 2.0
    assert 0.6 < order < 1.8
    assert abs(2.0 * errors[2] - errors[1]) < 0.5 * abs(errors[1]) + 3e-4  # what extrapolation leaves


def test_without_the_area_of_the_sphere_the_answer_would_be_wrong() -> None:
    exact = theory.interface_resistance_inclusion(1.0, 10.0, math.pi * 4 / 3 / 64, 0.25, 0.2)
    right = composite_conductivity(ball(64), {"matrix": 1.0, "filler": 10.0}, 0, {("filler", "matrix"): 0.2}).value
    stairs = composite_conductivity(
        ball(64), {"matrix": 1.0, "filler": 10.0}, 0, {("filler", "matrix"): 0.2 / 1.5}
    ).value
    assert abs(stairs - exact) > 7.0 * abs(right - exact)


def test_touching_grains_of_one_phase_can_resist() -> None:
    grains = np.zeros((8, 4, 4), np.int32)
    grains[:4], grains[4:] = 1, 2
    volume = Volume(np.ones((8, 4, 4), np.uint8), 1e-6, {1: "filler"}, grains)
    found = composite_conductivity(volume, {"filler": 2.0}, 0, None, {"filler": 1e-6})
    assert found.value == pytest.approx(8e-6 / (8e-6 / 2.0 + 2e-6), rel=1e-9)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"axis": 3}, "axis: got 3"),
        ({"axis": True}, "axis: got True"),
        ({"interface_resistance": {("filler", "matrix"): -1.0}}, "at least 0"),
        ({"interface_resistance": {("filler", "filler"): 1.0}}, "two different phases"),
        ({"interface_resistance": {("filler", "polymer"): 1.0}}, "polymer"),
        ({"contact_resistance": {"filler": 1.0}}, "Give the volume grains"),
        ({"conductivities": {"matrix": 1.0}}, "filler"),
    ],
)
def test_what_is_refused(arguments: dict[str, object], message: str) -> None:
    given: dict[str, object] = {"conductivities": {"matrix": 1.0, "filler": 2.0}} | arguments
    with pytest.raises(InvalidInput, match=message):
        composite_conductivity(ball(8), **given)  # type: ignore[arg-type]
