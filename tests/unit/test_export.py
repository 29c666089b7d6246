"""Files for other programs, read back by a parser written from the formats' descriptions, not from our writer."""

from __future__ import annotations

import base64
import sys
import xml.etree.ElementTree as ElementTree
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lisse.errors import InvalidInput, MissingExtra
from lisse.microstructure import Volume, export, read

SHAPE = (40, 30, 20)
PHASES = {0: "pore & <gas>", 1: "electrolyte", 2: "é"}
VTK = {
    "UInt8": np.uint8, "Int32": np.int32, "Int64": np.int64, "UInt16": np.uint16, "Float32": np.float32,
    "Float64": np.float64,
}  # fmt: skip


def a_volume(shape: tuple[int, ...] = SHAPE, **changes: Any) -> Volume:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, shape).astype(np.uint8)
    sizes = (0.5e-6, 0.4e-6, 1e-6)[: len(shape)]
    grains = rng.integers(0, 7, shape).astype(np.int32)
    return Volume(**{"labels": labels, "voxel_size": sizes, "phases": PHASES, "grains": grains, **changes})


def some_fields(shape: tuple[int, ...] = SHAPE) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(1)
    return {
        "potential": rng.random(shape),
        "current density": rng.random((*shape, len(shape))).astype(np.float32),
        "damaged": rng.random(shape) > 0.5,
    }


def vti_arrays(path: Path) -> tuple[ElementTree.Element, dict[str, np.ndarray]]:
    """The image element and its cell arrays, (nx, ny, nz[, 3])."""
    root = ElementTree.parse(path).getroot()
    assert root.attrib == {
        "type": "ImageData", "version": "1.0", "byte_order": "LittleEndian", "header_type": "UInt64",
        "compressor": "vtkZLibDataCompressor",
    }  # fmt: skip
    image = root.find("ImageData")
    assert image is not None
    ends = [int(word) for word in image.attrib["WholeExtent"].split()][1::2]
    piece = image.find("Piece")
    assert piece is not None
    assert piece.attrib["Extent"] == image.attrib["WholeExtent"]
    found = {}
    for array in piece.iterfind("CellData/DataArray"):
        text = (array.text or "").strip()
        count = int(np.frombuffer(base64.b64decode(text[:12])[:8], "<u8")[0])
        table_bytes = 8 * (3 + count)
        table_text = 4 * -(-table_bytes // 3)
        _, block, last, *sizes = np.frombuffer(base64.b64decode(text[:table_text]), "<u8").tolist()
        packed = base64.b64decode(text[table_text:])
        assert len(packed) == sum(sizes)
        parts, place = [], 0
        for size in sizes:
            parts.append(zlib.decompress(packed[place : place + size]))
            place += size
        assert {len(part) for part in parts[:-1]} <= {block}
        assert len(parts[-1]) == (last or block)
        values = np.frombuffer(b"".join(parts), VTK[array.attrib["type"]])
        if int(array.attrib["NumberOfComponents"]) == 3:
            found[array.attrib["Name"]] = values.reshape(*ends[::-1], 3).transpose(2, 1, 0, 3)
        else:
            found[array.attrib["Name"]] = values.reshape(ends[::-1]).transpose(2, 1, 0)
    return image, found


def test_a_vti_file_holds_everything(tmp_path: Path) -> None:
    volume, fields = a_volume(), some_fields()
    image, found = vti_arrays(export.write(volume, tmp_path / "a.vti", fields))
    assert image.attrib["Spacing"] == "0.5 0.4 1"
    assert list(found) == ["phase", "grain", "potential", "current density", "damaged"]
    assert np.array_equal(found["phase"], volume.labels)
    assert np.array_equal(found["grain"], volume.grains)
    for name, values in fields.items():
        assert np.array_equal(found[name], values)
        assert found[name].dtype == (np.uint8 if values.dtype == bool else values.dtype)
    words = {array.attrib["Name"]: bytes(map(int, (array.text or "").split())) for array in image.iter("Array")}
    assert words["phases"].decode().split("\0") == ["0 = pore & <gas>", "1 = electrolyte", "2 = é", ""]
    assert words["length unit"] == b"um\0"


@pytest.mark.parametrize("block", [1, 7, 1000, 24000, 10**6])
def test_blocks_of_any_size_join_again(block: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "_BLOCK", block)
    volume = a_volume((6, 5, 4)) if block < 1000 else a_volume()
    _, found = vti_arrays(export.write_vti(volume, tmp_path / "a.vti", {"x": np.asarray(volume.labels) * 0.5}))
    assert np.array_equal(found["phase"], volume.labels)
    assert np.array_equal(found["x"], volume.labels * 0.5)


def test_a_flat_volume_is_one_voxel_thick(tmp_path: Path) -> None:
    volume, fields = a_volume((5, 4)), some_fields((5, 4))
    image, found = vti_arrays(export.write(volume, tmp_path / "a.vti", fields))
    assert image.attrib["WholeExtent"] == "0 5 0 4 0 1"
    assert np.array_equal(found["phase"][..., 0], volume.labels)
    assert np.array_equal(found["current density"][:, :, 0, :2], fields["current density"])
    assert (found["current density"][..., 2] == 0).all()
    xdmf = xdmf_arrays(export.write(volume, tmp_path / "a.xdmf", fields))
    assert np.array_equal(xdmf["potential"][..., 0], fields["potential"])


def xdmf_arrays(path: Path) -> dict[str, np.ndarray]:
    import h5py

    root = ElementTree.parse(path).getroot()
    grid = root.find("Domain/Grid")
    assert grid is not None
    nodes = [int(word) for word in grid.find("Topology").attrib["Dimensions"].split()]  # type: ignore[union-attr]
    found = {}
    for attribute in grid.iterfind("Attribute"):
        item = attribute.find("DataItem")
        assert item is not None
        assert item.text
        assert attribute.attrib["Center"] == "Cell"
        file, _, name = item.text.strip().partition(":/")
        with h5py.File(path.parent / file, "r") as held:
            values = held[name][()]
        shape = [int(word) for word in item.attrib["Dimensions"].split()]
        assert list(values.shape) == shape
        assert [count + 1 for count in shape[:3]] == nodes
        kinds = {"u1": "UChar", "i4": "Int", "f8": "Float", "f4": "Float"}
        assert item.attrib["NumberType"] == kinds[values.dtype.str[1:]]
        assert int(item.attrib["Precision"]) == values.dtype.itemsize
        assert attribute.attrib["AttributeType"] == ("Vector" if values.ndim == 4 else "Scalar")
        found[attribute.attrib["Name"]] = values.swapaxes(0, 2)
    return found


def test_an_xdmf_file_and_its_hdf5_hold_everything(tmp_path: Path) -> None:
    volume, fields = a_volume(), some_fields()
    path = export.write(volume, tmp_path / "a.xdmf", fields)
    found = xdmf_arrays(path)
    assert np.array_equal(found["phase"], volume.labels)
    assert np.array_equal(found["grain"], volume.grains)
    for name, values in fields.items():
        assert np.array_equal(found[name], values)
    text = path.read_text("utf-8")
    assert ">1 0.4 0.5<" in text  # z, y, x
    assert "0 = pore &amp; &lt;gas&gt;, 1 = electrolyte, 2 = é" in text
    assert sorted(item.name for item in tmp_path.iterdir()) == ["a.xdmf", "a.xdmf.h5"]


@pytest.mark.parametrize("shape", [(5, 4, 3), (5, 4), (5, 4, 1)])
@pytest.mark.parametrize("top", [2, 300])
def test_a_tiff_stack_comes_back_with_its_voxels(shape: tuple[int, ...], top: int, tmp_path: Path) -> None:
    pytest.importorskip("tifffile")
    labels = np.random.default_rng(0).integers(0, 2, shape) * top
    volume = Volume(labels, (0.5e-6, 0.4e-6, 1e-6)[: len(shape)], {0: "pore", top: "electrolyte"})
    path = export.write(volume, tmp_path / "a.tif")
    again = read(path, volume.voxel_size[: 2 if shape[-1] == 1 else 3], volume.phases)
    assert np.array_equal(again.labels.reshape(shape), labels)
    if len(shape) == 3 and shape[-1] > 1:
        assert read(path, phases=volume.phases).voxel_size == pytest.approx(volume.voxel_size, rel=1e-6)


@pytest.mark.parametrize(
    ("name", "fields", "message"),
    [
        ("a.stl", None, r"output: got 'a.stl'; allowed: a name that ends in .vti, .xdmf, .tif, .npz, .h5"),
        ("a.tif", {"x": np.zeros(SHAPE)}, r"fields: got 'x'; allowed: fields in .vti and .xdmf files only"),
        ("a.vti", {"x": np.zeros((2, 2))}, r"field 'x': got 'shape \(2, 2\)'; allowed: \(40, 30, 20\) \(scalars\)"),
        ("a.vti", {"x": np.zeros((*SHAPE, 4))}, "field 'x'"),
        ("a.vti", {"x": np.zeros(SHAPE, complex)}, "field 'x': got 'an array of complex128'; allowed: int8"),
        ("a.vti", {"phase": np.zeros(SHAPE)}, "fields: got 'phase'; allowed: a printed name other than phase, grain"),
        ("a.xdmf", {"a/b": np.zeros(SHAPE)}, "fields: got 'a/b'"),
        ("absent/a.vti", None, "output: .*an existing folder"),
    ],
)
def test_what_cannot_be_written(name: str, fields: Any, message: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=message):
        export.write(a_volume(), tmp_path / name, fields)
    assert list(tmp_path.iterdir()) == []


def test_labels_that_a_tiff_cannot_hold(tmp_path: Path) -> None:
    volume = Volume(np.array([[0, -1]]), 1e-6, {0: "a", -1: "b"})
    with pytest.raises(InvalidInput, match="labels: got '-1 to 0'; allowed: 0 to 65535 in a TIFF stack"):
        export.write(volume, tmp_path / "a.tif")


def test_without_tifffile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tifffile", None)
    with pytest.raises(MissingExtra, match="Writing TIFF needs the package tifffile"):
        export.write(a_volume(), tmp_path / "a.tif")


def test_a_failure_in_the_middle_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = export.write(a_volume(), tmp_path / "a.vti")
    before = path.read_bytes()

    def fail(*_: Any) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr(zlib, "compress", fail)
    with pytest.raises(KeyboardInterrupt):
        export.write(a_volume(), path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
