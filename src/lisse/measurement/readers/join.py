"""Several files of one cell, one after the other, as one Measurement on one clock."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from lisse.errors import InvalidInput
from lisse.measurement.columns import TIME, bdf_dataset
from lisse.records import Measurement, Spectrum

__all__ = ["join"]


def join(measurements: Sequence[Measurement]) -> Measurement:
    """Put measurements of one cell one after the other, in the order given.

    A part whose clock starts before the end of the part in front of it is moved to follow it, and a warning says by
    how much. Columns that not all parts have are left out, with a warning; files of different instruments give one too.

    Raises
    ------
    InvalidInput
        For an empty list, one file given twice, or parts that a person gave different areas.
    """
    if not measurements:
        raise InvalidInput("measurements", [], "at least one measurement")
    if len(measurements) == 1:
        return measurements[0]
    _refuse_the_same_file_twice(measurements)
    areas = {part.area for part in measurements if part.area is not None}
    if len(areas) > 1:
        raise InvalidInput("area", sorted(areas), "one area for all files of one cell")
    warnings = [text for part in measurements for text in part.warnings]
    instruments = sorted({part.instrument for part in measurements if part.instrument})
    if len(instruments) > 1:
        warnings.append(
            f"the files come from different instruments ({', '.join(instruments)}): check that they are of one cell "
            "and have one sign of current and voltage"
        )
    shifts = _shifts(measurements, warnings)
    moved = list(zip(measurements, shifts, strict=True))
    recorded = [(part, shift) for part, shift in moved if part.data.sizes.get("record", 0)] or moved[:1]
    labels = [str(name) for name in recorded[0][0].data.variables if all(name in part for part, _ in recorded)]
    left_out = sorted({str(name) for part, _ in recorded for name in part.data.variables} - set(labels))
    if left_out:
        warnings.append(f"columns that not all files have were left out: {', '.join(left_out)}")
    columns = {label: np.concatenate([part[label].values for part, _ in recorded]) for label in labels}
    columns[TIME] = np.concatenate([part[TIME].values + shift for part, shift in recorded])
    spectra = tuple(
        Spectrum(spectrum.time + shift, spectrum.frequency, spectrum.impedance)
        for part, shift in moved
        for spectrum in part.spectra
    )
    return dataclasses.replace(
        measurements[0],
        data=bdf_dataset(columns),
        inputs={"parts": [dict(part.inputs) for part in measurements], "shifts": shifts},
        warnings=tuple(warnings),
        files=tuple(name for part in measurements for name in part.files),
        area=next(iter(areas), None),
        spectra=spectra,
    )


def _refuse_the_same_file_twice(measurements: Sequence[Measurement]) -> None:
    seen: set[Path] = set()
    for name in (name for part in measurements for name in part.files):
        path = Path(name).resolve()
        if path in seen:
            raise InvalidInput("files", name, "each file once", "This file is given twice")
        seen.add(path)


def _shifts(measurements: Sequence[Measurement], warnings: list[str]) -> list[float]:
    """Seconds to add to the clock of each part."""
    shifts: list[float] = []
    end = -np.inf
    for part in measurements:
        times = np.concatenate([part[TIME].values, [spectrum.time for spectrum in part.spectra]])
        times = times[np.isfinite(times)]
        shift = float(end - times.min()) if times.size and times.min() < end else 0.0
        if shift:
            name = ", ".join(part.files) or "a part"
            warnings.append(
                f"{name} starts before the end of the file in front of it and was moved by {shift:.6g} s to follow it"
            )
        shifts.append(shift)
        end = max(end, float(times.max()) + shift) if times.size else end
    return shifts
