"""Symmetries of the whole resolved model: mirror, shift, exchange of the electrodes, of lateral axes, of threads.

Every run is irregular: grains with resistive boundaries, pores inside and at both surfaces, a flaw.
What must agree does so to the tolerance of the passes within a step (1e-6), unless a voxel cracks on one side first.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from resolved_cells import Labels, Run, check_balances, flaw, flow, resolved_case, run_on

NAMES = ("voltage", "contact_fraction", "void_height", "plating_pressure", "flaw_length", "ohmic_drop", "charge")


def irregular() -> tuple[Labels, NDArray[np.int64]]:
    """A flaw beside a boundary, pores inside and at both surfaces, three grains."""
    labels = flaw((20, 16), 5, 6)
    labels[9:11, 3:5] = labels[14, 9:12] = labels[0, 12] = labels[-1, 2:4] = 1
    rows, columns = np.indices(labels.shape)
    grains = 1 + (columns + rows // 3 > 9) + (rows > 12) * (columns < 7)
    return labels, grains


def irregular_run(labels: Labels, grains: NDArray[np.int64], sign: float = 1.0, lithium: str = "fluid") -> Run:
    case = resolved_case(
        flow(sign * 3.0, 3.0),
        flow(sign * -1.0, 1.0),
        thickness=10.0,
        cell__electrolyte={"material": "LLZO", "thickness": "10 um", "grain_boundary_resistance": "5 ohm cm^2"},
        cell__stack__pressure="1 MPa",
    )
    return run_on(labels, case, grains=grains, lithium=lithium)


def assert_same(one: Run, other: Run, swapped: bool = False, tolerance: float = 1e-6) -> None:
    """All traces, over their largest value."""
    assert len(one["time"]) == len(other["time"])
    np.testing.assert_allclose(one["time"], other["time"], rtol=1e-6)
    assert one.solution.verdict.mode == other.solution.verdict.mode
    for name in NAMES:
        a, b = one[name], other[name]
        if swapped:
            b = b[:, ::-1] if b.ndim == 2 else -b
        np.testing.assert_allclose(a, b, rtol=0.0, atol=tolerance * np.nanmax(np.abs(a)), err_msg=name)


def assert_fields(a: NDArray[np.float64], b: NDArray[np.float64], tolerance: float = 1e-6) -> None:
    np.testing.assert_allclose(a, b, rtol=0.0, atol=tolerance * np.nanmax(np.abs(a)))


@pytest.fixture(scope="module", params=["fluid", pytest.param("viscous", marks=pytest.mark.slow)])
def plain(request: pytest.FixtureRequest) -> tuple[Run, str]:
    run = irregular_run(*irregular(), lithium=request.param)
    check_balances(run)
    assert run.pressure.max() > 50e6
    return run, request.param


def test_the_mirror_image_gives_the_mirrored_fields(plain: tuple[Run, str]) -> None:
    one, lithium = plain
    other = irregular_run(*(each[:, ::-1].copy() for each in irregular()), lithium=lithium)
    assert_same(one, other)
    first, second = one.outcomes[-1], other.outcomes[-1]
    assert_fields(first.charge.potential, second.charge.potential[:, ::-1])
    assert_fields(first.column_current, second.column_current[:, ::-1])
    assert_fields(first.state.damage, second.state.damage[:, ::-1])
    assert_fields(first.state.contact_pressure, second.state.contact_pressure[:, ::-1], 1e-5)


def test_a_lateral_shift_shifts_the_fields(plain: tuple[Run, str]) -> None:
    one, lithium = plain
    shift = 7
    other = irregular_run(*(np.roll(each, shift, 1) for each in irregular()), lithium=lithium)
    assert_same(one, other)
    assert_fields(one.outcomes[-1].state.damage, np.roll(other.outcomes[-1].state.damage, -shift, 1))
    assert_fields(one.outcomes[-1].charge.potential, np.roll(other.outcomes[-1].charge.potential, -shift, 1))


def test_turned_upside_down_under_the_opposite_current_the_electrodes_exchange_their_parts(
    plain: tuple[Run, str],
) -> None:
    one, lithium = plain
    other = irregular_run(*(each[::-1].copy() for each in irregular()), sign=-1.0, lithium=lithium)
    assert_same(one, other, swapped=True)
    assert_fields(one.outcomes[-1].state.damage, other.outcomes[-1].state.damage[::-1])


def test_exchanged_lateral_axes_give_the_same_cell() -> None:
    labels = np.zeros((8, 8, 6), np.uint8)
    labels[:4, 3, 1:5], labels[5, 6, 2:4], labels[0, 1, 1] = 2, 1, 1
    grains = 1 + (np.indices(labels.shape)[1] > 4)
    case = resolved_case(flow(1.0, 1.0), thickness=4.0)
    one = run_on(labels, case, grains=grains)
    other = run_on(labels.transpose(0, 2, 1).copy(), case, grains=grains.transpose(0, 2, 1).copy())
    check_balances(one)
    assert one.pressure.max() > 10e6
    assert_same(one, other)
    assert_fields(one.outcomes[-1].charge.potential, other.outcomes[-1].charge.potential.transpose(0, 2, 1))


def test_a_slab_of_equal_slices_is_the_cell_in_the_plane() -> None:
    """To 1e-4: the elastic solvers differ, direct in the plane and iterative in space."""
    labels, case = flaw((8, 8), 4, 4), resolved_case(flow(1.0, 1.0), thickness=4.0)
    plane = run_on(labels, case)
    slab = run_on(np.repeat(labels[:, :, None], 4, axis=2), case)
    check_balances(slab)
    assert plane.pressure.max() > 10e6
    assert_same(plane, slab, tolerance=1e-4)


THREADED = """
import sys
sys.path.insert(0, sys.argv[1])
sys.path.insert(0, sys.argv[1] + "/verification")
import numpy as np
from test_resolved_symmetry import NAMES, irregular, irregular_run
run = irregular_run(*irregular(), lithium="viscous")
np.savez(sys.argv[2], time=run["time"], **{name: run[name] for name in NAMES})
"""


@pytest.mark.slow
def test_the_number_of_threads_does_not_change_the_answer(tmp_path: Path) -> None:
    tests = Path(__file__).resolve().parents[1]
    found = []
    for count in ("1", "2"):
        file = tmp_path / f"{count}.npz"
        threads = {name: count for name in ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
        command = [sys.executable, "-c", THREADED, str(tests), str(file)]
        subprocess.run(command, check=True, env=os.environ | threads, timeout=170)
        with np.load(file) as arrays:
            found.append({name: arrays[name] for name in arrays.files})
    for name, values in found[0].items():
        scale = float(np.nanmax(np.abs(values)))
        np.testing.assert_allclose(values, found[1][name], rtol=0.0, atol=1e-6 * scale, err_msg=name)
