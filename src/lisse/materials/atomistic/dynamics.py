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

from lisse.errors import InvalidInput
from lisse.materials.atomistic.computed import Found
from lisse.materials.atomistic.random_walk import Diffusivity, diffusivity
from lisse.materials.atomistic.relaxation import relaxed_crystal
from lisse.materials.atomistic.supercell import supercell
from lisse.materials.atomistic.work import Settings, Work

if TYPE_CHECKING:
    from ase import Atoms

__all__ = ["dynamics", "time_steps"]

_PIECE = 50  # time steps between two lines of the checkpoint
_FRAME = 5  # time steps between two frames
_SETTLING_FRICTION = 0.02  # per fs: heat goes in and out within a tenth of a picosecond
_FRICTION = 0.002  # per fs: slows the atoms of liquid lithium, where collisions act at 0.09 per fs, by 2 %
_SETTLING = 5  # one part in so many of the duration, unless the settings say otherwise
_MELTED = 1.5e-10  # m: root mean square displacement of the host
_HOP = 1.2e-10  # m: half of a short hop
_FEWEST_HOPS = 5
_ANOTHER = 0.3  # relative change of density beyond which it is another substance
_BLOCKS = 8
_DRIFTS = 3.0  # standard errors
_OFF = 0.05  # relative error of the temperature that is let pass in any case
_DALTON_PER_CUBIC_ANGSTROM = 1660.53906660  # kg/m3
SHORTEST_LAG = 1e-13
"""s. A few periods of lithium in its cage."""


def dynamics(work: Work) -> dict[str, Found]:
    """Self-diffusivity of lithium at the temperature of the settings."""
    settings = work.settings
    cell = _scaled(supercell(relaxed_crystal(work).atoms, settings.supercell * 1e10), settings.density)
    settling, pieces = _pieces(settings)
    state = _start(work, cell)
    run: dict[str, list[Any]] = {"frames": [], "temperatures": [], "energies": []}
    for piece in range(settling + pieces):
        kelvin, friction = _bath(work, piece, settling)
        work.say(piece / (settling + pieces), f"dynamics at {kelvin:.0f} K")
        state = work.once(
            f"dynamics/{piece}",
            lambda now=state, n=piece, bath=(kelvin, friction): _piece(work, cell, now, n, *bath),  # type: ignore[misc]
        )
        if piece >= settling:
            for name, rows in run.items():
                rows.extend(state[name])
    series = {name: np.array(rows) for name, rows in run.items()}
    return {"lithium_diffusivity": _answer(work, cell, series)}


def time_steps(settings: Settings) -> int:
    """How many the dynamics take, settling included."""
    return sum(_pieces(settings)) * _PIECE


def _pieces(settings: Settings) -> tuple[int, int]:
    """Of the settling and of what is looked at."""
    settle = settings.duration / _SETTLING if settings.settling is None else settings.settling
    settling = max(1, int(settle / settings.timestep / _PIECE + 1e-9))
    return settling, max(1, round(settings.duration / settings.timestep / _PIECE))


def _scaled(cell: Atoms, density: float | None) -> Atoms:
    """The cell brought evenly to a density (kg/m3)."""
    if density is None:
        return cell
    now = _density(cell)
    if abs(density / now - 1.0) > _ANOTHER:
        advice = f"The relaxed crystal has {now:.4g} kg/m3: is the unit right?"
        raise InvalidInput("density", density, f"within {100 * _ANOTHER:.0f} % of the relaxed crystal", advice)
    made: Atoms = cell.copy()
    made.set_cell(np.asarray(cell.cell) * (now / density) ** (1 / 3), scale_atoms=True)
    return made


def _density(cell: Atoms) -> float:
    return float(cell.get_masses().sum() / cell.get_volume() * _DALTON_PER_CUBIC_ANGSTROM)


def _bath(work: Work, piece: int, settling: int) -> tuple[float, float]:
    """Temperature (K) and friction (1/fs) of a piece."""
    settings = work.settings
    if piece < settling // 2 and settings.settling_temperature is not None:
        return settings.settling_temperature, _SETTLING_FRICTION
    return settings.temperature, _SETTLING_FRICTION if piece < settling else _FRICTION


def _start(work: Work, cell: Atoms) -> dict[str, Any]:
    """Where the crystal rests, with the velocities of twice the temperature: the springs take half."""
    from ase import units

    masses = cell.get_masses()[:, None]
    random = np.random.default_rng([work.settings.seed, 2**31])
    momenta = random.normal(size=(len(cell), 3)) * np.sqrt(masses * units.kB * 2 * work.settings.temperature)
    momenta -= masses * momenta.sum(axis=0) / masses.sum()
    return {"positions": cell.get_positions(), "momenta": momenta}


def _piece(work: Work, cell: Atoms, state: dict[str, Any], number: int, kelvin: float, friction: float) -> Any:
    from ase import units
    from ase.md.langevin import Langevin

    atoms = work.with_forces(cell)
    atoms.set_positions(np.array(state["positions"]))
    atoms.set_momenta(np.array(state["momenta"]))
    told: dict[str, list[Any]] = {"frames": [], "temperatures": [], "energies": []}
    random = np.random.default_rng([work.settings.seed, number])
    step = work.settings.timestep * 1e15 * units.fs
    with Langevin(atoms, step, temperature_K=kelvin, friction=friction / units.fs, fixcm=False, rng=random) as motion:
        for _ in range(_PIECE // _FRAME):
            motion.run(_FRAME)
            told["frames"].append(atoms.get_positions())
            told["temperatures"].append(float(atoms.get_temperature()))
            told["energies"].append(float(atoms.get_potential_energy()))
    return {"positions": atoms.get_positions(), "momenta": atoms.get_momenta(), **told}


def _answer(work: Work, cell: Atoms, run: dict[str, NDArray[np.float64]]) -> Found:
    """The diffusivity, or why there is none."""
    paths = run["frames"] * 1e-10
    if not np.all(np.isfinite(paths)):
        return Found(None, 0.0, ("the motion blew up: take a shorter time step or a lower temperature",), {})
    lithium = np.array([symbol == "Li" for symbol in cell.get_chemical_symbols()])
    paths = paths - _host_drift(paths, lithium, cell.get_masses())
    interval = _FRAME * work.settings.timestep
    walk = diffusivity(paths[:, lithium], interval, SHORTEST_LAG)
    hopped = _hopped(paths[:, lithium])
    error = float(max(walk.error, abs(walk.value) / np.sqrt(max(hopped, 1))))
    details = _details(work, cell, run, walk)
    details["standard_error_m2_per_s"] = error
    details["atoms_that_hopped"] = hopped
    details["below_m2_per_s"] = max(walk.value, 0.0) + 2 * error
    said = _troubles(work, paths[:, ~lithium], run)
    if hopped < _FEWEST_HOPS or not walk.seen:
        said.append(
            f"{hopped} of {lithium.sum()} lithium atoms hopped in {interval * len(paths) * 1e12:.2g} ps at"
            f" {work.settings.temperature:.0f} K: no diffusivity can be told, only that it is below"
            f" {details['below_m2_per_s']:.2g} m2/s"
        )
        return Found(None, error, tuple(said), details)
    return Found(walk.value, error, tuple(said), details)


def _details(work: Work, cell: Atoms, run: dict[str, NDArray[np.float64]], walk: Diffusivity) -> dict[str, Any]:
    drift, luck = _energy_drift(run["energies"])
    return {
        "temperature_kelvin": work.settings.temperature,
        "mean_kinetic_temperature_kelvin": float(run["temperatures"].mean()),
        "energy_drift_ev_per_atom": drift / len(cell),
        "energy_drift_error_ev_per_atom": luck / len(cell),
        "density_kg_per_m3": _density(cell),
        "cell_volume_m3": float(cell.get_volume()) * 1e-30,
        "duration_s": _FRAME * work.settings.timestep * len(run["frames"]),
        "lithium_atoms": cell.get_chemical_symbols().count("Li"),
        "atoms": len(cell),
        "lag_s": walk.lag,
        "squared_displacement_m2": walk.squared_displacement,
        "diffusivity_m2_per_s": walk.value,
    }


def _troubles(work: Work, host: NDArray[np.float64], run: dict[str, NDArray[np.float64]]) -> list[str]:
    """What makes the motion doubtful: a host that runs, a temperature that is missed, an energy that still falls."""
    said = []
    moved = float(np.sqrt(np.mean(np.sum((host[-1] - host[0]) ** 2, axis=1)))) if host.shape[1] else 0.0
    if moved > _MELTED:
        said.append(f"the host moved by {moved * 1e10:.1f} angstrom: it melts or falls apart at this temperature")
    wanted, mean = work.settings.temperature, float(run["temperatures"].mean())
    if abs(mean - wanted) > max(_OFF, 3 * _luck_of_temperature(work, run)) * wanted:
        said.append(f"the atoms move as at {mean:.0f} K instead of {wanted:.0f} K")
    drift, luck = _energy_drift(run["energies"])
    if abs(drift) > _DRIFTS * luck:
        said.append("not settled: the energy still drifts, take a longer Settings.settling")
    return said


def _luck_of_temperature(work: Work, run: dict[str, NDArray[np.float64]]) -> float:
    """1. Relative standard error of the mean temperature of so few atoms, whose bath takes 1/(2 friction) to answer."""
    frames, atoms = run["frames"].shape[:2]
    femtoseconds = _FRAME * work.settings.timestep * 1e15 * frames
    return float(np.sqrt(2 / (3 * atoms) / (_FRICTION * femtoseconds)))


def _blocks(series: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.array([block.mean() for block in np.array_split(series, _BLOCKS)])


def _energy_drift(energies: NDArray[np.float64]) -> tuple[float, float]:
    """EV. Mean of the second half less that of the first, and its standard error."""
    early, late = np.split(_blocks(energies), 2)
    luck = np.sqrt((early.var(ddof=1) + late.var(ddof=1)) / (_BLOCKS // 2))
    return float(late.mean() - early.mean()), float(luck)


def _host_drift(paths: NDArray[np.float64], lithium: NDArray[np.bool_], masses: Any) -> NDArray[np.float64]:
    """(frames, 1, 3) m. Centre of mass of what is not lithium; of everything in a pure metal."""
    framework = ~lithium if np.any(~lithium) else np.ones(len(lithium), dtype=bool)
    drift: NDArray[np.float64] = np.average(paths[:, framework], axis=1, weights=masses[framework])
    return drift[:, None, :]


def _hopped(paths: NDArray[np.float64]) -> int:
    """How many atoms sit elsewhere at the end than at the beginning, rattling averaged out."""
    quarter = max(1, len(paths) // 4)
    moved = paths[-quarter:].mean(axis=0) - paths[:quarter].mean(axis=0)
    return int(np.sum(np.linalg.norm(moved, axis=1) > _HOP))
