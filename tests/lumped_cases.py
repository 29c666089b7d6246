"""One cell of each kind that the lumped model knows, and a short way to run steps on it."""

from __future__ import annotations

from typing import Any

from cells import llzo_case
from lisse.cell import Cell
from lisse.models import Lumped, solve
from lisse.protocol import Protocol, Step
from lisse.records import Solution

__all__ = ["ALLOY", "ANODE_FREE", "FLAWLESS", "FULL", "POLYMER", "STIFF", "bare", "cell_of", "run"]

FLAWLESS: dict[str, Any] = {"cell__electrolyte__flaws": None}
FULL: dict[str, Any] = {
    "cell__kind": "full",
    "cell__anode__thickness": "20 um",
    "cell__counter": {"material": "NMC811", "areal_capacity": "3 mAh/cm^2"},
}
ANODE_FREE: dict[str, Any] = {
    "cell__kind": "anode-free",
    "cell__anode__thickness": "0 um",
    "cell__counter": {"thickness": "50 um"},
}
POLYMER: dict[str, Any] = {
    "cell__temperature": "90 degC",
    "cell__electrolyte": {"material": "PEO-LiTFSI", "thickness": "100 um"},
    "cell__interface": {"contact_hardness": "0.1 MPa"},
    "cell__stack": {"pressure": "0.1 MPa", "forming_pressure": "0.1 MPa"},
}
ALLOY: dict[str, Any] = {
    "cell__anode": {
        "material": {"material": "Li-Mg", "override": {"surface_energy": "0.5 J/m^2"}},
        "thickness": "50 um",
    },
}
STIFF: dict[str, Any] = {
    "cell__stack": {
        "pressure": "3 MPa",
        "forming_pressure": "400 MPa",
        "fixture": "constant-gap",
        "stiffness": "0.1 MPa/um",
    }
}


def bare(**interface: Any) -> dict[str, Any]:
    """Changes that take flaws away and set keys of the interface."""
    return FLAWLESS | {f"cell__interface__{name}": value for name, value in interface.items()}


def cell_of(**changes: Any) -> Cell:
    """The LLZO cell with some keys changed, as in `llzo_case`."""
    return llzo_case(**changes).cell


def run(*steps: Step, tolerance: float = 1e-6, voltage_limit: float = 10.0, **changes: Any) -> Solution:
    """Run steps on the LLZO cell with some keys changed."""
    protocol = Protocol("steps", steps, voltage_limit=voltage_limit)
    return solve(Lumped(relative_tolerance=tolerance), cell_of(**changes), protocol)
