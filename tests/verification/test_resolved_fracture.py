"""Cracks of the resolved model against Griffith, and the energy of smeared cracks against their closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lisse.models.resolved.fracture_calibration import (
    crack_energy,
    effective_toughness,
    fracture_energy,
    length_for_strength,
    nominal_toughness,
    strength,
)
from resolved_bodies import (
    MODULUS,
    POISSON,
    TOUGHNESS,
    VOXEL,
    driven,
    free,
    griffith,
    straight_crack,
    uniform_body,
    uniform_field,
)


@pytest.mark.parametrize("length", [1.0, 1.5, 2.0, 3.0])
def test_a_straight_crack_costs_a_little_more_than_its_toughness(length: float) -> None:
    """1 + h^2/(32 ell^2), exact for these lengths: the error of the voxels is of second order."""
    assert crack_energy(length) == pytest.approx(1 + 1 / (32 * length**2), rel=2e-4)


def test_a_crack_across_the_grid_costs_its_length() -> None:
    """In two and in three dimensions, along both lateral axes."""
    for shape in ((40, 6), (40, 4, 5)):
        crack = np.zeros(shape)
        crack[20] = 1
        area = math.prod(shape[1:]) * VOXEL ** (len(shape) - 1)
        field = uniform_field(shape)
        energy = field.energy(field.advance(np.zeros(shape), crack))
        assert energy == pytest.approx(crack_energy(2.0) * TOUGHNESS * area, rel=1e-12, abs=0.0)


def test_weak_bands_blend_with_their_grains() -> None:
    """The table of a trial with the smaller-face rule, to its two digits."""
    trial = {(2, 1.5): 0.46, (2, 2): 0.51, (2, 3): 0.59, (3, 1.5): 0.41, (3, 2): 0.44, (4, 2): 0.42, (4, 3): 0.47}
    for (band, length), ratio in trial.items():
        assert effective_toughness(0.4, length, band) == pytest.approx(ratio, abs=0.011)
    assert effective_toughness(0.3, 2.0) == pytest.approx(0.40, abs=0.005)
    assert effective_toughness(1.0, 2.0) == crack_energy(2.0)


@pytest.mark.parametrize("wanted", [0.15, 0.4, 0.63**2, 0.9, 1.0])
@pytest.mark.parametrize("length", [1.5, 2.0, 3.0])
def test_the_calibration_is_the_inverse(wanted: float, length: float) -> None:
    """A straight crack along the calibrated band costs the wanted share of one through a grain."""
    nominal = nominal_toughness(wanted, length)
    assert effective_toughness(nominal, length) / crack_energy(length) == pytest.approx(wanted, abs=1e-6)
    assert nominal <= wanted * (1 + 1e-6)


def test_strengths() -> None:
    """Those of the notes; intact material yields exactly there, and the length is the inverse."""
    gc = fracture_energy(1e6, MODULUS, POISSON)
    # plane-strain toughness: sqrt(1 - nu^2) below the round numbers with E Gc = K^2
    for length, stress in ((0.5e-6, 836e6), (1e-6, 591e6), (2e-6, 418e6)):
        assert strength(MODULUS, gc, length) == pytest.approx(stress, rel=2e-3)
        assert length_for_strength(MODULUS, gc, strength(MODULUS, gc, length)) == pytest.approx(
            length, rel=1e-12, abs=0.0
        )
    field = uniform_field((6, 6))
    onset = strength(MODULUS, TOUGHNESS, 2 * VOXEL) ** 2 / (2 * MODULUS)
    assert not field.advance(np.full((6, 6), onset * 0.999), np.zeros((6, 6))).any()
    damage = field.advance(np.full((6, 6), onset * 2), np.zeros((6, 6)))
    np.testing.assert_allclose(damage, 0.5, atol=1e-12)  # 1 - onset/psi


def compliance(length: int, where: str, push: str) -> float:
    """That of a crack over the closed form of a large plate."""
    crack = straight_crack(128, length, where)
    body = uniform_body(crack.shape, push=push)
    damage = uniform_field(crack.shape).advance(np.zeros(crack.shape), crack)
    response = body.respond(damage, free(body), free(body), [crack > 0])
    pressure, volume = griffith(length, where)
    return float(response.compliance[0, 0]) * pressure / volume


def test_the_volume_of_a_pressurised_crack_inside_a_body() -> None:
    """2 pi a^2 p/E': 1.048 at eight voxels in the trial, whose pressure acted all round."""
    assert compliance(8, "inside", "all round") == pytest.approx(1.048, abs=0.003)
    assert compliance(8, "inside", "across") == pytest.approx(1.11, abs=0.02)


def test_the_volume_of_a_pressurised_crack_open_to_an_electrode() -> None:
    """1.2578 pi a^2 p/E', less 1.6 % and 6 % by the confinement of this plate; an all-round push takes far more."""
    assert compliance(4, "edge", "across") == pytest.approx(1.10, abs=0.06)
    assert compliance(8, "edge", "across") == pytest.approx(1.0, abs=0.05)
    assert compliance(8, "edge", "all round") < 0.87


def test_a_pressurised_crack_grows_at_griffiths_pressure() -> None:
    """Small plate, quickly: the peak of pressure over the volume of lithium."""
    crack = straight_crack(72, 8, "inside")
    critical, volume = griffith(8, "inside")
    path = driven(uniform_body(crack.shape, push="all round"), crack, volume * np.arange(1.0, 1.7, 0.1))
    peak = max(pressure for pressure, *_ in path)
    width = math.sqrt(math.tan(math.pi * 8 / 72) / (math.pi * 8 / 72))  # Irwin's periodic cracks are weaker
    assert peak * width / critical == pytest.approx(1.0, abs=0.05)
    energies = [energy for *_, energy in path]
    assert all(after >= before * (1 - 1e-9) for before, after in zip(energies, energies[1:], strict=False))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("where", "push", "expected"),
    [
        ("inside", "all round", 1.010),
        ("inside", "across", 0.967),
        ("edge", "across", 1.037),
        ("edge", "all round", 1.146),
    ],
)
def test_griffiths_pressure_in_a_large_plate(where: str, push: str, expected: float) -> None:
    """Peak over Griffith's, and p ~ a^-1/2 after it, with a from the compliance (a^2).

    The plate is 16 depths wide: confinement raises the pressure of the edge crack by 6 %, so that "across" is 2 % low
    and "all round" 8 % high; of the crack inside it lowers it by 0.7 %, so that they are 3 % low and 2 % high.
    """
    crack = straight_crack(128, 8, where)
    critical, volume = griffith(8, where)
    path = driven(uniform_body(crack.shape, push=push), crack, volume * np.arange(1.0, 2.2, 0.1))
    peak = max(pressure for pressure, *_ in path)
    assert peak / critical == pytest.approx(expected, abs=0.01)
    after = [pressure * softness**0.25 for pressure, softness, _ in path[7:]]
    assert max(after) / min(after) < 1.04
