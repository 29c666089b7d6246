"""What an instrument declares of itself: how small, how far, how fast, where, and what it cannot see.

Marks of confidence: S read in the source, S* in a later paper that quotes it, L from the literature by memory,
U unsure. A number with U is an order of magnitude that a user should replace by that of the own instrument.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from lisse.errors import InvalidInput
from lisse.records import Measurement, Solution

if TYPE_CHECKING:
    import xarray as xr

    from lisse.measurement.virtual.frames import Frames

__all__ = ["FEATURES", "MARKS", "Contrast", "Declaration", "Instrument", "Stated", "check_settings", "settings_of"]

MARKS = ("S", "S*", "L", "U")
FEATURES = ("void", "crack", "filament", "lithium", "interphase", "grain-boundary")
"""What one may want to see: an empty gap at an interface or a pore, an empty crack, a crack or pore that holds
lithium, lithium metal as such, a reaction layer, a boundary of grains."""


@dataclass(frozen=True)
class Stated:
    """A number (SI; ``None``: without limit, or none) or a fact, with its mark and where it comes from."""

    value: float | None
    mark: str
    source: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        """Check the mark."""
        if self.mark not in MARKS:
            raise InvalidInput("mark", self.mark, ", ".join(MARKS))


@dataclass(frozen=True)
class Contrast:
    """Whether a kind of feature stands out: ``"yes"``, ``"weak"`` or ``"no"``, and why."""

    level: str
    reason: str
    mark: str = "U"
    source: str = ""

    def __post_init__(self) -> None:
        """Check the words."""
        if self.level not in ("yes", "weak", "no"):
            raise InvalidInput("contrast", self.level, "yes, weak, no")
        if self.mark not in MARKS:
            raise InvalidInput("mark", self.mark, ", ".join(MARKS))


@dataclass(frozen=True)
class Declaration:
    """What a technique can and cannot do.

    Attributes
    ----------
    key, name : str
    resolution : Stated, m
        Full width at half maximum of the image of a point; ``None`` when it records no place.
    field_of_view : Stated, m
    frame_time : Stated, s
        One picture, profile, spectrum or reading.
    depth : Stated, m
        How deep it looks into matter; ``None`` when the beam passes through (see `through`).
    environment : str
    contrast : mapping of feature to Contrast
        For every one of `FEATURES`.
    through : str
        What lies over the feature: ``"x-rays"`` (attenuated), ``"charged particles"`` (range), ``"light"``
        (transparent cover only), ``"radio waves"`` (skin depth of metals), ``"electrons"`` (surface), ``"nothing"``.
    facts : tuple of Stated
    simulated : bool
        Whether `lisse.observe` has a virtual one.
    """

    key: str
    name: str
    resolution: Stated
    field_of_view: Stated
    frame_time: Stated
    depth: Stated
    environment: str
    contrast: Mapping[str, Contrast]
    through: str
    facts: tuple[Stated, ...] = ()
    simulated: bool = True

    def __post_init__(self) -> None:
        """Every feature has an answer."""
        if set(self.contrast) != set(FEATURES):
            raise InvalidInput("contrast", sorted(self.contrast), ", ".join(FEATURES))

    @property
    def blind_to(self) -> tuple[str, ...]:
        """What it cannot see."""
        return tuple(feature for feature in FEATURES if self.contrast[feature].level == "no")

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {**asdict(self), "contrast": {k: asdict(v) for k, v in self.contrast.items()}, "blind_to": self.blind_to}


@dataclass(frozen=True)
class Instrument(ABC):
    """A virtual instrument. Interface; never made itself.

    `UNITS` names the SI unit of every setting that is a quantity, so that a command line can read ``"0.5 um"``.
    """

    key: ClassVar[str] = ""
    UNITS: ClassVar[Mapping[str, str]] = MappingProxyType({})

    @property
    @abstractmethod
    def declaration(self) -> Declaration:
        """Of this very instrument, with its settings."""

    @abstractmethod
    def observe(
        self, solution: Solution, area: float | None = None, fields: xr.Dataset | None = None
    ) -> Measurement | Frames:
        """What it would record of a simulated cell.

        Parameters
        ----------
        solution : Solution
        area : float, m2, optional
            Of the cell; by default the one in the inputs of the solution.
        fields : xarray.Dataset, optional
            Of a resolved run, from `lisse.load_fields`; imaging instruments need them.

        Raises
        ------
        NotResolved
            When the solution does not hold what the instrument would see; says which model does.
        """


def settings_of(instrument: Instrument) -> dict[str, Any]:
    """The settings as plain data, with the key of the instrument."""
    found = asdict(instrument)
    return {"instrument": instrument.key, **{k: dict(v) if isinstance(v, Mapping) else v for k, v in found.items()}}


_ENDLESS = ("skin_depth", "field_of_view", "full_well", "full_scale")


def check_settings(instrument: Instrument, above: tuple[str, ...] = (), not_below: tuple[str, ...] = ()) -> None:
    """Refuse settings that are no numbers, out of range, or infinite where that means nothing; and seeds that are none.

    Raises
    ------
    InvalidInput
        Names the setting.
    """
    for name in (*above, *not_below):
        value = getattr(instrument, name)
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        fits = number and (value > 0.0 if name in above else value >= 0.0)
        if not fits or (math.isinf(value) and name not in _ENDLESS):
            raise InvalidInput(name, value, "a number above 0" if name in above else "a number, 0 or more")
    seed = getattr(instrument, "seed", None)
    if seed is not None and (not isinstance(seed, int) or isinstance(seed, bool) or seed < 0):
        raise InvalidInput("seed", seed, "a whole number, 0 or more")
