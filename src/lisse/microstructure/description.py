"""Everything that can be said of a volume, collected: `describe`.

The numbers themselves come from the ``describe_*`` files, one idea each. Here they are called, timed and put into one
table.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from lisse.errors import InvalidInput, suggest
from lisse.microstructure.describe_checks import Periodic, checked_axis, closed_axes
from lisse.microstructure.describe_correlation import two_point_correlation
from lisse.microstructure.describe_grains import grain_neighbours, grain_sizes, misorientations
from lisse.microstructure.describe_interface import geometric_hot_spots, interface_contact
from lisse.microstructure.describe_phases import connectivity, specific_surface
from lisse.microstructure.describe_sizes import chord_lengths, piece_sizes, pore_sizes
from lisse.microstructure.describe_tortuosity import geodesic_tortuosity, tortuosity
from lisse.microstructure.volume import Volume

__all__ = ["PARTS", "USUAL", "Description", "describe"]

PARTS = {
    "surface": "area between each phase and the others, per volume",
    "connectivity": "share of each phase connected to the electrodes at both ends of the axis",
    "correlation": "two-point correlation of each phase, correlation length and surface from its slope",
    "chords": "mean chord length of each phase along every axis",
    "sizes": "local thickness of each phase that fills at most 60 % (of all with the next part)",
    "dense-sizes": "local thickness of phases that fill more than 60 %: slow",
    "pieces": "number and sizes of separate pieces of each phase",
    "grains": "grain sizes, neighbours and boundaries, misorientation; where the volume has grains",
    "interface": "contact map of two phases and geometric hot spots; where two phases are named",
    "geodesic": "shortest paths through each phase that percolates",
    "tortuosity": "tortuosity of each phase that percolates, by solving for the current",
}
"""What `describe` can look at."""
USUAL = tuple(part for part in PARTS if part not in ("dense-sizes", "geodesic", "tortuosity"))
"""What it looks at if not told: all that takes seconds for 128^3."""
_DENSE = 0.6


@dataclass(frozen=True, eq=False)
class Description:
    """Descriptors of a volume.

    Attributes
    ----------
    shape : tuple of int. Voxels along each axis.
    voxel_size : tuple of floats, m.
    phase_fractions : mapping of phase to float, 1.
    results : mapping of (part, subject) to what the descriptor returned. The subject is a phase, an axis of it, or a
        pair of phases; the arrays (distributions, maps) are in there.
    seconds : mapping of part to float, s. Time each took.
    """

    shape: tuple[int, ...]
    voxel_size: tuple[float, ...]
    phase_fractions: Mapping[str, float]
    results: Mapping[tuple[str, str], Any]
    seconds: Mapping[str, float]

    def __getitem__(self, key: tuple[str, str]) -> Any:
        """A result by part and subject, such as ``description["sizes", "pore"]``."""
        if key not in self.results:
            known = ", ".join(f"{part}/{subject}" for part, subject in self.results)
            near = suggest("/".join(key), known.split(", ")) if all(isinstance(one, str) for one in key) else ""
            raise InvalidInput("descriptor", key, known, near)
        return self.results[key]

    def rows(self) -> Iterator[tuple[str, str, str, float, str]]:
        """Part, subject, quantity, value and SI unit of every single number."""
        for phase, fraction in self.phase_fractions.items():
            yield "phases", phase, "fraction", fraction, "1"
        for (part, subject), result in self.results.items():
            if isinstance(result, float):
                yield part, subject, "area_per_volume", result, "1/m"
                continue
            for quantity, unit in result.UNITS.items():
                yield part, subject, quantity, float(getattr(result, quantity)), unit

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers, strings and lists in SI units for JSON; ``inf`` and NaN, which JSON lacks, are None."""
        numbers: dict[str, Any] = {}
        for part, subject, quantity, value, _ in self.rows():
            finite = value if abs(value) < float("inf") else None
            numbers.setdefault(part, {}).setdefault(subject, {})[quantity] = finite
        return {
            "shape": list(self.shape),
            "voxel_size": list(self.voxel_size),
            **numbers,
            "seconds": dict(self.seconds),
        }

    def table(self) -> str:
        """All single numbers as text in aligned columns."""
        cells = [("part", "of", "quantity", "value", "unit")]
        cells += [(part, of, name, f"{value:.5g}", unit) for part, of, name, value, unit in self.rows()]
        widths = [max(len(row[column]) for row in cells) for column in range(5)]
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells
        )


def describe(
    volume: Volume,
    parts: Sequence[str] | None = None,
    axis: int = 0,
    phases: Sequence[str | int] | None = None,
    interface: tuple[str | int, str | int] | None = None,
    periodic: Periodic = False,
    symmetry: str = "cubic",
) -> Description:
    """Compute the descriptors of a volume.

    Parameters
    ----------
    volume : Volume. 2-D or 3-D.
    parts : sequence of str, optional. Names from `PARTS`; `USUAL` if not given.
    axis : int. Direction from one electrode to the other.
    phases : sequence of names or labels, optional. All that have voxels if not given.
    interface : pair of phases, optional. For the contact map, such as ``("lithium", "electrolyte")``.
    periodic : bool or one per axis. Whether the volume goes on with its own other side.
    symmetry : str. Symmetry of the crystal, for misorientations.

    Returns
    -------
    Description. Peak memory is about 54 bytes a voxel with the usual parts, and 146 with tortuosity.
    """
    wanted = _wanted_parts(volume, parts, interface)
    axis = checked_axis(volume, axis)
    closed_axes(volume, periodic)
    fractions = volume.phase_fractions()
    named = [volume.phases[volume.label_of(one)] for one in phases] if phases is not None else list(fractions)
    chosen = [name for name in named if phases is not None or fractions[name] > 0.0]
    results: dict[tuple[str, str], Any] = {}
    seconds: dict[str, float] = {}
    for part in wanted:
        start = time.perf_counter()
        if part == "grains":
            results.update(_grains(volume, periodic, symmetry))
        elif part == "interface" and interface is not None:
            results.update(_interface(volume, interface, axis, periodic))
        else:
            for name in chosen:
                results.update(_OF_A_PHASE[part](volume, name, axis, periodic))
        seconds[part] = time.perf_counter() - start
    keep = MappingProxyType
    return Description(volume.shape, volume.voxel_size, keep(fractions), keep(results), keep(seconds))


_Results = dict[tuple[str, str], Any]


def _wanted_parts(volume: Volume, parts: Sequence[str] | None, interface: Any) -> list[str]:
    """The parts in their order; without a list those that make sense here."""
    if parts is None:
        left_out = {"grains"} if volume.grains is None else set()
        left_out |= {"interface"} if interface is None else set()
        return [part for part in USUAL if part not in left_out]
    given = [parts] if isinstance(parts, str) else list(parts)
    for part in given:
        if part not in PARTS:
            raise InvalidInput("parts", part, ", ".join(PARTS), suggest(str(part), PARTS))
    if "interface" in given and interface is None:
        raise InvalidInput(
            "interface", None, "two phases, such as ('lithium', 'electrolyte')", "The contact map needs them"
        )
    return [part for part in PARTS if part in given]


def _surface(volume: Volume, name: str, axis: int, periodic: Periodic) -> _Results:
    return {("surface", name): specific_surface(volume, name, periodic=periodic)}


def _connectivity(volume: Volume, name: str, axis: int, periodic: Periodic) -> _Results:
    return {("connectivity", name): connectivity(volume, name, axis, periodic)}


def _correlation(volume: Volume, name: str, axis: int, periodic: Periodic) -> _Results:
    return {("correlation", name): two_point_correlation(volume, name, periodic=periodic)}


def _chords(volume: Volume, name: str, axis: int, periodic: Periodic) -> _Results:
    return {
        ("chords", f"{name} along {letter}"): chord_lengths(volume, name, side, periodic)
        for side, letter in enumerate("xyz"[: volume.dimensions])
    }


def _sizes(volume: Volume, name: str, axis: int, periodic: Periodic) -> _Results:
    return {("sizes", name): pore_sizes(volume, name)} if volume.phase_fractions()[name] <= _DENSE else {}


def _dense_sizes(volume: Volume, name: str, axis: int, periodic: Periodic) -> _Results:
    dense = _DENSE < volume.phase_fractions()[name] < 1.0
    return {("sizes", name): pore_sizes(volume, name)} if dense else {}


def _pieces(volume: Volume, name: str, axis: int, periodic: Periodic) -> _Results:
    return {("pieces", name): piece_sizes(volume, name, periodic)}


def _geodesic(volume: Volume, name: str, axis: int, periodic: Periodic) -> _Results:
    return {("geodesic", name): geodesic_tortuosity(volume, name, axis)}


def _tortuosity(volume: Volume, name: str, axis: int, periodic: Periodic) -> _Results:
    across = (one for side, one in enumerate(closed_axes(volume, periodic)) if side != axis)
    sides: Literal["no-flux", "periodic"] = "periodic" if any(across) else "no-flux"
    return {("tortuosity", name): tortuosity(volume, name, axis, sides=sides)}


_OF_A_PHASE: dict[str, Callable[[Volume, str, int, Periodic], _Results]] = {
    "surface": _surface,
    "connectivity": _connectivity,
    "correlation": _correlation,
    "chords": _chords,
    "sizes": _sizes,
    "dense-sizes": _dense_sizes,
    "pieces": _pieces,
    "geodesic": _geodesic,
    "tortuosity": _tortuosity,
}


def _grains(volume: Volume, periodic: Periodic, symmetry: str) -> _Results:
    neighbours = grain_neighbours(volume, periodic)
    found: _Results = {
        ("grains", "sizes"): grain_sizes(volume, periodic),
        ("grains", "neighbours"): neighbours,
    }
    if volume.orientations is not None and len(neighbours.pairs):
        found["grains", "misorientation"] = misorientations(volume, neighbours, symmetry)
    return found


def _interface(volume: Volume, interface: tuple[str | int, str | int], axis: int, periodic: Periodic) -> _Results:
    contact = interface_contact(volume, *interface, axis, periodic)
    subject = " | ".join(contact.phases)
    found: _Results = {("interface", subject): contact}
    if contact.contact.any():
        found["interface", f"{subject} geometric hot spots"] = geometric_hot_spots(contact)
    return found
