"""``[model.resolved]`` of a case file: what it becomes, what it refuses, and that it comes back as it was."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lisse.cell import FlawPopulation
from lisse.errors import InvalidInput
from lisse.materials import Material
from lisse.microstructure import Volume
from lisse.models import Lumped, Resolved
from lisse.models.resolved.model import LITHIUM
from lisse.models.resolved.structure import Structure
from lisse.study import load_case, read_case
from lisse.study.batch import solve_many
from lisse.study.case import Case
from lisse.study.draws import draw_cells
from lisse.study.schema import CRACKS, TABLES

RECIPE = {"generate": "polycrystal", "size": ["32 um", "32 um"], "grain": "8 um", "porosity": 0.03, "seed": 1}
FLAWS = {"count": 2, "length": "4 um", "along_boundaries": True, "side": "both", "tilt": "10 deg"}
CELL = {
    "area": "1 cm^2",
    "electrolyte": {"material": "LLZO", "thickness": "32 um"},
    "anode": {"material": "lithium", "thickness": "20 um"},
    "stack": {"pressure": "3 MPa"},
}


def case_with(**resolved: Any) -> Case:
    return read_case(raw(resolved))


def raw(resolved: dict[str, Any], name: str = "resolved") -> dict[str, Any]:
    protocol = {"name": "cycle", "current_density": "1 mA/cm^2", "half_cycle": "10 s", "cycles": 1}
    return {"cell": CELL, "protocol": protocol, "model": {"name": name, "resolved": resolved}}


def model_with(**resolved: Any) -> Resolved:
    model = case_with(**resolved).model
    assert isinstance(model, Resolved)
    return model


# -- values ------------------------------------------------------------------------------------------------------------


def test_without_any_key_it_is_the_model_with_its_defaults() -> None:
    assert model_with() == Resolved()
    note = case_with().notes["model.resolved"]
    assert "one homogeneous crystal" in note
    assert "flaws as in cell.electrolyte.flaws" in note


def test_every_setting_of_the_model_is_a_key() -> None:
    names = {field.name for field in dataclasses.fields(Resolved)}
    assert names == {*TABLES["model.resolved"], "microstructure", "phases", "flaws", "directory", "resume"}
    assert TABLES["model.resolved"]["lithium"].choices == LITHIUM  # type: ignore[attr-defined]


def test_units_become_si() -> None:
    lengths = {"voxel": "500 nm", "width": "0.1 mm", "patch_size": "4 um"}
    others = {"boundary_resistance": "5 ohm cm^2", "surface_diffusion": "1e-4 um^2/s", "most_steps": 7}
    model = model_with(**lengths, **others, fracture=False, lithium="fluid")
    assert (model.voxel, model.width) == pytest.approx((5e-7, 1e-4))
    assert (model.boundary_resistance, model.patch_size) == pytest.approx((5e-4, 4e-6))
    assert model.surface_diffusion == pytest.approx(1e-16)
    assert (model.fracture, model.lithium, model.most_steps) == (False, "fluid", 7)


def test_flaws_are_the_parameters_of_the_generator() -> None:
    flaws = model_with(flaws=FLAWS).flaws
    assert flaws is not None
    assert flaws["length"] == pytest.approx(4e-6)
    assert flaws["tilt"] == pytest.approx(np.radians(10.0))
    assert set(CRACKS) - set(flaws) == {"seed"}
    case = case_with(microstructure=RECIPE, flaws=FLAWS)
    domain, _ = structure_of(case).domain(case.cell, 298.15, None)
    cracked = domain.initial_damage.any(axis=1)
    assert cracked[:4].any()
    assert cracked[-4:].any()


def structure_of(case: Case) -> Structure:
    names = [field.name for field in dataclasses.fields(Structure)]
    return Structure(**{name: getattr(case.model, name) for name in names})


def test_phases_are_roles_library_materials_or_materials_of_ones_own() -> None:
    own = {"name": "coat", "ionic_conductivity": "1 uS/cm", "youngs_modulus": "20 GPa"}
    case = case_with(phases={"old pores": "pore", "film": "Li3PS4", "coat": own})
    phases = case.model.phases  # type: ignore[attr-defined]
    assert phases["old pores"] == "pore"
    assert isinstance(phases["film"], Material)
    assert phases["coat"].value("youngs_modulus") == pytest.approx(2e10)
    assert case.key_of("coat", "poisson_ratio") == "model.resolved.phases.coat.poisson_ratio"
    assert case.key_of("Li3PS4", "poisson_ratio") == "model.resolved.phases.film.override.poisson_ratio"


# -- files -------------------------------------------------------------------------------------------------------------


def test_a_file_is_found_from_the_folder_of_the_case(tmp_path: Path) -> None:
    labels = np.ones((64, 40), dtype=np.uint8)
    labels[30:33, 10:14] = 0
    np.save(tmp_path / "scan.npy", labels)
    scan = {"file": "scan.npy", "phases": {"0": "pore", "1": "electrolyte"}, "crop": [[0, 64], [4, 36]]}
    case = read_case(raw({"voxel": "0.5 um", "microstructure": scan}), folder=tmp_path)
    assert case.as_run["model"]["resolved"]["microstructure"]["file"] == str(tmp_path / "scan.npy")
    domain, _ = structure_of(case).domain(case.cell, 298.15, None)
    assert domain.shape == (64, 32)
    assert int((domain.conductivity == 0.0).sum()) == 12
    again = read_case(tomllib.loads(case.to_toml()))  # from another folder
    assert again == case


def test_a_file_need_not_be_there_for_another_model() -> None:
    scan = {"voxel": "0.5 um", "microstructure": {"file": "nowhere.tif"}}
    assert read_case(raw(scan, "lumped")).model == Lumped()
    with pytest.raises(InvalidInput, match=r"microstructure.file: got 'nowhere.tif'; allowed: a file, looked for"):
        read_case(raw(scan))


@pytest.mark.parametrize(
    ("resolved", "message"),
    [
        ({"microstructure": {"generate": "polycristal"}}, "generate: got 'polycristal'; .* Did you mean 'polycrystal'"),
        ({"microstructure": RECIPE | {"grian": 1}}, r"microstructure.grian: .* Did you mean 'grain'"),
        ({"microstructure": RECIPE | {"voxel_size": "1 um"}}, "voxel_size: .* model.resolved.voxel says it"),
        ({"microstructure": {"generate": "pores", "of": {"generate": "sheres"}}}, r"of.generate: got 'sheres'"),
        ({"microstructure": {"generate": "pores", "of": 3}}, r"of: got 3; allowed: a recipe"),
        ({"microstructure": RECIPE | {"file": "scan.tif"}}, "microstructure.file: got 'scan.tif'; allowed: either"),
        ({"microstructure": {"grain": "8 um"}}, "microstructure.file: allowed: either .* The key is missing"),
        ({"microstructure": {"genrate": "spheres"}}, "genrate: .* Did you mean 'generate'"),
        ({"microstructure": "scan.tif"}, r"model.resolved.microstructure: got 'scan.tif'; allowed: a table"),
        ({"microstructure": {"file": "/"}}, "model.resolved.voxel: .* how large a voxel of the file is"),
        ({"voxel": "1 um", "microstructure": {"file": "/", "crop": [[0, 64]]}}, "crop: got .*; allowed: first voxel"),
        ({"voxel": "1 um", "microstructure": {"file": "/", "phases": {"a": "pore"}}}, "phases: got .*whole numbers"),
        ({"phases": {"a.b": "pore"}}, "phases: got 'a.b'; allowed: names of phases"),
        ({"phases": {"film": "porre"}}, r"phases.film: got 'porre'; allowed: pore, .*Did you mean 'pore'"),
        ({"phases": {"film": "PEO-LiTFSI"}}, r"phases.film: got 'PEO-LiTFSI'; allowed: an inorganic electrolyte"),
        ({"flaws": {"length": "4 um"}}, "flaws.count: .* The key is missing"),
        ({"flaws": FLAWS | {"side": "left"}}, "flaws.side: got 'left'; allowed: low, high, both"),
        ({"fracture": "yes"}, "fracture: got 'yes'; allowed: true or false"),
        ({"voxel": "1 m"}, "voxel: got '1 m'"),
    ],
)
def test_what_cannot_be_is_refused(resolved: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        case_with(**resolved)


# -- round trip, and many runs -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "resolved",
    [
        {},
        {"microstructure": RECIPE, "flaws": FLAWS, "fracture": False},
        {"microstructure": {"generate": "layers", "stack": [{"phase": "electrolyte", "thickness": "32 um"}]}},
        {"phases": {"phase 1": "lithium", "film": {"material": "LLZO", "override": {"youngs_modulus": "99 GPa"}}}},
    ],
)
def test_the_as_run_file_gives_an_equal_case(resolved: dict[str, Any], tmp_path: Path) -> None:
    case = case_with(**resolved)
    file = tmp_path / "as_run.toml"
    file.write_text(case.to_toml(), encoding="utf-8")
    again = load_case(file)
    assert again == case
    assert again.model == case.model


def test_seeds_are_drawn_where_they_change_something() -> None:
    drawn = case_with(microstructure=RECIPE, flaws=FLAWS)
    fixed = case_with(microstructure=RECIPE, flaws=FLAWS | {"seed": 3})
    assert drawn.model.draws(drawn.cell)
    assert not fixed.model.draws(fixed.cell)
    assert model_with(scatter=0.2).draws(fixed.cell)
    population = fixed.cell.replace(electrolyte__flaws=FlawPopulation(5e-6, 0.5, 1e8))
    assert model_with().draws(population)
    assert not fixed.model.draws(population)  # the table of flaws takes the place of the population
    batch, _ = draw_cells(drawn.cell, drawn.protocol, 3, 0, properties=False, seeded=drawn.model.draws(drawn.cell))
    seeds = [draw.seed for draw in batch]
    assert len(set(seeds)) == 3
    cracked = [structure_of(drawn).domain(drawn.cell, 298.15, seed)[0].initial_damage for seed in seeds]
    assert not np.array_equal(cracked[0], cracked[1])


def test_many_runs_write_no_fields(tmp_path: Path) -> None:
    case = read_case(raw({"voxel": "8 um", "width": "16 um", "fracture": False, "lithium": "fluid"}))
    model = dataclasses.replace(case.model, directory=tmp_path, time_tolerance=0.1)  # type: ignore[type-var]
    runs = solve_many(model, case.cell, case.protocol, seeds=[1, 2], workers=1)
    assert [run.status for run in runs] == ["completed", "completed"]
    assert list(tmp_path.iterdir()) == []


def test_a_volume_is_taken_from_python() -> None:
    volume = Volume(np.ones((64, 8), dtype=np.uint8), 5e-7, {1: "electrolyte"})
    case = case_with()
    model = dataclasses.replace(case.model, microstructure=volume)  # type: ignore[type-var]
    domain, _ = structure_of(dataclasses.replace(case, model=model)).domain(case.cell, 298.15, None)
    assert domain.shape == (64, 8)


def test_the_model_is_loaded_when_it_is_used() -> None:
    program = "import sys, lisse.study.case, lisse.models; print('lisse.models.resolved.model' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"
