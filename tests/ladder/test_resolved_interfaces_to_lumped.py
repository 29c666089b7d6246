"""The resolved charge balance and voids on a flat, homogeneous interface: the lumped model's voltage and voids."""

from __future__ import annotations

import numpy as np
import pytest

from lisse.cell import Cell
from lisse.models.base import cell_numbers
from lisse.models.contact import contact_law
from lisse.models.lumped.equations import build_equations
from lisse.models.resolved.charge import equilibrium_potential
from lisse.models.resolved.voids import Voids
from lisse.protocol import Step
from lumped_cases import bare, cell_of, run
from resolved_charge_cases import area_of, between_planes


def voltage_on_voxels(cell: Cell, current: float, heights: tuple[float, float], pressure: float) -> float:
    """V. Of a flat cell on voxels with the laws of the lumped model at both interfaces."""
    equations = build_equations(cell, 1, None)
    shape, edge = (10, 4), cell.electrolyte.thickness / 10
    sigma = np.full(shape, cell.electrolyte.material.value("ionic_conductivity", cell.temperature))
    sides = [side for side in equations.sides if side is not None]
    contact = [side.contact.fraction(height) for side, height in zip(sides, heights, strict=True)]
    stress = [side.stress_drop(pressure, height) for side, height in zip(sides, heights, strict=True)]
    anodic = 1.0 - sides[0].transfer.transfer_coefficient
    balance, faces = between_planes(
        sigma,
        edge,
        film=sides[0].transfer.film_resistance,
        exchange=sides[0].transfer.exchange_current_density,
        contact=np.repeat(contact, 4),
        constriction=np.repeat([side.constriction(a) for side, a in zip(sides, contact, strict=True)], 4),
        shift=np.repeat(equilibrium_potential(stress, 1.0), 4),  # V p/F already
        temperature=cell.temperature,
        anodic=(anodic, anodic),
        kinetics=(sides[0].transfer.kinetics,) * 2,
    )
    return balance.solve(faces, current * area_of(shape, edge), tolerance=1e-12).voltage


@pytest.mark.parametrize("kinetics", ["butler-volmer", "linear", "tafel"])
@pytest.mark.parametrize("current", [-0.3, 8.0, 400.0])
def test_voltage_of_a_stripping_run_is_that_of_the_flat_cell_on_voxels(kinetics: str, current: float) -> None:
    changes = bare(kinetics=kinetics, anodic_transfer_coefficient=0.4)
    steps = Step(current_density=current, duration=2000.0 / max(abs(current), 1.0))
    found, cell = run(steps, **changes), cell_of(**changes)
    for row in (0, -1):
        heights = tuple(float(one) for one in found["void_height"].values[row])
        pressure = float(found["stack_pressure"].values[row])
        mine = voltage_on_voxels(cell, current, (heights[0], heights[1]), pressure)
        assert mine == pytest.approx(float(found["voltage"].values[row]), rel=1e-9)
    assert max(heights) > 0.0 or abs(current) < 1.0


@pytest.mark.parametrize("form", ["far-field", "contact-limited", "contact-pressure"])
def test_one_column_follows_the_voids_of_a_lumped_run(form: str) -> None:
    """Strip, rest, plate and strip again at 80 degC and 8 MPa; void heights to 1e-6 of that of lost contact."""
    changes = bare(closure=form, refill=0.6, vacancy_current="0.1 mA/cm^2") | {
        "cell__temperature": "80 degC",
        "cell__stack": {"pressure": "8 MPa", "forming_pressure": "30 MPa"},
        "cell__anode__thickness": "500 um",
    }
    cell, courses = cell_of(**changes), [(80.0, 600.0), (0.0, 300.0), (-4.0, 400.0), (90.0, 300.0)]
    law = contact_law(cell.interface, cell_numbers(cell))
    found = run(*(Step(current_density=j, duration=t) for j, t in courses), tolerance=1e-9, **changes)
    assert found.verdict.mode == "none"
    time, heights = found["time"].values, found["void_height"].values[:, 1]
    height, end, voids = np.array([heights[0]]), 0.0, Voids(law, 1e-6)
    for current, duration in courses:
        height = voids.advance(height, current, 8e6, duration).height
        end += duration
        at_end = heights[np.flatnonzero(np.isclose(time, end, rtol=1e-12))[0]]
        assert height[0] == pytest.approx(at_end, abs=1e-6 * law.height(0.0))
