"""What a Finding holds of an impedance spectrum: its two ends without any circuit, and the circuit reading beside them.

Without a circuit a spectrum gives two numbers: where it meets the real axis at either end.

The names go by the value: the low and the high end of the arcs. ``resistance_low`` is read at the high-frequency end:
where the imaginary part changes sign (interpolated), else the real part at the highest frequency. ``resistance_high``
is read at the low-frequency end: the median real part of the three lowest frequencies. Points at the high-frequency
end that do not lie on a smooth curve with the ones below them are left out first: cables and the instrument make the
first points of many spectra noise. A reading with an imaginary part of more than a tenth of the modulus is not on the
axis; it is a bound and marked so: the true high-frequency intercept is lower, the true low-frequency one is higher.
What the arcs in between are is the business of ``spectrum_reading.py``, whose reading is only kept here.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lisse.measurement.analysis.trace import readable
from lisse.records import Spectrum

if TYPE_CHECKING:
    from lisse.measurement.analysis.spectrum_reading import ImpedanceReading

__all__ = ["SpectrumReading", "noisy_first_points", "read_ends", "with_circuit"]

_ON_THE_AXIS = 0.1
_MOST_DROPPED = 5
_SMOOTH, _SCATTER = 0.1, 9.0


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

    good = readable(spectrum.frequency) & readable(spectrum.impedance) & (spectrum.frequency > 0)
    found = read_spectrum(spectrum.frequency[good], spectrum.impedance[good], area) if good.any() else None
    return dataclasses.replace(reading, fit=found)


def read_ends(spectrum: Spectrum) -> SpectrumReading:
    """Both ends of a spectrum."""
    good = readable(spectrum.frequency) & readable(spectrum.impedance) & (spectrum.frequency > 0)
    order = np.argsort(-spectrum.frequency[good], kind="stable")
    frequency, impedance = spectrum.frequency[good][order], spectrum.impedance[good][order]
    points = int(spectrum.frequency.size)
    if impedance.size < 3:
        return SpectrumReading(spectrum.time, points, None, None, False, False, 0)
    dropped = noisy_first_points(frequency, impedance)
    kept = impedance[dropped:]
    low, low_is_bound = _high_frequency_end(kept)
    high = float(np.median(kept.real[-3:]))
    return SpectrumReading(spectrum.time, points, low, high, low_is_bound, not _on_axis(kept[-3:]), dropped)


def noisy_first_points(frequency: np.ndarray, impedance: np.ndarray) -> int:
    """How many points at the high-frequency end are off the curve.

    A point is off when it lies further from the parabola (in the logarithm of the frequency) through the six points
    below it than 10 % of their modulus, and than nine times their own scatter about it. At most five points, and never
    more than a quarter, are looked at.

    Parameters
    ----------
    frequency : (n,) array, Hz, falling
    impedance : (n,) complex array, ohm
    """
    most = min(_MOST_DROPPED, frequency.size // 4)
    for point in reversed(range(most)):
        below = slice(point + 1, point + 7)
        x = np.log(frequency[below] / frequency[point])
        if np.unique(x).size < 4:
            continue
        parabola = np.polyfit(x, impedance[below], 2)
        scatter = float(np.sqrt(np.mean(np.abs(np.polyval(parabola, x) - impedance[below]) ** 2)))
        limit = max(_SMOOTH * float(np.abs(impedance[below]).mean()), _SCATTER * scatter)
        if abs(impedance[point] - parabola[-1]) > limit:
            return point + 1
    return 0


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
