"""Device targets of the field against what a run reached."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lisse import theory
from lisse.cell import Cell, LithiumElectrode
from lisse.protocol import Protocol
from lisse.records import Verdict

__all__ = ["targets"]


def targets(
    cell: Cell, protocol: Protocol, verdict: Verdict, half_cycle: float | None = None
) -> tuple[Mapping[str, Any], ...]:
    """Each target with the value that the run passed; never an extrapolation, ``None`` where the run says nothing.

    Targets: `lisse.theory.ALBERTUS_TARGETS`. The fraction passed is that of the lithium of the working electrode in one
    half-cycle; opposite a cathode, whose lithium is plated onto it, of both. `half_cycle` is the largest charge (C/m2)
    that the run passed without reversal, where the model knows it; the protocol's otherwise.
    """
    passed = verdict.highest_current_density_passed
    asked = protocol.largest_half_cycle_charge if half_cycle is None else half_cycle
    charge = asked if passed else None
    held = cell.working.thickness / float(theory.lithium_thickness(areal_charge=1.0))
    fraction = None
    if charge is not None:
        excess = max(held - charge, 0.0) if isinstance(cell.counter, LithiumElectrode) else held
        fraction = float(theory.fraction_passed(cycled_charge=charge, excess_charge=excess))
    values = {
        "current_density": passed,
        "cycled_charge": charge,
        "cumulative_charge": verdict.cumulative_charge,
        "fraction_passed": fraction,
    }
    found = []
    for target in theory.ALBERTUS_TARGETS.values():
        value = values[target.name]
        met = None if value is None else target.met(value)
        found.append(
            {
                "name": target.name,
                "text": target.text,
                "target": target.value,
                "unit": target.unit,
                "value": value,
                "met": met,
            }
        )
    return tuple(found)
