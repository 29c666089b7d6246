"""Files that are whole or absent: whatever stops a writer, the old file or the new one is there.

Only how bytes reach a disk; what is in them is known to the rooms that write them.
"""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from lisse.errors import InvalidInput

__all__ = ["atomic_path", "output_folder", "write_atomically"]

_NO_ROOM = {
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EFBIG,
    errno.EIO,
    errno.EROFS,
    errno.EACCES,
    errno.EPERM,
    errno.ENAMETOOLONG,
}


def output_folder(path: str | os.PathLike[str], what: str = "output folder") -> Path:
    """The folder, made with all above it where it is missing.

    Parameters
    ----------
    path : str or path
    what : str. What the message calls it.

    Raises
    ------
    InvalidInput
        When it cannot be made or written to.
    """
    folder = Path(path)
    allowed = "a folder, new or existing, that you may write to"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInput(what, str(folder), allowed, f"{error.strerror}") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InvalidInput(what, str(folder), allowed, "It is not writable")
    return folder


@contextmanager
def atomic_path(target: Path) -> Iterator[Path]:
    """A temporary path beside `target`; renamed to it when the block ends well, removed when it does not.

    Whatever stops the writer, `target` is the old file or the new one, whole. A link is followed, not replaced.

    Raises
    ------
    InvalidInput
        When the folder does not exist, cannot be written to or is full, or when `target` is no ordinary file.
    """
    real = Path(os.path.realpath(target))
    if os.path.exists(real) and not os.path.isfile(real):
        raise InvalidInput("output", str(target), "the name of a file, new or to be replaced", "It is no ordinary file")
    temporary = real.with_name(f".{real.name[:80]}.{secrets.token_hex(4)}.part")
    allowed = "an existing folder with room and permission to write"
    try:
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    except OSError as error:
        raise InvalidInput("output", str(target), allowed, f"{error.strerror}") from error
    try:
        yield temporary
        os.replace(temporary, real)
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        raise InvalidInput("output", str(target), allowed, f"{os.strerror(error.errno)}") from error
    finally:
        temporary.unlink(missing_ok=True)


def write_atomically(target: str | os.PathLike[str], content: str | bytes | Callable[[Path], None]) -> Path:
    """Write text or bytes, or let a function write to the temporary path, then rename; returns the path."""
    path = Path(target)
    with atomic_path(path) as temporary:
        if isinstance(content, str):
            temporary.write_text(content, encoding="utf-8")
        elif isinstance(content, bytes):
            temporary.write_bytes(content)
        else:
            content(temporary)
    return path
