"""What a reader is: a name, how to recognise a file from its content, and a function that parses it.

The bytes of a file and the complaints about them (which file, which line) are here too. Nothing here knows any
particular format.
"""

from __future__ import annotations

import codecs
import functools
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lisse.errors import InvalidInput
from lisse.records import Measurement

__all__ = ["Format", "Source", "open_source", "windows_text"]


@dataclass(frozen=True)
class Source:
    """The content of one file, and its name for messages."""

    path: str
    content: bytes

    @functools.cached_property
    def head(self) -> str:
        """The beginning (8 KiB) as text, without a byte-order mark or blanks in front; Windows-1252 where not UTF-8."""
        start = self.content[:_HEAD]
        if start.startswith((b"\xff\xfe", b"\xfe\xff")):
            return start[: len(start) // 2 * 2].decode("utf-16", "replace").lstrip()
        start = start.removeprefix(b"\xef\xbb\xbf")
        try:
            return codecs.getincrementaldecoder("utf-8")().decode(start).lstrip()  # may end inside a letter
        except UnicodeDecodeError:
            return windows_text(start).lstrip()

    @property
    def suffix(self) -> str:
        """How the file's name ends, in small letters: ``".mpt"``. A hint only; the content decides."""
        return Path(self.path).suffix.lower()

    @property
    def is_binary(self) -> bool:
        """Whether the content is no text."""
        return b"\0" in self.content and not self.content.startswith((b"\xff\xfe", b"\xfe\xff"))

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
    recognise : function of Source
        Whether the content is of this format, by ``source.head`` (text) or ``source.content`` (bytes); never raises.
    parse : function of Source
        The measurement; raises `InvalidInput` naming file and line for whatever it cannot read.
    extensions : tuple of str
        How such files are usually called, for people: ``(".mpt",)``.
    extra : str
        The extra of this package that the format needs (``pip install 'lisse[extra]'``); empty for none.
    """

    name: str
    description: str
    recognise: Callable[[Source], bool]
    parse: Callable[[Source], Measurement]
    extensions: tuple[str, ...] = ()
    extra: str = ""


_HEAD = 8192
_WINDOWS = {byte: sign for byte in range(0x80, 0xA0) if (sign := bytes([byte]).decode("cp1252", "ignore"))}
"""Where Windows-1252 differs from latin-1: dashes, primes and quotes."""


def windows_text(content: bytes) -> str:
    """Bytes as Windows-1252; the five that it lacks as in latin-1."""
    return content.decode("latin-1").translate(_WINDOWS)


def open_source(path: str | os.PathLike[str]) -> Source:
    """Read a file's bytes.

    Raises
    ------
    InvalidInput
        When it is absent, a folder, unreadable or empty.
    """
    name = os.fspath(path)
    file = Path(name)
    if file.is_dir():
        raise InvalidInput(name, None, "a file", "This is a folder; name one file in it")
    try:
        source = Source(name, file.read_bytes())
    except FileNotFoundError:
        raise InvalidInput(name, None, "an existing file", "There is no such file; check the path") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InvalidInput(name, None, "a readable file", f"Reading failed: {reason}") from None
    if not source.content[:_HEAD].strip() and not source.content.strip():
        advice = "The file is empty; export it again from the instrument's program"
        raise InvalidInput(name, None, "a file with data", advice)
    return source
