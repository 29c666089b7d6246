"""CIF texts that several tests share, written here by hand from the textbook descriptions of the structures."""

from __future__ import annotations

import itertools

P3 = ("x,y,z", "-y,x-y,z", "-x+y,-x,z")


def face_centred_cubic() -> list[str]:
    """The 192 operations of Fm-3m: every signed permutation of the axes, at the corner and the three face centres."""
    found = []
    for shift in ((0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0)):
        for axes in itertools.permutations("xyz"):
            for signs in itertools.product(("", "-"), repeat=3):
                parts = (f"{s}{a}{'+1/2' if h else ''}" for s, a, h in zip(signs, axes, shift, strict=True))
                found.append(", ".join(parts))
    return found


def cif(
    cell: tuple[float, ...],
    sites: list[str],
    operations: list[str] | tuple[str, ...] = ("x,y,z",),
    head: str = "",
    columns: str = "label type_symbol fract_x fract_y fract_z occupancy",
) -> str:
    """A CIF with lengths (angstrom) and angles (degrees), rows of sites, and operations."""
    names = ("length_a", "length_b", "length_c", "angle_alpha", "angle_beta", "angle_gamma")
    lines = ["# a comment", "data_test", head]
    lines += [f"_cell_{name} {value}" for name, value in zip(names, cell, strict=True)]
    if operations:
        lines += ["loop_", "_symmetry_equiv_pos_as_xyz", *(f"'{text}'" for text in operations)]
    lines += ["loop_", *(f"_atom_site_{column}" for column in columns.split()), *sites]
    return "\n".join(line for line in lines if line) + "\n"


def lithium_fluoride() -> str:
    """Rock salt, 4.03 angstrom: four formula units."""
    return cif((4.03, 4.03, 4.03, 90, 90, 90), ["Li1 Li 0 0 0 1", "F1 F 0.5 0.5 0.5 1"], face_centred_cubic())


def garnet() -> str:
    """Disordered Li6.4La3Zr1.4Ta0.6O12 in P1, one formula unit in a cell of the right volume."""
    rows = [f"La{n} La 0 0 0.{n}00 1" for n in (1, 3, 5)]
    rows += ["Zr1 Zr4+ 0.5 0.5 0 0.7", "Ta1 Ta5+ 0.5 0.5 0 0.3", "Zr2 Zr4+ 0.5 0.5 0.5 0.7", "Ta2 Ta5+ 0.5 0.5 0.5 0.3"]
    rows += [f"O{n} O2- 0.{n % 4}1 0.2 0.{n // 4}7 1" for n in range(12)]
    rows += [f"Li{n} Li+ 0.8 0.{n}5 0.1 0.8" for n in range(8)]
    return cif((6.48, 6.48, 6.48, 90, 90, 90), rows, head="_symmetry_Int_Tables_number 1")


def large_salt() -> str:
    """Rock salt with all of its 2000 atoms listed: a cell of 10 by 10 by 20 atoms."""
    rows = []
    for x, y, z in itertools.product(range(10), range(10), range(20)):
        symbol = "Li" if (x + y + z) % 2 == 0 else "F"
        rows.append(f"{symbol}{len(rows)} {symbol} 0.{x} 0.{y} {z / 20:.2f} 1")
    return cif((20.15, 20.15, 40.3, 90, 90, 90), rows)
