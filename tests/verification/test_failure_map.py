"""The map against single cells: what stands at a point is what the analytic model says of that cell alone."""

import dataclasses
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cells import llzo_case
from lisse.cell import Cell
from lisse.errors import InvalidInput
from lisse.models import Analytic, Lumped, Model, solve
from lisse.models.limits import limits, margins
from lisse.protocol import Protocol
from lisse.records import Solution
from lisse.study.axes import AXES, parse_span
from lisse.study.case import Case
from lisse.study.maps import failure_map

PAIRS = [
    ("stack_pressure=0.05..50 MPa", "flaw_length=1..100 um"),
    ("temperature=0..80 degC", "interface_resistance=0.1..1000 ohm cm^2"),
    ("current_density=0.05..20 mA/cm^2", "stack_pressure=0.1..50 MPa"),
    ("current_density=0.05..20 mA/cm^2", "half_cycle_charge=0.1..20 mAh/cm^2"),  # both change the protocol
    ("temperature=0..80 degC", "ionic_conductivity=0.01..10 mS/cm"),  # both change the conductivity
    ("forming_pressure=0.1..400 MPa", "stack_pressure=0.1..100 MPa"),  # the larger of the two counts
    ("electrolyte_thickness=5..500 um", "flaw_length=1..100 um"),  # some points cannot exist
    ("molar_volume_ratio=0..3", "shear_modulus=0.1..200 GPa"),
    ("electronic_conductivity=1e-10..1e-4 S/cm", "pore_radius=5..500 nm"),
    ("grain_boundary_resistance=0..100 ohm cm^2", "grain_size=0.5..50 um"),
]
ANALYTIC = {"model": {"name": "analytic"}, "protocol__half_cycle": "2 mAh/cm^2"}


def analytic(**changes: Any) -> Case:
    return llzo_case(**{**ANALYTIC, **changes})


@pytest.mark.parametrize(("x", "y"), PAIRS)
def test_every_point_is_that_cell_alone(x: str, y: str) -> None:
    case = analytic()
    drawn = failure_map(case, parse_span(x, 5), parse_span(y, 4))
    for row, column in np.ndindex(drawn.mode.shape):
        changes = [(drawn.x.axis, float(drawn.x.values[column])), (drawn.y.axis, float(drawn.y.values[row]))]
        for order in (changes, changes[::-1]):
            try:
                cell, protocol = order[0][0].change(case.cell, case.protocol, order[0][1])
                cell, protocol = order[1][0].change(cell, protocol, order[1][1])
                break
            except InvalidInput:
                continue
        else:
            assert drawn.mode[row, column] == -1
            assert np.isnan(drawn.limit[row, column])
            continue
        found = limits(cell, protocol)
        smallest = margins(found)
        for criterion in drawn.criteria:
            alone = next(limit for limit in found if limit.criterion == criterion.name)
            margin = np.nan if alone.margin is None else alone.margin
            assert criterion.margin[row, column] == pytest.approx(margin, rel=1e-9, nan_ok=True), criterion.name
        lowest = min(smallest, key=lambda mode: smallest[mode])
        assert drawn.margin[row, column] == pytest.approx(smallest[lowest], rel=1e-9)
        fails = "current_density" not in (drawn.x.axis.name, drawn.y.axis.name) or smallest[lowest] < 1
        assert drawn.modes[drawn.mode[row, column]] == (lowest if fails else "none")


def test_any_two_quantities_make_a_map() -> None:
    """Each axis against the next one, at values around the case's own."""
    tough = {"material": "LiPON", "override": {"fracture_toughness": "0.5 MPa m^0.5"}}
    layer = {"material": tough, "thickness": "0.2 um", "flaw_length": "20 nm"}
    case = analytic(cell__interface__interlayer=layer)
    ranges = {
        "temperature": "10..40 degC",
        "poisson_ratio": "0.1..0.4",
        "molar_volume_ratio": "0.01..10",
        "transference_number": "0.1..0.6",
        "salt_concentration": "0.5..2 mol/L",
        "salt_diffusivity": "1e-8..1e-7 cm^2/s",
        "interphase_rate_constant": "0.01..1 nm^2/s",
        "grain_boundary_resistance": "0.1..10 ohm cm^2",
        "flaw_length": "1..20 um",
        "interlayer_modulus": "50..90 GPa",
        "interlayer_conductivity": "1e-4..1e-2 mS/cm",
        "interlayer_diffusivity": "1e-12..1e-10 cm^2/s",
    }
    for name, entry in AXES.items():
        if name not in ranges:
            from lisse.models.inputs import read_inputs

            key = "shear_modulus" if name == "youngs_modulus" else name
            shown = entry.quantity.shown(float(read_inputs(case.cell, case.protocol)[key]))
            low = max(shown * 0.7, 1.0) if name == "flaw_focusing" else shown * 0.7
            ranges[name] = f"{low}..{shown * 1.3} {entry.quantity.display_unit}".strip()
    for one, other in pairwise([*AXES, "stack_pressure"]):
        drawn = failure_map(case, parse_span(f"{one}={ranges[one]}", 3), parse_span(f"{other}={ranges[other]}", 2))
        assert drawn.mode.shape == (2, 3)
        assert (drawn.mode >= 0).all(), (one, other)


def test_the_boundary_of_stability_is_the_closed_form() -> None:
    """Where the sign changes along the shear modulus is g_crit(v) times the modulus of lithium."""
    from lisse import theory

    case = analytic(model={"name": "analytic", "analytic": {"stability": "published"}})
    drawn = failure_map(
        case, parse_span("molar_volume_ratio=0.05..0.9", 4), parse_span("shear_modulus=0.01..10 GPa", 400)
    )
    stable = next(c for c in drawn.criteria if "published" in c.name)
    metal = case.cell.working.material
    nu = case.cell.electrolyte.material.value("poisson_ratio")
    for column, v in enumerate(drawn.x.values):
        change = np.flatnonzero(np.diff(np.sign(stable.sign[:, column])))
        critical = theory.critical_shear_ratio(v, nu, metal.value("poisson_ratio")) * metal.value("shear_modulus")
        assert change.size == 1
        assert drawn.y.values[change[0]] < critical < drawn.y.values[change[0] + 1]
    assert set(drawn.modes) == {"filament-short", "contact-loss"}
    unstable = np.isfinite(stable.current_density)
    assert (drawn.limit[unstable] == 0).all()


def test_another_model_is_run_at_every_point() -> None:
    case = llzo_case(protocol__step="0.5 mA/cm^2", protocol__start="0.5 mA/cm^2")
    x, y = parse_span("stack_pressure=0.3..10 MPa", 2), parse_span("half_cycle_charge=0.2..2 mAh/cm^2", 2)
    seen: list[float] = []
    drawn = failure_map(case, x, y, workers=1, progress=lambda share, words: seen.append(share))
    assert seen == [0.25, 0.5, 0.75, 1.0]
    for row, column in np.ndindex(2, 2):
        cell, protocol = x.axis.change(case.cell, case.protocol, x.values[column])
        verdict = solve(case.model, *y.axis.change(cell, protocol, y.values[row])).verdict
        assert drawn.modes[drawn.mode[row, column]] == verdict.mode
        assert drawn.limit[row, column] == verdict.critical_current_density
    shared = failure_map(case, x, y, workers=2)
    assert (shared.mode == drawn.mode).all()
    assert (shared.limit == drawn.limit).all()


def test_a_run_that_fails_numerically_is_left_blank_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    from lisse.models.flaws import FlawLaw

    monkeypatch.setattr(FlawLaw, "rate", lambda self, filling, depth, drive: filling * np.nan)
    case = llzo_case(protocol__step="1 mA/cm^2", protocol__start="1 mA/cm^2")
    x, y = parse_span("stack_pressure=3..10 MPa", 2), parse_span("half_cycle_charge=0.2..0.4 mAh/cm^2", 2)
    drawn = failure_map(case, x, y, workers=1)
    assert (drawn.mode == -1).all()
    assert sum(int(note.split(" of 4 runs failed numerically")[0]) for note in drawn.warnings) == 4


class Refuser(Model):
    """Refuses cells under little pressure, fails numerically at small charges, and dies where it is told to."""

    name = "refuser"

    def solve(self, cell: Cell, protocol: Protocol, **others: Any) -> Solution:
        if cell.stack.pressure < 2e6:
            raise InvalidInput("cell.stack.pressure", cell.stack.pressure, "2 MPa or more")
        found = Lumped().solve(cell, protocol)
        return dataclasses.replace(found, status="failed", status_text="out of steps")


def test_every_reason_for_blank_points_is_counted_and_told() -> None:
    case = llzo_case(protocol__step="1 mA/cm^2", protocol__start="1 mA/cm^2")
    case = dataclasses.replace(case, model=Refuser())
    x, y = parse_span("stack_pressure=1..10 MPa", 3), parse_span("half_cycle_charge=0.2..0.4 mAh/cm^2", 2)
    drawn = failure_map(case, x, y, workers=1)
    assert drawn.warnings == (
        "2 of 6 points are blank, such as stack_pressure = 1 MPa and half_cycle_charge = 0.2 mAh/cm2: "
        "cell.stack.pressure: got 1000000.0; allowed: 2 MPa or more",
        "4 of 6 runs failed numerically and are left blank, such as stack_pressure = 3.162 MPa and "
        "half_cycle_charge = 0.2 mAh/cm2: out of steps",
    )
    with pytest.raises(InvalidInput, match=r"cell.stack.pressure: got 500000.0; allowed: 2 MPa or more"):
        failure_map(case, parse_span("stack_pressure=0.5..1 MPa", 2), y, workers=1)


def test_blank_points_of_closed_forms_are_counted_with_an_example() -> None:
    x, y = parse_span("electrolyte_thickness=20..500 um", 5), parse_span("flaw_length=1..100 um", 4)
    drawn = failure_map(analytic(), x, y)
    blank = int((drawn.mode < 0).sum())
    assert 0 < blank < 10
    (note,) = drawn.warnings
    assert note.startswith(f"{blank} of 20 points are blank, such as electrolyte_thickness = 20 um and flaw_length = ")
    assert "flaws.mean_length: got " in note


def test_an_electrolyte_thinner_than_the_flaws_of_the_case_may_have_shorter_ones() -> None:
    x, y = parse_span("electrolyte_thickness=3..500 um", 5), parse_span("flaw_length=1..2 um", 2)
    assert (failure_map(analytic(), x, y).mode >= 0).all()


def test_an_axis_that_changes_nothing_is_named() -> None:
    x, y = parse_span("salt_diffusivity=1e-8..1e-7 cm^2/s", 4), parse_span("stack_pressure=1..10 MPa", 3)
    assert failure_map(analytic(), x, y).warnings == ("salt_diffusivity changes no limit of this cell",)
    assert failure_map(analytic(), y, x).warnings == ("salt_diffusivity changes no limit of this cell",)
    current = parse_span("current_density=0.1..1 mA/cm^2", 3)
    assert failure_map(analytic(), y, current).warnings == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("flaw_length=1 um..1 mm", r"axis flaw_length at 1000 um: flaws.mean_length: got 0.001; allowed: less than"),
        ("temperature=-300..60 degC", r"axis temperature at -300 degC: "),
        ("poisson_ratio=0.1..0.7", r"axis poisson_ratio at 0.7: poisson_ratio"),
        ("current_density=-1..1 mA/cm^2", r"axis current_density at -1 mA/cm2: current_density: got -10"),
    ],
)
@pytest.mark.parametrize("model", ["analytic", "lumped"])
def test_a_forbidden_end_of_an_axis_is_refused_at_once(text: str, message: str, model: str) -> None:
    case = llzo_case(model={"name": model})
    with pytest.raises(InvalidInput, match=message):
        failure_map(case, parse_span("stack_pressure=1..3 MPa", 2), parse_span(text, 2), workers=1)


def test_a_map_is_frozen_and_travels() -> None:
    drawn = failure_map(analytic(), parse_span("stack_pressure=1..3 MPa", 3), parse_span("flaw_length=1..9 um", 2))
    for array in (drawn.mode, drawn.limit, drawn.margin, drawn.criterion, drawn.criteria[0].margin, drawn.x.values):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 1
    again = pickle.loads(pickle.dumps(drawn))
    assert again.x.axis.name == "stack_pressure"
    assert (again.limit == drawn.limit).all()


SCRIPT = """
import dataclasses, os, signal, sys, time
from pathlib import Path

sys.path.insert(0, {tests!r})
from cells import llzo_case
from lisse.errors import LisseError
from lisse.models import Model
from lisse.study import failure_map, parse_span

class Strange(Model):
    name = "strange"

    def solve(self, cell, protocol, **others):
        (Path({folder!r}) / str(os.getpid())).touch()
        if {kill}:
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(600)

if __name__ == "__main__":
    case = dataclasses.replace(llzo_case(), model=Strange())
    x, y = parse_span("stack_pressure=1..3 MPa", 4), parse_span("temperature=20..30 degC", 4)
    try:
        failure_map(case, x, y, workers=2)
    except LisseError as error:
        print(type(error).__name__, error)
"""


def script(tmp_path: Path, kill: bool) -> tuple[Path, Path]:
    """A program that draws a map with a model that kills its process, or never ends; and where its workers sign in."""
    folder = tmp_path / "workers"
    folder.mkdir()
    path = tmp_path / "program.py"
    tests = str(Path(__file__).parents[1])
    path.write_text(SCRIPT.format(tests=tests, folder=str(folder), kill=kill))
    return path, folder


def test_a_killed_worker_is_a_numerical_failure_with_advice(tmp_path: Path) -> None:
    path, _ = script(tmp_path, kill=True)
    done = subprocess.run([sys.executable, path], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.startswith("SolveFailed a process that ran points of the map was killed, and nothing is written")
    assert "--workers 1" in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_workers_end_with_the_process_that_started_them(tmp_path: Path, how: signal.Signals) -> None:
    path, folder = script(tmp_path, kill=False)
    with subprocess.Popen([sys.executable, path], stderr=subprocess.DEVNULL) as program:
        until(lambda: len(list(folder.iterdir())) == 2)
        workers = [int(entry.name) for entry in folder.iterdir()]
        program.send_signal(how)
        program.wait(timeout=60)
    until(lambda: not any(is_running(worker) for worker in workers))


def until(holds: Callable[[], bool]) -> None:
    """Wait for it, a minute at most."""
    end = time.monotonic() + 60.0
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def is_running(process: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{process}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"


def test_maps_that_cannot_be() -> None:
    case = analytic()
    pressure = parse_span("stack_pressure=1..3 MPa", 2)
    with pytest.raises(InvalidInput, match="axes: got 'stack_pressure'; allowed: two different quantities"):
        failure_map(case, pressure, pressure)
    with pytest.raises(InvalidInput, match="failure map: x: got 'str'; allowed: a Span, such as"):
        failure_map(case, "stack_pressure", pressure)  # type: ignore[arg-type]
    for workers in (0, -1, 1.5, "2"):
        with pytest.raises(InvalidInput, match="workers: got .*; allowed: a whole number, 1 or more"):
            failure_map(case, pressure, parse_span("flaw_length=1..3 um", 2), workers=workers)  # type: ignore[arg-type]
    held = analytic(protocol={"name": "hold", "voltage": "50 mV", "duration": "1 h"})
    with pytest.raises(InvalidInput, match="protocol: got 'hold'; allowed: at least one step of set current"):
        failure_map(held, pressure, parse_span("flaw_length=1..3 um", 2))
    with pytest.raises(InvalidInput, match=r"mean_length.*less than the electrolyte thickness"):
        failure_map(case, pressure, parse_span("flaw_length=1..3 mm", 2))
    with pytest.raises(InvalidInput, match="temperature"):
        failure_map(case, pressure, parse_span("temperature=-300..-280 degC", 2))


def test_the_verdict_of_the_map_is_the_verdict_of_the_model() -> None:
    """At a current just above the limit the model fails by the mode of the map, just below it does not."""
    case = analytic(protocol={"name": "cycle", "current_density": "1 mA/cm^2", "half_cycle": "2 mAh/cm^2", "cycles": 1})
    drawn = failure_map(
        case, parse_span("stack_pressure=0.5..20 MPa", 4), parse_span("current_density=0.01..10 mA/cm^2", 30)
    )
    for column, pressure in enumerate(drawn.x.values):
        for row, current in enumerate(drawn.y.values):
            cell, protocol = drawn.x.axis.change(case.cell, case.protocol, pressure)
            verdict = solve(Analytic(samples=0), cell, protocol.with_largest_current(current)).verdict
            if drawn.modes[drawn.mode[row, column]] == "none":
                assert verdict.mode == "none"
            else:
                assert verdict.mode != "none"
