"""The text of a CIF as data items, each with the line on which it stands. What the items mean is in ``cif.py``."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from lisse.errors import InvalidInput

__all__ = ["Block", "Item", "read_blocks"]

_TOKEN = re.compile(r"""\s+|\#.*|'(?P<single>.*?)'(?=\s|$)|"(?P<double>.*?)"(?=\s|$)|(?P<bare>\S+)""")
_NUMBER = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(?:\(\d+\))?")
_UNKNOWN = ("?", ".")
_ALLOWED = "a CIF as the journals and data bases write it"


class Item(NamedTuple):
    """A value as it is written, and its line."""

    text: str
    line: int

    @property
    def known(self) -> bool:
        """Whether there is a value; ``?`` and ``.`` stand for none."""
        return self.text not in _UNKNOWN

    def number(self, tag: str, where: str) -> float:
        """The value as a number; an uncertainty in brackets, as in ``10.25(3)``, is left out.

        Parameters
        ----------
        tag : str. Name of the item, for messages.
        where : str. Name of the file, for messages.
        """
        found = _NUMBER.fullmatch(self.text)
        if found is None or not math.isfinite(float(found[1])):
            raise InvalidInput(tag, self.text, "a number such as 10.25 or 10.25(3)", where=f"{where}, line {self.line}")
        return float(found[1])


@dataclass
class Block:
    """One ``data_`` block.

    Attributes
    ----------
    name : str
    line : int
    where : str
        Name of the file, for messages.
    items : mapping of str to list of Item
        By tag in lower case, with ``.`` written as ``_``: one item, or a column of a loop.
    """

    name: str
    line: int
    where: str
    items: dict[str, list[Item]] = field(default_factory=dict)

    def one(self, *tags: str) -> Item | None:
        """The first known value under one of these tags."""
        for tag in tags:
            for item in self.items.get(tag, ())[:1]:
                if item.known:
                    return item
        return None

    def column(self, *tags: str) -> list[Item]:
        """The first column that is there under one of these tags; empty without one."""
        return next((self.items[tag] for tag in tags if tag in self.items), [])

    def error(self, what: str, got: object, allowed: str, advice: str = "", line: int | None = None) -> InvalidInput:
        """A complaint with the file and the line, that of the block unless another is given."""
        return InvalidInput(what, got, allowed, advice, f"{self.where}, line {self.line if line is None else line}")


def read_blocks(text: str, where: str) -> list[Block]:
    """Every block of a file.

    Parameters
    ----------
    text : str
    where : str. Name of the file, for messages.

    Raises
    ------
    InvalidInput
        Naming the line, where the text breaks the rules of the format.
    """
    return _Reader(where).read(text)


class _Token(NamedTuple):
    text: str
    line: int
    quoted: bool

    @property
    def word(self) -> str:
        """In lower case where it may be a tag or a keyword."""
        return "" if self.quoted else self.text.lower()

    @property
    def is_value(self) -> bool:
        return self.quoted or not self.word.startswith(("_", "data_", "loop_", "save_", "global_", "stop_"))


class _Reader:
    """One pass over the tokens."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.blocks: list[Block] = []

    def read(self, text: str) -> list[Block]:
        tokens = list(self._tokens(text))
        place = 0
        while place < len(tokens):
            token = tokens[place]
            if token.word.startswith("data_"):
                self.blocks.append(Block(token.text[5:], token.line, self.where))
                place += 1
            elif token.word == "loop_":
                place = self._loop(tokens, place)
            elif token.word.startswith("_"):
                place = self._item(tokens, place)
            elif token.is_value:
                raise self._broken(token.line, token.text, f"{_ALLOWED}: a value after its _tag")
            else:
                place += 1  # save_, global_ and stop_ hold nothing of a crystal
        if not self.blocks:
            raise self._broken(1, None, f"{_ALLOWED}: at least one data_ block")
        return self.blocks

    def _item(self, tokens: list[_Token], place: int) -> int:
        tag = tokens[place]
        if place + 1 >= len(tokens) or not tokens[place + 1].is_value:
            raise self._broken(tag.line, None, f"{_ALLOWED}: a value after {tag.text}")
        self._keep(tag, [tokens[place + 1]])
        return place + 2

    def _loop(self, tokens: list[_Token], place: int) -> int:
        start, tags = tokens[place], []
        place += 1
        while place < len(tokens) and tokens[place].word.startswith("_"):
            tags.append(tokens[place])
            place += 1
        first = place
        while place < len(tokens) and tokens[place].is_value:
            place += 1
        values = tokens[first:place]
        if not tags:
            raise self._broken(start.line, None, f"{_ALLOWED}: _tags after loop_")
        if len(values) % len(tags):
            row = tokens[place - 1].line
            got = f"{len(values)} values for {len(tags)} columns of the loop of line {start.line}"
            raise self._broken(row, got, "as many values as columns in every row", "One is missing or too many")
        for number, tag in enumerate(tags):
            self._keep(tag, values[number :: len(tags)])
        return place

    def _keep(self, tag: _Token, values: list[_Token]) -> None:
        if not self.blocks:
            raise self._broken(tag.line, tag.text, f"{_ALLOWED}: a data_ line before the first _tag")
        items = self.blocks[-1].items
        name = tag.word.replace(".", "_")
        if name in items:
            raise self._broken(tag.line, tag.text, "each tag once in a block")
        items[name] = [Item(value.text, value.line) for value in values]

    def _tokens(self, text: str) -> Iterator[_Token]:
        lines = enumerate(text.splitlines(), 1)
        for number, line in lines:
            if line.startswith(";"):
                yield _Token(self._text_field(line, number, lines), number, True)
                continue
            place = 0
            while place < len(line):
                found = _TOKEN.match(line, place)
                if found is None:  # cannot be: a character is white space or it is not
                    raise self._broken(number, line[place:], _ALLOWED)
                place = found.end()
                if found.lastgroup == "bare" and found[0][0] in "'\"":
                    raise self._broken(number, found[0], "text with a quotation mark at either end")
                if found.lastgroup:
                    yield _Token(found[found.lastgroup], number, found.lastgroup != "bare")

    def _text_field(self, line: str, start: int, lines: Iterator[tuple[int, str]]) -> str:
        parts = [line[1:]]
        for _, line in lines:
            if line.startswith(";"):
                return "\n".join(parts).strip()
            parts.append(line)
        raise self._broken(start, None, "a text between two lines that begin with ;", "The second one is missing")

    def _broken(self, line: int, got: str | None, allowed: str, advice: str = "") -> InvalidInput:
        return InvalidInput("CIF", got, allowed, advice, f"{self.where}, line {line}")
