"""``lisse``: find the verb, run it, and turn what goes wrong into an exit code and one clear message.

Exit codes: 0 done, 1 a bug, 2 bad input, 3 numerical failure (the partial result is written). With ``--json`` there is
one JSON object on standard output, whatever happens short of a bug; that of an error has ``"status": "error"``.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import signal
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from lisse import __version__
from lisse.errors import InvalidInput, LisseError, SolveFailed, suggest

__all__ = ["build_parser", "entry", "main"]

VERBS = {
    "run": "run a case file to a verdict and a report",
    "new": "write a commented case file, or test record, to start from",
    "map": "draw which mechanism limits a cell where, over any two of its quantities",
    "screen": "rank a table of candidate electrolytes by what they do in a cell, with the uncertainty of their numbers",
    "hybrid": "follow a polymer with ceramic filler from the ion's hop to conductivity and cell, against loading",
    "theory": "evaluate a closed form of the field, or list them all",
    "materials": "show and compare the sources of every material property",
    "estimate": "estimate what nobody has measured, from a formula or a CIF",
    "image": "tomograms and synthetic microstructures: describe, segment, generate, conductivity",
    "fields": "fields of a resolved run: list them, export them to ParaView, animate them",
    "analyse": "read cycler and impedance files: half-cycles, resistance, critical current, shorts",
    "check": "what the record of a test leaves out of what a publishable report must state",
    "observe": "what an instrument would record of a simulated cell; which technique sees a feature",
    "align": "several measurements of one cell on one clock and in one frame, and what happened in all of them",
}


class _Once(argparse.Action):
    """An option with one value: given twice, neither value is quietly dropped."""

    def __call__(self, parser: Any, namespace: Any, values: Any, option_string: str | None = None) -> None:
        """Keep the value, the first time."""
        if option_string is not None:
            if self.dest in parser.given:
                before = getattr(namespace, self.dest)
                advice = "; put all of it into one, with commas" if ",..." in str(self.metavar) else ""
                raise InvalidInput(option_string, values, f"one {option_string}", f"{before!r} came before{advice}")
            parser.given.add(self.dest)
        setattr(namespace, self.dest, values)


class _Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are one message, like all others of the program."""

    def __init__(self, **settings: Any) -> None:
        self._options: list[str] = []
        self.given: set[str] = set()
        super().__init__(**{"allow_abbrev": False, **settings})
        for name in (None, "store"):
            self.register("action", name, _Once)

    def add_argument(self, *names: Any, **settings: Any) -> argparse.Action:
        """Add an argument, and keep the names of options for suggestions."""
        self._options += [name for name in names if name.startswith("--")]
        return super().add_argument(*names, **settings)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """Parse; what this parser does not know is refused at once, with the closest option it does know."""
        self.given.clear()
        found, unknown = super().parse_known_args(args, namespace)
        if unknown:
            near = suggest(unknown[0].partition("=")[0], self._options)
            raise InvalidInput(f"argument of {self.prog}", unknown[0], ", ".join(self._options), near)
        return found, []

    def error(self, message: str) -> NoReturn:
        """Raise what argparse would print together with the usage."""
        raise InvalidInput(message, advice=f"See `{self.prog} --help`")


def build_parser(verbs: Sequence[str] = tuple(VERBS)) -> argparse.ArgumentParser:
    """The parser with the given verbs (all of them by default); with none, it knows only their names."""
    parser = _Parser(
        prog="lisse",
        description="Lithium-metal anodes in solid-state batteries: from a cell, or a cycler file, to a verdict.",
        epilog="Exit codes: 0 done, 2 bad input, 3 numerical failure, 1 a bug. `lisse VERB --help` tells more.",
    )
    parser.add_argument("--version", action="version", version=f"lisse {__version__}")
    subparsers = parser.add_subparsers(metavar="VERB", title="verbs")
    for verb in verbs:
        importlib.import_module(f"lisse.cli.{verb}").add_parser(subparsers)
    for verb in () if verbs else VERBS:
        subparsers.add_parser(verb, help=VERBS[verb])
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        namespace = _parsed(given)
        return int(namespace.run(namespace))
    except SystemExit as stop:  # argparse after --help or --version
        return stop.code if isinstance(stop.code, int) else 2
    except SolveFailed as error:
        return _failed(given, error, str(error), 3)
    except LisseError as error:
        return _failed(given, error, f"error: {error}", 2)
    except KeyboardInterrupt:
        return _complain("stopped by the user; finished files are whole, unfinished ones removed", 128 + signal.SIGINT)
    except BrokenPipeError:  # whoever read our output has gone, which is no error
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:  # a full disk, a file without permission: the user can mend it
        return _failed(given, error, f"error: {error.filename or 'file'}: {error.strerror or error}", 2)


def entry() -> None:
    """Entry point of the ``lisse`` program."""
    # before NumPy is loaded: the solvers have threads of their own, and those of BLAS make small products slower
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # what a terminal cannot show becomes a question mark, not a crash
            stream.reconfigure(errors="replace")
    sys.exit(main())


def _parsed(given: list[str]) -> argparse.Namespace:
    verb = next((word for word in given if not word.startswith("-")), None)
    if verb is None and not {"-h", "--help", "--version"} & set(given):
        raise InvalidInput("verb", None, ", ".join(VERBS), "The verb is missing; `lisse --help` says what each does")
    if verb is not None and verb not in VERBS:
        raise InvalidInput("verb", verb, ", ".join(VERBS), suggest(verb, VERBS))
    return build_parser([verb] if verb else []).parse_args(given)


def _failed(given: Sequence[str], error: Exception, text: str, code: int) -> int:
    """Say what went wrong: to people on standard error, and with ``--json`` also to programs, as one object."""
    if "--json" in given:
        parts = {name: getattr(error, name, "") for name in ("what", "allowed", "advice", "where")}
        content = {"status": "error", "exit_code": code, "message": text.removeprefix("error: "), **parts}
        sys.stdout.write(json.dumps(content) + "\n")
    return _complain(text, code)


def _complain(text: str, code: int) -> int:
    """One line on standard error, whatever a key or a file name holds; returns the exit code."""
    line = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    sys.stderr.write(f"lisse: {line}\n")
    return code
