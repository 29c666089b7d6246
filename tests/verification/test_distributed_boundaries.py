"""Grain boundary resistances by pairs of grains, and conduction of a `Volume`, on two processes and on one machine.

Needs mpirun and an interpreter with petsc4py (``scripts/install_petsc``); skipped without, unless
``LISSE_REQUIRE_PETSC=1`` says that they must be there.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lisse.errors import InvalidInput, NotResolved
from lisse.microstructure import Ranks, Volume, effective_conductivity, effective_conductivity_on_ranks
from lisse.numerics.distributed import Problem
from lisse.numerics.distributed_run import run_distributed

Array = np.ndarray[Any, np.dtype[Any]]
CONDUCTIVITIES = {"pore": 0.0, "grain": 0.5, "other": 2.0}


def polycrystal(shape: tuple[int, ...] = (12, 10, 9)) -> Volume:
    """Eight grains of two phases around random points, with loose pores that are no grain."""
    draw = np.random.default_rng(7)
    points = draw.random((8, len(shape))) * shape
    centres = np.stack(np.indices(shape), axis=-1)[..., None, :]
    grains = ((centres - points) ** 2).sum(axis=-1).argmin(axis=-1).astype(np.uint8) + 1
    labels = (1 + grains % 2).astype(np.uint8)
    pores = draw.random(shape) < 0.1
    labels[pores], grains[pores] = 0, 0
    return Volume(labels, (1e-6, 1.2e-6, 0.9e-6)[: len(shape)], {0: "pore", 1: "grain", 2: "other"}, grains)


def table() -> Array:
    """Symmetric, ohm m2; two pairs insulate."""
    rows = np.random.default_rng(3).random((9, 9)) * 1e-5
    rows += rows.T
    rows[1, 2] = rows[2, 1] = rows[4, 7] = rows[7, 4] = math.inf
    return rows


def pairs() -> dict[tuple[int, int], float]:
    rows = table()
    return {(b, a): float(rows[a, b]) for a in range(1, 9) for b in range(a + 1, 9) if (a + b) % 3}


@pytest.mark.usefixtures("petsc")
class TestSameAsOneMachine:
    @pytest.mark.parametrize(("form", "ranks"), [("table", 2), ("pairs", 3)])
    def test_every_form_of_the_resistance(self, form: str, ranks: int) -> None:
        resistance = {"table": table(), "pairs": pairs()}[form]
        sides: Any = "periodic" if form == "pairs" else "no-flux"
        exact = effective_conductivity(polycrystal(), CONDUCTIVITIES, 1, resistance, sides)
        found = effective_conductivity_on_ranks(polycrystal(), CONDUCTIVITIES, 1, resistance, sides, ranks=ranks)
        assert found.value == pytest.approx(exact.value, rel=1e-8)
        assert found.tortuosity == pytest.approx(exact.tortuosity, rel=1e-8)
        assert (found.axis, found.sides, found.percolates, found.warnings) == (1, sides, True, ())
        assert found.residual <= 1e-8
        with pytest.raises(NotResolved, match="a solve on ranks keeps none"):
            _ = found.potential

    def test_boundary_that_insulates_cuts_the_volume(self) -> None:
        grains = np.repeat([1, 2], 4)[:, None] * np.ones((1, 3), int)
        volume = Volume(np.zeros_like(grains), 1e-6, {0: "grain"}, grains)
        found = effective_conductivity_on_ranks(volume, {"grain": 1.0}, grain_boundary_resistance={(2, 1): math.inf})
        assert (found.value, found.tortuosity, found.percolates) == (0.0, math.inf, False)
        assert found.warnings == ("No conducting path leads through the volume along x: the value is 0.",)

    def test_grain_that_the_table_does_not_know(self) -> None:
        with pytest.raises(InvalidInput, match="grain_boundary_resistance: got 'a table of 3 rows'"):
            effective_conductivity_on_ranks(
                polycrystal((8, 8)), CONDUCTIVITIES, grain_boundary_resistance=np.ones((3, 3))
            )


class TestForms:
    @pytest.mark.parametrize(
        ("resistance", "message"),
        [
            (lambda a, b: 1.0, "got 'a function'.*cannot be handed to other processes"),
            (np.arange(9.0).reshape(3, 3), "a symmetric table or a mapping of pairs$"),
            ({(1, 2): -1.0}, "got -1"),
            ({(1, 2): 1.0, (2, 1): 2.0}, "each pair once"),
            ({1: 1.0}, "pairs of two region numbers"),
            (-1.0, "got -1"),
            (math.nan, "got nan"),
            ("no-such-file.npy", r"a \.npy file of a symmetric table"),
        ],
    )
    def test_wrong_resistances_are_refused_before_anything_starts(self, resistance: Any, message: str) -> None:
        labels = np.ones((4, 4), int)
        with pytest.raises(InvalidInput, match=f"(?s)grain_boundary_resistance: .*{message}"):
            run_distributed(labels, {1: 1.0}, 1.0, grains=labels, grain_boundary_resistance=resistance)

    @pytest.mark.parametrize("resistance", [None, 0.0, 2e-6, math.inf, {(3, 1): 1e-6, (1, 2): math.inf}, np.eye(4)])
    def test_a_job_is_the_problem_again(self, resistance: Any, tmp_path: Path) -> None:
        labels = np.arange(1, 5).reshape(2, 2)

        def hand_over(array: Array, name: str) -> str:
            np.save(tmp_path / f"{name}.npy", array)
            return str(tmp_path / f"{name}.npy")

        conductivities = {4: 0.0, 1: 1.0, 2: 2.0, 3: 3.0}
        problem = Problem(labels, conductivities, 1e-6, grains=labels, grain_boundary_resistance=resistance)
        job = json.loads(json.dumps(problem.job(hand_over)))
        assert job.pop("solve") == "conduction"
        again = Problem.of_job(job)
        assert again.conductivities == conductivities
        if resistance is None or np.ndim(resistance) == 0 and not isinstance(resistance, dict) and not resistance:
            assert again.boundary_law is None
            return
        assert problem.boundary_law is not None
        assert again.boundary_law is not None
        low, high = np.array([1, 1, 2]), np.array([2, 3, 3])
        assert np.array_equal(again.boundary_law(low, high), problem.boundary_law(low, high))

    def test_job_with_rows_that_are_no_pairs(self) -> None:
        job = {"labels": np.ones((2, 2), int), "conductivities": {"1": 1.0}, "voxel_size": 1.0}
        with pytest.raises(InvalidInput, match="rows of two grain numbers and their resistance"):
            Problem.of_job({**job, "grain_boundary_resistance": [[1, 2]]})


class TestOnRanks:
    @pytest.mark.parametrize(
        ("changed", "message"),
        [
            ({"axis": 2}, "axis: got 2; allowed: 0 to 1. Ask once for each axis"),
            ({"axis": None}, "axis: .*Ask once for each axis"),
            ({"sides": "open"}, "sides: got 'open'"),
            ({"ranks": 0}, "ranks: got 0"),
            ({"conductivities": {"grain": 1.0}}, "every phase"),
            ({"volume": np.ones((4, 4))}, "volume: got 'ndarray'"),
            ({"ranks": Ranks(mpirun="no-such-program")}, "mpirun: got 'no-such-program'"),
        ],
    )
    def test_wrong_arguments(self, changed: dict[str, Any], message: str) -> None:
        given: dict[str, Any] = {"volume": polycrystal((6, 6)), "conductivities": CONDUCTIVITIES, **changed}
        with pytest.raises(InvalidInput, match=message):
            effective_conductivity_on_ranks(**given)

    def test_resistance_without_grains(self) -> None:
        volume = Volume(np.ones((4, 4), int), 1e-6, {1: "grain"})
        with pytest.raises(InvalidInput, match="none without grains"):
            effective_conductivity_on_ranks(volume, {"grain": 1.0}, grain_boundary_resistance=1.0)

    def test_too_large_for_this_machine(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("lisse.microstructure.cost.available_memory", lambda: 1e6)
        with pytest.raises(InvalidInput, match="memory for the effective conductivity.*more machines"):
            effective_conductivity_on_ranks(polycrystal((6, 6)), CONDUCTIVITIES)
