"""Where a record stands in its file, in the words of the person who will open the file and look."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["Rows"]


@dataclass(frozen=True)
class Rows:
    """The line (of a text), row (of a sheet) or record (of a binary file) of every record.

    Attributes
    ----------
    numbers : (n,) int array
        Counted from 1.
    word : str
        ``"line"``, ``"row"`` or ``"record"``.
    """

    numbers: np.ndarray
    word: str = "line"

    def __len__(self) -> int:
        """Number of records."""
        return len(self.numbers)

    def name(self, record: int | np.integer) -> str:
        """``"line 12"`` for a record counted from 0."""
        return f"{self.word} {self.numbers[record]}"

    def names(self, records: np.ndarray) -> str:
        """``"line 12"``, ``"lines 12 and 13"`` or ``"lines 12, 15, 20 and 31 more"``."""
        numbers = self.numbers[records]
        if len(numbers) == 1:
            return f"{self.word} {numbers[0]}"
        shown = [str(number) for number in numbers[:3]]
        if len(numbers) > 3:
            return f"{self.word}s {', '.join(shown)} and {len(numbers) - 3} more"
        return f"{self.word}s {', '.join(shown[:-1])} and {shown[-1]}"

    def take(self, chosen: np.ndarray | slice) -> Rows:
        """The rows of some of the records."""
        return Rows(self.numbers[chosen], self.word)
