"""Soft shorts that go on: filaments that lead part of the current past the cell, burn open and form again.

A filament of conductance G (per area of the cell) lies in parallel to it. A set current j divides, j = j_cell + G U,
which is a held voltage j/G behind the resistance 1/G (Thevenin); a held voltage drives the cell as before, and the
filament beside it. What passes a filament plates nothing, but the outer circuit counts it.

A filament burns open where the voltage along it passes `melting_voltage`: it has then reached the melting point in its
middle, within L^2/(pi^2 a), less than a millisecond, so that its end is instant here. Its lithium lies in the crack as
cut-off beads (dead), and the crack stays. It forms again once as much lithium has been plated into the crack as it held
when it first spanned the electrolyte. A class of flaws counts as one filament, that of its first flaw.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

import numpy as np

from lisse.materials import Material
from lisse.models.lumped.equations import Equations
from lisse.models.lumped.legs import Leg, SoftShort
from lisse.models.lumped.short import melting_voltage, spanning_flaw
from lisse.protocol import Step

__all__ = ["MOST_BURNS", "Bridges"]

MOST_BURNS = 50
"""Filaments that may burn open before the run is ended: what comes after is more of the same."""
_SHORT_OF_IT = 1e-9  # share of the electrolyte by which a crack without its filament falls short of spanning it


@dataclass
class Bridges:
    """The filaments across one cell, and what they have done.

    Attributes
    ----------
    goes_on : bool
        Whether a run outlives a soft short.
    standing : dict
        S/m2 by interface and class of flaws.
    first : SoftShort or None
    formed, burnt : int
    leaked : float
        C/m2. Charge past the cell until now.
    """

    goes_on: bool
    standing: dict[tuple[int, int], float] = field(default_factory=dict)
    first: SoftShort | None = None
    formed: int = 0
    burnt: int = 0
    leaked: float = 0.0

    @property
    def leak(self) -> float:
        """S/m2. Of all filaments that stand."""
        return sum(self.standing.values())

    def at(self, place: int) -> list[int]:
        """Classes of flaws of one interface that are filaments now."""
        return [number for where, number in self.standing if where == place]

    def beside(self, equations: Equations, step: Step) -> tuple[Equations, Step]:
        """What the cell itself sees in a step: its laws and its step, with the filaments as a source (Thevenin)."""
        leak = self.leak
        if not leak:
            return equations, step
        if step.current_density is None:
            return equations, dataclasses.replace(step, until_current=None)  # the outer current ends it
        behind = dataclasses.replace(equations, series_resistance=equations.series_resistance + 1.0 / leak)
        return behind, Step(voltage=step.current_density / leak, duration=step.time, label=step.label)

    def left_over(self, equations: Equations, metal: Material) -> float | None:
        """V. Voltage that the filaments bear; ``None`` without filaments, or where no melting point is known."""
        if not self.standing or not metal.has("melting_point"):
            return None
        temperature = equations.numbers.temperature
        return melting_voltage(temperature, metal.value("melting_point", temperature))

    def told(self, leg: Leg) -> Leg:
        """The leg with what passed the filaments in it; as it is in a cell that never had one."""
        leak, record = self.leak, leg.record
        if not leak and not self.leaked:
            return leg
        passed = record.time - record.time[0]
        if not leak:
            beside = np.zeros(len(passed))
        elif leg.step.current_density is None:
            beside = leak * (leg.step.voltage or 0.0) * passed
        else:
            beside = leg.step.current_density * passed - (record.charge - record.charge[0])
        leaked = self.leaked + beside
        self.leaked = float(leaked[-1])
        return dataclasses.replace(leg, leak=leak, leaked=leaked)

    def take(self, leg: Leg, place: int, number_of_leg: int) -> bool:
        """Add the filament that a leg ended with, and say whether the run goes on; it does not after too many."""
        spanning, conductance = spanning_flaw(leg, place, self.at(place))
        if self.first is None:
            self.first = SoftShort(float(leg.record.time[-1]), place, number_of_leg)
        self.formed += 1
        if not conductance or self.burnt >= MOST_BURNS:
            return False
        self.standing[place, spanning] = conductance
        return True

    def burn(
        self, equations: Equations, filling: np.ndarray, depth: np.ndarray, dead: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Open all filaments: scaled state of the flaws (2, m) and dead lithium (2,) m after that."""
        filling, depth, dead = filling.copy(), depth.copy(), dead.copy()
        for place, number in self.standing:
            side = equations.sides[place]
            if side is not None and side.flaws is not None:
                dead[place] += filling[place, number] * side.flaws.height_per_filling[number]
                filling[place, number] = 0.0
                span = equations.thickness / side.flaws.initial_depth[number]
                depth[place, number] = min(depth[place, number], span * (1.0 - _SHORT_OF_IT))
        self.burnt += len(self.standing)
        self.standing.clear()
        return filling, depth, dead

    def summary(self) -> SoftShort | None:
        """The first soft short with the counts of all; ``None`` where there was none."""
        return None if self.first is None else dataclasses.replace(self.first, formed=self.formed, burnt=self.burnt)
