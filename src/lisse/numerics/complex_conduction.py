"""Conduction on a voxel grid with an imaginary ground: capacities at a frequency beside real conductances.

::

    sum over faces g (x - x_neighbour) + (ground + i c) x = source

Conjugate residuals, with the last few directions kept, behind the real multigrid of the network with ground + c. The
operator so preconditioned has its spectrum near the line from 1 to i, at least 0.7 from zero, so that the iterations
hardly grow with the grid or the frequency. (Conjugate gradients without conjugation, which keep less, stall wherever
the cycle is not quite symmetric.) Memory: about 400 bytes a voxel beside that of the real network.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from lisse.errors import InvalidInput
from lisse.numerics.conduction import FaceOperator, LinearSolution, checked_tolerance
from lisse.numerics.conduction_kernels import CHUNK, compiled, reduction
from lisse.numerics.pieces import Pieces
from lisse.numerics.threads import share

__all__ = ["raised_ground", "solve_complex"]

Array = np.ndarray[Any, np.dtype[Any]]
_LEAST_GROUND = 1e-6  # of the preconditioner, over the sum of the conductances of a node
_KEPT = 6  # directions against which a new one is made orthogonal
_PATIENCE, _PROGRESS = 40, 0.9  # iterations after which the residual must have fallen by this factor
_FLOOR = 64 * np.finfo(float).eps  # relative rounding error of a residual


def solve_complex(
    operator: FaceOperator,
    imaginary_ground: Array,
    right_hand_side: Array,
    tolerance: float = 1e-8,
    guess: Array | None = None,
    max_iterations: int = 1000,
    accepted: Callable[[Array], bool] | None = None,
) -> LinearSolution:
    """Solve ``(A + i c) x = b``, with the real A of `operator` and the diagonal c.

    Parameters
    ----------
    operator : FaceOperator
    imaginary_ground : array of the shape of the grid. c, at least 0, somewhere above.
    right_hand_side : array of the shape of the grid. Real or complex.
    tolerance : float, 1. Norm of the residual over that of the right-hand side.
    guess : array of the shape of the grid, optional. Where to start, 0 by default.
    max_iterations : int. Iterations after which to give up.
    accepted : callable, optional. Asked about the potentials when the tolerance is met, as by
        `lisse.numerics.conduction.solve`.

    Returns
    -------
    LinearSolution
        With complex potentials.

    Examples
    --------
    >>> face = np.array([[1.0, 0.0]])
    >>> two = FaceOperator((np.zeros((1, 2)), face), np.zeros((1, 2)))
    >>> found = solve_complex(two, np.ones((1, 2)), np.array([[1.0, -1.0]]))
    >>> complex(np.round(found.x[0, 0] * (2 + 1j), 10))
    (1+0j)
    """
    checked_tolerance(tolerance)
    c, b = np.asarray(imaginary_ground, dtype=float), np.asarray(right_hand_side, dtype=complex)
    if c.shape != operator.shape or b.shape != operator.shape:
        raise InvalidInput("right_hand_side", f"shape {b.shape}", f"the shape of the operator, {operator.shape}")
    if not (c.min() >= 0.0 and np.isfinite(c).all() and np.isfinite(b).all()):
        raise InvalidInput("imaginary_ground", float(c.min()), "finite numbers, at least 0, and a finite right side")
    norm = _norm(b)
    if norm == 0.0:
        return LinearSolution(np.zeros(b.shape, complex), 0, 0.0, True)
    cycle = _Cycle(FaceOperator(operator.faces, raised_ground(operator, c)), operator.ground + 1j * c)
    x = np.zeros(b.shape, complex) if guess is None else np.array(guess, dtype=complex)
    return _conjugate_residuals(_Shifted(operator, c), cycle, b, x, norm, tolerance, max_iterations, accepted)


def raised_ground(operator: FaceOperator, more: Array | float = 0.0) -> Array:
    """The ground and some more, where there is any not so small that single precision would lose it."""
    ground = operator.ground + more
    return np.where(ground > 0.0, np.maximum(ground, _LEAST_GROUND * operator.diagonal()), 0.0)


class _Shifted:
    """``A + i c``."""

    def __init__(self, operator: FaceOperator, imaginary_ground: Array) -> None:
        self._operator, self._ground = operator, imaginary_ground

    def __call__(self, x: Array) -> Array:
        out = np.empty(x.shape, complex)
        out.real = self._operator.apply(x.real) - self._ground * x.imag
        out.imag = self._operator.apply(x.imag) + self._ground * x.real
        return out


class _Cycle:
    """One cycle of the real preconditioner for each of both parts, and the means of the pieces by themselves."""

    def __init__(self, operator: FaceOperator, ground: Array) -> None:
        self._levels, self._shape = operator.preconditioner, operator.shape
        self._ground, self._pieces = ground, Pieces(operator.faces, ground)

    def __call__(self, r: Array, norm: float) -> Array:
        z = np.empty(r.shape, complex)
        for part in ("real", "imag"):
            np.multiply(getattr(r, part).reshape(-1), 1.0 / norm, out=self._levels.right_hand_side, casting="same_kind")
            setattr(z, part, self._levels.cycle().reshape(self._shape))
        return z + self._pieces.constants(r / norm - self._ground * z)


def _conjugate_residuals(
    matrix: _Shifted,
    cycle: _Cycle,
    b: Array,
    x: Array,
    norm: float,
    tolerance: float,
    max_iterations: int,
    accepted: Callable[[Array], bool] | None,
) -> LinearSolution:
    """The smallest residual along each new direction, which is made orthogonal to the last few."""
    r = b - matrix(x)
    rest, target, iterations = _norm(r) / norm, tolerance, 0
    kept: list[tuple[Array, Array]] = []
    earlier = math.inf
    while iterations < max_iterations:
        if iterations % _PATIENCE == 0:
            if rest > _PROGRESS * earlier:
                break
            earlier = rest
        if rest <= target:
            if accepted is None or accepted(x) or target <= _FLOOR:
                break
            target = max(0.1 * min(target, rest), _FLOOR)
        p = cycle(r, rest * norm)
        q = matrix(p)
        for old_p, old_q in kept:
            _add(-_product(old_q, q), old_q, q, old_p, p)
        length = _norm(q)
        if length == 0.0:
            break
        p /= length
        q /= length
        step = _product(q, r)
        _add(step, p, x, np.negative(q), r)
        kept = [*kept, (p, q)][-_KEPT:]
        rest = _norm(r) / norm
        iterations += 1
    true = _norm(b - matrix(x)) / norm
    return LinearSolution(x, iterations, true, rest <= tolerance and (accepted is None or accepted(x)))


def _product(a: Array, b: Array) -> complex:
    """``conj(a) . b``, by our threads (see `lisse.numerics.conduction`)."""
    count = -(-a.size // CHUNK)
    sums = np.empty(count, complex)
    share(_products, count, 2 * a.size, a.reshape(-1), b.reshape(-1), sums)
    return complex(sums.sum())


def _norm(vector: Array) -> float:
    """Euclidean norm."""
    return math.sqrt(_product(vector, vector).real)


def _add(factor: complex, a: Array, x: Array, b: Array, y: Array) -> None:
    """``x += factor a`` and ``y += factor b``, in place."""
    count = -(-a.size // CHUNK)
    share(_additions, count, 4 * a.size, factor, *(one.reshape(-1) for one in (a, x, b, y)))


@reduction
def _products(start, stop, a, b, sums):  # type: ignore[no-untyped-def]
    """Per chunk: ``conj(a) . b``."""
    for chunk in range(start, stop):
        real, imaginary = 0.0, 0.0
        for n in range(chunk * CHUNK, min((chunk + 1) * CHUNK, a.size)):
            real += a[n].real * b[n].real + a[n].imag * b[n].imag
            imaginary += a[n].real * b[n].imag - a[n].imag * b[n].real
        sums[chunk] = complex(real, imaginary)


@compiled
def _additions(start, stop, factor, a, x, b, y):  # type: ignore[no-untyped-def]
    """Per chunk: ``x += factor a`` and ``y += factor b``."""
    for n in range(start * CHUNK, min(stop * CHUNK, a.size)):
        x[n] += factor * a[n]
        y[n] += factor * b[n]
