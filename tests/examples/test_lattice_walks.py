"""The figure of random walks: every circle lies where its line says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from example_scripts import drawn, example


def test_walks_lie_on_their_lines(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    figure = example(repository, "lattice_walks")
    for name, value in {
        "SIZE": 10,
        "ERROR": 0.05,
        "AC_ERROR": 0.02,
        "DRAWINGS": 8,
        "RENEWALS": np.array([0.1, 1.0]),
        "FREQUENCIES": np.array([0.01, 1.0]),
        "BOX": (5, 5, 5),
        "FILLINGS": (0.5, 0.98),
        "SITES": 6,
        "GAS_ERROR": 0.2,
    }.items():
        monkeypatch.setattr(figure, name, value)
    networks, (values, errors, exact), factors = drawn(figure, tmp_path)
    together, apart = networks["all together"], networks["each by itself"]
    assert np.all(np.abs(together[:, 0] - networks["frozen, shifted"]) < 4.0 * together[:, 1] + 0.004)
    assert apart[0, 0] > together[0, 0] + 2.0 * apart[0, 1]
    for part in (np.real, np.imag):
        assert np.all(np.abs(part(values - exact)) < 4.0 * part(errors) + 2e-3 * np.abs(exact))
    for filling, known in ((0.5, 0.85), (0.98, 0.66)):
        value, error = factors[filling]
        assert abs(value - known) < 4.0 * error + 0.01
