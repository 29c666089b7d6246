"""The seven figures of the resolved model, on coarse grids: each is drawn, and shows what its text says."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from example_scripts import LARGEST_PICTURE, drawn, example
from lisse.materials import load
from lisse.microstructure import effective_conductivity

SCAN = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "tomo" / "SampleData_2Phase_stack_3d_1bit.tif"
FIGURES = ("fracture_map", "scatter", "stripping", "patch", "edge", "tomogram", "interlayer")


def reached(mask: Any, steps: int) -> Any:
    """A mask of a periodic line, and what is within some steps of it."""
    return np.any([np.roll(mask, k) for k in range(-steps, steps + 1)], axis=0)


def closed(solution: Any) -> None:
    """Charge and lithium are conserved."""
    assert solution.conservation["charge"] < 1e-6
    assert solution.conservation["lithium"] < 1e-6


@pytest.mark.parametrize("figure", FIGURES)
def test_the_committed_picture_is_small(repository: Path, figure: str) -> None:
    picture = repository / "docs" / "images" / f"resolved_{figure}.png"
    assert picture.stat().st_size < LARGEST_PICTURE


def test_a_crack_follows_grain_boundaries(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = example(repository, "resolved_fracture_map")
    monkeypatch.setattr(module, "VOXEL", 0.8e-6)
    monkeypatch.setattr(module, "CELLS", ((2, 0, 12),))
    (found,) = drawn(module, tmp_path)
    closed(found["solution"])
    assert found["grown"] >= 5
    assert found["on_boundaries"] == found["grown"]
    assert found["boundary_share"] < 0.3
    pressure = found["solution"].data["plating_pressure"].values[:, 0]
    # Griffith of an edge crack of 4 um in the boundary, 1.12 p sqrt(pi a) = 0.63 K_IC; 30 % for a flaw of five voxels
    # that is not straight, with pores beside it
    griffith = 0.63 * load("LLZO").value("fracture_toughness") / (1.12 * math.sqrt(math.pi * 4e-6))
    assert np.nanmax(pressure) == pytest.approx(griffith, rel=0.3)


def test_a_batch_keeps_the_cells_that_last(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = example(repository, "resolved_scatter")
    changes = {
        "cell.electrolyte.thickness": '"7.5 um"',
        "model.resolved.voxel": '"0.75 um"',
        "model.resolved.microstructure.size": '["7.5 um", "7.5 um"]',
        "model.resolved.microstructure.pore_diameter": '"1.5 um"',
        "protocol.start": '"1.75 mA/cm^2"',
        "protocol.stop": '"2 mA/cm^2"',
        "protocol.step": '"0.25 mA/cm^2"',
        "protocol.half_cycle": '"20 s"',
    }
    monkeypatch.setattr(module, "CHANGES", tuple(f"{key}={value}" for key, value in changes.items()))
    monkeypatch.setattr(module, "DRAWS", 4)
    monkeypatch.setattr(module, "SHOWN", 2)
    made = drawn(module, tmp_path)
    found, (first, last) = made["distribution"], made["shown"]
    assert len(found.cells) == 4
    assert found.without_result == 0
    assert len({cell.seed for cell in found.cells}) == 4
    lasting = [cell for cell in found.cells if cell.censored]
    assert 1 <= len(lasting) <= 3  # both kinds are in it
    assert found.censored == len(lasting)
    assert found.share.share[-1] == pytest.approx(1 - len(lasting) / 4)
    for one in (first, last):  # run again, a cell of the batch does the same
        closed(one["solution"])
        verdict, cell = one["solution"].verdict, one["cell"]
        assert (verdict.mode, verdict.critical_current_density) == (cell.mode, cell.critical_current_density)
        assert (one["flaw"] <= one["cracked"]).all()
    assert first["cell"].mode == "filament-short"
    assert first["cracked"].any(axis=1).sum() > first["flaw"].any(axis=1).sum()


def test_pressure_delays_the_loss_of_contact(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = example(repository, "resolved_stripping")
    monkeypatch.setattr(module, "WIDE", 6)
    monkeypatch.setattr(module, "THICK", 3)
    found = drawn(module, tmp_path)
    low, middle, high = (found[pressure]["solution"] for pressure in (1, 3, 7))
    for solution in (low, middle, high):
        closed(solution)
    assert [s.verdict.mode for s in (low, middle, high)] == ["contact-loss", "contact-loss", "none"]
    assert low.verdict.time < 0.8 * middle.verdict.time
    assert high.data["contact_fraction"].values[-1, 0] > 0.6
    for one in found.values():
        spread = one["contact"].reshape(len(one["times"]), -1).std(axis=1)
        assert spread[-1] > spread[0] == 0.0


def test_current_at_a_patch_is_that_of_a_row_of_cracks(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = example(repository, "resolved_patch")
    monkeypatch.setattr(module, "VOXEL", 1e-6)
    found = drawn(module, tmp_path)
    bare = np.roll(found["runs"][0.0]["local"], module.to_middle(found["runs"][0.0]["local"]))
    clean, row = bare > 0.5, found["row"]
    rim, near = clean & reached(~clean, 1), clean & reached(~clean, 6)
    assert bare[clean & ~near] == pytest.approx(row[clean & ~near], rel=0.03)
    assert bare[near & ~rim] == pytest.approx(row[near & ~rim], rel=0.15)  # the singularity, on voxels
    assert bare[rim] == pytest.approx(row[rim], rel=0.25)
    assert bare.mean() == pytest.approx(1.0, abs=1e-9)
    peaks = [found["runs"][resistance]["local"].max() for resistance in module.RESISTANCES]
    assert np.all(np.diff(peaks) < 0)
    assert peaks[-1] == pytest.approx(1 / (1 - module.SHARE), rel=0.05)


def test_the_flaw_at_the_edge_starts_first(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = example(repository, "resolved_edge")
    monkeypatch.setattr(module, "FOCUSING", (32, 128))
    monkeypatch.setattr(module, "FLAWED", (24, 96))
    monkeypatch.setattr(module, "SECONDS", 3)
    found = drawn(module, tmp_path)
    focusing = found["focusing"]
    assert focusing["local"][1:] == pytest.approx(focusing["theory"][1:], rel=0.05)
    edge, middle = found["edge"], found["middle"]
    closed(edge["solution"])
    closed(middle["solution"])
    before = 0.3  # s, long before either grows
    at = [np.interp(before, one["time"], one["pressure"]) for one in (edge, middle)]
    assert at[0] > 1.25 * at[1]
    assert edge["pressure"].max() > middle["pressure"].max()


@pytest.mark.skipif(not SCAN.exists(), reason="the scan (shared/data/tomo) is not beside the repository")
def test_a_tomogram_is_an_electrolyte(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = example(repository, "resolved_tomogram")
    monkeypatch.setattr(module, "EDGE", 20)
    monkeypatch.setattr(module, "HOURS", 0.2)
    monkeypatch.setattr(module, "FINER", 1)
    monkeypatch.setattr(module, "SECONDS", 1)
    target = tmp_path / "picture.png"
    found = module.draw(SCAN, target)
    assert target.read_bytes().startswith(b"\x89PNG")
    scan, dense = found["tomogram"], found["dense"]
    closed(scan["solution"])
    resistance = [float(one["solution"].data["ohmic_drop"].values[0]) for one in (scan, dense)]
    alone = effective_conductivity(scan["volume"], {"electrolyte": 1.0, "pore": 0.0}, sides="periodic").value
    # equal potentials on the ends lose the least; the resistance of the interfaces makes the current more even there
    assert 0.95 * alone < resistance[1] / resistance[0] < alone
    contact = [float(one["solution"].data["contact_fraction"].values[-1, 0]) for one in (scan, dense)]
    assert contact[0] < contact[1]


@pytest.mark.skipif(not SCAN.exists(), reason="the scan (shared/data/tomo) is not beside the repository")
def test_a_crack_in_a_tomogram_meets_a_pore(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = example(repository, "resolved_tomogram")
    monkeypatch.setattr(module, "FINER", 1)
    monkeypatch.setattr(module, "SECONDS", 16)
    found = module.cracked(SCAN)
    closed(found["solution"])
    new = found["cracked"] & ~found["cracked"][0]
    assert not (new & found["pores"]).any()
    met = found["meets"]
    assert met is not None
    pressure = found["solution"].data["plating_pressure"].values[:, 0]
    before = found["solution"].data["time"].values <= found["times"][met]
    peak = np.nanmax(pressure[before])
    assert peak > 10e6
    assert pressure[-1] < 0.05 * peak  # a pore holds far more than a crack: there is no pressure until it is full
    assert found["filled"][-1].any()
    assert not found["filled"][0].any()


def test_an_interlayer_spreads_the_current(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = example(repository, "resolved_interlayer")
    monkeypatch.setattr(module, "VOXEL", 1e-6)
    for name, count in (("THICK", 24), ("WIDE", 64), ("LAYER", 4)):
        monkeypatch.setattr(module, name, count)
    found = drawn(module, tmp_path)
    into = {ratio: one["garnet"].max() for ratio, one in found.items()}
    metal = {ratio: one["metal"].max() for ratio, one in found.items()}
    for ratio in (10.0, 1.0, 0.1):
        assert into[ratio] - 1 < 0.35 * (into[None] - 1)
        assert found[ratio]["garnet"].mean() == pytest.approx(1.0, abs=1e-6)
    assert into[10.0] < into[1.0]
    assert metal[10.0] < metal[1.0] < metal[0.1]
