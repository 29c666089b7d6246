"""The lumped model as users call it: cell and protocol in, Solution out."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, ClassVar

from lisse import __version__ as version
from lisse.cell import Cell
from lisse.errors import InvalidInput, suggest
from lisse.models.base import Judge, Model, Outcome, Progress
from lisse.models.criteria import choose_criteria
from lisse.models.doubts import validity_warnings
from lisse.models.limits import limits, margins
from lisse.models.lumped.apart import Known
from lisse.models.lumped.legs import March
from lisse.models.lumped.march import march
from lisse.models.lumped.short import filament_conductance, melting_voltage, voltage_left
from lisse.models.lumped.traces import (
    alloy_warnings,
    conservation,
    coulombic_efficiency,
    flaw_share,
    half_cycle_passed,
    recorded_end,
    traces,
    verdict,
)
from lisse.models.targets import targets
from lisse.protocol import Protocol
from lisse.records import Limit, Solution, Verdict
from lisse.units import format_quantity

__all__ = ["AFTER_SOFT_SHORT", "Lumped"]

AFTER_SOFT_SHORT = ("stop", "go-on")
"""What a run does at its first soft short."""

_NEGLIGIBLE = 0.01  # share of the lithium that flaws may hold
_REFERENCES = ("hatzell2020", "kasemchainan2019", "porz2017")


@dataclass(frozen=True)
class Lumped(Model):
    """A cell as ordinary differential equations: kinetics, contact and voids, pressure, salt, interphases, flaws.

    Attributes
    ----------
    flaw_classes : int
        Classes that stand for the flaws of one interface, 1 or more.
    relative_tolerance : float
        Of the time integration, between 1e-10 and 1e-2.
    stability : str
        ``"reported"``: waves between the flaws do not grow, their stability stands beside the limits; ``"published"``
        or ``"thermodynamic"``: they grow by linear theory in that convention.
    after_soft_short : str
        ``"stop"``: the run ends at the first soft short; ``"go-on"``: the filament leads part of the current past the
        cell, may burn open and form again, and the run goes on to a hard failure or to the end of the protocol.
    """

    flaw_classes: int = 6
    relative_tolerance: float = 1e-4
    stability: str = "reported"
    after_soft_short: str = "stop"

    name: ClassVar[str] = "lumped"

    def __post_init__(self) -> None:
        """Check the ranges."""
        if (
            isinstance(self.flaw_classes, bool)
            or not isinstance(self.flaw_classes, int)
            or not 1 <= self.flaw_classes <= 64
        ):
            raise InvalidInput("flaw_classes", self.flaw_classes, "a whole number from 1 to 64")
        if not 1e-10 <= self.relative_tolerance <= 1e-2:
            raise InvalidInput("relative_tolerance", self.relative_tolerance, "a number from 1e-10 to 1e-2")
        choose_criteria(self.stability)
        if self.after_soft_short not in AFTER_SOFT_SHORT:
            allowed = ", ".join(AFTER_SOFT_SHORT)
            advice = suggest(str(self.after_soft_short), AFTER_SOFT_SHORT)
            raise InvalidInput("after_soft_short", self.after_soft_short, allowed, advice)

    def solve(
        self, cell: Cell, protocol: Protocol, *, seed: int | None = None, progress: Progress | None = None
    ) -> Solution:
        """Run the protocol to its end, or to the first failure of the cell.

        Raises
        ------
        InvalidInput
            For a cell that cannot exist.
        MissingValue
            When a material property is not known.
        """
        run = march(cell, protocol, self, seed, progress)
        criteria = _limits(cell, protocol, self.stability)
        found = _verdict(cell, run, criteria)
        status, text = _status(run)
        warnings = list(validity_warnings(cell, protocol, criteria))
        warnings += alloy_warnings(run)
        warnings += _beyond_the_model(cell, run, self.stability)
        share = flaw_share(run)
        if share > _NEGLIGIBLE:
            warnings.append(
                f"flaws: they hold up to {share:.1%} of the lithium, which the model takes to be negligible"
            )
        return Solution(
            data=traces(run),
            inputs=self._inputs(cell, protocol),
            status=status,
            status_text=text,
            warnings=tuple(warnings),
            references=tuple(sorted({*_REFERENCES, *(limit.reference for limit in criteria if limit.reference)})),
            seed=seed,
            version=version,
            model=self.name,
            verdict=found,
            limits=criteria,
            targets=targets(cell, protocol, found, half_cycle_passed(run)),
            conservation=conservation(run),
        )

    def judge(self, cell: Cell, protocol: Protocol) -> Judge:
        """From a seed to how `solve` ends with it: without traces, and the limits and paths of the cell only once."""
        known = Known()

        def judged(seed: int | None) -> Outcome:
            run = march(cell, protocol, self, seed, None, known)
            found = _verdict(cell, run, _limits(cell, protocol, self.stability))
            return Outcome(*_status(run), found, recorded_end(run))

        return judged

    def _inputs(self, cell: Cell, protocol: Protocol) -> dict[str, Any]:
        settings = {"name": self.name, **dataclasses.asdict(self)}
        return {"cell": cell.to_dict(), "protocol": protocol.to_dict(), "model": settings}


_LATEST: dict[str, tuple[Cell, Protocol, tuple[Limit, ...]]] = {}
"""The limits worked out last, by convention of stability: runs that follow each other are often of one cell."""


def _limits(cell: Cell, protocol: Protocol, stability: str) -> tuple[Limit, ...]:
    """All criteria; of the very cell and protocol that were asked for last, they are only copied."""
    latest = _LATEST.get(stability)
    if latest is None or latest[0] is not cell or latest[1] is not protocol:
        asked = choose_criteria(stability, cell.interface.interlayer is not None)
        latest = _LATEST[stability] = (cell, protocol, limits(cell, protocol, asked))
    return tuple(dataclasses.replace(limit) for limit in latest[2])


def _verdict(cell: Cell, run: March, criteria: tuple[Limit, ...]) -> Verdict:
    """What failed, with the margins of the closed forms."""
    efficiency = None if cell.kind == "symmetric" else coulombic_efficiency(run)
    return dataclasses.replace(verdict(run), margins=margins(criteria), coulombic_efficiency=efficiency)


def _status(run: March) -> tuple[str, str]:
    """How the run ended, as a key and as a sentence."""
    soft = "" if run.soft is None else f"; it was softly shorted from {run.soft.time / 3600:.3g} h on"
    if run.trouble:
        return "failed", f"numerical failure in {run.trouble}{soft}"
    if run.failure is not None:
        return "stopped", f"the cell failed: {run.failure.mode} after {run.failure.time / 3600:.3g} h{soft}"
    if soft:
        return "completed", f"the protocol ran to its end{soft}"
    return "completed", "the protocol ran to its end without failure"


def _beyond_the_model(cell: Cell, run: March, stability: str) -> list[str]:
    """What this run met that the model does not follow."""
    found = []
    failure = run.failure
    metal, last = cell.working.material, run.legs[-1]
    if failure is not None and failure.mode.endswith("-short"):
        filament = filament_conductance(last, failure.where)
        if not filament:
            found.append(
                f"waves between the flaws: in the {stability} convention they grow at any current, here as fast as the "
                "lithium that is plated allows if all of it goes to the peaks; the time of the short is the earliest"
            )
        elif run.soft is None and metal.has("melting_point"):
            temperature = last.equations.numbers.temperature
            limit = melting_voltage(temperature, metal.value("melting_point", temperature))
            left = voltage_left(last, failure.where)
            if abs(left) > limit:
                found.append(
                    f"filament: the {format_quantity('voltage', abs(left))} left across it would melt it "
                    f"(from {format_quantity('voltage', limit)} on); it may burn open, which is followed only with "
                    "after_soft_short = 'go-on'"
                )
    if run.soft is not None:
        found.append(
            f"filaments: {run.soft.formed} formed and {run.soft.burnt} burnt open; the charge counts what passed them, "
            "which plated nothing, and the verdict is the first soft short"
        )
    at_once = sum(
        leg.step.may_end_early and leg.record.time[-1] == leg.record.time[0] and not leg.leak for leg in run.passed
    )
    if at_once:
        found.append(
            f"protocol: {at_once} of {len(run.legs)} steps ended at once, because the cell was beyond their "
            "until_voltage or until_current at the start; no charge passed in them"
        )
    interphase = cell.interface.interphase
    if interphase is not None and interphase.youngs_modulus is not None and cell.electrolyte.flaws is None:
        found.append("interphase: its stress cannot break an electrolyte without flaws, and none are given")
    return found
