"""What in a record cannot be, and what a reader should doubt: one small rule each.

A rule looks at what is stated and is silent where it is not; what is missing is another matter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lisse.measurement.columns import INSTRUMENT_AREA
from lisse.measurement.record.reading import CellRecord
from lisse.measurement.record.score_card import share_passed
from lisse.protocol import community_protocols
from lisse.references import cite
from lisse.units import format_quantity

__all__ = ["FEWEST_CELLS", "THICK_LITHIUM", "Doubt", "contradictions", "doubts"]

THICK_LITHIUM = 30e-6
"""m. Metal above this hides a soft short in a symmetric cell."""
FEWEST_CELLS = 3
"""Of which a spread can be told at all."""


@dataclass(frozen=True)
class Doubt:
    """One thing that is wrong or should be said.

    Attributes
    ----------
    key : str
        Dotted key that it is about.
    text : str
        What is the matter.
    why : str
        What follows from it.
    source : str
        Citation key of who says so; empty for a slip, which needs nobody.
    """

    key: str
    text: str
    why: str
    source: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "key": self.key,
            "text": self.text,
            "why": self.why,
            "source": self.source,
            "citation": cite(self.source) if self.source else "",
        }


_Rule = Callable[[CellRecord], Iterator[Doubt]]


def contradictions(record: CellRecord) -> tuple[Doubt, ...]:
    """What cannot be as stated: it has to be mended before the record is published."""
    return _all(record, (_instrument_area, _pressures, _counts, _currents, _frequencies, _no_failure))


def doubts(record: CellRecord) -> tuple[Doubt, ...]:
    """What a reader will ask about."""
    rules = (
        _torque,
        _relaxing_pressure,
        _same_pressures,
        _thick_lithium,
        _other_area,
        _few_cells,
        _left_out,
        _slow_sampling,
        _resistance,
        _usable_fraction,
        _full_cell,
        _absent_files,
    )
    return _all(record, rules)


def _all(record: CellRecord, rules: Sequence[_Rule]) -> tuple[Doubt, ...]:
    return tuple(found for rule in rules for found in rule(record))


# -- contradictions ------------------------------------------------------------------------------------------------


def _instrument_area(record: CellRecord) -> Iterator[Doubt]:
    for name in ("area", "working_area", "counter_area"):
        area = record.values.get(f"lithium.{name}")
        if area is not None and abs(area - INSTRUMENT_AREA) < 1e-3 * INSTRUMENT_AREA:
            text = "0.001 cm2 is what instruments write where nobody entered an area"
            why = "every current density is then wrong by the ratio of the areas"
            yield Doubt(f"lithium.{name}", text, why, "yadg2026")


def _pressures(record: CellRecord) -> Iterator[Doubt]:
    forming, stack = record.values.get("cell.forming_pressure"), record.values.get("cell.stack_pressure")
    if forming is not None and stack is not None and forming < stack:
        text = f"{_shown('pressure', forming)} of forming is less than the stack pressure, {_shown('pressure', stack)}"
        why = "forming is the largest pressure before the test; applying the stack pressure is part of it"
        yield Doubt("cell.forming_pressure", text, why, "krauskopf2019")


def _counts(record: CellRecord) -> Iterator[Doubt]:
    cells, early = record.values.get("statistics.cells"), record.values.get("statistics.early_failures")
    if cells is None:
        return
    if early is not None and early > cells:
        text = f"{early} early failures among {cells} cells"
        yield Doubt("statistics.early_failures", text, "early failures are counted among the cells", "puls2024")
        return
    kept = record.values.get("statistics.early_failures_kept")
    expected = {cells} if kept else {cells - (early or 0)} if kept is False else {cells, cells - (early or 0)}
    for name in ("critical_current_densities", "cumulative_charges"):
        values = record.values.get(f"statistics.{name}")
        if values is not None and len(values) not in expected:
            number = " or ".join(str(count) for count in sorted(expected))
            text = f"{len(values)} value{'s' if len(values) > 1 else ''} for {number} cells"
            yield Doubt(f"statistics.{name}", text, "every cell counts, not the best", "puls2024")


def _currents(record: CellRecord) -> Iterator[Doubt]:
    passed = record.values.get("failure.highest_current_density_passed")
    failed = record.values.get("failure.current_density")
    if passed is not None and failed is not None and failed < passed * (1 - 1e-9):
        text = f"failed at {_shown('current_density', failed)}, after {_shown('current_density', passed)} was passed"
        why = "a cell that passed the larger current failed by something else, or one of the two is a slip"
        if _is_ramp(record):
            yield Doubt("failure.current_density", text, why, "flatscher2023")
    if record.protocol is None or not record.protocol.largest_current_density:
        return
    largest = record.protocol.largest_current_density
    for key, value in (("highest_current_density_passed", passed), ("current_density", failed)):
        if value is not None and value > largest * 1.01:
            most = _shown("current_density", largest)
            text = f"{_shown('current_density', value)} is more than the protocol sets, {most}"
            yield Doubt(f"failure.{key}", text, "one of the two is a slip")


def _is_ramp(record: CellRecord) -> bool:
    """Whether the current of the protocol only rises, so that no smaller one comes after the largest that passed."""
    name = record.values.get("protocol.name", "")
    entry = community_protocols().get(name)
    return (name if entry is None else entry.builder) in ("ccd-ramp", "one-way")


def _frequencies(record: CellRecord) -> Iterator[Doubt]:
    path = "protocol.impedance"
    high, low = record.values.get(f"{path}.frequency_from"), record.values.get(f"{path}.frequency_to")
    if high is not None and low is not None and low >= high:
        text = f"the lowest frequency, {low:g} Hz, is not below the highest, {high:g} Hz"
        yield Doubt(f"{path}.frequency_to", text, "one of the two is a slip")


def _no_failure(record: CellRecord) -> Iterator[Doubt]:
    if record.values.get("failure.mode") == "none" and "failure.current_density" in record.values:
        text = "a current density at failure, though no failure was seen"
        yield Doubt("failure.current_density", text, "what was passed is highest_current_density_passed")


# -- doubts --------------------------------------------------------------------------------------------------------


def _torque(record: CellRecord) -> Iterator[Doubt]:
    if record.values.get("cell.pressure_reading") == "torque":
        text = "the stack pressure is known from the torque of screws alone"
        why = "friction decides which part of a torque becomes pressure, and lithium creeps away under it"
        yield Doubt("cell.pressure_reading", text, why, "koerver2018")


def _relaxing_pressure(record: CellRecord) -> Iterator[Doubt]:
    values = record.values
    if values.get("cell.fixture") == "constant-gap" and values.get("cell.pressure_reading") == "nominal":
        text = "the pressure between rigid plates was not logged"
        why = "it decays as the metal creeps and swings with every half-cycle"
        yield Doubt("cell.pressure_reading", text, why, "koerver2018")


def _same_pressures(record: CellRecord) -> Iterator[Doubt]:
    forming, stack = record.values.get("cell.forming_pressure"), record.values.get("cell.stack_pressure")
    if forming is not None and forming == stack:
        text = f"forming and stack pressure are both {_shown('pressure', forming)}"
        why = "they are two things, and forming is mostly far above; say so if the cell was never pressed harder"
        yield Doubt("cell.forming_pressure", text, why, "krauskopf2019")


def _thick_lithium(record: CellRecord) -> Iterator[Doubt]:
    for name in ("thickness", "counter_thickness"):
        thickness = record.values.get(f"lithium.{name}")
        if thickness is not None and thickness > THICK_LITHIUM * (1 + 1e-9):
            text = f"{_shown('lithium_thickness', thickness)} of metal, more than 30 um"
            why = "thick metal hides a soft short: the cell goes on as if nothing had happened"
            yield Doubt(f"lithium.{name}", text, why, "hatzell2020")


def _other_area(record: CellRecord) -> Iterator[Doubt]:
    area = record.values.get("lithium.area")
    electrodes = [record.values.get(f"lithium.{name}") for name in ("working_area", "counter_area")]
    known = [each for each in electrodes if each is not None]
    if area is None or not known or any(abs(area - each) <= 0.02 * each for each in known):
        return
    shown = " and ".join(_shown("area", each) for each in known)
    text = f"the current is divided by {_shown('area', area)}, but the electrodes have {shown}"
    why = "the current passes where the metal is"
    yield Doubt("lithium.area", text, why, "yadg2026")


def _few_cells(record: CellRecord) -> Iterator[Doubt]:
    cells = record.values.get("statistics.cells")
    if cells is not None and cells < FEWEST_CELLS:
        text = f"{cells} cell{'s' if cells > 1 else ''}, fewer than {FEWEST_CELLS}"
        why = "critical currents scatter between cells that are alike; one value says little"
        yield Doubt("statistics.cells", text, why, "puls2024")


def _left_out(record: CellRecord) -> Iterator[Doubt]:
    early = record.values.get("statistics.early_failures")
    if record.values.get("statistics.early_failures_kept") is False and early:
        text = f"{early} early failure{'s are' if early > 1 else ' is'} left out of the values"
        yield Doubt("statistics.early_failures_kept", text, "the values are of the cells that were lucky", "puls2024")


def _slow_sampling(record: CellRecord) -> Iterator[Doubt]:
    interval, collapse = record.values.get("failure.sampling_interval"), record.values.get("failure.collapse_time")
    if interval is not None and collapse is not None and interval > collapse * (1 + 1e-9):
        text = f"one reading every {interval:.3g} s, but the voltage fell within {collapse:.3g} s"
        why = "the record cannot show how the voltage fell, so that a soft and a hard short look alike"
        yield Doubt("failure.sampling_interval", text, why, "hatzell2020")


def _resistance(record: CellRecord) -> Iterator[Doubt]:
    stated = record.values.get("failure.electrolyte_resistance")
    thickness, conductivity = record.values.get("electrolyte.thickness"), record.values.get("electrolyte.conductivity")
    if stated is None or thickness is None or conductivity is None:
        return
    expected = thickness / conductivity
    if not 0.5 <= stated / expected <= 2.0:
        text = (
            f"{_shown('area_resistance', stated)}, but thickness over conductivity is "
            f"{_shown('area_resistance', expected)}"
        )
        why = "the test of a soft short stands on this resistance"
        yield Doubt("failure.electrolyte_resistance", text, why, "ohno2020")


def _usable_fraction(record: CellRecord) -> Iterator[Doubt]:
    stated, thickness = record.values.get("caveats.usable_fraction"), record.values.get("lithium.thickness")
    charge = record.protocol.largest_half_cycle_charge if record.protocol is not None else 0.0
    if stated is None or thickness is None or not charge:
        return
    expected = share_passed(charge, thickness)
    if abs(stated - expected) > 0.1 * expected + 0.005:
        text = f"{stated:.3g}, but thickness and half-cycle of the protocol give {expected:.3g} of what is there"
        yield Doubt("caveats.usable_fraction", text, "one of the three is a slip, or the metal is no lithium")


def _full_cell(record: CellRecord) -> Iterator[Doubt]:
    if record.values.get("caveats.full_cell_claimed") and record.values.get("cell.kind") not in (None, "full"):
        text = "a result of a cell without a cathode is said to hold for full cells"
        why = "full cells short at lower current and capacity"
        yield Doubt("caveats.full_cell_claimed", text, why, "lewis2021")


def _absent_files(record: CellRecord) -> Iterator[Doubt]:
    for name, path in zip(record.values.get("files", ()), record.files, strict=True):
        if not path.is_file():
            text = f"there is no file {name} beside the record"
            yield Doubt("files", text, "a number that cannot be checked against the data convinces less")


def _shown(name: str, value: float) -> str:
    return format_quantity(name, value)
