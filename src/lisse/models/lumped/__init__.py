"""The lumped model: a symmetric cell as a few dozen ordinary differential equations, in milliseconds.

Kinetics with stress, contact and voids at both interfaces under stack pressure, ohmic and constriction drops, and a
population of flaws. docs/explanation/lumped_model.md has the equations on one page.
"""

from lisse.models.lumped.model import Lumped

__all__ = ["Lumped"]
