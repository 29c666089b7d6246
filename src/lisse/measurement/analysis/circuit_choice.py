"""Which circuit a spectrum asks for: candidates fitted and ranked by the corrected Akaike criterion.

::

    AICc = N ln(chi_square / N) + 2 k + 2 k (k + 1)/(N - k - 1)

N counts real and imaginary parts, k the parameters and the scatter. A circuit of which a parameter is not determined
is not chosen while another within 10 of the lowest is; among those within 2 of the best of these the one with the
fewest parameters is taken. The criterion ranks descriptions: it cannot tell two circuits that have the same impedance
apart, and it takes everything that is not scatter (a drift, a range change of the instrument) for another process.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lisse.errors import InvalidInput
from lisse.measurement.analysis.circuit import parse_circuit
from lisse.measurement.analysis.circuit_fit import CircuitFit, fit_circuit, fit_grown
from lisse.measurement.analysis.spectrum_data import spectrum_arrays

__all__ = ["Candidate", "CircuitChoice", "choose_circuit", "corrected_akaike"]

_AS_GOOD, _MUCH_WORSE = 2.0, 10.0
_ROUNDS = 2
_MOST_ARCS = 3
_TAILS = ("Ws", "Wo", "W", "CPE")
_OFF_THE_AXIS = 0.1


@dataclass(frozen=True)
class Candidate:
    """One circuit that was tried.

    Attributes
    ----------
    circuit : str
    parameters : int
    chi_square : float
    criterion : float
        AICc.
    difference : float
        From the lowest of all.
    weight : float
        exp(-difference/2), all together one: the odds of the descriptions, if the misfit is scatter.
    determined : bool
        Whether the data determine every parameter.
    """

    circuit: str
    parameters: int
    chi_square: float
    criterion: float
    difference: float
    weight: float
    determined: bool


@dataclass(frozen=True, eq=False)
class CircuitChoice:
    """The chosen fit, and all candidates, lowest criterion first."""

    fit: CircuitFit
    candidates: tuple[Candidate, ...]
    reason: str


def corrected_akaike(fit: CircuitFit) -> float:
    """AICc of a fit; ``inf`` where it has as many parameters as numbers."""
    rows, k = 2 * fit.frequency.size, len(fit.parameters) + 1
    if rows - k - 1 <= 0:
        return math.inf
    return float(rows * math.log(max(fit.chi_square, 1e-30) / rows) + 2 * k + 2 * k * (k + 1) / (rows - k - 1))


def choose_circuit(
    frequency: ArrayLike, impedance: ArrayLike, candidates: Sequence[str] | None = None
) -> CircuitChoice:
    """Fit candidate circuits and choose.

    Parameters
    ----------
    frequency : (n,) array_like, Hz
    impedance : (n,) complex array_like, ohm or ohm m2
    candidates : sequence of str, optional
        Circuits to try. Without it: a resistance and one to three arcs, with an inductance where the spectrum asks for
        it, and with a diffusion element or a blocking electrode where it leaves the real axis at low frequency.

    Returns
    -------
    CircuitChoice

    Notes
    -----
    Source: akaike1974, hurvich1989
    """
    f, z, _ = spectrum_arrays(frequency, impedance, least=6)
    if candidates is not None and (isinstance(candidates, str) or not len(candidates)):
        raise InvalidInput("candidates", candidates, "a list of one circuit or more")
    fits: dict[str, CircuitFit] = {}
    if candidates is None:
        _search(fits, f, z)
    for circuit in candidates or ():
        _try(fits, f, z, circuit)
    if not fits:
        raise InvalidInput(
            "spectrum", f"{f.size} points", "more points than half the parameters of the smallest circuit"
        )
    if candidates is None:
        _simplify(fits, f, z)
    return _chosen(list(fits.values()))


def _try(fits: dict[str, CircuitFit], f: np.ndarray, z: np.ndarray, circuit: str, smaller: str | None = None) -> float:
    """AICc of the circuit, fitted once; ``inf`` when there are too few points for it."""
    if 2 * f.size < len(parse_circuit(circuit).names) + 3:
        return math.inf
    if circuit not in fits:
        fits[circuit] = fit_grown(f, z, circuit, smaller=fits.get(smaller or ""))
    return corrected_akaike(fits[circuit])


def _search(fits: dict[str, CircuitFit], f: np.ndarray, z: np.ndarray) -> None:
    """More arcs as long as the criterion falls; then the best with tails, and with or without inductance."""
    top = np.argsort(-f)
    head = "L0-R0" if (z.imag[top[:3]] > 0).any() else "R0"
    scores: list[float] = []
    for arcs in range(1, _MOST_ARCS + 1):
        scores.append(_try(fits, f, z, _with_arcs(head, arcs), _with_arcs(head, arcs - 1)))
        if len(scores) > 1 and scores[-1] > scores[-2] - _AS_GOOD:
            break
    best = int(np.argmin(scores)) + 1
    last = z[top[-1]]
    tails = _TAILS if -last.imag > _OFF_THE_AXIS * abs(last) else _TAILS[:1]
    for tail in tails:
        for arcs in range(max(best - 2, 0) if tail == "Ws" else best - 1, best + (tail != "Ws")):
            _try(fits, f, z, f"{_with_arcs(head, arcs)}-{tail}{arcs + 1}", _with_arcs(head, arcs))
    if not fits:
        return
    winner = min(fits, key=lambda one: corrected_akaike(fits[one]))
    other = winner.removeprefix("L0-") if head.startswith("L0") else f"L0-{winner}"
    _try(fits, f, z, other, None if head.startswith("L0") else winner)


def _simplify(fits: dict[str, CircuitFit], f: np.ndarray, z: np.ndarray) -> None:
    """The best circuits without what the data do not determine, until they determine all or nothing is left to drop."""
    for _ in range(_ROUNDS):
        before = len(fits)
        lowest = min(corrected_akaike(fit) for fit in fits.values())
        for fit in list(fits.values()):
            simple = _simplified(fit) if corrected_akaike(fit) <= lowest + _MUCH_WORSE else None
            if simple and simple not in fits:
                fits[simple] = fit_circuit(f, z, simple, _kept(fit, simple))
        if len(fits) == before:
            break


def _with_arcs(head: str, arcs: int) -> str:
    return "-".join([head, *(f"p(R{i},CPE{i})" for i in range(1, arcs + 1))])


def _simplified(fit: CircuitFit) -> str | None:
    """The circuit without what a bound has switched off: no series part, a capacitor for an exponent of one."""
    text = fit.circuit
    for name in ("L0", "R0"):
        # dropped when its standard deviation is as large as itself
        if name in fit.parameters and fit.uncertainties[name] >= fit.parameters[name]:
            text = text.removeprefix(f"{name}-") if text.startswith(name) else text.replace(f"-{name}-", "-")
    for name, value in fit.parameters.items():
        if name.endswith("_alpha") and value >= 1.0:
            element = name.removesuffix("_alpha")
            text = re.sub(rf"\b{element}\b", element.replace("CPE", "C"), text)
    return text if text != fit.circuit else None


def _kept(fit: CircuitFit, simple: str) -> dict[str, float]:
    """What a fit knows of a simpler circuit: a capacitor takes the Q of the constant phase element of exponent one."""
    known = {name: value for name, value in fit.parameters.items() if not name.endswith("_alpha") or value < 1.0}
    capacitors = {name.replace("CPE", "C").removesuffix("_Q"): value for name, value in known.items()}
    names = parse_circuit(simple).names
    return {name: value for name, value in {**capacitors, **known}.items() if name in names}


def _chosen(fits: list[CircuitFit]) -> CircuitChoice:
    scores = np.array([corrected_akaike(fit) for fit in fits])
    lowest = float(scores.min())
    odds = np.exp(-0.5 * np.minimum(scores - lowest, 1400.0)) if np.isfinite(lowest) else np.ones(len(fits))
    table = [
        Candidate(fit.circuit, len(fit.parameters), fit.chi_square, float(score), float(score - lowest) if
                  np.isfinite(lowest) else 0.0, float(odd / odds.sum()), fit.status == "converged")
        for fit, score, odd in zip(fits, scores, odds, strict=True)
    ]  # fmt: skip
    near = [i for i, one in enumerate(table) if one.difference <= _MUCH_WORSE]
    sound = [i for i in near if table[i].determined] or near
    best = min(scores[i] for i in sound)
    close = [i for i in sound if scores[i] <= best + _AS_GOOD]
    winner = min(close, key=lambda i: (table[i].parameters, scores[i]))
    return CircuitChoice(fits[winner], tuple(sorted(table, key=lambda one: one.criterion)), _reason(table, winner))


def _reason(table: Sequence[Candidate], winner: int) -> str:
    chosen = table[winner]
    if not chosen.determined:
        return f"lowest AICc of {len(table)} circuits; the data determine none of the good ones fully"
    if chosen.difference == 0:
        return f"lowest AICc of {len(table)} circuits"
    if chosen.difference <= _AS_GOOD:
        return f"fewest parameters within {_AS_GOOD:g} of the lowest AICc of {len(table)} circuits"
    return (
        f"lowest AICc of the circuits whose parameters are all determined; "
        f"one that is not lies lower by {chosen.difference:.1f}"
    )
