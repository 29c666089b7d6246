"""Numbers that describe a composition, and a lattice where there is one, for models to be trained on.

None depends on how the formula is written: Li0.5La0.5TiO3 and LiLaTi2O6 give the same. "Framework" is every element
with a positive oxidation state but lithium.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from lisse.materials.estimates.composition import Composition
from lisse.materials.estimates.elements import Element, element
from lisse.materials.estimates.lattice import Lattice

__all__ = ["COMPOSITION_FEATURES", "LATTICE_FEATURES", "composition_features", "lattice_features", "packing_fraction"]

_ANGSTROM = 1e-10
_SMALL, _LARGE = 0.55, 0.9  # angstrom: up to the first tetrahedral, above the second more than octahedral
_SIMILAR = 0.15  # angstrom: cations closer in radius than this can share a site
_LARGEST_WHOLE, _ROUNDING = 400, 0.02
_SHARES = {"oxide": "O", "sulfide": "S", "selenide": "Se", "nitride": "N", "hydride": "H", "fluoride": "F"}
_HALIDES = ("Cl", "Br", "I")

_FIGURES: dict[str, Callable[[Element, float], float]] = {
    "electronegativity": lambda kind, state: kind.electronegativity,
    "polarisability": lambda kind, state: math.log10(kind.polarisability / _ANGSTROM**3),
    "radius": lambda kind, state: kind.radius(state) / _ANGSTROM,
    "charge": lambda kind, state: abs(state),
    "mass": lambda kind, state: math.log10(kind.molar_mass),
}
_STATISTICS = {"anion": ("mean", "spread"), "framework": ("mean", "spread", "lowest", "highest")}

COMPOSITION_FEATURES: tuple[str, ...] = (
    "lithium_fraction",
    "log_lithium_fraction",
    "lithium_per_anion",
    "framework_per_anion",
    "lithium_charge_share",
    *(f"{part}_{name}_{how}" for part, kinds in _STATISTICS.items() for name in _FIGURES for how in kinds),
    "electronegativity_difference",
    "highest_field_strength",
    "framework_elements",
    "framework_entropy",
    "anion_entropy",
    "site_mixing",
    "dopant_mismatch",
    "log_whole_formula",
    "tetrahedral_per_anion",
    "octahedral_per_anion",
    "large_per_anion",
    "mixed_valence_share",
    *(f"{name}_share" for name in _SHARES),
    "heavy_halide_share",
    "log_mean_mass",
)
"""Names of what `composition_features` returns."""

LATTICE_FEATURES: tuple[str, ...] = (
    "log_volume_per_atom",
    "log_volume_per_lithium",
    "log_volume_per_anion",
    "free_volume",
    "crystal_system",
    "high_symmetry",
    "log_point_group_order",
    "log_cell_volume",
)
"""Names of what `lattice_features` returns."""

_SYSTEMS = (2, 15, 74, 142, 167, 194, 230)  # last space group of each crystal system
_POINT_GROUP_ORDERS = (
    ((1, 1), (2, 2), (9, 2), (15, 4), (46, 4), (74, 8), (82, 4), (122, 8), (142, 16), (146, 3), (148, 6), (161, 6))
    + ((167, 12), (174, 6), (190, 12), (194, 24), (199, 12), (220, 24), (230, 48))
)  # fmt: skip
_FIRST_TETRAGONAL = 75


def composition_features(found: Composition) -> np.ndarray:
    """What the formula says.

    Parameters
    ----------
    found : Composition. Holds lithium.

    Returns
    -------
    (len(COMPOSITION_FEATURES),) array. Lengths in angstrom, masses in log10 kg/mol, polarisabilities in log10
    angstrom^3.
    """
    amounts, states = found.amounts, found.states
    per_anion = 1.0 / sum(amounts[symbol] for symbol in found.anions)
    lithium = amounts["Li"]
    positive = sum(amounts[symbol] * state for symbol, state in states.items() if state > 0.0)
    framework = {symbol: amounts[symbol] * per_anion for symbol in found.framework}
    anions = {symbol: amounts[symbol] * per_anion for symbol in found.anions}
    anion_figures, framework_figures = _statistics(anions, found, "anion"), _statistics(framework, found, "framework")
    electronegativities = anion_figures[0] - framework_figures[0]
    numbers = [
        lithium / found.atoms,
        math.log10(lithium / found.atoms),
        lithium * per_anion,
        sum(framework.values()),
        lithium / positive,
        *anion_figures,
        *framework_figures,
        electronegativities,
        max((states[each] / (_radius(each, found) + 1.4) ** 2 for each in framework), default=0.0),
        len(framework),
        _entropy(framework),
        _entropy(anions),
        *_site_mixing(framework, found),
        math.log10(_whole_formula(amounts)),
        *_by_size(framework, found),
        sum(share for each, share in framework.items() if element(each).mixed_valence)
        / max(sum(framework.values()), 1e-12),
        *(anions.get(symbol, 0.0) for symbol in _SHARES.values()),
        sum(anions.get(symbol, 0.0) for symbol in _HALIDES),
        math.log10(found.molar_mass / found.atoms),
    ]
    return np.array(numbers, dtype=float)


def lattice_features(found: Composition, lattice: Lattice) -> np.ndarray:
    """What the unit cell says.

    Parameters
    ----------
    found : Composition. Its formula unit is that of `lattice`.
    lattice : Lattice. With a space group.

    Returns
    -------
    (len(LATTICE_FEATURES),) array. Volumes in log10 angstrom^3.
    """
    group = lattice.space_group
    if group is None:
        raise ValueError("lattice_features needs a space group")
    volume = lattice.formula_volume / _ANGSTROM**3
    anions = sum(found.amounts[symbol] for symbol in found.anions)
    order = next(order for last, order in _POINT_GROUP_ORDERS if group <= last)
    numbers = [
        math.log10(volume / found.atoms),
        math.log10(volume / found.amounts["Li"]),
        math.log10(volume / anions),
        1.0 - packing_fraction(found, lattice),
        float(np.searchsorted(_SYSTEMS, group)),
        float(group >= _FIRST_TETRAGONAL),
        math.log2(order),
        math.log10(lattice.volume / _ANGSTROM**3),
    ]
    return np.array(numbers)


def packing_fraction(found: Composition, lattice: Lattice) -> float:
    """Share of the cell that spheres of the ionic radii would fill.

    From 0.5 to 0.87 for the crystals of the training data; far outside, the content of the cell is wrong.
    """
    spheres = sum(amount * max(_radius(symbol, found), 0.0) ** 3 for symbol, amount in found.amounts.items())
    return 4.0 / 3.0 * math.pi * spheres * _ANGSTROM**3 / lattice.formula_volume


def _radius(symbol: str, found: Composition) -> float:
    """Ionic radius in angstrom."""
    return element(symbol).radius(found.states[symbol]) / _ANGSTROM


def _statistics(amounts: dict[str, float], found: Composition, part: str) -> list[float]:
    """`_STATISTICS` of every figure; a framework of nothing counts as one of lithium."""
    weights = amounts or {"Li": 1.0}
    total = sum(weights.values())
    shares = [weight / total for weight in weights.values()]
    kinds = [(element(symbol), found.states[symbol]) for symbol in weights]
    numbers: list[float] = []
    for figure in _FIGURES.values():  # a handful of values: plain Python is faster than arrays
        values = [figure(kind, state) for kind, state in kinds]
        mean = sum(share * value for share, value in zip(shares, values, strict=True))
        spread = sum(share * (value - mean) ** 2 for share, value in zip(shares, values, strict=True))
        numbers += [mean, math.sqrt(spread)]
        if part == "framework":
            numbers += [min(values), max(values)]
    return numbers


def _entropy(amounts: dict[str, float]) -> float:
    """Of mixing, in units of the gas constant per site."""
    total = sum(amounts.values())
    return -sum(amount / total * math.log(amount / total) for amount in amounts.values())


def _site_mixing(framework: dict[str, float], found: Composition) -> tuple[float, float]:
    """How much of the framework shares sites (similar radius), and how much of that differs in charge."""
    total = sum(framework.values())
    symbols = list(framework)
    mixing = mismatch = 0.0
    for place, one in enumerate(symbols):
        for other in symbols[place + 1 :]:
            apart = (_radius(one, found) - _radius(other, found)) / _SIMILAR
            shared = framework[one] * framework[other] / total**2 * math.exp(-(apart**2))
            mixing += shared
            mismatch += shared * abs(found.states[one] - found.states[other])
    return math.sqrt(mixing), math.sqrt(mismatch)


def _by_size(framework: dict[str, float], found: Composition) -> tuple[float, float, float]:
    """Framework cations per anion that are small, middling and large."""
    sizes = {symbol: _radius(symbol, found) for symbol in framework}
    small = sum(framework[symbol] for symbol, size in sizes.items() if size < _SMALL)
    large = sum(framework[symbol] for symbol, size in sizes.items() if size > _LARGE)
    return small, sum(framework.values()) - small - large, large


def _whole_formula(amounts: Mapping[str, float]) -> float:
    """Atoms in the smallest formula of whole numbers: 18 for LiTi2(PO4)3, 181 for Li1.1Al0.1Ti1.9(PO4)3.

    Large numbers mean that sites are shared or partly empty.
    """
    shares = np.array(list(amounts.values()), dtype=float)
    shares /= shares.max()
    counts = np.arange(1, _LARGEST_WHOLE + 1)[:, None] * shares
    whole = np.abs(counts - np.round(counts)).max(axis=1) < _ROUNDING
    multiplier = int(np.argmax(whole)) + 1 if whole.any() else _LARGEST_WHOLE
    return float(multiplier * shares.sum())
