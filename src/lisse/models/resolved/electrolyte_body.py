"""The electrolyte as an elastic body that cracks soften, loaded at its end planes and by the lithium in its cracks.

Every voxel is elastic with its stiffness times g(d) = (1 - d)^2 + residual. Lithium at pressure p in a cluster of
cracked voxels is the eigenstress -p m A over the cluster and its skirt, with m = 1 - (1 - d)^2 and a tensor A that
points across the crack (`crack_normals`); the volume that the crack takes up is conjugate to it:

    K u = f0 + sum over k of p_k F_k,      V_k = F_k . u,      u = u0 + sum of p_k u_k,      V = V0 + C p

so that one more back-solve per cluster gives everything for any pressures. F_k has three refinements: the skirt belongs
to the cluster; a pore that the cluster owns belongs to it as a whole; and at its mouth on an end plane a crack does not
push on the soft electrode (nodes of the end planes lose the normal component, and the plane bears its sum, so that
loads balance).

What belongs here: elastic response at a given damage. What does not: how damage grows (`phase_field`), how much lithium
a crack holds (`cracks`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lisse.errors import InvalidInput
from lisse.models.resolved.crack_normals import crack_normals, pressure_regions
from lisse.models.resolved.crack_walls import given_to_walls, strongest_around
from lisse.models.resolved.electrolyte_response import Response
from lisse.models.resolved.strain_modes import strain_modes
from lisse.models.resolved.voxel_nodes import corner_nodes, loose_pieces, mean_at_nodes

if TYPE_CHECKING:
    from lisse.models.resolved.electrolyte_solver import BodySolver
    from lisse.numerics.elasticity_stiffness import VoxelStiffness

__all__ = ["ElectrolyteBody", "Response"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
RESIDUAL = 1e-6
"""Stiffness of a cracked voxel over the intact one."""
SKIRT = 5.0
"""Voxels around a cluster over which its pressure fades: 2 ell + h at two voxels to ell."""
_UNBALANCED = 1e-6  # of all forces: what may be left over at the end planes


@dataclass(frozen=True, eq=False)
class _Units:
    """What unit pressure in each cluster does at a damage; columns over all freedoms."""

    damage: Floats
    masks: Sequence[Mask]
    stress: list[Floats]
    load: Floats
    displacement: Floats
    left: Floats


class ElectrolyteBody:
    """An elastic electrolyte on voxels; axis 0 between free end planes, the others periodic.

    Parameters
    ----------
    stiffness : VoxelStiffness
        Of intact voxels; zero in pores.
    spacing : float, m
        Edge of a voxel.
    method : str, optional
        ``"direct"`` (a kept factor, the default in 2-D) or ``"multigrid"`` (the default in 3-D).
    skirt : float, m, optional
        How far around a cluster damaged voxels belong to it, 2 ell + h (above h); five voxels by default.
    push : str
        ``"across"``: lithium pushes on the walls of a crack; ``"all round"``: also along it, as a hydrostatic
        eigenstress would (see `crack_normals` for what that costs).
    residual : float, 1
        Stiffness of a cracked voxel over the intact one.
    tolerance : float, 1
        Of the residual forces over those applied.
    """

    def __init__(
        self,
        stiffness: VoxelStiffness,
        spacing: float,
        method: str | None = None,
        skirt: float | None = None,
        push: str = "across",
        residual: float = RESIDUAL,
        tolerance: float = 1e-8,
    ) -> None:
        if not (math.isfinite(spacing) and spacing > 0):
            raise InvalidInput("spacing", spacing, "the edge of a voxel, above 0 m")
        if method not in (None, "direct", "multigrid"):
            raise InvalidInput("method", method, "'direct', 'multigrid' or None")
        if push not in ("across", "all round"):
            raise InvalidInput("push", push, "'across' or 'all round'")
        if not 0 < residual < 1e-2:
            raise InvalidInput("residual", residual, "above 0 and below 0.01")
        if not stiffness.solid.any():
            raise InvalidInput("stiffness", "voids only", "some solid voxels")
        self.stiffness, self.spacing = stiffness, float(spacing)
        self.skirt = SKIRT * self.spacing if skirt is None else float(skirt)
        if not (math.isfinite(self.skirt) and self.skirt > self.spacing):
            raise InvalidInput("skirt", skirt, f"2 ell + h, above one voxel ({self.spacing:.3g} m)")
        self.push, self.residual, self.tolerance = push, residual, tolerance
        self.method = method or ("direct" if self.dimension == 2 else "multigrid")
        self._damage: Floats | None = None
        self._around: tuple[Mask, list[Mask]] | None = None
        self._last: Floats | None = None
        self._units: _Units | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """Voxels along each axis."""
        return self.stiffness.shape

    @property
    def dimension(self) -> int:
        """2 or 3."""
        return len(self.shape)

    @property
    def periodic(self) -> tuple[bool, ...]:
        """The lateral axes are."""
        return (False,) + (True,) * (self.dimension - 1)

    @property
    def nodes(self) -> tuple[int, ...]:
        """Nodes along each axis; the lateral ones close."""
        return (self.shape[0] + 1, *self.shape[1:])

    def degradation(self, damage: Floats) -> Floats:
        """(nx, ny[, nz]) g(d), stiffness over the intact one, 1."""
        return (1.0 - damage) ** 2 * (1.0 - self.residual) + self.residual

    def respond(
        self,
        damage: ArrayLike,
        traction_low: ArrayLike,
        traction_high: ArrayLike,
        clusters: Sequence[Mask] = (),
        eigenstrain: ArrayLike | None = None,
        start: Response | None = None,
        at: str = "nodes",
    ) -> Response:
        """Displacements of the loads and of unit pressure in every cluster, at a damage.

        Parameters
        ----------
        damage : (nx, ny[, nz]) array, 1
        traction_low, traction_high : (d, ny[, nz]) arrays, Pa
            Force per area that acts on the electrolyte at its end planes: a pressure p is +p along axis 0 on the low
            plane and -p on the high one. Together they balance.
        clusters : sequence of (nx, ny[, nz]) bool arrays
            Cracked voxels that lithium fills, with the pores that it owns (all of each). The skirt is added here.
        eigenstrain : (6, nx, ny[, nz]) array, 1, optional
            Strain without stress, Voigt order.
        start : Response, optional
            Where an iterative solver starts; by default the last response of as many clusters.
        at : str
            ``"nodes"``: tractions at the nodes of the planes; ``"faces"``: on the faces of the voxels.

        Raises
        ------
        InvalidInput
            For tractions that do not balance or pull at a pore, and for clusters that end inside a pore.
        SolveFailed
            When the solver does not reach its tolerance.
        """
        d = self._checked("damage", damage, self.shape)
        if d.min() < 0 or d.max() > 1:
            raise InvalidInput("damage", (float(d.min()), float(d.max())), "between 0 and 1")
        g = self.degradation(d)
        load = self._outer_forces(traction_low, traction_high, g, at)
        strain = None if eigenstrain is None else self._checked("eigenstrain", eigenstrain, (6, *self.shape))
        if strain is not None:
            load += self._nodal(g * self.stiffness.stress(strain))
        kept = self._kept_units(d, clusters)
        cracks = self._crack_stresses(d, clusters) if kept is None else kept.stress
        forces = [self._crack_forces(stress, g) for stress in cracks] if kept is None else []
        loads = np.stack([each.reshape(-1) for each in (load, *forces)], axis=1)
        self._refuse_loose(loads)
        known = self._last if start is None else np.concatenate([start.base[None], start.unit])
        u, left, iterations, residual = self._solved(loads, g, known if kept is None or known is None else known[:1])
        if kept is not None:
            loads, u, left = (
                np.concatenate([own, unit], axis=1)
                for own, unit in ((loads, kept.load), (u, kept.displacement), (left, kept.left))
            )
        masks = [np.array(mask) for mask in clusters] if kept is None else kept.masks
        self._units = _Units(d, masks, cracks, loads[:, 1:], u[:, 1:], left[:, 1:])
        volume = loads[:, 1:].T @ u + u[:, 1:].T @ left  # the second term makes an error of u count twice only
        compliance = volume[:, 1:]
        self._last = fields = np.ascontiguousarray(u.T).reshape(-1, self.dimension, *self.nodes)
        return Response(
            body=self,
            damage=d,
            base=fields[0],
            unit=fields[1:],
            base_volume=volume[:, 0],
            compliance=0.5 * (compliance + compliance.T),
            lithium_stress=cracks,
            eigenstrain=strain,
            load=load,
            iterations=iterations,
            residual=residual,
        )

    def _kept_units(self, damage: Floats, clusters: Sequence[Mask]) -> _Units | None:
        """What unit pressures did the last time, where damage and clusters are still the same."""
        kept = self._units
        if kept is None or len(kept.masks) != len(clusters) or not np.array_equal(kept.damage, damage):
            return None
        same = all(np.array_equal(one, other) for one, other in zip(kept.masks, clusters, strict=True))
        return kept if same and clusters else None

    # ---- loads --------------------------------------------------------------------------------------------------

    def _checked(self, name: str, value: ArrayLike, shape: tuple[int, ...]) -> Floats:
        given = np.array(value, dtype=np.float64)
        if given.shape != shape or not np.all(np.isfinite(given)):
            raise InvalidInput(name, given.shape, f"finite numbers of shape {shape}")
        return given

    def _outer_forces(self, low: ArrayLike, high: ArrayLike, g: Floats, at: str) -> Floats:
        """(d, nodes) forces of the tractions on the end planes, N, what is left over taken off evenly."""
        if at not in ("nodes", "faces"):
            raise InvalidInput("at", at, "'nodes' or 'faces'")
        out = np.zeros((self.dimension, *self.nodes))
        area = self.spacing ** (self.dimension - 1)
        for name, plane, given in (("traction_low", 0, low), ("traction_high", -1, high)):
            traction = self._checked(name, given, (self.dimension, *self.shape[1:]))
            out[:, plane] += area * (
                traction if at == "nodes" else np.stack([mean_at_nodes(part) for part in traction])
            )
        net = out.reshape(self.dimension, -1).sum(axis=1)
        size = float(np.abs(out).sum())
        if np.any(np.abs(net) > _UNBALANCED * size):
            raise InvalidInput(
                "tractions",
                f"a sum of {net.tolist()} N",
                f"sums below {_UNBALANCED:.0e} of all forces ({size:.3g} N)",
                "The two end planes have to bear the same total force",
            )
        for plane in (0, -1):
            out[:, plane] -= 0.5 * net.reshape(-1, *[1] * (self.dimension - 1)) * self._bearing(g, plane)
        return out

    def _bearing(self, g: Floats, plane: int) -> Floats:
        """Share of each node of an end plane in a load that the plane bears as a whole; sums to 1."""
        strong = mean_at_nodes((g * self.stiffness.solid)[plane])
        total = float(strong.sum())
        if total == 0.0:
            raise InvalidInput("stiffness", "an end plane of pores only", "some solid voxels on each end plane")
        out: Floats = strong / total
        return out

    def _crack_stresses(self, damage: Floats, clusters: Sequence[Mask]) -> list[Floats]:
        """Per cluster, (6, nx, ny[, nz]) m A over its voxels and its skirt, and the unit tensor in its pores."""
        for n, mask in enumerate(clusters):
            if np.shape(mask) != self.shape or np.asarray(mask).dtype != np.bool_:
                raise InvalidInput(f"clusters[{n}]", np.shape(mask), f"truth values of shape {self.shape}")
        if not clusters:
            return []
        solid = self.stiffness.solid
        masks = np.stack([np.asarray(mask) for mask in clusters])
        if self._around is None or not np.array_equal(self._around[0], masks):  # the same within a time step
            self._around = masks, pressure_regions(solid, clusters, self.skirt, self.spacing)
        cracked = solid & (damage > 0)
        reached = [(cracked | mask) & region for mask, region in zip(masks, self._around[1], strict=True)]
        everywhere = np.any(reached, axis=0)
        stress = np.zeros((6, *self.shape))
        stress[: self.dimension, everywhere & ~solid] = 1.0
        inside = everywhere & solid
        tensor: Floats = np.zeros((6, 1))
        if self.push == "across":
            tensor = crack_normals(damage, solid, 0.5 * (self.skirt / self.spacing - 1.0), inside)
        else:
            tensor[: self.dimension] = 1.0
        stress[:, inside] = (1.0 - (1.0 - damage[inside]) ** 2) * tensor
        return [np.where(region, stress, 0.0) for region in reached]

    def _crack_forces(self, stress: Floats, g: Floats) -> Floats:
        """(d, nodes) forces of unit pressure in a cluster, N/Pa, without those that push on the electrodes."""
        force = self._nodal(stress)
        strength = strongest_around(g * self.stiffness.solid, self.periodic)
        pushed = force[0, [0, -1]]
        force[0, [0, -1]] = 0.0
        for component in force:
            component[...] = given_to_walls(component, strength, self.periodic)
        force[0, [0, -1]] += pushed
        for plane in (0, -1):
            if force[0, plane].any():
                force[0, plane] = float(force[0, plane].sum()) * self._bearing(g, plane)
        return force

    def _nodal(self, stress: Floats) -> Floats:
        from lisse.numerics.elasticity_solution import nodal_forces

        return nodal_forces(stress, (self.spacing,) * self.dimension, self.periodic)

    def _refuse_loose(self, loads: Floats) -> None:
        """Refuse forces on nodes inside pores, and outer ones on pieces that hang on nothing.

        Lithium pushes evenly on such a piece: the voxels around it are one pore.
        """
        size = np.abs(loads).max(axis=0)
        inside = np.abs(loads[~self._moving]).max(axis=0, initial=0.0)
        if np.any(inside > 1e-9 * size):
            worst = int(np.argmax(inside > 1e-9 * size))
            what = "tractions" if worst == 0 else f"clusters[{worst - 1}]"
            raise InvalidInput(
                what,
                "a force inside a pore",
                "tractions on solid faces, and clusters that own all of a pore or nothing of it",
                "Give a cluster every voxel of each pore that it fills",
            )
        if not self._pieces.any():
            return
        for c, part in enumerate(np.split(loads[:, 0], self.dimension)):
            net = np.bincount(self._pieces, weights=part)
            if np.any(np.abs(net[1:]) > 1e-9 * size[0]):
                raise InvalidInput(
                    "tractions",
                    f"a force along axis {c} on a piece that pores cut off",
                    "loads on the electrolyte's main piece",
                    "Remove loose pieces from the microstructure",
                )

    @cached_property
    def _moving(self) -> NDArray[np.bool_]:
        """(freedoms,) those that belong to a solid voxel."""
        from lisse.numerics.elasticity_multigrid import to_nodes

        near = to_nodes(self.stiffness.solid.astype(np.int8), self.periodic) > 0
        return np.tile(near.reshape(-1), self.dimension)

    @cached_property
    def corners(self) -> NDArray[np.int64]:
        """(voxels, 2^d) nodes of each voxel in binary order (last axis fastest)."""
        return corner_nodes(self.shape)

    @cached_property
    def _pieces(self) -> NDArray[np.int64]:
        return loose_pieces(self.corners[self.stiffness.solid.reshape(-1)], math.prod(self.nodes))

    # ---- solving ------------------------------------------------------------------------------------------------

    @cached_property
    def _solver(self) -> BodySolver:
        from lisse.models.resolved.electrolyte_solver import KeptCycle, KeptFactor
        from lisse.numerics.elasticity_multigrid import Grid

        widths = tuple(np.full(n, self.spacing) for n in self.shape)
        fixed = np.zeros((self.dimension, math.prod(self.nodes)), dtype=bool)
        grid = Grid(self.shape, widths, self.periodic, self.stiffness.coefficients(), fixed, False, np.float64)
        made: Any = KeptFactor if self.method == "direct" else KeptCycle
        solver: BodySolver = made(grid, self._moving)
        return solver

    def _solved(self, loads: Floats, g: Floats, known: Floats | None) -> tuple[Floats, Floats, int, float]:
        if self._damage is None or not np.array_equal(g, self._damage):
            self._damage = None  # so that a failure leaves nothing that looks like a factor of it
            self._solver.set_degradation(g.reshape(-1))
            self._damage = g
        first = np.zeros_like(loads)
        if known is not None and known.size == loads.size:
            first = known.reshape(loads.shape[1], -1).T
        u, left, iterations, residual = self._solver.solve(loads, first, self.tolerance)
        mass = self._spread(g * self.stiffness.solid)
        wide = u.reshape(self.dimension, -1, u.shape[1])
        wide -= np.einsum("n,cnk->ck", mass, wide)[:, None]
        wide[:, ~self._moving[: wide.shape[1]]] = 0.0
        return u, left, iterations, residual

    def _spread(self, field: Floats) -> Floats:
        """(nodes,) share of each node in a voxel field; sums to 1."""
        from lisse.numerics.elasticity_multigrid import to_nodes

        near = to_nodes(field, self.periodic).reshape(-1)
        out: Floats = near / near.sum()
        return out

    # ---- strain -------------------------------------------------------------------------------------------------

    def mode_strains(self, displacement: Floats) -> list[tuple[float, Floats]]:
        """Weight and (6, voxels) strain of each mode of the element; the first is that at the centre."""
        values = displacement.reshape(self.dimension, -1)[:, self.corners]  # (d, voxels, corners)
        wide: Floats = values.transpose(0, 2, 1).reshape(-1, values.shape[1])
        return [(weight, matrix @ wide) for weight, matrix in self._modes]

    @cached_property
    def _modes(self) -> list[tuple[float, Floats]]:
        return strain_modes(self.dimension, self.spacing)

    @cached_property
    def bulk_modulus(self) -> Floats:
        """(nx, ny[, nz]) bulk modulus of intact voxels under uniform strain, Pa."""
        swelling = np.array([1.0, 1.0, 1.0, 0.0, 0.0, 0.0])
        out: Floats = self.stiffness.stress(swelling)[:3].mean(axis=0) / 3.0
        return out
