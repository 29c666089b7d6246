"""The vocabulary of material properties, and one property with all its sources side by side.

An `Entry` is one row of one source: never an average. A `Property` holds all entries and names the one in use. Which
substance has which property is in ``material.py``; how files are read is in ``reading.py``.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from lisse.errors import InvalidInput, suggest
from lisse.materials.laws import REFERENCE_TEMPERATURE, FractionSeries, Law, NortonCreep, law_from_parameters

__all__ = ["ESTIMATE_ROW", "MARKS", "PROPERTIES", "Entry", "Property", "PropertyDefinition", "definition"]

MARKS: Mapping[str, str] = MappingProxyType(
    {
        "S": "read in the source",
        "S*": "read in a later paper or computed",
        "L": "literature memory",
        "U": "unsure",
        "given": "given by the user",
        "estimated": "computed from other numbers by the named method",
    }
)
"""How far a number can be trusted."""

ESTIMATE_ROW = "EST-"
"""How the rows of numbers begin that were estimated for a substance, and not mixed from its phases."""


@dataclass(frozen=True)
class PropertyDefinition:
    """One word of the vocabulary: name, SI unit, meaning, and which values are physically possible."""

    name: str
    unit: str
    meaning: str
    minimum: float = -math.inf
    maximum: float = math.inf
    open_minimum: bool = False
    law: type[Law] | None = None

    def check(self, value: float, what: str = "") -> None:
        """Complain about a physically impossible number (SI).

        Raises
        ------
        InvalidInput
            For NaN, infinity or a number outside the allowed range.
        """
        low = self.minimum < value if self.open_minimum else self.minimum <= value
        if not (math.isfinite(value) and low and value <= self.maximum):
            raise InvalidInput(what or self.name, value, self.allowed())

    def allowed(self) -> str:
        """The allowed range in words."""
        low = f"{'above' if self.open_minimum else 'at least'} {self.minimum:g}" if self.minimum > -math.inf else ""
        high = f"at most {self.maximum:g}" if self.maximum < math.inf else ""
        return f"{' and '.join(part for part in (low, high) if part) or 'a finite number'} [{self.unit}]"


def _positive(name: str, unit: str, meaning: str, maximum: float = math.inf, law: Any = None) -> PropertyDefinition:
    return PropertyDefinition(name, unit, meaning, 0.0, maximum, True, law)


def _between(name: str, unit: str, meaning: str, low: float, high: float) -> PropertyDefinition:
    return PropertyDefinition(name, unit, meaning, low, high)


_DEFINITIONS = (
    # what it is
    _positive("molar_mass", "kg/mol", "molar mass of the formula unit"),
    _positive("density", "kg/m3", "mass density without pores"),
    _positive("molar_volume", "m3/mol", "molar volume, for an alloy per mole of atoms"),
    _positive("site_concentration", "mol/m3", "lattice sites of the mobile atom in the metal"),
    _positive("lithium_concentration", "mol/m3", "lithium per volume of the electrolyte"),
    _positive("relative_density", "1", "density over density without pores", 1.0),
    _positive("grain_size", "m", "grain diameter; for a cold-pressed powder the particle diameter"),
    _positive("melting_point", "K", "melting point"),
    _positive("glass_transition_temperature", "K", "glass transition"),
    _positive("band_gap", "J", "electronic band gap"),
    _positive("relative_permittivity", "1", "relative permittivity"),
    # heat
    _positive("heat_of_fusion", "J/mol", "heat of fusion"),
    _positive("thermal_conductivity", "W/m/K", "thermal conductivity"),
    _positive("specific_heat", "J/kg/K", "specific heat at constant pressure"),
    _positive("thermal_expansion", "1/K", "linear thermal expansion"),
    # elasticity, strength, fracture
    _positive("youngs_modulus", "Pa", "Young's modulus"),
    _positive("shear_modulus", "Pa", "shear modulus"),
    _positive("bulk_modulus", "Pa", "bulk modulus"),
    _between("poisson_ratio", "1", "Poisson's ratio", 0.0, 0.5),
    _positive("stiffness_c11", "Pa", "elastic constant C11 of the cubic crystal"),
    _positive("stiffness_c12", "Pa", "elastic constant C12 of the cubic crystal"),
    _positive("stiffness_c44", "Pa", "elastic constant C44 of the cubic crystal"),
    _positive("yield_strength", "Pa", "uniaxial yield or flow stress of the bulk"),
    _positive("pillar_strength", "Pa", "strength of micrometre-sized samples (size in the conditions)"),
    _positive("hardness", "Pa", "indentation hardness"),
    _positive("flexural_strength", "Pa", "bending or biaxial strength"),
    _positive("tensile_strength", "Pa", "tensile strength"),
    _positive("fracture_toughness", "Pa m^0.5", "mode I fracture toughness K_IC"),
    _positive("fracture_surface_energy", "J/m2", "energy per area of new crack surface"),
    _positive("creep", "Pa", "steady creep law; the number is the flow stress at 1e-3 1/s", law=NortonCreep),
    # surfaces and the contact with the metal anode
    _positive("surface_energy", "J/m2", "energy of the free surface"),
    _positive("melt_surface_tension", "N/m", "surface tension of the melt at the melting point"),
    _positive("melt_viscosity", "Pa s", "viscosity of the melt"),
    _between("contact_angle", "rad", "contact angle of the molten anode metal", 0.0, math.pi),
    _positive("work_of_adhesion", "J/m2", "work of adhesion with the anode metal"),
    _positive("adhesion_strength", "Pa", "tensile strength of the bond with the anode metal"),
    _positive("interface_resistance", "ohm m2", "area-specific resistance against the anode metal"),
    _positive("exchange_current_density", "A/m2", "exchange current density against the anode metal"),
    _positive("interface_capacitance", "F/m2", "capacitance per area against the anode metal"),
    _positive("contact_hardness", "Pa", "pressure H of the contact law: contact fraction = min(1, p/H)"),
    _positive("void_density", "1/m2", "areal density of voids at a stripped interface"),
    _positive("void_closure_coefficient", "A/m2/Pa", "diffusional void closure per pressure, as a current density"),
    _positive("small_scale_strength_factor", "1", "strength of a micrometre of metal over that of the bulk"),
    # transport
    _positive("self_diffusivity", "m2/s", "diffusivity of the mobile atom in the metal"),
    _positive("electrical_resistivity", "ohm m", "electrical resistivity"),
    _positive("ionic_conductivity", "S/m", "ionic conductivity, bulk or total as the conditions say"),
    _positive("grain_boundary_conductivity", "S/m", "ionic conductivity, local to the grain boundaries"),
    _positive("electronic_conductivity", "S/m", "electronic conductivity"),
    PropertyDefinition("transference_number", "1", "cation transference number of the salt (t+0)", -math.inf, 1.0),
    _between("current_fraction", "1", "steady over initial current; not a transference number", 0.0, 1.0),
    _positive("salt_diffusivity", "m2/s", "salt diffusivity"),
    _positive("salt_concentration", "mol/m3", "salt concentration"),
    _positive("thermodynamic_factor", "1", "1 + dln f/dln c of the salt"),
    _between("molar_volume_ratio", "1", "partial molar volume of Li+ over that of the metal", 0.0, 100.0),
    # chemistry against the electrodes
    PropertyDefinition("electrode_potential", "V", "potential against Li+/Li"),
    PropertyDefinition("reduction_potential", "V", "below it the electrolyte is reduced, against Li+/Li"),
    PropertyDefinition("oxidation_potential", "V", "above it the electrolyte is oxidised, against Li+/Li"),
    _positive("interphase_rate_constant", "m2/s", "k of the interphase growth law L^2 = 2 k t"),
    _positive("interphase_thickness", "m", "thickness of the interphase, age in the conditions"),
    _between("interphase_volume_change", "1", "relative volume change of the reaction with the metal", -1.0, 10.0),
    # storage
    _positive("specific_capacity", "C/kg", "charge per mass"),
    _positive("volumetric_capacity", "C/m3", "charge per volume"),
    _positive("open_circuit_voltage", "V", "U(x); the number is at mid-range of the fit", law=FractionSeries),
    _positive("maximum_concentration", "mol/m3", "lithium in the fully lithiated active material"),
    _positive("solid_diffusivity", "m2/s", "lithium diffusivity in the active material or alloy"),
    PropertyDefinition("active_volume_change", "m3/mol", "volume change per mole of lithium removed (on charge)"),
    _positive("insertion_rate_constant", "A m^2.5/mol^1.5", "m of i0 = m [c_e c (c_max - c)]^0.5"),
    _positive("particle_radius", "m", "radius of the active particles"),
)

PROPERTIES: Mapping[str, PropertyDefinition] = MappingProxyType({entry.name: entry for entry in _DEFINITIONS})
"""Every property by name: SI unit, meaning, allowed range."""


def definition(name: str) -> PropertyDefinition:
    """The vocabulary entry of that name.

    Raises
    ------
    InvalidInput
        For an unknown name.
    """
    try:
        return PROPERTIES[name]
    except KeyError:
        advice = suggest(name, PROPERTIES) or "lisse.materials.PROPERTIES lists them"
        raise InvalidInput("property", name, "a property of the vocabulary", advice) from None


@dataclass(frozen=True)
class Entry:
    """One number or law from one source, with everything that is known about it.

    Parameters
    ----------
    row : str. Name of the row in the fact table; ``"given"`` for a user's number.
    law : Law. The number, or how it depends on temperature.
    unit : str. SI unit of the property.
    source : str. Citation key of ``references.bib`` (free text for a user's number).
    mark : str. One of `MARKS`.
    quoted_value : float or None. The number as the source prints it; None for a law without one.
    quoted_unit : str. Its unit.
    conditions : str. Composition, method, density, temperature: what the number belongs to.
    low, high : float or None, SI unit of the property. Spread at `temperature`.
    temperature : float, K. Where the number was measured.
    valid : (low, high) or None, K. Outside, `Material.validity_warnings` speaks up.
    bound : str. ``"lower"`` where the true value may be larger, ``"upper"`` where it may be smaller, else empty.
    via : str. Citation key of the paper where the number was read, if not `source`.
    note : str. Caveats.
    """

    row: str
    law: Law
    unit: str
    source: str
    mark: str
    quoted_value: float | None = None
    quoted_unit: str = ""
    conditions: str = ""
    low: float | None = None
    high: float | None = None
    temperature: float = REFERENCE_TEMPERATURE
    valid: tuple[float, float] | None = None
    bound: str = ""
    via: str = ""
    note: str = ""

    @property
    def quoted(self) -> str:
        """As the source prints it, with its unit, for example ``"4.6e-4 S/cm"`` or ``"> 0.25 A/cm^2"``."""
        if self.quoted_value is None:
            return self.law.text()
        sign = {"lower": "> ", "upper": "< ", "": ""}[self.bound]
        unit = "" if self.quoted_unit == "1" else self.quoted_unit
        return f"{sign}{self.quoted_value:.6g} {unit}".strip()

    def at(self, temperature: float = REFERENCE_TEMPERATURE) -> float:
        """The number in the SI unit.

        Parameters
        ----------
        temperature : float, K.
        """
        return self.law.at(temperature)

    def spread_at(self, temperature: float = REFERENCE_TEMPERATURE) -> tuple[float | None, float | None]:
        """Low and high, SI unit, carried to a temperature by the law (the relative spread is kept)."""
        if temperature == self.temperature or (self.low is None and self.high is None):
            return self.low, self.high
        here = self.law.at(self.temperature)
        scale = self.law.at(temperature) / here if here != 0.0 else 1.0
        low, high = (None if edge is None else edge * scale for edge in (self.low, self.high))
        return low, high

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        plain = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        plain["law"] = self.law.parameters()
        plain["valid"] = list(self.valid) if self.valid else None
        return plain

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Entry:
        """The entry that `to_dict` described."""
        given = dict(plain)
        given["law"] = law_from_parameters(given["law"])
        given["valid"] = tuple(given["valid"]) if given.get("valid") else None
        return cls(**given)


@dataclass(frozen=True)
class Property:
    """A property with its sources side by side; `choice` is the row in use.

    Parameters
    ----------
    name : str. A name of `PROPERTIES`.
    unit : str. SI unit.
    entries : tuple of Entry. At least one; rows are unique.
    choice : str. Row of the entry in use.
    """

    name: str
    unit: str
    entries: tuple[Entry, ...]
    choice: str

    def __post_init__(self) -> None:
        meant = definition(self.name)
        if self.unit != meant.unit:
            raise InvalidInput(f"unit of {self.name}", self.unit, meant.unit)
        rows = [entry.row for entry in self.entries]
        twice = sorted({row for row in rows if rows.count(row) > 1})
        if twice:
            raise InvalidInput(f"rows of {self.name}", twice, "each row once", "Add a letter: LLZO-T6a, LLZO-T6b")
        if self.choice not in rows:
            raise InvalidInput(f"choice of {self.name}", self.choice, ", ".join(rows), suggest(self.choice, rows))
        for entry in self.entries:
            _check_entry(meant, entry)

    @property
    def chosen(self) -> Entry:
        """The entry in use."""
        return next(entry for entry in self.entries if entry.row == self.choice)

    def choose(self, row_or_source: str) -> Property:
        """The same property with another entry in use.

        Parameters
        ----------
        row_or_source : str. A row, or a citation key that only one entry has.

        Raises
        ------
        InvalidInput
            When no entry, or more than one, fits.
        """
        rows = [entry.row for entry in self.entries]
        if row_or_source in rows:
            return dataclasses.replace(self, choice=row_or_source)
        same = [entry.row for entry in self.entries if entry.source == row_or_source]
        if len(same) == 1:
            return dataclasses.replace(self, choice=same[0])
        if same:
            raise InvalidInput(f"source of {self.name}", row_or_source, f"one of its rows: {', '.join(same)}")
        known = sorted({*rows, *(entry.source for entry in self.entries)})
        raise InvalidInput(f"source of {self.name}", row_or_source, ", ".join(known), suggest(row_or_source, known))

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        entries = [entry.to_dict() for entry in self.entries]
        return {"name": self.name, "unit": self.unit, "choice": self.choice, "entries": entries}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Property:
        """The property that `to_dict` described."""
        entries = tuple(Entry.from_dict(entry) for entry in plain["entries"])
        return cls(plain["name"], plain["unit"], entries, plain["choice"])


def _check_entry(meant: PropertyDefinition, entry: Entry) -> None:
    what = f"{meant.name}, row {entry.row}"
    if entry.unit != meant.unit:
        raise InvalidInput(f"unit of {what}", entry.unit, meant.unit)
    if entry.mark not in MARKS:
        raise InvalidInput(f"mark of {what}", entry.mark, ", ".join(MARKS))
    if entry.bound not in ("", "lower", "upper"):
        raise InvalidInput(f"bound of {what}", entry.bound, "lower or upper")
    if meant.law is not None and not isinstance(entry.law, meant.law):
        raise InvalidInput(f"law of {what}", entry.law.kind, f"a law of the kind {meant.law.kind!r}")
    if meant.law is None and isinstance(entry.law, (NortonCreep, FractionSeries)):
        raise InvalidInput(f"law of {what}", entry.law.kind, "a law that gives one number at a temperature")
    value = entry.law.at(entry.temperature)
    meant.check(value, what)
    slack = 1e-9 * abs(value)
    for side, edge, right in (("low", entry.low, -1), ("high", entry.high, 1)):
        if edge is None:
            continue
        meant.check(edge, f"{side} of {what}")
        if (edge - value) * right < -slack:
            raise InvalidInput(
                f"{side} of {what}", edge, f"low <= value <= high; the value is {value:.6g} {meant.unit}"
            )
    if entry.valid is not None and not 0 < entry.valid[0] < entry.valid[1]:
        raise InvalidInput(f"valid of {what}", list(entry.valid), "two rising temperatures")
