"""The circuit reading of a spectrum stands in the finding, where it was asked for."""

import json

import numpy as np
import pytest
from analysis_cells import AREA, RESISTANCE, measurement, staircase

from lisse.measurement.analysis import analyse
from lisse.records import Spectrum

FREQUENCY = np.logspace(6, -1, 43)


@pytest.fixture(scope="module")
def measured():
    arc = 40.0 + 200.0 / (1.0 + 2j * np.pi * FREQUENCY * 200.0 * 1e-6)
    time, current = staircase([1e-3, -1e-3])
    spectra = [Spectrum(-20.0, FREQUENCY, arc), Spectrum(-10.0, FREQUENCY[:2], arc[:2])]
    return measurement(time, current, RESISTANCE * current, spectra)


def test_fits_are_made_only_where_they_are_asked_for(measured):
    assert [spectrum["fit"] for spectrum in analyse(measured).to_dict()["spectra"]] == [{}, {}]


def test_fit_gives_the_known_arc_and_the_rest_of_the_finding_stays(measured):
    told = []
    finding = analyse(measured, area=AREA, fit_spectra=True, progress=lambda share, words: told.append((share, words)))
    assert told == [(0.5, "spectrum 1 of 2"), (1.0, "spectrum 2 of 2")]
    content = finding.to_dict()
    fit, short = (spectrum["fit"] for spectrum in content["spectra"])
    found = sorted(process["resistance"] for process in fit["processes"] if process["resistance"] is not None)
    assert found == pytest.approx([40.0, 200.0], rel=0.02)
    assert "too few" in short["warnings"][-1]
    assert json.loads(json.dumps(content, allow_nan=False)) == content
    plain = analyse(measured, area=AREA).to_dict()
    assert content["verdict"] == plain["verdict"]
    assert content["half_cycles"] == plain["half_cycles"]
