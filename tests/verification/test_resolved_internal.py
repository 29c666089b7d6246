"""Lithium inside the electrolyte (Mode 2) on voxels: Wagner's potential, the leak, and what deposits take of it."""

from __future__ import annotations

import numpy as np
import pytest

import lisse
from lisse import theory
from lisse.errors import InvalidInput, MissingValue
from lisse.materials import Material
from lisse.microstructure import Volume
from lisse.models import Lumped
from lisse.models.resolved.charge import ChargeBalance
from lisse.models.resolved.clusters import Cluster
from lisse.models.resolved.domain import Solid, build_domain
from lisse.models.resolved.face_law import Faces
from lisse.models.resolved.internal import InternalDeposition, electronic_conductivity
from lisse.models.resolved.metal_faces import face_places
from lisse.models.resolved.model import Resolved
from lisse.study import read_case
from lisse.units import FARADAY

H = 1e-6
PER_CHARGE = 1.3e-5 / FARADAY
PHASES = {0: "electrolyte", 1: "pore", 2: "layer"}
FILM = 2e-3  # ohm m2


class Cell:
    """A domain with ions and electrons at one current, without anything that changes in time but deposits."""

    def __init__(self, labels, ions, electrons, *, threshold=1.0, grains=None, current=10.0):
        names = {label: name for label, name in PHASES.items() if (labels == label).any()}
        solids = {name: Solid(ions[name], 1e11, 0.25, 5.0) for name in names.values() if name in ions}
        self.domain = build_domain(Volume(labels, H, names, grains), solids)
        places = face_places(self.domain, self.domain.solid, (), [])
        n = places.count
        self.faces = Faces(
            cell=places.cell,
            electrode=places.electrode,
            area=np.full(n, self.domain.face_area),
            half=0.5 * H / self.domain.conductivity.reshape(-1)[places.cell],
            film=np.full(n, FILM),
            exchange=np.full(n, 1e9),
            shift=np.zeros(n),
            contact=np.ones(n),
            constriction=np.zeros(n),
            temperature=298.15,
            anodic=(0.5, 0.5),
            kinetics=("linear", "linear"),
        )
        self.balance = ChargeBalance(self.domain.bulk_faces, H)
        conductivity = np.zeros(self.domain.shape)
        for label, name in names.items():
            conductivity[labels == label] = electrons.get(name, 0.0)
        self.inside = InternalDeposition(self.domain, conductivity, threshold, PER_CHARGE)
        self.deposit = self.inside.empty()
        self.pass_current(current)

    def pass_current(self, current):
        self.charge = self.balance.solve(self.faces, current * self.domain.area)

    def advance(self, dt, clusters=(), pressure=0.0):
        charge = self.charge
        found = self.inside.advance(
            self.deposit, charge.potential, charge.voltage, pressure, self.faces, self.domain.bulk_faces, clusters, dt
        )
        self.gained = (found.deposit - self.deposit).sum() * self.domain.cell_volume
        self.deposit = found.deposit
        return found


def middles(count):
    return (np.arange(count) + 0.5) * H


def holed(threshold, conductivity=1e-5):
    """A pore near the plated side and one in the middle."""
    labels = np.zeros((40, 24), np.uint8)
    labels[5:8, 10:14] = 1
    labels[20:24, 4:8] = 1
    return Cell(labels, {"electrolyte": 0.05}, {"electrolyte": conductivity}, threshold=threshold)


# ---- potential and leak --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("current", [10.0, -10.0, 0.0])
def test_profile_of_a_homogeneous_conductor_is_wagners(current):
    cell = Cell(np.zeros((20, 3), np.uint8), {"electrolyte": 0.05}, {"electrolyte": 1e-7}, current=current)
    found = cell.advance(0.0)
    # reversed, the voltage is negative and the same formula holds
    exact = theory.lithium_potential_profile(middles(20), cell.charge.voltage, [20 * H], [0.05], [1e-7], FILM)
    scale = max(abs(cell.charge.voltage), 1e-12)
    np.testing.assert_allclose(found.potential, np.repeat(np.asarray(exact)[:, None], 3, 1), atol=1e-9 * scale)


def test_profile_across_layers_is_wagners():
    labels = np.zeros((24, 2), np.uint8)
    labels[:8] = 2
    ions, electrons = {"electrolyte": 0.05, "layer": 0.01}, {"electrolyte": 1e-8, "layer": 3e-6}
    cell = Cell(labels, ions, electrons)
    exact = theory.lithium_potential_profile(
        middles(24), cell.charge.voltage, [8 * H, 16 * H], [0.01, 0.05], [3e-6, 1e-8], FILM
    )
    np.testing.assert_allclose(cell.advance(0.0).potential[:, 0], exact, rtol=1e-7)


def test_leak_is_wagners():
    cell = Cell(np.zeros((20, 3, 4), np.uint8), {"electrolyte": 0.05}, {"electrolyte": 1e-7})
    found = cell.advance(0.0)
    exact = theory.leakage_current(cell.charge.voltage, 20 * H, 0.05, 1e-7) * cell.domain.area
    # Wagner's ions flow through sigma_i and sigma_e in series, ours through the electrons' 1e-6 times larger resistance
    np.testing.assert_allclose(found.leak, [-exact, exact], rtol=3e-6)


def test_stack_pressure_is_in_the_reference():
    cell = Cell(np.zeros((6, 2), np.uint8), {"electrolyte": 0.05}, {"electrolyte": 1e-7})
    plain, pressed = cell.advance(0.0).potential, cell.advance(0.0, pressure=10e6).potential
    np.testing.assert_allclose(plain - pressed, 10e6 * PER_CHARGE, rtol=1e-9)


# ---- deposits ------------------------------------------------------------------------------------------------------


def test_nothing_forms_below_the_threshold():
    cell = holed(threshold=0.05)
    found = cell.advance(1e6)
    assert np.nanmax(found.potential) < 0.05
    assert found.rate == 0.0
    assert not found.deposit.any()


def test_deposits_hold_the_potential_at_the_threshold_and_take_the_leak():
    cell = holed(threshold=0.010)
    free = holed(threshold=1.0).advance(0.0)
    found = cell.advance(100.0)
    sites = (cell.inside.site >= 0).reshape(cell.domain.shape)
    assert found.rate > 0.0
    assert np.nanmax(np.where(sites, found.potential, -1.0)) <= 0.010 + 1e-9
    assert found.leak.sum() == pytest.approx(-found.rate, rel=1e-9)  # electrons that enter stay as lithium
    assert cell.gained == pytest.approx(100.0 * found.rate * PER_CHARGE, rel=1e-12)
    assert -found.leak[0] > -free.leak[0]  # the working metal gives more electrons
    assert found.leak[1] < free.leak[1]  # and fewer arrive at the counter metal


def test_deposit_grows_in_proportion_to_the_electronic_conductivity():
    slow, fast = (holed(0.010, sigma).advance(10.0) for sigma in (1e-6, 1e-5))
    assert fast.rate == pytest.approx(10.0 * slow.rate, rel=1e-6)


def test_a_full_pore_takes_no_more():
    cell = holed(threshold=0.010)
    near = np.zeros(cell.domain.shape, dtype=bool)
    near[5:8, 10:14] = True
    for _ in range(12):
        cell.advance(3e5)
        assert cell.inside.fraction(cell.deposit).max() <= 1.0 + 1e-9
    found = cell.advance(3e5)
    assert cell.inside.fraction(cell.deposit)[near] == pytest.approx(1.0, abs=1e-9)
    beside = cell.inside.site == cell.inside.holder[np.flatnonzero(near)[0]]
    assert found.potential.reshape(-1)[beside].max() > 0.010 + 1e-4  # nothing holds it down any more


def test_deposits_dissolve_when_the_current_is_reversed_and_none_is_left_below_zero():
    cell = holed(threshold=0.010)
    cell.advance(1e4)
    before = cell.deposit.sum()
    assert before > 0.0
    cell.pass_current(-10.0)
    found = cell.advance(1e3)
    assert found.rate < 0.0
    for _ in range(20):
        found = cell.advance(1e5)
        assert cell.deposit.min() >= 0.0
        assert cell.gained == pytest.approx(1e5 * found.rate * PER_CHARGE, rel=1e-9, abs=1e-24)
    gone = cell.inside.fraction(cell.deposit)[5:8, 10:14]
    assert gone.max() == 0.0  # it now lies on the stripped side


@pytest.mark.parametrize("seed", range(6))
def test_any_history_keeps_its_balance(seed):
    """Random pores, grains, currents and times from milliseconds to weeks: nothing lost, below zero or overfull."""
    random = np.random.default_rng(seed)
    labels = (random.random((14, 10)) < 0.12).astype(np.uint8)
    grains = np.ones((14, 10), int)
    grains[:, 4:8] = 2
    grains[labels == 1] = 0
    cell = Cell(labels, {"electrolyte": 0.05}, {"electrolyte": 1e-5}, threshold=0.008, grains=grains)
    there = ~np.isnan(cell.charge.potential.reshape(-1))
    for _ in range(25):
        cell.pass_current(random.normal(scale=15.0))
        before = cell.inside.fraction(cell.deposit)
        dt = 10.0 ** random.uniform(-3.0, 6.0)
        found = cell.advance(dt)
        grown = dt * found.rate * PER_CHARGE
        largest = max(cell.deposit.sum() * cell.domain.cell_volume, abs(grown))
        assert cell.gained == pytest.approx(grown, abs=1e-10 * largest)
        assert found.leak.sum() == pytest.approx(-found.rate, abs=1e-9 * np.abs(found.leak).max())
        assert cell.deposit.min() >= 0.0
        assert cell.inside.fraction(cell.deposit).max() <= 1.0 + 1e-9
        share = cell.inside.fraction(cell.deposit)
        assert share.sum() == pytest.approx(cell.deposit.sum(), rel=1e-9)
        full = np.unique(cell.inside.holder[(np.maximum(before, share) > 1.0 - 1e-9).reshape(-1)])
        roomy = (cell.inside.site >= 0) & there & ~np.isin(cell.inside.site, full)
        assert found.potential.reshape(-1)[roomy].max(initial=-1.0) <= 0.008 + 1e-8


def test_grain_boundaries_take_lithium_where_they_conduct_electrons():
    grains = np.ones((40, 24), int)
    grains[:, 12:] = 2
    cell = Cell(
        np.zeros((40, 24), np.uint8), {"electrolyte": 0.05}, {"electrolyte": 1e-6}, threshold=0.015, grains=grains
    )
    found = cell.advance(1.0)
    depth = np.flatnonzero((found.deposit > 0.0).any(axis=1))
    assert set(np.flatnonzero((found.deposit > 0.0).any(axis=0))) <= {0, 11, 12, 23}  # both boundaries, periodic
    assert depth.max() < 15  # mu falls to the threshold on the way: it is above within the first seventh, linear
    assert found.potential[depth, 11] == pytest.approx(0.015, abs=1e-9)


def test_pores_that_open_to_an_electrode_are_no_sites():
    labels = np.zeros((12, 8), np.uint8)
    labels[:3, 2:4] = 1
    cell = Cell(labels, {"electrolyte": 0.05}, {"electrolyte": 1e-6}, threshold=0.001)
    assert not cell.advance(1e5).deposit.any()


def test_a_crack_takes_over_the_lithium_of_a_pore_that_it_reaches():
    cell = holed(threshold=0.010)
    cell.advance(1e4)
    crack = np.zeros(cell.domain.shape, dtype=bool)
    crack[:5, 12] = True
    near = np.zeros(cell.domain.shape, dtype=bool)
    near[5:8, 10:14] = True
    pores = np.flatnonzero(near)
    cluster = Cluster(crack, pores, 0, lithium=1e-13)
    whole = cell.deposit.sum() * cell.domain.cell_volume + cluster.lithium
    (taken,), left = cell.inside.absorbed([cluster], cell.deposit)
    assert taken.lithium > 1e-13
    assert not cell.inside.fraction(left)[near].any()
    assert taken.lithium + left.sum() * cell.domain.cell_volume == pytest.approx(whole, rel=1e-12)
    cell.deposit = left
    assert not cell.inside.fraction(cell.advance(1e4, clusters=[cluster]).deposit)[near].any()


def test_full_voxels_from_end_to_end_are_a_short():
    grains = np.ones((40, 24), int)
    grains[:, 12:] = 2
    cell = Cell(np.zeros((40, 24), np.uint8), {"electrolyte": 0.05}, {"electrolyte": 1e-6}, grains=grains)
    full = np.zeros(cell.domain.shape)
    full[:, 11] = 1.0
    assert cell.inside.spans(full, ())
    full[20, 11] = 0.9
    assert not cell.inside.spans(full, ())
    crack = np.zeros(cell.domain.shape, dtype=bool)
    crack[20, 11] = True
    assert cell.inside.spans(full, [Cluster(crack, np.zeros(0, np.int64), 0)])


def test_an_insulator_for_electrons_is_refused():
    with pytest.raises(InvalidInput, match="electronic conductivity"):
        Cell(np.zeros((4, 2), np.uint8), {"electrolyte": 0.05}, {})


# ---- whole runs ----------------------------------------------------------------------------------------------------


def case(steps, thickness="32 um", **electrolyte):
    return read_case(
        {
            "cell": {
                "area": "1 cm^2",
                "electrolyte": {"material": "LLZO", "thickness": thickness, **electrolyte},
                "anode": {"material": "lithium", "thickness": "50 um"},
                "interface": {"resistance": "20 ohm cm^2"},
                "stack": {"pressure": "3 MPa", "forming_pressure": "400 MPa"},
            },
            "protocol": {"steps": steps},
            "model": {"name": "lumped"},
        }
    )


PLATE = {"current_density": "3 mA/cm^2", "duration": "2 min"}
POROUS = {
    "generate": "polycrystal",
    "size": ["32 um", "16 um"],
    "grain": "8 um",
    "porosity": 0.04,
    "periodic": True,
    "seed": 1,
}


def run(steps, model, **electrolyte):
    made = case(steps, **electrolyte)
    return lisse.solve(model, made.cell, made.protocol, throw=False)


def test_trace_is_that_of_the_lumped_model():
    steps = [{"current_density": "0.1 mA/cm^2", "duration": "2 min"}]
    fine = run(steps, Resolved(voxel=2e-6, width=4e-6, lithium="fluid", fracture=False, internal_deposition=True))
    plain = run(steps, Lumped())
    expected = plain["lithium_chemical_potential"].isel(time=-1).interp(position=fine["position"])
    np.testing.assert_allclose(fine["lithium_chemical_potential"].values[-1], expected, rtol=1e-6)


def test_a_run_with_deposits_conserves_lithium_and_goes_on(tmp_path):
    model = Resolved(
        voxel=1e-6,
        microstructure=POROUS,
        lithium="fluid",
        fracture=False,
        internal_deposition=True,
        boundary_electronic_conductivity=1e-4,
        directory=tmp_path,
    )
    found = run([PLATE, {"current_density": "-3 mA/cm^2", "duration": "2 min"}], model, pore_radius="1 um")
    assert found.status == "completed"
    assert found.verdict.mode == "internal-plating"
    assert found.verdict.critical_current_density == pytest.approx(30.0)
    assert "lithium formed inside" in found.status_text
    assert any(event["what"] == "internal plating" for event in found.events)
    inside = found["internal_lithium_thickness"].values
    assert inside.max() > 1e-9
    assert found.conservation["lithium"] < 1e-12
    fields = lisse.load_fields(tmp_path)
    assert float(fields["lithium_chemical_potential"].max()) > 0.0
    volume = float(fields["lithium_fraction"].isel(time=-1).sum()) * 1e-12 / 16e-6
    assert volume == pytest.approx(inside[-1], rel=1e-6)


def test_deposits_go_on_after_a_checkpoint(tmp_path):
    def model(**settings):
        return Resolved(
            voxel=1e-6,
            microstructure=POROUS,
            lithium="fluid",
            fracture=False,
            internal_deposition=True,
            boundary_electronic_conductivity=1e-4,
            **settings,
        )

    whole = run([PLATE], model(), pore_radius="1 um")
    run([PLATE], model(directory=tmp_path, most_steps=6), pore_radius="1 um")
    rest = run([PLATE], model(directory=tmp_path, resume=True), pore_radius="1 um")
    name = "internal_lithium_thickness"
    assert rest[name].values[-1] == pytest.approx(whole[name].values[-1], rel=1e-6)


def test_without_the_option_nothing_is_followed():
    found = run([PLATE], Resolved(voxel=2e-6, width=4e-6, lithium="fluid", fracture=False))
    assert "lithium_chemical_potential" not in found
    with pytest.raises(InvalidInput, match="boundary_electronic_conductivity"):
        Resolved(boundary_electronic_conductivity=1e-6)
    with pytest.raises(InvalidInput, match="above 0 S/m"):
        Resolved(boundary_electronic_conductivity=0.0, internal_deposition=True)


def test_conductivity_of_boundaries_and_missing_numbers():
    labels = np.zeros((4, 6), np.uint8)
    grains = np.ones((4, 6), int)
    grains[:, 3:] = 2
    domain = build_domain(Volume(labels, H, {0: "electrolyte"}, grains), {"electrolyte": Solid(0.05, 1e11, 0.25, 5.0)})
    plain = case([PLATE]).cell.electrolyte.material
    found = electronic_conductivity(domain, {"electrolyte": plain}, {}, 298.15, 1e-3)
    assert (found[:, [0, 2, 3, 5]] == 1e-3).all()
    assert (found[:, [1, 4]] == plain.value("electronic_conductivity")).all()
    bare = Material("bare", kind="electrolyte")
    with pytest.raises(MissingValue, match="electronic_conductivity"):
        electronic_conductivity(domain, {"electrolyte": bare}, {}, 298.15, None)
