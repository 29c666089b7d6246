"""The figure of nine generated microstructures shows what its titles say."""

from __future__ import annotations

from pathlib import Path

import pytest

from example_scripts import example


def test_nine_microstructures_reach_their_targets(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    figure = example(repository, "microstructures")
    monkeypatch.setattr(figure, "VOXEL", 0.4e-6)
    target = tmp_path / "picture.png"
    made = figure.draw(target)
    assert target.read_bytes().startswith(b"\x89PNG")
    assert len(made) == 9
    grains = made["Laguerre grains, log-normal"].statistics
    assert grains["grain"].error < 0.03
    assert grains["grain_spread"].error < 0.05
    assert made["Pores at grain boundaries"].statistics["porosity"].error < 0.01
    assert made["Partial contact, 30 %"].statistics["contact_fraction"].error < 0.02
    assert made["Coated spheres in a polymer"].statistics["fraction"].error < 0.001
    assert made["Contaminated patches"].statistics["contamination_area_fraction"].error < 0.02
    assert made["Percolating network"].statistics["percolates_x"].reached == 1
