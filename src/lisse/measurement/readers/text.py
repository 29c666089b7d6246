"""The text of a file as UTF-8 bytes, whatever the encoding and line ends; line numbers stay those of the file.

Large files are never turned into Python text: everything behind works on the bytes.
"""

from __future__ import annotations

from dataclasses import dataclass

from lisse.measurement.readers.format import Source, windows_text

__all__ = ["Text", "text_of"]

_BEGINNING = 65536  # bytes in which doubled line ends show, if there are any
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_CHINESE = {"\xa1\xe6": "℃", "\xa6\xb8": "Ω", "\xa6\xcc": "μ"}
"""Signs of units in GBK (read as Windows-1252), which programs on Chinese computers write into a plain text."""


@dataclass(frozen=True)
class Text:
    """UTF-8 bytes with the line ends of Unix or Windows, and what had to be done to get them."""

    content: bytes
    warnings: tuple[str, ...] = ()

    def lines(self, most: int) -> list[str]:
        """The first lines, without their ends."""
        end = -1
        for _ in range(most):
            end = self.content.find(b"\n", end + 1)
            if end < 0:
                end = len(self.content)
                break
        return [line.rstrip("\r") for line in self.content[:end].decode("utf-8", "replace").split("\n")]

    def offset(self, line: int) -> int:
        """Where the line with that number (counted from 1) begins; the end of the text when there is no such line."""
        start = 0
        for _ in range(line - 1):
            start = self.content.find(b"\n", start) + 1
            if start == 0:
                return len(self.content)
        return start


def text_of(source: Source, single_byte: bool = False) -> Text:
    """The text of the file.

    Parameters
    ----------
    source : Source
    single_byte : bool
        Whether the format is defined in a one-byte encoding, so that such bytes are nothing to complain of.
    """
    content, warnings = source.content, []
    if content.startswith(_UTF16):
        even = content[: len(content) // 2 * 2]
        content = even.decode("utf-16", "replace").encode()
    content = content.removeprefix(b"\xef\xbb\xbf")
    whole = content.rstrip(b"\0")
    if len(whole) < len(content):
        warnings.append(f"the last {len(content) - len(whole)} bytes are zeros (the file was not closed): left out")
        content = whole
    if b"\r" in content:
        if b"\r\r\n" in content[:_BEGINNING]:
            content = content.replace(b"\r\r\n", b"\r\n")
        if b"\n" not in content:
            content = content.replace(b"\r", b"\n")
    if not content.isascii():
        content, notes = _as_utf8(content, single_byte)
        warnings += notes
    return Text(content, tuple(warnings))


def _as_utf8(content: bytes, single_byte: bool) -> tuple[bytes, list[str]]:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        cut_inside_a_letter = error.start >= len(content) - 3 and error.reason == "unexpected end of data"
        if cut_inside_a_letter:
            return content[: error.start], []
    else:
        return content, []
    lines, changed = content.split(b"\n"), []
    for number, line in enumerate(lines, start=1):
        if line.isascii():
            continue
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            lines[number - 1] = _one_byte(line)
            changed.append(number)
    if single_byte:
        return b"\n".join(lines), []
    more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
    return b"\n".join(lines), [f"line {changed[0]}{more} is not UTF-8 text: read as Windows-1252"]


def _one_byte(line: bytes) -> bytes:
    text = windows_text(line)
    for code, sign in _CHINESE.items():
        text = text.replace("(" + code, "(" + sign)
    return text.encode()
