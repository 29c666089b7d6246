"""Transference number of a composite: cations and anions on lattices of their own, each by its own paths."""

from __future__ import annotations

from dataclasses import dataclass

from lisse.errors import InvalidInput
from lisse.lattice.ion_lattice import IonLattice
from lisse.lattice.master_equation import zero_field_conductivity

__all__ = ["Transference", "transference"]


@dataclass(frozen=True)
class Transference:
    """Who carries the current through a composite.

    Attributes
    ----------
    number : float, 1. Share of the cations, t+.
    cations, anions : float, S/m. Conductivity by each.
    """

    number: float
    cations: float
    anions: float


def transference(cations: IonLattice, anions: IonLattice, axis: int = 0, tolerance: float = 1e-8) -> Transference:
    """Share of the cations in the conduction of a composite whose phases hold cations, anions, or both.

    ::

        t+ = s+ / (s+ + s-),     div(s+(x) grad mu+) = 0 and div(s-(x) grad mu-) = 0 each by itself

    At rest neither ion piles up, so each obeys a conservation law of its own; the difference of the two electrochemical
    potentials inside is carried by the concentration of the salt. A ceramic without anions makes them go round, cations
    go through.

    Parameters
    ----------
    cations, anions : IonLattice. Of the same grid and temperature, from `composite_lattice`.
    axis : int. Direction of the field.
    tolerance : float, 1. See `zero_field_conductivity`.

    Returns
    -------
    Transference

    Notes
    -----
    Before the salt has redistributed (times below thickness^2/D) the current is larger than s+ + s-, because both ions
    share one electric potential.
    Validity: dilute ions, salt that is free to redistribute within the volume. Confidence: S.

    Examples
    --------
    >>> from lisse.lattice import uniform_lattice
    >>> quick, slow = (uniform_lattice((2, 2, 2), 3e-10, rate, 1000.0, 300.0) for rate in (3e9, 1e9))
    >>> round(transference(quick, slow).number, 12)
    0.75
    """
    for name, one in (("cations", cations), ("anions", anions)):
        if not isinstance(one, IonLattice):
            raise InvalidInput(name, type(one).__name__, "an IonLattice")
    grids = [(one.shape, one.spacing, one.temperature, one.periodic) for one in (cations, anions)]
    if grids[0] != grids[1]:
        raise InvalidInput("anions", grids[1], f"the grid of the cations, {grids[0]}")
    plus, minus = (zero_field_conductivity(one, axis, tolerance).value for one in (cations, anions))
    if not plus + minus > 0.0:
        raise InvalidInput("cations", "no path for any ion", "a composite that conducts along the axis")
    return Transference(plus / (plus + minus), plus, minus)
