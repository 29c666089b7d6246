"""Published observations on cells: at these quantities, this was seen, and who says so.

They are the literature points on a map and the anchors of a comparison. Properties of one substance belong to its file
in ``library/``; what a model makes of an observation belongs to ``validation``. The data lie in ``observations.toml``
and are read when they are first asked for.
"""

from __future__ import annotations

import functools
import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from importlib import resources
from types import MappingProxyType
from typing import Any

from lisse.errors import InvalidInput, suggest
from lisse.materials.catalogue import load, names
from lisse.materials.property import MARKS
from lisse.materials.reading import parse_unit
from lisse.references import reference
from lisse.units import Quantity, parse_quantity, quantity

__all__ = [
    "KINDS_OF_OBSERVATION",
    "MECHANISMS",
    "OBSERVED_QUANTITIES",
    "OUTCOMES",
    "KindOfObservation",
    "Observation",
    "observations",
    "read_observations",
]

_FILE = "observations.toml"

OUTCOMES: Mapping[str, str] = MappingProxyType(
    {
        "limit": "the quantities lie on the boundary between working and failing",
        "stable": "the cell worked at these quantities",
        "failed": "the cell failed at these quantities",
        "measured": "a value was measured there; nothing is said about failure",
    }
)
"""What an observation says about its point, and the meaning of each word."""

MECHANISMS = (
    "contact-loss",
    "filament-short",
    "soft-short",
    "internal-plating",
    "salt-depletion",
    "interphase-growth",
    "electrolyte-fracture",
    "lithium-exhausted",
    "voltage-limit",
)
"""How the cell failed, in the words of a verdict; empty where the source does not tell."""


@dataclass(frozen=True)
class KindOfObservation:
    """What an observation can be about.

    Parameters
    ----------
    quantity : str. The quantity that was observed, a name of `OBSERVED_QUANTITIES`; a bound belongs to it.
    outcomes : tuple of str. The outcomes that make sense, of `OUTCOMES`.
    meaning : str. One sentence.
    """

    quantity: str
    outcomes: tuple[str, ...]
    meaning: str


_LIMIT, _RUN, _VALUE = ("limit",), ("stable", "failed"), ("measured",)

KINDS_OF_OBSERVATION: Mapping[str, KindOfObservation] = MappingProxyType(
    {
        "critical stripping current": KindOfObservation(
            "current_density", _LIMIT, "largest current density at which the metal is stripped without loss of contact"
        ),
        "critical plating current": KindOfObservation(
            "current_density", _LIMIT, "largest current density at which the metal is plated without a short circuit"
        ),
        "critical current density": KindOfObservation(
            "current_density",
            _LIMIT,
            "largest current density before the cell fails, mostly by steps or a ramp",
        ),
        "critical local current density": KindOfObservation(
            "largest_local_current_density", _LIMIT, "the same under a small probe: far above that of a whole electrode"
        ),
        "critical stack pressure": KindOfObservation(
            "stack_pressure", _LIMIT, "smallest stack pressure that keeps contact or prevents failure at that current"
        ),
        "pressure for contact": KindOfObservation(
            "stack_pressure", _LIMIT, "stack pressure above which the resistance of the interface is no longer seen"
        ),
        "extrusion pressure": KindOfObservation(
            "stack_pressure", _LIMIT, "stack pressure at which the metal shorts the cell without any current"
        ),
        "threshold charge": KindOfObservation(
            "charge", _LIMIT, "charge passed one way until contact is lost or the cell is shorted"
        ),
        "cycling": KindOfObservation("time", _RUN, "current in both directions under these conditions for this time"),
        "one-way plating": KindOfObservation("charge", _RUN, "current in one direction, plating the interface"),
        "one-way stripping": KindOfObservation("charge", _RUN, "current in one direction, stripping the interface"),
        "rest": KindOfObservation("time", _RUN, "no current"),
        "interface resistance": KindOfObservation(
            "interface_resistance", _VALUE, "area-specific resistance of one interface"
        ),
        "contact fraction": KindOfObservation("contact_fraction", _VALUE, "share of the interface in contact"),
    }
)
"""The kinds of observation, by the word in ``what``."""

_OF_UNITS = (
    "current_density",
    "largest_local_current_density",
    "stack_pressure",
    "temperature",
    "time",
    "charge",
    "contact_fraction",
    "overpotential",
    "flaw_length",
    "lithium_thickness",
)
_OWN = (
    Quantity("half_cycle_charge", "C/m2", "Charge per half cycle", "mAh/cm2", 1 / 36000.0),
    Quantity("cycles", "1", "Number of cycles", ""),
    Quantity("interface_resistance", "ohm m2", "Interface resistance", "ohm cm2", 1e4),
    Quantity("grain_boundary_resistance", "ohm m2", "Grain-boundary resistance", "ohm cm2", 1e4),
    Quantity("electrolyte_thickness", "m", "Electrolyte thickness", "um", 1e6),
    Quantity("grain_size", "m", "Grain size", "um", 1e6),
    Quantity("relative_density", "1", "Relative density", ""),
    Quantity("fracture_toughness", "Pa m^0.5", "Fracture toughness", "MPa m^0.5", 1e-6),
    Quantity("ionic_conductivity", "S/m", "Ionic conductivity", "mS/cm", 10.0),
    Quantity("electronic_conductivity", "S/m", "Electronic conductivity", "S/cm", 0.01),
    Quantity("forming_pressure", "Pa", "Forming pressure", "MPa", 1e-6),
    Quantity("in_plane_pressure", "Pa", "Compression in the plane of the electrolyte", "MPa", 1e-6),
)
OBSERVED_QUANTITIES: Mapping[str, Quantity] = MappingProxyType(
    {entry.name: entry for entry in (*(quantity(name) for name in _OF_UNITS), *_OWN)}
)
"""Name, SI unit and display unit of every quantity that an observation may hold; all are magnitudes, never below zero.

``charge`` is what was passed in one direction in all, ``half_cycle_charge`` what one half cycle of cycling passes.
``stack_pressure`` acts during the test, ``forming_pressure`` acted before it; a stack pressure of 0 means that none was
applied.
"""


@dataclass(frozen=True)
class Observation:
    """One published observation: the quantities at which something was seen.

    Parameters
    ----------
    id : str. Row of the fact table with a letter where the row holds several numbers, such as ``"V4a"``.
    material : str. The electrolyte: a name of `lisse.materials.names`, or one that the data file declares.
    metal : str. The electrode: a metal of the library.
    what : str. A word of `KINDS_OF_OBSERVATION`.
    outcome : str. A word of `OUTCOMES`.
    quantities : mapping of str to float, SI. Names of `OBSERVED_QUANTITIES`; only what the source states.
    quoted : mapping of str to str. The same numbers as they are written in the data file.
    source : str. Citation key of ``references.bib``.
    mark : str. How far to trust it: S, S*, L or U of `lisse.materials.MARKS`.
    bound : str. ``"lower"`` where the true value of the observed quantity may be larger, ``"upper"`` where it may be
        smaller, else empty.
    mechanism : str. A word of `MECHANISMS`; empty where the source does not tell, or where nothing failed.
    variant : str. What sets this cell apart from the plain pair of metal and electrolyte (a coating, a filler); empty
        for the plain pair.
    conditions : str. The cell and the test in words.
    via : str. Citation key of the paper where it was read, if not `source`.
    note : str. Caveats.
    """

    id: str
    material: str
    metal: str
    what: str
    outcome: str
    quantities: Mapping[str, float] = field(hash=False)
    quoted: Mapping[str, str] = field(hash=False)
    source: str
    mark: str
    bound: str = ""
    mechanism: str = ""
    variant: str = ""
    conditions: str = ""
    via: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "quantities", MappingProxyType(dict(self.quantities)))
        object.__setattr__(self, "quoted", MappingProxyType(dict(self.quoted)))

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel to worker processes as plain data."""
        values = (getattr(self, entry.name) for entry in fields(self))
        return Observation, tuple(dict(value) if isinstance(value, Mapping) else value for value in values)

    @property
    def observed(self) -> str:
        """Name of the quantity that was observed; the others are the conditions. `bound` belongs to it."""
        return KINDS_OF_OBSERVATION[self.what].quantity


def observations(material: str | None = None) -> tuple[Observation, ...]:
    """The published observations of the library, in the order of the fact table.

    Parameters
    ----------
    material : str or None
        Only those on this electrolyte, or with this metal: a name or alias of the library, or one of the electrolytes
        that only the observations know (``"NASICON"``). ``None`` gives all; a substance that was not observed gives
        none.

    Raises
    ------
    InvalidInput
        For an unknown name, with the closest known one.

    Examples
    --------
    >>> from lisse.materials import observations
    >>> [point.id for point in observations("Na-beta-alumina")]
    ['V2']
    """
    everything = _published()
    if material is None:
        return everything
    name = _plain_name(material, everything)
    return tuple(entry for entry in everything if name in (entry.material, entry.metal))


def read_observations(text: str, where: str = _FILE) -> tuple[Observation, ...]:
    """The observations of a TOML text (see docs/howto/add_an_observation.md).

    Parameters
    ----------
    text : str. ``[electrolytes_without_a_file]`` and ``[[observation]]`` blocks.
    where : str. File name for messages.

    Raises
    ------
    InvalidInput
        When something is wrong; the message names the file and the observation.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput("observations", allowed="a TOML file", advice=str(error), where=where) from None
    for key in table:
        if key not in _HEAD:
            raise InvalidInput("key", key, ", ".join(_HEAD), suggest(key, _HEAD), where)
    electrolytes = _electrolytes(table.get("electrolytes_without_a_file", {}), where)
    blocks = table.get("observation", [])
    if not isinstance(blocks, list) or not all(isinstance(block, Mapping) for block in blocks):
        raise InvalidInput("observation", blocks, "[[observation]] blocks", where=where)
    found: dict[str, Observation] = {}
    for block in blocks:
        entry = _read_block(block, electrolytes, where)
        if entry.id in found:
            raise InvalidInput("id", entry.id, "each id once", "Add a letter: V4a, V4b", where)
        found[entry.id] = entry
    return tuple(found.values())


# reading ------------------------------------------------------------------------------------------------------------

_HEAD = ("electrolytes_without_a_file", "observation")
_NEEDED = ("id", "material", "metal", "what", "outcome", "source", "mark")
_OPTIONAL = ("bound", "mechanism", "variant", "conditions", "via", "note")
_BOUNDS = ("", "lower", "upper")
_TRUSTED = tuple(mark for mark in MARKS if mark not in ("given", "estimated"))


@functools.cache
def _published() -> tuple[Observation, ...]:
    return read_observations(resources.files("lisse.materials").joinpath(_FILE).read_text(encoding="utf-8"))


def _plain_name(material: str, everything: Iterable[Observation]) -> str:
    own = {entry.material for entry in everything} - set(names())
    for name in own:
        if name.lower() == material.lower():
            return name
    try:
        return load(material).name
    except InvalidInput as error:
        known = (*names(), *sorted(own))
        advice = suggest(material, known) or error.advice
        raise InvalidInput("material", material, ", ".join(known), advice) from None


def _electrolytes(given: Any, where: str) -> frozenset[str]:
    """Names allowed for an electrolyte: the library's, and the declared ones that have no file there."""
    what = "electrolytes_without_a_file"
    if not isinstance(given, Mapping) or not all(isinstance(text, str) for text in given.values()):
        raise InvalidInput(what, given, "a table of name = description", where=where)
    for name in given:
        if name in names():
            raise InvalidInput(what, name, "electrolytes that the library lacks", "Take the line out", where)
    return frozenset((*names(), *given))


def _read_block(block: Mapping[str, Any], electrolytes: frozenset[str], where: str) -> Observation:
    name = block.get("id")
    try:
        if not isinstance(name, str) or not name:
            raise InvalidInput("id", name, "the row of the fact table, such as 'V4a'", "Every observation needs one")
        texts = _texts(block)
        _check_words(texts, electrolytes)
        written = block.get("quantities")
        if not isinstance(written, Mapping) or not written:
            raise InvalidInput("quantities", written, "a table such as {current_density = '0.1 mA/cm^2'}")
        numbers = {name: _number(name, given) for name, given in written.items()}
        quoted = {name: str(given) for name, given in written.items()}
        _check_point(texts, numbers)
        return Observation(quantities=numbers, quoted=quoted, **texts)
    except InvalidInput as error:
        raise error.at(f"{where}, observation {name}") from None


def _texts(block: Mapping[str, Any]) -> dict[str, str]:
    """All keys but the quantities: known, present and text."""
    allowed = (*_NEEDED, "quantities", *_OPTIONAL)
    for key in block:
        if key not in allowed:
            raise InvalidInput("key", key, ", ".join(allowed), suggest(key, allowed))
    texts = {}
    for key in (*_NEEDED, *_OPTIONAL):
        text = block.get(key, "" if key in _OPTIONAL else None)
        if not isinstance(text, str):
            raise InvalidInput(key, text, "text", f"Every observation needs {', '.join((*_NEEDED, 'quantities'))}")
        texts[key] = text
    return texts


def _check_words(texts: Mapping[str, str], electrolytes: frozenset[str]) -> None:
    """Every word is of its vocabulary."""
    _one_of("material", texts["material"], sorted(electrolytes))
    if texts["metal"] not in names() or load(texts["metal"]).kind != "metal":
        metals = [name for name in names() if load(name).kind == "metal"]
        _one_of("metal", texts["metal"], metals)
    _one_of("what", texts["what"], KINDS_OF_OBSERVATION)
    kind = KINDS_OF_OBSERVATION[texts["what"]]
    if texts["outcome"] not in kind.outcomes:
        allowed = f"{' or '.join(kind.outcomes)}, where what is {texts['what']!r}"
        raise InvalidInput("outcome", texts["outcome"], allowed, suggest(texts["outcome"], OUTCOMES))
    _one_of("bound", texts["bound"], _BOUNDS)
    _one_of("mechanism", texts["mechanism"], ("", *MECHANISMS))
    if texts["mechanism"] and texts["outcome"] not in ("limit", "failed"):
        raise InvalidInput("mechanism", texts["mechanism"], "nothing, where nothing failed")
    _one_of("mark", texts["mark"], _TRUSTED)
    reference(texts["source"])
    if texts["via"]:
        reference(texts["via"])


def _one_of(what: str, got: str, allowed: Iterable[str]) -> None:
    words = list(allowed)
    if got not in words:
        raise InvalidInput(what, got, ", ".join(word for word in words if word), suggest(got, words))


def _number(name: str, given: Any) -> float:
    if name not in OBSERVED_QUANTITIES:
        allowed = ", ".join(OBSERVED_QUANTITIES)
        raise InvalidInput("quantities", name, allowed, suggest(name, OBSERVED_QUANTITIES))
    number = parse_quantity(given, parse_unit(OBSERVED_QUANTITIES[name].unit), name)
    if number < 0 or not math.isfinite(number):
        raise InvalidInput(name, given, "a magnitude, zero or above", "Write the sign of a current in the conditions")
    return number


def _check_point(texts: Mapping[str, str], numbers: Mapping[str, float]) -> None:
    """What was observed is there: always for a limit or a value, and wherever a bound is claimed."""
    observed = KINDS_OF_OBSERVATION[texts["what"]].quantity
    if observed not in numbers and (texts["outcome"] in ("limit", "measured") or texts["bound"]):
        raise InvalidInput("quantities", sorted(numbers), f"{observed} among them, where what is {texts['what']!r}")
