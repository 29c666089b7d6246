"""What a process may be, judged by its capacitance: bulk, grain boundary, constriction, interphase, diffusion.

Each kind has a range of capacitances: of a cube of the material (farad per metre, for what fills the electrolyte) or
of an area (farad per square metre, for what lies at an interface). A measured capacitance, with its uncertainty and a
factor of two for the geometry of real contacts, gives each kind a weight; kinds of comparable weight cannot be told
apart, and the reading says so. An area or a thickness that is not known is taken anywhere between the sizes of usual
laboratory cells, which widens every range. A constant phase element at an interface may have its time constants spread
through a film or along the electrode; its capacitance is taken anywhere between the two that follow.

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
_NONE_OF_THEM = 0.002  # weight that is never given away; a kind whose range is one decade has at most 1
_READINGS = 5  # between the two capacitances of a constant phase element
_LIKE_DIFFUSION = 0.6
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
    "bulk": Range(3e-11, 2e-9, False, "irvine1990", "S*"),
    "grain boundary": Range(1e-9, 1e-6, False, "irvine1990", "S*"),
    "constriction or voids": Range(1e-6, 1e-3, True, "eckhardt2023", "U"),
    "interphase or surface layer": Range(1e-5, 1e-2, True, "irvine1990", "S*"),
    "charge transfer at the interface": Range(1e-3, 1.0, True, "irvine1990", "S*"),
    "electrode reaction or diffusion": Range(1.0, 1e5, True, "irvine1990", "S*"),
}
"""After table 1 of Irvine, Sinclair and West: bulk 1e-12 F, grain boundary 1e-11 to 1e-8, surface layer 1e-9 to 1e-7,
interface of sample and electrode 1e-7 to 1e-5, electrochemical reactions 1e-4.

The table is in plain farad and calls itself a possible interpretation; only its bulk is said to be that of a cell of
1 cm2 and 1 cm with a permittivity of 10. Taking the others as those of 1 cm2 as well, and the grain boundary of 1 cm
too, is ours. So are three ends: bulk as permittivities of 3 to 200, surface layers up to 1e-6 F/cm2 (films of 10 nm),
charge transfer up to where the reactions begin. Constriction is estimated: gaps of 10 nm to 10 um and current lines in
the bulk; the table has it at the low end of the grain boundaries."""


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
    Source: irvine1990, hirschorn2010
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
        text = "blocking electrode, or diffusion that the spectrum does not follow to its end"
        return Meaning(text, {}, False, _notes_of_blocking(process, area))
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
    along = np.geomspace(_lowest(process, capacitance), capacitance, _READINGS)[:, None]
    areas, lengths = _span(area, _USUAL_AREA), _span(thickness, _USUAL_THICKNESS)
    relative = (process.capacitance_error or 0.0) / capacitance
    spread = math.hypot(relative / math.log(10), _FACTOR)
    found = {}
    for kind, one in CAPACITANCE_RANGES.items():
        low, high = one.low, one.high
        if kind == "bulk" and permittivity is not None:
            low, high = (VACUUM_PERMITTIVITY * permittivity * factor for factor in (0.5, 2.0))
        place = np.log10(along / areas if one.per_area else capacitance * lengths[:, None] / areas)
        inside = ndtr((math.log10(high) - place) / spread) - ndtr((math.log10(low) - place) / spread)
        found[kind] = float(inside.mean()) / math.log10(high / low)
    total = sum(found.values()) + _NONE_OF_THEM
    return {kind: value / total for kind, value in found.items()}


def _lowest(process: Process, capacitance: float) -> float:
    """The capacitance of time constants spread along the electrode, where the data determine it; else the other one."""
    surface, error = process.surface_capacitance, _or(process.surface_capacitance_error, math.inf)
    return surface if surface is not None and error < surface else capacitance


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
            found.append(f"and a conductivity of {_conductivity(process, area, thickness)}")
    if area is not None and "interphase or surface layer" in likely:
        film = VACUUM_PERMITTIVITY * _FILM_PERMITTIVITY * area / capacitance
        found.append(
            f"as a film of relative permittivity {_FILM_PERMITTIVITY:g} it would be {_length(film)} thick in all"
        )
    if process.exponent is not None and process.exponent < _LIKE_DIFFUSION:
        found.append(
            f"its exponent of {process.exponent:.2g} is nearer to diffusion (0.5) than to a capacitor (1): "
            "the capacitance is a formality"
        )
    return tuple(found)


def _notes_of_blocking(process: Process, area: float | None) -> tuple[str, ...]:
    if process.surface_capacitance is None:
        return ()
    per_area = "" if area is None else f" ({process.surface_capacitance / area * 100:.3g} uF/cm2)"
    return (f"as a blocking electrode it would have a capacitance of {process.surface_capacitance:.3g} F{per_area}",)


def _conductivity(process: Process, area: float, thickness: float) -> str:
    """Thickness over resistance and area in words; the uncertainty is that of the resistance alone."""
    resistance = process.resistance or math.nan
    value = thickness / (resistance * area)
    relative = _or(process.resistance_error, math.inf) / resistance
    return f"{value:.3g}" + (f" +- {relative * value:.1g}" if math.isfinite(relative) else "") + " S/m"


def _of_series(process: Process, area: float | None, thickness: float | None, highest: float | None) -> Meaning:
    where = f" than {_frequency(highest)}" if highest else " than the spectrum"
    text = (
        f"everything faster{where}: bulk of the electrolyte and leads, perhaps grain boundaries; cannot be told apart"
    )
    if area is None or thickness is None or not process.resistance:
        return Meaning(text, {}, False)
    conductivity = thickness / (process.resistance * area)
    notes = [f"as the electrolyte alone it would have a conductivity of {_conductivity(process, area, thickness)}"]
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
