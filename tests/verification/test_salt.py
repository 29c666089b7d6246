"""Salt of a binary polymer: Sand's series, steady states, order of convergence, conservation, symmetry.

The exact answers come from `lisse.theory` for constant properties and from a quadrature for ones that vary.
"""

import numpy as np
import pytest
from scipy import integrate, optimize
from sksundae.cvode import CVODE

from cells import llzo_case
from lisse import theory
from lisse.errors import InvalidInput, MissingValue
from lisse.models.lumped.salt import SALT_CELLS, SaltLaw, exchange_current_factor, salt_law
from lisse.numerics.convergence import observed_order
from lisse.numerics.line import Line, graded_edges
from lisse.units import FARADAY, GAS_CONSTANT

L, T = 50e-6, 363.15
SALT = {"salt_concentration": 1410.0, "diffusivity": 8.66e-12, "transference_number": 0.17}
REST = {"conductivity": 0.158, "thermodynamic_factor": 2.45}
C0 = SALT["salt_concentration"]
DIFFUSION_TIME = L**2 / SALT["diffusivity"]
LIMITING = theory.limiting_current(**SALT, thickness=L)
SOFTNESS = 0.8
VARYING = {
    "diffusivity": lambda c: 8.66e-12 * np.exp(-SOFTNESS * (c / C0 - 1.0)),
    "transference_number": lambda c: 0.17 + 0.3 * (c / C0 - 1.0),
    "conductivity": lambda c: 0.158 * (c / C0) * np.exp(1.0 - c / C0),
    "thermodynamic_factor": lambda c: 1.0 + 1.45 * c / C0,
}


def law(cells: int = SALT_CELLS, stretch: float = 4.0, **changes) -> SaltLaw:
    line = Line(graded_edges(L, cells, stretch, both_ends=True))
    return SaltLaw(line, T, **{**SALT, **REST, **changes})


def somewhere(salt: SaltLaw) -> np.ndarray:
    """A state that nothing singles out."""
    xi = salt.line.centres / L
    return C0 * (1.0 + 0.3 * np.cos(2.0 * xi) + 0.2 * np.sin(7.0 * xi))


def exact(place: float, time: np.ndarray, current: float) -> np.ndarray:
    """Sand's series; its place counts from the stripped face, which is the counter electrode for j > 0."""
    return np.asarray(theory.polarisation_profile(L - place, time, current, **SALT, thickness=L))


# -- Sand --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("r", [0.3, 1.0, 2.0, -2.0])
def test_sands_series_at_both_faces_to_1e_4_of_the_mean(r):
    salt, current = law(), r * LIMITING
    last = min(theory.sand_time(current, **SALT, thickness=L), 3.0 * DIFFUSION_TIME)
    times = np.geomspace(1e-5 * DIFFUSION_TIME, last, 80)  # from 3 ms
    state = salt.advance(salt.initial(), current, times)
    working, counter = salt.at_electrodes(state, np.full(80, current))
    assert np.abs(working - exact(0.0, times, current)).max() < 1e-4 * C0
    assert np.abs(counter - exact(L, times, current)).max() < 1e-4 * C0
    assert (working[-1] < counter[-1]) == (current > 0.0)  # what is plated runs out of salt


@pytest.mark.parametrize("r", [1.2, 3.0, 10.0, 20.0])
def test_salt_runs_out_at_sands_time(r):
    salt, current = law(), r * LIMITING
    sand = theory.sand_time(current, **SALT, thickness=L)
    before, after = salt.advance(salt.initial(), current, [0.999 * sand, sand])
    assert salt.least(after, current) == pytest.approx(0.0, abs=1e-4)
    assert salt.least(before, current) > salt.least(after, current)


def test_steady_state_and_its_voltage_to_1e_6():
    salt = law()
    for r in (-0.99, 0.01, 0.5, 0.99):
        current = r * LIMITING
        (state,) = salt.advance(salt.initial(), current, [1e3 * DIFFUSION_TIME])
        np.testing.assert_allclose(salt.profile(state, current), exact(salt.places, np.inf, current), atol=1e-6 * C0)
        voltage = theory.polarisation_voltage(current, REST["conductivity"], T, **SALT, thickness=L,
                                              thermodynamic_factor=REST["thermodynamic_factor"])  # fmt: skip
        assert salt.drop(state, current) == pytest.approx(voltage, rel=1e-6)


def test_steady_over_initial_resistance_is_one_plus_the_newman_number():
    salt, current = law(), 1e-4 * LIMITING
    (state,) = salt.advance(salt.initial(), current, [1e3 * DIFFUSION_TIME])
    newman = theory.newman_number(REST["conductivity"], T, **SALT, thermodynamic_factor=REST["thermodynamic_factor"])
    assert salt.drop(state, current) / salt.ohmic(state, current) == pytest.approx(1.0 + newman, rel=1e-5)


def test_face_runs_out_at_the_limiting_current():
    salt = law()
    (state,) = salt.advance(salt.initial(), LIMITING, [1e3 * DIFFUSION_TIME])
    assert salt.at_electrodes(state, LIMITING)[0] == pytest.approx(0.0, abs=1e-9 * C0)


# -- order -------------------------------------------------------------------------------------------------------------


def test_fourth_order_in_space_for_a_decaying_wave():
    sizes, errors = [32, 64, 128], []
    for cells in sizes:
        salt = law(cells)
        waves = np.diff(np.sin(np.pi * salt.edges / L)) / (np.pi * salt.line.widths / L)  # cell means of the cosine
        (state,) = salt.advance(C0 * (1.0 + 0.5 * waves), 0.0, [0.1 * DIFFUSION_TIME])
        decayed = C0 * (1.0 + 0.5 * waves * np.exp(-0.1 * np.pi**2))
        errors.append(np.abs(state - decayed).max())
    assert observed_order([1.0 / n for n in sizes], errors) == pytest.approx(4.0, abs=0.3)


def exact_steady(current: float, softness: float, cation: float):
    """c(x)/c0 where D = D0 exp(-softness (c/c0 - 1)) and t+ is constant: D dc/dx = (1 - t+) j/F, integrated."""
    slope = softness * (1.0 - cation) * current * L / (FARADAY * SALT["diffusivity"] * C0)

    def share(xi, constant):
        return 1.0 - np.log(constant - slope * xi) / softness

    nodes, weights = np.polynomial.legendre.leggauss(60)
    xi, w = 0.5 * (nodes + 1.0), 0.5 * weights
    constant = optimize.brentq(lambda k: w @ share(xi, k) - 1.0, max(slope, 0.0) + 1e-6, 30.0, xtol=1e-15)
    return lambda place: share(place / L, constant)


def test_varying_properties_to_their_exact_steady_state_and_voltage():
    current = 0.8 * LIMITING
    course = exact_steady(current, SOFTNESS, SALT["transference_number"])
    ohmic = integrate.quad(lambda x: current / VARYING["conductivity"](C0 * course(x)), 0.0, L, epsrel=1e-11)[0]
    sizes, profile, voltage = [8, 16, 32], [], []
    for cells in sizes:
        salt = law(cells, 1.5, **{**VARYING, "transference_number": SALT["transference_number"]})
        faces = C0 * course(0.0), C0 * course(L)
        found = optimize.root(lambda c, salt=salt: _held(salt, c, current), salt.initial(), tol=1e-12)
        assert found.success
        means = [integrate.quad(course, *ends, epsabs=0, epsrel=1e-12)[0] for ends in zip(salt.edges, salt.edges[1:])]  # noqa: B905
        profile.append(np.abs(found.x / C0 - np.array(means) / salt.line.widths).max())
        voltage.append(abs(salt.ohmic(found.x, current) - ohmic) / ohmic)
        np.testing.assert_allclose(salt.at_electrodes(found.x, current), faces, rtol=0.02 * (8 / cells) ** 3)
        diffusional = (2.0 * GAS_CONSTANT * T / FARADAY * (1.0 - SALT["transference_number"])
                       * (np.log(faces[1] / faces[0]) + 1.45 * (faces[1] - faces[0]) / C0))  # fmt: skip
        assert salt.diffusion_potential(*faces) == pytest.approx(diffusional, rel=1e-12)
    assert observed_order([1.0 / n for n in sizes], profile) > 3.5
    assert observed_order([1.0 / n for n in sizes], voltage) > 3.5
    assert profile[-1] < 1e-5


def _held(salt: SaltLaw, state: np.ndarray, current: float) -> np.ndarray:
    """Zero at the steady state with the salt that was there: one rate follows from the others."""
    rates = salt.rates(state, current) * DIFFUSION_TIME
    rates[0] = salt.amount(state) / L - C0
    return rates / C0


# -- what holds for every state ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("changes", [{}, VARYING])
def test_salt_is_conserved_to_rounding(changes):
    salt = law(**changes)
    rates = salt.rates(somewhere(salt), 3.0 * LIMITING)
    assert abs(salt.amount(rates)) < 1e-12 * salt.amount(np.abs(rates))
    if salt.linear:
        later = salt.amount(salt.advance(somewhere(salt), LIMITING, np.geomspace(1e-3, 1e5, 20)))
        np.testing.assert_allclose(later, salt.amount(somewhere(salt)), rtol=1e-14)


@pytest.mark.parametrize("changes", [{}, VARYING])
def test_reversed_current_is_the_mirror_image(changes):
    salt, current = law(**changes), 0.7 * LIMITING
    state, mirror = somewhere(salt), somewhere(salt)[::-1]
    rates = salt.rates(state, current)
    np.testing.assert_allclose(salt.rates(mirror, -current)[::-1], rates, atol=1e-9 * np.abs(rates).max())
    np.testing.assert_allclose(salt.at_electrodes(mirror, -current)[::-1], salt.at_electrodes(state, current))
    assert salt.drop(mirror, -current) == pytest.approx(-salt.drop(state, current), rel=1e-10)


def test_a_transference_number_of_one_leaves_salt_where_it_is():
    salt, current = law(transference_number=1.0), 1000.0
    state = salt.advance(salt.initial(), current, [1.0, 1e6])
    np.testing.assert_allclose(state, C0, rtol=1e-9)
    assert salt.drop(salt.initial(), current) == pytest.approx(current * L / REST["conductivity"], rel=1e-12)


def test_a_negative_transference_number_moves_more_salt():
    positive, negative = law(), law(transference_number=-0.4)
    assert negative.source[0] / positive.source[0] == pytest.approx(1.4 / 0.83)


def test_uniform_salt_is_an_ohmic_resistance():
    salt, current = law(), LIMITING
    plain = current * L / REST["conductivity"]
    assert salt.ohmic(salt.initial(), current) == pytest.approx(plain, rel=1e-14)
    errors = [law(cells).drop(law(cells).initial(), current) / plain - 1.0 for cells in (20, 40, 80)]
    assert 0.0 < errors[1] < 0.03  # the first cell is 0.4 % of the thickness
    assert observed_order([1 / 20, 1 / 40, 1 / 80], errors) == pytest.approx(1.0, abs=0.15)


def test_functions_that_are_constant_are_constants():
    def flat(number):
        return lambda c: np.full_like(c, number)

    salt = law()
    same = law(**{name: flat(number) for name, number in {**SALT, **REST}.items() if name != "salt_concentration"})
    state, current = somewhere(salt), 0.4 * LIMITING
    rates = salt.rates(state, current)
    np.testing.assert_allclose(same.rates(state, current), rates, atol=1e-10 * np.abs(rates).max())
    np.testing.assert_allclose(same.at_electrodes(state, current), salt.at_electrodes(state, current))
    np.testing.assert_allclose(same.potential(state, current), salt.potential(state, current), atol=1e-14)
    assert same.drop(state, current) == pytest.approx(salt.drop(state, current))


@pytest.mark.parametrize("changes", [{}, VARYING])
def test_the_potential_rises_from_the_working_electrode_to_the_drop(changes):
    salt, current = law(**changes), 0.5 * LIMITING
    state = C0 * (0.6 + 0.8 * salt.line.centres / L)
    potential = salt.potential(state, current)
    assert potential[0] == 0.0
    assert potential[-1] == pytest.approx(salt.drop(state, current))
    assert (np.diff(potential) > 0.0).all()


@pytest.mark.parametrize("changes", [{}, VARYING])
def test_rates_depend_only_on_the_cells_in_the_pattern(changes):
    salt = law(12, **changes)
    state = somewhere(salt)
    columns = [(salt.rates(state + step, 5.0) - salt.rates(state - step, 5.0)) / 2e-3 for step in 1e-3 * np.eye(12)]
    found, pattern = np.array(columns).T, salt.sparsity()
    scale = np.abs(found).max()
    assert (np.abs(found[~pattern]) < 1e-9 * scale).all()
    assert pattern.sum(axis=1).tolist() == [3, 4, *[5] * 8, 4, 3]
    if salt.linear:
        np.testing.assert_allclose(salt.jacobian, found, atol=1e-8 * scale)


@pytest.mark.parametrize("changes", [{}, VARYING])
def test_many_states_at_once_are_each_for_itself(changes):
    salt = law(**changes)
    states = np.stack([somewhere(salt), salt.initial(), somewhere(salt)[::-1]])
    currents = np.array([3.0, -40.0, 0.0])
    for one in (salt.rates, salt.drop, salt.ohmic, salt.least, salt.profile, salt.potential, salt.activities):
        each = [one(state, current) for state, current in zip(states, currents, strict=True)]
        whole = one(states, currents) + 0.0 * np.asarray(each)  # an ohmic drop of constants knows no state
        np.testing.assert_allclose(whole, each, rtol=1e-10, atol=1e-10)


# -- time --------------------------------------------------------------------------------------------------------------


def test_exact_steps_agree_with_cvode():
    salt, current = law(), 0.9 * LIMITING
    start, times = somewhere(salt), np.array([0.0, 0.1, 3.0, 60.0, 900.0])

    def rates(_, state, out):
        out[:] = salt.rates(state, current)

    solver = CVODE(rates, rtol=1e-10, atol=1e-7, linsolver="band", lband=2, uband=2, max_num_steps=20_000)
    np.testing.assert_allclose(salt.advance(start, current, times), solver.solve(times, start).y, atol=1e-6 * C0)


def test_steps_of_time_compose():
    salt, current = law(), 0.9 * LIMITING
    (half,) = salt.advance(somewhere(salt), current, [20.0])
    (two,) = salt.advance(half, current, [30.0])
    (one,) = salt.advance(somewhere(salt), current, [50.0])
    np.testing.assert_allclose(two, one, rtol=1e-11)


def test_exact_steps_need_constants():
    with pytest.raises(InvalidInput, match=r"salt law.*allowed: constant D and t\+.*Integrate `rates`"):
        law(**VARYING).advance(law().initial(), 1.0, [1.0])
    with pytest.raises(InvalidInput, match="times.*zero or later"):
        law().advance(law().initial(), 1.0, [-1.0])


# -- building ----------------------------------------------------------------------------------------------------------


def polymer(**override):
    material = {"material": "PEO-LiTFSI", "override": override} if override else "PEO-LiTFSI"
    return llzo_case(cell__electrolyte={"material": material, "thickness": "50 um"}, cell__temperature="90 degC").cell


def test_a_single_ion_electrolyte_has_no_salt():
    assert salt_law(llzo_case().cell, 298.15) is None


def test_the_numbers_are_those_of_the_material():
    cell = polymer()
    salt, material = salt_law(cell, 353.15), cell.electrolyte.material
    assert salt is not None
    assert salt.shape == (SALT_CELLS,)
    assert salt.edges[[0, -1]] == pytest.approx([0.0, 50e-6])
    assert salt.conductivity == material.value("ionic_conductivity", 353.15)
    assert salt.diffusivity == material.value("salt_diffusivity", 353.15)
    assert (salt.initial() == material.value("salt_concentration", 353.15)).all()
    softer = salt_law(cell, 353.15, 12, diffusivity=VARYING["diffusivity"])
    assert softer is not None
    assert not softer.linear


def test_what_is_not_known_is_not_invented():
    cell = polymer()
    bare = llzo_case().cell.electrolyte.material
    kept = {name: entry for name, entry in bare.properties.items() if name == "ionic_conductivity"}
    nothing = type(bare)("nothing", kind="polymer", properties=kept)
    with pytest.raises(MissingValue, match="salt_concentration"):
        salt_law(cell.replace(electrolyte__material=nothing), 353.15)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"diffusivity": 0.0}, "diffusivity: got 0.0; allowed: a finite number above zero"),
        ({"diffusivity": lambda c: -c}, "diffusivity: got -1410.0"),
        ({"transference_number": 1.5}, "transference_number: got 1.5; allowed: a finite number up to 1"),
        ({"conductivity": float("nan")}, "conductivity: got nan"),
    ],
)
def test_numbers_out_of_range_are_refused(changes, message):
    with pytest.raises(InvalidInput, match=message):
        law(**changes)


def test_an_odd_number_of_cells_is_refused():
    with pytest.raises(InvalidInput, match="cells: got 13.*even"):
        salt_law(polymer(), 353.15, 13)


def test_exchange_current_follows_the_root_of_the_surface_concentration():
    assert exchange_current_factor(0.25 * C0, C0) == pytest.approx(0.5)
    np.testing.assert_allclose(exchange_current_factor(np.array([C0, 8.0 * C0]), C0, 1.0 / 3.0), [1.0, 2.0])
    assert exchange_current_factor(-1.0, C0) == pytest.approx(1e-3)  # beyond depletion: small, never nothing
