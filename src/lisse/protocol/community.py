"""The protocols of the literature that ship with the package, as their papers describe them."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType

__all__ = ["CommunityProtocol", "community_protocols"]


@dataclass(frozen=True)
class CommunityProtocol:
    """A protocol as a paper describes it: which builder, with which settings, and what the paper left out.

    Attributes
    ----------
    name : str
    builder : str
        Name of the protocol it is made with, such as ``"ccd-ramp"``.
    settings : mapping
        Settings as text with units, for the builder.
    reference : str
        Citation key.
    mark : str
        Confidence mark of the settings.
    note : str
        What else the source says, and what it does not.
    """

    name: str
    builder: str
    settings: Mapping[str, str | int]
    reference: str
    mark: str
    note: str


@functools.cache
def community_protocols() -> Mapping[str, CommunityProtocol]:
    """The protocols of the literature that ship with the package, by name."""
    text = resources.files("lisse").joinpath("protocols.toml").read_text(encoding="utf-8")
    return MappingProxyType({name: CommunityProtocol(name, **entry) for name, entry in tomllib.loads(text).items()})
