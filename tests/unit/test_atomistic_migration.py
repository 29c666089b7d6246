"""The barrier of a crystal from the bands of its hops: one scale of energy for vacancies on different sites."""

from __future__ import annotations

from typing import Any

import pytest

from lisse.materials.atomistic.migration import _barrier
from lisse.materials.atomistic.paths import Hop, HopFamily

SHORT = HopFamily(2.0, (Hop(0, 1, (0, 0, 0)),))
LONG = HopFamily(2.5, (Hop(1, 0, (1, 0, 0)),))
BOTH = HopFamily(3.5, (Hop(0, 0, (1, 0, 0)),))


def band(start: float, top: float, end: float) -> dict[str, Any]:
    """A band whose energies (eV) are told above its start, as bands are."""
    return {"start_ev": start, "energies_ev": [0.0, top - start, end - start], "top_ev": top - start}


def test_the_way_over_two_unlike_sites_is_as_high_as_its_highest_point_above_its_lowest() -> None:
    there, back = band(-10.0, -9.7, -9.8), band(-9.8, -9.4, -10.0)
    assert _barrier([(SHORT, there), (LONG, back)], 2) == pytest.approx(0.6)
    assert _barrier([(LONG, back), (SHORT, there)], 2) == pytest.approx(0.6)


def test_it_does_not_matter_from_which_end_a_band_was_drawn() -> None:
    there, back = band(-10.0, -9.7, -9.8), band(-10.0, -9.4, -9.8)
    turned = HopFamily(2.5, (LONG.hops[0].back,))
    assert _barrier([(SHORT, there), (turned, back)], 2) == pytest.approx(0.6)


def test_of_two_ways_the_lower_one_counts() -> None:
    ways = [(SHORT, band(-10.0, -9.7, -9.8)), (LONG, band(-9.8, -9.4, -10.0)), (BOTH, band(-10.0, -9.5, -10.0))]
    assert _barrier(ways, 2) == pytest.approx(0.5)


def test_hops_that_end_in_a_cage_give_no_barrier() -> None:
    assert _barrier([(SHORT, band(-10.0, -9.7, -9.8))], 2) is None
    assert _barrier([], 2) is None
