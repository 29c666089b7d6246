"""Which property is estimated by which function. A further property is one file and one line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from lisse.materials.estimates.conductivity import estimate_conductivity
from lisse.materials.estimates.mechanics import MECHANICS
from lisse.materials.estimates.result import Estimate
from lisse.materials.estimates.substance import Substance

__all__ = ["METHODS"]

METHODS: Mapping[str, Callable[[Substance], Estimate]] = MappingProxyType(
    {
        "ionic_conductivity": estimate_conductivity,
        **MECHANICS,
    }
)
"""Property to its estimator, in the order in which they are listed."""
