"""A crack in a film and in the voltage: what instruments record of a resolved run, and which kink is which crack.

    python examples/crack_film_and_voltage.py            draws docs/images/crack_film_and_voltage.png
    python examples/crack_film_and_voltage.py FILE.png   draws elsewhere

A small garnet cell is plated at one current until a filament joins its electrodes. A virtual cycler, an optical
microscope and two X-ray tomographs, one as in a laboratory and one ten times better, look at the same run. The cracks
are filled with lithium and some tens of nanometres wide: the microscope sees them because their faces reflect, the
better tomograph as a grey line, the other one not at all. Every time the crack moves on, the voltage has a kink.
"""

from __future__ import annotations

import dataclasses
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

import lisse
from lisse.measurement.alignment import align, changed_size
from lisse.measurement.virtual import Cycler, OpticalMicroscope, XRayTomograph
from lisse.study import read_case

HERE = Path(__file__).parent
SIZE, FLAW, CURRENT = "12 um", "5 um", "4 mA/cm^2"


def run(directory: str) -> Any:
    """The Solution; its fields are in the directory."""
    case = read_case(
        {
            "cell": {
                "area": "1 cm^2",
                "electrolyte": {"material": "LLZO", "thickness": SIZE},
                "anode": {"material": "lithium", "thickness": "20 um"},
                "interface": {"resistance": "20 ohm cm^2"},
                "stack": {"pressure": "3 MPa", "forming_pressure": "400 MPa"},
            },
            "protocol": {"steps": [{"current_density": CURRENT, "duration": "100 s"}]},
            "model": {
                "name": "resolved",
                "resolved": {
                    "voxel": "0.5 um",
                    "saved_times": 60,
                    "microstructure": {
                        "generate": "polycrystal",
                        "size": [SIZE, SIZE],
                        "grain": "6 um",
                        "columnar": 0,
                        "periodic": True,
                        "seed": 1,
                    },
                    "flaws": {"count": 1, "length": FLAW, "spread": 0.0, "along_boundaries": True, "seed": 2},
                },
            },
        }
    )
    model = dataclasses.replace(case.model, directory=directory)
    return lisse.solve(model, case.cell, case.protocol, seed=1)


def results() -> dict[str, Any]:
    """The records, and what `align` says of them."""
    with tempfile.TemporaryDirectory() as directory:
        solution = run(directory)
        fields = lisse.load_fields(directory).load()
    film = OpticalMicroscope(frame_time=0.01, electrode=3e-6)
    scan = XRayTomograph(frame_time=0.0, electrode=3e-6)
    fine = XRayTomograph(frame_time=0.0, electrode=3e-6, voxel=0.25e-6, resolution=0.25e-6, noise=0.005)
    records = {
        "voltage": lisse.observe(solution, Cycler(sampling_interval=0.02, voltage_noise=1e-5, seed=1)),
        "film": lisse.observe(solution, film, fields=fields),
    }
    return {
        "solution": solution,
        "records": records,
        "scan": lisse.observe(solution, scan, fields=fields),
        "fine": lisse.observe(solution, fine, fields=fields),
        "found": align(records, on="time"),
    }


def draw(path: Path) -> dict[str, Any]:
    """Draw the figure; returns what is in it."""
    made = results()
    figure = Figure(figsize=(11.0, 3.6), layout="constrained")
    panels = figure.subplots(1, 4, width_ratios=(1.1, 1.1, 1.1, 2.0))
    titles = ("optical film", "X-ray, 1 μm, 5 % noise", "X-ray, 0.25 μm, 0.5 %")
    for panel, record, title in zip(
        panels, (made["records"]["film"], made["scan"], made["fine"]), titles, strict=False
    ):
        picture = record.picture.values[-1]
        x, y = (1e6 * record.data[name].values for name in ("x", "y"))
        darkest = 0.9 * picture.max() if record is made["fine"] else picture.min()
        extent = (y[0], y[-1], x[-1], x[0])
        panel.imshow(picture, cmap="gray", vmin=darkest, extent=extent, interpolation="nearest")
        panel.set_title(title, fontsize=8)
        panel.set_xlabel("y / μm")
    panels[0].set_ylabel("x / μm, from the plated electrode")
    voltage = made["records"]["voltage"].data
    last = panels[3]
    last.plot(voltage["Test Time / s"], 1e3 * voltage["Voltage / V"], color="#0072B2", lw=1.2)
    for event in made["found"].events:
        if event.source == "voltage":
            height = np.interp(event.time, voltage["Test Time / s"], 1e3 * voltage["Voltage / V"])
            last.plot(event.time, height, "o", color="#D55E00", ms=5)
    for event in made["solution"].events:
        last.axvline(event["time"], color="0.7", lw=0.8, zorder=0)
    changed = changed_size(made["records"]["film"], "film")
    other = last.twinx()
    other.step(changed.time, 1e12 * changed.value, where="post", color="#009E73", lw=1.2)
    other.set_ylabel("Changed in the film / μm$^2$", color="#009E73")
    end = 1.1 * made["solution"].verdict.time
    last.set(xlim=(0.3 * end, end), xlabel="Time / s", ylabel="Voltage / mV")
    last.set_title("dots: kinks found; grey lines: the crack moves on in the model", fontsize=8)
    figure.savefig(path, dpi=110)
    return made


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / "docs" / "images" / "crack_film_and_voltage.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    draw(target)
    print(target)
