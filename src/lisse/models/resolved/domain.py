"""The electrolyte as the resolved model sees it: what every voxel is, conducts and bears, and where its flaws are.

Axis 0 runs through the electrolyte, from the working electrode (low end) to the counter electrode (high end); the other
axes are lateral and periodic. Voxels are squares (per metre of depth) or cubes. What belongs here: numbers on voxels
that do not change in a run. What does not: fields, time, and how a volume is made (`lisse.microstructure`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from lisse.errors import InvalidInput
from lisse.materials import Material
from lisse.materials.property import definition
from lisse.microstructure import Volume
from lisse.numerics.components import label_components

__all__ = ["CRACK", "ELECTROLYTE", "LITHIUM", "PORE", "ROLES", "Domain", "build_domain", "check_phases", "role_of"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

PORE, ELECTROLYTE, LITHIUM, CRACK = 0, 1, 2, 3
ROLES: Mapping[str, int] = {"pore": PORE, "electrolyte": ELECTROLYTE, "lithium": LITHIUM, "crack": CRACK}
"""What a voxel can be: nothing; a solid that conducts ions; metal; solid that is cracked from the start."""
_NAMES = {
    "pore": PORE,
    "pores": PORE,
    "void": PORE,
    "scratch": PORE,
    "electrolyte": ELECTROLYTE,
    "lithium": LITHIUM,
    "crack": CRACK,
}
_CUBE = 1e-6  # relative difference of the edges of a voxel that still counts as a cube


@dataclass(frozen=True, eq=False)
class Domain:
    """An electrolyte on voxels.

    Attributes
    ----------
    volume : Volume
        Labels and grains.
    role : (nx, ny[, nz]) array of int8
        A value of `ROLES`.
    conductivity : (nx, ny[, nz]) array, S/m
        Ionic; 0 in pores and lithium.
    youngs_modulus, poisson_ratio : (nx, ny[, nz]) arrays, Pa and 1
        Of solids; 0 in pores and in lithium, which bear nothing here.
    toughness : (nx, ny[, nz]) array, J/m2
        Fracture energy G_c that the phase field takes, lowered at grain boundaries; 0 where nothing can crack.
    boundary_resistance : float, ohm m2
        Of every face between two grains.
    """

    volume: Volume
    role: NDArray[np.int8]
    conductivity: Floats
    youngs_modulus: Floats
    poisson_ratio: Floats
    toughness: Floats
    boundary_resistance: float

    @property
    def voxel(self) -> float:
        """m. Edge of a voxel."""
        return float(self.volume.voxel_size[0])

    @property
    def shape(self) -> tuple[int, ...]:
        """Voxels along each axis."""
        return tuple(self.role.shape)

    @property
    def lateral(self) -> tuple[int, ...]:
        """Voxels along the lateral axes."""
        return self.shape[1:]

    @property
    def dimension(self) -> int:
        """2 or 3."""
        return self.role.ndim

    @property
    def face_area(self) -> float:
        """m2, or m per metre of depth."""
        return self.voxel ** (self.dimension - 1)

    @property
    def cell_volume(self) -> float:
        """m3, or m2 per metre of depth."""
        return self.voxel**self.dimension

    @property
    def area(self) -> float:
        """m2, or m. Of the cell: that of one end plane."""
        return self.face_area * math.prod(self.lateral)

    @property
    def thickness(self) -> float:
        """m. Of the electrolyte."""
        return self.voxel * self.shape[0]

    @property
    def periodic(self) -> tuple[bool, ...]:
        """The lateral axes are."""
        return (False, *(True for _ in self.lateral))

    @cached_property
    def solid(self) -> Mask:
        """Voxels that can carry stress: electrolyte, also where it is cracked."""
        return np.asarray((self.role == ELECTROLYTE) | (self.role == CRACK))

    @cached_property
    def pore_depth(self) -> Floats:
        """m. (2, lateral) depth of the pores that open to each electrode; 0 where there is none."""
        empty = np.stack([self.role == PORE, (self.role == PORE)[::-1]])
        return np.asarray(self.voxel * np.logical_and.accumulate(empty, axis=1).sum(axis=1))

    @cached_property
    def initial_damage(self) -> Floats:
        """1. One in cracks that are there from the start."""
        return np.where(self.role == CRACK, 1.0, 0.0)

    @cached_property
    def metal(self) -> tuple[Mask, Mask]:
        """Lithium voxels of the grid that hang together with the working and with the counter electrode."""
        labels, _ = label_components(self.role == LITHIUM, self.periodic)
        working, counter = (np.isin(labels, plane[plane > 0]) for plane in (labels[0], labels[-1]))
        return working, counter

    @cached_property
    def bulk_faces(self) -> tuple[Floats, ...]:
        """S, or S/m. Conductance of every intact face (see `numerics.conduction.face_conductances`)."""
        from lisse.numerics.conduction import face_conductances

        grains = self.volume.grains
        several = self.boundary_resistance > 0.0 and grains is not None
        return face_conductances(
            self.conductivity,
            (self.voxel,) * self.dimension,
            self.boundary_resistance if several else None,
            grains if several else None,
            self.periodic,
        )

    @cached_property
    def boundary(self) -> Mask:
        """Solid voxels on either side of a face between two grains."""
        return boundary_band(self.volume.grains, self.solid)


def boundary_band(grains: NDArray[np.integer] | None, solid: Mask) -> Mask:
    """Solid voxels that share a face with a voxel of another grain; lateral axes are periodic."""
    band = np.zeros(solid.shape, dtype=bool)
    if grains is None:
        return band
    for axis in range(solid.ndim):
        other, there = np.roll(grains, -1, axis), np.roll(solid, -1, axis)
        meets = solid & there & (grains != other) & (grains > 0) & (other > 0)
        if axis == 0:
            meets[-1] = False
        band |= meets | np.roll(meets, 1, axis)
    return band


def role_of(name: str, given: Mapping[str, str]) -> int | None:
    """Role of a phase by its name, or ``None`` where it has to be given a material."""
    word = given.get(name, name)
    return _NAMES.get(word)


@dataclass(frozen=True)
class Solid:
    """What one conducting phase is made of, at one temperature.

    Attributes
    ----------
    conductivity : float, S/m
    youngs_modulus : float, Pa
    poisson_ratio : float, 1
    fracture_energy : float, J/m2
        G_c = K_IC^2 (1 - nu^2)/E.
    """

    conductivity: float
    youngs_modulus: float
    poisson_ratio: float
    fracture_energy: float

    @classmethod
    def of(cls, material: Material, temperature: float) -> Solid:
        """From the properties of a material.

        Raises
        ------
        MissingValue
            Where one is not known.
        InvalidInput
            Where a law gives no number that is possible.
        """
        names = ("ionic_conductivity", "youngs_modulus", "poisson_ratio", "fracture_toughness")
        for name in names:
            definition(name).check(material.value(name, temperature), f"{name} of {material.name}")
        conductivity, modulus, ratio, toughness = (material.value(name, temperature) for name in names)
        return cls(
            conductivity=conductivity,
            youngs_modulus=modulus,
            poisson_ratio=ratio,
            fracture_energy=toughness**2 * (1.0 - ratio**2) / modulus,
        )


def check_phases(volume: Volume, solids: Mapping[str, Solid], roles: Mapping[str, str]) -> None:
    """Refuse a phase with voxels that has neither a role nor a material.

    Raises
    ------
    InvalidInput
    """
    for label, name in volume.phases.items():
        role = role_of(name, roles)
        known = role in (PORE, LITHIUM) or (name if role is None else "electrolyte") in solids or name in solids
        if not known and (np.asarray(volume.labels) == label).any():
            allowed = f"one of {', '.join(ROLES)}, or a phase with a material"
            raise InvalidInput(f"phase {name!r}", None, allowed, "Say in model.resolved.phases what it is")


def build_domain(
    volume: Volume,
    solids: Mapping[str, Solid],
    roles: Mapping[str, str] | None = None,
    *,
    boundary_resistance: float = 0.0,
    boundary_toughness: float = 1.0,
    boundary_softening: float = 1.0,
) -> Domain:
    """Numbers on voxels from a volume and what its phases are made of.

    Parameters
    ----------
    volume : Volume
        Axis 0 runs from the working to the counter electrode.
    solids : mapping of phase name to Solid
        One per conducting phase. A crack is of the solid named ``"electrolyte"`` unless it is given its own.
    roles : mapping of phase name to the name of a role, optional
        For phases that are not called by a role.
    boundary_resistance : float, ohm m2
        Of every face between two grains.
    boundary_toughness : float, 1
        Fracture energy of the voxels along grain boundaries over that of the grain, as the phase field takes it (see
        `fracture_calibration` for the energy that a crack then needs).
    boundary_softening : float, 1
        Young's modulus of those voxels over that of the grain.

    Raises
    ------
    InvalidInput
        For voxels that are not cubes, phases without a role or material, and a volume without electrolyte.
    """
    check_phases(volume, solids, roles or {})
    sizes = volume.voxel_size
    if max(sizes) - min(sizes) > _CUBE * max(sizes):
        raise InvalidInput("voxel size", sizes, "voxels with equal edges", "Resample the volume to cubes first")
    labels = np.asarray(volume.labels)
    role = np.full(labels.shape, PORE, dtype=np.int8)
    fields = {name: np.zeros(labels.shape) for name in ("conductivity", "modulus", "ratio", "energy")}
    for label, name in volume.phases.items():
        here = labels == label
        if not here.any():
            continue
        found = role_of(name, roles or {})
        if found in (PORE, LITHIUM):
            role[here] = found
            continue
        solid = solids[name] if name in solids else solids["electrolyte"]
        role[here] = ELECTROLYTE if found is None else found
        fields["conductivity"][here] = solid.conductivity
        fields["modulus"][here], fields["ratio"][here] = solid.youngs_modulus, solid.poisson_ratio
        fields["energy"][here] = solid.fracture_energy
    if not (role == ELECTROLYTE).any():
        raise InvalidInput("microstructure", sorted(volume.phases.values()), "some electrolyte")
    solid_voxels = (role == ELECTROLYTE) | (role == CRACK)
    band = boundary_band(volume.grains, solid_voxels)
    fields["energy"][band] *= boundary_toughness
    fields["modulus"][band] *= boundary_softening
    return Domain(
        volume=volume,
        role=role,
        conductivity=fields["conductivity"],
        youngs_modulus=fields["modulus"],
        poisson_ratio=fields["ratio"],
        toughness=fields["energy"],
        boundary_resistance=boundary_resistance,
    )
