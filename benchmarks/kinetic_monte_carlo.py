"""Hops a second of kinetic Monte Carlo, compiled and in plain NumPy, in one run.

    python benchmarks/kinetic_monte_carlo.py [--rounds 3] [--sizes 16 64 128]

The same walk on the same lattice: continuous time, rates that differ from site to site, all ions started in
equilibrium, the squared displacement taken at the end. The NumPy version moves all its ions at once, one hop each per
pass, from the same kind of table. Both take turns, round after round, because machines are noisy: read the ratio of
the best rather than the seconds. Hops are also given per second of a core's time, which counts what other programs
leave. Compilation is left out (a small walk before).
"""

from __future__ import annotations

import argparse
import time

import numba
import numpy as np

from lisse.lattice import (
    IonLattice,
    lattice_gas,
    random_barrier_lattice,
    random_bond_lattice,
    tracer_diffusion,
    uniform_lattice,
)

SPACING, RATE, HOPS = 3e-10, 1e9, 200.0  # m, 1/s, mean hops of an ion
GIVEN = 1000.0, 300.0  # mol/m3, K


def compiled(lattice: IonLattice, walkers: int) -> tuple[float, float, float, float]:
    """Hops a second, hops a second of a core, squared displacement per axis in squared steps, its relative error."""
    from lisse.lattice.displacements import lag_times
    from lisse.lattice.free_walks import FreeWalks

    walks = FreeWalks(lattice, 1)
    times = lag_times(HOPS / mean_rate(lattice), walks.fastest)
    start, used = time.perf_counter(), time.process_time()
    squares, hops, _ = walks.walk(times, walkers // 64, 64, 0)
    seconds, used = time.perf_counter() - start, time.process_time() - used
    ends = squares[:, -1, :3].mean(axis=1) / SPACING**2
    return hops / seconds, hops / used, float(ends.mean()), float(ends.std() / np.sqrt(len(ends)) / ends.mean())


def mean_rate(lattice: IonLattice) -> float:
    """Hops a second of an ion in equilibrium."""
    return 2.0 * sum(float(bonds.sum()) for bonds in lattice.exchange) / float(lattice.weight.sum())


def numpy_table(lattice: IonLattice) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(sites, 6) running shares and neighbours, and (sites,) mean waits."""
    rates, neighbours = [], []
    index = np.arange(lattice.weight.size).reshape(lattice.shape)
    for axis in range(3):
        up, down = lattice.hop_rates(axis)
        rates += [np.roll(down, 1, axis).ravel(), up.ravel()]
        neighbours += [np.roll(index, 1, axis).ravel(), np.roll(index, -1, axis).ravel()]
    table = np.stack(rates, axis=1)
    total = table.sum(axis=1)
    return np.cumsum(table / total[:, None], axis=1), np.stack(neighbours, axis=1), 1.0 / total


def plain(lattice: IonLattice, table: tuple[np.ndarray, ...], walkers: int) -> tuple[float, float, float, float]:
    """The same by NumPy alone."""
    shares, neighbours, waits = table
    steps = np.array([[-1, 0, 0], [1, 0, 0], [0, -1, 0], [0, 1, 0], [0, 0, -1], [0, 0, 1]])
    random, end = np.random.default_rng(1), HOPS / mean_rate(lattice)
    start, used = time.perf_counter(), time.process_time()
    weight = np.cumsum(lattice.weight.ravel())
    site = np.searchsorted(weight, random.random(walkers) * weight[-1], side="right")
    clock, place, ended, hops = np.zeros(walkers), np.zeros((walkers, 3), dtype=np.int64), [], 0
    while site.size:
        clock += random.standard_exponential(site.size) * waits[site]
        going = clock < end
        if not going.all():
            ended.append(place[~going])
            site, clock, place = site[going], clock[going], place[going]
        way = np.minimum((random.random(site.size)[:, None] >= shares[site]).sum(axis=1), 5)
        place += steps[way]
        site = neighbours[site, way]
        hops += site.size
    seconds, used = time.perf_counter() - start, time.process_time() - used
    squares = (np.concatenate(ended) ** 2).mean(axis=1)
    return hops / seconds, hops / used, float(squares.mean()), float(squares.std() / np.sqrt(walkers) / squares.mean())


def speed_of_others(rounds: int) -> None:
    """Bonds that renew, and ions that exclude each other."""
    network = random_bond_lattice((32, 32, 32), SPACING, RATE, 0.3, *GIVEN, renewal=0.1 * RATE)
    cubic = uniform_lattice((12, 12, 12), SPACING, RATE, *GIVEN)
    for name, work in (
        ("bonds that renew, 32^3", lambda: tracer_diffusion(network, 1e-5, duration=2e-7, largest_hops=2e7)),
        (
            "ions exclude each other, half filled, 12^3",
            lambda: lattice_gas(cubic, 0.5, 1e-5, duration=2e-8, largest_hops=2e7),
        ),
    ):
        best = []
        work()
        for _ in range(rounds):
            start = time.perf_counter()
            found = work()
            seconds = time.perf_counter() - start
            best.append((found.tries / seconds / 1e6, found.hops / seconds / 1e6))
        print(f"{name}: {max(best)[0]:.1f} million tries, {max(best)[1]:.1f} million hops a second")


def main() -> None:
    """Print the rates of every lattice."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sizes", type=int, nargs="+", default=[16, 64, 128])
    given = parser.parse_args()
    print(f"{numba.get_num_threads()} threads; millions of hops a second, best of {given.rounds}")
    for size in given.sizes:
        for name, lattice in (
            ("uniform", uniform_lattice((size,) * 3, SPACING, RATE, *GIVEN)),
            ("every site its own rates", random_barrier_lattice((size,) * 3, SPACING, RATE, *GIVEN, 1, 3e3, 2e3)),
        ):
            table = numpy_table(lattice)
            compiled(lattice, 128)
            ours, theirs = [], []
            for _ in range(given.rounds):
                ours.append(compiled(lattice, 40_000))
                theirs.append(plain(lattice, table, 8_000))
            (fast, _, square, error), (slow, _, other, spread) = max(ours), max(theirs)
            a_core, its_core = (max(found[1] for found in all_found) / 1e6 for all_found in (ours, theirs))
            agree = abs(square / other - 1.0) / np.hypot(error, spread)
            print(
                f"{size}^3 {name}: compiled {fast / 1e6:.1f} ({a_core:.1f} a core), NumPy {slow / 1e6:.2f} "
                f"({its_core:.2f}), ratio {fast / slow:.1f} ({a_core / its_core:.1f}); "
                f"<x2>/a2 {square:.2f} and {other:.2f}, {agree:.1f} standard errors apart"
            )
    speed_of_others(given.rounds)


if __name__ == "__main__":
    main()
