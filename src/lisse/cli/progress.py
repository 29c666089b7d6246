"""A progress bar on standard error, silent when that is not a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["bar"]


@contextmanager
def bar(title: str, quiet: bool = False) -> Iterator[Callable[[float, str], None] | None]:
    """Give a function to call with the share done and a few words; ``None`` when nothing is to be shown."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from tqdm import tqdm

    shape = "{desc}: {percentage:3.0f} %|{bar}| {elapsed} elapsed, {remaining} left {postfix}"
    with tqdm(total=1.0, desc=title, bar_format=shape, leave=False, file=sys.stderr) as shown:

        def progress(share: float, words: str) -> None:
            shown.set_postfix_str(words, refresh=False)
            shown.update(max(0.0, share - shown.n))

        yield progress
