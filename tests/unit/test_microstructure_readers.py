from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lisse.errors import InvalidInput, MissingExtra
from lisse.microstructure import Volume, cost, read, read_image
from lisse.microstructure.readers import Image, image, opening
from lisse.microstructure.readers.tiff import natural_order

TOMO = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "tomo"
PHASES = {0: "pore", 1: "electrolyte"}


def tiff(path: Path, values: np.ndarray, **settings: Any) -> Path:
    tifffile = pytest.importorskip("tifffile")
    tifffile.imwrite(path, values, **{"photometric": "minisblack", **settings})
    return path


needs_scans = pytest.mark.skipif(not TOMO.exists(), reason="the scans (shared/data/tomo) are not beside the repository")


@needs_scans
def test_a_real_scan_in_one_bit_per_voxel() -> None:
    volume = read(TOMO / "SampleData_2Phase_stack_3d_1bit.tif", 1e-6, PHASES)
    assert volume.shape == (100, 100, 100)
    assert volume.phase_fractions()["electrolyte"] == pytest.approx(0.39831, abs=5e-6)
    assert read_image(TOMO / "SampleData_2Phase_stack_3d_1bit.tif").bit_depth == 1
    assert read_image(TOMO / "spheres.tif").range == (0, 1)


@needs_scans
def test_a_real_scan_is_the_same_in_raw_and_hdf5() -> None:
    """It is another sample of the same material than the TIFF: 39.955 % instead of 39.831 %."""
    raw = read(TOMO / "SampleData_2Phase_stack_3d_uint8.raw", 1e-6, PHASES, shape=(100, 100, 100), dtype="uint8")
    hdf5 = read(TOMO / "SampleData_2Phase_3d.hdf5", 1e-6, PHASES)
    assert np.array_equal(raw.labels, hdf5.labels)
    assert raw.phase_fractions()["electrolyte"] == pytest.approx(0.399553)


RESIDENT = Path("/proc/self/statm")


def _resident() -> float:
    return 4096.0 * int(RESIDENT.read_text().split()[1])


def _sparse_raw(folder: Path) -> tuple[Path, dict[str, Any]]:
    with (folder / "a.raw").open("wb") as file:
        file.truncate(1000**3)
    return folder / "a.raw", {"shape": (1000, 1000, 1000), "dtype": "uint8"}


def _sparse_tiff(folder: Path) -> tuple[Path, dict[str, Any]]:
    pytest.importorskip("tifffile").memmap(folder / "a.tif", shape=(1000, 1000, 1000), dtype="uint8")
    return folder / "a.tif", {}


def _sparse_hdf5(folder: Path) -> tuple[Path, dict[str, Any]]:
    import h5py

    with h5py.File(folder / "a.h5", "w") as file:
        file.create_dataset("scan", (1000, 1000, 1000), "uint8")[0, 0, 0] = 0
    return folder / "a.h5", {}


@pytest.mark.skipif(not RESIDENT.exists(), reason="this system does not tell the memory of a process in /proc")
@pytest.mark.parametrize("make", [_sparse_raw, _sparse_tiff, _sparse_hdf5])
def test_a_scan_of_a_gigabyte_opens_at_once(
    make: Callable[[Path], tuple[Path, dict[str, Any]]], tmp_path: Path
) -> None:
    path, options = make(tmp_path)
    assert path.stat().st_size >= 10**9
    if 512 * path.stat().st_blocks > 10**8:
        pytest.skip("this file system has no sparse files")
    before, start = _resident(), time.perf_counter()
    volume = read(path, 1e-6, PHASES, **options)
    assert volume.size == 10**9
    assert volume.labels[500, 3, 999] == 0
    assert time.perf_counter() - start < 1.0
    assert _resident() - before < 100e6
    assert volume.crop(np.s_[:10, :10, :10]).phase_fractions()["pore"] == 1.0


def test_thresholds_and_whole_numbers(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.array([[0.0, 10.0], [20.0, 30.0]], dtype=np.float32))
    assert read(tmp_path / "a.npy", 1e-6, threshold=10.0).labels.tolist() == [[0, 0], [1, 1]]
    assert read(tmp_path / "a.npy", 1e-6, threshold=(5, 25)).labels.tolist() == [[0, 1], [1, 2]]
    labels = read(tmp_path / "a.npy", 1e-6)
    assert labels.labels.dtype == np.int32
    assert labels.phases == {0: "phase 0", 10: "phase 10", 20: "phase 20", 30: "phase 30"}
    np.save(tmp_path / "a.npy", np.array([[0.0, 0.5]]))
    with pytest.raises(
        InvalidInput, match=r"labels: got 'floats from 0 to 0.5'; allowed: whole numbers. These look like"
    ):
        read(tmp_path / "a.npy", 1e-6)


@pytest.mark.parametrize("threshold", [(2, 1), np.nan, [], [[1.0]]])
def test_thresholds_that_make_no_sense(threshold: Any, tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.arange(4).reshape(2, 2))
    with pytest.raises(InvalidInput, match="threshold: "):
        read(tmp_path / "a.npy", 1e-6, threshold=threshold)


def test_one_phase_only_is_a_warning(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.zeros((4, 4), np.uint8))
    with pytest.warns(UserWarning, match="all of it is one phase, 'pore'. Check the threshold") as heard:
        read(tmp_path / "a.npy", 1e-6, PHASES)
    assert heard[0].filename == __file__


def test_grey_values_are_no_labels(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.arange(100, dtype=np.uint8).reshape(10, 10))
    with pytest.raises(InvalidInput, match="labels: got 'more than 16 different values'.*give thresholds"):
        read(tmp_path / "a.npy", 1e-6)
    with pytest.raises(InvalidInput, match=r"a.npy: labels: got '2, 3, .*look like grey values"):
        read(tmp_path / "a.npy", 1e-6, PHASES)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("absent.tif", {}, "image file: got .*a file or folder that exists"),
        ("a.txt", {}, r"image file: got 'a.txt'; allowed: TIFF .*rename a raw file to .raw"),
        ("a.npy", {"shape": (2, 2)}, "shape: allowed: only for raw files"),
        ("a.npy", {"dataset": "x"}, "dataset: got 'x'; allowed: only for HDF5 and .npz files"),
        ("a.npy", {"axes": "xz"}, "axes: got 'xz'; allowed: an order of 'xy'"),
        ("a.npy", {"crop": np.s_[5:]}, "crop: .*Nothing is left of it"),
        ("a.npy", {"crop": 3}, r"crop: got 3; allowed: up to 2 slices within \(3, 2\)"),
        ("a.npy", {"voxel_size": (1e-6,) * 3}, "voxel_size: .*size along every axis"),
        ("a.npz", {}, r"dataset: allowed: one of: a, b"),
        ("a.npz", {"dataset": "c"}, r"dataset: got 'c'; allowed: one of: a, b"),
        ("cube.npy", {}, "an array with 4 axes.*two or three axes"),
        ("complex.npy", {}, "values: got 'an array of complex128'"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_read(
    name: str, options: dict[str, Any], message: str, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("1 2 3")
    np.save(tmp_path / "a.npy", np.zeros((3, 2), int))
    np.save(tmp_path / "cube.npy", np.zeros((3, 2, 2, 2), int))
    np.save(tmp_path / "complex.npy", np.zeros((3, 2), complex))
    np.savez(tmp_path / "a.npz", a=np.zeros((2, 2)), b=np.zeros((2, 2)))
    with pytest.raises(InvalidInput, match=message):
        read_image(tmp_path / name, **options)


def test_one_edge_is_not_enough_where_the_file_says_no_cubes(tmp_path: Path) -> None:
    (tmp_path / "a.raw").write_bytes(bytes(8))
    text = "NDims = 3\nDimSize = 2 2 2\nElementSpacing = 0.5 0.5 2\nElementType = MET_UCHAR\nElementDataFile = a.raw\n"
    (tmp_path / "a.mhd").write_text(text)
    with pytest.raises(InvalidInput, match=r"voxel_size: got 1e-06; allowed: 3 lengths in m, .*\(1 : 1 : 4\)"):
        read(tmp_path / "a.mhd", 1e-6, PHASES)
    with pytest.raises(InvalidInput, match="The header gives lengths without a unit: say the voxel size"):
        read(tmp_path / "a.mhd")
    assert read_image(tmp_path / "a.mhd", (1e-6, 1e-6, 4e-6)).spacing == (0.5, 0.5, 2.0)


class TestTiff:
    def test_printing_resolutions_are_not_believed(self, tmp_path: Path) -> None:
        path = tiff(tmp_path / "a.tif", np.zeros((4, 5), np.uint8), resolution=(72, 72), resolutionunit="INCH")
        assert read_image(path).voxel_size is None

    def test_a_plain_image_tells_its_pixels(self, tmp_path: Path) -> None:
        settings: dict[str, Any] = {"resolution": (20000, 10000), "resolutionunit": "CENTIMETER"}
        path = tiff(tmp_path / "a.tif", np.zeros((4, 5), np.uint8), **settings)
        assert read_image(path).voxel_size == pytest.approx((0.5e-6, 1e-6))
        assert read_image(path).shape == (5, 4)

    def test_a_plain_stack_does_not_tell_its_slices(self, tmp_path: Path) -> None:
        settings: dict[str, Any] = {"resolution": (20000, 20000), "resolutionunit": "CENTIMETER"}
        path = tiff(tmp_path / "a.tif", np.zeros((3, 4, 5), np.uint8), **settings)
        with pytest.raises(InvalidInput, match=r"pixels are 0.5 um but not how far apart slices are: say all edges"):
            read(path, phases=PHASES)

    @pytest.mark.parametrize(
        ("metadata", "size"),
        [
            ({"axes": "ZYX", "unit": "nm", "spacing": 500.0}, (1e-9, 1e-9, 5e-7)),
            ({"axes": "ZYX", "unit": "pixel", "spacing": 1.0}, None),
            ({"axes": "ZYX", "unit": "parsnip", "spacing": 1.0}, None),
            ({"axes": "ZYX", "unit": "um"}, None),
        ],
    )
    def test_imagej_units(self, metadata: dict[str, Any], size: Any, tmp_path: Path) -> None:
        tifffile = pytest.importorskip("tifffile")
        tifffile.imwrite(
            tmp_path / "a.tif", np.zeros((3, 4, 5), np.uint8), imagej=True, resolution=(1.0, 1.0), metadata=metadata
        )
        found = read_image(tmp_path / "a.tif").voxel_size
        assert found == (None if size is None else pytest.approx(size))

    def test_ome_without_all_sizes(self, tmp_path: Path) -> None:
        sizes = {"axes": "ZYX", "PhysicalSizeX": 0.5, "PhysicalSizeY": 0.25}
        path = tiff(tmp_path / "a.ome.tif", np.zeros((3, 4, 5), np.uint8), metadata=sizes)
        with pytest.raises(InvalidInput, match="pixels are their own size but not how far apart slices are"):
            read(path)

    @pytest.mark.parametrize(
        ("values", "settings", "message"),
        [
            (np.zeros((8, 9, 3), np.uint8), {"photometric": "rgb"}, r"colour \(YXS"),
            (np.zeros((2, 3, 8, 9), np.uint8), {"metadata": {"axes": "TZYX"}}, "one stack of slices"),
            (
                np.zeros((2, 8, 9), np.uint8),
                {"metadata": {"axes": "CYX"}, "ome": True},
                "Save one channel and one time",
            ),
        ],
    )
    def test_more_than_one_grey_stack(
        self, values: np.ndarray, settings: dict[str, Any], message: str, tmp_path: Path
    ) -> None:
        with pytest.raises(InvalidInput, match=message):
            read_image(tiff(tmp_path / "a.tif", values, **settings))

    def test_two_images_in_one_file(self, tmp_path: Path) -> None:
        tifffile = pytest.importorskip("tifffile")
        with tifffile.TiffWriter(tmp_path / "a.tif") as file:
            for shape in ((4, 5), (6, 7)):
                file.write(np.zeros(shape, np.uint8), photometric="minisblack")
        with pytest.raises(InvalidInput, match=r"2 images of shapes \(4, 5\), \(6, 7\)"):
            read_image(tmp_path / "a.tif")

    def test_a_cut_file_says_how_much_is_there(self, tmp_path: Path) -> None:
        path = tiff(tmp_path / "a.tif", np.zeros((10, 40, 40), np.uint8))
        path.write_bytes(path.read_bytes()[:9000])
        with pytest.raises(
            InvalidInput,
            match=r"got '9000 bytes'; allowed: 16\d+ bytes. It is cut short: 5 of 10 pages are whole. Copy it again",
        ):
            read_image(path)

    @pytest.mark.parametrize("settings", [{}, {"compression": "zlib"}, {"bigtiff": True}, {"ome": True}])
    def test_a_file_cut_anywhere_is_refused(self, settings: dict[str, Any], tmp_path: Path) -> None:
        """In its header, between its directories, within a page: a complaint, without words of the library.

        Only where all values are there, and nothing but their index is cut, may the file be read.
        """
        tifffile = pytest.importorskip("tifffile")
        path = tmp_path / "a.tif"
        values = np.random.default_rng(0).integers(0, 2, (4, 12, 12), dtype=np.uint8)
        tifffile.imwrite(path, values, photometric="minisblack", **settings)
        whole = path.read_bytes()
        refused: list[str] = []
        for length in (*range(24), *range(24, len(whole), 37)):
            path.write_bytes(whole[:length])
            try:
                found = read_image(path)
            except InvalidInput as error:
                refused.append(str(error))
                continue
            assert length > values.size
            assert np.array_equal(found.values, values.transpose(2, 1, 0))
        assert len(refused) > 24 + 0.8 * len(range(24, len(whole), 37))
        assert not any("tifffile" in text or "unpack" in text for text in refused)

    def test_without_tifffile(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = tiff(tmp_path / "a.tif", np.zeros((4, 5), np.uint8))
        monkeypatch.setitem(sys.modules, "tifffile", None)
        with pytest.raises(MissingExtra, match=r"Reading TIFF needs the package tifffile.*lisse\[image\]"):
            read_image(path)

    def test_too_large_for_the_memory(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = tiff(tmp_path / "a.tif", np.zeros((100, 100, 100), np.uint8), compression="zlib")
        monkeypatch.setattr(cost, "available_memory", lambda: 1e6)
        with pytest.raises(
            InvalidInput, match=r"memory for .*a.tif: got 1.2 MB of memory; allowed: 900 kB .* uncompressed"
        ):
            read_image(path)


class TestFolder:
    def test_slices_are_counted_as_people_do(self, tmp_path: Path) -> None:
        for number in (1, 2, 9, 10, 11):
            (tmp_path / f"b{number}.tif").touch()
        names = [path.name for path in natural_order(tmp_path.iterdir())]
        assert names == ["b1.tif", "b2.tif", "b9.tif", "b10.tif", "b11.tif"]

    def test_progress_is_told(self, tmp_path: Path) -> None:
        for number in range(3):
            tiff(tmp_path / f"b{number}.tif", np.full((4, 5), number, np.uint8))
        told: list[tuple[float, str]] = []
        found = read_image(tmp_path, progress=lambda share, words: told.append((share, words)))
        assert found.values[0, 0].tolist() == [0, 1, 2]
        assert told[-1] == (1.0, "slice 3 of 3")

    @pytest.mark.parametrize(
        ("files", "message"),
        [
            ({}, "a folder of slices named .tif or .tiff. It holds none"),
            (
                {"a1.tif": (4, 5), "a2.tif": (4, 6)},
                r"a2.tif: slice: got '\(4, 6\) uint8'; allowed: \(4, 5\) uint8 as a1",
            ),
            ({"a1.tif": (4, 5), "a2.tif": (4, 5), "a4.tif": (4, 5)}, "no slice 3 after 2"),
            ({"a1.tif": (2, 4, 5)}, "one slice per file"),
        ],
    )
    def test_folders_that_are_no_stack(self, files: dict[str, tuple[int, ...]], message: str, tmp_path: Path) -> None:
        for name, shape in files.items():
            tiff(tmp_path / name, np.zeros(shape, np.uint8))
        with pytest.raises(InvalidInput, match=message):
            read_image(tmp_path)


class TestHdf5:
    @staticmethod
    def write(path: Path, **attributes: Any) -> Path:
        import h5py

        with h5py.File(path, "w") as file:
            file["one"] = np.zeros((3, 4, 5), np.uint8)
            file["group/two"] = np.ones((3, 4, 5), np.uint8)
            file["one"].attrs.update(attributes)
        return path

    def test_several_images_are_listed(self, tmp_path: Path) -> None:
        path = self.write(tmp_path / "a.h5")
        with pytest.raises(InvalidInput, match=r"dataset: allowed: group/two \(3, 4, 5\), one \(3, 4, 5\).*choose one"):
            read_image(path)
        with pytest.raises(InvalidInput, match="dataset: got 'on'.*Did you mean 'one'"):
            read_image(path, dataset="on")
        assert read_image(path, dataset="/group/two").range == (1, 1)

    @pytest.mark.parametrize(
        ("attributes", "size"),
        [
            ({"element_size_um": [3.0, 2.0, 1.0]}, (1e-6, 2e-6, 3e-6)),
            ({"voxel_size": 0.5, "unit": "um"}, (0.5e-6,) * 3),
            ({"spacing": [1.0, 1.0, 1.0]}, None),
        ],
    )
    def test_attributes_tell_the_size(self, attributes: dict[str, Any], size: Any, tmp_path: Path) -> None:
        found = read_image(self.write(tmp_path / "a.h5", **attributes), dataset="one").voxel_size
        assert found == (None if size is None else pytest.approx(size))

    def test_attributes_that_make_no_sense(self, tmp_path: Path) -> None:
        path = self.write(tmp_path / "a.h5", voxel_size=[1.0, -1.0, 1.0], unit="um")
        with pytest.raises(InvalidInput, match="attribute voxel_size: .*3 lengths above 0"):
            read_image(path, dataset="one")

    def test_axes_of_one_are_dropped(self, tmp_path: Path) -> None:
        import h5py

        with h5py.File(tmp_path / "a.h5", "w") as file:
            file["scan"] = np.arange(60, dtype=np.uint8).reshape(1, 3, 4, 5, 1)
            file["scan"].attrs["element_size_um"] = [9.0, 3.0, 2.0, 1.0, 9.0]
        found = read_image(tmp_path / "a.h5")
        assert found.shape == (5, 4, 3)
        assert found.voxel_size == pytest.approx((1e-6, 2e-6, 3e-6))


class TestRaw:
    @staticmethod
    def write(path: Path, size: int = 1000) -> Path:
        path.write_bytes(bytes(size))
        return path

    @pytest.mark.parametrize(
        ("size", "options", "message"),
        [
            (
                1000,
                {},
                "shape and dtype of a raw file: .*1000 bytes: 10 x 10 x 10 of 1 byte, or 5 x 5 x 5 of 8 bytes would",
            ),
            (1001, {}, "no cube of 1, 2, 4 or 8 bytes per voxel"),
            (1000, {"shape": (10, 10, 10)}, "dtype of a raw file"),
            (
                2000,
                {"shape": (10, 10, 10), "dtype": "uint8"},
                "got '2000 bytes'; allowed: 1000 bytes, for 10 x 10 x 10 ",
            ),
            (
                2000,
                {"shape": (10, 10, 10), "dtype": "uint8"},
                "this shape with 2 bytes per voxel, or shape 10 x 10 x 20",
            ),
            (1512, {"shape": (10, 10, 10), "dtype": "uint8"}, "What would fit: offset 512"),
            (900, {"shape": (10, 10, 10), "dtype": "uint8"}, "fit: shape 10 x 10 x 9"),
            (1000, {"shape": (10, 100), "dtype": "unit8"}, "dtype: got 'unit8'.*Did you mean 'uint8'"),
            (1000, {"shape": 10, "dtype": "uint8"}, "shape: got 10; allowed: two or three numbers of voxels"),
            (1000, {"shape": (10, 10, -10), "dtype": "uint8"}, "shape: "),
            (1000, {"shape": (10, 10, 10), "dtype": "uint8", "byte_order": "middle"}, "byte_order: .*little or big"),
            (1000, {"shape": (10, 10, 10), "dtype": "uint8", "offset": -3}, "offset: got -3; allowed: 0 or more bytes"),
        ],
    )
    def test_what_does_not_fit(self, size: int, options: dict[str, Any], message: str, tmp_path: Path) -> None:
        with pytest.raises(InvalidInput, match=message):
            read_image(self.write(tmp_path / "a.raw", size), **options)

    @pytest.mark.parametrize(
        ("name", "text", "message"),
        [
            ("a.toml", "shpe = [10, 10, 10]", "a.toml: shpe: .*Did you mean 'shape'"),
            ("a.toml", "shape = [", "a.toml: header: .*TOML"),
            ("a.toml", 'shape = [10, 10, 10]\ndtype = "uint8"\nvoxel_size = "1 kg"', "voxel_size: got '1 kg'"),
            ("a.toml", 'shape = [10, 10, 10]\ndtype = "uint8"\nphases = {a = "b"}', "phases: "),
            ("a.mhd", "DimSize = 10 10 10\nElementType = MET_UCHAR\nElementDataFile = b.raw", "data: got 'b.raw'"),
            ("a.mhd", "DimSize = ten\nElementType = MET_UCHAR\nElementDataFile = a.raw", "DimSize: got 'ten'"),
            (
                "a.mhd",
                "DimSize = 10 10 10\nElementType = MET_BLOB\nElementDataFile = a.raw",
                "ElementType: got 'MET_BLOB'",
            ),
            (
                "a.mhd",
                "CompressedData = True\nElementDataFile = a.raw",
                "encoding: got 'compressed data'; allowed: raw",
            ),
            ("a.nhdr", "type: uchar\n", "NRRD, which begins with the line NRRD0004"),
            ("a.nhdr", "NRRD0005\nencoding: gzip\n", "encoding: got 'compressed data'"),
            ("a.nhdr", "NRRD0005\ntype: block\nsizes: 10 10 10\nencoding: raw\n", "type: got 'block'"),
        ],
    )
    def test_headers_that_make_no_sense(self, name: str, text: str, message: str, tmp_path: Path) -> None:
        self.write(tmp_path / "a.raw")
        (tmp_path / name).write_text(text)
        with pytest.raises(InvalidInput, match=message):
            read_image(tmp_path / name)

    def test_a_header_beside_and_what_the_user_says(self, tmp_path: Path) -> None:
        (tmp_path / "a.raw").write_bytes(np.arange(12, dtype=">u2").tobytes())
        (tmp_path / "a.raw.toml").write_text('shape = [3, 2, 2]\ndtype = "uint16"\n')
        assert read_image(tmp_path / "a.raw").values[1, 0, 0] == 256
        big = read_image(tmp_path / "a.raw", byte_order="big")
        assert big.values[:, 0, 0].tolist() == [0, 1, 2]  # x runs fastest
        slow = read_image(tmp_path / "a.raw", byte_order="big", axes="xyz")
        assert slow.values[0, 0].tolist() == [0, 1]
        assert read_image(tmp_path / "a.raw.toml").shape == (3, 2, 2)

    @pytest.mark.parametrize("skip", ["byte skip: -1\n", ""])
    def test_data_behind_an_nrrd_header(self, skip: str, tmp_path: Path) -> None:
        head = f"NRRD0004\ntype: uchar\ndimension: 2\nsizes: 3 2\nencoding: raw\nspacings: 1 1\n{skip}\n"
        (tmp_path / "a.nrrd").write_bytes(head.encode() + bytes(range(6)))
        found = read_image(tmp_path / "a.nrrd")
        assert found.values.tolist() == [[0, 3], [1, 4], [2, 5]]
        assert found.spacing == (1.0, 1.0)

    def test_data_behind_a_metaimage_header(self, tmp_path: Path) -> None:
        head = "NDims = 2\nDimSize = 3 2\nElementType = MET_UCHAR\nElementDataFile = LOCAL\n"
        (tmp_path / "a.mha").write_bytes(head.encode() + bytes(range(6)))
        assert read_image(tmp_path / "a.mha").values.tolist() == [[0, 3], [1, 4], [2, 5]]


def test_a_saved_volume_is_known_again(tmp_path: Path) -> None:
    volume = Volume(np.array([[0, 1], [1, 1]]), 1e-6, PHASES, grains=np.array([[0, 1], [2, 3]]))
    for name in ("a.npz", "a.h5"):
        same = read(volume.save(tmp_path / name))
        assert same.grain_count == 3
        assert read(tmp_path / name, voxel_size=2e-6, crop=np.s_[1:]).extent == (2e-6, 4e-6)
        with pytest.raises(InvalidInput, match="threshold, axes: allowed: nothing: a saved volume is complete"):
            read(tmp_path / name, threshold=3, axes="zyx")


def test_an_image_checks_huge_floats_when_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image, "CHECKED_AT_ONCE", 3)
    held = Image(np.full((2, 2), np.inf))
    with pytest.raises(InvalidInput, match="4 of 4 voxels are NaN or infinite"):
        held.check()
    assert "made in memory" in repr(held)
    monkeypatch.setattr(opening, "CHECKED_AT_ONCE", 3)
    with pytest.raises(InvalidInput, match="none of them empty"):
        Image(np.zeros(3))
