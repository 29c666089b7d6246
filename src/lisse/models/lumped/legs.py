"""What a lumped run leaves behind: its steps as they were run, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lisse.models.lumped.equations import Equations
from lisse.models.lumped.states import Record
from lisse.protocol import Step

__all__ = ["SIDES", "Failure", "Leg", "March"]

SIDES = ("working", "counter")
"""Names of both interfaces, by their place."""


@dataclass(frozen=True)
class Failure:
    """What ended the run: a verdict mode, the time (s) and the interface (0 working, 1 counter, None neither)."""

    mode: str
    time: float
    where: int | None


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
    """

    step: Step
    equations: Equations
    record: Record
    filling: np.ndarray
    depth: np.ndarray
    lithium_thickness: np.ndarray
    dead_lithium: np.ndarray


@dataclass(frozen=True)
class March:
    """All legs, and how it ended: `failure` of the cell, or `trouble` of the solver (a sentence), or neither."""

    legs: tuple[Leg, ...]
    failure: Failure | None
    trouble: str

    @property
    def passed(self) -> tuple[Leg, ...]:
        """The legs that neither a failure nor trouble ended."""
        return self.legs if self.failure is None and not self.trouble else self.legs[:-1]
