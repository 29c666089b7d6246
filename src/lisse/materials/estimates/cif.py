"""What estimates need of a CIF: the average formula, the cell, and how many formula units are in it.

The atoms are counted with the symmetry operations and the occupancies of the file, so that a disordered crystal gives
its average composition. Where the file says its formula too, both must agree, or a warning says which one was taken.
Nothing here moves an atom: structures for calculations are read in `lisse.materials.atomistic`.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np

from lisse.errors import InvalidInput
from lisse.materials.estimates.cif_atoms import count_atoms
from lisse.materials.estimates.cif_symmetry import space_group
from lisse.materials.estimates.cif_text import Block, read_blocks
from lisse.materials.estimates.formula import parse_formula
from lisse.materials.estimates.lattice import Lattice

__all__ = ["CifCrystal", "read_cif"]

_LARGEST_FILE = 20e6  # bytes
_ANGSTROM = 1e-10
_AGREE = 0.01  # of the share of an element
_VOLUME_PER_ATOM = (4e-30, 120e-30)  # m3: diamond has 5.7, caesium 115

_LENGTHS = tuple(f"_cell_length_{edge}" for edge in "abc")
_ANGLES = tuple(f"_cell_angle_{angle}" for angle in ("alpha", "beta", "gamma"))


@dataclass(frozen=True)
class CifCrystal:
    """A crystal as far as estimates need it.

    Attributes
    ----------
    formula : str
        Average composition, for `lisse.materials.estimate`.
    lattice : Lattice or None
        With the formula units of `formula` in the cell; ``None`` where their number cannot be told.
    atoms : float
        Atoms in the cell, counted by their occupancy; 0 where the file has none.
    disordered : bool
        Whether a site is shared or not always filled.
    warnings : tuple of str
        Where the file contradicts itself or leaves something out.
    """

    formula: str
    lattice: Lattice | None
    atoms: float
    disordered: bool
    warnings: tuple[str, ...] = ()


def read_cif(path: str | os.PathLike[str]) -> CifCrystal:
    """Formula and cell of the one crystal of a CIF.

    Parameters
    ----------
    path : path

    Raises
    ------
    InvalidInput
        Naming the line, for a file that breaks the rules of the format or holds what no crystal has; for a file with no
        crystal or more than one; and where neither the atoms can be counted nor a formula stands in it.
    """
    file = Path(path)
    where = str(file)
    blocks = [block for block in read_blocks(_text(file), where) if _LENGTHS[0] in block.items]
    if not blocks:
        raise InvalidInput("CIF", allowed="a file with a unit cell (_cell_length_a ...)", where=where)
    if len(blocks) > 1:
        names = ", ".join(f"{block.name} (line {block.line})" for block in blocks[:6])
        raise InvalidInput("CIF", f"{len(blocks)} crystals: {names}", "one crystal", "Keep one data_ block", where)
    return _Crystal(blocks[0]).read()


def _text(file: Path) -> str:
    try:
        size = file.stat().st_size
        if size > _LARGEST_FILE:
            raise InvalidInput("CIF", f"{size / 1e6:.0f} MB", f"at most {_LARGEST_FILE / 1e6:.0f} MB", where=str(file))
        return file.read_bytes().decode("utf-8-sig", errors="replace")
    except FileNotFoundError:
        raise InvalidInput("CIF", str(file), "an existing file", "There is no such file") from None
    except (OSError, ValueError) as error:
        raise InvalidInput(
            "CIF", str(file), "a readable file", getattr(error, "strerror", None) or str(error)
        ) from None


class _Crystal:
    """One block on its way to a crystal."""

    def __init__(self, block: Block) -> None:
        self.block = block
        self.warnings: list[str] = []
        self.edges = np.array([self._cell(tag) for tag in _LENGTHS]) * _ANGSTROM
        self.angles = [math.radians(self._cell(tag, 90.0)) for tag in _ANGLES]

    def read(self) -> CifCrystal:
        written = self._written_formula()
        counted = count_atoms(self.block, self.edges, np.array(self.angles))
        self.warnings += counted.warnings
        contents = counted.contents
        units = self._number("_cell_formula_units_z")
        if contents is None:
            if written is None:
                advice = "Add them, or the line _chemical_formula_sum, or give the formula in place of the file"
                raise self.block.error("CIF", None, "atom sites with the symmetry operations", advice)
            formula, number = _plain(parse_formula(written)), units
            if units is None:
                self.warnings.append("the number of formula units in the cell is not known: the cell is not used")
        else:
            formula, number = self._formula_of(contents, written, units)
        lattice = None if number is None else self._lattice(number)
        if lattice is not None:
            self._check_volume(lattice, sum(parse_formula(formula).values()))
        atoms = 0.0 if contents is None else sum(contents.values())
        return CifCrystal(formula, lattice, atoms, counted.disordered, tuple(self.warnings))

    # -- formula -------------------------------------------------------------------------------------------------------

    def _written_formula(self) -> str | None:
        item = self.block.one("_chemical_formula_sum")
        if item is None:
            return None
        try:
            parse_formula(item.text)
        except InvalidInput as error:
            raise error.at(f"{self.block.where}, line {item.line}", "_chemical_formula_sum") from None
        return item.text

    def _formula_of(self, contents: Mapping[str, float], written: str | None, units: float | None) -> tuple[str, float]:
        """The formula, and how many of them are in the cell; the atoms have the last word but on hydrogen."""
        if written is None:
            number = self._dividing(contents, units)
            return _plain({symbol: amount / number for symbol, amount in contents.items()}), number
        stated = parse_formula(written)
        heavy = {symbol: amount for symbol, amount in stated.items() if symbol != "H"}
        unplaced = "H" in stated and "H" not in contents and bool(heavy)
        compared = heavy if unplaced else stated
        number = sum(contents.values()) / sum(compared.values())
        if _agree(contents, compared):
            if unplaced:
                self.warnings.append("hydrogen stands in the formula of the file and has no sites: taken from there")
            if abs(number - 1.0) < _AGREE:  # the formula of the whole cell, as some programs write it
                number = units or _common_divisor(stated)
                stated = MappingProxyType({symbol: amount / number for symbol, amount in stated.items()})
            if units is not None and abs(number - units) > _AGREE * units:
                self.warnings.append(f"the file says {units:g} formula units in the cell, its atoms make {number:.4g}")
            return _plain(stated), number
        number = units or _common_divisor(contents)
        counted = _plain({symbol: amount / number for symbol, amount in contents.items()})
        self.warnings.append(f"the formula of the file is {_plain(stated)}, its atoms make {counted}: they are taken")
        return counted, number

    def _dividing(self, contents: Mapping[str, float], units: float | None) -> float:
        """The formula units that the file says, unless whole atoms would be broken; else the common divisor."""
        number = _common_divisor(contents)
        if units is None:
            return number
        if _whole(contents.values()) and not _whole(amount / units for amount in contents.values()):
            self.warnings.append(f"the file says {units:g} formula units in the cell, its atoms make {number:g}")
            return number
        return units

    # -- cell ----------------------------------------------------------------------------------------------------------

    def _lattice(self, units: float) -> Lattice:
        a, b, c = (float(edge) for edge in self.edges)
        alpha, beta, gamma = self.angles
        group = space_group(self.block)
        if group == 1:  # how programs list a crystal of whatever symmetry; hardly one is truly P1
            self.warnings.append("the file says P1, as a list of atoms does: the space group is taken as not known")
            group = None
        try:
            return Lattice(a, b, c, alpha, beta, gamma, units, group)
        except InvalidInput as error:
            line = self.block.items[_LENGTHS[0]][0].line
            raise error.at(f"{self.block.where}, line {line}") from None

    def _check_volume(self, lattice: Lattice, atoms: float) -> None:
        low, high = _VOLUME_PER_ATOM
        each = lattice.formula_volume / atoms
        if not low <= each <= high:
            line = self.block.items[_LENGTHS[0]][0].line
            allowed = f"{low * 1e30:.0f} to {high * 1e30:.0f} cubic angstrom for one atom"
            advice = "The cell and its atoms, or its formula units, do not belong together"
            raise self.block.error("cell", f"{each * 1e30:.3g} cubic angstrom", allowed, advice, line)

    def _cell(self, tag: str, default: float | None = None) -> float:
        """Angstrom or degrees; an angle that is not given is a right one, as the format has it."""
        item = self.block.one(tag)
        if item is None:
            if default is not None:
                return default
            raise self.block.error(tag, None, "a length in angstrom", "The item is missing")
        number = item.number(tag, self.block.where)
        low, high = (0.5, 1000.0) if "length" in tag else (1.0, 179.0)
        if not low <= number <= high:
            unit = "angstrom" if "length" in tag else "degrees"
            raise self.block.error(tag, item.text, f"{low:g} to {high:g} {unit}", line=item.line)
        return number

    def _number(self, tag: str) -> float | None:
        item = self.block.one(tag)
        if item is None:
            return None
        number = item.number(tag, self.block.where)
        if not 0.0 < number < 1e4:
            raise self.block.error(tag, item.text, "above 0 and below 10000", line=item.line)
        return number


def _agree(counted: Mapping[str, float], stated: Mapping[str, float]) -> bool:
    """Whether two compositions are the same but for rounding."""
    first, second = sum(counted.values()), sum(stated.values())
    shares = ((counted.get(name, 0.0) / first, stated.get(name, 0.0) / second) for name in {*counted, *stated})
    return all(abs(one - other) <= _AGREE for one, other in shares)


def _common_divisor(amounts: Mapping[str, float]) -> float:
    """The largest whole number that divides all amounts; 1 where they are not whole."""
    if not _whole(amounts.values()):
        return 1.0
    return float(math.gcd(*(round(amount) for amount in amounts.values())))


def _whole(amounts: Iterable[float]) -> bool:
    return all(abs(amount - round(amount)) <= 1e-6 for amount in amounts)


def _plain(amounts: Mapping[str, float]) -> str:
    """The amounts as a formula, lithium first."""
    ordered = sorted(amounts, key=lambda symbol: symbol != "Li")
    return "".join(f"{symbol}{'' if (text := f'{amounts[symbol]:.4g}') == '1' else text}" for symbol in ordered)
