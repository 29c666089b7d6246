"""Segmentation of images whose phases are known, and the spread that its thresholds leave."""

from __future__ import annotations

import math
import sys

import numpy as np
import pytest

from lisse.errors import InvalidInput, MissingExtra
from lisse.microstructure import filters
from lisse.microstructure.readers import Image
from lisse.microstructure.segmentation import over_thresholds, segment
from lisse.microstructure.separation import grains_from_distance, grains_from_image, remove_small_pieces
from lisse.microstructure.thresholds import GivenRange, SlabBootstrap, VarianceDrop, histogram_of, otsu_thresholds
from lisse.microstructure.volume import Volume

H = 1e-6
PHASES = ["pore", "electrolyte"]


def two_gaussians(noise: float = 12.0, shape: tuple[int, ...] = (32, 32, 32), seed: int = 20) -> np.ndarray:
    """Grey values around 80 and 160 in equal parts, in slabs across the first axis of random thickness."""
    generator = np.random.default_rng(seed)
    bright = generator.random(shape) < 0.5
    return np.where(bright, 160.0, 80.0) + noise * generator.standard_normal(shape)


class TestOtsu:
    def test_two_equal_gaussians_are_parted_in_the_middle(self) -> None:
        found = segment(two_gaussians(), PHASES, voxel_size=H)
        assert found.thresholds[0] == pytest.approx(120.0, abs=2.0)
        assert found.method == "otsu"
        assert found.volume.phase_fractions()["electrolyte"] == pytest.approx(0.5, abs=0.01)

    def test_three_gaussians(self) -> None:
        generator = np.random.default_rng(21)
        image = generator.choice([50.0, 100.0, 200.0], (40, 40, 10)) + 5.0 * generator.standard_normal((40, 40, 10))
        found = segment(image, ["pore", "polymer", "ceramic"], voxel_size=H)
        assert found.thresholds == pytest.approx((75.0, 150.0), abs=8.0)
        assert found.method == "multi-otsu"
        assert list(found.volume.phase_fractions().values()) == pytest.approx([1 / 3] * 3, abs=0.01)

    def test_bytes(self) -> None:
        image = np.clip(two_gaussians(), 0, 255).astype(np.uint8)
        found = segment(Image(image, voxel_size=(H, H, 2 * H)), PHASES)
        assert found.volume.voxel_size == (H, H, 2 * H)
        assert found.thresholds[0] == pytest.approx(120.0, abs=2.0)
        assert np.array_equal(found.volume.labels == 1, image > found.thresholds[0])

    def test_histogram_in_parts_is_the_histogram(self) -> None:
        image = two_gaussians()
        histogram = histogram_of(image)
        assert histogram.counts.shape == (32, 256)
        assert histogram.total.sum() == image.size
        assert otsu_thresholds(histogram) == segment(image, PHASES, voxel_size=H).thresholds

    def test_two_values(self) -> None:
        found = segment(np.array([[0, 255], [255, 0]], dtype=np.uint8), PHASES, voxel_size=H)
        assert found.volume.labels.tolist() == [[0, 1], [1, 0]]


class TestRanges:
    def test_the_range_holds_the_threshold_and_widens_with_the_share(self) -> None:
        narrow, wide = (
            segment(two_gaussians(), PHASES, voxel_size=H, uncertainty=VarianceDrop(share)).ranges[0]
            for share in (0.01, 0.05)
        )
        assert wide[0] < narrow[0] < 120.0 < narrow[1] < wide[1]

    def test_ranges_of_two_thresholds_do_not_cross_the_other(self) -> None:
        generator = np.random.default_rng(22)
        image = generator.choice([50.0, 100.0, 200.0], (30, 30)) + 3.0 * generator.standard_normal((30, 30))
        found = segment(image, ["a", "b", "c"], voxel_size=H, uncertainty=VarianceDrop(0.9))
        assert found.ranges[0][1] < found.thresholds[1]
        assert found.ranges[1][0] > found.thresholds[0]

    def test_bootstrap_is_repeatable_and_sees_drift_along_the_scan(self) -> None:
        even = two_gaussians()
        drifting = even + np.linspace(-15.0, 15.0, 32)[:, None, None]
        widths = []
        for image in (even, drifting):
            one, other = (segment(image, PHASES, voxel_size=H, uncertainty=SlabBootstrap(50, seed=3)) for _ in range(2))
            assert one.ranges == other.ranges
            low, high = one.ranges[0]
            assert low <= one.thresholds[0] <= high
            widths.append(high - low)
        assert widths[1] > 2.0 * widths[0]

    def test_given(self) -> None:
        found = segment(
            two_gaussians(), PHASES, thresholds=[110.0], voxel_size=H, uncertainty=GivenRange([(100.0, 130.0)])
        )
        assert found.method == "given"
        assert found.ranges == ((100.0, 130.0),)

    @pytest.mark.parametrize("limits", [[], [(100.0, 105.0)], [(1.0, 200.0), (3.0, 4.0)], [(100.0, 110.0, 120.0)]])
    def test_given_ranges_must_hold_their_threshold(self, limits: list[tuple[float, float]]) -> None:
        with pytest.raises(InvalidInput, match=r"limits: got .*a low and a high value around each of \[110.0\]"):
            segment(two_gaussians(), PHASES, [110.0], H, GivenRange(limits))

    def test_bad_settings(self) -> None:
        image = two_gaussians()
        with pytest.raises(InvalidInput, match="share: got 2.0"):
            segment(image, PHASES, voxel_size=H, uncertainty=VarianceDrop(2.0))
        with pytest.raises(InvalidInput, match="GivenRange or VarianceDrop for given thresholds"):
            segment(image, PHASES, [110.0], H, SlabBootstrap())
        with pytest.raises(InvalidInput, match="2 or more draws"):
            segment(image, PHASES, voxel_size=H, uncertainty=SlabBootstrap(draws=1))
        with pytest.raises(InvalidInput, match="8 or more for a bootstrap"):
            segment(image[:4], PHASES, voxel_size=H, uncertainty=SlabBootstrap())


class TestSpread:
    def test_fraction_falls_as_the_threshold_rises(self) -> None:
        found = segment(two_gaussians(30.0), PHASES, voxel_size=H)
        spread = found.spread(lambda volume: volume.phase_fractions()["electrolyte"], points=4)
        assert spread.low < spread.value < spread.high
        assert spread.value == found.volume.phase_fractions()["electrolyte"]
        order = np.argsort([one[0] for one in spread.thresholds])
        assert np.all(np.diff(np.array(spread.values)[order]) <= 0.0)
        assert spread.high == pytest.approx((found.image > found.ranges[0][0]).mean())
        assert spread.low == pytest.approx((found.image > found.ranges[0][1]).mean())

    def test_sharp_image_has_none(self) -> None:
        image = np.where(np.indices((8, 8)).sum(axis=0) % 2, 200, 10)
        spread = segment(image, PHASES, voxel_size=H).spread(Volume.phase_fractions)
        assert spread.low == spread.value == spread.high == {"pore": 0.5, "electrolyte": 0.5}

    def test_arrays_and_several_thresholds(self) -> None:
        generator = np.random.default_rng(23)
        image = generator.choice([50.0, 100.0, 200.0], (30, 30)) + 15.0 * generator.standard_normal((30, 30))
        found = segment(image, ["a", "b", "c"], voxel_size=H)
        spread = found.spread(lambda volume: np.bincount(volume.labels.ravel(), minlength=3) / volume.size, points=2)
        assert len(spread.values) == 1 + 2 + 2 + 2
        assert (spread.low <= spread.value).all()
        assert (spread.high >= spread.value).all()
        assert spread.high[0] == pytest.approx((image <= found.ranges[0][1]).mean())

    def test_over_thresholds(self) -> None:
        image = np.arange(10.0).reshape(2, 5)
        found = over_thresholds(image, [1.5, 6.5], lambda volume: volume.phase_fractions()["pore"], PHASES, H)
        assert found == (0.2, 0.7)

    def test_points(self) -> None:
        with pytest.raises(InvalidInput, match="points: got 1; allowed: 2 or more"):
            segment(two_gaussians(), PHASES, voxel_size=H).spread(len, points=1)


class TestBadImages:
    @pytest.mark.parametrize(
        ("image", "message"),
        [
            (np.full((4, 4), 7), "the value 7 everywhere"),
            (np.array([[1.0, math.nan]]), "NaN or infinite values"),
            (np.array([[1.0, math.inf]]), "NaN or infinite values"),
            (np.array(["a", "b"]), "numbers along two or three axes"),
            (np.zeros((2, 2, 2, 2)), "numbers along two or three axes"),
            (np.zeros((0, 2)), "numbers along two or three axes"),
        ],
    )
    def test_refused(self, image: np.ndarray, message: str) -> None:
        with pytest.raises(InvalidInput, match=message):
            segment(image, PHASES, voxel_size=H)

    def test_voxel_size_must_be_known(self) -> None:
        with pytest.raises(InvalidInput, match="voxel_size: .*The image does not know it"):
            segment(two_gaussians(), PHASES)

    @pytest.mark.parametrize("phases", ["pore", ["pore"], ["pore", "pore"], ["pore", ""]])
    def test_phases(self, phases: list[str]) -> None:
        with pytest.raises(InvalidInput, match="phases: got .*from the darkest to the brightest"):
            segment(two_gaussians(), phases, voxel_size=H)

    @pytest.mark.parametrize("thresholds", [[1.0, 2.0], [], [math.nan]])
    def test_thresholds(self, thresholds: list[float]) -> None:
        with pytest.raises(InvalidInput, match="1 ascending grey values for 2 phases"):
            segment(two_gaussians(), PHASES, thresholds, H)

    def test_threshold_beyond_all_values_leaves_one_phase_only(self) -> None:
        with pytest.raises(InvalidInput, match="No voxel is electrolyte"):
            segment(two_gaussians(), PHASES, [1e6], H)

    def test_too_few_values_for_the_classes(self) -> None:
        with pytest.raises(InvalidInput, match="2 grey values.*at least 3 for 3 classes"):
            segment(np.array([[0, 9], [9, 0]]), ["a", "b", "c"], voxel_size=H)
        with pytest.raises(InvalidInput, match="classes: got 6"):
            segment(two_gaussians(), list("abcdef"), voxel_size=H)

    def test_without_scikit_image(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "skimage.filters", None)
        with pytest.raises(MissingExtra, match=r"Otsu's method needs the package scikit-image.*lisse\[image\]"):
            segment(two_gaussians(), PHASES, voxel_size=H)


class TestFilters:
    @pytest.mark.parametrize(
        "filtered",
        [filters.median, filters.gaussian, filters.unsharp, lambda image: filters.non_local_means(image, 1.0, 3, 2)],
    )
    def test_constant_parts_stay_and_the_kind_too(self, filtered: object) -> None:
        values = np.full((12, 12, 12), 5.0, dtype=np.float32)
        values[6:] = 9.0
        found = filtered(Image(values, voxel_size=(H,) * 3))  # type: ignore[operator]
        assert isinstance(found, Image)
        assert found.voxel_size == (H,) * 3
        assert found.values[0] == pytest.approx(5.0, abs=1e-3)
        assert found.values[-1] == pytest.approx(9.0, abs=1e-3)
        assert isinstance(filtered(values), np.ndarray)  # type: ignore[operator]

    @pytest.mark.parametrize("filtered", [filters.median, filters.gaussian, filters.unsharp])
    def test_slabs_change_nothing(self, filtered: object, monkeypatch: pytest.MonkeyPatch) -> None:
        image = two_gaussians(shape=(25, 12, 10)).astype(np.float32)
        whole = filtered(image)  # type: ignore[operator]
        monkeypatch.setattr(filters, "SLAB_VOXELS", 500)
        assert filtered(image) == pytest.approx(whole, rel=1e-5)  # type: ignore[operator]

    def test_noise_shrinks(self) -> None:
        image = two_gaussians(shape=(24, 24, 24))
        image[:12], image[12:] = 80.0, 160.0
        noisy = image + 10.0 * np.random.default_rng(24).standard_normal(image.shape)
        for filtered in (filters.median, filters.gaussian, lambda one: filters.non_local_means(one, 1.0, 3, 3)):
            assert np.std((filtered(noisy) - image)[:10]) < 6.0
        assert np.std((filters.unsharp(noisy) - image)[:10]) > 10.0

    def test_median_takes_out_a_speck(self) -> None:
        speck = np.zeros((7, 7), dtype=np.uint8)
        speck[3, 3] = 255
        found = filters.median(speck)
        assert found.dtype == np.uint8
        assert not found.any()

    @pytest.mark.parametrize(
        ("call", "message"),
        [
            (lambda image: filters.median(image, 0.5), "radius: got 0.5; allowed: a number of at least 1"),
            (lambda image: filters.gaussian(image, -1.0), "width: got -1.0; allowed: a number above 0"),
            (lambda image: filters.unsharp(image, 1.0, 0.0), "amount"),
            (lambda image: filters.non_local_means(image, math.nan), "strength"),
        ],
    )
    def test_bad_settings(self, call: object, message: str) -> None:
        with pytest.raises(InvalidInput, match=message):
            call(np.eye(4))  # type: ignore[operator]


class TestSeparation:
    @staticmethod
    def two_discs(distance: int = 16) -> Volume:
        x, y = np.indices((30, 50))
        discs = [(x - 15) ** 2 + (y - at) ** 2 <= 100 for at in (15, 15 + distance)]
        return Volume((discs[0] | discs[1]).astype(np.uint8), H, {0: "pore", 1: "particle"})

    def test_overlapping_discs_part_at_the_neck(self) -> None:
        found = grains_from_distance(self.two_discs(), "particle")
        assert found.grain_count == 2
        assert found.grains is not None
        assert found.grains[15, 15] != found.grains[15, 31]
        assert np.array_equal(found.grains > 0, found.labels == 1)
        assert np.abs(np.flatnonzero(np.diff(found.grains[15, 5:42]))[0] + 5 - 22.5) <= 1.0

    def test_depth_joins_them(self) -> None:
        assert grains_from_distance(self.two_discs(), 1, depth=6e-6).grain_count == 1

    @pytest.mark.parametrize("boundaries", ["dark", "bright"])
    def test_grains_of_a_grey_image(self, boundaries: str) -> None:
        grey = np.full((20, 30), 200.0)
        grey[:, 14] = grey[10] = 50.0
        image = grey if boundaries == "dark" else 255.0 - grey
        plain = Volume(np.zeros((20, 30), dtype=np.uint8), H, {0: "electrolyte"})
        found = grains_from_image(plain, image + np.random.default_rng(25).random(image.shape), 20.0, boundaries)
        assert found.grain_count == 4
        assert found.grains is not None
        assert (found.grains > 0).all()

    def test_in_one_phase_only(self) -> None:
        volume = self.two_discs()
        found = grains_from_image(volume, np.where(volume.labels == 1, 9.0, 1.0), 1.0, phase="particle")
        assert found.grains is not None
        assert not found.grains[volume.labels == 0].any()

    def test_specks_go(self) -> None:
        labels = np.zeros((6, 8), dtype=np.uint8)
        labels[1, 1] = labels[3, 3:6] = labels[0, 6] = 1
        found = remove_small_pieces(Volume(labels, H, {0: "pore", 1: "electrolyte"}), "electrolyte", "pore", 2)
        assert found.labels.sum() == 3
        assert found.labels.dtype == np.uint8

    @pytest.mark.parametrize(
        ("call", "message"),
        [
            (lambda one: grains_from_distance(one, "particle", -1.0), "depth: got -1.0"),
            (lambda one: grains_from_distance(one.replace(labels=one.labels * 0), "pore"), "Dense grains need"),
            (lambda one: grains_from_image(one, np.eye(3), 1.0), r"image: got 'shape \(3, 3\)'"),
            (lambda one: grains_from_image(one, one.labels, 1.0, "grey"), "boundaries: got 'grey'"),
            (lambda one: grains_from_image(one, one.labels * 0, 1.0), "No grain stands out"),
            (lambda one: remove_small_pieces(one, "pore", "pore", 3), "a phase other than the one"),
            (lambda one: remove_small_pieces(one, "pore", "particle", 0), "a number of voxels from 1 up"),
        ],
    )
    def test_bad_input(self, call: object, message: str) -> None:
        with pytest.raises(InvalidInput, match=message):
            call(self.two_discs())  # type: ignore[operator]
