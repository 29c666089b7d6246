"""The library of substances: find a file, read it, check it.

One TOML file per substance lies in ``library/``; users' own files have the same form. Entries and laws are read in
``reading.py``.
"""

from __future__ import annotations

import functools
import os
import tomllib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any

from lisse.errors import InvalidInput, suggest
from lisse.materials.laws import REFERENCE_TEMPERATURE
from lisse.materials.material import KINDS, Material
from lisse.materials.property import PROPERTIES
from lisse.materials.reading import read_property
from lisse.units import parse_quantity

__all__ = ["load", "load_file", "names", "read_material"]

_HEAD = ("name", "formula", "kind", "description", "aliases", "notes", "reference_temperature", "choice")


@functools.cache
def names() -> tuple[str, ...]:
    """Names of all substances of the library, sorted without regard to case."""
    files = (entry.name for entry in _library().iterdir())
    return tuple(sorted((file.removesuffix(".toml") for file in files if file.endswith(".toml")), key=str.lower))


def load(name: str) -> Material:
    """The substance of that name from the library.

    Parameters
    ----------
    name : str. A name of `names`, or an alias of one (``"Li"``); upper and lower case are the same.

    Raises
    ------
    InvalidInput
        For an unknown name, with the closest known one.
    """
    known = _spellings()
    try:
        return _load(known[name.lower()])
    except KeyError:
        pass
    closest = suggest(name.lower(), known)
    for lower, right in known.items():
        closest = closest.replace(f"'{lower}'", f"'{right}'")
    raise InvalidInput("material", name, ", ".join(names()), closest)


def load_file(path: str | os.PathLike[str]) -> Material:
    """A substance from a user's own TOML file (see docs/howto/add_a_material.md).

    Raises
    ------
    InvalidInput
        When the file cannot be read or something in it is wrong; the message names the file and the row.
    """
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InvalidInput("material file", str(file), "an existing TOML file", "There is no such file") from None
    except (OSError, ValueError) as error:  # ValueError: not UTF-8, or a NUL in the path
        reason = getattr(error, "strerror", None) or str(error)
        raise InvalidInput("material file", str(file), "a readable TOML file", reason) from error
    return read_material(_parse(text, str(file)), str(file))


def read_material(table: Mapping[str, Any], where: str) -> Material:
    """A substance from the parsed TOML table; `where` names the file (or the part of a case file) in messages."""
    head = {key: table[key] for key in _HEAD if key in table}
    _check_head(head, where)
    choice = dict(head.get("choice", {}))
    properties = {}
    for name, given in table.items():
        if name in _HEAD:
            continue
        if name not in PROPERTIES:
            known = (*_HEAD, *PROPERTIES)
            raise InvalidInput("property", name, "a property of the vocabulary", suggest(name, known), where)
        properties[name] = read_property(name, given, choice.pop(name, None), where)
    if choice:
        raise InvalidInput("choice", sorted(choice), "properties that the file has", where=where)
    reference = head.get("reference_temperature")
    return Material(
        name=head["name"],
        formula=head.get("formula", ""),
        kind=head["kind"],
        description=head.get("description", ""),
        properties=properties,
        notes=tuple(head.get("notes", ())),
        reference_temperature=(
            REFERENCE_TEMPERATURE if reference is None else parse_quantity(reference, "K", "reference_temperature")
        ),
    )


def _check_head(head: Mapping[str, Any], where: str) -> None:
    for key in ("name", "kind", "formula", "description"):
        if not isinstance(head.get(key, None if key in ("name", "kind") else ""), str):
            raise InvalidInput(key, head.get(key), "text", where=where)
    for key in ("aliases", "notes"):
        texts = head.get(key, [])
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise InvalidInput(key, texts, "a list of texts", where=where)
    choice = head.get("choice", {})
    if not isinstance(choice, Mapping) or not all(isinstance(row, str) for row in choice.values()):
        raise InvalidInput("choice", choice, "a table of property = row", where=where)
    if head["kind"] not in KINDS:
        raise InvalidInput("kind", head["kind"], ", ".join(KINDS), suggest(head["kind"], KINDS), where)


def _library() -> Any:
    return resources.files("lisse.materials").joinpath("library")


def _parse(text: str, where: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput("TOML", allowed="a valid TOML file", advice=str(error), where=where) from error


@functools.cache
def _table(name: str) -> dict[str, Any]:
    file = f"{name}.toml"
    table = _parse(_library().joinpath(file).read_text(encoding="utf-8"), file)
    if table.get("name") != name:
        raise InvalidInput("name", table.get("name"), f"the name of the file, {name!r}", where=file)
    return table


@functools.cache
def _spellings() -> Mapping[str, str]:
    """Names and aliases in lower case, each with the library name."""
    found = {name.lower(): name for name in names()}
    for name in names():
        for alias in _table(name).get("aliases", ()):
            if found.setdefault(alias.lower(), name) != name:
                raise InvalidInput(
                    "aliases", alias, f"an alias that {found[alias.lower()]} does not use", where=f"{name}.toml"
                )
    return MappingProxyType(found)


@functools.cache
def _load(name: str) -> Material:
    return read_material(_table(name), f"{name}.toml")
