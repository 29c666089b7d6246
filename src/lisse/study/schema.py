"""Every key of a case file: unit, range, default and one line of help.

The reader, the templates of ``lisse new``, the as-run file, the reference page and the fuzz test all follow this one
table. Ranges are wide: they exclude what no cell has, most often a slip of the unit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from lisse.cell import CELL_KINDS, FIXTURES, FLAW_GEOMETRIES
from lisse.models.criteria import STABILITY_CHOICES
from lisse.models.uncertainty import MOST_SAMPLES
from lisse.study.fields import (
    OPTIONAL,
    REQUIRED,
    Choice,
    Field,
    FromMaterial,
    HalfCycle,
    Integer,
    Quantity,
    SameAs,
    Text,
    UnreadTable,
)

__all__ = ["CATHODE", "MODELS", "OWN_KINDS", "PROTOCOLS", "STEP", "TABLES", "Table"]

Table = Mapping[str, Field]

MODELS = ("analytic", "lumped")
"""Models of this version, by the name they have in a case file."""
OWN_KINDS = ("electrolyte", "polymer", "metal", "cathode")
"""What a material with inline properties may be."""
_LAST_SEED = 2**32 - 1


def _within(
    low: float,
    high: float,
    unit: str,
    help: str,
    default: Any = REQUIRED,
    example: Any = None,
    *,
    is_open: bool = False,
) -> Quantity:
    """A quantity between two SI numbers, both allowed unless `is_open`."""
    return Quantity(help, default, example, unit, low, high, is_open, is_open)


def _resistance(help: str, default: Any) -> Quantity:
    return _within(0.0, 1e4, "ohm m^2", help, default)


def _pressure(help: str, default: Any = REQUIRED, example: Any = None) -> Quantity:
    return _within(0.0, 1e10, "Pa", help, default, example)


def _thickness(low: float, help: str, default: Any = REQUIRED) -> Quantity:
    return _within(low, 0.1, "m", help, default)


def _current(help: str) -> Quantity:
    return _within(1e-9, 1e8, "A/m^2", help)


def _duration(low: float, help: str, default: Any = REQUIRED, example: Any = None) -> Quantity:
    return _within(low, 1e10, "s", help, default, example)


def _temperature(help: str, default: Any, example: Any = None) -> Quantity:
    return _within(150.0, 600.0, "K", help, default, example)


def _share(help: str, default: float) -> Quantity:
    return _within(0.0, 1.0, "1", help, default)


TABLES: Mapping[str, Table] = MappingProxyType(
    {
        "": {"title": Text("shown on the report", "untitled")},
        "cell": {
            "kind": Choice("kind of cell", "symmetric", choices=CELL_KINDS),
            "area": _within(1e-12, 100.0, "m^2", "area of the electrodes, which normalises the current"),
            "temperature": _temperature("temperature of the cell", "25 degC"),
        },
        "cell.electrolyte": {
            "thickness": _thickness(1e-9, "distance between the electrodes"),
            "grain_boundary_resistance": _resistance(
                "in series; zero when the conductivity is a total one", "0 ohm cm^2"
            ),
            "pore_radius": _within(1e-10, 1e-3, "m", "pores inside, where lithium could be deposited", "0.1 um"),
        },
        "cell.electrolyte.flaws": {
            "mean_length": _within(1e-9, 1e-2, "m", "mean depth of the surface flaws", example="5 um"),
            "spread": _within(0.0, 3.0, "1", "standard deviation of ln(length)", 0.5),
            "density": _within(1.0, 1e16, "1/m^2", "flaws per area of one interface", example="1e8 1/m^2"),
            "geometry": Choice("shape, for the stress intensity", "edge", choices=FLAW_GEOMETRIES),
            "focusing": _within(1.0, 1000.0, "1", "local over mean current at the mouth of a flaw", 1.0),
        },
        "cell.anode": {"thickness": _thickness(0.0, "metal of the working electrode")},
        "cell.counter": {
            "thickness": _thickness(0.0, "metal of the counter electrode", SameAs("cell.anode.thickness"))
        },
        "cell.interface": {
            "resistance": _resistance(
                "films and interlayers in true contact", FromMaterial("electrolyte", "interface_resistance")
            ),
            "exchange_current_density": _within(
                1e-9, 1e9, "A/m^2", "of true contact", FromMaterial("electrolyte", "exchange_current_density")
            ),
            "anodic_transfer_coefficient": _within(
                0.01, 0.99, "1", "share of the overpotential that drives stripping", 0.5
            ),
            "void_density": _within(
                1.0, 1e18, "1/m^2", "pores per area", FromMaterial("metal", "void_density", "1e10 1/m^2")
            ),
            "contact_angle": _within(
                math.radians(1.0),
                math.radians(179.0),
                "rad",
                "of the metal on the electrolyte; 90 deg makes hemispherical pores",
                FromMaterial("electrolyte", "contact_angle", "90 deg"),
            ),
            "void_closure_coefficient": _within(
                0.0,
                1.0,
                "A/m^2/Pa",
                "diffusional closure, as stripping current per stack pressure",
                FromMaterial("metal", "void_closure_coefficient", "0 mA/cm^2/MPa"),
            ),
            "small_scale_strength_factor": _within(
                1e-3,
                1e6,
                "1",
                "strength of the metal around a pore over its bulk creep strength",
                FromMaterial("metal", "small_scale_strength_factor", 1.0),
            ),
            "contact_hardness": _within(
                1e3,
                1e12,
                "Pa",
                "forming pressure that makes full contact",
                FromMaterial("metal", "contact_hardness", "50 MPa"),
            ),
            "injection": _share("share of the stripped volume that gathers in voids", 1.0),
            "refill": _share("share of the plated volume that fills voids first", 1.0),
            "nucleus_radius": _within(1e-10, 1e-3, "m", "radius of the pores that are always there", "0.3 um"),
            "contact_limit": _within(0.01, 0.99, "1", "contact fraction that counts as contact lost", 0.05),
        },
        "cell.stack": {
            "pressure": _pressure("stack pressure in operation"),
            "forming_pressure": _pressure("largest pressure before the test", SameAs("cell.stack.pressure")),
            "fixture": Choice("how the pressure is kept", "constant-pressure", choices=FIXTURES),
            "stiffness": _within(1.0, 1e20, "Pa/m", "of a constant-gap fixture", OPTIONAL, "1 MPa/um"),
        },
        "model": {
            "name": Choice("which model", "lumped", choices=MODELS),
            "seed": Integer(
                "of what is drawn at random (without it: the median flaw; uncertainties by 0)",
                OPTIONAL,
                1,
                low=0,
                high=_LAST_SEED,
            ),
        },
        "model.analytic": {
            "stability": Choice(
                "the stability of the interface stands beside the limits, or decides in one convention",
                "reported",
                choices=STABILITY_CHOICES,
            ),
            "samples": Integer("draws of the uncertain properties (0: none)", 2000, low=0, high=MOST_SAMPLES),
        },
        "model.lumped": {
            "flaw_classes": Integer("classes that stand for the flaws of one interface", 6, low=1, high=64),
            "relative_tolerance": _within(1e-10, 1e-2, "1", "of the time integration", 1e-4),
        },
        "model.resolved": {
            "voxel": _within(1e-10, 1e-3, "m", "not read in this version", OPTIONAL, "0.5 um"),
            "microstructure": UnreadTable("not read in this version", OPTIONAL, {"file": "scan.tif"}),
        },
    }
)
"""Tables with fixed keys, by path. ``material`` keys and the protocol are read apart."""

CATHODE: Table = MappingProxyType(
    {"areal_capacity": _within(3.6e-2, 3.6e7, "C/m^2", "areal capacity of the cathode", example="3 mAh/cm^2")}
)
"""Keys of ``[cell.counter]`` in a full cell, besides ``material``."""

_HALF_CYCLE = HalfCycle("areal charge, or time, of a half-cycle")
_REST = _duration(0.0, "rest after every half-cycle", "0 s")
_RAMP: Table = {
    "start": _current("first current density"),
    "step": _current("increment"),
    "stop": _current("last current density"),
    "half_cycle": _HALF_CYCLE,
    "rest": _REST,
}
_LIMIT: Table = {"voltage_limit": _within(1e-3, 1e3, "V", "the run stops beyond this voltage", "5 V")}

PROTOCOLS: Mapping[str, Table] = MappingProxyType(
    {
        "ccd-ramp": {**_RAMP, "cycles_per_step": Integer("full cycles at each current", 1, high=1000), **_LIMIT},
        "one-way": {**_RAMP, **_LIMIT},
        "cycle": {
            "current_density": _current("of every half-cycle"),
            "half_cycle": _HALF_CYCLE,
            "cycles": Integer("full cycles, or until failure", high=50_000),
            "rest": _REST,
            **_LIMIT,
        },
        "hold": {
            "voltage": _within(-10.0, 10.0, "V", "voltage held (its sign is that of the current)"),
            "duration": _duration(1e-9, "for how long"),
            **_LIMIT,
        },
        "rest": {"duration": _duration(1e-9, "for how long")},
        "steps": {**_LIMIT},
    }
)
"""Settings of each protocol, by name; ``steps`` also has a list of ``[[protocol.steps]]``."""

STEP: Table = MappingProxyType(
    {
        "current_density": _within(-1e8, 1e8, "A/m^2", "signed; zero is a rest", OPTIONAL, "0.5 mA/cm^2"),
        "voltage": _within(-10.0, 10.0, "V", "held voltage, signed", OPTIONAL, "50 mV"),
        "duration": _duration(1e-9, "ends the step", OPTIONAL, "1 h"),
        "charge": _within(3.6e-5, 3.6e9, "C/m^2", "ends the step", OPTIONAL, "0.25 mAh/cm^2"),
        "stack_pressure": _pressure('from this step on (fixture = "schedule")', OPTIONAL, "5 MPa"),
        "temperature": _temperature("from this step on", OPTIONAL, "60 degC"),
        "label": Text("words for plots", OPTIONAL, "plate"),
    }
)
"""Keys of one of ``[[protocol.steps]]``."""
