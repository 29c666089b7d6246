"""Virtual instruments: limits in which they show the truth, their declared laws of noise, and what they refuse."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy import stats

from lisse.errors import InvalidInput, NotResolved
from lisse.measurement.virtual import (
    INSTRUMENTS,
    ChemicalShiftImager,
    Frames,
    ImpedanceAnalyser,
    NeutronDepthProfiler,
    OpticalMicroscope,
    PressureCell,
    XRayTomograph,
    load_frames,
    observe,
    write_tiff,
)
from lisse.measurement.virtual.declaration import FEATURES
from lisse.measurement.virtual.exposure import exposures, weights
from lisse.measurement.virtual.lithium_profile import by_matter_above
from lisse.measurement.virtual.point_spread import FWHM, blur, kernel, rebin
from lisse.measurement.virtual.substances import LITHIUM, SUBSTANCES
from lisse.records import Solution, dataset, load_measurement
from virtual_scenes import EDGE, saved, solid, solution

PERFECT = {"resolution": 0.0, "noise": 0.0, "frame_time": 0.0}
ARGYRODITE = SUBSTANCES["Li6PS5Cl"]


# --- point spread -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [0.1e-6, 0.5e-6, 1e-6, 3e-6])
def test_a_point_becomes_a_gaussian_of_the_declared_width(width):
    weights_of_point = kernel(width, EDGE)
    x = (np.arange(weights_of_point.size) - weights_of_point.size // 2) * EDGE
    variance = np.sum(weights_of_point * x**2)  # those of the Gaussian and of two voxels add up
    assert variance == pytest.approx((width / FWHM) ** 2 + 2 * EDGE**2 / 12, rel=1e-3)
    assert weights_of_point.sum() == pytest.approx(1.0, abs=1e-14)


def test_half_maximum_of_a_point_is_half_the_declared_width_away():
    fine, width = 0.02e-6, 1e-6
    profile = kernel(width, fine)
    above = np.flatnonzero(profile > profile.max() / 2)
    assert (above[-1] - above[0] + 1) * fine == pytest.approx(width, abs=2 * fine)


@pytest.mark.parametrize("shape", [(30, 20), (12, 10, 8)])
def test_blur_and_voxels_keep_the_mass(shape):
    truth = np.random.default_rng(3).uniform(size=shape)
    n = len(shape)
    spread = blur(truth, [2e-6] * n, [EDGE] * n, [False, *[True] * (n - 1)])
    assert spread.sum() == pytest.approx(truth.sum(), rel=1e-12)
    for axis, count in enumerate(shape):
        coarse = rebin(spread, axis, EDGE, EDGE * count / 4)
        assert coarse.shape[axis] == 4
        assert coarse.sum() * count / 4 == pytest.approx(truth.sum(), rel=1e-12)


def test_no_blur_and_equal_voxels_are_the_identity():
    truth = np.random.default_rng(3).uniform(size=(7, 9))
    assert np.array_equal(blur(truth, [0.0, 0.0], [EDGE] * 2, [False, True]), truth)
    assert np.array_equal(rebin(truth, 0, EDGE, EDGE), truth)


def test_finer_voxels_repeat_the_truth():
    assert rebin(np.array([1.0, 3.0]), 0, 1.0, 0.5) == pytest.approx([1, 1, 3, 3])


def test_voxels_larger_than_the_sample_are_refused():
    with pytest.raises(InvalidInput, match=r"voxel: got '3 um'; allowed: up to the 1 um"):
        rebin(np.ones(2), 0, 0.5e-6, 3e-6)


def test_a_blur_far_above_the_picture_leaves_the_mean_and_takes_no_time():
    truth = np.random.default_rng(3).uniform(size=(6, 5))
    for widths, error in (([1.0, 1.0], 1e-14), ([25e-6, 20e-6], 1e-7)):  # a metre; a Gaussian cut at 5 sigma
        flat = blur(truth, widths, [EDGE] * 2, [False, True])
        assert flat == pytest.approx(np.full((6, 5), truth.mean()), rel=error)


# --- exposures --------------------------------------------------------------------------------------------------------


def test_snapshots_are_the_saved_states():
    shots = exposures([0.0, 1.0, 5.0], 0.0)
    assert shots.tolist() == [[0, 0], [1, 1], [5, 5]]
    assert np.array_equal(weights([0.0, 1.0, 5.0], shots), np.eye(3))


def test_a_slow_instrument_averages_what_moves():
    saved_times = np.array([0.0, 1.0, 5.0, 9.0])
    shots = exposures(saved_times, 4.0)
    assert shots.tolist() == [[0, 4], [5, 9], [9, 13]]
    share = weights(saved_times, shots)
    assert share.sum(axis=1) == pytest.approx(1.0)
    assert share @ saved_times == pytest.approx([2.0, 7.0, 9.0])  # exact for what changes linearly; then it stands


# --- X-ray tomograph --------------------------------------------------------------------------------------------------


def test_tomogram_without_limits_is_the_truth(tmp_path):
    labels = solid((8, 6))
    labels[2, 3], labels[5, 1] = 0, 2
    fields = saved(tmp_path, labels, {0.0: {}})
    tomograph = XRayTomograph(voxel=EDGE, electrode=1e-6, **PERFECT)
    seen = observe(solution(), tomograph, fields=fields)
    truth = np.full((12, 6), ARGYRODITE.attenuation)
    truth[:2] = truth[-2:] = LITHIUM.attenuation
    truth[4, 3], truth[7, 1] = 0.0, LITHIUM.attenuation
    assert seen.picture.dims == ("time", "x", "y")
    assert seen.picture.values[0] == pytest.approx(truth)
    assert seen.data["x"].values[:3] == pytest.approx([-0.75e-6, -0.25e-6, 0.25e-6])


def test_tomogram_keeps_the_mass_and_has_the_noise_that_it_declares(tmp_path):
    labels = solid((40, 40))
    labels[18:22, 10:30] = 0
    fields = saved(tmp_path, labels, {0.0: {}})
    blurred = XRayTomograph(voxel=1e-6, resolution=2e-6, noise=0.0, frame_time=0.0, electrode=0.0)
    clean = observe(solution(), blurred, fields=fields).picture.values
    assert clean.mean() == pytest.approx(np.mean(labels) * ARGYRODITE.attenuation, rel=1e-12)
    noisy = observe(solution(), dataclasses.replace(blurred, noise=0.1, seed=4), fields=fields)
    error = (noisy.picture.values - clean).ravel()
    sigma = noisy.picture.attrs["noise"]
    assert sigma == pytest.approx(0.1 * ARGYRODITE.attenuation)
    assert stats.kstest(error / sigma, "norm").pvalue > 0.01
    again = observe(solution(), dataclasses.replace(blurred, noise=0.1, seed=4), fields=fields)
    other = observe(solution(), dataclasses.replace(blurred, noise=0.1, seed=5), fields=fields)
    assert noisy == again
    assert noisy != other


@pytest.mark.parametrize(("height", "visible"), [(0.1e-6, False), (4e-6, True)])
def test_a_void_below_the_resolution_is_not_seen_and_above_it_is(tmp_path, height, visible):
    void = np.zeros((2, 32))
    void[0, 12:20] = height
    fields = saved(tmp_path, solid((8, 32)), {0.0: {}, 1.0: {"void_height": void}})
    given = {"lithium": 300.0, "electrolyte": 330.0}  # as if lithium were dark, so that a void stands out beside it
    seen = observe(solution(), XRayTomograph(frame_time=0.0, attenuation=given), fields=fields).picture
    change = seen.values[1] - seen.values[0]
    sigma = seen.attrs["noise"] * np.sqrt(2.0)
    assert (np.abs(change).max() > 6.0 * sigma) == visible


def test_lithium_in_a_crack_looks_like_an_empty_crack(tmp_path):
    labels = solid((20, 20))
    crack = np.zeros((20, 20))
    crack[5:15, 10] = 1.0
    opened = np.zeros((2, 21, 20))
    opened[1, :, 11:] = 0.4 * EDGE  # the rest closes over the periodic edge, where nothing is broken
    frames = {
        0.0: {"damage": crack, "displacement": opened, "lithium_fraction": np.zeros((20, 20))},
        1.0: {"damage": crack, "displacement": opened, "lithium_fraction": 0.4 * crack},
    }
    fields = saved(tmp_path, labels, frames)
    seen = observe(solution(), XRayTomograph(voxel=EDGE, electrode=0.0, **PERFECT), fields=fields).picture.values
    assert seen[0, 10, 10] == pytest.approx(0.6 * ARGYRODITE.attenuation)
    assert seen[1, 10, 10] - seen[0, 10, 10] == pytest.approx(0.4 * LITHIUM.attenuation)
    assert LITHIUM.attenuation < 0.03 * ARGYRODITE.attenuation


def test_field_of_view_and_three_dimensions(tmp_path):
    fields = saved(tmp_path, solid((6, 10, 8)), {0.0: {}})
    narrow = XRayTomograph(voxel=EDGE, electrode=0.0, field_of_view=2e-6, **PERFECT)
    assert observe(solution(), narrow, fields=fields).picture.shape == (1, 6, 4, 4)


@pytest.mark.parametrize("kind", ["xct", "optical"])
def test_places_of_a_cropped_picture_are_those_of_the_cell(tmp_path, kind):
    labels = solid((6, 20))
    labels[:, 12] = 0
    fields = saved(tmp_path, labels, {0.0: {}})
    given = {"field_of_view": 5e-6, "electrode": 0.0, "frame_time": 0.0}
    narrow = (
        XRayTomograph(voxel=EDGE, resolution=0.0, noise=0.0, **given)
        if kind == "xct"
        else OpticalMicroscope(pixel=EDGE, aperture=1e6, full_well=float("inf"), **given)
    )
    seen = observe(solution(), narrow, fields=fields)
    darkest = int(seen.picture.values[0].mean(axis=0).argmin())
    assert seen.picture.sizes["y"] == 10
    assert seen.data["y"].values[darkest] == pytest.approx(12.5 * EDGE)


# --- neutron depth profile --------------------------------------------------------------------------------------------


def thin(**changes):
    return NeutronDepthProfiler(**{"resolution": 0.0, "bin": EDGE, "range": 30e-6, **changes})


def test_depth_profile_without_limits_is_the_lithium(tmp_path):
    fields = saved(tmp_path, solid((10, 4)), {0.0: {}})
    seen = observe(solution(lithium=3e-6), thin(counting=False), fields=fields)
    found = seen.picture.values[0] / seen.picture.attrs["counts_per_concentration"]
    assert found[:6] == pytest.approx(LITHIUM.lithium_concentration)
    assert found[6:16] == pytest.approx(ARGYRODITE.lithium_concentration)


@pytest.mark.parametrize(
    ("resolution", "width"), [(0.0, EDGE), (3e-6, EDGE), (0.0, 0.7e-6), (1e-6, 0.7e-6), (0.0, 3e-7)]
)
def test_depth_profile_keeps_the_counts_of_all_lithium(tmp_path, resolution, width):
    lithium = np.zeros((20, 4))
    lithium[8:12, :2] = 0.5
    labels = solid((20, 4))
    labels[3:5, 1] = 0
    fields = saved(tmp_path, labels, {0.0: {"lithium_fraction": lithium}})
    profiler = thin(counting=False, resolution=resolution, bin=width, range=100e-6)
    seen = observe(solution(lithium=3.2e-6), profiler, area=1e-4, fields=fields)
    metal, cells = LITHIUM.lithium_concentration, 20 * 4 - 2
    plated = metal * 0.5 * 8
    electrolyte = ARGYRODITE.lithium_concentration * (cells - 0.5 * 8)
    there = 2 * 3.2e-6 * metal + (plated + electrolyte) * EDGE / 4  # mol/m2
    nuclei = profiler.lithium_6 * 6.02214076e23 * there * 1e-4
    assert seen.picture.values.sum() == pytest.approx(1e13 * 940e-28 * 1e-3 * nuclei * 300.0, rel=1e-9)


def test_an_empty_gap_takes_no_energy_and_a_pore_only_brings_the_rest_nearer(tmp_path):
    void = np.zeros((2, 4))
    void[0] = 1.3e-6
    fields = saved(tmp_path, solid((20, 4)), {0.0: {}, 400.0: {"void_height": void}})
    for lithium in (3e-6, 200e-6):  # the second is thicker than the range of a triton
        seen = observe(solution(lithium=lithium), thin(counting=False, range=None), fields=fields).picture.values
        assert seen[1] == pytest.approx(seen[0], rel=1e-9, abs=1e-6 * seen.max())
    matter = np.ones((6, 2))
    matter[2, 0] = 0.25
    (moved,) = by_matter_above(matter, np.arange(12.0).reshape(6, 2) * matter)
    column = np.array([0.0, 2.0, 0.25 * 4 + 0.75 * 6, 0.25 * 6 + 0.75 * 8, 0.25 * 8 + 0.75 * 10, 0.25 * 10])
    assert moved == pytest.approx((column + np.arange(1.0, 12.0, 2.0)) / 2)


def test_depth_is_counted_from_the_outer_face_while_the_electrode_thins(tmp_path):
    fields = saved(tmp_path, solid((20, 4)), {0.0: {}, 400.0: {}})
    made = solution(times=(0.0, 400.0))
    thinned = made.data["lithium_thickness"].copy(data=[[8e-6, 8e-6], [3e-6, 13e-6]])
    made = dataclasses.replace(made, data=made.data.assign(lithium_thickness=thinned))
    seen = observe(made, thin(counting=False, frame_time=1e-6), fields=fields)
    depth = seen.data["depth"].values
    metal = 0.99 * LITHIUM.lithium_concentration * seen.picture.attrs["counts_per_concentration"]
    for counts, thick in zip(seen.picture.values, (8e-6, 3e-6), strict=True):
        assert np.flatnonzero(counts < metal)[0] == np.searchsorted(depth, thick)


def test_tritons_come_from_as_deep_as_each_substance_lets_them(tmp_path):
    fields = saved(tmp_path, solid((120, 2)), {0.0: {}})
    profiler = thin(counting=False, range=None)
    for lithium in (0.0, 66.5e-6, 500e-6):
        used = min(lithium / LITHIUM.triton_range, 1.0)
        deepest = used * LITHIUM.triton_range + (1.0 - used) * ARGYRODITE.triton_range
        seen = observe(solution(lithium=lithium), profiler, fields=fields)
        last = seen.data["depth"].values[np.flatnonzero(seen.picture.values[0])[-1]]
        assert last == pytest.approx(deepest, abs=EDGE)


def test_ranges_of_tritons_are_near_those_of_bethe():
    numbers = {"H": 1, "Li": 3, "C": 6, "N": 7, "O": 8, "F": 9, "Al": 13, "P": 15, "S": 16, "Cl": 17, "Ti": 22}
    numbers |= {"Ge": 32, "Zr": 40, "La": 57}
    excitation = {"H": 19, "Li": 40, "C": 78, "N": 82, "O": 95, "F": 115, "Al": 166, "P": 173, "S": 180, "Cl": 174}
    excitation |= {"Ti": 233, "Ge": 350, "Zr": 393, "La": 501}  # eV
    energy = np.linspace(1e3, 2.728e6, 5000)  # eV
    beta_squared = 2.0 * energy / 2.8089e9
    for one in SUBSTANCES.values():
        electrons = sum(n * numbers[e] for e, n in one.atoms.items()) / one.molar_mass  # mol/kg
        mean = sum(n * numbers[e] * np.log(excitation[e]) for e, n in one.atoms.items()) / one.molar_mass / electrons
        times = 2.0 * 511e3 * beta_squared / np.exp(mean)
        number = np.where(times > np.e, np.log(np.maximum(times, np.e)), times / np.e)  # the tangent below: no shells
        stopping = 0.307075e2 * electrons / beta_squared * number  # eV m2/kg
        found = np.trapezoid(1.0 / stopping, energy) / one.density
        assert one.triton_range == pytest.approx(found, rel=0.2), one.name


def test_energy_of_the_triton_follows_from_the_masses():
    neutron, lithium_6, alpha, triton = 1.00866492, 6.01512289, 4.00260325, 3.01604928  # u, of atoms
    released = (neutron + lithium_6 - alpha - triton) * 931.49410  # MeV
    assert released * alpha / (alpha + triton) == pytest.approx(2.728, abs=1e-3)
    assert released * triton / (alpha + triton) == pytest.approx(2.056, abs=1e-3)


def test_counts_follow_a_poisson_law(tmp_path):
    fields = saved(tmp_path, solid((10, 4)), {0.0: {}})
    weak = thin(flux=1e11, frame_time=10.0)
    mean = observe(solution(lithium=3e-6), dataclasses.replace(weak, counting=False), fields=fields).picture.values[0]
    drawn = [observe(solution(lithium=3e-6), dataclasses.replace(weak, seed=k), fields=fields) for k in range(60)]
    counts = np.array([one.picture.values[0] for one in drawn])[:, :16]
    level = mean[:16]
    assert 3.0 < level.min() < 40.0  # few enough that a Gaussian of the same width would be something else
    assert counts.mean() == pytest.approx(level.mean(), rel=0.03)
    scatter = ((counts - level) ** 2 / level).sum()  # index of dispersion: chi-square for a Poisson law
    assert 0.005 < stats.chi2.sf(scatter, counts.size) < 0.995
    assert np.array_equal(counts, np.round(counts))


def test_a_buried_sheet_has_the_declared_width_in_depth(tmp_path):
    labels = solid((61, 4))
    labels[30] = 2
    fields = saved(tmp_path, labels, {0.0: {}})
    given = {"electrolyte": 0.0}
    sharp = thin(resolution=3e-6, counting=False, lithium_concentration=given)
    seen = observe(solution(lithium=0.0), sharp, fields=fields)
    depth, counts = seen.data["depth"].values, seen.picture.values[0]
    middle = np.sum(counts * depth) / counts.sum()
    width = FWHM * np.sqrt(np.sum(counts * (depth - middle) ** 2) / counts.sum())
    assert middle == pytest.approx(30.5 * EDGE, rel=1e-6)
    assert width == pytest.approx(np.hypot(3e-6, FWHM * EDGE / np.sqrt(6.0)), rel=1e-3)


def test_deeper_than_the_range_nothing_is_seen(tmp_path):
    fields = saved(tmp_path, solid((10, 4)), {0.0: {}})
    seen = observe(solution(lithium=3e-6), thin(range=5e-6, counting=False), fields=fields)
    assert seen.data["depth"].values.max() == pytest.approx(5e-6 - EDGE / 2)
    assert seen.picture.values.min() > 0.0
    covered = observe(solution(lithium=50e-6), thin(counting=False), fields=fields)
    assert np.ptp(covered.picture.values[0][:60]) == 0.0
    assert any("lies under 50 um of lithium" in text for text in covered.warnings)


# --- 7Li chemical-shift image -----------------------------------------------------------------------------------------


def test_chemical_shift_image_keeps_every_pool_of_lithium(tmp_path):
    lithium = np.zeros((40, 4))
    lithium[10:20] = 0.25
    fields = saved(tmp_path, solid((40, 4)), {0.0: {"lithium_fraction": lithium}})
    imager = ChemicalShiftImager(noise=0.0, frame_time=0.0, skin_depth=float("inf"), pixel=EDGE, field_of_view=1.0)
    seen = observe(solution(lithium=5e-6), imager, fields=fields)
    whole = seen.picture.values[0].sum() * EDGE  # mol/m2
    metal, plated = LITHIUM.lithium_concentration * 10e-6, LITHIUM.lithium_concentration * 0.25 * 10 * EDGE
    electrolyte = ARGYRODITE.lithium_concentration * (40 - 0.25 * 10) * EDGE
    assert whole == pytest.approx(metal + plated + electrolyte, rel=1e-6)
    shift = seen.data["shift"].values
    spectrum = seen.picture.values[0].sum(axis=0) * EDGE
    assert spectrum[shift < 100].sum() == pytest.approx(electrolyte, rel=1e-6)
    mean_shift = (spectrum * shift)[shift > 100].sum() / spectrum[shift > 100].sum()
    assert mean_shift == pytest.approx((245 * metal + 268 * plated) / (metal + plated), abs=0.01)


def test_noise_of_the_chemical_shift_image_is_white_and_of_its_size(tmp_path):
    fields = saved(tmp_path, solid((40, 4)), {0.0: {}})
    imager = ChemicalShiftImager(frame_time=0.0, noise=0.02, seed=2)
    noisy = observe(solution(lithium=5e-6), imager, fields=fields)
    clean = observe(solution(lithium=5e-6), dataclasses.replace(imager, noise=0.0), fields=fields)
    error = (noisy.picture.values - clean.picture.values).ravel() / noisy.picture.attrs["noise"]
    assert stats.kstest(error, "norm").pvalue > 0.01


def test_radio_waves_reach_only_the_skin_of_the_metal(tmp_path):
    fields = saved(tmp_path, solid((8, 4)), {0.0: {}})
    imager = ChemicalShiftImager(noise=0.0, frame_time=0.0, skin_depth=2e-6, pixel=EDGE, resolution=0.0)
    seen = observe(solution(lithium=20e-6), imager, fields=fields)
    metal = seen.picture.values[0][:, seen.data["shift"].values > 100].sum() * EDGE
    assert metal == pytest.approx(2 * 2e-6 * LITHIUM.lithium_concentration, rel=0.02)


def test_skin_depth_of_lithium_follows_from_its_resistivity():
    for frequency, depth in ((116.6e6, 14.2e-6), (155.5e6, 12.3e-6)):
        assert np.sqrt(92.8e-9 / (np.pi * frequency * 4e-7 * np.pi)) == pytest.approx(depth, rel=0.005)
    assert ChemicalShiftImager().skin_depth == pytest.approx(12.3e-6, rel=0.05)


# --- optical microscope -----------------------------------------------------------------------------------------------


def test_camera_counts_photons_by_a_poisson_law(tmp_path):
    fields = saved(tmp_path, solid((40, 40)), {0.0: {}})
    microscope = OpticalMicroscope(pixel=EDGE, full_well=50.0, electrode=0.0, frame_time=0.0, seed=1)
    counts = observe(solution(), microscope, fields=fields).picture.values.ravel()
    assert counts.mean() == pytest.approx(25.0, rel=0.02)
    scatter = ((counts - 25.0) ** 2 / 25.0).sum()
    assert 0.005 < stats.chi2.sf(scatter, counts.size) < 0.995


def test_camera_keeps_the_light_and_shows_the_truth_without_limits(tmp_path):
    labels = solid((24, 24))
    labels[6:12, 5:9], labels[16:20, 10:14] = 0, 2
    fields = saved(tmp_path, labels, {0.0: {}})
    truth = np.select([labels == 0, labels == 2], [0.1, 0.8], 0.5)
    given = {"full_well": float("inf"), "electrode": 0.0, "frame_time": 0.0}
    sharp = OpticalMicroscope(pixel=EDGE, aperture=1e6, **given)
    assert observe(solution(), sharp, fields=fields).picture.values[0] == pytest.approx(truth, abs=1e-5)
    blurred = observe(solution(), OpticalMicroscope(pixel=4 * EDGE, aperture=0.1, **given), fields=fields)
    assert blurred.picture.values.mean() == pytest.approx(truth.mean(), rel=1e-12)
    assert np.ptp(blurred.picture.values) < np.ptp(truth)


def test_interface_is_seen_through_a_clear_electrolyte(tmp_path):
    contact = np.ones((2, 16))
    contact[1, 4:8] = 0.0
    fields = saved(tmp_path, solid((4, 16)), {0.0: {"contact_fraction": contact}})
    perfect = OpticalMicroscope(
        pixel=EDGE, aperture=1e6, full_well=float("inf"), frame_time=0.0, view="counter-interface"
    )
    seen = observe(solution(), perfect, fields=fields)
    assert seen.picture.dims == ("time", "y")
    assert seen.picture.values[0] == pytest.approx(np.where(contact[1] > 0, 0.8, 0.1), abs=1e-5)


# --- pressure and impedance -------------------------------------------------------------------------------------------


def test_pressure_reading_has_noise_resolution_and_full_scale():
    made = solution(np.linspace(0.0, 1e5, 50), stack_pressure=np.linspace(1e6, 3e6, 50))
    exact = observe(made, PressureCell(noise=0.0, resolution=0.0))
    time, truth = (exact[name].values for name in ("Test Time / s", "Applied Pressure / Pa"))
    assert truth == pytest.approx(1e6 + 20.0 * time)
    noisy = observe(made, PressureCell(noise=5e3, resolution=0.0, seed=3))
    error = (noisy["Applied Pressure / Pa"].values - truth) / 5e3
    assert stats.kstest(error, "norm").pvalue > 0.01
    coarse = observe(made, PressureCell(noise=0.0, resolution=1e5, full_scale=2e6))
    assert set(np.round(coarse["Applied Pressure / Pa"].values / 1e5, 9)) == set(range(10, 21))
    assert "above the full scale of 2 MPa" in coarse.warnings[0]


def spectra():
    frequency = np.logspace(6, -1, 400)
    arc = 1e-3 + 2e-3 / (1.0 + 2j * np.pi * frequency * 1e-3)
    arrays = {
        "spectrum_time": (("spectrum",), np.array([10.0])),
        "impedance_real": (("spectrum", "frequency"), arc.real[None]),
        "impedance_imaginary": (("spectrum", "frequency"), arc.imag[None]),
        "voltage": (("time",), np.array([0.0, 0.3, 0.9, 0.9])),
        "current_density": (("time",), np.array([0.0, 0.0, 5.0, 5.0])),
    }
    data = dataset(arrays, {"time": [0.0, 10.0, 10.0, 20.0], "frequency": frequency})
    return Solution(data=data, inputs={"cell": {"area": 2e-4}}, model="lumped"), frequency, arc


def test_spectrum_is_that_of_the_model_in_ohm_with_leads():
    made, frequency, arc = spectra()
    perfect = ImpedanceAnalyser(accuracy=0.0, voltage_noise=0.0, inductance=1e-6)
    seen = observe(made, perfect)
    assert seen.spectra[0].time == 10.0
    assert seen.spectra[0].impedance == pytest.approx(arc / 2e-4 + 2j * np.pi * frequency * 1e-6)
    assert (seen["Voltage / V"].values.tolist(), seen["Current / A"].values.tolist()) == ([0.3], [0.0])


def test_noise_of_a_spectrum_falls_with_the_amplitude():
    made, _, arc = spectra()
    for amplitude in (1e-3, 1e-2):
        analyser = ImpedanceAnalyser(amplitude=amplitude, accuracy=1e-3, voltage_noise=1e-5, seed=6)
        error = observe(made, analyser).spectra[0].impedance / (arc / 2e-4) - 1.0
        parts = np.concatenate([error.real, error.imag]) / np.hypot(1e-3, 1e-5 / amplitude)
        assert stats.kstest(parts, "norm").pvalue > 0.01
    assert "above R T / F" in observe(made, ImpedanceAnalyser(amplitude=0.1)).warnings[0]


def test_frequencies_outside_of_the_instrument_are_left_out_and_said():
    made, _, _ = spectra()
    seen = observe(made, ImpedanceAnalyser(frequency_low=1.0, frequency_high=1e4))
    assert seen.spectra[0].frequency.max() <= 1e4
    assert seen.spectra[0].frequency.min() >= 1.0
    assert "of 400 frequencies" in seen.warnings[0]
    with pytest.raises(InvalidInput, match=r"frequency_low.*some of 0.1 to 1e\+06 Hz"):
        observe(made, ImpedanceAnalyser(frequency_low=1e-3, frequency_high=1e-2))


# --- every instrument -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(INSTRUMENTS))
def test_every_instrument_declares_itself(name):
    declared = INSTRUMENTS[name]().declaration
    assert declared.key == name
    assert declared.environment
    assert set(declared.contrast) == set(FEATURES)
    assert declared.blind_to, "nothing sees everything"
    assert all(contrast.reason for contrast in declared.contrast.values())
    assert not [fact for fact in declared.facts if fact.mark.startswith("S") and not fact.source]


@pytest.mark.parametrize("name", ["xct", "ndp", "nmr", "optical"])
def test_a_lumped_run_has_no_image_and_the_message_says_what_has(name):
    with pytest.raises(NotResolved, match=r'no fields.*resolved model saves them \(model.name = "resolved"'):
        observe(solution(model="lumped"), name)


def test_a_solution_without_spectra_or_pressure_says_what_gives_them():
    with pytest.raises(NotResolved, match=r"lumped model takes them at the end of rests"):
        observe(solution(), "impedance")
    with pytest.raises(NotResolved, match=r"stack_pressure.*constant-gap"):
        observe(solution(), "pressure")


@pytest.mark.parametrize("name", ["xct", "ndp", "nmr", "optical"])
def test_frames_survive_the_disk(tmp_path, name):
    fields = saved(tmp_path / "run", solid((8, 32)), {0.0: {}, 9e3: {}})
    seen = observe(solution(lithium=5e-6), name, fields=tmp_path / "run")
    assert isinstance(seen, Frames)
    assert load_frames(seen.save(tmp_path / "seen.nc")) == seen
    assert seen.inputs["declaration"]["key"] == name
    assert fields.sizes["time"] == seen.picture.sizes["time"] == 2


def test_readings_survive_the_disk(tmp_path):
    seen = observe(spectra()[0], "impedance")
    assert load_measurement(seen.save(tmp_path / "seen.nc")) == seen


def test_images_go_to_a_tiff_stack_with_their_scale(tmp_path):
    tifffile = pytest.importorskip("tifffile")
    saved(tmp_path / "run", solid((8, 32)), {0.0: {}, 1.0: {}})
    seen = observe(solution(), XRayTomograph(frame_time=0.0), fields=tmp_path / "run")
    path = write_tiff(seen, tmp_path / "seen.tif")
    with tifffile.TiffFile(path) as file:
        assert np.array_equal(file.asarray(), seen.picture.values.astype(np.float32).transpose(0, 2, 1))
        assert file.imagej_metadata["unit"] == "um"
        numerator, denominator = file.pages[0].tags["XResolution"].value
    assert numerator / denominator == pytest.approx(1 / 0.5)


def test_unknown_substances_are_refused_with_a_way_out(tmp_path):
    saved(tmp_path / "run", solid((8, 32)), {0.0: {}})
    with pytest.raises(InvalidInput, match=r"electrolyte \(unobtainium\).*setting attenuation"):
        observe(solution(material="unobtainium"), "xct", fields=tmp_path / "run")
    given = XRayTomograph(attenuation={"electrolyte": 500.0})
    assert observe(solution(material="unobtainium"), given, fields=tmp_path / "run").picture.max() > 400


@pytest.mark.parametrize(
    ("kind", "settings", "complaint"),
    [
        (XRayTomograph, {"voxel": 0.0}, "voxel: got 0.0; allowed: a number above 0"),
        (XRayTomograph, {"noise": float("nan")}, "noise: got nan"),
        (XRayTomograph, {"attenuation": {"pore": -1.0}}, "attenuation.*0 or more"),
        (NeutronDepthProfiler, {"side": "left"}, "side: got 'left'; allowed: working, counter"),
        (OpticalMicroscope, {"view": "sections"}, "Did you mean 'section'"),
        (ImpedanceAnalyser, {"frequency_low": 1e7}, "below frequency_high"),
        (PressureCell, {"full_scale": -1.0}, "full_scale"),
        (ChemicalShiftImager, {"bulk_shift": float("inf")}, "finite numbers, ppm"),
        (ChemicalShiftImager, {"resolution": 1.0}, "up to the field of view"),
        (NeutronDepthProfiler, {"resolution": 1.0}, "resolution.*a triton's range"),
        (NeutronDepthProfiler, {"range": 1.0}, r"range: got '1e\+06 um'; allowed: up to 1000 um"),
        (NeutronDepthProfiler, {"lithium_6": 1.1}, "lithium_6: got 1.1; allowed: a share"),
        (XRayTomograph, {"resolution": float("inf")}, "resolution: got inf"),
        (XRayTomograph, {"seed": -1}, "seed: got -1; allowed: a whole number"),
        (OpticalMicroscope, {"seed": 1.5}, "seed: got 1.5"),
    ],
)
def test_impossible_settings_are_refused(kind, settings, complaint):
    with pytest.raises(InvalidInput, match=complaint):
        kind(**settings)


def test_more_counts_than_a_detector_can_have_are_refused(tmp_path):
    fields = saved(tmp_path, solid((8, 8)), {0.0: {}})
    with pytest.raises(InvalidInput, match=r"full_well.*up to 1e\+15 counts"):
        observe(solution(), OpticalMicroscope(full_well=1e30), fields=fields)
    with pytest.raises(InvalidInput, match=r"flux.*up to 1e\+15 counts"):
        observe(solution(), thin(flux=1e40), fields=fields)
