"""A chemical formula as people write it, to the amount of each element. What they mean is in ``composition.py``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from lisse.errors import InvalidInput
from lisse.materials.estimates.elements import element, elements

__all__ = ["parse_formula"]

_TOKEN = re.compile(r"(?P<symbol>[A-Z][a-z]?)|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<number>\d+(?:\.\d+)?|\.\d+)|\s+")
_CLOSES = {"(": ")", "[": "]", "{": "}"}
_PLAIN = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")  # noqa: RUF001
_HYDRATE = re.compile(r"[·•∙*⋅]|\.(?!\d)|\.\d+\s*H2O")
_LONGEST = 200
_LARGEST = 1e4
_ALLOWED = "a formula such as Li6PS5Cl, Li6.4La3Zr1.4Ta0.6O12 or Li2(OH)Cl"


def parse_formula(text: str) -> Mapping[str, float]:
    """Amount of each element in a formula with decimals and nested brackets.

    Parameters
    ----------
    text : str. For example ``"Li1.3Al0.3Ti1.7(PO4)3"``; spaces and subscripts are accepted.

    Returns
    -------
    mapping of str to float, atoms per formula unit as written, in the order of first appearance.

    Raises
    ------
    InvalidInput
        For anything else: a hydrate dot, a charge, a letter for an unknown amount, an unknown element.

    Examples
    --------
    >>> dict(parse_formula("Li2(OH)0.9F0.1Cl"))
    {'Li': 2.0, 'O': 0.9, 'H': 0.9, 'F': 0.1, 'Cl': 1.0}
    """
    if not isinstance(text, str) or not text.strip() or len(text) > _LONGEST:
        raise InvalidInput("formula", text, f"{_ALLOWED}, at most {_LONGEST} characters")
    plain = text.translate(_PLAIN).strip()
    if _HYDRATE.search(plain):
        advice = (
            "Write one formula without the dot; water of crystallisation is not an electrolyte that we can estimate"
        )
        raise InvalidInput("formula", text, _ALLOWED, advice)
    return MappingProxyType(_Reader(plain, text).read())


class _Reader:
    """One pass over the tokens; brackets are a stack of half-read groups."""

    def __init__(self, plain: str, text: str) -> None:
        self.plain, self.text = plain, text
        self.groups: list[dict[str, float]] = [{}]
        self.brackets: list[str] = []
        self.last: dict[str, float] | None = None  # what a number would multiply

    def read(self) -> dict[str, float]:
        place = 0
        while place < len(self.plain):
            found = _TOKEN.match(self.plain, place)
            if found is None:
                capital = " (symbols begin with a capital letter)" if self.plain[place].islower() else ""
                raise self.complaint(f"{self.plain[place]!r} at character {place + 1} is not understood{capital}")
            if found.lastgroup is not None:
                self.take(found.lastgroup, found[0])
            place = found.end()
        if self.brackets:
            raise self.complaint(f"the bracket {self.brackets[-1]!r} is not closed")
        self.settle()
        if not self.groups[0]:
            raise self.complaint("there is no element in it")
        return self.groups[0]

    def take(self, kind: str, token: str) -> None:
        """One token."""
        if kind == "number":
            if self.last is None:
                raise self.complaint(f"the number {token} follows nothing that it could count")
            self.settle(self.amount(token))
            return
        self.settle()
        if kind == "symbol":
            if self.plain.isupper() and token not in elements():
                raise self.complaint(f"{token} is no element; the second letter of a symbol is small, as in Li")
            element(token)
            self.last = {token: 1.0}
        elif kind == "open":
            self.brackets.append(token)
            self.groups.append({})
        elif not self.brackets or _CLOSES[self.brackets.pop()] != token:
            raise self.complaint(f"the bracket {token!r} does not match")
        else:
            self.last = self.groups.pop()

    def amount(self, token: str) -> float:
        value = float(token)
        if not 0.0 < value <= _LARGEST:
            raise self.complaint(f"the amount {token} is not above 0 and at most {_LARGEST:g}")
        return value

    def settle(self, times: float = 1.0) -> None:
        """Put what was last read into its group, as often as it occurs."""
        for symbol, amount in (self.last or {}).items():
            self.groups[-1][symbol] = self.groups[-1].get(symbol, 0.0) + amount * times
        self.last = None

    def complaint(self, why: str) -> InvalidInput:
        return InvalidInput("formula", self.text, _ALLOWED, f"In this one {why}")
