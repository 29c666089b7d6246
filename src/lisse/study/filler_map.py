"""Which interface resistance, and which desolvation barrier, makes a filler help: the design map.

Gain over the polymer, sigma_eff/sigma_m, over particle size and interface resistance, for several loadings and ratios
of the bulk conductivities, by the formula of the shape; at chosen points also by voxels (`filler_map_voxels`). The
picture is drawn in `lisse.report.filler_map_figure`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lisse import theory
from lisse.errors import InvalidInput, suggest
from lisse.study.filler_map_voxels import VoxelPoint, voxel_points

__all__ = ["FILLER_SHAPES", "FillerMap", "FillerMapSettings", "filler_map"]

Array = NDArray[np.float64]

FILLER_SHAPES: Mapping[str, str] = MappingProxyType(
    {
        "spheres": "radius of the spheres",
        "fibres-across": "radius of the fibres",
        "fibres-along": "radius of the fibres",
        "grains": "half size of the grains",
    }
)
"""Shapes by name, and what the size on the map is: long fibres across the current, shorter ones along it, and ceramic
grains in layers of polymer (polymer in ceramic)."""


@dataclass(frozen=True)
class FillerMapSettings:
    """What a design map is drawn of.

    Attributes
    ----------
    shape : str
        A name of `FILLER_SHAPES`.
    matrix : float, S/m
        Conductivity of the polymer; where only its cations enter the filler, theirs.
    ratios : tuple of float, 1
        Conductivity of the filler over that of the polymer.
    loadings : tuple of float, 1
        Volume fractions of the filler.
    sizes : tuple of two floats, m
        Smallest and largest size; see `FILLER_SHAPES` for what it is.
    resistances : tuple of two floats, ohm m2
        Smallest and largest interface resistance.
    points : int
        Along either axis.
    slenderness : float, 1
        Length over diameter of fibres along the current.
    temperature : float, K
        Of the barrier.
    areal_concentration : float, mol/m2
        Ions in the last layer of the polymer, for the barrier; 1 mol/L x 0.5 nm.
    attempt_frequency : float, 1/s
        For the barrier.
    voxels : int
        Along the edge of the boxes that are solved beside the formula; 0 for none.
    seed : int
        Of the random structures.
    """

    shape: str = "spheres"
    matrix: float = 1e-3
    ratios: tuple[float, ...] = (5.0, 50.0)
    loadings: tuple[float, ...] = (0.1, 0.4)
    sizes: tuple[float, float] = (1e-8, 1e-4)
    resistances: tuple[float, float] = (1e-6, 1.0)
    points: int = 81
    slenderness: float = 10.0
    temperature: float = 333.15
    areal_concentration: float = 5e-7
    attempt_frequency: float = 1e12
    voxels: int = 0
    seed: int = 1

    def __post_init__(self) -> None:
        """Check the ranges, and that every entry is a number."""
        if self.shape not in FILLER_SHAPES:
            raise InvalidInput("shape", self.shape, ", ".join(FILLER_SHAPES), suggest(str(self.shape), FILLER_SHAPES))
        for name in ("matrix", "slenderness", "temperature", "areal_concentration", "attempt_frequency"):
            _within(name, getattr(self, name), 0.0, math.inf)
        _within("slenderness", self.slenderness, 0.5, 1e4)
        for name, high in (("ratios", 1e9), ("loadings", 1.0), ("sizes", 1.0), ("resistances", 1e6)):
            values = tuple(getattr(self, name))
            if not values:
                raise InvalidInput(name, values, "at least one number")
            for value in values:
                _within(name, value, 0.0, high)
            object.__setattr__(self, name, tuple(float(value) for value in values))
        for name in ("sizes", "resistances"):
            low, *rest = getattr(self, name)
            if len(rest) != 1 or not low < rest[0]:
                raise InvalidInput(name, getattr(self, name), "the smallest and the largest, which is larger")
        for name, low, high in (("points", 2, 2000), ("voxels", 0, 512), ("seed", 0, 2**31)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
                raise InvalidInput(name, value, f"a whole number from {low} to {high}")
        if 0 < self.voxels < 16:
            raise InvalidInput("voxels", self.voxels, "0, or at least 16")


@dataclass(frozen=True, eq=False)
class FillerMap:
    """A design map. Arrays are read-only; axes in the order ratio, loading, resistance, size.

    Attributes
    ----------
    settings : FillerMapSettings
    sizes : (ns,) array, m
    resistances : (nr,) array, ohm m2
    gain : (ratios, loadings, nr, ns) array, 1
        sigma_eff/sigma_m by the formula of the shape; for grains the geometric mean of the two bounds.
    bounds : tuple of two such arrays, or None
        For grains: lower and upper.
    critical_resistance : (ratios, ns) array, ohm m2
        Above it the filler harms; for grains the careful one, of the lower bound.
    critical_barrier : (ratios, ns) array, J/mol
        The desolvation barrier that it stands for; -inf where the filler never helps.
    barriers : (nr,) array, J/mol
        The barrier that each resistance stands for.
    checks : tuple of VoxelPoint
        Points solved on voxels.
    """

    settings: FillerMapSettings
    sizes: Array
    resistances: Array
    gain: Array
    bounds: tuple[Array, Array] | None
    critical_resistance: Array
    critical_barrier: Array
    barriers: Array
    checks: tuple[VoxelPoint, ...]

    def __post_init__(self) -> None:
        """Freeze the arrays."""
        arrays: list[Any] = [getattr(self, name) for name in ("sizes", "resistances", "gain", "barriers")]
        for array in [*arrays, self.critical_resistance, self.critical_barrier, *(self.bounds or ())]:
            array.flags.writeable = False

    def as_plain(self) -> dict[str, Any]:
        """Plain data in SI, for JSON: axes, critical values and checks, not the whole map."""
        s = self.settings
        return {
            "shape": s.shape,
            "matrix": s.matrix,
            "ratios": list(s.ratios),
            "loadings": list(s.loadings),
            "sizes": self.sizes.tolist(),
            "critical_resistance": self.critical_resistance.tolist(),
            "critical_barrier": [
                [b if math.isfinite(b) else None for b in row] for row in self.critical_barrier.tolist()
            ],
            "checks": [vars(check) for check in self.checks],
        }


def filler_map(settings: FillerMapSettings) -> FillerMap:
    """Compute a design map.

    Parameters
    ----------
    settings : FillerMapSettings

    Returns
    -------
    FillerMap

    Raises
    ------
    SolveFailed
        When a box of voxels is not solved.

    Examples
    --------
    >>> drawn = filler_map(FillerMapSettings(ratios=(50.0,), loadings=(0.3,), points=5))
    >>> drawn.gain.shape
    (1, 1, 5, 5)
    >>> f"{drawn.critical_resistance[0, 2] * 1e4:.3g} ohm cm2 for {drawn.sizes[2] * 1e6:.3g} um"
    '9.8 ohm cm2 for 1 um'
    """
    s = settings
    sizes, resistances = np.geomspace(*s.sizes, s.points), np.geomspace(*s.resistances, s.points)
    ratio, loading = np.array(s.ratios)[:, None, None, None], np.array(s.loadings)[:, None, None]
    lower, upper = gain_by_formula(s, ratio, loading, resistances[:, None], sizes)
    critical = np.array([critical_resistance(s, each, sizes) for each in s.ratios])
    layer = (s.areal_concentration, s.attempt_frequency, s.temperature)
    helps = critical > 0.0
    barrier = np.where(helps, theory.exchange_barrier(np.where(helps, critical, 1.0), *layer), -np.inf)
    return FillerMap(
        settings=s,
        sizes=sizes,
        resistances=resistances,
        gain=np.sqrt(lower * upper),
        bounds=(lower, upper) if s.shape == "grains" else None,
        critical_resistance=critical,
        critical_barrier=barrier,
        barriers=np.asarray(theory.exchange_barrier(resistances, *layer)),
        checks=voxel_points(s, gain_by_formula, critical_resistance) if s.voxels else (),
    )


def gain_by_formula(
    settings: FillerMapSettings, ratio: Any, loading: Any, resistance: Any, size: Any
) -> tuple[Array, Array]:
    """sigma_eff/sigma_m, lower and upper, which are one and the same except for grains; arguments broadcast."""
    matrix = settings.matrix
    filler = matrix * np.asarray(ratio)
    if settings.shape == "grains":
        bounds = theory.brick_layer(matrix, filler, loading, 2.0 * np.asarray(size), resistance)
        return np.asarray(bounds.lower) / matrix, np.asarray(bounds.upper) / matrix
    if settings.shape == "spheres":
        found = theory.interface_resistance_inclusion(matrix, filler, loading, size, resistance)
    elif settings.shape == "fibres-across":
        found = theory.fibres_across(matrix, filler, loading, size, resistance)
    else:
        length = 2.0 * settings.slenderness * np.asarray(size)
        found = theory.fibres_along(matrix, filler, loading, size, length, resistance)
    return np.asarray(found) / matrix, np.asarray(found) / matrix


def critical_resistance(settings: FillerMapSettings, ratio: float, size: Array) -> Array:
    """ohm m2. Interface resistance above which the filler harms; proportional to the size for every shape."""
    matrix, filler = settings.matrix, settings.matrix * ratio
    across = np.asarray(theory.critical_interface_resistance(matrix, filler, size))
    if settings.shape != "fibres-along" or ratio <= 1.0:
        return across
    low, high = 0.0, 80.0  # of the logarithm of R over that of a fibre across
    unit = float(theory.critical_interface_resistance(matrix, filler, 1.0))
    for _ in range(60):
        middle = 0.5 * (low + high)
        mixed = theory.fibres_along(matrix, filler, 0.1, 1.0, 2.0 * settings.slenderness, unit * math.exp(middle))
        low, high = (middle, high) if mixed > matrix else (low, middle)
    return across * math.exp(low)


def _within(name: str, value: Any, low: float, high: float) -> None:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not low < float(value) < high:
        allowed = f"a number above {low:g}" + (f" and below {high:g}" if high < math.inf else "")
        raise InvalidInput(name, value, allowed)
