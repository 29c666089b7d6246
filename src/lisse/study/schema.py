"""Every key of a case file: unit, range, default and one line of help.

The reader, the templates of ``lisse new``, the as-run file, the reference page and the fuzz test all follow this one
table. Ranges are wide: they exclude what no cell has, most often a slip of the unit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from lisse.cell import (
    CELL_KINDS,
    CLOSURES,
    FIXTURES,
    FLAW_GEOMETRIES,
    INTERLAYER_CARRIERS,
    INTERPHASE_KINDS,
    KINETICS,
)
from lisse.keys import (
    OPTIONAL,
    REQUIRED,
    Choice,
    Field,
    Flag,
    Integer,
    Quantity,
    SameAs,
    Text,
    current,
    duration,
    pressure,
    temperature,
    within,
)
from lisse.materials.hybrid import DEFAULT_RULE, MIXING_RULES
from lisse.models.criteria import STABILITY_CHOICES
from lisse.models.lumped.model import AFTER_SOFT_SHORT
from lisse.models.uncertainty import MOST_SAMPLES
from lisse.protocol.table import PROTOCOLS, STEP
from lisse.study.fields import FromMaterial, GathersInVoids, LithiumRich

__all__ = [
    "CATHODE",
    "CRACKS",
    "FILLER",
    "MICROSTRUCTURE",
    "MODELS",
    "OWN_KINDS",
    "PHASE_ROLES",
    "PROTOCOLS",
    "SCAN",
    "STEP",
    "TABLES",
    "Table",
]

Table = Mapping[str, Field]

MODELS = ("analytic", "lumped", "resolved")
"""Models of this version, by the name they have in a case file."""
OWN_KINDS = ("electrolyte", "polymer", "metal", "cathode", "interlayer")
"""What a material with inline properties may be."""
PHASE_ROLES = ("pore", "electrolyte", "lithium", "crack")
"""What a phase of a microstructure may be, besides a material."""
_LAST_SEED = 2**32 - 1


def _resistance(help: str, default: Any, example: Any = None) -> Quantity:
    return within(0.0, 1e4, "ohm m^2", help, default, example)


def _thickness(low: float, help: str, default: Any = REQUIRED) -> Quantity:
    return within(low, 0.1, "m", help, default)


def _angle(help: str, default: Any, example: Any = None) -> Quantity:
    return within(math.radians(1.0), math.radians(179.0), "rad", help, default, example)


def _activation(help: str) -> Quantity:
    return within(0.0, 5e5, "J/mol", f"{help}; without it the library's law, if it has one", OPTIONAL, "50 kJ/mol")


def _share(help: str, default: Any, example: Any = None) -> Quantity:
    return within(0.0, 1.0, "1", help, default, example)


TABLES: Mapping[str, Table] = MappingProxyType(
    {
        "": {"title": Text("shown on the report", "untitled")},
        "cell": {
            "kind": Choice("kind of cell", "symmetric", choices=CELL_KINDS),
            "area": within(1e-12, 100.0, "m^2", "area of the electrodes, which normalises the current"),
            "temperature": temperature("temperature of the cell", "25 degC"),
        },
        "cell.electrolyte": {
            "thickness": _thickness(1e-9, "distance between the electrodes"),
            "grain_boundary_resistance": _resistance(
                "in series; zero when the conductivity is a total one", "0 ohm cm^2"
            ),
            "pore_radius": within(1e-10, 1e-3, "m", "pores inside, where lithium could be deposited", "0.1 um"),
        },
        "cell.electrolyte.hybrid": {
            "rule": Choice(
                "formula that mixes the phases; the matrix stays continuous by default",
                DEFAULT_RULE,
                choices=tuple(MIXING_RULES),
            ),
            "porosity": within(0.0, 0.9, "1", "share of pores in the whole volume", 0.0),
            "threshold": within(
                0.01, 0.99, "1", "percolation threshold of the better phase, for general-effective-media", 0.16
            ),
            "exponent_low": within(0.1, 10.0, "1", "exponent below that threshold", 0.87),
            "exponent_high": within(0.1, 10.0, "1", "exponent above that threshold", 2.0),
        },
        "cell.electrolyte.flaws": {
            "mean_length": within(1e-9, 1e-2, "m", "mean depth of the surface flaws", example="5 um"),
            "spread": within(0.0, 3.0, "1", "standard deviation of ln(length)", 0.5),
            "density": within(1.0, 1e16, "1/m^2", "flaws per area of one interface", example="1e8 1/m^2"),
            "geometry": Choice("shape, for the stress intensity", "edge", choices=FLAW_GEOMETRIES),
            "focusing": within(1.0, 1000.0, "1", "local over mean current at the mouth of a flaw", 1.0),
            "mouth_half_width": within(0.0, 1e-3, "m", "of open scratches, half their width; 0 for cracks", "0 um"),
        },
        "cell.anode": {"thickness": _thickness(0.0, "metal of the working electrode")},
        "cell.counter": {
            "thickness": _thickness(0.0, "metal of the counter electrode", SameAs("cell.anode.thickness"))
        },
        "cell.interface": {
            "resistance": _resistance(
                "films in true contact, without an interlayer", FromMaterial("electrolyte", "interface_resistance")
            ),
            "exchange_current_density": within(
                1e-9, 1e9, "A/m^2", "of true contact", FromMaterial("electrolyte", "exchange_current_density")
            ),
            "anodic_transfer_coefficient": within(
                0.01, 0.99, "1", "share of the overpotential that drives stripping", 0.5
            ),
            "void_density": within(
                1.0, 1e18, "1/m^2", "pores per area", FromMaterial("metal", "void_density", "1e10 1/m^2")
            ),
            "spot_density": within(
                1.0, 1e18, "1/m^2", "contact spots per area; one beside each pore unless given", OPTIONAL, "1e9 1/m^2"
            ),
            "contact_angle": _angle(
                "of the metal on the electrolyte; 90 deg makes hemispherical pores",
                FromMaterial("electrolyte", "contact_angle", "90 deg"),
            ),
            "void_closure_coefficient": within(
                0.0,
                1.0,
                "A/m^2/Pa",
                "diffusional closure, as stripping current per stack pressure",
                FromMaterial("metal", "void_closure_coefficient", "0 mA/cm^2/MPa"),
            ),
            "void_closure_activation_energy": _activation(
                "of that coefficient, which holds at the temperature of the cell"
            ),
            "small_scale_strength_factor": within(
                1e-3,
                1e6,
                "1",
                "strength of the metal around a pore over its bulk creep strength",
                FromMaterial("metal", "small_scale_strength_factor", 1.0),
            ),
            "contact_hardness": within(
                1e3,
                1e12,
                "Pa",
                "forming pressure that makes full contact",
                FromMaterial("metal", "contact_hardness", "50 MPa"),
            ),
            "injection": _share("share of the stripped volume that gathers in voids", GathersInVoids()),
            "refill": _share("share of the plated volume that fills voids first", 1.0),
            "nucleus_radius": within(1e-10, 1e-3, "m", "radius of the pores that are always there", "0.3 um"),
            "contact_limit": within(0.01, 0.99, "1", "contact fraction that counts as contact lost", 0.05),
            "kinetics": Choice("law of charge transfer", "butler-volmer", choices=KINETICS),
            "closure": Choice("pressure that closes voids", "far-field", choices=CLOSURES),
            "void_density_exponent": within(-3.0, 3.0, "1", "m: pores per area rise as (current density)^m", 0.0),
            "void_density_current": current("where the pores per area are void_density", "1 mA/cm^2"),
            "vacancy_current": within(
                0.0, 1e8, "A/m^2", "stripping whose vacancies diffuse into the bulk of the metal", "0 mA/cm^2"
            ),
            "contamination": within(0.0, 0.99, "1", "share of the interface that is contaminated", 0.0),
            "contaminated_contact_angle": _angle(
                "of the metal on the contamination (computed for Li on Li2CO3; sharafi2017 [L])", "142 deg"
            ),
            "adhesion_strength": within(
                0.0,
                1e9,
                "Pa",
                "tension that the bond of metal and electrolyte bears",
                FromMaterial("electrolyte", "adhesion_strength", "0 MPa"),
            ),
            "dead_share": _share("share of the stripped lithium that is cut off and lost", 0.0),
            "roughness": within(1e-10, 1e-4, "m", "amplitude of the waves between flaws at the start", "10 nm"),
        },
        "cell.interface.interphase": {
            "kind": Choice("how it conducts and grows", choices=INTERPHASE_KINDS, example="mixed-conducting"),
            "conductivity": within(
                1e-14, 1e6, "S/m", "for lithium ions; resistance = thickness/conductivity", example="0.1 mS/cm"
            ),
            "initial_thickness": within(1e-10, 1e-3, "m", "at the start", "0.001 um"),
            "lithium_ratio": within(
                0.0,
                10.0,
                "1",
                "thickness of lithium consumed per thickness grown (9 nm per uAh/cm2; aktekin2023 [S*])",
                0.54,
            ),
            "rate_constant": within(
                1e-30,
                1e-6,
                "m^2/s",
                "k of L^2 = 2 k t; a mixed-conducting one needs it; not of a passivating one",
                FromMaterial("electrolyte", "interphase_rate_constant", OPTIONAL),
                "1e-19 m^2/s",
            ),
            "reaction_rate": within(
                1e-20, 1.0, "m/s", "growth rate of the bare surface; a passivating one needs it", OPTIONAL, "1 nm/s"
            ),
            "decay_length": within(
                1e-12, 1e-4, "m", "growth falls by e over it; of a passivating one only", OPTIONAL, "2 nm"
            ),
            "cycling_acceleration": within(
                0.0, 1.0, "1", "thickness grown per thickness of lithium plated or stripped", 0.0
            ),
            "volume_change": within(
                -0.95,
                10.0,
                "1",
                "of the reaction with the metal, relative",
                FromMaterial("electrolyte", "interphase_volume_change", 0.0),
            ),
            "poisson_ratio": within(
                0.0, 0.5, "1", "of the interphase", FromMaterial("electrolyte", "poisson_ratio", 0.25)
            ),
            "youngs_modulus": within(
                1e3, 1e13, "Pa", "of the interphase; with it, and its toughness, it can crack", OPTIONAL, "20 GPa"
            ),
            "fracture_toughness": within(
                1.0, 1e9, "Pa m^0.5", "of the interphase or of the electrolyte below", OPTIONAL, "0.2 MPa m^0.5"
            ),
            "activation_energy": _activation("of both rates, which hold at the temperature of the cell"),
        },
        "cell.interface.interlayer": {
            "thickness": within(
                1e-10, 1e-3, "m", "of the layer as it is in the cell, lithiated if it is an alloy", example="1 um"
            ),
            "carries": Choice(
                "ions, so that metal forms on it, or lithium, as an alloy; told by its numbers unless given",
                OPTIONAL,
                "ions",
                choices=INTERLAYER_CARRIERS,
            ),
            "flaw_length": within(
                1e-10,
                1e-3,
                "m",
                "depth of its deepest flaw or pinhole; unless given, one may go through and it shields nothing",
                OPTIONAL,
                "0.1 um",
            ),
            "contact_angle": _angle(
                "of the metal on the layer; from its work of adhesion where that alone is known",
                FromMaterial("interlayer", "contact_angle", SameAs("cell.interface.contact_angle")),
                "60 deg",
            ),
            "exchange_current_density": within(
                1e-9,
                1e9,
                "A/m^2",
                "of true contact with the layer",
                FromMaterial(
                    "interlayer", "exchange_current_density", SameAs("cell.interface.exchange_current_density")
                ),
                "10 mA/cm^2",
            ),
            "resistance": _resistance(
                "of the two faces of the layer, besides its thickness over conductivity",
                FromMaterial("interlayer", "interface_resistance", SameAs("cell.interface.resistance")),
                "1 ohm cm^2",
            ),
            "injection": _share(
                "share of the stripped volume that gathers in voids; 0 on a polymer, which yields",
                SameAs("cell.interface.injection"),
                1.0,
            ),
            "adhesion_strength": within(
                0.0,
                1e9,
                "Pa",
                "tension that the bond of metal and layer bears",
                FromMaterial("interlayer", "adhesion_strength", SameAs("cell.interface.adhesion_strength")),
                "1 MPa",
            ),
        },
        "cell.stack": {
            "pressure": pressure("stack pressure in operation"),
            "forming_pressure": pressure("largest pressure before the test", SameAs("cell.stack.pressure")),
            "fixture": Choice("how the pressure is kept", "constant-pressure", choices=FIXTURES),
            "stiffness": within(1.0, 1e20, "Pa/m", "of a constant-gap fixture", OPTIONAL, "1 MPa/um"),
            "forming_temperature": temperature("at which the forming pressure acted", SameAs("cell.temperature")),
            "forming_time": duration(0.0, "for how long; 0 h leaves plastic contact alone, without creep", "0 h"),
        },
        "model": {
            "name": Choice("which model", "lumped", choices=MODELS),
            "seed": Integer(
                "of what is drawn at random (without it: the median flaw; uncertainties by 0)",
                OPTIONAL,
                1,
                low=0,
                high=_LAST_SEED,
            ),
        },
        "model.analytic": {
            "stability": Choice(
                "the stability of the interface stands beside the limits, or decides in one convention",
                "reported",
                choices=STABILITY_CHOICES,
            ),
            "samples": Integer("draws of the uncertain properties (0: none)", 2000, low=0, high=MOST_SAMPLES),
        },
        "model.lumped": {
            "flaw_classes": Integer("classes that stand for the flaws of one interface", 6, low=1, high=64),
            "relative_tolerance": within(1e-10, 1e-2, "1", "of the time integration", 1e-4),
            "stability": Choice(
                "waves between the flaws stand beside the limits, or grow in one convention of linear stability",
                "reported",
                choices=STABILITY_CHOICES,
            ),
            "after_soft_short": Choice(
                "whether a run ends at its first soft short, or goes on with the filament beside the cell",
                "stop",
                choices=AFTER_SOFT_SHORT,
            ),
        },
        "model.resolved": {
            "voxel": within(1e-9, 1e-3, "m", "edge of a voxel: a square in a plane, a cube in space", "0.5 um"),
            "width": within(
                1e-9, 1.0, "m", "of a homogeneous crystal; as wide as thick unless given", OPTIONAL, "32 um"
            ),
            "boundary_toughness": within(
                0.05, 1.0, "1", "fracture toughness K_IC of grain boundaries over that of the grains", 0.63
            ),
            "boundary_softening": within(
                0.01, 1.0, "1", "Young's modulus along grain boundaries over that of the grains", 1.0
            ),
            "boundary_resistance": within(
                0.0,
                1e4,
                "ohm m^2",
                "of one grain boundary; unless given, that of the cell shared by the boundaries across it",
                OPTIONAL,
                "0 ohm cm^2",
            ),
            "length_scale": within(1.0, 20.0, "1", "of the phase field of fracture, in voxels", 2.0),
            "fracture": Flag("whether the electrolyte can crack", True),
            "crystal_elasticity": Flag("whether grains are as stiff as their cubic crystals, turned with them", False),
            "internal_deposition": Flag("whether leaking electrons may form lithium inside the electrolyte", False),
            "boundary_electronic_conductivity": within(
                1e-20,
                1e4,
                "S/m",
                "along grain boundaries, with internal_deposition; as in the grains unless given",
                OPTIONAL,
                "1e-6 S/cm",
            ),
            "lithium": Choice(
                "electrodes that flow under their own stress, or have the stack pressure everywhere",
                "viscous",
                choices=("viscous", "fluid"),
            ),
            "patch_size": within(
                1e-9, 1e-2, "m", "of contaminated patches; spread evenly unless given", OPTIONAL, "5 um"
            ),
            "scatter": within(
                0.0, 3.0, "1", "standard deviation of ln(exchange current, closure of voids) along the interface", 0.0
            ),
            "surface_diffusion": within(0.0, 1e-6, "m^2/s", "with which voids spread along the interface", "0 m^2/s"),
            "tolerance": within(1e-12, 1e-2, "1", "to which charge, contact and cracks agree in a time step", 1e-6),
            "time_tolerance": within(1e-7, 0.1, "1", "of the contact fraction, per time step", 2e-3),
            "most_steps": Integer("time steps after which a run is given up", 20_000, high=10_000_000),
            "saved_times": Integer("times at which fields are kept, besides events", 20, high=100_000),
        },
    }
)
"""Tables with fixed keys, by path. ``material`` keys and the protocol are read apart."""

CATHODE: Table = MappingProxyType(
    {
        "areal_capacity": within(3.6e-2, 3.6e7, "C/m^2", "areal capacity of the cathode", example="3 mAh/cm^2"),
        "initial_lithium_fraction": within(0.0, 1.0, "1", "at the start; by default full of lithium", LithiumRich()),
        "resistance": _resistance("of the cathode and its own contact with the electrolyte", "0 ohm cm^2"),
        "exchange_current_density": within(
            1e-6, 1e9, "A/m^2", "per geometric area; assumed: NMC811 particles in liquid, 3 mAh/cm2 [U]", "5 mA/cm^2"
        ),
    }
)
"""Keys of ``[cell.counter]`` in a full cell, besides ``material``."""

FILLER: Table = MappingProxyType(
    {
        "fraction": within(
            0.0, 0.95, "1", "share of the whole volume; comes from the microstructure if there is one", OPTIONAL, 0.3
        ),
        "interface_resistance": _resistance("between matrix and filler", "0 ohm cm^2"),
        "radius": within(
            1e-9, 1e-3, "m", "of the particles, through which the interface resistance acts", OPTIONAL, "1 um"
        ),
        "interface_area": within(
            1.0, 1e10, "1/m", "area of matrix and filler per volume, in place of the radius", OPTIONAL, "1 1/um"
        ),
    }
)
"""Keys of one of ``[cell.electrolyte.hybrid.fillers.NAME]``, besides ``material``."""

MICROSTRUCTURE: Table = MappingProxyType(
    {
        "file": Text(
            "segmented image or saved volume, from the folder of the case", OPTIONAL, "scan.tif", longest=4096
        ),
        "voxel_size": within(1e-10, 1e-3, "m", "edge of a voxel, where the file does not tell", OPTIONAL, "0.5 um"),
        "matrix": Text("name of the phase of the matrix", "matrix"),
        "axis": Choice("direction from one electrode to the other", "x", choices=("x", "y", "z")),
    }
)
"""Keys of ``[cell.electrolyte.hybrid.microstructure]``, besides ``phases`` and ``recipe``."""

CRACKS: Table = MappingProxyType(
    {
        "count": Integer("cracks in each surface that has some, at random places", low=1, high=10_000, example=2),
        "length": within(1e-9, 1e-2, "m", "mean depth along the crack; at least 3 voxels", example="4 um"),
        "spread": _share("standard deviation of the depth over its mean", 0.3),
        "tilt": within(0.0, 1.2, "rad", "mean angle to the normal of the surface", "0 deg"),
        "along_boundaries": Flag("follow the grain boundaries instead of a plane", False),
        "side": Choice(
            "surface: that of the working electrode, of the counter electrode, or both",
            "low",
            choices=("low", "high", "both"),
        ),
        "seed": Integer("of this draw; that of the run unless given", OPTIONAL, 1, low=0, high=_LAST_SEED),
    }
)
"""Keys of ``[model.resolved.flaws]``, which takes the place of the flaws of the cell's electrolyte."""

SCAN: Table = MappingProxyType(
    {
        "file": Text("segmented image or saved volume, from the folder of the case", example="scan.tif", longest=4096),
        "dataset": Text("name of the dataset, in a file with several", OPTIONAL, "labels"),
        "axes": Text("names of the axes as they are stored, where the file does not tell", OPTIONAL, "zyx", longest=8),
    }
)
"""Keys of ``[model.resolved.microstructure]`` with a file, besides ``phases`` and ``crop``."""
