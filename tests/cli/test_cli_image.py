from __future__ import annotations

import csv
import importlib.util
import json
import re
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from lisse import microstructure
from lisse.cli.main import main
from lisse.microstructure import Volume, read
from lisse.microstructure.cost import Cost

SHAPE = (12, 10, 8)
READ = ["--voxel-size", "0.5 um", "--phases", "0=pore,1=electrolyte"]


@pytest.fixture(autouse=True)
def small_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bodies of few pixels: what is in them is tested with the scene."""
    monkeypatch.setattr("lisse.report.image_scene.WIDTH", 90)


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    labels = np.random.default_rng(0).random(SHAPE) > 0.2
    np.save(tmp_path / "scan.npy", labels.astype(np.uint8))
    return tmp_path / "scan.npy"


@pytest.fixture
def grey(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    values = np.where(rng.random(SHAPE) > 0.3, 180.0, 60.0) + rng.normal(scale=8.0, size=SHAPE)
    np.save(tmp_path / "grey.npy", values.astype(np.uint8))
    return tmp_path / "grey.npy"


@pytest.fixture
def cell(tmp_path: Path) -> Path:
    """Lithium, a layer with a hole in its middle, electrolyte."""
    labels = np.full((8, 10, 10), 2, np.uint8)
    labels[:2] = 1
    labels[2] = 0
    labels[2, 4:6, 3:6] = 1
    Volume(labels, 1e-6, {0: "void", 1: "lithium", 2: "electrolyte"}).save(tmp_path / "cell.npz")
    return tmp_path / "cell.npz"


def refused(arguments: list[Any], capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["image", *map(str, arguments)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    return err


class TestDescribe:
    def test_writes_numbers_and_a_picture(self, scan: Path, capsys: pytest.CaptureFixture[str]) -> None:
        folder = scan.parent / "out"
        options = ["--parts", "surface", "--export", str(scan.parent / "a.vti"), "-o", str(folder)]
        assert main(["image", "describe", str(scan), *READ, *options]) == 0
        out = capsys.readouterr().out
        assert "electrolyte" in out
        assert out.endswith(f"written: {folder / 'report.html'}\n")
        content = json.loads((folder / "description.json").read_text())
        labels = np.load(scan)
        assert content["phase_fractions"] == pytest.approx({"pore": np.mean(labels == 0), "electrolyte": labels.mean()})
        assert content["voxel_size"] == [0.5e-6] * 3
        assert content["surface"]["pore"]["area_per_volume"] > 0.0
        with (folder / "description.csv").open() as file:
            rows = list(csv.DictReader(file))
        assert {row["part"] for row in rows} == {"phases", "surface"}
        assert (scan.parent / "a.vti").exists()

    def test_json_alone_and_the_usual_folder(self, scan: Path, capsys: pytest.CaptureFixture[str]) -> None:
        arguments = ["image", "describe", str(scan), *READ, "--parts", "surface", "--json", "--crop", "0:4,:,2:"]
        assert main(arguments) == 0
        assert json.loads(capsys.readouterr().out)["shape"] == [4, 10, 6]
        assert (scan.parent / "results" / "scan-description" / "description.json").exists()

    def test_the_report_is_one_page_without_a_network(self, scan: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["image", "describe", str(scan), *READ, "-o", str(scan.parent / "out")]) == 0
        page = (scan.parent / "out" / "report.html").read_text()
        for words in (
            "scan.npy",
            "12 × 10 × 8 voxels of 0.5 µm",
            "6 × 5 × 4".replace(" ", ""),
            "Two-point correlation",
        ):
            assert words in page
        assert page.count("data:image/png;base64,") > 8
        assert not re.search(r"""(src|href)=["']?(https?:|//)|<script|<link|@import|url\((?!#)""", page)

    def test_a_raw_file_needs_its_layout(self, scan: Path, capsys: pytest.CaptureFixture[str]) -> None:
        raw = scan.with_suffix(".raw")
        raw.write_bytes(np.load(scan).T.tobytes())
        layout = ["--shape", "12 x 10 x 8", "--dtype", "uint8"]
        assert main(["image", "describe", str(raw), *READ, *layout, "--parts", "surface", "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["shape"] == list(SHAPE)
        assert "shape and dtype of a raw file" in refused(["describe", raw, *READ], capsys)

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            (["--phases", "0=pore"], "--voxel-size|voxel_size"),
            (["--voxel-size", "0.5"], "--voxel-size: got '0.5'"),
            (["--voxel-size", "0.5 um", "--phases", "0=pore"], "labels: got '1'; allowed: labels of the phase table"),
            (["--voxel-size", "0.5 um", "--phases", "pore"], "--phases: got 'pore'; allowed: NAME=VALUE"),
            (["--voxel-size", "0.5 um", "--phases", "a=pore"], "--phases: got 'a=pore'; allowed: numbers with names"),
            (["--voxel-size", "0.5 um", "--phases", "0=a,0=b"], "'0' is there twice"),
            ([*READ, "--axis", "q"], "--axis: got 'q'; allowed: x, y, z"),
            ([*READ, "--crop", "0-5"], "--crop: got '0-5'"),
            ([*READ, "--shape", "axb"], "--shape: got 'axb'"),
            ([*READ, "--threshold", "high"], "--threshold: got 'high'; allowed: a number"),
            ([*READ, "--interface", "pore"], "--interface: got 'pore'; allowed: two phases"),
            ([*READ, "--parts", "sise"], "sise"),
            ([*READ, "--voxelsize", "1 um"], "Did you mean '--voxel-size'"),
        ],
    )
    def test_bad_input(self, options: list[str], message: str, scan: Path, capsys: pytest.CaptureFixture[str]) -> None:
        error = refused(["describe", scan, *options], capsys)
        assert any(part in error for part in message.split("|")), error
        assert not (scan.parent / "results").exists()

    def test_a_need_beyond_the_memory_is_said_first(
        self, scan: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("lisse.microstructure.cost.available_memory", lambda: 1e9)
        monkeypatch.setattr("lisse.microstructure.cost.estimate", lambda *_: Cost(40e9, 3600.0))
        error = refused(["describe", scan, *READ], capsys)
        assert "got 40 GB of memory and about 60 min; allowed: 900 MB of what is free. Crop the volume" in error


class TestSegment:
    def test_cuts_and_tells_the_doubt(self, grey: Path, capsys: pytest.CaptureFixture[str]) -> None:
        folder, export = grey.parent / "out", grey.parent / "labels.npz"
        options = ["--phases", "pore, electrolyte", "--voxel-size", "1 um, 1 um, 2 um", "-o", str(folder)]
        assert main(["image", "segment", str(grey), *options, "--export", str(export)]) == 0
        assert "over the doubt in the threshold" in capsys.readouterr().out
        content = json.loads((folder / "segmentation.json").read_text())
        assert 90.0 < content["thresholds"][0] < 150.0
        shares = [content[f"phase_fractions{end}"]["pore"] for end in ("_low", "", "_high")]
        assert shares == sorted(shares)
        volume = read(folder / "volume.h5")
        assert volume.voxel_size == (1e-6, 1e-6, 2e-6)
        assert np.array_equal(volume.labels, np.load(grey) > content["thresholds"][0])
        assert np.array_equal(read(export).labels, volume.labels)

    def test_a_given_threshold_and_a_filter(self, grey: Path, capsys: pytest.CaptureFixture[str]) -> None:
        options = ["--threshold", "100", "--voxel-size", "1 um", "--median", "1", "--json"]
        assert main(["image", "segment", str(grey), *options]) == 0
        content = json.loads(capsys.readouterr().out)
        assert content["thresholds"] == [100.0]
        assert content["phases"] == {"0": "pore", "1": "solid"}

    def test_a_size_is_needed(self, grey: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert "--voxel-size: allowed: a length" in refused(["segment", grey], capsys)


def solved(calls: list[dict[str, Any]], **changes: Any) -> Any:
    """A stand-in for the solver that keeps what it was asked."""

    def effective_conductivity(volume: Volume, conductivities: Any, **options: Any) -> Any:
        calls.append({"conductivities": conductivities, **options})
        current = np.zeros((*volume.shape, volume.dimensions))
        current[..., options["axis"] or 0] = volume.labels
        parts = {
            "value": 0.02, "tensor": None, "tortuosity": 1.5, "iterations": 9, "residual": 1e-9,
            "potential": np.zeros(volume.shape), "current": current,
        }  # fmt: skip
        return SimpleNamespace(**(parts | changes))

    return effective_conductivity


class TestConductivity:
    SIGMA = ("--conductivity", "electrolyte=0.46 mS/cm")

    def test_asks_the_solver_and_writes(
        self, scan: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        calls: list[dict[str, Any]] = []
        monkeypatch.setitem(vars(microstructure), "effective_conductivity", solved(calls))
        folder = scan.parent / "out"
        options = [
            "--grain-boundary-resistance",
            "10 ohm cm^2",
            "--axis",
            "y",
            "--sides",
            "periodic",
            "-o",
            str(folder),
        ]
        fields = ["--fields", str(scan.parent / "a.xdmf")]
        assert main(["image", "conductivity", str(scan), *READ, *self.SIGMA, *options, *fields]) == 0
        assert calls == [
            {
                "conductivities": {"electrolyte": pytest.approx(0.046), "pore": 0.0},
                "axis": 1,
                "grain_boundary_resistance": pytest.approx(1e-3),
                "sides": "periodic",
                "tolerance": 1e-8,
            }
        ]
        out = capsys.readouterr().out
        assert "effective conductivity along y: 0.02 S/m (0.2 mS/cm)\ntortuosity: 1.5\n" in out
        content = json.loads((folder / "conductivity.json").read_text())
        assert (content["value"], content["tortuosity"], content["iterations"]) == (0.02, 1.5, 9)
        labels = np.load(scan)
        assert content["largest_current_over_mean"] == pytest.approx(1.0 / labels.mean())
        assert len(content["hottest_voxel"]) == 3
        assert (folder / "current.png").read_bytes().startswith(b"\x89PNG")
        assert (scan.parent / "a.xdmf.h5").exists()

    def test_a_blocked_path_has_no_tortuosity(
        self, scan: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        blocked = solved([], value=0.0, tortuosity=np.inf, residual=0.0)
        monkeypatch.setitem(vars(microstructure), "effective_conductivity", blocked)
        arguments = ["image", "conductivity", str(scan), *READ, *self.SIGMA]
        assert main([*arguments, "--json"]) == 0
        content = json.loads(capsys.readouterr().out)
        assert content["value"] == 0.0
        assert content["tortuosity"] is None
        assert main(arguments) == 0
        assert "0, no conducting path reaches from one face to the other" in capsys.readouterr().out

    def test_all_axes_give_a_tensor(
        self, scan: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        calls: list[dict[str, Any]] = []
        tensor = solved(calls, value=None, tensor=np.eye(3), tortuosity=1.0, iterations=6)
        monkeypatch.setitem(vars(microstructure), "effective_conductivity", tensor)
        arguments = ["image", "conductivity", str(scan), *READ, *self.SIGMA, "--axis", "all"]
        assert main(arguments) == 0
        assert calls[0]["axis"] is None
        assert "effective conductivity tensor / S/m" in capsys.readouterr().out
        assert main([*arguments, "--json"]) == 0
        content = json.loads(capsys.readouterr().out)
        assert content["tensor"] == np.eye(3).tolist()
        assert content["iterations"] == 6

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ([], "--conductivity: allowed: a value for every phase"),
            (["--conductivity", "pore=0 S/m"], "'electrolyte' is missing; say electrolyte=0 S/m if it insulates"),
            (["--conductivity", "electrolite=1 S/m"], "Did you mean 'electrolyte'"),
            (["--conductivity", "electrolyte=1"], "--conductivity electrolyte: got '1'"),
            ([*SIGMA, "--grain-boundary-resistance", "10 ohm"], "--grain-boundary-resistance: got '10 ohm'"),
            (
                [*SIGMA, "--axis", "all", "--fields", "a.vti"],
                "--fields: got 'a.vti'; allowed: together with one --axis",
            ),
            (
                [*SIGMA, "--axis", "all", "--interface", "low"],
                "--interface: got 'low'; allowed: together with one --axis",
            ),
            ([*SIGMA, "--ranks", "0"], "--ranks: got 0; allowed: 1 or more processes"),
            ([*SIGMA, "--ranks", "2", "--axis", "all"], "--ranks: got 2; allowed: together with one --axis"),
            ([*SIGMA, "--ranks", "2", "--interface", "low"], "--interface: got 'low'; allowed: none with --ranks"),
            ([*SIGMA, "--interface", "pore"], "--interface: got 'pore'; allowed: two phases"),
            ([*SIGMA, "--interface", "pore,electrolite"], "Did you mean 'electrolyte'"),
        ],
    )
    def test_bad_input(self, options: list[str], message: str, scan: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert message in refused(["conductivity", scan, *READ, *options], capsys)

    def test_ranks_bring_back_numbers_only(
        self, scan: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        calls: list[dict[str, Any]] = []

        def on_ranks(*given: Any, ranks: int, **options: Any) -> Any:
            calls.append({"ranks": ranks, **options})
            return SimpleNamespace(value=0.02, tensor=None, tortuosity=1.5, iterations=9, residual=1e-9, warnings=())

        monkeypatch.setattr("lisse.microstructure.on_ranks.effective_conductivity_on_ranks", on_ranks)
        arguments = ["image", "conductivity", str(scan), *READ, *self.SIGMA, "--ranks", "2"]
        assert main([*arguments, "-o", str(scan.parent / "out"), "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["value"] == 0.02
        assert (calls[0]["ranks"], calls[0]["axis"]) == (2, 0)
        assert sorted(path.name for path in (scan.parent / "out").iterdir()) == ["conductivity.json", "report.html"]

    def test_the_real_solver(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """Layers in series: half of each, harmonic mean."""
        labels = np.zeros((8, 6, 6), np.uint8)
        labels[4:] = 1
        np.save(tmp_path / "a.npy", labels)
        sigma = ["--conductivity", "pore=1 S/m,1=3 S/m"]
        assert main(["image", "conductivity", str(tmp_path / "a.npy"), *READ, *sigma, "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["value"] == pytest.approx(1.5, rel=1e-7)

    def test_hot_spots_at_an_interface(self, cell: Path, capsys: pytest.CaptureFixture[str]) -> None:
        sigma = ["--conductivity", "lithium=1e5 S/m,electrolyte=0.46 mS/cm"]
        out = cell.parent / "out"
        arguments = ["image", "conductivity", str(cell), *sigma, "--interface", "lithium,electrolyte", "-o", str(out)]
        assert main(arguments) == 0
        words = capsys.readouterr().out
        assert "hot spots between lithium and electrolyte" in words
        assert "mean conductivity of the phases over the effective one" in words  # two conduct: no tortuosity
        content = json.loads((out / "conductivity.json").read_text())
        found = content["interface"]
        whole = content["value"] / 8e-6 * 10e-6**2
        assert found["current"] == pytest.approx(whole, rel=1e-6)
        assert found["columns"]["mean"] == pytest.approx(found["mean_current_density"], rel=1e-6)
        assert found["focusing"] > found["columns"]["percentile"] / found["columns"]["mean"] * (1 - 1e-9)
        with (out / "hot_spots.csv").open() as file:
            rows = list(csv.DictReader(file))
        assert float(rows[0]["current density over mean"]) == pytest.approx(found["focusing"])
        assert rows[0]["normal"] == "x"
        page = (out / "report.html").read_text()
        for part in ("Hot spots between lithium and electrolyte", "half a voxel before the first centres", "no-flux"):
            assert part in page

    def test_the_face_of_an_electrode(self, cell: Path, capsys: pytest.CaptureFixture[str]) -> None:
        sigma = ["--conductivity", "lithium=1e5 S/m,electrolyte=0.46 mS/cm"]
        assert main(["image", "conductivity", str(cell), *sigma, "--interface", "high", "--json"]) == 0
        found = json.loads(capsys.readouterr().out)["interface"]
        assert found["between"] == ["volume", "electrode at the high end"]
        assert 1.0 < found["focusing"] < 1.5  # the constriction is far away

    def test_without_an_interface_the_crowding_in_the_phases(
        self, cell: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        sigma = ["--conductivity", "lithium=1e5 S/m,electrolyte=0.46 mS/cm"]
        out = cell.parent / "out"
        assert main(["image", "conductivity", str(cell), *sigma, "--json", "-o", str(out)]) == 0
        content = json.loads(capsys.readouterr().out)
        assert "interface" not in content
        assert content["hot_spots"][0]["over_mean"] == pytest.approx(content["largest_current_over_mean"])
        assert content["hot_spots"][0]["normal"] is None
        assert "Hot spots in the volume" in (out / "report.html").read_text()

    def test_a_blocked_volume_has_a_page_too(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        labels = np.ones((6, 4, 4), np.uint8)
        labels[3] = 0
        np.save(tmp_path / "a.npy", labels)
        out = tmp_path / "out"
        arguments = ["image", "conductivity", str(tmp_path / "a.npy"), *READ, *self.SIGMA, "--interface", "low"]
        assert main([*arguments, "-o", str(out)]) == 0
        assert "warning: No conducting path leads through the volume along x" in capsys.readouterr().out
        assert "No conducting path reaches" in (out / "report.html").read_text()
        assert not (out / "hot_spots.csv").exists()


class TestBadImages:
    """What is wrong with a file is said in one line, before any work, by every action."""

    ACTIONS = (
        ["describe", "--phases", "0=pore,1=electrolyte"],
        ["conductivity", "--phases", "0=pore,1=electrolyte", "--conductivity", "electrolyte=1 S/m"],
        ["segment"],
    )
    SIZE = ("--voxel-size", "0.5 um")

    @pytest.fixture(autouse=True)
    def no_work(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Work that starts all the same fails the test."""

        def work(*_: Any, **__: Any) -> None:
            raise AssertionError("the work has started")

        monkeypatch.setitem(vars(microstructure), "describe", work)
        monkeypatch.setitem(vars(microstructure), "effective_conductivity", work)

    @pytest.mark.parametrize("action", ACTIONS)
    def test_a_truncated_tiff(self, action: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        tifffile = pytest.importorskip("tifffile")
        path = tmp_path / "scan.tif"
        tifffile.imwrite(path, (np.random.default_rng(0).random((20, 30, 40)) > 0.4).astype(np.uint8))
        path.write_bytes(path.read_bytes()[:12_000])
        error = refused([action[0], path, *action[1:], *self.SIZE], capsys)
        assert re.search(r"It is cut short: \d+ of 20 pages are whole. Copy it again", error)

    @pytest.mark.parametrize("action", ACTIONS)
    def test_a_raw_file_of_another_shape(
        self, action: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = tmp_path / "scan.raw"
        path.write_bytes(bytes(1000))
        options = ["--shape", "10,10,11", "--dtype", "uint8"]
        error = refused([action[0], path, *action[1:], *self.SIZE, *options], capsys)
        assert "got '1000 bytes'; allowed: 1100 bytes, for 10 x 10 x 11 voxels of 1 bytes" in error

    @pytest.mark.parametrize("action", ACTIONS)
    def test_nan(self, action: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        values = np.random.default_rng(0).random((6, 6, 6)).astype(np.float32)
        values[0, 0, 0] = np.nan
        np.save(tmp_path / "a.npy", values)
        error = refused([action[0], tmp_path / "a.npy", *action[1:], *self.SIZE], capsys)
        assert "1 of 216 voxels are NaN or infinite" in error

    @pytest.mark.parametrize(
        ("action", "words"), list(zip(ACTIONS, ("'pore'", "'pore'", "the value 0 everywhere"), strict=True))
    )
    def test_one_phase_only(
        self, action: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        np.save(tmp_path / "a.npy", np.zeros((6, 6, 6), np.uint8))
        assert words in refused([action[0], tmp_path / "a.npy", *action[1:], *self.SIZE], capsys)

    @pytest.mark.parametrize("action", ACTIONS[:2])
    def test_labels_without_a_name(self, action: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        np.save(tmp_path / "a.npy", np.arange(27, dtype=np.uint8).reshape(3, 3, 3) % 3)
        error = refused([action[0], tmp_path / "a.npy", *action[1:], *self.SIZE], capsys)
        assert "labels: got '2'; allowed: labels of the phase table (0 = pore, 1 = electrolyte)" in error

    @pytest.mark.parametrize("action", ACTIONS)
    def test_slices_whose_distance_nobody_knows(
        self, action: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        tifffile = pytest.importorskip("tifffile")
        pixels = {f"PhysicalSize{axis}{end}": value for axis in "XY" for end, value in (("", 0.5), ("Unit", "µm"))}
        labels = (np.random.default_rng(0).random((4, 6, 6)) > 0.4).astype(np.uint8)
        tifffile.imwrite(tmp_path / "a.ome.tif", labels, metadata={"axes": "ZYX", **pixels})
        error = refused([action[0], tmp_path / "a.ome.tif", *action[1:]], capsys)
        assert "pixels are 0.5 um but not how far apart slices are: say all edges" in error

    @pytest.mark.parametrize("action", ACTIONS)
    def test_a_volume_beyond_the_memory_is_not_even_read(
        self, action: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """40 GB of holes on a machine of 24 GB: the answer is there at once, with memory and time."""
        path = tmp_path / "huge.raw"
        with path.open("wb") as file:
            file.truncate(4000 * 4000 * 2500)
        monkeypatch.setattr("lisse.microstructure.cost.available_memory", lambda: 24e9)
        options = ["--shape", "4000,4000,2500", "--dtype", "uint8"]
        start = time.perf_counter()
        error = refused([action[0], path, *action[1:], *self.SIZE, *options], capsys)
        assert re.search(r"got .* [GT]B of memory and about .* (h|days); allowed: 21.6 GB of what is free. Crop", error)
        assert time.perf_counter() - start < 5.0

    def test_lzw_wants_a_package(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        pytest.importorskip("tifffile")
        if importlib.util.find_spec("imagecodecs") is not None:
            pytest.skip("imagecodecs is installed: LZW can be read")
        image = pytest.importorskip("PIL.Image")
        image.fromarray(np.eye(16, dtype=np.uint8) * 255).save(tmp_path / "a.tif", compression="tiff_lzw")
        error = refused(["segment", tmp_path / "a.tif", *self.SIZE], capsys)
        assert "Install imagecodecs (pip install imagecodecs), or save the image without compression" in error


class TestGenerate:
    FLAGS = ("--size", "16 um,16 um", "--grain", "4 um", "--voxel", "0.5 um", "--seed", "1")

    def test_from_flags(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        path, picture = tmp_path / "grains.npz", tmp_path / "grains.png"
        arguments = ["image", "generate", "polycrystal", *self.FLAGS, "-o", str(path)]
        assert main([*arguments, "--picture", str(picture)]) == 0
        assert "reached" in capsys.readouterr().out
        volume = Volume.load(path)
        assert volume.shape == (32, 32)
        assert volume.grain_count > 4
        assert picture.read_bytes().startswith(b"\x89PNG")
        page = tmp_path / "grains.html"
        assert main([*arguments, "--json", "--report", str(page)]) == 0
        for part in ("grains.npz", "Asked for and reached", "Grain sizes", "Recipe", "16 µm"):
            assert part in page.read_text()
        content = json.loads(capsys.readouterr().out)
        assert content["seed"] == 1
        assert np.array_equal(Volume.load(path).grains, volume.grains)

    def test_from_a_recipe_with_changes(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        recipe = tmp_path / "grains.toml"
        recipe.write_text(
            'generate = "polycrystal"\nsize = ["16 um", "16 um"]\nvoxel_size = "0.5 um"\ngrain = "4 um"\nseed = 1\n'
        )
        path = tmp_path / "out.npz"
        arguments = ["image", "generate", str(recipe), "--set", "spread=0.2", "--seed", "4", "-o", str(path), "--json"]
        assert main(arguments) == 0
        content = json.loads(capsys.readouterr().out)
        assert content["seed"] == 4
        assert content["recipe"]["spread"] == 0.2
        assert path.exists()

    @pytest.mark.parametrize(
        ("name", "message"),
        [
            ("absent.toml", "recipe: got .*a TOML file that exists"),
            ("broken.toml", "broken.toml: recipe: .*allowed: TOML"),
        ],
    )
    def test_bad_recipes(self, name: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        import re

        (tmp_path / "broken.toml").write_text("generate = ")
        assert re.search(message, refused(["generate", tmp_path / name], capsys))


def test_an_action_is_needed(capsys: pytest.CaptureFixture[str]) -> None:
    assert "the following arguments are required: ACTION" in refused([], capsys)
    assert "invalid choice: 'describ'" in refused(["describ", "x.tif"], capsys)
