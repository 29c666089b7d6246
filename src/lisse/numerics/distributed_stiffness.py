"""Elasticity on a box of voxels as a PETSc system: element matrices summed into node rows, loads, and the solve.

Only the algebra of one rank's nodes. What a job is and what comes back is in ``distributed_elasticity``, who owns what
in ``distributed_grid``, what the voxels are made of in ``distributed_materials``. Each rank adds up whole rows, looking
at all voxels around its nodes, so that nothing of a matrix or a load has to be sent. Lengths and moduli are scaled by
the caller. Runs under any interpreter with NumPy and petsc4py.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from lisse.errors import InvalidInput, SolveFailed
from lisse.numerics.distributed_grid import Box, check_numbers
from lisse.numerics.distributed_materials import Surroundings
from lisse.numerics.elasticity_element import brick_stiffness, uniform_strain

__all__ = ["Response", "StiffnessSystem"]

Array = np.ndarray[Any, np.dtype[Any]]

_NODES = 8192  # nodes whose rows are put together at a time: bounds the memory of the assembly
_MOST_ITERATIONS = 1000
_ROUNDS = 5  # starts of the conjugate gradients, when their recurrence has drifted from the true residual
_LOST = (-8, -10)
"""PETSc's reasons for a product that should be positive and is not: near the end of a solve, rounding in the motions
that nothing resists. Starting again from the displacement so far mends it."""
_NOTHING = 1e-13  # loads that cancel in every node, such as those of a uniform box, leave this of their parts
_HELD = 1e-7
"""Share of its own diagonal by which the preconditioner, never the system, holds every node: pieces that nothing holds
(an island in a pore, the repeating cell as a whole) have modes without stiffness, and a coarse grid would divide by it.
"""


@dataclass(frozen=True, eq=False)
class Response:
    """What one load does to the unknowns of this rank, and how it was found.

    Parameters
    ----------
    displacement, left : (n,) arrays. Of the unknowns; and the forces that are left over.
    residual : float, 1. Norm of what is left over that of the load.
    iterations, reason : int. Of the conjugate gradients; PETSc's converged reason (0 where there was no load).
    """

    displacement: Array
    left: Array
    residual: float
    iterations: int
    reason: int


class StiffnessSystem:
    """K u = -F e - K u0 for the nodes that touch solid and are not held.

    F are the forces of unit mean strains, e the mean strain and u0 the prescribed displacement. A node of which only
    some directions are held has rows for these too, with nothing but the diagonal.

    Parameters
    ----------
    box : Box. Of the nodes, with corners.
    around : Surroundings. Materials of the voxels around the nodes.
    edges : (d,) floats. Of a voxel.
    held : (d, n + 2, ...) array. Prescribed displacement of the nodes and their border; NaN where it is sought.

    Attributes
    ----------
    unknowns : int. Of all ranks, the held directions of half-held nodes counted.
    forces : (n, k) array. F of the unknowns of this rank.
    lifted : (n,) array. K u0 of them.
    held_work : (k,) array. u0 F over the nodes of this rank.
    held_energy : float. u0 K u0 over the nodes of this rank.
    uniform_energy : (k, k) array. Twice the energy of this rank's voxels under pairs of unit strains.
    preconditioner : str. Empty before the first load.
    """

    def __init__(self, box: Box, around: Surroundings, edges: tuple[float, ...], held: Array) -> None:
        self._box, self._rows, self._edges, self._d = box, around.rows, edges, len(edges)
        d, corners, materials = self._d, 2**self._d, len(around.table)
        elements, strains = brick_stiffness(around.table, edges), uniform_strain(edges)
        pulls = elements @ strains
        self._pulls = pulls.reshape(materials, d, corners, -1).transpose(2, 0, 1, 3)
        self._elements = np.ascontiguousarray(
            elements.reshape(materials, d, corners, d, corners).transpose(2, 0, 1, 3, 4)
        )  # corner of the row, material, its direction, direction of the column, corner of the column
        self.uniform_energy: Array = np.tensordot(around.own, strains.T @ pulls, axes=1)
        self._unassembled = np.einsum("m,mik,mil->kl", around.own, pulls, pulls)
        self._fixed, self._lift = ~np.isnan(held), np.nan_to_num(held, nan=0.0)
        self._number_nodes()
        self.matrix = self._empty_matrix()
        self.forces: Array = np.zeros((self._own, d, strains.shape[1]))
        self.lifted: Array = np.zeros((self._own, d))
        self.held_work, self.held_energy = np.zeros(strains.shape[1]), 0.0
        self._assemble()
        self.forces, self.lifted = self.forces.reshape(-1, strains.shape[1]), self.lifted.reshape(-1)
        self.preconditioner = ""
        self._solver: Any = None

    # ---- unknowns -----------------------------------------------------------------------------------------------

    def _number_nodes(self) -> None:
        """Number the nodes with unknowns, rank after rank; -1 for the others."""
        petsc, box = self._box.petsc, self._box
        count = box.count[: self._d]
        near = np.zeros(count, bool)
        for corner in itertools.product((0, 1), repeat=self._d):
            near |= self._voxels_at(corner) > 0
        fixed = self._fixed[(slice(None), *(slice(1, -1),) * self._d)]
        active = near & ~fixed.all(axis=0)
        self._near, self._own = near, int(active.sum())
        check_numbers(petsc, "unknowns", self._d * box.total(float(self._own)))
        self._source = petsc.Vec().createMPI((self._own * self._d, None), bsize=self._d, comm=box.comm)
        self._first = self._source.getOwnershipRange()[0] // self._d
        self.unknowns = int(self._source.getSize())
        numbers = np.zeros(count)
        numbers[active] = np.arange(self._first, self._first + self._own) + 1.0  # 0 beyond the ends: no unknown
        padded = box.with_border(numbers.reshape(box.count)) - 1.0
        self._numbers = (padded if self._d == 3 else padded[:, :, 1]).astype(petsc.IntType)

    def _voxels_at(self, corner: tuple[int, ...]) -> Array:
        """Material of the voxel that has each node as this corner (0 low, 1 high, along each axis)."""
        return self._rows[tuple(slice(1 - bit, size - bit) for bit, size in zip(corner, self._rows.shape, strict=True))]

    def _empty_matrix(self) -> Any:
        """The matrix with room for all neighbours of every node."""
        petsc, d = self._box.petsc, self._d
        count = self._box.count[:d]
        here = self._numbers[(slice(1, -1),) * d] >= 0
        inner, outer = np.zeros(self._own, np.int64), np.zeros(self._own, np.int64)
        for offset in itertools.product((0, 1, 2), repeat=d):
            window = tuple(slice(step, step + size) for step, size in zip(offset, count, strict=True))
            other = self._numbers[window][here]
            mine = (other >= self._first) & (other < self._first + self._own)
            inner += mine
            outer += (other >= 0) & ~mine
        size = (self._own * d, self.unknowns)
        room = [np.minimum(d * inner, size[0]), np.minimum(d * outer, size[1] - size[0])]
        nnz = tuple(np.repeat(one, d).astype(petsc.IntType) for one in room)
        matrix = petsc.Mat().create(self._box.comm)
        matrix.setSizes((size, size), bsize=d)
        matrix.setType("aij")
        matrix.setPreallocationNNZ(nnz)
        return matrix

    # ---- assembly -----------------------------------------------------------------------------------------------

    def _assemble(self) -> None:
        petsc = self._box.petsc
        for nodes in self._portions():
            values, forces = self._rows_of(nodes)
            self._add_rows(nodes, values, forces)
        self.matrix.assemble()
        self.matrix.setOption(petsc.Mat.Option.SYMMETRIC, True)
        self.matrix.setOption(petsc.Mat.Option.SPD, True)

    def _portions(self) -> Iterator[tuple[Array, ...]]:
        """Places of the nodes that touch solid, some at a time."""
        flat = np.flatnonzero(self._near)
        for start in range(0, flat.size, _NODES):
            yield np.unravel_index(flat[start : start + _NODES], self._near.shape)

    def _rows_of(self, nodes: tuple[Array, ...]) -> tuple[Array, Array]:
        """(n, d, d, 3^d) stiffness between the nodes and their neighbours, and (n, d, k) forces of the unit strains."""
        d = self._d
        values: Array = np.zeros((nodes[0].size, d, d, *(3,) * d))
        forces = np.zeros((nodes[0].size, d, self.held_work.size))
        for number, corner in enumerate(itertools.product((0, 1), repeat=d)):
            material = self._rows[tuple(place + 1 - bit for place, bit in zip(nodes, corner, strict=True))]
            block = self._elements[number].take(material, axis=0)
            window: Any = (..., *(slice(1 - bit, 3 - bit) for bit in corner))
            values[window] += block.reshape(*block.shape[:3], *(2,) * d)
            forces += self._pulls[number][material]
        return values.reshape(*values.shape[:3], 3**d), forces

    def _add_rows(self, nodes: tuple[Array, ...], values: Array, forces: Array) -> None:
        """Put rows into the matrix, what is held on the other side."""
        d = self._d
        around = self._neighbours(nodes)
        everywhere: Any = (slice(None), *around)
        lift, fixed = self._lift[everywhere], self._fixed[everywhere]  # (d, n, 3^d)
        centre = 3**d // 2
        lifted = np.einsum("ncep,enp->nc", values, lift)
        self.held_work += np.einsum("cn,nck->k", lift[..., centre], forces)
        self.held_energy += float(np.einsum("cn,nc->", lift[..., centre], lifted))
        numbers = self._numbers[around]
        active = numbers[:, centre] >= 0
        numbers, values, fixed = numbers[active], values[active], fixed[:, active]
        rows = numbers[:, centre] - self._first
        sought = ~fixed[..., centre].T
        self.forces[rows], self.lifted[rows] = forces[active] * sought[..., None], lifted[active] * sought
        diagonal = np.einsum("nccp->ncp", values)[..., centre].copy()
        values *= sought[:, :, None, None] & ~np.moveaxis(fixed, 0, 1)[:, None]
        for c in range(d):
            values[:, c, c, centre] = np.where(sought[:, c], values[:, c, c, centre], diagonal[:, c])
        self._insert(numbers, values)

    def _neighbours(self, nodes: tuple[Array, ...]) -> tuple[Array, ...]:
        """Places of the 3^d nodes around and including each node, in arrays with a border: d arrays (n, 3^d)."""
        offsets = np.array(list(itertools.product((0, 1, 2), repeat=self._d)))
        return tuple(place[:, None] + offsets[:, axis] for axis, place in enumerate(nodes))

    def _insert(self, numbers: Array, values: Array) -> None:
        petsc, d = self._box.petsc, self._d
        there = (numbers >= 0) & values.any(axis=(1, 2))
        blocks = values.transpose(0, 1, 3, 2)  # node, direction, neighbour, its direction
        mask = np.broadcast_to(there[:, None, :, None], blocks.shape)
        columns = np.broadcast_to((numbers[..., None] * d + np.arange(d))[:, None], blocks.shape)
        lengths = np.repeat(d * there.sum(axis=1), d)
        pointers = np.concatenate([[0], np.cumsum(lengths)]).astype(petsc.IntType)
        rows = (numbers[:, 3**d // 2, None] * d + np.arange(d)).reshape(-1).astype(petsc.IntType)
        self.matrix.setValuesIJV(pointers, columns[mask].astype(petsc.IntType), blocks[mask], addv=True, rowmap=rows)

    # ---- solve --------------------------------------------------------------------------------------------------

    def load(self, strain: Array) -> Array:
        """(n,) forces of a mean strain and of the prescribed displacement on the unknowns of this rank."""
        force: Array = -(self.forces @ strain + self.lifted)
        return force

    def solve(self, strain: Array, tolerance: float, preconditioner: str | None = None) -> Response:
        """Displacement under a mean strain and the prescribed displacement. Collective.

        Raises
        ------
        SolveFailed
            When the true residual does not come down to the tolerance.
        """
        load = self.load(strain)
        size = math.sqrt(self._box.total(float(load @ load)))
        parts = self._box.total(float(strain @ self._unassembled @ strain) + float(self.lifted @ self.lifted))
        if size <= _NOTHING * math.sqrt(parts):
            return Response(np.zeros(load.size), load, 0.0, 0, 0)
        if self._solver is None:
            self._solver = self._prepared(preconditioner)
        self._source.setArray(load)
        displacement, left = self._source.duplicate(), self._source.duplicate()
        displacement.set(0.0)
        solver, iterations, residual = self._solver, 0, 1.0
        solver.setInitialGuessNonzero(False)
        for _ in range(_ROUNDS):
            solver.setTolerances(rtol=tolerance, atol=0.0, divtol=1e8, max_it=_MOST_ITERATIONS)
            solver.solve(self._source, displacement)
            iterations, reason = iterations + solver.getIterationNumber(), solver.getConvergedReason()
            self.matrix.mult(displacement, left)
            left.aypx(-1.0, self._source)
            residual = left.norm() / size
            if residual <= tolerance or (reason < 0 and reason not in _LOST):
                break
            solver.setInitialGuessNonzero(True)
        if not residual <= 2.0 * tolerance:
            raise SolveFailed(
                f"PETSc's conjugate gradients with {self.preconditioner} stopped after {iterations} iterations with "
                f"reason {reason} (negative: not converged) and true residual {residual:.1e}, wanted {tolerance:.1e}. "
                "Try the other preconditioner (gamg, hypre) or a larger tolerance"
            )
        out = Response(displacement.getArray().copy(), left.getArray().copy(), residual, iterations, reason)
        displacement.destroy()
        left.destroy()
        return out

    def _prepared(self, preconditioner: str | None) -> Any:
        """The solver, its preconditioner made from a matrix that holds every node a little (see `_HELD`)."""
        petsc = self._box.petsc
        if preconditioner == "hypre" and not petsc.Sys.hasExternalPackage("hypre"):
            raise InvalidInput("preconditioner", "hypre", "gamg", "This PETSc was built without hypre")
        self.preconditioner = preconditioner or "gamg"
        self.matrix.setNearNullSpace(self._rigid_motions())
        solver = petsc.KSP().create(self._box.comm)
        solver.setOperators(self.matrix)
        solver.setType("cg")
        solver.setNormType(petsc.KSP.NormType.UNPRECONDITIONED)
        solver.getPC().setType(self.preconditioner)
        options, prefix = petsc.Options(), "lisse_elastic_"
        chosen: dict[str, Any] = {"pc_gamg_type": "agg", "pc_gamg_agg_nsmooths": 1, "pc_gamg_threshold": 0.01}
        if self.preconditioner == "hypre":
            solver.getPC().setHYPREType("boomeramg")
            chosen = {"pc_hypre_boomeramg_strong_threshold": 0.25 if self._d == 2 else 0.5}
        for name, value in chosen.items():
            options[prefix + name] = value
        solver.setOptionsPrefix(prefix)
        solver.setFromOptions()
        diagonal = self.matrix.getDiagonal()
        self.matrix.setDiagonal(diagonal * (1.0 + _HELD))
        solver.setUp()
        self.matrix.setDiagonal(diagonal)
        solver.getPC().setReusePreconditioner(True)
        return solver

    def _rigid_motions(self) -> Any:
        """Shifts and turns of the whole as PETSc wants them: the motions that coarse grids must know."""
        here = np.argwhere(self._numbers[(slice(1, -1),) * self._d] >= 0)
        places = self._source.duplicate()
        places.setArray(((here + self._box.start[: self._d]) * np.asarray(self._edges)).reshape(-1))
        return self._box.petsc.NullSpace().createRigidBody(places)
