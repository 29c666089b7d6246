"""What a lumped run leaves behind: its steps as they were run, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lisse.models.lumped.equations import Equations
from lisse.models.lumped.states import Record
from lisse.protocol import Step

__all__ = ["SIDES", "Failure", "Leg", "March", "SoftShort"]

SIDES = ("working", "counter")
"""Names of both interfaces, by their place."""


@dataclass(frozen=True)
class Failure:
    """What ended the run: a verdict mode, the time (s) and the interface (0 working, 1 counter, None neither)."""

    mode: str
    time: float
    where: int | None


@dataclass(frozen=True)
class SoftShort:
    """The first soft short of a run that goes on after it.

    Attributes
    ----------
    time : float, s
    where : int
        Interface (0 working, 1 counter).
    leg : int
        Place of the leg that it ended.
    formed, burnt : int
        Filaments that formed, and that burnt open, in the whole run.
    """

    time: float
    where: int
    leg: int
    formed: int = 1
    burnt: int = 0


@dataclass(frozen=True)
class Leg:
    """One step of the protocol as it was run.

    Attributes
    ----------
    step : Step
    equations : Equations
    record : Record
        Times and charges from the start of the protocol.
    filling, depth : (n, 2, m) array
        Scaled state of the flaws; m = 0 without flaws.
    lithium_thickness, dead_lithium : (n, 2) array, m
        Metal of both electrodes that can still be stripped, without what is in flaws, interphases and voids' walls;
        and metal that was cut off. NaN at a cathode.
    leak : float, S/m2
        Conductance of the filaments beside the cell; the record is that of the cell itself.
    leaked : (n,) array or None, C/m2
        Charge that has passed them since the start of the protocol; ``None`` before there were any.
    """

    step: Step
    equations: Equations
    record: Record
    filling: np.ndarray
    depth: np.ndarray
    lithium_thickness: np.ndarray
    dead_lithium: np.ndarray
    leak: float = 0.0
    leaked: np.ndarray | None = None

    @property
    def outer_charge(self) -> np.ndarray:
        """(n,) array, C/m2. Signed, as the outer circuit counts it."""
        return self.record.charge if self.leaked is None else self.record.charge + self.leaked

    @property
    def outer_current(self) -> np.ndarray:
        """(n,) array, A/m2. In the outer circuit."""
        current = self.record.current_density
        return current + self.leak * self.equations.drops(self.record).total if self.leak else current


@dataclass(frozen=True)
class March:
    """All legs, and how it ended: `failure` of the cell, or `trouble` of the solver (a sentence), or neither.

    `soft` is the first soft short of a run that went on after it.
    """

    legs: tuple[Leg, ...]
    failure: Failure | None
    trouble: str
    soft: SoftShort | None = None

    @property
    def passed(self) -> tuple[Leg, ...]:
        """The legs that neither a failure nor trouble ended."""
        return self.legs if self.failure is None and not self.trouble else self.legs[:-1]
