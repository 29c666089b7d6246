"""``lisse check``: what the record of a test leaves out, and why it matters."""

from __future__ import annotations

import argparse
import json
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lisse.errors import InvalidInput
from lisse.files import output_folder

if TYPE_CHECKING:
    from lisse.measurement.record import CellRecord, Check, Measured, Score
    from lisse.measurement.record.checklist import Missing
    from lisse.measurement.record.doubts import Doubt
    from lisse.theory.energy import Target

__all__ = ["add_parser", "run"]

_WIDTH = 100
_NOT_PUBLISHABLE = 2


def add_parser(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Put the verb and its options into the command line."""
    parser = verbs.add_parser(
        "check",
        help="what the record of a test leaves out, and why it matters",
        description="Go through the reporting checklist for tests of solid-state cells. `lisse new record` writes a "
        "record to fill in.",
        epilog="Exit codes: 0 the record can be published; 2 something is missing, contradicts itself or cannot be "
        "read (with --json, `status` tells which: incomplete or error).",
    )
    parser.add_argument("record", nargs="?", metavar="RECORD", help="record of a test, TOML or JSON")
    parser.add_argument("-o", "--output", metavar="DIR", help="folder for check.json, report.html and record.bdf.json")
    parser.add_argument("--case", metavar="CASE.toml", help="write the case that simulates the test as reported")
    parser.add_argument("--material", metavar="NAME", help="electrolyte in the library, for --case")
    parser.add_argument("--model", metavar="NAME", help="model of that case (default: lumped)")
    parser.add_argument("--crate", metavar="DIR|ZIP", help="bundle of record, data and report (RO-Crate 1.1)")
    parser.add_argument(
        "--finding",
        metavar="finding.json",
        help="what `lisse analyse DATA -o DIR` found: the score card is then that of the data, and where the record "
        "states something else is said",
    )
    parser.add_argument("--targets", metavar="FILE.toml", help="device targets of your own for the score card")
    parser.add_argument("--schema", action="store_true", help="print the form of a record as JSON Schema, and stop")
    parser.add_argument("--json", action="store_true", help="print one JSON object (SI units) and nothing else")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Read, check, write and print; returns the exit code."""
    from lisse.measurement.record import check_record, json_schema, load_finding, load_record, load_targets

    if arguments.schema:
        sys.stdout.write(json.dumps(json_schema(), indent=2) + "\n")
        return 0
    if arguments.record is None:
        raise InvalidInput("RECORD", None, "a TOML or JSON file", "`lisse new record` writes one to fill in")
    _refuse_idle_options(arguments)
    record = load_record(arguments.record)
    targets = None if arguments.targets is None else load_targets(arguments.targets)
    seen = None if arguments.finding is None else load_finding(arguments.finding)
    check, scores = check_record(record, seen), _scores(record, seen, targets)
    content = _content(arguments.record, arguments.finding, record, check, scores)
    written = _write(arguments, record, check, scores, content)
    if arguments.json:
        sys.stdout.write(json.dumps(content, allow_nan=False) + "\n")
    else:
        sys.stdout.write("\n".join(_text(arguments.record, record, check, scores)) + "\n")
        sys.stderr.write("".join(f"{path}\n" for path in written))
    return 0 if check.publishable else _NOT_PUBLISHABLE


def _scores(record: CellRecord, seen: Measured | None, targets: Mapping[str, Target] | None) -> tuple[Score, ...]:
    """The score card of the data where they were analysed, else of what the record states."""
    from lisse.measurement.record import score_finding, score_record

    if seen is None:
        return score_record(record, targets)
    return score_finding(seen, record.get("lithium.thickness"), targets, record.area)


def _refuse_idle_options(arguments: argparse.Namespace) -> None:
    """Options that say how the case is made, without the case."""
    for name in ("material", "model"):
        if getattr(arguments, name) is not None and arguments.case is None:
            raise InvalidInput(f"--{name}", getattr(arguments, name), "only with --case CASE.toml")


def _content(
    name: str, finding: str | None, record: CellRecord, check: Check, scores: Sequence[Score]
) -> dict[str, Any]:
    """The one object of ``--json``."""
    protocol = record.protocol
    return {
        "status": "publishable" if check.publishable else "incomplete",
        "record": name,
        "finding": finding,
        "title": record.title,
        **check.to_dict(),
        "area": record.area,
        "does_not_apply": dict(record.does_not_apply),
        "protocol": None if protocol is None else protocol.to_dict() | {"duration": protocol.duration},
        "protocol_gaps": list(record.protocol_gaps),
        "assumed": dict(record.assumed),
        "targets": [score.to_dict() for score in scores],
        "units": {"area": "m2", "duration": "s", "current_density": "A/m2", "charge": "C/m2", "voltage_limit": "V"},
    }


def _write(
    arguments: argparse.Namespace,
    record: CellRecord,
    check: Check,
    scores: Sequence[Score],
    content: Mapping[str, Any],
) -> list[Path]:
    """Write what was asked for; returns the paths."""
    from lisse.files import write_atomically
    from lisse.measurement.record import bdf_record

    written = []
    if arguments.case is not None:
        from lisse.study.record_case import case_toml_of_record

        text = case_toml_of_record(record, arguments.material, arguments.model or "lumped")
        written.append(write_atomically(arguments.case, text))
    page = ""
    if arguments.output is not None or arguments.crate is not None:
        from lisse.report.record_page import record_page

        page = record_page(record, check, scores)
    if arguments.output is not None:
        folder = output_folder(arguments.output, "-o")
        bdf = json.dumps(bdf_record(record), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
        texts = {"check.json": json.dumps(content, indent=2, allow_nan=False) + "\n", "report.html": page}
        texts["record.bdf.json"] = bdf
        written += [write_atomically(folder / name, text) for name, text in texts.items()]
    if arguments.crate is not None:
        from lisse import __version__
        from lisse.measurement.record import write_crate

        written.append(write_crate(arguments.crate, record, check, page, version=__version__))
    return written


# -- words ---------------------------------------------------------------------------------------------------------


def _text(name: str, record: CellRecord, check: Check, scores: Sequence[Score]) -> Iterator[str]:
    yield f"{record.title} ({name})"
    yield ""
    yield check.sentence
    yield from _missing(check.missing)
    yield from _points("Contradicts itself", check.contradictions)
    yield from _points("To say in the text", check.doubts)
    if record.does_not_apply:
        yield from ("", "Does not apply")
        yield from (f"  {key}: {reason}" for key, reason in record.does_not_apply.items())
    yield from ("", "Device targets")
    for score in scores:
        value = f": {score.shown}, from {score.basis}" if score.value is not None else f" ({score.basis})"
        yield f"  {score.outcome:<11} {score.text}{value}"
    yield ""
    yield from _wrapped(record.protocol_sentence, 0, 0)


def _missing(missing: Sequence[Missing]) -> Iterator[str]:
    group = None
    for each in missing:
        path, _, key = each.key.rpartition(".")
        if group is None:
            yield from ("", "Missing")
        if path != group:
            yield f"  [{path}]" if path else "  at the top"
            group = path
        example = json.dumps(each.example, ensure_ascii=False)
        yield from _wrapped(f"{key}: {each.help}; such as {example}", 4, 6)
        yield from _wrapped(f"Why: {each.why}{_cited(each.source)}", 6, 6)


def _points(head: str, points: Sequence[Doubt]) -> Iterator[str]:
    if points:
        yield from ("", head)
    for each in points:
        yield from _wrapped(f"{each.key}: {each.text}", 2, 4)
        yield from _wrapped(f"{each.why}{_cited(each.source)}", 4, 4)


def _cited(source: str) -> str:
    from lisse.references import cite

    return f" ({cite(source)})" if source else ""


def _wrapped(text: str, first: int, then: int) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=" " * first, subsequent_indent=" " * then, break_on_hyphens=False)
