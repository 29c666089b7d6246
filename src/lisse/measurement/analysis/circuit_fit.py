"""Fit of a circuit to a spectrum: bounded least squares in the logarithms of the parameters.

Every point counts with the inverse of its modulus (or alike, on request). The descent is Levenberg-Marquardt with the
analytic derivatives; parameters that a bound holds are taken out of the step. It starts from several sets of values
(``circuit_start``) or from the caller's, and the best end counts. Uncertainties are standard deviations from the
curvature at the best point, scaled with the scatter that is left.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from lisse.errors import InvalidInput
from lisse.measurement.analysis.circuit import Circuit, parse_circuit
from lisse.measurement.analysis.circuit_descent import MOST_STEPS, End, Task, descend
from lisse.measurement.analysis.circuit_elements import Frequencies, frequencies
from lisse.measurement.analysis.circuit_grammar import Node, Series
from lisse.measurement.analysis.circuit_start import form, grown_values, has_shape, starting_values
from lisse.measurement.analysis.circuit_values import leaves, time_constant
from lisse.measurement.analysis.spectrum_data import spectrum_arrays

__all__ = ["FIT_STATUSES", "CircuitFit", "fit_circuit", "fit_grown"]

FIT_STATUSES: Mapping[str, str] = {
    "converged": "every parameter is determined by the data",
    "doubtful": "the fit is the best found, but a parameter is at a bound or not determined; see the warnings",
    "failed": "the descent did not come to rest; take another circuit or give starting values",
}
WEIGHTINGS = ("modulus", "unit")
_SCREEN_STEPS = 12
_BEHIND = 100.0
_TWICE, _SCATTER = 1e-6, 0.85
_NOT_DETERMINED = 0.3  # standard deviation of a logarithm
_EXPONENT_NOT_DETERMINED = 0.2
_EXPONENT_BOUNDS = (0.1, 1.0)


@dataclass(frozen=True, eq=False)
class CircuitFit:
    """A fitted circuit.

    Attributes
    ----------
    circuit : str
    parameters : mapping of str to float
        SI; for an impedance in ohm m2 those per area.
    uncertainties : mapping of str to float
        Standard deviation of each parameter; ``inf`` where the data do not determine it or a bound holds it.
    units : mapping of str to str
    frequency : (n,) array, Hz
    impedance : (n,) complex array, ohm
        Of the circuit at `frequency` (the points used, in the order given).
    residual : (n,) complex array
        Measured minus fitted, over the modulus measured.
    chi_square : float
        Sum of the squared residuals, of real and imaginary part.
    covariance : (p, p) array
        Of the inner parameters (logarithms; exponents themselves); rows of parameters at a bound are ``inf``.
    status : str
        A key of `FIT_STATUSES`.
    warnings : tuple of str
    weighting : str
        ``"modulus"`` or ``"unit"``.
    steps : int
        Evaluations of the circuit, all starts together.
    """

    circuit: str
    parameters: Mapping[str, float]
    uncertainties: Mapping[str, float]
    units: Mapping[str, str]
    frequency: np.ndarray
    impedance: np.ndarray
    residual: np.ndarray
    chi_square: float
    covariance: np.ndarray
    status: str
    warnings: tuple[str, ...]
    weighting: str
    steps: int

    @property
    def noise(self) -> float:
        """Scatter that is left in one part, real or imaginary, relative to the modulus."""
        return math.sqrt(self.chi_square / max(2 * self.frequency.size - len(self.parameters), 1))


def fit_circuit(
    frequency: ArrayLike,
    impedance: ArrayLike,
    circuit: str,
    initial: Mapping[str, float] | None = None,
    weighting: str = "modulus",
) -> CircuitFit:
    """Fit a circuit to a spectrum.

    ::

        chi_square = sum |Z - Z_fit|^2 / |Z|^2   ->  smallest

    Parameters
    ----------
    frequency : (n,) array_like, Hz
    impedance : (n,) complex array_like, ohm or ohm m2
    circuit : str
        In the convention of impedance.py, for example ``"R0-p(R1,CPE1)-p(R2,CPE2)"``.
    initial : mapping of str to float, optional
        Starting values of all or some parameters; the rest is found from the data. Without it, parts of one form are
        put in the order of their time constants.
    weighting : {"modulus", "unit"}
        ``"unit"`` counts every point alike: the largest arc decides. `chi_square` stays as above.

    Returns
    -------
    CircuitFit

    Raises
    ------
    InvalidInput
        For a circuit string that is none, unknown parameters, or fewer points than the circuit needs.

    Examples
    --------
    >>> import numpy as np
    >>> f = np.logspace(5, 0, 40)
    >>> z = 10 + 100 / (1 + 2j * np.pi * f * 1e-3)
    >>> round(fit_circuit(f, z, "R0-p(R1,C1)").parameters["R1"], 3)
    100.0
    """
    return fit_grown(frequency, impedance, circuit, initial, weighting)


def fit_grown(
    frequency: ArrayLike,
    impedance: ArrayLike,
    circuit: str,
    initial: Mapping[str, float] | None = None,
    weighting: str = "modulus",
    smaller: CircuitFit | None = None,
) -> CircuitFit:
    """`fit_circuit`, helped by the fit of the same circuit without one of its parts (`smaller`) where there is one."""
    model = parse_circuit(circuit)
    if weighting not in WEIGHTINGS:
        raise InvalidInput("weighting", weighting, ", ".join(WEIGHTINGS))
    frequency, impedance, warnings = spectrum_arrays(frequency, impedance, least=len(model.names) // 2 + 1)
    at = frequencies(frequency)
    weight = 1 / np.abs(impedance) if weighting == "modulus" else np.full(frequency.size, 1 / np.abs(impedance).mean())
    given = _given(model, initial)
    task = Task(model, at, impedance, weight, *_bounds(model, at, impedance, given))
    end = _best_end(task, given, smaller)
    if not given:
        end = _sorted_end(task, end)
    return _described(task, end, warnings, weighting)


def _given(circuit: Circuit, initial: Mapping[str, float] | None) -> dict[str, float]:
    if initial is None:
        return {}
    if not isinstance(initial, Mapping):
        raise InvalidInput("initial", initial, f"a mapping with names of {', '.join(circuit.names)}")
    circuit.check_names(initial)
    return {name: circuit.check_value(name, value) for name, value in initial.items()}


def _bounds(
    circuit: Circuit, at: Frequencies, impedance: np.ndarray, given: Mapping[str, float]
) -> tuple[np.ndarray, np.ndarray]:
    """Limits of the inner parameters: what could still show in the spectrum, with decades to spare."""
    modulus = np.abs(impedance)
    small, large = 1e-6 * float(modulus.min()), 1e6 * float(modulus.max())
    slow, fast = float(at.omega.min()), float(at.omega.max())
    spans = {
        "resistance": (small, large),
        "warburg": (small * slow**0.5, large * fast**0.5),
        "capacitance": (1 / (large * fast), 1 / (small * slow)),
        "cpe": (1 / (large * max(fast, 1.0)), 1 / (small * min(slow, 1.0))),
        "inductance": (small / fast, large / slow),
        "time": (1e-4 / fast, 1e4 / slow),
        "number": (1e-3, 1e3),
    }
    lower, upper = [], []
    for name, one in zip(circuit.names, circuit.quantities, strict=True):
        low, high = _EXPONENT_BOUNDS if not one.positive else spans[one.kind]
        value = given.get(name)
        if value is not None:
            low, high = min(low, value if not one.positive else 1e-2 * value), max(high, value)
        lower.append(math.log(low) if one.positive else low)
        upper.append(math.log(high) if one.positive else high)
    return np.array(lower), np.array(upper)


def _best_end(task: Task, given: Mapping[str, float], smaller: CircuitFit | None = None) -> End:
    """The best of the descents, each from its own start.

    When two came to the same point and what is left there is scatter, no other start can do better; else all are used.
    """
    ends: list[End] = []
    for start in _starts(task, given, smaller):
        end = descend(task, task.inner({**start, **given}), _SCREEN_STEPS)
        if not end.at_rest and (not ends or end.cost < _BEHIND * min(one.cost for one in ends)):
            end = replace(rest := descend(task, end.inner, MOST_STEPS), steps=rest.steps + end.steps)
        ends.append(end)
        if _agreed(task, ends):
            break
    best = min(ends, key=lambda one: one.cost)
    return replace(best, steps=sum(one.steps for one in ends))


def _starts(task: Task, given: Mapping[str, float], smaller: CircuitFit | None) -> Iterator[dict[str, float]]:
    """Sets of starting values, the most promising first."""
    if len(given) == len(task.circuit.names):
        yield dict(given)
        return
    first, *others = starting_values(task.circuit, task.at, task.impedance, task.weight)
    yield first
    yield from [] if given else _grown(task, smaller)
    yield from others


def _agreed(task: Task, ends: Sequence[End]) -> bool:
    """Whether the best end was found twice and the residuals there change sign as scatter does."""
    costs = sorted(end.cost for end in ends if end.at_rest)
    if len(costs) < 2 or costs[1] > costs[0] * (1 + _TWICE):
        return False
    residual = task.rows(min(ends, key=lambda end: end.cost).inner)[0].view(complex)[np.argsort(task.at.omega)]
    total = float(np.sum(np.abs(residual) ** 2))
    return float(np.sum(np.abs(np.diff(residual)) ** 2)) > _SCATTER * 2 * total


def _grown(task: Task, smaller: CircuitFit | None) -> list[dict[str, float]]:
    """Starts from the fit of the circuit without one part: the one given, or the last with a time constant."""
    parts = task.circuit.tree.parts
    names = [{leaf.name for leaf in leaves(part)} for part in parts]
    if smaller is not None:
        known = {leaf.name for leaf in parse_circuit(smaller.circuit).elements}
        lacking = [i for i, one in enumerate(names) if not one <= known]
        if len(lacking) == 1 and len(parse_circuit(smaller.circuit).tree.parts) == len(parts) - 1:
            return grown_values(task.circuit, lacking[0], smaller.parameters, task.at, task.impedance, task.weight)
    copies = [i for i, part in enumerate(parts) if has_shape(part)]
    if len(copies) < 2:
        return []
    first, last = task.circuit.span(parts[copies[-1]])
    keep = np.r_[:first, last : len(task.circuit.names)]
    rest = Circuit(task.circuit.text, Series(parts[: copies[-1]] + parts[copies[-1] + 1 :]))
    reduced = replace(task, circuit=rest, lower=task.lower[keep], upper=task.upper[keep])
    values = reduced.values(_best_end(reduced, {}).inner)
    fitted = dict(zip(rest.names, (float(v) for v in values), strict=True))
    return grown_values(task.circuit, copies[-1], fitted, task.at, task.impedance, task.weight)


def _sorted_end(task: Task, end: End) -> End:
    """Parts of one form change places so that their time constants rise."""
    groups: dict[str, list[Node]] = {}
    for part in task.circuit.tree.parts:
        groups.setdefault(form(part), []).append(part)
    values, order = task.values(end.inner), np.arange(end.inner.size)
    for alike in groups.values():
        spans = [range(*task.circuit.span(part)) for part in alike]
        taus = [time_constant(part, task.circuit, values) for part in alike]
        known = [tau for tau in taus if tau is not None]
        if len(alike) < 2 or len(known) < len(alike):
            continue
        for span, source in zip(spans, np.argsort(known, kind="stable"), strict=True):
            order[list(span)] = list(spans[int(source)])
    return End(end.inner[order], end.cost, end.at_rest, end.steps)


def _described(task: Task, end: End, warnings: tuple[str, ...], weighting: str) -> CircuitFit:
    circuit, values = task.circuit, task.values(end.inner)
    fitted = circuit.evaluate(task.at, values)[0]
    residual = (task.impedance - fitted) / np.abs(task.impedance)
    covariance, held = _covariance(task, end)
    spread = np.sqrt(np.diag(covariance))
    deviation = np.where(circuit.positive, values * spread, spread)
    doubts, remarks = [], []
    for i, name in enumerate(circuit.names):
        limit = _NOT_DETERMINED if circuit.positive[i] else _EXPONENT_NOT_DETERMINED
        if held[i]:
            doubts.append(
                f"{name} is at the bound {values[i]:.3g} {circuit.units[i]}: it can be left out, or is not seen"
            )
        elif not _loose(task, covariance, i) < limit:
            doubts.append(f"{name} is not determined by these data")
        elif not circuit.positive[i] and values[i] >= _EXPONENT_BOUNDS[1]:
            remarks.append(f"{name} is 1, the most there can be: an ideal capacitor (or inductor) fits as well")
    status = "failed" if not end.at_rest else "doubtful" if doubts else "converged"
    named = dict(zip(circuit.names, (float(v) for v in values), strict=True))
    errors = dict(zip(circuit.names, (float(d) for d in deviation), strict=True))
    units = dict(zip(circuit.names, circuit.units, strict=True))
    return CircuitFit(
        circuit.text, named, errors, units, task.at.omega / (2 * np.pi), fitted, residual,
        float(np.sum(np.abs(residual) ** 2)), covariance, status, (*warnings, *doubts, *remarks), weighting, end.steps,
    )  # fmt: skip


def _loose(task: Task, covariance: np.ndarray, i: int) -> float:
    """Standard deviation of an inner parameter; of a CPE's size where it is known best, not at 1 rad/s."""
    variance = covariance[i, i]
    if task.circuit.quantities[i].kind == "cpe" and np.isfinite(covariance[i : i + 2, i : i + 2]).all():
        shared, other = covariance[i, i + 1], max(covariance[i + 1, i + 1], 1e-300)
        log = float(np.clip(-shared / other, np.log(task.at.omega.min()), np.log(task.at.omega.max())))
        variance = variance + 2 * log * shared + log**2 * other
    return math.sqrt(max(variance, 0.0))


def _covariance(task: Task, end: End) -> tuple[np.ndarray, np.ndarray]:
    """Covariance of the inner parameters, and which of them a bound holds.

    An exponent of one is no such case: that is a capacitor, and its deviation is the one without the bound.
    """
    residual, slopes = task.rows(end.inner)
    held = (end.inner <= task.lower) | ((end.inner >= task.upper) & task.circuit.positive)
    on = np.flatnonzero(~held)
    full = np.full((end.inner.size, end.inner.size), np.inf)
    variance = float(residual @ residual) / max(residual.size - on.size, 1)
    size = np.sqrt(np.maximum(np.einsum("ij,ij->i", slopes[on], slopes[on]), 1e-300))
    scaled = slopes[on] / size[:, None]
    value, vector = np.linalg.eigh(scaled @ scaled.T)
    inverse = (vector / np.maximum(value, 1e-16)) @ vector.T
    full[np.ix_(on, on)] = variance * inverse / np.outer(size, size)
    return full, held
