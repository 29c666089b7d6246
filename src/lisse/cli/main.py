"""``lisse``: find the verb, run it, and turn what goes wrong into an exit code and one clear message.

Exit codes: 0 done, 1 a bug, 2 bad input, 3 numerical failure (the partial result is written).
"""

from __future__ import annotations

import argparse
import importlib
import os
import signal
import sys
from collections.abc import Sequence

from lisse import __version__
from lisse.errors import LisseError, SolveFailed, suggest

__all__ = ["build_parser", "entry", "main"]

VERBS = {
    "run": "run a case file to a verdict and a report",
    "new": "write a commented case file to start from",
    "theory": "evaluate a closed form of the field, or list them all",
    "materials": "show and compare the sources of every material property",
    "analyse": "read cycler and impedance files: half-cycles, resistance, critical current, shorts",
}


def build_parser(verbs: Sequence[str] = tuple(VERBS)) -> argparse.ArgumentParser:
    """The parser, with the given verbs filled in (all of them by default)."""
    parser = argparse.ArgumentParser(
        prog="lisse",
        description="Lithium-metal anodes in solid-state batteries: from a cell, or a cycler file, to a verdict.",
        epilog="Exit codes: 0 done, 2 bad input, 3 numerical failure, 1 a bug. `lisse VERB --help` tells more.",
    )
    parser.add_argument("--version", action="version", version=f"lisse {__version__}")
    subparsers = parser.add_subparsers(metavar="VERB", required=True, title="verbs")
    for verb in VERBS:
        if verb in verbs:
            importlib.import_module(f"lisse.cli.{verb}").add_parser(subparsers)
        else:
            subparsers.add_parser(verb, help=VERBS[verb])
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    verb = next((word for word in given if not word.startswith("-")), None)
    if verb is not None and verb not in VERBS:
        message = f"verb: got {verb!r}; allowed: {', '.join(VERBS)}. {suggest(verb, VERBS)}"
        sys.stderr.write(f"lisse: error: {message.rstrip()}\n")
        return 2
    parser = build_parser([verb] if verb else [])
    try:
        namespace = parser.parse_args(given)
        return int(namespace.run(namespace))
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 2
    except SolveFailed as error:
        sys.stderr.write(f"lisse: {error}\n")
        return 3
    except LisseError as error:
        sys.stderr.write(f"lisse: error: {error}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("lisse: stopped by the user; finished files are whole, unfinished ones are removed\n")
        return 128 + signal.SIGINT
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def entry() -> None:
    """Entry point of the ``lisse`` program."""
    sys.exit(main())
