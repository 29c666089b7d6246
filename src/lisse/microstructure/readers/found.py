"""What a reader of one file format hands over: an array with named axes, and what the file says of lengths.

Also the few questions that every reader asks: which axis is which, and whether the file is as long as it should be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lisse.errors import InvalidInput

__all__ = ["Found", "in_order", "mapped"]


@dataclass(frozen=True, eq=False)
class Found:
    """One image of a file.

    Parameters
    ----------
    array : (n0, n1[, n2]) array. As it lies in the file; memory-mapped where that is possible.
    axes : str. Which axis of the array is which, such as ``"zyx"``.
    voxel_size : mapping of axis to float, m. Edges that the file tells, by axis.
    spacing : mapping of axis to float. Relative edges, where the file gives no unit.
    bit_depth : int. Bits of each value in the file.
    phases : mapping of int to str, or None. Names of labels.
    hint : str. What the file lets guess of the voxel size but does not say.
    """

    array: np.ndarray[Any, np.dtype[Any]]
    axes: str
    voxel_size: Mapping[str, float] | None = None
    spacing: Mapping[str, float] | None = None
    bit_depth: int = 0
    phases: Mapping[int, str] | None = None
    hint: str = ""


def in_order(axes: str | None, default: str, dimensions: int, where: str) -> str:
    """The names of the axes of an array: as given, or the last (or first) ones of the default that fit it."""
    if dimensions not in (2, 3):
        raise InvalidInput(where, f"an array with {dimensions} axes", "two or three axes", "Choose one channel or time")
    if axes is None:
        return "".join(letter for letter in default if dimensions == 3 or letter != "z")
    wanted = "xyz"[:dimensions]
    if not isinstance(axes, str) or sorted(axes) != sorted(wanted):
        allowed = f"an order of {wanted!r}, slowest in the file first, such as {wanted[::-1]!r}"
        raise InvalidInput("axes", axes, allowed)
    return axes


def mapped(path: Path, dtype: np.dtype[Any], shape: tuple[int, ...], offset: int = 0) -> np.ndarray[Any, Any]:
    """An array of a file without reading it; `shape` is in C order.

    Raises
    ------
    InvalidInput
        When the file is shorter than that: how many bytes there should be and how many there are.
    """
    wanted = offset + int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    have = path.stat().st_size
    if have < wanted:
        raise InvalidInput(
            "image file",
            f"{have} bytes",
            f"{wanted} bytes for {_times(shape)} values of {dtype}",
            "It is cut short",
            str(path),
        )
    return np.memmap(path, dtype=dtype, mode="r", offset=offset, shape=shape)


def _times(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))
