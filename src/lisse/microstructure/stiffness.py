"""Effective stiffness of a microstructure: load cases on its voxels, bounds, and isotropic averages.

Turns phases, grains and orientations into materials of voxels and calls ``numerics.elasticity``, which does the
mathematics; stiffness of single substances is in the materials library.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lisse.errors import InvalidInput
from lisse.microstructure.cost import Cost, require
from lisse.microstructure.volume import Volume

if TYPE_CHECKING:
    from lisse.numerics.elasticity import Support
    from lisse.numerics.elasticity_solution import ElasticSolution
    from lisse.numerics.elasticity_stiffness import VoxelStiffness

__all__ = ["EffectiveStiffness", "beside_grain_boundary", "effective_stiffness", "voxel_stiffness"]

Matrix = NDArray[np.float64]
SIDES = ("periodic", "uniform-displacement")


@dataclass(frozen=True, eq=False)
class EffectiveStiffness:
    """Homogenised stiffness of a volume.

    Parameters
    ----------
    tensor : (6, 6) array, Pa; (3, 3) in plane strain. Mean stress per mean strain; Voigt order 11, 22, 33, 23, 13, 12,
        or 11, 22, 12; engineering shear strains.
    voigt, reuss : arrays of that shape, Pa. Bounds from uniform strain and from uniform stress (0 with voids).
    bulk_modulus, shear_modulus, youngs_modulus, poisson_ratio : float, Pa and 1. Of the nearest isotropic tensor; from
        a plane tensor those of a solid that is isotropic in the plane and out of it.
    zener_ratio : float, 1. ``2 C44 / (C11 - C12)``; 1 for an isotropic solid.
    universal_anisotropy : float, 1. ``5 G_V/G_R + K_V/K_R - 6``; 0 for an isotropic solid, NaN in plane strain.
    sides : str. The boundary condition.
    iterations : tuple of int. Per load case.
    residual : float, 1. The largest of the load cases.
    energy_error : float, 1. Largest difference of stored energy and work of the load cases, over the energy.
    solutions : tuple of ElasticSolution. One per load case of unit strain when asked for; else empty.
    """

    tensor: Matrix
    voigt: Matrix
    reuss: Matrix
    bulk_modulus: float
    shear_modulus: float
    youngs_modulus: float
    poisson_ratio: float
    zener_ratio: float
    universal_anisotropy: float
    sides: str
    iterations: tuple[int, ...]
    residual: float
    energy_error: float
    solutions: tuple[ElasticSolution, ...] = ()


def effective_stiffness(
    volume: Volume,
    stiffnesses: Mapping[Any, Any],
    sides: str = "periodic",
    tolerance: float = 1e-8,
    boundary_softening: float = 1.0,
    fields: bool = False,
) -> EffectiveStiffness:
    """Mean stress per mean strain of a volume, from six load cases (three in plane strain).

    Parameters
    ----------
    volume : Volume. With grains and orientations, an anisotropic phase is turned grain by grain.
    stiffnesses : mapping of phase name or label to stiffness. (E, nu) in Pa and 1; an object with ``youngs_modulus``
        and ``poisson_ratio``; a (6, 6) array in Pa in the axes of the crystal; or 0, a void.
    sides : str. "periodic" (strain fluctuates, and repeats), or "uniform-displacement" (of the whole surface: an upper
        estimate that does not need a periodic volume).
    tolerance : float, 1. Relative residual of each load case.
    boundary_softening : float, 1. Factor on the stiffness of voxels beside a grain boundary; above 0.
    fields : bool. Keep displacement, strain and stress of every load case.

    Returns
    -------
    EffectiveStiffness

    Examples
    --------
    >>> volume = Volume(np.zeros((4, 4, 4), int), 1e-6, {0: "electrolyte"})
    >>> round(effective_stiffness(volume, {"electrolyte": (150e9, 0.25)}).youngs_modulus / 1e9, 6)
    150.0
    """
    from lisse.numerics.elasticity import PRESSURES_FROM, VoxelElasticity
    from lisse.numerics.elasticity_stiffness import elasticity_cost

    if sides not in SIDES:
        raise InvalidInput("sides", sides, " or ".join(map(repr, SIDES)))
    matrices = phase_matrices(volume, stiffnesses)
    stiffness = _materials(volume, matrices, boundary_softening)
    isotropic = all(_isotropic(matrix) for matrix in matrices.values())
    pressures = stiffness.bulk_over_shear > PRESSURES_FROM
    memory, seconds = elasticity_cost(volume.shape, isotropic, pressures=pressures)
    cases = (0, 1, 2, 3, 4, 5) if volume.dimensions == 3 else (0, 1, 5)
    require("effective_stiffness", Cost(memory, seconds * len(cases)))
    units = np.eye(6)[list(cases)]
    if sides == "periodic":
        problem = VoxelElasticity(stiffness, volume.voxel_size, periodic=(True,) * volume.dimensions)
    else:
        problem = VoxelElasticity(stiffness, volume.voxel_size, _pulled_faces(volume, units[0]))
    columns, iterations, residuals, mismatches, kept = [], [], [], [], []
    for unit in units:
        if sides == "periodic":
            solution = problem.solve(mean_strain=unit, tolerance=tolerance)
        else:
            solution = problem.solve(displacements=_pulled_faces(volume, unit), tolerance=tolerance)
        columns.append(solution.mean_stress[list(cases)])
        iterations.append(solution.iterations)
        residuals.append(solution.residual)
        stored = solution.stored_energy
        mismatches.append(abs(solution.work - stored) / stored if stored > 0 else 0.0)
        if fields:
            kept.append(solution)
    raw = np.stack(columns, axis=1)
    tensor = (raw + raw.T) / 2
    voigt, reuss = _bounds(stiffness, cases)
    return from_tensor(tensor, voigt, reuss, sides, tuple(iterations), max(residuals), max(mismatches), tuple(kept))


def from_tensor(
    tensor: Matrix,
    voigt: Matrix,
    reuss: Matrix,
    sides: str,
    iterations: tuple[int, ...],
    residual: float,
    energy_error: float,
    solutions: tuple[ElasticSolution, ...] = (),
) -> EffectiveStiffness:
    """The result with the moduli and ratios that follow from its tensor; arguments as `EffectiveStiffness`."""
    from lisse.numerics.elasticity_tensor import universal_anisotropy, zener_ratio

    solid = tensor.shape == (6, 6) and float(np.linalg.eigvalsh(tensor)[0]) > 0
    bulk, shear = _projected(tensor)
    return EffectiveStiffness(
        tensor,
        voigt,
        reuss,
        bulk,
        shear,
        _quotient(9 * bulk * shear, 3 * bulk + shear),
        _quotient(3 * bulk - 2 * shear, 2 * (3 * bulk + shear)),
        zener_ratio(tensor) if solid else _quotient(2 * tensor[-1, -1], _plane_difference(tensor)),
        universal_anisotropy(tensor) if solid else math.nan,
        sides,
        iterations,
        residual,
        energy_error,
        solutions,
    )


def voxel_stiffness(volume: Volume, stiffnesses: Mapping[Any, Any], boundary_softening: float = 1.0) -> VoxelStiffness:
    """Material of every voxel, for a solve with loads and supports of one's own; parameters as ``effective_stiffness``.

    Examples
    --------
    >>> volume = Volume(np.array([[0, 1], [1, 1]]), 1e-6, {0: "pore", 1: "electrolyte"})
    >>> int(voxel_stiffness(volume, {"pore": 0, "electrolyte": (150e9, 0.25)}).solid.sum())
    3
    """
    return _materials(volume, phase_matrices(volume, stiffnesses), boundary_softening)


def beside_grain_boundary(volume: Volume) -> NDArray[np.bool_]:
    """(nx, ny[, nz]) voxels with a face to a voxel of another grain; voxels of no grain (0) bound nothing."""
    if volume.grains is None:
        raise InvalidInput("boundary_softening", None, "a volume with grains", "Give the grains, or a factor of 1")
    grains = np.asarray(volume.grains)
    out = np.zeros(grains.shape, dtype=bool)
    for axis in range(grains.ndim):
        low = tuple(slice(None, -1) if a == axis else slice(None) for a in range(grains.ndim))
        high = tuple(slice(1, None) if a == axis else slice(None) for a in range(grains.ndim))
        differs = (grains[low] != grains[high]) & (grains[low] > 0) & (grains[high] > 0)
        out[low] |= differs
        out[high] |= differs
    return out


def phase_matrices(volume: Volume, stiffnesses: Mapping[Any, Any]) -> dict[int, Matrix]:
    """6 x 6 stiffness of every phase that is in the volume, by label."""
    given = {volume.label_of(phase): (phase, value) for phase, value in stiffnesses.items()}
    fractions = volume.phase_fractions()
    out = {}
    for label, name in volume.phases.items():
        if label in given:
            out[label] = _matrix(given[label][0], given[label][1])
        elif fractions[name] > 0:
            raise InvalidInput(
                "stiffnesses", sorted(map(str, stiffnesses)), "one for every phase", f"Add {name!r}; 0 is a void"
            )
    return out


def _matrix(phase: Any, value: Any) -> Matrix:
    from lisse.numerics.elasticity_tensor import checked_stiffness, isotropic_stiffness

    name = f"stiffnesses[{phase!r}]"
    if hasattr(value, "youngs_modulus") and hasattr(value, "poisson_ratio"):
        value = (value.youngs_modulus, value.poisson_ratio)
    allowed = "(E, nu), an object with youngs_modulus and poisson_ratio, a 6 x 6 array in Pa, or 0 for a void"
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidInput(name, value, allowed) from error
    if array.shape == (6, 6):
        return checked_stiffness(name, array)
    if array.shape == () and array == 0:
        return np.zeros((6, 6))
    if array.shape != (2,):
        raise InvalidInput(name, value, allowed)
    try:
        return isotropic_stiffness(float(array[0]), float(array[1]))
    except InvalidInput as error:
        raise error.at(name) from None


def _isotropic(matrix: Matrix) -> bool:
    from lisse.numerics.elasticity_tensor import is_isotropic

    return is_isotropic(matrix)


def _materials(volume: Volume, matrices: Mapping[int, Matrix], softening: float) -> VoxelStiffness:
    """Table of materials (phase, turned by its grain, softened or not) and the row of every voxel."""
    from lisse.numerics.elasticity_stiffness import VoxelStiffness
    from lisse.numerics.elasticity_tensor import rotated_stiffness

    if not (softening > 0 and math.isfinite(softening)):
        raise InvalidInput("boundary_softening", softening, "a factor above 0")
    labels = np.asarray(volume.labels)
    index = np.zeros(volume.shape, dtype=np.int32)
    table: list[Matrix] = []
    for label, matrix in matrices.items():
        here = labels == label
        if not here.any():
            continue
        if volume.grains is None or volume.orientations is None or _isotropic(matrix):
            index[here] = len(table)
            table.append(matrix)
            continue
        numbers, rows = np.unique(np.asarray(volume.grains)[here], return_inverse=True)
        turned = rotated_stiffness(matrix, volume.orientations[numbers])
        turned[numbers == 0] = matrix  # outside the grains the axes are those of the volume
        index[here] = len(table) + rows
        table.extend(turned)
    if softening != 1:
        index[beside_grain_boundary(volume)] += len(table)
        table.extend([softening * matrix for matrix in table])
    if not any(matrix.any() for matrix in table):
        raise InvalidInput("stiffnesses", "voids only", "a phase in the volume with a stiffness above 0")
    return VoxelStiffness.of_materials(index, np.stack(table))


def _pulled_faces(volume: Volume, strain: Matrix) -> list[Support]:
    """The displacement of a uniform strain on the whole surface."""
    from lisse.numerics.elasticity import Support

    d = volume.dimensions
    gradient = np.diag(strain[:d])
    for c in range(d):
        for j in range(d):
            if c != j:
                gradient[c, j] = strain[6 - c - j if d == 3 else 5] / 2
    out = []
    for axis in range(d):
        lines = [np.arange(n + 1) * h for n, h in zip(volume.shape, volume.voxel_size, strict=True)]
        for end in ("low", "high"):
            lines[axis] = np.array([0.0 if end == "low" else volume.extent[axis]])
            places = [place.squeeze(axis) for place in np.meshgrid(*lines, indexing="ij")]
            values = [sum(gradient[c, j] * places[j] for j in range(d)) for c in range(d)]
            out.append(Support(axis, end, values))
    return out


def _bounds(stiffness: VoxelStiffness, cases: tuple[int, ...]) -> tuple[Matrix, Matrix]:
    """Voigt and Reuss bound of the load cases; in plane strain both of the plane stiffness of the materials."""
    if stiffness.table is None or stiffness.index is None:
        raise InvalidInput("stiffness", None, "a table of materials")
    shares = np.bincount(stiffness.index, minlength=len(stiffness.table)) / stiffness.index.size
    plane = stiffness.table[np.ix_(range(len(shares)), cases, cases)]
    used = shares > 0
    voigt: Matrix = np.tensordot(shares[used], plane[used], axes=1)
    if not np.all(np.abs(plane[used]).max(axis=(1, 2)) > 0):
        return voigt, np.zeros_like(voigt)
    compliance = np.tensordot(shares[used], np.linalg.inv(plane[used]), axes=1)
    return voigt, np.linalg.inv(compliance)


def _projected(tensor: Matrix) -> tuple[float, float]:
    """Bulk and shear modulus of the nearest isotropic tensor."""
    from lisse.numerics.elasticity_tensor import isotropic_projection

    if tensor.shape == (6, 6):
        bulk, shear = isotropic_projection(tensor)
        return float(bulk), float(shear)
    normal, cross = tensor[0, 0] + tensor[1, 1], tensor[0, 1]
    shear = (normal - 2 * cross + 4 * tensor[2, 2]) / 8
    return float((normal + 2 * cross) / 4 - shear / 3), float(shear)


def _plane_difference(tensor: Matrix) -> float:
    """``C11 - C12`` averaged over the axes."""
    n = 2 if tensor.shape == (3, 3) else 3
    normal = float(np.trace(tensor[:n, :n])) / n
    return normal - float(tensor[:n, :n].sum() - np.trace(tensor[:n, :n])) / (n * (n - 1))


def _quotient(above: float, below: float) -> float:
    """The quotient; NaN for a volume that resists nothing."""
    return float(above / below) if below > 0 else math.nan
