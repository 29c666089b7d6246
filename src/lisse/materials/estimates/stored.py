"""Trained models as plain numbers, with the validation of each beside its numbers, and the short tables behind them."""

from __future__ import annotations

import csv
import functools
import json
from collections.abc import Mapping
from importlib import resources
from typing import Any

import numpy as np

from lisse.numerics.linear_model import LinearModel

__all__ = ["linear_model", "plain_model", "stored", "table"]


@functools.cache
def stored(name: str) -> Mapping[str, Any]:
    """The content of ``<name>.json`` of this folder.

    Parameters
    ----------
    name : str. ``"conductivity"``, ``"volume"``, ``"moduli"`` or ``"relations"``.
    """
    text = (resources.files("lisse.materials.estimates") / f"{name}.json").read_text("utf-8")
    found: Mapping[str, Any] = json.loads(text)
    return found


def table(name: str) -> list[dict[str, str]]:
    """The rows of ``<name>.csv`` of this folder, by the names of its columns; lines that begin with # are comments."""
    text = (resources.files("lisse.materials.estimates") / f"{name}.csv").read_text("utf-8")
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))


def linear_model(plain: Mapping[str, Any]) -> LinearModel:
    """The linear model in a stored one."""
    return LinearModel(np.array(plain["coefficients"]), np.array(plain["spread"]))


def plain_model(line: LinearModel) -> dict[str, Any]:
    """What `linear_model` reads."""
    return {"coefficients": line.coefficients.tolist(), "spread": line.spread.tolist()}
