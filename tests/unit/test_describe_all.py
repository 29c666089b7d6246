"""The collected description: which parts are in it, its table, and what it refuses."""

from __future__ import annotations

import json

import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.microstructure.description import PARTS, USUAL, describe
from lisse.microstructure.volume import Volume

PHASES = {0: "pore", 1: "lithium", 2: "electrolyte", 3: "never"}


@pytest.fixture(scope="module")
def stack() -> Volume:
    """Lithium under an electrolyte of 8 grains, with a few pores in it and at the interface."""
    labels = np.full((16, 12, 12), 2, dtype=np.uint8)
    labels[:6] = 1
    labels[5, 3:6, 3:6] = labels[10, 7, 7] = 0
    grains = np.where(labels == 2, 1 + np.ravel_multi_index(np.indices(labels.shape) // 8, (2, 2, 2)), 0)
    turns = np.random.default_rng(40).standard_normal((9, 4))
    turns /= np.linalg.norm(turns, axis=1)[:, None]
    return Volume(labels, 1e-6, PHASES, grains, turns)


def test_everything_usual(stack: Volume) -> None:
    found = describe(stack, interface=("lithium", "electrolyte"))
    assert set(found.seconds) == set(USUAL)
    assert found["interface", "lithium | electrolyte"].fraction == pytest.approx(1.0 - 9 / 144)
    assert found["interface", "lithium | electrolyte geometric hot spots"].focusing > 1.0
    assert found["grains", "sizes"].count == 8
    assert found["grains", "misorientation"].largest < 1.1
    assert found["connectivity", "pore"].isolated == 1.0
    assert found["pieces", "pore"].count == 2
    assert not any(subject == "never" for _, subject in found.results)
    assert found.phase_fractions["never"] == 0.0


def test_dictionary_is_json_and_holds_the_numbers_of_the_table(stack: Volume) -> None:
    found = describe(stack, ["connectivity", "chords", "geodesic"])
    plain = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert plain["phases"]["pore"]["fraction"] == pytest.approx(10 / 2304)
    assert plain["connectivity"]["lithium"]["low"] == 1.0
    assert plain["geodesic"]["pore"]["mean"] is None  # infinite: no path
    assert set(plain["seconds"]) == {"connectivity", "chords", "geodesic"}
    lines = found.table().splitlines()
    assert lines[0].split() == ["part", "of", "quantity", "value", "unit"]
    assert any(line.startswith("chords") and "lithium along x" in line and line.endswith(" m") for line in lines)
    assert len(lines) == 1 + len(list(found.rows()))


def test_parts_leave_out_what_the_volume_lacks() -> None:
    plain = Volume(np.eye(6, dtype=np.uint8), 1e-6, {0: "pore", 1: "electrolyte"})
    found = describe(plain)
    assert "grains" not in found.seconds
    assert "interface" not in found.seconds
    assert "dense-sizes" not in found.seconds
    assert ("sizes", "pore") not in found.results  # 83 %: dense
    assert ("sizes", "pore") in describe(plain, ["dense-sizes"]).results


def test_one_phase_only() -> None:
    found = describe(Volume(np.zeros((5, 5, 5), dtype=np.uint8), 1e-6, {0: "electrolyte"}))
    assert found["surface", "electrolyte"] == 0.0
    assert found["connectivity", "electrolyte"].both == 1.0
    json.dumps(found.to_dict(), allow_nan=False)


def test_chosen_phases(stack: Volume) -> None:
    found = describe(stack, ["surface"], phases=["electrolyte", 0])
    assert [subject for _, subject in found.results] == ["electrolyte", "pore"]
    with pytest.raises(InvalidInput, match="one that has voxels"):
        describe(stack, ["surface"], phases=["never"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"parts": ["surfaces"]}, r"parts: got 'surfaces'.*Did you mean 'surface'"),
        ({"parts": "interface"}, "contact map needs them"),
        ({"axis": 3}, "axis: got 3"),
        ({"periodic": (True, False)}, "periodic: got"),
        ({"phases": ["electrolite"]}, "Did you mean 'electrolyte'"),
        ({"parts": ["grains"], "symmetry": "cubik"}, "Did you mean 'cubic'"),
    ],
)
def test_bad_input(stack: Volume, arguments: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        describe(stack, **arguments)  # type: ignore[arg-type]


def test_unknown_result(stack: Volume) -> None:
    with pytest.raises(InvalidInput, match=r"descriptor: got .*allowed: surface/pore"):
        describe(stack, ["surface"])["surface", "pores"]


def test_every_part_says_what_it_is() -> None:
    assert set(USUAL) < set(PARTS)
    assert all(PARTS.values())
