"""Spectra that several tests share: circuits with noise, and a cell that drifts while it is measured."""

from __future__ import annotations

import numpy as np

from lisse.measurement import parse_circuit

F = np.logspace(6, -1, 60)
TWO_ARCS = "R0-p(R1,CPE1)-p(R2,CPE2)"
TWO_ARCS_VALUES = {
    "R0": 10.0, "R1": 50.0, "CPE1_Q": 1e-4**0.85 / 50.0, "CPE1_alpha": 0.85,
    "R2": 30.0, "CPE2_Q": 1e-2**0.9 / 30.0, "CPE2_alpha": 0.9,
}  # fmt: skip


def noisy(impedance: np.ndarray, noise: float, seed: int = 0) -> np.ndarray:
    """Impedance with scatter of that size, relative to the modulus, in real and imaginary part."""
    draw = np.random.default_rng(seed)
    scatter = draw.standard_normal(impedance.size) + 1j * draw.standard_normal(impedance.size)
    return np.asarray(impedance + noise * np.abs(impedance) * scatter)


def two_arcs(noise: float = 0.0, seed: int = 0, frequency: np.ndarray = F) -> np.ndarray:
    return noisy(parse_circuit(TWO_ARCS).impedance(frequency, TWO_ARCS_VALUES), noise, seed)


def zarc(resistance: float | np.ndarray, tau: float, alpha: float, frequency: np.ndarray = F) -> np.ndarray:
    return np.asarray(resistance / (1 + (2j * np.pi * frequency * tau) ** alpha))


def drifting(growth: float, noise: float = 1e-3, seed: int = 0) -> np.ndarray:
    """Two arcs whose resistances grow by `growth` from the first point of the sweep to the last."""
    size = 1 + growth * np.arange(F.size) / (F.size - 1)
    return noisy(10 + zarc(50 * size, 1e-4, 0.85) + zarc(30 * size, 1e-2, 0.9), noise, seed)
