"""The laws of both interfaces on lateral maps: those of the lumped model, column by column.

Kinetics, films, contact and interphases are the laws of `lisse.models.lumped` for one temperature; a map says where an
interface departs from them: contaminated patches, which no current passes, and a log-normal scatter of the exchange
current and of the diffusional closure from column to column, drawn by the seed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lisse.cell import Cell, LithiumElectrode
from lisse.models.inputs import at_temperature
from lisse.models.lumped.equations import Equations, Side, build_equations
from lisse.models.resolved.domain import Domain

__all__ = ["Laws", "Surface", "build_laws", "patch_mask"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
BLOCKED = 1e-9
"""Share of true contact on a contaminated patch."""


@dataclass(frozen=True, eq=False)
class Surface:
    """One interface of metal and electrolyte, seen from the side.

    Attributes
    ----------
    side : Side
        The laws of the lumped model.
    clean : lateral array, 1
        Share of each column that may be in contact; close to 0 on a patch.
    exchange : lateral array, 1
        Exchange current density over that of the interface.
    closure : lateral array, 1
        Diffusional closure of voids over that of the interface.
    """

    side: Side
    clean: Floats
    exchange: Floats
    closure: Floats


@dataclass(frozen=True, eq=False)
class Laws:
    """Everything about the interfaces and electrodes at one temperature.

    Attributes
    ----------
    equations : Equations
        Of the lumped model, for the same cell.
    surfaces : tuple of Surface or None
        Working and counter; ``None`` at a cathode.
    temperature : float, K
    """

    equations: Equations
    surfaces: tuple[Surface | None, Surface | None]
    temperature: float

    @property
    def volume_per_charge(self) -> float:
        """m3/C. Metal per charge, V/F."""
        return self.equations.sides[0].contact.volume_per_charge

    @property
    def metal(self) -> tuple[tuple[int, Surface], ...]:
        """The sides that are metal, with their place."""
        return tuple((place, surface) for place, surface in enumerate(self.surfaces) if surface is not None)


def build_laws(
    cell: Cell, domain: Domain, temperature: float, *, patch_size: float | None, scatter: float, seed: int | None
) -> Laws:
    """The laws of a cell's interfaces on the end planes of a domain.

    Parameters
    ----------
    cell : Cell
    domain : Domain
    temperature : float, K
    patch_size : float or None, m
        Size of the contaminated patches that the interface's contamination gathers in; ``None`` spreads it evenly.
    scatter : float, 1
        Standard deviation of the logarithm of exchange current and closure from column to column.
    seed : int or None
        Of patches and scatter; ``None`` counts as 0.
    """
    equations = build_equations(at_temperature(cell, temperature), 1, None)
    surfaces: list[Surface | None] = []
    for place, side in enumerate(equations.sides):
        if side is None or not isinstance((cell.working, cell.counter)[place], LithiumElectrode):
            surfaces.append(None)
            continue
        random = np.random.default_rng([0 if seed is None else seed, place])
        shape = domain.lateral
        clean = np.full(shape, side.clean)
        if patch_size is not None and cell.interface.contamination > 0.0:
            patches = patch_mask(shape, cell.interface.contamination, patch_size / domain.voxel, random)
            clean = np.where(patches, BLOCKED, 1.0)
        maps = [_scattered(shape, scatter, random) for _ in range(2)]
        surfaces.append(Surface(side, clean, maps[0], maps[1]))
    return Laws(equations, (surfaces[0], surfaces[1]), temperature)


def _scattered(shape: tuple[int, ...], scatter: float, random: np.random.Generator) -> Floats:
    """1. Log-normal around a mean of 1."""
    if scatter == 0.0:
        return np.ones(shape)
    return np.asarray(np.exp(scatter * random.standard_normal(shape) - 0.5 * scatter**2))


def patch_mask(shape: tuple[int, ...], share: float, size: float, random: np.random.Generator) -> Mask:
    """Blobs that cover a share of a periodic plane.

    The largest values of smoothed white noise; the width of the smoothing is a quarter of the size of a patch.

    Parameters
    ----------
    shape : tuple of int
        Lateral voxels.
    share : float, 1
    size : float, voxels
        Of a patch across.
    random : Generator
    """
    noise = np.fft.fftn(random.standard_normal(shape))
    for axis, count in enumerate(shape):
        waves = np.fft.fftfreq(count)
        damping = np.exp(-2.0 * (math.pi * waves * 0.25 * size) ** 2)
        noise *= damping.reshape([-1 if a == axis else 1 for a in range(len(shape))])
    smooth = np.real(np.fft.ifftn(noise))
    covered = round(share * smooth.size)
    found = np.zeros(smooth.size, dtype=bool)
    found[np.argsort(smooth.reshape(-1), kind="stable")[smooth.size - covered :]] = True
    return found.reshape(shape)
