"""Effective conductivity of the same images by lisse and by PoreSpy, TauFactor, FiPy and pyamg, in one run.

    python benchmarks/peers_conduction.py [--peer-python OTHER/bin/python] [--sizes 64 100 128] [--rounds 3]

Binary images: overlapping spheres are the insulator (seeded), and the measured 100^3 volume of ../shared/data where it
is there. No flux through the sides, and one tolerance for the difference of the fluxes through the ends (of all layers
for TauFactor, which works in single precision and cannot be asked for much less than 1e-4). Every measurement is a
process of its own that first solves a small image (compilation), then solves once; time is from image to value, memory
the rise of the resident memory meanwhile. The codes take turns, round after round, because machines are noisy: read the
ratios, not the seconds. `--peer-python` is an interpreter that has the peers; those that it lacks are named.

PoreSpy puts its Dirichlet planes into the outermost voxel centres, the others half a voxel outside, so its value
differs by a little. FiPy gets an insulator of 1e-12.
"""

from __future__ import annotations

import argparse
import json
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

TOLERANCE = 1e-4
POROSITY = 0.6
LIMIT = 900  # s for one process
LARGEST = {"fipy": 64, "pyamg": 128, "porespy": 128, "taufactor": 128}
"""Voxels along an edge up to which a code is tried; `--all` tries them all, within LIMIT."""
SCAN = Path(__file__).resolve().parents[2] / "shared" / "data" / "tomo" / "SampleData_2Phase_stack_3d_1bit.tif"

Image = np.ndarray[Any, np.dtype[np.uint8]]


def spheres(edge: int, seed: int = 1) -> Image:
    """Overlapping spheres (0) of radius edge/12 at random, in a conductor (1), until POROSITY of it is left."""
    draw = np.random.default_rng(seed)
    image = np.ones((edge,) * 3, np.uint8)
    radius = max(3, edge // 12)
    ball = np.add.outer(np.add.outer(*[np.arange(-radius, radius + 1) ** 2] * 2), np.arange(-radius, radius + 1) ** 2)
    solid = ball <= radius**2
    padded = np.pad(image, radius)
    inner = padded[radius:-radius, radius:-radius, radius:-radius]
    while inner.mean() > POROSITY:
        x, y, z = draw.integers(0, edge, 3)
        padded[x : x + 2 * radius + 1, y : y + 2 * radius + 1, z : z + 2 * radius + 1][solid] = 0
    return np.ascontiguousarray(inner)


Solve = Callable[[], tuple[float, int | None]]  # conductivity relative to the conductor, iterations where told
RANKS = 2


def lisse(image: Image) -> Solve:
    """Our solver."""
    from lisse.microstructure import Volume, effective_conductivity

    volume = Volume(image, 1.0, {0: "insulator", 1: "conductor"})

    def solve() -> tuple[float, int | None]:
        found = effective_conductivity(volume, {0: 0.0, 1: 1.0}, axis=0, tolerance=TOLERANCE)
        return float(found.value), int(found.iterations)

    return solve


def petsc(image: Image) -> Solve:
    """Our distributed solver on two ranks, from start to end; memory of the ranks together."""
    from lisse.numerics.distributed_run import run_distributed

    def solve() -> tuple[float, int | None]:
        found = run_distributed(image, {0: 0.0, 1: 1.0}, 1.0, tolerance=TOLERANCE, ranks=RANKS)
        in_ranks.append(found.memory)
        return found.value, found.iterations

    return solve


in_ranks: list[float] = []
"""Largest resident memory of a rank, bytes, one for each solve by `petsc` in this process; the first is a small one."""


def _matrix(image: Image) -> tuple[Any, Any, Any, int]:
    """Finite-volume matrix of the connected conductor, its source, end conductances, voxels in a cross section."""
    from scipy import ndimage, sparse

    pieces, _ = ndimage.label(image)
    through = np.intersect1d(pieces[0], pieces[-1])
    kept = np.isin(pieces, through[through > 0])
    numbers = np.full(image.shape, -1)
    numbers[kept] = np.arange(kept.sum())
    rows, columns = [], []
    for along in range(3):
        turned, inside = np.moveaxis(numbers, along, 0), np.moveaxis(kept, along, 0)
        both = inside[:-1] & inside[1:]
        rows.append(turned[:-1][both])
        columns.append(turned[1:][both])
    i, j = np.concatenate(rows), np.concatenate(columns)
    count = int(kept.sum())
    links = sparse.coo_matrix((np.ones(i.size), (i, j)), (count, count)).tocsr()
    links = links + links.T
    low, high = numbers[0][kept[0]], numbers[-1][kept[-1]]
    ends = np.zeros((2, count))
    ends[0, low], ends[1, high] = 2.0, 2.0
    matrix = (sparse.diags(np.asarray(links.sum(axis=1)).ravel() + ends.sum(axis=0)) - links).tocsr()
    return matrix, ends[0], ends[1], image[0].size


def pyamg(image: Image) -> Solve:
    """Smoothed aggregation as a preconditioner of conjugate gradients; assembly with SciPy is part of the time."""
    import pyamg as peer

    def solve() -> tuple[float, int | None]:
        matrix, low, high, section = _matrix(image)
        iterations, residuals = 0, []
        potential = np.zeros(low.size)
        tolerance = TOLERANCE
        hierarchy = peer.smoothed_aggregation_solver(matrix)
        while True:
            potential = hierarchy.solve(low, x0=potential, tol=tolerance, accel="cg", residuals=residuals, maxiter=500)
            iterations += len(residuals) - 1
            into, out = float(low @ (1.0 - potential)), float(high @ potential)
            if abs(into - out) <= TOLERANCE * into:
                return into * image.shape[0] / section, iterations
            tolerance *= 0.1

    return solve


def fipy(image: Image) -> Solve:
    """FiPy with a harmonic face coefficient and its conjugate gradients (SciPy)."""
    os.environ["FIPY_SOLVERS"] = "scipy"
    import fipy as peer

    def solve() -> tuple[float, int | None]:
        edge = image.shape[0]
        mesh = peer.Grid3D(nx=image.shape[2], ny=image.shape[1], nz=edge)  # its z is our axis 0
        conductivity = peer.CellVariable(mesh=mesh, value=np.where(image, 1.0, 1e-12).ravel())
        potential = peer.CellVariable(mesh=mesh, value=0.0)
        potential.constrain(1.0, mesh.facesFront)
        potential.constrain(0.0, mesh.facesBack)
        solver = peer.LinearPCGSolver(tolerance=TOLERANCE * 1e-2, iterations=5000)
        peer.DiffusionTerm(coeff=conductivity.harmonicFaceValue).solve(var=potential, solver=solver)
        layer = potential.value.reshape(image.shape)[0]
        flux = float((2.0 * (1.0 - layer) * image[0]).sum())
        return flux * edge / image[0].size, None

    return solve


def porespy(image: Image) -> Solve:
    """PoreSpy's finite differences (OpenPNM with algebraic multigrid)."""
    import porespy as peer

    peer.settings.tqdm["disable"] = True

    def solve() -> tuple[float, int | None]:
        return 1.0 / float(peer.simulations.tortuosity_fd(image > 0, axis=0, ftol=TOLERANCE).formation_factor), None

    return solve


def taufactor(image: Image) -> Solve:
    """TauFactor on the CPU with all threads that it is given."""
    import taufactor as peer

    def solve() -> tuple[float, int | None]:
        solver = peer.Solver(image, device="cpu")
        solver.solve(iter_limit=100_000, verbose=False, conv_crit=TOLERANCE)
        return float(np.asarray(solver.D_eff).ravel()[0]), int(solver.iter)

    return solve


CODES: dict[str, Callable[[Image], Solve]] = {
    "lisse": lisse,
    "petsc": petsc,
    "pyamg": pyamg,
    "fipy": fipy,
    "porespy": porespy,
    "taufactor": taufactor,
}


def measured_volume() -> Image:
    """The measured 100^3 volume with 1 as the conductor (fraction 0.39831)."""
    import tifffile

    return np.ascontiguousarray(tifffile.imread(SCAN) > 0).astype(np.uint8)


def resident(field: str) -> int:
    """VmRSS or VmHWM of this process, bytes; 0 where the system does not tell."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith(field)), 0)


def measure(code: str, path: str) -> dict[str, Any]:
    """One code on one image, in this process."""
    CODES[code](spheres(24))()
    image = np.load(path)
    solve = CODES[code](image)
    Path("/proc/self/clear_refs").write_text("5")  # the high-water mark starts again from here
    before, start = resident("VmRSS"), time.perf_counter()
    value, iterations = solve()
    seconds = time.perf_counter() - start
    rise = max(0, resident("VmHWM") - before) + (RANKS * (in_ranks[-1] - in_ranks[0]) if in_ranks else 0.0)
    return {
        "value": value,
        "iterations": iterations,
        "seconds": seconds,
        "bytes": rise / image.size,
    }


def available(python: str) -> dict[str, str]:
    """The peers that an interpreter has, with their versions."""
    look = (
        "import importlib.metadata as m, importlib.util as u, json\n"
        "print(json.dumps({n: m.version(n) for n in ('pyamg', 'fipy', 'porespy', 'taufactor') if u.find_spec(n)}))"
    )
    done = subprocess.run([python, "-c", look], capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def in_a_process(python: str, code: str, path: str) -> dict[str, Any] | str:
    """What `measure` gives, from a process of its own, or why there is nothing."""
    try:
        done = subprocess.run(
            [python, __file__, "--measure", code, path], capture_output=True, text=True, timeout=LIMIT, check=False
        )
    except subprocess.TimeoutExpired:
        return f"more than {LIMIT} s"
    if done.returncode:
        return f"failed: {(done.stderr.strip().splitlines() or ['no message'])[-1][:120]}"
    return dict(json.loads(done.stdout.splitlines()[-1]))


def compare(name: str, image: Image, codes: dict[str, str], rounds: int, everything: bool) -> None:
    """One table: the codes on one image, taking turns."""
    edge = image.shape[0]
    print(f"\n{name}, {edge}^3, conductor {image.mean():.4f}, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    tried = [code for code in codes if everything or edge <= LARGEST.get(code, edge)]
    found: dict[str, list[dict[str, Any]]] = {code: [] for code in tried}
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "image.npy")
        np.save(path, image)
        for _ in range(rounds):
            for code in list(tried):
                one = in_a_process(codes[code], code, path)
                if isinstance(one, str):
                    print(f"  {code:10s} {one}")
                    tried.remove(code)
                else:
                    found[code].append(one)
    ours = statistics.median(one["seconds"] for one in found["lisse"]) if found.get("lisse") else float("nan")
    for code, runs in found.items():
        if not runs:
            continue
        seconds = [one["seconds"] for one in runs]
        median = statistics.median(seconds)
        memory = statistics.median(one["bytes"] for one in runs)
        told = runs[0]["iterations"]
        print(
            f"  {code:10s} {runs[0]['value']:.7f}  {median:8.2f} s [{min(seconds):.2f}-{max(seconds):.2f}]"
            f"  {median / ours:6.1f} x lisse  {memory:7.0f} B/voxel  {'-' if told is None else told} iterations"
        )


def main() -> None:
    """Parse the arguments and print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--peer-python", default=sys.executable, help="interpreter that has the peers")
    parser.add_argument("--sizes", type=int, nargs="*", default=[64, 100, 128], help="edges of the sphere images")
    parser.add_argument("--rounds", type=int, default=3, help="times that each code has its turn")
    parser.add_argument("--codes", nargs="*", default=list(CODES), choices=list(CODES))
    parser.add_argument("--all", action="store_true", help="try every code on every size")
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        print(json.dumps(measure(*given.measure)))
        return
    there = available(given.peer_python)
    print("peers: " + (", ".join(f"{name} {version}" for name, version in there.items()) or "none"))
    missing = [code for code in given.codes if code not in there and code not in ("lisse", "petsc")]
    if missing:
        print(f"missing from {given.peer_python}: {', '.join(missing)}")
    codes = {
        code: given.peer_python if code in there else sys.executable for code in given.codes if code not in missing
    }
    for edge in given.sizes:
        compare("spheres", spheres(edge), codes, given.rounds, given.all)
    if SCAN.exists():
        compare("measured volume", measured_volume(), codes, given.rounds, given.all)
    else:
        print(f"\nno measured volume: {SCAN.name} is not beside this repository")


if __name__ == "__main__":
    main()
