"""A million points of a formula at once, against plain loops over single points; on one core.

    python benchmarks/theory.py [--points 1e6] [--loop 2000]

Three ways: the whole array in one call; a Python loop that calls the same function with floats; and, for stability and
cracks, a loop over a formula written by hand with ``math``, without any check of its input. The last two are timed on
fewer points and scaled up. Machines are noisy: read the ratios, not the seconds.
"""

from __future__ import annotations

import argparse
import math
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from lisse import theory
from lisse.units import FARADAY, LITHIUM_MOLAR_VOLUME

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Case:
    """A formula, what is drawn at random for each point, what is the same for all, and the same by hand."""

    name: str
    function: Callable[..., Any]
    draw: Callable[[np.random.Generator, int], Arrays]
    fixed: dict[str, Any]
    by_hand: Callable[..., Any] | None = None


def stability_by_hand(
    wavenumber: float,
    shear_modulus_electrolyte: float,
    poisson_ratio_electrolyte: float,
    shear_modulus_metal: float,
    poisson_ratio_metal: float,
    molar_volume_ratio: float,
    surface_energy: float,
) -> float:
    """What someone would write for one point, after the paper."""
    g_s, nu_s, g_e, nu_e = (
        shear_modulus_electrolyte,
        poisson_ratio_electrolyte,
        shear_modulus_metal,
        poisson_ratio_metal,
    )
    k, v, volume = wavenumber, molar_volume_ratio, LITHIUM_MOLAR_VOLUME
    a, b = 3 - 4 * nu_e, 3 - 4 * nu_s
    mixed = 2 - 3 * nu_s - 3 * nu_e + 4 * nu_e * nu_s
    scale = g_s * a * (1 - nu_s) + g_e * b * (1 - nu_e)
    hydrostatic = volume * (1 - v) * (g_s**2 * a - g_e**2 * b) * k / (2 * scale)
    deviatoric = 2 * g_e * g_s * volume * (1 + v) * mixed * k / scale
    return hydrostatic + deviatoric - volume * (1 + v) * surface_energy * k**2 / 2


def crack_by_hand(fracture_toughness: float, flaw_length: float) -> float:
    """Overpotential of an edge crack, one flaw."""
    return LITHIUM_MOLAR_VOLUME / FARADAY * fracture_toughness / (1.1215222 * math.sqrt(math.pi * flaw_length))


def uniform(**limits: tuple[float, float]) -> Callable[[np.random.Generator, int], Arrays]:
    """Independent numbers between limits."""
    return lambda rng, n: {name: rng.uniform(low, high, n) for name, (low, high) in limits.items()}


def spread(**limits: tuple[float, float]) -> Callable[[np.random.Generator, int], Arrays]:
    """Independent numbers between limits, even in the logarithm."""
    return lambda rng, n: {
        name: np.exp(rng.uniform(math.log(low), math.log(high), n)) for name, (low, high) in limits.items()
    }


def both(*draws: Callable[[np.random.Generator, int], Arrays]) -> Callable[[np.random.Generator, int], Arrays]:
    """What several draws give together."""
    return lambda rng, n: {name: value for draw in draws for name, value in draw(rng, n).items()}


def mixture(phases: int) -> Callable[[np.random.Generator, int], Arrays]:
    """Phases along the last axis, conductivities over twelve decades."""

    def draw(rng: np.random.Generator, n: int) -> Arrays:
        weight = rng.random((n, phases)) + 1e-3
        fractions = weight / weight.sum(axis=-1, keepdims=True)
        return {"conductivities": 10.0 ** rng.uniform(-12, 0, (n, phases)), "fractions": fractions}

    return draw


SALT = {"salt_concentration": 1000.0, "diffusivity": 1e-12, "transference_number": 0.2, "thickness": 50e-6}
WAVE = both(
    spread(wavenumber=(1e5, 1e9), shear_modulus_electrolyte=(1e6, 1e11), molar_volume_ratio=(0.01, 100.0)),
    uniform(poisson_ratio_electrolyte=(0.1, 0.49)),
)
LITHIUM = {"shear_modulus_metal": 2.83e9, "poisson_ratio_metal": 0.381, "surface_energy": 0.5}
FLAW = spread(fracture_toughness=(1e5, 3e6), flaw_length=(1e-8, 1e-4))
CREEP = {"prefactor": 3e5**-6.55, "exponent": 6.55, "activation_energy": 37e3}
GEM = {"high": 1.0, "threshold": 0.16, "exponent_low": 0.87, "exponent_high": 2.0}
CASES = (
    Case("interface_stability", theory.interface_stability, WAVE, LITHIUM, stability_by_hand),
    Case("crack_overpotential", theory.crack_overpotential, FLAW, {}, crack_by_hand),
    Case("critical_shear_ratio", theory.critical_shear_ratio,
         both(spread(molar_volume_ratio=(0.01, 100.0)), uniform(poisson_ratio_electrolyte=(0.1, 0.49))),
         {"poisson_ratio_metal": 0.381}),
    Case("grain_boundary_current_limit", theory.grain_boundary_current_limit,
         spread(fracture_stress=(1e7, 1e9), grain_boundary_resistance=(1e-6, 1e-1)), {}),
    Case("extrusion_pressure", theory.extrusion_pressure,
         spread(current_density=(1e-1, 1e2), slot_half_width=(1e-8, 1e-6)),
         {"slot_depth": 1e-5, "creep_prefactor": 1e-43, "creep_exponent": 6.55}),
    Case("sand_time, finite cell", theory.sand_time, spread(current_density=(4.8, 40.0)), SALT),
    Case("polarisation_profile", theory.polarisation_profile,
         both(uniform(position=(0.0, 50e-6)), spread(time=(1.0, 1e4))), {**SALT, "current_density": 2.0}),
    Case("overpotential, alpha 0.3", theory.overpotential, spread(current_density=(1e-6, 1e6)),
         {"exchange_current_density": 1.0, "temperature": 300.0, "anodic_transfer_coefficient": 0.3}),
    Case("lithium_potential_n_type", theory.lithium_potential_n_type, uniform(position=(0.0, 1e-4), voltage=(0.0, 1.0)),
         {"thickness": 1e-4, "ionic_conductivity": 0.1, "ionic_interface_resistance": 1e-3}),
    Case("interphase_thickness_mixed", theory.interphase_thickness_mixed, spread(time=(1.0, 1e9)),
         {"rate_constant": 1e-20, "reaction_rate": 1e-12}),
    Case("bruggeman, 2 phases", theory.bruggeman, mixture(2), {}),
    Case("bruggeman, 4 phases", theory.bruggeman, mixture(4), {}),
    Case("hanai", theory.hanai, both(spread(inclusion=(1e-12, 1e12)), uniform(fraction=(0.0, 1.0))), {"matrix": 1.0}),
    Case("general_effective_media", theory.general_effective_media,
         both(spread(low=(1e-12, 1.0)), uniform(fraction=(0.0, 1.0))), GEM),
    Case("creep_stress", theory.creep_stress,
         both(spread(strain_rate=(1e-7, 1e-1)), uniform(temperature=(250.0, 400.0))), CREEP),
    Case("constriction_resistance", theory.constriction_resistance,
         both(spread(spot_radius=(1e-8, 1e-5)), uniform(contact_fraction=(0.01, 1.0))), {"conductivity": 0.05}),
)  # fmt: skip


def at_once(case: Case, points: int) -> float:
    """Seconds for all points in one call, the best of three after one on a hundredth of the points."""
    rng = np.random.default_rng(0)
    case.function(**case.draw(rng, max(1, points // 100)), **case.fixed)
    arrays, times = case.draw(rng, points), []
    for _ in range(3):
        start = time.perf_counter()
        case.function(**arrays, **case.fixed)
        times.append(time.perf_counter() - start)
    return min(times)


def one_by_one(case: Case, function: Callable[..., Any], points: int) -> float:
    """Seconds for each point of a Python loop."""
    arrays = case.draw(np.random.default_rng(1), points)
    names = list(arrays)
    rows = [dict(zip(names, row, strict=True)) for row in zip(*(a.tolist() for a in arrays.values()), strict=True)]
    start = time.perf_counter()
    for row in rows:
        function(**row, **case.fixed)
    return (time.perf_counter() - start) / points


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=float, default=1e6, help="points of the array")
    parser.add_argument("--loop", type=float, default=2e3, help="points of the loop over the public function")
    arguments = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):  # elsewhere: the formulas start no threads themselves
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    points, loop = int(arguments.points), int(arguments.loop)
    print(f"{'':30s}{points:.0e} at once   loop, each point   ratio   by hand, each point   ratio")
    for case in CASES:
        whole = at_once(case, points)
        single = one_by_one(case, case.function, loop)
        line = f"{case.name:30s}{whole:11.3f} s{single * 1e6:16.2f} us{single * points / whole:8.0f}"
        if case.by_hand is not None:
            hand = one_by_one(case, case.by_hand, 50 * loop)
            line += f"{hand * 1e6:19.2f} us{hand * points / whole:8.1f}"
        print(line)


if __name__ == "__main__":
    main()
