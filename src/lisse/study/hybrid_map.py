"""The design map of a hybrid study: table ``[map]``, with the phases and the temperature of the study.

The map itself is in `lisse.study.filler_map`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from lisse.keys import Field, Integer, within
from lisse.study.case_tables import CaseTables
from lisse.study.filler_map import FILLER_SHAPES, FillerMapSettings
from lisse.study.hybrid_chain import Transport
from lisse.study.hybrid_laws import InterfaceLaw

__all__ = ["MAP", "read_maps"]

MAP: Mapping[str, Field] = MappingProxyType(
    {
        "points": Integer("along either axis", 81, low=2, high=1000),
        "slenderness": within(0.5, 1e4, "1", "length over diameter of fibres along the current", 10.0),
        "voxels": Integer(
            "along the edge of boxes that are solved beside the formula; 0 for none", 48, low=0, high=256
        ),
        "seed": Integer("of the random structures", 1, low=0, high=2**31),
    }
)
_MOST_LOADED = {"spheres": 0.55, "fibres-across": 0.75}
"""Loadings up to which particles that keep apart can be placed."""
_LISTS: Mapping[str, tuple[Field, int, int]] = MappingProxyType(
    {
        "ratios": (within(1e-6, 1e6, "1", "conductivity of the filler over that of the matrix's cations"), 1, 4),
        "loadings": (within(0.001, 0.99, "1", "volume fraction of the filler"), 1, 4),
        "sizes": (within(1e-10, 1e-2, "m", "smallest and largest size"), 2, 2),
        "resistances": (within(1e-12, 1e4, "ohm m^2", "smallest and largest interface resistance"), 2, 2),
    }
)


def read_maps(tables: CaseTables, transport: Transport, interface: InterfaceLaw) -> tuple[FillerMapSettings, ...]:
    """One map for each shape; none without the table.

    Parameters
    ----------
    tables : CaseTables
    transport : Transport
        At the temperature of the map; gives the matrix and, unless the table does, the ratio.
    interface : InterfaceLaw
        Gives what turns a resistance into a barrier.
    """
    if "map" not in tables.raw:
        return ()
    given = tables.table("map")
    plain = {key: value for key, value in given.items() if key not in ("shapes", *_LISTS)}
    values = tables.values("map", plain, MAP, ("shapes", *_LISTS))
    for key, (kind, low, high) in _LISTS.items():
        if key in given:
            values[key] = _numbers(tables, f"map.{key}", given[key], kind, low, high)
    values.setdefault("ratios", (float(f"{transport.filler / transport.cation:.3g}"),))
    if not values["ratios"][0] > 0.0:
        raise tables.error("map.ratios", None, "a ratio above zero", "The filler of the study does not conduct")
    shapes = given.get("shapes", ["spheres"])
    if not isinstance(shapes, list) or not shapes or any(each not in FILLER_SHAPES for each in shapes):
        raise tables.error("map.shapes", shapes, f"a list of {', '.join(FILLER_SHAPES)}")
    for shape in shapes:
        most = _MOST_LOADED.get(shape, 1.0)
        if values["voxels"] and "loadings" in values and max(values["loadings"]) > most:
            allowed = f"at most {most:g} for {shape} on voxels"
            raise tables.error("map.loadings", given["loadings"], allowed, "Take less, or voxels = 0")
    common: dict[str, Any] = {
        "matrix": transport.cation,
        "temperature": transport.temperature,
        "areal_concentration": interface.areal_concentration,
        "attempt_frequency": interface.attempt_frequency,
    }
    return tuple(
        tables.build("map", partial(FillerMapSettings, shape=shape, **common, **values))
        for shape in dict.fromkeys(shapes)
    )


def _numbers(tables: CaseTables, path: str, given: Any, kind: Field, low: int, high: int) -> tuple[float, ...]:
    count = f"{low}" if low == high else f"{low} to {high}"
    if not isinstance(given, list) or not low <= len(given) <= high:
        raise tables.error(path, given, f"a list of {count} of {kind.allowed()}")
    each = (tables.at(f"{path}[{n}]", partial(kind.read, one, f"{path}[{n}]")) for n, one in enumerate(given))
    return tuple(float(number) for number in each)
