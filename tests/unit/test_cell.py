from __future__ import annotations

import dataclasses
import json
import math
import pickle
from typing import Any

import numpy as np
import pytest

from lisse.cell import Cathode, Cell, Electrolyte, FlawPopulation, Interface, Interphase, LithiumElectrode, Stack
from lisse.errors import InvalidInput
from lisse.materials import load

INTERFACE = {
    "resistance": 2e-4,
    "exchange_current_density": 2500.0,
    "anodic_transfer_coefficient": 0.5,
    "void_density": 1e10,
    "contact_angle": math.pi / 2,
    "void_closure_coefficient": 6.6e-7,
    "small_scale_strength_factor": 3.0,
    "contact_hardness": 5e7,
    "injection": 1.0,
    "refill": 1.0,
    "nucleus_radius": 3e-7,
    "contact_limit": 0.05,
}
FLAWS = FlawPopulation(mean_length=5e-6, spread=0.5, density=1e8)


def cell(**changes: Any) -> Cell:
    lithium = LithiumElectrode(load("lithium"), 5e-5)
    made = Cell(
        kind="symmetric",
        area=1e-4,
        temperature=298.15,
        electrolyte=Electrolyte(load("LLZO"), 3e-4, FLAWS),
        working=lithium,
        counter=lithium,
        interface=Interface(**INTERFACE),
        stack=Stack(3e6, 4e8),
    )
    return made.replace(**changes)


# -- ranges ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "symetric"}, "kind: got 'symetric'; allowed: symmetric, full, anode-free. Did you mean 'symmetric'"),
        ({"kind": 3}, "kind: got 3"),
        ({"kind": "full"}, "counter: got 'LithiumElectrode'; allowed: a Cathode in a full cell, and in no other"),
        ({"area": 0.0}, "area: got 0.0; allowed: a finite number above zero"),
        ({"area": True}, "area: got True"),
        ({"area": "1 cm^2"}, "area: got '1 cm"),
        ({"temperature": float("nan")}, "temperature: got nan"),
        ({"electrolyte__thickness": -1e-4}, "thickness: got -0.0001"),
        ({"electrolyte__thickness": 4e-6}, "flaws.mean_length: got 5e-06; allowed: less than the electrolyte thickn"),
        ({"electrolyte__grain_boundary_resistance": -1.0}, "grain_boundary_resistance: got -1.0; .*zero or more"),
        ({"electrolyte__flaws__mean_length": 0.0}, "mean_length: got 0.0"),
        ({"electrolyte__flaws__spread": -0.1}, "spread: got -0.1"),
        ({"electrolyte__flaws__density": float("inf")}, "density: got inf"),
        ({"electrolyte__flaws__focusing": 0.9}, "focusing: got 0.9; allowed: a finite number, 1 or more"),
        ({"electrolyte__flaws__geometry": "egde"}, "geometry: got 'egde'; allowed: edge, through. Did you mean 'edge'"),
        ({"working__thickness": -1.0}, "thickness: got -1.0"),
        ({"interface__resistance": -1.0}, "resistance: got -1.0"),
        ({"interface__anodic_transfer_coefficient": 1.0}, "a number between 0 and 1"),
        ({"interface__injection": 1.1}, "injection: got 1.1; allowed: a number from 0 to 1"),
        ({"interface__contact_angle": 180.0}, "contact_angle: got 180.0; allowed: an angle between 0 and 180 degrees"),
        ({"interface__contact_limit": 0.0}, "contact_limit: got 0.0"),
        ({"stack__pressure": -1.0}, "pressure: got -1.0"),
        ({"stack__fixture": "constant-presure"}, "fixture: .*Did you mean 'constant-pressure'"),
        ({"stack__fixture": "constant-gap"}, "stiffness: allowed: a stiffness, .* with fixture = 'constant-gap'"),
        ({"stack__stiffness": 1e12}, "stiffness: got 1000000000000.0; .* with no other"),
        ({"stack__fixture": "constant-gap", "stack__stiffness": 0.0}, "stiffness: got 0.0"),
    ],
)
def test_the_impossible_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        cell(**changes)


@pytest.mark.parametrize("name", INTERFACE)
def test_no_number_of_an_interface_may_be_nan_or_text(name: str) -> None:
    for wrong in (float("nan"), float("inf"), "1", None, True):
        with pytest.raises(InvalidInput, match=name):
            Interface(**{**INTERFACE, name: wrong})


def test_numpy_numbers_are_numbers() -> None:
    assert Stack(np.float32(3e6), np.float64(4e8)).forming_pressure == 4e8


def test_a_full_cell_has_a_cathode() -> None:
    full = cell(kind="full", counter=Cathode(load("NMC811"), 1e5))
    assert isinstance(full.counter, Cathode)
    with pytest.raises(InvalidInput, match="areal_capacity: got 0.0"):
        Cathode(load("NMC811"), 0.0)


# -- replace and plain data ------------------------------------------------------------------------------------------


def test_replace_reaches_down_and_leaves_the_original_alone() -> None:
    before = cell()
    after = before.replace(area=2e-4, stack__pressure=1e6, stack__forming_pressure=2e6, electrolyte__flaws__spread=0.1)
    assert (after.area, after.stack.pressure, after.stack.forming_pressure) == (2e-4, 1e6, 2e6)
    assert after.electrolyte.flaws == dataclasses.replace(FLAWS, spread=0.1)
    assert before == cell()
    assert after.interface is before.interface
    assert before.replace(electrolyte__flaws=None).electrolyte.flaws is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"aera": 1.0}, "aera: allowed: a field of Cell: .* Did you mean 'area'"),
        ({"stack__presure": 1.0}, "presure: allowed: a field of Stack: .* Did you mean 'pressure'"),
        ({"area__value": 1.0}, "area: got 0.0001; allowed: something with the fields value"),
        ({"stack": Stack(1.0, 1.0), "stack__pressure": 2.0}, "either stack or fields of stack, not both"),
    ],
)
def test_replace_refuses_what_is_not_there(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        cell().replace(**changes)


def test_replace_cannot_reach_into_flaws_that_are_not_there() -> None:
    with pytest.raises(InvalidInput, match="flaws: allowed: something with the fields spread"):
        cell(electrolyte__flaws=None).replace(electrolyte__flaws__spread=0.1)


def test_a_cell_is_plain_data_and_travels() -> None:
    plain = cell().to_dict()
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert plain["stack"]["pressure"] == 3e6
    assert plain["electrolyte"]["flaws"]["mean_length"] == 5e-6
    assert plain["working"]["material"]["name"] == "lithium"
    assert pickle.loads(pickle.dumps(cell())) == cell()


# -- flaws -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", range(1, 65))
def test_flaw_classes_add_up_and_descend(count: int) -> None:
    for seed in (None, 1, 2, 3):
        lengths, numbers = FLAWS.classes(1e-4, count, seed)
        assert len(lengths) == len(numbers) == count
        assert numbers.sum() == pytest.approx(1e4, rel=1e-12)
        assert np.all(np.diff(lengths) < 0)
        assert np.all(numbers > 0)
        assert np.all(lengths > 0)
        if count > 1:
            assert numbers[0] == 1.0


def test_equal_flaws_have_equal_lengths() -> None:
    lengths, _ = dataclasses.replace(FLAWS, spread=0.0).classes(1e-4, 8)
    assert lengths == pytest.approx(np.full(8, 5e-6), rel=1e-15)


def test_an_interface_with_less_than_one_flaw_has_one() -> None:
    lengths, numbers = dataclasses.replace(FLAWS, density=10.0).classes(1e-4, 6)
    assert numbers == pytest.approx([1.0])
    assert lengths[0] == pytest.approx(5e-6 * math.exp(-0.125))  # the median of a log-normal with mean 5 um


def _largest(count: int, samples: int) -> np.ndarray:
    """Longest of `count` log-normal flaws, sample by sample, in batches (exact: no law of extremes is used)."""
    draw = np.random.default_rng(20240229)
    mu, sigma = math.log(5e-6) - 0.125, 0.5
    return np.array([draw.lognormal(mu, sigma, (100, count)).max(axis=1) for _ in range(samples // 100)]).ravel()


def test_the_longest_flaw_is_the_median_of_the_longest() -> None:
    """1000 flaws, 4000 interfaces: the sample median of the longest has a standard error of about 0.6 %."""
    median = np.median(_largest(1000, 4000))
    lengths, _ = FLAWS.classes(1e-5, 6)
    assert lengths[0] == pytest.approx(median, rel=0.02)
    share_longer = 0.5 * math.erfc(math.log(lengths[0] / (5e-6 * math.exp(-0.125))) / 0.5 / math.sqrt(2))
    assert (1.0 - share_longer) ** 1000 == pytest.approx(0.5, rel=1e-9)  # exact order statistic


def test_the_drawn_longest_flaw_has_the_distribution_of_the_longest() -> None:
    drawn = np.sort([FLAWS.classes(1e-5, 1, seed)[0][0] for seed in range(800)])
    exact = np.sort(_largest(1000, 4000))
    for share in (0.1, 0.5, 0.9):
        assert np.quantile(drawn, share) == pytest.approx(np.quantile(exact, share), rel=0.04)


def test_classes_follow_the_distribution_of_lengths() -> None:
    """Flaws at least as long as a class are, within a class, as many as the log-normal law says."""
    lengths, numbers = FLAWS.classes(1e-4, 24)
    expected = [1e4 * 0.5 * math.erfc(math.log(s / (5e-6 * math.exp(-0.125))) / 0.5 / math.sqrt(2)) for s in lengths]
    above = np.cumsum(numbers)
    assert np.all(expected[1:] <= above[1:] + 1.5)
    assert np.all(expected[1:] >= above[:-1] - 1e-6)


def test_a_seed_repeats_and_another_differs() -> None:
    first, again, other = (FLAWS.classes(1e-4, 6, seed)[0] for seed in (7, 7, 8))
    assert np.array_equal(first, again)
    assert first[0] != other[0]
    assert FLAWS.classes(1e-4, 6, (7, 1))[0][0] != FLAWS.classes(1e-4, 6, (7, 2))[0][0]


@pytest.mark.parametrize(
    ("area", "count", "message"), [(0.0, 3, "area: got 0.0"), (1.0, 0, "count: got 0"), (1.0, True, "count: got True")]
)
def test_classes_refuse_the_impossible(area: float, count: int, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        FLAWS.classes(area, count)


# -- what a cell may do without --------------------------------------------------------------------------------------

MIXED = Interphase("mixed-conducting", 1e-2, 1e-9, 0.54, rate_constant=1e-19)
PASSIVATING = Interphase("passivating", 1e-6, 1e-9, 0.54, reaction_rate=1e-9, decay_length=2e-9)
RESISTIVE = Interphase("resistive", 1e-6, 2e-8, 0.0)


@pytest.mark.parametrize("interphase", [MIXED, PASSIVATING, RESISTIVE])
def test_an_interphase_is_part_of_the_interface(interphase: Interphase) -> None:
    made = cell(interface__interphase=interphase)
    assert made.replace(interface__interphase__conductivity=1e-3).interface.interphase == dataclasses.replace(
        interphase, conductivity=1e-3
    )
    plain = made.to_dict()
    assert plain["interface"]["interphase"]["kind"] == interphase.kind
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert made.replace(interface__interphase=None) == cell()


@pytest.mark.parametrize(
    ("interphase", "changes", "message"),
    [
        (MIXED, {"kind": "pasivating"}, "kind: .*Did you mean 'passivating'"),
        (MIXED, {"conductivity": 0.0}, "conductivity: got 0.0"),
        (MIXED, {"initial_thickness": 0.0}, "initial_thickness: got 0.0; allowed: a finite number above zero"),
        (MIXED, {"lithium_ratio": -0.1}, "lithium_ratio: got -0.1"),
        (MIXED, {"volume_change": -1.0}, "volume_change: got -1.0; allowed: a finite number above -1"),
        (MIXED, {"poisson_ratio": 0.6}, "poisson_ratio: got 0.6; allowed: a number from 0 to 0.5"),
        (MIXED, {"rate_constant": None}, "rate_constant: allowed: a number with kind = 'mixed-conducting'"),
        (MIXED, {"decay_length": 1e-9}, "decay_length: got 1e-09; allowed: no number with kind = 'mixed-conducting'"),
        (MIXED, {"reaction_rate": 0.0}, "reaction_rate: got 0.0"),
        (MIXED, {"youngs_modulus": 1e10}, "fracture_toughness: allowed: youngs_modulus and fracture_toughness both"),
        (MIXED, {"fracture_toughness": 1e5}, "youngs_modulus: allowed: youngs_modulus and fracture_toughness both"),
        (PASSIVATING, {"decay_length": None}, "decay_length: allowed: a number with kind = 'passivating'"),
        (PASSIVATING, {"rate_constant": 1e-19}, "rate_constant: got 1e-19; allowed: no number with kind = 'passiv"),
        (RESISTIVE, {"reaction_rate": 1e-9}, "reaction_rate: got 1e-09; allowed: no number without a rate_constant"),
    ],
)
def test_numbers_of_an_interphase_are_those_of_its_kind(
    interphase: Interphase, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidInput, match=message):
        dataclasses.replace(interphase, **changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"interface__kinetics": "taffel"}, "kinetics: .*Did you mean 'tafel'"),
        ({"interface__closure": "far-feild"}, "closure: .*Did you mean 'far-field'"),
        ({"interface__void_density_exponent": float("nan")}, "void_density_exponent: got nan"),
        ({"interface__void_density_current": 0.0}, "void_density_current: got 0.0"),
        ({"interface__vacancy_current": -1.0}, "vacancy_current: got -1.0"),
        ({"interface__contamination": 1.0}, "contamination: got 1.0; allowed: a number from 0 to less than 1"),
        ({"interface__contamination": 0.1}, "contaminated_contact_angle: allowed: an angle .* contamination"),
        ({"interface__contaminated_contact_angle": 142.0}, "contaminated_contact_angle: got 142.0"),
        ({"interface__adhesion_strength": -1.0}, "adhesion_strength: got -1.0"),
        ({"interface__dead_share": 1.5}, "dead_share: got 1.5"),
        ({"stack__forming_temperature": 0.0}, "forming_temperature: got 0.0"),
        ({"stack__forming_time": -1.0}, "forming_time: got -1.0"),
    ],
)
def test_the_impossible_of_a_mechanism_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        cell(**changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"initial_lithium_fraction": 0.1}, "initial_lithium_fraction: got 0.1; allowed: 0.27 to 0.908, the range"),
        ({"initial_lithium_fraction": 1.1}, "initial_lithium_fraction: got 1.1; allowed: a number from 0 to 1"),
        ({"resistance": -1.0}, "resistance: got -1.0"),
        ({"exchange_current_density": 0.0}, "exchange_current_density: got 0.0"),
    ],
)
def test_the_impossible_of_a_cathode_is_refused(changes: dict[str, Any], message: str) -> None:
    assert Cathode(load("NMC811"), 1e5, 0.5).initial_lithium_fraction == 0.5
    with pytest.raises(InvalidInput, match=message):
        Cathode(load("NMC811"), 1e5, **changes)
