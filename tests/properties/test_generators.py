"""What holds for every generated structure, whatever its parameters."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from lisse.microstructure.generate import network, polycrystal, pores, rough_interface, spheres

U = 1e-6
SEEDS = st.integers(0, 2**31)


@settings(max_examples=15)
@given(seed=SEEDS, spread=st.floats(0.0, 0.6), cells=st.integers(20, 48), periodic=st.booleans())
def test_grains_fill_the_box_and_are_numbered_without_gaps(
    seed: int, spread: float, cells: int, periodic: bool
) -> None:
    made = polycrystal((cells * U, 30 * U), 1 * U, 6 * U, spread, periodic=periodic, seed=seed)
    counts = np.bincount(made.volume.grains.ravel())
    assert counts[0] == 0
    assert (counts[1:] > 0).all()
    assert made.volume.orientations.shape == (len(counts), 4)
    assert made.statistics["grain"].error < 0.2


@settings(max_examples=10)
@given(seed=SEEDS)
def test_a_periodic_structure_may_be_shifted(seed: int) -> None:
    """Faces of a tiled periodic network look like any other section: neighbours across the seam are as alike."""
    mask = network((40 * U, 40 * U), 0.5 * U, 0.5, 4 * U, seed=seed).volume.mask("ceramic")
    inner = (mask[1:] != mask[:-1]).mean(axis=1)
    assert (mask[0] != mask[-1]).mean() <= inner.max() + 1e-12 + 3 / 80


@settings(max_examples=12)
@given(seed=SEEDS, porosity=st.floats(0.0, 0.12), diameter=st.floats(2.0, 5.0), spread=st.floats(0.0, 0.5))
def test_porosity_is_exact_and_nothing_else_changes(seed: int, porosity: float, diameter: float, spread: float) -> None:
    solid = polycrystal((40 * U, 40 * U), 1 * U, 8 * U, seed=1)
    volume = pores(solid, porosity, diameter * U, spread, place="anywhere", overlap=True, seed=seed).volume
    pore = volume.mask("pore")
    assert pore.sum() == round(porosity * pore.size)
    np.testing.assert_array_equal(volume.grains[~pore], solid.volume.grains[~pore])


@settings(max_examples=12)
@given(seed=SEEDS, contact=st.floats(0.02, 1.0), hurst=st.floats(0.2, 1.0))
def test_contact_is_exact_and_no_void_floats(seed: int, contact: float, hurst: float) -> None:
    volume = rough_interface((30 * U, 40 * U), 0.5 * U, 1 * U, hurst, 5 * U, contact, seed=seed).volume
    touching = (volume.mask("lithium")[:-1] & volume.mask("electrolyte")[1:]).any(axis=0)
    assert touching.sum() == round(contact * touching.size)
    for phase in ("lithium", "electrolyte"):
        assert ndimage.label(volume.mask(phase))[1] == 1


@settings(max_examples=8)
@given(seed=SEEDS, fraction=st.floats(0.02, 0.5), spread=st.floats(0.0, 0.4))
def test_spheres_keep_apart(seed: int, fraction: float, spread: float) -> None:
    made = spheres((40 * U, 40 * U), 0.5 * U, fraction, 6 * U, spread, gap=1.5 * U, seed=seed)
    grains = np.pad(made.volume.grains, 1, mode="wrap")
    for axis in (0, 1):
        ahead = np.roll(grains, -1, axis)
        assert not ((grains != ahead) & (grains > 0) & (ahead > 0))[1:-1, 1:-1].any()
    assert made.volume.mask("ceramic").sum() == round(fraction * 6400)
