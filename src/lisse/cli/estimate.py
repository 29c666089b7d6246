"""``lisse estimate``: properties that nobody has measured, from a formula or a CIF, with intervals and applicability.

Parses, asks `lisse.materials`, prints (``estimate_text.py``). What is measured in the library stands beside it.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lisse.cli.progress import bar
from lisse.errors import InvalidInput, MissingValue, suggest
from lisse.materials import PROPERTIES, Material, load, names
from lisse.materials.reading import parse_unit
from lisse.units import parse_quantity

if TYPE_CHECKING:
    from lisse.cli.estimate_text import Shown
    from lisse.materials.atomistic import Computed
    from lisse.materials.estimates import Estimate, Lattice
    from lisse.materials.estimates.activation_energy import ActivationEnergy

__all__ = ["add_parser", "run"]

_LATTICE = '"a=11.2 angstrom, c=6.04 angstrom, gamma=120 deg, Z=3, space_group=164"'
_EDGES = ("a", "b", "c")
_ANGLES = ("alpha", "beta", "gamma")
_QUICK = ("density", "bulk_modulus", "shear_modulus", "youngs_modulus", "poisson_ratio")
"""What `--atomistic` computes unless properties are named: minutes for a small cell."""
_ACTIVATION = "activation_energy"
"""Of the conductivity: no property of the vocabulary, because it belongs to the law of one."""
_LARGEST_CENTRING = 4  # cells of the crystal over its primitive cell


def add_parser(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb to the command line."""
    parser = verbs.add_parser(
        "estimate",
        help="estimate what nobody has measured, from a formula or a CIF",
        description="Estimates of the properties of a solid electrolyte, each with its 90 % interval, how near the "
        "substance is to the training data (applicability, 0 to 1), method and training data. A measured number of the "
        "library stands beside its estimate and is the better one.",
    )
    parser.add_argument("substance", metavar="FORMULA_OR_CIF", help="for example Li6PS5Cl, or a file ending in .cif")
    properties = "only these properties (default: all that can be estimated)"
    parser.add_argument("--property", metavar="NAME", nargs="+", action="extend", default=[], help=properties)
    lattice = f"the unit cell, for better estimates, such as {_LATTICE}; b and c equal a, angles 90 deg, unless given"
    parser.add_argument("--lattice", metavar="CELL", help=lattice)
    known = 'a measured number that estimates may use, such as ionic_conductivity="1 mS/cm"; may be repeated'
    parser.add_argument("--known", metavar='NAME="VALUE"', action="append", default=[], help=known)
    atomistic = (
        "also compute from the atoms of the CIF with universal potentials (extra `atomistic`; minutes): density and "
        "moduli, or what --property names"
    )
    parser.add_argument("--atomistic", action="store_true", help=atomistic)
    checkpoint = "file in which --atomistic keeps finished steps, and from which it goes on"
    parser.add_argument("--checkpoint", metavar="FILE", help=checkpoint)
    parser.add_argument("--json", action="store_true", help="print one JSON object with SI numbers")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Estimate, print; returns the exit code."""
    from lisse.cli.estimate_text import lines, plain

    shown = _shown(args)
    if args.json:
        sys.stdout.write(json.dumps(plain(shown), allow_nan=False, indent=2) + "\n")
    else:
        sys.stdout.write("\n".join(lines(shown)) + "\n")
    return 0


def _shown(args: argparse.Namespace) -> Shown:
    from lisse.cli.estimate_text import Shown
    from lisse.materials.estimates.measured import measured_substances

    if args.checkpoint is not None and not args.atomistic:
        raise InvalidInput("--checkpoint", args.checkpoint, "only together with --atomistic")
    known = _known(args.known)
    wanted, computable = _wanted(args.property, args.atomistic)
    subject = _subject(args.substance, args.lattice, args.atomistic)
    try:
        found, missing = _estimates(args.substance, subject, known, wanted)
        activation = _activation_energy(subject, known, found, args.property)
    except InvalidInput as error:
        if not args.atomistic:
            raise
        found, missing, activation = {}, {"all": str(error)}, None  # a metal, for one, has atoms to compute from
    computed = _computed(args, computable) if args.atomistic else {}
    measured = {
        material.name: {name: material.entry(name) for name in material.properties if name in {*found, *computed}}
        for material in measured_substances(subject.formula)
    }
    warnings = (*subject.warnings, *_namesake(args.substance, measured))
    return Shown(subject.formula, subject.lattice, known, found, activation, computed, measured, missing, warnings)


# what is asked ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Subject:
    """Formula and cell, as typed or of a file."""

    formula: str
    lattice: Lattice | None = None
    warnings: tuple[str, ...] = ()


def _subject(substance: str, cell: str | None, atomistic: bool) -> _Subject:
    if substance.lower().endswith(".cif"):
        if cell is not None:
            raise InvalidInput("--lattice", cell, "nothing beside a CIF, which brings its own cell")
        return _of_file(substance, atomistic)
    if os.path.isfile(substance):  # of text that cannot be a path it is false
        raise InvalidInput("FORMULA_OR_CIF", substance, "a chemical formula, or a file whose name ends in .cif")
    if atomistic:
        raise InvalidInput("--atomistic", substance, "a CIF: a formula has no atoms to compute from")
    return _Subject(substance, None if cell is None else _lattice(cell))


def _of_file(file: str, atomistic: bool) -> _Subject:
    """A CIF; for work on its atoms it must be ordered and small."""
    from lisse.materials.estimates.cif import read_cif

    crystal = read_cif(file)
    if atomistic:
        from lisse.materials.atomistic.cost import MOST_ATOMS, expected_seconds

        if crystal.disordered:
            advice = "Without --atomistic its average composition is estimated"
            raise InvalidInput("--atomistic", file, "an ordered crystal: this one is disordered", advice)
        if crystal.atoms > _LARGEST_CENTRING * MOST_ATOMS:
            got = f"{file} with {crystal.atoms:.0f} atoms in the cell"
            hours = expected_seconds(round(crystal.atoms), ("relaxation", "elasticity"), 2) / 3600.0
            advice = f"Its elasticity alone would take about {hours:.0f} h on one core"
            raise InvalidInput("--atomistic", got, f"at most {MOST_ATOMS} in the primitive cell", advice)
    return _Subject(crystal.formula, crystal.lattice, crystal.warnings)


def _wanted(given: Sequence[str], atomistic: bool) -> tuple[list[str] | None, list[str]]:
    """Properties to estimate (None for all) and to compute from atoms."""
    from lisse.materials.estimates import METHODS

    known: dict[str, Any] = dict.fromkeys(METHODS)
    computable: dict[str, Any] = {}
    if atomistic:
        from lisse.materials.atomistic import ATOMISTIC_PROPERTIES

        computable = dict.fromkeys(ATOMISTIC_PROPERTIES)
    possible = {**known, _ACTIVATION: None, **computable}
    for name in given:
        if name not in possible:
            allowed = f"one that can be estimated: {', '.join(possible)}"
            raise InvalidInput("--property", name, allowed, suggest(name, possible) or _no_estimate(name))
    if not given:
        return None, list(_QUICK) if atomistic else []
    return [n for n in dict.fromkeys(given) if n in known], [n for n in dict.fromkeys(given) if n in computable]


def _no_estimate(name: str) -> str:
    return f"There is no estimate of {name}: it must be measured" if name in PROPERTIES else ""


def _known(given: Sequence[str]) -> dict[str, float]:
    found: dict[str, float] = {}
    for text in given:
        name, equals, value = text.partition("=")
        name = name.strip()
        if not equals or name not in PROPERTIES:
            advice = suggest(name, PROPERTIES)
            raise InvalidInput("--known", text, 'a property with its number, such as density="2.5 g/cm^3"', advice)
        if name in found:
            raise InvalidInput("--known", text, f"one number for {name}")
        unit = PROPERTIES[name].unit
        found[name] = parse_quantity(value.strip(), parse_unit(unit), f"--known {name}")
        PROPERTIES[name].check(found[name], f"--known {name}")
    return found


def _lattice(text: str) -> Lattice:
    """The cell from ``a=..., c=..., gamma=..., Z=..., space_group=...``."""
    from lisse.materials.estimates import Lattice

    given: dict[str, str] = {}
    keys = (*_EDGES, *_ANGLES, "Z", "space_group")
    for part in text.split(","):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or name not in keys or name in given:
            advice = suggest(name, keys)
            raise InvalidInput("--lattice", part.strip(), f"{', '.join(keys)}, each once, as in {_LATTICE}", advice)
        given[name] = value
    for name in ("a", "Z"):
        if name not in given:
            raise InvalidInput("--lattice", text, f"a cell such as {_LATTICE}", f"{name} is missing")
    a, b, c = (parse_quantity(given.get(edge, given["a"]), "m", f"--lattice {edge}") for edge in _EDGES)
    alpha, beta, gamma = (
        parse_quantity(given[angle], "rad", f"--lattice {angle}") if angle in given else math.pi / 2.0
        for angle in _ANGLES
    )
    units = parse_quantity(given["Z"], "1", "--lattice Z")
    try:
        return Lattice(a, b, c, alpha, beta, gamma, units, _space_group(given.get("space_group")))
    except InvalidInput as error:
        raise InvalidInput("--lattice", text, error.allowed, f"In this one {error.what} is wrong") from None


def _space_group(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 3:
        raise InvalidInput("--lattice space_group", text, "a number of the International Tables, 1 to 230")
    return int(text)


# answers ------------------------------------------------------------------------------------------------------------


def _estimates(
    given: str, subject: _Subject, known: Mapping[str, float], wanted: list[str] | None
) -> tuple[dict[str, Estimate], dict[str, str]]:
    """What can be estimated, and why the rest cannot."""
    from lisse.materials.estimates import METHODS, estimate
    from lisse.materials.estimates.substance import substance

    formula, lattice = subject.formula, subject.lattice
    try:
        substance(formula, lattice=lattice, known=known)
    except InvalidInput as error:
        raise _complaint(error, given, formula) from None
    found, missing = {}, {}
    for name in METHODS if wanted is None else wanted:
        if name in known:
            missing[name] = "it is given"
            continue
        try:
            found[name] = estimate(formula, name, lattice=lattice, known=known)
        except MissingValue as error:
            missing[name] = str(error)
    return found, missing


def _activation_energy(
    subject: _Subject, known: Mapping[str, float], found: Mapping[str, Estimate], asked: Sequence[str]
) -> ActivationEnergy | None:
    """Of the conductivity, known or estimated, unless other properties are asked for."""
    from lisse.materials.estimates import estimate
    from lisse.materials.estimates.activation_energy import activation_energy
    from lisse.materials.estimates.words import FAR

    name = "ionic_conductivity"
    if asked and not {name, _ACTIVATION} & set(asked):
        return None
    if name in known:
        return activation_energy(known[name])
    each = found[name] if name in found else estimate(subject.formula, name, lattice=subject.lattice, known=known)
    decades = max(math.log10(each.upper / each.value), math.log10(each.value / each.lower))
    rule = activation_energy(each.value, decades)
    if each.applicability >= FAR:
        return rule
    return dataclasses.replace(rule, warnings=(*rule.warnings, *each.warnings))  # it is no better than that


def _complaint(error: InvalidInput, given: str, formula: str) -> InvalidInput:
    """A complaint about a formula: with the file that it comes from, or the substance of the library that it names."""
    from lisse.materials.estimates.measured import formula_of

    if given != formula:
        return error.at(given, f"formula {formula}")
    material = _library_name(given)
    if material is None:
        return error
    same = formula_of(material)
    advice = (
        f"{material.name} is measured: `lisse materials {material.name}`{f'; its formula is {same}' if same else ''}"
    )
    return InvalidInput("formula", given, "a chemical formula, such as Li6PS5Cl", advice)


def _library_name(text: str) -> Material | None:
    spelled = {name.lower(): name for name in names()}
    return load(spelled[text.lower()]) if text.lower() in spelled else None


def _namesake(given: str, measured: Mapping[str, Any]) -> tuple[str, ...]:
    """A formula that is also the name of another substance of the library, such as LiPON."""
    material = _library_name(given)
    if material is None or material.name in measured:
        return ()
    return (f"{given} is read as a formula; of the substance of that name tells `lisse materials {material.name}`",)


def _computed(args: argparse.Namespace, properties: Sequence[str]) -> Mapping[str, Computed]:
    """From the atoms; with a progress bar."""
    from lisse.materials.atomistic import compute

    if not properties:
        return {}
    with bar("atoms", quiet=args.json) as progress:
        return compute(args.substance, properties, checkpoint=args.checkpoint, progress=progress)
