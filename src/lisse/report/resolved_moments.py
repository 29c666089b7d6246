"""The telling moments of a resolved run, and the numbers that the report gives for each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lisse.fields import crack_history, largest_principal_stress

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Moment", "fields_summary", "moments"]

_MOST = 4


@dataclass(frozen=True)
class Moment:
    """One saved time to show.

    Attributes
    ----------
    index : int
        Of the saved times.
    time : float, s
    words : str
        What is special about it.
    """

    index: int
    time: float
    words: str


def moments(
    fields: xr.Dataset, history: Mapping[str, np.ndarray] | None = None, failure: float | None = None
) -> tuple[Moment, ...]:
    """Start, first new crack, failure and end; halves of the longest span between them where there are fewer.

    Parameters
    ----------
    fields : xarray.Dataset. From `lisse.load_fields`.
    history : mapping or None. From `lisse.fields.crack_history`; ``None`` where damage was not saved.
    failure : float or None, s. When the cell failed.
    """
    time = np.asarray(fields["time"].values, dtype=float)
    last = len(time) - 1
    chosen: dict[int, list[str]] = {}
    if history is not None and (history["size"] > history["size"][0]).any():
        chosen.setdefault(int(np.argmax(history["size"] > history["size"][0])), []).append("first new crack")
    if failure is not None and time[0] <= failure:
        chosen.setdefault(int(np.searchsorted(time, failure * (1 + 1e-9), side="right")) - 1, []).append("failure")
    chosen.setdefault(0, []).insert(0, "start")
    chosen.setdefault(last, []).append("end" if last else "")
    while len(chosen) < min(_MOST, last + 1):
        chosen[_halfway(sorted(chosen))] = []
    events = [str(word) for word in fields["event"].values]
    found = []
    for index in sorted(chosen):
        told = [word for word in events[index].split("; ") if word]
        ours = [word for word in chosen[index] if not any(word.removeprefix("first new ") in other for other in told)]
        words = dict.fromkeys([*ours, *told])
        found.append(Moment(index, float(time[index]), ", ".join(word for word in words if word)))
    return tuple(found)


def fields_summary(fields: xr.Dataset, failure: float | None = None) -> dict[str, Any]:
    """The numbers of the section for ``summary.json``: SI, ``None`` where there is none.

    Parameters
    ----------
    fields : xarray.Dataset. From `lisse.load_fields`.
    failure : float or None, s
    """
    history = crack_history(fields) if "damage" in fields else None
    shown = moments(fields, history, failure)
    time = np.asarray(fields["time"].values, dtype=float)
    return {
        "saved_times": int(time.size),
        "first_time": float(time[0]),
        "last_time": float(time[-1]),
        "shape": [int(fields.sizes[axis]) for axis in "xyz" if axis in fields.sizes],
        "voxel_size": float(fields.attrs["voxel_size"]),
        "moments": [_numbers(fields, history, moment) for moment in shown],
    }


def _halfway(taken: list[int]) -> int:
    """A saved time in the middle of the longest span between those taken."""
    spans = [(high - low, low) for low, high in zip(taken, taken[1:], strict=False)]
    width, low = max(spans, key=lambda span: (span[0], -span[1]))
    return low + width // 2


def _numbers(fields: xr.Dataset, history: Mapping[str, np.ndarray] | None, moment: Moment) -> dict[str, Any]:
    frame = fields.isel(time=moment.index)
    found: dict[str, Any] = {"index": moment.index, "time": moment.time, "words": moment.words}
    if history is not None:
        two = fields["phase"].ndim == 3
        names = {"size": "crack_length" if two else "crack_area", "on_boundaries": "share_on_boundaries"}
        names |= {"working_depth": "crack_depth_working", "counter_depth": "crack_depth_counter"}
        found |= {name: _plain(history[key][moment.index]) for key, name in names.items()}
    if "plating_pressure" in frame:
        found["largest_plating_pressure"] = _extreme(frame["plating_pressure"].values)
    if "stress" in frame:
        found["largest_principal_stress"] = _extreme(largest_principal_stress(frame["stress"].values))
    for side, name in enumerate(("working", "counter")):
        if "local_current_density" in frame:
            local = np.abs(frame["local_current_density"].values[side])
            found[f"largest_local_current_density_{name}"] = _extreme(local)
        if "contact_fraction" in frame:
            found[f"mean_contact_fraction_{name}"] = _mean(frame["contact_fraction"].values[side])
        if "void_height" in frame:
            found[f"mean_void_height_{name}"] = _mean(frame["void_height"].values[side])
    return found


def _extreme(values: np.ndarray) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.max()) if known.size else None


def _mean(values: np.ndarray) -> float | None:
    return _plain(np.mean(values))


def _plain(value: Any) -> float | None:
    number = float(value)
    return number if np.isfinite(number) else None
