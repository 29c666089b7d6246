"""Laws: how a property depends on temperature, stress or lithium fraction.

Small frozen objects that hold SI numbers and answer ``.at(temperature)``. Each law can be written as plain data
(`Law.parameters`) and made again from it (`law_from_parameters`). Reading units from a library file is done in
``reading.py``; who measured what is in ``property.py``.
"""

from __future__ import annotations

import abc
import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from lisse.errors import InvalidInput, suggest
from lisse.units import FARADAY, GAS_CONSTANT

__all__ = [
    "LAWS",
    "REFERENCE_STRAIN_RATE",
    "REFERENCE_TEMPERATURE",
    "Arrhenius",
    "Constant",
    "FractionSeries",
    "Law",
    "NortonCreep",
    "Sum",
    "Table",
    "VogelFulcherTammann",
    "law_from_parameters",
]

REFERENCE_TEMPERATURE = 298.15
"""K. Where a number is asked for without a temperature."""
REFERENCE_STRAIN_RATE = 1e-3
"""1/s. Strain rate at which a creep law is shown as one number, the usual rate of a tensile test."""


class Law(abc.ABC):
    """Interface of all laws."""

    kind: ClassVar[str]

    @abc.abstractmethod
    def at(self, temperature: float) -> float:
        """The property at a temperature, in its SI unit.

        Parameters
        ----------
        temperature : float, K. Absolute temperature.
        """

    @abc.abstractmethod
    def parameters(self) -> dict[str, Any]:
        """Plain data (SI numbers, text and lists) from which `law_from_parameters` makes the same law."""

    @abc.abstractmethod
    def text(self) -> str:
        """The law in a few words, for tables."""


@dataclass(frozen=True)
class Constant(Law):
    """The same number at every temperature.

    Parameters
    ----------
    value : float, SI unit of the property.
    """

    value: float
    kind: ClassVar[str] = "constant"

    def __post_init__(self) -> None:
        _finite(self.value, "value")

    def at(self, temperature: float) -> float:
        """The number; the temperature must only be physical."""
        _kelvin(temperature)
        return self.value

    def parameters(self) -> dict[str, Any]:
        """Plain data."""
        return {"kind": self.kind, "value": self.value}

    def text(self) -> str:
        """No law to describe."""
        return ""


_FORMS = ("sigma", "sigma T", "resistance")


@dataclass(frozen=True)
class Arrhenius(Law):
    """Thermally activated through one known point.

    ::

        form "sigma"       y = y_ref exp[-(Q/R)(1/T - 1/T_ref)]
        form "sigma T"     y T = y_ref T_ref exp[-(Q/R)(1/T - 1/T_ref)]
        form "resistance"  y = y_ref exp[+(Q/R)(1/T - 1/T_ref)]

    Parameters
    ----------
    value : float, SI unit of the property. Value at the reference temperature.
    activation_energy : float, J/mol. Not negative.
    reference_temperature : float, K.
    form : str. One of the three above.
    """

    value: float
    activation_energy: float
    reference_temperature: float = REFERENCE_TEMPERATURE
    form: str = "sigma"
    kind: ClassVar[str] = "arrhenius"

    def __post_init__(self) -> None:
        _finite(self.value, "value")
        _not_negative(self.activation_energy, "activation_energy")
        _kelvin(self.reference_temperature, "reference_temperature")
        if self.form not in _FORMS:
            raise InvalidInput("form", self.form, ", ".join(_FORMS), suggest(str(self.form), _FORMS))

    def at(self, temperature: float) -> float:
        """The property at a temperature."""
        _kelvin(temperature)
        exponent = self.activation_energy / GAS_CONSTANT * (1 / self.reference_temperature - 1 / temperature)
        if self.form == "resistance":
            exponent = -exponent
        scale = self.reference_temperature / temperature if self.form == "sigma T" else 1.0
        return self.value * scale * math.exp(exponent)

    def parameters(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "kind": self.kind,
            "value": self.value,
            "activation_energy": self.activation_energy,
            "reference_temperature": self.reference_temperature,
            "form": self.form,
        }

    def text(self) -> str:
        """Activation energy in eV and the form where it is not the plain one."""
        form = "" if self.form == "sigma" else f" ({self.form})"
        return f"Ea {self.activation_energy / FARADAY:.3g} eV{form}"


@dataclass(frozen=True)
class VogelFulcherTammann(Law):
    """Transport in a polymer above its glass transition: y = A exp[-B/(T - T0)].

    Parameters
    ----------
    prefactor : float, SI unit of the property.
    pseudo_activation : float, K. B.
    ideal_temperature : float, K. T0; the law holds above it.
    """

    prefactor: float
    pseudo_activation: float
    ideal_temperature: float
    kind: ClassVar[str] = "vtf"

    def __post_init__(self) -> None:
        _finite(self.prefactor, "prefactor")
        _not_negative(self.pseudo_activation, "pseudo_activation")
        _kelvin(self.ideal_temperature, "ideal_temperature")

    def at(self, temperature: float) -> float:
        """The property at a temperature above T0."""
        _kelvin(temperature)
        if temperature <= self.ideal_temperature:
            raise InvalidInput("temperature", temperature, f"above T0 = {self.ideal_temperature:g} K of the VTF law")
        return self.prefactor * math.exp(-self.pseudo_activation / (temperature - self.ideal_temperature))

    def parameters(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "kind": self.kind,
            "prefactor": self.prefactor,
            "pseudo_activation": self.pseudo_activation,
            "ideal_temperature": self.ideal_temperature,
        }

    def text(self) -> str:
        """B and T0."""
        return f"VTF, B {self.pseudo_activation:.4g} K, T0 {self.ideal_temperature:.4g} K"


_INTERPOLATIONS = ("linear", "arrhenius")


@dataclass(frozen=True)
class Table(Law):
    """Measured points, interpolated and never extrapolated.

    Parameters
    ----------
    temperatures : (n,) tuple, K. Rising.
    values : (n,) tuple, SI unit of the property.
    interpolation : str. ``"linear"`` in T, or ``"arrhenius"``: ln y linear in 1/T (all values above zero).
    """

    temperatures: tuple[float, ...]
    values: tuple[float, ...]
    interpolation: str = "linear"
    kind: ClassVar[str] = "table"

    def __post_init__(self) -> None:
        if len(self.temperatures) != len(self.values) or len(self.values) < 2:
            raise InvalidInput(
                "values", len(self.values), f"two points or more, as many as temperatures ({len(self.temperatures)})"
            )
        for temperature, value in zip(self.temperatures, self.values, strict=True):
            _kelvin(temperature, "temperatures")
            _finite(value, "values")
        if any(b <= a for a, b in zip(self.temperatures, self.temperatures[1:], strict=False)):
            raise InvalidInput("temperatures", list(self.temperatures), "rising temperatures")
        if self.interpolation not in _INTERPOLATIONS:
            raise InvalidInput("interpolation", self.interpolation, ", ".join(_INTERPOLATIONS))
        if self.interpolation == "arrhenius" and min(self.values) <= 0:
            raise InvalidInput("values", min(self.values), "values above zero where the interpolation is arrhenius")

    def at(self, temperature: float) -> float:
        """The interpolated property.

        Raises
        ------
        InvalidInput
            Outside the table.
        """
        _kelvin(temperature)
        first, last = self.temperatures[0], self.temperatures[-1]
        if not first <= temperature <= last:
            advice = "The table is not extrapolated; choose another source for this property"
            raise InvalidInput("temperature", temperature, f"{first:g} to {last:g} K, the range of the table", advice)
        left = min(bisect_right(self.temperatures, temperature), len(self.values) - 1) - 1
        (t0, t1), (y0, y1) = self.temperatures[left : left + 2], self.values[left : left + 2]
        if self.interpolation == "linear":
            return y0 + (y1 - y0) * (temperature - t0) / (t1 - t0)
        weight = (1 / temperature - 1 / t0) / (1 / t1 - 1 / t0)
        return math.exp((1 - weight) * math.log(y0) + weight * math.log(y1))

    def parameters(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "kind": self.kind,
            "temperatures": list(self.temperatures),
            "values": list(self.values),
            "interpolation": self.interpolation,
        }

    def text(self) -> str:
        """Range of the table."""
        first, last = (t - 273.15 for t in (self.temperatures[0], self.temperatures[-1]))
        return f"table, {first:.4g} to {last:.4g} degC"


@dataclass(frozen=True)
class Sum(Law):
    """Several mechanisms side by side, y = sum of the parts.

    Parameters
    ----------
    parts : tuple of Law.
    """

    parts: tuple[Law, ...]
    kind: ClassVar[str] = "sum"

    def __post_init__(self) -> None:
        if not self.parts:
            raise InvalidInput("parts", [], "at least one law")

    def at(self, temperature: float) -> float:
        """The sum at a temperature."""
        return math.fsum(part.at(temperature) for part in self.parts)

    def parameters(self) -> dict[str, Any]:
        """Plain data."""
        return {"kind": self.kind, "parts": [part.parameters() for part in self.parts]}

    def text(self) -> str:
        """The parts."""
        return " + ".join(part.text() for part in self.parts)


@dataclass(frozen=True)
class NortonCreep(Law):
    """Steady power-law creep: rate = A (s/s0)^n exp(-Q/RT).

    The form ``(s/S)^n exp(-Q/RT)`` with S in Pa s^(1/n) is the same law with A = 1 1/s and s0 = S. Without an
    activation energy the law holds at the temperature of the test only; the entry then states that range.

    Parameters
    ----------
    reference_rate : float, 1/s. A.
    reference_stress : float, Pa. s0.
    exponent : float. n, at least 1.
    activation_energy : float, J/mol. Q; 0 where it was not measured.
    """

    reference_rate: float
    reference_stress: float
    exponent: float
    activation_energy: float = 0.0
    kind: ClassVar[str] = "norton-creep"

    def __post_init__(self) -> None:
        _positive(self.reference_rate, "reference_rate")
        _positive(self.reference_stress, "reference_stress")
        _not_negative(self.activation_energy, "activation_energy")
        if not (math.isfinite(self.exponent) and self.exponent >= 1):
            raise InvalidInput("exponent", self.exponent, "1 or more")

    def prefactor(self, temperature: float) -> float:
        """P(T), 1/s/Pa^n, so that rate = P s^n."""
        _kelvin(temperature)
        thermal = self.activation_energy / (GAS_CONSTANT * temperature)
        return self.reference_rate * math.exp(-thermal - self.exponent * math.log(self.reference_stress))

    def rate(self, stress: float, temperature: float) -> float:
        """Strain rate, 1/s, under a uniaxial stress (Pa, not negative)."""
        _not_negative(stress, "stress")
        return float(self.prefactor(temperature) * stress**self.exponent)

    def flow_stress(self, strain_rate: float, temperature: float) -> float:
        """Uniaxial stress, Pa, that gives a strain rate (1/s, above zero)."""
        _positive(strain_rate, "strain_rate")
        _kelvin(temperature)
        thermal = self.activation_energy / (GAS_CONSTANT * temperature)
        return self.reference_stress * math.exp((math.log(strain_rate / self.reference_rate) + thermal) / self.exponent)

    def at(self, temperature: float) -> float:
        """Flow stress, Pa, at `REFERENCE_STRAIN_RATE`: the one number by which creep laws are compared."""
        return self.flow_stress(REFERENCE_STRAIN_RATE, temperature)

    def parameters(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "kind": self.kind,
            "reference_rate": self.reference_rate,
            "reference_stress": self.reference_stress,
            "exponent": self.exponent,
            "activation_energy": self.activation_energy,
        }

    def text(self) -> str:
        """The law with its numbers."""
        if self.reference_rate == 1.0:
            law = f"(s / {self.reference_stress:.3g} Pa s^(1/n))^n"
        else:
            law = f"{self.reference_rate:.3g} 1/s (s / {self.reference_stress * 1e-6:.3g} MPa)^n"
        thermal = f" exp(-{self.activation_energy * 1e-3:.3g} kJ/mol / RT)" if self.activation_energy else ""
        return f"rate = {law}{thermal}, n {self.exponent:.4g}"


@dataclass(frozen=True)
class FractionSeries(Law):
    """Open-circuit voltage against lithium: U(x) = c + m x + sum a tanh[k (x - x0)] + sum b exp[k (x - x0)].

    Parameters
    ----------
    constant : float, V.
    slope : float, V.
    tanh : tuple of (a, k, x0). V, 1, 1.
    exponentials : tuple of (b, k, x0). V, 1, 1.
    range : (low, high). Lithium fractions between which the fit holds.
    """

    constant: float
    slope: float
    tanh: tuple[tuple[float, float, float], ...]
    exponentials: tuple[tuple[float, float, float], ...]
    range: tuple[float, float]
    kind: ClassVar[str] = "tanh-series"

    def __post_init__(self) -> None:
        for number in (self.constant, self.slope, *(n for term in (*self.tanh, *self.exponentials) for n in term)):
            _finite(number, "terms")
        if any(len(term) != 3 for term in (*self.tanh, *self.exponentials)):
            raise InvalidInput("terms", None, "three numbers each: size, steepness, centre")
        if len(self.range) != 2 or not 0 <= self.range[0] < self.range[1] <= 1:
            raise InvalidInput("range", list(self.range), "two lithium fractions, rising, within 0 to 1")

    def evaluate(self, lithium_fraction: float) -> float:
        """Voltage, V, against lithium metal.

        Parameters
        ----------
        lithium_fraction : float. x, within `range`.

        Raises
        ------
        InvalidInput
            Outside the range of the fit.
        """
        x, (low, high) = lithium_fraction, self.range
        if not low <= x <= high:
            raise InvalidInput("lithium_fraction", x, f"{low:g} to {high:g}, the range of the fit")
        bent = math.fsum(a * math.tanh(k * (x - x0)) for a, k, x0 in self.tanh)
        decaying = math.fsum(b * math.exp(k * (x - x0)) for b, k, x0 in self.exponentials)
        return self.constant + self.slope * x + bent + decaying

    def at(self, temperature: float) -> float:
        """Voltage, V, in the middle of the range: one number for tables (no temperature dependence is known)."""
        _kelvin(temperature)
        return self.evaluate(sum(self.range) / 2)

    def parameters(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "kind": self.kind,
            "constant": self.constant,
            "slope": self.slope,
            "tanh": [list(term) for term in self.tanh],
            "exponentials": [list(term) for term in self.exponentials],
            "range": list(self.range),
        }

    def text(self) -> str:
        """Range of the fit."""
        return f"U(x), lithium fraction x {self.range[0]:g} to {self.range[1]:g}"


LAWS: Mapping[str, type[Law]] = {
    law.kind: law for law in (Constant, Arrhenius, VogelFulcherTammann, Table, Sum, NortonCreep, FractionSeries)
}
"""Every law by the name it has in files."""


def law_from_parameters(parameters: Mapping[str, Any]) -> Law:
    """The law that `Law.parameters` described.

    Raises
    ------
    InvalidInput
        For an unknown kind or parameters that do not fit it.
    """
    given = dict(parameters)
    kind = given.pop("kind", None)
    if kind not in LAWS:
        raise InvalidInput("law", kind, ", ".join(LAWS), suggest(str(kind), LAWS))
    if kind == "sum":
        given["parts"] = tuple(law_from_parameters(part) for part in given.get("parts", ()))
    try:
        return LAWS[kind](**{name: _tuples(value) for name, value in given.items()})
    except TypeError as error:
        raise InvalidInput(f"law {kind}", parameters, "the parameters of that law", str(error)) from None


def _tuples(value: Any) -> Any:
    return tuple(_tuples(item) for item in value) if isinstance(value, (list, tuple)) else value


def _finite(value: float, what: str) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise InvalidInput(what, value, "a finite number")


def _positive(value: float, what: str) -> None:
    _finite(value, what)
    if value <= 0:
        raise InvalidInput(what, value, "above zero")


def _not_negative(value: float, what: str) -> None:
    _finite(value, what)
    if value < 0:
        raise InvalidInput(what, value, "zero or more")


def _kelvin(value: float, what: str = "temperature") -> None:
    if not (math.isfinite(value) and value > 0):
        raise InvalidInput(what, value, "an absolute temperature above 0 K")
