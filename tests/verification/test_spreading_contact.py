"""A disc of metal on an electrolyte: constriction profile and spreading resistance, first order in the voxel.

A quarter of the disc stands in the corner of a block; its sides let nothing pass, so it is one disc in a square tube.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from lisse.microstructure import Volume, effective_conductivity, interface_current
from lisse.theory import constriction_factor

PHASES = {0: "void", 1: "metal", 2: "electrolyte"}
SIGMA = {"void": 0.0, "metal": 1e5, "electrolyte": 1.0}
WIDTH = 4  # of the quarter tube, and its length, in radii


def solve(radius: int) -> tuple[float, float, float]:
    """Errors of the spreading resistance and of the profile away from the rim, and the largest over the mean."""
    count = WIDTH * radius
    middles = np.arange(count) + 0.5
    disc = np.add.outer(middles**2, middles**2) < radius**2
    labels = np.full((count + 1, count, count), 2, np.uint8)
    labels[0] = np.where(disc, 1, 0)
    volume = Volume(labels, 1.0 / radius, PHASES)
    solved = effective_conductivity(volume, SIGMA)
    found = interface_current(volume, SIGMA, solved, "metal", "electrolyte")
    true = math.sqrt(4.0 * disc.sum() / math.pi) / radius
    area = volume.extent[1] * volume.extent[2]
    spreading = volume.extent[0] / solved.value / area - WIDTH / area  # ohm, of the quarter
    tube = 2.0 * WIDTH / math.sqrt(math.pi)
    expected = 4.0 * float(constriction_factor(true / tube)) / (4.0 * true)
    away = np.hypot(found.places[:, 1], found.places[:, 2]) / true
    inside = away < 0.8
    exact = 0.5 / np.sqrt(1.0 - away[inside] ** 2)
    profile = found.density[inside] / (found.total / found.area)
    assert found.total == pytest.approx(solved.value / volume.extent[0] * area, rel=1e-6)
    return spreading / expected - 1.0, float(np.mean(np.abs(profile / exact - 1.0))), found.faces.focusing


def test_a_disc_constricts_as_it_should() -> None:
    coarse, fine = solve(6), solve(12)
    assert 0.0 < fine[0] < 0.05  # a square tube for a round one and a rim of voxels
    assert 1.6 < coarse[0] / fine[0] < 2.4
    assert fine[1] < 0.10
    assert 1.6 < coarse[1] / fine[1] < 2.6
    assert fine[2] > coarse[2] > 1.5  # the singularity of the rim grows with refinement


@pytest.mark.slow
def test_and_ever_better() -> None:
    assert solve(24)[0] < 0.025
