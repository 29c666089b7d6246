"""Tables of impedance in every spelling: names, signs, units, separators, sweeps and clocks."""

import numpy as np
import pytest

from lisse.errors import InvalidInput
from lisse.measurement.readers import read
from lisse.measurement.readers.impedance_points import split_sweeps

FREQUENCY = np.logspace(5, 0, 16)
IMPEDANCE = 100 + 50 / (1 + 2j * np.pi * FREQUENCY * 1e-4)


@pytest.fixture
def written(tmp_path):
    def write(content, name="cell.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def table(names, columns, separator=","):
    rows = [separator.join(repr(float(value)) for value in row) for row in zip(*columns, strict=True)]
    return "\n".join([separator.join(names), *rows, ""])


def rectangular(names, separator=",", factor=1.0, sign=1.0):
    return table(names, [FREQUENCY, IMPEDANCE.real * factor, sign * IMPEDANCE.imag * factor], separator)


def good(measurement):
    (spectrum,) = measurement.spectra
    assert spectrum.frequency == pytest.approx(FREQUENCY)
    assert spectrum.impedance == pytest.approx(IMPEDANCE)
    return measurement


@pytest.mark.parametrize(
    "names",
    [
        ("Frequency / Hz", "Re(Z) / Ohm", "Im(Z) / Ohm"),
        ("freq/Hz", "Re(Z)/Ohm", "Im(Z)/Ohm"),
        ("Freq (Hz)", "Z' (Ω)", "Z'' (Ω)"),
        ("Frequency (Hz)", "Z’ (Ohm)", "Z″ (Ohm)"),
        ("f [Hz]", "Zre [ohm]", "Zim [ohm]"),
        ("frequency_Hz", "z_real_ohm", "z_imag_ohm"),
        ("FREQ (HZ)", "ZREAL (OHM)", "ZIMAG (OHM)"),
        ("Freq/Hz", "Z'/ohm", 'Z"/ohm'),
        ("Frequency in Hz", "Real part (Ohm)", "Imaginary part (Ohm)"),
        ("# Frequency (Hz)", "Zreal (ohms)", "Zimag (ohms)"),
    ],
)
def test_names_without_a_minus_mean_the_imaginary_part_as_it_stands(written, names):
    found = good(read(written(rectangular(names))))
    assert not any("unit" in text for text in found.warnings)


@pytest.mark.parametrize(
    "name", ["-Im(Z)/Ohm", "-Z'' (Ω)", "−Z'' / Ohm", "- Zimag (ohm)", "-(Z'') / Ohm", "neg Zim / Ohm", "-Z_imag [Ohm]"]
)
def test_names_with_a_minus_turn_the_sign(written, name):
    good(read(written(rectangular(("Frequency / Hz", "Re(Z) / Ohm", name), sign=-1.0))))


@pytest.mark.parametrize(("unit", "factor"), [("mOhm", 1e3), ("kOhm", 1e-3), ("MΩ", 1e-6), ("Mohm", 1e-6)])
def test_units_of_resistance(written, unit, factor):
    names = ("Frequency / Hz", f"Z' / {unit}", f"Z'' / {unit}")
    good(read(written(rectangular(names, factor=factor))))


@pytest.mark.parametrize(("unit", "factor"), [("kHz", 1e-3), ("MHz", 1e-6), ("mHz", 1e3)])
def test_units_of_frequency(written, unit, factor):
    names = (f"Frequency / {unit}", "Z' / Ohm", "Z'' / Ohm")
    good(read(written(table(names, [FREQUENCY * factor, IMPEDANCE.real, IMPEDANCE.imag]))))


@pytest.mark.parametrize(
    ("name", "unit", "sign"),
    [("Phase(Z)/deg", 1.0, 1.0), ("Phase (°)", 1.0, 1.0), ("-Phase (°)", 1.0, -1.0), ("theta / rad", np.pi / 180, 1.0)],
)
def test_modulus_and_phase(written, name, unit, sign):
    phase = sign * np.angle(IMPEDANCE, deg=True) * unit
    good(read(written(table(("Frequency (Hz)", "|Z| (Ohm)", name), [FREQUENCY, np.abs(IMPEDANCE), phase]))))


@pytest.mark.parametrize("separator", ["\t", ";", ",", "   "])
def test_separators(written, separator):
    good(read(written(rectangular(("Frequency/Hz", "Zreal/Ohm", "Zimag/Ohm"), separator))))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r\r\n", "\r"])
def test_encodings_and_line_ends(written, encoding, end):
    text = rectangular(("Frequency / Hz", "Z' / Ohm (±1 %)".removesuffix(" (±1 %)"), "Z'' / Ohm"))
    text = "cell at 25 °C\n" + text
    good(read(written(text.replace("\n", end).encode(encoding))))


@pytest.mark.parametrize("separator", ["\t", ";"])
def test_decimal_commas(written, separator):
    names = ("Frequency / Hz", "Z' / Ohm", "Z'' / Ohm")
    good(read(written(rectangular(names, separator).replace(".", ","))))


def test_names_and_units_on_two_lines_below_a_preamble(written):
    head = "Sample: LLZO\nArea = 0.785 cm2\n\nFrequency;Z';Z''\n(Hz);(kOhm);(kOhm)\n"
    found = good(read(written(head + rectangular(("a", "b", "c"), ";", 1e-3).split("\n", 1)[1])))
    assert found.area is None
    assert found.inputs["header"] == {"Sample": "LLZO", "Area": "0.785 cm2"}
    assert found.inputs["instrument_area_claim"]["used"] is False
    words = "line 2: the header claims an area of 0.785 cm2; it is not used, only what a person states"
    assert words in found.warnings


def test_quoted_cells(written):
    text = rectangular(("Frequency / Hz", "Z' / Ohm", "Z'' / Ohm"))
    good(read(written("\n".join(",".join(f'"{cell}"' for cell in line.split(",")) for line in text.splitlines()))))


def test_units_that_are_not_stated_are_named_in_a_warning(written):
    found = good(read(written(rectangular(("freq", "Zre", "Zim")))))
    assert found.warnings[0] == ("line 1: columns without a unit; taken were 'freq' in Hz, 'Zre' in ohm, 'Zim' in ohm")


@pytest.mark.parametrize(
    ("names", "pattern"),
    [
        (("Frequency / Hz", "Z' / Ohm cm2", "Z'' / Ohm cm2"), r"line 1: unit of column \"Z' / Ohm cm2\".*--area"),
        (("Frequency / Hz", "Z' / mOHM", "Z'' / mOHM"), None),
        (
            ("Frequency / mhz", "Z' / Ohm", "Z'' / Ohm"),
            r"unit of column 'Frequency / mhz': got 'mhz'; allowed: Hz, kHz",
        ),
        (("Frequency / rad", "Z' / Ohm", "Z'' / Ohm"), r"unit of column 'Frequency / rad'"),
        (("Frequency / Hz", "Z' / Ohm", "Re(Z) / Ohm", "Z'' / Ohm"), r"column of the real: got .*one such column"),
    ],
)
def test_units_and_names_that_cannot_be_told_are_refused(written, names, pattern):
    columns = [FREQUENCY, *[IMPEDANCE.real] * (len(names) - 2), IMPEDANCE.imag]
    path = written(table(names, columns))
    if pattern is None:
        (spectrum,) = read(path).spectra
        assert spectrum.impedance == pytest.approx(IMPEDANCE * 1e-3)
        return
    with pytest.raises(InvalidInput, match=pattern):
        read(path)


@pytest.mark.parametrize("missing", ["frequency", "imaginary", "phase"])
def test_missing_columns_are_named_when_the_format_is_given(written, missing):
    names = {"frequency": ("Z' / Ohm", "Z'' / Ohm"), "imaginary": ("freq / Hz", "Z' / Ohm")}.get(
        missing, ("freq / Hz", "|Z| / Ohm")
    )
    text = table((*names, "Note / V"), [FREQUENCY, FREQUENCY, FREQUENCY])
    with pytest.raises(InvalidInput, match=rf"cell\.csv, line 1: column of the {missing}: got .the columns"):
        read(written(text), format="impedance-table")


def test_a_sign_that_looks_wrong_is_kept_and_mentioned(written):
    found = read(written(rectangular(("Frequency / Hz", "Z' / Ohm", "Z'' / Ohm"), sign=-1.0)))
    assert found.spectra[0].impedance == pytest.approx(IMPEDANCE.conj())
    assert any("Im Z is positive in" in text and "-Im(Z)" in text for text in found.warnings)


def test_a_phase_against_the_imaginary_part_is_mentioned(written):
    names = ("Frequency / Hz", "Z' / Ohm", "Z'' / Ohm", "Phase / deg")
    text = table(names, [FREQUENCY, IMPEDANCE.real, IMPEDANCE.imag, -np.angle(IMPEDANCE, deg=True)])
    found = good(read(written(text)))
    assert any("opposite signs" in text and "\"Z'' / Ohm\"" in text for text in found.warnings)


def test_loops_become_spectra_on_the_clock_of_the_file(written):
    names = ("Time / s", "Frequency / Hz", "Z' / Ohm", "Z'' / Ohm")
    count = FREQUENCY.size
    columns = [np.arange(3 * count) * 2.0, *(np.tile(a, 3) for a in (FREQUENCY, IMPEDANCE.real, IMPEDANCE.imag))]
    found = read(written(table(names, columns)))
    assert [one.time for one in found.spectra] == [0.0, 2.0 * count, 4.0 * count]
    assert all(one.impedance == pytest.approx(IMPEDANCE) for one in found.spectra)
    assert found.warnings == ()


def test_a_clock_that_starts_again_with_each_loop_goes_on(written):
    names = ("Time / s", "Frequency / Hz", "Z' / Ohm", "Z'' / Ohm")
    columns = [np.arange(FREQUENCY.size) * 2.0, FREQUENCY, IMPEDANCE.real, IMPEDANCE.imag]
    one = table(names, columns)
    found = read(written(one + one.split("\n", 1)[1]))
    assert [spectrum.time for spectrum in found.spectra] == [0.0, 30.0]
    assert "line 18: the clock starts again at 0 s; its zero was put at the end of the sweep in front, 30 s" in (
        found.warnings
    )


def test_a_repeated_header_begins_a_new_sweep(written):
    text = rectangular(("Frequency / Hz", "Z' / Ohm", "Z'' / Ohm"))
    lines = text.splitlines()
    found = read(written("\n".join([*lines[:5], "", lines[0], *lines[5:], ""])))
    assert [one.frequency.size for one in found.spectra] == [4, 12]


@pytest.mark.parametrize("blank", ["0.0", ""])
def test_rows_without_a_frequency_are_direct_current(written, blank):
    names = ("Time / min", "Voltage / mV", "Current / mA", "Frequency / Hz", "Z' / Ohm", "Z'' / Ohm", "Pressure / MPa")
    direct = [[t, 5.0, 0.1, 0, 0, 0, 3.0] for t in range(4)]
    sweep = [
        [4 + k / 60, 0, 0, f, z.real, z.imag, 3.0] for k, (f, z) in enumerate(zip(FREQUENCY, IMPEDANCE, strict=True))
    ]
    text = table(names, np.array([*direct, *sweep, [9.0, -5.0, -0.1, 0, 0, 0, 3.0]]).T)
    found = good(read(written(text.replace(",0.0,0.0,0.0,3.0", f",{blank},{blank},{blank},3.0"))))
    assert found["Test Time / s"].values.tolist() == [0.0, 60.0, 120.0, 180.0, 540.0]
    assert found["Voltage / V"].values.tolist() == pytest.approx([5e-3] * 4 + [-5e-3])
    assert found["Current / A"].values.tolist() == pytest.approx([1e-4] * 4 + [-1e-4])
    assert found["Pressure / Pa"].values.tolist() == pytest.approx([3e6] * 5)
    assert found.spectra[0].time == 240.0


def test_sweeps_are_told_apart():
    down = np.logspace(5, 0, 20)
    assert split_sweeps(np.r_[down, down]) == [slice(0, 20), slice(20, 40)]
    assert split_sweeps(np.r_[down[:3], down]) == [slice(0, 3), slice(3, 23)]
    assert split_sweeps(np.r_[down, down[-2::-1]]) == [slice(0, 20), slice(20, 39)]
    assert split_sweeps(np.r_[down, down[::-1]]) == [slice(0, 20), slice(20, 40)]
    assert split_sweeps(np.r_[down[::-1], down[::-1], down[::-1]]) == [slice(0, 20), slice(20, 40), slice(40, 60)]
    assert split_sweeps(np.array([5.0])) == [slice(0, 1)]
    assert split_sweeps(np.array([5.0, 5.0, 5.0])) == [slice(0, 3)]
    assert split_sweeps(np.array([])) == [slice(0, 0)]


def test_points_measured_twice_or_out_of_order_do_not_split_a_sweep():
    down = np.logspace(5, 0, 20)
    assert split_sweeps(np.insert(down, 7, down[7])) == [slice(0, 21)]
    swapped = down.copy()
    swapped[[9, 10]] = swapped[[10, 9]]
    assert split_sweeps(swapped) == [slice(0, 20)]


@pytest.mark.parametrize(
    ("first", "second", "note"),
    [
        ("00:00:10", "01:00:10", "hours:minutes:seconds"),
        ("2024-05-18 16:00:00", "2024-05-18 17:00:00", "dates: seconds from the first"),
    ],
)
def test_a_clock_written_as_text(written, first, second, note):
    lines = rectangular(("Frequency / Hz", "Z' / Ohm", "Z'' / Ohm")).splitlines()
    rows = [[f"{line},{first}" for line in lines[1:]], [f"{line},{second}" for line in lines[1:]]]
    found = read(written("\n".join([f"{lines[0]},Time", *rows[0], *rows[1], ""])))
    assert [one.time for one in found.spectra] == ([10.0, 3610.0] if "hours" in note else [0.0, 3600.0])
    assert f"column 'Time': read as {note}" in found.warnings


def test_a_clock_that_cannot_be_read_is_left_out(written):
    lines = rectangular(("Frequency / Hz", "Z' / Ohm", "Z'' / Ohm")).splitlines()
    found = good(read(written("\n".join([f"{lines[0]},Time / s", *(f"{line},a-b" for line in lines[1:]), ""]))))
    assert "column 'Time / s': no clock can be read from 'a-b'; it was left out" in found.warnings
