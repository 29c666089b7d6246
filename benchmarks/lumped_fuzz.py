"""The lumped model on random cells, most of which nobody would build: every run must end, and say how.

    python benchmarks/lumped_fuzz.py [--cells 10000] [--first 0] [--processes 2] [--limit 20]

A cell, its protocol and the settings of the model follow from one seed. All that a case file can say is drawn, far
beyond what is sensible: exchange current densities from 1e-3 to 1e5 A/m2, contact as formed down to almost nothing,
1e-6 to 1e3 mA/cm2, 200 to 500 K, 0 to 1 GPa, every kind of cell, electrolyte, metal, cathode, closure, kinetics,
interphase, fixture and protocol. A number that the library lacks is drawn as well.

Every run must be completed, stopped by the cell, failed with a text that names the physics, or refused as bad input.
A run that raises anything else, records NaN where there is metal, or takes longer than the limit is a defect; the
script ends with 1 if there was one, and names the seeds.
"""

from __future__ import annotations

import argparse
import functools
import multiprocessing
import sys
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any

import numpy as np

from lisse import materials
from lisse.cell import (
    CLOSURES,
    FLAW_GEOMETRIES,
    INTERPHASE_KINDS,
    KINETICS,
    Cathode,
    Cell,
    Electrolyte,
    FlawPopulation,
    Interface,
    Interphase,
    LithiumElectrode,
    Stack,
)
from lisse.errors import InvalidInput, MissingValue
from lisse.materials import Material
from lisse.models.lumped import Lumped
from lisse.protocol import (
    Protocol,
    Step,
    ccd_ramp,
    cycle,
    full_cell,
    hold,
    one_way,
    pressure_steps,
    rest,
    steps,
    temperature_steps,
)
from lisse.records import Solution

LIMIT = 20.0  # s for one run
MILLIAMPERE = 10.0  # A/m2 per mA/cm2

_UNKNOWN = {  # ranges for numbers that the library lacks, SI
    "surface_energy": (0.1, 1.0),
    "molar_volume": (5e-6, 3e-5),
    "fracture_toughness": (1e5, 3e6),
    "youngs_modulus": (1e8, 2e11),
    "poisson_ratio": (0.2, 0.49),
    "ionic_conductivity": (1e-6, 1.0),
    "solid_diffusivity": (1e-16, 1e-11),
    "solid_molar_volume": (5e-6, 3e-5),
    "active_volume_change": (-1e-6, 1e-6),
}


class Draw:
    """Random numbers of one seed, as a case needs them."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)

    def log(self, low: float, high: float) -> float:
        """Evenly in the logarithm."""
        return float(np.exp(self.random.uniform(np.log(low), np.log(high))))

    def even(self, low: float, high: float) -> float:
        """Evenly."""
        return float(self.random.uniform(low, high))

    def one(self, *choices: Any) -> Any:
        """One of them."""
        return choices[int(self.random.integers(len(choices)))]

    def maybe(self, share: float) -> bool:
        """True in this share of all draws."""
        return bool(self.random.uniform() < share)


# -- what is drawn ---------------------------------------------------------------------------------------------------


@functools.cache
def library(kind: str) -> tuple[Material, ...]:
    """The materials of a kind, those left out that no model can treat for want of a law."""
    found = [materials.load(name) for name in materials.names()]
    needed = {"metal": "creep", "cathode": "open_circuit_voltage"}.get(kind, "ionic_conductivity")
    return tuple(material for material in found if material.kind == kind and material.has(needed))


def interphase(draw: Draw) -> Interphase:
    """Any interphase."""
    kind = draw.one(*INTERPHASE_KINDS)
    passivating, grows = kind == "passivating", kind != "resistive" or draw.maybe(0.5)
    mechanics = draw.maybe(0.5)
    reacts = passivating or (grows and draw.maybe(0.5))
    return Interphase(
        kind=kind,
        conductivity=draw.log(1e-9, 1e-1),
        initial_thickness=draw.log(1e-10, 1e-7),
        lithium_ratio=draw.even(0.0, 1.5),
        rate_constant=draw.log(1e-24, 1e-15) if grows and not passivating else None,
        reaction_rate=draw.log(1e-14, 1e-8) if reacts else None,
        decay_length=draw.log(1e-10, 1e-8) if passivating else None,
        cycling_acceleration=draw.one(0.0, draw.log(1e-4, 0.3)),
        volume_change=draw.even(-0.5, 0.5),
        youngs_modulus=draw.log(1e9, 1e11) if mechanics else None,
        fracture_toughness=draw.log(1e5, 1e6) if mechanics else None,
    )


def interface(draw: Draw) -> Interface:
    """Any interface."""
    dirty = draw.one(0.0, draw.even(0.0, 0.95))
    return Interface(
        resistance=draw.one(0.0, draw.log(1e-6, 1.0)),
        exchange_current_density=draw.log(1e-3, 1e5),
        anodic_transfer_coefficient=draw.one(0.5, draw.even(0.1, 0.9)),
        void_density=draw.log(1e6, 1e15),
        contact_angle=draw.even(0.1, 3.0),
        void_closure_coefficient=draw.one(0.0, draw.log(1e-9, 1e-4)),
        small_scale_strength_factor=draw.log(0.3, 300.0),
        contact_hardness=draw.log(1e4, 1e12),
        injection=draw.one(0.0, 1.0, draw.even(0.0, 1.0)),
        refill=draw.one(0.0, 1.0, draw.even(0.0, 1.0)),
        nucleus_radius=draw.log(1e-9, 1e-5),
        contact_limit=draw.one(0.2, 0.5, draw.even(0.01, 0.95)),
        kinetics=draw.one(*KINETICS),
        closure=draw.one(*CLOSURES),
        void_density_exponent=draw.one(0.0, 0.0, draw.even(-1.0, 2.0)),
        void_density_current=draw.log(0.1, 100.0),
        vacancy_current=draw.one(0.0, draw.log(1e-2, 1e2)),
        contamination=dirty,
        contaminated_contact_angle=draw.even(1.0, 3.0) if dirty else None,
        adhesion_strength=draw.one(0.0, draw.log(1e3, 1e7)),
        dead_share=draw.one(0.0, 0.0, draw.even(0.0, 0.5), 1.0),
        interphase=interphase(draw) if draw.maybe(0.4) else None,
    )


def stack(draw: Draw) -> Stack:
    """Any fixture; its pressures may be zero."""
    gap, formed = draw.maybe(0.3), draw.maybe(0.2)
    return Stack(
        pressure=draw.one(0.0, draw.log(1e3, 1e9), draw.log(1e5, 1e8)),
        forming_pressure=draw.one(0.0, draw.log(1e3, 1e9)),
        fixture="constant-gap" if gap else draw.one("constant-pressure", "schedule"),
        stiffness=draw.log(1e8, 1e14) if gap else None,
        forming_time=draw.log(1.0, 1e6) if formed else 0.0,
        forming_temperature=draw.even(250.0, 480.0) if formed and draw.maybe(0.5) else None,
    )


def cell(draw: Draw) -> Cell:
    """Any cell."""
    kind = draw.one("symmetric", "symmetric", "anode-free", "full", "full")
    metal = draw.one(*library("metal")) if draw.maybe(0.4) else materials.load("lithium")
    solids = library("electrolyte")
    solid = draw.one(*solids) if draw.maybe(0.85) else draw.one(*library("polymer"))
    thickness = draw.log(1e-6, 3e-3)
    flaws = None
    if draw.maybe(0.6):
        flaws = FlawPopulation(
            mean_length=thickness * draw.log(1e-3, 0.3),
            spread=draw.one(0.0, draw.even(0.0, 1.0)),
            density=draw.log(1e2, 1e12),
            geometry=draw.one(*FLAW_GEOMETRIES),
            focusing=draw.one(1.0, draw.log(1.0, 30.0)),
        )
    layer = Electrolyte(solid, thickness, flaws, draw.one(0.0, draw.log(1e-5, 1.0)))
    lithium = LithiumElectrode(metal, draw.log(1e-7, 1e-3))
    working = LithiumElectrode(metal, 0.0) if kind == "anode-free" else lithium
    return Cell(
        kind=kind,
        area=draw.log(1e-7, 1e-2),
        temperature=draw.even(200.0, 500.0),
        electrolyte=layer,
        working=working,
        counter=_cathode(draw) if kind == "full" else lithium,
        interface=interface(draw),
        stack=stack(draw),
    )


def _cathode(draw: Draw) -> Cathode:
    return Cathode(
        material=draw.one(*library("cathode")),
        areal_capacity=draw.log(0.1, 10.0) * 36000.0,
        resistance=draw.one(0.0, draw.log(1e-6, 1.0)),
        exchange_current_density=draw.one(None, draw.log(1e-3, 1e5)),
    )


def protocol(draw: Draw) -> Protocol:
    """Any protocol, of a length that a run may take."""
    current = draw.log(1e-6, 1e3) * MILLIAMPERE
    if draw.maybe(0.5):  # half of all at what laboratories use
        current = draw.log(0.03, 10.0) * MILLIAMPERE
    charge = draw.log(1e-3, 5.0) * 3600.0 * MILLIAMPERE
    half = {"half_cycle_charge": charge} if draw.maybe(0.5) else {"half_cycle_time": draw.log(1.0, 1e6)}
    pause, limit = draw.one(0.0, draw.log(1.0, 1e5)), draw.one(5.0, draw.log(0.1, 1e3), 1e6)
    which = int(draw.random.integers(8))
    if which == 0:
        return ccd_ramp(current, current, 10.0 * current, **half, rest=pause, voltage_limit=limit)
    if which == 1:
        return one_way(current, current, 10.0 * current, **half, rest=pause, voltage_limit=limit)
    if which == 2:
        return cycle(current, 4, **half, rest=pause, voltage_limit=limit)
    if which == 3:
        low = draw.even(0.0, 4.0)
        high = low + draw.log(1e-3, 1.0)
        cutoff = current * draw.log(1e-4, 0.9)
        return full_cell(current, high, low, cutoff, 2, **half, hold=draw.log(1.0, 1e6), rest=pause, voltage_limit=5.0)
    if which == 4:
        return hold(draw.one(-1.0, 1.0) * draw.log(1e-6, 5.0), draw.log(1.0, 1e7), limit)
    if which == 5:
        change = draw.log(1e3, 1e8)
        return pressure_steps(draw.one(-1.0, 0.0, 1.0) * current, 5.0 * change, change, 0.0, draw.log(1.0, 1e5), limit)
    if which == 6:
        return temperature_steps(current, 220.0, 60.0, 480.0, draw.log(1.0, 1e5), limit)
    return steps([_step(draw, current) for _ in range(6)], limit) if draw.maybe(0.8) else rest(draw.log(1.0, 1e9))


def _step(draw: Draw, current: float) -> Step:
    """Any step."""
    set_to: dict[str, Any] = {"current_density": draw.one(-1.0, 0.0, 1.0) * draw.log(0.1, 10.0) * current}
    if draw.maybe(0.3):
        set_to = {"voltage": draw.one(-1.0, 1.0) * draw.log(1e-4, 5.0)}
    return Step(
        **set_to,
        duration=draw.log(1.0, 1e6),
        stack_pressure=draw.one(None, None, 0.0, draw.log(1e3, 1e9)),
        temperature=draw.one(None, None, draw.even(200.0, 500.0)),
    )


def case(seed: int) -> tuple[Lumped, Cell, Protocol, int | None]:
    """The model, cell, protocol and seed of the flaws that belong to one seed.

    Raises
    ------
    InvalidInput, MissingValue
        Where what was drawn cannot be described.
    """
    draw = Draw(seed)
    model = Lumped(flaw_classes=draw.one(1, 6, 32), relative_tolerance=draw.one(1e-4, draw.log(1e-7, 1e-2)))
    return model, cell(draw), protocol(draw), draw.one(None, seed)


# -- one run ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """What became of one run.

    Attributes
    ----------
    seed : int
    status : str
        ``completed``, ``stopped``, ``failed``, ``refused``; or a defect: ``raised``, ``NaN``, ``hung``, ``wordless``
        (a failure without a word of physics), ``killed``.
    text : str
    seconds : float
    kind : str
        Kind of cell and protocol.
    """

    seed: int
    status: str
    text: str
    seconds: float
    kind: str = ""

    @property
    def defect(self) -> bool:
        """Whether this must not happen."""
        return self.status not in ("completed", "stopped", "failed", "refused")


def run(seed: int) -> Outcome:
    """Solve one case."""
    start = time.perf_counter()
    kind = ""
    try:
        model, drawn, test, flaws = case(seed)
        kind = f"{drawn.kind}, {test.name}"
        solution, drawn = _solved(model, drawn, test, flaws, Draw(seed + 2**32))
    except (InvalidInput, MissingValue) as error:
        return Outcome(seed, "refused", str(error), time.perf_counter() - start, kind)
    except Exception as error:  # what else comes up is what this script looks for
        place = traceback.extract_tb(error.__traceback__)[-1]
        text = f"{type(error).__name__}: {error} ({place.filename.rsplit('/', 1)[-1]}:{place.lineno})"
        return Outcome(seed, "raised", text, time.perf_counter() - start, kind)
    seconds = time.perf_counter() - start
    broken = not_a_number(solution, drawn)
    if broken:
        return Outcome(seed, "NaN", f"in {', '.join(broken)}; {solution.status_text}", seconds, kind)
    return Outcome(seed, solution.status, solution.status_text, seconds, kind)


def _solved(model: Lumped, drawn: Cell, test: Protocol, flaws: int | None, draw: Draw) -> tuple[Solution, Cell]:
    """Solve, with a random number for each that turns out to be unknown."""
    for _ in range(len(_UNKNOWN)):
        try:
            return model.solve(drawn, test, seed=flaws), drawn
        except MissingValue as error:
            changed = _completed(drawn, error, draw)
            if changed is None:
                raise
            drawn = changed
    return model.solve(drawn, test, seed=flaws), drawn


def _completed(drawn: Cell, error: MissingValue, draw: Draw) -> Cell | None:
    """The cell with a drawn number for what was missing; ``None`` where there is no range for it."""
    name = error.property
    if name not in _UNKNOWN:
        return None
    value = draw.even(*_UNKNOWN[name]) if min(_UNKNOWN[name]) < 0.0 else draw.log(*_UNKNOWN[name])
    changes = {}
    parts = {"working": drawn.working.material, "counter": drawn.counter.material}
    for part, material in (parts | {"electrolyte": drawn.electrolyte.material}).items():
        if material.name == error.material and not material.has(name):
            changes[f"{part}__material"] = material.with_value(name, value)
    return drawn.replace(**changes) if changes else None


def not_a_number(solution: Solution, drawn: Cell) -> list[str]:
    """Names of the traces with NaN or infinity where there is something to know; at a cathode there is no interface."""
    found = []
    flawless = drawn.electrolyte.flaws is None
    for name in map(str, solution.data.variables):
        values = solution[name].values
        if values.dtype.kind != "f":
            continue
        if solution[name].dims == ("time", "interface"):
            if name == "lithium_fraction" or (flawless and name in ("flaw_length", "plating_pressure")):
                continue
            values = values if drawn.kind != "full" else values[:, 0]
        if not np.isfinite(values).all():
            found.append(name)
    return found


# -- many runs --------------------------------------------------------------------------------------------------------


def _serve(line: Connection) -> None:
    """Solve the seeds that come along the line."""
    warnings.simplefilter("error")  # a run that warns of an overflow has looked where nothing is
    while (seed := line.recv()) is not None:
        line.send(run(seed))


class _Worker:
    """A process that solves one seed at a time and is replaced when it takes too long."""

    def __init__(self, context: multiprocessing.context.SpawnContext) -> None:
        self.line, end = context.Pipe()
        self.process = context.Process(target=_serve, args=(end,), daemon=True)
        self.process.start()
        end.close()
        self.seed: int | None = None
        self.since = 0.0

    def give(self, seed: int) -> None:
        """Start on a seed."""
        self.seed, self.since = seed, time.perf_counter()
        self.line.send(seed)

    def end(self) -> None:
        """Stop the process, whatever it does."""
        self.process.kill()
        self.process.join()
        self.line.close()


def outcomes(seeds: range, processes: int, limit: float) -> Iterator[Outcome]:
    """The outcome of every seed, as they come; a run beyond the limit (s) is ended."""
    context = multiprocessing.get_context("spawn")
    left = iter(seeds)
    workers = [_Worker(context) for _ in range(processes)]
    started = time.perf_counter()
    for worker in workers:
        seed = next(left, None)
        if seed is not None:
            worker.give(seed)
    while any(worker.seed is not None for worker in workers):
        busy = [worker for worker in workers if worker.seed is not None]
        ready = wait([worker.line for worker in busy], timeout=1.0)
        for worker in busy:
            found = _received(worker, worker.line in ready, limit if time.perf_counter() - started > 60.0 else 60.0)
            if found is None:
                continue
            yield found
            if found.status in ("hung", "killed"):
                worker.end()
                workers[workers.index(worker)] = worker = _Worker(context)
            worker.seed = None
            seed = next(left, None)
            if seed is not None:
                worker.give(seed)
    for worker in workers:
        worker.end()


def _received(worker: _Worker, ready: bool, limit: float) -> Outcome | None:
    seconds = time.perf_counter() - worker.since
    seed = -1 if worker.seed is None else worker.seed
    if ready:
        try:
            found: Outcome = worker.line.recv()
        except EOFError:
            return Outcome(seed, "killed", "the process ended", seconds)
        return found
    return Outcome(seed, "hung", f"longer than {limit:g} s", seconds) if seconds > limit else None


def main() -> int:
    """Run and print; 1 if there was a defect."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cells", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--limit", type=float, default=LIMIT, help="s for one run")
    given = parser.parse_args()
    found: list[Outcome] = []
    for one in outcomes(range(given.first, given.first + given.cells), given.processes, given.limit):
        found.append(one)
        if one.defect or one.status == "failed":
            print(f"{one.status:9s} seed {one.seed} ({one.kind}, {one.seconds:.1f} s): {one.text}", flush=True)
        if len(found) % 500 == 0:
            print(f"{len(found)} of {given.cells}", dict(Counter(each.status for each in found)), flush=True)
    report(found)
    return int(any(one.defect for one in found))


def report(found: list[Outcome]) -> None:
    """Print counts, reasons and the slowest runs."""
    print(f"\n{len(found)} cells: {dict(Counter(one.status for one in found).most_common())}")
    for kind, count in Counter(one.kind.split(",")[0] for one in found).most_common():
        of_kind = Counter(one.status for one in found if one.kind.split(",")[0] == kind)
        print(f"  {kind or 'not described':14s} {count:6d} {dict(of_kind.most_common())}")
    stopped = Counter(one.text.split(":")[1].split(" after ")[0].strip() for one in found if one.status == "stopped")
    print(f"stopped by: {dict(stopped.most_common())}")
    print("refused for:")
    for text, count in Counter(one.text[:90] for one in found if one.status == "refused").most_common(12):
        print(f"  {count:6d} {text}")
    seconds = np.array([one.seconds for one in found])
    print(f"seconds: median {np.median(seconds):.3f}, 99 % {np.quantile(seconds, 0.99):.2f}, most {seconds.max():.2f}")
    for one in sorted(found, key=lambda each: -each.seconds)[:8]:
        print(f"  seed {one.seed}: {one.seconds:.2f} s ({one.kind}) {one.status} {one.text[:60]}")


if __name__ == "__main__":
    sys.exit(main())
