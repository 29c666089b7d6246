"""Records: frozen, the same after a round trip through a file, written whole or not at all."""

from __future__ import annotations

import copy
import dataclasses
import errno
import json
import math
import os
import pickle
import signal
import subprocess
import sys
from pathlib import Path
from types import MappingProxyType
from typing import Any

import h5py
import numpy as np
import pytest
import xarray as xr

from lisse.errors import InvalidInput, NotResolved
from lisse.records import (
    COMMON_TRACES,
    VERDICT_MODES,
    Limit,
    Measurement,
    Record,
    Solution,
    Spectrum,
    Verdict,
    atomic_path,
    dataset,
    load_measurement,
    load_solution,
    write_atomically,
)


def a_solution(**changes: Any) -> Solution:
    time = np.linspace(0.0, 10.0, 6)
    data = dataset(
        {
            "voltage": (("time",), np.array([0.0, 1e-3, math.nan, 3e-3, math.inf, -math.inf])),
            "stack_pressure": ((), 3e6),
            "flaw_length": (("interface",), [1e-6, 2e-6]),
        },
        coords={"time": time, "interface": ["working", "counter"]},
    )
    fields: dict[str, Any] = {
        "data": data,
        "inputs": {
            "cell": {"area": 1e-4, "name": "µ", "shape": [1, 2], "nothing": None, "yes": True},
            "limit": math.inf,
        },
        "status": "stopped",
        "status_text": "short at 8 s",
        "warnings": ("temperature outside 20 to 60 °C",),
        "references": ("hatzell2020",),
        "seed": 7,
        "version": "0.1.0",
        "model": "lumped",
        "verdict": Verdict("filament-short", 8.0, 5.0, None, 100.0, 30.0, "working"),
        "limits": (
            Limit("contact-loss", "no creep", math.inf, math.inf, inputs={"pressure": 3e6, "exponent": math.nan}),
            Limit("filament-short", "crack", None, math.nan, False, False, "no flaw", "hatzell2020"),
            Limit("voltage-limit", "window", -math.inf, 0.1),
        ),
        "targets": ({"name": "current", "target": 30.0, "value": math.nan, "met": False},),
        "conservation": {"charge": 1e-12, "lithium": None, "salt": math.nan},
    }
    return Solution(**(fields | changes))


def a_measurement(**changes: Any) -> Measurement:
    columns = {
        "Test Time / s": np.array([0.0, 1.0, 2.0]),
        "Voltage / V": np.array([0.1, math.nan, 0.3]),
        "Cycle Count": np.array([1, 1, 2]),
        "Relaxing": np.array([True, False, True]),
        "Step Name": np.array(["charge", "", "Ruhe µ"], dtype=object),
        "Odd / unit unknown": np.array([0.0, -0.0, 5e-324]),
    }
    data = xr.Dataset({name: ("record", values, {"units": "hours"}) for name, values in columns.items()})
    frequency = np.array([1e6, 1e3, 1e-3])
    impedance = np.array([1.5 - 2j, complex(math.nan, 1.0), complex(math.inf, -math.inf)])
    fields: dict[str, Any] = {
        "data": data,
        "inputs": {"channel": 3},
        "files": ("a/b.mpt", "c.mpt"),
        "instrument": "BioLogic",
        "area": 7.85e-5,
        "spectra": (Spectrum(0.5, frequency, impedance), Spectrum(1.5, np.array([]), np.array([], dtype=complex))),
    }
    return Measurement(**(fields | changes))


RECORDS = {
    "solution": a_solution,
    "bare solution": lambda: Solution(xr.Dataset()),
    "measurement": a_measurement,
    "bare measurement": lambda: Measurement(xr.Dataset()),
}


@pytest.fixture(params=RECORDS.values(), ids=RECORDS.keys())
def record(request: pytest.FixtureRequest) -> Record:
    made: Record = request.param()
    return made


# --- round trip ---------------------------------------------------------------------------------------------------


def test_a_record_comes_back_identical(record: Record, tmp_path: Path) -> None:
    assert record.save(tmp_path / "a.nc") == tmp_path / "a.nc"
    again = type(record).load(tmp_path / "a.nc")
    assert again == record
    assert again.data.identical(record.data)
    for name, variable in record.data.variables.items():
        assert again.data.variables[name].dtype == variable.dtype
    again.save(tmp_path / "b.nc")
    assert type(record).load(tmp_path / "b.nc") == record


def test_infinity_nan_and_none_stay_apart(tmp_path: Path) -> None:
    a_solution().save(tmp_path / "a.nc")
    again = load_solution(tmp_path / "a.nc")
    assert again.limits[0].margin == math.inf
    assert again.limits[1].current_density is None
    assert isinstance(again.limits[1].margin, float)
    assert math.isnan(again.limits[1].margin)
    assert again.limits[2].current_density == -math.inf
    assert math.isnan(again.limits[0].inputs["exponent"])
    assert math.isnan(again.targets[0]["value"])
    assert again.conservation["lithium"] is None
    assert again.inputs["limit"] == math.inf


def test_a_spectrum_keeps_every_bit(tmp_path: Path) -> None:
    made = a_measurement()
    made.save(tmp_path / "a.nc")
    again = load_measurement(tmp_path / "a.nc").spectra[0]
    assert np.array_equal(again.impedance.real, made.spectra[0].impedance.real, equal_nan=True)
    assert np.array_equal(again.impedance.imag, made.spectra[0].impedance.imag, equal_nan=True)
    assert again.impedance[2].real == math.inf


def test_a_unit_that_netcdf_would_decode_stays_a_unit(tmp_path: Path) -> None:
    a_measurement().save(tmp_path / "a.nc")
    found = load_measurement(tmp_path / "a.nc")["Test Time / s"]
    assert found.dtype == float
    assert found.attrs["units"] == "hours"


def test_empty_arrays_come_back(tmp_path: Path) -> None:
    empty = dataset({"voltage": (("time",), []), "stress": (("time", "component"), np.zeros((0, 6)))}, {"time": []})
    Solution(empty).save(tmp_path / "a.nc")
    again = load_solution(tmp_path / "a.nc")
    assert again["voltage"].shape == (0,)
    assert again["stress"].shape == (0, 6)
    assert again.data.identical(empty)


def test_slashes_in_names_of_dimensions_and_attributes_of_the_dataset_survive(tmp_path: Path) -> None:
    data = xr.Dataset({"Voltage / V": ("a/b", [1.0])}, coords={"a/b": [2.0]}, attrs={"title": "x"})
    made = Measurement(data)
    made.save(tmp_path / "a.nc")
    assert load_measurement(tmp_path / "a.nc").data.identical(data)
    assert made.data.attrs == data.attrs == {"title": "x"}


def test_large_metadata_fits(tmp_path: Path) -> None:
    grid = np.linspace(1.0, 1e6, 2000)
    spectra = tuple(Spectrum(float(i), grid, grid + 1j) for i in range(20))
    a_measurement(spectra=spectra).save(tmp_path / "a.nc")
    assert load_measurement(tmp_path / "a.nc").spectra == spectra


def test_the_file_can_be_read_without_lisse(tmp_path: Path) -> None:
    a_solution().save(tmp_path / "a.nc")
    with h5py.File(tmp_path / "a.nc") as file:
        assert file.attrs["lisse_kind"] == "solution"
        meta = json.loads(file.attrs["lisse_record"], parse_constant=pytest.fail)  # strict: no NaN, no Infinity
        assert meta["inputs"]["cell"]["area"] == 1e-4
        assert meta["inputs"]["limit"] == {"$float": "inf"}
        assert file["voltage"].attrs["units"] == "V"
        assert file["voltage"][1] == 1e-3


# --- frozen -------------------------------------------------------------------------------------------------------


def test_arrays_cannot_be_written(record: Record, tmp_path: Path) -> None:
    again = type(record).load(record.save(tmp_path / "a.nc"))
    for made in (record, again, copy.deepcopy(record), pickle.loads(pickle.dumps(record))):
        assert made == record
        for variable in made.data.variables.values():
            values = variable.values
            if values.flags.writeable:  # a fresh copy, as of text that another package holds
                assert not np.shares_memory(values, variable.values)
                values[...] = values[::-1].copy()
        assert made == record


def test_fields_cannot_be_set(record: Record) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        record.status = "completed"


def test_what_was_handed_in_is_neither_shared_nor_frozen() -> None:
    block = np.arange(6.0)
    time = np.arange(3.0)
    column: dict[str, Any] = {"area": [1.0]}
    data = xr.Dataset({"voltage": ("time", block[:3], {"units": "V"})}, coords={"time": time})
    made = Solution(data, inputs=column, conservation=column)
    block[0] = time[0] = 99.0
    data["voltage"][1] = 99.0
    data["voltage"].attrs["units"] = "mV"
    data["extra"] = ("time", time)
    column["area"].append(2.0)
    assert made["voltage"].values.tolist() == [0.0, 1.0, 2.0]
    assert made["time"].values.tolist() == [0.0, 1.0, 2.0]
    assert made["voltage"].attrs == {"units": "V"}
    assert "extra" not in made
    assert made.inputs == made.conservation == {"area": [1.0]}


def test_a_read_only_view_of_a_writable_block_is_copied() -> None:
    block = np.arange(3.0)
    view = block.view()
    view.flags.writeable = False
    made = Solution(xr.Dataset({"voltage": ("time", view)}))
    block[0] = 99.0
    assert made["voltage"].values[0] == 0.0


def test_what_nobody_can_write_is_not_copied_again() -> None:
    made = a_solution()
    again = dataclasses.replace(made, model="analytic")
    assert again["voltage"].values is made["voltage"].values


def test_broadcast_object_and_scalar_arrays_are_taken() -> None:
    columns = {
        "voltage": ("record", np.broadcast_to(1.0, 3)),
        "name": ("record", np.array(["a", "b", "c"], dtype=object)),
        "current": ((), np.float64(2.0)),
        "backwards": ("record", np.arange(3.0)[::-1]),
        "two": (("record", "component"), np.asfortranarray(np.ones((3, 2)))),
    }
    made = Measurement(xr.Dataset(columns))
    assert made["voltage"].values.tolist() == [1.0, 1.0, 1.0]
    assert made["backwards"].values.tolist() == [2.0, 1.0, 0.0]
    assert made["name"].values.tolist() == ["a", "b", "c"]
    assert not any(variable.values.flags.writeable for variable in made.data.variables.values())


def test_a_spectrum_copies_and_freezes() -> None:
    frequency = np.array([1.0, 2.0])
    made = Spectrum(0, frequency, [1, 2])
    frequency[0] = 99.0
    assert made.frequency.tolist() == [1.0, 2.0]
    assert made.impedance.dtype == complex
    for one in (made, pickle.loads(pickle.dumps(made)), copy.deepcopy(made)):
        assert not one.frequency.flags.writeable
        assert one == made


def test_inputs_become_plain_data(tmp_path: Path) -> None:
    given = MappingProxyType({
        "tuple": (1, 2.5),
        "array": np.array([[1.0, math.nan]]),
        "numpy": (np.float32(0.5), np.int64(3), np.bool_(True), np.str_("x")),
        "verdict": Verdict(),
        "path": Path("a") / "b",
        3: "number as key",
    })  # fmt: skip
    made = a_solution(inputs=given)
    assert made.inputs["tuple"] == [1, 2.5]
    assert made.inputs["numpy"] == [0.5, 3, True, "x"]
    assert [type(value) for value in made.inputs["numpy"]] == [float, int, bool, str]
    assert made.inputs["verdict"]["mode"] == "none"
    assert made.inputs["path"] == os.path.join("a", "b")
    assert made.inputs["3"] == "number as key"
    assert load_solution(made.save(tmp_path / "a.nc")) == made


def test_numpy_scalars_in_fields_can_be_saved(tmp_path: Path) -> None:
    limit = Limit("contact-loss", "x", np.float32(0.5), np.float64(1.0), valid=np.bool_(True))
    made = a_solution(limits=(limit,), seed=np.int64(3), verdict=Verdict(time=np.float32(2.0)))
    again = load_solution(made.save(tmp_path / "a.nc"))
    assert again == made
    assert again.seed == 3
    assert again.limits[0].valid is True


# --- equality -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "completed"},
        {"seed": 8},
        {"limits": ()},
        {"inputs": {"limit": math.nan}},
        {"conservation": {"charge": 1e-12, "lithium": 0.0}},
        {"data": dataset({"voltage": (("time",), [0.0])})},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_changed_record_is_not_equal(changes: dict[str, Any]) -> None:
    assert a_solution() == a_solution()
    assert a_solution() != a_solution(**changes)


def test_other_values_in_the_same_arrays_are_not_equal() -> None:
    one, other = (Solution(dataset({"voltage": (("time",), [value])})) for value in (0.0, 1.0))
    assert one != other
    assert one != Measurement(one.data)
    assert one != "text"
    assert a_measurement().spectra[0] != a_measurement().spectra[1]
    assert a_measurement().spectra[0] != "text"


# --- looking things up --------------------------------------------------------------------------------------------


def test_not_resolved_and_unknown_are_told_apart() -> None:
    made = a_solution()
    with pytest.raises(NotResolved, match="void_height: not resolved in this solution; it holds voltage"):
        made["void_height"]
    with pytest.raises(InvalidInput, match="quantity: got 'voltag'.*Did you mean 'voltage'"):
        made["voltag"]
    with pytest.raises(InvalidInput, match=r"Did you mean 'Voltage / V'"):
        a_measurement()["Voltage/V"]
    assert "voltage" in made
    assert "void_height" not in made
    assert 3 not in made


def test_a_solution_lists_what_it_does_not_resolve() -> None:
    missing = a_solution().not_resolved
    assert "voltage" not in missing
    assert "void_height" in missing
    assert set(missing) <= set(COMMON_TRACES)


def test_dataset_adds_units_and_signs() -> None:
    data = a_solution().data
    assert data["voltage"].attrs == {
        "units": "V",
        "long_name": "Cell voltage",
        "sign": "counter minus working electrode",
    }
    assert data["time"].attrs["units"] == "s"
    assert data["interface"].attrs == {}
    with pytest.raises(InvalidInput, match="quantity: got 'voltagge'"):
        dataset({"voltagge": (("time",), [1.0])})


# --- refusals -----------------------------------------------------------------------------------------------------


def test_record_itself_is_only_an_interface() -> None:
    with pytest.raises(TypeError, match="make a Solution or a Measurement"):
        Record(xr.Dataset())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"status": "done"}, "status: got 'done'; allowed: completed, stopped, failed"),
        ({"warnings": "one text"}, r"warnings: got 'one text'; allowed: a tuple, not one text. Write \('one text',\)"),
        ({"inputs": {"cell": {"made": [1, object()]}}}, r"inputs.cell.made\[1\]: got <object.*allowed: plain data"),
        ({"inputs": {"z": 1j}}, "inputs.z: got 1j; allowed: plain data"),
        ({"inputs": {"a": {"$float": "1"}}}, r"inputs.a: got \{'\$float': '1'\}; allowed: plain data"),
        ({"targets": ({"value": {1, 2}},)}, r"targets\[0\].value: got \{1, 2\}; allowed: plain data"),
        ({"data": xr.Dataset({"t": ("x", np.array(["2020-01-01"], "M8[ns]"))})}, r"data\['t'\]: got 'datetime64"),
        ({"data": xr.Dataset({"t": ("x", np.array(["a", None], object))})}, "an array of numbers, true/false or text"),
        ({"data": xr.Dataset({"t": ("x", [1], {"a": None})})}, r"data\['t'\].attrs\['a'\]: allowed: text or a number"),
        ({"data": xr.Dataset({"t": ("x", [1], {"_FillValue": 1})})}, "attrs.'_FillValue'.: got 1"),
    ],
)
def test_what_no_file_could_hold_is_refused_at_once(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        a_solution(**changes)


def test_an_unknown_verdict_mode_gets_a_suggestion() -> None:
    with pytest.raises(InvalidInput, match="verdict mode: got 'contact loss'.*Did you mean 'contact-loss'"):
        Verdict("contact loss")
    assert Verdict().mode == VERDICT_MODES[0]


def test_limit_inputs_must_be_plain() -> None:
    with pytest.raises(InvalidInput, match="limit inputs.pressure: got <object"):
        Limit("contact-loss", "x", 1.0, 1.0, inputs={"pressure": object()})


def test_a_spectrum_needs_two_arrays_of_one_length() -> None:
    with pytest.raises(InvalidInput, match=r"spectrum: got \(\(2,\), \(3,\)\); allowed: two one-dimensional arrays"):
        Spectrum(0.0, np.ones(2), np.ones(3))
    with pytest.raises(InvalidInput, match="two one-dimensional arrays"):
        Spectrum(0.0, np.ones((2, 2)), np.ones((2, 2)))


def a_foreign_file(path: Path) -> None:
    xr.Dataset({"x": ("t", [1.0])}).to_netcdf(path, engine="h5netcdf")


def a_file_of_other_metadata(path: Path) -> None:
    meta = {"inputs": {}, "verdict": {"mode": "none", "colour": "red"}, "limits": []}
    attributes = {"lisse_kind": "solution", "lisse_record": json.dumps(meta)}
    xr.Dataset(attrs=attributes).to_netcdf(path, engine="h5netcdf")


def a_file_of_broken_metadata(path: Path) -> None:
    attributes = {"lisse_kind": "solution", "lisse_record": '{"inputs": '}
    xr.Dataset(attrs=attributes).to_netcdf(path, engine="h5netcdf")


def a_truncated_file(path: Path) -> None:
    a_solution().save(path)
    path.write_bytes(path.read_bytes()[:-2000])


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (lambda path: None, "There is no such file"),
        (lambda path: path.mkdir(), "There is no such file"),
        (lambda path: path.write_text("time,voltage\n0,1\n"), "Reading failed"),
        (lambda path: path.write_bytes(b""), "Reading failed"),
        (a_truncated_file, "Reading failed"),
        (a_foreign_file, "got 'a netCDF file of another origin'"),
        (lambda path: a_measurement().save(path), "got 'measurement'.*Open it with the function for that kind"),
        (a_file_of_other_metadata, "metadata cannot be read.*colour.*Another version"),
        (a_file_of_broken_metadata, "metadata cannot be read"),
    ],
    ids=["absent", "folder", "text", "empty", "truncated", "foreign", "measurement", "other fields", "broken JSON"],
)
def test_a_file_that_is_no_solution_is_refused(write: Any, message: str, tmp_path: Path) -> None:
    path = tmp_path / "a.nc"
    write(path)
    with pytest.raises(InvalidInput, match=message) as caught:
        load_solution(path)
    assert str(path) in str(caught.value)
    assert "a netCDF file written by lisse (solution)" in str(caught.value)


# --- written whole or not at all ----------------------------------------------------------------------------------


def test_text_bytes_and_functions_are_written(tmp_path: Path) -> None:
    path = tmp_path / "a"
    assert write_atomically(path, "µ") == path
    assert path.read_bytes() == "µ".encode()
    write_atomically(str(path), b"\xff")
    assert path.read_bytes() == b"\xff"
    write_atomically(path, lambda temporary: temporary.write_text("function"))
    assert path.read_text() == "function"
    assert list(tmp_path.iterdir()) == [path]


class Broken(Exception):
    pass


def half_then_fail(error: BaseException) -> Any:
    def write(path: Path) -> None:
        path.write_text("half")
        raise error

    return write


@pytest.mark.parametrize("error", [Broken(), KeyboardInterrupt(), OSError(errno.ENOENT, "gone")], ids=repr)
@pytest.mark.parametrize("before", [None, "old"])
def test_a_failing_writer_leaves_everything_as_it_was(error: BaseException, before: str | None, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    if before:
        path.write_text(before)
    with pytest.raises(type(error)):
        write_atomically(path, half_then_fail(error))
    assert [item.name for item in tmp_path.iterdir()] == (["a.txt"] if before else [])
    if before:
        assert path.read_text() == before


def test_a_full_disk_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="output: got '.*a.txt'.*room and permission to write. No space left"):
        write_atomically(tmp_path / "a.txt", half_then_fail(OSError(errno.ENOSPC, "No space left on device")))
    assert list(tmp_path.iterdir()) == []


def test_a_record_that_cannot_be_written_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = a_solution().save(tmp_path / "a.nc")
    before = path.read_bytes()

    def fail(self: xr.Dataset, path: Path, **options: Any) -> None:
        half_then_fail(OSError(errno.EIO, "input/output error"))(path)

    monkeypatch.setattr(xr.Dataset, "to_netcdf", fail)
    with pytest.raises(InvalidInput, match="output: "):
        a_solution(seed=8).save(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


KILLED = """
import sys, time
from pathlib import Path
from lisse.records import atomic_path
with atomic_path(Path(sys.argv[1])) as temporary:
    temporary.write_text("half")
    sys.stdout.write("writing\\n")
    sys.stdout.flush()
    time.sleep(60)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
def test_kill_in_the_middle_of_a_write_leaves_the_old_file_whole(tmp_path: Path) -> None:
    path = a_solution().save(tmp_path / "a.nc")
    with subprocess.Popen([sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "writing\n"
        writer.send_signal(signal.SIGKILL)
        assert writer.wait(timeout=10) == -signal.SIGKILL
    assert load_solution(path) == a_solution()
    (left,) = set(tmp_path.iterdir()) - {path}
    assert left.name.startswith(".a.nc.")
    assert left.suffix == ".part"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("absent/a.nc", "an existing folder with room and permission to write. No such file or directory"),
        ("file/a.nc", "an existing folder .* Not a directory"),
        (".", "the name of a file, new or to be replaced. It is no ordinary file"),
        ("x" * 300, "File name too long"),
    ],
)
def test_an_output_that_cannot_be_is_refused(name: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(InvalidInput, match=message) as caught:
        write_atomically(tmp_path / name, "text")
    assert str(caught.value).startswith("output: got ")
    assert [item.name for item in tmp_path.iterdir()] == ["file"]


def test_a_device_is_never_replaced() -> None:
    with pytest.raises(InvalidInput, match=f"output: got '{os.devnull}'.*no ordinary file"):
        write_atomically(os.devnull, "text")
    assert not Path(os.devnull).is_file()


def test_a_link_is_followed_and_permissions_are_those_of_a_new_file(tmp_path: Path) -> None:
    real, link, plain = tmp_path / "real", tmp_path / "link", tmp_path / "plain"
    plain.write_text("x")
    real.write_text("old")
    link.symlink_to(real)
    write_atomically(link, "new")
    assert link.is_symlink()
    assert real.read_text() == "new"
    assert real.stat().st_mode == plain.stat().st_mode


def test_two_writers_do_not_meet(tmp_path: Path) -> None:
    path = tmp_path / "a"
    with atomic_path(path) as one, atomic_path(path) as other:
        assert one != other
        one.write_text("one")
        other.write_text("other")
    assert path.read_text() == "one"
    assert list(tmp_path.iterdir()) == [path]
