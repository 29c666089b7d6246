"""A resolved run that is stopped, killed or starved of disk goes on from its last checkpoint and ends as if it had not.

The run grows a crack to a short, so that state and events matter. A run that goes on starts its solvers afresh, which
shows within the tolerance of the passes: traces agree to 1e-5 of their largest value.
"""

from __future__ import annotations

import dataclasses
import re
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import lisse
import lisse.models.resolved.model as model_of
from lisse.errors import InvalidInput
from lisse.microstructure import Volume
from lisse.models.resolved.model import Resolved
from lisse.records import Solution
from resolved_cells import PHASES, VOXEL, flaw, flow, resolved_case

NAMES = ("time", "voltage", "plating_pressure", "flaw_length", "void_height", "charge", "lithium_thickness")
CASE = resolved_case(flow(-5.0, 0.2), flow(5.0, 4.0), thickness=6.0)


def model(directory: Path | str | None, **settings: object) -> Resolved:
    """A flaw along a boundary in 12 x 12 voxels."""
    grains = np.ones((12, 12), int)
    grains[:, 6:] = 2
    volume = Volume(flaw((12, 12), 4, 6), VOXEL, PHASES, grains)
    given = {"lithium": "fluid", "saved_times": 4, "boundary_toughness": 0.3} | settings
    return Resolved(voxel=VOXEL, microstructure=volume, directory=directory, **given)


def solved(chosen: Resolved) -> Solution:
    return lisse.solve(chosen, CASE.cell, CASE.protocol, throw=False)


@pytest.fixture(autouse=True)
def every_step_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_of, "CHECKPOINT_EVERY", 0.0)


@pytest.fixture(scope="module")
def whole() -> Solution:
    found = solved(model(None))
    assert found.verdict.mode in ("soft-short", "filament-short")
    assert np.nanmax(found.data["plating_pressure"]) > 100e6
    return found


def assert_same(one: Solution, other: Solution) -> None:
    assert one.status == other.status
    assert one.verdict.mode == other.verdict.mode
    assert other.verdict.time == pytest.approx(one.verdict.time, rel=1e-5)
    for name in NAMES:
        a, b = one.data[name].values, other.data[name].values
        assert a.shape == b.shape, name
        np.testing.assert_allclose(a, b, rtol=0.0, atol=1e-5 * np.nanmax(np.abs(a)), err_msg=name)


SLOWER = [pytest.param(steps, marks=pytest.mark.slow) for steps in (1, 9, 30)]


@pytest.mark.parametrize("steps", [26, *SLOWER])
def test_a_run_that_stopped_goes_on(whole: Solution, tmp_path: Path, steps: int) -> None:
    stopped = solved(model(tmp_path, most_steps=steps))
    assert stopped.status == "failed"
    assert_same(whole, solved(model(tmp_path, resume=True)))
    times = lisse.load_fields(tmp_path)["time"].values
    assert (np.diff(times) > 0.0).all()
    assert times[-1] == pytest.approx(whole.verdict.time)


class Stopped(Exception):
    """What stops a run in this test."""


def test_a_run_that_stopped_at_the_first_instant_of_a_step_goes_on_at_its_temperature(tmp_path: Path) -> None:
    case = resolved_case(flow(0.2, 20.0, temperature="60 degC"), flow(0.5, 20.0))
    flat = Resolved(voxel=3e-6, width=6e-6, lithium="fluid", fracture=False)
    whole = lisse.solve(flat, case.cell, case.protocol)

    def stop(_: float, text: str) -> None:
        if text.startswith("step 2"):
            raise Stopped

    with pytest.raises(Stopped):
        lisse.solve(dataclasses.replace(flat, directory=tmp_path), case.cell, case.protocol, progress=stop)
    gone_on = lisse.solve(dataclasses.replace(flat, directory=tmp_path, resume=True), case.cell, case.protocol)
    assert gone_on.data["temperature"].values[-1] == pytest.approx(333.15)
    for name in ("time", "temperature", "voltage", "void_height"):
        np.testing.assert_allclose(gone_on.data[name].values, whole.data[name].values, rtol=1e-9, err_msg=name)


def test_what_happened_is_told_in_order_and_is_no_warning(whole: Solution) -> None:
    times = [event["time"] for event in whole.events]
    assert times == sorted(times)
    assert times[-1] <= whole.verdict.time
    cracks = [event["text"] for event in whole.events if event["what"] == "first crack"]
    assert len(cracks) == 1
    assert re.fullmatch(r"1 voxel cracked|([2-9]|\d\d+) voxels cracked", cracks[0])
    assert not any("crack at" in text or "jump" in text for text in whole.warnings)
    assert re.fullmatch(r"the cell failed: (soft|filament)-short after [\d.]+ s", whole.status_text)


@pytest.mark.slow
def test_a_run_that_ended_is_told_again_without_a_step(whole: Solution, tmp_path: Path) -> None:
    solved(model(tmp_path))
    assert_same(whole, solved(model(tmp_path, resume=True)))


@pytest.mark.slow
def test_without_a_checkpoint_a_run_begins(whole: Solution, tmp_path: Path) -> None:
    assert_same(whole, solved(model(tmp_path / "new", resume=True)))


@pytest.mark.parametrize("change", [{"length_scale": 2.5}, {"lithium": "viscous"}, {"tolerance": 1e-5}])
def test_a_checkpoint_of_another_case_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    solved(model(tmp_path, most_steps=1))
    before = (tmp_path / "checkpoint.npz").read_bytes()
    with pytest.raises(InvalidInput, match="of another case"):
        solved(model(tmp_path, resume=True, **change))
    assert (tmp_path / "checkpoint.npz").read_bytes() == before
    with pytest.raises(InvalidInput, match="of another case"):
        lisse.solve(model(tmp_path, resume=True), CASE.cell, resolved_case(flow(2.0, 6.0)).protocol)


def test_a_checkpoint_of_another_microstructure_is_refused(tmp_path: Path) -> None:
    solved(model(tmp_path, most_steps=1))
    other = Volume(flaw((12, 12), 4, 7), VOXEL, PHASES, np.ones((12, 12), int))
    with pytest.raises(InvalidInput, match="of another case"):
        solved(dataclasses.replace(model(tmp_path, resume=True), microstructure=other))


@pytest.mark.parametrize("keep", [0.0, 0.5, 0.999])
def test_half_a_checkpoint_is_refused(tmp_path: Path, keep: float) -> None:
    solved(model(tmp_path, most_steps=2))
    file = tmp_path / "checkpoint.npz"
    content = file.read_bytes()
    file.write_bytes(content[: int(keep * len(content))])
    with pytest.raises(InvalidInput, match=r"checkpoint.*Remove it, or run without resuming"):
        solved(model(tmp_path, resume=True))


@pytest.mark.parametrize("seed", range(4))
def test_a_checkpoint_with_bytes_flipped_is_refused(tmp_path: Path, seed: int) -> None:
    solved(model(tmp_path, most_steps=2))
    file, random = tmp_path / "checkpoint.npz", np.random.default_rng(seed)
    content = bytearray(file.read_bytes())
    for place in random.integers(0, len(content), 20):
        content[place] ^= int(random.integers(1, 256))
    file.write_bytes(bytes(content))
    with pytest.raises(InvalidInput, match=r"checkpoint.*Remove it, or run without resuming"):
        solved(model(tmp_path, resume=True, most_steps=3))


def test_text_is_no_checkpoint(tmp_path: Path) -> None:
    (tmp_path / "checkpoint.npz").write_text("not a checkpoint\n")
    with pytest.raises(InvalidInput, match="a checkpoint of a resolved run"):
        solved(model(tmp_path, resume=True))


def test_a_full_disk_leaves_the_checkpoint_before_it(whole: Solution, tmp_path: Path) -> None:
    solved(model(tmp_path, most_steps=5))
    before = (tmp_path / "checkpoint.npz").read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, limits[1]))
    try:
        with pytest.raises(InvalidInput, match="room and permission to write"):
            solved(model(tmp_path, resume=True))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (tmp_path / "checkpoint.npz").read_bytes() == before
    assert not list(tmp_path.rglob("*.part"))
    assert_same(whole, solved(model(tmp_path, resume=True)))


KILLED = """
import sys
sys.path[:0] = [sys.argv[1], sys.argv[1] + "/verification"]
import lisse.models.resolved.model as model_of
from test_resolved_resume import model, solved
model_of.CHECKPOINT_EVERY = 0.0
print("ready", flush=True)
solved(model(sys.argv[2], resume=True))
print("done", flush=True)
"""


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_a_run_that_is_killed_again_and_again_ends_as_if_it_had_not_been(
    whole: Solution, tmp_path: Path, seed: int
) -> None:
    random, killed = np.random.default_rng(seed), 0
    tests = str(Path(__file__).resolve().parents[1])
    for _ in range(6):
        command = [sys.executable, "-c", KILLED, tests, str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            time.sleep(float(random.uniform(0.2, 2.5)))
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                killed += 1
    assert killed
    assert_same(whole, solved(model(tmp_path, resume=True)))
    assert not list(tmp_path.rglob(".*.part"))
