"""Optional image packages, loaded when a function needs them."""

from __future__ import annotations

import importlib
from typing import Any

from lisse.errors import MissingExtra

__all__ = ["scikit_image"]


def scikit_image(module: str, purpose: str) -> Any:
    """A module of scikit-image, or `MissingExtra` that says what it is needed for.

    Parameters
    ----------
    module : str. Name inside the package, such as ``morphology``.
    purpose : str. What needs it, as the beginning of a sentence.
    """
    try:
        return importlib.import_module(f"skimage.{module}")
    except ImportError as error:
        raise MissingExtra("scikit-image", "image", purpose) from error
