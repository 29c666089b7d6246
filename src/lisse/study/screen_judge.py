"""What every candidate is asked: the criteria of one cell and protocol, over arrays of candidates and draws.

The cell and the protocol are read once; a candidate then takes the place of the electrolyte by its numbers. The
electrolyte of the case gives nothing to candidates: what the case file itself says of the interface stays, what came
from its material does not.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from lisse import theory
from lisse.errors import InvalidInput, MissingValue
from lisse.models.analytic import Analytic
from lisse.models.criteria import Criterion, Finding, choose_criteria, evaluate
from lisse.models.inputs import INTERFACE_SOURCES, Inputs, library_numbers, shear_modulus
from lisse.models.limits import tables
from lisse.study.case import Case
from lisse.study.screen_quantities import CANDIDATE_INPUTS, LESS_IS_BETTER
from lisse.study.screen_study import Ranking

__all__ = ["Judge", "Shared", "interface_of_material", "stability_parameter"]

Array: TypeAlias = NDArray[np.float64]
Numbers: TypeAlias = Mapping[str, Array]
Shared: TypeAlias = Sequence[Mapping[str, Array]]
"""What replaces the numbers of the cell, for each of its conditions."""
_STABILITY = ("shear_modulus", "poisson_ratio", "molar_volume_ratio")


@dataclass(frozen=True, eq=False)
class Judge:
    """The cell and protocol in which all candidates stand.

    Attributes
    ----------
    tables : tuple of Inputs
        One for each condition of the protocol, without what belongs to the electrolyte.
    criteria : tuple of Criterion
        All of them; those that decide choose the score.
    ranking : Ranking
    convention : str
        Of the stability of the interface.
    """

    tables: tuple[Inputs, ...]
    criteria: tuple[Criterion, ...]
    ranking: Ranking
    convention: str

    @classmethod
    def of(cls, case: Case, ranking: Ranking) -> Judge:
        """The judge of a case.

        Parameters
        ----------
        case : Case
        ranking : Ranking
        """
        layer = case.cell.interface.interlayer
        if layer is not None:
            allowed = "no interlayer in the cell that candidates are screened in: their own contact decides"
            raise InvalidInput("cell.interface.interlayer", layer.material.name, allowed)
        choice = case.model.stability if isinstance(case.model, Analytic) else "reported"
        chosen = choose_criteria(choice)
        if ranking.mechanisms:
            chosen = tuple(
                dataclasses.replace(each, decides=each.decides and each.mechanism in ranking.mechanisms)
                for each in chosen
            )
        convention = "thermodynamic" if choice == "thermodynamic" else "published"
        return cls(
            tuple(_without_electrolyte(each, case) for each in tables(case.cell, case.protocol)),
            chosen,
            ranking,
            convention,
        )

    def placed(self, numbers: Numbers, shared: Shared = ()) -> list[Inputs]:
        """The inputs of each condition with the numbers of candidates, and the drawn numbers of the cell.

        Parameters
        ----------
        numbers : mapping of str to array, SI
            Those that are known.
        shared : sequence of mappings
            Empty for the numbers of the case itself.
        """
        own = {name: array for name, array in numbers.items() if name in CANDIDATE_INPUTS}
        if "shear_modulus" not in own and {"youngs_modulus", "poisson_ratio"} <= own.keys():
            own["shear_modulus"] = np.asarray(shear_modulus(own["youngs_modulus"], own["poisson_ratio"]))
        given = shared or [{}] * len(self.tables)
        return [table.with_values({**each, **own}) for table, each in zip(self.tables, given, strict=True)]

    def ask(self, criterion: Criterion, there: Sequence[Inputs], shape: tuple[int, ...]) -> tuple[Array, Array]:
        """Limit (A/m2) and margin of one criterion at its worst condition.

        NaN where it does not apply, and for the limit where that is no current density.
        """
        limit, margin = np.full(shape, np.nan), np.full(shape, np.nan)
        for table in there:
            said = evaluate(criterion, table)
            if isinstance(said, str):
                continue
            here = np.broadcast_to(said.margin, shape)
            worse = ~(margin <= here) & ~np.isnan(here)
            margin = np.where(worse, here, margin)
            if said.current_density is not None:
                limit = np.where(worse, said.current_density, limit)
        return limit, margin

    def gap(self, criterion: Criterion, numbers: Numbers) -> str:
        """The property of a candidate that a criterion lacks; empty where it can be asked or does not apply."""
        for table in self.placed(numbers):
            try:
                criterion.law(table)
            except MissingValue as error:
                if error.property in CANDIDATE_INPUTS:
                    return error.property
        return ""

    def deciding(self, numbers: Numbers) -> list[Criterion]:
        """The criteria that make up the score of candidates with these numbers (of one candidate, as a sample)."""
        by = self.ranking.by
        if by not in ("critical_current_density", "margin"):
            return []
        there, found = self.placed(numbers), []
        for criterion in self.criteria:
            if not criterion.decides:
                continue
            said = [each for each in (evaluate(criterion, table) for table in there) if isinstance(each, Finding)]
            if said and (by == "margin" or any(each.current_density is not None for each in said)):
                found.append(criterion)
        return found

    def parts(
        self, criteria: Sequence[Criterion], numbers: Numbers, shape: tuple[int, ...], shared: Shared = ()
    ) -> Array:
        """What the score is the smallest of, more is better; the first axis counts them.

        One part for each deciding criterion. A score that is no smallest of anything is the only part. A
        criterion that does not apply has no bound: inf.
        """
        by = self.ranking.by
        if by not in ("critical_current_density", "margin"):
            return self.quantity(by, numbers, shape, shared)[None]
        there = self.placed(numbers, shared)
        place = 0 if by == "critical_current_density" else 1
        found = [self.ask(criterion, there, shape)[place] for criterion in criteria]
        return np.array([np.where(np.isnan(each), np.inf, each) for each in found])

    def quantity(self, name: str, numbers: Numbers, shape: tuple[int, ...], shared: Shared = ()) -> Array:
        """A property, or the stability parameter, turned so that more is better; NaN where it is not known."""
        if name == "stability_parameter":
            found = [self._stability(table) for table in self.placed(numbers, shared)]
            worst = (
                np.max(np.broadcast_arrays(*found), axis=0)
                if self.convention == "published"
                else np.min(np.broadcast_arrays(*found), axis=0)
            )
            return np.broadcast_to(worst * self.sign(name), shape)
        return np.broadcast_to(numbers[name] * self.sign(name), shape) if name in numbers else np.full(shape, np.nan)

    def sign(self, name: str) -> float:
        """1. Plus where more of a quantity is better, minus where less is."""
        if name == "stability_parameter":
            return -1.0 if self.convention == "published" else 1.0
        return -1.0 if name in LESS_IS_BETTER else 1.0

    def _stability(self, table: Inputs) -> Array:
        if not all(name in table.values for name in _STABILITY):
            return np.asarray(np.nan)
        return stability_parameter(table, self.convention)


def stability_parameter(inputs: Inputs, convention: str = "published") -> Array:
    """J/mol. Elastic part of the shift of the electron's potential at the peak of a wave, over the slope of the wave.

    Without capillarity, so that it does not depend on the wavelength: times the wavenumber, it is the elastic part of
    `lisse.theory.interface_stability`.

    Parameters
    ----------
    inputs : Inputs
    convention : str
    """
    waves = theory.interface_stability(
        wavenumber=1.0,
        shear_modulus_electrolyte=inputs["shear_modulus"],
        poisson_ratio_electrolyte=inputs["poisson_ratio"],
        shear_modulus_metal=inputs["metal_shear_modulus"],
        poisson_ratio_metal=inputs["metal_poisson_ratio"],
        molar_volume_ratio=inputs["molar_volume_ratio"],
        surface_energy=inputs["surface_energy"],
        molar_volume=inputs["molar_volume"],
        convention=convention,
    )
    return np.asarray(waves.hydrostatic + waves.deviatoric)


def interface_of_material(case: Case) -> set[str]:
    """Properties of the interface that a case takes from its electrolyte, because its file does not say them."""
    return {
        name
        for name, field, _ in library_numbers(case.cell)
        if INTERFACE_SOURCES[name][0] == "electrolyte" and f"cell.interface.{field}" in case.notes
    }


def _without_electrolyte(table: Inputs, case: Case) -> Inputs:
    """The inputs of the cell alone."""
    dropped = {name for name in CANDIDATE_INPUTS if name not in INTERFACE_SOURCES} | interface_of_material(case)
    missing = {name: f"no {name.replace('_', ' ')} of the candidate is known" for name in dropped}
    return dataclasses.replace(
        table,
        values={name: value for name, value in table.values.items() if name not in dropped},
        missing={**table.missing, **missing},
        spreads={name: spread for name, spread in table.spreads.items() if name not in dropped},
        derived_shear_modulus=False,
    )
