"""Electrolytes on voxels between two metals, for tests of the resolved charge balance."""

from __future__ import annotations

from typing import Any

import numpy as np

from lisse.models.resolved.charge import ChargeBalance, Faces
from lisse.numerics.conduction import face_conductances

__all__ = ["area_of", "between_planes", "charge_faces", "polycrystal"]


def area_of(shape: tuple[int, ...], edge: float) -> float:
    """m2, or m. Of one end plane."""
    return float(edge ** (len(shape) - 1) * np.prod(shape[1:]))


def charge_faces(conductivity: np.ndarray, edge: float, **law: Any) -> Faces:
    """Metal on both end planes, wherever the end voxel conducts; the numbers of `law` replace the defaults."""
    number = np.arange(conductivity.size).reshape(conductivity.shape)
    ends = [number[end][conductivity[end] > 0.0] for end in (0, -1)]
    cell = np.concatenate(ends)
    given: dict[str, Any] = {
        "cell": cell,
        "electrode": np.repeat([0, 1], [len(one) for one in ends]),
        "area": edge ** (conductivity.ndim - 1),
        "half": 0.5 * edge / conductivity.reshape(-1)[cell],
        "film": 2e-3,
        "exchange": 10.0,
        "shift": 0.0,
        "contact": 1.0,
    }
    return Faces(**(given | law))


def between_planes(
    conductivity: np.ndarray, edge: float, resistance: float = 0.0, grains: Any = None, **law: Any
) -> tuple[ChargeBalance, Faces]:
    """The balance of an electrolyte with metal on both end planes."""
    periodic = (False, *(True for _ in conductivity.shape[1:]))
    some = resistance if grains is not None else None
    between = face_conductances(conductivity, (edge,) * conductivity.ndim, some, grains, periodic)
    return ChargeBalance(between, edge), charge_faces(conductivity, edge, **law)


def polycrystal(shape: tuple[int, ...], seed: int = 0, pores: float = 0.03) -> np.ndarray:
    """S/m. A conductivity of 0.05 S/m that varies by a third from voxel to voxel, with pores."""
    random = np.random.default_rng(seed)
    values = 0.05 * np.exp(0.3 * random.standard_normal(shape))
    return np.where(random.random(shape) < pores, 0.0, values)
