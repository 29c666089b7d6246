"""Layers of voxels that are elastic and flow by a power law: the element, one implicit step of the law, the tangent.

::

    deviator        s + 2 G dt rate(q) (3/2) s/q = s_old + 2 G de,    rate(q) = A q^n,    q = sqrt(3/2) |s|
    mean stress     m = m_old + K tr(dE) of the voxel's centre

The first line is a backward Euler step of Maxwell's body, at each Gauss point; it scales the trial deviator by one
factor, found from a scalar equation in log q (`relaxed`). The element is Q1 with mean dilatation (B-bar), which does
not lock when nearly incompressible; its elastic limit is that of ``elasticity_element``. The tangent is that of the
discrete step, symmetric and positive definite, so Newton's iteration converges quadratically for any step length.

Axis 0 runs through the layers, whose heights may differ; the others are periodic. Needs numba: import it late.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from lisse.numerics import power_law_kernels as kernels

__all__ = ["Flow", "LayeredMesh", "PowerLaw"]

Floats = NDArray[np.float64]
_SHEARS = {2: ((0, 1),), 3: ((1, 2), (0, 2), (0, 1))}


@dataclass(frozen=True)
class PowerLaw:
    """Elastic moduli and the flow rate of the material.

    Attributes
    ----------
    shear, bulk : float, Pa
    prefactor : float, 1/s/Pa^n
    exponent : float
    """

    shear: float
    bulk: float
    prefactor: float
    exponent: float

    def flow_factor(self, step: float) -> float:
        """3 G dt A, 1/Pa^(n-1): what the flow of one step adds to q over q^n."""
        return 3.0 * self.shear * step * self.prefactor


@dataclass(frozen=True, eq=False)
class Flow:
    """What one displacement increment does.

    Attributes
    ----------
    force : (d, layers + 1, lateral) array, N (per m of depth in 2-D)
        Internal forces of the nodes: what must act on them from outside.
    deviator : (voxels, points, components) array, Pa
        Mandel order: 11, 22, 33, sqrt(2) 12 in 2-D; 11, 22, 33, sqrt(2) (23, 13, 12) in 3-D.
    mean : (voxels,) array, Pa
        Mean stress, tension positive.
    ratio, slope : (voxels, points) array, 1
        q over its trial value, and dq/dq_trial.
    direction : (voxels, points, components) array, 1
        Unit deviator.
    """

    force: Floats
    deviator: Floats
    mean: Floats
    ratio: Floats
    slope: Floats
    direction: Floats


@dataclass(frozen=True)
class LayeredMesh:
    """Brick elements in layers, periodic but for axis 0.

    Attributes
    ----------
    heights : tuple of float, m
        Of the layers, from the low end of axis 0.
    width : float, m
        Edge along the other axes.
    lateral : tuple of int
        Elements along the other axes: one or two numbers.
    """

    heights: tuple[float, ...]
    width: float
    lateral: tuple[int, ...]

    @property
    def dimension(self) -> int:
        """2 or 3."""
        return 1 + len(self.lateral)

    @property
    def layers(self) -> int:
        """Elements along axis 0."""
        return len(self.heights)

    @property
    def columns(self) -> int:
        """Elements of a layer."""
        return math.prod(self.lateral)

    @property
    def node_shape(self) -> tuple[int, ...]:
        """Of a nodal vector: (d, layers + 1, lateral)."""
        return (self.dimension, self.layers + 1, *self.lateral)

    @property
    def point_shape(self) -> tuple[int, int, int]:
        """Of deviators: (voxels, points, components)."""
        return (self.layers * self.columns, 2**self.dimension, 3 + len(_SHEARS[self.dimension]))

    @cached_property
    def corners(self) -> NDArray[np.int32]:
        """(voxels, 2^d) flat numbers of the corner nodes, last axis fastest."""
        nodes = np.arange((self.layers + 1) * self.columns, dtype=np.int32).reshape(-1, *self.lateral)
        axes = tuple(range(1, self.dimension))
        found = [
            np.roll(nodes[low : low + self.layers], [-s for s in steps], axis=axes).reshape(-1)
            for low, *steps in itertools.product((0, 1), repeat=self.dimension)
        ]
        return np.ascontiguousarray(np.stack(found, axis=1))

    @cached_property
    def _tables(self) -> tuple[Floats, Floats, Floats]:
        edges = [(height, *[self.width] * (self.dimension - 1)) for height in self.heights]
        strains, dilatations = zip(*(_strain_tables(edge) for edge in edges), strict=True)
        return np.stack(strains), np.stack(dilatations), np.array([math.prod(edge) for edge in edges])

    @cached_property
    def _squares(self) -> Floats:
        strains = self._tables[0]
        rows, columns = np.tril_indices(strains.shape[-1])
        products = np.einsum("lgca,lgcb->lgab", strains, strains)
        return np.ascontiguousarray(products[..., rows, columns])

    def flow(self, law: PowerLaw, step: float, displacement: Floats, deviator: Floats, mean: Floats) -> Flow:
        """Stresses and internal forces after a displacement increment (d, layers + 1, lateral), m, in `step` s."""
        force = np.zeros(self.node_shape)
        stress, new_mean = np.empty(self.point_shape), np.empty(self.point_shape[0])
        ratio, slope = np.empty(self.point_shape[:2]), np.empty(self.point_shape[:2])
        direction = np.empty(self.point_shape)
        own = np.ascontiguousarray(displacement, dtype=np.float64).reshape(-1)
        numbers = (law.shear, law.bulk, law.flow_factor(step), law.exponent)
        out = (force.reshape(-1), stress, new_mean, ratio, slope, direction)
        kernels.flow(own, self.corners, self.columns, *self._tables, deviator, mean, *numbers, *out)
        return Flow(force, stress, new_mean, ratio, slope, direction)

    def tangents(self, law: PowerLaw, flow: Flow) -> Floats:
        """(voxels, packed) element matrices of the step, lower triangles row by row, N/m."""
        freedoms = self.dimension * 2**self.dimension
        out = np.empty((self.point_shape[0], freedoms * (freedoms + 1) // 2))
        strains, dilatations, volumes = self._tables
        moduli = (law.shear, law.bulk, flow.ratio, flow.slope, flow.direction)
        kernels.element_matrices(self.columns, strains, self._squares, dilatations, volumes, *moduli, out)
        return out

    def multiply(self, matrices: Floats, vector: Floats) -> Floats:
        """Product of the assembled element matrices with a nodal vector."""
        out = np.zeros(self.node_shape)
        kernels.apply_matrices(matrices, self.corners, np.ascontiguousarray(vector).reshape(-1), out.reshape(-1))
        return out

    def diagonal(self, matrices: Floats) -> Floats:
        """Diagonal of the assembled element matrices."""
        out = np.zeros(self.node_shape)
        kernels.element_diagonals(matrices, self.corners, out.reshape(-1))
        return out


def _strain_tables(edges: Sequence[float]) -> tuple[Floats, Floats]:
    """Deviatoric strain at the Gauss points (2^d, components, freedoms) and dilatation at the centre (freedoms,)."""
    d = len(edges)
    corners = np.array(list(itertools.product((-1.0, 1.0), repeat=d)))
    points = corners / math.sqrt(3.0)
    strains = np.zeros((len(points), 3 + len(_SHEARS[d]), d, len(corners)))
    for axis in range(d):
        others = [b for b in range(d) if b != axis]
        shares = [(1.0 + points[:, None, b] * corners[None, :, b]) / 2.0 for b in others]
        slopes = corners[None, :, axis] / edges[axis] * np.prod(shares, axis=0)
        strains[:, axis, axis] = slopes
        for place, pair in enumerate(_SHEARS[d]):
            if axis in pair:
                strains[:, 3 + place, sum(pair) - axis] += slopes / math.sqrt(2.0)
    flat = strains.reshape(len(points), 3 + len(_SHEARS[d]), -1)
    dilatation = flat[:, :3].sum(axis=1)
    flat[:, :3] -= dilatation[:, None] / 3.0
    return flat, dilatation.mean(axis=0)
