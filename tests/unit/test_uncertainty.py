"""Spreads of the inputs carried to the limits: exact where a limit is a power of what is drawn."""

import math

import numpy as np
import pytest

from cells import llzo_case
from lisse.errors import InvalidInput
from lisse.models import Analytic, solve
from lisse.models.inputs import read_inputs
from lisse.models.uncertainty import sample_limits

OHMIC = {
    "cell__electrolyte__flaws": {"mean_length": "20 um", "spread": 0.0, "density": "1e8 1/m^2"},
    "cell__interface__resistance": "100 ohm cm^2",
    "cell__interface__exchange_current_density": "1e6 A/m^2",
    "cell__electrolyte__material": {
        "material": "LLZO",
        "override": {
            "ionic_conductivity": "1 S/cm",
            "fracture_toughness": {"value": 1.0, "unit": "MPa m^0.5", "low": 0.5, "high": 3.0},
        },
    },
}


def test_a_limit_proportional_to_an_input_has_the_quantiles_of_that_input() -> None:
    """Behind a large film resistance the crack limit is K_IC/(R ...): 5, 50 and 95 % are those of the toughness."""
    case = llzo_case(**OHMIC)
    found = sample_limits(case.cell, case.protocol, samples=20_000).criteria["crack overpotential of the longest flaw"]
    error = 3 * math.sqrt(0.05 * 0.95 / 20_000) * math.log(3) / 0.1  # three standard errors, on a logarithmic axis
    assert math.log(found.high / found.median) == pytest.approx(math.log(3.0), abs=error)
    assert math.log(found.median / found.low) == pytest.approx(math.log(2.0), abs=error)


def test_shares_add_up_and_agree_with_the_quantiles() -> None:
    case = llzo_case(protocol__half_cycle="2 mAh/cm^2", cell__stack__pressure="20 MPa")
    found = sample_limits(case.cell, case.protocol, samples=4000)
    assert sum(each.lowest for each in found.mechanisms.values()) == pytest.approx(1.0)
    assert sum(each.lowest for each in found.criteria.values()) == pytest.approx(1.0)
    total = found.critical_current_density
    assert total.low <= total.median <= total.high
    assert total.median <= min(each.median for each in found.mechanisms.values() if each.unit == "A/m2")
    assert found.mechanisms["lithium-exhausted"].unit == "1"
    for mode, each in found.mechanisms.items():
        below = np.nanmean(found.draws[mode] <= each.median * (1 + 1e-12))
        assert below == pytest.approx(0.5, abs=0.01) or below > 0.5  # more where half of the draws are alike
    for each in (*found.criteria.values(), *found.mechanisms.values()):
        assert each.low <= each.median <= each.high
        assert 0 <= each.passed <= each.applies <= 1


def test_without_a_spread_nothing_scatters() -> None:
    case = llzo_case(cell__electrolyte__flaws={"mean_length": "20 um", "spread": 0.0, "density": "1e8 1/m^2"})
    found = sample_limits(case.cell, case.protocol, samples=50)
    drops = found.criteria["drops of the cell as formed"]
    assert drops.low == drops.high
    inputs = read_inputs(case.cell, case.protocol)
    assert set(found.varied) == {*inputs.spreads, "flaw_length"}
    assert "ionic_conductivity" not in found.varied


def test_a_number_given_by_the_user_is_not_drawn() -> None:
    own = {"material": "LLZO", "override": {"fracture_toughness": "1.1 MPa m^0.5"}}
    given = read_inputs(*parts(llzo_case(cell__electrolyte__material=own)))
    assert "fracture_toughness" in read_inputs(*parts(llzo_case())).spreads
    assert "fracture_toughness" not in given.spreads
    library = read_inputs(*parts(llzo_case())).spreads
    own_void = read_inputs(*parts(llzo_case(cell__interface__void_closure_coefficient="0.1 mA/cm^2/MPa"))).spreads
    assert "void_closure_coefficient" not in own_void
    assert set(own_void) <= set(library)


def parts(case):
    return case.cell, case.protocol


def test_draws_stay_inside_what_the_property_allows() -> None:
    """A spread that would cross zero is cut there, and no sample of any criterion breaks."""
    ratio = {"value": 0.05, "unit": "1", "low": 0.0, "high": 2.0}
    own = {"material": "LLZO", "override": {"molar_volume_ratio": ratio}}
    case = llzo_case(cell__electrolyte__material=own)
    found = sample_limits(case.cell, case.protocol, samples=3000)
    stability = found.criteria["interface stability, published convention"]
    assert (stability.low, stability.high) == (0.0, math.inf)  # v above 1 for a part of the draws
    assert stability.lowest == 0.0


def test_the_longest_flaw_is_drawn_from_its_own_distribution() -> None:
    flaws = llzo_case().cell.electrolyte.flaws
    assert flaws is not None
    quantiles = np.array([0.05, 0.5, 0.95])
    lengths = flaws.longest_at(1e-4, quantiles)
    assert lengths[1] == flaws.longest(1e-4)
    assert (np.diff(lengths) > 0).all()
    drawn = [flaws.classes(1e-4, 1, seed=seed)[0][0] for seed in range(400)]
    assert np.mean(np.array(drawn) < lengths[0]) == pytest.approx(0.05, abs=0.035)  # three standard errors
    assert np.mean(np.array(drawn) < lengths[2]) == pytest.approx(0.95, abs=0.035)


def test_same_seed_same_draws_and_the_solution_carries_them() -> None:
    case = llzo_case()
    one, two, other = (solve(Analytic(samples=300), case.cell, case.protocol, seed=s).uncertainty for s in (None, 0, 7))
    assert one == two
    assert other["seed"] == 7
    assert other["critical_current_density"] != one["critical_current_density"]
    assert solve(Analytic(samples=0), case.cell, case.protocol).uncertainty == {}


@pytest.mark.parametrize("samples", [-1, 2.5, True, 100_001])
def test_impossible_numbers_of_samples_are_refused(samples: object) -> None:
    case = llzo_case()
    with pytest.raises(InvalidInput, match=r"samples: got .*; allowed: a whole number from 0 to 100000"):
        Analytic(samples=samples)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match=r"samples: got .*; allowed: a whole number from 1 to 100000"):
        sample_limits(case.cell, case.protocol, samples=samples)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", [-1, "a", 1.5, True])
def test_impossible_seeds_are_refused(seed: object) -> None:
    case = llzo_case()
    with pytest.raises(InvalidInput, match="seed: got .*; allowed: a whole number, zero or more"):
        sample_limits(case.cell, case.protocol, samples=2, seed=seed)  # type: ignore[arg-type]


def test_a_derived_shear_modulus_follows_its_parents() -> None:
    """G = E/(2 (1 + nu)) in every draw, not a draw of its own."""
    elastic = {
        "youngs_modulus": {"value": "100 GPa", "low": "50 GPa", "high": "200 GPa"},
        "poisson_ratio": 0.25,
        "molar_volume_ratio": 0.5,
    }
    own = {"name": "own", "ionic_conductivity": "0.4 mS/cm", "fracture_toughness": "1 MPa m^0.5", **elastic}
    interface = {"resistance": "1 ohm cm^2", "exchange_current_density": "1 A/cm^2"}
    case = llzo_case(cell__electrolyte__material=own, cell__interface=interface)
    inputs = read_inputs(case.cell, case.protocol)
    assert inputs.derived_shear_modulus
    assert float(inputs["shear_modulus"]) == pytest.approx(40e9)
    assert "shear_modulus" not in inputs.spreads
    assert set(sample_limits(case.cell, case.protocol, 10).varied) >= {"youngs_modulus"}


def test_distributions_travel_to_other_processes() -> None:
    import pickle

    case = llzo_case()
    found = sample_limits(case.cell, case.protocol, 20)
    assert pickle.loads(pickle.dumps(found)) == found


def test_unsure_numbers_without_a_spread_are_named() -> None:
    case = llzo_case()
    texts = solve(Analytic(samples=5), case.cell, case.protocol).warnings
    assert any(text.startswith("draws: held at their value") and "LI-V3" in text for text in texts)
    assert not any(text.startswith("draws:") for text in solve(Analytic(samples=0), case.cell, case.protocol).warnings)
