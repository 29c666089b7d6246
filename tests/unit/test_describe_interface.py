"""Contact maps and hot spots of constructed interfaces."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.microstructure.describe_interface import geometric_hot_spots, hot_spots, interface_contact
from lisse.microstructure.volume import Volume

H = 1e-6
PHASES = {0: "void", 1: "lithium", 2: "electrolyte"}


def striped(stripes: int = 4, width: int = 5, depth: int = 3) -> Volume:
    """Lithium below, electrolyte above along x, with void stripes of a given depth in every other one along y."""
    labels = np.full((20, 2 * stripes * width, 12), 2, dtype=np.uint8)
    labels[:10] = 1
    for start in range(0, 2 * stripes * width, 2 * width):
        labels[10 - depth : 10, start : start + width] = 0
    return Volume(labels, H, PHASES)


class TestContact:
    def test_striped_interface(self) -> None:
        found = interface_contact(striped(), "lithium", "electrolyte")
        assert found.fraction == 0.5
        assert found.missing == 0.0
        assert found.gap[~found.contact] == pytest.approx(3 * H)
        assert found.patches == 4
        assert found.patch_areas == pytest.approx(5 * 12 * H**2)
        assert found.gap_areas == pytest.approx(5 * 12 * H**2)
        assert found.height[found.contact] == pytest.approx(10 * H)
        assert found.height[~found.contact] == pytest.approx(8.5 * H)
        assert found.roughness == pytest.approx(0.75 * H)
        assert found.area_ratio == pytest.approx(0.5)
        # 7 rims over a width of 40; lines along the grid are 5 % off in Crofton's formula with 4 directions
        assert found.edge_density == pytest.approx(7.0 / (40 * H), rel=0.07)

    def test_order_of_phases_and_direction_do_not_matter(self) -> None:
        one = interface_contact(striped(), "electrolyte", "lithium")
        turned = Volume(striped().labels[::-1], H, PHASES)
        other = interface_contact(turned, "lithium", "electrolyte")
        assert one.fraction == other.fraction == 0.5
        assert one.gap == pytest.approx(other.gap)

    def test_two_dimensions_and_periodic_sides(self) -> None:
        flat = Volume(striped().labels[:, :, 0], (H, 2 * H), PHASES)
        found = interface_contact(flat, 1, 2, axis=0)
        assert found.patch_areas == pytest.approx(5 * 2 * H)
        assert found.edge_density == pytest.approx(7.0 / (40 * 2 * H))
        closed = interface_contact(flat, 1, 2, axis=0, periodic=True)
        assert closed.edge_density == pytest.approx(8.0 / (40 * 2 * H))

    def test_along_another_axis(self) -> None:
        turned = Volume(np.moveaxis(striped().labels, 0, 2), (H, H, 2 * H), PHASES)
        found = interface_contact(turned, "lithium", "electrolyte", axis=2)
        assert found.fraction == 0.5
        assert found.gap.max() == pytest.approx(6 * H)
        assert found.contact.shape == (40, 12)

    def test_columns_without_one_of_the_phases(self) -> None:
        labels = np.array([[1, 1, 1, 0], [2, 0, 2, 2], [2, 2, 0, 2]])
        found = interface_contact(Volume(labels, H, PHASES), "lithium", "electrolyte")
        assert found.missing == 0.25
        assert found.contact.tolist() == [True, False, True, False]
        assert found.fraction == pytest.approx(2 / 3)
        assert math.isnan(found.gap[3])

    def test_steps_add_area(self) -> None:
        steps = np.where(np.add.outer(np.arange(8), np.arange(6)) < 6, 1, 2)
        found = interface_contact(Volume(steps, H, PHASES), "lithium", "electrolyte")
        assert found.fraction == 1.0
        assert found.area_ratio == pytest.approx((6 + 5) / 6)

    def test_bad_input(self) -> None:
        with pytest.raises(InvalidInput, match="Both are lithium"):
            interface_contact(striped(), "lithium", 1)
        with pytest.raises(InvalidInput, match=r"Did you mean 'lithium'"):
            interface_contact(striped(), "litium", "electrolyte")
        with pytest.raises(InvalidInput, match="one along which a column passes both phases"):
            interface_contact(Volume(np.array([[1, 2]]), H, PHASES), "lithium", "electrolyte", axis=0)
        with pytest.raises(InvalidInput, match=r"got 'lithium'; allowed: one that has voxels"):
            interface_contact(Volume(np.array([[0, 2]]), H, PHASES), "lithium", "electrolyte", axis=0)


class TestHotSpots:
    def test_even_current(self) -> None:
        found = hot_spots(np.full((10, 10), 3.0))
        assert (found.mean, found.largest, found.percentile, found.focusing) == pytest.approx((3.0, 3.0, 3.0, 1.0))
        assert found.gini == pytest.approx(0.0, abs=1e-12)
        assert found.participation == pytest.approx(1.0)
        assert found.hot_area == 0.0

    def test_everything_through_one_spot(self) -> None:
        found = hot_spots(np.eye(1, 2000).ravel())
        assert found.focusing == pytest.approx(2000.0)
        assert found.percentile == 0.0  # the spot is 0.05 % of the area
        assert found.gini == pytest.approx(1.0 - 1.0 / 2000.0)
        assert found.participation == pytest.approx(1.0 / 2000.0)
        assert found.hot_area == pytest.approx(1.0 / 2000.0)

    def test_percentile_counts_area(self) -> None:
        found = hot_spots([1.0, 5.0], areas=[999.0, 1.0])
        assert found.percentile == 1.0
        assert hot_spots([1.0, 5.0], areas=[998.0, 2.0]).percentile == 5.0

    def test_gini_of_a_straight_line(self) -> None:
        assert hot_spots(np.linspace(0.0, 1.0, 10_001)).gini == pytest.approx(1.0 / 3.0, abs=1e-3)

    def test_direction_does_not_matter(self) -> None:
        assert hot_spots([-1.0, -3.0]) == hot_spots([1.0, 3.0])

    @pytest.mark.parametrize(
        ("current", "message"),
        [([], "empty or not finite"), ([1.0, math.nan], "Put 0 where nothing touches"), ([0.0, 0.0], "0 everywhere")],
    )
    def test_bad_current(self, current: list[float], message: str) -> None:
        with pytest.raises(InvalidInput, match=message):
            hot_spots(current)

    def test_bad_areas(self) -> None:
        with pytest.raises(InvalidInput, match=r"areas: got 'shape \(1,\)'"):
            hot_spots([1.0, 2.0], areas=[1.0])


class TestGeometricHotSpots:
    def test_full_contact_is_even(self) -> None:
        labels = np.repeat([1, 2], 4)[:, None] * np.ones((1, 6), dtype=int)
        found = geometric_hot_spots(interface_contact(Volume(labels, H, PHASES), 1, 2))
        assert found.focusing == pytest.approx(1.0)

    def test_rims_carry_the_current_of_the_gap(self) -> None:
        # 15 columns without contact between 5 + 5 in contact: 7 and 8 go to the two rims
        labels = np.full((4, 25), 2)
        labels[:2] = 1
        labels[1, 5:20] = 0
        found = geometric_hot_spots(interface_contact(Volume(labels, H, PHASES), 1, 2))
        assert found.mean == pytest.approx(1.0)
        assert found.largest in (8.0, 9.0)

    def test_periodic_sides_share_the_load(self) -> None:
        labels = np.full((4, 21), 2)
        labels[:2] = 1
        labels[1, 1:] = 0
        flat = Volume(labels, H, PHASES)
        assert geometric_hot_spots(interface_contact(flat, 1, 2)).largest == pytest.approx(21.0)
        labels = np.full((4, 21), 2)
        labels[:2] = 1
        labels[1, 2:] = 0
        flat = Volume(labels, H, PHASES)
        assert geometric_hot_spots(interface_contact(flat, 1, 2)).largest == pytest.approx(20.0)
        assert geometric_hot_spots(interface_contact(flat, 1, 2, periodic=True)).largest <= 11.0

    def test_no_contact(self) -> None:
        labels = np.array([[1, 1], [0, 0], [2, 2]])
        with pytest.raises(InvalidInput, match="no column in contact"):
            geometric_hot_spots(interface_contact(Volume(labels, H, PHASES), 1, 2))
