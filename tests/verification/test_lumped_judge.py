"""What is said of a run without its record, among runs that share their paths, is what its Solution says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cells import llzo_case
from lisse.models import Lumped
from lisse.models.base import Outcome
from lisse.models.lumped import apart
from lisse.models.lumped.apart import Known
from lisse.models.lumped.march import march

FILAMENT = {
    "cell__anode__thickness": "500 um",
    "cell__stack__pressure": "50 MPa",
    "protocol__stop": "6 mA/cm^2",
}
CASES: dict[str, dict[str, Any]] = {
    "voids and flaws": {},
    "a hard short": FILAMENT,
    "a soft short": FILAMENT | {"cell__area": "100 cm^2"},
    "a soft short that goes on": FILAMENT | {"cell__area": "100 cm^2"},
    "an interphase": {
        "cell__electrolyte__material": "Li6PS5Cl",
        "cell__interface": {
            "interphase": {"kind": "mixed-conducting", "conductivity": "1e-6 S/cm", "cycling_acceleration": 0.02}
        },
    },
    "pores that the current nucleates": {
        "cell__interface": {"void_density_exponent": 0.5, "void_density_current": "0.1 mA/cm^2"}
    },
    "a stiff fixture": {"cell__stack": {"pressure": "3 MPa", "fixture": "constant-gap", "stiffness": "1 MPa/um"}},
    "temperature steps": {
        "protocol": {
            "name": "temperature-steps",
            "current_density": "0.1 mA/cm^2",
            "start": "25 degC",
            "step": "20 K",
            "stop": "65 degC",
            "duration": "1 h",
        }
    },
    "a held voltage": {"protocol": {"name": "hold", "voltage": "0.2 V", "duration": "9 h"}},
    "a full cell": {
        "cell__kind": "full",
        "cell__anode__thickness": "20 um",
        "cell__counter": {"material": "NMC811", "areal_capacity": "3 mAh/cm^2"},
        "protocol": {
            "name": "cycle",
            "current_density": "0.3 mA/cm^2",
            "half_cycle": "0.3 mAh/cm^2",
            "cycles": 2,
        },
    },
}


@pytest.mark.parametrize("name", CASES)
def test_a_run_that_shares_its_paths_ends_as_one_alone(name: str) -> None:
    case, model = llzo_case(**CASES[name]), Lumped(after_soft_short="go-on" if name.endswith("goes on") else "stop")
    judge = model.judge(case.cell, case.protocol)
    ended = set()
    for seed in (None, 0, 1, 2, 0):
        alone = Outcome.of(model.solve(case.cell, case.protocol, seed=seed))
        assert judge(seed) == alone
        ended.add(alone.end)
    if name in ("a hard short", "a soft short"):  # else every run has the same path, and nothing is shown
        assert len(ended) > 1


def test_the_paths_of_a_cell_are_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second run with other flaws asks the integrator for nothing new, as far as the first one came."""
    case, calls = llzo_case(protocol__stop="0.8 mA/cm^2"), []
    usual = apart.integrate
    monkeypatch.setattr(apart, "integrate", lambda *given: calls.append(1) or usual(*given))
    judge = Lumped().judge(case.cell, case.protocol)
    assert judge(1).status == "completed"
    first = len(calls)
    assert first >= len(case.protocol.steps) - 1  # while closed voids stay closed nothing is integrated
    assert judge(2).status == "completed"
    assert len(calls) == first


def test_shared_records_cannot_be_written() -> None:
    case, known = llzo_case(protocol__stop="0.4 mA/cm^2"), Known()
    march(case.cell, case.protocol, Lumped(), None, None, known)
    records = [path.record for path in known.paths.values() if path is not None]
    assert records
    for record in records:
        arrays = [values for values in (*vars(record).values(), *record.alloys) if isinstance(values, np.ndarray)]
        assert not any(values.flags.writeable for values in arrays)
