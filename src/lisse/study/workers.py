"""Many independent pieces of work on processes of this machine, in order, whatever becomes of a process.

Workers are started afresh, never forked from a process with threads. They carry what is the same for all pieces once
and are then told the pieces only; and they end with the process that started them, whatever ends it. When a worker is
killed, the pieces that it may have had are done again, each in a process of its own; a piece that kills two of those
comes back as `Killed`. What a piece of work is, is said where it is done.
"""

from __future__ import annotations

import multiprocessing
import operator
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Generic, TypeVar

from lisse.errors import InvalidInput, SolveFailed

__all__ = ["KILLED", "Killed", "check_workers", "run_on_workers"]

KILLED = (
    "Often the memory was full: take fewer processes (--workers 1, or workers=1). A Python script needs "
    '`if __name__ == "__main__":` around its calls'
)
"""What to do when a process was killed."""
_MOST_WORKERS = 61  # what every system can wait for at once
_AHEAD = 2  # pieces that a worker has been told at a time: one at work, one waiting
_TRIES_ALONE = 2
_LOST_BEFORE_ANY_RESULT = 2

_Task = TypeVar("_Task")
_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Killed:
    """What comes back of a piece of work that took a process of its own with it, twice."""


def check_workers(workers: object, where: str) -> int | None:
    """A number of processes, checked; ``None`` stays ``None`` (one on each core).

    Raises
    ------
    InvalidInput
        For what is not a whole number, 1 or more.
    """
    if workers is None:
        return None
    try:
        count = operator.index(workers)  # type: ignore[arg-type]
    except TypeError:
        count = 0
    if isinstance(workers, bool) or count < 1:
        raise InvalidInput("workers", workers, "a whole number, 1 or more", where=where)
    return count


def run_on_workers(
    work: Callable[[_Task, _Item], _Result], task: _Task, items: Sequence[_Item], workers: int | None
) -> Generator[_Result | Killed, None, None]:
    """Do one thing with every item; the results come in the order of the items.

    Parameters
    ----------
    work : callable
        Of a module, so that a process can find it; called with the task and an item.
    task : object
        What is the same for all items; it travels once to each process.
    items : sequence
    workers : int or None
        Processes; 1 works in this one, ``None`` takes one for each core.

    Yields
    ------
    result of `work`, or Killed

    Raises
    ------
    SolveFailed
        When process after process is killed before any has done anything.
    """
    count = min(_cores() if workers is None else workers, len(items), _MOST_WORKERS)
    if count <= 1:
        for item in items:
            yield work(task, item)
        return
    yield from _Crew(work, task, items, count).results()


def _cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Crew(Generic[_Task, _Item, _Result]):
    """Does the items on a pool; after a death, what the pool had in hand one by one, and then goes on."""

    def __init__(
        self, work: Callable[[_Task, _Item], _Result], task: _Task, items: Sequence[_Item], count: int
    ) -> None:
        self._work, self._task, self._items, self._count = work, task, items, count
        self._waiting = deque(range(len(items)))
        self._done: dict[int, _Result | Killed] = {}
        self._next = self._lost = 0
        self._any_result = False

    def results(self) -> Generator[_Result | Killed, None, None]:
        """All of them, in order."""
        while self._next < len(self._items):
            in_hand = yield from self._together()
            for index in sorted(in_hand):
                self._alone(index)
                yield from self._in_order()

    def _together(self) -> Generator[_Result | Killed, None, list[int]]:
        """Work on all that waits; returns what was in hand when the pool broke, nothing when all is done."""
        running: dict[Future[_Result], int] = {}
        lost: list[int] = []
        with self._pool(self._count) as pool:
            while (self._waiting or running) and not lost:
                while self._waiting and len(running) < _AHEAD * self._count and not lost:
                    index = self._waiting.popleft()
                    try:
                        running[pool.submit(_do, self._items[index])] = index
                    except BrokenProcessPool:
                        lost.append(index)
                finished, _ = wait(running, return_when=FIRST_COMPLETED)
                lost += self._collect({future: running.pop(future) for future in finished})
                yield from self._in_order()
            lost += self._collect(running)  # of a broken pool: all its futures are settled
        return lost

    def _collect(self, settled: dict[Future[_Result], int]) -> list[int]:
        """Keep what is finished; returns what a death took away."""
        lost = []
        for future, index in settled.items():
            try:
                self._done[index] = future.result()
                self._any_result = True
            except BrokenProcessPool:
                lost.append(index)
        return lost

    def _alone(self, index: int) -> None:
        """One item in a process of its own, and once more if that is killed: the first may have been ill luck."""
        for _ in range(_TRIES_ALONE):
            try:
                with self._pool(1) as pool:
                    self._done[index] = pool.submit(_do, self._items[index]).result()
            except BrokenProcessPool:
                continue
            self._any_result = True
            return
        self._done[index] = Killed()
        self._lost += 1
        if not self._any_result and self._lost >= _LOST_BEFORE_ANY_RESULT:
            raise SolveFailed(f"processes were killed before they had done anything. {KILLED}")

    def _in_order(self) -> Iterator[_Result | Killed]:
        while self._next in self._done:
            result = self._done.pop(self._next)
            self._next += 1
            yield result

    @contextmanager
    def _pool(self, count: int) -> Iterator[ProcessPoolExecutor]:
        """Processes that carry the task; they end when the pool is left, done or not."""
        context = multiprocessing.get_context("spawn")
        listening, lifeline = context.Pipe(duplex=False)
        start = (listening, self._work, self._task)
        pool = ProcessPoolExecutor(count, mp_context=context, initializer=_start_worker, initargs=start)
        try:
            yield pool
        finally:
            lifeline.close()  # workers that are not done yet end here
            pool.shutdown(wait=True, cancel_futures=True)
            listening.close()


_KEPT: list[tuple[Callable[[Any, Any], Any], Any]] = []  # of a worker process: its work and task


def _start_worker(listening: Connection, work: Callable[[Any, Any], Any], task: Any) -> None:
    """Keep work and task, leave an interrupt of the keyboard to the parent, and watch that the parent lives."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _KEPT[:] = [(work, task)]
    threading.Thread(target=_end_with_parent, args=(listening,), daemon=True).start()


def _end_with_parent(listening: Connection) -> None:
    """Wait for the end of the line, whose other end only the parent holds, and go at once."""
    try:
        listening.recv_bytes()
    except (EOFError, OSError):
        os._exit(1)


def _do(item: Any) -> Any:
    work, task = _KEPT[0]
    return work(task, item)
