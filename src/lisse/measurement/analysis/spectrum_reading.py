"""Everything one impedance spectrum says: is it sound, which processes, how large, what they may be.

The order: Kramers-Kronig test (noisy points are named and left out), distribution of relaxation times, circuits fitted
and one chosen by the corrected Akaike criterion, each process of it read by its capacitance. Only arrays are needed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lisse.measurement.analysis.circuit_choice import CircuitChoice, choose_circuit
from lisse.measurement.analysis.circuit_fit import CircuitFit, fit_circuit
from lisse.measurement.analysis.circuit_processes import Process, processes
from lisse.measurement.analysis.kramers_kronig import KramersKronig, kramers_kronig
from lisse.measurement.analysis.relaxation_peaks import RelaxationPeak, relaxation_peaks
from lisse.measurement.analysis.relaxation_times import RelaxationTimes, relaxation_times
from lisse.measurement.analysis.spectrum_data import spectrum_arrays
from lisse.measurement.analysis.spectrum_physics import Meaning, meaning

__all__ = ["REFERENCES", "ImpedanceReading", "ReadProcess", "read_spectrum"]

FEWEST_POINTS = 8
"""Fewer points than these are not analysed."""
REFERENCES = ("irvine1990", "hirschorn2010", "schoenleber2014", "boukamp1995", "wan2015", "hurvich1989")
_BLOCKING_PHASE = 0.3
_MISFIT, _MISFIT_LEAST = 2.0, 0.003
_ALIKE = 0.7
_OF_INSTRUMENTS = 1e4  # Hz


@dataclass(frozen=True)
class ReadProcess:
    """A process with what it may be."""

    process: Process
    meaning: Meaning


@dataclass(frozen=True, eq=False)
class ImpedanceReading:
    """What a spectrum says.

    Attributes
    ----------
    frequency : (n,) array, Hz
    impedance : (n,) complex array, ohm
        Usable points, in the order given.
    kramers_kronig : KramersKronig or None
    relaxation : RelaxationTimes or None
        Distribution of relaxation times of the points that are not noisy.
    peaks : tuple of RelaxationPeak
    choice : CircuitChoice or None
        Candidates and criterion; ``None`` when the circuit was given.
    fit : CircuitFit or None
    processes : tuple of ReadProcess
        Parts of the fitted circuit, in its order.
    area : float or None, m2
    warnings : tuple of str
    """

    frequency: np.ndarray
    impedance: np.ndarray
    kramers_kronig: KramersKronig | None = None
    relaxation: RelaxationTimes | None = None
    peaks: tuple[RelaxationPeak, ...] = ()
    choice: CircuitChoice | None = None
    fit: CircuitFit | None = None
    processes: tuple[ReadProcess, ...] = ()
    area: float | None = None
    warnings: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """One line: circuit, processes with resistance, whether it is sound."""
        if self.fit is None:
            return self.warnings[-1] if self.warnings else "not analysed"
        parts = [_said(one) for one in self.processes if one.process.kind != "inductance"]
        sound = self.kramers_kronig.sentence if self.kramers_kronig else ""
        return f"{self.fit.circuit}: {'; '.join(parts)}. {sound[:1].upper()}{sound[1:]}."

    def as_dict(self) -> dict[str, Any]:
        """Plain data (SI; None for what is not known) for a report or a file."""
        found: dict[str, Any] = {"points": int(self.frequency.size), "warnings": list(self.warnings)}
        if self.kramers_kronig is not None:
            test = self.kramers_kronig
            found["kramers_kronig"] = {
                "verdict": test.verdict,
                "systematic": test.systematic,
                "noise": test.noise,
                "noisy_frequencies": [float(self.frequency[i]) for i in test.noisy],
            }
        found["relaxation_peaks"] = [
            {"resistance": p.resistance, "resistance_error": p.resistance_error, "time_constant": p.time_constant,
             "capacitance": p.capacitance, "inside": p.inside} for p in self.peaks
        ]  # fmt: skip
        if self.fit is not None:
            found["circuit"] = self.fit.circuit
            found["status"] = self.fit.status
            found["chi_square"] = self.fit.chi_square
            found["parameters"] = dict(self.fit.parameters)
            found["uncertainties"] = {name: _finite(value) for name, value in self.fit.uncertainties.items()}
            found["units"] = dict(self.fit.units)
            found["processes"] = [self._process(one) for one in self.processes]
        if self.choice is not None:
            found["choice"] = {"criterion": "AICc", "reason": self.choice.reason}
            found["choice"]["candidates"] = [
                {"circuit": one.circuit, "criterion": _finite(one.criterion), "difference": _finite(one.difference),
                 "weight": one.weight, "chi_square": one.chi_square, "determined": one.determined}
                for one in self.choice.candidates
            ]  # fmt: skip
        return found

    def _process(self, one: ReadProcess) -> dict[str, Any]:
        process = one.process
        found: dict[str, Any] = {"name": process.name, "kind": process.kind, "meaning": one.meaning.text}
        for name in ("resistance", "time_constant", "capacitance", "surface_capacitance"):
            found[name] = getattr(process, name)
            found[f"{name}_error"] = _finite(getattr(process, f"{name}_error"))
        found["exponent"] = process.exponent
        known = self.area is not None and process.resistance is not None
        found["area_resistance"] = self.area * process.resistance if known else None  # type: ignore[operator]
        found["weights"] = dict(one.meaning.weights)
        found["notes"] = list(one.meaning.notes)
        return found


def read_spectrum(
    frequency: ArrayLike,
    impedance: ArrayLike,
    area: float | None = None,
    thickness: float | None = None,
    permittivity: float | None = None,
    circuit: str | Sequence[str] | None = None,
) -> ImpedanceReading:
    """Everything one spectrum says.

    Parameters
    ----------
    frequency : (n,) array_like, Hz
    impedance : (n,) complex array_like, ohm
    area, thickness : float, m2 and m, optional
        Of the electrolyte; they sharpen what a process may be.
    permittivity : float, optional
        Relative permittivity of the electrolyte.
    circuit : str or sequence of str, optional
        The circuit to fit, or candidates to choose from; found from the data when not given.

    Returns
    -------
    ImpedanceReading
        With fewer than eight usable points everything is ``None`` and a warning says so.

    Raises
    ------
    InvalidInput
        For arrays without a usable point, a circuit string that is none, or a geometry that is not above zero.
    """
    f, z, warnings = spectrum_arrays(frequency, impedance, least=1)
    if f.size < FEWEST_POINTS or np.unique(f).size < FEWEST_POINTS:
        count = int(np.unique(f).size)
        seen = "1 frequency is" if count == 1 else f"points at {count} frequencies are"
        short = f"{seen} too few for an analysis ({FEWEST_POINTS} needed)"
        return ImpedanceReading(f, z, area=area, warnings=(*warnings, short))
    test = kramers_kronig(f, z)
    good = np.ones(f.size, dtype=bool)
    good[list(test.noisy)] = False
    found = [*warnings, *_warnings_of_test(f, test)]
    used, clean = f[good], z[good]
    low = clean[int(np.argmin(used))]
    drt = relaxation_times(used, clean, capacitance=bool(-low.imag > _BLOCKING_PHASE * abs(low)))
    choice = None if isinstance(circuit, str) else choose_circuit(used, clean, circuit)
    fit = choice.fit if choice is not None else fit_circuit(used, clean, str(circuit))
    read = tuple(
        ReadProcess(one, meaning(one, area, thickness, permittivity, float(used.max()))) for one in processes(fit)
    )
    found += [*fit.warnings, *_warnings_of_fit(fit, test, drt), *_warnings_of_processes(read, used)]
    return ImpedanceReading(f, z, test, drt, relaxation_peaks(drt), choice, fit, read, area, tuple(found))


def _warnings_of_test(frequency: np.ndarray, test: KramersKronig) -> list[str]:
    found = []
    if test.noisy:
        named = ", ".join(f"{frequency[i]:.4g} Hz" for i in test.noisy[:6]) + (", ..." if len(test.noisy) > 6 else "")
        found.append(f"noisy points were left out: {named}")
    if test.verdict != "consistent":
        found.append(test.sentence)
    return found


def _warnings_of_fit(fit: CircuitFit, test: KramersKronig, drt: RelaxationTimes) -> list[str]:
    """Whether the circuit misses the spectrum, and whether any other of resistances and capacitances would too.

    A sound spectrum that no distribution of positive relaxation times follows bends more sharply than a cell can.
    """
    scatter = math.hypot(test.noise, test.systematic)
    limit = max(_MISFIT * scatter, _MISFIT_LEAST)
    if fit.noise <= limit:
        return []
    found = [
        f"the circuit does not follow the spectrum: it misses it by {100 * fit.noise:.2g} %, the spectrum scatters by "
        f"{100 * scatter:.2g} %; the uncertainties cover the misfit as if it were scatter"
    ]
    free = math.sqrt(float(np.mean(np.abs(drt.residual) ** 2)) / 2)
    if test.verdict == "consistent" and free > max(limit, _ALIKE * fit.noise):
        worst = float(fit.frequency[int(np.argmax(np.abs(drt.residual)))])
        instrument = "the instrument at its limits (current range, bandwidth, cables)"
        found.append(
            f"nor does any number of arcs: relaxation times of any kind miss it by {100 * free:.2g} %, most at "
            f"{worst:.3g} Hz, where it bends more sharply than resistances and capacitances can; look for "
            f"{instrument if worst >= _OF_INSTRUMENTS else 'an inductive loop'} before another arc"
        )
    return found


def _warnings_of_processes(read: Sequence[ReadProcess], frequency: np.ndarray) -> list[str]:
    """Arcs whose summit the spectrum does not reach."""
    found = []
    for one in read:
        summit = one.process.summit
        if one.process.kind != "arc" or summit is None or frequency.min() <= summit <= frequency.max():
            continue
        side = "below" if summit < frequency.min() else "above"
        found.append(f"the summit of {one.process.name} ({summit:.3g} Hz) lies {side} the spectrum: an extrapolation")
    return found


def _said(one: ReadProcess) -> str:
    process = one.process
    if process.resistance is None:
        return f"{process.name} {one.meaning.text}"
    error = _finite(process.resistance_error)
    size = f"{process.resistance:.4g}" + (f" +- {error:.2g}" if error is not None else " (not determined)")
    return f"{process.name} {size} ohm, {one.meaning.text}"


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
