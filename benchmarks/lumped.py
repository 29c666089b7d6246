"""The lumped solve of the example, and a lithium half-cell of PyBaMM in the same process where it is installed.

    python benchmarks/lumped.py

The two do not solve the same equations (lisse: contact, voids and flaws of a symmetric cell over a whole ramp; PyBaMM:
a single-particle half cell over one discharge); what is compared is the cost of an answer and of an hour of protocol.
Machines are noisy: read the ratios, not the seconds.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import lisse

CASE = Path(__file__).parents[1] / "examples" / "ccd_llzo.toml"
RUNS = 7


def timed(action: Callable[[], object], runs: int = RUNS) -> tuple[float, float]:
    """Median and smallest wall time, s, after one run that is not counted."""
    action()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return statistics.median(times), min(times)


def lumped() -> tuple[float, float]:
    """The whole ramp of the example, to the short."""
    case = lisse.load_case(CASE)
    solution = lisse.solve(case.model, case.cell, case.protocol)
    hours = float(solution["time"].values[-1]) / 3600
    median, smallest = timed(lambda: lisse.solve(case.model, case.cell, case.protocol))
    print(f"lisse lumped, {hours:.1f} h of protocol: median {median:.3f} s, smallest {smallest:.3f} s")
    analytic = lisse.load_case(CASE, ['model.name="analytic"'])
    quick, _ = timed(lambda: lisse.solve(analytic.model, analytic.cell, analytic.protocol))
    print(f"lisse analytic, the same case: median {quick * 1e3:.1f} ms")
    return median, hours


def pybamm_half_cell() -> tuple[float, float] | None:
    """A discharge of PyBaMM's half cell (Xu2019: lithium | separator | NMC), solver and model already built."""
    try:
        import pybamm
    except ImportError:
        print("PyBaMM is not installed here: pip install pybamm, then run this again")
        return None
    pybamm.set_logging_level("ERROR")
    model = pybamm.lithium_ion.SPM({"working electrode": "positive"})
    simulation = pybamm.Simulation(model, parameter_values=pybamm.ParameterValues("Xu2019"))
    solution = simulation.solve([0, 3600])
    hours = float(solution.t[-1]) / 3600
    median, smallest = timed(lambda: simulation.solve([0, 3600]))
    version = pybamm.__version__
    print(f"PyBaMM {version} SPM half cell, {hours:.2f} h: median {median:.3f} s, smallest {smallest:.3f} s")
    return median, hours


if __name__ == "__main__":
    mine, my_hours = lumped()
    theirs = pybamm_half_cell()
    if theirs is not None:
        seconds, hours = theirs
        print(f"ratio of the solves, lisse ramp / PyBaMM discharge: {mine / seconds:.2f}")
        print(f"ratio per hour of protocol: {(mine / my_hours) / (seconds / hours):.3f}")
