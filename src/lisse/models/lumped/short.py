"""What a filament that spans the electrolyte does to the cell: a hard or a soft short, and whether it would melt.

The filament is a conductor in parallel to the cell, as wide and thick as the flaw that holds it. At a set current j it
leaves the voltage U' = E + R (j - G E)/(1 + G R), with its conductance G, the open-circuit voltage E (0 between two
lithium electrodes) and the mean resistance R = (U - E)/j of the cell. The short is soft where more than half of the
voltage is left, which a cycler shows as a step and not as a collapse, and hard elsewhere; at a held voltage it is soft
where the filament takes less than the cell. The charge that is recorded after a short is that in the outer circuit.

A metal filament that loses heat along itself only is hottest in its middle, T_max^2 = T^2 + U^2/(4 L_0) (Kohlrausch;
L_0 of Wiedemann and Franz), whatever its shape. Where the voltage left across it would melt it, a warning says that it
may burn open; the model does not follow that.
Source: holm1967
"""

from __future__ import annotations

import math

import numpy as np

from lisse.models.lumped.legs import Leg

__all__ = ["after_short", "filament_conductance", "is_soft", "melting_voltage", "voltage_left"]

_AFTER_SHORT = np.array([0.0, 1.0, 10.0, 60.0])  # s, recorded with the filament in place
_LITHIUM_RESISTIVITY = 9.3e-8  # ohm m, row LI-5 of the materials library
_LORENZ = 2.443e-8  # W ohm/K2, pi^2/3 (k/e)^2
_SOFT = 0.5  # of the drop that is left


def filament_conductance(leg: Leg, place: int | None) -> float:
    """S/m2. Of the flaw that spans the electrolyte at the end of a leg, per area of the cell; 0 where none does.

    Its cross-section is the lithium in the spanning flaw, (opening area)/(depth) x (width 2 s_0); its length is the
    electrolyte.
    """
    equations = leg.equations
    metal = None if place is None else equations.sides[place]
    if place is None or metal is None or metal.flaws is None:
        return 0.0
    law = metal.flaws
    reached = leg.depth[-1, place] * law.initial_depth
    worst = int(np.argmax(reached))
    if reached[worst] < 0.999 * equations.thickness:  # a wave between the flaws got there: its shape is not known
        return 0.0
    opening = leg.filling[-1, place, worst] * law.critical_area[worst] / equations.thickness
    section = opening * 2.0 * law.initial_depth[worst]
    return float(section / (_LITHIUM_RESISTIVITY * equations.thickness) / equations.area)


def is_soft(leg: Leg, place: int | None) -> bool:
    """Whether more than half of the voltage, or of a held cell's current, is left to the cell after the short."""
    last = leg.record.rows(slice(-1, None))
    current = float(last.current_density[0])
    if leg.step.voltage is not None:
        return filament_conductance(leg, place) * abs(leg.step.voltage) < abs(current)
    return current != 0.0 and voltage_left(leg, place) / float(leg.equations.drops(last).total[0]) > _SOFT


def voltage_left(leg: Leg, place: int | None) -> float:
    """V. Across cell and filament at the end of a leg."""
    if leg.step.voltage is not None:
        return leg.step.voltage
    last = leg.record.rows(slice(-1, None))
    drops = leg.equations.drops(last)
    current, voltage = float(last.current_density[0]), float(drops.total[0])
    return _left(current, voltage, float(drops.open_circuit_voltage[0]), filament_conductance(leg, place))


def _left(current: float, voltage: float, open_circuit: float, filament: float) -> float:
    """V. Cell voltage at a set current with a filament (S/m2) in parallel."""
    resistance = (voltage - open_circuit) / current
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
    found = {name: np.repeat(values[-1:], len(_AFTER_SHORT), axis=0) for name, values in last.items()}
    found["time"] = found["time"] + _AFTER_SHORT
    current, voltage = float(last["current_density"][-1]), float(last["voltage"][-1])
    filament = filament_conductance(leg, place)
    found["short_conductance"] = np.full(len(_AFTER_SHORT), filament)
    if leg.step.voltage is not None:  # held: the filament adds its current
        found["current_density"] = found["current_density"] + filament * voltage
        found["charge"] = found["charge"] + found["current_density"] * _AFTER_SHORT
        return found
    open_circuit = float(last["open_circuit_voltage"][-1]) if "open_circuit_voltage" in last else 0.0
    driving = _left(current, voltage, open_circuit, filament) - open_circuit
    drops = [name for name in found if name.endswith("_drop")]
    for name in (*drops, "largest_local_current_density"):
        found[name] = found[name] * (driving / (voltage - open_circuit))
    found["voltage"] = np.full(len(_AFTER_SHORT), open_circuit + driving)
    found["charge"] = found["charge"] + current * _AFTER_SHORT
    return found
