"""Interphases on voxels: as a second phase, as a state of the interface, and their stress on the electrolyte."""

from __future__ import annotations

import numpy as np
import pytest

import lisse
from lisse.materials import load
from lisse.microstructure import Volume
from lisse.models.lumped.equations import tension
from lisse.models.resolved.clusters import find_clusters
from lisse.models.resolved.cracks import Cracks
from lisse.models.resolved.crystal_stiffness import isotropic_stiffness
from lisse.models.resolved.domain import Solid, build_domain
from lisse.models.resolved.electrolyte_body import ElectrolyteBody
from lisse.models.resolved.interphase_stress import interphase_stretch
from lisse.models.resolved.laws import build_laws
from lisse.models.resolved.model import Resolved
from lisse.models.resolved.phase_field import PhaseField
from lisse.study import read_case

H = 2e-6
E, NU = 150e9, 0.26
SOLID = {"electrolyte": Solid(0.05, E, NU, 6.0)}
CYCLE = [{"current_density": f"{j} mA/cm^2", "duration": "1 min"} for j in (0.2, -0.2)]


def case(thickness, steps=CYCLE, **interface):
    return read_case(
        {
            "cell": {
                "area": "1 cm^2",
                "electrolyte": {"material": "LLZO", "thickness": thickness},
                "anode": {"material": "lithium", "thickness": "50 um"},
                "interface": {"resistance": "20 ohm cm^2", **interface},
                "stack": {"pressure": "30 MPa", "forming_pressure": "400 MPa"},  # no voids
            },
            "protocol": {"steps": steps},
            "model": {"name": "lumped"},
        }
    )


def interphase(**more):
    plain = {"kind": "resistive", "conductivity": "1e-4 S/m", "initial_thickness": "4 um", "lithium_ratio": 0.5}
    return {"interphase": plain | more}


def swelling(sign):
    return interphase(
        volume_change=sign * 0.1,
        youngs_modulus="50 GPa",
        fracture_toughness="5 MPa m^0.5",
        initial_thickness="50 nm",
        conductivity="1e-2 S/m",
    )


@pytest.mark.parametrize("dimension", [2, 3])
def test_layers_of_voxels_equal_a_film_of_the_interface(dimension):
    """Two voxels of interphase on each side against a film of the same thickness in series; voltages to 1e-6."""
    labels = np.zeros((16, *[2] * (dimension - 1)), np.uint8)
    labels[[0, 1, -2, -1]] = 1
    layer = load("LLZO").with_value("ionic_conductivity", 1e-4)
    voxels, film = case("32 um"), case("24 um", **interphase())
    resolved = Resolved(
        voxel=H,
        microstructure=Volume(labels, H, {0: "electrolyte", 1: "interphase"}),
        phases={"interphase": layer},
        lithium="fluid",
        fracture=False,
    )
    one = lisse.solve(resolved, voxels.cell, voxels.protocol, throw=False)
    plain = Resolved(voxel=H, width=2 * H, lithium="fluid", fracture=False)
    other = lisse.solve(plain, film.cell, film.protocol, throw=False)
    assert one.status == other.status == "completed"
    np.testing.assert_allclose(one["time"], other["time"], rtol=1e-9)
    np.testing.assert_allclose(one["voltage"], other["voltage"], rtol=1e-6)
    resistance = (other["film_drop"].values[0] - one["film_drop"].values[0]) / one["current_density"].values[0]
    assert resistance == pytest.approx(2 * 4e-6 / 1e-4, rel=1e-6)


def flawed(rows, columns, length):
    labels = np.zeros((rows, columns), np.uint8)
    labels[:length, columns // 2] = 1
    volume = Volume(labels, 0.5e-6, {0: "electrolyte", 1: "crack"})
    return build_domain(volume, SOLID)


def sound(rows, voxel):
    return build_domain(Volume(np.zeros((rows, 4), np.uint8), voxel, {0: "electrolyte"}), SOLID)


def cracks_of(domain):
    body = ElectrolyteBody(isotropic_stiffness(domain), domain.voxel, skirt=5 * domain.voxel)
    return Cracks(domain, body, PhaseField(domain.toughness, 2.0 * domain.voxel, domain.voxel))


def stretched_response(domain, strain):
    cracks = cracks_of(domain)
    damage = cracks.settled(domain.initial_damage)
    still = np.zeros((domain.dimension, *domain.lateral))
    return cracks.response(damage, find_clusters(domain, damage, ()), (still, still), strain)


def test_stretch_of_a_sound_electrolyte_is_the_stress_of_the_lumped_model():
    made = case("24 um", **swelling(1))
    domain = sound(48, 0.5e-6)
    laws = build_laws(made.cell, domain, 298.15, patch_size=None, scatter=0.0, seed=None)
    film = np.array([50e-9, 80e-9])
    expected = float(tension(laws.equations, film[None])[0])
    assert expected > 0.0
    stress = stretched_response(domain, interphase_stretch(laws, domain, film)).stress([])
    np.testing.assert_allclose(stress[1:3], expected, rtol=1e-9)
    np.testing.assert_allclose(stress[0], 0.0, atol=1e-9 * expected)


def test_beyond_the_critical_thickness_the_stress_stays():
    made = case("24 um", **swelling(1))
    domain = sound(8, 3e-6)
    laws = build_laws(made.cell, domain, 298.15, patch_size=None, scatter=0.0, seed=None)
    critical = laws.surfaces[0].side.interphase.critical_thickness
    ends = [interphase_stretch(laws, domain, np.full(2, share * critical)) for share in (0.5, 1.0, 3.0)]
    assert ends[1] == pytest.approx(2.0 * ends[0])
    assert ends[2] == pytest.approx(ends[1])


@pytest.mark.parametrize("length", [8, 12, 16])
def test_stretch_opens_a_flaw_as_its_own_pressure_would(length):
    """Superposition: a remote tension S opens a crack as a pressure S on its walls does; within 3 %."""
    stress = 50e6
    found = stretched_response(flawed(64, 128, length), stress * (1.0 - NU) / E)
    assert found.base_volume[0] == pytest.approx(found.compliance[0, 0] * stress, rel=0.03)


def test_a_run_loads_its_flaw_by_the_tension_less():
    """The lithium of a flaw that an interphase pulls open is under the pressure of the other, less that tension.

    Early in a run, at the same lithium: p = (v - V0)/C, with V0 = C S within the 3 % above.
    """
    pressures, tensions = [], []
    steps = [{"current_density": "10 mA/cm^2", "duration": "0.3 s"}]
    labels = np.zeros((48, 64), np.uint8)
    labels[:10, 32] = 1
    for sign in (0.0, 1.0):
        made = case("24 um", steps, **swelling(sign))
        model = Resolved(
            voxel=0.5e-6,
            microstructure=Volume(labels, 0.5e-6, {0: "electrolyte", 1: "crack"}),
            lithium="fluid",
            boundary_toughness=1.0,
        )
        found = lisse.solve(model, made.cell, made.protocol, throw=False)
        assert found.status == "completed"
        pressures.append(float(found["plating_pressure"].values[-1, 0]))
        laws = build_laws(made.cell, sound(48, 0.5e-6), 298.15, patch_size=None, scatter=0.0, seed=None)
        tensions.append(float(tension(laws.equations, found["interphase_thickness"].values[-1:])[0]))
    assert tensions[0] == 0.0
    assert tensions[1] > 5e6
    # plating into the less squeezed crack is faster: it makes up for 1 - exp(-0.3 s/6 s) of it
    assert pressures[0] - pressures[1] == pytest.approx(tensions[1], rel=0.1)
