"""The border to optional packages that read binary files: what they lack, print or raise becomes a message of ours."""

from __future__ import annotations

import contextlib
import importlib
import io
import logging
import warnings
from collections.abc import Iterator
from typing import Any

from lisse.errors import InvalidInput, LisseError, MissingExtra
from lisse.measurement.readers.format import Source

__all__ = ["foreign_reader", "optional"]


def optional(package: str, extra: str, purpose: str) -> Any:
    """The package, or a complaint that says how to install it.

    Raises
    ------
    MissingExtra
    """
    try:
        return importlib.import_module(package)
    except ImportError as error:
        if error.name is not None and error.name.split(".")[0] != package.split(".")[0]:
            package = error.name  # the package is there, but not what it needs itself
        raise MissingExtra(package, extra, purpose) from None


@contextlib.contextmanager
def foreign_reader(source: Source, package: str, notes: list[str], advice: str) -> Iterator[None]:
    """Run someone else's reader: its warnings and log lines go to `notes`, anything it raises becomes InvalidInput.

    A damaged file can raise anything at all in a package that trusts its input, hence the broad net.
    """
    collector = _Collector()
    root = logging.getLogger()
    old_level = root.level
    root.addHandler(collector)
    try:
        with warnings.catch_warnings(record=True) as caught, contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("always")
            yield
    except (LisseError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        reason = f"{package} could not read it ({type(error).__name__}: {' '.join(str(error).split())[:200]})"
        allowed = "a whole file of that kind"
        raise InvalidInput(source.path, None, allowed, f"{reason}. {advice}") from None
    finally:
        root.removeHandler(collector)
        root.setLevel(old_level)
    for text in dict.fromkeys([*collector.texts, *(str(entry.message) for entry in caught)]):
        notes.append(f"{package}: {text}")


class _Collector(logging.Handler):
    """Keeps the warnings that a package logs."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())
