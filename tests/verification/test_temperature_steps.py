"""A temperature that a step sets: every library number follows its law, as if the cell had always been there."""

import math

import numpy as np
import pytest

from cells import llzo_case
from lisse.materials import load
from lisse.models import Analytic, Lumped, Model
from lisse.models.doubts import validity_warnings
from lisse.models.inputs import at_temperature
from lisse.protocol import Protocol, Step
from lisse.units import GAS_CONSTANT
from lumped_cases import bare, cell_of, run


@pytest.mark.parametrize("model", [Analytic(), Lumped(relative_tolerance=1e-8)], ids=["analytic", "lumped"])
@pytest.mark.parametrize("electrolyte", ["LLZO", "Li6PS5Cl"])
def test_a_step_at_another_temperature_is_a_cell_at_that_temperature(model: Model, electrolyte: str) -> None:
    interface = {"exchange_current_density": "1 mA/cm^2"}
    rest = {"current_density": "0.1 mA/cm^2", "duration": "0.1 h"}
    changes = {"cell__electrolyte__material": electrolyte, "cell__interface": interface}
    if electrolyte == "LLZO":  # an interface resistance with an activation energy
        material = {"material": "LLZO", "sources": {"interface_resistance": "LLZO-I4"}}
        changes |= {"cell__electrolyte__material": material, "cell__interface": {}}
    changes["cell__electrolyte__flaws"] = None
    stepped = llzo_case(**changes, protocol={"steps": [rest, {**rest, "temperature": "60 degC"}]})
    warm = llzo_case(**changes, cell__temperature="60 degC", protocol={"steps": [rest]})
    found = model.solve(stepped.cell, stepped.protocol)
    alone = model.solve(warm.cell, warm.protocol)
    for name in ("ohmic_drop", "film_drop", "charge_transfer_drop"):
        assert found[name].values[-1] == pytest.approx(alone[name].values[-1], rel=1e-6)
    if electrolyte == "LLZO":
        ratio = found["film_drop"].values[-1] / found["film_drop"].values[0]
        expected = np.exp(0.43 * 96485.33 / 8.314463 * (1 / 333.15 - 1 / 298.15))
        assert ratio == pytest.approx(expected, rel=1e-2)


def faster(energy: float, warm: float = 333.15, cold: float = 298.15) -> float:
    return math.exp(energy / GAS_CONSTANT * (1.0 / cold - 1.0 / warm))


def test_diffusional_closure_follows_its_activation_energy() -> None:
    """dw/dt at rest, creep out of the way: k_diff p V/F at each temperature of one run."""
    changes = bare(void_closure_activation_energy="0.4 eV", void_closure_coefficient="0.1 mA/cm^2/MPa")
    changes |= {"cell__interface__small_scale_strength_factor": 1e3, "cell__stack__forming_pressure": "10 MPa"}
    steps = [Step(current_density=0.0, duration=60.0, temperature=t) for t in (298.15, 333.15)]
    found = run(*steps, **changes, tolerance=1e-8)
    time, height = found["time"].values, found["void_height"].values[:, 0]
    half = int(np.flatnonzero(np.diff(time) == 0.0)[0])
    rates = [(height[0] - height[half]) / 60.0, (height[half + 1] - height[-1]) / 60.0]
    assert rates[0] == pytest.approx(1.0 * 3.0 * 13e-6 / 96485.33, rel=1e-4)
    assert rates[1] / rates[0] == pytest.approx(faster(0.4 * 96485.33), rel=1e-4)


@pytest.mark.parametrize("kind", ["mixed-conducting", "passivating"])
def test_an_interphase_grows_by_its_activation_energy(kind: str) -> None:
    """Closed form of growth at the warm rates, continued from where the cold ones left it."""
    rates = {"rate_constant": "1e-19 m^2/s"} if kind == "mixed-conducting" else {}
    if kind == "passivating":
        rates = {"reaction_rate": "4e-12 m/s", "decay_length": "3 nm"}
    layer = {"kind": kind, "conductivity": "1e-7 S/cm", "initial_thickness": "5 nm", "activation_energy": "60 kJ/mol"}
    changes = bare(injection=0.0) | {"cell__interface__interphase": layer | rates}
    steps = [Step(current_density=0.0, duration=3e4, temperature=t) for t in (298.15, 333.15)]
    found = run(*steps, **changes, tolerance=1e-9)
    first, last = (found["interphase_thickness"].values[row, 0] for row in (len(found["time"].values) // 2 - 1, -1))
    k = faster(60e3)
    if kind == "mixed-conducting":
        assert first**2 == pytest.approx(25e-18 + 2.0 * 1e-19 * 3e4, rel=1e-5)
        assert last**2 - first**2 == pytest.approx(2.0 * 1e-19 * k * 3e4, rel=1e-5)
    else:
        assert math.exp(last / 3e-9) - math.exp(first / 3e-9) == pytest.approx(4e-12 * k * 3e4 / 3e-9, rel=1e-5)


def test_an_interphase_of_the_library_follows_the_law_of_the_library() -> None:
    layer = {"kind": "mixed-conducting", "conductivity": "0.1 mS/cm"}
    cell = cell_of(
        cell__electrolyte__material="Li6PS5Cl",
        cell__interface__exchange_current_density="1 mA/cm^2",
        cell__interface__interphase=layer,
        **{"cell__electrolyte__flaws": None},
    )
    known = load("Li6PS5Cl")
    warm = at_temperature(cell, 333.15).interface.interphase
    assert warm is not None
    assert warm.rate_constant == pytest.approx(known.value("interphase_rate_constant", 333.15))
    own = at_temperature(cell.replace(interface__interphase__rate_constant=1e-20), 333.15).interface.interphase
    assert own is not None
    assert own.rate_constant == 1e-20


def test_to_a_temperature_and_on_is_to_the_last_one() -> None:
    cell = cell_of(**bare(void_closure_activation_energy="50 kJ/mol"))
    there = at_temperature(at_temperature(cell, 320.0), 350.0)
    assert there.interface.void_closure_coefficient == pytest.approx(
        at_temperature(cell, 350.0).interface.void_closure_coefficient
    )


def test_the_doubt_goes_with_the_law() -> None:
    hot = Protocol("steps", (Step(current_density=0.0, duration=1.0, temperature=373.15),), voltage_limit=5.0)
    for energy, doubted in ((None, True), ("50 kJ/mol", False)):
        given = {} if energy is None else {"void_closure_activation_energy": energy}
        found = validity_warnings(cell_of(**bare(**given)), hot, ())
        assert any("diffusional closure has no temperature law" in text for text in found) == doubted
