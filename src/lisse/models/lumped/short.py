"""What a filament that spans the electrolyte does to the cell: a hard or a soft short, and whether it would melt.

The filament is a conductor in parallel to the cell, as wide and thick as the flaw that holds it. At a set current j it
leaves the voltage U' = E + R (j - G E)/(1 + G R), with its conductance G, the open-circuit voltage E (0 between two
lithium electrodes) and the mean resistance R = (U - E)/j of the cell. The short is soft where more than half of the
voltage is left, which a cycler shows as a step and not as a collapse, and hard elsewhere; at a held voltage it is soft
where the filament takes less than the cell. The charge that is recorded after a short is that in the outer circuit.

A metal filament that loses heat along itself only is hottest in its middle, T_max^2 = T^2 + U^2/(4 L_0) (Kohlrausch;
L_0 of Wiedemann and Franz), whatever its shape. Where the voltage left across it would melt it, a warning says that it
may burn open; a run that goes on after soft shorts follows that (`lisse.models.lumped.bridges`).
Source: holm1967
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from lisse.models.lumped.legs import Leg

__all__ = [
    "AFTER_SHORT",
    "LITHIUM_RESISTIVITY",
    "SOFT",
    "after_short",
    "filament_conductance",
    "is_soft",
    "melting_voltage",
    "spanning_flaw",
    "voltage_beside",
    "voltage_left",
]

AFTER_SHORT = np.array([0.0, 1.0, 10.0, 60.0])
"""s. Recorded with the filament in place."""
LITHIUM_RESISTIVITY = 9.3e-8
"""ohm m, row LI-5 of the materials library."""
_LORENZ = 2.443e-8  # W ohm/K2, pi^2/3 (k/e)^2
SOFT = 0.5
"""Share of the voltage that is left, above which a short is soft."""


def filament_conductance(leg: Leg, place: int | None) -> float:
    """S/m2. Of the flaw that spans the electrolyte at the end of a leg, per area of the cell; 0 where none does."""
    return 0.0 if place is None else spanning_flaw(leg, place)[1]


def spanning_flaw(leg: Leg, place: int, besides: Sequence[int] = ()) -> tuple[int, float]:
    """Class of the flaw that spans the electrolyte at the end of a leg, and its conductance (S/m2); 0 where none does.

    Its cross-section is the lithium in the spanning flaw, (opening area)/(depth) x (width 2 s_0); its length is the
    electrolyte. Classes in `besides` do not count.
    """
    equations = leg.equations
    metal = equations.sides[place]
    if metal is None or metal.flaws is None:
        return 0, 0.0
    law = metal.flaws
    reached = leg.depth[-1, place] * law.initial_depth
    reached[list(besides)] = 0.0
    worst = int(np.argmax(reached))
    if reached[worst] < 0.999 * equations.thickness:  # a wave between the flaws got there: its shape is not known
        return worst, 0.0
    opening = leg.filling[-1, place, worst] * law.critical_area[worst] / equations.thickness
    section = opening * 2.0 * law.initial_depth[worst]
    return worst, float(section / (LITHIUM_RESISTIVITY * equations.thickness) / equations.area)


def is_soft(leg: Leg, place: int, besides: Sequence[int] = ()) -> bool:
    """Whether more than half of the voltage, or of a held cell's current, is left to the cell after the short.

    Filaments that stand already count with the new one, against the cell without any.
    """
    last = leg.record.rows(slice(-1, None))
    current = float(last.current_density[0])
    filament = leg.leak + spanning_flaw(leg, place, besides)[1]
    if leg.step.voltage is not None:
        return filament * abs(leg.step.voltage) < abs(current)
    if current == 0.0:
        return False
    drops = leg.equations.drops(last)
    voltage, rest = float(drops.total[0]), float(drops.open_circuit_voltage[0])
    resistance, outer = (voltage - rest) / current, current + leg.leak * voltage
    return voltage_beside(outer, resistance, rest, filament) / (rest + resistance * outer) > SOFT


def voltage_left(leg: Leg, place: int | None) -> float:
    """V. Across cell and filament at the end of a leg."""
    if leg.step.voltage is not None:
        return leg.step.voltage
    last = leg.record.rows(slice(-1, None))
    drops = leg.equations.drops(last)
    current, voltage, rest = (float(x[0]) for x in (last.current_density, drops.total, drops.open_circuit_voltage))
    filament = leg.leak + filament_conductance(leg, place)
    return voltage_beside(current + leg.leak * voltage, (voltage - rest) / current, rest, filament)


def voltage_beside(current: float, resistance: float, open_circuit: float, filament: float) -> float:
    """V. Voltage of a cell (ohm m2, V) at a set current with a filament (S/m2) in parallel."""
    return open_circuit + resistance * (current - filament * open_circuit) / (1.0 + filament * resistance)


def melting_voltage(temperature: float, melting_point: float) -> float:
    """V. Voltage across a metal filament that melts its middle, sqrt(4 L_0 (T_m^2 - T^2)); temperatures in K.

    Examples
    --------
    >>> round(melting_voltage(298.15, 453.65), 3)
    0.107
    """
    return 2.0 * math.sqrt(_LORENZ * max(melting_point**2 - temperature**2, 0.0))


def after_short(leg: Leg, place: int | None, last: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The traces of the minute after the short, from those up to it."""
    found = {name: np.repeat(values[-1:], len(AFTER_SHORT), axis=0) for name, values in last.items()}
    found["time"] = found["time"] + AFTER_SHORT
    current, voltage = float(last["current_density"][-1]), float(last["voltage"][-1])
    new = filament_conductance(leg, place)
    filament = leg.leak + new
    found["short_conductance"] = np.full(len(AFTER_SHORT), filament)
    if leg.step.voltage is not None:  # held: the filament adds its current
        found["current_density"] = found["current_density"] + new * voltage
        found["charge"] = found["charge"] + found["current_density"] * AFTER_SHORT
        return found
    open_circuit = float(last["open_circuit_voltage"][-1]) if "open_circuit_voltage" in last else 0.0
    resistance = (voltage - open_circuit) / (current - leg.leak * voltage)
    driving = voltage_beside(current, resistance, open_circuit, filament) - open_circuit
    drops = [name for name in found if name.endswith("_drop")]
    for name in (*drops, "largest_local_current_density"):
        found[name] = found[name] * (driving / (voltage - open_circuit))
    found["voltage"] = np.full(len(AFTER_SHORT), open_circuit + driving)
    found["charge"] = found["charge"] + current * AFTER_SHORT
    return found
