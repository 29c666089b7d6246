"""Cations and anions in a composite: who carries the current as ceramic is added, and what its interface takes.

    python examples/lattice_composite.py

Balls of a ceramic in which only cations move, in a polymer with a transference number of 0.2. Next to the ceramic lies
a layer of polymer in which ions hop three times more slowly. Cations may enter the ceramic against an interface
resistance; anions go round. Each kind of ion has a lattice of its own, and the master equation is solved on each. The
last column answers whether the filler helps: cations' conductivity over that of the pure polymer. The balls are larger
than the critical radius (0.2 um at 1 ohm cm2) and should help there, but the slow layer takes more than they bring.
"""

from __future__ import annotations

from lisse.lattice import Hopping, Interphase, Transference, composite_lattice, transference
from lisse.microstructure import Volume
from lisse.microstructure.generate import spheres

TEMPERATURE = 333.15  # K
DIAMETER, BOX, VOXEL = 1e-6, 3e-6, 0.0625e-6  # m
POLYMER, NUMBER, SALT = 1e-2, 0.2, 1.2e3  # S/m, transference number, mol/m3
CERAMIC, MOBILE = 5e-2, 2e4  # S/m, mol/m3
LAYER = Interphase(0.125e-6, "polymer", "ceramic", rate_factor=1.0 / 3.0)
LOADINGS = (0.1, 0.2, 0.3)
RESISTANCES = (0.0, 1e-4, 1e-3)  # ohm m2


def composite(volume: Volume, resistance: float) -> Transference:
    """Who carries the current through a volume of polymer and ceramic."""
    plus, minus = (Hopping.of_conductivity(share * POLYMER, SALT, TEMPERATURE) for share in (NUMBER, 1.0 - NUMBER))
    ceramic = Hopping.of_conductivity(CERAMIC, MOBILE, TEMPERATURE)
    faces = {("polymer", "ceramic"): resistance}
    cations = composite_lattice(volume, {"polymer": plus, "ceramic": ceramic}, TEMPERATURE, faces, [LAYER])
    anions = composite_lattice(volume, {"polymer": minus, "ceramic": None}, TEMPERATURE, None, [LAYER])
    return transference(cations, anions, tolerance=1e-6)


def main() -> dict[tuple[float, float], Transference]:
    """Print the table; returns its rows by loading and resistance."""
    print("loading  R_int / ohm cm2  cations / mS/cm  anions / mS/cm   t+    gain")
    found = {}
    for loading in LOADINGS:
        volume = spheres((BOX,) * 3, VOXEL, loading, DIAMETER, gap=2.0 * VOXEL, seed=1).volume
        for resistance in RESISTANCES:
            row = found[loading, resistance] = composite(volume, resistance)
            gain = row.cations / (NUMBER * POLYMER)
            numbers = f"{10 * row.cations:16.4f} {10 * row.anions:15.4f} {row.number:6.2f} {gain:6.2f}"
            print(f"{loading:6.0%} {1e4 * resistance:15g} {numbers}")
    return found


if __name__ == "__main__":
    main()
