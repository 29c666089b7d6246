"""The analysis of what a virtual cycler records gives back what the model knows: one finder for model and lab."""

import pytest

from lisse.measurement import Cycler, analyse, observe
from lisse.models.run import solve
from lisse.study.case import load_case

CASE = """
title = "CCD ramp"
[cell]
kind = "symmetric"
area = "1 cm^2"
temperature = "25 degC"
[cell.electrolyte]
material = "LLZO"
thickness = "300 um"
[cell.electrolyte.flaws]
mean_length = "{flaw}"
spread = 0.5
density = "1e8 1/m^2"
[cell.anode]
material = "lithium"
thickness = "500 um"
[cell.stack]
forming_pressure = "400 MPa"
pressure = "{pressure}"
fixture = "constant-pressure"
[protocol]
name = "ccd-ramp"
start = "0.1 mA/cm^2"
step = "0.1 mA/cm^2"
stop = "3 mA/cm^2"
half_cycle = "{half_cycle}"
[model]
name = "lumped"
"""


@pytest.fixture
def solved(tmp_path):
    def run(resistance=None, **values):
        path = tmp_path / "case.toml"
        interface = "" if resistance is None else f'[cell.interface]\nresistance = "{resistance}"\n'
        path.write_text(CASE.format(**values) + interface)
        case = load_case(path)
        return solve(case.model, case.cell, case.protocol)

    return run


@pytest.mark.parametrize("noise", [0.0, 1e-4])
def test_short_of_the_model_is_the_critical_current_of_the_analysis(solved, noise):
    solution = solved(flaw="5 um", pressure="3 MPa", half_cycle="0.25 mAh/cm^2")
    truth = solution.verdict
    assert truth.mode == "filament-short"
    finding = analyse(observe(solution, Cycler(sampling_interval=10.0, voltage_noise=noise, seed=1)))
    assert finding.verdict.mode == "hard-short"
    assert 0 <= finding.verdict.time - truth.time <= 10.0
    assert finding.critical_current_density == pytest.approx(truth.critical_current_density)
    assert finding.per_area(finding.critical.highest_passed) == pytest.approx(truth.highest_current_density_passed)
    slack = finding.per_area(finding.critical.charge_error) + 1e-6
    assert finding.per_area(finding.critical.threshold_charge) == pytest.approx(truth.threshold_charge, abs=slack)
    assert finding.per_area(finding.critical.cumulative_charge) == pytest.approx(truth.cumulative_charge, abs=slack)


def test_contact_loss_of_the_model_is_seen_before_the_model_stops(solved):
    solution = solved(resistance="10 ohm cm^2", flaw="0.2 um", pressure="0.1 MPa", half_cycle="3 mAh/cm^2")
    truth = solution.verdict
    assert truth.mode == "contact-loss"
    finding = analyse(observe(solution))
    assert finding.verdict.mode == "contact-loss"
    assert finding.critical_current_density == pytest.approx(truth.critical_current_density)
    assert 0.5 * truth.time < finding.verdict.time <= truth.time
