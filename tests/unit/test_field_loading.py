"""Reading fields: lazily, in every way of indexing, and never wrong numbers from a damaged file."""

from __future__ import annotations

import os
from pathlib import Path

import h5py
import numpy as np
import pytest
import xarray as xr

import lisse
from lisse.errors import InvalidInput
from lisse.fields import FIELDS, FieldStore, load_fields, phases_of
from lisse.fields.schema import VOIGT
from resolved_fields import EDGE, PHASES, made_up, polycrystal, saved_run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    saved_run(folder, 20, frames=5)
    return folder


def test_the_public_name_opens_the_run_or_its_folder(run: Path) -> None:
    assert lisse.load_fields is load_fields
    assert load_fields(run).identical(load_fields(str(run / "fields")))


def test_coordinates_units_and_words(run: Path) -> None:
    fields = load_fields(run)
    np.testing.assert_allclose(fields["x"], (np.arange(20) + 0.5) * EDGE)
    np.testing.assert_allclose(fields["x_node"], np.arange(21) * EDGE)
    np.testing.assert_allclose(fields["y_node"], np.arange(20) * EDGE)
    assert fields["voigt"].values.tolist() == list(VOIGT)
    assert fields["component"].values.tolist() == ["x", "y"]
    assert fields["electrode"].values.tolist() == ["working", "counter"]
    assert fields["event"].values.tolist() == ["start", "first crack", "", "", "short"]
    assert {fields[axis].attrs["units"] for axis in ("x", "y", "x_node", "y_node")} == {"m"}
    assert fields["time"].attrs["units"] == "s"
    for name, held in fields.data_vars.items():
        assert held.attrs["units"] == FIELDS[name].unit
        assert held.attrs["long_name"]
    assert phases_of(fields) == PHASES
    assert fields["grain"].dims == ("x", "y")
    assert "z" not in fields.dims


def test_every_way_of_indexing_gives_the_same_numbers(run: Path) -> None:
    stress = load_fields(run)["stress"]
    whole = stress.values
    for key in (
        np.s_[2], np.s_[1:4], np.s_[::-1], np.s_[-1, 5], np.s_[:, 1, ::3, 4], np.s_[3:0:-2, :, ::-4], np.s_[..., 0],
        np.s_[2:2],
    ):  # fmt: skip
        np.testing.assert_array_equal(stress[key].values, whole[key])
    np.testing.assert_array_equal(stress.isel(time=[4, 0], y=[3, 1, 1]).values, whole[[4, 0]][..., [3, 1, 1]])
    picked = stress.isel(x=xr.DataArray([1, 2], dims="p"), y=xr.DataArray([5, 6], dims="p"))
    np.testing.assert_array_equal(picked.transpose("p", ...).values, np.moveaxis(whole[..., [1, 2], [5, 6]], -1, 0))
    near = stress.sel(voigt="xy").sel(time=5.3, method="nearest")
    np.testing.assert_array_equal(near.values, whole[2, 5])


def test_only_what_is_asked_for_is_read_and_no_file_stays_open(tmp_path: Path) -> None:
    saved_run(tmp_path, 16, frames=4)
    before = len(os.listdir("/proc/self/fd"))
    fields = load_fields(tmp_path)
    (tmp_path / "fields" / "000002.nc").write_bytes(b"gone")
    assert np.isfinite(fields["damage"].isel(time=3).values).all()
    assert len(os.listdir("/proc/self/fd")) == before
    with pytest.raises(InvalidInput, match=r"fields file: got .*000002\.nc"):
        _ = fields["damage"].values


def test_a_run_can_be_read_while_it_writes(tmp_path: Path) -> None:
    volume = polycrystal(16)
    store = FieldStore(tmp_path, volume)
    for k in range(3):
        store.save(float(k), made_up(volume, 0.1 * k))
        assert load_fields(tmp_path).sizes["time"] == k + 1


def test_each_file_is_plain_netcdf(run: Path) -> None:
    with xr.open_dataset(run / "fields" / "000003.nc", engine="h5netcdf", decode_times=False) as one:
        held = load_fields(run).isel(time=3)
        assert float(one["time"]) == float(held["time"]) == 7.5
        for name in FIELDS:
            np.testing.assert_array_equal(one[name].values, held[name].values)
        assert one["phase"].attrs["flag_meanings"].split() == list(PHASES.values())


def test_a_file_cut_anywhere_is_named(tmp_path: Path) -> None:
    saved_run(tmp_path, 16, frames=3)
    path = tmp_path / "fields" / "000001.nc"
    content = path.read_bytes()
    for share in (0.0, 0.01, 0.3, 0.7, 0.999):
        path.write_bytes(content[: int(share * len(content))])
        with pytest.raises(InvalidInput, match=r"000001\.nc.*Remove it to open the others"):
            load_fields(tmp_path)
    path.unlink()
    assert load_fields(tmp_path)["time"].values.tolist() == [0.0, 5.0]


def test_a_damaged_block_is_an_error_and_not_a_wrong_number(tmp_path: Path) -> None:
    saved_run(tmp_path, 16, frames=2)
    path = tmp_path / "fields" / "000001.nc"
    with h5py.File(path) as file:
        place = file["stress"].id.get_chunk_info(2)
    content = bytearray(path.read_bytes())
    content[place.byte_offset + place.size // 2] ^= 0x55
    path.write_bytes(content)
    fields = load_fields(tmp_path)
    assert np.isfinite(fields["damage"].values).all()
    with pytest.raises(InvalidInput, match=r"000001\.nc"):
        _ = fields["stress"].values


def test_folders_without_fields_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="There is no such folder"):
        load_fields(tmp_path / "absent")
    with pytest.raises(InvalidInput, match="It holds no saved fields"):
        load_fields(tmp_path)
    xr.Dataset({"a": 1.0}).to_netcdf(tmp_path / "000000.nc", engine="h5netcdf")
    with pytest.raises(InvalidInput, match="a file of the fields of a resolved run"):
        load_fields(tmp_path)


def test_a_later_format_is_refused(tmp_path: Path) -> None:
    saved_run(tmp_path, 16, frames=1)
    with h5py.File(tmp_path / "fields" / "000000.nc", "a") as file:
        file.attrs["lisse_fields_version"] = 2
    with pytest.raises(InvalidInput, match="format of the fields: got 2; allowed: up to 1"):
        load_fields(tmp_path)


def test_two_runs_in_one_folder_are_found_out(tmp_path: Path) -> None:
    saved_run(tmp_path, 16, frames=3)
    other = tmp_path / "other"
    volume = polycrystal(18)
    FieldStore(other, volume).save(9.0, made_up(volume, 0.3))
    (other / "fields" / "000000.nc").rename(tmp_path / "fields" / "000003.nc")
    fields = load_fields(tmp_path)
    with pytest.raises(InvalidInput, match="Two runs share this folder"):
        _ = fields["damage"].values
    (tmp_path / "fields" / "000003.nc").unlink()
    os.rename(tmp_path / "fields" / "000000.nc", tmp_path / "fields" / "000007.nc")
    with pytest.raises(InvalidInput, match="a time after 5 s"):
        load_fields(tmp_path)


def test_the_page_of_the_format_tells_every_field(repository: Path) -> None:
    text = (repository / "docs" / "reference" / "fields.md").read_text(encoding="utf-8")
    rows = {line.split("|")[1].strip(" `"): line for line in text.splitlines() if line.startswith("| `")}
    assert set(rows) == set(FIELDS)
    for name, field in FIELDS.items():
        cells = [cell.strip() for cell in rows[name].split("|")]
        assert (cells[3], cells[4]) == (field.unit, field.dtype)
