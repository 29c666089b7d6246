"""``lisse run``: one case to a verdict, with everything written beside it."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

from lisse.cli.progress import bar
from lisse.errors import InvalidInput, MissingValue

if TYPE_CHECKING:
    from lisse.models.base import Model, Progress
    from lisse.models.resolved.model import Resolved
    from lisse.records import Solution
    from lisse.study.case import Case
    from lisse.study.case_source import CaseSource
    from lisse.study.distribution import CriticalCurrentDistribution
    from lisse.study.interlayer_table import InterlayerTable
    from lisse.study.measures import FourNumbers

__all__ = ["add_parser", "located", "run", "writable"]

_MOST_EVENTS = 6  # lines of the terminal


def add_parser(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb."""
    parser = verbs.add_parser(
        "run",
        help="run a case file to a verdict and a report",
        description="Run one case. Writes case.toml (as run), solution.nc, summary.json and report.html; the resolved "
        "model also writes fields/, an animation, and a checkpoint to --resume from.",
    )
    parser.add_argument("case", metavar="CASE.toml", help="the case file")
    parser.add_argument("-o", "--output", metavar="DIR", help="where to write (default: results/NAME beside the case)")
    parser.add_argument(
        "--model", metavar="NAME", help="another model than the case file names: analytic, lumped or resolved"
    )
    change = 'change one value, such as cell.stack.pressure="5 MPa"; may be repeated'
    parser.add_argument("--set", metavar='KEY.PATH="VALUE"', action="append", default=[], help=change)
    seed = (
        "seed of what is drawn at random: the longest flaws, the uncertain properties (default: model.seed of the case)"
    )
    parser.add_argument("--seed", type=int, metavar="N", help=seed)
    numbers = (
        "also find the four numbers of the cell (critical current density, one-way critical current, threshold and "
        "cumulative areal capacity) and what each depends on: some 40 runs"
    )
    parser.add_argument("--numbers", action="store_true", help=numbers)
    current = "current of plating and cycling for --numbers (default: half of the critical current density)"
    parser.add_argument("--numbers-current", metavar='"VALUE UNIT"', help=current)
    draws = (
        "also run N cells with flaws and properties drawn from their spreads: the distribution of the critical current"
    )
    parser.add_argument("--draws", type=int, metavar="N", help=draws)
    parser.add_argument("--workers", type=int, metavar="N", help="processes for --numbers and --draws (default: all)")
    resume = "go on from the checkpoint in the output folder, after an interruption (resolved model only)"
    parser.add_argument("--resume", action="store_true", help=resume)
    parser.add_argument("--json", action="store_true", help="print summary.json on standard output and nothing else")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Read, solve, write; 0 when done, 3 after a numerical failure."""
    from lisse.study.case import read_case
    from lisse.study.case_source import read_source

    shortcuts = {"model.name": arguments.model, "model.seed": arguments.seed}
    overrides = [*arguments.set, *(f"{key}={value}" for key, value in shortcuts.items() if value is not None)]
    source = read_source(arguments.case, overrides)
    case = read_case(source.tables, source.where, source.folder)
    path = Path(arguments.case)
    folder = output_folder(arguments.output, path)
    extras = _extras_wanted(arguments)
    model = _placed(case.model, folder, arguments.resume)
    with bar(f"{case.model.name} model", quiet=arguments.json) as progress:
        try:
            solution = _solved(dataclasses.replace(case, model=model), source, progress)
        except KeyboardInterrupt:
            if model is not case.model:
                sys.stderr.write(f"lisse: {_after_interruption(folder)}\n")
            raise
    numbers = distribution = interlayer = None
    if case.cell.interface.interlayer is not None and solution.status != "failed":
        interlayer = _interlayer(case, solution)
    if extras and solution.status != "failed":
        with located(case, source):
            numbers = _four_numbers(arguments, case) if arguments.numbers else None
            distribution = _distribution(arguments, case) if arguments.draws else None
    return _written(arguments, case, solution, folder, numbers, distribution, interlayer)


def _placed(model: Model, folder: Path, resume: bool) -> Model:
    """The model with the folder that it writes its fields to, and goes on from."""
    if model.name != "resolved":
        if resume:
            advice = "It starts again within seconds, to the same result: leave --resume out"
            raise InvalidInput(
                "--resume", f"the {model.name} model", "the resolved model, which keeps checkpoints", advice
            )
        return model
    from lisse.models.resolved.checkpoint import NAME

    if resume and not (folder / NAME).is_file():
        advice = "Give the folder of the interrupted run with -o, or leave --resume out to start from the beginning"
        raise InvalidInput("--resume", str(folder), f"a folder that has a {NAME}", advice)
    return dataclasses.replace(cast("Resolved", model), directory=str(folder), resume=resume)


def _after_interruption(folder: Path) -> str:
    """What an interrupted run can go on from."""
    from lisse.models.resolved.checkpoint import NAME
    from lisse.models.resolved.model import CHECKPOINT_EVERY

    if (folder / NAME).is_file():
        return f"--resume -o {folder} goes on from the last checkpoint"
    return f"there is no checkpoint yet to --resume from: one is written every {CHECKPOINT_EVERY:g} s, and at events"


def _extras_wanted(arguments: argparse.Namespace) -> bool:
    """Whether more runs than one are asked for; their options are checked before the first."""
    if arguments.workers is not None and arguments.workers < 1:
        raise InvalidInput("--workers", arguments.workers, "1 or more")
    if arguments.draws is not None and arguments.draws < 1:
        raise InvalidInput("--draws", arguments.draws, "1 or more")
    if arguments.numbers_current is not None and not arguments.numbers:
        raise InvalidInput("--numbers-current", arguments.numbers_current, "only together with --numbers")
    return bool(arguments.numbers or arguments.draws)


def _four_numbers(arguments: argparse.Namespace, case: Case) -> FourNumbers:
    from lisse.study.measures import MeasureSettings, four_numbers
    from lisse.units import parse_quantity

    settings = MeasureSettings.of(case.protocol)
    if arguments.numbers_current is not None:
        current = parse_quantity(arguments.numbers_current, "A/m^2", "--numbers-current")
        settings = dataclasses.replace(settings, current_density=current)
    with bar("four numbers", quiet=arguments.json) as progress:
        return four_numbers(
            case.cell, case.model, settings, seed=case.seed, workers=arguments.workers, progress=progress
        )


def _distribution(arguments: argparse.Namespace, case: Case) -> CriticalCurrentDistribution:
    from lisse.study.distribution import critical_current_distribution

    with bar(f"{arguments.draws} cells", quiet=arguments.json) as progress:
        return critical_current_distribution(
            case.cell,
            case.protocol,
            case.model,
            arguments.draws,
            case.seed or 0,
            workers=arguments.workers,
            progress=progress,
        )


def _interlayer(case: Case, solution: Solution) -> InterlayerTable:
    """What the interlayer moves; the lumped and the analytic model are run without it too."""
    from lisse.models.base import Outcome
    from lisse.study.interlayer_table import interlayer_table

    model = None if case.model.name == "resolved" else case.model
    return interlayer_table(case.cell, case.protocol, model, case.seed, Outcome.of(solution))


def _solved(case: Case, source: CaseSource, progress: Progress | None) -> Solution:
    """Solve; a numerical failure is a Solution with status ``"failed"``."""
    from lisse.models.run import solve

    with located(case, source):
        return solve(case.model, case.cell, case.protocol, throw=False, seed=case.seed, progress=progress)


@contextmanager
def located(case: Case, source: CaseSource) -> Iterator[None]:
    """What a model cannot treat, or a number that is missing, is named by its key, file and line."""
    try:
        yield
    except InvalidInput as error:
        if error.where:
            raise
        key = _key(case, error.what)
        raise error.at(source.where(key), key) from None
    except MissingValue as error:
        if not error.material:
            raise
        key = case.key_of(error.material, error.property)
        text = f"{source.where(key)}: {key} is missing: {error}"
        raise MissingValue(text, error.material, error.property) from None


def _key(case: Case, what: str) -> str:
    """The key of the case file that a complaint of a model is about, where that can be told."""
    given = case.as_run["model"].get("resolved", {}) if case.model.name == "resolved" else {}
    if what in ("microstructure", "voxel"):
        return f"model.resolved.{what}" if given else what
    if what.startswith("phase '"):
        return f"model.resolved.phases.{what[7:-1]}"
    name = what.removeprefix(f"{given.get('microstructure', {}).get('generate')}.")
    places = [part for part in ("microstructure", "flaws") if name in given.get(part, {})]
    return f"model.resolved.{places[0]}.{name}" if len(places) == 1 else what


def _written(
    arguments: argparse.Namespace,
    case: Case,
    solution: Solution,
    folder: Path,
    numbers: FourNumbers | None,
    distribution: CriticalCurrentDistribution | None,
    interlayer: InterlayerTable | None,
) -> int:
    from lisse.report import summary, verdict_sentence, write_results
    from lisse.report.distribution_section import distribution_sentence
    from lisse.report.interlayer_section import interlayer_sentence
    from lisse.report.numbers_section import numbers_sentence

    fields = None
    if case.model.name == "resolved":
        from lisse.fields import load_fields

        fields = load_fields(folder)
    written = write_results(folder, solution, case.title, case.to_toml(), numbers, distribution, fields, interlayer)
    if arguments.json:
        content = summary(solution, case.title, numbers, distribution, interlayer)
        sys.stdout.write(json.dumps(content, indent=1, allow_nan=False) + "\n")
    else:
        sys.stdout.write(f"{case.title}\n{verdict_sentence(solution)}\n")
        sys.stdout.writelines(f"{text}\n" for text in (numbers_sentence(numbers.to_dict()) if numbers else ()))
        sys.stdout.write(f"{distribution_sentence(distribution.to_dict())}.\n" if distribution else "")
        sys.stdout.write(f"{interlayer_sentence(interlayer.to_dict())}.\n" if interlayer else "")
        sys.stdout.writelines(_events_told(solution))
        more = (*(numbers.warnings if numbers else ()), *(distribution.warnings if distribution else ()))
        sys.stdout.writelines(f"warning: {text}\n" for text in (*solution.warnings, *more))
        sys.stdout.write(f"report: {written / 'report.html'}\n")
    if solution.status == "failed":
        sys.stderr.write(f"lisse: {solution.status_text}; the partial result is in {written}\n")
        return 3
    return 0


def _events_told(solution: Solution) -> Iterator[str]:
    """A line for each event, up to some; all of them are on the page."""
    from lisse.units import duration

    for event in solution.events[:_MOST_EVENTS]:
        yield f"{duration(event['time'])}: {event['what']}, {event['text']}\n"
    if len(solution.events) > _MOST_EVENTS:
        yield f"and {len(solution.events) - _MOST_EVENTS} more events, in the report\n"


def output_folder(said: str | None, path: Path, name: str = "") -> Path:
    """Where files go: as said, or into ``results/NAME`` beside the file at `path`, whose stem is the name."""
    return writable(Path(said) if said else path.parent / "results" / (name or path.stem))


def writable(folder: Path) -> Path:
    """The folder, if files can be put there: better said before a long run than after it."""
    there = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists() or path.is_symlink())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        advice = f"{str(there)!r} is {'not writable' if there.is_dir() else 'not a folder'}"
        raise InvalidInput("output folder", str(folder), "a folder, new or existing, that you may write to", advice)
    return folder
