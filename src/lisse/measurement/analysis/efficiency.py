r"""Coulombic efficiency of plating lithium onto a foreign metal (Li | electrolyte | Cu) and stripping it again.

A block goes from the first plating after a full strip to the next full strip, which ends at the cut-off voltage: the
voltage climbs in the direction of stripping by 0.1 V and to three times its plateau at least. Its efficiency is the
charge stripped over the charge plated. With one plating and one stripping this is that of the cycle; with a reservoir
Q_T, n cycles of Q_C that do not empty it, and a final strip Q_S it is the mean efficiency of the reservoir protocol,

    CE = (n Q_C + Q_S)/(n Q_C + Q_T)

(adams2018), which is less uncertain because one strip to the end is shared by n + 1 platings. A charge is uncertain by
half the charge of the last sampling interval of its half-cycle. What a filament carries past the cell plates nothing
and comes back on stripping as if it had been lithium: the efficiency of a shorted cell says nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from lisse.measurement.analysis.segments import Step
from lisse.measurement.analysis.trace import Trace, median

__all__ = ["Efficiency", "coulombic_efficiency", "strips_from_foreign_metal"]

_CUT_OFF, _TIMES_PLATEAU = 0.1, 3.0
_ALL = 0.95


@dataclass(frozen=True)
class Efficiency:
    """Efficiency of one block: a cycle, or a reservoir protocol.

    Attributes
    ----------
    protocol : str
        ``"cycle"`` or ``"reservoir"``.
    start, end : float, s
    plated, stripped : float, C
        Magnitudes.
    reservoir : float or None, C
        Charge of the reservoir; ``None`` in a cycle.
    cycles : int
        Platings that were stripped, without the reservoir: n; 1 in a cycle.
    value : float, 1
        Stripped over plated.
    error : float, 1
        From the sampling.
    """

    protocol: str
    start: float
    end: float
    plated: float
    stripped: float
    reservoir: float | None
    cycles: int
    value: float
    error: float


def strips_from_foreign_metal(trace: Trace, steps: Sequence[Step]) -> int:
    """Sign of the current that plates, where the cell looks like Li | Cu; 0 where it does not.

    The first half-cycle plates, as there is nothing to strip. A half-cycle of the other sign takes from what was plated
    and ends at a cut-off when nothing is left: one that took all of it (95 %) and ended without came from lithium, and
    a climb of the voltage after that is a loss of contact. No half-cycle of the first sign ends at a cut-off.
    """
    flowing = [step for step in steps if step.passes]
    if len(flowing) < 2:
        return 0
    plating, held = flowing[0].sign, 0.0
    if any(_is_emptied(trace, step) for step in flowing if step.sign == plating):
        return 0
    for step in flowing:
        if step.sign == plating:
            held += abs(step.charge)
        elif _is_emptied(trace, step):
            return plating
        elif abs(step.charge) >= _ALL * held:
            return 0
        else:
            held -= abs(step.charge)
    return 0


def coulombic_efficiency(trace: Trace, steps: Sequence[Step], plating: int) -> tuple[Efficiency, ...]:
    """Efficiency of every block that was stripped to the cut-off.

    Parameters
    ----------
    trace : Trace
    steps : sequence of Step
        Up to the failure.
    plating : int
        Sign of the current that plates the foreign metal.
    """
    found: list[Efficiency] = []
    block: list[Step] = []
    for step in steps:
        if not step.passes or (not block and step.sign != plating):
            continue
        block.append(step)
        if step.sign == -plating and _is_emptied(trace, step):
            if any(each.charge and each.sign == plating for each in block):  # none in no time
                found.append(_efficiency(trace, _merged(block), plating))
            block = []
    return tuple(found)


def _is_emptied(trace: Trace, step: Step) -> bool:
    """Whether a half-cycle ends at a cut-off: the voltage climbed far above its plateau."""
    voltage = step.sign * trace.voltage[step.records]
    plateau = median(voltage[: max(voltage.size * 3 // 4, 1) : max(voltage.size // 500, 1)])
    end = float(voltage[-1])
    return end - plateau > _CUT_OFF and end > _TIMES_PLATEAU * max(plateau, 0.0)


def _merged(block: Sequence[Step]) -> list[list[Step]]:
    """Neighbouring steps of one sign as one half-cycle."""
    found: list[list[Step]] = []
    for step in block:
        if found and found[-1][0].sign == step.sign:
            found[-1].append(step)
        else:
            found.append([step])
    return found


def _efficiency(trace: Trace, halves: Sequence[Sequence[Step]], plating: int) -> Efficiency:
    plated = [sum(abs(step.charge) for step in half) for half in halves if half[0].sign == plating]
    stripped = [sum(abs(step.charge) for step in half) for half in halves if half[0].sign != plating]
    error = math.sqrt(sum(_charge_error(trace, half[-1]) ** 2 for half in halves))
    total, back = sum(plated), sum(stripped)
    cycles = len(plated) - 1
    return Efficiency(
        protocol="reservoir" if cycles else "cycle",
        start=halves[0][0].start,
        end=halves[-1][-1].end,
        plated=total,
        stripped=back,
        reservoir=plated[0] if cycles else None,
        cycles=max(cycles, 1),
        value=back / total,
        error=error / total,
    )


def _charge_error(trace: Trace, step: Step) -> float:
    """Half the charge of the last sampling interval, C."""
    last = step.stop - 1
    return 0.5 * abs(float(trace.current[last])) * float(trace.time[last] - trace.time[last - 1])
