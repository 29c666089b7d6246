import dataclasses
import json

import numpy as np
import pytest
from analysis_cells import AREA, measurement, ramp, ramp_levels, short_at, staircase

from lisse.errors import InvalidInput
from lisse.measurement.analysis import FailureEvent, analyse
from lisse.records import Spectrum

CONTRACT = {
    "": "files area area_source verdict half_cycles spectra critical_current_density threshold_charge "
    "cumulative_charge warnings units",
    "verdict": "mode time charge current_density confidence",
    "half_cycles": "start end sign current_density charge plateau_voltage area_resistance",
    "spectra": "time points resistance_high resistance_low fit",
}
"""The promised keys of ``lisse analyse --json``."""


def with_spectrum(made):
    frequency = np.logspace(5, 0, 10)
    return dataclasses.replace(made, spectra=(Spectrum(0.0, frequency, np.full(10, 90 + 0j)),))


def test_object_has_every_promised_key_and_is_strict_json():
    content = analyse(with_spectrum(ramp(short_at(4.5 * 3600))), area=AREA).to_dict()
    assert set(content) >= set(CONTRACT[""].split())
    assert set(content["verdict"]) >= set(CONTRACT["verdict"].split())
    assert set(content["half_cycles"][0]) >= set(CONTRACT["half_cycles"].split())
    assert set(content["spectra"][0]) >= set(CONTRACT["spectra"].split())
    assert json.loads(json.dumps(content, allow_nan=False)) == content


def test_every_number_has_a_unit():
    content = analyse(with_spectrum(ramp(levels=ramp_levels(3))), area=AREA).to_dict()
    units = content["units"]
    for part in (content, content["verdict"], content["half_cycles"][0], content["spectra"][0]):
        numbers = [
            key for key, value in part.items() if isinstance(value, (int, float)) and not isinstance(value, bool)
        ]
        assert [key for key in numbers if key not in units] == []


def test_without_area_areal_numbers_are_null_and_the_cell_has_its_own():
    finding = analyse(ramp(short_at(4.5 * 3600)))
    content = finding.to_dict()
    assert (content["area"], content["area_source"], content["critical_current_density"]) == (None, None, None)
    assert content["half_cycles"][0]["area_resistance"] is None
    assert content["half_cycles"][0]["resistance"] == pytest.approx(100.0)
    assert content["critical_current"] == pytest.approx(3e-4)
    assert any("--area" in text for text in content["warnings"])


def test_area_that_a_person_gave_the_measurement_is_used():
    finding = analyse(dataclasses.replace(ramp(), area=AREA))
    assert (finding.area, finding.area_source) == (AREA, "given")
    assert not any("--area" in text for text in finding.warnings)


@pytest.mark.parametrize("area", [0.0, -1e-4, float("nan"), "1 cm^2", True])
def test_impossible_area_is_refused(area):
    with pytest.raises(InvalidInput, match="area.*above 0, in m2"):
        analyse(ramp(), area=area)


def test_other_impossible_arguments_are_refused():
    with pytest.raises(InvalidInput, match="area_source.*given, record"):
        analyse(ramp(), area=AREA, area_source="file")
    for wrong in (-1.0, "1 mA", np.nan):
        with pytest.raises(InvalidInput, match="rest_current.*0 or more, in A"):
            analyse(ramp(), rest_current=wrong)
    with pytest.raises(InvalidInput, match="mode.*Did you mean 'hard-short'"):
        FailureEvent("hard_short")


def test_clock_that_runs_backwards_is_refused():
    with pytest.raises(InvalidInput, match=r"time: got '5 s after 10 s'"):
        analyse(measurement([0, 10, 5], [1, 1, 1], [1, 1, 1]))


def test_records_that_are_no_readable_numbers_are_dropped_and_counted():
    time, current = staircase([1e-3, -1e-3])
    voltage = 100.0 * current
    voltage[[3, 50]] = np.nan
    current[70] = 9.9e37
    finding = analyse(measurement(time, current, voltage))
    assert [cycle.resistance for cycle in finding.half_cycles] == pytest.approx([100.0, 100.0])
    assert any(text.startswith("3 records") for text in finding.warnings)


def test_single_record_has_no_half_cycle_and_no_verdict():
    finding = analyse(measurement([0.0], [1e-3], [0.1]))
    assert finding.half_cycles == ()
    assert finding.verdict == FailureEvent()
    assert finding.sentence == "No current was passed, so there is no verdict."
    json.dumps(finding.to_dict(), allow_nan=False)


def test_missing_column_is_named():
    made = ramp()
    with pytest.raises(InvalidInput, match="Voltage / V"):
        analyse(dataclasses.replace(made, data=made.data.drop_vars("Voltage / V")))


def test_sentence_says_what_when_and_at_which_current():
    assert analyse(ramp(short_at(12.5 * 3600)), area=AREA).sentence == (
        "The cell failed by hard short at 12.5 h, at 0.7 mA/cm2, after 0.6 mA/cm2 had been passed (confidence 0.95)."
    )
    assert analyse(ramp(levels=ramp_levels(1))).sentence == (
        "No failure was found in 2 half-cycles (confidence 0.75); the largest current passed was 0.1 mA."
    )
