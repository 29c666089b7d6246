"""Zero-field conductivity of a composite lattice by lisse and by plain SciPy, in one run.

    python benchmarks/lattice.py [--sizes 16 32 64 128] [--peers-up-to 96] [--rounds 3] [--frequencies]

The composite is a random, periodic structure: 30 % ceramic (0.5 mS/cm) in polymer (0.01 mS/cm), an interphase of two
voxels in which ions move three times as fast, and 1 ohm cm2 between polymer and ceramic. The way of SciPy is what one
writes first: the matrix of the fluxes as a sparse array, ``scipy.sparse.linalg.cg`` behind the diagonal, the residual
to the same tolerance, up to the size of ``--peers-up-to``; and ``spsolve`` up to 16^3 (24^3 takes half a minute). All
start from the same lattice in memory and end with the conductivity; the routes take turns. Machines are noisy: read the
ratios, and set OMP_NUM_THREADS=1 where other programs run (SciPy's products wait for their threads otherwise).
``--frequencies`` also times a spectrum of 13 points.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from lisse.lattice import (
    Hopping,
    Interphase,
    IonLattice,
    ac_conductivity,
    composite_lattice,
    zero_field_conductivity,
)
from lisse.microstructure import Volume

TEMPERATURE = 333.15
LARGEST_DIRECT = 16
POLYMER = Hopping.of_conductivity(1e-3, 1.2e3, TEMPERATURE)
CERAMIC = Hopping.of_conductivity(5e-2, 2e4, TEMPERATURE)


def composite(size: int) -> IonLattice:
    """The lattice of the benchmark."""
    from scipy.ndimage import gaussian_filter

    field = gaussian_filter(np.random.default_rng(1).standard_normal((size,) * 3), 3.0, mode="wrap")
    labels = (field > np.quantile(field, 0.7)).astype(np.uint8)
    volume = Volume(labels, 50e-9, {0: "polymer", 1: "ceramic"})
    quick = Interphase(100e-9, "polymer", "ceramic", rate_factor=3.0)
    moves = {"polymer": POLYMER, "ceramic": CERAMIC}
    return composite_lattice(volume, moves, TEMPERATURE, {("polymer", "ceramic"): 1e-4}, [quick])


def matrix_of(lattice: IonLattice) -> tuple[Any, np.ndarray]:
    """Matrix of the fluxes and what a field along x piles up on each site."""
    from scipy.sparse import coo_array

    count = lattice.weight.size
    number = np.arange(count).reshape(lattice.shape)
    rows, columns, values = [], [], []
    right = np.zeros(count)
    for axis, bonds in enumerate(lattice.exchange):
        here, there, flux = number.ravel(), np.roll(number, -1, axis).ravel(), bonds.ravel()
        rows += [here, there, here, there]
        columns += [here, there, there, here]
        values += [flux, flux, -flux, -flux]
        if axis == 0:
            right -= flux
            right[there] += flux
    entries = np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))
    return coo_array(entries, shape=(count, count)).tocsr(), right


def conductivity_of(lattice: IonLattice, right: np.ndarray, x: np.ndarray) -> float:
    """S/m. From the potentials."""
    flow = lattice.exchange[0].sum() - right @ x
    return float(lattice.nernst_einstein * lattice.spacing**2 * flow / lattice.weight.sum())


def by_scipy_cg(lattice: IonLattice, tolerance: float) -> tuple[float, int]:
    """Conjugate gradients behind the diagonal."""
    from scipy.sparse.linalg import LinearOperator, cg

    matrix, right = matrix_of(lattice)
    inverse = 1.0 / matrix.diagonal()
    count = [0]
    x, failed = cg(
        matrix,
        right,
        rtol=tolerance,
        maxiter=20_000,
        M=LinearOperator(matrix.shape, matvec=lambda v: inverse * v),
        callback=lambda _: count.__setitem__(0, count[0] + 1),
    )
    if failed:
        raise RuntimeError("conjugate gradients did not converge")
    return conductivity_of(lattice, right, x), count[0]


def by_scipy_direct(lattice: IonLattice, tolerance: float) -> tuple[float, int]:
    """Sparse elimination, with the first site at 0."""
    from scipy.sparse.linalg import spsolve

    matrix, right = matrix_of(lattice)
    x = np.zeros(right.size)
    x[1:] = spsolve(matrix[1:, 1:].tocsc(), right[1:])
    return conductivity_of(lattice, right, x), 1


def by_lisse(lattice: IonLattice, tolerance: float) -> tuple[float, int]:
    """Multigrid."""
    found = zero_field_conductivity(lattice, 0, tolerance)
    return found.value, found.iterations


def take_turns(
    routes: dict[str, Callable[..., tuple[float, int]]], lattice: IonLattice, tolerance: float, rounds: int
) -> None:
    """Time the routes one after another, round after round, and print a line for each."""
    times: dict[str, list[float]] = {name: [] for name in routes}
    answers: dict[str, tuple[float, int]] = {}
    for _ in range(rounds):
        for name, route in routes.items():
            start = time.perf_counter()
            answers[name] = route(lattice, tolerance)
            times[name].append(time.perf_counter() - start)
    best = statistics.median(times["lisse"])
    exact = zero_field_conductivity(lattice, 0, 1e-12).value
    for name, taken in times.items():
        value, iterations = answers[name]
        middle = statistics.median(taken)
        speed = f"{middle:8.2f} s (best {min(taken):.2f})  {middle / best:6.1f} x lisse"
        error = f"{value * 10:.6f} mS/cm, relative error {abs(value / exact - 1.0):.1e}"
        print(f"{lattice.shape[0]:4d}^3  {name:14s} {speed}  {iterations:5d} iterations  {error}", flush=True)


def main() -> None:
    """Print the tables."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--sizes", type=int, nargs="*", default=[16, 32, 64, 128])
    arguments.add_argument("--peers-up-to", type=int, default=96)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--tolerance", type=float, default=1e-6)
    arguments.add_argument("--frequencies", action="store_true")
    given = arguments.parse_args()
    by_lisse(composite(16), 1e-6)  # compilation
    for size in given.sizes:
        start = time.perf_counter()
        lattice = composite(size)
        print(f"{size:4d}^3  lattice made in {time.perf_counter() - start:.2f} s")
        routes = {"lisse": by_lisse}
        if size <= given.peers_up_to:
            routes["scipy cg"] = by_scipy_cg
        if size <= LARGEST_DIRECT:
            routes["scipy spsolve"] = by_scipy_direct
        take_turns(routes, lattice, given.tolerance, given.rounds)
        if given.frequencies:
            start = time.perf_counter()
            ac_conductivity(lattice, np.logspace(-2.0, 6.0, 13), 0, 1e-4)
            print(f"{size:4d}^3  spectrum of 13 points, tolerance 1e-4: {time.perf_counter() - start:.2f} s")


if __name__ == "__main__":
    main()
