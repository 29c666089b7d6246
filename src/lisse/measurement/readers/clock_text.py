"""Times and dates written as text: ``00:12:30.5``, ``1d 02:00:00``, ``2022-05-18 16:27:52``."""

from __future__ import annotations

import re

import numpy as np

__all__ = ["seconds_of", "unix_time_of"]

_LENGTH = re.compile(
    r"(?:(?P<days>\d+)\s*(?:d|days?)?\s*[-, .]?\s*)??"
    r"(?P<hours>\d+):(?P<minutes>\d{1,2})(?::(?P<seconds>\d{1,2}(?:[.,]\d*)?))?"
)


def seconds_of(values: np.ndarray) -> np.ndarray | None:
    """Lengths of time in seconds; ``None`` when any entry that is not empty is no length of time.

    Parameters
    ----------
    values : (n,) array of str
        ``hours:minutes:seconds`` with or without days in front.
    """
    import pandas as pd

    first = next((str(entry).strip() for entry in values if entry.strip()), "")
    if not _LENGTH.fullmatch(first):
        return None
    text = pd.Series(values, dtype=object).str.strip()
    plain = first.count(":") == 2 and first.replace(":", "").replace(".", "").isdigit()
    if plain:
        found = pd.to_timedelta(text.where(text != "", None), errors="coerce")
        seconds = np.asarray(found.dt.total_seconds().to_numpy(), dtype=float)
    else:
        seconds = np.full(len(text), np.nan)
    for index in np.flatnonzero(np.isnan(seconds)):
        if not text[index]:
            continue
        match = _LENGTH.fullmatch(text[index])
        if match is None:
            return None
        part = {key: float((value or "0").replace(",", ".")) for key, value in match.groupdict().items()}
        seconds[index] = ((part["days"] * 24 + part["hours"]) * 60 + part["minutes"]) * 60 + part["seconds"]
    return seconds


def unix_time_of(values: np.ndarray, clock: np.ndarray | None = None) -> np.ndarray | None:
    """Dates as seconds since 1970 on the instrument's own clock (its time zone is not known); ``None`` for no dates.

    Parameters
    ----------
    values : (n,) array of str
    clock : (n,) array, s, optional
        The test time: of ``01/08`` and ``08/01`` the reading is chosen that has passed as much time.
    """
    import pandas as pd

    first = next((str(entry).strip() for entry in values if entry.strip()), "")
    if not re.match(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}[ T]", first):
        return None
    text = pd.Series(values, dtype=object).str.strip()
    best, least = None, np.inf
    for day_first in (False, True):
        dates = pd.to_datetime(
            text.where(text != "", None), errors="coerce", dayfirst=day_first, format=_form(first, day_first)
        )
        if dates.isna().sum() > (text == "").sum():
            continue
        stamps = dates.to_numpy(dtype="datetime64[us]")
        seconds = np.where(np.isnat(stamps), np.nan, stamps.astype(np.int64) / 1e6)
        passed = np.nanmax(seconds) - np.nanmin(seconds)
        miss = abs(passed - (np.nanmax(clock) - np.nanmin(clock))) if clock is not None else 0.0
        if miss < least:
            best, least = seconds, miss
    return best


def _form(first: str, day_first: bool) -> str:
    """The form of a date in the words of strptime."""
    separator = next(letter for letter in first if not letter.isdigit())
    year_first = len(first.split(separator)[0]) == 4
    order = ["%Y", "%m", "%d"] if year_first else ["%d", "%m", "%Y"] if day_first else ["%m", "%d", "%Y"]
    middle = "T" if "T" in first else " "
    fraction = ".%f" if re.search(r":\d+\.\d+", first) else ""
    last = " %p" if re.search(r"[AP]M$", first, re.IGNORECASE) else ""
    seconds = ":%S" if first.count(":") == 2 else ""
    return separator.join(order) + middle + ("%I" if last else "%H") + ":%M" + seconds + fraction + last
