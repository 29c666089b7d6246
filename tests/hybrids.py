"""Small studies of hybrid electrolytes for tests."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

RAW: dict[str, Any] = {
    "title": "small",
    "matrix": {"material": "PEO-LiTFSI"},
    "filler": {"material": "LLZO"},
    "structure": {"voxels": 32, "across": 8, "samples": 2},
    "loading": {"fractions": [0.3], "diameters": ["1 um"], "temperatures": ["80 degC"]},
    "interface": {"resistance": "100 ohm cm^2"},
}

CELL = """
title = "cell"
[cell]
kind = "symmetric"
area = "1 cm^2"
temperature = "80 degC"
[cell.electrolyte]
material = "PEO-LiTFSI"
thickness = "50 um"
[cell.anode]
material = "lithium"
thickness = "50 um"
[cell.stack]
forming_pressure = "5 MPa"
pressure = "0.5 MPa"
[protocol]
name = "ccd-ramp"
start = "0.5 mA/cm^2"
step = "0.5 mA/cm^2"
stop = "8 mA/cm^2"
half_cycle = "0.25 mAh/cm^2"
[model]
name = "analytic"
"""

STUDY = """
title = "LLZO in PEO"
case = "cell.toml"
[filler]
material = "LLZO"
[structure]
voxels = 32
across = 8
samples = 1
[loading]
fractions = [0.3]
diameters = ["1 um", "1 mm"]
temperatures = ["70 degC", "80 degC"]
[interface]
resistance = "100 ohm cm^2"
[map]
loadings = [0.3]
voxels = 0
points = 9
"""


def changed(table: str, **values: Any) -> dict[str, Any]:
    """The raw study with some keys of a table changed."""
    raw = copy.deepcopy(RAW)
    raw[table] = {**raw.get(table, {}), **values}
    return raw


def study_file(folder: Path, text: str = STUDY) -> Path:
    """The study and its cell as files."""
    (folder / "cell.toml").write_text(CELL, encoding="utf-8")
    path = folder / "study.toml"
    path.write_text(text, encoding="utf-8")
    return path
