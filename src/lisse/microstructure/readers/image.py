"""An image as a file holds it, before anyone has said which grey value is which phase."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np

from lisse.errors import InvalidInput
from lisse.microstructure.volume import CHECKED_AT_ONCE, checked_voxel_size, slabs

__all__ = ["Image", "box_of"]


@dataclass(frozen=True, eq=False, repr=False)
class Image:
    """Grey values (or labels) of a scan, with what its file tells of it.

    The array is seen through a read-only view and never copied; it may be mapped from the file.

    Parameters
    ----------
    values : (nx, ny[, nz]) array of numbers, 1. Grey values.
    voxel_size : (2,) or (3,) floats, m, or None. Edges of a voxel, when the file or the user says them.
    source : str. Where it comes from.
    bit_depth : int, 1. Bits that each value has in the file.
    spacing : (2,) or (3,) floats or None. Edges of a voxel relative to each other, where the file gives no unit.
    phases : mapping of int to str or None. Names of labels, where the file has them.
    hint : str. What the file lets guess of the voxel size but does not say.
    """

    values: np.ndarray[Any, np.dtype[Any]]
    voxel_size: tuple[float, ...] | None = None
    source: str = ""
    bit_depth: int = 0
    spacing: tuple[float, ...] | None = None
    phases: Mapping[int, str] | None = None
    hint: str = ""

    def __post_init__(self) -> None:
        array = self.values if isinstance(self.values, np.ndarray) else np.asarray(self.values)
        if array.dtype.kind not in "biuf":
            raise InvalidInput("values", f"an array of {array.dtype}", "numbers or true/false")
        if array.ndim not in (2, 3) or array.size == 0:
            raise InvalidInput("values", f"an array of shape {array.shape}", "two or three axes, none of them empty")
        view = array.view(np.uint8) if array.dtype.kind == "b" else array.view()
        view.flags.writeable = False
        keep = object.__setattr__
        keep(self, "values", view)
        keep(self, "bit_depth", self.bit_depth or 8 * array.dtype.itemsize)
        if self.voxel_size is not None:
            keep(self, "voxel_size", checked_voxel_size(self.voxel_size, array.ndim))
        if self.phases is not None:
            keep(self, "phases", MappingProxyType(dict(self.phases)))
        if array.size <= CHECKED_AT_ONCE:
            self.check()

    @property
    def shape(self) -> tuple[int, ...]:
        """Voxels along x, y and (in 3-D) z."""
        return tuple(self.values.shape)

    @property
    def dimensions(self) -> int:
        """2 or 3."""
        return self.values.ndim

    @property
    def size(self) -> int:
        """Number of voxels."""
        return int(self.values.size)

    @cached_property
    def range(self) -> tuple[float, float]:
        """Smallest and largest grey value."""
        lows, highs = zip(*((slab.min().item(), slab.max().item()) for slab in slabs(self.values)), strict=True)
        return min(lows), max(highs)

    def check(self) -> None:
        """Look for values that are no numbers; done at once for images of up to 1e8 voxels.

        Raises
        ------
        InvalidInput
            Where a value is NaN or infinite.
        """
        if self.values.dtype.kind != "f":
            return
        wrong = sum(int(slab.size - np.count_nonzero(np.isfinite(slab))) for slab in slabs(self.values))
        if wrong:
            raise InvalidInput(
                self.source or "values",
                f"{wrong} of {self.size} voxels are NaN or infinite",
                "finite grey values",
                "Often the outside of the field of view: cut a box inside it with crop",
            )

    def __repr__(self) -> str:
        shape = " x ".join(map(str, self.shape))
        size = "unknown size" if self.voxel_size is None else " x ".join(f"{edge:.4g}" for edge in self.voxel_size)
        unit = "" if self.voxel_size is None else " m"
        return f"<Image {shape} voxels of {size}{unit}, {self.bit_depth} bit, {self.source or 'made in memory'}>"


def box_of(crop: Any, shape: tuple[int, ...]) -> tuple[slice, ...]:
    """One slice per axis, checked against the shape; ``None`` is everything."""
    given = () if crop is None else tuple(crop) if isinstance(crop, Sequence) else (crop,)
    allowed = f"up to {len(shape)} slices within {shape}, without a step"
    if len(given) > len(shape) or not all(isinstance(one, slice) and one.step in (None, 1) for one in given):
        raise InvalidInput("crop", crop, allowed)
    box = (*given, *(slice(None),) * (len(shape) - len(given)))
    if any(one.indices(count)[0] >= one.indices(count)[1] for one, count in zip(box, shape, strict=True)):
        raise InvalidInput("crop", crop, allowed, "Nothing is left of it")
    return box
