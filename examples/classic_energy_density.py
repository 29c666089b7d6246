"""What does excess lithium cost? Specific energy and energy density against the thickness of excess lithium.

    python examples/classic_energy_density.py            draws docs/images/classic_energy_density.png
    python examples/classic_energy_density.py FILE.svg   draws elsewhere

The case for lithium metal is energy, and two layers give it away. Excess lithium weighs little but takes room: 50 um
of it take as much as the NMC811 cathode of 3 mAh/cm2. An electrolyte of 300 um, usual in the laboratory, leaves a
cell with LLZO a fifth of the specific energy that a 20 um layer gives. Li6PS5Cl is a third as heavy, 300 um of it
weigh as much as 100 um of LLZO, but both take the same room.

How far to trust it: the repeating unit alone, charged, with half of each foil; no tabs, case, fixture or wetting of
the interface, so every real cell lies lower. Voltage is the open-circuit voltage averaged over the range of the
library's fit (a little narrower than the capacity of NMC811 and so a little high), no overpotential taken off. Chosen
here, not measured: 3 mAh/cm2, cathode layer of 80 % active material and 20 % Li6PS5Cl by mass without pores, 6 um
copper, 10 um aluminium. Densities, capacities and relative densities of the separators are the library's. LiCoO2 is
missing because the library has no voltage of it; no Li-ion cell is drawn because neither the library nor our
references hold one.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from lisse.materials import Material, load
from lisse.theory import EnergyDensity, cell_energy_density

HERE = Path(__file__).parent
EXCESS = np.linspace(0.0, 100e-6, 41)  # m
CATHODES = {"NMC811": "NMC811", "LFP": "LiFePO$_4$"}
ELECTROLYTES = {"Li6PS5Cl": ("Li$_6$PS$_5$Cl", "--"), "LLZO": ("LLZO", "-")}
SEPARATORS = {20e-6: "#0072B2", 100e-6: "#009E73", 300e-6: "#D55E00"}  # m
AREAL_CHARGE = 3 * 36000.0  # C/m2
ACTIVE_FRACTION = 0.8  # by mass; the rest is Li6PS5Cl
FOILS = {"copper_thickness": 6e-6, "aluminium_thickness": 10e-6}


def mean_voltage(cathode: Material) -> float:
    """Mean over the range of lithium fractions in which the fit of the open-circuit voltage holds, V."""
    law = cathode.law("open_circuit_voltage")
    steps = np.linspace(*law.range, 2001)
    return float(np.mean([law.evaluate(x) for x in 0.5 * (steps[1:] + steps[:-1])]))


def energy(cathode_name: str, electrolyte_name: str, separator: float, excess: Any) -> EnergyDensity:
    """Energy of the cell by mass and by volume."""
    cathode, electrolyte, filler = load(cathode_name), load(electrolyte_name), load("Li6PS5Cl").value("density")
    layer = 1 / (ACTIVE_FRACTION / cathode.value("density") + (1 - ACTIVE_FRACTION) / filler)
    return cell_energy_density(
        areal_charge=AREAL_CHARGE,
        voltage=mean_voltage(cathode),
        cathode_specific_charge=cathode.value("specific_capacity"),
        active_fraction=ACTIVE_FRACTION,
        cathode_density=layer,
        electrolyte_thickness=separator,
        electrolyte_density=electrolyte.value("density") * electrolyte.value("relative_density"),
        excess_lithium_thickness=excess,
        lithium_density=load("lithium").value("density"),
        **FOILS,
    )


def draw(path: Path) -> dict[tuple[str, str, float], EnergyDensity]:
    """Draw the figure; returns what is in it."""
    figure = Figure(figsize=(7.0, 5.2), layout="constrained")
    panels = figure.subplots(2, 2, sharex=True, sharey="row")
    results = {}
    for column, cathode in enumerate(CATHODES):
        for electrolyte, (_, style) in ELECTROLYTES.items():
            for separator, colour in SEPARATORS.items():
                found = energy(cathode, electrolyte, separator, EXCESS)
                results[cathode, electrolyte, separator] = found
                panels[0, column].plot(1e6 * EXCESS, np.asarray(found.gravimetric) / 3600, style, color=colour)
                if electrolyte == "LLZO":  # the volume is the same with either
                    panels[1, column].plot(1e6 * EXCESS, np.asarray(found.volumetric) / 3.6e6, color=colour)
        panels[0, column].set_title(f"{CATHODES[cathode]}, {AREAL_CHARGE / 36000:g} mAh cm$^{{-2}}$", fontsize=10)
        panels[1, column].set(xlabel="Excess lithium / μm", xlim=(0, 100))
    panels[0, 0].set(ylabel="Specific energy / Wh kg$^{-1}$", ylim=(0, None))
    panels[1, 0].set(ylabel="Energy density / Wh L$^{-1}$", ylim=(0, None))
    thick = [Line2D([], [], color=colour, label=f"{1e6 * size:g} μm") for size, colour in SEPARATORS.items()]
    kinds = [Line2D([], [], color="0.2", ls=style, label=label) for label, style in ELECTROLYTES.values()]
    panels[1, 1].legend(handles=thick, title="electrolyte (either)", frameon=False, fontsize=9, title_fontsize=9)
    panels[0, 1].legend(handles=kinds, frameon=False, fontsize=9)
    for panel in panels.flat:
        panel.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=150)
    return results


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / "docs" / "images" / "classic_energy_density.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    draw(target)
    print(target)
