"""What work on voxels will cost, said before it starts: memory against what the machine has free, and a time.

The figures are there to refuse the impossible and to tell minutes from days, not to predict. Those of the solvers are
the solvers' own (`conduction_cost`, `elasticity_cost`). The others were measured in processes of their own on two cores
of a server, on 112^3 voxels, as the rise of the largest resident memory and the time on the clock. Nothing is computed
here.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from lisse.errors import InvalidInput, suggest

__all__ = ["WORK", "Cost", "available_memory", "estimate", "require"]

_MEMINFO = Path("/proc/meminfo")
_CGROUPS = (
    (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current")),
    (Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"), Path("/sys/fs/cgroup/memory/memory.usage_in_bytes")),
)


@dataclass(frozen=True, repr=False)
class Cost:
    """An estimate.

    Parameters
    ----------
    memory : float, byte. Largest memory that the work needs at once.
    time : float, s. How long it takes on two cores; 0 where it is not worth telling.
    """

    memory: float
    time: float = 0.0

    def __repr__(self) -> str:
        return _bytes(self.memory) + (f" of memory and about {_duration(self.time)}" if self.time else " of memory")


WORK: Mapping[str, str] = MappingProxyType(
    {
        "conduction": "one solve along one axis to 1e-8",
        "elasticity": "one load to 1e-8, isotropic phases",
        "description": "the usual parts for three phases",
        "segmentation": "a median filter of one voxel and one threshold",
        "generation": "a polycrystal of grains 15 voxels wide",
    }
)
"""Kinds of work, and what exactly the figures are for."""
_PER_VOXEL: Mapping[str, Cost] = MappingProxyType(
    {
        "description": Cost(60.0, 1.5e-6),  # measured: 54 bytes, 1.4 us; 146 and 4.6 with all parts
        "segmentation": Cost(20.0, 0.2e-6),  # measured: 13 bytes, 0.13 us; 9 and 0.02 without the filter
        "generation": Cost(30.0, 1e-6),  # measured: 16 bytes, 0.8 us; spheres 26 and 0.5, a network 29 and 0.1
    }
)


def estimate(work: str, voxels: int, repeats: int = 1, dimensions: int = 3) -> Cost:
    """Memory and time of a kind of work.

    Parameters
    ----------
    work : str. A name in `WORK`.
    voxels : int, 1. Voxels of the volume.
    repeats : int, 1. How often it is done one after another (axes, loads, thresholds).
    dimensions : int, 1. Of the volume; a plane is solved in another way than a cube.

    Examples
    --------
    >>> str(estimate("conduction", 256**3))
    '2.52 GB of memory and about 25 s'
    """
    if work not in WORK:
        raise InvalidInput("work", work, ", ".join(WORK), suggest(work, WORK))
    if work in _PER_VOXEL:
        each = _PER_VOXEL[work]
        return Cost(each.memory * voxels, each.time * voxels * repeats)
    edge = max(1, round(float(voxels) ** (1.0 / dimensions)))
    memory, seconds = _cost_of_solver(work)((edge,) * dimensions)
    scale = voxels / edge**dimensions
    return Cost(memory * scale, seconds * scale * repeats)


def _cost_of_solver(work: str) -> Callable[[Sequence[int]], tuple[float, float]]:
    """What a solver says itself; imported only when asked, because compiled code comes with it."""
    if work == "conduction":
        from lisse.numerics.conduction import conduction_cost

        return conduction_cost
    from lisse.numerics.elasticity_stiffness import elasticity_cost

    return elasticity_cost


def require(what: str, cost: Cost, advice: str = "Crop the volume, or make it coarser", share: float = 0.9) -> None:
    """Refuse work that the free memory cannot hold, before it starts.

    Parameters
    ----------
    what : str. Name of the work or the file, for the message.
    cost : Cost. What it needs.
    advice : str. What to do next.
    share : float, 1. Part of the free memory that may be used.

    Raises
    ------
    InvalidInput
        When it needs more than there is.
    """
    free = available_memory()
    if free is not None and cost.memory > share * free:
        raise InvalidInput(f"memory for {what}", cost, f"{_bytes(share * free)} of what is free", advice)


def available_memory() -> float | None:
    """Memory that new work may take, byte; ``None`` where the system does not tell.

    The smaller of what the machine has free and what is left of the limit of a container.
    """
    found = [value for value in (_free(), *(_left(*pair) for pair in _CGROUPS)) if value is not None]
    return min(found) if found else None


def _free() -> float | None:
    if _MEMINFO.exists():
        for line in _MEMINFO.read_text("ascii").splitlines():
            name, _, rest = line.partition(":")
            if name == "MemAvailable":
                return 1024.0 * float(rest.split()[0])
    names = getattr(os, "sysconf_names", {})
    if "SC_PHYS_PAGES" in names and "SC_PAGE_SIZE" in names:  # macOS: all there is, as what is free is not told
        return float(os.sysconf("SC_PHYS_PAGES")) * float(os.sysconf("SC_PAGE_SIZE"))
    return None


def _left(limit: Path, used: Path) -> float | None:
    if not limit.exists() or not used.exists():
        return None
    most = limit.read_text("ascii").strip()
    return None if most == "max" else max(0.0, float(most) - float(used.read_text("ascii")))


def _bytes(amount: float) -> str:
    for unit, size in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if amount >= size:
            return f"{amount / size:.3g} {unit}" if amount < 999.5 * size else f"{amount / size:.0f} {unit}"
    return f"{amount / 1e3:.3g} kB"


def _duration(seconds: float) -> str:
    for unit, size in (("days", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= 2.0 * size:
            return f"{_rounded(seconds / size)} {unit}"
    return f"{_rounded(seconds)} s"


def _rounded(number: float) -> str:
    return f"{number:.0f}" if number >= 10.0 else f"{number:.2g}"
