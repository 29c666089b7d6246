"""A virtual X-ray tomograph: linear attenuation on its own voxels, blurred and noisy.

Reconstruction is taken to be perfect but for a Gaussian point spread and white Gaussian noise of one size in all
voxels. Only attenuation is seen, no phase contrast. At 30 keV lithium attenuates 38 (Li6PS5Cl) to 620 (LLZO) times less
than a crystalline electrolyte and 6 times less than PEO: the tomograph sees where the electrolyte is not, and cannot
tell lithium from nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from lisse.errors import InvalidInput, suggest
from lisse.measurement.virtual.declaration import Contrast, Declaration, Instrument, Stated, check_settings
from lisse.measurement.virtual.frames import Frames, frames_dataset
from lisse.measurement.virtual.imaging import exposed, recorded, widest
from lisse.measurement.virtual.point_spread import blur, rebin
from lisse.measurement.virtual.scene import Scene, needs_fields
from lisse.measurement.virtual.substances import ENERGY, LITHIUM, substance_of
from lisse.records import Solution

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["XRayTomograph", "tomograph_declaration"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class XRayTomograph(Instrument):
    """Settings of a tomograph.

    Attributes
    ----------
    voxel : float, m
        Edge of a reconstructed voxel.
    resolution : float, m
        Full width at half maximum of the image of a point; 0 for none.
    noise : float, 1
        Standard deviation of a voxel over the attenuation of the darkest solid.
    frame_time : float, s
        Of one scan; what moves meanwhile is smeared.
    field_of_view : float, m
        Sideways (y, z).
    electrode : float, m
        How much of each electrode is in the picture.
    attenuation : mapping of phase to 1/m
        Instead of the built-in estimate; also for ``"lithium"``.
    seed : int
    """

    voxel: float = 0.5e-6
    resolution: float = 1e-6
    noise: float = 0.05
    frame_time: float = 600.0
    field_of_view: float = 1e-3
    electrode: float = 10e-6
    attenuation: Mapping[str, float] = field(default_factory=dict)
    seed: int = 0

    key: ClassVar[str] = "xct"
    UNITS: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"voxel": "m", "resolution": "m", "noise": "1", "frame_time": "s", "field_of_view": "m", "electrode": "m"}
    )

    def __post_init__(self) -> None:
        """Check the settings."""
        check_settings(self, ("voxel", "field_of_view"), ("resolution", "noise", "frame_time", "electrode"))
        check = {phase: value for phase, value in self.attenuation.items() if not 0.0 <= value < np.inf}
        if check:
            raise InvalidInput("attenuation", check, "numbers in 1/m, 0 or more")

    @property
    def declaration(self) -> Declaration:
        """What this tomograph can and cannot see."""
        return tomograph_declaration(max(self.resolution, self.voxel), self.field_of_view, self.frame_time)

    def attenuations(self, phases: tuple[str, ...], solution: Solution) -> dict[str, float]:
        """1/m. Of lithium and of every solid phase."""
        unknown = set(self.attenuation) - {*phases, "lithium"}
        if unknown:
            known = ("lithium", *phases)
            name = min(unknown)
            raise InvalidInput("attenuation", name, ", ".join(known), suggest(name, known))
        found = {"lithium": LITHIUM.attenuation}
        for phase in phases:
            if phase not in self.attenuation:
                found[phase] = substance_of(phase, solution, "attenuation").attenuation
        return {**found, **self.attenuation}

    def observe(self, solution: Solution, area: float | None = None, fields: xr.Dataset | None = None) -> Frames:
        """Scan a simulated cell; linear attenuation (1/m) over (time, x, y[, z])."""
        held = needs_fields(fields, "an X-ray tomogram")
        used: dict[str, float] = {}

        def ideal(truth: Scene) -> Floats:
            used.update(used or self.attenuations(tuple(truth.solids), solution))
            total = used["lithium"] * (truth.metal + truth.plated)
            for phase, share in truth.solids.items():
                total = total + used[phase] * share
            return np.asarray(total)

        pictures, shots, shown = exposed(held, solution, self.frame_time, self.electrode, ideal)
        edge = float(held.attrs["voxel_size"])
        dims = ("x", "y", "z")[: pictures.ndim - 1]
        random = np.random.default_rng(self.seed)
        sigma = self.noise * max(used.values())
        starts = {"x": -shown[0] * edge}
        made = []
        for picture in pictures:
            spread = blur(picture, [self.resolution] * len(dims), [edge] * len(dims), [axis != "x" for axis in dims])
            for axis, dim in enumerate(dims):
                if dim != "x":
                    spread, starts[dim] = widest(spread, axis, edge, self.field_of_view)
                spread = rebin(spread, axis, edge, self.voxel)
            made.append(spread + random.normal(0.0, sigma, spread.shape) if sigma else spread)
        values = np.stack(made)
        axes = {
            dim: (starts[dim] + (np.arange(n) + 0.5) * self.voxel, self.voxel, "m")
            for dim, n in zip(dims, values.shape[1:], strict=True)
        }
        data = frames_dataset("attenuation", dims, values, shots, axes, "1/m", "Linear attenuation")
        data["attenuation"].attrs["noise"] = sigma
        return recorded(self, solution, data, "attenuation", self.seed, self._warnings(edge))

    def _warnings(self, edge: float) -> tuple[str, ...]:
        found = []
        if self.voxel < edge * (1.0 - 1e-6):
            found.append(f"voxels of {self.voxel * 1e6:g} um are finer than those of the model, {edge * 1e6:g} um")
        if not self.attenuation:
            found.append(f"attenuation is that of one energy, {ENERGY / 1e3:g} keV; phase contrast is left out")
        return tuple(found)


def tomograph_declaration(resolution: float, field_of_view: float, frame_time: float, key: str = "xct") -> Declaration:
    """That of a tomograph; also of one with lenses, which is not simulated by default."""
    fine = key == "nano-xct"
    contrast = {
        "void": Contrast(
            "weak",
            "a pore in the electrolyte is dark, but lithium beside a void is as dark; voids there were followed",
            "S",
            "spencerjolly2021",
        ),
        "crack": Contrast(
            "yes", "an open crack is a dark sheet; below the resolution its contrast is opening/resolution"
        ),
        "filament": Contrast(
            "weak", "seen as a gap in the electrolyte; not told from an empty crack", "S", "hatzell2020"
        ),
        "lithium": Contrast("no", "lithium attenuates hardly more than nothing", "S", "hatzell2020"),
        "interphase": Contrast("weak", "density of reaction layers differs little, and they are thin"),
        "grain-boundary": Contrast("no", "grains of one phase attenuate alike"),
    }
    note = "below 50 nm with lenses" if fine else "1 um and below"
    facts = (
        Stated(50e-9 if fine else 1e-6, "S", "hatzell2020", f"resolution {note}; lithium itself is not seen"),
        Stated(None, "S", "spencerjolly2021", "voids and dendrites followed in a three-electrode cell"),
        Stated(None, "S", "tippens2019", "cracks of LAGP followed in situ"),
    )
    name = "X-ray nano-tomograph (lenses)" if fine else "X-ray tomograph"
    return Declaration(
        key=key,
        name=name,
        resolution=Stated(resolution, "S", "hatzell2020"),
        field_of_view=Stated(field_of_view, "U", "", "as large as the detector has voxels, 1000 to 2000 across"),
        frame_time=Stated(frame_time, "U", "", "minutes to hours in a laboratory, seconds at a synchrotron"),
        depth=Stated(None, "U", "", "the beam passes through; see the attenuation of what lies over the feature"),
        environment="pillar of tens of um cut out of a cell, or a tiny cell"
        if fine
        else "sealed cell of a few mm that X-rays pass, under its pressure; operando",
        contrast=contrast,
        through="x-rays",
        facts=facts,
        simulated=not fine,
    )
