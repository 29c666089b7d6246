"""Whatever an instrument writes into three columns: a finding in strict JSON with a unit for every number, or words."""

import json

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lisse.errors import InvalidInput
from lisse.measurement import compare_cells
from lisse.measurement.analysis import analyse
from lisse.measurement.columns import CURRENT, TIME, VOLTAGE, bdf_dataset
from lisse.records import Measurement, Spectrum
from lisse.report import TABLE_STYLES, cells_table

odd = st.sampled_from([0.0, 1e-9, -1e-9, 1e-3, -1e-3, 5.0, -5.0, 9.9e37, np.nan, np.inf, -np.inf, 1e-300, 1e29])
reading = st.one_of(odd, st.floats(-10.0, 10.0))
runs = st.lists(st.tuples(st.integers(1, 12), reading, reading), max_size=8)
gap = st.sampled_from([0.0, 1e-6, 1.0, 30.0, 1e7])


@st.composite
def measurements(draw):
    pieces = draw(runs)
    current = np.array([i for count, i, _ in pieces for _ in range(count)])
    voltage = np.array([v for count, _, v in pieces for _ in range(count)])
    time = np.cumsum(draw(st.lists(gap, min_size=current.size, max_size=current.size)) or [])
    if draw(st.booleans()) and current.size:
        voltage = voltage * (1.0 + 0.1 * np.sin(np.arange(current.size)))
    spectra = [Spectrum(draw(gap), np.array([1e5, 1e3, 1.0]), np.array([draw(reading), 2.0, 3.0], dtype=complex))]
    data = bdf_dataset({TIME: time, CURRENT: current, VOLTAGE: voltage})
    return Measurement(data=data, spectra=tuple(spectra[: draw(st.integers(0, 1))]))


def words_or_json(measurement, **options):
    try:
        finding = analyse(measurement, area=1e-4, **options)
    except InvalidInput:
        return None
    content = finding.to_dict()
    assert json.loads(json.dumps(content, allow_nan=False)) == content
    assert finding.sentence
    for part in (content, content["verdict"], *content["half_cycles"], *content["events"], *content["efficiencies"]):
        numbers = [k for k, v in part.items() if isinstance(v, (int, float)) and not isinstance(v, bool)]
        assert [key for key in numbers if key not in content["units"]] == []
    return finding


@settings(max_examples=100, deadline=None)
@given(measurements(), st.sampled_from([None, "symmetric", "lithium-copper", "other"]))
def test_any_record_gives_a_finding_or_words(measurement, kind):
    finding = words_or_json(measurement, cell=kind)
    if finding is not None:
        batch = compare_cells([finding, finding], ["a", "b"])
        json.dumps(batch.to_dict(), allow_nan=False)
        assert all(cells_table(batch, style) for style in TABLE_STYLES)
