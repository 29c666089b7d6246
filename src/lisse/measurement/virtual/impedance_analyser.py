"""A virtual impedance analyser: spectra of a simulated cell with wiring, noise and limits of frequency.

The reading is Z + i w L of the leads, times 1 + e. The real and the imaginary part of e are white and Gaussian with

    s^2 = accuracy^2 + (voltage_noise / amplitude)^2

A larger amplitude lowers the noise, but is small only against R T / F (25.7 mV at 25 C).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from lisse.errors import InvalidInput, NotResolved
from lisse.measurement.columns import CURRENT, TIME, VOLTAGE, bdf_dataset
from lisse.measurement.virtual.cycler import cell_area, no_place
from lisse.measurement.virtual.declaration import Contrast, Declaration, Instrument, Stated, check_settings, settings_of
from lisse.measurement.virtual.imaging import origin
from lisse.records import Measurement, Solution, Spectrum
from lisse.units import FARADAY, GAS_CONSTANT

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["ImpedanceAnalyser"]


@dataclass(frozen=True)
class ImpedanceAnalyser(Instrument):
    """Settings of an impedance analyser.

    Attributes
    ----------
    amplitude : float, V
        Of the sine put on the cell.
    accuracy : float, 1
        Relative standard deviation of a reading at large amplitude.
    voltage_noise : float, V
        That is measured together with the response.
    frequency_low, frequency_high : float, Hz
        Readings outside are not taken.
    inductance : float, H
        Of the leads.
    seed : int
    """

    amplitude: float = 0.01
    accuracy: float = 0.002
    voltage_noise: float = 1e-5
    frequency_low: float = 1e-3
    frequency_high: float = 1e6
    inductance: float = 0.0
    seed: int = 0

    key: ClassVar[str] = "impedance"
    UNITS: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"amplitude": "V", "accuracy": "1", "voltage_noise": "V", "frequency_low": "Hz", "frequency_high": "Hz",
         "inductance": "H"}
    )  # fmt: skip

    def __post_init__(self) -> None:
        """Check the settings."""
        check_settings(
            self, ("amplitude", "frequency_low", "frequency_high"), ("accuracy", "voltage_noise", "inductance")
        )
        if self.frequency_low >= self.frequency_high:
            raise InvalidInput("frequency_low", self.frequency_low, f"below frequency_high, {self.frequency_high:g} Hz")

    @property
    def noise(self) -> float:
        """1. Relative standard deviation of either part of a reading."""
        return math.hypot(self.accuracy, self.voltage_noise / self.amplitude)

    @property
    def declaration(self) -> Declaration:
        """What an impedance analyser can and cannot see."""
        contrast = no_place("changes an arc of the spectrum; where it sits is not told")
        contrast["interphase"] = Contrast("weak", "an arc of its own where it is resistive; no place, no shape")
        contrast["grain-boundary"] = Contrast("weak", "their sum has an arc; none is seen alone")
        return Declaration(
            key=self.key,
            name="impedance analyser",
            resolution=Stated(None, "L", "", "records no place"),
            field_of_view=Stated(None, "L", "", "the whole cell"),
            frame_time=Stated(60.0 + 5.0 / self.frequency_low, "U", "", "some periods of the lowest frequency"),
            depth=Stated(None, "L", "", "the whole cell"),
            environment="any cell that holds still during the spectrum, usually at rest",
            contrast=contrast,
            through="nothing",
            facts=(Stated(None, "U", "", "the highest frequencies of a real spectrum are often those of the leads"),),
        )

    def observe(self, solution: Solution, area: float | None = None, fields: xr.Dataset | None = None) -> Measurement:
        """Record the spectra of a simulated cell; its data hold voltage and current at each of them."""
        if "impedance_real" not in solution:
            raise NotResolved(
                "impedance: this solution has no spectra. The lumped model takes them at the end of rests that ask for "
                "one: frequency_from and frequency_to in a step with current_density = 0, or the protocol eis"
            )
        surface = cell_area(solution) if area is None else area
        random = np.random.default_rng(self.seed)
        times = np.asarray(solution["spectrum_time"].values, dtype=float)
        spectra = tuple(self._spectrum(solution, k, float(t), surface, random) for k, t in enumerate(times))
        trace = np.asarray(solution["time"].values, dtype=float)
        last = np.searchsorted(trace, times, side="right") - 1
        before = np.array([self._before_switch(trace, int(k)) for k in last])
        columns = {
            TIME: times,
            VOLTAGE: np.asarray(solution["voltage"].values, dtype=float)[before],
            CURRENT: np.asarray(solution["current_density"].values, dtype=float)[before] * surface,
        }
        return Measurement(
            data=bdf_dataset(columns),
            inputs={
                "instrument": settings_of(self),
                "declaration": self.declaration.to_dict(),
                **origin(solution),
                "area": surface,
            },
            status=solution.status,
            status_text=solution.status_text,
            warnings=self._warnings(solution),
            seed=self.seed,
            version=solution.version,
            instrument="virtual impedance analyser",
            area=surface,
            spectra=spectra,
        )

    def _spectrum(self, solution: Solution, k: int, time: float, area: float, random: np.random.Generator) -> Spectrum:
        """One spectrum in ohm, in the order of the solution."""
        frequency = np.asarray(solution["frequency"].values, dtype=float)
        real = np.asarray(solution["impedance_real"].values, dtype=float)[k]
        imaginary = np.asarray(solution["impedance_imaginary"].values, dtype=float)[k]
        inside = (frequency >= self.frequency_low * (1 - 1e-9)) & (frequency <= self.frequency_high * (1 + 1e-9))
        kept = inside & np.isfinite(real) & np.isfinite(imaginary)
        if not kept.any():
            own = f"{frequency.min():g} to {frequency.max():g} Hz"
            limits = f"{self.frequency_low:g} to {self.frequency_high:g} Hz"
            raise InvalidInput("frequency_low and frequency_high", limits, f"some of {own}, as in the solution")
        true = (real + 1j * imaginary)[kept] / area + 2j * np.pi * frequency[kept] * self.inductance
        error = random.normal(size=(2, true.size)) * self.noise
        return Spectrum(time, frequency[kept], true * (1.0 + error[0] + 1j * error[1]))

    def _before_switch(self, trace: np.ndarray, k: int) -> int:
        """The first record at the time of record k: still the step that asked for the spectrum."""
        return int(np.searchsorted(trace, trace[k], side="left"))

    def _warnings(self, solution: Solution) -> tuple[str, ...]:
        found = []
        temperature = float(solution["temperature"].values[0]) if "temperature" in solution else 298.15
        thermal = GAS_CONSTANT * temperature / FARADAY
        if self.amplitude > thermal:
            words = f"{self.amplitude * 1e3:g} mV is above R T / F = {thermal * 1e3:.3g} mV"
            found.append(f"amplitude: {words}: a real cell would answer with harmonics, which are left out")
        frequency = np.asarray(solution["frequency"].values, dtype=float)
        out = np.count_nonzero((frequency < self.frequency_low) | (frequency > self.frequency_high))
        if out:
            limits = f"{self.frequency_low:g} to {self.frequency_high:g} Hz"
            found.append(f"{out} of {frequency.size} frequencies of the solution are outside of {limits} and not taken")
        return tuple(found)
