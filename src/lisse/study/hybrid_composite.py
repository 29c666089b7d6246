"""Composites of a hybrid electrolyte as voxels: which shape at which loading, and the interphase around the filler.

Geometry only. All lengths scale with the size of the filler, so that one volume serves every size; only the interphase
keeps its thickness. What conducts is in `lisse.study.hybrid_chain`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from lisse.errors import InvalidInput, suggest

if TYPE_CHECKING:
    from lisse.microstructure import Volume

__all__ = ["FILLER", "INTERPHASE", "MATRIX", "SHAPES", "Coating", "Composite", "with_interphase"]

MATRIX, FILLER, INTERPHASE = "matrix", "filler", "interphase"
SHAPES: Mapping[str, tuple[str, float, float]] = MappingProxyType(
    {
        "spheres": ("particles that keep apart", 0.0, 0.55),
        "overlapping-spheres": ("particles sintered where they meet; they percolate above about 0.29", 0.0, 0.90),
        "fibres": ("fibres in all directions", 0.0, 0.60),
        "aligned-fibres": ("fibres in one direction, along or across the current", 0.0, 0.60),
        "network": ("walls of ceramic that percolate at small loadings", 0.0, 0.90),
        "polymer-in-ceramic": ("particles of the polymer in a ceramic that stays continuous", 0.45, 1.0),
    }
)
"""Name of each shape: what it is, and the range of loadings that it can have."""
_THIN = 2.5  # voxels: the current along a thinner interphase would follow its stairs


@dataclass(frozen=True)
class Composite:
    """Where the filler is.

    Attributes
    ----------
    shape : str
        One of `SHAPES`.
    voxels : int
        Along each edge of the box.
    across : int
        Voxels across a particle, a fibre or, in a network, the correlation length of its walls.
    slenderness : float
        1. Length over diameter of fibres, which must fit into the box.
    endless : bool
        Whether aligned fibres have no ends; the slenderness then counts for nothing.
    direction : str
        Of aligned fibres: ``"along"`` or ``"across"`` the current.
    spread : float
        1. Standard deviation over mean of the diameters of particles.
    """

    shape: str = "spheres"
    voxels: int = 64
    across: int = 12
    slenderness: float = 4.0
    direction: str = "along"
    spread: float = 0.0
    endless: bool = False

    def __post_init__(self) -> None:
        """Check what a generator could not make."""
        if self.shape not in SHAPES:
            raise InvalidInput("shape", self.shape, ", ".join(SHAPES), suggest(str(self.shape), SHAPES))
        if self.direction not in ("along", "across"):
            raise InvalidInput("direction", self.direction, "along, across")
        if self.voxels % 2 or not 16 <= self.voxels <= 512:
            raise InvalidInput("voxels", self.voxels, "an even number from 16 to 512")
        most = self.voxels // (4 if self.shape == "network" else 2)
        if not 8 <= self.across <= most:
            raise InvalidInput("across", self.across, f"8 to {most} with {self.voxels} voxels along an edge")

        if self.endless and self.shape != "aligned-fibres":
            raise InvalidInput("endless", True, "false, but for aligned-fibres")
        fibrous = "fibres" in self.shape and not self.endless
        if fibrous and not 1.0 < self.slenderness <= self.voxels / self.across:
            advice = "A longer one would meet itself on the other side: take more voxels along the edge"
            allowed = f"above 1, to {self.voxels / self.across:.3g}, the edge of the box over the diameter"
            raise InvalidInput("slenderness", self.slenderness, allowed, advice)

    @property
    def axis(self) -> int | None:
        """Of the current; ``None`` for an isotropic composite, whose conductivity is the mean over all axes."""
        return 0 if self.shape == "aligned-fibres" else None

    @property
    def parted(self) -> str | None:
        """The phase whose particles keep apart, numbered as grains; ``None`` where they join."""
        return {"spheres": FILLER, "polymer-in-ceramic": MATRIX}.get(self.shape)

    def check_loading(self, loading: float) -> None:
        """Complain about a loading that the shape cannot have."""
        _, low, high = SHAPES[self.shape]
        if loading != 0.0 and not low <= loading <= high:
            raise InvalidInput("loading", loading, f"0, or {low:g} to {high:g} for {self.shape}")

    def volume(self, loading: float, seed: int, coarse: bool = False) -> Volume:
        """A periodic volume of phases `MATRIX` and `FILLER` whose unit of length is the diameter of the filler.

        Parameters
        ----------
        loading : float, 1
            Volume fraction of the filler, above zero.
        seed : int
        coarse : bool
            With voxels twice as large; particles and walls are at the same places.
        """
        from lisse.microstructure import generate

        self.check_loading(loading)
        edge = (2.0 if coarse else 1.0) / self.across
        box = [self.voxels / self.across] * 3
        phases = (MATRIX, FILLER)
        if self.shape == "polymer-in-ceramic":
            made = generate.spheres(box, edge, 1.0 - loading, 1.0, self.spread, phases=phases[::-1], seed=seed)
        elif self.shape in ("spheres", "overlapping-spheres"):
            overlap = self.shape == "overlapping-spheres"
            made = generate.spheres(box, edge, loading, 1.0, self.spread, overlap=overlap, phases=phases, seed=seed)
        elif self.shape == "network":
            return self._walls(loading, seed, coarse)
        else:
            along = None
            if self.shape == "aligned-fibres":
                along = (1.0, 0.0, 0.0) if self.direction == "along" else (0.0, 0.0, 1.0)
            length = 2.0 * box[0] if self.endless else self.slenderness
            made = generate.fibres(box, edge, loading, 1.0, length, direction=along, phases=phases, seed=seed)
        volume: Volume = made.volume
        return volume if self.parted else volume.replace(grains=None)

    def _walls(self, loading: float, seed: int, coarse: bool) -> Volume:
        """A two-cut level set of a random field. Drawn on the fine grid always, so that both grids show one network."""
        from lisse.microstructure import Volume
        from lisse.microstructure.generate.random_field import gaussian_field, top_share

        count, edge = self.voxels, 1.0 / self.across
        field = gaussian_field((count,) * 3, (edge,) * 3, 1.0, np.random.default_rng(seed))
        if coarse:
            half = count // 2
            field, edge = field.reshape(half, 2, half, 2, half, 2).mean(axis=(1, 3, 5)), 2.0 * edge
        return Volume(top_share(-np.abs(field), loading).astype(np.uint8), edge, {0: MATRIX, 1: FILLER})


@dataclass(frozen=True, eq=False)
class Coating:
    """A composite with its interphase.

    Attributes
    ----------
    volume : Volume
        With the phase `INTERPHASE` where there is one.
    thickness : float
        Of the interphase, in the unit of the voxels.
    share : float
        1. Part of the voxels of that phase that the interphase truly fills: 1 where it is resolved.
    """

    volume: Volume
    thickness: float = 0.0
    share: float = 1.0

    @property
    def is_thin(self) -> bool:
        """Whether the interphase is spread over more voxels than it fills."""
        return self.share < 1.0

    def conductivity(self, interphase: float, matrix: float) -> float:
        """S/m. Of the voxels of the interphase; a thin one shares them with the matrix.

        Side by side where it conducts better, so that the current along it is right. Where it conducts worse they are
        all matrix, and `resistance` says what it adds.
        """
        if self.is_thin and interphase < matrix:
            return matrix
        return matrix + self.share * (interphase - matrix)

    def resistance(self, interphase: float, matrix: float) -> float:
        """Length over S/m. What a thin interphase that conducts worse adds on its way into the filler."""
        if not self.is_thin or interphase >= matrix:
            return 0.0
        return self.thickness * (1.0 / interphase - 1.0 / matrix) if interphase > 0.0 else math.inf


def with_interphase(volume: Volume, thickness: float) -> Coating:
    """The matrix within a distance of the filler as a phase of its own.

    An interphase thinner than 2.5 voxels is spread over the voxels V within d = 2.5 voxels of the filler, of which it
    fills

    ::

        A t + (V - A d) (t/d)^2,   A true area of the filler, t thickness

    Parameters
    ----------
    volume : Volume
        Periodic, of phases `MATRIX` and `FILLER`.
    thickness : float
        In the unit of the voxels; 0 for none.
    """
    if thickness == 0.0:
        return Coating(volume)
    from lisse.microstructure.interface_area import true_area

    edges, filler = volume.voxel_size, volume.mask(FILLER)
    reach = max(thickness, _THIN * max(edges))
    near = ~filler & (_distance(filler, edges, reach) <= reach + 0.5 * max(edges))
    label = max(volume.phases) + 1
    labels = np.where(near, label, volume.labels).astype(np.uint8)
    made = volume.replace(labels=labels, phases={**volume.phases, label: INTERPHASE})
    if thickness >= reach:
        return Coating(made, thickness)
    area = true_area(filler, edges)
    held = math.prod(edges) * int(np.count_nonzero(near))
    filled = area * thickness + (held - area * reach) * (thickness / reach) ** 2
    return Coating(made, thickness, min(1.0 - 1e-9, max(filled / held, 1e-9)) if held else 1.0)


def _distance(filler: np.ndarray, edges: tuple[float, ...], reach: float) -> np.ndarray:
    """Of each voxel from the nearest centre of a filler voxel, across the sides too, right up to the reach."""
    from scipy import ndimage

    pad = [min(n, math.ceil(reach / edge) + 2) for n, edge in zip(filler.shape, edges, strict=True)]
    wide = np.pad(filler, [(p, p) for p in pad], mode="wrap")
    away = ndimage.distance_transform_edt(~wide, sampling=edges)
    return np.asarray(away[tuple(slice(p, p + n) for p, n in zip(pad, filler.shape, strict=True))])
