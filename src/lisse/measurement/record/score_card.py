"""Device targets against what a test reached, from its record or from the analysis of its files.

The four targets are those that the perspective prints (`lisse.theory.ALBERTUS_TARGETS`); a table of one's own takes
their place. A value is what was passed without failure, never an extrapolation: met, not met, or not stated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lisse import theory
from lisse.measurement.record.measured import Measured, measured
from lisse.measurement.record.reading import CellRecord
from lisse.theory.energy import Target
from lisse.units import format_quantity

if TYPE_CHECKING:
    from lisse.measurement.analysis import Finding

__all__ = ["Score", "score_finding", "score_record", "share_passed"]

_QUANTITIES = {"current_density": "current_density", "cycled_charge": "charge", "cumulative_charge": "charge"}


@dataclass(frozen=True)
class Score:
    """One target, and how a test stands to it.

    Attributes
    ----------
    name, text, unit : str
        Of the target.
    target : float
        SI; to be exceeded.
    value : float or None
        SI. What the test passed; ``None`` where that is not stated.
    basis : str
        What the value is taken from, or what is missing.
    """

    name: str
    text: str
    unit: str
    target: float
    value: float | None
    basis: str

    @property
    def met(self) -> bool | None:
        """Whether the value exceeds the target; ``None`` where it is not stated."""
        return None if self.value is None else self.value > self.target

    @property
    def outcome(self) -> str:
        """``"met"``, ``"not met"`` or ``"not stated"``."""
        return "not stated" if self.met is None else "met" if self.met else "not met"

    @property
    def shown(self) -> str:
        """The value as people write it, such as ``"0.85 mA/cm2"`` or ``"48.5 %"``; ``"not stated"`` without one."""
        if self.value is None:
            return "not stated"
        name = _QUANTITIES.get(self.name)
        return f"{100 * self.value:.3g} %" if name is None else format_quantity(name, self.value)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as the targets of a run (`lisse.report.summary`), with the outcome and its basis."""
        return {
            "name": self.name,
            "text": self.text,
            "target": self.target,
            "unit": self.unit,
            "value": self.value,
            "met": self.met,
            "outcome": self.outcome,
            "basis": self.basis,
        }


def share_passed(charge: float, thickness: float) -> float:
    """Part of the lithium of an electrode that one half-cycle passes.

    ::

        f = min(1, Q V / (F h))

    A foil of 30 um passes 48.5 % at 3 mAh/cm2. More than the electrode held at the start is all of it.

    Parameters
    ----------
    charge : float, C/m2
        Areal charge of a half-cycle, above zero.
    thickness : float, m
        Of the electrode before the test; zero for a bare collector.
    """
    held = thickness / float(theory.lithium_thickness(areal_charge=1.0))
    return float(theory.fraction_passed(cycled_charge=charge, excess_charge=max(held - charge, 0.0)))


def score_record(record: CellRecord, targets: Mapping[str, Target] | None = None) -> tuple[Score, ...]:
    """How a test stands to the targets by its record.

    Parameters
    ----------
    record : CellRecord
    targets : mapping of str to Target, optional
        From `load_targets`; those of the perspective unless given.
    """
    current, current_basis = _current_of_record(record)
    charge, charge_basis = _half_cycle_of_record(record, current)
    thickness = record.values.get("lithium.thickness")
    share = None if charge is None or thickness is None else share_passed(charge, thickness)
    share_basis = "half-cycle over lithium.thickness"
    if share is None:
        share_basis = "lithium.thickness is not stated" if charge is not None else charge_basis
    cumulative = record.values.get("failure.cumulative_charge")
    found = {
        "current_density": (current, current_basis),
        "cycled_charge": (charge, charge_basis),
        "cumulative_charge": (
            cumulative,
            "failure.cumulative_charge" if cumulative is not None else "failure.cumulative_charge is not stated",
        ),
        "fraction_passed": (share, share_basis),
    }
    return _scores(found, targets)


def _current_of_record(record: CellRecord) -> tuple[float | None, str]:
    """A/m2. Largest current density that was passed, and where it is taken from."""
    key = "failure.highest_current_density_passed"
    if key in record.values:
        return record.values[key], key
    if record.values.get("failure.mode") == "none" and record.protocol is not None:
        largest = record.protocol.largest_current_density or None
        return largest, "the protocol, which ran without failure" if largest else "the protocol sets no current"
    return None, f"{key} is not stated"


def _half_cycle_of_record(record: CellRecord, passed: float | None) -> tuple[float | None, str]:
    """C/m2. Largest areal charge of a half-cycle at no more than the current that was passed."""
    if record.protocol is None:
        return None, f"{', '.join(record.protocol_gaps)} not stated"
    if passed is None:
        return None, "failure.highest_current_density_passed is not stated"
    charges = [
        stretch.charge
        for stretch in record.protocol.stretches
        if max(stretch.largest.values(), default=0.0) <= passed * (1 + 1e-6)
    ]
    if not charges:
        return None, "no half-cycle of the protocol is within the current that was passed"
    return max(charges), "half-cycles of the protocol within the current that was passed"


def score_finding(
    finding: Finding | Mapping[str, Any] | Measured,
    lithium_thickness: float | None = None,
    targets: Mapping[str, Target] | None = None,
    area: float | None = None,
) -> tuple[Score, ...]:
    """How a test stands to the targets by the analysis of its files.

    Parameters
    ----------
    finding : Finding, mapping or Measured
        From `lisse.measurement.analyse`, its ``to_dict()``, or `load_finding`.
    lithium_thickness : float or None, m
        Of the working electrode before the test, from the record.
    targets : mapping of str to Target, optional
        From `load_targets`; those of the perspective unless given.
    area : float or None, m2
        That the current is divided by, from the record; that of the analysis unless given.
    """
    seen = finding if isinstance(finding, Measured) else measured(finding)
    area = seen.area if area is None else area
    failed = seen.mode != "none"
    current, charge = _over(seen.highest_passed, area), _over(seen.half_cycle_charge, area)
    cumulative = _over(seen.cumulative_charge, area)
    both = f"the files, both directions, {'until the failure' if failed else 'in all'}"
    share = None if not charge or lithium_thickness is None else share_passed(charge, lithium_thickness)
    cycles = "the files, whole half-cycles before the failure" if failed else "the files, all half-cycles"
    none = f"no whole half-cycle {'before the failure' if failed else 'in the files'}"
    unknown = "the thickness of the lithium is not known" if charge else none
    found = {
        "current_density": (current, none if current is None else cycles),
        "cycled_charge": (charge, none if charge is None else cycles),
        "cumulative_charge": (cumulative, both if cumulative is not None else "the analysis gives none"),
        "fraction_passed": (share, unknown if share is None else "largest half-cycle over the lithium at the start"),
    }
    if area is None:
        found = dict.fromkeys(found, (None, "the area is not known"))
    return _scores(found, targets)


def _over(amount: float | None, area: float | None) -> float | None:
    """A/m2 or C/m2. Magnitude per area; ``None`` when either is not known."""
    return None if amount is None or area is None else abs(amount) / area


def _scores(found: Mapping[str, tuple[float | None, str]], targets: Mapping[str, Target] | None) -> tuple[Score, ...]:
    chosen = theory.ALBERTUS_TARGETS if targets is None else targets
    return tuple(
        Score(target.name, target.text, target.unit, target.value, *found[target.name]) for target in chosen.values()
    )
