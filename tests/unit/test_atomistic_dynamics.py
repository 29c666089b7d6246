"""What is said of a run of dynamics: whether it had settled, at which temperature, and in which cell."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.materials.atomistic import Settings

ase = pytest.importorskip("ase", reason="the extra atomistic is not installed")
pytest.importorskip("spglib", reason="the extra atomistic is not installed")

from ase.build import bulk  # noqa: E402
from ase.calculators.lj import LennardJones  # noqa: E402

from lisse.materials.atomistic import Potential  # noqa: E402
from lisse.materials.atomistic.dynamics import _bath, _density, _scaled, _troubles, time_steps  # noqa: E402
from lisse.materials.atomistic.work import Work  # noqa: E402

NO_HOST = np.zeros((400, 0, 3))


def work(**settings: Any) -> Work:
    return Work(bulk("Li", "fcc", a=3.9), Potential("pair", "1", LennardJones(), "a textbook"), Settings(**settings))


def run(temperature: float = 1000.0, slope: float = 0.0) -> dict[str, np.ndarray]:
    """A run of 400 frames: noise about a temperature, and an energy that changes by `slope` eV from end to end."""
    random = np.random.default_rng(3)
    return {
        "frames": np.zeros((400, 50, 3)),
        "temperatures": temperature * (1 + 0.1 * random.normal(size=400)),
        "energies": -50.0 + 0.3 * random.normal(size=400) + slope * np.linspace(0, 1, 400),
    }


def test_a_settled_run_at_its_temperature_is_not_doubted() -> None:
    assert _troubles(work(), NO_HOST, run()) == []


def test_an_energy_that_still_falls_is_told() -> None:
    (said,) = _troubles(work(), NO_HOST, run(slope=-1.0))
    assert "not settled" in said


def test_a_temperature_that_is_missed_is_told() -> None:
    (said,) = _troubles(work(), NO_HOST, run(temperature=1150.0))
    assert "instead of 1000 K" in said


def test_a_host_that_runs_is_told() -> None:
    host = np.linspace(0, 2e-10, 400)[:, None, None] * np.ones((1, 5, 3))
    (said,) = _troubles(work(), host, run())
    assert "the host moved by 3.5 angstrom" in said


def test_the_cell_is_brought_to_a_density_evenly() -> None:
    cell = bulk("Li", "fcc", a=3.9).repeat(2)
    made = _scaled(cell, 0.9 * _density(cell))
    assert _density(made) == pytest.approx(0.9 * _density(cell))
    np.testing.assert_allclose(made.get_scaled_positions(wrap=False), cell.get_scaled_positions(wrap=False), atol=1e-12)
    np.testing.assert_allclose(made.cell.angles(), cell.cell.angles())
    assert _scaled(cell, None) is cell


def test_a_density_in_the_wrong_unit_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"density.*within 30 %.*is the unit right"):
        _scaled(bulk("Li", "fcc", a=3.9), 0.512)


def test_settling_begins_hot_where_asked_and_ends_at_the_temperature() -> None:
    bench = work(temperature=454.0, settling_temperature=2000.0)
    kelvin, friction = np.array([_bath(bench, piece, 4) for piece in range(6)]).T
    assert kelvin.tolist() == [2000.0, 2000.0, 454.0, 454.0, 454.0, 454.0]
    assert friction[0] == friction[3] > friction[4] == friction[5]
    assert {_bath(work(), piece, 4)[0] for piece in range(6)} == {1000.0}


def test_the_time_steps_are_those_of_settling_and_duration() -> None:
    assert time_steps(Settings(duration=4e-12, timestep=2e-15)) == 2400
    assert time_steps(Settings(duration=4e-12, timestep=2e-15, settling=2e-12)) == 3000
