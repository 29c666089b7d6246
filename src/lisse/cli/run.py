"""``lisse run``: one case to a verdict, with everything written beside it."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from lisse.cli.progress import bar

__all__ = ["add_parser", "run"]


def add_parser(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb."""
    parser = verbs.add_parser(
        "run",
        help="run a case file to a verdict and a report",
        description="Run one case. Writes case.toml (as run), solution.nc, summary.json and report.html.",
    )
    parser.add_argument("case", metavar="CASE.toml", help="the case file")
    parser.add_argument("-o", "--output", metavar="DIR", help="where to write (default: results/NAME beside the case)")
    parser.add_argument("--model", metavar="NAME", help="another model than the case file names: analytic or lumped")
    change = 'change one value, such as cell.stack.pressure="5 MPa"; may be repeated'
    parser.add_argument("--set", metavar='KEY.PATH="VALUE"', action="append", default=[], help=change)
    seed = "draw the longest flaw of each interface with this seed (default: its median)"
    parser.add_argument("--seed", type=int, metavar="N", help=seed)
    parser.add_argument("--json", action="store_true", help="print summary.json on standard output and nothing else")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Read, solve, write; 0 when done, 3 after a numerical failure."""
    from lisse.models.run import solve
    from lisse.report import summary, verdict_sentence, write_results
    from lisse.study.case import load_case

    overrides = [*arguments.set, *([f'model.name="{arguments.model}"'] if arguments.model else [])]
    case = load_case(arguments.case, overrides)
    source = Path(arguments.case)
    folder = Path(arguments.output) if arguments.output else source.parent / "results" / source.stem
    with bar(f"{case.model.name} model", quiet=arguments.json) as progress:
        solution = solve(case.model, case.cell, case.protocol, throw=False, seed=arguments.seed, progress=progress)
    written = write_results(folder, solution, case.title, case.to_toml())
    if arguments.json:
        sys.stdout.write(json.dumps(summary(solution, case.title), indent=1, allow_nan=False) + "\n")
    else:
        sys.stdout.write(f"{case.title}\n{verdict_sentence(solution)}\n")
        sys.stdout.writelines(f"warning: {text}\n" for text in solution.warnings)
        sys.stdout.write(f"report: {written / 'report.html'}\n")
    if solution.status == "failed":
        sys.stderr.write(f"lisse: {solution.status_text}; the partial result is in {written}\n")
        return 3
    return 0
