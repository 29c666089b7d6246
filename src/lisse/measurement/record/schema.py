"""What the report of a solid-state test must state: every key of a test record, why it matters and who says so.

Seven groups, in the order of a methods section: electrolyte, lithium, cell, protocol, failure, statistics, caveats.
The reader, the checklist, the template of ``lisse new record``, the reference page and the JSON Schema all follow this
one table. The keys of each protocol are those of a case file (`lisse.protocol.PROTOCOLS`), so that a reported test can
be simulated as reported.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from lisse.keys import OPTIONAL, Choice, Field, Flag, Integer, SameAs, Text, duration, pressure, temperature, within
from lisse.measurement.analysis.finding import FINDING_MODES
from lisse.measurement.record.kinds import Date, ElectrodeSize, Names, Values
from lisse.protocol import PROTOCOLS, community_protocols

__all__ = [
    "CELL_KINDS",
    "DEFINITIONS",
    "FIXTURES",
    "GROUPS",
    "HEAD",
    "PRESSURE_READINGS",
    "PROTOCOL_NAME",
    "PROTOCOL_STEPS",
    "SCHEMA_VERSION",
    "TABLES",
    "Item",
    "protocol_items",
]

SCHEMA_VERSION = 1
"""Of the record. A reader refuses a newer one; a key that is renamed or removed makes a new version."""

CELL_KINDS = ("symmetric", "full", "anode-free")
"""As in a case file. Lithium against a bare collector (Li | electrolyte | Cu) is anode-free."""
FIXTURES = ("constant-pressure", "constant-gap")
PRESSURE_READINGS = ("logged", "nominal", "torque")
"""A load cell that was logged; a spring or a press set once; or the torque of screws alone."""
DEFINITIONS = (
    "voltage-drop",
    "voltage-to-zero",
    "below-electrolyte-resistance",
    "impedance-collapse",
    "no-recovery-at-rest",
    "voltage-rise",
)
"""What counted as failure."""

GROUPS: Mapping[str, str] = MappingProxyType(
    {
        "electrolyte": "the electrolyte",
        "lithium": "the lithium, or other metal, and how it was attached",
        "cell": "die, pressures and temperature",
        "protocol": "what was done to the cell; the keys of each protocol are those of a case file",
        "failure": "what counted as failure, and what was seen",
        "statistics": "all cells, not the best",
        "caveats": "what a symmetric cell cannot show",
    }
)
"""The seven groups, with what each is about."""


@dataclass(frozen=True)
class Item:
    """One key of the record.

    Attributes
    ----------
    field : Field
        Kind of value, range, help, and an example.
    why : str
        Why a reader of the report needs it.
    source : str
        Citation key of who says so.
    needed : bool
        Whether a report without it is incomplete; ``False`` for what is stated where it is known.
    only_if : tuple of (str, tuple of str) or None
        Needed only where another key has one of these values.
    """

    field: Field
    why: str = ""
    source: str = ""
    needed: bool = True
    only_if: tuple[str, tuple[str, ...]] | None = None


def _must(field: Field, why: str, source: str, only_if: tuple[str, tuple[str, ...]] | None = None) -> Item:
    return Item(field, why, source, only_if=only_if)


def _may(field: Field, why: str = "", source: str = "") -> Item:
    return Item(field, why, source, needed=False)


def _text(help: str, example: str) -> Text:
    return Text(help, example=example, longest=500)


HEAD: Mapping[str, Item] = MappingProxyType(
    {
        "version": _may(Integer("of the record's own form", example=SCHEMA_VERSION, low=1, high=SCHEMA_VERSION)),
        "title": _must(
            _text("one line", "CCD of Li | LLZO | Li at 3 MPa"),
            "a record without a name cannot be cited",
            "hatzell2020",
        ),
        "authors": _may(Names("who made the test", example=["A. Author"])),
        "date": _may(Date("day of the test", example="2026-01-31")),
        "licence": _may(
            _text("licence of record and data, as an SPDX name or an address", "CC-BY-4.0"),
            "without one nobody may use the data again",
        ),
        "reference": _may(_text("where it is published, best a DOI", "10.1000/xyz123")),
        "note": _may(Text("anything else", example="an invented cell", longest=5000)),
        "files": _may(
            Names("data files of the cell, from the folder of the record", example=["cell_07.mpt"]),
            "numbers that can be checked against the raw data convince",
        ),
    }
)
"""Keys above the first table. They say which record this is, and are no part of the seven groups."""

_SHORTS = ("hard-short", "soft-short")
_FAILED = tuple(mode for mode in FINDING_MODES if mode != "none")

TABLES: Mapping[str, Mapping[str, Item]] = MappingProxyType(
    {
        "electrolyte": {
            "composition": _must(
                _text("chemical formula with dopants, phase", "Li6.4La3Zr1.4Ta0.6O12, cubic"),
                "dopant and phase change conductivity, toughness and stability against the metal",
                "hatzell2020",
            ),
            "supplier": _must(
                _text("supplier and batch, or how it was made", "sintered here, 1150 degC, 10 h"),
                "cells of one recipe differ between laboratories; the material is the first thing to exclude",
                "puls2024",
            ),
            "conductivity": _must(
                within(1e-12, 1e4, "S/m", "ionic, total, at the temperature of the test", example="0.5 mS/cm"),
                "gives the ohmic share of the voltage, without which a soft short cannot be told; the same powder "
                "differs between laboratories by a median of 22 % above 1 mS/cm",
                "ohno2020",
            ),
            "activation_energy": _must(
                within(1e2, 3e5, "J/mol", "of the ionic conductivity", example="0.4 eV"),
                "an interface arc with the activation energy of the bulk is constriction, not charge transfer",
                "eckhardt2023",
            ),
            "electronic_conductivity": _may(
                within(0.0, 1e4, "S/m", "where it was measured", OPTIONAL, "1e-8 S/cm"),
                "electrons inside the electrolyte can form lithium there",
                "han2019",
            ),
            "grain_size": _must(
                within(
                    1e-10, 1e-2, "m", "mean diameter of grains, or of the particles of a pressed powder", example="8 um"
                ),
                "lithium runs along boundaries, and their number per area sets how many weak paths there are",
                "hatzell2020",
            ),
            "relative_density": _must(
                within(0.01, 1.0, "1", "density over that of the crystal", example=0.97),
                "pellets of one sulfide pressed at 300 MPa short easily, at 700 MPa they last 500 h",
                "bmr2023",
            ),
            "thickness": _must(
                within(1e-9, 0.1, "m", "between the electrodes", example="300 um"),
                "the distance that a filament has to cross, and what turns a conductivity into a resistance",
                "hatzell2020",
            ),
            "surface_treatment": _must(
                _text("polishing, heating, etching, or none", "polished dry to 1 um, 400 degC in argon 3 h"),
                "removing carbonate from garnet brought the interface to 2 ohm cm2",
                "sharafi2017",
            ),
            "roughness": _must(
                within(0.0, 1e-3, "m", "of the surface, arithmetic mean", example="0.2 um"),
                "with the pressure it sets the true area of contact",
                "zhang2020",
            ),
            "material": _may(
                _text("its name in the library, to simulate the test; `lisse materials` lists them", "LLZO")
            ),
        },
        "lithium": {
            "supplier": _must(
                _text("supplier and form", "foil, Supplier Ltd."),
                "films that come with the foil (oxide, nitride, carbonate) focus the current",
                "hatzell2020",
            ),
            "purity": _must(
                within(0.5, 1.0, "1", "share of the metal by mass", example="99.9 %"),
                "impurities on and in the metal focus the current and change its creep",
                "hatzell2020",
            ),
            "thickness": _must(
                within(0.0, 0.1, "m", "of the working electrode before the test", example="30 um"),
                "thick metal hides a soft short, and tells which share of it was passed",
                "hatzell2020",
            ),
            "counter_thickness": _must(
                within(0.0, 0.1, "m", "of the counter electrode before the test", example="30 um"),
                "the electrode that is stripped first may be the other one",
                "hatzell2020",
            ),
            "working_area": _must(
                ElectrodeSize("area or diameter of the working electrode", example="6 mm"),
                "metal smaller than the pellet is where the current passes; instruments carry another area along",
                "yadg2026",
            ),
            "counter_area": _must(
                ElectrodeSize("area or diameter of the counter electrode", example="6 mm"),
                "of two electrodes the smaller one carries the larger current density",
                "yadg2026",
            ),
            "area": _must(
                ElectrodeSize("area that the current is divided by", example="6 mm"),
                "every current density and areal capacity scales with it; one public file has 0.500 cm2 in its header "
                "and a 6 mm disc, 0.283 cm2, in its name",
                "yadg2026",
            ),
            "cleaning": _must(
                _text("how the surface of the metal was cleaned, or not", "scraped in argon just before"),
                "films on the metal focus the current and add resistance",
                "hatzell2020",
            ),
            "attachment_pressure": _must(
                pressure("pressure when the metal was attached", example="50 MPa"),
                "the interface resistance of garnet fell from 300 to 50 ohm cm2 between 10 and 41 MPa, and stays low "
                "after the pressure is taken off",
                "krauskopf2019",
            ),
            "attachment_temperature": _must(
                temperature("when the metal was attached", default=OPTIONAL, example="25 degC"),
                "heating to 175 degC takes away most of the interface resistance, and it stays away",
                "sharafi2016",
            ),
            "attachment_time": _must(
                duration(0.0, "how long pressure and temperature were held", example="10 min"),
                "lithium creeps into contact: time counts as pressure does",
                "hatzell2020",
            ),
            "alloy": _must(
                _text('"none" for the pure metal', "none"),
                "10 at% of magnesium keeps contact, and limits by diffusion instead",
                "krauskopf2019b",
            ),
            "interlayer": _must(
                _text('"none", or what lies between metal and electrolyte', "none"),
                "a film of alumina brought a garnet interface from 1710 to 1 ohm cm2",
                "han2017",
            ),
            "material": _may(_text("its name in the library, to simulate the test; lithium unless given", "lithium")),
        },
        "cell": {
            "kind": _must(
                Choice("kind of cell", choices=CELL_KINDS, example="symmetric"),
                "full cells short at lower currents and capacities than symmetric ones",
                "lewis2021",
            ),
            "die": _must(
                _text("holder and current collectors", "PEEK sleeve, steel pistons"),
                "cells of one recipe differ between laboratories with the set-up",
                "puls2024",
            ),
            "forming_pressure": _must(
                pressure("largest pressure before the test, apart from the stack pressure", example="400 MPa"),
                "forming removes an interface resistance that the stack pressure alone would leave, and makes the "
                "density of a pressed electrolyte",
                "krauskopf2019",
            ),
            "forming_temperature": _may(temperature("at which the forming pressure acted", OPTIONAL, "25 degC")),
            "forming_time": _may(duration(0.0, "for how long", OPTIONAL, "5 min")),
            "stack_pressure": _must(
                pressure("during the test", example="3 MPa"),
                "below a critical stack pressure, which rises with the current, contact is lost on stripping",
                "wang2019",
            ),
            "pressure_reading": _must(
                Choice("how the stack pressure is known", choices=PRESSURE_READINGS, example="logged"),
                "a nominal pressure relaxes, and a torque is no pressure: friction decides",
                "koerver2018",
            ),
            "torque": _may(within(0.0, 1e3, "N m", "of the screws, where they press the cell", OPTIONAL, "0.5 N m")),
            "fixture": _must(
                Choice("how the pressure is kept", choices=FIXTURES, example="constant-pressure"),
                "between rigid plates the pressure swings with every half-cycle",
                "koerver2018",
            ),
            "stiffness": _must(
                within(1.0, 1e20, "Pa/m", "of a constant gap: pressure per displacement", OPTIONAL, "1 MPa/um"),
                "tells how far the pressure swings when metal is plated",
                "koerver2018",
                ("cell.fixture", ("constant-gap",)),
            ),
            "temperature": _must(
                temperature("of the cell during the test", default=OPTIONAL, example="25 degC"),
                "from 25 to 80 degC the critical current of one sulfide cell more than doubles",
                "spencerjolly2021",
            ),
            "temperature_control": _must(
                _text("oven, chamber, or room; and how steady", "climate chamber, +-0.5 K"),
                "with an activation energy of 0.4 eV the conductivity changes by 5 % per kelvin",
                "eckhardt2023",
            ),
            "rest": _must(
                duration(0.0, "between assembly and the first current", example="12 h"),
                "contact creeps and interphases grow before the test begins",
                "hatzell2020",
            ),
            "break_in": _must(
                _text('"none", or what was done before the first step', "three cycles at 0.05 mA/cm2"),
                "conditioning changes contact and interphase, and so the result",
                "brighi2022",
            ),
        },
        "protocol": {
            "reference_electrode": _must(
                _text('"none", or which and where', "none"),
                "with one, a cell plated up to 2 and stripped only up to 0.2 mA/cm2; with two electrodes both are one "
                "number",
                "kasemchainan2019",
            ),
        },
        "protocol.impedance": {
            "taken": _must(
                _text("when spectra were taken", "before the test and after every step"),
                "a soft short is told by the voltage against the resistance just before the step",
                "hatzell2020",
            ),
            "frequency_from": _must(
                within(1e-6, 1e9, "Hz", "highest frequency", example="1 MHz"),
                "the bulk of a good conductor is seen only at high frequency",
                "eckhardt2023",
            ),
            "frequency_to": _must(
                within(1e-6, 1e9, "Hz", "lowest frequency", example="0.1 Hz"),
                "the interface is seen only at low frequency",
                "eckhardt2023",
            ),
            "amplitude": _must(
                within(1e-6, 10.0, "V", "of the excitation", example="10 mV"),
                "a large amplitude is no longer linear, a small one is noise",
                "eckhardt2023",
            ),
            "points_per_decade": _must(
                Integer("frequencies in a decade", example=10, high=100),
                "how finely overlapping arcs can be told apart",
                "eckhardt2023",
            ),
        },
        "failure": {
            "definition": _must(
                Choice("what counted as failure", choices=DEFINITIONS, example="below-electrolyte-resistance"),
                "the same trace gives different critical currents under different definitions",
                "hatzell2020",
            ),
            "voltage_drop": _must(
                within(0.0, 1.0, "1", "share of the voltage that was lost", OPTIONAL, "10 %"),
                "a drop that is not named cannot be looked for in another trace",
                "hatzell2020",
                ("failure.definition", ("voltage-drop",)),
            ),
            "electrolyte_resistance": _must(
                within(
                    0.0, 1e4, "ohm m^2", "area resistance of the electrolyte before the step", OPTIONAL, "60 ohm cm^2"
                ),
                "voltage over current below it is the physical test of a soft short",
                "hatzell2020",
                ("failure.definition", ("below-electrolyte-resistance",)),
            ),
            "mode": _must(
                Choice("what was seen", choices=FINDING_MODES, example="soft-short"),
                "loss of contact and a short are opposite failures with opposite remedies",
                "hatzell2020",
            ),
            "first_suspicious_half_cycle": _must(
                Integer("number of the half-cycle that looked odd first, from 1", example=31, high=10_000_000),
                "soft shorts begin before they are called so",
                "hatzell2020",
                ("failure.mode", _FAILED),
            ),
            "current_density": _must(
                within(1e-9, 1e8, "A/m^2", "at failure", OPTIONAL, "0.9 mA/cm^2"),
                "the critical current itself",
                "flatscher2023",
                ("failure.mode", _FAILED),
            ),
            "highest_current_density_passed": _must(
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
            "cumulative_charge": _must(
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
            "sampling_interval": _must(
                duration(1e-9, "between two readings of the voltage", example="1 s"),
                "a hard short falls within one sample: what lies between two is not known",
                "hatzell2020",
            ),
            "collapse_time": _must(
                duration(
                    0.0, "in which the voltage fell; one sampling interval where it fell between two", OPTIONAL, "20 s"
                ),
                "the collapse of a sulfide cell took seconds to minutes: its length tells a soft short from a hard one",
                "duan2023",
                ("failure.mode", _SHORTS),
            ),
        },
        "statistics": {
            "cells": _must(
                Integer("cells that were tested alike, failed ones among them", example=5, high=1_000_000),
                "critical currents scatter between cells of one batch and between laboratories; three cells at least",
                "puls2024",
            ),
            "early_failures": _must(
                Integer("cells among them that failed at once or in break-in", example=1, low=0, high=1_000_000),
                "leaving them out turns luck into a property of the material",
                "puls2024",
            ),
            "early_failures_kept": _must(
                Flag("whether those are in the values", example=True),
                "leaving them out turns luck into a property of the material",
                "puls2024",
            ),
            "critical_current_densities": _must(
                Values(
                    "of every cell; '> 3 mA/cm^2' where it did not fail",
                    example=["0.9 mA/cm^2", "0.6 mA/cm^2", "1.1 mA/cm^2", "0.05 mA/cm^2", "> 3 mA/cm^2"],
                    unit="A/m^2",
                ),
                "the best cell says little: the spread is the result",
                "puls2024",
            ),
            "cumulative_charges": _may(
                Values(
                    "areal capacity passed by every cell until it failed",
                    OPTIONAL,
                    example=["8.6 mAh/cm^2", "5 mAh/cm^2", "11 mAh/cm^2", "0.1 mAh/cm^2", "> 40 mAh/cm^2"],
                    unit="C/m^2",
                ),
                "cumulative capacity to failure converges only with many cells",
                "puls2024",
            ),
        },
        "caveats": {
            "soft_shorts": _must(
                _text("how soft shorts were looked for", "V/j against the resistance of the spectrum before each step"),
                "a soft short looks like a good cell in a symmetric cell, most of all with metal above 30 um",
                "hatzell2020",
            ),
            "full_cell_claimed": _must(
                Flag("whether the result is said to hold for full cells", example=False),
                "a symmetric cell strips and plates at once; full cells short at lower current and capacity",
                "lewis2021",
            ),
            "usable_fraction": _must(
                within(0.0, 1.0, "1", "share of the metal that one half-cycle passes", example="4 %"),
                "a device has to pass more than 80 % of its lithium per cycle; a 30 um foil passes 48.5 % at 3 mAh/cm2",
                "albertus2018",
            ),
        },
    }
)
"""Tables with fixed keys, by path. The settings of the protocol come besides, from `protocol_items`."""

_PROTOCOL_WHY: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "start": ("a ramp that starts high meets a surface that was never conditioned", "flatscher2023"),
        "step": ("the critical current is known to one step, no better", "flatscher2023"),
        "stop": ("a cell that did not fail says only that its limit lies above this", "flatscher2023"),
        "half_cycle": (
            "the critical current depends on the areal capacity per half-cycle: small ones over-estimate it, large "
            "ones under-estimate it",
            "flatscher2023",
        ),
        "rest": ("rests let voids fill and soft shorts heal or show", "hatzell2020"),
        "voltage_limit": ("a cut-off ends a half-cycle early, and the areal capacity with it", "flatscher2023"),
        "cycles_per_step": ("damage adds up: more cycles at a step give a lower critical current", "flatscher2023"),
        "cycles": ("at 0.3 mA/cm2 a cell shorted after 50 h that stands 1.5 mA/cm2 in a ramp: time counts", "duan2023"),
        "current_density": ("the number that the result is about", "flatscher2023"),
    }
)
PROTOCOL_NAME = _must(
    Choice(
        "which protocol; ccd-ramp alternates, one-way does not",
        choices=(*PROTOCOLS, *community_protocols()),
        example="ccd-ramp",
    ),
    "one-way and alternating tests, ramps and cycling give different critical currents",
    "flatscher2023",
)
PROTOCOL_STEPS = _must(
    Text("one [[protocol.steps]] table for each step", example="[[protocol.steps]]"),
    "without the steps the test cannot be repeated or simulated",
    "hatzell2020",
)
_OTHER_SETTING = ("without it the test cannot be repeated or simulated", "hatzell2020")


def protocol_items(kind: str) -> dict[str, Item]:
    """The settings of a protocol as keys of the record: those that a case file may leave to a default must be stated.

    Parameters
    ----------
    kind : str
        A name of `lisse.protocol.PROTOCOLS`.
    """
    found = {}
    for name, field in PROTOCOLS[kind].items():
        optional = field.default is OPTIONAL or isinstance(field.default, SameAs)
        why, source = _PROTOCOL_WHY.get(name, _OTHER_SETTING)
        found[name] = Item(field, why, source, needed=not optional)
    return found
