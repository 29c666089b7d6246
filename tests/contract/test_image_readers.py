"""One suite for every image format: a new one joins by a line in `FORMATS`."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.microstructure import Image, Volume, export, read, read_image

pytest.importorskip("tifffile")

PHASES = {0: "pore", 1: "electrolyte", 2: "lithium"}
SIZES = (1e-6, 2e-6, 3e-6)


def the_image(dtype: Any = np.uint8, shape: tuple[int, ...] = (7, 5, 4)) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 3, shape).astype(dtype)


def _tiff(path: Path, image: np.ndarray, **settings: Any) -> Path:
    import tifffile

    tifffile.imwrite(path, np.ascontiguousarray(image.T), **settings)
    return path


def plain_tiff(folder: Path, image: np.ndarray) -> Path:
    return _tiff(folder / "a.tif", image, photometric="minisblack")


def deflated_tiff(folder: Path, image: np.ndarray) -> Path:
    return _tiff(folder / "a.tif", image, photometric="minisblack", compression="zlib")


def big_endian_tiff(folder: Path, image: np.ndarray) -> Path:
    return _tiff(folder / "a.tif", image, photometric="minisblack", byteorder=">")


def pages_apart(folder: Path, image: np.ndarray) -> Path:
    """Other programs put a header between pages."""
    import tifffile

    with tifffile.TiffWriter(folder / "a.tiff") as file:
        for page in np.ascontiguousarray(image.T):
            file.write(page, contiguous=False, metadata=None, photometric="minisblack")
    return folder / "a.tiff"


def ome_tiff(folder: Path, image: np.ndarray) -> Path:
    sizes = {f"PhysicalSize{axis}": size for axis, size in zip("XYZ", (1.0, 2000.0, 3.0), strict=True)}
    metadata = {"axes": "ZYX", **sizes, "PhysicalSizeYUnit": "nm"}
    return _tiff(folder / "a.ome.tif", image, metadata=metadata, photometric="minisblack")


def imagej_tiff(folder: Path, image: np.ndarray) -> Path:
    metadata = {"axes": "ZYX", "spacing": 3.0, "unit": "micron"}
    return _tiff(folder / "a.tif", image, imagej=True, resolution=(1.0, 0.5), metadata=metadata)


def slices(folder: Path, image: np.ndarray) -> Path:
    (folder / "stack").mkdir()
    for index in range(image.shape[2]):
        _tiff(folder / "stack" / f"slice_{index + 8}.tif", image[:, :, index], photometric="minisblack")
    return folder / "stack"


def contiguous_hdf5(folder: Path, image: np.ndarray, **settings: Any) -> Path:
    import h5py

    with h5py.File(folder / "a.h5", "w") as file:
        held = file.create_dataset("scan/image", data=image.T, **settings)
        held.attrs["element_size_um"] = [3.0, 2.0, 1.0]
        file["note"] = np.arange(3)
    return folder / "a.h5"


def compressed_hdf5(folder: Path, image: np.ndarray) -> Path:
    return contiguous_hdf5(folder, image, compression="gzip")


def raw_with_toml(folder: Path, image: np.ndarray) -> Path:
    little = np.ascontiguousarray(image.T, dtype=image.dtype.newbyteorder("<"))
    (folder / "a.raw").write_bytes(b"head" + little.tobytes())
    text = f'shape = {list(image.shape)}\ndtype = "{image.dtype}"\noffset = 4\nvoxel_size = ["1 um", "2 um", "3 um"]\n'
    (folder / "a.toml").write_text(text + 'phases = {0 = "pore", 1 = "electrolyte", 2 = "lithium"}\n')
    return folder / "a.raw"


def metaimage(folder: Path, image: np.ndarray) -> Path:
    kind = {"uint8": "UCHAR", "uint16": "USHORT", "int32": "INT", "float32": "FLOAT"}[image.dtype.name]
    big = np.ascontiguousarray(image.T, dtype=image.dtype.newbyteorder(">"))
    (folder / "a.raw").write_bytes(big.tobytes())
    lines = {
        "ObjectType": "Image", "NDims": 3, "BinaryData": True, "BinaryDataByteOrderMSB": True, "CompressedData": False,
        "ElementSpacing": "1 2 3", "DimSize": " ".join(map(str, image.shape)), "ElementType": f"MET_{kind}",
        "ElementDataFile": "a.raw",
    }  # fmt: skip
    (folder / "a.mhd").write_text("".join(f"{key} = {value}\n" for key, value in lines.items()))
    return folder / "a.mhd"


def nrrd(folder: Path, image: np.ndarray) -> Path:
    kind = {"uint8": "uchar", "uint16": "ushort", "int32": "int", "float32": "float"}[image.dtype.name]
    head = (
        f"NRRD0004\n# a comment\ntype: {kind}\ndimension: 3\nsizes: {' '.join(map(str, image.shape))}\nencoding: raw\n"
        'endian: little\nspace directions: (1,0,0) (0,2,0) (0,0,3)\nspace units: "um" "um" "um"\n\n'
    )
    (folder / "a.nrrd").write_bytes(head.encode() + np.ascontiguousarray(image.T).tobytes())
    return folder / "a.nrrd"


def npy(folder: Path, image: np.ndarray) -> Path:
    np.save(folder / "a.npy", image)
    return folder / "a.npy"


def npz(folder: Path, image: np.ndarray) -> Path:
    np.savez(folder / "a.npz", image=image, other=np.arange(3))
    return folder / "a.npz"


Writer = Callable[[Path, np.ndarray], Path]
FORMATS: list[Writer] = [
    plain_tiff,
    deflated_tiff,
    big_endian_tiff,
    pages_apart,
    ome_tiff,
    imagej_tiff,
    slices,
    contiguous_hdf5,
    compressed_hdf5,
    raw_with_toml,
    metaimage,
    nrrd,
    npy,
    npz,
]
KNOW_SIZES = {ome_tiff, imagej_tiff, contiguous_hdf5, compressed_hdf5, raw_with_toml, nrrd}
READ_AT_ONCE = {deflated_tiff, slices, compressed_hdf5, npz}


@pytest.mark.parametrize("writer", FORMATS)
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int32", "float32"])
def test_every_format_gives_the_same_labels(writer: Writer, dtype: str, tmp_path: Path) -> None:
    if writer is imagej_tiff and dtype == "int32":
        pytest.skip("ImageJ has no such type")
    image = the_image(dtype)
    volume = read(writer(tmp_path, image), SIZES, PHASES)
    assert np.array_equal(volume.labels, image)
    assert volume.voxel_size == pytest.approx(SIZES)
    assert volume.phase_fractions()["lithium"] == np.mean(image == 2)


@pytest.mark.parametrize("writer", FORMATS)
def test_every_format_tells_what_it_knows(writer: Writer, tmp_path: Path) -> None:
    image = read_image(writer(tmp_path, the_image()))
    assert isinstance(image, Image)
    assert image.shape == (7, 5, 4)
    assert image.bit_depth == 8
    assert image.range == (0, 2)
    assert image.source
    assert not image.values.flags.writeable
    if writer in KNOW_SIZES:
        assert image.voxel_size == pytest.approx(SIZES)
    else:
        assert image.voxel_size is None
        with pytest.raises(InvalidInput, match="voxel_size: allowed: a length in m, or one per axis"):
            read(image.source)
    if writer not in READ_AT_ONCE:
        held: Any = image.values
        while held is not None and not isinstance(held, np.memmap):
            held = held.base
        assert held is not None, "not memory-mapped"


@pytest.mark.parametrize("writer", FORMATS)
def test_every_format_can_be_cropped_and_turned(writer: Writer, tmp_path: Path) -> None:
    image = the_image()
    path = writer(tmp_path, image)
    part = read(path, SIZES, PHASES, crop=np.s_[1:5, :, 2:])
    assert np.array_equal(part.labels, image[1:5, :, 2:])
    turned = read(path, SIZES, PHASES, axes="zyx" if path.suffix in (".npy", ".npz") else "xyz").labels
    if writer in (raw_with_toml, metaimage, nrrd):  # their header says how many voxels lie along x, y, z
        assert np.array_equal(turned.ravel(), image.ravel(order="F"))
    else:
        assert np.array_equal(turned, image.T)


def _bytes_of(path: Path) -> Path:
    """The file that holds the voxels."""
    if path.is_dir():
        return sorted(path.iterdir())[1]
    return path.with_suffix(".raw") if path.with_suffix(".raw").exists() else path


@pytest.mark.parametrize("writer", FORMATS)
@pytest.mark.parametrize("kept", [0.5, 0.02, 0.0])
def test_every_format_refuses_a_file_that_is_cut_short(writer: Writer, kept: float, tmp_path: Path) -> None:
    path = writer(tmp_path, the_image(shape=(40, 40, 9)))
    voxels = _bytes_of(path)
    whole = voxels.read_bytes()
    voxels.write_bytes(whole[: int(kept * len(whole))])
    with pytest.raises(InvalidInput, match="allowed: "):
        read(path, SIZES, PHASES)


@pytest.mark.parametrize("writer", [one for one in FORMATS if one is not imagej_tiff])
def test_every_format_refuses_nan(writer: Writer, tmp_path: Path) -> None:
    image = the_image(np.float32)
    image[1, 2, 3] = np.nan
    path = writer(tmp_path, image)
    with pytest.raises(InvalidInput, match=r"1 of 140 voxels are NaN or infinite.*cut a box inside it with crop"):
        read_image(path, SIZES)
    assert read(path, SIZES, PHASES, crop=np.s_[:, 3:]).shape == (7, 2, 4)


@pytest.mark.parametrize("name", ["a.npz", "a.h5", "a.tif"])
def test_what_we_write_is_read_back(name: str, tmp_path: Path) -> None:
    volume = Volume(the_image(), SIZES, PHASES)
    same = read(export.write(volume, tmp_path / name), phases=PHASES)
    assert np.array_equal(same.labels, volume.labels)
    assert same.voxel_size == pytest.approx(volume.voxel_size)


def test_random_bytes_are_never_an_image(tmp_path: Path) -> None:
    junk = np.random.default_rng(3).bytes(5000)
    for suffix in (".tif", ".h5", ".npy", ".npz", ".mhd", ".nrrd", ".toml"):
        path = tmp_path / f"a{suffix}"
        path.write_bytes(junk)
        with pytest.raises(InvalidInput, match="a"):
            read(path, SIZES, PHASES)
    with io.BytesIO() as held:
        np.save(held, np.array([{"code": 1}]), allow_pickle=True)
        (tmp_path / "a.npy").write_bytes(held.getvalue())
    with pytest.raises(InvalidInput, match="a whole NumPy file of numbers"):
        read(tmp_path / "a.npy", SIZES)
