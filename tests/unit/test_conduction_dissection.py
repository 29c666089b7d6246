"""Nested dissection of a plane: the answer of a direct solution, at any contrast, in two iterations."""

from __future__ import annotations

import numba
import numpy as np
import pytest

from lisse.numerics import conduction_dissection, dissection_kernels
from lisse.numerics.conduction import FaceOperator, solve
from lisse.numerics.conduction_dissection import Dissection


def network(
    shape: tuple[int, int], contrast: float, zeros: float, around: tuple[bool, bool], seed: int = 0
) -> tuple[list[np.ndarray], np.ndarray]:
    """Random conductances, some 0, and ground on the first and last row."""
    random = np.random.default_rng(seed)
    faces = [contrast ** random.uniform(-1.0, 0.0, shape) * (random.random(shape) >= zeros) for _ in range(2)]
    for axis, closed in enumerate(around):
        if not closed or shape[axis] == 1:
            np.moveaxis(faces[axis], axis, 0)[-1] = 0.0
    ground = np.zeros(shape)
    ground[[0, -1]] = contrast ** random.uniform(-1.0, 0.0, (2, shape[1]))
    return faces, ground


def dense(faces: list[np.ndarray], ground: np.ndarray) -> np.ndarray:
    """The matrix, written out."""
    operator = FaceOperator(faces, ground)
    return np.array([operator.apply(one.reshape(ground.shape)).ravel() for one in np.eye(ground.size)])


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (2, 2), (5, 4), (13, 7), (3, 40), (21, 22)])
@pytest.mark.parametrize("around", [(False, False), (True, False), (False, True), (True, True)])
def test_one_cycle_is_the_solution_to_single_precision(shape: tuple[int, int], around: tuple[bool, bool]) -> None:
    faces, ground = network(shape, 1e3, 0.0, around)
    held = Dissection(faces, ground)
    b = np.random.default_rng(1).normal(size=ground.size)
    held.right_hand_side[:] = b
    scale = max(float(array.max()) for array in (*faces, ground))  # conductances are held relative to the largest
    assert held.cycle() / scale == pytest.approx(np.linalg.solve(dense(faces, ground), b), rel=1e-3, abs=1e-4)


@pytest.mark.parametrize("contrast", [1.0, 1e6, 1e12])
@pytest.mark.parametrize("zeros", [0.0, 0.3, 0.6])
@pytest.mark.parametrize("around", [(False, False), (False, True)])
def test_two_or_three_iterations_at_any_contrast(contrast: float, zeros: float, around: tuple[bool, bool]) -> None:
    """Also with many parts that reach no ground: they keep the guess."""
    faces, ground = network((60, 70), contrast, zeros, around)
    found = solve(FaceOperator(faces, ground), ground * np.linspace(1.0, 0.0, 60)[:, None], 1e-10)
    assert found.converged
    assert found.iterations <= 3
    assert found.residual < 1e-12
    assert found.x.min() > -1e-9
    assert found.x.max() < 1.0 + 1e-9  # no potential is beyond those given


def test_a_part_without_ground_is_an_exact_zero() -> None:
    faces, ground = network((30, 30), 1e12, 0.0, (False, False))
    faces[0][9], faces[0][19] = 0.0, 0.0  # rows 10 to 19 are cut off
    held = Dissection(faces, ground)
    held.right_hand_side[:] = (ground > 0.0).ravel()
    potential = held.cycle().reshape(ground.shape)
    assert not potential[10:20].any()
    assert np.isfinite(potential).all()


def test_the_operator_is_symmetric() -> None:
    faces, ground = network((50, 40), 1e6, 0.2, (False, True))
    held = Dissection(faces, ground)
    answers = []
    vectors = np.random.default_rng(2).normal(size=(2, ground.size))
    for vector in vectors:
        held.right_hand_side[:] = vector
        answers.append(held.cycle().copy())
    assert vectors[0] @ answers[1] == pytest.approx(vectors[1] @ answers[0], rel=1e-9)
    assert vectors[0] @ answers[0] > 0.0


def test_threads_and_parts_do_not_change_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    faces, ground = network((300, 280), 1e4, 0.1, (False, True))
    b = np.random.default_rng(3).normal(size=ground.size)
    answers = []
    before = numba.get_num_threads()
    for threads, serial in ((1, 60_000), (before, 60_000), (1, 10**9)):
        numba.set_num_threads(threads)
        monkeypatch.setattr(conduction_dissection, "SERIAL_BELOW", serial)
        held = Dissection(faces, ground)
        held.right_hand_side[:] = b
        answers.append(held.cycle().copy())
    numba.set_num_threads(before)
    assert np.array_equal(answers[0], answers[1])
    assert answers[2] == pytest.approx(answers[0], rel=1e-4, abs=1e-5 * np.abs(answers[0]).max())


@pytest.mark.parametrize("shape", [(17, 23), (1, 30), (64, 64)])
@pytest.mark.parametrize("around", [(False, False), (True, True)])
def test_every_voxel_is_eliminated_once_and_halves_come_first(
    shape: tuple[int, int], around: tuple[bool, bool]
) -> None:
    tree = dissection_kernels.rectangles(*shape, *around)
    seen = np.zeros(shape, int)
    for _, _, _, _, y0, y1, z0, z1, *halves in tree:
        seen[y0:y1, z0:z1] += 1
        assert all(half < len(tree) for half in halves)
    assert (seen == 1).all()
    assert all(max(row[8:]) < place for place, row in enumerate(tree))


def test_memory_grows_with_the_logarithm_of_the_size() -> None:
    each = []
    for n in (64, 128, 256):
        faces, ground = network((n, n), 10.0, 0.0, (False, False))
        each.append(Dissection(faces, ground).memory / n**2)
    assert each[1] - each[0] == pytest.approx(each[2] - each[1], abs=8.0)
    assert each[2] < 210.0
