"""Interphases of whole lumped cells: growth, resistance, lithium consumed, cracks in the layer and the electrolyte."""

import math
from typing import Any

import numpy as np
import pytest
from scipy.optimize import brentq

from lisse import theory
from lisse.models.lumped.equations import build_equations
from lisse.protocol import Step
from lisse.units import FARADAY
from lumped_cases import FLAWLESS, FULL, bare, cell_of, run

KINDS: dict[str, dict[str, Any]] = {
    "mixed-conducting": {"rate_constant": "3e-19 m^2/s", "reaction_rate": "2e-12 m/s"},
    "passivating": {"reaction_rate": "4e-12 m/s", "decay_length": "3 nm"},
    "resistive": {"rate_constant": "1e-19 m^2/s"},
}
STEADY = bare(injection=0.0)
DAY = 86400.0


def layer(kind: str, **changes: Any) -> dict[str, Any]:
    table = {"kind": kind, "conductivity": "1e-7 S/cm", "initial_thickness": "5 nm", "lithium_ratio": 0.54}
    return {"cell__interface__interphase": table | KINDS[kind] | changes}


def closed_form(kind: str, time: np.ndarray) -> np.ndarray:
    if kind == "passivating":
        return np.asarray(
            theory.interphase_thickness_passivating(time=time, rate=4e-12, decay_length=3e-9, initial_thickness=5e-9)
        )
    rate, reaction = (3e-19, 2e-12) if kind == "mixed-conducting" else (1e-19, math.inf)
    return np.asarray(
        theory.interphase_thickness_mixed(time=time, rate_constant=rate, reaction_rate=reaction, initial_thickness=5e-9)
    )


@pytest.mark.parametrize("kind", KINDS)
def test_the_whole_run_follows_the_closed_form_of_growth(kind: str) -> None:
    """At rest and under current alike, because without acceleration time alone counts."""
    steps = [Step(current_density=j, duration=DAY) for j in (0.0, 0.05, -0.05)]
    found = run(*steps, tolerance=1e-8, **STEADY, **layer(kind))
    expected = closed_form(kind, found["time"].values)
    assert expected[-1] > 1.5 * expected[0]
    for side in (0, 1):
        assert found["interphase_thickness"].values[:, side] == pytest.approx(expected, rel=1e-6)


def test_growth_shows_in_the_voltage_as_its_resistance() -> None:
    """Both layers in series with true contact, j L/sigma each, as film drop; half of the area costs twice."""
    current, conductivity = 0.1, 1e-5
    found = run(Step(current_density=current, duration=5 * DAY), tolerance=1e-8, **STEADY, **layer("mixed-conducting"))
    grown = closed_form("mixed-conducting", found["time"].values)
    film = cell_of().interface.resistance
    expected = 2.0 * current * (grown / conductivity + film)
    assert found["film_drop"].values == pytest.approx(expected, rel=1e-6)
    rise = found["voltage"].values[-1] - found["voltage"].values[0]
    assert rise == pytest.approx(2.0 * current * (grown[-1] - grown[0]) / conductivity, rel=1e-5)
    dirty = STEADY | {"cell__interface__contamination": 0.5} | layer("mixed-conducting")
    half = run(Step(current_density=current, duration=5 * DAY), tolerance=1e-8, **dirty)
    assert half["film_drop"].values[-1] == pytest.approx(2.0 * found["film_drop"].values[-1], rel=1e-6)


def test_lithium_that_reacts_leaves_the_electrodes_and_the_inventory_closes() -> None:
    found = run(Step(current_density=0.0, duration=30 * DAY), tolerance=1e-8, **STEADY, **layer("mixed-conducting"))
    thickness, metal = found["interphase_thickness"].values, found["lithium_thickness"].values
    for side in (0, 1):
        lost = metal[0, side] - metal[:, side]
        assert lost == pytest.approx(0.54 * (thickness[:, side] - 5e-9), rel=1e-9, abs=1e-18)
    assert found.conservation["lithium"] < 1e-8


def test_growth_by_cycling_counts_the_charge_of_either_sign() -> None:
    resting = {"kind": "resistive", "conductivity": "1e-7 S/cm", "initial_thickness": "5 nm", "lithium_ratio": 0.54}
    changes = {"cell__interface__interphase": {**resting, "cycling_acceleration": 0.01}}
    steps = [Step(current_density=j, duration=1800.0) for j in (2.0, 0.0, -4.0)]
    found = run(*steps, tolerance=1e-8, **STEADY, **changes)
    passed = 2.0 * 1800.0 + 4.0 * 1800.0
    expected = 5e-9 + 0.01 * passed * 13e-6 / FARADAY
    assert found["interphase_thickness"].values[-1] == pytest.approx([expected] * 2, rel=1e-6)


def test_cracks_raise_the_resistance_once_the_layer_is_critical() -> None:
    cracking = {"youngs_modulus": "50 GPa", "fracture_toughness": "0.5 MPa m^0.5", "volume_change": -0.05}
    changes = STEADY | layer("mixed-conducting", **cracking)
    law = build_equations(cell_of(**changes), 1, None).sides[0].interphase
    assert law is not None
    assert 5e-9 < law.critical_thickness < 3e-7
    found = run(Step(current_density=0.1, duration=30 * DAY), tolerance=1e-8, **changes)
    thickness = found["interphase_thickness"].values[:, 0]
    across = found["film_drop"].values / (2.0 * 0.1) - cell_of().interface.resistance
    plain = thickness / 1e-5
    whole = thickness <= law.critical_thickness
    assert 10 < whole.sum() < len(whole) - 10
    assert across[whole] == pytest.approx(plain[whole], rel=1e-9)
    area = (thickness[~whole] / law.critical_thickness - 1.0) / (1.976 * 1.26)
    assert across[~whole] == pytest.approx(plain[~whole] * (1.0 + area), rel=1e-3)


def test_the_electrolyte_breaks_where_the_layers_pull_its_longest_flaw_to_the_toughness() -> None:
    """Y s sqrt(pi a) = K_IC with s = -s_layer (L_1 + L_2)/L_electrolyte: an expanding layer pulls the electrolyte."""
    expanding = {"youngs_modulus": "100 GPa", "fracture_toughness": "10 MPa m^0.5", "volume_change": 0.5}
    flaws = {"mean_length": "15 um", "spread": 0.1, "density": "1e6 1/m^2"}
    changes = {
        "cell__interface__injection": 0.0,
        "cell__electrolyte__flaws": flaws,
        "cell__electrolyte__thickness": "50 um",
    } | layer("mixed-conducting", rate_constant="1e-17 m^2/s", **expanding)
    cell = cell_of(**changes)
    equations = build_equations(cell, 6, None)
    law, longest = equations.sides[0].interphase, float(equations.sides[0].flaws.initial_depth.max())  # type: ignore[union-attr]
    assert law is not None
    strain = 1.5 ** (1.0 / 3.0) - 1.0
    stress = 100e9 * strain / 0.74
    toughness = cell.electrolyte.material.value("fracture_toughness", 298.15)
    needed = toughness / (1.1215 * math.sqrt(math.pi * longest)) / stress * 50e-6 / 2.0  # m, of each layer
    time = brentq(lambda t: law.thickness_after(5e-9, t) - needed, 1.0, 1e9)
    found = run(Step(current_density=0.0, duration=2.0 * time), tolerance=1e-8, **changes)
    assert found.verdict.mode == "electrolyte-fracture"
    assert found.verdict.time == pytest.approx(time, rel=2e-3)
    shrinking = changes | layer(
        "mixed-conducting", **{**expanding, "volume_change": -0.3, "rate_constant": "1e-17 m^2/s"}
    )
    assert run(Step(current_density=0.0, duration=2.0 * time), **shrinking).verdict.mode == "none"


def test_a_full_cell_has_one_interphase_and_an_interphase_can_fill_the_electrolyte() -> None:
    full = run(Step(current_density=0.0, duration=DAY), **FULL, **STEADY, **layer("passivating"))
    assert np.isnan(full["interphase_thickness"].values[:, 1]).all()
    assert full["interphase_thickness"].values[-1, 0] > 5e-9
    fast = layer("mixed-conducting", rate_constant="1e-9 m^2/s", reaction_rate="1 m/s", lithium_ratio=0.0)
    found = run(Step(current_density=0.0, duration=DAY), **FLAWLESS, **fast)
    assert found.verdict.mode == "interphase-growth"
    assert found["interphase_thickness"].values[-1].sum() == pytest.approx(300e-6, rel=1e-6)


def test_a_voltage_limit_met_by_growth_is_located_however_long_the_step() -> None:
    """Both layers grow as closed forms say until 2 j (L/sigma + R_film) and the rest of the drops meet the limit."""
    changes = STEADY | layer("mixed-conducting")
    cell = cell_of(**changes)
    equations = build_equations(cell, 1, None)
    law = equations.sides[0].interphase
    assert law is not None
    rest = 0.1 * equations.series_resistance + 2.0 * (
        equations.sides[0].transfer.kinetic_drop(0.1) + 0.1 * equations.sides[0].transfer.film_resistance
    )
    expected = brentq(lambda t: rest + 0.2 * law.resistance(law.thickness_after(5e-9, t)) - 0.02, 1.0, 1e8)
    for days in (40.0, 300.0):
        found = run(Step(current_density=0.1, duration=days * DAY), voltage_limit=0.02, **changes)
        assert found.verdict.mode == "voltage-limit"
        assert found.verdict.time == pytest.approx(expected, rel=2e-3)
