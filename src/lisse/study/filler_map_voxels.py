"""Points of a design map on voxels: the same shape, loading and interface resistance, solved instead of estimated.

The gain depends on size and resistance only through their ratio, so that three boxes for each loading and ratio of the
bulks (resistance a third of the critical one, critical, and three times it) check the whole map.

Spheres, and fibres across the current, lie at random in a periodic box; where two touch, the ions cross two interfaces.
Grains and fibres along the current are blocks in a regular array, with flat faces that voxels represent exactly.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from lisse.microstructure import Volume
    from lisse.study.filler_map import FillerMapSettings

__all__ = ["VoxelPoint", "voxel_points"]

_FACTORS = (1 / 3, 1.0, 3.0)
_ACROSS = {2: 16, 3: 12}  # voxels across one particle, by dimension
_BLOCKS = ("grains", "fibres-along")


@dataclass(frozen=True)
class VoxelPoint:
    """One point solved on voxels.

    Attributes
    ----------
    ratio, loading : float, 1
        The loading asked for.
    fraction : float, 1
        That of the voxels.
    size : float, m
    resistance : float, ohm m2
    gain : float, 1
        sigma_eff/sigma_m of the voxels.
    formula : tuple of two floats, 1
        Lower and upper gain of the formula at `fraction`.
    """

    ratio: float
    loading: float
    fraction: float
    size: float
    resistance: float
    gain: float
    formula: tuple[float, float]


def voxel_points(
    settings: FillerMapSettings,
    formula: Callable[..., tuple[Any, Any]],
    critical: Callable[..., Any],
) -> tuple[VoxelPoint, ...]:
    """Solve the points of a map.

    Parameters
    ----------
    settings : FillerMapSettings
        With voxels.
    formula, critical : functions
        `gain_by_formula` and `critical_resistance` of the map.
    """
    found = []
    for loading in settings.loadings:
        volume, across = _structure(settings, loading)
        fraction = volume.phase_fractions()["filler"]
        for ratio in settings.ratios:
            for size, resistance in _places(settings, ratio, critical):
                scaled = replace(volume, voxel_size=(2.0 * size / across,) * volume.dimensions)
                values: dict[str | int, float] = {"polymer": settings.matrix, "filler": settings.matrix * ratio}
                solve = _blocks if settings.shape in _BLOCKS else _at_random
                gain = solve(scaled, values, resistance) / settings.matrix
                said = tuple(float(g) for g in formula(settings, ratio, fraction, resistance, size))
                found.append(VoxelPoint(ratio, loading, fraction, size, resistance, gain, (said[0], said[1])))
    return tuple(found)


def _at_random(volume: Volume, values: dict[str | int, float], resistance: float) -> float:
    """S/m. Mean over the axes, with the interface resistance per true area."""
    from lisse.microstructure.composite_transport import composite_conductivity

    pair: dict[tuple[str | int, str | int], float] = {("polymer", "filler"): resistance}
    return composite_conductivity(volume, values, None, pair, {"filler": 2.0 * resistance}).value


def _blocks(volume: Volume, values: dict[str | int, float], resistance: float) -> float:
    """S/m. Along x; the planes half way between blocks are of equal potential by symmetry, so they can be the ends."""
    from lisse.microstructure import effective_conductivity

    return float(effective_conductivity(volume, values, 0, resistance, sides="periodic", tolerance=1e-7).value)


def _places(settings: FillerMapSettings, ratio: float, critical: Callable[..., Any]) -> list[tuple[float, float]]:
    """Size and resistance of the points: around the critical line where it runs through the middle of the map."""
    sizes = np.geomspace(*settings.sizes, 401)
    lines = np.asarray(critical(settings, ratio, sizes))
    low, high = settings.resistances
    inside = (lines > low) & (lines < high)
    if not inside.any():  # also a filler no better than the polymer
        return []
    places = []
    for part, factor in zip((0.25, 0.5, 0.75), _FACTORS, strict=True):
        size = float(np.quantile(sizes[inside], part, method="nearest"))
        places.append((size, factor * float(critical(settings, ratio, np.array(size)))))
    return places


def _structure(settings: FillerMapSettings, loading: float) -> tuple[Volume, float]:
    """A periodic box of unit voxels, and the voxels across one particle."""
    from lisse.microstructure.generate import spheres

    n, phases = settings.voxels, ("polymer", "filler")
    if settings.shape in ("spheres", "fibres-across"):
        dimensions = 3 if settings.shape == "spheres" else 2
        across = min(_ACROSS[dimensions], n // 3)
        box = (float(n),) * dimensions
        made = spheres(box, 1.0, loading, float(across), periodic=True, phases=phases, seed=settings.seed)
        return made.volume, made.statistics["diameter"].reached
    if settings.shape == "grains":
        layer = max(1, round(0.5 * n * (1 - loading ** (1 / 3))))  # on either side
        edge = n - 2 * layer
        return _block((n, n, n), (edge,) * 3), float(edge)
    across = 4
    length = max(across, round(across * settings.slenderness))
    gap = _gap(loading, across, length)
    return _block((length + gap, across + gap, across + gap), (length, across, across)), float(across)


def _gap(loading: float, across: int, length: int) -> int:
    """Voxels between a fibre and its images, the same and even in all directions, that come closest to a loading."""
    gaps = np.arange(2, 200, 2)
    shares = length * across**2 / ((length + gaps) * (across + gaps) ** 2)
    return int(gaps[np.argmin(np.abs(np.log(shares / loading)))])


def _block(box: tuple[int, int, int], block: tuple[int, int, int]) -> Volume:
    from lisse.microstructure import Volume

    labels = np.ones(box, dtype=np.uint8)
    start = [(whole - part) // 2 for whole, part in zip(box, block, strict=True)]
    labels[tuple(slice(low, low + part) for low, part in zip(start, block, strict=True))] = 2
    return Volume(labels, 1.0, {1: "polymer", 2: "filler"}, grains=labels.astype(np.int32))
