"""Train the volumes of ions: from the unit cells of `train.csv`, checked by whole families and on other solids."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lisse.materials.estimates.composition import Composition
from lisse.materials.estimates.obelix import read_obelix
from lisse.materials.estimates.stored import plain_model
from lisse.materials.estimates.train_moduli import TENSORS, read_solids
from lisse.materials.estimates.volume import ANGSTROM3, VolumeModel, ion_columns, ions_of
from lisse.numerics.linear_model import (
    LinearModel,
    Rows,
    fit_linear_model,
    group_half_width,
    nested_coverage,
    predicted_without_group,
)

__all__ = ["UnitCell", "read_cells", "train_volume"]

IMPOSSIBLE = 0.3
"""Relative difference beyond which the number of formula units in the table must be wrong."""
_NOISE, _PRIOR = 0.03, 2.0  # relative scatter of a volume; scatter of an ion's volume about the law of radii, angstrom3
_TINY = 1e-6
Array = NDArray[np.float64]


@dataclass(frozen=True)
class UnitCell:
    """One entry of the table: composition, family, volume per atom (cubic angstrom)."""

    composition: Composition
    family: str
    volume: float


def train_volume(data: Path) -> dict[str, Any]:
    """The stored model with its validation.

    Parameters
    ----------
    data : Path. Folder that holds ``se_obelix`` and ``se_ahmad_dendrite``.
    """
    cells = read_cells(data)
    ions = tuple(sorted({ion for each in cells for ion in ions_of(each.composition)}))
    columns = np.array([ion_columns(each.composition, ions) for each in cells])
    volume = np.array([each.volume for each in cells])
    first = _fit(columns, volume)
    wrong = np.abs(first.predict(columns) / volume - 1.0) > IMPOSSIBLE
    misprinted = [cells[place].composition.formula for place in np.flatnonzero(wrong)]
    cells = [each for each, bad in zip(cells, wrong, strict=True) if not bad]
    columns, volume = columns[~wrong], volume[~wrong]

    def without(kept: Rows) -> Callable[[Rows], Array]:
        line = _fit(columns[kept], volume[kept])
        return lambda out: np.stack(_predicted(line, columns[out]), axis=1)

    def residual(rows: Rows, predicted: Array) -> Array:
        scaled: Array = np.log(predicted[:, 0] / volume[rows]) / np.sqrt(1.0 + predicted[:, 1])
        return scaled[:, None]

    groups = [each.family for each in cells]
    found = predicted_without_group(without, groups)
    error = np.log(found[:, 0] / volume)
    half_width = group_half_width(residual(np.arange(len(cells)), found)[:, 0], groups)
    line = _fit(columns, volume)
    model = VolumeModel(ions, line, half_width, float(np.quantile(found[:, 1], 0.9)))
    return {
        "ions": [list(ion) for ion in ions],
        **plain_model(line),
        "half_width": half_width,
        "inside": model.inside,
        "validation": {
            "entries": len(cells),
            "families": len(set(groups)),
            "misprinted": misprinted,
            "mean_absolute_error": float(np.abs(error).mean()),
            "median_absolute_error": float(np.median(np.abs(error))),
            "coverage": float(nested_coverage(without, residual, groups)[0]),
            "baseline_mean_absolute_error": _baseline(volume, groups),
            "cubic": _cubic(model, data / TENSORS),
        },
    }


def read_cells(data: Path) -> list[UnitCell]:
    """Entries of the cleaned table that have a unit cell."""
    return [
        UnitCell(row.composition, row.family, row.lattice.formula_volume / ANGSTROM3 / row.composition.atoms)
        for row in read_obelix(data).rows
        if row.lattice is not None
    ]


def _fit(columns: Array, volume: Array) -> LinearModel:
    """Least squares of relative errors; the volumes of single ions are held to the law of radii."""
    penalty = np.full(columns.shape[1], (_NOISE / _PRIOR) ** 2)
    penalty[:4] = _TINY
    return fit_linear_model(columns / volume[:, None], np.ones(len(volume)), penalty)


def _predicted(line: LinearModel, columns: Array) -> tuple[Array, Array]:
    volume = np.maximum(line.predict(columns), 1.0)
    return volume, line.leverage(columns / volume[:, None])


def _baseline(volume: Array, groups: list[str]) -> float:
    """Mean absolute error of ln V of the mean of the other families."""
    middle = predicted_without_group(lambda kept: lambda out: np.full(len(out), np.log(volume[kept]).mean()), groups)
    return float(np.abs(middle - np.log(volume)).mean())


def _cubic(model: VolumeModel, path: Path) -> Mapping[str, float]:
    """How the model does on calculated cubic solids that it was not trained on."""
    error, covered = [], []
    for solid in read_solids(path):
        guess = model.predict(solid.composition)
        error.append(math.log(guess.value / solid.volume))
        covered.append(abs(error[-1]) <= guess.half_width)
    return {
        "solids": len(error),
        "mean_absolute_error": float(np.abs(error).mean()),
        "bias": float(np.mean(error)),
        "coverage": float(np.mean(covered)),
    }
