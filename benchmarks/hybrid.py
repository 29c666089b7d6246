"""How long a composite takes: one loading at several sizes, and a loading curve of twenty points.

    python benchmarks/hybrid.py [--voxels 64 96 128] [--points 20] [--samples 3] [--rounds 2]

First a periodic composite of spheres at 30 % with an interface resistance is solved along one axis to a residual of
1e-6, from the volume in memory to the conductivity and the shares of the power, best of the rounds. A first solve of a
small box (imports, compilation) is not counted. Then a curve of so many loadings, each with so many random structures,
cations and anions, three axes, coarse and fine grid, errors and all formulas, as `lisse hybrid` runs it. The
last column sets the solve against one plain loop over the same faces in NumPy (an application of the operator), so that
machines can be compared.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from lisse.microstructure import composite_conductivity
from lisse.study import loading_curve, read_hybrid_study
from lisse.study.hybrid_composite import FILLER, MATRIX, Composite

RATIO, RESISTANCE = 30.0, 0.5  # filler over matrix; interface resistance x matrix / diameter


def numpy_sweep(labels: np.ndarray) -> float:
    """Seconds of one application of a face operator with NumPy."""
    x = np.random.default_rng(0).random(labels.shape)
    faces = [np.ones(labels.shape) for _ in range(3)]
    best = np.inf
    for _ in range(2):
        start = time.perf_counter()
        y = np.zeros_like(x)
        for axis, face in enumerate(faces):
            current = face * (x - np.roll(x, -1, axis))
            y += current - np.roll(current, 1, axis)
        best = min(best, time.perf_counter() - start)
    return best


def one_loading(voxels: int, rounds: int) -> None:
    """One solve, best of the rounds."""
    volume = Composite(voxels=voxels, across=12).volume(0.3, 1)
    values: dict[str | int, float] = {MATRIX: 1.0, FILLER: RATIO}
    between: dict[tuple[str | int, str | int], float] = {(FILLER, MATRIX): RESISTANCE}
    touching: dict[str | int, float] = {FILLER: 2.0 * RESISTANCE}
    best, processor = np.inf, np.inf
    for _ in range(rounds):
        start, own = time.perf_counter(), time.process_time()
        found = composite_conductivity(volume, values, 0, between, touching, 1e-6)
        best, processor = min(best, time.perf_counter() - start), min(processor, time.process_time() - own)
    sweep = numpy_sweep(volume.labels)
    print(
        f"{voxels:4d}^3  {found.value:.6f}  residual {found.residual:.1e}  {found.iterations:3d} iterations  "
        f"{best:6.2f} s on the clock  {processor:6.2f} s of processor  {best / sweep:5.0f} NumPy sweeps"
    )


def curve(points: int, samples: int) -> None:
    """A whole loading curve."""
    study = read_hybrid_study(
        {
            "matrix": {"material": "PEO-LiTFSI"},
            "filler": {"material": "LLZO"},
            "structure": {"samples": samples},
            "loading": {
                "fractions": [round(0.52 * n / points, 6) for n in range(1, points + 1)],
                "diameters": ["50 um"],
                "temperatures": ["80 degC"],
            },
            "interface": {"resistance": "100 ohm cm^2"},
        }
    )
    start, own = time.perf_counter(), time.process_time()
    found = loading_curve(study)
    spent, processor = time.perf_counter() - start, time.process_time() - own
    errors = [each.found.error / each.found.conductivity for each in found.points if each.found.error]
    print(
        f"{points} loadings, {samples} structures of 64^3 each: {spent:.0f} s on the clock, {processor:.0f} s of "
        f"processor; standard errors {100 * min(errors):.2g} to {100 * max(errors):.2g} %"
    )


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--voxels", type=int, nargs="*", default=[64, 96, 128])
    parser.add_argument("--points", type=int, default=20)
    parser.add_argument("--samples", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=2)
    arguments = parser.parse_args()
    small = Composite(voxels=16, across=8).volume(0.3, 1)
    composite_conductivity(small, {MATRIX: 1.0, FILLER: RATIO}, 0, {(FILLER, MATRIX): RESISTANCE})
    for voxels in arguments.voxels:
        one_loading(voxels, arguments.rounds)
    if arguments.points:
        curve(arguments.points, arguments.samples)


if __name__ == "__main__":
    main()
