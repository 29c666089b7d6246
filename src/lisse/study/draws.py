"""Cells of one batch: the same description with its uncertain numbers, and the seed of its flaws, drawn anew.

What may lie where is what the sources of the library say (`lisse.models.inputs`), carried to a cell that any model can
run: a property keeps its law of temperature and is scaled. Numbers are drawn independently of each other. A draw
depends on the seed and its own number only, not on how many there are.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lisse.cell import Cell, LithiumElectrode
from lisse.errors import InvalidInput
from lisse.materials import Material
from lisse.materials.laws import Arrhenius, Constant, Law, NortonCreep, Sum, Table, VogelFulcherTammann
from lisse.models.inputs import INTERFACE_SOURCES, METAL_PROPERTIES, Inputs, Spread, read_inputs
from lisse.models.interlayer import LAYER_INPUTS
from lisse.models.uncertainty import spread_out
from lisse.protocol import Protocol

__all__ = ["Draw", "draw_cells"]

_SOURCE = "drawn from the spread of its source"


@dataclass(frozen=True)
class Draw:
    """One cell of a batch.

    Attributes
    ----------
    number : int
    cell : Cell
    seed : int or None
        Of its flaws; ``None`` without any.
    values : mapping of str to float
        What was drawn (SI), by name of the input.
    """

    number: int
    cell: Cell
    seed: int | None
    values: Mapping[str, float]


def draw_cells(
    cell: Cell, protocol: Protocol, count: int, seed: int, properties: bool = True, seeded: bool | None = None
) -> tuple[list[Draw], dict[str, Spread]]:
    """The cells of a batch, and how far each number may lie.

    Parameters
    ----------
    cell : Cell
    protocol : Protocol
    count : int
    seed : int
        Of the batch.
    properties : bool
        Whether numbers are drawn, besides the seed of the flaws.
    seeded : bool or None
        Whether the model draws anything by a seed; by default, whether the cell has flaws.
    """
    table = read_inputs(cell, protocol)
    spreads = {name: table.spreads[name] for name in sorted(table.spreads) if properties and _can_change(name, cell)}
    with_seed = cell.electrolyte.flaws is not None if seeded is None else seeded
    return [_draw(cell, table, spreads, (seed, number), with_seed) for number in range(count)], spreads


def _draw(cell: Cell, table: Inputs, spreads: Mapping[str, Spread], key: tuple[int, int], seeded: bool) -> Draw:
    flaws = None
    if seeded:
        flaws = int(np.random.SeedSequence((*key, 1)).generate_state(1)[0])
    generator = np.random.default_rng((*key, 0))
    drawn = {
        name: float(spread_out(float(table[name]), spread, np.asarray(generator.standard_normal())))
        for name, spread in spreads.items()
    }
    return Draw(key[1], _changed(cell, table, drawn) if drawn else cell, flaws, drawn)


def _can_change(name: str, cell: Cell) -> bool:
    """Whether the number is one of the interface, of the electrolyte or of the metal (and not of a cathode)."""
    if name in INTERFACE_SOURCES or name == "creep_prefactor" or name in METAL_PROPERTIES:
        return True
    return name in LAYER_INPUTS or cell.electrolyte.material.has(name)


def _changed(cell: Cell, table: Inputs, drawn: Mapping[str, float]) -> Cell:
    """The cell with its materials and its interface as drawn."""
    metal, ceramic = cell.working.material, cell.electrolyte.material
    layer = None if cell.interface.interlayer is None else cell.interface.interlayer.material
    interface: dict[str, Any] = {}
    for name, value in drawn.items():
        usual = float(table[name])
        if name in INTERFACE_SOURCES:
            inside = float(table.values.get("interlayer_resistance", 0.0)) if name == "interface_resistance" else 0.0
            interface[f"interface__{INTERFACE_SOURCES[name][1]}"] = value - inside
        elif name == "creep_prefactor":
            metal = _moved(metal, "creep", usual, value)
        elif name in METAL_PROPERTIES:
            metal = _moved(metal, METAL_PROPERTIES[name], usual, value)
        elif name in LAYER_INPUTS and layer is not None:
            layer = _moved(layer, LAYER_INPUTS[name], usual, value)
        else:
            ceramic = _moved(ceramic, name, usual, value)
    if layer is not None:
        interface["interface__interlayer__material"] = layer
    changes: dict[str, Any] = {"working__material": metal, "electrolyte__material": ceramic, **interface}
    if isinstance(cell.counter, LithiumElectrode) and cell.counter.material == cell.working.material:
        changes["counter__material"] = metal
    return cell.replace(**changes)


def _moved(material: Material, property: str, usual: float, value: float) -> Material:
    """The material with a property scaled to a value; a number that is zero cannot be scaled, and takes the value."""
    law = _scaled_law(material.law(property), value / usual, property) if usual != 0.0 else value
    return material.with_value(property, law, _SOURCE)


def _scaled_law(law: Law, factor: float, property: str) -> Law:
    """The law times a number at every temperature; of a creep law, its rate."""
    if isinstance(law, (Constant, Arrhenius)):
        return dataclasses.replace(law, value=law.value * factor)
    if isinstance(law, VogelFulcherTammann):
        return dataclasses.replace(law, prefactor=law.prefactor * factor)
    if isinstance(law, Table):
        return dataclasses.replace(law, values=tuple(value * factor for value in law.values))
    if isinstance(law, Sum):
        return dataclasses.replace(law, parts=tuple(_scaled_law(part, factor, property) for part in law.parts))
    if isinstance(law, NortonCreep):
        return dataclasses.replace(law, reference_rate=law.reference_rate * factor)
    raise InvalidInput(property, law.kind, "a law that can be scaled, to draw it from its spread")
