"""From a case to a domain: the microstructure that it names, its flaws, and the numbers of its phases.

A microstructure is the whole electrolyte: its extent along axis 0 is the electrolyte's thickness. Flaws are drawn from
the population of the cell's electrolyte on both of its surfaces, or given as they are.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lisse.cell import Cell, FlawPopulation
from lisse.errors import InvalidInput
from lisse.materials import Material
from lisse.microstructure import Volume
from lisse.models.resolved.domain import Domain, Solid, build_domain, check_phases
from lisse.models.resolved.fracture_calibration import nominal_toughness

__all__ = ["Structure", "draws_structure", "mean_boundaries", "open_volume", "with_flaws"]

_SAME = 1.01  # thickness of the microstructure over that of the electrolyte that still counts as the same
_SMALLEST_FLAW = 4.0  # voxels; see docs/explanation/resolved_model.md


@dataclass(frozen=True)
class Structure:
    """What the voxels are made from.

    Attributes
    ----------
    voxel : float, m
    microstructure : Volume, mapping or None
        A volume; a recipe (``generate`` and the generator's parameters, and the run's seed if it gives none); a file
        (``file`` and `phases`, a mapping of label to name); or ``None`` for one homogeneous crystal.
    width : float or None, m
        Of the homogeneous crystal; its thickness by default.
    phases : mapping of phase name to a role or a Material
        For phases that are not called electrolyte, pore, lithium or crack.
    flaws : mapping or None
        Parameters of `lisse.microstructure.generate.cracks`; ``None`` draws them from the cell's flaw population.
    boundary_toughness : float, 1
        K_IC of grain boundaries over that of the grain.
    boundary_softening : float, 1
        Young's modulus of the two voxels along a boundary over that of the grain.
    boundary_resistance : float or None, ohm m2
        Of one boundary; by default that of the cell's electrolyte, shared among the boundaries that a straight line
        through it crosses.
    length_scale : float, voxels
        Of the phase field.
    """

    voxel: float
    microstructure: Volume | Mapping[str, Any] | None = None
    width: float | None = None
    phases: Mapping[str, str | Material] | None = None
    flaws: Mapping[str, Any] | None = None
    boundary_toughness: float = 0.63
    boundary_softening: float = 1.0
    boundary_resistance: float | None = None
    length_scale: float = 2.0

    def domain(self, cell: Cell, temperature: float, seed: int | None) -> tuple[Domain, tuple[str, ...]]:
        """The domain of a cell at a temperature (K), and what to warn of.

        Raises
        ------
        InvalidInput
            For a microstructure that is not as thick as the electrolyte, or has phases without a material.
        MissingValue
            For a property of a phase that is not known.
        """
        volume = open_volume(self.microstructure, self.voxel, cell.electrolyte.thickness, self.width, seed)
        _check_thickness(volume, cell.electrolyte.thickness)
        given = dict(self.phases or {})
        solids = {"electrolyte": Solid.of(cell.electrolyte.material, temperature)}
        solids |= {name: Solid.of(made, temperature) for name, made in given.items() if isinstance(made, Material)}
        roles = {name: made for name, made in given.items() if isinstance(made, str)}
        check_phases(volume, solids, roles)
        volume, warnings = with_flaws(volume, self.flaws, cell.electrolyte.flaws, seed)
        resistance = self.boundary_resistance
        if resistance is None:
            resistance = _shared(cell.electrolyte.grain_boundary_resistance, volume)
        ratio = self.boundary_toughness**2  # G_c goes with the square of K_IC
        domain = build_domain(
            volume,
            solids,
            roles,
            boundary_resistance=resistance,
            boundary_toughness=nominal_toughness(ratio, self.length_scale) if ratio < 1.0 else ratio,
            boundary_softening=self.boundary_softening,
        )
        return domain, warnings


def open_volume(
    given: Volume | Mapping[str, Any] | None,
    voxel: float,
    thickness: float,
    width: float | None,
    seed: int | None = None,
) -> Volume:
    """The volume that a case names; see `Structure.microstructure`. The seed is for recipes that give none."""
    if isinstance(given, Volume):
        return given
    if given is None:
        counts = [max(1, round(length / voxel)) for length in (thickness, thickness if width is None else width)]
        return Volume(np.zeros(counts, dtype=np.uint8), voxel, {0: "electrolyte"})
    if "file" in given:
        from lisse.microstructure import read

        unknown = set(given) - {"file", "phases", "crop", "dataset", "axes"}
        if unknown:
            raise InvalidInput(f"microstructure.{min(unknown)}", None, "file, phases, crop, dataset, axes")
        names = given.get("phases")
        labels = None if names is None else {int(label): str(name) for label, name in names.items()}
        options = {key: given[key] for key in ("dataset", "axes") if key in given}
        if "crop" in given:
            options["crop"] = tuple(slice(int(low), int(high)) for low, high in given["crop"])
        return read(Path(given["file"]), voxel, labels, **options)
    from lisse.microstructure.generate import from_recipe

    return from_recipe(_seeded(given, seed), voxel).volume


def draws_structure(given: Volume | Mapping[str, Any] | None) -> bool:
    """Whether the seed of a run changes the microstructure that a case names."""
    return isinstance(given, Mapping) and "file" not in given and dict(_seeded(given, 1)) != dict(_seeded(given, 2))


def _seeded(recipe: Mapping[str, Any], seed: int | None) -> Mapping[str, Any]:
    """The recipe with a seed wherever it could have one and gives none."""
    from lisse.microstructure.generate.recipes import GENERATORS

    if seed is None:
        return recipe
    found = dict(recipe)
    if isinstance(recipe.get("of"), Mapping):
        found["of"] = _seeded(recipe["of"], seed)
    name = str(recipe.get("generate"))
    if name in GENERATORS and "seed" in GENERATORS[name][1]:
        found.setdefault("seed", seed)
    return found


def _check_thickness(volume: Volume, thickness: float) -> None:
    extent = volume.shape[0] * volume.voxel_size[0]
    if not 1.0 / _SAME <= extent / thickness <= _SAME and abs(extent - thickness) > 1.5 * volume.voxel_size[0]:
        raise InvalidInput(
            "microstructure",
            f"{extent * 1e6:.4g} um along its first axis",
            f"the electrolyte's thickness, {thickness * 1e6:.4g} um",
            "Set cell.electrolyte.thickness to the extent of the microstructure, or make the microstructure as thick",
        )


def mean_boundaries(volume: Volume) -> float:
    """1. Boundaries between grains that a straight line along axis 0 crosses, on the mean."""
    grains = volume.grains
    if grains is None:
        return 0.0
    steps = (grains[1:] != grains[:-1]) & (grains[1:] > 0) & (grains[:-1] > 0)
    return float(np.count_nonzero(steps)) / math.prod(volume.shape[1:])


def _shared(resistance: float, volume: Volume) -> float:
    """ohm m2. Of one boundary."""
    crossed = mean_boundaries(volume)
    if resistance == 0.0:
        return 0.0
    if crossed == 0.0:
        raise InvalidInput(
            "grain_boundary_resistance",
            f"{resistance * 1e4:.3g} ohm cm2 in a microstructure without grain boundaries",
            "a microstructure with grains, or 0",
        )
    return resistance / crossed


def _second(seed: int) -> int:
    """The seed of the flaws of the other surface, so that they do not lie opposite those of the first."""
    return int(np.random.default_rng([seed, 1]).integers(2**31))


def with_flaws(
    volume: Volume, given: Mapping[str, Any] | None, population: FlawPopulation | None, seed: int | None
) -> tuple[Volume, tuple[str, ...]]:
    """The volume with cracks cut into its surfaces, and what to warn of.

    Of a population, as many flaws as its density asks for are drawn on each surface: the density times the area in 3-D,
    its square root times the width in 2-D; the median number without a seed, and a Poisson number with one.
    """
    from lisse.microstructure.generate import cracks

    if given is not None:
        asked = dict(given) | ({} if "seed" in given or seed is None else {"seed": seed})
        sides = ("low", "high") if asked.get("side") == "both" else (asked.get("side", "low"),)
        asked.pop("side", None)
        through = 0
        for number, side in enumerate(sides):
            drawn = {"seed": _second(asked.get("seed", 0))} if number else {}
            made = cracks(volume, **(asked | drawn), side=side)
            volume, through = made.volume, through + int(made.statistics["cracks_through"].reached)
        return volume, _through(through)
    if population is None:
        return volume, ()
    if population.mean_length < _SMALLEST_FLAW * volume.voxel_size[0]:
        raise InvalidInput(
            "voxel",
            f"{volume.voxel_size[0] * 1e6:.3g} um for flaws of {population.mean_length * 1e6:.3g} um",
            f"at most {population.mean_length / _SMALLEST_FLAW * 1e6:.3g} um, so that a flaw has four voxels",
        )
    lengths = [n * h for n, h in zip(volume.shape[1:], volume.voxel_size[1:], strict=True)]
    expected = math.prod(length * math.sqrt(population.density) for length in lengths)
    warnings = []
    random = np.random.default_rng([0 if seed is None else seed, 77])
    for number, side in enumerate(("low", "high")):
        count = round(expected) if seed is None else int(random.poisson(expected))
        if count == 0:
            warnings.append(f"flaws: none on the {side} side; {expected:.2g} are expected on a surface of this size")
            continue
        several = volume.grains is not None
        made = cracks(
            volume,
            count,
            population.mean_length,
            population.spread,
            along_boundaries=several,
            side=side,
            seed=(0 if seed is None else seed) * 2 + number,
        )
        volume = made.volume
        warnings += _through(int(made.statistics["cracks_through"].reached))
    return volume, tuple(dict.fromkeys(warnings))


def _through(count: int) -> tuple[str, ...]:
    """What to tell of flaws that leave nothing to crack."""
    return (f"flaws: {count} of them reach through the electrolyte from the start",) if count else ()
