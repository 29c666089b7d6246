"""What the parameters of one part of a circuit amount to: resistance, time constant, capacitance, exponent.

A constant phase element has no capacitance of its own. Its Q and exponent alpha become one with a resistance, and which
resistance depends on where the time constants are spread::

    C = Q^(1/alpha) R^(1/alpha - 1)                        through the layer    (Hsu and Mansfeld)
    C = Q^(1/alpha) (1/Re + 1/R)^(1 - 1/alpha)             along the electrode  (Brug and others)

R is the resistance beside the element (infinite for a blocking electrode), Re the one in series with it.
Source: hsu2001, brug1984, hirschorn2010
"""

from __future__ import annotations

import numpy as np

from lisse.measurement.analysis.circuit import Circuit
from lisse.measurement.analysis.circuit_grammar import Element, Node, Parallel

__all__ = ["capacitance", "exponent", "leaves", "resistance", "surface_capacitance", "time_constant"]


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
    """Time constant of a part, s: of its element, or of its outermost resistance with its outermost capacitance."""
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


def capacitance(node: Node, circuit: Circuit, values: np.ndarray) -> float | None:
    """Capacitance of a part, F: of its capacitor, or of the ideal one that puts the summit at the same frequency."""
    found = _firsts(node, circuit, values)
    tau = time_constant(node, circuit, values)
    if "capacitance" in found:
        return found["capacitance"]
    return None if tau is None or "resistance" not in found else tau / found["resistance"]


def surface_capacitance(node: Node, circuit: Circuit, values: np.ndarray) -> float | None:
    """Capacitance of a part whose time constants are spread along the electrode, F.

    The resistance in series is that of all parts which are faster: they conduct where this one has its summit. Without
    any, the spread would not show at all and the answer is ``None``.
    """
    found = _firsts(node, circuit, values)
    if "capacitance" in found:
        return found["capacitance"]
    series = _faster(node, circuit, values)
    if "exponent" not in found or series <= 0:
        return None
    bend = 1 / found["exponent"] - 1
    if isinstance(node, Element) and node.symbol == "CPE":
        return float(found["cpe"] ** (1 + bend) * series**bend)
    plain = capacitance(node, circuit, values)
    return None if plain is None else float(plain * (series / (series + found["resistance"])) ** bend)


def _faster(node: Node, circuit: Circuit, values: np.ndarray) -> float:
    """Resistance of the other parts of the series that have no time constant or a smaller one, ohm."""
    own, total = time_constant(node, circuit, values), 0.0
    for other in circuit.tree.parts:
        size, tau = resistance(other, circuit, values), time_constant(other, circuit, values)
        if other is not node and size is not None and (tau is None or own is None or tau < own):
            total += size
    return total


def exponent(node: Node, circuit: Circuit, values: np.ndarray) -> float | None:
    """First exponent of a part; 1 where a capacitor stands instead."""
    found = _firsts(node, circuit, values)
    return found.get("exponent", 1.0 if "capacitance" in found else None)


def _firsts(node: Node, circuit: Circuit, values: np.ndarray) -> dict[str, float]:
    """The first parameter of each kind; elements inside an inner p( , ) come after those outside it."""
    found: dict[str, float] = {}
    for leaf in sorted(leaves(node), key=_depths(node).__getitem__):
        first, last = circuit.span(leaf)
        for one, value in zip(circuit.quantities[first:last], values[first:last], strict=True):
            found.setdefault(one.kind, float(value))
    return found


def _depths(node: Node, depth: int = 0) -> dict[Element, int]:
    """How many brackets stand around each element."""
    if isinstance(node, Element):
        return {node: depth}
    inside = depth + isinstance(node, Parallel)
    return {leaf: at for part in node.parts for leaf, at in _depths(part, inside).items()}
