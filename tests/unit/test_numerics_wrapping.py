"""Paths round a grid, uniform fields, and an imaginary ground: small cases with known answers."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.numerics.complex_conduction import solve_complex
from lisse.numerics.conduction import FaceOperator
from lisse.numerics.even_grid import EvenGrid
from lisse.numerics.uniform_field import mixed_flow, uniform_field_response
from lisse.numerics.wrapping import first_wraps, wrapping_axes


def path(shape: tuple[int, int, int], steps: str) -> list[np.ndarray]:
    """Faces along a walk from the origin: x, y, z up their axes, X, Y, Z down."""
    faces = [np.zeros(shape) for _ in range(3)]
    place = np.zeros(3, int)
    for letter in steps:
        axis = "xyz".index(letter.lower())
        if letter.isupper():
            place[axis] -= 1
        faces[axis][tuple(place % shape)] = 1.0
        if letter.islower():
            place[axis] += 1
    return faces


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        ("xxx", (False, False, False)),
        ("xxxx", (True, False, False)),
        ("xxyyyXXYYY", (False, False, False)),  # a loop that does not lead round
        ("xxyxyXYxxY", (True, False, False)),
        ("zzzzz", (False, False, True)),
        ("xyxyxyx", (False, False, False)),
        ("xyxyxyxy", (True, True, False)),  # one path round both axes at once
        ("xyzxyzxyzxyzz", (True, True, True)),
        ("XXXX", (True, False, False)),
    ],
)
def test_a_path_leads_round_the_axes_that_it_winds_about(steps: str, found: tuple[bool, bool, bool]) -> None:
    assert wrapping_axes(path((4, 4, 5), steps)) == found


def test_adding_one_by_one_agrees_with_looking_at_the_whole() -> None:
    random = np.random.default_rng(4)
    shape = (4, 3, 5)
    for sites in (False, True):
        count = 60 if sites else 180
        order = random.permutation(count)
        first = first_wraps(shape, order, sites)
        for place in sorted({0, *first, *(n - 1 for n in first), count - 1}):
            there = np.zeros(count, bool)
            there[order[: place + 1]] = True
            if sites:
                grid = there.reshape(shape)
                faces = [(grid & np.roll(grid, -1, axis)).astype(float) for axis in range(3)]
            else:
                faces = [there.reshape(*shape, 3)[..., axis].astype(float) for axis in range(3)]
            assert wrapping_axes(faces) == tuple(place >= n for n in first)


def test_too_few_leave_an_axis_open() -> None:
    assert first_wraps((3, 3, 3), np.arange(5), sites=False) == (-1, -1, -1)
    with pytest.raises(InvalidInput, match="shape: got"):
        first_wraps((3, 3, 1), np.arange(5), sites=False)


def network(shape: tuple[int, int, int], seed: int) -> FaceOperator:
    random = np.random.default_rng(seed)
    return FaceOperator([random.lognormal(0.0, 1.5, shape) for _ in range(3)], np.zeros(shape))


def test_the_mixed_flow_is_that_of_an_oblique_field() -> None:
    """Flow under the field e1 + e2 = flow under e1 + under e2 + twice the mixed one."""
    operator = network((6, 5, 4), 1)
    one, other = (uniform_field_response(operator, axis, 1e-11) for axis in (0, 1))
    field = (1.0, 1.0, 0.0)
    x = one.x + other.x
    oblique = sum(
        float(np.sum(face * (e + x - np.roll(x, -1, axis)) ** 2))
        for axis, (face, e) in enumerate(zip(operator.faces, field, strict=True))
    )
    mixed = mixed_flow(operator, 0, one.x, 1, other.x)
    assert oblique == pytest.approx(one.flow + other.flow + 2.0 * mixed, rel=1e-12)


@pytest.mark.parametrize("size", [3, 5, 7])
def test_pieces_on_odd_rings_are_solved_too(size: int) -> None:
    """Near the threshold pieces hang on a few faces that close a ring: these stall where grids are not made even."""
    random = np.random.default_rng(size)
    solved = 0
    for _ in range(60):
        faces = [(random.random((size,) * 3) < 0.25).astype(float) for _ in range(3)]
        if wrapping_axes(faces)[2]:
            found = uniform_field_response(FaceOperator(faces, np.zeros((size,) * 3)), 2, 1e-8)
            assert found.converged
            assert found.iterations < 40
            solved += 1
    assert solved > 5


def test_an_even_grid_is_the_same_network() -> None:
    random = np.random.default_rng(9)
    shape = (3, 4, 5)
    operator = FaceOperator([random.random(shape) for _ in range(3)], random.random(shape))
    even = EvenGrid(operator)
    assert even.operator.shape == (4, 4, 6)
    b = random.standard_normal(shape)
    units = np.eye(even.operator.ground.size).reshape(-1, *even.operator.shape)
    matrix = np.array([even.operator.apply(unit).ravel() for unit in units])
    joints = matrix.diagonal() > 0.0  # where two added layers cross there is nothing
    x = np.zeros(len(matrix))
    x[joints] = np.linalg.solve(matrix[np.ix_(joints, joints)], even.with_zeros(b).ravel()[joints])
    inside = even.inside(x.reshape(even.operator.shape))
    np.testing.assert_allclose(operator.apply(np.ascontiguousarray(inside)), b, rtol=1e-11, atol=1e-12)
    already = FaceOperator([random.random((4, 4, 4)) for _ in range(3)], np.zeros((4, 4, 4)))
    assert EvenGrid(already).operator is already


def test_the_flow_has_an_error_of_second_order() -> None:
    operator = network((12, 12, 12), 2)
    exact = uniform_field_response(operator, 0, 1e-12).flow
    for tolerance in (1e-2, 1e-3, 1e-4):
        found = uniform_field_response(operator, 0, tolerance)
        assert 0.0 <= found.flow / exact - 1.0 < 10.0 * tolerance**2 + 1e-13  # the power is least at the solution


@pytest.mark.parametrize("shape", [(6, 5, 4), (7, 6), (1, 9, 8)])
def test_an_imaginary_ground_against_a_dense_solution(shape: tuple[int, ...]) -> None:
    random = np.random.default_rng(3)
    faces = [random.lognormal(0.0, 1.0, shape) * (count > 1) for count in shape]
    ground, c, b = random.random(shape), random.lognormal(0.0, 2.0, shape), random.standard_normal((2, *shape))
    operator = FaceOperator(faces, ground)
    units = np.eye(ground.size).reshape(-1, *shape)
    matrix = np.array([operator.apply(unit).ravel() for unit in units]).T + 1j * np.diag(c.ravel())
    right = b[0] + 1j * b[1]
    exact = np.linalg.solve(matrix, right.ravel())
    found = solve_complex(operator, c, right, 1e-11)
    assert found.converged
    np.testing.assert_allclose(found.x.ravel(), exact, rtol=0.0, atol=1e-9 * np.abs(exact).max())
    near = solve_complex(operator, c, right, 1e-11, guess=found.x)
    assert near.iterations <= 1


def test_iterations_hardly_depend_on_the_frequency() -> None:
    operator = network((16, 16, 16), 5)
    b = operator.faces[0] - np.roll(operator.faces[0], 1, 0)
    counts = [
        solve_complex(operator, np.full(operator.shape, frequency), b, 1e-6).iterations
        for frequency in (1e-8, 1e-4, 1e-2, 1.0, 1e4)
    ]
    assert max(counts) < 80


def test_what_is_no_ground_is_refused() -> None:
    operator = network((4, 4, 4), 6)
    for ground, match in (
        (-np.ones((4, 4, 4)), "imaginary_ground: got -1.0"),
        (np.ones(3), "the shape of the operator"),
    ):
        with pytest.raises(InvalidInput, match=match):
            solve_complex(operator, ground, np.ones((4, 4, 4)))
    nothing = solve_complex(operator, np.ones((4, 4, 4)), np.zeros((4, 4, 4)))
    assert nothing.converged
    assert not nothing.x.any()


def test_a_network_without_a_way_gives_up_the_truth() -> None:
    """Few iterations: not converged, with the true residual."""
    operator = network((8, 8, 8), 7)
    b = operator.faces[0] - np.roll(operator.faces[0], 1, 0)
    found = solve_complex(operator, np.full((8, 8, 8), 0.1), b, 1e-10, max_iterations=2)
    assert not found.converged
    assert found.iterations == 2
    assert found.residual > 1e-10


def test_every_small_grid_agrees_with_a_search() -> None:
    """All 64 ways of opening the six bonds along two axes of a 3 x 1 x 3 grid's first lines, by brute force."""
    shape = (3, 1, 3)
    for bits in itertools.product((0.0, 1.0), repeat=6):
        gx, gz, none = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        gx[:, 0, 0], gz[0, 0, :] = bits[:3], bits[3:]
        assert wrapping_axes((gx, none, gz)) == (all(bits[:3]), False, all(bits[3:]))
