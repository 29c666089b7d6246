"""Spectra of one cell in a row, against pressure, time or another coordinate: one circuit, and a track of each process.

Every fit starts from the one before, so that a process keeps its name while it moves; when the misfit jumps, the
spectrum is fitted from scratch as well and the parts are matched to those before. What a track does tells processes
apart that one capacitance cannot: a constriction follows the pressure, the bulk does not, an interphase grows.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lisse.errors import InvalidInput
from lisse.measurement.analysis.circuit import Circuit, parse_circuit
from lisse.measurement.analysis.circuit_choice import choose_circuit, corrected_akaike
from lisse.measurement.analysis.circuit_fit import CircuitFit, fit_circuit
from lisse.measurement.analysis.circuit_processes import Process, processes
from lisse.measurement.analysis.circuit_start import form
from lisse.measurement.analysis.kramers_kronig import kramers_kronig
from lisse.measurement.analysis.spectrum_data import spectrum_arrays

__all__ = ["COORDINATES", "SpectrumSeries", "Track", "read_series"]

COORDINATES = ("time", "pressure", "temperature", "charge", "number")
_JUMP = 2.0
_SURE = 3.0
_FLAT = 0.1
_CLOSE = math.log(4.0)


@dataclass(frozen=True, eq=False)
class Track:
    """One process through a series.

    Attributes
    ----------
    name, kind : str
        Of the process (see `Process`).
    resistance, resistance_error : (k,) arrays, ohm
        ``nan`` where the process has none, errors ``inf`` where it is not determined.
    time_constant : (k,) array, s
    capacitance, capacitance_error : (k,) arrays, F
    slope, slope_error : float
        d ln R / d ln p for a pressure, else the change of ln R from the smallest to the largest coordinate (by a
        straight line); ``nan`` with fewer than two numbers.
    text : str
        What the resistance does, and what that means.
    """

    name: str
    kind: str
    resistance: np.ndarray
    resistance_error: np.ndarray
    time_constant: np.ndarray
    capacitance: np.ndarray
    capacitance_error: np.ndarray
    slope: float
    slope_error: float
    text: str


@dataclass(frozen=True, eq=False)
class SpectrumSeries:
    """A series of spectra, fitted with one circuit.

    Attributes
    ----------
    coordinate : (k,) array
    coordinate_name : str
    circuit : str
    fits : tuple of CircuitFit
    tracks : tuple of Track
    warnings : tuple of str
    """

    coordinate: np.ndarray
    coordinate_name: str
    circuit: str
    fits: tuple[CircuitFit, ...]
    tracks: tuple[Track, ...]
    warnings: tuple[str, ...]


def read_series(
    spectra: Sequence[tuple[ArrayLike, ArrayLike]],
    coordinate: ArrayLike,
    coordinate_name: str = "time",
    circuit: str | None = None,
) -> SpectrumSeries:
    """Fit a series of spectra with one circuit and follow each process.

    Parameters
    ----------
    spectra : sequence of (frequency, impedance)
        Hz and ohm, in the order in which they were taken.
    coordinate : (k,) array_like
        Pressure in Pa, time in s, ...; one number for each spectrum.
    coordinate_name : {"time", "pressure", "temperature", "charge", "number"}
    circuit : str, optional
        Chosen by the first, the middle and the last spectrum together when not given.

    Returns
    -------
    SpectrumSeries
    """
    places = np.asarray(coordinate, dtype=float)
    if not len(spectra) or places.shape != (len(spectra),):
        raise InvalidInput("coordinate", places.shape, f"one finite number for each of the {len(spectra)} spectra")
    if not np.isfinite(places).all():
        raise InvalidInput("coordinate", float(places[~np.isfinite(places)][0]), "finite numbers")
    if coordinate_name not in COORDINATES:
        raise InvalidInput("coordinate_name", coordinate_name, ", ".join(COORDINATES))
    if coordinate_name == "pressure" and (places <= 0).any():
        raise InvalidInput("coordinate", float(places.min()), "pressures above 0, in Pa")
    clean, warnings = _clean(spectra)
    chosen = circuit or _common_circuit(clean)
    fits = _followed(clean, chosen)
    for place, fit in zip(places, fits, strict=True):
        warnings += [f"at {coordinate_name} {place:.6g}: {text}" for text in fit.warnings]
    found = [processes(fit) for fit in fits]
    warnings += _crossings(found, places, coordinate_name)
    tracks = tuple(_track([row[i] for row in found], places, coordinate_name) for i in range(len(found[0])))
    return SpectrumSeries(places, coordinate_name, chosen, tuple(fits), tracks, tuple(warnings))


def _clean(spectra: Sequence[tuple[ArrayLike, ArrayLike]]) -> tuple[list[tuple[np.ndarray, np.ndarray]], list[str]]:
    """Spectra without their noisy points, and what was left out."""
    clean, warnings = [], []
    for number, (frequency, impedance) in enumerate(spectra, 1):
        f, z, said = spectrum_arrays(frequency, impedance, least=6)
        test = kramers_kronig(f, z)
        good = np.ones(f.size, dtype=bool)
        good[list(test.noisy)] = False
        clean.append((f[good], z[good]))
        warnings += [f"spectrum {number}: {text}" for text in said]
        if test.noisy:
            warnings.append(f"spectrum {number}: {len(test.noisy)} noisy points were left out")
        if test.verdict == "violated":
            warnings.append(f"spectrum {number}: {test.sentence}")
    return clean, warnings


def _common_circuit(clean: Sequence[tuple[np.ndarray, np.ndarray]]) -> str:
    """The circuit with the lowest sum of the criterion among those chosen by the first, middle and last spectrum."""
    some = [clean[i] for i in sorted({0, len(clean) // 2, len(clean) - 1})]
    named = {choose_circuit(f, z).fit.circuit for f, z in some}
    if len(named) == 1:
        return named.pop()
    return min(named, key=lambda one: sum(corrected_akaike(fit_circuit(f, z, one)) for f, z in some))


def _followed(clean: Sequence[tuple[np.ndarray, np.ndarray]], circuit: str) -> list[CircuitFit]:
    fits: list[CircuitFit] = []
    for f, z in clean:
        if not fits:
            fits.append(fit_circuit(f, z, circuit))
            continue
        fit = fit_circuit(f, z, circuit, fits[-1].parameters)
        if fit.status == "failed" or fit.noise > _JUMP * fits[-1].noise:
            other = fit_circuit(f, z, circuit)
            if other.chi_square < fit.chi_square * (1 - 1e-6):
                # started again from the same point with its parts in the order of those before
                fit = fit_circuit(f, z, circuit, _matched(parse_circuit(circuit), fits[-1], other))
        fits.append(fit)
    return fits


def _matched(circuit: Circuit, before: CircuitFit, fit: CircuitFit) -> dict[str, float]:
    """Parameters of `fit` with parts of one form in the order in which they are nearest to those of `before`."""
    found = dict(fit.parameters)
    groups: dict[str, list[tuple[str, ...]]] = {}
    for part in circuit.tree.parts:
        first, last = circuit.span(part)
        groups.setdefault(form(part), []).append(circuit.names[first:last])
    for alike in groups.values():
        orders = itertools.permutations(alike)
        best = min(orders, key=lambda order: _distance(before, fit, alike, order))
        for names, sources in zip(alike, best, strict=True):
            found.update({name: fit.parameters[source] for name, source in zip(names, sources, strict=True)})
    return found


def _distance(
    before: CircuitFit, fit: CircuitFit, alike: Sequence[tuple[str, ...]], order: Sequence[tuple[str, ...]]
) -> float:
    return sum(
        abs(math.log(before.parameters[name] / fit.parameters[source]))
        for names, sources in zip(alike, order, strict=True)
        for name, source in zip(names, sources, strict=True)
    )


def _crossings(found: Sequence[Sequence[Process]], places: np.ndarray, name: str) -> list[str]:
    """Arcs that come so close that from there on their names may be exchanged."""
    said: dict[tuple[str, str], str] = {}
    for place, row in zip(places, found, strict=True):
        arcs = [one for one in row if one.kind == "arc" and one.time_constant is not None]
        for one, two in itertools.combinations(arcs, 2):
            if abs(math.log((one.time_constant or 1.0) / (two.time_constant or 1.0))) < _CLOSE:
                text = f"{one.name} and {two.name} have nearly one time constant at {name} {place:.6g}"
                said.setdefault((one.name, two.name), f"{text}: from there on their names may be exchanged")
    return list(said.values())


def _track(row: Sequence[Process], places: np.ndarray, coordinate_name: str) -> Track:
    def of(name: str) -> np.ndarray:
        return np.array([math.nan if (value := getattr(one, name)) is None else value for one in row], dtype=float)

    size, error = of("resistance"), of("resistance_error")
    slope, slope_error = _slope(size, error, places, coordinate_name)
    return Track(
        row[0].name, row[0].kind, size, error, of("time_constant"), of("capacitance"), of("capacitance_error"),
        slope, slope_error, _said(row[0].kind, slope, slope_error, coordinate_name),
    )  # fmt: skip


def _slope(size: np.ndarray, error: np.ndarray, places: np.ndarray, name: str) -> tuple[float, float]:
    """Slope of ln R: against ln p for a pressure, over the whole range of the coordinate else."""
    good = np.isfinite(size) & np.isfinite(error) & (size > 0) & (error > 0)
    x = np.log(places[good]) if name == "pressure" else places[good] / (float(np.ptp(places)) or 1.0)
    if good.sum() < 2 or not np.ptp(x) > 0:
        return math.nan, math.nan
    y, spread = np.log(size[good]), error[good] / size[good]
    weight = 1 / spread**2
    middle = float((weight @ x) / weight.sum())
    squares = float(weight @ (x - middle) ** 2)
    slope = float((weight * (x - middle)) @ y / squares)
    rest = y - (weight @ y) / weight.sum() - slope * (x - middle)
    scatter = max(1.0, float(weight @ rest**2) / max(good.sum() - 2, 1))
    return slope, math.sqrt(scatter / squares)


def _said(kind: str, slope: float, error: float, name: str) -> str:
    if not math.isfinite(slope):
        return "no resistance to follow"
    if name == "pressure":
        law = f"R ~ p^({slope:.2f} +- {error:.2f})"
        if slope < -_FLAT and abs(slope) > _SURE * error:
            return f"{law}: falls with the pressure, as a contact (constriction) does and a bulk does not"
        if abs(slope) <= _FLAT and error <= _FLAT:
            return f"{law}: does not follow the pressure, as bulk or grain boundary"
        return f"{law}: bulk and contact cannot be told apart"
    change = f"ln R changes by {slope:.2f} +- {error:.2f} over the series"
    if abs(slope) <= _SURE * error:
        return f"{change}: no change beyond its uncertainty"
    return f"{change}: {'grows' if slope > 0 else 'falls'} with the {name}"
