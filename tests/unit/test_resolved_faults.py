"""What the resolved model does with hard and with impossible cells: a clear status or one of our errors, never NaN."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from lisse.errors import InvalidInput, LisseError, SolveFailed
from lisse.materials.laws import Law
from lisse.microstructure import Volume
from lisse.models.resolved.clusters import bridges, find_clusters
from lisse.models.resolved.domain import Solid, build_domain
from lisse.models.resolved.model import Resolved
from resolved_cells import PHASES, VOXEL, Labels, check_balances, flaw, flow, hold, resolved_case, run_model, run_on

SHORTS = ("soft-short", "filament-short")


def intact(*shape: int) -> Labels:
    return np.zeros(shape or (16, 12), np.uint8)


def small_case(*steps: dict[str, Any], rows: int = 16, **changes: Any) -> Any:
    return resolved_case(*(steps or (flow(1.0, 20.0),)), thickness=rows * VOXEL * 1e6, **changes)


def test_no_path_for_ions() -> None:
    labels = intact()
    labels[7] = 1
    with pytest.raises(SolveFailed, match="does not percolate: no path of electrolyte joins the two electrodes"):
        run_on(labels, small_case())


def test_a_crack_across_the_whole_cell_lets_next_to_nothing_through() -> None:
    labels = intact()
    labels[7] = 2
    run = run_on(labels, small_case())
    assert run.solution.verdict.mode == "voltage-limit"
    assert run.solution.verdict.time == 0.0


@pytest.mark.parametrize("fracture", [True, False])
def test_an_end_plane_of_pores(fracture: bool) -> None:
    labels = intact()
    labels[0] = 1
    with pytest.raises(InvalidInput, match="an end plane of pores only"):
        run_on(labels, small_case(), fracture=fracture)


def test_no_electrolyte_at_all() -> None:
    with pytest.raises(InvalidInput, match="some electrolyte"):
        run_on(intact() + np.uint8(1), small_case())


def test_a_phase_without_a_material() -> None:
    with pytest.raises(InvalidInput, match="phase 'other'"):
        run_on(np.where(np.indices((16, 12))[0] > 8, 4, 0).astype(np.uint8), small_case())


def test_grain_maps_with_holes() -> None:
    """Voxels of no grain are electrolyte like any other, without boundaries around them."""
    grains = np.ones((16, 12), int)
    grains[:, 6:] = 2
    grains[4:8, 3:9] = grains[-1, 0] = 0
    electrolyte = {"material": "LLZO", "thickness": "8 um", "grain_boundary_resistance": "10 ohm cm^2"}
    run = run_on(intact(), small_case(cell__electrolyte=electrolyte), grains=grains, boundary_resistance=1e-3)
    assert run.solution.status == "completed"
    check_balances(run)


@pytest.mark.parametrize("lithium", ["fluid", "viscous"])
def test_no_stack_pressure(lithium: str) -> None:
    run = run_on(flaw((16, 12), 5, 6), small_case(cell__stack__pressure="0 MPa"), lithium=lithium)
    assert run.solution.status == "completed"
    check_balances(run)
    assert run.pressure[-1] > 10e6


@pytest.mark.parametrize("lithium", ["fluid", "viscous"])
def test_pores_at_both_surfaces(lithium: str) -> None:
    labels = intact()
    labels[:3, 4:7] = labels[13:, 7:] = labels[-1, 0] = 1
    run = run_on(labels, small_case(flow(1.0, 10.0), flow(-1.0, 10.0)), lithium=lithium)
    assert run.solution.status == "completed"
    check_balances(run)


@pytest.mark.parametrize("better", [1e6, 1e-6])
def test_a_million_times_the_conductivity_beside_each_other(better: float) -> None:
    case = small_case(flow(0.01, 20.0), protocol__voltage_limit="100 V")
    other = case.cell.electrolyte.material.with_value("ionic_conductivity", 0.046 * better)
    labels = flaw((16, 12), 5, 6)
    labels[6:12, 2:9] = 4
    run = run_on(labels, case, phases={"other": other})
    assert run.solution.status == "completed"
    check_balances(run)


def test_a_million_times_the_stiffness_beside_each_other() -> None:
    case = small_case()
    other = case.cell.electrolyte.material.with_value("youngs_modulus", 1.5e5)
    labels = flaw((16, 12), 5, 6)
    labels[8:12, 2:9] = 4
    run = run_on(labels, case, phases={"other": other})
    assert run.solution.status == "completed"
    check_balances(run)


class NotANumber(Law):
    """A law of a careless user: right at room temperature, where it is checked."""

    kind = "broken"

    def __init__(self, value: float) -> None:
        self.value = value

    def at(self, temperature: float) -> float:
        return self.value if abs(temperature - 298.15) < 1e-6 else float("nan")

    def parameters(self) -> dict[str, Any]:
        return {"kind": self.kind, "value": self.value}

    def text(self) -> str:
        return "broken"


@pytest.mark.parametrize("name", ["ionic_conductivity", "youngs_modulus", "fracture_toughness"])
def test_a_property_that_is_not_a_number(name: str) -> None:
    material = resolved_case(flow(1.0, 1.0)).cell.electrolyte.material
    with pytest.raises(InvalidInput, match=f"{name}.*nan"):
        material.with_value(name, float("nan"))


@pytest.mark.parametrize("name", ["ionic_conductivity", "youngs_modulus", "poisson_ratio", "fracture_toughness"])
def test_a_property_that_is_no_number_at_the_temperature_of_the_cell(name: str) -> None:
    case = small_case(cell__temperature="60 degC")
    material = case.cell.electrolyte.material
    broken = material.with_value(name, NotANumber(material.value(name, 298.15)))
    labels = intact()
    labels[6:9, 3:7] = 4
    with pytest.raises(InvalidInput, match=f"{name}.*nan"):
        run_on(labels, case, phases={"other": broken})


@pytest.mark.parametrize("axis_count", [2, 3])
def test_a_crack_through_the_whole_electrolyte_is_a_short_at_once(axis_count: int) -> None:
    labels = intact(*(8, 6, 4)[:axis_count])
    labels[:, 2] = 2
    run = run_on(labels, small_case(rows=8))
    assert run.solution.verdict.mode in SHORTS
    assert run.solution.verdict.time < 1.0
    check_balances(run)


def test_a_chain_of_pores_between_the_electrodes_is_no_short_while_it_is_empty() -> None:
    labels = intact()
    labels[:, 5:7] = 1
    run = run_on(labels, small_case())
    assert run.solution.status == "completed"
    check_balances(run)


@pytest.mark.parametrize("labels", [intact(), flaw((16, 12), 5, 6)])
@pytest.mark.parametrize("current", [1e5, 1e7])
def test_a_current_beyond_the_voltage_limit(labels: Labels, current: float) -> None:
    run = run_on(labels, small_case(flow(current, 20.0)))
    assert run.solution.verdict.mode == "voltage-limit"
    assert run.solution.verdict.time == 0.0
    check_balances(run)


@pytest.mark.parametrize("step", [flow(0.0, 20.0), hold(0.0, 20.0)])
def test_nothing_happens_without_a_drive(step: dict[str, Any]) -> None:
    run = run_on(flaw((16, 12), 5, 6), small_case(step))
    assert run.solution.status == "completed"
    check_balances(run)
    assert np.abs(run["voltage"]).max() < 1e-9
    assert np.abs(run["charge"]).max() < 1e-6
    assert run.outcomes[-1].state.clusters[0].lithium < 1e-3 * run.domain.cell_volume


@pytest.mark.parametrize("shape", [(1, 12), (2, 12), (16, 1), (16, 2), (1, 1), (8, 1, 1), (1, 4, 4), (8, 2, 3)])
@pytest.mark.parametrize("lithium", ["fluid", "viscous"])
def test_cells_of_one_voxel_across(shape: tuple[int, ...], lithium: str) -> None:
    run = run_on(intact(*shape), small_case(rows=shape[0]), lithium=lithium)
    assert run.solution.status == "completed"
    check_balances(run)


def test_flaws_at_both_electrodes_at_the_same_place() -> None:
    labels = flaw((16, 12), 5, 6)
    labels[11:, 6] = 2
    run = run_on(labels, small_case(flow(1.0, 20.0), flow(-1.0, 20.0)))
    assert run.solution.status == "completed"
    check_balances(run)
    held = run["plating_pressure"]
    assert held[:, 0].max() > 50e6
    assert held[:, 1].max() > 50e6


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("voxel", float("nan")),
        ("width", float("nan")),
        ("width", -1e-6),
        ("patch_size", float("nan")),
        ("patch_size", -1e-6),
        ("surface_diffusion", -1e-12),
        ("surface_diffusion", float("nan")),
        ("boundary_resistance", -1.0),
        ("boundary_resistance", float("nan")),
        ("scatter", float("nan")),
        ("length_scale", float("nan")),
        ("lithium", "solid"),
        ("most_steps", 0),
    ],
)
def test_settings_out_of_range_are_refused(name: str, value: Any) -> None:
    given = {"voxel": 1e-6} | {name: value}
    with pytest.raises(InvalidInput, match=name):
        run_model(Resolved(**given), resolved_case(flow(1.0, 1.0)))


def test_a_run_that_is_given_up_says_why_and_keeps_what_it_has() -> None:
    run = run_on(intact(), small_case(), most_steps=3)
    assert run.solution.status == "failed"
    assert "3 time steps were not enough" in run.solution.status_text
    assert len(run["time"]) == 4
    check_balances(run)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(30))
def test_random_cells_end_in_a_clear_status(seed: int) -> None:
    """Pores, cracks, lithium and grains anywhere, steps of any sign: completed, stopped, given up late, or refused."""
    random = np.random.default_rng(seed)
    shape = (int(random.integers(3, 14)), int(random.integers(1, 14)))
    labels = random.choice(4, shape, p=[0.86, 0.06, 0.06, 0.02]).astype(np.uint8)
    grains = random.integers(0, 3, shape) if seed % 2 else None
    steps = [flow(float(random.choice([-5, -1, 0, 1, 5])), 5.0), hold(float(random.normal(0, 40)), 5.0)]
    pressure = {"cell__stack__pressure": f"{random.choice([0, 1, 10])} MPa"}
    settings = {"lithium": random.choice(["fluid", "viscous"]), "most_steps": 80}
    refused, run = "", None
    try:
        run = run_on(labels, small_case(*steps, rows=shape[0], **pressure), grains=grains, **settings)
    except LisseError as error:
        refused = str(error)
    if run is None:
        assert re.search("got|percolate|no face of the", refused)
        return
    given_up = "time steps were not enough|does not percolate"  # lithium in cracks can cut the path of the ions
    assert run.solution.status != "failed" or re.search(given_up, run.solution.status_text)
    assert run.solution.status_text
    check_balances(run)


def test_volumes_must_be_as_thick_as_the_electrolyte() -> None:
    volume = Volume(intact(10, 4), VOXEL, PHASES)
    with pytest.raises(InvalidInput, match="the electrolyte's thickness"):
        run_model(Resolved(voxel=VOXEL, microstructure=volume), resolved_case(flow(1.0, 1.0)))


def test_a_crack_at_a_cathode_takes_no_lithium() -> None:
    full = {"cell__kind": "full", "cell__counter": {"material": "NMC811", "areal_capacity": "3 mAh/cm^2"}}
    labels = flaw((16, 12), 4, 6, place=1)
    run = run_on(labels, small_case(flow(0.5, 60.0), flow(-0.5, 30.0), **full))
    check_balances(run)
    assert [cluster.side for cluster in run.outcomes[-1].state.clusters] == [1]
    assert all(cluster.lithium == 0.0 for one in run.outcomes for cluster in one.state.clusters)


def test_without_fracture_a_crack_has_no_room_for_lithium() -> None:
    run = run_on(flaw((16, 12), 4, 6), small_case(), fracture=False)
    check_balances(run)
    assert all(cluster.lithium == 0.0 for one in run.outcomes for cluster in one.state.clusters)


def test_a_pore_stays_with_the_crack_that_reached_it_first() -> None:
    labels = np.zeros((12, 8), np.uint8)
    labels[5:7, 3:5], labels[7:, 3], labels[:4, 3] = 1, 2, 2
    solid = Solid(conductivity=0.1, youngs_modulus=1e11, poisson_ratio=0.3, fracture_energy=2.0)
    domain = build_domain(Volume(labels, VOXEL, PHASES), {"electrolyte": solid})
    damage = domain.initial_damage.copy()
    first, second = find_clusters(domain, damage, ())
    assert (first.side, len(first.pores), second.side, len(second.pores)) == (0, 0, 1, 4)
    before = (first, second.holding(4.2 * domain.cell_volume))
    damage[4, 3] = 1.0  # the crack of the working electrode meets the full pore
    first, second = find_clusters(domain, damage, before)
    assert (len(first.pores), first.lithium, len(second.pores)) == (0, 0.0, 4)
    assert second.lithium == before[1].lithium
    assert not bridges(domain, first, (first, second))
    assert bridges(domain, second, (first, second))


def test_contact_is_lost_also_between_contaminated_patches() -> None:
    """The clean share bears all of the current, and loses its contact as much sooner."""
    times = {}
    for size in (None, 2e-6):
        changes = {"cell__stack__pressure": "0.5 MPa", "cell__anode__thickness": "500 um"}
        case = small_case(flow(-1.0, 6000.0), cell__interface__contamination=0.25, **changes)
        run = run_model(Resolved(voxel=1e-6, width=12e-6, lithium="fluid", fracture=False, patch_size=size), case)
        assert run.solution.verdict.mode == "contact-loss"
        times[size] = run.solution.verdict.time
    assert times[2e-6] == pytest.approx(0.75 * times[None], rel=0.02)


def test_voids_over_lithium_in_the_grid_heal_as_those_beside_it() -> None:
    labels = intact()
    labels[:2, 4:8] = 3
    run = run_on(labels, small_case(flow(-0.3, 3000.0), flow(0.0, 3000.0)), fracture=False)
    check_balances(run)
    assert min(float(one.contact[0].min()) for one in run.outcomes) < 0.95
    assert float(run.outcomes[-1].contact[0].min()) > 0.999
