"""A matrix with fillers as one material: limits, two routes, and what a case file makes of it."""

import dataclasses
import math

import numpy as np
import pytest

from cells import llzo_case
from lisse import theory
from lisse.errors import InvalidInput
from lisse.materials import Material, load
from lisse.materials.hybrid import MIXING_RULES, Filler, FormulaMixing, hybrid_electrolyte
from lisse.microstructure import Volume
from lisse.microstructure.generate import spheres
from lisse.models import Lumped, solve
from lisse.models.hybrid_voxels import VoxelMixing, fractions_in
from lisse.models.lumped.salt import salt_law
from lisse.protocol import Protocol, Step
from lisse.study import read_case
from lisse.study.templates import template
from lumped_cases import POLYMER

AT = 363.15
SAME = ("ionic_conductivity", "transference_number", "salt_diffusivity", "salt_concentration")


@pytest.fixture(scope="module")
def polymer():
    return load("PEO-LiTFSI")


@pytest.fixture(scope="module")
def ceramic():
    return load("LLZTO")


def made_of(polymer, *fillers, rule="hanai", at=AT):
    return hybrid_electrolyte(polymer, fillers, at, FormulaMixing(tuple(fillers), rule))


@pytest.mark.parametrize("rule", MIXING_RULES)
def test_no_filler_is_the_matrix(polymer, ceramic, rule):
    hybrid = made_of(polymer, Filler(ceramic, 0.0), rule=rule)
    assert hybrid.kind == "polymer"
    for name in SAME:
        assert hybrid.value(name, AT) == pytest.approx(polymer.value(name, AT), rel=1e-9)
    for name in ("shear_modulus", "poisson_ratio"):
        assert hybrid.value(name, AT) == pytest.approx(polymer.value(name, AT), rel=1e-9)


@pytest.mark.parametrize("rule", MIXING_RULES)
def test_pores_obstruct_salt_and_current_alike(polymer, rule):
    """Insulating fillers: t+ stays, and D per salt volume falls as kappa; a route by porous-electrode theory."""
    if rule == "hashin-shtrikman-lower":
        with pytest.raises(InvalidInput, match="not continuous"):
            made_of(polymer, Filler(None, 0.2), rule=rule)
        return
    hybrid = made_of(polymer, Filler(None, 0.2), rule=rule)
    obstruction = hybrid.value("ionic_conductivity", AT) / polymer.value("ionic_conductivity", AT)
    assert 0.55 < obstruction < 0.8
    assert hybrid.value("transference_number", AT) == pytest.approx(polymer.value("transference_number", AT))
    assert hybrid.value("salt_diffusivity", AT) == pytest.approx(
        polymer.value("salt_diffusivity", AT) * obstruction / 0.8
    )
    assert hybrid.value("salt_concentration", AT) == pytest.approx(0.8 * polymer.value("salt_concentration", AT))


def test_sand_time_of_a_porous_polymer_is_that_of_its_own_salt(polymer):
    """t_S ~ D_e eps c0^2 (per volume) / (1 - t)^2: eps^2 of the concentration times F/eps of the diffusivity."""
    hybrid = made_of(polymer, Filler(None, 0.3))
    given = {"current_density": 5.0, "thickness": 2e-3}
    keys = {"salt_concentration": "salt_concentration", "salt_diffusivity": "diffusivity"}

    def sand(material):
        numbers = {argument: material.value(name, AT) for name, argument in keys.items()}
        return theory.sand_time(transference_number=material.value("transference_number", AT), **numbers, **given)

    obstruction = 0.7**1.5
    assert sand(hybrid) / sand(polymer) == pytest.approx(0.7 * obstruction, rel=1e-6)


def test_conducting_filler_raises_the_cation_number(polymer, ceramic):
    free, blocked = (made_of(polymer, Filler(ceramic, 0.3, 1e-6, r)) for r in (0.0, 1e3))
    t = polymer.value("transference_number", AT)
    assert free.value("transference_number", AT) > t
    assert blocked.value("transference_number", AT) == pytest.approx(t, rel=1e-5)
    assert free.value("ionic_conductivity", AT) > 1.3 * blocked.value("ionic_conductivity", AT)
    assert blocked.value("ionic_conductivity", AT) == pytest.approx(
        made_of(polymer, Filler(None, 0.3)).value("ionic_conductivity", AT), rel=1e-5
    )


def test_interface_resistance_has_its_break_even():
    """Filler as good as the matrix behind its interface changes nothing: R = r (1/s_m - 1/s_i) (Hasselman, Johnson)."""
    poor, good = (Material(str(s), kind="electrolyte").with_value("ionic_conductivity", s) for s in (1e-3, 1e-1))
    even = 1e-6 * (1e3 - 1e1)
    for rule in MIXING_RULES:
        mixed = made_of(poor, Filler(good, 0.4, 1e-6, even), rule=rule, at=298.15)
        assert mixed.value("ionic_conductivity") == pytest.approx(1e-3, rel=1e-9)
    two = theory.interface_resistance_inclusion(1e-3, 1e-1, 0.4, 1e-6, 1e-4)
    mixed = made_of(poor, Filler(good, 0.4, 1e-6, 1e-4), rule="maxwell-garnett", at=298.15)
    assert mixed.value("ionic_conductivity") == pytest.approx(two)


def test_rules_lie_between_the_bounds(ceramic):
    other = load("LATP")
    values = {rule: made_of(ceramic, Filler(other, 0.3), rule=rule, at=298.15) for rule in MIXING_RULES}
    found = {rule: material.value("ionic_conductivity") for rule, material in values.items()}
    for rule in ("hanai", "maxwell-garnett", "bruggeman"):
        bounds = found["hashin-shtrikman-lower"], found["hashin-shtrikman-upper"]
        assert bounds[0] * (1 - 1e-12) <= found[rule] <= bounds[1] * (1 + 1e-12)
    assert values["hanai"].kind == "electrolyte"
    assert values["hanai"].entry("ionic_conductivity").mark == "estimated"


def test_temperature_follows_the_phases(polymer, ceramic):
    """The table of one hybrid against a hybrid made at another temperature."""
    here, there = (made_of(polymer, Filler(ceramic, 0.3), at=at) for at in (AT, 341.7))
    for name in SAME:
        assert here.value(name, 341.7) == pytest.approx(there.value(name, 341.7), rel=1e-3)


def test_moduli_of_equal_phases_and_of_pores():
    bulk, shear = theory.composite_moduli([5e9, 5e9], [2e9, 2e9], [0.6, 0.4])
    assert (bulk, shear) == (pytest.approx(5e9), pytest.approx(2e9))
    few = 1e-6  # dilute spherical pores: dG/G = -15 (1 - nu)/(7 - 5 nu) f, dK/K = -3 (1 - nu)/(2 (1 - 2 nu)) f
    nu = (3 * 5 - 2 * 2) / (2 * (3 * 5 + 2))
    bulk, shear = theory.composite_moduli([5e9, 0.0], [2e9, 0.0], [1 - few, few])
    assert (1 - shear / 2e9) / few == pytest.approx(15 * (1 - nu) / (7 - 5 * nu), rel=1e-4)
    assert (1 - bulk / 5e9) / few == pytest.approx(3 * (1 - nu) / (2 * (1 - 2 * nu)), rel=1e-4)


# -- microstructure ----------------------------------------------------------------------------------------------------


def test_voxels_in_layers_are_exact(polymer, ceramic):
    """Layers along the current, in parallel: every number in closed form."""
    labels = np.zeros((8, 8, 8), dtype=int)
    labels[:, :2] = 1
    volume = Volume(labels, 1e-6, {0: "matrix", 1: "LLZTO"})
    filler = Filler(ceramic, 0.25)
    hybrid = hybrid_electrolyte(polymer, [filler], AT, VoxelMixing(volume, "matrix", {"LLZTO": filler}))
    s, t = (polymer.value(name, AT) for name in ("ionic_conductivity", "transference_number"))
    total = 0.75 * s + 0.25 * ceramic.value("ionic_conductivity", AT)
    assert hybrid.value("ionic_conductivity", AT) == pytest.approx(total, rel=1e-7)
    assert 1 - hybrid.value("transference_number", AT) == pytest.approx(0.75 * (1 - t) * s / total, rel=1e-7)


def test_voxels_across_layers_count_the_interface(ceramic):
    """Layers across the current: L/s = sum L_i/s_i + faces times R, at the temperature and next to it."""
    labels = np.zeros((8, 4, 4), dtype=int)
    labels[2:6] = 1
    volume = Volume(labels, 1e-6, {0: "matrix", 1: "b"})
    other, resistance = load("LATP"), 1e-5
    filler = Filler(other, 0.5, interface_resistance=resistance)
    hybrid = hybrid_electrolyte(ceramic, [filler], 298.15, VoxelMixing(volume, "matrix", {"b": filler}))

    def exact(at):
        parts = 4e-6 / ceramic.value("ionic_conductivity", at) + 4e-6 / other.value("ionic_conductivity", at)
        return 8e-6 / (parts + 2 * resistance)

    assert hybrid.value("ionic_conductivity", 298.15) == pytest.approx(exact(298.15), rel=1e-7)
    slope, right = (math.log(f(300.0) / f(298.15)) for f in (lambda at: hybrid.value("ionic_conductivity", at), exact))
    assert slope == pytest.approx(right, rel=0.02)


def test_voxels_of_spheres_agree_with_the_formula(ceramic):
    """Separate spheres that insulate, and spheres behind a resistance that makes them even with the matrix."""
    volume = spheres((24e-6,) * 3, 1e-6, 0.15, 8e-6, gap=2e-6, phases=("matrix", "b"), seed=2).volume
    shares, pores = fractions_in(volume, "matrix", ["b"])
    assert pores == 0.0
    filler = Filler(ceramic, shares["b"], 4e-6)
    mixing = VoxelMixing(volume, "matrix", {"b": filler})
    assert mixing.anions(1.0) == pytest.approx(theory.maxwell_garnett(1.0, 0.0, shares["b"]), rel=0.06)
    behind = dataclasses.replace(filler, interface_resistance=1e6)
    blocked = VoxelMixing(volume, "matrix", {"b": behind})
    assert blocked.ions(1.0, [10.0]) == pytest.approx(mixing.anions(1.0), rel=1e-3)
    assert blocked.ions(1.0, [10.0]) < mixing.ions(1.0, [10.0])


def test_phases_must_have_names(ceramic):
    volume = Volume(np.array([[0, 1], [1, 2]]), 1e-6, {0: "matrix", 1: "b", 2: "dust"})
    with pytest.raises(InvalidInput, match="dust"):
        fractions_in(volume, "matrix", ["b"])
    with pytest.raises(InvalidInput, match="c"):
        fractions_in(volume, "matrix", ["b", "c"])


# -- in a case ---------------------------------------------------------------------------------------------------------

HYBRID = POLYMER | {
    "cell__electrolyte": {
        "material": "PEO-LiTFSI",
        "thickness": "100 um",
        "hybrid": {
            "porosity": 0.02,
            "fillers": {
                "LLZTO": {
                    "material": "LLZTO",
                    "fraction": 0.2,
                    "radius": "1 um",
                    "interface_resistance": "100 ohm cm^2",
                }
            },
        },
    }
}


def test_case_makes_one_material_and_runs_again():
    case = llzo_case(**HYBRID)
    material = case.cell.electrolyte.material
    assert material.name == "PEO-LiTFSI with 20 % LLZTO, 2 % pores"
    assert material.entry("ionic_conductivity").mark == "estimated"
    assert "ionic_conductivity" in case.notes["cell.electrolyte.hybrid"]
    assert "(hanai)" in case.notes["cell.electrolyte.hybrid"]
    assert "hanai" in case.to_toml()
    assert read_case(case.as_run).cell == case.cell
    assert case.key_of(material.name, "density") == "cell.electrolyte.hybrid.override.density"


def test_hybrid_cell_carries_salt_and_its_own_drop():
    """Steady ohmic drop and Newman's polarisation of the effective numbers, by the lumped model and by hand."""
    case = llzo_case(**HYBRID)
    cell, protocol = case.cell, Protocol("steps", (Step(current_density=0.1, duration=4e5),), voltage_limit=5.0)
    found = solve(Lumped(), cell, protocol)
    kappa = cell.electrolyte.material.value("ionic_conductivity", AT)
    assert found.data["ohmic_drop"].values[-1] == pytest.approx(0.1 * 100e-6 / kappa, rel=1e-6)
    assert salt_law(cell, AT).salt_concentration == pytest.approx(
        0.78 * load("PEO-LiTFSI").value("salt_concentration", AT)
    )
    assert found.data["salt_concentration"].values[-1, 0] < found.data["salt_concentration"].values[-1, -1]


def test_area_and_radius_are_one_statement():
    table = {"material": "LLZTO", "fraction": 0.2, "interface_resistance": "100 ohm cm^2"}
    cells = []
    for way in ({"radius": "1 um"}, {"interface_area": "0.6 1/um"}):  # 3 f/r
        hybrid = {"fillers": {"LLZTO": table | way}}
        cells.append(llzo_case(**HYBRID | {"cell__electrolyte__hybrid": hybrid}).cell.electrolyte.material)
    first, second = (cell.value("ionic_conductivity", AT) for cell in cells)
    assert first == pytest.approx(second, rel=1e-12)


def test_case_with_a_recipe():
    recipe = {"generate": "spheres", "size": ["16 um"] * 3, "voxel_size": "1 um", "fraction": 0.2, "diameter": "6 um"}
    hybrid = {
        "fillers": {"LLZTO": {"material": "LLZTO", "interface_resistance": "100 ohm cm^2"}},
        "microstructure": {"recipe": recipe | {"phases": ["matrix", "LLZTO"], "seed": 1}},
    }
    case = llzo_case(**HYBRID | {"cell__electrolyte__hybrid": hybrid})
    entry = case.cell.electrolyte.material.entry("ionic_conductivity")
    assert (entry.row, entry.mark) == ("voxels", "estimated")
    assert "spheres" in entry.source
    assert read_case(case.as_run).cell == case.cell


def test_case_with_a_scan(tmp_path):
    labels = np.zeros((6, 6, 6), dtype=np.uint8)
    labels[2:4, 2:4, 2:4] = 1
    np.save(tmp_path / "scan.npy", labels)
    voxels = {"file": str(tmp_path / "scan.npy"), "voxel_size": "1 um", "phases": {"0": "matrix", "1": "grain"}}
    hybrid = {"fillers": {"grain": {"material": "LLZTO"}}, "microstructure": voxels}
    case = llzo_case(**HYBRID | {"cell__electrolyte__hybrid": hybrid})
    assert case.cell.electrolyte.material.name == "PEO-LiTFSI with 3.7 % LLZTO"
    assert "scan.npy" in case.cell.electrolyte.material.entry("ionic_conductivity").source
    assert read_case(case.as_run).cell == case.cell


FILLER = HYBRID["cell__electrolyte"]["hybrid"]["fillers"]["LLZTO"]


@pytest.mark.parametrize(
    ("hybrid", "match"),
    [
        ({}, r"fillers"),
        ({"rule": "magic", "fillers": {"a": FILLER}}, r"hybrid\.rule.*hanai"),
        ({"fillers": {"a": {"material": "LLZTO"}}}, r"fillers\.a\.fraction"),
        ({"fillers": {"a": FILLER | {"interface_area": "1 1/um"}}}, r"either a radius or an area"),
        ({"fillers": {"a": {k: v for k, v in FILLER.items() if k != "radius"}}}, r"fillers\.a\.radius"),
        ({"fillers": {"a": FILLER | {"fraction": 0.6}, "b": FILLER | {"fraction": 0.5}}}, r"leave some of the volume"),
        ({"fillers": {"a": FILLER | {"material": "lithium"}}}, r"inorganic electrolyte"),
        ({"fillers": {"a.b": FILLER}}, r"a table whose name has letters"),
        ({"porosity": 0.1, "microstructure": {"file": "x.tif"}}, r"porosity"),
        ({"fillers": {"a": {"material": "LLZTO"}}, "microstructure": {}}, r"either a file or a recipe"),
        ({"rule": "bruggeman", "fillers": {"a": FILLER | {"fraction": 0.7}}}, r"not continuous"),
        ({"fillers": {"a": FILLER}, "override": {"colour": 1}}, r"hybrid\.override\.colour"),
    ],
)
def test_complaints_name_the_key(hybrid, match):
    with pytest.raises(InvalidInput, match=match):
        llzo_case(**HYBRID | {"cell__electrolyte__hybrid": hybrid})


def test_override_of_a_measured_number():
    hybrid = HYBRID["cell__electrolyte"]["hybrid"] | {"override": {"ionic_conductivity": "0.3 mS/cm"}}
    case = llzo_case(**HYBRID | {"cell__electrolyte__hybrid": hybrid})
    assert case.cell.electrolyte.material.value("ionic_conductivity") == pytest.approx(0.03)
    assert case.cell.electrolyte.material.entry("ionic_conductivity").mark == "given"
    assert read_case(case.as_run).cell == case.cell


def test_template_shows_it():
    text = template("polymer")
    assert "# [cell.electrolyte.hybrid]" in text
    assert "# [cell.electrolyte.hybrid.fillers.LLZTO]" in text
    assert "# [cell.electrolyte.hybrid.microstructure]" in text
