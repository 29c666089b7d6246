"""Scale the physical relations: toughness on ceramics, surface energy on cleaved crystals, activation energies.

Each is a line or a factor in logarithms; its scatter is measured on substances that were left out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lisse.materials.catalogue import load, names
from lisse.materials.estimates.composition import composition
from lisse.materials.estimates.elastic_pair import youngs_modulus
from lisse.materials.estimates.moduli import ModuliModel, stiffness
from lisse.materials.estimates.stored import table
from lisse.materials.estimates.substance import Substance
from lisse.materials.estimates.toughness import crystal_toughness
from lisse.materials.estimates.volume import AVOGADRO, VolumeModel
from lisse.materials.laws import REFERENCE_TEMPERATURE, Arrhenius
from lisse.numerics.linear_model import (
    Rows,
    fit_linear_model,
    group_half_width,
    nested_coverage,
    predicted_without_group,
    student_half_width,
)
from lisse.units import FARADAY, GAS_CONSTANT

__all__ = ["TOUGHNESS_ROWS", "Pair", "measured_pairs", "toughness_ratios", "train_relations"]

TOUGHNESS_ROWS = (
    ("LLZO", ("LLZO-K2a", "LLZO-K2b"), "Li6.25Al0.25La3Zr2O12"),
    ("LLZTO", ("LLZO-K1b",), "Li6.4La3Zr1.4Ta0.6O12"),
    ("LATP", ("LATP-M1",), "Li1.3Al0.3Ti1.7(PO4)3"),
    ("LAGP", ("LAGP-M1",), "Li1.5Al0.5Ge1.5(PO4)3"),
    ("Li3PS4", ("LPS-M2",), "Li3PS4"),
    ("Na-beta-alumina", ("BAL-4a",), "Na1.67Mg0.67Al10.33O17"),
)
"""Substance, rows and composition of the measured toughnesses: dense, and neither guessed by analogy, nor calculated,
nor toughened, nor of secondary particles."""
_KNOWN = ("density", "youngs_modulus", "poisson_ratio")
_EV_PER_DECADE = GAS_CONSTANT * REFERENCE_TEMPERATURE * math.log(10.0) / FARADAY
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Pair:
    """Conductivity at 25 degC (log10 of S/m) and activation energy (eV, of the conductivity) of one measured row."""

    substance: str
    row: str
    log_conductivity: float
    activation_energy: float


def train_relations(moduli: ModuliModel, volumes: VolumeModel) -> dict[str, Any]:
    """The stored relations with their validation.

    Parameters
    ----------
    moduli : ModuliModel. Gives Poisson's ratio where only Young's modulus of a tough ceramic is known.
    volumes : VolumeModel.
    """
    ratios = np.array(list(toughness_ratios(moduli, volumes).values()))
    return {"toughness": _factor(ratios), "surface": _surface(), "activation": _activation()}


def toughness_ratios(moduli: ModuliModel | None = None, volumes: VolumeModel | None = None) -> dict[str, float]:
    """ln of measured toughness over `crystal_toughness` at measured moduli, by substance (mean over its rows)."""
    found = {}
    for name, rows, formula in TOUGHNESS_ROWS:
        material = load(name)
        measured = [e.at() for e in material.properties["fracture_toughness"].entries if e.row in rows]
        if len(measured) != len(rows):
            raise LookupError(f"{name} has no row {rows} of a toughness")
        known = {key: material.value(key) for key in _KNOWN if material.has(key)}
        solid = stiffness(Substance(composition(formula), None, known), moduli, volumes)
        crystal = crystal_toughness(solid.bulk, solid.shear, solid.volume.value)
        found[name] = float(np.mean(np.log(measured))) - math.log(crystal)
    return found


def _factor(ratios: Array) -> dict[str, Any]:
    """A factor from a few logarithms, with the interval for one more substance."""
    others = [np.delete(ratios, place) for place in range(len(ratios))]
    errors = np.abs(ratios - [rest.mean() for rest in others])
    return {
        "factor": float(np.exp(ratios.mean())),
        "half_width": student_half_width(ratios),
        "validation": {
            "substances": len(ratios),
            "mean_absolute_error_one_out": float(errors.mean()),
            "coverage_one_out": float((errors <= [student_half_width(rest) for rest in others]).mean()),
            "standard_deviation": float(ratios.std(ddof=1)),
        },
    }


def _surface() -> dict[str, Any]:
    ratios = []
    for row in table("cleavage"):
        said = composition(row["formula"])
        volume = float(row["volume"]) * 1e-6 / AVOGADRO / said.atoms
        modulus = youngs_modulus(float(row["bulk"]) * 1e9, float(row["shear"]) * 1e9)
        ratios.append(math.log(float(row["energy"]) / modulus / volume ** (1.0 / 3.0)))
    return _factor(np.array(ratios))


def measured_pairs() -> list[Pair]:
    """Rows of lithium conductors with a conductivity and an activation energy: of the library, then of the table."""
    found = list(_library_pairs())
    for row in table("activation"):
        conductivity = math.log10(float(row["conductivity"]))
        found.append(Pair(row["substance"], row["row"], conductivity, float(row["activation_energy"])))
    return found


def _library_pairs() -> Iterator[Pair]:
    for name in names():
        material = load(name)
        if material.kind != "electrolyte" or "Li" not in material.formula:
            continue
        for entry in material.properties["ionic_conductivity"].entries:
            law = entry.law
            if isinstance(law, Arrhenius):
                energy = law.activation_energy / FARADAY
                if law.form == "sigma T":
                    energy -= GAS_CONSTANT * REFERENCE_TEMPERATURE / FARADAY  # slope of ln sigma itself
                yield Pair(name, entry.row, math.log10(entry.at(REFERENCE_TEMPERATURE)), energy)


def _activation() -> dict[str, Any]:
    pairs = measured_pairs()
    x = np.array([[1.0, each.log_conductivity] for each in pairs])
    y = np.array([each.activation_energy for each in pairs])

    def without(kept: Rows) -> Callable[[Rows], Array]:
        line = fit_linear_model(x[kept], y[kept], 0.0)
        return lambda out: line.predict(x[out])

    groups = [each.substance for each in pairs]
    error = predicted_without_group(without, groups) - y
    covered = nested_coverage(without, lambda rows, found: (found - y[rows])[:, None], groups)
    intercept, slope = fit_linear_model(x, y, 0.0).coefficients
    mean = predicted_without_group(lambda kept: lambda out: np.full(len(out), y[kept].mean()), groups)
    return {
        "intercept": float(intercept),
        "slope": float(slope),
        "half_width": group_half_width(error, groups),
        "range": [float(x[:, 1].min()), float(x[:, 1].max())],
        "validation": {
            "rows": len(pairs),
            "substances": len(set(groups)),
            "mean_absolute_error": float(np.abs(error).mean()),
            "baseline_mean_absolute_error": float(np.abs(mean - y).mean()),
            "coverage": float(covered[0]),
            "meyer_neldel_inverse_ev": float(math.log(10.0) / _EV_PER_DECADE + math.log(10.0) / slope),
        },
    }
