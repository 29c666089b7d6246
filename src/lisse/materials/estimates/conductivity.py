"""Ionic conductivity at room temperature from the composition, and from the unit cell where it is known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lisse.materials.estimates.activation_energy import conductivity_law
from lisse.materials.estimates.composition import Composition
from lisse.materials.estimates.conductivity_model import Prediction, describe, load_model
from lisse.materials.estimates.features import packing_fraction
from lisse.materials.estimates.lattice import Lattice
from lisse.materials.estimates.result import Estimate
from lisse.materials.estimates.stored import stored
from lisse.materials.estimates.substance import Substance
from lisse.materials.estimates.words import FAR

__all__ = ["estimate_conductivity", "predict_conductivities"]

_PER_CENTIMETRE = 100.0  # S/m in one S/cm
_REFERENCES = ("therrien2025", "shannon1976", "geurts2006")
_PACKING = (0.4, 0.95)
_SALT = "salts of lithium and one other element mostly conduct less than that trend says, by decades"


def estimate_conductivity(subject: Substance) -> Estimate:
    """Ionic conductivity at room temperature.

    log10 of the conductivity is a robust trend (anion, disorder of the formula, symmetry) plus an ensemble of trees
    that counts as far as the training data reach (`conductivity_model`). The number is what a laboratory would report
    for a sample of that composition, mostly the total conductivity of a sintered or pressed pellet.

    Parameters
    ----------
    subject : Substance. With a lattice and its space group, the model that uses them; else that of the composition.

    Returns
    -------
    Estimate, S/m. An element that the training data lack makes the applicability zero, with a warning. A lattice
    without a space group, or with a content that cannot be right, is left out, with a warning.

    Notes
    -----
    Sources: therrien2025 (data), geurts2006 (trees), shannon1976 (radii).
    """
    lattice, warnings = _usable(subject)
    said = predict_conductivities([subject.composition], None if lattice is None else [lattice])
    known = float(said.applicability[0])
    name = "composition" if lattice is None else "lattice"
    missing = sorted(set(subject.composition.amounts) - set(load_model(name).elements))
    if missing:
        warnings.append(f"the training data hold no {', '.join(missing)}: do not use the number")
    elif known < FAR:
        warnings.append(
            "nothing in the training data is near: the number is a trend over all families, good to decades"
        )
        if len(subject.composition.amounts) == 2:
            warnings.append(_SALT)
    middle, lower, upper = (_PER_CENTIMETRE * 10.0 ** float(edge[0]) for edge in (said.middle, said.lower, said.upper))
    about = stored("conductivity")
    behind = "composition" if lattice is None else "composition and lattice"
    return Estimate(
        property="ionic_conductivity",
        value=middle,
        lower=lower,
        upper=upper,
        unit="S/m",
        applicability=known,
        method=f"robust trend and tree ensemble on {behind}",
        trained_on=f"OBELiX, {about['models'][name]['rows']} conductivities in {about['models'][name]['families']} "
        "families (CC BY 4.0)",
        references=_REFERENCES,
        warnings=(*subject.composition.warnings, *warnings),
        short_method=f"trees-{name}",
        law=conductivity_law(middle),
    )


def predict_conductivities(found: Sequence[Composition], lattices: Sequence[Lattice] | None = None) -> Prediction:
    """Many substances at once.

    Parameters
    ----------
    found : (n,) sequence of Composition, with lithium.
    lattices : (n,) sequence of Lattice with space groups, or None for the model of the composition.

    Returns
    -------
    Prediction. log10 of S/cm.
    """
    model = load_model("composition" if lattices is None else "lattice")
    known = set(model.elements)
    inside = np.array([known.issuperset(each.amounts) for each in found])
    return model.predict(describe(found, lattices), inside)


def _usable(subject: Substance) -> tuple[Lattice | None, list[str]]:
    """The lattice if the model can use it, else why not."""
    lattice = subject.lattice
    if lattice is None:
        return None, []
    filled = packing_fraction(subject.composition, lattice)
    if not _PACKING[0] <= filled <= _PACKING[1]:
        return None, [
            f"ionic spheres would fill {filled:.2f} of the cell: check formula_units; the lattice is not used for the "
            "conductivity"
        ]
    if lattice.space_group is None:
        return None, ["the lattice has no space group, so it is not used for the conductivity"]
    return lattice, []
