"""Levenberg-Marquardt between bounds for circuits: from one set of parameters down to the nearest valley.

The inner parameters are the logarithms of positive quantities and the exponents themselves. What belongs here: one
descent. Where descents start and what their ends mean stands in ``circuit_fit``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lisse.measurement.analysis.circuit import Circuit
from lisse.measurement.analysis.circuit_elements import Frequencies

__all__ = ["MOST_STEPS", "End", "Task", "descend"]

MOST_STEPS = 200
_AT_REST, _SMALL_GAIN = 1e-7, 1e-11
_LONGEST_MOVE = 3.0


@dataclass(frozen=True, eq=False)
class Task:
    """A spectrum, a circuit and limits: what a descent needs.

    Attributes
    ----------
    circuit : Circuit
    at : Frequencies
    impedance : (n,) complex array, ohm
    weight : (n,) array, 1/ohm
    lower, upper : (p,) arrays
        Limits of the inner parameters.
    """

    circuit: Circuit
    at: Frequencies
    impedance: np.ndarray
    weight: np.ndarray
    lower: np.ndarray
    upper: np.ndarray

    def values(self, inner: np.ndarray) -> np.ndarray:
        """Parameters (SI) of inner ones."""
        return np.where(self.circuit.positive, np.exp(inner), inner)

    def inner(self, values: Mapping[str, float]) -> np.ndarray:
        """Inner parameters of a set by name, between the limits."""
        found = np.array([values[name] for name in self.circuit.names])
        logs = np.where(self.circuit.positive, np.log(np.maximum(found, 1e-300)), found)
        return np.asarray(np.clip(logs, self.lower, self.upper))

    def rows(self, inner: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Weighted residuals, (2n,), and their derivatives, (p, 2n)."""
        fitted, slopes = self.circuit.evaluate(self.at, self.values(inner))
        return ((fitted - self.impedance) * self.weight).view(float), (slopes * self.weight).view(float)


@dataclass(frozen=True, eq=False)
class End:
    """Where a descent came to: inner parameters, sum of squares, whether it is at rest, steps spent."""

    inner: np.ndarray
    cost: float
    at_rest: bool
    steps: int


def descend(task: Task, inner: np.ndarray, most: int) -> End:
    """Levenberg-Marquardt between bounds (projected, with Nielsen's damping)."""
    inner = np.clip(inner, task.lower, task.upper)
    damping, growth = 1e-3, 2.0
    residual, slopes = task.rows(inner)
    cost = float(residual @ residual)
    for step in range(1, most + 1):
        gradient, gram = slopes @ residual, slopes @ slopes.T
        free = ~(((inner <= task.lower) & (gradient > 0)) | ((inner >= task.upper) & (gradient < 0)))
        if _flat(gradient, gram.diagonal(), free, cost):
            return End(inner, cost, True, step)
        move = _move(gram, gradient, free, damping)
        trial = np.clip(inner + move, task.lower, task.upper)
        move = trial - inner
        promised = -float(2 * gradient @ move + move @ gram @ move)
        tried, tried_slopes = task.rows(trial)
        gain = cost - float(tried @ tried)
        if gain > 0 and math.isfinite(gain):
            small = gain < _SMALL_GAIN * cost and promised < 10 * _SMALL_GAIN * cost
            inner, residual, slopes, cost = trial, tried, tried_slopes, cost - gain
            if small or cost < 1e-28 * residual.size:
                return End(inner, cost, True, step)
            ratio = gain / promised if promised > 0 else 1.0
            damping *= max(1 / 3, 1 - (2 * min(ratio, 1.5) - 1) ** 3)
            damping, growth = max(damping, 1e-12), 2.0
        else:
            if promised < _SMALL_GAIN * cost:
                return End(inner, cost, True, step)
            damping, growth = damping * growth, growth * 2
            if damping > 1e12:
                return End(inner, cost, True, step)
    return End(inner, cost, False, most)


def _flat(gradient: np.ndarray, size: np.ndarray, free: np.ndarray, cost: float) -> bool:
    """Whether no derivative of a free parameter is inclined to the residual any more."""
    return not (free & (gradient * gradient > _AT_REST**2 * cost * size)).any()


def _move(gram: np.ndarray, gradient: np.ndarray, free: np.ndarray, damping: float) -> np.ndarray:
    """Damped Gauss-Newton step of the free parameters, not longer than `_LONGEST_MOVE` in any."""
    size = gram.diagonal()
    scale = 1 / np.sqrt(np.maximum(size, 1e-12 * size.max()))
    matrix = gram * scale[:, None] * scale
    right = np.where(free, gradient * scale, 0.0)
    if not free.all():
        matrix[~free] = 0.0
        matrix[:, ~free] = 0.0
    matrix.flat[:: len(matrix) + 1] = 1 + damping
    move = -np.linalg.solve(matrix, right) * scale
    return np.asarray(move * min(1.0, _LONGEST_MOVE / max(float(np.abs(move).max()), 1e-300)))
