"""Mixing by a microstructure: the phases of a hybrid electrolyte where a scan or a generator puts them.

The conductivity across the volume is solved once, at the temperature of the cell; from there it follows the phases by
its own sensitivities,

    s = s_0 (s_m/s_m0)^w_m prod (s_i/s_i0)^w_i,   w = dln s/dln s_phase at s_0,

which is exact at that temperature, and in its slope there: w is the share of the power that a phase dissipates.
The formulas are in `lisse.materials.hybrid`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lisse.errors import InvalidInput
from lisse.materials.hybrid import Filler

if TYPE_CHECKING:
    from lisse.microstructure import Volume

__all__ = ["PORES", "VoxelMixing", "fractions_in"]

PORES = ("pore", "pores", "void", "voids")
"""Names of phases of a volume that conduct nothing."""
_STEP = 0.02  # of ln s, for the sensitivities


def fractions_in(volume: Volume, matrix: str, fillers: Sequence[str]) -> tuple[dict[str, float], float]:
    """Shares of the fillers by name, and that of the pores.

    Raises
    ------
    InvalidInput
        For a volume without the matrix, without a filler, or with a phase that is none of them and no pore.
    """
    shares = {name: share for name, share in volume.phase_fractions().items() if share > 0.0}
    for name in (matrix, *fillers):
        if name not in shares:
            raise InvalidInput("phases", name, f"a phase of the microstructure: {', '.join(shares)}")
    for name in shares:
        if name not in (matrix, *fillers, *PORES):
            allowed = f"{', '.join((matrix, *fillers, *PORES))}"
            raise InvalidInput("phases", name, allowed, "Every other phase of the microstructure needs a filler")
    return {name: shares[name] for name in fillers}, sum(shares.get(name, 0.0) for name in PORES)


@dataclass(frozen=True, eq=False)
class VoxelMixing:
    """Mixing as `lisse.microstructure.effective_conductivity` solves it.

    Attributes
    ----------
    volume : Volume
    matrix : str
        Name of its phase.
    fillers : mapping of str to Filler
        By the name of the phase; pores are left out.
    axis : int
        Direction from one electrode to the other.
    told : str
        Where the volume comes from.
    """

    volume: Volume
    matrix: str
    fillers: Mapping[str, Filler]
    axis: int = 0
    told: str = "microstructure"
    _solved: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def row(self) -> str:
        """Name of the method."""
        return "voxels"

    @property
    def source(self) -> str:
        """Where the numbers come from."""
        return f"computed from the {self.told}"

    def ions(self, matrix: float, fillers: Sequence[float]) -> float:
        """S/m. See `lisse.materials.hybrid.Mixing`."""
        values = [matrix, *fillers[: len(self.fillers)]]
        if "ions" not in self._solved:
            self._solved["ions"] = self._with_sensitivities(values)
        start, here, weights = self._solved["ions"]
        changed = sum(w * math.log(value / first) for w, value, first in zip(weights, values, start, strict=True) if w)
        return float(here * math.exp(changed))

    def anions(self, matrix: float) -> float:
        """S/m. See `lisse.materials.hybrid.Mixing`."""
        if "anions" not in self._solved:
            self._solved["anions"] = self._solve([1.0, *(0.0 for _ in self.fillers)])
        found: float = self._solved["anions"]
        return matrix * found

    def _with_sensitivities(self, values: list[float]) -> tuple[list[float], float, list[float]]:
        here = self._solve(values)
        if not here > 0.0:
            allowed = f"conducting phases that lead through it along {'xyz'[self.axis]}"
            raise InvalidInput("microstructure", "no conducting path", allowed)
        weights = []
        for number, value in enumerate(values):
            more = [*values[:number], value * math.exp(_STEP), *values[number + 1 :]]
            less = [*values[:number], value * math.exp(-_STEP), *values[number + 1 :]]
            ends = (self._solve(more), self._solve(less)) if value > 0.0 else (1.0, 1.0)
            weights.append(math.log(ends[0] / ends[1]) / (2.0 * _STEP))
        return values, here, weights

    def _solve(self, values: Sequence[float]) -> float:
        """S/m. Of the volume, with the conductivities of the matrix and of the fillers."""
        from lisse.microstructure import effective_conductivity

        names = [self.matrix, *self.fillers]
        table: dict[str | int, float] = dict(zip(names, values, strict=True))
        table |= {name: 0.0 for name in self.volume.phases.values() if name not in table}
        resistances = [filler.interface_resistance for filler in self.fillers.values()]
        if not any(resistances) or not any(values[1:]):
            return float(effective_conductivity(self._plain, table, self.axis).value)
        boundaries = self._resistances(resistances)
        return float(effective_conductivity(self._in_pieces, table, self.axis, boundaries).value)

    def _resistances(self, each: Sequence[float]) -> np.ndarray:
        """ohm m2 of voxel faces, by pair of phases: matrix (1) and fillers (2 ...).

        That between matrix and filler is scaled by the area of the faces over the true area, which is 1.5 for a sphere;
        two fillers that touch have the mean of theirs.
        """
        from lisse.microstructure.interface_area import mean_stair_factor

        table = np.zeros((len(each) + 2, len(each) + 2))
        matrix, edges = self.volume.mask(self.matrix), self.volume.voxel_size
        for a, (name, first) in enumerate(zip(self.fillers, each, strict=True)):
            stairs = mean_stair_factor(self.volume.mask(name), matrix, edges) if first > 0.0 else 1.0
            table[1, a + 2] = table[a + 2, 1] = stairs * first
            for b, second in enumerate(each):
                if a != b:
                    table[a + 2, b + 2] = 0.5 * (first + second)
        return table

    @property
    def _plain(self) -> Volume:
        return replace(self.volume, grains=None, orientations=None)

    @property
    def _in_pieces(self) -> Volume:
        """The volume with its phases as grains, so that their boundaries resist; pores are no grain."""
        pieces = np.zeros(self.volume.shape, dtype=np.int32)
        for number, name in enumerate((self.matrix, *self.fillers)):
            pieces[self.volume.labels == self.volume.label_of(name)] = number + 1
        return replace(self.volume, grains=pieces, orientations=None)
