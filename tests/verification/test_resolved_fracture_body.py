"""The degraded electrolyte against answers in closed form, against itself in 3-D, and its books of energy."""

from __future__ import annotations

import numpy as np
import pytest

from lisse.models.resolved.electrolyte_body import ElectrolyteBody
from lisse.numerics.elasticity_stiffness import VoxelStiffness
from lisse.numerics.elasticity_tensor import rotated_stiffness
from resolved_bodies import (
    MATRIX,
    MODULUS,
    POISSON,
    VOXEL,
    free,
    squeezed,
    straight_crack,
    uniform_body,
    uniform_field,
)


def test_a_wave_of_pressure_on_an_end_plane_is_second_order() -> None:
    """A half-space sinks by 2 (1 - nu^2) p cos(k y)/(E k) under p cos(k y)."""
    errors = []
    for count in (8, 16, 32):
        body = uniform_body((2 * count, count))
        wave = np.cos(2 * np.pi * np.arange(count) / count)
        low = free(body)
        low[0] = 1e6 * wave
        sunk = body.respond(np.zeros(body.shape), low, free(body)).displacement([])[0, 0]
        exact = 2 * (1 - POISSON**2) * 1e6 * count * VOXEL / (2 * np.pi * MODULUS)
        errors.append(abs(2 * float(np.mean(sunk * wave)) / exact - 1))
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    np.testing.assert_allclose(orders, 2.0, atol=0.15)
    assert errors[-1] < 0.01


def disc(size: int, radius: float) -> np.ndarray:
    place = np.arange(size) + 0.5 - size / 2
    inside: np.ndarray = place[:, None] ** 2 + place**2 < radius**2
    return inside


@pytest.mark.parametrize("shape", [(7, 6), (5, 4, 6)])
@pytest.mark.parametrize("damage", [0.0, 0.6])
def test_patch(shape: tuple[int, ...], damage: float) -> None:
    """A stack pressure makes one stress everywhere, confined sideways, whatever the uniform damage."""
    body = uniform_body(shape)
    response = body.respond(np.full(shape, damage), *squeezed(body, 3e6))
    flat = response.stress([]).reshape(6, -1)
    np.testing.assert_allclose(flat[0], -3e6, rtol=1e-7)
    np.testing.assert_allclose(flat[1:3], -3e6 * POISSON / (1 - POISSON), rtol=1e-6)
    np.testing.assert_allclose(flat[3:], 0.0, atol=1)
    softened = (1 - damage) ** 2 + body.residual * (1 - (1 - damage) ** 2)
    strain = -3e6 * (1 + POISSON) * (1 - 2 * POISSON) / ((1 - POISSON) * MODULUS) / softened
    np.testing.assert_allclose(response.strain([])[0], strain, rtol=1e-7)
    np.testing.assert_allclose(response.displacement([])[0].mean(), 0.0, atol=1e-9 * abs(strain) * VOXEL)


def test_a_round_pore_full_of_pressure() -> None:
    """Lame: the volume grows by 2 A p (1 + nu)/E; the error of a staircase and of the finite box shrinks."""
    errors = []
    for size, radius in ((48, 3), (96, 6), (192, 12)):
        pore = disc(size, radius)
        body = uniform_body(pore.shape, pore)
        response = body.respond(np.zeros(pore.shape), free(body), free(body), [pore])
        lame = 2 * np.count_nonzero(pore) * VOXEL**2 * (1 + POISSON) / MODULUS
        errors.append(float(response.compliance[0, 0]) / lame - 1)
    assert errors[0] > errors[1] > errors[2] > 0
    assert errors[2] < 0.035


def test_a_round_inclusion_that_swells() -> None:
    """Eshelby: a swollen cylinder strains by (1 + nu)/(2 (1 - nu)) of its free swelling, evenly."""
    inside = disc(96, 6)
    body = uniform_body(inside.shape)
    swelling = np.zeros((6, *inside.shape))
    swelling[:3, inside] = 1e-3
    response = body.respond(np.zeros(inside.shape), free(body), free(body), eigenstrain=swelling)
    centre = response.strain([])[:, 47:49, 47:49].mean(axis=(1, 2))
    assert centre[:2].mean() == pytest.approx(1e-3 * (1 + POISSON) / (2 * (1 - POISSON)), rel=2e-3)
    stress = response.stress([])[:, 47:49, 47:49].mean(axis=(1, 2))
    assert stress[:2].mean() == pytest.approx(-MODULUS * 1e-3 / (2 * (1 - POISSON)), rel=2e-3)
    assert response.base_volume.size == 0


def cracked_body(**options: object) -> tuple[ElectrolyteBody, np.ndarray, list[np.ndarray]]:
    """Two flaws at either end, one of them kinked, in a body with a stack pressure."""
    crack = np.zeros((32, 32))
    crack[:5, 10] = 1
    crack[-4:, 22] = 1
    crack[-4, 22:25] = 1
    damage = uniform_field(crack.shape).advance(np.zeros(crack.shape), crack)
    low, high = crack.astype(bool), crack.astype(bool)
    low[16:], high[:16] = False, False
    return uniform_body(crack.shape, **options), damage, [low, high]


def test_the_books_of_energy_close() -> None:
    """Stored energy is half the work of loads and pressures; volumes are reciprocal."""
    body, damage, clusters = cracked_body()
    response = body.respond(damage, *squeezed(body, 50e6), clusters)
    pressures = np.array([120e6, 80e6])
    displacement = response.displacement(pressures)
    work = 0.5 * (np.vdot(response.load, displacement) + pressures @ response.crack_volume(pressures))
    assert response.stored_energy(pressures) == pytest.approx(work, rel=1e-8, abs=0.0)
    reciprocal = [np.vdot(response.load, unit) for unit in response.unit]
    np.testing.assert_allclose(response.base_volume, reciprocal, rtol=1e-6)
    assert np.linalg.eigvalsh(response.compliance)[0] > 0


def test_damage_is_driven_by_the_energy_that_it_frees() -> None:
    """Stored energy at fixed loads grows by 2 (1 - d) psi V: what drives damage is the derivative of that."""
    body = uniform_body((12, 10))
    damage = 0.3 * np.random.default_rng(4).random((12, 10))
    pulled = squeezed(body, -80e6)
    response = body.respond(damage, *pulled)
    step, place = 1e-4, (5, 4)
    energies = []
    for sign in (1, -1):
        moved = damage.copy()
        moved[place] += sign * step
        energies.append(body.respond(moved, *pulled).stored_energy([]))
    freed = 2 * (1 - damage[place]) * response.strain_energy([])[place] * VOXEL**2
    assert (energies[0] - energies[1]) / (2 * step) == pytest.approx(freed, rel=1e-5, abs=0.0)


def test_a_body_without_depth_is_a_slice_of_one_with_depth() -> None:
    """Plane strain by a factor, and in 3-D by multigrid: displacements, volumes and energies agree."""
    flat, damage, clusters = cracked_body()
    wave = np.cos(2 * np.pi * np.arange(32) / 32)
    low, high = squeezed(flat, 3e6)
    low[0] += 1e6 * wave
    plane = flat.respond(damage, low, high, clusters)

    def deep(field: np.ndarray) -> np.ndarray:
        return np.repeat(field[..., None], 4, axis=-1)

    def loads(traction: np.ndarray) -> np.ndarray:
        return np.concatenate([deep(traction), np.zeros((1, 32, 4))])

    solid = uniform_body((32, 32, 4))
    assert (flat.method, solid.method) == ("direct", "multigrid")
    space = solid.respond(deep(damage), loads(low), loads(high), [deep(mask) for mask in clusters])
    depth = 4 * VOXEL
    np.testing.assert_allclose(space.compliance / depth, plane.compliance, rtol=1e-9)
    np.testing.assert_allclose(space.base_volume / depth, plane.base_volume, rtol=1e-6)
    pressures = [1e8, 5e7]
    there, here = space.displacement(pressures), plane.displacement(pressures)
    size = np.abs(here).max()
    np.testing.assert_allclose(there[:2, ..., 2], here, atol=1e-6 * size)
    np.testing.assert_allclose(there[2], 0.0, atol=1e-6 * size)
    energy = plane.strain_energy(pressures)
    np.testing.assert_allclose(space.strain_energy(pressures)[..., 1], energy, atol=1e-6 * energy.max())


def test_the_kept_cycle_follows_the_damage() -> None:
    """Multigrid started at one damage and moved to another gives what the factor gives there."""
    body, damage, clusters = cracked_body(method="multigrid")
    other, *_ = cracked_body()
    for more in (0.0, 0.2, 0.9):
        now = np.clip(damage + more * (damage > 0.05), 0, 1)
        loads = squeezed(body, 5e6)
        iterated, direct = body.respond(now, *loads, clusters), other.respond(now, *loads, clusters)
        np.testing.assert_allclose(iterated.compliance, direct.compliance, rtol=1e-8)
        assert iterated.residual <= 1e-8


def test_symmetry() -> None:
    """Mirrored sideways or end for end, with its loads, a body answers mirrored; shifted sideways, shifted."""
    body, damage, clusters = cracked_body()
    low, high = squeezed(body, 4e6)
    first = body.respond(damage, low, high, clusters).strain_energy([1e8, 6e7])
    for axis in (0, 1):
        turned = body.respond(np.flip(damage, axis), low, high, [np.flip(mask, axis) for mask in clusters])
        np.testing.assert_allclose(turned.strain_energy([1e8, 6e7]), np.flip(first, axis), atol=1e-6 * first.max())
    moved = body.respond(np.roll(damage, 9, 1), low, high, [np.roll(mask, 9, 1) for mask in clusters])
    np.testing.assert_allclose(moved.strain_energy([1e8, 6e7]), np.roll(first, 9, 1), atol=1e-6 * first.max())


def test_grains_of_cubic_stiffness() -> None:
    """A cubic matrix that is isotropic in disguise changes nothing; a real one keeps the books of energy closed."""
    crack = straight_crack(24, 5, "edge")
    damage = uniform_field(crack.shape).advance(np.zeros(crack.shape), crack)
    grains = (np.arange(24)[:, None] // 8 + 3 * (np.arange(24) // 12)) % 4
    turns = np.random.default_rng(5).standard_normal((4, 4))
    turns /= np.linalg.norm(turns, axis=1, keepdims=True)
    plain = uniform_body(crack.shape).respond(damage, *squeezed(uniform_body(crack.shape), 2e6), [crack > 0])
    cubic = MATRIX.copy()
    cubic[[3, 4, 5], [3, 4, 5]] *= 1.6
    for matrix, same in ((MATRIX, True), (cubic, False)):
        table = rotated_stiffness(matrix, turns)
        body = ElectrolyteBody(VoxelStiffness.of_materials(grains, table), VOXEL)
        response = body.respond(damage, *squeezed(body, 2e6), [crack > 0])
        ratio = float(response.compliance[0, 0] / plain.compliance[0, 0])
        assert (abs(ratio - 1) < 1e-6) is same
        displacement = response.displacement([1e8])
        work = 0.5 * (np.vdot(response.load, displacement) + 1e8 * response.crack_volume([1e8])[0])
        assert response.stored_energy([1e8]) == pytest.approx(work, rel=1e-8, abs=0.0)


def test_results_do_not_depend_on_the_stiffness_of_cracked_voxels() -> None:
    """A thousandfold of it changes a crack's volume by the thousandth that it bears."""
    volumes = []
    for residual in (1e-8, 1e-6, 1e-5):
        body, damage, clusters = cracked_body(residual=residual)
        volumes.append(body.respond(damage, *squeezed(body, 3e6), clusters).crack_volume([1e8, 1e8]))
    np.testing.assert_allclose(volumes[1], volumes[0], rtol=1e-4)
    np.testing.assert_allclose(volumes[2], volumes[0], rtol=1e-3)
