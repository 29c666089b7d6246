"""Seeded virtual cells with known fates, recorded by a virtual cycler, for the analysis to find what it did not see."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np

from cells import llzo_case
from lisse import theory
from lisse.errors import InvalidInput
from lisse.measurement import Cycler, observe
from lisse.measurement.columns import CURRENT, TIME, VOLTAGE, bdf_dataset
from lisse.models import Lumped, solve
from lisse.protocol import Protocol, Step, ccd_ramp, cycle, one_way
from lisse.records import Measurement, Solution
from lumped_cases import POLYMER, bare

__all__ = ["DISTURBANCES", "VirtualCell", "virtual_cell", "virtual_polymer"]

MILLIAMPERE, MILLIAMPERE_HOUR = 10.0, 36_000.0
"""A/m2 per mA/cm2, and C/m2 per mAh/cm2."""

_SHORTS = ("filament-short", "internal-plating", "soft-short")
DISTURBANCES = ("none", "temperature", "spikes", "holes", "drift", "offset")
"""What else a laboratory adds: a room that warms and cools, a lead that flickers, lost records, a drifting source."""


@dataclass(frozen=True)
class VirtualCell:
    """One cell: its simulated truth, and the record that the analysis sees."""

    seed: int
    solution: Solution
    measurement: Measurement
    interval: float
    disturbance: str

    @property
    def truth(self) -> str:
        """What a perfect cycler would have seen: a short is called after the voltage that the model says is left.

        At most 5 % or 1 mV of it left is a hard short, at most 92 % a soft one. ``"shorted from the start"`` and
        ``"other"`` (such as lithium used up) are not asked.
        """
        verdict = self.solution.verdict
        if verdict.mode in ("none", "contact-loss"):
            return verdict.mode
        if verdict.mode == "salt-depletion":
            return "depletion"
        if verdict.mode not in _SHORTS or verdict.time is None:
            return "other"
        if verdict.time < self.interval:
            return "shorted from the start"
        time, voltage = (np.asarray(self.solution[name].values) for name in ("time", "voltage"))
        before = int(np.searchsorted(time, verdict.time * (1.0 - 1e-9))) - 1
        if voltage[before] == 0.0:  # at the very start of a half-cycle: there is nothing to compare with
            return "other"
        left, after = abs(voltage[-1] / voltage[before]), abs(voltage[-1])  # the model records one more minute
        if left <= 0.05 or (left < 0.1 and after < 1e-3):
            return "hard-short"
        return "soft-short" if left <= 0.92 else "other"


def virtual_cell(seed: int) -> VirtualCell | None:
    """The cell of a seed; ``None`` where the model refuses it or stops for numerical reasons."""
    random = np.random.default_rng(seed)
    case = llzo_case(**_changes(random))
    protocol = _protocol(random)
    cycler = _cycler(random, seed)
    try:
        solution = Lumped().solve(case.cell, protocol, seed=seed)
    except InvalidInput:
        return None
    if solution.status == "failed":
        return None
    disturbance = str(random.choice(DISTURBANCES))
    record = _disturbed(observe(solution, cycler), disturbance, random)
    return VirtualCell(seed, solution, record, cycler.sampling_interval, disturbance)


def virtual_polymer(seed: int) -> VirtualCell:
    """A cell of PEO-LiTFSI at 90 degC at 0.4 to 3 times its limiting current; the record ends when the salt has."""
    random = np.random.default_rng(seed)
    pressure = f"{_log(random, 0.1, 2.0):.4g} MPa"
    changes = {
        **POLYMER,
        **bare(injection=0.0, resistance=f"{_log(random, 2.0, 100.0):.4g} ohm cm^2"),
        "cell__anode__thickness": "500 um",
        "cell__electrolyte": {"material": "PEO-LiTFSI", "thickness": f"{_log(random, 30.0, 400.0):.4g} um"},
        "cell__stack": {"pressure": pressure, "forming_pressure": pressure},
    }
    cell = llzo_case(**changes).cell
    names = {"salt_concentration": "salt_concentration", "diffusivity": "salt_diffusivity"}
    salt = {name: cell.electrolyte.material.value(key, cell.temperature) for name, key in names.items()}
    share = cell.electrolyte.material.value("transference_number", cell.temperature)
    thickness = cell.electrolyte.thickness
    limit = theory.limiting_current(**salt, transference_number=share, thickness=thickness)
    settling = thickness**2 / salt["diffusivity"]
    rest = float(random.choice([0.0, settling]))
    build = {"ramp": ccd_ramp, "one-way": one_way}.get(str(random.choice(["ramp", "one-way", "cycle", "once"])))
    if build is not None:
        protocol = build(0.2 * limit, 0.2 * limit, 3.0 * limit, half_cycle_time=settling, rest=rest, voltage_limit=2.0)
    else:
        steady = Step(current_density=_log(random, 0.4, 3.0) * limit, duration=3.0 * settling)
        protocol = Protocol("once", (steady,), voltage_limit=2.0)
    solution = solve(Lumped(), cell, protocol)
    cycler = Cycler(sampling_interval=max(1.0, round(settling / 300.0)), voltage_noise=1e-5, seed=seed)
    return VirtualCell(seed, solution, observe(solution, cycler), cycler.sampling_interval, "none")


def _disturbed(record: Measurement, kind: str, random: np.random.Generator) -> Measurement:
    """The record with what a laboratory adds to it."""
    time, current, voltage = (np.array(record[label].values) for label in (TIME, CURRENT, VOLTAGE))
    if kind == "temperature":  # the resistance swings by 8 % over a day
        voltage *= 1.0 + 0.08 * np.sin(2.0 * np.pi * (time / 86_400.0 + random.uniform()))
    if kind == "spikes":
        hit = random.integers(0, time.size, min(8, time.size // 50))
        voltage[hit] *= random.choice([-1.0, 0.0, 0.5, 3.0, 10.0], hit.size)
    if kind == "drift":  # within each half-cycle the source loses 3 % of the current
        since = time - np.maximum.accumulate(np.where(np.diff(np.sign(current), prepend=0.0) != 0, time, 0.0))
        loss = 0.03 * since / max(float(since.max()), 1.0)
        current *= 1.0 - loss
        voltage *= 1.0 - loss
    if kind == "offset":
        voltage += random.normal(0.0, 5e-4)
        current += 1e-3 * float(np.abs(current).max())
    if kind == "holes":
        lost = random.uniform(size=time.size) < 0.02
        start = int(random.integers(0, time.size))
        lost[start : start + time.size // 50] = True
        voltage[lost & (random.uniform(size=time.size) < 0.3)] = np.nan
        kept = ~(lost & np.isfinite(voltage))
        time, current, voltage = time[kept], current[kept], voltage[kept]
    return dataclasses.replace(record, data=bdf_dataset({TIME: time, CURRENT: current, VOLTAGE: voltage}))


def _log(random: np.random.Generator, low: float, high: float) -> float:
    return float(np.exp(random.uniform(np.log(low), np.log(high))))


def _changes(random: np.random.Generator) -> dict[str, Any]:
    """A cell of LLZO: healthy, flawed, thin, or badly pressed."""
    fate = random.choice(["healthy", "flawed", "thin", "loose"])
    changes: dict[str, Any] = {
        "cell__interface__resistance": f"{_log(random, 2.0, 200.0):.4g} ohm cm^2",
        "cell__anode__thickness": "500 um",
        "cell__electrolyte__thickness": f"{_log(random, 100.0, 800.0):.4g} um",
        "cell__stack__pressure": f"{_log(random, 2.0, 20.0):.4g} MPa",
    }
    flaw = _log(random, 1.0, 20.0)
    if fate == "healthy":
        changes["cell__electrolyte__flaws"] = None
    else:
        changes["cell__electrolyte__flaws__mean_length"] = f"{flaw if fate != 'loose' else 0.2:.4g} um"
    if fate == "thin":
        changes["cell__electrolyte__thickness"] = f"{_log(random, 15.0, 60.0):.4g} um"
        changes["cell__electrolyte__flaws__mean_length"] = f"{_log(random, 1.0, 5.0):.4g} um"
    if fate == "loose":
        changes["cell__stack__pressure"] = f"{_log(random, 0.03, 0.5):.4g} MPa"
    return changes


def _protocol(random: np.random.Generator) -> Protocol:
    """A ramp, a one-way ramp, or cycling at one current, with or without rests."""
    start = _log(random, 0.05, 0.3) * MILLIAMPERE
    charge = _log(random, 0.1, 2.0) * MILLIAMPERE_HOUR
    rest = float(random.choice([0.0, 600.0, 3600.0]))
    kind = random.choice(["ramp", "ramp", "one-way", "cycle"])
    if kind == "cycle":
        return cycle(4.0 * start, 12, half_cycle_charge=charge, rest=rest)
    build = ccd_ramp if kind == "ramp" else one_way
    return build(start, start, 12.0 * start, half_cycle_charge=charge, rest=rest)


def _cycler(random: np.random.Generator, seed: int) -> Cycler:
    return Cycler(
        sampling_interval=float(random.choice([1.0, 5.0, 10.0, 30.0])),
        voltage_noise=_log(random, 3e-6, 3e-4),
        current_noise=_log(random, 1e-9, 1e-6),
        voltage_resolution=float(random.choice([0.0, 1e-6, 1e-5])),
        seed=seed,
    )
