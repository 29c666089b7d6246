"""Every key of a case file: unit, range, default and one line of help. The reader, the templates of ``lisse new``, the
as-run file and the reference page all follow this one table.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from lisse.cell import CELL_KINDS, FIXTURES, FLAW_GEOMETRIES
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
)

__all__ = ["CATHODE", "MODELS", "PROTOCOLS", "STEP", "TABLES"]

Table = Mapping[str, Field]

MODELS = ("analytic", "lumped")


def _above_zero(help: str, unit: str, default: object = REQUIRED) -> Quantity:
    return Quantity(help, default, unit=unit, low=0.0, low_open=True)


def _not_negative(help: str, unit: str, default: object = REQUIRED) -> Quantity:
    return Quantity(help, default, unit=unit, low=0.0)


def _inside(help: str, default: object, unit: str = "1", high: float = 1.0) -> Quantity:
    return Quantity(help, default, unit=unit, low=0.0, high=high, low_open=True, high_open=True)


TABLES: Mapping[str, Table] = MappingProxyType(
    {
        "": {"title": Text("shown on the report", "untitled")},
        "cell": {
            "kind": Choice("kind of cell", "symmetric", choices=CELL_KINDS),
            "area": _above_zero("area of the electrodes, which normalises the current", "m^2"),
            "temperature": Quantity("temperature of the cell", "25 degC", unit="K", low=150.0, high=600.0),
        },
        "cell.electrolyte": {
            "thickness": _above_zero("distance between the electrodes", "m"),
            "grain_boundary_resistance": _not_negative(
                "in series; zero when the conductivity is a total one", "ohm m^2", "0 ohm cm^2"
            ),
        },
        "cell.electrolyte.flaws": {
            "mean_length": _above_zero("mean depth of the surface flaws", "m"),
            "spread": Quantity("standard deviation of ln(length)", 0.5, low=0.0, high=3.0),
            "density": _above_zero("flaws per area of one interface", "1/m^2"),
            "geometry": Choice("shape, for the stress intensity", "edge", choices=FLAW_GEOMETRIES),
            "focusing": Quantity("local over mean current at the mouth of a flaw", 1.0, low=1.0, high=1000.0),
        },
        "cell.anode": {"thickness": _not_negative("lithium thickness of the working electrode", "m")},
        "cell.counter": {
            "thickness": _not_negative(
                "lithium thickness of the counter electrode", "m", SameAs("cell.anode.thickness")
            )
        },
        "cell.interface": {
            "resistance": _not_negative(
                "films and interlayers in true contact", "ohm m^2", FromMaterial("electrolyte", "interface_resistance")
            ),
            "exchange_current_density": _above_zero(
                "of true contact", "A/m^2", FromMaterial("electrolyte", "exchange_current_density")
            ),
            "anodic_transfer_coefficient": _inside("share of the overpotential that drives stripping", 0.5),
            "void_density": _above_zero("pores per area", "1/m^2", FromMaterial("metal", "void_density", "1e10 1/m^2")),
            "contact_angle": _inside(
                "of the metal on the electrolyte; 90 deg makes hemispherical pores",
                FromMaterial("electrolyte", "contact_angle", "90 deg"),
                "rad",
                3.14159,
            ),
            "void_closure_coefficient": _not_negative(
                "diffusional closure, as stripping current per stack pressure",
                "A/m^2/Pa",
                FromMaterial("metal", "void_closure_coefficient", "0 mA/cm^2/MPa"),
            ),
            "small_scale_strength_factor": _above_zero(
                "strength of the metal around a pore over its bulk creep strength",
                "1",
                FromMaterial("metal", "small_scale_strength_factor", "1"),
            ),
            "contact_hardness": _above_zero(
                "forming pressure that makes full contact", "Pa", FromMaterial("metal", "contact_hardness", "50 MPa")
            ),
            "injection": Quantity("share of the stripped volume that gathers in voids", 1.0, low=0.0, high=1.0),
            "refill": Quantity("share of the plated volume that fills voids first", 1.0, low=0.0, high=1.0),
            "nucleus_radius": _above_zero("radius of the pores that are always there", "m", "0.3 um"),
            "contact_limit": _inside("contact fraction that counts as contact lost", 0.05),
        },
        "cell.stack": {
            "pressure": _not_negative("stack pressure in operation", "Pa"),
            "forming_pressure": _not_negative("largest pressure before the test", "Pa", SameAs("cell.stack.pressure")),
            "fixture": Choice("how the pressure is kept", "constant-pressure", choices=FIXTURES),
            "stiffness": _above_zero("of a constant-gap fixture", "Pa/m", OPTIONAL),
        },
        "model": {"name": Choice("which model", "lumped", choices=MODELS)},
        "model.lumped": {
            "flaw_classes": Integer("classes that stand for the flaws of one interface", 6, low=1, high=64),
            "relative_tolerance": Quantity("of the time integration", 1e-5, low=1e-10, high=1e-2),
        },
    }
)
"""Tables with fixed keys, by path. ``material`` keys and the protocol are read apart."""

CATHODE: Table = MappingProxyType({"areal_capacity": _above_zero("areal capacity of the cathode", "C/m^2")})
"""Keys of ``[cell.counter]`` in a full cell, besides ``material``."""

_RAMP: Table = {
    "start": _above_zero("first current density", "A/m^2"),
    "step": _above_zero("increment", "A/m^2"),
    "stop": _above_zero("last current density", "A/m^2"),
    "half_cycle": HalfCycle("areal charge, or time, of a half-cycle"),
    "rest": _not_negative("rest after every half-cycle", "s", "0 s"),
}
_LIMIT: Table = {"voltage_limit": _above_zero("the run stops beyond this voltage", "V", "5 V")}

PROTOCOLS: Mapping[str, Table] = MappingProxyType(
    {
        "ccd-ramp": {**_RAMP, "cycles_per_step": Integer("full cycles at each current", 1, high=1000), **_LIMIT},
        "one-way": {**_RAMP, **_LIMIT},
        "cycle": {
            "current_density": _above_zero("of every half-cycle", "A/m^2"),
            "half_cycle": HalfCycle("areal charge, or time, of a half-cycle"),
            "cycles": Integer("full cycles, or until failure", high=50_000),
            "rest": _not_negative("rest after every half-cycle", "s", "0 s"),
            **_LIMIT,
        },
        "hold": {
            "voltage": Quantity("voltage held (its sign is that of the current)", unit="V", low=-10.0, high=10.0),
            "duration": _above_zero("for how long", "s"),
            **_LIMIT,
        },
        "rest": {"duration": _above_zero("for how long", "s")},
        "steps": {**_LIMIT},
    }
)
"""Settings of each protocol, by name; ``steps`` also has a list of ``[[protocol.steps]]``."""

STEP: Table = MappingProxyType(
    {
        "current_density": Quantity("signed; zero is a rest", OPTIONAL, unit="A/m^2"),
        "voltage": Quantity("held voltage, signed", OPTIONAL, unit="V", low=-10.0, high=10.0),
        "duration": _above_zero("ends the step", "s", OPTIONAL),
        "charge": _above_zero("ends the step", "C/m^2", OPTIONAL),
        "stack_pressure": _not_negative('from this step on (fixture = "schedule")', "Pa", OPTIONAL),
        "temperature": Quantity("from this step on", OPTIONAL, unit="K", low=150.0, high=600.0),
        "label": Text("words for plots", OPTIONAL),
    }
)
"""Keys of one of ``[[protocol.steps]]``."""
