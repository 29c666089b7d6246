"""Cells and protocols that several tests share."""

from __future__ import annotations

from typing import Any

from lisse.study import read_case
from lisse.study.case import Case

LLZO: dict[str, Any] = {
    "title": "Li | LLZO | Li",
    "cell": {
        "area": "1 cm^2",
        "electrolyte": {
            "material": "LLZO",
            "thickness": "300 um",
            "flaws": {"mean_length": "5 um", "spread": 0.5, "density": "1e8 1/m^2"},
        },
        "anode": {"material": "lithium", "thickness": "50 um"},
        "stack": {"pressure": "3 MPa", "forming_pressure": "400 MPa"},
    },
    "protocol": {
        "name": "ccd-ramp",
        "start": "0.2 mA/cm^2",
        "step": "0.2 mA/cm^2",
        "stop": "3 mA/cm^2",
        "half_cycle": "0.25 mAh/cm^2",
    },
}


def llzo_case(**changes: Any) -> Case:
    """The LLZO case with some keys changed; ``cell__stack__pressure="1 MPa"`` reaches down, ``None`` removes."""
    raw = _copy(LLZO)
    for path, value in changes.items():
        *parents, last = path.split("__")
        table = raw
        for part in parents:
            table = table.setdefault(part, {})
        if value is None:
            table.pop(last, None)
        else:
            table[last] = value
    return read_case(raw)


def _copy(value: Any) -> Any:
    return {k: _copy(v) for k, v in value.items()} if isinstance(value, dict) else value


def ramp_text(title: str, start: str, step: str, stop: str, half_cycle: str) -> str:
    """A case file of the LLZO cell with a ramp of its own; currents in mA/cm2, the half-cycle in mAh/cm2."""
    return f"""\
title = "{title}"
[cell]
area = "1 cm^2"
[cell.electrolyte]
material = "LLZO"
thickness = "300 um"
[cell.electrolyte.flaws]
mean_length = "5 um"
density = "1e8 1/m^2"
[cell.anode]
material = "lithium"
thickness = "50 um"
[cell.stack]
pressure = "3 MPa"
forming_pressure = "400 MPa"
[protocol]
name = "ccd-ramp"
start = "{start} mA/cm^2"
step = "{step} mA/cm^2"
stop = "{stop} mA/cm^2"
half_cycle = "{half_cycle} mAh/cm^2"
"""
