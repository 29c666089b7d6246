"""All closed-form criteria of a cell: one cell at a time, point by point over arrays, in a map and under uncertainty.

Run it with ``python benchmarks/criteria.py [--points 100000]``; nothing in it uses a second core.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

import lisse
from lisse.models.criteria import CRITERIA, evaluate
from lisse.models.inputs import read_inputs
from lisse.models.limits import limits
from lisse.models.uncertainty import sample_limits
from lisse.study import failure_map, parse_span

CASE = Path(__file__).parents[1] / "examples" / "ccd_llzo.toml"


def seconds(run: Callable[[], object], runs: int) -> float:
    """Median wall time, after one run to warm up."""
    run()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=int, default=100_000)
    points = parser.parse_args().points
    case = lisse.load_case(CASE, ["model.name=analytic", 'protocol.half_cycle="2 mAh/cm^2"'])
    table = read_inputs(case.cell, case.protocol)
    random = np.random.default_rng(0)
    spread = {
        name: float(table[name]) * np.exp(random.normal(0.0, 0.5, points))
        for name in ("stack_pressure", "flaw_length", "interface_resistance", "ionic_conductivity", "surface_energy")
    }
    many = table.with_values(spread)
    one = seconds(lambda: limits(case.cell, case.protocol), 30)
    print(f"one cell, read and judged by all criteria   {one * 1e3:8.2f} ms")
    alone = seconds(lambda: [evaluate(criterion, table) for criterion in CRITERIA], 30)
    print(f"one table of inputs, all criteria           {alone * 1e3:8.2f} ms")
    total = 0.0
    for criterion in CRITERIA:
        took = seconds(lambda criterion=criterion: evaluate(criterion, many), 3)
        total += took
        print(f"  {criterion.name:48s} {took / points * 1e6:8.4f} us a point")
    print(f"all criteria over arrays                    {total / points * 1e6:8.3f} us a point")
    print(f"  that is {alone / total * points:.0f} times as fast as one table after the other")
    x, y = parse_span("stack_pressure=0.1..60 MPa", 120), parse_span("current_density=0.02..10 mA/cm^2", 120)
    print(f"map of 120 x 120                            {seconds(lambda: failure_map(case, x, y), 3):8.3f} s")
    drawn = seconds(lambda: sample_limits(case.cell, case.protocol, 10_000), 3)
    print(f"Monte Carlo of 10,000                       {drawn:8.3f} s")


if __name__ == "__main__":
    main()
