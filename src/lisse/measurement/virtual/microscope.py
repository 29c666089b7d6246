"""A virtual optical microscope with a camera: brightness of a section, or of an interface through a clear electrolyte.

Resolution is that of the lens, 0.51 wavelength / aperture (full width at half maximum). Photons are counted: noise is
that of a Poisson law of mean `full_well` x brightness. Brightness of lithium, electrolyte and empty space are settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from lisse.errors import InvalidInput, NotResolved, suggest
from lisse.measurement.virtual.declaration import Contrast, Declaration, Instrument, Stated, check_settings
from lisse.measurement.virtual.exposure import exposures, weights
from lisse.measurement.virtual.frames import Frames, frames_dataset
from lisse.measurement.virtual.imaging import counted, exposed, recorded, widest
from lisse.measurement.virtual.point_spread import blur, rebin
from lisse.measurement.virtual.scene import Scene, needs_fields
from lisse.records import Solution

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["OpticalMicroscope"]

Floats = NDArray[np.float64]
_VIEWS = ("section", "working-interface", "counter-interface")


@dataclass(frozen=True)
class OpticalMicroscope(Instrument):
    """Settings of a microscope.

    Attributes
    ----------
    wavelength : float, m
    aperture : float, 1
        Numerical aperture of the lens.
    pixel : float, m
        Edge of a pixel of the camera, in the plane of the sample.
    full_well : float, 1
        Electrons counted in a pixel of brightness 1; infinite for no noise.
    frame_time : float, s
    field_of_view : float, m
        Sideways (y, z).
    electrode : float, m
        How much of each electrode is in a section.
    view : str
        ``"section"``: the plane z = 0, from electrode to electrode; ``"working-interface"`` or
        ``"counter-interface"``: the contact of lithium, seen through a transparent electrolyte.
    lithium, electrolyte, empty, crack : float, 1
        Brightness. That of a broken voxel is `crack`, however little it has opened: faces of a crack reflect.
    seed : int
    """

    wavelength: float = 550e-9
    aperture: float = 0.4
    pixel: float = 0.35e-6
    full_well: float = 1e4
    frame_time: float = 0.1
    field_of_view: float = 500e-6
    electrode: float = 10e-6
    view: str = "section"
    lithium: float = 0.8
    electrolyte: float = 0.5
    empty: float = 0.1
    crack: float = 0.25
    seed: int = 0

    key: ClassVar[str] = "optical"
    UNITS: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"wavelength": "m", "aperture": "1", "pixel": "m", "full_well": "1", "frame_time": "s", "field_of_view": "m",
         "electrode": "m", "lithium": "1", "electrolyte": "1", "empty": "1", "crack": "1"}
    )  # fmt: skip

    def __post_init__(self) -> None:
        """Check the settings."""
        check_settings(
            self,
            ("wavelength", "aperture", "pixel", "full_well", "field_of_view"),
            ("frame_time", "electrode", "lithium", "electrolyte", "empty", "crack"),
        )
        if self.view not in _VIEWS:
            raise InvalidInput("view", self.view, ", ".join(_VIEWS), suggest(self.view, _VIEWS))

    @property
    def resolution(self) -> float:
        """m. Full width at half maximum of the image of a point, 0.51 wavelength / aperture."""
        return 0.51 * self.wavelength / self.aperture

    @property
    def declaration(self) -> Declaration:
        """What this microscope can and cannot see."""
        contrast = {
            "void": Contrast(
                "yes", "contact was filmed through a clear electrolyte (data of doi 10.26434/chemrxiv-2025-lrw48)", "S"
            ),
            "crack": Contrast("yes", "faces of a crack reflect; its depth under the surface stays unknown"),
            "filament": Contrast(
                "yes", "filaments in a clear electrolyte, or at its surface, were filmed", "S", "swamy2018"
            ),
            "lithium": Contrast("yes", "metal reflects"),
            "interphase": Contrast("weak", "a change of colour at best"),
            "grain-boundary": Contrast("no", "not without etching"),
        }
        return Declaration(
            key=self.key,
            name="optical microscope",
            resolution=Stated(max(self.resolution, self.pixel), "L", "", "0.51 wavelength / aperture"),
            field_of_view=Stated(self.field_of_view, "U"),
            frame_time=Stated(self.frame_time, "U", "", "video"),
            depth=Stated(0.0, "U", "", "the surface; deeper only where all above is transparent"),
            environment="window, or an open in-plane cell in dry inert gas; operando video with the voltage",
            contrast=contrast,
            through="light",
            facts=(
                Stated(None, "S", "swamy2018", "penetration filmed through a single crystal of garnet"),
                Stated(None, "S", "hatzell2020", "video synchronised with the voltage"),
            ),
        )

    def observe(self, solution: Solution, area: float | None = None, fields: xr.Dataset | None = None) -> Frames:
        """Film a simulated cell; counts over (time, x, y) or, at an interface, (time, y[, z])."""
        held = needs_fields(fields, "an optical picture")
        edge = float(held.attrs["voxel_size"])
        if self.view == "section":
            pictures, shots, shown = exposed(held, solution, self.frame_time, self.electrode, self._section)
            dims: tuple[str, ...] = ("x", "y")
        else:
            pictures, shots = self._interface(held, solution)
            shown, dims = (0, 0), ("y", "z")[: pictures.ndim - 1]
        random = np.random.default_rng(self.seed)
        start = {"x": -shown[0] * edge}
        values = np.stack([self._camera(picture, dims, edge, random, start) for picture in pictures])
        axes = {
            dim: (start[dim] + (np.arange(n) + 0.5) * self.pixel, self.pixel, "m")
            for dim, n in zip(dims, values.shape[1:], strict=True)
        }
        counted = np.isfinite(self.full_well)
        words = "Electrons counted" if counted else "Brightness"
        data = frames_dataset("brightness", dims, values, shots, axes, "1", words)
        return recorded(self, solution, data, "brightness", self.seed, self._warnings(edge))

    def _section(self, truth: Scene) -> Floats:
        """Brightness of the plane z = 0."""
        solid = sum(truth.solids.values())
        bright = self.lithium * (truth.metal + truth.plated) + self.electrolyte * np.asarray(solid)
        bright = bright + self.empty * truth.empty
        bright = np.where((truth.broken > 0.0) & (truth.plated < 0.5), self.crack, bright)
        return np.asarray(bright if bright.ndim == 2 else bright[:, :, 0])

    def _interface(self, fields: xr.Dataset, solution: Solution) -> tuple[Floats, Floats]:
        """Brightness of the face of an electrode at every exposure."""
        if "contact_fraction" not in fields:
            raise NotResolved("contact_fraction is not among the fields of this run")
        side = self.view.removesuffix("-interface")
        contact = np.asarray(fields["contact_fraction"].sel(electrode=side).values, dtype=float)
        if np.isnan(contact).all():
            raise NotResolved(f"the {side} electrode has no lithium to look at")
        bright = self.lithium * contact + self.empty * (1.0 - contact)
        saved = np.asarray(fields["time"].values, dtype=float)
        shots = exposures(saved, self.frame_time)
        return np.tensordot(weights(saved, shots), bright, axes=1), shots

    def _camera(
        self, picture: Floats, dims: tuple[str, ...], edge: float, random: np.random.Generator, start: dict[str, float]
    ) -> Floats:
        """One frame; where it begins sideways (m) goes into `start`."""
        spread = blur(picture, [self.resolution] * len(dims), [edge] * len(dims), [dim != "x" for dim in dims])
        for axis, dim in enumerate(dims):
            if dim != "x":
                spread, start[dim] = widest(spread, axis, edge, self.field_of_view)
            spread = rebin(spread, axis, edge, self.pixel, "pixel")
        if not np.isfinite(self.full_well):
            return spread
        return counted(spread * self.full_well, random, "full_well")

    def _warnings(self, edge: float) -> tuple[str, ...]:
        found = ["brightness of lithium, electrolyte and cracks are settings from memory (mark U)"]
        if self.pixel < edge * (1.0 - 1e-6):
            found.append(f"pixels of {self.pixel * 1e6:g} um are finer than the voxels of the model, {edge * 1e6:g} um")
        return tuple(found)
