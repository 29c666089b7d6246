"""What every generator returns, and the checks and random streams that all of them share.

A generator gives a `Generated`: the volume, the statistics that were asked for beside those that were reached, and the
recipe (plain data) that makes the same volume again. What a structure is made of has its own file for each kind.
"""

from __future__ import annotations

import math
import numbers
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from lisse.errors import InvalidInput, suggest
from lisse.microstructure.volume import Volume

__all__ = [
    "Generated",
    "Statistic",
    "above",
    "checked_seed",
    "host_of",
    "length_text",
    "one_of",
    "opened",
    "recipe_of",
    "share",
    "stream",
    "with_phase",
]


@dataclass(frozen=True)
class Statistic:
    """One number of a generated structure: what was reached, what was asked for (if it was), and the unit."""

    reached: float
    target: float | None = None
    unit: str = "1"

    @property
    def error(self) -> float | None:
        """Relative error of the reached value; absolute where the target is zero, ``None`` without a target."""
        if self.target is None:
            return None
        return abs(self.reached - self.target) / (abs(self.target) or 1.0)


@dataclass(frozen=True, eq=False)
class Generated:
    """A generated volume with what is known about it.

    Parameters
    ----------
    volume : Volume. The structure.
    statistics : mapping of name to `Statistic`. Counted on the voxels by the step that set them; a later step (pores
        in a polycrystal, say) adds its own and leaves those of the steps before as they were counted then.
    recipe : mapping. Plain data (text with units, numbers, lists, tables): `from_recipe` makes the same bytes from it.
    seed : int. The seed of the last step.
    """

    volume: Volume
    statistics: Mapping[str, Statistic]
    recipe: Mapping[str, Any]
    seed: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "statistics", MappingProxyType(dict(self.statistics)))
        object.__setattr__(self, "recipe", MappingProxyType(dict(self.recipe)))

    def __reduce__(self) -> tuple[type[Generated], tuple[Any, ...]]:
        """What rebuilds it in another process."""
        return Generated, (self.volume, dict(self.statistics), dict(self.recipe), self.seed)

    def table(self) -> str:
        """The statistics as lines of text: name, reached value, target, unit."""
        width = max((len(name) for name in self.statistics), default=0)
        lines = []
        for name, row in self.statistics.items():
            target = "" if row.target is None else f" (target {row.target:.4g})"
            lines.append(f"{name:<{width}}  {row.reached:.4g}{'' if row.unit == '1' else ' ' + row.unit}{target}")
        return "\n".join(lines)


def stream(seed: int, name: str) -> np.random.Generator:
    """The random numbers of one generator: the same seed gives pores and grains independent streams."""
    return np.random.default_rng([checked_seed(seed), zlib.crc32(name.encode("ascii"))])


def checked_seed(seed: Any) -> int:
    """A whole number of at least 0."""
    if not isinstance(seed, numbers.Integral) or isinstance(seed, bool) or int(seed) < 0:
        raise InvalidInput("seed", seed, "a whole number of at least 0", "The same seed gives the same volume")
    return int(seed)


def above(what: str, value: Any, low: float = 0.0, unit: str = "m", equal: bool = False) -> float:
    """A finite number above `low` (or equal to it, where that is allowed)."""
    allowed = f"a number {'of at least' if equal else 'above'} {low:.4g}{'' if unit == '1' else ' ' + unit}"
    advice = "Numbers are SI: 8e-6 rather than '8 um'" if isinstance(value, str) and unit == "m" else ""
    if not isinstance(value, numbers.Real) or isinstance(value, bool) or not math.isfinite(float(value)):
        raise InvalidInput(what, value, allowed, advice)
    if float(value) < low or (float(value) == low and not equal):
        raise InvalidInput(what, value, allowed)
    return float(value)


def share(what: str, value: Any, low: float = 0.0, high: float = 1.0, advice: str = "") -> float:
    """A number between two bounds, both included."""
    number = isinstance(value, numbers.Real) and not isinstance(value, bool) and math.isfinite(float(value))
    if not number or not low <= float(value) <= high:
        raise InvalidInput(what, value, f"a number from {low:.4g} to {high:.4g}", advice)
    return float(value)


def one_of(what: str, value: Any, known: Sequence[str]) -> str:
    """One word of a short list."""
    if not isinstance(value, str) or value not in known:
        raise InvalidInput(what, value, ", ".join(known), suggest(value, known) if isinstance(value, str) else "")
    return value


def opened(of: Generated | Volume) -> tuple[Volume, Mapping[str, Statistic], Mapping[str, Any] | None]:
    """The volume, statistics so far and recipe so far of what a step starts from."""
    if isinstance(of, Generated):
        return of.volume, of.statistics, of.recipe
    if isinstance(of, Volume):
        return of, {}, None
    raise InvalidInput("of", type(of).__name__, "a Volume or a Generated", "Make or read the structure first")


def recipe_of(name: str, of: Mapping[str, Any] | None = None, **entries: Any) -> dict[str, Any]:
    """Plain data for one step; what is ``None`` is left out.

    A step on a volume that no recipe made says so: ``of = "given volume"`` cannot be made again from the recipe alone.
    """
    kept = {key: value for key, value in entries.items() if value is not None}
    return {"generate": name, **kept} if of is None else {"generate": name, "of": dict(of), **kept}


def length_text(value: Any) -> Any:
    """A length in m, or a sequence of them, as text that reads back to the same floats."""
    if value is None:
        return None
    if isinstance(value, (Sequence, np.ndarray)):
        return [length_text(float(one)) for one in value]
    return f"{float(value)!r} m"


def host_of(volume: Volume, host: str | Sequence[str] | None) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Voxels that a step may change: those of the named phases; without names the electrolyte, or the only phase."""
    if host is None:
        names = [name for name, part in volume.phase_fractions().items() if part > 0.0]
        host = "electrolyte" if "electrolyte" in names else names[0]
        if host != "electrolyte" and len(names) > 1:
            raise InvalidInput(
                "host", None, f"one or more of {', '.join(names)}", "Name the phases that may be replaced"
            )
    chosen = [host] if isinstance(host, str) else list(host)
    found = np.isin(volume.labels, [volume.label_of(name) for name in chosen])
    if not found.any():
        raise InvalidInput("host", host, "a phase that is there", "The volume has no voxel of it")
    return found


def with_phase(volume: Volume, phase: str) -> tuple[dict[int, str], int]:
    """The phase table with `phase` in it, and its label (the next free one where it is new)."""
    if not isinstance(phase, str) or not phase.strip():
        raise InvalidInput("phase", phase, "a name, such as 'pore'")
    table = dict(volume.phases)
    for label, name in table.items():
        if name == phase:
            return table, label
    label = 0 if phase in ("pore", "void") and 0 not in table else max(table) + 1
    return {**table, label: phase}, label
