"""Names and units of the columns of a Measurement, in the words of the Battery Data Format (BDF).

A label is ``"Name / unit"``, always in an SI unit; a pure number or text has no slash; a column whose unit is not
understood keeps its numbers and ends in ``" / unit unknown"``. Which columns a file has is the business of its reader.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lisse.errors import InvalidInput
from lisse.units import convert

if TYPE_CHECKING:
    import xarray as xr

__all__ = [
    "CURRENT", "INSTRUMENT_AREA", "PRESSURE", "SET_CURRENT", "TIME", "UNKNOWN", "VOLTAGE", "Column", "bdf_dataset",
    "si_column",
]  # fmt: skip

TIME = "Test Time / s"
CURRENT = "Current / A"
VOLTAGE = "Voltage / V"
SET_CURRENT = "Set Current / A"
PRESSURE = "Applied Pressure / Pa"
UNKNOWN = "unit unknown"
INSTRUMENT_AREA = 1e-7
"""m2. 0.001 cm2: what instruments write where nobody entered an area."""

_SI_UNITS = ("s", "V", "A", "C", "J", "W", "K", "Pa", "ohm", "Hz", "F", "S", "S/m", "ohm m", "m", "m^2", "kg", "N", "1")
_COMMON: dict[str, tuple[str, float, float]] = {
    "s": ("s", 1.0, 0.0), "ms": ("s", 1e-3, 0.0), "min": ("s", 60.0, 0.0), "h": ("s", 3600.0, 0.0),
    "V": ("V", 1.0, 0.0), "mV": ("V", 1e-3, 0.0), "A": ("A", 1.0, 0.0), "mA": ("A", 1e-3, 0.0), "µA": ("A", 1e-6, 0.0),
    "C": ("C", 1.0, 0.0), "Ah": ("C", 3600.0, 0.0), "mAh": ("C", 3.6, 0.0), "A.h": ("C", 3600.0, 0.0),
    "mA.h": ("C", 3.6, 0.0), "J": ("J", 1.0, 0.0), "Wh": ("J", 3600.0, 0.0), "mWh": ("J", 3.6, 0.0),
    "W.h": ("J", 3600.0, 0.0), "W": ("W", 1.0, 0.0), "mW": ("W", 1e-3, 0.0), "K": ("K", 1.0, 0.0),
    "degC": ("K", 1.0, 273.15), "°C": ("K", 1.0, 273.15), "Pa": ("Pa", 1.0, 0.0), "kPa": ("Pa", 1e3, 0.0),
    "MPa": ("Pa", 1e6, 0.0), "bar": ("Pa", 1e5, 0.0), "ohm": ("ohm", 1.0, 0.0), "Ohm": ("ohm", 1.0, 0.0),
    "Hz": ("Hz", 1.0, 0.0), "µF": ("F", 1e-6, 0.0), "F": ("F", 1.0, 0.0), "%": ("1", 0.01, 0.0),
}  # fmt: skip
"""SI unit, factor and offset of the units that nearly every file has (to ask for them takes half a second)."""


@dataclass(frozen=True)
class Column:
    """How one column of a file becomes one of the record: SI value = number x factor + offset."""

    label: str
    factor: float = 1.0
    offset: float = 0.0

    def values(self, numbers: np.ndarray) -> np.ndarray:
        """The numbers of the file in the unit of the label."""
        return numbers if self.factor == 1.0 and self.offset == 0.0 else numbers * self.factor + self.offset


def si_column(name: str, unit: str | None) -> Column:
    """The column for a quantity in some unit.

    Parameters
    ----------
    name : str
        What the column is called, without its unit.
    unit : str or None
        Unit as the file writes it; ``"1"`` for a pure number; ``None`` when the file does not say.

    Examples
    --------
    >>> si_column("Ambient Temperature", "degC")
    Column(label='Ambient Temperature / K', factor=1.0, offset=273.15)
    """
    if unit == "1":
        return Column(name)
    found = _si(unit) if unit else None
    if found is None:
        return Column(f"{name} / {UNKNOWN}")
    target, factor, offset = found
    return Column(name if target == "1" else f"{name} / {target}", factor, offset)


@functools.cache
def _si(unit: str) -> tuple[str, float, float] | None:
    """SI unit, factor and offset; ``None`` for a unit that is not known or of no kind in our list."""
    if unit in _COMMON:
        return _COMMON[unit]
    spelled = "1/ohm" if unit == "Ohm-1" else unit.replace("Ohm", "ohm").replace(".", " ")
    for target in _SI_UNITS:
        try:
            zero = convert(0.0, spelled, target)
            return (
                target,
                round(convert(1.0, spelled, target) - zero, 15) if zero else convert(1.0, spelled, target),
                zero,
            )
        except InvalidInput:
            continue
    return None


def bdf_dataset(columns: Mapping[str, Any]) -> xr.Dataset:
    """The dataset of a Measurement: one dimension ``record``, a unit and a long name on every variable.

    Parameters
    ----------
    columns : mapping of label to (n,) array
        SI numbers or text; labels as above.
    """
    import xarray as xr

    return xr.Dataset({label: ("record", _held(values), _attributes(label)) for label, values in columns.items()})


def _held(values: Any) -> np.ndarray:
    """A copy that nobody can write to, so that a record need not copy it again."""
    copy = np.array(values)
    copy.flags.writeable = False
    return copy


def _attributes(label: str) -> dict[str, str]:
    name, slash, unit = label.rpartition(" / ")
    return {"units": unit, "long_name": name} if slash else {"units": "1", "long_name": label}
