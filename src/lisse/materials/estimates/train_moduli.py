"""Train the moduli: calculated tensors of cubic lithium compounds and measured minerals, checked by anion chemistry."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lisse.errors import InvalidInput
from lisse.materials.catalogue import load, names
from lisse.materials.estimates.bonding import COLUMNS, bonding_columns
from lisse.materials.estimates.composition import Composition, composition
from lisse.materials.estimates.elastic_pair import youngs_modulus
from lisse.materials.estimates.measured import formula_of
from lisse.materials.estimates.stored import table
from lisse.materials.estimates.volume import ANGSTROM3, AVOGADRO
from lisse.numerics.linear_model import (
    LinearModel,
    Rows,
    fit_linear_model,
    group_half_width,
    nested_coverage,
    pooled_half_width,
    predicted_without_group,
)

__all__ = ["Solid", "hill_moduli", "published_scatter", "read_minerals", "read_solids", "train_moduli"]

TENSORS = "se_ahmad_dendrite/cubic-training-set-data.json"
OTHERS = ("LLZO-M1b", "LLZO-M3b", "LLZO-M4")
"""Rows of the library that are of porous samples or of another composition than that of their file."""
_PENALTY = 0.3  # scatter over the prior scatter of a coefficient, squared; the columns are scaled to 1
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Solid:
    """One solid of the training data: volume per atom in m3, moduli in GPa."""

    name: str
    composition: Composition
    volume: float
    bulk: float
    shear: float
    kind: str = "cubic"

    @property
    def chemistry(self) -> str:
        """The group that is left out together: by the anion; silicates and other minerals apart from lithium oxides."""
        anion = self.composition.anions[0]
        if self.kind == "mineral":
            return "silicates" if "Si" in self.composition.amounts else "oxides"
        groups = {
            "chalcogenides": "S Se",
            "pnictides": "P As",
            "halides": "Cl Br I",
            "fluorides": "F",
            "oxides": "O",
            "nitrides": "N",
            "hydrides": "H",
        }
        return next(name for name, members in groups.items() if anion in members.split())


def train_moduli(data: Path) -> dict[str, Any]:
    """The stored model with its validation.

    Parameters
    ----------
    data : Path. Folder that holds ``se_ahmad_dendrite``.
    """
    cubic, minerals = read_solids(data / TENSORS), read_minerals()
    solids = [*cubic, *minerals]
    columns = np.array([bonding_columns(each.composition, each.volume) for each in solids])
    targets = np.log([[each.bulk, each.shear] for each in solids])

    def without(kept: Rows) -> Callable[[Rows], Array]:
        centre, scale, lines = _fit(columns[kept], targets[kept])
        return lambda out: _predicted(centre, scale, lines, columns[out])

    groups = [each.chemistry for each in solids]
    found = predicted_without_group(without, groups)
    errors = _errors(found[:, :2], targets)

    def residual(rows: Rows, predicted: Array) -> Array:
        scale_up = np.sqrt(1.0 + predicted[:, 2])
        return np.stack(list(_errors(predicted[:, :2], targets[rows]).values()), axis=1) / scale_up[:, None]

    everything = residual(np.arange(len(solids)), found)
    half_widths = {name: group_half_width(column, groups) for name, column in zip(errors, everything.T, strict=True)}
    covered = nested_coverage(without, residual, groups)
    alone = _errors(predicted_without_group(without, [str(place) for place in range(len(solids))])[:, :2], targets)
    centre, scale, lines = _fit(columns, targets)
    return {
        "columns": list(COLUMNS),
        "centre": centre.tolist(),
        "scale": scale.tolist(),
        "bulk": lines[0].coefficients.tolist(),
        "shear": lines[1].coefficients.tolist(),
        "spread": lines[0].spread.tolist(),
        "half_widths": half_widths,
        "scatter": published_scatter(),
        "inside": float(np.quantile(found[:, 2], 0.9)),
        "anions": sorted({symbol for each in solids for symbol in each.composition.anions}),
        "validation": {
            "solids": len(cubic),
            "minerals": len(minerals),
            "groups": {name: groups.count(name) for name in sorted(set(groups))},
            "mean_absolute_error": {name: float(np.abs(error).mean()) for name, error in errors.items()},
            "mean_absolute_error_one_out": {name: float(np.abs(error).mean()) for name, error in alone.items()},
            "coverage": {name: float(share) for name, share in zip(errors, covered, strict=True)},
            "baseline_mean": _baseline(columns[:, :0], targets, groups),
            "baseline_volume": _baseline(columns[:, :1], targets, groups),
        },
    }


def read_solids(path: Path) -> list[Solid]:
    """Ionic solids among the cubic ones: those whose formula is neutral under common oxidation states."""
    found = []
    for record in json.loads(path.read_text(encoding="utf-8")):
        try:
            said = composition(record["pretty_formula"])
        except InvalidInput:
            continue  # alloys have no charges
        bulk, shear = hill_moduli(np.array(record["elasticity"]["elastic_tensor_original"]))
        volume = record["volume"] / record["nsites"] * ANGSTROM3
        found.append(Solid(record["pretty_formula"], said, volume, bulk, shear))
    return found


def read_minerals() -> list[Solid]:
    """The table of minerals that lies beside this file."""
    found = []
    for row in table("minerals"):
        said = composition(row["formula"])
        volume = float(row["volume"]) * 1e-6 / AVOGADRO / said.atoms
        found.append(Solid(row["name"], said, volume, float(row["bulk"]), float(row["shear"]), "mineral"))
    return found


def hill_moduli(stiffness: Array) -> tuple[float, float]:
    """Bulk and shear modulus of a random polycrystal of a cubic crystal: mean of Voigt's and Reuss's bound.

    Parameters
    ----------
    stiffness : (6, 6) array, any unit. Its entries that cubic symmetry makes equal are averaged.
    """
    upper = stiffness[:3, :3]
    c11, c44 = float(np.diagonal(upper).mean()), float(np.diagonal(stiffness[3:, 3:]).mean())
    c12 = float((upper.sum() - np.trace(upper)) / 6.0)
    voigt = (c11 - c12 + 3.0 * c44) / 5.0
    reuss = 5.0 * (c11 - c12) * c44 / (4.0 * c44 + 3.0 * (c11 - c12))
    return (c11 + 2.0 * c12) / 3.0, 0.5 * (voigt + reuss)


def _fit(columns: Array, targets: Array) -> tuple[Array, Array, tuple[LinearModel, LinearModel]]:
    centre, scale = columns.mean(axis=0), columns.std(axis=0)
    x = np.column_stack([np.ones(len(columns)), (columns - centre) / scale])
    penalty = np.array([0.0, *np.full(columns.shape[1], _PENALTY)])
    bulk, shear = (fit_linear_model(x, target, penalty) for target in targets.T)
    return centre, scale, (bulk, shear)


def _predicted(centre: Array, scale: Array, lines: tuple[LinearModel, LinearModel], columns: Array) -> Array:
    """(n, 3) ln K, ln G and the leverage."""
    x = np.column_stack([np.ones(len(columns)), (columns - centre) / scale])
    return np.column_stack([*(line.predict(x) for line in lines), lines[0].leverage(x)])


def _errors(found: Array, targets: Array) -> dict[str, Array]:
    """Errors of the logarithm of everything that has an interval."""
    (bulk, shear), (right_bulk, right_shear) = found.T, targets.T
    youngs = [np.log(youngs_modulus(np.exp(k), np.exp(g))) for k, g in ((bulk, shear), (right_bulk, right_shear))]
    return {
        "bulk_modulus": bulk - right_bulk,
        "shear_modulus": shear - right_shear,
        "youngs_modulus": youngs[0] - youngs[1],
        "poisson_ratio": (shear - bulk) - (right_shear - right_bulk),
        "geometric": 0.5 * (bulk + shear - right_bulk - right_shear),
    }


def published_scatter() -> float:
    """Half-width of ln of one published modulus about the mean of its composition, over the library.

    Young's and shear moduli together: there are too few bulk moduli and Poisson ratios with two values.
    """
    found: dict[tuple[str, str], dict[str, float]] = {}
    for substance in names():
        material = load(substance)
        formula = formula_of(material)
        for name in ("youngs_modulus", "shear_modulus"):
            if material.kind == "electrolyte" and formula and material.has(name):
                rows = {entry.row: math.log(entry.at()) for entry in material.properties[name].entries}
                kept = {row: value for row, value in rows.items() if row not in OTHERS}
                found.setdefault((formula, name), {}).update(kept)
    return pooled_half_width([list(rows.values()) for rows in found.values()])


def _baseline(columns: Array, targets: Array, groups: list[str]) -> dict[str, float]:
    """Mean absolute errors of fewer columns: none is the mean of the other groups, one their line on the volume."""

    def without(kept: Rows) -> Callable[[Rows], Array]:
        centre, scale, lines = _fit(columns[kept], targets[kept])
        return lambda out: _predicted(centre, scale, lines, columns[out])

    found = predicted_without_group(without, groups)[:, :2]
    return {name: float(np.abs(error).mean()) for name, error in _errors(found, targets).items()}
