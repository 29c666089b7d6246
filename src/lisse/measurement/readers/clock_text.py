"""Times and dates written as text: ``00:12:30.5``, ``1d 02:00:00``, ``2022-05-18 16:27:52``."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass

import numpy as np

__all__ = ["Dates", "dates_of", "odd_length", "seconds_of"]

_LENGTH = re.compile(
    r"(?:(?P<days>\d+)\s*(?:d|days?)?\s*[-, .]?\s*)??"
    r"(?P<hours>\d+):(?P<minutes>\d{1,2})(?::(?P<seconds>\d{1,2}(?:[.,]\d*)?))?",
    re.IGNORECASE,
)
_DATE = re.compile(r"\d{1,4}([-/.])(\d{1,2}|[A-Za-z]{3})\1\d{1,4}[ T]")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}[ T]\d{2}:")
_TIME_OF_DAY = re.compile(r"[ T]\d{1,2}:\d{2}(:\d{2})?(\.\d+)?( ?[AP]M)?", re.IGNORECASE)


def seconds_of(values: np.ndarray) -> np.ndarray | None:
    """Lengths of time in seconds; ``None`` when any entry that is not empty is no length of time.

    Parameters
    ----------
    values : (n,) array of str
        ``hours:minutes:seconds`` with or without days in front; an empty entry gives not-a-number.
    """
    first = next((str(entry).strip() for entry in values if entry.strip()), "")
    if not _LENGTH.fullmatch(first):
        return None
    text = [entry.strip() for entry in values.tolist()]
    plain = _plain_lengths(text)
    if plain is not None:
        return plain
    seconds = np.full(len(text), np.nan)
    for index in range(len(text)):
        if not text[index]:
            continue
        match = _LENGTH.fullmatch(text[index])
        if match is None:
            return None
        part = {key: float((value or "0").replace(",", ".")) for key, value in match.groupdict().items()}
        seconds[index] = ((part["days"] * 24 + part["hours"]) * 60 + part["minutes"]) * 60 + part["seconds"]
    return seconds


def _plain_lengths(text: list[str]) -> np.ndarray | None:
    """Seconds where every entry is ``hours:minutes:seconds``, fast; ``None`` where one is not."""
    import pandas as pd

    lines = "\n".join(text)
    if not set(lines) <= set("0123456789:.\n") or any(line.count(":") != 2 for line in text):
        return None
    parts = pd.read_csv(io.StringIO(lines), sep=":", header=None, names=("hours", "minutes", "seconds"))
    hours, minutes, seconds = (parts[name].to_numpy() for name in parts)
    if hours.dtype.kind + minutes.dtype.kind != "ii" or seconds.dtype.kind not in "if":
        return None
    if not ((minutes < 100) & (seconds < 100)).all():
        return None
    return np.asarray((hours * 60.0 + minutes) * 60.0 + seconds)


def odd_length(values: np.ndarray) -> int | None:
    """The first entry that is no length of time, where the first of all is one; ``None`` where it is not."""
    places = [place for place, entry in enumerate(values) if entry.strip() and not _LENGTH.fullmatch(entry.strip())]
    return places[0] if places and any(entry.strip() for entry in values[: places[0]]) else None


@dataclass(frozen=True)
class Dates:
    """Dates of a file.

    Attributes
    ----------
    seconds : (n,) array, s
        Since 1970 on the instrument's own clock, whose time zone is not known; in UTC where the text names a zone.
    reading : str
        How they were read where day and month may as well be exchanged: ``"month/day/year"``; empty otherwise.
    """

    seconds: np.ndarray
    reading: str = ""


def dates_of(values: np.ndarray, clock: np.ndarray | None = None) -> Dates | None:
    """Dates in seconds; ``None`` when any entry that is not empty is no date with a time of day.

    Parameters
    ----------
    values : (n,) array of str
    clock : (n,) array, s, optional
        The test time: of ``01/08`` and ``08/01`` the reading is chosen that has passed as much time; without a clock
        the one that has passed less.
    """
    import pandas as pd

    first = next((str(entry).strip() for entry in values if entry.strip()), "")
    date = _DATE.match(first)
    if not date:
        return None
    text = pd.Series([entry.strip() for entry in values.tolist()], dtype=object)
    length = 0.0 if clock is None or not np.isfinite(clock).any() else float(np.nanmax(clock) - np.nanmin(clock))
    found: list[tuple[float, str, np.ndarray]] = []
    for order, form in _forms(first, date):
        dates = pd.to_datetime(text.where(text != "", None), errors="coerce", format=form, utc=True)
        if dates.isna().sum() > (text == "").sum():
            continue
        stamps = dates.dt.tz_localize(None).to_numpy(dtype="datetime64[us]")
        seconds = np.where(np.isnat(stamps), np.nan, stamps.astype(np.int64) / 1e6)
        found.append((abs(float(np.nanmax(seconds) - np.nanmin(seconds)) - length), order, seconds))
    if not found:
        return None
    miss, order, seconds = min(found, key=lambda one: one[0])
    others = [held for other, _, held in found if abs(other - miss) < 1.0]
    unsure = any(not np.array_equal(held, seconds, equal_nan=True) for held in others)
    return Dates(seconds, order if unsure else "")


def _forms(first: str, date: re.Match[str]) -> list[tuple[str, str]]:
    """The orders of day, month and year that a date may have, each in the words of strptime."""
    if _ISO.match(first):
        return [("year-month-day", "ISO8601")]
    mark = date[1]
    start, middle, end = date[0][:-1].split(mark)
    time = _time_form(first[date.end() - 1 :])
    if len(start) == 4:
        return [("year-month-day", mark.join(("%Y", "%m", "%d")) + time)]
    if middle.isalpha():
        return [("day-month-year", mark.join(("%d", "%b", "%Y" if len(end) == 4 else "%y")) + time)]
    orders = {f"month{mark}day{mark}year": ("%m", "%d", "%Y"), f"day{mark}month{mark}year": ("%d", "%m", "%Y")}
    return [(name, mark.join(order) + time) for name, order in orders.items()]


def _time_form(text: str) -> str:
    """The form of a time of day with the letter in front of it, such as ``" 4:27:52 PM"``."""
    found = _TIME_OF_DAY.fullmatch(text)
    if found is None:
        return " %H:%M:%S"
    seconds, fraction, half = found.groups()
    hour = "%I" if half else "%H"
    return f"{text[0]}{hour}:%M{':%S' if seconds else ''}{'.%f' if fraction else ''}{half[:-2] + '%p' if half else ''}"
