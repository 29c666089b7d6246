"""The interface of every model, and the numbers of a cell that models share."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from lisse.cell import Cell
from lisse.errors import InvalidInput
from lisse.materials.laws import NortonCreep
from lisse.protocol import Protocol
from lisse.records import Solution, Verdict

__all__ = ["CellNumbers", "Judge", "Model", "Outcome", "Progress", "cell_numbers", "series_resistance"]

Progress = Callable[[float, str], None]
"""Called with the share done (0 to 1) and a few words."""


@dataclass(frozen=True)
class Outcome:
    """How a run ended: what is kept of each of many runs.

    Attributes
    ----------
    status, status_text : str
        As of a Solution.
    verdict : Verdict
    end : float or None
        s. Last time in the record.
    """

    status: str
    status_text: str
    verdict: Verdict
    end: float | None

    @classmethod
    def of(cls, solution: Solution) -> Outcome:
        """That of a solution."""
        last = float(solution["time"].values[-1]) if "time" in solution and solution["time"].size else math.nan
        end = last if math.isfinite(last) else None
        return cls(solution.status, solution.status_text, solution.verdict, end)


Judge = Callable[[int | None], Outcome]
"""Seed of the flaws to how a run with it ends."""


class Model(ABC):
    """A way to turn a cell and a protocol into a Solution. Interface; never made itself."""

    name: ClassVar[str] = ""

    @abstractmethod
    def solve(
        self, cell: Cell, protocol: Protocol, *, seed: int | None = None, progress: Progress | None = None
    ) -> Solution:
        """Run; a numerical failure is a Solution with status ``"failed"``.

        Raises
        ------
        InvalidInput
            When the model cannot treat this cell or protocol.
        MissingValue
            When a number that it needs is not known.
        """

    def judge(self, cell: Cell, protocol: Protocol) -> Judge:
        """From a seed to how `solve` ends with it.

        A model whose runs share work, or that need not put its records together for that, says it sooner.
        """
        return lambda seed: Outcome.of(self.solve(cell, protocol, seed=seed))

    def draws(self, cell: Cell) -> bool:
        """Whether the seed of a run changes what becomes of this cell: the flaws, unless a model draws more."""
        return cell.electrolyte.flaws is not None

    def writing_nothing(self) -> Model:
        """The same model without files of its own, to be run many times at once."""
        return self


@dataclass(frozen=True)
class CellNumbers:
    """Properties of a cell's materials at one temperature (SI). Toughness and stiffness exist only with flaws.

    Attributes
    ----------
    temperature : float, K
    molar_volume : float, m3/mol
    surface_energy : float, J/m2
    creep_prefactor : float, 1/s/Pa^n
        Strain rate over stress^n, of bulk metal.
    creep_exponent : float
    conductivity : float, S/m
        Total ionic conductivity of the electrolyte.
    fracture_toughness : float or None, Pa m^0.5
    youngs_modulus : float or None, Pa
    poisson_ratio : float or None
    """

    temperature: float
    molar_volume: float
    surface_energy: float
    creep_prefactor: float
    creep_exponent: float
    conductivity: float
    fracture_toughness: float | None = None
    youngs_modulus: float | None = None
    poisson_ratio: float | None = None


def cell_numbers(cell: Cell, temperature: float | None = None, side: int = 0) -> CellNumbers:
    """Evaluate the laws of a cell's materials.

    Parameters
    ----------
    cell : Cell
    temperature : float or None, K
        That of the cell by default.
    side : int
        0 for the metal of the working electrode, 1 for that of the counter electrode.

    Raises
    ------
    MissingValue
        When the library has no number for a property that is needed.
    """
    at = cell.temperature if temperature is None else temperature
    metal, ceramic = (cell.working, cell.counter)[side].material, cell.electrolyte.material
    creep = metal.law("creep")
    if not isinstance(creep, NortonCreep):
        raise InvalidInput(f"creep of {metal.name}", creep.kind, "a law of the kind 'norton-creep'")
    flaws = cell.electrolyte.flaws is not None
    return CellNumbers(
        temperature=at,
        molar_volume=metal.value("molar_volume", at),
        surface_energy=metal.value("surface_energy", at),
        creep_prefactor=creep.prefactor(at),
        creep_exponent=creep.exponent,
        conductivity=ceramic.value("ionic_conductivity", at),
        fracture_toughness=ceramic.value("fracture_toughness", at) if flaws else None,
        youngs_modulus=ceramic.value("youngs_modulus", at) if flaws else None,
        poisson_ratio=ceramic.value("poisson_ratio", at) if flaws else None,
    )


def series_resistance(cell: Cell, numbers: CellNumbers) -> float:
    """ohm m2. Electrolyte and grain boundaries, L/sigma + R_gb."""
    return cell.electrolyte.thickness / numbers.conductivity + cell.electrolyte.grain_boundary_resistance
