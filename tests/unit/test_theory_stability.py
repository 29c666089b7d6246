"""Stability of the interface: exact facts, both conventions, refusals."""

import math

import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.theory import (
    critical_shear_ratio,
    critical_wavenumber,
    interface_stability,
    interface_stability_anisotropic,
)

SOLIDS = {
    "shear_modulus_electrolyte": 10e9,
    "poisson_ratio_electrolyte": 0.3,
    "shear_modulus_metal": 3.4e9,
    "poisson_ratio_metal": 0.42,
}


def isotropic(shear, nu):
    stiffness = np.diag([2 * shear] * 3 + [shear] * 3)
    stiffness[:3, :3] += 2 * shear * nu / (1 - 2 * nu)
    return stiffness


def cubic(c11, c12, c44):
    stiffness = np.diag([c11 - c12] * 3 + [c44] * 3)
    stiffness[:3, :3] += c12
    return stiffness


LITHIUM, GARNET = cubic(15.2e9, 13.4e9, 11.0e9), cubic(187e9, 75e9, 71e9)


def test_parts_by_hand():
    got = interface_stability(2.0, 4.0, 0.25, 1.0, 0.5, 3.0, 10.0, molar_volume=1.0)
    a, b, mixed, scale = 1.0, 2.0, 2 - 0.75 - 1.5 + 0.5, 4 * 0.75 + 2 * 0.5
    assert got.hydrostatic == pytest.approx(-2 * (16 * a - b) * 2 / (2 * scale), rel=1e-14)
    assert got.deviatoric == pytest.approx(2 * 4 * 4 * mixed * 2 / scale, rel=1e-14)
    assert got.surface == -4 * 10 * 4 / 2
    assert got.total == got.hydrostatic + got.deviatoric + got.surface


@pytest.mark.parametrize("ratio", [0.0, 0.1, 0.9])
def test_stiff_electrolyte_and_small_ion_are_unstable_as_published(ratio):
    call = {**SOLIDS, "molar_volume_ratio": ratio, "surface_energy": 0.0}
    assert not interface_stability(1e6, **call).stable
    assert interface_stability(1e6, **call, convention="thermodynamic").stable


def test_conventions_share_the_elastic_part_and_both_let_capillarity_stabilise():
    call = {**SOLIDS, "molar_volume_ratio": 0.1, "surface_energy": 0.5}
    published = interface_stability(1e12, **call)
    other = interface_stability(1e12, **call, convention="thermodynamic")
    assert (published.hydrostatic, published.deviatoric) == (other.hydrostatic, other.deviatoric)
    assert published.surface == -other.surface
    assert published.stable
    assert other.stable


@pytest.mark.parametrize(("ratio", "convention"), [(0.1, "published"), (20.0, "thermodynamic")])
def test_critical_wavenumber_is_the_root(ratio, convention):
    call = {**SOLIDS, "molar_volume_ratio": ratio, "surface_energy": 0.5, "convention": convention}
    k = critical_wavenumber(**call)
    assert k > 0
    s = interface_stability(k, **call)
    assert s.total == pytest.approx(0.0, abs=1e-9 * abs(s.surface))
    assert interface_stability(np.array([0.99, 1.01]) * k, **call).stable.tolist() == [False, True]


def test_critical_wavenumber_ends():
    assert critical_wavenumber(**SOLIDS, molar_volume_ratio=20.0, surface_energy=0.5) == 0.0
    assert critical_wavenumber(**SOLIDS, molar_volume_ratio=0.1, surface_energy=0.0) == math.inf
    assert critical_wavenumber(**SOLIDS, molar_volume_ratio=20.0, surface_energy=0.0) == 0.0


def test_critical_ratio_of_monroe_and_newman_and_ends():
    assert critical_shear_ratio(0.0, 0.33, 0.42) == pytest.approx(1 / (3 - 4 * 0.42), rel=1e-14)
    assert critical_shear_ratio(math.inf, 0.33, 0.42) == pytest.approx(3 - 4 * 0.33, rel=1e-14)
    assert math.isnan(critical_shear_ratio(1.0, 0.33, 0.42))
    assert critical_shear_ratio([0.3, 1.0, 7.0], 0.5, 0.5).tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("ratio", [0.1, 5.0])
@pytest.mark.parametrize("nu", [0.1, 0.3, 0.49])
def test_anisotropic_reproduces_isotropic(ratio, nu):
    closed = interface_stability(1e7, 10e9, nu, 3.4e9, 0.42, ratio, 0.5)
    got = interface_stability_anisotropic(
        1e7, isotropic(10e9, nu), isotropic(3.4e9, 0.42), [0, 1, 1], [1, 1, -1], ratio, 0.5
    )
    assert got.hydrostatic == pytest.approx(closed.hydrostatic, rel=1e-10)
    assert got.deviatoric == pytest.approx(closed.deviatoric, rel=1e-10)
    assert got.surface == closed.surface


def test_anisotropy_matters_and_symmetry_holds():
    call = {"molar_volume_ratio": 0.1, "surface_energy": 0.5}
    axis = interface_stability_anisotropic(1e7, GARNET, LITHIUM, [0, 0, 1], [1, 0, 0], **call)
    other = interface_stability_anisotropic(1e7, GARNET, LITHIUM, [1, 0, 0], [0, 0, 1], **call)
    tilted = interface_stability_anisotropic(1e7, GARNET, LITHIUM, [1, 1, 0], [0, 0, 1], **call)
    assert other.total == pytest.approx(axis.total, rel=1e-12)
    assert tilted.total != pytest.approx(axis.total, rel=1e-2)


def test_trace_pressure_equals_in_plane_pressure_for_an_incompressible_like_poisson_ratio():
    # in plane strain the third stress is nu (s1 + s2), so both pressures meet at nu = 1/2
    solid = isotropic(5e9, 0.4999999)
    both = [
        interface_stability_anisotropic(1e7, solid, solid, [0, 0, 1], [1, 0, 0], 0.1, 0.0, pressure=p).hydrostatic
        for p in ("in-plane", "trace")
    ]
    assert both[0] == pytest.approx(both[1], abs=1e-5 * 13e-6 * 5e9 * 1e7)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"stiffness_metal": np.eye(3)}, "stiffness_metal: got .*6 x 6"),
        ({"stiffness_metal": np.arange(36.0).reshape(6, 6)}, "stiffness_metal.*symmetric"),
        ({"stiffness_electrolyte": -GARNET}, "stiffness_electrolyte.*positive definite"),
        ({"direction": [0.0, 1.0, 1.0]}, "direction: got .*right angles"),
        ({"normal": [0.0, 0.0, 0.0]}, "normal: got .*not all zero"),
        ({"pressure": "mean"}, "pressure: got 'mean'"),
        ({"convention": "mine"}, "convention: got 'mine'"),
    ],
)
def test_anisotropic_refusals(change, words):
    call = {
        "wavenumber": 1e7,
        "stiffness_electrolyte": GARNET,
        "stiffness_metal": LITHIUM,
        "normal": [0.0, 0.0, 1.0],
        "direction": [1.0, 0.0, 0.0],
        "molar_volume_ratio": 0.1,
        "surface_energy": 0.5,
    }
    with pytest.raises(InvalidInput, match=words):
        interface_stability_anisotropic(**{**call, **change})


ORIENTED = {
    "wavenumber": 1e7,
    "stiffness_electrolyte": GARNET,
    "stiffness_metal": LITHIUM,
    "normal": [[0.0, 0.0, 1.0], [1.0, 1.0, 0.0], [1.0, 1.0, 1.0]],
    "direction": [[1.0, 0.0, 0.0], [1.0, -1.0, 0.0], [1.0, -1.0, 0.0]],
    "molar_volume_ratio": 0.1,
    "surface_energy": 0.5,
}


@pytest.mark.parametrize("across", ["free", "held"])
@pytest.mark.parametrize("pressure", ["in-plane", "trace"])
def test_orientations_in_one_call_are_those_of_single_calls(across, pressure):
    call = {**ORIENTED, "across": across, "pressure": pressure}
    together = interface_stability_anisotropic(**call)
    pairs = zip(ORIENTED["normal"], ORIENTED["direction"], strict=True)
    single = [interface_stability_anisotropic(**{**call, "normal": n, "direction": d}) for n, d in pairs]
    assert type(single[0].total) is float
    for part in ("hydrostatic", "deviatoric", "total"):
        np.testing.assert_allclose(getattr(together, part), [getattr(s, part) for s in single], rtol=1e-12)
    assert together.stable.tolist() == [s.stable for s in single]


def test_orientations_broadcast_with_wavenumbers_and_solids():
    waves = interface_stability_anisotropic(**{**ORIENTED, "wavenumber": [1e7, 2e7, 3e7]})
    assert waves.total.shape == (3,)
    grid = interface_stability_anisotropic(**{**ORIENTED, "wavenumber": [[1e7], [2e7]]})
    assert grid.total.shape == (2, 3)
    np.testing.assert_allclose(grid.total[0], interface_stability_anisotropic(**ORIENTED).total, rtol=1e-12)
    one_normal = interface_stability_anisotropic(**{**ORIENTED, "normal": [0.0, 0.0, 1.0], "direction": np.eye(3)[:2]})
    assert one_normal.total[0] == pytest.approx(one_normal.total[1], rel=1e-12)
    solids = np.stack([GARNET, 2 * GARNET])[:, np.newaxis]
    both = interface_stability_anisotropic(**{**ORIENTED, "stiffness_electrolyte": solids})
    assert both.total.shape == (2, 3)
    np.testing.assert_allclose(both.total[0], interface_stability_anisotropic(**ORIENTED).total, rtol=1e-12)


def test_no_orientations_give_no_values():
    none = interface_stability_anisotropic(**{**ORIENTED, "normal": np.empty((0, 3)), "direction": np.empty((0, 3))})
    assert none.total.shape == (0,)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"direction": [[1.0, 0, 0], [1.0, -1.0, 0], [1.0, 0, 0]]}, r"direction: got \[1.0, 0.0, 0.0\].*right angles"),
        ({"normal": [[0.0, 0.0, 1.0], [0.0, 0.0, 0.0], [1.0, 1.0, 1.0]]}, "normal: got .*not all zero"),
        ({"normal": [[0.0, 1.0]]}, "normal: got .*three numbers, or rows of three"),
        ({"normal": 1.0}, "normal: got 1.0.*three numbers"),
        ({"normal": np.eye(3)[:2]}, "normal: got .*shape"),
        ({"wavenumber": [1e7, 2e7]}, r"wavenumber: got 'shape \(2,\)'; allowed: a shape that fits .* \(3,\)"),
        ({"surface_energy": [0.1, 0.2]}, r"surface_energy: got 'shape \(2,\)'"),
        ({"stiffness_electrolyte": np.stack([GARNET, -GARNET])[:, np.newaxis]}, "stiffness_electrolyte.*positive def"),
        ({"stiffness_metal": np.stack([LITHIUM] * 2)}, r"stiffness_metal: got 'shape \(2,\)'"),
        ({"across": "fixed"}, "across: got 'fixed'; allowed: 'free' or 'held'"),
    ],
)
def test_refusals_of_many_orientations(change, words):
    with pytest.raises(InvalidInput, match=words):
        interface_stability_anisotropic(**{**ORIENTED, **change})
