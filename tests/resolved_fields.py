"""Made-up but plausible fields of a resolved run, for the tests of what is written, drawn and exported.

A flaw at the plated side opens with time and runs through the electrolyte along the boundaries of the grains.
No model is run.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from lisse.fields import FieldStore
from lisse.fields.cracks import boundary_band
from lisse.microstructure.volume import Volume

EDGE = 0.5e-6
PHASES = {0: "pore", 1: "electrolyte", 2: "lithium"}


def polycrystal(n: int, dimensions: int = 2, seed: int = 1) -> Volume:
    """A Voronoi polycrystal, periodic along y and z, with round pores."""
    random = np.random.default_rng(seed)
    shape = (n,) * dimensions
    seeds = random.uniform(0.0, n, (max(6, n // 5), dimensions))
    places = np.stack(np.meshgrid(*(np.arange(k) + 0.5 for k in shape), indexing="ij"), axis=-1)
    apart = np.abs(places[..., None, :] - seeds)
    apart[..., 1:] = np.minimum(apart[..., 1:], n - apart[..., 1:])
    grains = 1 + np.argmin((apart**2).sum(axis=-1), axis=-1)
    labels = np.ones(shape, dtype=np.int64)
    for centre in random.uniform(0.2 * n, 0.8 * n, (3, dimensions)):
        labels[((places - centre) ** 2).sum(axis=-1) < (0.05 * n) ** 2] = 0
    return Volume(labels, EDGE, PHASES, np.where(labels == 0, 0, grains))


def crack_path(volume: Volume) -> list[tuple[int, ...]]:
    """Voxels from the working to the counter electrode, face to face, along boundaries of grains where it can."""
    cost = np.where(boundary_band(volume.grains) | (volume.labels == 0), 1.0, 20.0)
    number = np.arange(cost.size).reshape(cost.shape)
    pairs = []
    for axis in range(cost.ndim):
        ahead = np.moveaxis(number, axis, 0)
        pairs.append(np.stack([ahead[:-1].ravel(), ahead[1:].ravel()]))
    low, high = np.concatenate(pairs, axis=1)
    length = (cost.ravel()[low] + cost.ravel()[high]) / 2
    graph = coo_array((length, (low, high)), shape=(cost.size, cost.size)).tocsr()
    start = int(number[0, *(k // 2 for k in cost.shape[1:])])
    far, before = dijkstra(graph, directed=False, indices=start, return_predecessors=True)
    here = int(number[-1].ravel()[np.argmin(far.reshape(cost.shape)[-1].ravel())])
    path = [here]
    while here != start:
        here = int(before[here])
        path.append(here)
    return [tuple(int(k) for k in np.unravel_index(place, cost.shape)) for place in reversed(path)]


def made_up(volume: Volume, share: float) -> dict[str, Any]:
    """The fields when the crack has run through that share of its path."""
    shape, dimensions = volume.shape, volume.dimensions
    path = [place for place in crack_path(volume) if volume.labels[place] != 0]
    broken = path[: max(2, round(share * len(path)))]
    damage, lithium = np.zeros(shape), np.zeros(shape)
    for place in broken:
        damage[place], lithium[place] = 1.0, 0.03
    tip = np.array(broken[-1], dtype=float)
    places = np.stack(np.meshgrid(*(np.arange(k, dtype=float) for k in shape), indexing="ij"))
    ahead = places - tip.reshape(-1, *([1] * dimensions))
    away = np.sqrt((ahead**2).sum(axis=0)) + 1.0
    solid = volume.labels != 0
    current = np.zeros((dimensions, *shape))
    current[0] = -30.0 * (1.0 + 2.0 / away)
    current[1] = 20.0 * ahead[1] / away**2
    pressure = np.full(shape, np.nan)
    pressure[damage == 1.0] = 1.8e8 * (1.0 - 0.6 * share)
    stress = np.zeros((6, *shape))
    stress[1] = 3e8 / np.sqrt(away) * (1.0 + 0.3 * ahead[0] / away)
    stress[0] = 1e8 / np.sqrt(away) - 3e6
    stress[5] = 8e7 * ahead[1] / away**1.5
    stress[2] = 0.26 * (stress[0] + stress[1])
    lateral = shape[1:]
    y = np.arange(lateral[0]) / lateral[0]
    wave = (1.0 + 0.4 * np.cos(2 * np.pi * y)).reshape(-1, *([1] * (dimensions - 2))) * np.ones(lateral)
    contact = np.stack([np.ones(lateral), 1.0 - 0.5 * share * np.clip(wave - 0.6, 0.0, 1.0)])
    nodes = np.zeros((dimensions, shape[0] + 1, *lateral))
    nodes[0] = np.linspace(0.0, 2e-9 * share, shape[0] + 1).reshape(-1, *([1] * (dimensions - 1)))
    potential = 0.12 * (places[0] + 0.5) / shape[0]
    return {
        "electrolyte_potential": np.where(solid, potential, np.nan),
        "current_density": np.where(solid, current, 0.0),
        "stress": np.where(solid, stress, 0.0),
        "displacement": nodes,
        "damage": damage,
        "lithium_fraction": lithium,
        "plating_pressure": pressure,
        "lithium_chemical_potential": np.where(solid, 4e3 * (1.0 - (places[0] + 0.5) / shape[0]), np.nan),
        "local_current_density": np.stack([30.0 * wave, -30.0 * wave]),
        "contact_fraction": contact,
        "void_height": (1.0 - contact) * 2e-6,
        "contact_pressure": np.stack([3e6 * wave, 3e6 / wave]),
    }


def saved_run(directory: Any, n: int = 32, dimensions: int = 2, frames: int = 6) -> Volume:
    """A whole run in `directory`; returns its volume."""
    volume = polycrystal(n, dimensions)
    store = FieldStore(directory, volume)
    for k in range(frames):
        share = k / max(frames - 1, 1)
        event = {0: "start", frames - 1: "short"}.get(k, "first crack" if k == 1 else "")
        store.save(2.5 * k, made_up(volume, share), event)
    return volume
