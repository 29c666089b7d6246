"""Arguments that the distributed problems share: arrays that may lie in files, edges of a voxel, tolerances.

Runs under any interpreter with NumPy.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from lisse.errors import InvalidInput

__all__ = [
    "HandOver",
    "RankProblem",
    "checked_preconditioner",
    "checked_tolerance",
    "loaded",
    "mapped_array",
    "same_shape",
    "voxel_edges",
]

Array = np.ndarray[Any, np.dtype[Any]]
HandOver = Callable[[Array, str], Any]
"""Puts an array, under a name, where the ranks find it, and tells what to write into the job."""


class RankProblem(Protocol):
    """What the ranks can be asked to solve."""

    @property
    def grid(self) -> tuple[int, ...]:
        """Points of the grid that is shared out, along each axis."""

    def job(self, hand_over: HandOver) -> dict[str, Any]:
        """The arguments as JSON takes them."""


def mapped_array(what: str, source: Any) -> Array:
    """An array of integers as it is, or mapped from a file.

    Parameters
    ----------
    what : str. Name of the argument.
    source : (nx, ny[, nz]) array of integers or booleans, path of a ``.npy`` file, or mapping with ``path``, ``shape``,
        ``dtype`` and ``offset`` (bytes) of a raw file.
    """
    if isinstance(source, Mapping):
        keys = {"path", "shape", "dtype", "offset"}
        if set(source) != keys:
            raise InvalidInput(what, sorted(source), f"a mapping with {', '.join(sorted(keys))}")
        path, shape, kind = source["path"], tuple(source["shape"]), np.dtype(source["dtype"])
        _need_bytes(what, path, math.prod(shape) * kind.itemsize + source["offset"])
        array: Array = np.memmap(path, dtype=kind, mode="r", offset=source["offset"], shape=shape)
    elif isinstance(source, (str, os.PathLike)):
        array = loaded(what, source, "integers", mapped=True)
    else:
        array = source if isinstance(source, np.ndarray) else np.asarray(source)
    if array.dtype.kind == "b":
        array = array.view(np.uint8)
    if array.dtype.kind not in "iu" or array.ndim not in (2, 3) or not array.size:
        raise InvalidInput(what, f"{array.dtype} {array.shape}", "integers or booleans, (nx, ny) or (nx, ny, nz)")
    return array


def loaded(what: str, path: str | os.PathLike[str], content: str, mapped: bool = False) -> Array:
    """The array in a ``.npy`` file."""
    try:
        array: Array = np.load(path, mmap_mode="r" if mapped else None)
    except (OSError, ValueError) as error:
        raise InvalidInput(what, os.fspath(path), f"a .npy file of {content}", str(error)) from error
    return array


def same_shape(what: str, array: Array, labels: Array) -> Array:
    """The array, when it has the shape of the labels."""
    if array.shape != labels.shape:
        raise InvalidInput(what, array.shape, f"the shape of the labels, {labels.shape}")
    return array


def voxel_edges(voxel_size: Any, dimensions: int) -> tuple[float, ...]:
    """One edge of a voxel for each axis, m."""
    given: Sequence[float] = [voxel_size] * dimensions if np.ndim(voxel_size) == 0 else voxel_size
    edges = tuple(float(one) for one in given)
    if len(edges) != dimensions or not all(0.0 < one < math.inf for one in edges):
        raise InvalidInput("voxel_size", voxel_size, f"one positive number of metres, or {dimensions}")
    return edges


def checked_tolerance(tolerance: float) -> float:
    """A tolerance that double precision can hold."""
    if not 1e-13 <= tolerance < 1.0:
        raise InvalidInput("tolerance", tolerance, "1e-13 to 1")
    return float(tolerance)


def checked_preconditioner(name: str | None) -> str | None:
    """One that PETSc has, or None for the default."""
    if name not in (None, "hypre", "gamg"):
        raise InvalidInput("preconditioner", name, "hypre, gamg")
    return name


def _need_bytes(what: str, path: Any, wanted: int) -> None:
    try:
        there = os.stat(path).st_size
    except OSError as error:
        raise InvalidInput(what, os.fspath(path), "a file", str(error.strerror)) from error
    if there < wanted:
        raise InvalidInput(what, f"{path} of {there} bytes", f"at least {wanted} bytes for that shape and type")
