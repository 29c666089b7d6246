"""How many independent blocks of walks: until an error is reached or the hops allowed are used up."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from lisse.errors import InvalidInput
from lisse.lattice.checks import number

__all__ = ["PILOT_STREAM", "Progress", "Sample", "check_sampling", "sampled"]

Array = np.ndarray[Any, np.dtype[Any]]
Progress = Callable[[float, str], None]
"""Called with the share done (0 to 1) and a few words."""
PILOT_STREAM = 2**40
"""First random stream of walks that only find out how long or how dear walks are."""
_LEAST_BLOCKS = 64
_MOST_BLOCKS = 2048  # from here on neighbours are merged, so that memory stays small
_COST_OF_A_WALK = 50.0  # of its start and its records, in hops
_BATCH = 3e7  # tries between two looks at the error


@dataclass(frozen=True, eq=False)
class Sample:
    """Blocks of walks.

    Attributes
    ----------
    blocks : array with the blocks along the first axis.
    walks : int. In all blocks.
    hops, tries : int. Hops made, and times that a hop was tried.
    error : float, 1. What was reached.
    """

    blocks: Array
    walks: int
    hops: int
    tries: int
    error: float


Walk = Callable[[int, int, int], tuple[Array, int, int]]
"""Called with a number of blocks, the walks of each and the first random stream; returns blocks, hops and tries."""


def sampled(
    walk: Walk, error_of: Callable[[Array], float], error: float, largest: float, least: int, progress: Progress | None
) -> Sample:
    """Walk blocks until their relative error is small enough.

    How many is decided from what was walked before, never from the clock: a seed gives one answer everywhere.
    There are at least 64 blocks, so that their scatter is known.

    Parameters
    ----------
    walk : callable. See `Walk`.
    error_of : callable. Relative error of blocks.
    error : float, 1. Wanted.
    largest : float. Tries after which to stop; refused if it is too little for 64 walks.
    least : int. Walks of a block at first, fewer if `largest` is little.
    progress : callable or None.
    """
    each = max(walk(1, least, PILOT_STREAM)[2] / least, _COST_OF_A_WALK)
    affordable = int(largest / each)
    if affordable < _LEAST_BLOCKS:
        advice = "Allow more, shorten the duration, or take a smaller lattice"
        raise InvalidInput(
            "largest_hops", largest, f"at least {_LEAST_BLOCKS * each:.2g} for {_LEAST_BLOCKS} walks", advice
        )
    size = min(least, affordable // _LEAST_BLOCKS)
    blocks, hops, tries = walk(2, size, 0)
    reached, need = math.inf, _LEAST_BLOCKS
    while True:
        if len(blocks) >= _MOST_BLOCKS:
            blocks, size, need = 0.5 * (blocks[::2] + blocks[1::2]), 2 * size, (need + 1) // 2
        done, most = len(blocks), affordable // size
        if done >= _LEAST_BLOCKS:
            reached = error_of(blocks)
            need = min(2 * done, max(done + 1, math.ceil(1.05 * done * (reached / error) ** 2)))
        ended = reached <= error or done >= most
        if progress is not None:
            known = "" if math.isinf(reached) else f", known to {100.0 * reached:.2g} %"
            progress(1.0 if ended else min(0.99, done / min(need, most)), f"{tries:.2g} hops tried{known}")
        if ended:
            return Sample(blocks, done * size, hops, tries, reached)
        count = min(need - done, most - done, max(2, int(_BATCH / (each * size))), _MOST_BLOCKS)
        count += (done + count) % 2  # pairs can be merged
        part, more_hops, more_tries = walk(count, size, done * size)
        blocks, hops, tries = np.concatenate([blocks, part]), hops + more_hops, tries + more_tries


def check_sampling(error: float, duration: float | None, seed: int, largest_hops: float) -> None:
    """Refuse numbers that say nothing sensible about how long to go on."""
    if not 1e-6 <= number("error", error) < 1.0:
        raise InvalidInput("error", error, "a number from 1e-6 to below 1", "0.01 takes seconds, 0.001 minutes")
    if duration is not None:
        number("duration", duration, above=True)
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or not 0 <= seed < 2**63:
        raise InvalidInput("seed", seed, "a whole number from 0 to 2^63 - 1")
    if not 1.0 <= number("largest_hops", largest_hops) <= 1e15:
        raise InvalidInput("largest_hops", largest_hops, "a number from 1 to 1e15")
