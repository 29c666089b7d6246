"""What formulas there are, by question, and what their docstrings say, in a form a program can use.

What belongs here: the table of sections and the reading of docstrings (`lisse theory`, the docs and the tests use it).
What does not: physics. A docstring is the only place where a unit is written.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from lisse.errors import InvalidInput, suggest

__all__ = ["SECTIONS", "Formula", "Parameter", "formula", "names"]

SECTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Polymer electrolyte: depletion and polarisation": (
            "limiting_current",
            "sand_time",
            "polarisation_profile",
            "polarisation_voltage",
            "newman_number",
        ),
        "Kinetics and stability of the interface": (
            "butler_volmer",
            "overpotential",
            "stress_potential",
            "kinetics_ratio",
            "tip_current",
            "tip_radius_optimal",
            "interface_stability",
            "critical_shear_ratio",
            "critical_wavenumber",
            "interface_stability_anisotropic",
        ),
        "Cracks filled with lithium (Mode 1)": (
            "ansell_critical_current",
            "plating_pressure",
            "fracture_stress",
            "crack_overpotential",
            "critical_flaw_length",
            "grain_boundary_current_limit",
            "extrusion_pressure",
            "crack_opening_area",
        ),
        "Electronic conduction (Mode 2)": (
            "lithium_potential_profile",
            "lithium_potential_n_type",
            "leakage_current",
            "internal_plating_threshold",
        ),
        "Interphase growth": (
            "parabolic_rate_constant",
            "interphase_thickness_parabolic",
            "interphase_thickness_mixed",
            "interphase_thickness_passivating",
        ),
        "Layers between metal and electrolyte": (
            "contact_angle_from_adhesion",
            "interlayer_limited_current",
            "interlayer_depletion_time",
            "interlayer_stability",
        ),
        "Effective conductivity and stiffness of mixtures": (
            "maxwell_garnett",
            "bruggeman",
            "hanai",
            "hashin_shtrikman",
            "general_effective_media",
            "shell_inclusion",
            "interface_resistance_inclusion",
            "composite_moduli",
        ),
        "Fillers behind an interface resistance": (
            "critical_radius",
            "critical_interface_resistance",
            "fibres_across",
            "fibres_along",
            "critical_fibre_length",
            "brick_layer",
        ),
        "Hopping of ions": (
            "hop_rate",
            "lattice_diffusivity",
            "nernst_einstein_conductivity",
            "vacancy_conductivity",
            "renewal_rate_vtf",
            "renewal_rate_wlf",
            "frozen_bond_diffusivity",
            "dynamic_bond_diffusivity",
        ),
        "Between polymer and ceramic: exchange and space charge": (
            "exchange_rate",
            "reverse_exchange_rate",
            "interface_exchange_current",
            "exchange_resistance",
            "exchange_barrier",
            "debye_length",
            "gouy_chapman_potential",
            "gouy_chapman_charge",
            "space_charge_resistance",
            "space_charge_conductance",
            "mott_schottky_width",
            "mott_schottky_resistance",
        ),
        "Mechanics of lithium": ("creep_rate", "creep_stress", "confined_pressure", "pillar_strength"),
        "Stripping, voids and contact": (
            "vacancy_depletion_time",
            "vacancy_limited_current",
            "void_closure_rate",
            "replenishment_pressure",
            "void_contact_fraction",
            "void_height_from_contact",
            "contact_fraction_elastic",
            "contact_fraction_plastic",
            "constriction_factor",
            "constriction_resistance",
        ),
        "Cell: energy, fixture, current focusing": (
            "lithium_thickness",
            "fraction_passed",
            "cell_energy_density",
            "fixture_pressure_change",
            "edge_focusing",
            "boss_focusing",
            "patch_focusing",
            "sphere_focusing",
        ),
    }
)
"""Formulas by the question they answer."""


@dataclass(frozen=True)
class Parameter:
    """One argument: a number or array with a unit, a whole number, or one of several words.

    `shape` is ``None`` where the argument broadcasts with the others, otherwise what the docstring names, ``(n,)``.
    """

    name: str
    kind: str
    unit: str
    shape: str | None
    choices: tuple[str, ...]
    required: bool
    default: Any
    text: str


@dataclass(frozen=True)
class Formula:
    """One formula: its arguments, what it returns (name to unit), and its sources (keys of ``references.bib``)."""

    name: str
    section: str
    summary: str
    parameters: tuple[Parameter, ...]
    returns: Mapping[str, str]
    sources: tuple[str, ...]
    function: Callable[..., Any]

    @property
    def docstring(self) -> str:
        """The whole docstring, unindented."""
        return inspect.getdoc(self.function) or ""


def names() -> tuple[str, ...]:
    """All formulas in the order of the sections."""
    return tuple(name for section in SECTIONS.values() for name in section)


@functools.cache
def formula(name: str) -> Formula:
    """What is known of a formula.

    Raises
    ------
    InvalidInput
        For a name that is no formula.
    """
    section = next((title for title, members in SECTIONS.items() if name in members), None)
    if section is None:
        few = ", ".join(names()[:6])
        advice = suggest(name, names()) or f"For example {few} ({len(names())} in all). List them with: lisse theory"
        raise InvalidInput("theory", name, "the name of a formula", advice)
    function = getattr(importlib.import_module("lisse.theory"), name)
    text = inspect.getdoc(function) or ""
    return Formula(
        name=name,
        section=section,
        summary=re.sub(r":func:`(\w+)`", r"\1", text.partition("\n\n")[0].replace("\n", " ")),
        parameters=_parameters(function, _part(text, "Parameters")),
        returns=_returns(name, _part(text, "Returns")),
        sources=_sources(name, _part(text, "Notes")),
        function=function,
    )


_NUMBER = re.compile(r"(array_like|int|\([^)]*\) array), (.+?)\.(?: (.*)|$)")
_CHOICE = re.compile(r"\{(.+?)\}\. (.*)")


def _part(text: str, title: str) -> list[str]:
    """Lines of one numpydoc section."""
    lines = text.splitlines()
    underline = "-" * len(title)
    for number, line in enumerate(lines[:-1]):
        if line == title and lines[number + 1] == underline:
            rest = lines[number + 2 :]
            ends = (n for n, other in enumerate(rest[1:], 1) if other and set(other) == {"-"})
            end = next(ends, len(rest) + 1) - 1
            return [line for line in rest[:end] if line]
    return []


def _parameters(function: Callable[..., Any], lines: list[str]) -> tuple[Parameter, ...]:
    entries: dict[str, str] = {}
    for line in lines:
        if line.startswith(" "):
            entries[next(reversed(entries))] += " " + line.strip()
        else:
            name, _, text = line.partition(" : ")
            entries[name] = text
    signature = inspect.signature(function).parameters
    if list(entries) != list(signature):
        raise TypeError(
            f"{function.__name__}: the docstring describes {list(entries)}, the arguments are {list(signature)}"
        )
    return tuple(_parameter(name, text, signature[name].default) for name, text in entries.items())


def _parameter(name: str, text: str, default: Any) -> Parameter:
    required = default is inspect.Parameter.empty
    common: dict[str, Any] = {"name": name, "required": required, "default": None if required else default}
    if choice := _CHOICE.fullmatch(text):
        words = tuple(word.strip().strip('"') for word in choice[1].split(","))
        return Parameter(kind="choice", unit="", shape=None, choices=words, text=choice[2], **common)
    if number := _NUMBER.fullmatch(text):
        kind = "integer" if number[1] == "int" else "number"
        shape = number[1].removesuffix(" array") if number[1].startswith("(") else None
        return Parameter(kind=kind, unit=number[2], shape=shape, choices=(), text=number[3] or "", **common)
    raise TypeError(f"the docstring of the argument {name!r} does not say shape and unit: {text!r}")


def _returns(name: str, lines: list[str]) -> Mapping[str, str]:
    head = lines[0] if lines else ""
    if head.startswith("float or array, "):
        return MappingProxyType({"value": head.removeprefix("float or array, ")})
    fields = head.partition(": ")[2]
    if not fields:
        raise TypeError(f"{name}: the docstring does not say what is returned and in which unit")
    return MappingProxyType({field: unit for field, unit in (item.split(" ", 1) for item in fields.split("; "))})


def _sources(name: str, lines: list[str]) -> tuple[str, ...]:
    for line in lines:
        if line.startswith("Source: "):
            return tuple(line.removeprefix("Source: ").split(", "))
    raise TypeError(f"{name}: the docstring names no source")
