"""Random fields, rough surfaces, partial contact, patches, stacks."""

from __future__ import annotations

import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.microstructure.generate import (
    Layer,
    cell_stack,
    layers,
    patch_map,
    patches,
    polycrystal,
    rough_interface,
    rough_surface,
)
from lisse.microstructure.generate.random_field import gaussian_field

U = 1e-6


def test_a_gaussian_field_has_its_covariance() -> None:
    field = gaussian_field((512, 512), (1.0, 1.0), 6.0, np.random.default_rng(1))
    assert field.mean() == pytest.approx(0.0, abs=1e-12)
    assert field.std() == pytest.approx(1.0)
    for r in (2, 4, 6, 9):
        assert (field * np.roll(field, r, 0)).mean() == pytest.approx(np.exp(-((r / 6.0) ** 2)), abs=0.05)


@pytest.mark.parametrize("hurst", [0.3, 0.5, 0.8])
def test_hurst_exponent_and_rms_height_of_a_surface(hurst: float) -> None:
    surface = rough_surface((1024, 1024), 0.1 * U, 0.4 * U, hurst, 20 * U, seed=2)
    assert surface.values.std() == pytest.approx(0.4 * U)
    lags = np.array([3, 4, 6, 8, 12])  # between the voxel and the correlation length
    squares = [((np.roll(surface.values, lag, 0) - surface.values) ** 2).mean() for lag in lags]
    slope = np.polyfit(np.log(lags), np.log(squares), 1)[0]
    assert 0.5 * slope == pytest.approx(hurst, abs=0.08)


def test_a_surface_that_is_not_periodic_has_a_step_at_its_edge() -> None:
    def step(periodic: bool) -> float:
        h = rough_surface((256,), 0.1 * U, 1 * U, 0.9, 5 * U, periodic=periodic, seed=1).values
        return float(abs(h[0] - h[-1]) / np.abs(np.diff(h)).max())

    assert step(True) <= 1.0
    assert step(False) > 1.0


@pytest.mark.parametrize("contact", [0.05, 0.3, 0.75, 1.0])
@pytest.mark.parametrize("size", [(16 * U, 60 * U), (16 * U, 24 * U, 24 * U)])
def test_contact_fraction_is_met_to_the_column(size: tuple[float, ...], contact: float) -> None:
    volume = rough_interface(size, 0.5 * U, 1 * U, 0.8, 5 * U, contact, seed=3).volume
    lithium, electrolyte = volume.mask("lithium"), volume.mask("electrolyte")
    touching = (lithium[:-1] & electrolyte[1:]).any(axis=0)
    assert touching.sum() == round(contact * touching.size)
    order = np.where(lithium, 0, np.where(electrolyte, 2, 1))
    assert (np.diff(order, axis=0) >= 0).all()
    assert volume.mask("pore").any() == (contact < 1.0)


def test_patches_have_their_area_and_size() -> None:
    found = patch_map((512, 512), 0.25 * U, 0.3, 5 * U, seed=1)
    assert found.values.mean() == pytest.approx(0.3, abs=1e-5)
    assert found.statistics["patch_size"].reached == pytest.approx(5 * U, rel=0.12)
    assert not patch_map((64, 64), 0.25 * U, 0.0, 5 * U).values.any()
    assert patch_map((64, 64), 0.25 * U, 1.0, 5 * U).values.all()


@pytest.mark.parametrize("side", ["low", "high"])
def test_patches_are_a_thin_phase_on_one_interface(side: str) -> None:
    cell = cell_stack(polycrystal((15 * U, 30 * U, 30 * U), 0.5 * U, 6 * U, seed=1), 4 * U)
    made = patches(cell, 0.25, 4 * U, 1 * U, side=side, seed=2)
    patch = made.volume.mask("contamination")
    assert patch.any(axis=0).sum() == 0.25 * 60 * 60
    where = np.flatnonzero(patch.any(axis=(1, 2)))
    np.testing.assert_array_equal(where, [8, 9] if side == "low" else [36, 37])
    np.testing.assert_array_equal(made.volume.mask("lithium"), cell.volume.mask("lithium"))


def test_layers_have_their_thickness_and_roughness() -> None:
    stack = [Layer("lithium", 6 * U, 1 * U, 0.8, 6 * U), Layer("carbon", 2 * U), Layer("electrolyte", 8 * U)]
    made = layers(stack, (60 * U, 20 * U), 0.25 * U, seed=2)
    thickness = made.volume.mask("lithium").sum(axis=0) * 0.25 * U
    assert thickness.mean() == pytest.approx(6 * U, rel=0.01)
    assert thickness.std() == pytest.approx(1 * U, rel=0.05)
    assert made.volume.mask("carbon").any(axis=0).all()
    assert list(made.volume.phases.values()) == ["lithium", "carbon", "electrolyte"]


def test_a_cell_keeps_its_electrolyte() -> None:
    pellet = polycrystal((20 * U, 30 * U), 0.5 * U, 6 * U, seed=1)
    made = cell_stack(pellet, (3 * U, 5 * U), [Layer("carbon", 1 * U)], [Layer("gold", 0.5 * U)])
    assert made.volume.shape == (6 + 2 + 40 + 1 + 10, 60)
    column = [made.volume.phases[int(label)] for label in made.volume.labels[:, 7]]
    assert list(dict.fromkeys(column)) == ["lithium", "carbon", "electrolyte", "gold"]
    assert column[-1] == "lithium"
    inner = made.volume.crop(slice(8, 48))
    np.testing.assert_array_equal(inner.grains, pellet.volume.grains)
    assert made.volume.orientations is not None


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: rough_surface((64,), 1 * U, 1 * U, 0.8, 60 * U), "correlation_length: .*half the surface"),
        (lambda: rough_surface((64,), 1 * U, 1 * U, 1.4, 9 * U), "hurst: got 1.4"),
        (lambda: rough_interface((8 * U, 40 * U), 0.5 * U, 4 * U, 0.8, 5 * U), "rms: .*Take a longer box"),
        (lambda: rough_interface((20 * U, 40 * U), 0.5 * U, 0.1 * U, 0.8, 5 * U, 0.5), "rms: .*half a voxel"),
        (lambda: rough_interface((20 * U, 40 * U), 0.5 * U, 1 * U, 0.8, 5 * U, 0.0), "contact_fraction: got 0.0"),
        (lambda: patch_map((64, 64), 1 * U, 0.3, 1 * U), "patch_size: .*at least 2 voxels"),
        (lambda: layers([], (9 * U,), 1 * U), "stack: "),
        (lambda: layers([Layer("carbon", 0.1 * U), Layer("x", 9 * U)], (9 * U,), 1 * U), "thickness of layer 1"),
        (lambda: Layer("", 1 * U), "phase: got ''"),
    ],
)
def test_wrong_parameters_are_refused(call: object, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        call()  # type: ignore[operator]
