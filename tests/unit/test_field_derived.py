"""Stresses, magnitudes and cracks that follow from saved fields."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lisse.errors import InvalidInput, NotResolved
from lisse.fields import (
    FieldStore,
    crack_history,
    hydrostatic_stress,
    largest_principal_stress,
    load_fields,
    magnitude,
    when_broken,
)
from lisse.fields.cracks import boundary_band
from lisse.fields.schema import is_empty, is_metal
from lisse.microstructure.volume import Volume
from resolved_fields import EDGE, crack_path, made_up, polycrystal

PAIRS = ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))


def matrices(voigt: np.ndarray) -> np.ndarray:
    out = np.zeros((*voigt.shape[1:], 3, 3))
    for k, (i, j) in enumerate(PAIRS):
        out[..., i, j] = out[..., j, i] = voigt[k]
    return out


def test_the_largest_principal_stress_is_the_largest_eigenvalue() -> None:
    random = np.random.default_rng(3)
    voigt = random.normal(size=(6, 40, 50)) * 10.0 ** random.uniform(-3, 9, (40, 50))
    expected = np.linalg.eigvalsh(matrices(voigt))[..., -1]
    size = np.abs(matrices(voigt)).max(axis=(-1, -2))
    assert np.abs((largest_principal_stress(voigt) - expected) / size).max() < 1e-12


@pytest.mark.parametrize(
    ("voigt", "expected"),
    [
        ((5.0, 0, 0, 0, 0, 0), 5.0),
        ((-5.0, 0, 0, 0, 0, 0), 0.0),
        ((-7.0, -7.0, -7.0, 0, 0, 0), -7.0),
        ((0, 0, 0, 0, 0, 3.0), 3.0),
        ((0, 0, 0, 0, 0, 0), 0.0),
        ((2.0, 2.0, -1.0, 0, 0, 0), 2.0),
    ],
)
def test_states_known_by_heart(voigt: tuple[float, ...], expected: float) -> None:
    assert largest_principal_stress(np.array(voigt)) == pytest.approx(expected, abs=1e-12)
    assert hydrostatic_stress(np.array(voigt)) == pytest.approx(sum(voigt[:3]) / 3)


def test_turning_the_axes_changes_neither() -> None:
    random = np.random.default_rng(4)
    turn, _ = np.linalg.qr(random.normal(size=(3, 3)))
    voigt = random.normal(size=(6, 100))
    turned = turn @ matrices(voigt) @ turn.T
    again = np.stack([turned[:, i, j] for i, j in PAIRS])
    np.testing.assert_allclose(largest_principal_stress(again), largest_principal_stress(voigt), atol=1e-12)
    np.testing.assert_allclose(hydrostatic_stress(again), hydrostatic_stress(voigt), atol=1e-12)


def test_gaps_stay_gaps_and_five_numbers_are_no_stress() -> None:
    voigt = np.zeros((6, 2))
    voigt[3, 1] = np.nan
    assert np.isnan(largest_principal_stress(voigt)).tolist() == [False, True]
    with pytest.raises(InvalidInput, match="xx, yy, zz, yz, xz, xy"):
        hydrostatic_stress(np.zeros((5, 2)))
    assert magnitude(np.array([[3.0], [4.0]])).tolist() == [5.0]


def history_of(folder: Path, frames: list[np.ndarray], grains: np.ndarray | None = None) -> dict[str, np.ndarray]:
    labels = np.ones(frames[0].shape, dtype=int)
    store = FieldStore(folder, Volume(labels, EDGE, {1: "electrolyte"}, grains))
    for k, damage in enumerate(frames):
        store.save(10.0 * k, {"damage": damage})
    return dict(crack_history(load_fields(folder)))


def test_a_straight_crack_has_its_length_and_its_depth(tmp_path: Path) -> None:
    frames = []
    for depth in (0, 3, 12):
        damage = np.zeros((12, 9))
        damage[:depth, 4] = 1.0
        frames.append(damage)
    found = history_of(tmp_path, frames)
    np.testing.assert_allclose(found["size"], np.array([0, 3, 12]) * EDGE)
    np.testing.assert_allclose(found["working_depth"], np.array([0, 3, 12]) * EDGE)
    np.testing.assert_allclose(found["counter_depth"], 0.0)  # it came from the working electrode
    assert found["pieces"].tolist() == [0.0, 1.0, 1.0]
    assert np.isnan(found["on_boundaries"]).all()
    broken = when_broken(load_fields(tmp_path))
    assert broken[:3, 4].tolist() == [10.0] * 3
    assert broken[3:, 4].tolist() == [20.0] * 9
    assert np.isnan(np.delete(broken, 4, axis=1)).all()


def test_a_crack_that_joins_both_electrodes_is_that_of_the_deeper_one(tmp_path: Path) -> None:
    """Two cracks meet in the middle; later the counter electrode's second crack goes on."""
    frames = [np.zeros((12, 9)) for _ in range(4)]
    for frame, low, high, second in zip(frames, (4, 6, 8, 8), (2, 3, 4, 4), (0, 0, 1, 6), strict=True):
        frame[:low, 4] = frame[12 - high :, 4] = frame[12 - second :, 1] = 1.0
    found = history_of(tmp_path / "a", frames)
    np.testing.assert_allclose(found["working_depth"], np.array([4, 6, 12, 12]) * EDGE)
    np.testing.assert_allclose(found["counter_depth"], np.array([2, 3, 3, 6]) * EDGE)
    turned = history_of(tmp_path / "b", [frame[::-1] for frame in frames])
    np.testing.assert_allclose(turned["counter_depth"], found["working_depth"])
    np.testing.assert_allclose(turned["working_depth"], found["counter_depth"])


def test_a_crack_that_joined_both_electrodes_from_the_start_is_both_ones(tmp_path: Path) -> None:
    damage = np.zeros((12, 9))
    damage[:, 4] = 1.0
    found = history_of(tmp_path, [damage, damage])
    np.testing.assert_allclose([found["working_depth"], found["counter_depth"]], 12 * EDGE)


def test_a_crack_across_the_periodic_side_is_one(tmp_path: Path) -> None:
    damage = np.zeros((6, 5))
    damage[:3, 0], damage[2:5, 4] = 1.0, 1.0
    found = history_of(tmp_path, [damage])
    assert found["pieces"].tolist() == [1.0]
    assert found["working_depth"][0] == pytest.approx(5 * EDGE)


def test_a_pore_on_the_way_does_not_end_a_crack(tmp_path: Path) -> None:
    labels = np.ones((10, 6), dtype=int)
    labels[3:6, 2:4] = 0
    labels[8:, 0] = 0
    damage = np.zeros((10, 6))
    damage[:3, 2], damage[6:8, 3] = 1.0, 1.0
    store = FieldStore(tmp_path, Volume(labels, EDGE, {0: "pore", 1: "electrolyte"}))
    store.save(0.0, {"damage": damage})
    found = crack_history(load_fields(tmp_path))
    assert found["pieces"].tolist() == [1.0]
    assert found["size"][0] == pytest.approx(5 * EDGE)
    assert found["working_depth"][0] == pytest.approx(8 * EDGE)
    assert found["counter_depth"][0] == 0.0  # the pore at that electrode is not cracked


def test_turned_upside_down_the_electrodes_change_places(tmp_path: Path) -> None:
    damage = made_up(polycrystal(24), 0.4)["damage"]
    one, two = history_of(tmp_path / "a", [damage]), history_of(tmp_path / "b", [damage[::-1]])
    assert one["size"] == two["size"]
    assert one["working_depth"] == two["counter_depth"] > 0.0
    assert one["counter_depth"] == two["working_depth"] == 0.0


def test_a_crack_along_a_boundary_lies_on_it(tmp_path: Path) -> None:
    grains = np.ones((8, 10), dtype=int)
    grains[:, 4:] = 2
    band = boundary_band(grains)
    assert np.flatnonzero(band[0]).tolist() == [0, 3, 4, 9]  # 9 and 0 meet across the periodic side
    along, across = np.zeros((8, 10)), np.zeros((8, 10))
    along[:, 4], across[0] = 1.0, 1.0
    found = history_of(tmp_path, [along, across], grains)
    np.testing.assert_allclose(found["on_boundaries"], [1.0, 0.4])


def test_the_area_of_a_crack_in_a_volume(tmp_path: Path) -> None:
    damage = np.zeros((6, 5, 4))
    damage[:2, :, 1] = 0.95
    found = history_of(tmp_path, [damage])
    assert found["size"][0] == pytest.approx(10 * EDGE**2)
    assert found["working_depth"][0] == pytest.approx(2 * EDGE)


def test_without_damage_there_is_nothing_to_tell(tmp_path: Path) -> None:
    volume = polycrystal(12)
    FieldStore(tmp_path, volume).save(0.0, {})
    with pytest.raises(NotResolved, match="damage"):
        crack_history(load_fields(tmp_path))
    FieldStore(tmp_path / "b", volume).save(0.0, {"damage": np.zeros((12, 12))})
    with pytest.raises(InvalidInput, match="threshold"):
        when_broken(load_fields(tmp_path / "b"), 0.0)


def test_the_made_up_path_runs_through_face_to_face() -> None:
    volume = polycrystal(32)
    path = np.array(crack_path(volume))
    assert path[0][0] == 0
    assert path[-1][0] == 31
    assert (np.abs(np.diff(path, axis=0)).sum(axis=1) == 1).all()


def test_names_of_phases_that_are_no_solid() -> None:
    assert all(map(is_empty, ("pore", "Pores", "closed void", "scratch", "gas")))
    assert not any(map(is_empty, ("porous electrolyte", "electrolyte", "repair", "lithium")))
    assert all(map(is_metal, ("Li", "lithium", "Lithium metal")))
    assert not any(map(is_metal, ("lithium phosphate", "LiPON")))
