"""Cross-validation folds that keep groups whole, so that nothing is predicted from its own kin."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

__all__ = ["folds_of_groups", "leave_one_group_out"]


def leave_one_group_out(labels: Sequence[str]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """One fold for each group, in the order of their names.

    Parameters
    ----------
    labels : (n,) sequence of str. Group of each row.

    Yields
    ------
    train, test : (k,) and (n - k,) arrays of int. Row numbers, ascending.
    """
    groups = np.asarray(labels, dtype=str)
    for name in np.unique(groups):
        yield np.flatnonzero(groups != name), np.flatnonzero(groups == name)


def folds_of_groups(labels: Sequence[str], count: int) -> np.ndarray:
    """Deal whole groups into folds of about the same size: the largest group first, each to the emptiest fold.

    Parameters
    ----------
    labels : (n,) sequence of str. Group of each row.
    count : int. Number of folds.

    Returns
    -------
    (n,) array of str. The fold of each row, as a label for `leave_one_group_out`.
    """
    groups = np.asarray(labels, dtype=str)
    names, sizes = np.unique(groups, return_counts=True)
    filled = np.zeros(count)
    fold = {}
    for place in np.lexsort((names, -sizes)):
        emptiest = int(np.argmin(filled))
        fold[str(names[place])] = f"{emptiest:03d}"
        filled[emptiest] += sizes[place]
    return np.array([fold[str(group)] for group in groups], dtype=str)
