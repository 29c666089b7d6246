"""Finished steps on disk, so that a run that was killed goes on where it stood.

One line of JSON per finished step, written at the end of the file and forced to the disk before the next step begins.
A line that was cut short by a kill is dropped on reading and removed before the next is written. A step is found by
its key, in which structure, potential and settings are hashed: a file of another run answers nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from lisse.errors import InvalidInput

__all__ = ["Checkpoint", "fingerprint"]

Step = dict[str, Any]
_FIRST = {"lisse": "atomistic checkpoint", "version": 1}


def _plain(value: Any) -> Any:
    """Numbers of numpy as numbers of Python, for json."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} cannot be written to a checkpoint")


def fingerprint(*parts: Any) -> str:
    """16 hexadecimal digits that change with anything in `parts` (plain data and arrays)."""
    text = json.dumps(parts, default=_plain, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class Checkpoint:
    """Steps that were finished, by key; kept in memory only when there is no path.

    Parameters
    ----------
    path : path or None. A file, made when missing.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        self.path = None if path is None else Path(path)
        self._steps: dict[str, Step] = {}
        if self.path is not None:
            self._open(self.path)

    def once(self, key: str, step: Callable[[], Mapping[str, Any]]) -> Step:
        """The result of a step: read back when it was finished before, else made now and written.

        What is returned is what a reader would read, also when it was made now, so that a resumed run gives the same
        numbers to the last digit.
        """
        if key not in self._steps:
            line = json.dumps({"key": key, "result": dict(step())}, default=_plain)
            self._write(line)
            self._steps[key] = json.loads(line)["result"]
        return self._steps[key]

    def __contains__(self, key: str) -> bool:
        return key in self._steps

    def _open(self, path: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            raw = path.read_bytes() if path.exists() else b""
        except OSError as error:
            raise InvalidInput("checkpoint", str(path), "a file that can be read and written", str(error)) from error
        whole = raw[: raw.rfind(b"\n") + 1]
        lines = whole.decode("utf-8", "replace").splitlines()
        if lines and not _is_ours(lines[0]):
            raise InvalidInput("checkpoint", str(path), "a file that lisse wrote", "Name another, or remove this one")
        if not lines and not json.dumps(_FIRST).encode().startswith(raw):  # not ours, cut short in its first line
            raise InvalidInput("checkpoint", str(path), "a file that lisse wrote", "Name another")
        for number, line in enumerate(lines[1:], start=2):
            try:
                record = json.loads(line)
                self._steps[record["key"]] = dict(record["result"])
            except (ValueError, KeyError, TypeError) as error:
                got, advice = f"line {number} is damaged", "Remove that line: its step is made again"
                raise InvalidInput(f"checkpoint {path}", got, "one finished step a line", advice) from error
        if len(whole) < len(raw):
            with path.open("r+b") as file:
                file.truncate(len(whole))
        if not lines:
            self._write(json.dumps(_FIRST))

    def _write(self, line: str) -> None:
        if self.path is None:
            return
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise InvalidInput("checkpoint", str(self.path), "a file that can be written", str(error)) from error


def _is_ours(line: str) -> bool:
    try:
        return bool(json.loads(line) == _FIRST)
    except ValueError:
        return False
