"""Saved fields as pixels: one palette for everything, so that pictures stay small and a film of them exact.

Pixels are numbers of colours; the first axis is x, from the working electrode (low) to the counter electrode (high).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lisse.fields import phases_of
from lisse.fields.cracks import BROKEN
from lisse.fields.schema import is_metal
from lisse.report.image_figure import phase_colours

if TYPE_CHECKING:
    import xarray as xr

__all__ = [
    "BOUNDARY",
    "CRACK",
    "DAMAGED",
    "FILLED",
    "GRAYS",
    "INK",
    "KEY",
    "NOTHING",
    "PAPER",
    "PORE",
    "Pixels",
    "empty_space",
    "field_pixels",
    "palette",
    "plane",
    "scaled",
    "sheet",
    "structure_pixels",
    "with_electrodes",
]

Pixels = NDArray[np.uint8]

# Numbers of colours: eight of one meaning each, then ranges of greys, lithium, phases, grains and the colour map.
INK, PAPER, BOUNDARY, PORE, CRACK, FILLED, DAMAGED, NOTHING = range(8)
GRAYS, _LITHIUM, _PHASES, _GRAINS, _MAP = 8, 16, 24, 40, 64
_SHADES, _STEPS, _COLOURS = 16, 8, 192
_FILLED_FROM = 1e-6  # lithium fraction from which a crack counts as filled
_LEAST_DAMAGE = 0.3  # drawn as damaged
_HEX = {
    INK: "#1b2127",
    PAPER: "#ffffff",
    BOUNDARY: "#8fa3b3",
    PORE: "#4a4f55",
    CRACK: "#000000",
    FILLED: "#d03a00",
    DAMAGED: "#8a6f9a",
    NOTHING: "#9aa0a6",
}
_METAL = "#e8b21e"

KEY = (
    ("#cfdfea", "electrolyte, its grains in shades"),
    (_HEX[PORE], "pore"),
    (_METAL, "lithium; darker where contact is lost"),
    (_HEX[FILLED], "crack with lithium"),
    (_HEX[CRACK], "empty crack"),
    (_HEX[DAMAGED], f"damage of {_LEAST_DAMAGE:g} to {BROKEN:g}"),
)
"""Colour and meaning, for a key."""


def palette(colours: str) -> NDArray[np.uint8]:
    """(256, 3) colours: those of the structure, then 192 of a colour map of matplotlib."""
    import matplotlib
    from matplotlib.colors import to_rgb

    table = np.ones((256, 3))
    for place, name in _HEX.items():
        table[place] = to_rgb(name)
    ink, paper, metal, dark = (np.array(to_rgb(name)) for name in (_HEX[INK], _HEX[PAPER], _METAL, _HEX[PORE]))
    for k in range(_STEPS):
        share = k / (_STEPS - 1)
        table[GRAYS + k] = paper + share * (ink - paper)
        table[_LITHIUM + k] = dark + share * (metal - dark)
    for k in range(_SHADES):
        table[_PHASES + k] = to_rgb(_other_colour(k))
        table[_GRAINS + k] = np.array([0.81, 0.875, 0.918]) * (1.0 - 0.13 * k / (_SHADES - 1))
    table[_MAP : _MAP + _COLOURS] = matplotlib.colormaps[colours](np.linspace(0.0, 1.0, _COLOURS))[:, :3]
    return (255.0 * table + 0.5).astype(np.uint8)


def plane(fields: xr.Dataset) -> int | None:
    """The z of the slice to show in 3-D: where most is broken at the end, else the middle; ``None`` in a plane."""
    if "z" not in fields.sizes:
        return None
    if "damage" in fields:
        damage = np.asarray(fields["damage"].isel(time=-1).values)
        broken = (damage >= BROKEN).sum(axis=(0, 1))
        if broken.max() > 0:
            return int(np.argmax(broken))
    return fields.sizes["z"] // 2


def sheet(fields: xr.Dataset, index: int, z: int | None) -> xr.Dataset:
    """One saved time, and in 3-D one slice of it."""
    frame = fields.isel(time=index)
    return frame if z is None else frame.isel(z=z, z_node=z)


def structure_pixels(frame: xr.Dataset) -> Pixels:
    """(nx, ny) pixels: phases, grains with their boundaries, lithium in pores, and cracks, empty or filled."""
    labels, names = np.asarray(frame["phase"].values), phases_of(frame)
    out = np.full(labels.shape, NOTHING, dtype=np.uint8)
    dark = _dark(names)
    solid = [label for label in sorted(names) if label not in dark and not is_metal(names[label])]
    for label, name in names.items():
        here = labels == label
        if "crack" in name.lower():
            out[here] = CRACK
        elif label in dark:
            out[here] = PORE
        elif is_metal(name):
            out[here] = _LITHIUM + _STEPS - 1
        elif solid and label == _main(labels, solid):
            out[here] = _grain_shades(frame)[here]
        else:
            out[here] = _PHASES + solid.index(label) % _SHADES
    return _with_damage(frame, out)


def with_electrodes(frame: xr.Dataset, pixels: Pixels, coloured: bool = True) -> Pixels:
    """The same between two bands of metal, darker where contact is lost; grey where an electrode is no metal.

    Parameters
    ----------
    frame : xarray.Dataset. One slice.
    pixels : (nx, ny) array
    coloured : bool. ``False`` for grey bands, beside a colour map that may have the colour of the metal.
    """
    rows = max(2, round(0.04 * len(pixels)))
    if not coloured:
        return np.pad(pixels, ((rows, rows), (0, 0)), constant_values=NOTHING)
    bands = []
    for side in range(2):
        contact = np.ones(pixels.shape[1])
        if "contact_fraction" in frame:
            contact = np.asarray(frame["contact_fraction"].values[side], dtype=float)
        known = np.isfinite(contact)
        level = _LITHIUM + np.round(np.where(known, contact, 0.0).clip(0.0, 1.0) * (_STEPS - 1))
        bands.append(np.broadcast_to(np.where(known, level, NOTHING).astype(np.uint8), (rows, pixels.shape[1])))
    return np.concatenate([bands[0], pixels, bands[1]])


def field_pixels(values: Any, low: float, high: float) -> Pixels:
    """(nx, ny) pixels of numbers on the colour map from `low` to `high`; grey where there is none."""
    numbers = np.asarray(values, dtype=float)
    known = np.isfinite(numbers)
    share = (np.where(known, numbers, low) - low) / (high - low if high > low else 1.0)
    level = _MAP + np.round(share.clip(0.0, 1.0) * (_COLOURS - 1))
    return np.where(known, level, NOTHING).astype(np.uint8)


def scaled(pixels: Pixels, least: int, most: int) -> Pixels:
    """Every voxel as a square of whole pixels, or every so many voxels, so that the longer edge fits."""
    longest = max(pixels.shape)
    if longest > most:
        step = -(-longest // most)
        return pixels[::step, ::step]
    times = max(1, min(most // longest, -(-least // longest)))
    return pixels.repeat(times, axis=0).repeat(times, axis=1)


def empty_space(frame: xr.Dataset) -> NDArray[np.bool_]:
    """(nx, ny) pores, voids and the like, by the names of the phases; cracked solid is none of them."""
    names = phases_of(frame)
    empty = sorted(label for label in _dark(names) if "crack" not in names[label].lower())
    return np.isin(np.asarray(frame["phase"].values), empty)


def _dark(names: Mapping[int, str]) -> set[int]:
    return {label for label, colour in phase_colours(names).items() if colour == "#262626"}


def _other_colour(k: int) -> str:
    return ("#56B4E9", "#009E73", "#CC79A7", "#0072B2", "#F0E442", "#999999")[k % 6]


def _main(labels: np.ndarray, solid: list[int]) -> int:
    """The solid that fills most: the electrolyte."""
    return max(solid, key=lambda label: int((labels == label).sum()))


def _grain_shades(frame: xr.Dataset) -> Pixels:
    if "grain" not in frame:
        return np.full(frame["phase"].shape, _GRAINS, dtype=np.uint8)
    grains = np.asarray(frame["grain"].values)
    out = (_GRAINS + grains * 7 % _SHADES).astype(np.uint8)
    for axis in range(2):
        other = np.roll(grains, -1, axis)
        edge = (grains != other) & (grains > 0) & (other > 0)
        if axis == 0:
            edge[-1] = False
        out[edge] = BOUNDARY
    return out


def _with_damage(frame: xr.Dataset, out: Pixels) -> Pixels:
    lithium = np.asarray(frame["lithium_fraction"].values) if "lithium_fraction" in frame else np.zeros(out.shape)
    filling = (out == PORE) & (lithium > 0.0)
    out[filling] = (_LITHIUM + np.round(lithium.clip(0.0, 1.0) * (_STEPS - 1)))[filling].astype(np.uint8)
    if "damage" in frame:
        damage = np.asarray(frame["damage"].values)
        metal = np.isin(out, (PORE, *range(_LITHIUM, _LITHIUM + _STEPS)))
        out[(damage >= _LEAST_DAMAGE) & (damage < BROKEN) & ~metal] = DAMAGED
        broken = (damage >= BROKEN) & ~metal
        out[broken] = np.where(lithium > _FILLED_FROM, FILLED, CRACK)[broken]
    return out
