"""The resolved model as users call it: cell and protocol in, Solution out."""

from __future__ import annotations

import dataclasses
import math
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any, ClassVar

from lisse import __version__ as version
from lisse.cell import Cell
from lisse.errors import InvalidInput, SolveFailed
from lisse.fields import FieldStore
from lisse.materials import Material
from lisse.microstructure import Volume
from lisse.models.base import Model, Progress
from lisse.models.criteria import choose_criteria
from lisse.models.doubts import estimate_warnings, validity_warnings
from lisse.models.limits import limits, margins
from lisse.models.resolved.assembly import cell_step, formed, planes, unfed
from lisse.models.resolved.cell_step import CellStep, Outcome
from lisse.models.resolved.checkpoint import Checkpoint, fingerprint, volume_digest
from lisse.models.resolved.clusters import bridges
from lisse.models.resolved.march import Event, March, Position, Watch, voxels
from lisse.models.resolved.short import after_short, burn_warning, filament_conductance, is_soft
from lisse.models.resolved.snapshot import snapshot
from lisse.models.resolved.structure import Structure, draws_structure
from lisse.models.resolved.traces import Record, conservation, record_of, traces
from lisse.models.resolved.verdict import cracks_that_grew, half_cycle_passed, verdict
from lisse.models.targets import targets
from lisse.protocol import Protocol, Step
from lisse.records import Solution
from lisse.units import duration

__all__ = ["Resolved"]

CHECKPOINT_EVERY = 20.0
"""s of wall clock between two checkpoints."""
LITHIUM = ("viscous", "fluid")
_REFERENCES = ("hatzell2020", "kasemchainan2019", "porz2017", "bourdin2000", "pham2011")


@dataclass(frozen=True)
class Resolved(Model):
    """A cell on voxels: charge, contact, flowing metal and cracks in a microstructure, in two or three dimensions.

    Attributes
    ----------
    voxel : float, m
        Edge of a voxel.
    microstructure : Volume, mapping or None
        The electrolyte: a volume, the recipe of a generator, or a file; ``None`` is one homogeneous crystal.
    width : float or None, m
        Of a homogeneous crystal; its thickness by default.
    phases : mapping of phase name to a role or a Material
        For phases that are not called electrolyte, pore, lithium or crack.
    flaws : mapping or None
        Cracks of the surfaces, as parameters of `lisse.microstructure.generate.cracks`; ``None`` draws them from the
        flaws of the cell's electrolyte.
    boundary_toughness : float, 1
        Fracture toughness K_IC of grain boundaries over that of the grains.
    boundary_softening : float, 1
        Young's modulus along grain boundaries over that of the grains.
    boundary_resistance : float or None, ohm m2
        Of one grain boundary; by default the cell's, shared among the boundaries that a line through it crosses.
    length_scale : float, voxels
        Of the phase field of fracture.
    fracture : bool
        Whether the electrolyte can crack.
    crystal_elasticity : bool
        Whether grains are as stiff as their cubic crystals, turned by their orientations; isotropic otherwise.
    internal_deposition : bool
        Whether lithium may form inside the electrolyte, in pores and along grain boundaries, from electrons that leak.
    boundary_electronic_conductivity : float or None, S/m
        Of the voxels along grain boundaries; that of the grains by default.
    lithium : str
        ``"viscous"``: the electrodes flow under their own stress; ``"fluid"``: they have the stack pressure everywhere.
    patch_size : float or None, m
        Size of contaminated patches; ``None`` spreads the contamination of the interface evenly.
    scatter : float, 1
        Standard deviation of the logarithm of exchange current and void closure from column to column.
    surface_diffusion : float, m2/s
        With which voids spread along the interface.
    tolerance : float, 1
        Of the agreement of charge, contact and cracks within a time step.
    time_tolerance : float, 1
        Of the contact fraction, per time step.
    most_steps : int
        Time steps after which a run is given up.
    saved_times : int
        Times at which fields are kept, besides events.
    directory : str or None
        Where fields and checkpoints are written; ``None`` keeps none.
    resume : bool
        Go on from the last checkpoint in the directory.
    """

    voxel: float = 0.5e-6
    microstructure: Volume | Mapping[str, Any] | None = None
    width: float | None = None
    phases: Mapping[str, str | Material] | None = None
    flaws: Mapping[str, Any] | None = None
    boundary_toughness: float = 0.63
    boundary_softening: float = 1.0
    boundary_resistance: float | None = None
    length_scale: float = 2.0
    fracture: bool = True
    crystal_elasticity: bool = False
    internal_deposition: bool = False
    boundary_electronic_conductivity: float | None = None
    lithium: str = "viscous"
    patch_size: float | None = None
    scatter: float = 0.0
    surface_diffusion: float = 0.0
    tolerance: float = 1e-6
    time_tolerance: float = 2e-3
    most_steps: int = 20_000
    saved_times: int = 20
    directory: str | os.PathLike[str] | None = None
    resume: bool = False

    name: ClassVar[str] = "resolved"

    def __post_init__(self) -> None:
        """Check the ranges."""
        if self.lithium not in LITHIUM:
            raise InvalidInput("lithium", self.lithium, " or ".join(LITHIUM))
        for what, low, high in (
            ("voxel", 1e-9, 1e-3),
            ("boundary_toughness", 0.05, 1.0),
            ("boundary_softening", 0.01, 1.0),
            ("length_scale", 1.0, 20.0),
            ("scatter", 0.0, 3.0),
            ("tolerance", 1e-12, 1e-2),
            ("time_tolerance", 1e-7, 0.1),
        ):
            value = getattr(self, what)
            if not low <= value <= high:
                raise InvalidInput(what, value, f"a number from {low:g} to {high:g}")
        for what, least in (("most_steps", 1), ("saved_times", 1)):
            if getattr(self, what) < least:
                raise InvalidInput(what, getattr(self, what), f"{least} or more")
        for what, length in (("width", self.width), ("patch_size", self.patch_size)):
            if length is not None and not 0.0 < length < math.inf:
                raise InvalidInput(what, length, "above 0 m")
        for what, value, unit in (
            ("boundary_resistance", self.boundary_resistance, "ohm m2"),
            ("surface_diffusion", self.surface_diffusion, "m2/s"),
        ):
            if value is not None and not 0.0 <= value < math.inf:
                raise InvalidInput(what, value, f"0 or above, in {unit}")
        electrons = self.boundary_electronic_conductivity
        if electrons is not None and not 0.0 < electrons < math.inf:
            raise InvalidInput("boundary_electronic_conductivity", electrons, "above 0 S/m")
        if electrons is not None and not self.internal_deposition:
            advice = "Set internal_deposition, or leave this out"
            raise InvalidInput("boundary_electronic_conductivity", electrons, "None without electrons", advice)

    def draws(self, cell: Cell) -> bool:
        """Whether the seed of a run changes what becomes of this cell."""
        flaws = cell.electrolyte.flaws is not None if self.flaws is None else "seed" not in self.flaws
        drawn = flaws or draws_structure(self.microstructure)
        return drawn or self.patch_size is not None or self.scatter > 0.0

    def writing_nothing(self) -> Resolved:
        """The same model without fields and checkpoints."""
        return dataclasses.replace(self, directory=None, resume=False)

    def solve(
        self, cell: Cell, protocol: Protocol, *, seed: int | None = None, progress: Progress | None = None
    ) -> Solution:
        """Run the protocol to its end, or to the first failure of the cell.

        Raises
        ------
        InvalidInput
            For a cell or microstructure that the model cannot treat.
        MissingValue
            When a property is not known.
        SolveFailed
            When not even the first instant can be solved, as without a path for ions through the electrolyte.
        """
        run = _Run(self, cell, protocol, seed, progress)
        return run.solution()


class _Run:
    """One solve: what the march needs, and what is made of its records."""

    def __init__(
        self, model: Resolved, cell: Cell, protocol: Protocol, seed: int | None, progress: Progress | None
    ) -> None:
        _refuse(cell, protocol)
        self.model, self.cell, self.protocol, self.seed, self.progress = model, cell, protocol, seed, progress
        self.warnings: list[str] = []
        self.records: list[Record] = []
        self._temperature = cell.temperature
        self._physics: dict[float, CellStep] = {}
        self._march: March
        self._last: Outcome | None = None
        self._after: list[Record] = []
        self._told_events, self._cracked = 0, False
        self._next_save, self._saved_at = 0.0, time.monotonic()

    @cached_property
    def structure(self) -> Structure:
        """The microstructure as it was asked for."""
        names = [field.name for field in dataclasses.fields(Structure)]
        return Structure(**{name: getattr(self.model, name) for name in names})

    def physics(self, temperature: float | None) -> CellStep:
        """The physics at a temperature (K), or that of the step before."""
        self._temperature = at = self._temperature if temperature is None else temperature
        if at not in self._physics:
            self._physics.clear()  # factors are large, and temperatures seldom come back
            domain, warnings = self.structure.domain(self.cell, at, self.seed)
            self.warnings += [text for text in warnings if text not in self.warnings]
            self._physics[at] = cell_step(self.model, self.cell, domain, at, self.seed)
        return self._physics[at]

    def solution(self) -> Solution:
        """Run, and put together what came out."""
        physics = self.physics(None)
        known = self._known()
        self.warnings += unfed(physics)
        march = March(
            protocol=self.protocol,
            physics=self.physics,
            watches=partial(_watches, self.cell, self.protocol),
            state=formed(self.cell, physics) if known is None else known.state,
            keep=self._keep,
            tolerance=self.model.time_tolerance,
            most_steps=self.model.most_steps,
            progress=self.progress,
        )
        if known is not None:
            march.position, march.events, march.taken = known.position, list(known.events), known.taken
            march.failure = known.failure
            self.records = list(known.records)
            self._told_events, self._cracked = len(known.events), any(e.what == "first crack" for e in known.events)
            self._next_save = self._after_share(self._share(known.position.step, known.position))
            self.physics(self.protocol.conditions[march.position.step][1])
            if march.position.time == 0.0 and march.failure is None:  # the step begins again, and records it
                self.records.pop()
        self._march = march
        if march.failure is None:
            march.run()
        self._judge_short(march)
        if not self.records:
            raise SolveFailed(f"no first instant of the cell: {march.trouble}")
        if self._last is not None:
            self._save_fields(self._last, "the end")
            self._checkpoint(self._last, march.position)
        return self._told(march)

    def _judge_short(self, march: March) -> None:
        """The minute after a short, and whether it is a soft one."""
        if march.failure is None or not march.failure[0].endswith("-short"):
            return
        domain, held = self.physics(None).domain, self.protocol.steps[march.position.step].voltage
        conductance = filament_conductance(march.state.clusters, domain)
        if is_soft(self.records[-1], conductance, held):
            march.failure = ("soft-short", *march.failure[1:])
        self._after = after_short(self.records[-1], conductance, held)
        self.warnings += burn_warning(self._after, self.cell.working.material, self._temperature)

    @cached_property
    def _case(self) -> str:
        inputs = self._inputs()
        for name in ("most_steps", "saved_times"):  # do not change what comes out
            inputs["model"].pop(name)
        inputs["volume"] = volume_digest(self.physics(None).domain.volume)
        phases = (self.model.phases or {}).items()
        inputs["materials"] = {name: made if isinstance(made, str) else made.to_dict() for name, made in phases}
        return fingerprint({**inputs, "seed": self.seed})

    def _known(self) -> Checkpoint | None:
        """The checkpoint to go on from; without one, fields that an earlier run left are removed."""
        if self._directory is None:
            return None
        known = Checkpoint.load(self._directory, self._case) if self.model.resume else None
        if known is None:
            Checkpoint.remove(self._directory)
        self._store.rewind(-math.inf if known is None else known.state.time)
        return known

    @property
    def _directory(self) -> Path | None:
        return None if self.model.directory is None else Path(self.model.directory)

    @cached_property
    def _store(self) -> FieldStore:
        return FieldStore(self.model.directory or ".", self.physics(None).domain.volume)

    def _keep(self, index: int, outcome: Outcome, position: Position) -> None:
        physics = self.physics(None)
        self.records.append(record_of(index, outcome, physics))
        self._last = outcome
        if outcome.cracked and not self._cracked:
            self._cracked = True
            self._march.events.append(Event(outcome.state.time, "first crack", f"{voxels(outcome.cracked)} cracked"))
        if self._directory is None:
            return
        fresh = [event.what for event in self._march.events[self._told_events :]]
        self._told_events = len(self._march.events)
        share = self._share(index, position)
        if fresh or not self.records[1:] or share >= self._next_save:
            self._next_save = self._after_share(share)
            self._save_fields(outcome, "; ".join(dict.fromkeys(fresh)))
        if time.monotonic() - self._saved_at > CHECKPOINT_EVERY or fresh:
            self._saved_at = time.monotonic()
            self._checkpoint(outcome, position)

    def _checkpoint(self, outcome: Outcome, position: Position) -> None:
        march = self._march
        if self._directory is not None:
            kept = Checkpoint(outcome.state, position, self.records, march.events, march.taken, march.failure)
            kept.save(self._directory, self._case)

    def _share(self, index: int, position: Position) -> float:
        """1. Of the protocol's time that is over."""
        lengths = [step.time or 0.0 for step in self.protocol.steps]
        return (sum(lengths[:index]) + position.time) / sum(lengths)

    def _after_share(self, share: float) -> float:
        """1. The next share of the protocol's time at which fields are kept."""
        return (math.floor(share * self.model.saved_times) + 1) / self.model.saved_times

    def _save_fields(self, outcome: Outcome, event: str) -> None:
        if self._directory is not None:
            self._store.save(outcome.state.time, snapshot(outcome, self.physics(None)), event)

    def _told(self, march: March) -> Solution:
        found = verdict(self.records, march)
        if march.trouble:
            status, text = "failed", f"numerical failure in {march.trouble}"
        elif march.failure is not None:
            status, text = "stopped", f"the cell failed: {found.mode} after {duration(march.failure[1])}"
        elif found.mode == "internal-plating":
            status = "completed"
            text = f"the protocol ran to its end; lithium formed inside from {duration(found.time or 0.0)} on"
        else:
            status, text = "completed", "the protocol ran to its end without failure"
        asked = choose_criteria("reported", self.cell.interface.interlayer is not None)
        criteria = limits(self.cell, self.protocol, asked)
        grown = cracks_that_grew(self.records, march)
        return Solution(
            data=traces([*self.records, *self._after], planes(self.physics(None).domain)),
            inputs=self._inputs(),
            status=status,
            status_text=text,
            warnings=(
                *validity_warnings(self.cell, self.protocol, criteria),
                *self._estimated_phases(),
                *self.warnings,
                *grown,
            ),
            references=tuple(sorted({*_REFERENCES, *(limit.reference for limit in criteria if limit.reference)})),
            seed=self.seed,
            version=version,
            model=self.model.name,
            verdict=dataclasses.replace(found, margins=margins(criteria)),
            limits=criteria,
            targets=targets(self.cell, self.protocol, found, half_cycle_passed(self.records, march)),
            conservation=conservation(self.records),
            events=tuple(dataclasses.asdict(event) for event in sorted(march.events, key=lambda event: event.time)),
        )

    def _estimated_phases(self) -> list[str]:
        """What of the phases of the microstructure is estimated."""
        made = ((name, each) for name, each in (self.model.phases or {}).items() if not isinstance(each, str))
        return [text for name, each in made for text in estimate_warnings(f"phase {name}", each)]

    def _inputs(self) -> dict[str, Any]:
        return {"cell": self.cell.to_dict(), "protocol": self.protocol.to_dict(), "model": self._settings()}

    def _settings(self) -> dict[str, Any]:
        """The settings as plain data."""
        left_out = ("directory", "resume", "microstructure", "phases")
        found = {f.name: getattr(self.model, f.name) for f in dataclasses.fields(self.model) if f.name not in left_out}
        given = self.model.microstructure
        found["microstructure"] = f"a volume of {given.shape} voxels" if isinstance(given, Volume) else given
        found["phases"] = {k: v if isinstance(v, str) else v.name for k, v in (self.model.phases or {}).items()}
        return {"name": self.model.name, **found}


def _refuse(cell: Cell, protocol: Protocol) -> None:
    """What this model does not treat."""
    if cell.electrolyte.material.kind == "polymer":
        raise InvalidInput(
            "cell.electrolyte.material",
            cell.electrolyte.material.name,
            "a single-ion conductor",
            "The resolved model has no salt; the lumped model has",
        )
    layer = cell.interface.interlayer
    if layer is not None and layer.carries == "lithium":
        raise InvalidInput(
            "cell.interface.interlayer.carries",
            layer.carries,
            "'ions', a layer that is thin against a voxel and adds its resistance",
            "The lumped model has diffusion through an alloy; an alloy of some voxels is a phase of the microstructure",
        )
    if cell.working.thickness == 0.0:
        raise InvalidInput("cell.kind", "anode-free", "electrodes with metal", "The lumped model runs bare collectors")
    if any(step.frequencies for step in protocol.steps):
        raise InvalidInput("protocol", "a step with an impedance spectrum", "steps without", "Use the lumped model")


def _watches(cell: Cell, protocol: Protocol, physics: CellStep, step: Step) -> list[Watch]:
    """What ends a run."""
    found = [Watch(lambda out: protocol.voltage_limit - abs(out.voltage), "voltage-limit")]
    clean = physics.columns.clean

    def contact(place: int, out: Outcome) -> float:
        return float(out.contact[place][clean[place]].mean()) - cell.interface.contact_limit

    def metal(place: int, out: Outcome) -> float:
        return float(out.state.metal_height[place])

    def spanned(place: int, out: Outcome) -> float:
        clusters = out.state.clusters
        return -1.0 if any(bridges(physics.domain, c, clusters) for c in clusters if c.side == place) else 1.0

    cathode = physics.laws.equations.cathode
    if cathode is not None:
        found.append(
            Watch(lambda out: cathode.charge_left(out.state.charge, out.current_density), "lithium-exhausted", 1)
        )
    inside = physics.internal
    if inside is not None:

        def joined(out: Outcome) -> float:
            deposit = out.state.deposit
            return -1.0 if deposit is not None and inside.spans(deposit, out.state.clusters) else 1.0

        found.append(Watch(joined, "internal-plating", gradual=False))
    found.append(Watch(lambda out: -1.0 if out.severed else 1.0, "electrolyte-fracture", gradual=False))
    for place, _ in physics.laws.metal:
        found.append(Watch(partial(contact, place), "contact-loss", place))
        found.append(Watch(partial(metal, place), "lithium-exhausted", place))
        found.append(Watch(partial(spanned, place), "filament-short", place, gradual=False))
    return found
