"""A run on disk, from which it goes on: state, position in the protocol, records and events.

One file, written whole or not at all. It is read back only by a run of the same case: a fingerprint of the inputs says
so.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from lisse.errors import InvalidInput
from lisse.files import output_folder, write_atomically
from lisse.microstructure import Volume
from lisse.models.resolved.clusters import Cluster
from lisse.models.resolved.lithium_body import LithiumState
from lisse.models.resolved.march import Event, Position
from lisse.models.resolved.state import State
from lisse.models.resolved.traces import Record

__all__ = ["Checkpoint", "fingerprint", "volume_digest"]

NAME = "checkpoint.npz"
_ARRAYS = (
    "void_height",
    "contact_pressure",
    "damage",
    "cluster_pressure",
    "metal_height",
    "film",
    "loose",
    "column_current",
    "deposit",
)
_OPTIONAL = ("column_current", "deposit")
_DIGEST = 32  # bytes
_NUMBERS = ("time", "charge", "stack_pressure", "current_density")


def fingerprint(inputs: Mapping[str, Any]) -> str:
    """What tells one case from another: a digest of its plain data."""
    return hashlib.sha256(json.dumps(inputs, sort_keys=True, default=str).encode()).hexdigest()


def volume_digest(volume: Volume) -> str:
    """What tells one microstructure from another of the same shape."""
    found = hashlib.sha256(repr(volume.voxel_size).encode() + repr(sorted(volume.phases.items())).encode())
    for array in (volume.labels, volume.grains, volume.orientations):
        found.update(b"none" if array is None else np.ascontiguousarray(array).tobytes())
    return found.hexdigest()


@dataclass(frozen=True)
class Checkpoint:
    """All that a run needs to go on.

    Attributes
    ----------
    state : State
    position : Position
    records : sequence of Record
    events : sequence of Event
    taken : int
        Time steps so far.
    failure : tuple or None
        Mode, time (s) and interface, of a run that has ended by one.
    """

    state: State
    position: Position
    records: Sequence[Record]
    events: Sequence[Event]
    taken: int
    failure: tuple[str, float, int | None] | None = None

    def save(self, directory: Path, case: str) -> None:
        """Write it, in place of an earlier one.

        Raises
        ------
        InvalidInput
            When the folder has no room or may not be written to; the earlier checkpoint is then still there.
        """
        state = self.state
        arrays: dict[str, Any] = {name: getattr(state, name) for name in _ARRAYS if getattr(state, name) is not None}
        for n, cluster in enumerate(state.clusters):
            arrays[f"crack_{n}"], arrays[f"pores_{n}"] = cluster.crack, cluster.pores
        for place, metal in enumerate(state.metal):
            if metal is not None:
                arrays |= {f"metal_{place}_{f.name}": getattr(metal, f.name) for f in dataclasses.fields(metal)}
        words = {
            "case": case,
            "numbers": {name: getattr(state, name) for name in _NUMBERS},
            "clusters": [{"side": c.side, "lithium": c.lithium, "spans": c.spans} for c in state.clusters],
            "position": dataclasses.asdict(self.position),
            "records": [dataclasses.asdict(record) for record in self.records],
            "events": [dataclasses.asdict(event) for event in self.events],
            "taken": self.taken,
            "failure": self.failure,
        }
        stream = io.BytesIO()
        np.savez_compressed(stream, words=np.frombuffer(json.dumps(words).encode(), dtype=np.uint8), **arrays)
        output_folder(directory)
        content = stream.getvalue()
        write_atomically(directory / NAME, content + hashlib.sha256(content).digest())

    @staticmethod
    def remove(directory: Path) -> None:
        """Remove the checkpoint of an earlier run, which a new one makes worthless."""
        (directory / NAME).unlink(missing_ok=True)

    @classmethod
    def load(cls, directory: Path, case: str) -> Checkpoint | None:
        """The checkpoint of a folder, or ``None`` where there is none.

        Raises
        ------
        InvalidInput
            For a checkpoint of another case, or a file that is none.
        """
        path = directory / NAME
        if not path.exists():
            return None
        try:
            with np.load(io.BytesIO(_checked(path.read_bytes())), allow_pickle=False) as file:
                arrays = {name: file[name] for name in file.files}
            words = json.loads(bytes(arrays.pop("words")).decode())
        except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
            advice = "Remove it, or run without resuming"
            raise InvalidInput("checkpoint", str(path), "a checkpoint of a resolved run", advice) from error
        if words["case"] != case:
            advice = "Give the same case, or run without resuming"
            raise InvalidInput("checkpoint", f"{path}, of another case", "one of this case", advice)
        clusters = [
            Cluster(arrays[f"crack_{n}"], arrays[f"pores_{n}"], **each) for n, each in enumerate(words["clusters"])
        ]
        state = State(
            **words["numbers"],
            **{name: arrays[name] for name in _ARRAYS if name in arrays or name not in _OPTIONAL},
            metal=(_metal(arrays, 0), _metal(arrays, 1)),
            clusters=tuple(clusters),
        )
        return cls(
            state=state,
            position=Position(**words["position"]),
            records=[Record(**record) for record in words["records"]],
            events=[Event(**event) for event in words["events"]],
            taken=words["taken"],
            failure=None if words["failure"] is None else tuple(words["failure"]),
        )


def _checked(content: bytes) -> bytes:
    """What was written, by the digest at its end; damaged archives fail in too many ways to tell them by those."""
    body, digest = content[:-_DIGEST], content[-_DIGEST:]
    if hashlib.sha256(body).digest() != digest:
        raise ValueError("damaged")
    return body


def _metal(arrays: Mapping[str, Any], place: int) -> LithiumState | None:
    start = f"metal_{place}_"
    found = {name.removeprefix(start): array for name, array in arrays.items() if name.startswith(start)}
    return LithiumState(**found) if found else None
