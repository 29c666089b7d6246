"""Panels that set a grey image beside its phases and beside what is in doubt, in one slice."""

from __future__ import annotations

from typing import Any

import numpy as np

from lisse.microstructure.segmentation import Segmentation
from lisse.report.figures import Panel
from lisse.report.image_drawings import sheet_drawing
from lisse.report.image_views import colour_table, cut_out, thinned
from lisse.report.image_words import percent

__all__ = ["doubt_panels"]

_DOUBT = (0.835, 0.369, 0.0)


def doubt_panels(found: Segmentation) -> list[Panel]:
    """The middle slice three times: grey values, phases, and the voxels whose phase hangs on the threshold."""
    volume = found.volume
    normal = None if volume.dimensions == 2 else 2
    right, up = cut_out(normal)
    where: Any = tuple(count // 2 if side == normal else slice(None) for side, count in enumerate(volume.shape))
    grey = thinned(np.asarray(found.image[where], dtype=float))
    low, high = np.percentile(grey, (0.5, 99.5))
    tone = np.clip((grey - low) / max(high - low, 1e-300), 0.0, 1.0)[..., None] * np.ones(3)
    known, colours = colour_table(volume)
    phases = colours[np.searchsorted(known, thinned(np.asarray(volume.labels[where])))]
    unsure = np.zeros(grey.shape, dtype=bool)
    for least, most in found.ranges:
        unsure |= (grey > least) & (grey <= most)
    doubt = 0.35 * tone + 0.6
    doubt[unsure] = _DOUBT
    edges, axes = (volume.extent[right], volume.extent[up]), "xyz"[right] + "xyz"[up]
    named = (("Grey values", tone), ("Phases", phases), (f"In doubt: {percent(float(unsure.mean()))}", doubt))
    return [
        Panel(title, drawings=(("any", sheet_drawing(pixels, edges, axes, f"{title}, middle slice")),))
        for title, pixels in named
    ]
