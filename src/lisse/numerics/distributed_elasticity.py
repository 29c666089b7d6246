"""Elasticity through voxels on many machines: the Q1 elements of ``elasticity`` assembled on PETSc and MPI.

The nodes are a PETSc DMDA; each rank maps the files and reads the voxels around its own nodes. Nodes that touch no
solid are left out. Solved by conjugate gradients with smoothed aggregation (PETSc's GAMG) that knows shifts and turns,
or with hypre's BoomerAMG. The ranks are started as ``distributed`` tells. Not here: fields, tractions, displacements
that vary over a face, and anything that one machine can hold (see ``elasticity``).
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from lisse.errors import InvalidInput
from lisse.numerics.distributed_arguments import (
    HandOver,
    checked_preconditioner,
    checked_tolerance,
    loaded,
    mapped_array,
    same_shape,
    voxel_edges,
)
from lisse.numerics.distributed_grid import Box, petsc_module, resident_memory
from lisse.numerics.distributed_materials import Material, Surroundings, materials_around
from lisse.numerics.distributed_stiffness import Response, StiffnessSystem
from lisse.numerics.elasticity_tensor import checked_stiffness

__all__ = ["DistributedElasticity", "ElasticProblem", "elastic_response_distributed"]

Array = np.ndarray[Any, np.dtype[Any]]
Held = tuple[int, str, tuple[float | None, ...]]
"""Axis, end ("low" or "high") and displacement along each axis, m; None leaves that direction free."""

_NO_ENERGY = 1e-12  # of the energy of a uniform strain: what rounding leaves where nothing resists
VOIGT = {2: (0, 1, 5), 3: (0, 1, 2, 3, 4, 5)}
"""Entries of a Voigt vector that a plane or a volume has."""


@dataclass(frozen=True)
class DistributedElasticity:
    """What came out of the loads of one distributed problem. Arrays are nested tuples, as JSON takes them.

    Parameters
    ----------
    mean_stress : (loads, k), Pa. Mean over the box, voids with 0; k is 6, or 3 (11, 22, 12) in plane strain. Its error
        is that of the displacement.
    energy : (loads, loads), Pa. Mean of strain times stiffness times strain of pairs of loads: twice the energy per
        volume on the diagonal. For unit strains and nothing prescribed but 0 this is the effective stiffness. Its
        error is quadratic in that of the displacement.
    voigt, reuss : (k, k), Pa. Bounds from uniform strain and from uniform stress (0 with voids).
    energy_error : float, 1. Largest difference of stored energy and work, over the energy; of loads that meet any
        resistance.
    residual : float, 1. Largest true residual, norm of the forces left over that of the load.
    iterations : (loads,) ints. Of the conjugate gradients; 0 where a load is in balance without displacement.
    preconditioner : str. ``"gamg"`` or ``"hypre"``; empty where there was nothing to solve.
    ranks : int. Processes.
    unknowns : int. Directions of the nodes that touch solid.
    seconds : float, s. Reading, assembly and solves, on the slowest rank.
    memory : float, bytes. Largest resident memory of a rank.
    """

    mean_stress: tuple[tuple[float, ...], ...]
    energy: tuple[tuple[float, ...], ...]
    voigt: tuple[tuple[float, ...], ...]
    reuss: tuple[tuple[float, ...], ...]
    energy_error: float
    residual: float
    iterations: tuple[int, ...]
    preconditioner: str
    ranks: int
    unknowns: int
    seconds: float
    memory: float


@dataclass(frozen=True, eq=False)
class ElasticProblem:
    """The arguments of a distributed elastic problem, checked, with the files mapped.

    div s = 0, s = C (e(u) + E) with a mean strain E; axes, Voigt order and element as in ``elasticity``.

    Parameters
    ----------
    labels : (nx, ny[, nz]) array of integers, path of a ``.npy`` file, or mapping with ``path``, ``shape``, ``dtype``
        and ``offset`` (bytes) of a raw file. Which phase each voxel is. Files are mapped, not read.
    stiffnesses : mapping of int to (6, 6) array, Pa. One for each label that occurs; all zeros is a void.
    voxel_size : float or (2,) or (3,) floats, m. Edge of a voxel.
    mean_strains : (loads, 6) array, 1. In plane strain 11, 22 and 12 alone may differ from 0. By default all unit
        strains, six or (of 11, 22, 12) three.
    periodic : sequence of bool, optional. Axes along which the displacement, less that of E, repeats; by default none.
    supports : sequence of (axis, end, displacement). Displacement, less that of E, of a face: ``"low"`` or ``"high"``
        end of an axis, and along each axis a number of m or None (free). Later ones take precedence where faces meet.
    tolerance : float, 1. Largest relative residual of each load.
    grains : as labels, optional. Grain of each voxel, counted from 1; 0 is no grain.
    orientations : (n_grains + 1, 4) array or path of a ``.npy`` file, 1, optional. Quaternions (w, x, y, z) that turn
        the axes of the crystal into those of the volume, for materials that are not isotropic.
    boundary_softening : float, 1. Factor on the stiffness of voxels beside a grain boundary; above 0.
    preconditioner : str, optional. ``"gamg"`` (the default) or ``"hypre"``.

    Raises
    ------
    InvalidInput
        For arguments that make no sense; the labels themselves are looked at by the ranks.
    """

    labels: Any
    stiffnesses: Mapping[int, Any]
    voxel_size: float | Sequence[float]
    mean_strains: Any = None
    periodic: Sequence[bool] | None = None
    supports: Sequence[Held] = ()
    tolerance: float = 1e-8
    grains: Any = None
    orientations: Any = None
    boundary_softening: float = 1.0
    preconditioner: str | None = None

    def __post_init__(self) -> None:
        keep = object.__setattr__
        keep(self, "labels", mapped_array("labels", self.labels))
        d = self.labels.ndim
        if self.grains is not None:
            keep(self, "grains", same_shape("grains", mapped_array("grains", self.grains), self.labels))
        keep(self, "stiffnesses", _checked_stiffnesses(self.stiffnesses))
        keep(self, "voxel_size", voxel_edges(self.voxel_size, d))
        keep(self, "mean_strains", _checked_strains(self.mean_strains, d))
        keep(self, "periodic", tuple(bool(one) for one in self.periodic or (False,) * d))
        if len(self.periodic) != d:  # type: ignore[arg-type]
            raise InvalidInput("periodic", self.periodic, f"one truth value per axis ({d})")
        keep(self, "supports", tuple(self._checked_support(n, given) for n, given in enumerate(self.supports)))
        keep(self, "tolerance", checked_tolerance(self.tolerance))
        keep(self, "orientations", _checked_orientations(self.orientations))
        if not 0.0 < self.boundary_softening < math.inf:
            raise InvalidInput("boundary_softening", self.boundary_softening, "a factor above 0")
        if self.grains is None and (self.boundary_softening != 1.0 or self.orientations is not None):
            raise InvalidInput("grains", None, "an array", "Orientations and soft boundaries need to know the grains")
        checked_preconditioner(self.preconditioner)

    def _checked_support(self, number: int, given: Any) -> Held:
        name, d = f"supports[{number}]", self.labels.ndim
        try:
            axis, end, displacement = given
            values = tuple(None if one is None else float(one) for one in displacement)
        except (TypeError, ValueError) as error:
            raise InvalidInput(name, given, "(axis, end, displacement along each axis)") from error
        if isinstance(axis, bool) or axis not in range(d) or self.around[axis]:
            free = [one for one in range(d) if not self.around[one]]
            raise InvalidInput(f"{name}.axis", axis, f"an axis that is not periodic: {free}")
        if end not in ("low", "high"):
            raise InvalidInput(f"{name}.end", end, "low or high")
        if len(values) != d or not all(one is None or math.isfinite(one) for one in values):
            raise InvalidInput(f"{name}.displacement", displacement, f"{d} entries, each None or finite, in m")
        return int(axis), str(end), values

    @property
    def around(self) -> tuple[bool, ...]:
        """Axes along which the grid closes on itself."""
        return tuple(self.periodic or ())

    @property
    def grid(self) -> tuple[int, ...]:
        """Nodes along each axis; a periodic one has as many as voxels."""
        return tuple(n if p else n + 1 for n, p in zip(self.labels.shape, self.around, strict=True))

    @property
    def edges(self) -> tuple[float, ...]:
        """Edge of a voxel along each axis, m."""
        return voxel_edges(self.voxel_size, self.labels.ndim)

    @property
    def strains(self) -> Array:
        """(loads, k) mean strains, without the entries that a plane does not have."""
        strains: Array = self.mean_strains[:, VOIGT[self.labels.ndim]]
        return strains

    @cached_property
    def material(self) -> Material:
        """What the voxels are made of."""
        return Material(self.stiffnesses, self.orientations, self.boundary_softening)

    def job(self, hand_over: HandOver) -> dict[str, Any]:
        """The arguments as JSON takes them, with the arrays handed over."""
        return {
            "solve": "elasticity",
            "labels": hand_over(self.labels, "labels"),
            "stiffnesses": {str(label): matrix.tolist() for label, matrix in self.stiffnesses.items()},
            "voxel_size": list(self.edges),
            "mean_strains": self.mean_strains.tolist(),
            "periodic": list(self.around),
            "supports": [list(support) for support in self.supports],
            "tolerance": self.tolerance,
            "grains": None if self.grains is None else hand_over(self.grains, "grains"),
            "orientations": None if self.orientations is None else hand_over(self.orientations, "orientations"),
            "boundary_softening": float(self.boundary_softening),
            "preconditioner": self.preconditioner,
        }

    @classmethod
    def of_job(cls, job: Mapping[str, Any]) -> ElasticProblem:
        """The problem of a job."""
        stiffnesses = {int(label): matrix for label, matrix in job["stiffnesses"].items()}
        return cls(**{**job, "stiffnesses": stiffnesses})


def elastic_response_distributed(problem: ElasticProblem) -> DistributedElasticity:
    """Stress and energy of a voxel volume under each load. Every rank must call it with the same arguments.

    Parameters
    ----------
    problem : ElasticProblem

    Returns
    -------
    DistributedElasticity
        The same on every rank.

    Raises
    ------
    InvalidInput
        For labels without a stiffness, voids only, and grains without an orientation.
    SolveFailed
        When the solver did not reach the tolerance.
    """
    start = time.perf_counter()
    d, unit, length = problem.labels.ndim, problem.material.largest, min(problem.edges)
    box = Box(petsc_module(), problem.grid, problem.around, corners=True)
    around = materials_around(
        problem.material, problem.labels, problem.grains, box.start[:d], box.count[:d], problem.around
    )
    _check_materials(box, around, problem)
    scaled = Surroundings(around.rows, around.table / unit, around.own, around.stranger)
    edges = tuple(edge / length for edge in problem.edges)
    system = StiffnessSystem(box, scaled, edges, _held_displacement(problem, box) / length)
    found = [system.solve(strain, problem.tolerance, problem.preconditioner) for strain in problem.strains]
    stress, energy, error = _means(box, system, problem.strains, found)
    volume = problem.labels.size * math.prod(edges)
    voigt, reuss = _bounds(box, around, problem)
    return DistributedElasticity(
        mean_stress=_rows(stress * (unit / volume)),
        energy=_rows(energy * (unit / volume)),
        voigt=_rows(voigt),
        reuss=_rows(reuss),
        energy_error=error,
        residual=max(one.residual for one in found),
        iterations=tuple(one.iterations for one in found),
        preconditioner=system.preconditioner,
        ranks=box.comm.size,
        unknowns=system.unknowns,
        seconds=box.largest(time.perf_counter() - start),
        memory=box.largest(resident_memory()),
    )


# ---- checks ---------------------------------------------------------------------------------------------------------


def _checked_stiffnesses(given: Mapping[int, Any]) -> dict[int, Array]:
    """Stiffnesses by label, in order of the labels."""
    if not given:
        raise InvalidInput("stiffnesses", {}, "a mapping of label to a 6 x 6 array in Pa")
    out = {int(label): checked_stiffness(f"stiffnesses[{label}]", given[label]) for label in sorted(given, key=int)}
    if not any(matrix.any() for matrix in out.values()):
        raise InvalidInput("stiffnesses", "voids only", "a phase with a stiffness above 0")
    return out


def _checked_strains(given: Any, dimensions: int) -> Array:
    if given is None:
        return np.eye(6)[list(VOIGT[dimensions])]
    strains = np.asarray(given, dtype=float)
    if strains.ndim != 2 or strains.shape[1] != 6 or not len(strains) or not np.all(np.isfinite(strains)):
        raise InvalidInput("mean_strains", strains.shape, "rows of six finite numbers, order 11 22 33 23 13 12")
    if strains[:, [n for n in range(6) if n not in VOIGT[dimensions]]].any():
        raise InvalidInput("mean_strains", "a strain out of the plane", "0 for 33, 23 and 13 in plane strain")
    return strains


def _checked_orientations(given: Any) -> Array | None:
    if given is None:
        return None
    name = "orientations"
    path = isinstance(given, (str, os.PathLike))
    rows: Array = np.array(loaded(name, given, "quaternions") if path else given, dtype=float)
    if rows.ndim != 2 or rows.shape[1] != 4 or not np.all(np.isfinite(rows)):
        raise InvalidInput(name, rows.shape, "rows of four finite numbers (w, x, y, z)")
    return rows


def _check_materials(box: Box, around: Surroundings, problem: ElasticProblem) -> None:
    """Every rank learns of a label without stiffness on any of them, and of a volume without solid. Collective."""
    stranger = box.largest(around.stranger)
    if stranger > -math.inf:
        known = ", ".join(str(label) for label in list(problem.stiffnesses)[:20])
        advice = "Give a 6 x 6 array in Pa; zeros for a void"
        raise InvalidInput("stiffnesses", f"no value for label {stranger:.0f}", f"labels {known}", advice)
    if not box.total(float(around.own[1:].sum())):
        raise InvalidInput("stiffnesses", "voids only", "a phase in the volume with a stiffness above 0")


# ---- from voxels to the answer --------------------------------------------------------------------------------------


def _held_displacement(problem: ElasticProblem, box: Box) -> Array:
    """(d, n + 2, ...) prescribed displacement of this rank's nodes and their border, m; NaN where it is sought."""
    d = problem.labels.ndim
    out = np.full((d, *(count + 2 for count in box.count[:d])), np.nan)
    for axis, end, displacement in problem.supports:
        face = 0 if end == "low" else problem.grid[axis] - 1
        place = face - box.start[axis] + 1
        if 0 <= place < out.shape[1 + axis]:
            for c, value in enumerate(displacement):
                if value is not None:
                    np.moveaxis(out[c], axis, 0)[place] = value
    return out


def _means(box: Box, system: StiffnessSystem, strains: Array, found: Sequence[Response]) -> tuple[Array, Array, float]:
    """Integrals of stress (loads, k) and of energy (loads, loads), and the largest energy error. Collective."""
    loads = len(found)
    uniform, work = _totals(box, system.uniform_energy), _totals(box, system.held_work)
    held = box.total(system.held_energy)
    moved = _totals(box, np.array([system.forces.T @ one.displacement for one in found]))
    stress = strains @ uniform + work + moved
    loading = np.array([system.load(strain) for strain in strains])
    energy = np.array([[_work(i, j, loading, found) for j in range(loads)] for i in range(loads)])
    energy = _totals(box, energy) + strains @ uniform @ strains.T + held
    energy += (strains @ work)[:, None] + strains @ work
    left = _totals(box, np.array([one.displacement @ one.left for one in found]))
    stored = np.diag(energy)
    resisted = stored > _NO_ENERGY * np.einsum("lk,kj,lj->l", strains, uniform, strains)
    return stress, energy, float(np.abs(left[resisted] / stored[resisted]).max(initial=0.0))


def _work(i: int, j: int, loading: Array, found: Sequence[Response]) -> float:
    """u_i K u_j less the work of both loads; K u_j is the load less what is left over."""
    return -float(loading[i] @ found[j].displacement) - float(found[i].displacement @ found[j].left)


def _bounds(box: Box, around: Surroundings, problem: ElasticProblem) -> tuple[Array, Array]:
    """Voigt and Reuss bound; in plane strain both of the plane stiffness of the materials. Collective."""
    cases = VOIGT[problem.labels.ndim]
    solid = around.own[1:] > 0
    shares = around.own[1:][solid] / problem.labels.size
    plane = around.table[1:][solid][:, cases][:, :, cases]
    voigt = _totals(box, np.tensordot(shares, plane, axes=1))
    compliance = _totals(box, np.tensordot(shares, np.linalg.inv(plane), axes=1))
    voids = box.total(float(around.own[1:].sum())) < problem.labels.size
    return voigt, np.zeros_like(voigt) if voids else np.linalg.inv(compliance)


def _totals(box: Box, values: Array) -> Array:
    """Sum of each entry over the ranks. Collective."""
    return np.array([box.total(float(one)) for one in values.reshape(-1)]).reshape(values.shape)


def _rows(matrix: Array) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(row) for row in matrix.tolist())
