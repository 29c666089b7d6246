"""Models with a rule in place of physics, for tests of what is done with many runs. Quick, and known in closed form."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from lisse.cell import Cell
from lisse.errors import InvalidInput
from lisse.models import Model
from lisse.protocol import Protocol
from lisse.records import Solution, Verdict, dataset


def solution(model: str, protocol: Protocol, verdict: Verdict, status: str = "", seed: int | None = None) -> Solution:
    """A record that ends with the protocol or the failure."""
    end = protocol.duration if verdict.time is None else verdict.time
    return Solution(
        data=dataset({"current_density": (("time",), np.zeros(2))}, {"time": np.array([0.0, end])}),
        status=status or ("completed" if verdict.mode == "none" else "stopped"),
        status_text="by rule",
        model=model,
        verdict=verdict,
        seed=seed,
    )


@dataclass(frozen=True)
class Rule(Model):
    """Fails at a current above `limit`, or once a half-cycle has passed `charge`, or all of them `life`.

    With a seed the limit is ``limit (1 + seed/100)``; and it follows the toughness of the electrolyte where asked to.
    """

    limit: float = 10.5
    charge: float = 1e9
    life: float = 1e9
    mode: str = "filament-short"
    follows_toughness: bool = False

    name: ClassVar[str] = "rule"

    def solve(self, cell: Cell, protocol: Protocol, *, seed: int | None = None, progress: Any = None) -> Solution:
        limit = self.limit * (1.0 + (seed or 0) % 1000 / 100.0)
        if self.follows_toughness:
            limit = self.limit * cell.electrolyte.material.value("fracture_toughness", cell.temperature) / 1e6
        time = half_cycle = total = 0.0
        direction, highest = 0.0, None
        for step in protocol.steps:
            current, length = step.current_density or 0.0, step.time or 0.0
            if current * direction < 0.0:
                half_cycle = 0.0
            direction = current or direction
            if abs(current) > limit:
                return self._failed(protocol, time, abs(current), highest, seed)
            left = min(self.charge - half_cycle, self.life - total)
            if abs(current) * length > left:
                return self._failed(protocol, time + left / abs(current), abs(current), highest, seed)
            half_cycle += abs(current) * length
            total += abs(current) * length
            time += length
            highest = max(highest or 0.0, abs(current)) if current else highest
        return solution(self.name, protocol, Verdict("none", highest_current_density_passed=highest), seed=seed)

    def _failed(
        self, protocol: Protocol, time: float, current: float, highest: float | None, seed: int | None
    ) -> Solution:
        verdict = Verdict(self.mode, time, current, highest)
        return solution(self.name, protocol, verdict, seed=seed)


@dataclass(frozen=True)
class Moody(Model):
    """Does by its seed what models do: 0 runs, 1 fails numerically, 2 refuses, 3 kills its process, 4 does so once."""

    folder: str = ""

    name: ClassVar[str] = "moody"

    def solve(self, cell: Cell, protocol: Protocol, *, seed: int | None = None, progress: Any = None) -> Solution:
        mood = (seed or 0) % 10
        if mood == 2:
            raise InvalidInput("cell", None, "another cell")
        if mood == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        if mood == 4 and not (Path(self.folder) / f"{seed}").exists():
            (Path(self.folder) / f"{seed}").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        status = "failed" if mood == 1 else "completed"
        return solution(self.name, protocol, Verdict(), status, seed)
