"""Effective conductivity of one image by lisse and by TauFactor, PoreSpy, pyamg, FiPy and PETSc, in one run.

    python benchmarks/conduction.py [--peer-python OTHER/bin/python] [--sizes 64 100 128 256] [--rounds 3]
    python benchmarks/conduction.py --planes 128 256 512 1024 2048        only lisse: planes and contrast
    python benchmarks/conduction.py --cubes 32 64                         only lisse: contrast in space

The image is a structure of blobs, half conducting, half insulating; the field is along the first axis, and nothing
passes the sides. The tolerance is that of the flux: the currents through both ends agree to it (in TauFactor those
through all layers, which is its ``conv_crit``; single precision allows little less than 1e-4). Every measurement is a
process of its own that first solves a small part of the image (imports, compilation), then solves once; the time is
from the image in memory to the value, the memory is the rise of the resident memory meanwhile. The codes take turns,
round after round, because machines are noisy: read the ratios of the medians rather than the seconds.

A code is left out where its last size says that it would take longer than ``--limit`` or more memory than is free; the
run says so. ``--peer-python`` is an interpreter that has the peers. PoreSpy puts the potentials into the centres of the
outermost voxels, the others half a voxel outside, so its value differs by a little. FiPy gets an insulator of 1e-9.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Image = np.ndarray[Any, np.dtype[np.uint8]]
Answer = tuple[float, int | None]  # conductivity relative to the conductor, iterations where told
RANKS = 2
LARGEST = {"fipy": (64, "conjugate gradients that take minutes beyond 64^3")}
GROWTH = 1.3  # power of the voxels with which the time of a code is taken to grow, before it is run
RANK_MEMORY: list[float] = []
"""Largest resident memory of a rank, bytes, one for each solve by `petsc` in this process; the first is a small one."""


def blobs(n: int) -> Image:
    """(n, n, n) array of 0 and 1: a filtered random field cut at 0, with features of about 12 voxels."""
    from scipy.ndimage import gaussian_filter

    field = gaussian_filter(np.random.default_rng(0).standard_normal((n, n, n), dtype=np.float32), 3.0, mode="wrap")
    return (field > 0.0).astype(np.uint8)


def lisse(image: Image, tolerance: float) -> Answer:
    """Our solver."""
    from lisse.microstructure import Volume, effective_conductivity

    volume = Volume(image, 1e-6, {0: "insulator", 1: "conductor"})
    found = effective_conductivity(volume, {"insulator": 0.0, "conductor": 1.0}, tolerance=tolerance)
    return found.value, found.iterations


def petsc(image: Image, tolerance: float) -> Answer:
    """Our distributed solver on `RANKS` ranks, from the start of the processes to their end."""
    from lisse.numerics.distributed import Problem
    from lisse.numerics.distributed_run import Ranks, conduct_on_ranks

    problem = Problem(image, {0: 0.0, 1: 1.0}, (1e-6,) * 3, 0, "no-flux", tolerance)
    found = conduct_on_ranks(problem, Ranks(RANKS))
    RANK_MEMORY.append(found.memory)
    return found.value, found.iterations


def _assembled(image: Image) -> tuple[Any, Any, Any]:
    """Finite-volume matrix of the percolating conductor, and which of its voxels lie in the first and last layer."""
    from scipy.ndimage import label
    from scipy.sparse import coo_matrix, diags

    parts, _ = label(image)
    inside = np.isin(parts, np.intersect1d(parts[0][parts[0] > 0], parts[-1][parts[-1] > 0]))
    del parts
    number = np.full(image.shape, -1, dtype=np.int32)
    count = int(inside.sum())
    number[inside] = np.arange(count, dtype=np.int32)
    rows, columns = [], []
    for axis in range(3):
        here, there = np.moveaxis(number, axis, 0)[:-1].ravel(), np.moveaxis(number, axis, 0)[1:].ravel()
        both = (here >= 0) & (there >= 0)
        rows += [here[both], there[both]]
        columns += [there[both], here[both]]
    i, j = np.concatenate(rows), np.concatenate(columns)
    first, last = number[0][inside[0]], number[-1][inside[-1]]
    diagonal = np.bincount(i, minlength=count).astype(float)
    diagonal[first] += 2.0
    diagonal[last] += 2.0
    matrix = (diags(diagonal) - coo_matrix((np.ones(i.size), (i, j)), (count, count))).tocsr()
    return matrix, first, last


def pyamg(image: Image, tolerance: float) -> Answer:
    """Smoothed aggregation as a preconditioner of conjugate gradients; assembly with SciPy is part of the time."""
    import pyamg as peer
    from scipy.sparse.linalg import LinearOperator, cg

    matrix, first, last = _assembled(image)
    b = np.zeros(matrix.shape[0])
    b[first] = 2.0
    levels = peer.smoothed_aggregation_solver(matrix, max_coarse=500)
    cycle = LinearOperator(matrix.shape, levels.aspreconditioner().matvec)
    told: list[float] = []

    def watch(x: Any) -> None:
        into, out = 2.0 * float(np.sum(1.0 - x[first])), 2.0 * float(np.sum(x[last]))
        told.append(into)
        if abs(into - out) <= tolerance * max(into, out):
            raise StopIteration

    try:
        cg(matrix, b, M=cycle, rtol=1e-14, maxiter=2000, callback=watch)
    except StopIteration:
        return told[-1] / image.shape[0], len(told)
    raise RuntimeError("the currents through the ends do not agree")


def porespy(image: Image, tolerance: float) -> Answer:
    """PoreSpy's finite differences (OpenPNM and its solver)."""
    import porespy as peer

    peer.settings.tqdm["disable"] = True
    return 1.0 / float(peer.simulations.tortuosity_fd(im=image > 0, axis=0, ftol=tolerance).formation_factor), None


def taufactor(image: Image, tolerance: float) -> Answer:
    """TauFactor on the CPU with all threads that it is given."""
    import taufactor as peer

    solver = peer.Solver(image, device="cpu")
    solver.solve(iter_limit=100_000, verbose=False, conv_crit=tolerance)
    return float(np.ravel(solver.D_eff)[0]), int(np.ravel(solver.iter)[0])


def fipy(image: Image, tolerance: float) -> Answer:
    """FiPy with a harmonic face coefficient and conjugate gradients of SciPy."""
    os.environ["FIPY_SOLVERS"] = "scipy"
    import fipy as peer

    n = image.shape[0]
    mesh = peer.Grid3D(nx=n, ny=n, nz=n)  # its z is our first axis
    conductivity = peer.CellVariable(mesh=mesh, value=np.where(image, 1.0, 1e-9).ravel())
    potential = peer.CellVariable(mesh=mesh, value=0.5)
    potential.constrain(1.0, mesh.facesFront)
    potential.constrain(0.0, mesh.facesBack)
    solver = peer.LinearPCGSolver(tolerance=1e-2 * tolerance, iterations=5000)
    peer.DiffusionTerm(coeff=conductivity.harmonicFaceValue).solve(var=potential, solver=solver)
    x = potential.value.reshape(image.shape)
    into, out = 2.0 * float(np.sum(image[0] * (1.0 - x[0]))), 2.0 * float(np.sum(image[-1] * x[-1]))
    if abs(into - out) > 10.0 * tolerance * into:
        raise RuntimeError(f"the currents through the ends differ by {abs(into - out) / into:.1e}")
    return into / n, None


CODES: dict[str, Callable[[Image, float], Answer]] = {
    "lisse": lisse,
    "petsc": petsc,
    "taufactor": taufactor,
    "porespy": porespy,
    "pyamg": pyamg,
    "fipy": fipy,
}
OURS = ("lisse", "petsc")


def resident(name: str) -> int:
    """VmRSS or VmHWM of this process, bytes; 0 where the system does not tell."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith(name)), 0)


def measure(code: str, path: str, tolerance: float) -> dict[str, Any]:
    """One code on one image, in this process."""
    image = np.load(path)
    for n in (16, 32):
        CODES[code](np.ascontiguousarray(image[:n, :n, :n]), tolerance)
    peak = Path("/proc/self/clear_refs")
    if peak.exists():
        peak.write_text("5")  # the high-water mark starts again from here
    before, start = resident("VmRSS"), time.perf_counter()
    value, iterations = CODES[code](image, tolerance)
    seconds = time.perf_counter() - start
    rise = max(0, resident("VmHWM") - before) + (RANKS * (RANK_MEMORY[-1] - RANK_MEMORY[0]) if RANK_MEMORY else 0.0)
    return {"value": value, "iterations": iterations, "seconds": seconds, "bytes": rise / image.size}


def in_a_process(python: str, code: str, path: str, tolerance: float, limit: float) -> dict[str, Any] | str:
    """What `measure` gives, from a process of its own, or why there is nothing."""
    command = [python, __file__, "--measure", code, path, "--tolerance", str(tolerance)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=2.0 * limit + 60.0, check=False)
    except subprocess.TimeoutExpired:
        return f"no answer in {2.0 * limit + 60.0:.0f} s"
    if done.returncode:
        return f"failed: {(done.stderr.strip().splitlines() or [f'ended with {done.returncode}'])[-1][:150]}"
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def homes(codes: list[str], peer_python: str) -> dict[str, str]:
    """Which interpreter runs which code; says what is missing."""
    look = (
        "import importlib.metadata as m, importlib.util as u, json\n"
        f"print(json.dumps({{n: m.version(n) for n in {codes!r} if n not in {OURS!r} and u.find_spec(n)}}))"
    )
    found = subprocess.run([peer_python, "-c", look], capture_output=True, text=True, check=True).stdout
    versions = json.loads(found.strip().splitlines()[-1])
    print("compared: " + ", ".join(["lisse", *(f"{name} {version}" for name, version in versions.items())]))
    missing = [code for code in codes if code not in versions and code not in OURS]
    if missing:
        print(f"missing from {peer_python}: {', '.join(missing)}")
    return {code: peer_python if code in versions else sys.executable for code in codes if code not in missing}


def refusal(code: str, n: int, known: tuple[int, float, float] | None, limit: float) -> str:
    """Why a code is not run at edge n, judged by a smaller edge, its seconds and bytes a voxel; empty if it is run."""
    from lisse.microstructure.cost import available_memory

    most, why = LARGEST.get(code, (n, ""))
    if n > most:
        return why
    if known is None:
        return ""
    smaller, seconds, each = known
    expected = seconds * (n / smaller) ** (3 * GROWTH)
    if code != "lisse" and expected > limit:
        return f"{seconds:.0f} s at {smaller}^3 let expect {expected:.0f} s, the limit is {limit:.0f} s"
    free = available_memory()
    if free is not None and each * n**3 > 0.9 * free:
        return (
            f"{each:.0f} bytes a voxel at {smaller}^3 let expect {each * n**3 / 1e9:.0f} GB, {free / 1e9:.0f} are free"
        )
    return ""


def compare(n: int, where: dict[str, str], known: dict[str, tuple[int, float, float]], given: Any) -> None:
    """One table: the codes on one image, taking turns."""
    image = blobs(n)
    print(
        f"\n{n}^3, {image.mean():.4f} conducting, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", flush=True
    )
    reasons = {code: refusal(code, n, known.get(code), given.limit) for code in where}
    found: dict[str, list[dict[str, Any]]] = {code: [] for code, reason in reasons.items() if not reason}
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "image.npy")
        np.save(path, image)
        for _ in range(given.rounds):
            for code, runs in found.items():
                if not reasons[code]:
                    one = in_a_process(where[code], code, path, given.tolerance, given.limit)
                    if isinstance(one, str):
                        reasons[code] = one
                    else:
                        runs.append(one)
    ours = statistics.median(one["seconds"] for one in found["lisse"]) if found.get("lisse") else math.nan
    for code, reason in reasons.items():
        if reason:
            print(f"  {code:10s} not run: {reason}")
        else:
            median, each = line(code, found[code], ours)
            known[code] = (n, median, each)


def line(code: str, runs: list[dict[str, Any]], ours: float) -> tuple[float, float]:
    """Print what was measured; gives the medians of seconds and bytes a voxel."""
    seconds = [one["seconds"] for one in runs]
    median, each = (statistics.median(one[name] for one in runs) for name in ("seconds", "bytes"))
    told = runs[0]["iterations"]
    print(
        f"  {code:10s} {runs[0]['value']:.7f} {median:8.2f} s [{min(seconds):.2f}-{max(seconds):.2f}]"
        f" {median / ours:6.1f} x lisse {each:6.0f} bytes/voxel" + ("" if told is None else f" {told:5d} iterations"),
        flush=True,
    )
    return median, each


def contrasts(sizes: list[int], dimensions: int, tolerance: float, rounds: int) -> None:
    """Iterations and seconds of lisse where every voxel has a conductivity of its own: 1 to `contrast`, log-uniform."""
    from lisse.numerics.conduction import FaceOperator, end_conductances, face_conductances, solve

    print(f"\nlisse in {dimensions} dimensions, tolerance {tolerance:.0e}: iterations and seconds against the contrast")
    print(f"  {'':>6s}" + "".join(f"{f'{contrast:.0e}':>16s}" for contrast in (1e2, 1e4, 1e6, 1e9, 1e12)), flush=True)
    for n in sizes:
        cells = []
        for contrast in (1e2, 1e4, 1e6, 1e9, 1e12):
            values = contrast ** np.random.default_rng(0).random((n,) * dimensions)
            seconds = []
            for _ in range(rounds + (contrast == 1e2)):  # the first of all is for compilation
                start = time.perf_counter()
                faces = face_conductances(values, (1.0,) * dimensions)
                low, high = end_conductances(values, (1.0,) * dimensions, 0)
                ground, sources = np.zeros(values.shape), np.zeros(values.shape)
                ground[0], sources[0] = low, low
                ground[-1] += high
                found = solve(FaceOperator(faces, ground), sources, tolerance)
                seconds.append(time.perf_counter() - start)
            cells.append(f"{found.iterations:4d} {statistics.median(seconds[-rounds:]):9.2f} s")
        print(f"  {n:4d}^{dimensions}" + "".join(f"{cell:>16s}" for cell in cells), flush=True)


def main() -> None:
    """Parse the arguments and print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--peer-python", default=sys.executable, help="interpreter that has the peers")
    parser.add_argument("--sizes", type=int, nargs="*", default=[64, 100, 128, 256], help="edges of the images")
    parser.add_argument("--rounds", type=int, default=3, help="times that each code has its turn")
    parser.add_argument("--codes", nargs="+", default=list(CODES), choices=list(CODES))
    parser.add_argument("--tolerance", type=float, default=1e-4, help="of the flux")
    parser.add_argument("--limit", type=float, default=300.0, help="seconds that a solve may be expected to take")
    parser.add_argument("--planes", type=int, nargs="*", default=[], help="edges of planes for the table of contrasts")
    parser.add_argument("--cubes", type=int, nargs="*", default=[], help="the same for cubes")
    parser.add_argument("--measure", nargs=2, metavar=("CODE", "FILE"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        print(json.dumps(measure(*given.measure, given.tolerance)))
        return
    if given.sizes and not (given.planes or given.cubes):
        where = homes(given.codes, given.peer_python)
        known: dict[str, tuple[int, float, float]] = {}
        times = {}
        for n in sorted(given.sizes):
            compare(n, where, known, given)
            if known.get("lisse", (0,))[0] == n:
                times[n] = known["lisse"][1]
        if len(times) > 1:
            power = np.polyfit(np.log([n**3 for n in times]), np.log(list(times.values())), 1)[0]
            print(f"\nlisse: time grows with the voxels to the power {power:.2f}")
    for sizes, dimensions in ((given.planes, 2), (given.cubes, 3)):
        if sizes:
            contrasts(sizes, dimensions, 1e-8, given.rounds)


if __name__ == "__main__":
    main()
