"""Distribution of relaxation times (DRT): the spectrum as a sum of very many RC elements, none negative.

::

    Z(w) = R + j w L + 1/(j w C) + integral of g(ln tau) / (1 + j w tau) d(ln tau),      g >= 0

g, in ohm for each unit of ln tau, is piecewise linear between nodes at equal distances of ln tau, and the kernel is
integrated over each piece. Among the many g that fit, the one is taken that makes the weighted misfit plus a penalty on
the curvature of g smallest (Tikhonov). The weight of the penalty comes from generalised cross validation or from the
corner of the L-curve. Every point counts with the inverse of its modulus.

What belongs here: the inversion. What its peaks mean stands in ``relaxation_peaks``.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from lisse.errors import InvalidInput
from lisse.measurement.analysis.spectrum_data import spectrum_arrays

__all__ = ["RelaxationTimes", "relaxation_times"]

_BEYOND = 1.0  # decades of tau beyond those that the frequencies reach
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(4)
_PENALTIES = np.logspace(-10, 1, 23)
_RIDGES = (1e-12, 1e-9, 1e-6)
_RULES = ("cross-validation", "l-curve")


@dataclass(frozen=True, eq=False)
class RelaxationTimes:
    """A distribution of relaxation times.

    Attributes
    ----------
    time_constant : (m,) array, s
        Nodes, rising.
    distribution : (m,) array, ohm
        g at the nodes, for each unit of ln tau; its integral is the polarisation resistance.
    deviation : (m,) array, ohm
        Standard deviation of g for the chosen penalty and the scatter of the residuals, among distributions that are
        zero where this one is; ``nan`` there.
    covariance : (m, m) array, ohm2
        Of g, alike; zero where g is.
    resistance : float, ohm
        R: everything faster than the nodes.
    inductance : float, H
    capacitance : float, F
        C in series; ``inf`` where the spectrum has none.
    impedance : (n,) complex array, ohm
        Of the distribution, at the frequencies given.
    residual : (n,) complex array
        Measured minus `impedance`, over the modulus measured.
    penalty : float
        Weight of the curvature, relative to the data.
    rule : str
        How it was chosen: ``"cross-validation"``, ``"l-curve"`` or ``"given"``.
    freedom : float
        Effective number of parameters.
    reach : (2,) tuple of float, s
        Time constants that the frequencies cover, 1/(2 pi f): beyond them g is a guess.
    """

    time_constant: np.ndarray
    distribution: np.ndarray
    deviation: np.ndarray
    covariance: np.ndarray
    resistance: float
    inductance: float
    capacitance: float
    impedance: np.ndarray
    residual: np.ndarray
    penalty: float
    rule: str
    freedom: float
    reach: tuple[float, float]

    @property
    def polarisation(self) -> float:
        """Integral of g over ln tau, ohm."""
        return float(_node_widths(self.time_constant) @ self.distribution)

    @property
    def widths(self) -> np.ndarray:
        """Share of ln tau that belongs to each node, (m,) array."""
        return _node_widths(self.time_constant)


def relaxation_times(
    frequency: np.ndarray,
    impedance: np.ndarray,
    penalty: float | None = None,
    rule: str = "cross-validation",
    points_per_decade: int = 10,
    inductance: bool = True,
    capacitance: bool = False,
) -> RelaxationTimes:
    """Distribution of relaxation times of a spectrum.

    Parameters
    ----------
    frequency : (n,) array, Hz
    impedance : (n,) complex array, ohm or ohm m2
    penalty : float, optional
        Weight of the curvature; chosen by `rule` when not given.
    rule : {"cross-validation", "l-curve"}
    points_per_decade : int
        Nodes in a decade of tau.
    inductance, capacitance : bool
        Whether an inductance and a blocking capacitance in series are taken out as well.

    Returns
    -------
    RelaxationTimes

    Notes
    -----
    The integral of g is determined far better than its shape. Two processes less than about half a decade apart in tau
    come out as one peak at usual noise.
    Source: wan2015, saccoccio2014
    """
    frequency, impedance = spectrum_arrays(frequency, impedance, least=6)[:2]
    if rule not in _RULES:
        raise InvalidInput("rule", rule, ", ".join(_RULES))
    if penalty is not None and not (np.isfinite(penalty) and penalty > 0):
        raise InvalidInput("penalty", penalty, "a number above 0")
    if points_per_decade < 2:
        raise InvalidInput("points_per_decade", points_per_decade, "2 or more")
    tau = _grid(frequency, points_per_decade)
    problem = _problem(frequency, impedance, tau, inductance, capacitance)
    solve = functools.partial(_solve, problem)
    rule = "given" if penalty is not None else rule
    chosen = penalty if penalty is not None else _RULE_OF[rule](problem)
    return _described(problem, solve(chosen), chosen, rule, frequency, impedance)


@dataclass(frozen=True, eq=False)
class _Problem:
    """Weighted least squares with a penalty: rows are the real, then the imaginary parts."""

    tau: np.ndarray
    kernel: np.ndarray  # (n, q) complex: g at the nodes, then R, L and 1/C where asked for
    scale: np.ndarray  # (q,) ohm: what a coefficient of 1 stands for
    matrix: np.ndarray  # (2n, q) weighted
    data: np.ndarray  # (2n,)
    gram: np.ndarray
    projected: np.ndarray
    curvature: np.ndarray  # (q, q)
    names: tuple[str, ...]


def _grid(frequency: np.ndarray, points_per_decade: int) -> np.ndarray:
    low = -np.log10(2 * np.pi * frequency.max()) - _BEYOND
    high = -np.log10(2 * np.pi * frequency.min()) + _BEYOND
    return np.logspace(low, high, max(int(np.ceil((high - low) * points_per_decade)) + 1, 4))


def _problem(
    frequency: np.ndarray, impedance: np.ndarray, tau: np.ndarray, inductance: bool, capacitance: bool
) -> _Problem:
    omega = 2 * np.pi * frequency
    modulus = np.abs(impedance)
    size = float(np.ptp(impedance.real)) or float(modulus.max())
    columns, scale, names = [_hats(omega, tau)], [size] * tau.size, ["R"]
    columns.append(np.ones((omega.size, 1), dtype=complex))
    scale.append(float(modulus.min()))
    if inductance:
        columns.append(1j * omega[:, None])
        scale.append(float((modulus / omega).min()))
        names.append("L")
    if capacitance:
        columns.append(1 / (1j * omega[:, None]))
        scale.append(float((modulus * omega).min()))
        names.append("1/C")
    kernel = np.hstack(columns) * np.array(scale)
    weighted = kernel / modulus[:, None]
    matrix = np.vstack([weighted.real, weighted.imag])
    data = np.concatenate([(impedance / modulus).real, (impedance / modulus).imag])
    return _Problem(
        tau, kernel, np.array(scale), matrix, data, matrix.T @ matrix, matrix.T @ data,
        _curvature(tau, kernel.shape[1]), tuple(names),
    )  # fmt: skip


def _hats(omega: np.ndarray, tau: np.ndarray) -> np.ndarray:
    """Kernel of each piecewise linear basis function, (n, m) complex: integrals by Gauss' rule over each piece."""
    log = np.log(tau)
    step = log[1] - log[0]
    share = (_NODES + 1) / 2
    inside = log[:-1, None] + step * share
    kernel = 1 / (1 + 1j * omega[:, None, None] * np.exp(inside))
    left = kernel @ (_WEIGHTS / 2 * step * (1 - share))
    right = kernel @ (_WEIGHTS / 2 * step * share)
    hats = np.zeros((omega.size, tau.size), dtype=complex)
    hats[:, :-1] += left
    hats[:, 1:] += right
    return hats


def _curvature(tau: np.ndarray, size: int) -> np.ndarray:
    """Integral of the squared second derivative of g as a quadratic form; g is zero beyond the nodes."""
    step = np.log(tau[1] / tau[0])
    padded = np.eye(tau.size + 2)[:, 1:-1]
    second = np.diff(padded, 2, axis=0) / step**2
    form = np.zeros((size, size))
    form[: tau.size, : tau.size] = second.T @ second * step
    return form


def _solve(problem: _Problem, penalty: float) -> np.ndarray:
    """Coefficients, none of which is negative.

    The active-set method can go in circles where columns are nearly dependent; then the ridge that keeps them apart is
    raised, from 1e-12 to at most 1e-6 of the mean diagonal.
    """
    from scipy.linalg import cholesky, solve_triangular
    from scipy.optimize import nnls

    for ridge in _RIDGES:
        upper = cholesky(_system(problem, penalty, ridge))
        right = solve_triangular(upper, problem.projected, trans="T")
        try:
            return np.asarray(nnls(upper, right)[0])
        except RuntimeError:
            continue
    raise InvalidInput("spectrum", None, "data of which a distribution can be found", "Give a larger penalty")


def _system(problem: _Problem, penalty: float, ridge: float = 1e-12) -> np.ndarray:
    level = ridge * np.trace(problem.gram) / len(problem.gram)
    return np.asarray(problem.gram + penalty * problem.curvature + level * np.eye(len(problem.gram)))


def _misfit(problem: _Problem, coefficients: np.ndarray) -> float:
    return float(np.sum((problem.matrix @ coefficients - problem.data) ** 2))


def _freedom(problem: _Problem, coefficients: np.ndarray, penalty: float) -> float:
    """Trace of the hat matrix over the coefficients that are not held at zero."""
    on = np.flatnonzero(coefficients > 0)
    gram = problem.gram[np.ix_(on, on)]
    return float(np.trace(np.linalg.solve(_system(problem, penalty)[np.ix_(on, on)], gram)))


def _by_cross_validation(problem: _Problem) -> float:
    """The largest penalty whose score is as good as the best within its sampling error.

    The score hardly changes over decades of small penalties, where noise makes peaks of its own.
    """
    rows, scores = problem.data.size, []
    for penalty in _PENALTIES:
        found = _solve(problem, penalty)
        scores.append(_misfit(problem, found) / (1 - _freedom(problem, found, penalty) / rows) ** 2)
    good = np.flatnonzero(np.array(scores) <= min(scores) * (1 + rows**-0.5))
    return float(_PENALTIES[good[-1]])


def _by_l_curve(problem: _Problem) -> float:
    """Where misfit against curvature, both in logarithms, bends most."""
    misfit, bent = [], []
    for penalty in _PENALTIES:
        found = _solve(problem, penalty)
        misfit.append(np.log(max(_misfit(problem, found), 1e-300)))
        bent.append(np.log(max(float(found @ problem.curvature @ found), 1e-300)))
    x, y = np.array(misfit), np.array(bent)
    dx, dy = np.gradient(x), np.gradient(y)
    bend = (dx * np.gradient(dy) - dy * np.gradient(dx)) / np.maximum((dx**2 + dy**2) ** 1.5, 1e-12)
    return float(_PENALTIES[1 + int(np.argmax(bend[1:-1]))])


_RULE_OF = {"cross-validation": _by_cross_validation, "l-curve": _by_l_curve}


def _described(
    problem: _Problem, found: np.ndarray, penalty: float, rule: str, frequency: np.ndarray, impedance: np.ndarray
) -> RelaxationTimes:
    nodes = problem.tau.size
    freedom = _freedom(problem, found, penalty)
    variance = _misfit(problem, found) / max(problem.data.size - freedom, 1.0)
    covariance = variance * _inverse(problem, found > 0, penalty) * np.outer(problem.scale, problem.scale)
    lumped = dict(zip(problem.names, found[nodes:] * problem.scale[nodes:], strict=True))
    fitted = problem.kernel @ found
    elastance = lumped.get("1/C", 0.0)
    omega = 2 * np.pi * frequency
    return RelaxationTimes(
        problem.tau,
        found[:nodes] * problem.scale[:nodes],
        np.where(found[:nodes] > 0, np.sqrt(np.diag(covariance)[:nodes]), np.nan),
        covariance[:nodes, :nodes],
        float(lumped["R"]),
        float(lumped.get("L", 0.0)),
        float(1 / elastance) if elastance > 0 else float("inf"),
        fitted,
        (impedance - fitted) / np.abs(impedance),
        penalty,
        rule,
        freedom,
        (float(1 / omega.max()), float(1 / omega.min())),
    )


def _inverse(problem: _Problem, on: np.ndarray, penalty: float) -> np.ndarray:
    """Inverse of the system over the coefficients that are not zero; rows of the others are zero."""
    inverse = np.zeros_like(problem.gram)
    place = np.ix_(on, on)
    inverse[place] = np.linalg.inv(_system(problem, penalty)[place])
    return inverse


def _node_widths(tau: np.ndarray) -> np.ndarray:
    step = np.log(tau[1] / tau[0])
    widths = np.full(tau.size, step)
    widths[[0, -1]] = step / 2
    return widths
