"""Cell and protocol in, Solution out, at several fidelities behind one interface.

What belongs here: how laws of `lisse.theory` are put together. What does not: the laws themselves, readers, plots,
and anything that has seen a measurement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lisse.models.analytic import Analytic
from lisse.models.base import Model, Progress
from lisse.models.lumped import Lumped
from lisse.models.run import solve
from lisse.models.uncertainty import sample_limits

if TYPE_CHECKING:
    from lisse.models.resolved.model import Resolved

__all__ = ["Analytic", "Lumped", "Model", "Progress", "Resolved", "sample_limits", "solve"]


def __getattr__(name: str) -> Any:
    """Load the resolved model on first use (PEP 562): it is the largest, and most work does without."""
    if name != "Resolved":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from lisse.models.resolved.model import Resolved

    globals()[name] = Resolved
    return Resolved
