"""Short molecular dynamics: Langevin motion in a held cell, and the diffusivity of lithium with its statistical error.

An atom that swings in its cage is no walker: steps shorter than a few periods are not used, atoms that sit elsewhere at
the end are counted, and with fewer than five of them no number is given. The error is never below that of the count.

The path is stored in pieces; each piece starts from a stored state with random numbers of its own, so that a run that
was killed repeats nothing but the piece it was in, and ends with the same numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lisse.materials.atomistic.computed import Found
from lisse.materials.atomistic.random_walk import diffusivity
from lisse.materials.atomistic.relaxation import relaxed_crystal
from lisse.materials.atomistic.supercell import supercell
from lisse.materials.atomistic.work import Work

if TYPE_CHECKING:
    from ase import Atoms

__all__ = ["dynamics"]

_PIECE = 50  # time steps between two lines of the checkpoint
_FRAME = 5  # time steps between two frames
_FRICTION = 0.005  # per fs: settles in a fifth of a picosecond, and slows a hop of a picosecond little
_SETTLING = 5  # the first of so many parts of the duration is added in front, and dropped
_MELTED = 1.5e-10  # m: root mean square displacement of the host
_HOP = 1.2e-10  # m: half of a short hop
_FEWEST_HOPS = 5
SHORTEST_LAG = 1e-13
"""s. A few periods of lithium in its cage."""


def dynamics(work: Work) -> dict[str, Found]:
    """Self-diffusivity of lithium at the temperature of the settings."""
    settings = work.settings
    cell = supercell(relaxed_crystal(work).atoms, settings.supercell * 1e10)
    pieces = max(1, round(settings.duration / settings.timestep / _PIECE))
    settling = max(1, pieces // _SETTLING)
    state = _start(work, cell)
    frames: list[Any] = []
    kinetic: list[float] = []
    for piece in range(settling + pieces):
        work.say(piece / (settling + pieces), f"dynamics at {settings.temperature:.0f} K")
        now = state
        state = work.once(f"dynamics/{piece}", lambda now=now, n=piece: _piece(work, cell, now, n))  # type: ignore[misc]
        if piece >= settling:
            frames.extend(state["frames"])
            kinetic.extend(state["temperatures"])
    return {"lithium_diffusivity": _answer(work, cell, np.array(frames) * 1e-10, float(np.mean(kinetic)))}


def _start(work: Work, cell: Atoms) -> dict[str, Any]:
    """Where the crystal rests, with the velocities of twice the temperature: the springs take half."""
    from ase import units

    masses = cell.get_masses()[:, None]
    random = np.random.default_rng([work.settings.seed, 2**31])
    momenta = random.normal(size=(len(cell), 3)) * np.sqrt(masses * units.kB * 2 * work.settings.temperature)
    momenta -= masses * momenta.sum(axis=0) / masses.sum()
    return {"positions": cell.get_positions(), "momenta": momenta}


def _piece(work: Work, cell: Atoms, state: dict[str, Any], number: int) -> dict[str, Any]:
    from ase import units
    from ase.md.langevin import Langevin

    atoms = work.with_forces(cell)
    atoms.set_positions(np.array(state["positions"]))
    atoms.set_momenta(np.array(state["momenta"]))
    frames: list[Any] = []
    temperatures: list[float] = []
    random = np.random.default_rng([work.settings.seed, number])
    step = work.settings.timestep * 1e15 * units.fs
    with Langevin(
        atoms, step, temperature_K=work.settings.temperature, friction=_FRICTION / units.fs, fixcm=False, rng=random
    ) as motion:
        for _ in range(_PIECE // _FRAME):
            motion.run(_FRAME)
            frames.append(atoms.get_positions())
            temperatures.append(float(atoms.get_temperature()))
    return {
        "positions": atoms.get_positions(),
        "momenta": atoms.get_momenta(),
        "frames": frames,
        "temperatures": temperatures,
    }


def _answer(work: Work, cell: Atoms, paths: NDArray[np.float64], kinetic: float) -> Found:
    settings = work.settings
    if not np.all(np.isfinite(paths)):
        return Found(None, 0.0, ("the motion blew up: take a shorter time step or a lower temperature",), {})
    lithium = np.array([symbol == "Li" for symbol in cell.get_chemical_symbols()])
    masses = cell.get_masses()
    framework = ~lithium if np.any(~lithium) else np.ones(len(lithium), dtype=bool)
    drift = np.average(paths[:, framework], axis=1, weights=masses[framework])
    paths = paths - drift[:, None, :]
    interval = _FRAME * settings.timestep
    found = diffusivity(paths[:, lithium], interval, SHORTEST_LAG)
    hopped = _hopped(paths[:, lithium])
    error = float(max(found.error, abs(found.value) / np.sqrt(max(hopped, 1))))
    host = paths[-1, ~lithium] - paths[0, ~lithium]
    moved = float(np.sqrt(np.mean(np.sum(host**2, axis=1)))) if len(host) else 0.0
    details = {
        "temperature_kelvin": settings.temperature,
        "mean_kinetic_temperature_kelvin": kinetic,
        "duration_s": interval * len(paths),
        "lithium_atoms": int(lithium.sum()),
        "atoms": len(cell),
        "lag_s": found.lag,
        "squared_displacement_m2": found.squared_displacement,
        "diffusivity_m2_per_s": found.value,
        "standard_error_m2_per_s": error,
        "atoms_that_hopped": hopped,
        "below_m2_per_s": max(found.value, 0.0) + 2 * error,
    }
    said = []
    if moved > _MELTED:
        said.append(f"the host moved by {moved * 1e10:.1f} angstrom: it melts or falls apart at this temperature")
    if hopped < _FEWEST_HOPS or not found.seen:
        said.append(
            f"{hopped} of {lithium.sum()} lithium atoms hopped in {interval * len(paths) * 1e12:.2g} ps at"
            f" {settings.temperature:.0f} K: no diffusivity can be told, only that it is below"
            f" {details['below_m2_per_s']:.2g} m2/s"
        )
        return Found(None, error, tuple(said), details)
    return Found(found.value, error, tuple(said), details)


def _hopped(paths: NDArray[np.float64]) -> int:
    """How many atoms sit elsewhere at the end than at the beginning, rattling averaged out."""
    quarter = max(1, len(paths) // 4)
    moved = paths[-quarter:].mean(axis=0) - paths[:quarter].mean(axis=0)
    return int(np.sum(np.linalg.norm(moved, axis=1) > _HOP))
