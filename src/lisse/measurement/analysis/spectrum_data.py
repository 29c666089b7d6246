"""The arrays of a spectrum, checked once for everything that analyses them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lisse.errors import InvalidInput

__all__ = ["spectrum_arrays", "usable_points"]

_FREQUENCIES = (1e-9, 1e14)  # Hz: far beyond any analyser; between numbers outside every step takes for ever
_MODULI = (1e-20, 1e20)  # ohm or ohm m2


def usable_points(frequency: np.ndarray, impedance: np.ndarray) -> np.ndarray:
    """Which points can be analysed, (n,) booleans: numbers, of a size that an instrument can have recorded.

    Parameters
    ----------
    frequency : (n,) array, Hz
    impedance : (n,) complex array, ohm or ohm m2
    """
    good = np.isfinite(frequency) & np.isfinite(impedance)
    modulus = np.abs(np.where(good, impedance, 0.0))
    inside = (frequency >= _FREQUENCIES[0]) & (frequency <= _FREQUENCIES[1])
    return np.asarray(good & inside & (modulus >= _MODULI[0]) & (modulus <= _MODULI[1]))


def spectrum_arrays(
    frequency: ArrayLike, impedance: ArrayLike, least: int = 3
) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    """Usable points in the order given, and what was left out.

    Parameters
    ----------
    frequency : (n,) array_like, Hz
    impedance : (n,) complex array_like, ohm or ohm m2
    least : int
        Fewest usable points.

    Returns
    -------
    frequency : (m,) array, Hz
    impedance : (m,) complex array
    warnings : tuple of str

    Raises
    ------
    InvalidInput
        For shapes that do not match, text, or too few usable points.
    """
    try:
        f, z = np.asarray(frequency, dtype=float), np.asarray(impedance, dtype=complex)
    except (TypeError, ValueError):
        raise InvalidInput("spectrum", None, "numbers: frequency in Hz and complex impedance in ohm") from None
    if f.ndim != 1 or f.shape != z.shape:
        raise InvalidInput("spectrum", (f.shape, z.shape), "two one-dimensional arrays of one length")
    good = usable_points(f, z)
    if good.sum() < least:
        got = f"{int(good.sum())} usable points of {f.size}"
        allowed = (
            f"at least {least} points with a frequency ({_FREQUENCIES[0]:g} to {_FREQUENCIES[1]:g} Hz) and an impedance"
        )
        raise InvalidInput("spectrum", got, allowed)
    if good.all():
        return f, z, ()
    rows = ", ".join(str(row) for row in np.flatnonzero(~good)[:5] + 1) + (", ..." if (~good).sum() > 5 else "")
    return f[good], z[good], (f"points {rows} have no usable frequency or impedance and were left out",)
