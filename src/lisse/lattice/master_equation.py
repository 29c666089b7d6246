"""Transport of independent ions on a lattice, exact from the master equation: a field at rest.

In equilibrium ions pass bond ij at the rate phi_ij both ways, so a small field sees a network of conductances
``g = F^2 c phi / (R T)`` (per site, weights of mean 1). What does not belong here: what
depends on time (`lisse.lattice.time_dependence`), walks drawn at random, interactions between ions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lisse.errors import InvalidInput, SolveFailed
from lisse.lattice.ion_lattice import IonLattice

if TYPE_CHECKING:
    from lisse.numerics.conduction import FaceOperator

__all__ = [
    "LatticeConductivity",
    "flow_scale",
    "require_axis",
    "require_convergence",
    "require_lasting_bonds",
    "require_solvable",
    "solved_round",
    "zero_field_conductivity",
]

Array = np.ndarray[Any, np.dtype[Any]]
_ROUNDING = 16 * np.finfo(float).eps
_BYTES_OF_PHASES = 400.0  # a site, beside those of a field at rest, where potentials have a phase


@dataclass(frozen=True, eq=False)
class LatticeConductivity:
    """Conductivity of a lattice in a field that goes to zero.

    Attributes
    ----------
    value : float, S/m. Along the axis; with ``axis=None`` the mean of the diagonal of the tensor.
    tensor : (3, 3) array, S/m, or None. With ``axis=None``; NaN in rows and columns of axes of one site.
    diffusivity : float, m2/s. `value` over F^2 c/(R T), of all ions and of tracers, as they are independent.
    axis : int or None. Direction of the field.
    percolates : bool. Whether a path leads along the axis (with ``axis=None``: along every axis); `value` is 0 if not.
    iterations : int. Of the solver, all solves together.
    residual : float, 1. The larger of residual over sources and difference of current and power over power. The error
        of `value` is of the order of its square.
    """

    value: float
    tensor: Array | None
    diffusivity: float
    axis: int | None
    percolates: bool
    iterations: int
    residual: float


def zero_field_conductivity(lattice: IonLattice, axis: int | None = 0, tolerance: float = 1e-8) -> LatticeConductivity:
    """Conductivity of independent ions in a vanishing field, from the master equation.

    ::

        sum_j phi_ij (u_i - u_j + e_ij) = 0,     s = F^2 c / (R T) a^2 / (N <w>) sum_bonds phi_ij (u_i - u_j + e_ij)^2

    Along a periodic axis the field is uniform (e = 1 on bonds along it) and the lattice goes on for ever. Along an axis
    with two ends the first and the last layer of sites are the electrodes, N - 1 bonds apart.

    Parameters
    ----------
    lattice : IonLattice. Without renewing bonds: take ``frozen(seed)``, ``averaged()``, or `renewing_conductivity`.
    axis : int or None. Direction of the field. None solves along every axis of more than one site, which must be
        periodic, and gives the tensor.
    tolerance : float, 1. For the residual and for the difference of current and power.

    Returns
    -------
    LatticeConductivity

    Raises
    ------
    InvalidInput
        For bad arguments, for contrasts above 1e14 between bonds that are open, and when the memory will not do.
    SolveFailed
        When the tolerance is not reached.

    Notes
    -----
    Validity: ions that do not meet; vacancies as well (then the ion is the vacancy). Confidence: S.
    Source: kirkpatrick1973

    Examples
    --------
    >>> from lisse.lattice import uniform_lattice
    >>> even = uniform_lattice((4, 4, 4), 3e-10, 1e9, 1000.0, 300.0)
    >>> round(zero_field_conductivity(even).diffusivity / (9e-20 * 1e9), 12)
    1.0
    """
    require_lasting_bonds(lattice)
    if axis is None:
        return _tensor(lattice, tolerance)
    require_axis(lattice, axis)
    if lattice.periodic[axis]:
        return solved_round(lattice, axis, tolerance)[0]
    return _between_ends(lattice, axis, tolerance)


def require_lasting_bonds(lattice: IonLattice) -> None:
    """Refuse what is no lattice, and a lattice whose bonds are drawn anew."""
    if not isinstance(lattice, IonLattice):
        raise InvalidInput("lattice", type(lattice).__name__, "an IonLattice")
    if lattice.renews:
        advice = "Take lattice.frozen(seed), lattice.averaged(), or renewing_conductivity"
        raise InvalidInput("lattice", "bonds that are drawn anew", "bonds that stay as they are", advice)


def require_solvable(lattice: IonLattice, s: complex = 0.0) -> None:
    """Refuse what memory or 16 digits do not allow: large grids, bonds or a rate (1/s) of too large a contrast."""
    from lisse.microstructure.cost import Cost, require
    from lisse.numerics.conduction import LARGEST_CONTRAST, conduction_cost

    memory, time = conduction_cost(lattice.shape)
    extra = _BYTES_OF_PHASES * lattice.weight.size if complex(s).imag else 0.0
    require("the conductivity of the lattice", Cost(memory + extra, time))
    high = max(float(bonds.max()) for bonds in lattice.exchange)
    low = min(float(bonds.min(initial=high, where=bonds > 0.0)) for bonds in lattice.exchange)
    if high > LARGEST_CONTRAST * low:
        text = f"fluxes from {low:.3g} to {high:.3g} weight/s"
        advice = "Let bonds that hardly carry anything be exactly 0"
        raise InvalidInput("lattice", text, f"0, or a contrast up to {LARGEST_CONTRAST:.0e}", advice)
    held = lattice.weight[lattice.weight > 0.0]
    least, most = abs(s) * float(held.min()), abs(s) * float(held.max())
    if s and high and (high > LARGEST_CONTRAST * least or most > LARGEST_CONTRAST * low):
        text = f"|s| from {high / held.min() / LARGEST_CONTRAST:.3g} to {low / held.max() * LARGEST_CONTRAST:.3g} 1/s"
        raise InvalidInput("s", s, text, "Lower rates are a field at rest, higher ones free hops")


def require_axis(lattice: IonLattice, axis: int) -> None:
    """Refuse an axis that is none, or along which there is one site."""
    if axis not in (0, 1, 2) or lattice.shape[axis] < 2:
        raise InvalidInput("axis", axis, "0, 1 or 2, along which there is more than one site")


def flow_scale(lattice: IonLattice) -> float:
    """m2. Diffusivity over the sum of the flow through all bonds."""
    return float(lattice.spacing**2 / lattice.weight.sum())


def solved_round(
    lattice: IonLattice, axis: int, tolerance: float, network: FaceOperator | None = None
) -> tuple[LatticeConductivity, Array | None]:
    """Along a periodic axis, and the potentials; the network keeps its multigrid from axis to axis."""
    from lisse.numerics.conduction import FaceOperator, checked_tolerance
    from lisse.numerics.uniform_field import uniform_field_response
    from lisse.numerics.wrapping import wrapping_axes

    checked_tolerance(tolerance)
    if not lattice.exchange[axis].all() and not wrapping_axes(lattice.exchange)[axis]:
        return LatticeConductivity(0.0, None, 0.0, axis, False, 0, 0.0), None
    require_solvable(lattice)
    operator = FaceOperator(lattice.exchange, np.zeros(lattice.shape)) if network is None else network
    response = uniform_field_response(operator, axis, tolerance)
    residual = max(response.residual, response.imbalance)
    require_convergence(response.converged, axis, residual, response.iterations, tolerance)
    diffusivity = response.flow.real * flow_scale(lattice)
    value = lattice.nernst_einstein * diffusivity
    return LatticeConductivity(value, None, diffusivity, axis, True, response.iterations, residual), response.x


def _tensor(lattice: IonLattice, tolerance: float) -> LatticeConductivity:
    from lisse.numerics.conduction import FaceOperator
    from lisse.numerics.uniform_field import mixed_flow

    axes = [axis for axis in range(3) if lattice.shape[axis] > 1]
    for axis in axes:
        if not lattice.periodic[axis]:
            raise InvalidInput("axis", None, "an axis, or a lattice that is periodic along all", "Name one: axis=0")
    operator = FaceOperator(lattice.exchange, np.zeros(lattice.shape))
    solved = {axis: solved_round(lattice, axis, tolerance, operator) for axis in axes}
    tensor = np.full((3, 3), np.nan)
    for axis in axes:
        tensor[axis, axis] = solved[axis][0].value
        for other in axes:
            x, y = solved[axis][1], solved[other][1]
            if other != axis:
                flow = 0.0 if x is None or y is None else mixed_flow(operator, axis, x, other, y)
                tensor[axis, other] = lattice.nernst_einstein * flow_scale(lattice) * flow
    results = [solved[axis][0] for axis in axes]
    value = float(np.mean([one.value for one in results]))
    return LatticeConductivity(
        value,
        tensor,
        value / lattice.nernst_einstein,
        None,
        all(one.percolates for one in results),
        sum(one.iterations for one in results),
        max(one.residual for one in results),
    )


def _between_ends(lattice: IonLattice, axis: int, tolerance: float) -> LatticeConductivity:
    """Between the first layer at 1 and the last at 0."""
    from lisse.numerics.conduction import checked_tolerance, solve
    from lisse.numerics.conduction_paths import HIGH, LOW, joined_to_ends

    checked_tolerance(tolerance)
    if lattice.shape[axis] == 2:
        return _of_ends(lattice, axis, float(lattice.exchange[axis].sum()), 0, 0.0)
    operator, low, high = _inner_network(lattice, axis)
    if not (joined_to_ends(operator.faces, low, high, axis) == LOW | HIGH).any():
        return _of_ends(lattice, axis, 0.0, 0, 0.0)
    require_solvable(lattice)
    sources = np.zeros(operator.shape)
    np.moveaxis(sources, axis, 0)[0] = low
    rounding = _ROUNDING * float(low.sum() + high.sum())

    def flows(x: Array) -> tuple[float, float]:
        layers = np.moveaxis(x, axis, 0)
        return float(np.sum(low * (1.0 - layers[0]))), float(np.sum(high * layers[-1]))

    def accepted(x: Array) -> bool:
        entering, leaving = flows(x)
        return abs(entering - leaving) <= max(tolerance * entering, rounding)

    found = solve(operator, sources, tolerance, accepted=accepted)
    require_convergence(found.converged, axis, found.residual, found.iterations, tolerance)
    layers = np.moveaxis(found.x, axis, 0)
    power = operator.power(found.x)[0] + float(np.sum(low * (1.0 - layers[0]) ** 2) + np.sum(high * layers[-1] ** 2))
    entering, leaving = flows(found.x)
    return _of_ends(lattice, axis, power, found.iterations, max(found.residual, abs(entering - leaving) / power))


def _inner_network(lattice: IonLattice, axis: int) -> tuple[FaceOperator, Array, Array]:
    """The sites between the two end layers, with the bonds to these as ground; and those bonds, low and high."""
    from lisse.numerics.conduction import FaceOperator

    count = lattice.shape[axis]
    along = np.moveaxis(lattice.exchange[axis], axis, 0)
    low, high = along[0].copy(), along[-2].copy()
    inner = [np.take(bonds, range(1, count - 1), axis=axis) for bonds in lattice.exchange]
    np.moveaxis(inner[axis], axis, 0)[-1] = 0.0
    ground = np.zeros(inner[0].shape)
    layers = np.moveaxis(ground, axis, 0)
    layers[0] += low
    layers[-1] += high
    return FaceOperator(inner, ground), low, high


def _of_ends(lattice: IonLattice, axis: int, power: float, iterations: int, residual: float) -> LatticeConductivity:
    """From the power under a potential difference of 1 between the end layers."""
    count = lattice.shape[axis]
    sites = lattice.weight.size / count
    diffusivity = power * (count - 1) / sites * lattice.spacing**2 / lattice.mean_weight
    value = lattice.nernst_einstein * diffusivity
    return LatticeConductivity(value, None, diffusivity, axis, power > 0.0, iterations, residual)


def require_convergence(converged: bool, axis: int, residual: float, iterations: int, tolerance: float) -> None:
    """Raise `SolveFailed` with what was reached."""
    if not converged:
        text = f"conductivity of the lattice along {'xyz'[axis]}: residual {residual:.1e} after {iterations} iterations"
        raise SolveFailed(f"{text}, tolerance {tolerance:.1e}. Ask for a looser tolerance, or lower the contrast")
