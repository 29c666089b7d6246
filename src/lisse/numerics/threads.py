"""Shares compiled kernels among threads: a kernel takes a range and releases the interpreter lock.

Plain Python threads, not those of numba's parallel loops: they neither clash with a fork nor with a second caller, and
a kernel is compiled once instead of twice. The number of threads is numba's (``NUMBA_NUM_THREADS``).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numba

__all__ = ["SERIAL_BELOW", "share"]

SERIAL_BELOW = 60_000
"""Vectors shorter than this are handled by the calling thread alone: waking others costs more."""

_pools: dict[int, ThreadPoolExecutor] = {}
if hasattr(os, "register_at_fork"):  # threads do not survive a fork
    os.register_at_fork(after_in_child=_pools.clear)


def share(kernel: Callable[..., Any], count: int, size: int, *arguments: Any) -> None:
    """Run ``kernel(start, stop, *arguments)`` over the range from 0 to `count`.

    Parameters
    ----------
    kernel : callable. Compiled with ``nogil=True``; ranges that do not overlap must not write to the same place.
    count : int. Length of the range.
    size : int. Values that it works on; the work is split from `SERIAL_BELOW` on.
    """
    threads = min(int(numba.get_num_threads()), count)
    if size < SERIAL_BELOW or threads < 2:
        kernel(0, count, *arguments)
        return
    pool = _pools.get(threads)
    if pool is None:
        pool = _pools.setdefault(threads, ThreadPoolExecutor(threads - 1, thread_name_prefix="kernel"))
    ends = [count * n // threads for n in range(threads + 1)]
    others = [pool.submit(kernel, start, stop, *arguments) for start, stop in zip(ends[1:-1], ends[2:], strict=True)]
    kernel(0, ends[1], *arguments)
    for other in others:
        other.result()
