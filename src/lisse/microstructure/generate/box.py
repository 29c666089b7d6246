"""The box that a generator fills: its voxels, and whether they fit into the memory of this machine."""

from __future__ import annotations

import math
import numbers
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lisse.errors import InvalidInput
from lisse.microstructure.cost import estimate, require
from lisse.microstructure.generate.generated import Statistic, length_text
from lisse.microstructure.volume import Volume, checked_voxel_size

__all__ = ["Box"]


@dataclass(frozen=True)
class Box:
    """Voxels of a generated volume.

    Parameters
    ----------
    shape : (2,) or (3,) ints. Voxels along x, y and z.
    voxel_size : (2,) or (3,) floats, m. Edges of a voxel.
    """

    shape: tuple[int, ...]
    voxel_size: tuple[float, ...]

    @classmethod
    def of(cls, size: Sequence[float], voxel_size: float | Sequence[float]) -> Box:
        """Voxels for a box of the given edges (m), rounded to whole voxels, after a look at the memory."""
        allowed = "two or three edges in m, such as (64e-6, 64e-6)"
        if isinstance(size, str) or not isinstance(size, (Sequence, np.ndarray)) or len(size) not in (2, 3):
            raise InvalidInput("size", size, allowed)
        for edge in size:
            number = isinstance(edge, numbers.Real) and not isinstance(edge, bool)
            if not number or not math.isfinite(edge) or edge <= 0.0:
                raise InvalidInput("size", size, allowed, "Numbers are SI: 64e-6 rather than '64 um'")
        voxel = checked_voxel_size(voxel_size, len(size))
        shape = tuple(round(float(edge) / step) for edge, step in zip(size, voxel, strict=True))
        if min(shape) < 4:
            raise InvalidInput(
                "voxel_size", voxel_size, "at least 4 voxels along every edge of the box", "Take smaller voxels"
            )
        require("size", estimate("generation", math.prod(shape)), "Take larger voxels or a smaller box")
        return cls(shape, voxel)

    @classmethod
    def around(cls, volume: Volume) -> Box:
        """The box of a volume."""
        return cls(volume.shape, volume.voxel_size)

    @property
    def dimensions(self) -> int:
        """2 or 3 (1 for the cross-section of columns in a plane)."""
        return len(self.shape)

    @property
    def extent(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Edges of the box, m."""
        return np.asarray(np.array(self.shape) * np.array(self.voxel_size))

    @property
    def voxels(self) -> int:
        """Number of voxels."""
        return math.prod(self.shape)

    @property
    def voxel_volume(self) -> float:
        """m3 (m2 in 2-D)."""
        return math.prod(self.voxel_size)

    @property
    def content(self) -> float:
        """m3 (m2 in 2-D) of the whole box."""
        return self.voxels * self.voxel_volume

    def without(self, axis: int) -> Box:
        """The cross-section of the box across one axis."""
        keep = [index for index in range(self.dimensions) if index != axis]
        return Box(tuple(self.shape[index] for index in keep), tuple(self.voxel_size[index] for index in keep))

    def size_statistics(self, size: Sequence[float]) -> dict[str, Statistic]:
        """The edges in whole voxels beside those asked for."""
        return {
            f"size_{name}": Statistic(float(reached), float(target), "m")
            for name, reached, target in zip("xyz", self.extent, size, strict=False)
        }

    def recipe(self) -> dict[str, Any]:
        """Size and voxel size as plain data."""
        return {"size": length_text(self.extent), "voxel_size": length_text(self.voxel_size)}
