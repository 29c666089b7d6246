"""The quantities of a case that can be varied: what each is called, how it is written, and what changing it means.

A map, and later a sweep, takes its axes from here. An axis changes a cell and a protocol into another cell and
protocol, so that every model can follow it.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from lisse.cell import Cell
from lisse.errors import InvalidInput, suggest
from lisse.materials import Material
from lisse.models.inputs import at_temperature
from lisse.protocol import Protocol
from lisse.units import QUANTITIES, Quantity, parse_quantity

__all__ = ["AXES", "Axis", "Span", "axis", "parse_span"]

Changed: TypeAlias = tuple[Cell, Protocol]


@dataclass(frozen=True)
class Axis:
    """One quantity that can be varied.

    Attributes
    ----------
    quantity : Quantity
        Name, SI unit, words and display unit.
    change : callable
        Cell, protocol and SI value to the changed cell and protocol.
    material_property : str
        The electrolyte property that it is, if it is one: library materials can be drawn along it.
    """

    quantity: Quantity
    change: Callable[[Cell, Protocol, float], Changed]
    material_property: str = ""

    @property
    def name(self) -> str:
        """Name of the quantity."""
        return self.quantity.name

    @property
    def label(self) -> str:
        """Words and unit as on the axis of a plot, ``"Stack pressure / MPa"``."""
        unit = self.quantity.display_unit
        return f"{self.quantity.long_name}{f' / {unit}' if unit else ''}"


@dataclass(frozen=True, eq=False)
class Span:
    """An axis with its values.

    Attributes
    ----------
    axis : Axis
    values : (n,) array, unit of the quantity (SI)
        Finite and rising, two or more; kept as a copy that cannot be written to.
    logarithmic : bool
        Whether they are drawn in the logarithm; then all lie above zero.

    Raises
    ------
    InvalidInput
        For values that are no such array.
    """

    axis: Axis
    values: NDArray[np.float64]
    logarithmic: bool

    def __post_init__(self) -> None:
        """Check the values and freeze them."""
        if not isinstance(self.axis, Axis):
            raise InvalidInput("axis", type(self.axis).__name__, "an Axis, such as lisse.study.axis('temperature')")
        what = f"values of {self.axis.name}"
        try:
            values = np.array(self.values, dtype=float)
        except (TypeError, ValueError):
            raise InvalidInput(what, self.values, "numbers") from None
        if values.ndim != 1 or values.size < 2:
            raise InvalidInput(what, f"an array of shape {values.shape}", "two or more numbers in a row")
        if not np.isfinite(values).all() or not (np.diff(values) > 0.0).all():
            raise InvalidInput(what, values.tolist(), "finite numbers that rise")
        if self.logarithmic and values[0] <= 0.0:
            raise InvalidInput(what, float(values[0]), "numbers above zero on a logarithmic axis")
        values.flags.writeable = False
        object.__setattr__(self, "values", values)

    @property
    def shown(self) -> NDArray[np.float64]:
        """The values in the display unit.

        Returns
        -------
        (n,) array, display unit of the quantity
        """
        return np.asarray(self.axis.quantity.shown(self.values))

    def written(self, index: int) -> str:
        """One value with its unit, such as ``"3 MPa"``."""
        return f"{self.shown[index]:.4g} {self.axis.quantity.display_unit}".strip()


def axis(name: str) -> Axis:
    """The axis of that name; hyphens count as underscores.

    Parameters
    ----------
    name : str

    Returns
    -------
    Axis

    Raises
    ------
    InvalidInput
        For a name that is none.
    """
    if not isinstance(name, str):
        raise InvalidInput("quantity of an axis", name, ", ".join(AXES))
    plain = name.strip().replace("-", "_")
    if plain not in AXES:
        advice = suggest(plain[:80], AXES)
        raise InvalidInput("quantity of an axis", name, ", ".join(AXES), advice)
    return AXES[plain]


def parse_span(text: str, points: int) -> Span:
    """An axis as written on the command line, ``"stack_pressure=0.1 MPa..30 MPa"`` or ``"...=0.1..30 MPa"``.

    Values are evenly spaced in the logarithm where the last is more than five times the first.

    Parameters
    ----------
    text : str
    points : int
        Number of values, 2 to 1000.

    Returns
    -------
    Span

    Raises
    ------
    InvalidInput
        For an unknown quantity, a unit that does not fit, or a range that does not rise.
    """
    points = _count(points)
    if not isinstance(text, str):
        raise InvalidInput("axis", text, _FORM)
    name, separator, span = text.partition("=")
    low_text, dots, high_text = span.strip().strip("\"'").partition("..")
    if not separator or not dots:
        raise InvalidInput("axis", text, _FORM)
    found = axis(name)
    unit = found.quantity.unit
    high = parse_quantity(high_text.strip(), _written(unit), name)
    low = _low(low_text.strip(), high_text.strip(), _written(unit), name)
    if not low < high:
        raise InvalidInput(name, span, "LOW..HIGH with LOW below HIGH")
    logarithmic = low > 0.0 and high > 5.0 * low
    values = np.geomspace(low, high, points) if logarithmic else np.linspace(low, high, points)
    return Span(found, values, logarithmic)


_FORM = 'QUANTITY=LOW..HIGH, such as stack_pressure="0.1..30 MPa"'


def _count(points: object) -> int:
    """A number of points, checked."""
    allowed = "a whole number from 2 to 1000"
    if isinstance(points, (bool, np.bool_)):
        raise InvalidInput("points", points, allowed)
    try:
        count = operator.index(points)  # type: ignore[arg-type]
    except TypeError:
        raise InvalidInput("points", points, allowed) from None
    if not 2 <= count <= 1000:
        raise InvalidInput("points", points, allowed)
    return count


def _low(text: str, high: str, unit: str, name: str) -> float:
    """The lower end; where it has no unit of its own, that of the upper end."""
    try:
        float(text)
    except ValueError:
        return parse_quantity(text, unit, name)
    words = re.sub(r"^[-+]?[\d.]+([eE][-+]?\d+)?", "", high).strip()
    return parse_quantity(f"{text} {words}".strip(), unit, name)


def _written(unit: str) -> str:
    """An SI unit of the vocabulary as `parse_quantity` takes it."""
    return unit.replace("m2", "m^2").replace("m3", "m^3")


# -- what changing a quantity means --------------------------------------------------------------------------------


# Plain functions with the name of what they change in front: an axis travels to worker processes.


def _change_cell(path: str, cell: Cell, protocol: Protocol, value: float) -> Changed:
    return cell.replace(**{path: value}), protocol


def _change_electrolyte(property: str, cell: Cell, protocol: Protocol, value: float) -> Changed:
    material = cell.electrolyte.material.with_value(property, value, "axis of the study")
    return cell.replace(electrolyte__material=material), protocol


def _change_metal(property: str, cell: Cell, protocol: Protocol, value: float) -> Changed:
    """Of both electrodes, where they are of one metal."""
    material = cell.working.material.with_value(property, value, "axis of the study")
    same = getattr(cell.counter, "material", None) == cell.working.material
    changes: dict[str, Any] = {"working__material": material} | ({"counter__material": material} if same else {})
    return cell.replace(**changes), protocol


def _temperature(cell: Cell, protocol: Protocol, value: float) -> Changed:
    """Numbers of the interface that are the library's follow their law to the new temperature."""
    return at_temperature(cell, value), protocol


def _flaw_length(cell: Cell, protocol: Protocol, value: float) -> Changed:
    """All flaws of that length."""
    _needs_flaws("flaw_length", cell)
    return cell.replace(electrolyte__flaws__mean_length=value, electrolyte__flaws__spread=0.0), protocol


def _flaw_focusing(cell: Cell, protocol: Protocol, value: float) -> Changed:
    _needs_flaws("flaw_focusing", cell)
    return cell.replace(electrolyte__flaws__focusing=value), protocol


def _interlayer(field: str, cell: Cell, protocol: Protocol, value: float) -> Changed:
    _needs_interlayer(f"interlayer_{field}", cell)
    return cell.replace(**{f"interface__interlayer__{field}": value}), protocol


def _interlayer_material(property: str, name: str, cell: Cell, protocol: Protocol, value: float) -> Changed:
    """A Young's modulus takes the place of the shear modulus too, which follows from it and from Poisson's ratio."""
    material = _needs_interlayer(name, cell)
    if property == "youngs_modulus":
        if not material.has("poisson_ratio"):
            advice = "Give a poisson_ratio of the interlayer"
            raise InvalidInput(name, value, "an interlayer whose Poisson's ratio is known", advice)
        ratio = material.value("poisson_ratio", cell.temperature)
        shear = value / (2.0 * (1.0 + ratio))
        material = material.with_value("shear_modulus", shear, "axis of the study")
    material = material.with_value(property, value, "axis of the study")
    return cell.replace(interface__interlayer__material=material), protocol


def _needs_interlayer(name: str, cell: Cell) -> Material:
    layer = cell.interface.interlayer
    if layer is None:
        raise InvalidInput(name, None, "a case with an interlayer", "Add a table [cell.interface.interlayer]")
    return layer.material


def _needs_flaws(name: str, cell: Cell) -> None:
    if cell.electrolyte.flaws is None:
        raise InvalidInput(name, None, "a case with flaws", "Add a table [cell.electrolyte.flaws]")


def _lithium_thickness(cell: Cell, protocol: Protocol, value: float) -> Changed:
    """Of both electrodes, where both are metal and alike."""
    alike = getattr(cell.counter, "thickness", None) == cell.working.thickness
    changes = {"working__thickness": value} | ({"counter__thickness": value} if alike else {})
    return cell.replace(**changes), protocol


def _current_density(cell: Cell, protocol: Protocol, value: float) -> Changed:
    return cell, protocol.with_largest_current(value)


def _half_cycle_charge(cell: Cell, protocol: Protocol, value: float) -> Changed:
    return cell, protocol.with_largest_half_cycle(value)


def _rows() -> tuple[Axis, ...]:
    def own(name: str, unit: str, words: str, shown: str, factor: float) -> Quantity:
        return Quantity(name, unit, words, shown, factor)

    return (
        Axis(QUANTITIES["stack_pressure"], partial(_change_cell, "stack__pressure")),
        Axis(
            own("forming_pressure", "Pa", "Forming pressure", "MPa", 1e-6),
            partial(_change_cell, "stack__forming_pressure"),
        ),
        Axis(QUANTITIES["current_density"], _current_density),
        Axis(
            own("half_cycle_charge", "C/m2", "Charge per half-cycle", "mAh/cm2", 1 / 36000.0),
            _half_cycle_charge,
        ),
        Axis(QUANTITIES["temperature"], _temperature),
        Axis(
            own("electrolyte_thickness", "m", "Electrolyte thickness", "um", 1e6),
            partial(_change_cell, "electrolyte__thickness"),
        ),
        Axis(own("lithium_thickness", "m", "Lithium thickness", "um", 1e6), _lithium_thickness),
        Axis(own("flaw_length", "m", "Flaw length", "um", 1e6), _flaw_length),
        Axis(own("flaw_focusing", "1", "Current focusing at flaws", "", 1.0), _flaw_focusing),
        Axis(own("pore_radius", "m", "Pore radius", "um", 1e6), partial(_change_cell, "electrolyte__pore_radius")),
        Axis(
            own("grain_boundary_resistance", "ohm m2", "Grain-boundary resistance", "ohm cm2", 1e4),
            partial(_change_cell, "electrolyte__grain_boundary_resistance"),
        ),
        Axis(
            own("interface_resistance", "ohm m2", "Interface resistance", "ohm cm2", 1e4),
            partial(_change_cell, "interface__resistance"),
        ),
        Axis(
            own("exchange_current_density", "A/m2", "Exchange current density", "mA/cm2", 0.1),
            partial(_change_cell, "interface__exchange_current_density"),
        ),
        Axis(
            own("contact_hardness", "Pa", "Contact hardness", "MPa", 1e-6),
            partial(_change_cell, "interface__contact_hardness"),
        ),
        Axis(
            own("void_closure_coefficient", "A/m2/Pa", "Void closure coefficient", "mA/cm2/MPa", 1e5),
            partial(_change_cell, "interface__void_closure_coefficient"),
        ),
        Axis(
            own("small_scale_strength_factor", "1", "Small-scale strength factor", "", 1.0),
            partial(_change_cell, "interface__small_scale_strength_factor"),
        ),
        Axis(
            own("void_density", "1/m2", "Void density", "1/um2", 1e-12),
            partial(_change_cell, "interface__void_density"),
        ),
        *(
            Axis(quantity, partial(_change_electrolyte, quantity.name), material_property=quantity.name)
            for quantity in (
                own("grain_size", "m", "Grain size", "um", 1e6),
                own("shear_modulus", "Pa", "Shear modulus of the electrolyte", "GPa", 1e-9),
                own("youngs_modulus", "Pa", "Young's modulus of the electrolyte", "GPa", 1e-9),
                own("poisson_ratio", "1", "Poisson's ratio of the electrolyte", "", 1.0),
                own("molar_volume_ratio", "1", "Molar-volume ratio of Li+", "", 1.0),
                own("fracture_toughness", "Pa m^0.5", "Fracture toughness", "MPa m^0.5", 1e-6),
                own("ionic_conductivity", "S/m", "Ionic conductivity", "mS/cm", 10.0),
                own("electronic_conductivity", "S/m", "Electronic conductivity", "S/cm", 0.01),
                own("transference_number", "1", "Transference number", "", 1.0),
                own("salt_concentration", "mol/m3", "Salt concentration", "mol/L", 1e-3),
                own("salt_diffusivity", "m2/s", "Salt diffusivity", "cm2/s", 1e4),
                own("interphase_rate_constant", "m2/s", "Interphase rate constant", "nm2/s", 1e18),
            )
        ),
        Axis(
            own("surface_energy", "J/m2", "Surface energy of the metal", "J/m2", 1.0),
            partial(_change_metal, "surface_energy"),
        ),
        Axis(
            own("metal_shear_modulus", "Pa", "Shear modulus of the metal", "GPa", 1e-9),
            partial(_change_metal, "shear_modulus"),
        ),
        Axis(QUANTITIES["area"], partial(_change_cell, "area")),
        Axis(
            own("contact_angle", "rad", "Contact angle", "deg", 180.0 / math.pi),
            partial(_change_cell, "interface__contact_angle"),
        ),
        Axis(own("interlayer_thickness", "m", "Interlayer thickness", "nm", 1e9), partial(_interlayer, "thickness")),
        Axis(own("interlayer_flaw_length", "m", "Interlayer flaws", "nm", 1e9), partial(_interlayer, "flaw_length")),
        *(
            Axis(
                own(f"interlayer_{name}", unit, f"Interlayer {words}", shown, factor),
                partial(_interlayer_material, property, f"interlayer_{name}"),
            )
            for name, property, unit, words, shown, factor in (
                ("modulus", "youngs_modulus", "Pa", "Young's modulus", "GPa", 1e-9),
                ("conductivity", "ionic_conductivity", "S/m", "ionic conductivity", "mS/cm", 10.0),
                ("diffusivity", "solid_diffusivity", "m2/s", "lithium diffusivity", "cm2/s", 1e4),
                ("toughness", "fracture_toughness", "Pa m^0.5", "fracture toughness", "MPa m^0.5", 1e-6),
                ("electronic_conductivity", "electronic_conductivity", "S/m", "electronic conductivity", "S/cm", 0.01),
            )
        ),
    )


AXES: Mapping[str, Axis] = MappingProxyType({found.name: found for found in _rows()})
"""Every quantity that can be an axis, by name."""
