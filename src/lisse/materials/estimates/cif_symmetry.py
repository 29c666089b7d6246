"""Symmetry operations as a CIF writes them, and the atoms that they make of one site."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from lisse.errors import InvalidInput
from lisse.materials.estimates.cif_text import Block

__all__ = ["Operation", "distinct", "images", "read_operation", "read_operations", "space_group"]

Operation: TypeAlias = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Rotation (3, 3) and translation (3,), both on fractional coordinates."""

_TERM = re.compile(r"([+-]?)(?:([xyz])|(\d+(?:\.\d*)?|\.\d+)(?:/(\d+))?(?:\*?([xyz]))?)")
_OPERATIONS = ("_space_group_symop_operation_xyz", "_symmetry_equiv_pos_as_xyz", "_space_group_symop_xyz")
_GROUP_NUMBERS = ("_space_group_it_number", "_symmetry_int_tables_number", "_symmetry_space_group_it_number")
_GROUP_NAMES = ("_space_group_name_h-m_alt", "_symmetry_space_group_name_h-m", "_space_group_name_h-m_full")
_ALLOWED = "an operation such as 'x, y, z' or '-x+1/2, y, -z+3/4'"


def space_group(block: Block) -> int | None:
    """Number in the International Tables, where the file says it."""
    item = block.one(*_GROUP_NUMBERS)
    if item is None:
        return None
    number = item.number("space group number", block.where)
    if number != int(number) or not 1 <= number <= 230:
        raise block.error("space group number", item.text, "a whole number from 1 to 230", line=item.line)
    return int(number)


def read_operations(block: Block) -> list[Operation] | None:
    """Those of the file; the identity alone in P1; none where the file does not say them."""
    for tag in _OPERATIONS:
        items = block.column(tag)
        if items:
            return [read_operation(item.text, tag, f"{block.where}, line {item.line}") for item in items]
    name = block.one(*_GROUP_NAMES)
    if space_group(block) == 1 or (name is not None and name.text.replace(" ", "").upper() == "P1"):
        return [read_operation("x,y,z", "", block.where)]
    return None


def read_operation(text: str, tag: str, where: str) -> Operation:
    """One operation from its text.

    Parameters
    ----------
    text : str. For example ``"-x+1/2, y, -z"``.
    tag, where : str. Name of the item, and its file and line, for messages.

    Examples
    --------
    >>> rotation, shift = read_operation("-x+1/2, y, z", "symop", "a.cif")
    >>> rotation[0].tolist(), shift.tolist()
    ([-1.0, 0.0, 0.0], [0.5, 0.0, 0.0])
    """
    parts = text.lower().replace(" ", "").split(",")
    broken = InvalidInput(tag, text, _ALLOWED, where=where)
    if len(parts) != 3:
        raise broken
    rotation, shift = np.zeros((3, 3)), np.zeros(3)
    for row, part in enumerate(parts):
        place = 0
        while place < len(part):
            term = _TERM.match(part, place)
            if term is None or (place > 0 and not term[1]) or (term[4] and not int(term[4])):
                raise broken
            sign, letter, number, below, scaled = term.groups()
            value = (-1.0 if sign == "-" else 1.0) * float(number or 1.0) / float(below or 1.0)
            if letter or scaled:
                rotation[row, "xyz".index(letter or scaled)] += value
            else:
                shift[row] += value
            place = term.end()
    whole = np.isfinite(shift).all() and np.array_equal(rotation, np.round(rotation))
    if not whole or abs(abs(np.linalg.det(rotation)) - 1.0) > 1e-9:
        raise broken
    return rotation, shift % 1.0


def images(position: NDArray[np.float64], operations: Sequence[Operation]) -> NDArray[np.float64]:
    """All images of one position within the cell, with repetitions.

    Parameters
    ----------
    position : (3,) array, 1. Fractional coordinates.
    operations : sequence of Operation

    Returns
    -------
    (n, 3) array, 1.
    """
    rotations, shifts = (np.array(parts) for parts in zip(*operations, strict=True))
    return np.asarray((rotations @ position + shifts) % 1.0)


def distinct(positions: NDArray[np.float64], lengths: NDArray[np.float64], tolerance: float) -> NDArray[np.float64]:
    """Positions that differ by more than the tolerance along an edge, periodically.

    Parameters
    ----------
    positions : (n, 3) array, 1. Fractional coordinates.
    lengths : (3,) array, m. Edges of the cell.
    tolerance : float, m.

    Returns
    -------
    (k, 3) array, 1. The first of each group.
    """
    apart = positions[:, None, :] - positions[None, :, :]
    apart -= np.round(apart)
    same = (np.abs(apart) * lengths <= tolerance).all(axis=2)
    first = np.argmax(same, axis=1) == np.arange(len(positions))
    return np.asarray(positions[first])
