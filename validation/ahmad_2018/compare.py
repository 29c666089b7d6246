"""The released screening table of Ahmad and others (2018) against the library: prints a table, draws a picture.

    python validation/ahmad_2018/compare.py            draws docs/images/ahmad_2018.png
    python validation/ahmad_2018/compare.py FILE.svg   draws elsewhere

The data lie beside the repository, in ../shared/data/se_ahmad_dendrite, and are not shipped with it.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.spatial import Voronoi
from scipy.stats import spearmanr

from lisse.theory import interface_stability, interface_stability_anisotropic
from lisse.units import parse_quantity

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
INPUTS: dict[str, Any] = tomllib.loads((HERE / "inputs.toml").read_text(encoding="utf-8"))
DATA = ROOT.parent / "shared" / "data" / INPUTS["data"]
KILOJOULE_PER_NANOMETRE = 1e12  # J/mol/m
AVOGADRO = 6.02214076e23
REACH = 7.0  # angstrom; atoms beyond it do not bound the cell of a lithium atom (9 gives the same to 1e-11)
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Solids:
    """Cubic solids of the screening: what was published, (n, 7, 3) kJ/(mol nm), and what it follows from."""

    names: list[str]
    formulas: list[str]
    published: Array
    stiffness: Array
    molar_volume_ratio: Array
    bulk_modulus: Array
    shear_modulus: Array


# reading -------------------------------------------------------------------------------------------------------------


def value(table: str, name: str, unit: str) -> float:
    """One number of inputs.toml, SI."""
    return parse_quantity(INPUTS[table][name], unit)


def read_table(path: Path) -> dict[str, Array]:
    """Rows by Materials Project name: 21 numbers as (seven faces of the electrolyte, three faces of lithium)."""
    rows = [line.split(",") for line in path.read_text(encoding="utf-8").splitlines() if line]
    return {row[1].strip(): np.array(row[2:], dtype=float).reshape(7, 3) for row in rows}


def read_solids(data: Path = DATA) -> Solids:
    """The solids with both an elastic tensor and a row of published values."""
    if not data.is_dir():
        sys.exit(f"{data}: not there. Put the released data of the paper there; README.md says where they come from.")
    table = read_table(data / "all-train.csv")
    records = json.loads((data / "cubic-training-set-data.json").read_text(encoding="utf-8"))
    records = [record for record in records if record["task_id"] in table]
    elastic = [record["elasticity"] for record in records]
    return Solids(
        names=[record["task_id"] for record in records],
        formulas=[record["pretty_formula"] for record in records],
        published=np.array([table[record["task_id"]] for record in records]),
        stiffness=np.array([symmetrised(np.array(e["elastic_tensor_original"])) for e in elastic]) * 1e9,
        molar_volume_ratio=np.array([molar_volume_ratio(coordination_number(record["cif"])) for record in records]),
        bulk_modulus=np.array([e["K_VRH"] for e in elastic]) * 1e9,
        shear_modulus=np.array([e["G_VRH"] for e in elastic]) * 1e9,
    )


def cubic(c11: float, c12: float, c44: float) -> Array:
    """Stiffness matrix of a cubic crystal, unit of the constants."""
    stiffness = np.diag([c11 - c12] * 3 + [c44] * 3)
    stiffness[:3, :3] += c12
    return stiffness


def symmetrised(stiffness: Array) -> Array:
    """The calculated tensor with its equivalent entries averaged (they differ in the third digit)."""
    upper, shear = stiffness[:3, :3], stiffness[3:, 3:]
    c11, c44 = np.diagonal(upper).mean(), np.diagonal(shear).mean()
    return cubic(c11, (upper.sum() - np.trace(upper)) / 6, c44)


# molar volume of the lithium ion -------------------------------------------------------------------------------------


def molar_volume_ratio(coordination: float) -> float:
    """Volume of a ball whose radius follows the line through the ionic radii, over the molar volume of lithium."""
    ion = INPUTS["lithium_ion"]
    radii = [parse_quantity(radius, "m") for radius in ion["radii"]]
    slope, radius = np.polyfit(ion["coordination_numbers"], radii, 1)
    ball = 4 / 3 * np.pi * (slope * coordination + radius) ** 3
    return float(AVOGADRO * ball / value("lithium_ion", "molar_volume_of_lithium", "m^3/mol"))


def coordination_number(cif: str) -> float:
    """Effective number of neighbours of lithium: faces of its Voronoi cell by solid angle over the largest one."""
    lattice, elements, places = read_cif(cif)
    heights = 1 / np.linalg.norm(np.linalg.inv(lattice), axis=0)
    reach = np.ceil(REACH / heights).astype(int) + 1
    cells = np.stack(np.meshgrid(*(np.arange(-n, n + 1) for n in reach), indexing="ij"), axis=-1).reshape(-1, 1, 3)
    atoms = ((places % 1.0 + cells) @ lattice).reshape(-1, 3)
    counts = []
    for place in places[[element == "Li" for element in elements]]:
        centre = (place % 1.0) @ lattice
        distance = np.linalg.norm(atoms - centre, axis=1)
        near = atoms[np.argsort(distance)][: int((distance < REACH).sum())]
        diagram = Voronoi(near)
        faces = zip(diagram.ridge_points, diagram.ridge_vertices, strict=True)
        angles = [solid_angle(diagram.vertices[corners] - centre) for pair, corners in faces if 0 in pair]
        counts.append(sum(angles) / max(angles))
    return float(np.mean(counts))


def read_cif(text: str) -> tuple[Array, list[str], Array]:
    """Lattice vectors (rows, angstrom), elements and fractional places of a file that lists every atom."""
    names = ("length_a", "length_b", "length_c", "angle_alpha", "angle_beta", "angle_gamma")
    found = [re.search(rf"_cell_{name}\s+(\S+)", text) for name in names]
    a, b, c, *degrees = (float(match[1]) for match in found if match)
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    height = (cosine[0] - cosine[1] * cosine[2]) / sine[2]
    third = [cosine[1], height, np.sqrt(1 - cosine[1] ** 2 - height**2)]
    lattice = np.array([[a, 0, 0], [b * cosine[2], b * sine[2], 0], c * np.array(third)])
    atoms = [line.split() for line in text.split("_atom_site_occupancy\n")[1].splitlines() if line]
    return lattice, [atom[0] for atom in atoms], np.array([atom[3:6] for atom in atoms], dtype=float)


def solid_angle(corners: Array) -> float:
    """Solid angle of a flat convex face seen from the origin, as a fan of triangles."""
    rays = corners / np.linalg.norm(corners, axis=1, keepdims=True)
    first, second, third = np.broadcast_to(rays[0], rays[2:].shape), rays[1:-1], rays[2:]
    volume = np.abs(np.einsum("ij,ij->i", first, np.cross(second, third)))
    pairs = ((first, second), (second, third), (third, first))
    return float(2 * np.arctan2(volume, 1 + sum((x * y).sum(axis=1) for x, y in pairs)).sum())


# stability parameter -------------------------------------------------------------------------------------------------


def turned(stiffness: Array, face: list[int]) -> Array:
    """Stiffness (..., 6, 6) after the shortest turn that brings a face's normal to y; waves run along x."""
    normal = np.array(face) / np.linalg.norm(face)
    axis = np.cross(normal, [0.0, 1.0, 0.0])
    cross = np.cross(axis, np.eye(3)).T
    turn = np.eye(3) + cross + cross @ cross / (1 + normal[1])
    pairs = ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))
    # rows of the matrix that turns stresses in Voigt order
    bond = np.array(
        [[turn[i, k] * turn[j, m] + (turn[i, m] * turn[j, k] if k != m else 0.0) for k, m in pairs] for i, j in pairs]
    )
    return np.asarray(bond @ stiffness @ bond.T)


def anisotropic(solids: Solids, across: str) -> Array:
    """Stability parameter of every solid, face of it and face of lithium, (n, 7, 3) kJ/(mol nm)."""
    faces = INPUTS["interface"]
    lithium = cubic(*(value("lithium", f"stiffness_{name}", "Pa") for name in ("c11", "c12", "c44")))
    chi = interface_stability_anisotropic(
        wavenumber=value("interface", "wavenumber", "1/m"),
        stiffness_electrolyte=np.stack([turned(solids.stiffness, f) for f in faces["electrolyte_faces"]], axis=1)[
            :, :, np.newaxis
        ],
        stiffness_metal=np.stack([turned(lithium, face) for face in faces["lithium_faces"]]),
        normal=[0.0, 1.0, 0.0],
        direction=[1.0, 0.0, 0.0],
        molar_volume_ratio=solids.molar_volume_ratio[:, np.newaxis, np.newaxis],
        surface_energy=[parse_quantity(energy, "J/m^2") for energy in faces["surface_energies"]],
        molar_volume=value("lithium", "molar_volume", "m^3/mol"),
        across=across,
    )
    return np.asarray(chi.total / KILOJOULE_PER_NANOMETRE)


def isotropic(solids: Solids) -> Array:
    """Stability parameter of every solid from its average moduli by the closed form, (n,) kJ/(mol nm)."""
    bulk, shear = solids.bulk_modulus, solids.shear_modulus
    chi = interface_stability(
        wavenumber=value("interface", "wavenumber", "1/m"),
        shear_modulus_electrolyte=shear,
        poisson_ratio_electrolyte=(3 * bulk - 2 * shear) / (6 * bulk + 2 * shear),
        shear_modulus_metal=value("isotropic", "shear_modulus_metal", "Pa"),
        poisson_ratio_metal=INPUTS["isotropic"]["poisson_ratio_metal"],
        molar_volume_ratio=solids.molar_volume_ratio,
        surface_energy=value("isotropic", "surface_energy", "J/m^2"),
        molar_volume=value("isotropic", "molar_volume", "m^3/mol"),
    )
    return np.asarray(chi.total / KILOJOULE_PER_NANOMETRE)


# comparison ----------------------------------------------------------------------------------------------------------


def agreement(published: Array, found: Array) -> tuple[float, float, float, float]:
    """Shares of solids within 0.1 % and 1 % of their largest published value, rank correlation, same verdicts."""
    published, found = (values.reshape(len(values), -1) for values in (published, found))
    error = np.abs(found - published).max(axis=1) / np.abs(published).max(axis=1)
    rank = spearmanr(published.mean(axis=1), found.mean(axis=1)).statistic
    return float((error < 1e-3).mean()), float((error < 1e-2).mean()), float(rank), same_verdicts(published, found)


def same_verdicts(published: Array, found: Array) -> float:
    """Share of interfaces with the same sign: below zero is stable in the published convention."""
    return float(((published < 0) == (found < 0)).mean())


def rows(solids: Solids) -> list[tuple[str, tuple[float, float, float, float]]]:
    """Each route and its agreement with the published values."""
    mean = solids.published.mean(axis=(1, 2))
    routes = (
        ("anisotropic, nothing moves across the wave (as published)", solids.published, anisotropic(solids, "held")),
        ("anisotropic, free across the wave (our default)", solids.published, anisotropic(solids, "free")),
        ("isotropic, average moduli, against the mean of the 21", mean, isotropic(solids)),
    )
    return [(name, agreement(published, found)) for name, published, found in routes]


def rank_by_shear_modulus(data: Path = DATA) -> dict[str, tuple[int, float]]:
    """Number of solids and rank correlation of the released shear modulus with the mean of the 21, per table."""
    lines = (data / "shear_modulus.csv").read_text(encoding="utf-8").split()
    modulus = {name: float(logarithm) for name, logarithm in (line.split(",") for line in lines)}
    found = {}
    for name in ("all-train", "all-pred"):
        means = {solid: block.mean() for solid, block in read_table(data / f"{name}.csv").items()}
        pairs = [(modulus[solid], mean) for solid, mean in means.items() if solid in modulus and np.isfinite(mean)]
        found[name] = len(pairs), float(spearmanr(*zip(*pairs, strict=True)).statistic)
    return found


def lines(solids: Solids) -> list[str]:
    """The table of README.md."""
    head = [
        "| route | solids within 0.1 % | within 1 % | rank correlation | same verdict |",
        "| --- | --- | --- | --- | --- |",
    ]
    return head + [
        f"| {name} | {close:.0%} | {near:.0%} | {rank:.4f} | {same:.1%} |"
        for name, (close, near, rank, same) in rows(solids)
    ]


def draw(solids: Solids, path: Path) -> None:
    """Published against found: every interface by the anisotropic route, every solid by the isotropic one."""
    figure = Figure(figsize=(8.0, 4.1), layout="constrained")
    left, right = figure.subplots(1, 2)
    held, published = anisotropic(solids, "held"), solids.published
    left.plot(published.ravel(), held.ravel(), "o", ms=2.2, mew=0, color="#0072B2", alpha=0.5)
    error = np.abs(held / published - 1).max()
    left.text(0.97, 0.05, f"largest difference {100 * error:.1g} %", transform=left.transAxes, ha="right", fontsize=8)
    left.set_title(f"Anisotropic: {published.size} interfaces", fontsize=10)
    low, high = published.min(axis=(1, 2)), published.max(axis=(1, 2))
    found = isotropic(solids)
    right.vlines(found, low, high, color="#E69F00", lw=0.8, alpha=0.7)
    right.plot(found, published.mean(axis=(1, 2)), "o", ms=3, mew=0, color="#D55E00")
    right.set_title(f"Isotropic, average moduli: {len(found)} solids", fontsize=10)
    right.text(
        0.97, 0.05, "bar: least to largest\nof the 21 interfaces", transform=right.transAxes, ha="right", fontsize=8
    )
    left.set(xlabel="Published $\\chi$ / kJ mol$^{-1}$ nm$^{-1}$", ylabel="lisse $\\chi$ / kJ mol$^{-1}$ nm$^{-1}$")
    right.set(xlabel="lisse $\\chi$ / kJ mol$^{-1}$ nm$^{-1}$", ylabel="Published $\\chi$ / kJ mol$^{-1}$ nm$^{-1}$")
    for panel in (left, right):
        panel.plot([0.4, 150], [0.4, 150], color="0.3", lw=0.8, zorder=0)
        panel.spines[["top", "right"]].set_visible(False)
        panel.set(xscale="log", yscale="log", xlim=(0.4, 150), ylim=(0.4, 150), aspect="equal")
        panel.set_xticks([1, 10, 100], ["1", "10", "100"])
        panel.set_yticks([1, 10, 100], ["1", "10", "100"])
    figure.savefig(path, dpi=150)


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images" / "ahmad_2018.png"
    screened = read_solids()
    print("\n".join(lines(screened)))
    for table, (count, rank) in rank_by_shear_modulus().items():
        print(f"{table}: rank correlation of the shear modulus alone, {count} solids: {rank:.2f}")
    draw(screened, target)
    print(target)
