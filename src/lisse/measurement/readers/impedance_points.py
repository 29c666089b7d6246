"""From the rows of an impedance table to spectra on one clock, with a word on every row that is no good point.

A point without a readable frequency or impedance (not a number, overflow, frequency of 0 or below) is left out;
points measured twice are kept. The order is the order of measurement. One sweep is one spectrum.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lisse.measurement.readers.rows import Rows
from lisse.records import Spectrum

__all__ = ["Points", "planned_end", "points_of", "spectra_of", "split_sweeps"]

_OVERFLOW = 1e30
_JUMP = 5.0
_SAME = 1e-9
_WHOLE = 0.3


@dataclass(frozen=True)
class Points:
    """Rows of a table that are impedance points.

    Attributes
    ----------
    frequency : (n,) array, Hz
    impedance : (n,) complex array, ohm
    time : (n,) array, s; ``None`` for a file without a clock
    line : (n,) integer array
        Line of the file, counted from 1.
    sweep : (n,) array
        Any number that changes where the file says that a new sweep begins; zeros where it does not.
    """

    frequency: np.ndarray
    impedance: np.ndarray
    time: np.ndarray | None
    line: np.ndarray
    sweep: np.ndarray

    def take(self, rows: np.ndarray | slice) -> Points:
        """Some of the points."""
        time = None if self.time is None else self.time[rows]
        return Points(self.frequency[rows], self.impedance[rows], time, self.line[rows], self.sweep[rows])


def points_of(
    values: Mapping[str, np.ndarray], names: Mapping[str, str], line: np.ndarray, warnings: list[str]
) -> Points:
    """Impedance from real and imaginary part, or else from modulus and phase; unreadable points are left out.

    Parameters
    ----------
    values : mapping of role to (n,) array
        Hz, ohm, deg, s; roles as in `impedance_columns`, signs of the names already applied.
    names : mapping of role to str
        Column names of the file, for the warnings.
    line : (n,) integer array
    warnings : list of str
        Gets one entry per kind of fault, naming lines and columns.
    """
    pair = ("real", "imaginary") if {"real", "imaginary"} <= values.keys() else ("modulus", "phase")
    good = np.ones(line.size, dtype=bool)
    for role in ("frequency", *pair):
        with np.errstate(invalid="ignore"):
            readable = np.abs(values[role]) < _OVERFLOW
            readable &= (values[role] > 0) if role == "frequency" else True
            readable &= (values[role] >= 0) if role == "modulus" else True
        bad = good & ~readable
        if bad.any():
            example = values[role][np.flatnonzero(bad)[0]]
            warnings.append(
                f"{_named(line[bad])}, column {names[role]!r}: {_fault(float(example), role)}; "
                f"{_points(int(bad.sum()))} left out"
            )
        good &= readable
    one, two = values[pair[0]][good], values[pair[1]][good]
    impedance = one + 1j * two if pair[0] == "real" else one * np.exp(1j * np.deg2rad(two))
    time = values["time"][good] if "time" in values else None
    sweep = values.get("sweep", np.zeros(line.size))[good]
    points = Points(values["frequency"][good], impedance, time, line[good], sweep)
    if pair[0] == "real" and "phase" in values:
        _compare_signs(impedance, values["phase"][good], names, warnings)
    return points


def _fault(value: float, role: str) -> str:
    if not np.isfinite(value):
        return "no readable number"
    if abs(value) >= _OVERFLOW:
        return f"overflow ({value:.3g})"
    return f"a {role} of {value:.6g}"


def _points(count: int) -> str:
    return "the point was" if count == 1 else f"{count} points were"


def _compare_signs(impedance: np.ndarray, phase: np.ndarray, names: Mapping[str, str], warnings: list[str]) -> None:
    """The phase of the file must have the sign of Im Z, unless one of the two names lacks a minus."""
    clear = np.isfinite(phase) & (np.abs(phase) > 5.0) & (np.abs(impedance.imag) > 0.05 * np.abs(impedance))
    against = np.sign(phase[clear]) != np.sign(impedance.imag[clear])
    if clear.sum() >= 3 and against.mean() > 0.5:
        warnings.append(
            f"columns {names['imaginary']!r} and {names['phase']!r} have opposite signs in {int(against.sum())} of "
            f"{int(clear.sum())} points: Im Z was taken from {names['imaginary']!r}, with the sign in its name"
        )


def spectra_of(points: Points, warnings: list[str], numbered: bool = False) -> tuple[Spectrum, ...]:
    """One spectrum per sweep, at the time of its first point.

    Parameters
    ----------
    points : Points
    warnings : list of str
        Gets an entry for points measured twice, for a sign that looks wrong and for a clock that is missing or that
        starts again.
    numbered : bool
        Whether the file numbers its sweeps, so that nothing has to be found from the frequencies.
    """
    if not points.frequency.size:
        return ()
    parts = _sweeps(points, numbered)
    times = _times(parts, warnings, numbered)
    for part in parts:
        _mention_repeats(part, warnings)
    _mention_sign(points, warnings)
    return tuple(Spectrum(time, part.frequency, part.impedance) for time, part in zip(times, parts, strict=True))


def _sweeps(points: Points, numbered: bool) -> list[Points]:
    """The points of each sweep: where the file says so, and where the frequency starts again or turns round."""
    edges = np.flatnonzero(np.diff(points.sweep) != 0) + 1
    blocks = [slice(int(a), int(b)) for a, b in zip([0, *edges], [*edges, points.frequency.size], strict=True)]
    if numbered:
        return [points.take(block) for block in blocks]
    return [points.take(block).take(part) for block in blocks for part in split_sweeps(points.frequency[block])]


def split_sweeps(frequency: np.ndarray) -> list[slice]:
    """Where each frequency sweep of a list of impedance points begins and ends.

    A new sweep begins where the frequency jumps back, against the direction of the sweep, by more than five ordinary
    steps or to where the sweep began, and where the sweep turns round for good (three steps or more on either side).

    Parameters
    ----------
    frequency : (n,) array, Hz
    """
    size = len(frequency)
    step = np.diff(np.log(frequency))
    moving = np.flatnonzero(np.abs(step) > _SAME)
    if not moving.size:
        return [slice(0, size)]
    usual = float(np.median(np.abs(step[moving])))
    starts, direction = [0], 0.0
    for place, k in enumerate(moving):
        if not direction:
            direction = float(np.sign(step[k])) if abs(step[k]) > _WHOLE * usual else 0.0
            continue
        back = -direction * float(step[k])
        home = abs(np.log(frequency[k + 1] / frequency[starts[-1]])) < 0.5 * usual
        if back > _JUMP * usual or (home and back > 1.5 * usual):
            starts.append(int(k) + 1)
            direction = 0.0
        elif back > 0 and _turned(step, moving[place - 3 : place + 3], starts[-1], direction, usual):
            starts.append(int(k) + 1 if moving[place - 1] == k - 1 else int(k))
            direction = -direction
    return [slice(a, b) for a, b in zip(starts, [*starts[1:], size], strict=True)]


def _turned(step: np.ndarray, six: np.ndarray, first: int, direction: float, usual: float) -> bool:
    """Whether the three steps before and the three from here on are whole steps in opposite directions."""
    if six.size < 6 or six[0] < first:
        return False
    whole = direction * step[six] / usual
    return bool((whole[:3] > _WHOLE).all() and (whole[3:] < -_WHOLE).all())


def _times(parts: Sequence[Points], warnings: list[str], numbered: bool) -> list[float]:
    """When each sweep began. A clock that starts again with a sweep is moved to follow the sweep in front of it."""
    known = [None if part.time is None else part.time[np.isfinite(part.time)] for part in parts]
    stands_still = not any(time is not None and time.any() for time in known)
    if stands_still and not numbered and sum(part.frequency.size for part in parts) > 1:
        many = "the spectrum is" if len(parts) == 1 else f"the {len(parts)} spectra, in the order of the file, are"
        warnings.append(f"the file has no clock of the points: {many} put at 0 s")
        return [0.0] * len(parts)
    found: list[float] = []
    shift, end = 0.0, -np.inf
    for part, time in zip(parts, known, strict=True):
        if time is None or not time.size:
            found.append(max(end, 0.0))
            continue
        if time[0] + shift < end:
            shift = end - min(float(time[0]), 0.0)
            warnings.append(
                f"line {part.line[0]}: the clock starts again at {time[0]:.6g} s; its zero was put at the end of the "
                f"sweep in front, {shift:.6g} s"
            )
        found.append(float(time[0]) + shift)
        end = float(time.max()) + shift
    return found


def _mention_repeats(part: Points, warnings: list[str]) -> None:
    order = np.argsort(part.frequency, kind="stable")
    same = np.flatnonzero(np.diff(np.log(part.frequency[order])) < _SAME)
    if same.size:
        again = np.sort(part.line[order][same + 1])
        warnings.append(f"{_named(again)}: a frequency of this sweep was measured again; all points are kept")


def _mention_sign(points: Points, warnings: list[str]) -> None:
    """A cell is mostly capacitive: a spectrum that is inductive nearly throughout has its sign the wrong way round."""
    clear = np.abs(points.impedance.imag) > 0.05 * np.abs(points.impedance)
    above = points.impedance.imag[clear] > 0
    if clear.sum() >= 5 and above.mean() > 0.9:
        warnings.append(
            f"Im Z is positive in {int(above.sum())} of {int(clear.sum())} points, as for an inductor: if the file "
            "holds -Im Z, say so in the name of the column (-Im(Z) / Ohm)"
        )


def planned_end(spectra: Sequence[Spectrum], last: float | None, where: str, warnings: list[str]) -> None:
    """Warn when the sweep did not reach the last frequency that the header announces.

    Parameters
    ----------
    spectra : sequence of Spectrum
    last : float, Hz, or None
    where : str
        Where the header says so.
    """
    if not spectra or last is None or not 0 < last < _OVERFLOW or spectra[-1].frequency.size < 2:
        return
    frequency = spectra[-1].frequency
    step = float(np.median(np.abs(np.diff(np.log(frequency)))))
    reached = float(frequency[np.argmin(np.abs(np.log(frequency / last)))])
    if abs(np.log(reached / last)) > 1.5 * step:
        warnings.append(
            f"{where}: the last sweep was to end at {last:.6g} Hz; it has {frequency.size} points, to "
            f"{float(frequency[-1]):.6g} Hz"
        )


def _named(lines: np.ndarray) -> str:
    return Rows(lines).names(np.arange(lines.size))
