"""What solvers keep from one call to the next makes them faster and changes nothing."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.models.resolved.electrolyte_body import ElectrolyteBody
from lisse.models.resolved.lithium_body import LithiumBody
from lisse.models.resolved.phase_field import PhaseField
from lisse.models.resolved.strain_modes import strain_modes
from lisse.models.resolved.voxel_nodes import corner_nodes
from lisse.numerics.dissection_cholesky import DissectionCholesky
from lisse.numerics.elasticity import VoxelElasticity
from lisse.numerics.elasticity_assembly import StiffnessMatrix
from lisse.numerics.elasticity_multigrid import GridStiffness
from lisse.numerics.elasticity_stiffness import VoxelStiffness
from lisse.numerics.element_energy import element_energy
from lisse.numerics.face_fluxes import add_differences

SHAPE = (24, 20)


def porous(shape: tuple[int, ...] = SHAPE, seed: int = 0) -> VoxelStiffness:
    """Random moduli and a few pores away from the ends."""
    random = np.random.default_rng(seed)
    shear = random.uniform(1e10, 6e10, shape)
    pores = random.random(shape) < 0.04
    pores[:3], pores[-3:] = False, False
    shear[pores] = 0.0
    return VoxelStiffness.of_moduli(2.0 * shear, shear)


def crack(depth: int, shape: tuple[int, int] = SHAPE) -> np.ndarray:
    """A crack from the low end, with a skirt."""
    damage = np.zeros(shape)
    damage[:depth, 9:12] = (0.4, 1.0, 0.4)
    damage[depth, 10] = 0.3
    return damage


def pushes(size: float, shape: tuple[int, int] = SHAPE) -> tuple[np.ndarray, np.ndarray]:
    """Uneven tractions on both ends, Pa."""
    low = np.zeros((2, *shape[1:]))
    low[0] = 3e6 + size * np.cos(2 * np.pi * np.arange(shape[1]) / shape[1])
    high = np.zeros_like(low)
    high[0] = -3e6
    return low, high


@pytest.mark.parametrize("periodic", [(False, True), (True, False)])
def test_renewed_rows_are_those_of_a_new_matrix_to_the_last_bit(periodic: tuple[bool, bool]) -> None:
    problem = VoxelElasticity(porous(), (1e-6, 1e-6), periodic=periodic)
    pattern, plain = StiffnessMatrix(problem.grid, problem.moving), problem.grid.stiffness
    matrix = pattern.values(plain)
    factors = np.ones(plain.coefficient.shape[1])
    random = np.random.default_rng(1)
    for _ in range(3):
        changed = random.random(factors.size) < 0.03
        factors[changed] *= random.uniform(1e-6, 1.0, int(changed.sum()))
        softer = GridStiffness(plain.coefficient * factors, plain.index)
        before, fresh = matrix.data.copy(), pattern.values(softer)
        rows = pattern.renew(matrix, softer, changed)
        assert np.array_equal(matrix.data, fresh.data)
        owner = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
        assert set(owner[before != matrix.data]) <= set(rows.tolist())
        assert 0 < len(rows) < matrix.shape[0] / 2


def test_a_factor_that_is_told_what_changed_is_the_one_that_looks() -> None:
    problem = VoxelElasticity(porous(seed=3), (1e-6, 1e-6), periodic=(False, True))
    moving, nodes = np.flatnonzero(problem.moving), problem.grid.nodes
    pattern, plain = StiffnessMatrix(problem.grid, problem.moving), problem.grid.stiffness
    points = np.stack(np.unravel_index(moving % np.prod(nodes), nodes), axis=1)
    matrix = pattern.values(plain)
    matrix.setdiag(matrix.diagonal() * 1.001)
    told, looking = (DissectionCholesky(matrix, points, nodes, (False, True)) for _ in range(2))
    load, factors = np.random.default_rng(2).normal(size=(len(moving), 2)), np.ones(plain.coefficient.shape[1])
    for step in range(3):
        changed = np.zeros(SHAPE, dtype=bool)
        changed[3 * step : 3 * step + 3, 8:12] = True
        factors[changed.reshape(-1)] *= 0.3
        rows = pattern.renew(matrix, GridStiffness(plain.coefficient * factors, None), changed.reshape(-1))
        matrix.data[np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr)) == matrix.indices] *= np.where(
            np.isin(np.arange(matrix.shape[0]), rows), 1.001, 1.0
        )
        count = told.refactor(matrix, rows), looking.refactor(matrix)
        assert count[0] == told.size if step == 0 else count[1] <= count[0]
        found = told.solve(load)
        assert np.array_equal(found, looking.solve(load))
        assert np.abs(matrix @ found - load).max() < 1e-9


@pytest.mark.parametrize("method", ["direct", "multigrid"])
def test_a_body_that_was_asked_before_answers_like_a_new_one(method: str) -> None:
    """Damage that grows, tractions that change at one damage, a cluster more: always as if asked for the first time."""
    stiffness = porous(seed=5)
    stiffness = VoxelStiffness.of_moduli(
        *(np.where(m.reshape(SHAPE) > 0, m.reshape(SHAPE), 3e10) for m in moduli_of(stiffness))
    )
    kept = ElectrolyteBody(stiffness, 1e-6, method, tolerance=1e-10)
    one, two = crack(6) >= 0.95, np.zeros(SHAPE, dtype=bool)
    two[18:24, 4] = True
    damages = [crack(5), crack(6), crack(6), crack(6), np.maximum(crack(6), two)]
    clusters = [[crack(5) >= 0.95], [one], [one], [one], [one, two]]
    for damage, masks, size in zip(damages, clusters, (0.0, 0.0, 1e6, -2e6, 1e6), strict=True):
        found = kept.respond(damage, *pushes(size), masks)
        fresh = ElectrolyteBody(stiffness, 1e-6, method, tolerance=1e-10).respond(damage, *pushes(size), masks)
        pressures = np.full(len(masks), 5e7)
        for name in ("displacement", "strain_energy", "crack_volume", "stress"):
            own, other = getattr(found, name)(pressures), getattr(fresh, name)(pressures)
            assert own == pytest.approx(other, rel=1e-6, abs=1e-6 * float(np.abs(other).max())), name
        assert found.compliance == pytest.approx(fresh.compliance, rel=1e-7)


def moduli_of(stiffness: VoxelStiffness) -> tuple[np.ndarray, np.ndarray]:
    """Pa. Bulk and shear modulus."""
    assert stiffness.moduli is not None
    return stiffness.moduli[0], stiffness.moduli[1]


def test_a_body_solves_unit_pressures_once_at_one_damage(monkeypatch: pytest.MonkeyPatch) -> None:
    body = ElectrolyteBody(VoxelStiffness.of_moduli(np.full(SHAPE, 9e10), np.full(SHAPE, 6e10)), 1e-6)
    masks, wide = [crack(6) >= 0.95], []
    body.respond(crack(6), *pushes(0.0), masks)
    solve = body._solver.solve  # noqa: SLF001

    def counted(load: np.ndarray, *others: object) -> object:
        wide.append(load.shape[1])
        return solve(load, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(body._solver, "solve", counted)  # noqa: SLF001
    body.respond(crack(6), *pushes(1e6), masks)
    body.respond(crack(7), *pushes(1e6), masks)
    assert wide == [1, 2]


def test_a_phase_field_that_grew_before_grows_like_a_new_one() -> None:
    random = np.random.default_rng(4)
    toughness = random.uniform(2.0, 8.0, (40, 30))
    kept = PhaseField(toughness, 1e-6, 0.5e-6)
    damage = np.zeros((40, 30))
    damage[:8, 14] = 1.0
    damage = kept.advance(np.zeros_like(damage), damage)
    for step in range(12):
        energy = np.zeros_like(damage)
        energy[6 + step : 12 + step, 11 + step % 3 : 18] = random.uniform(1e6, 6e6)
        found = kept.advance(energy, damage)
        fresh = PhaseField(toughness, 1e-6, 0.5e-6).advance(energy, damage)
        assert found == pytest.approx(fresh, abs=1e-10)
        damage = found
    assert damage[20].max() > 0.1


def test_a_guess_changes_the_way_of_the_metal_and_not_where_it_ends() -> None:
    body = LithiumBody((24,), 1e-6, 6, 7.8e9, 0.381, 1.2e-42, 6.55, adhesion_strength=1e5)
    across = 2 * np.pi * np.arange(24) / 24
    still, begin = np.zeros((2, 24)), body.start(3e6)
    near = body.step(begin, 1e-9 * (1 + 0.3 * np.cos(across)), still, 3e6, 1.0)
    growth = 1e-9 * (1 + 0.301 * np.cos(across))
    cold = body.step(begin, growth, still, 3e6, 1.0)
    warm = body.step(begin, growth, still, 3e6, 1.0, guess=near.state)
    assert warm.converged
    assert warm.iterations < cold.iterations
    assert warm.contact_pressure == pytest.approx(cold.contact_pressure, abs=3e6 * 1e-6)
    assert warm.state.deviator == pytest.approx(cold.state.deviator, abs=3e6 * 1e-6)
    other = LithiumBody((12,), 1e-6, 6, 7.8e9, 0.381, 1.2e-42, 6.55).start(3e6)
    with pytest.raises(InvalidInput, match="guess"):
        body.step(begin, growth, still, 3e6, 1.0, guess=other)


@pytest.mark.parametrize("shape", [(7, 5), (4, 3, 5)])
def test_element_energy_is_the_sum_over_modes(shape: tuple[int, ...]) -> None:
    """Against the general route: strain of every mode, stress, half their product."""
    stiffness, d = porous(shape, seed=7), len(shape)
    corners = corner_nodes(shape)
    displacement = np.random.default_rng(6).normal(size=(d, int(corners.max()) + 1)) * 1e-9
    bulk, shear = moduli_of(stiffness)
    energy, swelling = element_energy(bulk, shear, corners, displacement, 1e-6)
    values = displacement[:, corners].transpose(0, 2, 1).reshape(-1, len(corners))
    modes = [(weight, matrix @ values) for weight, matrix in strain_modes(d, 1e-6)]
    expected = sum(
        0.5 * weight * np.einsum("vn,vn->n", stiffness.stress(strain).reshape(6, -1), strain)
        for weight, strain in modes
    )
    assert energy == pytest.approx(expected, rel=1e-10)
    there = bulk > 0
    assert swelling[there] == pytest.approx(modes[0][1][:3].sum(axis=0)[there], rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("shape", [(6, 5), (4, 3, 5)])
def test_differences_over_faces_add_up_voxel_by_voxel(shape: tuple[int, ...]) -> None:
    random = np.random.default_rng(8)
    field, weight = random.normal(size=shape), random.random(shape)
    for axis in range(len(shape)):
        out, expected = np.zeros(shape), np.zeros(shape)
        add_differences(out, field, weight, axis)
        for place in itertools.product(*map(range, shape)):
            up = tuple((p + (a == axis)) % shape[a] for a, p in enumerate(place))
            expected[place] += weight[place] * (field[place] - field[up])
            expected[up] -= weight[place] * (field[place] - field[up])
        assert out == pytest.approx(expected, abs=1e-13)
        assert abs(float(out.sum())) < 1e-12
