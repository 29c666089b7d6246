from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import lisse
from cells import llzo_case
from lisse.errors import InvalidInput, SolveFailed
from lisse.models import Lumped, solve
from lisse.protocol import cycle, rest
from lisse.study.batch import solve_many
from lisse.study.workers import Killed, run_on_workers
from scripted_models import Moody, Rule

TESTS = Path(__file__).parents[1]


def test_a_batch_says_what_single_runs_say_in_their_order() -> None:
    case = llzo_case(protocol__stop="0.4 mA/cm^2")
    runs = lisse.solve_many(Lumped(), case.cell, case.protocol, seeds=[3, None, 1], workers=1, keep="solution")
    assert [run.index for run in runs] == [0, 1, 2]
    for run in runs:
        alone = solve(Lumped(), case.cell, case.protocol, seed=run.seed)
        assert run.solution == alone
        assert run.verdict == alone.verdict
        assert run.status == alone.status
        assert run.end == alone["time"].values[-1]


def test_one_of_a_kind_serves_all_runs() -> None:
    case = llzo_case()
    ramp, other = case.protocol, rest(60.0)
    assert len(solve_many(Rule(), case.cell, ramp)) == 1
    assert len(solve_many(Rule(), [case.cell] * 3, ramp, workers=1)) == 3
    runs = solve_many(Rule(), case.cell, [ramp, other], workers=1)
    assert [run.verdict.mode for run in runs] == ["filament-short", "none"]
    assert all(run.solution is None for run in runs)


def test_a_case_brings_its_protocol_and_seed() -> None:
    cases = [llzo_case(model__seed=7), llzo_case(protocol={"name": "rest", "duration": "1 h"})]
    runs = solve_many(Rule(), cases, workers=1)
    assert [run.seed for run in runs] == [7, None]
    assert [run.end for run in runs][1] == 3600.0
    assert [run.seed for run in solve_many(Rule(), cases, seeds=4, workers=1)] == [4, 4]
    assert solve_many(Rule(), cases, rest(9.0), workers=1)[0].end == 9.0


def test_what_goes_wrong_with_one_run_stays_with_it() -> None:
    case = llzo_case()
    runs = solve_many(Moody(), case.cell, case.protocol, seeds=[0, 1, 2, 10], workers=1)
    assert [run.status for run in runs] == ["completed", "failed", "refused", "completed"]
    assert [run.ran for run in runs] == [True, False, False, True]
    assert isinstance(runs[2].refusal, InvalidInput)
    assert "another cell" in runs[2].status_text


def test_progress_is_told() -> None:
    case, seen = llzo_case(), []
    solve_many(Rule(), case.cell, case.protocol, seeds=range(4), workers=1, progress=lambda s, w: seen.append((s, w)))
    assert seen[-1] == (1.0, "4 of 4 runs")
    assert [share for share, _ in seen] == [0.25, 0.5, 0.75, 1.0]


def test_what_cannot_be_is_refused() -> None:
    case = llzo_case()
    with pytest.raises(InvalidInput, match="solve_many: cells, protocol, seeds: .*sequences of one length"):
        solve_many(Rule(), [case.cell] * 2, case.protocol, seeds=[1, 2, 3])
    with pytest.raises(InvalidInput, match="protocol: allowed: a Protocol, because cells are no cases"):
        solve_many(Rule(), case.cell)
    with pytest.raises(InvalidInput, match="cells: got 3"):
        solve_many(Rule(), [3], case.protocol)  # type: ignore[list-item]
    with pytest.raises(InvalidInput, match="cells: got 'int'"):
        solve_many(Rule(), 3, case.protocol)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="cells: .*at least one"):
        solve_many(Rule(), [], case.protocol)
    with pytest.raises(InvalidInput, match="seeds: got -1"):
        solve_many(Rule(), case.cell, case.protocol, seeds=[-1])
    with pytest.raises(InvalidInput, match="keep: got 'all'"):
        solve_many(Rule(), case.cell, case.protocol, keep="all")
    with pytest.raises(InvalidInput, match="workers: got 0"):
        solve_many(Rule(), case.cell, case.protocol, workers=0)
    with pytest.raises(InvalidInput, match="model: got 'str'"):
        solve_many("lumped", case.cell, case.protocol)  # type: ignore[arg-type]


# -- on processes ------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_batch_outlives_killed_processes_and_does_not_know_their_number(tmp_path: Path) -> None:
    """Seeds that end in 3 kill their process whenever they run, those that end in 4 the first time only."""
    case = llzo_case()
    seeds = [0, 1, 2, 3, 4, 5, 6, 7, 10, 20]
    runs = solve_many(Moody(str(tmp_path)), case.cell, case.protocol, seeds=seeds, workers=2)
    assert [run.seed for run in runs] == seeds
    expected = ["completed", "failed", "refused", "killed", *["completed"] * 6]
    assert [run.status for run in runs] == expected
    assert "killed, twice. Often the memory was full" in runs[3].status_text
    quiet = [seed for seed in seeds if seed not in (2, 3)]  # errors are equal to themselves only
    alone, shared = (
        solve_many(Moody(str(tmp_path)), case.cell, case.protocol, seeds=quiet, workers=count) for count in (1, 2)
    )
    assert alone == shared


@pytest.mark.slow
def test_a_task_that_no_process_can_take_ends_the_batch_at_once() -> None:
    with pytest.raises(SolveFailed, match="killed before they had done anything.*__main__"):
        list(run_on_workers(_end, None, range(50), 2))


def _end(_: None, item: int) -> int:
    os._exit(1)


def test_an_item_that_kills_is_told_from_those_beside_it() -> None:
    found = list(run_on_workers(_end_at_two, None, range(6), 2))
    assert [isinstance(result, Killed) for result in found] == [False, False, True, False, False, False]
    assert [result for result in found if not isinstance(result, Killed)] == [0, 1, 9, 16, 25]


def _end_at_two(_: None, item: int) -> int:
    if item == 2:
        os._exit(1)
    return item * item


@pytest.mark.slow
def test_a_script_without_a_guard_is_told_what_to_do(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        f"import sys; sys.path.insert(0, {str(TESTS)!r})\n"
        "from cells import llzo_case\nfrom scripted_models import Rule\nfrom lisse import solve_many\n"
        "case = llzo_case()\n"
        "solve_many(Rule(), case.cell, case.protocol, seeds=range(4), workers=2)\n"
    )
    done = subprocess.run([sys.executable, program], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1
    assert '`if __name__ == "__main__":`' in done.stderr


def test_what_is_the_same_for_many_runs_travels_once(monkeypatch: pytest.MonkeyPatch) -> None:
    case, seen = llzo_case(), []

    def keep(work: object, task: object, jobs: object, count: object) -> Iterator[object]:
        seen.append(task)
        yield from run_on_workers(work, task, jobs, 1)  # type: ignore[arg-type]

    monkeypatch.setattr("lisse.study.batch.run_on_workers", keep)
    protocol = cycle(1.0, 1, 1.0)
    assert len(solve_many(Rule(), case.cell, [protocol] * 5, seeds=range(5))) == 5
    assert (len(seen[0].cells), len(seen[0].protocols)) == (1, 1)
