"""Temperature laws: exact small cases, plain-data round trip, messages."""

import math

import pytest

from lisse.errors import InvalidInput
from lisse.materials.laws import (
    Arrhenius,
    Constant,
    FractionSeries,
    Law,
    NortonCreep,
    Sum,
    Table,
    VogelFulcherTammann,
    law_from_parameters,
)
from lisse.units import FARADAY, GAS_CONSTANT

EXAMPLES: tuple[Law, ...] = (
    Constant(3.0),
    Arrhenius(0.05, 0.34 * FARADAY, 298.15, "sigma T"),
    VogelFulcherTammann(100.0, 1100.0, 195.0),
    Table((300.0, 350.0, 400.0), (1.0, 2.0, 8.0), "arrhenius"),
    Sum((Arrhenius(1.0, 1e4), Constant(2.0))),
    NortonCreep(1.0, 2.2e5, 6.55, 37e3),
    FractionSeries(4.0, -0.5, ((0.1, 10.0, 0.5),), ((0.5, -150.0, 0.0),), (0.1, 0.9)),
)


@pytest.mark.parametrize("law", EXAMPLES, ids=lambda law: law.kind)
def test_plain_data_makes_the_same_law(law):
    assert law_from_parameters(law.parameters()) == law
    assert law_from_parameters(law.parameters()).at(330.0) == law.at(330.0)


@pytest.mark.parametrize("law", EXAMPLES, ids=lambda law: law.kind)
@pytest.mark.parametrize("temperature", [0.0, -10.0, math.nan, math.inf])
def test_a_temperature_that_cannot_be_is_refused(law, temperature):
    with pytest.raises(InvalidInput, match="temperature"):
        law.at(temperature)


def test_arrhenius_passes_through_its_point_in_every_form():
    for form in ("sigma", "sigma T", "resistance"):
        assert Arrhenius(2.0, 3e4, 330.0, form).at(330.0) == pytest.approx(2.0)


def test_arrhenius_forms_have_the_slope_they_claim():
    energy, hot, cold = 4e4, 350.0, 300.0
    exact = math.exp(-energy / GAS_CONSTANT * (1 / hot - 1 / cold))
    ratio = {f: Arrhenius(2.0, energy, 330.0, f).at(hot) / Arrhenius(2.0, energy, 330.0, f).at(cold) for f in _FORMS}
    assert ratio["sigma"] == pytest.approx(exact)
    assert ratio["sigma T"] == pytest.approx(exact * cold / hot)
    assert ratio["resistance"] == pytest.approx(1 / exact)


_FORMS = ("sigma", "sigma T", "resistance")


def test_an_unknown_form_is_named():
    with pytest.raises(InvalidInput, match="form: got 'sigmaT'.*Did you mean 'sigma"):
        Arrhenius(1.0, 1e4, 300.0, "sigmaT")


def test_vtf_ends_at_its_ideal_temperature():
    with pytest.raises(InvalidInput, match="above T0 = 195 K"):
        VogelFulcherTammann(1.0, 1000.0, 195.0).at(190.0)


def test_table_hits_its_points_and_interpolates_between():
    linear = Table((300.0, 400.0), (1.0, 3.0))
    assert [linear.at(t) for t in (300.0, 350.0, 400.0)] == [1.0, 2.0, 3.0]
    law = Arrhenius(1.0, 5e4, 300.0)
    points = (300.0, 330.0, 400.0)
    table = Table(points, tuple(law.at(t) for t in points), "arrhenius")
    assert table.at(365.0) == pytest.approx(law.at(365.0), rel=1e-12)


def test_table_is_never_extrapolated():
    with pytest.raises(InvalidInput, match="300 to 400 K, the range of the table"):
        Table((300.0, 400.0), (1.0, 3.0)).at(298.15)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (((300.0,), (1.0,)), "two points or more"),
        (((300.0, 300.0), (1.0, 2.0)), "rising temperatures"),
        (((300.0, 400.0), (1.0, 0.0), "arrhenius"), "above zero"),
        (((300.0, 400.0), (1.0, 2.0), "cubic"), "linear, arrhenius"),
    ],
)
def test_a_bad_table_is_refused(arguments, message):
    with pytest.raises(InvalidInput, match=message):
        Table(*arguments)


def test_creep_prefactor_rate_and_flow_stress_agree():
    law = NortonCreep(1.0, 2.2e5, 6.55, 37e3)
    stress = law.flow_stress(2e-4, 310.0)
    assert law.rate(stress, 310.0) == pytest.approx(2e-4, rel=1e-10)
    assert law.prefactor(310.0) * stress**law.exponent == pytest.approx(2e-4, rel=1e-10)
    assert law.at(298.15) == law.flow_stress(1e-3, 298.15)
    assert law.rate(0.0, 298.15) == 0.0


def test_both_forms_of_the_creep_law_are_one():
    strength, n = 3e5, 6.55
    a = NortonCreep(1.0, strength, n, 37e3)
    b = NortonCreep((1e6 / strength) ** n, 1e6, n, 37e3)
    assert b.prefactor(330.0) == pytest.approx(a.prefactor(330.0), rel=1e-12)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((1.0, 1e6, 0.5), "exponent"), ((0.0, 1e6, 5.0), "reference_rate"), ((1.0, -1.0, 5.0), "reference_stress")],
)
def test_a_bad_creep_law_is_refused(arguments, message):
    with pytest.raises(InvalidInput, match=message):
        NortonCreep(*arguments)


def test_fraction_series_is_bounded_by_its_range():
    law = FractionSeries(4.0, -0.5, (), ((1.0, 0.0, 0.0),), (0.2, 0.9))
    assert law.evaluate(0.4) == pytest.approx(4.0 - 0.2 + 1.0)
    with pytest.raises(InvalidInput, match=r"0\.2 to 0\.9, the range of the fit"):
        law.evaluate(0.1)
    with pytest.raises(InvalidInput, match="within 0 to 1"):
        FractionSeries(4.0, 0.0, (), (), (0.2, 1.2))


def test_unknown_law_and_wrong_parameters_are_named():
    with pytest.raises(InvalidInput, match="law: got 'arhenius'.*Did you mean 'arrhenius'"):
        law_from_parameters({"kind": "arhenius"})
    with pytest.raises(InvalidInput, match="law constant.*pressure"):
        law_from_parameters({"kind": "constant", "value": 1.0, "pressure": 2.0})
