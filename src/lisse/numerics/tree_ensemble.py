"""Evaluate an ensemble of regression trees that was grown elsewhere and kept as plain arrays.

Nodes of all trees stand in one list, each tree depth first: the left child of a node is the next node, the right child
stands at ``right``. A node with ``feature`` -1 is a leaf, and ``number`` is its value; else ``number`` is the
threshold: at most that goes left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["TreeEnsemble"]


@dataclass(frozen=True)
class TreeEnsemble:
    """Regression trees whose mean is the prediction.

    Attributes
    ----------
    feature : (nodes,) array of int16
        Column that a node asks for; -1 in a leaf.
    number : (nodes,) array of float
        Threshold of a node, value of a leaf.
    right : (nodes,) array of int32
        Place of the right child; 0 in a leaf.
    roots : (trees,) array of int32
        Place of the root of each tree.
    """

    feature: np.ndarray
    number: np.ndarray
    right: np.ndarray
    roots: np.ndarray

    def each(self, features: np.ndarray) -> np.ndarray:
        """What each tree says.

        Parameters
        ----------
        features : (n, k) array. Compared in single precision, as the trees were grown.

        Returns
        -------
        (n, trees) array.
        """
        asked = np.asarray(features, dtype=np.float32).astype(float)
        rows = np.arange(len(asked))[:, None]
        place = np.broadcast_to(self.roots, (len(asked), len(self.roots))).astype(np.int64)
        while True:
            column = self.feature[place]
            inner = column >= 0
            if not inner.any():
                return np.asarray(self.number[place], dtype=float)
            left = asked[rows, np.maximum(column, 0)] <= self.number[place]
            place = np.where(inner, np.where(left, place + 1, self.right[place]), place)

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Mean of the trees.

        Parameters
        ----------
        features : (n, k) array.

        Returns
        -------
        (n,) array.
        """
        return np.asarray(self.each(features).mean(axis=1))

    def to_arrays(self, prefix: str) -> dict[str, np.ndarray]:
        """Arrays for an ``.npz`` file; names begin with `prefix`."""
        return {
            f"{prefix}feature": self.feature.astype(np.int16),
            f"{prefix}number": self.number.astype(np.float64),
            f"{prefix}right": self.right.astype(np.int32),
            f"{prefix}roots": self.roots.astype(np.int32),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any], prefix: str) -> TreeEnsemble:
        """The ensemble that `to_arrays` described."""
        return cls(*(np.asarray(arrays[prefix + name]) for name in ("feature", "number", "right", "roots")))

    @classmethod
    def from_forest(cls, forest: Any) -> TreeEnsemble:
        """The trees of a fitted forest of scikit-learn (mean of its trees), in this form."""
        feature, number, right, roots = [], [], [], []
        start = 0
        for tree in (grown.tree_ for grown in forest.estimators_):
            leaf = tree.children_left < 0
            if not np.array_equal(tree.children_left[~leaf], np.flatnonzero(~leaf) + 1):
                raise ValueError("the nodes of a tree are not in depth-first order")
            feature.append(np.where(leaf, -1, tree.feature))
            number.append(np.where(leaf, tree.value[:, 0, 0], tree.threshold))
            right.append(np.where(leaf, 0, tree.children_right + start))
            roots.append(start)
            start += tree.node_count
        return cls(
            np.concatenate(feature).astype(np.int16),
            np.concatenate(number),
            np.concatenate(right).astype(np.int32),
            np.array(roots, dtype=np.int32),
        )
