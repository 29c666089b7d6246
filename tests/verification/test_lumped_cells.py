"""Whole lumped cells of every kind: open circuit, charge and discharge, inventories, symmetry, the sum of the drops."""

from typing import Any

import numpy as np
import pytest

from lisse.models.charge_transfer import charge_transfer
from lisse.models.lumped.cathode import cathode_law
from lisse.models.lumped.equations import build_equations
from lisse.protocol import Step
from lisse.units import FARADAY
from lumped_cases import ALLOY, ANODE_FREE, FLAWLESS, FULL, POLYMER, STIFF, bare, cell_of, run

V = 13.0e-6 / FARADAY
STEADY = bare(injection=0.0, void_closure_coefficient="0 mA/cm^2/MPa")
LAYER = {
    "cell__interface__interphase": {
        "kind": "mixed-conducting",
        "conductivity": "1e-7 S/cm",
        "rate_constant": "3e-19 m^2/s",
    }
}
ALLOYED = ALLOY | {"cell__electrolyte__flaws": None, "cell__interface__injection": 0.2}
KINDS: dict[str, dict[str, Any]] = {
    "symmetric": FLAWLESS,
    "full": FULL | FLAWLESS,
    "anode-free": ANODE_FREE | FLAWLESS,
    "polymer": POLYMER | FLAWLESS,
    "alloy": ALLOYED,
    "stiff": STIFF | FLAWLESS,
    "interphase": FLAWLESS | LAYER,
    "full, stiff, interphase, flaws": FULL | STIFF | LAYER,
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_voltage_is_the_sum_of_its_drops_and_that_of_the_inner_loop(kind: str) -> None:
    """Two routes: the arrays of the traces, and the scalar voltage that held voltages are solved with."""
    steps = [Step(current_density=j, duration=1200.0) for j in (3.0, 0.0, -2.0)]
    found = run(*steps, **KINDS[kind])
    assert found.status == "completed", found.status_text
    names = [str(name) for name in found.data.data_vars if str(name).endswith(("_drop", "open_circuit_voltage"))]
    total = sum(found[name].values for name in names)
    assert found["voltage"].values == pytest.approx(total, rel=1e-12, abs=1e-15)
    assert found.conservation["charge"] < 1e-8
    assert found.conservation["lithium"] < 1e-8
    held = run(*steps, Step(voltage=float(found["voltage"].values[-1]), duration=1.0), **KINDS[kind])
    assert held["current_density"].values[-1] == pytest.approx(-2.0, rel=2e-3)
    assert held["voltage"].values[-1] == pytest.approx(found["voltage"].values[-1], rel=1e-9)


@pytest.mark.parametrize("kind", ["symmetric", "polymer", "alloy", "stiff", "interphase"])
def test_which_electrode_is_called_working_makes_no_difference(kind: str) -> None:
    changes = KINDS[kind] | {"cell__interface__anodic_transfer_coefficient": 0.4}
    if "cell__interface" in changes:
        table = {**changes["cell__interface"], "anodic_transfer_coefficient": 0.4}
        changes = {k: v for k, v in changes.items() if not k.startswith("cell__interface")} | {"cell__interface": table}
    one, two = (
        run(*(Step(current_density=s * j, duration=1500.0) for j in (4.0, -7.0, 0.0)), tolerance=1e-8, **changes)
        for s in (1.0, -1.0)
    )
    ends = np.array([1499.0, 2999.0, 4499.0])
    for name, scale in (("voltage", 1.0), ("contact_fraction", 1.0), ("lithium_thickness", 1e-6)):
        a, b = (np.array([r[name].values[np.searchsorted(r["time"].values, ends)]]) for r in (one, two))
        mirrored = -b if name == "voltage" else b[..., ::-1]
        assert a == pytest.approx(mirrored, rel=1e-6, abs=1e-9 * scale), name


# -- full cells ------------------------------------------------------------------------------------------------------


def test_at_rest_a_full_cell_shows_the_cathode_and_the_squeezed_metal() -> None:
    for start in (0.3, 0.5, 0.9):
        counter = {**FULL["cell__counter"], "initial_lithium_fraction": start}
        changes = FULL | STEADY | {"cell__counter": counter}
        found = run(Step(current_density=0.0, duration=60.0), **changes)
        law = cathode_law(cell_of(**changes), 298.15)
        assert law is not None
        assert found["voltage"].values == pytest.approx(law.open_circuit(start) + 3e6 * V, rel=1e-12)


CCCV = [
    Step(current_density=10.0, charge=4 * 36000.0, until_voltage=4.2),
    Step(voltage=4.2, duration=36000.0, until_current=0.5),
    Step(current_density=0.0, duration=600.0),
    Step(current_density=-10.0, charge=4 * 36000.0, until_voltage=3.62),
]


def test_constant_current_constant_voltage_honours_every_limit() -> None:
    found = run(*CCCV, **FULL, **STEADY)
    assert found.verdict.mode == "none"
    voltage, current, charge = (found[name].values for name in ("voltage", "current_density", "charge"))
    charging, resting = current == 10.0, np.flatnonzero(current == 0.0)
    assert voltage[charging].max() == pytest.approx(4.2, abs=1e-6)
    assert voltage.max() <= 4.2 + 1e-6
    holding = slice(int(charging.sum()), int(resting[0]))
    assert voltage[holding][:-1] == pytest.approx(4.2, abs=1e-9)
    assert voltage[holding][-1] == pytest.approx(4.2, abs=1e-5)  # between two recorded times
    assert current[holding][0] == pytest.approx(10.0, rel=1e-4)
    assert current[holding][-1] == pytest.approx(0.5, rel=1e-6)
    assert (np.diff(current[holding]) <= 0.0).all()
    assert voltage[-1] == pytest.approx(3.62, abs=1e-6)
    law = cathode_law(cell_of(**FULL, **STEADY), 298.15)
    assert law is not None
    drop = 10.0 * build_equations(cell_of(**FULL, **STEADY), 1, None).series_resistance
    rest = found["open_circuit_voltage"].values[resting[0]]
    assert rest == pytest.approx(law.open_circuit(law.fraction(charge[resting[0]])), rel=1e-12)
    assert found["ohmic_drop"].values[0] == pytest.approx(drop, rel=1e-12)


def test_the_charge_at_the_voltage_is_where_the_closed_voltage_meets_it() -> None:
    """Without voids the voltage under current is a function of the charge alone: solve it for 4.2 V and 10 A/m2."""
    from scipy.optimize import brentq

    changes = FULL | STEADY
    cell = cell_of(**changes)
    law, kinetics = cathode_law(cell, 298.15), charge_transfer(cell.interface, 298.15)
    assert law is not None
    equations = build_equations(cell, 1, None)

    def voltage(charge: float, j: float) -> float:
        metal = kinetics.kinetic_drop(j) + j * kinetics.film_resistance
        metal += j * float(equations.sides[0].constriction(np.array(1.0))) + 3e6 * V
        return float(law.open_circuit(law.fraction(charge)) + law.drop(j)) + metal + j * equations.series_resistance

    found = run(*CCCV, tolerance=1e-8, **changes)
    charge, current = found["charge"].values, found["current_density"].values
    at_voltage = brentq(lambda q: voltage(q, 10.0) - 4.2, 0.0, 1.08e5)
    at_cutoff = brentq(lambda q: voltage(q, 0.5) - 4.2, 0.0, 1.08e5)
    assert charge[current == 10.0].max() == pytest.approx(at_voltage, rel=1e-4)
    assert charge.max() == pytest.approx(at_cutoff, rel=1e-4)
    assert charge[-1] == pytest.approx(brentq(lambda q: voltage(q, -10.0) - 3.62, 0.0, 1.08e5), abs=1e-4 * 1.08e5)


def test_a_full_cell_delivers_the_capacity_of_its_cathode_and_not_more() -> None:
    found = run(Step(current_density=10.0, charge=2e5), voltage_limit=20.0, **FULL, **STEADY)
    assert (found.verdict.mode, found.verdict.where) == ("lithium-exhausted", "counter")
    assert found["charge"].values[-1] == pytest.approx(3 * 36000.0, rel=1e-9)
    assert found["lithium_thickness"].values[-1, 0] == pytest.approx(20e-6 + 108000.0 * V, rel=1e-9)
    assert np.isnan(found["lithium_thickness"].values[:, 1]).all()


@pytest.mark.parametrize("extra", [{}, LAYER, {"cell__interface__dead_share": 0.03}, LAYER | STIFF])
def test_the_lithium_of_a_full_cell_closes_to_1e_8_over_cycles(extra: dict[str, Any]) -> None:
    found = run(*CCCV, *CCCV, tolerance=1e-4, **FULL, **STEADY, **extra)
    assert found.status == "completed", found.status_text
    assert found.conservation["lithium"] < 1e-8
    metal, charge = found["lithium_thickness"].values[-1, 0], found["charge"].values[-1]
    lost = 20e-6 + charge * V - metal
    dead = found["dead_lithium_thickness"].values[-1, 0] if "dead_lithium_thickness" in found else 0.0
    grown = np.diff(found["interphase_thickness"].values[[0, -1], 0])[0] if extra.keys() & LAYER.keys() else 0.0
    assert lost == pytest.approx(dead + 0.54 * grown, rel=1e-2, abs=1e-15)


# -- anode-free cells ------------------------------------------------------------------------------------------------


def coulombic_efficiency(**changes: Any) -> float:
    """Stripped over plated charge of a cell that had no lithium at its working electrode."""
    steps = (Step(current_density=2.0, charge=7200.0), Step(current_density=-2.0, charge=36000.0))
    found = run(*steps, tolerance=1e-8, **ANODE_FREE, **STEADY, **changes)
    charge = found["charge"].values
    assert found["lithium_thickness"].values[-1, 0] == pytest.approx(0.0, abs=1e-14)
    assert found.conservation["lithium"] < 1e-8
    efficiency = float((charge.max() - charge[-1]) / charge.max())
    assert found.verdict.coulombic_efficiency == pytest.approx(efficiency, rel=1e-9)
    assert not any("coulombic" in text for text in found.warnings)
    return efficiency


def test_stripping_of_an_anode_free_cell_ends_where_its_lithium_ends() -> None:
    assert coulombic_efficiency() == pytest.approx(1.0, rel=1e-9)


@pytest.mark.parametrize("share", [0.02, 0.2])
def test_dead_lithium_is_what_the_coulombic_efficiency_lacks(share: float) -> None:
    assert coulombic_efficiency(cell__interface__dead_share=share) == pytest.approx(1.0 - share, rel=1e-6)


def test_an_interphase_takes_its_lithium_from_the_coulombic_efficiency() -> None:
    """Growth of L at the working side by the end of stripping costs 0.54 L of lithium, here c per charge both ways."""
    table = {"kind": "resistive", "conductivity": "1e-7 S/cm", "lithium_ratio": 0.54, "cycling_acceleration": 0.05}
    efficiency = coulombic_efficiency(cell__interface__interphase=table)
    taken = 0.05 * 0.54
    assert efficiency == pytest.approx((1.0 - taken) / (1.0 + taken), rel=1e-6)


def test_plating_ends_where_the_source_ends() -> None:
    changes = ANODE_FREE | STEADY | {"cell__counter": {"thickness": "5 um"}}
    found = run(Step(current_density=10.0, charge=72000.0), **changes)
    assert (found.verdict.mode, found.verdict.where) == ("lithium-exhausted", "counter")
    assert found["charge"].values[-1] == pytest.approx(5e-6 / V, rel=1e-9)
