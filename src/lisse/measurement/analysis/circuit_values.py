"""What the parameters of one part of a circuit amount to: resistance, time constant, exponent."""

from __future__ import annotations

import numpy as np

from lisse.measurement.analysis.circuit import Circuit
from lisse.measurement.analysis.circuit_grammar import Element, Node, Parallel

__all__ = ["exponent", "leaves", "resistance", "time_constant"]


def leaves(node: Node) -> list[Element]:
    """Elements of a part, in the order of the text."""
    return [node] if isinstance(node, Element) else [leaf for part in node.parts for leaf in leaves(part)]


def resistance(node: Node, circuit: Circuit, values: np.ndarray) -> float | None:
    """Resistance of a part at zero frequency, ohm; ``None`` where it is infinite or nothing.

    Parameters
    ----------
    node : Node
    circuit : Circuit
    values : (p,) array
        Of all parameters of the circuit.
    """
    found = _direct(node, circuit, values)
    return found if 0 < found < np.inf else None


def _direct(node: Node, circuit: Circuit, values: np.ndarray) -> float:
    if isinstance(node, Element):
        if node.symbol in ("C", "CPE", "W", "Wo"):
            return np.inf
        value = values[circuit.span(node)[0]]
        if node.symbol in ("L", "La"):
            return 0.0
        if node.symbol == "Gs":
            return float(value / np.tanh(values[circuit.span(node)[0] + 2]))
        return float(value)
    parts = [_direct(part, circuit, values) for part in node.parts]
    if not isinstance(node, Parallel):
        return float(sum(parts))
    return 0.0 if 0.0 in parts else float(1 / conductance) if (conductance := sum(1 / p for p in parts)) else np.inf


def time_constant(node: Node, circuit: Circuit, values: np.ndarray) -> float | None:
    """Time constant of a part, s: of its element, or of its first resistance with its first capacitance."""
    found = _firsts(node, circuit, values)
    if "time" in found and not {"capacitance", "cpe"} & set(found):
        return found["time"]
    if isinstance(node, Element) or "resistance" not in found:
        return None
    if "capacitance" in found:
        return found["resistance"] * found["capacitance"]
    if "cpe" in found:
        return float((found["resistance"] * found["cpe"]) ** (1 / found["exponent"]))
    return None


def exponent(node: Node, circuit: Circuit, values: np.ndarray) -> float | None:
    """First exponent of a part; 1 where a capacitor stands instead."""
    found = _firsts(node, circuit, values)
    return found.get("exponent", 1.0 if "capacitance" in found else None)


def _firsts(node: Node, circuit: Circuit, values: np.ndarray) -> dict[str, float]:
    found: dict[str, float] = {}
    for leaf in leaves(node):
        first, last = circuit.span(leaf)
        for one, value in zip(circuit.quantities[first:last], values[first:last], strict=True):
            found.setdefault(one.kind, float(value))
    return found
