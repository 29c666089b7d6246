"""Microstructures as voxels: read, segment, generate, describe, and effective transport and stiffness.

Public names are loaded when first used, so that importing the room stays fast; numba and the image packages are
imported by the functions that need them. Nothing here knows of cells, protocols or models.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lisse.microstructure.readers import Image as Image
    from lisse.microstructure.readers import read as read
    from lisse.microstructure.readers import read_image as read_image
    from lisse.microstructure.volume import Volume as Volume

_HOMES = {
    "Description": "lisse.microstructure.description",
    "Image": "lisse.microstructure.readers",
    "Ranks": "lisse.numerics.distributed_run",
    "Segmentation": "lisse.microstructure.segmentation",
    "Volume": "lisse.microstructure.volume",
    "chord_lengths": "lisse.microstructure.describe_sizes",
    "composite_conductivity": "lisse.microstructure.composite_transport",
    "connectivity": "lisse.microstructure.describe_phases",
    "describe": "lisse.microstructure.description",
    "effective_conductivity": "lisse.microstructure.effective",
    "effective_conductivity_on_ranks": "lisse.microstructure.on_ranks",
    "effective_stiffness": "lisse.microstructure.stiffness",
    "effective_stiffness_on_ranks": "lisse.microstructure.on_ranks",
    "electrode_current": "lisse.microstructure.describe_current",
    "geodesic_tortuosity": "lisse.microstructure.describe_tortuosity",
    "geometric_hot_spots": "lisse.microstructure.describe_interface",
    "grain_neighbours": "lisse.microstructure.describe_grains",
    "grain_sizes": "lisse.microstructure.describe_grains",
    "grains_from_distance": "lisse.microstructure.separation",
    "grains_from_image": "lisse.microstructure.separation",
    "hot_spots": "lisse.microstructure.describe_interface",
    "interface_contact": "lisse.microstructure.describe_interface",
    "interface_current": "lisse.microstructure.describe_current",
    "lineal_path": "lisse.microstructure.describe_correlation",
    "local_thickness": "lisse.microstructure.describe_sizes",
    "misorientations": "lisse.microstructure.describe_grains",
    "over_thresholds": "lisse.microstructure.segmentation",
    "piece_sizes": "lisse.microstructure.describe_sizes",
    "pore_sizes": "lisse.microstructure.describe_sizes",
    "read": "lisse.microstructure.readers",
    "read_image": "lisse.microstructure.readers",
    "remove_small_pieces": "lisse.microstructure.separation",
    "segment": "lisse.microstructure.segmentation",
    "specific_surface": "lisse.microstructure.describe_phases",
    "tortuosity": "lisse.microstructure.describe_tortuosity",
    "two_point_correlation": "lisse.microstructure.describe_correlation",
}
"""Public name to the module that holds it, one line per name. No module may have the name of a public function: its
import would put the module in the function's place."""
_FILES = ("export", "generate", "readers")
"""Public modules."""

__all__ = sorted((*_HOMES, *_FILES))


def __getattr__(name: str) -> Any:
    """Load a public name on first use (PEP 562)."""
    if name in _HOMES:
        value = getattr(importlib.import_module(_HOMES[name]), name)
    elif name in _FILES:
        value = importlib.import_module(f"lisse.microstructure.{name}")
    else:
        raise AttributeError(f"module 'lisse.microstructure' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The public names."""
    return list(__all__)
