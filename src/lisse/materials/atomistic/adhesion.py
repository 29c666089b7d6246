"""Work of adhesion with lithium: a slab of the metal on the easiest surface of the crystal.

    W = (E_crystal slab + E_lithium slab - E_both) / A

All three have the same cell, so that the strain of the lithium drops out. The film is first moved stiffly (height, then
sideways), then all comes to rest but the lower half of the crystal. Where that rest sets free much more than the stiff
film did, crystal and lithium react, and the number is that of a reaction: it is refused.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

from lisse.materials.atomistic.computed import Found
from lisse.materials.atomistic.crystal_symmetry import primitive_cell
from lisse.materials.atomistic.matching import Match, best_match
from lisse.materials.atomistic.relaxation import relaxed
from lisse.materials.atomistic.slabs import Cut, slab
from lisse.materials.atomistic.surfaces import PER_AREA, Surface, easiest_surface
from lisse.materials.atomistic.work import Work

if TYPE_CHECKING:
    from ase import Atoms

__all__ = ["adhesion"]

_TOLERANCE = 0.04
_MOST_ATOMS = 240
_AREA = 120.0  # square angstrom, of the common cell
_FILM = 9.0  # angstrom
_HEIGHTS = (1.6, 2.0, 2.4, 2.8, 3.2, 3.8, 4.5, 5.5)
_SIDEWAYS = 4
_REACTED = 1.0  # J/m2 between the stiff and the relaxed work of adhesion
_LITHIUM_EDGE = 3.44  # angstrom, where both shipped potentials put bcc lithium to 1 %; relaxed before use


def adhesion(work: Work) -> dict[str, Found]:
    """Work of adhesion of lithium on the easiest surface."""
    under = easiest_surface(work)
    if under is None:
        return _nothing("no plane gives a whole slab that is small enough")
    film_cell = _lithium(work)
    placed = _fitted(work, under, film_cell)
    if placed is None:
        return _nothing(f"no common cell with lithium below {_AREA:.0f} square angstrom and {_MOST_ATOMS} atoms")
    base, film, match = placed
    area = float(np.linalg.norm(np.cross(base.cell[0], base.cell[1])))
    work.say(0.3, f"stiff film, {len(base) + len(film)} atoms")
    stiff = work.once("adhesion/stiff", lambda: _best_place(work, base, film, match))
    both = _stacked(base, film, stiff["height"], stiff["sideways"])
    rigid = (stiff["apart_ev"] - stiff["energy_ev"]) / area * PER_AREA
    work.say(0.5, f"rest of {len(both)} atoms")
    still = relaxed(work, "adhesion/both", both, hold=_lower_half(base), loose=4.0)
    alone = relaxed(work, "adhesion/base", base, hold=_lower_half(base), loose=4.0)
    metal = relaxed(work, "adhesion/film", film, loose=4.0)
    value = (alone.energy + metal.energy - still.energy) / area * PER_AREA
    return _judged(
        value,
        rigid,
        all(each.converged for each in (still, alone, metal)),
        {
            "plane": list(under.indices),
            "rigid_j_per_m2": rigid,
            "relaxed_j_per_m2": value,
            "height_angstrom": stiff["height"],
            "film_strain": match.strain,
            "atoms": len(both),
            "area_angstrom2": area,
        },
    )


def _judged(value: float, rigid: float, rested: bool, details: dict[str, Any]) -> dict[str, Found]:
    said = [] if rested else ["the interface did not come to rest"]
    height = details["height_angstrom"]
    if height == _HEIGHTS[0]:
        said.append(f"the stiff film is best at {height:g} angstrom, the nearest that was tried")
    if details["film_strain"] > _TOLERANCE:
        said.append(f"the lithium film is strained by {100 * details['film_strain']:.1f} %")
    if value - rigid > _REACTED:
        said.append(
            f"crystal and lithium react: {value:.2g} J/m2 after rest against {rigid:.2g} J/m2 of the stiff film"
        )
        return {"work_of_adhesion": Found(None, 0.0, tuple(said), details)}
    if value <= 0 or height == _HEIGHTS[-1]:
        said.append(f"lithium does not stick: {value:.2g} J/m2, the stiff film is best {height:g} angstrom away")
        return {"work_of_adhesion": Found(None, 0.0, tuple(said), details)}
    return {"work_of_adhesion": Found(value, 0.0, tuple(said), details)}


def _nothing(text: str) -> dict[str, Found]:
    return {"work_of_adhesion": Found(None, 0.0, (text,), {})}


def _lithium(work: Work) -> Atoms:
    """The primitive cell of bcc lithium under this potential."""
    from ase.build import bulk

    start = primitive_cell(bulk("Li", "bcc", a=_LITHIUM_EDGE))
    return relaxed(work, "adhesion/lithium", start, cell=True).atoms


def _fitted(work: Work, under: Surface, lithium: Atoms) -> tuple[Atoms, Atoms, Match] | None:
    """The repeated slab and the strained film, each alone in the common cell."""
    film = slab(lithium, Cut((1, 0, 0), 0.5, 0.0), _FILM, work.settings.vacuum * 1e10)  # the dense (110) planes
    match = best_match(under.atoms.cell[:2, :2], film.cell[:2, :2], _TOLERANCE, _AREA)
    if match is None:
        return None
    base = under.atoms.repeat((*match.repeats, 1))
    whole = _repeated_film(film, match)
    if len(base) + len(whole) > _MOST_ATOMS:
        return None
    height = float(np.ptp(base.positions[:, 2]) + np.ptp(whole.positions[:, 2]) + work.settings.vacuum * 1e10 + 3.0)
    cell = np.asarray(base.cell).copy()
    cell[2] = [0.0, 0.0, height]
    whole.set_cell([*cell[:2].tolist(), np.asarray(whole.cell)[2].tolist()], scale_atoms=True)
    base.positions[:, 2] -= base.positions[:, 2].min() - 1.0
    whole.positions[:, 2] -= whole.positions[:, 2].min() - 1.0
    base.set_cell(cell)
    whole.set_cell(cell)
    return base, whole, match


def _repeated_film(film: Atoms, match: Match) -> Atoms:
    from ase.build import make_supercell

    transform = np.eye(3, dtype=int)
    transform[:2, :2] = match.film
    made: Atoms = make_supercell(film, transform)
    return made


def _stacked(base: Atoms, film: Atoms, height: float, sideways: Any) -> Atoms:
    both, above = base.copy(), film.copy()
    above.positions[:, 2] += base.positions[:, 2].max() + height - above.positions[:, 2].min()
    above.positions += np.asarray(sideways) @ np.asarray(base.cell)[:2]
    both += above
    return both


def _best_place(work: Work, base: Atoms, film: Atoms, match: Match) -> dict[str, Any]:
    """Height and place of the stiff film of least energy."""
    energies = [work.energy(_stacked(base, film, height, (0.0, 0.0))) for height in _HEIGHTS]
    height = _HEIGHTS[int(np.argmin(energies))]
    places = [(a / _SIDEWAYS, b / _SIDEWAYS) for a, b in itertools.product(range(_SIDEWAYS), repeat=2)]
    shifts = np.array(places) @ np.linalg.inv(match.film)  # over one cell of the film
    tried = [work.energy(_stacked(base, film, height, shift)) for shift in shifts]
    best = int(np.argmin(tried))
    return {
        "height": height,
        "sideways": shifts[best],
        "energy_ev": tried[best],
        "apart_ev": work.energy(base) + work.energy(film),
    }


def _lower_half(base: Atoms) -> Any:
    middle = (base.positions[:, 2].min() + base.positions[:, 2].max()) / 2
    return np.flatnonzero(base.positions[:, 2] < middle)
