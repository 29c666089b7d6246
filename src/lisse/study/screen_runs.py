"""The best candidates as cells that a model in time can run: each with its own numbers, and nothing of the base case's
electrolyte.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lisse.cell import Cell
from lisse.errors import InvalidInput
from lisse.materials import PROPERTIES, Material, Property
from lisse.models.base import Progress
from lisse.models.inputs import INTERFACE_SOURCES
from lisse.models.lumped import Lumped
from lisse.study.batch import solve_many
from lisse.study.candidates import Candidates
from lisse.study.case import Case
from lisse.study.screen_judge import interface_of_material
from lisse.study.screen_numbers import ASSUMED, ESTIMATED, Numbers
from lisse.study.screen_study import ScreenStudy

__all__ = ["CandidateRun", "candidate_cell", "candidate_material", "run_candidates"]


@dataclass(frozen=True)
class CandidateRun:
    """What a run of one candidate came to.

    Attributes
    ----------
    candidate : int
    name : str
    status, status_text, mode : str
        As of a `lisse.study.BatchRun` and its verdict.
    critical_current_density : float or None, A/m2
    time : float or None, s
        To failure.
    """

    candidate: int
    name: str
    status: str
    status_text: str
    mode: str
    critical_current_density: float | None
    time: float | None

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return dict(vars(self))


def candidate_material(candidates: Candidates, numbers: Numbers, which: int, kind: str = "electrolyte") -> Material:
    """A candidate as a material: numbers of the table and of the study as given, estimates marked as such.

    Parameters
    ----------
    candidates : Candidates
    numbers : Numbers
    which : int
        Number of the candidate.
    kind : str
        ``"electrolyte"`` or ``"polymer"``.
    """
    name = candidates.names[which]
    material = Material(name=name, formula=candidates.formulas[which] or name, kind=kind)
    for property, array in numbers.values.items():
        value, origin = float(array[which]), int(numbers.origin[property][which])
        if np.isnan(value):
            continue
        if origin == ESTIMATED:
            entry = numbers.estimates[which, property].entry()
            made = Property(property, PROPERTIES[property].unit, (entry,), entry.row)
            material = dataclasses.replace(material, properties={**material.properties, property: made})
        else:
            source = numbers.sources[property][0] if origin == ASSUMED else "table of the study"
            material = material.with_value(property, value, source)
    return material


def candidate_cell(case: Case, candidates: Candidates, numbers: Numbers, which: int) -> Cell:
    """The cell of a case with a candidate as its electrolyte; its interface takes the numbers of the candidate.

    Parameters
    ----------
    case : Case
    candidates, numbers, which
        As of `candidate_material`.

    Raises
    ------
    InvalidInput
        Where the interface of the case has a number of its electrolyte for which the candidate has none.
    """
    cell = case.cell
    material = candidate_material(candidates, numbers, which, cell.electrolyte.material.kind)
    changes: dict[str, Any] = {"electrolyte__material": material}
    for property, (owner, field) in INTERFACE_SOURCES.items():
        if owner == "electrolyte" and material.has(property):
            changes[f"interface__{field}"] = material.value(property, cell.temperature)
        elif property in interface_of_material(case):
            allowed = f"a number in the table, in [missing], or as cell.interface.{field} of the case"
            raise InvalidInput(f"{property} of {material.name}", None, allowed)
    if "cell.interface.adhesion_strength" in case.notes and cell.electrolyte.material.has("adhesion_strength"):
        known = material.has("adhesion_strength")  # otherwise no bond, as in a case that says nothing of it
        bond = material.value("adhesion_strength", cell.temperature) if known else 0.0
        changes["interface__adhesion_strength"] = bond
    return cell.replace(**changes)


def run_candidates(
    study: ScreenStudy,
    candidates: Candidates,
    numbers: Numbers,
    best: Sequence[int],
    *,
    workers: int | None = None,
    progress: Progress | None = None,
) -> tuple[CandidateRun, ...]:
    """Run the best candidates at their central numbers with the longest flaw at its median.

    Parameters
    ----------
    study : ScreenStudy
    candidates : Candidates
    numbers : Numbers
    best : sequence of int
        Numbers of the candidates.
    workers : int or None
        Processes; ``None`` takes one for each core.
    progress : callable or None
    """
    cells, kept, refused = [], [], []
    for which in best:
        try:
            cells.append(candidate_cell(study.case, candidates, numbers, which))
            kept.append(which)
        except InvalidInput as error:
            name = candidates.names[which]
            refused.append(CandidateRun(which, name, "refused", str(error), "none", None, None))
    if not cells:
        return tuple(refused)
    found = solve_many(Lumped(), cells, study.case.protocol, workers=workers, progress=progress)
    ran = [
        CandidateRun(
            which,
            candidates.names[which],
            run.status,
            run.status_text,
            run.verdict.mode,
            run.verdict.critical_current_density,
            run.verdict.time,
        )
        for which, run in zip(kept, found, strict=True)
    ]
    return tuple(sorted((*ran, *refused), key=lambda each: list(best).index(each.candidate)))
