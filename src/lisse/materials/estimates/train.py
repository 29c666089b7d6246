"""Train every shipped model again: ``python -m lisse.materials.estimates.train --data ../shared/data``.

The same data give the same numbers: seeds are fixed and one thread is used. ``--validate`` also repeats the nested
cross-validation, which takes minutes; without it the figures of the last validation are kept.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from lisse.errors import InvalidInput, suggest
from lisse.materials.estimates import conductivity_files, train_mechanics

__all__ = ["TRAINERS", "main"]

Trainer = Callable[[Path, Path, bool, Callable[[str], None]], None]

TRAINERS: Mapping[str, Trainer] = MappingProxyType(
    {"ionic_conductivity": conductivity_files.train, "mechanics": train_mechanics.train}
)
"""Name to what trains models: folder of the data, folder to write to, whether to validate, progress."""


def main(arguments: list[str] | None = None) -> int:
    """Train all models, or those named.

    Parameters
    ----------
    arguments : list of str, or None for those of the command line.

    Returns
    -------
    int. 0.
    """
    parser = argparse.ArgumentParser(prog="python -m lisse.materials.estimates.train", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"what to train, of {', '.join(TRAINERS)}; all without a name")
    parser.add_argument("--data", type=Path, required=True, help="folder that holds se_obelix and the other data sets")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="where to write; the package itself")
    parser.add_argument("--validate", action="store_true", help="repeat the nested cross-validation")
    given = parser.parse_args(arguments)
    for name in given.names:
        if name not in TRAINERS:
            raise InvalidInput("models", name, ", ".join(TRAINERS), suggest(name, TRAINERS))
    for name in given.names or TRAINERS:
        TRAINERS[name](given.data, given.out, given.validate, _say)
    return 0


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    try:
        status = main()
    except InvalidInput as error:
        _say(str(error))
        status = 2
    raise SystemExit(status)
