"""What a crack full of lithium does to the cell once it joins both electrodes: a hard or a soft short.

The laws are those of the lumped model (`lisse.models.lumped.short`): the filament is a conductor of lithium beside the
cell, with the lithium of the crack spread evenly from electrode to electrode,

    G = v/(rho L^2) per area of the cell,       v the lithium in the cracks that span, L the electrolyte's thickness,

and a short is soft where more than half of the voltage is left. In a plane the crack and its filament are as deep as
the cell, so that a plane's filament is a sheet and conducts far better than one in space.
Source: holm1967
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from lisse.materials import Material
from lisse.models.lumped.short import AFTER_SHORT, LITHIUM_RESISTIVITY, SOFT, melting_voltage, voltage_beside
from lisse.models.resolved.clusters import Cluster, bridges
from lisse.models.resolved.domain import Domain
from lisse.models.resolved.traces import Record
from lisse.units import format_quantity

__all__ = ["after_short", "burn_warning", "filament_conductance", "is_soft"]


def filament_conductance(clusters: Sequence[Cluster], domain: Domain) -> float:
    """S/m2. Of all cracks that join the electrodes, with the pores that they fill; 0 where none does."""
    lithium = sum(cluster.lithium for cluster in clusters if bridges(domain, cluster, clusters))
    return lithium / (LITHIUM_RESISTIVITY * domain.thickness**2) / domain.area


def is_soft(last: Record, conductance: float, held: float | None) -> bool:
    """Whether more than half of the voltage, or of a held cell's current, is left to the cell.

    Parameters
    ----------
    last : Record
        Just before the filament conducts.
    conductance : float, S/m2
    held : float or None, V
        Voltage that the protocol holds.
    """
    current, voltage, rest = _cell(last)
    if held is not None:
        return conductance * abs(held) < abs(current)
    if current == 0.0 or voltage == 0.0:
        return False
    return voltage_beside(current, (voltage - rest) / current, rest, conductance) / voltage > SOFT


def after_short(last: Record, conductance: float, held: float | None) -> list[Record]:
    """The minute after the short, with the filament in place; without one, nothing.

    At a set current the cell keeps what the filament leaves it, and the drops and the largest local current shrink in
    proportion; at a held voltage the filament adds its current. The charge is that in the outer circuit.
    """
    if conductance == 0.0:
        return []
    current, voltage, rest = _cell(last)
    values = dict(last.values) | {"short_conductance": conductance}
    if held is not None:
        values["current_density"] = current + conductance * voltage
    elif current != 0.0:
        driving = voltage_beside(current, (voltage - rest) / current, rest, conductance) - rest
        share = driving / (voltage - rest) if voltage != rest else 0.0
        for name in values:
            if name.endswith("_drop") or name == "largest_local_current_density":
                values[name] = values[name] * share
        values["voltage"] = rest + driving
    return [
        dataclasses.replace(
            last,
            values=values
            | {
                "time": values["time"] + float(wait),
                "charge": values["charge"] + values["current_density"] * float(wait),
            },
        )
        for wait in AFTER_SHORT
    ]


def burn_warning(after: Sequence[Record], metal: Material, temperature: float) -> list[str]:
    """That the voltage left across a filament would melt it, where it would."""
    if not after or not metal.has("melting_point"):
        return []
    limit = melting_voltage(temperature, metal.value("melting_point", temperature))
    left = abs(after[-1].values["voltage"])
    if left <= limit:
        return []
    return [
        f"filament: the {format_quantity('voltage', left)} left across it would melt it "
        f"(from {format_quantity('voltage', limit)} on); it may burn open, which the resolved model does not follow"
    ]


def _cell(last: Record) -> tuple[float, float, float]:
    """A/m2, V, V. Current density, voltage and open-circuit voltage."""
    values = last.values
    return values["current_density"], values["voltage"], values.get("open_circuit_voltage", 0.0)
