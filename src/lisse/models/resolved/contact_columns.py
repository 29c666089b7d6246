"""Both interfaces as lateral columns: contact, voids and films of each, and what its faces are made of."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lisse.models.lumped.cathode import CathodeLaw
from lisse.models.resolved.charge import ChargeState
from lisse.models.resolved.domain import ELECTROLYTE, Domain
from lisse.models.resolved.face_law import Faces
from lisse.models.resolved.laws import BLOCKED, Laws
from lisse.models.resolved.metal_faces import FacePlaces
from lisse.models.resolved.voids import Voids

__all__ = ["ContactColumns"]

Floats = NDArray[np.float64]
_ROUNDING = 1e-9  # of the currents that faces exchange, what may be left of their sum at rest
_NO_CURRENT = 1e-15  # A/m2
_NUDGE, _LEAST_PRESSURE = 1e-3, 1e5  # share of a pressure, and Pa, by which it is changed for a slope


class ContactColumns:
    """The columns of both interfaces.

    Parameters
    ----------
    domain : Domain
    laws : Laws

    Attributes
    ----------
    there : (2, lateral) mask
        Columns in which metal meets electrolyte at the electrode.
    clean : (2, lateral) mask
        Those of them outside contaminated patches. The contact of an interface is their mean: where no current passes
        no voids form, and contact that is never lost must not hide what is lost elsewhere.
    """

    def __init__(self, domain: Domain, laws: Laws, surface_diffusion: float = 0.0) -> None:
        self.domain, self.laws = domain, laws
        self.there = _columns(domain, laws)
        self.clean = self.there.copy()
        for place, surface in laws.metal:
            outside = self.there[place] & (surface.clean > BLOCKED)
            self.clean[place] = outside if outside.any() else self.there[place]
        self._voids = {
            place: Voids(
                surface.side.contact,
                domain.voxel,
                closure=surface.closure if (surface.closure != 1.0).any() else 1.0,
                smoothing=surface_diffusion,
                metal=self.there[place],
            )
            for place, surface in laws.metal
        }

    @property
    def shape(self) -> tuple[int, ...]:
        """(2, lateral)."""
        return (2, *self.domain.lateral)

    def initial_height(self, contact: float) -> Floats:
        """m. Void heights that leave a contact fraction."""
        height = np.zeros(self.shape)
        for place, surface in self.laws.metal:
            height[place] = surface.side.contact.height(contact)
        return np.where(self.there, height, 0.0)

    def contact(self, height: Floats) -> Floats:
        """1. Contact fraction of each column; NaN where there is none to have."""
        found = np.full(self.shape, np.nan)
        for place, surface in self.laws.metal:
            found[place] = surface.side.contact.fractions(height[place])
        return np.where(self.there, found, np.nan)

    def pressed(self, pressure: Floats, contact: Floats) -> Floats:
        """Pa. Pressure on the metal in contact, of a pressure on the columns (2, lateral) and their contact."""
        found = np.zeros_like(pressure)
        for place, surface in self.laws.metal:
            found[place] = pressure[place]
            law, here = surface.side.contact, self.there[place]
            found[place][here] = law.pressed(pressure[place][here], contact[place][here])
        return found

    def currents(self, places: FacePlaces, current_density: Floats) -> Floats:
        """A/m2. Into each column from the electrode's own faces, per lateral area; reduction positive."""
        found = np.zeros((2, int(np.prod(self.domain.lateral))))
        own = places.planar
        np.add.at(found, (places.electrode[own], places.column[own]), current_density[own])
        return found.reshape(self.shape)

    def advance(self, height: Floats, columns: Floats, pressure: Floats, dt: float) -> tuple[Floats, Floats]:
        """m and m. Void heights a time `dt` (s) later, and the metal that each column gained in that time."""
        found, growth = height.copy(), np.zeros_like(height)
        for place, _ in self.laws.metal:
            step = self._voids[place].advance(height[place], -columns[place], pressure[place], dt)
            found[place], growth[place] = step.height, step.growth
        return found, growth

    def yielding(self, height: Floats, columns: Floats, pressure: Floats, dt: float, growth: Floats) -> Floats:
        """m/Pa. How much less metal than `growth` each column gains in a step, for each Pa that presses it more."""
        found = np.zeros_like(height)
        for place, _ in self.laws.metal:
            more = _NUDGE * (np.abs(pressure[place]) + _LEAST_PRESSURE)
            step = self._voids[place].advance(height[place], -columns[place], pressure[place] + more, dt)
            found[place] = np.maximum((growth[place] - step.growth) / more, 0.0)
        return found

    def face_laws(self, places: FacePlaces, contact: Floats, film: Floats) -> dict[str, Any]:
        """Film, exchange current, contact and constriction of every face, by the names of `Faces`.

        Parameters
        ----------
        places : FacePlaces
        contact : (2, lateral) array, 1
        film : (2,) array, m
            Thickness of the interphases.
        """
        found = {name: np.zeros(places.count) for name in ("film", "exchange", "contact", "constriction")}
        for place in (0, 1):
            here = places.electrode == place
            if not here.any():
                continue
            column = places.column[here]
            surface = self.laws.surfaces[place]
            if surface is None:
                found["film"][here], found["exchange"][here] = self._cathode()
                found["contact"][here] = 1.0
                continue
            side, share = surface.side, np.nan_to_num(contact[place].reshape(-1)[column], nan=1.0)
            found["film"][here] = side.film_resistance(float(film[place]))
            found["exchange"][here] = side.transfer.exchange_current_density * surface.exchange.reshape(-1)[column]
            found["contact"][here] = share * surface.clean.reshape(-1)[column]
            found["constriction"][here] = side.constriction(share)
        return found

    def _cathode(self) -> tuple[float, float]:
        """ohm m2 and A/m2. Resistance and exchange current density of the cathode."""
        law = self._cathode_law
        return law.resistance, law.exchange_current_density

    @property
    def _cathode_law(self) -> CathodeLaw:
        law = self.laws.equations.cathode
        assert law is not None  # an electrode without metal is a cathode
        return law

    def open_circuit(self, charge: float) -> Floats:
        """V. Of both electrodes against lithium, after a charge (C/m2)."""
        found = np.zeros(2)
        if self.laws.surfaces[1] is None:
            law = self._cathode_law
            found[1] = float(law.open_circuit(law.fraction(charge)))
        return found

    def films(self, before: Floats, current: float, dt: float) -> tuple[Floats, Floats]:
        """m and m. Interphases a time `dt` (s) later under a mean current density (A/m2), and the metal they took."""
        film, eaten = before.copy(), np.zeros(2)
        for place, surface in self.laws.metal:
            law = surface.side.interphase
            if law is None or dt == 0.0:
                continue
            film[place] = float(law.thickness_after(float(before[place]), dt)) + law.growth_per_charge * current * dt
            eaten[place] = float(law.lithium_consumed(film[place] - before[place]))
        return film, eaten

    def drops(self, faces: Faces, charge: ChargeState, passed: float) -> dict[str, float]:
        """V. The parts of the cell voltage, after a charge (C/m2).

        By dissipation: the sum over the faces of current times drop, over the current of the cell; what is left of the
        voltage is the electrolyte's. Without current, only the equilibrium potentials are left.
        """
        weights = charge.current_density * faces.area
        total = float(charge.electrode_current[0])
        exchanged = float(np.abs(weights).sum())  # by the faces among each other, also at rest
        at_rest = abs(total) <= _ROUNDING * exchanged + _NO_CURRENT * float(faces.area.sum())
        if at_rest:
            area = [np.where(faces.electrode == place, faces.area, 0.0) for place in (0, 1)]
            weights, total = area[0] / area[0].sum() - area[1] / area[1].sum(), 1.0
        j = np.zeros(faces.count) if at_rest else charge.current_density
        wet = np.where(faces.contact > 0.0, faces.contact, 1.0)
        rest = self.open_circuit(passed)[faces.electrode]
        values = {
            "charge_transfer_drop": faces.drop(j) - j * np.where(faces.open, faces.series, 0.0),
            "film_drop": j * faces.film / wet,
            "constriction_drop": np.zeros(faces.count) if faces.constriction is None else j * faces.constriction,
            "stress_drop": rest - faces.shift,
            "open_circuit_voltage": -rest,
        }
        open_faces = faces.open
        found = {name: float(value[open_faces] @ weights[open_faces]) / total for name, value in values.items()}
        return found | {"ohmic_drop": charge.voltage - sum(found.values())}


def _columns(domain: Domain, laws: Laws) -> NDArray[np.bool_]:
    """Columns whose end voxel is electrolyte, or lithium that hangs together with the electrode."""
    found = np.zeros((2, *domain.lateral), dtype=bool)
    for place, plane in enumerate((0, -1)):
        if laws.surfaces[place] is None:
            continue
        found[place] = (domain.role[plane] == ELECTROLYTE) | domain.metal[place][plane]
    return found
