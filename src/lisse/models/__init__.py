"""Cell and protocol in, Solution out, at several fidelities behind one interface.

What belongs here: how laws of `lisse.theory` are put together. What does not: the laws themselves, readers, plots,
and anything that has seen a measurement.
"""

from lisse.models.analytic import Analytic
from lisse.models.base import Model, Progress
from lisse.models.lumped import Lumped
from lisse.models.run import solve
from lisse.models.uncertainty import sample_limits

__all__ = ["Analytic", "Lumped", "Model", "Progress", "sample_limits", "solve"]
