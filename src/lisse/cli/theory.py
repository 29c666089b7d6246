"""``lisse theory``: evaluate a closed form, with units, from the command line."""

from __future__ import annotations

import argparse
import json
import math
import sys
from typing import TYPE_CHECKING, Any

from lisse.errors import InvalidInput, suggest
from lisse.units import parse_quantity

if TYPE_CHECKING:
    from lisse.theory.index import Formula, Parameter

__all__ = ["add_parser", "run"]

USAGE = """lisse theory [NAME --argument VALUE ...] [--json]

Without NAME, all closed forms are listed. A value may carry a unit ("0.5 mA/cm^2"); a plain number is SI. A list is
separated by commas (--position 0,10e-6,20e-6); the rows of a matrix by semicolons.
Example: lisse theory crack_overpotential --fracture-toughness "1 MPa m^0.5" --flaw-length "5 um"
`lisse theory NAME --help` shows the formula, its range of validity and its source."""


def add_parser(verbs: argparse._SubParsersAction[Any]) -> None:
    """Add the verb; the words after it depend on the formula, so they are read in :func:`run`."""
    text = "evaluate a closed form; without a name, list them"
    # no character starts an option here, so that argparse passes every word on as it stands
    parser = verbs.add_parser("theory", help=text, add_help=False, prefix_chars="\0")
    parser.add_argument("words", nargs="*")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """List the formulas, show one, or evaluate it."""
    from lisse.theory import index

    words = list(args.words)
    as_json = _taken(words, "--json") or bool(getattr(args, "json", False))
    wants_help = _taken(words, "--help", "-h")
    if not words:
        _write(_table(as_json, wants_help))
        return 0
    if words[0].startswith("-"):
        raise InvalidInput(
            "theory", words[0], "the name of a formula before its arguments", "List them with: lisse theory"
        )
    formula = index.formula(words[0].replace("-", "_"))
    if wants_help:
        _write(f"{formula.name}\n\n{formula.docstring}\n")
        return 0
    values = _values(formula, _pairs(formula, words[1:]))
    result = formula.function(**values)
    _write(_as_json(formula, values, result) if as_json else _as_text(formula, result))
    return 0


def _taken(words: list[str], *flags: str) -> bool:
    found = [word for word in words if word in flags]
    words[:] = [word for word in words if word not in flags]
    return bool(found)


def _pairs(formula: Formula, words: list[str]) -> dict[str, str]:
    """``--name value`` and ``--name=value`` to a dictionary."""
    known = [parameter.name for parameter in formula.parameters]
    pairs: dict[str, str] = {}
    position = 0
    while position < len(words):
        flag, equals, value = words[position].partition("=")
        name = flag.removeprefix("--").replace("-", "_")
        if not flag.startswith("--") or name not in known:
            advice = _advice(name, known)
            raise InvalidInput(f"theory {formula.name}", words[position], _flags(known), advice)
        position += 1
        if not equals:
            if position == len(words):
                raise InvalidInput(f"theory {formula.name}", flag, "a value after it")
            value = words[position]
            position += 1
        if name in pairs:
            raise InvalidInput(f"theory {formula.name}", flag, "each argument once")
        pairs[name] = value
    missing = [p.name for p in formula.parameters if p.required and p.name not in pairs]
    if missing:
        example = f"See: lisse theory {formula.name} --help"
        raise InvalidInput(f"theory {formula.name}", allowed=f"also {_flags(missing)}, missing here", advice=example)
    return pairs


def _advice(name: str, known: list[str]) -> str:
    close = suggest(name, known)
    return close.replace("'", "").replace("Did you mean ", "Did you mean --").replace("_", "-")


def _flags(known: list[str]) -> str:
    return ", ".join("--" + name.replace("_", "-") for name in known)


def _values(formula: Formula, pairs: dict[str, str]) -> dict[str, Any]:
    values = {p.name: _value(p, pairs[p.name]) for p in formula.parameters if p.name in pairs}
    lists = {
        p.name: values[p.name] for p in formula.parameters if p.shape is None and isinstance(values.get(p.name), list)
    }
    lengths = {len(value) for value in lists.values()}
    if len(lengths) > 1:
        got = ", ".join(f"{len(value)} for --{name.replace('_', '-')}" for name, value in lists.items())
        raise InvalidInput(f"theory {formula.name}", got, "lists of one length, or single numbers")
    return values


def _value(parameter: Parameter, text: str) -> Any:
    flag = "--" + parameter.name.replace("_", "-")
    if parameter.kind == "choice":
        return text
    if parameter.kind == "integer":
        try:
            return int(text)
        except ValueError:
            raise InvalidInput(flag, text, "a whole number") from None
    rows = [[_number(item.strip(), parameter.unit, flag) for item in row.split(",")] for row in text.split(";")]
    if len(rows) > 1:
        return rows
    return rows[0] if len(rows[0]) > 1 or parameter.shape not in (None, "(2,)") else rows[0][0]


def _number(text: str, unit: str, flag: str) -> float:
    try:
        return float(text)
    except ValueError:
        return parse_quantity(text, unit, flag)


def _table(as_json: bool, wants_help: bool) -> str:
    from lisse.theory import index

    if as_json:
        return json.dumps({"theory": [_described(index.formula(name)) for name in index.names()]}) + "\n"
    lines = [USAGE, ""] if wants_help else []
    width = max(map(len, index.names()))
    for section, members in index.SECTIONS.items():
        lines += [section, *(f"  {name:<{width}}  {index.formula(name).summary}" for name in members), ""]
    return "\n".join(lines if wants_help else [*lines, "lisse theory NAME --help shows one of them."]) + "\n"


def _described(formula: Formula) -> dict[str, Any]:
    arguments = [
        {
            "name": p.name,
            "unit": p.unit or None,
            "choices": list(p.choices) or None,
            "required": p.required,
            "default": p.default,
            "text": p.text,
        }
        for p in formula.parameters
    ]
    return {
        "name": formula.name,
        "section": formula.section,
        "summary": formula.summary,
        "arguments": arguments,
        "unit": _unit(formula),
        "reference": ", ".join(formula.sources),
    }


def _unit(formula: Formula) -> str | dict[str, str]:
    return formula.returns["value"] if "value" in formula.returns else dict(formula.returns)


def _fields(formula: Formula, result: Any) -> dict[str, Any]:
    if "value" in formula.returns:
        return {"value": result}
    return {name: getattr(result, name) for name in formula.returns}


def _as_json(formula: Formula, values: dict[str, Any], result: Any) -> str:
    inputs = {p.name: values.get(p.name, p.default) for p in formula.parameters}
    content = {
        "name": formula.name,
        **_fields(formula, result),
        "unit": _unit(formula),
        "inputs": inputs,
        "reference": ", ".join(formula.sources),
    }
    return json.dumps(_plain(content), allow_nan=False) + "\n"


def _as_text(formula: Formula, result: Any) -> str:
    from lisse.references import cite

    lines = []
    for name, value in _fields(formula, result).items():
        unit = "" if formula.returns[name] == "1" else f" {formula.returns[name]}"
        label = formula.name if name == "value" else name
        lines.append(f"{label} = {_shown(value)}{unit}")
    return "\n".join([*lines, f"({'; '.join(cite(key) for key in formula.sources)})"]) + "\n"


def _shown(value: Any) -> str:
    plain = _plain(value)
    if isinstance(plain, list):
        return "[" + ", ".join(map(_shown, plain)) + "]"
    return f"{plain:.6g}" if isinstance(plain, float) else "none" if plain is None else str(plain)


def _plain(value: Any) -> Any:
    """Plain data for JSON: infinity as text, NaN (none by theory) as null."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else ("inf" if value > 0 else "-inf")
    return value


def _write(text: str) -> None:
    sys.stdout.write(text)
