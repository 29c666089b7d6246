"""Effective conductivity: exact answers on small volumes, what the result says, and what is refused."""

from __future__ import annotations

import math
import pickle
from typing import Any

import numpy as np
import pytest

from lisse.errors import InvalidInput, NotResolved, SolveFailed
from lisse.microstructure import Volume, effective_conductivity
from lisse.microstructure import cost as cost_module

H = 0.5e-6
PHASES = {0: "pore", 1: "electrolyte", 2: "binder"}


def volume(labels: Any, voxel_size: Any = H, **more: Any) -> Volume:
    return Volume(np.asarray(labels, dtype=np.uint8), voxel_size, PHASES, **more)


def random_volume(shape: tuple[int, ...], pores: float = 0.3, seed: int = 0, voxel_size: Any = H) -> Volume:
    return volume(1 - (np.random.default_rng(seed).random(shape) < pores), voxel_size)


class TestExactAnswers:
    @pytest.mark.parametrize("shape", [(7, 5), (7, 5, 3), (1, 4), (2, 2, 2), (1, 1, 1)])
    @pytest.mark.parametrize("sides", ["no-flux", "periodic"])
    def test_uniform(self, shape: tuple[int, ...], sides: Any) -> None:
        block = volume(np.ones(shape), tuple((0.3e-6, 0.7e-6, 1.1e-6)[: len(shape)]))
        for axis in range(len(shape)):
            found = effective_conductivity(block, {"electrolyte": 0.05}, axis=axis, sides=sides)
            assert found.value == pytest.approx(0.05, rel=1e-13)
            assert found.tortuosity == pytest.approx(1.0, rel=1e-13)
            assert found.percolates
            assert not found.warnings

    def test_layers_in_series_and_side_by_side(self) -> None:
        labels = np.repeat([1, 2, 2, 1, 2], 3)[:, None, None] * np.ones((1, 4, 5))
        stack = volume(labels, (1e-6, 2e-6, 3e-6))
        series = effective_conductivity(stack, {1: 0.05, 2: 2.0}, axis=0, tolerance=1e-12)
        beside = effective_conductivity(stack, {1: 0.05, 2: 2.0}, axis=2)
        assert series.value == pytest.approx(1.0 / (0.4 / 0.05 + 0.6 / 2.0), rel=1e-12)
        assert beside.value == pytest.approx(0.4 * 0.05 + 0.6 * 2.0, rel=1e-12)
        assert beside.tortuosity == pytest.approx(1.0)

    def test_grain_boundary_in_series(self) -> None:
        grains = np.repeat(np.arange(1, 6), 4)[:, None] * np.ones((1, 3), dtype=int)
        stack = volume(np.ones((20, 3)), H, grains=grains)
        found = effective_conductivity(stack, {"electrolyte": 0.05}, grain_boundary_resistance=2e-4, tolerance=1e-12)
        # four boundaries over 20 voxels: the grain size in 1/(1/s + R/g) is L/4
        assert found.value == pytest.approx(1.0 / (1.0 / 0.05 + 2e-4 / (20 * H / 4)), rel=1e-12)

    def test_boundaries_of_given_pairs_and_insulating_ones(self) -> None:
        grains = np.repeat([1, 2, 3], 4)[:, None] * np.ones((1, 3), dtype=int)
        stack = volume(np.ones((12, 3)), H, grains=grains)
        alone = effective_conductivity(stack, {1: 0.05}, grain_boundary_resistance={(2, 3): 1e-4})
        assert alone.value == pytest.approx(1.0 / (1.0 / 0.05 + 1e-4 / (12 * H)))
        blocked = effective_conductivity(stack, {1: 0.05}, grain_boundary_resistance=math.inf)
        assert blocked.value == 0.0
        assert not blocked.percolates

    def test_a_wall_of_one_voxel_does_not_leak(self) -> None:
        labels = np.ones((9, 9, 9))
        labels[4] = 0
        labels[3, 2, 2] = 0
        labels[4, 2, 2] = 1  # a hole in the wall, closed from before: voxels that only share edges and corners
        found = effective_conductivity(volume(labels), {"electrolyte": 0.05, "pore": 0.0})
        assert found.value == 0.0

    def test_two_dimensions_are_a_slice_of_three(self) -> None:
        flat = random_volume((16, 12))
        thick = volume(np.repeat(flat.labels[:, :, None], 3, axis=2))
        conductivities = {"electrolyte": 1.0, "pore": 1e-3}
        for axis in (0, 1):
            two = effective_conductivity(flat, conductivities, axis=axis).value
            assert effective_conductivity(thick, conductivities, axis=axis).value == pytest.approx(two, rel=1e-12)

    def test_flat_voxels_see_the_same_geometry(self) -> None:
        blocks = np.kron(np.random.default_rng(1).integers(1, 3, (6, 6)), np.ones((8, 8)))
        cubes, flat = volume(blocks), volume(blocks[:, ::2], (H, 2 * H))
        assert cubes.extent == pytest.approx(flat.extent)
        for axis in (0, 1):
            one, other = (effective_conductivity(v, {1: 1.0, 2: 4.0}, axis=axis).value for v in (cubes, flat))
            assert one == pytest.approx(other, rel=0.01)

    def test_scales_with_conductivity_and_not_with_size(self) -> None:
        small, large = random_volume((9, 9, 9)), random_volume((9, 9, 9), voxel_size=1.0)
        base = effective_conductivity(small, {1: 1.0, 0: 1e-3}).value
        assert effective_conductivity(small, {1: 1e-12, 0: 1e-15}).value == pytest.approx(1e-12 * base, rel=1e-12)
        assert effective_conductivity(large, {1: 1.0, 0: 1e-3}).value == pytest.approx(base, rel=1e-12)


class TestResult:
    def test_not_percolating_is_zero_and_says_so(self) -> None:
        labels = np.ones((6, 4, 4))
        labels[2] = 0
        found = effective_conductivity(volume(labels), {"electrolyte": 1.0, "pore": 0.0})
        assert found.value == 0.0
        assert found.tortuosity == math.inf
        assert not found.percolates
        assert found.warnings == ("No conducting path leads through the volume along x: the value is 0.",)
        assert found.iterations == 0
        assert (found.potential[:2] == 1.0).all()
        assert np.isnan(found.potential[2]).all()
        assert (found.potential[3:] == 0.0).all()
        assert not found.current.any()

    def test_nothing_conducts(self) -> None:
        found = effective_conductivity(volume(np.zeros((4, 4))), {"pore": 0.0})
        assert (found.value, found.tortuosity) == (0.0, math.inf)

    def test_fields(self) -> None:
        block = random_volume((14, 9, 8), pores=0.2)
        found = effective_conductivity(block, {"electrolyte": 2.0, "pore": 0.0}, axis=1)
        inside = block.mask("electrolyte") & ~np.isnan(found.potential)
        assert found.potential[inside].min() >= 0.0
        assert found.potential[inside].max() <= 1.0
        assert np.isnan(found.potential[block.mask("pore")]).all()
        current = found.current
        assert current.shape == (14, 9, 8, 3)
        assert not current[block.mask("pore")].any()
        # the mean current density is sigma_eff times the mean field, and every layer carries the same
        mean = found.value / block.extent[1]
        assert current[..., 1].mean() == pytest.approx(mean, rel=1e-7)

    def test_tensor(self) -> None:
        block = random_volume((10, 11, 9))
        conductivities = {"electrolyte": 1.0, "pore": 0.01}
        found = effective_conductivity(block, conductivities, axis=None, sides="periodic")
        assert found.tensor is not None
        single = [effective_conductivity(block, conductivities, axis=a, sides="periodic") for a in range(3)]
        assert np.diag(found.tensor) == pytest.approx([one.value for one in single], rel=1e-12)
        assert found.value == pytest.approx(np.mean([one.value for one in single]))
        assert found.iterations == sum(one.iterations for one in single)
        mirrored = effective_conductivity(
            block.replace(labels=block.labels[:, ::-1]), conductivities, axis=None, sides="periodic"
        )
        assert mirrored.tensor is not None
        signs = np.array([[1, -1, 1], [-1, 1, -1], [1, -1, 1]])
        assert mirrored.tensor == pytest.approx(signs * found.tensor, rel=1e-6, abs=1e-9)
        for name in ("potential", "current"):
            with pytest.raises(NotResolved, match=f"{name}: a tensor has one field per axis"):
                getattr(found, name)

    def test_tortuosity_of_two_conducting_phases(self) -> None:
        labels = np.tile([1, 2], (6, 3))
        found = effective_conductivity(volume(labels), {1: 1.0, 2: 3.0}, axis=1)
        assert found.tortuosity == pytest.approx(2.0 / 1.5)

    def test_residual_is_within_the_tolerance(self) -> None:
        block = random_volume((16, 16, 16))
        loose = effective_conductivity(block, {1: 1.0, 0: 0.0}, tolerance=1e-3)
        tight = effective_conductivity(block, {1: 1.0, 0: 0.0}, tolerance=1e-11)
        assert loose.residual <= 1e-3
        assert tight.residual <= 1e-11
        assert loose.iterations < tight.iterations
        assert loose.value == pytest.approx(tight.value, rel=1e-4)  # the power errs by the square
        assert loose.value >= tight.value * (1 - 1e-12)  # and from above

    def test_a_tolerance_out_of_reach_fails_with_the_result(self, monkeypatch: pytest.MonkeyPatch) -> None:
        import lisse.numerics.conduction as conduction

        solve = conduction.solve
        monkeypatch.setattr(conduction, "solve", lambda *a, **k: solve(*a, **k, max_iterations=1))
        with pytest.raises(SolveFailed, match=r"along y: residual .* after 1 iterations, tolerance 1.0e-08") as caught:
            effective_conductivity(random_volume((12, 12, 12)), {1: 1.0, 0: 1e-4}, axis=1)
        assert caught.value.solution.iterations == 1

    def test_survives_a_trip_to_another_process(self) -> None:
        found = effective_conductivity(random_volume((6, 6, 6)), {1: 1.0, 0: 0.0})
        again = pickle.loads(pickle.dumps(found))
        assert again.value == found.value
        assert np.array_equal(again.current, found.current)

    def test_does_not_depend_on_the_number_of_threads(self) -> None:
        block = random_volume((48, 48, 48))
        numba = pytest.importorskip("numba")
        before = numba.get_num_threads()
        try:
            numba.set_num_threads(1)
            alone = effective_conductivity(block, {1: 1.0, 0: 0.0})
        finally:
            numba.set_num_threads(before)
        shared = effective_conductivity(block, {1: 1.0, 0: 0.0})
        assert shared.value == pytest.approx(alone.value, rel=1e-13)
        assert shared.iterations == alone.iterations

    def test_arguments_are_left_alone(self) -> None:
        block = random_volume((8, 8, 8))
        before = block.labels.copy()
        conductivities = {1: 1.0, 0: 0.0}
        effective_conductivity(block, conductivities)
        assert np.array_equal(block.labels, before)
        assert conductivities == {1: 1.0, 0: 0.0}


class TestBadInput:
    @pytest.mark.parametrize(
        ("conductivities", "message"),
        [
            ({"electrolite": 1.0, "pore": 0.0}, "Did you mean 'electrolyte'"),
            ({7: 1.0}, "phase: got 7; allowed: 0 = pore, 1 = electrolyte, 2 = binder"),
            ({"electrolyte": 1.0}, "every phase, also 'pore'.*Add 'pore': 0.0 if it insulates"),
            ({"electrolyte": -1.0, "pore": 0.0}, r"conductivities\['electrolyte'\]: got -1.0"),
            ({"electrolyte": math.nan, "pore": 0.0}, "got nan; allowed: a number in S/m, finite and at least 0"),
            ({"electrolyte": math.inf, "pore": 0.0}, "got inf"),
            ({"electrolyte": "0.1 S/m", "pore": 0.0}, "a number in S/m"),
            ({"electrolyte": 1.0, 1: 1.0, "pore": 0.0}, "electrolyte has one already"),
            (0.1, "a mapping of phases"),
        ],
    )
    def test_conductivities(self, conductivities: Any, message: str) -> None:
        with pytest.raises(InvalidInput, match=message):
            effective_conductivity(random_volume((4, 4, 4)), conductivities)

    def test_a_contrast_beyond_double_precision_is_refused_before_the_work(self) -> None:
        block = random_volume((4, 4, 4))
        expected = (
            r"conductivities\['pore'\]: got .*a contrast of 1e\+15.*exactly 0, or .* up to 1e\+14.*Set 'pore' to 0.0"
        )
        with pytest.raises(InvalidInput, match=expected):
            effective_conductivity(block, {"electrolyte": 0.1, "pore": 1e-16})
        unused = effective_conductivity(block, {"electrolyte": 0.1, "pore": 0.0, "binder": 1e-30})
        assert not unused.warnings

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"axis": 3}, r"axis: got 3; allowed: 0 \(x\), 1 \(y\), 2 \(z\), or None"),
            ({"axis": -1}, "axis: got -1"),
            ({"axis": "x"}, "axis: got 'x'"),
            ({"axis": True}, "axis: got True"),
            ({"sides": "periodical"}, "sides: got 'periodical'.*Did you mean 'periodic'"),
            ({"tolerance": 0.0}, "tolerance: got 0.0"),
            ({"tolerance": "tight"}, "tolerance: got 'tight'"),
            ({"grain_boundary_resistance": 1e-4}, "none without grains"),
        ],
    )
    def test_other_arguments(self, change: dict[str, Any], message: str) -> None:
        with pytest.raises(InvalidInput, match=message):
            effective_conductivity(random_volume((4, 4, 4)), {1: 1.0, 0: 0.0}, **change)

    def test_axis_of_a_plane(self) -> None:
        with pytest.raises(InvalidInput, match=r"axis: got 2; allowed: 0 \(x\), 1 \(y\), or None"):
            effective_conductivity(random_volume((4, 4)), {1: 1.0, 0: 0.0}, axis=2)

    def test_negative_grain_boundary_resistance(self) -> None:
        grains = np.arange(1, 9).reshape(2, 2, 2)
        block = volume(np.ones((2, 2, 2)), H, grains=grains)
        with pytest.raises(InvalidInput, match="grain_boundary_resistance: got -1.0; allowed: at least 0"):
            effective_conductivity(block, {1: 1.0}, grain_boundary_resistance=-1.0)

    def test_not_a_volume(self) -> None:
        with pytest.raises(InvalidInput, match="volume: got 'ndarray'; allowed: a Volume"):
            effective_conductivity(np.ones((3, 3)), {1: 1.0})  # type: ignore[arg-type]

    def test_too_large_for_the_memory(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(cost_module, "available_memory", lambda: 24e9)
        huge = volume(np.broadcast_to(np.uint8(1), (600, 700, 800)))
        with pytest.raises(InvalidInput, match="memory for the effective conductivity: got .* GB of memory and about"):
            effective_conductivity(huge, {1: 1.0})


@pytest.mark.parametrize("contrast", [1e6, 1e12])
def test_extreme_contrast_in_series_is_exact_though_the_currents_are_small_differences(contrast: float) -> None:
    labels = np.ones((12, 6, 6))
    labels[5] = 2
    found = effective_conductivity(volume(labels), {1: 1.0, 2: 1.0 / contrast})
    assert found.value == pytest.approx(12.0 / (11.0 + contrast), rel=1e-12)
    if found.residual > 1e-8:
        assert "currents through the two ends along x differ by" in found.warnings[0]


@pytest.mark.parametrize("shape", [(40, 40), (20, 20, 20)])
def test_the_largest_contrast_that_is_let_pass(shape: tuple[int, ...]) -> None:
    """Islands of the good phase in the poor one, and the other way round: the value goes linearly to that of 0."""
    labels = (np.random.default_rng(1).random(shape) < 0.35) + 1
    exact, low, lowest = (
        effective_conductivity(volume(labels), {1: 1.0, 2: poor}, tolerance=1e-10).value for poor in (0.0, 1e-8, 1e-14)
    )
    assert lowest == pytest.approx(exact, rel=1e-10)
    assert low - exact == pytest.approx(1e6 * (lowest - exact), abs=1e-3 * (low - exact) + 1e6 * 1e-14 * exact)
