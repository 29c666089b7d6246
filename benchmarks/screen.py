"""A screening of 60,648 candidates: all closed forms over arrays, beside one cell after the other.

Run it with ``python benchmarks/screen.py [--candidates 60648] [--draws 256]``; nothing in it uses a second core. The
table is made up, with conductivities over eight decades and toughnesses within a factor of two.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from lisse.models.limits import limits
from lisse.report import write_screening
from lisse.study import Screening, load_screen, screen
from lisse.study.candidates import read_candidates
from lisse.study.screen_runs import candidate_cell

CASE = Path(__file__).parents[1] / "examples" / "screen_cell.toml"
STUDY = """
title = "benchmark"
case = "{case}"
table = "table.csv"
[columns]
name = "name"
ionic_conductivity = {{column = "sigma", unit = "mS/cm", spread = "30 %"}}
fracture_toughness = {{column = "K", unit = "MPa m^0.5", spread = "15 %"}}
shear_modulus = {{column = "G", unit = "GPa", log10 = true, spread = 0.16}}
[missing]
exchange_current_density = {{value = "10 mA/cm^2", low = "3 mA/cm^2", high = "30 mA/cm^2"}}
interface_resistance = {{value = "5 ohm cm^2", low = "3 ohm cm^2", high = "8 ohm cm^2"}}
poisson_ratio = 0.25
molar_volume_ratio = 0.15
[rank]
mechanisms = ["filament-short", "voltage-limit"]
draws = {draws}
"""


def study_file(folder: Path, candidates: int, draws: int) -> Path:
    """Write a table and its study."""
    random = np.random.default_rng(1)
    columns = (10 ** random.normal(-3, 1.5, candidates), 10 ** random.normal(0, 0.15, candidates))
    rows = zip(*columns, random.normal(1.5, 0.4, candidates), strict=True)
    lines = [f"c{place},{sigma:.5g},{k:.5g},{g:.5g}" for place, (sigma, k, g) in enumerate(rows)]
    (folder / "table.csv").write_text("\n".join(["name,sigma,K,G", *lines]) + "\n")
    path = folder / f"study{draws}.toml"
    path.write_text(STUDY.format(case=CASE, draws=draws))
    return path


def timed(run: Callable[[], Any], runs: int = 3) -> tuple[float, Any]:
    """Best wall time of some runs, and what the last one gave."""
    best, found = np.inf, None
    for _ in range(runs):
        start = time.perf_counter()
        found = run()
        best = min(best, time.perf_counter() - start)
    return best, found


def one_by_one(found: Screening, count: int) -> None:
    """Some candidates, each as the electrolyte of a cell of its own, and all criteria of it."""
    case = found.study.case
    for which in range(count):
        limits(candidate_cell(case, found.candidates, found.numbers, which), case.protocol)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--candidates", type=int, default=60_648)
    parser.add_argument("--draws", type=int, default=256)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        central = load_screen(study_file(folder, given.candidates, 0))
        drawn = load_screen(study_file(folder, given.candidates, given.draws))
        reading, _ = timed(lambda: read_candidates(central))
        all_forms, found = timed(lambda: screen(central, workers=1))
        loop, _ = timed(lambda: one_by_one(found, 50), 3)
        alone = loop / 50 * given.candidates
        print(f"{given.candidates} candidates, {len(found.criteria)} criteria")
        print(f"  table read                               {reading:9.2f} s")
        print(f"  read, judged by all closed forms, ranked {all_forms:9.2f} s")
        print(f"  one cell after the other (of 50)         {alone:9.1f} s, {alone / all_forms:.0f} times as long")
        drawing, found = timed(lambda: screen(drawn, workers=1), 1)
        assert found.drawn is not None
        count = len(found.drawn.which)
        print(f"  with {given.draws} draws                           {drawing:9.2f} s, {count} candidates drawn")
        print(f"    of {found.drawn.audited} others, {found.drawn.missed} would have been among the best")
        writing, folder = timed(lambda: write_screening(Path(name) / "out", found), 1)
        size = (folder / "report.html").stat().st_size / 1e6
        print(f"  page, table and numbers written          {writing:9.2f} s, page of {size:.2f} MB")


if __name__ == "__main__":
    main()
