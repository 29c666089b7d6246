import dataclasses

import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.measurement.columns import bdf_dataset
from lisse.measurement.readers import join
from lisse.records import Measurement, Spectrum


def part(times, name="a", spectra=(), **columns):
    n = len(times)
    data = {"Test Time / s": np.array(times, float), "Current / A": np.ones(n), "Voltage / V": np.ones(n), **columns}
    return Measurement(
        data=bdf_dataset(data),
        files=(name,),
        spectra=tuple(Spectrum(t, np.ones(3), np.ones(3, complex)) for t in spectra),
    )


def test_parts_on_one_clock_follow_each_other_unmoved():
    whole = join([part([0, 1], "a"), part([5, 6], "b", spectra=[5.5])])
    assert whole["Test Time / s"].values.tolist() == [0, 1, 5, 6]
    assert whole.files == ("a", "b")
    assert whole.spectra[0].time == 5.5
    assert whole.warnings == ()


def test_part_that_starts_over_is_moved_and_told():
    whole = join([part([0, 10], "a"), part([0, 1], "b", spectra=[0.5])])
    assert whole["Test Time / s"].values.tolist() == [0, 10, 10, 11]
    assert whole.spectra[0].time == 10.5
    assert "b starts before the end" in whole.warnings[0]


def test_columns_of_one_part_only_are_left_out_and_told():
    whole = join([part([0]), part([1], "b", **{"Applied Pressure / Pa": np.ones(1)})])
    assert "Applied Pressure / Pa" not in whole
    assert "Applied Pressure / Pa" in whole.warnings[0]


def test_one_part_given_twice_follows_itself():
    part_without_a_file = dataclasses.replace(part([0, 10]), files=())
    whole = join([part_without_a_file, part_without_a_file])
    assert whole["Test Time / s"].values.tolist() == [0, 10, 10, 20]


def test_part_with_spectra_only_costs_no_columns():
    whole = join([part([0, 1], **{"Torque / J": np.ones(2)}), part([], "b", spectra=[2.0])])
    assert "Torque / J" in whole
    assert whole.spectra[0].time == 2.0


def test_one_part_is_itself_and_none_is_refused():
    one = part([0])
    assert join([one]) is one
    with pytest.raises(InvalidInput, match="at least one measurement"):
        join([])
    with pytest.raises(InvalidInput, match="one area"):
        join([dataclasses.replace(one, area=1e-4), dataclasses.replace(part([1], "b"), area=2e-4)])


def test_one_file_given_twice_is_refused_however_it_is_spelled():
    with pytest.raises(InvalidInput, match=r"files: got './a'; allowed: each file once. This file is given twice"):
        join([part([0]), part([1], "b"), part([2], "./a")])


def test_files_of_different_instruments_are_joined_with_a_warning():
    first, second = (
        dataclasses.replace(part([k], name), instrument=name) for k, name in enumerate(("BioLogic", "Neware"))
    )
    whole = join([first, second])
    assert len(whole.warnings) == 1
    assert "different instruments (BioLogic, Neware)" in whole.warnings[0]
