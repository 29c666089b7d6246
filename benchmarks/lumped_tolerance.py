"""What the relative tolerance of the lumped model costs and what it buys, for four kinds of cell.

    python benchmarks/lumped_tolerance.py

Prints the table of docs/explanation/lumped_model.md: changes against the tightest tolerance, and the wall time over
that at 1e-4, the default (fastest of three runs; machines are noisy).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from lisse.models import Lumped, solve
from lisse.records import Solution
from lisse.study import read_case

TOLERANCES = (1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9)
TIGHTEST = 1e-10
RUNS = 3

STACK = {"pressure": "3 MPa", "forming_pressure": "400 MPa"}
LLZO = {"material": "LLZO", "thickness": "300 um"}
FLAWS = {"mean_length": "5 um", "spread": 0.5, "density": "1e8 1/m^2"}
CATHODE = {"material": "NMC811", "areal_capacity": "3 mAh/cm^2"}
RAMP = {
    "name": "ccd-ramp",
    "start": "0.2 mA/cm^2",
    "step": "0.2 mA/cm^2",
    "stop": "3 mA/cm^2",
    "half_cycle": "0.25 mAh/cm^2",
}


def case(protocol: dict[str, Any], electrolyte: dict[str, Any], **cell: Any) -> dict[str, Any]:
    """A case as a file would have it, with 50 um of lithium unless another anode is given."""
    anode = {"material": "lithium", "thickness": "50 um"}
    return {
        "title": "tolerance",
        "cell": {"area": "1 cm^2", "anode": anode, "stack": STACK, "electrolyte": electrolyte} | cell,
        "protocol": protocol,
    }


def time_to_failure(solution: Solution) -> float:
    """s."""
    if solution.verdict.time is None:
        raise RuntimeError(f"the cell of this study should fail: {solution.status_text}")
    return solution.verdict.time


def last(name: str) -> Callable[[Solution], float]:
    """The last value of a trace, of its first interface if it has two."""
    return lambda solution: float(solution[name].values[-1].flat[0])


CELLS: dict[str, tuple[dict[str, Any], Callable[[Solution], float]]] = {
    "LLZO, ramp: time to short": (case(RAMP, LLZO | {"flaws": FLAWS}), time_to_failure),
    "LLZO, one way: time to lost contact": (
        case(
            {
                "name": "one-way",
                "start": "0.5 mA/cm^2",
                "step": "0.5 mA/cm^2",
                "stop": "2 mA/cm^2",
                "half_cycle": "2 h",
            },
            LLZO,
        ),
        time_to_failure,
    ),
    "polymer, 80 mV held: charge": (
        case(
            {"name": "hold", "voltage": "80 mV", "duration": "20 min"},
            {"material": "PEO-LiTFSI", "thickness": "100 um"},
            temperature="90 degC",
            stack={"pressure": "1 MPa", "forming_pressure": "1 MPa"},
            interface={"contact_hardness": "0.1 MPa"},
        ),
        last("charge"),
    ),
    "full, stiff, interphase: last voltage": (
        case(
            {
                "name": "full-cell",
                "current_density": "0.2 mA/cm^2",
                "upper_voltage": "4.1 V",
                "lower_voltage": "3.6 V",
                "cutoff_current": "0.05 mA/cm^2",
                "half_cycle": "2 mAh/cm^2",
                "cycles": 1,
                "rest": "1 h",
            },
            LLZO,
            kind="full",
            counter=CATHODE,
            stack=STACK | {"fixture": "constant-gap", "stiffness": "0.1 MPa/um"},
            interface={
                "interphase": {"kind": "mixed-conducting", "conductivity": "1e-6 S/cm", "rate_constant": "3e-19 m^2/s"}
            },
        ),
        last("voltage"),
    ),
}


def answer(
    raw: dict[str, Any], measure: Callable[[Solution], float], tolerance: float, runs: int
) -> tuple[float, float]:
    """The number that is studied, and the fastest wall time (s)."""
    here, model = read_case(raw), Lumped(relative_tolerance=tolerance)
    fastest, value = float("inf"), 0.0
    for _ in range(runs):
        start = time.perf_counter()
        value = measure(solve(model, here.cell, here.protocol))
        fastest = min(fastest, time.perf_counter() - start)
    return value, fastest


def main() -> None:
    """Print one line for each tolerance."""
    print("| tolerance | " + " | ".join(CELLS) + " |")
    print("| --- |" + " --- |" * len(CELLS))
    best = {name: answer(raw, measure, TIGHTEST, 1)[0] for name, (raw, measure) in CELLS.items()}
    found = {(name, t): answer(*CELLS[name], t, RUNS) for name in CELLS for t in TOLERANCES}
    for tolerance in TOLERANCES:
        line = []
        for name in CELLS:
            value, wall = found[name, tolerance]
            line.append(f"{abs(value / best[name] - 1.0):.0e}, {wall / found[name, 1e-4][1]:.1f}")
        print(f"| {tolerance:.0e} | " + " | ".join(line) + " |")
    print("\n" + "; ".join(f"{name} {value:.10g}" for name, value in best.items()))


if __name__ == "__main__":
    main()
