"""``lisse hybrid``: a hybrid electrolyte from its phases to its loading curve and its cell."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from lisse.cli.progress import bar
from lisse.cli.run import output_folder

if TYPE_CHECKING:
    from lisse.study.loading_curve import LoadingCurve

__all__ = ["add_parser", "run"]


def add_parser(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb."""
    parser = verbs.add_parser(
        "hybrid",
        help="follow a polymer with ceramic filler from the ion's hop to conductivity and cell, against loading",
        description="Solve composites of a polymer (or any matrix) and a filler on voxels, with interface resistance "
        "and interphase, against loading, size and temperature; set every formula beside them; and run a cell with "
        "each. Writes report.html, hybrid.json, loading.csv and case.toml.",
    )
    parser.add_argument("study", metavar="STUDY.toml", help="the study file: phases, interface, structure, loadings")
    parser.add_argument("-o", "--output", metavar="DIR", help="where to write (default: results/NAME beside the study)")
    parser.add_argument("--json", action="store_true", help="print hybrid.json on standard output and nothing else")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Read, solve, write; 0 when done."""
    from lisse.study.hybrid_study import load_hybrid
    from lisse.study.loading_curve import loading_curve

    study = load_hybrid(arguments.study)
    folder = output_folder(arguments.output, Path(arguments.study))
    with bar("hybrid", quiet=arguments.json) as progress:
        found = loading_curve(study, progress=progress)
    return _written(found, folder, arguments.json)


def _written(found: LoadingCurve, folder: Path, as_json: bool) -> int:
    from lisse.report import write_hybrid
    from lisse.report.hybrid_words import agreement_sentence, following, sentence

    written, content = write_hybrid(folder, found), found.to_dict()
    if as_json:
        sys.stdout.write(json.dumps(content, allow_nan=False) + "\n")
        return 0
    sys.stdout.write(f"{content['title']}\n{sentence(content)}.\n{following(content)}\n")
    sys.stdout.write(f"{agreement_sentence(content['agreement'])}\n")
    sys.stdout.writelines(f"warning: {text}\n" for text in content["warnings"])
    sys.stdout.write(f"report: {written / 'report.html'}\n")
    return 0
