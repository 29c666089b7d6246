"""What a crack full of lithium does to the cell when it joins both electrodes."""

from __future__ import annotations

import numpy as np
import pytest

import lisse
from lisse.materials import load
from lisse.microstructure import Volume
from lisse.models.lumped.short import AFTER_SHORT, LITHIUM_RESISTIVITY, melting_voltage
from lisse.models.resolved.clusters import Cluster, bridges
from lisse.models.resolved.domain import Solid, build_domain
from lisse.models.resolved.model import Resolved
from lisse.models.resolved.short import after_short, burn_warning, filament_conductance, is_soft
from lisse.models.resolved.traces import Record
from lisse.study import read_case

H = 0.5e-6
SOLIDS = {"electrolyte": Solid(0.05, 150e9, 0.26, 6.0)}


def record(current=10.0, voltage=0.1, rest=0.0):
    values = {
        "time": 100.0,
        "current_density": current,
        "voltage": voltage,
        "open_circuit_voltage": rest,
        "ohmic_drop": 0.25 * (voltage - rest),
        "film_drop": 0.75 * (voltage - rest),
        "largest_local_current_density": 2.0 * abs(current),
        "charge": 1000.0,
        "contact_fraction": (1.0, 0.9),
        "short_conductance": 0.0,
    }
    return Record(0, values, 0.0, 1e-4)


def domain(shape):
    return build_domain(Volume(np.zeros(shape, np.uint8), H, {0: "electrolyte"}), SOLIDS)


def through(shape, column, lithium, spans=True):
    crack = np.zeros(shape, dtype=bool)
    crack[(slice(None), *column)] = True
    return Cluster(crack, np.zeros(0, np.int64), 0, lithium=lithium, spans=spans)


def test_conductance_in_a_plane_is_that_of_a_sheet():
    room, opening = domain((16, 8)), 20e-9
    sheet = through((16, 8), (3,), opening * 16 * H)
    resistance = LITHIUM_RESISTIVITY * 16 * H / (opening * 1.0)  # of one metre of depth
    assert filament_conductance([sheet], room) == pytest.approx(1.0 / resistance / (8 * H), rel=1e-12)


def test_conductance_in_space_is_that_of_a_wire():
    room, section = domain((16, 8, 4)), 1e-14
    wire = through((16, 8, 4), (3, 2), section * 16 * H)
    area = 8 * 4 * H**2
    assert filament_conductance([wire], room) == pytest.approx(section / (LITHIUM_RESISTIVITY * 16 * H) / area)


def test_cracks_that_end_inside_or_hold_no_lithium_do_not_conduct():
    room = domain((16, 8))
    blind = through((16, 8), (3,), 1e-13, spans=False)
    empty = through((16, 8), (5,), 0.0)
    assert filament_conductance([blind, empty], room) == 0.0
    assert not bridges(room, empty, [empty])


def test_soft_is_where_half_of_the_voltage_is_left():
    last, resistance = record(), 0.1 / 10.0
    assert is_soft(last, 0.99 / resistance, None)
    assert not is_soft(last, 1.01 / resistance, None)


def test_soft_at_a_held_voltage_is_where_the_cell_takes_more():
    last = record(current=10.0, voltage=0.1)
    assert is_soft(last, 99.0, 0.1)
    assert not is_soft(last, 101.0, 0.1)


def test_what_is_left_divides_the_current_between_cell_and_filament():
    last, conductance = record(voltage=0.2, rest=0.08), 30.0
    found = after_short(last, conductance, None)
    resistance = (0.2 - 0.08) / 10.0
    left = found[0].values["voltage"]
    assert (left - 0.08) / resistance + conductance * left == pytest.approx(10.0)  # Kirchhoff
    assert left == pytest.approx(0.08 + found[0].values["ohmic_drop"] + found[0].values["film_drop"])
    np.testing.assert_allclose([r.values["time"] for r in found], 100.0 + AFTER_SHORT)
    np.testing.assert_allclose([r.values["charge"] for r in found], 1000.0 + 10.0 * AFTER_SHORT)
    assert found[0].values["contact_fraction"] == (1.0, 0.9)


def test_a_held_cell_draws_the_filaments_current_beside_its_own():
    found = after_short(record(current=10.0, voltage=0.1), 50.0, 0.1)
    assert found[-1].values["current_density"] == pytest.approx(15.0)
    assert found[-1].values["voltage"] == 0.1
    assert found[-1].values["charge"] == pytest.approx(1000.0 + 15.0 * 60.0)


def test_without_a_filament_nothing_is_added():
    assert after_short(record(), 0.0, None) == []


def test_a_filament_that_would_melt_is_told():
    metal = load("lithium")
    limit = melting_voltage(298.15, metal.value("melting_point"))
    hot, cool = (after_short(record(voltage=v, current=1.0), 1e-9, None) for v in (1.1 * limit, 0.9 * limit))
    assert "may burn open" in burn_warning(hot, metal, 298.15)[0]
    assert burn_warning(cool, metal, 298.15) == []
    assert burn_warning([], metal, 298.15) == []


@pytest.mark.slow
def test_a_run_goes_through_to_the_short():
    """A deep straight flaw under a fast current: it breaks through the far plane, and the voltage that is left."""
    labels = np.zeros((16, 16), np.uint8)
    labels[:14, 8] = 1
    case = read_case(
        {
            "cell": {
                "area": "1 cm^2",
                "electrolyte": {"material": "LLZO", "thickness": "8 um"},
                "anode": {"material": "lithium", "thickness": "50 um"},
                "interface": {"resistance": "20 ohm cm^2"},
                "stack": {"pressure": "3 MPa", "forming_pressure": "400 MPa"},
            },
            "protocol": {"steps": [{"current_density": "3 mA/cm^2", "duration": "60 s"}]},
            "model": {"name": "lumped"},
        }
    )
    model = Resolved(
        voxel=H,
        microstructure=Volume(labels, H, {0: "electrolyte", 1: "crack"}),
        lithium="fluid",
        boundary_toughness=1.0,
    )
    found = lisse.solve(model, case.cell, case.protocol, throw=False)
    assert found.verdict.mode == "filament-short"
    assert found.verdict.where == "working"
    conductance, time = found["short_conductance"].values, found["time"].values
    assert (conductance[:-4] == 0.0).all()
    assert (conductance[-4:] > 1e6).all()
    np.testing.assert_allclose(time[-4:], found.verdict.time + AFTER_SHORT)
    assert found["voltage"].values[-1] == pytest.approx(30.0 / conductance[-1], rel=1e-3)
    assert found["flaw_length"].values[-1, 0] == pytest.approx(8e-6)
    assert found.conservation["lithium"] < 1e-12
    assert found.conservation["charge"] < 1e-9
