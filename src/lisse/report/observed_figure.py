"""The picture of what a virtual instrument recorded: readings against time, spectra, frames side by side, profiles."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lisse.files import write_atomically
from lisse.measurement.virtual import Frames
from lisse.records import Measurement
from lisse.report.field_units import field_unit, time_unit
from lisse.units import duration

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["write_observed_figure"]

_MOST_FRAMES = 4
_PICTURE_UNITS = {"1": (1.0, ""), "1/m": (1e-2, "cm$^{-1}$"), "mol/m3": (1e-3, "mol L$^{-1}$")}
"""Factor and name of the unit that the field draws a picture in."""
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")


def write_observed_figure(path: str | os.PathLike[str], made: Measurement | Frames) -> Path:
    """Draw a record of a virtual instrument to a PNG file; returns the path."""
    if isinstance(made, Measurement):
        figure = _spectra(made) if made.spectra else _readings(made)
    elif made.signal == "lithium":
        figure = _spectral_images(made)
    elif len(made.places) == 2 or len(made.places) == 3:
        figure = _pictures(made)
    else:
        figure = _profiles(made)

    def draw(temporary: Path) -> None:
        figure.savefig(temporary, format="png", dpi=150)

    return write_atomically(path, draw)


def _new(width: float, height: float, **more: Any) -> tuple[Figure, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(**more)


def _title(figure: Figure, made: Measurement | Frames) -> None:
    figure.suptitle(made.instrument[:1].upper() + made.instrument[1:], fontsize=10)


def _readings(made: Measurement) -> Figure:
    names = [str(name) for name in made.data.data_vars if name != "Test Time / s" and made.data[name].dtype.kind == "f"]
    time = np.asarray(made.data["Test Time / s"].values, dtype=float)
    length, unit = time_unit(float(np.max(np.abs(time), initial=0.0)))
    figure, axes = _new(7.0, 1.0 + 1.6 * len(names), nrows=len(names), sharex=True, squeeze=False)
    for name, each, colour in zip(names, axes[:, 0], _COLOURS * 3, strict=False):
        values, words = _in_field_units(name, np.asarray(made.data[name].values, dtype=float))
        each.plot(time / length, values, color=colour, linewidth=1.0)
        each.set_ylabel(words.replace(" / ", "\n/ "))
    axes[-1, 0].set_xlabel(f"Time / {unit}")
    _title(figure, made)
    return figure


def _in_field_units(name: str, values: np.ndarray) -> tuple[np.ndarray, str]:
    """Numbers and name of a column in the units of the field; a voltage from 1 V on stays in V."""
    quantity, _, unit = name.rpartition(" / ")
    if unit == "V" and float(np.max(np.abs(values), initial=0.0, where=np.isfinite(values))) >= 1.0:
        return values, name
    if unit == "K":
        return values - 273.15, f"{quantity} / degC"
    factor, shown = field_unit(unit)
    return values * factor, f"{quantity} / {shown}" if quantity else name


def _spectra(made: Measurement) -> Figure:
    figure, axes = _new(5.5, 4.5)
    from matplotlib import colormaps

    for k, spectrum in enumerate(made.spectra):
        colour = colormaps["viridis"](k / max(1, len(made.spectra) - 1) * 0.9)
        label = f"{spectrum.time / 3600:.3g} h" if len(made.spectra) <= 8 else None
        axes.plot(spectrum.impedance.real, -spectrum.impedance.imag, "o-", ms=3, lw=0.8, color=colour, label=label)
    axes.set_aspect("equal", "datalim")
    axes.set_xlabel("Real part / ohm")
    axes.set_ylabel("- imaginary part / ohm")
    if len(made.spectra) <= 8:
        axes.legend(frameon=False, fontsize=8)
    _title(figure, made)
    return figure


def _chosen(made: Frames) -> list[int]:
    count = made.picture.sizes["time"]
    return sorted({round(k) for k in np.linspace(0, count - 1, min(_MOST_FRAMES, count))})


def _pictures(made: Frames) -> Figure:
    """Up to four frames; of a volume the plane in the middle along z."""
    places, chosen = made.places, _chosen(made)
    scale, shown = _PICTURE_UNITS[made.picture.attrs["units"]]
    values = np.asarray(made.picture.values, dtype=float)[chosen] * scale
    if len(places) == 3:
        values = values[..., values.shape[-1] // 2]
    ends = [_edges(made, name) for name in places[:2]]
    low, high = np.percentile(values, [0.5, 99.5])
    ratio = (ends[0][1] - ends[0][0]) / (ends[1][1] - ends[1][0])
    figure, axes = _new(
        2.1 + 2.6 * len(chosen), 1.2 + 2.4 * min(max(ratio, 0.4), 2.0), ncols=len(chosen), squeeze=False
    )
    drawn = []
    for k, picture, each in zip(chosen, values, axes[0], strict=True):
        extent = (*ends[1], ends[0][1], ends[0][0])
        drawn.append(each.imshow(picture, cmap="gray", vmin=low, vmax=high, extent=extent, interpolation="nearest"))
        each.set_title(duration(float(made.data["time"][k])), fontsize=9)
        each.set_xlabel(f"{places[1]} / um")
    axes[0, 0].set_ylabel(f"{places[0]} / um")
    for each in axes[0, 1:]:
        each.tick_params(labelleft=False)
    unit = f" / {shown}" if shown else ""
    figure.colorbar(drawn[0], ax=axes[0].tolist(), label=f"{made.picture.attrs['long_name']}{unit}", fraction=0.04)
    _title(figure, made)
    return figure


def _edges(made: Frames, name: str) -> tuple[float, float]:
    """um. From the first edge to the last along an axis."""
    half = 0.5 * float(made.data[name].attrs["edge"])
    centres = made.data[name].values
    return float(centres[0] - half) * 1e6, float(centres[-1] + half) * 1e6


def _profiles(made: Frames) -> Figure:
    from matplotlib import colormaps

    figure, axes = _new(6.5, 4.0)
    (dim,) = (str(dim) for dim in made.picture.dims if dim != "time")
    chosen = _chosen(made)
    for rank, k in enumerate(chosen):
        colour = colormaps["viridis"](rank / max(1, len(chosen) - 1) * 0.9)
        label = duration(float(made.data["time"][k]))
        axes.step(made.data[dim].values * 1e6, made.picture.values[k], where="mid", color=colour, lw=1.1, label=label)
    axes.set_xlabel(f"{made.data[dim].attrs['long_name']} / um")
    axes.set_ylabel(made.picture.attrs["long_name"])
    axes.set_ylim(bottom=0.0)
    axes.legend(frameon=False, fontsize=8)
    _title(figure, made)
    return figure


def _spectral_images(made: Frames) -> Figure:
    """First and last frame over place and shift, and the mean spectrum of all places; a single frame once."""
    frames = sorted({0, made.picture.sizes["time"] - 1})
    figure, axes = _new(4.0 + 3.0 * len(frames), 3.4, ncols=len(frames) + 1)
    shift, x = made.data["shift"].values, made.data["x"].values * 1e6
    scale, unit_shown = _PICTURE_UNITS[made.picture.attrs["units"]]
    values = np.asarray(made.picture.values, dtype=float) * scale
    high = float(np.percentile(values, 99.8))
    pairs: list[tuple[int, Axes]] = list(zip(frames, axes, strict=False))
    for k, each in pairs:
        extent = (shift[0], shift[-1], x[-1], x[0])
        drawn = each.imshow(
            values[k], aspect="auto", extent=extent, cmap="viridis", vmin=0.0, vmax=high, interpolation="nearest"
        )
        each.set_title(duration(float(made.data["time"][k])), fontsize=9)
        each.set_xlabel("Chemical shift / ppm")
        each.invert_xaxis()
        axes[-1].plot(shift, values[k].mean(axis=0), lw=1.0, color=_COLOURS[k > 0], label="last" if k else "first")
    figure.colorbar(drawn, ax=axes[len(frames) - 1], label=f"Lithium in a channel / {unit_shown}")
    axes[0].set_ylabel("x / um")
    axes[-1].set_xlabel("Chemical shift / ppm")
    axes[-1].set_ylabel(f"Mean over x / {unit_shown}")
    axes[-1].invert_xaxis()
    if len(frames) > 1:
        axes[-1].legend(frameon=False, fontsize=8)
    _title(figure, made)
    return figure
