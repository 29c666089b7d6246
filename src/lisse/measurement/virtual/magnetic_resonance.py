"""Virtual 7Li chemical-shift image: along x, how much lithium has which shift.

Metal resonates far from the electrolyte, and microstructural lithium (in cracks, pores and filaments) at a shift a
little higher than the flat metal of an electrode. Radio waves enter metal only to the skin depth: an electrode gives
signal from its face inwards, exp(-depth/skin depth), with

    skin depth = sqrt(resistivity / (pi x frequency x permeability))        (ilott2014)

which is 14.2 um at 116.6 MHz (7.05 T) and 12.3 um at 155.5 MHz (9.4 T) for 92.8 nohm m. Lines are Gaussian; noise is
white and Gaussian, of a size given as a share of the height that a pixel full of bulk lithium has.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from lisse.errors import InvalidInput
from lisse.measurement.virtual.declaration import Contrast, Declaration, Instrument, Stated, check_settings
from lisse.measurement.virtual.frames import Frames, frames_dataset
from lisse.measurement.virtual.imaging import exposed, recorded
from lisse.measurement.virtual.lithium_profile import concentrations, lateral_mean
from lisse.measurement.virtual.point_spread import FWHM, blur, rebin
from lisse.measurement.virtual.scene import Scene, needs_fields
from lisse.measurement.virtual.substances import LITHIUM
from lisse.records import Solution

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["ChemicalShiftImager"]

Floats = NDArray[np.float64]
_POOLS = ("metal", "plated", "electrolyte")


@dataclass(frozen=True)
class ChemicalShiftImager(Instrument):
    """Settings of a chemical-shift image.

    Attributes
    ----------
    resolution : float, m
        Full width at half maximum along x; 0 for none.
    pixel : float, m
    field_of_view : float, m
        Along x, around the middle of the cell.
    frame_time : float, s
    skin_depth : float, m
        Of radio waves in lithium; infinite where all of the metal is to be seen.
    bulk_shift, microstructural_shift, electrolyte_shift : float, ppm
    line_width : float, ppm
        Full width at half maximum of every line.
    channel : float, ppm
        Width of a channel of the spectrum.
    noise : float, 1
        Standard deviation of a channel over the peak height of a pixel full of bulk lithium.
    lithium_concentration : mapping of phase to mol/m3
        Instead of the built-in numbers.
    seed : int
    """

    resolution: float = 20e-6
    pixel: float = 5e-6
    field_of_view: float = 300e-6
    frame_time: float = 3600.0
    skin_depth: float = 12e-6
    bulk_shift: float = 245.0
    microstructural_shift: float = 268.0
    electrolyte_shift: float = 2.0
    line_width: float = 12.0
    channel: float = 2.0
    noise: float = 0.01
    lithium_concentration: Mapping[str, float] = field(default_factory=dict)
    seed: int = 0

    key: ClassVar[str] = "nmr"
    UNITS: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"resolution": "m", "pixel": "m", "field_of_view": "m", "frame_time": "s", "skin_depth": "m", "noise": "1",
         "bulk_shift": "ppm", "microstructural_shift": "ppm", "electrolyte_shift": "ppm", "line_width": "ppm",
         "channel": "ppm"}
    )  # fmt: skip

    def __post_init__(self) -> None:
        """Check the settings."""
        above = ("pixel", "field_of_view", "skin_depth", "line_width", "channel")
        check_settings(self, above, ("resolution", "frame_time", "noise"))
        if not all(math.isfinite(shift) for shift in self._shifts):
            raise InvalidInput("shift", self._shifts, "finite numbers, ppm")
        if self.resolution > self.field_of_view:
            got, most = f"{self.resolution * 1e6:g} um", f"up to the field of view, {self.field_of_view * 1e6:g} um"
            raise InvalidInput("resolution", got, most)

    @property
    def _shifts(self) -> tuple[float, ...]:
        """ppm. Of metal, plated lithium and electrolyte."""
        return self.bulk_shift, self.microstructural_shift, self.electrolyte_shift

    @property
    def declaration(self) -> Declaration:
        """What it can and cannot see."""
        contrast = {
            "void": Contrast("no", "empty space gives no signal, and takes little away at this resolution"),
            "crack": Contrast("no", "empty space gives no signal"),
            "filament": Contrast(
                "yes", "microstructural lithium has a line of its own: how much, and roughly where", "S", "chang2015"
            ),
            "lithium": Contrast("yes", "metal and electrolyte are far apart in shift", "S", "hatzell2020"),
            "interphase": Contrast("weak", "diamagnetic, under the line of the electrolyte"),
            "grain-boundary": Contrast("no", "no line of its own"),
        }
        return Declaration(
            key=self.key,
            name="7Li chemical-shift imager",
            resolution=Stated(max(self.resolution, self.pixel), "U", "", "along x only"),
            field_of_view=Stated(self.field_of_view, "S", "hatzell2020", "about 300 um"),
            frame_time=Stated(self.frame_time, "U", "", "tens of minutes to hours"),
            depth=Stated(self.skin_depth, "S", "ilott2014", "into metal at 70 to 300 MHz; electrolytes are clear"),
            environment="non-metallic cell of a few mm in a magnet; in situ, little pressure",
            contrast=contrast,
            through="radio waves",
            facts=(
                Stated(300e-6, "S", "hatzell2020", "field of view"),
                Stated(None, "S", "chang2015", "lines of bulk and, at higher frequency, of microstructural lithium"),
                Stated(None, "S", "ilott2014", "skin depth of lithium; it depends on how the metal lies in the coil"),
                Stated(None, "L", "", "245 and 268 ppm are of one cell: both move with its direction in the field"),
            ),
        )

    def observe(self, solution: Solution, area: float | None = None, fields: xr.Dataset | None = None) -> Frames:
        """Image a simulated cell; lithium (mol/m3 in each channel) over (time, x, shift)."""
        held = needs_fields(fields, "a chemical-shift image")
        edge, table = float(held.attrs["voxel_size"]), dict[str, float]()

        def ideal(truth: Scene) -> Floats:
            table.update(table or concentrations(truth, solution, self.lithium_concentration))
            pools = lateral_mean(truth, table)
            pools["metal"] = pools["metal"] * self._seen(len(pools["metal"]), truth.shown, edge)
            return np.stack([pools[name] for name in _POOLS], axis=1)

        reach = 5.0 * self.skin_depth if math.isfinite(self.skin_depth) else self.field_of_view
        amounts, shots, shown = exposed(held, solution, self.frame_time, reach, ideal)
        beyond = math.ceil(3.0 * self.resolution / edge)
        amounts = np.pad(amounts, ((0, 0), (beyond, beyond), (0, 0)))
        length = amounts.shape[1] * edge
        middle = 0.5 * length - (beyond + shown[0]) * edge
        along = [blur(pools, [self.resolution, 0.0], [edge, 1.0], [False, False]) for pools in amounts]
        pixels = rebin(np.stack(along), 1, edge, self.pixel, "pixel")
        x = middle - 0.5 * length + (np.arange(pixels.shape[1]) + 0.5) * self.pixel
        kept = np.abs(x - middle) <= 0.5 * self.field_of_view
        shift, lines = self._lines()
        values = pixels[:, kept] @ lines
        sigma = self.noise * LITHIUM.lithium_concentration * float(lines[0].max())
        if sigma:
            values = values + np.random.default_rng(self.seed).normal(0.0, sigma, values.shape)
        axes = {"x": (x[kept], self.pixel, "m"), "shift": (shift, self.channel, "ppm")}
        data = frames_dataset("lithium", ("x", "shift"), values, shots, axes, "mol/m3", "Lithium in a channel")
        data["lithium"].attrs["noise"] = sigma
        words = (
            "shifts, line width and noise are settings from memory (mark L), of one direction of the cell in the field"
        )
        return recorded(self, solution, data, "lithium", self.seed, (words,))

    def _seen(self, count: int, shown: tuple[int, int], edge: float) -> Floats:
        """Share of the metal in each plane that radio waves reach, from the faces inwards."""
        seen = np.ones(count)
        for side, planes in enumerate(shown):
            depth = (np.arange(planes) + 0.5) * edge
            share = np.exp(-depth / self.skin_depth)
            if planes:
                seen[:planes] = share[::-1] if side == 0 else seen[:planes]
                seen[count - planes :] = share if side == 1 else seen[count - planes :]
        return seen

    def _lines(self) -> tuple[Floats, Floats]:
        """Channels (ppm) and, for every pool, the share of its signal in each channel."""
        from scipy.special import ndtr

        sigma = self.line_width / FWHM
        low, high = min(self._shifts) - 6.0 * sigma, max(self._shifts) + 6.0 * sigma
        edges = low + self.channel * np.arange(math.ceil((high - low) / self.channel) + 1)
        lines = np.stack([np.diff(ndtr((edges - shift) / sigma)) for shift in self._shifts])
        return np.asarray(edges[:-1] + 0.5 * self.channel, dtype=float), np.asarray(lines, dtype=float)
