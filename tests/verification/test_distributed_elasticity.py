"""The distributed elastic solver, run by one, two and three processes, against the solver for one machine.

Needs mpirun and an interpreter with petsc4py (``scripts/install_petsc``); skipped without, unless
``LISSE_REQUIRE_PETSC=1`` says that they must be there. Both are solved to relative residuals well above the differences
that are asked for: the energies, and with them the effective stiffness, converge with the square of the residual.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from lisse.errors import InvalidInput
from lisse.microstructure import Volume, effective_stiffness, effective_stiffness_on_ranks
from lisse.numerics.distributed_elasticity import ElasticProblem
from lisse.numerics.distributed_materials import Material, materials_around
from lisse.numerics.distributed_run import Ranks, deform_on_ranks
from lisse.numerics.elasticity import Support, VoxelElasticity, VoxelStiffness
from lisse.numerics.elasticity_element import brick_stiffness, uniform_strain
from lisse.numerics.elasticity_multigrid import Grid, GridStiffness
from lisse.numerics.elasticity_tensor import isotropic_stiffness

Array = np.ndarray[Any, np.dtype[Any]]
CRYSTAL = np.diag([130e9, 130e9, 130e9, 60e9, 60e9, 60e9])
CRYSTAL[:3, :3] += 70e9 - 70e9 * np.eye(3)
SOFT, VOID = isotropic_stiffness(5e9, 0.36), np.zeros((6, 6))
SAME = 1e-8  # of the largest entry, both solved to 1e-8 (values) or 1e-10 (the one machine, whose stress is linear)


def composite(shape: tuple[int, ...], porosity: float = 0.2, seed: int = 5) -> Volume:
    """Oriented anisotropic grains, a soft phase, and pores with islands and hinges in them."""
    draw = np.random.default_rng(seed)
    points = draw.random((7, len(shape))) * shape
    centres = np.stack(np.indices(shape), axis=-1)[..., None, :]
    grains = ((centres - points) ** 2).sum(axis=-1).argmin(axis=-1).astype(np.uint16) + 1
    labels = np.where(grains > 5, 2, 1).astype(np.uint8)
    field = ndimage.gaussian_filter(draw.standard_normal(shape), 0.6, mode="wrap")
    labels[field < np.quantile(field, porosity)] = 0
    grains[labels == 0] = 0
    turns = draw.standard_normal((8, 4))
    return Volume(
        labels,
        (1e-6, 1.3e-6, 0.8e-6)[: len(shape)],
        {0: "pore", 1: "crystal", 2: "binder"},
        grains,
        turns / np.linalg.norm(turns, axis=1, keepdims=True),
    )


STIFFNESSES = {"pore": 0, "crystal": CRYSTAL, "binder": (5e9, 0.36)}


def assert_same(found: Any, exact: Any) -> None:
    found, exact = np.asarray(found), np.asarray(exact)
    assert np.abs(found - exact).max() <= SAME * np.abs(exact).max()


class TestElement:
    """The matrices of the ranks are those of the compiled loops: the loops applied to unit displacements."""

    @pytest.mark.parametrize("edges", [(1.0, 1.4, 0.7), (1.3, 0.6)])
    @pytest.mark.parametrize("full", [False, True])
    def test_against_the_compiled_operator(self, edges: tuple[float, ...], full: bool) -> None:
        d = len(edges)
        draw = np.random.default_rng(1).standard_normal((6, 6))
        material = draw @ draw.T + 3.0 * np.eye(6)
        coefficients = VoxelStiffness.of_materials(np.zeros((1,) * d, int), [material]).coefficients()
        nodes = 2**d
        free = np.zeros((d, nodes), bool)
        widths = tuple(np.array([edge]) for edge in edges)
        one = Grid((1,) * d, widths, (False,) * d, coefficients, free, full, np.float64)
        columns = []
        for unit in np.eye(d * nodes):
            force = np.zeros(d * nodes)
            one.apply(unit, force)
            columns.append(force)
        assert np.allclose(np.array(columns).T, brick_stiffness(material[None], edges, full)[0], rtol=0, atol=1e-13)

    def test_isotropic_loops(self) -> None:
        edges = (1.0, 1.4, 0.7)
        one = Grid(
            (1, 1, 1),
            tuple(np.array([edge]) for edge in edges),
            (False,) * 3,
            GridStiffness(np.array([[5.0], [3.0]])),  # bulk and shear modulus
            np.zeros((3, 8), bool),
            False,
            np.float64,
        )
        material = isotropic_stiffness(9 * 5 * 3 / (3 * 5 + 3), (3 * 5 - 2 * 3) / (2 * (3 * 5 + 3)))
        matrix = brick_stiffness(material[None], edges)[0]
        for unit, column in zip(np.eye(24), matrix.T, strict=True):
            force = np.zeros(24)
            one.apply(unit, force)
            assert np.allclose(force, column, rtol=0, atol=1e-13)

    @pytest.mark.parametrize(("edges", "cases"), [((2.0, 1.0, 0.5), range(6)), ((2.0, 0.5), (0, 1, 5))])
    def test_energy_of_uniform_strains_is_the_stiffness(self, edges: tuple[float, ...], cases: Any) -> None:
        strains = uniform_strain(edges)
        energy = strains.T @ brick_stiffness(CRYSTAL[None] / 1e9, edges)[0] @ strains / np.prod(edges)
        assert np.allclose(energy, CRYSTAL[np.ix_(cases, cases)] / 1e9, rtol=0, atol=1e-11)


@pytest.mark.usefixtures("petsc")
class TestEffectiveStiffness:
    @pytest.mark.parametrize(("sides", "counts"), [("periodic", (1, 2, 3)), ("uniform-displacement", (3,))])
    def test_turned_grains_soft_boundaries_and_pores(self, sides: str, counts: tuple[int, ...]) -> None:
        wanted = effective_stiffness(composite((7, 6, 5)), STIFFNESSES, sides, 1e-10, 0.3)
        for ranks in counts:
            found = effective_stiffness_on_ranks(composite((7, 6, 5)), STIFFNESSES, sides, 1e-8, 0.3, ranks)
            assert_same(found.tensor, wanted.tensor)
            assert_same(found.voigt, wanted.voigt)
            assert not found.reuss.any()
            assert found.poisson_ratio == pytest.approx(wanted.poisson_ratio, rel=1e-6)
            assert found.residual <= 1e-8
            assert found.energy_error < 1e-12

    def test_plane_strain(self) -> None:
        volume = composite((14, 11), 0.1)
        wanted = effective_stiffness(volume, STIFFNESSES, tolerance=1e-10)
        found = effective_stiffness_on_ranks(volume, STIFFNESSES, ranks=2)
        assert_same(found.tensor, wanted.tensor)
        assert_same(found.voigt, wanted.voigt)
        assert found.youngs_modulus == pytest.approx(wanted.youngs_modulus, rel=1e-6)

    def test_islands_that_nothing_holds_carry_nothing(self) -> None:
        # loose voxels near the percolation threshold: islands, hinges and dead ends on both ranks
        labels = (np.random.default_rng(2).random((8, 7, 8)) < 0.4).astype(np.uint8)
        volume = Volume(labels, 1e-6, {0: "pore", 1: "solid"})
        wanted = effective_stiffness(volume, {"pore": 0, "solid": (10e9, 0.3)}, tolerance=1e-10)
        found = effective_stiffness_on_ranks(volume, {"pore": 0, "solid": (10e9, 0.3)}, tolerance=1e-10)
        assert ndimage.label(labels)[1] > 10
        assert_same(found.tensor, wanted.tensor)

    def test_laminate_of_one_voxel_across(self) -> None:
        # layers along x, one voxel of y and z: 1/C11 is the mean of 1/C11; without pores Reuss is a bound from below
        volume = Volume(np.array([0, 0, 1, 1, 1])[:, None, None], 1e-6, {0: "a", 1: "b"})
        found = effective_stiffness_on_ranks(volume, {"a": (100e9, 0.2), "b": (5e9, 0.4)})
        normal = [isotropic_stiffness(*pair)[0, 0] for pair in ((100e9, 0.2), (5e9, 0.4))]
        assert found.tensor[0, 0] == pytest.approx(1 / (0.4 / normal[0] + 0.6 / normal[1]), rel=1e-10)
        assert np.all(np.linalg.eigvalsh(found.tensor - found.reuss) > -1e-6 * found.tensor.max())
        assert np.all(np.linalg.eigvalsh(found.voigt - found.tensor) > -1e-6 * found.tensor.max())

    def test_uniform_solid_needs_no_solve(self) -> None:
        found = effective_stiffness_on_ranks(Volume(np.zeros((6, 5, 4), int), 1e-6, {0: "all"}), {"all": CRYSTAL})
        assert_same(found.tensor, CRYSTAL)
        assert_same(found.reuss, CRYSTAL)
        assert found.iterations == (0,) * 6


@pytest.mark.usefixtures("petsc")
class TestSupports:
    @pytest.mark.parametrize("preconditioner", ["gamg", "hypre"])
    def test_pulled_between_rollers_and_a_clamp(self, preconditioner: str) -> None:
        # rollers leave half-held nodes, the clamp none; y is periodic, a mean strain is there too
        volume = composite((10, 7, 6), 0.15)
        index = np.where(volume.labels == 0, 2, volume.labels == 2)
        box = VoxelStiffness.of_materials(index, [SOFT, CRYSTAL, VOID])
        supports = [(2, "low", (None, None, 0.0)), (0, "high", (2e-9, None, None)), (0, "low", (0.0, 0.0, 0.0))]
        around, strain = (False, True, False), (0.0, 2e-4, 0.0, 0.0, 0.0, 1e-4)
        one = VoxelElasticity(box, volume.voxel_size, [Support(*support) for support in supports], around)
        exact = one.solve(mean_strain=strain, tolerance=1e-11)
        problem = ElasticProblem(
            volume.labels,
            {0: VOID, 1: SOFT, 2: CRYSTAL},
            volume.voxel_size,
            [strain],
            around,
            supports,
            tolerance=1e-10,
            preconditioner=preconditioner,
        )
        found = deform_on_ranks(problem, Ranks(2))
        assert found.preconditioner == preconditioner
        assert_same(found.mean_stress[0], exact.mean_stress)
        volume_of_box = np.prod(volume.extent)
        assert found.energy[0][0] == pytest.approx(2 * exact.stored_energy / volume_of_box, rel=SAME)


class TestMaterials:
    """What one rank reads, without ranks."""

    def test_seam_and_border_of_a_periodic_volume(self) -> None:
        # nodes 2 and 3 of four along x; grains 1 and 2 meet between voxels 1 and 2, and over the seam, which is none
        labels, grains = np.array([[1, 1, 1, 0]]).T, np.array([[1, 1, 2, 0]]).T
        soft = Material({0: VOID, 1: SOFT}, None, 0.5)
        found = materials_around(soft, labels, grains, (2, 0), (2, 1), (True, True))
        along = [float(found.table[row][0, 0] / SOFT[0, 0]) for row in found.rows[:, 1]]
        assert along == [0.5, 0.5, 0.0]  # voxels 1, 2, 3
        assert found.own.sum() == 2
        assert found.own[0] == 1
        assert found.stranger == -np.inf

    def test_label_without_stiffness(self) -> None:
        labels = np.array([[1, 7, 1, 9]]).T
        near = materials_around(Material({1: SOFT}, None, 1.0), labels, None, (0, 0), (1, 2), (False, False))
        assert near.stranger == 7  # 9 is another rank's

    def test_grain_without_orientation(self) -> None:
        labels = np.ones((4, 4), np.uint8)
        material = Material({1: CRYSTAL}, np.eye(4)[:3], 1.0)
        with pytest.raises(InvalidInput, match="orientations: got '3 rows'.*6"):
            materials_around(material, labels, 5 * labels, (0, 0), (5, 5), (False, False))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"labels": np.ones((4, 4))}, "labels: got 'float64"),
        ({"stiffnesses": {}}, "stiffnesses"),
        ({"stiffnesses": {1: VOID}}, "stiffnesses: got 'voids only'"),
        ({"stiffnesses": {1: -CRYSTAL}}, r"stiffnesses\[1\]: got 'a matrix with the eigenvalue"),
        ({"voxel_size": -1.0}, "voxel_size"),
        ({"mean_strains": [(0, 0, 1.0, 0, 0, 0)]}, "mean_strains: got 'a strain out of the plane'"),
        ({"mean_strains": np.eye(3)}, "mean_strains.*rows of six"),
        ({"periodic": (True,)}, "periodic: got .*one truth value per axis"),
        ({"supports": [(2, "low", (0.0, 0.0))]}, r"supports\[0\].axis: got 2"),
        ({"supports": [(0, "low", (0.0, 0.0))], "periodic": (True, False)}, r"supports\[0\].axis: got 0"),
        ({"supports": [(0, "left", (0.0, 0.0))]}, r"supports\[0\].end: got 'left'"),
        ({"supports": [(0, "low", (0.0,))]}, r"supports\[0\].displacement"),
        ({"supports": ["low"]}, r"supports\[0\]: got 'low'"),
        ({"tolerance": 2.0}, "tolerance"),
        ({"grains": np.ones((2, 2), int)}, "grains: got .*the shape of the labels"),
        ({"boundary_softening": 0.5}, "grains: .*need to know the grains"),
        ({"boundary_softening": 0.0}, "boundary_softening: got 0"),
        ({"orientations": np.eye(3)}, "orientations: got .*four finite numbers"),
        ({"preconditioner": "ilu"}, "preconditioner: got 'ilu'"),
    ],
)
def test_wrong_arguments_are_named_before_anything_starts(changed: dict[str, Any], message: str) -> None:
    given: dict[str, Any] = {"labels": np.ones((4, 4), int), "stiffnesses": {1: SOFT}, "voxel_size": 1.0, **changed}
    with pytest.raises(InvalidInput, match=message):
        ElasticProblem(**given)


def test_a_job_is_the_problem_again(tmp_path: Path) -> None:
    volume = composite((4, 5, 6))
    problem = ElasticProblem(
        volume.labels,
        {0: VOID, 1: CRYSTAL, 2: SOFT},
        volume.voxel_size,
        periodic=(False, True, True),
        supports=[(0, "low", (0.0, None, 1e-9))],
        grains=volume.grains,
        orientations=volume.orientations,
        boundary_softening=0.5,
    )

    def hand_over(array: Array, name: str) -> str:
        np.save(tmp_path / f"{name}.npy", array)
        return str(tmp_path / f"{name}.npy")

    job = json.loads(json.dumps(problem.job(hand_over)))
    assert job.pop("solve") == "elasticity"
    again = ElasticProblem.of_job(job)
    assert again.supports == problem.supports
    assert again.grid == (5, 5, 6)
    assert np.array_equal(again.labels, problem.labels)
    assert np.array_equal(again.stiffnesses[1], CRYSTAL)
    assert np.array_equal(again.orientations, problem.orientations)
    assert np.array_equal(again.strains, np.eye(6))


class TestOnRanks:
    def test_wrong_arguments(self) -> None:
        volume = composite((4, 4))
        with pytest.raises(InvalidInput, match="sides: got 'open'"):
            effective_stiffness_on_ranks(volume, STIFFNESSES, "open")
        with pytest.raises(InvalidInput, match="volume: got 'ndarray'"):
            effective_stiffness_on_ranks(volume.labels, STIFFNESSES)
        with pytest.raises(InvalidInput, match="a volume with grains"):
            effective_stiffness_on_ranks(Volume(volume.labels, 1.0, volume.phases), STIFFNESSES, boundary_softening=0.5)
        with pytest.raises(InvalidInput, match="ranks: got 0"):
            effective_stiffness_on_ranks(volume, STIFFNESSES, ranks=0)

    def test_too_large_for_this_machine(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("lisse.microstructure.cost.available_memory", lambda: 1e6)
        with pytest.raises(InvalidInput, match="memory for the effective stiffness.*more machines"):
            effective_stiffness_on_ranks(composite((4, 4)), STIFFNESSES)
