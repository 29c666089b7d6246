"""Write the shipped models of the ionic conductivity, and what their validation gave."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from lisse.materials.estimates.conductivity_model import MODELS, ConductivityModel, column_names
from lisse.materials.estimates.conductivity_training import Table, table_of, train_model
from lisse.materials.estimates.conductivity_validation import scatter_between_sources, validate
from lisse.materials.estimates.obelix import read_obelix

__all__ = ["train"]


def train(data: Path, out: Path, validation: bool, progress: Callable[[str], None]) -> None:
    """Train both models and write ``conductivity.npz`` and ``conductivity.json``.

    Parameters
    ----------
    data : Path. Folder that holds ``se_obelix/train.csv``.
    out : Path. Folder to write to.
    validation : bool. Whether to repeat the nested cross-validation; else the figures in `out` are kept.
    progress : callable of str.
    """
    cleaned = read_obelix(data)
    report = out / "conductivity.json"
    before = json.loads(report.read_text("utf-8")) if report.is_file() else {}
    arrays: dict[str, np.ndarray] = {}
    models: dict[str, Any] = {}
    for name in MODELS:
        progress(f"ionic conductivity: training on {name}")
        table = table_of(cleaned.rows, name == "lattice")
        model = train_model(table)
        arrays |= model.to_arrays(f"{name}_")
        checked = validate(table, progress) if validation else before.get("models", {}).get(name, {}).get("validation")
        models[name] = {**_about(table, model), "validation": checked}
    np.savez_compressed(out / "conductivity.npz", allow_pickle=False, **arrays)
    found = {"data": dict(cleaned.counts), "scatter": scatter_between_sources(cleaned.rows), "models": models}
    report.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


def _about(table: Table, model: ConductivityModel) -> dict[str, Any]:
    """What the docs say of a model."""
    names = column_names(table.with_lattice)
    return {
        "rows": len(table.target),
        "bounds": int(table.bound.sum()),
        "families": len(set(table.family.tolist())),
        "sources": len(set(table.source.tolist())),
        "trend_features": [names[column] for column in model.trend.columns],
        "width": model.width,
        "band": {
            "applicability": _rounded(model.band.knowledge),
            "below": _rounded(model.band.below),
            "above": _rounded(model.band.above),
        },
    }


def _rounded(values: np.ndarray) -> list[float]:
    return [round(float(value), 3) for value in values]
