"""What a record states of the cell before the test: electrolyte, lithium, die, pressures and temperature."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from lisse.keys import OPTIONAL, Choice, duration, pressure, temperature, within
from lisse.measurement.record.item import Item, may, must, text
from lisse.measurement.record.kinds import ElectrodeSize

__all__ = ["CELL", "CELL_KINDS", "ELECTROLYTE", "FIXTURES", "LITHIUM", "PRESSURE_READINGS"]

CELL_KINDS = ("symmetric", "full", "anode-free")
"""As in a case file. Lithium against a bare collector (Li | electrolyte | Cu) is anode-free."""
FIXTURES = ("constant-pressure", "constant-gap")
PRESSURE_READINGS = ("logged", "nominal", "torque")
"""A load cell that was logged; a spring or a press set once; or the torque of screws alone."""

ELECTROLYTE: Mapping[str, Item] = MappingProxyType(
    {
        "composition": must(
            text("chemical formula with dopants, phase", "Li6.4La3Zr1.4Ta0.6O12, cubic"),
            "dopant and phase change conductivity, toughness and stability against the metal",
            "hatzell2020",
        ),
        "supplier": must(
            text("supplier and batch, or how it was made", "sintered here, 1150 degC, 10 h"),
            "cells of one recipe differ between laboratories; the material is the first thing to exclude",
            "puls2024",
        ),
        "conductivity": must(
            within(1e-12, 1e4, "S/m", "ionic, total, at the temperature of the test", example="0.5 mS/cm"),
            "gives the ohmic share of the voltage, without which a soft short cannot be told; the same powder "
            "differs between laboratories by a median of 22 % above 1 mS/cm",
            "ohno2020",
        ),
        "activation_energy": must(
            within(1e2, 3e5, "J/mol", "of the ionic conductivity", example="0.4 eV"),
            "an interface arc with the activation energy of the bulk is constriction, not charge transfer",
            "eckhardt2023",
        ),
        "electronic_conductivity": may(
            within(0.0, 1e4, "S/m", "where it was measured", OPTIONAL, "1e-8 S/cm"),
            "electrons inside the electrolyte can form lithium there",
            "han2019",
        ),
        "grain_size": must(
            within(
                1e-10, 1e-2, "m", "mean diameter of grains, or of the particles of a pressed powder", example="8 um"
            ),
            "lithium runs along boundaries, and their number per area sets how many weak paths there are",
            "hatzell2020",
        ),
        "relative_density": must(
            within(0.01, 1.0, "1", "density over that of the crystal", example=0.97),
            "pellets of one sulfide pressed at 300 MPa short easily, at 700 MPa they last 500 h",
            "bmr2023",
        ),
        "thickness": must(
            within(1e-9, 0.1, "m", "between the electrodes", example="300 um"),
            "the distance that a filament has to cross, and what turns a conductivity into a resistance",
            "hatzell2020",
        ),
        "surface_treatment": must(
            text("polishing, heating, etching, or none", "polished dry to 1 um, 400 degC in argon 3 h"),
            "removing carbonate from garnet brought the interface to 2 ohm cm2",
            "sharafi2017",
        ),
        "roughness": must(
            within(0.0, 1e-3, "m", "of the surface, arithmetic mean", example="0.2 um"),
            "with the pressure it sets the true area of contact",
            "zhang2020",
        ),
        "material": may(text("its name in the library, to simulate the test; `lisse materials` lists them", "LLZO")),
    }
)
"""What the electrolyte is and how its surface was made."""

LITHIUM: Mapping[str, Item] = MappingProxyType(
    {
        "supplier": must(
            text("supplier and form", "foil, Supplier Ltd."),
            "films that come with the foil (oxide, nitride, carbonate) focus the current",
            "hatzell2020",
        ),
        "purity": must(
            within(0.5, 1.0, "1", "share of the metal by mass", example="99.9 %"),
            "impurities on and in the metal focus the current and change its creep",
            "hatzell2020",
        ),
        "thickness": must(
            within(0.0, 0.1, "m", "of the working electrode before the test", example="30 um"),
            "thick metal hides a soft short, and tells which share of it was passed",
            "hatzell2020",
        ),
        "counter_thickness": must(
            within(0.0, 0.1, "m", "of the counter electrode before the test", example="30 um"),
            "the electrode that is stripped first may be the other one",
            "hatzell2020",
        ),
        "working_area": must(
            ElectrodeSize("area or diameter of the working electrode", example="6 mm"),
            "metal smaller than the pellet is where the current passes; instruments carry another area along",
            "yadg2026",
        ),
        "counter_area": must(
            ElectrodeSize("area or diameter of the counter electrode", example="6 mm"),
            "of two electrodes the smaller one carries the larger current density",
            "yadg2026",
        ),
        "area": must(
            ElectrodeSize("area that the current is divided by", example="6 mm"),
            "every current density and areal capacity scales with it; one public file has 0.500 cm2 in its header "
            "and a 6 mm disc, 0.283 cm2, in its name",
            "yadg2026",
        ),
        "cleaning": must(
            text("how the surface of the metal was cleaned, or not", "scraped in argon just before"),
            "films on the metal focus the current and add resistance",
            "hatzell2020",
        ),
        "attachment_pressure": must(
            pressure("pressure when the metal was attached", example="50 MPa"),
            "the interface resistance of garnet fell from 300 to 50 ohm cm2 between 10 and 41 MPa, and stays low "
            "after the pressure is taken off",
            "krauskopf2019",
        ),
        "attachment_temperature": must(
            temperature("when the metal was attached", default=OPTIONAL, example="25 degC"),
            "heating to 175 degC takes away most of the interface resistance, and it stays away",
            "sharafi2016",
        ),
        "attachment_time": must(
            duration(0.0, "how long pressure and temperature were held", example="10 min"),
            "lithium creeps into contact: time counts as pressure does",
            "hatzell2020",
        ),
        "alloy": must(
            text('"none" for the pure metal', "none"),
            "10 at% of magnesium keeps contact, and limits by diffusion instead",
            "krauskopf2019b",
        ),
        "interlayer": must(
            text('"none", or what lies between metal and electrolyte', "none"),
            "a film of alumina brought a garnet interface from 1710 to 1 ohm cm2",
            "han2017",
        ),
        "material": may(text("its name in the library, to simulate the test; lithium unless given", "lithium")),
    }
)
"""The metal, the area that divides the current, and how the metal was attached."""

CELL: Mapping[str, Item] = MappingProxyType(
    {
        "kind": must(
            Choice("kind of cell", choices=CELL_KINDS, example="symmetric"),
            "full cells short at lower currents and capacities than symmetric ones",
            "lewis2021",
        ),
        "die": must(
            text("holder and current collectors", "PEEK sleeve, steel pistons"),
            "cells of one recipe differ between laboratories with the set-up",
            "puls2024",
        ),
        "forming_pressure": must(
            pressure("largest pressure before the test, apart from the stack pressure", example="400 MPa"),
            "forming removes an interface resistance that the stack pressure alone would leave, and makes the "
            "density of a pressed electrolyte",
            "krauskopf2019",
        ),
        "forming_temperature": may(temperature("at which the forming pressure acted", OPTIONAL, "25 degC")),
        "forming_time": may(duration(0.0, "for how long", OPTIONAL, "5 min")),
        "stack_pressure": must(
            pressure("during the test", example="3 MPa"),
            "below a critical stack pressure, which rises with the current, contact is lost on stripping",
            "wang2019",
        ),
        "pressure_reading": must(
            Choice("how the stack pressure is known", choices=PRESSURE_READINGS, example="logged"),
            "a nominal pressure relaxes, and a torque is no pressure: friction decides",
            "koerver2018",
        ),
        "torque": may(within(0.0, 1e3, "N m", "of the screws, where they press the cell", OPTIONAL, "0.5 N m")),
        "fixture": must(
            Choice("how the pressure is kept", choices=FIXTURES, example="constant-pressure"),
            "between rigid plates the pressure swings with every half-cycle",
            "koerver2018",
        ),
        "stiffness": must(
            within(1.0, 1e20, "Pa/m", "of a constant gap: pressure per displacement", OPTIONAL, "1 MPa/um"),
            "tells how far the pressure swings when metal is plated",
            "koerver2018",
            ("cell.fixture", ("constant-gap",)),
        ),
        "temperature": must(
            temperature("of the cell during the test", default=OPTIONAL, example="25 degC"),
            "from 25 to 80 degC the critical current of one sulfide cell more than doubles",
            "spencerjolly2021",
        ),
        "temperature_control": must(
            text("oven, chamber, or room; and how steady", "climate chamber, +-0.5 K"),
            "with an activation energy of 0.4 eV the conductivity changes by 5 % per kelvin",
            "eckhardt2023",
        ),
        "rest": must(
            duration(0.0, "between assembly and the first current", example="12 h"),
            "contact creeps and interphases grow before the test begins",
            "hatzell2020",
        ),
        "break_in": must(
            text('"none", or what was done before the first step', "three cycles at 0.05 mA/cm2"),
            "conditioning changes contact and interphase, and so the result",
            "brighi2022",
        ),
    }
)
"""Holder, pressures (forming and stack apart), temperature, and what came before the first step."""
