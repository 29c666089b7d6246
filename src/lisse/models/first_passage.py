"""When a protocol first passes a limit: each step in turn, with what the steps before it have left behind.

Between the ends of steps everything is a closed form or a quadrature: voids follow the contact law along the heights
between full and lost contact, salt is the superposition of its responses to every change of current, the electronic
leak adds up until the current turns round, charge is counted. Limits that are reached at once (cracks, boundaries, the
voltage) compare the current of the step.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lisse import theory
from lisse.cell import Cell
from lisse.models.contact import ContactLaw, contact_law_of
from lisse.models.criteria.criterion import Criterion, drop_at_current, formed_contact, is_molten, series_resistance
from lisse.models.criteria.layer import electron_path
from lisse.models.inputs import Inputs, read_inputs
from lisse.models.limits import at_condition, limit_at
from lisse.protocol import Condition, Protocol, Step
from lisse.records import Limit, Verdict
from lisse.units import FARADAY

__all__ = ["first_passage"]

_HEIGHTS = 400
_SETTLED = 4.0  # L^2/D after which a change of the current has decayed to exp(-4 pi^2), below rounding


def first_passage(cell: Cell, protocol: Protocol, criteria: Sequence[Criterion]) -> tuple[Verdict, float | None]:
    """The verdict of the closed forms, and when the cell fails (s; ``None`` when it does not).

    That time counts steps that may end early with their longest one; the verdict then tells none.

    Parameters
    ----------
    cell : Cell
    protocol : Protocol
    criteria : sequence of Criterion
        Only those that decide count.
    """
    past = _Past()
    known: dict[Condition, _Here] = {}
    for step, condition in zip(protocol.steps, protocol.conditions, strict=True):
        if condition not in known:
            known[condition] = _here(at_condition(cell, condition), protocol, criteria)
        here = known[condition]
        current, duration = step.current_density or 0.0, step.time or 0.0
        late = [(_wait(limit, here, past, current, duration), limit.margin or 0.0, limit) for limit in here.limits]
        passed = [entry for entry in late if entry[0] < duration]
        if passed:
            wait, _, worst = min(passed, key=lambda entry: entry[:2])
            return past.verdict(worst, current, wait, step), past.time + wait
        past.advance(here, step, current, duration)
    charge = None if past.early else past.charge
    return Verdict("none", highest_current_density_passed=past.largest, cumulative_charge=charge), None


@dataclass(frozen=True)
class _Here:
    """The cell under one condition: its inputs, the limits that decide, and the course of its voids."""

    inputs: Inputs
    limits: tuple[Limit, ...]
    voids: _Voids | None


def _here(cell: Cell, protocol: Protocol, criteria: Sequence[Criterion]) -> _Here:
    inputs = read_inputs(cell, protocol)
    said = [limit_at(criterion, inputs) for criterion in criteria if criterion.decides]
    needed = ("void_density", "creep_prefactor", "molar_volume", "surface_energy")
    solid = not bool(is_molten(inputs)) and not inputs.soft_contact and all(name in inputs.values for name in needed)
    voids = _Voids.of(inputs) if solid and float(inputs["injection"]) > 0.0 else None
    # a limit that one half-cycle alone does not reach may be reached by several in one direction
    kept = tuple(limit for limit in said if limit.applies or (limit.criterion.startswith("void closure") and voids))
    return _Here(inputs, kept, voids)


@dataclass
class _Past:
    """What the steps so far have left behind."""

    time: float = 0.0  # s
    charge: float = 0.0  # C/m2, magnitudes
    net: float = 0.0  # C/m2
    largest: float | None = None  # A/m2, passed
    early: bool = False  # whether a step may have ended before its longest time
    direction: int = 0
    leaked: float = 0.0  # C/m2, since the current last turned round
    heights: dict[int, float] = field(default_factory=dict)  # m, of voids, by the direction that strips there
    current: float = 0.0  # A/m2, of the last step
    jumps: list[tuple[float, float]] = field(default_factory=list)  # time (s) and change of the current (A/m2), of salt

    def verdict(self, limit: Limit, current: float, wait: float, step: Step) -> Verdict:
        """The failure by a limit, so long after the start of a step: at the current and the time that the test has.

        Behind a step that may end early, neither the time nor the charge is known.
        """
        early = self.early or step.may_end_early
        return Verdict(
            limit.mechanism,
            None if early else self.time + wait,
            abs(current) or None,
            self.largest,
            None if early else self.charge + abs(current) * wait,
        )

    def advance(self, here: _Here, step: Step, current: float, duration: float) -> None:
        """To the end of a step."""
        direction = int(np.sign(current))
        if direction and direction != self.direction and here.inputs.metal_counter:
            self.leaked = 0.0
        self.leaked += _leak(here.inputs, current) * duration
        if here.voids is not None:
            for side in _stripped_by(here.inputs):
                height = self.heights.get(side, here.voids.formed)
                self.heights[side] = here.voids.after(height, side * current, duration)
        if here.inputs.polymer:
            self._note(here.inputs, current)
        self.early = self.early or step.may_end_early
        self.current = current
        self.time += duration
        self.charge += abs(current) * duration
        self.net += current * duration
        if direction:
            self.direction = direction
            self.largest = max(self.largest or 0.0, abs(current))

    def _note(self, inputs: Inputs, current: float) -> None:
        """Keep a change of the current; those to which the salt has settled since are summed up in one."""
        settled = self.time - _SETTLED * float(inputs["electrolyte_thickness"] ** 2 / inputs["salt_diffusivity"])
        old = [change for time, change in self.jumps if time <= settled]
        if len(old) > 1:
            self.jumps = [(settled, sum(old)), *self.jumps[len(old) :]]
        if current != self.current:
            self.jumps.append((self.time, current - self.current))


def _stripped_by(inputs: Inputs) -> tuple[int, ...]:
    """Directions of current that strip a metal electrode: -1 the working one, 1 the counter electrode."""
    return (-1, 1) if inputs.metal_counter else (-1,)


def _wait(limit: Limit, here: _Here, past: _Past, current: float, duration: float) -> float:
    """s. How long a step runs until it passes a limit; inf when it does not."""
    direction, inputs = int(np.sign(current)), here.inputs
    plates = direction == 1 or (direction == -1 and inputs.metal_counter)
    if limit.mechanism == "contact-loss":
        return _lost_contact(here, past, current) if here.voids is not None else math.inf
    if limit.mechanism == "salt-depletion" and not limit.criterion.endswith("the interlayer"):
        return _depleted(inputs, past, current, duration)
    if limit.mechanism == "internal-plating":
        return _filled(limit, inputs, past, current) if plates else math.inf
    if "time_to_span" in limit.inputs:
        return max(limit.inputs["time_to_span"] - past.time, 0.0)
    if limit.current_density is None:
        return _exhausted(limit, past, current)
    if limit.criterion == "lithium diffusion through the interlayer":
        return _emptied(inputs, current)
    concerned = plates or limit.mechanism in ("voltage-limit", "salt-depletion")
    return 0.0 if concerned and abs(current) > limit.current_density else math.inf


def _emptied(inputs: Inputs, current: float) -> float:
    """s. Until stripping has emptied the face of an alloy layer that was full at the start of the step."""
    if int(np.sign(current)) not in _stripped_by(inputs):
        return math.inf
    names = {"diffusivity": "diffusivity", "concentration": "lithium", "thickness": "thickness"}
    layer = {name: float(inputs[f"interlayer_{own}"]) for name, own in names.items()}
    return float(theory.interlayer_depletion_time(abs(current), **layer))


def _exhausted(limit: Limit, past: _Past, current: float) -> float:
    sign = limit.inputs["sign"]
    if sign * current <= 0.0:
        return math.inf
    return max((limit.inputs["capacity"] - sign * past.net) / abs(current), 0.0)


# -- voids ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Voids:
    """Heights from closed voids to lost contact (m) and the closure on the way (m/s), for one condition."""

    law: ContactLaw
    heights: NDArray[np.float64]
    closure: NDArray[np.float64]
    formed: float

    @classmethod
    def of(cls, inputs: Inputs) -> _Voids:
        """The course for a table of single numbers."""
        law = contact_law_of(inputs, inputs.closure)
        last = float(law.height(inputs["contact_limit"]))
        heights, closure = law.course(0.0, last, float(inputs["stack_pressure"]), _HEIGHTS)
        return cls(law, heights, closure, min(float(law.height(formed_contact(inputs))), last))

    def until_lost(self, height: float, stripping: float) -> float:
        """s. Time from a height to lost contact at a stripping current density (A/m2); inf when it never comes."""
        if height >= self.heights[-1]:
            return 0.0
        edges, speed = self._ahead(height, stripping)
        return float(np.sum(np.diff(edges) / speed)) if (speed > 0.0).all() else math.inf

    def after(self, height: float, stripping: float, duration: float) -> float:
        """m. Height after a time (s) at a stripping current density, below zero where it plates."""
        if stripping > 0.0:
            edges, speed = self._ahead(height, stripping)
            if speed[0] > 0.0:
                stuck = np.flatnonzero(speed <= 0.0)
                end = int(stuck[0]) if stuck.size else speed.size
                times = np.concatenate([[0.0], np.cumsum(np.diff(edges)[:end] / speed[:end])])
                return float(np.interp(duration, times, edges[: end + 1]))
        return self._shrunk(height, stripping, duration)

    def _ahead(self, height: float, stripping: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Heights from one on, and the speed of growth between them (m/s)."""
        edges = np.concatenate([[height], self.heights[self.heights > height]])
        closure = np.interp(edges, self.heights, self.closure)
        gain = self.law.injection * self.law.volume_per_charge * stripping
        return edges, np.asarray(gain - 0.5 * (closure[1:] + closure[:-1]))

    def _shrunk(self, height: float, stripping: float, duration: float) -> float:
        """m. Height after a time in which voids shrink, by closure and by what is plated into them."""
        edges = np.concatenate([[height], self.heights[self.heights < height][::-1]])
        if edges.size == 1:
            return height
        closure = np.interp(edges, self.heights, self.closure)
        share = self.law.injection if stripping > 0.0 else self.law.refill
        speed = 0.5 * (closure[1:] + closure[:-1]) - share * self.law.volume_per_charge * stripping
        moving = np.flatnonzero(speed <= 0.0)
        end = int(moving[0]) if moving.size else speed.size
        if end == 0:
            return height
        times = np.concatenate([[0.0], np.cumsum(-np.diff(edges)[:end] / speed[:end])])
        return float(np.interp(duration, times, edges[: end + 1]))


def _lost_contact(here: _Here, past: _Past, current: float) -> float:
    """s. Until the electrode that the current strips has lost contact."""
    side = int(np.sign(current))
    if side not in _stripped_by(here.inputs) or here.voids is None:
        return math.inf
    return here.voids.until_lost(past.heights.get(side, here.voids.formed), abs(current))


# -- salt ----------------------------------------------------------------------------------------------------------


def _depleted(inputs: Inputs, past: _Past, current: float, duration: float) -> float:
    """s. Until the salt runs out at either face: superposed responses to all changes of the current, bisected."""
    if not current or duration <= 0.0:
        return math.inf
    jumps = [*past.jumps, (past.time, current - past.current)]

    times = duration * np.concatenate([[0.0], np.geomspace(1e-4, 1.0, 40)])
    empty = np.flatnonzero(_least_salt(inputs, jumps, past.time + times[1:]) <= 0.0)
    if not empty.size:
        return math.inf
    low, high = float(times[empty[0]]), float(times[empty[0] + 1])
    for _ in range(50):
        middle = 0.5 * (low + high)
        gone = _least_salt(inputs, jumps, np.array([past.time + middle]))[0] <= 0.0
        low, high = (low, middle) if gone else (middle, high)
    return high


def _least_salt(
    inputs: Inputs, jumps: Sequence[tuple[float, float]], times: NDArray[np.float64]
) -> NDArray[np.float64]:
    """mol/m3. Salt concentration at the poorer of the two faces at some times (n,)."""
    thickness = float(inputs["electrolyte_thickness"])
    mean = float(inputs["salt_concentration"])
    starts, changes = (np.array(column) for column in zip(*jumps, strict=True))
    profile = theory.polarisation_profile(
        position=np.array([0.0, thickness])[:, None, None],
        time=np.maximum(times[:, None] - starts, 0.0),
        current_density=changes,
        salt_concentration=mean,
        diffusivity=float(inputs["salt_diffusivity"]),
        transference_number=float(inputs["transference_number"]),
        thickness=thickness,
    )
    return np.asarray(mean + np.sum(np.asarray(profile) - mean, axis=-1).min(axis=0))


# -- lithium in pores ----------------------------------------------------------------------------------------------


def _leak(inputs: Inputs, current: float) -> float:
    """A/m2. Electronic leak of the cell as formed; zero where it is not known."""
    if "electronic_conductivity" not in inputs.values:
        return 0.0
    drops = float(drop_at_current(inputs, np.asarray(abs(current)), 2.0, series_resistance(inputs)))
    open_circuit = 0.0 if inputs.metal_counter else float(inputs["open_circuit_voltage"])
    per_volt, _, _ = electron_path(inputs)
    return float(per_volt * (open_circuit + drops))


def _filled(limit: Limit, inputs: Inputs, past: _Past, current: float) -> float:
    """s. Until the leak has brought a pore radius of lithium, at a current that the potential allows."""
    if abs(current) <= limit.inputs["current_density_of_threshold"]:
        return math.inf
    turned = inputs.metal_counter and int(np.sign(current)) != past.direction
    there = 0.0 if turned else past.leaked
    needed = float(inputs["pore_radius"] * FARADAY / inputs["molar_volume"])
    leak = _leak(inputs, current)
    return max(needed - there, 0.0) / leak if leak > 0.0 else math.inf
