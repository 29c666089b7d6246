"""``lisse screen``: a table of candidates to a ranking with its uncertainty."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from lisse.cli.progress import bar
from lisse.cli.run import output_folder

if TYPE_CHECKING:
    from lisse.study.screening import Screening

__all__ = ["add_parser", "run"]

_SHOWN = 5


def add_parser(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb."""
    parser = verbs.add_parser(
        "screen",
        help="rank a table of candidate electrolytes by what they do in a cell, with the uncertainty of their numbers",
        description="Judge every candidate of a table in one cell by all closed forms, rank them under the uncertainty "
        "of their numbers, and say which measurement would change the ranking most. Writes report.html, "
        "candidates.csv, screening.json and case.toml.",
    )
    parser.add_argument("study", metavar="STUDY.toml", help="the study file: table, columns, missing numbers, ranking")
    parser.add_argument("-o", "--output", metavar="DIR", help="where to write (default: results/NAME beside the study)")
    parser.add_argument("--workers", type=int, metavar="N", help="processes for the runs of the best (default: all)")
    parser.add_argument("--json", action="store_true", help="print screening.json on standard output and nothing else")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Read, screen, write; 0 when done."""
    from lisse.errors import InvalidInput
    from lisse.study.screen_study import load_screen
    from lisse.study.screening import screen

    if arguments.workers is not None and arguments.workers < 1:
        raise InvalidInput("--workers", arguments.workers, "1 or more")
    study = load_screen(arguments.study)
    folder = output_folder(arguments.output, Path(arguments.study))
    with bar("screening", quiet=arguments.json) as progress:
        found = screen(study, workers=arguments.workers, progress=progress)
    return _written(found, folder, arguments.json)


def _written(found: Screening, folder: Path, as_json: bool) -> int:
    from lisse.report import write_screening
    from lisse.report.screen_words import score_text, screening_following, screening_sentence
    from lisse.report.words import share

    written, content = write_screening(folder, found), found.to_dict()
    if as_json:
        sys.stdout.write(json.dumps(content, allow_nan=False) + "\n")
        return 0
    sys.stdout.write(f"{content['title']}\n{screening_sentence(content)}.\n{screening_following(content)}\n")
    for record in content["best"][:_SHOWN]:
        name = f"{record['name']}  {record['formula']}" if record["formula"] else record["name"]
        likely = f"   among the best {content['top']}: {share(record['share'])}" if "share" in record else ""
        sys.stdout.write(f"  {record['rank']:3d}  {name:34s} {score_text(content, record['score'])}{likely}\n")
    sys.stdout.writelines(f"warning: {text}\n" for text in content["warnings"])
    sys.stdout.write(f"report: {written / 'report.html'}\n")
    return 0
