"""What a process may be, judged by its capacitance: bulk, grain boundary, constriction, interphase, diffusion.

Each kind has a range of capacitances: of a cube of the material (farad per metre, for what fills the electrolyte) or
of an area (farad per square metre, for what lies at an interface). A measured capacitance, with its uncertainty and a
factor of two for the geometry of real contacts, gives each kind a weight; kinds of comparable weight cannot be told
apart, and the reading says so. An area or a thickness that is not known is taken anywhere between the sizes of usual
laboratory cells, which widens every range.

The ranges are orders of magnitude. They cannot see what only a series can: a constriction follows the stack pressure, a
bulk resistance does not, an interphase grows with time.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lisse.errors import InvalidInput
from lisse.measurement.analysis.circuit_processes import Process

__all__ = ["CAPACITANCE_RANGES", "Meaning", "Range", "bulk_capacitance", "meaning"]

VACUUM_PERMITTIVITY = 8.8541878128e-12  # F/m
_FACTOR = math.log10(2.0)
_TOLD, _MENTIONED = 0.8, 0.1
_USUAL_AREA = (3e-6, 5e-4)  # m2: 2 mm discs to 25 mm discs
_USUAL_THICKNESS = (1e-5, 2e-3)  # m
_ELSE = 0.02
_FILM_PERMITTIVITY = 10.0


@dataclass(frozen=True)
class Range:
    """Capacitances that one kind of process has.

    Attributes
    ----------
    low, high : float
        F/m times area over thickness when `per_area` is False, else F/m2.
    per_area : bool
    source, mark : str
        Citation key, and how sure the numbers are (see the confidence marks).
    """

    low: float
    high: float
    per_area: bool
    source: str
    mark: str


CAPACITANCE_RANGES: Mapping[str, Range] = {
    "bulk": Range(3e-11, 2e-9, False, "irvine1990", "L"),
    "grain boundary": Range(1e-9, 1e-6, False, "irvine1990", "L"),
    "constriction or voids": Range(1e-6, 1e-3, True, "eckhardt2023", "U"),
    "interphase or surface layer": Range(1e-5, 1e-2, True, "irvine1990", "L"),
    "charge transfer at the interface": Range(1e-3, 1.0, True, "irvine1990", "L"),
    "electrode reaction or diffusion": Range(1.0, 1e5, True, "irvine1990", "L"),
}
"""The table of Irvine, Sinclair and West for a cell of 1 cm2 and 1 cm, in SI, with two kinds set for lithium cells:
bulk as relative permittivities of 3 to 200, constriction as gaps of 10 nm to 10 um and current lines in the bulk."""


@dataclass(frozen=True)
class Meaning:
    """What a process may be.

    Attributes
    ----------
    text : str
        In words; contains "cannot be told apart" where two kinds or more fit.
    weights : mapping of str to float
        Weight of each kind, all together one (the rest: none of them).
    told : bool
        Whether one kind alone fits.
    notes : tuple of str
        What the numbers would mean: permittivity, conductivity, thickness of a film.
    """

    text: str
    weights: Mapping[str, float]
    told: bool
    notes: tuple[str, ...] = ()


def bulk_capacitance(area: float, thickness: float, permittivity: float) -> float:
    """Capacitance of a slab, F: vacuum permittivity times the relative one times area over thickness (SI)."""
    return VACUUM_PERMITTIVITY * permittivity * area / thickness


def meaning(
    process: Process,
    area: float | None = None,
    thickness: float | None = None,
    permittivity: float | None = None,
    highest_frequency: float | None = None,
) -> Meaning:
    """What a process may be.

    Parameters
    ----------
    process : Process
        From an impedance in ohm.
    area, thickness : float, m2 and m, optional
        Of the electrolyte.
    permittivity : float, optional
        Relative permittivity of the electrolyte; narrows the bulk.
    highest_frequency : float, Hz, optional
        Of the spectrum; tells what a series resistance holds.

    Returns
    -------
    Meaning

    Notes
    -----
    Source: irvine1990
    """
    for name, value in (("area", area), ("thickness", thickness), ("permittivity", permittivity)):
        if value is not None and not (math.isfinite(value) and value > 0):
            raise InvalidInput(name, value, "a number above 0 (SI)")
    if process.kind == "series":
        return _of_series(process, area, thickness, highest_frequency)
    if process.kind == "inductance":
        return Meaning("inductance of leads and instrument", {}, True)
    if process.kind == "diffusion":
        return Meaning("diffusion", {"electrode reaction or diffusion": 1.0}, True)
    if process.kind == "blocking" and process.capacitance is None:
        return Meaning("blocking electrode, or diffusion that the spectrum does not follow to its end", {}, False)
    if process.capacitance is None or not math.isfinite(_or(process.capacitance_error, math.inf)):
        return Meaning("not told: its capacitance is not determined", {}, False)
    weights = _weights(process, area, thickness, permittivity)
    text, told = _words(weights)
    return Meaning(text, weights, told, _notes(process, weights, area, thickness))


def _weights(
    process: Process, area: float | None, thickness: float | None, permittivity: float | None
) -> dict[str, float]:
    from scipy.special import ndtr

    capacitance = process.capacitance or math.nan
    areas, lengths = _span(area, _USUAL_AREA), _span(thickness, _USUAL_THICKNESS)
    relative = (process.capacitance_error or 0.0) / capacitance
    spread = math.hypot(relative / math.log(10), _FACTOR)
    found = {}
    for kind, one in CAPACITANCE_RANGES.items():
        low, high = one.low, one.high
        if kind == "bulk" and permittivity is not None:
            low, high = (VACUUM_PERMITTIVITY * permittivity * factor for factor in (0.5, 2.0))
        per = capacitance / areas[:, None] * (1.0 if one.per_area else lengths[None, :])
        place = np.log10(per)
        inside = ndtr((math.log10(high) - place) / spread) - ndtr((math.log10(low) - place) / spread)
        found[kind] = float(inside.mean()) / math.log10(high / low)
    total = sum(found.values()) + _ELSE / 10
    return {kind: value / total for kind, value in found.items()}


def _span(value: float | None, usual: tuple[float, float]) -> np.ndarray:
    return np.array([value]) if value is not None else np.geomspace(*usual, 12)


def _words(weights: Mapping[str, float]) -> tuple[str, bool]:
    ranked = sorted(weights, key=lambda kind: -weights[kind])
    if sum(weights.values()) < 0.5:
        return "none of the usual kinds: its capacitance lies outside their ranges", False
    if weights[ranked[0]] >= _TOLD:
        return ranked[0], True
    able = [kind for kind in ranked if weights[kind] >= _MENTIONED]
    return " / ".join(able) + ": cannot be told apart by the capacitance", False


def _notes(
    process: Process, weights: Mapping[str, float], area: float | None, thickness: float | None
) -> tuple[str, ...]:
    capacitance = process.capacitance or math.nan
    found = []
    likely = {kind for kind, weight in weights.items() if weight >= _MENTIONED}
    if area is not None and thickness is not None and "bulk" in likely:
        relative = capacitance * thickness / area / VACUUM_PERMITTIVITY
        found.append(f"as the bulk it would have a relative permittivity of {relative:.3g}")
        if process.resistance:
            found.append(f"and a conductivity of {thickness / (process.resistance * area):.3g} S/m")
    if area is not None and "interphase or surface layer" in likely:
        film = VACUUM_PERMITTIVITY * _FILM_PERMITTIVITY * area / capacitance
        found.append(
            f"as a film of relative permittivity {_FILM_PERMITTIVITY:g} it would be {_length(film)} thick in all"
        )
    return tuple(found)


def _of_series(process: Process, area: float | None, thickness: float | None, highest: float | None) -> Meaning:
    where = f" than {_frequency(highest)}" if highest else " than the spectrum"
    text = (
        f"everything faster{where}: bulk of the electrolyte and leads, perhaps grain boundaries; cannot be told apart"
    )
    if area is None or thickness is None or not process.resistance:
        return Meaning(text, {}, False)
    conductivity = thickness / (process.resistance * area)
    notes = [f"as the electrolyte alone it would have a conductivity of {conductivity:.3g} S/m"]
    slow = conductivity / (2 * math.pi * VACUUM_PERMITTIVITY * 100)
    if highest and slow < highest:
        fast = slow * 10
        notes.append(
            f"its arc would stand between {_frequency(slow)} and {_frequency(fast)} (relative permittivity 100 to 10)"
            + ("; it is in reach of the spectrum, so this may be leads" if fast < highest else "")
        )
    return Meaning(text, {}, False, tuple(notes))


def _frequency(value: float) -> str:
    for limit, unit in ((1e9, "GHz"), (1e6, "MHz"), (1e3, "kHz")):
        if value >= limit:
            return f"{value / limit:.3g} {unit}"
    return f"{value:.3g} Hz"


def _length(value: float) -> str:
    return f"{value * 1e6:.3g} um" if value >= 1e-6 else f"{value * 1e9:.3g} nm"


def _or(value: float | None, other: float) -> float:
    return other if value is None else value
