"""Made-up runs with fields whose truth is known, for the tests of virtual instruments and of alignment."""

from __future__ import annotations

import numpy as np

from lisse.fields import FieldStore, load_fields
from lisse.microstructure.volume import Volume
from lisse.records import Solution, dataset

EDGE = 0.5e-6
PHASES = {0: "pore", 1: "electrolyte", 2: "lithium"}


def solution(times=(0.0, 100.0), lithium=20e-6, model="resolved", material="Li6PS5Cl", **traces):
    """A Solution with the traces given, and lithium of constant thickness on both sides."""
    times = np.asarray(times, dtype=float)
    arrays = {"current_density": (("time",), np.ones(len(times))), "voltage": (("time",), np.full(len(times), 0.01))}
    arrays["lithium_thickness"] = (("time", "interface"), np.full((len(times), 2), lithium))
    arrays |= {name: (("time",), values) for name, values in traces.items()}
    cell = {"area": 1e-4, "electrolyte": {"material": {"name": material}}}
    coords = {"time": times, "interface": ["working", "counter"]}
    return Solution(data=dataset(arrays, coords), inputs={"cell": cell}, model=model)


def saved(folder, labels, frames, edge=EDGE):
    """Fields of a run: `frames` maps a time (s) to fields that differ from nothing happening."""
    labels = np.asarray(labels)
    store = FieldStore(folder, Volume(labels, edge, PHASES))
    lateral = labels.shape[1:]
    for time, given in frames.items():
        plain = {
            "lithium_fraction": (labels == 2).astype(float),
            "damage": np.zeros(labels.shape),
            "contact_fraction": np.ones((2, *lateral)),
            "void_height": np.zeros((2, *lateral)),
        }
        store.save(time, {**plain, **given})
    return load_fields(folder)


def solid(shape):
    """Labels of an electrolyte without pores."""
    return np.ones(shape, dtype=int)
