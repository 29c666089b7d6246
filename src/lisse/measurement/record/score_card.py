"""Device targets against what a test reached, from its record or from the analysis of its files.

The four targets are those that the perspective prints (`lisse.theory.ALBERTUS_TARGETS`); a table of one's own takes
their place. A value is what was passed without failure, never an extrapolation: met, not met, or not stated.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lisse import theory
from lisse.errors import InvalidInput, suggest
from lisse.keys import parse_toml, quantity_text, read_text
from lisse.measurement.record.reading import CellRecord
from lisse.theory.energy import Target
from lisse.units import parse_quantity

if TYPE_CHECKING:
    from lisse.measurement.analysis import Finding

__all__ = ["Score", "load_targets", "score_finding", "score_record", "share_passed"]


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
        return record.protocol.largest_current_density, "the protocol, which ran without failure"
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
    finding: Finding | Mapping[str, Any],
    lithium_thickness: float | None = None,
    targets: Mapping[str, Target] | None = None,
) -> tuple[Score, ...]:
    """How a test stands to the targets by the analysis of its files.

    Parameters
    ----------
    finding : Finding or mapping
        From `lisse.measurement.analyse`, or its ``to_dict()`` as in ``finding.json``.
    lithium_thickness : float or None, m
        Of the working electrode before the test, from the record.
    targets : mapping of str to Target, optional
        From `load_targets`; those of the perspective unless given.
    """
    content = finding if isinstance(finding, Mapping) else finding.to_dict()
    no_area = "" if content["area"] is not None else "the area is not known"
    failed = content["verdict"]["time"]
    whole = [cycle for cycle in content["half_cycles"] if failed is None or cycle["end"] <= failed]
    charges = [abs(cycle["charge"]) for cycle in whole if cycle["charge"] is not None]
    charge = max(charges, default=None)
    share = None if not charge or lithium_thickness is None else share_passed(charge, lithium_thickness)
    current, cumulative = content["highest_current_density_passed"], content["cumulative_charge"]
    found = {
        "current_density": (current, no_area or "whole half-cycles before the failure"),
        "cycled_charge": (charge, no_area or "whole half-cycles before the failure"),
        "cumulative_charge": (cumulative, no_area or "both directions, until the failure"),
        "fraction_passed": (
            share,
            no_area or _share_basis(lithium_thickness),
        ),
    }
    return _scores(found, targets)


def _share_basis(lithium_thickness: float | None) -> str:
    if lithium_thickness is None:
        return "the thickness of the lithium is not known"
    return "largest half-cycle over the lithium at the start"


def _scores(found: Mapping[str, tuple[float | None, str]], targets: Mapping[str, Target] | None) -> tuple[Score, ...]:
    chosen = theory.ALBERTUS_TARGETS if targets is None else targets
    return tuple(
        Score(target.name, target.text, target.unit, target.value, *found[target.name]) for target in chosen.values()
    )


def load_targets(path: str | os.PathLike[str]) -> Mapping[str, Target]:
    """Targets of one's own, from a TOML file with one table for each.

    Parameters
    ----------
    path : path
        ``[current_density]`` with ``value = "5 mA/cm^2"``, and optional ``text`` and ``reference``; likewise
        ``[cycled_charge]``, ``[cumulative_charge]`` and ``[fraction_passed]``. A target that is left out is not judged.

    Raises
    ------
    InvalidInput
        For a file that cannot be read, a target or a key that is not known, and a value of another kind.
    """
    name = Path(path).name
    text = read_text(path, "targets", "a TOML file", "There is no such file")
    tables = parse_toml(text, name, "targets")
    known = theory.ALBERTUS_TARGETS
    found = {}
    for key, table in tables.items():
        if key not in known:
            raise InvalidInput(key, None, ", ".join(known), suggest(key, known) or "There is no such target", name)
        found[key] = _target(known[key], table, name)
    if not found:
        raise InvalidInput("targets", None, f"at least one of [{'], ['.join(known)}]", "", name)
    return found


def _target(printed: Target, table: Any, where: str) -> Target:
    keys = ("value", "text", "note", "reference")
    if not isinstance(table, Mapping) or "value" not in table:
        raise InvalidInput(f"{printed.name}.value", None, quantity_text(printed.value, printed.unit), "", where)
    for key, value in table.items():
        if key not in keys:
            raise InvalidInput(f"{printed.name}.{key}", None, ", ".join(keys), suggest(key, keys), where)
        if key != "value" and not isinstance(value, str):
            raise InvalidInput(f"{printed.name}.{key}", value, "text in quotes", "", where)
    try:
        value = parse_quantity(table["value"], printed.unit, f"{printed.name}.value")
    except InvalidInput as error:
        raise error.at(where) from None
    shown = table.get("text", f"> {table['value']}")
    return Target(printed.name, value, printed.unit, shown, table.get("note", ""), table.get("reference", ""))
