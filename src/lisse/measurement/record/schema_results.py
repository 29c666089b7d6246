"""What a record states of the outcome: what counted as failure and was seen, of all cells, and with which caveats."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from lisse.keys import OPTIONAL, Choice, Flag, Integer, duration, within
from lisse.measurement.analysis.finding import FINDING_MODES
from lisse.measurement.record.item import Item, may, must, text
from lisse.measurement.record.kinds import Values

__all__ = ["CAVEATS", "DEFINITIONS", "FAILURE", "STATISTICS"]

DEFINITIONS = (
    "voltage-drop",
    "voltage-to-zero",
    "below-electrolyte-resistance",
    "impedance-collapse",
    "no-recovery-at-rest",
    "voltage-rise",
)
"""What counted as failure."""
_SHORTS = ("hard-short", "soft-short")
_FAILED = tuple(mode for mode in FINDING_MODES if mode != "none")

FAILURE: Mapping[str, Item] = MappingProxyType(
    {
        "definition": must(
            Choice("what counted as failure", choices=DEFINITIONS, example="below-electrolyte-resistance"),
            "the same trace gives different critical currents under different definitions",
            "hatzell2020",
        ),
        "voltage_drop": must(
            within(0.0, 1.0, "1", "share of the voltage that was lost", OPTIONAL, "10 %"),
            "a drop that is not named cannot be looked for in another trace",
            "hatzell2020",
            ("failure.definition", ("voltage-drop",)),
        ),
        "electrolyte_resistance": must(
            within(0.0, 1e4, "ohm m^2", "area resistance of the electrolyte before the step", OPTIONAL, "60 ohm cm^2"),
            "voltage over current below it is the physical test of a soft short",
            "hatzell2020",
            ("failure.definition", ("below-electrolyte-resistance",)),
        ),
        "mode": must(
            Choice("what was seen", choices=FINDING_MODES, example="soft-short"),
            "loss of contact and a short are opposite failures with opposite remedies",
            "hatzell2020",
        ),
        "first_suspicious_half_cycle": must(
            Integer("number of the half-cycle that looked odd first, from 1", example=31, high=10_000_000),
            "soft shorts begin before they are called so",
            "hatzell2020",
            ("failure.mode", _FAILED),
        ),
        "current_density": must(
            within(1e-9, 1e8, "A/m^2", "at failure", OPTIONAL, "0.9 mA/cm^2"),
            "the critical current itself",
            "flatscher2023",
            ("failure.mode", _FAILED),
        ),
        "highest_current_density_passed": must(
            within(
                1e-9,
                1e8,
                "A/m^2",
                "largest that was passed for a whole half-cycle without failure",
                example="0.85 mA/cm^2",
            ),
            "the critical current lies between this and the current at failure",
            "flatscher2023",
        ),
        "cumulative_charge": must(
            within(
                0.0,
                3.6e9,
                "C/m^2",
                "areal capacity passed in both directions until failure, or in all",
                example="8.6 mAh/cm^2",
            ),
            "cells fail by what they have passed as well as by how fast; a critical current alone depends on the "
            "areal capacity of a half-cycle",
            "flatscher2023",
        ),
        "sampling_interval": must(
            duration(1e-9, "between two readings of the voltage", example="1 s"),
            "a hard short falls within one sample: what lies between two is not known",
            "hatzell2020",
        ),
        "collapse_time": must(
            duration(
                0.0, "in which the voltage fell; one sampling interval where it fell between two", OPTIONAL, "20 s"
            ),
            "the collapse of a sulfide cell took seconds to minutes: its length tells a soft short from a hard one",
            "duan2023",
            ("failure.mode", _SHORTS),
        ),
    }
)
"""What counted as failure, and what was seen."""

STATISTICS: Mapping[str, Item] = MappingProxyType(
    {
        "cells": must(
            Integer("cells that were tested alike, failed ones among them", example=5, high=1_000_000),
            "critical currents scatter between cells of one batch and between laboratories; three cells at least",
            "puls2024",
        ),
        "early_failures": must(
            Integer("cells among them that failed at once or in break-in", example=1, low=0, high=1_000_000),
            "leaving them out turns luck into a property of the material",
            "puls2024",
        ),
        "early_failures_kept": must(
            Flag("whether those are in the values", example=True),
            "leaving them out turns luck into a property of the material",
            "puls2024",
        ),
        "critical_current_densities": must(
            Values(
                "of every cell; '> 3 mA/cm^2' where it did not fail",
                example=["0.9 mA/cm^2", "0.6 mA/cm^2", "1.1 mA/cm^2", "0.05 mA/cm^2", "> 3 mA/cm^2"],
                unit="A/m^2",
            ),
            "the best cell says little: the spread is the result",
            "puls2024",
        ),
        "cumulative_charges": may(
            Values(
                "areal capacity passed by every cell until it failed",
                OPTIONAL,
                example=["8.6 mAh/cm^2", "5 mAh/cm^2", "11 mAh/cm^2", "0.1 mAh/cm^2", "> 40 mAh/cm^2"],
                unit="C/m^2",
            ),
            "cumulative capacity to failure converges only with many cells",
            "puls2024",
        ),
    }
)
"""Of all cells, not the best."""

CAVEATS: Mapping[str, Item] = MappingProxyType(
    {
        "soft_shorts": must(
            text("how soft shorts were looked for", "V/j against the resistance of the spectrum before each step"),
            "a soft short looks like a good cell in a symmetric cell, most of all with metal above 30 um",
            "hatzell2020",
        ),
        "full_cell_claimed": must(
            Flag("whether the result is said to hold for full cells", example=False),
            "a symmetric cell strips and plates at once; full cells short at lower current and capacity",
            "lewis2021",
        ),
        "usable_fraction": must(
            within(0.0, 1.0, "1", "share of the metal that one half-cycle passes", example="4 %"),
            "a device has to pass more than 80 % of its lithium per cycle; a 30 um foil passes 48.5 % at 3 mAh/cm2",
            "albertus2018",
        ),
    }
)
"""What a symmetric cell cannot show."""
