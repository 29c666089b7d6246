"""Small screenings for tests: a cell, a table and a study, as files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lisse.study import ScreenStudy, load_screen

CELL = """
title = "Li | candidate | Li"
[cell]
area = "1 cm^2"
[cell.electrolyte]
material = "LLZO"
thickness = "30 um"
[cell.electrolyte.flaws]
mean_length = "1 um"
density = "1e8 1/m^2"
[cell.anode]
material = "lithium"
thickness = "30 um"
[cell.interface]
resistance = "5 ohm cm^2"
exchange_current_density = "10 mA/cm^2"
contact_angle = "90 deg"
[cell.stack]
forming_pressure = "250 MPa"
pressure = "5 MPa"
[protocol]
name = "ccd-ramp"
start = "0.1 mA/cm^2"
step = "0.1 mA/cm^2"
stop = "20 mA/cm^2"
half_cycle = "0.5 mAh/cm^2"
"""

COLUMNS = """
[columns]
name = "name"
ionic_conductivity = {column = "sigma", unit = "mS/cm", spread = "30 %"}
fracture_toughness = {column = "K", unit = "MPa m^0.5"}
"""

TABLE = "name,sigma,K\nhard,1,1.5\nsoft,10,0.2\nslow,0.001,0.5\n"


def study_file(
    folder: Path,
    table: str = TABLE,
    columns: str = COLUMNS,
    rank: str = "top = 1\ndraws = 64",
    more: str = "",
    head: str = "",
) -> Path:
    """Write the files of a study; returns the path of the study file."""
    (folder / "cell.toml").write_text(CELL, encoding="utf-8")
    (folder / "table.csv").write_text(table, encoding="utf-8")
    mechanisms = "" if "mechanisms" in rank else 'mechanisms = ["filament-short", "voltage-limit"]\n'
    first = f'title = "Which?"\ncase = "cell.toml"\ntable = "table.csv"\n{head}\n'
    text = f"{first}{columns}\n[rank]\n{mechanisms}{rank}\n{more}"
    path = folder / "study.toml"
    path.write_text(text, encoding="utf-8")
    return path


def study(folder: Path, **parts: Any) -> ScreenStudy:
    """The study of such files."""
    return load_screen(study_file(folder, **parts))
