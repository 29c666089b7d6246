"""From a cell and the settings of the model to the physics on its voxels, and to the cell before its first step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lisse.cell import Cell, LithiumElectrode
from lisse.materials import Material
from lisse.models.base import cell_numbers
from lisse.models.contact import contact_as_formed
from lisse.models.resolved.cell_step import CellStep
from lisse.models.resolved.clusters import CRACKED, find_clusters
from lisse.models.resolved.cracks import Cracks
from lisse.models.resolved.crystal_stiffness import crystal_stiffness, cubic_constants, isotropic_stiffness
from lisse.models.resolved.domain import Domain
from lisse.models.resolved.electrodes import Electrodes
from lisse.models.resolved.electrolyte_body import ElectrolyteBody
from lisse.models.resolved.internal import InternalDeposition, deposition_threshold, electronic_conductivity
from lisse.models.resolved.laws import build_laws
from lisse.models.resolved.lithium_body import LithiumBody, graded_layers
from lisse.models.resolved.phase_field import PhaseField
from lisse.models.resolved.state import State

if TYPE_CHECKING:
    from lisse.models.resolved.model import Resolved

__all__ = ["cell_step", "formed", "planes", "unfed"]


def cell_step(model: Resolved, cell: Cell, domain: Domain, temperature: float, seed: int | None) -> CellStep:
    """The physics of a domain at a temperature (K)."""
    laws = build_laws(cell, domain, temperature, patch_size=model.patch_size, scatter=model.scatter, seed=seed)
    bodies = [_body(model, cell, domain, temperature, place) for place in (0, 1)]
    electrodes = Electrodes(np.stack([domain.solid[0], domain.solid[-1]]), bodies, domain.pore_depth)
    return CellStep(
        domain,
        laws,
        electrodes,
        _cracks(model, cell, domain, temperature),
        model.tolerance,
        model.surface_diffusion,
        _internal(model, cell, domain, temperature, laws.volume_per_charge),
    )


def planes(domain: Domain) -> NDArray[np.float64]:
    """m. Middles of the planes of voxels, from the working electrode."""
    return np.asarray((np.arange(domain.shape[0]) + 0.5) * domain.voxel)


def _materials(model: Resolved, cell: Cell) -> tuple[dict[str, Material], dict[str, str]]:
    """Materials and roles of the phases that have one."""
    given = dict(model.phases or {})
    materials = {name: made for name, made in given.items() if isinstance(made, Material)}
    roles = {name: role for name, role in given.items() if isinstance(role, str)}
    return {"electrolyte": cell.electrolyte.material} | materials, roles


def _internal(
    model: Resolved, cell: Cell, domain: Domain, temperature: float, volume_per_charge: float
) -> InternalDeposition | None:
    """Electrons and what they deposit inside, or ``None`` without."""
    if not model.internal_deposition:
        return None
    electrons = electronic_conductivity(
        domain, *_materials(model, cell), temperature, model.boundary_electronic_conductivity
    )
    return InternalDeposition(domain, electrons, deposition_threshold(cell, temperature), volume_per_charge)


def _body(model: Resolved, cell: Cell, domain: Domain, temperature: float, place: int) -> LithiumBody | None:
    """The metal of one side, or ``None`` for a fluid or a cathode."""
    electrode = (cell.working, cell.counter)[place]
    if model.lithium == "fluid" or not isinstance(electrode, LithiumElectrode):
        return None
    numbers = cell_numbers(cell, temperature, place)
    material = electrode.material
    ratio = material.value("poisson_ratio", temperature)
    return LithiumBody(
        domain.lateral,
        domain.voxel,
        graded_layers(electrode.thickness, min(domain.voxel, electrode.thickness / 4)),
        material.value("youngs_modulus", temperature),
        ratio,
        numbers.creep_prefactor,
        numbers.creep_exponent,
        adhesion_strength=cell.interface.adhesion_strength,
        outward=(-1, 1)[place],
    )


def _cracks(model: Resolved, cell: Cell, domain: Domain, temperature: float) -> Cracks | None:
    """Fracture, or ``None`` without."""
    if not model.fracture:
        return None
    length = model.length_scale * domain.voxel
    if model.crystal_elasticity:
        constants = cubic_constants(domain, *_materials(model, cell), temperature)
        stiffness = crystal_stiffness(domain, constants, model.boundary_softening)
    else:
        stiffness = isotropic_stiffness(domain)
    body = ElectrolyteBody(stiffness, domain.voxel, skirt=2.0 * length + domain.voxel, push="across")
    return Cracks(domain, body, PhaseField(domain.toughness, length, domain.voxel))


def formed(cell: Cell, physics: CellStep) -> State:
    """The cell before the first step."""
    stack, domain = cell.stack, physics.domain
    contact = contact_as_formed(stack.forming_pressure, stack.pressure, cell.interface.contact_hardness)
    counter = cell.counter.thickness if isinstance(cell.counter, LithiumElectrode) else np.nan
    film = np.zeros(2)
    for place, surface in physics.laws.metal:
        if surface.side.interphase is not None:
            film[place] = surface.side.interphase.initial_thickness
    damage = domain.initial_damage if physics.cracks is None else physics.cracks.settled(domain.initial_damage)
    clusters = find_clusters(domain, damage, ())
    return State(
        time=0.0,
        charge=0.0,
        stack_pressure=stack.pressure,
        void_height=physics.columns.initial_height(float(contact)),
        contact_pressure=physics.electrodes.even(stack.pressure),
        metal=physics.electrodes.start(stack.pressure),
        damage=damage,
        clusters=clusters,
        cluster_pressure=np.zeros(len(clusters)),
        metal_height=np.array([cell.working.thickness, counter]),
        film=film,
        loose=np.zeros(domain.shape, dtype=bool),
        deposit=None if physics.internal is None else physics.internal.empty(),
    )


def unfed(physics: CellStep) -> list[str]:
    """What to tell of flaws that no electrode feeds, such as those that begin under a pore of the surface."""
    cracked = physics.domain.initial_damage >= CRACKED
    fed = np.zeros_like(cracked)
    for cluster in find_clusters(physics.domain, physics.domain.initial_damage, ()):
        fed |= cluster.crack
    empty = int(np.count_nonzero(cracked & ~fed))
    return [f"flaws: {empty} cracked voxels meet no electrode and stay empty of lithium"] if empty else []
