"""The bench of every calculation: a crystal, a potential, settings, finished steps and progress.

A task takes a `Work` and returns what it `Found`, by property. Everything slow goes through `Work.once`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lisse.errors import InvalidInput
from lisse.materials.atomistic.checkpoint import Checkpoint, fingerprint
from lisse.materials.atomistic.crystal_symmetry import primitive_cell
from lisse.materials.atomistic.potentials import Potential

if TYPE_CHECKING:
    from ase import Atoms

__all__ = ["ELECTRONVOLT_PER_CUBIC_ANGSTROM", "Settings", "Work"]

_METHOD = 2  # to be raised when a step comes to mean something else: old checkpoints then answer nothing
ELECTRONVOLT_PER_CUBIC_ANGSTROM = 1.602176634e11
"""Pa."""


@dataclass(frozen=True)
class Settings:
    """Choices of the calculations, with defaults that keep a 100-atom cell to minutes a property (but the dynamics).

    Parameters
    ----------
    force_tolerance : float, eV/angstrom. Largest force that a relaxed structure keeps.
    relaxation_steps : int. Steps after which a relaxation is given up.
    strain : float, 1. Largest strain component of the elastic steps.
    use_symmetry : bool. Strain only as often as the crystal class needs; False takes all six strains and lets the 21
        constants free.
    supercell : float, m. Least distance between a defect and its image.
    slab_thickness, vacuum : float, m. Of surfaces and interfaces.
    planes : int. How many distinct surfaces are tried, the widest lattice spacing first.
    images : int. Between the ends of a migration path.
    paths : int. How many distinct migration paths are tried, the shortest first.
    temperature : float, K. Of the dynamics.
    density : float or None, kg/m3. To which the cell of the dynamics is scaled, evenly; None keeps that of the crystal
        at 0 K. A hot crystal or a liquid is less dense, and diffuses faster for it.
    duration, timestep : float, s. Of the dynamics.
    settling : float or None, s. Before it, and dropped; None takes a fifth of the duration.
    settling_temperature : float or None, K. Of the first half of the settling; high enough it melts the crystal.
    seed : int. Of the random forces.
    """

    force_tolerance: float = 0.01
    relaxation_steps: int = 300
    strain: float = 0.0075
    use_symmetry: bool = True
    supercell: float = 7.5e-10
    slab_thickness: float = 10e-10
    vacuum: float = 12e-10
    planes: int = 3
    images: int = 3
    paths: int = 4
    temperature: float = 1000.0
    density: float | None = None
    duration: float = 4e-12
    timestep: float = 2e-15
    settling: float | None = None
    settling_temperature: float | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("force_tolerance", "strain", "supercell", "slab_thickness", "vacuum", "temperature", "duration"):
            value = getattr(self, name)
            if not (np.isfinite(value) and value > 0):
                raise InvalidInput(name, value, "a positive number")
        for name in ("density", "settling", "settling_temperature"):
            value = getattr(self, name)
            if value is not None and not (np.isfinite(value) and value > 0):
                raise InvalidInput(name, value, "a positive number or None")
        for name, least in (("relaxation_steps", 1), ("planes", 1), ("images", 1), ("paths", 1)):
            if getattr(self, name) < least:
                raise InvalidInput(name, getattr(self, name), f"at least {least}")
        if not 0 < self.timestep <= 5e-15:
            raise InvalidInput("timestep", self.timestep, "above 0 and at most 5e-15 s: lithium is light")
        if not self.duration >= 1.7e-12:
            raise InvalidInput("duration", self.duration, "at least 1.7e-12 s", "Sixteen steps of 0.1 ps are needed")
        if not self.strain <= 0.03:
            raise InvalidInput("strain", self.strain, "at most 0.03", "Beyond it stress is no longer linear")


class Work:
    """One crystal under one potential.

    Parameters
    ----------
    atoms : ase.Atoms. Checked by `lisse.materials.atomistic.crystal`.
    potential : Potential
    settings : Settings
    checkpoint : Checkpoint
    report : function of a share (0 to 1, of the task at hand) and words, or None.
    """

    def __init__(
        self,
        atoms: Atoms,
        potential: Potential,
        settings: Settings | None = None,
        checkpoint: Checkpoint | None = None,
        report: Callable[[float, str], None] | None = None,
    ) -> None:
        self.primitive = primitive_cell(atoms)
        self.potential = potential
        self.settings = Settings() if settings is None else settings
        self._checkpoint = Checkpoint() if checkpoint is None else checkpoint
        self._report = report
        plain = [np.asarray(self.primitive.cell), self.primitive.get_scaled_positions(), self.primitive.numbers]
        self._key = fingerprint(_METHOD, plain, potential.name, potential.version, dataclasses.asdict(self.settings))

    def once(self, name: str, step: Callable[[], Mapping[str, Any]]) -> dict[str, Any]:
        """The result of a step that is done once for this crystal, potential and settings, whatever is killed."""
        return self._checkpoint.once(f"{self._key}/{name}", step)

    def say(self, share: float, words: str) -> None:
        """Tell the reader how far the task at hand is."""
        if self._report is not None:
            self._report(min(1.0, max(0.0, share)), f"{self.potential.name}: {words}")

    def with_forces(self, atoms: Atoms) -> Atoms:
        """A copy of the atoms that the potential acts on."""
        made: Atoms = atoms.copy()
        made.calc = self.potential.calculator
        return made

    def energy(self, atoms: Atoms) -> float:
        """EV. Of atoms as they lie."""
        return float(self.with_forces(atoms).get_potential_energy())
