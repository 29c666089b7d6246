"""The study file of a hybrid electrolyte: phases, interface, interphase, structure, loadings, the cell.

What becomes of it is in `lisse.study.loading_curve`.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from lisse.errors import InvalidInput, MissingValue
from lisse.keys import OPTIONAL, Choice, Field, Flag, Integer, Text, read_toml, temperature, within
from lisse.materials import Material
from lisse.study.case import Case, load_case
from lisse.study.case_materials import read_material
from lisse.study.case_tables import CaseTables
from lisse.study.filler_map import FillerMapSettings
from lisse.study.hybrid_chain import Transport
from lisse.study.hybrid_composite import SHAPES, Composite
from lisse.study.hybrid_laws import InterfaceLaw, InterphaseLaw, SegmentalMotion, transport_at
from lisse.study.hybrid_map import read_maps

__all__ = ["TABLES", "HybridStudy", "load_hybrid", "read_hybrid_study"]

MODELS = ("analytic", "lumped", "resolved")
_MOST = {"fractions": 100, "diameters": 20, "temperatures": 20}

TABLES: Mapping[str, Mapping[str, Field]] = MappingProxyType(
    {
        "": {
            "title": Text("shown on the report", "untitled"),
            "case": Text(
                "case file of a cell whose electrolyte is the matrix, from the folder of the study",
                OPTIONAL,
                "cell.toml",
                longest=4096,
            ),
        },
        "structure": {
            "shape": Choice("what the filler looks like", "spheres", choices=tuple(SHAPES)),
            "voxels": Integer("along each edge of the box", 64, low=16, high=512),
            "across": Integer("voxels across one diameter", 12, low=8, high=256),
            "slenderness": within(1.0, 1000.0, "1", "length over diameter of fibres", 4.0),
            "endless": Flag("whether aligned fibres have no ends", False),
            "direction": Choice("of aligned fibres, to the current", "along", choices=("along", "across")),
            "spread": within(0.0, 0.8, "1", "standard deviation over mean of the diameters of particles", 0.0),
            "samples": Integer("random structures at each loading", 3, low=1, high=100),
            "seed": Integer("of the first of them", 1, low=0, high=2**31),
            "tolerance": within(
                1e-12, 1e-2, "1", "of the residual; the error of a conductivity is about its square", 1e-4
            ),
        },
        "interface": {
            "resistance": within(
                0.0, 1e4, "ohm m^2", "between matrix and filler, per true area", OPTIONAL, "100 ohm cm^2"
            ),
            "temperature": temperature("at which that is the resistance", OPTIONAL, "60 degC"),
            "activation_energy": within(0.0, 3e5, "J/mol", "of the resistance", "0 eV", "0.5 eV"),
            "desolvation_barrier": within(
                0.0, 3e5, "J/mol", "of one hop into the filler, in place of a resistance", OPTIONAL, "0.6 eV"
            ),
            "attempt_frequency": within(1e9, 1e15, "1/s", "of that hop", "1e12 1/s"),
            "areal_concentration": within(
                1e-10, 1e-3, "mol/m^2", "cations of the matrix in reach of the filler", "5e-7 mol/m^2"
            ),
        },
        "interphase": {
            "thickness": within(0.0, 1e-4, "m", "of the matrix that the filler changes", "0 nm"),
            "conductivity_ratio": within(0.0, 1e4, "1", "over the matrix; from [hops] unless given", OPTIONAL, 3.0),
            "renewal_factor": within(0.0, 1e6, "1", "segmental motion over that of the bulk", 1.0),
            "glass_transition_shift": within(-100.0, 100.0, "1", "in K: above zero where segments are slowed", 0.0),
        },
        "hops": {
            "hop_rate": within(1.0, 1e15, "1/s", "of a cation over an open bond", "1e11 1/s"),
            "open_fraction": within(0.0, 1.0, "1", "share of the bonds that is open at a time", 0.1),
            "glass_transition": temperature("of the matrix; that of the material unless given", OPTIONAL, "-45 degC"),
            "reference_rate": within(1e-12, 1e12, "1/s", "renewals of a bond at the glass transition", "0.01 1/s"),
            "slope": within(0.0, 100.0, "1", "C1 of Williams, Landel and Ferry", 17.44),
            "temperature_scale": within(1.0, 1000.0, "1", "C2 of it, in K", 51.6),
        },
    }
)
"""Keys of a study file by table, besides ``matrix.material``, ``filler.material`` and the lists."""

_FRACTION = within(0.0, 1.0, "1", "volume fraction of the filler")
_DIAMETER = within(1e-9, 1e-3, "m", "diameter of the filler")
_TEMPERATURE = temperature("of the hybrid", OPTIONAL)


@dataclass(frozen=True)
class HybridStudy:
    """A loading curve, fully specified.

    Attributes
    ----------
    title : str
    matrix, filler : Material
    composite : Composite
    loadings : tuple of float, 1
        Volume fractions, rising; 0 is added.
    diameters : tuple of float, m
    temperatures : tuple of float, K
    interface : InterfaceLaw
    interphase : InterphaseLaw
    motion : SegmentalMotion or None
    samples, seed : int
    tolerance : float
    case : Case or None
        The cell in which the hybrid stands; its electrolyte is the matrix.
    models : tuple of str
        Which models run it, at the temperature of the cell.
    resolved_loading : float or None, 1
        The one loading that the resolved model runs.
    maps : tuple of FillerMapSettings
        Design maps, one for each shape, at the first temperature.
    """

    title: str
    matrix: Material
    filler: Material
    composite: Composite
    loadings: tuple[float, ...]
    diameters: tuple[float, ...]
    temperatures: tuple[float, ...]
    interface: InterfaceLaw = field(default_factory=InterfaceLaw)
    interphase: InterphaseLaw = field(default_factory=InterphaseLaw)
    motion: SegmentalMotion | None = None
    samples: int = 3
    seed: int = 1
    tolerance: float = 1e-4
    case: Case | None = None
    models: tuple[str, ...] = ()
    resolved_loading: float | None = None
    maps: tuple[FillerMapSettings, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain data, SI."""
        return {
            "title": self.title,
            "matrix": self.matrix.name,
            "filler": self.filler.name,
            "structure": dict(vars(self.composite)),
            "loadings": list(self.loadings),
            "diameters": list(self.diameters),
            "temperatures": list(self.temperatures),
            "interface": dict(vars(self.interface)),
            "interphase": dict(vars(self.interphase)),
            "hops": None if self.motion is None else dict(vars(self.motion)),
            "samples": self.samples,
            "seed": self.seed,
            "tolerance": self.tolerance,
            "case": None if self.case is None else dict(self.case.as_run),
            "models": list(self.models),
            "resolved_loading": self.resolved_loading,
            "maps": [dict(vars(each)) for each in self.maps],
        }


def load_hybrid(path: str | os.PathLike[str]) -> HybridStudy:
    """Read a study file.

    Parameters
    ----------
    path : path
        A TOML file.

    Raises
    ------
    InvalidInput
        Naming the key, the line, what was got and what is allowed.
    """
    source = read_toml(path, "study file", "There is no such file")
    return read_hybrid_study(source.tables, source.where, source.folder)


def read_hybrid_study(
    raw: Mapping[str, Any],
    where: Callable[[str], str] = lambda key: "study",
    folder: str | os.PathLike[str] = ".",
) -> HybridStudy:
    """Check a study given as plain data.

    Parameters
    ----------
    raw : mapping
        As parsed from TOML.
    where : callable
        File and line of a dotted key, for messages.
    folder : path
        Where paths in it are taken from.
    """
    tables = CaseTables(copy.deepcopy(dict(raw)), where, folder)
    children = ("matrix", "filler", "structure", "loading", "interface", "interphase", "hops", "cell", "map")
    head = tables.values("", tables.raw, TABLES[""], children)
    case = load_case(Path(folder) / head["case"], ["model.name=analytic"]) if "case" in head else None
    own = None if case is None else case.cell.temperature
    temperatures = _list(tables, "loading", "temperatures", _TEMPERATURE, None if own is None else (own,))
    tables.temperature = temperatures[0]
    matrix, filler = _matrix(tables, case), _material(tables, "filler")
    structure = tables.values("structure", tables.table("structure"), TABLES["structure"])
    numbers = {name: structure.pop(name) for name in ("samples", "seed", "tolerance")}
    composite = tables.build("structure", partial(Composite, **structure))
    loadings, diameters = _loadings(tables, composite)
    interface, interphase, motion = _laws(tables, matrix)
    models, resolved = _models(tables, case, loadings)
    arguments = matrix, filler, interface, interphase
    known = {at: _transport(tables, case is not None, arguments, at, motion) for at in temperatures}
    return HybridStudy(
        head["title"],
        matrix,
        filler,
        composite,
        loadings,
        diameters,
        temperatures,
        interface,
        interphase,
        motion,
        case=case,
        models=models,
        resolved_loading=resolved,
        maps=read_maps(tables, known[temperatures[0]], interface),
        **numbers,
    )


def _matrix(tables: CaseTables, case: Case | None) -> Material:
    if case is None:
        return _material(tables, "matrix")
    if "matrix" in tables.raw:
        advice = "Leave [matrix] out, or the case"
        raise tables.error("matrix", None, "nothing beside a case, whose electrolyte is the matrix", advice)
    return case.cell.electrolyte.material


def _material(tables: CaseTables, part: str) -> Material:
    tables.known(part, tables.table(part, required=True), ("material",))
    found = read_material(tables, f"{part}.material", "polymer" if part == "matrix" else "electrolyte")
    kinds = ("electrolyte", "polymer") if part == "matrix" else ("electrolyte",)
    if found.kind not in kinds:
        allowed = "an electrolyte or a polymer" if part == "matrix" else "an inorganic electrolyte"
        advice = f"It is of the kind {found.kind}"
        if part == "filler":
            advice += ". An inert one is a table with its name and ionic_conductivity = '1e-30 S/cm'"
        raise tables.error(f"{part}.material", found.name, allowed, advice)
    return found


def _loadings(tables: CaseTables, composite: Composite) -> tuple[tuple[float, ...], tuple[float, ...]]:
    tables.known("loading", tables.table("loading", required=True), tuple(_MOST))
    loadings = _list(tables, "loading", "fractions", _FRACTION)
    for place, loading in enumerate(loadings):
        tables.at(f"loading.fractions[{place}]", partial(composite.check_loading, loading))
    diameters = _list(tables, "loading", "diameters", _DIAMETER)
    return tuple(sorted({0.0, *loadings})), diameters


def _list(
    tables: CaseTables, table: str, key: str, kind: Field, default: tuple[float, ...] | None = None
) -> tuple[float, ...]:
    """A list of quantities, or one alone."""
    path, given = f"{table}.{key}", tables.table(table).get(key)
    if given is None and default is not None:
        return default
    each = given if isinstance(given, list) else [given]
    most = _MOST[key]
    if given is None or not 1 <= len(each) <= most:
        raise tables.error(path, given, f"a list of 1 to {most} of {kind.allowed()}")
    found = [tables.at(f"{path}[{n}]", partial(kind.read, one, f"{path}[{n}]")) for n, one in enumerate(each)]
    if len(set(found)) < len(found):
        raise tables.error(path, given, "different numbers")
    return tuple(sorted(found))


def _laws(tables: CaseTables, matrix: Material) -> tuple[InterfaceLaw, InterphaseLaw, SegmentalMotion | None]:
    given = tables.values("interface", tables.table("interface"), TABLES["interface"])
    if "desolvation_barrier" in given:
        for key in ("temperature", "activation_energy"):
            if key in tables.table("interface"):
                advice = "The barrier says how the resistance changes with temperature"
                raise tables.error(f"interface.{key}", given[key], "nothing beside a desolvation_barrier", advice)
        given.setdefault("resistance", None)
    elif "resistance" not in given:
        given["resistance"] = 0.0
    interface = tables.build("interface", partial(InterfaceLaw, **given))
    near = tables.values("interphase", tables.table("interphase"), TABLES["interphase"])
    hops = "hops" in tables.raw
    changed = [key for key in ("renewal_factor", "glass_transition_shift") if key in tables.table("interphase")]
    if changed and (not hops or "conductivity_ratio" in near):
        allowed = "[hops] and no conductivity_ratio, for what follows from segmental motion"
        raise tables.error(f"interphase.{changed[0]}", tables.table("interphase")[changed[0]], allowed)
    _needs_thickness(tables, near["thickness"])
    near.setdefault("conductivity_ratio", None if hops else 1.0)
    interphase = tables.build("interphase", partial(InterphaseLaw, **near))
    return interface, interphase, _motion(tables, matrix) if hops else None


def _needs_thickness(tables: CaseTables, thickness: float) -> None:
    """What an interphase does counts for nothing without a thickness."""
    given = [key for key in tables.table("interphase") if key != "thickness"]
    if given and not thickness > 0.0:
        advice = f"Without it {given[0]} would change nothing"
        raise tables.error("interphase.thickness", thickness, "a thickness above zero", advice)


def _motion(tables: CaseTables, matrix: Material) -> SegmentalMotion:
    given = tables.values("hops", tables.table("hops"), TABLES["hops"])
    if "glass_transition" not in given:
        if not matrix.has("glass_transition_temperature"):
            advice = f"No glass_transition_temperature of {matrix.name} is known"
            raise tables.error("hops.glass_transition", None, _TEMPERATURE.allowed(), advice)
        given["glass_transition"] = matrix.value("glass_transition_temperature", tables.temperature)
    motion: SegmentalMotion = tables.build("hops", partial(SegmentalMotion, **given))
    return motion


def _models(tables: CaseTables, case: Case | None, loadings: tuple[float, ...]) -> tuple[tuple[str, ...], float | None]:
    """Which models run the cell, and the loading of the resolved one."""
    table = tables.table("cell")
    tables.known("cell", table, ("models", "resolved_loading"))
    if case is None:
        if "cell" in tables.raw:
            raise tables.error("cell", None, "a study with a case", 'Give case = "CASE.toml"')
        return (), None
    given = table.get("models", ["analytic"])
    if not isinstance(given, list) or not all(each in MODELS for each in given) or len(set(given)) < len(given):
        raise tables.error("cell.models", given, f"a list of different names of {', '.join(MODELS)}")
    loading = table.get("resolved_loading")
    if (loading is None) == ("resolved" in given) or (loading is not None and loading not in loadings):
        allowed = 'one of loading.fractions where "resolved" is among the models, and nothing otherwise'
        raise tables.error("cell.resolved_loading", loading, allowed)
    return tuple(given), None if loading is None else float(loading)


def _transport(
    tables: CaseTables,
    with_case: bool,
    arguments: tuple[Material, Material, InterfaceLaw, InterphaseLaw],
    at: float,
    motion: SegmentalMotion | None,
) -> Transport:
    """That at one temperature, or what a material lacks for it."""
    try:
        return tables.at("loading.temperatures", partial(transport_at, *arguments, at, motion))
    except MissingValue as error:
        part = "filler" if error.material == arguments[1].name else "matrix"
        key = "case" if part == "matrix" and with_case else f"{part}.material"
        advice = f"No {error.property} of {error.material} is known; give it as an override"
        raise tables.error(key, error.material, f"a material with {error.property}", advice) from None
    except ArithmeticError:
        raise InvalidInput("loading.temperatures", at, "a temperature at which all laws give numbers") from None
