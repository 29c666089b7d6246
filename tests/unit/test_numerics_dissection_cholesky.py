"""The sparse Cholesky factor on grids: the answer of a dense solution, at any shape, and what it refuses."""

from __future__ import annotations

import itertools

import numba
import numpy as np
import pytest
from scipy import sparse

from lisse.errors import InvalidInput, SolveFailed
from lisse.numerics import cholesky_tree
from lisse.numerics.dissection_cholesky import DissectionCholesky

SHAPES = [(1,), (2,), (70,), (1, 1), (1, 9), (2, 2), (3, 3), (5, 4), (13, 7), (3, 40), (21, 22), (4, 5, 6), (9, 10, 2)]


def system(
    shape: tuple[int, ...], periodic: tuple[bool, ...], each: int = 2, seed: int = 0, dropped: float = 0.0
) -> tuple[sparse.csr_array, np.ndarray]:
    """Random couplings between all neighbours (edges and corners too), and the points; some unknowns are dropped."""
    random = np.random.default_rng(seed)
    grid = np.stack(np.meshgrid(*[np.arange(n) for n in shape], indexing="ij"), axis=-1).reshape(-1, len(shape))
    points = np.repeat(grid, each, axis=0)
    points = points[random.permutation(len(points))]
    points = points[random.random(len(points)) >= dropped]
    apart = np.abs(points[:, None] - points[None])
    for axis, around in enumerate(periodic):
        if around:
            apart[..., axis] = np.minimum(apart[..., axis], shape[axis] - apart[..., axis])
    near = (apart <= 1).all(axis=2)
    full = np.where(near, random.normal(size=near.shape), 0.0)
    full = full + full.T
    np.fill_diagonal(full, np.abs(full).sum(axis=1) * 1.01)
    return sparse.csr_array(full), points


@pytest.mark.parametrize("shape", SHAPES)
def test_the_answer_of_a_dense_solution(shape: tuple[int, ...]) -> None:
    for n, around in enumerate(itertools.product((False, True), repeat=len(shape))):
        matrix, points = system(shape, around, each=1 + n % 3, seed=n, dropped=0.2 * (n % 2))
        right = np.random.default_rng(5).normal(size=(len(points), 3))
        factor = DissectionCholesky(matrix, points, shape, around)
        expected = np.linalg.solve(matrix.toarray(), right)
        scale = np.abs(expected).max(initial=1e-300)
        assert np.abs(factor.solve(right) - expected).max(initial=0) < 1e-12 * scale
        assert np.abs(factor.solve(right[:, 1]) - expected[:, 1]).max(initial=0) < 1e-12 * scale
        assert 0 < factor.smallest_pivot <= 1


@pytest.mark.parametrize("shape", [(30, 17, 1), (32, 32, 1), (5, 150, 1), (12, 13, 4), (5, 1, 1)])
@pytest.mark.parametrize("around", [(False, False, False), (True, False, False), (True, True, False)])
def test_every_point_is_in_one_cut_and_no_cut_leaks(shape: tuple[int, ...], around: tuple[bool, ...]) -> None:
    """Each point is eliminated once; the points of two halves are never neighbours."""
    extent, closed = np.array(shape), np.array(around)
    cuts, halves = cholesky_tree.boxes(extent, closed, cholesky_tree.LEAF)
    places = np.arange(extent.prod())
    order, starts = cholesky_tree.elimination_order(extent, cuts, places)
    assert np.array_equal(np.sort(order), places)
    depth, earliest = cholesky_tree.places_in_tree(halves)
    assert depth[-1] == 0
    for t in np.flatnonzero((halves >= 0).all(axis=1)):
        one, two = (
            np.stack(np.unravel_index(order[starts[earliest[h]] : starts[h + 1]], shape), axis=1) for h in halves[t]
        )
        if len(one) * len(two) > 300_000:
            one, two = one[:: len(one) // 500], two[:: len(two) // 500]
        apart = np.abs(one[:, None] - two[None])
        apart = np.where(closed, np.minimum(apart, extent - apart), apart)
        assert (apart.max(axis=2) > 1).all()


def test_a_ring_is_cut_open_only_where_that_is_cheap() -> None:
    """A long ring is cut by two planes at once, a thin one stays closed."""
    cuts, _ = cholesky_tree.boxes(np.array([6, 90, 1]), np.array([False, True, False]), 8)
    assert cuts[-1].tolist() == [0, 6, 0, 1, 0, 1, 0, 6, 45, 46, 0, 1]
    cuts, _ = cholesky_tree.boxes(np.array([90, 6, 1]), np.array([False, True, False]), 8)
    assert cuts[-1].tolist() == [45, 46, 0, 6, 0, 1] + [0] * 6


def test_other_values_at_the_same_places() -> None:
    shape, around = (19, 23), (False, True)
    matrix, points = system(shape, around)
    factor = DissectionCholesky(matrix, points, shape, around)
    right = np.random.default_rng(1).normal(size=len(points))
    for shift in (0.0, 3.0, 0.5):
        other = sparse.csr_array(matrix.copy())
        other.setdiag(matrix.diagonal() + shift)
        factor.refactor(other)
        assert factor.solve(right) == pytest.approx(np.linalg.solve(other.toarray(), right), rel=1e-11)


def test_only_what_changed_is_eliminated_anew() -> None:
    """A change at a corner of the grid touches one part and the cuts above it; the answer is that of a new factor."""
    shape = (40, 40)
    matrix, points = system(shape, (False, False), each=1)
    factor = DissectionCholesky(matrix, points)
    assert factor.refactor(matrix) == factor.size  # from now on what the parts pass on is kept
    assert factor.refactor(matrix) == 0
    other = matrix.copy()
    corner = int(np.flatnonzero((points == 1).all(axis=1))[0])
    other[corner, corner] *= 2
    assert 0 < factor.refactor(other) < factor.size / 4
    right = np.random.default_rng(1).normal(size=len(points))
    fresh = DissectionCholesky(other, points)
    assert np.array_equal(factor.solve(right), fresh.solve(right))
    assert factor.refactor(matrix) < factor.size / 4
    assert np.array_equal(factor.solve(right), DissectionCholesky(matrix, points).solve(right))


def test_after_a_singular_matrix_all_is_done_anew() -> None:
    matrix, points = system((20, 20), (False, False), each=1)
    factor = DissectionCholesky(matrix, points)
    factor.refactor(matrix)
    right = np.ones(len(points))
    before = factor.solve(right)
    wrong = matrix.copy()
    wrong[0, 0] = -1.0
    with pytest.raises(SolveFailed, match="not positive definite"):
        factor.refactor(wrong)
    assert factor.smallest_pivot == 0
    with pytest.raises(SolveFailed, match="no factor"):
        factor.solve(right)
    assert factor.refactor(matrix) == factor.size
    assert np.array_equal(factor.solve(right), before)


@pytest.mark.parametrize("size", [3, 30, 120])
def test_a_singular_matrix_is_refused(size: int) -> None:
    """A chain that nothing holds: its last pivot is what rounding leaves."""
    ends = np.full(size, 2.0)
    ends[[0, -1]] = 1.0
    weights = np.random.default_rng(size).uniform(0.1, 10.0, size - 1)
    chain = sparse.diags_array([-weights, -weights], offsets=[-1, 1], shape=(size, size)).tolil()
    chain.setdiag(np.concatenate([[0], weights]) + np.concatenate([weights, [0]]))
    with pytest.raises(SolveFailed, match="singular"):
        DissectionCholesky(chain.tocsr(), np.arange(size)[:, None])


def test_rows_of_zeros_are_left_out() -> None:
    """Also rows that become zero later, and rows that come back."""
    shape, around = (12, 11), (False, False)
    matrix, points = system(shape, around)
    gone = np.random.default_rng(3).random(len(points)) < 0.3
    holes = sparse.csr_array(matrix.copy())
    holes.data[gone[np.repeat(np.arange(len(points)), np.diff(holes.indptr))] | gone[holes.indices]] = 0.0
    right = np.random.default_rng(1).normal(size=len(points))
    expected = np.zeros(len(points))
    expected[~gone] = np.linalg.solve(matrix.toarray()[np.ix_(~gone, ~gone)], right[~gone])
    assert DissectionCholesky(holes, points).solve(right) == pytest.approx(expected, rel=1e-11, abs=1e-13)
    factor = DissectionCholesky(matrix, points)
    for values, answer in ((holes, expected), (matrix, np.linalg.solve(matrix.toarray(), right)), (holes, expected)):
        factor.refactor(values)
        assert factor.solve(right) == pytest.approx(answer, rel=1e-11, abs=1e-13)


def test_a_coupled_unknown_without_a_diagonal_is_refused() -> None:
    matrix, points = system((6, 6), (False, False))
    matrix[7, 7] = 0.0
    with pytest.raises(SolveFailed, match="not positive definite"):
        DissectionCholesky(matrix, points)


def test_pieces_that_hang_together_nowhere() -> None:
    matrix, points = system((15, 30), (False, False))
    left = points[:, 1] < 14
    apart = sparse.csr_array(matrix.copy())
    row = np.repeat(np.arange(len(points)), np.diff(apart.indptr))
    apart.data[left[row] != left[apart.indices]] = 0.0
    apart.eliminate_zeros()
    right = np.random.default_rng(1).normal(size=len(points))
    found = DissectionCholesky(apart, points).solve(right)
    assert found == pytest.approx(np.linalg.solve(apart.toarray(), right), rel=1e-11)


def test_several_threads_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    matrix, points = system((30, 31), (True, False), each=1)
    right = np.random.default_rng(1).normal(size=len(points))
    alone = DissectionCholesky(matrix, points, (30, 31), (True, False)).solve(right)
    monkeypatch.setattr("lisse.numerics.threads.SERIAL_BELOW", 1)
    monkeypatch.setattr(numba, "get_num_threads", lambda: 3)
    factor = DissectionCholesky(matrix, points, (30, 31), (True, False))
    assert len(factor._parts) > 3  # noqa: SLF001
    assert np.array_equal(factor.solve(right), alone)


def test_the_strips_of_a_wide_front_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """One dense front of 7 to 300 unknowns, as a whole: the order of the strips is that of a recursion."""
    monkeypatch.setattr(cholesky_tree, "LEAF", 1000)
    for size in (7, 32, 33, 64, 95, 96, 97, 160, 257, 300):
        random = np.random.default_rng(size)
        full = random.normal(size=(size, size))
        full = full @ full.T + size * np.eye(size)
        factor = DissectionCholesky(sparse.csr_array(full), np.zeros((size, 1), int))
        right = random.normal(size=size)
        assert factor.front_sizes.tolist() == [[size, 0]]
        assert factor.solve(right) == pytest.approx(np.linalg.solve(full, right), rel=1e-11)


def test_what_is_refused() -> None:
    matrix, points = system((8, 8), (False, False), each=1)
    with pytest.raises(InvalidInput, match="coupled across more than one step"):
        DissectionCholesky(matrix, points[::-1])
    with pytest.raises(InvalidInput, match="as many rows as columns"):
        DissectionCholesky(matrix[:5], points[:5])
    with pytest.raises(InvalidInput, match=r"\(64, d\)"):
        DissectionCholesky(matrix, points[:5])
    with pytest.raises(InvalidInput, match="whole numbers"):
        DissectionCholesky(matrix, points * 1.0)
    with pytest.raises(InvalidInput, match="at least"):
        DissectionCholesky(matrix, points, shape=(7, 8))
    with pytest.raises(InvalidInput, match="a factor of"):
        DissectionCholesky(matrix, points, most_memory=100)
    with pytest.raises(InvalidInput, match="both triangles"):
        DissectionCholesky(sparse.tril(matrix).tocsr(), points)
    factor = DissectionCholesky(matrix, points)
    with pytest.raises(InvalidInput, match="other places"):
        factor.refactor(sparse.eye_array(64, format="csr"))
    with pytest.raises(InvalidInput, match="right"):
        factor.solve(np.ones(63))


def test_memory_grows_like_the_logarithm() -> None:
    """A plane four times as large: 31/4 n log2 n entries (George 1973) less what small boxes save."""
    held = []
    for n in (16, 32, 64):
        ones = np.ones(n)
        line = sparse.diags_array([ones[1:], ones, ones[1:]], offsets=[-1, 0, 1])
        matrix = sparse.csr_array(20 * sparse.eye_array(n * n) - sparse.kron(line, line))
        points = np.stack(np.unravel_index(np.arange(n * n), (n, n)), axis=1)
        factor = DissectionCholesky(matrix, points)
        inner, later = factor.front_sizes.T
        numbers = int((inner * (inner + later)).sum())
        held.append(numbers / (n * n))
        assert numbers < 31 / 4 * n * n * np.log2(n)
        assert 8 * numbers < factor.memory
    assert held[2] - held[1] < 1.25 * (held[1] - held[0]) + 8
