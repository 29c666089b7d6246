"""Conduction on a box of voxels as a PETSc system: face conductances, the voxels that carry current, matrix and solve.

Only the algebra of one rank's box and its border. What a job is and what comes back is in ``distributed``, who owns
what in ``distributed_grid``. Runs under any interpreter with NumPy and petsc4py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from lisse.errors import InvalidInput, SolveFailed
from lisse.numerics.distributed_grid import Box

__all__ = ["Faces", "Outcome", "System", "carrying_voxels"]

Array = np.ndarray[Any, np.dtype[Any]]

_ROWS = 262_144  # matrix rows put together at a time: bounds the memory of the assembly
_ROUNDS = 6  # times that the solve is tightened until the currents at both ends agree
_MOST_ITERATIONS = 500
_INSIDE = slice(1, -1)


class Faces:
    """Conductances of the faces of a box, area/(h/2 s1 + R + h/2 s2).

    Parameters
    ----------
    box : Box. Who owns what.
    conductivity : padded array. 0 insulates, and stands beyond the ends of the grid.
    edges : (3,) floats. Of a voxel.
    axis : int. Direction of the current; its end faces lie half a voxel beyond the outermost centres.
    grains : padded array of ints, optional. 0 is no grain.
    resistance : function, optional. R of a face between two different grains, of two arrays of grain numbers, the
        smaller first; ``inf`` insulates.

    Attributes
    ----------
    between : list of three arrays. Along x (nx + 1, ny, nz), where face i lies below voxel i; likewise y and z.
    ends : list of two arrays. Conductances to the low and the high end face, of the layer of voxels there; with no
        voxel in it where this box does not reach that end.
    """

    def __init__(
        self,
        box: Box,
        conductivity: Array,
        edges: tuple[float, float, float],
        axis: int,
        grains: Array | None = None,
        resistance: Callable[[Array, Array], Array] | None = None,
    ) -> None:
        self.axis = axis
        areas = [edges[0] * edges[1] * edges[2] / edge**2 for edge in edges]  # over the edge: conductance of a voxel
        self.between = []
        for along in range(3):
            low, high = _both_sides(conductivity, along)
            with np.errstate(divide="ignore"):
                total = 0.5 / low
                total += 0.5 / high
            if grains is not None and resistance is not None:
                first, second = _both_sides(grains, along)
                place = np.nonzero((first != second) & (first > 0) & (second > 0) & (total < np.inf))
                pair = first[place], second[place]
                total[place] += resistance(np.minimum(*pair), np.maximum(*pair)) / edges[along]
            self.between.append(np.divide(areas[along], total, out=total))
        layers = np.moveaxis(conductivity[_INSIDE, _INSIDE, _INSIDE], axis, 0)
        starts, stops = box.start[axis] == 0, box.start[axis] + box.count[axis] == box.shape[axis]
        self.ends = [
            2.0 * areas[axis] * layers[0 : int(starts)],
            2.0 * areas[axis] * layers[len(layers) - int(stops) :],
        ]

    def open_ways(self, box: Box) -> Array:
        """Padded array of bytes: bit 2a says that current can leave downwards along axis a, bit 2a + 1 upwards."""
        ways = np.zeros(box.padded, np.uint8)
        inside = ways[_INSIDE, _INSIDE, _INSIDE]
        for along, conductance in enumerate(self.between):
            faces = np.moveaxis(conductance > 0.0, along, 0)
            turned = np.moveaxis(inside, along, 0)
            turned |= faces[:-1].astype(np.uint8) << (2 * along)
            turned |= faces[1:].astype(np.uint8) << (2 * along + 1)
        return ways


def _both_sides(padded: Array, along: int) -> tuple[Array, Array]:
    """What lies below and above every face normal to one axis."""
    inner = [_INSIDE] * 3
    below, above = list(inner), list(inner)
    below[along], above[along] = slice(None, -1), slice(1, None)
    return padded[tuple(below)], padded[tuple(above)]


def carrying_voxels(box: Box, faces: Faces) -> Array:
    """Owned array of booleans: voxels from which both end faces can be reached. Collective.

    The others carry no current: insulators, islands, and pieces that hang on one end only. Without them the matrix is
    positive definite, whatever the conductivities.
    """
    ways = faces.open_ways(box)
    reached = []
    for side, layer in enumerate(faces.ends):
        seeds = np.zeros(box.count, bool)
        turned = np.moveaxis(seeds, faces.axis, 0)
        turned[(slice(0, len(layer)) if side == 0 else slice(len(turned) - len(layer), None))] = layer > 0.0
        reached.append(_flood(box, ways, seeds))
    return np.logical_and(*reached)


def _flood(box: Box, ways: Array, seeds: Array) -> Array:
    """Owned array of booleans: what can be reached from the seeds, across the borders of the boxes too."""
    marked = np.zeros(box.padded, bool)
    marked[_INSIDE, _INSIDE, _INSIDE] = seeds
    flat, exits = marked.reshape(-1), ways.reshape(-1)
    strides = (box.padded[1] * box.padded[2], box.padded[2], 1)
    front = np.flatnonzero(flat)
    while box.total(float(front.size)) > 0.0:
        while front.size:
            front = _next_front(front, flat, exits, strides)
        known = marked[_INSIDE, _INSIDE, _INSIDE]
        arrived = (box.gathered(marked) > 0.0) & ~known
        known |= arrived
        fresh = np.zeros(box.padded, bool)
        fresh[_INSIDE, _INSIDE, _INSIDE] = arrived
        front = np.flatnonzero(fresh)
    return marked[_INSIDE, _INSIDE, _INSIDE].copy()


def _next_front(front: Array, marked: Array, exits: Array, strides: tuple[int, int, int]) -> Array:
    """Mark the unmarked neighbours of the front and give them back. Voxels of the border have no exits."""
    found = []
    for along, stride in enumerate(strides):
        for upwards, step in enumerate((-stride, stride)):
            way_out = exits[front] & np.uint8(1 << (2 * along + upwards))
            neighbours = front[way_out != 0] + step
            neighbours = neighbours[~marked[neighbours]]
            marked[neighbours] = True
            found.append(neighbours)
    return np.concatenate(found)


@dataclass(frozen=True)
class Outcome:
    """A solve that converged: conductance, imbalance of the end currents, true residual, iterations, reason."""

    conductance: float
    imbalance: float
    residual: float
    iterations: int
    reason: int


class System:
    """A u = b with u = 1 on the low end face and 0 on the high one, for the voxels that carry current.

    Parameters
    ----------
    box : Box. Who owns what.
    faces : Faces. Of this box; used up here (their memory is given back).
    carrying : owned array of booleans. From `carrying_voxels`.
    """

    def __init__(self, box: Box, faces: Faces, carrying: Array) -> None:
        petsc, self._box = box.petsc, box
        own = int(carrying.sum())
        self._source = petsc.Vec().createMPI((own, None), comm=box.comm)
        self._rows = self._source.getOwnershipRange()
        numbers = np.full(box.count, -1.0)
        numbers[carrying] = np.arange(*self._rows)
        numbers += 1.0  # so that 0 beyond the ends of the grid means no unknown
        self._numbers = (box.with_border(numbers) - 1.0).astype(petsc.IntType)
        del numbers
        foreign = box.foreign_neighbours()[carrying]
        size = (own, self._source.getSize())
        self.matrix = petsc.Mat().createAIJ((size, size), nnz=(7, foreign.astype(petsc.IntType)), comm=box.comm)
        self._ends = self._end_currents(faces)
        self._assemble(faces)
        faces.between.clear()
        self.preconditioner = ""

    def solve(self, tolerance: float, preconditioner: str | None = None) -> Outcome:
        """Tighten the solve until residual and imbalance of the currents are both within the tolerance.

        Raises
        ------
        SolveFailed
            When PETSc gives any reason but convergence, or the tolerance is out of reach of double precision.
        """
        potential, left = self._source.duplicate(), self._source.duplicate()
        potential.set(0.0)
        solver = self._solver(preconditioner)
        iterations, target = 0, tolerance
        for _ in range(_ROUNDS):
            solver.setTolerances(rtol=target, atol=0.0, divtol=1e8, max_it=_MOST_ITERATIONS)
            solver.solve(self._source, potential)
            iterations, reason = iterations + solver.getIterationNumber(), solver.getConvergedReason()
            self.matrix.mult(potential, left)
            left.aypx(-1.0, self._source)
            residual = left.norm() / self._source.norm()
            self._check(reason, residual, target, iterations)
            inflow, outflow = self._currents(potential)
            conductance = inflow - potential.dot(left)
            imbalance = abs(inflow - outflow) / abs(conductance)
            if imbalance <= tolerance:
                return Outcome(conductance, imbalance, residual, iterations, reason)
            solver.setInitialGuessNonzero(True)
            target = max(0.3 * residual * tolerance / imbalance, 1e-15)
        raise SolveFailed(
            f"the currents at the two ends differ by {imbalance:.1e} of the current after {iterations} iterations, "
            f"more than the tolerance {tolerance:.1e}. Allow a larger tolerance, or look for a far smaller contrast"
        )

    def _check(self, reason: int, residual: float, target: float, iterations: int) -> None:
        """PETSc may stop with a plausible field and a negative reason, and its own residual is a recurrence."""
        if reason > 0 and residual <= 10.0 * max(target, 1e-14):
            return
        raise SolveFailed(
            f"PETSc's conjugate gradients with {self.preconditioner} stopped after {iterations} iterations with "
            f"reason {reason} (negative: not converged) and true residual {residual:.1e}, wanted {target:.1e}. "
            "Try the other preconditioner (hypre, gamg) or a larger tolerance"
        )

    def _solver(self, preconditioner: str | None) -> Any:
        petsc = self._box.petsc
        has_hypre = petsc.Sys.hasExternalPackage("hypre")
        if preconditioner == "hypre" and not has_hypre:
            raise InvalidInput("preconditioner", "hypre", "gamg", "This PETSc was built without hypre")
        self.preconditioner = preconditioner or ("hypre" if has_hypre else "gamg")
        solver = petsc.KSP().create(self._box.comm)
        solver.setOperators(self.matrix)
        solver.setType("cg")
        solver.setNormType(petsc.KSP.NormType.UNPRECONDITIONED)
        solver.getPC().setType(self.preconditioner)
        if self.preconditioner == "hypre":
            flat = min(self._box.shape) == 1
            options, prefix = petsc.Options(), "lisse_"
            chosen = {"strong_threshold": 0.25 if flat else 0.5, "coarsen_type": "HMIS", "interp_type": "ext+i"}
            chosen |= {"P_max": 4, "agg_nl": 0 if flat else 1}  # coarsening hard at first saves a third of the memory
            for name, value in chosen.items():
                options[f"{prefix}pc_hypre_boomeramg_{name}"] = value
            solver.setOptionsPrefix(prefix)
            solver.getPC().setHYPREType("boomeramg")
        solver.setFromOptions()
        return solver

    def _end_currents(self, faces: Faces) -> list[tuple[Array, Array]]:
        """Local rows and conductances of the carrying voxels at the low and at the high end face."""
        numbers = np.moveaxis(self._numbers[_INSIDE, _INSIDE, _INSIDE], faces.axis, 0)
        found = []
        for side, conductance in enumerate(faces.ends):
            count = len(conductance)
            layer = numbers[:count] if side == 0 else numbers[len(numbers) - count :]
            there = layer >= 0
            found.append((layer[there] - self._rows[0], conductance[there]))
        return found

    def _currents(self, potential: Any) -> tuple[float, float]:
        """Current in through the low and out through the high end face. Collective."""
        local = potential.getArray(readonly=True)
        (first, into), (last, out) = self._ends
        return self._box.total(float(into @ (1.0 - local[first]))), self._box.total(float(out @ local[last]))

    def _assemble(self, faces: Faces) -> None:
        petsc, count = self._box.petsc, self._box.count
        (first, into), (last, out) = self._ends
        source = self._source.getArray()
        source[:] = 0.0
        source[first] = into
        layers = max(1, _ROWS // max(1, count[1] * count[2]))
        for start in range(0, count[0], layers):
            rows, columns, values = self._stencils(faces, start, min(start + layers, count[0]))
            here = values != 0.0
            pointers = np.concatenate([[0], np.cumsum(here.sum(axis=1))]).astype(petsc.IntType)
            self.matrix.setValuesIJV(pointers, columns[here], values[here], addv=True, rowmap=rows)
        self.matrix.assemblyBegin(petsc.Mat.AssemblyType.FLUSH)
        self.matrix.assemblyEnd(petsc.Mat.AssemblyType.FLUSH)
        for at, conductance in self._ends:
            rows = (at + self._rows[0]).astype(petsc.IntType)
            pointers = np.arange(len(rows) + 1, dtype=petsc.IntType)
            self.matrix.setValuesIJV(pointers, rows, conductance, addv=True, rowmap=rows)
        self.matrix.assemble()
        self.matrix.setOption(petsc.Mat.Option.SYMMETRIC, True)

    def _stencils(self, faces: Faces, start: int, stop: int) -> tuple[Array, Array, Array]:
        """Rows, (rows, 7) columns and values of the carrying voxels in some layers along x."""
        padded = self._numbers[start : stop + 2]
        here = padded[_INSIDE, _INSIDE, _INSIDE]
        carrying = here >= 0
        rows = here[carrying]
        columns = np.empty((rows.size, 7), rows.dtype)
        values = np.zeros((rows.size, 7))
        columns[:, 6] = rows
        for along, conductance in enumerate(faces.between):
            layers = conductance[start : stop + 1] if along == 0 else conductance[start:stop]
            inner = [_INSIDE] * 3
            for upwards in (0, 1):
                inner[along] = slice(2, None) if upwards else slice(None, -2)
                face = [slice(None)] * 3
                face[along] = slice(1, None) if upwards else slice(None, -1)
                columns[:, 2 * along + upwards] = padded[tuple(inner)][carrying]
                values[:, 2 * along + upwards] = -layers[tuple(face)][carrying]
        values[:, 6] = -values[:, :6].sum(axis=1)
        return rows, columns, values
