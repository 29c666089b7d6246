"""Conductivity of polymer with ceramic: what the phases alone say, what each published number would need.

    python validation/hybrid_loading/compare.py              prints the tables and draws docs/images/hybrid_evidence.png
    python validation/hybrid_loading/compare.py FILE.svg     draws elsewhere
    python validation/hybrid_loading/compare.py --update     also puts the tables into README.md
    python validation/hybrid_loading/compare.py --voxels     solves the microstructures of computed.json anew (minutes)

Separate spheres by theory.interface_resistance_inclusion, in two ways. Slow, where the salt around the particles has
settled: each ion alone, cations (share t of the current) through polymer and ceramic, anions around the ceramic,

    s = mix(t s_m, s_i) + mix((1 - t) s_m, 0)

Fast, above about D/(2 pi r^2) with the salt diffusivity D: no salt is moved about yet, and all ions count alike, t = 1.
"""

from __future__ import annotations

import functools
import importlib.util
import json
import math
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from lisse import theory
from lisse.materials import load
from lisse.references import cite
from lisse.study.hybrid_chain import Transport, VoxelChain, hybrid_conductivity
from lisse.study.hybrid_composite import Composite
from lisse.units import parse_quantity

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
DATA: dict[str, Any] = tomllib.loads((HERE / "data.toml").read_text(encoding="utf-8"))
ASSUMED = DATA["assumed"]
S_CM = 100.0  # S/m
OHM_CM2 = 1e4
VOXEL_FRACTIONS = (0.1, 0.2, 0.4)
TOUCHING_SPHERES = -math.log(1.0 - 0.2895)
"""Number of random spheres of equal size times the volume of one, per volume, where they first connect."""


@dataclass(frozen=True)
class Mixture:
    """A polymer with spheres of a ceramic, SI.

    Attributes
    ----------
    matrix : float or None
        S/m. Of the polymer, both ions; ``None`` where the source does not tell.
    cations : float
        1. Share of the cations in it.
    filler, fraction, radius : float
        S/m, 1 and m. Of the ceramic.
    """

    matrix: float | None
    cations: float
    filler: float
    fraction: float
    radius: float

    def conducts(self, resistance: float = 0.0, matrix: float | None = None) -> float:
        """S/m. Spheres behind an interface resistance (ohm m2, ``inf`` insulates), maybe in another polymer."""
        return sum(self.ions(resistance, matrix))

    def ions(self, resistance: float = 0.0, matrix: float | None = None) -> tuple[float, float]:
        """S/m. Of the cations and of the anions."""
        whole = self.polymer(matrix)
        around = float(theory.maxwell_garnett(1.0, 0.0, self.fraction))
        plus, minus = self.cations * whole, (1.0 - self.cations) * whole
        if math.isinf(resistance):
            return plus * around, minus * around
        sphere = theory.interface_resistance_inclusion(plus, self.filler, self.fraction, self.radius, resistance)
        return float(sphere), minus * around

    @property
    def fast(self) -> Mixture:
        """The same, before the salt has settled: all ions count alike."""
        return replace(self, cations=1.0)

    def bound(self) -> float:
        """S/m. The most that an isotropic mixture of the two phases can conduct, however they lie, slow or fast."""
        values, shares = [self.polymer(), self.filler], [1.0 - self.fraction, self.fraction]
        return float(theory.hashin_shtrikman(values, shares).upper)

    def polymer(self, instead: float | None = None) -> float:
        """S/m. Of the polymer, or of another one."""
        found = self.matrix if instead is None else instead
        if found is None:
            raise ValueError("the conductivity of the polymer is not known")
        return found


# what was published --------------------------------------------------------------------------------------------------


def sets() -> list[tuple[dict[str, Any], Mixture, float]]:
    """Rows of data.toml with a number, as a mixture, and the published conductivity (S/m)."""
    return [(row, mixture(row), parse_quantity(row["published"], "S/m")) for row in DATA["sets"]]


def mixture(row: dict[str, Any]) -> Mixture:
    """The phases of a row."""
    at = parse_quantity(row["temperature"], "K")
    polymer = load("PEO-LiTFSI")
    text = row.get("matrix")
    if text == "library":
        matrix: float | None = polymer.value("ionic_conductivity", at)
    else:
        matrix = None if text is None else parse_quantity(text, "S/m")
    known = row["filler"][0].isdigit()
    filler = parse_quantity(row["filler"], "S/m") if known else load(row["filler"]).value("ionic_conductivity", at)
    radius = parse_quantity(row["radius"], "m")
    return Mixture(matrix, row.get("cations", ASSUMED["cations"]), filler, volume_fraction(row), radius)


def volume_fraction(row: dict[str, Any]) -> float:
    """1. Of the ceramic; from the share of the weight with the densities of the library."""
    if "fraction" in row:
        return float(row["fraction"])
    at, share = parse_quantity(row["temperature"], "K"), row["weight"]
    ceramic, polymer = (share / load(row["filler"]).value("density", at), (1 - share) / polymer_density(at))
    return ceramic / (ceramic + polymer)


def polymer_density(at: float) -> float:
    """kg/m3."""
    return load("PEO-LiTFSI").value("density", at)


def verdict(case: Mixture, published: float) -> str:
    """Where a number lies between what the phases alone can do."""
    if case.matrix is None:
        return "polymer not known"
    if published < case.conducts(math.inf):
        return "below: a slower polymer"
    if published <= case.fast.conducts():
        return "between: a resistance"
    return "above spheres: connected" if published <= case.bound() else "above all: an interphase"


def amorphous(at: float) -> float:
    """S/m. The law of the library's molten polymer drawn on below its melting point, as if it had no crystals."""
    law = load("PEO-LiTFSI").law("ionic_conductivity")
    return float(law.at(at))


# what it would need --------------------------------------------------------------------------------------------------


def root(of: Callable[[float], float], low: float, high: float) -> float:
    """Where an increasing function of a logarithm meets zero."""
    from scipy.optimize import brentq

    return math.exp(brentq(lambda x: of(math.exp(x)), math.log(low), math.log(high), xtol=1e-12))


def matrix_needed(case: Mixture, published: float, resistance: float) -> float:
    """S/m. Conductivity that the polymer would have with an interface resistance (ohm m2)."""
    return root(lambda s: case.conducts(resistance, s) / published - 1.0, 1e-12, 1e3)


def polymers_needed(case: Mixture, published: float) -> tuple[float, float]:
    """S/m. Of the polymer, with spheres joined (fast: they add most) and with spheres insulated."""
    return matrix_needed(case.fast, published, 0.0), matrix_needed(case, published, math.inf)


def least_shell(case: Mixture, published: float, thickness: float) -> float:
    """S/m. The least that a shell (m) must conduct, however the phases lie; 0 where ceramic that connects would do."""
    coated = min(case.fraction * (1.0 + thickness / case.radius) ** 3, 1.0)
    shares = [1.0 - coated, case.fraction, coated - case.fraction]

    def off(shell: float) -> float:
        values = [case.cations * case.polymer(), case.filler, shell]
        return float(theory.hashin_shtrikman(values, shares).upper) / published - 1.0

    return 0.0 if off(1e-6) > 0.0 else root(off, 1e-6, 1e4)


def connecting_thickness(case: Mixture) -> float:
    """m. Of shells with which particles at random first connect."""
    return case.radius * ((TOUCHING_SPHERES / case.fraction) ** (1 / 3) - 1.0)


def least_cations(fraction: float, filler_over_matrix: float = math.inf) -> float:
    """1. Share of the cations above which joined spheres raise the conductivity of the whole."""
    huge = 1e12 if math.isinf(filler_over_matrix) else filler_over_matrix

    def gain(cations: float) -> float:
        return Mixture(1.0, cations, huge, fraction, 1.0).conducts() - 1.0

    return root(gain, 1e-6, 1.0)


# microstructures -----------------------------------------------------------------------------------------------------


def chain(shape: str, of: dict[str, Any]) -> VoxelChain:
    """Composites of a shape as voxels, with the numbers of data.toml."""
    return VoxelChain(Composite(shape, of["voxels"], of["across"]), samples=of["samples"])


def conducts_on_voxels(voxels: VoxelChain, case: Mixture, resistance: float = 0.0, **interphase: float) -> list[float]:
    """Conductivity over that of the polymer, its error and t+; resistance in ohm m2.

    The error is that over the samples together with what the extrapolation to small voxels changed.
    """
    plus, minus = case.cations * case.polymer(), (1.0 - case.cations) * case.polymer()
    transport = Transport(300.0, plus, minus, case.filler, resistance, **interphase)
    found = hybrid_conductivity(voxels, transport, case.fraction, 2.0 * case.radius)
    if found.error is None:
        raise ValueError("one sample has no error")
    error = math.hypot(found.error, found.voxels)
    return [found.conductivity / case.polymer(), error / case.polymer(), found.transference]


def shell_needed(row: dict[str, Any], thickness: float) -> tuple[float, float]:
    """S/m. Of a shell (m) on random spheres, so that the voxels conduct what was published, and its error."""
    case, voxels = mixture(row), chain("overlapping-spheres", ASSUMED["shell_boxes"])
    target = math.log(parse_quantity(row["published"], "S/m") / case.polymer())

    def off(logarithm: float) -> tuple[float, float]:
        of = {"interphase_ratio": math.exp(logarithm) / case.polymer(), "interphase_thickness": thickness}
        value, error, _ = conducts_on_voxels(voxels, case, **of)
        return math.log(value) - target, error / value

    first = math.log(case.filler)
    second = first + 0.5
    (one, _), (two, error) = off(first), off(second)
    for _ in range(8):
        slope = (two - one) / (second - first)
        if abs(two) < 1e-3:
            return math.exp(second), math.exp(second) * error / slope
        first, one, second = second, two, second - float(np.clip(two / slope, -2.0, 2.0))
        two, error = off(second)
    raise RuntimeError(f"{row['name']}: no conductivity of the shell gives {row['published']}")


def solve_voxels() -> dict[str, Any]:
    """All that `computed.json` holds; minutes."""
    found: dict[str, Any] = {"signs": {}}
    spheres = chain("spheres", ASSUMED["sphere_boxes"])
    for fraction in VOXEL_FRACTIONS:
        case = few_spheres(fraction)
        held_up = conducts_on_voxels(spheres, case, exchange_resistance(case.radius))
        fast, slow = conducts_on_voxels(spheres, case.fast), conducts_on_voxels(spheres, case)
        found["signs"][f"{fraction:g}"] = {"fast": fast, "slow": slow, "slow, 50 ms": held_up}
    for row, case, _ in sets():
        if "shells" in row:
            thickness = 1.5 * connecting_thickness(case)
            shell, error = shell_needed(row, thickness)
            found[row["name"]] = {"thickness": thickness, "shell": shell, "error": error}
    return found


def few_spheres(fraction: float) -> Mixture:
    """LATP in PEO-LiTFSI at the temperature of Boaretto, spheres of 0.5 um."""
    whole, filler = latp()
    return Mixture(whole, ASSUMED["cations"], filler, fraction, 0.5e-6)


def exchange_resistance(radius: float) -> float:
    """ohm m2. That the exchange time of Boaretto means for a radius (m)."""
    first, value, _ = interfaces().exchanges()[0]
    return float(value * first / radius)


def latp() -> tuple[float, float]:
    """S/m. PEO-LiTFSI and LATP of the library at the temperature of Boaretto."""
    row = next(row for row in DATA["signs"] if row["reference"] == "boaretto2023")
    at = parse_quantity(row["temperature"], "K")
    whole, filler = (load(name).value("ionic_conductivity", at) for name in ("PEO-LiTFSI", row["ceramic"]))
    return whole, filler


@functools.cache
def computed() -> dict[str, Any]:
    """What `solve_voxels` gave."""
    found: dict[str, Any] = json.loads((HERE / "computed.json").read_text(encoding="utf-8"))
    return found


def interfaces() -> ModuleType:
    """The comparison of the interface resistances."""
    path = HERE.parent / "interface_resistance" / "compare.py"
    return script(path, "compare_interface_resistance")


def script(path: Path, name: str) -> ModuleType:
    """A script as a module, read once."""
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        if spec is None or spec.loader is None:
            raise FileNotFoundError(path)
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


# tables --------------------------------------------------------------------------------------------------------------


def lines() -> list[str]:
    """The tables of README.md."""
    return [
        *prediction_lines(),
        "",
        *need_lines(),
        "",
        *sign_lines(),
        "",
        *settling_lines(),
        "",
        *published_sign_lines(),
        "",
        *said_lines(),
    ]


def prediction_lines() -> list[str]:
    """What the phases alone say, not tuned."""
    found = [
        "| set | C | vol% | published, S/cm | spheres insulated | joined, slow | joined, fast | most of any mixture "
        "| verdict |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row, case, published in sets():
        at = parse_quantity(row["temperature"], "K") - 273.15
        known = case.matrix is not None
        numbers = [case.conducts(math.inf), case.conducts(), case.fast.conducts(), case.bound()] if known else []
        texts = [f"{value / S_CM:.2g}" for value in numbers] or ["-"] * 4
        found.append(
            f"| {row['name']} [{row['mark']}] | {at:.0f} | {100 * case.fraction:.3g} | {published / S_CM:.2g} "
            f"| {' | '.join(texts)} | {verdict(case, published)} |"
        )
    return found


def need_lines() -> list[str]:
    """What each number would need."""
    found = ["| set | what | needed |", "| --- | --- | --- |"]
    for row, case, published in sets():
        found += [f"| {row['name']} | {what} | {value} |" for what, value in needs(row, case, published)]
    return found


def needs(row: dict[str, Any], case: Mixture, published: float) -> list[tuple[str, str]]:
    """What, and how much of it, one number would need."""
    if "shells" in row:
        return shell_needs(row, case, published)
    joined, insulated = polymers_needed(case, published)
    at = parse_quantity(row["temperature"], "K")
    found = [("polymer, spheres joined (fast) to insulated", f"{joined / S_CM:.3g} to {insulated / S_CM:.3g} S/cm")]
    if case.matrix is not None:
        low, high = joined / case.matrix, insulated / case.matrix
        return [*found, ("that over the library's", f"{low:.2f} to {high:.2f}")]
    melt = amorphous(at)
    told = f"1/{melt / joined:.0f} to 1/{melt / insulated:.0f}"
    if joined > melt:
        told = f"{joined / melt:.1f} to {insulated / melt:.1f}"
    found.append((f"that over the law of the melt drawn on ({melt / S_CM:.1e} S/cm)", told))
    if "interface_resistance" not in row:
        return found
    spheres, most = without_resistance(case, insulated)
    return [
        *found,
        ("the same polymer, resistance gone, separate spheres", f"would give {spheres / S_CM:.2g} S/cm"),
        ("the same polymer, resistance gone, most of any mixture", f"would give {most / S_CM:.2g} S/cm"),
    ]


def without_resistance(case: Mixture, polymer: float) -> tuple[float, float]:
    """S/m. Of joined spheres (fast), and the most of any mixture."""
    other = replace(case.fast, matrix=polymer)
    return other.conducts(), other.bound()


def shell_needs(row: dict[str, Any], case: Mixture, published: float) -> list[tuple[str, str]]:
    """What a shell around the particles would need."""
    found = []
    for text in row["shells"]:
        least = least_shell(case, published, parse_quantity(text, "m"))
        told = f"{least / S_CM:.2g} S/cm" if least else "none, if the ceramic connects by itself"
        found.append((f"shell of {text}, least conductivity in any mixture", told))
    thickness = connecting_thickness(case)
    found.append(("shell with which particles at random connect", f"{thickness * 1e9:.1f} nm"))
    known = computed()[row["name"]]
    told = f"{known['shell'] / S_CM:.2g} +- {known['error'] / S_CM:.1g} S/cm"
    found.append((f"shell of {known['thickness'] * 1e9:.1f} nm on random spheres, voxels", told))
    return [*found, ("ceramic for comparison", f"{case.filler / S_CM:.2g} S/cm")]


def sign(fraction: float) -> dict[str, float]:
    """LATP in PEO-LiTFSI at 60 degC over the polymer alone: insulated, joined fast and slow, with the slow t+."""
    case = few_spheres(fraction)
    whole, (plus, minus) = case.polymer(), case.ions()
    return {
        "insulated": case.conducts(math.inf) / whole,
        "fast": case.fast.conducts() / whole,
        "slow": (plus + minus) / whole,
        "cations": plus / (plus + minus),
        "least": least_cations(fraction),
    }


def sign_lines() -> list[str]:
    """The sign of the effect, not tuned."""
    found = [
        "| LATP, vol% | insulated | joined, fast | voxels | joined, slow | voxels | voxels, 0.5 um, 50 ms "
        "| t+, slow | least t+ for a slow rise |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for fraction in ASSUMED["fractions"]:
        of = sign(fraction)
        boxes = computed()["signs"].get(f"{fraction:g}")
        fast, slow, held_up = (f"{way[0]:.2f} +- {way[1]:.2f}" for way in boxes.values()) if boxes else ("", "", "")
        found.append(
            f"| {100 * fraction:g} | {of['insulated']:.2f} | {of['fast']:.2f} | {fast} | {of['slow']:.2f} | {slow} "
            f"| {held_up} | {of['cations']:.2f} | {of['least']:.2f} |"
        )
    return found


def settling(radius: float) -> float:
    """Hz. D/(2 pi r^2) of the library's polymer, between slow and fast."""
    material = load("PEO-LiTFSI")
    at = parse_quantity(ASSUMED["settling_temperature"], "K")
    return material.value("salt_diffusivity", at) / (2.0 * math.pi * radius**2)


def settling_lines() -> list[str]:
    """Where slow ends, and the resistance that undoes the fast gain."""
    whole, filler = latp()
    found = ["| radius | slow below, Hz | resistance that undoes the fast gain, ohm cm2 |", "| --- | --- | --- |"]
    for text in ASSUMED["radii"]:
        radius = parse_quantity(text, "m")
        even = float(theory.critical_interface_resistance(whole, filler, radius)) * OHM_CM2
        found.append(f"| {text} | {settling(radius):.1g} | {even:.2g} |")
    return found


def published_sign_lines() -> list[str]:
    """Published signs beside the two ways to count the ions, joined without a resistance, on voxels."""
    fast, slow = told_sign("fast"), told_sign("slow")
    found = ["| source | published | joined, slow | joined, fast |", "| --- | --- | --- | --- |"]
    for row in DATA["signs"]:
        found.append(f"| {cite(row['reference'])} [{row['mark']}] | {row['published']} | {slow} | {fast} |")
    return found


def told_sign(way: str) -> str:
    """Where the voxels conduct more or less than the polymer by more than their error, fast or slow."""
    told = []
    for fraction, boxes in computed()["signs"].items():
        value, error, _ = boxes[way]
        word = "falls" if value + error < 1.0 else "rises" if value - error > 1.0 else "stays"
        if not told or told[-1][0] != word:
            told.append([word])
        told[-1].append(f"{100 * float(fraction):g}")
    return told[0][0] if len(told) == 1 else "; ".join(f"{word} at {', '.join(at)} vol%" for word, *at in told)


def said_lines() -> list[str]:
    """What was read or remembered, and is not compared."""
    found = ["| source | said |", "| --- | --- |"]
    return [*found, *(f"| {cite(row['reference'])} [{row['mark']}] | {row['text']} |" for row in DATA["said"])]


# picture -------------------------------------------------------------------------------------------------------------


def draw(target: Path) -> None:
    """Three panels: where the numbers lie, the sign, and size against resistance."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(13.0, 4.6), layout="constrained")
    first, second, third = figure.subplots(1, 3, width_ratios=[1.2, 1.0, 1.1])
    _draw_sets(first)
    _draw_sign(second)
    _draw_sizes(third)
    figure.savefig(target, dpi=110)


BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "0.6"


def _draw_sets(panel: Any) -> None:
    """Ranges of the phases alone, and the published numbers."""
    rows = sets()
    for place, (row, case, published) in enumerate(rows):
        y = len(rows) - place
        if case.matrix is None:
            ends = [value / S_CM for value in polymers_needed(case, published)]
            panel.plot(ends, [y, y], color=BLUE, lw=6, alpha=0.35, solid_capstyle="butt", label="_")
        else:
            low, high, most = (v / S_CM for v in (case.conducts(math.inf), case.fast.conducts(), case.bound()))
            panel.plot([low, high], [y, y], color=GREY, lw=6, solid_capstyle="butt")
            panel.plot([high, most], [y, y], color=GREY, lw=1.2)
            panel.plot([most], [y], marker="|", ms=12, color="0.3")
        panel.plot([published / S_CM], [y], "o", color=ORANGE, ms=7, mfc="white" if row["mark"] == "L" else ORANGE)
    panel.set_xscale("log")
    panel.set(xlim=(2e-10, 3e-3), ylim=(0.3, len(rows) + 2.4), xlabel="conductivity / S cm$^{-1}$")
    panel.set_yticks(range(len(rows), 0, -1), [row["name"].replace(", ", ",\n", 1) for row, *_ in rows], fontsize=8)
    for colour, width, marker, told in (
        (GREY, 6, "", "separate spheres: insulated to joined"),
        (GREY, 1.2, "|", "up to the bound of any mixture"),
        (BLUE, 6, "", "polymer that the number would need"),
        (ORANGE, 0, "o", "published (open: from memory)"),
    ):
        panel.plot([], [], color=colour, lw=width, marker=marker, alpha=0.35 if colour == BLUE else 1.0, label=told)
    panel.legend(fontsize=7.5, loc="upper left", frameon=False)
    panel.set_title("what the phases alone allow", fontsize=10)


def _draw_sign(panel: Any) -> None:
    """Conductivity over that of the polymer."""
    fractions = np.linspace(0.0, 0.45, 46)[1:]
    found = [sign(float(fraction)) for fraction in fractions]
    for key, colour, told in (
        ("fast", BLUE, "joined, fast: all ions alike"),
        ("slow", ORANGE, f"joined, slow: each ion alone ($t_+$ = {ASSUMED['cations']:g})"),
        ("insulated", "0.4", "insulated"),
    ):
        panel.plot(100 * fractions, [of[key] for of in found], color=colour, label=told)
    panel.plot(
        100 * fractions, [of["cations"] for of in found], color=ORANGE, ls=":", label="$t_+$ of the mixture, slow"
    )
    boxes = {100 * float(f): each for f, each in computed()["signs"].items()}
    for way, colour in (("fast", BLUE), ("slow", ORANGE)):
        panel.plot(list(boxes), [each[way][0] for each in boxes.values()], "s", color=colour, ms=5, label="_")
    panel.plot([], [], "s", color="0.4", ms=5, label="on voxels")
    panel.axhline(1.0, color="0.7", lw=0.8, zorder=0)
    panel.set(xlim=(0, 45), ylim=(0, 3), xlabel="LATP / vol%", ylabel="over the polymer alone")
    panel.legend(fontsize=7.5, frameon=False, loc="upper left")
    panel.set_title("PEO-LiTFSI with LATP, 60 °C", fontsize=10)


def _draw_sizes(panel: Any) -> None:
    """Radius and interface resistance: where the cations are held up, and what was measured."""
    module = interfaces()
    whole, cations, at = module.polymer()
    filler = load("LATP").value("ionic_conductivity", at)
    radii = np.geomspace(1e-8, 1e-4, 50)
    even = np.asarray(theory.critical_interface_resistance(cations * whole, filler, radii)) * OHM_CM2
    first, time_line, _ = module.exchanges()[0]
    panel.fill_between(radii * 1e6, even, 1e5, color=ORANGE, alpha=0.12, lw=0)
    panel.plot(radii * 1e6, even, color=ORANGE)
    panel.text(0.09, 1.7e-3, "spheres carry more lithium\nthan the polymer", fontsize=7.5, color="0.2")
    panel.text(0.0115, 2.0, "they carry less", fontsize=7.5, color=ORANGE)
    inside = (radii > 9e-8) & (radii < 5.5e-6)
    panel.plot(radii[inside] * 1e6, time_line * OHM_CM2 * first / radii[inside], color=BLUE, lw=2.5)
    panel.text(1.6, 0.05, "exchange in 50 ms\n(LATP, 60 °C)", fontsize=7.5, color=BLUE)
    named = {name: value * OHM_CM2 for name, _, _, value in module.resistances()}
    touching = [value for name, value in named.items() if "touches" in name]
    panel.fill_between([1e-2, 1e2], *touching, color="0.5", alpha=0.25, lw=0)
    panel.text(0.0115, 33, "Langer, per area in contact", fontsize=7.5, color="0.3")
    for name, told in (("Chen, dry, as one interface", "Chen, dry (30 °C)"), ("Langer", "Langer (70 °C)")):
        panel.axhline(named[name], color="0.3", lw=1.0)
        panel.text(0.0115, 1.15 * named[name], told, fontsize=7.5, color="0.3")
    panel.set(xscale="log", yscale="log", xlim=(1e-2, 1e2), ylim=(1e-3, 1e5))
    panel.set(xlabel="radius of the particles / µm", ylabel="interface resistance / Ω cm$^2$")
    panel.set_title("which particles pay", fontsize=10)


def update(page: Path) -> None:
    """Put the tables that are printed now, also those of the interfaces, in the place of those with the same heads."""
    run = script(HERE.parent / "run.py", "validation_run")
    printed = [*lines(), "", *interfaces().lines()]
    page.write_text(run.updated(page.read_text(encoding="utf-8"), printed), encoding="utf-8")


if __name__ == "__main__":
    if "--voxels" in sys.argv:
        (HERE / "computed.json").write_text(json.dumps(solve_voxels(), indent=1) + "\n", encoding="utf-8")
    given = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    picture = Path(given[0]) if given else ROOT / "docs" / "images" / "hybrid_evidence.png"
    print("\n".join(lines()))
    if "--update" in sys.argv:
        update(HERE / "README.md")
        update(ROOT / "docs" / "explanation" / "hybrid_evidence.md")
    draw(picture)
    print(picture)
