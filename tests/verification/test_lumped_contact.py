"""Contact of a whole lumped cell: each mechanism against a plain integration, a quadrature or a closed form."""

import math
from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp

from lisse.cell import Cell
from lisse.models import Lumped, solve
from lisse.models.base import cell_numbers
from lisse.models.contact import ContactLaw, contact_law
from lisse.models.lumped.equations import build_equations
from lisse.protocol import Protocol, Step
from lisse.units import FARADAY
from lumped_cases import ALLOY, FULL, STIFF, bare, cell_of, run

V = 13.0e-6 / FARADAY  # m3/C of lithium
HARD = {"small_scale_strength_factor": 100.0}  # creep plays no part
CLOSURE = 6.6e-7  # A/m2/Pa, of the library
FORMS = ["far-field", "contact-limited", "contact-pressure"]


def law_of(cell: Cell) -> ContactLaw:
    return contact_law(cell.interface, cell_numbers(cell))


def strip(cell: Cell, current: float, hours: float, tolerance: float = 1e-6) -> Any:
    """Strip the counter electrode of a cell."""
    step = Step(current_density=current, duration=hours * 3600.0)
    return solve(Lumped(relative_tolerance=tolerance), cell, Protocol("strip", (step,), voltage_limit=1e9))


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_closure_follows_a_plain_integration(form: str) -> None:
    """From a weak forming through stripping, rest and plating; LSODA on the same balance.

    Where an interface closes, a time is put in between two recorded ones, straight for the other interface: that may
    be off by 3e-3 of the height at lost contact, by design. The ends of the steps are as good as the tolerance.
    """
    changes = bare(closure=form, refill=0.6, vacancy_current="0.1 mA/cm^2") | {
        "cell__temperature": "80 degC",
        "cell__stack": {"pressure": "8 MPa", "forming_pressure": "30 MPa"},
        "cell__anode__thickness": "500 um",
    }
    cell = cell_of(**changes)
    law, courses = law_of(cell), [(80.0, 600.0), (0.0, 300.0), (-4.0, 400.0), (90.0, 500.0)]
    solution = run(*(Step(current_density=j, duration=t) for j, t in courses), tolerance=1e-8, **changes)
    assert solution.verdict.mode == "none"
    time, voids = solution["time"].values, solution["void_height"].values[:, 1]
    height, begin = law.height(0.6), 0.0
    for current, duration in courses:
        part = np.unique(time[(time >= begin) & (time <= begin + duration)])
        mine = np.interp(part, time, voids)
        plain = solve_ivp(
            lambda t, w, j=current: [law.rate(w[0], j, 8e6)],
            (begin, begin + duration),
            [height],
            t_eval=part,
            method="LSODA",
            rtol=1e-11,
            atol=1e-18,
        )
        assert mine == pytest.approx(plain.y[0], abs=3e-3 * law.height(0.05))
        assert mine[-1] == pytest.approx(plain.y[0, -1], abs=1e-7 * law.height(0.05))
        height, begin = float(plain.y[0, -1]), begin + duration


@pytest.mark.parametrize(("form", "share", "mode"), [
    ("contact-limited", 0.55, "none"),
    ("contact-limited", 0.65, "contact-loss"),
    ("far-field", 0.65, "none"),
    ("far-field", 0.98, "none"),
])  # fmt: skip
def test_below_the_fold_the_contact_as_formed_decides(form: str, share: float, mode: str) -> None:
    """A contact of 0.6 heals below the current 0.6 k p and is lost above it, although k p closes a whole contact."""
    cell = cell_of(**bare(closure=form, **HARD), cell__stack={"pressure": "3 MPa", "forming_pressure": "30 MPa"})
    cell = cell.replace(counter__thickness=1.0)
    found = strip(cell, share * CLOSURE * 3e6, hours=600.0)
    assert found.verdict.mode == mode
    contact = found["contact_fraction"].values[:, 1]
    assert contact[0] == pytest.approx(0.6, rel=1e-9)
    assert contact[-1] == pytest.approx(1.0 if mode == "none" else 0.05, rel=1e-6)


@pytest.mark.parametrize(("form", "pressure"), [
    ("far-field", 3e6), ("far-field", 12e6), ("contact-limited", 7e6), ("contact-pressure", 2e6),
])  # fmt: skip
def test_the_critical_stripping_current_divides_settling_from_running_away(form: str, pressure: float) -> None:
    """The whole model, 1 % below and above what the law says without any run in time."""
    cell = cell_of(**bare(closure=form, vacancy_current="0.05 mA/cm^2"))
    cell = cell.replace(counter__thickness=1e9, stack__pressure=pressure)  # it never ends
    critical = law_of(cell).critical_stripping_current(pressure, 0.05)
    settled, lost = (strip(cell, factor * critical, hours=5000.0) for factor in (0.99, 1.01))
    assert settled.verdict.mode == "none"
    heights = settled["void_height"].values[:, 1]
    assert abs(heights[-1] - heights[-2]) <= 1e-4 * heights.max()
    assert (lost.verdict.mode, lost.verdict.where) == ("contact-loss", "counter")


def test_pores_are_as_many_as_the_current_that_nucleated_them_asks_for() -> None:
    """Contact is lost at w ~ N^(-1/2), and N ~ j: at the same net stripping 2^-0.5 earlier at twice the current."""
    nucleating = bare(void_density_exponent=1.0, void_density_current="1 mA/cm^2", **HARD)
    cell = cell_of(**nucleating).replace(counter__thickness=1e-3)
    law = law_of(cell)
    for current in (10.0, 20.0, 40.0):
        expected = law.height(0.05) * (current / 10.0) ** -0.5 / (V * (current - CLOSURE * 3e6))
        assert strip(cell, current, hours=20.0).verdict.time == pytest.approx(expected, rel=1e-6)


def test_nucleated_pores_are_those_of_an_interface_with_that_many() -> None:
    """Void geometry and the spots between them, against a cell whose density of pores is four times as large."""
    one, four = (build_equations(cell_of(**bare(void_density=f"{n}e10 1/m^2")), 1, None) for n in (1, 4))
    nucleated = one.nucleated(np.array([4.0, 4.0]))
    fractions = np.array([0.1, 0.5, 0.9])
    for mine, theirs in zip(nucleated.sides, four.sides, strict=True):
        assert mine is not None
        assert theirs is not None
        assert mine.contact.height(fractions) == pytest.approx(theirs.contact.height(fractions), rel=1e-12)
        assert mine.constriction(fractions) == pytest.approx(theirs.constriction(fractions), rel=1e-9)


def test_the_number_of_pores_stays_until_they_have_closed() -> None:
    nucleating = bare(void_density_exponent=1.0, void_density_current="1 mA/cm^2", **HARD)
    steps = [(10.0, 900.0), (40.0, 300.0), (-1.0, 9000.0), (40.0, 100.0)]
    found = run(*(Step(current_density=j, duration=t) for j, t in steps), **nucleating)
    law = law_of(cell_of(**nucleating))
    time, heights = found["time"].values, found["void_height"].values[:, 1]
    missing = 1.0 - found["contact_fraction"].values[:, 1]
    ends = np.cumsum([t for _, t in steps])
    for middle, number in ((ends[0] - 1.0, 1.0), (ends[1] - 1.0, 1.0), (ends[3] - 1.0, 4.0)):
        k = int(np.searchsorted(time, middle))
        coefficient = law.contact_coefficient * number ** (1.0 / 3.0)
        assert missing[k] == pytest.approx(coefficient * heights[k] ** (2.0 / 3.0), rel=1e-9)
    assert heights[np.searchsorted(time, ends[2] - 1.0)] == 0.0


def test_contact_is_lost_later_by_what_vacancies_take_away() -> None:
    cell = cell_of(**bare(vacancy_current="0.3 mA/cm^2", injection=0.8, **HARD)).replace(counter__thickness=1e-3)
    expected = law_of(cell).height(0.05) / (V * (0.8 * 15.0 - 3.0 - CLOSURE * 3e6))
    assert strip(cell, 15.0, hours=30.0).verdict.time == pytest.approx(expected, rel=1e-6)


CREEP_ONLY = bare(void_closure_coefficient="0 mA/cm^2/MPa") | {
    "cell__stack": {"pressure": "4 MPa", "forming_pressure": "15 MPa"}
}


def closed_in(law: ContactLaw, start: float, end: float, pressure: float) -> float:
    """s. Time in which pressure closes voids from one height (m) to another, by quadrature."""
    span = quad(
        lambda u: math.exp(u) / law.closure(math.exp(u), pressure), math.log(end), math.log(start), epsrel=1e-10
    )
    return float(span[0])


def test_voids_heal_at_rest_by_creep_as_the_quadrature_says() -> None:
    cell = cell_of(**CREEP_ONLY)
    law = law_of(cell)
    start, end = law.height(0.3), law.height(0.8)
    found = run(Step(current_density=0.0, duration=closed_in(law, start, end, 4e6)), tolerance=1e-8, **CREEP_ONLY)
    assert found["contact_fraction"].values[[0, -1], 0] == pytest.approx([0.3, 0.8], rel=1e-6)
    assert found["contact_fraction"].values[:, 1] == pytest.approx(found["contact_fraction"].values[:, 0], rel=1e-9)


def test_forming_for_a_time_makes_contact_by_creep_at_its_own_pressure_and_temperature() -> None:
    cell = cell_of(**CREEP_ONLY)
    hot = contact_law(cell.interface, cell_numbers(cell, 353.15))
    time = closed_in(hot, hot.height(0.3), hot.height(0.75), 15e6)
    formed = cell.replace(stack__forming_time=time, stack__forming_temperature=353.15)
    protocol = Protocol("rest", (Step(current_density=0.0, duration=1.0),))
    found = solve(Lumped(relative_tolerance=1e-8), formed, protocol)
    assert found["contact_fraction"].values[0] == pytest.approx([0.75, 0.75], rel=1e-6)
    assert found["stack_pressure"].values[0] == 4e6
    assert found["time"].values[0] == 0.0


def test_a_solid_solution_keeps_contact_and_pays_with_lithium_at_its_face() -> None:
    """Nothing gathers in voids; the fraction at the face falls with the root of time, as in a thick slab."""
    changes = bare(injection=0.0) | ALLOY | {"cell__anode__thickness": "200 um"}
    cell = cell_of(**changes)
    metal, current = cell.working.material, 3.0
    diffusivity, volume = metal.value("solid_diffusivity", 298.15), metal.value("molar_volume", 298.15)
    found = run(Step(current_density=current, duration=3600.0), tolerance=1e-8, **changes)
    time, fraction = found["time"].values, found["lithium_fraction"].values
    assert (found["contact_fraction"].values == 1.0).all()
    fallen = 2.0 * current * volume / FARADAY * np.sqrt(time / (math.pi * diffusivity))
    assert 0.01 < fallen[-1] < 0.9
    assert math.sqrt(diffusivity * 3600.0) < 0.2 * 200e-6  # as thick as it need be
    late = time > 60.0
    assert 0.9 - fraction[late, 1] == pytest.approx(fallen[late], rel=2e-3)
    dissolved = late & (fallen < 0.1)  # beyond it lies as pure metal on the alloy
    assert fraction[dissolved, 0] - 0.9 == pytest.approx(fallen[dissolved], rel=2e-3)
    thermal = 8.31446261815324 * 298.15 / FARADAY
    expected = thermal * np.log(np.minimum(fraction[:, 0], 1.0) / fraction[:, 1])
    assert found["concentration_drop"].values == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_a_bond_in_a_stiff_fixture_peels_at_its_strength() -> None:
    """Discharge of a full cell thins the stack; the pull meets the adhesion strength after a set charge."""
    stack = {**STIFF["cell__stack"], "pressure": "0.05 MPa", "stiffness": "0.02 MPa/um"}
    changes = FULL | bare(injection=0.0, void_closure_coefficient="0 mA/cm^2/MPa", adhesion_strength="40 kPa")
    changes |= {"cell__stack": stack, "cell__counter__initial_lithium_fraction": 0.5}
    changes["cell__counter"] = {**FULL["cell__counter"], "initial_lithium_fraction": 0.5}
    del changes["cell__counter__initial_lithium_fraction"]
    found = run(Step(current_density=-5.0, duration=3.6e4), tolerance=1e-8, **changes)
    assert found.verdict.mode == "contact-loss"
    assert found["stack_pressure"].values[-1] == pytest.approx(-40e3, rel=1e-6)
    per_charge = (13.0e-6 - 1.75e-6) / FARADAY
    thinned = per_charge * abs(found["charge"].values[-1])
    assert thinned == pytest.approx(90e3 / 0.02e12, rel=5e-3)  # the fixture is far softer than the layers
