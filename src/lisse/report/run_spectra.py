"""Impedance spectra that steps of a protocol ask for: their resistances at both ends, and all of them in one plot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from lisse.records import Solution
from lisse.report.figures import Panel, small_panel
from lisse.report.nyquist_figure import chosen_spectra, draw_nyquist, hertz, shade
from lisse.report.run_traces import shown
from lisse.report.words import duration
from lisse.units import format_quantity

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["only_spectra", "spectra_panel", "spectra_rows", "spectra_table"]


def only_spectra(solution: Solution) -> bool:
    """Whether a run has spectra and passed no current, so that they are all there is to see."""
    if not {"impedance_real", "current_density"} <= set(map(str, solution.data.variables)):
        return False
    return not np.nan_to_num(np.asarray(solution["current_density"].values, dtype=float)).any()


def spectra_rows(solution: Solution) -> list[dict[str, Any]]:
    """Each spectrum in SI: when and in which condition, and its real part at its highest and lowest frequency.

    ``passed_charge`` (C/m2) counts both directions; ``None`` for what was not recorded. Empty without a spectrum.
    """
    if "impedance_real" not in solution:
        return []
    frequency = np.asarray(solution["frequency"].values, dtype=float)
    time = np.asarray(solution["time"].values, dtype=float)
    traces = {name: _trace(solution, name) for name in ("temperature", "stack_pressure", "charge")}
    if traces["charge"] is not None:
        traces["charge"] = np.cumsum(np.abs(np.diff(traces["charge"], prepend=traces["charge"][0])))
    rows = []
    for taken, real in zip(solution["spectrum_time"].values, solution["impedance_real"].values, strict=True):
        known = np.flatnonzero(np.isfinite(real))
        high, low = known[np.argmax(frequency[known])], known[np.argmin(frequency[known])]
        record = min(int(np.searchsorted(time, taken)), time.size - 1)  # before the next step sets anything else
        rows.append(
            {
                "time": float(taken),
                **{
                    "passed_charge" if name == "charge" else name: None if values is None else float(values[record])
                    for name, values in traces.items()
                },
                "high_frequency": float(frequency[high]),
                "high_frequency_resistance": float(real[high]),
                "low_frequency": float(frequency[low]),
                "low_frequency_resistance": float(real[low]),
            }
        )
    return rows


def _trace(solution: Solution, name: str) -> np.ndarray | None:
    return np.asarray(solution[name].values, dtype=float) if name in solution else None


def spectra_table(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Rows of `spectra_rows` as they are printed, with the condition of all in ``note``; ``None`` without any."""
    if not rows:
        return None
    names = {"temperature": "temperature", "stack_pressure": "stack_pressure", "passed_charge": "charge"}
    words = {"temperature": "Temperature", "stack_pressure": "Stack pressure", "passed_charge": "Passed charge"}
    alike = {name for name in names if len({row[name] for row in rows}) == 1}
    varying = [name for name in names if name not in alike]
    ends = {(row["high_frequency"], row["low_frequency"]) for row in rows}
    high, low = (f" ({hertz(f)})" for f in next(iter(ends))) if len(ends) == 1 else ("", "")
    shared = [name for name in ("temperature", "stack_pressure") if name in alike and rows[0][name] is not None]
    said = " and ".join(format_quantity(names[name], rows[0][name]) for name in shared)
    return {
        "head": ["After", *(words[name] for name in varying), f"High{high}", f"Low{low}", "Difference"],
        "rows": [
            [
                duration(row["time"]),
                *(format_quantity(names[name], row[name]) for name in varying),
                *(_ohm(row[end]) for end in ("high_frequency_resistance", "low_frequency_resistance")),
                _ohm(row["low_frequency_resistance"] - row["high_frequency_resistance"]),
            ]
            for row in rows
        ],
        "note": f"{'At' if len(rows) == 1 else 'All at'} {said}." if said else "",
    }


def _ohm(value: float) -> str:
    return format_quantity("impedance_real", value, 4).partition(" ")[0]


def spectra_panel(solution: Solution) -> Panel | None:
    """All spectra of a run, at most eight of them, in one Nyquist plot; ``None`` without any."""
    if "impedance_real" not in solution:
        return None
    frequency = shown(solution, "frequency")
    impedance = shown(solution, "impedance_real") + 1j * shown(solution, "impedance_imaginary")
    times = np.asarray(solution["spectrum_time"].values, dtype=float)
    chosen = chosen_spectra(len(times))

    def draw(axes: Axes) -> None:
        draw_nyquist(axes, [(frequency, impedance[number]) for number in chosen], "Ω cm²")

    several = len(times) > 1
    count = f"{len(times)} spectra" if several else f"One spectrum, after {duration(float(times[0]))}"
    count += f", of which {len(chosen)} are drawn" if len(times) > len(chosen) else ""
    caption = f"{count}; both axes have one scale. Larger dots mark decades of frequency."
    ends = ((0, "first, after"), (len(chosen) - 1, "last, after"))
    key = tuple(
        (shade(place, len(chosen)), f"{words} {duration(float(times[chosen[place]]))}") for place, words in ends
    )
    return small_panel(
        "Impedance", caption, "nyquist", draw, f"{len(chosen)} impedance spectra", key=key if several else ()
    )
