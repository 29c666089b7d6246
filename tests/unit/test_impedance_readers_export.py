import json

import numpy as np
import pytest

from lisse.cli.main import main
from lisse.measurement.columns import bdf_dataset
from lisse.measurement.readers import read
from lisse.measurement.readers.impedance_export import write_impedance_csv
from lisse.records import Measurement, Spectrum


def comes_back(measurement, path):
    back = read(write_impedance_csv(measurement, path))
    assert back.spectra == measurement.spectra
    assert back.data.identical(measurement.data)
    return back


@pytest.mark.parametrize(
    "name", ["exampleDataParstat.txt", "exampleDataGamry.DTA", "exampleDataVersaStudio.par", "Circuit1_EIS_1.z"]
)
def test_real_files_come_back_to_the_last_digit(shared_data, tmp_path, name):
    comes_back(read(shared_data / "eis_impedancepy" / name), tmp_path / "cell.csv")


def test_eight_spectra_between_half_cycles_come_back_and_mean_the_same(shared_data, tmp_path, capsys):
    path = shared_data / "symcell" / "mb.mpt"
    written = tmp_path / "cell.csv"
    comes_back(read(path), written)
    found = []
    for file in (path, written):
        assert main(["analyse", str(file), "--json", "--no-fit", "--area", "0.283 cm^2"]) == 0
        found.append(json.loads(capsys.readouterr().out))
    for part in ("half_cycles", "spectra", "verdict", "critical_current_density", "cumulative_charge"):
        assert found[0][part] == found[1][part]


def test_any_columns_and_sweeps_come_back(tmp_path):
    rng = np.random.default_rng(1)
    data = bdf_dataset(
        {
            "Test Time / s": np.arange(6.0) * 10,
            "Current / A": rng.normal(size=6),
            "Voltage / V": np.r_[rng.normal(size=5), np.nan],
            "Applied Pressure / Pa": rng.normal(size=6) * 1e6,
            "Cycle Count": np.arange(6.0),
            "mode": np.ones(6),
            "Odd / unit unknown": rng.normal(size=6),
            "Q charge/discharge / C": rng.normal(size=6),
            "Step Name": np.array(["rest", "charge, slow", "rest", "b", "c", "d"]),
        }
    )
    down = np.logspace(5, 0, 7)
    spectra = tuple(
        Spectrum(time, frequency, rng.normal(size=frequency.size) + 1j * rng.normal(size=frequency.size))
        for time, frequency in (
            (0.0, down),
            (20.0, np.r_[down, down[::-1]]),
            (20.0, down[:1]),
            (99.0, rng.permutation(down)),
        )
    )
    comes_back(Measurement(data=data, inputs={}, spectra=spectra), tmp_path / "cell.csv")
