"""A temperature that a step sets: every library number follows its law, as if the cell had always been there."""

import numpy as np
import pytest

from cells import llzo_case
from lisse.models import Analytic, Lumped, Model


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
