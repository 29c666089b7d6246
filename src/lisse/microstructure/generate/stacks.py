"""Layers on top of each other along x, and cells: lithium, interlayers, a given electrolyte, interlayers, lithium."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lisse.errors import InvalidInput
from lisse.microstructure.generate.box import Box
from lisse.microstructure.generate.generated import (
    Generated,
    Statistic,
    above,
    checked_seed,
    length_text,
    opened,
    recipe_of,
    share,
)
from lisse.microstructure.generate.surfaces import rough_surface
from lisse.microstructure.volume import Volume

__all__ = ["Layer", "cell_stack", "layers"]


@dataclass(frozen=True)
class Layer:
    """One layer of a stack.

    Parameters
    ----------
    phase : str. Its name; layers of one name are one phase.
    thickness : float, m. Mean thickness; at least one voxel.
    rms : float, m. Root mean square roughness of its far surface (the one at higher x); 0 is flat.
    hurst, correlation_length : float, 1 and m. Of that surface, see `rough_surface`.
    """

    phase: str
    thickness: float
    rms: float = 0.0
    hurst: float = 0.8
    correlation_length: float = 5e-6

    def __post_init__(self) -> None:
        if not isinstance(self.phase, str) or not self.phase.strip():
            raise InvalidInput("phase", self.phase, "a name, such as 'lithium'")
        above("thickness", self.thickness)
        above("rms", self.rms, equal=True)
        share("hurst", self.hurst, 0.05, 1.0)
        above("correlation_length", self.correlation_length)

    def plain(self) -> dict[str, Any]:
        """As it stands in a recipe."""
        table: dict[str, Any] = {"phase": self.phase, "thickness": length_text(self.thickness)}
        if self.rms > 0.0:
            rough = {"rms": length_text(self.rms), "hurst": float(self.hurst)}
            table |= {**rough, "correlation_length": length_text(self.correlation_length)}
        return table


def layers(
    stack: Sequence[Layer],
    cross_section: Sequence[float],
    voxel_size: float | Sequence[float],
    *,
    periodic: bool = True,
    seed: int = 0,
) -> Generated:
    """Layers in the order of x, with flat or rough surfaces between them.

    A rough surface never cuts through a layer: every layer keeps one voxel in every column (the statistics tell what
    that changed). The far surface of the last layer is the face of the box.

    Parameters
    ----------
    stack : sequence of Layer. From low to high x.
    cross_section : (1,) or (2,) floats, m. Edges of the box along y (and z).
    voxel_size : float or one per axis, m.

    Returns
    -------
    Generated
        Labels count from 1 in the order of first appearance. Statistics ``thickness_1``... and ``rms_1``... of rough
        surfaces.
    """
    if not stack or not all(isinstance(layer, Layer) for layer in stack):
        raise InvalidInput("stack", stack, "one or more layers: Layer('lithium', 10e-6)")
    size = (sum(layer.thickness for layer in stack), *cross_section)
    box = Box.of(size, voxel_size)
    seed, h = checked_seed(seed), box.voxel_size[0]
    for number, layer in enumerate(stack, start=1):
        if layer.thickness < h:
            raise InvalidInput(f"thickness of layer {number}", layer.thickness, f"at least one voxel, {h:.3g} m")
    ends = _ends(box, stack, periodic, seed)
    names = list(dict.fromkeys(layer.phase for layer in stack))
    x = np.arange(box.shape[0]).reshape(-1, *[1] * (box.dimensions - 1))
    labels = np.full(box.shape, names.index(stack[-1].phase) + 1, np.min_scalar_type(len(names)))
    for layer, end in zip(reversed(stack[:-1]), reversed(ends[1:-1]), strict=True):
        np.copyto(labels, names.index(layer.phase) + 1, where=x < end)
    found: dict[str, Statistic] = box.size_statistics(size)
    for number, layer in enumerate(stack, start=1):
        thick = float((ends[number] - ends[number - 1]).mean()) * h
        found[f"thickness_{number}"] = Statistic(thick, layer.thickness, "m")
        if layer.rms > 0.0 and number < len(stack):
            found[f"rms_{number}"] = Statistic(float(ends[number].std()) * h, layer.rms, "m")
    recipe = recipe_of(
        "layers",
        stack=[layer.plain() for layer in stack],
        cross_section=length_text(box.extent[1:]),
        voxel_size=length_text(box.voxel_size),
        periodic=bool(periodic),
        seed=seed,
    )
    volume = Volume(labels, box.voxel_size, dict(enumerate(names, start=1)))
    return Generated(volume, found, recipe, seed)


def cell_stack(
    electrolyte: Generated | Volume,
    lithium: float | Sequence[float],
    interlayers: Sequence[Layer] = (),
    far_interlayers: Sequence[Layer] = (),
    *,
    phase: str = "lithium",
    seed: int = 0,
) -> Generated:
    """Lithium | interlayers | electrolyte | interlayers | lithium along x, around an electrolyte that is there.

    Grains, orientations, pores and cracks of the electrolyte are kept as they are.

    Parameters
    ----------
    electrolyte : Generated or Volume.
    lithium : float or (2,) floats, m. Thickness at low and at high x; 0 for none.
    interlayers : sequence of Layer. Between the lithium at low x and the electrolyte, in the order of x.
    far_interlayers : sequence of Layer. Between the electrolyte and the lithium at high x, in the order of x.
    phase : str. Name of the metal.

    Returns
    -------
    Generated
        Statistics ``lithium_low``, ``lithium_high`` and ``electrolyte_thickness`` besides those of the electrolyte.
    """
    volume, statistics, recipe = opened(electrolyte)
    both = (lithium, lithium) if isinstance(lithium, (int, float)) else tuple(lithium)
    if len(both) != 2:
        raise InvalidInput("lithium", lithium, "a thickness in m, or two: at low and at high x")
    low, high = (above("lithium", one, equal=True) for one in both)
    before = [*([Layer(phase, low)] if low else []), *interlayers]
    after = [*far_interlayers, *([Layer(phase, high)] if high else [])]
    box, table = Box.around(volume), dict(volume.phases)
    parts, grains = [], []
    for pieces, own in ((before, seed), (None, seed), (after, seed + 1)):
        if pieces is None:
            parts.append(volume.labels)
            grains.append(np.zeros(box.shape, np.int32) if volume.grains is None else volume.grains)
        elif pieces:
            labels = _piece(box, pieces, table, checked_seed(own))
            parts.append(labels)
            grains.append(np.zeros(labels.shape, np.int32))
    joined = np.concatenate(parts).astype(np.min_scalar_type(max(table)))
    h = box.voxel_size[0]
    found = {
        "lithium_low": Statistic(round(low / h) * h, low, "m"),
        "lithium_high": Statistic(round(high / h) * h, high, "m"),
        "electrolyte_thickness": Statistic(float(box.extent[0]), None, "m"),
    }
    made = recipe_of(
        "cell_stack",
        recipe or {"generate": "given volume"},
        lithium=[length_text(low), length_text(high)],
        interlayers=[layer.plain() for layer in interlayers],
        far_interlayers=[layer.plain() for layer in far_interlayers],
        phase=phase,
        seed=checked_seed(seed),
    )
    result = Volume(
        joined,
        box.voxel_size,
        table,
        None if volume.grains is None else np.concatenate(grains),
        None if volume.grains is None else volume.orientations,
    )
    return Generated(result, {**statistics, **found}, made, checked_seed(seed))


def _ends(box: Box, stack: Sequence[Layer], periodic: bool, seed: int) -> list[Any]:
    """First voxel beyond every layer in every column, starting with the face at x = 0."""
    total, h, last = box.shape[0], box.voxel_size[0], len(stack)
    ends, position = [np.zeros(box.shape[1:], int)], 0.0
    for number, layer in enumerate(stack, start=1):
        position += layer.thickness
        end = np.full(box.shape[1:], position / h)
        if layer.rms > 0.0 and number < last:
            plane, steps = box.shape[1:], box.voxel_size[1:]
            rough = rough_surface(
                plane, steps, layer.rms, layer.hurst, layer.correlation_length, periodic=periodic, seed=seed + number
            )
            end = end + rough.values / h
        whole = np.rint(end).astype(int) if number < last else np.full(box.shape[1:], total)
        ends.append(np.clip(whole, ends[-1] + 1, total - (last - number)))
    return ends


def _piece(box: Box, pieces: Sequence[Layer], table: dict[int, str], seed: int) -> Any:
    """Labels of layers beside the electrolyte; new phases go into the table."""
    thickness = sum(layer.thickness for layer in pieces)
    voxels = round(thickness / box.voxel_size[0])
    if voxels < len(pieces) or any(layer.thickness < box.voxel_size[0] for layer in pieces):
        least = f"at least one voxel of {box.voxel_size[0]:.3g} m each"
        raise InvalidInput("thickness", [layer.thickness for layer in pieces], least, "Take thicker layers")
    piece = Box((voxels, *box.shape[1:]), box.voxel_size)
    ends = _ends(piece, pieces, True, seed)
    x = np.arange(voxels).reshape(-1, *[1] * (box.dimensions - 1))
    labels = np.zeros(piece.shape, np.int32)
    for layer, start, end in zip(pieces, ends, ends[1:], strict=False):
        known = {name: label for label, name in table.items()}
        label = known.get(layer.phase, max(table) + 1)
        table[label] = layer.phase
        np.copyto(labels, label, where=(x >= start) & (x < end))
    return labels
