"""What the actions of ``lisse image`` share when they tell their result: options, warnings, JSON or words."""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lisse.cli.image_options import volume_of
from lisse.cli.progress import bar
from lisse.errors import InvalidInput

if TYPE_CHECKING:
    from lisse.microstructure.volume import Volume

__all__ = ["add_outputs", "heard_warnings", "of_volume", "opened", "patience", "several_phases", "told"]


def add_outputs(parser: argparse.ArgumentParser, run: Any) -> None:
    """Where files go, what is printed, and the function that does it."""
    where = "where to write (default: results/NAME-ACTION beside the image)"
    parser.add_argument("-o", "--output", metavar="DIR", help=where)
    parser.add_argument("--json", action="store_true", help="print the numbers as JSON and nothing else")
    parser.set_defaults(run=run)


def opened(arguments: argparse.Namespace) -> Volume:
    """The segmented volume that the options describe, with a progress bar for folders."""
    with bar("reading", quiet=arguments.json) as progress:
        return volume_of(arguments, progress)


def several_phases(volume: Volume, file: str) -> None:
    """Refuse a volume of one phase without grains: there is nothing to describe or to solve for."""
    there = [name for name, share in volume.phase_fractions().items() if share > 0.0]
    if len(there) == 1 and volume.grains is None:
        advice = "Look at the labels and the threshold; --crop may have cut the other phases off"
        raise InvalidInput("image", f"all of it is {there[0]!r}", "two phases or more, or grains", advice, file)


def of_volume(volume: Volume) -> dict[str, Any]:
    """What every JSON file says of the volume; lengths in m."""
    return {
        "shape": list(volume.shape),
        "voxel_size": list(volume.voxel_size),
        "phases": {str(label): name for label, name in volume.phases.items()},
        "phase_fractions": volume.phase_fractions(),
    }


@contextmanager
def heard_warnings() -> Iterator[list[str]]:
    """Collect the warnings of the work, to be told with the result."""
    found: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        yield found
    found += [str(one.message) for one in caught if issubclass(one.category, UserWarning)]


def patience(words: str, seconds: float, quiet: bool) -> None:
    """Say before long work how long it will be, where someone is looking."""
    if not quiet and seconds > 5.0 and sys.stderr.isatty():
        sys.stderr.write(f"{words}\n")


def told(content: Mapping[str, Any], words: str, written: Path, as_json: bool) -> int:
    """Print the content as JSON, or the words, the warnings and where the files are; returns exit code 0."""
    if as_json:
        sys.stdout.write(json.dumps(content, allow_nan=False) + "\n")
        return 0
    sys.stdout.write(f"{words}\n")
    sys.stdout.writelines(f"warning: {text}\n" for text in content["warnings"])
    sys.stdout.write(f"written: {written}\n")
    return 0
