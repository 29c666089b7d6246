"""A voxel grid in boxes, one for each MPI rank: who owns what, reading one's own box, and looking over the border.

PETSc's DMDA does the bookkeeping. Its first index runs fastest, that of a C array slowest, so the grid is handed to it
with the axes turned round, and every array here has the axes of the volume. Two-dimensional grids are one voxel thick.
Runs under any interpreter with NumPy and petsc4py; imports nothing else.
"""

from __future__ import annotations

import glob
import importlib
import itertools
import resource
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from lisse.errors import InvalidInput

__all__ = ["Box", "check_numbers", "petsc_module", "process_grid", "resident_memory"]

Array = np.ndarray[Any, np.dtype[Any]]

_DEBIAN = "/usr/lib/petscdir/petsc*/*-real*/lib/python3/dist-packages"


def petsc_module() -> Any:
    """``petsc4py.PETSc``.

    Debian puts it into a folder of its own, which its interpreter finds only where PETSc's headers are installed too.

    Raises
    ------
    InvalidInput
        Where this interpreter has no petsc4py with real numbers.
    """
    try:
        petsc = importlib.import_module("petsc4py.PETSc")
    except (ImportError, ValueError):  # ValueError: it is there, but built for another NumPy
        sys.path.extend(sorted(glob.glob(_DEBIAN)))
        try:
            petsc = importlib.import_module("petsc4py.PETSc")
        except (ImportError, ValueError) as error:
            advice = f"{error}. On Debian or Ubuntu: scripts/install_petsc (the package python3-petsc4py)"
            raise InvalidInput("python", sys.executable, "an interpreter that has petsc4py", advice) from error
    if np.dtype(petsc.ScalarType).kind != "f":
        advice = "Set PETSC_DIR to the folder of a real one"
        raise InvalidInput("petsc4py", "a build of PETSc for complex numbers", "one for real numbers", advice)
    return petsc


def check_numbers(petsc: Any, what: str, count: float) -> None:
    """Refuse more unknowns than this build of PETSc can number."""
    most = np.iinfo(petsc.IntType).max
    if count > most:
        advice = "On Debian or Ubuntu install python3-petsc4py-64-real and set PETSC_DIR to its folder"
        raise InvalidInput(what, int(count), f"at most {most} with this PETSc", advice)


def process_grid(ranks: int, shape: tuple[int, ...]) -> tuple[int, int, int]:
    """How many boxes along each axis: the split of least border area, of equal ones that along the first axis.

    Raises
    ------
    InvalidInput
        When the ranks cannot be laid out with at least one voxel each.
    """
    fits = []
    for first in range(1, min(ranks, shape[0]) + 1):
        for second in range(1, min(ranks // first, shape[1]) + 1):
            third = ranks // (first * second)
            if first * second * third == ranks and third <= shape[2]:
                split = (first, second, third)
                border = sum((parts - 1) / voxels for parts, voxels in zip(split, shape, strict=True))
                fits.append((border, -first, -second, split))
    if not fits:
        advice = f"A volume of {shape} voxels has no such layout; take fewer ranks, best a power of two"
        raise InvalidInput("ranks", ranks, "a number that factors into boxes of at least one voxel", advice)
    return min(fits)[-1]


def resident_memory() -> float:
    """Largest resident memory of this process so far, bytes."""
    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024))


class Box:
    """The part of a voxel grid that this rank owns, and its border of one voxel.

    Arrays come in two shapes: `owned`, and `padded` by the border. Beyond the end of the grid the border is empty;
    across a periodic side it shows the voxels opposite.

    Parameters
    ----------
    petsc : module. petsc4py.PETSc.
    shape : (2,) or (3,) ints. Voxels of the whole grid.
    periodic : (2,) or (3,) booleans. Axes along which the grid closes on itself.
    corners : bool. The border holds the neighbours across edges and corners too, and a periodic axis of one voxel (or
        node) shows that one at both ends; otherwise it is not closed.
    """

    def __init__(self, petsc: Any, shape: tuple[int, ...], periodic: tuple[bool, ...], corners: bool = False) -> None:
        self.petsc, self.comm = petsc, petsc.COMM_WORLD
        self.shape = (*shape, 1)[:3]
        closes = (*periodic, False)[:3]
        self.periodic = tuple(one and (count > 1 or corners) for one, count in zip(closes, self.shape, strict=True))
        check_numbers(petsc, "voxels", float(np.prod(self.shape, dtype=float)))
        self.split = process_grid(self.comm.size, self.shape)
        self._grid = petsc.DMDA().create(
            list(self.shape[::-1]),
            dof=1,
            proc_sizes=list(self.split[::-1]),
            boundary_type=["periodic" if closed else "ghosted" for closed in self.periodic[::-1]],
            stencil_type="box" if corners else "star",
            stencil_width=1,
            comm=self.comm,
        )
        start, count = self._grid.getCorners()
        self.start, self.count = tuple(start[::-1]), tuple(count[::-1])
        self.padded = tuple(voxels + 2 for voxels in self.count)

    def read(self, source: Array, convert: Callable[[Array], Array], dtype: Any) -> Array:
        """The padded box of an array on disk, converted plane by plane; 0 beyond the ends of the grid."""
        volume = source.reshape(self.shape)
        out = np.zeros(self.padded, dtype)
        pieces = [self._pieces(axis) for axis in range(3)]
        for (to_x, from_x), (to_y, from_y), (to_z, from_z) in itertools.product(*pieces):
            for offset in range(to_x.stop - to_x.start):
                out[to_x.start + offset, to_y, to_z] = convert(volume[from_x.start + offset, from_y, from_z])
        return out

    def with_border(self, owned: Array) -> Array:
        """Padded array of float64 from each rank's owned one; 0 beyond the ends of the grid. Collective."""
        whole, local = self._grid.createGlobalVec(), self._grid.createLocalVec()
        whole.setArray(np.ascontiguousarray(owned, dtype=np.float64).reshape(-1))
        local.set(0.0)
        self._grid.globalToLocal(whole, local)
        out: Array = local.getArray().reshape(self.padded).copy()
        whole.destroy()
        local.destroy()
        return out

    def gathered(self, padded: Array) -> Array:
        """Owned array of float64: own values and what other ranks hold of them in their borders, summed. Collective."""
        whole, local = self._grid.createGlobalVec(), self._grid.createLocalVec()
        local.setArray(np.ascontiguousarray(padded, dtype=np.float64).reshape(-1))
        whole.set(0.0)
        self._grid.localToGlobal(local, whole, addv=True)
        out: Array = whole.getArray().reshape(self.count).copy()
        whole.destroy()
        local.destroy()
        return out

    def total(self, value: float) -> float:
        """Sum over the ranks. Collective."""
        return float(self._one_each(value).sum())

    def largest(self, value: float) -> float:
        """Maximum over the ranks. Collective."""
        return float(self._one_each(value).max()[1])

    def foreign_neighbours(self) -> Array:
        """Owned array of ints: how many of the six neighbours of a voxel may belong to another rank."""
        out = np.zeros(self.count, np.int32)
        for axis, (voxels, parts) in enumerate(zip(self.count, self.split, strict=True)):
            if parts > 1 and voxels:
                along = np.moveaxis(out, axis, 0)
                along[0] += 1
                along[-1] += 1
        return out

    def _one_each(self, value: float) -> Any:
        vector = self.petsc.Vec().createMPI((1, self.comm.size), comm=self.comm)
        vector.setArray([value])
        return vector

    def _pieces(self, axis: int) -> list[tuple[slice, slice]]:
        """Where voxels along an axis go in the padded array, and whence in the grid."""
        start, voxels, end = self.start[axis], self.count[axis], self.shape[axis]
        low, high = max(start - 1, 0), min(start + voxels + 1, end)
        pieces = [(slice(low - start + 1, high - start + 1), slice(low, high))]
        if self.periodic[axis] and start == 0:
            pieces.append((slice(0, 1), slice(end - 1, end)))
        if self.periodic[axis] and start + voxels == end:
            pieces.append((slice(voxels + 1, voxels + 2), slice(0, 1)))
        return pieces
