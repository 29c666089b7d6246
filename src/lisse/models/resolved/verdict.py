"""What became of a resolved run: the verdict, and what its records say about charge and cracks."""

from __future__ import annotations

from collections.abc import Sequence

from lisse.models.half_cycles import since_reversal
from lisse.models.lumped.legs import SIDES
from lisse.models.resolved.march import March
from lisse.models.resolved.traces import Record
from lisse.records import Verdict

__all__ = ["cracks_that_grew", "half_cycle_passed", "verdict"]


def cracks_that_grew(records: Sequence[Record], march: March) -> list[str]:
    """What to tell of cracks in a cell that did not fail by them."""
    if march.failure is not None and march.failure[0] in ("filament-short", "soft-short", "electrolyte-fracture"):
        return []
    found = []
    for place, side in enumerate(SIDES):
        first, last = (records[row].values["flaw_length"][place] for row in (0, -1))
        if last > first:
            grew = f"from {first * 1e6:.3g} to {last * 1e6:.3g} um"
            found.append(f"cracks of the {side} electrode grew {grew} deep without joining both electrodes")
    return found


def _charges(records: Sequence[Record]) -> dict[int, float]:
    """C/m2. Charge passed in each step of the protocol, signed."""
    found: dict[int, float] = {}
    for before, after in zip(records, records[1:], strict=False):
        if before.step == after.step:
            found[after.step] = found.get(after.step, 0.0) + after.values["charge"] - before.values["charge"]
    return found


def _passed(records: Sequence[Record], march: March) -> dict[int, float]:
    """C/m2. The same without a step that a failure or trouble ended."""
    charges = _charges(records)
    ended = march.failure is not None or bool(march.trouble)
    return {step: charge for step, charge in charges.items() if not ended or step != records[-1].step}


def half_cycle_passed(records: Sequence[Record], march: March) -> float | None:
    """C/m2. Largest charge passed without reversal before the failure; ``None`` where none was."""
    return max(since_reversal(_passed(records, march).values()), default=0.0) or None


def verdict(records: Sequence[Record], march: March) -> Verdict:
    """What failed, at which current, and how much charge had passed."""
    charges, steps = _charges(records), march.protocol.steps
    passed = sum(abs(charge) for charge in charges.values())
    stood = [abs(steps[n].current_density or 0.0) for n, q in _passed(records, march).items() if q != 0.0]
    highest = max(stood, default=0.0) or None
    half_cycles = dict(zip(charges, since_reversal(charges.values()), strict=True))
    inside = next((r for r in records if r.values.get("internal_lithium_thickness", 0.0) > 0.0), None)
    if march.failure is None and inside is not None:
        before = [abs(steps[n].current_density or 0.0) for n in charges if n < inside.step]
        return Verdict(
            "internal-plating",
            time=float(inside.values["time"]),
            critical_current_density=abs(float(inside.values["current_density"])),
            highest_current_density_passed=max(before, default=0.0) or None,
            cumulative_charge=passed,
            threshold_charge=half_cycles.get(inside.step, 0.0),
        )
    if march.failure is None:
        return Verdict("none", highest_current_density_passed=highest, cumulative_charge=passed)
    mode, time, where = march.failure
    return Verdict(
        mode=mode,
        time=time,
        critical_current_density=abs(float(records[-1].values["current_density"])),
        highest_current_density_passed=highest,
        cumulative_charge=passed,
        threshold_charge=list(half_cycles.values())[-1] if half_cycles else 0.0,
        where="" if where is None else SIDES[where],
    )
