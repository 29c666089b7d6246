"""Train volumes, moduli and the relations on them, in this order, and write them as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from lisse.errors import InvalidInput
from lisse.materials.estimates.moduli import moduli_model_of
from lisse.materials.estimates.train_moduli import TENSORS, train_moduli
from lisse.materials.estimates.train_relations import train_relations
from lisse.materials.estimates.train_volume import train_volume
from lisse.materials.estimates.volume import volume_model_of

__all__ = ["train", "trained"]

_DIGITS = 12


def train(data: Path, out: Path, validate: bool, say: Callable[[str], None]) -> None:
    """Train and write ``volume.json``, ``moduli.json`` and ``relations.json``, validated each time: it takes a second.

    Parameters
    ----------
    data : Path. Folder that holds ``se_obelix`` and ``se_ahmad_dendrite``.
    out : Path. Folder to write to.
    validate : bool. Makes no difference here.
    say : callable. Takes a line of progress.
    """
    for name, plain in trained(data).items():
        (out / f"{name}.json").write_text(json.dumps(plain, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        say(f"{name}: done")


def trained(data: Path) -> Mapping[str, dict[str, Any]]:
    """The three stored models by the names of their files."""
    for file in ("se_obelix/train.csv", TENSORS):
        if not (data / file).is_file():
            raise InvalidInput("training data", str(data / file), "a folder that holds se_obelix and se_ahmad_dendrite")
    volume = rounded(train_volume(data))
    moduli = rounded(train_moduli(data))
    relations = rounded(train_relations(moduli_model_of(moduli), volume_model_of(volume)))
    return {"volume": volume, "moduli": moduli, "relations": relations}


def rounded(plain: Any) -> Any:
    """Numbers with 12 digits, so that the last bits of a machine do not show."""
    if isinstance(plain, float):
        return float(f"{plain:.{_DIGITS}g}")
    if isinstance(plain, Mapping):
        return {key: rounded(value) for key, value in plain.items()}
    if isinstance(plain, list):
        return [rounded(value) for value in plain]
    return plain
