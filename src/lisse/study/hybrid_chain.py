"""From the numbers of the phases to the conductivity of a composite, one link at a time.

::

    hops, exchange -> `Transport` (conductivities, interface resistance, interphase at one temperature)
    Transport, size -> `Ratios` (what decides, without units)
    Ratios, voxels -> `VoxelChain.solve` (relative conductivity of one kind of ion, with its error)
    cations and anions -> `hybrid_conductivity`

Cations pass matrix, interphase and filler; anions matrix and interphase alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from lisse.errors import InvalidInput
from lisse.study.hybrid_composite import FILLER, INTERPHASE, MATRIX, Coating, Composite, with_interphase

if TYPE_CHECKING:
    from lisse.microstructure import Volume

__all__ = ["HybridConductivity", "Ratios", "Solved", "Transport", "VoxelChain", "hybrid_conductivity"]

Array = np.ndarray[Any, np.dtype[np.float64]]
_CLOSED = 1e-12  # of the matrix: a filler that conducts less insulates
_LEFT = 1.0 / 3.0  # of what the finer grid changed
_NECKS = 0.5  # voxels, to which a filler that joins is known


@dataclass(frozen=True)
class Transport:
    """What the phases of a hybrid do at one temperature.

    Attributes
    ----------
    temperature : float, K
    cation, anion : float, S/m
        Parts of the conductivity of the matrix; the anion's is 0 where one ion moves.
    filler : float, S/m
    interface_resistance : float, ohm m2
        Between matrix and filler, for cations.
    interphase_ratio : float, 1
        Conductivity of the interphase over that of the matrix, for both ions.
    interphase_thickness : float, m
    """

    temperature: float
    cation: float
    anion: float
    filler: float
    interface_resistance: float = 0.0
    interphase_ratio: float = 1.0
    interphase_thickness: float = 0.0

    def __post_init__(self) -> None:
        """Check the ranges."""
        for name in ("temperature", "cation"):
            if not 0.0 < getattr(self, name) < math.inf:
                raise InvalidInput(name, getattr(self, name), "a finite number above zero")
        for name in ("anion", "filler", "interphase_ratio", "interphase_thickness"):
            if not 0.0 <= getattr(self, name) < math.inf:
                raise InvalidInput(name, getattr(self, name), "a finite number, at least 0")
        if not self.interface_resistance >= 0.0:
            raise InvalidInput("interface_resistance", self.interface_resistance, "at least 0; inf closes the filler")

    @property
    def matrix(self) -> float:
        """S/m. Conductivity of the matrix, both ions."""
        return self.cation + self.anion

    def cations(self, diameter: float) -> Ratios:
        """What decides for cations with a filler of that diameter (m)."""
        resistance = self.interface_resistance * self.cation / diameter
        filler = self.filler / self.cation
        return Ratios(filler if filler > _CLOSED else 0.0, resistance, *self._interphase(diameter))

    def anions(self, diameter: float) -> Ratios:
        """What decides for anions, which the filler shuts out."""
        return Ratios(0.0, 0.0, *self._interphase(diameter))

    def _interphase(self, diameter: float) -> tuple[float, float]:
        changed = self.interphase_ratio != 1.0 and self.interphase_thickness > 0.0
        return (self.interphase_ratio, self.interphase_thickness / diameter) if changed else (1.0, 0.0)


@dataclass(frozen=True)
class Ratios:
    """What decides how a composite conducts one kind of ion, in units of the matrix and of the diameter of the filler.

    Attributes
    ----------
    filler : float
        Conductivity of the filler over that of the matrix.
    resistance : float
        Interface resistance times conductivity of the matrix over the diameter.
    interphase : float
        Conductivity of the interphase over that of the matrix.
    thickness : float
        Of the interphase over the diameter.
    """

    filler: float
    resistance: float = 0.0
    interphase: float = 1.0
    thickness: float = 0.0


@dataclass(frozen=True, eq=False)
class Solved:
    """Relative conductivity of one kind of ion at one loading.

    Attributes
    ----------
    samples : (n,) array, 1
        Conductivity over that of the matrix, of each random structure, extrapolated to small voxels where that can be.
    voxels : float, 1
        What the finer of the two grids changed, mean over the samples.
    left : float, 1
        Error that the voxels leave: a third of that change after extrapolation, all of it without; where the filler
        joins, at least half a voxel over the diameter, to which its necks are known. Grids of twice as many
        voxels along an edge differ by less mostly, and by up to twice as much.
    shares : mapping of str to float, 1
        Of the power, by phase and ``"interfaces"``; sensitivities of the logarithm.
    area : float, 1
        True area of the filler per volume, times the diameter.
    """

    samples: Array
    voxels: float
    left: float
    shares: Mapping[str, float]
    area: float

    @property
    def mean(self) -> float:
        """Over the samples."""
        return float(self.samples.mean())


@dataclass(frozen=True, eq=False)
class VoxelChain:
    """Composites as voxels, made and solved when asked for, each once.

    Attributes
    ----------
    composite : Composite
    samples : int
        Random structures at each loading.
    seed : int
        Of the first; the others follow it.
    tolerance : float
        Of the residual; the error of the conductivity is about its square.
    """

    composite: Composite
    samples: int = 4
    seed: int = 1
    tolerance: float = 1e-4
    _made: dict[tuple[float, int, bool], Any] = field(default_factory=dict, repr=False)
    _solved: dict[tuple[float, Ratios], Solved] = field(default_factory=dict, repr=False)

    def solve(self, loading: float, ratios: Ratios) -> Solved:
        """Relative conductivity at a loading, over the matrix.

        Parameters
        ----------
        loading : float, 1
        ratios : Ratios
        """
        self.composite.check_loading(loading)
        if (loading, ratios) not in self._solved:
            self._solved[loading, ratios] = self._solve(loading, ratios)
        return self._solved[loading, ratios]

    def forget_volumes(self) -> None:
        """Give the memory of the volumes back; what was solved is kept."""
        self._made.clear()

    def _solve(self, loading: float, ratios: Ratios) -> Solved:
        if loading == 0.0:
            return Solved(np.ones(self.samples), 0.0, 0.0, {MATRIX: 1.0}, 0.0)
        values, changes, left, areas, shares = [], [], [], [], []
        for number in range(self.samples):
            fine, is_thin, parts, area = self._one(loading, ratios, self.seed + number, coarse=False)
            coarse, was_thin, _, _ = self._one(loading, ratios, self.seed + number, coarse=True)
            better, part = 2.0 * fine - coarse, _LEFT
            if is_thin != was_thin or not 0.5 * fine < better < 2.0 * fine:
                better, part = fine, 1.0  # the grids show different interphases, or the order is not yet the first
            values.append(better)
            changes.append(fine - coarse)
            necks = fine * _NECKS / self.composite.across if self.composite.parted is None else 0.0
            left.append(max(part * abs(fine - coarse), necks))
            areas.append(area)
            shares.append(parts)
        names = dict.fromkeys(name for parts in shares for name in parts)
        mean = {name: float(np.mean([parts.get(name, 0.0) for parts in shares])) for name in names}
        return Solved(np.array(values), float(np.mean(changes)), float(np.mean(left)), mean, float(np.mean(areas)))

    def _one(
        self, loading: float, ratios: Ratios, seed: int, *, coarse: bool
    ) -> tuple[float, bool, Mapping[str, float], float]:
        """Value, whether the interphase is thin, shares of the power and area of one structure."""
        from lisse.microstructure import composite_conductivity

        coating, area = self._coated(loading, ratios.thickness, seed, coarse)
        volume = coating.volume
        extra = coating.resistance(ratios.interphase, 1.0)
        conductivities: dict[str | int, float] = {MATRIX: 1.0, FILLER: ratios.filler}
        if INTERPHASE in volume.phases.values():
            conductivities[INTERPHASE] = coating.conductivity(ratios.interphase, 1.0)
        beside = conductivities.get(INTERPHASE, 1.0)  # a thin one that conducts worse is in `extra`
        present = {name for name, share in volume.phase_fractions().items() if share > 0.0}
        conductivities = {name: value for name, value in conductivities.items() if name in present}
        between: dict[tuple[str | int, str | int], float] = {}
        touching: dict[str | int, float] = {}
        resistance = ratios.resistance + extra
        if resistance > 0.0 and ratios.filler > 0.0:
            between = {(FILLER, name): resistance for name in conductivities if name != FILLER}
        if self.composite.parted == FILLER and ratios.filler > 0.0:
            touching = {FILLER: 2.0 * resistance + _film(volume, ratios.filler, beside)}
        elif self.composite.parted == MATRIX:
            across = 2.0 * ratios.resistance + _film(volume, beside, ratios.filler)
            touching = {name: across for name in conductivities if name != FILLER}
        found = composite_conductivity(volume, conductivities, self.composite.axis, between, touching, self.tolerance)
        return found.value, coating.is_thin, found.shares, area

    def _coated(self, loading: float, thickness: float, seed: int, coarse: bool) -> tuple[Coating, float]:
        key = (loading, seed, coarse)
        if key not in self._made:
            volume = self.composite.volume(loading, seed, coarse)
            self._made[key] = volume, _area(volume), {}
        volume, area, coated = self._made[key]
        if thickness not in coated:
            coated[thickness] = with_interphase(volume, thickness)
        return coated[thickness], area


@dataclass(frozen=True)
class HybridConductivity:
    """Conductivity of a hybrid at one loading, size and temperature.

    Attributes
    ----------
    conductivity, error : float, S/m
        Mean over the samples; standard error of the mean together with the error that the voxels leave, ``None`` with
        one sample.
    cation, anion : float, S/m
    transference : float, 1
        Share of the cations.
    voxels : float, S/m
        What the finer of the two grids changed.
    interface_share : float, 1
        Part of the power of the cations that is lost at interfaces.
    filler_share : float, 1
        Part of it that is lost in the filler: how much the filler takes part.
    area : float, 1/m
        True area of the filler per volume.
    """

    conductivity: float
    error: float | None
    cation: float
    anion: float
    transference: float
    voxels: float
    interface_share: float
    filler_share: float
    area: float


def hybrid_conductivity(chain: VoxelChain, transport: Transport, loading: float, diameter: float) -> HybridConductivity:
    """Cations and anions together.

    Parameters
    ----------
    chain : VoxelChain
    transport : Transport
    loading : float, 1
        Volume fraction of the filler.
    diameter : float, m
    """
    if not diameter > 0.0:
        raise InvalidInput("diameter", diameter, "a length above zero")
    plus = chain.solve(loading, transport.cations(diameter))
    each = transport.cation * plus.samples
    anion, change, left = 0.0, transport.cation * plus.voxels, transport.cation * plus.left
    if transport.anion > 0.0:
        minus = chain.solve(loading, transport.anions(diameter))
        each = each + transport.anion * minus.samples
        anion, change = transport.anion * minus.mean, change + transport.anion * minus.voxels
        left += transport.anion * minus.left
    count, total = len(each), float(each.mean())
    return HybridConductivity(
        conductivity=total,
        error=math.hypot(float(each.std(ddof=1)) / math.sqrt(count), left) if count > 1 else None,
        cation=transport.cation * plus.mean,
        anion=anion,
        transference=transport.cation * plus.mean / total if total > 0.0 else math.nan,
        voxels=change,
        interface_share=plus.shares.get("interfaces", 0.0),
        filler_share=plus.shares.get(FILLER, 0.0),
        area=plus.area / diameter,
    )


def _film(volume: Volume, particle: float, between: float) -> float:
    """Resistance of what is between two particles whose voxels touch, from the conductivities of both.

    The gap of two spheres of radius a that touch is x^2/a; their voxels meet where it is below an edge h, over which it
    is h/2 in the mean. Without that film they would be joined by a neck, and conduct as one where they conduct well.
    """
    if between == 0.0:
        return math.inf
    return 0.5 * max(volume.voxel_size) * max(1.0 / between - (1.0 / particle if particle > 0.0 else math.inf), 0.0)


def _area(volume: Volume) -> float:
    """True area of the filler over the volume."""
    from lisse.microstructure.interface_area import true_area

    edges = volume.voxel_size
    return true_area(volume.mask(FILLER), edges) / (math.prod(edges) * volume.size)
