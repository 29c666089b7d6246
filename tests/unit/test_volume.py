from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.microstructure import Volume, cost
from lisse.microstructure import volume as volume_module
from lisse.microstructure.cost import Cost, available_memory, estimate, require
from lisse.microstructure.volume import slab_boxes, slabs
from lisse.numerics.conduction import conduction_cost
from lisse.numerics.elasticity_stiffness import elasticity_cost

PHASES = {0: "pore", 1: "electrolyte"}


def a_volume(**changes: Any) -> Volume:
    labels = np.array([[[0, 1], [1, 1]], [[1, 1], [1, 0]], [[1, 1], [1, 1]]], dtype=np.uint8)
    return Volume(**{"labels": labels, "voxel_size": 0.5e-6, "phases": PHASES, **changes})


def test_what_a_volume_says_of_itself() -> None:
    volume = a_volume(voxel_size=(1e-6, 2e-6, 3e-6))
    assert (volume.shape, volume.dimensions, volume.size) == ((3, 2, 2), 3, 12)
    assert volume.extent == pytest.approx((3e-6, 4e-6, 6e-6))
    assert volume.voxel_size == (1e-6, 2e-6, 3e-6)
    assert not volume.cubic
    assert a_volume().voxel_size == (0.5e-6,) * 3
    assert a_volume().cubic
    assert volume.phase_fractions() == pytest.approx({"pore": 2 / 12, "electrolyte": 10 / 12})
    assert volume.label_of("electrolyte") == volume.label_of(np.uint8(1)) == 1
    assert volume.mask("pore").sum() == volume.mask(0).sum() == 2
    assert repr(volume) == "<Volume 3 x 2 x 2 voxels of 1e-06 x 2e-06 x 3e-06 m: pore, electrolyte>"


def test_the_arrays_are_seen_not_copied_and_cannot_be_written_to() -> None:
    labels = np.zeros((4, 4), dtype=np.int16)
    volume = Volume(labels, 1e-6, PHASES)
    assert np.shares_memory(volume.labels, labels)
    with pytest.raises(ValueError, match="read-only"):
        volume.labels[0, 0] = 1
    labels[0, 0] = 1  # the owner still may
    assert Volume(labels > 0, 1e-6, PHASES).labels.dtype == np.uint8


def test_a_mapped_array_stays_mapped(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.ones((5, 6, 7), dtype=np.uint8))
    mapped = np.load(tmp_path / "a.npy", mmap_mode="r")
    volume = Volume(mapped, 1e-6, PHASES)
    assert isinstance(volume.labels, np.memmap)
    assert isinstance(volume.crop(np.s_[1:3]).labels, np.memmap)


def test_crop_and_replace_make_new_volumes() -> None:
    volume = a_volume(grains=np.arange(12).reshape(3, 2, 2))
    part = volume.crop(np.s_[1:, :, :1])
    assert part.shape == (2, 2, 1)
    assert part.grains is not None
    assert part.grains.ravel().tolist() == [4, 6, 8, 10]
    assert np.shares_memory(part.labels, volume.labels)
    assert volume.replace(voxel_size=2e-6).extent == (6e-6, 4e-6, 4e-6)
    with pytest.raises(InvalidInput, match=r"part of a volume: got 'voxelsize'.*Did you mean 'voxel_size'"):
        volume.replace(voxelsize=1.0)
    for wrong in (np.s_[0], np.s_[::2], np.s_[:, :, :, :], np.s_[9:]):
        with pytest.raises(InvalidInput, match=r"slices|labels"):
            volume.crop(wrong)


QUATERNIONS = np.array([[1.0, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0.6, 0.8]])


def test_orientations_of_grains() -> None:
    grains = np.array([[1, 2], [0, 2]])
    volume = Volume(np.ones((2, 2), int), 1e-6, PHASES, grains, QUATERNIONS)
    assert volume.grain_count == 2
    same = volume.replace(orientations={1: (0, 1, 0, 0), 2: (0, 0, 0.6, 0.8)})
    assert np.array_equal(same.orientations, QUATERNIONS)
    assert "2 grains" in repr(volume)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"labels": np.zeros((2, 2))}, r"labels: got 'an array of float64'; allowed: integers\. Grey values"),
        ({"labels": np.full((2, 2), np.nan)}, r"labels: .* It holds NaN"),
        ({"labels": np.array([["a", "b"]])}, "labels: .*an array of integers"),
        ({"labels": np.zeros(4, int)}, "two or three axes, none of them empty"),
        ({"labels": np.zeros((0, 2), int)}, "none of them empty"),
        (
            {"labels": np.array([[0, 7]])},
            r"labels: got '7'; allowed: labels of the phase table \(0 = pore, 1 = elec.*Name",
        ),
        ({"labels": np.arange(100).reshape(10, 10)}, r"and 90 more.*look like grey values: segment the image first"),
        ({"labels": np.array([[0, 2**40]])}, f"got '{2**40}'"),
        ({"voxel_size": 0.0}, "voxel_size: got 0.0; allowed: a length in m above 0, or 3 of them"),
        ({"voxel_size": np.nan}, "voxel_size: got nan"),
        ({"voxel_size": (1e-6, 1e-6)}, "no cubes need a size along every axis"),
        ({"voxel_size": "0.5 um"}, "Numbers are SI: 0.5e-6 rather than"),
        ({"voxel_size": ("1", "1", "1")}, "Numbers are SI"),
        ({"voxel_size": None}, "does not tell how large a voxel is"),
        ({"phases": {}}, "phases: got {}; allowed: labels with a name each"),
        ({"phases": {0: "pore", 1: "pore"}}, "a different name for every label"),
        ({"phases": {"0": "pore"}}, "phases: "),
        ({"phases": {0: ""}}, "phases: "),
        ({"phases": {True: "pore"}}, "phases: "),
        (
            {"grains": np.zeros((2, 2), int)},
            r"grains: got 'shape \(2, 2\)'; allowed: the shape of the labels, \(3, 2, 2\)",
        ),
        ({"grains": np.zeros((3, 2, 2))}, "grains: got 'an array of float64'"),
        ({"grains": np.full((3, 2, 2), -1)}, r"grains: got -1; allowed: 0 \(no grain\)"),
        ({"orientations": QUATERNIONS}, "orientations: allowed: none without grains"),
        ({"grains": np.full((3, 2, 2), 3), "orientations": QUATERNIONS}, "orientations: got '3 rows'.*: 4"),
        ({"grains": np.ones((3, 2, 2), int), "orientations": QUATERNIONS * 2}, "grain 0: .*Its length is not 1"),
        ({"grains": np.ones((3, 2, 2), int), "orientations": [[1, 0, 0]]}, r"array of shape \(1, 3\)"),
        ({"grains": np.ones((3, 2, 2), int), "orientations": {2: (1, 0, 0, 0)}}, "no grain 1"),
        ({"grains": np.ones((3, 2, 2), int), "orientations": {1: (np.nan, 0, 0, 0)}}, "Its length is not 1"),
    ],
)
def test_what_is_wrong_is_said_at_once(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        a_volume(**changes)


@pytest.mark.parametrize("phase", ["por", 2, True, None])
def test_a_phase_that_is_not_there(phase: Any) -> None:
    with pytest.raises(InvalidInput, match="phase: .*0 = pore, 1 = electrolyte"):
        a_volume().mask(phase)


def test_huge_volumes_are_checked_when_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(volume_module, "CHECKED_AT_ONCE", 3)
    volume = a_volume(phases={1: "electrolyte"})
    with pytest.raises(InvalidInput, match="labels: got '0'"):
        volume.phase_fractions()
    with pytest.raises(InvalidInput, match="labels: got '0'"):
        volume.check()


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint16, np.int64, np.uint64])
@pytest.mark.parametrize("order", ["C", "F"])
def test_labels_are_counted_in_slabs_of_any_type(dtype: type, order: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(volume_module, "_SLAB", 7)
    labels = np.asarray(np.random.default_rng(1).integers(0, 3, (5, 6, 7)), dtype=dtype, order=order)  # type: ignore[call-overload]
    low = -5 if np.issubdtype(dtype, np.signedinteger) else 3
    labels[labels == 2] = low
    volume = Volume(labels, 1e-6, {low: "other", 0: "pore", 1: "electrolyte", 9: "absent"})
    expected = {name: np.mean(labels == label) for label, name in volume.phases.items()}
    assert volume.phase_fractions() == pytest.approx(expected)


def test_slabs_go_through_the_whole_array_once() -> None:
    for array in (np.zeros((5, 6, 7)), np.zeros((5, 6, 7), order="F"), np.zeros((9, 8, 7)).transpose(1, 2, 0)):
        for box in slab_boxes(array, voxels=50):
            array[box] += 1
        assert (array == 1).all()
        assert sum(slab.size for slab in slabs(array, 10)) == array.size


def test_a_volume_goes_to_another_process_whole() -> None:
    volume = a_volume(grains=np.ones((3, 2, 2), int), orientations=QUATERNIONS)
    same = pickle.loads(pickle.dumps(volume))
    assert np.array_equal(same.labels, volume.labels)
    assert same.phases == volume.phases
    assert np.array_equal(same.orientations, volume.orientations)


@pytest.mark.parametrize("name", ["a.npz", "a.h5"])
def test_save_and_load(name: str, tmp_path: Path) -> None:
    volume = a_volume(
        voxel_size=(1e-6, 2e-6, 3e-6),
        phases={0: "pore é", 1: "electrolyte", 4: "lithium"},
        grains=np.ones((3, 2, 2), np.int32),
        orientations=QUATERNIONS,
    )
    same = Volume.load(volume.save(tmp_path / name))
    assert np.array_equal(same.labels, volume.labels)
    assert same.labels.dtype == volume.labels.dtype
    assert np.array_equal(same.grains, volume.grains)
    assert np.array_equal(same.orientations, volume.orientations)
    assert same.phases == volume.phases
    assert same.voxel_size == volume.voxel_size
    assert isinstance(same.labels, np.memmap) == name.endswith("h5")
    assert a_volume().save(tmp_path / name).exists()  # over the old one, which `same` still maps
    assert Volume.load(tmp_path / name).grains is None


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def _foreign(path: Path) -> None:
    np.savez(path, labels=np.zeros((2, 2), int))


@pytest.mark.parametrize(
    ("name", "spoil", "message"),
    [
        ("a.npz", Path.unlink, "a file that exists"),
        ("a.npz", _cut, "volume file: "),
        ("a.h5", _cut, r"volume file: .*Volume\.save"),
        ("a.npz", _foreign, r"an .npz or .h5 file of Volume.save.*read opens images of other programs"),
    ],
)
def test_a_file_that_is_no_saved_volume(name: str, spoil: Callable[[Path], None], message: str, tmp_path: Path) -> None:
    path = a_volume().save(tmp_path / name)
    spoil(path)
    with pytest.raises(InvalidInput, match=message):
        Volume.load(path)


def test_a_volume_of_a_later_version_is_refused(tmp_path: Path) -> None:
    path = a_volume().save(tmp_path / "a.npz")
    with np.load(path) as held:
        content = dict(held) | {"lisse_volume": np.array(99)}
    np.savez(path, **content)
    with pytest.raises(InvalidInput, match=r"format of the volume: got 99; allowed: up to 1\. Update lisse"):
        Volume.load(path)
    with pytest.raises(InvalidInput, match=r"path: got .*a.tif.*ends in .npz or .h5"):
        a_volume().save(tmp_path / "a.tif")


def test_the_cost_is_said_before_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    assert str(estimate("conduction", 256**3)) == "2.52 GB of memory and about 25 s"
    for work in cost.WORK:
        assert estimate(work, 10**6, repeats=2).time == pytest.approx(2.0 * estimate(work, 10**6).time)
        assert estimate(work, 10**7).memory == pytest.approx(10.0 * estimate(work, 10**6).memory, rel=0.05)
    for work, figures in (("conduction", conduction_cost), ("elasticity", elasticity_cost)):
        for dimensions in (2, 3):
            told = estimate(work, 64**dimensions, dimensions=dimensions)
            assert (told.memory, told.time) == pytest.approx(figures((64,) * dimensions))
    assert estimate("conduction", 100, repeats=3).time == pytest.approx(3 * estimate("conduction", 100).time)
    assert str(Cost(2e12, 7200.0)) == "2 TB of memory and about 2 h"
    assert str(Cost(2e3)) == "2 kB of memory"
    monkeypatch.setattr(cost, "available_memory", lambda: 24e9)
    require("small", Cost(1e9))
    with pytest.raises(
        InvalidInput,
        match=r"memory for solve: got 40 GB of memory and about 14 min; allowed: 21.6 GB of what is free\. Crop",
    ):
        require("solve", Cost(40e9, 850.0))
    monkeypatch.setattr(cost, "available_memory", lambda: None)
    require("solve", Cost(1e18))
    with pytest.raises(InvalidInput, match="work: got 'conducton'.*Did you mean 'conduction'"):
        estimate("conducton", 1)


def test_free_memory_is_the_least_that_anyone_leaves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = available_memory()
    assert found is None or found > 1e6
    for name, text in (
        ("info", "MemTotal: 9 kB\nMemAvailable:  5000 kB\n"),
        ("max", "4000000\n"),
        ("used", "1000000\n"),
    ):
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(cost, "_MEMINFO", tmp_path / "info")
    monkeypatch.setattr(cost, "_CGROUPS", ((tmp_path / "max", tmp_path / "used"), (tmp_path / "no", tmp_path / "used")))
    assert available_memory() == 3e6
    (tmp_path / "max").write_text("max\n")
    assert available_memory() == 5000 * 1024.0
