"""Lattices of composites: sites in polymer, ceramic and the layer between them, from the voxels of a microstructure.

Each kind of ion has a lattice of its own. What does not belong here: making microstructures
(`lisse.microstructure.generate`), solving.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lisse.errors import InvalidInput, suggest
from lisse.lattice.checks import number, three_booleans
from lisse.lattice.hopping import Hopping, Interphase
from lisse.lattice.ion_lattice import IonLattice
from lisse.microstructure import Volume
from lisse.units import FARADAY, GAS_CONSTANT

__all__ = ["composite_lattice"]

Array = np.ndarray[Any, np.dtype[Any]]
_SAME_LENGTH = 1e-6  # relative difference of voxel and hop


def composite_lattice(
    volume: Volume,
    hopping: Mapping[str, Hopping | None],
    temperature: float,
    interface_resistance: Mapping[tuple[str, str], float] | None = None,
    interphases: Sequence[Interphase] = (),
    periodic: Sequence[bool] = (True, True, True),
    explicit_bonds: bool = False,
) -> IonLattice:
    """One site for each voxel of a composite, for one kind of ion.

    ::

        w_i = c_i / <c>
        phi_ij = R T / (F^2 <c> h) / (h/(2 s_i) + R_int + h/(2 s_j)),     s_i = F^2 c_i D_i / (R T)

    A voxel is usually a region of many hops, with the diffusivity `Hopping.diffusivity`. With ``explicit_bonds`` it is
    one site, its edge the hop length, and bonds of phases whose `open_fraction` is below 1 are drawn anew one by one; a
    bond between two regions has the smaller probability and the slower renewal of those that renew.

    Parameters
    ----------
    volume : Volume. Of cubic voxels; a plane becomes one layer.
    hopping : mapping of phase names to Hopping, or to None where this ion has no sites (anions in a ceramic). One entry
        for every phase that has voxels.
    temperature : float, K.
    interface_resistance : mapping of pairs of phase names to float, ohm m2, optional. Of faces between two phases, such
        as ``lisse.theory.exchange_resistance`` gives; pairs that are not named have none, inf closes them.
    interphases : sequence of Interphase, or one. Each thicker than half a voxel. Where two overlap, the first holds.
    periodic : three booleans. Axes along which the lattice closes on itself; those of one voxel never do.
    explicit_bonds : bool. See above.

    Returns
    -------
    IonLattice

    Warns
    -----
    UserWarning
        Where a phase has renewing bonds that the effective medium does not describe well (`Hopping.caution`).

    Examples
    --------
    >>> layers = Volume(np.array([[[0]], [[1]]]), 1e-9, {0: "polymer", 1: "ceramic"})
    >>> moves = {"polymer": Hopping(1e9, 1e-9, 1000.0), "ceramic": Hopping(1e10, 1e-9, 9000.0)}
    >>> both = composite_lattice(layers, moves, 300.0)
    >>> both.concentration, both.weight.ravel().tolist()
    (5000.0, [0.2, 1.8])
    """
    names, phase = _phase_numbers(volume, hopping)
    edge = volume.voxel_size[0]
    number("temperature", temperature, above=True)
    x, y, z = three_booleans(periodic)
    closed = tuple(around and count > 1 for around, count in zip((x, y, z), phase.shape, strict=True))
    if isinstance(interphases, Interphase):
        interphases = [interphases]
    region = phase.copy()
    moves = [hopping[name] for name in names]
    for layer in interphases:
        there, move = _interphase(layer, names, phase, hopping, edge, closed, temperature)
        region[there & (region == phase)] = len(moves)
        moves.append(move)
    if explicit_bonds:
        _check_hop_lengths(moves, edge)
    concentration = np.array([0.0 if move is None else move.concentration for move in moves])[region]
    mean = float(concentration.mean())
    if not mean > 0.0:
        raise InvalidInput("hopping", "no phase with sites", "at least one phase in which the ion is")
    for text in () if explicit_bonds else dict.fromkeys(move.caution for move in moves if move and move.caution):
        warnings.warn(text, UserWarning, stacklevel=2)
    conductivity = np.array([_conductivity(move, temperature, explicit_bonds) for move in moves])[region]
    exchange = _fluxes(conductivity, edge, _resistances(interface_resistance, names), phase, closed, mean, temperature)
    lattice = IonLattice(edge, concentration / mean, exchange, (closed[0], closed[1], closed[2]), temperature, mean)
    return _with_renewal(lattice, region, moves) if explicit_bonds else lattice


def _phase_numbers(volume: Volume, hopping: Mapping[str, Hopping | None]) -> tuple[list[str], Array]:
    """Names of the phases with voxels, and the place in this list of each voxel, always along three axes."""
    if not isinstance(volume, Volume) or not volume.cubic:
        raise InvalidInput("volume", getattr(volume, "voxel_size", type(volume).__name__), "a Volume of cubic voxels")
    shares = volume.phase_fractions()
    if not isinstance(hopping, Mapping):
        raise InvalidInput("hopping", type(hopping).__name__, "a mapping of phase names to Hopping or None")
    names = [name for name, share in shares.items() if share > 0.0]
    for name in hopping:
        if name not in shares:
            raise InvalidInput("hopping", name, f"phases of the volume: {', '.join(shares)}", suggest(name, shares))
        if not isinstance(hopping[name], (Hopping, type(None))):
            advice = "Hopping.of_conductivity(...) makes one from S/m"
            raise InvalidInput(f"hopping of {name!r}", hopping[name], "a Hopping, or None", advice)
    missing = next((name for name in names if name not in hopping), None)
    if missing is not None:
        raise InvalidInput(
            "hopping", f"nothing for {missing!r}", "an entry for every phase", "None where no ion can be"
        )
    numbers = np.zeros(volume.shape, np.int32)
    for n, name in enumerate(names):
        numbers[volume.mask(name)] = n
    return names, numbers.reshape((*volume.shape, 1)[:3])


def _interphase(
    layer: Interphase,
    names: Sequence[str],
    phase: Array,
    hopping: Mapping[str, Hopping | None],
    edge: float,
    closed: Sequence[bool],
    temperature: float,
) -> tuple[Array, Hopping]:
    """Where the layer is, and how ions move in it."""
    from lisse.numerics.distance import distance_to_background

    if not isinstance(layer, Interphase):
        raise InvalidInput("interphases", layer, "Interphase objects")
    if not layer.thickness > 0.5 * edge:
        advice = "Take finer voxels, or put a thin layer into the interface resistance"
        raise InvalidInput(
            "interphase.thickness", layer.thickness, f"more than half a voxel, {0.5 * edge:.3g} m", advice
        )
    for what in ("of", "near"):
        name = getattr(layer, what)
        if name not in names:
            raise InvalidInput(f"interphase.{what}", name, f"a phase: {', '.join(names)}", suggest(name, names))
    bulk = hopping[layer.of]
    if bulk is None:
        raise InvalidInput("interphase.of", layer.of, "a phase in which the ion has sites")
    away = distance_to_background(phase != names.index(layer.near), (edge,) * 3, closed)
    there = (phase == names.index(layer.of)) & (away - 0.5 * edge < layer.thickness)
    return there, layer.changed(bulk, temperature)


def _conductivity(move: Hopping | None, temperature: float, bare: bool) -> float:
    """S/m. Of one region; `bare` with all bonds open."""
    if move is None:
        return 0.0
    diffusivity = move.hop_rate * move.hop_length**2 if bare else move.diffusivity
    return FARADAY**2 * move.concentration * diffusivity / (GAS_CONSTANT * temperature)


def _resistances(given: Mapping[tuple[str, str], float] | None, names: Sequence[str]) -> Array | None:
    """ohm m2. Table by the numbers of the phases, from 1."""
    if not given:
        return None
    if not isinstance(given, Mapping):
        raise InvalidInput("interface_resistance", given, "a mapping of pairs of phases to ohm m2")
    table = np.zeros((len(names) + 1, len(names) + 1))
    for pair, value in given.items():
        if not isinstance(pair, tuple) or len(pair) != 2 or pair[0] == pair[1]:
            raise InvalidInput("interface_resistance", pair, "pairs of two different phases")
        if isinstance(value, bool) or not isinstance(value, (int, float, np.number)) or not value >= 0.0:
            raise InvalidInput("interface_resistance", value, "ohm m2, at least 0, inf where nothing passes")
        for name in pair:
            if name not in names:
                raise InvalidInput(
                    "interface_resistance", name, f"phases with voxels: {', '.join(names)}", suggest(name, names)
                )
        a, b = (names.index(name) + 1 for name in pair)
        table[a, b] = table[b, a] = value
    return table


def _fluxes(
    conductivity: Array,
    edge: float,
    resistances: Array | None,
    phase: Array,
    closed: Sequence[bool],
    mean: float,
    temperature: float,
) -> tuple[Array, Array, Array]:
    """1/s. Equilibrium fluxes of all bonds, for weights of mean 1."""
    from lisse.numerics.conduction import face_conductances

    regions = None if resistances is None else phase + 1
    scale = GAS_CONSTANT * temperature / (FARADAY**2 * mean * edge**3)
    x, y, z = face_conductances(conductivity, (edge,) * 3, resistances, regions, closed)
    for face in (x, y, z):
        face *= scale
    return x, y, z


def _check_hop_lengths(moves: Sequence[Hopping | None], edge: float) -> None:
    for move in moves:
        if move is not None and abs(move.hop_length - edge) > _SAME_LENGTH * edge:
            text = f"hops of {move.hop_length:.4g} m in voxels of {edge:.4g} m"
            raise InvalidInput("explicit_bonds", text, "voxels of the length of a hop", "Or explicit_bonds=False")


def _with_renewal(lattice: IonLattice, region: Array, moves: Sequence[Hopping | None]) -> IonLattice:
    """The same lattice with the bonds of polymers as probabilities."""
    if all(move is None or move.open_fraction == 1.0 for move in moves):
        return lattice
    shares = np.array([1.0 if move is None else move.open_fraction for move in moves])
    rates = np.array([math.inf if move is None or move.open_fraction == 1.0 else move.renewal for move in moves])
    fractions, renewals = [], []
    for axis in range(3):
        other = np.roll(region, -1, axis)
        fractions.append(np.minimum(shares[region], shares[other]))
        slower = np.minimum(rates[region], rates[other])
        renewals.append(np.where(np.isfinite(slower), slower, 0.0))
    return IonLattice(
        lattice.spacing,
        lattice.weight,
        lattice.exchange,
        lattice.periodic,
        lattice.temperature,
        lattice.concentration,
        (fractions[0], fractions[1], fractions[2]),
        (renewals[0], renewals[1], renewals[2]),
    )
