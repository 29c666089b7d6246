"""Virtual neutron depth profiling: lithium-6 counted by depth under one face of the cell.

A thermal neutron splits 6Li into an alpha of 2.056 MeV and a triton of 2.728 MeV; the energy that the triton has left
tells how much matter it has crossed. Counts of a depth bin follow a Poisson law of mean

    flux x cross section x share of 6Li x N_A x concentration x bin x area x detected x time

Depth is that in matter, from the outer face of the electrode: empty space takes no energy, so what lies behind a void
seems less deep. A triton gets out where the matter above, each part over its own range, sums up to less than 1.
Sideways nothing is told apart. That resolution worsens with depth (straggling is 4 % of the range at its end) is left
out, and so are the alphas and the collector.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from lisse.errors import InvalidInput, NotResolved
from lisse.measurement.virtual.cycler import cell_area
from lisse.measurement.virtual.declaration import Contrast, Declaration, Instrument, Stated, check_settings
from lisse.measurement.virtual.exposure import exposures, weights
from lisse.measurement.virtual.frames import Frames, frames_dataset
from lisse.measurement.virtual.imaging import counted, recorded
from lisse.measurement.virtual.lithium_profile import by_matter_above, concentrations
from lisse.measurement.virtual.point_spread import blur, rebin
from lisse.measurement.virtual.scene import Scene, needs_fields, scene
from lisse.measurement.virtual.substances import LITHIUM, substance_of
from lisse.records import Solution

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["NeutronDepthProfiler"]

Floats = NDArray[np.float64]
_SIDES = ("working", "counter")
_FARTHEST = 1e-3  # m; matter through which a triton of 2.7 MeV comes farther would be a gas
_AVOGADRO = 6.02214076e23  # 1/mol, exact
_CROSS_SECTION = 940e-28  # m2, 6Li(n, alpha)3H at 25 meV; S*: westover2025


@dataclass(frozen=True)
class NeutronDepthProfiler(Instrument):
    """Settings of a depth profiler.

    Attributes
    ----------
    resolution : float, m
        Full width at half maximum in depth; 0 for none.
    bin : float, m
        Width of a depth bin.
    range : float, m, optional
        Deepest place that is seen; by default where a triton is stopped, by the range in each substance.
    frame_time : float, s
        Counting time of one profile.
    flux : float, 1/m2/s
        Of thermal neutrons; 1e11 behind a neutron guide to 1e13 at a strong cold source.
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
    range: float | None = None
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
        above = ("bin", "flux", "lithium_6", "detected", "frame_time", *(() if self.range is None else ("range",)))
        check_settings(self, above, ("resolution", "background"))
        if self.resolution > LITHIUM.triton_range:
            got, most = f"{self.resolution * 1e6:g} um", f"up to {LITHIUM.triton_range * 1e6:g} um, a triton's range"
            raise InvalidInput("resolution", got, most)
        if self.range is not None and self.range > _FARTHEST:
            raise InvalidInput("range", f"{self.range * 1e6:g} um", f"up to {_FARTHEST * 1e6:g} um")
        for name in ("lithium_6", "detected"):
            if getattr(self, name) > 1.0:
                raise InvalidInput(name, getattr(self, name), "a share, up to 1")
        if self.side not in _SIDES:
            raise InvalidInput("side", self.side, ", ".join(_SIDES))

    @property
    def declaration(self) -> Declaration:
        """What it can and cannot see."""
        contrast = {
            "void": Contrast("weak", "takes no energy: what lies behind only seems less deep, averaged over the area"),
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
            resolution=Stated(max(self.resolution, self.bin), "S", "hatzell2020", "in depth only"),
            field_of_view=Stated(5e-3, "U", "", "one profile of the whole spot"),
            frame_time=Stated(self.frame_time, "U", "", "minutes, set by the flux"),
            depth=Stated(
                self.range or LITHIUM.triton_range,
                "S*" if self.range is None else "U",
                "ziegler2010" if self.range is None else "",
                "range of the triton in lithium; 27 to 57 um in electrolytes" if self.range is None else "a setting",
            ),
            environment="thin cell with a thin collector towards the detector, in vacuum; operando at a reactor",
            contrast=contrast,
            through="charged particles",
            facts=(
                Stated(None, "S", "hatzell2020", "depth resolution of micrometres, near the surface"),
                Stated(50e-9, "S", "westover2025", "50 nm to 1 um by simulation of thin films of LiPON on lithium"),
                Stated(30e-9, "S", "westover2025", "an interphase thinner than this was not found"),
            ),
        )

    def rate(self, concentration: Floats | float, area: float) -> Floats:
        """Counts per second in a bin of that lithium concentration (mol/m3) over an area (m2)."""
        nuclei = self.lithium_6 * _AVOGADRO * np.asarray(concentration) * self.bin * area
        return np.asarray(self.flux * _CROSS_SECTION * self.detected * nuclei + self.background)

    def observe(self, solution: Solution, area: float | None = None, fields: xr.Dataset | None = None) -> Frames:
        """Profile a simulated cell; counts over (time, depth). Depths below 0 hold what the blur takes out there."""
        held = needs_fields(fields, "a depth profile of lithium")
        if "lithium_thickness" not in solution:
            raise NotResolved("a depth profile: lithium_thickness, which covers the interface, is not in this solution")
        surface = cell_area(solution) if area is None else area
        edge, saved = float(held.attrs["voxel_size"]), np.asarray(held["time"].values, dtype=float)
        shots = exposures(saved, self.frame_time)
        share = weights(saved, shots)
        used = np.flatnonzero(share.any(axis=0))
        profiles = self._profiles(held, solution, used.tolist(), edge)
        before = math.ceil(3.0 * self.resolution / self.bin)  # bins
        padded = math.ceil(before * self.bin / edge)  # voxels
        length = (profiles.shape[1] + padded) * edge
        rest = math.ceil((math.ceil(length / self.bin - 1e-9) * self.bin - length) / edge - 1e-9)  # fills the last bin
        exact = np.pad(share[:, used] @ profiles, ((0, 0), (padded, padded + max(rest, 0))))
        spread = blur(exact, [0.0, self.resolution], [1.0, edge], [False, False])
        means = rebin(spread, 1, edge, self.bin, "bin", padded * edge - before * self.bin)
        depth = (np.arange(means.shape[1]) - before + 0.5) * self.bin
        expected = self.rate(means, surface) * self.frame_time
        counts = counted(expected, np.random.default_rng(self.seed), "flux") if self.counting else expected
        data = frames_dataset("counts", ("depth",), counts, shots, {"depth": (depth, self.bin, "m")}, "1", "Counts")
        data["counts"].attrs["counts_per_concentration"] = (
            float(self.rate(1.0, surface) - self.background) * self.frame_time
        )
        place = _SIDES.index(self.side)
        return recorded(self, solution, data, "counts", self.seed, self._warnings(solution, place))

    def _profiles(self, fields: xr.Dataset, solution: Solution, used: list[int], edge: float) -> Floats:
        """mol/m3, (states, n). Lithium whose triton gets out, by depth in matter, at every saved time that is used."""
        tables: list[dict[str, float]] = []
        rows = []
        for k in used:
            gap = fields["void_height"].isel(time=k).values if "void_height" in fields else np.zeros(1)
            reach = (self.range or LITHIUM.triton_range) + edge + float(np.max(np.nan_to_num(gap)))
            truth = scene(fields, k, solution, reach)
            if not tables:
                given = concentrations(truth, solution, self.lithium_concentration)
                tables = [given, {name: 1.0 / self._range(name, solution) for name in given}]
            outward = slice(None, None, -1 if self.side == "counter" else 1)
            matter, lithium, stopping = (_sum(truth, table)[outward] for table in (dict.fromkeys(given, 1.0), *tables))
            amount, lost = by_matter_above(matter, lithium, stopping)
            before = (np.cumsum(lost) - lost) * edge
            out = np.divide(1.0 - before, lost * edge, out=np.full_like(lost, np.inf), where=lost > 0.0)
            rows.append(amount * np.clip(out, 0.0, 1.0) * (out > 1e-9))  # the last voxel may be one of rounding
        longest = max(1, *(int(np.flatnonzero(row)[-1]) + 1 if row.any() else 1 for row in rows))
        return np.stack([np.pad(row, (0, max(0, longest - len(row))))[:longest] for row in rows])

    def _range(self, phase: str, solution: Solution) -> float:
        """m. Of the triton in a phase."""
        if self.range is not None:
            return self.range
        return (LITHIUM if phase == "lithium" else substance_of(phase, solution, "range")).triton_range

    def _warnings(self, solution: Solution, place: int) -> tuple[str, ...]:
        found = ["flux and share detected are orders of magnitude from memory (mark U)"]
        thickness = np.asarray(solution["lithium_thickness"].values, dtype=float)[:, place]
        thick = float(np.min(thickness, initial=np.inf, where=np.isfinite(thickness)))
        reach = self.range or LITHIUM.triton_range
        if reach < thick < np.inf:
            words = f"the interface lies under {thick * 1e6:.3g} um of lithium, deeper than the range of"
            found.append(f"{words} {reach * 1e6:g} um: only the electrode is seen")
        return tuple(found)


def _sum(truth: Scene, table: Mapping[str, float]) -> Floats:
    """Shares of lithium and of every solid, each times its number in the table."""
    total = table["lithium"] * (truth.metal + truth.plated)
    for phase, share in truth.solids.items():
        total = total + table[phase] * share
    return np.asarray(total)
