"""Virtual neutron depth profiling: lithium-6 counted by depth under one face of the cell.

A thermal neutron splits 6Li into an alpha and a triton; the energy that the triton has left tells how deep. Counts of
a depth bin follow a Poisson law of mean

    flux x cross section x share of 6Li x N_A x concentration x bin x area x detected x time

Sideways nothing is told apart. Deeper than the range of the triton nothing is seen. The range is that in light matter;
that it is shorter in dense electrolytes, and that the resolution worsens with depth, is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from lisse.errors import InvalidInput, NotResolved
from lisse.measurement.virtual.cycler import cell_area
from lisse.measurement.virtual.declaration import Contrast, Declaration, Instrument, Stated
from lisse.measurement.virtual.frames import Frames, frames_dataset
from lisse.measurement.virtual.imaging import check_settings, exposed, recorded
from lisse.measurement.virtual.lithium_profile import concentrations, lateral_mean
from lisse.measurement.virtual.point_spread import blur, rebin
from lisse.measurement.virtual.scene import Scene, needs_fields
from lisse.records import Solution

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["NeutronDepthProfiler"]

Floats = NDArray[np.float64]
_AVOGADRO = 6.02214076e23  # 1/mol, exact
_CROSS_SECTION = 940e-28  # m2, 6Li(n, alpha)3H of thermal neutrons; from memory: U


@dataclass(frozen=True)
class NeutronDepthProfiler(Instrument):
    """Settings of a depth profiler.

    Attributes
    ----------
    resolution : float, m
        Full width at half maximum in depth; 0 for none.
    bin : float, m
        Width of a depth bin.
    range : float, m
        Deepest place that is seen.
    frame_time : float, s
        Counting time.
    flux : float, 1/m2/s
        Of thermal neutrons.
    lithium_6 : float, 1
        Share of 6Li in the lithium.
    detected : float, 1
        Share of the tritons that reach the detector.
    background : float, 1/s
        Counts in every bin that are none of lithium.
    counting : bool
        Whether counts are drawn from their Poisson law; otherwise means are given.
    side : str
        Electrode whose outer face is looked at: ``"working"`` or ``"counter"``.
    lithium_concentration : mapping of phase to mol/m3
        Instead of the built-in numbers.
    seed : int
    """

    resolution: float = 1e-6
    bin: float = 0.5e-6
    range: float = 40e-6
    frame_time: float = 300.0
    flux: float = 1e13
    lithium_6: float = 0.0759
    detected: float = 1e-3
    background: float = 0.0
    counting: bool = True
    side: str = "working"
    lithium_concentration: Mapping[str, float] = field(default_factory=dict)
    seed: int = 0

    key: ClassVar[str] = "ndp"
    UNITS: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"resolution": "m", "bin": "m", "range": "m", "frame_time": "s", "flux": "1/m^2/s", "lithium_6": "1",
         "detected": "1", "background": "1/s"}
    )  # fmt: skip

    def __post_init__(self) -> None:
        """Check the settings."""
        above = ("bin", "range", "flux", "lithium_6", "detected", "frame_time")
        check_settings(self, above, ("resolution", "background"))
        if self.side not in ("working", "counter"):
            raise InvalidInput("side", self.side, "working, counter")

    @property
    def declaration(self) -> Declaration:
        """What it can and cannot see."""
        contrast = {
            "void": Contrast("weak", "only as lithium that is missing from a whole depth, averaged over the area"),
            "crack": Contrast("no", "an empty crack takes away no lithium worth counting"),
            "filament": Contrast("weak", "only as lithium that is added to a depth, averaged over the area"),
            "lithium": Contrast("yes", "every 6Li counts", "S", "hatzell2020"),
            "interphase": Contrast(
                "weak", "where it is thicker than the resolution and holds another share of lithium"
            ),
            "grain-boundary": Contrast("no", "places sideways are not told apart"),
        }
        return Declaration(
            key=self.key,
            name="neutron depth profiler",
            resolution=Stated(max(self.resolution, self.bin), "S", "hatzell2020", "micrometres, in depth only"),
            field_of_view=Stated(5e-3, "U", "", "one profile of the whole spot"),
            frame_time=Stated(self.frame_time, "U", "", "minutes, set by the flux"),
            depth=Stated(
                self.range, "U", "", "range of the 2.7 MeV triton in light matter; near the surface (hatzell2020, S)"
            ),
            environment="thin cell with a thin collector towards the detector, in vacuum; operando at a reactor",
            contrast=contrast,
            through="charged particles",
            facts=(Stated(None, "S", "hatzell2020", "depth resolution of micrometres, near the surface"),),
        )

    def rate(self, concentration: Floats | float, area: float) -> Floats:
        """Counts per second in a bin of that lithium concentration (mol/m3) over an area (m2)."""
        nuclei = self.lithium_6 * _AVOGADRO * np.asarray(concentration) * self.bin * area
        return np.asarray(self.flux * _CROSS_SECTION * self.detected * nuclei + self.background)

    def observe(self, solution: Solution, area: float | None = None, fields: xr.Dataset | None = None) -> Frames:
        """Profile a simulated cell; counts over (time, depth)."""
        held = needs_fields(fields, "a depth profile of lithium")
        if "lithium_thickness" not in solution:
            raise NotResolved("a depth profile: lithium_thickness, which covers the interface, is not in this solution")
        surface = cell_area(solution) if area is None else area
        edge, place = float(held.attrs["voxel_size"]), ("working", "counter").index(self.side)
        table: dict[str, float] = {}

        def ideal(truth: Scene) -> Floats:
            table.update(table or concentrations(truth, solution, self.lithium_concentration))
            return lateral_mean(truth, table)["total"]

        reach = self.range + 3.0 * self.resolution
        profiles, shots, shown = exposed(held, solution, self.frame_time, reach, ideal)
        profiles = profiles if place == 0 else profiles[:, ::-1]
        if shown[place] * edge >= reach - edge:  # metal all the way: how thick it is beyond does not matter
            profiles = profiles[:, : shown[place]]
        beyond = int(np.ceil(3.0 * self.resolution / edge))
        profiles = np.pad(profiles, ((0, 0), (beyond, beyond)))
        spread = blur(profiles.T, [self.resolution, 0.0], [edge, 1.0], [False, False]).T[:, beyond:]
        means = rebin(spread, 1, edge, self.bin, "bin")
        depth = (np.arange(means.shape[1]) + 0.5) * self.bin
        depth, means = depth[depth <= self.range], means[:, depth <= self.range]
        expected = self.rate(means, surface) * self.frame_time
        counts = np.random.default_rng(self.seed).poisson(expected).astype(float) if self.counting else expected
        data = frames_dataset("counts", ("depth",), counts, shots, {"depth": (depth, self.bin, "m")}, "1", "Counts")
        data["counts"].attrs["counts_per_concentration"] = (
            float(self.rate(1.0, surface) - self.background) * self.frame_time
        )
        return recorded(self, solution, data, "counts", self.seed, self._warnings(solution, place))

    def _warnings(self, solution: Solution, place: int) -> tuple[str, ...]:
        found = ["cross section, flux and share detected are orders of magnitude from memory (mark U)"]
        thickness = np.asarray(solution["lithium_thickness"].values, dtype=float)[:, place]
        thick = float(np.min(thickness, initial=np.inf, where=np.isfinite(thickness)))
        if self.range < thick < np.inf:
            words = f"the interface lies under {thick * 1e6:.3g} um of lithium, deeper than the range of"
            found.append(f"{words} {self.range * 1e6:g} um: only the electrode is seen")
        return tuple(found)
