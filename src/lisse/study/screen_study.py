"""The study file of a screening: which table, what its columns are, what stands in for missing numbers, the ranking.

What is in the table is read in `lisse.study.candidates`; what becomes of it, in `lisse.study.screening`.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from lisse.errors import InvalidInput, MissingValue, suggest
from lisse.keys import Choice, Field, Flag, Integer, Text, read_toml, within
from lisse.materials import PROPERTIES
from lisse.materials.reading import parse_unit
from lisse.models.criteria import CRITERIA
from lisse.study.case import Case, load_case
from lisse.study.case_tables import CaseTables, entry_text
from lisse.study.screen_columns import Column, LatticeColumns, Place, read_columns, read_lattice
from lisse.study.screen_quantities import SCORES
from lisse.units import parse_quantity

__all__ = [
    "TABLES",
    "Best",
    "Missing",
    "Prior",
    "Ranking",
    "ScreenStudy",
    "load_screen",
    "read_screen",
]

_MECHANISMS = tuple(dict.fromkeys(criterion.mechanism for criterion in CRITERIA))

TABLES: Mapping[str, Mapping[str, Field]] = MappingProxyType(
    {
        "": {
            "title": Text("shown on the report", "untitled"),
            "case": Text("case file, from the folder of the study: the cell and protocol", longest=4096),
            "table": Text("table of candidates, one a row: csv, from the folder of the study", longest=4096),
            "header": Flag("whether the first row of the table names its columns; else columns are numbers", True),
            "bad_rows": Choice(
                "a row with a cell that cannot be read: an error, or set aside, counted and listed",
                "refuse",
                choices=("refuse", "set-aside"),
            ),
        },
        "missing": {
            "estimate": Flag("whether missing numbers are estimated from the formula", False),
            "applicability": within(
                0.0, 1.0, "1", "an estimate that applies less than this is not used (0: unlike all training data)", 0.2
            ),
        },
        "rank": {
            "by": Text(f"{', '.join(SCORES)}, or a property", "critical_current_density"),
            "top": Integer("how many best are looked for", 20, high=100_000),
            "draws": Integer("draws of the uncertain numbers (0: none)", 256, low=0, high=10_000),
            "seed": Integer("of the draws", 1, low=0, high=2**32 - 1),
        },
        "best": {
            "model": Choice("which model runs the best candidates", "lumped", choices=("lumped",)),
            "runs": Integer("how many of them", 10, low=0, high=1000),
        },
    }
)
"""Keys of a study file by table, besides ``[columns]``, the properties of ``[missing]`` and the lists of ``[rank]``."""


@dataclass(frozen=True)
class Prior:
    """What a property is taken to be where a candidate has none.

    Attributes
    ----------
    value, low, high : float, SI
        The number and its interval of 90 %; `low` and `high` equal to `value` without one.
    shared : bool
        Whether all candidates that take it have the same unknown number: one draw for all, which changes no ranking
        among them.
    source : str
    """

    value: float
    low: float
    high: float
    shared: bool = False
    source: str = "assumed in the study file"


@dataclass(frozen=True)
class Missing:
    """What stands in for numbers that the table does not have: first estimates, then priors."""

    estimate: bool = False
    applicability: float = 0.2
    priors: Mapping[str, Prior] = field(default_factory=dict)


@dataclass(frozen=True)
class Ranking:
    """By what candidates are ranked, and how uncertainty is drawn.

    Attributes
    ----------
    by : str
        A name of `lisse.study.screen_quantities.SCORES`, or a property.
    top, draws, seed : int
    pareto : tuple of str
        Quantities of the front.
    mechanisms : tuple of str
        Only criteria of these count; all when empty.
    """

    by: str = "critical_current_density"
    top: int = 20
    draws: int = 256
    seed: int = 1
    pareto: tuple[str, ...] = ()
    mechanisms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Best:
    """Runs of the best candidates with a model in time."""

    model: str = "lumped"
    runs: int = 0


@dataclass(frozen=True)
class ScreenStudy:
    """A screening, fully specified.

    Attributes
    ----------
    title : str
    case : Case
        Cell and protocol in which every candidate stands; its electrolyte gives nothing to candidates by itself.
    table : Path
    columns : tuple of Column
    name, formula : str, int or None
        Columns with the name and with the chemical formula.
    missing : Missing
    ranking : Ranking
    best : Best
    header : bool
    bad_rows : str
        ``"refuse"`` or ``"set-aside"``.
    lattice : LatticeColumns or None
    """

    title: str
    case: Case
    table: Path
    columns: tuple[Column, ...]
    name: Place | None = None
    formula: Place | None = None
    missing: Missing = field(default_factory=Missing)
    ranking: Ranking = field(default_factory=Ranking)
    best: Best = field(default_factory=Best)
    header: bool = True
    bad_rows: str = "refuse"
    lattice: LatticeColumns | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain data, SI."""
        columns = {column.name: {k: v for k, v in vars(column).items() if k != "name"} for column in self.columns}
        missing = {**vars(self.missing), "priors": {name: dict(vars(p)) for name, p in self.missing.priors.items()}}
        return {
            "title": self.title,
            "table": self.table.name,
            "header": self.header,
            "bad_rows": self.bad_rows,
            "name": self.name,
            "formula": self.formula,
            "columns": columns,
            "lattice": None if self.lattice is None else dict(self.lattice.places),
            "missing": missing,
            "rank": {key: list(each) if isinstance(each, tuple) else each for key, each in vars(self.ranking).items()},
            "best": dict(vars(self.best)),
            "case": dict(self.case.as_run),
        }  # fmt: skip


def load_screen(path: str | os.PathLike[str]) -> ScreenStudy:
    """Read a study file.

    Parameters
    ----------
    path : path
        A TOML file.

    Raises
    ------
    InvalidInput
        Naming the key, the line, what was got and what is allowed.
    """
    source = read_toml(path, "study file", "There is no such file")
    return read_screen(source.tables, source.where, source.folder)


def read_screen(
    raw: Mapping[str, Any],
    where: Callable[[str], str] = lambda key: "study",
    folder: str | os.PathLike[str] = ".",
) -> ScreenStudy:
    """Check a study given as plain data.

    Parameters
    ----------
    raw : mapping
        As parsed from TOML.
    where : callable
        File and line of a dotted key, for messages.
    folder : path
        Where paths in it are taken from.
    """
    tables = CaseTables(copy.deepcopy(dict(raw)), where, folder)
    head = tables.values("", tables.raw, TABLES[""], ("columns", "missing", "rank", "best"))
    case = load_case(Path(folder) / head["case"], ["model.name=analytic"])
    if case.protocol.largest_current_density == 0.0:
        allowed = "a case whose protocol sets a current at least once"
        raise tables.error("case", head["case"], allowed, "There is nothing to compare a limit with")
    name, formula, columns = read_columns(tables, head["header"])
    lattice = read_lattice(tables, head["header"])
    missing = _missing(tables, case)
    known = {column.name for column in columns} | set(missing.priors)
    if missing.estimate and formula is None:
        raise tables.error("missing.estimate", True, "with a column of formulas", 'Give columns.formula = "HEADING"')
    ranking = _ranking(tables, known, missing.estimate)
    best = Best()
    if "best" in tables.raw:
        best = Best(**tables.values("best", tables.table("best"), TABLES["best"]))
    return ScreenStudy(
        head["title"],
        case,
        Path(folder) / head["table"],
        columns,
        name,
        formula,
        missing,
        ranking,
        best,
        head["header"],
        head["bad_rows"],
        lattice,
    )


# -- what stands in ----------------------------------------------------------------------------------------------------


def _missing(tables: CaseTables, case: Case) -> Missing:
    given = tables.table("missing")
    allowed = tuple(name for name, meant in PROPERTIES.items() if meant.law is None)
    settings = tables.values("missing", given, TABLES["missing"], allowed)
    priors = {
        name: _prior(tables, f"missing.{name}", name, value, case)
        for name, value in given.items()
        if name not in TABLES["missing"]
    }
    return Missing(settings["estimate"], settings["applicability"], MappingProxyType(priors))


def _prior(tables: CaseTables, path: str, property: str, value: Any, case: Case) -> Prior:
    if value == "case":
        return tables.at(path, partial(_of_case, path, property, case))
    if not isinstance(value, dict):
        value = {"value": value}
    tables.known(path, value, ("value", "low", "high", "shared"))
    unit, meant = parse_unit(PROPERTIES[property].unit), PROPERTIES[property]
    shared = value.get("shared", False)
    if not isinstance(shared, bool):
        raise tables.error(f"{path}.shared", shared, "true or false, without quotes")
    if "value" not in value:
        raise tables.error(f"{path}.value", None, meant.allowed(), "The key is missing")
    found: dict[str, float] = {}
    for key in ("value", "low", "high"):
        if key in value:
            found[key] = tables.at(f"{path}.{key}", partial(parse_quantity, value[key], unit, f"{path}.{key}"))
            tables.at(f"{path}.{key}", partial(meant.check, found[key], f"{path}.{key}"))
    middle = found["value"]
    low, high = found.get("low", middle), found.get("high", middle)
    if not low <= middle <= high:
        raise tables.error(path, value, "low, value and high that rise")
    return Prior(middle, low, high, shared)


def _of_case(path: str, property: str, case: Case) -> Prior:
    """The number that the electrolyte of the case has, with the spread of its source; the same for all candidates."""
    material, temperature = case.cell.electrolyte.material, case.cell.temperature
    try:
        value, entry = material.value(property, temperature), material.entry(property)
    except MissingValue as error:
        raise InvalidInput(path, "case", f"a property that {material.name} has", str(error)) from None
    low, high = entry.spread_at(temperature)
    source = f"{material.name}, {entry_text(entry)}"
    return Prior(value, value if low is None else low, value if high is None else high, True, source)


# -- ranking -----------------------------------------------------------------------------------------------------------


def _ranking(tables: CaseTables, known: set[str], estimated: bool) -> Ranking:
    given = tables.table("rank")
    settings = tables.values("rank", given, TABLES["rank"], ("pareto", "mechanisms"))
    settings["by"] = _rankable(tables, "rank.by", settings["by"], known, estimated)
    pareto = _list(tables, "rank.pareto", given.get("pareto", []))
    for place, name in enumerate(pareto):
        _rankable(tables, f"rank.pareto[{place}]", name, known, estimated)
    if pareto and not 2 <= len(pareto) <= 6:
        raise tables.error("rank.pareto", list(pareto), "two to six quantities")
    mechanisms = _list(tables, "rank.mechanisms", given.get("mechanisms", []))
    for mechanism in mechanisms:
        if mechanism not in _MECHANISMS:
            advice = suggest(mechanism[:80], _MECHANISMS)
            raise tables.error("rank.mechanisms", mechanism, ", ".join(_MECHANISMS), advice)
    return Ranking(**settings, pareto=pareto, mechanisms=mechanisms)


def _list(tables: CaseTables, path: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value) or len(set(value)) < len(value):
        raise tables.error(path, value, "a list of different names, in quotes")
    return tuple(value)


def _rankable(tables: CaseTables, path: str, name: str, known: set[str], estimated: bool) -> str:
    """A quantity that is calculated, or a property that candidates can have."""
    if name in SCORES or name in known or (estimated and name in PROPERTIES and PROPERTIES[name].law is None):
        return name
    choices = (*SCORES, *sorted(known))
    if name in PROPERTIES:
        raise tables.error(path, name, ", ".join(choices), f"{name} is no column of the study, and not in [missing]")
    raise tables.error(path, name, ", ".join(choices), suggest(name[:80], choices))
