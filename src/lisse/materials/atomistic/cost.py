"""How long a calculation takes before it begins, and which ones are refused.

One force call costs so many seconds an atom; each property needs so many force calls. Both are rough: the point is to
say minutes, hours or days before someone waits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lisse.errors import InvalidInput
from lisse.units import duration

__all__ = ["MOST_ATOMS", "check_cost", "expected_seconds"]

MOST_ATOMS = 200
"""Atoms of the primitive cell up to which a calculation is begun; up to 100 it takes minutes to an hour."""
_SECONDS_PER_ATOM = 0.03
"""One core of a desktop, SevenNet-0 or CHGNet, energy with forces and stress; measured 0.02 to 0.04."""
FORCE_CALLS = {
    "relaxation": 40,
    "elasticity": 60,
    "lithium_volume": 60,
    "surface": 60,
    "adhesion": 40,
    "migration": 250,
    "dynamics": 2400,
}
"""Typical number of force calls of each task, in cells of about the size given to `expected_seconds`; that of the
dynamics with default settings. From the times in ``validation/atomistic/computed.json``."""
_LEAST_ATOMS = {"lithium_volume": 48, "surface": 24, "adhesion": 90, "migration": 60, "dynamics": 60}
"""Where a task works in a supercell however small the crystal's cell is."""


def expected_seconds(
    atoms: int, tasks: Iterable[str], potentials: int, dynamics_steps: int = FORCE_CALLS["dynamics"]
) -> float:
    """Seconds on one core, to a factor of three or so.

    Parameters
    ----------
    atoms : int. In the primitive cell.
    tasks : names of `FORCE_CALLS`.
    potentials : int
    dynamics_steps : int. Time steps of the dynamics, settling included.
    """
    needed = {**FORCE_CALLS, "dynamics": dynamics_steps}
    calls = sum(needed[task] * max(atoms, _LEAST_ATOMS.get(task, 0)) for task in tasks)
    return potentials * calls * _SECONDS_PER_ATOM


def check_cost(atoms: int, tasks: Sequence[str], potentials: int) -> None:
    """Refuse a cell that would take days.

    Raises
    ------
    InvalidInput
        Above `MOST_ATOMS`, with an estimate of the time.
    """
    if atoms <= MOST_ATOMS:
        return
    takes = duration(expected_seconds(atoms, tasks, potentials))
    advice = f"It would take about {takes} on one core. Give a smaller cell of the same crystal"
    raise InvalidInput("structure", f"{atoms} atoms in the primitive cell", f"at most {MOST_ATOMS}", advice)
