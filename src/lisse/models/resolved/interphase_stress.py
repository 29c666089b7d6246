"""Stress that growing interphases put on the electrolyte below them, as it loads the cracks.

An interphase of a thickness far below a voxel carries its misfit stress s in its plane and pulls the electrolyte, held
flat, the other way: S = -s L_i/L in balance with the uncracked layer (`lisse.models.lumped.interphase.Misfit`). The
lateral axes are periodic with a mean strain of zero, so that this mean stress enters as the eigenstrain -e along them,

    e = S/<E/(1 - nu)>        (mean over all voxels; pores bear none)

in every voxel, which relaxes around cracks and pores as any remote tension does. The layer itself goes over a crack's
mouth: what its free edges would do there is left out, as in the lumped superposition.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lisse.models.lumped.equations import tension
from lisse.models.resolved.domain import Domain
from lisse.models.resolved.laws import Laws

__all__ = ["interphase_stretch", "stretched"]

Floats = NDArray[np.float64]


def interphase_stretch(laws: Laws, domain: Domain, film: Floats) -> float:
    """1. Elastic strain along the lateral axes that interphases put on the electrolyte, tension positive.

    Parameters
    ----------
    laws : Laws
    domain : Domain
    film : (2,) array, m
        Thickness of the interphases; beyond their critical thickness cracks let the rest go.
    """
    stress = float(tension(laws.equations, film[np.newaxis])[0])
    if stress == 0.0:
        return 0.0
    modulus, ratio = domain.youngs_modulus, domain.poisson_ratio
    return stress / float(np.mean(modulus / (1.0 - ratio)))


def stretched(domain: Domain, strain: float) -> Floats:
    """1. (6, nx, ny[, nz]) eigenstrain that makes an elastic strain along both lateral axes; Voigt order."""
    found = np.zeros((6, *domain.shape))
    found[1:3] = np.where(domain.youngs_modulus > 0.0, -strain, 0.0)
    return found
