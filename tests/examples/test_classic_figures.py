"""The six classic figures: each is drawn, and its numbers agree with a second route, an identity or a limit."""

from __future__ import annotations

import math
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from example_scripts import LARGEST_PICTURE, drawn, example
from lisse.materials import load, names
from lisse.references import all_references
from lisse.theory import cell_energy_density, crack_overpotential, critical_shear_ratio, lithium_potential_profile
from lisse.units import FARADAY, LITHIUM_MOLAR_VOLUME

FIGURES = (
    "stability_map",
    "crack_overpotential",
    "grain_boundary_limit",
    "sand_time",
    "internal_plating",
    "energy_density",
)


def slope(x: Any, y: Any) -> Any:
    return np.diff(np.log(y)) / np.diff(np.log(x))


@pytest.mark.parametrize("figure", FIGURES)
def test_the_committed_picture_is_small(repository: Path, figure: str) -> None:
    picture = repository / "docs" / "images" / f"classic_{figure}.png"
    assert picture.stat().st_size < LARGEST_PICTURE


# stability map


def test_stability_map_has_every_electrolyte_with_a_shear_modulus(repository: Path, tmp_path: Path) -> None:
    module = example(repository, "classic_stability_map")
    places = drawn(module, tmp_path)
    known = {n for n in names() if load(n).kind in ("electrolyte", "polymer") and load(n).has("shear_modulus")}
    assert set(places) == known
    assert {n for n, where in places.items() if where["v"] is not None} == {"LLZO", "LLZTO", "PEO-LiTFSI"}
    for name, same in module.SAME_ROW.items():
        assert places[name]["ratio"] == places[same]["ratio"]
        assert places[name]["v"] == places[same]["v"]
    for where in places.values():
        assert where["low"] <= where["ratio"] <= where["high"]


def test_verdict_of_each_substance_is_that_of_its_region(repository: Path, tmp_path: Path) -> None:
    module = example(repository, "classic_stability_map")
    for name, where in drawn(module, tmp_path).items():
        if where["nu"] is None:
            assert where["v"] is None
            continue
        metal = load(where["metal"])
        volumes = [where["v"]] if where["v"] is not None else [0.0, 0.3, 0.97, 1.2, 3.0, 50.0]
        for v in volumes:
            boundary = critical_shear_ratio(v, where["nu"], metal.value("poisson_ratio"))
            inside = where["ratio"] < boundary if v < 1 else where["ratio"] > boundary
            both = [
                module.stable(v, where["ratio"], where["nu"], metal, convention)
                for convention in ("published", "thermodynamic")
            ]
            assert both == [inside, not inside], (name, v)


def test_substances_without_v_stand_above_every_boundary_of_small_v(repository: Path, tmp_path: Path) -> None:
    places = drawn(example(repository, "classic_stability_map"), tmp_path)
    highest = 1 / (3 - 4 * load("lithium").value("poisson_ratio"))  # v = 0, whatever the electrolyte
    unknown = [where for where in places.values() if where["v"] is None]
    assert len(unknown) >= 6
    assert all(where["low"] > highest for where in unknown)


# crack overpotential


def test_crack_overpotential_falls_with_the_root_of_the_flaw(repository: Path, tmp_path: Path) -> None:
    module = example(repository, "classic_crack_overpotential")
    for found in drawn(module, tmp_path).values():
        assert (found["low"] < found["chosen"]).all()
        assert (found["chosen"] < found["high"]).all()
        for values in found.values():
            assert slope(module.FLAWS, values) == pytest.approx(-0.5, abs=1e-9)


def test_crack_overpotential_agrees_with_the_weight_function_of_an_edge_crack(repository: Path) -> None:
    """Stress intensity of a uniform pressure by Bueckner's weight function, good to 1 %, in place of the factor Y."""
    module = example(repository, "classic_crack_overpotential")
    s = np.linspace(0, 1, 20001)  # root of the distance to the tip over the crack length: takes the singularity out
    weight = 2 / math.sqrt(2 * math.pi) * (1 + 0.6147 * s**2 + 0.2502 * s**4) * 2
    for name in module.SUBSTANCES:
        intensity = np.trapezoid(weight, s) * np.sqrt(module.FLAWS)  # for 1 Pa
        pressure = load(name).value("fracture_toughness") / intensity
        expected = pressure * LITHIUM_MOLAR_VOLUME / FARADAY
        assert module.curves(name)["chosen"] == pytest.approx(expected, rel=0.01)


# grain-boundary limit


def test_current_limit_times_resistance_is_the_crack_overpotential(repository: Path, tmp_path: Path) -> None:
    module = example(repository, "classic_grain_boundary_limit")
    toughness = load("LLZO").value("fracture_toughness")
    for flaw, currents in drawn(module, tmp_path).items():
        assert slope(module.RESISTANCES, currents) == pytest.approx(-1, abs=1e-9)
        drop = crack_overpotential(toughness, flaw, "edge")
        assert currents * module.RESISTANCES == pytest.approx(drop, rel=1e-12)


def test_equivalent_flaws_of_the_measured_points_lie_between_the_lines_that_bracket_them(repository: Path) -> None:
    module = example(repository, "classic_grain_boundary_limit")
    known = all_references()
    found = {}
    for key, _, resistance, current, *_ in module.MEASURED:
        assert key in known
        found[key] = module.equivalent_flaw(resistance * module.SQUARE_CM, current * 10)
    lines = sorted(module.FLAWS)
    assert lines[1] < found["sharafi2016"] < lines[2]
    assert lines[1] < found["zinclayer"] < lines[2]
    assert found["sharafi2017"] > 1e-3  # longer than a pellet is thick


# Sand's time


def test_sand_time_has_slope_minus_two_and_the_square_of_the_anion_share(repository: Path, tmp_path: Path) -> None:
    module = example(repository, "classic_sand_time")
    limits = drawn(module, tmp_path)
    reference = module.times(0.0, None)[1]
    for number, limit in limits.items():
        currents, infinite = module.times(number, None)
        assert slope(currents, infinite) == pytest.approx(-2, abs=1e-9)
        assert infinite * (1 - number) ** 2 == pytest.approx(reference, rel=1e-12)
        assert limit * (1 - number) == pytest.approx(limits[0.0], rel=1e-12)


def test_sand_time_of_the_finite_cell_diverges_as_a_logarithm_at_the_limiting_current(repository: Path) -> None:
    """Just above i_lim only the slowest mode is left: t = L^2/(pi^2 D) ln[8/(pi^2 (1 - 1/r))]."""
    module = example(repository, "classic_sand_time")
    diffusivity = module.SALT[1]
    for number in module.TRANSFERENCE:
        limit = float(module.limiting_current(*module.SALT, number, module.THICKNESS))
        excess = np.array([1e-3, 1e-5, 1e-7])
        found = module.sand_time(limit * (1 + excess), *module.SALT, number, module.THICKNESS)
        slowest = module.THICKNESS**2 / (math.pi**2 * diffusivity)
        assert found == pytest.approx(slowest * np.log(8 * (1 + excess) / (math.pi**2 * excess)), rel=1e-6)
        assert math.isinf(module.sand_time(limit * (1 - 1e-12), *module.SALT, number, module.THICKNESS))
        currents, finite = module.times(number, module.THICKNESS)
        infinite = module.sand_time(currents, *module.SALT, number)
        assert (finite >= infinite * (1 - 1e-9)).all()
        assert finite[-1] == pytest.approx(infinite[-1], rel=1e-6)


def test_sand_time_agrees_with_a_finite_volume_run(repository: Path) -> None:
    """Crank-Nicolson on 200 volumes until the plated face, extrapolated by its gradient, holds no salt."""
    module = example(repository, "classic_sand_time")
    (c0, diffusivity), length, number, current = module.SALT, module.THICKNESS, 0.2, 80.0
    expected = float(module.sand_time(current, c0, diffusivity, number, length))
    assert expected > 1.02 * module.sand_time(current, c0, diffusivity, number)  # the other face is felt
    volumes, steps = 200, 1000
    width, dt = length / volumes, 1.2 * expected / steps
    gradient = current * (1 - number) / (FARADAY * diffusivity)
    exchange = np.diag(np.full(volumes - 1, 1.0), 1) + np.diag(np.full(volumes - 1, 1.0), -1)
    operator = diffusivity / width**2 * (exchange - np.diag(exchange.sum(axis=1)))
    source = np.zeros(volumes)
    source[0], source[-1] = diffusivity * gradient / width, -diffusivity * gradient / width
    step = np.linalg.inv(np.eye(volumes) - 0.5 * dt * operator)
    explicit, drive = step @ (np.eye(volumes) + 0.5 * dt * operator), step @ (dt * source)
    salt, face = np.full(volumes, c0), [c0]
    for _ in range(steps):
        salt = explicit @ salt + drive
        face.append(salt[-1] - 0.5 * width * gradient)
    assert salt.mean() == pytest.approx(c0, rel=1e-9)
    found = np.interp(0.0, -np.array(face), dt * np.arange(steps + 1))
    assert found == pytest.approx(expected, rel=2e-3)


# internal plating


def coarse(module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CONDUCTIVITIES", np.geomspace(1e-14, 1e-1, 27))
    monkeypatch.setattr(module, "RESISTANCES", np.geomspace(1e-5, 0.1, 17))


def test_internal_plating_without_electronic_interfaces(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = example(repository, "classic_internal_plating")
    coarse(module, monkeypatch)
    reversible, blocked = drawn(module, tmp_path)
    plating, stripping = reversible
    assert plating == pytest.approx(-stripping)  # both interfaces alike
    assert plating[:, 0] == pytest.approx(module.CURRENT * module.RESISTANCES, rel=1e-6)  # no electrons: i r_i
    assert (np.diff(plating, axis=0) > 0).all()  # a worse interface is worse
    assert (np.diff(plating, axis=1) < 0).all()  # electrons that share the current lower mu
    assert plating[-1, -1] < 0.05 * plating[-1, 0]
    line = module.RESISTANCES[:, None] * module.IONIC - module.ELECTRONIC_INTERFACES[1] * module.CONDUCTIVITIES
    assert (np.sign(blocked[0]) == np.sign(line)).all()  # the line of zero parts the two signs


def test_matched_transport_numbers_give_no_potential_however_leaky(repository: Path) -> None:
    module = example(repository, "classic_internal_plating")
    inside = np.linspace(0, module.THICKNESS, 7)
    for electronic in (1e-11, 1e-7, 1e-2):
        for ionic_interface in (1e-5, 1e-2):
            matched = ionic_interface * module.IONIC / electronic
            assert module.potentials(electronic, ionic_interface, matched) == pytest.approx(0.0, abs=1e-15)
            halves = [0.5 * module.THICKNESS] * 2
            conductivities = [module.IONIC] * 2, [electronic] * 2
            profile = lithium_potential_profile(inside, 0.1, halves, *conductivities, ionic_interface, matched)
            assert profile == pytest.approx(0.0, abs=1e-15)
            lone = module.potentials(electronic, ionic_interface, 0.0)
            assert lone[0] > 0


def test_currents_of_ions_and_electrons_add_up_to_the_given_one(repository: Path) -> None:
    """The slope of mu/F gives back I_i/sig_i - I_e/sig_e, and the face gives I_i r_i - I_e r_e: two equations."""
    module = example(repository, "classic_internal_plating")
    electronic, ionic_interface, electronic_interface = 3e-6, 2e-3, 5.0
    plating, stripping = module.potentials(electronic, ionic_interface, electronic_interface)
    equations = np.array([[1 / module.IONIC, -1 / electronic], [ionic_interface, -electronic_interface]])
    currents = np.linalg.solve(equations, [(stripping - plating) / module.THICKNESS, plating])
    assert currents.sum() == pytest.approx(module.CURRENT, rel=1e-6)


def test_thresholds_of_internal_plating(repository: Path) -> None:
    module = example(repository, "classic_internal_plating")
    energy = load("lithium").value("surface_energy")
    for radius, level in module.thresholds().items():
        work = module.PRESSURE * 4 / 3 * math.pi * radius**3 + energy * 4 * math.pi * radius**2  # of a sphere
        grown = (
            module.PRESSURE * 4 / 3 * math.pi * (radius * 1.0001) ** 3 + energy * 4 * math.pi * (radius * 1.0001) ** 2
        )
        moles = 4 / 3 * math.pi * radius**3 * (1.0001**3 - 1) / LITHIUM_MOLAR_VOLUME
        assert level == pytest.approx((grown - work) / moles / FARADAY, rel=1e-3)


# energy density


def test_energy_falls_with_excess_lithium_and_with_thickness(repository: Path, tmp_path: Path) -> None:
    module = example(repository, "classic_energy_density")
    results = drawn(module, tmp_path)
    assert len(results) == len(module.CATHODES) * len(module.ELECTROLYTES) * len(module.SEPARATORS)
    thin, middle, thick = sorted(module.SEPARATORS)
    for cathode in module.CATHODES:
        for electrolyte in module.ELECTROLYTES:
            for part in ("gravimetric", "volumetric"):
                curves = [np.asarray(getattr(results[cathode, electrolyte, s], part)) for s in (thin, middle, thick)]
                assert all((np.diff(curve) < 0).all() for curve in curves)
                assert (curves[0] > curves[1]).all()
                assert (curves[1] > curves[2]).all()
        light, heavy = (results[cathode, e, thin] for e in ("Li6PS5Cl", "LLZO"))
        assert (light.gravimetric > heavy.gravimetric).all()
        assert light.volumetric == pytest.approx(heavy.volumetric)


def test_one_cell_by_hand(repository: Path) -> None:
    """1 m2 of NMC811 | 20 um LLZO | 50 um excess lithium."""
    module = example(repository, "classic_energy_density")
    active = 108e3 / (198 * 3600)  # kg: 3 mAh/cm2 at 198 mAh/g
    filler = active * 0.2 / 0.8
    mass = active + filler + 20e-6 * 5080 * 0.955 + 50e-6 * 534 + 3e-6 * 8960 + 5e-6 * 2700
    plated = 108e3 / FARADAY * 6.94e-3 / 534
    volume = active / 4750 + filler / 1850 + 20e-6 + 50e-6 + plated + 3e-6 + 5e-6
    joules = 108e3 * module.mean_voltage(load("NMC811"))
    found = module.energy("NMC811", "LLZO", 20e-6, 50e-6)
    assert isinstance(found, type(cell_energy_density(1e5, 3.8, 7e5, 0.8, 3400.0, 2e-5, 5100.0, 0.0, 6e-6, 1e-5)))
    assert found.gravimetric == pytest.approx(joules / mass, rel=1e-6)
    assert found.volumetric == pytest.approx(joules / volume, rel=1e-6)


def test_mean_voltage_is_the_energy_of_the_discharge(repository: Path) -> None:
    """Integral of the fit's terms in closed form."""
    module = example(repository, "classic_energy_density")
    for name in module.CATHODES:
        law = load(name).law("open_circuit_voltage").parameters()
        low, high = law["range"]

        def integral(x: float, law: dict[str, Any] = law) -> float:
            tanh = sum(a / k * math.log(math.cosh(k * (x - x0))) for a, k, x0 in law["tanh"])
            decaying = sum(b / k * math.exp(k * (x - x0)) for b, k, x0 in law["exponentials"])
            return float(law["constant"] * x + law["slope"] * x**2 / 2 + tanh + decaying)

        expected = (integral(high) - integral(low)) / (high - low)
        assert module.mean_voltage(load(name)) == pytest.approx(expected, rel=1e-5)
