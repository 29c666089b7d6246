"""Charge balance of the electrolyte between two metals: potentials, face currents and the cell voltage.

::

    sum over faces between voxels g (phi - phi_neighbour) + sum over metal faces area j = 0       in every voxel
    phi - phi_M + U_eq = j R + eta(j)                                                      on every metal face
    phi_M1 = 0,  phi_M0 = -voltage,  sum over the faces of metal 0 of area j = current,  of metal 1 -current

Reduction is positive at every face. The voltage is counter minus working, as in the lumped model: a current above zero
plates the working electrode and, between equal electrodes, the voltage is then above zero.

What belongs here: the network, which parts of it carry current, and its solution. The law of a face is in
`lisse.models.resolved.face_law`, Newton's iteration in `lisse.models.resolved.charge_newton`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lisse.errors import InvalidInput, SolveFailed
from lisse.models.resolved.charge_newton import End, Newton, Point
from lisse.models.resolved.charge_start import behind_electrolyte, metals_at_current, metals_at_voltage
from lisse.models.resolved.face_law import Faces, equilibrium_potential

if TYPE_CHECKING:
    from lisse.numerics.conduction import FaceOperator

__all__ = ["ChargeBalance", "ChargeState", "Faces", "equilibrium_potential"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class ChargeState:
    """Potentials and currents of one instant.

    Attributes
    ----------
    potential : (nx, ny[, nz]) array, V
        Of the electrolyte against the counter metal; NaN in voxels that are joined to no metal.
    current_density : (m,) array, A/m2
        Reduction positive; 0 on blocked faces.
    driving : (m,) array, V
        phi_SE - phi_M + U_eq of each face; NaN on faces of voxels that conduct to no metal.
    slope : (m,) array, S/m2
        dj/de of each face; 0 on blocked faces.
    voltage : float, V
        Counter minus working.
    electrode_current : (2,) array, A (A/m in a plane)
        Sums of area j over the faces of each electrode.
    iterations : int
    residual : float, 1
        Largest mismatch of a face law in terms of current, over the mean current density of the larger flow.
    converged : bool
    message : str
        What went wrong; empty where nothing did.
    """

    potential: Floats
    current_density: Floats
    driving: Floats
    slope: Floats
    voltage: float
    electrode_current: Floats
    iterations: int
    residual: float
    converged: bool
    message: str = ""


class ChargeBalance:
    """The electrolyte as a network, with the factor or the multigrid hierarchy kept from solution to solution.

    Parameters
    ----------
    faces_between : tuple of (nx, ny[, nz]) arrays, one per axis, S (S/m in a plane)
        Conductances of the faces between voxels, as `lisse.numerics.conduction.face_conductances` gives them, times
        what damage leaves of them. Axis 0 runs from the working to the counter electrode.
    spacing : float, m
        Edge of the voxels.
    """

    def __init__(self, faces_between: Sequence[Floats], spacing: float) -> None:
        if not (math.isfinite(spacing) and spacing > 0.0):
            raise InvalidInput("spacing", spacing, "a length above 0")
        self.spacing = float(spacing)
        self._pattern: tuple[Mask, ...] = ()
        self._kept: dict[str, Any] = {}
        self.update(faces_between)

    def update(self, faces_between: Sequence[Floats]) -> None:
        """Take other conductances on the same grid; what was kept serves as long as it is near enough."""
        from lisse.numerics.conduction import FaceOperator

        faces = [np.ascontiguousarray(face, dtype=float) for face in faces_between]
        for axis, face in enumerate(faces):
            if not (np.isfinite(face).all() and (face >= 0.0).all()):
                raise InvalidInput(f"conductances along axis {axis}", "not all of them are", "finite, 0 or above")
        bulk = FaceOperator(faces, np.zeros(np.shape(faces[0])))
        if self._pattern and bulk.shape != self.shape:
            raise InvalidInput("conductances", f"shape {bulk.shape}", f"the shape of the grid, {self.shape}")
        self._bulk: FaceOperator = bulk
        self.shape: tuple[int, ...] = bulk.shape
        pattern = tuple(face > 0.0 for face in faces)
        if not self._pattern or any((a != b).any() for a, b in zip(pattern, self._pattern, strict=True)):
            self._pattern = pattern
            self._part = _connected(pattern)

    def solve(
        self, faces: Faces, current: float, start: ChargeState | None = None, tolerance: float = 1e-9
    ) -> ChargeState:
        """Potentials and face currents at a given current.

        Parameters
        ----------
        faces : Faces
        current : float, A (A/m in a plane)
            Through the whole cross-section; above zero plates the working electrode.
        start : ChargeState, optional
            That of a similar instant on the same grid; the faces may be others.
        tolerance : float, 1
            Of `ChargeState.residual`. Currents of the electrodes are met to 1e-10 at least.

        Raises
        ------
        SolveFailed
            Where no electrolyte joins the two electrodes.

        Returns
        -------
        ChargeState
            With ``converged`` false, and a message, where Newton's iteration did not get there.
        """
        if not math.isfinite(current):
            raise InvalidInput("current", current, "a finite number")
        return self._solve(faces, current, None, start, tolerance)

    def solve_at(
        self, faces: Faces, voltage: float, start: ChargeState | None = None, tolerance: float = 1e-9
    ) -> ChargeState:
        """The same at a held voltage (V, counter minus working); the current follows."""
        if not math.isfinite(voltage):
            raise InvalidInput("voltage", voltage, "a finite number")
        return self._solve(faces, None, voltage, start, tolerance)

    def _solve(
        self, faces: Faces, current: float | None, voltage: float | None, start: ChargeState | None, tolerance: float
    ) -> ChargeState:
        if faces.count and not 0 <= int(faces.cell.min()) <= int(faces.cell.max()) < self._part.size:
            raise InvalidInput("cell", (int(faces.cell.min()), int(faces.cell.max())), f"0 to {self._part.size - 1}")
        usable = faces if faces.open.all() else faces.chosen(faces.open)
        met = self._metals_met(usable)
        joined = np.asarray((met == 3)[self._part[usable.cell]])
        newton = Newton(self._bulk, usable, current, self._kept)
        point = self._from_before(usable, joined, met, start, current) or self._from_nothing(
            usable, joined, met, current, voltage
        )
        if voltage is not None:
            point = point.at_voltage(voltage)
        end = newton.run(point, tolerance)
        return self._state(faces, met, end)

    def _metals_met(self, faces: Faces) -> NDArray[np.int8]:
        """For each part of the network the metals that it meets: bit 1 working, bit 2 counter."""
        met = np.zeros(int(self._part.max()) + 1, dtype=np.int8)
        for place in (0, 1):
            met[self._part[faces.cell[faces.electrode == place]]] |= 1 << place
        if not (met == 3).any():
            if not (met & 1).any() or not (met & 2).any():
                side = "working" if not (met & 1).any() else "counter"
                text = f"charge: no face of the {side} electrode is in contact with electrolyte"
            else:
                text = "charge: the domain does not percolate: no path of electrolyte joins the two electrodes"
            raise SolveFailed(text)
        return met

    def _from_nothing(
        self, faces: Faces, joined: Mask, met: NDArray[np.int8], current: float | None, voltage: float | None
    ) -> Point:
        faces = behind_electrolyte(faces)
        if current is not None:
            metals = metals_at_current(faces, joined, current)
        else:
            metals = metals_at_voltage(faces, joined, float(voltage or 0.0))
        potential = np.zeros(self._part.size)
        metal_of = np.array(metals)[faces.electrode]
        self._set_single_sided(potential, faces, met, metal_of)
        driving = potential[faces.cell] - metal_of + faces.shift
        return Point(potential, metals, faces.current(driving))

    def _set_single_sided(
        self, potential: Floats, faces: Faces, met: NDArray[np.int8], metal_of: Floats, only: Mask | None = None
    ) -> None:
        """Put parts that meet one metal at its potential, less the mean shift of their faces."""
        part = self._part[faces.cell]
        alone = (met[part] == 1) | (met[part] == 2)
        if alone.any():
            count = np.bincount(part[alone], minlength=met.size)
            level = np.bincount(part[alone], (metal_of - faces.shift)[alone], met.size) / np.maximum(count, 1)
            where = ((met == 1) | (met == 2))[self._part]
            where = where if only is None else where & only
            potential[where] = level[self._part[where]]

    def _from_before(
        self, faces: Faces, joined: Mask, met: NDArray[np.int8], start: ChargeState | None, current: float | None
    ) -> Point | None:
        """From the state of a similar instant; ``None`` where it is not similar."""
        if start is None or start.potential.shape != self.shape or not start.converged:
            return None
        if current is not None and not 0.5 <= _ratio(current, float(start.electrode_current[0])) <= 2.0:
            return None
        reference = float(np.nanmean(start.potential))
        potential = start.potential.reshape(-1) - reference
        metals = (-start.voltage - reference, -reference)
        new = np.isnan(potential)
        potential[new] = 0.0
        metal_of = np.array(metals)[faces.electrode]
        self._set_single_sided(potential, faces, met, metal_of, new)
        return Point(potential, metals, faces.current(potential[faces.cell] - metal_of + faces.shift))

    def _state(self, faces: Faces, met: NDArray[np.int8], end: End) -> ChargeState:
        point = end.point
        potential = point.potential - point.metals[1]
        potential[(met == 0)[self._part]] = np.nan
        voltage = point.metals[1] - point.metals[0]
        j = np.zeros(faces.count)
        j[faces.open] = point.current_density
        metal = np.where(faces.electrode == 0, -voltage, 0.0)
        return ChargeState(
            potential=potential.reshape(self.shape),
            current_density=j,
            driving=potential[faces.cell] - metal + faces.shift,
            slope=1.0 / faces.slope(j),
            voltage=float(voltage),
            electrode_current=np.asarray(np.bincount(faces.electrode, faces.area * j, 2), dtype=float),
            iterations=end.iterations,
            residual=end.residual,
            converged=end.converged,
            message=end.message,
        )


def _ratio(a: float, b: float) -> float:
    return a / b if b != 0.0 else (1.0 if a == 0.0 else math.inf)


def _connected(pattern: Sequence[Mask]) -> NDArray[np.int64]:
    """The number of the part of the network that each voxel belongs to."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    number = np.arange(pattern[0].size).reshape(pattern[0].shape)
    first = [number[mask] for mask in pattern]
    second = [np.roll(number, -1, axis)[mask] for axis, mask in enumerate(pattern)]
    ends = np.concatenate(first), np.concatenate(second)
    graph = coo_array((np.ones(len(ends[0]), dtype=np.int8), ends), shape=(number.size, number.size))
    _, part = connected_components(graph, directed=False)
    return np.asarray(part, dtype=np.int64)
