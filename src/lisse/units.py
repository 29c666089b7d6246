"""Physical constants, the vocabulary of quantities, and unit parsing at the border.

Inside the package every number is SI. Text such as ``"0.5 mA/cm^2"`` becomes a float here and nowhere else; pint is
imported only when text with a unit is parsed. The vocabulary says, once, each quantity's name, SI unit, display unit
and sign convention; models, readers, plots and exports all use it.

Sign convention: a current density above zero moves Li+ from the counter to the working electrode, so the working
interface is plated and the counter interface is stripped. Voltage is counter minus working, so that it has the sign
of the current in a symmetric cell and rises on charge in a full cell. Stress is positive in tension, pressure in
compression.
"""

from __future__ import annotations

import functools
import math
import numbers
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from lisse.errors import InvalidInput, suggest

__all__ = [
    "BOLTZMANN",
    "ELEMENTARY_CHARGE",
    "FARADAY",
    "GAS_CONSTANT",
    "LITHIUM_MOLAR_VOLUME",
    "QUANTITIES",
    "Quantity",
    "convert",
    "duration",
    "format_quantity",
    "parse_quantity",
    "quantity",
]

FARADAY = 96485.33212
"""C/mol (CODATA 2018)."""
GAS_CONSTANT = 8.314462618
"""J/mol/K (CODATA 2018)."""
BOLTZMANN = 1.380649e-23
"""J/K (exact)."""
ELEMENTARY_CHARGE = 1.602176634e-19
"""C (exact)."""
LITHIUM_MOLAR_VOLUME = 13.0e-6
"""m3/mol, lithium metal at room temperature (row LI-1 of the materials library)."""


@dataclass(frozen=True)
class Quantity:
    """One entry of the vocabulary: a name, its SI unit, and how people write it.

    ``display_factor`` turns an SI number into the display unit: shown = SI x factor + offset.
    """

    name: str
    unit: str
    long_name: str
    display_unit: str
    display_factor: float = 1.0
    display_offset: float = 0.0
    sign: str = ""

    def shown(self, value: Any) -> Any:
        """The SI number or array in the display unit."""
        return value * self.display_factor + self.display_offset


def _vocabulary() -> dict[str, Quantity]:
    rows = (
        ("time", "s", "Time", "h", 1 / 3600.0, 0.0, "from the start of the protocol"),
        ("current_density", "A/m2", "Current density", "mA/cm2", 0.1, 0.0, "positive: the working electrode is plated"),
        ("voltage", "V", "Cell voltage", "mV", 1e3, 0.0, "counter minus working electrode"),
        ("charge", "C/m2", "Areal charge", "mAh/cm2", 1 / 36000.0, 0.0, "sign of the current"),
        ("stack_pressure", "Pa", "Stack pressure", "MPa", 1e-6, 0.0, "positive in compression"),
        ("temperature", "K", "Temperature", "degC", 1.0, -273.15, ""),
        ("contact_fraction", "1", "Contact fraction", "", 1.0, 0.0, "1 is full contact"),
        ("void_height", "m", "Void volume per area", "um", 1e6, 0.0, ""),
        ("interphase_thickness", "m", "Interphase thickness", "nm", 1e9, 0.0, ""),
        ("overpotential", "V", "Overpotential", "mV", 1e3, 0.0, "sign of the current"),
        ("ohmic_drop", "V", "Ohmic drop", "mV", 1e3, 0.0, "sign of the current"),
        ("charge_transfer_drop", "V", "Charge-transfer drop", "mV", 1e3, 0.0, "sign of the current"),
        ("film_drop", "V", "Interface-film drop", "mV", 1e3, 0.0, "sign of the current"),
        ("constriction_drop", "V", "Constriction drop", "mV", 1e3, 0.0, "sign of the current"),
        ("concentration_drop", "V", "Concentration drop", "mV", 1e3, 0.0, "sign of the current"),
        ("stress_drop", "V", "Drop by stress", "mV", 1e3, 0.0, "positive: the working electrode is squeezed more"),
        ("open_circuit_voltage", "V", "Open-circuit voltage", "V", 1.0, 0.0, "against lithium metal"),
        ("area_resistance", "ohm m2", "Area-specific resistance", "ohm cm2", 1e4, 0.0, ""),
        ("largest_local_current_density", "A/m2", "Largest local current density", "mA/cm2", 0.1, 0.0, "magnitude"),
        ("local_current_density", "A/m2", "Local current density", "mA/cm2", 0.1, 0.0, "positive: metal grows there"),
        ("contact_pressure", "Pa", "Contact pressure", "MPa", 1e-6, 0.0, "positive in compression"),
        ("flaw_length", "m", "Flaw length", "um", 1e6, 0.0, ""),
        ("plating_pressure", "Pa", "Pressure of plated lithium", "MPa", 1e-6, 0.0, "positive in compression"),
        ("lithium_thickness", "m", "Lithium thickness", "um", 1e6, 0.0, ""),
        ("dead_lithium_thickness", "m", "Dead lithium", "um", 1e6, 0.0, "cut off from its electrode"),
        ("position", "m", "Distance from the working electrode", "um", 1e6, 0.0, ""),
        ("salt_concentration", "mol/m3", "Salt concentration", "mol/L", 1e-3, 0.0, ""),
        ("electrolyte_potential", "V", "Electrolyte potential", "mV", 1e3, 0.0, ""),
        ("damage", "1", "Damage", "", 1.0, 0.0, "0 sound, 1 broken"),
        ("lithium_fraction", "1", "Lithium fraction", "", 1.0, 0.0, ""),
        ("stress", "Pa", "Stress", "MPa", 1e-6, 0.0, "positive in tension; Voigt order"),
        ("displacement", "m", "Displacement", "um", 1e6, 0.0, ""),
        (
            "short_conductance",
            "S/m2",
            "Short conductance",
            "S/cm2",
            1e-4,
            0.0,
            "0 while no filament spans the electrolyte",
        ),
        ("lithium_chemical_potential", "J/mol", "Li chemical potential", "kJ/mol", 1e-3, 0.0, "against lithium metal"),
        ("electronic_leak", "A/m2", "Electronic leak", "uA/cm2", 100.0, 0.0, "sign of the current"),
        ("internal_lithium_thickness", "m", "Lithium inside the electrolyte", "nm", 1e9, 0.0, "per area of the cell"),
        ("current", "A", "Current", "mA", 1e3, 0.0, "sign of the instrument"),
        ("frequency", "Hz", "Frequency", "Hz", 1.0, 0.0, ""),
        ("spectrum_time", "s", "Time of the spectrum", "h", 1 / 3600.0, 0.0, "from the start of the protocol"),
        ("impedance_real", "ohm m2", "Impedance, real part", "ohm cm2", 1e4, 0.0, ""),
        ("impedance_imaginary", "ohm m2", "Impedance, imaginary part", "ohm cm2", 1e4, 0.0, ""),
        ("resistance", "ohm", "Resistance", "ohm", 1.0, 0.0, ""),
        ("length", "m", "Length", "um", 1e6, 0.0, ""),
        ("pressure", "Pa", "Pressure", "MPa", 1e-6, 0.0, "positive in compression"),
        ("area", "m2", "Area", "cm2", 1e4, 0.0, ""),
    )
    return {row[0]: Quantity(*row) for row in rows}


QUANTITIES: Mapping[str, Quantity] = MappingProxyType(_vocabulary())
"""The vocabulary, by name."""


def quantity(name: str) -> Quantity:
    """The vocabulary entry of that name.

    Raises
    ------
    InvalidInput
        For a name that is not in the vocabulary.
    """
    try:
        return QUANTITIES[name]
    except KeyError:
        raise InvalidInput(
            "quantity", name, "a name of the vocabulary in lisse.units", suggest(name, QUANTITIES)
        ) from None


def format_quantity(name: str, value: float | None, digits: int = 3) -> str:
    """A number of the vocabulary as people write it, such as ``"0.45 mA/cm2"``; ``None`` is ``"not resolved"``."""
    if value is None:
        return "not resolved"
    entry = quantity(name)
    shown = entry.shown(value)
    text = f"{shown:.{digits}g}"
    if "e" in text and 1.0 <= abs(shown) < 1e6:
        text = f"{float(text):.0f}"  # 1340 rather than 1.34e+03
    return f"{text} {entry.display_unit}".strip()


_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[-+]?(?:nan|inf(?:inity)?)"
_NUMBER_AND_UNIT = re.compile(rf"\s*({_NUMBER})\s*(.*?)\s*", re.IGNORECASE)
_FACTOR = r"[A-Za-zµμ°Å%][A-Za-z_µμ°]*(?:(?:\^|\*\*)[-+]?(?:[1-9](?:\.\d)?|0\.[1-9]))?"
_JOIN = r"(?:\s*[*/]\s*|\s+)"
_TERM = rf"(?:{_FACTOR}|\(\s*{_FACTOR}(?:{_JOIN}{_FACTOR})*\s*\))"
_UNIT = re.compile(rf"(?:1\s*/\s*)?{_TERM}(?:{_JOIN}{_TERM})*")
"""Names with one-digit powers not 0, joined by ``*``, ``/`` or a space: nothing that could be made to compute."""
_LONGEST = 80
_PER_PARTICLE = ("eV", "meV", "keV")
"""Units in which an energy per mole may be given: those of one ion or electron. Joules of one would be a slip."""
_SUPERSCRIPT = re.compile("⁻?[¹²³⁴]")
_POWER_WITHOUT_SIGN = re.compile(r"(?<=[A-Za-z])(?=[-+]?\d)")


def _spelled(unit: str) -> str | None:
    """The unit as pint reads it (``"mA/cm2"`` becomes ``"mA/cm^2"``), or ``None`` when it is no unit at all."""
    text = unit.strip()
    if len(text) > _LONGEST:
        return None
    text = _SUPERSCRIPT.sub(lambda power: "^" + power[0].translate(str.maketrans("⁻¹²³⁴", "-1234")), text)
    for theirs, ours in (("·", "*"), ("Ω", "ohm"), ("\u2126", "ohm"), ("°C", "degC"), ("°F", "degF")):
        text = text.replace(theirs, ours)
    text = _POWER_WITHOUT_SIGN.sub("^", text)
    if text.startswith("/"):
        text = f"1{text}"
    return text if _UNIT.fullmatch(text) else None


def duration(seconds: float) -> str:
    """A time in hours, or in minutes or seconds where hours would be awkward, such as ``"41.2 h"``."""
    if abs(seconds) >= 3600:
        return format_quantity("time", seconds)
    return f"{seconds / 60:.3g} min" if abs(seconds) >= 60 else f"{seconds:.3g} s"


def parse_quantity(text: Any, unit: str, what: str = "value") -> float:
    """Turn text with a unit into an SI float.

    Parameters
    ----------
    text : str, int or float
        ``"0.5 mA/cm^2"``; a plain number is taken only where the unit is ``"1"``. An energy per mole may be given per
        particle, ``"0.4 eV"``.
    unit : str
        The SI unit wanted, for example ``"A/m^2"``; ``"1"`` for a pure number.
    what : str
        Name for the error message.

    Returns
    -------
    float
        The number in `unit`.

    Raises
    ------
    InvalidInput
        Not text, not a number, NaN or infinite, or a unit that cannot become `unit`.

    Examples
    --------
    >>> parse_quantity("0.5 mA/cm^2", "A/m^2")
    5.0
    """
    pure = unit == "1"
    allowed = "a number" if pure else f"text with a unit of the kind of {unit!r}, such as {_example(unit)!r}"
    if pure and isinstance(text, numbers.Real) and not isinstance(text, bool):
        return _finite(_as_float(text), text, what)
    if not isinstance(text, str):
        raise InvalidInput(what, text, allowed, "" if pure else "Write the number with its unit, in quotes")
    match = _NUMBER_AND_UNIT.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None or match[2].startswith(","):
        raise InvalidInput(what, text, allowed, "Write decimals with a point" if match else "")
    number = _finite(float(match[1]), text, what)
    if unit == "J/mol" and match[2] in _PER_PARTICLE:
        return _finite(convert(number, match[2], "eV") * FARADAY, text, what)
    if match[2] and match[2] != "1":  # "5 1" is rather a slip of "5.1"
        return _finite(convert(number, match[2], unit, what=what, got=text, allowed=allowed), text, what)
    if match[2] or not pure:
        raise InvalidInput(what, text, allowed, "" if match[2] else "The unit is missing")
    return number


def convert(value: float, unit: str, to: str, *, what: str = "unit", got: Any = None, allowed: str = "") -> float:
    """Convert a number between two units.

    Powers may be written ``cm^2``, ``cm**2``, ``cm2`` or with a superscript. Degrees Celsius and Fahrenheit keep their
    offset where they stand alone; within a product they count as differences.

    Raises
    ------
    InvalidInput
        For an unknown unit or one of another kind.
    """
    import pint

    got, allowed = unit if got is None else got, allowed or f"a unit of the kind of {to!r}"
    unknown = InvalidInput(what, got, allowed, f"The unit {unit[:40]!r} is not known")
    source, target = ("dimensionless" if text == "1" else _spelled(text) for text in (unit, to))
    if source is None or target is None:
        raise unknown
    try:
        registry = _registry()
        return float(registry.Quantity(value, registry.parse_units(source)).to(target).magnitude)
    except pint.DimensionalityError:
        raise InvalidInput(what, got, allowed) from None
    except OverflowError:
        return math.inf
    except (pint.PintError, AttributeError, ValueError, TypeError, SyntaxError, AssertionError):  # pint asserts "dB m"
        raise unknown from None


def _as_float(number: numbers.Real) -> float:
    try:
        return float(number)
    except OverflowError:  # an integer beyond the floats
        return math.inf


def _finite(number: float, got: Any, what: str) -> float:
    if not math.isfinite(number):
        raise InvalidInput(what, got, "a finite number")
    return number


@functools.cache
def _registry() -> Any:
    import pint

    return pint.UnitRegistry()


_EXAMPLES = {
    "A/m^2": "0.5 mA/cm^2",
    "C/m^2": "0.25 mAh/cm^2",
    "ohm m^2": "10 ohm cm^2",
    "m": "20 um",
    "m^2": "1 cm^2",
    "Pa": "3 MPa",
    "K": "25 degC",
    "s": "1 h",
    "V": "50 mV",
    "1/m^2": "1e8 1/m^2",
    "S/m": "0.5 mS/cm",
}


def _example(unit: str) -> str:
    return _EXAMPLES.get(unit, f"1 {unit}")
