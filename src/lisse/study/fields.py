"""Where the defaults of a case file come from, besides the kinds of value of `lisse.keys`.

Which fields there are is said in `lisse.study.schema`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["FromMaterial", "GathersInVoids", "LithiumRich"]


@dataclass(frozen=True)
class FromMaterial:
    """Default taken from the chosen source of a material's property.

    ``owner`` is ``"electrolyte"``, ``"metal"`` or ``"interlayer"``; ``fallback`` is used, and said to be assumed, when
    the library holds no number: ``OPTIONAL`` leaves the key out then, ``None`` makes the user give it, ``SameAs`` takes
    another key.
    """

    owner: str
    property: str
    fallback: Any = None


@dataclass(frozen=True)
class LithiumRich:
    """Default equal to the lithium-rich end of the open-circuit voltage of the cathode; ``fallback`` without one."""

    fallback: float = 1.0


class GathersInVoids:
    """Default 1; 0 in a polymer, which yields to the metal, and for an alloy, whose other metal keeps the face."""
