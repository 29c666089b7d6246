"""Recipes: a microstructure as plain data, as it stands in a TOML file, and back.

A recipe names its generator under ``generate`` and gives the rest by the names of the function's parameters; lengths
and angles are text with a unit. A step on another structure has that one's recipe under ``of``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lisse.errors import InvalidInput, suggest
from lisse.microstructure.generate.contamination import patches
from lisse.microstructure.generate.flaws import cracks, scratches
from lisse.microstructure.generate.generated import Generated
from lisse.microstructure.generate.grains import polycrystal
from lisse.microstructure.generate.inclusions import fibres, spheres
from lisse.microstructure.generate.interphase import shell
from lisse.microstructure.generate.networks import network
from lisse.microstructure.generate.porosity import pores
from lisse.microstructure.generate.stacks import Layer, cell_stack, layers
from lisse.microstructure.generate.surfaces import rough_interface
from lisse.microstructure.generate.texture import FibreTexture, RandomTexture, SpreadTexture, Texture
from lisse.units import parse_quantity

__all__ = ["GENERATORS", "from_recipe"]

_LENGTHS = "size voxel_size grain diameter length width depth gap thickness rms correlation_length lithium patch_size"
_LENGTHS += " cross_section"
_ANGLES = "tilt tilt_spread misalignment"


def _keys(words: str) -> tuple[str, ...]:
    return tuple(words.split())


GENERATORS: Mapping[str, tuple[Callable[..., Generated], tuple[str, ...]]] = {
    "polycrystal": (
        polycrystal,
        _keys("size voxel_size grain spread texture columnar periodic phase seed porosity pore_diameter pore_place"),
    ),
    "pores": (pores, _keys("of porosity diameter spread place overlap periodic host phase seed")),
    "cracks": (
        cracks,
        _keys("of count length spread width tilt tilt_spread aspect along_boundaries side host phase seed"),
    ),
    "scratches": (scratches, _keys("of count depth width length side host phase seed")),
    "rough_interface": (
        rough_interface,
        _keys("size voxel_size rms hurst correlation_length contact_fraction lithium periodic phases seed"),
    ),
    "patches": (patches, _keys("of area_fraction patch_size thickness phase host beneath side periodic seed")),
    "spheres": (spheres, _keys("size voxel_size fraction diameter spread overlap gap periodic phases seed")),
    "fibres": (fibres, _keys("size voxel_size fraction diameter length direction misalignment phases seed")),
    "network": (network, _keys("size voxel_size fraction correlation_length kind periodic phases seed")),
    "shell": (shell, _keys("of around thickness into phase periodic")),
    "layers": (layers, _keys("stack cross_section voxel_size periodic seed")),
    "cell_stack": (cell_stack, _keys("of lithium interlayers far_interlayers phase seed")),
}
"""Name of each generator, its function and the keys of its recipe."""


def from_recipe(recipe: Mapping[str, Any], voxel_size: float | Sequence[float] | None = None) -> Generated:
    """Make the structure that a recipe describes.

    Parameters
    ----------
    recipe : mapping. ``generate`` names one of `GENERATORS`. A polycrystal may have ``porosity`` as well, with
        ``pore_diameter`` (a quarter of a grain unless given) and ``pore_place`` (``"boundary"`` unless given).
    voxel_size : float or one per axis, m. For recipes that do not say it themselves.

    Raises
    ------
    InvalidInput
        For unknown or missing keys and values that the generator refuses.

    Examples
    --------
    >>> made = from_recipe(
    ...     {"generate": "polycrystal", "size": ["32 um", "32 um"], "grain": "8 um", "seed": 1}, voxel_size=0.5e-6
    ... )
    >>> made.volume.shape
    (64, 64)
    """
    if not isinstance(recipe, Mapping):
        raise InvalidInput("recipe", recipe, 'a table such as {"generate": "polycrystal", ...}')
    name = str(recipe.get("generate"))
    if name == "given volume":
        raise InvalidInput(
            "of", name, "the recipe of a generated structure", "This one began with a volume from elsewhere"
        )
    if name not in GENERATORS:
        raise InvalidInput("generate", recipe.get("generate"), ", ".join(GENERATORS), suggest(name, GENERATORS))
    function, keys = GENERATORS[name]
    for key in recipe:
        if key not in (*keys, "generate"):
            raise InvalidInput(f"{name}.{key}", None, ", ".join(keys), suggest(key, keys) or "This key is not known")
    values = {key: _value(name, key, given, voxel_size) for key, given in recipe.items() if key != "generate"}
    if "voxel_size" in keys and "voxel_size" not in values:
        if voxel_size is None:
            raise InvalidInput(f"{name}.voxel_size", None, "a length such as '0.5 um'", "Say how large a voxel is")
        values["voxel_size"] = voxel_size
    if name == "polycrystal":
        return _polycrystal(values)
    return _called(name, function, values)


def _polycrystal(values: dict[str, Any]) -> Generated:
    porosity, place = values.pop("porosity", 0.0), values.pop("pore_place", "boundary")
    diameter = values.pop("pore_diameter", None)
    made = _called("polycrystal", polycrystal, values)
    if porosity == 0.0:
        return made
    given = {"place": place, "seed": values.get("seed", 0), "periodic": values.get("periodic", False)}
    size = 0.25 * values["grain"] if diameter is None else diameter
    try:
        return pores(made, porosity, size, host=values.get("phase", "electrolyte"), **given)
    except InvalidInput as error:  # by the name that the recipe has for it
        if error.what not in ("diameter", "place"):
            raise
        raise InvalidInput(f"pore_{error.what}", error.got, error.allowed, error.advice) from None


def _called(name: str, function: Callable[..., Generated], values: dict[str, Any]) -> Generated:
    first = {"of": "electrolyte"} if name == "cell_stack" else {}
    named = {first.get(key, key): value for key, value in values.items()}
    needed = inspect.signature(function).parameters.values()
    for parameter in needed:
        if parameter.default is parameter.empty and parameter.name not in named:
            key = "of" if parameter.name == "electrolyte" else parameter.name
            raise InvalidInput(f"{name}.{key}", None, "a value", "This key is needed")
    return function(**named)


def _value(name: str, key: str, given: Any, voxel_size: Any) -> Any:
    what = f"{name}.{key}"
    if key == "of":
        return from_recipe(given, voxel_size)
    if key == "texture":
        return _texture(what, given)
    if key in ("stack", "interlayers", "far_interlayers"):
        return tuple(_layer(f"{what}[{number}]", one) for number, one in enumerate(_list(what, given)))
    if key == "spread" and given == "voronoi" and name == "polycrystal":
        return None
    if key == "pore_diameter" or key in _LENGTHS.split():
        return _lengths(what, given)
    if key in _ANGLES.split():
        return parse_quantity(given, "rad", what)
    return given


def _lengths(what: str, given: Any) -> Any:
    if isinstance(given, (list, tuple)):
        return tuple(parse_quantity(one, "m", what) for one in given)
    return parse_quantity(given, "m", what)


def _list(what: str, given: Any) -> Sequence[Any]:
    if not isinstance(given, (list, tuple)):
        raise InvalidInput(what, given, "a list of layers")
    return given


def _layer(what: str, given: Any) -> Layer:
    table = _table(what, given, ("phase", "thickness", "rms", "hurst", "correlation_length"))
    for key in ("phase", "thickness"):
        if key not in table:
            raise InvalidInput(f"{what}.{key}", None, "a value", "This key is needed")
    lengths = ("thickness", "rms", "correlation_length")
    return Layer(**{key: _lengths(f"{what}.{key}", v) if key in lengths else v for key, v in table.items()})


def _texture(what: str, given: Any) -> Texture:
    kinds: dict[str, Any] = {"random": RandomTexture, "fibre": FibreTexture, "spread": SpreadTexture}
    keys = {"random": (), "fibre": ("direction", "crystal", "spread"), "spread": ("mean", "spread")}
    kind = given.get("kind") if isinstance(given, Mapping) else given
    if kind not in kinds:
        raise InvalidInput(f"{what}.kind", kind, ", ".join(kinds))
    table = _table(what, given if isinstance(given, Mapping) else {"kind": given}, ("kind", *keys[kind]))
    values = {k: parse_quantity(v, "rad", f"{what}.{k}") if k == "spread" else v for k, v in table.items()}
    values.pop("kind", None)
    made: Texture = kinds[kind](**values)
    return made


def _table(what: str, given: Any, keys: Sequence[str]) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise InvalidInput(what, given, f"a table with {', '.join(keys)}")
    for key in given:
        if key not in keys:
            raise InvalidInput(f"{what}.{key}", None, ", ".join(keys), suggest(key, keys) or "This key is not known")
    return given
