"""Elasticity of a polycrystal with soft boundaries and 5 % voids: iterations, seconds, bytes a voxel.

    python benchmarks/elasticity.py [--sizes 32 64] [--repeats 3] [--plane 64 128 256]

Compression of a block clamped below, to a relative residual of 1e-8; once with isotropic grains, once with cubic ones.
Beside it: pyamg's smoothed aggregation with rigid-body modes at 32^3 (where pyamg is installed) and, in 2-D, SciPy's
sparse solver, on the matrix that the package assembles. Compilation is not timed. Machines are noisy: read the ratios.

Which method in 2-D: multigrid is the faster one for a single load at every size (0.05, 0.4, 1.5 s against 0.12, 0.46,
6 s of the kept factor at 64^2, 128^2, 256^2), so it is the default. A further load costs the factor 0.01, 0.04, 0.2 s:
it pays from about 3, 2 and 6 loads on, at 5 to 6 kB a voxel.
"""

from __future__ import annotations

import argparse
import importlib.util
import resource
import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import spsolve
from scipy.spatial import cKDTree

from lisse.numerics.elasticity import Support, Traction, VoxelElasticity
from lisse.numerics.elasticity_assembly import StiffnessMatrix
from lisse.numerics.elasticity_stiffness import VoxelStiffness, elasticity_cost
from lisse.numerics.elasticity_tensor import isotropic_stiffness, rotated_stiffness

SPACING = 1e-6


def polycrystal(shape: tuple[int, ...], crystal: bool, seed: int = 1) -> VoxelStiffness:
    """Voronoi grains of 8 voxels, their boundary voxels 30 times softer, 5 % of all voxels void."""
    rng = np.random.default_rng(seed)
    seeds = rng.random((max(4, int(np.prod([n / 8 for n in shape]))), len(shape))) * shape
    places = np.stack(np.meshgrid(*(np.arange(n) + 0.5 for n in shape), indexing="ij"), axis=-1)
    grains = cKDTree(seeds).query(places.reshape(-1, len(shape)))[1].reshape(shape)
    soft = np.zeros(shape, dtype=bool)
    for axis in range(len(shape)):
        differs = np.diff(grains, axis=axis) != 0
        soft[tuple(slice(None, -1) if a == axis else slice(None) for a in range(len(shape)))] |= differs
    matrix = isotropic_stiffness(150e9, 0.3)
    table = matrix[None]
    if crystal:
        matrix[[3, 4, 5], [3, 4, 5]] *= 1.5
        table = rotated_stiffness(matrix, rng.standard_normal((len(seeds), 4)))
    else:
        grains = np.zeros(shape, dtype=int)
    index = grains + len(table) * soft
    index[rng.random(shape) < 0.05] = 2 * len(table)
    return VoxelStiffness.of_materials(index, np.concatenate([table, table / 30, np.zeros((1, 6, 6))]))


def soft_layer(n: int, ratio: float) -> VoxelStiffness:
    """Lithium on a third of the height, nearly incompressible, on stiff solid with 5 % voids."""
    bulk, shear = np.full((n, n, n), 100e9), np.full((n, n, n), 60e9)
    voids = np.random.default_rng(0).random((n, n, n)) < 0.05
    bulk[voids], shear[voids] = 0, 0
    bulk[..., 2 * n // 3 :], shear[..., 2 * n // 3 :] = 11e9, 11e9 / ratio
    return VoxelStiffness.of_moduli(bulk, shear)


def compressed(stiffness: VoxelStiffness, method: str = "multigrid") -> tuple[VoxelElasticity, list[Traction]]:
    d = len(stiffness.shape)
    load = Traction(d - 1, "high", [0.0] * (d - 1) + [-1e6])
    return VoxelElasticity(stiffness, (SPACING,) * d, [Support(d - 1, "low", [0] * d)], method=method), [load]


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def own(shape: tuple[int, ...], crystal: bool, repeats: int, method: str = "multigrid") -> float:
    """Median total time; prints one line."""
    stiffness = polycrystal(shape, crystal)
    rows = []
    for _ in range(repeats + 1):  # the first run compiles
        problem, load = compressed(stiffness, method)
        prepare, _ = timed(problem.prepare)
        solve, solution = timed(partial(problem.solve, load))
        rows.append((prepare, solve, solution))
    prepare, solve = (statistics.median(row[n] for row in rows[1:]) for n in (0, 1))
    voxels = int(np.prod(shape))
    need = f"{elasticity_cost(shape, not crystal)[0] / voxels:.0f}" if method == "multigrid" else "no"
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / voxels
    print(
        f"{'x'.join(map(str, shape)):>10} {'cubic' if crystal else 'isotropic':>9} {method:>9}: "
        f"{rows[-1][2].iterations:3d} iterations, set-up {prepare:6.2f} s, solve {solve:6.2f} s, "
        f"estimated {need} bytes a voxel (peak of the process so far {peak:.0f})"
    )
    return prepare + solve


def matrix_and_load(shape: tuple[int, ...]) -> tuple[Any, np.ndarray, VoxelElasticity]:
    problem, load = compressed(polycrystal(shape, crystal=False))
    moving = np.flatnonzero(problem.moving)
    return (
        sparse.csr_matrix(StiffnessMatrix(problem.grid, problem.moving).values(problem.grid.stiffness)),
        problem.external_forces(load, None).reshape(-1)[moving],
        problem,
    )


def rigid_modes(problem: VoxelElasticity) -> np.ndarray:
    places = np.meshgrid(*(np.arange(n) for n in problem.nodes), indexing="ij")
    one, none = np.ones(problem.nodes), np.zeros(problem.nodes)
    x, y, z = (place - place.mean() for place in places)
    modes = [(one, none, none), (none, one, none), (none, none, one), (y, -x, none), (none, z, -y), (-z, none, x)]
    return np.stack([np.stack(mode).reshape(-1) for mode in modes], axis=1)[problem.moving]


def smoothed_aggregation(n: int) -> float:
    import pyamg

    matrix, load, problem = matrix_and_load((n, n, n))
    residuals: list[float] = []
    prepare, levels = timed(lambda: pyamg.smoothed_aggregation_solver(matrix, B=rigid_modes(problem)))
    solve, _ = timed(lambda: levels.solve(load, tol=1e-8, accel="cg", maxiter=300, residuals=residuals))
    print(
        f"pyamg SA {n}^3: {len(residuals) - 1} iterations, set-up {prepare:.2f} s (assembly apart), solve {solve:.2f} s"
    )
    return prepare + solve


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[32, 64])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--plane", type=int, nargs="+", default=[64, 128, 256])
    chosen = parser.parse_args()
    totals = {}
    for n in chosen.sizes:
        for crystal in (False, True):
            totals[n, crystal] = own((n, n, n), crystal, chosen.repeats)
    first = chosen.sizes[0]
    if importlib.util.find_spec("pyamg") is None:
        print("pyamg is not installed: no comparison in 3-D")
    else:
        print(f"pyamg over ours at {first}^3: {smoothed_aggregation(first) / totals[first, False]:.1f}")
    for n in chosen.plane:
        ours = own((n, n), False, chosen.repeats)
        own((n, n), False, 1, "direct")
        matrix, load, _ = matrix_and_load((n, n))
        direct, _ = timed(partial(spsolve, matrix.tocsc(), load))
        print(f"scipy spsolve {n}^2: {direct:.2f} s, {direct / ours:.1f} times ours")
    n = chosen.sizes[0]
    for ratio in (1e2, 1e4):
        problem, pull = compressed(soft_layer(n, ratio))
        problem.prepare()
        seconds, solution = timed(partial(problem.solve, pull))
        print(f"soft layer {n}^3 of K/G {ratio:.0e}: {solution.iterations} iterations, {seconds:.1f} s")


if __name__ == "__main__":
    main()
