"""The current through an interface of a solved field: where it is, that none is lost, and its statistics."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.microstructure import Volume, effective_conductivity, electrode_current, interface_current
from lisse.microstructure.describe_current import hottest

H = 1e-6
PHASES = {0: "void", 1: "lithium", 2: "electrolyte"}
SIGMA = {"void": 0.0, "lithium": 1e4, "electrolyte": 0.05}


def through(volume: Volume) -> float:
    """Current through the volume under 1 V, A."""
    solved = effective_conductivity(volume, SIGMA)
    return solved.value / volume.extent[0] * math.prod(volume.extent[1:])


def rough(seed: int = 0, size: tuple[int, ...] = (14, 16, 12), edges: Any = H) -> Volume:
    """Lithium to a random height, electrolyte above it, and void in a fifth of the columns between them."""
    rng = np.random.default_rng(seed)
    height = rng.integers(3, 8, size[1:])
    gap = np.where(rng.random(size[1:]) < 0.2, 2, 0)
    level = np.arange(size[0]).reshape(-1, *[1] * (len(size) - 1))
    labels = np.where(level < height, 1, np.where(level < height + gap, 0, 2)).astype(np.uint8)
    return Volume(labels, edges, PHASES)


@pytest.mark.parametrize("edges", [H, (0.5e-6, 1e-6, 2e-6)])
@pytest.mark.parametrize("sides", ["no-flux", "periodic"])
def test_all_of_the_current_passes_a_closed_interface(edges: Any, sides: Any) -> None:
    volume = rough(edges=edges)
    solved = effective_conductivity(volume, SIGMA, sides=sides, tolerance=1e-10)
    found = interface_current(volume, SIGMA, solved, "lithium", "electrolyte")
    whole = found.applied * math.prod(volume.extent[1:])
    assert found.total == pytest.approx(whole, rel=1e-6)
    column = math.prod(volume.voxel_size[1:])
    assert found.map.sum() * column == pytest.approx(whole, rel=1e-6)
    assert found.cover.sum() * column == pytest.approx(found.area)
    for end in ("low", "high"):
        assert electrode_current(volume, SIGMA, solved, end).total == pytest.approx(whole, rel=1e-6)


def test_the_other_way_round_has_the_other_sign() -> None:
    volume = rough()
    solved = effective_conductivity(volume, SIGMA)
    one = interface_current(volume, SIGMA, solved, "lithium", "electrolyte")
    other = interface_current(volume, SIGMA, solved, 2, 1)
    assert other.density == pytest.approx(-one.density)
    assert other.between == ("electrolyte", "lithium")
    assert other.focusing == one.focusing


@pytest.mark.parametrize("shape", [(6, 5), (6, 5, 4)])
@pytest.mark.parametrize("axis", [0, 1])
def test_a_flat_interface_is_even(shape: tuple[int, ...], axis: int) -> None:
    labels = np.full(shape, 2, np.uint8)
    np.moveaxis(labels, axis, 0)[:2] = 1
    volume = Volume(labels, H, PHASES)
    solved = effective_conductivity(volume, SIGMA, axis=axis)
    found = interface_current(volume, SIGMA, solved, "lithium", "electrolyte")
    assert found.focusing == pytest.approx(1.0, rel=1e-6)
    assert found.columns.gini == pytest.approx(0.0, abs=1e-6)
    assert found.faces.participation == pytest.approx(1.0)
    assert found.cover == pytest.approx(np.ones(found.map.shape))
    assert found.places[:, axis] == pytest.approx(2 * H)
    assert set(found.normals) == {axis}


def test_a_pillar_is_entered_from_its_sides_too() -> None:
    """A lithium voxel that stands out: its current is that of the cell, half of each side in either column."""
    labels = np.full((8, 5, 5), 2, np.uint8)
    labels[0] = 1
    labels[1:4, 2, 2] = 1
    volume = Volume(labels, H, PHASES)
    solved = effective_conductivity(volume, SIGMA, tolerance=1e-10)
    found = interface_current(volume, SIGMA, solved, "lithium", "electrolyte")
    assert found.area == pytest.approx((25 + 12) * H**2)
    assert found.cover[2, 2] == pytest.approx(1 + 12 / 2)
    assert found.cover[2, 1] == pytest.approx(1 + 3 / 2)
    assert found.cover[0, 0] == 1.0
    first = found.hottest(1)[0]
    assert first.place == pytest.approx((4 * H, 2.5 * H, 2.5 * H))
    assert (first.normal, first.relative) == (0, pytest.approx(found.focusing))
    assert found.map == pytest.approx(found.map[::-1, ::-1], rel=1e-6)


def test_a_resistance_between_grains_is_part_of_the_face() -> None:
    labels = np.array([[1, 1]] * 2 + [[2, 2]] * 2, np.uint8)
    grains = np.where(labels == 1, 1, 2)
    volume = Volume(labels, H, PHASES, grains)
    resistance = 1e-3
    solved = effective_conductivity(volume, SIGMA, grain_boundary_resistance=resistance)
    found = interface_current(volume, SIGMA, solved, "lithium", "electrolyte", resistance)
    expected = 1.0 / (2 * H / 1e4 + 2 * H / 0.05 + resistance)
    assert found.density == pytest.approx(expected)
    assert found.total == pytest.approx(expected * 2 * H)


def test_pores_on_the_face_of_the_electrode_are_no_contact() -> None:
    volume = Volume(np.array([[2, 0, 0], [2, 2, 2], [2, 2, 2]]), H, PHASES)
    solved = effective_conductivity(volume, SIGMA)
    low, high = (electrode_current(volume, SIGMA, solved, end) for end in ("low", "high"))
    assert low.cover.tolist() == [1.0, 0.0, 0.0]
    assert low.focusing == pytest.approx(3.0)
    assert high.total == pytest.approx(low.total)
    assert high.between == ("volume", "electrode at the high end")
    assert high.places[:, 0] == pytest.approx(3 * H)
    assert low.to_dict()["hottest"][0]["normal"] == "x"


def test_the_hottest_keep_apart() -> None:
    places = np.array([[0.0, 0.0], [1.0, 0.0], [5.0, 0.0], [5.5, 0.0]])
    assert hottest(np.array([4.0, 3.0, 1.0, 2.0]), places, 4, 2.0) == [0, 3]
    assert hottest(np.array([4.0, 3.0, 1.0, 2.0]), places, 3, 0.5) == [0, 1, 3]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"second": "lithium"}, "second: got 'lithium'; allowed: a phase other than the first"),
        ({"second": "lithiun"}, "Did you mean 'lithium'"),
        ({"conductivities": {"lithium": 1.0}}, "conductivities: got .*allowed: every phase"),
        ({"conductivities": {**SIGMA, "lithium": 1.0}}, "allowed: those of the field.*Give what was solved with"),
        ({"volume": rough(size=(14, 16))}, "allowed: one of this volume"),
    ],
)
def test_bad_input(change: dict[str, Any], message: str) -> None:
    volume = rough()
    given: dict[str, Any] = {"volume": volume, "conductivities": SIGMA, "first": "lithium", "second": "electrolyte"}
    solved = effective_conductivity(volume, SIGMA)
    with pytest.raises(InvalidInput, match=message):
        interface_current(**(given | change), solved=solved)


def test_fields_that_carry_nothing() -> None:
    volume = Volume(np.array([[1, 1], [0, 0], [2, 2]]), H, PHASES)
    blocked = effective_conductivity(volume, SIGMA)
    with pytest.raises(InvalidInput, match=r"no current.*No conducting path spans the volume"):
        interface_current(volume, SIGMA, blocked, 1, 2)
    apart = Volume(np.array([[1, 0, 2], [1, 0, 2]]), H, PHASES)
    with pytest.raises(InvalidInput, match=r"two phases that touch.*No voxel face lies between them"):
        interface_current(apart, SIGMA, effective_conductivity(apart, SIGMA), 1, 2)
    tensor = effective_conductivity(rough(), SIGMA, axis=None)
    with pytest.raises(InvalidInput, match="solved: got 'a tensor'"):
        interface_current(rough(), SIGMA, tensor, 1, 2)
    with pytest.raises(InvalidInput, match=r"end: got 'lwo'.*Did you mean 'low'"):
        electrode_current(rough(), SIGMA, effective_conductivity(rough(), SIGMA), "lwo")  # type: ignore[arg-type]
