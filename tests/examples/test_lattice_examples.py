"""The examples of lattices: drawn and run on small grids, and their numbers against one another."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from example_scripts import LARGEST_PICTURE, drawn, example


def test_the_committed_picture_is_small(repository: Path) -> None:
    assert (repository / "docs" / "images" / "lattice_networks.png").stat().st_size < LARGEST_PICTURE


def test_networks_solved_and_walked_agree(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = example(repository, "lattice_networks")
    monkeypatch.setattr(module, "SIZE", 8)
    monkeypatch.setattr(module, "FRACTIONS", (0.3, 0.65, 1.0))
    monkeypatch.setattr(module, "WALKED", {0.0: (1.0,), 0.01: (0.65,), 1.0: (0.3,)})
    monkeypatch.setattr(module, "FREQUENCIES", module.FREQUENCIES[::14])
    found = drawn(module, tmp_path)
    assert len(found["walked"]) == 3
    for case, (value, error) in found["walked"].items():
        solved, uncertain = found["solved"][case]
        assert abs(value - solved) < 4.0 * math.hypot(error, uncertain)
    for renewal in module.RENEWALS:
        values = [found["solved"][renewal, f][0] for f in module.FRACTIONS]
        assert values == sorted(values)
        assert values[-1] == pytest.approx(1.0)
    assert found["solved"][1.0, 0.3][0] > found["solved"][0.01, 0.3][0] > found["solved"][0.0, 0.3][0]


def test_the_composite_says_who_carries_the_current(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module = example(repository, "lattice_composite")
    monkeypatch.setattr(module, "LOADINGS", (0.1, 0.2))
    monkeypatch.setattr(module, "VOXEL", 0.125e-6)
    rows = module.main()
    assert capsys.readouterr().out.count("\n") == 7
    for loading in (0.1, 0.2):
        cations = [rows[loading, resistance].cations for resistance in module.RESISTANCES]
        assert cations == sorted(cations, reverse=True)
        assert len({rows[loading, resistance].anions for resistance in module.RESISTANCES}) == 1
        assert all(rows[loading, resistance].number > module.NUMBER for resistance in module.RESISTANCES)
    assert rows[0.2, 0.0].number > rows[0.1, 0.0].number
