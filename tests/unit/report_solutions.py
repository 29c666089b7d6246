"""Small made-up Solutions for the tests of the report: no model is run."""

from __future__ import annotations

from typing import Any

import numpy as np

from lisse.materials import load
from lisse.records import Limit, Solution, Verdict, dataset

INFINITE = float("inf")
SHORT = Verdict("filament-short", 7200.0, 17.5, 17.0, 612849.0, 849.0, "working")
LIMITS = (
    Limit("voltage-limit", "drops of the cell as formed", 720.0, 24.0, reference="hatzell2020"),
    Limit("salt-depletion", "steady salt depletion", None, None, applies=False, valid=False, reason="does not apply"),
    Limit("filament-short", "crack overpotential", 22.6, 0.755, reference="porz2017", inputs={"flaw_length": 3e-5}),
    Limit("contact-loss", "void closure", float("inf"), float("inf"), reference="kasemchainan2019"),
)
STABLE = "interface stability, thermodynamic convention"
UNSTABLE = "interface stability, published convention"
REPORTED = (
    Limit("filament-short", UNSTABLE, 0.0, 0.0, reference="ahmad2017", validity="Linear waves.", decides=False),
    Limit(
        "filament-short", STABLE, INFINITE, INFINITE, reference="monroe2004", validity="Linear waves.", decides=False
    ),
    Limit(
        "contact-loss",
        "bulk creep of the lithium layer alone",
        3300.0,
        110.0,
        reference="lepage2019",
        inputs={"thickness": 5e-5, "creep_prefactor": 3.35e-42},
        validity="Uniform flow.",
        decides=False,
    ),
)
LITHIUM = Limit(
    "lithium-exhausted", "lithium of the stripped electrode", None, 41.0, reference="hatzell2020", inputs={"sign": 1.0}
)


def distribution(low: float, median: float, high: float, unit: str = "A/m2", **shares: float) -> dict[str, Any]:
    """Plain data as a Monte Carlo leaves them."""
    quantiles = {"low": low, "median": median, "high": high, "unit": unit}
    return {**quantiles, "applies": 1.0, "passed": 0.0, "lowest": 0.0, **shares}


DRAWN: dict[str, Any] = {
    "samples": 2000,
    "seed": 7,
    "criteria": {
        "crack overpotential": distribution(16.5, 23.9, 39.0, passed=0.794, lowest=0.95),
        "drops of the cell as formed": distribution(700.0, 720.0, INFINITE, lowest=0.05, applies=0.6),
        "lithium of the stripped electrode": distribution(41.0, 41.2, 41.4, "1"),
        UNSTABLE: distribution(0.0, 0.0, INFINITE, passed=0.55),
        STABLE: distribution(INFINITE, INFINITE, INFINITE),
    },
    "mechanisms": {
        "voltage-limit": distribution(700.0, 720.0, INFINITE, lowest=0.05, applies=0.6),
        "lithium-exhausted": distribution(41.0, 41.2, 41.4, "1"),
        "filament-short": distribution(16.5, 23.9, 39.0, passed=0.794, lowest=0.95),
    },
    "critical_current_density": distribution(16.5, 23.9, 39.0, passed=0.794, lowest=1.0),
    "varied": {
        "fracture_toughness": {"low": 8.6e5, "high": 1.63e6, "source": "LLZO LLZO-K2a"},
        "flaw_length": {"low": 2.45e-5, "high": 4.01e-5, "source": "the longest of the flaws given"},
    },
}
"""What the analytic model draws, in a small and mixed example."""


def drawn(verdict: Verdict = SHORT, **changes: Any) -> Solution:
    """A run with reported criteria and with draws, in the style of the analytic model."""
    known = {"model": "analytic", "limits": (*LIMITS, LITHIUM, *REPORTED), "uncertainty": DRAWN}
    return made_up(verdict, **{**known, **changes})


def made_up(verdict: Verdict = SHORT, leave_out: tuple[str, ...] = (), **changes: Any) -> Solution:
    """A run of four half-cycles that ends at 2 h, in the style of the lumped model."""
    time = np.linspace(0.0, 7200.0, 201)
    current = 17.5 * np.sign(np.sin(2 * np.pi * (time + 1.0) / 3600.0))
    both = np.stack([np.linspace(1.0, 0.6, 201), np.linspace(1.0, 0.8, 201)], axis=1)
    traces = {
        "current_density": (("time",), current),
        "voltage": (("time",), current * 7e-3),
        "ohmic_drop": (("time",), current * 6.5e-3),
        "film_drop": (("time",), current * 4e-4),
        "charge_transfer_drop": (("time",), current * 1e-4),
        "constriction_drop": (("time",), current * 0.0),
        "contact_fraction": (("time", "interface"), both),
        "void_height": (("time", "interface"), (1 - both) * 1e-6),
        "stack_pressure": (("time",), np.full(201, 3e6)),
        "largest_local_current_density": (("time",), np.abs(current) / 0.6),
        "short_conductance": (("time",), np.zeros(201)),
        "flaw_length": (("time", "interface"), 3e-5 / both),
        "plating_pressure": (("time", "interface"), 9e7 * (1 - both)),
    }
    kept = {name: trace for name, trace in traces.items() if name not in leave_out}
    sides = {} if not any("interface" in dims for dims, _ in kept.values()) else {"interface": ["working", "counter"]}
    known: dict[str, Any] = {
        "data": dataset(kept, {"time": time, **sides}),
        "inputs": inputs(),
        "status": "completed" if verdict.mode == "none" else "stopped",
        "status_text": "the protocol ran to its end" if verdict.mode == "none" else "the cell failed",
        "warnings": ("the longest flaw is 30 um",),
        "references": ("hatzell2020", "porz2017"),
        "version": "0.1.0",
        "model": "lumped",
        "verdict": verdict,
        "limits": LIMITS,
        "targets": (
            {"name": "current_density", "text": "> 3 mA/cm2", "target": 30.0, "value": 17.0, "met": False},
            {"name": "fraction_passed", "text": "> 80 %", "target": 0.8, "value": None, "met": None},
        ),
        "conservation": {"charge": 4.8e-15, "lithium": None},
    }
    return Solution(**{**known, **changes})


def inputs(temperature: float = 298.15, resistance: float = 2e-4) -> dict[str, Any]:
    """Plain data as a Solution carries it, of a cell of LLZO and lithium."""
    lithium = {"material": load("lithium").to_dict(), "thickness": 5e-5}
    settings = {"start": 0.5, "step": 0.5, "stop": 30.0, "half_cycle_charge": 9000.0, "rest": 0.0, "cycles_per_step": 1}
    steps = [{"current_density": sign * 17.5, "duration": 1800.0} for sign in (1, -1, 1, -1)]
    return {
        "cell": {
            "kind": "symmetric",
            "area": 1e-4,
            "temperature": temperature,
            "electrolyte": {
                "material": load("LLZO").to_dict(),
                "thickness": 3e-4,
                "flaws": {"mean_length": 5e-6, "spread": 0.5, "density": 1e8, "geometry": "edge", "focusing": 1.0},
                "grain_boundary_resistance": 0.0,
            },
            "working": lithium,
            "counter": lithium,
            "interface": {"resistance": resistance, "void_density": 1e10, "injection": 1.0},
            "stack": {"pressure": 3e6, "forming_pressure": 4e8, "fixture": "constant-pressure", "stiffness": None},
        },
        "protocol": {
            "name": "ccd-ramp",
            "voltage_limit": 5.0,
            "reference": "",
            "settings": settings,
            "steps": steps,
        },
        "model": {"name": "lumped", "flaw_classes": 6},
    }
