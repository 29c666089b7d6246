"""Lithium-metal anodes in solid-state batteries: one description of a cell and a protocol, or one file, to a verdict.

Public names are loaded when first used, so that ``import lisse`` stays fast. A test pins the list.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from lisse import (
        cell,
        errors,
        lattice,
        materials,
        measurement,
        microstructure,
        models,
        numerics,
        protocol,
        records,
        references,
        report,
        study,
        theory,
        units,
    )
    from lisse.cell import Cell
    from lisse.fields import load_fields
    from lisse.measurement.analysis import analyse
    from lisse.measurement.readers import read
    from lisse.measurement.virtual import observe
    from lisse.models.run import solve
    from lisse.protocol import Protocol
    from lisse.records import Measurement, Solution, load_measurement, load_solution
    from lisse.study.batch import solve_many
    from lisse.study.case import Case, load_case
    from lisse.study.screening import screen

__all__ = [
    "Case",
    "Cell",
    "Measurement",
    "Protocol",
    "Solution",
    "__version__",
    "analyse",
    "cell",
    "errors",
    "lattice",
    "load_case",
    "load_fields",
    "load_measurement",
    "load_solution",
    "materials",
    "measurement",
    "microstructure",
    "models",
    "numerics",
    "observe",
    "protocol",
    "read",
    "records",
    "references",
    "report",
    "screen",
    "solve",
    "solve_many",
    "study",
    "theory",
    "units",
]

_HOMES = {
    "Case": "lisse.study.case",
    "Cell": "lisse.cell",
    "Measurement": "lisse.records",
    "Protocol": "lisse.protocol",
    "Solution": "lisse.records",
    "analyse": "lisse.measurement.analysis",
    "load_case": "lisse.study.case",
    "load_fields": "lisse.fields",
    "load_measurement": "lisse.records",
    "load_solution": "lisse.records",
    "observe": "lisse.measurement.virtual",
    "read": "lisse.measurement.readers",
    "screen": "lisse.study.screening",
    "solve": "lisse.models.run",
    "solve_many": "lisse.study.batch",
}


def __getattr__(name: str) -> Any:
    """Load a public name on first use (PEP 562)."""
    if name in _HOMES:
        value = getattr(importlib.import_module(_HOMES[name]), name)
    elif name in __all__:
        value = importlib.import_module(f"lisse.{name}")
    else:
        raise AttributeError(f"module 'lisse' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The public names."""
    return list(__all__)
