"""Circuit strings in the convention of impedance.py, read by a small grammar and never evaluated.

::

    series  = term { "-" term }
    term    = element | "p(" series "," series { "," series } ")"
    element = symbol [ digits and "_" ]          for example R0, CPE1, Wo_2

Spaces mean nothing. What belongs here: text to a tree, and errors that point at the character. What an element does
stands in ``circuit_elements``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lisse.errors import InvalidInput, suggest
from lisse.measurement.analysis.circuit_elements import ELEMENTS

__all__ = ["Element", "Node", "Parallel", "Series", "parse_tree"]

_DEEPEST = 20
_LONGEST = 2000
_NAME = re.compile(r"([A-Za-z]+)([0-9_]*)")
_WINDOW = 60


@dataclass(frozen=True)
class Element:
    """One element: its name as typed (``"CPE1"``) and its symbol (``"CPE"``)."""

    name: str
    symbol: str


@dataclass(frozen=True)
class Series:
    """Impedances that add."""

    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Parallel:
    """Admittances that add."""

    parts: tuple[Node, ...]


Node = Element | Series | Parallel


def parse_tree(text: str) -> Series:
    """The tree of a circuit string.

    Parameters
    ----------
    text : str
        For example ``"R0-p(R1,CPE1)-p(R2,CPE2)"``.

    Raises
    ------
    InvalidInput
        For anything else; the message shows the character.
    """
    if not isinstance(text, str):
        raise InvalidInput("circuit", text, "a text such as 'R0-p(R1,CPE1)'")
    if len(text) > _LONGEST:
        raise InvalidInput("circuit", f"{len(text)} characters", f"at most {_LONGEST} characters")
    return _Parser(text).circuit()


class _Parser:
    """Recursive descent over one text; every method starts at `at` and leaves it after what it read."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.places: dict[str, int] = {}

    def circuit(self) -> Series:
        self.skip()
        if self.at == len(self.text):
            self.fail(None, "a circuit such as 'R0-p(R1,CPE1)'", "The text is empty")
        tree = self.series(0)
        if self.at < len(self.text):
            here = self.text[self.at]
            advice = "This bracket closes nothing" if here == ")" else ""
            if here == ",":
                advice = "A comma stands only between the branches of p( , )"
            self.fail(here, "'-' and another element, or the end", advice)
        return tree

    def series(self, depth: int) -> Series:
        parts = [self.term(depth)]
        while self.here() == "-":
            self.step()
            parts.append(self.term(depth))
        return Series(tuple(parts))

    def term(self, depth: int) -> Node:
        name = _NAME.match(self.text, self.at)
        if name and name[0] == "p":
            return self.parallel(depth + 1)
        if name:
            return self.element(name)
        advice = "A parallel connection begins with p: p(R1,CPE1)" if self.here() == "(" else ""
        return self.fail(self.here() or "the end", "an element (R0, CPE1, ...) or p( , )", advice)

    def parallel(self, depth: int) -> Parallel:
        begin = self.at
        if depth > _DEEPEST:
            self.fail(None, f"at most {_DEEPEST} brackets inside each other")
        self.step()
        if self.here() != "(":
            self.fail(self.here() or "the end", "'(' after p")
        self.step()
        branches: list[Node] = [self.series(depth)]
        while self.here() == ",":
            self.step()
            branches.append(self.series(depth))
        if self.here() != ")":
            self.fail(self.here() or "the end", "',' and another branch, or ')'", self.opened(begin))
        if len(branches) < 2:
            self.fail(None, "two branches or more in p( , )", "One branch alone needs no p")
        self.step()
        return Parallel(tuple(branches))

    def element(self, found: re.Match[str]) -> Element:
        name, symbol = found[0], found[1]
        if symbol not in ELEMENTS:
            known = ", ".join(ELEMENTS)
            alike = next((one for one in ELEMENTS if one.lower() == symbol.lower()), "")
            meant = f"Did you mean {alike!r}?" if alike else suggest(symbol, ELEMENTS)
            self.fail(symbol, f"one of {known}, or p( , )", meant)
        if name in self.places:
            first = self.places[name] + 1
            self.fail(name, "each name once", f"{name} stands at character {first} already; give it another number")
        self.places[name] = self.at
        self.at = found.end()
        self.skip()
        return Element(name, symbol)

    def here(self) -> str:
        return self.text[self.at : self.at + 1]

    def step(self) -> None:
        self.at += 1
        self.skip()

    def skip(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    def opened(self, begin: int) -> str:
        return f"The bracket of character {begin + 2} is still open"

    def fail(self, got: str | None, allowed: str, advice: str = "") -> Node:
        first = max(0, self.at - _WINDOW)
        shown = self.text[first : self.at + _WINDOW].translate({9: " ", 10: " ", 13: " "})
        pointer = f"\n  {shown}\n  {' ' * (self.at - first)}^"
        raise InvalidInput(f"circuit, character {self.at + 1}", got, allowed, f"{advice}{pointer}")
