"""How fast the resolved model is, where its time and memory go, and other programs on two of its problems.

    OMP_NUM_THREADS=1 python benchmarks/resolved.py [step] [ramp] [space] [memory] [profile] [peers]
        [--sizes 64 128 256 512] [--ramps 128 256] [--cubes 32 64] [--peers PYTHON ...]

Without words: step, space, memory and profile. A ramp takes minutes. The polycrystal has grains of 8 um, 3 % of pores
and three flaws of 4 um along grain boundaries, on voxels of 0.5 um; the lithium is viscous, fracture is followed, the
tolerance of the coupled step is 1e-6. The current is such that cracks load within the first seconds and then grow.

Compilation is not timed. Wall times on a machine that others use are noisy: the processor time of the process is beside
each, and ratios are within one run. ``OMP_NUM_THREADS=1``, set before Python starts: more threads in BLAS make the
fronts of the direct solver slower on shared cores, not faster.

`peers` solves one charge balance and one elastic problem with scikit-fem and FiPy, each in a Python of its own that has
them (``--peers``, one or more interpreters; those that miss a package are passed over), and with dolfinx where one of
them has it.
"""

from __future__ import annotations

import argparse
import math
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

import lisse
from lisse.models.resolved.model import Resolved
from lisse.study import read_case
from lisse.study.case import Case

VOXEL = 0.5e-6
CELL: dict[str, Any] = {
    "area": "1 cm^2",
    "temperature": "25 degC",
    "electrolyte": {"material": "LLZO"},
    "anode": {"material": "lithium", "thickness": "50 um"},
    "interface": {"resistance": "20 ohm cm^2"},
    "stack": {"pressure": "3 MPa", "forming_pressure": "400 MPa"},
}
HOLD: dict[str, Any] = {"steps": [{"current_density": "3 mA/cm^2", "duration": "60 s"}]}
RAMP: dict[str, Any] = {
    "name": "ccd-ramp",
    "start": "0.5 mA/cm^2",
    "step": "0.5 mA/cm^2",
    "stop": "5 mA/cm^2",
    "half_cycle": "0.05 mAh/cm^2",
}
BUDGETS = {"step": 3.0, "cube": 60.0, "ramp 128": 300.0, "ramp 256": 1500.0, "memory": 1000.0}


def cell_case(n: int, protocol: dict[str, Any]) -> Case:
    """A symmetric cell whose electrolyte is `n` voxels thick."""
    cell = CELL | {"electrolyte": CELL["electrolyte"] | {"thickness": f"{n * VOXEL * 1e6} um"}}
    return read_case({"title": "benchmark", "cell": cell, "protocol": protocol})


def polycrystal(n: int, dimension: int, **settings: Any) -> Resolved:
    """The resolved model of `n` voxels along each axis."""
    plane = dimension == 2
    microstructure = {
        "generate": "polycrystal",
        "size": [f"{n * VOXEL * 1e6} um"] * dimension,
        "grain": "8 um" if plane else "5 um",
        "porosity": 0.03 if plane else 0.0,
        "periodic": True,
        "seed": 1,
    }
    flaws = {
        "count": 3 if plane else 1,
        "length": 4e-6 if plane else 3e-6,
        "spread": 0.0,
        "along_boundaries": plane,
        "seed": 3,
    }
    given = {"lithium": "viscous", "fracture": True, "tolerance": 1e-6} | settings
    return Resolved(voxel=VOXEL, microstructure=microstructure, flaws=flaws, **given)


@dataclass
class Clock:
    """What was measured in a run: a line for every time step that stood, and the time of every part of the physics."""

    steps: list[dict[str, float]] = field(default_factory=list)
    parts: dict[str, list[float]] = field(default_factory=dict)
    _open: list[float] = field(default_factory=list)
    _since: tuple[float, float] = (0.0, 0.0)

    def timed(self, name: str, action: Callable[..., Any]) -> Callable[..., Any]:
        """The same function; its processor time, without that of timed functions inside, is added up by name."""

        def measured(*given: Any, **named: Any) -> Any:
            start = time.process_time()
            self._open.append(0.0)
            try:
                return action(*given, **named)
            finally:
                spent, inside = time.process_time() - start, self._open.pop()
                row = self.parts.setdefault(name, [0.0, 0.0])
                row[0], row[1] = row[0] + 1, row[1] + spent - inside
                if self._open:
                    self._open[-1] += spent

        return measured

    def start(self) -> None:
        """From here on."""
        self._since = time.perf_counter(), time.process_time()

    def stood(self, outcome: Any) -> None:
        """A time step stands; what was refused before it is in its time."""
        now = time.perf_counter(), time.process_time()
        self.steps.append(
            {
                "wall": now[0] - self._since[0],
                "processor": now[1] - self._since[1],
                "passes": outcome.passes,
                "cracked": outcome.cracked,
                "pressure": float(max(outcome.state.cluster_pressure, default=0.0)),
            }
        )
        self._since = now

    def median(self, name: str) -> float:
        """Over the steps."""
        return statistics.median(step[name] for step in self.steps)


def _places() -> list[tuple[Any, str, str]]:
    """Functions to time: where, their name, and the physics they belong to."""
    from lisse.models.resolved.cell_step import CellStep
    from lisse.models.resolved.contact_columns import ContactColumns
    from lisse.models.resolved.cracks import Cracks
    from lisse.models.resolved.electrodes import Electrodes
    from lisse.models.resolved.electrolyte_body import ElectrolyteBody
    from lisse.models.resolved.electrolyte_response import Response
    from lisse.models.resolved.electrolyte_solver import KeptCycle, KeptFactor
    from lisse.models.resolved.march import March
    from lisse.models.resolved.phase_field import PhaseField

    return [
        (CellStep, "take", "the step itself"),
        (CellStep, "_network", "network, faces"),
        (CellStep, "_faces", "network, faces"),
        (CellStep, "_charge", "charge balance"),
        (CellStep, "_booked", "clusters, books"),
        (ContactColumns, "advance", "voids"),
        (Electrodes, "press", "viscous lithium"),
        (Cracks, "settle", "crack pressures"),
        (ElectrolyteBody, "respond", "loads of the electrolyte"),
        (KeptFactor, "set_degradation", "elastic factor"),
        (KeptFactor, "solve", "elastic solves"),
        (KeptCycle, "set_degradation", "elastic factor"),
        (KeptCycle, "solve", "elastic solves"),
        (Response, "strain_energy", "strain energy"),
        (PhaseField, "advance", "phase field"),
        (March, "_record", "records"),
    ]


@contextmanager
def watched(clock: Clock) -> Iterator[None]:
    """Inside, every run is measured by the clock."""
    from lisse.models.resolved.march import March

    kept: list[tuple[Any, str, Any]] = []

    def put(where: Any, name: str, other: Callable[..., Any]) -> None:
        kept.append((where, name, vars(where)[name]))
        setattr(where, name, other)

    for where, name, words in _places():
        put(where, name, clock.timed(words, vars(where)[name]))
    stand, begin = vars(March)["_stand"], vars(March)["_begin"]

    def stood(march: Any, index: int, step: Any, outcome: Any, *others: Any) -> None:
        stand(march, index, step, outcome, *others)
        clock.stood(outcome)

    def begun(march: Any, *given: Any) -> None:
        begin(march, *given)
        clock.start()

    put(March, "_stand", stood)
    put(March, "_begin", begun)
    try:
        yield
    finally:
        for where, name, before in reversed(kept):
            setattr(where, name, before)


def measured(n: int, dimension: int, steps: int, **settings: Any) -> Clock:
    """A run of so many time steps at 3 mA/cm2."""
    case, clock = cell_case(n, HOLD), Clock()
    with watched(clock):
        found = lisse.solve(
            polycrystal(n, dimension, most_steps=steps, **settings), case.cell, case.protocol, throw=False
        )
    if len(clock.steps) < steps and found.status == "failed":
        print(f"  after {len(clock.steps)} steps: {found.status_text}")
    return clock


def warm_up(dimension: int) -> None:
    """Compile what runs in the timed part."""
    measured(24, dimension, 12)


# -- parts -------------------------------------------------------------------------------------------------------------


def step(chosen: argparse.Namespace) -> None:
    """One time step with all physics: medians over a run in which cracks load and then grow."""
    warm_up(2)
    print(
        f"one time step, 2-D, all physics; medians of {chosen.steps} (to reach: {BUDGETS['step']:.0f} s at 256 x 256)"
    )
    first = None
    for n in chosen.sizes:
        clock = measured(n, 2, chosen.steps)
        wall, processor = clock.median("wall"), clock.median("processor")
        effort = processor / (n * n * math.log(n * n))
        first = first or effort
        passes = clock.median("passes")
        cracked = sum(one["cracked"] for one in clock.steps)
        slowest = max(one["processor"] for one in clock.steps)
        print(
            f"  {n:4d} x {n:<4d} {wall:7.2f} s ({processor:6.2f} s of processor time, slowest {slowest:6.2f} s), "
            f"{passes:.0f} passes, {cracked:.0f} voxels cracked; over N log N {effort / first:5.2f} of the first"
        )


def ramp(chosen: argparse.Namespace) -> None:
    """A CCD ramp until the cell fails."""
    warm_up(2)
    for n in chosen.ramps:
        case, clock = cell_case(n, RAMP), Clock()
        began = time.perf_counter(), time.process_time()
        with watched(clock):
            found = lisse.solve(polycrystal(n, 2, most_steps=20_000), case.cell, case.protocol, throw=False)
        wall, processor = time.perf_counter() - began[0], time.process_time() - began[1]
        limit = BUDGETS.get(f"ramp {n}")
        aim = f" (to reach: {limit / 60:.0f} min)" if limit else ""
        print(
            f"ramp {n} x {n}: {wall / 60:.1f} min, {processor / 60:.1f} min of processor time{aim}; "
            f"{len(clock.steps)} steps, {clock.median('processor'):.2f} s each (median); {found.status_text}"
        )
        told = {name: f"{value:.1e}" for name, value in (found.conservation or {}).items() if value is not None}
        print(
            f"  {found.verdict.mode} at {found.verdict.critical_current_density or 0.0:.3g} A/m2, conservation {told}"
        )
        table(clock)


def space(chosen: argparse.Namespace) -> None:
    """One time step in three dimensions."""
    warm_up(3)
    print(
        f"one time step, 3-D, all physics; medians of {chosen.cube_steps} (to reach: {BUDGETS['cube']:.0f} s at 64^3)"
    )
    for n in chosen.cubes:
        clock = measured(n, 3, chosen.cube_steps)
        print(
            f"  {n}^3: {clock.median('wall'):.1f} s ({clock.median('processor'):.1f} s of processor time), "
            f"largest crack pressure {max(one['pressure'] for one in clock.steps) / 1e6:.0f} MPa"
        )
        table(clock)


def memory(chosen: argparse.Namespace) -> None:
    """Peak memory of a run in a process of its own, less that of one on 24 x 24 voxels, per voxel."""
    print(f"memory, byte per voxel of a whole run (to reach: {BUDGETS['memory']:.0f})")
    base = _peak(24, 2)
    for dimension, sizes in ((2, chosen.sizes), (3, chosen.cubes)):
        for n in sizes:
            peak = _peak(n, dimension)
            print(f"  {n}^{dimension}: {(peak - base) / n**dimension:6.0f}, peak of the process {peak / 1e6:.0f} MB")


def _peak(n: int, dimension: int) -> int:
    """Bytes."""
    ran = [sys.executable, __file__, "_one", "--one", str(n), str(dimension)]
    words = subprocess.run(ran, check=True, capture_output=True, text=True).stdout.split()
    return int(words[-1])


def one(chosen: argparse.Namespace) -> None:
    """A few steps, and the peak memory of the process."""
    measured(chosen.one[0], chosen.one[1], 4)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)


def profile(chosen: argparse.Namespace) -> None:
    """Where the time goes."""
    warm_up(2)
    for n in chosen.sizes:
        if n > 256:
            continue
        for lithium in ("fluid", "viscous"):
            clock = measured(n, 2, chosen.steps, lithium=lithium)
            total = sum(one["processor"] for one in clock.steps)
            print(f"{n} x {n}, {lithium} lithium: {len(clock.steps)} steps, {total:.1f} s of processor time")
            table(clock)


def table(clock: Clock) -> None:
    """Print the time by physics."""
    total = sum(row[1] for row in clock.parts.values())
    for name, (count, spent) in sorted(clock.parts.items(), key=lambda item: -item[1][1]):
        if spent > 2e-3 * total:
            print(
                f"    {name:26s} {spent:8.2f} s {spent / total:6.1%}  {count:6.0f} times {spent / count * 1e3:8.2f} ms"
            )


# -- other programs ----------------------------------------------------------------------------------------------------


def peers(chosen: argparse.Namespace) -> None:
    """One charge solve and one elastic solve of the same polycrystal, here and in other programs."""
    from lisse.models.resolved.charge import ChargeBalance, Faces
    from lisse.numerics.conduction import face_conductances
    from lisse.numerics.elasticity import Support, Traction, VoxelElasticity
    from lisse.numerics.elasticity_stiffness import VoxelStiffness

    for n in [size for size in chosen.sizes if size <= 256]:
        domain = _domain(n)
        shape, film = domain.shape, 2e-3  # ohm m2
        sigma = np.where(domain.solid, domain.conductivity, 0.0)
        bulk, shear = _moduli(domain)
        number = np.arange(n * n).reshape(shape)
        ends = [(side, plane[sigma[row] > 0]) for side, (row, plane) in enumerate(((0, number[0]), (-1, number[-1])))]
        cell = np.concatenate([cells for _, cells in ends])
        faces = Faces(
            cell=cell,
            electrode=np.repeat([0, 1], [len(cells) for _, cells in ends]),
            area=np.full(len(cell), VOXEL),
            half=0.5 * VOXEL / sigma.reshape(-1)[cell],
            film=np.full(len(cell), film),
            exchange=np.full(len(cell), 10.0),
            shift=np.zeros(len(cell)),
            contact=np.ones(len(cell)),
            constriction=np.zeros(len(cell)),
            temperature=298.15,
            kinetics=("linear", "linear"),
        )
        current = 10.0 * n * VOXEL

        def charge(sigma: Any = sigma, faces: Any = faces, current: float = current) -> float:
            between = face_conductances(sigma, (VOXEL, VOXEL), None, None, (False, True))
            return ChargeBalance(between, VOXEL).solve(faces, current).voltage

        def elastic(method: str, bulk: Any = bulk, shear: Any = shear) -> float:
            problem = VoxelElasticity(
                VoxelStiffness.of_moduli(bulk, shear), (VOXEL, VOXEL), [Support(0, "low", [0, 0])], method=method
            )
            found = problem.solve([Traction(0, "high", [-3e6, 0.0])])
            return float(found.displacement[0, -1].mean())

        rows = {
            "charge, lisse": _smallest(charge),
            "elastic, lisse (multigrid)": _smallest(lambda elastic=elastic: elastic("multigrid")),
            "elastic, lisse (direct)": _smallest(lambda elastic=elastic: elastic("direct")),
        }
        with tempfile.TemporaryDirectory() as room:
            given = Path(room) / "problem.npz"
            drop = 0.5 * VOXEL / np.where(sigma > 0, sigma, 1.0) + film + faces.thermal / 10.0
            np.savez(given, sigma=sigma, drop=drop, bulk=bulk, shear=shear, voxel=VOXEL, current=current)
            for interpreter in chosen.peers:
                rows |= _elsewhere(interpreter, given)
        print(f"one solve, {n} x {n} voxels, set-up included; smallest of several")
        for name, (seconds, answer) in rows.items():
            own = rows["charge, lisse" if name.startswith("charge") else "elastic, lisse (multigrid)"][0]
            print(f"  {name:32s} {seconds:8.3f} s, {seconds / own:6.1f} times the first; answer {answer:.6g}")


def _domain(n: int) -> Any:
    """The electrolyte of the benchmark."""
    from lisse.models.resolved.structure import Structure

    model = polycrystal(n, 2)
    names = Structure.__dataclass_fields__
    structure = Structure(**{name: getattr(model, name) for name in names})
    return structure.domain(cell_case(n, HOLD).cell, 298.15, None)[0]


def _moduli(domain: Any) -> tuple[Any, Any]:
    """Pa. Bulk and shear modulus of every voxel; pores are a millionth as stiff, so that nothing is loose."""
    modulus = np.where(domain.youngs_modulus > 0, domain.youngs_modulus, 1e-6 * domain.youngs_modulus.max())
    ratio = np.where(domain.youngs_modulus > 0, domain.poisson_ratio, 0.25)
    return modulus / (3 * (1 - 2 * ratio)), modulus / (2 * (1 + ratio))


def _smallest(action: Callable[[], float]) -> tuple[float, float]:
    """s, and the answer. After one run that is not counted."""
    answer, times = action(), []
    for _ in range(3):
        start = time.perf_counter()
        answer = action()
        times.append(time.perf_counter() - start)
    return min(times), answer


def _elsewhere(interpreter: str, given: Path) -> dict[str, tuple[float, float]]:
    """Times and answers of other programs, by name."""
    script = Path(__file__).with_name("resolved_peers.py")
    ran = subprocess.run([interpreter, str(script), str(given)], capture_output=True, text=True, check=False)
    if ran.returncode != 0:
        print(f"  {interpreter}: {ran.stderr.strip().splitlines()[-1:]}")
    found = {}
    for line in ran.stdout.splitlines():
        name, seconds, answer = line.rsplit(";", 2)
        found[name] = float(seconds), float(answer)
    return found


PARTS = {"step": step, "ramp": ramp, "space": space, "memory": memory, "profile": profile, "peers": peers, "_one": one}
USUAL = ("step", "space", "memory", "profile")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], metavar="PART")
    parser.add_argument("--sizes", type=int, nargs="+", default=[64, 128, 256, 512])
    parser.add_argument("--ramps", type=int, nargs="+", default=[128, 256])
    parser.add_argument("--cubes", type=int, nargs="+", default=[32, 64])
    parser.add_argument("--steps", type=int, default=14)
    parser.add_argument("--cube-steps", type=int, default=4)
    parser.add_argument("--peers", nargs="+", default=[sys.executable])
    parser.add_argument("--one", type=int, nargs=2, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if os.environ.get("OMP_NUM_THREADS") != "1":
        print("OMP_NUM_THREADS is not 1: BLAS may use more threads than there are free cores")
    for part in chosen.parts or USUAL:
        PARTS[part](chosen)


if __name__ == "__main__":
    main()
