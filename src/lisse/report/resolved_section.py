"""The section of a resolved run in its report: pictures at telling moments, crack paths, profiles, numbers, a film.

Every picture is inside the page. The numbers are those of `lisse.report.resolved_moments.fields_summary`.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from markupsafe import Markup

from lisse.fields import crack_history, when_broken
from lisse.report.figures import Panel
from lisse.report.image_drawings import colour_key, sheet_drawing
from lisse.report.image_words import box, length
from lisse.report.resolved_film import BESIDE, Beside, film, limits_of, values_of
from lisse.report.resolved_moments import Moment
from lisse.report.resolved_pixels import (
    KEY,
    Pixels,
    field_pixels,
    palette,
    plane,
    scaled,
    sheet,
    structure_pixels,
    with_electrodes,
)
from lisse.report.resolved_profiles import crack_panels, profile_panels
from lisse.report.words import duration, printed
from lisse.units import format_quantity, quantity

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["resolved_section"]

_LEAST, _MOST = 200, 520  # pixels along the longer edge of a picture
_OPEN = ("current-density", "largest-principal-stress")
_ROWS = (
    ("crack_length", "Crack length", "length"),
    ("crack_area", "Crack area", "area"),
    ("crack_depth_working", "Depth of cracks from the working electrode", "length"),
    ("crack_depth_counter", "Depth of cracks from the counter electrode", "length"),
    ("share_on_boundaries", "Share of cracks on grain boundaries", "share"),
    ("largest_plating_pressure", "Largest pressure of lithium in cracks", "plating_pressure"),
    ("largest_principal_stress", "Largest principal stress", "stress"),
    ("largest_local_current_density_working", "Largest local current density, working", "current_density"),
    ("largest_local_current_density_counter", "Largest local current density, counter", "current_density"),
    ("mean_contact_fraction_working", "Contact fraction, working", "contact_fraction"),
    ("mean_contact_fraction_counter", "Contact fraction, counter", "contact_fraction"),
    ("mean_void_height_working", "Void volume per area, working", "void_height"),
    ("mean_void_height_counter", "Void volume per area, counter", "void_height"),
)


def resolved_section(fields: xr.Dataset, content: Mapping[str, Any], animated: bool = True) -> dict[str, Any]:
    """What the template of the section needs.

    Parameters
    ----------
    fields : xarray.Dataset. From `lisse.load_fields`.
    content : mapping. From `lisse.report.resolved_moments.fields_summary` of the same fields.
    animated : bool. Whether to put the film into the page.
    """
    shown = tuple(Moment(row["index"], row["time"], row["words"]) for row in content["moments"])
    z = plane(fields)
    names = [name for name, what in BESIDE.items() if what.field in fields]
    rows = {name: _field_row(fields, BESIDE[name], shown, z) for name in names}
    history = crack_history(fields) if "damage" in fields else None
    return {
        "sentence": _sentence(fields, content, z),
        "moments": [{"time": duration(moment.time), "words": moment.words} for moment in shown],
        "structure": _structure_row(fields, shown, z),
        "key": KEY,
        "open": [rows[name] for name in names if name in _OPEN],
        "folded": [rows[name] for name in names if name not in _OPEN],
        "paths": _paths(fields, history, z),
        "cracks": crack_panels(history, 2 if z is None else 3) if history is not None else [],
        "profiles": profile_panels(fields, shown, z),
        "numbers": _table(content),
        "film": _film(fields, z) if animated and len(fields["time"]) > 1 and names else None,
    }


def _sentence(fields: xr.Dataset, content: Mapping[str, Any], z: int | None) -> str:
    edges = [count * content["voxel_size"] for count in content["shape"]]
    text = f"{content['saved_times']} saved times on {box(edges)} of electrolyte in voxels of "
    text += length(content["voxel_size"])
    if z is not None:
        text += f"; pictures are of the slice at z = {length(float(fields['z'].values[z]))}"
    return f"{text}. The working electrode is below, the counter electrode above."


def _structure_row(fields: xr.Dataset, shown: tuple[Moment, ...], z: int | None) -> list[Markup]:
    table = palette("viridis")
    row = []
    for moment in shown:
        frame = sheet(fields, moment.index, z)
        pixels = with_electrodes(frame, structure_pixels(frame))
        row.append(_drawing(pixels, table, fields, f"Structure {_when(moment)}"))
    return row


def _field_row(fields: xr.Dataset, what: Beside, shown: tuple[Moment, ...], z: int | None) -> dict[str, Any]:
    low, high = limits_of(fields, what, [moment.index for moment in shown], z)
    table = palette(what.colours)
    drawings = []
    for moment in shown:
        frame = sheet(fields, moment.index, z)
        pixels = with_electrodes(frame, field_pixels(values_of(frame, what), low, high), coloured=False)
        drawings.append(_drawing(pixels, table, fields, f"{what.words} {_when(moment)}"))
    unit = printed(quantity(what.unit).display_unit)
    numbers = [printed(f"{number:.3g}") for number in (low, (low + high) / 2, high)]
    words = f"{what.words} ({unit})" if unit else what.words
    return {"title": what.words, "drawings": drawings, "key": _key(table, numbers, words)}


def _key(table: Pixels, numbers: list[str], words: str) -> Markup:
    colours = table[field_pixels(np.linspace(0.0, 1.0, 150), 0.0, 1.0)]
    return colour_key(colours, numbers, words)


def _paths(fields: xr.Dataset, history: Mapping[str, np.ndarray] | None, z: int | None) -> Panel | None:
    """Where and when it broke: one picture of the whole run."""
    if history is None or not history["size"].max() > 0.0:
        return None
    broken = when_broken(fields) if z is None else when_broken(fields)[..., z]
    frame = sheet(fields, 0, z)
    time = history["time"]
    low, high = float(time[0]), float(time[-1])
    ground = structure_pixels(frame.drop_vars(["damage", "lithium_fraction"], errors="ignore"))
    pixels = np.where(np.isfinite(broken), field_pixels(broken, low, high), ground)
    table = palette("plasma_r")
    drawn = _drawing(with_electrodes(frame, pixels), table, fields, "Crack paths by the time of breaking")
    numbers = [duration(low), duration((low + high) / 2), duration(high)]
    key = _key(table, numbers, "First saved time at which it is broken")
    return Panel("Crack paths", "", (("any", drawn), ("any", key)))


def _drawing(pixels: Pixels, table: Pixels, fields: xr.Dataset, words: str) -> Markup:
    edge = float(fields.attrs["voxel_size"])
    high, wide = (count * edge for count in pixels.shape)
    colours = table[scaled(pixels, _LEAST, _MOST)]
    return sheet_drawing(np.swapaxes(colours, 0, 1), (wide, high), "yx", words)


def _when(moment: Moment) -> str:
    return f"at {duration(moment.time)}{f', {moment.words}' if moment.words else ''}"


def _table(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows with one printed number for each moment; those that no field gives are left out."""
    rows = []
    for key, words, kind in _ROWS:
        if key in content["moments"][0]:
            rows.append({"key": key, "words": words, "values": [_cell(row[key], kind) for row in content["moments"]]})
    return rows


def _cell(value: float | None, kind: str) -> str:
    if value is None:
        return "–"
    if kind == "share":
        return f"{100.0 * value:.3g} %"
    if kind == "length":
        return length(value)
    return printed(f"{value * 1e12:.4g} um2" if kind == "area" else format_quantity(kind, value))


def _film(fields: xr.Dataset, z: int | None) -> dict[str, Any]:
    """The film and its last frame, for those who asked for no motion."""
    from PIL import Image

    beside = next(name for name in ("largest-principal-stress", *BESIDE) if BESIDE[name].field in fields)
    moving = film(fields, beside)
    opened: Any
    with Image.open(io.BytesIO(moving)) as opened:
        opened.seek(opened.n_frames - 1)
        stream = io.BytesIO()
        opened.convert("RGB").save(stream, format="PNG")
        size = opened.size
    words = BESIDE[beside].words.lower()
    return {
        "bytes": moving,
        "moving": _uri("gif", moving),
        "still": _uri("png", stream.getvalue()),
        "width": size[0],
        "height": size[1],
        "words": f"The structure with its cracks, and the {words}, from the first saved time to the last",
    }


def _uri(kind: str, content: bytes) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(content).decode('ascii')}"
