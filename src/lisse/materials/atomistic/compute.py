"""The one door: properties of a crystal from several potentials, with progress and checkpoints.

A further property is one word in ``computed.py``, one file with a task, and one line in `TASKS`.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from lisse.errors import InvalidInput
from lisse.materials.atomistic.adhesion import adhesion
from lisse.materials.atomistic.checkpoint import Checkpoint
from lisse.materials.atomistic.computed import ATOMISTIC_PROPERTIES, Computed, Found, atomistic_property, combine
from lisse.materials.atomistic.cost import FORCE_CALLS, check_cost, expected_seconds
from lisse.materials.atomistic.crystal_symmetry import primitive_cell
from lisse.materials.atomistic.dynamics import dynamics, time_steps
from lisse.materials.atomistic.elasticity import elasticity
from lisse.materials.atomistic.lithium_volume import lithium_volume
from lisse.materials.atomistic.migration import migration
from lisse.materials.atomistic.potentials import ALL_POTENTIALS, POTENTIALS, Potential, potential
from lisse.materials.atomistic.relaxation import relaxation
from lisse.materials.atomistic.structure import crystal, formula_of
from lisse.materials.atomistic.surfaces import surface
from lisse.materials.atomistic.work import Settings, Work

if TYPE_CHECKING:
    from ase import Atoms

__all__ = ["TASKS", "Progress", "Task", "compute", "estimated_time"]

Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Task:
    """A calculation and the properties that it answers."""

    name: str
    run: Callable[[Work], dict[str, Found]]
    properties: tuple[str, ...]
    conditions: str
    caution: str = ""


_CHEAP = "of crystals with known surface energies the mean of sevennet and chgnet is 20 to 40 % too low"
TASKS = (
    Task("relaxation", relaxation, ("density", "lithium_concentration"), "relaxed cell, 0 K"),
    Task(
        "elasticity",
        elasticity,
        (
            *("bulk_modulus", "shear_modulus", "youngs_modulus", "poisson_ratio"),
            *("stiffness_c11", "stiffness_c12", "stiffness_c44"),
        ),
        "stress of strained cells, 0 K, Hill average where it is one number",
        "of compounds with known moduli the mean of sevennet and chgnet is 10 to 50 % too soft, mostly outside of both",
    ),
    Task(
        "lithium_volume",
        lithium_volume,
        ("lithium_partial_molar_volume", "molar_volume_ratio"),
        "cell volume against lithium content, neutral cells, 0 K",
    ),
    Task("surface", surface, ("surface_energy",), "easiest of the relaxed slabs that were tried, 0 K", _CHEAP),
    Task("adhesion", adhesion, ("work_of_adhesion",), "strained lithium slab on the easiest surface, 0 K", _CHEAP),
    Task(
        "migration",
        migration,
        ("migration_barrier",),
        "nudged elastic band of a lithium vacancy, 0 K",
        "an activation energy of the conductivity is higher: it pays for the defect too",
    ),
    Task("dynamics", dynamics, ("lithium_diffusivity",), "Langevin dynamics"),
)
"""What can be computed; a task is run once for all its properties."""


def compute(
    structure: str | os.PathLike[str] | Atoms,
    properties: Iterable[str],
    potentials: Sequence[str | Potential] = POTENTIALS,
    checkpoint: str | os.PathLike[str] | None = None,
    progress: Progress | None = None,
    *,
    settings: Settings | None = None,
) -> dict[str, Computed]:
    """Properties of a crystal from forces between its atoms.

    Parameters
    ----------
    structure : path or ase.Atoms
        A CIF or another file that ASE reads: an ordered crystal with lithium, at most 200 atoms in its primitive cell.
    properties : names of `ATOMISTIC_PROPERTIES`
    potentials : names of `ALL_POTENTIALS`, or `Potential` objects
        Two or more give an error bar.
    checkpoint : path or None
        A file in which finished steps are kept; a run with the same file goes on where the last one stopped.
    progress : function of the share done (0 to 1) and a few words, or None
    settings : Settings or None

    Returns
    -------
    dict of str to Computed
        In the order asked. Constants of the cubic crystal have the status ``"failed"`` for another crystal.

    Raises
    ------
    InvalidInput
        For a structure, property, potential or element that cannot be served, and for cells that would take days.
    MissingExtra
        When a package is not installed.

    Notes
    -----
    Nothing is downloaded: the weights lie in the wheels. Numbers hold at 0 K and for a perfect crystal; the potentials
    imitate PBE density functional theory, whose own errors are in neither value nor spread.
    """
    wanted = _wanted(properties)
    tasks = [task for task in TASKS if set(task.properties) & set(wanted)]
    atoms = crystal(structure)
    engines = [potentials] if isinstance(potentials, str | Potential) else list(potentials)
    check_cost(len(primitive_cell(atoms)), [task.name for task in tasks], len(engines))
    loaded = _loaded(engines)
    for engine in loaded:
        engine.check(atoms.get_chemical_symbols())
    settings = Settings() if settings is None else settings
    steps = Checkpoint(checkpoint)
    said: dict[str, dict[str, Found]] = {}
    for number, engine in enumerate(loaded):
        share = _Share(progress, number, len(loaded), [FORCE_CALLS[task.name] for task in tasks])
        work = Work(atoms, engine, settings, steps, share)
        for place, task in enumerate(tasks):
            share.begin(place)
            for name, found in _quietly(task, work).items():
                said.setdefault(name, {})[engine.name] = found
    if progress is not None:
        progress(1.0, "done")
    return {
        name: _answer(name, said.get(name) or _not_cubic(loaded), loaded, formula_of(atoms), settings)
        for name in wanted
    }


def _answer(
    name: str, found: Mapping[str, Found], loaded: Sequence[Potential], formula: str, settings: Settings
) -> Computed:
    """The potentials side by side, with what is known of their kind where one of them ships with its weights."""
    task = next(task for task in TASKS if name in task.properties)
    conditions = f"{task.conditions}, {_bath(settings)}" if task.run is dynamics else task.conditions
    caution = task.caution if {engine.name for engine in loaded} & set(ALL_POTENTIALS) else ""
    return combine(name, found, formula, conditions, tuple(engine.reference for engine in loaded), caution)


def _bath(settings: Settings) -> str:
    """Temperature and cell of the dynamics, in words."""
    cell = "cell of 0 K" if settings.density is None else f"{settings.density:g} kg/m3"
    return f"{settings.temperature:g} K, {cell}"


def estimated_time(
    structure: str | os.PathLike[str] | Atoms,
    properties: Iterable[str],
    potentials: int = 2,
    *,
    settings: Settings | None = None,
) -> float:
    """Seconds on one core that `compute` will take, to a factor of three or so.

    Parameters
    ----------
    structure, properties, settings : as for `compute`
    potentials : int. How many.
    """
    wanted = _wanted(properties)
    tasks = [task.name for task in TASKS if set(task.properties) & set(wanted)]
    steps = time_steps(Settings() if settings is None else settings)
    return expected_seconds(len(primitive_cell(crystal(structure))), tasks, potentials, steps)


def _quietly(task: Task, work: Work) -> dict[str, Found]:
    """The task, without what the packages of the potentials warn their own developers of.

    Where the arithmetic of a potential breaks down (atoms that fly apart) the answer is that it did.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"(torch|e3nn|sevenn|chgnet)\b")
        warnings.filterwarnings("ignore", message="logm result may be inaccurate")  # of a cell strained by 1e-13
        try:
            return task.run(work)
        except (ArithmeticError, np.linalg.LinAlgError, RuntimeError) as error:
            broken = Found(None, 0.0, (f"stopped: {type(error).__name__}: {str(error)[:200]}",))
            return dict.fromkeys(task.properties, broken)


def _wanted(properties: Iterable[str]) -> list[str]:
    if isinstance(properties, str):
        properties = [properties]
    wanted = [atomistic_property(name).name for name in dict.fromkeys(properties)]
    if not wanted:
        raise InvalidInput("properties", [], ", ".join(ATOMISTIC_PROPERTIES), "Name at least one")
    return wanted


def _loaded(potentials: Sequence[str | Potential]) -> list[Potential]:
    loaded = [potential(each) for each in potentials]
    names = [engine.name for engine in loaded]
    if not names or len(set(names)) < len(names):
        raise InvalidInput("potentials", names, f"one or more of {', '.join(ALL_POTENTIALS)}, each once")
    return loaded


def _not_cubic(engines: Sequence[Potential]) -> Mapping[str, Found]:
    said = ("the crystal is not cubic: read tensor_pa in the details of a modulus",)
    return MappingProxyType({engine.name: Found(None, 0.0, said) for engine in engines})


class _Share:
    """Share of the whole from the share of a task, weighted by the force calls that each task takes."""

    def __init__(self, progress: Progress | None, number: int, engines: int, weights: Sequence[int]) -> None:
        total = float(sum(weights))
        self._progress = progress
        self._starts = [(number + sum(weights[:k]) / total) / engines for k in range(len(weights))]
        self._widths = [weight / total / engines for weight in weights]
        self._place = 0

    def begin(self, place: int) -> None:
        """The task at `place` begins."""
        self._place = place

    def __call__(self, share: float, words: str) -> None:
        if self._progress is not None:
            self._progress(self._starts[self._place] + share * self._widths[self._place], words)
