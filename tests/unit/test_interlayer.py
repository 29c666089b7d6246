"""An interlayer from the case file to the criteria: what each mechanism reads, and what is said where it lacks."""

from __future__ import annotations

import copy
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lisse import theory
from lisse.cell import Cell
from lisse.errors import InvalidInput, MissingValue
from lisse.models.criteria import choose_criteria
from lisse.models.limits import limits
from lisse.records import Limit
from lisse.study.axes import axis
from lisse.study.case import Case, read_case
from lisse.study.interlayer_table import interlayer_table
from lisse.units import FARADAY

GLASS = {"material": "LiPON", "thickness": "1 um"}
TOUGH = {
    "material": {"material": "LiPON", "override": {"fracture_toughness": "0.5 MPa m^0.5"}},
    "thickness": "1 um",
    "flaw_length": "20 nm",
}
ALLOY = {"material": "Li-Mg", "thickness": "5 um"}
GEL = {
    "material": {
        "name": "gel",
        "kind": "polymer",
        "ionic_conductivity": "0.1 mS/cm",
        "salt_concentration": "1 mol/L",
        "salt_diffusivity": "1e-8 cm^2/s",
        "transference_number": 0.3,
    },
    "thickness": "5 um",
}


def case_with(interlayer: dict[str, Any] | None, **changes: Any) -> Case:
    """Li | LLZO | Li with flaws, with a layer."""
    raw: dict[str, Any] = {
        "cell": {
            "electrolyte": {
                "material": "LLZO",
                "thickness": "300 um",
                "flaws": {"mean_length": "5 um", "spread": 0.5, "density": "1e8 1/m^2"},
            },
            "anode": {"material": "lithium", "thickness": "50 um"},
            "stack": {"forming_pressure": "400 MPa", "pressure": "3 MPa"},
            "area": "1 cm^2",
        },
        "protocol": {
            "name": "ccd-ramp",
            "start": "0.05 mA/cm^2",
            "step": "0.05 mA/cm^2",
            "stop": "3 mA/cm^2",
            "half_cycle": "0.25 mAh/cm^2",
        },
        "model": {"name": "analytic", "analytic": {"samples": 0}},
    }
    for path, value in changes.items():
        *parents, last = path.split("__")
        table = raw
        for part in parents:
            table = table.setdefault(part, {})
        table[last] = value
    if interlayer is not None:
        raw["cell"].setdefault("interface", {})["interlayer"] = copy.deepcopy(interlayer)
    return read_case(raw)


def limits_of(case: Case, cell: Cell | None = None) -> dict[str, Limit]:
    """By name."""
    cell = cell or case.cell
    asked = choose_criteria("reported", cell.interface.interlayer is not None)
    return {limit.criterion: limit for limit in limits(cell, case.protocol, asked)}


CRACK = "crack overpotential of the longest flaw"
DIFFUSION = "lithium diffusion through the interlayer"
SALT = "salt depletion in the interlayer"
PLATING = "lithium potential above the threshold in pores"

# -- without a layer ---------------------------------------------------------------------------------------------------


def test_a_cell_without_a_layer_has_no_trace_of_it() -> None:
    case = case_with(None)
    assert "interlayer" not in case.cell.to_dict()["interface"]
    assert case.cell.without_interlayer() is case.cell
    assert [c.name for c in choose_criteria()] == [c.name for c in choose_criteria(interlayer=True)][:-2]
    assert "interlayer" not in case.to_toml()


@pytest.mark.parametrize("layer", [GLASS, TOUGH, ALLOY, GEL])
def test_taking_the_layer_away_gives_the_bare_cell_bit_for_bit(layer: dict[str, Any]) -> None:
    bare = case_with(None)
    case = case_with(layer)
    assert case.cell.without_interlayer() == bare.cell
    assert limits_of(case, case.cell.without_interlayer()) == limits_of(bare)


# -- reading -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layer", [GLASS, TOUGH, ALLOY, GEL])
def test_the_case_as_run_gives_an_equal_case(layer: dict[str, Any], tmp_path: Path) -> None:
    import lisse

    case = case_with(layer)
    path = tmp_path / "case.toml"
    path.write_text(case.to_toml())
    once = lisse.load_case(path)
    assert once == case
    assert once.as_run == case.as_run


def test_every_default_of_the_layer_says_where_it_came_from() -> None:
    notes = {key.rpartition(".")[2]: note for key, note in case_with(GLASS).notes.items() if "interlayer" in key}
    assert notes["carries"] == "default: told by the numbers of LiPON"
    assert notes["contact_angle"].startswith("assumed: no contact_angle of LiPON is known; same as cell.interface")
    assert "flaw_length" not in notes
    assert case_with(GEL).cell.interface.injection == 0.0
    assert case_with(GEL).cell.interface.interlayer.bare.injection == 1.0


def test_a_work_of_adhesion_gives_the_contact_angle() -> None:
    material = {"material": "LiPON", "override": {"work_of_adhesion": "0.8 J/m^2"}}
    case = case_with(GLASS | {"material": material})
    gamma = case.cell.working.material.value("surface_energy")
    assert math.cos(case.cell.interface.contact_angle) == pytest.approx(0.8 / gamma - 1.0)
    assert "adhesion" in case.notes["cell.interface.interlayer.contact_angle"]
    spreads = {"material": "LiPON", "override": {"work_of_adhesion": "5 J/m^2"}}
    assert case_with(GLASS | {"material": spreads}).cell.interface.contact_angle < math.radians(1.1)


@pytest.mark.parametrize(
    ("layer", "match"),
    [
        ({"material": "Au", "thickness": "50 nm"}, "carries.*do not tell"),
        ({"material": "NMC811", "thickness": "50 nm"}, "of the kind interlayer, electrolyte.*and not cathode"),
        ({"material": "LiPON", "thickness": "50 nm", "carries": "lithium"}, "carries.*LiPON, which is no alloy"),
        ({"material": "Li-Mg", "thickness": "5 um", "flaw_length": "20 nm"}, "flaw_length.*no number with carries"),
        ({"material": "LiPON"}, "thickness"),
        ({"material": "LiPON", "thickness": "0 nm"}, "thickness"),
        ({"material": "LiPON", "thickness": "1 um", "carries": "holes"}, "ions, lithium"),
        ({"material": "LiPON", "thickness": "1 um", "modulus": "1 GPa"}, "modulus"),
    ],
)
def test_a_layer_that_cannot_be_is_refused(layer: dict[str, Any], match: str) -> None:
    with pytest.raises(InvalidInput, match=match):
        case_with(layer)


def test_one_alloy_at_a_time() -> None:
    anode = {"material": {"material": "Li-Mg", "override": {"surface_energy": "0.5 J/m^2"}}, "thickness": "50 um"}
    with pytest.raises(InvalidInput, match="one alloy, not two"):
        case_with(ALLOY, cell__anode=anode)


def test_a_missing_conductivity_is_named_by_its_key() -> None:
    case = case_with({"material": {"name": "mystery"}, "thickness": "1 um", "carries": "ions"})
    with pytest.raises(MissingValue, match="mystery has no ionic_conductivity"):
        limits_of(case)
    assert case.key_of("mystery", "ionic_conductivity") == "cell.interface.interlayer.material.ionic_conductivity"


# -- ions --------------------------------------------------------------------------------------------------------------


def test_a_thin_layer_is_no_layer() -> None:
    case = case_with(TOUGH)
    thin = case.cell.replace(interface__interlayer__thickness=1e-16)
    bare, layered = limits_of(case_with(None)), limits_of(case, thin)
    for name in (CRACK, "drops of the cell as formed", "lithium of the stripped electrode"):
        assert layered[name].margin == pytest.approx(bare[name].margin, rel=1e-6)
    assert "pierced" in layered[CRACK].reason


def test_a_thick_layer_is_a_resistance_in_series() -> None:
    case = case_with(GLASS)
    thick = case.cell.replace(interface__interlayer__thickness=1e-3)
    resistance = 1e-3 / thick.interface.interlayer.material.value("ionic_conductivity")
    limit = limits_of(case, thick)["drops of the cell as formed"]
    assert limit.current_density == pytest.approx(limit.inputs["voltage_limit"] / (2.0 * resistance), rel=1e-2)


def test_a_perfect_conductor_costs_nothing() -> None:
    case = case_with(GLASS)
    material = case.cell.interface.interlayer.material.with_value("ionic_conductivity", 1e12, "test")
    perfect = limits_of(case, case.cell.replace(interface__interlayer__material=material))
    bare = limits_of(case_with(None))
    for name in (CRACK, "drops of the cell as formed"):
        assert perfect[name].current_density == pytest.approx(bare[name].current_density, rel=1e-9)


def test_a_whole_and_tough_layer_shields_the_flaws() -> None:
    """Its own flaws take over: eta = V K/(1.12 F sqrt(pi h)) across kinetics, films and half of their depth."""
    case = case_with(TOUGH)
    limit = limits_of(case)[CRACK]
    eta = theory.crack_overpotential(0.5e6, 20e-9, "edge", case.cell.working.material.value("molar_volume"))
    sigma = case.cell.interface.interlayer.material.value("ionic_conductivity")
    film = 10e-9 / sigma + case.cell.interface.resistance
    kinetic = theory.overpotential(limit.current_density, case.cell.interface.exchange_current_density, 298.15)
    assert kinetic + film * limit.current_density == pytest.approx(eta, rel=1e-6)
    assert limit.inputs["interlayer_flaw_length"] == 20e-9
    assert limit.current_density > limits_of(case_with(GLASS))[CRACK].current_density


def test_a_layer_shields_nothing_unless_it_is_known_to() -> None:
    assert "may have flaws that go through" in limits_of(case_with(GLASS))[CRACK].reason
    assert "toughness is not known" in limits_of(case_with(GLASS | {"flaw_length": "20 nm"}))[CRACK].reason
    pierced = limits_of(case_with(TOUGH | {"flaw_length": "1 um"}))[CRACK]
    assert "pierced" in pierced.reason
    assert pierced.current_density == limits_of(case_with(GLASS))[CRACK].current_density


def test_toughness_follows_from_surface_energy_and_stiffness() -> None:
    from lisse.models.interlayer import layer_toughness

    numbers = {"fracture_surface_energy": "1 J/m^2", "youngs_modulus": "78 GPa", "poisson_ratio": 0.25}
    case = case_with(GLASS | {"material": {"material": "LiPON", "override": numbers}})
    found = layer_toughness(case.cell.interface.interlayer.material, 298.15)
    assert found == pytest.approx(math.sqrt(2.0 * 78e9 / (1.0 - 0.25**2)))


def test_metal_on_a_polymer_leaves_no_voids() -> None:
    long = {"protocol__half_cycle": "2 mAh/cm^2"}
    assert limits_of(case_with(None, **long))["void closure under stack pressure"].applies
    said = limits_of(case_with(GEL, **long))["void closure under stack pressure"]
    assert not said.applies
    assert "polymer" in said.reason


def test_wetting_moves_the_charge_that_loses_contact() -> None:
    """Caps of a smaller angle hold more: volume over area^1.5 as in theory.void_contact_fraction."""
    long = {"protocol__half_cycle": "20 mAh/cm^2", "cell__anode__thickness": "500 um"}
    angle, layer = math.radians(30.0), GLASS | {"contact_angle": "30 deg"}
    before, after = (
        limits_of(case_with(each, **long))["void closure under stack pressure"].inputs["charge_to_lose_contact"]
        for each in (None, layer)
    )
    bare = case_with(None).cell.interface
    heights = [
        theory.void_height_from_contact(
            contact_fraction=bare.contact_limit, void_density=bare.void_density, contact_angle=each
        )
        for each in (bare.contact_angle, angle)
    ]
    assert after / before == pytest.approx(heights[1] / heights[0], rel=1e-6)


def test_salt_runs_out_in_a_polymer_layer() -> None:
    limit = limits_of(case_with(GEL))[SALT]
    assert limit.current_density == pytest.approx(2.0 * FARADAY * 1e-12 * 1000.0 / (0.7 * 5e-6), rel=1e-4)
    assert "carries no salt" in limits_of(case_with(GLASS))[SALT].reason


def test_salt_crosses_from_polymer_to_polymer() -> None:
    changes = {"cell__electrolyte": {"material": "PEO-LiTFSI", "thickness": "50 um"}, "cell__temperature": "80 degC"}
    said = limits_of(case_with(GEL, **changes))[SALT]
    assert not said.applies
    assert "salt crosses" in said.reason


def test_the_ions_of_the_layer_decide_on_its_stability() -> None:
    """Their molar volume turns both conventions, as it does in theory.interlayer_stability; unknown, none applies."""
    name = "interface stability, published convention"
    unknown = case_with(GEL)
    assert "gel has no" in limits_of(unknown)[name].reason
    elastic = {"youngs_modulus": "10 MPa", "poisson_ratio": 0.45}
    verdicts = []
    for ratio in (0.1, 12.9):
        material = GEL["material"] | elastic | {"molar_volume_ratio": ratio}
        case = case_with({"material": material, "thickness": "100 nm"})
        found = limits_of(case)
        numbers, metal = found[name].inputs, case.cell.working.material
        known = {each: metal.value(each) for each in ("shear_modulus", "poisson_ratio", "surface_energy")}
        ceramic = [case.cell.electrolyte.material.value(each) for each in ("shear_modulus", "poisson_ratio")]
        direct = theory.interlayer_stability(
            2.0 * math.pi / 300e-6,
            1e-7,
            1e7 / 2.9,
            0.45,
            *ceramic,
            *list(known.values())[:2],
            ratio,
            known["surface_energy"],
        )
        assert math.isinf(found[name].margin) == bool(direct.stable)
        assert found[name].margin != found[name.replace("published", "thermodynamic")].margin
        assert numbers["interlayer_molar_volume_ratio"] == ratio
        assert numbers["shear_ratio"] == pytest.approx(1e7 / 2.9 / known["shear_modulus"])
        verdicts.append(bool(direct.stable))
    assert verdicts == [False, True]


def test_a_layer_that_hides_something_says_so() -> None:
    from lisse.models.doubts import validity_warnings

    def said(layer: dict[str, Any]) -> str:
        case = case_with(layer)
        return " ".join(validity_warnings(case.cell, case.protocol, ()))

    assert "thicker than the electrolyte" in said(GLASS | {"thickness": "400 um"})
    assert "thicker" not in said(GLASS)
    alloyed = GEL | {"material": GEL["material"] | {"solid_diffusivity": "1e-12 m^2/s"}}
    assert "the solid diffusivity of gel is not read" in said(alloyed)
    assert "not read" not in said(GEL) + said(ALLOY)


def test_a_layer_that_blocks_electrons_stops_plating_inside() -> None:
    leaky = {"electronic_conductivity": "1e-3 S/cm"}
    electrolyte = {"material": {"material": "LLZO", "override": leaky}, "thickness": "300 um"}
    bare = limits_of(case_with(None, cell__electrolyte=electrolyte))[PLATING]
    assert bare.applies
    assert not limits_of(case_with(GLASS, cell__electrolyte=electrolyte))[PLATING].applies
    known = {"material": "LiPON", "override": {"electronic_conductivity": "1e4 S/m"}}
    open_layer = limits_of(case_with(GLASS | {"material": known}, cell__electrolyte=electrolyte))[PLATING]
    assert open_layer.applies
    unknown = limits_of(case_with(GEL, cell__electrolyte=electrolyte))[PLATING]
    assert "not known: it is taken to block no electrons" in unknown.reason


def test_an_interphase_behind_a_layer_waits_for_its_electrons() -> None:
    """Deal and Grove with k_l = sigma_e E V/(F l m); both times add up."""
    interphase = {"kind": "mixed-conducting", "conductivity": "0.1 mS/cm", "rate_constant": "1e-17 m^2/s"}
    changes = {"cell__electrolyte": {"material": "Li6PS5Cl", "thickness": "300 um"}}
    changes["cell__interface"] = {"interphase": interphase, "exchange_current_density": "1 mA/cm^2"}
    name = "interphase through the electrolyte"
    bare, layered = (limits_of(case_with(each, **copy.deepcopy(changes)))[name] for each in (None, GLASS))
    assert bare.applies
    case = case_with(GLASS, **copy.deepcopy(changes))
    potential = case.cell.electrolyte.material.value("reduction_potential")
    per_charge = case.cell.working.material.value("molar_volume") / FARADAY
    rate = 1e-13 * potential * per_charge / (1e-6 * 0.54)
    duration = case.protocol.duration
    assert layered.inputs["interphase_thickness"] < min(rate * duration, bare.inputs["interphase_thickness"])
    grown = layered.inputs["interphase_thickness"]
    k = layered.inputs["interphase_rate_constant"]
    assert grown**2 / (2.0 * k) + grown / rate == pytest.approx(duration, rel=1e-6)


# -- lithium -----------------------------------------------------------------------------------------------------------


def test_an_alloy_lets_through_what_diffusion_brings() -> None:
    case = case_with(ALLOY)
    material = case.cell.interface.interlayer.material
    d, c = material.value("solid_diffusivity"), 0.9 / material.value("molar_volume")
    limit = limits_of(case)[DIFFUSION]
    assert limit.inputs["steady_limiting_current_density"] == pytest.approx(FARADAY * d * c / 5e-6)
    time = theory.interlayer_depletion_time(limit.current_density, d, c, 5e-6)
    assert time * limit.current_density == pytest.approx(0.25 * 36000.0, rel=1e-6)
    timed = limits_of(case_with(ALLOY, protocol__half_cycle="10 h"))[DIFFUSION]
    assert timed.current_density == pytest.approx(theory.interlayer_limited_current(d, c, 5e-6, 36000.0))


def test_a_thin_alloy_limits_nothing_and_a_thick_one_all() -> None:
    case = case_with(ALLOY)
    thin, thick = (
        limits_of(case, case.cell.replace(interface__interlayer__thickness=each))[DIFFUSION].margin
        for each in (1e-10, 1e-3)
    )
    assert thin > 1e3
    assert thick < 0.5


def test_an_alloy_next_to_lithium_leaves_the_flaws_open() -> None:
    bare, layered = limits_of(case_with(None))[CRACK], limits_of(case_with(ALLOY))[CRACK]
    assert layered.current_density == bare.current_density
    assert "saturated" in layered.reason


def test_what_is_not_known_of_an_alloy_is_named() -> None:
    said = limits_of(case_with({"material": "Au", "thickness": "50 nm", "carries": "lithium"}))[DIFFUSION]
    assert not said.applies
    assert "Au has no solid_diffusivity" in said.reason


# -- maps, table and report --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("interlayer_thickness", 2e-6, lambda layer: layer.thickness),
        ("interlayer_flaw_length", 3e-8, lambda layer: layer.flaw_length),
        ("interlayer_modulus", 5e9, lambda layer: layer.material.value("youngs_modulus")),
        ("interlayer_conductivity", 1e-3, lambda layer: layer.material.value("ionic_conductivity")),
        ("interlayer_diffusivity", 1e-14, lambda layer: layer.material.value("solid_diffusivity")),
        ("interlayer_toughness", 1e5, lambda layer: layer.material.value("fracture_toughness")),
        ("interlayer_electronic_conductivity", 1e-9, lambda layer: layer.material.value("electronic_conductivity")),
    ],
)
def test_axes_change_the_layer(name: str, value: float, read: Any) -> None:
    case = case_with(TOUGH)
    cell, _ = axis(name).change(case.cell, case.protocol, value)
    assert read(cell.interface.interlayer) == pytest.approx(value)
    assert cell.without_interlayer() == case.cell.without_interlayer()
    with pytest.raises(InvalidInput, match="a case with an interlayer"):
        axis(name).change(case.cell.without_interlayer(), case.protocol, value)


def test_a_stiffer_layer_has_its_shear_modulus_too() -> None:
    case = case_with(TOUGH)
    cell, _ = axis("interlayer_modulus").change(case.cell, case.protocol, 5e9)
    assert cell.interface.interlayer.material.value("shear_modulus") == pytest.approx(2e9)


def test_the_table_tells_what_moves_and_by_how_much() -> None:
    case = case_with(ALLOY)
    table = interlayer_table(case.cell, case.protocol, case.model)
    moves = {move.layered.criterion: move for move in table.moves}
    assert moves[DIFFUSION].factor == 0.0
    assert moves[DIFFUSION].bare is None
    assert moves[CRACK].factor == 1.0
    assert table.bare_run is not None
    assert table.bare_run.verdict.mode == "filament-short"
    assert table.layered_run is not None
    assert table.layered_run.verdict.mode == "lithium-exhausted"
    plain = table.to_dict()
    assert plain["runs"]["bare"]["mode"] == "filament-short"
    soft = case_with(GEL, protocol__half_cycle="2 mAh/cm^2")
    gone = {move.layered.criterion: move for move in interlayer_table(soft.cell, soft.protocol).moves}
    assert gone["void closure under stack pressure"].factor == math.inf
    with pytest.raises(InvalidInput, match="a cell with an interlayer"):
        interlayer_table(case.cell.without_interlayer(), case.protocol)


def test_factors_are_ratios_of_margins() -> None:
    case = case_with(TOUGH)
    before, after = limits_of(case_with(None))[CRACK], limits_of(case)[CRACK]
    move = next(m for m in interlayer_table(case.cell, case.protocol).moves if m.layered.criterion == CRACK)
    assert move.factor == pytest.approx(after.current_density / before.current_density)


def test_the_summary_has_the_table_and_the_page_its_words() -> None:
    from lisse.models.run import solve
    from lisse.report import summary
    from lisse.report.interlayer_section import interlayer_section, interlayer_sentence

    case = case_with(ALLOY)
    solution = solve(case.model, case.cell, case.protocol)
    table = interlayer_table(case.cell, case.protocol, case.model)
    content = json.loads(json.dumps(summary(solution, "alloy", interlayer=table), allow_nan=False))["interlayer"]
    assert content["material"] == "Li-Mg"
    assert "interlayer" not in summary(solution, "alloy")
    section = interlayer_section(content)
    assert section is not None
    words = {row["criterion"]: row for row in section["rows"]}
    assert words[DIFFUSION]["factor"] == "new"
    assert words[CRACK]["factor"] == "unmoved"
    assert words["interface stability, thermodynamic convention"]["bare"] == "never"
    assert section["sentence"].startswith("Without the interlayer: a filament short at")
    assert interlayer_section(None) is None
    alone = interlayer_sentence(interlayer_table(case.cell, case.protocol).to_dict())
    assert alone.startswith("Lowest closed form without the interlayer: filament short, 2.2")


def test_the_resolved_model_says_what_it_does_not_treat() -> None:
    from lisse.models.resolved.model import Resolved
    from lisse.models.run import solve

    case = case_with(ALLOY, cell__electrolyte={"material": "LLZO", "thickness": "30 um"})
    with pytest.raises(InvalidInput, match="diffusion through an alloy"):
        solve(Resolved(voxel=3e-6), case.cell, case.protocol)


def test_draws_keep_the_layer_in_the_resistance() -> None:
    """Spreads of the faces' resistance move with the layer; a drawn cell gets its own part back."""
    from lisse.study.draws import _changed

    case = case_with(GLASS)
    from lisse.models.inputs import read_inputs

    table = read_inputs(case.cell, case.protocol)
    layer = float(table["interlayer_resistance"])
    assert float(table["interface_resistance"]) == pytest.approx(case.cell.interface.resistance + layer)
    drawn = _changed(case.cell, table, {"interface_resistance": 3e-4 + layer})
    assert drawn.interface.resistance == pytest.approx(3e-4)


def test_numbers_of_the_layer_follow_the_temperature() -> None:
    from lisse.models.inputs import at_temperature, read_inputs

    case = case_with(GLASS)
    hot = at_temperature(case.cell, 333.15)
    assert np.asarray(read_inputs(hot, case.protocol)["interlayer_resistance"]) < 0.5 * np.asarray(
        read_inputs(case.cell, case.protocol)["interlayer_resistance"]
    )


def test_draws_vary_what_the_library_is_unsure_of() -> None:
    from lisse.models.inputs import read_inputs
    from lisse.study.draws import _changed

    case = case_with({"material": "Si", "thickness": "100 nm"})
    table = read_inputs(case.cell, case.protocol)
    spread = table.spreads["interlayer_diffusivity"]
    assert (spread.low, spread.high) == (pytest.approx(1e-17), pytest.approx(1e-15))
    drawn = _changed(case.cell, table, {"interlayer_diffusivity": 3e-16})
    assert drawn.interface.interlayer is not None
    assert drawn.interface.interlayer.material.value("solid_diffusivity") == pytest.approx(3e-16)


def test_a_rigid_layer_on_a_polymer_gathers_voids_again() -> None:
    polymer = {"material": "PEO-LiTFSI", "thickness": "50 um"}
    changes = {"cell__electrolyte": polymer, "cell__temperature": "80 degC"}
    bare, layered = (case_with(each, **changes).cell.interface for each in (None, GLASS))
    assert (bare.injection, layered.injection) == (0.0, 1.0)


@pytest.mark.parametrize("convention", ["published", "thermodynamic"])
def test_waves_of_the_lumped_model_feel_the_layer(convention: str) -> None:
    """Where the layer is as stiff as the electrolyte, waves longer than it grow as without it."""
    from lisse.models.lumped.roughening import roughening_law

    cell = case_with(GLASS).cell
    layer = cell.interface.interlayer
    assert layer is not None
    ceramic = cell.electrolyte.material
    same = layer.material
    for name in ("shear_modulus", "poisson_ratio", "molar_volume_ratio"):
        same = same.with_value(name, ceramic.value(name), "test")
    cell = cell.replace(interface__interlayer__material=same)
    layered, bare = (roughening_law(each, 0, convention, 298.15) for each in (cell, cell.without_interlayer()))
    assert layered.wavenumber[-1] == pytest.approx(1.0 / layer.thickness)
    shifts = np.interp(np.log(layered.wavenumber), np.log(bare.wavenumber), bare.shift / bare.wavenumber)
    assert layered.shift / layered.wavenumber == pytest.approx(shifts, rel=1e-2)
