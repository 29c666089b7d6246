"""Multigrid for conduction on a voxel grid, as a preconditioner: a W-cycle in single precision.

The finest level is the voxel grid with its faces; the coarser ones are networks of aggregates (see
`lisse.numerics.aggregation`), each about an eighth (in a plane, a quarter) of the one before; the coarsest is inverted.
Relaxation is Gauss-Seidel, forward on the way down and backward on the way up, so that the cycle is symmetric and
positive definite. Because aggregates follow strong connections, thin insulating walls, resistive boundaries, exact
zeros and flat voxels need no special care.

Memory: 32 bytes a voxel on the finest level and about 12 on all others, single precision.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lisse.numerics import aggregation, conduction_kernels
from lisse.numerics.threads import share

__all__ = ["Hierarchy"]

Array = np.ndarray[Any, np.dtype[Any]]

_THRESHOLD = np.float32(0.25)  # part of the largest conductance of both ends from which a connection is strong
_STRONG = np.float32(0.5)  # over-correction: what is left of strong connections of a coarse network
_SMALLEST = 400  # nodes from which on a network is inverted
_W_FROM = 1  # network from which on the cycle goes down twice
_SWEEPS = 2  # relaxations of a network on the way down, and on the way up
_PIECE = 8192  # nodes of a network that are relaxed one after another


class Hierarchy:
    """All levels of a conduction problem; made once for any number of right-hand sides.

    One cycle at a time: the levels hold its vectors.

    Parameters
    ----------
    faces : three (nx, ny, nz) arrays. Face conductances, as in `lisse.numerics.conduction.FaceOperator`.
    ground : (nx, ny, nz) array. Conductance of each voxel to places of given potential.
    """

    def __init__(self, faces: Sequence[Array], ground: Array) -> None:
        largest = max(float(array.max()) for array in (*faces, ground)) or 1.0  # single precision has a short range
        self._finest = _Voxels([_single(face, 1.0 / largest) for face in faces], _single(ground, 1.0 / largest))
        self._networks = _networks(self._finest)
        self._inverse = _inverted(self._networks[-1]) if self._networks else None

    @property
    def right_hand_side(self) -> Array:
        """(n,) float32 array: where to write the right-hand side before `cycle`."""
        return self._finest.b.reshape(-1)

    @property
    def sizes(self) -> list[int]:
        """Unknowns of each level, the finest first."""
        return [int(np.count_nonzero(self._finest.inverse)), *(network.size for network in self._networks)]

    @property
    def memory(self) -> int:
        """Bytes held."""
        return self._finest.memory + sum(network.memory for network in self._networks)

    def cycle(self) -> Array:
        """One W-cycle for the right-hand side that was written: (n,) float32 array, overwritten by the next cycle."""
        finest = self._finest
        finest.relax_from_zero()
        if self._networks:
            finest.restrict_to(self._networks[0].b)
            self._solve_coarse(0)
            finest.correct_by(self._networks[0].x)
        finest.relax_backward()
        return finest.x.reshape(-1)

    def _solve_coarse(self, level: int) -> None:
        network = self._networks[level]
        if self._inverse is not None and level == len(self._networks) - 1:
            network.x[:] = self._inverse @ network.b
            return
        network.x[:] = 0
        for _ in range(2 if level >= _W_FROM else 1):
            self._improve(level)

    def _improve(self, level: int) -> None:
        network = self._networks[level]
        network.relax(backward=False)
        if level + 1 < len(self._networks):
            coarse = self._networks[level + 1]
            network.restrict_to(coarse.b)
            self._solve_coarse(level + 1)
            network.correct_by(coarse.x)
        network.relax(backward=True)


class _Voxels:
    """The finest level."""

    def __init__(self, faces: list[Array], ground: Array) -> None:
        self.faces, self.ground = faces, ground
        shape = ground.shape
        self.lines = shape[0] * shape[1]
        self.inverse, self.x, self.b, self.r = (np.zeros(shape, np.float32) for _ in range(4))
        self._share(conduction_kernels.inverse_diagonal, *faces, ground, self.inverse)
        self.first: Array = np.zeros(1, np.uint64)
        self.member: Array = np.zeros(0, np.uint32)

    @property
    def memory(self) -> int:
        arrays = (*self.faces, self.ground, self.inverse, self.x, self.b, self.r, self.first, self.member)
        return sum(array.nbytes for array in arrays)

    def _share(self, kernel: Any, *arguments: Any) -> None:
        share(kernel, self.lines, self.ground.size, *arguments)

    def relax_from_zero(self) -> None:
        self._share(conduction_kernels.relax_from_zero, self.inverse, self.b, self.x)
        self._share(conduction_kernels.relax, *self.faces, self.inverse, self.b, self.x, 1)

    def relax_backward(self) -> None:
        for colour in (1, 0):
            self._share(conduction_kernels.relax, *self.faces, self.inverse, self.b, self.x, colour)

    def restrict_to(self, sums: Array) -> None:
        self._share(conduction_kernels.residual, *self.faces, self.ground, self.b, self.x, self.r)
        share(aggregation.sum_over_members, sums.size, self.r.size, self.first, self.member, self.r.reshape(-1), sums)

    def correct_by(self, values: Array) -> None:
        flat = self.x.reshape(-1)
        share(aggregation.add_to_members, values.size, flat.size, self.first, self.member, values, flat)


class _Network:
    """A coarser level: rows of the operator, ground, and room for the cycle."""

    def __init__(self, rows: tuple[Array, Array, Array], ground: Array) -> None:
        self.rows, self.ground = rows, ground
        self.inverse, self.largest = np.empty_like(ground), np.empty_like(ground)
        aggregation.diagonal_of_network(rows[0], rows[2], ground, self.inverse, self.largest)
        self.x, self.b, self.r = (np.zeros(ground.size, np.float32) for _ in range(3))
        self.members: tuple[Array, ...] = ()

    @property
    def size(self) -> int:
        return int(self.ground.size)

    @property
    def memory(self) -> int:
        arrays = (*self.rows, self.ground, self.inverse, self.largest, *self.members, self.x, self.b, self.r)
        return sum(array.nbytes for array in arrays)

    def relax(self, backward: bool) -> None:
        pieces = -(-self.size // _PIECE)
        for _ in range(_SWEEPS):
            old = self.x
            if pieces > 1:
                self.r[:] = self.x
                old = self.r
            rows = (*self.rows, self.inverse, self.b, old, self.x, backward)
            share(aggregation.relax_network, pieces, 4 * self.size, _PIECE, *rows)

    def restrict_to(self, sums: Array) -> None:
        row = (*self.rows, self.ground, self.b, self.x, self.r)
        share(aggregation.network_residual, self.size, 4 * self.size, *row)
        share(aggregation.sum_over_members, sums.size, self.size, *self.members, self.r, sums)

    def correct_by(self, values: Array) -> None:
        share(aggregation.add_to_members, values.size, self.size, *self.members, values, self.x)


def _single(array: Array, factor: float) -> Array:
    out = np.empty(array.shape, np.float32)
    np.multiply(array, factor, out=out, casting="same_kind")
    return out


def _networks(finest: _Voxels) -> list[_Network]:
    """Coarsen until little is left, or nothing is connected any more."""
    parent, count = _aggregated(finest)
    if count == 0:
        return []
    finest.first, finest.member = aggregation.members(parent, count)
    rows, ground = _coarse_rows(finest, parent)
    shape = finest.ground.shape
    block = aggregation.parent_blocks(finest.member[finest.first[:-1]], *shape[1:])
    networks = []
    while True:
        shape = tuple((n + 1) // 2 for n in shape)
        networks.append(_network(rows, ground))
        if networks[-1].size <= _SMALLEST:
            return networks
        coarser = _coarsened(networks[-1], aggregation.parent_blocks(block, *shape[1:]))
        if coarser is None:
            return networks
        rows, ground, block = coarser


def _aggregated(finest: _Voxels) -> tuple[Array, int]:
    """The aggregate of each voxel, -1 for voxels without conducting faces, and the number of aggregates."""
    shape, size = finest.ground.shape, finest.ground.size
    share(conduction_kernels.largest_face, finest.lines, size, *finest.faces, finest.r)
    parent, room = (np.empty(size, np.int32) for _ in range(2))
    faces = [face.reshape(-1) for face in finest.faces]
    blocks = (shape, *faces, finest.r.reshape(-1), _THRESHOLD, parent, room)
    share(aggregation.join_in_blocks, (shape[0] + 1) // 2, size, *blocks)
    aggregation.join_singles(shape, *faces, parent, room)
    count = int(aggregation.number_roots(parent, room))
    share(aggregation.find_roots, size, size, parent)
    share(aggregation.name_aggregates, size, size, room, parent)
    return parent, count


def _coarse_rows(finest: _Voxels, parent: Array) -> tuple[Sequence[Array], Array]:
    """Rows and ground of the network of the aggregates of voxels."""
    count, room = finest.first.size - 1, 6 * finest.member.size
    flat = [array.reshape(-1) for array in (*finest.faces, finest.ground)]
    index, conductance = np.empty(room, np.uint32), np.empty(room, np.float32)  # what is not used costs nothing
    begins, length, ground = np.empty(count, np.int64), np.empty(count, np.int64), np.empty(count, np.float32)
    members = (parent, finest.first, finest.member)
    rows = (index, conductance, begins, length, ground)
    share(aggregation.coarse_rows_of_voxels, count, parent.size, finest.ground.shape, *flat, *members, *rows)
    first = np.zeros(count + 1, np.uint64)
    first[1:] = np.cumsum(length)
    packed = np.empty(int(first[-1]), np.uint32), np.empty(int(first[-1]), np.float32)
    share(aggregation.pack_rows, count, parent.size, begins, index, conductance, first, *packed)
    return (first, *packed), ground


def _network(rows: Sequence[Array], ground: Array) -> _Network:
    aggregation.weaken_strong(*rows, ground, _THRESHOLD, _STRONG)
    return _Network((rows[0], rows[1], rows[2]), ground)


def _coarsened(network: _Network, block: Array) -> tuple[Sequence[Array], Array, Array] | None:
    """Rows, ground and blocks of the next network; None where no two nodes are connected."""
    parent, room = (np.empty(network.size, np.int32) for _ in range(2))
    count = aggregation.aggregate_network(*network.rows, network.largest, block, _THRESHOLD, parent, room)
    if count == 0:
        return None
    first, member = aggregation.members(parent, count)
    network.members = (first, member)
    *rows, ground = aggregation.coarse_network(*network.rows, network.ground, parent, first, member)
    return rows, ground, block[member[first[:-1]]]


def _inverted(network: _Network) -> Array | None:
    """Inverse of the coarsest operator; None where it is diagonal, and relaxation therefore exact.

    Parts without any ground are singular; the constant is taken out of each of them.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    first, index, conductance = network.rows
    if index.size == 0:
        return None
    n = network.size
    rows = np.repeat(np.arange(n), np.diff(first).astype(np.int64))
    matrix = np.zeros((n, n))
    matrix[rows, index] = -conductance.astype(float)
    matrix = 0.5 * (matrix + matrix.T)
    matrix[np.diag_indices(n)] = network.ground - matrix.sum(axis=1)
    scale = np.sqrt(np.diag(matrix))
    scale[scale == 0.0] = 1.0
    graph = csr_array((conductance, (rows, index.astype(np.int64))), shape=(n, n))
    count, part = connected_components(graph, directed=False)
    floating = np.bincount(part, network.ground, count) == 0.0
    matrix /= scale[:, None] * scale
    for one in np.flatnonzero(floating):
        constant = np.where(part == one, scale, 0.0)
        constant /= np.linalg.norm(constant)
        matrix += np.outer(constant, constant)
    inverse = np.linalg.inv(matrix) / (scale[:, None] * scale)
    return np.asarray(0.5 * (inverse + inverse.T), dtype=np.float32)
