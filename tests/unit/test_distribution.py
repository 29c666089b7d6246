from __future__ import annotations

import dataclasses
import json
import re
from typing import Any

import numpy as np
import pytest

from cells import llzo_case
from lisse.errors import InvalidInput
from lisse.models import Analytic, Model
from lisse.models.inputs import read_inputs
from lisse.protocol import ccd_ramp, cycle, rest
from lisse.records import Solution, Verdict
from lisse.report.distribution_section import distribution_section, distribution_sentence
from lisse.study.distribution import critical_current_distribution
from lisse.study.draws import draw_cells
from scripted_models import Rule

RAMP = ccd_ramp(1.0, 1.0, 60.0, half_cycle_time=60.0)


def test_flaws_alone_are_drawn_by_the_seeds_of_the_cells() -> None:
    """The rule turns a seed into a limit that is even between 10 and 110 A/m2; the ramp ends at 60."""
    found = critical_current_distribution(llzo_case().cell, RAMP, Rule(limit=10.0), 400, properties=False)
    assert len({cell.seed for cell in found.cells}) == 400
    assert found.censored == pytest.approx(200, abs=35)
    assert found.modes == {"filament-short": 400 - found.censored, "none": found.censored}
    assert found.quantiles[0.25] == pytest.approx(35.0, abs=6.0)
    assert found.quantiles[0.95] is None
    assert found.median_low is not None
    assert found.median_low < 60.0
    assert found.varied == {}
    for cell in found.cells:
        limit = 10.0 * (1 + (cell.seed or 0) % 1000 / 100.0)
        if cell.critical_current_density is None:
            assert cell.censored
            assert limit >= cell.passed == 60.0
        else:
            assert (cell.passed or 0.0) <= limit < cell.critical_current_density


def test_more_draws_and_more_seeds_do_not_change_the_first() -> None:
    cell = llzo_case().cell
    few, many = (critical_current_distribution(cell, RAMP, Rule(), draws, 5) for draws in (10, 20))
    assert few.cells == many.cells[:10]
    other = critical_current_distribution(cell, RAMP, Rule(), 10, 6)
    assert all(
        one.values != two.values and one.seed != two.seed for one, two in zip(few.cells, other.cells, strict=True)
    )


def test_numbers_are_drawn_as_their_sources_say() -> None:
    case = llzo_case(
        cell__electrolyte__material={
            "material": "LLZO",
            "override": {"fracture_toughness": {"value": "1 MPa m^0.5", "low": "0.5 MPa m^0.5", "high": "2 MPa m^0.5"}},
        }
    )
    drawn, spreads = draw_cells(case.cell, RAMP, 800, 0)
    assert "fracture_toughness" in spreads
    table = read_inputs(case.cell, RAMP)
    for name in spreads:
        values = np.array([draw.values[name] for draw in drawn])
        spread = table.spreads[name]
        inside = np.mean((values >= spread.low) & (values <= spread.high))
        assert inside >= 0.86, name
    toughness = np.array([draw.values["fracture_toughness"] for draw in drawn])
    assert np.median(toughness) == pytest.approx(1e6, rel=0.05)
    assert np.quantile(toughness, [0.05, 0.95]) == pytest.approx([0.5e6, 2e6], rel=0.1)
    for draw in drawn[:20]:
        again = read_inputs(draw.cell, RAMP)
        for name, value in draw.values.items():
            assert float(again[name]) == pytest.approx(value, rel=1e-9), name


def test_a_drawn_number_keeps_its_law_of_temperature() -> None:
    case = llzo_case(
        cell__electrolyte__material={
            "material": "LLZO",
            "override": {
                "ionic_conductivity": {
                    "value": "0.4 mS/cm",
                    "low": "0.2 mS/cm",
                    "high": "0.8 mS/cm",
                    "law": {"kind": "arrhenius", "activation_energy": "0.35 eV"},
                }
            },
        }
    )
    drawn, _ = draw_cells(case.cell, RAMP, 3, 0)
    before = case.cell.electrolyte.material
    for draw in drawn:
        after = draw.cell.electrolyte.material
        factors = [after.value("ionic_conductivity", t) / before.value("ionic_conductivity", t) for t in (270.0, 340.0)]
        assert factors[0] == pytest.approx(factors[1])
        assert factors[0] != pytest.approx(1.0, rel=1e-3)


def test_the_critical_current_follows_the_drawn_toughness() -> None:
    case = llzo_case(
        cell__electrolyte__flaws=None,
        cell__electrolyte__material={
            "material": "LLZO",
            "override": {
                "fracture_toughness": {"value": "1 MPa m^0.5", "low": "0.8 MPa m^0.5", "high": "1.25 MPa m^0.5"}
            },
        },
    )
    found = critical_current_distribution(case.cell, RAMP, Rule(limit=30.0, follows_toughness=True), 200)
    assert found.flaws is False
    assert {cell.seed for cell in found.cells} == {None}
    assert found.median == pytest.approx(31.0, abs=1.5)
    assert found.median_low is not None
    assert found.median_high is not None
    assert found.median_low <= found.median <= found.median_high
    assert found.weibull is not None
    assert 5.0 < found.weibull.shape < 11.0  # a spread of +-25 % at 5 and 95 %
    section = distribution_section(json.loads(json.dumps(found.to_dict(), allow_nan=False)))
    assert section is not None
    assert [panel.title for panel in section["panels"]] == ["Which share fails", "Weibull plot"]
    assert all(panel.drawings for panel in section["panels"])
    assert "fracture toughness" in section["drawn"]
    assert "Median critical current density of 200 cells: 3" in section["sentence"]
    assert distribution_section(None) is None


def test_cells_that_all_fail_together_have_no_modulus() -> None:
    found = critical_current_distribution(llzo_case().cell, RAMP, Rule(limit=0.01), 12)
    assert found.weibull is None
    assert (found.median_low, found.median, found.median_high) == (1.0, 1.0, 1.0)
    section = distribution_section(found.to_dict())
    assert section is not None
    assert "the modulus stays open" in section["panels"][1].caption


def test_no_failure_at_all_is_said() -> None:
    found = critical_current_distribution(llzo_case().cell, RAMP, Rule(limit=1e6), 8)
    assert (found.median, found.median_high, found.censored) == (None, None, 8)
    assert found.median_low == 60.0
    assert distribution_sentence(found.to_dict()).startswith("Fewer than half of 8 cells failed; 8 had not failed")
    section = distribution_section(found.to_dict())
    assert section is not None
    assert section["panels"] == []


class Fragile(Model):
    """Ends early by a numerical failure, after 5 A/m2, where the seed is odd."""

    name = "fragile"

    def solve(self, cell: Any, protocol: Any, *, seed: int | None = None, progress: Any = None) -> Solution:
        found = Rule(limit=10.0).solve(cell, protocol, seed=seed)
        if (seed or 0) % 2:
            return dataclasses.replace(
                found, status="failed", verdict=Verdict("none", highest_current_density_passed=5.0)
            )
        return found


def test_runs_that_fail_numerically_are_censored_at_what_they_had_passed() -> None:
    found = critical_current_distribution(llzo_case().cell, RAMP, Fragile(), 60, properties=False)
    odd = [cell for cell in found.cells if (cell.seed or 0) % 2]
    assert {(cell.passed, cell.critical_current_density, cell.censored) for cell in odd} == {(5.0, None, True)}
    assert found.without_result == 0
    assert found.warnings == (
        f"{len(odd)} of 60 runs failed numerically and count as lasting what they had passed: by rule",
    )


class Silent(Model):
    """Knows nothing of any cell."""

    name = "silent"

    def solve(self, cell: Any, protocol: Any, **_: Any) -> Solution:
        raise InvalidInput("cell", None, "another cell")


def test_a_batch_of_which_nothing_is_known_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"some cell fails or lasts. Most often: cell: allowed: another cell"):
        critical_current_distribution(llzo_case().cell, RAMP, Silent(), 3, 2, properties=False)


def test_what_cannot_be_is_refused() -> None:
    cell = llzo_case().cell
    with pytest.raises(InvalidInput, match=r"model: got 'analytic'.*model.analytic.samples"):
        critical_current_distribution(cell, RAMP, Analytic())
    with pytest.raises(InvalidInput, match="draws: got 0"):
        critical_current_distribution(cell, RAMP, Rule(), 0)
    with pytest.raises(InvalidInput, match="seed: got -1"):
        critical_current_distribution(cell, RAMP, Rule(), 3, -1)
    bare = llzo_case(cell__electrolyte__flaws=None).cell
    with pytest.raises(InvalidInput, match="a cell with flaws or with numbers whose sources"):
        critical_current_distribution(bare, RAMP, Rule(), 3, properties=False)


def test_one_current_tells_a_share_and_no_distribution() -> None:
    """The rule fails half of the cells at 60 A/m2: that is the share, its interval holds it, and no median is told."""
    cell = llzo_case().cell
    test = cycle(60.0, 3, half_cycle_time=60.0)
    found = critical_current_distribution(cell, test, Rule(limit=10.0), 200, properties=False)
    content = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert content["levels"] == [60.0]
    failed = 200 - found.censored
    assert failed == pytest.approx(100, abs=25)
    sentence = distribution_sentence(content)
    assert sentence.startswith(f"{failed} of 200 cells failed at 6 mA/cm2, the one current of the protocol (95 %")
    low, high = (float(edge) for edge in re.findall(r"share (\d+) to (\d+) %", sentence)[0])
    assert low < 100 * failed / 200 < high < low + 20
    assert "only a ramp can tell" in sentence
    section = distribution_section(content)
    assert section is not None
    assert (section["panels"], section["quantiles"]) == ([], [])
    mild = critical_current_distribution(cell, cycle(1.0, 3, half_cycle_time=60.0), Rule(limit=10.0), 20)
    assert distribution_sentence(mild.to_dict()).startswith("None of 20 cells failed at 0.1 mA/cm2")


def test_a_protocol_without_a_current_is_refused() -> None:
    with pytest.raises(InvalidInput, match="allowed: a protocol that sets a current. A ramp of the current"):
        critical_current_distribution(llzo_case().cell, rest(60.0), Rule(), 5)
