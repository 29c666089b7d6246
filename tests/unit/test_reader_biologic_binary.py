import numpy as np
import pytest

from lisse.measurement.readers import read

pytest.importorskip("galvani")


@pytest.mark.parametrize("name", ["mb", "ca"])
def test_binary_and_text_file_of_one_test_agree(shared_data, name):
    binary, text = (read(shared_data / "symcell" / f"{name}.{kind}") for kind in ("mpr", "mpt"))
    for label in ("Test Time / s", "Current / A", "Voltage / V", "mode", "Step Index", "half cycle"):
        assert np.allclose(binary[label].values, text[label].values, rtol=1e-6, atol=1e-12)
    assert len(binary.spectra) == len(text.spectra)
    for left, right in zip(binary.spectra, text.spectra, strict=True):
        assert np.allclose(left.impedance, right.impedance, rtol=1e-6)


def test_current_from_charge_is_the_set_current_of_a_galvanostatic_test(shared_data):
    found = read(shared_data / "symcell" / "gcpl.mpr")
    current, wanted = found["Current / A"].values, found["Set Current / A"].values
    held = np.isfinite(wanted) & (wanted != 0)
    assert np.median(np.abs(current[held] / wanted[held] - 1)) < 1e-3
    assert np.median(np.abs(current[held])) == pytest.approx(11e-6, rel=1e-3)
