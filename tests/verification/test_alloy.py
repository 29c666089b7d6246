"""Lithium in an alloy anode: square root of time, transition time, steady profile, receding face, conservation."""

import numpy as np
import pytest
from scipy import special
from sksundae.cvode import CVODE

from lisse import theory
from lisse.cell import LithiumElectrode
from lisse.errors import InvalidInput, MissingValue
from lisse.materials import Material, load
from lisse.models.lumped.alloy import ALLOY_CELLS, AlloyLaw, alloy_law
from lisse.numerics.convergence import observed_order
from lisse.numerics.line import Line, graded_edges
from lisse.units import FARADAY, GAS_CONSTANT

H, T, D, V, X0 = 50e-6, 298.15, 2e-15, 12.64e-6, 0.9
DIFFUSION_TIME = H**2 / D


def law(cells: int = ALLOY_CELLS, stretch: float = 7.0, **changes) -> AlloyLaw:
    line = Line(graded_edges(H, cells, stretch, both_ends=False))
    return AlloyLaw(line, T, **{"lithium_fraction": X0, "diffusivity": D, "molar_volume": V, **changes})


def integrated(alloy: AlloyLaw, current: float, times: np.ndarray) -> np.ndarray:
    """States at some times, by CVODE."""

    def rates(_, state, out):
        out[:] = alloy.rates(state, current)

    settings = {"rtol": 1e-9, "atol": 1e-11, "linsolver": "band", "lband": 2, "uband": 2, "max_num_steps": 20_000}
    return np.asarray(CVODE(rates, **settings).solve(np.append(0.0, times), alloy.initial()).y)[-len(times) :]


# -- limits ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("current", [0.5, 3.0, 30.0, -0.5])
def test_surface_falls_with_the_square_root_of_time_to_1e_4(current):
    alloy = law()
    last = min(0.02 * DIFFUSION_TIME, float(theory.sand_time(current, X0 / V, D, 0.0)))
    times = np.geomspace(1.0, last, 50)
    surface = alloy.surface(alloy.advance(alloy.initial(), current, times), np.full(50, current))
    expected = X0 - 2.0 * current * np.sqrt(times / (np.pi * D)) * V / FARADAY
    assert np.abs(surface - expected).max() < 1e-4


def test_lithium_runs_out_at_the_transition_time_of_a_thick_slab():
    alloy, current = law(), 10.0
    time = np.pi * D * (FARADAY * X0 / (2.0 * current * V)) ** 2
    assert time == pytest.approx(theory.sand_time(current, X0 / V, D, 0.0))
    (state,) = alloy.advance(alloy.initial(), current, [time])
    assert alloy.surface(state, current) == pytest.approx(0.0, abs=1e-4)


def test_a_thin_slab_settles_to_a_parabola_that_sinks():
    alloy, current, time = law(), 0.02, DIFFUSION_TIME
    (state,) = alloy.advance(alloy.initial(), current, [time])
    flux = current * V / FARADAY
    xi = alloy.edges / H
    area = 0.5 * xi**2 - xi**3 / 6.0 - xi / 3.0  # integral of xi - xi^2/2 - 1/3
    expected = X0 - flux * time / H + flux * H / D * np.diff(area) / np.diff(xi)
    np.testing.assert_allclose(state, expected, atol=3e-6 * flux * H / D + 1e-6)
    at_face = X0 - flux * time / H - flux * H / (3.0 * D)
    assert alloy.surface(state, current) == pytest.approx(at_face, abs=1e-4 * flux * H / D)


def pile_up(q):
    """The other metal before a face that recedes at constant speed v, over the mean, with q = v sqrt(t/D)/2.

    From the Laplace transform of D w'' + v w' = dw/dt with D w' + v w = 0 at the face: a front that rejects all of it.
    """
    return 1 + 2 * q**2 + (1 + 2 * q**2) * special.erf(q) + 2 * q / np.sqrt(np.pi) * np.exp(-(q**2))


def test_a_receding_face_follows_the_moving_boundary_to_2e_4():
    alloy, current = law(recedes=True), 10.0
    speed = current * V / FARADAY
    times = np.linspace(0.0, 8.0, 41)[1:] * D / speed**2  # to where hardly any lithium is left at the face
    surface = alloy.surface(integrated(alloy, current, times), np.full(40, current))
    expected = 1.0 - (1.0 - X0) * pile_up(0.5 * speed * np.sqrt(times / D))
    assert np.abs(surface - expected).max() < 2e-4
    assert expected[-1] < 0.01


@pytest.mark.parametrize("recedes", [False, True])
def test_beyond_depletion_the_surface_fraction_stays_below_zero(recedes):
    alloy = law(recedes=recedes)
    surface = [float(alloy.surface(alloy.initial(), current)) for current in (0.0, 10.0, 1e4, 1e6, 1e8)]
    assert surface[0] == pytest.approx(X0)
    assert (np.diff(surface) < 0.0).all()
    assert surface[-1] < 0.0
    assert (alloy.fractions(np.array([-1e-6, -0.1, -0.2, -5.0])) < 0.0).all()


@pytest.mark.parametrize("current", [-1.0, -10.0, -30.0, -1e4])
def test_plating_follows_the_moving_boundary_too_up_to_pure_metal(current):
    alloy, times = law(recedes=True), np.linspace(0.0, 7200.0, 13)[1:]
    surface = alloy.surface(integrated(alloy, current, times), np.full(12, current))
    expected = 1.0 - (1.0 - X0) * pile_up(0.5 * current * V / FARADAY * np.sqrt(times / D))
    assert np.abs(surface - expected).max() < 4e-4


def test_where_the_face_recedes_the_fraction_falls_at_first_as_much_slower_as_there_is_other_metal():
    held, current, times = law(), 1.0, np.array([2.0, 20.0])
    receding = law(recedes=True)
    falls = [
        X0 - held.surface(held.advance(held.initial(), current, times), np.full(2, current)),
        X0 - receding.surface(integrated(receding, current, times), np.full(2, current)),
    ]
    np.testing.assert_allclose(falls[1] / falls[0], 1.0 - X0, rtol=0.02)


def test_little_lithium_in_a_host_makes_no_difference_whether_the_face_recedes():
    current, times = 1e-4, np.array([1e3, 1e5])
    held, receding = (law(lithium_fraction=1e-3, recedes=recedes) for recedes in (False, True))
    surfaces = [alloy.surface(integrated(alloy, current, times), np.full(2, current)) for alloy in (held, receding)]
    assert surfaces[0][-1] < 0.9e-3
    np.testing.assert_allclose(surfaces[1], surfaces[0], atol=1e-6)


# -- order, conservation, time -----------------------------------------------------------------------------------------


def test_fourth_order_in_space():
    sizes, errors = [64, 128, 256], []
    for cells in sizes:
        alloy = law(cells, stretch=2.0)
        waves = np.diff(np.sin(np.pi * alloy.edges / H)) / (np.pi * alloy.line.widths / H)
        (state,) = alloy.advance(0.5 + 0.3 * waves, 0.0, [0.1 * DIFFUSION_TIME])
        errors.append(np.abs(state - 0.5 - 0.3 * waves * np.exp(-0.1 * np.pi**2)).max())
    assert observed_order([1.0 / n for n in sizes], errors) == pytest.approx(4.0, abs=0.3)


@pytest.mark.parametrize("recedes", [False, True])
def test_lithium_is_conserved_to_rounding(recedes):
    alloy, current = law(recedes=recedes), 7.0
    state = X0 - 0.5 * np.exp(-alloy.line.centres / 5e-6)
    assert alloy.amount(alloy.rates(state, current)) == pytest.approx(-current / FARADAY, rel=1e-9)
    if not recedes:
        times = np.array([0.0, 10.0, 1e4])
        kept = alloy.amount(alloy.advance(state, current, times)) + current * times / FARADAY
        np.testing.assert_allclose(kept, alloy.amount(state), rtol=1e-14)


def test_exact_steps_agree_with_cvode():
    alloy, current, times = law(), 2.0, np.array([10.0, 1e3, 1e4])
    np.testing.assert_allclose(
        alloy.advance(alloy.initial(), current, times), integrated(alloy, current, times), atol=1e-6
    )


def test_plating_undoes_stripping():
    alloy, current = law(), 2.0
    falls = X0 - alloy.advance(alloy.initial(), current, [500.0])
    rises = alloy.advance(alloy.initial(), -current, [500.0]) - X0
    np.testing.assert_allclose(falls, rises, atol=1e-12)


def test_exact_steps_need_a_face_in_place():
    with pytest.raises(InvalidInput, match="alloy law: got 'a face that recedes'.*Integrate `rates`"):
        law(recedes=True).advance(law().initial(), 1.0, [1.0])


@pytest.mark.parametrize("recedes", [False, True])
def test_rates_depend_only_on_the_cells_in_the_pattern(recedes):
    alloy = law(12, stretch=2.0, recedes=recedes)
    state = X0 - 0.5 * np.exp(-alloy.line.centres / 5e-6)
    columns = [(alloy.rates(state + step, 0.3) - alloy.rates(state - step, 0.3)) / 2e-6 for step in 1e-6 * np.eye(12)]
    found, pattern = np.array(columns).T, alloy.sparsity()
    assert (np.abs(found[~pattern]) < 1e-7 * np.abs(found).max()).all()
    assert pattern.sum(axis=1).tolist() == [3, 4, *[5] * 8, 4, 3]
    if not recedes:
        np.testing.assert_allclose(alloy.jacobian, found, atol=1e-7 * np.abs(found).max())


@pytest.mark.parametrize("recedes", [False, True])
def test_many_states_at_once_are_each_for_itself(recedes):
    alloy, currents = law(recedes=recedes), np.array([1.0, -1.0])
    states = np.stack([alloy.initial(), X0 - 0.5 * np.exp(-alloy.line.centres / 5e-6)])
    for one in (alloy.rates, alloy.surface):
        each = [one(state, current) for state, current in zip(states, currents, strict=True)]
        np.testing.assert_allclose(one(states, currents), each, rtol=1e-10, atol=1e-12)


# -- potential ---------------------------------------------------------------------------------------------------------


def test_depletion_raises_the_potential_of_the_anode():
    alloy = law()
    assert alloy.overpotential(X0) == 0.0
    assert alloy.overpotential(X0 / np.e) == pytest.approx(GAS_CONSTANT * T / FARADAY)
    assert alloy.drop(0.1) == -alloy.overpotential(0.1) < 0.0  # stripping is a current below zero
    assert (np.diff(alloy.overpotential(np.linspace(0.01, 1.0, 50))) < 0.0).all()
    assert np.isfinite(alloy.overpotential(-1.0))  # beyond depletion
    assert alloy.overpotential(1.3) == alloy.overpotential(1.0)  # pure lithium


def test_another_activity_takes_the_place_of_the_ideal_one():
    def regular(x):
        return x * np.exp(-2.0 * (1.0 - x) ** 2)

    expected = -GAS_CONSTANT * T / FARADAY * np.log(regular(0.5) / regular(X0))
    assert law(activity=regular).overpotential(0.5) == pytest.approx(expected)


def test_warnings_say_what_was_neglected():
    assert law().validity_warnings([X0, 0.88]) == ()
    (depleted,) = law().validity_warnings([X0, 0.5])
    assert "lithium went from 90 % to 50 % of the atoms. The model keeps the face where it is" in depleted
    assert "would be 10 times slower at first" in depleted
    assert law(recedes=True).validity_warnings([X0, 0.1]) == ()
    assert "counts as pure lithium metal" in law().validity_warnings([X0, 1.2])[-1]


# -- building ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["lithium", "sodium", "Li-In"])
def test_a_pure_metal_or_a_two_phase_compound_has_no_states(name):
    assert alloy_law(LithiumElectrode(load(name), 50e-6), T) is None


def test_the_numbers_are_those_of_the_material():
    material = load("Li-Mg")
    alloy = alloy_law(LithiumElectrode(material, 30e-6), T)
    assert alloy is not None
    assert alloy.shape == (ALLOY_CELLS,)
    assert alloy.edges[[0, -1]] == pytest.approx([0.0, 30e-6])
    assert alloy.lithium_fraction == pytest.approx(0.9)
    assert alloy.diffusivity == material.value("solid_diffusivity", T)
    assert alloy.amount(alloy.initial()) == pytest.approx(0.9 * 30e-6 / material.value("molar_volume", T))
    assert (alloy.initial() == alloy.lithium_fraction).all()


@pytest.mark.parametrize("formula", ["", "Li0.9(Mg)0.1", "mostly lithium", "Na0.5K0.5"])
def test_a_formula_that_does_not_say_how_much_lithium_is_refused(formula):
    known = load("Li-Mg")
    odd = Material("odd", formula, "metal", properties=known.properties)
    with pytest.raises(InvalidInput, match="formula of odd"):
        alloy_law(LithiumElectrode(odd, 50e-6), T)


def test_what_is_not_known_is_not_invented():
    with pytest.raises(MissingValue, match="solid_diffusivity"):
        alloy_law(LithiumElectrode(Material("Li-Zn", "Li0.8Zn0.2", "metal"), 50e-6), T)
    assert alloy_law(LithiumElectrode(Material("some metal", "", "metal"), 50e-6), T) is None


def test_an_anode_of_nothing_is_refused():
    with pytest.raises(InvalidInput, match="thickness: got 0.0.*Li-Mg"):
        alloy_law(LithiumElectrode(load("Li-Mg"), 0.0), T)


@pytest.mark.parametrize(("name", "value"), [("diffusivity", 0.0), ("lithium_fraction", 1.0), ("molar_volume", -1.0)])
def test_numbers_out_of_range_are_refused(name, value):
    with pytest.raises(InvalidInput, match=f"{name}: got {value}"):
        law(**{name: value})
