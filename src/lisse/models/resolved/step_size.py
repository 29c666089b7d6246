"""How long the next time step is, and whether one that was tried stands.

Voids and contact: the local error of implicit Euler is half the difference between the step and the straight line
through the step before; the next length follows its square root. Cracks: a step stands while they run few voxels and
pressures change little; one that does as much at half its length is a jump, and stands as it comes.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Growth", "StepSize", "Trial"]

FEW, SEVERAL, MANY = 1, 2, 4  # voxels that cracks run
SMALL, LARGE, HUGE = 12e6, 20e6, 30e6  # Pa, change of a crack's pressure
AS_MUCH = 0.7  # of what a step twice as long cracked or changed: then the length is not the reason
IN_VAIN = 2  # such steps that were given up before they settled; then any number of voxels may crack
CONTACT = 0.05  # largest change of an interface's contact in one step
SHORTEST = 1e-6  # s


@dataclass(frozen=True)
class Trial:
    """What a step that was tried did.

    Attributes
    ----------
    length : float, s
    contact_error : float, 1
        Local error of the contact fraction.
    contact_change : float, 1
        Largest change of the mean contact of an interface.
    advance : int
        How many voxels far cracks have run.
    pressure_change : float, Pa
        Largest change of a crack's pressure.
    settled : bool
        Whether cracks and pressures came to agreement.
    jumped : bool
        Whether cracks were allowed to run any distance.
    """

    length: float
    contact_error: float = 0.0
    contact_change: float = 0.0
    advance: int = 0
    pressure_change: float = 0.0
    settled: bool = True
    jumped: bool = False


@dataclass(frozen=True)
class Growth:
    """A decision: whether the step stands, and the next length (s); or whether to try it again as a jump."""

    accepted: bool
    next_length: float
    jump: bool = False


class StepSize:
    """Lengths of steps.

    Parameters
    ----------
    tolerance : float, 1
        Of the contact fraction, per step.
    """

    def __init__(self, tolerance: float) -> None:
        self.tolerance = tolerance
        self._in_vain = 0
        self._refused: float | None = None
        self._before_jump: float | None = None

    def judge(self, trial: Trial) -> Growth:
        """Whether a step stands, and how long the next is."""
        if trial.jumped and trial.settled:
            return self._stand(Growth(True, self._before_jump or trial.length, jump=True))
        factor, suddenness = self._factor(trial), max(trial.advance / MANY, trial.pressure_change / HUGE)
        sudden = suddenness > 1.0
        if sudden and self._refused is not None and suddenness >= AS_MUCH * self._refused:
            self._in_vain += 1
            if trial.settled:
                return self._stand(Growth(True, self._before_jump or trial.length, jump=True))
            if self._in_vain >= IN_VAIN:
                return Growth(False, trial.length, jump=True)
        if sudden or not trial.settled or factor < 0.5:
            if sudden and self._refused is None:
                self._before_jump = 0.5 * trial.length
            self._refused = suddenness if sudden else None
            if trial.length <= SHORTEST:
                return Growth(trial.settled, trial.length)
            return Growth(False, trial.length * max(min(factor, 0.5), 0.1))
        return self._stand(Growth(True, trial.length * max(factor, 0.3)))

    def _stand(self, growth: Growth) -> Growth:
        self._in_vain, self._refused, self._before_jump = 0, None, None
        return growth

    def _factor(self, trial: Trial) -> float:
        """1. Next length over this one."""
        factor = 2.0
        if trial.contact_error > 0.0:
            factor = min(factor, 0.9 * (self.tolerance / trial.contact_error) ** 0.5)
        if trial.contact_change > 0.0:
            factor = min(factor, 0.9 * CONTACT / trial.contact_change)
        if trial.advance > SEVERAL or trial.pressure_change > LARGE:
            return min(factor, 0.7)
        return min(factor, 1.0) if trial.advance > FEW or trial.pressure_change > SMALL else factor
