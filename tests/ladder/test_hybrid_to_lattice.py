"""Voxels of a hybrid and the lattice of hops on the same volume: one network, two derivations."""

from __future__ import annotations

import numpy as np
import pytest

from lisse.lattice import (
    Hopping,
    composite_lattice,
    random_bond_lattice,
    tracer_diffusion,
    zero_field_conductivity,
)
from lisse.microstructure import Volume, composite_conductivity
from lisse.study.hybrid_composite import FILLER, MATRIX, Composite
from lisse.study.hybrid_laws import SegmentalMotion

TEMPERATURE = 333.15
CONDUCTIVITY = {MATRIX: 1e-2, FILLER: 5e-2}


def by_hops(volume: Volume, resistance: float, axis: int) -> float:
    """S/m. Each voxel holds sites whose hops give the conductivity of its phase."""
    hopping = {
        name: Hopping.of_conductivity(CONDUCTIVITY[name], concentration, TEMPERATURE)
        for name, concentration in ((MATRIX, 1000.0), (FILLER, 8000.0))
    }
    lattice = composite_lattice(volume, hopping, TEMPERATURE, {(MATRIX, FILLER): resistance})
    return zero_field_conductivity(lattice, axis, 1e-10).value


def test_a_composite_without_interface_resistance_is_the_same_network() -> None:
    made = Composite("overlapping-spheres", 16, 8).volume(0.4, 2)
    volume = made.replace(voxel_size=(1e-7,) * 3)
    voxels = composite_conductivity(volume, CONDUCTIVITY, 1, tolerance=1e-10).value
    assert by_hops(volume, 0.0, 1) == pytest.approx(voxels, rel=1e-8)


@pytest.mark.parametrize("axis", [0, 1])
def test_layers_with_an_interface_resistance(axis: int) -> None:
    labels = np.zeros((8, 4, 4), np.uint8)
    labels[:3] = 1
    volume, resistance = Volume(labels, 1e-7, {0: MATRIX, 1: FILLER}), 2e-5
    voxels = composite_conductivity(volume, CONDUCTIVITY, axis, {(FILLER, MATRIX): resistance}, tolerance=1e-10).value
    assert by_hops(volume, resistance, axis) == pytest.approx(voxels, rel=1e-8)


@pytest.mark.parametrize("open_fraction", [0.1, 0.5])
def test_the_interphase_from_segmental_motion_is_that_of_the_lattice(open_fraction: float) -> None:
    """Slower renewal near the filler: effective medium of the study against ions that walk, bond by bond."""
    hop_rate = 1e9
    motion = SegmentalMotion(hop_rate, open_fraction, 230.0)
    bulk = motion.renewal(TEMPERATURE)
    slow = 0.1

    def mobility(renewal: float) -> float:
        moving = random_bond_lattice((16, 16, 16), 3e-10, hop_rate, open_fraction, 1000.0, TEMPERATURE, renewal=renewal)
        return tracer_diffusion(moving, 0.01, seed=1).diffusivity

    found = mobility(slow * bulk) / mobility(bulk)
    assert motion.ratio(TEMPERATURE, slow, 0.0) == pytest.approx(found, rel=0.08)  # 5 % by its caution, and noise
    assert found < 0.95


def test_slow_renewal_of_few_bonds_is_told() -> None:
    motion = SegmentalMotion(1e9, 0.2, 230.0)
    assert motion.caution((TEMPERATURE, 400.0), 1.0, 0.0) == ""
    assert "too low" in motion.caution((TEMPERATURE, 400.0), 0.01, 0.0)  # of the interphase alone
    assert "too low" in motion.caution((280.0, 400.0), 1.0, 0.0)
