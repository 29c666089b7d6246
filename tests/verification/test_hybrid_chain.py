"""The chain from phases to the conductivity of a hybrid against exact answers and formulas in their limits."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lisse import theory
from lisse.microstructure import Volume, composite_conductivity
from lisse.study.hybrid_chain import Ratios, Transport, VoxelChain, hybrid_conductivity
from lisse.study.hybrid_composite import FILLER, INTERPHASE, MATRIX, Composite, with_interphase

SMALL = {"voxels": 32, "across": 8}


@pytest.mark.parametrize("shape", ["spheres", "overlapping-spheres", "fibres", "aligned-fibres", "polymer-in-ceramic"])
def test_a_filler_that_conducts_as_the_matrix_changes_nothing(shape: str) -> None:
    chain = VoxelChain(Composite(shape, **SMALL), samples=1)
    assert chain.solve(0.5, Ratios(1.0)).samples == pytest.approx([1.0], rel=1e-9)


def test_at_the_critical_diameter_spheres_are_not_seen_whatever_the_loading() -> None:
    transport = Transport(333.15, 1e-3, 0.0, 1e-2, 1e-2)
    diameter = 2.0 * theory.critical_radius(1e-3, 1e-2, 1e-2)
    chain = VoxelChain(Composite(voxels=48, across=12), samples=1)
    for loading in (0.1, 0.45):
        found = hybrid_conductivity(chain, transport, loading, diameter)
        assert found.conductivity == pytest.approx(1e-3, rel=0.012)
    assert hybrid_conductivity(chain, transport, 0.1, 3.0 * diameter).conductivity > 1.03e-3
    assert hybrid_conductivity(chain, transport, 0.1, diameter / 3.0).conductivity < 0.97e-3


@pytest.mark.parametrize(("filler", "resistance"), [(10.0, 0.1), (10.0, 1.0), (0.0, 0.0)])
def test_few_spheres_follow_hasselman_and_johnson(filler: float, resistance: float) -> None:
    solved = VoxelChain(Composite(voxels=48, across=12), samples=2).solve(0.04, Ratios(filler, resistance))
    exact = theory.interface_resistance_inclusion(1.0, filler, 0.04, 0.5, resistance)
    assert solved.mean == pytest.approx(exact, abs=0.004)


@pytest.mark.parametrize(("direction", "loading"), [("along", 0.2), ("across", 0.2)])
def test_fibres_from_end_to_end(direction: str, loading: float) -> None:
    """Along the current they are side by side with the matrix, whatever the interface; across, cylinders."""
    composite = Composite("aligned-fibres", 48, 12, direction=direction, endless=True)
    solved = VoxelChain(composite, samples=1).solve(loading, Ratios(5.0, 0.2))
    along = 1.0 - loading + 5.0 * loading
    across = theory.fibres_across(1.0, 5.0, loading, 0.5, 0.2)
    assert solved.mean == pytest.approx(along if direction == "along" else across, rel=0.03)


# -- the interphase -----------------------------------------------------------------------------------------------


def coated(voxels: int, ratio: float, interphase: float, filler: float) -> float:
    x = (np.arange(voxels) + 0.5) / voxels - 0.5
    inside = x[:, None, None] ** 2 + x[None, :, None] ** 2 + x[None, None, :] ** 2 <= 0.0625
    coating = with_interphase(Volume(inside.astype(np.uint8), 1.0 / voxels, {0: MATRIX, 1: FILLER}), 0.25 * ratio)
    values: dict[str | int, float] = {MATRIX: 1.0, FILLER: filler, INTERPHASE: coating.conductivity(interphase, 1.0)}
    extra = coating.resistance(interphase, 1.0)
    between: dict[tuple[str | int, str | int], float] = {(FILLER, MATRIX): extra, (FILLER, INTERPHASE): extra}
    return composite_conductivity(coating.volume, values, 0, between).value


@pytest.mark.parametrize(
    ("ratio", "interphase", "filler", "tolerance"),
    [
        (0.02, 5.0, 0.0, 0.012),  # thin, spread over voxels
        (0.1, 5.0, 0.0, 0.012),
        (0.3, 5.0, 0.0, 0.012),  # resolved
        (0.02, 0.1, 10.0, 0.006),  # thin, a resistance
        (0.3, 0.1, 10.0, 0.008),
    ],
)
def test_a_coated_sphere_follows_nan(ratio: float, interphase: float, filler: float, tolerance: float) -> None:
    exact = theory.shell_inclusion(1.0, filler, interphase, math.pi * 4 / 3 / 64, ratio, "maxwell-garnett")
    assert coated(48, ratio, interphase, filler) == pytest.approx(exact, abs=tolerance)


# -- two kinds of ions --------------------------------------------------------------------------------------------


def test_an_insulating_filler_leaves_the_transference_number_alone() -> None:
    chain = VoxelChain(Composite(**SMALL), samples=1)
    found = hybrid_conductivity(chain, Transport(333.15, 2e-4, 8e-4, 0.0), 0.3, 1e-6)
    assert found.transference == pytest.approx(0.2, rel=1e-9)
    assert found.conductivity == pytest.approx(found.cation + found.anion, rel=1e-12)


def test_a_good_filler_without_interface_raises_it() -> None:
    chain = VoxelChain(Composite(**SMALL), samples=1)
    good = hybrid_conductivity(chain, Transport(333.15, 2e-4, 8e-4, 1e-2), 0.3, 1e-6)
    closed = hybrid_conductivity(chain, Transport(333.15, 2e-4, 8e-4, 1e-2, math.inf), 0.3, 1e-6)
    assert good.transference > 0.35
    assert closed.transference == pytest.approx(0.2, rel=1e-6)
    assert good.anion == pytest.approx(closed.anion, rel=1e-12)


def test_size_acts_through_the_interface_alone() -> None:
    chain = VoxelChain(Composite(**SMALL), samples=1)
    one = hybrid_conductivity(chain, Transport(333.15, 1e-3, 0.0, 1e-2, 1e-3), 0.3, 1e-6)
    other = hybrid_conductivity(chain, Transport(333.15, 1e-3, 0.0, 1e-2, 1e-2), 0.3, 1e-5)
    assert one.conductivity == pytest.approx(other.conductivity, rel=1e-12)
    assert one.area == pytest.approx(10.0 * other.area, rel=1e-12)
    plain = Transport(333.15, 1e-3, 0.0, 1e-2)
    sizes = [hybrid_conductivity(chain, plain, 0.3, d).conductivity for d in (1e-8, 1e-4)]
    assert sizes[0] == sizes[1]


def test_the_same_seed_gives_the_same_numbers_and_another_gives_others() -> None:
    first, again, other = (
        VoxelChain(Composite(**SMALL), samples=1, seed=seed).solve(0.3, Ratios(10.0, 0.1)).mean for seed in (3, 3, 4)
    )
    assert first == again
    assert first != other
    assert first == pytest.approx(other, rel=0.02)


def test_spheres_that_touch_are_not_joined_into_one() -> None:
    """At a thousand times the matrix necks of voxels between spheres would conduct twelve times as well as it."""
    values = [
        VoxelChain(Composite(voxels=4 * across, across=across), samples=1, seed=2).solve(0.3, Ratios(1000.0)).mean
        for across in (8, 12)
    ]
    assert values[0] == pytest.approx(values[1], rel=0.05)
    assert 2.3 < values[1] < 3.5  # Maxwell and Garnett's bound from below


def test_polymer_that_is_shut_in_carries_no_anions_and_hardly_matters() -> None:
    """Pockets of polymer in a good ceramic: as Maxwell and Garnett with the roles exchanged."""
    chain = VoxelChain(Composite("polymer-in-ceramic", 48, 12), samples=1)
    found = hybrid_conductivity(chain, Transport(333.15, 1.0, 4.0, 30.0, 0.0), 0.7, 1.0)
    assert found.anion == 0.0
    assert found.transference == 1.0
    exact = theory.maxwell_garnett(30.0, 1.0, 0.3)
    assert found.conductivity == pytest.approx(exact, rel=0.05)
    closed = hybrid_conductivity(chain, Transport(333.15, 1.0, 4.0, 30.0, math.inf), 0.7, 1.0)
    assert closed.conductivity == pytest.approx(theory.maxwell_garnett(30.0, 0.0, 0.3), rel=0.06)
