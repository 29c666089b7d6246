"""How many solids keep lithium flat by their stiffness alone: the released shear moduli against the closed form.

    python validation/ahmad_2018/stiffness.py

prints the table and the sentences of README.md. The data lie beside the repository, in
../shared/data/se_ahmad_dendrite, and are not shipped with it.
"""

from __future__ import annotations

import json
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from lisse.theory import critical_shear_ratio
from lisse.units import parse_quantity

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
from compare import DATA, read_table  # noqa: E402 - a script beside this one

INPUTS: dict[str, Any] = tomllib.loads((HERE / "inputs.toml").read_text(encoding="utf-8"))
METAL = parse_quantity(INPUTS["isotropic"]["shear_modulus_metal"], "Pa")
POISSON_OF_METAL = INPUTS["isotropic"]["poisson_ratio_metal"]
RATIOS = (0.05, 0.15, 0.26, 0.74)  # Li+ over metal: least, Li2S, most common and most of the 171 cubic solids
POISSON = (0.18, 0.31, 0.41)  # 5, 50 and 95 % of the 171 cubic solids
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Count:
    """Solids on each side of the border, for one molar-volume ratio and the range of Poisson's ratios.

    Attributes
    ----------
    ratio : float, 1
    border : (low, high), Pa
        Shear modulus at which long waves change from growing to shrinking.
    below, above : int
        Solids below the whole border, and above the whole border.
    expected_below : float
        Solids expected below the border at the middle Poisson's ratio, given the error of the predictions.
    """

    ratio: float
    border: tuple[float, float]
    below: int
    above: int
    expected_below: float


def read_moduli(data: Path = DATA) -> dict[str, float]:
    """Predicted shear moduli by Materials Project name, Pa."""
    lines = (data / "shear_modulus.csv").read_text(encoding="utf-8").split()
    return {name: 1e9 * 10.0 ** float(text) for name, text in (line.split(",") for line in lines)}


def prediction_error(moduli: dict[str, float], data: Path = DATA) -> tuple[int, float]:
    """Cubic solids with a calculated tensor and a prediction, and the rms error of the prediction in decades."""
    records = json.loads((data / "cubic-training-set-data.json").read_text(encoding="utf-8"))
    calculated = {record["task_id"]: 1e9 * record["elasticity"]["G_VRH"] for record in records}
    pairs = [(moduli[name], shear) for name, shear in calculated.items() if name in moduli]
    predicted, found = np.array(pairs).T
    return len(pairs), float(np.sqrt(np.mean(np.log10(predicted / found) ** 2)))


def counts(moduli: Array, error: float) -> list[Count]:
    """One row for each molar-volume ratio."""
    found = []
    for ratio in RATIOS:
        border = METAL * np.asarray(critical_shear_ratio(ratio, POISSON, POISSON_OF_METAL))
        expected = norm.cdf(np.log10(border[1] / moduli) / error).sum()
        below, above = int((moduli < border.min()).sum()), int((moduli > border.max()).sum())
        found.append(Count(ratio, (float(border.min()), float(border.max())), below, above, float(expected)))
    return found


def stable_interfaces(data: Path = DATA) -> dict[str, tuple[int, int, int, int]]:
    """Solids, values below zero (stable as published), solids that have one, and solids with an empty field."""
    found = {}
    for name in ("all-train", "all-pred"):
        table = read_table(data / f"{name}.csv")
        below = [int((values < 0.0).sum()) for values in table.values()]
        empty = sum(bool(np.isnan(values).any()) for values in table.values())
        found[name] = len(table), sum(below), sum(count > 0 for count in below), empty
    return found


def lines(found: list[Count]) -> list[str]:
    """The table of README.md."""
    head = [
        "| Li+ over metal | border | below it (stable as published) | above it | expected below, with the error |",
        "| --- | --- | --- | --- | --- |",
    ]
    return head + [
        f"| {row.ratio:g} | {row.border[0] / 1e9:.1f} to {row.border[1] / 1e9:.1f} GPa | {row.below} | {row.above} | "
        f"{row.expected_below:.2g} |"
        for row in found
    ]


def sentences(data: Path = DATA) -> list[str]:
    """The figures of the text."""
    moduli = read_moduli(data)
    values = np.array(list(moduli.values()))
    count, error = prediction_error(moduli, data)
    told = [
        f"{len(values)} solids; the softest has {values.min() / 1e9:.1f} GPa",
        f"error of {error:.2f} decades (rms, {count} cubic solids",
        f"{int((values > 2.0 * METAL).sum())} of {len(values)} ({np.mean(values > 2.0 * METAL):.0%}) are stiffer",
    ]
    for name, (solids, below, with_one, empty) in stable_interfaces(data).items():
        told.append(f"`{name}`: {below} values below zero in {with_one} of {solids} solids ({empty} with empty fields)")
    return told


if __name__ == "__main__":
    shear = read_moduli()
    print("\n".join(lines(counts(np.array(list(shear.values())), prediction_error(shear)[1]))))
    print("\n".join(sentences()))
