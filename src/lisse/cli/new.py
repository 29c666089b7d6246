"""``lisse new``: a commented case file, or record of a test, to start from."""

from __future__ import annotations

import argparse
import json
import os
import stat
import sys
from pathlib import Path

from lisse.errors import InvalidInput, suggest

__all__ = ["add_parser", "run"]


def add_parser(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb."""
    parser = verbs.add_parser(
        "new",
        help="write a commented case file, or test record, to start from",
        description="Write a case file that runs as it is: every key stands in it, with its unit, default and meaning. "
        "Or, with `lisse new record`, the record of a test to fill in for `lisse check`.",
    )
    kinds = "symmetric (default), full, anode-free, polymer, resolved, or record"
    parser.add_argument("kind", metavar="KIND", nargs="?", default="symmetric", help=kinds)
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="where to write (default: case.toml, or record.toml; - prints it, as does sending standard output to a "
        "file with >)",
    )
    parser.add_argument("--force", action="store_true", help="replace the file if it is there")
    parser.add_argument("--json", action="store_true", help="print one JSON object with the text and nothing else")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the template; returns the exit code."""
    text, model = _text(arguments.kind)
    default = "record.toml" if model is None else "case.toml"
    output = arguments.output or ("-" if not arguments.json and _sent_to_a_file() else default)
    file = None if output == "-" else Path(output)
    if file is not None:
        _write(file, text, arguments.force)
    if arguments.json:
        found = {"kind": arguments.kind, "model": model, "file": None if file is None else str(file), "text": text}
        sys.stdout.write(json.dumps(found, allow_nan=False) + "\n")
    elif file is None:
        sys.stdout.write(text)
    else:  # words for a person; standard output is for what was asked for
        sys.stderr.write(f"{file}: edit it, then: lisse {'check' if model is None else 'run'} {file}\n")
    return 0


def _text(kind: str) -> tuple[str, str | None]:
    """The file, and the model of its case; a record has none."""
    if kind == "record":
        from lisse.measurement.record.writing import record_template

        return record_template(), None
    from lisse.study.templates import TEMPLATES, template

    if kind not in TEMPLATES:
        kinds = ["record", *TEMPLATES]
        raise InvalidInput("kind of case", kind, ", ".join(kinds), suggest(kind, kinds))
    return template(kind), TEMPLATES[kind].model


def _sent_to_a_file() -> bool:
    """Whether standard output goes to a file, as with ``lisse new > case.toml``."""
    try:
        return stat.S_ISREG(os.fstat(sys.stdout.fileno()).st_mode)
    except (OSError, ValueError):  # standard output is no file of the system, or closed
        return False


def _write(file: Path, text: str, force: bool) -> None:
    """Make the file; one that is there is left alone unless told otherwise."""
    from lisse.records import write_atomically

    if not file.parent.is_dir():
        advice = f"There is no folder {str(file.parent)!r}"
        raise InvalidInput("output file", str(file), "a file in a folder that exists", advice)
    if file.is_dir():
        raise InvalidInput("output file", str(file), "a file", "This is a folder")
    if force:
        write_atomically(file, text)
        return
    try:
        with file.open("x", encoding="utf-8") as new:
            new.write(text)
    except FileExistsError:
        advice = "It is there already: give another name with -o, or --force to replace it"
        raise InvalidInput("output file", str(file), "a name that is not in use", advice) from None
