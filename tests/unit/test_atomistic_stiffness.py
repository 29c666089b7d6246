"""Stiffness from stresses: what crystal classes allow, the strains they need, stability and averages."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray

from lisse.errors import InvalidInput
from lisse.materials.atomistic.stiffness_fit import (
    allowed_stiffness,
    born_margin,
    fit_stiffness,
    needed_strains,
    polycrystal_moduli,
    strain_matrix,
)
from lisse.numerics.elasticity_tensor import isotropic_stiffness, universal_anisotropy

Array = NDArray[np.float64]


def turn(axis: tuple[float, float, float], degrees: float) -> Array:
    """Rotation by Rodrigues' formula."""
    x, y, z = np.array(axis) / np.linalg.norm(axis)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    angle = np.deg2rad(degrees)
    return np.asarray(np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross)


def group(*generators: Array) -> Array:
    """All products of the generators."""
    found = [np.eye(3)]
    while True:
        new = [
            made
            for a, b in itertools.product(found, generators)
            for made in [a @ b]
            if not any(np.allclose(made, old, atol=1e-9) for old in found)
        ]
        if not new:
            return np.array(found)
        found.append(new[0])


C4, C2, C3, C6 = turn((0, 0, 1), 90), turn((1, 0, 0), 180), turn((1, 1, 1), 120), turn((0, 0, 1), 60)
CUBIC = group(C4, C3)
CLASSES = {
    "triclinic -1": (group(-np.eye(3)), 21, 6),
    "monoclinic 2": (group(turn((0, 1, 0), 180)), 13, None),
    "orthorhombic mmm": (group(C2, turn((0, 0, 1), 180), -np.eye(3)), 9, 3),
    "orthorhombic mm2": (group(turn((0, 0, 1), 180), -C2), 9, 3),
    "tetragonal 4": (group(C4), 7, None),
    "tetragonal 422": (group(C4, C2), 6, 2),
    "trigonal 3": (group(turn((0, 0, 1), 120)), 7, None),
    "trigonal 32": (group(turn((0, 0, 1), 120), C2), 6, None),
    "hexagonal 622": (group(C6, C2), 5, None),
    "cubic 23": (group(turn((0, 0, 1), 180), C3), 3, 1),
    "cubic m-3m": (group(C4, C3, -np.eye(3)), 3, 1),
}


def cubic(c11: float, c12: float, c44: float) -> Array:
    tensor = np.diag([c11 - c12] * 3 + [c44] * 3).astype(float)
    tensor[:3, :3] += c12
    return tensor


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_has_the_constants_of_the_textbook(name: str) -> None:
    rotations, constants, strains = CLASSES[name]
    basis = allowed_stiffness(rotations)
    assert len(basis) == constants
    if strains is not None:
        assert len(needed_strains(basis)) == strains


@pytest.mark.parametrize("name", CLASSES)
def test_the_fit_gives_back_any_tensor_of_the_class(name: str) -> None:
    random = np.random.default_rng(3)
    basis = allowed_stiffness(CLASSES[name][0])
    tensor = np.einsum("k,kij->ij", random.normal(size=len(basis)), basis)
    strains = needed_strains(basis)
    found, left = fit_stiffness(basis, strains, strains @ tensor)
    np.testing.assert_allclose(found, tensor, atol=1e-10)
    assert left < 1e-10


def test_noise_is_reported_as_what_is_left() -> None:
    basis = allowed_stiffness(CUBIC)
    strains = np.eye(6)
    slopes = strains @ cubic(100.0, 40.0, 50.0) + np.random.default_rng(0).normal(scale=2.0, size=(6, 6))
    found, left = fit_stiffness(basis, strains, slopes)
    np.testing.assert_allclose(found, cubic(100.0, 40.0, 50.0), atol=3.0)
    assert 1.0 < left < 3.0


def test_too_few_strains_are_refused() -> None:
    with pytest.raises(InvalidInput, match="needed_strains"):
        fit_stiffness(allowed_stiffness([np.eye(3)]), [[1, 0, 0, 0, 0, 0]], [[1, 0, 0, 0, 0, 0]])


def test_rotations_must_be_matrices() -> None:
    with pytest.raises(InvalidInput, match="3 x 3"):
        allowed_stiffness(np.eye(3))


@pytest.mark.parametrize(
    ("constants", "margin"), [((15.0, 11.0, 9.0), 4.0), ((15.0, 11.0, 2.0), 2.0), ((10.0, 12.0, 9.0), -2.0)]
)
def test_the_margin_is_the_smallest_cubic_born_criterion(constants: tuple[float, float, float], margin: float) -> None:
    c11, c12, c44 = constants
    assert born_margin(cubic(*constants)) == pytest.approx(min(c11 - c12, c11 + 2 * c12, c44)) == pytest.approx(margin)


def test_cubic_averages_are_those_of_the_textbook() -> None:
    c11, c12, c44 = 13.5e9, 11.44e9, 8.78e9
    found = polycrystal_moduli(cubic(c11, c12, c44))
    assert found.bulk_voigt == pytest.approx((c11 + 2 * c12) / 3)
    assert found.bulk_reuss == pytest.approx((c11 + 2 * c12) / 3)
    assert found.shear_voigt == pytest.approx((c11 - c12 + 3 * c44) / 5)
    assert found.shear_reuss == pytest.approx(5 * (c11 - c12) * c44 / (4 * c44 + 3 * (c11 - c12)))
    assert found.shear_reuss < found.shear < found.shear_voigt
    wanted = universal_anisotropy(cubic(c11, c12, c44))
    assert 5 * found.shear_voigt / found.shear_reuss + found.bulk_voigt / found.bulk_reuss - 6 == pytest.approx(wanted)


def test_an_isotropic_solid_has_one_modulus() -> None:
    found = polycrystal_moduli(isotropic_stiffness(150e9, 0.26))
    assert found.young == pytest.approx(150e9)
    assert found.poisson == pytest.approx(0.26)
    assert found.shear_voigt == pytest.approx(found.shear_reuss)


def test_an_unstable_crystal_has_no_average() -> None:
    with pytest.raises(InvalidInput, match="positive definite"):
        polycrystal_moduli(cubic(10.0, 12.0, 9.0))


def test_shear_strains_are_engineering_ones() -> None:
    matrix = strain_matrix([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    np.testing.assert_allclose(matrix, [[0.1, 0.3, 0.25], [0.3, 0.2, 0.2], [0.25, 0.2, 0.3]])
