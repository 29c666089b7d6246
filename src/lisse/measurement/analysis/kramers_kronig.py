"""Kramers-Kronig test of a spectrum: whether a linear, causal cell that does not change could have given it.

A chain of RC elements with a resistance, an inductance and a capacitance in series obeys the Kramers-Kronig relations
by construction. Its time constants are fixed, so that the fit is linear; resistances may be negative. The number of
elements grows from three a decade until the negative ones show that noise is being fitted (mu falls to 0.85). What such
a chain cannot follow, the cell did not do as a linear and steady system: it drifted, it was driven too hard, or the
point is noise.

Scatter and system are told apart: points that stand alone are noisy and named; residuals that hang together over
neighbouring frequencies are a violation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lisse.errors import InvalidInput
from lisse.measurement.analysis.spectrum_data import spectrum_arrays

__all__ = ["FEWEST_POINTS", "KramersKronig", "kramers_kronig"]

FEWEST_POINTS = 6
"""Usable points that the test needs."""
MU_LIMIT = 0.85
"""Below this mu the chain fits noise."""
_MOST_ELEMENTS = 50
_LEAST_PER_DECADE, _FURTHER = 3, 8
_OUTLIER, _OUTLIER_LEAST = 5.0, 0.01
_MOST_NOISY = 0.2
_RUN = 3
_FEWEST, _MOST_FIRST, _MUCH_BETTER, _FIRST_LEAST = 12, 3, 0.25, 0.02
_VIOLATED, _DOUBTFUL = 0.005, 0.002
_SIGNIFICANT = 0.7
_SPREAD_INNER, _SPREAD_END = 1.5**0.5, 20.0**0.5  # of such differences of independent numbers of spread 1


@dataclass(frozen=True, eq=False)
class KramersKronig:
    """Result of the test, over the n usable points in the order given.

    Attributes
    ----------
    verdict : str
        ``"consistent"``, ``"doubtful"`` or ``"violated"``.
    systematic, noise : float
        Root mean square of the residuals that hang together, and of the scatter from point to point; both relative to
        the modulus, of real and imaginary part.
    noisy : tuple of int
        Points (counted from 0) that are off by more than 1 % and five times the scatter, and up to three at the
        high-frequency end without which the rest fits far better.
    elements : int
        RC elements used.
    mu : float
        One minus the sum of the negative resistances over that of the positive ones.
    impedance : (n,) complex array, ohm
        Of the chain.
    residual_real, residual_imaginary : (n,) arrays
        Measured minus chain, over the modulus measured.
    worst : float, Hz
        Frequency of the largest residual among the points that are not noisy.
    """

    verdict: str
    systematic: float
    noise: float
    noisy: tuple[int, ...]
    elements: int
    mu: float
    impedance: np.ndarray
    residual_real: np.ndarray
    residual_imaginary: np.ndarray
    worst: float

    @property
    def sentence(self) -> str:
        """The result in one sentence."""
        scatter = f"noise {100 * self.noise:.2g} %"
        if self.verdict == "consistent":
            return f"linear and steady as far as the data can tell ({scatter})"
        size = f"residuals of {100 * self.systematic:.2g} % hang together, most at {self.worst:.3g} Hz ({scatter})"
        if self.verdict == "doubtful":
            return f"slightly off the Kramers-Kronig relations: {size}"
        return f"violates the Kramers-Kronig relations: {size}; the cell changed during the sweep or was not linear"


def kramers_kronig(frequency: np.ndarray, impedance: np.ndarray, mu_limit: float = MU_LIMIT) -> KramersKronig:
    """Linear Kramers-Kronig test.

    Parameters
    ----------
    frequency : (n,) array, Hz
    impedance : (n,) complex array, ohm or ohm m2
    mu_limit : float
        Where adding elements stops, between 0 and 1.

    Returns
    -------
    KramersKronig

    Raises
    ------
    InvalidInput
        For fewer than six usable points, or a limit outside its range.

    Notes
    -----
    A drift that is slow against the sweep leaves a spectrum that obeys the relations, and no test of one spectrum can
    find it; compare the first with a second sweep.
    Source: schoenleber2014, boukamp1995
    """
    frequency, impedance = spectrum_arrays(frequency, impedance, least=FEWEST_POINTS)[:2]
    if not 0 < mu_limit < 1:
        raise InvalidInput("mu_limit", mu_limit, "a number between 0 and 1", f"{MU_LIMIT:g} is usual")
    used = _without_outliers(frequency, impedance, mu_limit)
    elements, mu, chain = _chain(frequency, impedance, used, mu_limit, sharp=True)
    residual = (impedance - chain) / np.abs(impedance)
    noise, systematic = _split(frequency[used], residual[used])
    together = systematic if systematic > _SIGNIFICANT * noise else 0.0
    verdict = "violated" if together >= _VIOLATED else "doubtful" if together >= _DOUBTFUL else "consistent"
    size = np.where(used, np.abs(residual), 0.0)
    return KramersKronig(
        verdict, systematic, noise, tuple(int(i) for i in np.flatnonzero(~used)), elements, mu, chain,
        residual.real, residual.imag, float(frequency[int(np.argmax(size))]),
    )  # fmt: skip


def _without_outliers(frequency: np.ndarray, impedance: np.ndarray, mu_limit: float) -> np.ndarray:
    """Which points are not noisy: the worst is left out until none stands out.

    A bad point at an end draws the chain to itself and makes its neighbour look bad. So the neighbours are tried as
    well, and the one goes without which the rest fits best. Three or more in a row are no outliers: they come back.
    """
    used = np.ones(frequency.size, dtype=bool)
    for _ in range(int(_MOST_NOISY * frequency.size)):
        chain = _chain(frequency, impedance, used, mu_limit)[2]
        worst = _outliers(frequency, (impedance - chain) / np.abs(impedance), used)
        if not worst:
            break
        left = []
        for one in worst:
            trial = used.copy()
            trial[one] = False
            rest = (_chain(frequency, impedance, trial, mu_limit)[2] - impedance)[trial] / np.abs(impedance[trial])
            left.append(float(np.sum(np.abs(rest) ** 2)))
        used[worst[int(np.argmin(left))]] = False
    order = np.argsort(frequency)
    used = _without_runs(used[order])[np.argsort(order)]
    return _without_first(frequency, impedance, used, mu_limit)


def _without_first(frequency: np.ndarray, impedance: np.ndarray, used: np.ndarray, mu_limit: float) -> np.ndarray:
    """Up to three points at the high-frequency end go when the rest then fits far better.

    Cables and the instrument spoil the first points of many spectra, all to one side, and the chain bends to them.
    """
    order = [int(i) for i in np.argsort(-frequency) if used[i]]
    if len(order) < _FEWEST:
        return used
    rest = used.copy()
    rest[order[:_MOST_FIRST]] = False
    modulus = np.abs(impedance)
    misfits = []
    for count in range(_MOST_FIRST + 1):
        trial = used.copy()
        trial[order[:count]] = False
        off = np.abs(_chain(frequency, impedance, trial, mu_limit)[2] - impedance) / modulus
        misfits.append(float(np.sqrt(np.mean(off[rest] ** 2))))
        if count and misfits[count] < _MUCH_BETTER * misfits[0] and off[order[:count]].max() > _FIRST_LEAST:
            return trial
    return used


def _without_runs(used: np.ndarray) -> np.ndarray:
    """Points left out three or more in a row are used again."""
    out = np.concatenate([[0], (~used).astype(int), [0]])
    begins, ends = np.flatnonzero(np.diff(out) > 0), np.flatnonzero(np.diff(out) < 0)
    again = used.copy()
    for begin, end in zip(begins, ends, strict=True):
        if end - begin >= _RUN:
            again[begin:end] = True
    return again


def _chain(
    frequency: np.ndarray, impedance: np.ndarray, used: np.ndarray, mu_limit: float, sharp: bool = False
) -> tuple[int, float, np.ndarray]:
    """Elements, mu and impedance of the first chain whose mu is down to the limit.

    It begins with three elements a decade: fewer cannot follow a single RC arc, and its misfit would look like a drift.
    """
    omega, weight = 2 * np.pi * frequency, 1 / np.abs(impedance)
    least, most = 1 / omega[used].max(), 1 / omega[used].min()
    lumped = np.column_stack([np.ones_like(omega), 1j * omega / omega.max(), omega.min() / (1j * omega)])
    data = _rows(impedance * weight, used)
    dense = int(np.ceil(_LEAST_PER_DECADE * np.log10(most / least))) + 1
    limit = max(min(_MOST_ELEMENTS, int(used.sum()) - 2), 3)

    def solved(elements: int) -> tuple[float, np.ndarray, float]:
        tau = np.geomspace(least, most, elements)
        matrix = np.hstack([lumped, 1 / (1 + 1j * omega[:, None] * tau)])
        rows = _rows(matrix * weight[:, None], used)
        found = np.linalg.lstsq(rows, data, rcond=1e-12)[0]
        resistance = found[lumped.shape[1] :]
        positive = resistance[resistance > 0].sum()
        mu = float(1 + resistance[resistance < 0].sum() / positive) if positive > 0 else 0.0
        return mu, matrix @ found, float(np.linalg.norm(rows @ found - data))

    for elements in range(min(dense, limit), limit + 1):
        mu, chain, misfit = solved(elements)
        if mu <= mu_limit:
            break
    # a few elements cannot follow sharp arcs to a scatter below a per mille; many can, and yet cannot follow a drift
    for more in range(elements + _FURTHER, limit + 1, _FURTHER) if sharp else ():
        other = solved(more)
        if other[2] < 0.5 * misfit:
            elements, (mu, chain, misfit) = more, other
    return elements, mu, chain


def _rows(values: np.ndarray, used: np.ndarray) -> np.ndarray:
    return np.concatenate([values[used].real, values[used].imag])


def _split(frequency: np.ndarray, residual: np.ndarray) -> tuple[float, float]:
    """Scatter from point to point, and what hangs together; root mean squares of one part, real or imaginary."""
    ordered = residual[np.argsort(frequency)]
    parts = np.concatenate([ordered.real, ordered.imag])
    total = float(np.mean(parts**2))
    second = np.concatenate([np.diff(ordered.real, 2), np.diff(ordered.imag, 2)])
    scatter = float(np.mean(second**2)) / 6
    return float(np.sqrt(min(scatter, total))), float(np.sqrt(max(total - scatter, 0.0)))


def _outliers(frequency: np.ndarray, residual: np.ndarray, used: np.ndarray) -> list[int]:
    """The point in use that stands furthest from its neighbours, with two on either side; empty when none is far."""
    order = np.flatnonzero(used)[np.argsort(frequency[used])]
    values = residual[order]
    if values.size < 8:
        return []
    inner = np.abs(values[1:-1] - 0.5 * (values[:-2] + values[2:])) / _SPREAD_INNER
    ends = [abs(side[0] - 3 * side[1] + 3 * side[2] - side[3]) / _SPREAD_END for side in (values, values[::-1])]
    off = np.concatenate([ends[:1], inner, ends[1:]])
    worst = int(np.argmax(off))
    if off[worst] <= max(_OUTLIER * float(np.median(off)), _OUTLIER_LEAST):
        return []
    return [int(one) for one in order[max(worst - 2, 0) : worst + 3]]
