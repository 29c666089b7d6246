"""A resolved run as an animated picture: the structure with its cracks beside the stress, with time and events.

GIF, WebP or APNG by the end of the name; all are shown by browsers and slides without a player.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lisse.errors import InvalidInput, NotResolved, suggest
from lisse.fields import hydrostatic_stress, largest_principal_stress, magnitude
from lisse.files import write_atomically
from lisse.report.resolved_pixels import (
    GRAYS,
    INK,
    PAPER,
    Pixels,
    empty_space,
    field_pixels,
    palette,
    plane,
    scaled,
    sheet,
    structure_pixels,
    with_electrodes,
)
from lisse.report.words import duration, printed
from lisse.units import quantity

if TYPE_CHECKING:
    import xarray as xr
    from PIL import Image

__all__ = ["BESIDE", "Beside", "film", "limits_of", "values_of", "write_film"]

_FORMATS = {".gif": "GIF", ".webp": "WEBP", ".png": "PNG", ".apng": "PNG"}
_FRAMES = 120
_LEAST, _MOST = 320, 560  # pixels along the longer edge of a picture
_GAP, _HEAD, _FOOT = 12, 40, 34
_LARGEST = 3_000_000  # bytes
_FROM_ZERO = 0.5  # of the highest: a scale that would start above this does not start at zero

Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Beside:
    """A quantity that can stand beside the structure.

    Attributes
    ----------
    words : str
    field : str
        The field that it needs.
    unit : str
        The quantity of the vocabulary whose display unit it has.
    colours : str
        A colour map of matplotlib.
    compute : callable
        From the array of the field to one number for each voxel.
    """

    words: str
    field: str
    unit: str
    colours: str
    compute: Callable[[Any], Any]

    @property
    def both_signs(self) -> bool:
        """Whether the scale is symmetric about zero."""
        return self.colours == "RdBu_r"


BESIDE = {
    "largest-principal-stress": Beside(
        "Largest principal stress", "stress", "stress", "RdBu_r", largest_principal_stress
    ),
    "hydrostatic-stress": Beside("Hydrostatic stress", "stress", "stress", "RdBu_r", hydrostatic_stress),
    "current-density": Beside("Current density", "current_density", "current_density", "inferno", magnitude),
    "damage": Beside("Damage", "damage", "damage", "magma_r", np.asarray),
    "plating-pressure": Beside("Pressure of lithium", "plating_pressure", "plating_pressure", "viridis", np.asarray),
    "electrolyte-potential": Beside(
        "Electrolyte potential", "electrolyte_potential", "electrolyte_potential", "cividis", np.asarray
    ),
}
"""What can be shown beside the structure, by the name that the command line takes."""


def write_film(
    fields: xr.Dataset,
    path: str | os.PathLike[str],
    beside: str = "largest-principal-stress",
    progress: Progress | None = None,
    largest: int = _LARGEST,
) -> Path:
    """Write the animated picture, atomically; returns the path.

    Parameters
    ----------
    fields : xarray.Dataset. From `lisse.load_fields`.
    path : str or path. Ends in ``.gif``, ``.webp``, ``.png`` or ``.apng``.
    beside : str. A key of `BESIDE`.
    progress : callable or None. Called with the share done and a few words.
    largest : int, bytes. Frames are left out until the file is no larger, down to two.
    """
    target = Path(path)
    kind = _FORMATS.get(target.suffix.lower())
    if kind is None:
        raise InvalidInput(
            "animation", target.name, f"a name that ends in {', '.join(_FORMATS)}", suggest(target.suffix, _FORMATS)
        )
    return write_atomically(target, film(fields, beside, kind, progress, largest))


def film(
    fields: xr.Dataset,
    beside: str = "largest-principal-stress",
    kind: str = "GIF",
    progress: Progress | None = None,
    largest: int = _LARGEST,
) -> bytes:
    """The animated picture as bytes; see `write_film`."""
    if beside not in BESIDE:
        raise InvalidInput("quantity", beside, ", ".join(BESIDE), suggest(beside, BESIDE))
    what = BESIDE[beside]
    if what.field not in fields:
        raise NotResolved(f"{what.field}: not among the fields of this run")
    count = fields.sizes["time"]
    shown = sorted({round(k) for k in np.linspace(0, count - 1, min(count, _FRAMES))})
    z = plane(fields)
    low, high = limits_of(fields, what, shown, z)
    frames = []
    for done, index in enumerate(shown):
        frames.append(_frame(fields, index, z, what, low, high))
        if progress is not None:
            progress((done + 1) / len(shown), f"frame {done + 1} of {len(shown)}")
    content = _encoded(frames, kind)
    while len(content) > largest and len(frames) > 2:
        frames = [*frames[:-1:2], frames[-1]]
        content = _encoded(frames, kind)
    return content


def values_of(frame: xr.Dataset, what: Beside) -> np.ndarray:
    """(nx, ny) numbers of a quantity in one slice, in its display unit; NaN in pores and where there is none."""
    values = np.array(what.compute(frame[what.field].values), dtype=float)
    values[empty_space(frame)] = np.nan
    return np.asarray(quantity(what.unit).shown(values))


def limits_of(fields: xr.Dataset, what: Beside, shown: list[int], z: int | None) -> tuple[float, float]:
    """Ends of the colour scale over some saved times, without the outer half per cent: one hot voxel does not dim all.

    The scale starts at zero unless all numbers are close together.
    """
    if what.field == "damage":
        return 0.0, 1.0
    some = shown if len(shown) <= 8 else [shown[round(k)] for k in np.linspace(0, len(shown) - 1, 8)]
    highs, lows = [], []
    for index in some:
        values = values_of(sheet(fields, index, z), what)
        known = values[np.isfinite(values)]
        if known.size:
            highs.append(float(np.percentile(known, 99.5)))
            lows.append(float(np.percentile(known, 0.5)))
    high, low = max(highs, default=1.0), min(lows, default=0.0)
    if what.both_signs:
        top = max(abs(high), abs(low)) or 1.0
        return -top, top
    start = low if low > _FROM_ZERO * high > 0.0 else min(0.0, low)
    return start, high if high > start else start + 1.0


def _frame(fields: xr.Dataset, index: int, z: int | None, what: Beside, low: float, high: float) -> Image.Image:
    from PIL import Image

    frame = sheet(fields, index, z)
    pictures = [
        _upright(with_electrodes(frame, structure_pixels(frame))),
        _upright(with_electrodes(frame, field_pixels(values_of(frame, what), low, high), coloured=False)),
    ]
    rows, columns = pictures[0].shape
    width, height = 2 * columns + 3 * _GAP, rows + _HEAD + _FOOT
    canvas = np.full((height, width), PAPER, dtype=np.uint8)
    for k, picture in enumerate(pictures):
        left = _GAP + k * (columns + _GAP)
        canvas[_HEAD : _HEAD + rows, left : left + columns] = picture
    foot = _HEAD + rows + 4
    start = 2 * _GAP + columns
    canvas[foot : foot + 9, start : start + columns] = field_pixels(np.linspace(low, high, columns), low, high)
    time = np.asarray(fields["time"].values, dtype=float)
    share = (time[index] - time[0]) / (time[-1] - time[0]) if time[-1] > time[0] else 1.0
    canvas[foot + 3 : foot + 6, _GAP : _GAP + columns] = GRAYS + 2
    canvas[foot + 3 : foot + 6, _GAP : _GAP + max(1, round(share * columns))] = INK
    unit = printed(quantity(what.unit).display_unit)
    _write(canvas, (_GAP, 4), duration(float(time[index])), columns, 16)
    _write(canvas, (_GAP, 23), str(fields["event"].values[index]), columns, 12)
    _write(canvas, (start, 4), what.words, columns, 16)
    _write(canvas, (start, 23), f"{low:.3g} to {high:.3g} {unit}".strip().replace("-", "−"), columns, 12)
    image = Image.fromarray(canvas).convert("P")
    image.putpalette(palette(what.colours).tobytes())
    return image


def _upright(pixels: Pixels) -> Pixels:
    """As people look at a cell: the working electrode below."""
    return scaled(pixels, _LEAST, _MOST)[::-1]


def _write(canvas: Pixels, place: tuple[int, int], words: str, room: int, size: int) -> None:
    """Letters in shades of grey; what has no room is cut."""
    from matplotlib import get_data_path
    from PIL import Image, ImageDraw, ImageFont

    if not words:
        return
    font = ImageFont.truetype(str(Path(get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"), size)
    while font.getlength(words) > room and len(words) > 1:
        words = words[:-2] + "…"
    mask = Image.new("L", (room, size + 6), 0)
    ImageDraw.Draw(mask).text((0, 0), words, fill=255, font=font)
    levels = np.asarray(mask) // 32
    left, top = place
    box = canvas[top : top + levels.shape[0], left : left + room]
    drawn = levels[: box.shape[0], : box.shape[1]]
    box[drawn > 0] = GRAYS + drawn[drawn > 0]


def _encoded(frames: list[Image.Image], kind: str) -> bytes:
    """Frames of a tenth of a second or more, about ten seconds in all, and two seconds of the last."""
    each = int(np.clip(10_000 / len(frames), 80, 800))
    settings: dict[str, Any] = {"duration": [each] * (len(frames) - 1) + [2000], "loop": 0}
    if kind == "GIF":
        settings |= {"optimize": False, "disposal": 1}
    elif kind == "WEBP":
        settings |= {"lossless": True, "method": 3}
    stream = io.BytesIO()
    pictures = frames if kind == "GIF" else [one.convert("RGB") for one in frames]
    pictures[0].save(stream, format=kind, save_all=True, append_images=pictures[1:], **settings)
    return stream.getvalue()
