"""Hybrid electrolytes in a cell: one material for each loading, and the current at which the cell fails.

The conductivities are those of the voxels; stiffness, density and what touches the metal are those of
`lisse.materials.hybrid`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from lisse.cell import Cell
from lisse.errors import InvalidInput, LisseError, MissingValue
from lisse.materials import Material
from lisse.materials.hybrid import Filler, hybrid_electrolyte
from lisse.models.base import Model, Progress
from lisse.study.batch import solve_many
from lisse.study.case import Case, read_case
from lisse.study.hybrid_chain import Solved, Transport, VoxelChain
from lisse.study.hybrid_composite import FILLER, INTERPHASE, MATRIX

__all__ = ["HybridCell", "SolvedMixing", "hybrid_material", "run_hybrid_cells"]


@dataclass(frozen=True)
class SolvedMixing:
    """Mixing that was solved at one temperature, for `lisse.materials.hybrid.hybrid_electrolyte`.

    From there conductivities follow those of the phases by the shares of the power, which are their sensitivities
    (exact in the slope); the interface resistance stays that of the one temperature.

    Attributes
    ----------
    transport : Transport
    plus : Solved
        Of cations, relative to the matrix.
    minus : Solved or None
        Of anions; ``None`` where none move.
    """

    transport: Transport
    plus: Solved
    minus: Solved | None

    @property
    def row(self) -> str:
        """Name of the method."""
        return "voxels"

    @property
    def source(self) -> str:
        """Where the numbers come from."""
        return "solved on voxels of a generated composite"

    def ions(self, matrix: float, fillers: Sequence[float]) -> float:
        """S/m. See `lisse.materials.hybrid.Mixing`."""
        shares, here = self.plus.shares, self.transport
        own = shares.get(MATRIX, 0.0) + shares.get(INTERPHASE, 0.0)
        change = own * math.log(matrix / here.cation)
        if fillers[0] > 0.0 and here.filler > 0.0:
            change += shares.get(FILLER, 0.0) * math.log(fillers[0] / here.filler)
        return here.cation * self.plus.mean * math.exp(change)

    def anions(self, matrix: float) -> float:
        """S/m. See `lisse.materials.hybrid.Mixing`."""
        return matrix * self.minus.mean if self.minus is not None else 0.0


@dataclass(frozen=True)
class HybridCell:
    """A cell with a hybrid electrolyte, run.

    Attributes
    ----------
    model : str
    loading, diameter : float, 1 and m
    status, status_text : str
    mode : str
        What it failed by; ``"none"`` where it did not.
    critical_current_density : float or None, A/m2
        At which it failed; ``None`` where it did not.
    passed : float or None, A/m2
        The largest that it stood.
    conductivity, shear_modulus, transference : float or None, S/m, Pa and 1
        Of the electrolyte at the temperature of the cell.
    """

    model: str
    loading: float
    diameter: float
    status: str
    status_text: str
    mode: str
    critical_current_density: float | None = None
    passed: float | None = None
    conductivity: float | None = None
    shear_modulus: float | None = None
    transference: float | None = None


def hybrid_material(
    chain: VoxelChain, matrix: Material, filler: Material, transport: Transport, loading: float, diameter: float
) -> Material:
    """The hybrid as one material: conductivity, transference and salt from the voxels, the rest by formula.

    Parameters
    ----------
    chain : VoxelChain
    matrix, filler : Material
    transport : Transport
        At the temperature of the cell.
    loading, diameter : float, 1 and m
    """
    if loading == 0.0:
        return matrix
    mixing = SolvedMixing(
        transport,
        chain.solve(loading, transport.cations(diameter)),
        chain.solve(loading, transport.anions(diameter)) if transport.anion > 0.0 else None,
    )
    part = Filler(filler, loading, 0.5 * diameter, transport.interface_resistance)
    return hybrid_electrolyte(matrix, [part], transport.temperature, mixing)


def run_hybrid_cells(
    case: Case,
    models: Sequence[str],
    chain: VoxelChain,
    filler: Material,
    transport: Transport,
    loadings: Sequence[float],
    diameters: Sequence[float],
    resolved_loading: float | None = None,
    progress: Progress | None = None,
) -> tuple[HybridCell, ...]:
    """Run the cell of a case with each hybrid as its electrolyte.

    Parameters
    ----------
    case : Case
        Its electrolyte is the matrix.
    models : sequence of {"analytic", "lumped", "resolved"}
    chain : VoxelChain
    filler : Material
    transport : Transport
        At the temperature of the cell.
    loadings, diameters : sequence of float, 1 and m
    resolved_loading : float or None, 1
        The one loading that the resolved model runs, with the hybrid as one medium.
    progress : callable or None
    """
    matrix = case.cell.electrolyte.material
    kept: list[tuple[float, float, Cell]] = []
    refused: list[tuple[float, float, str]] = []
    for diameter in diameters:
        for loading in loadings:
            try:
                material = hybrid_material(chain, matrix, filler, transport, loading, diameter)
                kept.append((loading, diameter, case.cell.replace(electrolyte__material=material)))
            except (InvalidInput, MissingValue) as error:
                refused.append((loading, diameter, str(error)))
    found = []
    for place, name in enumerate(models):
        chosen = [each for each in kept if name != "resolved" or each[0] == resolved_loading]
        found += [
            HybridCell(name, loading, d, "refused", text, "none")
            for loading, d, text in refused
            if name != "resolved" or loading == resolved_loading
        ]

        def told(share: float, words: str, place: int = place) -> None:
            if progress is not None:
                progress((place + share) / len(models), words)

        cells = [cell for _, _, cell in chosen]
        runs = solve_many(_model(case, name), cells, case.protocol, workers=1, progress=told) if cells else ()
        for (loading, diameter, cell), run in zip(chosen, runs, strict=True):
            material, at = cell.electrolyte.material, cell.temperature
            found.append(
                HybridCell(
                    name,
                    loading,
                    diameter,
                    run.status,
                    run.status_text,
                    run.verdict.mode,
                    run.verdict.critical_current_density if run.verdict.mode != "none" else None,
                    run.verdict.highest_current_density_passed,
                    _known(material, "ionic_conductivity", at),
                    _known(material, "shear_modulus", at),
                    _known(material, "transference_number", at) if material.kind == "polymer" else 1.0,
                )
            )
    return tuple(found)


def _model(case: Case, name: str) -> Model:
    """The model of that name, with what the case says about it."""
    return read_case({**case.as_run, "model": {**case.as_run["model"], "name": name}}).model


def _known(material: Material, property: str, at: float) -> float | None:
    try:
        return material.value(property, at) if material.has(property) else None
    except LisseError:
        return None
