"""A cubic grid of sites between which ions hop, with detailed balance built in.

Only the description. Making lattices is in `lisse.lattice.builders` and `lisse.lattice.composite`; what follows from
one is in `lisse.lattice.master_equation` (exact, of independent ions) and in the walks of kinetic Monte Carlo.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lisse.errors import InvalidInput
from lisse.lattice.checks import generator, number, three_booleans
from lisse.units import FARADAY, GAS_CONSTANT

__all__ = ["IonLattice"]

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, eq=False)
class IonLattice:
    """Sites on a cubic grid, how often each is occupied, and how often an ion passes each bond in equilibrium.

    ::

        phi_ij = w_i k_ij = w_j k_ji        k_ij: rate from site i to its neighbour j

    Because `exchange` holds the symmetric phi, detailed balance cannot be broken: the rates are k_ij = phi_ij / w_i.
    Ions are independent of each other (dilute in the sites that they may take).

    A bond that is not always open is drawn anew from time to time: at times that come with rate `renewal` it becomes
    open with probability `open_fraction`, whatever it was before. While it is open it carries `exchange`, while it is
    closed nothing. At time 0 it is open with that same probability.

    Attributes
    ----------
    spacing : float, m. Distance of neighbouring sites.
    weight : (nx, ny, nz) array, 1. Equilibrium occupation of each site, relative to the others, such as
        ``exp(-E/(R T))``; 0 where there is no site. The scale is free.
    exchange : three (nx, ny, nz) arrays, weight/s. Equilibrium flux phi through the bonds along each axis while open.
        Entry i along the axis belongs to the bond between sites i and i + 1, the last to that between the last site
        and the first: 0 unless the axis is periodic.
    periodic : three booleans. Axes along which the grid closes on itself.
    temperature : float, K.
    concentration : float, mol/m3. Ions over the whole volume of the grid, places without a site included.
    open_fraction : three (nx, ny, nz) arrays, 1, or None. Probability that a bond is open; None: all always are.
    renewal : three (nx, ny, nz) arrays, 1/s, or None. Rate at which a bond is drawn anew; given with `open_fraction`.
    renewal_together : bool. Whether all bonds are drawn anew at the same moments (then `renewal` is one number
        throughout); otherwise each bond has its own, independent moments.

    Examples
    --------
    >>> rates = np.full((4, 1, 1), 1e9), np.zeros((4, 1, 1)), np.zeros((4, 1, 1))
    >>> chain = IonLattice(3e-10, np.ones((4, 1, 1)), rates, (True, False, False), 300.0, 1000.0)
    >>> chain.hop_rates(0)[0].ravel().tolist()
    [1000000000.0, 1000000000.0, 1000000000.0, 1000000000.0]
    """

    spacing: float
    weight: Array
    exchange: tuple[Array, Array, Array]
    periodic: tuple[bool, bool, bool]
    temperature: float
    concentration: float
    open_fraction: tuple[Array, Array, Array] | None = None
    renewal: tuple[Array, Array, Array] | None = None
    renewal_together: bool = False

    def __post_init__(self) -> None:
        keep = object.__setattr__
        for name in ("spacing", "temperature", "concentration"):
            keep(self, name, number(name, getattr(self, name), above=True))
        keep(self, "weight", _grid("weight", self.weight))
        if not self.weight.any():
            raise InvalidInput("weight", "0 everywhere", "above 0 where an ion may be")
        keep(self, "periodic", three_booleans(self.periodic))
        keep(self, "exchange", self._bonds("exchange", self.exchange))
        self._check_ends()
        if (self.open_fraction is None) != (self.renewal is None):
            raise InvalidInput("renewal", None, "open_fraction and renewal together, or neither")
        if self.open_fraction is not None and self.renewal is not None:
            keep(self, "open_fraction", self._bonds("open_fraction", self.open_fraction, 1.0))
            keep(self, "renewal", self._bonds("renewal", self.renewal))
            self._check_together()

    @property
    def shape(self) -> tuple[int, int, int]:
        """Sites along x, y and z."""
        nx, ny, nz = self.weight.shape
        return nx, ny, nz

    @property
    def mean_weight(self) -> float:
        """Mean of the weights over the grid."""
        return float(self.weight.mean())

    @property
    def nernst_einstein(self) -> float:
        """S s/m3. Conductivity over diffusivity, F^2 c/(R T)."""
        return FARADAY**2 * self.concentration / (GAS_CONSTANT * self.temperature)

    @property
    def renews(self) -> bool:
        """Whether some bonds are drawn anew (or are known as a probability only)."""
        return self.open_fraction is not None

    @property
    def even(self) -> bool:
        """Whether all sites are alike, and all bonds along each axis but for being open or closed; no end anywhere."""
        long = [axis for axis, count in enumerate(self.shape) if count > 1]
        bonds = [one for one in (self.exchange, self.open_fraction, self.renewal) if one is not None]
        return (
            all(self.periodic[axis] for axis in long)
            and np.ptp(self.weight) == 0.0
            and all(np.ptp(each[axis]) == 0.0 for each in bonds for axis in long)
        )

    def hop_rates(self, axis: int) -> tuple[Array, Array]:
        """Rates through the open bonds along an axis, up it and down it.

        Returns
        -------
        two (nx, ny, nz) arrays, 1/s
            Entry i: from site i to i + 1, and from site i + 1 to i. 0 where there is no bond.
        """
        if axis not in (0, 1, 2):
            raise InvalidInput("axis", axis, "0, 1 or 2")
        bond = self.exchange[axis]
        ends = self.weight, np.roll(self.weight, -1, axis)
        up, down = (np.divide(bond, end, out=np.zeros_like(bond), where=end > 0.0) for end in ends)
        return up, down

    def frozen(self, seed: int | np.random.Generator) -> IonLattice:
        """One drawing of the bonds that then stays as it is."""
        if self.open_fraction is None:
            return self
        random = generator(seed)
        drawn = tuple(
            np.where(random.random(self.shape) < share, bond, 0.0)
            for bond, share in zip(self.exchange, self.open_fraction, strict=True)
        )
        return self._with_bonds(drawn)

    def averaged(self) -> IonLattice:
        """Every bond with its mean flux: the limit of renewal much faster than hops."""
        if self.open_fraction is None:
            return self
        return self._with_bonds([bond * share for bond, share in zip(self.exchange, self.open_fraction, strict=True)])

    def _with_bonds(self, bonds: Sequence[Array]) -> IonLattice:
        a, b, c = bonds
        return replace(self, exchange=(a, b, c), open_fraction=None, renewal=None, renewal_together=False)

    def _bonds(self, name: str, given: Any, most: float = np.inf) -> tuple[Array, Array, Array]:
        if not isinstance(given, (tuple, list)) or len(given) != 3:
            raise InvalidInput(name, type(given).__name__, "three arrays, one per axis")
        a, b, c = (_grid(name, bonds, self.shape, most) for bonds in given)
        return a, b, c

    def _check_ends(self) -> None:
        """No bond leads out of the grid, to the site that it starts from, or to a place without a site."""
        site = self.weight > 0.0
        for axis, bonds in enumerate(self.exchange):
            name = f"exchange along {'xyz'[axis]}"
            if self.shape[axis] == 1 and bonds.any():
                raise InvalidInput(name, "a site that is its own neighbour", "0 along axes of one site")
            if not self.periodic[axis] and np.take(bonds, -1, axis=axis).any():
                raise InvalidInput(name, "a bond beyond the last site", "0 there unless the axis is periodic")
            if bonds[~(site & np.roll(site, -1, axis))].any():
                raise InvalidInput(name, "a bond to a place of weight 0", "bonds between sites only")

    def _check_together(self) -> None:
        if not self.renewal_together or self.renewal is None:
            return
        low, high = (limit(bonds) for limit, bonds in ((np.min, self.renewal), (np.max, self.renewal)))
        if low != high:
            advice = "Bonds with rates of their own have moments of their own: renewal_together=False"
            raise InvalidInput("renewal", f"rates from {low:.3g} to {high:.3g}", "one rate throughout", advice)


def _grid(name: str, given: Any, shape: tuple[int, ...] | None = None, most: float = np.inf) -> Array:
    try:
        values = np.asarray(given)
    except ValueError:
        raise InvalidInput(name, "rows of different length", "one array of numbers with three axes") from None
    wanted = "three axes, none empty" if shape is None else f"the shape of the weight, {shape}"
    if values.dtype.kind not in "fiub" or values.ndim != 3 or not values.size or shape not in (None, values.shape):
        raise InvalidInput(name, f"shape {values.shape} of {values.dtype}", f"numbers with {wanted}")
    low, high = values.min(), values.max()
    if not (low >= 0 and high <= most and np.isfinite(high)):
        bounds = "finite numbers, at least 0" if most == np.inf else f"numbers from 0 to {most:g}"
        raise InvalidInput(name, f"values from {low:.3g} to {high:.3g}", bounds)
    held: Array = np.ascontiguousarray(values, dtype=float)
    return held
