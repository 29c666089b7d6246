"""The processes that a fitted circuit describes: one for each part in series, with uncertainty.

An arc of a resistance beside a capacitance or constant phase element has the time constant tau = (R Q)^(1/alpha), the
frequency of its summit being 1/(2 pi tau). Its capacitance is given twice, for time constants spread through a layer
and along an electrode (``circuit_values``): the fit cannot tell which, and for a capacitor both are one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lisse.measurement.analysis.circuit import Circuit, parse_circuit
from lisse.measurement.analysis.circuit_fit import CircuitFit
from lisse.measurement.analysis.circuit_grammar import Element, Node
from lisse.measurement.analysis.circuit_start import form
from lisse.measurement.analysis.circuit_values import (
    capacitance,
    exponent,
    leaves,
    resistance,
    surface_capacitance,
    time_constant,
)

__all__ = ["Process", "processes"]

_KINDS = {"R": "series", "L": "inductance", "La": "inductance", "C": "blocking", "CPE": "blocking"}
_Law = Callable[[Node, Circuit, np.ndarray], float | None]
_LAWS: dict[str, _Law] = {
    "resistance": resistance,
    "time_constant": time_constant,
    "capacitance": capacitance,
    "surface_capacitance": surface_capacitance,
}


@dataclass(frozen=True)
class Process:
    """One part of a circuit in series.

    Attributes
    ----------
    name : str
        The names of its elements, ``"R1+CPE1"``.
    kind : str
        ``"series"`` (a resistance alone), ``"arc"``, ``"diffusion"``, ``"blocking"`` or ``"inductance"``.
    resistance, resistance_error : float or None, ohm
        At its low-frequency end; ``None`` where it has none.
    time_constant, time_constant_error : float or None, s
    capacitance, capacitance_error : float or None, F
        With time constants spread through a layer, as in bulk, grain boundaries and films. Errors are standard
        deviations, ``inf`` where the data do not determine the number.
    surface_capacitance, surface_capacitance_error : float or None, F
        With time constants spread along the electrode; never larger. The only one of a blocking electrode.
    exponent : float or None
        Of the constant phase element; 1 for a capacitor.
    """

    name: str
    kind: str
    resistance: float | None = None
    resistance_error: float | None = None
    time_constant: float | None = None
    time_constant_error: float | None = None
    capacitance: float | None = None
    capacitance_error: float | None = None
    surface_capacitance: float | None = None
    surface_capacitance_error: float | None = None
    exponent: float | None = None

    @property
    def summit(self) -> float | None:
        """Frequency at which the imaginary part is largest, Hz."""
        return None if self.time_constant is None else 1 / (2 * math.pi * self.time_constant)


def processes(fit: CircuitFit) -> tuple[Process, ...]:
    """The parts of a fitted circuit, in the order of the circuit."""
    circuit = parse_circuit(fit.circuit)
    values = np.array([fit.parameters[name] for name in circuit.names])
    return tuple(_process(part, circuit, values, fit.covariance) for part in circuit.tree.parts)


def _process(part: Node, circuit: Circuit, values: np.ndarray, covariance: np.ndarray) -> Process:
    name = "+".join(leaf.name for leaf in leaves(part))
    kind = _KINDS.get(part.symbol, "diffusion") if isinstance(part, Element) else "arc"
    kind = "arc" if form(part) in ("Zarc", "ZARC", "K") else kind
    measured: dict[str, float | None] = {}
    for what, law in _LAWS.items():
        found = _with_error(law, part, circuit, values, covariance)
        measured[what], measured[f"{what}_error"] = found if found else (None, None)
    return Process(name, kind, exponent=exponent(part, circuit, values), **measured)


def _with_error(
    law: _Law, part: Node, circuit: Circuit, values: np.ndarray, covariance: np.ndarray
) -> tuple[float, float] | None:
    """A number and its standard deviation by its derivatives with respect to the inner parameters."""
    number = law(part, circuit, values)
    if number is None:
        return None
    slopes = np.zeros(values.size)
    for i in range(values.size):
        ends = []
        for step in (1e-5, -1e-5):
            moved = values.copy()
            moved[i] = moved[i] * math.exp(step) if circuit.quantities[i].positive else moved[i] + step
            ends.append(law(part, circuit, moved) or math.nan)
        slopes[i] = (ends[0] - ends[1]) / 2e-5
    used = np.abs(slopes) > 1e-12 * abs(number)
    slopes, block = slopes[used], covariance[np.ix_(used, used)]
    if not np.isfinite(block).all():
        return number, math.inf
    return number, math.sqrt(max(float(slopes @ block @ slopes), 0.0))
