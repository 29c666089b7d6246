"""Face conductances, the operator, the solver and its levels, on grids small enough for a direct solution."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.linalg import spsolve

from lisse.errors import InvalidInput
from lisse.numerics import conduction
from lisse.numerics.conduction import (
    FaceOperator,
    conduction_cost,
    current_density,
    end_conductances,
    face_conductances,
    mean_currents,
    solve,
)
from lisse.numerics.conduction_multigrid import Hierarchy
from lisse.numerics.conduction_paths import HIGH, LOW, joined_to_ends


def matrix_of(faces: tuple[np.ndarray, ...], ground: np.ndarray) -> coo_array:
    """The operator assembled the plain way."""
    numbers = np.arange(ground.size).reshape(ground.shape)
    rows, columns, values = [numbers.ravel()], [numbers.ravel()], [ground.ravel().astype(float)]
    for axis, face in enumerate(faces):
        here, there, g = numbers.ravel(), np.roll(numbers, -1, axis=axis).ravel(), face.ravel()
        rows += [here, there, here, there]
        columns += [here, there, there, here]
        values += [g, g, -g, -g]
    shape = (ground.size, ground.size)
    return coo_array((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=shape)


def medium(
    shape: tuple[int, ...], contrast: float, seed: int, zeros: float, periodic: bool, axis: int = 0
) -> tuple[tuple[np.ndarray, ...], np.ndarray, np.ndarray]:
    """Faces, ground and sources of a random medium between two ends."""
    random = np.random.default_rng(seed)
    conductivity = contrast ** random.random(shape)
    conductivity[random.random(shape) < zeros] = 0.0
    spacing = (1.0, 0.7, 1.3)[: len(shape)]
    closed = [periodic and other != axis for other in range(len(shape))]
    faces = face_conductances(conductivity, spacing, periodic=closed)
    low, high = end_conductances(conductivity, spacing, axis)
    ground, sources = np.zeros(shape), np.zeros(shape)
    np.moveaxis(ground, axis, 0)[0] += low
    np.moveaxis(ground, axis, 0)[-1] += high
    np.moveaxis(sources, axis, 0)[0] += low
    return faces, ground, sources


class TestFaceConductances:
    def test_two_half_voxels_in_series(self) -> None:
        along_x, along_y = face_conductances([[1.0, 3.0], [2.0, 0.0]], (0.5, 2.0))
        # g = area / (h/2s1 + h/2s2), area 2 and h 0.5 along x, area 0.5 and h 2 along y
        assert along_x == pytest.approx(np.array([[2.0 / (0.25 + 0.125), 0.0], [0.0, 0.0]]))
        assert along_y == pytest.approx(np.array([[0.5 / (1.0 + 1.0 / 3.0), 0.0], [0.0, 0.0]]))

    def test_periodic_axis_closes_on_itself(self) -> None:
        open_, closed = (face_conductances([[1.0], [2.0], [4.0]], (1, 1), periodic=p)[0] for p in (None, (True, False)))
        assert open_[-1, 0] == 0.0
        assert closed[-1, 0] == pytest.approx(1.0 / (0.5 / 4.0 + 0.5 / 1.0))
        assert np.array_equal(open_[:-1], closed[:-1])

    def test_flat_voxels_are_an_anisotropic_conductivity(self) -> None:
        values = np.random.default_rng(0).random((4, 5, 3))
        cubes, flat = face_conductances(values, (1, 1, 1)), face_conductances(values, (1, 3, 1))
        for one, other, factor in zip(cubes, flat, (3.0, 1.0 / 3.0, 3.0), strict=True):
            assert other == pytest.approx(factor * one, rel=1e-14)

    def test_one_voxel_is_not_its_own_neighbour(self) -> None:
        assert not face_conductances([[1.0, 1.0]], (1.0, 1.0), periodic=(True, True))[0].any()

    def test_extreme_contrasts_neither_overflow_nor_vanish(self) -> None:
        g = face_conductances([[1e-300, 1e300]], (1.0, 1.0))[1][0, 0]
        assert g == pytest.approx(2e-300)

    @pytest.mark.parametrize(
        "law",
        [
            0.25,
            np.array([[0.0, 9.0, 9.0, 9.0], [9.0, 9.0, 0.25, 9.0], [9.0, 0.25, 9.0, 9.0], [9.0, 9.0, 9.0, 9.0]]),
            {(2, 1): 0.25},
            lambda a, b: 0.25 * (b - a),
        ],
        ids=["number", "table", "pairs", "function"],
    )
    def test_resistance_between_regions(self, law: object) -> None:
        regions = np.array([[1], [1], [2], [0]])
        faces = face_conductances(np.ones((4, 1)), (0.5, 3.0), law, regions)  # type: ignore[arg-type]
        assert faces[0][:, 0] == pytest.approx([6.0, 3.0 / (0.5 + 0.25), 6.0, 0.0])  # region 0 has no boundary

    def test_pairs_that_are_not_named_have_none(self) -> None:
        faces = face_conductances(np.ones((3, 1)), (1.0, 1.0), {(1, 2): np.inf}, np.array([[1], [2], [3]]))
        assert faces[0][:, 0].tolist() == [0.0, 1.0, 0.0]

    def test_boundary_across_a_periodic_side(self) -> None:
        regions = np.array([[1], [1], [2]])
        faces = face_conductances(np.ones((3, 1)), (1.0, 1.0), 1.0, regions, (True, False))
        assert faces[0][:, 0].tolist() == [1.0, 0.5, 0.5]

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (([[1.0, -1.0]], (1, 1)), r"conductivity: got '-1.0 in voxel .0, 1.'; allowed: finite numbers, at least 0"),
            (([[1.0, np.nan]], (1, 1)), "nan in voxel"),
            (([[1.0, np.inf]], (1, 1)), "inf in voxel"),
            (([1.0], (1,)), "two or three axes"),
            (([[1.0]], (1, 0)), "2 lengths above 0"),
            (([[1.0]], (1, 1, 1)), "2 lengths above 0"),
            (([[1.0]], (1, 1), 1.0), "the region of each voxel"),
            (([[1.0]], (1, 1), 1.0, np.ones((2, 1), int)), r"integers of shape \(1, 1\)"),
            (([[1.0, 1.0]], (1, 1), -1.0, np.array([[1, 2]])), "surface_resistance: got -1.0; allowed: at least 0"),
            (([[1.0, 1.0]], (1, 1), np.nan, np.array([[1, 2]])), "at least 0"),
            (([[1.0, 1.0]], (1, 1), "much", np.array([[1, 2]])), "a symmetric table"),
            (([[1.0, 1.0]], (1, 1), np.eye(2), np.array([[1, 2]])), "one row per region, 3 or more"),
            (([[1.0, 1.0]], (1, 1), {1: 0.0}, np.array([[1, 2]])), "pairs of two region numbers"),
            (([[1.0, 1.0]], (1, 1), None, None, (True,)), "2 booleans"),
        ],
    )
    def test_bad_input(self, arguments: tuple[object, ...], message: str) -> None:
        with pytest.raises(InvalidInput, match=message):
            face_conductances(*arguments)  # type: ignore[arg-type]


class TestOperator:
    @pytest.mark.parametrize("shape", [(5, 4), (1, 6), (4, 5, 3), (2, 1, 7), (3, 2, 2)])
    @pytest.mark.parametrize("periodic", [False, True])
    def test_is_the_assembled_matrix(self, shape: tuple[int, ...], periodic: bool) -> None:
        faces, ground, _ = medium(shape, 1e3, 1, 0.2, periodic)
        operator = FaceOperator(faces, ground)
        matrix = matrix_of(faces, ground).tocsr()
        x = np.random.default_rng(2).normal(size=shape)
        assert operator.apply(x).ravel() == pytest.approx(matrix @ x.ravel(), rel=1e-12, abs=1e-9)
        assert operator.diagonal().ravel() == pytest.approx(matrix.diagonal(), rel=1e-12)
        power, _ = operator.power(x)
        lost = x.ravel() @ (matrix @ x.ravel()) - np.sum(ground * x**2)
        assert power == pytest.approx(lost, rel=1e-12)

    def test_gives_back_what_it_was_made_of(self) -> None:
        faces, ground, _ = medium((4, 3), 10.0, 1, 0.0, False)
        operator = FaceOperator(faces, ground)
        assert all(np.array_equal(a, b) for a, b in zip(operator.faces, faces, strict=True))
        assert np.array_equal(operator.ground, ground)

    def test_refuses_arrays_that_do_not_fit(self) -> None:
        with pytest.raises(InvalidInput, match="arrays of the shape of the ground"):
            FaceOperator([np.ones((2, 2))], np.ones((2, 2)))
        with pytest.raises(InvalidInput, match="its own neighbour"):
            FaceOperator([np.ones((1, 2)), np.ones((1, 2))], np.ones((1, 2)))


class TestSolve:
    @pytest.mark.parametrize("shape", [(23, 31), (9, 11, 10)])
    @pytest.mark.parametrize("contrast", [1.0, 1e3, 1e6, 1e12])
    @pytest.mark.parametrize("zeros", [0.0, 0.25])
    @pytest.mark.parametrize("periodic", [False, True])
    def test_against_a_direct_solution(
        self, shape: tuple[int, ...], contrast: float, zeros: float, periodic: bool
    ) -> None:
        faces, ground, sources = medium(shape, contrast, 3, zeros, periodic)
        reach = joined_to_ends(faces, sources[0], ground[-1], 0)
        keep = np.flatnonzero(reach.ravel() > 0)
        matrix = matrix_of(faces, ground).tocsc()[keep][:, keep]
        direct = np.zeros(ground.size)
        direct[keep] = spsolve(matrix, sources.ravel()[keep])
        found = solve(FaceOperator(faces, ground), sources, 1e-11)
        assert found.converged
        assert found.residual < 2e-11
        assert found.iterations < 60
        powers = []
        for x in (found.x, direct.reshape(shape)):
            at_ends = np.sum(sources[0] * (1.0 - x[0]) ** 2) + np.sum(ground[-1] * x[-1] ** 2)
            powers.append(FaceOperator(faces, ground).power(x)[0] + at_ends)
        assert powers[0] == pytest.approx(powers[1], rel=1e-11)
        assert np.abs(found.x.ravel() - direct)[keep].max() < 1e-6 * max(1.0, contrast * 1e-9)

    def test_islands_do_no_harm(self) -> None:
        conductivity = np.ones((12, 12))
        conductivity[4:9, 4:9] = 0.0
        conductivity[6, 6] = 5.0
        faces = face_conductances(conductivity, (1.0, 1.0))
        ground, sources = np.zeros((12, 12)), np.zeros((12, 12))
        ground[0] = ground[-1] = sources[0] = 2.0
        found = solve(FaceOperator(faces, ground), sources, 1e-10)
        assert found.converged
        assert found.x[6, 6] == 0.0
        assert np.isfinite(found.x).all()

    @pytest.mark.parametrize("shape", [(16, 18), (8, 8, 10)])
    def test_closed_cell_with_balanced_sources(self, shape: tuple[int, ...]) -> None:
        random = np.random.default_rng(5)
        faces = face_conductances(1.0 + random.random(shape), (1.0,) * len(shape), periodic=(True,) * len(shape))
        operator = FaceOperator(faces, np.zeros(shape))
        sources = random.normal(size=shape)
        sources -= sources.mean()
        found = solve(operator, sources, 1e-9)
        assert found.converged
        assert operator.apply(found.x) == pytest.approx(sources, abs=1e-6)

    def test_levels_are_kept_for_further_right_hand_sides(self) -> None:
        faces, ground, sources = medium((30, 30), 100.0, 7, 0.1, False)
        operator = FaceOperator(faces, ground)
        first = solve(operator, sources)
        kept = operator.preconditioner
        second = solve(operator, 2.0 * sources)
        assert operator.preconditioner is kept
        assert second.x == pytest.approx(2.0 * first.x, abs=1e-6)

    def test_a_good_guess_saves_the_work(self) -> None:
        faces, ground, sources = medium((30, 30), 100.0, 7, 0.1, False)
        operator = FaceOperator(faces, ground)
        first = solve(operator, sources, 1e-9)
        assert solve(operator, sources, 1e-8, guess=first.x).iterations == 0

    def test_arguments_are_left_alone(self) -> None:
        faces, ground, sources = medium((10, 10), 100.0, 7, 0.1, False)
        before = [array.copy() for array in (*faces, ground, sources)]
        guess = np.full((10, 10), 0.5)
        solve(FaceOperator(faces, ground), sources, guess=guess)
        assert all(np.array_equal(a, b) for a, b in zip(before, (*faces, ground, sources), strict=True))
        assert (guess == 0.5).all()

    def test_without_sources(self) -> None:
        faces, ground, sources = medium((4, 4), 10.0, 7, 0.0, False)
        found = solve(FaceOperator(faces, ground), 0.0 * sources)
        assert (found.x == 0.0).all()
        assert found.converged

    def test_says_when_it_did_not_converge(self) -> None:
        faces, ground, sources = medium((12, 10, 11), 1e6, 7, 0.1, False)
        found = solve(FaceOperator(faces, ground), sources, max_iterations=2)
        assert not found.converged
        assert found.iterations == 2
        assert found.residual > 1e-8

    def test_a_plane_too_large_for_dissection_goes_by_multigrid(self, monkeypatch: pytest.MonkeyPatch) -> None:
        faces, ground, sources = medium((40, 50), 1e3, 3, 0.2, True)
        exact = solve(FaceOperator(faces, ground), sources, 1e-12)
        monkeypatch.setattr(conduction, "_LARGEST_PLANE", 1999)
        operator = FaceOperator(faces, ground)
        found = solve(operator, sources, 1e-12)
        levels = operator.preconditioner
        assert isinstance(levels, Hierarchy)
        assert levels.sizes == sorted(levels.sizes, reverse=True)
        assert found.iterations > 5
        assert found.x == pytest.approx(exact.x, abs=1e-9)

    def test_refuses_a_contrast_beyond_double_precision(self) -> None:
        for conductivity in ([[1.0], [1e-17]], [[[1e-17]], [[1.0]]]):
            faces = face_conductances(conductivity, (1.0,) * np.ndim(conductivity))
            with pytest.raises(InvalidInput, match=r"a contrast of \d.*up to 1e\+15.*be exactly 0"):
                solve(FaceOperator(faces, np.ones(np.shape(conductivity))), np.ones(np.shape(conductivity)))

    @pytest.mark.parametrize("tolerance", [0.0, -1.0, 1.0, float("nan"), "1e-8", None, True, 1e-20])
    def test_nonsense_tolerance(self, tolerance: object) -> None:
        faces, ground, sources = medium((4, 4), 10.0, 7, 0.0, False)
        with pytest.raises(InvalidInput, match="tolerance: .*1e-14 to below 1"):
            solve(FaceOperator(faces, ground), sources, tolerance)  # type: ignore[arg-type]

    def test_bad_right_hand_sides(self) -> None:
        faces, ground, _ = medium((4, 4), 10.0, 7, 0.0, False)
        operator = FaceOperator(faces, ground)
        with pytest.raises(InvalidInput, match=r"the shape of the operator, \(4, 4\)"):
            solve(operator, np.ones((4, 5)))
        with pytest.raises(InvalidInput, match="finite numbers"):
            solve(operator, np.full((4, 4), np.nan))


class TestIterations:
    """They hardly grow with the size, and not with thin walls, boundaries, contrast or flat voxels."""

    @pytest.mark.parametrize(
        ("shape", "kind", "most"),
        [
            ((160, 160), "uniform", 3),
            ((160, 160), "boundaries", 3),
            ((160, 160), "contrast", 3),
            ((160, 160), "flat", 3),
            ((160, 1, 160), "contrast", 3),
            ((40, 40, 40), "uniform", 15),
            ((40, 40, 40), "boundaries", 30),
            ((40, 40, 40), "contrast", 40),
            ((40, 40, 40), "flat", 28),
        ],
    )
    def test_stay_few(self, shape: tuple[int, ...], kind: str, most: int) -> None:
        random = np.random.default_rng(0)
        conductivity, spacing, resistance, blocks = np.ones(shape), [1.0] * len(shape), None, None
        if kind == "boundaries":
            blocks = 1 + sum((n // 8) * 100**axis for axis, n in enumerate(np.indices(shape)))
            resistance = lambda a, b: 1000.0 * random.random(a.shape)  # noqa: E731
            conductivity[random.random(shape) < 0.05] = 0.0
        elif kind == "contrast":
            conductivity = 1e6 ** random.random(shape)
        elif kind == "flat":
            spacing[-1] = 0.05
        faces = face_conductances(conductivity, spacing, resistance, blocks)
        ground, sources = np.zeros(shape), np.zeros(shape)
        low, high = end_conductances(conductivity, spacing, 0)
        ground[0] += low
        ground[-1] += high
        sources[0] = random.random(low.shape) * low
        assert solve(FaceOperator(faces, ground), sources).iterations <= most


def test_mean_currents_and_current_density_of_a_uniform_flow() -> None:
    shape, spacing = (6, 5, 4), (1.0, 2.0, 0.5)
    faces = face_conductances(np.full(shape, 3.0), spacing)
    operator = FaceOperator(faces, np.zeros(shape))
    x = np.broadcast_to(-spacing[1] * np.arange(5.0)[:, None], shape)
    density = current_density(operator, x, spacing)
    assert density.shape == (*shape, 3)
    assert density[:, 1:-1, :, 1] == pytest.approx(3.0)
    assert density[..., [0, 2]] == pytest.approx(0.0)
    assert mean_currents(operator, x, spacing) == pytest.approx([0.0, 3.0 * 4 / 5, 0.0])


class TestJoinedToEnds:
    def test_a_winding_path(self) -> None:
        conductivity = np.ones((9, 9))
        conductivity[1::4, :-1] = conductivity[3::4, 1:] = 0.0
        faces = face_conductances(conductivity, (1.0, 1.0))
        reach = joined_to_ends(faces, conductivity[0], conductivity[-1], 0)
        assert (reach[conductivity > 0.0] == LOW | HIGH).all()
        assert (reach[conductivity == 0.0] == 0).all()

    def test_ends_dead_ends_and_islands(self) -> None:
        conductivity = np.array([[1.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0]])
        faces = face_conductances(conductivity, (1.0, 1.0))
        assert joined_to_ends(faces, conductivity[:, 0], conductivity[:, -1], 1).tolist() == [[1, 1, 0, 0, 0, 0, 0, 2]]

    def test_through_a_periodic_side(self) -> None:
        conductivity = np.array([[1.0, 0.0, 0.0], [1.0, 0.0, 1.0], [0.0, 0.0, 1.0]])
        for periodic, expected in ((False, 0), (True, LOW | HIGH)):
            faces = face_conductances(conductivity, (1.0, 1.0), periodic=(False, periodic))
            reach = joined_to_ends(faces, conductivity[0], conductivity[-1], 0)
            assert (reach & HIGH).astype(bool)[0, 0] == (expected & HIGH > 0)


def test_cost_grows_with_the_voxels() -> None:
    plane, larger = conduction_cost((128, 128)), conduction_cost((1024, 1024))
    assert 268.0 <= plane[0] / 128**2 < 320.0  # what was measured, and not much more
    assert 345.0 <= larger[0] / 1024**2 < 450.0
    assert conduction_cost((1, 128, 128)) == plane
    small, large = conduction_cost((100, 100, 100)), conduction_cost((400, 100, 50))
    assert large == pytest.approx((2 * small[0], 2 * small[1]))
    assert 100e6 < small[0] < 200e6
