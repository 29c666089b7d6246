"""Effective conductivity of the same two-phase volume by lisse and by others: time, memory, iterations, answer.

    python benchmarks/conduction.py [--sizes 64 100 128] [--large] [--peer-python PATH]... [--tolerance 1e-4]

The image is a bicontinuous blob structure, half conducting, half insulating; one solve along the first axis with no
flux through the sides. The tolerance is that of the flux: in lisse, pyamg (called directly), PoreSpy and FiPy the
currents through the two ends agree to it; in TauFactor it is its ``conv_crit``. Each run has a process of its own;
compilation and a small first solve are not counted, reading the image neither. Memory is the peak of the process above
what it had before the solve. Others are looked for in this interpreter and in those given by ``--peer-python``. PoreSpy
sets the potential at voxel centres and gives a slightly different value.
Machines are noisy: read the ratios, not the seconds.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import json
import math
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

CODES = {"lisse": "lisse", "pyamg": "pyamg", "porespy": "porespy", "taufactor": "taufactor", "fipy": "fipy"}
LARGEST = {"pyamg": 2.2e6, "porespy": 2.2e6, "taufactor": 2.2e6, "fipy": 3e5}  # voxels, unless --all-sizes
TIME_LIMIT = 900.0
PATIENCE = 40.0  # s after which a code is not run again


def blobs(n: int):
    """(n, n, n) array of 0 and 1: a filtered random field cut at its median, with features of 12 voxels."""
    import numpy as np
    from scipy.ndimage import gaussian_filter

    field = gaussian_filter(np.random.default_rng(0).standard_normal((n, n, n), dtype=np.float32), 3.0, mode="wrap")
    return (field > 0.0).astype(np.uint8)


def by_lisse(image, tolerance: float):
    from lisse.microstructure import Volume, effective_conductivity

    volume = Volume(image, 1e-6, {0: "pore", 1: "solid"})
    found = effective_conductivity(volume, {"pore": 0.0, "solid": 1.0}, tolerance=tolerance)
    return found.value, found.iterations, found.residual


def by_pyamg(image, tolerance: float):
    """Smoothed aggregation and conjugate gradients on the assembled matrix of the percolating part."""
    import numpy as np
    import pyamg
    from scipy.ndimage import label
    from scipy.sparse import coo_matrix
    from scipy.sparse.linalg import LinearOperator, cg

    parts, _ = label(image)
    through = np.intersect1d(parts[0][parts[0] > 0], parts[-1][parts[-1] > 0])
    inside = np.isin(parts, through)
    del parts
    number = np.full(image.shape, -1, dtype=np.int32)
    number[inside] = np.arange(int(inside.sum()), dtype=np.int32)
    rows, columns = [], []
    for axis in range(3):
        here, there = np.moveaxis(number, axis, 0)[:-1].ravel(), np.moveaxis(number, axis, 0)[1:].ravel()
        both = (here >= 0) & (there >= 0)
        rows += [here[both], there[both]]
        columns += [there[both], here[both]]
    count = int(inside.sum())
    first, last = number[0][inside[0]], number[-1][inside[-1]]
    i, j = np.concatenate(rows), np.concatenate(columns)
    diagonal = np.bincount(i, minlength=count).astype(float)
    b = np.zeros(count)
    diagonal[first] += 2.0
    diagonal[last] += 2.0
    b[first] = 2.0
    every = np.arange(count)
    values = np.concatenate([-np.ones(i.size), diagonal])
    matrix = coo_matrix((values, (np.concatenate([i, every]), np.concatenate([j, every])))).tocsr()
    levels = pyamg.smoothed_aggregation_solver(matrix, max_coarse=500)
    cycle = LinearOperator(matrix.shape, levels.aspreconditioner().matvec)
    state = {"iterations": 0, "imbalance": 1.0, "x": None}

    def watch(x):
        into, out = np.sum(2.0 * (1.0 - x[first])), np.sum(2.0 * x[last])
        state.update(iterations=state["iterations"] + 1, imbalance=abs(into - out) / max(into, out), x=x, flux=into)
        if state["imbalance"] <= tolerance and np.linalg.norm(b - matrix @ x) <= tolerance * np.linalg.norm(b):
            raise StopIteration

    with contextlib.suppress(StopIteration):
        cg(matrix, b, M=cycle, rtol=1e-14, maxiter=2000, callback=watch)
    return state["flux"] / image.shape[0], state["iterations"], state["imbalance"]


def by_porespy(image, tolerance: float):
    import porespy

    found = porespy.simulations.tortuosity_fd(im=image.astype(bool), axis=0, ftol=tolerance)
    return 1.0 / found.formation_factor, None, None


def by_taufactor(image, tolerance: float):
    import numpy as np
    import taufactor

    solver = taufactor.Solver(image, device="cpu")
    solver.solve(verbose=False, conv_crit=tolerance, iter_limit=100_000)
    return float(np.ravel(solver.D_eff)[0]), int(np.ravel(getattr(solver, "iter", 0))[0]) or None, None


def by_fipy(image, tolerance: float):
    """Pores get a conductivity of 1e-9, because FiPy's matrix would be singular."""
    import numpy as np
    from fipy import CellVariable, DiffusionTerm, Grid3D
    from fipy.solvers.scipy import LinearCGSolver

    n = image.shape[0]
    mesh = Grid3D(nx=n, ny=n, nz=n, dx=1.0, dy=1.0, dz=1.0)
    s = CellVariable(mesh=mesh, value=np.maximum(image.transpose(2, 1, 0).ravel(), 1e-9))
    phi = CellVariable(mesh=mesh, value=0.5)
    phi.constrain(1.0, mesh.facesLeft)
    phi.constrain(0.0, mesh.facesRight)
    solver = LinearCGSolver(tolerance=tolerance * 1e-3, iterations=5000)
    DiffusionTerm(coeff=s.harmonicFaceValue).solve(var=phi, solver=solver)
    x = phi.value.reshape(n, n, n).transpose(2, 1, 0)
    into, out = np.sum(2.0 * image[0] * (1.0 - x[0])), np.sum(2.0 * image[-1] * x[-1])
    return into / n, None, abs(into - out) / max(into, out)


def resident() -> int:
    """Bytes of memory in use by this process."""
    try:
        return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * 4096
    except OSError:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def one_run(code: str, file: str, tolerance: float) -> None:
    """What a process of its own does: solve once and print what it took."""
    import numpy as np

    image = np.load(file)
    solve = {"lisse": by_lisse, "pyamg": by_pyamg, "porespy": by_porespy, "taufactor": by_taufactor, "fipy": by_fipy}
    for n in (16, 48):
        solve[code](np.ascontiguousarray(image[:n, :n, :n]), tolerance)  # compile, import, warm up
    peak, before, done = [0], resident(), threading.Event()

    def watch() -> None:
        while not done.wait(0.005):
            peak[0] = max(peak[0], resident())

    watcher = threading.Thread(target=watch)
    watcher.start()
    start = time.perf_counter()
    value, iterations, imbalance = solve[code](image, tolerance)
    seconds = time.perf_counter() - start
    done.set()
    watcher.join()
    memory = max(0, peak[0] - before)
    told = {"value": value, "iterations": iterations, "imbalance": imbalance, "seconds": seconds, "memory": memory}
    print(json.dumps(told))


def run(python: str, code: str, file: Path, tolerance: float) -> dict[str, float] | str:
    """The same from outside; a text where it did not work."""
    command = [python, __file__, "--one", code, str(file), "--tolerance", str(tolerance)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIME_LIMIT, check=False)
    except subprocess.TimeoutExpired:
        return f"no answer in {TIME_LIMIT:.0f} s"
    if done.returncode:
        return (done.stderr.strip().splitlines() or ["failed"])[-1][:70]
    return json.loads(done.stdout.strip().splitlines()[-1])


def homes(pythons: list[str]) -> dict[str, str]:
    """Which interpreter runs which code."""
    found = {code: sys.executable for code, module in CODES.items() if importlib.util.find_spec(module)}
    for python in pythons:
        for code, module in CODES.items():
            test = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({module!r}) is None)"
            if code not in found and subprocess.run([python, "-c", test], check=False).returncode == 0:
                found[code] = python
    return found


def rounds(where: dict[str, str], file: Path, tolerance: float, count: int) -> dict[str, list[dict[str, float] | str]]:
    """All codes one after another, `count` times, so that a busy spell of the machine meets all of them."""
    told: dict[str, list[dict[str, float] | str]] = {code: [] for code in where}
    for _ in range(count):
        for code, answers in told.items():
            spent = sum(TIME_LIMIT if isinstance(one, str) else one["seconds"] for one in answers)
            if spent < PATIENCE:
                answers.append(run(where[code], code, file, tolerance))
    return told


def row(n: int, code: str, answers: list[dict[str, float] | str], mine: float | None) -> tuple[str, float | None]:
    """A line of the table, and the median time."""
    good = [one for one in answers if not isinstance(one, str)]
    if not good:
        return f"{n:5d}^3 {code:>10s} {answers[0]}", None
    seconds, memory = (statistics.median(one[name] for one in good) for name in ("seconds", "memory"))
    ratio = f"{seconds / mine:6.1f}" if mine else f"{1.0:6.1f}" if code == "lisse" else " " * 6
    iterations, imbalance = good[-1]["iterations"] or "", good[-1]["imbalance"]
    last = "" if imbalance is None else f"{imbalance:.1e}"
    start = f"{n:5d}^3 {code:>10s} {seconds:8.2f} {ratio} {iterations:>5}"
    return f"{start} {memory / n**3:11.0f} {good[-1]['value']:12.8f} {last}", seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[64, 100, 128])
    parser.add_argument("--large", action="store_true", help="also 256^3")
    parser.add_argument("--all-sizes", action="store_true", help="let the others try every size")
    parser.add_argument("--codes", nargs="+", default=list(CODES), choices=list(CODES))
    parser.add_argument("--peer-python", action="append", default=[])
    parser.add_argument("--tolerance", type=float, default=1e-4)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--one", nargs=2, metavar=("CODE", "FILE"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        one_run(*arguments.one, arguments.tolerance)
        return
    import numpy as np

    where = homes(arguments.peer_python)
    print(f"missing here: {', '.join(sorted(set(arguments.codes) - set(where))) or 'nothing'}")
    head = f"{'voxels':>7s} {'code':>10s} {'s':>8s} {'ratio':>6s} {'its':>5s}"
    print(f"{head} {'bytes/voxel':>11s} {'sigma':>12s} imbalance")
    for n in [*arguments.sizes, *([256] if arguments.large else [])]:
        able = {
            code: where[code]
            for code in arguments.codes
            if code in where and (n**3 <= LARGEST.get(code, math.inf) or arguments.all_sizes)
        }
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "image.npy"
            np.save(file, blobs(n))
            told = rounds(able, file, arguments.tolerance, arguments.runs)
        mine = None
        for code, answers in told.items():
            line, seconds = row(n, code, answers, mine)
            mine = seconds if code == "lisse" else mine
            print(line, flush=True)


if __name__ == "__main__":
    main()
