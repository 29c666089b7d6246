"""Electrolytes with cracks, for the tests of the resolved model's fracture."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lisse.models.resolved.electrolyte_body import ElectrolyteBody
from lisse.models.resolved.phase_field import PhaseField
from lisse.numerics.elasticity_stiffness import VoxelStiffness
from lisse.numerics.elasticity_tensor import isotropic_stiffness

MODULUS, POISSON, VOXEL = 150e9, 0.26, 0.5e-6
PLANE = MODULUS / (1 - POISSON**2)
TOUGHNESS = 1e12 / PLANE  # K_IC of 1 MPa m^0.5
MATRIX = isotropic_stiffness(MODULUS, POISSON)
EDGE = 1.1215

Floats = NDArray[np.float64]


def uniform_body(shape: Sequence[int], pores: NDArray[np.bool_] | None = None, **options: object) -> ElectrolyteBody:
    index = np.zeros(tuple(shape), int) if pores is None else pores.astype(int)
    stiffness = VoxelStiffness.of_materials(index, [MATRIX, np.zeros((6, 6))])
    return ElectrolyteBody(stiffness, VOXEL, **options)  # type: ignore[arg-type]


def uniform_field(shape: Sequence[int], length: float = 2.0) -> PhaseField:
    return PhaseField(np.full(tuple(shape), TOUGHNESS), length * VOXEL, VOXEL)


def free(body: ElectrolyteBody) -> Floats:
    """No traction on an end plane."""
    return np.zeros((body.dimension, *body.shape[1:]))


def squeezed(body: ElectrolyteBody, pressure: float) -> tuple[Floats, Floats]:
    """Tractions of a stack pressure on the low and the high end plane."""
    low = free(body)
    low[0] = pressure
    return low, -low


def straight_crack(size: int, length: int, where: str) -> Floats:
    """1 in a crack of `length` voxels from the low end plane, or of twice that in the middle, across axis 0."""
    out = np.zeros((size, size))
    if where == "edge":
        out[:length, size // 2] = 1
    else:
        out[size // 2, size // 2 - length : size // 2 + length] = 1
    return out


def griffith(length: int, where: str) -> tuple[float, float]:
    """Pressure (Pa) at which such a crack grows in a large plate, and its volume (m2) at that pressure."""
    factor, tips = (EDGE, 1) if where == "edge" else (1.0, 2)
    a = length * VOXEL
    pressure = math.sqrt(PLANE * TOUGHNESS / (math.pi * a)) / factor
    return pressure, tips * factor**2 * math.pi * a**2 * pressure / PLANE


def driven(
    body: ElectrolyteBody, crack: Floats, volumes: Sequence[float], tolerance: float = 1e-3
) -> list[tuple[float, float, float]]:
    """Pressure, compliance and crack energy at each volume (m2) of lithium, which is forced in step by step."""
    field = uniform_field(body.shape)
    before, damage = crack, field.advance(np.zeros(body.shape), crack)
    out = []
    for volume in volumes:
        for _ in range(100):
            response = body.respond(damage, free(body), free(body), [damage >= 0.95])
            pressure = (volume - response.base_volume[0]) / response.compliance[0, 0]
            wanted = field.advance(response.strain_energy([pressure]), before)
            change = float(np.abs(wanted - damage).max())
            if change < tolerance:
                break
            damage = np.clip(damage + 1.4 * (wanted - damage), before, 1.0)
        assert change < tolerance
        before = damage
        out.append((pressure, float(response.compliance[0, 0]), field.energy(damage)))
    return out
