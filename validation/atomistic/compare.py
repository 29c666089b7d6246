"""What the universal potentials compute, against what is known: prints the table, writes it into the docs.

    python validation/atomistic/compare.py                 prints the table from computed.json
    python validation/atomistic/compare.py --update        also puts it into docs/explanation/atomistic_agreement.md
    python validation/atomistic/compare.py --compute       computes what known.toml asks for and writes computed.json

Computing needs the extra `atomistic` and takes hours on one core; it goes on where it was stopped (a checkpoint beside
computed.json) and leaves out what computed.json has already. Names choose structures: --compute LiF Li2O.
"""

from __future__ import annotations

import json
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

from tqdm import tqdm

from lisse.materials import load
from lisse.materials.atomistic import ALL_POTENTIALS, ATOMISTIC_PROPERTIES, POTENTIALS, Settings, compute
from lisse.references import cite
from lisse.units import convert

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PAGE = ROOT / "docs" / "explanation" / "atomistic_agreement.md"
COMPUTED = HERE / "computed.json"
KNOWN: dict[str, Any] = tomllib.loads((HERE / "known.toml").read_text(encoding="utf-8"))
BEGIN, END = "<!-- table: written by validation/atomistic/compare.py -->", "<!-- end of table -->"
UNKNOWN = "<!-- unknown: written by validation/atomistic/compare.py -->", "<!-- end of unknown -->"
UNITS = {"work_of_adhesion": "J/m^2", "lithium_partial_molar_volume": "cm^3/mol", "migration_barrier": "eV"}
HEAD = (
    "| crystal | property | known | SevenNet-0 | CHGNet | mean | off by | SevenNet-l3i5 | known from |",
    "| --- " * 9 + "|",
)


def computed() -> dict[str, Any]:
    """Structure to property to what was computed."""
    found: dict[str, Any] = json.loads(COMPUTED.read_text(encoding="utf-8")) if COMPUTED.exists() else {}
    return found


def run(names: list[str]) -> None:
    """Compute what is asked for, the first group of every structure first, and store each answer as it comes."""
    chosen = {name: KNOWN["structures"][name] for name in names or KNOWN["structures"]}
    for level in range(max(len(asked["compute"]) for asked in chosen.values())):
        for name, asked in chosen.items():
            if level < len(asked["compute"]):
                engines = ALL_POTENTIALS if level == 0 and asked["third"] else POTENTIALS
                group = asked["compute"][level]
                if not set(group) <= set(computed().get(name, {})):
                    run_group(name, group, engines, Settings(**asked.get("settings", {})))


def structure(name: str) -> Path:
    """The file that a name of known.toml starts from."""
    return ROOT / "examples" / "structures" / f"{KNOWN['structures'][name].get('structure', name)}.cif"


def run_group(name: str, group: list[str], engines: tuple[str, ...], settings: Settings) -> None:
    """Compute some properties of one structure with a bar on standard error."""
    began = time.perf_counter()
    with tqdm(total=1.0, desc=f"{name}: {group[0]}", file=sys.stderr, disable=None) as bar:

        def progress(share: float, words: str) -> None:
            bar.set_postfix_str(words, refresh=False)
            bar.update(max(0.0, share - bar.n))

        path = structure(name)
        steps = HERE / "checkpoint.jsonl"
        answers = compute(path, group, engines, steps, progress, settings=settings)
    store(name, answers, time.perf_counter() - began)


def store(name: str, answers: dict[str, Any], seconds: float) -> None:
    """Add answers to computed.json."""
    everything = computed()
    stored = everything.setdefault(name, {})
    for word, answer in answers.items():
        stored[word] = {
            "values": dict(answer.values),
            "status": answer.status,
            "warnings": list(answer.warnings),
            "seconds_for_group": round(seconds),
            "details": {potential: dict(answer.details[potential]) for potential in answer.details},
        }
    COMPUTED.write_text(json.dumps(everything, indent=1) + "\n", encoding="utf-8")


def known(row: dict[str, Any]) -> tuple[float, float, str]:
    """Least and largest known number (SI) and where from."""
    unit = ATOMISTIC_PROPERTIES[row["property"]].unit
    if "library" in row:
        library = row.get("library_property", row["property"])
        entry = next(e for e in load(row["library"]).properties[library].entries if e.row == row["row"])
        low, high = (entry.at() if edge is None else edge for edge in (entry.low, entry.high))
        return low, high, f"{cite(entry.source)}, row {entry.row} [{entry.mark}]{note(row, entry.conditions)}"
    low, high = (convert(row.get(edge, row.get("value")), row["unit"], unit) for edge in ("low", "high"))
    return low, high, f"{cite(row['source'])} [{row['mark']}]{note(row, '')}"


def note(row: dict[str, Any], conditions: str) -> str:
    """Conditions in brackets."""
    text = row.get("note", conditions)
    return f" ({text})" if text else ""


def lines() -> list[str]:
    """The table in Markdown."""
    answers, out = computed(), list(HEAD)
    for row in KNOWN["known"]:
        answer = answers.get(row["crystal"], {}).get(row["property"])
        out.append(line(row, answer or {"values": {}}))
    return [*out, "", covered(answers)]


def unknown_lines() -> list[str]:
    """What was computed of the properties in `UNITS` and has no known number, in Markdown."""
    rows = {(row["crystal"], row["property"]) for row in KNOWN["known"]}
    out = ["| crystal | property | SevenNet-0 | CHGNet | they say |", "| --- " * 5 + "|"]
    for name, answers in computed().items():
        for word in [word for word in UNITS if word in answers and (name, word) not in rows]:
            each = [number(answers[word], engine, word, UNITS[word]) for engine in POTENTIALS]
            said = "; ".join(text for text in answers[word]["warnings"] if text.split(":")[0] in POTENTIALS)
            out.append(f"| {name} | {word.replace('_', ' ')}, {UNITS[word]} | {' | '.join(each)} | {said} |")
    return out


def covered(answers: dict[str, Any]) -> str:
    """In how many rows the known number lies between the potentials."""
    both = inside = 0
    for row in KNOWN["known"]:
        values = answers.get(row["crystal"], {}).get(row["property"], {"values": {}})["values"]
        given = [values[name] for name in POTENTIALS if values.get(name) is not None]
        low, high, _ = known(row)
        if len(given) == len(POTENTIALS):
            both += 1
            inside += min(given) <= high and max(given) >= low
    return f"The known number lies between SevenNet-0 and CHGNet in {inside} of {both} rows."


def line(row: dict[str, Any], answer: dict[str, Any]) -> str:
    """One row of the table, in the unit of known.toml."""
    unit, word = row["shown"], row["property"]
    low, high, source = known(row)
    edges = [shown(edge, word, unit) for edge in (low, high)]
    reference = edges[0] if edges[0] == edges[1] else " to ".join(edges)
    numbers = answer["values"]
    each = [number(answer, engine, word, unit) for engine in POTENTIALS]
    given = [numbers[name] for name in POTENTIALS if numbers.get(name) is not None]
    mean = sum(given) / len(given) if given else None
    third = shown(numbers["sevennet-l3i5"], word, unit) if "sevennet-l3i5" in numbers else ""
    middle, wanted = shown(mean, word, unit), f"{reference} {unit}".removesuffix(" 1")
    first = row["crystal"], word.replace("_", " "), wanted
    return f"| {' | '.join((*first, *each, middle, off(mean, low, high), third, source))} |"


def shown(value: float | None, word: str, unit: str) -> str:
    """A number of a property in a unit, to three digits."""
    return "none" if value is None else f"{convert(value, ATOMISTIC_PROPERTIES[word].unit, unit):.3g}"


def number(answer: dict[str, Any], engine: str, word: str, unit: str) -> str:
    """What one potential says, with one standard error of the calculation itself where it has one (a slope, a run)."""
    if engine not in answer["values"]:
        return "not run"
    text = shown(answer["values"][engine], word, unit)
    errors = [value for key, value in answer["details"][engine].items() if key.startswith("standard_error") and value]
    return (
        f"{text} +- {convert(errors[0], ATOMISTIC_PROPERTIES[word].unit, unit):.2g}"
        if errors and text != "none"
        else text
    )


def off(value: float | None, low: float, high: float) -> str:
    """By how much the mean misses the nearest known number."""
    if value is None:
        return "-"
    nearest = min(max(value, low), high)
    return "inside" if nearest == value else f"{100 * (value - nearest) / nearest:+.0f} %"


def update() -> None:
    """Put both tables into their page."""
    text = PAGE.read_text(encoding="utf-8")
    for (begin, end), table in (((BEGIN, END), lines()), (UNKNOWN, unknown_lines())):
        before, rest = text.split(begin)
        text = "\n".join([before + begin, "", *table, "", end]) + rest.split(end)[1]
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    if "--compute" in sys.argv:
        run([name for name in sys.argv[1:] if not name.startswith("--")])
    if "--update" in sys.argv:
        update()
    print("\n".join(lines()))
