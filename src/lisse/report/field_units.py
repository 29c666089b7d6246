"""The units that experimentalists write, for tables and plots of measured things: mA, mV, mAh, MPa, ohm cm2, h.

Only for what people read; JSON and netCDF files are in SI.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["FIELD_UNITS", "field_unit", "time_unit"]

FIELD_UNITS: Mapping[str, tuple[float, str]] = MappingProxyType(
    {
        "s": (1.0 / 3600.0, "h"),
        "A": (1e3, "mA"),
        "V": (1e3, "mV"),
        "C": (1.0 / 3.6, "mAh"),
        "Pa": (1e-6, "MPa"),
        "A/m2": (0.1, "mA cm-2"),
        "C/m2": (1.0 / 36000.0, "mAh cm-2"),
        "ohm m2": (1e4, "ohm cm2"),
        "m": (1e6, "um"),
        "m2": (1e12, "um2"),
        "m3": (1e18, "um3"),
    }
)
"""Factor from an SI unit and the unit it gives; a length is that of a feature in a picture."""


def field_unit(unit: str) -> tuple[float, str]:
    """Factor from an SI unit to that of the field, and its name; a rate is per hour, the rest stays as it is.

    Examples
    --------
    >>> field_unit("A"), field_unit("V/s"), field_unit("ohm")
    ((1000.0, 'mA'), (3600000.0, 'mV h-1'), (1.0, 'ohm'))
    """
    if unit in FIELD_UNITS:
        return FIELD_UNITS[unit]
    if unit.endswith("/s"):
        factor, name = field_unit(unit.removesuffix("/s"))
        return 3600.0 * factor, f"{name} h-1"
    return 1.0, unit


def time_unit(span: float) -> tuple[float, str]:
    """Length in s, and name, of the unit in which times up to `span` (s) read well: s, min, or from two hours on h."""
    return (1.0, "s") if span < 600.0 else (60.0, "min") if span < 7200.0 else (3600.0, "h")
