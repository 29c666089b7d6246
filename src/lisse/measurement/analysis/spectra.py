"""What a Finding holds of an impedance spectrum: its two ends without any circuit, and the circuit reading beside them.

Without a circuit a spectrum gives two numbers: where it meets the real axis at either end.

The names go by the value: the low and the high end of the arcs. ``resistance_low`` is read at the high-frequency end:
where the imaginary part changes sign (interpolated), else the real part at the highest frequency. ``resistance_high``
is read at the low-frequency end: the median real part of the three lowest frequencies. Points at the high-frequency
end that the Kramers-Kronig test calls noisy are left out first: cables and the instrument spoil the first points of
many spectra. A reading with an imaginary part of more than a tenth of the modulus is not on the axis; it is a bound and
marked so: the true high-frequency intercept is lower, the true low-frequency one is higher. What the arcs in between
are is the business of ``spectrum_reading.py``, whose reading is only kept here.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lisse.measurement.analysis.kramers_kronig import FEWEST_POINTS, kramers_kronig
from lisse.measurement.analysis.spectrum_data import usable_points
from lisse.records import Spectrum

if TYPE_CHECKING:
    from lisse.measurement.analysis.spectrum_reading import ImpedanceReading

__all__ = ["SpectrumReading", "read_ends", "with_circuit"]

_ON_THE_AXIS = 0.1


@dataclass(frozen=True)
class SpectrumReading:
    """What one spectrum says at its two ends.

    Attributes
    ----------
    time : float, s
    points : int
        As recorded.
    resistance_low, resistance_high : float or None, ohm
        At the high- and the low-frequency end; ``None`` for fewer than three points.
    low_is_bound, high_is_bound : bool
        Whether the curve is not yet on the real axis there.
    dropped : int
        Noisy points left out at the high-frequency end.
    fit : ImpedanceReading or None
        Kramers-Kronig test, relaxation times, circuit and processes, where they were asked for.
    """

    time: float
    points: int
    resistance_low: float | None
    resistance_high: float | None
    low_is_bound: bool
    high_is_bound: bool
    dropped: int
    fit: ImpedanceReading | None = None


def with_circuit(reading: SpectrumReading, spectrum: Spectrum, area: float | None = None) -> SpectrumReading:
    """The same reading with everything that a circuit says (area in m2)."""
    from lisse.measurement.analysis.spectrum_reading import read_spectrum

    if not usable_points(spectrum.frequency, spectrum.impedance).any():
        return reading
    return dataclasses.replace(reading, fit=read_spectrum(spectrum.frequency, spectrum.impedance, area))


def read_ends(spectrum: Spectrum) -> SpectrumReading:
    """Both ends of a spectrum."""
    good = usable_points(spectrum.frequency, spectrum.impedance)
    order = np.argsort(-spectrum.frequency[good], kind="stable")
    frequency, impedance = spectrum.frequency[good][order], spectrum.impedance[good][order]
    points = int(spectrum.frequency.size)
    if impedance.size < 3:
        return SpectrumReading(spectrum.time, points, None, None, False, False, 0)
    dropped = _noisy_first_points(frequency, impedance)
    kept = impedance[dropped:]
    low, low_is_bound = _high_frequency_end(kept)
    high = float(np.median(kept.real[-3:]))
    return SpectrumReading(spectrum.time, points, low, high, low_is_bound, not _on_axis(kept[-3:]), dropped)


def _noisy_first_points(frequency: np.ndarray, impedance: np.ndarray) -> int:
    """How many points in a row, from the highest frequency down, are noisy (frequencies fall)."""
    if frequency.size < FEWEST_POINTS:
        return 0
    noisy = np.isin(np.arange(frequency.size), kramers_kronig(frequency, impedance).noisy)
    return int(np.argmin(noisy))


def _high_frequency_end(impedance: np.ndarray) -> tuple[float, bool]:
    half = impedance[: max(impedance.size // 2, 2)]
    crossing = np.flatnonzero((half.imag[:-1] > 0) & (half.imag[1:] <= 0))
    if crossing.size:
        one, two = half[crossing[-1]], half[crossing[-1] + 1]
        share = one.imag / (one.imag - two.imag)
        return float(one.real + share * (two.real - one.real)), False
    return float(impedance.real[0]), not _on_axis(impedance[:1])


def _on_axis(impedance: np.ndarray) -> bool:
    return bool(np.median(np.abs(impedance.imag) / np.maximum(np.abs(impedance), 1e-300)) < _ON_THE_AXIS)
