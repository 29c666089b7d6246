"""What a reader is: a name, how to recognise a file from its content, and a function that parses it.

The bytes of a file and the complaints about them (which file, which line) are here too. Nothing here knows any
particular format.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lisse.errors import InvalidInput
from lisse.records import Measurement

__all__ = ["Format", "Source", "open_source"]


@dataclass(frozen=True)
class Source:
    """The content of one file, and its name for messages."""

    path: str
    content: bytes

    def lines(self, encoding: str) -> list[str]:
        """The text, line by line.

        Raises
        ------
        InvalidInput
            When the bytes are not text of that encoding.
        """
        try:
            return self.content.decode(encoding).splitlines()
        except UnicodeDecodeError as error:
            line = self.content.count(b"\n", 0, error.start) + 1
            raise self.error("text", None, f"{encoding} text", "Save the file again with that encoding", line) from None

    @property
    def cut_off(self) -> bool:
        """Whether the last line has no line end, so that its last number may be incomplete."""
        return not self.content.endswith((b"\n", b"\r"))

    def error(self, what: str, got: object, allowed: str, advice: str = "", line: int | None = None) -> InvalidInput:
        """A complaint that names the file, and the line (counted from 1) where there is one."""
        return InvalidInput(what, got, allowed, advice, where=f"{self.path}, line {line}" if line else self.path)


@dataclass(frozen=True)
class Format:
    """One file format that can be read.

    Attributes
    ----------
    name : str
        Short name, for ``read(path, format=name)``.
    description : str
        One line for people.
    recognise : function of str
        Whether the first few thousand characters (decoded as latin-1, without a byte-order mark) are of this format.
    parse : function of Source
        The measurement; raises `InvalidInput` naming file and line for whatever it cannot read.
    """

    name: str
    description: str
    recognise: Callable[[str], bool]
    parse: Callable[[Source], Measurement]


_TEXT_NEEDED = "a text file"


def open_source(path: str | os.PathLike[str]) -> Source:
    """Read a file's bytes.

    Raises
    ------
    InvalidInput
        When it is absent, a folder, unreadable, empty or binary.
    """
    name = os.fspath(path)
    file = Path(name)
    if file.is_dir():
        raise InvalidInput(name, None, _TEXT_NEEDED, "This is a folder; name one file in it")
    try:
        source = Source(name, file.read_bytes())
    except FileNotFoundError:
        raise InvalidInput(name, None, "an existing file", "There is no such file; check the path") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InvalidInput(name, None, "a readable file", f"Reading failed: {reason}") from None
    if not source.content.strip():
        raise InvalidInput(name, None, _TEXT_NEEDED, "The file is empty; export it again from the instrument's program")
    if source.content.startswith(b"BIO-LOGIC"):
        raise InvalidInput(
            name, "a binary BioLogic file (.mpr)", _TEXT_NEEDED, "In EC-Lab use Experiment > Export as Text (.mpt)"
        )
    if b"\0" in source.content:
        raise InvalidInput(
            name, "a binary file", _TEXT_NEEDED, "Export it as text or csv from the instrument's program"
        )
    return source
