"""Iterative solver of layers of voxels with periodic lateral axes: conjugate gradients with an exact layered solver.

The preconditioner is the same body with one shear modulus per layer. Along the periodic axes Fourier modes decouple it;
each mode is a small dense system through the layers, inverted once. It leaves only the lateral variation of the moduli
(and open nodes at the low end, which it takes one by one) to the iteration, whatever the grid. Works for one or two
lateral axes.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from lisse.errors import SolveFailed
from lisse.numerics.elasticity_element import brick_stiffness
from lisse.numerics.power_law_element import LayeredMesh

__all__ = ["LayeredFourier", "conjugate_gradients"]

Floats = NDArray[np.float64]


class LayeredFourier:
    """Solves for the nodes of a layered mesh with periodic axes.

    Parameters
    ----------
    mesh : LayeredMesh
    rigid : bool
        The high end moves as one.
    tolerance : float, 1
        Residual over the load at which the iteration stops.
    """

    def __init__(self, mesh: LayeredMesh, rigid: bool, tolerance: float = 1e-3) -> None:
        self.mesh, self.rigid, self.tolerance = mesh, rigid, tolerance
        self._kept = mesh.layers  # nodes above the low end, along axis 0
        tables = {height: _modes(mesh, height) for height in set(mesh.heights)}
        self._bulk_modes = [tables[height][0] for height in mesh.heights]
        self._shear_modes = [tables[height][1] for height in mesh.heights]

    def prepare(self, bulk: float, shear: Floats) -> None:
        """Invert the modes of the body with these moduli (Pa), one shear modulus per layer."""
        d, modes = self.mesh.dimension, len(self._bulk_modes[0])
        total = np.zeros((modes, self._kept + 1, d, self._kept + 1, d), complex)
        for layer in range(self.mesh.layers):
            part = bulk * self._bulk_modes[layer] + shear[layer] * self._shear_modes[layer]
            total[:, layer : layer + 2, :, layer : layer + 2] += part
        total = total[:, 1:, :, 1:]
        if self.rigid:  # the end has no modes but the uniform one
            total[1:, -1], total[1:, :, :, -1] = 0.0, 0.0
            for c in range(d):
                total[1:, -1, c, -1, c] = 1.0
        size = d * self._kept
        self._inverse = np.linalg.inv(total.reshape(modes, size, size))

    def factor(self, matrices: Floats, fixed: NDArray[np.bool_], springs: Floats) -> None:
        """Take the element matrices, with the nodes of `fixed` (shape of a nodal vector) held; `prepare` first.

        springs : lateral array, N/m. Of the low end's free nodes along axis 0, to the ground.
        """
        self._matrices, self._fixed, self._springs = matrices, fixed.copy(), springs
        self._diagonal = self.mesh.diagonal(matrices)[:, 0]
        self._diagonal[0] += springs

    def solve(self, load: Floats) -> Floats:
        """Displacement under nodal forces; held nodes stay. A rigid end takes the sum of the forces on its nodes."""
        out, self.iterations = conjugate_gradients(
            lambda u: self._projected(self._multiplied(u)),
            self._precondition,
            self._projected(load),
            self.tolerance,
        )
        return out

    def _multiplied(self, u: Floats) -> Floats:
        out = self.mesh.multiply(self._matrices, u)
        out[0, 0] += self._springs * u[0, 0]
        return out

    def _projected(self, load: Floats) -> Floats:
        """Without what held nodes take, and with the mean of a rigid end on each of its nodes."""
        out = np.where(self._fixed, 0.0, load)
        if self.rigid:
            axes = tuple(range(1, self.mesh.dimension))
            out[:, -1] = out[:, -1].mean(axis=axes, keepdims=True)
        return out

    def _precondition(self, residual: Floats) -> Floats:
        d, lateral = self.mesh.dimension, self.mesh.lateral
        axes = tuple(range(2, d + 1))
        waves = fft.rfftn(residual[:, 1:], axes=axes)
        right = waves.reshape(d, self._kept, -1).transpose(2, 1, 0).reshape(-1, d * self._kept, 1)
        found = (self._inverse @ right).reshape(-1, self._kept, d).transpose(2, 1, 0).reshape(waves.shape)
        out = np.empty_like(residual)
        out[:, 1:] = fft.irfftn(found, s=lateral, axes=axes)
        out[:, 0] = np.where(self._fixed[:, 0], 0.0, residual[:, 0] / self._diagonal)
        return out


def conjugate_gradients(
    multiply: Callable[[Floats], Floats],
    precondition: Callable[[Floats], Floats],
    load: Floats,
    tolerance: float,
    most: int = 400,
) -> tuple[Floats, int]:
    """Solve a symmetric positive definite system until the residual is `tolerance` times the load (2-norms).

    Parameters
    ----------
    multiply, precondition : callable
        Array to array of the shape of `load`.
    load : array
    tolerance : float, 1
    most : int
        Iterations allowed.

    Returns
    -------
    array, int
        The solution and the iterations used.

    Raises
    ------
    SolveFailed
        After `most` iterations, or when the operator is not positive definite.
    """
    out, residual = np.zeros_like(load), load.copy()
    goal = tolerance * float(np.linalg.norm(load))
    if goal == 0.0:
        return out, 0
    ahead = precondition(residual)
    direction, product = ahead, float(np.vdot(residual, ahead))
    for count in range(1, most + 1):
        pushed = multiply(direction)
        curvature = float(np.vdot(direction, pushed))
        if not curvature > 0.0 or not product > 0.0:
            raise SolveFailed(f"conjugate gradients met a direction without stiffness in iteration {count}")
        length = product / curvature
        out += length * direction
        residual -= length * pushed
        if float(np.linalg.norm(residual)) <= goal:
            return out, count
        ahead = precondition(residual)
        product, before = float(np.vdot(residual, ahead)), product
        direction = ahead + (product / before) * direction
    raise SolveFailed(f"conjugate gradients did not reach {tolerance:g} in {most} iterations")


def _modes(mesh: LayeredMesh, height: float) -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
    """Stiffness of one layer per unit bulk and shear modulus in each Fourier mode: (modes, 2, d, 2, d)."""
    d = mesh.dimension
    edges = (height, *[mesh.width] * (d - 1))
    swelling, shearing = np.zeros((2, 6, 6))
    swelling[:3, :3] = 1.0
    shearing[:3, :3] = 2.0 * (np.eye(3) - 1.0 / 3.0)
    shearing[3:, 3:] = np.eye(3)
    counts = (*mesh.lateral[:-1], mesh.lateral[-1] // 2 + 1)
    angles = np.meshgrid(
        *(2 * np.pi * np.arange(count) / n for count, n in zip(counts, mesh.lateral, strict=True)), indexing="ij"
    )
    steps = np.array(list(itertools.product((0, 1), repeat=d - 1)))
    phases = np.exp(1j * np.tensordot(steps, np.stack([a.reshape(-1) for a in angles]), axes=1)).T  # (modes, 2^(d-1))
    found = []
    for unit in (swelling, shearing):
        element = brick_stiffness(unit[None], edges)[0].reshape(d, 2, len(steps), d, 2, len(steps))
        found.append(np.einsum("ko,caoebp,kp->kacbe", phases.conj(), element, phases, optimize=True))
    return found[0], found[1]
