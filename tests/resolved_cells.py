"""Small cells for the coupled resolved model: cases, flaws on voxels, runs with every instant kept, and balances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import lisse
import lisse.models.resolved.model as model_of
from cells import llzo_case
from lisse import materials
from lisse.microstructure import Volume
from lisse.models.resolved.cell_step import CellStep, Outcome
from lisse.models.resolved.domain import Domain
from lisse.models.resolved.model import Resolved
from lisse.records import Solution
from lisse.study.case import Case

PHASES = {0: "electrolyte", 1: "pore", 2: "crack", 3: "lithium", 4: "other"}
VOXEL = 0.5e-6
VOLUME_PER_CHARGE = materials.load("lithium").value("molar_volume", 298.15) / 96485.33212  # m3/C
SIGN = (1.0, -1.0)  # of the cell's current at the working and the counter electrode, reduction positive

Labels = NDArray[np.uint8]


def flow(current: float, time: float, **more: Any) -> dict[str, Any]:
    """A step at a constant current density (mA/cm2) for a time (s)."""
    return {"current_density": f"{current} mA/cm^2", "duration": f"{time} s"} | more


def hold(voltage: float, time: float) -> dict[str, Any]:
    """A step at a held voltage (mV) for a time (s)."""
    return {"voltage": f"{voltage} mV", "duration": f"{time} s"}


def resolved_case(*steps: dict[str, Any], thickness: float = 12.0, **changes: Any) -> Case:
    """Li | LLZO | Li behind 20 ohm cm2 at 3 MPa, with an electrolyte of so many micrometres."""
    given = {
        "cell__electrolyte": {"material": "LLZO", "thickness": f"{thickness} um"},
        "cell__interface__resistance": "20 ohm cm^2",
        "protocol": {"steps": list(steps)},
        **changes,
    }
    return llzo_case(**given)


def flaw(shape: Sequence[int] = (24, 24), depth: int = 6, column: int = 12, place: int = 0) -> Labels:
    """An electrolyte with one straight crack of one voxel's width into the surface at an electrode."""
    labels = np.zeros(tuple(shape), np.uint8)
    rows = slice(depth) if place == 0 else slice(shape[0] - depth, None)
    labels[(rows, column, *[slice(None)] * (len(shape) - 2))] = 2
    return labels


@dataclass(frozen=True)
class Run:
    """A solution, and the model's own account of every instant that it recorded."""

    solution: Solution
    outcomes: list[Outcome]
    steps: list[int]
    physics: CellStep

    def __getitem__(self, name: str) -> NDArray[np.float64]:
        """A trace."""
        return np.asarray(self.solution.data[name].values)

    @property
    def domain(self) -> Domain:
        """The voxels."""
        return self.physics.domain

    @property
    def pressure(self) -> NDArray[np.float64]:
        """Pa. Largest of the working electrode's cracks at every instant."""
        return self["plating_pressure"][:, 0]

    @property
    def events(self) -> str:
        """All warnings in one text."""
        return "\n".join(self.solution.warnings)


def run_on(labels: Labels, case: Case, *, voxel: float = VOXEL, grains: Any = None, **settings: Any) -> Run:
    """Run a case on voxels with a fluid metal, unless told otherwise."""
    volume = Volume(labels, voxel, PHASES, grains)
    return run_model(Resolved(voxel=voxel, microstructure=volume, **({"lithium": "fluid"} | settings)), case)


def run_model(model: Resolved, case: Case) -> Run:
    """Run a case and keep every instant."""
    kept: list[tuple[int, Outcome, Any]] = []
    record = model_of.record_of

    def watch(index: int, outcome: Outcome, physics: Any) -> Any:
        kept.append((index, outcome, physics))
        return record(index, outcome, physics)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(model_of, "record_of", watch)
        found = lisse.solve(model, case.cell, case.protocol, throw=False)
    outcomes, steps = [each[1] for each in kept], [each[0] for each in kept]
    return Run(found, outcomes, steps, kept[-1][2])


def check_balances(run: Run, tolerance: float = 1e-8) -> None:
    """Charge and lithium at every instant, added up here from the currents of single faces.

    Charge over the largest current, lithium over what the electrodes held at first, volumes of cracks over their
    lithium. A trace that is not a number fails too.
    """
    largest = max(abs(one.current_density) for one in run.outcomes) or 1e-12
    for outcome in run.outcomes:
        by_electrode = [_into(outcome, run.domain, outcome.places.electrode == place) for place in (0, 1)]
        for place in (0, 1):
            expected = SIGN[place] * outcome.current_density * run.domain.area
            assert by_electrode[place] == pytest.approx(expected, abs=tolerance * largest * run.domain.area)
        _check_volumes(outcome, run.domain.cell_volume)
    for row, (before, after) in enumerate(zip(run.outcomes, run.outcomes[1:], strict=False)):
        if run.steps[row] == run.steps[row + 1]:
            _check_lithium(run, before, after, tolerance)
    for name, trace in run.solution.data.items():
        missing = np.isnan(trace.values)
        if name not in ("flaw_length", "plating_pressure"):  # none where there is no crack
            assert not (missing.any(axis=0) & ~missing.all(axis=0)).any(), name
    for name, error in run.solution.conservation.items():
        assert error is not None, name
        assert error < tolerance, name


def _into(outcome: Outcome, domain: Domain, which: NDArray[np.bool_]) -> float:
    """A, or A/m. Through some of the faces; reduction positive."""
    return float(outcome.charge.current_density[which].sum()) * domain.face_area


def _check_lithium(run: Run, before: Outcome, after: Outcome, tolerance: float) -> None:
    """What an electrode gains with its cracks is the charge, and what its cracks gain came through their walls."""
    area, stock = run.domain.area, float(np.nansum(run.outcomes[0].state.metal_height))
    dt, passed = after.state.time - before.state.time, after.state.charge - before.state.charge
    mean = 0.5 * (before.current_density + after.current_density)
    assert passed == pytest.approx(dt * mean, rel=1e-9, abs=1e-12)
    if any(cluster.spans for cluster in after.state.clusters):  # one piece of metal, no longer of one electrode
        return
    for place in (0, 1):
        held = [sum(c.lithium for c in one.state.clusters if c.side == place) for one in (before, after)]
        height = float(after.state.metal_height[place] - before.state.metal_height[place])
        if np.isfinite(height) and not after.state.film.any():
            gained = height + (held[1] - held[0]) / area
            assert gained == pytest.approx(SIGN[place] * VOLUME_PER_CHARGE * passed, abs=tolerance * stock)
        walls = (after.places.electrode == place) & ~after.places.planar
        inflow = dt * VOLUME_PER_CHARGE * _into(after, run.domain, walls)
        if held[0] + inflow > 0.0:  # of an emptied crack the electrode gives the rest
            assert held[1] - held[0] == pytest.approx(inflow, abs=tolerance * stock * area)


def _check_volumes(outcome: Outcome, cell_volume: float) -> None:
    """A crack under pressure, with its pores, is as large as its lithium; without pressure it is not full.

    To 1e-8, the tolerance of the passes for it.
    """
    if outcome.cracks is None or outcome.cracked or not outcome.state.clusters:
        return
    response, pressure = outcome.cracks.response, outcome.state.cluster_pressure
    volume = response.base_volume + response.compliance @ pressure
    for cluster, opening, held in zip(outcome.state.clusters, volume, pressure, strict=True):
        room, scale = float(opening) + cluster.pore_volume(cell_volume), max(cluster.lithium, 1e-2 * cell_volume)
        if cluster.lithium < 1e-3 * cell_volume:  # counts as empty: what was too much came from the electrode
            assert cluster.lithium < room + 2e-3 * cell_volume
        elif held > 0.0:
            assert cluster.lithium == pytest.approx(room, abs=2e-8 * scale)
        else:
            assert cluster.lithium <= room + 2e-8 * scale
