"""Recipes: plain data in, the same bytes out."""

from __future__ import annotations

import pickle
import tomllib
from typing import Any

import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.microstructure.generate import (
    GENERATORS,
    FibreTexture,
    Generated,
    Layer,
    SpreadTexture,
    cell_stack,
    cracks,
    fibres,
    from_recipe,
    layers,
    network,
    patches,
    polycrystal,
    pores,
    rough_interface,
    scratches,
    shell,
    spheres,
)

U = 1e-6
BASIC = {"generate": "polycrystal", "size": ["32 um", "32 um"], "grain": "8 um", "seed": 1}


def grains(**changes: Any) -> Generated:
    return polycrystal((16 * U, 20 * U), 0.5 * U, 5 * U, seed=3, **changes)


MADE = {
    "polycrystal": lambda: grains(texture=FibreTexture((1, 0, 0), (1, 1, 1), 0.1), columnar=0),
    "pores": lambda: pores(grains(spread=None, texture=SpreadTexture(spread=0.2)), 0.05, 1.5 * U, place="junction"),
    "cracks": lambda: cracks(grains(), 2, 4 * U, tilt=0.2, host="electrolyte", seed=4),
    "scratches": lambda: scratches(grains(), 1, 2 * U, 3 * U),
    "rough_interface": lambda: rough_interface((16 * U, 20 * U), 0.5 * U, 1 * U, 0.7, 4 * U, 0.4, seed=2),
    "patches": lambda: patches(cell_stack(grains(), 3 * U), 0.3, 3 * U, 0.5 * U),
    "spheres": lambda: spheres((20 * U, 20 * U), 0.5 * U, 0.4, 4 * U, 0.2, gap=0.3 * U),
    "fibres": lambda: fibres((20 * U, 20 * U), 0.5 * U, 0.2, 2 * U, 9 * U, direction=(1, 0), misalignment=0.1),
    "network": lambda: network((20 * U, 20 * U), (0.5 * U, 0.25 * U), 0.4, 2 * U),
    "shell": lambda: shell(spheres((20 * U, 20 * U), 0.5 * U, 0.4, 4 * U), "ceramic", 0.5 * U, "polymer"),
    "layers": lambda: layers([Layer("lithium", 4 * U, 0.5 * U), Layer("carbon", 4 * U)], (20 * U,), 0.5 * U),
    "cell_stack": lambda: cell_stack(pores(grains(), 0.05, 1.5 * U), (0.0, 3 * U), [Layer("gold", 1 * U)]),
}


@pytest.mark.parametrize("name", list(GENERATORS))
def test_every_recipe_makes_the_same_bytes_again(name: str) -> None:
    made = MADE[name]()
    again = from_recipe(made.recipe)
    assert made.recipe["generate"] == name
    assert again.volume.labels.tobytes() == made.volume.labels.tobytes()
    assert again.volume.phases == made.volume.phases
    for part in ("grains", "orientations"):
        mine, theirs = getattr(made.volume, part), getattr(again.volume, part)
        assert (mine is None) == (theirs is None)
        assert mine is None or np.array_equal(mine, theirs)
    assert dict(again.recipe) == dict(made.recipe)
    assert dict(again.statistics) == dict(made.statistics)


def test_a_recipe_survives_toml() -> None:
    tomlkit = pytest.importorskip("tomlkit")
    made = MADE["cell_stack"]()
    read = tomllib.loads(tomlkit.dumps(dict(made.recipe)))
    assert read == dict(made.recipe)
    assert from_recipe(read).volume.labels.tobytes() == made.volume.labels.tobytes()


def test_the_recipe_of_a_case_file() -> None:
    made = from_recipe({**BASIC, "porosity": 0.03}, voxel_size=0.5 * U)
    assert made.volume.shape == (64, 64)
    assert made.volume.mask("pore").sum() == round(0.03 * 64 * 64)
    assert made.statistics["pore_diameter"].target == pytest.approx(2 * U)


def test_a_generated_volume_goes_to_another_process() -> None:
    made = grains()
    again = pickle.loads(pickle.dumps(made))
    np.testing.assert_array_equal(again.volume.grains, made.volume.grains)
    assert again.recipe == made.recipe


def test_the_table_names_targets() -> None:
    assert "grain_spread" in grains().table()
    assert "(target 5e-06)" in grains().table()


@pytest.mark.parametrize(
    ("recipe", "message"),
    [
        ({**BASIC, "generate": "polycristal"}, "generate: got 'polycristal'.*Did you mean 'polycrystal'"),
        ({**BASIC, "grian": "8 um"}, "polycrystal.grian: .*Did you mean 'grain'"),
        ({**BASIC, "grain": 8e-6}, "polycrystal.grain: got 8e-06.*Write the number with its unit"),
        ({**BASIC, "grain": "8 s"}, "polycrystal.grain: got '8 s'"),
        ({"generate": "polycrystal", "grain": "8 um"}, "polycrystal.size: .*This key is needed"),
        ({**BASIC, "texture": {"kind": "fiber"}}, "polycrystal.texture.kind: got 'fiber'"),
        ({**BASIC, "texture": {"kind": "fibre", "axis": 1}}, "polycrystal.texture.axis: "),
        ({"generate": "layers", "stack": "lithium", "cross_section": ["9 um"]}, "layers.stack: .*a list of layers"),
        ({"generate": "layers", "stack": [{"phase": "x"}], "cross_section": ["9 um"]}, r"stack\[0\].thickness: "),
        ({"generate": "cell_stack", "lithium": "9 um"}, "cell_stack.of: .*This key is needed"),
        ("polycrystal", "recipe: got 'polycrystal'"),
    ],
)
def test_wrong_recipes_are_refused(recipe: Any, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        from_recipe(recipe, voxel_size=0.5 * U)


def test_a_recipe_without_a_voxel_size_asks_for_it() -> None:
    with pytest.raises(InvalidInput, match="polycrystal.voxel_size: .*how large a voxel is"):
        from_recipe(BASIC)


def test_a_step_on_a_volume_from_elsewhere_cannot_be_made_again() -> None:
    made = pores(grains().volume, 0.05, 1.5 * U)
    with pytest.raises(InvalidInput, match="of: got 'given volume'"):
        from_recipe(made.recipe)
