"""Read the OBELiX table of measured lithium conductors and settle its conflicts. Only training needs this.

What is settled, and how:

- **Total against bulk.** The column of the conductivity is the total one wherever the table gives both, and is kept.
- **"<1E-10".** The truth is somewhere below: the entry is an upper bound, in training, in scoring and in intervals.
- **Impossible values.** Below 1e-14 S/cm no pellet can be measured at room temperature (1 mm of it has 1e13 ohm cm2);
  three entries down to 4e-18 S/cm are extrapolations from hot measurements, and count as bounds at 1e-14 S/cm.
- **One source, one substance, several rows.** Rows with the same composition, space group and DOI become one, with the
  median. Rows of different sources stay apart: their scatter is what a new measurement would show.
- **Formulas that cannot be.** Rows that are not charge-neutral under common oxidation states are left out, and so are
  compounds of carbon (one solvate of an organic molecule).
- **Cells that cannot be.** Where spheres of the ionic radii would fill less than 0.4 of the cell, the number of formula
  units is wrong; such a row is used for its composition only.
- **Families.** Tiny families are merged with their kin, and rows without a family get one from formula and space group.
"""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from lisse.errors import InvalidInput
from lisse.materials.estimates.composition import Composition, composition
from lisse.materials.estimates.features import packing_fraction
from lisse.materials.estimates.lattice import Lattice

__all__ = ["FLOOR", "Cleaning", "Measured", "read_obelix"]

FLOOR = -14.0
"""log10 of S/cm. Conductivities below are taken as bounds."""
_FILE = "se_obelix/train.csv"
_LOOSEST = 0.4
_ANGSTROM = 1e-10

_MERGED = {
    "cholorides": "halides",
    "chlorides": "halides",
    "fluorides": "halides",
    "argyrodite": "argyrodites",
    "garnet-like": "garnet",
    "nitride": "nitrides and phosphides",
    "nitrides": "nitrides and phosphides",
    "boron nitride": "nitrides and phosphides",
    "nitridosilicates": "nitrides and phosphides",
    "LIPON": "nitrides and phosphides",
    "thio-phosphate": "sulfides",
    "Chalcogenidotetrelates": "sulfides",
    "layered": "sulfides",
    "zirconates": "oxides",
    "hexaoxometalates": "oxides",
    "molybdates": "oxides",
    "copper pyroborate": "oxides",
    "fluorooxoborate": "oxides",
    "boracites": "oxides",
    "sugilites": "oxides",
    "diphosphate": "phosphates",
    "pyrophosphate": "phosphates",
    "fluorophosphates": "phosphates",
    "Tavorite": "phosphates",
    "hydrides": "hydrides and antiperovskites",
    "antiperovskite": "hydrides and antiperovskites",
}
"""Families of one to three entries, and under which name they are counted."""
_BY_SPACE_GROUP = {230: "garnet", 142: "garnet", 137: "LGPS", 167: "NASICON"}


@dataclass(frozen=True)
class Measured:
    """One measured conductivity.

    Attributes
    ----------
    composition : Composition
    lattice : Lattice or None
        `None` where the cell of the table cannot be.
    log_conductivity : float
        log10 of S/cm, at room temperature.
    bound : bool
        Whether the truth is at most that.
    family : str
        Structural family, tiny ones merged.
    source : str
        DOI.
    """

    composition: Composition
    lattice: Lattice | None
    log_conductivity: float
    bound: bool
    family: str
    source: str


@dataclass(frozen=True)
class Cleaning:
    """The cleaned table, and what was done to it.

    Attributes
    ----------
    rows : tuple of Measured
    counts : mapping of str to int
        How many rows each rule touched.
    """

    rows: tuple[Measured, ...]
    counts: Mapping[str, int]


def read_obelix(data: Path) -> Cleaning:
    """Read and clean the table.

    Parameters
    ----------
    data : Path. Folder that holds ``se_obelix/train.csv``.

    Raises
    ------
    InvalidInput
        When the file is not there.
    """
    path = data / _FILE
    if not path.is_file():
        raise InvalidInput("training data", str(path), "the folder that holds se_obelix/train.csv")
    with path.open(encoding="utf-8", newline="") as stream:
        table = list(csv.DictReader(stream))
    counts = dict.fromkeys(("read", "bounds", "below the floor", "not neutral", "with carbon", "cell dropped"), 0)
    counts["read"] = len(table)
    rows = [row for entry in table if (row := _measured(entry, counts)) is not None]
    merged = _merge(rows)
    counts["merged"] = len(rows) - len(merged)
    counts["used"] = len(merged)
    return Cleaning(tuple(merged), counts)


def _measured(entry: Mapping[str, str], counts: dict[str, int]) -> Measured | None:
    """One row of the table, or none where the formula cannot be used."""
    try:
        found = composition(entry["Reduced Composition"])
    except InvalidInput:
        counts["not neutral"] += 1
        return None
    if "C" in found.amounts:
        counts["with carbon"] += 1
        return None
    printed = entry["Ionic conductivity (S cm-1)"]
    bound = printed.startswith("<")
    value = math.log10(float(printed.lstrip("<")))
    counts["bounds"] += bound
    if value < FLOOR:
        counts["below the floor"] += 1
        value, bound = FLOOR, True
    cell = _lattice(entry)
    possible = packing_fraction(found, cell) >= _LOOSEST
    counts["cell dropped"] += not possible
    return Measured(
        found, cell if possible else None, value, bound, _family(entry, found), entry["DOI"].strip().lower()
    )


def _lattice(entry: Mapping[str, str]) -> Lattice:
    a, b, c = (float(entry[name]) * _ANGSTROM for name in "abc")
    alpha, beta, gamma = (math.radians(float(entry[name])) for name in ("alpha", "beta", "gamma"))
    return Lattice(a, b, c, alpha, beta, gamma, float(entry["Z"]), int(float(entry["Space group #"])))


def _family(entry: Mapping[str, str], found: Composition) -> str:
    """The family of the table under its merged name; phosphides are not phosphates, whatever the table says."""
    named = entry["Family"].strip()
    if found.states.get("P", 0.0) < 0.0:
        return "nitrides and phosphides"
    if named:
        return _MERGED.get(named, named)
    group = int(float(entry["Space group #"]))
    return _BY_SPACE_GROUP.get(group, "sulfides" if "S" in found.anions else "oxides")


def _merge(rows: list[Measured]) -> list[Measured]:
    """One row for each composition, space group and source, where the source gives several."""
    same: dict[tuple[object, ...], list[Measured]] = defaultdict(list)
    for row in rows:
        group = row.lattice.space_group if row.lattice else None
        shares = tuple(sorted((symbol, round(share, 4)) for symbol, share in row.composition.fractions.items()))
        same[(shares, group, row.source)].append(row)
    merged = []
    for kin in same.values():
        middle = float(np.median([row.log_conductivity for row in kin]))
        merged.append(replace(kin[0], log_conductivity=middle, bound=all(row.bound for row in kin)))
    return merged
