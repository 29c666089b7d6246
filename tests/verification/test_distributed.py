"""The distributed conduction solver, run by one and two processes, against SciPy on the same faces.

Needs mpirun and an interpreter with petsc4py (``scripts/install_petsc``); skipped without, unless
``LISSE_REQUIRE_PETSC=1`` says that they must be there.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy import ndimage, sparse
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import cg

from lisse.errors import InvalidInput, SolveFailed
from lisse.numerics.distributed import Problem
from lisse.numerics.distributed_grid import check_numbers, process_grid
from lisse.numerics.distributed_run import mapped_file, run_distributed

Array = np.ndarray[Any, np.dtype[Any]]
SOURCE = Path(__file__).resolve().parents[2] / "src"
CONDUCTIVITIES = {0: 0.0, 1: 0.3, 2: 2.0}


def polycrystal(shape: tuple[int, ...], seed: int = 3, porosity: float = 0.2) -> tuple[Array, Array]:
    """Grains around random points, of two conductivities, with pores (label 0, no grain) scattered over them."""
    draw = np.random.default_rng(seed)
    points = draw.random((20, len(shape))) * shape
    centres = np.stack(np.indices(shape), axis=-1)[..., None, :]
    grains = ((centres - points) ** 2).sum(axis=-1).argmin(axis=-1).astype(np.int32) + 1
    labels = (1 + grains % 2).astype(np.uint8)
    pores = ndimage.gaussian_filter(draw.standard_normal(shape), 0.7)
    empty = pores < np.quantile(pores, porosity)
    labels[empty], grains[empty] = 0, 0
    return labels, grains


def reference(
    labels: Array, edges: tuple[float, ...], axis: int, periodic: bool, grains: Array, resistance: float
) -> float:
    """Effective conductivity from SciPy's conjugate gradients on the same face conductances."""
    conductivity = np.array([CONDUCTIVITIES[label] for label in range(3)])[labels]
    numbers = np.arange(labels.size).reshape(labels.shape)
    volume = float(np.prod(edges))
    rows, columns, values = [], [], []
    for along, edge in enumerate(edges):
        closes = periodic and along != axis

        def two(array: Array, along: int = along, closes: bool = closes) -> tuple[Array, Array]:
            turned = np.moveaxis(array, along, 0)
            return (turned, np.roll(turned, -1, 0)) if closes else (turned[:-1], turned[1:])

        (first, second), (one, other), (i, j) = two(conductivity), two(grains), two(numbers)
        with np.errstate(divide="ignore"):
            total = edge / 2 / first + edge / 2 / second + resistance * ((one != other) & (one > 0) & (other > 0))
        rows.append(i.ravel()), columns.append(j.ravel()), values.append((volume / edge / total).ravel())
    count = labels.size
    upper = sparse.coo_array(
        (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), (count, count)
    ).tocsr()
    upper.eliminate_zeros()
    links = upper + upper.T
    low, high = np.moveaxis(numbers, axis, 0)[0].ravel(), np.moveaxis(numbers, axis, 0)[-1].ravel()
    ends = np.zeros((2, count))
    ends[0, low] = 2 * conductivity.ravel()[low] * volume / edges[axis] ** 2
    ends[1, high] = 2 * conductivity.ravel()[high] * volume / edges[axis] ** 2
    _, piece = connected_components(links, directed=False)
    conducts = conductivity.ravel() > 0
    through = np.intersect1d(piece[low][conducts[low]], piece[high][conducts[high]])
    keep = np.flatnonzero(np.isin(piece, through) & conducts)
    if not keep.size:
        return 0.0
    diagonal = links.sum(axis=1) + ends.sum(axis=0)
    matrix = (sparse.diags_array(diagonal) - links).tocsr()[keep][:, keep]
    source = ends[0, keep]
    scale = sparse.diags_array(1.0 / diagonal[keep])
    potential, status = cg(matrix, source, rtol=1e-13, maxiter=5000, M=scale)
    assert status == 0
    length = labels.shape[axis] * edges[axis]
    current = source @ (1.0 - potential) - potential @ (source - matrix @ potential)
    return float(current * length**2 / (volume * count))


@pytest.mark.usefixtures("petsc")
class TestAgainstSciPy:
    @pytest.mark.parametrize("sides", ["no-flux", "periodic"])
    def test_polycrystal_with_pores_and_grain_boundaries(self, sides: str, tmp_path: Path) -> None:
        labels, grains = polycrystal((32, 32, 32))
        edges, resistance = (1e-6, 1.5e-6, 0.8e-6), 3e-6
        exact = reference(labels, edges, 0, sides == "periodic", grains, resistance)
        np.save(tmp_path / "labels.npy", labels)
        found = [
            run_distributed(
                np.load(tmp_path / "labels.npy", mmap_mode="r"), CONDUCTIVITIES, edges, 0, sides, 1e-9,
                grains, resistance, ranks=ranks,
            )
            for ranks in (1, 2)
        ]  # fmt: skip
        for ranks, one in enumerate(found, start=1):
            assert one.value == pytest.approx(exact, rel=1e-8)
            assert (one.percolates, one.ranks) == (True, ranks)
            assert one.reason > 0
            assert max(one.imbalance, one.residual) <= 1e-9
            assert 1 < one.iterations < 60  # multigrid works: without it there would be hundreds
        assert found[0].unknowns == found[1].unknowns < labels.size

    def test_same_as_the_solver_for_one_machine(self) -> None:
        from lisse.numerics.conduction import FaceOperator, end_conductances, face_conductances, solve

        labels, grains = polycrystal((32, 30, 28))
        edges, resistance = (1e-6, 1.5e-6, 0.8e-6), 3e-6
        conductivity = np.array([0.0, 0.3, 2.0])[labels]
        faces = face_conductances(conductivity, edges, resistance, grains, periodic=(False, True, True))
        low, high = end_conductances(conductivity, edges, 0)
        ground, source = np.zeros(labels.shape), np.zeros(labels.shape)
        ground[0], ground[-1], source[0] = low, high, low
        potential = solve(FaceOperator(faces, ground), source, 1e-11).x
        current = float((low * (1.0 - potential[0])).sum())
        one_machine = current * 32 * edges[0] / (30 * edges[1] * 28 * edges[2])
        found = run_distributed(labels, CONDUCTIVITIES, edges, 0, "periodic", 1e-9, grains, resistance, ranks=2)
        assert found.value == pytest.approx(one_machine, rel=1e-8)

    @pytest.mark.parametrize("axis", [0, 1, 2])
    def test_islands_and_dead_ends_along_each_axis(self, axis: int) -> None:
        # Loose voxels near the percolation threshold: islands, dead ends and paths that wind through both boxes.
        draw = np.random.default_rng(1)
        labels = (draw.random((14, 12, 10)) < 0.42).astype(np.uint8)
        exact = reference(labels, (1.0,) * 3, axis, True, np.zeros(labels.shape, int), 0.0)
        assert exact > 0.0
        found = run_distributed(labels, CONDUCTIVITIES, 1.0, axis, "periodic", ranks=3)
        assert found.value == pytest.approx(exact, rel=1e-8)
        assert found.unknowns < labels.sum()

    def test_other_preconditioner_in_two_dimensions(self) -> None:
        labels, grains = polycrystal((40, 36), porosity=0.1)
        exact = reference(labels, (2e-6, 1e-6), 1, False, grains, 1e-6)
        found = run_distributed(
            labels,
            CONDUCTIVITIES,
            (2e-6, 1e-6),
            1,
            grains=grains,
            grain_boundary_resistance=1e-6,
            preconditioner="gamg",
        )
        assert found.preconditioner == "gamg"
        assert found.value == pytest.approx(exact, rel=1e-8)


@pytest.mark.usefixtures("petsc")
class TestByHand:
    def test_layers_in_series_with_a_boundary_between_the_ranks(self) -> None:
        # 4 voxels of 0.3 and 4 of 2 with 5e-6 ohm m2 between them: L/(L1/s1 + R + L2/s2).
        labels = np.repeat([1, 2], 4)[:, None, None] * np.ones((1, 3, 2), int)
        found = run_distributed(labels, CONDUCTIVITIES, 1e-6, grains=labels, grain_boundary_resistance=5e-6)
        assert found.value == pytest.approx(8e-6 / (4e-6 / 0.3 + 5e-6 + 4e-6 / 2.0), rel=1e-10)

    def test_nothing_percolates(self) -> None:
        labels = np.ones((6, 5, 4), np.uint8)
        labels[3] = 0  # a wall one voxel thin
        found = run_distributed(labels, CONDUCTIVITIES, 1e-6)
        assert (found.value, found.percolates, found.unknowns) == (0.0, False, 0)

    @pytest.mark.parametrize("ranks", [1, 2])
    def test_periodic_sides_of_one_and_two_voxels(self, ranks: int) -> None:
        # Two voxels across are each other's neighbours on both sides, one is its own.
        labels = np.random.default_rng(4).integers(1, 3, (6, 2, 1))
        exact = reference(labels, (1.0,) * 3, 0, True, labels, 0.0)
        assert run_distributed(labels, CONDUCTIVITIES, 1.0, sides="periodic", ranks=ranks).value == pytest.approx(exact)


@pytest.mark.usefixtures("petsc")
class TestRefusals:
    def test_label_that_only_the_second_rank_sees(self) -> None:
        labels = np.ones((8, 4, 4), np.uint8)
        labels[7, 3, 3] = 9
        with pytest.raises(InvalidInput, match="no value for label 9"):
            run_distributed(labels, CONDUCTIVITIES, 1.0)

    def test_tolerance_out_of_reach(self) -> None:
        labels, grains = polycrystal((12, 12, 12))
        contrast = {0: 1e-15, 1: 1.0, 2: 1e9}
        with pytest.raises(SolveFailed, match=r"stopped after|differ by"):
            run_distributed(labels, contrast, 1e-6, 0, "no-flux", 1e-13, grains, 1e3)

    def test_interpreter_without_petsc(self) -> None:
        with pytest.raises(InvalidInput, match="an interpreter that has petsc4py"):
            run_distributed(np.ones((4, 4), int), {1: 1.0}, 1.0, python=sys.executable, ranks=1)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"mpirun": "no-such-program"}, "mpirun: got 'no-such-program'"),
        ({"python": "no-such-python"}, "python: got 'no-such-python'"),
        ({"ranks": 0}, "ranks: got 0"),
        ({"ranks": 1_000_000}, "at most .* on the cores of this machine"),
        ({"labels": np.ones((4, 4))}, "labels: got 'float64"),
        ({"labels": "no-such-file.npy"}, r"a \.npy file of integers"),
        ({"grains": np.ones((2, 2), int)}, "grains: got .*the shape of the labels"),
        ({"grain_boundary_resistance": 1.0}, "needs to know the grains"),
        ({"grain_boundary_resistance": -1.0}, "grain_boundary_resistance: got -1"),
        ({"conductivities": {1: -1.0}}, r"conductivities\[1\]: got -1"),
        ({"conductivities": {}}, "conductivities"),
        ({"voxel_size": (1.0, 1.0, 1.0)}, "voxel_size"),
        ({"voxel_size": 0.0}, "voxel_size"),
        ({"axis": 2}, "axis: got 2; allowed: 0 to 1"),
        ({"sides": "open"}, "sides: got 'open'"),
        ({"tolerance": 0.0}, "tolerance"),
        ({"preconditioner": "ilu"}, "preconditioner: got 'ilu'"),
    ],
)
def test_wrong_arguments_are_named_before_anything_starts(changed: dict[str, Any], message: str) -> None:
    given: dict[str, Any] = {"labels": np.ones((4, 4), int), "conductivities": {1: 1.0}, "voxel_size": 1.0, **changed}
    with pytest.raises(InvalidInput, match=message):
        run_distributed(**given)


def test_ranks_that_do_not_fit_the_grid() -> None:
    assert process_grid(2, (32, 32, 32)) == (2, 1, 1)  # a slab is one run of bytes in the file
    assert process_grid(8, (32, 32, 32)) == (2, 2, 2)
    assert process_grid(4, (2, 100, 1)) == (1, 4, 1)
    with pytest.raises(InvalidInput, match="ranks: got 7"):
        process_grid(7, (4, 3, 5))


def test_more_unknowns_than_petsc_can_number() -> None:
    petsc = SimpleNamespace(IntType=np.int32)
    check_numbers(petsc, "unknowns", 2.0**31 - 1)
    with pytest.raises(InvalidInput, match="unknowns: got 3000000000; allowed: at most 2147483647.*64-real"):
        check_numbers(petsc, "unknowns", 3e9)


def test_mapped_arrays_are_not_copied(tmp_path: Path) -> None:
    whole = np.arange(120, dtype=np.uint16).reshape(5, 4, 6)
    np.save(tmp_path / "scan.npy", whole)
    mapped = np.load(tmp_path / "scan.npy", mmap_mode="r")
    part = mapped[2:]
    found = mapped_file(part)
    assert found is not None
    assert found["shape"] == [3, 4, 6]
    assert np.array_equal(Problem(found, {0: 1.0}, 1.0).labels, whole[2:])
    assert mapped_file(whole) is None  # not in a file
    assert mapped_file(mapped[:, 1:]) is None  # not row by row
    with pytest.raises(InvalidInput, match="at least"):
        Problem({**found, "shape": [9, 9, 9]}, {0: 1.0}, 1.0)


def test_the_ranks_need_neither_numba_nor_scipy() -> None:
    look = "import sys, lisse.numerics.distributed as d; sys.exit(any(m in sys.modules for m in ('numba', 'scipy')))"
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    subprocess.run([sys.executable, "-c", look], check=True, env=environment)
