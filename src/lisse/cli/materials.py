"""``lisse materials``: list the substances, show one with all its sources, compare several; list what was observed.

Parses, asks the library, prints. Numbers are shown as the source prints them; ``--json`` gives SI.
"""

from __future__ import annotations

import argparse
import json
import sys
import textwrap
from collections.abc import Collection, Sequence
from typing import Any

from lisse.errors import InvalidInput, suggest
from lisse.materials import (
    MARKS,
    OBSERVED_QUANTITIES,
    PROPERTIES,
    Entry,
    Material,
    Observation,
    Property,
    load,
    load_file,
    names,
    observations,
)
from lisse.materials.reading import parse_unit
from lisse.units import convert

__all__ = ["add_parser", "run"]

_WIDTH = 100
_NUMBER = 30


def add_parser(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb to the command line."""
    parser = verbs.add_parser(
        "materials",
        help="list, show and compare the substances of the library, with every source",
        description="Without a name: all substances. With a name: every property with all its sources side by side. "
        "With several names: the numbers in use, compared. With --observations: what was seen on cells.",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="a substance, for example LLZO, or a file of your own")
    parser.add_argument("--source", metavar="KEY", help="only entries of this source (a citation key)")
    parser.add_argument("--property", metavar="P", help="only this property; without NAME, over all substances")
    parser.add_argument(
        "--observations", action="store_true", help="what was observed on cells, with conditions, source and mark"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object with SI numbers")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the list, one substance, the comparison, or the observations; returns the exit code."""
    if args.observations:
        return _run_observations(args)
    if args.property is not None and args.property not in PROPERTIES:
        advice = suggest(args.property, PROPERTIES) or _some(PROPERTIES)
        raise InvalidInput("--property", args.property, "a property of the vocabulary", advice)
    chosen = [_substance(name) for name in dict.fromkeys(args.names)] or [load(name) for name in names()]
    shown = [(material, _select(material, args.property, args.source)) for material in chosen]
    if args.source is not None and not any(entries for _, entries in shown):
        known = sorted({key for material in chosen for key in material.sources()})
        advice = suggest(args.source, known) or _some(known)
        raise InvalidInput("--source", args.source, "a source of these substances", advice)
    if not args.names:
        shown = [(material, entries) for material, entries in shown if entries]
    if args.json:
        sys.stdout.write(json.dumps(_json(shown, bool(args.names)), allow_nan=False, indent=2) + "\n")
    else:
        sys.stdout.write("\n".join(_text(shown, args)) + "\n")
    return 0


def _substance(name: str) -> Material:
    """Of the library, or of a file."""
    return load_file(name) if name.endswith(".toml") else load(name)


def _some(known: Collection[str], most: int = 8) -> str:
    """A few of the names that are allowed."""
    words = ", ".join(list(known)[:most])
    return f"For example {words}" + (f" ({len(known)} in all)" if len(known) > most else "") if words else ""


_Selection = dict[str, tuple[Entry, ...]]


def _select(material: Material, property: str | None, source: str | None) -> _Selection:
    """Entries to show, by property; the chosen one first."""
    found = {}
    for name, prop in material.properties.items():
        if property not in (None, name):
            continue
        ordered = (prop.chosen, *(entry for entry in prop.entries if entry.row != prop.choice))
        kept = tuple(entry for entry in ordered if source in (None, entry.source, entry.via))
        if kept:
            found[name] = kept
    return found


# JSON ---------------------------------------------------------------------------------------------------------------


def _json(shown: Sequence[tuple[Material, _Selection]], named: bool) -> dict[str, Any]:
    if named and len(shown) == 1:
        return _json_material(*shown[0])
    if named:
        return {"materials": [_json_material(*pair) for pair in shown]}
    return {
        "materials": [
            {
                "name": material.name,
                "formula": material.formula,
                "kind": material.kind,
                "properties": len(selection),
                "sources": len(_sources(selection)),
            }
            for material, selection in shown
        ]
    }


def _json_material(material: Material, selection: _Selection) -> dict[str, Any]:
    return {
        "name": material.name,
        "reference_temperature": material.reference_temperature,
        "properties": {
            name: [_json_entry(entry, material.properties[name], material.reference_temperature) for entry in entries]
            for name, entries in selection.items()
        },
    }


def _json_entry(entry: Entry, prop: Property, temperature: float) -> dict[str, Any]:
    value, (low, high) = _at(entry, temperature)
    plain: dict[str, Any] = {
        "value": value,
        "unit": entry.unit,
        "source": entry.source,
        "mark": entry.mark,
        "row": entry.row,
        "chosen": entry.row == prop.choice,
        "low": low,
        "high": high,
        "conditions": entry.conditions,
        "quoted": entry.quoted,
        "note": _note(entry),
    }
    if entry.law.kind != "constant":
        plain["law"] = entry.law.parameters()
    return plain


def _at(entry: Entry, temperature: float) -> tuple[float | None, tuple[float | None, float | None]]:
    """SI numbers at a temperature; none where a table does not reach it."""
    try:
        value, (low, high) = entry.at(temperature), entry.spread_at(temperature)
    except InvalidInput:
        return None, (None, None)
    return _tidy(value), (_tidy(low), _tidy(high))


def _tidy(number: float | None) -> float | None:
    """Without the last digits of unit conversion."""
    return None if number is None else float(f"{number:.12g}")


# text ---------------------------------------------------------------------------------------------------------------


def _text(shown: Sequence[tuple[Material, _Selection]], args: argparse.Namespace) -> list[str]:
    if not args.names:
        return _property_lines(shown, args.property) if args.property else _list_lines(shown)
    if len(shown) == 1:
        return _material_lines(*shown[0], bare=args.property is not None or args.source is not None)
    return _compare_lines(shown)


def _list_lines(shown: Sequence[tuple[Material, _Selection]]) -> list[str]:
    lines = [f"{'name':<17}{'formula':<27}{'kind':<13}{'properties':>10}{'sources':>9}"]
    for material, selection in shown:
        formula = textwrap.shorten(material.formula, 26, placeholder="...")
        counts = f"{len(selection):>10}{len(_sources(selection)):>9}"
        lines.append(f"{material.name:<17}{formula:<27}{material.kind:<13}{counts}")
    return [*lines, "", f"{len(shown)} substances. `lisse materials NAME` shows one, several NAMES compare them."]


def _material_lines(material: Material, selection: _Selection, bare: bool) -> list[str]:
    lines = [f"{material.name}   {material.formula}   ({material.kind})"]
    if not bare:
        lines += textwrap.wrap(material.description, _WIDTH)
    if not selection:
        return [*lines, "Nothing is known of this property; nothing is invented."]
    for name, entries in selection.items():
        lines += ["", f"{name} [{PROPERTIES[name].unit}]: {PROPERTIES[name].meaning}"]
        for entry in entries:
            lines += _entry_lines(entry, entry.row == material.properties[name].choice)
    if material.notes and not bare:
        lines += ["", "Notes"]
        for note in material.notes:
            lines += textwrap.wrap(note, _WIDTH, initial_indent="- ", subsequent_indent="  ")
    return [*lines, "", *_footer(_marks_in([selection]))]


def _entry_lines(entry: Entry, chosen: bool) -> list[str]:
    """One entry: number with range, row, source and mark; conditions beside it, wrapped."""
    bullet, number = "•" if chosen else " ", _quoted(entry)
    about = "; ".join(part for part in (entry.law.text(), entry.conditions, _note(entry)) if part)
    lines = []
    if len(number) > _NUMBER:
        lines, bullet, number = [f"{bullet} {number}"], " ", ""
    head = f"{bullet} {number:<{_NUMBER}} {entry.row:<10} {entry.source:<17} {entry.mark:<2}"
    indent = len(head) + 2
    wrapped = textwrap.wrap(about, _WIDTH - indent) or [""]
    lines.append(f"{head}  {wrapped[0]}".rstrip())
    return [*lines, *(" " * indent + line for line in wrapped[1:])]


def _compare_lines(shown: Sequence[tuple[Material, _Selection]]) -> list[str]:
    """Numbers in use, side by side, as many columns as fit."""
    lines: list[str] = []
    for start in range(0, len(shown), 3):
        block = shown[start : start + 3]
        if lines:
            lines.append("")
        lines.append(f"{'':<29}" + "".join(f"{material.name:<23}" for material, _ in block).rstrip())
        for name in PROPERTIES:
            entries = [selection[name][0] if name in selection else None for _, selection in block]
            if any(entries):
                cells = ("-" if entry is None else _cell(entry) for entry in entries)
                lines.append(f"{name:<29}" + "".join(f"{cell:<23}" for cell in cells).rstrip())
    return [
        *lines,
        "",
        "Numbers in use, as quoted, with their mark; - means that none is known.",
        *_footer(bullet=False),
    ]


def _cell(entry: Entry) -> str:
    number = entry.quoted if entry.quoted_value is not None else _in_unit(entry.at(entry.temperature), entry, unit=True)
    return f"{number} {entry.mark}"


def _property_lines(shown: Sequence[tuple[Material, _Selection]], property: str) -> list[str]:
    lines = [f"{property} [{PROPERTIES[property].unit}]: {PROPERTIES[property].meaning}"]
    for material, selection in shown:
        lines += ["", material.name]
        for entry in selection[property]:
            lines += _entry_lines(entry, entry.row == material.properties[property].choice)
    return [*lines, "", *_footer(_marks_in([selection for _, selection in shown]))]


def _marks_in(selections: Sequence[_Selection]) -> set[str]:
    return {entry.mark for selection in selections for entries in selection.values() for entry in entries}


def _footer(marks: Collection[str] = (), bullet: bool = True) -> list[str]:
    """What the marks mean: always those of the literature, the others where they are shown."""
    told = [mark for mark in MARKS if mark in marks or mark not in ("given", "estimated")]
    return [f"{'• in use. ' if bullet else ''}{'; '.join(f'{mark} {MARKS[mark]}' for mark in told)}."]


def _quoted(entry: Entry) -> str:
    """The number with its range, in the source's unit; of a law without one, the number that stands for it."""
    if entry.quoted_value is None:
        number = _in_unit(entry.at(entry.temperature), entry)
    elif entry.low is None and entry.high is None:
        return entry.quoted
    else:
        number = f"{entry.quoted_value:.6g}"
    if entry.low is not None or entry.high is not None:
        low, high = (_in_unit(edge, entry) for edge in (entry.low, entry.high))
        number = f"{number} ({low} .. {high})"
    unit = entry.quoted_unit or entry.unit
    return number if unit == "1" else f"{number} {unit}"


def _in_unit(number: float | None, entry: Entry, unit: bool = False) -> str:
    if number is None:
        return ""
    written = entry.quoted_unit or entry.unit  # a user's own short form has no unit of a source
    if written == "1":
        return f"{number:.4g}"
    shown = f"{convert(number, parse_unit(entry.unit), parse_unit(written)):.4g}"
    return f"{shown} {written}" if unit else shown


def _note(entry: Entry) -> str:
    via = f"read in {entry.via}" if entry.via else ""
    return "; ".join(part for part in (via, entry.note) if part)


def _sources(selection: _Selection) -> set[str]:
    return {entry.source for entries in selection.values() for entry in entries}


# observations -------------------------------------------------------------------------------------------------------


def _run_observations(args: argparse.Namespace) -> int:
    """Print the published observations, those on the named substances if there are any."""
    if args.property is not None:
        raise InvalidInput("--property", args.property, "nothing beside --observations", "Ask for one of the two")
    if args.names:
        wanted = {entry.id for name in args.names for entry in observations(name)}
        shown = [entry for entry in observations() if entry.id in wanted]
    else:
        shown = list(observations())
    if args.source is not None:
        known = sorted({key for entry in shown for key in (entry.source, entry.via) if key})
        if args.source not in known:
            advice = suggest(args.source, known) or _some(known)
            raise InvalidInput("--source", args.source, "a source of these observations", advice)
        shown = [entry for entry in shown if args.source in (entry.source, entry.via)]
    if args.json:
        plain = {"observations": [_json_observation(entry) for entry in shown]}
        sys.stdout.write(json.dumps(plain, allow_nan=False, indent=2) + "\n")
    else:
        sys.stdout.write("\n".join(_observations_lines(shown)) + "\n")
    return 0


def _json_observation(entry: Observation) -> dict[str, Any]:
    quantities = {
        name: {"value": _tidy(value), "unit": OBSERVED_QUANTITIES[name].unit, "quoted": entry.quoted[name]}
        for name, value in entry.quantities.items()
    }
    texts = ("id", "material", "metal", "variant", "what", "outcome", "bound", "observed", "mechanism", "conditions")
    return {
        **{name: getattr(entry, name) for name in texts},
        "quantities": quantities,
        **{name: getattr(entry, name) for name in ("source", "via", "mark", "note")},
    }


def _observations_lines(shown: Sequence[Observation]) -> list[str]:
    """By pair of metal and electrolyte, in the order of the fact table."""
    pairs = dict.fromkeys((entry.metal, entry.material) for entry in shown)
    lines: list[str] = []
    for metal, material in pairs:
        lines += [f"{metal} | {material}"]
        for entry in shown:
            if (entry.metal, entry.material) == (metal, material):
                lines += _observation_lines(entry)
        lines += [""]
    if not shown:
        return ["Nothing is recorded; nothing is invented."]
    return [*lines, f"{len(shown)} observation{'' if len(shown) == 1 else 's'}.", *_footer(bullet=False)]


def _observation_lines(entry: Observation) -> list[str]:
    """What was seen, at which quantities, who says so; conditions below, wrapped."""
    result = entry.outcome if not entry.mechanism else f"{entry.outcome}: {entry.mechanism}"
    head = f"  {entry.id:<5} {entry.what:<31} {result:<24} {entry.source:<18} {entry.mark}"
    via = f"read in {entry.via}" if entry.via else ""
    about = "; ".join(part for part in (entry.variant, entry.conditions, via) if part)
    lines = [head]
    for text in (_observed_at(entry), about, entry.note):
        lines += textwrap.wrap(text, _WIDTH, initial_indent=" " * 8, subsequent_indent=" " * 8)
    return lines


def _observed_at(entry: Observation) -> str:
    """The quantities as quoted, what was observed first and with its bound."""
    sign = {"lower": "> ", "upper": "< ", "": ""}[entry.bound]
    ordered = sorted(entry.quoted, key=lambda name: name != entry.observed)
    return ", ".join(
        f"{OBSERVED_QUANTITIES[name].long_name.lower()} {sign if name == entry.observed else ''}{entry.quoted[name]}"
        for name in ordered
    )
