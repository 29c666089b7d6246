"""Loss of contact, and depletion: the voltage climbs at constant current, ever faster.

Climb
    At constant current the voltage magnitude rises above its early value (median between 10 and 30 % of the
    half-cycle), keeps rising while it climbs (at least 70 % of up to twenty equal bins), rises faster in the later half
    of the time to the peak than in the earlier, and has not come back when the half-cycle ends (to 1.2 times the early
    value, or by half of the climb), unless a short ended it.
Contact loss
    A climb after which less than a fifth of the contact is left. How much is left follows from the curvature of the
    climb (`climb_law`), counted from the lowest resistance since the current was reversed; the high-frequency
    resistance of a spectrum before it, which is in series, bounds it from above. Where neither tells it, a climb to 1.5
    times the early value counts, and one to three times always.
Depletion
    Such a climb after which the voltage relaxes slowly without current: more than a fifth of it is left in the first
    record of the rest and decays by half or more over it, while a lost contact carries no voltage once the current is
    off. Without a rest behind it the shape decides: one that is none of shrinking contact, and follows the logarithm of
    a concentration that falls with the square root of time clearly better.

Either is the failure of the cell from three times the early value on, and where no half-cycle follows or the following
ones need as much voltage per current as its peak (95 % of it, in their median); a smaller one that passed is told
beside the verdict. Where none follows, one that is no higher than another that passed is taken to pass, too. A rise
that levels off is polarisation or a growing layer, and only a warning; one that comes back is a lead, or contact made
again.

What the trace alone leaves open: a climb by less than a tenth; one of fewer than ten records; a room that warms or
cools during a climb of many hours, which bends it as a gradient does.
"""

from __future__ import annotations

from collections.abc import Sequence

from lisse.measurement.analysis.events import Event, event_at, succession
from lisse.measurement.analysis.rises import FAILED, Rise
from lisse.measurement.analysis.segments import Step
from lisse.measurement.analysis.trace import Trace, median, noise

__all__ = ["find_contact_loss"]

_LEFT_AT_REST, _DECAY = 0.2, 0.5


def find_contact_loss(
    trace: Trace, steps: Sequence[Step], found: Sequence[Rise], only_large: bool = False
) -> Event | None:
    """The first of the rises that is a failure by loss of contact, or by depletion.

    Only those from three times the early value on, if asked for.
    """
    for rise in found:
        if rise.is_loss and (rise.ratio >= FAILED or not (rise.passing or only_large)):
            mode, evidence = _mode(trace, steps, rise)
            confidence = succession(round(rise.steady * rise.bins), rise.bins)
            return event_at(mode, trace, rise.step, rise.record, confidence, evidence)
    return None


def _mode(trace: Trace, steps: Sequence[Step], rise: Rise) -> tuple[str, list[str]]:
    """Contact loss or depletion, with what was seen; a rest behind the climb decides, else its shape."""
    evidence = [f"the voltage climbed to {rise.ratio:.2f} times its early value at constant current"]
    kept = _kept_at_rest(trace, steps, rise.step)
    if kept:
        return "depletion", [
            *evidence,
            f"{kept:.0%} of the voltage was left when the current stopped, and decayed slowly",
        ]
    if kept is None and rise.gradient:
        return "depletion", [*evidence, "it climbs as salt that runs out does, and not as contact that shrinks"]
    if rise.left is not None:
        evidence.append(f"{rise.left.value:.0%} of the contact was left ({rise.left.high:.0%} at most)")
    return "contact-loss", evidence


def _kept_at_rest(trace: Trace, steps: Sequence[Step], number: int) -> float | None:
    """Share of the last voltage that the rest behind a step begins with and that decays slowly; 0 where none does.

    ``None`` without a rest behind the step, or one too short to tell.
    """
    if number + 1 >= len(steps) or steps[number + 1].sign:
        return None
    step, rest = steps[number], steps[number + 1]
    voltage = step.sign * trace.voltage[rest.records]
    last = median(step.sign * trace.voltage[max(step.first, step.stop - 3) : step.stop])
    if voltage.size < 5 or last <= 0:
        return None
    end = median(voltage[-3:])
    left = float(voltage[0]) - end
    slow = left > _DECAY * float(voltage[0]) and float(voltage[1]) - end > 0.5 * left
    return float(voltage[0]) / last if slow and left > max(_LEFT_AT_REST * last, 5.0 * noise(voltage)) else 0.0
