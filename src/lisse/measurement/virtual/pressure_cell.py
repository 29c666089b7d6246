"""A virtual pressure cell: the stack pressure as a load cell reads it, with its noise, resolution and full scale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from lisse.errors import NotResolved
from lisse.measurement.columns import PRESSURE, bdf_dataset
from lisse.measurement.virtual.cycler import as_read, no_place, sampled
from lisse.measurement.virtual.declaration import Declaration, Instrument, Stated, check_settings, settings_of
from lisse.measurement.virtual.imaging import origin
from lisse.records import Measurement, Solution

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["PressureCell"]


@dataclass(frozen=True)
class PressureCell(Instrument):
    """Settings of a load cell; pressure is force over the area of the cell.

    Attributes
    ----------
    sampling_interval : float, s
    noise : float, Pa
        Standard deviation of white noise on every reading.
    resolution : float, Pa
        Smallest difference that is recorded; 0 for none.
    full_scale : float, Pa
        Larger pressures read as this.
    seed : int
    """

    sampling_interval: float = 10.0
    noise: float = 2e3
    resolution: float = 1e3
    full_scale: float = 100e6
    seed: int = 0

    key: ClassVar[str] = "pressure"
    UNITS: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"sampling_interval": "s", "noise": "Pa", "resolution": "Pa", "full_scale": "Pa"}
    )

    def __post_init__(self) -> None:
        """Check the settings."""
        check_settings(self, ("sampling_interval", "full_scale"), ("noise", "resolution"))

    @property
    def declaration(self) -> Declaration:
        """What a load cell can and cannot see."""
        return Declaration(
            key=self.key,
            name="pressure cell",
            resolution=Stated(None, "L", "", "records no place"),
            field_of_view=Stated(None, "L", "", "the whole cell"),
            frame_time=Stated(self.sampling_interval, "U", "", "a setting"),
            depth=Stated(None, "L", "", "the whole cell"),
            environment="fixture with a load cell in line with the stack; operando",
            contrast=no_place("changes the volume of the cell, and nothing tells where"),
            through="nothing",
            facts=(
                Stated(
                    None, "L", "koerver2018", "pressure swings with the state of charge in a fixture of constant gap"
                ),
                Stated(1e6, "U", "koerver2018", "swings of 0.1 to 1 MPa per 1 mAh/cm2"),
            ),
        )

    def observe(self, solution: Solution, area: float | None = None, fields: xr.Dataset | None = None) -> Measurement:
        """Record the pressure of a simulated cell."""
        if "stack_pressure" not in solution:
            raise NotResolved(
                "stack_pressure: this solution has none. The lumped and the resolved model give it; a fixture of "
                'constant gap (cell.stack.fixture = "constant-gap") makes it move'
            )
        time = np.asarray(solution["time"].values, dtype=float)
        current = np.asarray(solution["current_density"].values, dtype=float)
        pressure = np.asarray(solution["stack_pressure"].values, dtype=float)
        columns = sampled(time, current, {PRESSURE: pressure}, self.sampling_interval)
        read = as_read(columns[PRESSURE], self.noise, self.resolution, np.random.default_rng(self.seed))
        clipped = int(np.count_nonzero(read > self.full_scale))
        columns[PRESSURE] = np.minimum(read, self.full_scale)
        words = (
            f"{PRESSURE}: {clipped} readings are above the full scale of {self.full_scale / 1e6:g} MPa and read as it"
        )
        return Measurement(
            data=bdf_dataset(columns),
            inputs={"instrument": settings_of(self), "declaration": self.declaration.to_dict(), **origin(solution)},
            status=solution.status,
            status_text=solution.status_text,
            warnings=(words,) if clipped else (),
            references=("koerver2018",),
            seed=self.seed,
            version=solution.version,
            instrument="virtual pressure cell",
        )
