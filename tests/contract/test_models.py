"""One suite over every model, whatever its fidelity. A new model joins by being added to MODELS."""

import json
import math
import pickle

import numpy as np
import pytest

from cells import llzo_case
from lisse.errors import InvalidInput, NotResolved, SolveFailed
from lisse.models import Analytic, Lumped, Model, Resolved, solve
from lisse.models.contact import ContactLaw
from lisse.models.flaws import FlawLaw
from lisse.records import COMMON_TRACES, Solution, load_solution
from lisse.references import reference
from lisse.study.case import Case
from lisse.units import QUANTITIES
from lumped_cases import ANODE_FREE, FLAWLESS, FULL, POLYMER, STIFF

MODELS = [
    Analytic(),
    Lumped(),
    Resolved(voxel=1e-4, width=2e-4, lithium="fluid", fracture=False, time_tolerance=2e-2),  # 3 x 2 voxels
]
CYCLE = {"name": "cycle", "current_density": "0.3 mA/cm^2", "half_cycle": "0.3 mAh/cm^2", "cycles": 2}
INTERPHASE = {
    "cell__interface__interphase": {
        "kind": "mixed-conducting",
        "conductivity": "1e-7 S/cm",
        "rate_constant": "3e-19 m^2/s",
    }
}
PROTOCOLS = {
    "ramp": {},
    "long half-cycles": {"protocol__half_cycle": "2 mAh/cm^2", "cell__anode__thickness": "30 um"},
    "time-limited": {"protocol__half_cycle": "1 h"},
    "rests": {"protocol__rest": "10 min", "protocol__stop": "0.6 mA/cm^2"},
    "one way": {
        "protocol": {
            "name": "one-way",
            "start": "0.1 mA/cm^2",
            "step": "0.1 mA/cm^2",
            "stop": "2 mA/cm^2",
            "half_cycle": "0.2 mAh/cm^2",
        }
    },
    "no flaws": {"cell__electrolyte__flaws": None},
    "no pressure": {"cell__stack__pressure": "0 MPa"},
    "weak forming": {"cell__stack__forming_pressure": "20 MPa"},
    "full": FULL
    | {
        "protocol": {
            "name": "steps",
            "steps": [
                {"current_density": "0.3 mA/cm^2", "charge": "2 mAh/cm^2", "until_voltage": "3.7 V"},
                {"current_density": "-0.3 mA/cm^2", "charge": "2 mAh/cm^2", "until_voltage": "3.6 V"},
            ],
        }
    },
    "anode-free": ANODE_FREE | {"protocol": CYCLE, "cell__interface__dead_share": 0.1},
    "polymer": POLYMER | {"protocol": CYCLE},
    "full, constant gap": FULL | STIFF | FLAWLESS | {"protocol": CYCLE},
    "constant gap, interphase": STIFF | INTERPHASE | {"protocol": CYCLE},
    "full, interphase": FULL | INTERPHASE | {"protocol": CYCLE},
    "alloy layer": {"cell__interface__interlayer": {"material": "Li-Mg", "thickness": "2 um"}, "protocol": CYCLE},
    "full, glass layer": FULL
    | {
        "cell__interface__interlayer": {
            "material": {"material": "LiPON", "override": {"fracture_toughness": "1 MPa m^0.5"}},
            "thickness": "50 nm",
            "flaw_length": "20 nm",
        },
        "protocol": CYCLE,
    },
}
ROUNDING = 1e-12
"""A/m2. What may be left at rest of a current that is solved for."""
COVERED = {"resolved": ("ramp", "long half-cycles", "rests", "full", "constant gap, interphase")}
"""Where a model is run over some of the protocols: every time step of a resolved one costs milliseconds."""
REFUSED = [("anode-free", "cell.kind: got 'anode-free'"), ("polymer", "cell.electrolyte.material: got 'PEO-LiTFSI'")]


def case_of(model: Model, name: str) -> Case:
    """The case; for the resolved model without flaws, of which none would fit a voxel, and with one current."""
    changes = PROTOCOLS[name]
    if model.name == "resolved":
        short = {f"protocol__{key}": "1 mA/cm^2" for key in ("start", "step", "stop")}
        changes = changes | FLAWLESS | ({} if "protocol" in changes else short)
    return llzo_case(**changes)


@pytest.fixture(
    scope="module",
    params=[(m, p) for m in MODELS for p in COVERED.get(m.name, PROTOCOLS)],
    ids=lambda x: f"{x[0].name}: {x[1]}",
)
def run(request: pytest.FixtureRequest) -> tuple[Model, str, Solution]:
    model, name = request.param
    case = case_of(model, name)
    return model, name, solve(model, case.cell, case.protocol)


def at_metal(solution: Solution, name: str) -> np.ndarray:
    """A trace without the interface of a cathode, which has no contact and no voids."""
    array = solution[name]
    full = "open_circuit_voltage" in solution and "interface" in array.dims
    return array.values[:, :1] if full else array.values


def test_common_traces_are_there_or_declared_not_resolved(run: tuple[Model, str, Solution]) -> None:
    _, _, solution = run
    for name in COMMON_TRACES:
        if name in solution:
            assert np.isfinite(at_metal(solution, name)).all(), name
        else:
            assert name in solution.not_resolved
            with pytest.raises(NotResolved, match=name):
                solution[name]


def test_units_and_dimensions_are_those_of_the_vocabulary(run: tuple[Model, str, Solution]) -> None:
    for name, array in run[2].data.data_vars.items():
        assert array.attrs["units"] == QUANTITIES[str(name)].unit
        assert array.dims[0] == "time"


def test_time_never_runs_backwards(run: tuple[Model, str, Solution]) -> None:
    assert (np.diff(run[2]["time"].values) >= 0).all()


def test_voltage_has_the_sign_of_the_current_and_is_the_sum_of_its_parts(run: tuple[Model, str, Solution]) -> None:
    solution = run[2]
    current = solution["current_density"].values
    current = np.where(np.abs(current) < ROUNDING, 0.0, current)
    if "short_conductance" in solution:  # until a short, through which a full cell discharges against the current
        whole = solution["short_conductance"].values == 0.0
        for name in ("ohmic_drop", "charge_transfer_drop", "film_drop", "constriction_drop"):
            assert (solution[name].values * current >= 0)[whole].all(), name
    if "voltage" in solution.not_resolved:
        return
    voltage = solution["voltage"].values
    if not {"open_circuit_voltage", "concentration_drop"} & set(solution.data.data_vars):
        assert (voltage * current >= 0).all()
    parts = [str(name) for name in solution.data.data_vars if str(name).endswith(("_drop", "open_circuit_voltage"))]
    total = sum(solution[name].values for name in parts)
    assert voltage == pytest.approx(total, rel=1e-9, abs=1e-15)


def test_charge_and_lithium_are_conserved(run: tuple[Model, str, Solution]) -> None:
    solution = run[2]
    for name, error in solution.conservation.items():
        assert error is None or error < 1e-8, name
    charge = solution["charge"].values
    time, current = solution["time"].values, solution["current_density"].values
    integrated = np.concatenate([[0], np.cumsum(np.diff(time) * current[:-1])])
    assert charge == pytest.approx(integrated, rel=1e-6, abs=1e-3)


def test_fractions_and_magnitudes_stay_in_range(run: tuple[Model, str, Solution]) -> None:
    solution = run[2]
    if "contact_fraction" in solution:
        contact = at_metal(solution, "contact_fraction")
        assert ((contact > 0) & (contact <= 1)).all()
        assert (at_metal(solution, "void_height") >= 0).all()
        assert (at_metal(solution, "lithium_thickness") > -1e-9).all()
        local = solution["largest_local_current_density"].values
        assert (
            local >= np.abs(solution["current_density"].values) * 0.999
        ).all() or solution.verdict.mode == "filament-short"


def test_verdict_fits_the_status_and_the_protocol(run: tuple[Model, str, Solution]) -> None:
    model, name, solution = run
    verdict = solution.verdict
    assert (solution.status == "stopped") == (verdict.mode != "none")
    protocol = case_of(model, name).protocol
    largest = protocol.largest_current_density
    if solution.model == "analytic" and any(step.may_end_early for step in protocol.steps):
        assert verdict.cumulative_charge is None  # how long those steps last is not known
        assert verdict.time is None
    else:
        assert verdict.cumulative_charge >= 0
    if verdict.mode != "none":
        assert 0 < verdict.critical_current_density <= largest * (1 + 1e-9)
        assert verdict.highest_current_density_passed is None or verdict.highest_current_density_passed <= largest


def test_limits_are_sorted_and_cited(run: tuple[Model, str, Solution]) -> None:
    solution = run[2]
    margins = [limit.margin for limit in solution.limits if limit.applies and limit.decides]
    assert margins == sorted(margins)
    assert any(limit.applies for limit in solution.limits)
    assert min(solution.verdict.margins.values()) == margins[0]
    for limit in solution.limits:
        assert limit.applies or limit.reason.startswith("does not apply") or "no " in limit.reason
        assert limit.validity
        reference(limit.reference)
    for key in solution.references:
        reference(key)


def test_save_and_load_give_the_same_record(run: tuple[Model, str, Solution], tmp_path) -> None:
    solution = run[2]
    again = load_solution(solution.save(tmp_path / "solution.nc"))
    assert again.data.identical(solution.data)
    assert (again.verdict, again.limits, again.warnings) == (solution.verdict, solution.limits, solution.warnings)
    assert again.uncertainty == solution.uncertainty
    json.dumps(dict(again.inputs))


def test_the_same_run_twice_is_the_same(run: tuple[Model, str, Solution]) -> None:
    model, name, solution = run
    case = case_of(model, name)
    assert solve(model, case.cell, case.protocol).data.identical(solution.data)


def test_inputs_are_not_changed_and_travel_to_other_processes(run: tuple[Model, str, Solution]) -> None:
    model, name, _ = run
    case = case_of(model, name)
    before = case.cell.to_dict()
    assert pickle.loads(pickle.dumps((model, case.cell, case.protocol))) == (model, case.cell, case.protocol)
    assert case.cell.to_dict() == before


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.name)
def test_progress_goes_from_zero_to_one(model: Model) -> None:
    seen: list[float] = []
    case = case_of(model, "rests")
    solve(model, case.cell, case.protocol, progress=lambda share, words: seen.append(share))
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


@pytest.mark.parametrize(("name", "message"), REFUSED)
def test_what_the_resolved_model_cannot_treat_is_refused(name: str, message: str) -> None:
    case = case_of(MODELS[2], name)
    with pytest.raises(InvalidInput, match=message):
        solve(MODELS[2], case.cell, case.protocol)


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.name)
def test_a_seed_changes_nothing_where_a_model_says_that_it_draws_nothing(model: Model) -> None:
    case = case_of(model, "long half-cycles")
    if not model.draws(case.cell):
        one, other = (solve(model, case.cell, case.protocol, seed=seed).verdict for seed in (1, 2))
        assert one == other
    assert model.writing_nothing() == model


def test_a_model_that_is_not_one_is_refused() -> None:
    case = llzo_case()
    with pytest.raises(InvalidInput, match=r"model: got 'str'; allowed: a model object"):
        solve("lumped", case.cell, case.protocol)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="seed"):
        solve(Lumped(), case.cell, case.protocol, seed=-1)


def test_a_numerical_failure_is_a_status_or_an_exception(monkeypatch: pytest.MonkeyPatch) -> None:
    """A balance that turns into NaN half-way: the record ends before it, and says in which step."""
    whole = ContactLaw.balance

    def broken(self: ContactLaw, void_height: float, stripping: float, pressure: float) -> float:
        return whole(self, void_height, stripping, pressure) if void_height < 1e-6 else math.nan

    monkeypatch.setattr(ContactLaw, "balance", broken)
    case = llzo_case(protocol__half_cycle="2 mAh/cm^2", protocol__start="0.4 mA/cm^2")
    solution = solve(Lumped(), case.cell, case.protocol, throw=False)
    assert solution.status == "failed"
    assert "numerical failure in step 1 of" in solution.status_text
    assert np.isfinite(solution["voltage"].values).all()
    assert solution["time"].values[-1] > 0
    with pytest.raises(SolveFailed, match="numerical failure") as caught:
        solve(Lumped(), case.cell, case.protocol)
    assert caught.value.solution.status == "failed"


@pytest.mark.parametrize("coefficient", [0.5, 0.3])
def test_the_analytic_model_leaves_held_voltages_unresolved_and_says_so(coefficient: float) -> None:
    held = {"voltage": "50 mV", "duration": "1 h"}
    steps = {"name": "steps", "steps": [{"current_density": "0.1 mA/cm^2", "duration": "1 h"}, held]}
    case = llzo_case(cell__interface__anodic_transfer_coefficient=coefficient, protocol=steps)
    solution = solve(Analytic(), case.cell, case.protocol)
    assert np.isnan(solution["voltage"].values).tolist() == [False, False, True, True]
    assert any("held voltage" in text for text in solution.warnings)


def test_the_analytic_model_refuses_a_protocol_without_a_set_current() -> None:
    case = llzo_case(protocol={"name": "hold", "voltage": "50 mV", "duration": "1 h"})
    with pytest.raises(InvalidInput, match=r"protocol: got 'hold'; allowed: at least one step of set current"):
        solve(Analytic(), case.cell, case.protocol)


def test_numerical_trouble_outranks_a_failure_that_would_have_come_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Contact is lost late in a step in which the growth of a flaw breaks down early: no verdict is claimed."""
    monkeypatch.setattr(FlawLaw, "rate", lambda self, filling, depth, drive: filling * math.nan)
    ramp = {"name": "one-way", "start": "3 mA/cm^2", "step": "1 mA/cm^2", "stop": "3 mA/cm^2", "half_cycle": "5 h"}
    case = llzo_case(protocol=ramp, cell__anode__thickness="200 um")
    solution = solve(Lumped(), case.cell, case.protocol, throw=False)
    assert (solution.status, solution.verdict.mode) == ("failed", "none")
    assert "growth of a flaw" in solution.status_text
