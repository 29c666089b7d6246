"""Writing fields: what is kept, what is refused, and what a full disk or a killed process leaves behind."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from lisse import load_fields
from lisse.errors import InvalidInput
from lisse.fields import FIELDS, FieldStore
from lisse.fields.schema import saved_files, shape_of
from lisse.microstructure.volume import Volume
from resolved_fields import made_up, polycrystal, saved_run

VOLUME = polycrystal(16)


def saved(folder: Path, **changes: object) -> Path:
    return FieldStore(folder, VOLUME).save(0.0, {**made_up(VOLUME, 0.5), **changes})


@pytest.mark.parametrize(("dimensions", "n"), [(2, 24), (3, 10)])
def test_what_was_saved_comes_back(tmp_path: Path, dimensions: int, n: int) -> None:
    volume = saved_run(tmp_path, n, dimensions, frames=3)
    with load_fields(tmp_path) as fields:
        assert set(fields.data_vars) == set(FIELDS)
        for k in range(3):
            for name, values in made_up(volume, k / 2).items():
                found = fields[name].isel(time=k)
                assert found.dtype == FIELDS[name].dtype
                assert found.shape == shape_of(FIELDS[name], volume.shape)
                exact = FIELDS[name].dtype == "float64"
                np.testing.assert_allclose(found.values, values, rtol=0.0 if exact else 1e-7)
        np.testing.assert_array_equal(fields["grain"].values, volume.grains)
        np.testing.assert_array_equal(fields["phase"].isel(time=1).values, volume.labels)


def test_one_file_for_each_time_and_no_scraps(tmp_path: Path) -> None:
    saved_run(tmp_path, 16, frames=3)
    assert [path.name for path in sorted((tmp_path / "fields").iterdir())] == ["000000.nc", "000001.nc", "000002.nc"]


def test_a_made_store_touches_nothing(tmp_path: Path) -> None:
    store = FieldStore(tmp_path / "run", VOLUME)
    assert store.times == ()
    assert not (tmp_path / "run").exists()


def test_the_same_time_again_replaces_and_keeps_the_event(tmp_path: Path) -> None:
    store = FieldStore(tmp_path, VOLUME)
    store.save(0.0, made_up(VOLUME, 0.1), "start")
    store.save(3.0, made_up(VOLUME, 0.2), "first crack")
    store.save(3.0, made_up(VOLUME, 0.9), "short")
    fields = load_fields(tmp_path)
    assert fields["time"].values.tolist() == [0.0, 3.0]
    assert fields["event"].values.tolist() == ["start", "first crack; short"]
    assert fields["damage"][1].values.sum() == made_up(VOLUME, 0.9)["damage"].sum()


def test_time_does_not_go_back(tmp_path: Path) -> None:
    store = FieldStore(tmp_path, VOLUME)
    store.save(3.0, made_up(VOLUME, 0.2))
    with pytest.raises(InvalidInput, match=r"time: got 2\.0; allowed: 3 s or later\. .*rewind\(\)"):
        store.save(2.0, made_up(VOLUME, 0.2))
    with pytest.raises(InvalidInput, match="finite number of seconds"):
        store.save(float("nan"), made_up(VOLUME, 0.2))


def test_a_second_run_does_not_mix_with_an_old_one(tmp_path: Path) -> None:
    saved_run(tmp_path, 16)
    store = FieldStore(tmp_path, VOLUME)
    with pytest.raises(InvalidInput, match="Call rewind"):
        store.save(0.0, made_up(VOLUME, 0.0))
    assert store.rewind() == 6
    store.save(0.0, made_up(VOLUME, 0.0))
    assert load_fields(tmp_path).sizes["time"] == 1


def test_a_new_start_also_removes_what_cannot_be_read(tmp_path: Path) -> None:
    saved_run(tmp_path, 16, frames=2)
    (tmp_path / "fields" / "000001.nc").write_bytes(b"half")
    store = FieldStore(tmp_path, VOLUME)
    with pytest.raises(InvalidInput, match=r"000001\.nc"):
        store.save(9.0, made_up(VOLUME, 0.0))
    assert store.rewind() == 2
    store.save(0.0, made_up(VOLUME, 0.0))
    assert load_fields(tmp_path).sizes["time"] == 1


def test_a_resumed_run_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    saved_run(tmp_path / "whole", 16)
    saved_run(tmp_path / "cut", 16)
    store = FieldStore(tmp_path / "cut", VOLUME)
    assert store.rewind(6.0) == 3
    assert store.times == (0.0, 2.5, 5.0)
    for k in range(3, 6):
        store.save(2.5 * k, made_up(VOLUME, k / 5), "short" if k == 5 else "")
    assert load_fields(tmp_path / "cut").identical(load_fields(tmp_path / "whole"))


def test_the_names_stay_the_same(tmp_path: Path) -> None:
    store = FieldStore(tmp_path, VOLUME)
    store.save(0.0, made_up(VOLUME, 0.0))
    fewer = {name: values for name, values in made_up(VOLUME, 0.1).items() if name != "stress"}
    for again in (store, FieldStore(tmp_path, VOLUME)):
        with pytest.raises(InvalidInput, match="fields: got 'stress'; allowed: the same names at every time"):
            again.save(1.0, fewer)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"damaged": np.zeros((16, 16))}, "field: got 'damaged'.*Did you mean 'damage'"),
        ({"damage": np.zeros((16, 17))}, r"field 'damage': got 'shape \(16, 17\)'; allowed: \(16, 16\): x, y"),
        ({"displacement": np.zeros((2, 17, 17))}, r"allowed: \(2, 17, 16\): component, x_node, y_node"),
        (
            {"damage": np.full((16, 16), np.nan)},
            "field 'damage': got 'nan at .* and 255 more'; allowed: finite numbers",
        ),
        ({"stress": np.full((6, 16, 16), 1e39)}, "field 'stress': got 'inf at"),
        ({"damage": np.zeros((16, 16), complex)}, "allowed: real numbers"),
        ({"phase": np.full((16, 16), 7)}, r"field 'phase': got \[7\]; allowed: 0 = pore, 1 = electrolyte"),
        ({"phase": np.ones((16, 16))}, "allowed: whole numbers"),
        ({"grain": np.full((16, 16), 2**40)}, "numbers of 32 bits"),
        ({"contact_fraction": np.where(np.eye(2, 16) > 0, np.nan, 1.0)}, "NaN only for a whole electrode"),
    ],
)
def test_what_is_refused(tmp_path: Path, changes: dict[str, np.ndarray], complaint: str) -> None:
    with pytest.raises(InvalidInput, match=complaint):
        saved(tmp_path, **changes)
    assert not (tmp_path / "fields").exists()


def test_an_electrode_without_a_quantity_may_be_left_out(tmp_path: Path) -> None:
    contact = np.stack([np.ones(16), np.full(16, np.nan)])
    saved(tmp_path, contact_fraction=contact)
    np.testing.assert_array_equal(load_fields(tmp_path)["contact_fraction"][0].values, contact)


def test_voxels_must_be_cubes(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="voxel size.*cubes"):
        FieldStore(tmp_path, Volume(np.ones((4, 4), int), (1e-6, 2e-6), {1: "electrolyte"}))


def test_a_full_disk_harms_no_earlier_file(tmp_path: Path) -> None:
    store = FieldStore(tmp_path, VOLUME)
    first = store.save(0.0, made_up(VOLUME, 0.1)).read_bytes()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        with pytest.raises(InvalidInput, match="room and permission to write"):
            store.save(1.0, made_up(VOLUME, 0.2))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [path.read_bytes() for path in (tmp_path / "fields").iterdir()] == [first]
    store.save(1.0, made_up(VOLUME, 0.2))
    assert load_fields(tmp_path).sizes["time"] == 2


ENDLESS = """
import sys
sys.path.insert(0, sys.argv[1])
from resolved_fields import made_up, polycrystal
from lisse.fields import FieldStore
volume = polycrystal(48)
fields = made_up(volume, 0.5)
store = FieldStore(sys.argv[2], volume)
print("ready", flush=True)
for k in range(100_000):
    store.save(float(k), fields)
"""


def test_whatever_a_killed_run_leaves_can_be_read_and_gone_on_with(tmp_path: Path) -> None:
    tests = Path(__file__).resolve().parents[1]
    random = np.random.default_rng(5)
    killed = subprocess.Popen(
        [sys.executable, "-c", ENDLESS, str(tests), str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    with killed:
        assert killed.stdout is not None
        assert killed.stdout.readline() == "ready\n"
        while not saved_files(tmp_path / "fields"):
            time.sleep(0.01)
        time.sleep(float(random.uniform(0.1, 0.3)))
        killed.send_signal(signal.SIGKILL)
    fields = load_fields(tmp_path)
    count = fields.sizes["time"]
    assert fields["time"].values.tolist() == list(map(float, range(count)))
    assert np.isfinite(fields["damage"].values).all()
    (tmp_path / "fields" / ".000099.nc.1234.part").write_bytes(b"half")
    store = FieldStore(tmp_path, polycrystal(48))
    store.rewind(0.0)
    assert [path.name for path in (tmp_path / "fields").iterdir()] == ["000000.nc"]
    store.save(1.0, made_up(polycrystal(48), 0.5))
    assert load_fields(tmp_path).sizes["time"] == 2
