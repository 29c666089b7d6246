"""The model behind the estimate of the ionic conductivity, evaluated with NumPy alone.

log10 of the conductivity is a trend plus a correction:

    y = m(x) + a t(x)

The trend m is the median of a few robust linear fits in three features each; it is what holds for a substance of an
unknown family. The correction t is an ensemble of trees trained on what the trend leaves; it knows the families of the
training data and counts by the applicability a (`applicability`), which fades with the distance to them.
How the parts are trained is in ``conductivity_training.py``.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

import numpy as np

from lisse.materials.estimates.applicability import Neighbourhood, points
from lisse.materials.estimates.composition import Composition
from lisse.materials.estimates.features import (
    COMPOSITION_FEATURES,
    LATTICE_FEATURES,
    composition_features,
    lattice_features,
)
from lisse.materials.estimates.lattice import Lattice
from lisse.numerics.conformal import ErrorBand
from lisse.numerics.tree_ensemble import TreeEnsemble

__all__ = [
    "HIGHEST",
    "LOWEST",
    "MODELS",
    "ConductivityModel",
    "Described",
    "Prediction",
    "Said",
    "Trend",
    "column_names",
    "describe",
    "load_model",
    "say",
]

MODELS = ("composition", "lattice")
"""What a model needs to know: the composition only, or the unit cell with its space group too."""
_FILE = "conductivity.npz"
HIGHEST, LOWEST = -1.0, -18.0
"""log10 of S/cm. No estimate and no interval goes beyond; the best solid conductors of lithium reach -1.6."""
_NEAR = 6
_ALWAYS, _FAR = 0.5, 2.5  # decades: least scatter of what is known, scatter of what is not


@dataclass(frozen=True)
class Described:
    """Substances as a model sees them.

    Attributes
    ----------
    features : (n, k) array
        Named by `column_names`.
    points : (n, elements) array
        See `lisse.materials.estimates.applicability`.
    groups : (n,) array of int
        Space groups; 0 for the model without a lattice.
    """

    features: np.ndarray
    points: np.ndarray
    groups: np.ndarray

    def rows(self, chosen: np.ndarray) -> Described:
        """Some of them."""
        return Described(self.features[chosen], self.points[chosen], self.groups[chosen])


def describe(found: Sequence[Composition], lattices: Sequence[Lattice] | None = None) -> Described:
    """Substances as the model without lattices sees them, or with.

    Parameters
    ----------
    found : (n,) sequence of Composition.
    lattices : (n,) sequence of Lattice with space groups, or None.
    """
    features = np.array([composition_features(each) for each in found])
    groups = np.zeros(len(found), dtype=int)
    if lattices is not None:
        cells = [lattice_features(each, lattice) for each, lattice in zip(found, lattices, strict=True)]
        features = np.column_stack([features, np.array(cells)])
        groups = np.array([lattice.space_group or 0 for lattice in lattices])
    return Described(features, points(found), groups)


@dataclass(frozen=True)
class Trend:
    """The median of several linear fits.

    Attributes
    ----------
    columns : (p,) array of int
        Which features the fits use.
    weights : (fits, p + 1) array
        Intercept and slopes; zero for a feature that a fit does not use.
    """

    columns: np.ndarray
    weights: np.ndarray

    def predict(self, features: np.ndarray) -> np.ndarray:
        """log10 of S/cm for (n, k) features."""
        fits = self.weights[:, 0] + features[:, self.columns] @ self.weights[:, 1:].T
        return np.asarray(np.median(fits, axis=1))


@dataclass(frozen=True)
class Prediction:
    """What a model says of n substances: (n,) arrays, log10 of S/cm, and the applicability."""

    middle: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    applicability: np.ndarray


@dataclass(frozen=True)
class Said:
    """The parts of a prediction, before it is known how far the correction reaches: (n,) arrays, decades.

    Attributes
    ----------
    trend, correction : array
    disagreement : array
        Standard deviation over the trees.
    unevenness : array
        Mean deviation, from their median, of what the trend leaves of the nearest training data.
    squared_distance : array
        To the nearest training data.
    """

    trend: np.ndarray
    correction: np.ndarray
    disagreement: np.ndarray
    unevenness: np.ndarray
    squared_distance: np.ndarray

    def applicability(self, width: float) -> np.ndarray:
        """From 0 to 1."""
        return np.asarray(np.exp(-self.squared_distance / (2.0 * width**2)))

    def scatter(self, applicability: np.ndarray) -> np.ndarray:
        """Decades. Expected scatter, up to a factor: larger far from the data, and where what is near disagrees."""
        near = _ALWAYS + self.disagreement + self.unevenness
        return np.asarray((1.0 - applicability) * _FAR + applicability * near)


def say(trend: Trend, trees: TreeEnsemble, neighbourhood: Neighbourhood, left: np.ndarray, asked: Described) -> Said:
    """What the parts of a model say of substances."""
    each = trees.each(asked.features)
    distance, rows = neighbourhood.nearest(asked.points, asked.groups, _NEAR)
    near = left[rows]
    uneven = np.abs(near - np.median(near, axis=1, keepdims=True)).mean(axis=1)
    return Said(trend.predict(asked.features), each.mean(axis=1), each.std(axis=1), uneven, distance[:, 0])


@dataclass(frozen=True)
class ConductivityModel:
    """Trend, correction, the training data as points, and the band of errors.

    Attributes
    ----------
    trend : Trend
    trees : TreeEnsemble
        What the trend leaves.
    neighbourhood : Neighbourhood
    left : (n,) array
        What the trend leaves of the training data.
    width : float
        Distance over which the applicability fades.
    band : ErrorBand
        90 % band against the applicability, in units of the expected scatter.
    elements : tuple of str
        Elements of the training data.
    """

    trend: Trend
    trees: TreeEnsemble
    neighbourhood: Neighbourhood
    left: np.ndarray
    width: float
    band: ErrorBand
    elements: tuple[str, ...]

    def predict(self, asked: Described, inside: np.ndarray | None = None) -> Prediction:
        """Median and 90 % interval.

        Parameters
        ----------
        asked : Described, of `describe`.
        inside : (n,) array of bool, or None. Where it is false (an element that the training data lack), the
            applicability is zero.
        """
        said = say(self.trend, self.trees, self.neighbourhood, self.left, asked)
        known = said.applicability(self.width)
        if inside is not None:
            known = np.where(inside, known, 0.0)
        middle = np.clip(said.trend + known * said.correction, LOWEST, HIGHEST)
        below, above = self.band.at(known)
        scatter = said.scatter(known)
        lower, upper = middle - below * scatter, middle + above * scatter
        return Prediction(middle, np.maximum(lower, LOWEST), np.minimum(upper, HIGHEST), known)

    def to_arrays(self, prefix: str) -> dict[str, np.ndarray]:
        """Arrays for an ``.npz`` file; names begin with `prefix`."""
        return {
            f"{prefix}columns": self.trend.columns.astype(np.int16),
            f"{prefix}weights": self.trend.weights,
            **self.trees.to_arrays(f"{prefix}tree_"),
            f"{prefix}points": self.neighbourhood.points.astype(np.float32),
            f"{prefix}groups": self.neighbourhood.groups.astype(np.int16),
            f"{prefix}left": self.left,
            f"{prefix}width": np.array(self.width),
            f"{prefix}band": np.array([self.band.knowledge, self.band.below, self.band.above]),
            f"{prefix}elements": np.array(self.elements),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any], prefix: str) -> ConductivityModel:
        """The model that `to_arrays` described."""
        take = {name.removeprefix(prefix): np.asarray(arrays[name]) for name in arrays if name.startswith(prefix)}
        return cls(
            Trend(take["columns"].astype(int), take["weights"]),
            TreeEnsemble.from_arrays(take, "tree_"),
            Neighbourhood(take["points"].astype(float), take["groups"].astype(int)),
            take["left"],
            float(take["width"]),
            ErrorBand(*take["band"]),
            tuple(str(symbol) for symbol in take["elements"]),
        )


@functools.cache
def load_model(name: str) -> ConductivityModel:
    """One of the shipped `MODELS`."""
    file = resources.files("lisse.materials.estimates") / _FILE
    with file.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
        return ConductivityModel.from_arrays(dict(arrays), f"{name}_")


def column_names(with_lattice: bool) -> tuple[str, ...]:
    """Names of the features of a model."""
    return COMPOSITION_FEATURES + (LATTICE_FEATURES if with_lattice else ())
